//! What datasets there are, and how one is taken out again.

use super::run::{Run, in_transaction};
use super::{Summary, TransferError};
use crate::domain::period::Period;
use crate::storage::bulk::{self, Bound, Fixed, Statement};
use crate::storage::conn::Conn;
use crate::storage::figures;
use crate::storage::revision::{self, Change};
use crate::storage::terms;
use crate::storage::value::Value;

/// A dataset and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Currency of its values.
    pub currency: String,
    /// Figures.
    pub figures: i64,
    /// Reporters.
    pub reporters: i64,
    /// First and last period.
    pub periods: Option<(Period, Period)>,
    /// Reporters and periods of which all partners and products are there, of all.
    pub complete: (i64, i64),
}

/// All datasets, by code.
pub fn list(conn: &mut Conn) -> Result<Vec<Held>, TransferError> {
    let statement = Fixed(
        "SELECT d.code, d.title, d.currency, CAST(COALESCE(SUM(c.n_figures), 0) AS BIGINT), COUNT(DISTINCT c.reporter_id), MIN(c.period_start * 100 + c.period_months), MAX(c.period_start * 100 + c.period_months), CAST(COALESCE(SUM(CASE WHEN c.partners = 'COMPLETE' AND c.sectors = 'COMPLETE' THEN 1 ELSE 0 END), 0) AS BIGINT), COUNT(c.reporter_id) FROM datasets d LEFT JOIN dataset_coverage c ON c.dataset_id = d.id GROUP BY d.id, d.code, d.title, d.currency ORDER BY d.code",
    );
    let period = |packed: i64| {
        let start = i32::try_from(packed / 100).unwrap_or(0);
        Period { start, months: i32::try_from(packed % 100).unwrap_or(12) }
    };
    let rows = conn.rows(statement, &[])?;
    let held = rows.iter().map(|row| Held {
        code: row.text(0).unwrap_or_default().to_owned(),
        title: row.text(1).unwrap_or_default().to_owned(),
        currency: row.text(2).unwrap_or_default().to_owned(),
        figures: row.int(3).unwrap_or(0),
        reporters: row.int(4).unwrap_or(0),
        periods: row.int(5).zip(row.int(6)).map(|(first, last)| (period(first), period(last))),
        complete: (row.int(7).unwrap_or(0), row.int(8).unwrap_or(0)),
    });
    Ok(held.collect())
}

/// Takes a dataset out with its figures, printed values and coverage; its sources stay. `confirmed` or not, says first
/// what goes: what is told is what is removed, whatever was imported meanwhile.
pub fn drop(
    conn: &mut Conn,
    code: &str,
    confirmed: bool,
    tell: super::report::Tell<'_>,
) -> Result<Summary, TransferError> {
    if !confirmed {
        going(conn, code, tell)?;
        return Err(TransferError::Usage("nothing was removed; pass --yes to remove it".to_owned()));
    }
    let run = Run { what: &format!("dataset {code} (its removal)"), files: &[], dry: false, tell };
    in_transaction(conn, run, |conn| {
        going(conn, code, tell)?;
        let statement = Bound::text("SELECT id FROM datasets WHERE code = ?", code);
        let id = conn.rows(statement, &[])?.first().and_then(|r| r.int(0)).unwrap_or(0);
        let mut changes = bodies(conn, id, code)?;
        let deleted = figures::remove(conn, id)?;
        for table in ["published_values", "dataset_coverage", "dataset_levels"] {
            bulk::delete(conn, table, &["dataset_id"], &[vec![Value::Int(id)]])?;
        }
        bulk::delete(conn, "datasets", &["id"], &[vec![Value::Int(id)]])?;
        terms::refresh(conn, "datasets", &[id])?;
        changes.push(Change {
            entity: "Dataset",
            key: code.to_owned(),
            action: "DELETE",
            inserted: 0,
            updated: 0,
            deleted: 1,
            replaced: false,
        });
        let counts = serde_json::json!({ "dataset": code, "deleted": deleted });
        let number = revision::finish(conn, "DROP", None, &counts, &changes)?;
        let what = format!("dataset {code}");
        Ok(Summary { what, deleted, revision: Some(number), ..Summary::default() })
    })
}

/// Tells what goes with a dataset.
fn going(conn: &mut Conn, code: &str, tell: super::report::Tell<'_>) -> Result<(), TransferError> {
    let held = list(conn)?;
    let Some(found) = held.iter().find(|h| h.code == code) else {
        let near = held.iter().map(|h| h.code.as_str()).min_by_key(|c| strsim::damerau_levenshtein(c, code));
        let near = near.map(|n| format!("; the nearest is `{n}`")).unwrap_or_default();
        return Err(TransferError::Usage(format!("there is no dataset `{code}`{near}")));
    };
    let periods = found.periods.map(|(a, b)| format!(", {a} to {b}")).unwrap_or_default();
    tell(&format!("{code}: {} figures of {} reporter(s){periods}", found.figures, found.reporters));
    Ok(())
}

/// The changes of all figures of a dataset that goes: by each reporter and period, so that who follows drops these and
/// not those that a later import brings.
fn bodies(conn: &mut Conn, id: i64, code: &str) -> Result<Vec<Change>, TransferError> {
    let statement = Statement(format!(
        "SELECT r.code, c.period_start, c.period_months, c.n_figures FROM dataset_coverage c JOIN regions r ON r.id = c.reporter_id WHERE c.dataset_id = {id}"
    ));
    let rows = conn.rows(statement, &[])?;
    let change = |row: &crate::storage::value::Row| {
        let number = |at: usize| row.int(at).and_then(|n| i32::try_from(n).ok()).unwrap_or(0);
        let period = Period { start: number(1), months: number(2) };
        Change {
            entity: "TradeFigure",
            key: format!("{code}/{}/{period}", row.text(0).unwrap_or_default()),
            action: "FIGURES",
            inserted: 0,
            updated: 0,
            deleted: row.int(3).unwrap_or(0),
            replaced: true,
        }
    };
    Ok(rows.iter().map(change).collect())
}

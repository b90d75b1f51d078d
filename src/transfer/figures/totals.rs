//! Lists reported wholes that differ from the sum of their parts by more than rounding: the world from its countries, all
//! goods from chapters, a chapter from its headings, a heading from its products. Where not all parts are there, a whole
//! may be larger than their sum, never smaller. Parts of one classification are added up, never those of two editions.

use std::collections::BTreeSet;

use super::write::{Target, period, region_codes};
use super::{Done, Job};
use crate::domain::decimal::{format_scaled, format_sum};
use crate::domain::flow::{FLOWS, name_of};
use crate::storage::bulk::{Fixed, Statement};
use crate::storage::conn::Conn;
use crate::storage::sql::cube::PART;
use crate::storage::value::Row;

/// Wholes that are told one by one.
const TOLD: usize = 20;

/// What is compared: the figures of a dataset that a load may have moved.
struct Scope {
    dataset: i64,
    revision: i64,
    /// Half of this for each part and for the whole is rounding: a unit of the file.
    unit: i64,
    /// Reporters and first months of the load, as a condition on `f`.
    touched: String,
}

/// Compares wholes and parts of the reporters and periods that changed.
pub(super) fn compare(job: &Job<'_>, conn: &mut Conn, targets: &[Target], revision: i64) -> Done<()> {
    let power = job.layout.value.iter().map(|v| v.power).max().unwrap_or(0);
    for target in targets {
        let unit = i64::from(target.scale).saturating_add(i64::from(power));
        let unit = u32::try_from(unit).ok().and_then(|u| 10_i64.checked_pow(u)).unwrap_or(1);
        let moved = target.groups.iter().filter(|(_, c)| c.inserted + c.updated + c.deleted > 0);
        let (reporters, months): (BTreeSet<i64>, BTreeSet<i64>) = moved.map(|((r, start, _), _)| (*r, *start)).unzip();
        if reporters.is_empty() {
            continue;
        }
        let list = |ids: &BTreeSet<i64>| ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let touched = format!("f.reporter_id IN ({}) AND f.period_start IN ({})", list(&reporters), list(&months));
        let scope = Scope { dataset: target.id, revision, unit, touched };
        let mut found = Vec::new();
        if has(conn, target.id, "partner_id", "regions", "'WORLD'")? {
            found.extend(conn.rows(Statement(world(&scope)), &[])?);
        }
        for (whole, part) in [(0, 2), (2, 4), (4, 6)] {
            if has(conn, target.id, "sector_id", "sectors", &whole.to_string())? {
                found.extend(conn.rows(Statement(sectors(&scope, whole, part)), &[])?);
            }
        }
        tell(job, conn, target, &found)?;
    }
    Ok(())
}

/// Whether a dataset has figures of a level; the indexes tell without reading figures.
fn has(conn: &mut Conn, dataset: i64, column: &str, table: &str, level: &str) -> Done<bool> {
    let statement = Statement(format!(
        "SELECT 1 FROM {table} n WHERE n.level = {level} AND EXISTS (SELECT 1 FROM trade_figures f WHERE f.dataset_id = {dataset} AND f.{column} = n.id) LIMIT 1"
    ));
    Ok(!conn.rows(statement, &[])?.is_empty())
}

/// The columns that a comparison gives: reporter, partner, sector, flow, first month, months, whole, both parts of the
/// sum, classification of the parts where the whole stands above several.
fn compared(scope: &Scope, whole: &str, parts: &str, join: &str) -> String {
    let Scope { dataset, revision, unit, touched } = scope;
    let reported = (format!("(f.value_scaled / {PART})"), format!("(f.value_scaled % {PART})"));
    let sum = ("p.high".to_owned(), "p.low".to_owned());
    let (less, more) = (exceeds(&sum, &reported, *unit), exceeds(&reported, &sum, *unit));
    format!(
        "SELECT f.reporter_id, f.partner_id, f.sector_id, f.flow, f.period_start, f.period_months, f.value_scaled, p.high, p.low, p.classification FROM trade_figures f JOIN ({parts}) p ON p.reporter_id = f.reporter_id AND p.flow = f.flow AND p.period_start = f.period_start AND p.period_months = f.period_months AND {join} LEFT JOIN dataset_coverage c ON c.dataset_id = {dataset} AND c.reporter_id = f.reporter_id AND c.period_start = f.period_start AND c.period_months = f.period_months WHERE f.dataset_id = {dataset} AND {touched} AND f.origin = 1 AND {whole} AND (f.revision = {revision} OR p.newest = {revision}) AND ({less} OR (c.partners = 'COMPLETE' AND {more})) ORDER BY f.reporter_id, f.period_start, f.flow, f.sector_id, f.partner_id, p.classification"
    )
}

/// The condition that one number is larger than another by more than rounding: half a unit for each part and the whole.
/// Twice their difference is taken part by part, and what the low part carries goes to the high one.
fn exceeds(one: &(String, String), other: &(String, String), unit: i64) -> String {
    let high = format!("(2 * ({} - {}) - (p.n + 1) * {})", one.0, other.0, unit / PART);
    let low = format!("(2 * ({} - {}) - (p.n + 1) * {})", one.1, other.1, unit % PART);
    let carried = format!("({high} + {low} / {PART})");
    format!("({carried} > 0 OR ({carried} = 0 AND {low} % {PART} > 0))")
}

/// Both parts of a sum of a billion figures fit into 64 bits.
fn sums() -> String {
    format!(
        "CAST(SUM(f.value_scaled / {PART}) AS BIGINT) AS high, CAST(SUM(f.value_scaled % {PART}) AS BIGINT) AS low, COUNT(*) AS n, MAX(f.revision) AS newest"
    )
}

const BY: &str = "f.reporter_id, f.flow, f.period_start, f.period_months";

fn world(scope: &Scope) -> String {
    let parts = format!(
        "SELECT {BY}, f.sector_id, NULL AS classification, {} FROM trade_figures f WHERE f.dataset_id = {} AND {} AND f.origin = 1 AND f.partner_level = 2 GROUP BY {BY}, f.sector_id",
        sums(),
        scope.dataset,
        scope.touched
    );
    compared(scope, "f.partner_level = 0", &parts, "p.sector_id = f.sector_id")
}

fn sectors(scope: &Scope, whole: i64, part: i64) -> String {
    // All goods stand above the chapters of every edition, by way of sections; a file may hold two editions of a year.
    let (above, by, join) = match whole {
        0 => ("c.code AS classification", "c.code", "p.partner_id = f.partner_id"),
        _ => (
            "s.parent_id AS above, NULL AS classification",
            "s.parent_id",
            "p.partner_id = f.partner_id AND p.above = f.sector_id",
        ),
    };
    let parts = format!(
        "SELECT {BY}, f.partner_id, {above}, {} FROM trade_figures f JOIN sectors s ON s.id = f.sector_id JOIN classifications c ON c.id = s.classification_id WHERE f.dataset_id = {} AND {} AND f.origin = 1 AND f.sector_level = {part} GROUP BY {BY}, f.partner_id, {by}",
        sums(),
        scope.dataset,
        scope.touched
    );
    compared(scope, &format!("f.sector_level = {whole}"), &parts, join)
}

fn tell(job: &Job<'_>, conn: &mut Conn, target: &Target, found: &[Row]) -> Done<()> {
    if found.is_empty() {
        return Ok(());
    }
    let regions = region_codes(conn)?;
    let sectors = conn.rows(Fixed("SELECT id, code FROM sectors"), &[])?;
    (job.tell)(&format!("{} reported totals of {} differ from the sum of their parts:", found.len(), target.code));
    for row in found.iter().take(TOLD) {
        let number = |at: usize| row.int(at).unwrap_or(0);
        let region = |at: usize| regions.get(&number(at)).map_or("", String::as_str);
        let sector = sectors.iter().find(|s| s.int(0) == row.int(2)).and_then(|s| s.text(1)).unwrap_or_default();
        let edition = row.text(9).map(|code| format!(" by {code}")).unwrap_or_default();
        let sum = i128::from(number(7)) * i128::from(PART) + i128::from(number(8));
        (job.tell)(&format!(
            "  {} to {}, {sector}{edition}, {}, {}: reported {}, sum of parts {}",
            region(0),
            region(1),
            name_of(FLOWS, number(3)).unwrap_or_default(),
            period(number(4), number(5)),
            format_scaled(number(6), target.scale),
            format_sum(sum, target.scale)
        ));
    }
    if found.len() > TOLD {
        (job.tell)(&format!("  and {} more", found.len() - TOLD));
    }
    Ok(())
}

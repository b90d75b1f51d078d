//! Every change of the data is one transaction that ends by writing the next revision, and what it changed.

use chrono::Utc;

use super::StorageError;
use super::bulk::{Fixed, insert};
use super::conn::Conn;
use super::snapshot::current_revision;
use super::value::Value;
use crate::catalog::enums::CHANGED_ENTITY;
use crate::domain::period::Period;

/// What a revision changed, for those who follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// GraphQL type.
    pub entity: &'static str,
    /// Natural key; for figures dataset/reporter/period.
    pub key: String,
    /// INSERT, UPDATE, DELETE, or FIGURES for a body of figures.
    pub action: &'static str,
    /// Rows added.
    pub inserted: i64,
    /// Rows overwritten with other content.
    pub updated: i64,
    /// Rows removed.
    pub deleted: i64,
    /// Whether the whole body was replaced.
    pub replaced: bool,
}

/// The time, read here for everything that is stored.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock for stored times")]
pub fn now() -> chrono::NaiveDateTime {
    let now = Utc::now().naive_utc();
    // Both backends keep microseconds.
    chrono::DateTime::from_timestamp_micros(now.and_utc().timestamp_micros()).map_or(now, |t| t.naive_utc())
}

/// Takes the write lock of the data on PostgreSQL, so that revisions are numbered in the order of their commits. To be
/// called first in a writing transaction; SQLite has it from `BEGIN IMMEDIATE`.
pub fn lock(conn: &mut Conn) -> Result<(), StorageError> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(_) => conn.batch("LOCK TABLE revisions IN EXCLUSIVE MODE"),
    }
}

/// The number of the revision that a writing transaction will end with.
pub fn next(conn: &mut Conn) -> Result<i64, StorageError> {
    Ok(current_revision(conn)?.0 + 1)
}

/// Ends a writing transaction: writes the revision and its changes; returns its number.
pub fn finish(
    conn: &mut Conn,
    kind: &'static str,
    source_id: Option<i64>,
    summary: &serde_json::Value,
    changes: &[Change],
) -> Result<i64, StorageError> {
    let revision = next(conn)?;
    insert(
        conn,
        "revisions",
        &["revision", "committed_at", "kind", "source_id", "summary"],
        &[],
        &[vec![
            Value::Int(revision),
            Value::Time(now()),
            Value::Text(kind.to_owned()),
            Value::int(source_id),
            Value::Text(summary.to_string()),
        ]],
    )?;
    let rows: Vec<Vec<Value>> = changes
        .iter()
        .map(|c| {
            let body = body_of(c)?;
            let (dataset, reporter, period) = body.map_or((None, None, None), |(d, r, p)| (Some(d), Some(r), Some(p)));
            Ok(vec![
                Value::Int(revision),
                Value::Text(c.entity.to_owned()),
                Value::Text(c.key.clone()),
                Value::Text(c.action.to_owned()),
                Value::Int(c.inserted),
                Value::Int(c.updated),
                Value::Int(c.deleted),
                Value::Bool(c.replaced),
                Value::text(dataset),
                Value::text(reporter),
                Value::int(period.map(|p| i64::from(p.start))),
                Value::int(period.map(|p| i64::from(p.months))),
            ])
        })
        .collect::<Result<_, StorageError>>()?;
    insert(
        conn,
        "changes",
        &[
            "revision",
            "entity",
            "entity_key",
            "action",
            "n_inserted",
            "n_updated",
            "n_deleted",
            "replaced",
            "dataset",
            "reporter",
            "period_start",
            "period_months",
        ],
        &[],
        &rows,
    )?;
    Ok(revision)
}

/// Dataset, reporter and period of a change of figures. A change that followers could not act on is not written.
fn body_of(change: &Change) -> Result<Option<(String, String, Period)>, StorageError> {
    let wrong = |what: &str| StorageError::Corrupt(format!("a change of {} `{}` {what}", change.entity, change.key));
    if !CHANGED_ENTITY.values.iter().any(|(word, _, _)| *word == change.entity) {
        return Err(wrong("is of a type that the list of changed types lacks"));
    }
    if change.action != "FIGURES" {
        return Ok(None);
    }
    let parts: Vec<&str> = change.key.split('/').collect();
    match parts.as_slice() {
        [dataset, reporter, period] => {
            let period = period.parse().map_err(|_| wrong("names no period"))?;
            Ok(Some(((*dataset).to_owned(), (*reporter).to_owned(), period)))
        }
        _ => Err(wrong("is not dataset/reporter/period")),
    }
}

/// The largest id of a table, 0 when it is empty. `statement` selects it.
pub fn largest_id(conn: &mut Conn, statement: Fixed) -> Result<i64, StorageError> {
    Ok(conn.rows(statement, &[])?.first().and_then(|row| row.int(0)).unwrap_or(0))
}

//! One import at a time, in one transaction, with a journal: a run that was killed is told by the next. Every importer
//! runs in [`in_transaction`]; what only reads in a transaction that is taken back runs [`alone`].

use std::path::PathBuf;

use super::report::Tell;
use super::{Summary, TransferError};
use crate::storage::bulk::{self, Fixed, Statement};
use crate::storage::conn::Conn;
use crate::storage::revision;
use crate::storage::turn::Turn;
use crate::storage::value::{ColumnType, Value};
use crate::storage::{StorageError, figures};

/// Bytes of the names of files that the journal keeps.
const FILES: usize = 500;

/// What runs.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// What is imported or removed, for people.
    pub what: &'a str,
    /// From which files.
    pub files: &'a [PathBuf],
    /// Nothing is kept.
    pub dry: bool,
    /// Who is told.
    pub tell: Tell<'a>,
}

impl std::fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run").field("what", &self.what).field("files", &self.files).finish_non_exhaustive()
    }
}

/// Runs an import in one transaction that takes the writers' lock; a dry run is taken back at its end. Waits for another
/// import to end, and tells of one that was interrupted.
pub fn in_transaction(
    conn: &mut Conn,
    run: Run<'_>,
    import: impl FnOnce(&mut Conn) -> Result<Summary, TransferError>,
) -> Result<Summary, TransferError> {
    let result = alone(conn, run.tell, |conn| {
        let journal = if run.dry { None } else { Some(begin(conn, run)?) };
        let result = conn.write(|conn| {
            revision::lock(conn)?;
            let summary = import(conn)?;
            if let Some(number) = journal {
                end(conn, number)?;
            }
            if run.dry { Err(TransferError::TakenBack(Box::new(summary))) } else { Ok(summary) }
        });
        if let (Some(number), Err(_)) = (journal, &result) {
            // Where this fails too, the next run tells of this one as of one that was killed.
            let _told_later = end(conn, number);
        }
        result
    });
    match result {
        Err(TransferError::TakenBack(summary)) => Ok(Summary { dry_run: true, ..*summary }),
        result => result,
    }
}

/// Runs while no import does: waits for one that does, and tells of one that was interrupted.
pub fn alone<T>(
    conn: &mut Conn,
    tell: Tell<'_>,
    run: impl FnOnce(&mut Conn) -> Result<T, TransferError>,
) -> Result<T, TransferError> {
    let turn = Turn::take(conn, |conn| tell(&waiting(conn))).map_err(|e| explained(e.into()))?;
    let result = tell_interrupted(conn, tell).map_err(TransferError::from).and_then(|()| run(conn));
    turn.end(conn);
    result.map_err(explained)
}

/// A row of the journal.
struct Entry {
    number: i64,
    started: String,
    what: String,
    files: String,
}

fn journal(conn: &mut Conn) -> Result<Vec<Entry>, StorageError> {
    let types = [ColumnType::Int, ColumnType::Time, ColumnType::Text, ColumnType::Text];
    let rows = conn.rows(Fixed("SELECT id, started_at, what, files FROM import_runs ORDER BY id"), &types)?;
    let entry = |row: &crate::storage::value::Row| {
        let started = match row.get(1) {
            Value::Time(time) => time.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
            _ => String::new(),
        };
        let text = |at: usize| row.text(at).unwrap_or_default().to_owned();
        Some(Entry { number: row.int(0)?, started, what: text(2), files: text(3) })
    };
    Ok(rows.iter().filter_map(entry).collect())
}

impl Entry {
    fn shown(&self) -> String {
        if self.files.is_empty() { self.what.clone() } else { format!("{} from {}", self.what, self.files) }
    }
}

/// A dry run and an inspection have no entry.
fn waiting(conn: &mut Conn) -> String {
    match journal(conn).unwrap_or_default().first() {
        Some(entry) => {
            format!("another import is running (since {}: {}); waiting for it to end", entry.started, entry.shown())
        }
        None => "another import or check of files is running; waiting for it to end".to_owned(),
    }
}

/// With the lock taken, an entry that is there is of a run that did not come to its end.
fn tell_interrupted(conn: &mut Conn, tell: Tell<'_>) -> Result<(), StorageError> {
    let left = journal(conn)?;
    if left.is_empty() {
        return Ok(());
    }
    for entry in &left {
        tell(&format!(
            "the import of {}, begun at {}, was interrupted; nothing of it was kept: run it again",
            entry.shown(),
            entry.started
        ));
    }
    figures::remove_leftovers(conn)?;
    for entry in &left {
        end(conn, entry.number)?;
    }
    Ok(())
}

fn begin(conn: &mut Conn, run: Run<'_>) -> Result<i64, StorageError> {
    let number = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM import_runs"))? + 1;
    let mut files = run.files.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join(", ");
    if files.len() > FILES {
        let kept = files.char_indices().map(|(at, _)| at).take_while(|at| *at <= FILES).last().unwrap_or(0);
        files.truncate(kept);
        files.push('…');
    }
    let row = vec![
        Value::Int(number),
        Value::Time(revision::now()),
        Value::Text(run.what.replace('\0', "")),
        Value::Text(files.replace('\0', "")),
    ];
    bulk::insert(conn, "import_runs", &["id", "started_at", "what", "files"], &[], &[row])?;
    Ok(number)
}

fn end(conn: &mut Conn, number: i64) -> Result<(), StorageError> {
    bulk::execute(conn, &Statement(format!("DELETE FROM import_runs WHERE id = {number}"))).map(|_| ())
}

/// What failed below, in words of the import.
fn explained(error: TransferError) -> TransferError {
    let TransferError::Storage(error) = error else { return error };
    let text = error.to_string();
    let text = text.trim().trim_start_matches("a statement failed: ");
    let is_full = ["disk is full", "No space left on device", "disk I/O error"].iter().any(|sign| text.contains(sign));
    if is_full {
        return TransferError::Failed(format!(
            "the disk of the database, or of its temporary files, is full or fails: {text}; nothing was imported; free some space and run it again"
        ));
    }
    if error.is_broken_connection() {
        let text = text.lines().next().unwrap_or_default();
        return TransferError::Failed(format!(
            "the connection to the database was lost: {text}; an import is kept whole or not at all, so run it again: what was kept is not changed"
        ));
    }
    TransferError::Storage(error)
}

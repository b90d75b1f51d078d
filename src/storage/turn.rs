//! One writer of bodies of data at a time: a lock that is held from the first to the last step of an import, longer than
//! its transaction, and that ends with the program however that ends. A file beside a SQLite database, an advisory lock
//! of the session on PostgreSQL, one for each schema.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::PathBuf;

use super::StorageError;
use super::bulk::{Fixed, Statement};
use super::conn::Conn;

/// What is locked on PostgreSQL.
const KEY: &str = "hashtextextended('tearoad import ' || current_schema(), 0)";

/// The lock, taken. On PostgreSQL it ends with [`Turn::end`] or with the connection.
#[derive(Debug)]
pub struct Turn {
    /// Unlocked when it is closed.
    file: Option<File>,
}

impl Turn {
    /// Takes the lock; calls `waiting` once before it waits for another to end.
    pub fn take(conn: &mut Conn, waiting: impl FnOnce(&mut Conn)) -> Result<Self, StorageError> {
        if matches!(conn, Conn::Postgres(_)) {
            if conn.rows(Statement(format!("SELECT 1 WHERE pg_try_advisory_lock({KEY})")), &[])?.is_empty() {
                waiting(conn);
                conn.rows(Statement(format!("SELECT CAST(pg_advisory_lock({KEY}) AS TEXT)")), &[])?;
            }
            return Ok(Self { file: None });
        }
        let Some(path) = lock_file(conn)? else { return Ok(Self { file: None }) };
        let failed = |e: std::io::Error| StorageError::Unavailable(format!("`{}`: {e}", path.display()));
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting(conn);
                file.lock().map_err(failed)?;
            }
            // A file system without locks: SQLite's own lock still keeps two writers apart, it only waits less long.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        Ok(Self { file: Some(file) })
    }

    /// Ends it.
    pub fn end(self, conn: &mut Conn) {
        if matches!(conn, Conn::Postgres(_)) {
            // Where this fails the connection is gone, and the lock with it.
            let _gone = conn.rows(Statement(format!("SELECT CAST(pg_advisory_unlock({KEY}) AS TEXT)")), &[]);
        }
        drop(self.file);
    }
}

/// `<database>.import-lock`; nothing for a database in memory, which nobody else sees.
fn lock_file(conn: &mut Conn) -> Result<Option<PathBuf>, StorageError> {
    let rows = conn.rows(Fixed("SELECT file FROM pragma_database_list WHERE name = 'main'"), &[])?;
    let path = rows.first().and_then(|row| row.text(0)).filter(|path| !path.is_empty());
    Ok(path.map(|path| PathBuf::from(format!("{path}.import-lock"))))
}

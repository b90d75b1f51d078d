//! Migrations of both backends, embedded in the program.

use std::collections::HashSet;

use diesel::backend::Backend;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::StorageError;
use super::bulk::Fixed;
use super::conn::Conn;
use super::terms;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// One migration and whether it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Folder name.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

macro_rules! on_backend {
    ($conn:expr, |$inner:ident, $migrations:ident| $body:expr) => {
        match $conn {
            Conn::Sqlite($inner) => {
                let $migrations = SQLITE;
                $body
            }
            Conn::Postgres($inner) => {
                let $migrations = POSTGRES;
                $body
            }
        }
    };
}

fn failed(error: &(dyn std::error::Error + Send + Sync)) -> StorageError {
    StorageError::Schema(format!("a migration failed: {error}"))
}

/// Applies what is missing and makes the search terms where they are not of this program; returns the names applied.
pub fn up(conn: &mut Conn) -> Result<Vec<String>, StorageError> {
    let before: Vec<String> = status(conn)?.into_iter().filter(|s| !s.applied).map(|s| s.name).collect();
    on_backend!(conn, |inner, migrations| inner
        .run_pending_migrations(migrations)
        .map(|_| ())
        .map_err(|e| failed(&*e)))?;
    terms::ensure(conn)?;
    Ok(before)
}

/// Takes back the newest one; returns its name, or `None` when there is none.
pub fn down(conn: &mut Conn) -> Result<Option<String>, StorageError> {
    let newest = status(conn)?.into_iter().rfind(|s| s.applied);
    let Some(newest) = newest else { return Ok(None) };
    on_backend!(conn, |inner, migrations| inner
        .revert_last_migration(migrations)
        .map(|_| ())
        .map_err(|e| failed(&*e)))?;
    Ok(Some(newest.name))
}

/// Every migration of this program, oldest first. Only reads, so that a role without any right to write can serve.
pub fn status(conn: &mut Conn) -> Result<Vec<Status>, StorageError> {
    let mut all = match conn {
        Conn::Sqlite(_) => names::<diesel::sqlite::Sqlite>(&SQLITE)?,
        Conn::Postgres(_) => names::<diesel::pg::Pg>(&POSTGRES)?,
    };
    let applied = applied(conn)?;
    all.sort();
    Ok(all.into_iter().map(|(version, name)| Status { applied: applied.contains(&version), name }).collect())
}

/// Versions in diesel's own table; none where it is not there yet.
fn applied(conn: &mut Conn) -> Result<HashSet<String>, StorageError> {
    let exists = match conn {
        Conn::Sqlite(_) => "SELECT 1 FROM sqlite_master WHERE name = '__diesel_schema_migrations'",
        Conn::Postgres(_) => "SELECT 1 WHERE to_regclass('__diesel_schema_migrations') IS NOT NULL",
    };
    if conn.rows(Fixed(exists), &[])?.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = conn.rows(Fixed("SELECT version FROM __diesel_schema_migrations"), &[])?;
    Ok(rows.iter().filter_map(|row| row.text(0).map(str::to_owned)).collect())
}

/// Version and name of each embedded migration.
fn names<DB: Backend>(source: &EmbeddedMigrations) -> Result<Vec<(String, String)>, StorageError> {
    let all = MigrationSource::<DB>::migrations(source).map_err(|e| failed(&*e))?;
    Ok(all.iter().map(|m| (m.name().version().to_string(), m.name().to_string())).collect())
}

/// Refuses a database whose tables this program does not know.
pub fn require_current(conn: &mut Conn) -> Result<(), StorageError> {
    let missing: Vec<String> = status(conn)?.into_iter().filter(|s| !s.applied).map(|s| s.name).collect();
    if missing.is_empty() {
        return if terms::is_current(conn)? {
            Ok(())
        } else {
            let message = "the search terms of the database are not those of this program; run `tearoad migrate up`";
            Err(StorageError::Schema(message.to_owned()))
        };
    }
    Err(StorageError::Schema(format!(
        "the database lacks {} migration(s), first `{}`; run `tearoad migrate up`",
        missing.len(),
        missing.first().map_or("", String::as_str)
    )))
}

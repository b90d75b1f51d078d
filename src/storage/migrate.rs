//! Migrations of both backends, embedded in the program.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::StorageError;
use super::conn::Conn;

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

/// Applies what is missing; returns the names applied.
pub fn up(conn: &mut Conn) -> Result<Vec<String>, StorageError> {
    let before: Vec<String> = status(conn)?.into_iter().filter(|s| !s.applied).map(|s| s.name).collect();
    on_backend!(conn, |inner, migrations| inner
        .run_pending_migrations(migrations)
        .map(|_| ())
        .map_err(|e| failed(&*e)))?;
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

/// Every migration of this program, oldest first.
pub fn status(conn: &mut Conn) -> Result<Vec<Status>, StorageError> {
    use diesel::migration::MigrationSource;
    let (all, pending) = match conn {
        Conn::Sqlite(inner) => {
            let all = MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE).map_err(|e| failed(&*e))?;
            let pending = inner.pending_migrations(SQLITE).map_err(|e| failed(&*e))?;
            (names(&all), names(&pending))
        }
        Conn::Postgres(inner) => {
            let all = MigrationSource::<diesel::pg::Pg>::migrations(&POSTGRES).map_err(|e| failed(&*e))?;
            let pending = inner.pending_migrations(POSTGRES).map_err(|e| failed(&*e))?;
            (names(&all), names(&pending))
        }
    };
    let mut all: Vec<Status> = all.into_iter().map(|name| Status { applied: !pending.contains(&name), name }).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

fn names<DB: diesel::backend::Backend>(migrations: &[Box<dyn diesel::migration::Migration<DB>>]) -> Vec<String> {
    migrations.iter().map(|m| m.name().to_string()).collect()
}

/// Refuses a database whose tables this program does not know.
pub fn require_current(conn: &mut Conn) -> Result<(), StorageError> {
    let missing: Vec<String> = status(conn)?.into_iter().filter(|s| !s.applied).map(|s| s.name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(StorageError::Schema(format!(
        "the database lacks {} migration(s), first `{}`; run `tearoad migrate up`",
        missing.len(),
        missing.first().map_or("", String::as_str)
    )))
}

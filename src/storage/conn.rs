//! A connection to either backend. The `match` here is the only one that executes the SQL tree.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use diesel::connection::{Connection as _, DefaultLoadingMode, SimpleConnection as _};
use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::sql_types::Untyped;
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel::{QueryResult, RunQueryDsl};

use super::StorageError;
use super::bulk::Statement;
use super::deadline::{self, Limit};
use super::sql::explain::Explained;
use super::sql::select::{CURSOR, Column, Cursor, Select};
use super::value::{ColumnType, Row};

/// Which database, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// An embedded file.
    Sqlite(std::path::PathBuf),
    /// A server, by URL.
    Postgres(String),
}

impl Address {
    /// Reads `postgres://…`, `sqlite://path` or a path.
    pub fn parse(text: &str) -> Result<Self, StorageError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            #[cfg(not(feature = "postgres-tls"))]
            if ["sslmode=require", "sslmode=verify-ca", "sslmode=verify-full"].iter().any(|m| text.contains(m)) {
                return Err(StorageError::Address(
                    "the address asks for TLS (sslmode), which this build does not have; build with --features postgres-tls".to_owned(),
                ));
            }
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")).unwrap_or(text);
        if path.is_empty() || path.contains("://") {
            return Err(StorageError::Address(format!(
                "`{}` is not a database; give postgres://user@host/name or the path of a SQLite file",
                text.split('@').next_back().unwrap_or_default()
            )));
        }
        Ok(Self::Sqlite(path.into()))
    }

    /// `sqlite` or `postgresql`.
    pub fn backend(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgresql",
        }
    }

    /// The address without a password, for people.
    pub fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(url) => {
                let shown = match (url.split_once("://"), url.rsplit_once('@')) {
                    (Some((scheme, rest)), Some((_, host))) if rest.contains('@') => {
                        let user = rest.split([':', '@']).next().unwrap_or_default();
                        format!("{scheme}://{user}@{host}")
                    }
                    _ => url.clone(),
                };
                without_password_parameter(&shown)
            }
        }
    }
}

/// libpq also takes the password behind the question mark.
fn without_password_parameter(url: &str) -> String {
    let Some((front, parameters)) = url.split_once('?') else { return url.to_owned() };
    let kept: Vec<&str> = parameters
        .split('&')
        .map(|p| match p.split_once('=') {
            // Anything but plain letters in a name may be a percent-encoded `password`.
            Some((name, _)) if !name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => "***",
            Some(("password" | "sslpassword", _)) => "password=***",
            _ => p,
        })
        .collect();
    format!("{front}?{}", kept.join("&"))
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reading for requests: writes are refused by the database, statements end at the time limit.
    Read {
        /// Time limit of one statement.
        statement_timeout: Duration,
    },
    /// Migrations and imports.
    Write,
}

/// A process of the server that runs a connection's statements, told from every other that has or had its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub id: i64,
    /// When it started, in microseconds.
    pub started: i64,
}

impl Process {
    /// `started` as the server tells it.
    pub const STARTED: &str = "CAST(EXTRACT(EPOCH FROM backend_start) * 1000000 AS BIGINT)";
}

/// A statement of the SQL tree: written for either backend, its columns known at run time.
pub trait TreeQuery:
    QueryFragment<Sqlite>
    + QueryFragment<Pg>
    + QueryId
    + Query<SqlType = Untyped>
    + RunQueryDsl<SqliteConnection>
    + RunQueryDsl<PgConnection>
{
}

impl<Q> TreeQuery for Q where
    Q: QueryFragment<Sqlite>
        + QueryFragment<Pg>
        + QueryId
        + Query<SqlType = Untyped>
        + RunQueryDsl<SqliteConnection>
        + RunQueryDsl<PgConnection>
{
}

/// A connection.
#[expect(missing_debug_implementations, reason = "diesel's connections have none")]
pub enum Conn {
    /// SQLite.
    Sqlite(SqliteConnection),
    /// PostgreSQL.
    Postgres(PgConnection),
}

impl Conn {
    /// Connects. A SQLite file must exist; see [`Conn::create`].
    pub fn open(address: &Address, purpose: Purpose) -> Result<Self, StorageError> {
        let mut conn = Self::open_unlimited(address, purpose)?;
        conn.limit_statements(purpose)?;
        Ok(conn)
    }

    /// The same, with the time of statements not limited yet: for what the program itself asks.
    pub fn open_unlimited(address: &Address, purpose: Purpose) -> Result<Self, StorageError> {
        match address {
            Address::Sqlite(path) => {
                if !path.exists() {
                    return Err(StorageError::Address(format!(
                        "there is no database file `{}`; `tearoad demo` or `tearoad migrate up` creates one",
                        path.display()
                    )));
                }
                Self::open_sqlite(path, purpose)
            }
            Address::Postgres(url) => Self::open_postgres(url, purpose),
        }
    }

    /// Connects for writing, creating a SQLite file that is not there.
    pub fn create(address: &Address) -> Result<Self, StorageError> {
        match address {
            Address::Sqlite(path) => Self::open_sqlite(path, Purpose::Write),
            Address::Postgres(url) => Self::open_postgres(url, Purpose::Write),
        }
    }

    fn open_sqlite(path: &Path, purpose: Purpose) -> Result<Self, StorageError> {
        deadline::install();
        let text =
            path.to_str().ok_or_else(|| StorageError::Address("the path of the database is not UTF-8".to_owned()))?;
        let mut conn = SqliteConnection::establish(text)
            .map_err(|e| StorageError::Unavailable(format!("`{}`: {e}", path.display())))?;
        conn.batch_execute(
            "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 268435456; PRAGMA temp_store = MEMORY;",
        )
        .map_err(|e| {
            // The first file that is made beside the database; SQLite does not say more.
            let hint = if e.to_string().contains("disk I/O error") { "; is the disk full?" } else { "" };
            StorageError::Unavailable(format!("`{}`: {e}{hint}", path.display()))
        })?;
        if matches!(purpose, Purpose::Read { .. }) {
            conn.batch_execute("PRAGMA query_only = ON;")?;
        } else {
            // Sorting and staging of large imports go to the disk.
            conn.batch_execute("PRAGMA cache_size = -65536; PRAGMA temp_store = FILE;")?;
        }
        Ok(Self::Sqlite(conn))
    }

    fn open_postgres(url: &str, purpose: Purpose) -> Result<Self, StorageError> {
        let url = with_connect_options(url);
        let mut conn = PgConnection::establish(&url).map_err(|e| StorageError::Unavailable(e.to_string()))?;
        // Generic plans take the wrong index on skewed data: plan each execution with its values. Compiling a statement
        // of a thousand parts took 36 s and hears neither a time limit nor a cancel request; without it the statement
        // takes 9 s and both end it.
        let mut setup =
            "SET TIME ZONE 'UTC'; SET plan_cache_mode = force_custom_plan; SET jit = off; SET client_min_messages = warning;"
                .to_owned();
        if matches!(purpose, Purpose::Read { .. }) {
            setup.push_str(
                " SET default_transaction_read_only = on; SET default_transaction_isolation = 'repeatable read';",
            );
        }
        conn.batch_execute(&setup).map_err(|e| StorageError::Unavailable(e.to_string()))?;
        Ok(Self::Postgres(conn))
    }

    /// From here on PostgreSQL ends statements of requests at their time limit; SQLite's end at the deadline of each
    /// read.
    pub fn limit_statements(&mut self, purpose: Purpose) -> Result<(), StorageError> {
        match (self, purpose) {
            (Self::Postgres(conn), Purpose::Read { statement_timeout }) => conn
                .batch_execute(&format!("SET statement_timeout = {}", statement_timeout.as_millis()))
                .map_err(|e| StorageError::Unavailable(e.to_string())),
            _ => Ok(()),
        }
    }

    /// Lets the statements that follow in this transaction run no longer than this altogether.
    pub fn hurry(&mut self, rest: Duration) -> Result<(), StorageError> {
        let left = deadline::shorten(rest);
        match self {
            Self::Sqlite(_) => Ok(()),
            // 0 would be no limit at all.
            Self::Postgres(_) => self.batch(&format!("SET LOCAL statement_timeout = {}", left.as_millis().max(1))),
        }
    }

    /// `sqlite` or `postgresql`.
    pub fn backend(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgresql",
        }
    }

    /// The process that runs this connection's statements; SQLite runs them in this one.
    pub fn process(&mut self) -> Result<Option<Process>, StorageError> {
        if matches!(self, Self::Sqlite(_)) {
            return Ok(None);
        }
        let statement = Statement(format!(
            "SELECT CAST(pid AS BIGINT), {} FROM pg_stat_activity WHERE pid = pg_backend_pid()",
            Process::STARTED
        ));
        let rows = self.rows(statement, &[])?;
        Ok(rows.first().and_then(|row| Some(Process { id: row.int(0)?, started: row.int(1)? })))
    }

    /// Runs a statement of the SQL tree; `types` are those of its columns, in order.
    pub fn rows<Q: TreeQuery>(&mut self, query: Q, types: &[ColumnType]) -> Result<Vec<Row>, StorageError> {
        // PostgreSQL limits each statement, this their sum.
        if let Some(stopped) = deadline::stopped() {
            return Err(stopped);
        }
        let sqlite = matches!(self, Self::Sqlite(_));
        let result: QueryResult<Vec<Row>> = match self {
            Self::Sqlite(conn) => query.load::<Row>(conn),
            Self::Postgres(conn) => query.load::<Row>(conn),
        };
        let mut rows = result.map_err(|e| StorageError::from(e).classified())?;
        let looser =
            |t: &ColumnType| matches!(t, ColumnType::Bool | ColumnType::Date | ColumnType::Time | ColumnType::Float);
        if sqlite && types.iter().any(looser) {
            for row in &mut rows {
                for (value, wanted) in row.values.iter_mut().zip(types) {
                    *value = std::mem::replace(value, super::value::Value::Null).typed(*wanted);
                }
            }
        }
        Ok(rows)
    }

    /// Lets sorts of any size go to the disk, in a connection that was opened for requests, whose sorts are small.
    pub fn sort_on_disk(&mut self) -> Result<(), StorageError> {
        match self {
            Self::Sqlite(_) => self.batch("PRAGMA temp_store = FILE"),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Gives each row of a statement of the SQL tree to `take`, in constant memory however many there are. Inside a
    /// transaction only; `take` may wait.
    pub fn each<E: From<StorageError>>(
        &mut self,
        query: Select,
        take: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Some(stopped) = deadline::stopped() {
            return Err(stopped.into());
        }
        match self {
            Self::Sqlite(conn) => {
                let types: Vec<ColumnType> = query.columns.iter().map(Column::column_type).collect();
                each_of_sqlite(conn, query, &types, take)
            }
            Self::Postgres(conn) => each_of_postgres(conn, query, take),
        }
    }

    /// The same for a statement whose columns are whole numbers and texts.
    pub fn each_of<E: From<StorageError>>(
        &mut self,
        statement: impl TreeQuery,
        take: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Some(stopped) = deadline::stopped() {
            return Err(stopped.into());
        }
        match self {
            Self::Sqlite(conn) => each_of_sqlite(conn, statement, &[], take),
            Self::Postgres(conn) => each_of_postgres(conn, statement, take),
        }
    }

    /// The text of a statement, for records of what runs.
    pub fn text_of<Q: TreeQuery>(&self, query: &Q) -> String {
        match self {
            Self::Sqlite(_) => diesel::debug_query::<Sqlite, _>(query).to_string(),
            Self::Postgres(_) => diesel::debug_query::<Pg, _>(query).to_string(),
        }
    }

    /// The steps in which the database would run a statement, each further in than the one that it belongs to.
    pub fn plan_of<Q: TreeQuery>(&mut self, query: &Q) -> Result<Vec<String>, StorageError> {
        let rows = self.rows(Explained(query), &[])?;
        let mut depths: HashMap<i64, usize> = HashMap::new();
        let step = |row: &Row| {
            let text = row.values.last()?.as_text()?;
            // SQLite gives a step's number and that of the step above; PostgreSQL indents by itself.
            let depth = match (row.values.len(), row.int(0), row.int(1)) {
                (4, Some(number), Some(above)) => {
                    let depth = depths.get(&above).map_or(0, |depth| depth + 1);
                    depths.insert(number, depth);
                    depth
                }
                _ => 0,
            };
            Some(format!("{}{text}", "  ".repeat(depth)))
        };
        Ok(rows.iter().filter_map(step).collect())
    }

    /// Runs fixed statements that return nothing.
    pub fn batch(&mut self, sql: &str) -> Result<(), StorageError> {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(sql),
            Self::Postgres(conn) => conn.batch_execute(sql),
        }
        .map_err(|e| StorageError::from(e).classified())
    }

    /// Runs `read` in one read transaction: all its statements see one revision. The limit ends SQLite's statements;
    /// PostgreSQL's end by their own, or are cancelled. None begins after it.
    pub fn read<T, E: From<StorageError>>(
        &mut self,
        limit: Limit,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        deadline::set(Some(limit));
        let result = self.batch("BEGIN").map_err(E::from).and_then(|()| read(self));
        deadline::set(None);
        match result {
            Ok(value) => {
                self.batch("COMMIT")?;
                Ok(value)
            }
            Err(error) => {
                // The first error is the one to tell; nothing was written that could stay.
                let _rolled_back = self.batch("ROLLBACK");
                Err(error)
            }
        }
    }

    /// Runs `read` in one transaction without a time limit, all of whose statements see one revision: for exports.
    pub fn snapshot<T, E: From<StorageError>>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        self.batch(match self {
            Self::Sqlite(_) => "BEGIN",
            Self::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        })?;
        let result = read(self);
        // Nothing was written: how it ends does not matter.
        let _ended = self.batch("ROLLBACK");
        result
    }

    /// Runs `write` in one transaction that is kept only if it succeeds. On SQLite it takes the write lock at once.
    pub fn write<T, E: From<StorageError>>(&mut self, write: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        self.batch(match self {
            Self::Sqlite(_) => "BEGIN IMMEDIATE",
            Self::Postgres(_) => "BEGIN",
        })?;
        // A full disk is met at the latest by the commit, which then leaves the transaction open.
        let result = write(self).and_then(|value| self.batch("COMMIT").map(|()| value).map_err(E::from));
        if result.is_err() {
            // The first error is the one to tell; a failed roll-back means the connection is gone, which also rolls back.
            let _rolled_back = self.batch("ROLLBACK");
        }
        result
    }
}

fn failed<E: From<StorageError>>(error: diesel::result::Error) -> E {
    StorageError::from(error).classified().into()
}

fn each_of_sqlite<E: From<StorageError>>(
    conn: &mut SqliteConnection,
    query: impl TreeQuery,
    types: &[ColumnType],
    mut take: impl FnMut(Row) -> Result<(), E>,
) -> Result<(), E> {
    let looser =
        |t: &ColumnType| matches!(t, ColumnType::Bool | ColumnType::Date | ColumnType::Time | ColumnType::Float);
    let loose: Vec<(usize, ColumnType)> = types.iter().copied().enumerate().filter(|(_, t)| looser(t)).collect();
    for row in query.load_iter::<Row, DefaultLoadingMode>(conn).map_err(failed)? {
        let mut row = row.map_err(failed)?;
        for (at, wanted) in &loose {
            if let Some(value) = row.values.get_mut(*at) {
                *value = std::mem::replace(value, super::value::Value::Null).typed(*wanted);
            }
        }
        take(row)?;
    }
    Ok(())
}

/// Rows that the server makes at a time: the client's library holds all of them.
const FETCHED: usize = 2_000;

fn each_of_postgres<E: From<StorageError>>(
    conn: &mut PgConnection,
    query: impl TreeQuery,
    mut take: impl FnMut(Row) -> Result<(), E>,
) -> Result<(), E> {
    Cursor(query).execute(conn).map_err(failed)?;
    loop {
        // The server limits each fetch, this their sum.
        if let Some(stopped) = deadline::stopped() {
            return Err(stopped.into());
        }
        let fetch = Statement(format!("FETCH {FETCHED} FROM {CURSOR}"));
        let mut n_fetched = 0;
        for row in fetch.load_iter::<Row, DefaultLoadingMode>(conn).map_err(failed)? {
            take(row.map_err(failed)?)?;
            n_fetched += 1;
        }
        if n_fetched < FETCHED {
            // While it is open its table cannot be altered, and its name is taken.
            return conn.batch_execute(&format!("CLOSE {CURSOR}")).map_err(failed);
        }
    }
}

/// Adds time limits of the network to a URL that does not set them.
fn with_connect_options(url: &str) -> String {
    let mut out = url.to_owned();
    for (key, value) in [("connect_timeout", "2"), ("tcp_user_timeout", "6000"), ("application_name", "tearoad")] {
        if !url.contains(key) {
            out.push(if out.contains('?') { '&' } else { '?' });
            out.push_str(key);
            out.push('=');
            out.push_str(value);
        }
    }
    out
}

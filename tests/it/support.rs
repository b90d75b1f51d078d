//! A fresh database for each test: a SQLite file always, a PostgreSQL schema where there is a server. Without one the
//! tests fail in CI and say so loudly elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Map, Value as Json, json};
use tearoad::graphql::limits::Limits;
use tearoad::graphql::run::{Graph, Request};
use tearoad::graphql::schema::GraphSchema;
use tearoad::storage::conn::{Address, Conn};
use tearoad::storage::migrate;
use tearoad::storage::pool::{Db, PoolConfig};
use tearoad::transfer::layout::Layout;
use tearoad::transfer::report::Tell;
use tearoad::transfer::{Options, Summary, TransferError, figures, seed};

/// A database that goes away with the test.
pub struct TestDb {
    pub address: Address,
    _folder: Option<tempfile::TempDir>,
    drop_schema: Option<(String, String)>,
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if let Some((url, schema)) = &self.drop_schema
            && let Ok(mut conn) = Conn::create(&Address::Postgres(url.clone()))
        {
            let _gone = conn.batch(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"));
        }
    }
}

impl TestDb {
    /// `sqlite` or `postgresql`.
    pub fn backend(&self) -> &'static str {
        self.address.backend()
    }

    pub fn conn(&self) -> Conn {
        Conn::create(&self.address).unwrap()
    }

    pub fn graph(&self) -> Graph {
        self.graph_with(Limits::default())
    }

    pub fn graph_with(&self, limits: Limits) -> Graph {
        let config = PoolConfig { threads: 2, ..PoolConfig::for_address(&self.address) };
        let db = Db::start(&self.address, config).unwrap();
        Graph::new(Arc::new(GraphSchema::build().unwrap()), limits, db).recording_statements()
    }
}

fn sqlite() -> TestDb {
    let folder = tempfile::tempdir().unwrap();
    TestDb { address: Address::Sqlite(folder.path().join("test.db")), _folder: Some(folder), drop_schema: None }
}

fn postgres() -> Option<TestDb> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let Ok(url) = std::env::var("TEAROAD_TEST_DATABASE_URL") else {
        assert!(std::env::var("CI").is_err(), "TEAROAD_TEST_DATABASE_URL is not set: CI tests both databases");
        eprintln!("!! TEAROAD_TEST_DATABASE_URL is not set: PostgreSQL is NOT tested; ./test starts one");
        return None;
    };
    let schema = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut conn = Conn::create(&Address::Postgres(url.clone())).unwrap();
    conn.batch(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")).unwrap();
    let joint = if url.contains('?') { '&' } else { '?' };
    let address = Address::Postgres(format!("{url}{joint}options=-csearch_path%3D{schema}"));
    Some(TestDb { address, _folder: None, drop_schema: Some((url, schema)) })
}

/// Empty databases of every backend there is.
pub fn empty_databases() -> Vec<TestDb> {
    std::iter::once(sqlite()).chain(postgres()).collect()
}

/// Databases with all tables.
pub fn databases() -> Vec<TestDb> {
    let all = empty_databases();
    for db in &all {
        migrate::up(&mut db.conn()).unwrap();
    }
    all
}

/// Databases with the reference lists and the demo.
pub fn demo_databases() -> Vec<TestDb> {
    let all = databases();
    for db in &all {
        let mut conn = db.conn();
        seed::load_reference(&mut conn).unwrap();
        seed::load_demo(&mut conn).unwrap();
    }
    all
}

/// Runs a future to its end.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The answer to a document with variables.
pub fn ask_with(graph: &Graph, query: &str, variables: Json) -> Json {
    let variables: Map<String, Json> = variables.as_object().cloned().unwrap_or_default();
    let request = Request { query: query.to_owned(), variables, ..Request::default() };
    serde_json::from_str(&block_on(graph.answer(request)).body).unwrap()
}

/// The answer to a document.
pub fn ask(graph: &Graph, query: &str) -> Json {
    ask_with(graph, query, json!({}))
}

/// The data of an answer that must have no errors.
pub fn data(answer: &Json) -> &Json {
    assert!(answer.get("errors").is_none(), "unexpected errors: {answer:#}");
    &answer["data"]
}

/// Statements that an answer took, apart from the look at the revision.
pub fn statements(answer: &Json) -> u64 {
    answer["extensions"]["tearoad"]["statements"].as_u64().unwrap()
}

/// Imports files of a shipped format.
pub fn import(
    conn: &mut Conn,
    format: &str,
    options: &Options,
    files: &[std::path::PathBuf],
    tell: Tell<'_>,
) -> Result<Summary, TransferError> {
    figures::import(conn, &Layout::of_format(format).unwrap(), options, files, tell)
}

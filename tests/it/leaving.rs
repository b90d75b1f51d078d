//! Statements end when their time is over or when whoever asked has left; what has not begun by then never begins.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use serde_json::json;
use tearoad::graphql::limits::Limits;
use tearoad::graphql::run::Graph;
use tearoad::graphql::schema::GraphSchema;
use tearoad::server::{ServerConfig, serve};
use tearoad::storage::StorageError;
use tearoad::storage::bulk::Fixed;
use tearoad::storage::pool::{Db, PoolConfig};

use crate::support::{TestDb, ask_with, block_on, demo_databases};

/// Longer than anybody here waits: nothing ends by its time limit.
const LONG: Duration = Duration::from_secs(100);

/// What must happen is waited for as long as this.
const PATIENCE: Duration = Duration::from_secs(10);

/// One database thread with one connection.
fn one_thread(db: &TestDb) -> Db {
    let config = PoolConfig { threads: 1, statement_timeout: LONG, ..PoolConfig::for_address(&db.address) };
    Db::start(&db.address, config).unwrap()
}

fn endless(db: &TestDb) -> &'static str {
    match db.backend() {
        "sqlite" => "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n",
        _ => "SELECT 1 FROM pg_sleep(300)",
    }
}

/// Reads the revision on the only thread: it must be free.
fn revision(reader: &Db) -> Result<i64, StorageError> {
    let until = Instant::now() + PATIENCE;
    block_on(reader.read::<i64, StorageError>(until, |_, snapshot| Ok(snapshot.revision)))
}

#[test]
fn a_requester_that_leaves_stops_its_statement() {
    for db in demo_databases() {
        let reader = one_thread(&db);
        for _ in 0..3 {
            let (tell, told) = mpsc::channel();
            let (begin, begun) = tokio::sync::mpsc::unbounded_channel();
            let statement = endless(&db);
            block_on(async {
                let mut begun = begun;
                let read = reader.read::<(), StorageError>(Instant::now() + LONG, move |conn, _| {
                    begin.send(()).unwrap();
                    let ended = conn.rows(Fixed(statement), &[]);
                    tell.send(format!("{ended:?}")).unwrap();
                    ended.map(|_| ())
                });
                tokio::select! {
                    read = read => panic!("ended: {read:?}"),
                    _ = begun.recv() => tokio::time::sleep(Duration::from_millis(50)).await,
                }
                // Leaving the block drops the read.
            });
            let ended = told.recv_timeout(PATIENCE).expect("the statement goes on");
            assert_eq!(ended, "Err(Cancelled)", "{}", db.backend());
            assert_eq!(revision(&reader).unwrap(), 2, "the thread serves on, {}", db.backend());
        }
    }
}

#[test]
fn what_has_not_begun_when_its_requester_leaves_never_begins() {
    for db in demo_databases() {
        let reader = one_thread(&db);
        let (release, released) = mpsc::channel::<()>();
        let released = std::sync::Mutex::new(released);
        let until = Instant::now() + LONG;
        let ran = Arc::new(AtomicBool::new(false));
        block_on(async {
            let busy = reader.read::<(), StorageError>(until, move |_, _| {
                released.lock().unwrap().recv().unwrap();
                Ok(())
            });
            let runs = Arc::clone(&ran);
            let waiting = reader.read::<(), StorageError>(until, move |_, _| {
                runs.store(true, Ordering::SeqCst);
                Ok(())
            });
            let mut busy = Box::pin(busy);
            assert!((&mut busy).now_or_never().is_none());
            assert!(waiting.now_or_never().is_none(), "asked, and left");
            release.send(()).unwrap();
            busy.await.unwrap();
        });
        assert_eq!(revision(&reader).unwrap(), 2);
        assert!(!ran.load(Ordering::SeqCst), "nobody waited for it, {}", db.backend());
    }
}

/// The body of a request that takes long: many parts of names looked for in many names.
fn slow_body(db: &TestDb) -> serde_json::Value {
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 160000)";
    db.conn()
        .batch(&format!(
            "INSERT INTO names (subject_kind, subject_id, language, ordinal, text, folded) {rows} SELECT 'EVENT', (SELECT MIN(id) FROM events), 'en', 100 + i, 'x', 'a name that is looked through from its beginning to its end, again and again ' || i FROM n"
        ))
        .unwrap();
    let parts: Vec<_> = (0..900).map(|i| json!({ "name": { "contains": format!("again and {i} again") } })).collect();
    json!({
        "query": "query($filter: EventFilter) { events(filter: $filter) { totalCount } }",
        "variables": { "filter": { "or": parts } },
    })
}

#[test]
fn the_time_limit_ends_a_statement_of_many_parts() {
    for db in demo_databases() {
        let body = slow_body(&db);
        let limit = Duration::from_secs(2);
        let config = PoolConfig { statement_timeout: limit, ..PoolConfig::for_address(&db.address) };
        let limits = Limits { time_ms: 2000, ..Limits::default() };
        let reader = Db::start(&db.address, config).unwrap();
        let graph = Graph::new(Arc::new(GraphSchema::build().unwrap()), limits, reader);
        let started = Instant::now();
        let answer = ask_with(&graph, body["query"].as_str().unwrap(), body["variables"].clone());
        assert_eq!(answer["errors"][0]["extensions"]["reason"], "TIMEOUT", "{answer}");
        assert!(started.elapsed() < PATIENCE, "{:?} on {}", started.elapsed(), db.backend());
    }
}

#[test]
fn a_client_that_leaves_frees_the_database() {
    for db in demo_databases() {
        let body = slow_body(&db).to_string();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let reader = one_thread(&db);
        let limits = Limits { time_ms: 100_000, ..Limits::default() };
        let graph = Graph::new(Arc::new(GraphSchema::build().unwrap()), limits, reader.clone());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(|| actix_web::rt::System::new().block_on(serve(listener, graph, ServerConfig::default())));
        for _ in 0..2 {
            let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
            client.write_all(request.as_bytes()).unwrap();
            client.set_read_timeout(Some(Duration::from_millis(1500))).unwrap();
            let still = client.read(&mut [0]).unwrap_err().kind();
            assert!(matches!(still, std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut), "it takes long");
            drop(client);
            assert_eq!(revision(&reader).unwrap(), 2, "free again, {}", db.backend());
        }
    }
}

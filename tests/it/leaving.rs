//! Statements end when their time is over or when whoever asked has left.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tearoad::graphql::limits::Limits;
use tearoad::graphql::run::Graph;
use tearoad::graphql::schema::GraphSchema;
use tearoad::storage::pool::{Db, PoolConfig};

use crate::support::{TestDb, ask_with, demo_databases};

/// What must happen is waited for as long as this.
const PATIENCE: Duration = Duration::from_secs(10);

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

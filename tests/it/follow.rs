//! Who keeps a copy: what changed since a revision, and that a copy which follows it stays equal.

use serde_json::json;
use tearoad::storage::bulk::Fixed;
use tearoad::storage::conn::Conn;
use tearoad::storage::migrate;
use tearoad::storage::revision::{self, Change};

use crate::support::{ask, ask_with, data, databases, demo_databases};

#[test]
fn changes_tell_their_revision_and_nothing_new_is_no_mistake() {
    for db in demo_databases() {
        let graph = db.graph();
        let answer =
            ask(&graph, "{ service { revision committedAt } changes(since: 1) { nodes { revision committedAt } } }");
        let (service, changes) = (&data(&answer)["service"], &data(&answer)["changes"]["nodes"]);
        assert!(!changes.as_array().unwrap().is_empty());
        for change in changes.as_array().unwrap() {
            assert_eq!((&change["revision"], &change["committedAt"]), (&service["revision"], &service["committedAt"]));
        }
        let newest =
            ask(&graph, "{ changes(since: 2, filter: { entity: { eq: Event } }) { totalCount nodes { key } } }");
        assert_eq!(data(&newest)["changes"], json!({ "totalCount": 0, "nodes": [] }));
        assert!(newest["extensions"]["tearoad"].get("hints").is_none(), "{newest}");
        let wrong = ask(&graph, "{ changes(since: \"x\") { totalCount } }");
        assert_eq!(wrong["errors"][0]["extensions"]["reason"], "INVALID_NUMBER");
    }
}

/// Pages meet every change once, and a page's cursor belongs to its `since`.
#[test]
fn changes_are_walked_by_pages() {
    const QUERY: &str = "query($since: BigInt, $after: String) { changes(since: $since, first: 7, after: $after) { nodes { id revision entity key } pageInfo { hasNextPage endCursor } } }";
    for db in demo_databases() {
        let graph = db.graph();
        let mut keys: Vec<(i64, String, String)> = Vec::new();
        let mut after = json!(null);
        loop {
            let answer = ask_with(&graph, QUERY, json!({ "since": "0", "after": after }));
            let list = &data(&answer)["changes"];
            for node in list["nodes"].as_array().unwrap() {
                let text = |name: &str| node[name].as_str().unwrap().to_owned();
                keys.push((text("revision").parse().unwrap(), text("entity"), text("key")));
            }
            after = list["pageInfo"]["endCursor"].clone();
            if list["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert!(keys.is_sorted(), "in the order of revision, type and key, each once");
        let stored = db.conn().rows(Fixed("SELECT COUNT(*) FROM changes"), &[]).unwrap()[0].int(0).unwrap();
        assert_eq!(i64::try_from(keys.len()).unwrap(), stored);
        let other = ask_with(&graph, QUERY, json!({ "since": "1", "after": after }));
        assert_eq!(other["errors"][0]["extensions"]["reason"], "CURSOR_MISMATCH", "{other}");
    }
}

fn figures(key: &str) -> Change {
    Change {
        entity: "TradeFigure",
        key: key.to_owned(),
        action: "FIGURES",
        inserted: 1,
        updated: 0,
        deleted: 0,
        replaced: false,
    }
}

fn finish(conn: &mut Conn, change: Change) -> Result<i64, tearoad::storage::StorageError> {
    conn.write(|conn| revision::finish(conn, "IMPORT", None, &json!({}), &[change]))
}

/// A change that nobody could act on is a fault of the writer.
#[test]
fn a_change_without_a_place_is_not_written() {
    for db in databases() {
        let mut conn = db.conn();
        for key in ["BACI", "BACI/CN", "BACI/CN/20", "BACI/CN/2023/X"] {
            assert!(finish(&mut conn, figures(key)).is_err(), "{key}");
        }
        assert!(finish(&mut conn, Change { entity: "Sekt", ..figures("BACI/CN/2023") }).is_err());
        assert_eq!(finish(&mut conn, figures("BACI/CN/2023-Q2")).unwrap(), 1);
    }
}

/// Changes from before the columns of figures get them from their keys.
#[test]
fn older_changes_of_figures_are_told_apart_too() {
    for db in databases() {
        let mut conn = db.conn();
        for key in ["BACI-HS17/CN-370300/2023", "D/CN/2023-Q3", "D/CN/2023-11"] {
            finish(&mut conn, figures(key)).unwrap();
        }
        let read = |conn: &mut Conn| {
            let statement = Fixed(
                "SELECT entity_key, dataset, reporter, period_start, period_months FROM changes ORDER BY revision",
            );
            conn.rows(statement, &[]).unwrap().into_iter().map(|row| format!("{:?}", row.values)).collect::<Vec<_>>()
        };
        let before = read(&mut conn);
        assert!(before[1].contains("Text(\"D\"), Text(\"CN\"), Int(24282), Int(3)"), "{before:?}");
        while migrate::down(&mut conn).unwrap().is_some_and(|name| !name.ends_with("followed_changes")) {}
        migrate::up(&mut conn).unwrap();
        assert_eq!(read(&mut conn), before, "{}", db.backend());
    }
}

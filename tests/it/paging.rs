//! Pages glued together are the whole list, for any order and size, forward and backward, at the root and nested; a
//! cursor belongs to one list; what is inserted or deleted meanwhile neither repeats nor hides another row.

use serde_json::{Value as Json, json};
use tearoad::graphql::run::Graph;
use tearoad::storage::bulk::{Statement, execute};

use crate::support::{ask_with, data, demo_databases};

/// The next number of a fixed sequence.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

const ORDERS: &[&str] = &["CODE", "NAME", "AREA_KM2"];

fn random_order(state: &mut u64) -> Json {
    let mut fields: Vec<&str> = ORDERS.to_vec();
    let mut out = Vec::new();
    for _ in 0..=(next(state) % 3) {
        let field = fields.remove((next(state) as usize) % fields.len());
        out.push(json!({ "field": field, "direction": if next(state) % 2 == 0 { "ASC" } else { "DESC" } }));
    }
    Json::Array(out)
}

const FORWARD: &str = "query($f: RegionFilter, $o: [RegionOrder!], $n: Int, $c: String) { list: regions(filter: $f, orderBy: $o, first: $n, after: $c) { totalCount edges { cursor node { code } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor revisionChanged } } }";
const BACKWARD: &str = "query($f: RegionFilter, $o: [RegionOrder!], $n: Int, $c: String) { list: regions(filter: $f, orderBy: $o, last: $n, before: $c) { totalCount edges { cursor node { code } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor revisionChanged } } }";

fn codes(list: &Json) -> Vec<String> {
    list["edges"].as_array().unwrap().iter().map(|e| e["node"]["code"].as_str().unwrap().to_owned()).collect()
}

fn glued(graph: &Graph, filter: &Json, order: &Json, size: u64, backward: bool) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut cursor = Json::Null;
    loop {
        let query = if backward { BACKWARD } else { FORWARD };
        let answer = ask_with(graph, query, json!({ "f": filter, "o": order, "n": size, "c": cursor }));
        let list = &data(&answer)["list"];
        let page = codes(list);
        assert!(page.len() as u64 <= size);
        let (more, at) = if backward { ("hasPreviousPage", "startCursor") } else { ("hasNextPage", "endCursor") };
        if backward {
            out.splice(0..0, page);
        } else {
            out.extend(page);
        }
        if list["pageInfo"][more] != json!(true) {
            assert_eq!(list["totalCount"].as_u64().unwrap() as usize, out.len());
            return out;
        }
        cursor = list["pageInfo"][at].clone();
    }
}

#[test]
fn pages_glued_together_are_the_list() {
    let databases = demo_databases();
    let mut state = 11;
    for _ in 0..12 {
        let order = random_order(&mut state);
        let filter = json!({ "or": [{ "within": { "code": "CN" } }, { "within": { "code": "RU" } }, { "kind": { "ne": "PLACE" } }] });
        let whole: Vec<Vec<String>> =
            databases.iter().map(|db| glued(&db.graph(), &filter, &order, 200, false)).collect();
        assert!(whole.windows(2).all(|pair| pair[0] == pair[1]), "the databases order {order} differently");
        for db in &databases {
            let graph = db.graph();
            for backward in [false, true] {
                let size = 3 + next(&mut state) % 60;
                assert_eq!(
                    glued(&graph, &filter, &order, size, backward),
                    whole[0],
                    "{order}, {size} a page, backward {backward}, {}",
                    db.backend()
                );
            }
        }
    }
}

#[test]
fn nested_pages_are_those_of_each_parent() {
    let query = "query($n: Int, $c: String) { regions(filter: { code: { in: [\"CN\", \"RU\", \"KZ\"] } }, orderBy: { field: CODE }) { nodes { code children(first: $n, after: $c, orderBy: { field: CODE, direction: DESC }) { totalCount edges { cursor node { code } } pageInfo { hasNextPage } } } } }";
    let mut seen = Vec::new();
    for db in demo_databases() {
        let graph = db.graph();
        let answer = ask_with(&graph, query, json!({ "n": 200 }));
        let parents = data(&answer)["regions"]["nodes"].clone();
        let sizes: Vec<u64> =
            parents.as_array().unwrap().iter().map(|p| p["children"]["totalCount"].as_u64().unwrap()).collect();
        assert_eq!(sizes, [31, 0, 83], "China, Kazakhstan, Russia");
        let first = ask_with(&graph, query, json!({ "n": 5 }));
        for (all, page) in parents.as_array().unwrap().iter().zip(data(&first)["regions"]["nodes"].as_array().unwrap())
        {
            let (all, page) = (codes(&all["children"]), codes(&page["children"]));
            assert_eq!(page[..], all[..all.len().min(5)]);
        }
        seen.push(parents);
        let wanted = first["extensions"]["tearoad"]["statements"].clone();
        assert_eq!(wanted, json!(3), "parents, children, counts");
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn changes_between_pages_neither_repeat_nor_hide_rows() {
    for db in demo_databases() {
        let graph = db.graph();
        let filter = json!({ "within": { "code": "RU" } });
        let order = json!([{ "field": "CODE" }]);
        let before = glued(&graph, &filter, &order, 200, false);
        let page = ask_with(&graph, FORWARD, json!({ "f": filter, "o": order, "n": 10 }));
        let page = &data(&page)["list"];
        let mut conn = db.conn();
        // A row of the page, the row of the cursor, and a row behind it go; one in front and one behind come.
        for gone in [&before[2], &before[9], &before[40]] {
            for table in ["region_codes", "region_members"] {
                execute(
                    &mut conn,
                    &Statement(format!(
                        "DELETE FROM {table} WHERE region_id IN (SELECT id FROM regions WHERE code = '{gone}')"
                    )),
                )
                .unwrap();
            }
            execute(
                &mut conn,
                &Statement(format!(
                    "DELETE FROM event_regions WHERE region_id IN (SELECT id FROM regions WHERE code = '{gone}')"
                )),
            )
            .unwrap();
            execute(
                &mut conn,
                &Statement(format!(
                    "UPDATE regions SET parent_id = NULL, path = '/gone/{gone}/' WHERE code = '{gone}'"
                )),
            )
            .unwrap();
        }
        for (id, code) in [(9001, "RU-AA0"), (9002, "RU-ZZZ")] {
            execute(&mut conn, &Statement(format!("INSERT INTO regions (id, code, kind, level, path, sort_name) SELECT {id}, '{code}', 'PLACE', 'PROVINCE', path || '{code}/', '{code}' FROM regions WHERE code = 'RU'"))).unwrap();
        }
        execute(&mut conn, &Statement("INSERT INTO revisions (revision, committed_at, kind, summary) VALUES (77, '2026-01-01 00:00:00', 'IMPORT', '{}')".to_owned())).unwrap();
        let rest =
            ask_with(&graph, FORWARD, json!({ "f": filter, "o": order, "n": 200, "c": page["pageInfo"]["endCursor"] }));
        let rest = &data(&rest)["list"];
        assert_eq!(rest["pageInfo"]["revisionChanged"], json!(true));
        let mut wanted: Vec<String> = before[10..].to_vec();
        wanted.retain(|code| *code != before[40]);
        wanted.push("RU-ZZZ".to_owned());
        assert_eq!(codes(rest), wanted, "{}", db.backend());
    }
}

#[test]
fn a_cursor_belongs_to_one_list_and_wrong_pages_are_told() {
    for db in demo_databases() {
        let graph = db.graph();
        let reason = |query: &str, variables: Json| {
            let answer = ask_with(&graph, query, variables);
            assert!(answer.get("data").is_none(), "{answer}");
            answer["errors"][0]["extensions"]["reason"].as_str().unwrap().to_owned()
        };
        let filter = json!({ "within": { "code": "RU" } });
        let page = ask_with(&graph, FORWARD, json!({ "f": filter, "o": [{ "field": "CODE" }], "n": 3 }));
        let cursor = data(&page)["list"]["pageInfo"]["endCursor"].clone();
        assert_eq!(
            reason(FORWARD, json!({ "f": { "within": { "code": "CN" } }, "o": [{ "field": "CODE" }], "c": cursor })),
            "CURSOR_MISMATCH"
        );
        assert_eq!(reason(FORWARD, json!({ "f": filter, "o": [{ "field": "NAME" }], "c": cursor })), "CURSOR_MISMATCH");
        assert_eq!(
            reason("query($c: String) { companies(after: $c) { totalCount } }", json!({ "c": cursor })),
            "CURSOR_MISMATCH"
        );
        assert_eq!(reason(FORWARD, json!({ "c": "bm9uc2Vuc2U" })), "CURSOR_INVALID");
        assert_eq!(reason(FORWARD, json!({ "n": 201 })), "PAGE_SIZE_EXCEEDED");
        assert_eq!(reason(FORWARD, json!({ "n": -1 })), "PAGE_ARGUMENTS");
        assert_eq!(reason("{ regions(first: 1, last: 1) { totalCount } }", json!({})), "PAGE_ARGUMENTS");
        assert_eq!(reason("{ tradeFigures(first: 1001) { totalCount } }", json!({})), "PAGE_SIZE_EXCEEDED");
        assert_eq!(reason("{ regions(atRevision: 1) { totalCount } }", json!({})), "REVISION_MOVED");
        assert!(
            ask_with(&graph, "{ regions(atRevision: 2, first: 0) { totalCount nodes { code } } }", json!({}))
                .get("errors")
                .is_none()
        );
        assert_eq!(
            reason(
                "{ regions(first: 200) { nodes { children(first: 200) { nodes { children(first: 200) { nodes { code } } } } } } }",
                json!({})
            ),
            "TOO_EXPENSIVE"
        );
    }
}

//! Filters over the demo that a person can check: names in every language, links, trees.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tearoad::catalog::{self, Entity};
use tearoad::graphql::run::Graph;

use crate::support::{ask_with, data, demo_databases};

/// Every row of a root list, page by page.
fn rows(graph: &Graph, entity: &Entity, fields: &str, filter: Option<&Json>) -> Vec<Json> {
    let plural = entity.plural.unwrap();
    let query = format!(
        "query($filter: {}Filter, $after: String) {{ list: {plural}(first: 200, after: $after, filter: $filter) {{ totalCount nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}",
        entity.name
    );
    let mut out = Vec::new();
    let mut after = Json::Null;
    loop {
        let answer = ask_with(graph, &query, json!({ "filter": filter, "after": after }));
        assert!(answer.get("errors").is_none(), "{} {filter:?}: {answer:#}", entity.name);
        let list = &data(&answer)["list"];
        out.extend(list["nodes"].as_array().unwrap().iter().cloned());
        if list["pageInfo"]["hasNextPage"] != json!(true) {
            assert_eq!(list["totalCount"].as_u64().unwrap() as usize, out.len(), "{} {filter:?}", entity.name);
            return out;
        }
        after = list["pageInfo"]["endCursor"].clone();
    }
}

#[test]
fn names_are_found_in_every_language_whatever_case_and_accent() {
    for db in demo_databases() {
        let graph = db.graph();
        for (filter, wanted) in [
            (json!({ "contains": "COTE" }), vec!["CI"]),
            (json!({ "eq": "淄博市" }), vec!["CN-370300"]),
            (json!({ "contains": "淄博" }), vec!["CN-370300"]),
            (json!({ "startsWith": "цзыБО" }), vec!["CN-370300"]),
            (json!({ "endsWith": "бурятия" }), vec!["RU-BU"]),
            (json!({ "contains": "100%" }), vec![]),
            (json!({ "contains": "_" }), vec![]),
            (json!({ "eq": "zibo" }), vec![]),
            (json!({ "in": ["Zibo", "Beijing"] }), vec!["CN-370300", "CN-BJ"]),
        ] {
            let found = rows(&graph, catalog::entity("Region").unwrap(), "id code", Some(&json!({ "name": filter })));
            let codes: BTreeSet<&str> = found.iter().map(|r| r["code"].as_str().unwrap()).collect();
            assert_eq!(codes, wanted.into_iter().collect(), "{filter} on {}", db.backend());
            let rest = rows(
                &graph,
                catalog::entity("Region").unwrap(),
                "id code",
                Some(&json!({ "not": { "name": filter } })),
            );
            assert_eq!(rest.len() + found.len(), 468);
        }
    }
}

#[test]
fn links_nest_and_trees_have_within() {
    let asked: Vec<(&str, Json, usize)> = vec![
        ("Event", json!({ "region": { "within": { "code": "CN" } } }), 2),
        ("Event", json!({ "not": { "region": { "within": { "code": "CN" } } } }), 2),
        (
            "Event",
            json!({ "regions": { "some": { "role": { "eq": "GUEST" }, "region": { "within": { "code": "RU" } } } } }),
            2,
        ),
        ("Event", json!({ "participations": { "some": { "party": { "slug": { "eq": "ccpit-zibo" } } } } }), 3),
        ("Event", json!({ "participations": { "some": { "headcount": { "gte": 200 } } } }), 1),
        ("Event", json!({ "sectors": { "some": { "code": { "eq": "COAL" } } } }), 1),
        ("Event", json!({ "venue": { "name": { "contains": "hub" } } }), 1),
        ("Event", json!({ "or": [{ "kind": { "eq": "VISIT" } }, { "format": { "eq": "ONLINE" } }] }), 2),
        ("Organisation", json!({ "agreements": { "some": { "kind": { "eq": "FRAMEWORK" } } } }), 2),
        ("Organisation", json!({ "region": { "parent": { "code": { "eq": "CN-SD" } } } }), 3),
        ("Organisation", json!({ "events": { "some": { "startsOn": { "gte": "2024-07-01" } } } }), 3),
        ("Region", json!({ "within": { "code": "CN-SD" } }), 17),
        ("Region", json!({ "within": { "code": "CN-SD", "depth": 0 } }), 1),
        ("Region", json!({ "within": { "code": "CN", "depth": 1 } }), 32),
        ("Region", json!({ "within": { "code": "EU", "depth": 0 } }), 28),
        (
            "Region",
            json!({ "groups": { "some": { "group": { "code": { "eq": "EAEU" } }, "until": { "isNull": true } } } }),
            5,
        ),
        ("Region", json!({ "codes": { "some": { "scheme": { "eq": "COMTRADE" }, "code": { "eq": "842" } } } }), 1),
        ("Sector", json!({ "within": { "classification": "HS2017", "code": "V" } }), 4),
        ("Sector", json!({ "correspondsFrom": { "some": { "from": { "code": { "eq": "PHARMACEUTICALS" } } } } }), 2),
        (
            "TradeFigure",
            json!({ "reporter": { "within": { "code": "CN" } }, "flow": { "in": ["EXPORT", "IMPORT"] } }),
            2,
        ),
        ("TradeFigure", json!({ "reporter": { "companies": { "some": { "slug": { "startsWith": "none" } } } } }), 0),
    ];
    for db in demo_databases() {
        let graph = db.graph();
        for (entity, filter, wanted) in &asked {
            let found = rows(&graph, catalog::entity(entity).unwrap(), "id", Some(filter));
            assert_eq!(found.len(), *wanted, "{entity} {filter} on {}", db.backend());
        }
    }
}

//! Every field × operator × backend, from the catalogue: the rows that a filter gives are those that a plain reading of
//! the same rows gives. The rows are read once without a filter; the filter is then evaluated here, over JSON, by code
//! that shares nothing with the program's.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};
use tearoad::catalog::{self, Entity, Field, Kind};
use tearoad::graphql::inputs::operators;
use tearoad::graphql::run::Graph;
use tearoad::transfer::{Options, baci};

use crate::support::{TestDb, ask_with, data, demo_databases};

/// The demo, and a few figures of a reconciled dataset, so that mirrored rows are tested too.
fn worlds() -> Vec<TestDb> {
    let folder = tempfile::tempdir().unwrap();
    let year = folder.path().join("BACI_HS17_Y2020_V202501.csv");
    std::fs::write(&year, "t,i,j,k,v,q\n2020,156,643,010121,5.5,1\n2020,156,643,270900,7,NA\n2020,643,156,270900,1000.001,3.25\n2020,710,156,010121,0.001,\n2021,710,156,010121,2,2\n").unwrap();
    let products = folder.path().join("product_codes_HS17_V202501.csv");
    std::fs::write(&products, "code,description\n010121,Horses\n270900,Crude oil\n").unwrap();
    let all = demo_databases();
    for db in &all {
        baci::import(&mut db.conn(), &Options::default(), &[year.clone(), products.clone()], &|_| {}).unwrap();
    }
    all
}

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

fn ids(rows: &[Json]) -> BTreeSet<String> {
    let all: BTreeSet<String> = rows.iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(all.len(), rows.len(), "no row twice");
    all
}

/// A period's first month and the month behind it.
fn period(text: &str) -> (i64, i64) {
    let year: i64 = text[..4].parse().unwrap();
    match &text[4..] {
        "" => (year * 12, year * 12 + 12),
        rest if rest.starts_with("-Q") => {
            let first = year * 12 + (rest[2..].parse::<i64>().unwrap() - 1) * 3;
            (first, first + 3)
        }
        rest => {
            let first = year * 12 + rest[1..].parse::<i64>().unwrap() - 1;
            (first, first + 1)
        }
    }
}

/// The order of two known values.
fn order(kind: Kind, a: &Json, b: &Json) -> Ordering {
    match kind {
        Kind::Int | Kind::Float => a.as_f64().unwrap().total_cmp(&b.as_f64().unwrap()),
        Kind::BigInt => a.as_str().unwrap().parse::<i64>().unwrap().cmp(&b.as_str().unwrap().parse().unwrap()),
        Kind::Money | Kind::Milli => {
            a.as_str().unwrap().parse::<f64>().unwrap().total_cmp(&b.as_str().unwrap().parse().unwrap())
        }
        Kind::Bool => a.as_bool().cmp(&b.as_bool()),
        _ => a.as_str().unwrap().as_bytes().cmp(b.as_str().unwrap().as_bytes()),
    }
}

/// Whether a value meets an operator: a comparison with an unknown value is false.
fn holds(kind: Kind, op: &str, value: &Json, operand: &Json) -> bool {
    if op == "isNull" {
        return value.is_null() == operand.as_bool().unwrap();
    }
    if value.is_null() {
        return false;
    }
    if let Kind::Period = kind {
        let (start, end) = period(value.as_str().unwrap());
        let one = |operand: &Json| period(operand.as_str().unwrap());
        return match op {
            "in" => operand.as_array().unwrap().iter().any(|o| one(o) == (start, end)),
            "notIn" => !operand.as_array().unwrap().iter().any(|o| one(o) == (start, end)),
            "eq" => one(operand) == (start, end),
            "ne" => one(operand) != (start, end),
            "lt" => end <= one(operand).0,
            "lte" => end <= one(operand).1,
            "gt" => start >= one(operand).1,
            "gte" => start >= one(operand).0,
            other => panic!("no plain reading of the operator {other}"),
        };
    }
    match op {
        "in" => operand.as_array().unwrap().contains(value),
        "notIn" => !operand.as_array().unwrap().contains(value),
        "startsWith" => value.as_str().unwrap().starts_with(operand.as_str().unwrap()),
        "eq" => order(kind, value, operand) == Ordering::Equal,
        "ne" => order(kind, value, operand) != Ordering::Equal,
        "lt" => order(kind, value, operand) == Ordering::Less,
        "lte" => order(kind, value, operand) != Ordering::Greater,
        "gt" => order(kind, value, operand) == Ordering::Greater,
        "gte" => order(kind, value, operand) != Ordering::Less,
        other => panic!("no plain reading of the operator {other}"),
    }
}

/// Operands to try: values that occur, one that does not.
fn operands(kind: Kind, op: &str, seen: &[Json]) -> Vec<Json> {
    if op == "isNull" {
        return vec![json!(true), json!(false)];
    }
    let absent = match kind {
        Kind::Text => json!("no such text"),
        Kind::Int => json!(-7),
        Kind::BigInt | Kind::Money | Kind::Milli => json!("-7"),
        Kind::Float => json!(-7.5),
        Kind::Date => json!("2024-07-01"),
        Kind::DateTime => json!("2024-07-01T00:00:00Z"),
        Kind::Period => json!("2022-Q3"),
        Kind::Bool | Kind::Enum(_) => Json::Null,
    };
    let mut some: Vec<Json> =
        [0, seen.len() / 2, seen.len().saturating_sub(1)].iter().filter_map(|at| seen.get(*at)).cloned().collect();
    some.dedup();
    if !absent.is_null() {
        some.push(absent);
    }
    match op {
        "in" | "notIn" => vec![json!([]), Json::Array(some.iter().take(1).cloned().collect()), Json::Array(some)],
        "startsWith" => some
            .iter()
            .map(|s| json!(s.as_str().unwrap().chars().take(2).collect::<String>()))
            .chain([json!(""), json!("%"), json!("\u{10ffff}")])
            .collect(),
        _ => some,
    }
}

/// The output that shows a filterable column; amounts are shown as objects.
fn selection(field: &Field) -> String {
    match field.kind {
        Kind::Money => format!("{}: value {{ amount }}", field.name),
        _ => field.name.to_owned(),
    }
}

fn shown(field: &Field, row: &Json) -> Json {
    match field.kind {
        Kind::Money => row[field.name]["amount"].clone(),
        _ => row[field.name].clone(),
    }
}

#[test]
fn every_field_and_operator_gives_what_a_plain_reading_gives() {
    let mut asked = 0;
    for db in worlds() {
        let graph = db.graph();
        for entity in catalog::ALL.iter().copied().filter(|e| e.plural.is_some()) {
            let fields: Vec<&Field> = entity.fields.iter().filter(|f| f.filter).collect();
            let select: Vec<String> = fields.iter().map(|f| selection(f)).collect();
            let select = format!("id {}", select.join(" "));
            // Amounts are compared within one dataset.
            let base = entity.mirrored.then(|| json!({ "dataset": { "code": { "eq": "BACI-HS2017" } } }));
            let all = rows(&graph, entity, &select, base.as_ref());
            for field in fields {
                let mut seen: Vec<Json> = all.iter().map(|row| shown(field, row)).filter(|v| !v.is_null()).collect();
                seen.sort_by(|a, b| order(field.kind, a, b));
                seen.dedup();
                for (op, _) in operators(field.kind) {
                    for operand in operands(field.kind, op, &seen) {
                        let condition = json!({ field.name: { op: operand } });
                        let wanted: BTreeSet<String> = ids(&all
                            .iter()
                            .filter(|row| holds(field.kind, op, &shown(field, row), &operand))
                            .cloned()
                            .collect::<Vec<_>>());
                        let with = |condition: Json| {
                            let mut filter: Map<String, Json> = condition.as_object().cloned().unwrap();
                            if let Some(Json::Object(base)) = &base {
                                filter.extend(base.clone());
                            }
                            Json::Object(filter)
                        };
                        let came = ids(&rows(&graph, entity, "id", Some(&with(condition.clone()))));
                        assert_eq!(came, wanted, "{} {condition} on {}", entity.name, db.backend());
                        let others = ids(&rows(&graph, entity, "id", Some(&with(json!({ "not": condition })))));
                        let complement: BTreeSet<String> = ids(&all).difference(&wanted).cloned().collect();
                        assert_eq!(others, complement, "not {} {condition} on {}", entity.name, db.backend());
                        asked += 2;
                    }
                }
            }
        }
    }
    assert!(asked > 1000, "only {asked} filters were asked");
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
        ("TradeFigure", json!({ "reporter": { "companies": { "some": { "slug": { "eq": "none" } } } } }), 0),
    ];
    for db in demo_databases() {
        let graph = db.graph();
        for (entity, filter, wanted) in &asked {
            let found = rows(&graph, catalog::entity(entity).unwrap(), "id", Some(filter));
            assert_eq!(found.len(), *wanted, "{entity} {filter} on {}", db.backend());
        }
    }
}

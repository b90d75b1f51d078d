//! Amounts of one list are compared with one another only where they have one currency; their decimals may differ.

use serde_json::{Value as Json, json};
use tearoad::graphql::run::Graph;

use crate::support::{TestDb, ask_with, data};
use crate::world::{World, world_databases};

const SEED: u64 = 20_241_125;

/// One lies between two units of a dataset without decimals.
const AMOUNTS: &[&str] = &["0", "1", "1.5", "1000", "-3.25"];

const COMPARISONS: &[&str] = &["eq", "ne", "lt", "lte", "gt", "gte", "in", "notIn"];

/// Ids of the figures of a list, and the count that stands beside them.
fn figures(list: &Json) -> (Vec<&str>, i64) {
    let ids = list["nodes"].as_array().unwrap().iter().map(|n| n["id"].as_str().unwrap()).collect();
    (ids, list["totalCount"].as_i64().unwrap())
}

fn condition(op: &str, amount: &str) -> Json {
    let operand = if op == "in" || op == "notIn" { json!([amount, "7"]) } else { json!(amount) };
    json!({ "value": { op: operand } })
}

fn of_dataset(graph: &Graph, code: &str, filter: &Json) -> Json {
    let query = "query($filter: TradeFigureFilter) { tradeFigures(first: 1000, filter: $filter, orderBy: [{field: VALUE, direction: DESC}]) { totalCount nodes { id } } }";
    ask_with(graph, query, json!({ "filter": { "and": [filter], "dataset": { "code": { "eq": code } } } }))
}

#[test]
fn the_figures_of_a_dataset_are_compared_by_value() {
    let world = World::new(SEED);
    let mut found = 0;
    for db in world_databases(&world) {
        let graph = db.graph();
        let query = "query($filter: TradeFigureFilter) { datasets { nodes { code tradeFigures(first: 1000, filter: $filter, orderBy: [{field: VALUE, direction: DESC}]) { totalCount nodes { id } } } } }";
        for op in COMPARISONS {
            for amount in AMOUNTS {
                for filter in [condition(op, amount), json!({ "not": condition(op, amount) })] {
                    let answer = ask_with(&graph, query, json!({ "filter": filter }));
                    let datasets = data(&answer)["datasets"]["nodes"].as_array().unwrap();
                    assert_eq!(datasets.len(), 3);
                    for dataset in datasets {
                        let alone = of_dataset(&graph, dataset["code"].as_str().unwrap(), &filter);
                        let (ids, total) = figures(&dataset["tradeFigures"]);
                        let expected = figures(&data(&alone)["tradeFigures"]);
                        assert_eq!(
                            (ids.clone(), total),
                            expected,
                            "{filter} of {} on {}",
                            dataset["code"],
                            db.backend()
                        );
                        found += ids.len();
                    }
                }
            }
        }
    }
    assert!(found > 1000, "{found} figures");
}

/// Gives every dataset the currency of the first; their decimals stay.
fn in_one_currency(db: &TestDb) {
    db.conn().batch("UPDATE datasets SET currency = 'CNY'").unwrap();
}

#[test]
fn amounts_of_one_currency_are_compared_across_datasets() {
    let world = World::new(SEED);
    for db in world_databases(&world) {
        in_one_currency(&db);
        let graph = db.graph();
        let query = "query($filter: TradeFigureFilter) { tradeFigures(first: 1000, filter: $filter) { totalCount nodes { id } } }";
        let mut found = 0;
        for op in COMPARISONS {
            for amount in AMOUNTS {
                for filter in [condition(op, amount), json!({ "not": condition(op, amount) })] {
                    let answer = ask_with(&graph, query, json!({ "filter": filter }));
                    let (mut ids, total) = figures(&data(&answer)["tradeFigures"]);
                    let parts = ["CUSTOMS", "BACI", "YEN"].map(|code| of_dataset(&graph, code, &filter));
                    let parts = parts.iter().map(|part| figures(&data(part)["tradeFigures"]));
                    let (mut expected, mut sum) = (Vec::new(), 0);
                    for (ids, total) in parts {
                        expected.extend(ids);
                        sum += total;
                    }
                    ids.sort_unstable();
                    expected.sort_unstable();
                    assert_eq!((ids, total), (expected, sum), "{filter} on {}", db.backend());
                    found += total;
                }
            }
        }
        assert!(found > 1000, "{found} figures");
        let ordered = "{ tradeFigures(orderBy: [{field: VALUE}]) { totalCount } }";
        let error = &ask_with(&graph, ordered, json!({}))["errors"][0];
        assert_eq!(
            error["extensions"]["reason"], "AMBIGUOUS_DATASET",
            "units of different size have no order: {error}"
        );
        assert!(error["extensions"]["hint"].as_str().unwrap().contains("BACI, CUSTOMS, YEN"), "{error}");
    }
}

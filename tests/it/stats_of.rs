//! Statistics as a field of regions and sectors: the same as at the root with a filter, in as many statements as for one.

use serde_json::{Value as Json, json};
use tearoad::transfer::Options;

use crate::formats::load;
use crate::stats::{COUNTRIES, download, world};
use crate::support::{TestDb, ask, demo_databases};

/// Everything that a question can tell but cursors and what was read.
const ANSWER: &str = "rows { reporter { code } partner { code } sector { code } flow period value { amount } valueReason sumOfListed { amount } netWeightKg count share { value numerator denominator reason } parent: share(of: PARENT) { value reason } rank growth { value reason } balance { amount } hhi { value } partial estimated } others { partner { code } period value { amount } } whole { flow period sumOfParts { amount } complete hhi reported { amount } unallocated { amount } } groupCount tiesCut dataset { code } levels { reporter partner sector classification frequency worldReporters mirrored } coverage { period reporters complete missing { code } } warnings { code }";

/// Arguments of questions that leave a side open, and whether they hold for that side.
const QUESTIONS: &[(&str, &[&str])] = &[
    ("groupBy: [{by: PERIOD}]", &["reporter", "partner", "sector"]),
    ("groupBy: [{by: PARTNER}, {by: PERIOD}], top: {n: 2, measure: VALUE, others: true}", &["reporter", "sector"]),
    ("groupBy: [{by: REPORTER}]", &["partner", "sector"]),
    (
        "groupBy: [{by: SECTOR, digits: 2}, {by: PERIOD}], having: [{measure: SHARE, gte: \"0.1\"}]",
        &["reporter", "partner"],
    ),
    ("", &["reporter", "partner", "sector"]),
];

fn root(db: &TestDb, arguments: &str, filter: &str) -> Json {
    let joint = if arguments.is_empty() { "" } else { ", " };
    let answer = ask(&db.graph(), &format!("{{ tradeStats({arguments}{joint}filter: {{{filter}}}) {{ {ANSWER} }} }}"));
    answer["data"]["tradeStats"].clone()
}

#[test]
fn a_field_of_an_object_is_the_root_field_filtered_by_it() {
    let (_folder, all, _) = world();
    let codes: Vec<&str> = COUNTRIES.iter().map(|(code, _)| *code).chain(["DE"]).collect();
    for db in &all {
        let graph = db.graph();
        let mut asked = 0;
        for (arguments, sides) in QUESTIONS {
            for flow in ["EXPORT", "IMPORT"] {
                let flow = format!("flow: {{eq: {flow}}}");
                for side in *sides {
                    let joint = if arguments.is_empty() { "" } else { ", " };
                    let own = if *side == "partner" { "as: PARTNER, " } else { "" };
                    let field = format!("tradeStats({own}{arguments}{joint}filter: {{{flow}}}) {{ {ANSWER} }}");
                    let (list, key): (String, fn(&str) -> String) = match *side {
                        "sector" => (
                            "sectors(filter: {classification: {code: {eq: \"HS2017\"}}, code: {in: [\"01\", \"27\", \"0101\", \"010121\"]}})".to_owned(),
                            |code| format!("sector: {{classification: {{code: {{eq: \"HS2017\"}}}}, code: {{eq: \"{code}\"}}}}"),
                        ),
                        "partner" => (
                            format!("regions(filter: {{code: {{in: {codes:?}}}}})"),
                            |code| format!("partner: {{code: {{eq: \"{code}\"}}}}"),
                        ),
                        _ => (
                            format!("regions(filter: {{code: {{in: {codes:?}}}}})"),
                            |code| format!("reporter: {{code: {{eq: \"{code}\"}}}}"),
                        ),
                    };
                    let answer = ask(&graph, &format!("{{ {list} {{ nodes {{ code {field} }} }} }}"));
                    assert!(answer["errors"].is_null(), "{answer}");
                    let list = if *side == "sector" { "sectors" } else { "regions" };
                    for node in answer["data"][list]["nodes"].as_array().unwrap() {
                        let code = node["code"].as_str().unwrap();
                        let wanted = root(db, arguments, &format!("{flow}, {}", key(code)));
                        assert_eq!(node["tradeStats"], wanted, "{}: {side} {code}: {arguments}", db.backend());
                        asked += 1;
                    }
                }
            }
        }
        assert!(asked > 80, "{asked}");
    }
}

#[test]
fn what_has_no_figures_says_so_and_a_second_condition_is_refused() {
    for db in demo_databases() {
        let answer = ask(
            &db.graph(),
            "{ regions(filter: {code: {in: [\"CN-370300\", \"CN\", \"WLD\"]}}) { nodes { code tradeStats(dataset: \"ZIBO-CUSTOMS\", filter: {partner: {code: {eq: \"RU\"}}, flow: {eq: EXPORT}}, groupBy: [{by: PERIOD}]) { rows { period value { amount } } warnings { code } } } } }",
        );
        let nodes = &answer["data"]["regions"]["nodes"];
        let of = |code: &str| nodes.as_array().unwrap().iter().position(|node| node["code"] == code).unwrap();
        let zibo = &nodes[of("CN-370300")]["tradeStats"];
        assert_eq!(
            *zibo,
            json!({ "rows": [{ "period": "2023", "value": { "amount": "2540000000" } }], "warnings": [] }),
            "{answer}"
        );
        // Of a level that has no figures there is nothing, which is said.
        assert!(answer["errors"].is_null(), "{answer}");
        assert_eq!(
            nodes[of("CN")]["tradeStats"],
            json!({ "rows": [], "warnings": [{ "code": "NO_DATA" }] }),
            "{answer}"
        );
        // From a company and an event to the trade of its place.
        let answer = ask(
            &db.graph(),
            "{ event(slug: \"russia-zibo-conference-2024-08\") { name regions { role region { code tradeStats(filter: {partner: {code: {eq: \"RU\"}}, dataset: {code: {eq: \"ZIBO-CUSTOMS\"}}}) { rows { balance { amount } } } } } } }",
        );
        let of_zibo =
            answer["data"]["event"]["regions"].as_array().unwrap().iter().find(|r| r["region"]["code"] == "CN-370300");
        assert_eq!(
            of_zibo.unwrap()["region"]["tradeStats"]["rows"][0]["balance"]["amount"],
            "-10770000000",
            "{answer}"
        );
        let answer = ask(
            &db.graph(),
            "{ region(code: \"CN\") { tradeStats(as: PARTNER, filter: {partner: {code: {eq: \"RU\"}}}) { groupCount } } }",
        );
        let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{answer}"));
        assert!(message.contains("the region that is asked is the partner already"), "{message}");
    }
}

#[test]
fn pages_go_on_in_each_object() {
    let (folder, all, _) = world();
    let file = download(folder.path(), &[("2020", "643", "TOTAL", "5")]);
    for db in &all {
        load(db, "comtrade", &Options::default(), std::slice::from_ref(&file)).counts();
        let page = |more: &str| {
            let answer = ask(
                &db.graph(),
                &format!(
                    "{{ region(code: \"CN\") {{ tradeStats(dataset: \"BACI-HS2017\", filter: {{flow: {{eq: EXPORT}}}}, groupBy: [{{by: SECTOR, digits: 6}}, {{by: PERIOD}}]{more}) {{ rows {{ sector {{ code }} period value {{ amount }} }} pageInfo {{ hasNextPage endCursor }} groupCount }} }} }}"
                ),
            );
            assert!(answer["errors"].is_null(), "{answer}");
            answer["data"]["region"]["tradeStats"].clone()
        };
        let whole = page("");
        let first = page(", first: 3");
        let next = page(&format!(", first: 200, after: {}", first["pageInfo"]["endCursor"]));
        let rows = |answer: &Json| answer["rows"].as_array().unwrap().clone();
        assert_eq!([rows(&first), rows(&next)].concat(), rows(&whole));
        // Which dataset does not depend on the object: one error.
        let answer = ask(&db.graph(), "{ region(code: \"CN\") { code tradeStats { groupCount } } }");
        assert_eq!(answer["errors"][0]["extensions"]["reason"], "AMBIGUOUS_DATASET", "{answer}");
        assert_eq!(answer["errors"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn events_of_rows_below_many_objects_are_priced() {
    for db in demo_databases() {
        let deep = "participations(first: 200) { nodes { event { participations(first: 200) { nodes { id } } } } }";
        let price = |events: &str| {
            let query = format!(
                "{{ region(code: \"CN-370300\") {{ tradeStats(dataset: \"ZIBO-CUSTOMS\", groupBy: [{{by: PARTNER}}], filter: {{partner: {{code: {{eq: \"RU\"}}}}, flow: {{eq: EXPORT}}}}) {{ rows {{ events(first: {events}) {{ {deep} }} }} }} }} }}"
            );
            ask(&db.graph(), &query)["errors"][0]["extensions"]["reason"].clone()
        };
        assert_eq!((price("1"), price("200")), (Json::Null, "TOO_EXPENSIVE".into()), "{}", db.backend());
    }
}

//! Statistics of regions and sectors: each answer is that of the root with the region or sector in the filter, and many are
//! read in as many statements as one.

use serde_json::Value as Json;
use tearoad::graphql::limits::Limits;
use tearoad::graphql::run::Graph;
use tearoad::transfer::Options;

use crate::formats::load;
use crate::stats::{download, world};
use crate::support::{TestDb, ask, data, demo_databases, statements};

/// A question: arguments beside the filter, the filter beside what is asked, and what is told.
type Question = (&'static str, &'static str, &'static str);

fn wide(db: &TestDb) -> Graph {
    db.graph_with(Limits { page: 5000, cost: u64::MAX, ..Limits::default() })
}

fn arguments(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { String::new() } else { format!("({})", parts.join(", ")) }
}

/// Asks a question of all of a list, and each by itself at the root; how many have something, and how many an error.
fn same_as_root(db: &TestDb, (list, side): (&str, &str), (more, filter, told): Question) -> (usize, usize) {
    let graph = wide(db);
    let (key, name, of) = match (list, side) {
        ("sectors", _) => ("code classification { code }", "sector", ""),
        (_, "PARTNER") => ("code", "partner", "as: PARTNER"),
        _ => ("code", "reporter", ""),
    };
    let inside = if filter.is_empty() { String::new() } else { format!("filter: {{{filter}}}") };
    let below = arguments(&[of, more, &inside]);
    let query = |page: &str| format!("{{ list: {list}{page} {{ nodes {{ {key} tradeStats{below} {{ {told} }} }} }} }}");
    let answer = ask(&graph, &query("(first: 5000)"));
    let nodes = answer["data"]["list"]["nodes"].as_array().unwrap_or_else(|| panic!("{below}: {answer}"));
    assert!(nodes.len() > 50, "{}", nodes.len());
    let mut errors = answer["errors"].as_array().cloned().unwrap_or_default().into_iter();
    let (mut n_told, mut n_failed) = (0, 0);
    let mut busiest = 0;
    for (at, node) in nodes.iter().enumerate() {
        let own = match list {
            "sectors" => format!(
                "sector: {{code: {{eq: {}}}, classification: {{code: {{eq: {}}}}}}}",
                node["code"], node["classification"]["code"]
            ),
            _ => format!("{name}: {{code: {{eq: {}}}}}", node["code"]),
        };
        let below = &node["tradeStats"];
        let is_empty = below["rows"].as_array().is_some_and(Vec::is_empty);
        // Of most there is nothing: some of them are enough.
        if is_empty && at % 40 != 0 {
            continue;
        }
        let both = if filter.is_empty() { own } else { format!("{filter}, {own}") };
        let root = ask(
            &graph,
            &format!("{{ tradeStats{} {{ {told} }} }}", arguments(&[more, &format!("filter: {{{both}}}")])),
        );
        let place = format!("{} {list} {side} {both} {more}", db.backend());
        let of_root = &root["data"]["tradeStats"];
        if below.is_null() {
            let error = errors.next().unwrap_or_else(|| panic!("{place}: null without an error"));
            assert_eq!(error["path"], serde_json::json!(["list", "nodes", at, "tradeStats"]), "{place}");
            assert_eq!(error["extensions"]["reason"], root["errors"][0]["extensions"]["reason"], "{place}");
            assert_eq!(error["message"], root["errors"][0]["message"], "{place}");
            n_failed += 1;
        } else if root["errors"].is_null() {
            assert_eq!(below, of_root, "{place}");
            n_told += usize::from(!is_empty);
            busiest = busiest.max(statements(&root));
        } else {
            assert!(is_empty, "{place}: {below} {root}");
            assert_eq!(below["warnings"][0]["code"], "NO_DATA", "{place}");
            assert_eq!(below["groupCount"], if told.contains("groupCount") { 0.into() } else { Json::Null }, "{place}");
        }
    }
    assert!(errors.next().is_none(), "{answer}");
    // The list itself is one, unless it is in memory.
    let list_alone = statements(&ask(&graph, &format!("{{ list: {list}(first: 5000) {{ nodes {{ {key} }} }} }}")));
    // Sectors of 0, 2, 4 and 6 digits stand at levels of their own.
    let n_levels = if list == "sectors" { 4 } else { 1 };
    assert!(
        statements(&answer) <= list_alone + busiest * n_levels + 1,
        "{below}: {} statements for all, {busiest} for one",
        statements(&answer)
    );
    (n_told, n_failed)
}

const QUESTIONS: &[Question] = &[
    ("", "flow: {eq: EXPORT}", "rows { value { amount } sumOfListed { amount } } warnings { code }"),
    (
        "groupBy: [{by: FLOW}, {by: PERIOD}], gaps: OMIT",
        "",
        "rows { flow period value { amount } growth { value reason } change { amount } } whole { flow period sumOfParts { amount } complete reported { amount } } warnings { code }",
    ),
    (
        "groupBy: [{by: REPORTER}, {by: PERIOD}]",
        "flow: {eq: EXPORT}",
        "rows { reporter { code } period value { amount } share { value reason } rank } warnings { code }",
    ),
    (
        "groupBy: [{by: PERIOD}]",
        "flow: {eq: IMPORT}",
        "rows { period value { amount } balance { amount } cumulative { amount } movingAverage { value numerator reason } } warnings { code } coverage { period reporters complete missing { code } }",
    ),
    (
        "groupBy: [{by: PARTNER, level: COUNTRY}, {by: PERIOD}], top: {n: 2, measure: VALUE, others: true}, orderBy: [{measure: VALUE}]",
        "flow: {eq: IMPORT}",
        "rows { partner { code } period value { amount } share { value reason } rank } others { period sumOfListed { amount } } tiesCut warnings { code }",
    ),
    (
        "groupBy: [{by: SECTOR, digits: 6}], having: [{measure: VALUE, gte: 300000}]",
        "flow: {eq: EXPORT}, period: {eq: \"2020\"}",
        "rows { sector { code } value { amount } share(of: TOTAL) { value reason } growth { value reason } } whole { sumOfParts { amount } reported { amount } unallocated { amount } complete } groupCount warnings { code }",
    ),
    (
        "groupBy: [{by: SECTOR, digits: 2}]",
        "flow: {eq: EXPORT}, period: {eq: \"2020\"}",
        "rows { sector { code } rca { value reason } hhi { value reason } } warnings { code }",
    ),
    (
        "groupBy: [{by: REPORTER, level: COUNTRY}, {by: PARTNER, level: COUNTRY}]",
        "flow: {eq: IMPORT}, period: {eq: \"2019\"}",
        "rows { reporter { code } partner { code } value { amount } mirrorGap { reported { amount } mirror { amount } reason } } warnings { code }",
    ),
    (
        "groupBy: [{by: REPORTER, level: AREA}]",
        "flow: {eq: EXPORT}, period: {eq: \"2019\"}",
        "rows { reporter { code } sumOfListed { amount } valueReason } warnings { code }",
    ),
];

#[test]
fn each_answer_is_that_of_the_root_in_a_reconciled_dataset() {
    let (_folder, all, _) = world();
    for db in &all {
        let (mut n_told, mut n_failed) = (0, 0);
        for question in QUESTIONS {
            for of in [("regions", "REPORTER"), ("regions", "PARTNER"), ("sectors", "")] {
                let (told, failed) = same_as_root(db, of, *question);
                n_told += told;
                n_failed += failed;
            }
        }
        assert!(n_told > 100, "{n_told} {n_failed}");
    }
}

#[test]
fn each_answer_is_that_of_the_root_where_figures_are_only_listed() {
    let (folder, all, _) = world();
    let listed = download(
        folder.path(),
        &[
            ("2019", "643", "01", "5"),
            ("2020", "842", "TOTAL", "7"),
            ("2020", "643", "010121", "2"),
            ("2020", "0", "27", "9"),
        ],
    );
    let questions: &[Question] = &[
        (
            "dataset: \"COMTRADE-HS\"",
            "",
            "rows { value { amount } valueReason sumOfListed { amount } count } warnings { code } levels { reporter partner sector classification }",
        ),
        (
            "dataset: \"COMTRADE-HS\", groupBy: [{by: PARTNER}, {by: PERIOD}]",
            "",
            "rows { partner { code } period sumOfListed { amount } valueReason share { value reason } } whole { complete sumOfParts { amount } } warnings { code }",
        ),
        (
            "dataset: \"COMTRADE-HS\", groupBy: [{by: SECTOR, digits: 2}]",
            "",
            "rows { sector { code } sumOfListed { amount } valueReason } warnings { code }",
        ),
        (
            "dataset: \"COMTRADE-HS\", groupBy: [{by: PARTNER, blocs: [\"BRICS\"]}]",
            "",
            "rows { partner { code } sumOfListed { amount } } warnings { code }",
        ),
    ];
    for db in &all {
        load(db, "comtrade", &Options::default(), std::slice::from_ref(&listed)).counts();
        let mut n_told = 0;
        for question in questions {
            for of in [("regions", "REPORTER"), ("regions", "PARTNER"), ("sectors", "")] {
                n_told += same_as_root(db, of, *question).0;
            }
        }
        assert!(n_told > 8, "{n_told}");
    }
}

#[test]
fn places_of_the_demo_have_their_own_answers_wherever_they_stand() {
    for db in demo_databases() {
        let customs: &[Question] = &[
            (
                "dataset: \"ZIBO-CUSTOMS\", groupBy: [{by: PERIOD}, {by: FLOW}]",
                "",
                "rows { period flow value { amount } sumOfListed { amount } } warnings { code } levels { reporter partner }",
            ),
            (
                "dataset: \"ZIBO-CUSTOMS\", groupBy: [{by: PARTNER, level: COUNTRY}]",
                "flow: {eq: TOTAL}, period: {eq: \"2023\"}",
                "rows { partner { code } value { amount } } warnings { code }",
            ),
        ];
        let mut n_told = 0;
        for question in customs {
            for side in ["REPORTER", "PARTNER"] {
                n_told += same_as_root(&db, ("regions", side), *question).0;
            }
        }
        assert!(n_told >= 3, "{n_told}");
        let stats = "tradeStats(dataset: \"ZIBO-CUSTOMS\", filter: {period: {eq: \"2023\"}, flow: {eq: TOTAL}}) { rows { sumOfListed { amount } } }";
        let partner = stats.replacen("(", "(as: PARTNER, groupBy: [{by: REPORTER, level: CITY}], ", 1);
        let answer = ask(
            &db.graph(),
            &format!(
                "{{ region(code: \"CN-370300\") {{ {stats} }} organisation(slug: \"zibo-customs\") {{ region {{ {stats} }} }} \
                 tradeStats(dataset: \"ZIBO-CUSTOMS\", filter: {{period: {{eq: \"2023\"}}, flow: {{eq: TOTAL}}}}, groupBy: [{{by: REPORTER, level: CITY}}, {{by: PARTNER, level: COUNTRY}}]) \
                 {{ rows {{ reporter {{ code {stats} }} partner {{ code {partner} }} }} }} }}"
            ),
        );
        let told = data(&answer);
        let own = &told["region"]["tradeStats"];
        assert!(own["rows"][0]["sumOfListed"]["amount"].is_string(), "{answer}");
        assert_eq!(&told["organisation"]["region"]["tradeStats"], own);
        let rows = told["tradeStats"]["rows"].as_array().unwrap();
        let zibo = rows.iter().find(|row| row["reporter"]["code"] == "CN-370300").unwrap();
        assert_eq!(&zibo["reporter"]["tradeStats"], own);
        assert!(zibo["partner"]["tradeStats"]["rows"][0]["sumOfListed"]["amount"].is_string(), "{answer}");
    }
}

#[test]
fn many_are_read_in_as_many_statements_as_one() {
    let (_folder, all, _) = world();
    for db in &all {
        for (of, groups, told) in [
            ("", "{by: PARTNER, level: COUNTRY}, {by: PERIOD}", "growth { value } share { value }"),
            ("as: PARTNER,", "{by: REPORTER}, {by: SECTOR, digits: 2}", "rank"),
            ("", "{by: SECTOR, digits: 2}", "rca { value } balance { amount }"),
        ] {
            let counted = |codes: &str| {
                let filter = if told.starts_with("rca") { "EXPORT" } else { "IMPORT" };
                let answer = ask(
                    &db.graph(),
                    &format!(
                        "{{ regions(first: 4, filter: {{code: {{in: [{codes}]}}}}) {{ nodes {{ tradeStats({of} groupBy: [{groups}], filter: {{flow: {{eq: {filter}}}, period: {{eq: \"2020\"}}}}) {{ rows {{ {told} }} whole {{ reported {{ amount }} }} coverage {{ reporters }} }} }} }} }}"
                    ),
                );
                let nodes = data(&answer)["regions"]["nodes"].as_array().unwrap();
                assert!(nodes.iter().all(|node| !node["tradeStats"]["rows"][0].is_null()), "{answer}");
                statements(&answer)
            };
            assert_eq!(counted("\"CN\", \"RU\", \"US\", \"ZA\""), counted("\"CN\""), "{groups}");
        }
    }
}

#[test]
fn what_cannot_be_answered_for_one_is_an_error_there() {
    let (folder, all, _) = world();
    let listed = download(folder.path(), &[("2020", "643", "01", "5")]);
    for db in &all {
        let reason = |answer: &Json| answer["errors"][0]["extensions"]["reason"].as_str().unwrap_or("none").to_owned();
        let few = "regions(filter: {code: {in: [\"CN\", \"RU\", \"CN-SD\"]}})";
        let ask_few = |arguments: &str| {
            ask(
                &db.graph(),
                &format!(
                    "{{ {few} {{ nodes {{ code s: tradeStats{arguments} {{ rows {{ cursor period value {{ amount }} }} warnings {{ code }} pageInfo {{ endCursor hasNextPage hasPreviousPage }} }} }} }} }}"
                ),
            )
        };
        let own = ask_few("(filter: {flow: {eq: EXPORT}, reporter: {code: {eq: \"CN\"}}})");
        assert_eq!(reason(&own), "INVALID_ARGUMENT", "{own}");
        assert!(
            own["data"].is_null() && own["errors"][0]["message"].as_str().unwrap().contains("is the reporter already"),
            "{own}"
        );
        // A cursor is of one region and one question: of others it is none.
        let exports = "groupBy: [{by: PERIOD}], filter: {flow: {eq: EXPORT}}";
        let whole = ask_few(&format!("({exports})"));
        let first = ask_few(&format!("({exports}, first: 1)"));
        let nodes = data(&first)["regions"]["nodes"].as_array().unwrap().clone();
        let at = |code: &str| nodes.iter().position(|node| node["code"] == code).unwrap();
        let (china, russia, shandong) = (at("CN"), at("RU"), at("CN-SD"));
        assert_eq!(nodes[china]["s"]["pageInfo"]["hasNextPage"], true);
        assert_eq!(nodes[shandong]["s"]["warnings"][0]["code"], "NO_DATA");
        let after = &nodes[china]["s"]["pageInfo"]["endCursor"];
        let next = ask_few(&format!("({exports}, first: 1, after: {after})"));
        let of = |answer: &Json, at: usize| answer["data"]["regions"]["nodes"][at]["s"].clone();
        assert_eq!(of(&next, china)["rows"][0], of(&whole, china)["rows"][1], "{next}");
        assert!(of(&next, russia).is_null() && of(&next, shandong).is_null(), "{next}");
        let paths: Vec<&Json> = next["errors"].as_array().unwrap().iter().map(|error| &error["path"][2]).collect();
        assert_eq!(paths.len(), 2);
        assert!(paths.contains(&&russia.into()) && !paths.contains(&&china.into()), "{next}");
        assert_eq!(reason(&next), "CURSOR_MISMATCH");
        // Of one region alone it is a page.
        let alone = ask(
            &db.graph(),
            &format!(
                "{{ region(code: \"CN\") {{ s: tradeStats({exports}, first: 1, after: {after}) {{ rows {{ cursor }} }} }} }}"
            ),
        );
        assert_eq!(data(&alone)["region"]["s"]["rows"][0]["cursor"], of(&whole, china)["rows"][1]["cursor"]);
        // What no region changes is one error.
        load(db, "comtrade", &Options::default(), std::slice::from_ref(&listed)).counts();
        let ambiguous = ask_few("");
        assert!(ambiguous["data"].is_null(), "{ambiguous}");
        assert_eq!(
            (reason(&ambiguous).as_str(), ambiguous["errors"].as_array().unwrap().len()),
            ("AMBIGUOUS_DATASET", 1)
        );
    }
}

#[test]
fn answers_of_many_are_priced_together() {
    let (_folder, all, _) = world();
    for db in &all {
        let reason = |below: &str| {
            let answer = ask(&db.graph(), &format!("{{ regions(first: 200) {{ nodes {{ {below} }} }} }}"));
            answer["errors"][0]["extensions"]["reason"].as_str().unwrap_or("none").to_owned()
        };
        let of = |groups: &str, more: &str| {
            format!("tradeStats(filter: {{flow: {{eq: EXPORT}}}}, groupBy: [{groups}] {more}) {{ rows {{ period }} }}")
        };
        assert_eq!(reason(&of("{by: PARTNER, level: COUNTRY}", "")), "none");
        let many = "{by: PARTNER, level: COUNTRY}, {by: SECTOR, digits: 6}, {by: PERIOD}";
        assert_eq!(reason(&of(many, "")), "TOO_EXPENSIVE");
        assert_eq!(reason(&of(many, ", first: 5")), "none");
        assert_eq!(reason(&of(many, ", top: {n: 5, measure: VALUE}")), "none");
        let dear = "tradeStats(filter: {flow: {eq: EXPORT}}, groupBy: [{by: PARTNER, level: COUNTRY}]) { rows { partner { companies(first: 200) { nodes { participations(first: 200) { nodes { role } } } } } } }";
        assert_eq!(reason(dear), "TOO_EXPENSIVE");
    }
}

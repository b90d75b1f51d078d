//! What statistics must never depend on: levels and flows that nobody asked for, the way in which figures came, and
//! whether reporters are complete. Every sum of many is that of its parts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use tearoad::transfer::{Options, cube};

use crate::formats::{load, prepared, write};
use crate::stats::{stats, world};
use crate::support::{TestDb, demo_databases};

const HEADER: &str =
    "period,reporterCode,partnerCode,flowCode,classificationCode,cmdCode,customsCode,netWgt,primaryValue\n";

/// A download of UN Comtrade: `period reporter partner flow product value`, numbers of areas as the UN has them.
fn download(folder: &Path, name: &str, rows: &[&str]) -> PathBuf {
    let line = |row: &&str| {
        let cells: Vec<&str> = row.split(' ').collect();
        let [period, reporter, partner, flow, product, value] = cells.as_slice() else { panic!("{row}") };
        format!("{period},{reporter},{partner},{flow},H5,{product},C00,1,{value}\n")
    };
    write(folder, name, HEADER.to_owned() + &rows.iter().map(line).collect::<String>())
}

fn import(db: &TestDb, file: &PathBuf, complete: bool) {
    load(db, "comtrade", &Options { complete, ..Options::default() }, std::slice::from_ref(file)).counts();
}

const ROW: &str = "rows { reporter { code } partner { code } sector { code } flow period value { amount } valueReason sumOfListed { amount } count share { value reason } growth { value reason } rank } groupCount whole { sumOfParts { amount } complete }";

/// The answer to a question, without what is told beside it.
fn answer(db: &TestDb, arguments: &str) -> Json {
    let answer = stats(db, arguments, ROW);
    assert!(answer["errors"].is_null(), "{arguments}: {answer}");
    answer["data"]["tradeStats"].clone()
}

/// Rows as `key… value/listed`.
fn told(db: &TestDb, arguments: &str) -> Vec<String> {
    let word = |json: &Json| json.as_str().or(json["code"].as_str()).unwrap_or("-").to_owned();
    let amount = |json: &Json| json["amount"].as_str().unwrap_or("-").to_owned();
    let answer = answer(db, arguments);
    let line = |row: &Json| {
        let keys = ["reporter", "partner", "sector", "flow", "period"].map(|key| word(&row[key]));
        let keys: Vec<String> = keys.into_iter().filter(|key| key != "-").collect();
        format!("{} {}/{}", keys.join(" "), amount(&row["value"]), amount(&row["sumOfListed"])).trim().to_owned()
    };
    answer["rows"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn the_demos_figures_are_what_the_report_prints() {
    for db in demo_databases() {
        let of = |filter: &str| told(&db, &format!("groupBy: [{{by: FLOW}}], filter: {{{filter}}}"));
        let zibo = "reporter: {code: {eq: \"CN-370300\"}}, period: {eq: \"2023\"}";
        // 2.54 and 13.31 are 15.85 bn CNY; the total is a flow of its own and is never added to its parts.
        assert_eq!(
            of(&format!("{zibo}, partner: {{code: {{eq: \"RU\"}}}}")),
            ["EXPORT 2540000000/2540000000", "IMPORT 13310000000/13310000000", "TOTAL 15850000000/15850000000"],
            "{}",
            db.backend()
        );
        assert_eq!(2_540_000_000_i64 + 13_310_000_000, 15_850_000_000);
        let balance = format!("filter: {{{zibo}, partner: {{code: {{eq: \"RU\"}}}}}}");
        let answer = stats(&db, &balance, "rows { balance { amount currency } }");
        let balance = &answer["data"]["tradeStats"]["rows"][0]["balance"];
        assert_eq!((&balance["amount"], &balance["currency"]), (&"-10770000000".into(), &"CNY".into()), "{answer}");
        // With the world it is not: one partner is all that is listed.
        let world = format!("filter: {{{zibo}, flow: {{eq: TOTAL}}}}");
        let answer =
            stats(&db, &world, "rows { value { amount } valueReason sumOfListed { amount } } warnings { code }");
        let row = &answer["data"]["tradeStats"]["rows"][0];
        assert_eq!(
            (&row["value"], &row["valueReason"], &row["sumOfListed"]["amount"]),
            (&Json::Null, &"PARTIAL_COVERAGE".into(), &"15850000000".into()),
            "{answer}"
        );
        assert_eq!(answer["data"]["tradeStats"]["warnings"][0]["code"], "PARTIAL_COVERAGE");
    }
}

/// Two reporters' products by partner, both flows, two years.
const PRODUCTS: &[&str] = &[
    "2019 156 643 X 010121 5",
    "2019 156 842 X 270900 7",
    "2019 156 643 M 270900 3",
    "2020 156 643 X 010121 6",
    "2020 156 643 X 020130 1",
    "2020 156 842 X 010129 2",
    "2020 156 710 M 270900 9",
    "2019 643 156 X 270900 4",
    "2020 643 156 X 270900 8",
    "2020 643 710 M 010121 2",
];

/// The same at other levels, with the whole that is more than its parts, and parts of flows.
const BESIDE: &[&str] = &[
    "2019 156 0 X TOTAL 20",
    "2020 156 0 X TOTAL 21",
    "2020 156 643 X TOTAL 8",
    "2020 156 643 X 01 6",
    "2020 156 0 X 01 9",
    "2020 156 643 RX 010121 4",
    "2020 156 643 DX 010121 2",
    "2019 156 643 RM 270900 1",
    "2020 643 97 X TOTAL 5",
];

/// Questions that name every level and flow of what they sum.
const DEFINITE: &[&str] = &[
    "dataset: \"COMTRADE-HS\", groupBy: [{by: REPORTER, level: COUNTRY}, {by: PARTNER, level: COUNTRY}, {by: SECTOR, digits: 6}, {by: PERIOD}], filter: {flow: {eq: EXPORT}}",
    "dataset: \"COMTRADE-HS\", groupBy: [{by: SECTOR, digits: 6}, {by: PERIOD}], filter: {flow: {eq: EXPORT}, reporter: {code: {eq: \"CN\"}}, partner: {code: {eq: \"RU\"}}}",
    "dataset: \"COMTRADE-HS\", groupBy: [{by: PARTNER, level: COUNTRY}], filter: {flow: {eq: IMPORT}, reporter: {code: {eq: \"CN\"}}, sector: {classification: {code: {eq: \"HS2017\"}}, code: {eq: \"270900\"}}}",
    "dataset: \"COMTRADE-HS\", groupBy: [{by: REPORTER, level: COUNTRY}, {by: PARTNER, level: AREA}, {by: SECTOR, digits: 6}], filter: {flow: {eq: EXPORT}, period: {eq: \"2020\"}}, orderBy: [{measure: VALUE}]",
];

#[test]
fn what_nobody_asked_for_changes_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let file = download(folder.path(), "a.csv", PRODUCTS);
    let beside = download(folder.path(), "b.csv", BESIDE);
    // Customs procedures are parts of a row of all of them, and another dataset has the same places, products and years.
    let procedures = write(folder.path(), "c.csv", format!("{HEADER}2020,156,643,X,H5,010121,C20,1,6\n"));
    let baci = write(folder.path(), "BACI_HS17_Y2020_V1.csv", "t,i,j,k,v,q\n2020,156,643,010121,77,1\n");
    for complete in [false, true] {
        for db in prepared(folder.path()) {
            import(&db, &file, complete);
            let before: Vec<Json> = DEFINITE.iter().map(|arguments| answer(&db, arguments)).collect();
            assert!(before.iter().all(|answer| answer["groupCount"].as_i64() > Some(0)), "{before:?}");
            for (file, what) in [(&beside, "levels and parts of flows"), (&procedures, "customs procedures")] {
                import(&db, file, complete);
                let after: Vec<Json> = DEFINITE.iter().map(|arguments| answer(&db, arguments)).collect();
                assert_eq!(after, before, "{what}, {}", db.backend());
            }
            load(&db, "baci", &Options { complete, ..Options::default() }, std::slice::from_ref(&baci)).counts();
            let after: Vec<Json> = DEFINITE.iter().map(|arguments| answer(&db, arguments)).collect();
            assert_eq!(after, before, "another dataset, {}", db.backend());
            if complete {
                cube::rebuild(&mut db.conn(), None, &|_| {}).unwrap();
                let after: Vec<Json> = DEFINITE.iter().map(|arguments| answer(&db, arguments)).collect();
                assert_eq!(after, before, "a rebuild, {}", db.backend());
            }
        }
    }
}

/// Questions over levels that imports derive.
const COARSE: &[&str] = &[
    "groupBy: [{by: FLOW}, {by: PERIOD}]",
    "groupBy: [{by: REPORTER, level: COUNTRY}, {by: PERIOD}], filter: {flow: {eq: EXPORT}}",
    "groupBy: [{by: PARTNER, level: COUNTRY}, {by: SECTOR, digits: 2}], filter: {flow: {eq: EXPORT}}",
    "groupBy: [{by: SECTOR, digits: 4}, {by: FLOW}], filter: {reporter: {code: {eq: \"CN\"}}}",
    "groupBy: [{by: PARTNER, level: AREA}], filter: {flow: {eq: IMPORT}}, top: {measure: VALUE, n: 1, others: true}",
];

#[test]
fn the_way_in_which_figures_came_changes_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<&str> = PRODUCTS.iter().chain(&BESIDE[..5]).copied().collect();
    let whole = download(folder.path(), "whole.csv", &rows);
    let mut backward = rows.clone();
    backward.reverse();
    let backward = download(folder.path(), "backward.csv", &backward);
    let parts: Vec<PathBuf> = (0..3)
        .map(|part| {
            let rows: Vec<&str> = rows.iter().skip(part).step_by(3).copied().collect();
            download(folder.path(), &format!("part{part}.csv"), &rows)
        })
        .collect();
    let ask = |db: &TestDb| -> Vec<Json> { COARSE.iter().map(|arguments| answer(db, arguments)).collect() };
    let mut all = Vec::new();
    let complete = Options { complete: true, ..Options::default() };
    let ways: [&[&[PathBuf]]; 4] = [
        &[std::slice::from_ref(&whole)],
        &[std::slice::from_ref(&backward)],
        &[&parts],
        // One after the other: each is all that is known until the next comes.
        &[&parts[2..], &parts[..1], &parts[1..2], &parts],
    ];
    for way in ways {
        for db in prepared(folder.path()) {
            for files in way {
                load(&db, "comtrade", &complete, files).counts();
            }
            let answers = ask(&db);
            cube::rebuild(&mut db.conn(), None, &|_| {}).unwrap();
            assert_eq!(ask(&db), answers, "a rebuild, {}", db.backend());
            all.push(answers);
        }
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{all:#?}");
}

#[test]
fn a_sum_is_that_of_its_parts_whatever_tells_them_apart() {
    let (_folder, all, _) = world();
    let words = ["{by: REPORTER}", "{by: PARTNER, level: COUNTRY}", "{by: SECTOR, digits: 4}", "{by: PERIOD}"];
    let names = ["reporter", "partner", "sector", "period"];
    let asked = |db: &TestDb, set: usize| -> (BTreeMap<Vec<String>, i128>, i128) {
        let by: Vec<&str> = (0..4).filter(|at| set >> at & 1 == 1).map(|at| words[at]).collect();
        let arguments = format!("groupBy: [{}], filter: {{flow: {{eq: EXPORT}}}}, gaps: OMIT", by.join(", "));
        let answer = answer(db, &arguments);
        let number = |json: &Json| json["amount"].as_str().unwrap().parse::<i128>().unwrap();
        let key = |row: &Json| {
            let word = |json: &Json| json.as_str().or(json["code"].as_str()).unwrap_or("-").to_owned();
            names.map(|name| word(&row[name])).to_vec()
        };
        let rows = answer["rows"].as_array().unwrap().iter().map(|row| (key(row), number(&row["value"]))).collect();
        (rows, answer["whole"].as_array().unwrap().iter().map(|whole| number(&whole["sumOfParts"])).sum())
    };
    for db in &all {
        let sets: Vec<_> = (0..16).map(|set| asked(db, set)).collect();
        for (fine, (parts, whole)) in sets.iter().enumerate() {
            assert_eq!(*whole, sets[0].1, "the whole is the same");
            for (coarse, (wholes, _)) in sets.iter().enumerate().filter(|(coarse, _)| coarse & fine == *coarse) {
                let mut sums: BTreeMap<Vec<String>, i128> = BTreeMap::new();
                for (key, value) in parts {
                    let key = (0..4).map(|at| if coarse >> at & 1 == 1 { key[at].clone() } else { "-".to_owned() });
                    *sums.entry(key.collect()).or_default() += value;
                }
                assert_eq!(sums, *wholes, "{fine:04b} to {coarse:04b}, {}", db.backend());
            }
        }
    }
}

#[test]
fn what_is_only_listed_is_never_lost_beside_what_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let complete = download(
        folder.path(),
        "a.csv",
        &["2019 156 643 X 010121 5", "2019 156 842 X 270900 7", "2019 156 842 M 270900 1"],
    );
    // One has products, one chapters, and one the world of its exports alone.
    let listed = download(
        folder.path(),
        "b.csv",
        &[
            "2019 643 156 X 270900 3",
            "2019 643 710 X 270900 1",
            "2019 842 156 X 01 4",
            "2019 842 643 M 01 6",
            "2019 710 0 X TOTAL 9",
            "2019 710 156 M TOTAL 2",
            "2020 156 643 X 010121 8",
        ],
    );
    for db in prepared(folder.path()) {
        import(&db, &complete, true);
        import(&db, &listed, false);
        let by =
            |groups: &str, filter: &str| told(&db, &format!("groupBy: [{groups}], filter: {{{filter}}}, gaps: OMIT"));
        // None of them has the total that the complete one has, and their sums are no totals.
        assert_eq!(
            by("{by: REPORTER, level: COUNTRY}, {by: PERIOD}, {by: FLOW}", "flow: {in: [EXPORT, IMPORT]}"),
            [
                "CN EXPORT 2019 12/12",
                "CN IMPORT 2019 1/1",
                "CN EXPORT 2020 -/8",
                "RU EXPORT 2019 -/4",
                "US EXPORT 2019 -/4",
                "US IMPORT 2019 -/6",
                "ZA EXPORT 2019 9/9",
                "ZA IMPORT 2019 -/2"
            ],
            "{}",
            db.backend()
        );
        assert_eq!(
            by("{by: PERIOD}", "flow: {eq: EXPORT}, reporter: {code: {eq: \"CN\"}}"),
            ["2019 12/12", "2020 -/8"]
        );
        assert_eq!(
            by("{by: SECTOR, digits: 2}, {by: REPORTER, level: COUNTRY}", "flow: {eq: EXPORT}, period: {eq: \"2019\"}"),
            ["CN 01 5/5", "US 01 -/4", "CN 27 7/7", "RU 27 -/4"],
        );
        assert_eq!(
            by(
                "{by: REPORTER, level: COUNTRY}",
                "flow: {eq: EXPORT}, sector: {within: {classification: \"HS2017\", code: \"27\"}}"
            ),
            ["CN 7/7", "RU -/4"]
        );
        // A share of those that are totals would be too large.
        let answer = stats(
            &db,
            "groupBy: [{by: REPORTER, level: COUNTRY}], filter: {flow: {eq: EXPORT}, period: {eq: \"2019\"}}",
            "rows { reporter { code } share { value reason } ofAll: share(of: TOTAL) { reason } } whole { complete }",
        );
        let answer = &answer["data"]["tradeStats"];
        for row in answer["rows"].as_array().unwrap() {
            assert_eq!(
                (&row["share"]["reason"], &row["ofAll"]["reason"]),
                (&"PARTIAL_COVERAGE".into(), &"PARTIAL_COVERAGE".into()),
                "{row}"
            );
        }
        assert_eq!(answer["whole"][0]["complete"], false);
    }
}

#[test]
fn years_without_a_world_are_those_of_their_reporters() {
    let folder = tempfile::tempdir().unwrap();
    let one = download(
        folder.path(),
        "a.csv",
        &["2018 156 643 X 010121 5", "2019 156 643 X 010121 6", "2019 643 156 X 270900 7"],
    );
    let listed = download(folder.path(), "b.csv", &["2020 156 643 X 010121 8", "2020 643 156 X 270900 1"]);
    for db in prepared(folder.path()) {
        import(&db, &one, true);
        import(&db, &listed, false);
        // All that there is of 2018 is one complete reporter; of 2020 all are only listed.
        let years = told(&db, "groupBy: [{by: PERIOD}], filter: {flow: {eq: EXPORT}}");
        assert_eq!(years, ["2018 5/5", "2019 13/13", "2020 -/9"], "{}", db.backend());
    }
}

#[test]
fn a_reconciled_year_that_is_only_listed_has_imports_too() {
    let folder = tempfile::tempdir().unwrap();
    let years = [(2019, "2019,156,643,010121,1,1\n2019,842,643,010121,2,1\n"), (2020, "2020,156,643,010121,4,1\n")];
    let files = years
        .map(|(year, rows)| write(folder.path(), &format!("BACI_HS17_Y{year}_V1.csv"), format!("t,i,j,k,v,q\n{rows}")));
    for db in prepared(folder.path()) {
        for (file, complete) in files.iter().zip([true, false]) {
            load(&db, "baci", &Options { complete, ..Options::default() }, std::slice::from_ref(file)).counts();
        }
        let years = told(&db, "groupBy: [{by: PERIOD}], filter: {flow: {eq: IMPORT}, reporter: {code: {eq: \"RU\"}}}");
        assert_eq!(years, ["2019 3000/3000", "2020 -/4000"], "{}", db.backend());
    }
}

#[test]
fn a_world_that_lacks_a_reporter_is_none() {
    let folder = tempfile::tempdir().unwrap();
    // Both are complete, and one reports chapters only.
    let file =
        download(folder.path(), "a.csv", &["2020 156 643 X 010121 5", "2020 842 643 X 01 4", "2020 643 156 M 01 1"]);
    for db in prepared(folder.path()) {
        import(&db, &file, true);
        let by = |digits: u8| {
            told(
                &db,
                &format!(
                    "groupBy: [{{by: SECTOR, digits: {digits}}}], filter: {{flow: {{eq: EXPORT}}, reporter: {{within: {{code: \"WLD\"}}}}}}"
                ),
            )
        };
        assert_eq!(by(2), ["01 9/9"]);
        let answer = stats(
            &db,
            "groupBy: [{by: SECTOR, digits: 6}], filter: {flow: {eq: EXPORT}}",
            "rows { value { amount } } levels { reporter worldReporters }",
        );
        assert_eq!(answer["data"]["tradeStats"]["levels"]["reporter"], "COUNTRY", "{answer}");
        assert_eq!(answer["data"]["tradeStats"]["levels"]["worldReporters"], Json::Null);
    }
}

#[test]
fn a_part_that_is_withheld_makes_its_sum_estimated() {
    let folder = tempfile::tempdir().unwrap();
    let file = download(folder.path(), "a.csv", &["202001 156 643 X TOTAL 5", "202002 156 643 X TOTAL "]);
    for db in prepared(folder.path()) {
        import(&db, &file, false);
        let answer = stats(&db, "filter: {period: {eq: \"2020\"}}", "rows { sumOfListed { amount } estimated }");
        let row = &answer["data"]["tradeStats"]["rows"][0];
        assert_eq!((&row["sumOfListed"]["amount"], &row["estimated"]), (&"5".into(), &true.into()), "{answer}");
    }
}

#[test]
fn what_some_say_of_the_whole_is_not_the_whole_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let file =
        download(folder.path(), "a.csv", &["2020 156 643 X TOTAL 5", "2020 156 0 X TOTAL 6", "2020 643 156 X TOTAL 4"]);
    for db in prepared(folder.path()) {
        import(&db, &file, false);
        let whole = |filter: &str| {
            let arguments =
                format!("groupBy: [{{by: PARTNER, level: COUNTRY}}], filter: {{flow: {{eq: EXPORT}}{filter}}}");
            let answer = stats(
                &db,
                &arguments,
                "whole { sumOfParts { amount } reported { amount } unallocated { amount } } rows { partner { code } share(against: REPORTED) { value reason } }",
            );
            let stats = &answer["data"]["tradeStats"];
            let amount = |name: &str| stats["whole"][0][name]["amount"].as_str().unwrap_or("-").to_owned();
            let reason = stats["rows"][0]["share"]["reason"].as_str().unwrap_or("-").to_owned();
            [amount("sumOfParts"), amount("reported"), amount("unallocated"), reason]
        };
        assert_eq!(whole(", reporter: {code: {eq: \"CN\"}}"), ["5", "6", "1", "-"]);
        assert_eq!(whole(""), ["9", "-", "-", "NOT_REPORTED"], "{}", db.backend());
    }
}

#[test]
fn countries_of_a_continent_are_summed_where_a_bloc_is_reported_too() {
    let folder = tempfile::tempdir().unwrap();
    let rows = ["2020 156 643 X TOTAL 5", "2020 156 276 X TOTAL 2", "2020 156 842 X TOTAL 9", "2020 156 97 X TOTAL 40"];
    let file = download(folder.path(), "a.csv", &rows);
    for db in prepared(folder.path()) {
        import(&db, &file, true);
        let sum = |filter: &str| told(&db, &format!("filter: {{flow: {{eq: EXPORT}}, partner: {{{filter}}}}}"));
        assert_eq!(sum("within: {code: \"M49-150\"}"), ["7/7"], "{}", db.backend());
        assert_eq!(sum("code: {eq: \"EU\"}"), ["40/40"]);
    }
}

#[test]
fn naming_the_own_classification_converts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = download(folder.path(), "a.csv", PRODUCTS);
    for db in prepared(folder.path()) {
        import(&db, &file, false);
        for filter in ["", ", sector: {classification: {code: {eq: \"HS2017\"}}, code: {in: [\"010121\", \"270900\"]}}"]
        {
            let of = |more: &str| {
                let by =
                    format!("groupBy: [{{by: SECTOR, digits: 2{more}}}], filter: {{flow: {{eq: EXPORT}}{filter}}}");
                told(&db, &by)
            };
            assert_eq!(of(", classification: \"HS2017\""), of(""), "{}", db.backend());
        }
    }
}

//! Statistics over trade figures: every sum is that of the rows of the files, whatever is grouped by, and nothing that
//! is no total is called one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value as Json;
use tearoad::transfer::Options;

use crate::formats::{load, prepared, write};
use crate::support::{TestDb, ask};

/// A row of a file: year, exporter, importer, product, thousand dollars.
pub type Raw = (u32, &'static str, &'static str, &'static str, u64);

pub const COUNTRIES: [(&str, &str); 4] = [("CN", "156"), ("RU", "643"), ("US", "842"), ("ZA", "710")];
pub const PRODUCTS: [&str; 4] = ["010121", "010129", "020130", "270900"];

/// Two years of trade among four countries, made by a generator of numbers; some pairs trade nothing.
fn raw() -> Vec<Raw> {
    let mut out = Vec::new();
    let mut state = 7_u64;
    for year in [2019, 2020] {
        for (exporter, _) in COUNTRIES {
            for (importer, _) in COUNTRIES.iter().filter(|(code, _)| *code != exporter) {
                for product in PRODUCTS {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let value = (state >> 33) % 1000;
                    if value > 250 {
                        out.push((year, exporter, *importer, product, value));
                    }
                }
            }
        }
    }
    out
}

fn number(code: &str) -> &'static str {
    COUNTRIES.iter().find(|(own, _)| *own == code).unwrap().1
}

/// Databases with all of it, complete.
pub fn world() -> (tempfile::TempDir, Vec<TestDb>, Vec<Raw>) {
    let folder = tempfile::tempdir().unwrap();
    let raw = raw();
    let files: Vec<PathBuf> = [2019, 2020]
        .map(|year| {
            let rows = raw.iter().filter(|row| row.0 == year);
            let line = |(year, i, j, k, v): &Raw| format!("{year},{},{},{k},{v},1\n", number(i), number(j));
            let text: String = std::iter::once("t,i,j,k,v,q\n".to_owned()).chain(rows.map(line)).collect();
            write(folder.path(), &format!("BACI_HS17_Y{year}_V1.csv"), text)
        })
        .to_vec();
    let all = prepared(folder.path());
    for db in &all {
        let complete = Options { complete: true, ..Options::default() };
        load(db, "baci", &complete, &files).counts();
    }
    (folder, all, raw)
}

/// The answer to a question with these arguments, or its error.
pub fn stats(db: &TestDb, arguments: &str, fields: &str) -> Json {
    let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
    ask(&db.graph(), &format!("{{ tradeStats{arguments} {{ {fields} }} }}"))
}

const KEYS: &str = "reporter { code } partner { code } sector { code } period value { amount } valueReason";

/// Values by the words of the keys.
fn sums(answer: &Json) -> BTreeMap<String, String> {
    let rows = answer["data"]["tradeStats"]["rows"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let word = |json: &Json| json.as_str().or(json["code"].as_str()).unwrap_or("-").to_owned();
    let line = |row: &Json| {
        let key: Vec<String> = ["reporter", "partner", "sector", "period"].map(|k| word(&row[k])).to_vec();
        (key.join(" "), row["value"]["amount"].as_str().unwrap_or("null").to_owned())
    };
    rows.iter().map(line).collect()
}

#[test]
fn every_sum_is_that_of_the_rows_of_the_files() {
    let (_folder, all, raw) = world();
    let mut asked = 0;
    for (grouped, digits) in (0..16_u32).flat_map(|g| [2, 4, 6].map(|d| (g, d))) {
        let [by_reporter, by_partner, by_sector, by_period] = [1, 2, 4, 8].map(|bit| grouped & bit != 0);
        if !by_sector && digits != 2 {
            continue;
        }
        for (flow, reporter, sector) in [
            ("EXPORT", None, None),
            ("IMPORT", None, None),
            ("EXPORT", Some("CN"), Some("01")),
            ("IMPORT", Some("RU"), None),
        ] {
            // What one exports is what the other imports.
            let seen = raw.iter().map(|(year, i, j, k, v)| {
                let (own, other) = if flow == "EXPORT" { (i, j) } else { (j, i) };
                (*year, *own, *other, *k, *v)
            });
            let seen =
                seen.filter(|row| reporter.is_none_or(|r| r == row.1) && sector.is_none_or(|s| row.3.starts_with(s)));
            let mut wanted: BTreeMap<String, u64> = BTreeMap::new();
            for (year, own, other, product, value) in seen {
                let year = year.to_string();
                let part = |is: bool, word: &str| if is { word.to_owned() } else { "-".to_owned() };
                let key = [
                    part(by_reporter, own),
                    part(by_partner, other),
                    part(by_sector, &product[..digits]),
                    part(by_period, &year),
                ];
                *wanted.entry(key.join(" ")).or_default() += value * 1000;
            }
            let wanted: BTreeMap<String, String> = wanted.into_iter().map(|(k, v)| (k, v.to_string())).collect();
            let mut groups = Vec::new();
            if by_reporter {
                groups.push("{by: REPORTER}".to_owned());
            }
            if by_partner {
                groups.push("{by: PARTNER, level: COUNTRY}".to_owned());
            }
            if by_sector {
                groups.push(format!("{{by: SECTOR, digits: {digits}}}"));
            }
            if by_period {
                groups.push("{by: PERIOD}".to_owned());
            }
            let mut filter = format!("flow: {{eq: {flow}}}");
            if let Some(reporter) = reporter {
                filter.push_str(&format!(", reporter: {{code: {{eq: \"{reporter}\"}}}}"));
            }
            if let Some(sector) = sector {
                filter.push_str(&format!(", sector: {{within: {{classification: \"HS2017\", code: \"{sector}\"}}}}"));
            }
            let arguments = format!("groupBy: [{}], filter: {{{filter}}}, gaps: OMIT", groups.join(", "));
            for db in &all {
                let answer = stats(db, &arguments, &format!("rows {{ {KEYS} }} warnings {{ code }}"));
                assert_eq!(sums(&answer), wanted, "{}: {arguments}", db.backend());
                assert_eq!(answer["data"]["tradeStats"]["warnings"], serde_json::json!([]), "{arguments}");
            }
            asked += 1;
        }
    }
    assert_eq!(asked, 4 * (8 + 8 * 3));
}

#[test]
fn rows_and_others_are_the_whole() {
    let (_folder, all, _) = world();
    let arguments = "groupBy: [{by: PARTNER}, {by: SECTOR, digits: 6}, {by: PERIOD}], filter: {flow: {eq: EXPORT}, reporter: {code: {eq: \"CN\"}}}, top: {n: 2, measure: VALUE, per: [PARTNER], others: true}, gaps: OMIT";
    let fields = "rows { partner { code } period value { amount } rank share { value numerator denominator } } others { partner { code } period value { amount } count } whole { period sumOfParts { amount } complete } groupCount";
    for db in &all {
        let answer = &stats(db, arguments, fields)["data"]["tradeStats"];
        let amount = |json: &Json| json["amount"].as_str().unwrap().parse::<u64>().unwrap();
        let of = |list: &str, year: &str| -> u64 {
            answer[list].as_array().unwrap().iter().filter(|r| r["period"] == year).map(|r| amount(&r["value"])).sum()
        };
        for whole in answer["whole"].as_array().unwrap() {
            let year = whole["period"].as_str().unwrap();
            assert_eq!(of("rows", year) + of("others", year), amount(&whole["sumOfParts"]), "{year}");
            assert_eq!(whole["complete"], true);
        }
        assert_eq!(answer["groupCount"], 12, "two products of three partners in two years");
        // A share is over all groups of its year, before the first are taken.
        for row in answer["rows"].as_array().unwrap() {
            let whole = answer["whole"].as_array().unwrap().iter().find(|w| w["period"] == row["period"]).unwrap();
            assert_eq!(row["share"]["denominator"], whole["sumOfParts"]["amount"]);
            assert_eq!(row["share"]["numerator"], row["value"]["amount"]);
        }
        let places: BTreeSet<i64> =
            answer["rows"].as_array().unwrap().iter().map(|r| r["rank"].as_i64().unwrap()).collect();
        assert!(places.contains(&1));
    }
}

/// A download of UN Comtrade: years, partners and amounts of one reporter's exports.
pub fn download(folder: &std::path::Path, rows: &[(&str, &str, &str, &str)]) -> PathBuf {
    let mut text = "period,reporterCode,partnerCode,flowCode,classificationCode,cmdCode,primaryValue\n".to_owned();
    for (period, partner, product, value) in rows {
        text.push_str(&format!("{period},156,{partner},X,H5,{product},{value}\n"));
    }
    write(folder, "a.csv", text)
}

#[test]
fn what_is_listed_is_no_total_until_it_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let file =
        download(folder.path(), &[("2020", "643", "01", "5"), ("2020", "842", "01", "7"), ("2020", "643", "27", "2")]);
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &Options::default(), std::slice::from_ref(&file)).counts();
        let row = |arguments: &str| {
            let answer = stats(
                &db,
                arguments,
                "rows { value { amount } valueReason sumOfListed { amount } share { value reason } } warnings { code } levels { partner sector }",
            );
            assert!(answer["errors"].is_null(), "{answer}");
            let stats = &answer["data"]["tradeStats"];
            let row = &stats["rows"][0];
            (
                row["value"]["amount"].as_str().map(str::to_owned),
                row["sumOfListed"]["amount"].as_str().map(str::to_owned),
                row["share"]["reason"].as_str().map(str::to_owned),
                stats["warnings"][0]["code"].as_str().map(str::to_owned),
            )
        };
        let some = |word: &str| Some(word.to_owned());
        // Neither the world nor all goods of it.
        assert_eq!(row(""), (None, some("14"), some("PARTIAL_COVERAGE"), some("PARTIAL_COVERAGE")));
        assert_eq!(
            row("filter: {partner: {code: {eq: \"RU\"}}}"),
            (None, some("7"), some("PARTIAL_COVERAGE"), some("PARTIAL_COVERAGE"))
        );
        // One partner and chapter is what it is.
        let one = "filter: {partner: {code: {eq: \"RU\"}}, sector: {classification: {code: {eq: \"HS2017\"}}, code: {eq: \"01\"}}}";
        assert_eq!(row(one), (some("5"), some("5"), None, None));
        // A partner among those that are listed has a value, and no share of what is not known.
        let partners = "groupBy: [{by: PARTNER}], filter: {sector: {classification: {code: {eq: \"HS2017\"}}, code: {eq: \"01\"}}}";
        assert_eq!(row(partners), (some("5"), some("5"), some("PARTIAL_COVERAGE"), None));
        // A coarser level than the listed one is a sum of what is listed too.
        assert_eq!(
            row("groupBy: [{by: SECTOR, digits: 0}]"),
            (None, some("14"), some("PARTIAL_COVERAGE"), some("PARTIAL_COVERAGE"))
        );
        let top = stats(
            &db,
            "groupBy: [{by: SECTOR}], top: {n: 1, measure: VALUE, others: true}",
            "rows { sector { code } value { amount } } others { sumOfListed { amount } } tiesCut",
        );
        let top = &top["data"]["tradeStats"];
        assert_eq!((&top["rows"][0]["sector"]["code"], &top["rows"][0]["value"]), (&"01".into(), &Json::Null), "{top}");
        assert_eq!(top["others"][0]["sumOfListed"]["amount"], "2");
        let last = stats(
            &db,
            "groupBy: [{by: SECTOR}], orderBy: [{measure: VALUE, direction: ASC}]",
            "rows { sector { code } }",
        );
        assert_eq!(last["data"]["tradeStats"]["rows"][0]["sector"]["code"], "27", "{last}");
        load(&db, "comtrade", &Options { complete: true, ..Options::default() }, std::slice::from_ref(&file)).counts();
        assert_eq!(row(""), (some("14"), some("14"), None, None));
        assert_eq!(row(partners), (some("5"), some("5"), None, None));
    }
}

#[test]
fn growth_is_null_with_a_reason_where_it_cannot_be_said() {
    let folder = tempfile::tempdir().unwrap();
    let years = [("2016", "10"), ("2017", "15"), ("2019", "0"), ("2020", "8"), ("2021", "")];
    let rows: Vec<(&str, &str, &str, &str)> =
        years.iter().map(|(year, value)| (*year, "643", "TOTAL", *value)).collect();
    let file = download(folder.path(), &rows[..4]);
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &Options::default(), std::slice::from_ref(&file)).counts();
        let told = |arguments: &str| -> Vec<String> {
            let arguments = format!(
                "groupBy: [{{by: PERIOD}}], {arguments} filter: {{partner: {{code: {{eq: \"RU\"}}}}, period: {{gte: \"2017\"}}}}"
            );
            let answer = stats(
                &db,
                &arguments,
                "rows { period value { amount } valueReason growth { value reason } two: growth(periods: 2) { value reason } change { amount } count }",
            );
            let rows = answer["data"]["tradeStats"]["rows"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
            let word = |json: &Json| match json {
                Json::Null => "-".to_owned(),
                Json::String(text) => text.clone(),
                other => other.to_string(),
            };
            let ratio =
                |json: &Json| if json["value"].is_null() { word(&json["reason"]) } else { word(&json["value"]) };
            rows.iter()
                .map(|r| {
                    [
                        word(&r["period"]),
                        word(&r["value"]["amount"]),
                        ratio(&r["growth"]),
                        ratio(&r["two"]),
                        word(&r["change"]["amount"]),
                    ]
                    .join(" ")
                })
                .collect()
        };
        assert_eq!(
            told(""),
            [
                "2017 15 0.5 NO_PREVIOUS 5",
                "2018 - NO_DATA NO_DATA -",
                "2019 0 NO_PREVIOUS -1.0 -",
                "2020 8 FROM_ZERO_OR_LESS NO_PREVIOUS 8"
            ],
            "growth looks back beyond what is shown, and not over a gap"
        );
        assert_eq!(told("gaps: OMIT,").len(), 3);
        let order = told("gaps: OMIT, orderBy: [{measure: VALUE}],");
        assert!(order[0].starts_with("2017") && order[2].starts_with("2019"), "{order:?}");
        let having = told("having: [{measure: VALUE, gte: 8}, {measure: GROWTH, lte: \"0.5\"}],");
        assert_eq!(having, ["2017 15 0.5 NO_PREVIOUS 5"]);
    }
}

#[test]
fn groups_are_paged_and_a_cursor_belongs_to_its_question() {
    let (_folder, all, _) = world();
    for db in &all {
        let base = "groupBy: [{by: REPORTER}, {by: PERIOD}], orderBy: [{measure: VALUE}], filter: {flow: {eq: EXPORT}}";
        let page = |more: &str| {
            stats(
                db,
                &format!("{base}{more}"),
                "rows { cursor reporter { code } period } pageInfo { hasNextPage hasPreviousPage endCursor } groupCount",
            )
        };
        let whole = page("");
        let rows = whole["data"]["tradeStats"]["rows"].as_array().unwrap().clone();
        assert_eq!(rows.len(), 8);
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let answer = page(&format!(", first: 3{after}"));
            let stats = &answer["data"]["tradeStats"];
            seen.extend(stats["rows"].as_array().unwrap().iter().cloned());
            if stats["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = format!(", after: {}", stats["pageInfo"]["endCursor"]);
        }
        assert_eq!(seen, rows);
        let other =
            stats(db, &format!("groupBy: [{{by: REPORTER}}], filter: {{flow: {{eq: EXPORT}}}}{after}"), "groupCount");
        assert_eq!(other["errors"][0]["extensions"]["reason"], "CURSOR_MISMATCH");
    }
}

#[test]
fn what_would_mix_is_an_error_that_names_the_choices() {
    let (folder, all, _) = world();
    let file = download(folder.path(), &[("2020", "643", "TOTAL", "5")]);
    for db in &all {
        load(db, "comtrade", &Options::default(), std::slice::from_ref(&file)).counts();
        let error = |arguments: &str| {
            let answer = stats(db, arguments, "rows { value { amount } }");
            let error = &answer["errors"][0];
            (
                error["extensions"]["reason"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned(),
                error["message"].as_str().unwrap().to_owned(),
            )
        };
        let is = |arguments: &str, reason: &str, part: &str| {
            let (code, message) = error(arguments);
            assert!(code == reason && message.contains(part), "{code}: {message}");
        };
        is("", "AMBIGUOUS_DATASET", "BACI-HS2017 (2019 to 2020), COMTRADE-HS (2020 to 2020)");
        let order = ["NONE", "COMTRADE-HS", "BACI-HS2017"].map(str::to_owned).to_vec();
        let preferring = db.graph().preferring_datasets(order);
        let taken = ask(&preferring, "{ tradeStats { dataset { code } warnings { code } } }");
        let taken = &taken["data"]["tradeStats"];
        assert_eq!(
            (&taken["dataset"]["code"], &taken["warnings"][1]["code"]),
            (&"COMTRADE-HS".into(), &"PREFERRED_DATASET".into())
        );
        is("dataset: \"BACI-HS2017\"", "AMBIGUOUS_FLOW", "EXPORT, IMPORT");
        is(
            "dataset: \"BACI-HS2017\", filter: {flow: {eq: EXPORT}, reporter: {code: {in: [\"CN\", \"WLD\"]}}}",
            "AMBIGUOUS_LEVEL",
            "reporters of several levels are never added: WORLD, COUNTRY",
        );
        is("dataset: \"NONE\"", "UNKNOWN_CODE", "`NONE` is not a known dataset code");
        is(
            "dataset: \"COMTRADE-HS\", filter: {period: {eq: \"1999\"}}",
            "INVALID_PERIOD",
            "it has 2020 to 2020 (ANNUAL)",
        );
        is(
            "dataset: \"COMTRADE-HS\", groupBy: [{by: SECTOR, digits: 6}]",
            "INVALID_ARGUMENT",
            "no sectors of this level here; it has 0",
        );
        is(
            "dataset: \"COMTRADE-HS\", groupBy: [{by: PARTNER}, {by: PARTNER}]",
            "INVALID_ARGUMENT",
            "grouped by already",
        );
        is("dataset: \"COMTRADE-HS\", first: 20000", "INVALID_ARGUMENT", "from 0 to 10000");
    }
}

#[test]
fn the_world_of_some_reporters_is_no_total() {
    let (folder, all, raw) = world();
    let answers = |db: &TestDb, flow: &str| {
        let of = if flow == "IMPORT" { ", reporter: {code: {eq: \"ZA\"}}" } else { "" };
        let answer = stats(
            db,
            &format!("filter: {{flow: {{eq: {flow}}}, period: {{eq: \"2020\"}}{of}}}"),
            "rows { value { amount } valueReason sumOfListed { amount } } levels { reporter partner worldReporters }",
        );
        answer["data"]["tradeStats"].clone()
    };
    let listed = write(
        folder.path(),
        "BACI_HS17_Y2020_excerpt.csv",
        "t,i,j,k,v,q\n2020,276,710,010121,1,1\n2020,276,156,010121,1,1\n",
    );
    for db in &all {
        for flow in ["EXPORT", "IMPORT"] {
            let before = answers(db, flow);
            assert_eq!(
                (&before["rows"][0]["valueReason"], &before["levels"]["worldReporters"]),
                (&Json::Null, &4.into()),
                "{before}"
            );
        }
        // Germany lists some partners only: the world is that of the others, and so is what one imports from it.
        load(db, "baci", &Options::default(), std::slice::from_ref(&listed)).counts();
        let total = |year: u32, to: &str| -> u64 {
            raw.iter().filter(|r| r.0 == year && (to.is_empty() || r.2 == to)).map(|r| r.4 * 1000).sum()
        };
        for (flow, to) in [("EXPORT", ""), ("IMPORT", "ZA")] {
            let after = answers(db, flow);
            assert_eq!(after["rows"][0]["valueReason"], "PARTIAL_COVERAGE", "{flow}: {after}");
            assert_eq!(after["rows"][0]["sumOfListed"]["amount"], total(2020, to).to_string());
            assert_eq!(after["levels"]["worldReporters"], 4);
        }
    }
}

#[test]
fn months_are_years_where_that_is_asked_for_and_a_part_of_a_year_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let months: Vec<String> = (1..=15).map(|n| format!("{}{:02}", 2019 + (n - 1) / 12, (n - 1) % 12 + 1)).collect();
    let rows: Vec<(&str, &str, &str, &str)> = months.iter().map(|m| (m.as_str(), "643", "TOTAL", "2")).collect();
    let file = download(folder.path(), &rows);
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &Options::default(), std::slice::from_ref(&file)).counts();
        let told = |arguments: &str| -> Vec<String> {
            let arguments = format!("filter: {{partner: {{code: {{eq: \"RU\"}}}}{arguments}");
            let answer = stats(
                &db,
                &arguments,
                "rows { period value { amount } partial growth { reason } } levels { frequency }",
            );
            assert_eq!(answer["data"]["tradeStats"]["levels"]["frequency"], "MONTHLY", "{answer}");
            let rows = answer["data"]["tradeStats"]["rows"].as_array().unwrap();
            let word = |json: &Json| json.as_str().unwrap_or("-").to_owned();
            rows.iter()
                .map(|r| {
                    format!(
                        "{} {} {} {}",
                        word(&r["period"]),
                        word(&r["value"]["amount"]),
                        r["partial"],
                        word(&r["growth"]["reason"])
                    )
                })
                .collect()
        };
        assert_eq!(told("}, groupBy: [{by: PERIOD}]").len(), 15, "as they are stored");
        let by_filter = told(", period: {gte: \"2020\"}}, groupBy: [{by: PERIOD}]");
        assert_eq!((by_filter.len(), by_filter[0].as_str()), (3, "2020-01 2 false -"), "a filter changes no length");
        let years = told("}, groupBy: [{by: PERIOD, frequency: ANNUAL}]");
        assert_eq!(years, ["2019 24 false NO_PREVIOUS", "2020 6 true PARTIAL_PERIOD"]);
        let quarters = told("}, groupBy: [{by: PERIOD, frequency: QUARTERLY}]");
        assert_eq!((quarters.len(), quarters[4].as_str()), (5, "2020-Q1 6 false -"));
        assert_eq!(told(", period: {eq: \"2019\"}}"), ["- 24 false NO_PREVIOUS"]);
    }
}

#[test]
fn sums_beyond_64_bits_are_exact() {
    let folder = tempfile::tempdir().unwrap();
    let largest = (i64::MAX / 1000).to_string();
    let partners = ["643", "842", "710"];
    let rows: Vec<(&str, &str, &str, &str)> =
        partners.iter().map(|p| ("2020", *p, "TOTAL", largest.as_str())).collect();
    let file = download(folder.path(), &rows);
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &Options::default(), std::slice::from_ref(&file)).counts();
        let answer = stats(&db, "", "rows { sumOfListed { amount approx } } whole { sumOfParts { amount } }");
        let amount = (3 * i128::from(i64::MAX / 1000)).to_string();
        let stats = &answer["data"]["tradeStats"];
        assert_eq!(stats["rows"][0]["sumOfListed"]["amount"], amount, "{answer}");
        assert_eq!(stats["whole"][0]["sumOfParts"]["amount"], amount);
        assert!(stats["rows"][0]["sumOfListed"]["approx"].as_f64().unwrap() > 2.7e16);
    }
}

#[test]
fn what_is_below_many_groups_is_priced() {
    let (_folder, all, _) = world();
    for db in &all {
        let arguments = "groupBy: [{by: PARTNER}], filter: {flow: {eq: EXPORT}}";
        let fields =
            "rows { partner { companies(first: 200) { nodes { participations(first: 200) { nodes { role } } } } } }";
        let answer = stats(db, arguments, fields);
        assert_eq!(answer["errors"][0]["extensions"]["reason"], "TOO_EXPENSIVE", "{answer}");
    }
}

//! The numbers that statistics make of several sums: exact, with both their parts, or null with a reason.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tearoad::transfer::Options;

use crate::formats::{load, prepared, write};
use crate::stats::{COUNTRIES, Raw, download, stats, world};
use crate::support::TestDb;

fn rows(db: &TestDb, arguments: &str, fields: &str) -> Vec<Json> {
    let answer = stats(db, arguments, &format!("rows {{ {fields} }}"));
    answer["data"]["tradeStats"]["rows"].as_array().unwrap_or_else(|| panic!("{arguments}: {answer}")).clone()
}

fn reason_of(db: &TestDb, arguments: &str, fields: &str) -> (String, String) {
    let answer = stats(db, arguments, &format!("rows {{ {fields} }}"));
    let error = &answer["errors"][0];
    let word = error["extensions"]["reason"].as_str().unwrap_or_else(|| panic!("{answer}"));
    (word.to_owned(), error["message"].as_str().unwrap().to_owned())
}

fn total(raw: &[Raw], is_it: impl Fn(&Raw) -> bool) -> i128 {
    raw.iter().filter(|row| is_it(row)).map(|row| i128::from(row.4) * 1000).sum()
}

fn near(value: &Json, wanted: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - wanted).abs() <= wanted.abs() * 1e-12)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a ratio of numbers that are small here")]
fn divided(a: i128, b: i128) -> f64 {
    a as f64 / b as f64
}

#[test]
fn an_advantage_is_a_share_in_exports_by_the_worlds() {
    let (folder, all, raw) = world();
    let by =
        "groupBy: [{by: REPORTER}, {by: SECTOR, digits: 2}, {by: PERIOD}], gaps: OMIT, filter: {flow: {eq: EXPORT}}";
    let fields = "reporter { code } sector { code } period rca { value exports { amount } totalExports { amount } worldExports { amount } worldTotalExports { amount } worldReporters reason }";
    for db in &all {
        let answer = rows(db, by, fields);
        assert!(answer.len() > 12, "{answer:?}");
        for row in &answer {
            let word = |json: &Json| json.as_str().unwrap().to_owned();
            let (own, chapter, year) =
                (word(&row["reporter"]["code"]), word(&row["sector"]["code"]), word(&row["period"]));
            let of_year = |r: &Raw| r.0.to_string() == year;
            let parts = [
                total(&raw, |r| of_year(r) && r.1 == own && r.3.starts_with(&chapter)),
                total(&raw, |r| of_year(r) && r.1 == own),
                total(&raw, |r| of_year(r) && r.3.starts_with(&chapter)),
                total(&raw, of_year),
            ];
            let told = ["exports", "totalExports", "worldExports", "worldTotalExports"]
                .map(|name| word(&row["rca"][name]["amount"]).parse::<i128>().unwrap());
            assert_eq!(told, parts, "{row}");
            assert!(near(&row["rca"]["value"], divided(parts[0] * parts[3], parts[1] * parts[2])), "{row}");
            assert_eq!((&row["rca"]["worldReporters"], &row["rca"]["reason"]), (&json!(4), &Json::Null));
        }
        // The leaders of one reporter, over both years together.
        let leaders = rows(
            db,
            "groupBy: [{by: SECTOR, digits: 6}], filter: {flow: {eq: EXPORT}, reporter: {code: {eq: \"CN\"}}}, orderBy: [{measure: RCA}], having: [{measure: RCA, gte: \"0.2\"}]",
            "sector { code } rca { value }",
        );
        let rca = |code: &str| {
            let own = |r: &Raw| r.1 == "CN";
            divided(
                total(&raw, |r| own(r) && r.3 == code) * total(&raw, |_| true),
                total(&raw, own) * total(&raw, |r| r.3 == code),
            )
        };
        let values: Vec<f64> = leaders.iter().map(|row| row["rca"]["value"].as_f64().unwrap()).collect();
        assert!(values.is_sorted_by(|a, b| a >= b) && values.iter().all(|v| *v >= 0.2), "{leaders:?}");
        for row in &leaders {
            assert!(near(&row["rca"]["value"], rca(row["sector"]["code"].as_str().unwrap())), "{row}");
        }
        for (arguments, part) in [
            (
                "filter: {flow: {eq: EXPORT}, partner: {code: {eq: \"CN\"}}}, groupBy: [{by: REPORTER}, {by: SECTOR}]",
                "leave the partner out",
            ),
            ("filter: {flow: {eq: IMPORT}}, groupBy: [{by: REPORTER}, {by: SECTOR}]", "an advantage is one in exports"),
            ("filter: {flow: {eq: EXPORT}}, groupBy: [{by: SECTOR}]", "group by REPORTER"),
            ("filter: {flow: {eq: EXPORT}}, groupBy: [{by: REPORTER}]", "group by SECTOR"),
        ] {
            let (reason, message) = reason_of(db, arguments, "rca { value }");
            assert!(reason == "INVALID_ARGUMENT" && message.contains(part), "{message}");
        }
    }
    // One complete reporter is no world; one that lists some is not measured against it.
    let one =
        download(folder.path(), &[("2020", "0", "TOTAL", "9"), ("2020", "0", "01", "5"), ("2020", "643", "01", "5")]);
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &Options { complete: true, ..Options::default() }, std::slice::from_ref(&one)).counts();
        let row = rows(
            &db,
            "groupBy: [{by: SECTOR, digits: 2}], filter: {reporter: {code: {eq: \"CN\"}}}",
            "rca { value reason }",
        );
        assert_eq!(row[0]["rca"], json!({ "value": null, "reason": "SINGLE_REPORTER" }), "{row:?}");
    }
}

#[test]
fn concentration_is_the_sum_of_squared_shares() {
    let (_folder, all, raw) = world();
    for db in &all {
        let answer = stats(
            db,
            "groupBy: [{by: REPORTER}, {by: PARTNER}], filter: {flow: {eq: EXPORT}, period: {eq: \"2020\"}}",
            "rows { reporter { code } hhi(of: PARENT) { value numerator denominator } all: hhi { value } } whole { hhi }",
        );
        let answer = &answer["data"]["tradeStats"];
        let pairs = |own: &str| -> Vec<i128> {
            let partners = COUNTRIES.iter().filter(|(code, _)| *code != own);
            partners.map(|(code, _)| total(&raw, |r| r.0 == 2020 && r.1 == own && r.2 == *code)).collect()
        };
        let (mut squares, mut sum) = (0, 0);
        for (own, _) in COUNTRIES {
            let all = pairs(own);
            squares += all.iter().map(|v| v * v).sum::<i128>();
            sum += all.iter().sum::<i128>();
        }
        assert!(near(&answer["whole"][0]["hhi"], divided(squares, sum * sum)), "{answer}");
        for row in answer["rows"].as_array().unwrap() {
            let all = pairs(row["reporter"]["code"].as_str().unwrap());
            let sum: i128 = all.iter().sum();
            let squares: i128 = all.iter().map(|v| v * v).sum();
            assert_eq!(row["hhi"]["numerator"], squares.to_string());
            assert_eq!(row["hhi"]["denominator"], (sum * sum).to_string());
            assert_eq!(row["all"]["value"], answer["whole"][0]["hhi"]);
        }
    }
}

#[test]
fn series_have_a_base_a_mean_growth_a_running_sum_and_a_moving_mean() {
    let folder = tempfile::tempdir().unwrap();
    let years = [("2015", "10"), ("2016", "20"), ("2017", "15"), ("2019", "40"), ("2020", "0")];
    let all: Vec<(&str, &str, &str, &str)> = years.iter().map(|(y, v)| (*y, "643", "TOTAL", *v)).collect();
    let file = download(folder.path(), &all);
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &Options::default(), std::slice::from_ref(&file)).counts();
        let told = |fields: &str| -> BTreeMap<String, String> {
            let arguments = "groupBy: [{by: PERIOD}], filter: {partner: {code: {eq: \"RU\"}}, period: {gte: \"2016\"}}";
            let word = |json: &Json| match json {
                Json::Object(of) if of.contains_key("amount") => of["amount"].as_str().unwrap().to_owned(),
                Json::Object(of) if of["value"].is_null() => of["reason"].as_str().unwrap().to_owned(),
                Json::Object(of) => {
                    format!("{} {}/{}", of["value"], of["numerator"], of["denominator"]).replace('"', "")
                }
                _ => "-".to_owned(),
            };
            let line = |row: &Json| (row["period"].as_str().unwrap().to_owned(), word(&row["it"]));
            rows(&db, arguments, &format!("period it: {fields}")).iter().map(line).collect()
        };
        let is = |fields: &str, wanted: [(&str, &str); 5]| {
            let wanted: BTreeMap<String, String> =
                wanted.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            assert_eq!(told(fields), wanted, "{fields} on {}", db.backend());
        };
        let ratio = "{ value numerator denominator reason }";
        is(
            &format!("index(base: \"2015\") {ratio}"),
            [
                ("2016", "2.0 20/10"),
                ("2017", "1.5 15/10"),
                ("2018", "NO_DATA"),
                ("2019", "4.0 40/10"),
                ("2020", "0.0 0/10"),
            ],
        );
        let growth = format!("{} 15/10", 1.5_f64.sqrt() - 1.0);
        let all = |text: &'static str| ["2016", "2017", "2018", "2019", "2020"].map(|year| (year, text));
        let cagr = told(&format!("cagr(from: \"2015\", to: \"2017\") {ratio}"));
        assert!(cagr.values().all(|text| *text == growth), "{cagr:?}");
        is(&format!("cagr(from: \"2015\", to: \"2018\") {ratio}"), all("NO_DATA"));
        is(&format!("cagr(from: \"2014\", to: \"2017\") {ratio}"), all("NO_PREVIOUS"));
        is(&format!("cagr(from: \"2015\", to: \"2020\") {ratio}"), all("-1.0 0/10"));
        is("cumulative { amount }", [("2016", "20"), ("2017", "35"), ("2018", "-"), ("2019", "-"), ("2020", "-")]);
        is(
            "cumulative(since: \"2015\") { amount }",
            [("2016", "30"), ("2017", "45"), ("2018", "-"), ("2019", "-"), ("2020", "-")],
        );
        is(
            &format!("movingAverage(periods: 2) {ratio}"),
            [
                ("2016", "15.0 30/2"),
                ("2017", "17.5 35/2"),
                ("2018", "NO_DATA"),
                ("2019", "NO_PREVIOUS"),
                ("2020", "20.0 40/2"),
            ],
        );
        for (fields, reason, part) in [
            ("cagr(from: \"2017\", to: \"2015\") { value }", "INVALID_ARGUMENT", "expected a later period"),
            (
                "index(base: \"2015-07\") { value }",
                "INVALID_PERIOD",
                "expected a period of the length that is told, such as 2015",
            ),
            ("movingAverage(periods: 1) { value }", "INVALID_ARGUMENT", "a mean is of two to 60 periods"),
        ] {
            let (came, message) = reason_of(&db, "groupBy: [{by: PERIOD}]", fields);
            assert!(came == reason && message.contains(part), "{came}: {message}");
        }
        let (came, message) = reason_of(&db, "orderBy: [{measure: CAGR, from: \"2015\"}]", "count");
        assert!(came == "INVALID_ARGUMENT" && message.contains("orderBy.to: expected a period"), "{message}");
    }
}

/// A file in Comtrade's form with weights and quantities: period, reporter, partner, flow, product, value, grams of net
/// weight in kilograms, quantity and its unit.
fn detailed(folder: &std::path::Path, rows: &[[&str; 9]]) -> std::path::PathBuf {
    let mut text =
        "period,reporterCode,partnerCode,flowCode,classificationCode,cmdCode,primaryValue,netWgt,qty,qtyUnitAbbr\n"
            .to_owned();
    for [period, reporter, partner, flow, product, value, weight, quantity, unit] in rows {
        text.push_str(&format!(
            "{period},{reporter},{partner},{flow},H5,{product},{value},{weight},{quantity},{unit}\n"
        ));
    }
    write(folder, "detailed.csv", text)
}

#[test]
fn quantities_are_of_one_unit_and_unit_values_of_what_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let file = detailed(
        folder.path(),
        &[
            ["2020", "156", "643", "X", "010121", "30", "12", "3", "u"],
            ["2020", "156", "643", "X", "010129", "10", "8", "2", "u"],
            ["2020", "156", "643", "X", "020130", "50", "", "7", "l"],
            ["2020", "156", "842", "X", "020130", "50", "5", "", ""],
        ],
    );
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &Options::default(), std::slice::from_ref(&file)).counts();
        let fields = "partner { code } sector { code } quantity { amount unit } netWeightKg perKg: unitValue { value numerator denominator reason } each: unitValue(per: QUANTITY) { value reason }";
        let answer = rows(&db, "groupBy: [{by: PARTNER}, {by: SECTOR, digits: 6}]", fields);
        let of = |at: usize| &answer[at];
        assert_eq!(of(0)["quantity"], json!({ "amount": "3", "unit": "u" }), "{answer:?}");
        assert_eq!(of(0)["perKg"], json!({ "value": 2.5, "numerator": "30", "denominator": "12", "reason": null }));
        assert_eq!(of(0)["each"], json!({ "value": 10.0, "reason": null }));
        assert_eq!(of(2)["perKg"]["reason"], "NO_WEIGHT");
        assert_eq!(of(3)["each"]["reason"], "NO_QUANTITY");
        // Two units are never added, one is.
        let both = rows(
            &db,
            "groupBy: [{by: PARTNER}], filter: {partner: {code: {eq: \"RU\"}}, sector: {level: {eq: 6}, code: {in: [\"010121\", \"010129\"]}, classification: {code: {eq: \"HS2017\"}}}}",
            "quantity { amount unit } netWeightKg",
        );
        assert_eq!(both[0], json!({ "quantity": { "amount": "5", "unit": "u" }, "netWeightKg": "20" }));
        let mixed = rows(
            &db,
            "groupBy: [{by: PARTNER}], filter: {partner: {code: {eq: \"RU\"}}, sector: {level: {eq: 6}, classification: {code: {eq: \"HS2017\"}}}}",
            "quantity { amount } unitValue(per: QUANTITY) { reason }",
        );
        assert_eq!(mixed[0], json!({ "quantity": null, "unitValue": { "reason": "PARTIAL_COVERAGE" } }));
        let order = rows(
            &db,
            "groupBy: [{by: SECTOR, digits: 6}], filter: {partner: {code: {eq: \"RU\"}}}, orderBy: [{measure: UNIT_VALUE, direction: ASC}]",
            "sector { code }",
        );
        assert_eq!(order[0]["sector"]["code"], "010129", "1.25 before 2.5, unknown last");
    }
}

#[test]
fn a_mirror_is_what_the_other_side_says_of_the_same_flow() {
    let folder = tempfile::tempdir().unwrap();
    let file = detailed(
        folder.path(),
        &[
            ["2020", "156", "643", "X", "TOTAL", "100", "", "", ""],
            ["2020", "643", "156", "M", "TOTAL", "110", "", "", ""],
            ["2020", "643", "156", "X", "TOTAL", "70", "", "", ""],
            ["2020", "156", "643", "M", "TOTAL", "60", "", "", ""],
            ["2020", "156", "842", "X", "TOTAL", "40", "", "", ""],
        ],
    );
    let fields = "reporter { code } partner { code } flow mirrorGap { reported { amount } mirror { amount } absolute { amount } relative reason }";
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &Options::default(), std::slice::from_ref(&file)).counts();
        let answer = stats(
            &db,
            "groupBy: [{by: REPORTER}, {by: PARTNER}, {by: FLOW}], orderBy: [{measure: MIRROR_GAP}]",
            &format!("rows {{ {fields} }} warnings {{ code }}"),
        );
        let answer = &answer["data"]["tradeStats"];
        let line = |row: &Json| {
            let gap = &row["mirrorGap"];
            let amount = |name: &str| gap[name]["amount"].as_str().unwrap_or("-").to_owned();
            let word = |json: &Json| json.as_str().unwrap_or("-").to_owned();
            [
                word(&row["reporter"]["code"]),
                word(&row["partner"]["code"]),
                word(&row["flow"]),
                amount("reported"),
                amount("mirror"),
                amount("absolute"),
                word(&gap["reason"]),
            ]
            .join(" ")
        };
        let told: Vec<String> =
            answer["rows"].as_array().unwrap_or_else(|| panic!("{answer}")).iter().map(line).collect();
        assert_eq!(
            told,
            [
                "RU CN EXPORT 70 60 10 -",
                "RU CN IMPORT 110 100 10 -",
                "CN RU EXPORT 100 110 -10 -",
                "CN RU IMPORT 60 70 -10 -",
                "CN US EXPORT 40 - - NO_MIRROR",
            ]
        );
        assert_eq!(answer["warnings"], json!([{ "code": "VALUATION" }]));
        let relative = rows(
            &db,
            "filter: {flow: {eq: EXPORT}, reporter: {code: {eq: \"RU\"}}, partner: {code: {eq: \"CN\"}}}",
            "mirrorGap { relative }",
        );
        assert!(near(&relative[0]["mirrorGap"]["relative"], 10.0 / 60.0), "{relative:?}");
        let (reason, message) = reason_of(&db, "filter: {flow: {eq: EXPORT}}, groupBy: [{by: REPORTER}]", fields);
        assert!(reason == "INVALID_ARGUMENT" && message.contains("between whom"), "{message}");
    }
    let (_folder, all, _) = world();
    for db in &all {
        let answer = rows(db, "groupBy: [{by: REPORTER}, {by: PARTNER}], filter: {flow: {eq: EXPORT}}", fields);
        assert_eq!(answer[0]["mirrorGap"]["reason"], "RECONCILED");
    }
}

#[test]
fn a_share_against_what_is_reported_counts_what_is_not_listed() {
    let folder = tempfile::tempdir().unwrap();
    let file = download(
        folder.path(),
        &[("2020", "0", "TOTAL", "200"), ("2020", "643", "TOTAL", "50"), ("2020", "842", "TOTAL", "100")],
    );
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &Options::default(), std::slice::from_ref(&file)).counts();
        let answer = stats(
            &db,
            "groupBy: [{by: PARTNER}], orderBy: [{measure: SHARE, against: REPORTED}]",
            "rows { partner { code } share { reason } of: share(against: REPORTED) { value numerator denominator } parent: share(of: PARENT, against: REPORTED) { value } } whole { unallocated { amount } } warnings { code } coverage { period reporters complete missing { code } } explain { plan statements rowsAtMost figures derived }",
        );
        let answer = &answer["data"]["tradeStats"];
        assert_eq!(answer["rows"][0]["partner"]["code"], "US", "{answer}");
        assert_eq!(answer["rows"][0]["of"], json!({ "value": 0.5, "numerator": "100", "denominator": "200" }));
        assert_eq!(answer["rows"][1]["parent"], json!({ "value": 0.25 }));
        assert_eq!(answer["rows"][1]["share"]["reason"], "PARTIAL_COVERAGE");
        assert_eq!(answer["whole"][0]["unallocated"]["amount"], "50");
        assert_eq!(answer["warnings"], json!([{ "code": "REPORTED_DIFFERS" }]));
        assert_eq!(answer["coverage"], json!([{ "period": "2020", "reporters": 1, "complete": 0, "missing": [] }]));
        let explain = &answer["explain"];
        assert_eq!((&explain["figures"], &explain["derived"]), (&json!("2"), &json!(false)), "{explain}");
        assert_eq!(explain["statements"], 2, "sums, and what is reported");
        assert!(
            explain["plan"][0]
                .as_str()
                .unwrap()
                .contains("partners of COUNTRY, 1 sectors of level 0 in HS, 1 periods of ANNUAL; by PARTNER"),
            "{explain}"
        );
    }
}

#[test]
fn ranks_are_ordered_by_and_asked_for() {
    let (_folder, all, _) = world();
    let by = "groupBy: [{by: PARTNER}], filter: {flow: {eq: EXPORT}, reporter: {code: {eq: \"CN\"}}, period: {eq: \"2020\"}}";
    for db in &all {
        let of = |more: &str| -> Vec<i64> {
            let rows = rows(db, &format!("{by}{more}"), "rank");
            rows.iter().map(|row| row["rank"].as_i64().unwrap()).collect()
        };
        assert_eq!(of(", orderBy: [{measure: RANK, direction: ASC}]"), [1, 2, 3]);
        assert_eq!(of(", orderBy: [{measure: RANK, direction: ASC}], having: [{measure: RANK, gte: \"2\"}]"), [2, 3]);
        let (reason, message) = reason_of(db, &format!("{by}, top: {{n: 1, measure: RANK}}"), "rank");
        assert!(reason == "INVALID_ARGUMENT" && message.contains("say VALUE"), "{message}");
    }
}

#[test]
fn conditions_are_met_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let file = download(folder.path(), &[("2020", "643", "TOTAL", "1"), ("2020", "842", "TOTAL", "2")]);
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &Options { complete: true, ..Options::default() }, std::slice::from_ref(&file)).counts();
        let n = |having: &str| {
            let answer = stats(&db, &format!("groupBy: [{{by: PARTNER}}], having: [{having}]"), "groupCount");
            answer["data"]["tradeStats"]["groupCount"].as_i64().unwrap_or_else(|| panic!("{having}: {answer}"))
        };
        // A third is below this by less than a floating-point number can tell.
        assert_eq!(n("{measure: SHARE, gte: \"0.33333333333333333\", lte: \"0.5\"}"), 1);
        assert_eq!(n("{measure: SHARE, gte: \"0.33333333333333334\", lte: \"0.5\"}"), 0);
        assert_eq!(n("{measure: VALUE, gte: \"1.5e0\"}"), 1);
        assert_eq!(n("{measure: VALUE, lte: \"9e30\"}"), 2);
        assert_eq!(n("{measure: COUNT, gte: 1, lte: 1}"), 2);
    }
}

#[test]
fn years_beside_months_of_other_years_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = download(
        folder.path(),
        &[
            ("2021", "643", "TOTAL", "5"),
            ("2022", "643", "TOTAL", "6"),
            ("202301", "643", "TOTAL", "1"),
            ("202201", "643", "TOTAL", "1"),
        ],
    );
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &Options::default(), std::slice::from_ref(&file)).counts();
        let codes = |filter: &str| {
            let answer = stats(
                &db,
                &format!("groupBy: [{{by: PERIOD}}], filter: {{partner: {{code: {{eq: \"RU\"}}}}{filter}}}"),
                "rows { period } warnings { code }",
            );
            answer["data"]["tradeStats"]["warnings"].clone()
        };
        assert_eq!(codes(""), json!([{ "code": "OTHER_FREQUENCY" }]));
        assert_eq!(codes(", period: {lte: \"2022\"}"), json!([]));
    }
}

#[test]
fn reporters_without_figures_in_a_period_are_named() {
    let (_folder, all, _) = world();
    for db in &all {
        let answer = stats(
            db,
            "filter: {flow: {eq: EXPORT}, reporter: {code: {in: [\"CN\", \"DE\"]}}}, groupBy: [{by: PERIOD}]",
            "coverage { period reporters complete missing { code } }",
        );
        let year = |year: &str| json!({ "period": year, "reporters": 1, "complete": 1, "missing": [{ "code": "DE" }] });
        assert_eq!(answer["data"]["tradeStats"]["coverage"], json!([year("2019"), year("2020")]), "{answer}");
    }
}

const RATES: &str = "base,quote,period,kind,rate,n_days,source\n\
    USD,CNY,2019,AVERAGE,6.9,,b\n\
    USD,CNY,2019,AVERAGE,7,,a\n\
    USD,CNY,2020-01,AVERAGE,6.5,,a\n\
    USD,CNY,2020-02,END,6.25,,a\n\
    EUR,USD,2019,AVERAGE,1.12,,a\n";

#[test]
fn amounts_are_converted_period_by_period_at_rates_that_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let pack = folder.path().join("pack");
    std::fs::create_dir(&pack).unwrap();
    write(&pack, "pack.toml", "title = \"Rates\"\n");
    write(&pack, "sources.csv", "code,kind,title\na,DATABASE,A\nb,DATABASE,B\n");
    write(&pack, "exchange_rates.csv", RATES);
    let file = download(
        folder.path(),
        &[
            ("2019", "643", "TOTAL", "10.005"),
            ("2020", "643", "TOTAL", "1"),
            ("202001", "643", "TOTAL", "3"),
            ("202002", "643", "TOTAL", "5"),
        ],
    );
    let filter = |period: &str| format!("filter: {{partner: {{code: {{eq: \"RU\"}}}}, period: {period}}}");
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &Options::default(), std::slice::from_ref(&file)).counts();
        tearoad::transfer::pack::load::import(
            &mut db.conn(),
            &Options::default(),
            std::slice::from_ref(&pack),
            &|_: &str| (),
        )
        .unwrap();
        let ask = |arguments: &str, fields: &str| {
            let answer = stats(&db, arguments, fields);
            assert!(answer["errors"].is_null(), "{answer}");
            answer["data"]["tradeStats"].clone()
        };
        let years = ask(
            &format!("groupBy: [{{by: PERIOD}}], {}", filter("{gte: \"2019\", lte: \"2020\"}")),
            "rows { value(in: \"CNY\") { amount currency } own: value { amount currency } eur: value(in: \"EUR\") { amount } why: valueReason(in: \"CNY\") sumOfListed(in: \"CNY\") { amount } } rates { period from to rate base quote kind ratePeriod source } warnings { code }",
        );
        let row = &years["rows"][0];
        assert_eq!(row["value"], json!({ "amount": "70.035", "currency": "CNY" }), "{years}");
        assert_eq!(row["own"], json!({ "amount": "10.005", "currency": "USD" }));
        assert_eq!(row["eur"], json!({ "amount": "8.933" }), "8.93303… with the rate of the other direction");
        let row = &years["rows"][1];
        assert_eq!(
            (&row["value"], &row["why"], &row["sumOfListed"]),
            (&Json::Null, &json!("NO_RATE"), &Json::Null),
            "{years}"
        );
        let rate = json!({ "period": "2019", "from": "USD", "to": "CNY", "rate": "7", "base": "USD", "quote": "CNY",
            "kind": "AVERAGE", "ratePeriod": "2019", "source": "a" });
        assert_eq!(years["rates"][0], rate, "the first source by code");
        assert_eq!(years["rates"][1]["base"], "EUR");
        assert_eq!(years["warnings"], json!([{ "code": "NO_RATE" }, { "code": "NO_RATE" }]));
        let end = ask(
            &format!("groupBy: [{{by: PERIOD, frequency: MONTHLY}}], {}", filter("{gte: \"2020-01\"}")),
            "rows { period average: value(in: \"CNY\") { amount } end: value(in: \"CNY\", rate: PERIOD_END) { amount } }",
        );
        assert_eq!(
            end["rows"],
            json!([
                { "period": "2020-01", "average": { "amount": "19.5" }, "end": null },
                { "period": "2020-02", "average": null, "end": { "amount": "31.25" } },
            ])
        );
        // Years that are added up are converted one by one.
        let one = ask(
            &filter("{eq: \"2019\"}"),
            "rows { value(in: \"CNY\") { amount } same: value(in: \"USD\") { amount } } warnings { code }",
        );
        assert_eq!(one["rows"][0], json!({ "value": { "amount": "70.035" }, "same": { "amount": "10.005" } }));
        assert_eq!(one["warnings"][0]["code"], "CONVERTED");
        let (reason, message) = reason_of(&db, "", "value(in: \"cny\") { amount }");
        assert!(reason == "INVALID_ARGUMENT" && message.contains("`cny`: expected the ISO 4217 code"), "{message}");
    }
}

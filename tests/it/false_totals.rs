//! Sums that look like totals and are none: each is null with its reason, or says that it is a part, and what is a total
//! stays one.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use tearoad::transfer::{Options, nomenclature, pack};

use crate::formats::{load, prepared, write};
use crate::stats::{download, stats, world};
use crate::support::{TestDb, ask, demo_databases};

/// A row of a file in Comtrade's form: period, reporter, partner, flow, edition, product, value.
type Row<'r> = (&'r str, &'r str, &'r str, &'r str, &'r str, &'r str, &'r str);

fn file(folder: &Path, name: &str, rows: &[Row<'_>]) -> PathBuf {
    let mut text = "period,reporterCode,partnerCode,flowCode,classificationCode,cmdCode,primaryValue\n".to_owned();
    for (period, reporter, partner, flow, edition, product, value) in rows {
        text.push_str(&format!("{period},{reporter},{partner},{flow},{edition},{product},{value}\n"));
    }
    write(folder, name, text)
}

/// Figures of all goods in some months of a year, each of the same value.
fn months<'m>(names: &'m [String], of: (&'m str, &'m str, &'m str), value: &'m str) -> Vec<Row<'m>> {
    let (reporter, partner, flow) = of;
    names.iter().map(|month| (month.as_str(), reporter, partner, flow, "H5", "TOTAL", value)).collect()
}

fn names(year: u32, months: std::ops::RangeInclusive<u32>) -> Vec<String> {
    months.map(|month| format!("{year}{month:02}")).collect()
}

fn listed(db: &TestDb, file: &PathBuf) {
    load(db, "comtrade", &Options::default(), std::slice::from_ref(file)).counts();
}

fn complete(db: &TestDb, file: &PathBuf) {
    load(db, "comtrade", &Options { complete: true, ..Options::default() }, std::slice::from_ref(file)).counts();
}

fn import_pack(db: &TestDb, folder: &Path) {
    let folder = folder.to_owned();
    pack::load::import(&mut db.conn(), &Options::default(), std::slice::from_ref(&folder), &|_: &str| ()).unwrap();
}

/// A folder with these files of a pack.
fn pack_of(folder: &Path, files: &[(&str, &str)]) -> PathBuf {
    let at = folder.join("pack");
    std::fs::create_dir_all(&at).unwrap();
    write(&at, "pack.toml", "title = \"Test\"\nsource = \"test\"\n");
    write(&at, "sources.csv", "code,kind,title\ntest,DATABASE,Test\n");
    for (name, text) in files {
        write(&at, name, text);
    }
    at
}

fn answer(db: &TestDb, arguments: &str, fields: &str) -> Json {
    let answer = stats(db, arguments, fields);
    assert!(answer["errors"].is_null(), "{}: {arguments}: {answer}", db.backend());
    answer["data"]["tradeStats"].clone()
}

fn rows(db: &TestDb, arguments: &str, fields: &str) -> Json {
    answer(db, arguments, &format!("rows {{ {fields} }}"))["rows"].clone()
}

/// The reason for which a question is refused.
fn refusal(db: &TestDb, arguments: &str, fields: &str) -> String {
    let answer = stats(db, arguments, fields);
    answer["errors"][0]["extensions"]["reason"].as_str().unwrap_or_else(|| panic!("{arguments}: {answer}")).to_owned()
}

const RATE: (&str, &str) =
    ("exchange_rates.csv", "base,quote,period,kind,rate,n_days,source\nUSD,CNY,2023,AVERAGE,7,,test\n");

#[test]
fn amounts_of_whole_units_are_converted_like_all_others() {
    let folder = tempfile::tempdir().unwrap();
    let own = pack_of(
        folder.path(),
        &[
            RATE,
            ("datasets.csv", "code,title,family,currency,scale,valuation\nWHOLE,Whole yuan,HS,CNY,0,FOB\n"),
            (
                "figures.csv",
                "dataset,reporter,partner,sector,flow,period,value\nWHOLE,CN,RU,HS/TOTAL,EXPORT,2023,2540000000\nWHOLE,CN,US,HS/TOTAL,EXPORT,2023,700\nWHOLE,CN,ZA,HS/TOTAL,EXPORT,2023,75\n",
            ),
        ],
    );
    for db in demo_databases() {
        import_pack(&db, &own);
        let zibo = "dataset: \"ZIBO-CUSTOMS\", filter: {reporter: {code: {eq: \"CN-370300\"}}, partner: {code: {eq: \"RU\"}}, flow: {eq: EXPORT}}";
        let fields = "own: value { amount } same: value(in: \"CNY\") { amount currency approx } listed: sumOfListed(in: \"CNY\") { amount approx }";
        let same = json!([{
            "own": { "amount": "2540000000" },
            "same": { "amount": "2540000000", "currency": "CNY", "approx": 2_540_000_000.0 },
            "listed": { "amount": "2540000000", "approx": 2_540_000_000.0 },
        }]);
        assert_eq!(rows(&db, zibo, fields), same, "{}: its own currency is no conversion", db.backend());
        let fields = "value(in: \"USD\") { amount currency approx } sumOfListed(in: \"USD\") { amount approx } why: valueReason(in: \"USD\")";
        let dollars = json!([{
            "value": { "amount": "362857142.857", "currency": "USD", "approx": 362_857_142.857 },
            "sumOfListed": { "amount": "362857142.857", "approx": 362_857_142.857 },
            "why": null,
        }]);
        assert_eq!(rows(&db, zibo, fields), dollars, "{}", db.backend());
        // The first of several, and all others together.
        let first = answer(
            &db,
            "dataset: \"WHOLE\", groupBy: [{by: PARTNER}], filter: {flow: {eq: EXPORT}}, top: {n: 1, measure: VALUE, others: true}",
            "rows { partner { code } value(in: \"USD\") { amount } cny: value(in: \"CNY\") { amount } } others { sumOfListed(in: \"USD\") { amount approx } cny: sumOfListed(in: \"CNY\") { amount } }",
        );
        assert_eq!(
            first,
            json!({
                "rows": [{ "partner": { "code": "RU" }, "value": { "amount": "362857142.857" }, "cny": { "amount": "2540000000" } }],
                "others": [{ "sumOfListed": { "amount": "110.714", "approx": 110.714 }, "cny": { "amount": "775" } }],
            }),
            "{}",
            db.backend()
        );
    }
}

#[test]
fn what_is_converted_of_listed_sectors_is_no_total() {
    let folder = tempfile::tempdir().unwrap();
    let codes = "classification,edition,code,description,parent,level\nH4,HS2012,0201,Beef; fresh,02,4\nH4,HS2012,020130,Beef; boneless,0201,6\n";
    let codes = write(folder.path(), "codes.csv", codes);
    let figures = file(
        folder.path(),
        "a.csv",
        &[("2016", "156", "643", "X", "H4", "010121", "100"), ("2016", "156", "643", "X", "H4", "020130", "5")],
    );
    let links = pack_of(
        folder.path(),
        &[(
            "correspondences.csv",
            "from_sector,to_sector,weight_ppm,source\nHS2012/010121,HS2017/010121,500000,test\nHS2012/010121,HS2017/020130,500000,test\nHS2012/020130,HS2017/020130,,test\n",
        )],
    );
    for db in prepared(folder.path()) {
        nomenclature::import(&mut db.conn(), &Options::default(), std::slice::from_ref(&codes), &|_| {}).unwrap();
        listed(&db, &figures);
        import_pack(&db, &links);
        let by =
            "groupBy: [{by: SECTOR, classification: \"HS2017\", digits: 6}], filter: {partner: {code: {eq: \"RU\"}}}";
        let fields = "sector { code } value { amount } valueReason sumOfListed { amount }";
        let row = |code: &str, value: Json, reason: Json, sum: &str| json!({ "sector": { "code": code }, "value": value, "valueReason": reason, "sumOfListed": { "amount": sum } });
        let part = json!("PARTIAL_COVERAGE");
        assert_eq!(
            rows(&db, by, fields),
            json!([row("010121", Json::Null, part.clone(), "50"), row("020130", Json::Null, part, "55")]),
            "{}: sectors that are not listed could correspond to these too",
            db.backend()
        );
        complete(&db, &figures);
        assert_eq!(
            rows(&db, by, fields),
            json!([
                row("010121", json!({ "amount": "50" }), Json::Null, "50"),
                row("020130", json!({ "amount": "55" }), Json::Null, "55"),
            ]),
            "{}",
            db.backend()
        );
    }
}

const CN_RU: &str = "reporter: {code: {eq: \"CN\"}}, partner: {code: {eq: \"RU\"}}";

#[test]
fn two_sides_of_different_years_are_not_compared() {
    let folder = tempfile::tempdir().unwrap();
    let own = ["2018", "2019", "2020"].map(|year| (year, "156", "643", "X", "H5", "TOTAL", "100"));
    let mirror = ["2018", "2020"].map(|year| (year, "643", "156", "M", "H5", "TOTAL", "90"));
    let imports = ["2018", "2020"].map(|year| (year, "156", "643", "M", "H5", "TOTAL", "30"));
    let figures = file(folder.path(), "a.csv", &[&own[..], &mirror[..], &imports[..]].concat());
    let gap = "mirrorGap { absolute { amount } reason }";
    for db in prepared(folder.path()) {
        listed(&db, &figures);
        let of = |by: &str, flow: &str, fields: &str| rows(&db, &format!("{by} filter: {{{CN_RU}{flow}}}"), fields);
        let exports = ", flow: {eq: EXPORT}";
        assert_eq!(
            of("", exports, gap),
            json!([{ "mirrorGap": { "absolute": null, "reason": "PARTIAL_PERIOD" } }]),
            "{}: three years are not two",
            db.backend()
        );
        let year = |year: &str, absolute: Json, reason: Json| json!({ "period": year, "mirrorGap": { "absolute": absolute, "reason": reason } });
        let ten = json!({ "amount": "10" });
        assert_eq!(
            of("groupBy: [{by: PERIOD}],", exports, &format!("period {gap}")),
            json!([
                year("2018", ten.clone(), Json::Null),
                year("2019", Json::Null, json!("NO_MIRROR")),
                year("2020", ten, Json::Null)
            ])
        );
        assert_eq!(of("", "", "balance { amount }"), json!([{ "balance": null }]), "{}", db.backend());
        let both = ", period: {in: [\"2018\", \"2020\"]}";
        assert_eq!(of("", both, "balance { amount }"), json!([{ "balance": { "amount": "140" } }]));
        assert_eq!(
            of("", &format!("{exports}{both}"), gap),
            json!([{ "mirrorGap": { "absolute": { "amount": "20" }, "reason": null } }]),
            "years that both sides have are compared"
        );
    }
}

#[test]
fn a_year_of_months_is_not_compared_with_a_part_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (all, few) = (names(2020, 1..=12), names(2020, 1..=3));
    let figures = file(
        folder.path(),
        "a.csv",
        &[
            months(&all, ("156", "643", "X"), "10"),
            months(&few, ("643", "156", "M"), "9"),
            months(&few, ("156", "643", "M"), "4"),
        ]
        .concat(),
    );
    for db in prepared(folder.path()) {
        listed(&db, &figures);
        let of = |frequency: &str, flow: &str, fields: &str| {
            let arguments =
                format!("groupBy: [{{by: PERIOD, frequency: {frequency}}}], gaps: OMIT, filter: {{{CN_RU}{flow}}}");
            rows(&db, &arguments, fields)
        };
        let gap = "mirrorGap { absolute { amount } reason }";
        let exports = ", flow: {eq: EXPORT}";
        assert_eq!(
            of("ANNUAL", exports, gap),
            json!([{ "mirrorGap": { "absolute": null, "reason": "PARTIAL_PERIOD" } }]),
            "{}",
            db.backend()
        );
        assert_eq!(of("ANNUAL", "", "balance { amount }"), json!([{ "balance": null }]), "{}", db.backend());
        // The first quarter both sides have.
        let quarter = of("QUARTERLY", exports, gap);
        assert_eq!(quarter[0], json!({ "mirrorGap": { "absolute": { "amount": "3" }, "reason": null } }), "{quarter}");
        assert_eq!(of("QUARTERLY", "", "balance { amount }")[0], json!({ "balance": { "amount": "18" } }));
    }
}

#[test]
fn three_months_of_a_year_are_a_part_of_it_wherever_they_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let few = names(2022, 1..=3);
    let figures = file(
        folder.path(),
        "a.csv",
        &[months(&few, ("156", "643", "X"), "10"), months(&few, ("156", "643", "M"), "4")].concat(),
    );
    for db in prepared(folder.path()) {
        complete(&db, &figures);
        let year = "filter: {reporter: {code: {eq: \"CN\"}}, flow: {eq: EXPORT}, period: {eq: \"2022\"}}";
        assert_eq!(
            rows(&db, year, "sumOfListed { amount } partial"),
            json!([{ "sumOfListed": { "amount": "30" }, "partial": true }]),
            "{}: a year that is named",
            db.backend()
        );
        // A balance alone has no figures of its own.
        assert_eq!(
            rows(
                &db,
                &format!("groupBy: [{{by: PERIOD, frequency: ANNUAL}}], filter: {{{CN_RU}}}"),
                "period balance { amount } partial"
            ),
            json!([{ "period": "2022", "balance": { "amount": "18" }, "partial": true }]),
            "{}",
            db.backend()
        );
        let profile = ask(
            &db.graph(),
            "{ region(code: \"CN\") { profile(period: \"2022\") { exports { sumOfListed { amount } partial } imports { partial } } } }",
        );
        assert_eq!(
            profile["data"]["region"]["profile"],
            json!({ "exports": { "sumOfListed": { "amount": "30" }, "partial": true }, "imports": { "partial": true } }),
            "{}: {profile}",
            db.backend()
        );
    }
}

#[test]
fn a_year_is_a_part_where_one_of_several_reporters_lacks_months() {
    let folder = tempfile::tempdir().unwrap();
    let (before, all, few) = (names(2021, 1..=12), names(2022, 1..=12), names(2022, 1..=7));
    let (cn, fr) = (("156", "643", "X"), ("251", "643", "X"));
    let figures = file(
        folder.path(),
        "a.csv",
        &[months(&before, cn, "10"), months(&before, fr, "10"), months(&few, cn, "10"), months(&all, fr, "10")]
            .concat(),
    );
    for db in prepared(folder.path()) {
        listed(&db, &figures);
        let of = |codes: &str| {
            let arguments = format!(
                "groupBy: [{{by: PERIOD, frequency: ANNUAL}}], filter: {{flow: {{eq: EXPORT}}, partner: {{code: {{eq: \"RU\"}}}}, reporter: {{code: {{in: [{codes}]}}}}}}"
            );
            rows(&db, &arguments, "period sumOfListed { amount } partial growth { value reason }")
        };
        let year = |year: &str, sum: &str, partial: bool, growth: Json| json!({ "period": year, "sumOfListed": { "amount": sum }, "partial": partial, "growth": growth });
        let (first, none) =
            (json!({ "value": null, "reason": "NO_PREVIOUS" }), json!({ "value": null, "reason": "PARTIAL_PERIOD" }));
        assert_eq!(
            of("\"CN\", \"FR\""),
            json!([year("2021", "240", false, first.clone()), year("2022", "190", true, none)]),
            "{}",
            db.backend()
        );
        assert_eq!(
            of("\"FR\""),
            json!([
                year("2021", "120", false, first),
                year("2022", "120", false, json!({ "value": 0.0, "reason": null }))
            ]),
            "{}: one that has all months is whole",
            db.backend()
        );
    }
}

#[test]
fn a_month_without_trade_of_a_complete_reporter_is_no_missing_month() {
    let folder = tempfile::tempdir().unwrap();
    let all = names(2020, 1..=12);
    let without_march: Vec<String> = all.iter().filter(|month| *month != "202003").cloned().collect();
    let figures = file(
        folder.path(),
        "a.csv",
        &[months(&all, ("156", "842", "X"), "10"), months(&without_march, ("156", "643", "X"), "2")].concat(),
    );
    for db in prepared(folder.path()) {
        let by = |partner: &str| {
            let arguments = format!(
                "groupBy: [{{by: PERIOD, frequency: ANNUAL}}], filter: {{reporter: {{code: {{eq: \"CN\"}}}}, partner: {{code: {{eq: \"{partner}\"}}}}}}"
            );
            rows(&db, &arguments, "sumOfListed { amount } partial")
        };
        listed(&db, &figures);
        assert_eq!(by("RU")[0]["partial"], true, "{}: what is listed may lack a month", db.backend());
        complete(&db, &figures);
        assert_eq!(
            by("RU"),
            json!([{ "sumOfListed": { "amount": "22" }, "partial": false }]),
            "{}: nothing was traded in March",
            db.backend()
        );
        assert_eq!(by("US"), json!([{ "sumOfListed": { "amount": "120" }, "partial": false }]));
    }
}

#[test]
fn what_is_reported_of_one_of_two_chapters_is_not_the_whole_of_both() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = vec![("2020", "0", "01", "100")];
    for (partner, chapter, value) in
        [("643", "01", "50"), ("643", "02", "10"), ("842", "01", "20"), ("842", "02", "30")]
    {
        lines.push(("2020", partner, chapter, value));
    }
    // Both downloads go by one name: the first is kept under its own.
    let one = std::fs::read(download(folder.path(), &lines)).unwrap();
    lines.push(("2020", "0", "02", "60"));
    let two = download(folder.path(), &lines);
    let one = write(folder.path(), "one.csv", one);
    let by = "groupBy: [{by: PARTNER, level: COUNTRY}], filter: {sector: {code: {in: [\"01\", \"02\"]}, level: {eq: 2}, classification: {code: {eq: \"HS2017\"}}}}";
    let fields = "rows { partner { code } share(against: REPORTED) { value numerator denominator reason } } whole { reported { amount } unallocated { amount } }";
    for db in prepared(folder.path()) {
        listed(&db, &one);
        let told = answer(&db, by, fields);
        assert_eq!(told["whole"], json!([{ "reported": null, "unallocated": null }]), "{}", db.backend());
        for row in told["rows"].as_array().unwrap() {
            let none = json!({ "value": null, "numerator": null, "denominator": null, "reason": "NOT_REPORTED" });
            assert_eq!(row["share"], none, "{}: {told}", db.backend());
        }
        assert_eq!(told["rows"].as_array().unwrap().len(), 2, "{told}");
        listed(&db, &two);
        let told = answer(&db, by, fields);
        let whole = json!([{ "reported": { "amount": "160" }, "unallocated": { "amount": "50" } }]);
        assert_eq!(told["whole"], whole, "{}", db.backend());
        let share = json!({ "value": 0.375, "numerator": "60", "denominator": "160", "reason": null });
        assert_eq!(told["rows"][0]["share"], share, "{}: {told}", db.backend());
    }
}

#[test]
fn the_balance_of_all_others_is_of_all_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let trade = [("643", "100", "10"), ("842", "50", "20"), ("710", "5", "15")];
    let lines: Vec<Row<'_>> = trade
        .iter()
        .flat_map(|(partner, sold, bought)| {
            [("X", *sold), ("M", *bought)].map(|(flow, value)| ("2020", "156", *partner, flow, "H5", "TOTAL", value))
        })
        .collect();
    let figures = file(folder.path(), "a.csv", &lines);
    for db in prepared(folder.path()) {
        complete(&db, &figures);
        let of = |flow: &str, fields: &str| {
            let arguments = format!(
                "groupBy: [{{by: PARTNER}}], top: {{n: 1, measure: BALANCE, others: true}}, filter: {{reporter: {{code: {{eq: \"CN\"}}}}{flow}}}"
            );
            answer(&db, &arguments, &format!("rows {{ partner {{ code }} {fields} }} others {{ {fields} }}"))
        };
        let alone = json!({
            "rows": [{ "partner": { "code": "RU" }, "balance": { "amount": "90" } }],
            "others": [{ "balance": { "amount": "20" } }],
        });
        assert_eq!(of("", "balance { amount }"), alone, "{}: a balance alone", db.backend());
        assert_eq!(
            of(", flow: {eq: EXPORT}", "value { amount } balance { amount }"),
            json!({
                "rows": [{ "partner": { "code": "RU" }, "value": { "amount": "100" }, "balance": { "amount": "90" } }],
                "others": [{ "value": { "amount": "55" }, "balance": { "amount": "20" } }],
            }),
            "{}: beside a value",
            db.backend()
        );
    }
}

#[test]
fn chapters_named_by_code_are_a_total_in_each_edition() {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<Row<'_>> = [("2015", "H4", "01", "10"), ("2015", "H4", "02", "5")]
        .into_iter()
        .chain([("2018", "H5", "01", "20"), ("2018", "H5", "02", "7")])
        .map(|(year, edition, chapter, value)| (year, "156", "643", "X", edition, chapter, value))
        .collect();
    let figures = file(folder.path(), "a.csv", &lines);
    let filter =
        "sector: {code: {in: [\"01\", \"02\"]}, level: {eq: 2}}, partner: {code: {eq: \"RU\"}}, flow: {eq: EXPORT}";
    for db in prepared(folder.path()) {
        listed(&db, &figures);
        let year = |year: &str, sum: &str| json!({ "period": year, "value": { "amount": sum }, "valueReason": null, "sumOfListed": { "amount": sum } });
        assert_eq!(
            rows(
                &db,
                &format!("groupBy: [{{by: PERIOD}}], gaps: OMIT, filter: {{{filter}}}"),
                "period value { amount } valueReason sumOfListed { amount }"
            ),
            json!([year("2015", "15"), year("2018", "27")]),
            "{}: both named chapters have a figure in each year",
            db.backend()
        );
    }
}

#[test]
fn events_are_of_two_places_and_a_base_is_one_period() {
    let (_folder, all, _) = world();
    for db in &all {
        let exports = "filter: {flow: {eq: EXPORT}}";
        for side in ["blocs: [\"EAEU\"]", "level: AREA"] {
            for (grouped, other) in [("REPORTER", "PARTNER"), ("PARTNER", "REPORTER")] {
                let by = format!("groupBy: [{{by: {grouped}, {side}}}, {{by: {other}, level: COUNTRY}}], {exports}");
                assert_eq!(refusal(db, &by, "rows { events { slug } }"), "INVALID_ARGUMENT", "{by}");
            }
        }
        let index = "rows { index(base: \"2019\") { value reason } }";
        assert_eq!(refusal(db, exports, index), "INVALID_ARGUMENT", "{}: two years as one", db.backend());
        let by_year = answer(db, &format!("groupBy: [{{by: PERIOD}}], {exports}"), index);
        assert_eq!(by_year["rows"][0]["index"], json!({ "value": 1.0, "reason": null }), "{by_year}");
    }
}

#[test]
fn parts_below_zero_have_no_concentration() {
    let folder = tempfile::tempdir().unwrap();
    let lines = ["100", "-60", "20"]
        .into_iter()
        .zip(["643", "842", "710"])
        .map(|(value, partner)| ("2020", "156", partner, "X", "H5", "TOTAL", value));
    let figures = file(folder.path(), "a.csv", &lines.collect::<Vec<Row<'_>>>());
    for db in prepared(folder.path()) {
        complete(&db, &figures);
        let told = answer(
            &db,
            "groupBy: [{by: PARTNER}], filter: {flow: {eq: EXPORT}}",
            "rows { hhi { value reason } } whole { hhi sumOfParts { amount } }",
        );
        for row in told["rows"].as_array().unwrap() {
            assert_eq!(row["hhi"], json!({ "value": null, "reason": "NOTHING_TO_SHARE" }), "{}: {told}", db.backend());
        }
        assert_eq!(told["whole"], json!([{ "hhi": null, "sumOfParts": { "amount": "60" } }]), "{}", db.backend());
    }
}

#[test]
fn what_is_below_events_of_groups_is_priced_and_lists_are_short() {
    let (_folder, all, _) = world();
    for db in &all {
        // 200 participations of the events of 200 are 40,000; of 200 events they are eight million.
        let below = "participations(first: 200) { nodes { event { participations(first: 200) { nodes { role } } } } }";
        let root = |n: u32| ask(&db.graph(), &format!("{{ events(first: {n}) {{ nodes {{ {below} }} }} }}"));
        assert!(root(1)["errors"].is_null(), "{}", root(1));
        assert_eq!(root(200)["errors"][0]["extensions"]["reason"], "TOO_EXPENSIVE");
        let pair =
            "first: 1, filter: {reporter: {code: {eq: \"CN\"}}, partner: {code: {eq: \"RU\"}}, flow: {eq: EXPORT}}";
        let few = stats(db, pair, &format!("rows {{ events(first: 1) {{ {below} }} }}"));
        assert!(few["errors"].is_null(), "{few}");
        let many = format!("rows {{ events(first: 200) {{ {below} }} }}");
        assert_eq!(refusal(db, pair, &many), "TOO_EXPENSIVE", "{}", db.backend());

        let list = |name: &str, more: &str, n: usize| {
            let entries: Vec<String> =
                (1..=n).map(|periods| format!("{{measure: CHANGE, periods: {periods}{more}}}")).collect();
            format!("groupBy: [{{by: PERIOD}}], filter: {{flow: {{eq: EXPORT}}}}, {name}: [{}]", entries.join(", "))
        };
        for (name, more) in [("orderBy", ""), ("having", ", gte: 0")] {
            answer(db, &list(name, more, 10), "groupCount");
            assert_eq!(refusal(db, &list(name, more, 11), "groupCount"), "LIST_TOO_LONG", "{name}");
        }
        let by = "groupBy: [{by: PERIOD}], filter: {flow: {eq: EXPORT}}";
        answer(db, by, "rows { movingAverage(periods: 60) { reason } }");
        for periods in ["1", "61"] {
            let mean = format!("rows {{ movingAverage(periods: {periods}) {{ reason }} }}");
            assert_eq!(refusal(db, by, &mean), "INVALID_ARGUMENT", "{periods}");
        }
    }
}

#[test]
fn sums_of_reporters_that_come_and_go_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let row = |year, reporter, value| (year, reporter, "842", "X", "H5", "TOTAL", value);
    let figures =
        file(folder.path(), "a.csv", &[row("2019", "156", "5"), row("2020", "156", "6"), row("2020", "643", "7")]);
    let lines = "156,842,010121,5,1\n";
    let baci = [("2019", ""), ("2020", "643,842,010121,7,1\n")].map(|(year, more)| {
        let text: String = lines.lines().chain(more.lines()).map(|line| format!("{year},{line}\n")).collect();
        write(folder.path(), &format!("BACI_HS17_Y{year}_V1.csv"), format!("t,i,j,k,v,q\n{text}"))
    });
    for db in prepared(folder.path()) {
        listed(&db, &figures);
        load(&db, "baci", &Options { complete: true, ..Options::default() }, &baci).counts();
        let warns = |arguments: &str| {
            let told = answer(&db, arguments, "rows { sumOfListed { amount } } warnings { code } levels { reporter }");
            told["warnings"].as_array().unwrap().iter().any(|warning| warning["code"] == "REPORTERS_DIFFER")
        };
        let of = |dataset: &str, by: &str, more: &str| {
            format!(
                "dataset: \"{dataset}\", groupBy: [{by}{{by: PERIOD}}], filter: {{flow: {{eq: EXPORT}}, partner: {{code: {{eq: \"US\"}}}}{more}}}"
            )
        };
        for by in ["", "{by: REPORTER, level: AREA}, ", "{by: REPORTER, blocs: [\"EAEU\"]}, "] {
            assert!(warns(&of("COMTRADE-HS", by, "")), "{}: {by}", db.backend());
        }
        assert!(!warns(&of("COMTRADE-HS", "{by: REPORTER}, ", "")), "each reporter has its own row");
        assert!(!warns(&of("COMTRADE-HS", "", ", reporter: {code: {eq: \"CN\"}}")), "one that is always there");
        assert!(!warns(&of("COMTRADE-HS", "", ", period: {eq: \"2020\"}")), "one period differs from none");
        let derived = of("BACI-HS2017", "", "");
        assert_eq!(answer(&db, &derived, "levels { reporter }")["levels"]["reporter"], "WORLD");
        assert!(warns(&derived), "{}: the world is made of other reporters in each year", db.backend());
    }
}

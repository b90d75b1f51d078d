//! Sums over blocs, areas, editions of HS and other classifications: exact, and never twice.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use tearoad::transfer::{Options, nomenclature, pack};

use crate::formats::{load, prepared, write};
use crate::stats::stats;
use crate::support::TestDb;

/// A file in Comtrade's form: year, reporter, partner, edition, product, value.
fn exports(folder: &Path, name: &str, rows: &[(&str, &str, &str, &str, &str, &str)]) -> PathBuf {
    let mut text = "period,reporterCode,partnerCode,flowCode,classificationCode,cmdCode,primaryValue\n".to_owned();
    for (period, reporter, partner, edition, product, value) in rows {
        text.push_str(&format!("{period},{reporter},{partner},X,{edition},{product},{value}\n"));
    }
    write(folder, name, text)
}

fn answer(db: &TestDb, arguments: &str, fields: &str) -> Json {
    let answer = stats(db, arguments, fields);
    assert!(answer["errors"].is_null(), "{arguments}: {answer}");
    answer["data"]["tradeStats"].clone()
}

fn error(db: &TestDb, arguments: &str) -> (String, String) {
    let answer = stats(db, arguments, "rows { value { amount } }");
    let error = &answer["errors"][0];
    let reason = error["extensions"]["reason"].as_str().unwrap_or_else(|| panic!("{answer}"));
    (reason.to_owned(), error["message"].as_str().unwrap().to_owned())
}

/// Keys and listed values of the rows.
fn lines(answer: &Json) -> Vec<String> {
    let word = |json: &Json| json.as_str().or(json["code"].as_str()).unwrap_or("-").to_owned();
    let line = |row: &Json| {
        let keys = ["reporter", "partner", "sector", "period"].iter().filter(|key| row.get(**key).is_some());
        let mut words: Vec<String> = keys.map(|key| word(&row[*key])).collect();
        words.push(word(&row["sumOfListed"]["amount"]));
        words.join(" ")
    };
    answer["rows"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn blocs_are_their_members_of_the_day_and_the_rest_is_a_row() {
    let folder = tempfile::tempdir().unwrap();
    // Britain leaves the union within 2020.
    let file = exports(
        folder.path(),
        "a.csv",
        &[
            ("2019", "156", "826", "H5", "TOTAL", "5"),
            ("2019", "156", "276", "H5", "TOTAL", "7"),
            ("2019", "156", "643", "H5", "TOTAL", "20"),
            ("2019", "156", "842", "H5", "TOTAL", "100"),
            ("2020", "156", "826", "H5", "TOTAL", "6"),
            ("2020", "156", "276", "H5", "TOTAL", "8"),
            ("2020", "156", "643", "H5", "TOTAL", "30"),
            ("2020", "156", "899", "H5", "TOTAL", "1"),
        ],
    );
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &Options::default(), std::slice::from_ref(&file)).counts();
        let by = "groupBy: [{by: PARTNER, blocs: [\"EU\", \"EAEU\"]}, {by: PERIOD}]";
        let fields = "rows { partner { code } period value { amount } valueReason sumOfListed { amount } } whole { period sumOfParts { amount } } groupCount";
        let all = answer(&db, by, fields);
        assert_eq!(
            lines(&all),
            ["- 2019 100", "- 2020 7", "EAEU 2019 20", "EAEU 2020 30", "EU 2019 12", "EU 2020 8"],
            "what is in none is one row"
        );
        assert_eq!(all["rows"][0]["valueReason"], "PARTIAL_COVERAGE");
        assert_eq!(all["whole"][0]["sumOfParts"]["amount"], "132");
        // The same with areas: an area that is nowhere keeps its trade.
        let areas = answer(&db, "groupBy: [{by: PARTNER, level: AREA}], filter: {period: {eq: \"2020\"}}", fields);
        assert_eq!(areas["whole"][0]["sumOfParts"]["amount"], "45");
        assert_eq!(lines(&areas).iter().filter(|line| line.starts_with('-')).count(), 1, "{areas}");
        load(&db, "comtrade", &Options { complete: true, ..Options::default() }, std::slice::from_ref(&file)).counts();
        let complete =
            answer(&db, by, "rows { partner { code } period value { amount } sumOfListed { amount } share { value } }");
        assert_eq!(complete["rows"][5]["value"]["amount"], "8", "{complete}");
        assert_eq!(complete["rows"][4]["share"]["value"].as_f64().unwrap().to_string(), (12.0_f64 / 132.0).to_string());
        let (reason, message) = error(&db, "groupBy: [{by: PARTNER, blocs: [\"EAEU\", \"BRICS\"]}]");
        assert!(
            reason == "INVALID_ARGUMENT" && message.contains("`RU` is in `EAEU` and in `BRICS` on 2019-12-31"),
            "{message}"
        );
        let (reason, message) = error(&db, "groupBy: [{by: PARTNER, blocs: [\"CN\"]}]");
        assert!(reason == "INVALID_ARGUMENT" && message.contains("`CN` is no bloc"), "{message}");
        assert_eq!(error(&db, "groupBy: [{by: PARTNER, blocs: [\"NATO\"]}]").0, "UNKNOWN_CODE");
    }
}

const CODES: &str = "classification,edition,code,description,parent,level\n\
    H4,HS2012,010129,Other horses,0101,6\nH4,HS2012,010130,Asses,0101,6\n\
    H4,HS2012,0201,Beef; fresh,02,4\nH4,HS2012,020130,Beef; boneless,0201,6\n";

#[test]
fn chapters_go_on_through_editions_and_finer_sectors_are_converted() {
    let folder = tempfile::tempdir().unwrap();
    let codes = write(folder.path(), "codes.csv", CODES);
    let file = exports(
        folder.path(),
        "a.csv",
        &[
            ("2016", "156", "643", "H4", "010121", "100"),
            ("2016", "156", "643", "H4", "010130", "7"),
            ("2016", "156", "643", "H4", "020130", "5"),
            ("2018", "156", "643", "H5", "010121", "10"),
            ("2018", "156", "643", "H5", "020130", "6"),
        ],
    );
    let mixed = exports(folder.path(), "b.csv", &[("2018", "156", "643", "H4", "020130", "1")]);
    let other = exports(folder.path(), "c.csv", &[("2018", "842", "643", "H4", "020130", "1000")]);
    let link = |weights: &[(&str, &str, &str)]| {
        let at = folder.path().join(format!("pack{}", weights.len()));
        std::fs::create_dir_all(&at).unwrap();
        write(&at, "pack.toml", "title = \"Correspondence\"\n");
        write(&at, "sources.csv", "code,kind,title\nlinks,DATABASE,Links\n");
        let lines = weights.iter().map(|(from, to, weight)| format!("HS2012/{from},HS2017/{to},{weight},links\n"));
        let text: String =
            std::iter::once("from_sector,to_sector,weight_ppm,source\n".to_owned()).chain(lines).collect();
        write(&at, "correspondences.csv", text);
        at
    };
    let unweighted = link(&[("010121", "010121", ""), ("010121", "020130", ""), ("020130", "020130", "")]);
    let weighted = link(&[
        ("010121", "010121", "333333"),
        ("010121", "010129", "333333"),
        ("010121", "020130", "333334"),
        ("020130", "020130", ""),
    ]);
    for db in prepared(folder.path()) {
        nomenclature::import(&mut db.conn(), &Options::default(), std::slice::from_ref(&codes), &|_| {}).unwrap();
        load(&db, "comtrade", &Options { complete: true, ..Options::default() }, std::slice::from_ref(&file)).counts();
        let fields = "rows { sector { code classification { code } } period sumOfListed { amount } value { amount } growth(periods: 2) { value } } warnings { code } levels { sector classification convertedFrom }";
        // Chapters by their codes, in the newest edition.
        let chapters = answer(&db, "groupBy: [{by: SECTOR, digits: 2}, {by: PERIOD}], gaps: OMIT", fields);
        assert_eq!(lines(&chapters), ["01 2016 107", "01 2018 10", "02 2016 5", "02 2018 6"]);
        assert_eq!(chapters["rows"][3]["growth"]["value"], 0.2, "{chapters}");
        assert_eq!(chapters["rows"][0]["sector"]["classification"]["code"], "HS2017");
        assert_eq!(chapters["warnings"], json!([{ "code": "SERIES_BREAK" }]));
        let one = answer(
            &db,
            "groupBy: [{by: PERIOD}], gaps: OMIT, filter: {sector: {code: {eq: \"02\"}, level: {eq: 2}}}",
            "rows { period sumOfListed { amount } } warnings { code }",
        );
        assert_eq!(
            (lines(&one), &one["warnings"]),
            (vec!["2016 5".to_owned(), "2018 6".to_owned()], &json!([{ "code": "SERIES_BREAK" }]))
        );
        // Finer ones are not the same by their codes.
        let six = "groupBy: [{by: SECTOR, digits: 6}, {by: PERIOD}], gaps: OMIT";
        assert_eq!(error(&db, six).0, "AMBIGUOUS_CLASSIFICATION");
        let into = |digits: i64, more: &str| {
            format!(
                "groupBy: [{{by: SECTOR, classification: \"HS2017\", digits: {digits}{more}}}, {{by: PERIOD}}], gaps: OMIT"
            )
        };
        let (reason, message) = error(&db, &into(6, ""));
        assert!(
            reason == "INVALID_ARGUMENT" && message.contains("nothing says what of `HS2012` corresponds"),
            "{message}"
        );
        let import = |from: &PathBuf| {
            let from = std::slice::from_ref(from);
            pack::load::import(&mut db.conn(), &Options::default(), from, &|_: &str| ()).unwrap();
        };
        import(&unweighted);
        let (reason, message) = error(&db, &into(6, ""));
        assert!(
            reason == "NO_WEIGHTS"
                && message.contains("1 sectors go to several of `HS2017`")
                && message.contains("010121"),
            "{message}"
        );
        let equal = answer(&db, &into(6, ", split: EQUAL"), fields);
        assert_eq!(lines(&equal), ["- 2016 7", "010121 2016 50", "010121 2018 10", "020130 2016 55", "020130 2018 6"]);
        import(&weighted);
        let shared = answer(&db, &into(6, ""), fields);
        // 100 units of 0.001: a third each, what is left of rounding to the largest.
        assert_eq!(
            lines(&shared),
            [
                "- 2016 7",
                "010121 2016 33.333",
                "010121 2018 10",
                "010129 2016 33.333",
                "020130 2016 38.334",
                "020130 2018 6"
            ]
        );
        assert_eq!(shared["warnings"][0]["code"], "CONVERTED_SECTORS");
        assert_eq!(
            shared["levels"],
            json!({ "sector": 6, "classification": "HS2017", "convertedFrom": ["HS2012", "HS2017"] })
        );
        let four = answer(&db, &into(4, ""), fields);
        assert_eq!(lines(&four), ["- 2016 7", "0101 2016 66.666", "0101 2018 10", "0201 2016 38.334", "0201 2018 6"]);
        let whole = answer(&db, &into(4, ""), "whole { period sumOfParts { amount } reported { amount } }");
        assert_eq!(whole["whole"][0]["sumOfParts"]["amount"], "112", "{whole}");
        // Another reporter's edition in the same year is no matter, a second of the same reporter is.
        load(&db, "comtrade", &Options { complete: true, ..Options::default() }, std::slice::from_ref(&other)).counts();
        let both = answer(&db, "groupBy: [{by: SECTOR, digits: 2}, {by: PERIOD}, {by: REPORTER}], gaps: OMIT", fields);
        assert_eq!(both["rows"].as_array().unwrap().len(), 5, "{both}");
        load(&db, "comtrade", &Options { complete: true, ..Options::default() }, std::slice::from_ref(&mixed)).counts();
        let (reason, message) = error(&db, "groupBy: [{by: SECTOR, digits: 2}, {by: PERIOD}, {by: REPORTER}]");
        assert!(
            reason == "AMBIGUOUS_CLASSIFICATION" && message.contains("`CN` gives 2018 in several editions"),
            "{message}"
        );
    }
}

//! Imports: the quirks of real files, bad lines, re-imports, and the real files where they are.

use std::path::{Path, PathBuf};

use tearoad::storage::bulk::Fixed;
use tearoad::storage::snapshot::current_revision;
use tearoad::transfer::{Options, Summary, TransferError, nomenclature, seed};

use crate::support::{TestDb, ask, data, databases};

const NOMENCLATURE: &str = "classification,edition,code,description,parent,level\n\
    H5,HS2017,01,Animals; live,,2\n\
    H5,HS2017,0101,\"Horses, asses, mules and hinnies; live\",01,4\n\
    H5,HS2017,010121,\"Horses; live, pure-bred breeding animals\",0101,6\n\
    H5,HS2017,010129,\"Horses; live, other\",0101,6\n\
    H5,HS2017,2710,Petroleum oils,27,4\n\
    H5,HS2017,270900,Oils; crude,2709,6\n";

/// Columns quoted, CRLF, leading zeros lost, blanks and NA in the quantity: what R and spreadsheets make of a file.
const QUIRKS: &str = "\"t\",\"i\",\"j\",\"k\",\"v\",\"q\"\r\n\
    2020,710,156,10121,12.345,       13.235\r\n\
    2020,710,156,10129,0.0005,NA\r\n\
    2020,710,842,270900,1000, \r\n\
    2020,710,842,271000,7.5,2\r\n";

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// Databases with the reference lists and the small nomenclature.
fn prepared(folder: &Path) -> Vec<TestDb> {
    let file = write(folder, "nomenclature.csv", NOMENCLATURE);
    let all = databases();
    for db in &all {
        let mut conn = db.conn();
        seed::load_reference(&mut conn).unwrap();
        nomenclature::import(&mut conn, &Options::default(), std::slice::from_ref(&file), &|_| {}).unwrap();
    }
    all
}

fn load(db: &TestDb, options: &Options, file: &Path) -> (Result<Summary, TransferError>, Vec<String>) {
    let told = std::cell::RefCell::new(Vec::new());
    let result = crate::support::import(&mut db.conn(), "baci", options, &[file.to_owned()], &|line| {
        told.borrow_mut().push(line.to_owned())
    });
    (result, told.into_inner())
}

fn figures(db: &TestDb) -> Vec<String> {
    let statement = Fixed(
        "SELECT d.code, r.code, p.code, s.code, f.flow, f.period_start, f.period_months, f.origin, f.reporter_level, f.partner_level, f.sector_level, f.value_scaled, f.net_weight_g, f.status, f.revision FROM trade_figures f JOIN datasets d ON d.id = f.dataset_id JOIN regions r ON r.id = f.reporter_id JOIN regions p ON p.id = f.partner_id JOIN sectors s ON s.id = f.sector_id ORDER BY d.code, r.code, p.code, s.code, f.period_start",
    );
    db.conn().rows(statement, &[]).unwrap().iter().map(|row| format!("{:?}", row.values)).collect()
}

fn revision(db: &TestDb) -> i64 {
    current_revision(&mut db.conn()).unwrap().0
}

#[test]
fn a_file_with_the_quirks_of_spreadsheets_loads_alike_on_both_databases() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "BACI_HS17_Y2020_V202501.csv", QUIRKS);
    let all: Vec<Vec<String>> = prepared(folder.path())
        .iter()
        .map(|db| {
            let (summary, told) = load(db, &Options::default(), &file);
            let summary = summary.unwrap();
            assert_eq!((summary.read, summary.inserted, summary.bad), (4, 4, 0));
            assert!(told.iter().any(|line| line.contains("271000")), "a heading as a whole is told: {told:?}");
            figures(db)
        })
        .collect();
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "the databases hold the same figures");
    assert_eq!(all[0].len(), 4);
    assert!(
        all[0][0].contains(r#"Text("ZA"), Text("CN"), Text("010121"), Int(1), Int(24240), Int(12), Int(1)"#),
        "{}",
        all[0][0]
    );
    assert!(all[0][0].contains("Int(12345000), Int(13235000)"), "12.345 thousand dollars, 13.235 tons: {}", all[0][0]);
    assert!(all[0][1].contains("Int(500), Null"), "half a dollar, no quantity: {}", all[0][1]);
}

#[test]
fn a_bad_line_is_told_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let text = "t,i,j,k,v,q\n2020,710,156,010121,1,1\n2020,710,999,010121,1,1\n2020,710,156,123456,1,1\n2020,710,156,010129,1,5 t\n2020,710,156,010129,\"1,5\",\n2020,710,156,010129\n";
    let file = write(folder.path(), "BACI_HS17_Y2020_V202501.csv", text);
    for db in prepared(folder.path()) {
        let before = revision(&db);
        let (result, told) = load(&db, &Options::default(), &file);
        assert!(matches!(result, Err(TransferError::BadLines(5))), "{result:?}");
        let all = told.join("\n");
        for sign in [
            "line 3: `j` is `999`",
            "line 4: `k` is `123456`",
            "line 5: `q` is `5 t`",
            "line 6: `v` is `1,5`",
            "line 7: `row`",
        ] {
            assert!(all.contains(sign), "`{sign}` is missing in {all}");
        }
        assert!(figures(&db).is_empty());
        assert_eq!(revision(&db), before);
        let (result, _) = load(&db, &Options { skip_bad: true, ..Options::default() }, &file);
        let summary = result.unwrap();
        assert_eq!((summary.read, summary.inserted, summary.bad), (6, 1, 5));
        assert_eq!(figures(&db).len(), 1);
        let notes = db.conn().rows(Fixed("SELECT note FROM sources WHERE code LIKE 'baci-%'"), &[]).unwrap();
        assert!(notes[0].text(0).unwrap().contains("5 bad"));
    }
}

#[test]
fn two_lines_of_one_key_with_other_numbers_are_bad_sorted_or_not() {
    let folder = tempfile::tempdir().unwrap();
    for text in [
        "t,i,j,k,v,q\n2020,710,156,010121,1,1\n2020,710,156,010121,2,1\n",
        "t,i,j,k,v,q\n2020,710,156,010129,1,1\n2020,710,156,010121,1,1\n2020,710,156,010129,3,1\n",
    ] {
        let file = write(folder.path(), "BACI_HS17_Y2020_V202501.csv", text);
        for db in prepared(folder.path()) {
            let (result, told) = load(&db, &Options::default(), &file);
            assert!(matches!(result, Err(TransferError::BadLines(2))), "{result:?} {told:?}");
            assert!(told[0].contains("have the same reporter"), "{told:?}");
        }
    }
}

#[test]
fn the_same_file_again_changes_nothing_and_another_replaces_its_year() {
    let folder = tempfile::tempdir().unwrap();
    let first = write(folder.path(), "BACI_HS17_Y2020_V202501.csv", QUIRKS);
    for db in prepared(folder.path()) {
        load(&db, &Options::default(), &first).0.unwrap();
        let before = revision(&db);
        let again = load(&db, &Options::default(), &first).0.unwrap();
        assert_eq!((again.revision, again.unchanged, again.inserted), (None, 4, 0));
        assert_eq!(revision(&db), before);
        let other_name = write(
            folder.path(),
            "BACI_HS17_Y2020_V202601.csv",
            "t,i,j,k,v,q\n2020,710,156,010121,99,\n2020,710,156,010129,0.0005,NA\n2020,710,251,010121,1,1\n",
        );
        let changed = load(&db, &Options::default(), &other_name).0.unwrap();
        assert_eq!((changed.inserted, changed.updated, changed.unchanged, changed.deleted), (1, 1, 1, 2));
        assert_eq!(revision(&db), before + 1);
        assert_eq!(figures(&db).len(), 3);
        let statement = Fixed(
            "SELECT entity_key, n_inserted, n_updated, n_deleted FROM changes WHERE entity = 'TradeFigure' ORDER BY revision DESC LIMIT 1",
        );
        let change = db.conn().rows(statement, &[]).unwrap();
        assert_eq!(change[0].text(0), Some("BACI-HS2017/ZA/2020"));
        assert_eq!((change[0].int(1), change[0].int(2), change[0].int(3)), (Some(1), Some(1), Some(2)));
        // The older file can be put back.
        let back = load(&db, &Options::default(), &first).0.unwrap();
        assert_eq!((back.inserted, back.updated, back.deleted), (2, 1, 1));
    }
}

#[test]
fn an_edition_without_products_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "BACI_HS92_Y2020_V202501.csv", QUIRKS);
    for db in prepared(folder.path()) {
        let (result, told) = load(&db, &Options::default(), &file);
        assert!(result.unwrap_err().to_string().contains("import its nomenclature first"));
        assert!(told.is_empty());
        let products = write(
            folder.path(),
            "product_codes_HS92_V202501.csv",
            "code,description\n010121,Horses\n010129,Other horses\n270900,Crude oil\n271000,Oils\n",
        );
        let summary =
            crate::support::import(&mut db.conn(), "baci", &Options::default(), &[file.clone(), products], &|_| {})
                .unwrap();
        assert_eq!(summary.inserted, 4);
        let answer =
            ask(&db.graph(), r#"{ sector(classification: "HS1992", code: "270900") { name ancestors { code } } }"#);
        assert_eq!(data(&answer)["sector"]["name"], "Crude oil");
        let codes: Vec<&str> = data(&answer)["sector"]["ancestors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| a["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, ["TOTAL", "V", "27", "2709"], "the heading was made on the way");
    }
}

#[test]
fn a_nomenclature_is_loaded_once() {
    let folder = tempfile::tempdir().unwrap();
    for db in prepared(folder.path()) {
        let before = revision(&db);
        let file = folder.path().join("nomenclature.csv");
        let again = nomenclature::import(&mut db.conn(), &Options::default(), &[file], &|_| {}).unwrap();
        assert_eq!((again.revision, again.unchanged), (None, 6));
        assert_eq!(revision(&db), before);
        let answer = ask(
            &db.graph(),
            r#"{ sector(classification: "HS2017", code: "010121") { name parent { code name parent { code } } } }"#,
        );
        assert_eq!(data(&answer)["sector"]["parent"]["name"], "Horses, asses, mules and hinnies; live");
        let bad = write(
            folder.path(),
            "bad.csv",
            "classification,edition,code,description,parent,level\nH5,HS2017,01012,X,0101,5\n",
        );
        let told = std::cell::RefCell::new(Vec::new());
        let result = nomenclature::import(&mut db.conn(), &Options::default(), &[bad], &|l| {
            told.borrow_mut().push(l.to_owned())
        });
        assert!(result.is_err());
        assert!(told.borrow()[0].contains("line 2: `level` is `5`"), "{told:?}");
    }
}

/// The folder of real files, or nothing with a loud word.
fn real_files() -> Option<PathBuf> {
    let folder = std::env::var("TEAROAD_SHARED_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
    let folder = PathBuf::from(folder);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("!! there is no {}: imports of real files are NOT tested", folder.display());
    None
}

#[test]
fn both_real_baci_files_load_and_answer_from_both_sides() {
    let Some(folder) = real_files() else { return };
    let mut answers = Vec::new();
    for db in databases() {
        let mut conn = db.conn();
        seed::load_reference(&mut conn).unwrap();
        let nomenclature = folder.join("sectors/product_classifications.csv.gz");
        nomenclature::import(&mut conn, &Options::default(), &[nomenclature], &|_| {}).unwrap();
        let mut rows = 0;
        for name in
            ["BACI_HS92_Y2021_V202301_exporters_AFG_ZAF.csv.gz", "BACI_HS17_Y2020_V202301_exporters_AFG_ZAF.csv.gz"]
        {
            let summary = crate::support::import(
                &mut conn,
                "baci",
                &Options::default(),
                &[folder.join("trade/baci").join(name)],
                &|_| {},
            )
            .unwrap();
            assert_eq!((summary.inserted, summary.bad), (summary.read, 0));
            rows += summary.inserted;
        }
        assert_eq!(rows, 143_289);
        let question = r#"query($reporter: String!, $partner: String!, $flow: Flow!) {
            tradeFigures(first: 100, orderBy: { field: VALUE, direction: DESC }, filter: {
                dataset: { code: { eq: "BACI-HS1992" } }, reporter: { code: { eq: $reporter } }, partner: { code: { eq: $partner } },
                flow: { eq: $flow }, period: { eq: "2021" }, sector: { within: { classification: "HS1992", code: "26" } } }) {
                totalCount nodes { partner { name } sector { code name } value { amount currency } mirrored valuation } } }"#;
        let graph = db.graph();
        let exports = crate::support::ask_with(
            &graph,
            question,
            serde_json::json!({"reporter": "ZA", "partner": "CN", "flow": "EXPORT"}),
        );
        let imports = crate::support::ask_with(
            &graph,
            question,
            serde_json::json!({"reporter": "CN", "partner": "ZA", "flow": "IMPORT"}),
        );
        let (exports, imports) = (data(&exports)["tradeFigures"].clone(), data(&imports)["tradeFigures"].clone());
        assert_eq!(exports["totalCount"], imports["totalCount"]);
        let pairs = exports["nodes"].as_array().unwrap().iter().zip(imports["nodes"].as_array().unwrap());
        for (export, import) in pairs {
            assert_eq!((&export["sector"], &export["value"]), (&import["sector"], &import["value"]));
            assert_eq!(
                (&export["mirrored"], &import["mirrored"]),
                (&serde_json::json!(false), &serde_json::json!(true))
            );
            assert_eq!(import["valuation"], "FOB");
        }
        answers.push((exports, imports));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "the databases differ");
}

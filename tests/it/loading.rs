//! What every import of figures keeps to, whatever the format: it adds and never erases unless told, it counts every row,
//! it tells what is wrong and what totals do not add up, and it can be tried without consequences.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use tearoad::storage::bulk::{Fixed, Statement};
use tearoad::storage::snapshot::current_revision;
use tearoad::transfer::layout::Layout;
use tearoad::transfer::recognise::recognise;
use tearoad::transfer::{Options, Summary, TransferError, datasets, figures, seed};

use crate::support::{TestDb, ask, data, databases, import};

/// Columns of the shortest Comtrade file.
pub const HEADER: &str =
    "refYear,reporterCode,flowCode,partnerCode,classificationCode,cmdCode,primaryValue,netWgt,cmdDesc";

pub fn file(folder: &Path, name: &str, lines: &[&str]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, format!("{HEADER}\n{}\n", lines.join("\n"))).unwrap();
    path
}

pub fn prepared() -> Vec<TestDb> {
    let all = databases();
    for db in &all {
        seed::load_reference(&mut db.conn()).unwrap();
    }
    all
}

pub fn load(db: &TestDb, options: &Options, file: &Path) -> (Result<Summary, TransferError>, Vec<String>) {
    let told = RefCell::new(Vec::new());
    let result = import(&mut db.conn(), "comtrade", options, &[file.to_owned()], &|line| {
        told.borrow_mut().push(line.to_owned())
    });
    (result, told.into_inner())
}

pub fn revision(db: &TestDb) -> i64 {
    current_revision(&mut db.conn()).unwrap().0
}

fn values(db: &TestDb) -> Vec<(String, String, i64, i64, Option<i64>)> {
    let statement = Fixed(
        "SELECT p.code, s.code, f.flow, f.period_start / 12, f.value_scaled FROM trade_figures f JOIN regions p ON p.id = f.partner_id JOIN sectors s ON s.id = f.sector_id ORDER BY p.code, s.code, f.flow, f.period_start",
    );
    let rows = db.conn().rows(statement, &[]).unwrap();
    let text = |row: &tearoad::storage::value::Row, at: usize| row.text(at).unwrap().to_owned();
    rows.iter().map(|r| (text(r, 0), text(r, 1), r.int(2).unwrap(), r.int(3).unwrap(), r.int(4))).collect()
}

pub fn count(db: &TestDb, statement: &'static str) -> i64 {
    db.conn().rows(Fixed(statement), &[]).unwrap()[0].int(0).unwrap()
}

#[test]
fn a_second_download_adds_and_changes_but_never_erases() {
    let folder = tempfile::tempdir().unwrap();
    let first = file(folder.path(), "a.csv", &["2020,156,X,643,H5,27,100.5,7,", "2020,156,X,842,H5,27,200,,"]);
    let second = file(folder.path(), "b.csv", &["2020,156,X,643,H5,27,101,7,", "2020,156,X,643,H5,01,5,,"]);
    for db in prepared() {
        load(&db, &Options::default(), &first).0.unwrap();
        let summary = load(&db, &Options::default(), &second).0.unwrap();
        assert_eq!((summary.inserted, summary.updated, summary.unchanged, summary.deleted), (1, 1, 0, 0));
        let found = values(&db);
        assert_eq!(found.len(), 3, "{}: {found:?}", db.backend());
        assert_eq!(found[1], ("RU".to_owned(), "27".to_owned(), 1, 2020, Some(101_000)));
        assert_eq!(count(&db, "SELECT n_figures FROM dataset_coverage"), 3);
        // The first can be put back.
        let back = load(&db, &Options::default(), &first).0.unwrap();
        assert_eq!((back.updated, back.unchanged), (1, 1));
        let before = revision(&db);
        assert_eq!(load(&db, &Options::default(), &first).0.unwrap().revision, None);
        assert_eq!(revision(&db), before);
    }
}

#[test]
fn replacing_says_what_goes_and_keeps_other_flows_and_years() {
    let folder = tempfile::tempdir().unwrap();
    let lines = [
        "2019,156,X,643,H5,27,1,,",
        "2020,156,X,643,H5,27,1,,",
        "2020,156,M,643,H5,27,2,,",
        "2020,156,X,842,H5,27,3,,",
    ];
    let first = file(folder.path(), "a.csv", &lines);
    let second = file(folder.path(), "b.csv", &["2020,156,X,643,H5,27,9,,"]);
    for db in prepared() {
        load(&db, &Options::default(), &first).0.unwrap();
        let (result, told) = load(&db, &Options { replace: true, ..Options::default() }, &second);
        let summary = result.unwrap();
        assert_eq!((summary.updated, summary.deleted), (1, 1));
        assert!(
            told.iter().any(|l| l.contains("1 figures of COMTRADE-HS that the files no longer have are removed")),
            "{told:?}"
        );
        assert!(told.iter().any(|l| l.contains("CN, 2020: 1")), "{told:?}");
        let left: Vec<_> = values(&db).into_iter().map(|(p, _, flow, year, v)| (p, flow, year, v)).collect();
        let wanted = [("RU", 1, 2019, 1000), ("RU", 1, 2020, 9000), ("RU", 2, 2020, 2000)];
        let wanted: Vec<_> = wanted.iter().map(|(p, f, y, v)| ((*p).to_owned(), *f, *y, Some(*v))).collect();
        assert_eq!(left, wanted, "{}", db.backend());
        assert_eq!(count(&db, "SELECT CAST(SUM(n_figures) AS BIGINT) FROM dataset_coverage"), 3);
    }
}

#[test]
fn a_dry_run_says_all_and_keeps_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.csv", &["2020,156,X,643,H5,27,100.5,7,"]);
    for db in prepared() {
        let before = revision(&db);
        let summary = load(&db, &Options { dry_run: true, ..Options::default() }, &path).0.unwrap();
        assert_eq!((summary.inserted, summary.dry_run), (1, true));
        assert!(summary.to_string().contains("nothing was kept"), "{summary}");
        assert_eq!(revision(&db), before);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM trade_figures"), 0);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM datasets"), 0);
        load(&db, &Options::default(), &path).0.unwrap();
    }
}

#[test]
fn every_row_is_counted_once_and_all_bad_ones_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines: Vec<String> = (0..120).map(|n| format!("2020,156,X,{},H5,27,1,,", 5000 + n)).collect();
    lines.extend(
        [
            "2020,156,X,643,H5,27,100.5,7,",
            "2020,156,X,643,H5,27,100.5,7,",
            "2020,156,X,842,H5,27,1,,",
            "2020,156,X,842,H5,27,2,,",
        ]
        .map(str::to_owned),
    );
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let path = file(folder.path(), "a.csv", &lines);
    for db in prepared() {
        let report = folder.path().join(format!("{}.csv", db.backend()));
        let options = Options { report: Some(report.clone()), ..Options::default() };
        let (result, told) = load(&db, &options, &path);
        assert!(matches!(result, Err(TransferError::BadLines(122))), "{result:?}");
        assert_eq!(told.iter().filter(|l| l.contains("partnerCode")).count(), 100, "the first hundred are printed");
        let kept = std::fs::read_to_string(&report).unwrap();
        assert_eq!(kept.lines().count(), 123, "a header and every bad row");
        assert!(kept.contains("line 124") || kept.contains(",125,row,"), "{kept}");
        let options = Options { skip_bad: true, ..Options::default() };
        let summary = load(&db, &options, &path).0.unwrap();
        assert_eq!(
            (summary.read, summary.stored(), summary.merged, summary.left_out, summary.bad),
            (124, 1, 1, 0, 122)
        );
        let written =
            db.conn().rows(Fixed("SELECT summary FROM revisions ORDER BY revision DESC LIMIT 1"), &[]).unwrap();
        let written: serde_json::Value = serde_json::from_str(written[0].text(0).unwrap()).unwrap();
        let number = |name: &str| written[name].as_u64().unwrap();
        assert_eq!(number("read"), number("stored") + number("merged") + number("leftOut") + number("bad"));
        let note = db.conn().rows(Fixed("SELECT note FROM sources WHERE kind = 'FILE'"), &[]).unwrap();
        assert!(note[0].text(0).unwrap().contains("122 bad"), "{note:?}");
    }
}

type Pairs = Vec<(String, String)>;

/// Titles and notes of the sources of files, and what the last revision says of sources.
fn notes(db: &TestDb) -> (Pairs, Pairs) {
    let pairs = |statement| -> Pairs {
        let rows = db.conn().rows(Fixed(statement), &[]).unwrap();
        let text = |row: &tearoad::storage::value::Row, at| row.text(at).unwrap_or("-").to_owned();
        rows.iter().map(|row| (text(row, 0), text(row, 1))).collect()
    };
    (
        pairs("SELECT title, note FROM sources WHERE kind = 'FILE' ORDER BY title"),
        pairs(
            "SELECT s.title, c.action FROM changes c JOIN sources s ON s.code = c.entity_key WHERE c.entity = 'Source' AND c.revision = (SELECT MAX(revision) FROM revisions) ORDER BY s.title",
        ),
    )
}

#[test]
fn each_source_says_how_many_rows_of_its_own_file_were_bad() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = ("2020,156,X,643,H5,27,100.5,7,", "2020,156,X,999999,H5,27,1,,");
    let again = "2020,156,X,643,H5,27,2,,";
    let a = file(folder.path(), "a.csv", &[good]);
    let b = file(folder.path(), "b.csv", &["2021,156,X,643,H5,27,1,,", bad, bad]);
    let c = file(folder.path(), "c.csv", &["2022,156,X,643,H5,27,1,,", bad]);
    let d = file(folder.path(), "d.csv", &[good, bad]);
    let skipping = Options { skip_bad: true, ..Options::default() };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let said = |n: u64| format!("{n} bad row(s) of the file were left out");
    for db in prepared() {
        let all = |files: &[&PathBuf]| {
            let files: Vec<PathBuf> = files.iter().map(|f| (*f).clone()).collect();
            import(&mut db.conn(), "comtrade", &skipping, &files, &|_| {}).unwrap()
        };
        assert_eq!(all(&[&a, &b, &c]).bad, 3);
        let (of_files, changed) = notes(&db);
        assert_eq!(of_files, [pair("a.csv", "-"), pair("b.csv", &said(2)), pair("c.csv", &said(1))]);
        assert_eq!(changed, ["a.csv", "b.csv", "c.csv"].map(|title| pair(title, "INSERT")));
        let before = revision(&db);
        assert_eq!((all(&[&a, &b, &c]).revision, revision(&db)), (None, before), "nothing differs");
        // Nothing but the bad row is new: it is noted all the same, and once.
        let summary = all(&[&d]);
        assert_eq!((summary.unchanged, summary.bad, summary.revision), (1, 1, Some(before + 1)));
        let (of_files, changed) = notes(&db);
        assert_eq!((of_files[3].clone(), changed), (pair("d.csv", &said(1)), vec![pair("d.csv", "INSERT")]));
        assert_eq!(all(&[&d]).revision, None);
        // Rows of one key that contradict each other are counted where they stand.
        let e = file(folder.path(), "e.csv", &[again]);
        assert_eq!(all(&[&a, &e]).bad, 2);
        let (of_files, changed) = notes(&db);
        assert_eq!((of_files[0].clone(), of_files[4].clone()), (pair("a.csv", &said(1)), pair("e.csv", &said(1))));
        assert_eq!(changed, [pair("a.csv", "UPDATE"), pair("e.csv", "INSERT")]);
        // A table of words makes the row good: the note goes, what else it says stays.
        db.conn()
            .batch("UPDATE sources SET note = 'Of the first release\n1 bad row(s) of the import were left out' WHERE title = 'd.csv'")
            .unwrap();
        let map = folder.path().join("map.csv");
        std::fs::write(&map, "kind,from,to\narea,999999,US\n").unwrap();
        let options = Options { map: Some(map), ..skipping.clone() };
        let summary = import(&mut db.conn(), "comtrade", &options, std::slice::from_ref(&d), &|_| {}).unwrap();
        assert_eq!((summary.inserted, summary.bad), (1, 0));
        let (of_files, changed) = notes(&db);
        assert_eq!(of_files[3], pair("d.csv", "Of the first release"));
        assert_eq!(changed, [pair("d.csv", "UPDATE")]);
    }
}

#[test]
fn a_file_of_unknown_codes_takes_neither_time_nor_memory() {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<String> = (0..30_000).map(|n| format!("2020,156,X,Q{n},H5,27,1,,")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let path = file(folder.path(), "a.csv", &lines);
    let reports = |db: &TestDb| folder.path().join(format!("unknown-{}.csv", db.backend()));
    for db in prepared() {
        let options = Options { report: Some(reports(&db)), ..Options::default() };
        assert!(matches!(load(&db, &options, &path).0, Err(TransferError::BadLines(30_000))));
        let told = std::fs::read_to_string(reports(&db)).unwrap();
        assert_eq!(told.lines().count(), 30_001);
        assert_eq!(told.matches("the nearest known").count(), 1_000, "looking for the nearest takes long");
    }
}

#[test]
fn totals_that_are_less_than_their_parts_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(
        folder.path(),
        "a.csv",
        &[
            "2020,156,X,0,H5,TOTAL,300,,",
            "2020,156,X,643,H5,TOTAL,100,,",
            "2020,156,X,842,H5,TOTAL,250,,",
            "2020,156,X,643,H5,01,40,,",
            "2020,156,X,643,H5,27,60,,",
            "2020,156,X,842,H5,27,900,,",
        ],
    );
    for db in prepared() {
        let (result, told) = load(&db, &Options::default(), &path);
        result.unwrap();
        let told = told.join("\n");
        assert!(told.contains("2 reported totals of COMTRADE-HS differ from the sum of their parts"), "{told}");
        assert!(told.contains("CN to WLD, TOTAL, EXPORT, 2020: reported 300, sum of parts 350"), "{told}");
        assert!(told.contains("CN to US, TOTAL by HS2017, EXPORT, 2020: reported 250, sum of parts 900"), "{told}");
        // Called complete, a whole that is more than its parts is listed too.
        let more = file(folder.path(), "b.csv", &["2021,156,X,0,H5,TOTAL,300,,", "2021,156,X,643,H5,TOTAL,100,,"]);
        assert!(load(&db, &Options::default(), &more).1.is_empty(), "partners may be missing");
        let (_, told) = load(&db, &Options { complete: true, ..Options::default() }, &more);
        assert!(told.is_empty(), "nothing but the coverage changed: {told:?}");
    }
}

#[test]
fn parts_of_one_edition_are_added_up_whatever_their_size() {
    let folder = tempfile::tempdir().unwrap();
    // Each of the two fits into 64 bits in thousandths, their sum does not.
    let large = file(
        folder.path(),
        "a.csv",
        &[
            "2020,156,X,0,H5,TOTAL,300,,",
            "2020,156,X,643,H5,TOTAL,9000000000000000,,",
            "2020,156,X,842,H5,TOTAL,9000000000000000.5,,",
        ],
    );
    // The same year in two editions: each adds up to the whole.
    let twice = file(
        folder.path(),
        "b.csv",
        &[
            "2021,156,X,643,H5,TOTAL,100,,",
            "2021,156,X,643,H5,01,40,,",
            "2021,156,X,643,H5,27,60,,",
            "2021,156,X,643,H6,01,41,,",
            "2021,156,X,643,H6,27,59,,",
            "2021,156,M,643,H5,TOTAL,100,,",
            "2021,156,M,643,H5,27,100,,",
            "2021,156,M,643,H6,27,102,,",
        ],
    );
    for db in prepared() {
        let (result, told) = load(&db, &Options::default(), &large);
        assert_eq!(result.unwrap().inserted, 3, "on {}", db.backend());
        let told = told.join("\n");
        assert!(
            told.contains("CN to WLD, TOTAL, EXPORT, 2020: reported 300, sum of parts 18000000000000000.5"),
            "{told}"
        );
        let (result, told) = load(&db, &Options::default(), &twice);
        assert_eq!(result.unwrap().inserted, 8);
        assert_eq!(
            told,
            [
                "1 reported totals of COMTRADE-HS differ from the sum of their parts:",
                "  CN to RU, TOTAL by HS2022, IMPORT, 2021: reported 100, sum of parts 102"
            ]
        );
    }
}

#[test]
fn products_are_made_from_the_file_when_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.csv", &["2020,156,X,643,H5,270900,1,,Oils; crude"]);
    for db in prepared() {
        let error = load(&db, &Options::default(), &path).0.unwrap_err().to_string();
        assert!(error.contains("HS2017 has no codes of 6 places") && error.contains("--new-products"), "{error}");
        load(&db, &Options { new_products: true, ..Options::default() }, &path).0.unwrap();
        let answer =
            ask(&db.graph(), r#"{ sector(classification: "HS2017", code: "270900") { name parent { code } } }"#);
        assert_eq!(data(&answer)["sector"]["name"], "Oils; crude");
        assert_eq!(data(&answer)["sector"]["parent"]["code"], "2709");
        let changed = Statement(
            "SELECT COUNT(*) FROM changes WHERE entity = 'Sector' AND entity_key = 'HS2017/270900'".to_owned(),
        );
        assert_eq!(db.conn().rows(changed, &[]).unwrap()[0].int(0), Some(1));
    }
}

#[test]
fn words_of_the_user_are_mapped() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.csv", &["2020,156,out,RUS1,H5,oil,1,,"]);
    let map = folder.path().join("map.csv");
    std::fs::write(&map, "kind,from,to\narea,RUS1,RU\nproduct,oil,27\nflow,out,EXPORT\n").unwrap();
    for db in prepared() {
        let options = Options { map: Some(map.clone()), ..Options::default() };
        load(&db, &options, &path).0.unwrap();
        assert_eq!(values(&db), [("RU".to_owned(), "27".to_owned(), 1, 2020, Some(1000))]);
        std::fs::write(&map, "kind,from,to\narea,RUS1,RUX\n").unwrap();
        let error = load(&db, &options, &path).0.unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("`RUX`") && error.contains("`RU`"), "{error}");
        std::fs::write(&map, "kind,from,to\narea,RUS1,RU\nproduct,oil,27\nflow,out,EXPORT\n").unwrap();
    }
}

#[test]
fn one_dataset_holds_several_editions_and_refuses_another_currency() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.csv", &["2016,156,X,643,H4,27,1,,", "2017,156,X,643,H5,27,2,,"]);
    let own = "format = 'own'\ntitle = 'Own'\nheader = ['refYear']\nperiod = ['refYear']\n[dataset]\ncode = 'COMTRADE-HS'\ntitle = 'Own'\ncurrency = 'CNY'\nvaluation = 'FOB'\n[[reporter]]\nregion = 'CN'\n[[partner]]\nregion = 'WLD'\n[product]\nedition = 'HS2017'\n[flow]\nfixed = 'EXPORT'\n[[value]]\ncolumn = 'primaryValue'\n";
    let layout = Layout::parse("own.toml", own).unwrap();
    for db in prepared() {
        load(&db, &Options::default(), &path).0.unwrap();
        let editions =
            "SELECT COUNT(DISTINCT s.classification_id) FROM trade_figures f JOIN sectors s ON s.id = f.sector_id";
        assert_eq!(count(&db, editions), 2);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM datasets"), 1);
        let before = revision(&db);
        let error = figures::import(&mut db.conn(), &layout, &Options::default(), std::slice::from_ref(&path), &|_| {})
            .unwrap_err();
        let error = error.to_string();
        assert!(error.contains("currency USD") && error.contains("CNY") && error.contains("--dataset"), "{error}");
        let options = Options { dataset: Some("OWN".to_owned()), ..Options::default() };
        figures::import(&mut db.conn(), &layout, &options, std::slice::from_ref(&path), &|_| {}).unwrap();
        assert_eq!(revision(&db), before + 1);
    }
}

#[test]
fn several_editions_go_into_one_dataset_when_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let year = |name: &str, line: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("t,i,j,k,v,q\n{line}\n")).unwrap();
        path
    };
    let paths = [
        year("BACI_HS17_Y2020_V202501.csv", "2020,710,156,270900,1,1"),
        year("BACI_HS92_Y2020_V202501.csv", "2020,710,156,270900,2,1"),
        year("product_codes_HS17_V202501.csv", ""),
    ];
    for path in ["product_codes_HS17_V202501.csv", "product_codes_HS92_V202501.csv"] {
        std::fs::write(folder.path().join(path), "code,description\n270900,Oils; crude\n").unwrap();
    }
    let paths = [&paths[..], &[folder.path().join("product_codes_HS92_V202501.csv")]].concat();
    for db in prepared() {
        let options = Options { dataset: Some("ALL".to_owned()), ..Options::default() };
        let summary = import(&mut db.conn(), "baci", &options, &paths, &|_| {}).unwrap();
        assert_eq!((summary.inserted, summary.stored()), (2, 2), "{}", db.backend());
        assert_eq!(count(&db, "SELECT n_figures FROM dataset_coverage"), 2);
        assert_eq!(count(&db, "SELECT n_inserted FROM changes WHERE entity = 'TradeFigure'"), 2);
        assert_eq!(import(&mut db.conn(), "baci", &options, &paths, &|_| {}).unwrap().revision, None);
    }
}

#[test]
fn datasets_are_listed_and_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.csv", &["2016,156,X,643,H4,27,1,,", "2017,643,X,156,H5,27,2,,"]);
    for db in prepared() {
        load(&db, &Options::default(), &path).0.unwrap();
        let mut conn = db.conn();
        let held = datasets::list(&mut conn).unwrap();
        assert_eq!((held[0].code.as_str(), held[0].figures, held[0].reporters), ("COMTRADE-HS", 2, 2));
        let (first, last) = held[0].periods.unwrap();
        assert_eq!((first.to_string(), last.to_string()), ("2016".to_owned(), "2017".to_owned()));
        let told = RefCell::new(Vec::new());
        let tell = |line: &str| told.borrow_mut().push(line.to_owned());
        let near = datasets::drop(&mut conn, "COMTRADE-H", true, &tell).unwrap_err().to_string();
        assert!(near.contains("`COMTRADE-HS`"), "{near}");
        assert!(datasets::drop(&mut conn, "COMTRADE-HS", false, &tell).is_err());
        assert!(told.borrow()[0].contains("2 figures of 2 reporter(s), 2016 to 2017"), "{told:?}");
        assert_eq!(count(&db, "SELECT COUNT(*) FROM trade_figures"), 2, "nothing goes without --yes");
        let dropped = datasets::drop(&mut conn, "COMTRADE-HS", true, &tell).unwrap();
        assert_eq!(dropped.deleted, 2);
        for table in [
            "SELECT COUNT(*) FROM trade_figures",
            "SELECT COUNT(*) FROM datasets",
            "SELECT COUNT(*) FROM dataset_coverage",
        ] {
            assert_eq!(count(&db, table), 0, "{table}");
        }
        // It can come back.
        let again = load(&db, &Options::default(), &path).0.unwrap();
        assert_eq!(again.inserted, 2, "{}", db.backend());
        let answer = ask(&db.graph(), r#"{ datasets { nodes { code } } tradeFigures(first: 5) { totalCount } }"#);
        assert_eq!(data(&answer)["tradeFigures"]["totalCount"], 2);
    }
}

#[test]
fn files_are_recognised_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let comtrade = file(folder.path(), "a.csv", &["2016,156,X,643,H4,27,1,,"]);
    let baci = folder.path().join("BACI_HS17_Y2020_V202501.csv");
    std::fs::write(&baci, "t,i,j,k,v,q\n2020,710,156,270900,1,1\n").unwrap();
    let products = folder.path().join("product_codes_HS17_V202501.csv");
    std::fs::write(&products, "code,description\n270900,Oils\n").unwrap();
    let found = recognise(&[comtrade, baci.clone(), products.clone()]).unwrap();
    let words: Vec<(&str, usize)> = found.iter().map(|f| (f.format.word(), f.paths.len())).collect();
    assert_eq!(words, [("baci", 2), ("comtrade", 1)]);
    assert!(found[0].why[0].contains("has the columns of CEPII BACI"), "{:?}", found[0].why);
    let alone = recognise(std::slice::from_ref(&products)).unwrap_err().to_string();
    assert!(alone.contains("comes with files of CEPII BACI"), "{alone}");
    let other = folder.path().join("other.csv");
    std::fs::write(&other, "t,i,j,k,value\n1,2,3,4,5\n").unwrap();
    let rates = folder.path().join("rates.csv");
    std::fs::write(&rates, "period,currency,per_eur_avg,n_days\n2023,CNY,7.66,255\n").unwrap();
    let pack = folder.path().join("pack");
    tearoad::transfer::pack::docs::template(&pack).unwrap();
    let found = recognise(&[baci.clone(), pack, rates]).unwrap();
    let words: Vec<&str> = found.iter().map(|f| f.format.word()).collect();
    assert_eq!(words, ["reference", "pack", "baci"], "what others refer to comes first");
    let unknown = recognise(&[other]).unwrap_err().to_string();
    assert!(unknown.contains("no format has this header: t,i,j,k,value"), "{unknown}");
    assert!(unknown.contains("CEPII BACI but has no column v, q"), "{unknown}");
}

#[test]
fn inspecting_counts_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(
        folder.path(),
        "a.csv",
        &["2016,156,X,643,H4,27,1,,", "2017,156,M,643,H5,01,1,,", "2017,156,M,9999,H5,01,1,,"],
    );
    for db in prepared() {
        let before = revision(&db);
        let layout = Layout::of_format("comtrade").unwrap();
        let options = Options { skip_bad: true, ..Options::default() };
        let found = figures::inspect(&mut db.conn(), &layout, &options, std::slice::from_ref(&path), &|_| {}).unwrap();
        assert_eq!((found.read, found.figures, found.bad), (3, 2, 1));
        let shown = found.to_string();
        for line in [
            "format: UN Comtrade",
            "text with commas, ASCII",
            "periods: 2 - 2016 (1), 2017 (1)",
            "flows: 2 - EXPORT (1), IMPORT (1)",
            "reporters: 1 - CN (2)",
            "product levels: 1 - level 2 (2)",
            "classification and currency: 2 - HS2012 USD (1), HS2017 USD (1)",
        ] {
            assert!(shown.contains(line), "`{line}` is missing in {shown}");
        }
        assert_eq!(revision(&db), before);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM trade_figures"), 0);
    }
}

#[test]
fn the_layout_of_the_documentation_reads_a_file() {
    let text = std::fs::read_to_string(crate::recording::in_project("docs/IMPORT.md")).unwrap();
    let layout = text.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let layout = Layout::parse("IMPORT.md", layout).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wiod.csv");
    std::fs::write(&path, "year,exporter,importer,value\n2010,CHN,RUS,1.5\n2010,CHN,RoW,2\n").unwrap();
    for db in prepared() {
        let paths = std::slice::from_ref(&path);
        let summary = figures::import(&mut db.conn(), &layout, &Options::default(), paths, &|_| {}).unwrap();
        assert_eq!((summary.read, summary.inserted), (2, 2));
        let found: Vec<_> = values(&db).into_iter().map(|(partner, _, _, _, value)| (partner, value)).collect();
        let wanted = [("RU", 1_500_000_000), ("X-NES", 2_000_000_000)];
        assert_eq!(found, wanted.map(|(partner, value)| (partner.to_owned(), Some(value))));
    }
}

//! Derived levels: what imports make of complete reporters and periods, and that it is the same however it came about.

use std::path::{Path, PathBuf};

use tearoad::storage::bulk::{Fixed, Statement};
use tearoad::transfer::{Options, cube};

use crate::formats::{load, prepared, stored, write};
use crate::support::TestDb;

/// Figures of two exporters: `exporter,importer,product,thousand dollars,tons` of a year.
const YEAR: &[&str] =
    &["156,643,010121,1,1", "156,643,010129,2,2", "156,643,270900,4,NA", "156,842,010121,8,1", "842,156,010121,16,3"];

fn year(folder: &Path, year: u32, version: u32, rows: &[&str]) -> PathBuf {
    let rows: String = rows.iter().map(|row| format!("{year},{row}\n")).collect();
    write(folder, &format!("BACI_HS17_Y{year}_V{version}.csv"), format!("t,i,j,k,v,q\n{rows}"))
}

fn complete() -> Options {
    Options { complete: true, ..Options::default() }
}

/// Derived figures: `reporter>partner sector@level period value weight status`.
fn derived(db: &TestDb) -> Vec<String> {
    let statement = "SELECT r.code, p.code, s.code, f.reporter_level, f.partner_level, f.sector_level, f.period_start / 12, f.value_scaled, f.net_weight_g, f.status FROM trade_figures f JOIN regions r ON r.id = f.reporter_id JOIN regions p ON p.id = f.partner_id JOIN sectors s ON s.id = f.sector_id WHERE f.origin = 2 ORDER BY r.code, p.code, s.code, f.period_start";
    let rows = db.conn().rows(Fixed(statement), &[]).unwrap();
    let line = |row: &tearoad::storage::value::Row| {
        let text = |at: usize| row.text(at).unwrap().to_owned();
        let number = |at: usize| row.int(at).map_or("-".to_owned(), |n| n.to_string());
        let levels: String = (3..6).map(number).collect();
        format!("{}>{} {} {levels} {} {} {} {}", text(0), text(1), text(2), number(6), number(7), number(8), number(9))
    };
    rows.iter().map(line).collect()
}

fn levels(db: &TestDb) -> Vec<String> {
    let rows = db.conn().rows(Fixed("SELECT * FROM dataset_levels ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9"), &[]).unwrap();
    rows.iter().map(|row| format!("{:?}", row.values)).collect()
}

#[test]
fn complete_years_have_all_upper_levels() {
    let folder = tempfile::tempdir().unwrap();
    let file = year(folder.path(), 2020, 1, YEAR);
    for db in prepared(folder.path()) {
        let summary = load(&db, "baci", &complete(), std::slice::from_ref(&file)).result.unwrap();
        let found = derived(&db);
        assert_eq!(summary.derived, u64::try_from(found.len()).unwrap());
        let of = |start: &str| -> Vec<&str> { found.iter().filter_map(|line| line.strip_prefix(start)).collect() };
        // Values are thousandths of a dollar; the weight of oil is not known, so that of all goods is not either.
        assert_eq!(
            of("CN>RU "),
            [
                "01 222 2020 3000000 3000000 1",
                "0101 224 2020 3000000 3000000 1",
                "27 222 2020 4000000 - 1",
                "2709 224 2020 4000000 - 1",
                "TOTAL 220 2020 7000000 - 1"
            ]
        );
        assert_eq!(
            of("CN>WLD "),
            [
                "01 202 2020 11000000 4000000 1",
                "0101 204 2020 11000000 4000000 1",
                "010121 206 2020 9000000 2000000 1",
                "010129 206 2020 2000000 2000000 1",
                "27 202 2020 4000000 - 1",
                "2709 204 2020 4000000 - 1",
                "270900 206 2020 4000000 - 1",
                "TOTAL 200 2020 15000000 - 1"
            ]
        );
        assert!(of("WLD>CN ").contains(&"010121 026 2020 16000000 3000000 1"));
        assert!(of("WLD>WLD ").contains(&"TOTAL 000 2020 31000000 - 1"));
        assert_eq!(stored(&db).len(), YEAR.len());
    }
}

#[test]
fn what_is_derived_does_not_depend_on_how_it_came_about() {
    let folder = tempfile::tempdir().unwrap();
    let first = year(folder.path(), 2020, 1, YEAR);
    let next = year(folder.path(), 2021, 1, &YEAR[1..]);
    // Another value, an exporter that is gone, one that is new.
    let again = year(folder.path(), 2020, 2, &["156,643,010121,5,1", "156,842,270900,1,1", "643,156,270900,3,3"]);
    for db in prepared(folder.path()) {
        let import =
            |file: &PathBuf, options: &Options| load(&db, "baci", options, std::slice::from_ref(file)).result.unwrap();
        import(&first, &complete());
        import(&next, &complete());
        import(&again, &complete());
        let (found, held) = (derived(&db), levels(&db));
        assert!(
            found.iter().any(|line| line.starts_with("RU>WLD 27 "))
                && !found.iter().any(|l| l.starts_with("US>") && l.contains(" 2020 "))
        );
        cube::rebuild(&mut db.conn(), None, &|_| {}).unwrap();
        assert_eq!((derived(&db), levels(&db)), (found, held), "{}", db.backend());
        // Figures that are no more than listed have no upper levels.
        import(&first, &Options::default());
        assert!(derived(&db).iter().all(|line| !line.contains(" 2020 ")), "{:#?}", derived(&db));
        assert!(derived(&db).iter().any(|line| line.contains(" 2021 ")));
        assert_eq!(import(&first, &Options::default()).revision, None, "the same again changes nothing");
    }
}

#[test]
fn a_level_that_the_source_reports_is_not_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let header = "period,reporterCode,partnerCode,flowCode,classificationCode,cmdCode,primaryValue";
    // All goods and the world are reported, and are more than the sum of what is told.
    let rows = "2020,156,643,X,H5,010121,1\n2020,156,643,X,H5,270900,2\n2020,156,643,X,H5,TOTAL,4\n2020,156,0,X,H5,TOTAL,9\n2020,842,643,X,H5,010121,5\n";
    let file = write(folder.path(), "a.csv", format!("{header}\n{rows}"));
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &complete(), std::slice::from_ref(&file)).result.unwrap();
        let found = derived(&db);
        let value = |start: &str| {
            found.iter().find(|line| line.starts_with(start)).map(|l| l.split(' ').nth(4).unwrap().to_owned())
        };
        assert_eq!(value("CN>RU 01 ").as_deref(), Some("1000"));
        assert_eq!((value("CN>RU TOTAL "), value("CN>WLD TOTAL ")), (None, None), "both are reported");
        assert_eq!(value("CN>WLD 27 ").as_deref(), Some("2000"));
        // The world as a reporter has what each of its reporters says of all goods.
        assert_eq!(value("WLD>WLD TOTAL ").as_deref(), Some("14000"));
        assert_eq!(value("WLD>RU TOTAL ").as_deref(), Some("9000"));
    }
}

#[test]
fn a_world_is_made_of_all_its_reporters_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let header = "period,reporterCode,partnerCode,flowCode,classificationCode,cmdCode,primaryValue";
    // Both are complete, and one reports chapters only; imports are the other's alone.
    let rows = "2020,156,643,X,H5,010121,5\n2020,842,643,X,H5,01,4\n2020,156,643,M,H5,010121,2\n";
    let file = write(folder.path(), "a.csv", format!("{header}\n{rows}"));
    for db in prepared(folder.path()) {
        load(&db, "comtrade", &complete(), std::slice::from_ref(&file)).result.unwrap();
        let found = derived(&db);
        let world: Vec<&str> = found.iter().filter(|line| line.starts_with("WLD>RU ")).map(String::as_str).collect();
        let of = |level: &str| world.iter().filter(|line| line.contains(level)).count();
        assert_eq!((of(" 020 "), of(" 022 "), of(" 024 "), of(" 026 ")), (2, 2, 1, 1), "{}: {world:#?}", db.backend());
        assert!(world.contains(&"WLD>RU 01 022 2020 9000 - 1"), "{world:#?}");
        assert!(world.contains(&"WLD>RU 010121 026 2020 2000 - 1"), "the imports");
    }
}

#[test]
fn lists_hold_what_is_derived_only_where_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = year(folder.path(), 2020, 1, YEAR);
    for db in prepared(folder.path()) {
        let summary = load(&db, "baci", &complete(), std::slice::from_ref(&file)).result.unwrap();
        let count = |arguments: &str| {
            let query = format!("{{tradeFigures({arguments}) {{totalCount}}}}");
            crate::support::ask(&db.graph(), &query)["data"]["tradeFigures"]["totalCount"].as_u64().unwrap()
        };
        assert_eq!(count("filter: {mirrored: {eq: false}}"), 5);
        assert_eq!(count("derived: true, filter: {mirrored: {eq: false}, origin: {eq: DERIVED}}"), summary.derived);
        let statement = format!("SELECT COUNT(*) FROM trade_figures WHERE origin <> {}", 1);
        let rows = db.conn().rows(Statement(statement), &[]).unwrap();
        assert_eq!(rows[0].int(0), i64::try_from(summary.derived).ok());
    }
}

#[test]
fn a_rebuild_of_what_is_only_listed_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = year(folder.path(), 2020, 1, YEAR);
    for db in prepared(folder.path()) {
        load(&db, "baci", &Options::default(), std::slice::from_ref(&file)).counts();
        let before = levels(&db);
        assert_eq!(cube::rebuild(&mut db.conn(), None, &|_| {}).unwrap().revision, None);
        assert_eq!((derived(&db).len(), levels(&db)), (0, before));
        let error = cube::rebuild(&mut db.conn(), Some("NONE"), &|_| {}).unwrap_err().to_string();
        assert!(error.starts_with("there is no dataset `NONE`; known are BACI-HS2017"), "{error}");
    }
}

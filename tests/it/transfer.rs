//! What an import must never do: take the world for a country, count a pair twice, load one edition's files as another's,
//! or leave a figure without the file it came from. And the shipped data: equal on both databases, loaded once.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use tearoad::storage::bulk::{Fixed, Statement};
use tearoad::storage::snapshot::current_revision;
use tearoad::transfer::{Options, Summary, TransferError, nomenclature, seed};

use crate::support::{TestDb, databases};

const NOMENCLATURE: &str = "classification,edition,code,description,parent,level\n\
    H5,HS2017,0101,\"Horses, asses, mules and hinnies; live\",01,4\n\
    H5,HS2017,010121,\"Horses; live, pure-bred breeding animals\",0101,6\n\
    H5,HS2017,010129,\"Horses; live, other\",0101,6\n\
    H5,HS2017,2709,Petroleum oils; crude,27,4\n\
    H5,HS2017,270900,Oils; crude,2709,6\n";

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// Lines of a year file.
fn year_file(folder: &Path, name: &str, lines: &[&str]) -> PathBuf {
    write(folder, name, &format!("t,i,j,k,v,q\n{}\n", lines.join("\n")))
}

/// Databases with the reference lists and the small nomenclature.
fn prepared(folder: &Path) -> Vec<TestDb> {
    let file = write(folder, "nomenclature.csv", NOMENCLATURE);
    let all = databases();
    for db in &all {
        seed::load_reference(&mut db.conn()).unwrap();
        nomenclature::import(&mut db.conn(), &Options::default(), std::slice::from_ref(&file), &|_| {}).unwrap();
    }
    all
}

fn load(db: &TestDb, options: &Options, files: &[PathBuf]) -> (Result<Summary, TransferError>, Vec<String>) {
    let told = RefCell::new(Vec::new());
    let result =
        crate::support::import(&mut db.conn(), "baci", options, files, &|line| told.borrow_mut().push(line.to_owned()));
    (result, told.into_inner())
}

fn lines(db: &TestDb, statement: &'static str) -> Vec<String> {
    db.conn().rows(Fixed(statement), &[]).unwrap().iter().map(|row| format!("{:?}", row.values)).collect()
}

fn revision(db: &TestDb) -> i64 {
    current_revision(&mut db.conn()).unwrap().0
}

/// The lines of a file are bad, each is told once, and nothing is written.
fn assert_refused(file_lines: &[&str], bad: u64, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let file = year_file(folder.path(), "BACI_HS17_Y2020_V202501.csv", file_lines);
    for db in prepared(folder.path()) {
        let before = revision(&db);
        let (result, told) = load(&db, &Options::default(), std::slice::from_ref(&file));
        assert!(matches!(result, Err(TransferError::BadLines(n)) if n == bad), "{}: {result:?} {told:?}", db.backend());
        for word in words {
            let times = told.iter().filter(|line| line.contains(word)).count();
            assert_eq!(times, 1, "{}: `{word}` is told once: {told:?}", db.backend());
        }
        assert_eq!(revision(&db), before);
        assert_eq!(lines(&db, "SELECT COUNT(*) FROM trade_figures"), ["[Int(0)]"]);
    }
}

#[test]
fn the_world_is_no_partner_of_a_pair() {
    assert_refused(&["2020,710,0,270900,1,1", "2020,710,156,270900,1,1"], 1, &["line 2: `j` is `0`"]);
}

#[test]
fn an_area_under_an_old_and_a_new_code_in_one_year_is_a_bad_line() {
    assert_refused(&["2020,710,356,270900,1,1", "2020,710,699,270900,2,1"], 1, &["line 2: `j` is `356`"]);
}

#[test]
fn an_area_under_two_codes_of_one_year_is_a_bad_line() {
    assert_refused(&["2020,710,756,270900,1,1", "2020,710,757,270900,2,1"], 1, &["line 3: `j` is `757`"]);
}

#[test]
fn a_negative_value_is_a_bad_line() {
    assert_refused(&["2020,710,156,270900,-1,1", "2020,710,156,10121,1,-2"], 2, &["line 2: `v`", "line 3: `q`"]);
}

#[test]
fn bad_lines_of_an_unsorted_file_are_told_once() {
    assert_refused(
        &["2020,710,999999,270900,1,1", "2020,710,156,270900,1,1", "2020,710,156,10121,1,1", "2020,710,156,10121,2,1"],
        3,
        &[
            "line 2: `j` is `999999`",
            "line 4: `row` is `1000`: line 4 and line 5 have",
            "line 5: `row` is `2000`: line 4 and line 5 have",
        ],
    );
}

#[test]
fn equal_lines_of_one_key_are_merged_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let same = "2020,710,156,270900,1,1";
    let file = year_file(folder.path(), "BACI_HS17_Y2020_V202501.csv", &[same, "2020,710,842,270900,1,1", same]);
    for db in prepared(folder.path()) {
        let summary = load(&db, &Options::default(), std::slice::from_ref(&file)).0.unwrap();
        assert_eq!((summary.read, summary.stored(), summary.merged, summary.bad), (3, 2, 1, 0), "{}", db.backend());
    }
}

#[test]
fn an_edition_that_contradicts_a_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = year_file(folder.path(), "BACI_HS92_Y2020_V202501.csv", &["2020,710,156,270900,1,1"]);
    let options = Options { edition: Some("HS2017".to_owned()), ..Options::default() };
    for db in prepared(folder.path()) {
        let (result, _) = load(&db, &options, std::slice::from_ref(&file));
        let error = result.unwrap_err().to_string();
        assert!(error.contains("BACI_HS92_Y2020") && error.contains("HS2017"), "{error}");
    }
}

#[test]
fn a_product_table_of_another_edition_is_left_out_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let year = year_file(folder.path(), "BACI_HS17_Y2020_V202501.csv", &["2020,710,156,270900,1,1"]);
    let table = write(folder.path(), "product_codes_HS02_V202501.csv", "code,description\n010111,Horses\n");
    for db in prepared(folder.path()) {
        let (result, told) = load(&db, &Options::default(), &[year.clone(), table.clone()]);
        assert_eq!(result.unwrap().inserted, 1);
        assert!(told.iter().any(|line| line.contains("product_codes_HS02")), "{told:?}");
        let found = lines(
            &db,
            "SELECT s.code FROM sectors s JOIN classifications c ON c.id = s.classification_id WHERE c.code = 'HS2017' AND s.code = '010111'",
        );
        assert!(found.is_empty(), "HS 2002's product is not one of HS 2017: {found:?}");
    }
}

#[test]
fn the_same_file_called_complete_changes_the_coverage() {
    let folder = tempfile::tempdir().unwrap();
    let file = year_file(folder.path(), "BACI_HS17_Y2020_V202501.csv", &["2020,710,156,270900,1,1"]);
    let coverage = "SELECT partners, sectors, n_figures FROM dataset_coverage";
    for db in prepared(folder.path()) {
        load(&db, &Options::default(), std::slice::from_ref(&file)).0.unwrap();
        assert_eq!(lines(&db, coverage), [r#"[Text("LISTED"), Text("LISTED"), Int(1)]"#]);
        let before = revision(&db);
        let complete = Options { complete: true, ..Options::default() };
        let summary = load(&db, &complete, std::slice::from_ref(&file)).0.unwrap();
        assert_eq!((summary.unchanged, summary.revision), (1, Some(before + 1)), "{}", db.backend());
        assert_eq!(lines(&db, coverage), [r#"[Text("COMPLETE"), Text("COMPLETE"), Int(1)]"#]);
        assert_eq!(load(&db, &complete, std::slice::from_ref(&file)).0.unwrap().revision, None);
    }
}

#[test]
fn figures_that_stay_because_a_line_is_left_out_are_counted_as_covered() {
    let folder = tempfile::tempdir().unwrap();
    let name = "BACI_HS17_Y2020_V202501.csv";
    for db in prepared(folder.path()) {
        let file = year_file(folder.path(), name, &["2020,710,156,270900,1,1", "2020,710,842,270900,1,1"]);
        load(&db, &Options::default(), std::slice::from_ref(&file)).0.unwrap();
        let file = year_file(folder.path(), name, &["2020,710,156,270900,2,1", "2020,710,842,270900,x,1"]);
        let skipping = Options { skip_bad: true, ..Options::default() };
        let summary = load(&db, &skipping, std::slice::from_ref(&file)).0.unwrap();
        assert_eq!((summary.updated, summary.deleted, summary.bad), (1, 0, 1));
        assert_eq!(lines(&db, "SELECT n_figures FROM dataset_coverage"), ["[Int(2)]"], "{}", db.backend());
    }
}

#[test]
fn each_figure_names_the_file_it_came_from() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        year_file(folder.path(), "BACI_HS17_Y2019_V202501.csv", &["2019,710,156,270900,1,1"]),
        year_file(folder.path(), "BACI_HS17_Y2020_V202501.csv", &["2020,710,156,270900,1,1"]),
    ];
    for db in prepared(folder.path()) {
        load(&db, &Options::default(), &files).0.unwrap();
        let found = lines(
            &db,
            "SELECT f.period_start / 12, s.title FROM trade_figures f JOIN sources s ON s.id = f.source_id ORDER BY f.period_start",
        );
        assert_eq!(
            found,
            [
                r#"[Int(2019), Text("BACI_HS17_Y2019_V202501.csv")]"#,
                r#"[Int(2020), Text("BACI_HS17_Y2020_V202501.csv")]"#
            ]
        );
    }
}

#[test]
fn values_with_more_decimals_than_are_kept_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let file = year_file(
        folder.path(),
        "BACI_HS17_Y2020_V202501.csv",
        &["2020,710,156,270900,1.0000005,1", "2020,710,842,270900,1.5,1"],
    );
    for db in prepared(folder.path()) {
        let summary = load(&db, &Options::default(), std::slice::from_ref(&file)).0.unwrap();
        assert_eq!((summary.inserted, summary.rounded), (2, 1));
        assert!(summary.to_string().contains("1 rounded"), "{summary}");
    }
}

#[test]
fn a_nomenclature_keeps_its_own_parents_and_levels_and_names_its_source() {
    let text = "classification,edition,code,description,parent,level\n\
        I4,ISIC4,01,Crop and animal production,A,2\n\
        I4,ISIC4,A,\"Agriculture, forestry and fishing\",,1\n\
        I4,ISIC4,011,Growing of crops,0.1,3\n";
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "isic.csv", text);
    for db in databases() {
        seed::load_reference(&mut db.conn()).unwrap();
        let summary =
            nomenclature::import(&mut db.conn(), &Options::default(), std::slice::from_ref(&file), &|_| {}).unwrap();
        assert_eq!(summary.inserted, 3);
        let found = lines(
            &db,
            "SELECT s.code, s.level, s.path FROM sectors s JOIN classifications c ON c.id = s.classification_id WHERE c.code = 'ISIC4' ORDER BY s.level",
        );
        assert_eq!(
            found,
            [
                r#"[Text("A"), Int(1), Text("/ISIC4/A/")]"#,
                r#"[Text("01"), Int(2), Text("/ISIC4/A/01/")]"#,
                r#"[Text("011"), Int(3), Text("/ISIC4/A/01/011/")]"#
            ]
        );
        let source = Statement(format!(
            "SELECT c.action FROM changes c JOIN sources s ON s.code = c.entity_key WHERE c.entity = 'Source' AND c.revision = {}",
            revision(&db)
        ));
        assert_eq!(db.conn().rows(source, &[]).unwrap().len(), 1, "those who follow are told of the source");
    }
}

#[test]
fn a_parent_that_no_line_gives_is_a_bad_line() {
    let text = "classification,edition,code,description,parent,level\nI4,ISIC4,01,Crop and animal production,A,2\n";
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "isic.csv", text);
    for db in databases() {
        seed::load_reference(&mut db.conn()).unwrap();
        let result = nomenclature::import(&mut db.conn(), &Options::default(), std::slice::from_ref(&file), &|_| {});
        assert!(matches!(result, Err(TransferError::BadLines(1))), "{result:?}");
    }
}

#[test]
fn a_product_without_a_name_gets_that_of_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let year = year_file(folder.path(), "BACI_HS17_Y2020_V202501.csv", &["2020,710,156,270900,1,1"]);
    let unnamed = write(
        folder.path(),
        "unnamed.csv",
        "classification,edition,code,description,parent,level\nH5,HS2017,270900,,2709,6\n",
    );
    let table = write(folder.path(), "product_codes_HS17_V202501.csv", "code,description\n270900,Oils\n");
    for db in databases() {
        seed::load_reference(&mut db.conn()).unwrap();
        nomenclature::import(&mut db.conn(), &Options::default(), std::slice::from_ref(&unnamed), &|_| {}).unwrap();
        load(&db, &Options::default(), &[year.clone(), table.clone()]).0.unwrap();
        let found = lines(
            &db,
            "SELECT n.text FROM names n JOIN sectors s ON s.id = n.subject_id JOIN classifications c ON c.id = s.classification_id WHERE n.subject_kind = 'SECTOR' AND c.code = 'HS2017' AND s.code = '270900'",
        );
        assert_eq!(found, [r#"[Text("Oils")]"#], "{}", db.backend());
    }
}

/// Every table, apart from the time of a revision.
const SEEDED: [&str; 26] = [
    "SELECT kind, form, term, weight, subject_id, shown FROM terms ORDER BY kind, form, term, weight, subject_id",
    "SELECT deletion, term FROM term_deletions ORDER BY deletion, term",
    "SELECT id, code, kind, publisher, title, url, CAST(published_on AS TEXT), date_precision, licence, sha256, note FROM sources ORDER BY id",
    "SELECT revision, kind, source_id, summary FROM revisions ORDER BY revision",
    "SELECT revision, entity, entity_key, action, n_inserted, n_updated, n_deleted FROM changes ORDER BY revision, entity, entity_key",
    "SELECT code, numeric_code, minor_units, name FROM currencies ORDER BY code",
    "SELECT id, code, kind, level, parent_id, path, sort_name, valid_from, valid_to, area_km2, description, source_id FROM regions ORDER BY id",
    "SELECT scheme, code, region_id, valid_from, valid_to FROM region_codes ORDER BY scheme, code, region_id",
    "SELECT group_id, region_id, CAST(since AS TEXT), CAST(until AS TEXT) FROM region_members ORDER BY group_id, region_id",
    "SELECT id, code, family, edition, title, publisher, source_id FROM classifications ORDER BY id",
    "SELECT id, classification_id, code, level, parent_id, path, sort_name FROM sectors ORDER BY id",
    "SELECT from_sector_id, to_sector_id, weight_ppm, source_id FROM correspondences ORDER BY from_sector_id, to_sector_id",
    "SELECT id, slug, kind, org_kind, region_id, CAST(founded_on AS TEXT), founded_precision, description, sort_name, source_id FROM parties ORDER BY id",
    "SELECT id, slug, kind, format, CAST(starts_on AS TEXT), CAST(ends_on AS TEXT), date_precision, region_id, venue_party_id, description, sort_name, source_id FROM events ORDER BY id",
    "SELECT event_id, sector_id FROM event_sectors ORDER BY event_id, sector_id",
    "SELECT event_id, region_id, role FROM event_regions ORDER BY event_id, region_id, role",
    "SELECT id, slug, event_id, party_id, region_id, role, status, label, headcount, headcount_unit, headcount_bound, source_id FROM participations ORDER BY id",
    "SELECT participation_id, sector_id FROM participation_sectors ORDER BY participation_id, sector_id",
    "SELECT id, slug, kind, CAST(signed_on AS TEXT), date_precision, event_id, count_min, count_bound, description, sort_name, source_id FROM agreements ORDER BY id",
    "SELECT agreement_id, party_id FROM agreement_parties ORDER BY agreement_id, party_id",
    "SELECT id, subject_kind, subject_id, property, statement, amount, unit, bound, source_id FROM facts ORDER BY id",
    "SELECT id, code, title, family, publisher, publisher_party_id, licence, currency, scale, valuation, description, source_id FROM datasets ORDER BY id",
    "SELECT dataset_id, reporter_id, period_start, period_months, partners, sectors, n_figures FROM dataset_coverage ORDER BY dataset_id, reporter_id, period_start",
    "SELECT dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months, origin, reporter_level, partner_level, sector_level, value_scaled, quantity_milli, net_weight_g, status, source_id, revision FROM trade_figures ORDER BY dataset_id, reporter_id, partner_id, sector_id, flow",
    "SELECT dataset_id, reporter_id, flow, ordinal, measure, text, mantissa, exponent, currency, note, source_id FROM published_values ORDER BY dataset_id, flow, ordinal",
    "SELECT subject_kind, subject_id, language, ordinal, text, folded FROM names ORDER BY subject_kind, subject_id, language, ordinal",
];

#[test]
fn the_shipped_data_are_equal_on_both_databases_and_loaded_once() {
    let mut contents: Vec<Vec<Vec<String>>> = Vec::new();
    for db in databases() {
        assert!(seed::is_empty(&mut db.conn()).unwrap());
        seed::load_reference(&mut db.conn()).unwrap();
        seed::load_demo(&mut db.conn()).unwrap();
        let all: Vec<Vec<String>> = SEEDED.iter().map(|statement| lines(&db, statement)).collect();
        for (statement, rows) in SEEDED.iter().zip(&all) {
            assert!(!rows.is_empty(), "{} holds nothing: {statement}", db.backend());
        }
        seed::load_demo(&mut db.conn()).unwrap();
        let again: Vec<Vec<String>> = SEEDED.iter().map(|statement| lines(&db, statement)).collect();
        assert!(all == again, "{}: a second demo changes nothing", db.backend());
        contents.push(all);
    }
    for pair in contents.windows(2) {
        for ((statement, one), other) in SEEDED.iter().zip(&pair[0]).zip(&pair[1]) {
            assert_eq!(one, other, "{statement}");
        }
    }
}

#[test]
fn every_area_of_cepiis_tables_is_known() {
    let folder = std::env::var("TEAROAD_SHARED_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
    let folder = Path::new(&folder).join("trade/baci");
    if !folder.exists() {
        eprintln!("!! {} is not there: CEPII's own tables are NOT tested", folder.display());
        return;
    }
    let mut known = std::collections::HashSet::new();
    let reference = include_str!("../../data/reference/region_codes.csv");
    for line in reference.lines() {
        let cells: Vec<&str> = line.split(',').collect();
        if cells[1] == "COMTRADE" {
            known.insert(cells[2].to_owned());
        }
    }
    for name in ["country_codes_V202201.csv", "country_codes_V202501.csv"] {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let missing: Vec<&str> =
            text.lines().skip(1).filter(|line| !known.contains(line.split(',').next().unwrap_or_default())).collect();
        assert!(missing.is_empty(), "{name}: {missing:?}");
    }
}

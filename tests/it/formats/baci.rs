//! CEPII BACI as published, in a folder, compressed, and saved from R.

use std::path::{Path, PathBuf};

use super::{load, plainly, prepared, read, stored, write, write_gz, write_zip};

const YEAR: &str = "t,i,j,k,v,q\n2020,710,156,010121,12.345,       13.235\n2020,710,490,270900,1000,           NA\n";
const PRODUCTS: &str = "code,description\n010121,Horses\n270900,\"Oils; crude\"\n270111,Anthracite\n";
const COUNTRIES: &str = "country_code,country_name,country_iso2,country_iso3\n156,China,CN,CHN\n490,\"Other Asia, nes\",N/A,S19\n710,South Africa,ZA,ZAF\n";
const OLD_COUNTRIES: &str = "\u{feff}country_code,country_name_abbreviation,country_name_full,iso_2digit_alpha,iso_3digit_alpha\n156,China,China,CN,CHN\n710,South Africa,South Africa,ZA,ZAF\n888,Nowhere,Land of Nowhere,XX,XXX\n";

const FIGURES: [&str; 2] = [
    "BACI-HS2017 ZA>CN 010121@HS2017 EXPORT 2020 12345 13235 - - NORMAL",
    "BACI-HS2017 ZA>S19 270900@HS2017 EXPORT 2020 1000000 - - - NORMAL",
];

/// A release as published.
pub fn release(folder: &Path) -> PathBuf {
    write_zip(
        folder,
        "BACI_HS17_V202501.zip",
        &[
            ("BACI_HS17_Y2020_V202501.csv", YEAR.as_bytes()),
            ("BACI_HS17_Y2021_V202501.csv", YEAR.replace("2020", "2021").as_bytes()),
            ("country_codes_V202501.csv", COUNTRIES.as_bytes()),
            ("product_codes_HS17_V202501.csv", PRODUCTS.as_bytes()),
            ("Readme.txt", b"BACI is provided by CEPII.\nSee the working paper.\n"),
        ],
    )
}

#[test]
fn a_release_is_read_from_its_zip() {
    let folder = tempfile::tempdir().unwrap();
    let file = release(folder.path());
    for db in prepared(folder.path()) {
        let done = load(&db, "baci", &plainly(), std::slice::from_ref(&file));
        assert_eq!(done.counts(), [4, 4, 0, 0, 0]);
        assert!(done.said().contains("Readme.txt is left out"), "{}", done.said());
        let figures = stored(&db);
        assert_eq!([&figures[0], &figures[2]], FIGURES);
        let made = "SELECT COUNT(*) FROM sectors s JOIN classifications c ON c.id = s.classification_id WHERE s.code = '270111' AND c.code = 'HS2017'";
        let made = db.conn().rows(tearoad::storage::bulk::Fixed(made), &[]).unwrap();
        assert_eq!(made[0].int(0), Some(1), "a product of the table is made");
    }
}

#[test]
fn a_folder_is_read_as_a_zip_is() {
    let (counts, figures) = read("baci", &plainly(), |folder| {
        let inside = folder.join("BACI_HS17_V202201");
        std::fs::create_dir(&inside).unwrap();
        write_gz(&inside, "BACI_HS17_Y2020_V202201.csv.gz", YEAR);
        write(&inside, "country_codes_V202201.csv", OLD_COUNTRIES);
        write(&inside, "product_codes_HS17_V202201.csv", PRODUCTS);
        vec![inside]
    });
    assert_eq!(counts, [2, 2, 0, 0, 0]);
    assert_eq!(figures, FIGURES);
}

#[test]
fn the_table_of_countries_names_what_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let year = write(folder.path(), "BACI_HS17_Y2020.csv", "t,i,j,k,v,q\n2020,710,888,010121,1,1\n");
    let table = write(folder.path(), "country_codes_V202201.csv", OLD_COUNTRIES);
    for db in prepared(folder.path()) {
        let done = load(&db, "baci", &plainly(), &[year.clone(), table.clone()]);
        assert!(done.result.is_err() && done.said().contains("(Land of Nowhere)"), "{}", done.said());
    }
}

#[test]
fn a_copy_saved_from_r_is_quoted_and_has_lost_zeros() {
    let text =
        "\"t\",\"i\",\"j\",\"k\",\"v\",\"q\"\r\n2020,710,156,10121,12.345,13.235\r\n2020,710,490,270900,1e+03,NA\r\n";
    let (counts, figures) = read("baci", &plainly(), |folder| vec![write(folder, "BACI_HS17_Y2020.csv", text)]);
    assert_eq!(counts, [2, 2, 0, 0, 0]);
    assert_eq!(figures, FIGURES);
}

#[test]
fn only_a_year_as_published_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let first = "t,i,j,k,v,q\n2020,710,156,010121,1,1\n2020,842,156,010121,2,1\n";
    let newer = "t,i,j,k,v,q\n2020,710,156,010121,3,1\n";
    let file = |name: &str, text: &str| write(folder.path(), name, text);
    let published = file("BACI_HS17_Y2020_V202401.csv", first);
    let excerpt = file("BACI_HS17_Y2020_V202501_south_africa.csv", newer);
    let next = file("baci_hs17_y2020_v202501b.csv", newer);
    for db in prepared(folder.path()) {
        load(&db, "baci", &plainly(), std::slice::from_ref(&published)).counts();
        let done = load(&db, "baci", &plainly(), std::slice::from_ref(&excerpt));
        assert!(
            done.said().contains("is not named as published: its figures are added, and none that it lacks is removed")
        );
        let summary = done.result.unwrap();
        assert_eq!((summary.updated, summary.deleted), (1, 0));
        // An exporter that the next version lacks is gone, and nothing more is said of it.
        let done = load(&db, "baci", &plainly(), std::slice::from_ref(&next));
        assert!(done.said().contains("US, 2020: 1"), "{}", done.said());
        assert_eq!(done.result.unwrap().deleted, 1);
        assert_eq!(stored(&db).len(), 1);
        let coverage = db.conn().rows(tearoad::storage::bulk::Fixed("SELECT 1 FROM dataset_coverage"), &[]).unwrap();
        assert_eq!(coverage.len(), 1);
    }
}

//! What spreadsheets leave behind: rows and cells without anything in them, and sheets that begin further down.

use tearoad::transfer::{nomenclature, reference};

use super::{load, plainly, prepared, read, refused, stored, write};
use crate::properties::{sheet_of, workbook_of};

const NAME: &str = "BACI_HS17_Y2020_V202501.csv";
const BOOK: &str = "BACI_HS17_Y2020_V202501.xlsx";

#[test]
fn blank_rows_are_left_out_and_counted() {
    let text =
        "t,i,j,k,v,q\n,,,,,\n2020,710,156,010121,1,2\n , ,\t,\"\",,,\n\n   \n2020,710,490,270900,3,4\n,,,\n,,,,,,,,\n";
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), NAME, text);
    for db in prepared(folder.path()) {
        let done = load(&db, "baci", &plainly(), std::slice::from_ref(&file));
        assert_eq!(done.counts(), [7, 2, 0, 5, 0]);
        assert_eq!(done.result.unwrap().reasons["an empty line"], 5);
        assert_eq!(stored(&db).len(), 2);
    }
    // A row that is cut is bad as before.
    let (_, said) = refused("baci", &plainly(), |folder| vec![write(folder, NAME, "t,i,j,k,v,q\n2020,710,,,\n")]);
    assert!(said.contains("line 2: `row`") && said.contains("5 fields, expected 6"), "{said}");
}

#[test]
fn blank_rows_of_other_files_are_left_out_too() {
    let folder = tempfile::tempdir().unwrap();
    let nodes = "classification,edition,code,description,parent,level\nH5,HS2017,0301,Fish,03,4\n,,,,,\n";
    let nodes = write(folder.path(), "nodes.csv", nodes);
    let rates = "iso3,country,year,lcu_per_usd\n,,,\nCHN,China,2001,8.277\n,,,\n";
    let rates = write(folder.path(), "rates.csv", rates);
    let map = write(folder.path(), "map.csv", "kind,from,to\n,,\narea,HOME,CN\n,,\n");
    let figures = write(folder.path(), NAME, "t,i,j,k,v,q\n2020,HOME,490,270900,3,4\n");
    for db in prepared(folder.path()) {
        let done = nomenclature::import(&mut db.conn(), &plainly(), std::slice::from_ref(&nodes), &|_| {}).unwrap();
        assert_eq!((done.read, done.stored(), done.left_out, done.bad), (2, 1, 1, 0));
        let done = reference::import(&mut db.conn(), &plainly(), std::slice::from_ref(&rates), &|_| {}).unwrap();
        let counts = &done.files[0];
        assert_eq!((counts.read, counts.stored, counts.left_out, counts.bad), (3, 1, 2, 0), "{counts}");
        assert_eq!(counts.rules["an empty line"], 2);
        let options = tearoad::transfer::Options { map: Some(map.clone()), ..plainly() };
        assert_eq!(load(&db, "baci", &options, std::slice::from_ref(&figures)).counts(), [1, 1, 0, 0, 0]);
    }
}

#[test]
fn a_sheet_may_begin_further_down_and_its_rows_may_end_early() {
    let header = vec!["t", "i", "j", "k", "v", "q"];
    let rows = [
        vec![],
        vec!["", " "],
        header,
        vec!["2020", "710", "156", "010121", "1.5"],
        vec![],
        vec!["", "", "", "", "", "", ""],
        vec!["2020", "710", "490", "270900", "3", "4", ""],
    ];
    let book = |rows: &[Vec<&str>]| workbook_of(&sheet_of(rows));
    let (counts, figures) = read("baci", &plainly(), |folder| vec![write(folder, BOOK, book(&rows))]);
    assert_eq!(counts, [4, 2, 0, 2, 0]);
    assert_eq!(
        figures,
        [
            "BACI-HS2017 ZA>CN 010121@HS2017 EXPORT 2020 1500 - - - NORMAL",
            "BACI-HS2017 ZA>S19 270900@HS2017 EXPORT 2020 3000 4000 - - NORMAL"
        ]
    );
    // Lines are those of the sheet; what stands beside the table is no part of it.
    let mut bad = rows.to_vec();
    bad.push(vec!["2020", "710", "490", "270900", "x"]);
    bad.push(vec!["2020", "710", "490", "270900", "3", "4", "", "note"]);
    let (_, said) = refused("baci", &plainly(), |folder| vec![write(folder, BOOK, book(&bad))]);
    assert!(said.contains("line 8: `v` is `x`") && said.contains("line 9: `row`"), "{said}");
    assert!(said.contains("8 fields, expected 6"), "{said}");
    // Text may begin further down too.
    let text = ",,,,,\n\n , \nt,i,j,k,v,q\n2020,710,156,010121,1,2\n2020,710,156,010129,x,2\n";
    let (_, said) = refused("baci", &plainly(), |folder| vec![write(folder, NAME, text)]);
    assert!(said.contains("line 6: `v` is `x`"), "{said}");
}

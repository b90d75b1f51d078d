//! What spreadsheets leave behind: rows and cells without anything in them, and sheets that begin further down.

use tearoad::transfer::{nomenclature, reference};

use super::{load, plainly, prepared, refused, stored, write};

const NAME: &str = "BACI_HS17_Y2020_V202501.csv";

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

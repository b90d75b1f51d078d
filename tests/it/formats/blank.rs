//! What spreadsheets leave behind: rows and cells without anything in them, and sheets that begin further down.

use tearoad::transfer::layout::Layout;
use tearoad::transfer::{nomenclature, reference};

use super::{load, load_by, plainly, prepared, read, read_by, refused, stored, write};
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

/// Values, weights and quantities of a layout of one's own.
#[test]
fn nothing_reported_is_missing_only_where_a_row_says_more() {
    let layout = |more: &str, value: &str| {
        let text = format!(
            "format = \"own\"\ntitle = \"Own\"\nheader = [\"y\"]\nperiod = [\"y\"]\n{more}\n\
             dataset = {{ code = \"OWN\", title = \"Own\", currency = \"USD\", valuation = \"FOB\" }}\n\
             reporter = [{{ region = \"CN\" }}]\npartner = [{{ column = \"p\", scheme = [\"REGION\"] }}]\n\
             product = {{ edition = \"HS2017\" }}\nflow = {{ fixed = \"EXPORT\" }}\nweight = {{ column = \"w\", zero = \"nothing\" }}\n\
             status = {{ column = \"s\", codes = {{ c = \"CONFIDENTIAL\", m = \"MISSING\" }}, other = \"NORMAL\" }}\n{value}\n"
        );
        Layout::parse("own.toml", &text).unwrap()
    };
    let value = |zero: &str| format!("value = [{{ column = \"v\", zero = \"{zero}\" }}]");
    let text =
        "y,p,v,w,s\n2020,RU,,5,\n2020,TR,0,5,\n2020,US,,,\n2020,FR,0,,c\n2020,DE,,,c\n2020,IN,,,m\n2020,KZ,,5,c\n";
    let of = |layout: &Layout| {
        let (counts, figures) = read_by(layout, &plainly(), |folder| vec![write(folder, "own.csv", text)]);
        let short = |f: &String| f.split(['>', ' ']).skip(2).collect::<Vec<_>>().join(" ");
        (counts, figures.iter().map(short).map(|f| f.replace(" TOTAL@HS EXPORT 2020", "")).collect::<Vec<_>>())
    };
    let withheld = ["DE - - - - CONFIDENTIAL", "IN - - - - MISSING", "KZ - 5 - - CONFIDENTIAL"];
    let (counts, figures) = of(&layout("", &value("blank")));
    assert_eq!(counts, [7, 6, 0, 1, 0]);
    let wanted = ["DE - - - - CONFIDENTIAL", "FR 0 - - - NORMAL", "IN - - - - MISSING", "KZ - 5 - - CONFIDENTIAL"];
    assert_eq!(figures[..4], wanted);
    assert_eq!(figures[4..], ["RU - 5 - - MISSING", "TR 0 5 - - NORMAL"]);
    let (counts, figures) = of(&layout("", &value("nothing")));
    assert_eq!(counts, [7, 6, 0, 1, 0]);
    assert!(figures.contains(&"FR - - - - CONFIDENTIAL".to_owned()), "{figures:?}");
    assert!(figures.contains(&"TR - 5 - - MISSING".to_owned()), "{figures:?}");
    // Of two values in a row nobody knows whose weight it is; what is withheld is both.
    let two = "value = [{ column = \"v\", zero = \"blank\", flow = \"IMPORT\" }, { column = \"v\", zero = \"blank\", flow = \"RE_EXPORT\" }]";
    let (counts, figures) = of(&layout("", two));
    assert_eq!(counts, [14, 10, 0, 4, 0]);
    assert!(!figures.iter().any(|f| f.starts_with("RU ")), "{figures:?}");
    let found = |wanted: &str| figures.iter().filter(|f| f.starts_with(&wanted[..2])).count();
    assert!(withheld.iter().all(|wanted| found(wanted) == 2), "{figures:?}");
    // A part without a value makes a sum that says so.
    let text = format!("{text}2020,RU,4,3,\n");
    let (counts, figures) = read_by(&layout("repeated = \"add\"", &value("blank")), &plainly(), |folder| {
        vec![write(folder, "own.csv", &text)]
    });
    assert_eq!(counts, [8, 6, 1, 1, 0]);
    assert!(figures.iter().any(|f| f.contains(">RU ") && f.ends_with(" 2020 4 8 - - ESTIMATED")), "{figures:?}");
    // Where an empty cell is no amount, it is bad.
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "own.csv", text);
    for db in prepared(folder.path()) {
        let done = load_by(&db, &layout("", &value("amount")), &plainly(), std::slice::from_ref(&file));
        assert!(done.error().starts_with("5 bad line(s)"), "{}", done.error());
    }
}

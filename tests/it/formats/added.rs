//! Rows of one key: parts that are added, measures that stand in rows of their own, and what may not be put together.

use std::path::{Path, PathBuf};

use tearoad::storage::bulk::Fixed;
use tearoad::transfer::Options;

use super::{load, plainly, prepared, read, refused, stored, write, write_zip};

/// A file of Comext with rows `partner,product,indicator,value,flag`.
fn comext(folder: &Path, name: &str, rows: &[&str]) -> PathBuf {
    let mut text =
        "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n"
            .to_owned();
    for row in rows {
        let cells: Vec<&str> = row.split(',').collect();
        let [partner, product, indicator, value, flag] = cells.try_into().unwrap();
        text.push_str(&format!("X,Y,M,DE,{partner},{product},1,{indicator},2019-09,{value},{flag}\n"));
    }
    write(folder, name, text)
}

const VALUE: &str = "VALUE_IN_EUROS";
const WEIGHT: &str = "QUANTITY_KG";

fn row(product: &str, indicator: &str, value: &str) -> String {
    format!("RU,{product},{indicator},{value},")
}

#[test]
fn parts_of_a_figure_do_not_count_beside_the_whole() {
    let rows = [
        row("27090090", VALUE, "20"),
        row("270900", VALUE, "30"),
        row("27090010", VALUE, "10"),
        row("27090010", WEIGHT, "1"),
        row("27090090", WEIGHT, "2"),
        row("01012100", VALUE, "7"),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    // Two parts are left out; the weights, of which there is no whole, are added and put to the value.
    let (counts, figures) = read("comext", &plainly(), |folder| vec![comext(folder, "a.csv", &rows)]);
    assert_eq!(counts, [6, 2, 2, 2, 0]);
    assert_eq!(
        figures,
        [
            "COMEXT DE>RU 010121@HS2017 IMPORT 2019-09 7 - - - NORMAL",
            "COMEXT DE>RU 270900@HS2017 IMPORT 2019-09 30 3 - - NORMAL",
        ]
    );
}

#[test]
fn the_order_of_lines_changes_nothing() {
    let rows = ["RU,27090010,VALUE_IN_EUROS,5,", "RU,27090010,QUANTITY_KG,1.0005,", "RU,27090090,VALUE_IN_EUROS,:,c"];
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let all: Vec<_> = orders
        .iter()
        .map(|order| {
            let rows: Vec<&str> = order.iter().map(|at| rows[*at]).collect();
            read("comext", &plainly(), |folder| vec![comext(folder, "a.csv", &rows)])
        })
        .collect();
    assert!(all.iter().all(|one| *one == all[0]), "{all:#?}");
    // A sum of which a part is withheld is no more than an estimate, and is not called confidential.
    assert_eq!(all[0].1, ["COMEXT DE>RU 270900@HS2017 IMPORT 2019-09 5 1 - - ESTIMATED"]);
}

#[test]
fn a_file_of_weights_erases_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let values = comext(folder.path(), "values.csv", &["RU,27090010,VALUE_IN_EUROS,5,e"]);
    let weights = comext(folder.path(), "weights.csv", &["RU,27090010,QUANTITY_KG,3,"]);
    for db in prepared(folder.path()) {
        for files in [[&values], [&weights], [&values]] {
            load(&db, "comext", &plainly(), &files.map(Clone::clone)).counts();
        }
        assert_eq!(stored(&db), ["COMEXT DE>RU 270900@HS2017 IMPORT 2019-09 5 3 - - ESTIMATED"]);
    }
}

#[test]
fn what_is_given_twice_is_not_added() {
    let twice = |folder: &Path, more: &str| {
        let row = "RU,27090010,VALUE_IN_EUROS,5,";
        vec![comext(folder, "a.csv", &[row]), comext(folder, "b.csv", &[row, more])]
    };
    let (error, _) = refused("comext", &plainly(), |folder| {
        vec![twice(folder, "RU,0101,VALUE_IN_EUROS,1,")[0].clone(), {
            let copy = folder.join("copy.csv");
            std::fs::copy(folder.join("a.csv"), &copy).unwrap();
            copy
        }]
    });
    assert!(error.contains("a.csv and ") && error.contains("copy.csv are the same file"), "{error}");
    // Not the same bytes, and the same figure.
    let (error, said) = refused("comext", &plainly(), |folder| twice(folder, "CN,27090010,VALUE_IN_EUROS,1,"));
    assert!(error.starts_with("2 bad line(s)"), "{error}");
    assert!(said.contains("rows of one file are added, those of two are not, unless --parts"), "{said}");
    let parts = Options { parts: true, ..plainly() };
    let (counts, figures) = read("comext", &parts, |folder| twice(folder, "CN,27090010,VALUE_IN_EUROS,1,"));
    assert_eq!(counts, [3, 2, 1, 0, 0]);
    assert_eq!(figures[1], "COMEXT DE>RU 270900@HS2017 IMPORT 2019-09 10 - - - NORMAL");
}

#[test]
fn a_part_does_not_replace_a_sum_unless_told() {
    let folder = tempfile::tempdir().unwrap();
    let rows = ["RU,27090010,VALUE_IN_EUROS,5,", "RU,27090090,VALUE_IN_EUROS,6,"];
    let whole = comext(folder.path(), "a.csv", &rows);
    let part = comext(folder.path(), "b.csv", &rows[..1]);
    let other = comext(folder.path(), "c.csv", &["CN,27090010,VALUE_IN_EUROS,1,"]);
    for db in prepared(folder.path()) {
        load(&db, "comext", &plainly(), std::slice::from_ref(&whole)).counts();
        let done = load(&db, "comext", &plainly(), std::slice::from_ref(&part));
        let error = done.error();
        assert!(error.contains("1 figures are in COMEXT with other amounts, the first of DE in 2019-09"), "{error}");
        assert!(error.contains("pass --replace"), "{error}");
        // The same again, and others, are welcome.
        assert_eq!(load(&db, "comext", &plainly(), std::slice::from_ref(&whole)).result.unwrap().unchanged, 1);
        assert_eq!(load(&db, "comext", &plainly(), std::slice::from_ref(&other)).result.unwrap().inserted, 1);
        assert_eq!(stored(&db)[1], "COMEXT DE>RU 270900@HS2017 IMPORT 2019-09 11 - - - NORMAL");
        let replace = Options { replace: true, ..plainly() };
        load(&db, "comext", &replace, std::slice::from_ref(&part)).counts();
        assert_eq!(stored(&db), ["COMEXT DE>RU 270900@HS2017 IMPORT 2019-09 5 - - - NORMAL"], "China is gone");
    }
}

#[test]
fn signs_between_digits_part_groups_of_three() {
    for (number, is_good) in [("1,234,567", true), ("12,34", false), ("1,2345", false), (",123", false)] {
        let text = format!("数据年月,贸易伙伴名称,商品编码,美元\n202003,俄罗斯联邦,01012100,\"{number}\"\n");
        let export = Options { flow: Some("EXPORT".to_owned()), ..plainly() };
        let make = |folder: &Path| vec![write(folder, "a.csv", &text)];
        if is_good {
            assert!(read("gacc", &export, make).1[0].contains(" 1234567 "));
        } else {
            let (_, said) = refused("gacc", &export, make);
            assert!(said.contains("the signs between digits do not part groups of three"), "{number}: {said}");
        }
    }
}

#[test]
fn an_edition_on_the_command_line_is_for_rows_that_tell_none() {
    let edition = Options { edition: Some("HS2012".to_owned()), ..plainly() };
    let rows = |told: &str| {
        let header = "period,reporterCode,partnerCode,flowCode,classificationCode,cmdCode,primaryValue";
        format!("{header}\n2020,156,643,X,{told},010121,5\n")
    };
    let (_, figures) = read("comtrade", &edition, |folder| vec![write(folder, "a.csv", rows(""))]);
    assert!(figures[0].contains("010121@HS2012"), "{figures:?}");
    let (_, said) = refused("comtrade", &edition, |folder| vec![write(folder, "a.csv", rows("H5"))]);
    assert!(
        said.contains("`classificationCode` is `H5`: the row tells HS2017, --edition HS2012; leave it out"),
        "{said}"
    );
}

#[test]
fn a_part_of_a_zip_has_the_same_source_whatever_is_given_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let year = |year: u32| format!("t,i,j,k,v,q\n{year},710,156,010121,1,1\n");
    let inside = [("BACI_HS17_Y2020_V1.csv", year(2020)), ("BACI_HS17_Y2021_V1.csv", year(2021))];
    let inside: Vec<(&str, &[u8])> = inside.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let zip = write_zip(folder.path(), "BACI_HS17_V1.zip", &inside);
    let other = write(folder.path(), "BACI_HS17_Y2019_V1.csv", year(2019));
    for db in prepared(folder.path()) {
        load(&db, "baci", &plainly(), &[other.clone(), zip.clone()]).counts();
        let sources = || {
            let statement = Fixed("SELECT code, title FROM sources WHERE code LIKE 'baci-%' ORDER BY code");
            let rows = db.conn().rows(statement, &[]).unwrap();
            rows.iter().map(|r| format!("{:?}", r.values)).collect::<Vec<_>>()
        };
        let before = sources();
        assert_eq!(before.len(), 3);
        let again = load(&db, "baci", &plainly(), std::slice::from_ref(&zip)).result.unwrap();
        assert_eq!((again.unchanged, again.revision, sources()), (2, None, before));
    }
}

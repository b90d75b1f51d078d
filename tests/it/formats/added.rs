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
    // The parts are left out, and the weights of parts, which are no weight of the whole.
    let (counts, figures) = read("comext", &plainly(), |folder| vec![comext(folder, "a.csv", &rows)]);
    assert_eq!(counts, [6, 2, 0, 4, 0]);
    assert_eq!(
        figures,
        [
            "COMEXT DE>RU 010121@HS2017 IMPORT 2019-09 7 - - - NORMAL",
            "COMEXT DE>RU 270900@HS2017 IMPORT 2019-09 30 - - - NORMAL",
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
        assert!(error.contains("pass --revised if"), "{error}");
        // The same again, and others, are welcome.
        assert_eq!(load(&db, "comext", &plainly(), std::slice::from_ref(&whole)).result.unwrap().unchanged, 1);
        assert_eq!(load(&db, "comext", &plainly(), std::slice::from_ref(&other)).result.unwrap().inserted, 1);
        assert_eq!(stored(&db)[1], "COMEXT DE>RU 270900@HS2017 IMPORT 2019-09 11 - - - NORMAL");
        let revised = Options { revised: true, ..plainly() };
        assert_eq!(load(&db, "comext", &revised, std::slice::from_ref(&part)).result.unwrap().updated, 1);
        assert_eq!(stored(&db).len(), 2, "China stays");
        load(&db, "comext", &revised, std::slice::from_ref(&whole)).counts();
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

#[test]
fn what_is_told_to_be_withheld_is_so_and_what_is_not_told_stays() {
    let folder = tempfile::tempdir().unwrap();
    let first = ["RU,270900,VALUE_IN_EUROS,1000,", "RU,270900,QUANTITY_KG,5,"];
    let known = comext(folder.path(), "a.csv", &first);
    let withheld = comext(folder.path(), "b.csv", &["RU,270900,VALUE_IN_EUROS,:c,c"]);
    let weights = comext(folder.path(), "c.csv", &["RU,270900,QUANTITY_KG,7,"]);
    let revised = Options { revised: true, ..plainly() };
    for db in prepared(folder.path()) {
        load(&db, "comext", &plainly(), std::slice::from_ref(&known)).counts();
        assert!(load(&db, "comext", &plainly(), std::slice::from_ref(&withheld)).error().contains("--revised"));
        load(&db, "comext", &revised, std::slice::from_ref(&withheld)).counts();
        assert_eq!(stored(&db), ["COMEXT DE>RU 270900@HS2017 IMPORT 2019-09 - 5 - - CONFIDENTIAL"]);
        load(&db, "comext", &revised, std::slice::from_ref(&known)).counts();
        // Whatever else is replaced, a file of weights says nothing of values.
        let replace = Options { replace: true, ..plainly() };
        load(&db, "comext", &replace, std::slice::from_ref(&weights)).counts();
        assert_eq!(stored(&db), ["COMEXT DE>RU 270900@HS2017 IMPORT 2019-09 1000 7 - - NORMAL"]);
    }
}

#[test]
fn a_sum_is_never_short_of_a_bad_row() {
    let folder = tempfile::tempdir().unwrap();
    let bad = comext(folder.path(), "a.csv", &["RU,27090010,VALUE_IN_EUROS,5,", "RU,27090090,VALUE_IN_EUROS,7OO,"]);
    let unknown = comext(folder.path(), "b.csv", &["RU,27090010,VALUE_IN_EUROS,5,", "QQQ,27090090,VALUE_IN_EUROS,7,"]);
    for complete in [false, true] {
        let skipping = Options { skip_bad: true, complete, ..plainly() };
        for db in prepared(folder.path()) {
            let error = load(&db, "comext", &skipping, std::slice::from_ref(&bad)).error();
            assert!(error.contains("without the bad ones") && error.contains("sums would be short"), "{error}");
            assert!(stored(&db).is_empty());
            // A partner that is not known is nobody else's.
            assert_eq!(load(&db, "comext", &skipping, std::slice::from_ref(&unknown)).counts(), [2, 1, 0, 0, 1]);
            let coverage = db.conn().rows(Fixed("SELECT partners FROM dataset_coverage"), &[]).unwrap();
            assert_eq!(coverage[0].text(0), Some("LISTED"), "nothing is complete without its bad rows");
        }
    }
}

#[test]
fn a_word_for_a_tariff_line_makes_no_whole_of_it() {
    let rows = ["RU,27090010,VALUE_IN_EUROS,1000,", "RU,27090090,VALUE_IN_EUROS,7,"];
    let (_, figures) = read("comext", &plainly(), |folder| vec![comext(folder, "a.csv", &rows)]);
    let folder = tempfile::tempdir().unwrap();
    let map = write(folder.path(), "map.csv", "kind,from,to\nproduct,27090090,270900\n");
    let mapped = Options { map: Some(map), ..plainly() };
    assert_eq!(read("comext", &mapped, |folder| vec![comext(folder, "a.csv", &rows)]).1, figures);
    assert!(figures[0].contains(" 1007 "), "{figures:?}");
}

#[test]
fn all_rows_of_a_refused_key_are_bad_and_counted() {
    let header = "period,reporterCode,partnerCode,flowCode,classificationCode,cmdCode,primaryValue,netWgt";
    let rows = "2020,156,643,X,H5,010121,5,1\n2020,156,643,X,H5,010121,5,1\n2020,156,643,X,H5,010121,6,1\n2020,156,842,X,H5,010121,7,1\n2020,156,842,X,H5,010121,7,\n";
    let skipping = Options { skip_bad: true, ..plainly() };
    let text = format!("{header}\n{rows}");
    let (counts, figures) = read("comtrade", &skipping, |folder| vec![write(folder, "a.csv", &text)]);
    assert_eq!(counts, [5, 1, 1, 0, 3]);
    assert_eq!(figures, ["COMTRADE-HS CN>US 010121@HS2017 EXPORT 2020 7 1 - - NORMAL"]);
}

#[test]
fn a_period_without_its_month_is_no_year() {
    let header = "refYear,refMonth,reporterCode,partnerCode,flowCode,classificationCode,cmdCode,primaryValue";
    let text = format!("{header}\n2023,3,156,643,X,H5,010121,5\n2023,52,156,643,X,H5,010121,60\n");
    let (_, figures) = read("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", &text)]);
    assert!(figures[0].contains(" 2023 60 ") && figures[1].contains(" 2023-03 5 "), "{figures:?}");
    let brazil = "CO_ANO;CO_MES;CO_NCM;CO_UNID;CO_PAIS;SG_UF_NCM;CO_VIA;CO_URF;QT_ESTAT;KG_LIQUIDO;VL_FOB\n2023;;27090010;10;990;SP;01;0817800;0;1;2\n";
    let make = |folder: &Path| vec![write(folder, "EXP_2023.csv", brazil), super::national::countries(folder)];
    let (_, said) = refused("comexstat", &plainly(), make);
    assert!(said.contains("`CO_MES` is ``: expected a part of the period"), "{said}");
}

#[test]
fn the_direction_is_what_the_name_says_in_full() {
    let brazil = "CO_ANO;CO_MES;CO_NCM;CO_UNID;CO_PAIS;SG_UF_NCM;CO_VIA;CO_URF;QT_ESTAT;KG_LIQUIDO;VL_FOB\n2018;01;27090010;10;990;SP;01;0817800;0;1;2\n";
    let file =
        |name: &'static str| move |folder: &Path| vec![write(folder, name, brazil), super::national::countries(folder)];
    assert!(read("comexstat", &plainly(), file("IMP_2018.csv")).1[0].contains(" IMPORT "));
    assert!(read("comexstat", &plainly(), file("EXP_2018.csv")).1[0].contains(" EXPORT "));
    assert!(
        refused("comexstat", &plainly(), file("2018.csv"))
            .0
            .contains("neither the file nor its name tells the direction")
    );
    let both = "数据年月,贸易伙伴名称,商品编码,美元\n202003,俄罗斯联邦,01012100,5\n";
    let (_, figures) = read("gacc", &plainly(), |folder| vec![write(folder, "进出口2023.csv", both)]);
    assert!(figures[0].contains(" TOTAL "), "{figures:?}");
}

#[test]
fn all_goods_are_of_all_editions() {
    let folder = tempfile::tempdir().unwrap();
    let header =
        "datasetCode\tperiod\treporterCode\tpartnerCode\tflowCode\tclassificationCode\tcmdCode\tprimaryValue\tnetWgt\n";
    let file = |name: &str, rows: &str| write(folder.path(), name, format!("{header}{rows}"));
    let newer = file(
        "COMTRADE-FINAL-CA6432020H5.txt",
        "1\t2020\t643\t0\tX\tH5\tTOTAL\t9\t7000\n1\t2020\t643\t156\tX\tH5\tTOTAL\t4\t\n1\t2020\t643\t156\tX\tH5\t010121\t4\t\n",
    );
    let older = file(
        "COMTRADE-FINAL-CA6432020H4.txt",
        "1\t2020\t643\t0\tX\tH4\tTOTAL\t9\t0\n1\t2020\t643\t156\tX\tH4\t010121\t4\t\n",
    );
    let excerpt = file("COMTRADE-FINAL-my-excerpt.txt", "1\t2020\t643\t156\tX\tH5\t010121\t5\t\n");
    let wanted = |value: &str| {
        [
            "COMTRADE-HS RU>CN 010121@HS2012 EXPORT 2020 4 - - - NORMAL".to_owned(),
            format!("COMTRADE-HS RU>CN 010121@HS2017 EXPORT 2020 {value} - - - NORMAL"),
            "COMTRADE-HS RU>CN TOTAL@HS EXPORT 2020 4 - - - NORMAL".to_owned(),
            "COMTRADE-HS RU>WLD TOTAL@HS EXPORT 2020 9 7000 - - NORMAL".to_owned(),
        ]
    };
    for together in [false, true] {
        for db in prepared(folder.path()) {
            let steps = if together { vec![vec![&older, &newer]] } else { vec![vec![&newer], vec![&older]] };
            for files in steps {
                let files: Vec<PathBuf> = files.into_iter().cloned().collect();
                load(&db, "comtrade-bulk", &plainly(), &files).counts();
            }
            assert_eq!(stored(&db), wanted("4"), "one edition takes nothing from the other");
            load(&db, "comtrade-bulk", &plainly(), std::slice::from_ref(&excerpt)).counts();
            assert_eq!(stored(&db), wanted("5"), "only a file named as published is whole");
        }
    }
}

#[test]
fn an_older_release_is_not_read_beside_the_newer() {
    let file = |folder: &Path, version: u32| {
        write(folder, &format!("BACI_HS17_Y2020_V{version}.csv"), "t,i,j,k,v,q\n2020,710,156,010121,1,1\n")
    };
    let (error, _) = refused("baci", &plainly(), |folder| vec![file(folder, 202401), file(folder, 202501)]);
    assert!(error.contains("hold the same figures, one of them is older"), "{error}");
}

#[test]
fn a_damaged_file_in_a_folder_is_an_error() {
    let (error, _) = refused("baci", &plainly(), |folder| {
        let inside = folder.join("release");
        std::fs::create_dir(&inside).unwrap();
        write(&inside, "BACI_HS17_Y2020_V1.csv", "t,i,j,k,v,q\n2020,710,156,010121,1,1\n");
        let whole = super::write_gz(&inside, "BACI_HS17_Y2021_V1.csv.gz", "t,i,j,k,v,q\n2021,710,156,010121,1,1\n");
        let bytes = std::fs::read(&whole).unwrap();
        std::fs::write(&whole, &bytes[..bytes.len() - 12]).unwrap();
        write(&inside, "readme.txt", "no rows\n");
        vec![inside]
    });
    assert!(error.contains("BACI_HS17_Y2021_V1.csv.gz"), "{error}");
}

#[test]
fn a_whole_that_is_missing_gives_way_to_its_parts() {
    let of = |whole: &str| {
        let row = format!("RU,270900,VALUE_IN_EUROS,{whole}");
        let rows = [row.as_str(), "RU,27090010,VALUE_IN_EUROS,1000,", "RU,27090090,VALUE_IN_EUROS,5,"];
        read("comext", &plainly(), |folder| vec![comext(folder, "a.csv", &rows)])
    };
    let figure = |end: &str| [format!("COMEXT DE>RU 270900@HS2017 IMPORT 2019-09 {end}")];
    assert_eq!(of(":,"), ([3, 1, 2, 0, 0], figure("1005 - - - ESTIMATED").to_vec()));
    assert_eq!(of(":c,c"), ([3, 1, 0, 2, 0], figure("- - - - CONFIDENTIAL").to_vec()));
}

#[test]
fn flags_that_stand_together_are_read_one_by_one() {
    let rows = ["RU,270900,VALUE_IN_EUROS,5,be", "CN,270900,VALUE_IN_EUROS,:,bc", "US,270900,VALUE_IN_EUROS,5,b"];
    let (_, figures) = read("comext", &plainly(), |folder| vec![comext(folder, "a.csv", &rows)]);
    let ends: Vec<&str> = figures.iter().map(|f| f.rsplit(' ').next().unwrap()).collect();
    assert_eq!(ends, ["CONFIDENTIAL", "ESTIMATED", "NORMAL"], "{figures:?}");
}

#[test]
fn replacing_removes_what_the_file_says_is_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let answer = |name: &str, import: u32| {
        let text = format!(
            r#"[{{"year":2002,"reporter_iso":"chl","partner_iso":"arg","commodity_code":"010121","trade_value_usd_imp":{import},"trade_value_usd_exp":6}}]"#
        );
        write(folder.path(), name, text)
    };
    let (first, next) = (answer("a.json", 5), answer("b.json", 0));
    for db in prepared(folder.path()) {
        load(&db, "ots", &plainly(), std::slice::from_ref(&first)).counts();
        load(&db, "ots", &plainly(), std::slice::from_ref(&next)).counts();
        assert_eq!(stored(&db).len(), 2, "nothing is erased unless told");
        let replace = Options { replace: true, ..plainly() };
        let done = load(&db, "ots", &replace, std::slice::from_ref(&next));
        assert!(done.said().contains("CL, 2002: 1"), "{}", done.said());
        assert_eq!(stored(&db), ["OTS CL>AR 010121@HS2012 EXPORT 2002 6 - - - NORMAL"]);
    }
}

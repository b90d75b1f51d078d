//! Imports at their edges: odd characters, moved levels, several datasets at once, what an interrupted one left, codes in
//! two spellings or without an end.

use std::cell::RefCell;

use tearoad::storage::bulk::Fixed;
use tearoad::transfer::{Options, TransferError, nomenclature, reference};

use crate::loading::{HEADER, count, file, load, prepared, revision};

#[test]
fn control_characters_are_bad_cells_or_left_out_alike_on_both_databases() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let row = |partner: &str, code: &str, name: &str, unit: &str| {
        format!("2020,156,X,{partner},H5,{code},1,,{name},5,\"{unit}\"\n")
    };
    let rows = [
        row("643", "27", "", "kg"),
        row("842", "27", "", "k\0g"),
        row("36", "27", "", "\u{1b}[31mkg"),
        row("124", "27", "", &"k".repeat(101)),
        row("276", "27", "", "t of\n\tCO2 \\N"),
        row("392", "270900", "Oils\0; crude", "kg"),
    ];
    let path = write("units.csv", &format!("{HEADER},qty,qtyUnitAbbr\n{}", rows.concat()));
    let nodes = write(
        "nomenclature.csv",
        "classification,edition,code,description,parent,level\nX,TREE,a,A,,1\nX,TREE,b,B\0B,,1\n",
    );
    let isic = write("isic.csv", "code,description\nA,Farming\n01,Far\0ming\n");
    let mut all = Vec::new();
    for db in prepared() {
        let report = folder.path().join(format!("control-{}.csv", db.backend()));
        let options =
            Options { skip_bad: true, new_products: true, report: Some(report.clone()), ..Options::default() };
        let (result, told) = load(&db, &options, &path);
        let summary = result.unwrap_or_else(|e| panic!("{e} on {}: {told:?}", db.backend()));
        assert_eq!((summary.inserted, summary.bad), (3, 3), "{told:?}");
        let told = told.join("\n");
        assert!(
            told.contains(
                "line 3: `qtyUnitAbbr` is `kg`: expected a unit: there is a control character in it (U+0000)"
            ),
            "{told}"
        );
        assert!(told.contains("line 4: `qtyUnitAbbr` is `[31mkg`: expected a unit: there is a control"), "{told}");
        assert!(told.contains("line 5: `qtyUnitAbbr`") && told.contains("of at most 100 bytes"), "{told}");
        let said = RefCell::new(Vec::new());
        let tell = |line: &str| said.borrow_mut().push(line.to_owned());
        let skipping = Options { skip_bad: true, ..Options::default() };
        let done = nomenclature::import(&mut db.conn(), &skipping, std::slice::from_ref(&nodes), &tell);
        assert_eq!(done.unwrap().bad, 1);
        let done = reference::import(&mut db.conn(), &skipping, std::slice::from_ref(&isic), &tell);
        assert_eq!(done.unwrap().files[0].bad, 1, "{said:?}");
        let said = said.into_inner().join("\n");
        assert!(
            said.contains("line 3: `description` is `BB`: expected a name: there is a control character"),
            "{said}"
        );
        assert!(said.contains("there is a control character in it (U+0000)"), "{said}");
        let statement = Fixed(
            "SELECT p.code, f.quantity_unit FROM trade_figures f JOIN regions p ON p.id = f.partner_id UNION ALL SELECT s.code, n.text FROM names n JOIN sectors s ON s.id = n.subject_id WHERE n.subject_kind = 'SECTOR' AND (s.code = '270900' OR s.path LIKE '/TREE/%') ORDER BY 1, 2",
        );
        let kept: Vec<String> =
            db.conn().rows(statement, &[]).unwrap().iter().map(|r| format!("{:?}", r.values)).collect();
        all.push((kept, std::fs::read_to_string(report).unwrap()));
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "the databases differ: {all:#?}");
    let kept = &all[0].0;
    assert!(kept.contains(&r#"[Text("DE"), Text("t of\n\tCO2 \\N")]"#.to_owned()), "{kept:?}");
    assert!(kept.contains(&r#"[Text("270900"), Text("Oils; crude")]"#.to_owned()), "{kept:?}");
    assert_eq!(kept.len(), 5, "{kept:?}");
}

#[test]
fn a_level_that_moved_is_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.csv", &["2020,156,X,643,H5,27,100.5,7,", "2020,156,X,842,H5,27,1,,"]);
    for db in prepared() {
        load(&db, &Options::default(), &path).0.unwrap();
        for column in ["reporter_level", "partner_level", "sector_level"] {
            // As it would be if the figures had come before a newer list of regions or products.
            let before = revision(&db);
            let moved = format!("UPDATE trade_figures SET {column} = 5 WHERE value_scaled = 1000");
            db.conn().batch(&moved).unwrap();
            let summary = load(&db, &Options::default(), &path).0.unwrap();
            assert_eq!((summary.updated, summary.unchanged), (1, 1), "{column}");
            assert_eq!(revision(&db), before + 1);
            assert_eq!(
                count(&db, "SELECT MAX(reporter_level + partner_level) + MAX(sector_level) FROM trade_figures"),
                6
            );
            assert_eq!(load(&db, &Options::default(), &path).0.unwrap().revision, None);
        }
    }
}

#[test]
fn what_an_interrupted_import_staged_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.csv", &["2020,156,X,643,H5,27,100.5,7,"]);
    for db in prepared() {
        load(&db, &Options::default(), &path).0.unwrap();
        db.conn()
            .batch(
                "CREATE TABLE import_figures (n BIGINT); CREATE TABLE import_groups (n BIGINT);
                 INSERT INTO import_runs (id, started_at, what, files) VALUES (1, '2024-01-01 00:00:00', 'a file', '')",
            )
            .unwrap();
        let (result, told) = load(&db, &Options::default(), &path);
        assert_eq!(result.unwrap().unchanged, 1);
        assert!(told[0].contains("was interrupted"), "{told:?}");
        let left = match db.backend() {
            "sqlite" => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name LIKE 'import%'",
            _ => {
                "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name LIKE 'import%'"
            }
        };
        assert_eq!(count(&db, left), 1, "only the journal is left");
    }
}

#[test]
fn small_datasets_of_a_large_import_do_not_make_the_indexes_anew() {
    let folder = tempfile::tempdir().unwrap();
    // Chapters of each flow, partner and year; and a few lines of other classifications, each a dataset of its own.
    let mut lines = Vec::new();
    for year in 2000..2024 {
        for partner in [643, 842, 36, 124, 276, 392, 410] {
            for chapter in (1..=62).filter(|n| *n != 77) {
                lines.push(format!("{year},156,X,{partner},H5,{chapter:02},1,,"));
            }
        }
    }
    let n_large = lines.len();
    assert!(n_large > 10_000);
    let large: Vec<&str> = lines.iter().map(String::as_str).collect();
    let alone = file(folder.path(), "alone.csv", &large);
    let others = ["2020,156,X,643,S4,97,1,,", "2020,156,X,643,B4,4,1,,", "2020,156,X,643,B4,41,1,,"];
    let together = file(folder.path(), "together.csv", &[large.as_slice(), &others].concat());
    let nodes = folder.path().join("nomenclature.csv");
    std::fs::write(
        &nodes,
        "classification,edition,code,description,parent,level\nS4,SITC4,9,Other,,1\nS4,SITC4,97,Gold,9,2\nB4,BEC4,4,Capital goods,,1\nB4,BEC4,41,Machines,4,2\n",
    )
    .unwrap();
    let mut made = Vec::new();
    for (path, n_datasets) in [(&alone, 1), (&together, 3)] {
        let db = prepared().remove(0);
        let nodes = std::slice::from_ref(&nodes);
        nomenclature::import(&mut db.conn(), &Options::default(), nodes, &|_| {}).unwrap();
        // SQLite counts what changes its tables and indexes.
        let before = count(&db, "SELECT schema_version FROM pragma_schema_version");
        load(&db, &Options::default(), path).0.unwrap();
        assert_eq!(count(&db, "SELECT COUNT(*) FROM datasets"), n_datasets);
        made.push(count(&db, "SELECT schema_version FROM pragma_schema_version") - before);
    }
    assert!(made[0] > 2 && made[0] == made[1], "changes of the schema, alone and together: {made:?}");
}

#[test]
fn a_code_in_two_spellings_is_one_code() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(
        folder.path(),
        "a.csv",
        &[
            "2020,699,X,643,H5,27,1,,",
            "2020,0699,X,842,H5,27,1,,",
            "2020,00699,X,36,H5,27,1,,",
            "2020,156,X,0757,H5,27,1,,",
        ],
    );
    let two = file(folder.path(), "b.csv", &["2020,757,X,643,H5,27,1,,", "2020,0756,X,842,H5,27,1,,"]);
    for db in prepared() {
        let (result, told) = load(&db, &Options::default(), &path);
        assert_eq!(result.unwrap_or_else(|e| panic!("{e}: {told:?}")).inserted, 4);
        let (result, told) = load(&db, &Options::default(), &two);
        assert!(matches!(result, Err(TransferError::BadLines(1))), "{result:?}");
        assert!(told[0].contains("the area has the code 757"), "{told:?}");
    }
}

#[test]
fn a_very_long_code_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let long = "Q".repeat(2_000_000);
    let lines = [format!("2020,156,X,{long},H5,27,1,,"), format!("2020,156,X,643,H5,{long},1,,")];
    let path = file(folder.path(), "a.csv", &lines.each_ref().map(String::as_str));
    let map = folder.path().join("map.csv");
    std::fs::write(&map, format!("kind,from,to\narea,x,{long}\n")).unwrap();
    for db in prepared() {
        let started = std::time::Instant::now();
        let (result, told) = load(&db, &Options::default(), &path);
        assert!(matches!(result, Err(TransferError::BadLines(2))), "{result:?}");
        assert!(told[0].contains("no area has this code of") && told[0].contains("2000000 bytes"), "{told:?}");
        assert!(told.iter().all(|line| line.len() < 500), "{told:?}");
        let options = Options { map: Some(map.clone()), ..Options::default() };
        let error = load(&db, &options, &path).0.unwrap_err().to_string();
        assert!(error.contains("no region has this code") && error.len() < 500, "{error}");
        assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
    }
}

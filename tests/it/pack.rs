//! Packs: what ships comes out as it went in, byte for byte and alike from both databases; a second import changes
//! nothing; every bad row is told; nothing is deleted that nobody asked to delete.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use tearoad::storage::bulk::{Fixed, Statement};
use tearoad::storage::snapshot::current_revision;
use tearoad::transfer::pack::load::import;
use tearoad::transfer::pack::{docs, export::export};
use tearoad::transfer::synthetic::{self, Counts};
use tearoad::transfer::{Options, Summary, TransferError, seed};

use crate::recording::in_project;
use crate::support::{TestDb, databases, demo_databases};

/// The files of a folder.
fn read_folder(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap()))
        .collect()
}

/// Names and texts.
type Files = &'static [(&'static str, &'static str)];

/// A pack of these files; `pack.toml` has a title where none is given.
fn pack(folder: &Path, files: &[(&str, &str)]) -> std::path::PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    if files.iter().all(|(name, _)| *name != "pack.toml") {
        std::fs::write(folder.join("pack.toml"), "title = \"Test\"\nsource = \"test\"\n").unwrap();
    }
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    folder.to_owned()
}

fn load(db: &TestDb, options: &Options, path: &Path) -> (Result<Summary, TransferError>, Vec<String>) {
    let told = RefCell::new(Vec::new());
    let done = import(&mut db.conn(), options, &[path.to_owned()], &|line| told.borrow_mut().push(line.to_owned()));
    (done.map(|mut all| all.remove(0)), told.into_inner())
}

fn loaded(db: &TestDb, path: &Path) -> Summary {
    let (done, told) = load(db, &Options::default(), path);
    done.unwrap_or_else(|e| panic!("{}: {e}: {told:#?}", db.backend()))
}

fn lines(db: &TestDb, statement: &str) -> Vec<String> {
    let rows = db.conn().rows(Statement(statement.to_owned()), &[]).unwrap();
    rows.iter().map(|row| format!("{:?}", row.values)).collect()
}

fn revision(db: &TestDb) -> i64 {
    current_revision(&mut db.conn()).unwrap().0
}

/// Export, import into a new database, export: the same bytes, and from all databases.
fn assert_round_trip(prepare: impl Fn(&TestDb)) {
    let folder = tempfile::tempdir().unwrap();
    let mut exports = Vec::new();
    for (first, second) in databases().into_iter().zip(databases()) {
        prepare(&first);
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        let written = export(&mut first.conn(), &one).unwrap();
        assert!(written.iter().map(|(_, rows)| rows).sum::<u64>() > 3000, "{written:?}");
        let summary = loaded(&second, &one);
        assert_eq!(summary.read, summary.inserted, "{}: {summary}", first.backend());
        export(&mut second.conn(), &two).unwrap();
        let (before, after) = (read_folder(&one), read_folder(&two));
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
        for (name, bytes) in &before {
            assert!(*bytes == after[name], "{}: {name} differs", first.backend());
        }
        let at = revision(&second);
        let again = loaded(&second, &one);
        assert_eq!((again.revision, again.unchanged), (None, again.read), "{}: the same again", second.backend());
        assert_eq!(revision(&second), at);
        std::fs::remove_dir_all(&one).unwrap();
        std::fs::remove_dir_all(&two).unwrap();
        exports.push(before);
    }
    for pair in exports.windows(2) {
        assert!(pair[0] == pair[1], "the databases export different bytes");
    }
}

#[test]
fn the_demo_comes_back_byte_for_byte() {
    assert_round_trip(|db| {
        seed::load_reference(&mut db.conn()).unwrap();
        seed::load_demo(&mut db.conn()).unwrap();
    });
}

#[test]
fn synthetic_data_and_every_kind_of_row_come_back_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let extra = pack(folder.path(), EVERYTHING);
    assert_round_trip(|db| {
        seed::load_reference(&mut db.conn()).unwrap();
        seed::load_demo(&mut db.conn()).unwrap();
        synthetic::load(&mut db.conn(), Counts { companies: 300, events: 60, participations: 2000 }).unwrap();
        loaded(db, &extra);
    });
}

/// A pack with what the demo has none of.
const EVERYTHING: Files = &[
    (
        "pack.toml",
        "title = \"Test\"\nsource = \"test\"\nlicence = \"CC0\"\nunits = \"亿元\"\nmultiplier = \"1e8\"\ncurrency = \"CNY\"\n",
    ),
    (
        "regions.csv",
        "\u{feff}# a comment, with \"quotes\"\n# another\ncode,kind,level,parent,name_en,name_fr,valid_from\nCN-370303,PLACE,CITY,CN-370300,\"Zhangdian, the\n\"\"centre\"\"\",Zhangdian,1958\n",
    ),
    ("region_codes.csv", "region,scheme,code\nCN-370303,GB2260,370303\n"),
    (
        "names.csv",
        "subject_kind,subject,language,ordinal,name\nREGION,CN-370303,en,1,Zhangdian District\nREGION,CN-370303,zh,1,张店\nSECTOR,HS2022/01,en,1,Beasts\n",
    ),
    (
        "companies.csv",
        "slug,region,founded_on,founded_precision,name_en,name_zh,sectors\nxinhua,CN-370303,1943-01-01,YEAR,Xinhua,新华,TEAROAD/PHARMACEUTICALS;TEAROAD/CHEMICALS\n",
    ),
    (
        "party_codes.csv",
        "party,scheme,code\nxinhua,ISIN,CNE000000JL3\nxinhua,LEI,5299000J2N45DDNE4Y28\nxinhua,TICKER,000756.SZ\n",
    ),
    (
        "exchange_rates.csv",
        "base,quote,period,kind,rate,n_days\nUSD,CNY,2023,AVERAGE,7.0840,257\nEUR,CNY,2023-07,END,7.9,\n",
    ),
    ("correspondences.csv", "from_sector,to_sector,weight_ppm,valid_from\nHS2017/01,HS2022/01,1000000,2022\n"),
    ("datasets.csv", "code,title,family,scale,valuation\nT,Test,HS,0,FOB\n"),
    (
        "figures.csv",
        "dataset,reporter,partner,sector,flow,period,value,quantity,quantity_unit,net_weight_kg,status\nT,CN,RU,HS2022/01,EXPORT,2023-07,25.4,12.5,u,1200,\nT,CN,RU,HS2022/01,IMPORT,2023-Q2,0.00000001,,,,ESTIMATED\nT,CN,WLD,HS/TOTAL,EXPORT,2023,,,,,CONFIDENTIAL\n",
    ),
    ("coverage.csv", "dataset,reporter,period,partners\nT,CN,2023,COMPLETE\n"),
];

#[test]
fn amounts_are_multiplied_exactly_and_groups_without_coverage_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let path = pack(folder.path(), EVERYTHING);
    for db in demo_databases() {
        loaded(&db, &path);
        assert_eq!(
            lines(
                &db,
                "SELECT f.value_scaled, f.quantity_milli, f.net_weight_g, f.reporter_level, f.sector_level, f.status FROM trade_figures f JOIN datasets d ON d.id = f.dataset_id WHERE d.code = 'T' ORDER BY f.period_start, f.flow"
            ),
            [
                "[Null, Null, Null, Int(2), Int(0), Int(3)]",
                "[Int(1), Null, Null, Int(2), Int(2), Int(2)]",
                "[Int(2540000000), Int(12500), Int(1200000), Int(2), Int(2), Int(1)]"
            ],
            "{}",
            db.backend()
        );
        assert_eq!(
            lines(
                &db,
                "SELECT period_start - 2023 * 12, partners, sectors, n_figures FROM dataset_coverage c JOIN datasets d ON d.id = c.dataset_id WHERE d.code = 'T' ORDER BY period_start, period_months"
            ),
            [
                r#"[Int(0), Text("COMPLETE"), Text("LISTED"), Int(1)]"#,
                r#"[Int(3), Text("LISTED"), Text("LISTED"), Int(1)]"#,
                r#"[Int(6), Text("LISTED"), Text("LISTED"), Int(1)]"#
            ]
        );
        assert_eq!(
            lines(&db, "SELECT kind, title, licence, note FROM sources WHERE code = 'test'"),
            [r#"[Text("FILE"), Text("Test"), Text("CC0"), Text("Figures are given in 亿元.")]"#]
        );
        assert_eq!(
            lines(&db, "SELECT path FROM regions WHERE code = 'CN-370303'"),
            [r#"[Text("/WLD/M49-142/M49-030/CN/CN-SD/CN-370300/CN-370303/")]"#]
        );
    }
}

#[test]
fn a_row_that_changes_is_an_update_and_keeps_what_the_file_does_not_say() {
    let folder = tempfile::tempdir().unwrap();
    let first = pack(&folder.path().join("a"), EVERYTHING);
    let second = pack(
        &folder.path().join("b"),
        &[
            ("companies.csv", "slug,name_en,sectors\nxinhua,Xinhua Qwert,TEAROAD/PHARMACEUTICALS\n"),
            ("party_codes.csv", "party,scheme,code\nxinhua,ISIN,CNE000000JL3\n"),
        ],
    );
    for db in demo_databases() {
        loaded(&db, &first);
        let summary = loaded(&db, &second);
        assert_eq!((summary.inserted, summary.updated, summary.deleted), (0, 1, 2), "{}: {summary}", db.backend());
        let now = revision(&db);
        assert_eq!(
            lines(&db, &format!("SELECT entity, entity_key, action FROM changes WHERE revision = {now}")),
            [r#"[Text("Company"), Text("xinhua"), Text("UPDATE")]"#]
        );
        assert_eq!(
            lines(&db, "SELECT CAST(founded_on AS TEXT), sort_name FROM parties WHERE slug = 'xinhua'"),
            [r#"[Text("1943-01-01"), Text("xinhua qwert")]"#]
        );
        assert_eq!(
            lines(
                &db,
                "SELECT language, text FROM names n JOIN parties p ON p.id = n.subject_id WHERE n.subject_kind = 'PARTY' AND p.slug = 'xinhua' ORDER BY language"
            ),
            [r#"[Text("en"), Text("Xinhua Qwert")]"#, r#"[Text("zh"), Text("新华")]"#]
        );
        assert_eq!(lines(&db, "SELECT COUNT(*) FROM terms WHERE term = 'qwert'"), ["[Int(1)]"]);
    }
}

#[test]
fn every_bad_row_is_told_and_nothing_is_loaded_unless_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = pack(
        folder.path(),
        &[
            (
                "regions.csv",
                "code,kind,level,parent,valid_from\nX-A,PLACE,CITY,X-B,\nX-B,PLACE,TOWN,CN,\nX-C,PLACE,CITY,CN,soon\nX-D,PLACE,CITY,CN\nX-E,PLACE,CITY,CN,1\nX-E,PLACE,CITY,CN,1\nX F,PLACE,CITY,CN,1\n",
            ),
            ("organisations.csv", "slug,region\ncustoms-of-nowhere,CN-SDD\n"),
            ("events.csv", "slug,kind,starts_on,ends_on\nfair,FAIR,2024-13-01,2024-05-01\n"),
        ],
    );
    let wanted = [
        "regions.csv, line 2: `parent` is `X-B`: there is no region of this key",
        "regions.csv, line 3: `level` is `TOWN`: expected one of WORLD, AREA, COUNTRY, PROVINCE, CITY",
        "regions.csv, line 4: `valid_from` is `soon`: expected a whole number",
        "regions.csv, line 5: `line` is `X-D`: the line has 4 fields, expected 5",
        "regions.csv, line 7: `code` is `X-E`: stands in line 6 already",
        "regions.csv, line 8: `code` is `X F`: expected a key",
        "organisations.csv, line 2: `region` is `CN-SDD`: there is no region of this key; the nearest are CN-SD",
        "events.csv, line 2: `starts_on` is `2024-13-01`: expected a date",
    ];
    for db in demo_databases() {
        let before = revision(&db);
        let (done, told) = load(&db, &Options::default(), &path);
        assert!(matches!(done, Err(TransferError::BadLines(8))), "{done:?} {told:#?}");
        for text in wanted {
            assert_eq!(told.iter().filter(|line| line.contains(text)).count(), 1, "`{text}` once: {told:#?}");
        }
        assert_eq!(revision(&db), before);
        assert!(lines(&db, "SELECT id FROM sources WHERE code = 'test'").is_empty());
        let (done, _) = load(&db, &Options { skip_bad: true, ..Options::default() }, &path);
        let summary = done.unwrap();
        assert_eq!((summary.read, summary.bad, summary.inserted), (9, 8, 1), "{summary}");
        assert_eq!(
            lines(&db, "SELECT note FROM sources WHERE code = 'test'"),
            [r#"[Text("8 bad line(s) of `Test` were left out.")]"#]
        );
        let (again, _) = load(&db, &Options { skip_bad: true, ..Options::default() }, &path);
        assert_eq!(again.unwrap().revision, None, "{}", db.backend());
    }
}

#[test]
fn unknown_files_columns_and_keys_are_refused_with_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&str, Files, &str); 6] = [
        ("file", &[("region.csv", "code\n")], "a pack has no file `region.csv`; did you mean `regions.csv`"),
        ("column", &[("regions.csv", "code,parnet\n")], "regions has no column `parnet`; did you mean `parent`"),
        (
            "key",
            &[("pack.toml", "title = \"x\"\nlicense = \"y\"\n")],
            "there is no key `license`; did you mean `licence`",
        ),
        ("part", &[("regions.csv", "kind,level\n")], "there is no column `code`, which is part of the key"),
        ("twice", &[("regions.csv", "code\n"), ("regions.ndjson", "")], "are the same file twice"),
        ("factor", &[("pack.toml", "title = \"x\"\nmultiplier = 1e8\n")], "`multiplier` is `100000000.0`"),
    ];
    for db in databases() {
        for (name, files, wanted) in cases {
            let path = pack(&folder.path().join(format!("{}-{name}", db.backend())), files);
            let (done, _) = load(&db, &Options::default(), &path);
            let error = done.unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}

#[test]
fn a_trial_changes_nothing_and_says_what_would_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = pack(folder.path(), EVERYTHING);
    for db in demo_databases() {
        let before = (revision(&db), lines(&db, "SELECT COUNT(*) FROM terms"));
        let (done, _) = load(&db, &Options { dry_run: true, ..Options::default() }, &path);
        let summary = done.unwrap();
        assert_eq!(summary.inserted, summary.read);
        assert!(summary.to_string().contains("a dry run: nothing was kept"), "{summary}");
        assert_eq!((revision(&db), lines(&db, "SELECT COUNT(*) FROM terms")), before);
        assert!(lines(&db, "SELECT id FROM datasets WHERE code = 'T'").is_empty());
    }
}

#[test]
fn rows_are_deleted_only_when_asked_and_only_where_nothing_refers_to_them() {
    let folder = tempfile::tempdir().unwrap();
    let full = pack(&folder.path().join("full"), EVERYTHING);
    let less = pack(
        &folder.path().join("less"),
        &[
            ("companies.csv", "slug,name_en\nother,Other\n"),
            (
                "figures.csv",
                "dataset,reporter,partner,sector,flow,period,value\nT,CN,RU,HS2022/01,EXPORT,2023-07,2540000000\n",
            ),
        ],
    );
    let needed = pack(
        &folder.path().join("needed"),
        &[("datasets.csv", "code,title,family,currency,valuation\nU,U,HS,USD,FOB\n")],
    );
    for db in demo_databases() {
        loaded(&db, &full);
        let kept = loaded(&db, &less);
        assert_eq!((kept.inserted, kept.updated, kept.deleted), (1, 1, 0), "{kept}");
        let replace = Options { replace: true, ..Options::default() };
        let (done, told) = load(&db, &replace, &less);
        let summary = done.unwrap();
        assert_eq!(summary.deleted, 3, "{}: {summary} {told:?}", db.backend());
        assert!(told.iter().any(|line| line.contains("companies: 1 row(s)") && line.contains("xinhua")), "{told:?}");
        assert!(lines(&db, "SELECT id FROM parties WHERE slug = 'xinhua'").is_empty());
        assert_eq!(
            lines(
                &db,
                "SELECT n_figures FROM dataset_coverage c JOIN datasets d ON d.id = c.dataset_id WHERE d.code = 'T' ORDER BY period_start, period_months"
            ),
            ["[Int(0)]", "[Int(0)]", "[Int(1)]"]
        );
        let now = revision(&db);
        let changes = lines(
            &db,
            &format!(
                "SELECT entity_key, action, n_deleted FROM changes WHERE revision = {now} ORDER BY entity, entity_key"
            ),
        );
        assert_eq!(
            changes,
            [
                r#"[Text("xinhua"), Text("DELETE"), Int(1)]"#,
                r#"[Text("T/CN/2023"), Text("FIGURES"), Int(1)]"#,
                r#"[Text("T/CN/2023-Q2"), Text("FIGURES"), Int(1)]"#
            ]
        );
        let (done, _) = load(&db, &replace, &needed);
        let error = done.unwrap_err().to_string();
        assert!(error.contains("datasets") && error.contains("still referred to"), "{error}");
        assert_eq!(revision(&db), now);
    }
}

#[test]
fn json_lines_compressed_files_and_zips_are_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = pack(
        &folder.path().join("p"),
        &[
            (
                "organisations.ndjson",
                "{\"slug\":\"a\",\"org_kind\":\"AGENCY\",\"name_en\":\"A\",\"sectors\":[\"TEAROAD/COAL\",\"TEAROAD/FOOD\"]}\n\n{\"slug\":\"b\",\"name_zh\":\"乙\",\"region\":null}\n",
            ),
            (
                "participations.ndjson",
                "{\"slug\":\"a-1\",\"event\":\"russia-zibo-conference-2024-08\",\"party\":\"a\",\"role\":\"BUYER\",\"headcount\":3,\"includes_named\":true}\n{\"slug\":\"a-2\",\"event\":\"russia-zibo-conference-2024-08\",\"roll\":\"BUYER\"}\n{\"slug\":\n",
            ),
        ],
    );
    for db in demo_databases() {
        let (done, told) = load(&db, &Options { skip_bad: true, ..Options::default() }, &path);
        assert_eq!(done.unwrap().inserted, 3, "{told:?}");
        assert!(told.iter().any(|l| l.contains("line 2: `roll`") && l.contains("did you mean `role`")), "{told:?}");
        assert!(told.iter().any(|l| l.contains("line 3: `line`") && l.contains("JSON")), "{told:?}");
        assert_eq!(lines(&db, "SELECT headcount, includes_named FROM participations WHERE slug = 'a-1'").len(), 1);
    }
    // The same data as zip come back as the same zip.
    let mut zips = Vec::new();
    for (first, second) in demo_databases().into_iter().zip(databases()) {
        let (one, two) = (folder.path().join("one.zip"), folder.path().join("two.zip"));
        export(&mut first.conn(), &one).unwrap();
        let error = export(&mut first.conn(), &one).unwrap_err().to_string();
        assert!(error.contains("is there already"), "{error}");
        loaded(&second, &one);
        export(&mut second.conn(), &two).unwrap();
        let bytes = std::fs::read(&one).unwrap();
        assert!(bytes == std::fs::read(&two).unwrap(), "{}", first.backend());
        std::fs::remove_file(one).unwrap();
        std::fs::remove_file(two).unwrap();
        zips.push(bytes);
    }
    assert!(zips.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_template_is_a_pack_that_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template");
    docs::template(&path).unwrap();
    assert!(docs::template(&path).unwrap_err().to_string().contains("is not empty"));
    let text = std::fs::read_to_string(path.join("regions.csv")).unwrap();
    assert!(
        text.starts_with("# ") && text.contains("# code (code, key): Key of the region. Example: CN-370300\n"),
        "{text}"
    );
    for db in demo_databases() {
        let summary = loaded(&db, &path);
        assert_eq!((summary.read, summary.revision), (0, None));
    }
}

#[test]
fn a_place_that_moves_takes_what_is_below_with_it_and_cannot_stand_below_itself() {
    let folder = tempfile::tempdir().unwrap();
    let moved = pack(&folder.path().join("a"), &[("regions.csv", "code,parent\nCN-SD,RU\n")]);
    let below = pack(&folder.path().join("b"), &[("regions.csv", "code,parent\nCN-SD,CN-370300\n")]);
    let level = pack(&folder.path().join("c"), &[("regions.csv", "code,level\nCN-SD,CITY\n")]);
    for db in demo_databases() {
        let (done, told) = load(&db, &Options::default(), &below);
        assert!(done.is_err() && told[0].contains("it would stand below itself"), "{told:?}");
        let (done, told) = load(&db, &Options::default(), &level);
        assert!(done.is_err() && told[0].contains("it is `PROVINCE` in the database and cannot change"), "{told:?}");
        loaded(&db, &moved);
        assert_eq!(
            lines(&db, "SELECT path FROM regions WHERE code = 'CN-370300'"),
            [r#"[Text("/WLD/M49-150/M49-151/RU/CN-SD/CN-370300/")]"#],
            "{}",
            db.backend()
        );
        let broken = db.conn().rows(Fixed("SELECT r.code FROM regions r JOIN regions p ON p.id = r.parent_id WHERE r.path <> p.path || r.code || '/'"), &[]).unwrap();
        assert!(broken.is_empty(), "{broken:?}");
    }
}

#[test]
fn the_document_of_packs_is_current() {
    crate::recording::assert_recorded(&in_project("docs/PACK.md"), &docs::markdown());
}

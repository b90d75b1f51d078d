//! Nomenclatures of many lines, in many batches and with awkward names: the same rows on both databases.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use tearoad::storage::bulk::Statement;
use tearoad::transfer::{Options, nomenclature, seed};

use crate::support::{TestDb, databases};

/// Names that a file or a copy could take for something else.
const NAMES: &[&str] =
    &["\\N", "\\.", "a\tb", "line\nline\r\nline", "back\\slash \\t", "\"quoted\", with; commas", "'", "淄博 市"];

const NODES: usize = 1_700;

/// An edition of its own with `NODES` nodes, named by `name`.
fn write(folder: &Path, name: impl Fn(usize) -> String) -> PathBuf {
    let mut text = String::from("classification,edition,code,description,parent,level\n");
    for i in 0..NODES {
        let (parent, level) = if i == 0 { (String::new(), 1) } else { (format!("c{}", (i - 1) / 10), 2) };
        writeln!(text, "X,TREE1,c{i},\"{}\",{parent},{level}", name(i).replace('"', "\"\"")).unwrap();
    }
    let path = folder.join("tree.csv");
    std::fs::write(&path, text).unwrap();
    path
}

fn stored(db: &TestDb) -> Vec<String> {
    let mut all = Vec::new();
    for statement in [
        "SELECT s.code, s.level, p.code, s.path, s.sort_name FROM sectors s LEFT JOIN sectors p ON p.id = s.parent_id WHERE s.path LIKE '/TREE1/%' ORDER BY s.code",
        "SELECT s.code, n.language, n.ordinal, n.text, n.folded FROM names n JOIN sectors s ON s.id = n.subject_id WHERE n.subject_kind = 'SECTOR' AND s.path LIKE '/TREE1/%' ORDER BY s.code",
        "SELECT s.code, t.form, t.term FROM terms t JOIN sectors s ON s.id = t.subject_id WHERE t.kind = 2 AND s.path LIKE '/TREE1/%' ORDER BY s.code, t.form, t.term",
        "SELECT revision, entity_key, action, n_inserted, n_updated, n_deleted FROM changes WHERE entity_key LIKE 'TREE1/%' ORDER BY revision, entity_key",
    ] {
        let rows = db.conn().rows(Statement(statement.to_owned()), &[]).unwrap();
        assert!(rows.len() >= NODES, "{} rows: {statement}", rows.len());
        all.extend(rows.iter().map(|row| format!("{:?}", row.values)));
    }
    all
}

#[test]
fn many_awkward_names_are_stored_and_changed_alike() {
    let folder = tempfile::tempdir().unwrap();
    let first = |i: usize| {
        format!("{} {}", NAMES[i % NAMES.len()], if i < NAMES.len() { String::new() } else { i.to_string() })
    };
    let second = |i: usize| format!("{} {i}", NAMES[(i + 3) % NAMES.len()]);
    let mut seen: Vec<[Vec<String>; 2]> = Vec::new();
    for db in databases() {
        seed::load_reference(&mut db.conn()).unwrap();
        let load = |file: PathBuf| nomenclature::import(&mut db.conn(), &Options::default(), &[file], &|_| {}).unwrap();
        let all = u64::try_from(NODES).unwrap();
        assert_eq!(load(write(folder.path(), first)).inserted, all);
        let added = stored(&db);
        assert!(
            added.iter().any(|row| row.contains(r#"Text("back\\slash \\t 12")"#)),
            "{} on {}",
            added[NODES],
            db.backend()
        );
        assert_eq!(load(write(folder.path(), second)).updated, all);
        assert_eq!(load(write(folder.path(), second)).unchanged, all);
        seen.push([added, stored(&db)]);
    }
    for other in seen.iter().skip(1) {
        for (ours, theirs) in seen[0].iter().zip(other) {
            assert_eq!(ours.len(), theirs.len());
            for (a, b) in ours.iter().zip(theirs) {
                assert_eq!(a, b);
            }
        }
    }
}

//! Imports at their edges: odd characters, moved levels, several datasets at once, what an interrupted one left, codes in
//! two spellings or without an end.

use std::cell::RefCell;

use tearoad::storage::bulk::Fixed;
use tearoad::transfer::{Options, TransferError, nomenclature, reference};

use crate::loading::{HEADER, count, file, load, prepared, revision};

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

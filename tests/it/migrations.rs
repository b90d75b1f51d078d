//! Migrations: up, down, up with equal tables; the same columns on both databases; an index for each foreign key; and
//! the tables as the program knows them.

use std::collections::{BTreeMap, BTreeSet};

use tearoad::storage::bulk::Statement;
use tearoad::storage::conn::Conn;
use tearoad::storage::migrate;

use crate::support::{TestDb, databases, empty_databases};

fn texts(conn: &mut Conn, sql: &str) -> Vec<Vec<String>> {
    let rows = conn.rows(Statement(sql.to_owned()), &[]).unwrap();
    let text = |v: &tearoad::storage::value::Value| match v {
        tearoad::storage::value::Value::Text(t) => t.clone(),
        other => format!("{other:?}"),
    };
    rows.iter().map(|row| row.values.iter().map(text).collect()).collect()
}

fn is_sqlite(db: &TestDb) -> bool {
    db.backend() == "sqlite"
}

/// Everything that the migrations made, as text.
fn dump(db: &TestDb) -> Vec<Vec<String>> {
    let mut conn = db.conn();
    if is_sqlite(db) {
        return texts(
            &mut conn,
            "SELECT type, name, COALESCE(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE '__diesel%' ORDER BY type, name",
        );
    }
    let mut all = texts(
        &mut conn,
        "SELECT table_name::text, column_name::text, data_type::text, is_nullable::text, COALESCE(collation_name::text, '') FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_diesel%' ORDER BY table_name, ordinal_position",
    );
    all.extend(texts(&mut conn, "SELECT tablename::text, regexp_replace(indexdef, current_schema() || '\\.', '', 'g') FROM pg_indexes WHERE schemaname = current_schema() AND tablename NOT LIKE '\\_\\_diesel%' ORDER BY indexname"));
    all
}

/// Table and column, with the type in one word and whether it may be null.
fn columns(db: &TestDb) -> BTreeMap<String, Vec<(String, String, bool)>> {
    let mut conn = db.conn();
    let rows = if is_sqlite(db) {
        texts(
            &mut conn,
            "SELECT m.name, c.name, c.type, CASE WHEN c.\"notnull\" = 1 THEN 'NO' ELSE 'YES' END FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '__diesel%' ORDER BY m.name, c.cid",
        )
    } else {
        texts(
            &mut conn,
            "SELECT table_name::text, column_name::text, data_type::text, is_nullable::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_diesel%' ORDER BY table_name, ordinal_position",
        )
    };
    let mut out: BTreeMap<String, Vec<(String, String, bool)>> = BTreeMap::new();
    for row in rows {
        let ty = match row[2].to_uppercase().as_str() {
            "TIMESTAMP WITHOUT TIME ZONE" => "TIMESTAMP".to_owned(),
            // SQLite's key of a table is a 64-bit INTEGER.
            "INTEGER" if row[1] == "id" || row[1] == "revision" => "BIGINT".to_owned(),
            other => other.to_owned(),
        };
        out.entry(row[0].clone()).or_default().push((row[1].clone(), ty, row[3] == "YES"));
    }
    out
}

#[test]
fn migrations_go_up_down_and_up_again() {
    for db in empty_databases() {
        let mut conn = db.conn();
        let applied = migrate::up(&mut conn).unwrap();
        assert!(!applied.is_empty());
        let first = dump(&db);
        assert!(first.len() > 50);
        for _ in &applied {
            assert!(migrate::down(&mut conn).unwrap().is_some());
        }
        assert_eq!(migrate::down(&mut conn).unwrap(), None);
        assert!(dump(&db).is_empty(), "something is left after taking everything back");
        migrate::up(&mut conn).unwrap();
        assert_eq!(dump(&db), first);
        assert_eq!(migrate::up(&mut conn).unwrap(), Vec::<String>::new());
    }
}

#[test]
fn both_databases_have_the_same_columns_and_the_program_knows_them() {
    let all: Vec<_> = databases().iter().map(columns).collect();
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "the databases differ: {all:#?}");
    let printed = include_str!("../../src/storage/schema.rs");
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for table in printed.split("diesel::table! {").skip(1) {
        let (head, rest) = table.split_once('{').unwrap();
        let name = head.split('(').next().unwrap().trim().to_owned();
        let body = rest.split('}').next().unwrap();
        let names = body.lines().filter_map(|l| l.trim().split_once(" -> ")).map(|(name, _)| name.to_owned());
        known.insert(name, names.collect());
    }
    let stored: BTreeMap<String, BTreeSet<String>> =
        all[0].iter().map(|(table, columns)| (table.clone(), columns.iter().map(|c| c.0.clone()).collect())).collect();
    assert_eq!(known, stored, "src/storage/schema.rs is stale: diesel print-schema");
}

#[test]
fn every_foreign_key_has_an_index() {
    let db = &databases()[0];
    let mut conn = db.conn();
    let keys = texts(
        &mut conn,
        "SELECT m.name, f.\"from\" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY 1, 2",
    );
    assert!(keys.len() > 40);
    let indexed = texts(
        &mut conn,
        "SELECT m.name, i.name FROM sqlite_master m JOIN pragma_index_list(m.name) l JOIN pragma_index_info(l.name) i WHERE m.type = 'table' AND i.seqno = 0",
    );
    let first_of_key = texts(
        &mut conn,
        "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.pk = 1",
    );
    for key in keys {
        assert!(indexed.contains(&key) || first_of_key.contains(&key), "no index begins with {}.{}", key[0], key[1]);
    }
}

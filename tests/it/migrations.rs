//! Migrations go up, down and up again and leave equal databases; both databases have the same tables and columns;
//! each foreign key is served by an index; the printed schema.rs is that of the databases.

use std::collections::{BTreeMap, BTreeSet};

use tearoad::storage::bulk::Fixed;
use tearoad::storage::conn::Conn;
use tearoad::storage::migrate;

use crate::recording::{files_below, in_project};
use crate::support::{databases, empty_databases};

/// Rows of a fixed statement as texts; `-` for nothing.
fn texts(conn: &mut Conn, statement: &'static str) -> Vec<Vec<String>> {
    let rows = conn.rows(Fixed(statement), &[]).unwrap();
    rows.iter().map(|row| (0..row.values.len()).map(|at| row.text(at).unwrap_or("-").to_owned()).collect()).collect()
}

const SQLITE_TABLES: &str = "SELECT type, name, tbl_name, COALESCE(sql, '-') FROM sqlite_master WHERE tbl_name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' ORDER BY type, name";

const SQLITE_COLUMNS: &str = "SELECT m.name, CAST(c.cid AS TEXT), c.name, lower(c.type),
    CASE WHEN c.\"notnull\" = 1 THEN 'not null' ELSE 'null' END
  FROM sqlite_master m, pragma_table_info(m.name) c
  WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'
  ORDER BY m.name, c.cid";

const POSTGRES_COLUMNS: &str = "SELECT table_name::text, ordinal_position::text, column_name::text, data_type::text,
    CASE WHEN is_nullable = 'NO' THEN 'not null' ELSE 'null' END, COALESCE(collation_name::text, '-')
  FROM information_schema.columns c
  WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_diesel%'
    AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = current_schema())
  ORDER BY c.table_name, c.ordinal_position";

const POSTGRES_VIEWS: &str =
    "SELECT viewname::text, definition::text FROM pg_views WHERE schemaname = current_schema() ORDER BY 1";

const POSTGRES_INDEXES: &str =
    "SELECT tablename::text, indexname::text, replace(indexdef, current_schema() || '.', '')::text FROM pg_indexes
  WHERE schemaname = current_schema() AND tablename NOT LIKE '\\_\\_diesel%' ORDER BY 1, 2";

const POSTGRES_CONSTRAINTS: &str =
    "SELECT r.relname::text, c.conname::text, pg_get_constraintdef(c.oid)::text FROM pg_constraint c
  JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
  WHERE n.nspname = current_schema() AND r.relname NOT LIKE '\\_\\_diesel%' ORDER BY 1, 2";

/// Everything that a migration can make.
fn dump(conn: &mut Conn) -> Vec<Vec<String>> {
    match conn {
        Conn::Sqlite(_) => {
            [SQLITE_TABLES, SQLITE_COLUMNS].into_iter().flat_map(|statement| texts(conn, statement)).collect()
        }
        Conn::Postgres(_) => [POSTGRES_COLUMNS, POSTGRES_VIEWS, POSTGRES_INDEXES, POSTGRES_CONSTRAINTS]
            .into_iter()
            .flat_map(|statement| texts(conn, statement))
            .collect(),
    }
}

#[test]
fn each_migration_goes_up_down_and_up_again() {
    for db in empty_databases() {
        let mut conn = db.conn();
        let names: Vec<String> = migrate::status(&mut conn).unwrap().into_iter().map(|s| s.name).collect();
        assert!(!names.is_empty());
        let empty = dump(&mut conn);
        assert_eq!(migrate::up(&mut conn).unwrap(), names);
        assert!(migrate::up(&mut conn).unwrap().is_empty(), "nothing is left to do");
        // Down step by step, and the state before each step is met again on the way up.
        let mut on_the_way = Vec::new();
        for name in names.iter().rev() {
            on_the_way.push(dump(&mut conn));
            assert_eq!(migrate::down(&mut conn).unwrap().as_ref(), Some(name));
        }
        assert_eq!(migrate::down(&mut conn).unwrap(), None);
        assert_eq!(dump(&mut conn), empty, "{}: going down leaves something", db.backend());
        assert!(migrate::require_current(&mut conn).is_err());
        migrate::up(&mut conn).unwrap();
        assert_eq!(dump(&mut conn), on_the_way[0], "{}: up, down, up differs from up", db.backend());
        assert!(dump(&mut conn).len() > 100, "the dump sees nothing");
        migrate::require_current(&mut conn).unwrap();
    }
}

#[test]
fn both_databases_have_the_same_migrations() {
    let folders = |backend: &str| -> BTreeSet<String> {
        files_below(&in_project(&format!("migrations/{backend}")), &[".sql"])
            .iter()
            .map(|p| p.strip_prefix(in_project(&format!("migrations/{backend}"))).unwrap().display().to_string())
            .collect()
    };
    assert_eq!(folders("sqlite"), folders("postgres"));
    assert!(folders("sqlite").iter().all(|file| file.ends_with("/up.sql") || file.ends_with("/down.sql")));
}

/// A type of either database as one word.
fn kind_of(declared: &str) -> &'static str {
    match declared {
        "bigint" => "BigInt",
        "integer" => "Integer",
        "text" => "Text",
        "boolean" => "Bool",
        "date" => "Date",
        "timestamp" | "timestamp without time zone" => "Timestamp",
        "double precision" => "Double",
        other => panic!("`{other}` is not one of the types that both databases have"),
    }
}

/// Table -> columns in order, each with its type and whether it may be unknown. A SQLite key of one INTEGER is the
/// row's number: 64 bits.
fn columns(conn: &mut Conn) -> BTreeMap<String, Vec<(String, String, String)>> {
    let is_sqlite = matches!(conn, Conn::Sqlite(_));
    let rows = texts(conn, if is_sqlite { SQLITE_COLUMNS } else { POSTGRES_COLUMNS });
    let keys: BTreeSet<(String, String)> = if is_sqlite {
        texts(
            conn,
            "SELECT m.name, max(c.name) FROM sqlite_master m, pragma_table_info(m.name) c
             WHERE m.type = 'table' AND c.pk > 0 GROUP BY m.name HAVING count(*) = 1",
        )
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect()
    } else {
        BTreeSet::new()
    };
    let mut out: BTreeMap<String, Vec<(String, String, String)>> = BTreeMap::new();
    for row in rows {
        let mut kind = kind_of(&row[3]);
        if kind == "Integer" && keys.contains(&(row[0].clone(), row[2].clone())) {
            kind = "BigInt";
        }
        out.entry(row[0].clone()).or_default().push((row[2].clone(), kind.to_owned(), row[4].clone()));
    }
    out
}

#[test]
fn both_databases_have_the_same_columns() {
    let all: Vec<_> = databases().iter().map(|db| columns(&mut db.conn())).collect();
    for pair in all.windows(2) {
        let names = |tables: &BTreeMap<String, _>| tables.keys().cloned().collect::<Vec<String>>();
        assert_eq!(names(&pair[0]), names(&pair[1]));
        for (table, left) in &pair[0] {
            assert_eq!(left, &pair[1][table], "columns of `{table}`");
        }
    }
    assert!(all[0].len() > 20);
}

/// Texts sort by their bytes, as SQLite's do; the test cluster's own locale hides a forgotten one.
#[test]
fn texts_of_postgresql_sort_by_bytes() {
    for db in databases().iter().filter(|db| db.backend() == "postgresql") {
        for row in texts(&mut db.conn(), POSTGRES_COLUMNS) {
            if row[3] == "text" {
                assert_eq!(row[5], "C", "`{}.{}` needs COLLATE \"C\"", row[0], row[2]);
            }
        }
    }
}

#[test]
fn each_foreign_key_has_an_index() {
    for db in databases() {
        let mut conn = db.conn();
        let (keys, indexes): (Vec<Vec<String>>, Vec<Vec<String>>) = match &conn {
            Conn::Sqlite(_) => (
                texts(
                    &mut conn,
                    "SELECT m.name, group_concat(f.\"from\", ',') FROM sqlite_master m, pragma_foreign_key_list(m.name) f
                     WHERE m.type = 'table' GROUP BY m.name, f.id ORDER BY m.name, f.id",
                ),
                texts(
                    &mut conn,
                    "SELECT table_name, group_concat(name, ',') FROM (
                       SELECT m.name AS table_name, i.name AS index_name, c.name AS name
                       FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_info(i.name) c
                       WHERE m.type = 'table' AND i.partial = 0 ORDER BY m.name, i.name, c.seqno)
                     GROUP BY table_name, index_name",
                ),
            ),
            Conn::Postgres(_) => {
                const COLUMNS: &str = "SELECT r.relname::text, (SELECT string_agg(a.attname::text, ',' ORDER BY k.n)
                    FROM unnest(c.conkey) WITH ORDINALITY AS k(attnum, n)
                    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum)
                  FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
                  WHERE c.contype = 'f' AND n.nspname = current_schema() ORDER BY 1, 2";
                const INDEXES: &str = "SELECT r.relname::text, (SELECT string_agg(a.attname::text, ',' ORDER BY k.n)
                    FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, n)
                    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum)
                  FROM pg_index i JOIN pg_class r ON r.oid = i.indrelid JOIN pg_namespace n ON n.oid = r.relnamespace
                  WHERE i.indpred IS NULL AND n.nspname = current_schema() ORDER BY 1, 2";
                (texts(&mut conn, COLUMNS), texts(&mut conn, INDEXES))
            }
        };
        assert!(keys.len() > 30, "{}: {} foreign keys", db.backend(), keys.len());
        for key in keys {
            let served = indexes.iter().any(|index| {
                index[0] == key[0] && (index[1] == key[1] || index[1].starts_with(&format!("{},", key[1])))
            });
            assert!(served, "{}: no index serves `{}({})`", db.backend(), key[0], key[1]);
        }
    }
}

/// Reads `table! { name (keys) { column -> Type, … } }`.
fn printed_tables(text: &str) -> BTreeMap<String, Vec<(String, String, String)>> {
    let mut out = BTreeMap::new();
    for block in text.split("table! {").skip(1) {
        let body: Vec<&str> = block
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("//") && !line.starts_with("use "))
            .collect();
        let head = body.iter().find(|line| line.contains('(')).unwrap();
        let table = head.split([' ', '(']).next().unwrap().to_owned();
        let mut columns = Vec::new();
        let mut renamed: Option<String> = None;
        for line in body.iter().skip_while(|line| *line != head).skip(1) {
            if let Some(rest) = line.strip_prefix("#[sql_name = \"") {
                renamed = rest.split('"').next().map(str::to_owned);
            } else if let Some((name, kind)) = line.split_once(" -> ") {
                let kind = kind.trim_end_matches(',');
                let (kind, known) = match kind.strip_prefix("Nullable<") {
                    Some(inner) => (inner.trim_end_matches('>'), "null"),
                    None => (kind, "not null"),
                };
                let name = renamed.take().unwrap_or_else(|| name.to_owned());
                columns.push((name, kind.replace("Int4", "Integer").replace("Int8", "BigInt"), known.to_owned()));
            } else if line.starts_with('}') {
                break;
            }
        }
        out.insert(table, columns);
    }
    out
}

#[test]
fn the_reader_of_printed_tables_reads_them() {
    let text = "diesel::table! {\n    /// Doc.\n    a (id) {\n        id -> BigInt,\n        #[sql_name = \"type\"]\n        type_ -> Nullable<Text>,\n    }\n}\n";
    let own = |(a, b, c): (&str, &str, &str)| (a.to_owned(), b.to_owned(), c.to_owned());
    let expected = vec![own(("id", "BigInt", "not null")), own(("type", "Text", "null"))];
    assert_eq!(printed_tables(text), BTreeMap::from([("a".to_owned(), expected)]));
}

#[test]
fn the_printed_tables_are_those_of_the_databases() {
    let printed = printed_tables(&std::fs::read_to_string(in_project("src/storage/schema.rs")).unwrap());
    if printed.is_empty() {
        // Nothing is printed yet, so nothing can differ.
        return;
    }
    for db in databases() {
        assert_eq!(printed, columns(&mut db.conn()), "src/storage/schema.rs and {}", db.backend());
    }
}

//! Fixed statements and batches of rows to insert, for the loaders.

use std::io::Write;

use diesel::RunQueryDsl;
use diesel::pg::PgConnection;
use diesel::prelude::ExecuteCopyFromDsl as _;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;

use super::StorageError;
use super::conn::Conn;
use super::dialect::Dialect;
use super::schema;
use super::value::Value;

/// A statement whose text is fixed in the program and has no binds.
#[derive(Debug, Clone, Copy)]
pub struct Fixed(pub &'static str);

impl<DB: Dialect> QueryFragment<DB> for Fixed {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}

super::sql::select::untyped_query!(Fixed);

/// A statement made of the program's own words and numbers, never of a user's text.
#[derive(Debug, Clone)]
pub struct Statement(pub String);

impl<DB: Dialect> QueryFragment<DB> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql(&self.0);
        Ok(())
    }
}

super::sql::select::untyped_query!(Statement);

/// A statement whose text is fixed in the program, with a value for each `?` in it.
#[derive(Debug, Clone)]
pub struct Bound(pub &'static str, pub Vec<Value>);

impl Bound {
    /// A statement about one text.
    pub fn text(statement: &'static str, text: &str) -> Self {
        Self(statement, vec![Value::Text(text.to_owned())])
    }
}

impl<DB: Dialect> QueryFragment<DB> for Bound {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        let mut values = self.1.iter();
        for (index, part) in self.0.split('?').enumerate() {
            if index > 0 {
                DB::bind(&mut out, values.next().unwrap_or(&Value::Null))?;
            }
            out.push_sql(part);
        }
        Ok(())
    }
}

super::sql::select::untyped_query!(Bound);

/// Runs a statement that returns no rows; gives the number of rows it changed.
pub fn execute(conn: &mut Conn, statement: &Statement) -> Result<usize, StorageError> {
    let done = match conn {
        Conn::Sqlite(inner) => statement.clone().execute(inner),
        Conn::Postgres(inner) => statement.clone().execute(inner),
    };
    Ok(done?)
}

/// Rows to insert into one table.
#[derive(Debug)]
pub struct Insert<'a> {
    /// The table.
    pub table: &'static str,
    /// Its columns.
    pub columns: &'a [&'static str],
    /// Columns of the key: a row that is there is overwritten; none: it is an error.
    pub key: &'a [&'static str],
    /// The rows.
    pub rows: &'a [Vec<Value>],
}

impl QueryId for Insert<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Insert<'_> {}

impl Query for Insert<'_> {
    type SqlType = Untyped;
}

impl<DB: Dialect> QueryFragment<DB> for Insert<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !DB::BINDS_NULL || self.rows.len() != BATCH {
            out.unsafe_to_cache_prepared();
        }
        out.push_sql("INSERT INTO ");
        out.push_sql(self.table);
        out.push_sql(" (");
        out.push_sql(&self.columns.join(", "));
        out.push_sql(") VALUES ");
        for (index, row) in self.rows.iter().enumerate() {
            out.push_sql(if index == 0 { "(" } else { ", (" });
            for (column, value) in row.iter().enumerate() {
                if column > 0 {
                    out.push_sql(", ");
                }
                DB::bind(&mut out, value)?;
            }
            out.push_sql(")");
        }
        if !self.key.is_empty() {
            out.push_sql(" ON CONFLICT (");
            out.push_sql(&self.key.join(", "));
            out.push_sql(")");
            let rest: Vec<String> =
                self.columns.iter().filter(|c| !self.key.contains(c)).map(|c| format!("{c} = excluded.{c}")).collect();
            if rest.is_empty() {
                out.push_sql(" DO NOTHING");
            } else {
                out.push_sql(" DO UPDATE SET ");
                out.push_sql(&rest.join(", "));
            }
        }
        Ok(())
    }
}

/// Rows of one statement: below SQLite's 32,766 binds for the widest table.
pub const BATCH: usize = 500;

/// Inserts or overwrites rows.
pub fn insert(
    conn: &mut Conn,
    table: &'static str,
    columns: &[&'static str],
    key: &[&'static str],
    rows: &[Vec<Value>],
) -> Result<(), StorageError> {
    if let (Conn::Postgres(inner), true) = (&mut *conn, key.is_empty() && !rows.is_empty())
        && copy(inner, table, columns, rows)?
    {
        return Ok(());
    }
    for batch in rows.chunks(BATCH) {
        let statement = Insert { table, columns, key, rows: batch };
        match conn {
            Conn::Sqlite(inner) => statement.execute(inner),
            Conn::Postgres(inner) => statement.execute(inner),
        }?;
    }
    Ok(())
}

macro_rules! copied {
    ($($table:ident($($column:ident),+);)+) => {
        /// Copies rows into one of the tables that imports fill, several times as fast as inserting them; false, and
        /// nothing is done, for any other.
        fn copy(
            conn: &mut PgConnection,
            table: &str,
            columns: &[&str],
            rows: &[Vec<Value>],
        ) -> Result<bool, StorageError> {
            let write = |out: &mut dyn Write| write_rows(out, rows);
            $(if table == stringify!($table) && columns == [$(stringify!($column)),+] {
                let target = ($(schema::$table::$column,)+);
                diesel::copy_from(schema::$table::table).from_raw_data(target, write).execute(conn)?;
                return Ok(true);
            })+
            Ok(false)
        }
    };
}

copied! {
    sectors(id, classification_id, code, level, parent_id, path, sort_name);
    names(subject_kind, subject_id, language, ordinal, text, folded);
    terms(kind, form, term, weight, subject_id, shown);
    term_deletions(deletion, term);
    changes(revision, entity, entity_key, action, n_inserted, n_updated, n_deleted, replaced, dataset, reporter, period_start, period_months);
    parties(id, slug, kind, region_id, founded_on, founded_precision, sort_name, source_id);
    parties(id, kind, slug, region_id, founded_on, founded_precision, website, description, source_id, sort_name);
    party_codes(party_id, scheme, code);
    correspondences(from_sector_id, to_sector_id, weight_ppm, valid_from, valid_to, source_id);
    exchange_rates(id, base_currency, quote_currency, period_start, period_months, kind, source_id, mantissa, exponent, n_days, code);
    party_sectors(party_id, sector_id);
    event_regions(event_id, region_id, role);
    event_sectors(event_id, sector_id);
    participations(id, slug, event_id, party_id, region_id, role, status, label, headcount, headcount_unit, headcount_bound, includes_named, source_id);
    participation_sectors(participation_id, sector_id);
}

/// Writes rows in the text form of PostgreSQL's COPY.
fn write_rows(out: &mut dyn Write, rows: &[Vec<Value>]) -> Result<(), StorageError> {
    let mut line = String::new();
    for row in rows {
        line.clear();
        for (column, value) in row.iter().enumerate() {
            if column > 0 {
                line.push('\t');
            }
            match value {
                Value::Null => line.push_str("\\N"),
                Value::Int(n) => line.push_str(&n.to_string()),
                Value::Float(f) => line.push_str(&f.to_string()),
                Value::Bool(b) => line.push(if *b { 't' } else { 'f' }),
                Value::Text(text) => push_escaped(&mut line, text),
                Value::Date(date) => line.push_str(&date.to_string()),
                Value::Time(time) => line.push_str(&time.to_string()),
            }
        }
        line.push('\n');
        out.write_all(line.as_bytes())
            .map_err(|e| StorageError::Unavailable(format!("the database stopped taking rows: {e}")))?;
    }
    Ok(())
}

/// Adds a text with what ends a column, a row or an escape written out.
fn push_escaped(line: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\\' => line.push_str("\\\\"),
            '\t' => line.push_str("\\t"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            _ => line.push(c),
        }
    }
}

/// Sets columns of one row by its id.
pub fn update(
    conn: &mut Conn,
    table: &'static str,
    id: i64,
    values: &[(&'static str, Value)],
) -> Result<(), StorageError> {
    let statement = Update { table, id: Value::Int(id), values };
    match conn {
        Conn::Sqlite(inner) => statement.execute(inner),
        Conn::Postgres(inner) => statement.execute(inner),
    }?;
    Ok(())
}

struct Update<'a> {
    table: &'static str,
    id: Value,
    values: &'a [(&'static str, Value)],
}

impl QueryId for Update<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Update<'_> {}

impl<DB: Dialect> QueryFragment<DB> for Update<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        out.push_sql(self.table);
        for (index, (column, value)) in self.values.iter().enumerate() {
            out.push_sql(if index == 0 { " SET " } else { ", " });
            out.push_sql(column);
            out.push_sql(" = ");
            DB::bind(&mut out, value)?;
        }
        out.push_sql(" WHERE id = ");
        DB::bind(&mut out, &self.id)
    }
}

/// Deletes the rows of a table whose columns have these values, one row of values at a time.
pub fn delete(
    conn: &mut Conn,
    table: &'static str,
    columns: &[&'static str],
    rows: &[Vec<Value>],
) -> Result<(), StorageError> {
    for values in rows {
        let statement = Delete { table, columns, values };
        match conn {
            Conn::Sqlite(inner) => statement.execute(inner),
            Conn::Postgres(inner) => statement.execute(inner),
        }?;
    }
    Ok(())
}

struct Delete<'a> {
    table: &'static str,
    columns: &'a [&'static str],
    values: &'a [Value],
}

impl QueryId for Delete<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Delete<'_> {}

impl<DB: Dialect> QueryFragment<DB> for Delete<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("DELETE FROM ");
        out.push_sql(self.table);
        for (index, (column, value)) in self.columns.iter().zip(self.values).enumerate() {
            out.push_sql(if index == 0 { " WHERE " } else { " AND " });
            out.push_sql(column);
            out.push_sql(" = ");
            DB::bind(&mut out, value)?;
        }
        Ok(())
    }
}

/// Name of the PostgreSQL partition that holds a dataset's figures.
pub fn figure_partition(dataset_id: i64) -> String {
    format!("trade_figures_d{dataset_id}")
}

/// Makes the PostgreSQL partition of a dataset where it is not there; SQLite has one table.
pub fn ensure_figure_partition(conn: &mut Conn, dataset_id: i64) -> Result<(), StorageError> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(_) => conn.batch(&format!(
            "CREATE TABLE IF NOT EXISTS {} PARTITION OF trade_figures FOR VALUES IN ({dataset_id})",
            figure_partition(dataset_id)
        )),
    }
}

/// Makes a filled table a partition of the figures: keys and indexes first, so that readers wait for a moment only.
pub fn attach_figure_partition(conn: &mut Conn, dataset_id: i64) -> Result<(), StorageError> {
    let name = figure_partition(dataset_id);
    conn.batch(&format!(
        "ALTER TABLE {name} ADD CONSTRAINT {name}_dataset CHECK (dataset_id = {dataset_id});
         ALTER TABLE {name} ADD PRIMARY KEY (dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months, origin);
         CREATE INDEX ON {name} (dataset_id, partner_id, reporter_id, sector_id, flow, period_start);
         CREATE INDEX ON {name} (dataset_id, sector_id, period_start, reporter_id);
         ALTER TABLE trade_figures ATTACH PARTITION {name} FOR VALUES IN ({dataset_id});
         ALTER TABLE {name} DROP CONSTRAINT {name}_dataset"
    ))
}

/// Tables that imports fill: without statistics PostgreSQL takes a table of a million rows for a small one.
const FILLED: [&str; 15] = [
    "sectors",
    "names",
    "terms",
    "changes",
    "parties",
    "party_sectors",
    "events",
    "event_regions",
    "event_sectors",
    "participations",
    "participation_sectors",
    "agreements",
    "agreement_parties",
    "agreement_sectors",
    "trade_figures",
];

/// Lets the planner see what is in the tables now.
pub fn refresh_statistics(conn: &mut Conn) -> Result<(), StorageError> {
    match conn {
        // A sample of each index is enough, and takes milliseconds at any size.
        Conn::Sqlite(_) => conn.batch("PRAGMA analysis_limit = 1000; ANALYZE"),
        Conn::Postgres(_) => conn.batch(&format!("ANALYZE {}", FILLED.join(", "))),
    }
}

/// The same after all search terms were made. Names and their owners count too: without statistics SQLite reads all
/// companies by their kind to find twenty of them by id.
pub fn refresh_terms(conn: &mut Conn) -> Result<(), StorageError> {
    match conn {
        Conn::Sqlite(_) => refresh_statistics(conn),
        Conn::Postgres(_) => conn.batch("ANALYZE terms; ANALYZE term_deletions; ANALYZE names; ANALYZE parties"),
    }
}

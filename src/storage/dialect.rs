//! Where SQLite and PostgreSQL differ. A difference anywhere else is a defect.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::row::{Field as _, NamedRow};
use diesel::sql_types::{Array, BigInt, Bool, Date, Double, Integer, Nullable, Text, Timestamp};
use diesel::sqlite::{Sqlite, SqliteType};

use super::value::{List, Row, Value};

/// A backend that the SQL tree can be written for.
pub trait Dialect: Backend + Sized {
    /// Whether the first rows of each parent are taken with a lateral join instead of a window.
    const LATERAL: bool;

    /// Whether an unknown value is a bind like any other, so that the text of a statement does not depend on it.
    const BINDS_NULL: bool;

    /// What makes the database tell how it would run the statement behind it: one step a row, in its last column.
    const EXPLAIN: &'static str;

    /// Binds one value with its type.
    fn bind<'b>(out: &mut AstPass<'_, 'b, Self>, value: &'b Value) -> QueryResult<()>;

    /// Writes ` = ANY(…)` or ` IN (SELECT …)` for numbers: one bind, so one statement text.
    fn in_ints<'b>(out: &mut AstPass<'_, 'b, Self>, list: &'b List<i64>) -> QueryResult<()>;

    /// The same for texts.
    fn in_texts<'b>(out: &mut AstPass<'_, 'b, Self>, list: &'b List<String>) -> QueryResult<()>;

    /// The same for dates, given as ISO text.
    fn in_dates<'b>(out: &mut AstPass<'_, 'b, Self>, list: &'b List<String>) -> QueryResult<()>;

    /// Writes a table expression `k` with one number per row and column: `k.c0`, `k.c1` …, and `k.n` from 1.
    fn key_table<'b>(out: &mut AstPass<'_, 'b, Self>, keys: &'b KeyTable) -> QueryResult<()>;

    /// The same with texts.
    fn text_table<'b>(out: &mut AstPass<'_, 'b, Self>, keys: &'b TextTable) -> QueryResult<()>;

    /// Writes the year of a date as a whole number: `CAST(strftime('%Y', …) AS INTEGER)`, as SQLite keeps dates as
    /// text, or `CAST(EXTRACT(YEAR FROM …) AS BIGINT)`.
    fn year(out: &mut AstPass<'_, '_, Self>, date: &str);
}

/// Rows of texts that a statement joins with.
#[derive(Debug, Clone)]
pub struct TextTable {
    columns: Vec<Vec<String>>,
    rows: List<Vec<String>>,
}

impl TextTable {
    /// Keys of `width` texts each.
    pub fn new(rows: Vec<Vec<String>>, width: usize) -> Self {
        let columns =
            (0..width).map(|c| rows.iter().map(|r| r.get(c).cloned().unwrap_or_default()).collect()).collect();
        Self { columns, rows: List::new(rows) }
    }
}

/// Rows of whole numbers that a statement joins with.
#[derive(Debug, Clone)]
pub struct KeyTable {
    columns: Vec<Vec<i64>>,
    rows: List<Vec<i64>>,
}

impl KeyTable {
    /// Keys of `width` numbers each.
    pub fn new(rows: Vec<Vec<i64>>, width: usize) -> Self {
        let columns = (0..width).map(|c| rows.iter().map(|r| r.get(c).copied().unwrap_or(0)).collect()).collect();
        Self { columns, rows: List::new(rows) }
    }
}

impl Dialect for Sqlite {
    const LATERAL: bool = false;
    const BINDS_NULL: bool = true;
    const EXPLAIN: &'static str = "EXPLAIN QUERY PLAN ";

    fn bind<'b>(out: &mut AstPass<'_, 'b, Self>, value: &'b Value) -> QueryResult<()> {
        match value {
            Value::Null => out.push_bind_param::<Nullable<BigInt>, Option<i64>>(&None),
            Value::Int(n) => out.push_bind_param::<BigInt, i64>(n),
            Value::Float(f) => out.push_bind_param::<Double, f64>(f),
            Value::Bool(b) => out.push_bind_param::<Bool, bool>(b),
            Value::Text(t) => out.push_bind_param::<Text, String>(t),
            Value::Date(d) => out.push_bind_param::<Date, chrono::NaiveDate>(d),
            Value::Time(t) => out.push_bind_param::<Timestamp, chrono::NaiveDateTime>(t),
        }
    }

    fn in_ints<'b>(out: &mut AstPass<'_, 'b, Self>, list: &'b List<i64>) -> QueryResult<()> {
        out.push_sql(" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, String>(list.json())?;
        out.push_sql("))");
        Ok(())
    }

    fn in_texts<'b>(out: &mut AstPass<'_, 'b, Self>, list: &'b List<String>) -> QueryResult<()> {
        out.push_sql(" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, String>(list.json())?;
        out.push_sql("))");
        Ok(())
    }

    fn in_dates<'b>(out: &mut AstPass<'_, 'b, Self>, list: &'b List<String>) -> QueryResult<()> {
        Self::in_texts(out, list)
    }

    fn key_table<'b>(out: &mut AstPass<'_, 'b, Self>, keys: &'b KeyTable) -> QueryResult<()> {
        push_json_table(out, keys.columns.len(), keys.rows.json())
    }

    fn text_table<'b>(out: &mut AstPass<'_, 'b, Self>, keys: &'b TextTable) -> QueryResult<()> {
        push_json_table(out, keys.columns.len(), keys.rows.json())
    }

    fn year(out: &mut AstPass<'_, '_, Self>, date: &str) {
        out.push_sql("CAST(strftime('%Y', ");
        out.push_sql(date);
        out.push_sql(") AS INTEGER)");
    }
}

/// Rows given as JSON, as a table expression.
fn push_json_table<'b>(out: &mut AstPass<'_, 'b, Sqlite>, width: usize, rows: &'b String) -> QueryResult<()> {
    out.push_sql("(SELECT key + 1 AS n");
    for index in 0..width {
        out.push_sql(&format!(", json_extract(value, '$[{index}]') AS c{index}"));
    }
    out.push_sql(" FROM json_each(");
    out.push_bind_param::<Text, String>(rows)?;
    out.push_sql(")) k");
    Ok(())
}

impl Dialect for Pg {
    const LATERAL: bool = true;
    // A bound null needs the column's type, which is not known here.
    const BINDS_NULL: bool = false;
    const EXPLAIN: &'static str = "EXPLAIN (COSTS OFF) ";

    fn bind<'b>(out: &mut AstPass<'_, 'b, Self>, value: &'b Value) -> QueryResult<()> {
        match value {
            Value::Null => {
                out.push_sql("NULL");
                Ok(())
            }
            Value::Int(n) => out.push_bind_param::<BigInt, i64>(n),
            Value::Float(f) => out.push_bind_param::<Double, f64>(f),
            Value::Bool(b) => out.push_bind_param::<Bool, bool>(b),
            Value::Text(t) => out.push_bind_param::<Text, String>(t),
            Value::Date(d) => out.push_bind_param::<Date, chrono::NaiveDate>(d),
            Value::Time(t) => out.push_bind_param::<Timestamp, chrono::NaiveDateTime>(t),
        }
    }

    fn in_ints<'b>(out: &mut AstPass<'_, 'b, Self>, list: &'b List<i64>) -> QueryResult<()> {
        out.push_sql(" = ANY(");
        out.push_bind_param::<Array<BigInt>, Vec<i64>>(&list.values)?;
        out.push_sql(")");
        Ok(())
    }

    fn in_texts<'b>(out: &mut AstPass<'_, 'b, Self>, list: &'b List<String>) -> QueryResult<()> {
        out.push_sql(" = ANY(");
        out.push_bind_param::<Array<Text>, Vec<String>>(&list.values)?;
        out.push_sql(")");
        Ok(())
    }

    fn in_dates<'b>(out: &mut AstPass<'_, 'b, Self>, list: &'b List<String>) -> QueryResult<()> {
        out.push_sql(" = ANY(");
        out.push_bind_param::<Array<Text>, Vec<String>>(&list.values)?;
        out.push_sql("::date[])");
        Ok(())
    }

    fn key_table<'b>(out: &mut AstPass<'_, 'b, Self>, keys: &'b KeyTable) -> QueryResult<()> {
        push_unnest::<BigInt, i64>(out, &keys.columns)
    }

    fn text_table<'b>(out: &mut AstPass<'_, 'b, Self>, keys: &'b TextTable) -> QueryResult<()> {
        push_unnest::<Text, String>(out, &keys.columns)
    }

    fn year(out: &mut AstPass<'_, '_, Self>, date: &str) {
        out.push_sql("CAST(EXTRACT(YEAR FROM ");
        out.push_sql(date);
        out.push_sql(") AS BIGINT)");
    }
}

/// Columns given as arrays, as a table expression.
fn push_unnest<'b, S, T>(out: &mut AstPass<'_, 'b, Pg>, columns: &'b [Vec<T>]) -> QueryResult<()>
where
    S: diesel::sql_types::SingleValue + 'static,
    Pg: diesel::sql_types::HasSqlType<S>,
    Vec<T>: diesel::serialize::ToSql<Array<S>, Pg>,
{
    out.push_sql("unnest(");
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            out.push_sql(", ");
        }
        out.push_bind_param::<Array<S>, Vec<T>>(column)?;
    }
    out.push_sql(") WITH ORDINALITY AS k(");
    for index in 0..columns.len() {
        out.push_sql(&format!("c{index}, "));
    }
    out.push_sql("n)");
    Ok(())
}

impl QueryableByName<Sqlite> for Row {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let count = row.field_count();
        let mut values = Vec::with_capacity(count);
        for index in 0..count {
            let field = diesel::row::Row::get(row, index).ok_or("a column is missing")?;
            let value = match field.value() {
                None => Value::Null,
                Some(raw) => match raw.value_type() {
                    None => Value::Null,
                    Some(SqliteType::Text | SqliteType::Binary) => {
                        Value::Text(<String as FromSql<Text, Sqlite>>::from_sql(raw)?)
                    }
                    Some(SqliteType::Float | SqliteType::Double) => {
                        Value::Float(<f64 as FromSql<Double, Sqlite>>::from_sql(raw)?)
                    }
                    Some(SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long) => {
                        Value::Int(<i64 as FromSql<BigInt, Sqlite>>::from_sql(raw)?)
                    }
                },
            };
            values.push(value);
        }
        Ok(Self { values })
    }
}

impl QueryableByName<Pg> for Row {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        /// PostgreSQL's fixed type numbers (catalogue pg_type, unchanged since 8.0).
        const BOOL: u32 = 16;
        const INT8: u32 = 20;
        const INT4: u32 = 23;
        const FLOAT8: u32 = 701;
        const DATE: u32 = 1082;
        const TIMESTAMP: u32 = 1114;
        let count = row.field_count();
        let mut values = Vec::with_capacity(count);
        for index in 0..count {
            let field = diesel::row::Row::get(row, index).ok_or("a column is missing")?;
            let value = match field.value() {
                None => Value::Null,
                Some(raw) => match raw.get_oid().get() {
                    INT8 => Value::Int(<i64 as FromSql<BigInt, Pg>>::from_sql(raw)?),
                    INT4 => Value::Int(i64::from(<i32 as FromSql<Integer, Pg>>::from_sql(raw)?)),
                    BOOL => Value::Bool(<bool as FromSql<Bool, Pg>>::from_sql(raw)?),
                    FLOAT8 => Value::Float(<f64 as FromSql<Double, Pg>>::from_sql(raw)?),
                    DATE => Value::Date(<chrono::NaiveDate as FromSql<Date, Pg>>::from_sql(raw)?),
                    TIMESTAMP => Value::Time(<chrono::NaiveDateTime as FromSql<Timestamp, Pg>>::from_sql(raw)?),
                    _ => Value::Text(<String as FromSql<Text, Pg>>::from_sql(raw)?),
                },
            };
            values.push(value);
        }
        Ok(Self { values })
    }
}

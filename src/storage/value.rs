//! A value of a row or a bind, the same for both backends.

use std::cell::OnceCell;

use chrono::{NaiveDate, NaiveDateTime};

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Unknown.
    Null,
    /// Whole number.
    Int(i64),
    /// Floating point.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// Text.
    Text(String),
    /// Calendar date.
    Date(NaiveDate),
    /// Instant, UTC.
    Time(NaiveDateTime),
}

/// Type of a selected column: what to make of SQLite's looser values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// BIGINT and INTEGER.
    Int,
    /// DOUBLE PRECISION.
    Float,
    /// BOOLEAN.
    Bool,
    /// TEXT.
    Text,
    /// DATE.
    Date,
    /// TIMESTAMP.
    Time,
}

impl Value {
    /// The number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(t) => Some(t),
            _ => None,
        }
    }

    /// Whether it is unknown.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// A text or nothing.
    pub fn text(value: Option<String>) -> Self {
        value.map_or(Self::Null, Self::Text)
    }

    /// A number or nothing.
    pub fn int(value: Option<i64>) -> Self {
        value.map_or(Self::Null, Self::Int)
    }

    /// Reads SQLite's numbers and texts as the column's type.
    #[must_use]
    pub fn typed(self, wanted: ColumnType) -> Self {
        match (wanted, self) {
            (ColumnType::Bool, Self::Int(n)) => Self::Bool(n != 0),
            (ColumnType::Float, Self::Int(n)) => Self::Float(crate::domain::decimal::approximate(n, 0)),
            (ColumnType::Date, Self::Text(t)) => t.parse().map_or(Self::Null, Self::Date),
            (ColumnType::Time, Self::Text(t)) => parse_time(&t).map_or(Self::Null, Self::Time),
            (_, value) => value,
        }
    }
}

/// The forms in which SQLite keeps a TIMESTAMP.
fn parse_time(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
}

/// A row, in the order of the selected columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// Its values.
    pub values: Vec<Value>,
}

impl Row {
    /// The value at a position; `Null` beyond the end.
    pub fn get(&self, index: usize) -> &Value {
        self.values.get(index).unwrap_or(&Value::Null)
    }

    /// The number at a position.
    pub fn int(&self, index: usize) -> Option<i64> {
        self.get(index).as_int()
    }

    /// The text at a position.
    pub fn text(&self, index: usize) -> Option<&str> {
        self.get(index).as_text()
    }
}

/// A list that is one bind: an array on PostgreSQL, JSON text on SQLite.
#[derive(Debug, Clone)]
pub struct List<T> {
    /// Its values.
    pub values: Vec<T>,
    json: OnceCell<String>,
}

impl<T: serde::Serialize> List<T> {
    /// A list.
    pub fn new(values: Vec<T>) -> Self {
        Self { values, json: OnceCell::new() }
    }

    /// The values as JSON text.
    pub fn json(&self) -> &String {
        self.json.get_or_init(|| serde_json::to_string(&self.values).unwrap_or_else(|_| "[]".to_owned()))
    }
}

//! One cell: from text to the values of its columns in the table, and back.

use std::collections::HashMap;

use chrono::NaiveDateTime;

use super::keys::Keys;
use super::spec::{Cell, Column, File, Link, To};
use crate::domain::decimal::{Exact, format_published, format_scaled, parse_exact, parse_scaled, parse_scaled_times};
use crate::domain::flow::{code_of, name_of};
use crate::domain::fold::fold;
use crate::domain::period::{self, Period};
use crate::storage::value::{ColumnType, Value};

/// Longest key, in bytes.
const LONGEST_CODE: usize = 100;
/// Decimals of quantities and weights.
const THOUSANDTHS: u32 = 3;
const TIME: &str = "%Y-%m-%dT%H:%M:%S%.f";

/// What a cell may need to know of its row and pack.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) keys: &'a Keys,
    /// The cells of the row.
    pub(super) cells: &'a [Option<String>],
    /// What amounts are multiplied with.
    pub(super) multiplier: Exact,
    /// Whether the nearest known keys are looked for.
    pub(super) hints: bool,
}

/// A cell that is understood.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Read {
    /// A value for each of its columns in the table.
    pub(super) values: Vec<Value>,
    /// Ids of a list.
    pub(super) list: Vec<i64>,
    /// Decimals were rounded away.
    pub(super) rounded: bool,
}

impl From<Value> for Read {
    fn from(value: Value) -> Self {
        Self { values: vec![value], ..Self::default() }
    }
}

/// Types of a cell's columns in the table.
pub(super) fn types(column: &Column) -> Vec<ColumnType> {
    match column.cell {
        Cell::Code | Cell::Text | Cell::Ref(To::Currency) => vec![ColumnType::Text],
        Cell::Name => vec![ColumnType::Text, ColumnType::Text],
        Cell::Word(list) => vec![if list.numeric { ColumnType::Int } else { ColumnType::Text }],
        Cell::Float => vec![ColumnType::Float],
        Cell::Bool => vec![ColumnType::Bool],
        Cell::Date => vec![ColumnType::Date],
        Cell::Time => vec![ColumnType::Time],
        Cell::Period | Cell::Decimal => vec![ColumnType::Int, ColumnType::Int],
        Cell::Int
        | Cell::Big
        | Cell::Ordinal
        | Cell::Money
        | Cell::Thousandths
        | Cell::Ref(_)
        | Cell::Parent
        | Cell::Subject(_) => {
            vec![ColumnType::Int]
        }
        Cell::List(_) => Vec::new(),
    }
}

/// Reads a cell; an error is the reason for people.
pub(super) fn read(file: &File, column: &Column, text: &str, context: Context<'_>) -> Result<Read, String> {
    let text = if text.is_empty() { column.default } else { text };
    if text.is_empty() {
        if column.is_required {
            return Err("is empty and must not be".to_owned());
        }
        return Ok(Read { values: column.db.iter().map(|_| Value::Null).collect(), ..Read::default() });
    }
    let value = match column.cell {
        Cell::Code => Value::Text(code(text)?.to_owned()),
        Cell::Text => Value::Text(text.to_owned()),
        Cell::Name => {
            let values = vec![Value::Text(text.to_owned()), Value::Text(fold(text))];
            return Ok(Read { values, ..Read::default() });
        }
        Cell::Int => {
            let number: i32 = text.parse().map_err(|_| "expected a whole number of at most ten digits".to_owned())?;
            Value::Int(number.into())
        }
        Cell::Big => Value::Int(text.parse().map_err(|_| "expected a whole number".to_owned())?),
        Cell::Ordinal => match text.parse::<i32>() {
            Ok(number) if number >= 1 => Value::Int(number.into()),
            _ => return Err("expected a whole number from 1".to_owned()),
        },
        Cell::Float => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Float(number),
            _ => return Err("expected a number with a point".to_owned()),
        },
        Cell::Bool => match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => return Err("expected true or false".to_owned()),
        },
        Cell::Date => Value::Date(text.parse().map_err(|_| "expected a date such as 2024-08-05".to_owned())?),
        Cell::Time => {
            let time = NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), TIME);
            Value::Time(time.map_err(|_| "expected a time such as 2024-08-05T12:00:00".to_owned())?)
        }
        Cell::Word(list) => match code_of(list.values, text) {
            Some(number) if list.numeric => Value::Int(number),
            Some(_) => Value::Text(text.to_owned()),
            None => {
                let all: Vec<&str> = list.values.iter().map(|(word, _, _)| *word).collect();
                return Err(format!("expected one of {}", all.join(", ")));
            }
        },
        Cell::Period => return read_period(text),
        Cell::Decimal => {
            let exact = parse_exact(text).map_err(|e| format!("expected a decimal number with a point: {e}"))?;
            if exact.mantissa <= 0 {
                return Err("expected a number above 0".to_owned());
            }
            let values = vec![Value::Int(exact.mantissa), Value::Int(i64::from(exact.exponent))];
            return Ok(Read { values, ..Read::default() });
        }
        Cell::Money => return read_money(text, context),
        Cell::Thousandths => {
            let scaled =
                parse_scaled(text, THOUSANDTHS).map_err(|e| format!("expected a decimal number with a point: {e}"))?;
            return Ok(Read { rounded: scaled.rounded, ..Read::from(Value::Int(scaled.units)) });
        }
        Cell::Ref(To::Currency) => {
            id(To::Currency, text, context)?;
            Value::Text(text.to_owned())
        }
        Cell::Ref(to) => Value::Int(id(to, text, context)?),
        Cell::Parent => Value::Int(parent(file, text, context)?),
        Cell::Subject(at) => {
            let kind = context.cells.get(at).and_then(Option::as_deref).and_then(To::of_subject);
            Value::Int(id(kind.ok_or_else(|| "the kind before it is not known".to_owned())?, text, context)?)
        }
        Cell::List(link) => return read_list(link, text, context),
    };
    Ok(value.into())
}

/// A key: what paths and lists can hold.
fn code(text: &str) -> Result<&str, String> {
    let is_plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    if is_plain && text.len() <= LONGEST_CODE {
        Ok(text)
    } else {
        Err("expected a key of letters, digits, `-`, `.` and `_`".to_owned())
    }
}

fn id(to: To, key: &str, context: Context<'_>) -> Result<i64, String> {
    context.keys.find(to, key).ok_or_else(|| {
        let near = if context.hints { context.keys.nearest(to, key) } else { Vec::new() };
        match near.as_slice() {
            [] => format!("there is no {} of this key", to.word()),
            near => format!("there is no {} of this key; the nearest are {}", to.word(), near.join(", ")),
        }
    })
}

/// The key of the node above, as a cell names it.
pub(super) fn parent_key(file: &File, cell: &str, cells: &[Option<String>]) -> String {
    match cells.first() {
        Some(Some(classification)) if file.key > 1 && !cell.contains('/') => format!("{classification}/{cell}"),
        _ => cell.to_owned(),
    }
}

fn parent(file: &File, text: &str, context: Context<'_>) -> Result<i64, String> {
    let Some(to) = file.to else { return Err("has nothing above it".to_owned()) };
    id(to, &parent_key(file, text, context.cells), context)
}

fn read_period(text: &str) -> Result<Read, String> {
    let period: Period = text.parse().map_err(|e| {
        let near: Vec<String> = period::nearest(text).iter().map(Period::to_string).collect();
        if near.is_empty() { format!("{e}") } else { format!("{e}; did you mean {}", near.join(", ")) }
    })?;
    let values = vec![Value::Int(i64::from(period.start)), Value::Int(i64::from(period.months))];
    Ok(Read { values, ..Read::default() })
}

fn read_money(text: &str, context: Context<'_>) -> Result<Read, String> {
    let dataset = context.cells.first().and_then(Option::as_deref).and_then(|key| context.keys.find(To::Dataset, key));
    let scale = dataset.and_then(|id| context.keys.datasets.get(&id)).map(|(scale, _)| *scale);
    let scale = scale.ok_or_else(|| "its dataset is not known".to_owned())?;
    let scaled = parse_scaled_times(text, context.multiplier, scale)
        .map_err(|e| format!("expected a decimal number with a point: {e}"))?;
    Ok(Read { rounded: scaled.rounded, ..Read::from(Value::Int(scaled.units)) })
}

fn read_list(link: Link, text: &str, context: Context<'_>) -> Result<Read, String> {
    let mut list = Vec::new();
    for key in text.split(';').filter(|key| !key.is_empty()) {
        let id = id(link.to, key, context).map_err(|reason| format!("`{key}`: {reason}"))?;
        if list.contains(&id) {
            return Err(format!("`{key}` stands in it twice"));
        }
        list.push(id);
    }
    list.sort_unstable();
    Ok(Read { list, ..Read::default() })
}

/// Keys by id, for writing.
pub(super) type Names<'a> = HashMap<To, HashMap<i64, &'a str>>;

/// Writes a cell; empty where the value is unknown. `row` holds the texts of the cells before it.
pub(super) fn write(
    file: &File,
    column: &Column,
    values: &[Value],
    row: &[String],
    names: &Names<'_>,
    scale: u32,
) -> String {
    let key =
        |to: To, id: i64| names.get(&to).and_then(|map| map.get(&id)).map(|key| (*key).to_owned()).unwrap_or_default();
    match (column.cell, values) {
        (_, []) | (_, [Value::Null, ..]) => String::new(),
        (Cell::Word(list), [Value::Int(number)]) => name_of(list.values, *number).unwrap_or_default().to_owned(),
        (Cell::Ref(to), [Value::Int(id)]) => key(to, *id),
        (Cell::Subject(at), [Value::Int(id)]) => {
            row.get(at).and_then(|kind| To::of_subject(kind)).map_or_else(String::new, |to| key(to, *id))
        }
        (Cell::Parent, [Value::Int(id)]) => {
            let above = file.to.map_or_else(String::new, |to| key(to, *id));
            // Within its own classification a node is named by its code.
            match (row.first(), above.split_once('/')) {
                (Some(own), Some((classification, code))) if own == classification => code.to_owned(),
                _ => above,
            }
        }
        (Cell::Period, [Value::Int(start), Value::Int(months)]) => {
            let number = |n: &i64| i32::try_from(*n).unwrap_or(0);
            Period { start: number(start), months: number(months) }.to_string()
        }
        (Cell::Decimal, [Value::Int(mantissa), Value::Int(exponent)]) => {
            format_published(*mantissa, i32::try_from(*exponent).unwrap_or(0))
        }
        (Cell::Money, [Value::Int(units)]) => format_scaled(*units, scale),
        (Cell::Thousandths, [Value::Int(units)]) => format_scaled(*units, THOUSANDTHS),
        (_, [value, ..]) => plain(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
        Value::Text(text) => text.clone(),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.format(TIME).to_string(),
    }
}

//! A condition on rows. Two-valued: a comparison with an unknown value is false, and `Not` is the exact complement.

use diesel::query_builder::AstPass;
use diesel::result::QueryResult;

use super::operand::{Operand, Related};
use super::{Alias, Side};
use crate::domain::flow::Flow;
use crate::storage::dialect::Dialect;
use crate::storage::value::{List, Value};

/// A condition.
#[derive(Debug, Clone)]
pub enum Predicate {
    /// Every row.
    All,
    /// No row.
    Nothing,
    /// A comparison; false when the column is null.
    Compare(Operand, Op, Value),
    /// The column is one of these numbers.
    Ints(Operand, List<i64>),
    /// The column is one of these texts.
    Texts(Operand, List<String>),
    /// The column is one of these dates.
    Dates(Operand, List<String>),
    /// The column is null.
    Null(Operand),
    /// The text matches a pattern with `%` and `_`, and `!` as escape.
    Like(Operand, Value),
    /// Each holds.
    And(Vec<Self>),
    /// At least one holds.
    Or(Vec<Self>),
    /// The complement.
    Not(Box<Self>),
    /// At least one related row meets the condition.
    Exists(Box<Related>),
    /// The row comes after a cursor.
    After(super::order::After),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// =
    Eq,
    /// <>
    Ne,
    /// <
    Lt,
    /// <=
    Le,
    /// >
    Gt,
    /// >=
    Ge,
}

impl Op {
    /// SQL text.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Eq => " = ",
            Self::Ne => " <> ",
            Self::Lt => " < ",
            Self::Le => " <= ",
            Self::Gt => " > ",
            Self::Ge => " >= ",
        }
    }
}

impl Predicate {
    /// Column equals number.
    pub fn int_eq(column: &'static str, value: i64) -> Self {
        Self::Compare(Operand::Column(column), Op::Eq, Value::Int(value))
    }

    /// Column is one of the numbers; one number is a plain comparison, none is nothing.
    pub fn int_in(column: &'static str, mut values: Vec<i64>) -> Self {
        values.sort_unstable();
        values.dedup();
        match values.as_slice() {
            [] => Self::Nothing,
            [one] => Self::int_eq(column, *one),
            _ => Self::Ints(Operand::Column(column), List::new(values)),
        }
    }

    /// Column equals text.
    pub fn text_eq(column: &'static str, value: &str) -> Self {
        Self::Compare(Operand::Column(column), Op::Eq, Value::Text(value.to_owned()))
    }

    /// All of them, simplified.
    pub fn all(parts: Vec<Self>) -> Self {
        let mut kept = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::All => {}
                Self::Nothing => return Self::Nothing,
                Self::And(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Self::All,
            1 => kept.pop().unwrap_or(Self::All),
            _ => Self::And(kept),
        }
    }

    /// Any of them, simplified.
    pub fn any(parts: Vec<Self>) -> Self {
        let mut kept = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Nothing => {}
                Self::All => return Self::All,
                Self::Or(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Self::Nothing,
            1 => kept.pop().unwrap_or(Self::Nothing),
            _ => Self::Or(kept),
        }
    }

    /// The complement, simplified.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::All => Self::Nothing,
            Self::Nothing => Self::All,
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// The condition as one side of the figure table sees it, with constants folded: a side on which nothing can
    /// match is dropped before any SQL is written.
    #[must_use]
    pub fn on_side(&self, side: Side) -> Self {
        match self {
            Self::And(parts) => Self::all(parts.iter().map(|p| p.on_side(side)).collect()),
            Self::Or(parts) => Self::any(parts.iter().map(|p| p.on_side(side)).collect()),
            Self::Not(inner) => inner.on_side(side).negated(),
            Self::Compare(Operand::Column(column), op, value) => match (constant(side, column), value) {
                (Some(known), Value::Int(wanted)) => Self::truth(op.holds(known.cmp(wanted))),
                (Some(known), Value::Bool(wanted)) => Self::truth(op.holds(known.cmp(&i64::from(*wanted)))),
                _ => self.clone(),
            },
            Self::Ints(Operand::Column(column), list) => match constant(side, column) {
                Some(known) => Self::truth(list.values.contains(&known)),
                None => self.clone(),
            },
            Self::Null(Operand::Column(column)) if constant(side, column).is_some() => Self::Nothing,
            other => other.clone(),
        }
    }

    fn truth(holds: bool) -> Self {
        if holds { Self::All } else { Self::Nothing }
    }

    /// The numbers that a column must be one of, where the condition says so for every row.
    pub fn pinned(&self, wanted: &str) -> Option<Vec<i64>> {
        match self {
            Self::Compare(Operand::Column(column), Op::Eq, Value::Int(n)) if *column == wanted => Some(vec![*n]),
            Self::Ints(Operand::Column(column), list) if *column == wanted => Some(list.values.clone()),
            Self::Nothing => Some(Vec::new()),
            Self::And(parts) => parts.iter().filter_map(|p| p.pinned(wanted)).reduce(|a, b| {
                let mut a = a;
                a.retain(|n| b.contains(n));
                a
            }),
            Self::Or(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    all.extend(part.pinned(wanted)?);
                }
                all.sort_unstable();
                all.dedup();
                Some(all)
            }
            _ => None,
        }
    }

    /// The words that a column must be one of, where the condition says so for every row.
    pub fn pinned_words(&self, wanted: &str) -> Option<Vec<&str>> {
        match self {
            Self::Compare(by, Op::Eq, Value::Text(word)) if by.is_column(wanted) => Some(vec![word]),
            Self::Texts(by, list) if by.is_column(wanted) => {
                let mut words: Vec<&str> = list.values.iter().map(String::as_str).collect();
                words.sort_unstable();
                words.dedup();
                Some(words)
            }
            Self::Nothing => Some(Vec::new()),
            Self::And(parts) => parts.iter().filter_map(|p| p.pinned_words(wanted)).reduce(|a, b| {
                let mut a = a;
                a.retain(|word| b.contains(word));
                a
            }),
            Self::Or(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    all.extend(part.pinned_words(wanted)?);
                }
                all.sort_unstable();
                all.dedup();
                Some(all)
            }
            _ => None,
        }
    }

    /// Whether numbers meet the condition; `None` where it asks for more than these.
    pub fn holds_of(&self, number: &dyn Fn(&Operand) -> Option<i64>) -> Option<bool> {
        Some(match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Compare(operand, op, Value::Int(wanted)) => op.holds(number(operand)?.cmp(wanted)),
            Self::Ints(operand, list) => list.values.contains(&number(operand)?),
            Self::And(parts) => {
                let mut all = true;
                for part in parts {
                    all &= part.holds_of(number)?;
                }
                all
            }
            Self::Or(parts) => {
                let mut any = false;
                for part in parts {
                    any |= part.holds_of(number)?;
                }
                any
            }
            Self::Not(inner) => !inner.holds_of(number)?,
            _ => return None,
        })
    }

    /// Whether a column of the row itself is compared.
    pub fn mentions(&self, column: &str) -> bool {
        match self {
            Self::Compare(by, ..) | Self::Null(by) | Self::Like(by, _) => by.is_column(column),
            Self::Ints(by, _) => by.is_column(column),
            Self::Texts(by, _) | Self::Dates(by, _) => by.is_column(column),
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|part| part.mentions(column)),
            Self::Not(inner) => inner.mentions(column),
            Self::All | Self::Nothing | Self::Exists(_) | Self::After(_) => false,
        }
    }

    /// Writes the condition for the table `alias`.
    pub fn walk<'b, DB: Dialect>(&'b self, out: &mut AstPass<'_, 'b, DB>, alias: Alias) -> QueryResult<()> {
        match self {
            Self::All => out.push_sql("TRUE"),
            Self::Nothing => out.push_sql("FALSE"),
            Self::Compare(operand, op, value) => {
                operand.walk(out, alias)?;
                out.push_sql(op.sql());
                DB::bind(out, value)?;
            }
            Self::Ints(operand, list) => {
                operand.walk(out, alias)?;
                DB::in_ints(out, list)?;
            }
            Self::Texts(operand, list) => {
                operand.walk(out, alias)?;
                DB::in_texts(out, list)?;
            }
            Self::Dates(operand, list) => {
                operand.walk(out, alias)?;
                DB::in_dates(out, list)?;
            }
            Self::Null(operand) => {
                operand.walk(out, alias)?;
                out.push_sql(" IS NULL");
            }
            Self::Like(operand, pattern) => {
                operand.walk(out, alias)?;
                out.push_sql(" LIKE ");
                DB::bind(out, pattern)?;
                out.push_sql(" ESCAPE '!'");
            }
            Self::And(parts) => Self::walk_joined(parts, " AND ", out, alias)?,
            Self::Or(parts) => Self::walk_joined(parts, " OR ", out, alias)?,
            Self::Not(inner) => {
                // NOT would leave an unknown value unknown; its complement is wanted.
                out.push_sql("(");
                inner.walk(out, alias)?;
                out.push_sql(") IS NOT TRUE");
            }
            Self::Exists(related) => related.push_exists(out, alias)?,
            Self::After(after) => after.walk(out, alias)?,
        }
        Ok(())
    }

    fn walk_joined<'b, DB: Dialect>(
        parts: &'b [Self],
        word: &str,
        out: &mut AstPass<'_, 'b, DB>,
        alias: Alias,
    ) -> QueryResult<()> {
        // Halved, so that a long list is not a deep tree: SQLite refuses one deeper than 1,000.
        out.push_sql("(");
        match parts {
            [] => out.push_sql("FALSE"),
            [one] => one.walk(out, alias)?,
            [left, right] => {
                left.walk(out, alias)?;
                out.push_sql(word);
                right.walk(out, alias)?;
            }
            many => {
                let (left, right) = many.split_at(many.len() / 2);
                Self::walk_joined(left, word, out, alias)?;
                out.push_sql(word);
                Self::walk_joined(right, word, out, alias)?;
            }
        }
        out.push_sql(")");
        Ok(())
    }
}

/// What a column always is on one side of the figure table.
pub(super) fn constant(side: Side, column: &str) -> Option<i64> {
    match (side, column) {
        (Side::Mirrored, "flow") => Some(Flow::Import.code()),
        (Side::Mirrored, "mirrored") => Some(1),
        (Side::Stored, "mirrored") => Some(0),
        _ => None,
    }
}

impl Op {
    /// Whether the comparison holds for this order of its two sides.
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match self {
            Self::Eq => order == Equal,
            Self::Ne => order != Equal,
            Self::Lt => order == Less,
            Self::Le => order != Greater,
            Self::Gt => order == Greater,
            Self::Ge => order != Less,
        }
    }
}

/// The pattern that finds `text` at the given place, with `%`, `_` and `!` of the user escaped.
pub fn pattern(text: &str, starts: bool, ends: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    if !starts {
        out.push('%');
    }
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            out.push('!');
        }
        out.push(c);
    }
    if !ends {
        out.push('%');
    }
    out
}

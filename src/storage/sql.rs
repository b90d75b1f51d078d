//! The SQL tree: conditions, selections, children of parents, keyed look-ups. Every value is a bind parameter.
//!
//! [`predicate`] is what a filter becomes, [`operand`] what it compares, [`order`] what an order and a cursor become,
//! [`select`] the statements, [`grouped`] the counts of their rows by a value, [`cube`] the sums of figures,
//! [`attended`] participations for statistics.

pub mod attended;
pub mod cube;
pub mod explain;
pub mod grouped;
pub mod keyed;
pub mod near;
pub mod operand;
pub mod order;
pub mod predicate;
pub mod search;
pub mod select;

use diesel::query_builder::AstPass;

use super::dialect::Dialect;
use crate::catalog::Scope;

/// From which side a row of a figure table is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// A table without sides.
    Plain,
    /// A figure as stored.
    Stored,
    /// An export of a reconciled dataset, read as the partner's import.
    Mirrored,
    /// A figure with its two sides exchanged, its flow as its own reporter sees it.
    Exchanged,
}

/// A table in a statement: its number gives the alias, its side the meaning of columns.
#[derive(Debug, Clone, Copy)]
pub struct Alias {
    /// `t0`, `t1` …
    pub number: usize,
    /// From which side.
    pub side: Side,
}

impl Alias {
    /// The alias of a table without sides.
    pub fn plain(number: usize) -> Self {
        Self { number, side: Side::Plain }
    }

    /// The alias for a table nested in this one.
    #[must_use]
    pub fn nested(self) -> Self {
        Self::plain(self.number + 1)
    }

    /// Writes a column as this side sees it. Names come from the catalogue only.
    pub fn column<DB: Dialect>(self, out: &mut AstPass<'_, '_, DB>, column: &str) {
        let seen = match (self.side, column) {
            (Side::Stored | Side::Exchanged, "mirrored") => return out.push_sql("FALSE"),
            (Side::Mirrored, "mirrored") => return out.push_sql("TRUE"),
            (Side::Mirrored, "flow") => return out.push_sql("2"),
            (Side::Mirrored | Side::Exchanged, "reporter_id") => "partner_id",
            (Side::Mirrored | Side::Exchanged, "partner_id") => "reporter_id",
            (Side::Mirrored | Side::Exchanged, "reporter_level") => "partner_level",
            (Side::Mirrored | Side::Exchanged, "partner_level") => "reporter_level",
            (_, column) => column,
        };
        out.push_sql("t");
        out.push_sql(&self.number.to_string());
        out.push_sql(".");
        out.push_sql(seen);
    }

    /// Writes the alias itself.
    pub fn name<DB: Dialect>(self, out: &mut AstPass<'_, '_, DB>) {
        out.push_sql("t");
        out.push_sql(&self.number.to_string());
    }

    /// Writes ` AND …` for each condition of an entity's scope.
    pub fn and_scope<DB: Dialect>(self, out: &mut AstPass<'_, '_, DB>, scope: &[Scope]) {
        for condition in scope {
            out.push_sql(" AND ");
            match condition {
                Scope::Equals(column, word) => {
                    self.column(out, column);
                    out.push_sql(" = '");
                    out.push_sql(word);
                    out.push_sql("'");
                }
                Scope::Null(column) => {
                    self.column(out, column);
                    out.push_sql(" IS NULL");
                }
            }
        }
    }
}

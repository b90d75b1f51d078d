//! An order is a list of keys that ends with the entity's key. ORDER BY and the condition "after this row" are both
//! derived from that one list, so they cannot disagree.

use diesel::query_builder::AstPass;
use diesel::result::QueryResult;

use super::operand::Operand;
use super::predicate::constant;
use super::{Alias, Side};
use crate::storage::dialect::Dialect;
use crate::storage::value::Value;

/// One key of an order.
#[derive(Debug, Clone)]
pub struct Key {
    /// What is ordered by.
    pub by: Operand,
    /// Whether large values come first.
    pub descending: bool,
    /// Whether it may be null; nulls come last in either direction.
    pub nullable: bool,
}

/// Rows beyond a cursor in the direction of reading.
#[derive(Debug, Clone)]
pub struct After {
    /// The keys, and the cursor's value of each.
    pub keys: Vec<(Key, Value)>,
    /// Whether the list is read from its end.
    pub backward: bool,
}

impl Key {
    /// Ascending on a column that is always known.
    pub fn ascending(column: &'static str) -> Self {
        Self { by: Operand::Column(column), descending: false, nullable: false }
    }

    /// Whether it is the same in every row of a side. Such a key does not order them, and as a number in ORDER BY it
    /// would mean the column at that position.
    pub fn is_constant(&self, side: Side) -> bool {
        matches!(self.by, Operand::Column(column) if constant(side, column).is_some())
    }

    /// Writes the key's direction, after its expression.
    pub fn push_direction<DB: Dialect>(&self, out: &mut AstPass<'_, '_, DB>, backward: bool) {
        if self.descending != backward {
            out.push_sql(" DESC");
        }
        // Written out, since the backends disagree by default.
        if self.nullable {
            out.push_sql(if backward { " NULLS FIRST" } else { " NULLS LAST" });
        }
    }
}

impl After {
    /// Writes the condition.
    pub fn walk<'b, DB: Dialect>(&'b self, out: &mut AstPass<'_, 'b, DB>, alias: Alias) -> QueryResult<()> {
        let Some(((first, first_value), _)) = self.keys.split_first() else {
            out.push_sql("FALSE");
            return Ok(());
        };
        let uniform = self.keys.iter().all(|(k, _)| k.descending == first.descending && !k.nullable);
        if uniform {
            return self.walk_row_value(out, alias, first.descending != self.backward);
        }
        out.push_sql("(");
        if !first.nullable {
            // A bound on the first key lets an index start at the right place.
            first.by.walk(out, alias)?;
            out.push_sql(if first.descending == self.backward { " >= " } else { " <= " });
            DB::bind(out, first_value)?;
            out.push_sql(" AND ");
        }
        self.walk_from(0, out, alias)?;
        out.push_sql(")");
        Ok(())
    }

    fn walk_row_value<'b, DB: Dialect>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
        alias: Alias,
        falling: bool,
    ) -> QueryResult<()> {
        out.push_sql("(");
        for (index, (key, _)) in self.keys.iter().enumerate() {
            if index > 0 {
                out.push_sql(", ");
            }
            key.by.walk(out, alias)?;
        }
        out.push_sql(if falling { ") < (" } else { ") > (" });
        for (index, (_, value)) in self.keys.iter().enumerate() {
            if index > 0 {
                out.push_sql(", ");
            }
            DB::bind(out, value)?;
        }
        out.push_sql(")");
        Ok(())
    }

    /// Beyond on this key, or equal on it and beyond on the ones that follow.
    fn walk_from<'b, DB: Dialect>(
        &'b self,
        index: usize,
        out: &mut AstPass<'_, 'b, DB>,
        alias: Alias,
    ) -> QueryResult<()> {
        let Some((key, value)) = self.keys.get(index) else {
            out.push_sql("FALSE");
            return Ok(());
        };
        out.push_sql("(");
        if value.is_null() {
            // Nulls are last: forward nothing follows them, backward everything known does.
            if self.backward {
                key.by.walk(out, alias)?;
                out.push_sql(" IS NOT NULL");
            } else {
                out.push_sql("FALSE");
            }
        } else {
            key.by.walk(out, alias)?;
            out.push_sql(if key.descending == self.backward { " > " } else { " < " });
            DB::bind(out, value)?;
            if key.nullable && !self.backward {
                out.push_sql(" OR ");
                key.by.walk(out, alias)?;
                out.push_sql(" IS NULL");
            }
        }
        if index + 1 < self.keys.len() {
            out.push_sql(" OR (");
            key.by.walk(out, alias)?;
            if value.is_null() {
                out.push_sql(" IS NULL");
            } else {
                out.push_sql(" = ");
                DB::bind(out, value)?;
            }
            out.push_sql(" AND ");
            self.walk_from(index + 1, out, alias)?;
            out.push_sql(")");
        }
        out.push_sql(")");
        Ok(())
    }
}

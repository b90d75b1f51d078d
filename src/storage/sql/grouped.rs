//! Counts the rows of a list by a value, by the year of a date, or by what stands above their sectors: one statement,
//! whatever the number of rows and parents.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;

use super::select::{Select, untyped_query};
use crate::storage::dialect::{Dialect, KeyTable};

/// Counts of rows: the value, the count, and with parents the parent's id.
#[derive(Debug, Clone)]
pub struct Grouped {
    /// The rows. `c0` is what they are counted by; for [`By::Above`] the id that pairs are found by, and `c1` the
    /// row's own.
    pub select: Select,
    /// What is made of it.
    pub by: By,
}

/// What rows are counted by.
#[derive(Debug, Clone)]
pub enum By {
    /// The value itself.
    Value,
    /// The year of the date.
    Year,
    /// What stands above the nodes that a row is paired with. A row counts once for each node above, however many of
    /// its nodes are below it, and once as unknown if it has none.
    Above(Box<Above>),
}

/// Which node stands above which.
#[derive(Debug, Clone)]
pub struct Above {
    /// The table of pairs.
    pub table: &'static str,
    /// Its column with the row's id.
    pub near: &'static str,
    /// Its column with the node's id.
    pub far: &'static str,
    /// The node, and the one above it or itself.
    pairs: KeyTable,
}

impl Above {
    /// Pairs of a node and the one above it.
    pub fn new(table: &'static str, near: &'static str, far: &'static str, pairs: &[(i64, i64)]) -> Self {
        Self {
            table,
            near,
            far,
            pairs: KeyTable::new(pairs.iter().map(|(node, above)| vec![*node, *above]).collect(), 2),
        }
    }
}

impl<DB: Dialect> QueryFragment<DB> for Grouped {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let parented = self.select.parents.is_some();
        if let By::Above(above) = &self.by {
            // Made once, with types, so that SQLite can index it; as a part of the join it is read again for each row.
            out.push_sql(
                "WITH m AS MATERIALIZED (SELECT CAST(k.c0 AS BIGINT) AS node, CAST(k.c1 AS BIGINT) AS above FROM ",
            );
            DB::key_table(&mut out, &above.pairs)?;
            out.push_sql(") ");
        }
        out.push_sql("SELECT ");
        match &self.by {
            By::Value => out.push_sql("u.c0, COUNT(*)"),
            By::Year => {
                DB::year(&mut out, "u.c0");
                out.push_sql(", COUNT(*)");
            }
            By::Above(_) => out.push_sql("m.above, COUNT(DISTINCT u.c1)"),
        }
        out.push_sql(if parented { ", u.p FROM (" } else { " FROM (" });
        self.select.push_all(&mut out)?;
        out.push_sql(") u");
        if let By::Above(above) = &self.by {
            let (table, near, far) = (above.table, above.near, above.far);
            // The condition on nodes stands in the join: a row whose nodes are all of another kind stays, as unknown.
            // The plus sign keeps SQLite from searching the pairs of each row once for each node.
            out.push_sql(&format!(
                " LEFT JOIN {table} j ON j.{near} = u.c0 AND +j.{far} IN (SELECT node FROM m) LEFT JOIN m ON m.node = j.{far}"
            ));
        }
        out.push_sql(if parented { " GROUP BY 1, 3" } else { " GROUP BY 1" });
        Ok(())
    }
}

untyped_query!(Grouped);

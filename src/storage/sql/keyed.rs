//! Looks up figures and printed values by a list of exact keys: one statement, whatever the number of keys.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;

use super::select::untyped_query;
use crate::storage::dialect::{Dialect, KeyTable};

/// Columns that identify a figure apart from its origin, in the order of the keys.
pub const FIGURE_KEY: &[&str] =
    &["dataset_id", "reporter_id", "partner_id", "sector_id", "flow", "period_start", "period_months"];

/// Rows of a table that match keys; the key's number, from 1, is selected in front.
#[derive(Debug, Clone)]
pub struct Keyed {
    /// The table.
    pub table: &'static str,
    /// What is selected after the number.
    pub columns: &'static [&'static str],
    /// Order within one key.
    pub order: &'static str,
    /// Keys in the order of [`FIGURE_KEY`].
    pub keys: KeyTable,
}

impl<DB: Dialect> QueryFragment<DB> for Keyed {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT k.n");
        for column in self.columns {
            out.push_sql(", t.");
            out.push_sql(column);
        }
        out.push_sql(" FROM ");
        DB::key_table(&mut out, &self.keys)?;
        out.push_sql(" JOIN ");
        out.push_sql(self.table);
        out.push_sql(" t ON TRUE");
        for (index, column) in FIGURE_KEY.iter().enumerate() {
            out.push_sql(&format!(" AND t.{column} = k.c{index}"));
        }
        out.push_sql(" ORDER BY k.n, t.");
        out.push_sql(self.order);
        Ok(())
    }
}

untyped_query!(Keyed);

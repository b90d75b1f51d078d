//! Sums of figures of one dataset at one level of each hierarchy, by what they are grouped by, flow and period.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;

use super::predicate::Predicate;
use super::select::untyped_query;
use super::{Alias, Side};
use crate::storage::dialect::Dialect;

/// Sums are kept in two parts, so that no number of figures overflows them, where SQLite fails on the sum and PostgreSQL
/// on its conversion: so many times the first, and the second.
pub const PART: i64 = 1_000_000_000;

/// Sums that are read at most; one more says that there are more.
pub const MOST_SUMS: usize = 200_000;

/// Sums of one side of a dataset. Each row has the columns of `by`, flow, first month, then the sum of values in two
/// parts, how many values are known, how many figures there are, the sum of net weights in two parts, how many are known,
/// and the largest status; where quantities are wanted their sum in two parts, how many are known, and the first and
/// last of their units.
#[derive(Debug, Clone)]
pub struct Cube {
    /// From which side.
    pub side: Side,
    /// Which figures: those of one dataset, one level of each hierarchy and one frequency.
    pub condition: Predicate,
    /// `reporter_id`, `partner_id`, `sector_id`.
    pub by: Vec<&'static str>,
    /// Quantities too.
    pub with_quantities: bool,
}

impl<DB: Dialect> QueryFragment<DB> for Cube {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let alias = Alias { number: 0, side: self.side };
        out.push_sql("SELECT ");
        for column in self.by.iter().chain(&["flow", "period_start"]) {
            alias.column(&mut out, column);
            out.push_sql(", ");
        }
        let sum = |column: &str| {
            format!(
                "CAST(SUM(t0.{column} / {PART}) AS BIGINT), CAST(SUM(t0.{column} % {PART}) AS BIGINT), COUNT(t0.{column})"
            )
        };
        let (values, weights) = (sum("value_scaled"), sum("net_weight_g"));
        out.push_sql(&format!("{values}, COUNT(*), {weights}, MAX(t0.status)"));
        if self.with_quantities {
            let known = "CASE WHEN t0.quantity_milli IS NOT NULL THEN t0.quantity_unit END";
            out.push_sql(&format!(", {}, MIN({known}), MAX({known})", sum("quantity_milli")));
        }
        out.push_sql(" FROM trade_figures t0 WHERE ");
        self.condition.walk(&mut out, alias)?;
        let places: Vec<String> = (1..=self.by.len() + 2).map(|place| place.to_string()).collect();
        out.push_sql(" GROUP BY ");
        out.push_sql(&places.join(", "));
        out.push_sql(&format!(" LIMIT {}", MOST_SUMS + 1));
        Ok(())
    }
}

untyped_query!(Cube);

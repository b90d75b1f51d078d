//! How a database would run a statement: the same text with the same binds, explained instead of run.

use diesel::RunQueryDsl;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;

use crate::storage::dialect::Dialect;

/// A statement to explain.
#[derive(Debug, Clone, Copy)]
pub struct Explained<'q, Q>(pub &'q Q);

impl<DB: Dialect, Q: QueryFragment<DB>> QueryFragment<DB> for Explained<'_, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql(DB::EXPLAIN);
        self.0.walk_ast(out)
    }
}

impl<Q> QueryId for Explained<'_, Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> Query for Explained<'_, Q> {
    type SqlType = Untyped;
}

impl<C, Q> RunQueryDsl<C> for Explained<'_, Q> {}

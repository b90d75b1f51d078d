//! Which texts are slugs or words of a column, and slugs like a text that is none: its neighbours in byte order, which begin alike, and those of rows whose names hold
//! its words. Every part is cut short and served by an index, however many rows there are.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;

use super::Alias;
use super::select::untyped_query;
use crate::catalog::{Entity, search};
use crate::domain::fold::fold;
use crate::storage::dialect::{Dialect, TextTable};
use crate::storage::terms::Form;
use crate::storage::value::Value;

/// Candidates for what a slug was meant to be.
#[derive(Debug, Clone)]
pub struct Near {
    entity: &'static Entity,
    slug: Value,
    words: Vec<Value>,
    /// Number of its kind among search terms.
    kind: i64,
}

/// Words of a text that are looked for in names, the longest first.
const WORDS: usize = 6;

/// Rows of each part.
const LIMIT: &str = " LIMIT 20";

impl Near {
    /// Candidates among the rows of an entity.
    pub fn new(entity: &'static Entity, slug: &str) -> Self {
        let folded = fold(slug);
        let mut words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        words.sort_unstable_by_key(|word| (std::cmp::Reverse(word.len()), *word));
        words.dedup();
        let kind = search::of_entity(entity).map(|searchable| searchable.kind.1);
        words.truncate(if kind.is_some() { WORDS } else { 0 });
        let words = words.into_iter().map(|word| Value::Text(word.to_owned())).collect();
        Self { entity, slug: Value::Text(slug.to_owned()), words, kind: kind.unwrap_or(0) }
    }
}

impl<DB: Dialect> QueryFragment<DB> for Near {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let (rows, near) = (Alias::plain(0), Alias::plain(1));
        out.push_sql("SELECT ");
        rows.column(&mut out, "slug");
        out.push_sql(" AS c0 FROM (");
        for (index, (op, direction)) in [(" >= ", ""), (" < ", " DESC")].into_iter().enumerate() {
            out.push_sql(if index == 0 {
                "SELECT * FROM (SELECT t1.* FROM "
            } else {
                " UNION ALL SELECT * FROM (SELECT t1.* FROM "
            });
            out.push_sql(self.entity.table);
            out.push_sql(" t1 WHERE t1.slug");
            out.push_sql(op);
            DB::bind(&mut out, &self.slug)?;
            // Inside the limit: rows of another kind in the same table must not take the places.
            near.and_scope(&mut out, self.entity.scope);
            out.push_sql(" ORDER BY t1.slug");
            out.push_sql(direction);
            out.push_sql(LIMIT);
            out.push_sql(&format!(") n{index}"));
        }
        for (index, word) in self.words.iter().enumerate() {
            out.push_sql(" UNION ALL SELECT * FROM (SELECT r.* FROM terms w JOIN ");
            out.push_sql(self.entity.table);
            let (kind, form) = (self.kind, Form::Word.number());
            out.push_sql(&format!(" r ON r.id = w.subject_id WHERE w.kind = {kind} AND w.form = {form} AND w.term = "));
            DB::bind(&mut out, word)?;
            out.push_sql(" ORDER BY w.weight, w.subject_id");
            out.push_sql(LIMIT);
            out.push_sql(&format!(") w{index}"));
        }
        out.push_sql(") ");
        rows.name(&mut out);
        out.push_sql(" WHERE TRUE");
        rows.and_scope(&mut out, self.entity.scope);
        Ok(())
    }
}

/// Which of some texts are a value of a column.
#[derive(Debug, Clone)]
pub struct Present {
    entity: &'static Entity,
    column: &'static str,
    values: TextTable,
}

impl Present {
    /// Those of `values` that some row of the entity has in the column.
    pub fn new(entity: &'static Entity, column: &'static str, values: Vec<String>) -> Self {
        Self { entity, column, values: TextTable::new(values.into_iter().map(|value| vec![value]).collect(), 1) }
    }
}

impl<DB: Dialect> QueryFragment<DB> for Present {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let rows = Alias::plain(0);
        out.push_sql("SELECT k.c0 FROM ");
        DB::text_table(&mut out, &self.values)?;
        out.push_sql(" WHERE EXISTS (SELECT 1 FROM ");
        out.push_sql(self.entity.table);
        out.push_sql(" ");
        rows.name(&mut out);
        out.push_sql(" WHERE ");
        rows.column(&mut out, self.column);
        out.push_sql(" = k.c0");
        rows.and_scope(&mut out, self.entity.scope);
        out.push_sql(")");
        Ok(())
    }
}

untyped_query!(Near, Present);

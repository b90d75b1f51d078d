//! What a comparison or an order reads: a column of the row, a value of the row that it leads to, or a number made of
//! related rows. [`Related`] is how any of them, and `EXISTS`, reaches the other rows.

use diesel::query_builder::AstPass;
use diesel::result::QueryResult;

use super::Alias;
use super::predicate::Predicate;
use crate::catalog::{Entity, Link};
use crate::storage::dialect::Dialect;

/// A period as a number is its first month times this and its length.
pub const PERIOD_FACTOR: i64 = 16;

/// A value of a row.
#[derive(Debug, Clone)]
pub enum Operand {
    /// A column.
    Column(&'static str),
    /// The first month after the period.
    PeriodEnd,
    /// First month and length of the period as one number: see [`PERIOD_FACTOR`].
    PeriodNumber,
    /// A value of the one row that a column leads to; unknown when it leads to none.
    Through(Box<Through>),
    /// A number or date made of related rows.
    Aggregate(Box<Aggregate>),
}

/// A value of the row that a column leads to.
#[derive(Debug, Clone)]
pub struct Through {
    /// The column with the other row's id.
    pub column: &'static str,
    /// The other entity.
    pub target: &'static Entity,
    /// What is read of it.
    pub inner: Operand,
}

/// What is made of related rows.
#[derive(Debug, Clone)]
pub struct Aggregate {
    /// The rows.
    pub related: Related,
    /// What of them.
    pub measure: Measure,
    /// What was asked, in the client's words: orders are told apart by it.
    pub asked: String,
}

/// What is made of related rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// How many there are; never unknown.
    Count,
    /// Sum of a column; unknown without a known value.
    Sum(&'static str),
    /// Smallest value of a column; unknown without a known value.
    Min(&'static str),
    /// Largest value of a column; unknown without a known value.
    Max(&'static str),
}

/// Related rows that meet a condition.
#[derive(Debug, Clone)]
pub struct Related {
    /// The other entity.
    pub target: &'static Entity,
    /// How its rows are found.
    pub link: Link,
    /// What they must meet.
    pub inner: Predicate,
    /// Whether `inner` is about the table of pairs alone, so that the other rows need not be looked at.
    pub pairs_only: bool,
    /// Whether few rows meet `inner` and an index finds them: then they are found first, once, instead of for each row
    /// that they are related to. PostgreSQL plans both alike.
    pub narrow: bool,
}

impl Operand {
    /// Tells one operand from another, in cursors and among the keys of an order.
    pub fn signature(&self) -> String {
        match self {
            Self::Column(column) => (*column).to_owned(),
            Self::PeriodEnd => "period_end".to_owned(),
            Self::PeriodNumber => "period".to_owned(),
            Self::Through(through) => format!("{}>{}", through.column, through.inner.signature()),
            Self::Aggregate(aggregate) => aggregate.asked.clone(),
        }
    }

    /// Whether it is this column of the row itself.
    pub fn is_column(&self, name: &str) -> bool {
        matches!(self, Self::Column(column) if *column == name)
    }

    /// Writes the value as an expression on the table `alias`.
    pub fn walk<'b, DB: Dialect>(&'b self, out: &mut AstPass<'_, 'b, DB>, alias: Alias) -> QueryResult<()> {
        match self {
            Self::Column(column) => alias.column(out, column),
            Self::PeriodEnd => {
                out.push_sql("(");
                alias.column(out, "period_start");
                out.push_sql(" + ");
                alias.column(out, "period_months");
                out.push_sql(")");
            }
            Self::PeriodNumber => {
                out.push_sql("(");
                alias.column(out, "period_start");
                out.push_sql(&format!(" * {PERIOD_FACTOR} + "));
                alias.column(out, "period_months");
                out.push_sql(")");
            }
            Self::Through(through) => {
                let other = alias.nested();
                out.push_sql("(SELECT ");
                through.inner.walk(out, other)?;
                out.push_sql(" FROM ");
                out.push_sql(through.target.table);
                out.push_sql(" ");
                other.name(out);
                out.push_sql(" WHERE ");
                other.column(out, "id");
                out.push_sql(" = ");
                alias.column(out, through.column);
                other.and_scope(out, through.target.scope);
                out.push_sql(")");
            }
            Self::Aggregate(aggregate) => {
                out.push_sql("(SELECT ");
                aggregate.measure.push(out, alias.nested());
                aggregate.related.push_from(out, alias, Join::Once)?;
                out.push_sql(")");
            }
        }
        Ok(())
    }
}

impl Measure {
    fn push<DB: Dialect>(self, out: &mut AstPass<'_, '_, DB>, alias: Alias) {
        let (head, column, tail) = match self {
            Self::Count => return out.push_sql("COUNT(*)"),
            // Without the cast PostgreSQL's sum of BIGINT is NUMERIC; beyond 64 bits both fail.
            Self::Sum(column) => ("CAST(SUM(", column, ") AS BIGINT)"),
            Self::Min(column) => ("MIN(", column, ")"),
            Self::Max(column) => ("MAX(", column, ")"),
        };
        out.push_sql(head);
        alias.column(out, column);
        out.push_sql(tail);
    }
}

/// Whether a related row may come up several times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Join {
    /// It does not matter.
    Any,
    /// Each row once.
    Once,
}

impl Related {
    /// Related rows that meet a condition.
    pub fn new(target: &'static Entity, link: Link, inner: Predicate) -> Self {
        Self { target, link, inner, pairs_only: false, narrow: false }
    }

    /// Related rows with one of these ids.
    pub fn with_ids(target: &'static Entity, link: Link, ids: Vec<i64>) -> Self {
        match link {
            Link::Junction { far, .. } if target.scope.is_empty() => {
                Self { target, link, inner: Predicate::int_in(far, ids), pairs_only: true, narrow: false }
            }
            _ => Self::new(target, link, Predicate::int_in("id", ids)),
        }
    }

    /// Writes that there is one: `EXISTS (…)`, or `… IN (…)` where they are found first.
    pub fn push_exists<'b, DB: Dialect>(&'b self, out: &mut AstPass<'_, 'b, DB>, outer: Alias) -> QueryResult<()> {
        if self.narrow {
            return self.push_in(out, outer);
        }
        out.push_sql("EXISTS (SELECT 1");
        self.push_from(out, outer, Join::Any)?;
        out.push_sql(")");
        Ok(())
    }

    /// Writes `id IN (SELECT … )` with the ids that the rows which meet the condition lead back to. An unknown id
    /// among them makes the answer unknown instead of false, which no condition tells apart.
    fn push_in<'b, DB: Dialect>(&'b self, out: &mut AstPass<'_, 'b, DB>, outer: Alias) -> QueryResult<()> {
        let inner = outer.nested();
        let junction = Alias::plain(inner.number + 1);
        let (near, (from, back)) = match self.link {
            Link::One { column, .. } => (column, (inner, "id")),
            Link::Children { column } => ("id", (inner, column)),
            Link::Subject { .. } => ("id", (inner, "subject_id")),
            Link::Junction { near, .. } => ("id", (if self.pairs_only { inner } else { junction }, near)),
        };
        outer.column(out, near);
        out.push_sql(" IN (SELECT ");
        from.column(out, back);
        match self.link {
            Link::Junction { table, .. } if self.pairs_only => push_table(out, table, inner),
            Link::Junction { table, far, .. } => {
                push_table(out, self.target.table, inner);
                out.push_sql(" JOIN ");
                out.push_sql(table);
                out.push_sql(" ");
                junction.name(out);
                out.push_sql(" ON ");
                push_equal(out, (junction, far), (inner, "id"));
            }
            _ => push_table(out, self.target.table, inner),
        }
        out.push_sql(" WHERE ");
        self.inner.walk(out, inner)?;
        if let Link::Subject { kind } = self.link {
            out.push_sql(" AND ");
            inner.column(out, "subject_kind");
            out.push_sql(" = '");
            out.push_sql(kind);
            out.push_sql("'");
        }
        if !self.pairs_only {
            inner.and_scope(out, self.target.scope);
        }
        out.push_sql(")");
        Ok(())
    }

    /// Writes ` FROM … WHERE …` of the rows related to `outer`; they have the next alias.
    fn push_from<'b, DB: Dialect>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
        outer: Alias,
        join: Join,
    ) -> QueryResult<()> {
        let inner = outer.nested();
        // A table nested deeper may reuse this number: names resolve from the inside out, and nothing in there names
        // this junction.
        let junction = Alias::plain(inner.number + 1);
        if let (Link::Junction { table, near, .. }, true) = (self.link, self.pairs_only) {
            push_table(out, table, inner);
            out.push_sql(" WHERE ");
            push_equal(out, (inner, near), (outer, "id"));
            out.push_sql(" AND ");
            return self.inner.walk(out, inner);
        }
        push_table(out, self.target.table, inner);
        match self.link {
            Link::One { column, .. } => {
                out.push_sql(" WHERE ");
                push_equal(out, (inner, "id"), (outer, column));
            }
            Link::Children { column } => {
                out.push_sql(" WHERE ");
                push_equal(out, (inner, column), (outer, "id"));
            }
            Link::Subject { kind } => {
                out.push_sql(" WHERE ");
                inner.column(out, "subject_kind");
                out.push_sql(" = '");
                out.push_sql(kind);
                out.push_sql("' AND ");
                push_equal(out, (inner, "subject_id"), (outer, "id"));
            }
            Link::Junction { table, near, far, repeats } if repeats && join == Join::Once => {
                out.push_sql(" WHERE ");
                inner.column(out, "id");
                out.push_sql(" IN (SELECT ");
                junction.column(out, far);
                push_table(out, table, junction);
                out.push_sql(" WHERE ");
                push_equal(out, (junction, near), (outer, "id"));
                out.push_sql(")");
            }
            Link::Junction { table, near, far, .. } => {
                out.push_sql(" JOIN ");
                out.push_sql(table);
                out.push_sql(" ");
                junction.name(out);
                out.push_sql(" ON ");
                push_equal(out, (junction, far), (inner, "id"));
                out.push_sql(" WHERE ");
                push_equal(out, (junction, near), (outer, "id"));
            }
        }
        inner.and_scope(out, self.target.scope);
        if !matches!(self.inner, Predicate::All) {
            out.push_sql(" AND ");
            self.inner.walk(out, inner)?;
        }
        Ok(())
    }
}

fn push_table<DB: Dialect>(out: &mut AstPass<'_, '_, DB>, table: &str, alias: Alias) {
    out.push_sql(" FROM ");
    out.push_sql(table);
    out.push_sql(" ");
    alias.name(out);
}

fn push_equal<DB: Dialect>(out: &mut AstPass<'_, '_, DB>, left: (Alias, &str), right: (Alias, &str)) {
    left.0.column(out, left.1);
    out.push_sql(" = ");
    right.0.column(out, right.1);
}

//! The statements of a page: rows of an entity, rows of many parents at once, and their counts.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;

use super::operand::Operand;
use super::order::Key;
use super::predicate::Predicate;
use super::{Alias, Side};
use crate::catalog::{Entity, Link};
use crate::storage::dialect::{Dialect, KeyTable};
use crate::storage::value::{ColumnType, List, Value};

/// What a statement selects.
#[derive(Debug, Clone)]
pub enum Column {
    /// A column of the entity's table.
    Plain(&'static str, ColumnType),
    /// What a key of the order reads, by its position there.
    Key(usize, ColumnType),
    /// A value that an operand reads.
    Read(Operand, ColumnType),
    /// The published name in a language, or the best other one.
    Name {
        /// `subject_kind`.
        kind: &'static str,
        /// The language asked.
        language: Value,
    },
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Plain(a, _), Self::Plain(b, _)) => a == b,
            (Self::Key(a, _), Self::Key(b, _)) => a == b,
            (Self::Read(a, _), Self::Read(b, _)) => a.signature() == b.signature(),
            (Self::Name { kind: a, language: x }, Self::Name { kind: b, language: y }) => a == b && x == y,
            _ => false,
        }
    }
}

impl Column {
    /// Type of the selected values.
    pub fn column_type(&self) -> ColumnType {
        match self {
            Self::Plain(_, column_type) | Self::Key(_, column_type) | Self::Read(_, column_type) => *column_type,
            Self::Name { .. } => ColumnType::Text,
        }
    }
}

/// Rows of one side of an entity's table.
#[derive(Debug, Clone)]
pub struct Arm {
    /// The side.
    pub side: Side,
    /// The condition on it.
    pub predicate: Predicate,
}

/// Which rows, of which parents, in which order.
#[derive(Debug, Clone)]
pub struct Select {
    /// The entity.
    pub entity: &'static Entity,
    /// What is selected: `c0`, `c1` …
    pub columns: Vec<Column>,
    /// One for a plain table; for figures those sides on which something can match.
    pub arms: Vec<Arm>,
    /// Ends with the entity's key.
    pub order: Vec<Key>,
    /// Whether the list is read from its end.
    pub backward: bool,
    /// At most this many rows, of each parent where there are parents.
    pub limit: Option<u32>,
    /// Rows of these parents only; the parent's id is selected as `p` behind the columns.
    pub parents: Option<Parents>,
}

/// Parents whose children are selected.
#[derive(Debug, Clone)]
pub struct Parents {
    /// How children are found.
    pub link: Link,
    /// The parents' ids.
    pub ids: List<i64>,
    /// The same as a table to join with.
    keys: KeyTable,
}

impl Parents {
    /// Children of these parents.
    pub fn new(link: Link, ids: Vec<i64>) -> Self {
        let keys = KeyTable::new(ids.iter().map(|id| vec![*id]).collect(), 1);
        Self { link, ids: List::new(ids), keys }
    }
}

/// Where the value of a key of an order stands among selected columns.
pub fn position(columns: &[Column], order: &[Key], key: usize) -> Option<usize> {
    let of = order.get(key)?;
    columns.iter().position(|column| match column {
        Column::Plain(name, _) => of.by.is_column(name),
        Column::Key(at, _) => *at == key,
        Column::Name { .. } | Column::Read(..) => false,
    })
}

/// Counts the rows of a [`Select`], by parent where there are parents.
#[derive(Debug, Clone)]
pub struct Count(pub Select);

/// A page and the count of its whole list in one statement. Behind the columns of the page stand, without parents, a
/// mark that is null in the row which only carries the count, and the count there; with parents the row's parent, the
/// count's parent, and the count: a page without rows still has a count.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The page.
    pub page: Select,
    /// The list that is counted.
    pub whole: Select,
}

/// Name of a cursor; a transaction has one at most.
pub const CURSOR: &str = "rows";

/// Opens a cursor over the rows of a statement, which PostgreSQL then gives bit by bit.
#[derive(Debug, Clone)]
pub struct Cursor<Q>(pub Q);

/// One row if a [`Select`] has any.
#[derive(Debug, Clone)]
pub struct Any(pub Select);

/// Smallest and largest value of the first column of a [`Select`]; with a second column, by its value, which is
/// selected behind them.
#[derive(Debug, Clone)]
pub struct Extent(pub Select);

impl Select {
    fn push_columns<'b, DB: Dialect>(&'b self, out: &mut AstPass<'_, 'b, DB>, alias: Alias) -> QueryResult<()> {
        for (index, column) in self.columns.iter().enumerate() {
            if index > 0 {
                out.push_sql(", ");
            }
            match column {
                Column::Plain(name, _) => alias.column(out, name),
                Column::Read(operand, _) => operand.walk(out, alias)?,
                Column::Key(at, _) => match self.order.get(*at) {
                    Some(key) => key.by.walk(out, alias)?,
                    None => out.push_sql("NULL"),
                },
                Column::Name { kind, language } => {
                    out.push_sql("(SELECT n.text FROM names n WHERE n.subject_kind = '");
                    out.push_sql(kind);
                    out.push_sql("' AND n.subject_id = ");
                    alias.column(out, "id");
                    out.push_sql(" ORDER BY (n.language <> ");
                    DB::bind(out, language)?;
                    out.push_sql("), (n.language <> 'en'), n.language, n.ordinal LIMIT 1)");
                }
            }
            out.push_sql(&format!(" AS c{index}"));
        }
        if self.columns.is_empty() {
            out.push_sql("1 AS c0");
        }
        Ok(())
    }

    /// `FROM … WHERE …` of one arm, without the condition on parents.
    fn push_from<'b, DB: Dialect>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
        alias: Alias,
        parent: Parent<'b>,
    ) -> QueryResult<()> {
        let junction = Alias::plain(JUNCTION);
        out.push_sql(" FROM ");
        if let (Some(parents), true) = (&self.parents, parent.is_wanted())
            && let Link::Junction { table, near, far, repeats } = parents.link
        {
            if repeats {
                out.push_sql("(SELECT DISTINCT ");
                out.push_sql(near);
                out.push_sql(", ");
                out.push_sql(far);
                out.push_sql(" FROM ");
                out.push_sql(table);
                out.push_sql(" WHERE ");
                out.push_sql(near);
                parent.push_condition(out)?;
                out.push_sql(")");
            } else {
                out.push_sql(table);
            }
            out.push_sql(" ");
            junction.name(out);
            out.push_sql(" JOIN ");
            out.push_sql(self.entity.table);
            out.push_sql(" ");
            alias.name(out);
            out.push_sql(" ON ");
            alias.column(out, "id");
            out.push_sql(" = ");
            junction.column(out, far);
        } else {
            out.push_sql(self.entity.table);
            out.push_sql(" ");
            alias.name(out);
        }
        out.push_sql(" WHERE ");
        if let (Some(parents), true) = (&self.parents, parent.is_wanted()) {
            if let Link::Subject { kind } = parents.link {
                alias.column(out, "subject_kind");
                out.push_sql(" = '");
                out.push_sql(kind);
                out.push_sql("' AND ");
            }
            push_parent_column(out, alias, parents.link);
            parent.push_condition(out)?;
        } else {
            out.push_sql("TRUE");
        }
        alias.and_scope(out, self.entity.scope);
        Ok(())
    }

    /// One arm: `SELECT … FROM … WHERE … [ORDER BY … LIMIT …]`.
    fn push_arm<'b, DB: Dialect>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
        arm: &'b Arm,
        parent: Parent<'b>,
        ordered: bool,
    ) -> QueryResult<()> {
        let alias = Alias { number: 0, side: arm.side };
        out.push_sql("SELECT ");
        self.push_columns(out, alias)?;
        if let (Some(parents), true) = (&self.parents, parent.is_selected()) {
            out.push_sql(", ");
            push_parent_column(out, alias, parents.link);
            out.push_sql(" AS p");
        }
        self.push_from(out, alias, parent)?;
        if !matches!(arm.predicate, Predicate::All) {
            out.push_sql(" AND ");
            arm.predicate.walk(out, alias)?;
        }
        if ordered {
            self.push_order(out, alias);
            self.push_limit(out);
        }
        Ok(())
    }

    fn push_order<DB: Dialect>(&self, out: &mut AstPass<'_, '_, DB>, alias: Alias) {
        let mut separator = " ORDER BY ";
        for (at, key) in self.order.iter().enumerate().filter(|(_, key)| !key.is_constant(alias.side)) {
            match (&key.by, position(&self.columns, &self.order, at)) {
                (Operand::Column(column), _) => {
                    out.push_sql(separator);
                    alias.column(out, column);
                }
                // By its name among the selected columns, so that it is worked out once a row.
                (_, Some(position)) => out.push_sql(&format!("{separator}c{position}")),
                (_, None) => continue,
            }
            key.push_direction(out, self.backward);
            separator = ", ";
        }
    }

    fn push_limit<DB: Dialect>(&self, out: &mut AstPass<'_, '_, DB>) {
        // A number in the text, not a bind: with a bound limit SQLite prepares the statement again at each run.
        if let Some(limit) = self.limit {
            out.push_sql(" LIMIT ");
            out.push_sql(&limit.to_string());
        }
    }

    /// All arms; several are each cut to the limit and then merged.
    fn push_arms<'b, DB: Dialect>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
        parent: Parent<'b>,
        cut: bool,
    ) -> QueryResult<()> {
        if let [arm] = self.arms.as_slice() {
            return self.push_arm(out, arm, parent, cut);
        }
        out.push_sql("SELECT * FROM (");
        if self.arms.is_empty() {
            // Nothing can match; the statement keeps its shape.
            self.push_empty(out, parent)?;
        }
        for (index, arm) in self.arms.iter().enumerate() {
            if index > 0 {
                out.push_sql(" UNION ALL ");
            }
            if cut && self.limit.is_some() {
                out.push_sql("SELECT * FROM (");
                self.push_arm(out, arm, parent, true)?;
                out.push_sql(&format!(") a{index}"));
            } else {
                self.push_arm(out, arm, parent, false)?;
            }
        }
        out.push_sql(") u");
        if cut {
            self.push_merged_order(out, " ORDER BY ");
            self.push_limit(out);
        }
        Ok(())
    }

    /// Every row, without order and limit; with parents their id is `p`.
    pub(super) fn push_all<'b, DB: Dialect>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let parent = self.parents.as_ref().map_or(Parent::None, |parents| Parent::Among(&parents.ids));
        self.push_arms(out, parent, false)
    }

    fn push_empty<'b, DB: Dialect>(&'b self, out: &mut AstPass<'_, 'b, DB>, parent: Parent<'b>) -> QueryResult<()> {
        let alias = Alias { number: 0, side: if self.entity.mirrored { Side::Stored } else { Side::Plain } };
        out.push_sql("SELECT ");
        self.push_columns(out, alias)?;
        if self.parents.is_some() && parent.is_selected() {
            out.push_sql(", 0 AS p");
        }
        out.push_sql(" FROM ");
        out.push_sql(self.entity.table);
        out.push_sql(" ");
        alias.name(out);
        out.push_sql(" WHERE FALSE");
        Ok(())
    }

    /// The order in terms of `c0`, `c1` …: every key is among the selected columns.
    fn push_merged_order<DB: Dialect>(&self, out: &mut AstPass<'_, '_, DB>, head: &str) {
        let mut separator = head;
        for (at, key) in self.order.iter().enumerate() {
            if let Some(position) = position(&self.columns, &self.order, at) {
                out.push_sql(separator);
                out.push_sql(&format!("c{position}"));
                key.push_direction(out, self.backward);
                separator = ", ";
            }
        }
    }

    /// The only arm, where its rows have an id and are ordered by columns.
    fn found_by_id(&self) -> Option<&Arm> {
        let is_ordered = self.order.iter().all(|key| matches!(key.by, Operand::Column(_)));
        self.arms.first().filter(|_| self.arms.len() == 1 && is_ordered && self.entity.key == ["id"])
    }

    /// The ids of each parent's first rows, then the rows: without a lateral join this is what reads no more of a
    /// parent's rows than its page, where an index has their order. A window reads and numbers all of them.
    fn push_found_by_id<'b, DB: Dialect>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
        arm: &'b Arm,
        parents: &'b Parents,
    ) -> QueryResult<()> {
        let alias = Alias { number: 0, side: arm.side };
        out.push_sql("SELECT ");
        self.push_columns(out, alias)?;
        out.push_sql(", k.c0 AS p FROM ");
        DB::key_table(out, &parents.keys)?;
        out.push_sql(" CROSS JOIN ");
        out.push_sql(self.entity.table);
        out.push_sql(" ");
        alias.name(out);
        out.push_sql(" WHERE ");
        alias.column(out, "id");
        out.push_sql(" IN (SELECT ");
        alias.column(out, "id");
        self.push_from(out, alias, Parent::Lateral)?;
        if !matches!(arm.predicate, Predicate::All) {
            out.push_sql(" AND ");
            arm.predicate.walk(out, alias)?;
        }
        self.push_order(out, alias);
        self.push_limit(out);
        out.push_sql(") ORDER BY p");
        self.push_merged_order(out, ", ");
        Ok(())
    }

    fn push_parented<'b, DB: Dialect>(
        &'b self,
        out: &mut AstPass<'_, 'b, DB>,
        parents: &'b Parents,
    ) -> QueryResult<()> {
        let one_parent = parents.ids.values.len() <= 1;
        match self.limit {
            Some(_) if one_parent => self.push_arms(out, Parent::Among(&parents.ids), true),
            Some(_) if DB::LATERAL => {
                out.push_sql("SELECT c.*, k.c0 AS p FROM ");
                DB::key_table(out, &parents.keys)?;
                out.push_sql(" CROSS JOIN LATERAL (");
                self.push_arms(out, Parent::Lateral, true)?;
                out.push_sql(") c ORDER BY p");
                self.push_merged_order(out, ", ");
                Ok(())
            }
            Some(_) if let Some(arm) = self.found_by_id() => self.push_found_by_id(out, arm, parents),
            Some(limit) => {
                out.push_sql("SELECT * FROM (SELECT u.*, row_number() OVER (PARTITION BY p");
                self.push_merged_order(out, " ORDER BY ");
                out.push_sql(") AS rn FROM (");
                self.push_arms(out, Parent::Among(&parents.ids), false)?;
                out.push_sql(") u) r WHERE rn <= ");
                out.push_sql(&limit.to_string());
                out.push_sql(" ORDER BY p, rn");
                Ok(())
            }
            None => {
                out.push_sql("SELECT * FROM (");
                self.push_arms(out, Parent::Among(&parents.ids), false)?;
                out.push_sql(") u ORDER BY p");
                self.push_merged_order(out, ", ");
                Ok(())
            }
        }
    }
}

/// Number of the alias of a junction beside the selected table; conditions nest upwards from 1 and stay far below.
const JUNCTION: usize = 99;

/// How one arm refers to its parents.
#[derive(Debug, Clone, Copy)]
enum Parent<'b> {
    /// There are none.
    None,
    /// One of a list; the parent's id is selected.
    Among(&'b List<i64>),
    /// The row `k` of the surrounding statement; the id is selected there.
    Lateral,
}

impl<'b> Parent<'b> {
    fn is_wanted(self) -> bool {
        !matches!(self, Self::None)
    }

    fn is_selected(self) -> bool {
        matches!(self, Self::Among(_))
    }

    fn push_condition<DB: Dialect>(self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        match self {
            Self::None => Ok(()),
            Self::Among(ids) => DB::in_ints(out, ids),
            Self::Lateral => {
                out.push_sql(" = k.c0");
                Ok(())
            }
        }
    }
}

fn push_parent_column<DB: Dialect>(out: &mut AstPass<'_, '_, DB>, alias: Alias, link: Link) {
    match link {
        Link::Children { column } => alias.column(out, column),
        Link::Junction { near, .. } => Alias::plain(JUNCTION).column(out, near),
        Link::Subject { .. } => alias.column(out, "subject_id"),
        Link::One { .. } => alias.column(out, "id"),
    }
}

impl<DB: Dialect> QueryFragment<DB> for Select {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        match &self.parents {
            None => self.push_arms(&mut out, Parent::None, true),
            Some(parents) => self.push_parented(&mut out, parents),
        }
    }
}

impl<DB: Dialect> QueryFragment<DB> for Count {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let select = &self.0;
        match &select.parents {
            None => {
                out.push_sql("SELECT COUNT(*) AS c0 FROM (");
                select.push_arms(&mut out, Parent::None, false)?;
                out.push_sql(") u");
            }
            Some(parents) => {
                out.push_sql("SELECT p, COUNT(*) AS c0 FROM (");
                select.push_arms(&mut out, Parent::Among(&parents.ids), false)?;
                out.push_sql(") u GROUP BY p");
            }
        }
        Ok(())
    }
}

impl<DB: Dialect> QueryFragment<DB> for Counted {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let Some(parents) = &self.page.parents else {
            // One below the other: a page that is joined with its count is stored by SQLite, and then it works out all
            // columns of every row of the list before it sorts them.
            out.push_sql("SELECT p.*, 1 AS one, CAST(NULL AS BIGINT) AS total FROM (");
            self.page.push_arms(&mut out, Parent::None, true)?;
            out.push_sql(") p UNION ALL SELECT ");
            for _ in 0..self.page.columns.len().max(1) {
                out.push_sql("NULL, ");
            }
            out.push_sql("NULL, (SELECT COUNT(*) FROM (");
            self.whole.push_all(&mut out)?;
            out.push_sql(") w)");
            self.page.push_merged_order(&mut out, " ORDER BY ");
            return Ok(());
        };
        out.push_sql("SELECT ");
        for index in 0..self.page.columns.len() {
            out.push_sql(&format!("r.c{index}, "));
        }
        out.push_sql("r.p AS p, n.p AS np, n.total FROM (");
        self.page.push_parented(&mut out, parents)?;
        out.push_sql(") r FULL JOIN (SELECT p, COUNT(*) AS total FROM (");
        self.whole.push_all(&mut out)?;
        out.push_sql(") w GROUP BY p) n ON n.p = r.p ORDER BY COALESCE(r.p, n.p)");
        self.page.push_merged_order(&mut out, ", ");
        Ok(())
    }
}

impl<Q: QueryFragment<DB>, DB: Dialect> QueryFragment<DB> for Cursor<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("DECLARE ");
        out.push_sql(CURSOR);
        out.push_sql(" NO SCROLL CURSOR FOR ");
        self.0.walk_ast(out)
    }
}

impl<DB: Dialect> QueryFragment<DB> for Any {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT 1 AS c0 FROM (");
        self.0.push_all(&mut out)?;
        out.push_sql(") u LIMIT 1");
        Ok(())
    }
}

impl<DB: Dialect> QueryFragment<DB> for Extent {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let is_grouped = self.0.columns.len() > 1;
        out.push_sql(if is_grouped {
            "SELECT MIN(u.c0) AS c0, MAX(u.c0) AS c1, u.c1 AS c2 FROM ("
        } else {
            "SELECT MIN(u.c0) AS c0, MAX(u.c0) AS c1 FROM ("
        });
        self.0.push_all(&mut out)?;
        out.push_sql(if is_grouped { ") u GROUP BY u.c1 ORDER BY u.c1 DESC" } else { ") u" });
        Ok(())
    }
}

macro_rules! untyped_query {
    ($($name:ty),*) => {$(
        impl QueryId for $name {
            type QueryId = ();
            // Cached by its text: the shape is decided at run time.
            const HAS_STATIC_QUERY_ID: bool = false;
        }
        impl Query for $name {
            type SqlType = Untyped;
        }
        impl<C> diesel::RunQueryDsl<C> for $name {}
    )*};
}
pub(crate) use untyped_query;

untyped_query!(Select, Count, Counted, Any, Extent);

impl<Q> QueryId for Cursor<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> Query for Cursor<Q> {
    type SqlType = Untyped;
}

impl<Q, C> diesel::RunQueryDsl<C> for Cursor<Q> {}

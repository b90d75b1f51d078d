//! Reads the rows of a plan level by level: one statement for the parents, one for all children of a kind.

use std::collections::HashMap;
use std::ops::Range;

use super::computed::{self, Tree};
use super::connection::List;
use super::errors::RunError;
use super::facets::{self, FacetData};
use super::lookup::nearest;
use super::nested::Answers;
use super::plan::{Child, ChildKind, Object, RowPlan, Wants, Which, type_of};
use crate::catalog::Entity;
use crate::storage::StorageError;
use crate::storage::conn::Conn;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::Side;
use crate::storage::sql::near::Near;
use crate::storage::sql::predicate::Predicate;
use crate::storage::sql::select::{Arm, Column, Count, Counted, Parents, Select};
use crate::storage::value::{ColumnType, Row, Value};

/// What an answer tells of its statements, beside their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Record {
    /// Nothing.
    Nothing,
    /// Their texts.
    Texts,
    /// Also how the database runs them.
    Plans,
}

/// The reading of one request.
#[expect(missing_debug_implementations, reason = "holds a connection")]
pub struct Session<'a> {
    /// The connection, inside a read transaction.
    pub conn: &'a mut Conn,
    /// Dimensions of the revision.
    pub snapshot: &'a Snapshot,
    /// Statements run so far, apart from the look at the revision.
    pub statements: usize,
    /// Their texts, when somebody wants them.
    pub texts: Option<Vec<String>>,
    /// How the database runs them, when somebody wants that.
    pub plans: Option<Vec<Vec<String>>>,
    /// Lists that a filter left empty.
    pub empty: Vec<EmptyList>,
}

/// A list that a filter left empty, for all parents where it has parents.
#[derive(Debug, Clone)]
pub struct EmptyList {
    /// The list.
    pub list: List,
    /// Its parents.
    pub parents: Option<Parents>,
}

/// Rows that were read, with everything below them.
#[derive(Debug, Default)]
pub struct Level {
    /// The rows.
    pub rows: Vec<Row>,
    /// Related rows, in the order of the plan's children.
    pub children: Vec<ChildData>,
    /// Computed values: by slot, by row.
    pub computed: Vec<Vec<Tree>>,
    /// Counts by a value: by slot.
    pub facets: Vec<FacetData>,
    /// Answers to the questions of each row: by slot.
    pub asked: Vec<Answers>,
}

/// Related rows of the rows of a level.
#[derive(Debug)]
pub enum ChildData {
    /// For each row the position of the other.
    One(Level, Vec<Option<usize>>),
    /// For each row its part of the others.
    Many(Level, Vec<PageData>),
}

/// The part of a list that was read.
#[derive(Debug, Clone, Default)]
pub struct PageData {
    /// Where its rows stand in the level.
    pub range: Range<usize>,
    /// Whether rows follow in the direction of reading.
    pub more: bool,
    /// Count of the whole list, where asked.
    pub total: Option<i64>,
    /// Whose list it is; nobody's at the root.
    pub parent: Option<i64>,
}

/// What was read, or why not.
pub(super) type Read<T> = Result<T, RunError>;

impl<'a> Session<'a> {
    /// A reading on a connection inside a read transaction.
    pub fn new(conn: &'a mut Conn, snapshot: &'a Snapshot, record: Record) -> Self {
        let texts = (record >= Record::Texts).then(Vec::new);
        let plans = (record >= Record::Plans).then(Vec::new);
        Self { conn, snapshot, statements: 0, texts, plans, empty: Vec::new() }
    }

    /// Runs a statement of the tree.
    pub fn rows<Q>(&mut self, query: Q, types: &[ColumnType]) -> Result<Vec<Row>, StorageError>
    where
        Q: crate::storage::conn::TreeQuery,
    {
        self.statements += 1;
        if let Some(texts) = &mut self.texts {
            texts.push(self.conn.text_of(&query));
        }
        if let Some(plans) = &mut self.plans {
            plans.push(self.conn.plan_of(&query)?);
        }
        self.conn.rows(query, types)
    }

    /// Gives each row of a statement of numbers and texts to `take`, in constant memory however many there are.
    pub fn each<Q, E>(&mut self, query: Q, take: impl FnMut(Row) -> Result<(), E>) -> Result<(), E>
    where
        Q: crate::storage::conn::TreeQuery,
        E: From<StorageError>,
    {
        self.statements += 1;
        if let Some(texts) = &mut self.texts {
            texts.push(self.conn.text_of(&query));
        }
        if let Some(plans) = &mut self.plans {
            plans.push(self.conn.plan_of(&query)?);
        }
        self.conn.each_of(query, take)
    }

    /// A root list: its rows with everything below, and its page.
    pub fn list(&mut self, plan: &RowPlan, list: &List, wants: Wants) -> Read<(Level, PageData)> {
        let (rows, mut pages) = self.read_list(plan, list, wants, None)?;
        let page = pages.remove(&NO_PARENT).unwrap_or_default();
        let mut level = self.level(plan, rows)?;
        level.facets = self.facets(plan, list, wants, None)?;
        Ok((level, page))
    }

    /// One object with everything below; no rows when there is none.
    pub fn object(&mut self, object: &Object) -> Read<Level> {
        let plan = &object.rows;
        let rows = match &object.which {
            Which::Id(id) => project(self.snapshot, plan, *id).into_iter().collect(),
            Which::Slug(slug) => self.with_columns(plan, &[], &Predicate::text_eq("slug", slug))?,
            Which::Where(condition) => self.with_columns(plan, &[], condition)?,
        };
        self.level(plan, rows)
    }

    /// The slugs nearest to one that no row has.
    pub fn nearest_slugs(&mut self, entity: &'static Entity, slug: &str) -> Read<Vec<String>> {
        let rows = self.rows(Near::new(entity, slug), &[ColumnType::Text])?;
        Ok(nearest(slug, rows.iter().filter_map(|row| row.text(0))))
    }

    /// Rows of a list and the page of each parent; without parents under [`NO_PARENT`].
    fn read_list(
        &mut self,
        plan: &RowPlan,
        list: &List,
        wants: Wants,
        parents: Option<&Parents>,
    ) -> Read<(Vec<Row>, HashMap<i64, PageData>)> {
        let mut pages: HashMap<i64, PageData> = HashMap::new();
        let mut rows = Vec::new();
        let mut totals: HashMap<i64, i64> = HashMap::new();
        let page = list.page.as_ref();
        let select = |arms: Vec<Arm>, columns: Vec<Column>| Select {
            entity: plan.entity,
            columns,
            arms,
            order: list.order.clone(),
            backward: page.is_some_and(|p| p.backward),
            // One more than the page tells whether more follow.
            limit: page.map(|p| p.size.saturating_add(1)),
            parents: parents.cloned(),
        };
        let whole = || select(List { page: None, ..list.clone() }.arms(self.snapshot), Vec::new());
        if wants.rows {
            let types = types(plan);
            let at = plan.columns.len();
            let read = select(list.arms(self.snapshot), plan.columns.clone());
            if wants.total {
                let counted = Counted { page: read, whole: whole() };
                rows = self.rows(counted, &types)?;
                totals = take_totals(&mut rows, at, parents.is_some());
            } else {
                rows = self.rows(read, &types)?;
            }
            pages = split(&mut rows, parents.map(|_| at), page.map(|p| (p.size, p.backward)));
        } else if wants.total {
            let counts = self.rows(Count(whole()), &[])?;
            let parent_of = |row: &Row| if parents.is_some() { row.int(0) } else { Some(NO_PARENT) };
            let at = usize::from(parents.is_some());
            totals = counts.iter().filter_map(|row| Some((parent_of(row)?, row.int(at)?))).collect();
        }
        for (parent, total) in totals {
            pages.entry(parent).or_default().total = Some(total);
        }
        if wants.total && parents.is_none() {
            pages.entry(NO_PARENT).or_default().total.get_or_insert(0);
        }
        self.note_if_empty(list, wants, rows.is_empty(), &pages, parents);
        Ok((rows, pages))
    }

    fn note_if_empty(
        &mut self,
        list: &List,
        wants: Wants,
        no_rows: bool,
        pages: &HashMap<i64, PageData>,
        parents: Option<&Parents>,
    ) {
        let Some(page) = list.page.as_ref().filter(|p| !p.from_cursor && !p.conditions.is_empty()) else { return };
        let is_empty = if wants.total {
            pages.values().all(|p| p.total.unwrap_or(0) == 0)
        } else {
            wants.rows && no_rows && page.size > 0
        };
        if is_empty {
            self.empty.push(EmptyList { list: list.clone(), parents: parents.cloned() });
        }
    }

    /// The facets of a list; where nothing else is asked of it, they tell whether it is empty.
    fn facets(&mut self, plan: &RowPlan, list: &List, wants: Wants, parents: Option<&Parents>) -> Read<Vec<FacetData>> {
        let read = facets::read(self, plan, list, parents)?;
        if wants == Wants::default() && !read.is_empty() && read.iter().all(FacetData::is_empty) {
            self.note_if_empty(list, Wants { rows: false, total: true }, true, &HashMap::new(), parents);
        }
        Ok(read)
    }

    /// The level of rows that were read: their children and computed values.
    pub fn level(&mut self, plan: &RowPlan, rows: Vec<Row>) -> Read<Level> {
        let mut children = Vec::with_capacity(plan.children.len());
        for child in &plan.children {
            children.push(self.child(child, &rows)?);
        }
        let values = computed::values(self, plan, &rows)?;
        let asked = plan.asked.iter().map(|asked| asked.read(self, &rows)).collect::<Read<_>>()?;
        Ok(Level { rows, children, computed: values, facets: Vec::new(), asked })
    }

    fn child(&mut self, child: &Child, rows: &[Row]) -> Read<ChildData> {
        let near: Vec<Option<i64>> = rows.iter().map(|row| row.int(child.near)).collect();
        let mut ids: Vec<i64> = near.iter().flatten().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        match &child.kind {
            ChildKind::One => self.one(child, &near, ids),
            ChildKind::Ancestors => self.ancestors(child, &near),
            ChildKind::Many { link, list, wants } => {
                if ids.is_empty() {
                    return Ok(ChildData::Many(Level::default(), vec![PageData::default(); rows.len()]));
                }
                let parents = Parents::new(*link, ids);
                let (found, pages) = self.read_list(&child.rows, list, *wants, Some(&parents))?;
                let mut level = self.level(&child.rows, found)?;
                level.facets = self.facets(&child.rows, list, *wants, Some(&parents))?;
                let empty = PageData { total: wants.total.then_some(0), ..PageData::default() };
                let of = |id: &Option<i64>| {
                    let mut page = id.and_then(|id| pages.get(&id)).unwrap_or(&empty).clone();
                    if wants.total {
                        page.total.get_or_insert(0);
                    }
                    page.parent = *id;
                    page
                };
                Ok(ChildData::Many(level, near.iter().map(of).collect()))
            }
        }
    }

    fn one(&mut self, child: &Child, near: &[Option<i64>], ids: Vec<i64>) -> Read<ChildData> {
        let plan = &child.rows;
        let (found, at) = self.by_ids(plan, ids)?;
        let positions = near.iter().map(|id| id.and_then(|id| at.get(&id).copied())).collect();
        Ok(ChildData::One(self.level(plan, found)?, positions))
    }

    /// The rows of ids, and where each is.
    pub fn by_ids(&mut self, plan: &RowPlan, ids: Vec<i64>) -> Read<(Vec<Row>, HashMap<i64, usize>)> {
        let mut at: HashMap<i64, usize> = HashMap::with_capacity(ids.len());
        let mut found = Vec::with_capacity(ids.len());
        if plan.entity.resident {
            for id in ids {
                if let Some(row) = project(self.snapshot, plan, id) {
                    at.insert(id, found.len());
                    found.push(row);
                }
            }
        } else if !ids.is_empty() {
            found = self.with_columns(plan, &["id"], &Predicate::int_in("id", ids))?;
            for (index, row) in found.iter().enumerate() {
                if let Some(id) = row.int(plan.columns.len()) {
                    at.insert(id, index);
                }
            }
        }
        Ok((found, at))
    }

    /// The rows that meet a condition, with further columns behind those of the plan.
    pub fn with_columns(&mut self, plan: &RowPlan, further: &[&'static str], condition: &Predicate) -> Read<Vec<Row>> {
        let arms = if plan.entity.mirrored {
            List { entity: plan.entity, filter: condition.clone(), order: Vec::new(), page: None }.arms(self.snapshot)
        } else {
            vec![Arm { side: Side::Plain, predicate: condition.clone() }]
        };
        let mut columns = plan.columns.clone();
        columns.extend(further.iter().map(|name| Column::Plain(name, type_of(plan.entity, name))));
        let types: Vec<ColumnType> = columns.iter().map(Column::column_type).collect();
        let select = Select {
            entity: plan.entity,
            columns,
            arms,
            order: Vec::new(),
            backward: false,
            limit: None,
            parents: None,
        };
        Ok(self.rows(select, &types)?)
    }

    fn ancestors(&mut self, child: &Child, near: &[Option<i64>]) -> Read<ChildData> {
        let plan = &child.rows;
        let mut found = Vec::new();
        let mut pages = Vec::with_capacity(near.len());
        for id in near {
            let start = found.len();
            let mut chain = Vec::new();
            let parent_of = |id: i64| self.snapshot.table(plan.entity).and_then(|t| t.value(id, "parent_id").as_int());
            let mut next = id.and_then(parent_of);
            while let Some(id) = next {
                chain.push(id);
                next = parent_of(id).filter(|id| !chain.contains(id));
            }
            found.extend(chain.iter().rev().filter_map(|id| project(self.snapshot, plan, *id)));
            pages.push(PageData { range: start..found.len(), more: false, ..PageData::default() });
        }
        Ok(ChildData::Many(self.level(plan, found)?, pages))
    }
}

/// The parent of rows that have none.
const NO_PARENT: i64 = i64::MIN;

fn types(plan: &RowPlan) -> Vec<ColumnType> {
    plan.columns.iter().map(Column::column_type).collect()
}

/// Divides rows by parent, drops the one that only tells that more follow, so that nothing is read below it, and turns
/// pages read from their end.
fn split(rows: &mut Vec<Row>, parent_at: Option<usize>, page: Option<(u32, bool)>) -> HashMap<i64, PageData> {
    let mut pages: HashMap<i64, PageData> = HashMap::new();
    let parent_of = |row: &Row| parent_at.map_or(NO_PARENT, |at| row.int(at).unwrap_or(NO_PARENT));
    let size = page.and_then(|(size, _)| usize::try_from(size).ok()).unwrap_or(usize::MAX);
    let mut kept: Vec<Row> = Vec::with_capacity(rows.len());
    let mut left = std::mem::take(rows).into_iter().peekable();
    while let Some(first) = left.next() {
        let (parent, start) = (parent_of(&first), kept.len());
        let mut more = false;
        let mut next = Some(first);
        while let Some(row) = next {
            if kept.len() - start < size {
                kept.push(row);
            } else {
                more = true;
            }
            next = left.next_if(|row| parent_of(row) == parent);
        }
        if page.is_some_and(|(_, backward)| backward)
            && let Some(part) = kept.get_mut(start..)
        {
            part.reverse();
        }
        pages.insert(parent, PageData { range: start..kept.len(), more, ..PageData::default() });
    }
    *rows = kept;
    pages
}

/// The counts that stand behind the columns of a page (see [`Counted`]), by parent; rows that only carry a count go.
fn take_totals(rows: &mut Vec<Row>, at: usize, has_parents: bool) -> HashMap<i64, i64> {
    let mut totals = HashMap::new();
    for row in rows.iter() {
        let (parent, total) =
            if has_parents { (row.int(at + 1), row.int(at + 2)) } else { (Some(NO_PARENT), row.int(at + 1)) };
        if let (Some(parent), Some(total)) = (parent, total) {
            totals.insert(parent, total);
        }
    }
    rows.retain(|row| !row.get(at).is_null());
    totals
}

/// The columns of a resident row that a plan reads.
fn project(snapshot: &Snapshot, plan: &RowPlan, id: i64) -> Option<Row> {
    let table = snapshot.table(plan.entity)?;
    table.row(id)?;
    let values = plan.columns.iter().map(|column| match column {
        Column::Plain(name, _) => table.value(id, name).clone(),
        // Only lists have an order, and only exports read through relations.
        Column::Key(..) | Column::Read(..) => Value::Null,
        Column::Name { kind, language } => {
            Value::text(snapshot.name(kind, id, language.as_text().unwrap_or("en")).map(str::to_owned))
        }
    });
    Some(Row { values: values.collect() })
}

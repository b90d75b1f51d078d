//! Facets of a connection: how many rows of the whole list have each value. Everything about them from the arguments
//! to the JSON; the statement is [`crate::storage::sql::grouped`]. A value that is a row is read and written like any
//! other resident object.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use apollo_compiler::executable::SelectionSet;
use serde_json::{Map, Value as Json};

use super::collect::sub_selections;
use super::connection::List;
use super::cost::rows_cost;
use super::errors::GraphError;
use super::execute::{Level, PageData, Read, Session};
use super::inputs::shown;
use super::lookup;
use super::plan::{Child, ChildKind, Out, Planned, Planner, RowPlan, Shape, What, type_of, type_of_operand};
use super::query::RootArgument;
use super::render::{Writer, push_key, push_text};
use crate::catalog::facet::{End, Facet, Step};
use crate::catalog::region::REGION;
use crate::catalog::sector::{CLASSIFICATION, SECTOR};
use crate::catalog::{Entity, Field, Kind};
use crate::domain::error_code::Reason;
use crate::domain::flow::name_of;
use crate::domain::period::Period;
use crate::storage::snapshot::{Snapshot, Table};
use crate::storage::sql::grouped::{Above, By, Grouped};
use crate::storage::sql::operand::{Operand, PERIOD_FACTOR, Through};
use crate::storage::sql::order::Key;
use crate::storage::sql::select::{Column, Parents, Select};
use crate::storage::value::{ColumnType, Row, Value};

/// Values of a facet that are given, with `first` or without.
const MOST: usize = 1000;
/// Rows that the statement of a facet is priced at: it reads all rows of the list.
const STATEMENT: u64 = 500;
/// Years that a facet is priced at.
const YEARS: u64 = 100;
/// Levels of a tree that are climbed; none is as deep.
const DEEPEST: usize = 32;

/// The count of a value, as an output field.
pub static COUNT: Field = Field::new("count", "count", Kind::Int, "Rows that have the value.");
static PERIOD: Field = Field::new("value", "value", Kind::Text, "Period.");
static YEAR: Field = Field::new("value", "value", Kind::Int, "Year.");

/// The order of values, in words.
pub const ORDER: &str = "The largest count comes first, then values in the order of code, word or year; null is last.";

/// A facet that is read.
#[derive(Debug)]
pub struct FacetPlan {
    facet: &'static Facet,
    arguments: Map<String, Json>,
    end: End,
    counted: Counted,
    first: Option<usize>,
    /// Value and count of each entry; below them what is asked of the values.
    entries: RowPlan,
}

/// What rows are counted by.
#[derive(Debug)]
struct Counted {
    operand: Operand,
    by: By,
    /// Values are regions, and are counted by those of this level above them.
    region_level: Option<String>,
    /// Values there can be.
    most: u64,
}

/// One response key of an object of facets.
#[derive(Debug)]
pub struct FacetOut {
    key: String,
    what: FacetWhat,
}

#[derive(Debug)]
enum FacetWhat {
    /// A constant.
    Typename(String),
    /// The entries of the facet in a slot.
    Entries(usize, Shape),
}

/// The entries of a facet.
#[derive(Debug)]
pub struct FacetData {
    level: Level,
    /// Where those of each parent stand; without parents under none.
    ranges: HashMap<Option<i64>, Range<usize>>,
}

impl FacetData {
    /// Whether no list had a row.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }
}

/// The arguments of a facet.
pub fn arguments(end: &End) -> Vec<RootArgument> {
    let mut all = match end {
        End::Region(_) => vec![RootArgument {
            name: "level",
            ty: "RegionLevel!",
            default: Some("COUNTRY"),
            doc: "Counted by the nearest region of this level in which a row lies.",
        }],
        End::Sectors { .. } => vec![
            RootArgument {
                name: "classification",
                ty: "String!",
                default: Some("\"TEAROAD\""),
                doc: "Code of the classification whose sectors are counted; others are left out.",
            },
            RootArgument {
                name: "level",
                ty: "Int",
                default: None,
                doc: "Counted by the sectors of this level above those of a row; the coarsest of the classification when left out.",
            },
        ],
        _ => Vec::new(),
    };
    all.push(RootArgument {
        name: "first",
        ty: "Int",
        default: None,
        doc: "Only so many, the largest. Without it all are given, and more than 1,000 are an error.",
    });
    all
}

/// Description of the values of a facet.
pub fn value_doc(end: &End) -> &'static str {
    match end {
        End::Words(..) | End::Numbers(_) => "The value; null for rows of which it is not known.",
        End::Periods => "The period.",
        End::Rows(..) => "What it is; null for rows of which it is not known.",
        End::Years(_) => "The year; null for rows of which it is not known.",
        End::Region(_) => {
            "The region; null for rows whose region is not known, lies above the asked level, or is a bloc, which has no place in the tree."
        }
        End::Sectors { .. } => "The sector; null for rows that have none of the classification at or below the level.",
    }
}

fn at(facet: &Facet, argument: &str) -> String {
    format!("facets.{}.{argument}", facet.name)
}

fn first_of(facet: &Facet, arguments: &Map<String, Json>) -> Planned<Option<usize>> {
    let Some(first) = arguments.get("first").filter(|f| !f.is_null()) else { return Ok(None) };
    let at = at(facet, "first");
    match first.as_u64().and_then(|n| usize::try_from(n).ok()) {
        Some(n) if n <= MOST => Ok(Some(n)),
        Some(n) => {
            let message = format!("{at}: {n} values, at most {MOST} are given");
            Err(GraphError::new(Reason::PageSizeExceeded, message).at(at).hint("ask for fewer values"))
        }
        None => {
            let message = format!("{at}: `{}` is not a number of values from 0", shown(first));
            Err(GraphError::new(Reason::PageArguments, message).at(at).hint("leave it out for all values"))
        }
    }
}

/// The node itself and those above it.
pub(super) fn climbed(table: &Table, id: i64) -> impl Iterator<Item = (i64, &Row)> {
    let parent = table.position("parent_id");
    let row = move |id: i64| table.row(id).map(|row| (id, row));
    std::iter::successors(row(id), move |(_, below)| parent.and_then(|at| below.int(at)).and_then(row)).take(DEEPEST)
}

/// The nearest region of a level at or above one; a bloc is on no level.
pub(super) fn region_above(table: &Table, id: i64, level: &str) -> Option<i64> {
    let (level_at, kind_at) = (table.position("level")?, table.position("kind")?);
    let is_wanted = |row: &Row| row.text(level_at) == Some(level) && row.text(kind_at) != Some("GROUP");
    climbed(table, id).find(|(_, row)| is_wanted(row)).map(|(id, _)| id)
}

/// The sectors of a classification with those of a level above them. Nodes above that belong to the family, as the
/// total does, are nodes of every edition.
/// `arguments` has the code of the classification, Tea Road's own industries when left out, and the level there, named
/// `level` or `digits`; `place` tells where they stand.
pub(super) fn sectors_above(
    snapshot: &Snapshot,
    arguments: &Json,
    place: &dyn Fn(&str) -> String,
) -> Planned<Vec<(i64, i64)>> {
    let code = arguments.get("classification").and_then(Json::as_str).unwrap_or("TEAROAD");
    let class = lookup::code_of(snapshot, &CLASSIFICATION, "classification", code).map_err(|mut error| {
        let at = place("classification");
        error.message = format!("{at}: {}", error.message);
        error.hint.get_or_insert_with(|| "the root list `classifications` gives all codes".to_owned());
        error.at(at)
    })?;
    let none = Vec::new();
    let Some(table) = snapshot.table(&SECTOR) else { return Ok(none) };
    let (Some(class_at), Some(level_at)) = (table.position("classification_id"), table.position("level")) else {
        return Ok(none);
    };
    let own: Vec<i64> =
        table.rows.iter().filter(|row| row.int(class_at) == Some(class)).filter_map(|row| row.int(0)).collect();
    let nodes: BTreeSet<i64> = own.iter().flat_map(|id| climbed(table, *id)).map(|(id, _)| id).collect();
    let level_of = |id: &i64| table.row(*id).and_then(|row| row.int(level_at));
    let level = match arguments.get("level").or_else(|| arguments.get("digits")).filter(|l| !l.is_null()) {
        None => own.iter().filter_map(level_of).min(),
        Some(asked) => {
            let levels: BTreeSet<i64> = nodes.iter().filter_map(level_of).collect();
            let level = asked.as_i64().filter(|level| levels.contains(level));
            Some(level.ok_or_else(|| {
                let at = place("level");
                let message = format!("{at}: `{}` is not a level of the classification `{code}`", shown(asked));
                let levels: Vec<String> = levels.iter().map(ToString::to_string).collect();
                let error = GraphError::new(Reason::InvalidArgument, message).at(at);
                match levels.as_slice() {
                    [] => error.hint("it has no sectors; ask for another classification"),
                    _ => error.hint(format!("its levels: {}", levels.join(", "))),
                }
            })?)
        }
    };
    let above = |id: &i64| climbed(table, *id).find(|(_, row)| row.int(level_at) == level).map(|(above, _)| above);
    Ok(nodes.iter().filter_map(|id| Some((*id, above(id)?))).collect())
}

fn counted(
    snapshot: &Snapshot,
    facet: &Facet,
    (steps, end): (&[Step], &End),
    arguments: &Map<String, Json>,
) -> Planned<Counted> {
    let mut region_level = None;
    let many = usize::try_from(YEARS).unwrap_or(usize::MAX);
    let (read, by, most) = match *end {
        End::Words(field, words) => (Operand::Column(field.column), By::Value, words.values.len()),
        End::Numbers(field) => (Operand::Column(field.column), By::Value, many),
        End::Periods => (Operand::PeriodNumber, By::Value, many),
        End::Years(field) => (Operand::Column(field.column), By::Year, many),
        End::Rows(column, target) => {
            (Operand::Column(column), By::Value, snapshot.table(target).map_or(0, |table| table.rows.len()))
        }
        End::Region(column) => {
            let level = arguments.get("level").and_then(Json::as_str).unwrap_or_default();
            let table = snapshot.table(&REGION);
            let at = table.and_then(|t| t.position("level"));
            let rows = table.map_or(&[][..], |t| &t.rows);
            let most = rows.iter().filter(|row| at.and_then(|at| row.text(at)) == Some(level)).count();
            region_level = Some(level.to_owned());
            (Operand::Column(column), By::Value, most)
        }
        End::Sectors { table, near, far } => {
            let pairs = sectors_above(snapshot, &Json::Object(arguments.clone()), &|argument| at(facet, argument))?;
            let most = pairs.iter().map(|(_, above)| above).collect::<BTreeSet<_>>().len();
            (Operand::Column("id"), By::Above(Box::new(Above::new(table, near, far, &pairs))), most)
        }
    };
    let mut operand = read;
    for (column, target) in steps.iter().rev() {
        operand = Operand::Through(Box::new(Through { column, target, inner: operand }));
    }
    // One more for the rows of which the value is not known.
    Ok(Counted { operand, by, region_level, most: u64::try_from(most.saturating_add(1)).unwrap_or(u64::MAX) })
}

impl<'a> Planner<'a> {
    /// The facets that are selected; the plan of the rows learns what must be counted.
    pub(super) fn facets(&self, rows: &mut RowPlan, sets: &[&'a SelectionSet]) -> Planned<Vec<FacetOut>> {
        let entity = rows.entity;
        let type_name = format!("{}Facets", entity.name);
        let mut out = Vec::new();
        for (key, fields) in self.reader.collect(&type_name, sets) {
            let Some(field) = fields.first() else { continue };
            let facet = entity.facet(field.name.as_str());
            let what = match facet.and_then(|facet| Some((facet, facet.resolve(entity)?))) {
                None => FacetWhat::Typename(type_name.clone()),
                Some((facet, (steps, end))) => {
                    let arguments = self.reader.arguments(field);
                    let slot = self.slot(rows, facet, (&steps, end), arguments)?;
                    let plan = rows.facets.get_mut(slot).map(|plan| &mut plan.entries);
                    let shape = plan.map(|entries| self.entry(entries, &end, &sub_selections(&fields))).transpose()?;
                    FacetWhat::Entries(slot, shape.unwrap_or(Shape { discriminator: None, cases: Vec::new() }))
                }
            };
            out.push(FacetOut { key: key.to_owned(), what });
        }
        Ok(out)
    }

    /// Where a facet stands among those that are read: one that was asked under another alias is read once.
    fn slot(
        &self,
        rows: &mut RowPlan,
        facet: &'static Facet,
        (steps, end): (&[Step], End),
        arguments: Map<String, Json>,
    ) -> Planned<usize> {
        let same = |plan: &FacetPlan| plan.facet.name == facet.name && plan.arguments == arguments;
        if let Some(slot) = rows.facets.iter().position(same) {
            return Ok(slot);
        }
        let first = first_of(facet, &arguments)?;
        let counted = counted(self.snapshot, facet, (steps, &end), &arguments)?;
        let entries = RowPlan::new(rows.entity);
        rows.facets.push(FacetPlan { facet, arguments, end, counted, first, entries });
        Ok(rows.facets.len() - 1)
    }

    /// How an entry is written.
    fn entry(&self, entries: &mut RowPlan, end: &End, sets: &[&'a SelectionSet]) -> Planned<Shape> {
        let type_name = end.type_name();
        let mut out = Vec::new();
        for (key, fields) in self.reader.collect(&type_name, sets) {
            let Some(field) = fields.first() else { continue };
            let what = match (field.name.as_str(), end) {
                ("count", _) => What::Column(1, &COUNT),
                ("value", End::Words(field, _) | End::Numbers(field)) => What::Column(0, field),
                ("value", End::Years(_)) => What::Column(0, &YEAR),
                ("value", End::Periods) => What::Column(0, &PERIOD),
                ("value", _) => match end.target() {
                    Some(target) => self.value(entries, target, &sub_selections(&fields))?,
                    None => What::Typename(Cow::Owned(type_name.clone())),
                },
                _ => What::Typename(Cow::Owned(type_name.clone())),
            };
            out.push(Out { key: key.to_owned(), what });
        }
        Ok(Shape { discriminator: None, cases: vec![("", out)] })
    }

    fn value(&self, entries: &mut RowPlan, target: &'static Entity, sets: &[&'a SelectionSet]) -> Planned<What> {
        let mut rows = RowPlan::new(target);
        let shape = self.shape(&mut rows, sets)?;
        entries.children.push(Child { near: 0, rows, kind: ChildKind::One });
        Ok(What::One(entries.children.len() - 1, shape))
    }
}

/// Rows that the entries of a facet, with what is below them, may be for so many lists.
pub(super) fn cost(plan: &FacetPlan, lists: u64) -> u64 {
    let first = plan.first.and_then(|first| u64::try_from(first).ok()).unwrap_or(u64::MAX);
    STATEMENT.saturating_add(rows_cost(&plan.entries, lists.saturating_mul(plan.counted.most.min(first).max(1))))
}

/// A value as it is told from others and ordered among equal counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Number(i64),
    Word(String),
    Unknown,
}

type Counts = BTreeMap<Option<i64>, BTreeMap<Told, (Value, i64)>>;

/// Reads the facets of a list, of all parents at once.
pub(super) fn read(
    session: &mut Session<'_>,
    plan: &RowPlan,
    list: &List,
    parents: Option<&Parents>,
) -> Read<Vec<FacetData>> {
    plan.facets.iter().map(|facet| facet.read(session, list, parents)).collect()
}

impl FacetPlan {
    fn read(&self, session: &mut Session<'_>, list: &List, parents: Option<&Parents>) -> Read<FacetData> {
        let mut entries = Vec::new();
        let mut ranges = HashMap::new();
        for (parent, values) in self.counts(session, list, parents)? {
            if values.len() > MOST && self.first.is_none() {
                return Err(self.too_many(values.len()).into());
            }
            // In the order of the values already, which stays among equal counts.
            let mut values: Vec<(Told, (Value, i64))> = values.into_iter().collect();
            values.sort_by_key(|(told, (_, count))| (*told == Told::Unknown, Reverse(*count)));
            let start = entries.len();
            let kept = values.into_iter().take(self.first.unwrap_or(MOST));
            entries.extend(kept.map(|(_, (value, count))| Row { values: vec![value, Value::Int(count)] }));
            ranges.insert(parent, start..entries.len());
        }
        Ok(FacetData { level: session.level(&self.entries, entries)?, ranges })
    }

    /// How many rows have each value, by parent.
    fn counts(&self, session: &mut Session<'_>, list: &List, parents: Option<&Parents>) -> Read<Counts> {
        let entity = list.entity;
        let whole = List { page: None, ..list.clone() };
        let mut columns = vec![Column::Key(0, type_of_operand(entity, &self.counted.operand))];
        if matches!(self.counted.by, By::Above(_)) {
            columns.push(Column::Plain("id", type_of(entity, "id")));
        }
        let select = Select {
            entity,
            columns,
            arms: whole.arms(session.snapshot),
            order: vec![Key { by: self.counted.operand.clone(), descending: false, nullable: true }],
            backward: false,
            limit: None,
            parents: parents.cloned(),
        };
        let value_type = match self.end {
            End::Words(field, _) => type_of(entity, field.column),
            _ => ColumnType::Int,
        };
        let types = [value_type, ColumnType::Int, ColumnType::Int];
        let mut counts = Counts::new();
        for row in session.rows(Grouped { select, by: self.counted.by.clone() }, &types)? {
            let value = self.rolled_up(session.snapshot, row.get(0));
            let values = counts.entry(parents.and_then(|_| row.int(2))).or_default();
            let (_, count) = values.entry(self.told(session.snapshot, &value)).or_insert((value, 0));
            *count += row.int(1).unwrap_or(0);
        }
        Ok(counts)
    }

    fn rolled_up(&self, snapshot: &Snapshot, value: &Value) -> Value {
        if let End::Periods = self.end {
            let number = |n: i64| i32::try_from(n).ok();
            let period = value
                .as_int()
                .and_then(|n| Some(Period { start: number(n / PERIOD_FACTOR)?, months: number(n % PERIOD_FACTOR)? }));
            return Value::text(period.map(|p| p.to_string()));
        }
        match &self.counted.region_level {
            None => value.clone(),
            Some(level) => {
                let above = |id| snapshot.table(&REGION).and_then(|table| region_above(table, id, level));
                Value::int(value.as_int().and_then(above))
            }
        }
    }

    fn told(&self, snapshot: &Snapshot, value: &Value) -> Told {
        let code = |id: i64| self.end.target().and_then(|e| snapshot.table(e)?.value(id, "code").as_text());
        match (value, &self.end) {
            (Value::Int(n), End::Words(_, words)) => {
                name_of(words.values, *n).map_or(Told::Unknown, |w| Told::Word(w.to_owned()))
            }
            (Value::Int(id), _) => code(*id).map_or(Told::Number(*id), |code| Told::Word(code.to_owned())),
            (Value::Text(word), _) => Told::Word(word.clone()),
            _ => Told::Unknown,
        }
    }

    fn too_many(&self, came: usize) -> GraphError {
        let at = format!("facets.{}", self.facet.name);
        let hint = match self.end {
            End::Region(_) | End::Sectors { .. } => "ask for a coarser level, or with first for the largest",
            _ => "ask with first for the largest, or filter the list",
        };
        let message = format!("{at}: {came} values, at most {MOST} are given");
        GraphError::new(Reason::PageSizeExceeded, message).at(at).hint(hint)
    }
}

impl Writer<'_> {
    /// The facets of a list.
    pub(super) fn facets(&mut self, plan: &RowPlan, out: &[FacetOut], level: &Level, page: &PageData) {
        self.out.push('{');
        for (position, field) in out.iter().enumerate() {
            push_key(&mut self.out, position == 0, &field.key);
            match &field.what {
                FacetWhat::Typename(name) => push_text(&mut self.out, name),
                FacetWhat::Entries(slot, shape) => match (plan.facets.get(*slot), level.facets.get(*slot)) {
                    (Some(facet), Some(data)) => {
                        let range = data.ranges.get(&page.parent).cloned().unwrap_or_default();
                        self.nodes(&facet.entries, shape, &data.level, &PageData { range, ..PageData::default() });
                    }
                    _ => self.out.push_str("[]"),
                },
            }
        }
        self.out.push('}');
    }
}

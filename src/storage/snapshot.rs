//! The small dimensions in memory: regions, sectors, classifications, datasets, sources and their names, as of one
//! revision and never changed. Codes become ids here before SQL, ids become names after it.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use rustc_hash::FxHashMap;

use super::StorageError;
use super::conn::Conn;
use super::nodes::Nodes;
use super::sql::Side;
use super::sql::operand::{Operand, Related};
use super::sql::predicate::{Op, Predicate};
use super::sql::select::{Arm, Column, Select};
use super::value::{ColumnType, Row, Value};
use crate::catalog::{self, Entity, Kind, Link, NodeKey};

/// One resident entity.
#[derive(Debug)]
pub struct Table {
    /// The entity.
    pub entity: &'static Entity,
    /// Names of the columns, in the order of the values; the first is `id`.
    pub columns: Vec<&'static str>,
    /// Rows in the order of ids.
    pub rows: Vec<Row>,
    by_id: HashMap<i64, usize>,
    by_code: HashMap<String, Vec<usize>>,
    /// Rows of a tree in the order of their paths.
    by_path: Vec<usize>,
}

/// A code of a region in some scheme.
#[derive(Debug, Clone)]
pub struct RegionCode {
    /// The region.
    pub region_id: i64,
    /// First year.
    pub valid_from: Option<i64>,
    /// Last year.
    pub valid_to: Option<i64>,
}

/// A member of a bloc.
#[derive(Debug, Clone, Copy)]
struct Member {
    region: i64,
    since: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

/// A level that a dataset holds in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatasetLevel {
    /// Levels of reporters, partners and sectors.
    pub levels: [i64; 3],
    /// Id of the classification.
    pub classification: i64,
    /// Code of the flow.
    pub flow: i64,
    /// The period: first month and months.
    pub period: (i64, i64),
    /// Whether some of it is derived.
    pub is_derived: bool,
}

/// The dimensions at one revision.
#[derive(Debug)]
pub struct Snapshot {
    /// The revision; 0 before the first.
    pub revision: i64,
    /// When it was committed.
    pub committed_at: Option<NaiveDateTime>,
    tables: HashMap<&'static str, Table>,
    names: HashMap<(&'static str, i64), Vec<(String, String)>>,
    region_codes: HashMap<(String, String), Vec<RegionCode>>,
    members: HashMap<i64, Vec<Member>>,
    regions: Nodes,
    sectors: Nodes,
    levels: HashMap<i64, Vec<DatasetLevel>>,
    /// By dataset and months of a period.
    coverage: HashMap<(i64, i64), Arc<Coverage>>,
}

/// Which reporters a dataset has in periods of one length, and whether all of their partners and sectors are there.
#[derive(Debug, Default)]
pub struct Coverage {
    /// By reporter and first month.
    pub by_reporter: FxHashMap<(i64, i64), bool>,
    /// How many are complete, and how many there are, by first month.
    pub by_period: FxHashMap<i64, (i64, i64)>,
}

/// Type of a catalogue field's column.
pub fn column_type(kind: Kind) -> ColumnType {
    match kind {
        Kind::Text => ColumnType::Text,
        Kind::Enum(list) if !list.numeric => ColumnType::Text,
        Kind::Int | Kind::BigInt | Kind::Enum(_) | Kind::Period | Kind::Money | Kind::Milli => ColumnType::Int,
        Kind::Float => ColumnType::Float,
        Kind::Bool => ColumnType::Bool,
        Kind::Date => ColumnType::Date,
        Kind::DateTime => ColumnType::Time,
    }
}

/// Every column of an entity that a plan may need, with its type.
pub fn all_columns(entity: &'static Entity) -> Vec<(&'static str, ColumnType)> {
    let mut columns: Vec<(&'static str, ColumnType)> = vec![("id", ColumnType::Int)];
    let mut add = |name: &'static str, column_type: ColumnType| {
        if !columns.iter().any(|(n, _)| *n == name) {
            columns.push((name, column_type));
        }
    };
    for field in entity.fields {
        add(field.column, column_type(field.kind));
    }
    for relation in entity.relations {
        if let Link::One { column, .. } = relation.link {
            add(column, ColumnType::Int);
        }
    }
    if entity.tree {
        add("path", ColumnType::Text);
    }
    if entity.names.is_some() {
        add("sort_name", ColumnType::Text);
    }
    if entity.name == "Dataset" {
        add("scale", ColumnType::Int);
    }
    columns
}

impl Table {
    fn load(conn: &mut Conn, entity: &'static Entity) -> Result<Self, StorageError> {
        let columns = all_columns(entity);
        let types: Vec<ColumnType> = columns.iter().map(|(_, t)| *t).collect();
        let select = Select {
            entity,
            columns: columns.iter().map(|(name, t)| Column::Plain(name, *t)).collect(),
            arms: vec![Arm { side: Side::Plain, predicate: Predicate::All }],
            order: vec![super::sql::order::Key::ascending("id")],
            backward: false,
            limit: None,
            parents: None,
        };
        let rows = conn.rows(select, &types)?;
        let columns: Vec<&'static str> = columns.iter().map(|(name, _)| *name).collect();
        let code_at = columns.iter().position(|c| *c == "code");
        let mut by_id = HashMap::with_capacity(rows.len());
        let mut by_code: HashMap<String, Vec<usize>> = HashMap::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            if let Some(id) = row.int(0) {
                by_id.insert(id, index);
            }
            if let Some(code) = code_at.and_then(|at| row.text(at)) {
                by_code.entry(code.to_owned()).or_default().push(index);
            }
        }
        let mut by_path: Vec<usize> = if entity.tree { (0..rows.len()).collect() } else { Vec::new() };
        let path_at = columns.iter().position(|c| *c == "path");
        by_path.sort_by_key(|at| path_at.and_then(|path| rows.get(*at)?.text(path)).map(str::as_bytes));
        Ok(Self { entity, columns, rows, by_id, by_code, by_path })
    }

    /// Position of a column.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|c| *c == column)
    }

    /// The row of an id.
    pub fn row(&self, id: i64) -> Option<&Row> {
        self.by_id.get(&id).and_then(|at| self.rows.get(*at))
    }

    /// The value of a column of an id.
    pub fn value(&self, id: i64, column: &str) -> &Value {
        match (self.row(id), self.position(column)) {
            (Some(row), Some(at)) => row.get(at),
            _ => &Value::Null,
        }
    }

    /// Rows with this code; several where a code is only unique within a classification.
    pub fn with_code(&self, code: &str) -> impl Iterator<Item = &Row> {
        self.by_code.get(code).into_iter().flatten().filter_map(|at| self.rows.get(*at))
    }

    /// Rows among which all are that meet a condition, where an index says so.
    fn candidates(&self, predicate: &Predicate) -> Option<Vec<usize>> {
        match predicate {
            Predicate::Nothing => Some(Vec::new()),
            Predicate::Compare(Operand::Column("id"), Op::Eq, Value::Int(id)) => {
                Some(self.by_id.get(id).copied().into_iter().collect())
            }
            Predicate::Ints(Operand::Column("id"), list) => {
                Some(list.values.iter().filter_map(|id| self.by_id.get(id)).copied().collect())
            }
            Predicate::Compare(Operand::Column("code"), Op::Eq, Value::Text(code)) => {
                Some(self.by_code.get(code).cloned().unwrap_or_default())
            }
            Predicate::Texts(Operand::Column("code"), list) => {
                Some(list.values.iter().filter_map(|code| self.by_code.get(code)).flatten().copied().collect())
            }
            Predicate::And(parts) => {
                let of_parts = parts.iter().filter_map(|part| self.candidates(part));
                of_parts.chain(self.below(parts)).min_by_key(Vec::len)
            }
            Predicate::Or(parts) => {
                let of_parts: Option<Vec<Vec<usize>>> = parts.iter().map(|part| self.candidates(part)).collect();
                let mut all = of_parts?.concat();
                all.sort_unstable();
                all.dedup();
                Some(all)
            }
            _ => None,
        }
    }

    /// Rows whose path lies between two that conditions name.
    fn below(&self, parts: &[Predicate]) -> Option<Vec<usize>> {
        let bound = |wanted: Op| {
            parts.iter().find_map(|part| match part {
                Predicate::Compare(Operand::Column("path"), op, Value::Text(path)) if *op == wanted => Some(path),
                _ => None,
            })
        };
        let (from, to) = (bound(Op::Ge)?, bound(Op::Lt)?);
        let at = self.position("path")?;
        let path = |row: &usize| self.rows.get(*row).and_then(|row| row.text(at)).unwrap_or_default().as_bytes();
        let start = self.by_path.partition_point(|row| path(row) < from.as_bytes());
        let end = self.by_path.partition_point(|row| path(row) < to.as_bytes());
        Some(self.by_path.get(start..end).unwrap_or_default().to_vec())
    }

    /// Every code.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.by_code.keys().map(String::as_str)
    }
}

impl Snapshot {
    /// Reads everything, in the caller's transaction.
    pub fn load(conn: &mut Conn) -> Result<Self, StorageError> {
        let (revision, committed_at) = current_revision(conn)?;
        let mut tables = HashMap::new();
        for entity in catalog::ALL.iter().copied().filter(|e| e.resident) {
            tables.insert(entity.name, Table::load(conn, entity)?);
        }
        let mut names: HashMap<(&'static str, i64), Vec<(String, String)>> = HashMap::new();
        for row in conn.rows(super::bulk::Fixed(
            "SELECT subject_kind, subject_id, language, text FROM names WHERE subject_kind IN ('REGION', 'SECTOR') ORDER BY subject_kind, subject_id, language, ordinal",
        ), &[])? {
            let (Some(kind), Some(id), Some(language), Some(text)) = (row.text(0), row.int(1), row.text(2), row.text(3)) else { continue };
            let kind = if kind == "REGION" { "REGION" } else { "SECTOR" };
            names.entry((kind, id)).or_default().push((language.to_owned(), text.to_owned()));
        }
        let mut region_codes: HashMap<(String, String), Vec<RegionCode>> = HashMap::new();
        for row in conn.rows(
            super::bulk::Fixed("SELECT scheme, code, region_id, valid_from, valid_to FROM region_codes ORDER BY scheme, code, region_id"),
            &[],
        )? {
            let (Some(scheme), Some(code), Some(region_id)) = (row.text(0), row.text(1), row.int(2)) else { continue };
            region_codes.entry((scheme.to_owned(), code.to_owned())).or_default().push(RegionCode {
                region_id,
                valid_from: row.int(3),
                valid_to: row.int(4),
            });
        }
        let mut members: HashMap<i64, Vec<Member>> = HashMap::new();
        for row in conn.rows(
            super::bulk::Fixed(
                "SELECT group_id, region_id, since, until FROM region_members ORDER BY group_id, region_id, since",
            ),
            &[ColumnType::Int, ColumnType::Int, ColumnType::Date, ColumnType::Date],
        )? {
            let day = |at: usize| match row.get(at) {
                Value::Date(day) => Some(*day),
                _ => None,
            };
            if let (Some(group), Some(region)) = (row.int(0), row.int(1)) {
                members.entry(group).or_default().push(Member { region, since: day(2), until: day(3) });
            }
        }
        let mut levels: HashMap<i64, Vec<DatasetLevel>> = HashMap::new();
        for row in conn.rows(
            super::bulk::Fixed("SELECT dataset_id, reporter_level, partner_level, sector_level, classification_id, flow, period_start, period_months, MAX(origin) FROM dataset_levels GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8"),
            &[],
        )? {
            let n = |at: usize| row.int(at).unwrap_or(-1);
            levels.entry(n(0)).or_default().push(DatasetLevel {
                levels: [n(1), n(2), n(3)],
                classification: n(4),
                flow: n(5),
                period: (n(6), n(7)),
                is_derived: n(8) == super::figures::DERIVED,
            });
        }
        let nodes = |entity: &'static Entity| tables.get(entity.name).map(Nodes::of).unwrap_or_default();
        let (regions, sectors) = (nodes(&catalog::region::REGION), nodes(&catalog::sector::SECTOR));
        let coverage = read_coverage(conn)?;
        Ok(Self { revision, committed_at, tables, names, region_codes, members, regions, sectors, levels, coverage })
    }

    /// The levels that a dataset holds.
    pub fn levels(&self, dataset: i64) -> &[DatasetLevel] {
        self.levels.get(&dataset).map_or(&[], Vec::as_slice)
    }

    /// Who reports in a dataset, in periods of so many months.
    pub fn coverage(&self, dataset: i64, months: i64) -> Arc<Coverage> {
        self.coverage.get(&(dataset, months)).map(Arc::clone).unwrap_or_default()
    }

    /// Present members of a bloc.
    pub fn members(&self, group: i64) -> impl Iterator<Item = i64> {
        self.members
            .get(&group)
            .into_iter()
            .flatten()
            .filter(|member| member.until.is_none())
            .map(|member| member.region)
    }

    /// Whether a region was a member of a bloc on a day.
    pub fn was_member(&self, group: i64, region: i64, day: NaiveDate) -> bool {
        let of_group = self.members.get(&group).into_iter().flatten().filter(|member| member.region == region);
        of_group.into_iter().any(|member| {
            member.since.is_none_or(|since| since <= day) && member.until.is_none_or(|until| day <= until)
        })
    }

    /// The tree of regions, by level.
    pub fn regions(&self) -> &Nodes {
        &self.regions
    }

    /// The trees of sectors, by classification and level.
    pub fn sectors(&self) -> &Nodes {
        &self.sectors
    }

    /// The rows of a resident entity.
    pub fn table(&self, entity: &Entity) -> Option<&Table> {
        self.tables.get(entity.name)
    }

    /// The published name in a language, else in English, else in any; `None` without names.
    pub fn name(&self, kind: &'static str, id: i64, language: &str) -> Option<&str> {
        let all = self.names.get(&(kind, id))?;
        let of = |wanted: &str| all.iter().find(|(l, _)| l == wanted);
        of(language).or_else(|| of("en")).or_else(|| all.first()).map(|(_, text)| text.as_str())
    }

    /// Every published name with its language.
    pub fn names(&self, kind: &'static str, id: i64) -> &[(String, String)] {
        self.names.get(&(kind, id)).map_or(&[], Vec::as_slice)
    }

    /// Regions with a code in a scheme.
    pub fn region_codes(&self, scheme: &str, code: &str) -> &[RegionCode] {
        self.region_codes.get(&(scheme.to_owned(), code.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Every code of a scheme.
    pub fn codes_of_scheme<'a>(&'a self, scheme: &'a str) -> impl Iterator<Item = &'a str> {
        self.region_codes.keys().filter(move |(s, _)| s == scheme).map(|(_, code)| code.as_str())
    }

    /// The id of the only row with a code.
    pub fn id_of_code(&self, entity: &Entity, code: &str) -> Option<i64> {
        self.table(entity)?.with_code(code).next()?.int(0)
    }

    /// A sector by classification and code; the family's TOTAL counts as a node of every edition.
    pub fn sector(&self, classification: &str, code: &str) -> Option<i64> {
        let classifications = self.table(&catalog::sector::CLASSIFICATION)?;
        let id = self.id_of_code(&catalog::sector::CLASSIFICATION, classification)?;
        let sectors = self.table(&catalog::sector::SECTOR)?;
        let at = sectors.position("classification_id")?;
        let found = sectors.with_code(code).find(|row| row.int(at) == Some(id)).and_then(|row| row.int(0));
        found.or_else(|| {
            let family = classifications.value(id, "family").as_text()?;
            let family_id = self.id_of_code(&catalog::sector::CLASSIFICATION, family)?;
            sectors.with_code(code).find(|row| row.int(at) == Some(family_id)).and_then(|row| row.int(0))
        })
    }

    /// Ids of the rows of a resident entity that meet a condition; `None` when that takes SQL.
    pub fn matching(&self, entity: &Entity, predicate: &Predicate) -> Option<Vec<i64>> {
        let table = self.table(entity)?;
        let mut ids = Vec::new();
        let mut meet = |row: &Row| {
            if self.holds(table, row, predicate)? {
                ids.extend(row.int(0));
            }
            Some(())
        };
        match table.candidates(predicate) {
            Some(mut rows) => {
                rows.sort_unstable();
                rows.dedup();
                rows.iter().filter_map(|at| table.rows.get(*at)).try_for_each(&mut meet)?;
            }
            None => table.rows.iter().try_for_each(&mut meet)?,
        }
        Some(ids)
    }

    /// The same, with the rows found first where few meet their condition and an index finds them.
    #[must_use]
    pub fn reached(&self, mut related: Related) -> Related {
        related.narrow = match related.link {
            Link::Junction { far, .. } if related.pairs_only => {
                related.inner.pinned(far).is_some_and(|ids| self.are_few(related.target, ids.len()))
            }
            _ => !related.target.mirrored && self.is_narrow(related.target, &related.inner),
        };
        related
    }

    /// Whether a condition asks for keys, or for rows that lead to few places or sectors.
    fn is_narrow(&self, entity: &Entity, predicate: &Predicate) -> bool {
        match predicate {
            Predicate::And(parts) => parts.iter().any(|part| self.is_narrow(entity, part)),
            Predicate::Or(parts) => parts.iter().all(|part| self.is_narrow(entity, part)),
            Predicate::Exists(related) => related.narrow,
            Predicate::Compare(Operand::Column(column), Op::Eq, _)
            | Predicate::Ints(Operand::Column(column), _)
            | Predicate::Texts(Operand::Column(column), _) => {
                let is_key = entity.key == [*column] || entity.node == Some(NodeKey::Column(column));
                let leads_to = entity.relations.iter().find_map(|relation| match relation.link {
                    Link::One { column: by, .. } if by == *column => Some(relation.target),
                    _ => None,
                });
                let few = |ids: Vec<i64>| leads_to.is_some_and(|tree| self.are_few(tree, ids.len()));
                is_key || predicate.pinned(column).is_some_and(few)
            }
            _ => false,
        }
    }

    /// Whether so many rows of a tree are a small part of it.
    fn are_few(&self, tree: &Entity, count: usize) -> bool {
        const PARTS: usize = 4;
        tree.tree && self.table(tree).is_some_and(|table| count * PARTS <= table.rows.len())
    }

    fn holds(&self, table: &Table, row: &Row, predicate: &Predicate) -> Option<bool> {
        let value = |operand: &Operand| match operand {
            Operand::Column(column) => table.position(column).map(|at| row.get(at)),
            Operand::PeriodEnd | Operand::PeriodNumber | Operand::Through(_) | Operand::Aggregate(_) => None,
        };
        Some(match predicate {
            Predicate::All => true,
            Predicate::Nothing => false,
            Predicate::Compare(operand, op, wanted) => {
                compare(value(operand)?, wanted).is_some_and(|order| op.holds(order))
            }
            Predicate::Ints(operand, list) => value(operand)?.as_int().is_some_and(|n| list.values.contains(&n)),
            Predicate::Texts(operand, list) => {
                value(operand)?.as_text().is_some_and(|t| list.values.iter().any(|v| v == t))
            }
            Predicate::Null(operand) => value(operand)?.is_null(),
            Predicate::And(parts) => {
                for part in parts {
                    if !self.holds(table, row, part)? {
                        return Some(false);
                    }
                }
                true
            }
            Predicate::Or(parts) => {
                for part in parts {
                    if self.holds(table, row, part)? {
                        return Some(true);
                    }
                }
                false
            }
            Predicate::Not(inner) => !self.holds(table, row, inner)?,
            Predicate::Exists(exists) => match exists.link {
                Link::One { column, .. } => {
                    let other = self.table(exists.target)?;
                    let id = table.position(column).and_then(|at| row.int(at));
                    match id.and_then(|id| other.row(id)) {
                        Some(other_row) => self.holds(other, other_row, &exists.inner)?,
                        None => false,
                    }
                }
                _ => return None,
            },
            Predicate::Dates(..) | Predicate::Like(..) | Predicate::After(_) => return None,
        })
    }
}

fn read_coverage(conn: &mut Conn) -> Result<HashMap<(i64, i64), Arc<Coverage>>, StorageError> {
    let statement = "SELECT dataset_id, period_months, reporter_id, period_start, CASE WHEN partners = 'COMPLETE' AND sectors = 'COMPLETE' THEN 1 ELSE 0 END FROM dataset_coverage";
    let mut all: HashMap<(i64, i64), Coverage> = HashMap::new();
    for row in conn.rows(super::bulk::Fixed(statement), &[])? {
        let n = |at: usize| row.int(at).unwrap_or(-1);
        let of = all.entry((n(0), n(1))).or_default();
        let is_complete = n(4) == 1;
        of.by_reporter.insert((n(2), n(3)), is_complete);
        let (complete, held) = of.by_period.entry(n(3)).or_default();
        *complete += i64::from(is_complete);
        *held += 1;
    }
    Ok(all.into_iter().map(|(key, coverage)| (key, Arc::new(coverage))).collect())
}

/// The order of two known values of one type; `None` when one is unknown.
fn compare(value: &Value, wanted: &Value) -> Option<std::cmp::Ordering> {
    match (value, wanted) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// The newest revision and when it was committed; 0 before the first.
pub fn current_revision(conn: &mut Conn) -> Result<(i64, Option<NaiveDateTime>), StorageError> {
    let rows = conn.rows(
        super::bulk::Fixed("SELECT revision, committed_at FROM revisions ORDER BY revision DESC LIMIT 1"),
        &[ColumnType::Int, ColumnType::Time],
    )?;
    Ok(match rows.first() {
        Some(row) => (
            row.int(0).unwrap_or(0),
            match row.get(1) {
                Value::Time(at) => Some(*at),
                _ => None,
            },
        ),
        None => (0, None),
    })
}

/// A snapshot shared by many requests.
pub type Shared = Arc<Snapshot>;

//! Writes rows as JSON in one pass: no tree of values, no field on its own. Nulls, aliases and type names are in the
//! plan already.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::computed::Tree;
use super::connection::List;
use super::cursor;
use super::errors::GraphError;
use super::execute::{ChildData, Level, PageData};
use super::plan::{ConnectionOut, ConnectionWhat, EdgeOut, EdgeWhat, Out, RowPlan, Shape, ValueShape, What};
use crate::catalog::{Entity, Kind, NodeKey};
use crate::domain::decimal::push_scaled;
use crate::domain::flow::{FLOWS, ORIGINS, name_of};
use crate::domain::id;
use crate::domain::period::Period;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::select::position;
use crate::storage::value::{Row, Value};

/// Writes the answer.
#[derive(Debug)]
pub struct Writer<'a> {
    /// The JSON so far.
    pub out: String,
    /// Dimensions of the revision.
    pub snapshot: &'a Snapshot,
    /// Where in the JSON a null stands for an error.
    pub failed: Vec<(usize, GraphError)>,
}

/// Writes `text` as a JSON string.
pub fn push_text(out: &mut String, text: &str) {
    out.push('"');
    let plain = |b: u8| b != b'"' && b != b'\\' && b >= b' ';
    if text.bytes().all(plain) {
        out.push_str(text);
    } else {
        for c in text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if c < ' ' => {
                    let _infallible = write!(out, "\\u{:04x}", u32::from(c));
                }
                c => out.push(c),
            }
        }
    }
    out.push('"');
}

/// Writes `"key":`, with a comma unless it is the first of its object.
pub fn push_key(out: &mut String, first: bool, key: &str) {
    if !first {
        out.push(',');
    }
    out.push('"');
    out.push_str(key);
    out.push_str("\":");
}

fn push_display(out: &mut String, value: impl std::fmt::Display) {
    let _infallible = write!(out, "{value}");
}

fn push_float(out: &mut String, value: f64) {
    match serde_json::Number::from_f64(value) {
        Some(number) => push_display(out, number),
        None => out.push_str("null"),
    }
}

/// The response path of a place in JSON that is written so far: keys, and positions in lists.
pub fn path_at(written: &str, place: usize) -> Vec<Json> {
    let mut path: Vec<Json> = Vec::new();
    let mut chars = written.get(..place).unwrap_or_default().char_indices();
    let mut last = None;
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let mut end = at + 1;
                while let Some((next, c)) = chars.next() {
                    match c {
                        '\\' => drop(chars.next()),
                        '"' => {
                            end = next;
                            break;
                        }
                        _ => {}
                    }
                }
                last = written.get(at + 1..end);
            }
            ':' => {
                if let (Some(slot), Some(key)) = (path.last_mut(), last.take()) {
                    *slot = Json::from(key);
                }
            }
            '{' => path.push(Json::Null),
            '[' => path.push(Json::from(0)),
            '}' | ']' => drop(path.pop()),
            ',' => {
                if let Some(slot) = path.last_mut()
                    && let Some(n) = slot.as_u64()
                {
                    *slot = Json::from(n + 1);
                }
            }
            _ => {}
        }
    }
    path
}

impl Writer<'_> {
    /// A null in the place of what failed.
    pub fn failed(&mut self, error: &GraphError) {
        self.failed.push((self.out.len(), error.clone()));
        self.out.push_str("null");
    }

    /// A row as an object; null when its type has no case.
    pub fn row(&mut self, plan: &RowPlan, shape: &Shape, level: &Level, index: usize) {
        let Some(row) = level.rows.get(index) else { return self.out.push_str("null") };
        let fields = match shape.discriminator {
            None => shape.cases.first(),
            Some(at) => shape.cases.iter().find(|(word, _)| row.text(at) == Some(word)),
        };
        let Some((_, fields)) = fields else { return self.out.push_str("null") };
        self.out.push('{');
        for (position, field) in fields.iter().enumerate() {
            push_key(&mut self.out, position == 0, &field.key);
            self.field(plan, field, level, index, row);
        }
        self.out.push('}');
    }

    fn field(&mut self, plan: &RowPlan, field: &Out, level: &Level, index: usize, row: &Row) {
        match &field.what {
            What::Typename(name) => push_text(&mut self.out, name),
            What::Id(entity, columns) => {
                let id = self.global_id(entity, row, columns);
                push_text(&mut self.out, &id);
            }
            What::Column(at, field) => self.value(field.kind, row.get(*at)),
            What::Name(name, fallback) => {
                let text = row.text(*name).or_else(|| row.text(*fallback)).unwrap_or_default();
                push_text(&mut self.out, text);
            }
            What::Period(start, months) => match period(row, *start, *months) {
                Some(period) => push_text(&mut self.out, &period.to_string()),
                None => self.out.push_str("null"),
            },
            What::One(child, shape) => match (level.children.get(*child), plan.children.get(*child)) {
                (Some(ChildData::One(below, at)), Some(child)) => match at.get(index).copied().flatten() {
                    Some(at) => self.row(&child.rows, shape, below, at),
                    None => self.out.push_str("null"),
                },
                _ => self.out.push_str("null"),
            },
            What::List(child, shape) => match (level.children.get(*child), plan.children.get(*child)) {
                (Some(ChildData::Many(below, pages)), Some(child)) => {
                    let page = pages.get(index).cloned().unwrap_or_default();
                    self.nodes(&child.rows, shape, below, &page);
                }
                _ => self.out.push_str("[]"),
            },
            What::Connection(child, out) => {
                if let (Some(ChildData::Many(below, pages)), Some(child)) =
                    (level.children.get(*child), plan.children.get(*child))
                    && let super::plan::ChildKind::Many { list, .. } = &child.kind
                {
                    let page = pages.get(index).cloned().unwrap_or_default();
                    self.connection(&child.rows, list, out, below, &page);
                } else {
                    self.out.push_str("null");
                }
            }
            What::Computed(slot, shape) => {
                let tree = level.computed.get(*slot).and_then(|values| values.get(index)).unwrap_or(&Tree::Null);
                self.tree(tree, shape.as_ref());
            }
            What::Asked(slot) => match (plan.asked.get(*slot), level.asked.get(*slot)) {
                (Some(asked), Some(answers)) => self.answer(asked, answers, index),
                _ => self.out.push_str("null"),
            },
        }
    }

    pub(super) fn nodes(&mut self, plan: &RowPlan, shape: &Shape, level: &Level, page: &PageData) {
        self.out.push('[');
        for (position, index) in page.range.clone().enumerate() {
            if position > 0 {
                self.out.push(',');
            }
            self.row(plan, shape, level, index);
        }
        self.out.push(']');
    }

    /// A connection.
    pub fn connection(
        &mut self,
        plan: &RowPlan,
        list: &List,
        fields: &[ConnectionOut],
        level: &Level,
        page: &PageData,
    ) {
        self.out.push('{');
        for (position, field) in fields.iter().enumerate() {
            push_key(&mut self.out, position == 0, &field.key);
            match &field.what {
                ConnectionWhat::Typename(name) => push_text(&mut self.out, name),
                ConnectionWhat::Nodes(shape) => self.nodes(plan, shape, level, page),
                ConnectionWhat::Edges(edges) => self.edges(plan, list, edges, level, page),
                ConnectionWhat::Facets(facets) => self.facets(plan, facets, level, page),
                ConnectionWhat::Total => push_display(&mut self.out, page.total.unwrap_or(0)),
                ConnectionWhat::PageInfo(shape) => {
                    let tree = self.page_info(plan, list, level, page);
                    self.tree(&tree, Some(shape));
                }
            }
        }
        self.out.push('}');
    }

    fn edges(&mut self, plan: &RowPlan, list: &List, fields: &[EdgeOut], level: &Level, page: &PageData) {
        self.out.push('[');
        for (position, index) in page.range.clone().enumerate() {
            if position > 0 {
                self.out.push(',');
            }
            self.out.push('{');
            for (position, field) in fields.iter().enumerate() {
                push_key(&mut self.out, position == 0, &field.key);
                match &field.what {
                    EdgeWhat::Typename(name) => push_text(&mut self.out, name),
                    EdgeWhat::Cursor => {
                        let cursor = level.rows.get(index).map(|row| self.cursor(plan, list, row)).unwrap_or_default();
                        push_text(&mut self.out, &cursor);
                    }
                    EdgeWhat::Node(shape) => self.row(plan, shape, level, index),
                }
            }
            self.out.push('}');
        }
        self.out.push(']');
    }

    fn page_info(&self, plan: &RowPlan, list: &List, level: &Level, page: &PageData) -> Tree {
        let asked = list.page.as_ref();
        let backward = asked.is_some_and(|p| p.backward);
        let from_cursor = asked.is_some_and(|p| p.from_cursor);
        let cursor = |index: Option<usize>| {
            Tree::text(index.and_then(|index| level.rows.get(index)).map(|row| self.cursor(plan, list, row)))
        };
        let last = page.range.end.checked_sub(1).filter(|last| page.range.contains(last));
        Tree::Object(vec![
            ("hasNextPage", Tree::Bool(if backward { from_cursor } else { page.more })),
            ("hasPreviousPage", Tree::Bool(if backward { page.more } else { from_cursor })),
            ("startCursor", cursor(page.range.clone().next())),
            ("endCursor", cursor(last)),
            ("revisionChanged", Tree::Bool(asked.is_some_and(|p| p.revision_changed))),
        ])
    }

    fn cursor(&self, plan: &RowPlan, list: &List, row: &Row) -> String {
        let Some(page) = &list.page else { return String::new() };
        let value = |key: usize| position(&plan.columns, &list.order, key).map_or(&Value::Null, |at| row.get(at));
        cursor::encode(page.hash, self.snapshot.revision, (0..list.order.len()).map(value))
    }

    /// A column's value.
    fn value(&mut self, kind: Kind, value: &Value) {
        let out = &mut self.out;
        match (kind, value) {
            (_, Value::Null) => out.push_str("null"),
            (Kind::Enum(list), Value::Int(code)) => match name_of(list.values, *code) {
                Some(name) => push_text(out, name),
                None => out.push_str("null"),
            },
            (Kind::BigInt | Kind::Money, Value::Int(n)) => push_text(out, &n.to_string()),
            (Kind::Milli, Value::Int(n)) => {
                out.push('"');
                push_scaled(out, *n, 3);
                out.push('"');
            }
            (_, Value::Int(n)) => push_display(out, n),
            (_, Value::Float(f)) => push_float(out, *f),
            (_, Value::Bool(b)) => push_display(out, b),
            (_, Value::Text(t)) => push_text(out, t),
            (_, Value::Date(d)) => push_text(out, &d.to_string()),
            (_, Value::Time(t)) => push_text(out, &t.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string()),
        }
    }

    /// A computed value.
    pub fn tree(&mut self, tree: &Tree, shape: Option<&ValueShape>) {
        match tree {
            // Objects are written by `value_with`, which has their rows.
            Tree::Null | Tree::Node(..) => self.out.push_str("null"),
            Tree::Text(text) => push_text(&mut self.out, text),
            Tree::Int(n) => push_display(&mut self.out, n),
            Tree::Float(f) => push_float(&mut self.out, *f),
            Tree::Bool(b) => push_display(&mut self.out, b),
            Tree::List(items) => {
                self.out.push('[');
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        self.out.push(',');
                    }
                    self.tree(item, shape);
                }
                self.out.push(']');
            }
            Tree::Object(_) => {
                let Some(shape) = shape else { return self.out.push_str("null") };
                self.out.push('{');
                for (position, (key, member, inner)) in shape.members.iter().enumerate() {
                    push_key(&mut self.out, position == 0, key);
                    if *member == "__typename" {
                        push_text(&mut self.out, shape.name);
                    } else {
                        self.tree(tree.member(member), inner.as_ref());
                    }
                }
                self.out.push('}');
            }
        }
    }

    fn global_id(&self, entity: &Entity, row: &Row, columns: &[usize]) -> String {
        use crate::catalog::dataset::DATASET;
        use crate::catalog::region::REGION;
        use crate::catalog::sector::{CLASSIFICATION, SECTOR};
        let int = |position: usize| columns.get(position).and_then(|at| row.int(*at)).unwrap_or(-1);
        let code = |entity: &Entity, id: i64| {
            self.snapshot.table(entity).and_then(|t| t.value(id, "code").as_text()).unwrap_or_default().to_owned()
        };
        let key = match entity.node {
            Some(NodeKey::Column(_)) => columns.first().and_then(|at| row.text(*at)).unwrap_or_default().to_owned(),
            Some(NodeKey::Sector) => {
                let own = columns.get(1).and_then(|at| row.text(*at)).unwrap_or_default();
                format!("{}/{own}", code(&CLASSIFICATION, int(0)))
            }
            Some(NodeKey::Figure) => {
                let sector = int(3);
                let classification =
                    self.snapshot.table(&SECTOR).and_then(|t| t.value(sector, "classification_id").as_int());
                let period = columns.get(5).zip(columns.get(6)).and_then(|(a, b)| period(row, *a, *b));
                format!(
                    "{}/{}/{}/{}/{}/{}/{}/{}",
                    code(&DATASET, int(0)),
                    code(&REGION, int(1)),
                    code(&REGION, int(2)),
                    code(&CLASSIFICATION, classification.unwrap_or(-1)),
                    code(&SECTOR, sector),
                    name_of(FLOWS, int(4)).unwrap_or_default(),
                    period.map(|p| p.to_string()).unwrap_or_default(),
                    name_of(ORIGINS, int(7)).unwrap_or_default(),
                )
            }
            Some(NodeKey::Change) => {
                let text = |position: usize| columns.get(position).and_then(|at| row.text(*at)).unwrap_or_default();
                format!("{}/{}/{}", int(0), text(1), text(2))
            }
            None => String::new(),
        };
        id::encode(entity.name, &key)
    }
}

fn period(row: &Row, start: usize, months: usize) -> Option<Period> {
    let number = |at: usize| row.int(at).and_then(|n| i32::try_from(n).ok());
    Some(Period { start: number(start)?, months: number(months)? })
}

//! Objects by their keys: one statement a type, however many there are. Serves `nodes(ids)`, and values that hold
//! objects, such as the hits of a search.

use std::collections::HashMap;

use apollo_compiler::executable::SelectionSet;

use super::computed::Tree;
use super::errors::{GraphError, RunError};
use super::execute::{Level, Session};
use super::plan::{Planner, RowPlan, Shape, ValueShape, Which};
use super::render::{Writer, push_key, push_text};
use crate::catalog::{self, Entity, NodeKey, search};
use crate::domain::flow::{FLOWS, ORIGINS, code_of};
use crate::domain::id;
use crate::domain::period::Period;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::operand::Operand;
use crate::storage::sql::predicate::{Op, Predicate};
use crate::storage::value::{List, Row, Value};

/// Objects of one type, as they are read and written.
#[derive(Debug)]
pub struct Kindred {
    /// What is read.
    pub rows: RowPlan,
    /// How it is written.
    pub shape: Shape,
}

/// The natural key of a node.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    /// Id of a row.
    Id(i64),
    /// Value of a text column.
    Text(&'static str, String),
    /// Values of the entity's key.
    Values(Vec<Value>),
}

/// Nodes that were asked by their global ids.
#[derive(Debug, Default)]
pub struct Nodes {
    /// Each type with the keys of its objects.
    pub types: Vec<(Kindred, Vec<Key>)>,
    /// In the asked order the type and the number of its key; `None` where an id is of nothing.
    pub order: Vec<Option<(usize, usize)>>,
}

/// Objects that were read, with everything below them.
#[derive(Debug)]
pub struct Objects {
    level: Level,
    /// By key asked, the position of its row.
    at: Vec<Option<usize>>,
}

/// Objects below a value: for each type those of its shape, then for each member the ones below it.
#[derive(Debug, Default)]
pub struct Found {
    types: Vec<(HashMap<i64, usize>, Objects)>,
    members: Vec<Self>,
}

type Planned<T> = Result<T, GraphError>;
type Read<T> = Result<T, RunError>;

impl Key {
    /// The row of this key.
    pub fn which(&self, entity: &Entity) -> Which {
        match self {
            Self::Id(id) => Which::Id(*id),
            Self::Text(column, text) => Which::Where(Predicate::text_eq(column, text)),
            Self::Values(values) => Which::Where(equal(entity, values)),
        }
    }
}

fn equal(entity: &Entity, values: &[Value]) -> Predicate {
    let is =
        |(column, value): (&&'static str, &Value)| Predicate::Compare(Operand::Column(column), Op::Eq, value.clone());
    Predicate::all(entity.key.iter().zip(values).map(is).collect())
}

/// The entity and key of a global id; `None` when the id is of no type or no resident row.
pub fn key_of(snapshot: &Snapshot, text: &str) -> Option<(&'static Entity, Key)> {
    let (type_name, key) = id::decode(text)?;
    let entity = catalog::ALL.iter().copied().find(|e| e.name == type_name)?;
    if key.contains('\0') {
        return None;
    }
    let key = match entity.node? {
        NodeKey::Column(_) if entity.resident => Key::Id(snapshot.id_of_code(entity, &key)?),
        NodeKey::Column(column) => Key::Text(column, key),
        NodeKey::Sector => {
            let (classification, code) = key.split_once('/')?;
            Key::Id(snapshot.sector(classification, code)?)
        }
        NodeKey::Figure => Key::Values(figure_key(snapshot, &key)?),
        NodeKey::Change => Key::Values(change_key(&key)?),
    };
    Some((entity, key))
}

/// The key of a figure's global id: codes and words joined by `/`.
fn figure_key(snapshot: &Snapshot, key: &str) -> Option<Vec<Value>> {
    let parts: Vec<&str> = key.split('/').collect();
    let [dataset, reporter, partner, classification, sector, flow, period, origin] = parts.as_slice() else {
        return None;
    };
    let period: Period = period.parse().ok()?;
    let numbers = [
        snapshot.id_of_code(&catalog::dataset::DATASET, dataset)?,
        snapshot.id_of_code(&catalog::region::REGION, reporter)?,
        snapshot.id_of_code(&catalog::region::REGION, partner)?,
        snapshot.sector(classification, sector)?,
        code_of(FLOWS, flow)?,
        i64::from(period.start),
        i64::from(period.months),
        code_of(ORIGINS, origin)?,
    ];
    Some(numbers.into_iter().map(Value::Int).collect())
}

/// The key of a change's global id: revision, type and key, of which only the last may hold a `/`.
fn change_key(key: &str) -> Option<Vec<Value>> {
    let mut parts = key.splitn(3, '/');
    let revision: i64 = parts.next()?.parse().ok()?;
    let (entity, key) = (parts.next()?, parts.next()?);
    Some(vec![Value::Int(revision), Value::Text(entity.to_owned()), Value::Text(key.to_owned())])
}

impl<'a> Planner<'a> {
    /// The plan of nodes of any types, each type once.
    pub fn nodes_of<'t>(&self, ids: impl Iterator<Item = &'t str>, sets: &[&'a SelectionSet]) -> Planned<Nodes> {
        let mut nodes = Nodes::default();
        for text in ids {
            let Some((entity, key)) = key_of(self.snapshot, text) else {
                nodes.order.push(None);
                continue;
            };
            let known = nodes.types.iter().position(|(kindred, _)| kindred.rows.entity.name == entity.name);
            let at = match known {
                Some(at) => at,
                None => {
                    nodes.types.push((self.kindred(entity, sets)?, Vec::new()));
                    nodes.types.len() - 1
                }
            };
            if let Some((_, keys)) = nodes.types.get_mut(at) {
                nodes.order.push(Some((at, keys.len())));
                keys.push(key);
            }
        }
        Ok(nodes)
    }

    /// The plans of objects of a type or of every type of the union of what is found; none for another name.
    pub fn kindreds(&self, type_name: &str, sets: &[&'a SelectionSet]) -> Planned<Vec<Kindred>> {
        if type_name == search::UNION {
            return search::ALL.iter().map(|s| self.kindred(s.entity, sets)).collect();
        }
        catalog::entity(type_name).into_iter().map(|entity| self.kindred(entity, sets)).collect()
    }

    fn kindred(&self, entity: &'static Entity, sets: &[&'a SelectionSet]) -> Planned<Kindred> {
        let mut rows = RowPlan::new(entity);
        let shape = self.shape(&mut rows, sets)?;
        Ok(Kindred { rows, shape })
    }
}

impl Session<'_> {
    /// The objects of these keys, which are all of one form, with everything below them: one statement, none for
    /// resident ones.
    pub fn objects(&mut self, plan: &RowPlan, keys: &[Key]) -> Read<Objects> {
        let (columns, condition): (Vec<&'static str>, Predicate) = match keys.first() {
            None => return Ok(Objects { level: Level::default(), at: Vec::new() }),
            Some(Key::Id(_)) => {
                let ids: Vec<i64> =
                    keys.iter().filter_map(|k| if let Key::Id(id) = k { Some(*id) } else { None }).collect();
                let mut distinct = ids.clone();
                distinct.sort_unstable();
                distinct.dedup();
                let (rows, found) = self.by_ids(plan, distinct)?;
                let at = ids.iter().map(|id| found.get(id).copied()).collect();
                return Ok(Objects { level: self.level(plan, rows)?, at });
            }
            Some(Key::Text(column, _)) => {
                let texts = keys.iter().filter_map(|k| if let Key::Text(_, t) = k { Some(t.clone()) } else { None });
                (vec![*column], Predicate::Texts(Operand::Column(column), List::new(texts.collect())))
            }
            Some(Key::Values(_)) => {
                let each =
                    keys.iter().filter_map(|k| if let Key::Values(v) = k { Some(equal(plan.entity, v)) } else { None });
                (plan.entity.key.to_vec(), Predicate::any(each.collect()))
            }
        };
        let rows = self.with_columns(plan, &columns, &condition)?;
        let width = plan.columns.len();
        let is = |row: &Row, key: &Key| match key {
            Key::Id(id) => row.int(width) == Some(*id),
            Key::Text(_, text) => row.text(width) == Some(text),
            Key::Values(values) => values.iter().enumerate().all(|(i, value)| row.get(width + i) == value),
        };
        let at = keys.iter().map(|key| rows.iter().position(|row| is(row, key))).collect();
        Ok(Objects { level: self.level(plan, rows)?, at })
    }

    /// The objects of values that have this shape.
    pub fn found(&mut self, trees: &[&Tree], shape: &ValueShape) -> Read<Found> {
        let mut found = Found::default();
        for kindred in &shape.types {
            let of_type = |tree: &&Tree| match tree {
                Tree::Node(name, id) if *name == kindred.rows.entity.name => Some(*id),
                _ => None,
            };
            let mut ids: Vec<i64> = trees.iter().filter_map(of_type).collect();
            ids.sort_unstable();
            ids.dedup();
            let keys: Vec<Key> = ids.iter().map(|id| Key::Id(*id)).collect();
            let positions = ids.into_iter().enumerate().map(|(at, id)| (id, at)).collect();
            found.types.push((positions, self.objects(&kindred.rows, &keys)?));
        }
        for (_, member, inner) in &shape.members {
            found.members.push(match inner {
                None => Found::default(),
                Some(inner) => {
                    let below: Vec<&Tree> = trees.iter().flat_map(|tree| items(tree.member(member))).collect();
                    self.found(&below, inner)?
                }
            });
        }
        Ok(found)
    }
}

/// The items of a list, or the value itself.
pub fn items(tree: &Tree) -> Vec<&Tree> {
    match tree {
        Tree::List(items) => items.iter().collect(),
        one => vec![one],
    }
}

impl Writer<'_> {
    /// Nodes in the asked order.
    pub fn nodes_in_order(&mut self, nodes: &Nodes, read: &[Objects]) {
        self.out.push('[');
        for (position, place) in nodes.order.iter().enumerate() {
            if position > 0 {
                self.out.push(',');
            }
            let object = place.and_then(|(of, key)| Some((nodes.types.get(of)?, read.get(of)?, key)));
            match object {
                Some(((kindred, _), objects, key)) => self.object(kindred, objects, key),
                None => self.out.push_str("null"),
            }
        }
        self.out.push(']');
    }

    fn object(&mut self, kindred: &Kindred, objects: &Objects, key: usize) {
        match objects.at.get(key).copied().flatten() {
            Some(at) => self.row(&kindred.rows, &kindred.shape, &objects.level, at),
            None => self.out.push_str("null"),
        }
    }

    /// A value with the objects in it.
    pub fn value_with(&mut self, tree: &Tree, shape: &ValueShape, found: &Found) {
        match tree {
            Tree::List(items) => {
                self.out.push('[');
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        self.out.push(',');
                    }
                    self.value_with(item, shape, found);
                }
                self.out.push(']');
            }
            Tree::Node(name, id) => {
                let of_type =
                    shape.types.iter().zip(&found.types).find(|(kindred, _)| kindred.rows.entity.name == *name);
                match of_type.and_then(|(kindred, (ids, objects))| Some((kindred, objects, *ids.get(id)?))) {
                    Some((kindred, objects, key)) => self.object(kindred, objects, key),
                    None => self.out.push_str("null"),
                }
            }
            Tree::Object(_) => {
                self.out.push('{');
                for (position, ((key, member, inner), below)) in shape.members.iter().zip(&found.members).enumerate() {
                    push_key(&mut self.out, position == 0, key);
                    match inner {
                        Some(inner) => self.value_with(tree.member(member), inner, below),
                        None if *member == "__typename" => push_text(&mut self.out, shape.name),
                        None => self.tree(tree.member(member), None),
                    }
                }
                self.out.push('}');
            }
            leaf => self.tree(leaf, None),
        }
    }
}

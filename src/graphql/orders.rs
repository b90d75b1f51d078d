//! Orders: what an `orderBy` becomes. A key reads a field of the row, a field of the row that a to-one relation leads
//! to, or a number made of the rows of a to-many relation; the entity's key closes every order.

use serde_json::{Map, Value as Json};

use super::errors::GraphError;
use super::inputs::{Inputs, check_size};
use crate::catalog::{Entity, Field, Kind, Link, Relation, screaming};
use crate::domain::error_code::Reason;
use crate::storage::sql::operand::{Aggregate, Measure, Operand, Through};
use crate::storage::sql::order::Key;

/// Members of an order that are no key.
const DIRECTION: &str = "direction";
/// Keys that an order may have.
const MOST_KEYS: usize = 8;

/// What an entity can be ordered by on its own: its name and its sortable columns, with descriptions.
pub fn sort_fields(entity: &'static Entity) -> impl Iterator<Item = (&'static str, &'static str)> {
    let name = entity.names.map(|_| ("name", "Folded published name, English where there is one."));
    name.into_iter().chain(entity.fields.iter().filter(|f| f.sort).map(|f: &Field| (f.name, f.doc)))
}

/// The fields of an entity that can be summed.
pub fn sum_fields(entity: &'static Entity) -> impl Iterator<Item = &'static Field> {
    entity.fields.iter().filter(|f| f.sum_within.is_some())
}

/// Whether the smallest or largest value of something can be taken.
pub fn has_extremes(entity: &'static Entity) -> bool {
    entity.names.is_some() || entity.fields.iter().any(is_extreme)
}

/// A period is two columns and an amount needs its dataset: neither has one smallest value.
fn is_extreme(field: &Field) -> bool {
    field.sort && !matches!(field.kind, Kind::Period | Kind::Money)
}

/// The order of a list, closed by the entity's key.
pub fn order_of(inputs: &Inputs<'_>, entity: &'static Entity, order: Option<&Json>) -> Result<Vec<Key>, GraphError> {
    Ok(closed(
        entity,
        match order {
            None => default_order(entity),
            Some(Json::Array(keys)) if keys.is_empty() => default_order(entity),
            Some(order) => asked_order(inputs, entity, order)?,
        },
    ))
}

/// The entity's own order, closed by its key.
pub fn own_order(entity: &'static Entity) -> Vec<Key> {
    closed(entity, default_order(entity))
}

fn default_order(entity: &Entity) -> Vec<Key> {
    entity
        .default_order
        .iter()
        .map(|(column, descending)| Key {
            by: Operand::Column(column),
            descending: *descending,
            nullable: is_nullable(entity, column),
        })
        .collect()
}

fn is_nullable(entity: &Entity, column: &str) -> bool {
    entity.fields.iter().any(|f| f.column == column && f.nullable)
}

/// The order closed by the entity's key, in the direction of its last key, so that one index can serve both.
fn closed(entity: &Entity, mut keys: Vec<Key>) -> Vec<Key> {
    let descending = keys.last().is_some_and(|k| k.descending);
    for column in entity.key {
        if !keys.iter().any(|k| k.by.is_column(column)) {
            keys.push(Key { descending, ..Key::ascending(column) });
        }
    }
    keys
}

fn asked_order(inputs: &Inputs<'_>, entity: &'static Entity, json: &Json) -> Result<Vec<Key>, GraphError> {
    check_size(json, "orderBy", inputs.limits)?;
    let single = std::slice::from_ref(json);
    let list = json.as_array().map_or(single, Vec::as_slice);
    if list.len() > MOST_KEYS {
        let message = format!("orderBy: {} keys, at most {MOST_KEYS} are allowed", list.len());
        return Err(GraphError::new(Reason::InvalidArgument, message).at("orderBy"));
    }
    let mut keys: Vec<Key> = Vec::with_capacity(list.len());
    for (index, part) in list.iter().enumerate() {
        let at = format!("orderBy.{index}");
        let empty = Map::new();
        let object = part.as_object().unwrap_or(&empty);
        let descending = object.get(DIRECTION).and_then(Json::as_str) == Some("DESC");
        for (by, nullable) in key(inputs, entity, object, &at)? {
            let signature = by.signature();
            if !keys.iter().any(|k| k.by.signature() == signature) {
                keys.push(Key { by, descending, nullable });
            }
        }
    }
    Ok(keys)
}

type Read = Result<Vec<(Operand, bool)>, GraphError>;

fn refused(at: &str, message: &str) -> GraphError {
    GraphError::new(Reason::InvalidArgument, format!("{at}: {message}")).at(at)
}

/// What one key reads, and whether it may be unknown; several operands for a period.
fn key(inputs: &Inputs<'_>, entity: &'static Entity, object: &Map<String, Json>, at: &str) -> Read {
    let mut members = object.iter().filter(|(name, value)| *name != DIRECTION && !value.is_null());
    let (Some((name, value)), None) = (members.next(), members.next()) else {
        return Err(refused(at, "name exactly one thing to order by: `field`, or one relation"));
    };
    let here = format!("{at}.{name}");
    if name == "field" {
        return own_field(entity, value.as_str().unwrap_or_default(), &here);
    }
    let Some(relation) = entity.relation(name).filter(|r| r.sorts()) else {
        return Err(refused(&here, "there is no such thing to order by"));
    };
    let empty = Map::new();
    let inner = value.as_object().unwrap_or(&empty);
    let below = inputs.one_hop_further(&here)?;
    match relation.link {
        Link::One { column, nullable } => Ok(key(&below, relation.target, inner, &here)?
            .into_iter()
            .map(|(inner, may_be_unknown)| {
                let through = Through { column, target: relation.target, inner };
                (Operand::Through(Box::new(through)), nullable || may_be_unknown)
            })
            .collect()),
        _ => aggregate(&below, relation, inner, &here),
    }
}

fn own_field(entity: &'static Entity, word: &str, at: &str) -> Read {
    let field = entity.fields.iter().find(|f| f.sort && screaming(f.name) == word);
    Ok(match field {
        Some(field) if matches!(field.kind, Kind::Period) => {
            vec![(Operand::Column("period_start"), false), (Operand::Column("period_months"), false)]
        }
        Some(field) => vec![(Operand::Column(field.column), field.nullable)],
        None if word == "NAME" && entity.names.is_some() => vec![(Operand::Column("sort_name"), false)],
        None => return Err(refused(at, &format!("cannot order by `{word}`"))),
    })
}

/// `{count: {filter: …}}`, `{sum: {field: …, filter: …}}`, `{max: {field: …}}`.
fn aggregate(inputs: &Inputs<'_>, relation: &'static Relation, object: &Map<String, Json>, at: &str) -> Read {
    let mut members = object.iter().filter(|(_, value)| !value.is_null());
    let (Some((name, value)), None) = (members.next(), members.next()) else {
        return Err(refused(at, "name exactly one of count, sum, min, max"));
    };
    let here = format!("{at}.{name}");
    let target = relation.target;
    let related =
        inputs.related_rows(relation, value.get("filter").unwrap_or(&Json::Null), &format!("{here}.filter"))?;
    let word = value.get("field").and_then(Json::as_str).unwrap_or_default();
    let measure = match name.as_str() {
        "count" => Measure::Count,
        "sum" => {
            let field = sum_fields(target).find(|f| screaming(f.name) == word);
            let field = field.ok_or_else(|| refused(&here, &format!("cannot sum `{word}`")))?;
            let unit = field.sum_within.and_then(|unit| target.field(unit));
            if let Some(unit) = unit
                && related.inner.pinned_words(unit.column).is_none_or(|words| words.len() > 1)
            {
                let message = format!("different units are never added; add filter: {{{}: {{eq: …}}}}", unit.name);
                return Err(refused(&here, &message));
            }
            Measure::Sum(field.column)
        }
        _ => {
            let field = target.fields.iter().find(|f| is_extreme(f) && screaming(f.name) == word);
            let column = match field {
                Some(field) => field.column,
                None if word == "NAME" && target.names.is_some() => "sort_name",
                None => return Err(refused(&here, &format!("`{word}` has no smallest and largest value"))),
            };
            if name == "min" { Measure::Min(column) } else { Measure::Max(column) }
        }
    };
    let asked = format!("{}.{name}({value})", relation.name);
    let nullable = measure != Measure::Count;
    Ok(vec![(Operand::Aggregate(Box::new(Aggregate { related, measure, asked })), nullable)])
}

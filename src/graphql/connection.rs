//! Page arguments and orders of a list: what Relay's `first`, `after`, `last`, `before` and an `orderBy` become.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::cursor::{self, ListHash};
use super::errors::GraphError;
use super::inputs::{Conditions, Inputs, Scale, check_size, shown, whole};
use super::limits::{DEFAULT_PAGE, Limits};
use super::orders::{order_of, own_order};
use super::plan::type_of_operand;
use crate::catalog::dataset::DATASET;
use crate::catalog::{Entity, Link};
use crate::domain::error_code::Reason;
use crate::storage::figures::REPORTED;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::Side;
use crate::storage::sql::order::{After, Key};
use crate::storage::sql::predicate::Predicate;
use crate::storage::sql::select::Arm;
use crate::storage::value::ColumnType;

/// A list as asked: which rows, in which order, from where.
#[derive(Debug, Clone)]
pub struct List {
    /// The entity.
    pub entity: &'static Entity,
    /// The filter.
    pub filter: Predicate,
    /// Its order, closed by the key.
    pub order: Vec<Key>,
    /// The page; `None` for a short list that is given whole.
    pub page: Option<Page>,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// Rows wanted.
    pub size: u32,
    /// Read from the end.
    pub backward: bool,
    /// Rows beyond a cursor only.
    pub after: Option<After>,
    /// A cursor was given.
    pub from_cursor: bool,
    /// The cursor is of another revision.
    pub revision_changed: bool,
    /// What the list's cursors belong to.
    pub hash: ListHash,
    /// The list's name: `events`, `Region.companies`.
    pub name: String,
    /// The conditions beside each other in its filter.
    pub conditions: Conditions,
}

/// Where a list stands: its name for messages and cursors, and the link from a parent.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// `events`, `Region.companies`.
    pub name: &'a str,
    /// The link, for a nested list.
    pub link: Option<Link>,
}

/// The whole of a short list, filtered.
pub fn whole_list(
    inputs: &Inputs<'_>,
    entity: &'static Entity,
    arguments: &Map<String, Json>,
) -> Result<List, GraphError> {
    let filter = match arguments.get("filter") {
        None | Some(Json::Null) => Predicate::All,
        Some(filter) => {
            check_size(filter, "filter", inputs.limits)?;
            inputs.filter(entity, filter, "filter")?
        }
    };
    Ok(List { entity, filter, order: own_order(entity), page: None })
}

/// A page of a list.
pub fn page_of(
    inputs: &Inputs<'_>,
    entity: &'static Entity,
    place: Place<'_>,
    arguments: &Map<String, Json>,
) -> Result<List, GraphError> {
    let snapshot = inputs.snapshot;
    check_revision(snapshot, arguments)?;
    let filter_json = arguments.get("filter").filter(|f| !f.is_null());
    if let Some(filter) = filter_json {
        check_size(filter, "filter", inputs.limits)?;
    }
    // The figures of one dataset are compared among themselves, whatever the currencies of the others.
    let by_dataset = matches!(place.link, Some(Link::Children { column: "dataset_id" }));
    let scales = if entity.mirrored { Some(money_scales(inputs, filter_json, by_dataset)) } else { None };
    let inputs = Inputs { scales: scales.as_ref().and_then(|s| s.as_deref().ok()), ..*inputs };
    let mut conditions = match filter_json {
        None => Vec::new(),
        Some(filter) => inputs.conditions(entity, filter, "filter")?,
    };
    let shortcuts = shortcuts(&inputs, entity, arguments)?;
    let asked: String = shortcuts.iter().map(|(asked, _)| asked.as_str()).collect();
    let all = conditions.iter().map(|(_, condition)| condition).chain(shortcuts.iter().map(|(_, condition)| condition));
    let mut all: Vec<Predicate> = all.cloned().collect();
    if entity.mirrored && arguments.get("derived").and_then(Json::as_bool) != Some(true) {
        all.push(Predicate::int_in("origin", vec![REPORTED]));
    }
    let filter = Predicate::all(all);
    if !shortcuts.is_empty() {
        // Who asks what is new knows that it may be nothing: no reason is looked for.
        conditions.clear();
    }
    let order_json = arguments.get("orderBy").filter(|o| !o.is_null());
    let order = order_of(&inputs, entity, order_json)?;
    if order_json.is_some() && !by_dataset && order.iter().any(|k| k.by.is_column("value_scaled")) {
        match scales {
            Some(Err(error)) => return Err(error),
            Some(Ok(scales)) if scales.len() > 1 => {
                let ids = scales.iter().flat_map(|s| s.datasets.iter().copied());
                return Err(ambiguous(snapshot, "amounts of different decimals cannot be ordered", ids));
            }
            _ => {}
        }
    }
    let derived = arguments.get("derived").map(ToString::to_string).unwrap_or_default();
    let hash = ListHash::of(&[
        place.name,
        &(filter_json.map(ToString::to_string).unwrap_or_default() + &asked + &derived),
        &order.iter().map(|k| format!("{} {};", k.by.signature(), k.descending)).collect::<String>(),
    ]);
    let page = Page {
        name: place.name.to_owned(),
        conditions,
        ..page(snapshot, inputs.limits, entity, &order, hash, arguments)?
    };
    Ok(List { entity, filter, order, page: Some(page) })
}

/// The conditions that arguments of a list stand for, each with how it was asked.
fn shortcuts(
    inputs: &Inputs<'_>,
    entity: &'static Entity,
    arguments: &Map<String, Json>,
) -> Result<Vec<(String, Predicate)>, GraphError> {
    let mut out = Vec::new();
    for shortcut in entity.shortcuts() {
        let Some(value) = arguments.get(shortcut.argument).filter(|v| !v.is_null()) else { continue };
        let at = shortcut.argument;
        check_size(value, at, inputs.limits)?;
        let newest = inputs.snapshot.revision;
        if shortcut.newest && whole(value).is_some_and(|asked| asked > newest) {
            let message = format!("{at}: there is no revision `{}` yet, the newest is {newest}", shown(value));
            return Err(GraphError::new(Reason::RevisionAhead, message).at(at));
        }
        let Some(field) = entity.field(shortcut.field) else { continue };
        let condition = inputs.operator(field, shortcut.operator, value, at)?;
        out.push((format!("{at}:{value};"), condition));
    }
    Ok(out)
}

fn check_revision(snapshot: &Snapshot, arguments: &Map<String, Json>) -> Result<(), GraphError> {
    let Some(asked) = arguments.get("atRevision").filter(|r| !r.is_null()) else { return Ok(()) };
    let asked_revision = whole(asked).ok_or_else(|| {
        GraphError::new(Reason::InvalidNumber, format!("atRevision: `{}` is not a revision", shown(asked)))
            .at("atRevision")
    })?;
    if asked_revision == snapshot.revision {
        return Ok(());
    }
    let message = format!("atRevision: the data are at revision {}, not {asked_revision}", snapshot.revision);
    Err(GraphError::new(Reason::RevisionMoved, message).at("atRevision"))
}

fn count(arguments: &Map<String, Json>, name: &str, most: i64) -> Result<Option<u32>, GraphError> {
    let Some(value) = arguments.get(name).filter(|v| !v.is_null()) else { return Ok(None) };
    let number = value.as_i64().unwrap_or(-1);
    if number > most {
        let message = format!("{name}: {number} rows, at most {most} are allowed on a page");
        return Err(GraphError::new(Reason::PageSizeExceeded, message).at(name));
    }
    u32::try_from(number).map(Some).map_err(|_| {
        GraphError::new(Reason::PageArguments, format!("{name}: `{}` is not a number of rows from 0", shown(value)))
            .at(name)
    })
}

fn page(
    snapshot: &Snapshot,
    limits: &Limits,
    entity: &Entity,
    order: &[Key],
    hash: ListHash,
    arguments: &Map<String, Json>,
) -> Result<Page, GraphError> {
    let most = if entity.mirrored { limits.figure_page } else { limits.page };
    let (first, last) = (count(arguments, "first", most)?, count(arguments, "last", most)?);
    let cursor = |name: &'static str| arguments.get(name).and_then(Json::as_str).map(|text| (name, text));
    let (after, before) = (cursor("after"), cursor("before"));
    let conflict = |message: &str| GraphError::new(Reason::PageArguments, message.to_owned());
    if first.is_some() && last.is_some() {
        return Err(conflict("first and last exclude each other"));
    }
    if after.is_some() && before.is_some() {
        return Err(conflict("after and before exclude each other"));
    }
    if (first.is_some() && before.is_some()) || (last.is_some() && after.is_some()) {
        return Err(conflict("use first with after, or last with before"));
    }
    let backward = last.is_some() || before.is_some();
    let default = u32::try_from(DEFAULT_PAGE).unwrap_or(u32::MAX);
    let keys: Vec<(Key, ColumnType)> = order.iter().map(|k| (k.clone(), type_of_operand(entity, &k.by))).collect();
    let read = after.or(before).map(|(name, text)| cursor::decode(text, hash, &keys, name)).transpose()?;
    let revision_changed = read.as_ref().is_some_and(|c| c.revision != snapshot.revision);
    let after = read.map(|c| After { keys: order.iter().cloned().zip(c.values).collect(), backward });
    Ok(Page {
        size: first.or(last).unwrap_or(default),
        backward,
        from_cursor: after.is_some(),
        after,
        revision_changed,
        hash,
        name: String::new(),
        conditions: Vec::new(),
    })
}

/// The datasets that a figure filter leaves, by the decimals of their amounts; an error when one list would compare
/// amounts of several currencies.
fn money_scales(inputs: &Inputs<'_>, filter: Option<&Json>, by_dataset: bool) -> Result<Vec<Scale>, GraphError> {
    let entity = &DATASET;
    let Some(table) = inputs.snapshot.table(entity) else { return Ok(Vec::new()) };
    let pinned = filter.and_then(|f| f.get("dataset")).filter(|d| !d.is_null());
    let ids = match pinned {
        Some(pinned) => {
            let condition = inputs.filter(entity, pinned, "filter.dataset")?;
            inputs.snapshot.matching(entity, &condition)
        }
        None => None,
    };
    let ids = ids.unwrap_or_else(|| table.rows.iter().filter_map(|r| r.int(0)).collect());
    let mut currencies: Vec<&str> = ids.iter().filter_map(|id| table.value(*id, "currency").as_text()).collect();
    currencies.sort_unstable();
    currencies.dedup();
    if currencies.len() > 1 && !by_dataset {
        return Err(ambiguous(inputs.snapshot, "amounts of several currencies cannot be compared", ids.into_iter()));
    }
    let mut by_decimals: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    for id in ids {
        let decimals = table.value(id, "scale").as_int().and_then(|s| u32::try_from(s).ok()).unwrap_or(0);
        by_decimals.entry(decimals).or_default().push(id);
    }
    Ok(by_decimals.into_iter().map(|(decimals, datasets)| Scale { decimals, datasets }).collect())
}

fn ambiguous(snapshot: &Snapshot, message: &str, ids: impl Iterator<Item = i64>) -> GraphError {
    let table = snapshot.table(&DATASET);
    let mut codes: Vec<&str> = ids.filter_map(|id| table?.value(id, "code").as_text()).collect();
    codes.sort_unstable();
    GraphError::new(Reason::AmbiguousDataset, message)
        .at("filter.dataset")
        .hint(format!("add filter: {{dataset: {{code: {{eq: …}}}}}} with one of {}", codes.join(", ")))
}

impl List {
    /// The sides of the table on which rows can match, each with its condition.
    pub fn arms(&self, snapshot: &Snapshot) -> Vec<Arm> {
        let after = self.page.as_ref().and_then(|p| p.after.clone());
        let mut parts = vec![self.filter.clone()];
        parts.extend(after.map(Predicate::After));
        let condition = Predicate::all(parts);
        if self.entity.mirrored {
            return figure_arms(&condition, snapshot);
        }
        if matches!(condition, Predicate::Nothing) {
            return Vec::new();
        }
        vec![Arm { side: Side::Plain, predicate: condition }]
    }
}

/// A figure is read as stored, and in reconciled datasets also from the partner's side. A side on which the filter
/// leaves nothing is not asked; every side names its datasets, since all indexes begin with them.
fn figure_arms(condition: &Predicate, snapshot: &Snapshot) -> Vec<Arm> {
    use crate::domain::flow::Flow;
    use crate::storage::value::Value;
    let Some(datasets) = snapshot.table(&DATASET) else { return Vec::new() };
    let mut arms = Vec::new();

    for side in [Side::Stored, Side::Mirrored] {
        let seen = condition.on_side(side);
        let pinned = seen.pinned("dataset_id");
        let flows = seen.pinned("flow");
        let ids: Vec<i64> = datasets
            .rows
            .iter()
            .filter_map(|row| row.int(0))
            .filter(|id| pinned.as_ref().is_none_or(|p| p.contains(id)))
            .filter(|id| {
                let reconciled = datasets.value(*id, "reconciled") == &Value::Bool(true);
                match side {
                    // Reconciled datasets hold exports only.
                    Side::Stored => !reconciled || flows.as_ref().is_none_or(|f| f.contains(&Flow::Export.code())),
                    _ => reconciled,
                }
            })
            .collect();
        let predicate = if pinned.as_ref().is_some_and(|p| *p == ids && p.len() == 1) {
            seen
        } else {
            Predicate::all(vec![Predicate::int_in("dataset_id", ids), seen])
        };
        if !matches!(predicate, Predicate::Nothing) {
            arms.push(Arm { side, predicate });
        }
    }
    arms
}

//! What statistics over figures and over participations have in common: reading of arguments, pages of groups with
//! their cursors, the first groups of each part, and a place in the answer for each number with arguments of its own.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::computed::Tree;
use super::cursor::{self, ListHash};
use super::errors::{GraphError, RunError};
use super::plan::Planned;
use crate::domain::error_code::Reason;
use crate::storage::value::Value;

/// Groups of an answer at most.
pub const MOST_GROUPS: usize = 10_000;

/// Arguments of a field.
pub type Arguments = Map<String, Json>;

/// Names of computed numbers in an answer: one for each selection with arguments of its own.
static SLOTS: [&str; 32] = [
    "m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9", "m10", "m11", "m12", "m13", "m14", "m15", "m16", "m17",
    "m18", "m19", "m20", "m21", "m22", "m23", "m24", "m25", "m26", "m27", "m28", "m29", "m30", "m31",
];

/// Computed numbers that are selected: their names, their places in a row, their arguments.
pub type Asked = Vec<(&'static str, &'static str, Arguments)>;

/// The place of a number: one with the same arguments has it already.
pub fn slot(root: &str, asked: &mut Asked, name: &'static str, arguments: Arguments) -> Planned<&'static str> {
    if let Some((_, slot, _)) = asked.iter().find(|(n, _, a)| *n == name && *a == arguments) {
        return Ok(slot);
    }
    let Some(slot) = SLOTS.get(asked.len()) else {
        let message = format!("{root}: more than {} different numbers of a group", SLOTS.len());
        return Err(GraphError::new(Reason::TooManySelections, message));
    };
    asked.push((name, slot, arguments));
    Ok(slot)
}

/// The error of an argument that cannot be used.
pub fn refused(at: &str, message: impl std::fmt::Display) -> GraphError {
    GraphError::new(Reason::InvalidArgument, format!("{at}: {message}")).at(at)
}

/// The text of a member.
pub fn word<'j>(json: &'j Json, name: &str) -> Option<&'j str> {
    json.get(name).and_then(Json::as_str)
}

/// The items of a list argument; one that is no list counts as a list of one.
pub fn listed<'j>(arguments: &'j Arguments, name: &str) -> &'j [Json] {
    items(arguments.get(name))
}

/// The items of a list; one that is no list counts as a list of one, nothing and null as none.
pub fn items(json: Option<&Json>) -> &[Json] {
    match json {
        None | Some(Json::Null) => &[],
        Some(Json::Array(items)) => items,
        Some(one) => std::slice::from_ref(one),
    }
}

/// A page of groups.
#[derive(Debug, Clone)]
pub struct Paging {
    /// Groups at most.
    pub first: usize,
    after: Option<String>,
    hash: ListHash,
}

impl Paging {
    /// Reads `first` and `after`; cursors belong to all other arguments.
    pub fn read(root: &str, arguments: &Arguments) -> Planned<Self> {
        let first = match arguments.get("first").filter(|f| !f.is_null()) {
            None => usize::MAX,
            Some(json) => json
                .as_u64()
                .and_then(|n| usize::try_from(n).ok())
                .filter(|n| *n <= MOST_GROUPS)
                .ok_or_else(|| refused("first", format!("expected a number of groups from 0 to {MOST_GROUPS}")))?,
        };
        let told: Vec<String> = arguments
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "first" | "after"))
            .map(|(name, json)| format!("{name}:{json};"))
            .collect();
        let after = arguments.get("after").and_then(Json::as_str).map(str::to_owned);
        Ok(Self { first, after, hash: ListHash::of(&[root, &told.concat()]) })
    }

    /// The same pages of something, whose cursors are of no other.
    #[must_use]
    pub fn within(&self, of: &str) -> Self {
        Self { hash: self.hash.within(of), ..self.clone() }
    }

    /// The cursor of a group, which its numbers tell from all others.
    pub fn cursor(&self, revision: i64, numbers: &[i64]) -> String {
        let values: Vec<Value> = numbers.iter().map(|n| Value::Int(*n)).collect();
        cursor::encode(self.hash, revision, values.iter())
    }

    /// The groups of the page, and where it stands.
    pub fn page<K: Clone>(
        &self,
        revision: i64,
        rows: &[K],
        numbers: impl Fn(&K) -> Vec<i64>,
    ) -> Result<(Vec<K>, Tree), RunError> {
        let mut start = 0;
        let mut is_moved = false;
        if let Some(text) = &self.after {
            let read = cursor::decode_numbers(text, self.hash, "after")?;
            is_moved = read.revision != revision;
            let wanted: Vec<i64> = read.values.iter().filter_map(Value::as_int).collect();
            start = rows.iter().position(|key| numbers(key) == wanted).map(|at| at + 1).ok_or_else(|| {
                GraphError::new(Reason::CursorInvalid, "after: the group of the cursor is no longer there; start again")
                    .at("after")
            })?;
        }
        let end = start.saturating_add(self.first).min(rows.len());
        let page: Vec<K> = rows.get(start..end).unwrap_or_default().to_vec();
        let of = |key: Option<&K>| key.map_or(Tree::Null, |key| Tree::Text(self.cursor(revision, &numbers(key))));
        let info = Tree::Object(vec![
            ("hasNextPage", Tree::Bool(end < rows.len())),
            ("hasPreviousPage", Tree::Bool(start > 0)),
            ("startCursor", of(page.first())),
            ("endCursor", of(page.last())),
            ("revisionChanged", Tree::Bool(is_moved)),
        ]);
        Ok((page, info))
    }
}

/// Groups of which only the first are kept.
#[derive(Debug)]
pub struct Cut<K> {
    /// The first of each part.
    pub rows: Vec<K>,
    /// All others.
    pub rest: Vec<K>,
    /// Whether equal numbers were cut apart.
    pub ties_cut: bool,
}

/// The first groups of each part, by an order of numbers; those of equal numbers by their keys.
pub fn cut<K, P: Ord>(
    keys: Vec<K>,
    n: usize,
    part: impl Fn(&K) -> P,
    by_number: impl Fn(&K, &K) -> Ordering,
    by_key: impl Fn(&K, &K) -> Ordering,
    is_known: impl Fn(&K) -> bool,
) -> Cut<K> {
    let mut parts: BTreeMap<P, Vec<K>> = BTreeMap::new();
    for key in keys {
        parts.entry(part(&key)).or_default().push(key);
    }
    let mut out = Cut { rows: Vec::new(), rest: Vec::new(), ties_cut: false };
    for (_, mut all) in parts {
        all.sort_by(|a, b| by_number(a, b).then_with(|| by_key(a, b)));
        if let (Some(last), Some(next)) = (n.checked_sub(1).and_then(|at| all.get(at)), all.get(n)) {
            out.ties_cut |= is_known(last) && by_number(last, next).is_eq();
        }
        out.rest.extend(all.split_off(n.min(all.len())));
        out.rows.extend(all);
    }
    out
}

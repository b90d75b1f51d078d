//! The trees of regions and sectors by level, so that a level of a classification is found without reading all of them.

use rustc_hash::FxHashMap;

use super::snapshot::Table;
use crate::domain::flow::{REGION_LEVELS, code_of};
use crate::storage::value::Row;

/// Steps upwards at most.
const DEEPEST: usize = 12;

/// A level: the classification of sectors, 0 for regions, and its number.
pub type Level = (i64, i64);

/// Nodes of trees.
#[derive(Debug, Default)]
pub struct Nodes {
    all: FxHashMap<i64, Node>,
    by_level: FxHashMap<Level, Vec<i64>>,
    /// How many nodes of a level lie below one.
    below: FxHashMap<(i64, Level), usize>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    level: Level,
    parent: Option<i64>,
}

impl Nodes {
    /// The nodes of a resident tree.
    pub(super) fn of(table: &Table) -> Self {
        let mut out = Self::default();
        let at = |column: &str| table.position(column);
        let (level_at, parent_at, class_at) = (at("level"), at("parent_id"), at("classification_id"));
        let int = |row: &Row, at: Option<usize>| at.and_then(|at| row.int(at));
        for row in &table.rows {
            let Some(id) = row.int(0) else { continue };
            let word = level_at.and_then(|at| row.text(at)).and_then(|word| code_of(REGION_LEVELS, word));
            let level = int(row, level_at).or(word).unwrap_or(-1);
            let level = (int(row, class_at).unwrap_or(0), level);
            out.all.insert(id, Node { level, parent: int(row, parent_at) });
            out.by_level.entry(level).or_default().push(id);
        }
        let mut below: FxHashMap<(i64, Level), usize> = FxHashMap::default();
        for (id, node) in &out.all {
            for above in out.climbed(*id) {
                *below.entry((above, node.level)).or_default() += 1;
            }
        }
        out.below = below;
        out
    }

    /// The levels that have nodes.
    pub fn levels(&self) -> impl Iterator<Item = Level> {
        self.by_level.keys().copied()
    }

    /// The node and those above it, upwards.
    pub fn climbed(&self, id: i64) -> impl Iterator<Item = i64> {
        let parent = |id: &i64| self.all.get(id).and_then(|node| node.parent);
        std::iter::successors(self.all.contains_key(&id).then_some(id), parent).take(DEEPEST)
    }

    /// The level of a node with its classification; -1 for one that is not known.
    pub fn level(&self, id: i64) -> Level {
        self.all.get(&id).map_or((-1, -1), |node| node.level)
    }

    /// All nodes of a level.
    pub fn at(&self, level: Level) -> &[i64] {
        self.by_level.get(&level).map_or(&[], Vec::as_slice)
    }

    /// How many nodes of a level lie below one, itself among them.
    pub fn below(&self, id: i64, level: Level) -> usize {
        self.below.get(&(id, level)).copied().unwrap_or(0)
    }
}

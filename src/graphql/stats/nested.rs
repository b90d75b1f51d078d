//! The same question asked of several regions or sectors: those whose figures are at the same levels are read together.

use std::collections::{BTreeMap, HashMap};

use apollo_compiler::executable::{Field as Selected, SelectionSet};

use super::answer::Read;
use super::measures::{ANY, Beside, Cells, Groups, Key};
use super::rates::Rates;
use super::{By, MOST_GROUPS, Question, Stats, refused, too_many};
use crate::catalog::nested::{Nested, Owner};
use crate::graphql::computed::Tree;
use crate::graphql::errors::{GraphError, RunError};
use crate::graphql::execute::Session;
use crate::graphql::plan::{Planned, Planner, ValueShape};
use crate::storage::snapshot::Snapshot;

/// The side on which partners stand, and sectors.
const PARTNER: usize = 1;
const SECTOR: usize = 2;
/// The hierarchies as arguments name them.
const NAMES: [&str; 3] = ["reporter", "partner", "sector"];

/// The answer for one of them, or why there is none.
pub(super) type Answer = Result<Tree, GraphError>;

/// A question to several regions or sectors.
#[derive(Debug)]
pub struct StatsOf {
    pub(super) question: Question,
    /// On which side they stand.
    pub(super) side: usize,
}

impl<'a> Planner<'a> {
    /// The question of a field of regions or sectors, and how its answers are written.
    pub(in crate::graphql) fn trade_stats_of(
        &self,
        nested: &'static Nested,
        field: &'a Selected,
        sets: &[&'a SelectionSet],
    ) -> Planned<(StatsOf, ValueShape)> {
        let (question, shape) = self.stats_question(field, sets)?;
        let is_partner = self.reader.arguments(field).get("as").and_then(|word| word.as_str()) == Some("PARTNER");
        let side = match nested.owner {
            Owner::Sector => SECTOR,
            _ if is_partner => PARTNER,
            _ => 0,
        };
        let name = NAMES.get(side).copied().unwrap_or_default();
        if question.filter.sides.get(side).is_some_and(Option::is_some) {
            return Err(refused(&format!("filter.{name}"), format!("the {name} is the one of which this is asked")));
        }
        if question.by.contains(&By::Side(side)) {
            return Err(refused("groupBy", format!("the {name} is one here; leave it out")));
        }
        Ok((StatsOf { question, side }, shape))
    }
}

impl StatsOf {
    /// Objects of a kind that an answer holds at most.
    pub(in crate::graphql) fn objects(&self) -> u64 {
        let is_told = self.question.by.iter().any(|by| by.side().is_some());
        let most = if is_told { MOST_GROUPS } else { 1 };
        u64::try_from(most.min(self.question.paging.first)).unwrap_or(u64::MAX)
    }

    /// The answers for these regions or sectors, in their order.
    pub(in crate::graphql) fn ask_of(&self, session: &mut Session<'_>, ids: &[i64]) -> Result<Vec<Answer>, RunError> {
        let snapshot = session.snapshot;
        let nodes = if self.side == SECTOR { snapshot.sectors() } else { snapshot.regions() };
        // Of one level all have their figures at the same levels.
        let mut by_level: BTreeMap<(i64, i64), Vec<i64>> = BTreeMap::new();
        for id in ids {
            by_level.entry(nodes.level(*id)).or_default().push(*id);
        }
        let mut out: HashMap<i64, Answer> = HashMap::with_capacity(ids.len());
        let mut n_groups = 0;
        for ids in by_level.values() {
            for (id, answer) in self.ask_level(session, snapshot, ids, &mut n_groups)? {
                out.insert(id, answer);
            }
        }
        let internal = || Err(refused("id", "it has no answer"));
        Ok(ids.iter().map(|id| out.remove(id).unwrap_or_else(internal)).collect())
    }

    /// The answers for those of one level.
    fn ask_level(
        &self,
        session: &mut Session<'_>,
        snapshot: &Snapshot,
        ids: &[i64],
        n_groups: &mut usize,
    ) -> Result<Vec<(i64, Answer)>, RunError> {
        let mut out = Vec::with_capacity(ids.len());
        let mut asked: Vec<(i64, Stats)> = Vec::with_capacity(ids.len());
        for id in ids {
            match self.question.choose(snapshot, Some((self.side, *id))) {
                Ok(stats) => asked.push((*id, stats)),
                Err(error) => out.push((*id, Err(error))),
            }
        }
        let own: Vec<i64> = asked.iter().map(|(id, _)| *id).collect();
        let Some(all) = asked.first().map(|(_, stats)| self.together(stats, &own)) else { return Ok(out) };
        let statements = session.statements;
        let context = all.context(session)?;
        let mut rates = Rates::default();
        let mut groups = all.read(session, &context, &mut rates)?;
        groups.beside = all.beside(session, &groups, &context)?;
        let read = Read { context: &context, rates: &rates, statements: session.statements - statements };
        for ((id, stats), groups) in apart(groups, asked) {
            *n_groups += groups.cells.len();
            if *n_groups > MOST_GROUPS.saturating_mul(2) {
                return Err(too_many(*n_groups).into());
            }
            out.push((id, Ok(stats.tell(session, groups, &read)?)));
        }
        Ok(out)
    }

    /// The same question about all of them, told apart.
    fn together(&self, one: &Stats, ids: &[i64]) -> Stats {
        let mut all = one.clone();
        all.by.insert(0, By::Side(self.side));
        let levels = std::iter::once(&mut all.chosen.sides).chain(&mut all.chosen.finer);
        for side in levels.filter_map(|sides| sides.get_mut(self.side)) {
            if side.ids.as_ref().is_some_and(|own| own.len() == 1) {
                side.ids = Some(ids.to_vec());
            }
        }
        all
    }
}

/// The groups of each region or sector, which stands first in the keys of all.
fn apart(all: Groups, asked: Vec<(i64, Stats)>) -> Vec<((i64, Stats), Groups)> {
    let Groups { cells, converted, beside, units, .. } = all;
    let Beside { reported, unsaid, mirror, rca, world_reporters, .. } = beside;
    let mut by_id: BTreeMap<i64, Groups> = BTreeMap::new();
    for (id, stats) in &asked {
        let beside = Beside {
            mirror: mirror.as_ref().map(|_| Cells::new()),
            rca: rca.as_ref().map(|_| <[Cells; 3]>::default()),
            world_reporters: world_reporters.clone(),
            ..Beside::default()
        };
        by_id.insert(*id, Groups { beside, units: units.clone(), ..stats.groups() });
    }
    for (key, cell) in cells {
        each(&mut by_id, key, |groups, key| {
            groups.figures += i128::from(cell.count);
            groups.cells.insert(key, cell);
        });
    }
    for ((at, key), sum) in converted {
        each(&mut by_id, key, |groups, key| {
            groups.converted.insert((at, key), sum);
        });
    }
    for (key, sum) in reported {
        each(&mut by_id, key, |groups, key| {
            groups.beside.reported.insert(key, sum);
        });
    }
    for key in unsaid {
        each(&mut by_id, key, |groups, key| {
            groups.beside.unsaid.insert(key);
        });
    }
    for (key, cell) in mirror.into_iter().flatten() {
        each(&mut by_id, key, |groups, key| {
            if let Some(mirror) = &mut groups.beside.mirror {
                mirror.insert(key, cell);
            }
        });
    }
    for (at, cells) in rca.into_iter().flatten().enumerate() {
        for (key, cell) in cells {
            each(&mut by_id, key, |groups, key| {
                if let Some(own) = groups.beside.rca.as_mut().and_then(|all| all.get_mut(at)) {
                    own.insert(key, cell);
                }
            });
        }
    }
    asked.into_iter().filter_map(|(id, stats)| Some(((id, stats), by_id.remove(&id)?))).collect()
}

/// Gives the groups of the region or sector that a key begins with the rest of the key; what is of any is of each.
fn each(by_id: &mut BTreeMap<i64, Groups>, mut key: Key, mut take: impl FnMut(&mut Groups, Key)) {
    if key.sides.is_empty() {
        return;
    }
    match key.sides.remove(0) {
        ANY => by_id.values_mut().for_each(|groups| take(groups, key.clone())),
        own => by_id.get_mut(&own).into_iter().for_each(|groups| take(groups, key.clone())),
    }
}

//! `tradeStats` of regions and sectors: the question of the root for each of many, whose figures are read together. Each
//! has the answer that the root gives with it in the filter; a statement that differs only in it runs once for all.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use apollo_compiler::executable::{Field as Selected, SelectionSet};

use super::measure::events_of_a_row;
use super::read::Reading;
use super::sides::OneSide;
use super::{By, MOST_GROUPS, Question, ROOT, SIDES, Stats, levels, refused};
use crate::catalog::nested::{Nested, Owner};
use crate::catalog::stats::SIDE;
use crate::domain::error_code::Reason;
use crate::domain::flow::code_of;
use crate::graphql::computed::Tree;
use crate::graphql::errors::{GraphError, RunError};
use crate::graphql::execute::Session;
use crate::graphql::plan::{Planned, Planner, ValueShape};
use crate::storage::StorageError;
use crate::storage::bulk::Statement;
use crate::storage::snapshot::{DatasetLevel, Snapshot};
use crate::storage::sql::Side;
use crate::storage::value::Row;

/// Rows of all answers to a question at one place, at most.
const MOST_ROWS: usize = 100_000;
/// The side of sectors.
const SECTORS: usize = 2;
/// Members of the filter that say the same as what is asked.
const FILTERS: [&str; 3] = ["reporter", "partner", "sector"];

/// The answer for one of them, or why there is none.
pub(super) type Answer = Result<Tree, GraphError>;

/// The question to regions or sectors.
#[derive(Debug)]
pub struct StatsOf {
    question: Question,
    /// On which side they stand.
    side: usize,
    /// Groups of one answer at most.
    groups: u64,
    /// Objects of a kind in all answers at most.
    objects: u64,
}

/// With what a question is read together.
#[derive(Debug, Clone)]
pub(super) struct Family {
    side: usize,
    own: i64,
    ids: Rc<[i64]>,
    shared: Rc<RefCell<Shared>>,
}

/// What was read for all.
#[derive(Debug, Default)]
struct Shared {
    /// By text, or name.
    statements: HashMap<String, Rc<[Row]>>,
    /// By whose they are.
    sums: HashMap<Sums, Rc<HashMap<i64, Vec<Row>>>>,
    /// Why nothing can be told of any.
    failure: bool,
}

/// Sums that are the same but for whose they are.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Sums {
    side: Side,
    flows: Vec<i64>,
    is_reported: bool,
    by: Vec<&'static str>,
    /// Levels and ids of the hierarchies; nothing for that of what is asked.
    sides: [Option<(i64, Option<Vec<i64>>)>; 3],
}

impl<'a> Planner<'a> {
    /// The question to the rows of a plan, and how its answers are written.
    pub(in crate::graphql) fn trade_stats_of(
        &self,
        nested: &'static Nested,
        field: &'a Selected,
        sets: &[&'a SelectionSet],
    ) -> Planned<(StatsOf, ValueShape)> {
        let (question, shape) = self.stats_question(field, sets)?;
        let arguments = self.reader.arguments(field);
        let side = match nested.owner {
            Owner::Sector => SECTORS,
            _ => {
                let code = arguments.get("as").and_then(|word| code_of(SIDE.values, word.as_str()?));
                code.and_then(|code| usize::try_from(code).ok()).unwrap_or(0)
            }
        };
        if question.filter.sides.get(side).is_some_and(Option::is_some) {
            let name = FILTERS.get(side).copied().unwrap_or_default();
            let what = if side == SECTORS { "sector" } else { "region" };
            let message = format!("the {what} that is asked is the {name} already; leave the condition out");
            return Err(
                refused(&format!("filter.{name}"), message).hint(format!("the root field `{ROOT}` takes any filter"))
            );
        }
        Ok((StatsOf::new(self.snapshot, question, side)?, shape))
    }
}

/// Groups of one answer at most, and objects of a kind. An error where no dataset can be chosen, which no region or sector
/// changes.
fn size(snapshot: &Snapshot, question: &Question, own: usize) -> Planned<(u64, u64)> {
    let (dataset, _) = levels::dataset(snapshot, &question.asked(&question.filter, None))?;
    let held = snapshot.levels(dataset);
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let sizes: Vec<(By, u64)> = question
        .groups
        .iter()
        .map(|group| {
            let ids = |at: usize| question.filter.sides.get(at).and_then(Option::as_ref).map(Vec::len);
            let size = match group.by {
                By::Side(at) if at == own => 1,
                By::Side(SECTORS) => ids(SECTORS).unwrap_or_else(|| {
                    let nodes = snapshot.sectors();
                    let level =
                        group.sector_level.or_else(|| held.iter().map(|l| l.levels[2]).filter(|l| *l > 0).min());
                    let all = nodes.levels().filter(|(_, own)| Some(*own) == level);
                    all.map(|level| nodes.at(level).len()).max().unwrap_or(1)
                }),
                By::Side(at) => match &group.blocs {
                    Some(blocs) => blocs.len(),
                    None => ids(at).unwrap_or_else(|| {
                        let nodes = snapshot.regions();
                        let present = || held.iter().flat_map(|l| [l.levels[0], l.levels[1]]).filter(|l| *l > 1);
                        let levels: BTreeSet<i64> =
                            group.region_level.map_or_else(|| present().collect(), |l| [l].into());
                        levels.into_iter().map(|level| nodes.at((0, level)).len()).max().unwrap_or(1)
                    }),
                },
                By::Flow => held.iter().map(|l| l.flow).collect::<BTreeSet<_>>().len(),
                By::Period => {
                    let months = group.months.unwrap_or(1).max(1);
                    let told =
                        |l: &DatasetLevel| (l.period.0 - l.period.0.rem_euclid(months.max(l.period.1)), l.period.1);
                    let meets = |(start, own): &(i64, i64)| {
                        levels::meets(question.filter.period.as_ref(), *start, months.max(*own))
                    };
                    held.iter().map(told).filter(meets).collect::<BTreeSet<_>>().len()
                }
            };
            (group.by, count(size.max(1)))
        })
        .collect();
    let all = sizes.iter().fold(1, |n: u64, (_, size)| n.saturating_mul(*size));
    let first = question.top.as_ref().map_or(u64::MAX, |top| {
        let of = sizes.iter().filter(|(by, _)| matches!(by, By::Flow | By::Period) || top.per.contains(by));
        of.fold(count(top.n), |n, (_, size)| n.saturating_mul(*size))
    });
    let groups = all.min(first).min(count(question.paging.first)).min(count(MOST_GROUPS));
    let objects = sizes.iter().filter(|(by, _)| by.side().is_some()).map(|(_, size)| *size).max().unwrap_or(1);
    Ok((groups, objects))
}

impl StatsOf {
    /// A question to what stands on a side.
    pub(super) fn new(snapshot: &Snapshot, question: Question, side: usize) -> Planned<Self> {
        let (groups, objects) = size(snapshot, &question, side)?;
        Ok(Self { question, side, groups, objects })
    }

    /// Groups in the answers to so many, at most.
    pub(in crate::graphql) fn groups(&self, count: u64) -> u64 {
        self.groups.saturating_mul(count)
    }

    /// Objects of a kind in the answers to so many, at most: each is read once, in however many answers it is.
    pub(in crate::graphql) fn objects(&self, count: u64) -> u64 {
        let own = if self.question.by.contains(&By::Side(self.side)) { count } else { 1 };
        let events = u64::try_from(events_of_a_row(&self.question.numbers)).unwrap_or(u64::MAX);
        // Events are of a row, not of a place.
        let each = if events > 1 { self.groups(count).saturating_mul(events) } else { 1 };
        self.groups(count).min(self.objects).max(own).max(each)
    }

    /// The answers for these regions or sectors, in their order. What cannot be answered for one is an error there.
    pub(in crate::graphql) fn ask_of(&self, session: &mut Session<'_>, ids: &[i64]) -> Result<Vec<Answer>, RunError> {
        let all: Rc<[i64]> = ids.into();
        let shared: Rc<RefCell<Shared>> = Rc::default();
        let mut out = Vec::with_capacity(ids.len());
        let mut n_rows = 0;
        for id in ids {
            let family = Family { side: self.side, own: *id, ids: Rc::clone(&all), shared: Rc::clone(&shared) };
            let answer = match self.question.choose(session.snapshot, Some((self.side, *id))) {
                Err(error) => Err(error.into()),
                Ok(stats) => {
                    let paging = stats.paging.within(&id.to_string());
                    Stats { paging, family: Some(family), ..stats }.ask(session)
                }
            };
            out.push(match answer {
                Ok(tree) => {
                    n_rows += ["rows", "others"].into_iter().map(|list| length(tree.member(list))).sum::<usize>();
                    Ok(tree)
                }
                Err(RunError::User(error)) if !shared.borrow().failure => {
                    let message = error.argument.as_ref().map(|_| format!("{ROOT}: {}", error.message));
                    let message = message.unwrap_or_else(|| error.message.clone());
                    Err(GraphError { message, ..*error })
                }
                Err(error) => return Err(error),
            });
            if n_rows > MOST_ROWS {
                return Err(too_many(n_rows, MOST_ROWS, ids.len()).into());
            }
        }
        Ok(out)
    }
}

fn length(tree: &Tree) -> usize {
    if let Tree::List(items) = tree { items.len() } else { 0 }
}

fn too_many(came: usize, most: usize, asked: usize) -> GraphError {
    let message = format!("{ROOT}: more than {} groups of {asked} together, at most {most} are given", came - 1);
    GraphError::new(Reason::TooManyGroups, message)
        .at("groupBy")
        .hint("ask fewer at once, group by a coarser level (digits: 2, level: AREA), or filter")
}

impl Stats {
    /// The rows of a statement, which runs once where several questions are read together.
    pub(super) fn rows_once(&self, session: &mut Session<'_>, statement: Statement) -> Result<Rc<[Row]>, RunError> {
        self.once(&statement.0.clone(), session, |session| session.rows(statement, &[]))
    }

    /// The rows of what has a name, read once where several questions are read together.
    pub(super) fn once(
        &self,
        name: &str,
        session: &mut Session<'_>,
        read: impl FnOnce(&mut Session<'_>) -> Result<Vec<Row>, StorageError>,
    ) -> Result<Rc<[Row]>, RunError> {
        let Some(family) = &self.family else { return Ok(read(session)?.into()) };
        if let Some(known) = family.shared.borrow().statements.get(name) {
            return Ok(Rc::clone(known));
        }
        let rows: Rc<[Row]> = read(session)?.into();
        family.shared.borrow_mut().statements.insert(name.to_owned(), Rc::clone(&rows));
        Ok(rows)
    }
}

impl Family {
    /// The sums of one, of those of all.
    pub(super) fn sums(
        &self,
        stats: &Stats,
        session: &mut Session<'_>,
        reading: &Reading<'_>,
    ) -> Result<Vec<Row>, RunError> {
        let is_nothing = |side: &OneSide| side.ids.as_ref().is_some_and(Vec::is_empty);
        if stats.chosen.is_absent || reading.sides.iter().any(is_nothing) {
            return Ok(Vec::new());
        }
        let by = stats.columns(reading.sides);
        let start_at = by.len() + 1;
        // What is compared with may be of the world, which is the same for all.
        let is_own =
            |at: usize, side: &OneSide| at == self.side && side.ids.as_ref().is_some_and(|ids| *ids == [self.own]);
        let mut at = 0;
        let sides = reading.sides.each_ref().map(|side| {
            at += 1;
            (!is_own(at - 1, side)).then(|| (side.level, side.ids.clone()))
        });
        let owner = if sides.get(self.side).is_some_and(Option::is_none) { self.own } else { ALL };
        let key =
            Sums { side: reading.side, flows: reading.flows.to_vec(), is_reported: reading.is_reported, by, sides };
        let known = self.shared.borrow().sums.get(&key).map(Rc::clone);
        let all = match known {
            Some(known) => known,
            None => {
                let read = Rc::new(self.read(stats, session, reading, &key)?);
                self.shared.borrow_mut().sums.insert(key, Rc::clone(&read));
                read
            }
        };
        let rows = all.get(&owner).map_or(&[][..], Vec::as_slice);
        let starts: BTreeSet<i64> = reading.starts.iter().copied().collect();
        Ok(rows.iter().filter(|row| row.int(start_at).is_some_and(|start| starts.contains(&start))).cloned().collect())
    }

    /// The sums of all, by whose they are.
    fn read(
        &self,
        stats: &Stats,
        session: &mut Session<'_>,
        reading: &Reading<'_>,
        key: &Sums,
    ) -> Result<HashMap<i64, Vec<Row>>, RunError> {
        let mut at = 0;
        let sides = reading.sides.each_ref().map(|side| {
            at += 1;
            let is_own = key.sides.get(at - 1).is_some_and(Option::is_none);
            let ids = if is_own { Some(self.ids.to_vec()) } else { side.ids.clone() };
            OneSide { ids, above: None, ..*side }
        });
        let own = SIDES.get(self.side).copied().filter(|_| key.sides.get(self.side).is_some_and(Option::is_none));
        let mut by = key.by.clone();
        let place = own.map(|own| {
            by.iter().position(|column| *column == own).unwrap_or_else(|| {
                by.push(own);
                by.len() - 1
            })
        });
        let is_added = by.len() > key.by.len();
        let all = Reading { sides: &sides, starts: stats.starts(), finer: None, ..*reading };
        let rows = stats.read_sums(session, &all, by).inspect_err(|_| self.shared.borrow_mut().failure = true)?;
        let mut out: HashMap<i64, Vec<Row>> = HashMap::new();
        for mut row in rows {
            let owner = place.map_or(ALL, |place| row.int(place).unwrap_or(ALL));
            if let Some(place) = place.filter(|_| is_added) {
                row.values.remove(place);
            }
            out.entry(owner).or_default().push(row);
        }
        Ok(out)
    }
}

/// Whose sums are that are of nobody that is asked.
const ALL: i64 = i64::MIN;

//! Reads the sums of a question, and what is known of their completeness.

use std::collections::BTreeSet;
use std::hash::{Hash as _, Hasher as _};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use super::convert::{Mapping, with_sector};
use super::measure::Measure;
use super::measures::{Cell, Cells, Groups, Key, Last, NONE, Unit};
use super::rates::Rates;
use super::sides::OneSide;
use super::{By, SIDES, Stats, too_many};
use crate::catalog::region::REGION;
use crate::domain::error_code::Reason;
use crate::graphql::errors::{GraphError, RunError};
use crate::graphql::execute::Session;
use crate::storage::figures::REPORTED;
use crate::storage::snapshot::{Coverage, Snapshot};
use crate::storage::sql::Side;
use crate::storage::sql::cube::{Cube, MOST_SUMS, PART};
use crate::storage::sql::operand::Operand;
use crate::storage::sql::predicate::{Op, Predicate};
use crate::storage::value::{Row, Value};

/// What is known beside the figures: which reporters are complete in which stored periods, and correspondences.
#[derive(Default)]
pub(super) struct Context {
    pub(super) coverage: Arc<Coverage>,
    /// What corresponds to what, where sectors are converted.
    mapping: Option<Mapping>,
}

impl Context {
    /// Whether all reporters that the dataset has in a period are complete.
    fn is_whole(&self, start: i64) -> bool {
        self.coverage.by_period.get(&start).is_some_and(|(complete, all)| complete == all)
    }

    /// Whether the dataset has figures of the world as a reporter of its own.
    pub(super) fn reports_world(&self, world: &OneSide, start: i64) -> bool {
        world.ids.iter().flatten().any(|id| self.coverage.by_reporter.contains_key(&(*id, start)))
    }
}

impl Stats {
    /// Whether a flow is read from the partner's side.
    pub(super) fn is_mirrored(&self, flow: i64) -> bool {
        self.chosen.reads.iter().any(|(side, flows)| *side == Side::Mirrored && flows.contains(&flow))
    }

    /// How many reporters make the world, in the told periods; nothing where it is not made of them.
    pub(super) fn world_reporters(&self, context: &Context) -> Option<i64> {
        let own = self.chosen.reads.first().map(|(side, _)| own_side(&self.chosen.sides, *side == Side::Mirrored))?;
        let starts = self.chosen.shown.iter().filter_map(|told| self.chosen.periods.get(told)).flatten();
        let of = |start: &i64| {
            context.coverage.by_period.get(start).filter(|_| !context.reports_world(own, *start)).map(|(n, _)| *n)
        };
        starts.filter_map(of).min().filter(|_| own.level == 0)
    }

    pub(super) fn is_grouped(&self, side: usize) -> bool {
        self.by.contains(&By::Side(side))
    }

    /// What is known beside the figures, as far as it is needed.
    pub(super) fn context(&self, session: &mut Session<'_>) -> Result<Context, RunError> {
        if self.chosen.is_absent {
            return Ok(Context::default());
        }
        let coverage = session.snapshot.coverage(self.chosen.dataset, self.chosen.stored);
        Ok(Context { coverage, mapping: self.mapping(session)? })
    }

    /// Whether all parts of a flow and period are there, as far as they are not chosen by the filter.
    pub(super) fn is_complete(&self, context: &Context, flow: i64, period: i64) -> bool {
        let [_, partner, sector] = &self.chosen.sides;
        let is_open = (!partner.is_filtered && (self.is_grouped(1) || partner.is_listed))
            || (!sector.is_filtered && (self.is_grouped(2) || sector.is_listed));
        if !is_open {
            return true;
        }
        let starts: Vec<i64> = if period == 0 {
            self.chosen.shown.iter().filter_map(|told| self.chosen.periods.get(told)).flatten().copied().collect()
        } else {
            self.chosen.periods.get(&period).cloned().unwrap_or_default()
        };
        let is_mirrored = self.is_mirrored(flow);
        let reporters = self.chosen.sides[0].ids.as_ref().filter(|_| !is_mirrored && self.chosen.sides[0].level != 0);
        let is_there = |start: &i64| match reporters {
            Some(ids) => {
                ids.iter().all(|id| context.coverage.by_reporter.get(&(*id, *start)).copied().unwrap_or(ids.len() > 1))
            }
            None => context.is_whole(*start),
        };
        !starts.is_empty() && starts.iter().all(is_there)
    }

    /// No sums yet.
    pub(super) fn groups(&self) -> Groups {
        let chosen = &self.chosen;
        let mut places = [None; 3];
        for (place, at) in self.by.iter().filter_map(|by| by.side()).enumerate() {
            if let Some(known) = places.get_mut(at) {
                *known = Some(place);
            }
        }
        Groups {
            scale: chosen.scale,
            currency: chosen.currency.clone(),
            conversions: self.conversions.clone(),
            months: chosen.months,
            single: chosen.shown.first().copied().filter(|_| chosen.shown.len() == 1),
            first: chosen.shown.first().copied().unwrap_or(0),
            places,
            last: match self.by.last() {
                Some(By::Side(side)) => places.get(*side).copied().flatten().map_or(Last::Nothing, Last::Side),
                Some(By::Period) => Last::Period,
                _ => Last::Nothing,
            },
            ..Groups::default()
        }
    }

    /// All sums, by group, flow and told period.
    pub(super) fn read(
        &self,
        session: &mut Session<'_>,
        context: &Context,
        rates: &mut Rates,
    ) -> Result<Groups, RunError> {
        let chosen = &self.chosen;
        let mut groups = self.groups();
        let mut taken = Taken::new(self.open_side().filter(|_| self.wants_reported()));
        taken.stored = (!self.conversions.is_empty()).then(FxHashMap::default);
        for (side, flows) in &chosen.reads {
            self.take(session, context, &self.reading(&chosen.sides, *side, flows), &mut taken)?;
        }
        self.read_finer(session, context, &mut taken)?;
        self.finish(session.snapshot, context, &mut taken)?;
        groups.converted = self.convert(session, &taken, rates)?;
        (groups.cells, groups.units, groups.figures) = (taken.cells, taken.units, taken.figures);
        groups.made_of = taken.made_of;
        Ok(groups)
    }

    /// Stored periods that are read.
    pub(super) fn starts(&self) -> Vec<i64> {
        self.chosen.periods.values().flatten().copied().collect()
    }

    /// What reporters that are only listed have at finer levels, where they have nothing at the chosen ones: the first level
    /// at which each has something in a flow and period. Reporters of two levels are never added.
    fn read_finer(&self, session: &mut Session<'_>, context: &Context, taken: &mut Taken) -> Result<(), RunError> {
        let mut level = self.chosen.sides[0].level;
        let mut coarser = BTreeSet::new();
        let is_open = self.starts().iter().any(|start| !context.is_whole(*start));
        // What is complete lacks nothing, unless the world is not there itself.
        for sides in self.chosen.finer.iter().filter(|sides| is_open || self.is_made_world(sides)) {
            if sides[0].level != level {
                level = sides[0].level;
                coarser = taken.seen.iter().map(|(_, flow, start)| (*flow, *start)).collect();
            }
            let seen = Seen { units: taken.seen.clone(), coarser: coarser.clone() };
            for (side, flows) in &self.chosen.reads {
                let starts = self.lacking(context, sides, *side == Side::Mirrored, flows, &seen);
                if !starts.is_empty() {
                    let reading = Reading { finer: Some(&seen), starts, ..self.reading(sides, *side, flows) };
                    self.take(session, context, &reading, taken)?;
                }
            }
        }
        Ok(())
    }

    /// Reporters that are put together because the world is not there itself.
    fn is_made_world(&self, sides: &[OneSide; 3]) -> bool {
        sides[0].level != self.chosen.sides[0].level
    }

    /// Whether nothing of a reporter in a stored period may be more than nothing: what is complete is all there is.
    fn may_lack(&self, context: &Context, reading: &Reading<'_>, (reporter, _, start): (i64, i64, i64)) -> bool {
        if self.is_made_world(reading.sides) {
            return true;
        }
        if reading.side == Side::Mirrored || reading.sides[0].level == 0 {
            return !context.is_whole(start);
        }
        !context.coverage.by_reporter.get(&(reporter, start)).copied().unwrap_or(true)
    }

    /// Stored periods in which some reporter may have at these levels what it lacks at coarser ones.
    fn lacking(
        &self,
        context: &Context,
        sides: &[OneSide; 3],
        is_mirrored: bool,
        flows: &[i64],
        seen: &Seen,
    ) -> Vec<i64> {
        let mut starts = self.starts();
        if self.is_made_world(sides) {
            starts.retain(|start| flows.iter().any(|flow| !seen.coarser.contains(&(*flow, *start))));
        } else if is_mirrored || sides[0].level == 0 {
            starts.retain(|start| !context.is_whole(*start));
        } else {
            let ids = sides[0].ids.as_ref();
            let lacks = |(reporter, start): &(i64, i64)| {
                ids.is_none_or(|ids| ids.contains(reporter))
                    && flows.iter().any(|flow| !seen.units.contains(&(*reporter, *flow, *start)))
            };
            let listed = context.coverage.by_reporter.iter().filter(|(at, is_complete)| !**is_complete && lacks(at));
            let lacking: BTreeSet<i64> = listed.map(|((_, start), _)| *start).collect();
            starts.retain(|start| lacking.contains(start));
        }
        starts
    }

    fn sums(&self, session: &mut Session<'_>, reading: &Reading<'_>) -> Result<Vec<Row>, RunError> {
        match &self.family {
            Some(family) => family.sums(self, session, reading),
            None => self.read_sums(session, reading, self.columns(reading.sides)),
        }
    }

    /// The sums of a reading by some columns.
    pub(super) fn read_sums(
        &self,
        session: &mut Session<'_>,
        reading: &Reading<'_>,
        by: Vec<&'static str>,
    ) -> Result<Vec<Row>, RunError> {
        let mut condition = self.chosen.condition(reading.sides, reading.flows, reading.starts.clone());
        if reading.is_reported {
            let reported = Predicate::Compare(Operand::Column("origin"), Op::Eq, Value::Int(REPORTED));
            condition = Predicate::all(vec![condition, reported]);
        }
        let with_quantities =
            self.numbers.iter().any(|m| matches!(m, Measure::Quantity | Measure::UnitValue { of_quantity: true }));
        let side = reading.side;
        let cube = Cube { side, condition: condition.on_side(side), by, with_quantities };
        let rows = session.rows(cube, &[])?;
        if rows.len() > MOST_SUMS {
            return Err(too_many(rows.len()).into());
        }
        Ok(rows)
    }

    /// How many figures of a reporter and period a sum of named partners and sectors is made of; one that has fewer is
    /// no total unless the reporter is complete.
    fn expected(&self, sides: &[OneSide; 3]) -> i64 {
        let editions = &self.chosen.editions;
        let of = |(at, side): (usize, &OneSide)| match &side.ids {
            _ if at == 0 || !side.is_filtered || self.is_grouped(at) => 1,
            // Chapters of one edition at a time; of which, is not known where a period has several.
            Some(_) if at == 2 && editions.named > 1 && editions.class_of.is_some() => i64::MAX,
            Some(_) if at == 2 && editions.named > 0 => editions.named,
            Some(ids) => i64::try_from(ids.len()).unwrap_or(i64::MAX),
            None => 1,
        };
        sides.iter().enumerate().map(of).fold(1, i64::saturating_mul)
    }

    /// Columns of the hierarchies in a sum: the reporter always, as far as it is not one.
    pub(super) fn columns(&self, sides: &[OneSide; 3]) -> Vec<&'static str> {
        let is_one = |side: &OneSide| side.ids.as_ref().is_some_and(|ids| ids.len() == 1);
        // A reporter that gives a period in two editions would be counted twice.
        let is_checked = |at: usize| at == 2 && self.chosen.editions.class_of.is_some();
        let is_read = |at: usize, side: &OneSide| self.is_grouped(at) || (at == 0 && !is_one(side)) || is_checked(at);
        SIDES
            .iter()
            .enumerate()
            .zip(sides)
            .filter(|((at, _), side)| is_read(*at, side))
            .map(|((_, name), _)| *name)
            .collect()
    }

    /// All figures at some levels.
    pub(super) fn reading<'r>(&self, sides: &'r [OneSide; 3], side: Side, flows: &'r [i64]) -> Reading<'r> {
        Reading { sides, side, flows, starts: self.starts(), is_reported: false, finer: None }
    }

    /// Reads the sums of some figures and adds them to their groups.
    pub(super) fn take(
        &self,
        session: &mut Session<'_>,
        context: &Context,
        reading: &Reading<'_>,
        taken: &mut Taken,
    ) -> Result<(), RunError> {
        let columns = self.columns(reading.sides);
        let n = columns.len();
        for row in self.sums(session, reading)? {
            let id_of =
                |at: usize| columns.iter().position(|c| SIDES.get(at) == Some(c)).and_then(|place| row.int(place));
            let single = |at: usize| reading.sides.get(at).and_then(|side| side.ids.as_ref()?.first()).copied();
            let one = |at: usize| id_of(at).or_else(|| single(at)).unwrap_or(-1);
            let (Some(flow), Some(start)) = (row.int(n), row.int(n + 1)) else { continue };
            let reporter = one(0);
            let unit = (reporter, flow, start);
            if reading.finer.is_some_and(|seen| !seen.is_free(&unit) || !self.may_lack(context, reading, unit)) {
                continue;
            }
            taken.seen.insert(unit);
            if let Some(class) = self.chosen.editions.class_of.as_ref().and_then(|all| all.get(&id_of(2)?))
                && *taken.classes.entry((reporter, flow, start)).or_insert(*class) != *class
            {
                return Err(two_editions(session.snapshot, &self.chosen.classification, reporter, start).into());
            }
            let mut ids = Vec::with_capacity(3);
            for at in self.by.iter().filter_map(|by| by.side()) {
                let id = id_of(at).unwrap_or(NONE);
                ids.push(match reading.sides.get(at).and_then(|side| side.above.as_ref()) {
                    None => id,
                    Some(above) => above.of(id, start).unwrap_or(NONE),
                });
            }
            let told = start - start.rem_euclid(self.chosen.months);
            let cell = self.cell(&row, n + 2, taken);
            let own = if reading.is_exchanged() { one(1) } else { reporter };
            let is_short = cell.count < self.expected(reading.sides);
            let is_listed = self.is_listed(context, reading, (own, flow, start), is_short);
            let cell = Cell { is_listed, ..cell };
            taken.figures += i128::from(cell.count);
            let flow = if reading.is_exchanged() { other_flow(flow) } else { flow };
            let key = Key { sides: ids, flow, period: told };
            // Of a whole that lacks a part it is not said how much it is.
            if !reading.is_reported || (cell.n_values > 0 && !is_short) {
                taken.note(&key, (reporter, start), self.by_period(), &self.chosen.shown);
            }
            if self.chosen.months != self.chosen.stored {
                *taken.months.entry((key.clone(), own)).or_default() |= self.bit(start);
            }
            if let Some(stored) = &mut taken.stored {
                stored.entry((key.clone(), start)).or_default().add(&cell);
            }
            taken.cells.entry(key).or_default().add(&cell);
        }
        Ok(())
    }

    /// The place of a stored period in its told one.
    fn bit(&self, start: i64) -> u16 {
        1 << (start.rem_euclid(self.chosen.months) / self.chosen.stored.max(1)).clamp(0, 11)
    }

    /// Which stored periods of each sum one of its reporters lacks; of one that is complete, nothing is nothing.
    fn find_lacking(&self, context: &Context, taken: &mut Taken) {
        let parts = (1_u32 << (self.chosen.months / self.chosen.stored.max(1)).clamp(1, 12)) - 1;
        let all = u16::try_from(parts).unwrap_or(u16::MAX);
        let step = usize::try_from(self.chosen.stored.max(1)).unwrap_or(1);
        for ((key, own), mut bits) in std::mem::take(&mut taken.months) {
            for start in (key.period..key.period + self.chosen.months).step_by(step) {
                if context.coverage.by_reporter.get(&(own, start)).copied().unwrap_or(false) {
                    bits |= self.bit(start);
                }
            }
            if let Some(cell) = taken.cells.get_mut(&key) {
                cell.lacks |= all & !bits;
            }
        }
    }

    /// The sums of a row, from a column on.
    fn cell(&self, row: &Row, from: usize, taken: &mut Taken) -> Cell {
        let number = |at: usize| row.int(from + at).unwrap_or(0);
        let unit = match (row.text(from + 11), row.text(from + 12)) {
            (Some(first), Some(last)) if first == last => Unit::One(taken.unit(first)),
            (None, None) => Unit::None,
            _ => Unit::Mixed,
        };
        Cell {
            value: exact(number(0), number(1)),
            n_values: number(2),
            count: number(3),
            weight: exact(number(4), number(5)),
            n_weights: number(6),
            is_estimated: number(7) == 2 || (number(7) > 2 && number(2) > 0 && number(2) < number(3)),
            quantity: exact(number(8), number(9)),
            n_quantities: number(10),
            unit,
            lacks: 0,
            periods: 0,
            is_listed: false,
        }
    }

    /// Whether a sum is of what is listed, which may not be all.
    fn is_listed(
        &self,
        context: &Context,
        reading: &Reading<'_>,
        (own, flow, start): (i64, i64, i64),
        is_short: bool,
    ) -> bool {
        let is_mirrored = !reading.is_exchanged() && self.is_mirrored(flow);
        let side = own_side(reading.sides, is_mirrored || reading.is_exchanged());
        let is_of_world = side.level == 0 && !context.reports_world(side, start);
        let is_made_world = reading.finer.is_some() && self.is_made_world(reading.sides);
        let is_open = is_short
            || is_made_world
            || is_of_world
            || reading.sides.iter().enumerate().any(|(at, side)| {
                let is_made = side.above.is_some() || (at == 2 && self.chosen.editions.conversion.is_some());
                side.is_listed && (!self.is_grouped(at) || is_made)
            });
        let is_complete = || match is_mirrored || is_of_world {
            // Several reporters are no world where import makes none of them.
            _ if is_made_world => context.coverage.by_period.get(&start) == Some(&(1, 1)),
            true => context.is_whole(start),
            false => context.coverage.by_reporter.get(&(own, start)).copied().unwrap_or(false),
        };
        is_open && !is_complete()
    }

    /// Converts sectors, and puts periods together where they are not grouped by.
    pub(super) fn finish(&self, snapshot: &Snapshot, context: &Context, taken: &mut Taken) -> Result<(), RunError> {
        self.find_lacking(context, taken);
        let place = self.by.iter().filter_map(|by| by.side()).position(|at| at == 2);
        if let (Some(mapping), Some(place)) = (&context.mapping, place) {
            let mut lacking = BTreeSet::new();
            let sector = |key: &Key| (key.sides.get(place).copied().unwrap_or(NONE), key.period);
            let cells = std::mem::take(&mut taken.cells);
            let with = |key: &Key, to: i64| with_sector(key, Some(place), to);
            taken.cells = mapping.convert(cells, sector, with, &mut lacking);
            if let Some(stored) = taken.stored.take() {
                let with = |(key, start): &(Key, i64), to: i64| (with_sector(key, Some(place), to), *start);
                taken.stored = Some(mapping.convert(stored, |(key, _)| sector(key), with, &mut lacking));
            }
            self.check_weights(snapshot, &lacking)?;
        }
        self.put_periods_together(&mut taken.cells);
        Ok(())
    }

    /// Where the period is not grouped by, adds the sum of the shown ones.
    fn put_periods_together(&self, cells: &mut Cells) {
        if self.by.contains(&By::Period) {
            return;
        }
        let mut shown: Vec<(Key, i64, Cell)> = cells
            .iter()
            .filter(|(key, _)| self.chosen.shown.contains(&key.period))
            .map(|(key, cell)| (Key { period: 0, ..key.clone() }, key.period, *cell))
            .collect();
        shown.sort_by_key(|(_, period, _)| *period);
        for (key, period, cell) in shown {
            let sum = cells.entry(key).or_default();
            let mut hasher = FxHasher::default();
            (sum.periods, period).hash(&mut hasher);
            sum.add(&cell);
            sum.periods = hasher.finish();
        }
    }
}

/// Which figures are read.
pub(super) struct Reading<'r> {
    pub(super) sides: &'r [OneSide; 3],
    pub(super) side: Side,
    pub(super) flows: &'r [i64],
    /// Stored periods.
    pub(super) starts: Vec<i64>,
    /// Only what sources report.
    pub(super) is_reported: bool,
    /// Only what is not there at coarser levels.
    pub(super) finer: Option<&'r Seen>,
}

/// Reporters, flows and stored periods that are summed already, when finer levels are read.
pub(super) struct Seen {
    units: BTreeSet<(i64, i64, i64)>,
    /// Flows and periods of reporters of coarser levels.
    coarser: BTreeSet<(i64, i64)>,
}

impl Seen {
    fn is_free(&self, unit: &(i64, i64, i64)) -> bool {
        !self.units.contains(unit) && !self.coarser.contains(&(unit.1, unit.2))
    }
}

impl Reading<'_> {
    /// Whether it is what the other side of each pair says of the same flow.
    fn is_exchanged(&self) -> bool {
        self.side == Side::Exchanged
    }
}

/// What was read.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) cells: Cells,
    /// The same by stored period, where that is wanted.
    pub(super) stored: Option<FxHashMap<(Key, i64), Cell>>,
    units: Vec<String>,
    /// Figures that were added.
    figures: i128,
    seen: BTreeSet<(i64, i64, i64)>,
    /// The stored periods of each reporter in a sum, where several make a told one.
    months: FxHashMap<(Key, i64), u16>,
    /// The classification in which a reporter gives a flow and period.
    classes: FxHashMap<(i64, i64, i64), i64>,
    /// The place in a key of the side whose whole is wanted too.
    open: Option<usize>,
    /// Reporters and stored periods by group with any of that side.
    pub(super) made_of: FxHashMap<Key, BTreeSet<(i64, i64)>>,
}

impl Taken {
    /// Nothing, of which the units of wholes are to be known where a side is open.
    pub(super) fn new(open: Option<usize>) -> Self {
        Self { open, ..Self::default() }
    }

    fn note(&mut self, key: &Key, unit: (i64, i64), by_period: bool, shown: &BTreeSet<i64>) {
        if self.open.is_some() && shown.contains(&key.period) {
            let period = if by_period { key.period } else { 0 };
            let whole = Key { period, ..key.clone() }.any(self.open);
            self.made_of.entry(whole).or_default().insert(unit);
        }
    }

    fn unit(&mut self, name: &str) -> usize {
        self.units.iter().position(|known| known == name).unwrap_or_else(|| {
            self.units.push(name.to_owned());
            self.units.len() - 1
        })
    }
}

fn two_editions(snapshot: &Snapshot, classification: &str, reporter: i64, start: i64) -> GraphError {
    let table = snapshot.table(&REGION);
    let code = table.and_then(|table| table.value(reporter, "code").as_text()).unwrap_or_default();
    let message = format!(
        "filter.sector: `{code}` gives {} in several editions beside {classification}: they are never added",
        start.div_euclid(12)
    );
    GraphError::new(Reason::AmbiguousClassification, message)
        .at("filter.sector")
        .hint("filter by one edition, e.g. {classification: {code: {eq: \"HS2017\"}}}")
}

/// The flow that the other side reports.
pub(super) fn other_flow(flow: i64) -> i64 {
    match flow {
        1 => 2,
        2 => 1,
        other => other,
    }
}

/// Whose figures they are as stored: those of a reconciled dataset are the exporter's.
pub(super) fn own_side([reporter, partner, _]: &[OneSide; 3], is_mirrored: bool) -> &OneSide {
    if is_mirrored { partner } else { reporter }
}

/// A sum of its two parts.
fn exact(high: i64, low: i64) -> i128 {
    i128::from(high) * i128::from(PART) + i128::from(low)
}

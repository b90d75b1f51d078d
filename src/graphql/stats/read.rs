//! Reads the sums of a question, and what is known of their completeness.

use std::collections::{BTreeSet, HashMap};

use super::levels::OneSide;
use super::measures::{Cell, Groups, Key, Last};
use super::{By, MOST_GROUPS, Measure, SIDES, Stats, too_many};
use crate::catalog::region::REGION;
use crate::graphql::errors::RunError;
use crate::graphql::execute::Session;
use crate::storage::bulk::Statement;
use crate::storage::figures::REPORTED;
use crate::storage::sql::Side;
use crate::storage::sql::cube::{Cube, PART};
use crate::storage::sql::operand::Operand;
use crate::storage::sql::predicate::{Op, Predicate};
use crate::storage::value::{Row, Value};

/// Which reporters are complete in which stored periods.
#[derive(Default)]
pub(super) struct Coverage {
    by_reporter: HashMap<(i64, i64), bool>,
    /// How many are complete, and how many there are.
    by_period: HashMap<i64, (i64, i64)>,
}

impl Coverage {
    /// Whether the dataset has figures of the world as a reporter of its own.
    fn reports_world(&self, world: &OneSide, start: i64) -> bool {
        world.ids.iter().flatten().any(|id| self.by_reporter.contains_key(&(*id, start)))
    }
}

impl Stats {
    /// Whether a flow is read from the partner's side.
    pub(super) fn is_mirrored(&self, flow: i64) -> bool {
        self.chosen.reads.iter().any(|(side, flows)| *side == Side::Mirrored && flows.contains(&flow))
    }

    /// Whether the figures are those of all reporters together, as far as levels tell.
    pub(super) fn is_of_world(&self) -> bool {
        self.chosen.reads.iter().any(|(side, _)| own_side(&self.chosen.sides, *side == Side::Mirrored).level == 0)
    }

    /// How many reporters make the world, in the told periods; nothing where it is not made of them.
    pub(super) fn world_reporters(&self, coverage: &Coverage) -> Option<i64> {
        let own = self.chosen.reads.first().map(|(side, _)| own_side(&self.chosen.sides, *side == Side::Mirrored))?;
        let starts = self.chosen.shown.iter().filter_map(|told| self.chosen.periods.get(told)).flatten();
        let of = |start: &i64| {
            coverage.by_period.get(start).filter(|_| !coverage.reports_world(own, *start)).map(|(n, _)| *n)
        };
        starts.filter_map(of).min().filter(|_| own.level == 0)
    }

    pub(super) fn is_grouped(&self, side: usize) -> bool {
        self.by.contains(&By::Side(side))
    }

    pub(super) fn needs_coverage(&self) -> bool {
        let of_sides = self.chosen.sides.iter().any(|side| side.is_listed);
        let needs_whole = |m: &Measure| matches!(m, Measure::Share(_));
        let compared = self
            .measures
            .iter()
            .map(|(m, _)| m)
            .chain(self.order.iter().map(|(m, _)| m))
            .chain(self.having.iter().map(|c| &c.measure));
        of_sides
            || self.is_of_world()
            || self.chosen.fallback.is_some()
            || self.wants_whole
            || compared.into_iter().any(needs_whole)
    }

    pub(super) fn coverage(&self, session: &mut Session<'_>) -> Result<Coverage, RunError> {
        let mut out = Coverage::default();
        let statement = Statement(format!(
            "SELECT reporter_id, period_start, CASE WHEN partners = 'COMPLETE' AND sectors = 'COMPLETE' THEN 1 ELSE 0 END FROM dataset_coverage WHERE dataset_id = {} AND period_months = {}",
            self.chosen.dataset, self.chosen.stored
        ));
        for row in session.rows(statement, &[])? {
            let (Some(reporter), Some(start)) = (row.int(0), row.int(1)) else { continue };
            let complete = row.int(2) == Some(1);
            out.by_reporter.insert((reporter, start), complete);
            let (n_complete, n_all) = out.by_period.entry(start).or_default();
            *n_complete += i64::from(complete);
            *n_all += 1;
        }
        Ok(out)
    }

    /// Whether all parts of a flow and period are there, as far as they are not chosen by the filter.
    pub(super) fn is_complete(&self, coverage: &Coverage, flow: i64, period: i64) -> bool {
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
                ids.iter().all(|id| coverage.by_reporter.get(&(*id, *start)).copied().unwrap_or(ids.len() > 1))
            }
            None => coverage.by_period.get(start).is_some_and(|(complete, all)| complete == all),
        };
        !starts.is_empty() && starts.iter().all(is_there)
    }

    /// All sums, by group, flow and told period.
    pub(super) fn read(&self, session: &mut Session<'_>, coverage: &Coverage) -> Result<Groups, RunError> {
        let chosen = &self.chosen;
        let mut groups = Groups {
            scale: chosen.scale,
            currency: chosen.currency.clone(),
            months: chosen.months,
            parts: u16::try_from((1_u32 << (chosen.months / chosen.stored.max(1)).clamp(1, 12)) - 1)
                .unwrap_or(u16::MAX),
            single: chosen.shown.first().copied().filter(|_| chosen.shown.len() == 1),
            last: match self.by.last() {
                Some(By::Side(side)) => Last::Side(
                    self.by
                        .iter()
                        .filter(|b| matches!(b, By::Side(_)))
                        .position(|b| *b == By::Side(*side))
                        .unwrap_or(0),
                ),
                Some(By::Period) => Last::Period,
                _ => Last::Nothing,
            },
            ..Groups::default()
        };
        let mut seen: BTreeSet<(i64, i64, i64)> = BTreeSet::new();
        for (side, flows) in &chosen.reads {
            for row in self.sums(session, &chosen.sides, *side, flows, None)? {
                self.take(&mut groups, &chosen.sides, &row, coverage, None, &mut seen);
            }
        }
        // Reporters that have partners and no world.
        if let Some(sides) = &chosen.fallback
            && self.lacks(coverage, &seen)
        {
            let known = seen.clone();
            for (side, flows) in &chosen.reads {
                for row in self.sums(session, sides, *side, flows, None)? {
                    self.take(&mut groups, sides, &row, coverage, Some(&known), &mut seen);
                }
            }
        }
        self.put_periods_together(&mut groups);
        Ok(groups)
    }

    /// Whether a reporter is covered in a shown period and has no sum there.
    fn lacks(&self, coverage: &Coverage, seen: &BTreeSet<(i64, i64, i64)>) -> bool {
        let reporter = &self.chosen.sides[0];
        let starts: BTreeSet<i64> = self.chosen.periods.values().flatten().copied().collect();
        let found: BTreeSet<(i64, i64)> = seen.iter().map(|(reporter, _, start)| (*reporter, *start)).collect();
        coverage.by_reporter.keys().any(|(id, start)| {
            let is_asked = reporter.ids.as_ref().is_none_or(|ids| ids.contains(id)) && starts.contains(start);
            is_asked && !found.contains(&(*id, *start))
        })
    }

    fn sums(
        &self,
        session: &mut Session<'_>,
        sides: &[OneSide; 3],
        side: Side,
        flows: &[i64],
        origin: Option<i64>,
    ) -> Result<Vec<Row>, RunError> {
        let mut condition = self.chosen.condition(sides, flows);
        if let Some(origin) = origin {
            let reported = Predicate::Compare(Operand::Column("origin"), Op::Eq, Value::Int(origin));
            condition = Predicate::all(vec![condition, reported]);
        }
        let by = self.columns(sides);
        let rows = session.rows(Cube { side, condition: condition.on_side(side), by }, &[])?;
        if rows.len() > MOST_GROUPS * 20 {
            return Err(too_many(rows.len()).into());
        }
        Ok(rows)
    }

    /// Columns of the hierarchies in a sum: the reporter always, as far as it is not one.
    fn columns(&self, sides: &[OneSide; 3]) -> Vec<&'static str> {
        let is_one = |side: &OneSide| side.ids.as_ref().is_some_and(|ids| ids.len() == 1);
        let is_read = |at: usize, side: &OneSide| self.is_grouped(at) || (at == 0 && !is_one(side));
        SIDES
            .iter()
            .enumerate()
            .zip(sides)
            .filter(|((at, _), side)| is_read(*at, side))
            .map(|((_, name), _)| *name)
            .collect()
    }

    fn take(
        &self,
        groups: &mut Groups,
        sides: &[OneSide; 3],
        row: &Row,
        coverage: &Coverage,
        known: Option<&BTreeSet<(i64, i64, i64)>>,
        seen: &mut BTreeSet<(i64, i64, i64)>,
    ) {
        let columns = self.columns(sides);
        let n = columns.len();
        let id_of = |at: usize| columns.iter().position(|c| SIDES.get(at) == Some(c)).and_then(|place| row.int(place));
        let single = |side: &OneSide| side.ids.as_ref().and_then(|ids| ids.first()).copied();
        let reporter = id_of(0).or_else(|| single(&sides[0])).unwrap_or(-1);
        let (Some(flow), Some(start)) = (row.int(n), row.int(n + 1)) else { return };
        if known.is_some_and(|known| known.contains(&(reporter, flow, start))) {
            return;
        }
        seen.insert((reporter, flow, start));
        let mut ids = Vec::with_capacity(3);
        for by in &self.by {
            let By::Side(at) = by else { continue };
            let Some(id) = id_of(*at) else { return };
            match sides.get(*at).and_then(|side| side.above.as_ref()) {
                None => ids.push(id),
                Some(above) => match above.get(&id) {
                    Some(area) => ids.push(*area),
                    // It lies in no area.
                    None => return,
                },
            }
        }
        let is_mirrored = self.is_mirrored(flow);
        let own = own_side(sides, is_mirrored);
        let is_of_world = own.level == 0 && !coverage.reports_world(own, start);
        let is_open = is_of_world
            || sides
                .iter()
                .enumerate()
                .any(|(at, side)| side.is_listed && (!self.is_grouped(at) || side.above.is_some()));
        let is_complete = || match is_mirrored || is_of_world {
            true => coverage.by_period.get(&start).is_some_and(|(complete, all)| complete == all),
            false => coverage.by_reporter.get(&(reporter, start)).copied().unwrap_or(false),
        };
        let told = start - start.rem_euclid(self.chosen.months);
        let number = |at: usize| row.int(n + 2 + at).unwrap_or(0);
        let cell = Cell {
            value: exact(number(0), number(1)),
            n_values: number(2),
            count: number(3),
            weight: exact(number(4), number(5)),
            n_weights: number(6),
            is_estimated: number(7) == 2 || (number(7) > 2 && number(2) > 0 && number(2) < number(3)),
            parts: 1 << ((start - told) / self.chosen.stored.max(1)).clamp(0, 11),
            is_listed: is_open && !is_complete(),
        };
        groups.cells.entry(Key { sides: ids, flow, period: told }).or_default().add(&cell);
    }

    /// Where the period is not grouped by, adds the sum of the shown ones.
    fn put_periods_together(&self, groups: &mut Groups) {
        if self.by.contains(&By::Period) {
            return;
        }
        let shown: Vec<(Key, Cell)> = groups
            .cells
            .iter()
            .filter(|(key, _)| self.chosen.shown.contains(&key.period))
            .map(|(key, cell)| (Key { period: 0, ..key.clone() }, *cell))
            .collect();
        for (key, cell) in shown {
            groups.cells.entry(key).or_default().add(&cell);
        }
    }

    /// What sources say of the whole of the one hierarchy that is grouped by and not filtered.
    pub(super) fn reported(&self, session: &mut Session<'_>) -> Result<HashMap<(i64, i64), i128>, RunError> {
        let mut out = HashMap::new();
        let chosen = &self.chosen;
        let is_open =
            |at: &usize| self.is_grouped(*at) && chosen.sides.get(*at).is_some_and(|s| !s.is_filtered && s.level > 0);
        let open: Vec<usize> = [1, 2].into_iter().filter(is_open).collect();
        let [at] = open.as_slice() else { return Ok(out) };
        let mut sides = chosen.sides.clone();
        let world = session.snapshot.id_of_code(&REGION, "WLD").map(|id| vec![id]);
        if let Some(side) = sides.get_mut(*at) {
            *side = OneSide {
                level: 0,
                ids: if *at == 1 { world } else { None },
                above: None,
                is_listed: false,
                is_filtered: false,
            };
        }
        for (side, flows) in &chosen.reads {
            let by = self.columns(&sides).len();
            for row in self.sums(session, &sides, *side, flows, Some(REPORTED))? {
                let (Some(flow), Some(start)) = (row.int(by), row.int(by + 1)) else { continue };
                let (Some(high), Some(low)) = (row.int(by + 2), row.int(by + 3)) else { continue };
                let told = start - start.rem_euclid(chosen.months);
                if chosen.shown.contains(&told) {
                    let period = if self.by.contains(&By::Period) { told } else { 0 };
                    *out.entry((flow, period)).or_insert(0) += exact(high, low);
                }
            }
        }
        Ok(out)
    }
}

/// Whose figures they are as stored: those of a reconciled dataset are the exporter's.
fn own_side([reporter, partner, _]: &[OneSide; 3], is_mirrored: bool) -> &OneSide {
    if is_mirrored { partner } else { reporter }
}

/// A sum of its two parts.
fn exact(high: i64, low: i64) -> i128 {
    i128::from(high) * i128::from(PART) + i128::from(low)
}

//! What the sums of a question are compared with: wholes that are reported, the other side, the world.

use std::collections::BTreeSet;

use chrono::Datelike as _;

use rustc_hash::FxHashMap;

use super::levels::Chosen;
use super::measure::Measure;
use super::measures::{Beside, Cells, Groups, Key};
use super::read::{Context, Reading, Taken, other_flow, own_side};
use super::sides::OneSide;
use super::{By, Stats, refused};
use crate::catalog::region::REGION;
use crate::catalog::sector::SECTOR;
use crate::domain::flow::Flow;
use crate::graphql::computed::Tree;
use crate::graphql::errors::RunError;
use crate::graphql::execute::Session;
use crate::graphql::plan::Planned;
use crate::storage::bulk::Statement;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::Side;
use crate::storage::value::{ColumnType, Value};

const PARTNER: usize = 1;
const SECTOR_SIDE: usize = 2;

/// What is said of wholes, and those of which it is not all.
type Said = (FxHashMap<Key, i128>, BTreeSet<Key>);

/// Whether a side is told apart or one.
fn is_definite(chosen: &Chosen, by: &[By], at: usize) -> bool {
    let side = chosen.sides.get(at);
    let is_one = side.and_then(|side| side.ids.as_ref()).is_some_and(|ids| ids.len() == 1);
    side.is_some_and(|side| side.level > 0) && (by.contains(&By::Side(at)) || is_one)
}

/// Refuses numbers that make no sense of these figures.
pub(super) fn check(chosen: &Chosen, by: &[By], numbers: &[Measure]) -> Planned<()> {
    if numbers.contains(&Measure::Rca) {
        let [_, partner, sector] = &chosen.sides;
        if by.contains(&By::Side(PARTNER)) || (partner.is_filtered && partner.level > 0) {
            return Err(refused("rca", "an advantage is in the exports to the world; leave the partner out"));
        }
        if chosen.flow != Some(Flow::Export.code()) {
            return Err(refused("rca", "an advantage is one in exports; add filter: {flow: {eq: EXPORT}}"));
        }
        if !is_definite(chosen, by, 0) {
            return Err(refused("rca", "whose? group by REPORTER with level COUNTRY, or filter one reporter"));
        }
        if sector.level == 0 || !(by.contains(&By::Side(SECTOR_SIDE)) || sector.is_filtered) {
            return Err(refused("rca", "in what? group by SECTOR, or filter sectors"));
        }
    }
    if numbers.contains(&Measure::MirrorGap) && !(is_definite(chosen, by, 0) && is_definite(chosen, by, PARTNER)) {
        return Err(refused("mirrorGap", "between whom? group by REPORTER and PARTNER, or filter one of each"));
    }
    let is_of_pairs = |m: &Measure| matches!(m, Measure::Events(_));
    let is_of_places = |at: usize| chosen.sides.get(at).is_some_and(|side| side.above.is_none());
    let is_pair = [0, PARTNER].into_iter().all(|at| is_definite(chosen, by, at) && is_of_places(at));
    if numbers.iter().any(is_of_pairs) && !is_pair {
        return Err(refused("events", "between whom? group by REPORTER and PARTNER, or filter one of each"));
    }
    let of_series = |m: &Measure| matches!(m, Measure::Cumulative(_) | Measure::MovingAverage(_) | Measure::Index(_));
    if numbers.iter().any(of_series) && !by.contains(&By::Period) && chosen.shown.len() > 1 {
        return Err(refused("groupBy", "`index`, `cumulative` and `movingAverage` are of a period; group by PERIOD"));
    }
    Ok(())
}

impl Stats {
    pub(super) fn by_period(&self) -> bool {
        self.by.contains(&By::Period)
    }

    fn has(&self, is_it: impl Fn(&Measure) -> bool) -> bool {
        self.numbers.iter().any(is_it)
    }

    /// Whether what the dataset says of the whole is told or counted with.
    pub(super) fn wants_reported(&self) -> bool {
        let against = |m: &Measure| matches!(m, Measure::Share { against_reported: true, .. });
        self.wants.whole || self.wants.warnings || self.has(against)
    }

    /// The one hierarchy that is grouped by and not filtered, of which the dataset may say the whole, and its place in a key.
    fn open(&self) -> Option<(usize, usize)> {
        let is_open = |at: &usize| {
            self.is_grouped(*at) && self.chosen.sides.get(*at).is_some_and(|s| !s.is_filtered && s.level > 0)
        };
        let open: Vec<usize> = [PARTNER, SECTOR_SIDE].into_iter().filter(is_open).collect();
        let [at] = open.as_slice() else { return None };
        let mut sides = self.by.iter().filter_map(|by| by.side());
        Some((*at, sides.position(|side| side == *at)?))
    }

    /// Its place in a key.
    pub(super) fn open_side(&self) -> Option<usize> {
        self.open().map(|(_, place)| place)
    }

    /// Reads what numbers are compared with.
    pub(super) fn beside(
        &self,
        session: &mut Session<'_>,
        groups: &Groups,
        context: &Context,
    ) -> Result<Beside, RunError> {
        let mut out = Beside::default();
        if self.wants_reported() {
            (out.reported, out.unsaid) = self.reported(session, groups, context)?;
        }
        if self.has(|m| *m == Measure::MirrorGap) && !self.chosen.is_reconciled {
            out.mirror = Some(self.mirror(session, context)?);
        }
        if self.has(|m| *m == Measure::Rca) {
            let [reporter, _, sector] = groups.places;
            let (world, total) = (world(session.snapshot), total(session.snapshot, &self.chosen));
            let [own, partner, sectors] = self.chosen.sides.clone();
            let mut cells = |sides: [OneSide; 3], any: [Option<usize>; 2]| -> Result<Cells, RunError> {
                let mut taken = Taken::default();
                for (side, flows) in &self.chosen.reads {
                    self.take(session, context, &self.reading(&sides, *side, flows), &mut taken)?;
                }
                self.finish(session.snapshot, context, &mut taken)?;
                let keys = taken.cells.into_iter();
                Ok(keys.map(|(key, cell)| (key.any(any[0]).any(any[1]), cell)).collect())
            };
            out.rca = Some([
                cells([own, partner.clone(), total.clone()], [sector, None])?,
                cells([world.clone(), partner.clone(), sectors], [reporter, None])?,
                cells([world, partner, total], [reporter, sector])?,
            ]);
            out.world_reporters = self.world_by_period(session.snapshot, context);
        }
        Ok(out)
    }

    /// Complete reporters by told period, the fewest of its stored ones.
    fn world_by_period(&self, snapshot: &Snapshot, context: &Context) -> FxHashMap<i64, Option<i64>> {
        let world = world(snapshot);
        let of = |start: &i64| match context.reports_world(&world, *start) {
            true => None,
            false => Some(context.coverage.by_period.get(start).map_or(0, |(complete, _)| *complete)),
        };
        let shown = self.chosen.shown.iter().filter_map(|told| Some((*told, self.chosen.periods.get(told)?)));
        shown.map(|(told, starts)| (told, starts.iter().map(of).min().flatten())).collect()
    }

    /// What the partners report of the same flows.
    fn mirror(&self, session: &mut Session<'_>, context: &Context) -> Result<Cells, RunError> {
        let mut taken = Taken::default();
        for (_, flows) in &self.chosen.reads {
            let flows: Vec<i64> = flows.iter().map(|flow| other_flow(*flow)).collect();
            let reading = self.reading(&self.chosen.sides, Side::Exchanged, &flows);
            self.take(session, context, &reading, &mut taken)?;
        }
        self.finish(session.snapshot, context, &mut taken)?;
        Ok(taken.cells)
    }

    /// What sources say of the whole of the one hierarchy that is grouped by and not filtered, and those of which they do
    /// not say all. What is said of some reporters or months only would be less than the whole.
    fn reported(&self, session: &mut Session<'_>, groups: &Groups, context: &Context) -> Result<Said, RunError> {
        let chosen = &self.chosen;
        let Some((at, place)) = self.open() else { return Ok(Said::default()) };
        let mut sides = chosen.sides.clone();
        if let Some(side) = sides.get_mut(at) {
            *side = if at == PARTNER { world(session.snapshot) } else { total(session.snapshot, chosen) };
        }
        let mut taken = Taken::new(Some(place));
        for (side, flows) in &chosen.reads {
            let reading = Reading { is_reported: true, ..self.reading(&sides, *side, flows) };
            self.take(session, context, &reading, &mut taken)?;
        }
        self.finish(session.snapshot, context, &mut taken)?;
        let cells: FxHashMap<Key, i128> =
            taken.cells.into_iter().filter_map(|(key, cell)| Some((key.any(Some(place)), cell.listed()?))).collect();
        let mut out = Said::default();
        for (key, units) in &groups.made_of {
            let is_said = taken.made_of.get(key).is_some_and(|said| units.is_subset(said));
            match cells.get(key).filter(|_| is_said) {
                Some(value) => drop(out.0.insert(key.clone(), *value)),
                None => drop(out.1.insert(key.clone())),
            }
        }
        Ok(out)
    }

    /// Events with places of both sides of each group, the latest first.
    pub(super) fn events(
        &self,
        session: &mut Session<'_>,
        groups: &Groups,
        keys: &[Key],
    ) -> Result<FxHashMap<Key, Vec<i64>>, RunError> {
        let mut out = FxHashMap::default();
        if !self.has(|m| matches!(m, Measure::Events(_))) {
            return Ok(out);
        }
        let side = |key: &Key, at: usize| match groups.places.get(at).copied().flatten() {
            Some(place) => key.sides.get(place).copied(),
            None => self.chosen.sides.get(at).and_then(|side| side.ids.as_ref()?.first()).copied(),
        };
        let pairs: Vec<(&Key, i64, i64)> =
            keys.iter().filter_map(|key| Some((key, side(key, 0)?, side(key, PARTNER)?))).collect();
        let asked: BTreeSet<i64> = pairs.iter().flat_map(|(_, own, other)| [*own, *other]).collect();
        let nodes = session.snapshot.regions();
        let within = |id: &i64| nodes.climbed(*id).any(|above| asked.contains(&above));
        let all = session.snapshot.table(&REGION).map_or(&[][..], |table| table.rows.as_slice());
        let places: Vec<String> =
            all.iter().filter_map(|row| row.int(0)).filter(within).map(|id| id.to_string()).collect();
        if places.is_empty() {
            return Ok(out);
        }
        let statement = Statement(format!(
            "SELECT e.id, p.region_id, e.starts_on FROM event_regions p JOIN events e ON e.id = p.event_id WHERE p.region_id IN ({}) ORDER BY e.starts_on DESC, e.slug",
            places.join(", ")
        ));
        // The month and the places asked for of each event, the latest first.
        let mut events: Vec<(i64, i64, BTreeSet<i64>)> = Vec::new();
        for row in session.rows(statement, &[ColumnType::Int, ColumnType::Int, ColumnType::Date])? {
            let (Some(id), Some(place), Value::Date(day)) = (row.int(0), row.int(1), row.get(2)) else { continue };
            let month = i64::from(day.year()) * 12 + i64::from(day.month0());
            let here = nodes.climbed(place).filter(|above| asked.contains(above));
            match events.last_mut().filter(|(last, _, _)| *last == id) {
                Some((_, _, places)) => places.extend(here),
                None => events.push((id, month, here.collect())),
            }
        }
        for (key, own, other) in pairs {
            let is_now = |month: i64| key.period == 0 || (key.period..key.period + self.chosen.months).contains(&month);
            let of = events
                .iter()
                .filter(|(_, month, places)| places.contains(&own) && places.contains(&other) && is_now(*month));
            out.insert(key.clone(), of.map(|(id, _, _)| *id).collect());
        }
        Ok(out)
    }

    /// Whether reporters are summed that have figures in some periods of the answer only.
    pub(super) fn reporters_differ(&self, context: &Context) -> bool {
        let chosen = &self.chosen;
        let Some(own) = chosen.reads.first().map(|(side, _)| own_side(&chosen.sides, *side == Side::Mirrored)) else {
            return false;
        };
        let at = usize::from(chosen.reads.first().is_some_and(|(side, _)| *side == Side::Mirrored));
        if self.is_grouped(at) && own.above.is_none() && own.level > 0 {
            return false;
        }
        let asked = own.ids.as_ref().filter(|_| own.level > 0);
        let told = |start: i64| start - start.rem_euclid(chosen.months);
        let there = context.coverage.by_reporter.keys().filter(|(id, start)| {
            chosen.periods.contains_key(&told(*start)) && asked.is_none_or(|ids| ids.contains(id))
        });
        let mut by_period: FxHashMap<i64, BTreeSet<i64>> = FxHashMap::default();
        for (id, start) in there {
            by_period.entry(told(*start)).or_default().insert(*id);
        }
        let mut all = by_period.values();
        all.next().is_some_and(|first| all.any(|other| other != first))
    }

    /// Who reported, by told period.
    pub(super) fn told_coverage(&self, snapshot: &Snapshot, context: &Context) -> Tree {
        let chosen = &self.chosen;
        let own = chosen.reads.first().map(|(side, _)| own_side(&chosen.sides, *side == Side::Mirrored));
        let asked = own.and_then(|side| side.ids.as_ref()).filter(|_| own.is_some_and(|side| side.level > 0));
        let is_named = own.is_some_and(|side| side.is_filtered);
        let is_asked = |id: &i64| asked.is_none_or(|ids| ids.contains(id));
        let code = |id: &i64| {
            snapshot.table(&REGION).and_then(|table| table.value(*id, "code").as_text()).unwrap_or_default().to_owned()
        };
        let of = |told: &i64| -> BTreeSet<i64> {
            let starts = chosen.periods.get(told).into_iter().flatten();
            let here: BTreeSet<i64> = starts.copied().collect();
            context
                .coverage
                .by_reporter
                .keys()
                .filter(|(id, start)| here.contains(start) && is_asked(id))
                .map(|k| k.0)
                .collect()
        };
        let all: BTreeSet<i64> = match asked.filter(|_| is_named) {
            Some(ids) => ids.iter().copied().collect(),
            None => chosen.shown.iter().flat_map(of).collect(),
        };
        let one = |told: &i64| {
            let there = of(told);
            let starts = chosen.periods.get(told).cloned().unwrap_or_default();
            let is_complete = |id: &&i64| {
                starts.iter().all(|start| context.coverage.by_reporter.get(&(**id, *start)).copied().unwrap_or(false))
            };
            let mut missing: Vec<i64> = all.difference(&there).copied().collect();
            missing.sort_by_key(code);
            let count = |n: usize| Tree::Int(i64::try_from(n).unwrap_or(i64::MAX));
            Tree::Object(vec![
                ("period", self.period(*told)),
                ("reporters", count(there.len())),
                ("complete", count(there.iter().filter(is_complete).count())),
                ("missing", Tree::List(missing.into_iter().map(|id| Tree::Node(REGION.name, id)).collect())),
            ])
        };
        Tree::List(chosen.shown.iter().map(one).collect())
    }
}

/// The world as a side.
fn world(snapshot: &Snapshot) -> OneSide {
    let ids = snapshot.id_of_code(&REGION, "WLD").map(|id| vec![id]);
    OneSide { level: 0, ids, above: None, is_listed: false, is_filtered: false }
}

/// All goods as a side.
fn total(snapshot: &Snapshot, chosen: &Chosen) -> OneSide {
    let ids = snapshot.table(&SECTOR).and_then(|_| snapshot.sector(&chosen.classification, "TOTAL")).map(|id| vec![id]);
    OneSide { level: 0, ids, above: None, is_listed: false, is_filtered: false }
}

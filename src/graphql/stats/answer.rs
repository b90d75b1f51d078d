//! Reads the sums, puts them together and tells them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::levels::OneSide;
use super::measures::{Cell, Groups, Key, Last};
use super::{By, MOST_GROUPS, Measure, Stats, level_word};
use crate::catalog::region::REGION;
use crate::catalog::sector::SECTOR;
use crate::domain::error_code::Reason;
use crate::domain::flow::{FLOWS, FREQUENCIES, name_of};
use crate::domain::period::Period;
use crate::graphql::computed::Tree;
use crate::graphql::cursor;
use crate::graphql::errors::{GraphError, RunError};
use crate::graphql::execute::Session;
use crate::storage::bulk::Statement;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::Side;
use crate::storage::sql::cube::Cube;
use crate::storage::sql::operand::Operand;
use crate::storage::sql::predicate::{Op, Predicate};
use crate::storage::value::{Row, Value};

/// Codes by whether it is a sector's, and its id.
type Codes = HashMap<(bool, i64), String>;

const SIDES: [&str; 3] = ["reporter_id", "partner_id", "sector_id"];

/// Which reporters are complete in which stored periods.
#[derive(Default)]
struct Coverage {
    by_reporter: HashMap<(i64, i64), bool>,
    by_period: HashMap<i64, bool>,
}

impl Stats {
    /// Groups that an answer holds at most, as they count in the price of an operation.
    pub(in crate::graphql) fn objects(&self) -> u64 {
        let n = self.top.as_ref().map_or(self.first, |top| self.first.min(top.n.saturating_mul(100)));
        u64::try_from(n.min(200)).unwrap_or(200)
    }

    /// The answer.
    pub(in crate::graphql) fn ask(&self, session: &mut Session<'_>) -> Result<Tree, RunError> {
        let chosen = &self.chosen;
        let coverage = if self.needs_coverage() { self.coverage(session)? } else { Coverage::default() };
        let mut groups = self.read(session, &coverage)?;
        let keys = self.keys(&groups)?;
        let codes = self.codes(session.snapshot, &keys);
        groups.compare(&keys, |flow, period| self.is_complete(&coverage, flow, period));
        let (rows, others, ties_cut) = self.cut(&groups, &codes, keys.clone());
        let group_count = rows.len();
        let (page, page_info) = self.page(session, rows)?;
        let mut warnings = Vec::new();
        if keys.iter().any(|key| groups.cells.get(key).is_some_and(|cell| cell.is_listed)) {
            warnings.push(warning(
                "PARTIAL_COVERAGE",
                "some sums are of what is listed, which may not be all: `value` is null there, `sumOfListed` says them",
            ));
        }
        if keys.is_empty() {
            warnings.push(warning("NO_DATA", "no figure meets the filter at these levels"));
        }
        let whole = if self.wants_whole { self.whole(session, &groups, &keys, &coverage)? } else { Vec::new() };
        let [reporter, partner, sector] = &chosen.sides;
        let is_mirrored = chosen.reads.iter().any(|(side, _)| *side == Side::Mirrored);
        let levels = Tree::Object(vec![
            ("reporter", text(level_word(reporter.level))),
            ("partner", text(level_word(partner.level))),
            ("sector", Tree::Int(sector.level)),
            ("classification", text(&chosen.classification)),
            ("frequency", text(name_of(FREQUENCIES, chosen.stored).unwrap_or("ANNUAL"))),
            ("mirrored", Tree::Bool(is_mirrored)),
        ]);
        let row = |key: &Key| self.row(session.snapshot.revision, &groups, key);
        let rows: Vec<Tree> = page.iter().map(row).collect();
        let others: Vec<Tree> = others.iter().map(|(key, cell)| self.others(&groups, key, cell)).collect();
        Ok(Tree::Object(vec![
            ("rows", Tree::List(rows)),
            ("others", Tree::List(others)),
            ("whole", Tree::List(whole)),
            ("groupCount", Tree::Int(i64::try_from(group_count).unwrap_or(i64::MAX))),
            ("tiesCut", Tree::Bool(ties_cut)),
            ("pageInfo", page_info),
            ("dataset", Tree::Node("Dataset", chosen.dataset)),
            ("levels", levels),
            ("warnings", Tree::List(warnings)),
        ]))
    }

    fn is_grouped(&self, side: usize) -> bool {
        self.by.contains(&By::Side(side))
    }

    fn needs_coverage(&self) -> bool {
        let of_sides = self.chosen.sides.iter().any(|side| side.is_listed);
        let needs_whole = |m: &Measure| matches!(m, Measure::Share(_));
        let compared = self
            .measures
            .iter()
            .map(|(m, _)| m)
            .chain(self.order.iter().map(|(m, _)| m))
            .chain(self.having.iter().map(|c| &c.measure));
        of_sides || self.chosen.fallback.is_some() || self.wants_whole || compared.into_iter().any(needs_whole)
    }

    fn coverage(&self, session: &mut Session<'_>) -> Result<Coverage, RunError> {
        let mut out = Coverage::default();
        let statement = Statement(format!(
            "SELECT reporter_id, period_start, CASE WHEN partners = 'COMPLETE' AND sectors = 'COMPLETE' THEN 1 ELSE 0 END FROM dataset_coverage WHERE dataset_id = {} AND period_months = {}",
            self.chosen.dataset, self.chosen.stored
        ));
        for row in session.rows(statement, &[])? {
            let (Some(reporter), Some(start)) = (row.int(0), row.int(1)) else { continue };
            let complete = row.int(2) == Some(1);
            out.by_reporter.insert((reporter, start), complete);
            *out.by_period.entry(start).or_insert(true) &= complete;
        }
        Ok(out)
    }

    /// Whether all parts of a flow and period are there, as far as they are not chosen by the filter.
    fn is_complete(&self, coverage: &Coverage, flow: i64, period: i64) -> bool {
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
        let is_mirrored =
            self.chosen.reads.iter().any(|(side, flows)| *side == Side::Mirrored && flows.contains(&flow));
        let reporters = self.chosen.sides[0].ids.as_ref().filter(|_| !is_mirrored && self.chosen.sides[0].level != 0);
        let is_there = |start: &i64| match reporters {
            Some(ids) => {
                ids.iter().all(|id| coverage.by_reporter.get(&(*id, *start)).copied().unwrap_or(ids.len() > 1))
            }
            None => coverage.by_period.get(start).copied().unwrap_or(false),
        };
        !starts.is_empty() && starts.iter().all(is_there)
    }

    /// All sums, by group, flow and told period.
    fn read(&self, session: &mut Session<'_>, coverage: &Coverage) -> Result<Groups, RunError> {
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
        let is_open =
            sides.iter().enumerate().any(|(at, side)| side.is_listed && (!self.is_grouped(at) || side.above.is_some()));
        let is_mirrored =
            self.chosen.reads.iter().any(|(side, flows)| *side == Side::Mirrored && flows.contains(&flow));
        let is_complete = || match is_mirrored || sides[0].level == 0 {
            true => coverage.by_period.get(&start).copied().unwrap_or(false),
            false => coverage.by_reporter.get(&(reporter, start)).copied().unwrap_or(false),
        };
        let told = start - start.rem_euclid(self.chosen.months);
        let number = |at: usize| row.int(n + 2 + at).unwrap_or(0);
        let cell = Cell {
            value: i128::from(number(0)),
            n_values: number(1),
            count: number(2),
            weight: i128::from(number(3)),
            n_weights: number(4),
            is_estimated: number(5) == 2 || (number(5) > 2 && number(1) > 0 && number(1) < number(2)),
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

    /// The groups that are shown, with gaps, in the order of their keys.
    fn keys(&self, groups: &Groups) -> Result<Vec<Key>, RunError> {
        let by_period = self.by.contains(&By::Period);
        let by_flow = self.by.contains(&By::Flow);
        // A balance alone has no flow of its own.
        let flow = self.chosen.flow.unwrap_or(0);
        let mut all: BTreeSet<Key> = groups
            .cells
            .keys()
            .filter(|key| if by_period { self.chosen.shown.contains(&key.period) } else { key.period == 0 })
            .filter(|key| {
                by_flow || flow == 0 || key.flow == flow || self.chosen.reads.iter().all(|(_, f)| f.len() > 1)
            })
            .map(|key| if by_flow { key.clone() } else { Key { flow, ..key.clone() } })
            .collect();
        if by_period && self.with_gaps {
            let series: BTreeSet<(Vec<i64>, i64)> = all.iter().map(|key| (key.sides.clone(), key.flow)).collect();
            let periods: Vec<i64> = all.iter().map(|key| key.period).collect();
            if let (Some(first), Some(last)) = (periods.iter().min(), periods.iter().max()) {
                let step = usize::try_from(self.chosen.months.max(1)).unwrap_or(12);
                let within: Vec<i64> =
                    (*first..=*last).step_by(step).filter(|start| self.chosen.allows(*start)).collect();
                if series.len().saturating_mul(within.len()) > MOST_GROUPS {
                    return Err(too_many(series.len().saturating_mul(within.len())).into());
                }
                for (sides, flow) in &series {
                    all.extend(within.iter().map(|start| Key { sides: sides.clone(), flow: *flow, period: *start }));
                }
            }
        }
        if all.len() > MOST_GROUPS {
            return Err(too_many(all.len()).into());
        }
        Ok(all.into_iter().collect())
    }

    /// Codes of the regions and sectors of the groups.
    fn codes(&self, snapshot: &Snapshot, keys: &[Key]) -> Codes {
        let mut out = Codes::new();
        for (place, by) in self.by.iter().filter(|by| matches!(by, By::Side(_))).enumerate() {
            let is_sector = *by == By::Side(2);
            let Some(table) = snapshot.table(if is_sector { &SECTOR } else { &REGION }) else { continue };
            for id in keys.iter().filter_map(|key| key.sides.get(place)) {
                let code = || table.value(*id, "code").as_text().unwrap_or_default().to_owned();
                out.entry((is_sector, *id)).or_insert_with(code);
            }
        }
        out
    }

    /// The part of a row's keys within which it is compared for `top`: always its flow and period.
    fn bucket(&self, key: &Key, per: &[By]) -> Key {
        let mut out = key.clone();
        let sides = self.by.iter().filter(|by| matches!(by, By::Side(_)));
        for (id, by) in out.sides.iter_mut().zip(sides) {
            if !per.contains(by) {
                *id = -1;
            }
        }
        out
    }

    /// The rows that are told, in order, and the rest of each bucket; whether equal values were cut apart.
    fn cut(&self, groups: &Groups, codes: &Codes, keys: Vec<Key>) -> (Vec<Key>, Vec<(Key, Cell)>, bool) {
        let meets = |key: &Key| self.having.iter().all(|condition| condition.holds(groups, key));
        let (mut rows, mut rest): (Vec<Key>, Vec<Key>) = keys.into_iter().partition(|key| meets(key));
        let mut ties_cut = false;
        if let Some(top) = &self.top {
            let mut buckets: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
            for key in std::mem::take(&mut rows) {
                buckets.entry(self.bucket(&key, &top.per)).or_default().push(key);
            }
            for (_, mut all) in buckets {
                all.sort_by(|a, b| descending(groups, top.by, a, b).then_with(|| self.own_order(codes, a, b)));
                if let (Some(last), Some(next)) = (all.get(top.n - 1), all.get(top.n)) {
                    ties_cut |= groups.number(last, top.by).is_some() && descending(groups, top.by, last, next).is_eq();
                }
                let beyond = all.split_off(top.n.min(all.len()));
                rest.extend(beyond);
                rows.extend(all);
            }
        }
        let mut others: BTreeMap<Key, Cell> = BTreeMap::new();
        if let Some(top) = self.top.as_ref().filter(|top| top.others) {
            for key in &rest {
                if let Some(cell) = groups.cells.get(key) {
                    others.entry(self.bucket(key, &top.per)).or_default().add(cell);
                }
            }
        }
        if self.order.is_empty() && self.top.is_none() {
            rows.sort_by(|a, b| self.own_order(codes, a, b));
        } else {
            let by: Vec<(Measure, bool)> = match (&self.top, self.order.is_empty()) {
                (Some(top), true) => vec![(top.by, true)],
                _ => self.order.clone(),
            };
            rows.sort_by(|a, b| {
                let compared =
                    by.iter().map(|(measure, is_descending)| compare(groups, *measure, *is_descending, a, b));
                compared.fold(Ordering::Equal, Ordering::then).then_with(|| self.own_order(codes, a, b))
            });
        }
        (rows, others.into_iter().collect(), ties_cut)
    }

    /// By what is grouped by, in that order: regions and sectors by their codes, which are the same in every database.
    fn own_order(&self, codes: &Codes, a: &Key, b: &Key) -> Ordering {
        let mut side = 0;
        for by in &self.by {
            let order = match by {
                By::Side(at) => {
                    let code = |key: &Key| key.sides.get(side).and_then(|id| codes.get(&(*at == 2, *id))).cloned();
                    let order = code(a).cmp(&code(b));
                    side += 1;
                    order
                }
                By::Flow => a.flow.cmp(&b.flow),
                By::Period => a.period.cmp(&b.period),
            };
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }

    fn cursor(&self, revision: i64, key: &Key) -> String {
        let values: Vec<Value> = key.sides.iter().chain([&key.flow, &key.period]).map(|n| Value::Int(*n)).collect();
        cursor::encode(self.hash, revision, values.iter())
    }

    fn page(&self, session: &Session<'_>, rows: Vec<Key>) -> Result<(Vec<Key>, Tree), RunError> {
        let revision = session.snapshot.revision;
        let mut start = 0;
        let mut is_moved = false;
        if let Some(text) = &self.after {
            let read = cursor::decode_numbers(text, self.hash, "after")?;
            is_moved = read.revision != revision;
            let wanted: Vec<i64> = read.values.iter().filter_map(Value::as_int).collect();
            let is_it = |key: &Key| key.sides.iter().chain([&key.flow, &key.period]).eq(wanted.iter());
            start = rows.iter().position(is_it).map(|at| at + 1).ok_or_else(|| {
                GraphError::new(Reason::CursorInvalid, "after: the group of the cursor is no longer there; start again")
                    .at("after")
            })?;
        }
        let end = start.saturating_add(self.first).min(rows.len());
        let has_next = end < rows.len();
        let page: Vec<Key> = rows.get(start..end).unwrap_or_default().to_vec();
        let of = |key: Option<&Key>| key.map_or(Tree::Null, |key| Tree::Text(self.cursor(revision, key)));
        let info = Tree::Object(vec![
            ("hasNextPage", Tree::Bool(has_next)),
            ("hasPreviousPage", Tree::Bool(start > 0)),
            ("startCursor", of(page.first())),
            ("endCursor", of(page.last())),
            ("revisionChanged", Tree::Bool(is_moved)),
        ]);
        Ok((page, info))
    }

    fn named(&self, key: &Key) -> Vec<(&'static str, Tree)> {
        let mut out = Vec::new();
        let mut ids = key.sides.iter();
        for by in &self.by {
            match by {
                By::Side(at) => {
                    let id = ids.next().copied().unwrap_or(-1);
                    let name = ["reporter", "partner", "sector"].get(*at).copied().unwrap_or_default();
                    let entity = if *at == 2 { &SECTOR } else { &REGION };
                    out.push((name, if id < 0 { Tree::Null } else { Tree::Node(entity.name, id) }));
                }
                By::Flow => out.push(("flow", flow_word(key.flow))),
                By::Period => out.push(("period", self.period(key.period))),
            }
        }
        out
    }

    fn period(&self, start: i64) -> Tree {
        let number = |n: i64| i32::try_from(n).unwrap_or(0);
        Tree::Text(Period { start: number(start), months: number(self.chosen.months) }.to_string())
    }

    fn row(&self, revision: i64, groups: &Groups, key: &Key) -> Tree {
        let mut members = self.named(key);
        members.push(("cursor", Tree::Text(self.cursor(revision, key))));
        members.extend(groups.value(key));
        members.extend(self.measures.iter().map(|(measure, slot)| (*slot, groups.told(key, *measure))));
        Tree::Object(members)
    }

    /// The rest of a bucket as one row: sums only; what compares groups says nothing of it but its share.
    fn others(&self, groups: &Groups, bucket: &Key, cell: &Cell) -> Tree {
        let of_rest = Groups {
            cells: HashMap::from([(bucket.clone(), *cell)]),
            totals: groups.totals.clone(),
            currency: groups.currency.clone(),
            ..Groups {
                scale: groups.scale,
                months: groups.months,
                parts: groups.parts,
                last: groups.last,
                ..Groups::default()
            }
        };
        let mut members = self.named(bucket);
        members.push(("cursor", Tree::Text(String::new())));
        members.extend(of_rest.value(bucket));
        members.extend(self.measures.iter().map(|(measure, slot)| (*slot, of_rest.told(bucket, *measure))));
        Tree::Object(members)
    }

    /// The whole of each flow and period.
    fn whole(
        &self,
        session: &mut Session<'_>,
        groups: &Groups,
        keys: &[Key],
        coverage: &Coverage,
    ) -> Result<Vec<Tree>, RunError> {
        let mut sums: BTreeMap<(i64, i64), Cell> = BTreeMap::new();
        for key in keys.iter().filter(|key| key.flow != 0) {
            let sum = sums.entry((key.flow, key.period)).or_default();
            if let Some(cell) = groups.cells.get(key) {
                sum.add(cell);
            }
        }
        let reported = self.reported(session)?;
        let mut out = Vec::with_capacity(sums.len());
        for ((flow, period), sum) in sums {
            let parts = sum.listed();
            let own = reported.get(&(flow, period)).copied();
            out.push(Tree::Object(vec![
                ("flow", flow_word(flow)),
                ("period", if period == 0 { Tree::Null } else { self.period(period) }),
                ("sumOfParts", groups.money(parts)),
                ("complete", Tree::Bool(!sum.is_listed && self.is_complete(coverage, flow, period))),
                ("reported", groups.money(own)),
                ("unallocated", groups.money(own.zip(parts).map(|(own, parts)| own - parts))),
            ]));
        }
        Ok(out)
    }

    /// What sources say of the whole of the one hierarchy that is grouped by and not filtered.
    fn reported(&self, session: &mut Session<'_>) -> Result<HashMap<(i64, i64), i128>, RunError> {
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
            for row in self.sums(session, &sides, *side, flows, Some(crate::storage::figures::REPORTED))? {
                let (Some(flow), Some(start), Some(value)) = (row.int(by), row.int(by + 1), row.int(by + 2)) else {
                    continue;
                };
                let told = start - start.rem_euclid(chosen.months);
                if chosen.shown.contains(&told) {
                    let period = if self.by.contains(&By::Period) { told } else { 0 };
                    *out.entry((flow, period)).or_insert(0) += i128::from(value);
                }
            }
        }
        Ok(out)
    }
}

impl super::Condition {
    fn holds(&self, groups: &Groups, key: &Key) -> bool {
        use crate::domain::decimal::approximate;
        let Some((a, b)) = groups.number(key, self.measure) else { return false };
        if b == 1 && !matches!(self.measure, Measure::Share(_) | Measure::Growth(_)) {
            return self.least_units.is_none_or(|least| a >= least) && self.most_units.is_none_or(|most| a <= most);
        }
        let near = |n: i128| approximate(i64::try_from(n).unwrap_or(i64::MAX), 0);
        let fraction = near(a) / near(b);
        self.least.is_none_or(|least| fraction >= least) && self.most.is_none_or(|most| fraction <= most)
    }
}

fn descending(groups: &Groups, measure: Measure, a: &Key, b: &Key) -> Ordering {
    compare(groups, measure, true, a, b)
}

/// Compares two groups by a number; unknown ones are last both ways.
fn compare(groups: &Groups, measure: Measure, is_descending: bool, a: &Key, b: &Key) -> Ordering {
    match (groups.number(a, measure), groups.number(b, measure)) {
        (Some((a, of_a)), Some((b, of_b))) => {
            // Denominators are above zero.
            let (left, right) = (a.saturating_mul(of_b), b.saturating_mul(of_a));
            if is_descending { right.cmp(&left) } else { left.cmp(&right) }
        }
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

fn text(text: &str) -> Tree {
    Tree::Text(text.to_owned())
}

fn flow_word(flow: i64) -> Tree {
    name_of(FLOWS, flow).map_or(Tree::Null, text)
}

fn warning(code: &str, message: &str) -> Tree {
    Tree::Object(vec![("code", text(code)), ("message", text(message))])
}

fn too_many(came: usize) -> GraphError {
    GraphError::new(Reason::TooManyGroups, format!("groupBy: {came} groups, at most {MOST_GROUPS} are given"))
        .at("groupBy")
        .hint("group by a coarser level (digits: 2, level: AREA), or filter")
}

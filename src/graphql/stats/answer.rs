//! Puts groups into order, cuts them, and tells them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::measure::{Measure, events_of_a_row};
use super::measures::{ANY, Cell, Cells, Groups, Key};
use super::rates::Rates;
use super::read::Context;
use super::sides::OneSide;
use super::{By, MOST_GROUPS, SIDES, Stats, level_word, too_many};
use crate::catalog::dataset::DATASET;
use crate::catalog::region::REGION;
use crate::catalog::sector::{CLASSIFICATION, SECTOR};
use crate::domain::flow::{FLOWS, FREQUENCIES, Flow, name_of};
use crate::domain::fraction::Fraction;
use crate::domain::period::Period;
use crate::graphql::computed::Tree;
use crate::graphql::errors::RunError;
use crate::graphql::execute::Session;
use crate::graphql::groups::cut;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::Side;
use crate::storage::value::Value;

/// Numbers of a group that cost as much as a row of a list.
const NUMBERS_OF_A_ROW: usize = 8;

/// Codes by whether it is a sector's, and its id.
type Codes = HashMap<(bool, i64), String>;

impl Stats {
    /// Objects of a kind that an answer holds at most, as they count in the price of an operation.
    pub(in crate::graphql) fn objects(&self) -> u64 {
        // Each is read once, in however many groups it is.
        let of =
            |at: &usize| self.chosen.sides.get(*at).and_then(|side| side.ids.as_ref()).map_or(MOST_GROUPS, Vec::len);
        let most = (0..SIDES.len()).filter(|at| self.is_grouped(*at)).map(|at| of(&at)).max().unwrap_or(1);
        let each = events_of_a_row(&self.numbers);
        u64::try_from(most.min(self.paging.first).saturating_mul(each)).unwrap_or(u64::MAX)
    }

    /// Rows that the numbers of all groups are priced at.
    pub(in crate::graphql) fn price(&self) -> u64 {
        let periods = self.chosen.shown.len().max(1);
        let flows: usize = self.chosen.reads.iter().map(|(_, flows)| flows.len()).sum();
        let of = |by: &By| match by {
            By::Side(at) => {
                let side = self.chosen.sides.get(*at);
                side.and_then(|side| side.ids.as_ref()).map_or(MOST_GROUPS, Vec::len).max(1)
            }
            By::Flow => flows.max(1),
            By::Period => periods,
        };
        let groups = self.by.iter().map(of).fold(1, usize::saturating_mul).min(MOST_GROUPS);
        // Eight numbers of a group cost as much as a row of a list.
        let numbers = self.numbers.len().div_ceil(NUMBERS_OF_A_ROW).max(1);
        u64::try_from(groups.saturating_mul(numbers)).unwrap_or(u64::MAX)
    }

    /// The answer.
    pub(in crate::graphql) fn ask(&self, session: &mut Session<'_>) -> Result<Tree, RunError> {
        let statements = session.statements;
        let context = self.context(session)?;
        let mut rates = Rates::default();
        let mut groups = self.read(session, &context, &mut rates)?;
        groups.beside = self.beside(session, &groups, &context)?;
        let statements = session.statements - statements;
        let chosen = &self.chosen;
        let keys = self.keys(&groups)?;
        let codes = self.codes(session.snapshot, &keys);
        groups.compare(&keys, |flow, period| self.is_complete(&context, flow, period));
        let (rows, others, ties_cut) = self.cut(&groups, &codes, keys.clone());
        let group_count = rows.len();
        let (page, page_info) = self.paging.page(session.snapshot.revision, &rows, numbers)?;
        groups.beside.events = self.events(session, &groups, &page)?;
        let wholes = self.wholes(&groups, &keys, &context);
        let warnings = if self.wants.warnings { self.warnings(&context, &groups, &keys, &wholes) } else { Vec::new() };
        let [reporter, partner, sector] = &chosen.sides;
        let is_mirrored = chosen.reads.iter().any(|(side, _)| *side == Side::Mirrored);
        let from = chosen.editions.conversion.iter().flat_map(|to| &to.from);
        let classes = session.snapshot.table(&CLASSIFICATION);
        let code = |class: &i64| text(classes.map_or("", |t| t.value(*class, "code").as_text().unwrap_or_default()));
        let converted_from: Vec<Tree> = from.map(code).collect();
        let levels = Tree::Object(vec![
            ("reporter", text(level_word(reporter.level))),
            ("partner", text(level_word(partner.level))),
            ("sector", Tree::Int(chosen.editions.conversion.as_ref().map_or(sector.level, |to| to.to.1))),
            ("convertedFrom", Tree::List(converted_from)),
            ("classification", text(&chosen.classification)),
            ("frequency", text(name_of(FREQUENCIES, chosen.stored).unwrap_or("ANNUAL"))),
            ("worldReporters", self.world_reporters(&context).map_or(Tree::Null, Tree::Int)),
            ("mirrored", Tree::Bool(is_mirrored)),
        ]);
        let row = |key: &Key| self.row(session.snapshot.revision, &groups, key);
        let rows: Vec<Tree> = page.iter().map(row).collect();
        Ok(Tree::Object(vec![
            ("rows", Tree::List(rows)),
            ("others", Tree::List(self.others(&groups, &others))),
            ("whole", Tree::List(wholes.iter().map(|whole| self.told_whole(&groups, whole)).collect())),
            ("groupCount", Tree::Int(i64::try_from(group_count).unwrap_or(i64::MAX))),
            ("tiesCut", Tree::Bool(ties_cut)),
            ("pageInfo", page_info),
            ("dataset", Tree::Node("Dataset", chosen.dataset)),
            ("levels", levels),
            ("coverage", if self.wants.coverage { self.told_coverage(session.snapshot, &context) } else { Tree::Null }),
            ("rates", self.told_rates(&rates)),
            ("explain", if self.wants.explain { self.explained(session, &groups, statements) } else { Tree::Null }),
            ("warnings", Tree::List(warnings)),
        ]))
    }

    /// What to know before using the numbers.
    fn warnings(&self, context: &Context, groups: &Groups, keys: &[Key], wholes: &[Whole]) -> Vec<Tree> {
        let mut out = Vec::new();
        let shown = || keys.iter().filter_map(|key| groups.cells.get(key));
        if shown().any(|cell| cell.is_listed) {
            out.push(warning(
                "PARTIAL_COVERAGE",
                "some sums are of what is listed, which may not be all: `value` is null there, `sumOfListed` says them",
            ));
        }
        if self.chosen.is_preferred {
            out.push(warning(
                "PREFERRED_DATASET",
                "several datasets are left: the first in the order of this service is summed; `dataset` names it",
            ));
        }
        if keys.is_empty() {
            out.push(warning("NO_DATA", "no figure meets the filter at these levels"));
        }
        if self.chosen.has_other_lengths {
            out.push(warning(
                "OTHER_FREQUENCY",
                "the dataset has periods of another length where it has none of this one: say the frequency in groupBy to see them",
            ));
        }
        if self.reporters_differ(context) {
            out.push(warning(
                "REPORTERS_DIFFER",
                "reporters are summed, and not all of them have figures in every period: `coverage` names those that are missing",
            ));
        }
        let editions = &self.chosen.editions;
        if !editions.joined.is_empty() {
            out.push(warning(
                "SERIES_BREAK",
                &format!(
                    "chapters of {} are put together by their codes: between editions goods move from one to another",
                    editions.joined.join(", ")
                ),
            ));
        }
        if editions.conversion.is_some() {
            out.push(warning(
                "CONVERTED_SECTORS",
                &format!(
                    "sectors are converted into {}: totals are exact, their parts as good as the correspondence",
                    self.chosen.classification
                ),
            ));
        }
        let differs = |whole: &&Whole| whole.unallocated().is_some_and(|rest| rest != 0);
        let n = wholes.iter().filter(differs).count();
        if n > 0 {
            out.push(warning(
                "REPORTED_DIFFERS",
                &format!("what the dataset reports of the whole differs from the sum of its parts, in {n} of {} flows and periods: `whole` says both", wholes.len()),
            ));
        }
        for (at, conversion) in self.conversions.iter().enumerate() {
            if conversion.currency == self.chosen.currency {
                continue;
            }
            let lacks = groups.converted.iter().any(|((of, _), sum)| *of == at && sum.is_none());
            let (from, to) = (&self.chosen.currency, &conversion.currency);
            out.push(match lacks {
                true => warning(
                    "NO_RATE",
                    &format!("there are periods without an exchange rate between {from} and {to}: amounts are null there; `exchangeRates` lists the rates"),
                ),
                false => warning(
                    "CONVERTED",
                    &format!("amounts in {to} are converted from {from}, period by period: `rates` says with what"),
                ),
            });
        }
        if groups.beside.mirror.is_some() {
            out.push(warning(
                "VALUATION",
                "exports are usually valued FOB and imports CIF: a mirror gap of some per cent is freight and insurance",
            ));
        }
        out
    }

    /// What was read.
    fn explained(&self, session: &Session<'_>, groups: &Groups, statements: usize) -> Tree {
        let chosen = &self.chosen;
        let dataset = session.snapshot.table(&DATASET).map_or(&Value::Null, |t| t.value(chosen.dataset, "code"));
        let n_of = |side: &OneSide| side.ids.as_ref().map_or_else(|| "all".to_owned(), |ids| ids.len().to_string());
        let [reporter, partner, sector] = &chosen.sides;
        let n_periods: usize = chosen.periods.values().map(Vec::len).sum();
        let by: Vec<&str> = self.by.iter().map(|by| by.word()).collect();
        let line = |(side, flows): &(Side, Vec<i64>)| {
            let words: Vec<&str> = flows.iter().filter_map(|flow| name_of(FLOWS, *flow)).collect();
            let from = if *side == Side::Mirrored { ", read as exports of the partners" } else { "" };
            let message = format!(
                "{} of {}: {} reporters of {}, {} partners of {}, {} sectors of level {} in {}, {n_periods} periods of {}{from}; by {}",
                words.join(" and "),
                dataset.as_text().unwrap_or_default(),
                n_of(reporter),
                level_word(reporter.level),
                n_of(partner),
                level_word(partner.level),
                n_of(sector),
                sector.level,
                chosen.classification,
                name_of(FREQUENCIES, chosen.stored).unwrap_or_default(),
                if by.is_empty() { "nothing".to_owned() } else { by.join(", ") },
            );
            Tree::Text(message)
        };
        let known = |side: &OneSide| side.ids.as_ref().map(|ids| i128::try_from(ids.len()).unwrap_or(i128::MAX));
        let most = |side: &OneSide, entity| {
            known(side).unwrap_or_else(|| {
                let rows = session.snapshot.table(entity).map_or(0, |table| table.rows.len());
                i128::try_from(rows).unwrap_or(i128::MAX)
            })
        };
        let flows: usize = chosen.reads.iter().map(|(_, flows)| flows.len()).sum();
        let most = [
            most(reporter, &REGION),
            most(partner, &REGION),
            most(sector, &SECTOR),
            i128::try_from(n_periods.saturating_mul(flows)).unwrap_or(i128::MAX),
        ];
        let most = most.into_iter().fold(1_i128, i128::saturating_mul);
        Tree::Object(vec![
            ("plan", Tree::List(chosen.reads.iter().map(line).collect())),
            ("statements", Tree::Int(i64::try_from(statements).unwrap_or(i64::MAX))),
            ("rowsAtMost", Tree::Text(most.to_string())),
            ("figures", Tree::Text(groups.figures.to_string())),
            ("derived", Tree::Bool(chosen.may_be_derived)),
        ])
    }

    /// The groups that are shown, with gaps, in the order of their keys.
    fn keys(&self, groups: &Groups) -> Result<Vec<Key>, RunError> {
        let by_period = self.by.contains(&By::Period);
        let by_flow = self.by.contains(&By::Flow);
        // A balance reads two flows; alone it has none of its own.
        let flow = self.chosen.flow.unwrap_or(0);
        let mut all: BTreeSet<Key> = groups
            .cells
            .keys()
            .filter(|key| if by_period { self.chosen.shown.contains(&key.period) } else { key.period == 0 })
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
                *id = ANY;
            }
        }
        out
    }

    /// The rows that are told, in order, and the rest of each bucket; whether equal values were cut apart.
    fn cut(&self, groups: &Groups, codes: &Codes, keys: Vec<Key>) -> (Vec<Key>, Rests, bool) {
        let meets = |key: &Key| self.having.iter().all(|condition| condition.holds(groups, key));
        let (mut rows, mut rest): (Vec<Key>, Vec<Key>) = keys.into_iter().partition(|key| meets(key));
        let mut ties_cut = false;
        if let Some(top) = &self.top {
            let placed = rows.into_iter().map(|key| (Number::of(groups, &key, top.by), key));
            let found = cut(
                placed.collect(),
                top.n,
                |(_, key)| self.bucket(key, &top.per),
                |(a, _), (b, _)| a.compare(b, true),
                |(_, a), (_, b)| self.own_order(codes, a, b),
                |(number, _)| number.known.is_some(),
            );
            rows = found.rows.into_iter().map(|(_, key)| key).collect();
            rest.extend(found.rest.into_iter().map(|(_, key)| key));
            ties_cut = found.ties_cut;
        }
        let others = match self.top.as_ref().filter(|top| top.others) {
            Some(top) => self.rests(groups, &rest, &top.per),
            None => Rests::default(),
        };
        let by: Vec<(Measure, bool)> = match (&self.top, self.order.is_empty()) {
            (Some(top), true) => vec![(top.by, true)],
            _ => self.order.clone(),
        };
        let numbers = |key: &Key| by.iter().map(|(measure, _)| Number::of(groups, key, *measure)).collect();
        let mut placed: Vec<(Vec<Number>, Key)> = rows.into_iter().map(|key| (numbers(&key), key)).collect();
        placed.sort_by(|(a, a_key), (b, b_key)| {
            let numbers = a.iter().zip(b).zip(&by);
            let order = numbers.map(|((a, b), (_, is_descending))| a.compare(b, *is_descending)).find(|o| o.is_ne());
            order.unwrap_or_else(|| self.own_order(codes, a_key, b_key))
        });
        (placed.into_iter().map(|(_, key)| key).collect(), others, ties_cut)
    }

    /// The rest of each bucket.
    fn rests(&self, groups: &Groups, rest: &[Key], per: &[By]) -> Rests {
        let mut out = Rests::default();
        let has_balance = self.numbers.contains(&Measure::Balance);
        for key in rest {
            let bucket = self.bucket(key, per);
            let flows = [Flow::Export, Flow::Import].map(Flow::code).map(|flow| Key { flow, ..key.clone() });
            // A balance is made of both flows, whichever is told.
            for own in flows.iter().filter(|_| has_balance) {
                let Some(cell) = groups.cells.get(own) else { continue };
                if key.flow == 0 {
                    out.told.entry(bucket.clone()).or_default();
                }
                out.flows.entry(Key { flow: own.flow, ..bucket.clone() }).or_default().add(cell);
            }
            let Some(cell) = groups.cells.get(key) else { continue };
            let all = out.told.entry(bucket).or_default();
            all.cell.add(cell);
            all.converted.resize(self.conversions.len(), Some(0));
            for (at, sum) in all.converted.iter_mut().enumerate().filter(|_| cell.n_values > 0) {
                let own = groups.converted.get(&(at, key.clone())).copied().flatten();
                *sum = sum.zip(own).map(|(a, b)| a + b);
            }
        }
        out
    }

    /// By what is grouped by, in that order: regions and sectors by their codes, which are the same in every database.
    fn own_order(&self, codes: &Codes, a: &Key, b: &Key) -> Ordering {
        let mut side = 0;
        for by in &self.by {
            let order = match by {
                By::Side(at) => {
                    let code = |key: &Key| key.sides.get(side).and_then(|id| codes.get(&(*at == 2, *id)));
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
        self.paging.cursor(revision, &numbers(key))
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

    pub(super) fn period(&self, start: i64) -> Tree {
        let number = |n: i64| i32::try_from(n).unwrap_or(0);
        Tree::Text(Period { start: number(start), months: number(self.chosen.months) }.to_string())
    }

    fn row(&self, revision: i64, groups: &Groups, key: &Key) -> Tree {
        let mut members = self.named(key);
        if self.wants.cursor {
            members.push(("cursor", Tree::Text(self.cursor(revision, key))));
        }
        members.extend(groups.value(key));
        members.extend(self.measures.iter().map(|(measure, slot)| (*slot, groups.told(key, *measure))));
        Tree::Object(members)
    }

    /// The rest of each bucket as one row: sums and shares; what compares groups says nothing of it.
    fn others(&self, groups: &Groups, others: &Rests) -> Vec<Tree> {
        let told = others.told.iter().map(|(bucket, rest)| (bucket.clone(), rest.cell));
        let mut cells: Cells = others.flows.iter().map(|(key, cell)| (key.clone(), *cell)).collect();
        cells.extend(told.filter(|(_, cell)| cell.count > 0));
        let converted = others
            .told
            .iter()
            .flat_map(|(bucket, rest)| rest.converted.iter().enumerate().map(|(at, sum)| ((at, bucket.clone()), *sum)));
        let rest = groups.rest(cells, converted.collect());
        let row = |bucket: &Key| {
            let mut members = self.named(bucket);
            members.push(("cursor", Tree::Text(String::new())));
            members.extend(rest.value(bucket));
            members.extend(self.measures.iter().map(|(measure, slot)| (*slot, rest.told(bucket, *measure))));
            Tree::Object(members)
        };
        others.told.keys().map(row).collect()
    }

    /// The whole of each flow and period.
    fn wholes(&self, groups: &Groups, keys: &[Key], context: &Context) -> Vec<Whole> {
        if !self.wants.whole && !self.wants.warnings {
            return Vec::new();
        }
        let mut sums: BTreeMap<(i64, i64), Cell> = BTreeMap::new();
        for key in keys.iter().filter(|key| key.flow != 0) {
            let sum = sums.entry((key.flow, key.period)).or_default();
            if let Some(cell) = groups.cells.get(key) {
                sum.add(cell);
            }
        }
        let unsaid: BTreeSet<(i64, i64)> = groups.beside.unsaid.iter().map(|key| (key.flow, key.period)).collect();
        let whole = |((flow, period), sum): ((i64, i64), Cell)| {
            let own = groups.beside.reported.iter().filter(|(key, _)| (key.flow, key.period) == (flow, period));
            let reported: Vec<i128> = own.map(|(_, value)| *value).collect();
            Whole {
                flow,
                period,
                parts: sum.listed(),
                is_complete: !sum.is_listed && self.is_complete(context, flow, period),
                reported: (!reported.is_empty() && !unsaid.contains(&(flow, period))).then(|| reported.iter().sum()),
            }
        };
        sums.into_iter().map(whole).collect()
    }

    fn told_whole(&self, groups: &Groups, whole: &Whole) -> Tree {
        Tree::Object(vec![
            ("flow", flow_word(whole.flow)),
            ("period", if whole.period == 0 { Tree::Null } else { self.period(whole.period) }),
            ("sumOfParts", groups.money(whole.parts)),
            ("complete", Tree::Bool(whole.is_complete)),
            ("hhi", groups.concentration(whole.flow, whole.period)),
            ("reported", groups.money(whole.reported)),
            ("unallocated", groups.money(whole.unallocated())),
        ])
    }
}

/// The whole of a flow and period.
struct Whole {
    flow: i64,
    period: i64,
    parts: Option<i128>,
    is_complete: bool,
    reported: Option<i128>,
}

impl Whole {
    fn unallocated(&self) -> Option<i128> {
        self.reported.zip(self.parts).map(|(own, parts)| own - parts)
    }
}

/// What is not told, by what it is part of.
#[derive(Default)]
struct Rests {
    told: BTreeMap<Key, Rest>,
    /// Both flows, where there is a balance.
    flows: BTreeMap<Key, Cell>,
}

/// Groups that are not told, together.
#[derive(Default)]
struct Rest {
    cell: Cell,
    /// By conversion.
    converted: Vec<Option<i128>>,
}

impl super::Condition {
    fn holds(&self, groups: &Groups, key: &Key) -> bool {
        let bounds = [(self.least, Ordering::Less), (self.most, Ordering::Greater)];
        let Some(number) = groups.exact(key, self.measure) else {
            // A mean growth is no exact number.
            let Some(ratio) = groups.ratio_value(key, self.measure) else { return false };
            let order = |bound: Fraction| ratio.partial_cmp(&bound.approximate());
            return bounds.into_iter().all(|(bound, wrong)| bound.is_none_or(|bound| order(bound) != Some(wrong)));
        };
        bounds.into_iter().all(|(bound, wrong)| bound.is_none_or(|bound| number.compare(bound) != wrong))
    }
}

/// What tells a group from all others.
fn numbers(key: &Key) -> Vec<i64> {
    key.sides.iter().chain([&key.flow, &key.period]).copied().collect()
}

/// What a group is ordered by.
struct Number {
    known: Option<Fraction>,
    /// The sum of what is listed, for values.
    listed: Option<i128>,
}

impl Number {
    fn of(groups: &Groups, key: &Key, measure: Measure) -> Self {
        let is_value = matches!(measure, Measure::Value(_));
        let listed = groups.cells.get(key).filter(|_| is_value).and_then(Cell::listed);
        Self { known: groups.number(key, measure), listed }
    }

    /// The order of two groups; unknown numbers are last both ways.
    fn compare(&self, other: &Self, is_descending: bool) -> Ordering {
        let turned = |order: Ordering| if is_descending { order.reverse() } else { order };
        match (self.known, other.known) {
            (Some(a), Some(b)) => turned(a.compare(b)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            // Among sums that are no totals the larger one still comes first.
            (None, None) => match (self.listed, other.listed) {
                (Some(a), Some(b)) => turned(a.cmp(&b)),
                (a, b) => b.is_some().cmp(&a.is_some()),
            },
        }
    }
}

pub(super) fn text(text: &str) -> Tree {
    Tree::Text(text.to_owned())
}

pub(super) fn flow_word(flow: i64) -> Tree {
    name_of(FLOWS, flow).map_or(Tree::Null, text)
}

pub(super) fn warning(code: &str, message: &str) -> Tree {
    Tree::Object(vec![("code", text(code)), ("message", text(message))])
}

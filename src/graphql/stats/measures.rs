//! Sums of groups, and the numbers that are made of several of them: exact fractions, told with both their parts.

use std::collections::{BTreeMap, HashMap};

use super::Measure;
use crate::domain::decimal::{approximate_sum, format_sum};
use crate::graphql::computed::Tree;

/// The sum of a group in one flow and period.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cell {
    pub(super) value: i128,
    pub(super) n_values: i64,
    pub(super) weight: i128,
    pub(super) n_weights: i64,
    pub(super) count: i64,
    pub(super) is_estimated: bool,
    /// The stored periods in it, one bit each.
    pub(super) parts: u16,
    /// It sums what is listed, which is no total.
    pub(super) is_listed: bool,
}

impl Cell {
    pub(super) fn add(&mut self, other: &Self) {
        self.value += other.value;
        self.n_values += other.n_values;
        self.weight += other.weight;
        self.n_weights += other.n_weights;
        self.count += other.count;
        self.is_estimated |= other.is_estimated;
        self.parts |= other.parts;
        self.is_listed |= other.is_listed;
    }

    /// The sum of what is there, a total or not.
    pub(super) fn listed(&self) -> Option<i128> {
        (self.n_values > 0).then_some(self.value)
    }

    /// The sum, where it is a total.
    pub(super) fn total(&self) -> Option<i128> {
        self.listed().filter(|_| !self.is_listed)
    }
}

/// A group: its keys beside flow and period, its flow and its period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) sides: Vec<i64>,
    pub(super) flow: i64,
    /// First month; 0 where periods are summed.
    pub(super) period: i64,
}

/// All groups, those of earlier periods too.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) cells: HashMap<Key, Cell>,
    pub(super) scale: u32,
    pub(super) currency: String,
    pub(super) months: i64,
    /// Stored periods in a told one.
    pub(super) parts: u16,
    /// The only period that is shown, where periods are summed.
    pub(super) single: Option<i64>,
    pub(super) totals: HashMap<(i64, i64), (i128, bool)>,
    pub(super) ranks: HashMap<Key, i64>,
    pub(super) parents: HashMap<Key, i128>,
    /// Which of `sides` is not part of a parent's key, or that the flow or period is not.
    pub(super) last: Last,
}

/// The last thing grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Last {
    #[default]
    Nothing,
    Side(usize),
    Period,
}

/// A fraction, or why there is none.
type Fraction = Result<(i128, i128), &'static str>;

impl Key {
    fn at(&self, flow: i64, period: i64) -> Self {
        Self { sides: self.sides.clone(), flow, period }
    }

    /// The key of all groups that have everything alike but the last thing grouped by.
    pub(super) fn parent(&self, last: Last) -> Self {
        let mut out = self.clone();
        match last {
            Last::Side(at) => out.sides.get_mut(at).into_iter().for_each(|id| *id = -1),
            Last::Period => out.period = 0,
            Last::Nothing => {}
        }
        out
    }
}

impl Groups {
    fn total_of(&self, key: &Key) -> Result<i128, &'static str> {
        let cell = self.cells.get(key).ok_or("NO_DATA")?;
        let listed = cell.listed().ok_or("WITHHELD")?;
        if cell.is_listed { Err("PARTIAL_COVERAGE") } else { Ok(listed) }
    }

    fn is_partial(&self, key: &Key) -> bool {
        self.cells.get(key).is_some_and(|cell| cell.parts != self.parts)
    }

    /// The group some periods earlier.
    fn earlier(&self, key: &Key, periods: i64) -> Option<Key> {
        let now = if key.period == 0 { self.single? } else { key.period };
        Some(key.at(key.flow, now - periods * self.months))
    }

    fn now_and_then(&self, key: &Key, periods: i64) -> Result<(i128, i128), &'static str> {
        let now = self.total_of(key)?;
        let earlier = self.earlier(key, periods).ok_or("NO_PREVIOUS")?;
        let before = self.total_of(&earlier).map_err(|why| if why == "NO_DATA" { "NO_PREVIOUS" } else { why })?;
        let is_partial = self.is_partial(key) || self.is_partial(&earlier);
        // Both may lack the same months, but nothing says so.
        if is_partial { Err("PARTIAL_PERIOD") } else { Ok((now, before)) }
    }

    /// Growth as a fraction: what came on top, and on top of what.
    pub(super) fn growth(&self, key: &Key, periods: i64) -> Fraction {
        let (now, before) = self.now_and_then(key, periods)?;
        if before > 0 { Ok((now - before, before)) } else { Err("FROM_ZERO_OR_LESS") }
    }

    pub(super) fn share(&self, key: &Key, of: i64) -> Fraction {
        let own = self.total_of(key)?;
        let period_total = |period: i64| self.totals.get(&(key.flow, period)).copied().unwrap_or((0, false));
        let (whole, complete) = match of {
            1 => {
                let of_periods = period_total(key.period).1;
                (self.parents.get(&key.parent(self.last)).copied().unwrap_or(0), of_periods)
            }
            2 => {
                let of_flow = self.totals.iter().filter(|((flow, _), _)| *flow == key.flow);
                of_flow.fold((0, true), |(sum, all), (_, (total, complete))| (sum + total, all && *complete))
            }
            _ => period_total(key.period),
        };
        if !complete {
            return Err("PARTIAL_COVERAGE");
        }
        if whole > 0 { Ok((own, whole)) } else { Err("NOTHING_TO_SHARE") }
    }

    pub(super) fn balance(&self, key: &Key) -> Result<i128, &'static str> {
        let of = |flow: i64, missing: &'static str| {
            self.total_of(&key.at(flow, key.period)).map_err(|why| if why == "NO_DATA" { missing } else { why })
        };
        Ok(of(1, "EXPORT_MISSING")? - of(2, "IMPORT_MISSING")?)
    }

    /// The number by which groups are compared; nothing is last. Amounts are whole, ratios are compared as fractions.
    pub(super) fn number(&self, key: &Key, measure: Measure) -> Option<(i128, i128)> {
        let whole = |n: i128| (n, 1);
        match measure {
            Measure::Value => self.total_of(key).ok().map(whole),
            Measure::NetWeight => self.weight(key).map(whole),
            Measure::Count => Some(whole(self.cells.get(key).map_or(0, |cell| i128::from(cell.count)))),
            Measure::Share(of) => self.share(key, of).ok(),
            Measure::Growth(periods) => self.growth(key, periods).ok(),
            Measure::Change(periods) => self.now_and_then(key, periods).ok().map(|(now, before)| (now - before, 1)),
            Measure::Balance => self.balance(key).ok().map(whole),
            Measure::Rank => self.ranks.get(key).map(|rank| (-i128::from(*rank), 1)),
        }
    }

    fn weight(&self, key: &Key) -> Option<i128> {
        self.cells.get(key).filter(|cell| cell.count > 0 && cell.n_weights == cell.count).map(|cell| cell.weight)
    }

    pub(super) fn money(&self, units: Option<i128>) -> Tree {
        let Some(units) = units else { return Tree::Null };
        Tree::Object(vec![
            ("amount", Tree::Text(format_sum(units, self.scale))),
            ("currency", Tree::Text(self.currency.clone())),
            ("approx", Tree::Float(approximate_sum(units, self.scale))),
        ])
    }

    fn ratio(&self, fraction: Fraction) -> Tree {
        match fraction {
            Ok((a, b)) => Tree::Object(vec![
                ("value", Tree::Float(approximate_sum(a, 0) / approximate_sum(b, 0))),
                ("numerator", Tree::Text(format_sum(a, self.scale))),
                ("denominator", Tree::Text(format_sum(b, self.scale))),
            ]),
            Err(reason) => Tree::Object(vec![("reason", Tree::Text(reason.to_owned()))]),
        }
    }

    /// A number as it is told.
    pub(super) fn told(&self, key: &Key, measure: Measure) -> Tree {
        match measure {
            Measure::Value => self.money(self.total_of(key).ok()),
            Measure::NetWeight => Tree::text(self.weight(key).map(|grams| format_sum(grams, 3))),
            Measure::Count => Tree::Int(self.cells.get(key).map_or(0, |cell| cell.count)),
            Measure::Share(of) => self.ratio(self.share(key, of)),
            Measure::Growth(periods) => self.ratio(self.growth(key, periods)),
            Measure::Change(periods) => {
                self.money(self.now_and_then(key, periods).ok().map(|(now, before)| now - before))
            }
            Measure::Balance => self.money(self.balance(key).ok()),
            Measure::Rank => self.ranks.get(key).map_or(Tree::Null, |rank| Tree::Int(*rank)),
        }
    }

    /// What every row tells of its value.
    pub(super) fn value(&self, key: &Key) -> Vec<(&'static str, Tree)> {
        let total = self.total_of(key);
        let cell = self.cells.get(key);
        vec![
            ("value", self.money(total.ok())),
            ("valueReason", total.err().map_or(Tree::Null, |why| Tree::Text(why.to_owned()))),
            ("sumOfListed", self.money(cell.and_then(Cell::listed))),
            ("partial", Tree::Bool(key.period != 0 && self.is_partial(key))),
            ("estimated", Tree::Bool(cell.is_some_and(|cell| cell.is_estimated))),
        ]
    }

    /// Makes totals, ranks and the sums of parents of the groups that are shown.
    pub(super) fn compare(&mut self, shown: &[Key], complete: impl Fn(i64, i64) -> bool) {
        let mut by_period: BTreeMap<(i64, i64), Vec<(i128, &Key)>> = BTreeMap::new();
        for key in shown {
            let Some(value) = self.cells.get(key).and_then(Cell::total) else { continue };
            by_period.entry((key.flow, key.period)).or_default().push((value, key));
            *self.parents.entry(key.parent(self.last)).or_default() += value;
        }
        for ((flow, period), mut all) in by_period {
            all.sort_by(|a, b| b.cmp(a));
            let sum = all.iter().map(|(value, _)| *value).sum();
            self.totals.insert((flow, period), (sum, complete(flow, period)));
            let mut last = None;
            for (place, (value, key)) in (1..).zip(all) {
                let rank = match last {
                    Some((before, rank)) if before == value => rank,
                    _ => place,
                };
                last = Some((value, rank));
                self.ranks.insert(key.clone(), rank);
            }
        }
    }
}

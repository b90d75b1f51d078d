//! Sums of groups, and the numbers that are made of several of them, exact fractions; `told` tells them.

mod told;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::measure::{Conversion, Measure, When};
use crate::domain::decimal::approximate_sum;
use crate::domain::fraction::Fraction;

/// Codes of the two flows between which there is a balance.
const EXPORT: i64 = 1;
const IMPORT: i64 = 2;

/// The unit of a sum of quantities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Unit {
    /// Nothing is known.
    #[default]
    None,
    /// A place in the list of units.
    One(usize),
    /// Several: their numbers are never added.
    Mixed,
}

/// The sum of a group in one flow and period.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cell {
    pub(super) value: i128,
    pub(super) n_values: i64,
    pub(super) weight: i128,
    pub(super) n_weights: i64,
    pub(super) quantity: i128,
    pub(super) n_quantities: i64,
    pub(super) unit: Unit,
    pub(super) count: i64,
    pub(super) is_estimated: bool,
    /// The stored periods that one of its reporters lacks, one bit each.
    pub(super) lacks: u16,
    /// Which periods are summed, where periods are: the same for the same ones.
    pub(super) periods: u64,
    /// It sums what is listed, which is no total.
    pub(super) is_listed: bool,
}

impl Cell {
    pub(super) fn add(&mut self, other: &Self) {
        self.value += other.value;
        self.n_values += other.n_values;
        self.weight += other.weight;
        self.n_weights += other.n_weights;
        self.quantity += other.quantity;
        self.n_quantities += other.n_quantities;
        self.unit = match (self.unit, other.unit) {
            (unit, Unit::None) | (Unit::None, unit) => unit,
            (a, b) if a == b => a,
            _ => Unit::Mixed,
        };
        self.count += other.count;
        self.is_estimated |= other.is_estimated;
        self.lacks |= other.lacks;
        self.periods = match (self.periods, other.periods) {
            (periods, 0) | (0, periods) => periods,
            (a, b) if a == b => a,
            _ => u64::MAX,
        };
        self.is_listed |= other.is_listed;
    }

    /// The sum of what is there, a total or not.
    pub(super) fn listed(&self) -> Option<i128> {
        (self.n_values > 0).then_some(self.value)
    }

    /// Whether a part is estimated, or is not told.
    fn is_estimated(&self) -> bool {
        self.n_values > 0 && (self.is_estimated || self.n_values < self.count)
    }

    /// The sum, where it is a total.
    pub(super) fn total(&self) -> Option<i128> {
        self.listed().filter(|_| !self.is_listed)
    }

    /// Whether it is of the same periods as another, so that the two can be compared.
    fn is_of_periods_of(&self, other: &Self) -> bool {
        (self.periods, self.lacks) == (other.periods, other.lacks)
    }

    fn all_weight(&self) -> Option<i128> {
        (self.count > 0 && self.n_weights == self.count).then_some(self.weight)
    }

    fn all_quantity(&self) -> Option<(i128, usize)> {
        match self.unit {
            Unit::One(unit) if self.count > 0 && self.n_quantities == self.count => Some((self.quantity, unit)),
            _ => None,
        }
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

/// Stands in a key where all groups of a side are meant.
pub(super) const ANY: i64 = -1;
/// Stands in a key for what lies in none of the areas, groups or sectors that are grouped by.
pub(super) const NONE: i64 = -2;

/// Sums by group.
pub(super) type Cells = FxHashMap<Key, Cell>;

/// What numbers are compared with beside the groups themselves.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// What the dataset says of the whole, with the side that is open as any.
    pub(super) reported: FxHashMap<Key, i128>,
    /// Those of which it does not say all.
    pub(super) unsaid: BTreeSet<Key>,
    /// What the other side says.
    pub(super) mirror: Option<Cells>,
    /// Exports of all goods of reporters, of sectors of the world, and of all goods of the world.
    pub(super) rca: Option<[Cells; 3]>,
    /// Events between the reporter and the partner, the latest first.
    pub(super) events: FxHashMap<Key, Vec<i64>>,
    /// Complete reporters by stored period; nothing where the dataset reports the world itself.
    pub(super) world_reporters: FxHashMap<i64, Option<i64>>,
}

/// All groups, those of earlier periods too.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) cells: Cells,
    pub(super) scale: u32,
    pub(super) currency: String,
    pub(super) conversions: Vec<Conversion>,
    /// By conversion and group: the converted sum, nothing where a rate is not known.
    pub(super) converted: FxHashMap<(usize, Key), Option<i128>>,
    pub(super) units: Vec<String>,
    /// Reporters and stored periods by group, where the whole of a side is wanted.
    pub(super) made_of: FxHashMap<Key, BTreeSet<(i64, i64)>>,
    /// Stored figures that were added.
    pub(super) figures: i128,
    pub(super) months: i64,
    /// The only period that is shown, where periods are summed.
    pub(super) single: Option<i64>,
    /// The first period that is shown.
    pub(super) first: i64,
    /// Where the three hierarchies stand in a key.
    pub(super) places: [Option<usize>; 3],
    pub(super) beside: Beside,
    /// What is said of wholes, by flow and period, and of all periods.
    pub(super) said: FxHashMap<(i64, Option<i64>), Option<i128>>,
    pub(super) totals: FxHashMap<(i64, i64), Total>,
    pub(super) ranks: FxHashMap<Key, i64>,
    pub(super) parents: FxHashMap<Key, Total>,
    /// Which of `sides` is not part of a parent's key, or that the flow or period is not.
    pub(super) last: Last,
}

/// The groups of which shares are counted, together.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Total {
    sum: i128,
    /// Sum of the squares; nothing where it is too large.
    squares: Option<i128>,
    has_negative: bool,
    is_complete: bool,
}

/// The last thing grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Last {
    #[default]
    Nothing,
    Side(usize),
    Period,
}

/// A fraction, with the decimals of both its parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ratio {
    of: Fraction,
    scales: (u32, u32),
}

type Known<T> = Result<T, &'static str>;

impl Key {
    fn at(&self, flow: i64, period: i64) -> Self {
        Self { sides: self.sides.clone(), flow, period }
    }

    /// The same with any of a side.
    pub(super) fn any(mut self, place: Option<usize>) -> Self {
        place.and_then(|place| self.sides.get_mut(place)).into_iter().for_each(|id| *id = ANY);
        self
    }

    /// The key of all groups that have everything alike but the last thing grouped by.
    fn parent(&self, last: Last) -> Self {
        match last {
            Last::Side(at) => self.clone().any(Some(at)),
            Last::Period => Self { period: 0, ..self.clone() },
            Last::Nothing => self.clone(),
        }
    }
}

impl Ratio {
    fn new(numerator: i128, denominator: i128, scales: (u32, u32)) -> Self {
        Self { of: Fraction { numerator, denominator }, scales }
    }

    pub(super) fn approximate(self) -> f64 {
        let (a, b) = if self.scales.0 == self.scales.1 { (0, 0) } else { self.scales };
        approximate_sum(self.of.numerator, a) / approximate_sum(self.of.denominator, b)
    }
}

fn product(a: i128, b: i128) -> Known<i128> {
    a.checked_mul(b).ok_or("TOO_LARGE")
}

impl Total {
    fn add(&mut self, value: i128) {
        self.sum += value;
        self.has_negative |= value < 0;
        self.squares = self.squares.zip(value.checked_mul(value)).and_then(|(all, own)| all.checked_add(own));
    }

    fn with(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            squares: self.squares.zip(other.squares).and_then(|(a, b)| a.checked_add(b)),
            has_negative: self.has_negative || other.has_negative,
            is_complete: self.is_complete && other.is_complete,
        }
    }

    fn known(self) -> Known<i128> {
        match self.sum {
            _ if !self.is_complete => Err("PARTIAL_COVERAGE"),
            sum if sum > 0 => Ok(sum),
            _ => Err("NOTHING_TO_SHARE"),
        }
    }

    fn concentration(self) -> Known<(i128, i128)> {
        let sum = self.known()?;
        if self.has_negative {
            return Err("NOTHING_TO_SHARE");
        }
        Ok((self.squares.ok_or("TOO_LARGE")?, product(sum, sum)?))
    }
}

const NO_GROUPS: Total = Total { sum: 0, squares: Some(0), has_negative: false, is_complete: true };

/// A sum of some cells, where it is a total.
fn total_in(cells: &Cells, key: &Key) -> Known<i128> {
    let cell = cells.get(key).ok_or("NO_DATA")?;
    let listed = cell.listed().ok_or("WITHHELD")?;
    if cell.is_listed { Err("PARTIAL_COVERAGE") } else { Ok(listed) }
}

impl Groups {
    fn total_of(&self, key: &Key) -> Known<i128> {
        total_in(&self.cells, key)
    }

    fn is_partial(&self, key: &Key) -> bool {
        self.own_cells(key).any(|cell| cell.lacks != 0)
    }

    /// The sums of a group: those of both flows where it is of a balance alone.
    fn own_cells(&self, key: &Key) -> impl Iterator<Item = &Cell> {
        let flows = if key.flow == 0 { [EXPORT, IMPORT] } else { [key.flow; 2] };
        flows.into_iter().filter_map(|flow| self.cells.get(&key.at(flow, key.period)))
    }

    /// A sum of a whole period.
    fn whole_period(&self, key: &Key) -> Known<i128> {
        let total = self.total_of(key)?;
        // Both of two periods may lack the same months, but nothing says so.
        if self.is_partial(key) { Err("PARTIAL_PERIOD") } else { Ok(total) }
    }

    fn own_period(&self, key: &Key) -> Option<i64> {
        if key.period == 0 { self.single } else { Some(key.period) }
    }

    /// The group some periods earlier.
    fn earlier(&self, key: &Key, periods: i64) -> Known<Key> {
        let now = self.own_period(key).ok_or("NO_PREVIOUS")?;
        Ok(key.at(key.flow, now - periods * self.months))
    }

    fn before(&self, key: &Key) -> Known<i128> {
        self.whole_period(key).map_err(|why| if why == "NO_DATA" { "NO_PREVIOUS" } else { why })
    }

    fn now_and_then(&self, key: &Key, periods: i64) -> Known<(i128, i128)> {
        let now = self.total_of(key)?;
        let before = self.before(&self.earlier(key, periods)?)?;
        self.whole_period(key)?;
        Ok((now, before))
    }

    fn value_in(&self, key: &Key, conversion: Option<usize>, is_listed: bool) -> Known<i128> {
        let own = match is_listed {
            true => self.cells.get(key).and_then(Cell::listed).ok_or("NO_DATA"),
            false => self.total_of(key),
        }?;
        match conversion {
            None => Ok(own),
            Some(at) => self.converted.get(&(at, key.clone())).copied().flatten().ok_or("NO_RATE"),
        }
    }

    fn money_scales(&self) -> (u32, u32) {
        (self.scale, self.scale)
    }

    /// Growth: what came on top, and on top of what.
    fn growth(&self, key: &Key, periods: i64) -> Known<Ratio> {
        let (now, before) = self.now_and_then(key, periods)?;
        if before > 0 { Ok(Ratio::new(now - before, before, self.money_scales())) } else { Err("FROM_ZERO_OR_LESS") }
    }

    fn cagr(&self, key: &Key, from: When, to: When) -> Known<Ratio> {
        let later = self.whole_period(&key.at(key.flow, to.0))?;
        let earlier = self.before(&key.at(key.flow, from.0))?;
        if earlier > 0 && later >= 0 {
            Ok(Ratio::new(later, earlier, self.money_scales()))
        } else {
            Err("FROM_ZERO_OR_LESS")
        }
    }

    fn index(&self, key: &Key, base: When) -> Known<Ratio> {
        let now = self.whole_period(key)?;
        let base = self.before(&key.at(key.flow, base.0))?;
        if base > 0 { Ok(Ratio::new(now, base, self.money_scales())) } else { Err("FROM_ZERO_OR_LESS") }
    }

    /// The groups among which a share is counted.
    fn among(&self, key: &Key, of: i64) -> Total {
        let no_groups = Total::default();
        match of {
            1 => self.parents.get(&key.parent(self.last)).copied().unwrap_or(no_groups),
            2 => {
                let of_flow = self.totals.iter().filter(|((flow, _), _)| *flow == key.flow);
                of_flow.fold(NO_GROUPS, |sum, (_, total)| sum.with(*total))
            }
            _ => self.totals.get(&(key.flow, key.period)).copied().unwrap_or(no_groups),
        }
    }

    fn reported(&self, key: &Key, of: i64) -> Known<i128> {
        let sum = match of {
            1 => self.beside.reported.get(&key.parent(self.last)).copied(),
            2 => self.said.get(&(key.flow, None)).copied().flatten(),
            _ => self.said.get(&(key.flow, Some(key.period))).copied().flatten(),
        };
        match sum {
            None => Err("NOT_REPORTED"),
            Some(sum) if sum > 0 => Ok(sum),
            Some(_) => Err("NOTHING_TO_SHARE"),
        }
    }

    /// Adds up what is said of wholes, by flow and period and of all periods; nothing where it is not said of all.
    fn add_said(&mut self) {
        for (key, value) in &self.beside.reported {
            for period in [Some(key.period), None] {
                let sum = self.said.entry((key.flow, period)).or_insert(Some(0));
                *sum = sum.map(|sum| sum + value);
            }
        }
        for key in &self.beside.unsaid {
            for period in [Some(key.period), None] {
                self.said.insert((key.flow, period), None);
            }
        }
    }

    fn share(&self, key: &Key, of: i64, against_reported: bool) -> Known<Ratio> {
        let own = self.total_of(key)?;
        let whole = if against_reported { self.reported(key, of)? } else { self.among(key, of).known()? };
        Ok(Ratio::new(own, whole, self.money_scales()))
    }

    fn hhi(&self, key: &Key, of: i64) -> Known<Ratio> {
        let is_empty = match of {
            1 => !self.parents.contains_key(&key.parent(self.last)),
            2 => !self.totals.keys().any(|(flow, _)| *flow == key.flow),
            _ => !self.totals.contains_key(&(key.flow, key.period)),
        };
        if is_empty {
            return Err("NO_DATA");
        }
        let (squares, square) = self.among(key, of).concentration()?;
        Ok(Ratio::new(squares, square, (self.scale * 2, self.scale * 2)))
    }

    fn balance(&self, key: &Key) -> Known<i128> {
        let (exports, imports) = (key.at(EXPORT, key.period), key.at(IMPORT, key.period));
        let of = |key: &Key, missing: &'static str| {
            self.total_of(key).map_err(|why| if why == "NO_DATA" { missing } else { why })
        };
        let balance = of(&exports, "EXPORT_MISSING")? - of(&imports, "IMPORT_MISSING")?;
        let both = self.cells.get(&exports).zip(self.cells.get(&imports));
        if both.is_some_and(|(a, b)| a.is_of_periods_of(b)) { Ok(balance) } else { Err("PARTIAL_PERIOD") }
    }

    fn unit_value(&self, key: &Key, of_quantity: bool) -> Known<Ratio> {
        let value = self.total_of(key)?;
        let cell = self.cells.get(key).copied().unwrap_or_default();
        let (by, missing) = match of_quantity {
            true => (cell.all_quantity().map(|(quantity, _)| quantity), "NO_QUANTITY"),
            false => (cell.all_weight(), "NO_WEIGHT"),
        };
        let by = by.ok_or(missing)?;
        // Grams and thousandths of a unit both have three decimals.
        if by > 0 { Ok(Ratio::new(value, by, (self.scale, 3))) } else { Err("FROM_ZERO_OR_LESS") }
    }

    /// Values of the periods up to a group's own, from so many periods earlier.
    fn run(&self, key: &Key, from: i64, missing: &'static str) -> Known<(i128, i128)> {
        let own = self.own_period(key).ok_or("NO_PREVIOUS")?;
        let now = self.whole_period(key)?;
        let (mut sum, mut n) = (now, 1);
        let mut period = own - self.months;
        while period >= from {
            let earlier = self.whole_period(&key.at(key.flow, period));
            sum += earlier.map_err(|why| if why == "NO_DATA" { missing } else { why })?;
            n += 1;
            period -= self.months;
        }
        Ok((sum, n))
    }

    fn cumulative(&self, key: &Key, since: Option<When>) -> Known<i128> {
        let from = since.map_or(self.first, |(start, _)| start);
        if self.own_period(key).is_some_and(|own| own < from) {
            return Err("NO_PREVIOUS");
        }
        self.run(key, from, "GAP").map(|(sum, _)| sum)
    }

    fn moving_average(&self, key: &Key, periods: i64) -> Known<Ratio> {
        let own = self.own_period(key).ok_or("NO_PREVIOUS")?;
        let (sum, n) = self.run(key, own - (periods - 1) * self.months, "NO_PREVIOUS")?;
        Ok(Ratio::new(sum, n, (self.scale, 0)))
    }

    /// The four parts of a comparative advantage: those of the reporter, then those of the world.
    fn rca_parts(&self, key: &Key) -> [Known<i128>; 4] {
        let [reporter, _, sector] = self.places;
        let Some([of_reporter, of_sector, of_world]) = &self.beside.rca else { return [Err("NO_DATA"); 4] };
        let listed = |cells: &Cells, key: &Key| cells.get(key).and_then(Cell::listed).ok_or("PARTIAL_COVERAGE");
        let total = total_in(of_reporter, &key.clone().any(sector));
        [
            self.total_of(key),
            total.map_err(|why| if why == "NO_DATA" { "PARTIAL_COVERAGE" } else { why }),
            // The world is the complete reporters, whoever else is there.
            listed(of_sector, &key.clone().any(reporter)),
            listed(of_world, &key.clone().any(reporter).any(sector)),
        ]
    }

    fn rca(&self, key: &Key) -> Known<Ratio> {
        if self.reporters_of_world(key).is_some_and(|n| n < 2) {
            return Err("SINGLE_REPORTER");
        }
        let [own, own_total, world, world_total] = self.rca_parts(key);
        let (numerator, denominator) = (product(own?, world_total?)?, product(own_total?, world?)?);
        if denominator <= 0 {
            return Err("NOTHING_TO_SHARE");
        }
        Ok(Ratio::new(numerator, denominator, (self.scale * 2, self.scale * 2)))
    }

    fn reporters_of_world(&self, key: &Key) -> Option<i64> {
        match self.own_period(key) {
            Some(period) => self.beside.world_reporters.get(&period).copied().flatten(),
            None => self.beside.world_reporters.values().copied().min().flatten(),
        }
    }

    fn mirror(&self, key: &Key) -> (Known<i128>, Known<i128>) {
        let Some(mirror) = &self.beside.mirror else { return (Err("RECONCILED"), Err("RECONCILED")) };
        let other = total_in(mirror, key).map_err(|why| if why == "NO_DATA" { "NO_MIRROR" } else { why });
        (self.total_of(key), other)
    }

    fn mirror_gap(&self, key: &Key) -> Known<i128> {
        let (own, other) = self.mirror(key);
        let gap = own? - other?;
        let both = self.cells.get(key).zip(self.beside.mirror.as_ref().and_then(|mirror| mirror.get(key)));
        if both.is_some_and(|(a, b)| a.is_of_periods_of(b)) { Ok(gap) } else { Err("PARTIAL_PERIOD") }
    }

    /// The number by which groups are compared; nothing is last.
    pub(super) fn number(&self, key: &Key, measure: Measure) -> Option<Fraction> {
        let whole = |n: i128| Some(Fraction::whole(n));
        let units = |n: Known<i128>| n.ok().and_then(whole);
        let cell = || self.cells.get(key);
        match measure {
            Measure::Value(to) => units(self.value_in(key, to, false)),
            Measure::Listed(to) => units(self.value_in(key, to, true)),
            Measure::NetWeight => cell().and_then(Cell::all_weight).and_then(whole),
            Measure::Quantity => cell().and_then(Cell::all_quantity).and_then(|(n, _)| whole(n)),
            Measure::Count => whole(cell().map_or(0, |cell| i128::from(cell.count))),
            Measure::Change(periods) => units(self.now_and_then(key, periods).map(|(now, before)| now - before)),
            Measure::Balance => units(self.balance(key)),
            Measure::Rank => self.ranks.get(key).and_then(|rank| whole(i128::from(*rank))),
            Measure::MirrorGap => units(self.mirror_gap(key)),
            Measure::Cumulative(since) => units(self.cumulative(key, since)),
            Measure::ValueReason(_) | Measure::Events(_) => None,
            _ => self.ratio(key, measure).ok().map(|ratio| ratio.of),
        }
    }

    /// A number in its own unit, as far as it is exact.
    pub(super) fn exact(&self, key: &Key, measure: Measure) -> Option<Fraction> {
        let shift = |scale: u32| i32::try_from(scale).ok();
        match (self.ratio(key, measure), measure) {
            (_, Measure::Cagr(..)) => None,
            (Ok(ratio), _) => ratio.of.shifted(shift(ratio.scales.1)? - shift(ratio.scales.0)?),
            (Err(_), _) => self.number(key, measure)?.shifted(-shift(measure.scale(self.scale))?),
        }
    }

    /// A number that is a ratio, as it is told.
    pub(super) fn ratio_value(&self, key: &Key, measure: Measure) -> Option<f64> {
        let ratio = self.ratio(key, measure).ok()?;
        Some(match measure {
            Measure::Cagr(from, to) => yearly(ratio.approximate(), to.0 - from.0),
            _ => ratio.approximate(),
        })
    }

    fn ratio(&self, key: &Key, measure: Measure) -> Known<Ratio> {
        match measure {
            Measure::UnitValue { of_quantity } => self.unit_value(key, of_quantity),
            Measure::Share { of, against_reported } => self.share(key, of, against_reported),
            Measure::Growth(periods) => self.growth(key, periods),
            Measure::Cagr(from, to) => self.cagr(key, from, to),
            Measure::Index(base) => self.index(key, base),
            Measure::Rca => self.rca(key),
            Measure::Hhi(of) => self.hhi(key, of),
            Measure::MovingAverage(periods) => self.moving_average(key, periods),
            _ => Err("NO_DATA"),
        }
    }

    /// Makes totals, ranks and the sums of parents of the groups that are shown.
    pub(super) fn compare(&mut self, shown: &[Key], complete: impl Fn(i64, i64) -> bool) {
        self.add_said();
        let mut by_period: BTreeMap<(i64, i64), Vec<(i128, &Key)>> = BTreeMap::new();
        let mut listed: BTreeSet<(i64, i64)> = BTreeSet::new();
        for key in shown {
            let Some(cell) = self.cells.get(key) else { continue };
            let totals = by_period.entry((key.flow, key.period)).or_default();
            let parent = self.parents.entry(key.parent(self.last)).or_insert(NO_GROUPS);
            if cell.is_listed {
                // The sum of the others would be less than the whole.
                listed.insert((key.flow, key.period));
                parent.is_complete = false;
            }
            totals.extend(cell.total().map(|value| (value, key)));
        }
        for ((flow, period), mut all) in by_period {
            let is_complete = complete(flow, period);
            all.sort_by(|a, b| b.cmp(a));
            let mut total = Total { is_complete: is_complete && !listed.contains(&(flow, period)), ..NO_GROUPS };
            let mut last = None;
            for (place, (value, key)) in (1..).zip(all) {
                total.add(value);
                let parent = self.parents.entry(key.parent(self.last)).or_insert(NO_GROUPS);
                parent.add(value);
                parent.is_complete &= is_complete;
                let rank = match last {
                    Some((before, rank)) if before == value => rank,
                    _ => place,
                };
                last = Some((value, rank));
                self.ranks.insert(key.clone(), rank);
            }
            self.totals.insert((flow, period), total);
        }
    }

    /// The rest of groups beyond those that are told: sums and shares, no rank and no other periods of their own.
    pub(super) fn rest(&self, cells: Cells, converted: FxHashMap<(usize, Key), Option<i128>>) -> Self {
        Self {
            cells,
            converted,
            beside: Beside {
                reported: self.beside.reported.clone(),
                unsaid: self.beside.unsaid.clone(),
                mirror: self.beside.mirror.as_ref().map(|_| Cells::default()),
                ..Beside::default()
            },
            ranks: FxHashMap::default(),
            said: self.said.clone(),
            totals: self.totals.clone(),
            parents: self.parents.clone(),
            currency: self.currency.clone(),
            conversions: self.conversions.clone(),
            units: self.units.clone(),
            made_of: FxHashMap::default(),
            ..*self
        }
    }
}

/// Growth a year of what became so many times itself in some months.
fn yearly(times: f64, months: i64) -> f64 {
    let years = f64::from(i32::try_from(months).unwrap_or(i32::MAX)) / 12.0;
    times.powf(1.0 / years) - 1.0
}

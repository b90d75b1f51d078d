//! The numbers of groups as they are told.

use super::super::measure::Measure;
use super::super::rates::DECIMALS;
use super::{Cell, Groups, Key, Ratio};
use crate::domain::decimal::{approximate_sum, format_sum};
use crate::graphql::computed::Tree;

impl Ratio {
    fn told(self, value: f64) -> Tree {
        Tree::Object(vec![
            ("value", Tree::Float(value)),
            ("numerator", Tree::Text(format_sum(self.of.numerator, self.scales.0))),
            ("denominator", Tree::Text(format_sum(self.of.denominator, self.scales.1))),
        ])
    }
}

impl Groups {
    /// Concentration of the groups of a flow and period.
    pub(in crate::graphql::stats) fn concentration(&self, flow: i64, period: i64) -> Tree {
        let total = self.totals.get(&(flow, period)).copied().unwrap_or_default();
        match total.concentration() {
            Ok((squares, square)) => Tree::Float(Ratio::new(squares, square, (0, 0)).approximate()),
            Err(_) => Tree::Null,
        }
    }

    /// The mean of the values of some groups, where all are known.
    pub(in crate::graphql::stats) fn mean(&self, keys: &[Key]) -> Tree {
        let sum = keys.iter().try_fold((0, 0), |(sum, n), key| Ok((sum + self.whole_period(key)?, n + 1)));
        match sum {
            Ok((_, 0)) => Tree::Object(vec![("reason", Tree::Text("NO_DATA".to_owned()))]),
            Ok((sum, n)) => {
                let ratio = Ratio::new(sum, n, (self.scale, 0));
                ratio.told(ratio.approximate())
            }
            Err(why) => Tree::Object(vec![("reason", reason(Some(why)))]),
        }
    }

    pub(in crate::graphql::stats) fn money(&self, units: Option<i128>) -> Tree {
        amount(units, self.scale, &self.currency)
    }

    fn amount_in(&self, units: Option<i128>, conversion: Option<usize>) -> Tree {
        match conversion.and_then(|at| self.conversions.get(at)) {
            Some(to) => amount(units, DECIMALS, &to.currency),
            None => self.money(units),
        }
    }

    /// A number as it is told.
    pub(in crate::graphql::stats) fn told(&self, key: &Key, measure: Measure) -> Tree {
        let cell = self.cells.get(key);
        match measure {
            Measure::Value(to) => self.amount_in(self.value_in(key, to, false).ok(), to),
            Measure::Listed(to) => self.amount_in(self.value_in(key, to, true).ok(), to),
            Measure::ValueReason(to) => reason(self.value_in(key, to, false).err()),
            Measure::NetWeight => Tree::text(cell.and_then(Cell::all_weight).map(|grams| format_sum(grams, 3))),
            Measure::Quantity => cell.and_then(Cell::all_quantity).map_or(Tree::Null, |(n, unit)| {
                let unit = Tree::text(self.units.get(unit).cloned());
                Tree::Object(vec![("amount", Tree::Text(format_sum(n, 3))), ("unit", unit)])
            }),
            Measure::Count => Tree::Int(cell.map_or(0, |cell| cell.count)),
            Measure::Rank => self.ranks.get(key).map_or(Tree::Null, |rank| Tree::Int(*rank)),
            Measure::Change(_) | Measure::Balance | Measure::Cumulative(_) => {
                self.money(self.number(key, measure).map(|number| number.numerator))
            }
            Measure::Rca => self.told_rca(key),
            Measure::MirrorGap => self.told_mirror(key),
            Measure::Events(first) => {
                let all = self.beside.events.get(key).map_or(&[][..], Vec::as_slice);
                Tree::List(all.iter().take(first).map(|id| Tree::Node("Event", *id)).collect())
            }
            _ => match self.ratio(key, measure) {
                Ok(ratio) => ratio.told(self.ratio_value(key, measure).unwrap_or(f64::NAN)),
                Err(why) => Tree::Object(vec![("reason", Tree::Text(why.to_owned()))]),
            },
        }
    }

    fn told_rca(&self, key: &Key) -> Tree {
        let rca = self.rca(key);
        let [own, own_total, world, world_total] = self.rca_parts(key).map(|part| self.money(part.ok()));
        Tree::Object(vec![
            ("value", rca.map_or(Tree::Null, |ratio| Tree::Float(ratio.approximate()))),
            ("exports", own),
            ("totalExports", own_total),
            ("worldExports", world),
            ("worldTotalExports", world_total),
            ("worldReporters", self.reporters_of_world(key).map_or(Tree::Null, Tree::Int)),
            ("reason", reason(rca.err())),
        ])
    }

    fn told_mirror(&self, key: &Key) -> Tree {
        let (own, other) = self.mirror(key);
        let gap = self.mirror_gap(key);
        let relative = gap.ok().zip(other.ok().filter(|n| *n > 0));
        let relative = relative.map(|(gap, other)| Ratio::new(gap, other, (0, 0)).approximate());
        Tree::Object(vec![
            ("reported", self.money(own.ok())),
            ("mirror", self.money(other.ok())),
            ("absolute", self.money(gap.ok())),
            ("relative", relative.map_or(Tree::Null, Tree::Float)),
            ("reason", reason(gap.err())),
        ])
    }

    /// What every row tells of its value.
    pub(in crate::graphql::stats) fn value(&self, key: &Key) -> [(&'static str, Tree); 2] {
        [
            ("partial", Tree::Bool(self.is_partial(key))),
            ("estimated", Tree::Bool(self.cells.get(key).is_some_and(Cell::is_estimated))),
        ]
    }
}

fn amount(units: Option<i128>, scale: u32, currency: &str) -> Tree {
    let Some(units) = units else { return Tree::Null };
    Tree::Object(vec![
        ("amount", Tree::Text(format_sum(units, scale))),
        ("currency", Tree::Text(currency.to_owned())),
        ("approx", Tree::Float(approximate_sum(units, scale))),
    ])
}

fn reason(why: Option<&str>) -> Tree {
    why.map_or(Tree::Null, |why| Tree::Text(why.to_owned()))
}

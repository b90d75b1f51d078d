//! Converts the sums of stored periods with exchange rates that sources state.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Stats;
use super::measure::{Conversion, When};
use super::measures::Key;
use super::read::Taken;
use crate::catalog::exchange_rate::EXCHANGE_RATE;
use crate::catalog::source::SOURCE;
use crate::domain::decimal::format_published;
use crate::domain::fraction::scaled;
use crate::domain::period::Period;
use crate::graphql::computed::Tree;
use crate::graphql::errors::RunError;
use crate::graphql::execute::Session;
use crate::storage::sql::Side;
use crate::storage::sql::order;
use crate::storage::sql::predicate::Predicate;
use crate::storage::sql::select::{Arm, Column, Select};
use crate::storage::value::{ColumnType, Row};

/// Decimals of converted amounts.
pub(super) const DECIMALS: u32 = 3;
/// Powers of ten that are within 128 bits.
const LARGEST_POWER: u32 = 38;

/// A rate between the dataset's currency and another.
#[derive(Debug, Clone)]
struct Rate {
    /// The dataset's currency is the base.
    is_of_own: bool,
    period: When,
    mantissa: i64,
    exponent: i32,
    source: String,
}

/// Converted sums by conversion and group; nothing where a rate is not known.
pub(super) type Converted = FxHashMap<(usize, Key), Option<i128>>;

/// What amounts were converted with: by conversion and stored period.
#[derive(Debug, Default)]
pub(super) struct Rates(BTreeMap<(usize, i64), Rate>);

impl Rate {
    fn read(row: &Row, own: &str, sources: impl Fn(i64) -> String) -> Option<Self> {
        Some(Self {
            is_of_own: row.text(0)? == own,
            period: (row.int(2)?, row.int(3)?),
            mantissa: row.int(4)?,
            exponent: row.int(5).and_then(|n| i32::try_from(n).ok())?,
            source: sources(row.int(6)?),
        })
    }

    /// How well it suits a period, the best first; nothing where it does not.
    fn suits(&self, kind: &str, (start, months): When) -> Option<(i64, bool, &str)> {
        let (own, end) = (self.period, start + months);
        let own_end = own.0 + own.1;
        let fits = match kind {
            "END" => own_end == end,
            _ => own.0 <= start && own_end >= end,
        };
        fits.then(|| ((own.1 - months).abs(), !self.is_of_own, self.source.as_str()))
    }

    /// An amount in the other currency.
    fn convert(&self, units: i128, decimals: u32) -> Option<i128> {
        let shift = i64::from(DECIMALS) - i64::from(decimals);
        let mantissa = i128::from(self.mantissa);
        let (numerator, denominator, power) = match self.is_of_own {
            true => (mantissa, 1, shift + i64::from(self.exponent)),
            false => (1, mantissa, shift - i64::from(self.exponent)),
        };
        let ten = u32::try_from(power.unsigned_abs()).ok().filter(|n| *n <= LARGEST_POWER).map(|n| 10_i128.pow(n))?;
        match power < 0 {
            true => scaled(units, numerator, i128::checked_mul(denominator, ten)?),
            false => scaled(units, i128::checked_mul(numerator, ten)?, denominator),
        }
    }
}

impl Stats {
    /// Converts what was read.
    pub(super) fn convert(
        &self,
        session: &mut Session<'_>,
        taken: &Taken,
        rates: &mut Rates,
    ) -> Result<Converted, RunError> {
        let mut out = Converted::default();
        let Some(stored) = &taken.stored else { return Ok(out) };
        for (at, conversion) in self.conversions.iter().enumerate() {
            let known = self.rates(session, conversion)?;
            let mut of_period: FxHashMap<i64, Option<&Rate>> = FxHashMap::default();
            for ((key, start), cell) in stored {
                let Some(units) = cell.listed() else { continue };
                let rate = *of_period.entry(*start).or_insert_with(|| {
                    let suits = |rate: &&Rate| rate.suits(conversion.kind, (*start, self.chosen.stored)).is_some();
                    let best = |rate: &&Rate| {
                        let order = rate.suits(conversion.kind, (*start, self.chosen.stored));
                        order.map(|(longer, turned, source)| (longer, turned, source.to_owned()))
                    };
                    known.iter().filter(suits).min_by_key(best)
                });
                let converted = match conversion.currency == self.chosen.currency {
                    true => scaled(units, 10_i128.pow(DECIMALS.saturating_sub(self.chosen.scale)), 1),
                    false => rate.and_then(|rate| rate.convert(units, self.chosen.scale)),
                };
                if let Some(rate) = rate {
                    rates.0.entry((at, *start)).or_insert_with(|| rate.clone());
                }
                let mut add = |key: Key| {
                    let sum = out.entry((at, key)).or_insert(Some(0));
                    *sum = sum.zip(converted).map(|(a, b)| a + b);
                };
                add(key.clone());
                if !self.by_period() && self.chosen.shown.contains(&key.period) {
                    add(Key { period: 0, ..key.clone() });
                }
            }
        }
        Ok(out)
    }

    /// Rates between the dataset's currency and another, both ways.
    fn rates(&self, session: &mut Session<'_>, conversion: &Conversion) -> Result<Vec<Rate>, RunError> {
        let pair = |base: &str, quote: &str| {
            Predicate::all(vec![
                Predicate::text_eq("base_currency", base),
                Predicate::text_eq("quote_currency", quote),
                Predicate::text_eq("kind", conversion.kind),
            ])
        };
        let (own, other) = (self.chosen.currency.as_str(), conversion.currency.as_str());
        let select = Select {
            entity: &EXCHANGE_RATE,
            columns: vec![
                Column::Plain("base_currency", ColumnType::Text),
                Column::Plain("quote_currency", ColumnType::Text),
                Column::Plain("period_start", ColumnType::Int),
                Column::Plain("period_months", ColumnType::Int),
                Column::Plain("mantissa", ColumnType::Int),
                Column::Plain("exponent", ColumnType::Int),
                Column::Plain("source_id", ColumnType::Int),
            ],
            arms: vec![Arm { side: Side::Plain, predicate: Predicate::Or(vec![pair(own, other), pair(other, own)]) }],
            order: vec![order::Key::ascending("id")],
            backward: false,
            limit: None,
            parents: None,
        };
        let types = [
            ColumnType::Text,
            ColumnType::Text,
            ColumnType::Int,
            ColumnType::Int,
            ColumnType::Int,
            ColumnType::Int,
            ColumnType::Int,
        ];
        let name = format!("rates {own} {other} {}", conversion.kind);
        let rows = self.once(&name, session, |session| session.rows(select, &types))?;
        let sources = session.snapshot.table(&SOURCE);
        let source =
            |id: i64| sources.and_then(|table| table.value(id, "code").as_text()).unwrap_or_default().to_owned();
        Ok(rows.iter().filter_map(|row| Rate::read(row, own, source)).collect())
    }

    /// The rates that were used, as they are told.
    pub(super) fn told_rates(&self, rates: &Rates) -> Tree {
        let period = |(start, months): When| {
            let number = |n: i64| i32::try_from(n).unwrap_or(0);
            Tree::Text(Period { start: number(start), months: number(months) }.to_string())
        };
        let one = |((at, start), rate): (&(usize, i64), &Rate)| {
            let own = self.chosen.currency.clone();
            let conversion = self.conversions.get(*at)?;
            let (base, quote) = match rate.is_of_own {
                true => (own.clone(), conversion.currency.clone()),
                false => (conversion.currency.clone(), own.clone()),
            };
            Some(Tree::Object(vec![
                ("period", period((*start, self.chosen.stored))),
                ("from", Tree::Text(own)),
                ("to", Tree::Text(conversion.currency.clone())),
                ("rate", Tree::Text(format_published(rate.mantissa, rate.exponent))),
                ("base", Tree::Text(base)),
                ("quote", Tree::Text(quote)),
                ("kind", Tree::Text(conversion.kind.to_owned())),
                ("ratePeriod", period(rate.period)),
                ("source", Tree::Text(rate.source.clone())),
            ]))
        };
        Tree::List(rates.0.iter().filter_map(one).collect())
    }
}

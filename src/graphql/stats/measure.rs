//! The numbers of a group: how they are named in a selection and in arguments, and which periods they need.

use serde_json::{Map, Value as Json};

use super::{back, refused};
use crate::catalog::stats::{MEASURE, RATE, SHARE_AGAINST, SHARE_OF, UNIT_VALUE_PER};
use crate::domain::error_code::Reason;
use crate::domain::flow::code_of;
use crate::domain::period::Period;
use crate::graphql::errors::GraphError;
use crate::graphql::plan::Planned;

/// A period: its first month and its months.
pub(super) type When = (i64, i64);

/// A number of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// The value, where it is no false total; converted where there is a place in the list of conversions.
    Value(Option<usize>),
    /// Why there is no value.
    ValueReason(Option<usize>),
    /// The sum of what is listed.
    Listed(Option<usize>),
    /// Net weight.
    NetWeight,
    /// Quantity in its own unit.
    Quantity,
    /// Value for a kilogram, or for a unit of quantity where that is asked for.
    UnitValue {
        /// Of a unit of quantity.
        of_quantity: bool,
    },
    /// Figures.
    Count,
    /// Share of the value.
    Share {
        /// Of what.
        of: i64,
        /// Against what is reported, not the sum of the parts.
        against_reported: bool,
    },
    /// Growth on an earlier period.
    Growth(i64),
    /// Change on an earlier period.
    Change(i64),
    /// Mean growth a year from one period to another.
    Cagr(When, When),
    /// Value as a multiple of that of a base period.
    Index(When),
    /// Exports less imports.
    Balance,
    /// Place by value.
    Rank,
    /// Revealed comparative advantage.
    Rca,
    /// The figure beside that of the other side.
    MirrorGap,
    /// Concentration of the groups among which shares are counted.
    Hhi(i64),
    /// Events between the reporter and the partner, so many at most.
    Events(usize),
    /// Sum from a period on, the first that is shown where none is named.
    Cumulative(Option<When>),
    /// Mean of the last periods.
    MovingAverage(i64),
}

/// Into which currency amounts are converted, with which kind of rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Conversion {
    /// ISO 4217 code.
    pub(super) currency: String,
    /// The rate's kind: the word that is stored.
    pub(super) kind: &'static str,
}

/// Periods that a number needs beside those that are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// So many periods earlier.
    Back(i64),
    /// All of so many before each.
    Run(i64),
    /// This one.
    At(When),
    /// All from this one on, or from the first that is shown.
    Since(Option<When>),
}

/// Periods of a moving mean at most.
const MOST_OF_A_MEAN: i64 = 60;

/// Events of a row at most.
const MOST_EVENTS: usize = 200;

/// Fields of a row that are made for each selection of their arguments.
pub(super) const FIELDS: [&str; 20] = [
    "value",
    "valueReason",
    "sumOfListed",
    "netWeightKg",
    "quantity",
    "unitValue",
    "count",
    "share",
    "growth",
    "change",
    "cagr",
    "index",
    "balance",
    "rank",
    "rca",
    "mirrorGap",
    "hhi",
    "cumulative",
    "movingAverage",
    "events",
];

impl Measure {
    /// The number of a field of a row.
    pub(super) fn of_field(
        name: &str,
        arguments: &Map<String, Json>,
        conversions: &mut Vec<Conversion>,
    ) -> Planned<Self> {
        let conversion = match arguments.get("in").and_then(Json::as_str) {
            None => None,
            Some(currency) => Some(conversion(currency, arguments, conversions)?),
        };
        Ok(match name {
            "value" => Self::Value(conversion),
            "valueReason" => Self::ValueReason(conversion),
            "sumOfListed" => Self::Listed(conversion),
            "events" => {
                let first = arguments.get("first").and_then(Json::as_u64).and_then(|n| usize::try_from(n).ok());
                let first = first.filter(|n| (1..=MOST_EVENTS).contains(n));
                Self::Events(first.ok_or_else(|| {
                    refused("events.first", format!("expected a number of events from 1 to {MOST_EVENTS}"))
                })?)
            }
            _ => {
                let word = match name {
                    "netWeightKg" => "NET_WEIGHT",
                    "unitValue" => "UNIT_VALUE",
                    "mirrorGap" => "MIRROR_GAP",
                    "movingAverage" => "MOVING_AVERAGE",
                    _ => &name.to_ascii_uppercase(),
                };
                Self::named(word, arguments, name)?
            }
        })
    }

    /// The number that an argument names.
    pub(super) fn of_argument(json: &Json, at: &str) -> Planned<Self> {
        let word = super::word(json, "measure").unwrap_or("VALUE");
        code_of(MEASURE.values, word).ok_or_else(|| refused(at, "there is no such measure"))?;
        Self::named(word, json.as_object().unwrap_or(&Map::new()), at)
    }

    fn named(word: &str, arguments: &Map<String, Json>, at: &str) -> Planned<Self> {
        let given = |name: &str| arguments.get(name).filter(|json| !json.is_null());
        let code =
            |name: &str, values| given(name).and_then(Json::as_str).and_then(|w| code_of(values, w)).unwrap_or(0);
        let periods = |default: i64| match given("periods") {
            None => Ok(default),
            some => back(some, &format!("{at}.periods")),
        };
        let when = |name: &str| -> Planned<Option<When>> {
            let Some(text) = given(name).and_then(Json::as_str) else { return Ok(None) };
            let here = format!("{at}.{name}");
            let period: Period = text.parse().map_err(|e| {
                GraphError::new(Reason::InvalidPeriod, format!("{here}: `{text}`: {e}")).at(here.clone())
            })?;
            Ok(Some((i64::from(period.start), i64::from(period.months))))
        };
        let needed = |name: &str| when(name)?.ok_or_else(|| refused(&format!("{at}.{name}"), "expected a period"));
        Ok(match word {
            "NET_WEIGHT" => Self::NetWeight,
            "QUANTITY" => Self::Quantity,
            // In arguments `per` is something else.
            "UNIT_VALUE" => Self::UnitValue {
                of_quantity: ["per", "unitValuePer"].iter().any(|name| code(name, UNIT_VALUE_PER.values) == 1),
            },
            "COUNT" => Self::Count,
            "SHARE" => Self::Share {
                of: code("of", SHARE_OF.values),
                against_reported: code("against", SHARE_AGAINST.values) == 1,
            },
            "GROWTH" => Self::Growth(periods(1)?),
            "CHANGE" => Self::Change(periods(1)?),
            "CAGR" => {
                let (from, to) = (needed("from")?, needed("to")?);
                if from.1 != to.1 || from.0 >= to.0 {
                    return Err(refused(&format!("{at}.to"), "expected a later period of the same length as `from`"));
                }
                Self::Cagr(from, to)
            }
            "INDEX" => Self::Index(needed("base")?),
            "BALANCE" => Self::Balance,
            "RANK" => Self::Rank,
            "RCA" => Self::Rca,
            "MIRROR_GAP" => Self::MirrorGap,
            "HHI" => Self::Hhi(code("of", SHARE_OF.values)),
            "CUMULATIVE" => Self::Cumulative(when("since")?),
            "MOVING_AVERAGE" => match periods(3)? {
                n @ 2..=MOST_OF_A_MEAN => Self::MovingAverage(n),
                _ => {
                    let message = format!("a mean is of two to {MOST_OF_A_MEAN} periods");
                    return Err(refused(&format!("{at}.periods"), message));
                }
            },
            _ => Self::Value(None),
        })
    }

    /// Periods that it needs beside those that are shown.
    pub(super) fn reach(self) -> Vec<Reach> {
        match self {
            Self::Growth(periods) | Self::Change(periods) => vec![Reach::Back(periods)],
            Self::MovingAverage(periods) => vec![Reach::Run(periods - 1)],
            Self::Cagr(from, to) => vec![Reach::At(from), Reach::At(to)],
            Self::Index(base) => vec![Reach::At(base)],
            Self::Cumulative(since) => vec![Reach::Since(since)],
            _ => Vec::new(),
        }
    }

    /// Whether it is a number of one flow.
    pub(super) fn is_of_a_flow(self) -> bool {
        !matches!(self, Self::Balance | Self::Events(_))
    }

    /// Decimals of the units in which it is compared, where it is no ratio.
    pub(super) fn scale(self, money: u32) -> u32 {
        match self {
            Self::Count | Self::Rank => 0,
            Self::NetWeight | Self::Quantity => 3,
            _ => money,
        }
    }
}

/// Events that a row tells at most, 1 where it tells none: each row has its own.
pub(super) fn events_of_a_row(numbers: &[Measure]) -> usize {
    let events = numbers.iter().filter_map(|m| if let Measure::Events(first) = m { Some(*first) } else { None });
    events.max().unwrap_or(1)
}

fn conversion(currency: &str, arguments: &Map<String, Json>, conversions: &mut Vec<Conversion>) -> Planned<usize> {
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
        let shown: String = currency.chars().filter(|c| !c.is_control()).take(20).collect();
        return Err(refused("in", format!("`{shown}`: expected the ISO 4217 code of a currency, such as CNY")));
    }
    let kind = match arguments.get("rate").and_then(Json::as_str).and_then(|w| code_of(RATE.values, w)) {
        Some(1) => "END",
        _ => "AVERAGE",
    };
    let wanted = Conversion { currency: currency.to_owned(), kind };
    if let Some(at) = conversions.iter().position(|known| *known == wanted) {
        return Ok(at);
    }
    conversions.push(wanted);
    Ok(conversions.len() - 1)
}

//! `tradeStats`: sums of figures that cannot count anything twice. The request is read here; `stats/levels` chooses the level
//! of each hierarchy, `stats/read` reads the sums,
//! `stats/measures` compares groups, `stats/answer` orders and tells them.

mod answer;
mod beside;
mod convert;
mod levels;
mod measure;
mod measures;
mod nested;
mod profile;
mod rates;
mod read;
mod sides;
mod window;

use apollo_compiler::executable::{Field as Selected, SelectionSet};
use serde_json::Value as Json;

use super::errors::GraphError;
use super::groups::{self, Arguments, MOST_GROUPS, Paging, items, listed, refused, word};
use super::inputs::{Inputs, invalid, shown};
use super::plan::{Planned, Planner, ValueShape};
use super::query::RootArgument;
use crate::catalog::Entity;
use crate::catalog::dataset::DATASET;
use crate::catalog::nested::{Nested, Owner};
use crate::catalog::region::REGION;
use crate::catalog::sector::SECTOR;
use crate::catalog::stats::{DIMENSION, GAPS, PROFILE, WINDOW};
use crate::catalog::trade_figure::TRADE_FIGURE;
use crate::domain::decimal::{DecimalError, parse_exact};
use crate::domain::error_code::Reason;
use crate::domain::flow::{FREQUENCIES, REGION_LEVELS, code_of, name_of};
use crate::domain::fraction::Fraction;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::predicate::Predicate;
use levels::Chosen;
use measure::{Conversion, Measure};
use nested::Family;
pub use nested::StatsOf;
pub use profile::Profile;
pub use window::Window;

/// The root field.
pub const ROOT: &str = "tradeStats";
/// Numbers that groups are ordered by, or compared with, at most.
const MOST_NUMBERS: usize = 10;
/// Things grouped by at most.
const MOST_KEYS: usize = 5;
/// Columns of the three hierarchies.
const SIDES: [&str; 3] = ["reporter_id", "partner_id", "sector_id"];
const fn optional(name: &'static str, ty: &'static str, default: &'static str, doc: &'static str) -> RootArgument {
    RootArgument { name, ty, default: Some(default), doc }
}

const fn argument(name: &'static str, ty: &'static str, doc: &'static str) -> RootArgument {
    RootArgument { name, ty, default: None, doc }
}

static PERIODS: RootArgument = optional("periods", "Int!", "1", "How many periods earlier, of the same length.");

static OF: RootArgument = optional("of", "TradeStatsShareOf!", "PERIOD", "Of what.");
static IN: RootArgument = argument("in", "String", "ISO 4217 code of another currency: `CNY`.");
static AT_RATE: RootArgument =
    optional("rate", "TradeStatsRateKind!", "PERIOD_AVERAGE", "With which rate, where it is converted.");
static CONVERTED: &[&RootArgument] = &[&IN, &AT_RATE];

/// Arguments of fields of value objects.
pub static MEMBER_ARGUMENTS: &[(&str, &str, &[&RootArgument])] = &[
    ("TradeStatsRow", "value", CONVERTED),
    ("TradeStatsRow", "valueReason", CONVERTED),
    ("TradeStatsRow", "sumOfListed", CONVERTED),
    (
        "TradeStatsRow",
        "unitValue",
        &[&optional("per", "TradeStatsUnitValuePer!", "NET_WEIGHT", "By what the value is divided.")],
    ),
    ("TradeStatsRow", "growth", &[&PERIODS]),
    ("TradeStatsRow", "change", &[&PERIODS]),
    (
        "TradeStatsRow",
        "share",
        &[
            &OF,
            &optional(
                "against",
                "TradeStatsShareAgainst!",
                "PARTS",
                "Against the sum of the parts, or what is reported.",
            ),
        ],
    ),
    (
        "TradeStatsRow",
        "cagr",
        &[&argument("from", "Period!", "The earlier period."), &argument("to", "Period!", "The later period.")],
    ),
    ("TradeStatsRow", "index", &[&argument("base", "Period!", "The period whose value is 1.")]),
    ("TradeStatsRow", "hhi", &[&OF]),
    ("TradeStatsRow", "events", &[&optional("first", "Int!", "20", "How many at most, up to 200.")]),
    (
        "TradeStatsRow",
        "cumulative",
        &[&argument("since", "Period", "The first period that is added; the first that is shown when left out.")],
    ),
    (
        "TradeStatsRow",
        "movingAverage",
        &[&optional("periods", "Int!", "3", "How many periods, this one among them; at least 2.")],
    ),
];

static AS: [RootArgument; 1] = [optional("as", "TradeStatsSide!", "REPORTER", "On which side the region stands.")];

static OF_PROFILE: [RootArgument; 4] = [
    argument("period", "Period!", "The period: a year, quarter or month."),
    argument("dataset", "String", "Code of the dataset; may be left out where there is one."),
    optional("top", "Int!", "10", "Parts of a list: partners, sectors, advantages."),
    optional("digits", "Int!", "2", "Level of sectors."),
];
static OF_WINDOW: [RootArgument; 4] = [
    optional("before", "Int!", "3", "Periods before that of the event."),
    optional("after", "Int!", "2", "Periods after it."),
    optional("frequency", "Frequency!", "ANNUAL", "Length of the periods."),
    argument("dataset", "String", "Code of the dataset; may be left out where there is one."),
];

/// Arguments of a field of objects beside those of the root field.
pub fn nested_arguments(nested: &Nested) -> &'static [RootArgument] {
    match nested.name {
        ROOT if nested.owner == Owner::Region => &AS,
        PROFILE => &OF_PROFILE,
        WINDOW => &OF_WINDOW,
        _ => &[],
    }
}

/// What of the answer is selected.
#[derive(Debug, Clone, Copy, Default)]
struct Wants {
    /// What tells if a value is estimated.
    estimated: bool,
    /// The whole.
    whole: bool,
    /// What there is to know.
    warnings: bool,
    /// Who reported.
    coverage: bool,
    /// What was read.
    explain: bool,
    /// The places of rows.
    cursor: bool,
}

/// Something grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// One of the three hierarchies.
    Side(usize),
    /// The flow.
    Flow,
    /// The period.
    Period,
}

impl By {
    /// The word of it.
    fn word(self) -> &'static str {
        let code = match self {
            Self::Side(at) => i64::try_from(at).unwrap_or(0),
            Self::Flow => 3,
            Self::Period => 4,
        };
        name_of(DIMENSION.values, code).unwrap_or_default()
    }

    /// Which of the three hierarchies.
    fn side(self) -> Option<usize> {
        match self {
            Self::Side(at) => Some(at),
            Self::Flow | Self::Period => None,
        }
    }
}

/// A question whose figures are not chosen yet.
#[derive(Debug, Clone)]
struct Question {
    groups: Vec<Group>,
    filter: Filter,
    preferred: Vec<String>,
    having: Vec<Condition>,
    by: Vec<By>,
    measures: Vec<(Measure, &'static str)>,
    numbers: Vec<Measure>,
    conversions: Vec<Conversion>,
    order: Vec<(Measure, bool)>,
    top: Option<Top>,
    paging: Paging,
    with_gaps: bool,
    wants: Wants,
}

impl Question {
    /// What is asked, as far as levels are concerned, of one region or sector on a side.
    fn asked<'q>(&'q self, filter: &'q Filter, own: Option<(usize, i64)>) -> levels::Asked<'q> {
        let all = &self.numbers;
        levels::Asked {
            groups: &self.groups,
            filter,
            own,
            preferred: &self.preferred,
            reach: all.iter().flat_map(|measure| measure.reach()).collect(),
            balance: all.contains(&Measure::Balance),
            // Without another number of one flow the flow need not be said.
            only_balance: !self.wants.estimated
                && !self.wants.whole
                && !all.is_empty()
                && !all.iter().any(|m| m.is_of_a_flow()),
        }
    }

    /// The question with its figures: those of one region or sector on a side, where it is about that.
    fn choose(&self, snapshot: &Snapshot, own: Option<(usize, i64)>) -> Planned<Stats> {
        let mut filter = self.filter.clone();
        if let Some((side, id)) = own
            && let Some(ids) = filter.sides.get_mut(side)
        {
            *ids = Some(vec![id]);
        }
        let all = &self.numbers;
        let chosen = levels::choose(snapshot, &self.asked(&filter, own))?;
        if !chosen.is_absent {
            beside::check(&chosen, &self.by, all)?;
        }
        Ok(Stats {
            chosen,
            by: self.by.clone(),
            measures: self.measures.clone(),
            numbers: all.clone(),
            conversions: self.conversions.clone(),
            having: self.having.clone(),
            order: self.order.clone(),
            top: self.top.clone(),
            paging: self.paging.clone(),
            with_gaps: self.with_gaps,
            wants: self.wants,
            family: None,
        })
    }
}

/// A question, ready to be asked.
#[derive(Debug, Clone)]
pub struct Stats {
    /// Where its figures are.
    chosen: Chosen,
    /// What is grouped by, in order.
    by: Vec<By>,
    /// Computed numbers that are selected, and where they stand in a row.
    measures: Vec<(Measure, &'static str)>,
    /// All numbers that are told, ordered by or compared.
    numbers: Vec<Measure>,
    conversions: Vec<Conversion>,
    having: Vec<Condition>,
    order: Vec<(Measure, bool)>,
    top: Option<Top>,
    paging: Paging,
    with_gaps: bool,
    wants: Wants,
    /// With what it is read together.
    family: Option<Family>,
}

/// A condition on a number of a group.
#[derive(Debug, Clone)]
struct Condition {
    measure: Measure,
    least: Option<Fraction>,
    most: Option<Fraction>,
}

/// Only the first groups.
#[derive(Debug, Clone)]
struct Top {
    n: usize,
    /// Of each of these.
    per: Vec<By>,
    by: Measure,
    others: bool,
}

/// How many periods back.
fn back(json: Option<&Json>, at: &str) -> Planned<i64> {
    let periods = match json.filter(|j| !j.is_null()) {
        None => 1,
        Some(json) => json.as_i64().unwrap_or(0),
    };
    if (1..=600).contains(&periods) {
        Ok(periods)
    } else {
        Err(refused(at, "expected a number of periods from 1 to 600"))
    }
}

impl<'a> Planner<'a> {
    /// The question of the root field, and how its answer is written.
    pub(super) fn trade_stats(&self, field: &'a Selected, sets: &[&'a SelectionSet]) -> Planned<(Stats, ValueShape)> {
        let (question, shape) = self.stats_question(field, sets)?;
        Ok((question.choose(self.snapshot, None)?, shape))
    }

    /// A question whose figures are not chosen yet, and how its answer is written.
    fn stats_question(&self, field: &'a Selected, sets: &[&'a SelectionSet]) -> Planned<(Question, ValueShape)> {
        let mut asked = groups::Asked::new();
        let shape = self.stats_shape(sets, &mut asked)?;
        let arguments = self.reader.arguments(field);
        let inputs = self.inputs();
        let (mut measures, mut conversions) = (Vec::new(), Vec::new());
        for (name, slot, arguments) in &asked {
            measures.push((Measure::of_field(name, arguments, &mut conversions)?, *slot));
        }
        let is_row = |member: &str| matches!(member, "rows" | "others");
        let rows = || shape.members.iter().filter(|(_, m, _)| is_row(m)).filter_map(|(_, _, inner)| inner.as_ref());
        let of_rows = |name: &str| rows().flat_map(|rows| &rows.members).any(|(_, member, _)| *member == name);
        let has = |name: &str| shape.members.iter().any(|(_, member, _)| *member == name);
        let wants = Wants {
            estimated: of_rows("estimated"),
            whole: has("whole"),
            warnings: has("warnings"),
            coverage: has("coverage"),
            explain: has("explain"),
            cursor: of_rows("cursor"),
        };
        Ok((read(&inputs, self.datasets, &arguments, measures, conversions, wants)?, shape))
    }

    /// The shape of the answer; computed numbers get a slot each.
    fn stats_shape(&self, sets: &[&'a SelectionSet], asked: &mut groups::Asked) -> Planned<ValueShape> {
        let mut slot = |of: &'static str, name: &'static str, field: &'a Selected| -> Planned<&'static str> {
            if of != "TradeStatsRow" || !measure::FIELDS.contains(&name) {
                return Ok(name);
            }
            groups::slot(ROOT, asked, name, self.reader.arguments(field))
        };
        self.shape_with("TradeStats", sets, &mut slot)
    }
}

/// Reads the arguments.
fn read(
    inputs: &Inputs<'_>,
    preferred: &[String],
    arguments: &Arguments,
    measures: Vec<(Measure, &'static str)>,
    conversions: Vec<Conversion>,
    wants: Wants,
) -> Planned<Question> {
    let groups = grouped(arguments)?;
    let by: Vec<By> = groups.iter().map(|group| group.by).collect();
    let order = order(arguments)?;
    let top = top(arguments, &by)?;
    let mut all: Vec<Measure> = measures.iter().map(|(measure, _)| *measure).collect();
    all.extend(order.iter().map(|(measure, _)| *measure).chain(top.iter().map(|top| top.by)));
    let having_json = listed(arguments, "having");
    for (name, came) in [("orderBy", order.len()), ("having", having_json.len())] {
        if came > MOST_NUMBERS {
            let message = format!("{name}: {came} numbers, at most {MOST_NUMBERS} are compared");
            return Err(GraphError::new(Reason::ListTooLong, message).at(name));
        }
    }
    for json in having_json {
        all.push(Measure::of_argument(json, "having")?);
    }
    if by.contains(&By::Flow) && all.contains(&Measure::Balance) {
        return Err(refused("groupBy", "a balance is made of two flows; leave FLOW out, or balance"));
    }
    let filter = Filter::read(inputs, arguments)?;
    Ok(Question {
        groups,
        filter,
        preferred: preferred.to_vec(),
        having: having_json.iter().map(condition).collect::<Planned<_>>()?,
        by,
        measures,
        numbers: all,
        conversions,
        order,
        top,
        paging: Paging::read(ROOT, arguments)?,
        with_gaps: arguments.get("gaps").and_then(Json::as_str).and_then(|w| code_of(GAPS.values, w)) != Some(1),
        wants,
    })
}

/// Something grouped by, with its level.
#[derive(Debug, Clone)]
struct Group {
    by: By,
    /// Code of the level of regions.
    region_level: Option<i64>,
    sector_level: Option<i64>,
    classification: Option<String>,
    /// What has no weights is shared out equally.
    is_split_equally: bool,
    /// Codes of blocs.
    blocs: Option<Vec<String>>,
    /// Months of a period.
    months: Option<i64>,
}

fn grouped(arguments: &Arguments) -> Planned<Vec<Group>> {
    let mut out: Vec<Group> = Vec::new();
    let list = listed(arguments, "groupBy");
    if list.len() > MOST_KEYS {
        return Err(refused("groupBy", format!("{} things, there are only {MOST_KEYS}", list.len())));
    }
    for (at, json) in list.iter().enumerate() {
        let here = format!("groupBy.{at}");
        let by = by_of(word(json, "by").unwrap_or_default());
        if out.iter().any(|group| group.by == by) {
            return Err(refused(&here, "it is grouped by already"));
        }
        let group = Group {
            by,
            region_level: word(json, "level").and_then(|w| code_of(REGION_LEVELS, w)),
            sector_level: json.get("digits").and_then(Json::as_i64),
            classification: word(json, "classification").map(str::to_owned),
            is_split_equally: word(json, "split") == Some("EQUAL"),
            blocs: json
                .as_object()
                .filter(|group| group.get("blocs").is_some_and(|b| !b.is_null()))
                .map(|group| listed(group, "blocs").iter().filter_map(Json::as_str).map(str::to_owned).collect()),
            months: word(json, "frequency").and_then(|w| code_of(FREQUENCIES, w)),
        };
        let given = [
            ("level", group.region_level.is_some()),
            ("blocs", group.blocs.is_some()),
            ("digits", group.sector_level.is_some()),
            ("classification", group.classification.is_some()),
            ("split", group.is_split_equally),
            ("frequency", group.months.is_some()),
        ];
        let own: &[&str] = match by {
            By::Side(0 | 1) => &["level", "blocs"],
            By::Side(_) => &["digits", "classification", "split"],
            By::Flow => &[],
            By::Period => &["frequency"],
        };
        let stray = given.iter().find(|(name, is_given)| *is_given && !own.contains(name));
        if let Some((name, _)) = stray {
            return Err(refused(&format!("{here}.{name}"), "it is not for what is grouped by here"));
        }
        out.push(group);
    }
    Ok(out)
}

fn by_of(word: &str) -> By {
    match code_of(DIMENSION.values, word) {
        Some(3) => By::Flow,
        Some(4) => By::Period,
        Some(side) => By::Side(usize::try_from(side).unwrap_or(0)),
        None => By::Flow,
    }
}

fn order(arguments: &Arguments) -> Planned<Vec<(Measure, bool)>> {
    let one = |json: &Json| Ok((Measure::of_argument(json, "orderBy")?, word(json, "direction") != Some("ASC")));
    listed(arguments, "orderBy").iter().map(one).collect()
}

fn top(arguments: &Arguments, by: &[By]) -> Planned<Option<Top>> {
    let Some(json) = arguments.get("top").filter(|t| !t.is_null()) else { return Ok(None) };
    let n = json.get("n").and_then(Json::as_u64).and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
    let n = n.ok_or_else(|| refused("top.n", "expected a number of groups from 1"))?;
    let per: Vec<By> = items(json.get("per")).iter().filter_map(Json::as_str).map(by_of).collect();
    if let Some(stray) = per.iter().find(|p| !by.contains(p)) {
        return Err(refused("top.per", format!("{} is not grouped by", stray.word())));
    }
    let measure = Measure::of_argument(json, "top")?;
    if measure == Measure::Rank {
        return Err(refused("top.measure", "the first by rank are the first by value; say VALUE"));
    }
    let others = json.get("others").and_then(Json::as_bool).unwrap_or(false);
    Ok(Some(Top { n, per, by: measure, others }))
}

fn condition(json: &Json) -> Planned<Condition> {
    let measure = Measure::of_argument(json, "having")?;
    let mut out = Condition { measure, least: None, most: None };
    for (name, is_least) in [("gte", true), ("lte", false)] {
        let Some(json) = json.get(name).filter(|j| !j.is_null()) else { continue };
        let at = format!("having.{name}");
        let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
        let wrong = |e| GraphError::new(Reason::InvalidNumber, format!("{at}: `{}`: {e}", shown(json))).at(at.clone());
        let exact = parse_exact(&text).map_err(wrong)?;
        let bound = Fraction::decimal(exact.mantissa, exact.exponent).ok_or_else(|| wrong(DecimalError::TooLarge))?;
        *(if is_least { &mut out.least } else { &mut out.most }) = Some(bound);
    }
    if out.least.is_none() && out.most.is_none() {
        return Err(invalid("having", "a condition needs `gte` or `lte`"));
    }
    Ok(out)
}

/// What the filter leaves.
#[derive(Debug, Default, Clone)]
struct Filter {
    datasets: Option<Vec<i64>>,
    /// Regions, regions, sectors.
    sides: [Option<Vec<i64>>; 3],
    flow: Option<Predicate>,
    period: Option<Predicate>,
}

impl Filter {
    fn read(inputs: &Inputs<'_>, arguments: &Arguments) -> Planned<Self> {
        let mut out = Self::default();
        if let Some(code) = arguments.get("dataset").and_then(Json::as_str) {
            let id =
                super::lookup::code_of(inputs.snapshot, &DATASET, "dataset code", code).map_err(|e| e.at("dataset"))?;
            out.datasets = Some(vec![id]);
        }
        let Some(filter) = arguments.get("filter").filter(|f| !f.is_null()) else { return Ok(out) };
        super::inputs::check_size(filter, "filter", inputs.limits)?;
        let object = filter.as_object().filter(|o| !o.is_empty());
        let object = object.ok_or_else(|| invalid("filter", "an empty object says nothing; leave it out"))?;
        for (name, json) in object {
            let at = format!("filter.{name}");
            if json.is_null() {
                return Err(invalid(&at, "null says nothing; leave the condition out"));
            }
            let ids = |entity: &'static Entity| -> Planned<Vec<i64>> {
                let condition = inputs.filter(entity, json, &at)?;
                inputs.snapshot.matching(entity, &condition).ok_or_else(|| {
                    invalid(&at, "only conditions on codes, levels and places in the tree can be used here").hint(
                        format!("the list of {} finds codes by other conditions", entity.plural.unwrap_or_default()),
                    )
                })
            };
            match name.as_str() {
                "dataset" => {
                    let allowed = ids(&DATASET)?;
                    match &mut out.datasets {
                        Some(known) => known.retain(|id| allowed.contains(id)),
                        none => *none = Some(allowed),
                    }
                }
                "reporter" => out.sides[0] = Some(ids(&REGION)?),
                "partner" => out.sides[1] = Some(ids(&REGION)?),
                "sector" => out.sides[2] = Some(ids(&SECTOR)?),
                _ => {
                    let condition =
                        inputs.filter(&TRADE_FIGURE, &serde_json::json!({ name.as_str(): json }), "filter")?;
                    if name == "flow" { out.flow = Some(condition) } else { out.period = Some(condition) }
                }
            }
        }
        Ok(out)
    }
}

/// The word of a region's level.
fn level_word(level: i64) -> &'static str {
    name_of(REGION_LEVELS, level).unwrap_or("COUNTRY")
}

fn too_many(came: usize) -> GraphError {
    GraphError::new(Reason::TooManyGroups, format!("groupBy: {came} groups, at most {MOST_GROUPS} are given"))
        .at("groupBy")
        .hint("group by a coarser level (digits: 2, level: AREA), or filter")
}

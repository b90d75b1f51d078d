//! `participationStats`: how many took part in what, each counted once. The request is read here;
//! `participation_stats/read` reads participations and puts them into groups, `participation_stats/tally` counts,
//! `participation_stats/answer` orders groups and tells them. Asked of objects, `participation_stats/owners` says which are whose.
//!
//! Rows are counted here and not by the database: a party of several sectors is in several groups, so neither the whole
//! nor the rest beyond `top` is a sum of groups, and each would be another statement.

mod answer;
mod owners;
mod read;
mod tally;

use std::collections::HashMap;

use apollo_compiler::executable::{Field as Selected, SelectionSet};
use serde_json::Value as Json;

use super::connection::{List, Place, page_of};
use super::errors::GraphError;
use super::facets::{region_above, sectors_above};
use super::groups::{Arguments, Asked, MOST_GROUPS, Paging, items, listed, refused, slot, word};
use super::input_types::FixedInput;
use super::inputs::{Inputs, invalid, shown};
use super::plan::{Planned, Planner, ValueShape};
use super::query::RootArgument;
use crate::catalog::enums::{HEADCOUNT_UNIT, REGION_LEVEL};
use crate::catalog::event::PARTICIPATION;
use crate::catalog::nested::{Nested, Owner};
use crate::catalog::participation_stats::{COUNT, DIMENSION, MEASURE, words};
use crate::catalog::region::REGION;
use crate::domain::decimal::bounds_scaled;
use crate::domain::error_code::Reason;
use crate::domain::flow::code_of;
use crate::storage::snapshot::Snapshot;

/// The root field.
pub const ROOT: &str = "participationStats";
/// The type of a group.
const ROW: &str = "ParticipationStatsRow";
/// Years that there can be events of.
const YEARS: usize = 100;

static OF: RootArgument = count_argument("of", "Of what.");
static BY: RootArgument = count_argument("by", "By what, the largest first.");

const fn count_argument(name: &'static str, doc: &'static str) -> RootArgument {
    RootArgument { name, ty: "ParticipationStatsCount!", default: Some("PARTICIPATIONS"), doc }
}

/// Arguments of fields of value objects.
pub static MEMBER_ARGUMENTS: &[(&str, &str, &[&RootArgument])] = &[(ROW, "share", &[&OF]), (ROW, "rank", &[&BY])];

/// Something grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Region,
    Sector,
    Event,
    Year,
    /// One of a list of words: the number of the dimension.
    Words(i64),
}

/// A number of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// Events, parties, participations.
    Count(usize),
    /// Members of groups, by the place of the unit in its list.
    Headcount(usize),
}

/// A number that compares a group with all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    Share(usize),
    Rank(usize),
}

/// What of a group has to be counted.
#[derive(Debug, Clone, Copy, Default)]
struct Wants {
    /// Events, parties, participations.
    counts: [bool; 3],
    headcount: bool,
}

/// A question, ready to be asked.
#[derive(Debug)]
pub struct ParticipationStats {
    /// Which participations.
    list: List,
    /// What belongs to an object, where it is asked of objects.
    owner: Option<Owner>,
    /// What is grouped by, in order.
    by: Vec<By>,
    /// What stands above each region and each sector, where those are grouped by.
    above: HashMap<(bool, i64), i64>,
    compared: Vec<(Compared, &'static str)>,
    wants: Wants,
    having: Vec<Condition>,
    order: Vec<(Measure, bool)>,
    top: Option<Top>,
    paging: Paging,
    /// Rows that are read at most.
    most: u64,
    /// Objects of a kind in the answer at most.
    objects: usize,
}

/// A condition on a number of a group.
#[derive(Debug)]
struct Condition {
    measure: Measure,
    least: Option<i64>,
    most: Option<i64>,
}

/// Only the first groups.
#[derive(Debug)]
struct Top {
    n: usize,
    /// Of each of these.
    per: Vec<By>,
    by: Measure,
    others: bool,
}

impl By {
    fn of(word: &str) -> Self {
        match code_of(DIMENSION.values, word) {
            Some(0) => Self::Region,
            Some(1) => Self::Sector,
            Some(2) => Self::Event,
            Some(6) => Self::Year,
            number => Self::Words(number.unwrap_or(4)),
        }
    }

    /// Name of its key in a row.
    fn member(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Sector => "sector",
            Self::Event => "event",
            Self::Year => "year",
            Self::Words(3) => "eventKind",
            Self::Words(5) => "status",
            Self::Words(7) => "partyKind",
            Self::Words(_) => "role",
        }
    }
}

impl<'a> Planner<'a> {
    /// The question of the root field or of objects, and how its answer is written.
    pub(super) fn participation_stats(
        &self,
        nested: Option<&'static Nested>,
        field: &'a Selected,
        sets: &[&'a SelectionSet],
    ) -> Planned<(ParticipationStats, ValueShape)> {
        let mut asked = Asked::new();
        let mut place = |of: &'static str, name: &'static str, field: &'a Selected| match name {
            "share" | "rank" if of == ROW => slot(ROOT, &mut asked, name, self.reader.arguments(field)),
            _ => Ok(name),
        };
        let shape = self.shape_with("ParticipationStats", sets, &mut place)?;
        let compared: Vec<(Compared, &'static str)> = asked
            .iter()
            .map(|(name, slot, arguments)| match *name {
                "share" => (Compared::Share(count_of(arguments.get("of"))), *slot),
                _ => (Compared::Rank(count_of(arguments.get("by"))), *slot),
            })
            .collect();
        let stats = read(&self.inputs(), nested, &self.reader.arguments(field), compared, selected(&shape))?;
        Ok((stats, shape))
    }
}

impl Planner<'_> {
    /// The whole of what belongs to objects, all of it counted.
    pub(super) fn participation_of(&self, nested: &'static Nested) -> Planned<ParticipationStats> {
        let wants = Wants { counts: [true; 3], headcount: true };
        read(&self.inputs(), Some(nested), &Arguments::new(), Vec::new(), wants)
    }
}

/// What is selected of groups and of the whole.
fn selected(shape: &ValueShape) -> Wants {
    let mut wants = Wants::default();
    let inner = shape.members.iter().filter_map(|(_, _, inner)| inner.as_ref());
    for (_, member, _) in inner.flat_map(|rows| &rows.members) {
        match *member {
            "events" => wants.counts[0] = true,
            "parties" => wants.counts[1] = true,
            "participations" => wants.counts[2] = true,
            "headcount" | "uncounted" => wants.headcount = true,
            _ => {}
        }
    }
    wants
}

fn count_of(json: Option<&Json>) -> usize {
    let number = json.and_then(Json::as_str).and_then(|word| code_of(COUNT.values, word));
    number.and_then(|n| usize::try_from(n).ok()).unwrap_or(2)
}

impl Wants {
    fn add(&mut self, measure: Measure) {
        match measure {
            Measure::Count(at) => self.counts.get_mut(at).into_iter().for_each(|wanted| *wanted = true),
            Measure::Headcount(_) => self.headcount = true,
        }
    }
}

/// Reads the arguments.
fn read(
    inputs: &Inputs<'_>,
    nested: Option<&'static Nested>,
    arguments: &Arguments,
    compared: Vec<(Compared, &'static str)>,
    selected: Wants,
) -> Planned<ParticipationStats> {
    let filter = arguments.get("filter").cloned().unwrap_or(Json::Null);
    let filter = Arguments::from_iter([("filter".to_owned(), filter)]);
    let list = page_of(inputs, &PARTICIPATION, Place { name: ROOT, link: None }, &filter)?;
    let mut above = HashMap::new();
    let (by, objects) = groups(inputs.snapshot, arguments, &mut above)?;
    let having: Vec<Condition> = listed(arguments, "having").iter().map(condition).collect::<Planned<_>>()?;
    let one = |json: &Json| Ok((measure_of(json, "orderBy")?, word(json, "direction") != Some("ASC")));
    let order: Vec<(Measure, bool)> = listed(arguments, "orderBy").iter().map(one).collect::<Planned<_>>()?;
    let top = top(arguments, &by)?;
    let mut wants = selected;
    let measures = having.iter().map(|c| c.measure).chain(order.iter().map(|(measure, _)| *measure));
    measures.chain(top.iter().map(|top| top.by)).for_each(|measure| wants.add(measure));
    for (compared, _) in &compared {
        let (Compared::Share(at) | Compared::Rank(at)) = compared;
        wants.add(Measure::Count(*at));
    }
    let name = nested.map_or_else(|| ROOT.to_owned(), |nested| format!("{}.{ROOT}", nested.of.name));
    let paging = Paging::read(&name, arguments)?;
    let owner = nested.map(|nested| nested.owner);
    // Without parts there are no more of the first groups than `n`.
    let most = top.as_ref().filter(|top| top.per.is_empty()).map_or(MOST_GROUPS, |top| top.n);
    let objects = objects.min(paging.first).min(most);
    let most = inputs.limits.participations;
    Ok(ParticipationStats { list, owner, by, above, compared, wants, having, order, top, paging, most, objects })
}

/// What is grouped by, and how many objects of a kind there are in that at most.
fn groups(
    snapshot: &Snapshot,
    arguments: &Arguments,
    above: &mut HashMap<(bool, i64), i64>,
) -> Planned<(Vec<By>, usize)> {
    let mut out: Vec<By> = Vec::new();
    let mut objects = 1;
    let list = listed(arguments, "groupBy");
    let most = DIMENSION.values.len();
    if list.len() > most {
        return Err(refused("groupBy", format!("{} things, there are only {most}", list.len())));
    }
    for (at, json) in list.iter().enumerate() {
        let here = format!("groupBy.{at}");
        let by = By::of(word(json, "by").unwrap_or_default());
        if out.contains(&by) {
            return Err(refused(&here, "it is grouped by already"));
        }
        let allowed: &[&str] = match by {
            By::Region => &["level"],
            By::Sector => &["classification", "digits"],
            _ => &[],
        };
        let is_stray = |name: &&str| !allowed.contains(name) && json.get(*name).is_some_and(|j| !j.is_null());
        if let Some(name) = ["level", "classification", "digits"].iter().find(|name| is_stray(name)) {
            return Err(refused(&format!("{here}.{name}"), "it is not for what is grouped by here"));
        }
        let pairs = match by {
            By::Region => regions(snapshot, word(json, "level").unwrap_or("COUNTRY"))?,
            By::Sector => sectors_above(snapshot, json, &|argument| match argument {
                "level" => format!("{here}.digits"),
                other => format!("{here}.{other}"),
            })?,
            _ => Vec::new(),
        };
        objects = objects.max(match by {
            By::Region | By::Sector => {
                let mut all: Vec<i64> = pairs.iter().map(|(_, above)| *above).collect();
                all.sort_unstable();
                all.dedup();
                all.len()
            }
            By::Event => MOST_GROUPS,
            By::Year => YEARS,
            By::Words(number) => words(number).map_or(1, |words| words.values.len()),
        });
        above.extend(pairs.into_iter().map(|(id, above)| ((by == By::Sector, id), above)));
        out.push(by);
    }
    Ok((out, objects))
}

/// Every region with the one of a level at or above it.
fn regions(snapshot: &Snapshot, level: &str) -> Planned<Vec<(i64, i64)>> {
    code_of(REGION_LEVEL.values, level).ok_or_else(|| refused("groupBy", "there is no such level"))?;
    let Some(table) = snapshot.table(&REGION) else { return Ok(Vec::new()) };
    let ids = table.rows.iter().filter_map(|row| row.int(0));
    Ok(ids.filter_map(|id| Some((id, region_above(table, id, level)?))).collect())
}

fn measure_of(json: &Json, at: &str) -> Planned<Measure> {
    let measure = word(json, "measure").unwrap_or("PARTICIPATIONS");
    let number = code_of(MEASURE.values, measure).and_then(|n| usize::try_from(n).ok());
    let number = number.ok_or_else(|| refused(at, "there is no such measure"))?;
    let unit = word(json, "unit");
    if number < COUNT.values.len() {
        return match unit {
            None => Ok(Measure::Count(number)),
            Some(_) => Err(refused(&format!("{at}.unit"), format!("`{measure}` has no unit; leave it out"))),
        };
    }
    let units = || HEADCOUNT_UNIT.values.iter().map(|(word, _, _)| *word);
    let found = unit.and_then(|unit| units().position(|word| word == unit));
    found.map(Measure::Headcount).ok_or_else(|| {
        refused(&format!("{at}.unit"), "headcounts of different units are never added together")
            .hint(format!("say which is meant: {}", units().collect::<Vec<_>>().join(", ")))
    })
}

fn condition(json: &Json) -> Planned<Condition> {
    let measure = measure_of(json, "having")?;
    let bounds = |name: &str| {
        let Some(json) = json.get(name).filter(|j| !j.is_null()) else { return Ok(None) };
        let at = format!("having.{name}");
        let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
        let wrong = |e| GraphError::new(Reason::InvalidNumber, format!("{at}: `{}`: {e}", shown(json))).at(at.clone());
        bounds_scaled(&text, 0).map(Some).map_err(wrong)
    };
    let (least, most) = (bounds("gte")?, bounds("lte")?);
    if least.is_none() && most.is_none() {
        return Err(invalid("having", "a condition needs `gte` or `lte`"));
    }
    // Of a number between two whole ones the upper is the least that reaches it, the lower the most that does not exceed it.
    Ok(Condition { measure, least: least.map(|(_, above)| above), most: most.map(|(below, _)| below) })
}

fn top(arguments: &Arguments, by: &[By]) -> Planned<Option<Top>> {
    let Some(json) = arguments.get("top").filter(|t| !t.is_null()) else { return Ok(None) };
    let n = json.get("n").and_then(Json::as_u64).and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
    let n = n.ok_or_else(|| refused("top.n", "expected a number of groups from 1"))?;
    let mut per = Vec::new();
    for word in items(json.get("per")).iter().filter_map(Json::as_str) {
        let one = By::of(word);
        if !by.contains(&one) {
            return Err(refused("top.per", format!("`{word}` is not grouped by")));
        }
        per.push(one);
    }
    let others = json.get("others").and_then(Json::as_bool).unwrap_or(false);
    Ok(Some(Top { n, per, by: measure_of(json, "top")?, others }))
}

fn too_many(came: &dyn std::fmt::Display) -> GraphError {
    GraphError::new(Reason::TooManyGroups, format!("groupBy: {came} groups, at most {MOST_GROUPS} are given"))
        .at("groupBy")
        .hint("group by less or by a coarser level, or filter: {event: …}, {role: …}")
}

/// The word of a dimension's value.
fn word_of(dimension: i64, place: i64) -> Option<&'static str> {
    let words = words(dimension)?;
    words.values.get(usize::try_from(place).ok()?).map(|(word, _, _)| *word)
}

/// Input objects of the question.
pub fn inputs() -> Vec<FixedInput> {
    let text = |name: &str, ty: &str, doc: &str| (name.to_owned(), ty.to_owned(), doc.to_owned());
    let measured = |more: Vec<(String, String, String)>| {
        let mut members = vec![
            text("measure", "ParticipationStatsMeasure!", "Which number."),
            text(
                "unit",
                "HeadcountUnit",
                "For HEADCOUNT: of what; the published numbers are compared, whatever their bounds.",
            ),
        ];
        members.extend(more);
        members
    };
    let input = |name: &str, doc: &str, members| (name.to_owned(), doc.to_owned(), members);
    vec![
        input(
            "ParticipationStatsGroup",
            "Something that participations are grouped by.",
            vec![
                text("by", "ParticipationStatsDimension!", "What."),
                text(
                    "level",
                    "RegionLevel",
                    "For REGION: the level of regions, COUNTRY when left out. A participant of a region above the level, or of a bloc, is in the group of the unknown ones.",
                ),
                text(
                    "classification",
                    "String",
                    "For SECTOR: code of the classification, `TEAROAD` when left out. A participant without a sector of it is in the group of the unknown ones.",
                ),
                text(
                    "digits",
                    "Int",
                    "For SECTOR: the level in the classification, of HS 2, 4 or 6 digits; the coarsest when left out.",
                ),
            ],
        ),
        input(
            "ParticipationStatsCondition",
            "A condition on a number of a group; one that is not known does not meet it.",
            measured(vec![text("gte", "Decimal", "At least."), text("lte", "Decimal", "At most.")]),
        ),
        input(
            "ParticipationStatsOrder",
            "A number to order groups by; what is not known comes last.",
            measured(vec![text("direction", "Direction", "DESC when left out.")]),
        ),
        input(
            "ParticipationStatsTop",
            "Only the first groups, or the first of each of `per`.",
            measured(vec![
                text("n", "Int!", "How many."),
                text("per", "[ParticipationStatsDimension!]", "Of each of these, which have to be grouped by."),
                text("others", "Boolean", "Tell all others as one row in `others`."),
            ]),
        ),
    ]
}

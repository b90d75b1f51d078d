//! Trade between the places of an event, before and after it. An association in time is all that it shows.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::executable::{Field as Selected, SelectionSet};
use chrono::Datelike as _;
use serde_json::{Value as Json, json};

use super::answer::{flow_word, text, warning};
use super::measure::Measure;
use super::measures::{Groups, Key};
use super::nested::Answer;
use super::rates::Rates;
use super::{Question, Stats, Wants, read, refused, word};
use crate::catalog::dataset::DATASET;
use crate::catalog::region::REGION;
use crate::catalog::sector::SECTOR;
use crate::domain::flow::{FREQUENCIES, Flow, code_of};
use crate::graphql::computed::Tree;
use crate::graphql::errors::RunError;
use crate::graphql::execute::Session;
use crate::graphql::groups::Arguments;
use crate::graphql::plan::{Planned, Planner, ValueShape};
use crate::storage::bulk::Statement;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::operand::Operand;
use crate::storage::sql::predicate::{Op, Predicate};
use crate::storage::value::{ColumnType, Value};

/// Periods on a side of the event at most.
const MOST: u64 = 60;
/// The level of chapters.
const CHAPTERS: i64 = 2;
/// Levels of places, the finest first.
const FINEST_FIRST: [i64; 3] = [4, 3, 2];
/// What is to be known of all of it.
const NOTE: &str =
    "What is seen before and after an event is associated with it in time; nothing here says that it had an effect.";

/// What of the trade around events is read.
#[derive(Debug)]
pub struct Window {
    question: Question,
    before: i64,
    after: i64,
    months: i64,
}

/// What is known of an event.
#[derive(Default)]
struct Event {
    /// First month of the period in which it begins.
    start: i64,
    places: BTreeSet<i64>,
    /// Codes of the chapters that its sectors correspond to.
    chapters: BTreeSet<String>,
    has_sectors: bool,
}

impl<'a> Planner<'a> {
    /// The trade around events, and how it is written.
    pub(in crate::graphql) fn trade_window(
        &self,
        field: &'a Selected,
        sets: &[&'a SelectionSet],
    ) -> Planned<(Window, ValueShape)> {
        let shape = self.shape_with("TradeWindow", sets, &mut |_, name, _| Ok(name))?;
        let arguments = self.reader.arguments(field);
        let number = |name: &str| {
            let n = arguments.get(name).and_then(Json::as_u64).filter(|n| *n <= MOST);
            n.and_then(|n| i64::try_from(n).ok())
                .ok_or_else(|| refused(name, format!("expected a number of periods from 0 to {MOST}")))
        };
        let (before, after) = (number("before")?, number("after")?);
        let json = Json::Object(arguments.clone());
        let frequency = word(&json, "frequency").unwrap_or("ANNUAL");
        let mut all = Arguments::new();
        if let Some(dataset) = arguments.get("dataset").filter(|code| !code.is_null()) {
            all.insert("dataset".to_owned(), dataset.clone());
        }
        all.insert("filter".to_owned(), json!({ "flow": { "in": ["EXPORT", "IMPORT"] } }));
        let groups = json!([{ "by": "REPORTER" }, { "by": "PARTNER" }, { "by": "FLOW" }, { "by": "PERIOD", "frequency": frequency }]);
        all.insert("groupBy".to_owned(), groups);
        let wants = Wants { warnings: true, ..Wants::default() };
        let value = vec![(Measure::Value(None), "value")];
        let question = read(&self.inputs(), self.datasets, &all, value, Vec::new(), wants)?;
        let months = code_of(FREQUENCIES, frequency).unwrap_or(12);
        Ok((Window { question, before, after, months }, shape))
    }
}

impl Window {
    /// Objects of a kind that an answer holds at most.
    pub(in crate::graphql) fn objects(&self) -> u64 {
        // Pairs of a handful of places, both ways, each with two statements: as dear as a page of rows.
        200
    }

    /// The trade around events, in their order.
    pub(in crate::graphql) fn ask_of(&self, session: &mut Session<'_>, ids: &[i64]) -> Result<Vec<Answer>, RunError> {
        let mut events = self.events(session, ids)?;
        let mut out = Vec::with_capacity(ids.len());
        for id in ids {
            let event = events.remove(id).unwrap_or_default();
            out.push(self.ask(session, &event)?);
        }
        Ok(out)
    }

    /// When and where events are, and what they are about: three statements, however many there are.
    fn events(&self, session: &mut Session<'_>, ids: &[i64]) -> Result<BTreeMap<i64, Event>, RunError> {
        let of = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut out: BTreeMap<i64, Event> = BTreeMap::new();
        let days = Statement(format!("SELECT id, starts_on FROM events WHERE id IN ({of})"));
        for row in session.rows(days, &[ColumnType::Int, ColumnType::Date])? {
            if let (Some(id), Value::Date(day)) = (row.int(0), row.get(1)) {
                let month = i64::from(day.year()) * 12 + i64::from(day.month0());
                out.entry(id).or_default().start = month - month.rem_euclid(self.months);
            }
        }
        let places = Statement(format!("SELECT event_id, region_id FROM event_regions WHERE event_id IN ({of})"));
        for row in session.rows(places, &[])? {
            if let (Some(event), Some(place)) = (row.int(0), row.int(1)) {
                out.entry(event).or_default().places.insert(place);
            }
        }
        let sectors = Statement(format!(
            "SELECT e.event_id, CASE WHEN c.family = 'HS' THEN t.code END FROM event_sectors e LEFT JOIN correspondences x ON x.from_sector_id = e.sector_id LEFT JOIN sectors t ON t.id = x.to_sector_id LEFT JOIN classifications c ON c.id = t.classification_id WHERE e.event_id IN ({of})"
        ));
        for row in session.rows(sectors, &[])? {
            let Some(event) = row.int(0).and_then(|id| out.get_mut(&id)) else { continue };
            event.has_sectors = true;
            event.chapters.extend(row.text(1).and_then(|code| code.get(..2)).map(str::to_owned));
        }
        Ok(out)
    }

    fn ask(&self, session: &mut Session<'_>, event: &Event) -> Result<Answer, RunError> {
        let snapshot = session.snapshot;
        let (stats, chapters) = match self.choose(snapshot, event) {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let context = stats.context(session)?;
        let groups = stats.read(session, &context, &mut Rates::default())?;
        Ok(Ok(self.told(snapshot, &stats, &groups, event, &chapters)))
    }

    /// The question of an event: between its places at the finest levels that the dataset has of both sides.
    fn choose(&self, snapshot: &Snapshot, event: &Event) -> Planned<(Stats, Vec<i64>)> {
        let mut question = self.question.clone();
        let first = event.start - self.before * self.months;
        let end = event.start + (self.after + 1) * self.months;
        question.filter.period = Some(Predicate::all(vec![
            Predicate::Compare(Operand::Column("period_start"), Op::Ge, Value::Int(first)),
            Predicate::Compare(Operand::PeriodEnd, Op::Le, Value::Int(end)),
        ]));
        let mut failed = None;
        for reporters in FINEST_FIRST {
            for partners in FINEST_FIRST {
                let of = |level: i64| -> BTreeSet<i64> {
                    let nodes = snapshot.regions();
                    let at = |id: &i64| nodes.climbed(*id).find(|above| nodes.level(*above).1 == level);
                    event.places.iter().filter_map(at).collect()
                };
                let (own, other) = (of(reporters), of(partners));
                if !own.iter().any(|own| other.iter().any(|other| are_apart(snapshot, *own, *other))) {
                    continue;
                }
                question.filter.sides[0] = Some(own.into_iter().collect());
                question.filter.sides[1] = Some(other.into_iter().collect());
                match self.with_chapters(snapshot, &question, event) {
                    Ok(found) => return Ok(found),
                    Err(error) => failed = Some(error),
                }
            }
        }
        Err(failed.unwrap_or_else(|| refused("regions", "the event has no two places that trade with one another")))
    }

    /// The question with the chapters of the event, or with all goods where the dataset has no chapters.
    fn with_chapters(&self, snapshot: &Snapshot, question: &Question, event: &Event) -> Planned<(Stats, Vec<i64>)> {
        let nodes = snapshot.sectors();
        let table = snapshot.table(&SECTOR);
        let mut question = question.clone();
        if !event.chapters.is_empty() {
            let is_chapter = |id: &i64| nodes.level(*id).1 == CHAPTERS;
            let with_code = event.chapters.iter().flat_map(|code| table.iter().flat_map(move |t| t.with_code(code)));
            let ids: Vec<i64> = with_code.filter_map(|row| row.int(0)).filter(is_chapter).collect();
            question.filter.sides[2] = Some(ids);
            if let Ok(stats) = question.choose(snapshot, None) {
                let chapters = stats.chosen.sides[2].ids.clone().unwrap_or_default();
                return Ok((stats, chapters));
            }
            question.filter.sides[2] = None;
        }
        Ok((question.choose(snapshot, None)?, Vec::new()))
    }

    fn told(&self, snapshot: &Snapshot, stats: &Stats, groups: &Groups, event: &Event, chapters: &[i64]) -> Tree {
        let [own, other, _] = &stats.chosen.sides;
        let code = |id: &i64| {
            let table = snapshot.table(&REGION);
            table.and_then(|table| table.value(*id, "code").as_text()).unwrap_or_default().to_owned()
        };
        let by_code = |ids: &Option<Vec<i64>>| -> Vec<i64> {
            let mut ids = ids.clone().unwrap_or_default();
            ids.sort_by_key(code);
            ids
        };
        let mut series = Vec::new();
        for reporter in by_code(&own.ids) {
            for partner in by_code(&other.ids).into_iter().filter(|other| are_apart(snapshot, reporter, *other)) {
                for flow in [Flow::Export.code(), Flow::Import.code()] {
                    let key = |offset: i64| {
                        let period = event.start + offset * self.months;
                        Key { sides: vec![reporter, partner], flow, period }
                    };
                    let point = |offset: i64| {
                        let key = key(offset);
                        Tree::Object(vec![
                            ("offset", Tree::Int(offset)),
                            ("period", stats.period(key.period)),
                            ("value", groups.told(&key, Measure::Value(None))),
                            ("valueReason", groups.told(&key, Measure::ValueReason(None))),
                            ("sumOfListed", groups.told(&key, Measure::Listed(None))),
                        ])
                    };
                    let mean = |offsets: &mut dyn Iterator<Item = i64>| {
                        let keys: Vec<Key> = offsets.map(key).collect();
                        groups.mean(&keys)
                    };
                    series.push(Tree::Object(vec![
                        ("reporter", Tree::Node(REGION.name, reporter)),
                        ("partner", Tree::Node(REGION.name, partner)),
                        ("flow", flow_word(flow)),
                        ("points", Tree::List((-self.before..=self.after).map(point).collect())),
                        ("meanBefore", mean(&mut (-self.before..0))),
                        ("meanAfter", mean(&mut (1..=self.after))),
                    ]));
                }
            }
        }
        let mut warnings = Vec::new();
        if chapters.is_empty() {
            warnings.push(match event.has_sectors {
                true => warning(
                    "ALL_GOODS",
                    "the dataset has no chapters of the event's sectors here: all goods are summed",
                ),
                false => warning("ALL_GOODS", "the event is of no sector: all goods are summed"),
            });
        }
        if groups.cells.is_empty() {
            warnings.push(warning("NO_DATA", "the dataset has no figure between these places in these periods"));
        }
        if groups.cells.values().any(|cell| cell.is_listed) {
            warnings.push(warning("PARTIAL_COVERAGE", "some sums are of what is listed, which may not be all"));
        }
        Tree::Object(vec![
            ("dataset", Tree::Node(DATASET.name, stats.chosen.dataset)),
            ("period", stats.period(event.start)),
            ("sectors", Tree::List(chapters.iter().map(|id| Tree::Node(SECTOR.name, *id)).collect())),
            ("series", Tree::List(series)),
            ("note", text(NOTE)),
            ("warnings", Tree::List(warnings)),
        ])
    }
}

/// Whether neither of two places lies in the other.
fn are_apart(snapshot: &Snapshot, a: i64, b: i64) -> bool {
    let lies_in = |inner: i64, outer: i64| snapshot.regions().climbed(inner).any(|above| above == outer);
    !lies_in(a, b) && !lies_in(b, a)
}

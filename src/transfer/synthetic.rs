//! Invented companies, events, participations and agreements in any number, to see how the graph behaves at size. They
//! say so in slug, name and source, come from a generator of numbers of its own, and are the same in every database.
//!
//! They go into a database that holds nothing but the reference lists and the demo, as one revision.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::TransferError;
use super::pack::shipped::Loaded;
use super::table::{Names, Table};
use crate::domain::fold::fold;
use crate::storage::bulk::{self, Fixed};
use crate::storage::conn::Conn;
use crate::storage::revision::{self, Change};
use crate::storage::terms;
use crate::storage::value::Value;

/// How much is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Companies.
    pub companies: u64,
    /// Events; there are as many agreements.
    pub events: u64,
    /// Participations, nine of ten by a company, the others by a counted group.
    pub participations: u64,
}

impl Counts {
    /// The usual proportion: 50,000 companies, 5,000 events, 500,000 participations for each unit.
    pub fn of_scale(scale: u32) -> Self {
        let scale = u64::from(scale);
        Self { companies: 50_000 * scale, events: 5_000 * scale, participations: 500_000 * scale }
    }
}

/// `kind` of the revision.
const KIND: &str = "SYNTHETIC";
/// Code of their source.
const SOURCE: &str = "synthetic";
/// Start of the sequence of numbers.
const SEED: u64 = 20_240_805;
/// Rows that are held before they are written.
const HELD: usize = 20_000;
/// Days from the first day an event may begin, 2015-01-01, to the last, 2026-12-31.
const DAYS: u64 = 4_383;

const EVENT_KINDS: [&str; 5] = ["FAIR", "CONFERENCE", "EXCHANGE", "DELEGATION", "VISIT"];
const FORMATS: [&str; 3] = ["IN_PERSON", "HYBRID", "ONLINE"];
const ROLES: [&str; 5] = ["PARTICIPANT", "EXHIBITOR", "BUYER", "SPEAKER", "ORGANISER"];
const AGREEMENT_KINDS: [&str; 4] = ["CONTRACT", "MEMORANDUM", "FRAMEWORK", "PRELIMINARY"];

type Loading<T> = Result<T, TransferError>;

/// Loads synthetic data; a database that has just these already is not changed.
pub fn load(conn: &mut Conn, counts: Counts) -> Loading<Loaded> {
    let loaded = conn.write(|conn| {
        revision::lock(conn)?;
        let summary = serde_json::json!({
            "companies": counts.companies, "events": counts.events, "participations": counts.participations,
        });
        if let Some(revision) = present(conn, &summary)? {
            return Ok(Loaded { revision });
        }
        let source = source(conn)?;
        let mut maker = Maker { numbers: Numbers(SEED), world: World::read(conn)?, source, changes: Vec::new() };
        maker.inserted("Source", SOURCE);
        maker.companies(conn, counts.companies)?;
        maker.events(conn, counts.events)?;
        maker.participations(conn, counts.participations)?;
        maker.agreements(conn, counts.events)?;
        let revision = revision::finish(conn, KIND, Some(source), &summary, &maker.changes)?;
        Ok::<_, TransferError>(Loaded { revision })
    })?;
    bulk::refresh_statistics(conn)?;
    Ok(loaded)
}

/// The revision that brought the same data; an error when there are any others but the reference lists and the demo.
fn present(conn: &mut Conn, summary: &serde_json::Value) -> Loading<Option<i64>> {
    let others = Fixed(
        "SELECT kind, revision, summary FROM revisions WHERE kind NOT IN ('REFERENCE', 'DEMO') ORDER BY revision",
    );
    let rows = conn.rows(others, &[])?;
    match rows.as_slice() {
        [] => Ok(None),
        [only] if only.text(0) == Some(KIND) && only.text(2) == Some(summary.to_string().as_str()) => Ok(only.int(1)),
        _ => Err(TransferError::Usage(
            "synthetic data go into a new database only, and this one has other data than the demo's; name another with --database-url, or leave --scale out".to_owned(),
        )),
    }
}

fn source(conn: &mut Conn) -> Loading<i64> {
    let id = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM sources"))? + 1;
    let mut table = Table::new("sources", &["id", "code", "kind", "publisher", "title", "note"]);
    table.rows.push(vec![
        Value::Int(id),
        text(SOURCE),
        text("STATED"),
        text("Tea Road"),
        text("Synthetic data: no real company, event or agreement"),
        text("Made by a generator, to measure with. Nothing in it says anything about the world."),
    ]);
    table.save(conn)?;
    Ok(id)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// A sequence of numbers that is the same everywhere (SplitMix64, Steele, Lea and Flood 2014).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// The same, small ones far more often: a few have much, most have little.
    fn mostly_small(&mut self, end: u64) -> u64 {
        let most = self.below(end) + 1;
        let half = self.below(most) + 1;
        self.below(half)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> Loading<T> {
        let at = self.below(number(list.len()));
        of(list, at)
    }

    /// The first of a list more often than the last.
    fn pick_skewed<T: Copy>(&mut self, list: &[T]) -> Loading<T> {
        let most = self.below(number(list.len())) + 1;
        let at = self.below(most);
        of(list, at)
    }
}

fn number(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn of<T: Copy>(list: &[T], at: u64) -> Loading<T> {
    let found = usize::try_from(at).ok().and_then(|at| list.get(at));
    found.copied().ok_or_else(|| TransferError::Shipped("the reference lists are not what they were".to_owned()))
}

/// Ids of the shipped rows that synthetic ones refer to.
struct World {
    /// Cities of Shandong.
    shandong: Vec<i64>,
    /// Federal subjects of Russia.
    russia: Vec<i64>,
    /// Other provinces of China.
    china: Vec<i64>,
    /// Everything else from country down.
    elsewhere: Vec<i64>,
    /// Industries.
    industries: Vec<i64>,
}

/// A place, and the language that its companies also have a name in.
type Place = (i64, &'static str);

impl World {
    fn read(conn: &mut Conn) -> Loading<Self> {
        let mut world = Self {
            shandong: Vec::new(),
            russia: Vec::new(),
            china: Vec::new(),
            elsewhere: Vec::new(),
            industries: Vec::new(),
        };
        let places = Fixed(
            "SELECT id, code, path FROM regions WHERE kind = 'PLACE' AND level IN ('COUNTRY', 'PROVINCE', 'CITY') ORDER BY id",
        );
        for row in conn.rows(places, &[])? {
            let (Some(id), Some(code), Some(path)) = (row.int(0), row.text(1), row.text(2)) else { continue };
            let list = match code {
                "CN" | "CN-SD" | "RU" => continue,
                _ if path.contains("/CN-SD/") => &mut world.shandong,
                _ if path.contains("/RU/") => &mut world.russia,
                _ if path.contains("/CN/") => &mut world.china,
                _ => &mut world.elsewhere,
            };
            list.push(id);
        }
        let industries = Fixed(
            "SELECT s.id FROM sectors s JOIN classifications c ON c.id = s.classification_id WHERE c.code = 'TEAROAD' ORDER BY s.id",
        );
        world.industries = conn.rows(industries, &[])?.iter().filter_map(|row| row.int(0)).collect();
        Ok(world)
    }

    /// Three of ten in Shandong, a quarter in Russia, one of ten elsewhere in China.
    fn place(&self, numbers: &mut Numbers) -> Loading<Place> {
        Ok(match numbers.below(100) {
            0..30 => (numbers.pick_skewed(&self.shandong)?, "zh"),
            30..55 => (numbers.pick_skewed(&self.russia)?, "ru"),
            55..65 => (numbers.pick(&self.china)?, "zh"),
            _ => (numbers.pick(&self.elsewhere)?, "en"),
        })
    }

    /// One to three industries.
    fn industries(&self, numbers: &mut Numbers) -> Loading<BTreeSet<i64>> {
        (0..=numbers.below(3)).map(|_| numbers.pick(&self.industries)).collect()
    }
}

/// What is being made.
struct Maker {
    numbers: Numbers,
    world: World,
    source: i64,
    changes: Vec<Change>,
}

/// Ids of the rows of one kind: they follow each other.
#[derive(Clone, Copy)]
struct Ids {
    first: i64,
    count: u64,
}

impl Ids {
    fn following(conn: &mut Conn, largest: Fixed, count: u64) -> Loading<Self> {
        Ok(Self { first: revision::largest_id(conn, largest)? + 1, count })
    }

    fn at(self, position: u64) -> i64 {
        self.first.saturating_add(i64::try_from(position).unwrap_or(i64::MAX))
    }

    fn each(self) -> impl Iterator<Item = (u64, i64)> {
        (0..self.count).map(move |position| (position + 1, self.at(position)))
    }
}

const MAX_PARTY: Fixed = Fixed("SELECT MAX(id) FROM parties");
const MAX_EVENT: Fixed = Fixed("SELECT MAX(id) FROM events");

/// Writes the rows of tables in their order, when the first has many; with names also the search terms of its rows.
fn save_when_many(conn: &mut Conn, tables: &mut [&mut Table], names: Option<&mut Names>, at_end: bool) -> Loading<()> {
    if !at_end && tables.first().is_none_or(|table| table.rows.len() < HELD) {
        return Ok(());
    }
    let named = tables.first().map(|table| {
        let ids = table.rows.iter().filter_map(|row| row.first().and_then(Value::as_int)).collect::<Vec<i64>>();
        (table.name, ids)
    });
    for table in tables {
        table.save(conn)?;
        table.rows.clear();
    }
    if let (Some(names), Some((table, ids))) = (names, named) {
        names.save(conn)?;
        *names = Names::new();
        terms::add(conn, table, &ids)?;
    }
    Ok(())
}

impl Maker {
    fn inserted(&mut self, entity: &'static str, slug: &str) {
        self.changes.push(Change {
            entity,
            key: slug.to_owned(),
            action: "INSERT",
            inserted: 1,
            updated: 0,
            deleted: 0,
            replaced: false,
        });
    }

    fn companies(&mut self, conn: &mut Conn, count: u64) -> Loading<()> {
        let mut table = Table::new(
            "parties",
            &["id", "slug", "kind", "region_id", "founded_on", "founded_precision", "sort_name", "source_id"],
        );
        let mut sectors = Table::new("party_sectors", &["party_id", "sector_id"]);
        let mut names = Names::new();
        for (n, id) in Ids::following(conn, MAX_PARTY, count)?.each() {
            let slug = format!("synthetic-company-{n:06}");
            let name = format!("Synthetic company {n:06}");
            let (region, language) = self.world.place(&mut self.numbers)?;
            let year = 1950 + i32::try_from(self.numbers.below(75)).unwrap_or(0);
            let founded = NaiveDate::from_ymd_opt(year, 1, 1).filter(|_| self.numbers.chance(60));
            table.rows.push(vec![
                Value::Int(id),
                text(&slug),
                text("COMPANY"),
                Value::Int(region),
                founded.map_or(Value::Null, Value::Date),
                founded.map_or(Value::Null, |_| text("YEAR")),
                Value::Text(fold(&name)),
                Value::Int(self.source),
            ]);
            let chinese = if language == "zh" { format!("合成公司{n:06}") } else { String::new() };
            let russian = if language == "ru" {
                format!("Синтетическая компания {n:06}")
            } else {
                String::new()
            };
            names.add("PARTY", id, [&name, &chinese, &russian]);
            for sector in self.world.industries(&mut self.numbers)? {
                sectors.rows.push(vec![Value::Int(id), Value::Int(sector)]);
            }
            self.inserted("Company", &slug);
            save_when_many(conn, &mut [&mut table, &mut sectors], Some(&mut names), false)?;
        }
        save_when_many(conn, &mut [&mut table, &mut sectors], Some(&mut names), true)
    }

    fn events(&mut self, conn: &mut Conn, count: u64) -> Loading<()> {
        let mut table = Table::new(
            "events",
            &[
                "id",
                "slug",
                "kind",
                "format",
                "starts_on",
                "ends_on",
                "date_precision",
                "region_id",
                "series",
                "sort_name",
                "source_id",
            ],
        );
        let mut regions = Table::new("event_regions", &["event_id", "region_id", "role"]);
        let mut sectors = Table::new("event_sectors", &["event_id", "sector_id"]);
        let mut names = Names::new();
        for (n, id) in Ids::following(conn, MAX_EVENT, count)?.each() {
            let slug = format!("synthetic-event-{n:06}");
            let name = format!("Synthetic event {n:06}");
            let starts_on = self.day();
            let ends_on = later(starts_on, self.numbers.below(5));
            let (host, _) = self.world.place(&mut self.numbers)?;
            let series = self.numbers.chance(30).then(|| format!("Synthetic series {:02}", self.numbers.below(40) + 1));
            table.rows.push(vec![
                Value::Int(id),
                text(&slug),
                text(self.numbers.pick(&EVENT_KINDS)?),
                text(self.numbers.pick_skewed(&FORMATS)?),
                Value::Date(starts_on),
                Value::Date(ends_on),
                text("DAY"),
                Value::Int(host),
                Value::text(series),
                Value::Text(fold(&name)),
                Value::Int(self.source),
            ]);
            names.add("EVENT", id, [&name, "", ""]);
            let mut roles = BTreeSet::from([(host, "HOST")]);
            for _ in 0..=self.numbers.below(3) {
                roles.insert((self.world.place(&mut self.numbers)?.0, "GUEST"));
            }
            if self.numbers.chance(20) {
                roles.insert((self.world.place(&mut self.numbers)?.0, "SUBJECT"));
            }
            regions
                .rows
                .extend(roles.into_iter().map(|(region, role)| vec![Value::Int(id), Value::Int(region), text(role)]));
            for sector in self.world.industries(&mut self.numbers)? {
                sectors.rows.push(vec![Value::Int(id), Value::Int(sector)]);
            }
            self.inserted("Event", &slug);
            save_when_many(conn, &mut [&mut table, &mut regions, &mut sectors], Some(&mut names), false)?;
        }
        save_when_many(conn, &mut [&mut table, &mut regions, &mut sectors], Some(&mut names), true)
    }

    fn day(&mut self) -> NaiveDate {
        later(NaiveDate::from_ymd_opt(2015, 1, 1).unwrap_or_default(), self.numbers.below(DAYS))
    }

    fn participations(&mut self, conn: &mut Conn, count: u64) -> Loading<()> {
        let mut table = Table::new(
            "participations",
            &[
                "id",
                "slug",
                "event_id",
                "party_id",
                "region_id",
                "role",
                "status",
                "label",
                "headcount",
                "headcount_unit",
                "headcount_bound",
                "includes_named",
                "source_id",
            ],
        );
        let mut sectors = Table::new("participation_sectors", &["participation_id", "sector_id"]);
        let (companies, events) = (self.made(conn, "Company", MAX_PARTY)?, self.made(conn, "Event", MAX_EVENT)?);
        for (n, id) in Ids::following(conn, Fixed("SELECT MAX(id) FROM participations"), count)?.each() {
            let slug = format!("synthetic-participation-{n:07}");
            let event = events.at(self.numbers.mostly_small(events.count));
            let mut row = vec![Value::Int(id), text(&slug), Value::Int(event)];
            if n % 10 == 0 {
                let (region, _) = self.world.place(&mut self.numbers)?;
                let headcount = i64::try_from(self.numbers.mostly_small(300) + 1).unwrap_or(1);
                row.extend([
                    Value::Null,
                    Value::Int(region),
                    text("PARTICIPANT"),
                    text("CONFIRMED"),
                    text("Synthetic group"),
                    Value::Int(headcount),
                    text(if self.numbers.chance(70) { "COMPANIES" } else { "PEOPLE" }),
                    text(if self.numbers.chance(70) { "EXACT" } else { "MORE_THAN" }),
                ]);
            } else {
                let party = companies.at(self.numbers.below(companies.count));
                let status = if self.numbers.chance(95) { "CONFIRMED" } else { "CANCELLED" };
                row.extend([Value::Int(party), Value::Null, text(self.numbers.pick_skewed(&ROLES)?), text(status)]);
                row.extend(std::iter::repeat_n(Value::Null, 4));
            }
            row.extend([Value::Bool(false), Value::Int(self.source)]);
            table.rows.push(row);
            if self.numbers.chance(30) {
                sectors.rows.push(vec![Value::Int(id), Value::Int(self.numbers.pick(&self.world.industries)?)]);
            }
            self.inserted("Participation", &slug);
            save_when_many(conn, &mut [&mut table, &mut sectors], None, false)?;
        }
        save_when_many(conn, &mut [&mut table, &mut sectors], None, true)
    }

    /// The ids of what was made before: the last ones of their table.
    fn made(&self, conn: &mut Conn, entity: &str, largest: Fixed) -> Loading<Ids> {
        let count = number(self.changes.iter().filter(|change| change.entity == entity).count());
        let last = revision::largest_id(conn, largest)?;
        Ok(Ids { first: last.saturating_sub(i64::try_from(count).unwrap_or(0)) + 1, count })
    }

    fn agreements(&mut self, conn: &mut Conn, count: u64) -> Loading<()> {
        let mut table = Table::new(
            "agreements",
            &["id", "slug", "kind", "signed_on", "date_precision", "event_id", "sort_name", "source_id"],
        );
        let mut signatories = Table::new("agreement_parties", &["agreement_id", "party_id"]);
        let mut sectors = Table::new("agreement_sectors", &["agreement_id", "sector_id"]);
        let mut names = Names::new();
        let (companies, events) = (self.made(conn, "Company", MAX_PARTY)?, self.made(conn, "Event", MAX_EVENT)?);
        for (n, id) in Ids::following(conn, Fixed("SELECT MAX(id) FROM agreements"), count)?.each() {
            let slug = format!("synthetic-agreement-{n:06}");
            let name = format!("Synthetic agreement {n:06}");
            let day = self.numbers.chance(90).then(|| self.day());
            table.rows.push(vec![
                Value::Int(id),
                text(&slug),
                text(self.numbers.pick(&AGREEMENT_KINDS)?),
                day.map_or(Value::Null, Value::Date),
                day.map_or(Value::Null, |_| text("DAY")),
                Value::Int(events.at(self.numbers.mostly_small(events.count))),
                Value::Text(fold(&name)),
                Value::Int(self.source),
            ]);
            names.add("AGREEMENT", id, [&name, "", ""]);
            let parties: BTreeSet<i64> =
                (0..2).map(|_| companies.at(self.numbers.mostly_small(companies.count))).collect();
            signatories.rows.extend(parties.into_iter().map(|party| vec![Value::Int(id), Value::Int(party)]));
            for sector in self.world.industries(&mut self.numbers)? {
                sectors.rows.push(vec![Value::Int(id), Value::Int(sector)]);
            }
            self.inserted("Agreement", &slug);
            save_when_many(conn, &mut [&mut table, &mut signatories, &mut sectors], Some(&mut names), false)?;
        }
        save_when_many(conn, &mut [&mut table, &mut signatories, &mut sectors], Some(&mut names), true)
    }
}

fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

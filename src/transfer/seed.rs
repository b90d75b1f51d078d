//! The data that Tea Road ships: reference lists and the demo, as CSV with natural keys inside the program. Ids are
//! given in file order from 1, so that both databases hold the same rows.

use std::collections::HashMap;

use crate::domain::decimal::parse_scaled;
use crate::domain::flow::{self, Code, code_of};
use crate::domain::fold::fold;
use crate::domain::period::Period;
use crate::storage::bulk::{self, Fixed};
use crate::storage::conn::Conn;
use crate::storage::revision::{self, Change};
use crate::storage::terms;
use crate::storage::value::Value;

use super::TransferError;

/// What a load wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// The revision that brought the data.
    pub revision: i64,
}

macro_rules! files {
    ($($name:ident = $path:literal;)*) => { $(const $name: (&str, &str) = ($path, include_str!(concat!("../../data/", $path)));)* };
}

files! {
    SOURCES = "reference/sources.csv";
    CURRENCIES = "reference/currencies.csv";
    REGIONS = "reference/regions.csv";
    REGION_CODES = "reference/region_codes.csv";
    REGION_MEMBERS = "reference/region_members.csv";
    CLASSIFICATIONS = "reference/classifications.csv";
    CHAPTERS = "reference/hs_chapters.csv";
    INDUSTRIES = "reference/industries.csv";
    CORRESPONDENCES = "reference/correspondences.csv";
    DEMO_SOURCES = "demo/sources.csv";
    REGION_UPDATES = "demo/region_updates.csv";
    FACTS = "demo/facts.csv";
    PARTIES = "demo/parties.csv";
    EVENTS = "demo/events.csv";
    EVENT_REGIONS = "demo/event_regions.csv";
    EVENT_SECTORS = "demo/event_sectors.csv";
    PARTICIPATIONS = "demo/participations.csv";
    AGREEMENTS = "demo/agreements.csv";
    AGREEMENT_PARTIES = "demo/agreement_parties.csv";
    AGREEMENT_SECTORS = "demo/agreement_sectors.csv";
    DATASETS = "demo/datasets.csv";
    COVERAGE = "demo/coverage.csv";
    FIGURES = "demo/figures.csv";
    PUBLISHED = "demo/published_values.csv";
}

/// Languages of the names columns.
const LANGUAGES: [&str; 3] = ["en", "zh", "ru"];

type Loading<T> = Result<T, TransferError>;

/// A line of a shipped file.
struct Line<'a> {
    file: &'static str,
    number: u64,
    header: &'a csv::StringRecord,
    record: csv::StringRecord,
}

fn lines(file: (&'static str, &'static str), mut each: impl FnMut(&Line<'_>) -> Loading<()>) -> Loading<()> {
    let mut reader = csv::Reader::from_reader(file.1.as_bytes());
    let broken = |e: csv::Error| TransferError::Shipped(format!("{}: {e}", file.0));
    let header = reader.headers().map_err(broken)?.clone();
    for record in reader.into_records() {
        let record = record.map_err(broken)?;
        let number = record.position().map_or(0, csv::Position::line);
        each(&Line { file: file.0, number, header: &header, record })?;
    }
    Ok(())
}

impl Line<'_> {
    fn get(&self, column: &str) -> Loading<&str> {
        let at = self.header.iter().position(|h| h == column);
        at.and_then(|at| self.record.get(at))
            .ok_or_else(|| TransferError::Shipped(format!("{}: there is no column `{column}`", self.file)))
    }

    fn wrong(&self, column: &str, wanted: &str) -> TransferError {
        let value = self.get(column).unwrap_or_default();
        TransferError::Shipped(format!(
            "{}, line {}: `{column}` is `{value}`, expected {wanted}",
            self.file, self.number
        ))
    }

    fn text(&self, column: &str) -> Loading<Value> {
        let text = self.get(column)?;
        Ok(if text.is_empty() { Value::Null } else { Value::Text(text.to_owned()) })
    }

    fn int(&self, column: &str) -> Loading<Value> {
        let text = self.get(column)?;
        if text.is_empty() {
            return Ok(Value::Null);
        }
        text.parse().map(Value::Int).map_err(|_| self.wrong(column, "a whole number"))
    }

    fn date(&self, column: &str) -> Loading<Value> {
        let text = self.get(column)?;
        if text.is_empty() {
            return Ok(Value::Null);
        }
        text.parse().map(Value::Date).map_err(|_| self.wrong(column, "a date"))
    }

    fn code(&self, column: &str, list: &[Code]) -> Loading<i64> {
        code_of(list, self.get(column)?).ok_or_else(|| self.wrong(column, "a word of the list"))
    }

    fn period(&self) -> Loading<Period> {
        self.get("period")?.parse().map_err(|_| self.wrong("period", "a period"))
    }
}

/// Natural keys to ids, of everything a file may refer to.
#[derive(Default)]
struct Ids {
    known: HashMap<(&'static str, String), i64>,
}

impl Ids {
    fn find(&self, kind: &'static str, key: &str) -> Option<i64> {
        self.known.get(&(kind, key.to_owned())).copied()
    }

    fn add(&mut self, kind: &'static str, key: &str, id: i64) {
        self.known.insert((kind, key.to_owned()), id);
    }

    /// The id that a column refers to; an empty cell is unknown.
    fn optional(&self, line: &Line<'_>, column: &str, kind: &'static str) -> Loading<Value> {
        if line.get(column)?.is_empty() {
            return Ok(Value::Null);
        }
        self.required(line, column, kind).map(Value::Int)
    }

    fn required(&self, line: &Line<'_>, column: &str, kind: &'static str) -> Loading<i64> {
        self.find(kind, line.get(column)?).ok_or_else(|| line.wrong(column, &format!("a known {kind}")))
    }

    fn sector(&self, line: &Line<'_>, classification: &str, column: &str) -> Loading<i64> {
        let key = format!("{classification}/{}", line.get(column)?);
        self.find("sector", &key).ok_or_else(|| line.wrong(column, &format!("a code of {classification}")))
    }
}

/// Rows for one table.
pub(super) struct Table {
    pub(super) name: &'static str,
    columns: &'static [&'static str],
    pub(super) rows: Vec<Vec<Value>>,
}

impl Table {
    pub(super) fn new(name: &'static str, columns: &'static [&'static str]) -> Self {
        Self { name, columns, rows: Vec::new() }
    }

    pub(super) fn save(&self, conn: &mut Conn) -> Loading<()> {
        bulk::insert(conn, self.name, self.columns, &[], &self.rows)?;
        Ok(())
    }
}

/// Names of subjects.
pub(super) struct Names {
    names: Table,
}

impl Names {
    pub(super) fn new() -> Self {
        Self { names: Table::new("names", &["subject_kind", "subject_id", "language", "ordinal", "text", "folded"]) }
    }

    pub(super) fn add(&mut self, kind: &str, id: i64, texts: [&str; 3]) {
        for (language, text) in LANGUAGES.iter().zip(texts).filter(|(_, text)| !text.is_empty()) {
            self.names.rows.push(vec![
                Value::Text(kind.to_owned()),
                Value::Int(id),
                Value::Text((*language).to_owned()),
                Value::Int(0),
                Value::Text(text.to_owned()),
                Value::Text(fold(text)),
            ]);
        }
    }

    fn add_line(&mut self, kind: &str, id: i64, line: &Line<'_>) -> Loading<()> {
        self.add(kind, id, [line.get("en")?, line.get("zh")?, line.get("ru")?]);
        Ok(())
    }

    pub(super) fn save(&self, conn: &mut Conn) -> Loading<()> {
        self.names.save(conn)
    }
}

/// What a load adds up: ids, changes.
#[derive(Default)]
struct Load {
    ids: Ids,
    changes: Vec<Change>,
    /// Rows that are searched for, by table.
    found: Vec<(&'static str, Vec<i64>)>,
}

impl Load {
    /// Notes rows that are searched for.
    fn found(&mut self, table: &Table) {
        let ids = table.rows.iter().filter_map(|row| row.first().and_then(Value::as_int)).collect();
        self.found.push((table.name, ids));
    }

    /// Makes the search terms of what was noted; to be called when names and codes are there.
    fn save_terms(&self, conn: &mut Conn) -> Loading<()> {
        for (table, ids) in &self.found {
            terms::add(conn, table, ids)?;
        }
        Ok(())
    }

    /// Something below an object is new: the object is changed unless it is new itself. Its type is the first unless it
    /// is known to be another.
    fn touched(&mut self, types: &[&'static str], key: &str) {
        let is_known = self.changes.iter().any(|c| types.contains(&c.entity) && c.key == key);
        let Some(entity) = types.first().filter(|_| !is_known) else { return };
        self.updated(entity, key);
    }

    fn updated(&mut self, entity: &'static str, key: &str) {
        self.changes.push(Change {
            entity,
            key: key.to_owned(),
            action: "UPDATE",
            inserted: 0,
            updated: 1,
            deleted: 0,
            replaced: false,
        });
    }

    fn inserted(&mut self, entity: &'static str, key: &str) {
        self.changes.push(Change {
            entity,
            key: key.to_owned(),
            action: "INSERT",
            inserted: 1,
            updated: 0,
            deleted: 0,
            replaced: false,
        });
    }
}

/// The folded name by which rows are ordered: English, else the key.
fn sort_name(line: &Line<'_>, key: &str) -> Loading<Value> {
    let name = line.get("en")?;
    Ok(Value::Text(fold(if name.is_empty() { key } else { name })))
}

/// Whether nothing was ever loaded but the reference lists.
pub fn is_empty(conn: &mut Conn) -> Loading<bool> {
    Ok(conn.rows(Fixed("SELECT revision FROM revisions WHERE kind <> 'REFERENCE' LIMIT 1"), &[])?.is_empty())
}

/// Loads the reference lists into a database that does not have them; else changes nothing.
pub fn load_reference(conn: &mut Conn) -> Loading<()> {
    conn.write(|conn| {
        revision::lock(conn)?;
        if !conn.rows(Fixed("SELECT revision FROM revisions WHERE kind = 'REFERENCE' LIMIT 1"), &[])?.is_empty() {
            return Ok(());
        }
        let mut load = Load::default();
        sources(conn, &mut load, SOURCES)?;
        currencies(conn)?;
        regions(conn, &mut load)?;
        sectors(conn, &mut load)?;
        load.save_terms(conn)?;
        let summary = serde_json::json!({ "rows": load.changes.len() });
        revision::finish(conn, "REFERENCE", None, &summary, &load.changes)?;
        Ok(())
    })
}

fn sources(conn: &mut Conn, load: &mut Load, file: (&'static str, &'static str)) -> Loading<()> {
    let mut id = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM sources"))?;
    let mut table = Table::new(
        "sources",
        &["id", "code", "kind", "publisher", "title", "url", "published_on", "date_precision", "licence", "note"],
    );
    lines(file, |line| {
        id += 1;
        let code = line.get("code")?;
        load.ids.add("source", code, id);
        load.inserted("Source", code);
        let mut row = vec![Value::Int(id)];
        for column in ["code", "kind", "publisher", "title", "url"] {
            row.push(line.text(column)?);
        }
        row.push(line.date("published_on")?);
        for column in ["date_precision", "licence", "note"] {
            row.push(line.text(column)?);
        }
        table.rows.push(row);
        Ok(())
    })?;
    table.save(conn)
}

fn currencies(conn: &mut Conn) -> Loading<()> {
    let mut table = Table::new("currencies", &["code", "numeric_code", "minor_units", "name"]);
    lines(CURRENCIES, |line| {
        table.rows.push(vec![line.text("code")?, line.text("numeric")?, line.int("minor_units")?, line.text("name")?]);
        Ok(())
    })?;
    table.save(conn)
}

fn regions(conn: &mut Conn, load: &mut Load) -> Loading<()> {
    let mut table = Table::new(
        "regions",
        &["id", "code", "kind", "level", "parent_id", "path", "sort_name", "valid_from", "valid_to", "source_id"],
    );
    let mut names = Names::new();
    let mut paths: HashMap<String, String> = HashMap::new();
    let mut id = 0;
    lines(REGIONS, |line| {
        id += 1;
        let code = line.get("code")?;
        let is_group = line.get("kind")? == "GROUP";
        // A bloc is no part of the tree: `within` the world must not meet its members twice.
        let parent = if is_group { "" } else { line.get("parent")? };
        let above = match parent {
            "" => "/",
            parent => paths.get(parent).ok_or_else(|| line.wrong("parent", "a region above it in the file"))?,
        };
        let path = format!("{above}{code}/");
        let parent_id = if is_group { Value::Null } else { load.ids.optional(line, "parent", "region")? };
        table.rows.push(vec![
            Value::Int(id),
            line.text("code")?,
            line.text("kind")?,
            line.text("level")?,
            parent_id,
            Value::Text(path.clone()),
            sort_name(line, code)?,
            line.int("valid_from")?,
            line.int("valid_to")?,
            load.ids.optional(line, "source", "source")?,
        ]);
        names.add_line("REGION", id, line)?;
        paths.insert(code.to_owned(), path);
        load.ids.add("region", code, id);
        load.inserted("Region", code);
        Ok(())
    })?;
    table.save(conn)?;
    load.found(&table);
    names.save(conn)?;
    let mut codes = Table::new("region_codes", &["scheme", "code", "region_id", "valid_from", "valid_to"]);
    lines(REGION_CODES, |line| {
        let region = load.ids.required(line, "region", "region")?;
        codes.rows.push(vec![
            line.text("scheme")?,
            line.text("code")?,
            Value::Int(region),
            line.int("valid_from")?,
            line.int("valid_to")?,
        ]);
        Ok(())
    })?;
    codes.save(conn)?;
    let mut members = Table::new("region_members", &["group_id", "region_id", "since", "until"]);
    lines(REGION_MEMBERS, |line| {
        let group = load.ids.required(line, "group", "region")?;
        let member = load.ids.required(line, "member", "region")?;
        members.rows.push(vec![Value::Int(group), Value::Int(member), line.date("since")?, line.date("until")?]);
        Ok(())
    })?;
    members.save(conn)
}

/// A node of a classification to write.
struct Node<'a> {
    classification: (&'a str, i64),
    code: &'a str,
    level: i64,
    parent: Option<i64>,
    path: String,
}

/// Sectors on their way to the table.
struct Sectors {
    table: Table,
    names: Names,
    next: i64,
}

impl Sectors {
    fn add(&mut self, load: &mut Load, node: Node<'_>, line: &Line<'_>) -> Loading<i64> {
        self.next += 1;
        let id = self.next;
        let (classification, classification_id) = node.classification;
        self.table.rows.push(vec![
            Value::Int(id),
            Value::Int(classification_id),
            Value::Text(node.code.to_owned()),
            Value::Int(node.level),
            Value::int(node.parent),
            Value::Text(node.path),
            sort_name(line, node.code)?,
        ]);
        self.names.add_line("SECTOR", id, line)?;
        let key = format!("{classification}/{}", node.code);
        load.inserted("Sector", &key);
        load.ids.add("sector", &key, id);
        Ok(id)
    }
}

fn sectors(conn: &mut Conn, load: &mut Load) -> Loading<()> {
    let mut classifications =
        Table::new("classifications", &["id", "code", "family", "edition", "title", "publisher", "source_id"]);
    let mut editions: Vec<(String, i64)> = Vec::new();
    lines(CLASSIFICATIONS, |line| {
        let id = i64::try_from(classifications.rows.len()).unwrap_or(0) + 1;
        let code = line.get("code")?;
        if !line.get("edition")?.is_empty() {
            editions.push((code.to_owned(), id));
        }
        load.ids.add("classification", code, id);
        load.inserted("Classification", code);
        let mut row = vec![Value::Int(id)];
        for column in ["code", "family", "edition", "title", "publisher"] {
            row.push(line.text(column)?);
        }
        row.push(load.ids.optional(line, "source", "source")?);
        classifications.rows.push(row);
        Ok(())
    })?;
    classifications.save(conn)?;
    let mut sectors = Sectors {
        table: Table::new("sectors", &["id", "classification_id", "code", "level", "parent_id", "path", "sort_name"]),
        names: Names::new(),
        next: 0,
    };
    let id_of = |load: &Load, code: &str| {
        load.ids
            .find("classification", code)
            .ok_or_else(|| TransferError::Shipped(format!("{} lacks `{code}`", CLASSIFICATIONS.0)))
    };
    let family = id_of(load, "HS")?;
    let own = id_of(load, "TEAROAD")?;
    lines(CHAPTERS, |line| {
        let code = line.get("code")?;
        let level = line.int("level")?.as_int().unwrap_or(0);
        if level == 0 {
            let node = Node { classification: ("HS", family), code, level, parent: None, path: "/TOTAL/".to_owned() };
            sectors.add(load, node, line)?;
            return Ok(());
        }
        // The same sections and chapters stand in every edition.
        for (edition, classification) in &editions {
            let above = line.get("parent")?;
            let key = if above == "TOTAL" { "HS/TOTAL".to_owned() } else { format!("{edition}/{above}") };
            let parent =
                load.ids.find("sector", &key).ok_or_else(|| line.wrong("parent", "a node above it in the file"))?;
            let path = match above {
                "TOTAL" => format!("/TOTAL/{edition}/{code}/"),
                _ => format!("/TOTAL/{edition}/{above}/{code}/"),
            };
            sectors.add(
                load,
                Node { classification: (edition, *classification), code, level, parent: Some(parent), path },
                line,
            )?;
        }
        Ok(())
    })?;
    lines(INDUSTRIES, |line| {
        let code = line.get("code")?;
        let node =
            Node { classification: ("TEAROAD", own), code, level: 1, parent: None, path: format!("/TEAROAD/{code}/") };
        sectors.add(load, node, line).map(|_| ())
    })?;
    sectors.table.save(conn)?;
    load.found(&sectors.table);
    sectors.names.save(conn)?;
    let mut correspondences =
        Table::new("correspondences", &["from_sector_id", "to_sector_id", "weight_ppm", "source_id"]);
    let source = Value::int(load.ids.find("source", "tearoad-reference"));
    lines(CORRESPONDENCES, |line| {
        let from = load.ids.sector(line, line.get("from_classification")?, "from_code")?;
        let to = load.ids.sector(line, line.get("to_classification")?, "to_code")?;
        correspondences.rows.push(vec![Value::Int(from), Value::Int(to), line.int("weight_ppm")?, source.clone()]);
        Ok(())
    })?;
    correspondences.save(conn)
}

/// Loads the demo into a database that holds the reference lists; one that has the demo already is not changed.
pub fn load_demo(conn: &mut Conn) -> Loading<Loaded> {
    conn.write(|conn| {
        revision::lock(conn)?;
        let loaded = conn.rows(Fixed("SELECT revision FROM revisions WHERE kind = 'DEMO'"), &[])?;
        if let Some(revision) = loaded.first().and_then(|row| row.int(0)) {
            return Ok(Loaded { revision });
        }
        let mut load = Load { ids: existing(conn)?, ..Load::default() };
        let number = revision::next(conn)?;
        sources(conn, &mut load, DEMO_SOURCES)?;
        region_updates(conn, &mut load)?;
        parties(conn, &mut load)?;
        events(conn, &mut load)?;
        participations(conn, &mut load)?;
        agreements(conn, &mut load)?;
        facts(conn, &mut load)?;
        figures(conn, &mut load, number)?;
        load.save_terms(conn)?;
        let source = load.ids.find("source", "zibo-report-2024-08");
        let summary = serde_json::json!({ "rows": load.changes.len() });
        let revision = revision::finish(conn, "DEMO", source, &summary, &load.changes)?;
        Ok(Loaded { revision })
    })
}

/// Ids of the rows that the demo refers to.
fn existing(conn: &mut Conn) -> Loading<Ids> {
    let mut ids = Ids::default();
    let kinds = [
        ("region", Fixed("SELECT id, code FROM regions")),
        ("source", Fixed("SELECT id, code FROM sources")),
        (
            "sector",
            Fixed(
                "SELECT s.id, c.code || '/' || s.code FROM sectors s JOIN classifications c ON c.id = s.classification_id",
            ),
        ),
    ];
    for (kind, statement) in kinds {
        for row in conn.rows(statement, &[])? {
            if let (Some(id), Some(key)) = (row.int(0), row.text(1)) {
                ids.add(kind, key, id);
            }
        }
    }
    Ok(ids)
}

fn region_updates(conn: &mut Conn, load: &mut Load) -> Loading<()> {
    let mut changed = Vec::new();
    lines(REGION_UPDATES, |line| {
        let id = load.ids.required(line, "code", "region")?;
        let area: f64 = line.get("area_km2")?.parse().map_err(|_| line.wrong("area_km2", "a number"))?;
        changed.push((line.get("code")?.to_owned(), id, area, line.text("description")?));
        Ok(())
    })?;
    for (code, id, area, description) in changed {
        bulk::update(conn, "regions", id, &[("area_km2", Value::Float(area)), ("description", description)])?;
        load.updated("Region", &code);
    }
    Ok(())
}

fn parties(conn: &mut Conn, load: &mut Load) -> Loading<()> {
    let mut table = Table::new(
        "parties",
        &[
            "id",
            "slug",
            "kind",
            "org_kind",
            "region_id",
            "founded_on",
            "founded_precision",
            "website",
            "description",
            "sort_name",
            "source_id",
        ],
    );
    let mut names = Names::new();
    let mut id = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM parties"))?;
    lines(PARTIES, |line| {
        id += 1;
        let slug = line.get("slug")?;
        table.rows.push(vec![
            Value::Int(id),
            line.text("slug")?,
            line.text("kind")?,
            line.text("org_kind")?,
            load.ids.optional(line, "region", "region")?,
            line.date("founded_on")?,
            line.text("founded_precision")?,
            line.text("website")?,
            line.text("description")?,
            sort_name(line, slug)?,
            load.ids.optional(line, "source", "source")?,
        ]);
        names.add_line("PARTY", id, line)?;
        load.ids.add("party", slug, id);
        load.inserted(if line.get("kind")? == "COMPANY" { "Company" } else { "Organisation" }, slug);
        Ok(())
    })?;
    table.save(conn)?;
    load.found(&table);
    names.save(conn)
}

fn events(conn: &mut Conn, load: &mut Load) -> Loading<()> {
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
            "venue_party_id",
            "series",
            "description",
            "sort_name",
            "source_id",
        ],
    );
    let mut names = Names::new();
    let mut id = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM events"))?;
    lines(EVENTS, |line| {
        id += 1;
        let slug = line.get("slug")?;
        table.rows.push(vec![
            Value::Int(id),
            line.text("slug")?,
            line.text("kind")?,
            line.text("format")?,
            line.date("starts_on")?,
            line.date("ends_on")?,
            line.text("date_precision")?,
            load.ids.optional(line, "region", "region")?,
            load.ids.optional(line, "venue", "party")?,
            line.text("series")?,
            line.text("description")?,
            sort_name(line, slug)?,
            load.ids.optional(line, "source", "source")?,
        ]);
        names.add_line("EVENT", id, line)?;
        load.ids.add("event", slug, id);
        load.inserted("Event", slug);
        Ok(())
    })?;
    table.save(conn)?;
    load.found(&table);
    names.save(conn)?;
    let mut regions = Table::new("event_regions", &["event_id", "region_id", "role"]);
    lines(EVENT_REGIONS, |line| {
        let event = load.ids.required(line, "event", "event")?;
        let region = load.ids.required(line, "region", "region")?;
        regions.rows.push(vec![Value::Int(event), Value::Int(region), line.text("role")?]);
        Ok(())
    })?;
    regions.save(conn)?;
    let mut sectors = Table::new("event_sectors", &["event_id", "sector_id"]);
    lines(EVENT_SECTORS, |line| {
        let event = load.ids.required(line, "event", "event")?;
        let sector = load.ids.sector(line, line.get("classification")?, "sector")?;
        sectors.rows.push(vec![Value::Int(event), Value::Int(sector)]);
        Ok(())
    })?;
    sectors.save(conn)
}

fn participations(conn: &mut Conn, load: &mut Load) -> Loading<()> {
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
    let mut id = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM participations"))?;
    lines(PARTICIPATIONS, |line| {
        id += 1;
        let slug = line.get("slug")?;
        table.rows.push(vec![
            Value::Int(id),
            line.text("slug")?,
            Value::Int(load.ids.required(line, "event", "event")?),
            load.ids.optional(line, "party", "party")?,
            load.ids.optional(line, "region", "region")?,
            line.text("role")?,
            line.text("status")?,
            line.text("label")?,
            line.int("headcount")?,
            line.text("headcount_unit")?,
            line.text("headcount_bound")?,
            Value::Bool(line.get("includes_named")? == "true"),
            load.ids.optional(line, "source", "source")?,
        ]);
        for code in line.get("sectors")?.split(';').filter(|c| !c.is_empty()) {
            let sector = load
                .ids
                .find("sector", &format!("TEAROAD/{code}"))
                .ok_or_else(|| line.wrong("sectors", "codes of TEAROAD"))?;
            sectors.rows.push(vec![Value::Int(id), Value::Int(sector)]);
        }
        load.inserted("Participation", slug);
        Ok(())
    })?;
    table.save(conn)?;
    sectors.save(conn)
}

fn agreements(conn: &mut Conn, load: &mut Load) -> Loading<()> {
    let mut table = Table::new(
        "agreements",
        &[
            "id",
            "slug",
            "kind",
            "signed_on",
            "date_precision",
            "event_id",
            "count_min",
            "count_bound",
            "description",
            "sort_name",
            "source_id",
        ],
    );
    let mut names = Names::new();
    let mut id = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM agreements"))?;
    lines(AGREEMENTS, |line| {
        id += 1;
        let slug = line.get("slug")?;
        table.rows.push(vec![
            Value::Int(id),
            line.text("slug")?,
            line.text("kind")?,
            line.date("signed_on")?,
            line.text("date_precision")?,
            load.ids.optional(line, "event", "event")?,
            line.int("count_min")?,
            line.text("count_bound")?,
            line.text("description")?,
            sort_name(line, slug)?,
            load.ids.optional(line, "source", "source")?,
        ]);
        names.add_line("AGREEMENT", id, line)?;
        load.ids.add("agreement", slug, id);
        load.inserted("Agreement", slug);
        Ok(())
    })?;
    table.save(conn)?;
    load.found(&table);
    names.save(conn)?;
    let mut signatories = Table::new("agreement_parties", &["agreement_id", "party_id"]);
    lines(AGREEMENT_PARTIES, |line| {
        let agreement = load.ids.required(line, "agreement", "agreement")?;
        signatories.rows.push(vec![Value::Int(agreement), Value::Int(load.ids.required(line, "party", "party")?)]);
        Ok(())
    })?;
    signatories.save(conn)?;
    let mut sectors = Table::new("agreement_sectors", &["agreement_id", "sector_id"]);
    lines(AGREEMENT_SECTORS, |line| {
        let agreement = load.ids.required(line, "agreement", "agreement")?;
        let sector = load.ids.sector(line, line.get("classification")?, "sector")?;
        sectors.rows.push(vec![Value::Int(agreement), Value::Int(sector)]);
        Ok(())
    })?;
    sectors.save(conn)
}

fn facts(conn: &mut Conn, load: &mut Load) -> Loading<()> {
    let mut table = Table::new(
        "facts",
        &["id", "subject_kind", "subject_id", "property", "statement", "amount", "unit", "bound", "source_id"],
    );
    let mut id = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM facts"))?;
    lines(FACTS, |line| {
        id += 1;
        let kind = match line.get("subject_kind")? {
            "REGION" => "region",
            "PARTY" => "party",
            _ => "event",
        };
        table.rows.push(vec![
            Value::Int(id),
            line.text("subject_kind")?,
            Value::Int(load.ids.required(line, "subject", kind)?),
            line.text("property")?,
            line.text("statement")?,
            line.int("amount")?,
            line.text("unit")?,
            line.text("bound")?,
            load.ids.optional(line, "source", "source")?,
        ]);
        let types: &[&'static str] = match kind {
            "region" => &["Region"],
            "party" => &["Company", "Organisation"],
            _ => &["Event"],
        };
        load.touched(types, line.get("subject")?);
        Ok(())
    })?;
    table.save(conn)
}

/// The key of a figure as a line names it.
struct FigureKey {
    dataset: i64,
    reporter: i64,
    partner: i64,
    sector: i64,
    flow: i64,
    period: Period,
}

impl FigureKey {
    fn of(line: &Line<'_>, ids: &Ids) -> Loading<Self> {
        Ok(Self {
            dataset: ids.required(line, "dataset", "dataset")?,
            reporter: ids.required(line, "reporter", "region")?,
            partner: ids.required(line, "partner", "region")?,
            sector: ids.sector(line, line.get("classification")?, "sector")?,
            flow: line.code("flow", flow::FLOWS)?,
            period: line.period()?,
        })
    }

    fn values(&self) -> Vec<Value> {
        let mut values: Vec<Value> =
            [self.dataset, self.reporter, self.partner, self.sector, self.flow].into_iter().map(Value::Int).collect();
        values.push(Value::Int(i64::from(self.period.start)));
        values.push(Value::Int(i64::from(self.period.months)));
        values
    }
}

fn figures(conn: &mut Conn, load: &mut Load, number: i64) -> Loading<()> {
    let mut datasets = Table::new(
        "datasets",
        &[
            "id",
            "code",
            "title",
            "family",
            "publisher",
            "publisher_party_id",
            "licence",
            "currency",
            "scale",
            "valuation",
            "reconciled",
            "description",
            "source_id",
        ],
    );
    let mut scales: HashMap<i64, u32> = HashMap::new();
    let mut id = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM datasets"))?;
    lines(DATASETS, |line| {
        id += 1;
        let code = line.get("code")?;
        let scale: u32 = line.get("scale")?.parse().map_err(|_| line.wrong("scale", "0 or 3"))?;
        scales.insert(id, scale);
        datasets.rows.push(vec![
            Value::Int(id),
            line.text("code")?,
            line.text("title")?,
            line.text("family")?,
            line.text("publisher")?,
            load.ids.optional(line, "publisher_party", "party")?,
            line.text("licence")?,
            line.text("currency")?,
            Value::Int(i64::from(scale)),
            line.text("valuation")?,
            Value::Bool(line.get("reconciled")? == "true"),
            line.text("description")?,
            load.ids.optional(line, "source", "source")?,
        ]);
        load.ids.add("dataset", code, id);
        load.inserted("Dataset", code);
        Ok(())
    })?;
    datasets.save(conn)?;
    load.found(&datasets);
    for id in scales.keys() {
        bulk::ensure_figure_partition(conn, *id)?;
    }
    let levels = region_levels(conn)?;
    let level = |region: i64| Value::Int(levels.get(&region).copied().unwrap_or(0));
    let mut figures = Table::new(
        "trade_figures",
        &[
            "dataset_id",
            "reporter_id",
            "partner_id",
            "sector_id",
            "flow",
            "period_start",
            "period_months",
            "origin",
            "reporter_level",
            "partner_level",
            "sector_level",
            "value_scaled",
            "status",
            "source_id",
            "revision",
        ],
    );
    let mut counts: HashMap<(i64, i64, Period), i64> = HashMap::new();
    lines(FIGURES, |line| {
        let key = FigureKey::of(line, &load.ids)?;
        let scale = scales.get(&key.dataset).copied().unwrap_or(0);
        let value = match line.get("value")? {
            "" => Value::Null,
            text => Value::Int(parse_scaled(text, scale).map_err(|_| line.wrong("value", "a decimal number"))?.units),
        };
        let mut row = key.values();
        row.extend([
            Value::Int(1),
            level(key.reporter),
            level(key.partner),
            Value::Int(0),
            value,
            Value::Int(line.code("status", flow::STATUSES)?),
            load.ids.optional(line, "source", "source")?,
            Value::Int(number),
        ]);
        figures.rows.push(row);
        *counts.entry((key.dataset, key.reporter, key.period)).or_default() += 1;
        Ok(())
    })?;
    figures.save(conn)?;
    published_values(conn, load)?;
    coverage(conn, load, &counts)
}

fn region_levels(conn: &mut Conn) -> Loading<HashMap<i64, i64>> {
    let rows = conn.rows(Fixed("SELECT id, level FROM regions"), &[])?;
    Ok(rows.iter().filter_map(|row| Some((row.int(0)?, code_of(flow::REGION_LEVELS, row.text(1)?)?))).collect())
}

fn published_values(conn: &mut Conn, load: &Load) -> Loading<()> {
    let mut table = Table::new(
        "published_values",
        &[
            "dataset_id",
            "reporter_id",
            "partner_id",
            "sector_id",
            "flow",
            "period_start",
            "period_months",
            "ordinal",
            "measure",
            "text",
            "mantissa",
            "exponent",
            "currency",
            "note",
            "source_id",
        ],
    );
    lines(PUBLISHED, |line| {
        let mut row = FigureKey::of(line, &load.ids)?.values();
        row.extend([
            line.int("ordinal")?,
            line.text("measure")?,
            line.text("text")?,
            line.int("mantissa")?,
            line.int("exponent")?,
            line.text("currency")?,
            line.text("note")?,
            load.ids.optional(line, "source", "source")?,
        ]);
        table.rows.push(row);
        Ok(())
    })?;
    table.save(conn)
}

fn coverage(conn: &mut Conn, load: &mut Load, counts: &HashMap<(i64, i64, Period), i64>) -> Loading<()> {
    let mut table = Table::new(
        "dataset_coverage",
        &["dataset_id", "reporter_id", "period_start", "period_months", "partners", "sectors", "n_figures"],
    );
    lines(COVERAGE, |line| {
        let dataset = load.ids.required(line, "dataset", "dataset")?;
        let reporter = load.ids.required(line, "reporter", "region")?;
        let period = line.period()?;
        let count = counts.get(&(dataset, reporter, period)).copied().unwrap_or(0);
        table.rows.push(vec![
            Value::Int(dataset),
            Value::Int(reporter),
            Value::Int(i64::from(period.start)),
            Value::Int(i64::from(period.months)),
            line.text("partners")?,
            line.text("sectors")?,
            Value::Int(count),
        ]);
        load.changes.push(Change {
            entity: "TradeFigure",
            key: format!("{}/{}/{period}", line.get("dataset")?, line.get("reporter")?),
            action: "FIGURES",
            inserted: count,
            updated: 0,
            deleted: 0,
            replaced: false,
        });
        Ok(())
    })?;
    table.save(conn)
}

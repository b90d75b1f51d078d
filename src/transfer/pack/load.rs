//! Loads a pack: files in their order, each row by its key, all in one transaction. What a file does not say stays as
//! it is; what a row says twice is the same the second time, and then no revision is written.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::time::Instant;

use super::cell::{self, Context};
use super::container::Container;
use super::figures::Group;
use super::keys::Keys;
use super::lines::{BadLine, Line};
use super::remove::Missing;
use super::spec::{Column, FILES, File, To, Told};
use super::{figures, pairs, remove, rows};
use crate::domain::decimal::Exact;
use crate::domain::period::Period;
use crate::storage::bulk;
use crate::storage::conn::Conn;
use crate::storage::revision::{self, Change};
use crate::storage::terms;
use crate::storage::value::Value;
use crate::transfer::report::{Bad, Report, Tell};
use crate::transfer::run::{Run, in_transaction};
use crate::transfer::{Options, Summary, TransferError};

pub(in crate::transfer) type Done<T> = Result<T, TransferError>;

/// `kind` of the revision of an import.
pub(in crate::transfer) const IMPORT: &str = "IMPORT";

/// Bad lines for which the nearest keys are looked for: more are not printed.
const HINTED: u64 = 100;

/// What a load adds up.
pub(in crate::transfer) struct Load<'a> {
    pub(in crate::transfer) keys: Keys,
    pub(in crate::transfer) report: Report<'a>,
    pub(super) tell: Tell<'a>,
    pub(in crate::transfer) summary: Summary,
    pub(super) changes: BTreeMap<(&'static str, String), Change>,
    /// Rows that are searched for: new ones, and ones that have other names or codes.
    pub(super) added: BTreeMap<&'static str, Vec<i64>>,
    pub(super) renamed: BTreeMap<&'static str, HashSet<i64>>,
    /// Rows that the pack has.
    pub(super) seen: HashMap<&'static str, HashSet<i64>>,
    /// Figures that were touched, by dataset, reporter and period.
    pub(super) groups: BTreeMap<figures::GroupKey, Group>,
    /// Source of rows that name none.
    pub(in crate::transfer) source: Option<String>,
    /// Currency of datasets that name none.
    pub(super) currency: Option<String>,
    pub(super) multiplier: Exact,
    pub(super) revision: i64,
    pub(super) replace: bool,
    /// Rows of an owner are added to those it has; else they are all that it has.
    pub(in crate::transfer) additive: bool,
    /// Numbers of bad lines of the file that is being read.
    pub(in crate::transfer) bad_lines: HashSet<u64>,
}

/// A row that is understood.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) line: u64,
    /// Cells of the key, with `/` between.
    pub(super) key: String,
    /// The key's first column, or for subjects the second: what changes are told of.
    pub(super) owner: String,
    /// For each column what was read; `None` where the line says nothing.
    pub(super) cells: Vec<Option<cell::Read>>,
    pub(super) names: Vec<(String, String)>,
}

impl Parsed {
    /// Values of the key.
    pub(super) fn key_values(&self, file: &File) -> Vec<Value> {
        self.cells.iter().take(file.key).flatten().flat_map(|c| c.values.clone()).collect()
    }

    /// A number of the key.
    pub(super) fn number(&self, column: usize, part: usize) -> Option<i64> {
        self.cells.get(column)?.as_ref()?.values.get(part)?.as_int()
    }
}

/// Loads packs, one transaction and one revision each.
pub fn import(conn: &mut Conn, options: &Options, paths: &[std::path::PathBuf], tell: Tell<'_>) -> Done<Vec<Summary>> {
    if paths.len() > 1 && options.report.is_some() {
        return Err(TransferError::Usage("--report takes the bad rows of one pack; import one at a time".to_owned()));
    }
    let mut out = Vec::new();
    for path in paths {
        let started = Instant::now();
        let mut pack = Container::open(path)?;
        let run = Run { what: "pack", files: std::slice::from_ref(path), dry: options.dry_run, tell };
        let mut summary = in_transaction(conn, run, |conn| load_inside(conn, options, IMPORT, &mut pack, tell))?;
        summary.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        out.push(summary);
    }
    Ok(out)
}

/// Loads a pack within a transaction that holds the lock.
pub(super) fn load_inside(
    conn: &mut Conn,
    options: &Options,
    kind: &'static str,
    pack: &mut Container,
    tell: Tell<'_>,
) -> Done<Summary> {
    let what = format!("pack `{}`", pack.meta.title);
    let mut load = Load {
        source: pack.meta.source.clone(),
        currency: pack.meta.currency.clone(),
        multiplier: pack.meta.multiplier,
        replace: options.replace,
        ..Load::new(conn, tell, options)?
    };
    load.summary.what = what;
    let mut gone = Vec::new();
    let has_sources = pack.files().iter().any(|f| f.name == "sources");
    for file in FILES {
        if file.name == "sources" && !has_sources {
            own_source(conn, &mut load, pack)?;
        }
        load.keys.prepare(conn, file)?;
        let Some(mut lines) = pack.lines(file)? else { continue };
        let name = lines.path.clone();
        let mut next = || lines.next();
        let missing = load_file(conn, &mut load, file, &name, &mut next)?;
        if file.name == "sources" {
            drop(lines);
            own_source(conn, &mut load, pack)?;
        }
        gone.push((*file, missing));
    }
    load.report.close()?;
    load.report.check(options.skip_bad)?;
    load.summary.bad = load.report.count();
    if options.replace {
        remove::rows(conn, &mut load, gone)?;
    }
    figures::count(conn, &mut load)?;
    figures::derive(conn, &mut load)?;
    note_skipped(conn, &mut load, pack)?;
    let source = load.source.as_deref().and_then(|code| load.keys.find(To::Source, code));
    let summary = &load.summary;
    let mut counts = summary.json("pack");
    if let Some(object) = counts.as_object_mut() {
        object.insert("title".to_owned(), pack.meta.title.as_str().into());
    }
    finish(conn, load, kind, source, &counts)
}

/// Loads the rows of one file; gives the ids or keys that are there and that the file does not have.
pub(in crate::transfer) fn load_file(
    conn: &mut Conn,
    load: &mut Load<'_>,
    file: &'static File,
    path: &Path,
    next: &mut dyn FnMut() -> Done<Option<Result<Line, BadLine>>>,
) -> Done<Missing> {
    let mut next = || -> Done<Option<Result<Line, BadLine>>> { next() };
    match file.to {
        _ if file.name == "figures" => figures::load(conn, load, file, path, &mut next),
        Some(to) if to != To::Currency => rows::load(conn, load, file, path, &mut next),
        _ => pairs::load(conn, load, file, path, &mut next),
    }
}

impl<'a> Load<'a> {
    /// Nothing yet.
    pub(in crate::transfer) fn new(conn: &mut Conn, tell: Tell<'a>, options: &Options) -> Done<Self> {
        Ok(Self {
            keys: Keys::default(),
            report: Report::open(tell, options.report.as_deref())?,
            tell,
            summary: Summary::default(),
            changes: BTreeMap::new(),
            added: BTreeMap::new(),
            renamed: BTreeMap::new(),
            seen: HashMap::new(),
            groups: BTreeMap::new(),
            source: None,
            currency: None,
            multiplier: Exact { mantissa: 1, exponent: 0 },
            revision: revision::next(conn)?,
            replace: false,
            additive: false,
            bad_lines: HashSet::new(),
        })
    }
}

impl Load<'_> {
    /// Reads the cells of a line; `None` when it is bad, which is told.
    pub(super) fn parse(&mut self, file: &File, path: &Path, line: Result<Line, BadLine>) -> Option<Parsed> {
        self.summary.read += 1;
        match self.try_parse(file, line) {
            Ok(parsed) => Some(parsed),
            Err(bad) => {
                self.bad(path, &bad);
                None
            }
        }
    }

    /// Tells a bad line.
    pub(in crate::transfer) fn bad(&mut self, path: &Path, bad: &BadLine) {
        let file = path.display().to_string();
        let cell = Bad { file: &file, line: bad.number, column: &bad.column, value: &bad.value };
        self.bad_lines.insert(bad.number);
        self.report.bad(cell, &bad.reason);
    }

    fn try_parse(&mut self, file: &File, line: Result<Line, BadLine>) -> Result<Parsed, BadLine> {
        let mut line = line?;
        self.fill(file, &mut line);
        let mut parsed = Parsed { line: line.number, names: line.names, ..Parsed::default() };
        let mut rounded = false;
        for (index, column) in file.columns.iter().enumerate() {
            let context = Context {
                keys: &self.keys,
                cells: &line.cells,
                multiplier: self.multiplier,
                hints: self.report.count() < HINTED,
            };
            let text = line.cells.get(index).and_then(Option::as_deref);
            let read = match text {
                None if index < file.key => Err("is not there and is part of the key".to_owned()),
                None => Ok(None),
                Some(text) => cell::read(file, column, text, context).map(Some),
            };
            let read = read.map_err(|reason| bad_cell(line.number, column, text, reason))?;
            rounded |= read.as_ref().is_some_and(|r| r.rounded);
            parsed.cells.push(read);
        }
        let cells: Vec<&str> = line.cells.iter().take(file.key).map(|c| c.as_deref().unwrap_or_default()).collect();
        parsed.key = cells.join("/");
        if let Told::Owner(at) = file.told {
            parsed.owner = line.cells.get(at).and_then(Clone::clone).unwrap_or_default();
        }
        self.summary.rounded += u64::from(rounded);
        Ok(parsed)
    }

    /// Puts what pack.toml says into cells that are empty.
    fn fill(&self, file: &File, line: &mut Line) {
        for (index, (column, cell)) in file.columns.iter().zip(&mut line.cells).enumerate() {
            if cell.as_deref() == Some("") || cell.is_none() && index < file.key && column.name == "source" {
                self.default_of(file, column).clone_into(cell.get_or_insert_default());
            }
        }
    }

    /// What an empty cell means: what pack.toml says, else what the column does.
    pub(super) fn default_of(&self, file: &File, column: &Column) -> &str {
        let own = match column.name {
            "source" => self.source.as_deref(),
            // A printed value may well name no currency.
            "currency" if file.name == "datasets" => self.currency.as_deref(),
            _ => None,
        };
        own.unwrap_or(column.default)
    }

    /// Values of a column that the line of a new row says nothing of; an error when it must be said.
    pub(super) fn unsaid(&self, file: &File, column: &Column) -> Result<Vec<Value>, String> {
        let context = Context { keys: &self.keys, cells: &[], multiplier: self.multiplier, hints: false };
        cell::read(file, column, self.default_of(file, column), context).map(|read| read.values)
    }

    /// Notes a change of the row that `told` says.
    pub(super) fn changed(&mut self, entity: &'static str, key: String, action: &'static str) {
        let (inserted, updated, deleted) = match action {
            "INSERT" => (1, 0, 0),
            "DELETE" => (0, 0, 1),
            _ => (0, 1, 0),
        };
        // What was said first stays: a new row that gets its codes is new.
        self.changes.entry((entity, key.clone())).or_insert(Change {
            entity,
            key,
            action,
            inserted,
            updated,
            deleted,
            replaced: false,
        });
    }

    /// Notes that something of an owner changed: its codes, names, facts.
    pub(super) fn touched(&mut self, file: &File, to: To, key: &str, id: i64) {
        let (entity, table) = match to {
            To::Region => ("Region", "regions"),
            To::Sector => ("Sector", "sectors"),
            To::Party if self.keys.organisations.contains(&id) => ("Organisation", "parties"),
            To::Party => ("Company", "parties"),
            To::Event => ("Event", "events"),
            To::Agreement => ("Agreement", "agreements"),
            _ => return,
        };
        self.changed(entity, key.to_owned(), "UPDATE");
        if file.searched {
            self.renamed.entry(table).or_default().insert(id);
        }
    }
}

pub(super) fn bad_cell(number: u64, column: &Column, text: Option<&str>, reason: String) -> BadLine {
    BadLine { number, column: column.name.to_owned(), value: text.unwrap_or_default().to_owned(), reason }
}

/// Makes the pack's own source where sources.csv does not have it.
fn own_source(conn: &mut Conn, load: &mut Load<'_>, pack: &Container) -> Done<()> {
    let Some(code) = load.source.clone() else { return Ok(()) };
    load.keys.load(conn, To::Source)?;
    if load.keys.find(To::Source, &code).is_some() {
        return Ok(());
    }
    let file = &super::places::SOURCES;
    load.keys.prepare(conn, file)?;
    let meta = &pack.meta;
    let note = meta.units.as_ref().map(|units| format!("Figures are given in {units}."));
    let mut cells = vec![None; file.columns.len()];
    let texts = [
        ("code", Some(code)),
        ("kind", Some("FILE".to_owned())),
        ("publisher", meta.publisher.clone()),
        ("title", Some(meta.title.clone())),
        ("url", meta.url.clone()),
        ("licence", meta.licence.clone()),
        ("note", note),
    ];
    for (name, text) in texts {
        if let Some(cell) = file.column(name).and_then(|at| cells.get_mut(at)) {
            *cell = text;
        }
    }
    let mut line = Some(Line { number: 0, cells, names: Vec::new() });
    let read = load.summary.clone();
    rows::load(conn, load, file, &pack.path.join("pack.toml"), &mut || Ok(line.take().map(Ok)))?;
    // It is no line of a file.
    load.summary = read;
    Ok(())
}

/// Keeps the number of lines that were left out with the pack's source.
fn note_skipped(conn: &mut Conn, load: &mut Load<'_>, pack: &Container) -> Done<()> {
    if load.summary.bad == 0 {
        return Ok(());
    }
    let note = format!("{} bad line(s) of `{}` were left out.", load.summary.bad, pack.meta.title);
    let Some(code) = load.source.clone() else {
        (load.tell)(&format!("{note} No source keeps this number: pack.toml has no `source`."));
        return Ok(());
    };
    let Some(id) = load.keys.find(To::Source, &code) else { return Ok(()) };
    let rows = conn.rows(bulk::Statement(format!("SELECT note FROM sources WHERE id = {id}")), &[])?;
    let before = rows.first().and_then(|row| row.text(0)).unwrap_or_default();
    if before.contains(&note) {
        return Ok(());
    }
    let text = format!("{before} {note}").trim().to_owned();
    bulk::update(conn, "sources", id, &[("note", Value::Text(text))])?;
    load.changed("Source", code, "UPDATE");
    Ok(())
}

/// Makes search terms, tells the changes, and ends with the revision if there is anything to tell.
pub(in crate::transfer) fn finish(
    conn: &mut Conn,
    mut load: Load<'_>,
    kind: &'static str,
    source: Option<i64>,
    counts: &serde_json::Value,
) -> Done<Summary> {
    for (table, ids) in &load.added {
        terms::add(conn, table, ids)?;
    }
    for (table, ids) in &load.renamed {
        let new: HashSet<i64> = load.added.get(table).into_iter().flatten().copied().collect();
        let old: Vec<i64> = ids.difference(&new).copied().collect();
        terms::refresh(conn, table, &old)?;
    }
    let figures = figure_changes(conn, &mut load)?;
    let changes: Vec<Change> = load.changes.into_values().chain(figures).collect();
    let mut summary = load.summary;
    if changes.is_empty() {
        return Ok(summary);
    }
    // What ships is small, and loaded by every test.
    if kind == IMPORT {
        bulk::refresh_statistics(conn)?;
    }
    summary.revision = Some(revision::finish(conn, kind, source, counts, &changes)?);
    Ok(summary)
}

/// The changes of figures, one a dataset, reporter and period.
fn figure_changes(conn: &mut Conn, load: &mut Load<'_>) -> Done<Vec<Change>> {
    if load.groups.is_empty() {
        return Ok(Vec::new());
    }
    load.keys.load(conn, To::Dataset)?;
    load.keys.load(conn, To::Region)?;
    let (datasets, regions) = (load.keys.by_id(To::Dataset), load.keys.by_id(To::Region));
    let mut out = Vec::new();
    for ((dataset, reporter, start, months), group) in &load.groups {
        if !group.is_changed {
            continue;
        }
        let number = |n: &i64| i32::try_from(*n).unwrap_or(0);
        let period = Period { start: number(start), months: number(months) };
        let name = |map: &HashMap<i64, &str>, id: &i64| map.get(id).map(|key| (*key).to_owned()).unwrap_or_default();
        out.push(Change {
            entity: "TradeFigure",
            key: format!("{}/{}/{period}", name(&datasets, dataset), name(&regions, reporter)),
            action: "FIGURES",
            inserted: group.inserted,
            updated: group.updated,
            deleted: group.deleted,
            replaced: false,
        });
    }
    Ok(out)
}

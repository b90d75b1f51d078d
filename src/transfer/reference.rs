//! Reference lists as users have them: each file is recognised by its header, turned into rows of a pack, and loaded
//! as one, all files in one transaction. What ships with Tea Road keeps its names; files add to it.
//!
//! [`layouts`] lists the layouts; the files below say what a line of each becomes.

pub mod layouts;

mod companies;
mod money;
mod regions;
mod sectors;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Options;
use super::input::{self, Input, sha256};
use super::pack::keys::Keys;
use super::pack::lines::{BadLine, Line};
use super::pack::load::{self, Done, Load};
use super::pack::spec::{FILES, To};
use super::progress::Progress;
use super::report::Tell;
use super::rows::{BLANK, Rows};
use super::run::{Run, in_transaction};
use crate::domain::control;
use crate::storage::bulk::Fixed;
use crate::storage::conn::Conn;
use layouts::Layout;

/// What became of the lines of a file, and the rows that they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// The file's name and what it was recognised as.
    pub what: String,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Lines read: the sum of the four that follow.
    pub read: u64,
    /// Lines whose content is in rows of their own.
    pub stored: u64,
    /// Lines that say more of a row that another line or list made.
    pub merged: u64,
    /// Lines that a rule leaves out.
    pub left_out: u64,
    /// Bad lines.
    pub bad: u64,
    /// Rules that left lines out, with how many.
    pub rules: BTreeMap<&'static str, u64>,
    /// Rows that were new, changed, unchanged.
    pub rows: [u64; 3],
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, read, stored, merged, left_out, bad, rows: [new, changed, unchanged], .. } = self;
        write!(
            f,
            "{what}: {read} lines read = {stored} stored + {merged} merged + {left_out} left out by rule + {bad} bad"
        )?;
        for (rule, lines) in &self.rules {
            write!(f, "\n  left out: {lines} {rule}")?;
        }
        write!(f, "\n  rows: {new} new, {changed} changed, {unchanged} unchanged")
    }
}

/// What an import did.
#[derive(Debug, Default)]
pub struct Imported {
    /// By file, in the order in which they were read.
    pub files: Vec<Counts>,
    /// The revision that was written; `None` when nothing changed.
    pub revision: Option<i64>,
    /// Nothing was kept.
    pub dry_run: bool,
    /// Milliseconds it took.
    pub took_ms: u64,
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for counts in &self.files {
            writeln!(f, "{counts}")?;
        }
        if self.dry_run {
            return write!(f, "a dry run: nothing was kept");
        }
        match self.revision {
            Some(revision) => write!(f, "the data are now at revision {revision}, after {} ms", self.took_ms),
            None => write!(f, "nothing changed: these data were there already"),
        }
    }
}

/// Loads reference files in one transaction. Nothing is written when a line is bad, unless the options skip those.
pub fn import(conn: &mut Conn, options: &Options, paths: &[PathBuf], tell: Tell<'_>) -> Done<Imported> {
    let started = Instant::now();
    let mut files: Vec<(&'static Layout, Input)> = Vec::new();
    for input in input::find(paths)? {
        files.push((layouts::recognise(&input)?, input));
    }
    // A file refers to what the layouts before its own bring.
    files.sort_by_key(|(layout, _)| layout.place());
    let mut imported = Imported { dry_run: options.dry_run, ..Imported::default() };
    let run = Run { what: "reference lists", files: paths, dry: options.dry_run, tell };
    in_transaction(conn, run, |conn| {
        let mut load = Load::new(conn, tell, options)?;
        load.additive = true;
        let mut source = None;
        for (layout, input) in &files {
            let (counts, id) = one(conn, &mut load, layout, input, tell)?;
            imported.files.push(counts);
            source = id.or(source);
        }
        load.report.close()?;
        load.report.check(options.skip_bad)?;
        let counts = summary(&imported.files);
        let summary = load::finish(conn, load, load::IMPORT, source, &counts)?;
        imported.revision = summary.revision;
        Ok(summary)
    })?;
    imported.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(imported)
}

/// What the revision keeps.
fn summary(files: &[Counts]) -> serde_json::Value {
    let each = |c: &Counts| serde_json::json!({ "file": c.what, "sha256": c.sha256, "read": c.read, "stored": c.stored, "merged": c.merged, "leftOut": c.left_out, "bad": c.bad });
    serde_json::json!({ "format": "reference", "files": files.iter().map(each).collect::<Vec<_>>() })
}

/// A line of a file: the cells of the layout's columns.
#[derive(Debug)]
struct Source {
    number: u64,
    cells: Vec<String>,
}

impl Source {
    fn get(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// Turns the lines of one file into rows of a pack.
struct Conversion<'a> {
    layout: &'static Layout,
    /// Names of the file's columns.
    columns: Vec<String>,
    keys: &'a Keys,
    /// Code of the source of its rows.
    source: String,
    /// Regions by scheme and code.
    codes: HashMap<(String, String), Vec<i64>>,
    /// Regions by id: their code, and that of their source.
    regions: HashMap<i64, (String, String)>,
    /// Places below a country, by its id and their folded names.
    places: HashMap<(i64, String), Vec<i64>>,
    /// Groups and members, by code.
    members: HashSet<(String, String)>,
    /// Currencies that the file's rows needed.
    made_currencies: HashSet<&'static str>,
    out: BTreeMap<&'static str, Vec<Line>>,
    merged: BTreeSet<u64>,
    left_out: BTreeMap<u64, &'static str>,
    bad: Vec<BadLine>,
}

impl Conversion<'_> {
    /// A row of a file of the pack, and its names by language.
    fn put(&mut self, file: &'static str, number: u64, cells: &[(&str, &str)], names: &[(&str, &str)]) {
        let Some(spec) = FILES.iter().find(|f| f.name == file) else { return };
        let mut line = Line { number, cells: vec![None; spec.columns.len()], names: Vec::new() };
        for (name, text) in cells {
            if let Some(cell) = spec.column(name).and_then(|at| line.cells.get_mut(at)) {
                *cell = Some((*text).to_owned());
            }
        }
        let named = names.iter().filter(|(_, text)| !text.is_empty());
        line.names = named.map(|(language, text)| ((*language).to_owned(), (*text).to_owned())).collect();
        self.out.entry(file).or_default().push(line);
    }

    /// A line says nothing of its own.
    fn merge(&mut self, line: &Source) {
        self.merged.insert(line.number);
    }

    /// A rule leaves a line out.
    fn leave_out(&mut self, line: &Source, rule: &'static str) {
        self.left_out.insert(line.number, rule);
    }

    /// A line is bad in this column.
    fn bad(&mut self, line: &Source, column: usize, reason: impl Into<String>) {
        let name = self.columns.get(column).cloned().unwrap_or_default();
        let value = line.get(column).to_owned();
        self.bad.push(BadLine { number: line.number, column: name, value, reason: reason.into() });
    }

    /// The one region with a code in a scheme.
    fn region(&self, scheme: &str, code: &str) -> Option<i64> {
        match self.codes.get(&(scheme.to_owned(), code.to_owned())).map(Vec::as_slice) {
            Some([id]) => Some(*id),
            _ => None,
        }
    }

    fn region_code(&self, id: i64) -> &str {
        self.regions.get(&id).map_or("", |(code, _)| code)
    }

    /// Whether a region comes from elsewhere, so that the file must not rename it.
    fn is_kept(&self, id: i64) -> bool {
        self.regions.get(&id).is_some_and(|(_, source)| *source != self.source)
    }
}

/// Loads one file.
fn one(
    conn: &mut Conn,
    load: &mut Load<'_>,
    layout: &'static Layout,
    input: &Input,
    tell: Tell<'_>,
) -> Done<(Counts, Option<i64>)> {
    for to in [To::Source, To::Currency, To::Region, To::Classification, To::Sector, To::Party] {
        load.keys.load(conn, to)?;
    }
    let shown = input.shown();
    let path = Path::new(&shown);
    let rows_of_file = Rows::open(input, encoding_rs::WINDOWS_1252)?;
    let lower = |name: &String| name.to_ascii_lowercase();
    let columns: Vec<String> = if layout.columns.is_empty() {
        // The header names the classifications; they are the columns.
        rows_of_file.header.iter().map(lower).collect()
    } else {
        layout.columns.iter().map(|c| (*c).to_owned()).collect()
    };
    let (codes, regions) = regions_of(conn)?;
    load.bad_lines.clear();
    let before = [load.summary.inserted, load.summary.updated, load.summary.unchanged];
    let mut conversion = Conversion {
        layout,
        columns,
        keys: &load.keys,
        source: layout.source(input.name()),
        codes,
        regions,
        places: places_of(conn, &load.keys)?,
        members: members_of(conn)?,
        made_currencies: HashSet::new(),
        out: BTreeMap::new(),
        merged: BTreeSet::new(),
        left_out: BTreeMap::new(),
        bad: Vec::new(),
    };
    let lines = read(rows_of_file, &mut conversion, tell)?;
    let read = lines.len() + conversion.bad.len() + conversion.left_out.len();
    let mut counts = Counts { read: u64::try_from(read).unwrap_or(0), ..Counts::default() };
    put_source(&mut conversion);
    (layout.convert)(&mut conversion, &lines);
    let Conversion { out, merged, left_out, bad, source, .. } = conversion;
    for bad in &bad {
        load.bad(path, bad);
    }
    // Rows that are there keep the source they have.
    load.source = Some(source.clone());
    rows(conn, load, path, out)?;
    load.source = None;
    let is_bad: HashSet<u64> = std::mem::take(&mut load.bad_lines);
    let number = |n: usize| u64::try_from(n).unwrap_or(0);
    counts.bad = number(is_bad.len());
    counts.merged = number(merged.iter().filter(|n| !is_bad.contains(n) && !left_out.contains_key(n)).count());
    for (line, rule) in &left_out {
        if !is_bad.contains(line) {
            counts.left_out += 1;
            *counts.rules.entry(rule).or_default() += 1;
        }
    }
    counts.stored = counts.read.saturating_sub(counts.merged + counts.left_out + counts.bad);
    let after = [load.summary.inserted, load.summary.updated, load.summary.unchanged];
    for ((count, after), before) in counts.rows.iter_mut().zip(after).zip(before) {
        *count = after - before;
    }
    counts.what = format!("{} ({})", input.name(), layout.name);
    counts.sha256 = sha256(&input.path)?;
    Ok((counts, load.keys.find(To::Source, &source)))
}

/// All lines of a file: blank ones are left out, those that have another width than the header are bad.
fn read(mut rows: Rows, conversion: &mut Conversion<'_>, tell: Tell<'_>) -> Done<Vec<Source>> {
    let mut progress = Progress::new("reading", rows.input.size, tell);
    let find = |name: &String| rows.header.iter().position(|h| h.eq_ignore_ascii_case(name)).unwrap_or(usize::MAX);
    let places: Vec<usize> = conversion.columns.iter().map(find).collect();
    let mut out = Vec::new();
    while rows.advance()? {
        progress.row(rows.bytes_read());
        let cells = places.iter().map(|column| rows.text(*column).into_owned()).collect();
        let line = Source { number: rows.line(), cells };
        let width = rows.width();
        let broken = line.cells.iter().enumerate().find_map(|(at, text)| Some((at, control::fault(text)?)));
        if rows.is_blank() {
            conversion.left_out.insert(line.number, BLANK);
        } else if let Some((column, fault)) = broken {
            conversion.bad(&line, column, fault);
        } else if width == rows.header.len() {
            out.push(line);
        } else {
            conversion.bad(&line, 0, format!("the line has {width} fields, expected {}", rows.header.len()));
        }
    }
    Ok(out)
}

/// Loads rows file by file, in the order of a pack.
fn rows(conn: &mut Conn, load: &mut Load<'_>, path: &Path, mut out: BTreeMap<&'static str, Vec<Line>>) -> Done<()> {
    for file in FILES {
        let Some(lines) = out.remove(file.name) else { continue };
        load.keys.prepare(conn, file)?;
        let mut lines = lines.into_iter();
        load::load_file(conn, load, file, path, &mut || Ok(lines.next().map(Ok)))?;
    }
    Ok(())
}

/// The row of the source of the file's rows. It is that of the layout: a newer file is the same source, and the
/// revision keeps which file it was.
fn put_source(conversion: &mut Conversion<'_>) {
    let (code, layout) = (conversion.source.clone(), conversion.layout);
    let cells = [("code", code.as_str()), ("kind", "FILE"), ("title", layout.title), ("publisher", layout.publisher)];
    conversion.put("sources", 0, &cells, &[]);
}

type Regions = (HashMap<(String, String), Vec<i64>>, HashMap<i64, (String, String)>);

/// Regions by scheme and code, and by id with the code of their source.
fn regions_of(conn: &mut Conn) -> Done<Regions> {
    let mut codes: HashMap<(String, String), Vec<i64>> = HashMap::new();
    // A code that is still in force goes before one that is not.
    let current = Fixed(
        "SELECT scheme, code, region_id FROM region_codes c WHERE valid_to IS NULL OR NOT EXISTS (SELECT 1 FROM region_codes o WHERE o.scheme = c.scheme AND o.code = c.code AND o.valid_to IS NULL)",
    );
    for row in conn.rows(current, &[])? {
        if let (Some(scheme), Some(code), Some(id)) = (row.text(0), row.text(1), row.int(2)) {
            codes.entry((scheme.to_owned(), code.to_owned())).or_default().push(id);
        }
    }
    let mut regions = HashMap::new();
    let all = Fixed("SELECT r.id, r.code, s.code FROM regions r LEFT JOIN sources s ON s.id = r.source_id");
    for row in conn.rows(all, &[])? {
        if let (Some(id), Some(code)) = (row.int(0), row.text(1)) {
            regions.insert(id, (code.to_owned(), row.text(2).unwrap_or_default().to_owned()));
        }
    }
    Ok((codes, regions))
}

/// Levels of countries, and the first below them, in the figure table.
const COUNTRY: i64 = 2;

/// Places below countries, by the country and each of their folded names.
fn places_of(conn: &mut Conn, keys: &Keys) -> Done<HashMap<(i64, String), Vec<i64>>> {
    let by_path: HashMap<&str, i64> = keys
        .places
        .iter()
        .filter(|((to, _), place)| *to == To::Region && place.level == COUNTRY)
        .map(|((_, id), place)| (place.path.as_str(), *id))
        .collect();
    let mut out: HashMap<(i64, String), Vec<i64>> = HashMap::new();
    let names = Fixed("SELECT subject_id, folded FROM names WHERE subject_kind = 'REGION' ORDER BY subject_id");
    for row in conn.rows(names, &[])? {
        let (Some(id), Some(folded)) = (row.int(0), row.text(1)) else { continue };
        let Some(place) = keys.places.get(&(To::Region, id)).filter(|place| place.level > COUNTRY) else { continue };
        let above = place.path.match_indices('/').filter_map(|(at, _)| by_path.get(place.path.get(..=at)?)).next();
        if let Some(country) = above {
            let all = out.entry((*country, folded.to_owned())).or_default();
            if !all.contains(&id) {
                all.push(id);
            }
        }
    }
    Ok(out)
}

/// Groups and their members, by code.
fn members_of(conn: &mut Conn) -> Done<HashSet<(String, String)>> {
    let all = Fixed(
        "SELECT g.code, r.code FROM region_members m JOIN regions g ON g.id = m.group_id JOIN regions r ON r.id = m.region_id",
    );
    let rows = conn.rows(all, &[])?;
    Ok(rows.iter().filter_map(|row| Some((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).collect())
}

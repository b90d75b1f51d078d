//! Nomenclatures: CSV with `classification,edition,code,description,parent,level`. Gives HS editions their headings and
//! products, and brings other classifications (SITC, BEC, ISIC) with the parents and levels that their lines give. What
//! is there already keeps its id and place; chapters and sections keep the project's own names.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::time::Instant;

use super::input::{self, Input};
use super::progress::Progress;
use super::report::{Bad, Report, Tell};
use super::rows::{BLANK, Rows};
use super::run::{Run, in_transaction};
use super::{Options, Summary, TransferError};
use crate::domain::control;
use crate::domain::fold::fold;
use crate::storage::bulk::{self, Bound, Fixed, Statement};
use crate::storage::conn::Conn;
use crate::storage::revision::{self, Change};
use crate::storage::terms;
use crate::storage::value::Value;

/// Columns of a file.
pub const COLUMNS: [&str; 6] = ["classification", "edition", "code", "description", "parent", "level"];

type Done<T> = Result<T, TransferError>;

/// A node to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Code, with leading zeros.
    pub code: String,
    /// English name; empty when there is none.
    pub name: String,
    /// Its place, as a line gives it. `None` for HS, where level and parent follow from the length of the code.
    pub above: Option<Place>,
}

/// Where a node stands in its classification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Code of the node above; empty at the top.
    pub parent: String,
    /// Level, 1 at the top.
    pub level: i64,
}

impl Place {
    /// Whether the node above is among these. The UN's tables of SITC 2 and 3 write some parents with a point that the
    /// code itself has not (`971.0`, `9710`); it is dropped here.
    fn find(&mut self, codes: &HashSet<String>) -> bool {
        if self.parent.is_empty() || codes.contains(&self.parent) {
            return true;
        }
        let plain = self.parent.replace('.', "");
        let is_known = codes.contains(&plain);
        if is_known {
            self.parent = plain;
        }
        is_known
    }
}

/// A node and the line that it came from.
struct Read {
    node: Node,
    file: usize,
    line: u64,
}

/// What was added to a classification.
#[derive(Debug, Default)]
pub struct Added {
    /// Nodes that were new, parents made on the way included.
    pub inserted: u64,
    /// Nodes that got a name or another one.
    pub renamed: u64,
    /// Nodes that were there.
    pub unchanged: u64,
    /// For the revision.
    pub changes: Vec<Change>,
}

/// Loads nomenclature files in one transaction. Nothing is written when a line is bad, unless the options skip those.
pub fn import(conn: &mut Conn, options: &Options, paths: &[PathBuf], tell: Tell<'_>) -> Done<Summary> {
    let started = Instant::now();
    let run = Run { what: "nomenclature", files: paths, dry: options.dry_run, tell };
    let mut summary = in_transaction(conn, run, |conn| {
        let files = input::find(paths)?;
        let mut summary = Summary { what: format!("nomenclature, {} file(s)", files.len()), ..Summary::default() };
        let mut report = Report::open(tell, options.report.as_deref())?;
        let editions = read(conn, &files, &mut report, &mut summary, tell)?;
        report.close()?;
        report.check(options.skip_bad)?;
        summary.bad = report.count();
        write(conn, &files, editions, &mut summary)?;
        Ok(summary)
    })?;
    summary.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(summary)
}

/// The nodes of all files, by edition, each after the node above it.
fn read(
    conn: &mut Conn,
    files: &[Input],
    report: &mut Report<'_>,
    summary: &mut Summary,
    tell: Tell<'_>,
) -> Done<BTreeMap<String, Vec<Node>>> {
    let mut read: BTreeMap<String, Vec<Read>> = BTreeMap::new();
    let mut progress = Progress::new("reading", files.iter().map(|f| f.size).sum(), tell);
    let mut seen: HashSet<(String, String)> = HashSet::new();
    let mut before = 0;
    for (number, input) in files.iter().enumerate() {
        let mut rows = Rows::open(input, encoding_rs::WINDOWS_1252)?;
        let columns = columns(&rows)?;
        while rows.advance()? {
            summary.read += 1;
            progress.row(before + rows.bytes_read());
            if rows.is_blank() {
                summary.left_out += 1;
                *summary.reasons.entry(BLANK.to_owned()).or_default() += 1;
                continue;
            }
            let mut bad = |column: usize, value: &str, reason: &str| {
                let column = COLUMNS.get(column).copied().unwrap_or_default();
                report.bad(Bad { file: &input.shown(), line: rows.line(), column, value }, reason);
            };
            match line(&rows, columns) {
                Ok((edition, node)) => {
                    if seen.insert((edition.clone(), node.code.clone())) {
                        read.entry(edition).or_default().push(Read { node, file: number, line: rows.line() });
                    } else {
                        bad(2, &node.code, "this code stands in an earlier line of the edition");
                    }
                }
                Err((column, reason)) => {
                    let value = columns.get(column).map(|at| rows.text(*at)).unwrap_or_default();
                    bad(column, &value, &reason);
                }
            }
        }
        before += rows.bytes_read();
    }
    drop(progress);
    let mut editions: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    for (edition, nodes) in read {
        let known = codes_of(conn, &edition)?;
        let nodes = below_their_parents(nodes, known, |orphan, parent| {
            let file = files.get(orphan.file).map(Input::shown).unwrap_or_default();
            let reason = format!("{edition} has no node with this code, or it stands below itself");
            report.bad(Bad { file: &file, line: orphan.line, column: "parent", value: parent }, &reason);
        });
        editions.insert(edition, nodes);
    }
    Ok(editions)
}

/// Where the columns stand in a file.
fn columns(rows: &Rows) -> Done<[usize; 6]> {
    let mut out = [0; 6];
    for (place, wanted) in out.iter_mut().zip(COLUMNS) {
        *place = rows.header.iter().position(|h| h.eq_ignore_ascii_case(wanted)).ok_or_else(|| {
            rows.input.unreadable(format!(
                "line 1: there is no column `{wanted}`; expected {}, came {}",
                COLUMNS.join(","),
                rows.came()
            ))
        })?;
    }
    Ok(out)
}

/// Codes of a classification that are in the database.
fn codes_of(conn: &mut Conn, edition: &str) -> Done<HashSet<String>> {
    let statement = Bound::text(
        "SELECT s.code FROM sectors s JOIN classifications c ON c.id = s.classification_id WHERE c.code = ?",
        edition,
    );
    Ok(conn.rows(statement, &[])?.iter().filter_map(|row| row.text(0).map(str::to_owned)).collect())
}

/// Nodes in an order in which each comes after the node above it; `orphan` hears of those that have none.
fn below_their_parents(
    mut waiting: Vec<Read>,
    mut placed: HashSet<String>,
    mut orphan: impl FnMut(&Read, &str),
) -> Vec<Node> {
    let mut out = Vec::with_capacity(waiting.len());
    // One round a level where lines stand in any order.
    loop {
        let before = waiting.len();
        let mut rest = Vec::new();
        for mut read in waiting {
            let is_placed = match &mut read.node.above {
                None => true,
                Some(place) => place.find(&placed),
            };
            if is_placed {
                placed.insert(read.node.code.clone());
                out.push(read.node);
            } else {
                rest.push(read);
            }
        }
        waiting = rest;
        if waiting.is_empty() || waiting.len() == before {
            break;
        }
    }
    for read in &waiting {
        orphan(read, read.node.above.as_ref().map_or("", |place| place.parent.as_str()));
    }
    out
}

fn write(conn: &mut Conn, files: &[Input], editions: BTreeMap<String, Vec<Node>>, summary: &mut Summary) -> Done<()> {
    let mut changes = Vec::new();
    for (edition, nodes) in editions {
        let wanted = u64::try_from(nodes.len()).unwrap_or(0);
        let added = add(conn, &edition, nodes)?;
        // Parents that no line names are made on the way; they are no lines.
        summary.inserted += added.inserted.min(wanted - added.unchanged - added.renamed);
        summary.updated += added.renamed;
        summary.unchanged += added.unchanged;
        changes.extend(added.changes);
    }
    if changes.is_empty() {
        return Ok(());
    }
    let source = write_source(conn, files, &mut changes)?;
    let counts = serde_json::json!({ "format": "nomenclature", "inserted": summary.inserted, "updated": summary.updated, "bad": summary.bad });
    bulk::refresh_statistics(conn)?;
    summary.revision = Some(revision::finish(conn, "IMPORT", Some(source), &counts, &changes)?);
    Ok(())
}

fn write_source(conn: &mut Conn, files: &[Input], changes: &mut Vec<Change>) -> Done<i64> {
    let mut id = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM sources"))?;
    let mut source = 0;
    for (number, file) in files.iter().enumerate() {
        let hash = input::sha256(&file.path)?;
        let short = hash.get(..12).unwrap_or_default();
        let code = match &file.member {
            None => format!("nomenclature-{short}"),
            Some(_) => format!("nomenclature-{short}-{}", number + 1),
        };
        if let Some(known) =
            conn.rows(Bound::text("SELECT id FROM sources WHERE code = ?", &code), &[])?.first().and_then(|r| r.int(0))
        {
            source = known;
            continue;
        }
        id += 1;
        source = id;
        let name = control::without(file.name()).into_owned();
        changes.push(change("Source", code.clone(), "INSERT"));
        bulk::insert(
            conn,
            "sources",
            &["id", "code", "kind", "title", "retrieved_at", "sha256"],
            &[],
            &[vec![
                Value::Int(id),
                Value::Text(code),
                Value::Text("FILE".to_owned()),
                Value::Text(name),
                Value::Time(revision::now()),
                Value::Text(hash),
            ]],
        )?;
    }
    Ok(source)
}

/// Edition and node of a line, or the column that is wrong and why.
fn line(rows: &Rows, columns: [usize; 6]) -> Result<(String, Node), (usize, String)> {
    let (width, expected) = (rows.width(), rows.header.len());
    if width != expected {
        return Err((0, format!("the line has {width} fields, expected {expected}")));
    }
    let [_, edition, code, name, parent, level] = columns.map(|at| rows.text(at));
    if let Some(fault) = control::fault(&name) {
        return Err((3, format!("expected a name: {fault}")));
    }
    let plain = |text: &str| {
        !text.is_empty()
            && text.len() <= 20
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
    };
    if !plain(&edition) {
        return Err((1, "expected an edition such as HS2017".to_owned()));
    }
    if edition.starts_with("HS") {
        // A spreadsheet drops the zero of codes such as 0101; the level tells how long the code was.
        let length = level.parse::<usize>().ok().filter(|l| matches!(l, 2 | 4 | 6));
        let length = length.ok_or((5, "expected the level 2, 4 or 6".to_owned()))?;
        let padded = format!("{code:0>length$}");
        if padded.len() != length || !padded.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
            return Err((2, format!("expected an HS code of {length} places")));
        }
        return Ok((edition.into_owned(), Node { code: padded, name: name.into_owned(), above: None }));
    }
    if !plain(&code) {
        return Err((2, "expected a code of letters and digits".to_owned()));
    }
    if !parent.is_empty() && !plain(&parent) {
        return Err((4, "expected the code of the node above, or nothing".to_owned()));
    }
    let level = level.parse().ok().filter(|level| (1..=20).contains(level));
    let level = level.ok_or((5, "expected a level from 1".to_owned()))?;
    let place = Place { parent: parent.into_owned(), level };
    Ok((edition.into_owned(), Node { code: code.into_owned(), name: name.into_owned(), above: Some(place) }))
}

/// A node that is in the database.
#[derive(Debug, Clone)]
struct Known {
    id: i64,
    path: String,
    level: i64,
    name: Option<String>,
}

/// Nodes of one classification on their way in.
struct Tree {
    edition: String,
    classification: i64,
    is_hs: bool,
    known: HashMap<String, Known>,
    top: Option<Known>,
    next: i64,
    sectors: Vec<Vec<Value>>,
    names: Vec<Vec<Value>>,
    /// Nodes that had another name.
    renamed: Vec<i64>,
    added: Added,
}

/// Adds nodes to a classification, which is made when it is not there. HS parents that are missing are made without a
/// name; nodes of others come after the node above them. Writes no revision.
pub fn add(conn: &mut Conn, edition: &str, mut nodes: Vec<Node>) -> Done<Added> {
    if nodes.is_empty() {
        return Ok(Added::default());
    }
    let mut tree = Tree::load(conn, edition)?;
    if tree.is_hs {
        nodes.sort_by(|a, b| (a.code.len(), &a.code).cmp(&(b.code.len(), &b.code)));
    }
    let mut renamed = Vec::new();
    for node in &nodes {
        match tree.known.get(&node.code).cloned() {
            None => {
                tree.insert(&node.code, &node.name, node.above.as_ref());
            }
            // The project names sections and chapters itself.
            Some(known)
                if (tree.is_hs && known.level <= 2)
                    || node.name.is_empty()
                    || known.name.as_deref() == Some(node.name.as_str()) =>
            {
                tree.added.unchanged += 1;
            }
            Some(known) => renamed.push((known.id, node)),
        }
    }
    for part in renamed.chunks(bulk::BATCH) {
        let ids = part.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>().join(", ");
        bulk::execute(
            conn,
            &Statement(format!(
                "DELETE FROM names WHERE subject_kind = 'SECTOR' AND subject_id IN ({ids}) AND language = 'en'"
            )),
        )?;
    }
    for (id, node) in renamed {
        bulk::update(conn, "sectors", id, &[("sort_name", Value::Text(fold(&node.name)))])?;
        tree.name(id, &node.name);
        tree.renamed.push(id);
        tree.added.renamed += 1;
        tree.changed("UPDATE", &node.code);
    }
    tree.save(conn)
}

impl Tree {
    fn load(conn: &mut Conn, edition: &str) -> Done<Self> {
        let found = conn.rows(Bound::text("SELECT id FROM classifications WHERE code = ?", edition), &[])?;
        let (classification, changes) = match found.first().and_then(|r| r.int(0)) {
            Some(id) => (id, Vec::new()),
            None => (new_classification(conn, edition)?, vec![change("Classification", edition.to_owned(), "INSERT")]),
        };
        let is_hs = edition.starts_with("HS");
        let mut known = HashMap::new();
        let statement = Statement(format!(
            "SELECT s.code, s.id, s.path, s.level, n.text FROM sectors s LEFT JOIN names n ON n.subject_kind = 'SECTOR' AND n.subject_id = s.id AND n.language = 'en' AND n.ordinal = 0 WHERE s.classification_id = {classification}"
        ));
        for row in conn.rows(statement, &[])? {
            let (Some(code), Some(id), Some(path), Some(level)) = (row.text(0), row.int(1), row.text(2), row.int(3))
            else {
                continue;
            };
            known.insert(
                code.to_owned(),
                Known { id, path: path.to_owned(), level, name: row.text(4).map(str::to_owned) },
            );
        }
        let total = conn.rows(
            Fixed("SELECT s.id, s.path FROM sectors s JOIN classifications c ON c.id = s.classification_id WHERE c.code = 'HS' AND s.code = 'TOTAL'"),
            &[],
        )?;
        let top = total.first().filter(|_| is_hs).and_then(|row| {
            let path = format!("{}{edition}/", row.text(1)?);
            Some(Known { id: row.int(0)?, path, level: 0, name: None })
        });
        Ok(Self {
            edition: edition.to_owned(),
            classification,
            is_hs,
            known,
            top,
            next: revision::largest_id(conn, Fixed("SELECT MAX(id) FROM sectors"))?,
            sectors: Vec::new(),
            names: Vec::new(),
            renamed: Vec::new(),
            added: Added { changes, ..Added::default() },
        })
    }

    /// The node above an HS code: its first two or four places.
    fn parent(&mut self, code: &str) -> Option<Known> {
        match code.len().checked_sub(2).filter(|l| *l >= 2).and_then(|l| code.get(..l)) {
            Some(above) => {
                if !self.known.contains_key(above) {
                    self.insert(above, "", None);
                }
                self.known.get(above).cloned()
            }
            None => self.top.clone(),
        }
    }

    fn insert(&mut self, code: &str, name: &str, above: Option<&Place>) {
        let (parent, level) = match above {
            Some(place) => (self.known.get(&place.parent).cloned(), place.level),
            None => (self.parent(code), i64::try_from(code.len()).unwrap_or(0)),
        };
        self.next += 1;
        let id = self.next;
        let base = parent.as_ref().map_or_else(|| format!("/{}/", self.edition), |p| p.path.clone());
        let path = format!("{base}{code}/");
        self.sectors.push(vec![
            Value::Int(id),
            Value::Int(self.classification),
            Value::Text(code.to_owned()),
            Value::Int(level),
            Value::int(parent.map(|p| p.id)),
            Value::Text(path.clone()),
            Value::Text(fold(if name.is_empty() { code } else { name })),
        ]);
        if !name.is_empty() {
            self.name(id, name);
        }
        let name = Some(name.to_owned()).filter(|n| !n.is_empty());
        self.known.insert(code.to_owned(), Known { id, path, level, name });
        self.added.inserted += 1;
        self.changed("INSERT", code);
    }

    fn name(&mut self, id: i64, text: &str) {
        self.names.push(vec![
            Value::Text("SECTOR".to_owned()),
            Value::Int(id),
            Value::Text("en".to_owned()),
            Value::Int(0),
            Value::Text(text.to_owned()),
            Value::Text(fold(text)),
        ]);
    }

    fn changed(&mut self, action: &'static str, code: &str) {
        let key = format!("{}/{code}", self.edition);
        self.added.changes.push(change("Sector", key, action));
    }

    fn save(self, conn: &mut Conn) -> Done<Added> {
        bulk::insert(
            conn,
            "sectors",
            &["id", "classification_id", "code", "level", "parent_id", "path", "sort_name"],
            &[],
            &self.sectors,
        )?;
        bulk::insert(
            conn,
            "names",
            &["subject_kind", "subject_id", "language", "ordinal", "text", "folded"],
            &[],
            &self.names,
        )?;
        let added: Vec<i64> = self.sectors.iter().filter_map(|row| row.first().and_then(Value::as_int)).collect();
        terms::add(conn, "sectors", &added)?;
        terms::refresh(conn, "sectors", &self.renamed)?;
        Ok(self.added)
    }
}

fn new_classification(conn: &mut Conn, edition: &str) -> Done<i64> {
    let id = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM classifications"))? + 1;
    let family = edition.trim_end_matches(|c: char| c.is_ascii_digit());
    bulk::insert(
        conn,
        "classifications",
        &["id", "code", "family", "edition", "title"],
        &[],
        &[vec![
            Value::Int(id),
            Value::Text(edition.to_owned()),
            Value::Text(if family.is_empty() { edition } else { family }.to_owned()),
            Value::Text(edition.to_owned()),
            Value::Text(edition.to_owned()),
        ]],
    )?;
    Ok(id)
}

fn change(entity: &'static str, key: String, action: &'static str) -> Change {
    let (inserted, updated) = if action == "INSERT" { (1, 0) } else { (0, 1) };
    Change { entity, key, action, inserted, updated, deleted: 0, replaced: false }
}

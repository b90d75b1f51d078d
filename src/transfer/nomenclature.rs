//! Nomenclatures: CSV with `classification,edition,code,description,parent,level`. Gives HS editions their headings and
//! products, and brings other classifications (SITC, BEC) as they are. What is there already keeps its id; chapters and
//! sections keep the project's own names.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Instant;

use super::baci::name_rows;
use super::csv_file::{CsvFile, Record, sha256, size};
use super::progress::Progress;
use super::report::{Bad, Report, Tell};
use super::{Options, Summary, TransferError};
use crate::domain::fold::fold;
use crate::storage::bulk::{self, Fixed, Statement};
use crate::storage::conn::Conn;
use crate::storage::revision::{self, Change};
use crate::storage::value::Value;

const COLUMNS: [&str; 6] = ["classification", "edition", "code", "description", "parent", "level"];

type Done<T> = Result<T, TransferError>;

/// A node to add: level and parent follow from the length of an HS code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Code, with leading zeros.
    pub code: String,
    /// English name; empty when there is none.
    pub name: String,
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
pub fn import(conn: &mut Conn, options: &Options, files: &[PathBuf], tell: Tell<'_>) -> Done<Summary> {
    let started = Instant::now();
    let mut report = Report::new(tell);
    let mut summary = Summary { what: format!("nomenclature, {} file(s)", files.len()), ..Summary::default() };
    let mut editions: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    let mut progress = Progress::new("reading", files.iter().map(|f| size(f)).sum(), tell);
    let mut seen: std::collections::HashSet<(String, String)> = std::collections::HashSet::new();
    for path in files {
        let mut file = CsvFile::open(path, &COLUMNS)?;
        let mut record = Record::default();
        while file.next(&mut record)? {
            summary.read += 1;
            progress.row(file.bytes_read());
            match line(&file, &record) {
                Ok((edition, node)) => {
                    if seen.insert((edition.clone(), node.code.clone())) {
                        editions.entry(edition).or_default().push(node);
                    } else {
                        report.bad(
                            Bad { file: path, line: record.line, column: "code", value: &node.code },
                            "this code stands in an earlier line of the edition",
                        );
                    }
                }
                Err((column, reason)) => {
                    let value = record.get(&file, column);
                    let name = COLUMNS.get(column).copied().unwrap_or_default();
                    report.bad(Bad { file: path, line: record.line, column: name, value: &value }, &reason);
                }
            }
        }
    }
    drop(progress);
    report.check(options.skip_bad)?;
    summary.bad = report.count();
    conn.write(|conn| write(conn, files, editions, &mut summary))?;
    summary.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(summary)
}

fn write(conn: &mut Conn, files: &[PathBuf], editions: BTreeMap<String, Vec<Node>>, summary: &mut Summary) -> Done<()> {
    revision::lock(conn)?;
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
    let source = write_source(conn, files)?;
    let counts = serde_json::json!({ "format": "nomenclature", "inserted": summary.inserted, "updated": summary.updated, "bad": summary.bad });
    bulk::refresh_statistics(conn)?;
    summary.revision = Some(revision::finish(conn, "IMPORT", Some(source), &counts, &changes)?);
    Ok(())
}

fn write_source(conn: &mut Conn, files: &[PathBuf]) -> Done<i64> {
    let mut id = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM sources"))?;
    let mut source = 0;
    for path in files {
        let hash = sha256(path)?;
        let code = format!("nomenclature-{}", hash.get(..12).unwrap_or_default());
        if let Some(known) = conn
            .rows(Statement(format!("SELECT id FROM sources WHERE code = '{code}'")), &[])?
            .first()
            .and_then(|r| r.int(0))
        {
            source = known;
            continue;
        }
        id += 1;
        source = id;
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("file").to_owned();
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
fn line(file: &CsvFile, record: &Record) -> Result<(String, Node), (usize, String)> {
    let width = record.width(file);
    if width != file.width() {
        return Err((0, format!("the line has {width} fields, expected {}", file.width())));
    }
    let edition = record.get(file, 1);
    let plain = |text: &str| {
        !text.is_empty()
            && text.len() <= 20
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
    };
    if !plain(&edition) {
        return Err((1, "expected an edition such as HS2017".to_owned()));
    }
    let code = record.get(file, 2);
    let code = if edition.starts_with("HS") {
        // A spreadsheet drops the zero of codes such as 0101; the level tells how long the code was.
        let length = record.get(file, 5).parse::<usize>().ok().filter(|l| matches!(l, 2 | 4 | 6));
        let length = length.ok_or((5, "expected the level 2, 4 or 6".to_owned()))?;
        let padded = format!("{code:0>length$}");
        if padded.len() != length || !padded.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
            return Err((2, format!("expected an HS code of {length} places")));
        }
        padded
    } else {
        if !plain(&code) {
            return Err((2, "expected a code of letters and digits".to_owned()));
        }
        code
    };
    Ok((edition, Node { code, name: record.get(file, 3) }))
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
    terms: Vec<Vec<Value>>,
    added: Added,
}

/// Adds nodes to a classification, which is made when it is not there. Parents that are missing are made without a
/// name. Writes no revision.
pub fn add(conn: &mut Conn, edition: &str, mut nodes: Vec<Node>) -> Done<Added> {
    if nodes.is_empty() {
        return Ok(Added::default());
    }
    let mut tree = Tree::load(conn, edition)?;
    nodes.sort_by(|a, b| (a.code.len(), &a.code).cmp(&(b.code.len(), &b.code)));
    let mut renamed = Vec::new();
    for node in &nodes {
        match tree.known.get(&node.code).cloned() {
            None => {
                tree.insert(&node.code, &node.name);
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
    for (id, node) in renamed {
        bulk::execute(
            conn,
            &Statement(format!(
                "DELETE FROM names WHERE subject_kind = 'SECTOR' AND subject_id = {id} AND language = 'en'"
            )),
        )?;
        bulk::execute(conn, &Statement(format!("DELETE FROM terms WHERE kind = 'SECTOR' AND subject_id = {id}")))?;
        bulk::update(conn, "sectors", id, &[("sort_name", Value::Text(fold(&node.name)))])?;
        tree.name(id, &node.name);
        tree.added.renamed += 1;
        tree.changed("UPDATE", &node.code);
    }
    tree.save(conn)
}

impl Tree {
    fn load(conn: &mut Conn, edition: &str) -> Done<Self> {
        let found = conn.rows(Statement(format!("SELECT id FROM classifications WHERE code = '{edition}'")), &[])?;
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
            terms: Vec::new(),
            added: Added { changes, ..Added::default() },
        })
    }

    /// The node above a code: by two digits in HS, else the longest known code it begins with.
    fn parent(&mut self, code: &str) -> Option<Known> {
        if self.is_hs {
            return match code.len().checked_sub(2).filter(|l| *l >= 2).and_then(|l| code.get(..l)) {
                Some(above) => {
                    if !self.known.contains_key(above) {
                        self.insert(above, "");
                    }
                    self.known.get(above).cloned()
                }
                None => self.top.clone(),
            };
        }
        (1..code.len())
            .rev()
            .filter_map(|l| code.get(..l))
            .find_map(|above| self.known.get(above.trim_end_matches('.')).cloned())
    }

    fn insert(&mut self, code: &str, name: &str) {
        let parent = self.parent(code);
        self.next += 1;
        let id = self.next;
        let base = parent.as_ref().map_or_else(|| format!("/{}/", self.edition), |p| p.path.clone());
        let path = format!("{base}{code}/");
        let level = if self.is_hs {
            i64::try_from(code.len()).unwrap_or(0)
        } else {
            parent.as_ref().map_or(1, |p| p.level + 1)
        };
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
        let (name, terms) = name_rows(id, text);
        self.names.push(name);
        self.terms.extend(terms);
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
        bulk::insert(conn, "terms", &["term", "kind", "subject_id"], &[], &self.terms)?;
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

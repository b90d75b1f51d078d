//! Rows that have ids: found by key, compared with what is there, inserted or updated, with their names, lists and
//! place in the tree.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::cell::{self, parent_key};
use super::keys::Place;
use super::lines::{BadLine, Line};
use super::load::{Done, Load, Parsed, bad_cell};
use super::remove::Missing;
use super::spec::{Cell, File, Link, To, Told};
use crate::domain::flow::{REGION_LEVELS, code_of};
use crate::domain::fold::fold;
use crate::storage::bulk::{self, Statement};
use crate::storage::conn::Conn;
use crate::storage::value::{ColumnType, Value};

/// Rows that are compared and written at once.
const CHUNK: usize = 2_000;

const NAME_COLUMNS: &[&str] = &["subject_kind", "subject_id", "language", "ordinal", "text", "folded"];

type Next<'n> = &'n mut dyn FnMut() -> Done<Option<Result<Line, BadLine>>>;

/// A row with its id.
struct Row {
    parsed: Parsed,
    id: i64,
    is_new: bool,
    /// Its path, in a tree.
    path: Option<String>,
}

/// Loads the rows of a file.
pub(super) fn load(
    conn: &mut Conn,
    load: &mut Load<'_>,
    file: &'static File,
    path: &Path,
    next: Next<'_>,
) -> Done<Missing> {
    let Some(to) = file.to else { return Ok(Missing::default()) };
    let mut own = HashMap::new();
    let mut chunk = Vec::with_capacity(CHUNK);
    let mut moved = Vec::new();
    let mut sorted = if file.tree { Some(below_their_parents(load, file, to, next)?.into_iter()) } else { None };
    loop {
        let line = match &mut sorted {
            Some(lines) => lines.next(),
            None => next()?,
        };
        let Some(line) = line else { break };
        let cells = line.as_ref().map(|line| line.cells.clone()).unwrap_or_default();
        let Some(parsed) = load.parse(file, path, line) else { continue };
        match place(load, file, to, parsed, &cells, &mut own, &mut moved) {
            Ok(row) => chunk.push(row),
            Err(bad) => load.bad(path, &bad),
        }
        if chunk.len() == CHUNK {
            write(conn, load, file, path, std::mem::take(&mut chunk))?;
        }
    }
    write(conn, load, file, path, chunk)?;
    move_subtrees(conn, load, file, to, &moved)?;
    let seen: HashSet<i64> = own.into_values().map(|(id, _)| id).collect();
    let missing = if load.replace { missing(conn, file, &seen)? } else { Vec::new() };
    load.seen.entry(file.table).or_default().extend(seen);
    Ok(Missing::Ids(missing))
}

/// Ids of rows that are there and that the file does not have.
fn missing(conn: &mut Conn, file: &File, seen: &HashSet<i64>) -> Done<Vec<i64>> {
    let statement = Statement(format!("SELECT id FROM {} WHERE {} ORDER BY id", file.table, file.condition()));
    Ok(conn.rows(statement, &[])?.iter().filter_map(|row| row.int(0)).filter(|id| !seen.contains(id)).collect())
}

/// All lines, each behind the one above it in the tree, otherwise as they came.
fn below_their_parents(load: &Load<'_>, file: &File, to: To, next: Next<'_>) -> Done<Vec<Result<Line, BadLine>>> {
    let parent_at = file.columns.iter().position(|c| matches!(c.cell, Cell::Parent));
    let key = |line: &Line| {
        line.cells.iter().take(file.key).map(|c| c.as_deref().unwrap_or_default()).collect::<Vec<_>>().join("/")
    };
    let mut waiting = Vec::new();
    let mut expected: HashSet<String> = HashSet::new();
    while let Some(line) = next()? {
        if let Ok(line) = &line {
            let key = key(line);
            if load.keys.find(to, &key).is_none() {
                expected.insert(key);
            }
        }
        waiting.push(line);
    }
    let mut out = Vec::with_capacity(waiting.len());
    // One round a level where lines stand in any order, one where each stands behind its parent.
    loop {
        let before = waiting.len();
        let mut rest = Vec::new();
        for line in waiting {
            let above = line.as_ref().ok().and_then(|line| {
                let cell = line.cells.get(parent_at?)?.as_deref().filter(|cell| !cell.is_empty())?;
                Some(parent_key(file, cell, &line.cells))
            });
            if above.is_some_and(|above| expected.contains(&above)) {
                rest.push(line);
                continue;
            }
            if let Ok(line) = &line {
                expected.remove(&key(line));
            }
            out.push(line);
        }
        waiting = rest;
        if waiting.is_empty() || waiting.len() == before {
            break;
        }
    }
    // What stands below itself, or below a line that is not there, is told as such when it is read.
    out.append(&mut waiting);
    Ok(out)
}

/// Gives a row its id and its place in the tree.
fn place(
    load: &mut Load<'_>,
    file: &'static File,
    to: To,
    parsed: Parsed,
    cells: &[Option<String>],
    own: &mut HashMap<String, (i64, u64)>,
    moved: &mut Vec<(i64, String, String)>,
) -> Result<Row, BadLine> {
    let bad = |column: usize, value: &str, reason: String| BadLine {
        number: parsed.line,
        column: file.columns.get(column).map_or_else(String::new, |c| c.name.to_owned()),
        value: value.to_owned(),
        reason,
    };
    let last_key = file.key.saturating_sub(1);
    if let Some((_, line)) = own.get(&parsed.key) {
        return Err(bad(last_key, &parsed.key, format!("stands in line {line} already")));
    }
    let known = load.keys.find(to, &parsed.key);
    if let (Some(id), To::Party) = (known, to)
        && load.keys.organisations.contains(&id) != (file.name == "organisations")
    {
        let other = if file.name == "organisations" { "a company" } else { "an organisation" };
        return Err(bad(last_key, &parsed.key, format!("is {other}; a slug names one row")));
    }
    if known.is_none() {
        let missing =
            file.columns.iter().zip(&parsed.cells).find(|(c, cell)| cell.is_none() && load.unsaid(file, c).is_err());
        if let Some((column, _)) = missing {
            return Err(bad_cell(parsed.line, column, None, "a new row needs it".to_owned()));
        }
    }
    let mut path = None;
    if file.tree {
        let parent_at = file.columns.iter().position(|c| matches!(c.cell, Cell::Parent)).unwrap_or(0);
        let parent = parsed.number(parent_at, 0);
        let is_said = parsed.cells.get(parent_at).is_some_and(Option::is_some);
        if is_said && parent.is_some() && cells.get(1).and_then(Option::as_deref) == Some("GROUP") {
            let value = cells.get(parent_at).and_then(Option::as_deref).unwrap_or_default();
            return Err(bad(parent_at, value, "a bloc lies in nothing, or its members would count twice".to_owned()));
        }
        if is_said || known.is_none() {
            path = Some(path_of(load, file, to, parent, cells));
        }
        let before = known.and_then(|id| load.keys.places.get(&(to, id))).map(|p| p.path.clone());
        if let (Some(new), Some(before), Some(id)) = (&path, before, known)
            && *new != before
        {
            if new.starts_with(&before) {
                let value = cells.get(parent_at).and_then(Option::as_deref).unwrap_or_default();
                return Err(bad(parent_at, value, "it would stand below itself".to_owned()));
            }
            moved.push((id, before, new.clone()));
        }
    }
    let id = known.unwrap_or_else(|| load.keys.next(file.table));
    own.insert(parsed.key.clone(), (id, parsed.line));
    if known.is_none() {
        load.keys.add(to, &parsed.key, id);
        remember(load, file, to, id, &parsed, cells);
    }
    if let Some(path) = &path {
        let level = load.keys.places.get(&(to, id)).map_or_else(|| level_of(to, cells), |p| p.level);
        load.keys.places.insert((to, id), Place { path: path.clone(), level });
    }
    Ok(Row { parsed, id, is_new: known.is_none(), path })
}

/// Level of a node in the figure table.
fn level_of(to: To, cells: &[Option<String>]) -> i64 {
    let text = cells.get(2).and_then(Option::as_deref).unwrap_or_default();
    match to {
        To::Region => code_of(REGION_LEVELS, text).unwrap_or(0),
        _ => text.parse().unwrap_or(0),
    }
}

/// What later rows must know of a new one.
fn remember(load: &mut Load<'_>, file: &File, to: To, id: i64, parsed: &Parsed, cells: &[Option<String>]) {
    match to {
        To::Party if file.name == "organisations" => {
            load.keys.organisations.insert(id);
        }
        To::Dataset => {
            let at = |name: &str| file.column(name).unwrap_or(usize::MAX);
            let scale = parsed.number(at("scale"), 0).and_then(|s| u32::try_from(s).ok()).unwrap_or(3);
            let currency = cells.get(at("currency")).and_then(Clone::clone).or_else(|| load.currency.clone());
            let currency = currency.unwrap_or_default();
            load.keys.datasets.insert(id, (scale, currency));
        }
        _ => {}
    }
}

/// The path of a node: that of the node above and its code. A node below one of another classification begins with
/// its own classification, and so does one at the top, but for `TOTAL`, which is above all.
fn path_of(load: &Load<'_>, file: &File, to: To, parent: Option<i64>, cells: &[Option<String>]) -> String {
    let cell = |at: usize| cells.get(at).and_then(Option::as_deref).unwrap_or_default();
    let code = cell(file.key.saturating_sub(1));
    let above = parent.and_then(|id| load.keys.places.get(&(to, id))).map(|p| p.path.as_str());
    if to == To::Region {
        return format!("{}{code}/", above.unwrap_or("/"));
    }
    let (classification, level) = (cell(0), cell(2));
    let parent_at = file.columns.iter().position(|c| matches!(c.cell, Cell::Parent)).unwrap_or(0);
    let is_own = parent_key(file, cell(parent_at), cells).starts_with(&format!("{classification}/"));
    match above {
        Some(above) if is_own => format!("{above}{code}/"),
        Some(above) => format!("{above}{classification}/{code}/"),
        None if level == "0" => format!("/{code}/"),
        None => format!("/{classification}/{code}/"),
    }
}

/// Gives the nodes below those that moved their new paths.
fn move_subtrees(
    conn: &mut Conn,
    load: &mut Load<'_>,
    file: &File,
    to: To,
    moved: &[(i64, String, String)],
) -> Done<()> {
    for (id, before, new) in moved {
        let below: Vec<(i64, String)> = load
            .keys
            .places
            .iter()
            .filter(|((kind, other), place)| *kind == to && other != id && place.path.starts_with(before.as_str()))
            .filter_map(|((_, other), place)| {
                Some((*other, format!("{new}{}", place.path.strip_prefix(before.as_str())?)))
            })
            .collect();
        for (other, path) in below {
            bulk::update(conn, file.table, other, &[("path", Value::Text(path.clone()))])?;
            if let Some(place) = load.keys.places.get_mut(&(to, other)) {
                place.path = path;
            }
        }
    }
    Ok(())
}

/// What is there of the rows of a chunk.
#[derive(Default)]
pub(super) struct Existing {
    pub(super) rows: HashMap<i64, Vec<Value>>,
    pub(super) names: HashMap<(i64, String), String>,
    pub(super) lists: HashMap<(usize, i64), Vec<i64>>,
}

/// Reads rows by id.
pub(super) fn existing(conn: &mut Conn, file: &File, ids: &[i64]) -> Done<Existing> {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    let mut out = Existing::default();
    if ids.is_empty() {
        return Ok(out);
    }
    let ids = ids.join(",");
    let columns = file.db_columns();
    let mut types = vec![ColumnType::Int];
    types.extend(file.columns.iter().flat_map(cell::types));
    let statement = Statement(format!("SELECT id, {} FROM {} WHERE id IN ({ids})", columns.join(", "), file.table));
    for mut row in conn.rows(statement, &types)? {
        if let Some(id) = row.int(0) {
            out.rows.insert(id, row.values.split_off(1));
        }
    }
    if let Some(kind) = file.names {
        let statement = Statement(format!(
            "SELECT subject_id, language, text FROM names WHERE subject_kind = '{kind}' AND ordinal = 0 AND subject_id IN ({ids})"
        ));
        for row in conn.rows(statement, &[])? {
            if let (Some(id), Some(language), Some(text)) = (row.int(0), row.text(1), row.text(2)) {
                out.names.insert((id, language.to_owned()), text.to_owned());
            }
        }
    }
    for (index, link) in links(file) {
        let fixed = link.fixed.map_or_else(String::new, |(column, value)| format!(" AND {column} = '{value}'"));
        let Link { table, owner, target, .. } = link;
        let statement = Statement(format!(
            "SELECT {owner}, {target} FROM {table} WHERE {owner} IN ({ids}){fixed} ORDER BY {target}"
        ));
        for row in conn.rows(statement, &[])? {
            if let (Some(owner), Some(target)) = (row.int(0), row.int(1)) {
                out.lists.entry((index, owner)).or_default().push(target);
            }
        }
    }
    Ok(out)
}

fn links(file: &File) -> impl Iterator<Item = (usize, Link)> {
    file.columns.iter().enumerate().filter_map(|(index, column)| match column.cell {
        Cell::List(link) => Some((index, link)),
        _ => None,
    })
}

/// What a chunk writes.
#[derive(Default)]
struct Output {
    rows: Vec<Vec<Value>>,
    names: Vec<Vec<Value>>,
    lists: BTreeMap<usize, Vec<Vec<Value>>>,
}

fn write(conn: &mut Conn, load: &mut Load<'_>, file: &'static File, path: &Path, chunk: Vec<Row>) -> Done<()> {
    let old: Vec<i64> = chunk.iter().filter(|r| !r.is_new).map(|r| r.id).collect();
    let existing = existing(conn, file, &old)?;
    let mut out = Output::default();
    for row in &chunk {
        if row.is_new {
            insert(load, file, row, &mut out);
        } else {
            update(conn, load, file, path, row, &existing, &mut out)?;
        }
    }
    let mut columns = vec!["id"];
    columns.extend(file.fixed.iter().map(|(column, _)| *column));
    columns.extend(file.db_columns());
    columns.extend(file.keyed);
    columns.extend(file.tree.then_some("path"));
    columns.extend(file.names.map(|_| "sort_name"));
    bulk::insert(conn, file.table, &columns, &[], &out.rows)?;
    bulk::insert(conn, "names", NAME_COLUMNS, &[], &out.names)?;
    for (index, link) in links(file) {
        let Some(rows) = out.lists.get(&index) else { continue };
        let mut columns = vec![link.owner, link.target];
        columns.extend(link.fixed.map(|(column, _)| column));
        bulk::insert(conn, link.table, &columns, &[], rows)?;
    }
    Ok(())
}

fn name_row(kind: &str, id: i64, language: &str, text: &str) -> Vec<Value> {
    vec![
        Value::Text(kind.to_owned()),
        Value::Int(id),
        Value::Text(language.to_owned()),
        Value::Int(0),
        Value::Text(text.to_owned()),
        Value::Text(fold(text)),
    ]
}

fn list_rows(link: Link, owner: i64, targets: &[i64]) -> impl Iterator<Item = Vec<Value>> {
    let fixed = link.fixed.map(|(_, value)| Value::Text(value.to_owned()));
    targets
        .iter()
        .map(move |target| [Value::Int(owner), Value::Int(*target)].into_iter().chain(fixed.clone()).collect())
}

/// The folded name by which rows are ordered: the English one, else the last part of the key.
fn sort_name(parsed: &Parsed) -> Value {
    let english = parsed.names.iter().find(|(language, _)| language == "en").map(|(_, text)| text.as_str());
    let key = parsed.key.rsplit('/').next().unwrap_or_default();
    Value::Text(fold(english.filter(|text| !text.is_empty()).unwrap_or(key)))
}

fn insert(load: &mut Load<'_>, file: &'static File, row: &Row, out: &mut Output) {
    let mut values = vec![Value::Int(row.id)];
    values.extend(file.fixed.iter().map(|(_, value)| Value::Text((*value).to_owned())));
    for (column, cell) in file.columns.iter().zip(&row.parsed.cells) {
        match cell {
            Some(read) => values.extend(read.values.iter().cloned()),
            None => values.extend(load.unsaid(file, column).unwrap_or_else(|_| vec![Value::Null; column.db.len()])),
        }
    }
    values.extend(file.keyed.map(|_| Value::Text(row.parsed.key.clone())));
    values.extend(file.tree.then(|| Value::text(row.path.clone())));
    values.extend(file.names.map(|_| sort_name(&row.parsed)));
    out.rows.push(values);
    if let Some(kind) = file.names {
        let named = row.parsed.names.iter().filter(|(_, text)| !text.is_empty());
        out.names.extend(named.map(|(language, text)| name_row(kind, row.id, language, text)));
    }
    for (index, link) in links(file) {
        if let Some(Some(read)) = row.parsed.cells.get(index) {
            out.lists.entry(index).or_default().extend(list_rows(link, row.id, &read.list));
        }
    }
    load.summary.inserted += 1;
    load.added.entry(file.table).or_default().push(row.id);
    if let Told::Entity(entity) = file.told {
        load.changed(entity, row.parsed.key.clone(), "INSERT");
    }
    told_owner(load, file, row);
}

/// Tells the owner of a fact.
fn told_owner(load: &mut Load<'_>, file: &File, row: &Row) {
    let Told::Owner(at) = file.told else { return };
    let kind =
        row.parsed.cells.first().and_then(Option::as_ref).and_then(|c| c.values.first()).and_then(Value::as_text);
    if let (Some(to), Some(id)) = (kind.and_then(To::of_subject), row.parsed.number(at, 0)) {
        load.touched(file, to, &row.parsed.owner, id);
    }
}

/// Writes what differs from the row that is there.
fn update(
    conn: &mut Conn,
    load: &mut Load<'_>,
    file: &'static File,
    path: &Path,
    row: &Row,
    existing: &Existing,
    out: &mut Output,
) -> Done<()> {
    let empty = Vec::new();
    let before = existing.rows.get(&row.id).unwrap_or(&empty);
    let mut set: Vec<(&'static str, Value)> = Vec::new();
    let mut at = 0;
    for (column, cell) in file.columns.iter().zip(&row.parsed.cells) {
        for (part, db) in column.db.iter().enumerate() {
            let old = before.get(at).unwrap_or(&Value::Null);
            at += 1;
            let Some(new) = cell.as_ref().and_then(|c| c.values.get(part)) else { continue };
            if new == old {
                continue;
            }
            if column.is_frozen {
                let reason = format!("it is `{}` in the database and cannot change", shown(old));
                load.bad(path, &bad_cell(row.parsed.line, column, Some(&shown(new)), reason));
                return Ok(());
            }
            set.push((db, new.clone()));
        }
    }
    if file.tree && set.iter().any(|(column, _)| *column == "parent_id") {
        set.extend(row.path.clone().map(|path| ("path", Value::Text(path))));
    }
    let mut is_changed = !set.is_empty();
    if let Some(kind) = file.names {
        for (language, text) in &row.parsed.names {
            let old = existing.names.get(&(row.id, language.clone())).map_or("", String::as_str);
            if old == text {
                continue;
            }
            is_changed = true;
            if !old.is_empty() {
                let key =
                    [Value::Text(kind.to_owned()), Value::Int(row.id), Value::Text(language.clone()), Value::Int(0)];
                bulk::delete(conn, "names", &["subject_kind", "subject_id", "language", "ordinal"], &[key.to_vec()])?;
            }
            if !text.is_empty() {
                out.names.push(name_row(kind, row.id, language, text));
            }
            if language == "en" {
                set.push(("sort_name", sort_name(&row.parsed)));
            }
        }
    }
    for (index, link) in links(file) {
        let Some(Some(read)) = row.parsed.cells.get(index) else { continue };
        let old = existing.lists.get(&(index, row.id)).map_or(&[][..], Vec::as_slice);
        if old == read.list {
            continue;
        }
        is_changed = true;
        let mut columns = vec![link.owner];
        columns.extend(link.fixed.map(|(column, _)| column));
        let mut key = vec![Value::Int(row.id)];
        key.extend(link.fixed.map(|(_, value)| Value::Text(value.to_owned())));
        bulk::delete(conn, link.table, &columns, &[key])?;
        out.lists.entry(index).or_default().extend(list_rows(link, row.id, &read.list));
    }
    if !is_changed {
        load.summary.unchanged += 1;
        return Ok(());
    }
    if !set.is_empty() {
        bulk::update(conn, file.table, row.id, &set)?;
    }
    load.summary.updated += 1;
    load.renamed.entry(file.table).or_default().insert(row.id);
    if let Told::Entity(entity) = file.told {
        load.changed(entity, row.parsed.key.clone(), "UPDATE");
    }
    told_owner(load, file, row);
    Ok(())
}

/// A value for a message.
fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

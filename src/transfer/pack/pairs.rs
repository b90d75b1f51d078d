//! Rows without ids: codes, members, correspondences, names, coverage, printed values. All that are there are held in
//! memory while a file is read: some hundred bytes a row.

use std::collections::HashMap;
use std::path::Path;

use super::cell;
use super::keys::Keys;
use super::lines::{BadLine, Line};
use super::load::{Done, Load, Parsed, bad_cell};
use super::remove::Missing;
use super::spec::{Cell, File, To, Told};
use crate::storage::bulk::{self, Statement};
use crate::storage::conn::Conn;
use crate::storage::value::{ColumnType, Value};

/// Rows that are written at once.
const CHUNK: usize = 5_000;

/// The rows of a table, by key.
pub(super) type Rows = HashMap<String, Vec<Value>>;

/// Loads the rows of a file.
pub(super) fn load(
    conn: &mut Conn,
    load: &mut Load<'_>,
    file: &'static File,
    path: &Path,
    next: &mut dyn FnMut() -> Done<Option<Result<Line, BadLine>>>,
) -> Done<Missing> {
    let existing = existing(conn, file)?;
    let n_key = file.key_columns().len();
    let mut seen: HashMap<String, u64> = HashMap::new();
    let (mut new, mut changed): (Vec<Vec<Value>>, Vec<Vec<Value>>) = (Vec::new(), Vec::new());
    while let Some(line) = next()? {
        let Some(parsed) = load.parse(file, path, line) else { continue };
        let key = key_text(&parsed.key_values(file));
        if let Some(line) = seen.get(&key) {
            let reason = format!("stands in line {line} already");
            let column = file.columns.get(file.key.saturating_sub(1)).map_or("", |c| c.name);
            let bad = BadLine { number: parsed.line, column: column.to_owned(), value: parsed.key.clone(), reason };
            load.bad(path, &bad);
            continue;
        }
        let before = existing.get(&key);
        let row = match merged(load, file, &parsed, before) {
            Ok(row) => row,
            Err(bad) => {
                load.bad(path, &bad);
                continue;
            }
        };
        seen.insert(key, parsed.line);
        if let Some(to) = file.to {
            load.keys.add(to, &parsed.key, 0);
        }
        match before {
            Some(before) if *before == row => {
                load.summary.unchanged += 1;
                continue;
            }
            Some(_) => load.summary.updated += 1,
            None => load.summary.inserted += 1,
        }
        tell(load, file, &parsed, before.is_some());
        if before.is_some() { &mut changed } else { &mut new }.push(row);
        if new.len() + changed.len() >= CHUNK {
            save(conn, file, &mut new, &mut changed)?;
        }
    }
    save(conn, file, &mut new, &mut changed)?;
    let is_gone =
        |load: &Load<'_>, row: &[Value]| load.replace || file.owned && !load.additive && is_owned(load, file, row);
    let mut gone: Vec<Vec<Value>> = existing
        .into_iter()
        .filter(|(key, row)| !seen.contains_key(key) && is_gone(load, row))
        .map(|(_, row)| row)
        .collect();
    gone.sort_by_key(|row| key_text(row));
    if load.replace {
        return Ok(Missing::Keys(
            gone.into_iter()
                .map(|mut row| {
                    row.truncate(n_key);
                    row
                })
                .collect(),
        ));
    }
    remove(conn, load, file, &gone)?;
    Ok(Missing::default())
}

/// Deletes rows, given by the values of their keys.
pub(super) fn remove(conn: &mut Conn, load: &mut Load<'_>, file: &File, rows: &[Vec<Value>]) -> Done<()> {
    if rows.is_empty() {
        return Ok(());
    }
    for row in rows {
        load.summary.deleted += 1;
        tell_owner_of(load, file, row);
    }
    bulk::delete(conn, file.table, &file.key_columns(), rows)?;
    Ok(())
}

/// The text by which keys are compared.
fn key_text(values: &[Value]) -> String {
    let mut out = String::new();
    for value in values {
        match value {
            Value::Text(text) => out.push_str(text),
            Value::Int(number) => out.push_str(&number.to_string()),
            other => out.push_str(&format!("{other:?}")),
        }
        // No text of a key holds it.
        out.push('\u{1f}');
    }
    out
}

/// The rows that are there.
pub(super) fn existing(conn: &mut Conn, file: &File) -> Done<Rows> {
    let types: Vec<ColumnType> = file.columns.iter().flat_map(cell::types).collect();
    let statement =
        Statement(format!("SELECT {} FROM {} WHERE {}", file.db_columns().join(", "), file.table, file.condition()));
    let n_key = file.key_columns().len();
    let rows = conn.rows(statement, &types)?;
    Ok(rows.into_iter().map(|row| (key_text(row.values.get(..n_key).unwrap_or_default()), row.values)).collect())
}

/// The whole row: what the line says, else what is there, else what a new row begins with.
fn merged(load: &Load<'_>, file: &File, parsed: &Parsed, before: Option<&Vec<Value>>) -> Result<Vec<Value>, BadLine> {
    let mut row = Vec::new();
    for (column, cell) in file.columns.iter().zip(&parsed.cells) {
        let width = column.db.len();
        match (cell, before) {
            (Some(read), _) => row.extend(read.values.iter().cloned()),
            (None, Some(before)) => row.extend(before.iter().skip(row.len()).take(width).cloned()),
            (None, None) => {
                let read = load.unsaid(file, column);
                row.extend(read.map_err(|_| bad_cell(parsed.line, column, None, "a new row needs it".to_owned()))?);
            }
        }
    }
    Ok(row)
}

/// Writes new rows, and others over those that are there.
fn save(conn: &mut Conn, file: &File, new: &mut Vec<Vec<Value>>, changed: &mut Vec<Vec<Value>>) -> Done<()> {
    let mut columns = file.db_columns();
    for (column, number) in file.initial {
        columns.push(column);
        new.iter_mut().chain(changed.iter_mut()).for_each(|row| row.push(Value::Int(*number)));
    }
    bulk::insert(conn, file.table, &columns, &[], new)?;
    bulk::insert(conn, file.table, &columns, &file.key_columns(), changed)?;
    new.clear();
    changed.clear();
    Ok(())
}

/// Tells of a new or changed row.
fn tell(load: &mut Load<'_>, file: &File, parsed: &Parsed, is_there: bool) {
    match file.told {
        Told::Owner(_) => {
            let values = parsed.key_values(file);
            if let Some((to, id)) = owner_of(file, &values) {
                load.touched(file, to, &parsed.owner.clone(), id);
            }
        }
        Told::Figures => {
            if let Some(key) = group_of(&parsed.key_values(file), file) {
                load.groups.entry(key).or_default().is_changed = true;
            }
        }
        Told::Entity(entity) => {
            load.changed(entity, parsed.key.clone(), if is_there { "UPDATE" } else { "INSERT" });
        }
        Told::Nobody => {}
    }
}

/// Tells of a row that is deleted, given by the values of its key.
fn tell_owner_of(load: &mut Load<'_>, file: &File, row: &[Value]) {
    match file.told {
        Told::Owner(_) => {
            if let Some((to, id)) = owner_of(file, row)
                && let Some(key) = key_of(&load.keys, to, id)
            {
                load.touched(file, to, &key, id);
            }
        }
        Told::Figures => {
            if let Some(key) = group_of(row, file) {
                load.groups.entry(key).or_default().is_changed = true;
            }
        }
        Told::Entity(_) | Told::Nobody => {}
    }
}

fn key_of(keys: &Keys, to: To, id: i64) -> Option<String> {
    keys.all(to).find(|(_, other)| *other == id).map(|(key, _)| key.to_owned())
}

/// What a row belongs to.
fn owner_of(file: &File, row: &[Value]) -> Option<(To, i64)> {
    let Told::Owner(at) = file.told else { return None };
    let id = row.get(at)?.as_int()?;
    match file.columns.get(at)?.cell {
        Cell::Ref(to) => Some((to, id)),
        Cell::Subject(kind) => Some((row.get(kind)?.as_text().and_then(To::of_subject)?, id)),
        _ => None,
    }
}

/// Dataset, reporter and period of a row's key.
fn group_of(row: &[Value], file: &File) -> Option<super::figures::GroupKey> {
    let at = file.columns.iter().take(file.key).take_while(|c| !matches!(c.cell, Cell::Period)).count();
    let number = |at: usize| row.get(at).and_then(Value::as_int);
    Some((number(0)?, number(1)?, number(at)?, number(at + 1)?))
}

/// Whether the pack holds the row that this one belongs to, so that it says all of its rows.
fn is_owned(load: &Load<'_>, file: &File, row: &[Value]) -> bool {
    let Some((to, id)) = owner_of(file, row) else { return false };
    let table = match to {
        To::Region => "regions",
        To::Sector => "sectors",
        To::Party => "parties",
        To::Event => "events",
        To::Agreement => "agreements",
        _ => return false,
    };
    load.seen.get(table).is_some_and(|ids| ids.contains(&id))
}

//! Figures of a pack. [`figures`] turns lines into figures with ids; [`store`] is where they go, a batch at a time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::lines::{BadLine, Line};
use super::load::{Done, Load, Parsed};
use super::remove::Missing;
use super::spec::{File, To};
use crate::storage::bulk::{self, Statement};
use crate::storage::conn::Conn;
use crate::storage::dialect::KeyTable;
use crate::storage::sql::keyed::{FIGURE_KEY, Keyed};
use crate::storage::value::Value;

/// Figures that are compared and written at once.
const CHUNK: usize = 5_000;

/// Dataset, reporter, first month and length of the period.
pub(in crate::transfer) type GroupKey = (i64, i64, i64, i64);

/// What happened to the figures of a dataset, reporter and period.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::transfer) struct Group {
    pub(super) inserted: i64,
    pub(super) updated: i64,
    pub(super) deleted: i64,
    /// Something about them changed: they, their coverage or what was printed.
    pub(super) is_changed: bool,
}

/// A figure with ids: the columns of [`FIGURE_KEY`], then those of [`CONTENT`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    key: Vec<i64>,
    content: Vec<Value>,
}

/// What a figure says, apart from its key.
const CONTENT: &[&str] = &["value_scaled", "quantity_milli", "quantity_unit", "net_weight_g", "status", "source_id"];
/// Columns of the table that follow from others.
const DERIVED: &[&str] = &["origin", "reporter_level", "partner_level", "sector_level", "revision"];
/// `origin` of what a source gave.
const REPORTED: i64 = 1;

impl Figure {
    fn group(&self) -> GroupKey {
        let at = |index: usize| self.key.get(index).copied().unwrap_or_default();
        (at(0), at(1), at(5), at(6))
    }
}

/// Loads figures.csv.
pub(super) fn load(
    conn: &mut Conn,
    load: &mut Load<'_>,
    file: &'static File,
    path: &Path,
    next: &mut dyn FnMut() -> Done<Option<Result<Line, BadLine>>>,
) -> Done<Missing> {
    let mut chunk: Vec<(Parsed, Figure)> = Vec::with_capacity(CHUNK);
    let mut seen: HashSet<Vec<i64>> = HashSet::new();
    while let Some(line) = next()? {
        let Some(parsed) = load.parse(file, path, line) else { continue };
        let figure = figure(file, &parsed);
        if !seen.insert(figure.key.clone()) {
            let reason = "the figure stands in an earlier line already".to_owned();
            load.bad(path, &BadLine { number: parsed.line, column: "period".to_owned(), value: parsed.key, reason });
            continue;
        }
        chunk.push((parsed, figure));
        if chunk.len() == CHUNK {
            store(conn, load, std::mem::take(&mut chunk))?;
        }
    }
    store(conn, load, chunk)?;
    if !load.replace {
        return Ok(Missing::default());
    }
    missing(conn, &seen)
}

/// Keys of the figures that are there and that the file does not have, of the datasets that it has.
fn missing(conn: &mut Conn, seen: &HashSet<Vec<i64>>) -> Done<Missing> {
    let datasets: HashSet<i64> = seen.iter().filter_map(|key| key.first().copied()).collect();
    let mut out = Vec::new();
    for dataset in datasets {
        let statement = Statement(format!(
            "SELECT {key} FROM trade_figures WHERE dataset_id = {dataset} AND origin = {REPORTED} ORDER BY {key}",
            key = FIGURE_KEY.join(", ")
        ));
        for row in conn.rows(statement, &[])? {
            let key: Vec<i64> = row.values.iter().filter_map(Value::as_int).collect();
            if !seen.contains(&key) {
                out.push(row.values);
            }
        }
    }
    Ok(Missing::Keys(out))
}

/// The figure of a line.
fn figure(file: &File, parsed: &Parsed) -> Figure {
    let key = parsed.key_values(file).iter().filter_map(Value::as_int).collect();
    let mut content = Vec::with_capacity(CONTENT.len());
    for (column, cell) in file.columns.iter().zip(&parsed.cells).skip(file.key) {
        match cell {
            Some(read) => content.extend(read.values.iter().cloned()),
            // A figure is said whole: what its line does not say is unknown.
            None if column.name == "status" => content.push(Value::Int(1)),
            None => content.push(Value::Null),
        }
    }
    Figure { key, content }
}

/// Writes figures that are new or say something else than those that are there.
fn store(conn: &mut Conn, load: &mut Load<'_>, chunk: Vec<(Parsed, Figure)>) -> Done<()> {
    if chunk.is_empty() {
        return Ok(());
    }
    let datasets: HashSet<i64> = chunk.iter().filter_map(|(_, figure)| figure.key.first().copied()).collect();
    for dataset in datasets {
        bulk::ensure_figure_partition(conn, dataset)?;
    }
    let keys = KeyTable::new(chunk.iter().map(|(_, figure)| figure.key.clone()).collect(), FIGURE_KEY.len());
    let columns: &[&str] =
        &["value_scaled", "quantity_milli", "quantity_unit", "net_weight_g", "status", "source_id", "origin"];
    let mut before: HashMap<usize, Vec<Value>> = HashMap::new();
    for row in conn.rows(Keyed { table: "trade_figures", columns, order: "origin", keys }, &[])? {
        let number = row.int(0).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        if row.int(CONTENT.len() + 1) == Some(REPORTED) {
            before.insert(number, row.values.get(1..=CONTENT.len()).unwrap_or_default().to_vec());
        }
    }
    let mut rows = Vec::new();
    for (index, (_, figure)) in chunk.iter().enumerate() {
        let group = load.groups.entry(figure.group()).or_default();
        match before.get(&(index + 1)) {
            Some(content) if *content == figure.content => {
                load.summary.unchanged += 1;
                continue;
            }
            Some(_) => {
                load.summary.updated += 1;
                group.updated += 1;
            }
            None => {
                load.summary.inserted += 1;
                group.inserted += 1;
            }
        }
        group.is_changed = true;
        rows.push(row(load, figure));
    }
    let columns: Vec<&str> = FIGURE_KEY.iter().chain(CONTENT).chain(DERIVED).copied().collect();
    let key: Vec<&str> = FIGURE_KEY.iter().copied().chain(["origin"]).collect();
    bulk::insert(conn, "trade_figures", &columns, &key, &rows)?;
    Ok(())
}

/// The row of a figure.
fn row(load: &Load<'_>, figure: &Figure) -> Vec<Value> {
    let level = |to: To, index: usize| {
        let id = figure.key.get(index).copied().unwrap_or_default();
        Value::Int(load.keys.places.get(&(to, id)).map_or(0, |place| place.level))
    };
    let derived = [
        Value::Int(REPORTED),
        level(To::Region, 1),
        level(To::Region, 2),
        level(To::Sector, 3),
        Value::Int(load.revision),
    ];
    figure.key.iter().map(|n| Value::Int(*n)).chain(figure.content.iter().cloned()).chain(derived).collect()
}

/// Counts the figures of each group that was touched; a group without coverage is LISTED.
pub(super) fn count(conn: &mut Conn, load: &mut Load<'_>) -> Done<()> {
    let pairs: BTreeMap<(i64, i64), ()> =
        load.groups.keys().map(|(dataset, reporter, ..)| ((*dataset, *reporter), ())).collect();
    for (dataset, reporter) in pairs.into_keys() {
        let of = format!("dataset_id = {dataset} AND reporter_id = {reporter}");
        let figures = counts(
            conn,
            format!(
                "SELECT period_start, period_months, COUNT(*) FROM trade_figures WHERE {of} AND origin = {REPORTED} GROUP BY period_start, period_months"
            ),
        )?;
        let covered =
            counts(conn, format!("SELECT period_start, period_months, n_figures FROM dataset_coverage WHERE {of}"))?;
        let groups =
            load.groups.range((dataset, reporter, i64::MIN, i64::MIN)..=(dataset, reporter, i64::MAX, i64::MAX));
        let mut new = Vec::new();
        for (_, _, start, months) in groups.map(|(key, _)| *key) {
            let wanted = figures.get(&(start, months)).copied().unwrap_or(0);
            match covered.get(&(start, months)) {
                Some(n) if *n == wanted => {}
                Some(_) => {
                    let statement = Statement(format!(
                        "UPDATE dataset_coverage SET n_figures = {wanted} WHERE {of} AND period_start = {start} AND period_months = {months}"
                    ));
                    bulk::execute(conn, &statement)?;
                }
                None if wanted == 0 => {}
                None => new.push(
                    [dataset, reporter, start, months]
                        .into_iter()
                        .map(Value::Int)
                        .chain(["LISTED", "LISTED"].map(|word| Value::Text(word.to_owned())))
                        .chain([Value::Int(wanted)])
                        .collect(),
                ),
            }
        }
        let columns =
            ["dataset_id", "reporter_id", "period_start", "period_months", "partners", "sectors", "n_figures"];
        bulk::insert(conn, "dataset_coverage", &columns, &[], &new)?;
    }
    Ok(())
}

fn counts(conn: &mut Conn, statement: String) -> Done<HashMap<(i64, i64), i64>> {
    let rows = conn.rows(Statement(statement), &[])?;
    Ok(rows.iter().filter_map(|row| Some(((row.int(0)?, row.int(1)?), row.int(2)?))).collect())
}

/// Deletes figures, given by key.
pub(super) fn remove(conn: &mut Conn, load: &mut Load<'_>, keys: &[Vec<Value>]) -> Done<()> {
    for key in keys {
        let at = |index: usize| key.get(index).and_then(Value::as_int).unwrap_or_default();
        let group = load.groups.entry((at(0), at(1), at(5), at(6))).or_default();
        group.deleted += 1;
        group.is_changed = true;
        load.summary.deleted += 1;
    }
    bulk::delete(conn, "trade_figures", FIGURE_KEY, keys)?;
    Ok(())
}

/// Figures of a reporter that are read at once.
const HELD: i64 = 200_000;

/// The reporters of a dataset, with how many figures each has.
pub(super) fn reporters(conn: &mut Conn, dataset: i64) -> Done<Vec<(i64, i64)>> {
    let statement = Statement(format!(
        "SELECT reporter_id, COUNT(*) FROM trade_figures WHERE dataset_id = {dataset} AND origin = {REPORTED} GROUP BY reporter_id"
    ));
    Ok(conn.rows(statement, &[])?.iter().filter_map(|row| Some((row.int(0)?, row.int(1)?))).collect())
}

/// The partners whose figures are read together, in their order: all of a reporter that has few figures.
pub(super) fn partners(
    conn: &mut Conn,
    dataset: i64,
    reporter: i64,
    n_figures: i64,
    place: &HashMap<i64, usize>,
) -> Done<Vec<Vec<i64>>> {
    if n_figures <= HELD {
        return Ok(vec![Vec::new()]);
    }
    let statement = Statement(format!(
        "SELECT partner_id, COUNT(*) FROM trade_figures WHERE dataset_id = {dataset} AND reporter_id = {reporter} AND origin = {REPORTED} GROUP BY partner_id"
    ));
    let rows = conn.rows(statement, &[])?;
    let mut all: Vec<(i64, i64)> = rows.iter().filter_map(|row| Some((row.int(0)?, row.int(1)?))).collect();
    all.sort_by_key(|(id, _)| place.get(id));
    let mut out: Vec<Vec<i64>> = Vec::new();
    let mut held = HELD;
    for (partner, count) in all {
        held += count;
        match out.last_mut() {
            Some(last) if held <= HELD => last.push(partner),
            _ => {
                held = count;
                out.push(vec![partner]);
            }
        }
    }
    Ok(out)
}

/// Figures of a dataset and reporter with these partners, or all where none are named, as the file's columns.
pub(super) fn read(
    conn: &mut Conn,
    file: &File,
    dataset: i64,
    reporter: i64,
    partners: &[i64],
) -> Done<Vec<Vec<Value>>> {
    let list = partners.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let of = if partners.is_empty() { String::new() } else { format!(" AND partner_id IN ({list})") };
    let statement = Statement(format!(
        "SELECT {} FROM trade_figures WHERE dataset_id = {dataset} AND reporter_id = {reporter}{of} AND origin = {REPORTED}",
        file.db_columns().join(", ")
    ));
    Ok(conn.rows(statement, &[])?.into_iter().map(|row| row.values).collect())
}

//! Figures of a pack: lines become figures with ids, which are sorted and stored as those of any other file.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::lines::{BadLine, Line};
use super::load::{Done, Load, Parsed};
use super::remove::Missing;
use super::spec::File;
use crate::storage::bulk::{self, Statement};
use crate::storage::conn::Conn;
use crate::storage::figures::{self, Counts};
use crate::storage::sql::keyed::FIGURE_KEY;
use crate::storage::value::Value;
use crate::transfer::TransferError;
use crate::transfer::figures::derive::derive_anew;
use crate::transfer::figures::store::{self, Dimensions};
use crate::transfer::sorted::{Figure, Key, Sorted, Sorter};

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

/// `origin` of what a source gave.
const REPORTED: i64 = 1;

/// What sorted figures have numbers for.
#[derive(Debug, Default)]
struct Numbered {
    datasets: Vec<i64>,
    units: Vec<String>,
    sources: Vec<i64>,
}

impl Numbered {
    /// The figure of a line, or why it cannot be kept.
    fn figure(&mut self, file: &File, parsed: &Parsed) -> Result<Figure, String> {
        let key: Vec<i64> = parsed.key_values(file).iter().filter_map(Value::as_int).collect();
        let at = |index: usize| key.get(index).copied().unwrap_or_default();
        let id = |index: usize| u32::try_from(at(index)).map_err(|_| "its id is too large".to_owned());
        let mut value = HashMap::new();
        for (column, cell) in file.columns.iter().zip(&parsed.cells).skip(file.key) {
            // A figure is said whole: what its line does not say is unknown.
            value.insert(column.name, cell.as_ref().and_then(|read| read.values.first().cloned()));
        }
        let int = |name: &str| value.get(name).and_then(Option::as_ref).and_then(Value::as_int);
        let unit = value.get("quantity_unit").and_then(Option::as_ref).and_then(Value::as_text).unwrap_or_default();
        let dataset = u8::try_from(place_of(&mut self.datasets, at(0)));
        Ok(Figure {
            cut: false,
            weight_only: false,
            key: Key {
                dataset: dataset.map_err(|_| "a pack holds figures of at most 256 datasets".to_owned())?,
                reporter: id(1)?,
                partner: id(2)?,
                sector: id(3)?,
                flow: u8::try_from(at(4)).unwrap_or_default(),
                start: u16::try_from(at(5)).map_err(|_| "the year is too large".to_owned())?,
                months: u8::try_from(at(6)).unwrap_or_default(),
            },
            value: int("value"),
            weight: int("net_weight_kg"),
            quantity: int("quantity"),
            unit: number(place_of(&mut self.units, unit.to_owned())),
            status: int("status").and_then(|status| u8::try_from(status).ok()).unwrap_or(1),
            rounded: false,
            // A place that no source has: none is named.
            file: int("source").map_or(u16::MAX, |source| number(place_of(&mut self.sources, source))),
            line: u32::try_from(parsed.line).unwrap_or(u32::MAX),
        })
    }
}

fn place_of<T: PartialEq>(all: &mut Vec<T>, one: T) -> usize {
    all.iter().position(|known| *known == one).unwrap_or_else(|| {
        all.push(one);
        all.len() - 1
    })
}

fn number(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

/// A figure from another source is another figure. What a pack lacks is removed elsewhere.
const MANNER: figures::Manner = figures::Manner::AddBySource;

/// Loads figures.csv.
pub(super) fn load(
    conn: &mut Conn,
    load: &mut Load<'_>,
    file: &'static File,
    path: &Path,
    next: &mut dyn FnMut() -> Done<Option<Result<Line, BadLine>>>,
) -> Done<Missing> {
    let full = |e: std::io::Error| TransferError::File(format!("the temporary folder cannot hold the figures: {e}"));
    let mut numbered = Numbered::default();
    let mut sorter = Sorter::default();
    while let Some(line) = next()? {
        let Some(parsed) = load.parse(file, path, line) else { continue };
        match numbered.figure(file, &parsed) {
            Ok(figure) => sorter.push(figure).map_err(full)?,
            Err(reason) => bad(load, path, parsed.line, reason),
        }
    }
    let expected = sorter.by_dataset();
    let dimensions = Dimensions::load(conn, &numbered.units, &numbered.sources)?;
    let mut sorted = Unique { ahead: None, sorted: sorter.sorted().map_err(full)?, repeated: Vec::new() };
    sorted.ahead = sorted.sorted.next().transpose().map_err(full)?;
    let mut missing = Vec::new();
    for (place, dataset) in numbered.datasets.iter().enumerate() {
        let fresh = figures::is_fresh(conn, *dataset)?;
        let mut next = || match sorted.ahead {
            Some(figure) if usize::from(figure.key.dataset) == place => sorted.next().map_err(full),
            _ => Ok(None),
        };
        let of = figures::Load::reported(*dataset, load.revision);
        let mut levels = store::Levels::default();
        let expected = expected.get(place).copied().unwrap_or(0);
        let staged = (!fresh).then_some(MANNER);
        let (mut groups, filling) = store::put(conn, of, expected, staged, &dimensions, &mut levels, &mut next)?;
        levels.write(conn, *dataset)?;
        if let Some(filling) = filling {
            figures::end_filling(conn, filling)?;
        }
        if !fresh {
            groups = figures::compare(conn, *dataset, MANNER)?.into_iter().collect();
            let changed: i64 = groups.values().map(|c| c.inserted + c.updated).sum();
            if changed > 0 {
                figures::apply(conn, of, u64::try_from(changed).unwrap_or(0), MANNER)?;
            }
            if load.replace {
                missing.extend(figures::missing(conn, *dataset)?);
            }
            figures::unstage(conn)?;
        }
        for ((reporter, start, months), counts) in groups {
            count_group(load, (*dataset, reporter, start, months), counts);
        }
    }
    for line in sorted.repeated {
        bad(load, path, line.into(), "the figure stands in an earlier line already".to_owned());
    }
    Ok(Missing::Keys(missing))
}

fn count_group(load: &mut Load<'_>, key: GroupKey, counts: Counts) {
    let group = load.groups.entry(key).or_default();
    group.inserted += counts.inserted;
    group.updated += counts.updated;
    group.is_changed |= counts.inserted + counts.updated > 0;
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    load.summary.inserted += count(counts.inserted);
    load.summary.updated += count(counts.updated);
    load.summary.unchanged += count(counts.staged - counts.inserted - counts.updated);
}

fn bad(load: &mut Load<'_>, path: &Path, number: u64, reason: String) {
    load.bad(path, &BadLine { number, column: "period".to_owned(), value: String::new(), reason });
}

/// Sorted figures without those whose key an earlier line has.
struct Unique {
    sorted: Sorted,
    ahead: Option<Figure>,
    /// Lines of those.
    repeated: Vec<u32>,
}

impl Unique {
    fn next(&mut self) -> std::io::Result<Option<Figure>> {
        let Some(figure) = self.ahead.take() else { return Ok(None) };
        loop {
            match self.sorted.next().transpose()? {
                Some(next) if next.key == figure.key => self.repeated.push(next.line),
                next => {
                    self.ahead = next;
                    return Ok(Some(figure));
                }
            }
        }
    }
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

/// Makes the derived figures of the periods of which anything changed.
pub(super) fn derive(conn: &mut Conn, load: &mut Load<'_>) -> Done<()> {
    let mut changed: BTreeMap<i64, BTreeSet<(i64, i64)>> = BTreeMap::new();
    for ((dataset, _, start, months), _) in load.groups.iter().filter(|(_, group)| group.is_changed) {
        changed.entry(*dataset).or_default().insert((*start, *months));
    }
    for (dataset, periods) in changed {
        let of = figures::Load::reported(dataset, load.revision);
        load.summary.derived += derive_anew(conn, of, &periods, None, load.tell)?;
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

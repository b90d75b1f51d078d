//! Puts sorted figures of one dataset into the database: directly where it has none yet, else into the staging table.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::Done;
use rustc_hash::FxHashSet;

use crate::storage::bulk::{self, Fixed, Statement};
use crate::storage::conn::Conn;
use crate::storage::figures::{self, Counts, FigureRow, Filling, Group, Load, Manner, NOT_TOLD};
use crate::storage::value::{Row, Value};
use crate::transfer::sorted::Figure;

/// Which levels a dataset holds in each period: reporter, partner, sector, classification, flow, first month, months and
/// origin, as [`LEVELS`] names them.
#[derive(Debug, Default)]
pub(in crate::transfer) struct Levels {
    all: FxHashSet<[i64; 8]>,
    last: Option<[i64; 8]>,
}

/// Columns of `dataset_levels` behind the dataset.
const LEVELS: [&str; 8] = [
    "reporter_level",
    "partner_level",
    "sector_level",
    "classification_id",
    "flow",
    "period_start",
    "period_months",
    "origin",
];

impl Levels {
    /// Notes where a figure stands.
    pub(super) fn note(&mut self, row: &FigureRow, classification: i64, origin: i64) {
        let ([reporter, partner, sector], [flow, start, months]) = (row.levels, row.when);
        let seen = [reporter, partner, sector, classification, flow, start, months, origin];
        if self.last != Some(seen) {
            self.last = Some(seen);
            self.all.insert(seen);
        }
    }

    /// Writes the levels of the reported figures of a dataset anew, found in the figures themselves.
    pub(super) fn find(conn: &mut Conn, dataset: i64) -> Done<()> {
        let of_figures = LEVELS.map(|column| match column {
            "classification_id" => "s.classification_id".to_owned(),
            column => format!("f.{column}"),
        });
        for statement in [
            format!("DELETE FROM dataset_levels WHERE dataset_id = {dataset}"),
            format!(
                "INSERT INTO dataset_levels (dataset_id, {}) SELECT DISTINCT f.dataset_id, {} FROM trade_figures f JOIN sectors s ON s.id = f.sector_id WHERE f.dataset_id = {dataset} AND f.origin = 1",
                LEVELS.join(", "),
                of_figures.join(", ")
            ),
        ] {
            bulk::execute(conn, &Statement(statement))?;
        }
        Ok(())
    }

    /// Writes those that are not there yet.
    pub(in crate::transfer) fn write(&self, conn: &mut Conn, dataset: i64) -> Done<()> {
        let statement =
            Statement(format!("SELECT {} FROM dataset_levels WHERE dataset_id = {dataset}", LEVELS.join(", ")));
        let known: FxHashSet<[i64; 8]> =
            conn.rows(statement, &[])?.iter().map(|row| std::array::from_fn(|at| row.int(at).unwrap_or(-1))).collect();
        let mut new: Vec<&[i64; 8]> = self.all.difference(&known).collect();
        new.sort_unstable();
        let rows: Vec<Vec<Value>> = new
            .iter()
            .map(|row| std::iter::once(&dataset).chain(row.iter()).map(|n| Value::Int(*n)).collect())
            .collect();
        let columns: Vec<&'static str> = std::iter::once("dataset_id").chain(LEVELS).collect();
        bulk::insert(conn, "dataset_levels", &columns, &[], &rows)?;
        Ok(())
    }
}

/// What figures need besides themselves.
pub(in crate::transfer) struct Dimensions {
    region_levels: HashMap<u32, i64>,
    /// Level and classification.
    sectors: HashMap<u32, (i64, i64)>,
    units: Vec<Rc<str>>,
    /// Source of each file.
    sources: Vec<i64>,
}

impl Dimensions {
    /// The levels of all regions and sectors; `units` and `sources` are those that figures number.
    pub(in crate::transfer) fn load(conn: &mut Conn, units: &[String], sources: &[i64]) -> Done<Self> {
        let sectors = conn.rows(Fixed("SELECT id, level, classification_id FROM sectors"), &[])?;
        let sector = |r: &Row| Some((u32::try_from(r.int(0)?).ok()?, (r.int(1)?, r.int(2)?)));
        Ok(Self {
            region_levels: region_levels(conn)?,
            sectors: sectors.iter().filter_map(sector).collect(),
            units: units.iter().map(|u| Rc::from(u.as_str())).collect(),
            sources: sources.to_vec(),
        })
    }

    fn row(&self, figure: &Figure) -> FigureRow {
        let key = figure.key;
        let region = |id: u32| self.region_levels.get(&id).copied().unwrap_or(0);
        let unit = self.units.get(usize::from(figure.unit)).filter(|u| !u.is_empty() && figure.quantity.is_some());
        FigureRow {
            sides: [key.reporter, key.partner, key.sector].map(i64::from),
            when: [i64::from(key.flow), i64::from(key.start), i64::from(key.months)],
            levels: [
                region(key.reporter),
                region(key.partner),
                self.sectors.get(&key.sector).map_or(0, |(level, _)| *level),
            ],
            value: figure.value,
            quantity: figure.quantity,
            unit: unit.cloned(),
            weight: figure.weight,
            status: i64::from(figure.status),
            source: self.sources.get(usize::from(figure.file)).copied(),
        }
    }
}

/// The levels of regions, as figures have them.
pub(super) fn region_levels(conn: &mut Conn) -> Done<HashMap<u32, i64>> {
    let statement = Fixed(
        "SELECT id, CASE level WHEN 'WORLD' THEN 0 WHEN 'AREA' THEN 1 WHEN 'COUNTRY' THEN 2 WHEN 'PROVINCE' THEN 3 ELSE 4 END FROM regions",
    );
    let rows = conn.rows(statement, &[])?;
    Ok(rows.iter().filter_map(|r| Some((u32::try_from(r.int(0)?).ok()?, r.int(1)?))).collect())
}

/// Fills a fresh dataset and counts its rows by reporter and period; stages the figures of one that has some, to be
/// compared in a manner, from which the counts come then. A filling has to be ended.
pub(in crate::transfer) fn put(
    conn: &mut Conn,
    load: Load,
    expected: u64,
    staged: Option<Manner>,
    dimensions: &Dimensions,
    levels: &mut Levels,
    next: &mut dyn FnMut() -> Done<Option<Figure>>,
) -> Done<(BTreeMap<Group, Counts>, Option<Filling>)> {
    let mut groups: BTreeMap<Group, Counts> = BTreeMap::new();
    let mut rows = || -> Done<Option<FigureRow>> {
        let Some(figure) = next()? else { return Ok(None) };
        if staged.is_none() {
            let group = (i64::from(figure.key.reporter), i64::from(figure.key.start), i64::from(figure.key.months));
            let counts = groups.entry(group).or_default();
            counts.staged += 1;
            counts.inserted += 1;
        }
        let mut row = dimensions.row(&figure);
        if staged.is_none() && row.status == i64::from(NOT_TOLD) {
            row.status = 4;
        }
        levels.note(&row, dimensions.sectors.get(&figure.key.sector).map_or(0, |(_, of)| *of), load.origin);
        Ok(Some(row))
    };
    let filling = match staged {
        None => Some(figures::fill(conn, load, expected, &mut rows)?),
        Some(manner) => {
            figures::stage(conn, load, manner, &mut rows)?;
            None
        }
    };
    Ok((groups, filling))
}

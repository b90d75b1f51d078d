//! Puts sorted figures of one dataset into the database: directly where it has none yet, else into the staging table.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::Done;
use crate::storage::bulk::Fixed;
use crate::storage::conn::Conn;
use crate::storage::figures::{self, Counts, FigureRow, Group, Load, Manner};
use crate::transfer::sorted::Figure;

/// What figures need besides themselves.
pub(in crate::transfer) struct Dimensions {
    region_levels: HashMap<u32, i64>,
    sector_levels: HashMap<u32, i64>,
    units: Vec<Rc<str>>,
    /// Source of each file.
    sources: Vec<i64>,
}

impl Dimensions {
    /// The levels of all regions and sectors; `units` and `sources` are those that figures number.
    pub(in crate::transfer) fn load(conn: &mut Conn, units: &[String], sources: &[i64]) -> Done<Self> {
        let regions = Fixed(
            "SELECT id, CASE level WHEN 'WORLD' THEN 0 WHEN 'AREA' THEN 1 WHEN 'COUNTRY' THEN 2 WHEN 'PROVINCE' THEN 3 ELSE 4 END FROM regions",
        );
        Ok(Self {
            region_levels: levels(conn, regions)?,
            sector_levels: levels(conn, Fixed("SELECT id, level FROM sectors"))?,
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
                self.sector_levels.get(&key.sector).copied().unwrap_or(0),
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

fn levels(conn: &mut Conn, statement: Fixed) -> Done<HashMap<u32, i64>> {
    let rows = conn.rows(statement, &[])?;
    Ok(rows.iter().filter_map(|r| Some((u32::try_from(r.int(0)?).ok()?, r.int(1)?))).collect())
}

/// Fills a fresh dataset and counts its rows by reporter and period; stages the figures of one that has some, to be
/// compared in a manner, from which the counts come then.
pub(in crate::transfer) fn put(
    conn: &mut Conn,
    load: Load,
    expected: u64,
    staged: Option<Manner>,
    dimensions: &Dimensions,
    next: &mut dyn FnMut() -> Done<Option<Figure>>,
) -> Done<BTreeMap<Group, Counts>> {
    let mut groups: BTreeMap<Group, Counts> = BTreeMap::new();
    let mut rows = || -> Done<Option<FigureRow>> {
        let Some(figure) = next()? else { return Ok(None) };
        if staged.is_none() {
            let group = (i64::from(figure.key.reporter), i64::from(figure.key.start), i64::from(figure.key.months));
            let counts = groups.entry(group).or_default();
            counts.staged += 1;
            counts.inserted += 1;
        }
        Ok(Some(dimensions.row(&figure)))
    };
    match staged {
        None => figures::fill(conn, load, expected, &mut rows)?,
        Some(manner) => figures::stage(conn, load, manner, &mut rows)?,
    }
    Ok(groups)
}

//! Makes the upper levels of figures whose reporters are complete: of sectors up to all goods, of partners and of
//! reporters up to the world. A level that the source itself reports is never made a second time.
//!
//! Figures are read once. Each adds to every level above it in memory; what does not fit goes to the sorter, which
//! brings the parts of a sum together. Only then is it known which levels the source reports of a reporter and period,
//! and so from which of them an upper level is to be made.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::store::Levels;
use super::{Done, unsorted};
use crate::storage::bulk::{Fixed, Statement};
use crate::storage::conn::Conn;
use crate::storage::figures::{self, DERIVED, FIGURES, FigureRow, Filling, Load};
use crate::storage::value::Row;
use crate::transfer::report::Tell;
use crate::transfer::sorted::{Figure, Key, Sorted, Sorter};

/// Sums that are kept in memory: about 14 MiB, twice; what is more goes to the sorter.
const KEPT: usize = 1 << 16;
/// Levels of regions.
const WORLD: u8 = 0;
const COUNTRY: u8 = 2;
/// Reporters that make a world: the trade of one is none.
const REPORTERS: usize = 2;
/// Levels of sectors that are told apart.
const LEVELS: u8 = 8;
/// Marks sums that are made of the partners' figures; without it they are made of finer sectors.
const OF_PARTNERS: u16 = 0x100;

/// Bits of the statuses of what is summed.
const ESTIMATED: u8 = 1 << 2;
const CONFIDENTIAL: u8 = 1 << 3;
const MISSING: u8 = 1 << 4;
/// The sum does not fit 64 bits.
const TOO_LARGE: u8 = 1 << 7;

/// A period: first month and months.
type When = (u16, u8);
/// A figure's reporter, level of its partner, flow and period.
type Unit = (u32, u8, u8, When);

/// What is made of a dataset.
#[derive(Debug, Clone, Copy)]
struct Task<'a> {
    /// The dataset and the revision that its new rows come with.
    load: Load,
    /// Only these periods, first month and months; all where there is none.
    periods: Option<&'a BTreeSet<(i64, i64)>>,
    /// Where its figures stand and go.
    table: &'a str,
}

/// Makes the derived figures of the periods that changed anew, and ends the filling of a dataset that is new; how many
/// there are.
pub(in crate::transfer) fn derive_anew(
    conn: &mut Conn,
    load: Load,
    changed: &BTreeSet<(i64, i64)>,
    filling: Option<Filling>,
    tell: Tell<'_>,
) -> Done<u64> {
    let mut made = 0;
    if let Some(filling) = filling {
        made = derive(conn, Task { load, periods: None, table: &filling.table }, tell)?;
        figures::end_filling(conn, filling)?;
    } else if !changed.is_empty() {
        if has_derived(conn, load.dataset)? {
            figures::remove_derived(conn, load.dataset, Some(changed))?;
        }
        made = derive(conn, Task { load, periods: Some(changed), table: FIGURES }, tell)?;
    }
    Ok(made)
}

/// Makes all levels and derived figures of a dataset anew; how many figures there were and are.
pub(in crate::transfer) fn derive_all(conn: &mut Conn, load: Load, tell: Tell<'_>) -> Done<(usize, u64)> {
    let removed = figures::remove_derived(conn, load.dataset, None)?;
    Levels::find(conn, load.dataset)?;
    let statement = format!("SELECT SUM(n_figures) FROM dataset_coverage WHERE dataset_id = {}", load.dataset);
    let held = conn.rows(Statement(statement), &[])?;
    let held = held.first().and_then(|row| row.int(0)).and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
    let indexes = figures::set_indexes_aside(conn, held)?;
    let made = derive(conn, Task { load, periods: None, table: FIGURES }, tell)?;
    figures::make_indexes(conn, &indexes)?;
    Ok((removed, made))
}

fn has_derived(conn: &mut Conn, dataset: i64) -> Done<bool> {
    let statement = format!("SELECT 1 FROM dataset_levels WHERE dataset_id = {dataset} AND origin = {DERIVED} LIMIT 1");
    Ok(!conn.rows(Statement(statement), &[])?.is_empty())
}

/// Makes the derived figures; how many there are. Those that were there of the periods have to be removed before.
fn derive(conn: &mut Conn, task: Task<'_>, tell: Tell<'_>) -> Done<u64> {
    let complete = Complete::read(conn, task)?;
    let world = conn.rows(Fixed("SELECT id FROM regions WHERE level = 'WORLD' ORDER BY id LIMIT 1"), &[])?;
    let world = world.first().and_then(|row| row.int(0)).and_then(|id| u32::try_from(id).ok());
    let Some(world) = world.filter(|_| !complete.reporters.is_empty()) else { return Ok(0) };
    let mut reading = Reading {
        nodes: Nodes::read(conn)?,
        complete,
        world,
        known: Known::default(),
        words: vec![Rc::from("")],
        of_reporters: Sums::default(),
        of_world: Sums::default(),
    };
    reading.read(conn, task)?;
    let Reading { nodes, complete, known, words, of_reporters, of_world, .. } = reading;
    let mut derived = Derived {
        parts: of_reporters.sorted()?,
        ahead: None,
        world_parts: Some(of_world),
        of_all: None,
        upper: Known::default(),
        region_levels: figures_levels(conn)?,
        nodes,
        complete,
        known,
        world,
        words,
        made: 0,
        too_large: 0,
    };
    let load = task.load.derived();
    let mut levels = Levels::default();
    let mut next = || -> Done<Option<FigureRow>> {
        let row = derived.next()?;
        if let Some((row, classification)) = &row {
            levels.note(row, *classification, load.origin);
        }
        Ok(row.map(|(row, _)| row))
    };
    figures::append(conn, load, task.table, &mut next)?;
    levels.write(conn, load.dataset)?;
    if derived.too_large > 0 {
        tell(&format!("{} sums do not fit 64 bits and are left out of the derived levels", derived.too_large));
    }
    Ok(derived.made)
}

fn figures_levels(conn: &mut Conn) -> Done<FxHashMap<u32, u8>> {
    let all = super::store::region_levels(conn)?;
    Ok(all.into_iter().filter_map(|(id, level)| Some((id, u8::try_from(level).ok()?))).collect())
}

/// Reporters and periods of which all partners and sectors are there.
struct Complete {
    reporters: FxHashMap<(u32, When), ()>,
    /// Reporters by period.
    counts: FxHashMap<When, usize>,
}

impl Complete {
    fn read(conn: &mut Conn, task: Task<'_>) -> Done<Self> {
        let statement = Statement(format!(
            "SELECT c.reporter_id, c.period_start, c.period_months, r.level FROM dataset_coverage c JOIN regions r ON r.id = c.reporter_id WHERE c.dataset_id = {} AND c.partners = 'COMPLETE' AND c.sectors = 'COMPLETE'",
            task.load.dataset
        ));
        let mut out = Self { reporters: FxHashMap::default(), counts: FxHashMap::default() };
        for row in conn.rows(statement, &[])? {
            let (Some(reporter), Some(when)) = (id(&row, 0), when(&row, 1)) else { continue };
            if task.has(when) {
                out.reporters.insert((reporter, when), ());
                if row.text(3) == Some("COUNTRY") {
                    *out.counts.entry(when).or_default() += 1;
                }
            }
        }
        Ok(out)
    }
}

impl Task<'_> {
    fn has(&self, (start, months): When) -> bool {
        self.periods.is_none_or(|periods| periods.contains(&(i64::from(start), i64::from(months))))
    }
}

fn id(row: &Row, at: usize) -> Option<u32> {
    row.int(at).and_then(|n| u32::try_from(n).ok())
}

fn small(row: &Row, at: usize) -> Option<u8> {
    row.int(at).and_then(|n| u8::try_from(n).ok())
}

fn when(row: &Row, at: usize) -> Option<When> {
    Some((row.int(at).and_then(|n| u16::try_from(n).ok())?, small(row, at + 1)?))
}

/// Sectors with what stands above them.
struct Nodes {
    all: FxHashMap<u32, Node>,
}

struct Node {
    classification: u32,
    level: u8,
    /// The levels above and the node there, without sections of HS, which group chapters and are no level of figures.
    above: Vec<(u8, u32)>,
}

impl Nodes {
    fn read(conn: &mut Conn) -> Done<Self> {
        struct Raw {
            parent: Option<u32>,
            classification: u32,
            level: u8,
            family: String,
        }
        let statement = "SELECT s.id, s.parent_id, s.classification_id, s.level, c.family FROM sectors s JOIN classifications c ON c.id = s.classification_id";
        let rows = conn.rows(Fixed(statement), &[])?;
        let mut raw: FxHashMap<u32, Raw> = FxHashMap::default();
        let mut totals: HashMap<String, u32> = HashMap::new();
        for row in &rows {
            let (Some(own), Some(classification), Some(level)) = (id(row, 0), id(row, 2), small(row, 3)) else {
                continue;
            };
            let family = row.text(4).unwrap_or_default().to_owned();
            if level == 0 {
                totals.insert(family.clone(), own);
            }
            raw.insert(own, Raw { parent: id(row, 1), classification, level, family });
        }
        let above = |node: &Raw| {
            let mut out = Vec::new();
            let mut next = node.parent;
            while let Some((own, parent)) = next.and_then(|own| Some((own, raw.get(&own)?))) {
                if parent.level > 0 && !(parent.family == "HS" && parent.level == 1) && out.len() < usize::from(LEVELS)
                {
                    out.push((parent.level, own));
                }
                next = parent.parent.filter(|_| parent.level > 0);
            }
            out.extend(totals.get(&node.family).filter(|_| node.level > 0).map(|total| (0, *total)));
            out
        };
        let nodes = raw.iter().filter(|(_, node)| node.level < LEVELS).map(|(own, node)| {
            (*own, Node { classification: node.classification, level: node.level, above: above(node) })
        });
        Ok(Self { all: nodes.collect() })
    }
}

/// Which levels of which classifications the source itself reports.
#[derive(Default)]
struct Known {
    units: FxHashMap<Unit, Vec<(u32, u8)>>,
    last: Option<(Unit, u32, u8)>,
}

impl Known {
    fn note(&mut self, unit: Unit, node: &Node) {
        let seen = (unit, node.classification, node.level);
        if self.last == Some(seen) {
            return;
        }
        self.last = Some(seen);
        let levels = self.units.entry(unit).or_default();
        match levels.iter_mut().find(|(classification, _)| *classification == node.classification) {
            Some((_, mask)) => *mask |= 1 << node.level,
            None => levels.push((node.classification, 1 << node.level)),
        }
    }

    /// The level from which one of a unit is made: the next finer one that is reported, or that itself where `or_own`.
    /// Nothing where the source reports it, or where all goods would be made of two classifications.
    fn source(&self, unit: Unit, node: &Node, or_own: bool) -> Made {
        let Some(all) = self.units.get(&unit) else { return Made::Cannot };
        let is_reported = all.iter().any(|(classification, mask)| {
            mask & (1 << node.level) != 0 && (node.level == 0 || *classification == node.classification)
        });
        if is_reported {
            return if or_own { Made::Of(node.level) } else { Made::IsReported };
        }
        let finer = |mask: u8| (node.level + 1..LEVELS).find(|level| mask & (1 << level) != 0);
        let mut sources = all
            .iter()
            .filter(|(classification, _)| node.level == 0 || *classification == node.classification)
            .filter_map(|(_, mask)| finer(*mask));
        match (sources.next(), sources.next()) {
            (Some(level), None) => Made::Of(level),
            _ => Made::Cannot,
        }
    }
}

/// Which levels all complete reporters have that have a flow in a period: a world of some of them would be too small.
struct OfAll {
    /// How many reporters have the flow at all.
    reporters: FxHashMap<(u8, When), FxHashSet<u32>>,
    /// How many have it at a level of partners, of a classification and of its sectors.
    levels: FxHashMap<(u8, When, u8, u32, u8), usize>,
}

impl OfAll {
    fn of(known: &[&Known], complete: &Complete, region_levels: &FxHashMap<u32, u8>) -> Self {
        let mut out = Self { reporters: FxHashMap::default(), levels: FxHashMap::default() };
        let mut masks: FxHashMap<(Unit, u32), u8> = FxHashMap::default();
        for (unit, classes) in known.iter().flat_map(|known| &known.units) {
            let (reporter, _, flow, when) = *unit;
            if region_levels.get(&reporter) == Some(&COUNTRY) && complete.reporters.contains_key(&(reporter, when)) {
                out.reporters.entry((flow, when)).or_default().insert(reporter);
                for (class, mask) in classes {
                    *masks.entry((*unit, *class)).or_default() |= mask;
                }
            }
        }
        for (((_, partner_level, flow, when), class), mask) in masks {
            for level in (0..LEVELS).filter(|level| mask & (1 << level) != 0) {
                *out.levels.entry((flow, when, partner_level, class, level)).or_default() += 1;
            }
        }
        out
    }

    fn have(&self, (flow, when): (u8, When), partner_level: u8, node: &Node) -> bool {
        let all = self.reporters.get(&(flow, when)).map_or(0, FxHashSet::len);
        self.levels.get(&(flow, when, partner_level, node.classification, node.level)) == Some(&all)
    }
}

/// How a level comes about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    Of(u8),
    IsReported,
    Cannot,
}

/// Sums by key and by what they are made of.
#[derive(Default)]
struct Sums {
    kept: FxHashMap<(Key, u16), Figure>,
    sorter: Sorter,
}

impl Sums {
    fn add(&mut self, part: &Figure, key: Key, made_of: u16) -> Done<()> {
        match self.kept.entry((key, made_of)) {
            std::collections::hash_map::Entry::Occupied(mut sum) => put_together(sum.get_mut(), part),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(Figure { key, file: made_of, line: 0, ..*part });
            }
        }
        if self.kept.len() >= KEPT {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> Done<()> {
        for (_, sum) in self.kept.drain() {
            self.sorter.push(sum).map_err(unsorted)?;
        }
        Ok(())
    }

    fn sorted(mut self) -> Done<Sorted> {
        self.spill()?;
        let Self { kept, sorter } = self;
        drop(kept);
        sorter.sorted().map_err(unsorted)
    }
}

fn put_together(sum: &mut Figure, part: &Figure) {
    if sum.add(part).is_err() {
        sum.status |= TOO_LARGE;
    }
    sum.status |= part.status;
}

/// The reading of the figures that are there.
struct Reading {
    nodes: Nodes,
    complete: Complete,
    world: u32,
    known: Known,
    /// Units of quantities; the first is none.
    words: Vec<Rc<str>>,
    /// What reporters have at upper levels.
    of_reporters: Sums,
    /// What all reporters have together.
    of_world: Sums,
}

impl Reading {
    fn read(&mut self, conn: &mut Conn, task: Task<'_>) -> Done<()> {
        let statement = Statement(format!(
            "SELECT reporter_id, partner_id, sector_id, flow, period_start, period_months, reporter_level, partner_level, value_scaled, quantity_milli, quantity_unit, net_weight_g, status FROM {} WHERE dataset_id = {} AND origin = 1",
            task.table, task.load.dataset
        ));
        let mut places: HashMap<String, u16> = HashMap::new();
        conn.each_of(statement, |row| self.take(&row, task, &mut places))
    }

    fn take(&mut self, row: &Row, task: Task<'_>, places: &mut HashMap<String, u16>) -> Done<()> {
        let (Some(reporter), Some(partner), Some(sector)) = (id(row, 0), id(row, 1), id(row, 2)) else { return Ok(()) };
        let (Some(flow), Some(when)) = (small(row, 3), when(row, 4)) else { return Ok(()) };
        let (Some(reporter_level), Some(partner_level)) = (small(row, 6), small(row, 7)) else { return Ok(()) };
        if !task.has(when) {
            return Ok(());
        }
        let is_complete = self.complete.reporters.contains_key(&(reporter, when));
        if !is_complete && reporter != self.world {
            return Ok(());
        }
        let Some(node) = self.nodes.all.get(&sector) else { return Ok(()) };
        self.known.note((reporter, partner_level, flow, when), node);
        if !is_complete {
            return Ok(());
        }
        let unit = match row.text(10) {
            None => 0,
            Some(word) => match places.get(word) {
                Some(place) => *place,
                None => {
                    let place = u16::try_from(self.words.len()).unwrap_or(0);
                    self.words.push(Rc::from(word));
                    places.insert(word.to_owned(), place);
                    place
                }
            },
        };
        let key = Key { dataset: 0, reporter, partner, sector, flow, start: when.0, months: when.1 };
        let value = row.int(8);
        // A figure that is told is not withheld, whatever its row says, and one that is not told is missing at least.
        let status = match (value, small(row, 12).unwrap_or(1)) {
            (Some(_), 2) => ESTIMATED,
            (Some(_), _) => 0,
            (None, 3) => CONFIDENTIAL,
            (None, _) => MISSING,
        };
        let part = Figure {
            key,
            value,
            weight: row.int(11),
            quantity: row.int(9),
            unit,
            status,
            rounded: false,
            cut: false,
            weight_only: false,
            file: 0,
            line: 0,
        };
        let made_of = u16::from(node.level);
        for (_, above) in &node.above {
            self.of_reporters.add(&part, Key { sector: *above, ..key }, made_of)?;
        }
        if partner_level == COUNTRY {
            let of_partners = made_of | OF_PARTNERS;
            let key = Key { partner: self.world, ..key };
            self.of_reporters.add(&part, key, of_partners)?;
            for (_, above) in &node.above {
                self.of_reporters.add(&part, Key { sector: *above, ..key }, of_partners)?;
            }
        }
        if reporter_level == COUNTRY && matches!(partner_level, WORLD | COUNTRY) {
            self.of_world.add(&part, Key { reporter: self.world, ..key }, 0)?;
        }
        Ok(())
    }
}

/// The derived figures: first those of the reporters, in the order of their keys, then those of the world.
struct Derived {
    parts: Sorted,
    ahead: Option<Figure>,
    /// The world's parts, as long as reporters add to them.
    world_parts: Option<Sums>,
    /// What all reporters have, once the world is made.
    of_all: Option<OfAll>,
    /// Upper levels that are made of each reporter.
    upper: Known,
    region_levels: FxHashMap<u32, u8>,
    nodes: Nodes,
    complete: Complete,
    known: Known,
    world: u32,
    words: Vec<Rc<str>>,
    made: u64,
    too_large: u64,
}

impl Derived {
    /// The next figure, and its classification.
    fn next(&mut self) -> Done<Option<(FigureRow, i64)>> {
        loop {
            let Some(sums) = self.key()? else {
                // All that reporters have at upper levels is in the world's parts now.
                match self.world_parts.take() {
                    None => return Ok(None),
                    Some(parts) => {
                        self.parts = parts.sorted()?;
                        self.of_all = Some(OfAll::of(&[&self.known, &self.upper], &self.complete, &self.region_levels));
                        continue;
                    }
                }
            };
            let Some(sum) = self.chosen(&sums) else { continue };
            if sum.status & TOO_LARGE != 0 {
                self.too_large += 1;
                continue;
            }
            if sum.value.is_none() {
                continue;
            }
            let is_country = self.region_levels.get(&sum.key.reporter) == Some(&COUNTRY);
            if let Some(parts) = self.world_parts.as_mut().filter(|_| is_country)
                && matches!(self.region_levels.get(&sum.key.partner), Some(&(WORLD | COUNTRY)))
            {
                parts.add(&sum, Key { reporter: self.world, ..sum.key }, 0)?;
            }
            self.made += 1;
            let node = self.nodes.all.get(&sum.key.sector);
            if let (Some(node), Some(partner_level), None) =
                (node, self.region_levels.get(&sum.key.partner), &self.of_all)
            {
                let when = (sum.key.start, sum.key.months);
                self.upper.note((sum.key.reporter, *partner_level, sum.key.flow, when), node);
            }
            let classification = node.map_or(0, |node| i64::from(node.classification));
            return Ok(Some((self.row(&sum), classification)));
        }
    }

    /// The sums of the next key, one for each of what they are made of.
    fn key(&mut self) -> Done<Option<Vec<Figure>>> {
        let first = match self.ahead.take() {
            Some(first) => first,
            None => match self.parts.next().transpose().map_err(unsorted)? {
                Some(first) => first,
                None => return Ok(None),
            },
        };
        let mut sums = vec![first];
        while let Some(part) = self.parts.next().transpose().map_err(unsorted)? {
            match sums.last_mut() {
                Some(last) if last.key == part.key && last.file == part.file => put_together(last, &part),
                Some(last) if last.key == part.key => sums.push(part),
                _ => {
                    self.ahead = Some(part);
                    break;
                }
            }
        }
        Ok(Some(sums))
    }

    /// The sum that is made of the right level; nothing where the source reports it itself.
    fn chosen(&self, sums: &[Figure]) -> Option<Figure> {
        let key = sums.first()?.key;
        let node = self.nodes.all.get(&key.sector)?;
        let when = (key.start, key.months);
        let partner_level = *self.region_levels.get(&key.partner)?;
        let unit = |reporter: u32, partner_level: u8| (reporter, partner_level, key.flow, when);
        if let Some(of_all) = &self.of_all {
            let is_world = self.complete.counts.get(&when).is_some_and(|count| *count >= REPORTERS)
                && of_all.have((key.flow, when), partner_level, node);
            // What the source says of the world as a reporter is not made a second time.
            let is_free = !self.known.units.contains_key(&unit(self.world, partner_level));
            return sums.first().filter(|_| is_world && is_free).copied();
        }
        let made_of = match self.known.source(unit(key.reporter, partner_level), node, false) {
            Made::IsReported => return None,
            Made::Of(level) => u16::from(level),
            Made::Cannot if key.partner == self.world => {
                match self.known.source(unit(key.reporter, COUNTRY), node, true) {
                    Made::Of(level) => u16::from(level) | OF_PARTNERS,
                    _ => return None,
                }
            }
            Made::Cannot => return None,
        };
        sums.iter().find(|sum| sum.file == made_of).copied()
    }

    fn row(&self, sum: &Figure) -> FigureRow {
        let key = sum.key;
        let region = |id: u32| i64::from(self.region_levels.get(&id).copied().unwrap_or(0));
        let is_estimated = sum.status & (ESTIMATED | CONFIDENTIAL | MISSING) != 0;
        let unit = self.words.get(usize::from(sum.unit)).filter(|word| !word.is_empty());
        FigureRow {
            sides: [key.reporter, key.partner, key.sector].map(i64::from),
            when: [i64::from(key.flow), i64::from(key.start), i64::from(key.months)],
            levels: [
                region(key.reporter),
                region(key.partner),
                self.nodes.all.get(&key.sector).map_or(0, |node| i64::from(node.level)),
            ],
            value: sum.value,
            quantity: sum.quantity.filter(|_| unit.is_some()),
            unit: unit.filter(|_| sum.quantity.is_some()).cloned(),
            weight: sum.weight,
            status: if is_estimated { 2 } else { 1 },
            source: None,
        }
    }
}

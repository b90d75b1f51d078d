//! Converts sums by sectors into another classification: the weights of a sector share it out, and what is left of
//! rounding goes to the largest, so that totals stay exact.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::Stats;
use super::measures::{Cell, Key, NONE, Unit};
use super::sides::Conversion;
use crate::catalog::sector::{CLASSIFICATION, SECTOR};
use crate::domain::error_code::Reason;
use crate::domain::fraction::scaled;
use crate::graphql::errors::{GraphError, RunError};
use crate::graphql::execute::Session;
use crate::storage::bulk::Statement;
use crate::storage::nodes::Nodes;
use crate::storage::snapshot::Snapshot;
use crate::storage::value::Row;

/// Sectors that a message names.
const NAMED: usize = 5;
/// The weight of a sector that goes to one other as a whole.
const WHOLE: i64 = 1_000_000;

/// To what a sector corresponds.
#[derive(Debug, Clone, Copy)]
struct Target {
    to: i64,
    /// What stands above it at the level that is told.
    told: i64,
    /// In millionths; nothing where none is stated.
    weight: Option<i64>,
    /// Years.
    from: Option<i64>,
    until: Option<i64>,
}

/// What corresponds to what, by sector of the dataset.
#[derive(Debug, Default)]
pub(super) struct Mapping {
    targets: FxHashMap<i64, Vec<Target>>,
    is_split_equally: bool,
}

impl Target {
    fn read(row: &Row, is_turned: bool) -> Option<(i64, Self)> {
        let (from, to) = (row.int(0)?, row.int(1)?);
        // Weights share out the first of a pair, not the second.
        let weight = row.int(2).filter(|_| !is_turned);
        let (own, other) = if is_turned { (to, from) } else { (from, to) };
        Some((own, Self { to: other, told: NONE, weight, from: row.int(3), until: row.int(4) }))
    }

    fn is_of(&self, year: i64) -> bool {
        self.from.is_none_or(|from| from <= year) && self.until.is_none_or(|until| year <= until)
    }
}

impl Mapping {
    /// Shares out the sums of sectors. An error names sectors that go to several others without weights.
    pub(super) fn convert<K: Clone + Eq + std::hash::Hash>(
        &self,
        cells: FxHashMap<K, Cell>,
        key: impl Fn(&K) -> (i64, i64),
        with: impl Fn(&K, i64) -> K,
        lacking: &mut BTreeSet<i64>,
    ) -> FxHashMap<K, Cell> {
        let mut out: FxHashMap<K, Cell> = FxHashMap::with_capacity_and_hasher(cells.len(), rustc_hash::FxBuildHasher);
        for (group, cell) in cells {
            let (sector, period) = key(&group);
            let Some(shares) = self.shares(sector, period.div_euclid(12)) else {
                lacking.insert(sector);
                continue;
            };
            for (to, part) in share_out(&cell, &shares) {
                out.entry(with(&group, to)).or_default().add(&part);
            }
        }
        out
    }

    /// Where a sector goes, in the order of targets: what is told and the weight; nothing where several have no
    /// weights. Parts are those of the finest targets, so that a coarser level is the sum of the finer one.
    fn shares(&self, sector: i64, year: i64) -> Option<Vec<(i64, i64)>> {
        let targets = self.targets.get(&sector).map_or(&[][..], Vec::as_slice);
        let targets: BTreeMap<i64, &Target> =
            targets.iter().filter(|target| target.is_of(year)).map(|target| (target.to, target)).collect();
        let told: BTreeSet<i64> = targets.values().map(|target| target.told).collect();
        if told.len() <= 1 {
            return Some(vec![(told.first().copied().unwrap_or(NONE), WHOLE)]);
        }
        let is_weighted = targets.values().all(|target| target.weight.is_some())
            && targets.values().filter_map(|target| target.weight).sum::<i64>() > 0;
        match is_weighted {
            true => Some(targets.values().map(|target| (target.told, target.weight.unwrap_or(0))).collect()),
            // Equal parts, also where some have weights and others have none.
            false => self.is_split_equally.then(|| targets.values().map(|target| (target.told, 1)).collect()),
        }
    }
}

/// The parts of a sum.
fn share_out(cell: &Cell, shares: &[(i64, i64)]) -> Vec<(i64, Cell)> {
    let [(only, _)] = shares else {
        let all: i64 = shares.iter().map(|(_, weight)| weight).sum();
        let largest = (0..shares.len()).rev().max_by_key(|at| shares.get(*at).map(|(_, weight)| *weight));
        let part = |amount: i128, weight: i64| {
            scaled(amount.abs(), i128::from(weight), i128::from(all.max(1))).unwrap_or(0) * amount.signum()
        };
        let mut out: Vec<(i64, Cell)> = shares
            .iter()
            .map(|(to, weight)| {
                let own = Cell {
                    value: part(cell.value, *weight),
                    weight: part(cell.weight, *weight),
                    // A number of pieces is not shared out.
                    quantity: 0,
                    n_quantities: 0,
                    unit: Unit::None,
                    ..*cell
                };
                (*to, own)
            })
            .collect();
        let rest = |of: fn(&Cell) -> i128| of(cell) - out.iter().map(|(_, part)| of(part)).sum::<i128>();
        let (value, weight) = (rest(|cell| cell.value), rest(|cell| cell.weight));
        if let Some((_, part)) = largest.and_then(|at| out.get_mut(at)) {
            part.value += value;
            part.weight += weight;
        }
        return out;
    };
    vec![(*only, *cell)]
}

impl Stats {
    /// What corresponds to what, where sectors are converted.
    pub(super) fn mapping(&self, session: &mut Session<'_>) -> Result<Option<Mapping>, RunError> {
        let Some(conversion) = &self.chosen.editions.conversion else { return Ok(None) };
        let snapshot = session.snapshot;
        let nodes = snapshot.sectors();
        let mut out = Mapping { is_split_equally: conversion.is_split_equally, ..Mapping::default() };
        for own in conversion.from.iter().filter(|own| **own != conversion.to.0) {
            let mut of_class = self.correspondences(session, *own, conversion.to.0, false)?;
            if of_class.is_empty() {
                of_class = self.correspondences(session, *own, conversion.to.0, true)?;
            }
            if of_class.is_empty() {
                return Err(no_correspondence(snapshot, *own, conversion.to.0).into());
            }
            for (sector, target) in of_class {
                let told = at_level(nodes, target.to, conversion.to.1);
                out.targets.entry(sector).or_default().push(Target { told, ..target });
            }
        }
        self.pass_through(nodes, conversion, &mut out);
        Ok(Some(out))
    }

    /// Sectors of the classification that is asked for, and all goods, are themselves.
    fn pass_through(&self, nodes: &Nodes, conversion: &Conversion, out: &mut Mapping) {
        let own = Target { to: NONE, told: NONE, weight: Some(WHOLE), from: None, until: None };
        for sector in nodes.at((conversion.to.0, self.chosen.sides[2].level)) {
            if conversion.from.contains(&conversion.to.0) {
                let told = at_level(nodes, *sector, conversion.to.1);
                out.targets.insert(*sector, vec![Target { told, ..own }]);
            }
        }
    }

    fn correspondences(
        &self,
        session: &mut Session<'_>,
        from: i64,
        to: i64,
        is_turned: bool,
    ) -> Result<Vec<(i64, Target)>, RunError> {
        let (first, second) = if is_turned { (to, from) } else { (from, to) };
        let statement = Statement(format!(
            "SELECT c.from_sector_id, c.to_sector_id, c.weight_ppm, c.valid_from, c.valid_to FROM correspondences c JOIN sectors f ON f.id = c.from_sector_id JOIN sectors t ON t.id = c.to_sector_id WHERE f.classification_id = {first} AND t.classification_id = {second} AND {}.level = {}",
            if is_turned { "t" } else { "f" },
            self.chosen.sides[2].level,
        ));
        let rows = self.rows_once(session, statement)?;
        Ok(rows.iter().filter_map(|row| Target::read(row, is_turned)).collect())
    }

    /// The error of sectors that go to several others without weights.
    pub(super) fn check_weights(&self, snapshot: &Snapshot, lacking: &BTreeSet<i64>) -> Result<(), RunError> {
        if lacking.is_empty() {
            return Ok(());
        }
        let table = snapshot.table(&SECTOR);
        let code = |id: &i64| table.and_then(|table| table.value(*id, "code").as_text()).unwrap_or_default();
        let mut codes: Vec<&str> = lacking.iter().map(code).collect();
        codes.sort_unstable();
        codes.truncate(NAMED);
        let message = format!(
            "groupBy.classification: {} sectors go to several of `{}` and no weights say how much to each: {}{}",
            lacking.len(),
            self.chosen.classification,
            codes.join(", "),
            if lacking.len() > NAMED { " …" } else { "" }
        );
        let hint =
            "import correspondences with weights, group by a coarser level, or take equal parts with split: EQUAL";
        Err(GraphError::new(Reason::NoWeights, message).at("groupBy.classification").hint(hint).into())
    }
}

/// The node of a level at or above one; none where it has none.
fn at_level(nodes: &Nodes, id: i64, level: i64) -> i64 {
    nodes.climbed(id).find(|above| nodes.level(*above).1 == level).unwrap_or(NONE)
}

fn no_correspondence(snapshot: &Snapshot, from: i64, to: i64) -> GraphError {
    let table = snapshot.table(&CLASSIFICATION);
    let code = |id: i64| table.and_then(|table| table.value(id, "code").as_text()).unwrap_or_default();
    let message =
        format!("groupBy.classification: nothing says what of `{}` corresponds to what of `{}`", code(from), code(to));
    GraphError::new(Reason::InvalidArgument, message)
        .at("groupBy.classification")
        .hint("import their correspondence, or group by a classification that the dataset has")
}

/// Puts another sector into a key.
pub(super) fn with_sector(key: &Key, place: Option<usize>, sector: i64) -> Key {
    let mut out = key.clone();
    place.and_then(|place| out.sides.get_mut(place)).into_iter().for_each(|id| *id = sector);
    out
}

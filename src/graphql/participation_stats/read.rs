//! Reads participations and puts them into groups.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::owners::Owners;
use super::tally::{Head, Line, UNITS};
use super::{By, MOST_GROUPS, ParticipationStats, ROOT, too_many};
use crate::catalog::enums::HEADCOUNT_UNIT;
use crate::catalog::event::PARTICIPATION;
use crate::catalog::nested::Owner;
use crate::catalog::participation_stats::{BOUNDS, words};
use crate::domain::error_code::Reason;
use crate::graphql::errors::{GraphError, RunError};
use crate::graphql::execute::Session;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::Side;
use crate::storage::sql::attended::{Attended, Reads};
use crate::storage::sql::predicate::Predicate;
use crate::storage::sql::select::{Arm, Count, Select};
use crate::storage::value::Row;

/// Groups beyond which reading ends.
const MOST_KEPT: usize = 10 * MOST_GROUPS;

/// A key that is not known: in rows null.
pub(super) const UNKNOWN: i64 = -1;

/// A group: whose it is, and its keys in the order in which they are grouped by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// Place of its owner.
    pub(super) owner: u32,
    pub(super) values: Vec<i64>,
}

/// Participations in groups.
#[derive(Debug, Default)]
pub(super) struct Data {
    pub(super) keys: Vec<Key>,
    places: HashMap<Key, u32>,
    /// The key of the row that is read.
    key: Key,
    pub(super) lines: Vec<Line>,
    /// What is published of members, by participation.
    pub(super) heads: HashMap<i64, Head>,
    /// Participations in sectors of other classifications: unknown, if they have no sector of the asked one.
    elsewhere: Vec<(Key, Line)>,
    /// Participations that did not take place, or not yet.
    pub(super) unconfirmed: HashSet<i64>,
    /// Sectors of participations, where they tell whose they are.
    sectors: HashMap<i64, Vec<i64>>,
    /// Owners and counted groups that have sectors beyond the owner's.
    pub(super) beyond: HashSet<(u32, i64)>,
}

impl Data {
    fn place(&mut self, key: &Key) -> u32 {
        if let Some(place) = self.places.get(key) {
            return *place;
        }
        let place = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.keys.push(key.clone());
        self.places.insert(key.clone(), place);
        place
    }

    /// Puts those that have no sector of the asked classification into the groups without one; `at` is where sectors stand
    /// in a key.
    fn settle(&mut self, at: usize) {
        let elsewhere = std::mem::take(&mut self.elsewhere);
        if elsewhere.is_empty() {
            return;
        }
        let is_known = |group: u32| {
            let key = usize::try_from(group).ok().and_then(|group| self.keys.get(group));
            key.and_then(|key| key.values.get(at)).is_some_and(|sector| *sector != UNKNOWN)
        };
        let known: HashSet<i64> = self.lines.iter().filter(|line| is_known(line.group)).map(|line| line.id).collect();
        for (key, line) in elsewhere.into_iter().filter(|(_, line)| !known.contains(&line.id)) {
            let group = self.place(&key);
            self.lines.push(Line { group, ..line });
        }
    }

    /// Puts the lines of each owner together, and tells where they are.
    pub(super) fn by_owner(&mut self, owners: u32) -> Vec<Range<usize>> {
        let Self { keys, lines, .. } = self;
        let owner_of = |line: &Line| {
            let key = usize::try_from(line.group).ok().and_then(|at| keys.get(at));
            key.map_or(0, |key| key.owner)
        };
        if owners > 1 {
            lines.sort_by_key(owner_of);
        }
        let mut start = 0;
        let mut range = |owner: u32| {
            let end = lines.partition_point(|line| owner_of(line) <= owner);
            std::mem::replace(&mut start, end)..end
        };
        (0..owners).map(&mut range).collect()
    }

    /// Gives participations to the owners of their sectors.
    fn give(&mut self, snapshot: &Snapshot, owners: &Owners) {
        let mut of: HashMap<i64, Vec<u32>> = HashMap::new();
        for (id, sectors) in std::mem::take(&mut self.sectors) {
            let found = owners.of_sectors(snapshot, &sectors);
            self.beyond.extend(found.iter().filter(|(_, is_beyond)| *is_beyond).map(|(owner, _)| (*owner, id)));
            of.insert(id, found.into_iter().map(|(owner, _)| owner).collect());
        }
        let (keys, lines) = (std::mem::take(&mut self.keys), std::mem::take(&mut self.lines));
        self.places.clear();
        for line in lines {
            let Some(key) = usize::try_from(line.group).ok().and_then(|at| keys.get(at)) else { continue };
            for owner in of.get(&line.id).into_iter().flatten() {
                let group = self.place(&Key { owner: *owner, values: key.values.clone() });
                self.lines.push(Line { group, ..line });
            }
        }
    }
}

impl ParticipationStats {
    fn is_by(&self, by: By) -> bool {
        self.by.contains(&by)
    }

    fn reads(&self) -> Reads {
        Reads {
            region: self.is_by(By::Region) || self.owner == Some(Owner::Region),
            role: self.is_by(By::Words(4)),
            event_kind: self.is_by(By::Words(3)),
            year: self.is_by(By::Year),
            party_kind: self.is_by(By::Words(7)),
            sectors: self.is_by(By::Sector) || self.owner == Some(Owner::Sector),
            headcount: self.wants.headcount,
        }
    }

    /// Reads what meets the filter and belongs to an owner.
    pub(super) fn read(&self, session: &mut Session<'_>, owners: &Owners) -> Result<Data, RunError> {
        let mut data = Data::default();
        let with_filter = |arm: Predicate| Predicate::all(vec![arm, self.list.filter.clone()]);
        let arms: Vec<Predicate> = owners.arms().into_iter().map(with_filter).collect();
        let arms: Vec<Predicate> = arms.into_iter().filter(|arm| !matches!(arm, Predicate::Nothing)).collect();
        if arms.is_empty() {
            return Ok(data);
        }
        let statement = Attended { arms: arms.clone(), reads: self.reads() };
        let mut left = self.most;
        let read = session.each(statement, |row| {
            left = left.checked_sub(1).ok_or(Stop::TooMany)?;
            self.take(&mut data, owners, &row)
        });
        match read {
            Ok(()) => {
                if let Some(at) = self.by.iter().position(|by| *by == By::Sector) {
                    data.settle(at);
                }
                if owners.are(Owner::Sector) {
                    data.give(session.snapshot, owners);
                }
                Ok(data)
            }
            Err(Stop::Failed(error)) => Err(error),
            Err(Stop::TooMany) => Err(self.beyond(session, arms)?.into()),
        }
    }

    fn take(&self, data: &mut Data, owners: &Owners, row: &Row) -> Result<(), Stop> {
        let (Some(id), Some(event)) = (row.int(0), row.int(1)) else { return Ok(()) };
        let (party, region, sector) = (row.int(2), row.int(3), row.int(9));
        let above = |is_sector: bool, id: Option<i64>| {
            id.and_then(|id| self.above.get(&(is_sector, id))).copied().unwrap_or(UNKNOWN)
        };
        // The same memory for every row.
        let mut key = std::mem::take(&mut data.key);
        key.values.clear();
        key.values.extend(self.by.iter().map(|by| match by {
            By::Region => above(false, region),
            By::Sector => above(true, sector),
            By::Event => event,
            By::Year => row.int(7).unwrap_or(UNKNOWN),
            By::Words(dimension) => place_of(*dimension, row),
        }));
        if row.text(5) != Some("CONFIRMED") {
            data.unconfirmed.insert(id);
        }
        if self.wants.headcount && (party.is_none() || row.int(10).is_some()) {
            data.heads.entry(id).or_insert_with(|| head(row));
        }
        if owners.are(Owner::Sector) {
            data.sectors.entry(id).or_default().extend(sector);
        }
        let is_elsewhere =
            self.is_by(By::Sector) && sector.is_some_and(|sector| !self.above.contains_key(&(true, sector)));
        for owner in owners.of(region, event, party) {
            key.owner = *owner;
            let line = Line { group: 0, id, event, party };
            if is_elsewhere {
                data.elsewhere.push((key.clone(), line));
                continue;
            }
            let group = data.place(&key);
            data.lines.push(Line { group, ..line });
        }
        data.key = key;
        // So many cannot be told, and would only take memory.
        if data.keys.len() > MOST_KEPT {
            return Err(Stop::Failed(too_many(&format_args!("more than {MOST_KEPT}")).into()));
        }
        Ok(())
    }

    fn beyond(&self, session: &mut Session<'_>, arms: Vec<Predicate>) -> Result<GraphError, RunError> {
        let whole = Select {
            entity: &PARTICIPATION,
            columns: Vec::new(),
            arms: arms.into_iter().map(|predicate| Arm { side: Side::Plain, predicate }).collect(),
            order: Vec::new(),
            backward: false,
            limit: None,
            parents: None,
        };
        let rows = session.rows(Count(whole), &[])?;
        let count = rows.first().and_then(|row| row.int(0)).unwrap_or(0);
        let each = if self.is_by(By::Sector) { ", each once for every sector" } else { "" };
        let message =
            format!("{ROOT}: {count} participations meet the filter; at most {} rows are read{each}", self.most);
        Ok(GraphError::new(Reason::TooExpensive, message)
            .at("filter")
            .hint("filter by event, role, region or day: {event: {startsOn: {gte: \"2024-01-01\"}}}"))
    }
}

/// Why reading ended.
enum Stop {
    TooMany,
    Failed(RunError),
}

impl From<crate::storage::StorageError> for Stop {
    fn from(error: crate::storage::StorageError) -> Self {
        Self::Failed(error.into())
    }
}

/// Place of a word in its list.
fn place_of(dimension: i64, row: &Row) -> i64 {
    let column = match dimension {
        3 => 6,
        5 => 5,
        7 => 8,
        _ => 4,
    };
    let word = row.text(column);
    let place = words(dimension).and_then(|words| words.values.iter().position(|(of, _, _)| Some(*of) == word));
    place.and_then(|at| i64::try_from(at).ok()).unwrap_or(UNKNOWN)
}

fn head(row: &Row) -> Head {
    let unit = HEADCOUNT_UNIT.values.iter().position(|(word, _, _)| Some(*word) == row.text(11));
    let bound = BOUNDS.iter().position(|word| Some(*word) == row.text(12));
    Head {
        number: row.int(10),
        unit: unit.unwrap_or(UNITS - 1),
        bound: bound.unwrap_or(BOUNDS.len()),
        includes_named: row.int(13) == Some(1),
    }
}

//! Reads participations and puts them into groups.

use std::collections::{HashMap, HashSet};

use super::tally::{Head, Line, UNITS};
use super::{By, MOST_GROUPS, ParticipationStats, ROOT, too_many};
use crate::catalog::enums::HEADCOUNT_UNIT;
use crate::catalog::event::PARTICIPATION;
use crate::catalog::participation_stats::{BOUNDS, words};
use crate::domain::error_code::Reason;
use crate::graphql::errors::{GraphError, RunError};
use crate::graphql::execute::Session;
use crate::storage::sql::Side;
use crate::storage::sql::attended::{Attended, Reads};
use crate::storage::sql::predicate::Predicate;
use crate::storage::sql::select::{Arm, Count, Select};
use crate::storage::value::Row;

/// A key that is not known: in rows null.
pub(super) const UNKNOWN: i64 = -1;

/// A group: whose it is, and its keys in the order in which they are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
    pub(super) lines: Vec<Line>,
    /// What is published of members, by participation.
    pub(super) heads: HashMap<i64, Head>,
    /// Participations in sectors of other classifications: unknown, if they have no sector of the asked one.
    elsewhere: Vec<(Key, Line)>,
    pub(super) has_confirmed: bool,
    pub(super) has_others: bool,
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
}

impl ParticipationStats {
    fn is_by(&self, by: By) -> bool {
        self.by.contains(&by)
    }

    fn reads(&self) -> Reads {
        Reads {
            region: self.is_by(By::Region),
            role: self.is_by(By::Words(4)),
            event_kind: self.is_by(By::Words(3)),
            year: self.is_by(By::Year),
            party_kind: self.is_by(By::Words(7)),
            sectors: self.is_by(By::Sector),
            headcount: self.wants.headcount,
        }
    }

    /// Reads what meets the filter.
    pub(super) fn read(&self, session: &mut Session<'_>) -> Result<Data, RunError> {
        let mut data = Data::default();
        let condition = self.list.filter.clone();
        if matches!(condition, Predicate::Nothing) {
            return Ok(data);
        }
        let statement = Attended { condition: condition.clone(), reads: self.reads() };
        let mut left = self.most;
        let read = session.each(statement, |row| {
            left = left.checked_sub(1).ok_or(Stop::TooMany)?;
            self.take(&mut data, &row)
        });
        match read {
            Ok(()) => {
                if let Some(at) = self.by.iter().position(|by| *by == By::Sector) {
                    data.settle(at);
                }
                Ok(data)
            }
            Err(Stop::Failed(error)) => Err(error),
            Err(Stop::TooMany) => Err(self.beyond(session, condition)?.into()),
        }
    }

    fn take(&self, data: &mut Data, row: &Row) -> Result<(), Stop> {
        let (Some(id), Some(event)) = (row.int(0), row.int(1)) else { return Ok(()) };
        let party = row.int(2);
        let above = |is_sector: bool, at: usize| {
            row.int(at).and_then(|id| self.above.get(&(is_sector, id))).copied().unwrap_or(UNKNOWN)
        };
        let values = self.by.iter().map(|by| match by {
            By::Region => above(false, 3),
            By::Sector => above(true, 9),
            By::Event => event,
            By::Year => row.int(7).unwrap_or(UNKNOWN),
            By::Words(dimension) => place_of(*dimension, row),
        });
        let values = values.collect();
        let is_confirmed = row.text(5) == Some("CONFIRMED");
        data.has_confirmed |= is_confirmed;
        data.has_others |= !is_confirmed;
        if self.wants.headcount && (party.is_none() || row.int(10).is_some()) {
            data.heads.entry(id).or_insert_with(|| head(row));
        }
        let (key, line) = (Key { owner: 0, values }, Line { group: 0, id, event, party });
        if row.int(9).is_some_and(|sector| !self.above.contains_key(&(true, sector))) {
            data.elsewhere.push((key, line));
            return Ok(());
        }
        let group = data.place(&key);
        if data.keys.len() > self.most_keys() {
            return Err(Stop::Failed(too_many(data.keys.len()).into()));
        }
        data.lines.push(Line { group, ..line });
        Ok(())
    }

    /// Reading ends where so many groups are met: they cannot be told, and would only take memory.
    fn most_keys(&self) -> usize {
        MOST_GROUPS.saturating_mul(10)
    }

    fn beyond(&self, session: &mut Session<'_>, condition: Predicate) -> Result<GraphError, RunError> {
        let whole = Select {
            entity: &PARTICIPATION,
            columns: Vec::new(),
            arms: vec![Arm { side: Side::Plain, predicate: condition }],
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

//! Natural keys to ids and back, and what else a row must know of those it refers to. Held in memory: some hundred
//! bytes a row of everything but figures.

use std::collections::{HashMap, HashSet};

use super::spec::{Cell, File, To};
use crate::domain::flow::{REGION_LEVELS, code_of};
use crate::domain::nearest::nearest;
use crate::storage::StorageError;
use crate::storage::bulk::{Fixed, Statement};
use crate::storage::conn::Conn;

/// Keys of the rows that are there, those of this load included.
#[derive(Debug, Default)]
pub(in crate::transfer) struct Keys {
    maps: HashMap<To, HashMap<String, i64>>,
    /// Largest id of a table.
    last: HashMap<&'static str, i64>,
    /// Path and level of regions and sectors.
    pub(in crate::transfer) places: HashMap<(To, i64), Place>,
    /// Parties that are organisations.
    pub(in crate::transfer) organisations: HashSet<i64>,
    /// Decimals and currency of datasets.
    pub(in crate::transfer) datasets: HashMap<i64, (u32, String)>,
}

/// Where a node of a tree stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::transfer) struct Place {
    pub(in crate::transfer) path: String,
    /// As in the figure table.
    pub(in crate::transfer) level: i64,
}

/// What selects id and key of everything that can be referred to.
fn statement(to: To) -> &'static str {
    match to {
        To::Source => "SELECT id, code FROM sources",
        To::Currency => "SELECT 0, code FROM currencies",
        To::Region => "SELECT id, code, path, level FROM regions",
        To::Classification => "SELECT id, code FROM classifications",
        To::Sector => {
            "SELECT s.id, c.code || '/' || s.code, s.path, s.level FROM sectors s JOIN classifications c ON c.id = s.classification_id"
        }
        To::Party => "SELECT id, slug, kind FROM parties",
        To::Event => "SELECT id, slug FROM events",
        To::Participation => "SELECT id, slug FROM participations",
        To::Agreement => "SELECT id, slug FROM agreements",
        To::Fact => {
            "SELECT f.id, f.subject_kind || '/' || COALESCE(r.code, p.slug, e.slug) || '/' || f.property FROM facts f LEFT JOIN regions r ON f.subject_kind = 'REGION' AND r.id = f.subject_id LEFT JOIN parties p ON f.subject_kind = 'PARTY' AND p.id = f.subject_id LEFT JOIN events e ON f.subject_kind = 'EVENT' AND e.id = f.subject_id"
        }
        To::Rate => "SELECT id, code FROM exchange_rates",
        To::Dataset => "SELECT id, code, currency, scale FROM datasets",
    }
}

impl Keys {
    /// Loads what the rows of a file refer to.
    pub(in crate::transfer) fn prepare(&mut self, conn: &mut Conn, file: &File) -> Result<(), StorageError> {
        for to in kinds(file) {
            self.load(conn, to)?;
        }
        if file.to.is_some_and(|to| to != To::Currency) && !self.last.contains_key(file.table) {
            let statement = Statement(format!("SELECT MAX(id) FROM {}", file.table));
            let last = conn.rows(statement, &[])?.first().and_then(|row| row.int(0)).unwrap_or(0);
            self.last.insert(file.table, last);
        }
        Ok(())
    }

    /// Loads the keys of one kind.
    pub(in crate::transfer) fn load(&mut self, conn: &mut Conn, to: To) -> Result<(), StorageError> {
        if self.maps.contains_key(&to) {
            return Ok(());
        }
        let mut map = HashMap::new();
        for row in conn.rows(Fixed(statement(to)), &[])? {
            let (Some(id), Some(key)) = (row.int(0), row.text(1)) else { continue };
            map.insert(key.to_owned(), id);
            match to {
                To::Region | To::Sector => {
                    let level = row.int(3).or_else(|| code_of(REGION_LEVELS, row.text(3)?)).unwrap_or(0);
                    let path = row.text(2).unwrap_or_default().to_owned();
                    self.places.insert((to, id), Place { path, level });
                }
                To::Party if row.text(2) == Some("ORGANISATION") => {
                    self.organisations.insert(id);
                }
                To::Dataset => {
                    let scale = row.int(3).and_then(|s| u32::try_from(s).ok()).unwrap_or(0);
                    self.datasets.insert(id, (scale, row.text(2).unwrap_or_default().to_owned()));
                }
                _ => {}
            }
        }
        self.maps.insert(to, map);
        Ok(())
    }

    /// The id of a key.
    pub(in crate::transfer) fn find(&self, to: To, key: &str) -> Option<i64> {
        self.maps.get(&to)?.get(key).copied()
    }

    /// Adds a row.
    pub(in crate::transfer) fn add(&mut self, to: To, key: &str, id: i64) {
        self.maps.entry(to).or_default().insert(key.to_owned(), id);
    }

    /// All keys of a kind with their ids.
    pub(in crate::transfer) fn all(&self, to: To) -> impl Iterator<Item = (&str, i64)> {
        self.maps.get(&to).into_iter().flatten().map(|(key, id)| (key.as_str(), *id))
    }

    /// Keys by id.
    pub(in crate::transfer) fn by_id(&self, to: To) -> HashMap<i64, &str> {
        self.all(to).map(|(key, id)| (id, key)).collect()
    }

    /// The known keys that are most like one that is none.
    pub(in crate::transfer) fn nearest(&self, to: To, key: &str) -> Vec<String> {
        // Of another classification nothing is near.
        let within = key.split_once('/').filter(|_| to == To::Sector).map(|(c, _)| format!("{c}/"));
        let keys = self.all(to).map(|(key, _)| key);
        nearest(key, keys.filter(|k| within.as_ref().is_none_or(|w| k.starts_with(w.as_str()))))
    }

    /// A new id of a table.
    pub(in crate::transfer) fn next(&mut self, table: &'static str) -> i64 {
        let last = self.last.entry(table).or_default();
        *last += 1;
        *last
    }
}

/// The kinds that the rows of a file refer to, or are.
pub(in crate::transfer) fn kinds(file: &File) -> Vec<To> {
    let mut out: Vec<To> = file.to.into_iter().collect();
    for column in file.columns {
        match column.cell {
            Cell::Ref(to) => out.push(to),
            Cell::List(link) => out.push(link.to),
            Cell::Subject(_) => out.extend([To::Region, To::Sector, To::Party, To::Event, To::Agreement]),
            _ => {}
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

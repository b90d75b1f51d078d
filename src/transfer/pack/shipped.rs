//! The packs inside the program: the reference lists and the demo.

use super::container::Container;
use super::load::{Done, load_inside};
use crate::storage::bulk::Fixed;
use crate::storage::conn::Conn;
use crate::storage::revision;
use crate::transfer::Options;

/// What a load wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// The revision that brought the data.
    pub revision: i64,
}

macro_rules! files {
    ($folder:literal: $($name:literal),+) => {
        &[$(($name, include_str!(concat!("../../../data/", $folder, "/", $name)))),+]
    };
}

const REFERENCE: &[(&str, &str)] = files!(
    "reference": "pack.toml", "sources.csv", "currencies.csv", "regions.csv", "region_codes.csv", "region_members.csv",
    "classifications.csv", "sectors.csv", "correspondences.csv"
);

const DEMO: &[(&str, &str)] = files!(
    "demo": "pack.toml", "sources.csv", "regions.csv", "organisations.csv", "events.csv", "participations.csv",
    "agreements.csv", "facts.csv", "datasets.csv", "coverage.csv", "figures.csv", "published_values.csv"
);

/// Whether nothing was ever loaded but the reference lists.
pub fn is_empty(conn: &mut Conn) -> Done<bool> {
    Ok(conn.rows(Fixed("SELECT revision FROM revisions WHERE kind <> 'REFERENCE' LIMIT 1"), &[])?.is_empty())
}

/// Loads the reference lists into a database that does not have them; else changes nothing.
pub fn load_reference(conn: &mut Conn) -> Done<()> {
    let loaded = Fixed("SELECT revision FROM revisions WHERE kind = 'REFERENCE' LIMIT 1");
    once(conn, loaded, "REFERENCE", "data/reference", REFERENCE).map(|_| ())
}

/// Loads the demo into a database that holds the reference lists; one that has the demo already is not changed.
pub fn load_demo(conn: &mut Conn) -> Done<Loaded> {
    once(conn, Fixed("SELECT revision FROM revisions WHERE kind = 'DEMO'"), "DEMO", "data/demo", DEMO)
}

fn once(
    conn: &mut Conn,
    loaded: Fixed,
    kind: &'static str,
    name: &str,
    files: &'static [(&'static str, &'static str)],
) -> Done<Loaded> {
    conn.write(|conn| {
        revision::lock(conn)?;
        if let Some(revision) = conn.rows(loaded, &[])?.first().and_then(|row| row.int(0)) {
            return Ok(Loaded { revision });
        }
        let mut pack = Container::shipped(name, files)?;
        let told = std::cell::RefCell::new(Vec::new());
        let tell = |line: &str| told.borrow_mut().push(line.to_owned());
        let done = load_inside(conn, &Options::default(), kind, &mut pack, &tell);
        match done {
            Ok(summary) => Ok(Loaded { revision: summary.revision.unwrap_or_default() }),
            // A bad line of a shipped file is a defect; the test that loads them shows it.
            Err(error) => Err(super::super::TransferError::Shipped(format!("{error}: {}", told.take().join("; ")))),
        }
    })
}

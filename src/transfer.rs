//! Brings data in: what Tea Road ships, and the files that users have. Stands on storage; knows no GraphQL and no HTTP.
//!
//! [`seed`] loads what is inside the program, [`synthetic`] what is made for measuring; [`nomenclature`] and [`baci`] read files through [`csv_file`], tell every
//! bad line through [`report`], and show how far they are through [`progress`].

pub mod baci;
pub mod csv_file;
pub mod nomenclature;
pub mod progress;
pub mod report;
pub mod seed;
pub mod synthetic;

use std::fmt;

use crate::storage::StorageError;

/// Why data did not come in.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The database's fault.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A shipped file contradicts itself or another; a test finds it.
    #[error("{0}")]
    Shipped(String),
    /// A file cannot be read, or is not what it should be.
    #[error("{0}")]
    File(String),
    /// Lines are bad; they have been told.
    #[error("{0} bad line(s); nothing was imported; fix the lines or pass --skip-bad")]
    BadLines(u64),
    /// What an import may do was said wrongly.
    #[error("{0}")]
    Usage(String),
}

impl From<diesel::result::Error> for TransferError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Storage(error.into())
    }
}

/// How files are imported.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Edition of the Harmonized System, where file names do not tell.
    pub edition: Option<String>,
    /// Load the good lines of files that have bad ones.
    pub skip_bad: bool,
    /// The files hold all partners and products of their exporters.
    pub complete: bool,
}

/// What an import did. `read` is the sum of all others but `deleted`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// What was imported, for people.
    pub what: String,
    /// Lines read.
    pub read: u64,
    /// Rows that were new.
    pub inserted: u64,
    /// Rows that were there with other content.
    pub updated: u64,
    /// Rows that were there already.
    pub unchanged: u64,
    /// Rows that were there and are not in the files any more.
    pub deleted: u64,
    /// Lines that the rules leave out.
    pub left_out: u64,
    /// Bad lines.
    pub bad: u64,
    /// Lines, not counted apart above, with more decimals than are kept; they were rounded half to even.
    pub rounded: u64,
    /// The revision that was written; `None` when nothing changed.
    pub revision: Option<i64>,
    /// Milliseconds it took.
    pub took_ms: u64,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.read.saturating_mul(1000) / self.took_ms.max(1);
        writeln!(f, "{}: {} lines read ({rate} rows/s)", self.what, self.read)?;
        writeln!(
            f,
            "  {} new, {} changed, {} unchanged, {} removed, {} left out by rule, {} bad, {} rounded",
            self.inserted, self.updated, self.unchanged, self.deleted, self.left_out, self.bad, self.rounded
        )?;
        match self.revision {
            Some(revision) => write!(f, "  the data are now at revision {revision}"),
            None => write!(f, "  nothing changed: these data were there already"),
        }
    }
}

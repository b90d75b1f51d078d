//! Brings data in: what Tea Road ships, and the files that users have. Stands on storage; knows no GraphQL and no HTTP.
//!
//! [`figures`] loads trade figures of any format: [`layout`] says what a file means, [`input`] and [`rows`] open it, [`reading`]
//! takes its rows, [`sorted`] brings them into order. [`nomenclature`] loads classifications. [`pack`] reads and writes the open
//! format for everything, in which [`seed`] holds what is inside the program; [`mod@reference`] turns lists as users have them into
//! rows of a pack; [`synthetic`] makes data for measuring. All tell bad rows through [`report`], and how far they are
//! through [`progress`], and run one at a time through [`run`].

pub mod cube;
pub mod datasets;
pub mod figures;
pub mod input;
pub mod layout;
pub mod mapping;
pub mod nomenclature;
pub mod pack;
pub mod places;
pub mod products;
pub mod progress;
pub mod reading;
pub mod recognise;
pub mod reference;
pub mod report;
pub mod rows;
pub mod run;
pub mod sorted;
pub mod synthetic;

mod table;

pub use pack::shipped as seed;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

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
    /// A file holds nothing; beside others that is no fault.
    #[error("{0}")]
    NoRows(String),
    /// Lines are bad; they have been told.
    #[error("{0} bad line(s); nothing was imported; fix the lines or pass --skip-bad")]
    BadLines(u64),
    /// A dry run came to its end.
    #[error("nothing was imported: a dry run")]
    TakenBack(Box<Summary>),
    /// The database failed on the way; what that means for the import and what to do.
    #[error("{0}")]
    Failed(String),
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
    /// Classification of the codes, where files do not tell.
    pub edition: Option<String>,
    /// Load the good lines of files that have bad ones.
    pub skip_bad: bool,
    /// The files hold all partners and products of their reporters.
    pub complete: bool,
    /// Remove figures of the same reporters, flows and periods that the files do not have.
    pub replace: bool,
    /// Several files hold parts of the same figures, where the format adds rows.
    pub parts: bool,
    /// Files hold all parts of the figures that they have: sums that are there may change.
    pub revised: bool,
    /// Do everything and keep nothing.
    pub dry_run: bool,
    /// Make products that the nomenclature lacks, named as the files name them.
    pub new_products: bool,
    /// Direction of the figures, where files do not tell.
    pub flow: Option<String>,
    /// Code of the dataset, instead of the format's own.
    pub dataset: Option<String>,
    /// Encoding of files that are not UTF-8, instead of the format's own.
    pub encoding: Option<String>,
    /// The user's own words for codes.
    pub map: Option<PathBuf>,
    /// Where all bad rows are written.
    pub report: Option<PathBuf>,
}

/// What an import did. Every row read is stored (new, changed or unchanged), merged with another row of its key, left out
/// by a rule, or bad. A row with two amounts counts as two.
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
    /// Figures of upper levels that were made of them; they are not counted apart above.
    pub derived: u64,
    /// Rows that were put together with an earlier one of their key.
    pub merged: u64,
    /// Lines that the rules leave out.
    pub left_out: u64,
    /// The rules, with how many rows each left out.
    pub reasons: BTreeMap<String, u64>,
    /// Bad lines.
    pub bad: u64,
    /// Lines, not counted apart above, with more decimals than are kept; they were rounded half to even.
    pub rounded: u64,
    /// The revision that was written; `None` when nothing changed.
    pub revision: Option<i64>,
    /// Nothing was kept.
    pub dry_run: bool,
    /// Milliseconds it took.
    pub took_ms: u64,
}

impl Summary {
    /// Rows of the files that the database has now.
    pub fn stored(&self) -> u64 {
        self.inserted + self.updated + self.unchanged
    }

    /// What the revision keeps of it.
    pub fn json(&self, format: &str) -> serde_json::Value {
        serde_json::json!({
            "format": format,
            "read": self.read,
            "stored": self.stored(),
            "inserted": self.inserted,
            "updated": self.updated,
            "deleted": self.deleted,
            "derived": self.derived,
            "merged": self.merged,
            "leftOut": self.left_out,
            "reasons": self.reasons,
            "bad": self.bad,
            "rounded": self.rounded,
        })
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.read.saturating_mul(1000) / self.took_ms.max(1);
        writeln!(f, "{}: {} rows read ({rate} rows/s)", self.what, self.read)?;
        writeln!(
            f,
            "  {} stored ({} new, {} changed, {} unchanged), {} merged, {} left out by rule, {} bad; {} removed, {} rounded",
            self.stored(),
            self.inserted,
            self.updated,
            self.unchanged,
            self.merged,
            self.left_out,
            self.bad,
            self.deleted,
            self.rounded
        )?;
        if self.derived > 0 {
            writeln!(f, "  {} figures of upper levels derived", self.derived)?;
        }
        for (reason, count) in &self.reasons {
            writeln!(f, "  left out: {count} ({reason})")?;
        }
        if self.dry_run {
            return write!(f, "  a dry run: nothing was kept");
        }
        match self.revision {
            Some(revision) => write!(f, "  the data are now at revision {revision}"),
            None => write!(f, "  nothing changed: these data were there already"),
        }
    }
}

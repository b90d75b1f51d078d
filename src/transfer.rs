//! Brings data in: what Tea Road ships, and the files that users have. Stands on storage; knows no GraphQL and no HTTP.

pub mod seed;
pub mod terms;

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
}

// STUB-BEGIN
#[derive(Debug, Default)]
pub struct Options { pub edition: Option<String>, pub skip_bad: bool, pub complete: bool }
pub mod baci { use super::*; pub fn import(_c: &mut crate::storage::conn::Conn, _o: &Options, _f: &[std::path::PathBuf]) -> Result<String, TransferError> { Ok(String::new()) } }
pub use baci as nomenclature;
// STUB-END

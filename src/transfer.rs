//! stub
#![allow(missing_docs)]
use crate::storage::conn::Conn;
#[derive(Debug, thiserror::Error)]
pub enum TransferError { #[error("{0}")] Storage(#[from] crate::storage::StorageError) }
#[derive(Debug, Default)]
pub struct Options { pub edition: Option<String>, pub skip_bad: bool, pub complete: bool, pub dataset: Option<String> }
#[derive(Debug)]
pub struct Loaded { pub revision: i64 }
pub mod seed { use super::*;
 pub fn is_empty(_c: &mut Conn) -> Result<bool, TransferError> { Ok(false) }
 pub fn load_reference(_c: &mut Conn) -> Result<(), TransferError> { Ok(()) }
 pub fn load_demo(_c: &mut Conn) -> Result<Loaded, TransferError> { Ok(Loaded{revision:0}) } }
pub mod baci { use super::*; pub fn import(_c: &mut Conn, _o: &Options, _f: &[std::path::PathBuf]) -> Result<String, TransferError> { Ok(String::new()) } }
pub use baci as nomenclature;

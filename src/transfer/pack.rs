//! The Tea Road pack: the open format for everything. A folder or zip of CSV or NDJSON files, one an entity, with
//! natural keys, and `pack.toml`, which says what it is.
//!
//! [`spec`] says what files and columns there are; [`container`] and `lines` read them; [`load`] brings them in through
//! `rows`, `pairs` and `figures`; [`export`] writes the whole database as one; [`shipped`] holds those inside the
//! program. docs/PACK.md is printed from the tables by [`docs`].

pub mod container;
pub mod docs;
pub mod export;
pub mod load;
pub mod meta;
pub mod shipped;
pub mod spec;

mod cell;
mod figures;
pub(super) mod keys;
pub(super) mod lines;
mod pairs;
mod people;
mod places;
mod remove;
mod rows;
mod trade;

//! Floor 0: the words of trade data as types. Knows no database, no GraphQL, no HTTP, no clock.
//!
//! Start with [`period`] and [`decimal`] for figures, [`fold`] for text, [`error_code`] for what can go wrong.

pub mod control;
pub mod decimal;
pub mod error_code;
pub mod flow;
pub mod fold;
pub mod fraction;
pub mod id;
pub mod likeness;
pub mod nearest;
pub mod period;
pub mod words;

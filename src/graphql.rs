//! Floor 3: documents in, JSON out.
//!
//! [`document`] parses, validates and guards; [`plan`] turns a selection into statements and [`inputs`] a filter into
//! a condition; [`execute`] reads level by level, [`objects`] by keys; [`search`] answers questions by text; [`render`]
//! writes the JSON in one pass. [`schema`] is the only file that touches async-graphql's registry. Knows neither diesel
//! nor HTTP.

pub mod blanks;
pub mod checks;
pub mod collect;
pub mod computed;
pub mod connection;
pub mod cost;
pub mod cursor;
pub mod document;
pub mod errors;
pub mod execute;
pub mod export;
pub mod facets;
pub mod groups;
pub mod guard;
pub mod hints;
pub mod input_types;
pub mod inputs;
pub mod language;
pub mod limits;
pub mod lookup;
pub mod nested;
pub mod objects;
pub mod one_of;
pub mod orders;
pub mod participation_stats;
pub mod plan;
pub mod propagate;
pub mod query;
pub mod relations;
pub mod render;
pub mod run;
pub mod schema;
pub mod search;
pub mod service;
pub mod stats;
pub mod syntax;
pub mod variables;

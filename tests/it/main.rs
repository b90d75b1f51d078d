//! The integration tests: one program, so that there is one link.
#![expect(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::string_slice,
    clippy::as_conversions,
    reason = "one program; a test fails by panicking, reads its environment and tells what it leaves out"
)]

mod amounts;
mod attack;
mod conformance;
mod conversions;
mod cube;
mod cube_laws;
mod damaged;
mod demo_filters;
mod edges;
mod exchange_rates;
mod explain;
mod export;
mod facets;
mod false_totals;
mod faults;
mod follow;
mod formats;
mod fuzzing;
mod import;
mod language;
mod leaving;
mod loading;
mod measures;
mod migrations;
mod nomenclature;
mod oracle;
mod pack;
mod paging;
mod participation_stats;
mod profile;
mod program;
mod properties;
mod queries;
mod questions;
mod recording;
mod reference;
mod schema;
mod search;
mod server;
mod slugs;
mod stats;
mod stats_nested;
mod stats_of;
mod support;
mod synthetic;
mod tidy;
mod transfer;
mod world;

//! The integration tests: one program, so that there is one link.
#![expect(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, reads its environment and tells what it leaves out"
)]

mod conformance;
mod import;
mod migrations;
mod paging;
mod questions;
mod schema;
mod server;
mod support;
mod tidy;

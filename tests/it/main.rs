//! The integration tests: one program, so that there is one link.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, reads its environment and tells what it leaves out"
)]

mod questions;
mod server;
mod support;

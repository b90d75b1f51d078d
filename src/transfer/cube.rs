//! Makes the derived levels of data that were loaded before, or whose coverage was set by hand.

use std::time::Instant;

use super::figures::derive;
use super::report::Tell;
use super::run::{Run, in_transaction};
use super::{Summary, TransferError};
use crate::storage::bulk::{self, Fixed};
use crate::storage::conn::Conn;
use crate::storage::figures::Load;
use crate::storage::revision;

/// Makes the levels and the derived figures of all datasets anew, or those of one.
pub fn rebuild(conn: &mut Conn, only: Option<&str>, tell: Tell<'_>) -> Result<Summary, TransferError> {
    let started = Instant::now();
    let run = Run { what: "derived levels", files: &[], dry: false, tell };
    let mut summary = in_transaction(conn, run, |conn| {
        let rows = conn.rows(Fixed("SELECT id, code FROM datasets ORDER BY code"), &[])?;
        let all: Vec<(i64, &str)> = rows.iter().filter_map(|r| Some((r.int(0)?, r.text(1)?))).collect();
        let chosen: Vec<_> = all.iter().filter(|(_, code)| only.is_none_or(|only| only == *code)).collect();
        if let (Some(only), true) = (only, chosen.is_empty()) {
            let known: Vec<&str> = all.iter().map(|(_, code)| *code).collect();
            return Err(TransferError::Usage(format!("there is no dataset `{only}`; known are {}", known.join(", "))));
        }
        let number = revision::next(conn)?;
        let mut summary = Summary { what: "derived levels".to_owned(), ..Summary::default() };
        let mut is_changed = false;
        for (dataset, code) in chosen {
            let (removed, made) = derive::derive_all(conn, Load::reported(*dataset, number), tell)?;
            tell(&format!("{code}: {made} derived figures"));
            summary.derived += made;
            is_changed |= removed > 0 || made > 0;
        }
        if !is_changed {
            tell("no reporter and period is complete: there is nothing to derive");
            return Ok(summary);
        }
        bulk::refresh_statistics(conn)?;
        let counts = serde_json::json!({ "derived": summary.derived });
        summary.revision = Some(revision::finish(conn, "CUBE", None, &counts, &[])?);
        Ok(summary)
    })?;
    summary.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(summary)
}

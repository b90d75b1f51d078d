//! Codes of people to ids of the snapshot; an unknown code is told with the nearest ones.

use super::errors::GraphError;
use crate::catalog::Entity;
use crate::catalog::region::REGION;
use crate::catalog::sector::{CLASSIFICATION, SECTOR};
use crate::domain::error_code::Reason;
use crate::domain::fold::fold;
pub use crate::domain::nearest::nearest;
use crate::storage::snapshot::Snapshot;

/// The error of a code that is none.
pub fn unknown(what: &str, code: &str, nearest: &[String]) -> GraphError {
    let shown: String = code.chars().filter(|c| !c.is_control()).take(80).collect();
    naming(GraphError::new(Reason::UnknownCode, format!("`{shown}` is not a known {what}")), nearest)
}

/// The error with the nearest words as its hint, where there are any.
pub fn naming(error: GraphError, nearest: &[String]) -> GraphError {
    if nearest.is_empty() {
        return error;
    }
    error.hint(format!("nearest: {}", nearest.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")))
}

/// A region by its code in a scheme. Where a code was reused, the area that exists today is taken, else the latest.
pub fn region(snapshot: &Snapshot, code: &str, scheme: &str) -> Result<i64, GraphError> {
    if let Some(id) = region_id(snapshot, code, scheme) {
        return Ok(id);
    }
    let what = match scheme {
        "TEAROAD" => "region code".to_owned(),
        other => format!("region code of the scheme {other}"),
    };
    let error = unknown(&what, code, &near_regions(snapshot, code, scheme));
    Err(match other_scheme(snapshot, code, scheme) {
        Some(other) if scheme != "TEAROAD" => error.hint(format!("`{code}` is a code of the scheme {other}")),
        _ => error,
    })
}

/// The same; `None` when there is none.
pub fn region_id(snapshot: &Snapshot, code: &str, scheme: &str) -> Option<i64> {
    if scheme == "TEAROAD" {
        return snapshot.id_of_code(&REGION, code);
    }
    let wanted = if scheme == "COMTRADE" { code.trim_start_matches('0') } else { code };
    let wanted = if wanted.is_empty() { "0" } else { wanted };
    let found = snapshot.region_codes(scheme, wanted).iter().max_by_key(|c| c.valid_to.unwrap_or(i64::MAX));
    found.map(|found| found.region_id)
}

/// Codes of a scheme that an unknown one may be meant for.
pub fn near_regions(snapshot: &Snapshot, code: &str, scheme: &str) -> Vec<String> {
    if scheme == "TEAROAD" {
        return near_codes(snapshot, &REGION, code);
    }
    nearest(code, snapshot.codes_of_scheme(scheme))
}

/// Another scheme in which a code is one.
pub fn other_scheme(snapshot: &Snapshot, code: &str, scheme: &str) -> Option<&'static str> {
    let others = super::input_types::REGION_SCHEMES.iter().map(|(name, _)| *name).filter(|other| *other != scheme);
    others.into_iter().find(|other| region_id(snapshot, code, other).is_some())
}

/// The row of a resident entity with this code.
pub fn code_of(snapshot: &Snapshot, entity: &'static Entity, what: &str, code: &str) -> Result<i64, GraphError> {
    snapshot.id_of_code(entity, code).ok_or_else(|| unknown(what, code, &near_codes(snapshot, entity, code)))
}

/// Codes of a resident entity that an unknown one may be meant for.
fn near_codes(snapshot: &Snapshot, entity: &'static Entity, code: &str) -> Vec<String> {
    let Some(table) = snapshot.table(entity) else { return Vec::new() };
    let by_code = nearest(code, table.codes());
    if entity.names.is_none() {
        return by_code;
    }
    by_name(snapshot, entity, code).into_iter().chain(by_code).take(3).collect()
}

/// Codes of rows whose name is what was given as a code: `Zibo` finds `CN-370300`.
fn by_name(snapshot: &Snapshot, entity: &'static Entity, text: &str) -> Vec<String> {
    let (Some(table), Some(kind)) = (snapshot.table(entity), entity.names) else { return Vec::new() };
    let wanted = fold(text);
    table
        .rows
        .iter()
        .filter(|row| row.int(0).and_then(|id| snapshot.name(kind, id, "en")).is_some_and(|name| fold(name) == wanted))
        .filter_map(|row| table.position("code").and_then(|at| row.text(at)).map(str::to_owned))
        .take(3)
        .collect()
}

/// A sector by classification and code.
pub fn sector(snapshot: &Snapshot, classification: &str, code: &str) -> Result<i64, GraphError> {
    let class = code_of(snapshot, &CLASSIFICATION, "classification", classification)?;
    if let Some(id) = snapshot.sector(classification, code) {
        return Ok(id);
    }
    let near = match snapshot.table(&SECTOR) {
        Some(table) => {
            let at = table.position("classification_id").unwrap_or(0);
            let code_at = table.position("code").unwrap_or(0);
            nearest(code, table.rows.iter().filter(|r| r.int(at) == Some(class)).filter_map(|r| r.text(code_at)))
        }
        None => Vec::new(),
    };
    Err(unknown(&format!("code of {classification}"), code, &near))
}

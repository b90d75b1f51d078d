//! Codes of people to ids of the snapshot; an unknown code is told with the nearest ones.

use super::errors::GraphError;
use crate::catalog::Entity;
use crate::catalog::region::REGION;
use crate::catalog::sector::{CLASSIFICATION, SECTOR};
use crate::domain::error_code::Reason;
use crate::domain::fold::fold;
use crate::storage::snapshot::Snapshot;

/// Characters of a text that are compared with codes: the time grows with their number, and strangers send them.
const COMPARED: usize = 100;

/// The three words nearest to `wanted`: by folded spelling, those that begin with it first.
pub fn nearest<'a>(wanted: &str, words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let wanted: String = fold(wanted).chars().take(COMPARED).collect();
    let mut scored: Vec<(f64, &str)> = words
        .map(|word| {
            let folded = fold(word);
            let prefix = if !wanted.is_empty() && folded.starts_with(&wanted) { 0.5 } else { 0.0 };
            (strsim::jaro_winkler(&wanted, &folded) + prefix, word)
        })
        .filter(|(score, _)| *score > 0.6)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(3).map(|(_, word)| word.to_owned()).collect()
}

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
    if scheme == "TEAROAD" {
        return code_of(snapshot, &REGION, "region code", code);
    }
    let wanted = if scheme == "COMTRADE" { code.trim_start_matches('0') } else { code };
    let wanted = if wanted.is_empty() { "0" } else { wanted };
    let found = snapshot.region_codes(scheme, wanted).iter().max_by_key(|c| c.valid_to.unwrap_or(i64::MAX));
    if let Some(found) = found {
        return Ok(found.region_id);
    }
    let elsewhere = super::input_types::REGION_SCHEMES
        .iter()
        .map(|(name, _)| *name)
        .find(|other| *other != scheme && !snapshot.region_codes(other, code).is_empty());
    let error =
        unknown(&format!("region code of the scheme {scheme}"), code, &nearest(code, snapshot.codes_of_scheme(scheme)));
    Err(match elsewhere {
        Some(other) => error.hint(format!("`{code}` is a code of the scheme {other}")),
        None => error,
    })
}

/// The row of a resident entity with this code.
pub fn code_of(snapshot: &Snapshot, entity: &'static Entity, what: &str, code: &str) -> Result<i64, GraphError> {
    snapshot.id_of_code(entity, code).ok_or_else(|| {
        let near = match snapshot.table(entity) {
            Some(table) => {
                let by_code = nearest(code, table.codes());
                if entity.names.is_some() {
                    by_name(snapshot, entity, code).into_iter().chain(by_code).take(3).collect()
                } else {
                    by_code
                }
            }
            None => Vec::new(),
        };
        unknown(what, code, &near)
    })
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

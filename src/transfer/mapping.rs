//! The user's own words for codes: CSV with `kind,from,to`, given with `--map`.

use std::collections::BTreeMap;
use std::path::Path;

use super::TransferError;
use super::input::Input;
use super::places::Places;
use super::products::Products;
use super::rows::Rows;
use crate::domain::flow::{FLOWS, code_of};

/// Reads a table of words: `area` to Tea Road codes, `product` to codes of the classification, `flow` to flows.
pub fn read(
    path: &Path,
    places: &mut Places,
    products: &mut Products,
    flows: &mut BTreeMap<String, String>,
) -> Result<(), TransferError> {
    let input = Input::file(path);
    let mut rows = Rows::open(&input, encoding_rs::WINDOWS_1252)?;
    let column = |name: &str| {
        rows.header.iter().position(|h| h.eq_ignore_ascii_case(name)).ok_or_else(|| {
            input
                .unreadable(format!("line 1: there is no column `{name}`; expected kind,from,to, came {}", rows.came()))
        })
    };
    let (kind, from, to) = (column("kind")?, column("from")?, column("to")?);
    while rows.advance()? {
        if rows.is_blank() {
            continue;
        }
        let wrong = |reason: String| input.unreadable(format!("line {}: {reason}", rows.line()));
        let (word, meant) = (rows.text(from).into_owned(), rows.text(to).into_owned());
        match rows.text(kind).to_ascii_lowercase().as_str() {
            "area" => places.map(&word, &meant).map_err(|e| wrong(format!("`to` is `{}`: {e}", shown(&meant))))?,
            "product" => products.map(&word, &meant),
            "flow" if code_of(FLOWS, &meant).is_some() => {
                flows.insert(word, meant);
            }
            "flow" => {
                let known = FLOWS.iter().map(|(name, _, _)| *name).collect::<Vec<_>>().join(", ");
                return Err(wrong(format!("`to` is `{}`, expected one of {known}", shown(&meant))));
            }
            other => return Err(wrong(format!("`kind` is `{}`, expected area, product or flow", shown(other)))),
        }
    }
    Ok(())
}

/// The beginning of a cell, for messages.
fn shown(cell: &str) -> String {
    cell.chars().filter(|c| !c.is_control()).take(60).collect()
}

//! Codes, slugs and words of filters must be ones that some row has: a misspelt one is an error with the nearest ones,
//! not an empty list. What memory knows is checked while the filter is read; the rest is noted there and looked up
//! before the first list is read, one statement for all values of a column.

use std::cell::RefCell;

use super::errors::{GraphError, RunError};
use super::execute::Session;
use super::lookup::{code_of, naming, nearest, unknown};
use crate::catalog::{Entity, Field};
use crate::storage::bulk::Statement;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::near::Present;
use crate::storage::value::ColumnType;

/// A value that a filter asks for and only the database knows.
#[derive(Debug, Clone)]
pub struct Mention {
    entity: &'static Entity,
    field: &'static Field,
    value: String,
    at: String,
}

/// Everything mentioned in the filters of an operation.
pub type Mentions = RefCell<Vec<Mention>>;

/// Column whose neighbours in byte order are like it.
const UNIQUE: &str = "slug";

/// Checks a value of a filter, now or later.
pub fn check(
    snapshot: &Snapshot,
    mentions: &Mentions,
    (entity, field): (&'static Entity, &'static Field),
    value: &str,
    at: &str,
) -> Result<(), GraphError> {
    let Some(table) = snapshot.table(entity) else {
        mentions.borrow_mut().push(Mention { entity, field, value: value.to_owned(), at: at.to_owned() });
        return Ok(());
    };
    let located = |error: GraphError| located(error, at);
    if field.column == "code" {
        if table.with_code(value).next().is_some() {
            return Ok(());
        }
        return code_of(snapshot, entity, &format!("{} code", entity.name), value).map(|_| ()).map_err(located);
    }
    let column = table.position(field.column).unwrap_or(usize::MAX);
    let words = || table.rows.iter().filter_map(|row| row.text(column));
    if words().any(|word| word == value) {
        return Ok(());
    }
    Err(located(unknown(&what(entity, field), value, &nearest(value, words()))))
}

fn what(entity: &Entity, field: &Field) -> String {
    format!("{} {}", entity.name, field.name)
}

/// Characters of a path that are told.
const SHOWN_PATH: usize = 120;

fn located(mut error: GraphError, at: &str) -> GraphError {
    let n_cut = at.chars().count().saturating_sub(SHOWN_PATH);
    let cut: String = at.chars().skip(n_cut).collect();
    error.message = format!("{}{cut}: {}", if n_cut > 0 { "…" } else { "" }, error.message);
    error.at(at)
}

/// Looks up what was mentioned; an error for the first value that no row has.
pub fn verify(session: &mut Session<'_>, mut mentions: &[Mention]) -> Result<(), RunError> {
    while let Some(first) = mentions.first() {
        // Mentions of one column stand together when sorted by their place in the catalogue: see `sorted`.
        let n_same = mentions.iter().take_while(|m| m.is_of(first)).count();
        let (same, rest) = mentions.split_at(n_same.max(1));
        let known = present(session, first, same)?;
        if let Some(missing) = same.iter().find(|m| !known.contains(&m.value)) {
            return Err(missing.error(session)?.into());
        }
        mentions = rest;
    }
    Ok(())
}

/// The mentions, those of one column together.
pub fn sorted(mentions: Mentions) -> Vec<Mention> {
    let mut all = mentions.into_inner();
    all.sort_by_key(|m| (m.entity.name, m.field.column));
    all
}

/// Which of the values are there: one statement.
fn present(session: &mut Session<'_>, of: &Mention, same: &[Mention]) -> Result<Vec<String>, RunError> {
    let mut values: Vec<String> = same.iter().map(|m| m.value.clone()).collect();
    values.sort_unstable();
    values.dedup();
    let rows = session.rows(Present::new(of.entity, of.field.column, values), &[ColumnType::Text])?;
    Ok(rows.iter().filter_map(|row| row.text(0)).map(str::to_owned).collect())
}

impl Mention {
    fn is_of(&self, other: &Self) -> bool {
        std::ptr::eq(self.entity, other.entity) && self.field.column == other.field.column
    }

    fn error(&self, session: &mut Session<'_>) -> Result<GraphError, RunError> {
        let near = if self.field.column == UNIQUE {
            session.nearest_slugs(self.entity, &self.value)?
        } else {
            let (column, table) = (self.field.column, self.entity.table);
            let words = Statement(format!("SELECT DISTINCT {column} FROM {table} ORDER BY {column} LIMIT 1000"));
            let rows = session.rows(words, &[ColumnType::Text])?;
            nearest(&self.value, rows.iter().filter_map(|row| row.text(0)))
        };
        let error = located(unknown(&what(self.entity, self.field), &self.value, &[]), &self.at);
        Ok(naming(error, &near))
    }
}

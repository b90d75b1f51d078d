//! Values that need code, made for all rows of a level at once. One file an entity below.

pub mod figure;

use super::errors::RunError;
use super::execute::Session;
use super::plan::RowPlan;
use crate::storage::value::Row;

/// A computed value.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// Nothing known.
    Null,
    /// Text; also decimals and 64-bit numbers.
    Text(String),
    /// A small whole number.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// A list.
    List(Vec<Self>),
    /// A value object: its members by name.
    Object(Vec<(&'static str, Self)>),
    /// An object of the catalogue: its type and the id of its row.
    Node(&'static str, i64),
}

impl Tree {
    /// A text or null.
    pub fn text(value: Option<String>) -> Self {
        value.map_or(Self::Null, Self::Text)
    }

    /// The member of an object.
    pub fn member(&self, name: &str) -> &Self {
        match self {
            Self::Object(members) => members.iter().find(|(n, _)| *n == name).map_or(&Self::Null, |(_, tree)| tree),
            _ => &Self::Null,
        }
    }
}

/// The values of a level's computed fields: by slot of the plan, by row.
pub fn values(session: &mut Session<'_>, plan: &RowPlan, rows: &[Row]) -> Result<Vec<Vec<Tree>>, RunError> {
    if plan.computed.is_empty() {
        return Ok(Vec::new());
    }
    figure::values(session, plan, rows)
}

//! The service object and the small value types that the plan refers to.

use super::computed::Tree;
use super::limits::Limits;
use crate::catalog::values::{self, ValueType};
use crate::storage::snapshot::Snapshot;

/// A value type found once by name.
#[derive(Debug)]
pub struct Named(&'static str);

/// The type of `service`.
pub static SERVICE_TYPE: Named = Named("Service");
/// The type of `pageInfo`.
pub static PAGE_INFO_TYPE: Named = Named("PageInfo");

impl Named {
    /// The type.
    pub fn get(&self) -> &'static ValueType {
        /// Stands in for a name that is not in the table, which a test excludes.
        static NONE: ValueType = ValueType { name: "", doc: "", members: &[] };
        values::value_type(self.0).unwrap_or(&NONE)
    }
}

/// The service as of a revision.
pub fn service(snapshot: &Snapshot, backend: &str, limits: &Limits) -> Tree {
    let text = |text: &str| Tree::Text(text.to_owned());
    let rows = limits.rows().into_iter().map(|(name, value, unit, reason)| {
        Tree::Object(vec![
            ("name", text(name)),
            ("value", Tree::Text(value.to_string())),
            ("unit", text(unit)),
            ("reason", text(reason.row().reason)),
        ])
    });
    Tree::Object(vec![
        ("version", text(env!("CARGO_PKG_VERSION"))),
        ("revision", Tree::Text(snapshot.revision.to_string())),
        ("committedAt", Tree::text(snapshot.committed_at.map(|at| at.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string()))),
        ("backend", text(backend)),
        ("limits", Tree::List(rows.collect())),
    ])
}

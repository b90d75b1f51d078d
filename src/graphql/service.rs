//! The service object.

use super::computed::Tree;
use super::limits::Limits;
use crate::storage::snapshot::Snapshot;

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

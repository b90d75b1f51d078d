//! The price of an operation: the rows it may ask for, page sizes multiplied down the nesting, before anything is read.

use super::connection::List;
use super::errors::GraphError;
use super::facets;
use super::limits::Limits;
use super::plan::{ChildKind, Planned, Root, RootWhat, RowPlan, ValueShape};
use crate::domain::error_code::Reason;

/// Rows that a short list is priced at.
const LIST_PRICE: u64 = 5;

/// Refuses an operation whose pages, multiplied down the nesting, ask for more rows than the limit. Saturates.
pub fn check(roots: &[Root], limits: &Limits) -> Planned<()> {
    let mut cost = 0_u64;
    for root in roots {
        cost = cost.saturating_add(match &root.what {
            RootWhat::Connection(rows, list, _, _) | RootWhat::Facets(rows, list, _) => list_cost(rows, list, 1),
            RootWhat::Object(object) => rows_cost(&object.rows, 1),
            RootWhat::Nodes(nodes) => nodes.types.iter().fold(0, |sum: u64, (kindred, keys)| {
                sum.saturating_add(rows_cost(&kindred.rows, u64::try_from(keys.len()).unwrap_or(u64::MAX)))
            }),
            RootWhat::Asked(asked) => {
                value_cost(&asked.shape, asked.question.objects()).saturating_add(asked.question.looked_at())
            }
            _ => 1,
        });
    }
    if cost > limits.cost {
        let message = format!("the operation asks for up to {cost} rows, at most {} are allowed", limits.cost);
        return Err(GraphError::new(Reason::TooExpensive, message));
    }
    Ok(())
}

/// Each object of a value is of one of its types: the dearest.
pub(super) fn value_cost(shape: &ValueShape, objects: u64) -> u64 {
    let own = shape.types.iter().map(|kindred| rows_cost(&kindred.rows, objects)).max().unwrap_or(0);
    shape
        .members
        .iter()
        .filter_map(|(_, _, inner)| inner.as_ref())
        .fold(own.max(1), |sum, inner| sum.saturating_add(value_cost(inner, objects)))
}

fn list_cost(rows: &RowPlan, list: &List, parents: u64) -> u64 {
    let each = list.page.as_ref().map_or(LIST_PRICE, |page| u64::from(page.size));
    let own = rows_cost(rows, parents.saturating_mul(each.max(1)));
    rows.facets.iter().fold(own, |sum, facet| sum.saturating_add(facets::cost(facet, parents)))
}

/// Rows that `count` rows and everything below them may be.
pub fn rows_cost(rows: &RowPlan, count: u64) -> u64 {
    let asked = rows.asked.iter().fold(count, |sum, asked| sum.saturating_add(asked.cost(count)));
    rows.children.iter().fold(asked, |sum, child| {
        sum.saturating_add(match &child.kind {
            // Objects of the memory snapshot and look-ups by id ride on their parents.
            ChildKind::One => rows_cost(&child.rows, count).saturating_sub(count),
            ChildKind::Ancestors => count,
            ChildKind::Many { list, .. } => list_cost(&child.rows, list, count),
        })
    })
}

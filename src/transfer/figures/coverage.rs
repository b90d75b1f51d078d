//! Says which reporters and periods of a dataset are complete, and what changed of each.

use std::collections::{BTreeSet, HashMap};

use super::write::{Target, change, period, region_codes};
use super::{Done, Job};
use crate::storage::bulk::{self, Statement};
use crate::storage::conn::Conn;
use crate::storage::figures::{Counts, Group};
use crate::storage::revision::Change;
use crate::storage::value::Value;

/// What is recorded of a reporter and period.
#[derive(Debug, Clone, Copy)]
struct Held {
    complete: bool,
    figures: i64,
}

/// Writes the coverage and the changes of figures; the periods, first month and months, of which anything changed.
pub(super) fn write(
    job: &Job<'_>,
    conn: &mut Conn,
    target: &Target,
    changes: &mut Vec<Change>,
) -> Done<BTreeSet<(i64, i64)>> {
    let held = held(conn, target.id)?;
    let mut reporters: HashMap<(i64, i64), usize> = HashMap::new();
    for ((_, start, months), _) in target.groups.iter().filter(|(_, c)| c.staged > 0) {
        *reporters.entry((*start, *months)).or_default() += 1;
    }
    let bad = job.report.borrow().count();
    let is_whole = |group: &Group| {
        let many = reporters.get(&(group.1, group.2)).copied().unwrap_or(0);
        let is_known = job.layout.complete || job.layout.complete_above.is_some_and(|limit| many > limit);
        bad == 0 && (job.options.complete || (job.whole && is_known))
    };
    let codes = region_codes(conn)?;
    let mut changed = BTreeSet::new();
    let mut rows = Vec::new();
    for (group, counts) in &target.groups {
        let before = held.get(group).copied();
        let moved = counts.inserted + counts.updated + counts.deleted > 0;
        // What was called complete stays so as long as its figures do.
        let complete = is_whole(group) || (before.is_some_and(|b| b.complete) && !moved);
        if !moved && before.is_some_and(|b| b.complete == complete) {
            continue;
        }
        let kept = before.map_or(0, |b| b.figures) - (counts.staged - counts.inserted) - counts.deleted;
        let figures = counts.staged + kept.max(0);
        if figures == 0 {
            forget(conn, target.id, group)?;
        } else {
            rows.push(row(target.id, group, complete, figures));
        }
        changed.insert((group.1, group.2));
        changes.push(change_of(job, target, group, counts, codes.get(&group.0).map_or("", String::as_str)));
    }
    bulk::insert(
        conn,
        "dataset_coverage",
        &["dataset_id", "reporter_id", "period_start", "period_months", "partners", "sectors", "n_figures"],
        &["dataset_id", "reporter_id", "period_start", "period_months"],
        &rows,
    )?;
    Ok(changed)
}

/// A reporter and period of which nothing is left.
fn forget(conn: &mut Conn, dataset: i64, (reporter, start, months): &Group) -> Done<()> {
    let statement = Statement(format!(
        "DELETE FROM dataset_coverage WHERE dataset_id = {dataset} AND reporter_id = {reporter} AND period_start = {start} AND period_months = {months}"
    ));
    bulk::execute(conn, &statement)?;
    Ok(())
}

fn row(dataset: i64, (reporter, start, months): &Group, complete: bool, figures: i64) -> Vec<Value> {
    let extent = Value::Text(if complete { "COMPLETE" } else { "LISTED" }.to_owned());
    let number = |n: i64| Value::Int(n);
    vec![number(dataset), number(*reporter), number(*start), number(*months), extent.clone(), extent, number(figures)]
}

fn change_of(job: &Job<'_>, target: &Target, group: &Group, counts: &Counts, region: &str) -> Change {
    let key = format!("{}/{region}/{}", target.code, period(group.1, group.2));
    Change {
        inserted: counts.inserted,
        updated: counts.updated,
        deleted: counts.deleted,
        replaced: job.replaces().is_some() && job.report.borrow().count() == 0,
        ..change("TradeFigure", key, "FIGURES")
    }
}

fn held(conn: &mut Conn, dataset: i64) -> Done<HashMap<Group, Held>> {
    let statement = Statement(format!(
        "SELECT reporter_id, period_start, period_months, partners, sectors, n_figures FROM dataset_coverage WHERE dataset_id = {dataset}"
    ));
    let rows = conn.rows(statement, &[])?;
    let held = rows.iter().map(|row| {
        let number = |at: usize| row.int(at).unwrap_or(0);
        let complete = row.text(3) == Some("COMPLETE") && row.text(4) == Some("COMPLETE");
        ((number(0), number(1), number(2)), Held { complete, figures: number(5) })
    });
    Ok(held.collect())
}

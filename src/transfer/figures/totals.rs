//! Lists reported wholes that differ from the sum of their parts by more than rounding: the world from its countries, all
//! goods from chapters, a chapter from its headings, a heading from its products. Where not all parts are there, a whole
//! may be larger than their sum, never smaller.

use super::write::{Target, period, region_codes};
use super::{Done, Job};
use crate::domain::decimal::format_scaled;
use crate::domain::flow::{FLOWS, name_of};
use crate::storage::bulk::{Fixed, Statement};
use crate::storage::conn::Conn;
use crate::storage::value::Row;

/// Wholes that are told one by one.
const TOLD: usize = 20;

/// Compares wholes and parts of the reporters and periods that changed.
pub(super) fn compare(job: &Job<'_>, conn: &mut Conn, targets: &[Target], revision: i64) -> Done<()> {
    for target in targets {
        let places = levels(conn, target.id, "partner_level")?;
        let goods = levels(conn, target.id, "sector_level")?;
        let mut found = Vec::new();
        let power = job.layout.value.iter().map(|v| v.power).max().unwrap_or(0);
        // Half a unit of the file for each part and for the whole.
        let unit = i64::from(target.scale).saturating_add(i64::from(power));
        let unit = u32::try_from(unit).ok().and_then(|u| 10_i64.checked_pow(u)).unwrap_or(1);
        if places.contains(&0) && places.contains(&2) {
            found.extend(conn.rows(Statement(world(target.id, revision, unit)), &[])?);
        }
        for (whole, part) in [(0, 2), (2, 4), (4, 6)] {
            if goods.contains(&whole) && goods.contains(&part) {
                found.extend(conn.rows(Statement(sectors(target.id, revision, unit, whole, part)), &[])?);
            }
        }
        tell(job, conn, target, &found)?;
    }
    Ok(())
}

fn levels(conn: &mut Conn, dataset: i64, column: &str) -> Done<Vec<i64>> {
    let statement = Statement(format!("SELECT DISTINCT {column} FROM trade_figures WHERE dataset_id = {dataset}"));
    Ok(conn.rows(statement, &[])?.iter().filter_map(|row| row.int(0)).collect())
}

/// The columns that a comparison gives: reporter, partner, sector, flow, period, whole, sum of parts.
fn compared(dataset: i64, revision: i64, unit: i64, whole: &str, parts: &str, join: &str) -> String {
    format!(
        "SELECT w.reporter_id, w.partner_id, w.sector_id, w.flow, w.period_start, w.period_months, w.value_scaled, p.total FROM trade_figures w JOIN ({parts}) p ON p.reporter_id = w.reporter_id AND p.flow = w.flow AND p.period_start = w.period_start AND p.period_months = w.period_months AND {join} LEFT JOIN dataset_coverage c ON c.dataset_id = {dataset} AND c.reporter_id = w.reporter_id AND c.period_start = w.period_start AND c.period_months = w.period_months WHERE w.dataset_id = {dataset} AND w.origin = 1 AND {whole} AND (w.revision = {revision} OR p.newest = {revision}) AND (p.total - w.value_scaled > (p.n + 1) * {unit} / 2 OR (c.partners = 'COMPLETE' AND w.value_scaled - p.total > (p.n + 1) * {unit} / 2)) ORDER BY w.reporter_id, w.period_start, w.flow, w.sector_id, w.partner_id"
    )
}

const SUMS: &str = "CAST(SUM(f.value_scaled) AS BIGINT) AS total, COUNT(*) AS n, MAX(f.revision) AS newest";
const BY: &str = "f.reporter_id, f.flow, f.period_start, f.period_months";

fn world(dataset: i64, revision: i64, unit: i64) -> String {
    let parts = format!(
        "SELECT {BY}, f.sector_id, {SUMS} FROM trade_figures f WHERE f.dataset_id = {dataset} AND f.origin = 1 AND f.partner_level = 2 GROUP BY {BY}, f.sector_id"
    );
    compared(dataset, revision, unit, "w.partner_level = 0", &parts, "p.sector_id = w.sector_id")
}

fn sectors(dataset: i64, revision: i64, unit: i64, whole: i64, part: i64) -> String {
    // All goods stand above the chapters of every edition, by way of sections.
    let (above, join) = match whole {
        0 => ("1", "p.partner_id = w.partner_id"),
        _ => ("s.parent_id", "p.partner_id = w.partner_id AND p.above = w.sector_id"),
    };
    let parts = format!(
        "SELECT {BY}, f.partner_id, {above} AS above, {SUMS} FROM trade_figures f JOIN sectors s ON s.id = f.sector_id WHERE f.dataset_id = {dataset} AND f.origin = 1 AND f.sector_level = {part} GROUP BY {BY}, f.partner_id{}",
        if whole == 0 { "" } else { ", s.parent_id" }
    );
    compared(dataset, revision, unit, &format!("w.sector_level = {whole}"), &parts, join)
}

fn tell(job: &Job<'_>, conn: &mut Conn, target: &Target, found: &[Row]) -> Done<()> {
    if found.is_empty() {
        return Ok(());
    }
    let regions = region_codes(conn)?;
    let sectors = conn.rows(Fixed("SELECT id, code FROM sectors"), &[])?;
    (job.tell)(&format!("{} reported totals of {} differ from the sum of their parts:", found.len(), target.code));
    for row in found.iter().take(TOLD) {
        let number = |at: usize| row.int(at).unwrap_or(0);
        let region = |at: usize| regions.get(&number(at)).map_or("", String::as_str);
        let sector = sectors.iter().find(|s| s.int(0) == row.int(2)).and_then(|s| s.text(1)).unwrap_or_default();
        (job.tell)(&format!(
            "  {} to {}, {sector}, {}, {}: reported {}, sum of parts {}",
            region(0),
            region(1),
            name_of(FLOWS, number(3)).unwrap_or_default(),
            period(number(4), number(5)),
            format_scaled(number(6), target.scale),
            format_scaled(number(7), target.scale)
        ));
    }
    if found.len() > TOLD {
        (job.tell)(&format!("  and {} more", found.len() - TOLD));
    }
    Ok(())
}

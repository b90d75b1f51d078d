//! Says what files of figures hold, without writing.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::{Done, Job};
use crate::domain::flow::{FLOWS, name_of};
use crate::domain::period::Period;
use crate::storage::bulk::Fixed;
use crate::storage::conn::Conn;
use crate::transfer::layout::Layout;
use crate::transfer::report::Tell;
use crate::transfer::rows::Rows;
use crate::transfer::run::alone;
use crate::transfer::{Options, TransferError};

/// What files hold.
#[derive(Debug, Clone, Default)]
pub struct Inspection {
    /// Format, for people.
    pub format: String,
    /// Each file: its name, kind and encoding.
    pub files: Vec<String>,
    /// Rows.
    pub read: u64,
    /// Figures in them.
    pub figures: u64,
    /// Rows that were left out, by rule.
    pub left_out: BTreeMap<String, u64>,
    /// Bad rows.
    pub bad: u64,
    /// Figures by classification and currency, period, reporter, partner, flow, level of the product.
    pub counts: Vec<(&'static str, BTreeMap<String, u64>)>,
}

/// Names of one kind that are printed.
const SHOWN: usize = 12;

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "format: {}", self.format)?;
        for file in &self.files {
            writeln!(f, "file: {file}")?;
        }
        writeln!(f, "rows: {} read, {} figures, {} bad", self.read, self.figures, self.bad)?;
        for (why, count) in &self.left_out {
            writeln!(f, "left out: {count} ({why})")?;
        }
        for (what, counts) in &self.counts {
            let shown: Vec<String> = counts.iter().take(SHOWN).map(|(name, n)| format!("{name} ({n})")).collect();
            let rest = if counts.len() > SHOWN { format!(" and {} more", counts.len() - SHOWN) } else { String::new() };
            writeln!(f, "{what}: {} - {}{rest}", counts.len(), shown.join(", "))?;
        }
        Ok(())
    }
}

/// Reads the files as an import would; what it had to make on the way is taken back.
pub fn inspect(
    conn: &mut Conn,
    layout: &Layout,
    options: &Options,
    paths: &[PathBuf],
    tell: Tell<'_>,
) -> Done<Inspection> {
    let mut out = None;
    let result: Done<()> = alone(conn, tell, |conn| {
        conn.write(|conn| {
            let mut job = Job::new(conn, layout, options, paths, tell)?;
            job.read_companions(conn)?;
            let sorter = job.read_files(conn)?;
            let mut inspection = Inspection { format: layout.title.clone(), read: job.read, ..Inspection::default() };
            for file in &job.files {
                let rows = Rows::open(file, job.fallback()?)?;
                let kind = rows.kind.clone();
                inspection.files.push(format!("{}: {kind}, {}", file.shown(), rows.encoding()?));
            }
            count(&job, conn, sorter, &mut inspection)?;
            job.report.borrow_mut().close()?;
            inspection.left_out = job.left_out.clone();
            inspection.bad = job.report.borrow().count();
            out = Some(inspection);
            Err(TransferError::Usage("taken back".to_owned()))
        })
    });
    match (out, result) {
        (Some(inspection), _) => Ok(inspection),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Ok(Inspection::default()),
    }
}

fn count(
    job: &Job<'_>,
    conn: &mut Conn,
    sorter: crate::transfer::sorted::Sorter,
    inspection: &mut Inspection,
) -> Done<()> {
    let regions = conn.rows(Fixed("SELECT id, code FROM regions"), &[])?;
    let regions: BTreeMap<i64, &str> = regions.iter().filter_map(|r| Some((r.int(0)?, r.text(1)?))).collect();
    let statement =
        Fixed("SELECT s.id, s.level, c.code FROM sectors s JOIN classifications c ON c.id = s.classification_id");
    let sectors = conn.rows(statement, &[])?;
    let sectors: BTreeMap<i64, (i64, &str)> =
        sectors.iter().filter_map(|r| Some((r.int(0)?, (r.int(1)?, r.text(2)?)))).collect();
    let mut merged = job.merged(sorter, "counting")?;
    let [mut bodies, mut periods, mut reporters, mut partners, mut flows, mut products] =
        [(); 6].map(|()| BTreeMap::<String, u64>::new());
    while let Some(figure) = merged.next()? {
        inspection.figures += 1;
        let key = figure.key;
        let period = Period { start: i32::from(key.start), months: i32::from(key.months) };
        *periods.entry(period.to_string()).or_default() += 1;
        let region = |id: u32| regions.get(&i64::from(id)).copied().unwrap_or_default().to_owned();
        *reporters.entry(region(key.reporter)).or_default() += 1;
        *partners.entry(region(key.partner)).or_default() += 1;
        *flows.entry(name_of(FLOWS, i64::from(key.flow)).unwrap_or_default().to_owned()).or_default() += 1;
        let (level, classification) = sectors.get(&i64::from(key.sector)).copied().unwrap_or_default();
        let level = if level == 0 { "all goods".to_owned() } else { format!("level {level}") };
        *products.entry(level).or_default() += 1;
        // A dataset may hold several editions: each figure says its own.
        let currency = job.meaning.bodies.get(usize::from(key.dataset)).map_or("", |(_, _, currency)| currency);
        *bodies.entry(format!("{classification} {currency}")).or_default() += 1;
    }
    inspection.counts = vec![
        ("classification and currency", bodies),
        ("periods", periods),
        ("reporters", reporters),
        ("partners", partners),
        ("flows", flows),
        ("product levels", products),
    ];
    Ok(())
}

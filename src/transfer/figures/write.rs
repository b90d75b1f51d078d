//! Writes sorted figures: dataset by dataset, each filled directly where it has none yet, else staged and compared; then
//! sources, coverage, changes and the revision.

use std::collections::{BTreeMap, HashMap};

use super::store::{self, Dimensions, Levels};
use super::{Done, Job};
use crate::domain::control;
use crate::domain::period::Period;
use crate::storage::bulk::{self, Bound, Fixed};
use crate::storage::conn::Conn;
use crate::storage::figures::{self, Counts, Filling, Group, Load, Manner};
use crate::storage::revision::{self, Change};
use crate::storage::terms;
use crate::storage::value::Value;
use crate::transfer::layout::Repeated;
use crate::transfer::reading::Body;
use crate::transfer::sorted::Sorter;
use crate::transfer::{Summary, TransferError};

/// Why rows of national codes do not count where the file has their sum too.
const PARTS: &str = "a part of a figure that stands there as a whole";

/// What is known of a dataset while its figures are written.
pub(super) struct Target {
    pub(super) id: i64,
    pub(super) code: String,
    pub(super) scale: u32,
    /// It had no figures before.
    pub(super) fresh: bool,
    pub(super) groups: BTreeMap<Group, Counts>,
    /// Which levels its new figures have.
    levels: Levels,
    /// It is being filled.
    filling: Option<Filling>,
}

/// Writes all figures of the job.
pub(super) fn write(job: &mut Job<'_>, conn: &mut Conn, sorter: Sorter) -> Done<Summary> {
    let number = revision::next(conn)?;
    let mut changes = std::mem::take(&mut job.meaning.products.changes);
    let sources = write_sources(job, conn, &mut changes)?;
    let ids: Vec<i64> = sources.iter().map(|source| source.id).collect();
    let dimensions = Dimensions::load(conn, job.meaning.units.words(), &ids)?;
    let expected = sorter.by_dataset();
    let mut targets = Vec::new();
    let mut merged = job.merged(sorter, "writing")?;
    for (at, body) in (0_u8..).zip(&job.meaning.bodies) {
        let mut target = find_dataset(job, conn, body, ids.last().copied(), &mut changes)?;
        let load = Load::reported(target.id, number);
        // The first figure of the next dataset waits for its turn.
        let mut next = || match &merged.ahead {
            Some(figure) if figure.key.dataset == at => merged.next(),
            _ => Ok(None),
        };
        let expected = expected.get(usize::from(at)).copied().unwrap_or(0);
        let manner = job.replaces().map_or(Manner::Add, Manner::Replace);
        let staged = (!target.fresh).then_some(manner);
        (target.groups, target.filling) =
            store::put(conn, load, expected, staged, &dimensions, &mut target.levels, &mut next)?;
        if let (false, Manner::Replace(scope)) = (target.fresh, manner) {
            let is_of = |(family, edition, currency): &Body| {
                let of_edition = *edition == body.1
                    || job.options.dataset.is_some()
                    || !job.layout.dataset.code.contains("{edition}");
                *family == body.0 && *currency == body.2 && of_edition
            };
            let nothing = job.nothing.iter().filter(|((of, ..), _)| is_of(of));
            let groups: Vec<[i64; 5]> = nothing
                .map(|((_, reporter, flow, (start, months)), sector)| {
                    [i64::from(*reporter), i64::from(*flow), i64::from(*start), i64::from(*months), i64::from(*sector)]
                })
                .collect();
            figures::add_groups(conn, scope, &groups)?;
        }
        if !target.fresh {
            settle(job, conn, load, manner, &mut target)?;
        }
        targets.push(target);
    }
    let counts = merged.counts;
    // Rows of one key that contradict each other came out just now.
    if job.report.borrow().count() > 0 && !job.options.skip_bad {
        return Err(job.refused());
    }
    job.report.borrow_mut().close()?;
    if counts.parts > 0 {
        *job.left_out.entry(PARTS.to_owned()).or_default() += counts.parts;
    }
    if counts.withheld > 0 {
        (job.tell)(&format!("{} figures are sums of which a part is withheld; they are ESTIMATED", counts.withheld));
    }
    let mut summary = Summary {
        what: match job.empty.len() {
            0 => format!("{}, {} file(s)", job.layout.title, job.files.len()),
            n => format!("{}, {} file(s) and {n} without rows", job.layout.title, job.files.len()),
        },
        read: job.read,
        merged: counts.merged,
        left_out: job.left_out.values().sum(),
        reasons: job.left_out.clone(),
        bad: job.report.borrow().count(),
        rounded: counts.rounded,
        ..Summary::default()
    };
    let mut is_changed = !changes.iter().all(|c| c.entity == "Source");
    for target in &mut targets {
        let changed = super::coverage::write(job, conn, target, &mut changes)?;
        is_changed |= !changed.is_empty();
        target.levels.write(conn, target.id)?;
        summary.derived += super::derive::derive_anew(
            conn,
            Load::reported(target.id, number),
            &changed,
            target.filling.take(),
            job.tell,
        )?;
        for counts in target.groups.values() {
            let count = |n: i64| u64::try_from(n).unwrap_or(0);
            summary.inserted += count(counts.inserted);
            summary.updated += count(counts.updated);
            summary.deleted += count(counts.deleted);
            summary.unchanged += count(counts.staged - counts.inserted - counts.updated);
        }
    }
    if summary.read == 0 {
        (job.tell)("the files have a header and no row");
    } else if summary.stored() == 0 {
        (job.tell)("no row of the files became a figure; see what was left out");
    }
    // Only now all bad rows are known.
    let notes = notes(job, &sources);
    is_changed |= !notes.is_empty();
    if !is_changed {
        // The sources of files that brought nothing are not kept either.
        forget_sources(conn, &changes)?;
        return Ok(summary);
    }
    for (source, note) in notes {
        bulk::update(conn, "sources", source.id, &[("note", Value::text(note))])?;
        if !source.is_new {
            changes.push(Change { inserted: 0, updated: 1, ..change("Source", source.code.clone(), "UPDATE") });
        }
    }
    bulk::refresh_statistics(conn)?;
    super::totals::compare(job, conn, &targets, number)?;
    summary.revision =
        Some(revision::finish(conn, "IMPORT", ids.last().copied(), &summary.json(&job.layout.format), &changes)?);
    Ok(summary)
}

/// Compares staged figures with those that are there, and writes what differs.
fn settle(job: &Job<'_>, conn: &mut Conn, load: Load, manner: Manner, target: &mut Target) -> Done<()> {
    let bad = job.report.borrow().count();
    if job.layout.measure.is_some() {
        figures::keep_measures(conn, load.dataset)?;
    }
    figures::keep_weights_of_totals(conn, load.dataset)?;
    if job.layout.repeated == Repeated::Add && !job.options.revised && (manner == Manner::Add || bad > 0) {
        refuse_parts(conn, target)?;
    }
    let mut compared = figures::compare(conn, load.dataset, manner)?;
    let gone: i64 = compared.iter().map(|(_, counts)| counts.deleted).sum();
    // A line that was left out may hold a figure that seems to be gone: nothing is removed then.
    let manner = if bad == 0 { manner } else { Manner::Add };
    if gone > 0 && bad == 0 {
        tell_gone(job, conn, target, &compared, gone)?;
    } else if gone > 0 {
        (job.tell)(&format!("{gone} figures that the files do not have are kept, because lines of the files are bad"));
        compared.iter_mut().for_each(|(_, counts)| counts.deleted = 0);
    }
    let changed: i64 = compared.iter().map(|(_, c)| c.inserted + c.updated + c.deleted).sum();
    if changed > 0 {
        figures::apply(conn, load, u64::try_from(changed).unwrap_or(0), manner)?;
    }
    figures::unstage(conn)?;
    target.groups = compared.into_iter().collect();
    Ok(())
}

/// Figures of a format that adds rows are sums: another amount may be the sum of other parts.
fn refuse_parts(conn: &mut Conn, target: &Target) -> Done<()> {
    let other = figures::overwritten(conn, target.id)?;
    let Some(((reporter, start, months), _)) = other.first() else { return Ok(()) };
    let codes = region_codes(conn)?;
    Err(TransferError::Usage(format!(
        "{} figures are in {} with other amounts, the first of {} in {}; rows of this format are parts that are added, so a file with some of them would replace a sum by a part of it; pass --revised if the files hold all rows of the figures that they have, or --replace if they also hold all figures of their reporters, flows and periods",
        other.iter().map(|(_, n)| n).sum::<i64>(),
        target.code,
        codes.get(reporter).map_or("", String::as_str),
        period(*start, *months)
    )))
}

fn tell_gone(job: &Job<'_>, conn: &mut Conn, target: &Target, compared: &[(Group, Counts)], gone: i64) -> Done<()> {
    const TOLD: usize = 20;
    (job.tell)(&format!("{gone} figures of {} that the files no longer have are removed:", target.code));
    let codes = region_codes(conn)?;
    let losing: Vec<_> = compared.iter().filter(|(_, counts)| counts.deleted > 0).collect();
    for ((reporter, start, months), counts) in losing.iter().take(TOLD) {
        let region = codes.get(reporter).map_or("", String::as_str);
        (job.tell)(&format!("  {region}, {}: {}", period(*start, *months), counts.deleted));
    }
    if losing.len() > TOLD {
        (job.tell)(&format!("  and of {} more reporters and periods", losing.len() - TOLD));
    }
    Ok(())
}

pub(super) fn period(start: i64, months: i64) -> Period {
    Period { start: i32::try_from(start).unwrap_or(0), months: i32::try_from(months).unwrap_or(12) }
}

pub(super) fn region_codes(conn: &mut Conn) -> Done<HashMap<i64, String>> {
    let rows = conn.rows(Fixed("SELECT id, code FROM regions"), &[])?;
    Ok(rows.iter().filter_map(|r| Some((r.int(0)?, r.text(1)?.to_owned()))).collect())
}

pub(super) fn change(entity: &'static str, key: String, action: &'static str) -> Change {
    Change { entity, key, action, inserted: 1, updated: 0, deleted: 0, replaced: false }
}

/// The source of a file.
struct SourceOf {
    id: i64,
    code: String,
    note: Option<String>,
    /// Made by this import.
    is_new: bool,
}

/// The notes of sources that this import changes: how many rows of the file were left out as bad.
fn notes<'a>(job: &Job<'_>, sources: &'a [SourceOf]) -> Vec<(&'a SourceOf, Option<String>)> {
    let report = job.report.borrow();
    // A file that is given twice has one source.
    let mut of: BTreeMap<i64, (&SourceOf, u64)> = BTreeMap::new();
    for (number, source) in sources.iter().enumerate() {
        let (_, bad) = of.entry(source.id).or_insert((source, 0));
        *bad = report.count_in(number).max(*bad);
    }
    let noted = of.into_values().map(|(source, bad)| (source, noted(source.note.as_deref(), bad)));
    noted.filter(|(source, note)| *note != source.note).collect()
}

/// A note with this number of bad rows instead of the one it has; what else stands in it stays.
fn noted(before: Option<&str>, bad: u64) -> Option<String> {
    let is_ours = |line: &&str| line.contains(" bad row(s) of the ") && line.ends_with(" were left out");
    let mut lines: Vec<&str> = before.unwrap_or_default().lines().filter(|line| !is_ours(line)).collect();
    let own = format!("{bad} bad row(s) of the file were left out");
    if bad > 0 {
        lines.push(&own);
    }
    if lines.is_empty() { None } else { Some(lines.join("\n")) }
}

/// One source a file, in their order.
fn write_sources(job: &Job<'_>, conn: &mut Conn, changes: &mut Vec<Change>) -> Done<Vec<SourceOf>> {
    let before = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM sources"))?;
    let mut id = before;
    let mut sources = Vec::new();
    for file in &job.files {
        let hash = job.hashes.get(&file.path).cloned().unwrap_or_default();
        let short = hash.get(..12).unwrap_or_default();
        let own = file.path.file_name().and_then(|n| n.to_str()).unwrap_or("file");
        let (code, title) = match &file.member {
            None => (format!("{}-{short}", job.layout.format), own.to_owned()),
            Some(member) => (format!("{}-{short}-{}", job.layout.format, file.at), format!("{own}/{member}")),
        };
        let known = conn.rows(Bound::text("SELECT id, note FROM sources WHERE code = ?", &code), &[])?;
        if let Some((known, note)) = known.first().and_then(|r| Some((r.int(0)?, r.text(1).map(str::to_owned)))) {
            let is_new = known > before;
            sources.push(SourceOf { id: known, code, note, is_new });
            continue;
        }
        id += 1;
        sources.push(SourceOf { id, code: code.clone(), note: None, is_new: true });
        let dataset = &job.layout.dataset;
        bulk::insert(
            conn,
            "sources",
            &["id", "code", "kind", "publisher", "title", "retrieved_at", "licence", "sha256"],
            &[],
            &[vec![
                Value::Int(id),
                Value::Text(code.clone()),
                Value::Text("FILE".to_owned()),
                Value::text(dataset.publisher.clone()),
                Value::Text(control::without(&title).into_owned()),
                Value::Time(revision::now()),
                Value::text(dataset.licence.clone()),
                Value::Text(hash),
            ]],
        )?;
        changes.push(change("Source", code, "INSERT"));
    }
    Ok(sources)
}

fn forget_sources(conn: &mut Conn, changes: &[Change]) -> Done<()> {
    for made in changes.iter().filter(|c| c.entity == "Source") {
        bulk::delete(conn, "sources", &["code"], &[vec![Value::Text(made.key.clone())]])?;
    }
    Ok(())
}

/// The dataset of a body of figures, made where it is not there.
fn find_dataset(
    job: &Job<'_>,
    conn: &mut Conn,
    body: &Body,
    source: Option<i64>,
    changes: &mut Vec<Change>,
) -> Done<Target> {
    let (family, edition, currency) = body;
    let layout = &job.layout.dataset;
    let filled = |text: &str| {
        text.replace("{family}", family)
            .replace("{edition}", edition)
            .replace("{year}", edition.trim_start_matches("HS"))
            .replace("{currency}", currency)
    };
    let code = job.options.dataset.clone().unwrap_or_else(|| filled(&layout.code));
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if code.is_empty() || code.len() > 60 || !code.bytes().all(is_plain) {
        return Err(TransferError::Usage(format!(
            "the dataset's code is `{code}`, expected letters, digits, `-`, `_` and `.`"
        )));
    }
    let statement = Bound::text("SELECT id, family, currency, scale, reconciled FROM datasets WHERE code = ?", &code);
    // A flag comes as a number from SQLite.
    let types = {
        use crate::storage::value::ColumnType::{Bool, Int, Text};
        [Int, Text, Text, Int, Bool]
    };
    if let Some(row) = conn.rows(statement, &types)?.first() {
        let id = row.int(0).unwrap_or(0);
        let scale = row.int(3).and_then(|s| u32::try_from(s).ok()).unwrap_or(0);
        let is_same = row.text(1) == Some(family)
            && row.text(2) == Some(currency)
            && scale == layout.scale
            && row.values.get(4) == Some(&Value::Bool(layout.reconciled));
        if !is_same {
            return Err(TransferError::Usage(format!(
                "dataset {code} is there with family {}, currency {} and scale {scale}; the files have {family}, {currency} and {}; give another code with --dataset",
                row.text(1).unwrap_or_default(),
                row.text(2).unwrap_or_default(),
                layout.scale
            )));
        }
        let fresh = figures::is_fresh(conn, id)?;
        return Ok(Target {
            id,
            code,
            scale,
            fresh,
            groups: BTreeMap::new(),
            levels: Levels::default(),
            filling: None,
        });
    }
    let known = Bound::text("SELECT 1 FROM currencies WHERE code = ?", currency);
    if currency.is_empty() || conn.rows(known, &[])?.is_empty() {
        return Err(TransferError::Usage(format!(
            "the currency of {code} is `{currency}`, expected a code such as USD"
        )));
    }
    let id = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM datasets"))? + 1;
    bulk::insert(
        conn,
        "datasets",
        &[
            "id",
            "code",
            "title",
            "family",
            "publisher",
            "licence",
            "currency",
            "scale",
            "valuation",
            "reconciled",
            "description",
            "source_id",
        ],
        &[],
        &[vec![
            Value::Int(id),
            Value::Text(code.clone()),
            Value::Text(filled(&layout.title)),
            Value::Text(family.clone()),
            Value::text(layout.publisher.clone()),
            Value::text(layout.licence.clone()),
            Value::Text(currency.clone()),
            Value::Int(i64::from(layout.scale)),
            Value::Text(layout.valuation.clone()),
            Value::Bool(layout.reconciled),
            Value::text(layout.description.as_deref().map(filled)),
            Value::int(source),
        ]],
    )?;
    terms::add(conn, "datasets", &[id])?;
    changes.push(change("Dataset", code.clone(), "INSERT"));
    let fresh = figures::is_fresh(conn, id)?;
    Ok(Target {
        id,
        code,
        scale: layout.scale,
        fresh,
        groups: BTreeMap::new(),
        levels: Levels::default(),
        filling: None,
    })
}

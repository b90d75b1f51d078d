//! What `--replace` deletes: rows that are there and that the pack's files do not have. It is told before it is done;
//! a row that others still refer to is not deleted, and nothing is.

use super::figures;
use super::load::{Done, Load};
use super::pairs;
use super::spec::{File, To, Told};
use crate::storage::bulk::{self, Statement};
use crate::storage::conn::Conn;
use crate::storage::value::Value;
use crate::transfer::TransferError;

/// Keys that are told of a file.
const TOLD: usize = 10;

/// Rows that are there and that a file does not have.
#[derive(Debug)]
pub(in crate::transfer) enum Missing {
    /// By id.
    Ids(Vec<i64>),
    /// By the values of the key.
    Keys(Vec<Vec<Value>>),
}

impl Default for Missing {
    fn default() -> Self {
        Self::Ids(Vec::new())
    }
}

impl Missing {
    fn len(&self) -> usize {
        match self {
            Self::Ids(ids) => ids.len(),
            Self::Keys(keys) => keys.len(),
        }
    }
}

/// Tables of pairs whose rows go with the row that they belong to, and the kind under which it has names.
fn belongings(to: To) -> (&'static [(&'static str, &'static str)], Option<&'static str>) {
    match to {
        To::Region => (
            &[("region_codes", "region_id"), ("region_members", "group_id"), ("region_members", "region_id")],
            Some("REGION"),
        ),
        To::Sector => (&[("correspondences", "from_sector_id"), ("correspondences", "to_sector_id")], Some("SECTOR")),
        To::Party => (&[("party_codes", "party_id"), ("party_sectors", "party_id")], Some("PARTY")),
        To::Event => (&[("event_sectors", "event_id"), ("event_regions", "event_id")], Some("EVENT")),
        To::Participation => (&[("participation_sectors", "participation_id")], None),
        To::Agreement => {
            (&[("agreement_sectors", "agreement_id"), ("agreement_parties", "agreement_id")], Some("AGREEMENT"))
        }
        To::Dataset => (&[("dataset_coverage", "dataset_id"), ("dataset_levels", "dataset_id")], None),
        To::Source | To::Currency | To::Classification | To::Fact | To::Rate => (&[], None),
    }
}

/// Columns that refer to a kind without a foreign key.
fn loose_references(to: To) -> &'static [(&'static str, &'static str)] {
    match to {
        To::Region => &[
            ("trade_figures", "reporter_id"),
            ("trade_figures", "partner_id"),
            ("published_values", "reporter_id"),
            ("published_values", "partner_id"),
        ],
        To::Sector => &[("trade_figures", "sector_id"), ("published_values", "sector_id")],
        To::Source => &[("trade_figures", "source_id")],
        _ => &[],
    }
}

/// Tells and deletes what is missing, the last files first: they refer to the first.
pub(super) fn rows(conn: &mut Conn, load: &mut Load<'_>, gone: Vec<(&'static File, Missing)>) -> Done<()> {
    for (file, missing) in gone.iter().filter(|(_, missing)| missing.len() > 0) {
        let keys = told_keys(conn, load, file, missing)?;
        (load.tell)(&format!("{}: {} row(s) that the pack does not have are deleted{keys}", file.name, missing.len()));
    }
    for (file, missing) in gone.into_iter().rev() {
        match missing {
            Missing::Ids(ids) if !ids.is_empty() => delete_ids(conn, load, file, &ids)?,
            Missing::Keys(keys) if file.name == "figures" => figures::remove(conn, load, &keys)?,
            Missing::Keys(keys) => pairs::remove(conn, load, file, &keys)?,
            Missing::Ids(_) => {}
        }
    }
    Ok(())
}

/// The first keys of what is deleted, where rows have keys that say something.
fn told_keys(conn: &mut Conn, load: &mut Load<'_>, file: &File, missing: &Missing) -> Done<String> {
    let (Missing::Ids(ids), Some(to)) = (missing, file.to) else { return Ok(String::new()) };
    load.keys.load(conn, to)?;
    let names = load.keys.by_id(to);
    let mut keys: Vec<&str> = ids.iter().filter_map(|id| names.get(id).copied()).collect();
    keys.sort_unstable();
    let more = if keys.len() > TOLD { " …" } else { "" };
    Ok(format!(": {}{more}", keys.into_iter().take(TOLD).collect::<Vec<_>>().join(", ")))
}

fn delete_ids(conn: &mut Conn, load: &mut Load<'_>, file: &'static File, ids: &[i64]) -> Done<()> {
    let Some(to) = file.to else { return Ok(()) };
    let names = load.keys.by_id(to);
    let keys: Vec<String> = ids.iter().filter_map(|id| names.get(id).map(|key| (*key).to_owned())).collect();
    let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    for (table, column) in loose_references(to) {
        let used = Statement(format!("SELECT {column} FROM {table} WHERE {column} IN ({list}) LIMIT 1"));
        if let Some(id) = conn.rows(used, &[])?.first().and_then(|row| row.int(0)) {
            let key = names.get(&id).copied().unwrap_or_default();
            return Err(TransferError::Usage(format!(
                "{}: `{key}` is not in the pack, but figures refer to it; nothing was changed; leave it in the file, or remove those first",
                file.name
            )));
        }
    }
    let (tables, subject) = belongings(to);
    for (table, column) in tables {
        bulk::execute(conn, &Statement(format!("DELETE FROM {table} WHERE {column} IN ({list})")))?;
    }
    if let Some(kind) = subject {
        bulk::execute(
            conn,
            &Statement(format!("DELETE FROM names WHERE subject_kind = '{kind}' AND subject_id IN ({list})")),
        )?;
        bulk::execute(
            conn,
            &Statement(format!("DELETE FROM facts WHERE subject_kind = '{kind}' AND subject_id IN ({list})")),
        )?;
    }
    let deleted = bulk::execute(conn, &Statement(format!("DELETE FROM {} WHERE id IN ({list})", file.table)));
    if let Err(error) = deleted {
        return Err(TransferError::Usage(format!(
            "{}: rows that are not in the pack are still referred to ({error}); nothing was changed; leave them in the file, or add the files that refer to them",
            file.name
        )));
    }
    // Their search terms go; those of rows that are there are made anew by the same call.
    load.renamed.entry(file.table).or_default().extend(ids);
    load.summary.deleted += u64::try_from(ids.len()).unwrap_or(0);
    if let Told::Entity(entity) = file.told {
        for key in keys {
            load.changed(entity, key, "DELETE");
        }
    }
    Ok(())
}

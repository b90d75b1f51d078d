//! Writes many trade figures. They come in the order of their keys. A dataset that has none yet is filled directly:
//! PostgreSQL copies into a table that becomes a partition of its own when its indexes are made; SQLite inserts in key
//! order, without the other indexes where making them anew is faster. Figures for a dataset that has some are staged in
//! a temporary table first, and compared.

use diesel::RunQueryDsl;
use diesel::prelude::ExecuteCopyFromDsl as _;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Nullable, Text, Untyped};

use super::StorageError;
use super::bulk::{self, Fixed, Statement, figure_partition};
use super::conn::Conn;
use super::dialect::Dialect;
use super::value::Value;

mod staged {
    diesel::table! {
        /// Figures on their way in; lives no longer than the transaction.
        import_figures (dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months) {
            dataset_id -> BigInt,
            reporter_id -> BigInt,
            partner_id -> BigInt,
            sector_id -> BigInt,
            flow -> Integer,
            period_start -> Integer,
            period_months -> Integer,
            origin -> Integer,
            reporter_level -> Integer,
            partner_level -> Integer,
            sector_level -> Integer,
            value_scaled -> Nullable<BigInt>,
            quantity_milli -> Nullable<BigInt>,
            quantity_unit -> Nullable<Text>,
            net_weight_g -> Nullable<BigInt>,
            status -> Integer,
            source_id -> Nullable<BigInt>,
            revision -> BigInt,
        }
    }
}
use staged::import_figures;

/// The table of all figures.
pub const FIGURES: &str = "trade_figures";
/// Columns in the order of [`FigureRow`].
const COLUMNS: &str = "dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months, origin, reporter_level, partner_level, sector_level, value_scaled, quantity_milli, quantity_unit, net_weight_g, status, source_id, revision";
/// The key without the dataset and the origin.
const KEY: [&str; 6] = ["reporter_id", "partner_id", "sector_id", "flow", "period_start", "period_months"];
/// What makes a figure another one: levels too, which a newer nomenclature or list of regions may have moved.
const CONTENT: [&str; 8] = [
    "reporter_level",
    "partner_level",
    "sector_level",
    "value_scaled",
    "quantity_milli",
    "quantity_unit",
    "net_weight_g",
    "status",
];
/// All tables that live no longer than an import.
const STAGING: [&str; 2] = ["import_figures", "import_groups"];
/// Rows of one statement: below SQLite's 32,766 binds.
const BATCH: usize = 500;

/// A figure to write, reported by its source.
#[derive(Debug, Clone, Default)]
pub struct FigureRow {
    /// Region, region, sector.
    pub sides: [i64; 3],
    /// Flow, first month, months.
    pub when: [i64; 3],
    /// Levels of reporter, partner and sector.
    pub levels: [i64; 3],
    /// In units of the dataset's scale.
    pub value: Option<i64>,
    /// Thousandths.
    pub quantity: Option<i64>,
    /// Unit of the quantity.
    pub unit: Option<std::rc::Rc<str>>,
    /// Grams.
    pub weight: Option<i64>,
    /// Code of the status.
    pub status: i64,
    /// Where it stands.
    pub source: Option<i64>,
}

/// What all figures of one load have in common.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// The dataset.
    pub dataset: i64,
    /// The revision that they come with.
    pub revision: i64,
    /// Reported by the source, or derived.
    pub origin: i64,
}

impl Load {
    /// What sources report.
    pub fn reported(dataset: i64, revision: i64) -> Self {
        Self { dataset, revision, origin: REPORTED }
    }

    /// What is derived from it.
    pub fn derived(self) -> Self {
        Self { origin: DERIVED, ..self }
    }
}

/// The origin of a figure that its source reports.
pub const REPORTED: i64 = 1;
/// The origin of a figure that is the sum of others.
pub const DERIVED: i64 = 2;

/// A dataset that is being filled: what it takes to end that.
#[derive(Debug)]
pub struct Filling {
    dataset: i64,
    /// The table that holds its figures until then.
    pub table: String,
    /// Indexes that were set aside.
    indexes: Vec<String>,
}

/// Within what files hold all figures there are, in the classifications that they are in: a file in one edition of HS
/// says nothing about figures in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Within a period: all reporters, partners, products and flows.
    Period,
    /// Within a reporter and period.
    Reporter,
    /// Within a reporter, period and flow.
    Flow,
}

impl Scope {
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Period => &["period_start", "period_months"],
            Self::Reporter => &["period_start", "period_months", "reporter_id"],
            Self::Flow => &["period_start", "period_months", "reporter_id", "flow"],
        }
    }
}

/// How figures are compared with those that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// What the files do not have within the scope is gone.
    Replace(Scope),
    /// Figures are added and changed.
    Add,
    /// The same; a figure from another source is another figure.
    AddBySource,
}

/// Counts of a reporter and period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows in the files.
    pub staged: i64,
    /// Of these, rows that are new.
    pub inserted: i64,
    /// Of these, rows that were there with other content.
    pub updated: i64,
    /// Rows that were there and are removed.
    pub deleted: i64,
}

/// A reporter, a first month and a number of months.
pub type Group = (i64, i64, i64);

/// Rows as they come, one at a time; nothing at the end.
pub type Next<'a, E> = &'a mut dyn FnMut() -> Result<Option<FigureRow>, E>;

/// Whether a dataset can be filled directly: it has no figures and, on PostgreSQL, no partition. A partition that is
/// there is never exchanged: readers of an older revision would find it empty.
pub fn is_fresh(conn: &mut Conn, dataset: i64) -> Result<bool, StorageError> {
    let statement = match conn {
        Conn::Sqlite(_) => format!("SELECT 1 FROM trade_figures WHERE dataset_id = {dataset} LIMIT 1"),
        Conn::Postgres(_) => format!("SELECT 1 WHERE to_regclass('{}') IS NOT NULL", figure_partition(dataset)),
    };
    Ok(conn.rows(Statement(statement), &[])?.is_empty())
}

/// Fills a dataset that has no figures. It is readable when the filling is ended.
pub fn fill<E: From<StorageError> + From<diesel::result::Error> + std::error::Error>(
    conn: &mut Conn,
    load: Load,
    expected: u64,
    next: Next<'_, E>,
) -> Result<Filling, E> {
    let dataset = load.dataset;
    if matches!(conn, Conn::Sqlite(_)) {
        let indexes = set_indexes_aside(conn, expected)?;
        insert_rows(conn, FIGURES, load, next)?;
        return Ok(Filling { dataset, table: FIGURES.to_owned(), indexes });
    }
    let table = figure_partition(dataset);
    // Filled on its own and attached at the end: readers are kept waiting for a moment only.
    conn.batch("CREATE TABLE import_figures (LIKE trade_figures INCLUDING DEFAULTS)")?;
    copy_rows(conn, load, next)?;
    conn.batch(&format!("ALTER TABLE import_figures RENAME TO {table}"))?;
    Ok(Filling { dataset, table, indexes: Vec::new() })
}

/// Ends the filling of a dataset.
pub fn end_filling(conn: &mut Conn, filling: Filling) -> Result<(), StorageError> {
    match conn {
        Conn::Sqlite(_) => make_indexes(conn, &filling.indexes),
        Conn::Postgres(_) => {
            conn.batch("SET LOCAL maintenance_work_mem = '256MB'")?;
            bulk::attach_figure_partition(conn, filling.dataset)
        }
    }
}

/// Adds figures that are in no table yet, in any order.
pub fn append<E: From<StorageError> + From<diesel::result::Error> + std::error::Error>(
    conn: &mut Conn,
    load: Load,
    table: &str,
    next: Next<'_, E>,
) -> Result<(), E> {
    if matches!(conn, Conn::Sqlite(_)) {
        return insert_rows(conn, FIGURES, load, next);
    }
    conn.batch("CREATE TEMPORARY TABLE import_figures (LIKE trade_figures INCLUDING DEFAULTS) ON COMMIT DROP")?;
    copy_rows(conn, load, next)?;
    conn.batch(&format!(
        "INSERT INTO {table} ({COLUMNS}) SELECT {COLUMNS} FROM import_figures; DROP TABLE import_figures"
    ))?;
    Ok(())
}

/// Removes the derived figures of a dataset, of some periods or all; how many they were.
pub fn remove_derived(
    conn: &mut Conn,
    dataset: i64,
    periods: Option<&std::collections::BTreeSet<(i64, i64)>>,
) -> Result<usize, StorageError> {
    let of_periods = match periods {
        None => String::new(),
        Some(periods) if periods.is_empty() => return Ok(0),
        Some(periods) => {
            let pairs: Vec<String> = periods.iter().map(|(start, months)| format!("({start}, {months})")).collect();
            format!(" AND (period_start, period_months) IN (VALUES {})", pairs.join(", "))
        }
    };
    let of = format!("WHERE dataset_id = {dataset} AND origin = {DERIVED}{of_periods}");
    bulk::execute(conn, &Statement(format!("DELETE FROM dataset_levels {of}")))?;
    bulk::execute(conn, &Statement(format!("DELETE FROM {FIGURES} {of}")))
}

/// Stages figures of a dataset that has some.
pub fn stage<E: From<StorageError> + From<diesel::result::Error> + std::error::Error>(
    conn: &mut Conn,
    load: Load,
    manner: Manner,
    next: Next<'_, E>,
) -> Result<(), E> {
    match conn {
        Conn::Sqlite(_) => {
            // Rows come in the order of the key.
            conn.batch(&format!(
                "CREATE TEMPORARY TABLE import_figures (dataset_id BIGINT NOT NULL, reporter_id BIGINT NOT NULL, partner_id BIGINT NOT NULL, sector_id BIGINT NOT NULL, flow INTEGER NOT NULL, period_start INTEGER NOT NULL, period_months INTEGER NOT NULL, origin INTEGER NOT NULL, reporter_level INTEGER NOT NULL, partner_level INTEGER NOT NULL, sector_level INTEGER NOT NULL, value_scaled BIGINT, quantity_milli BIGINT, quantity_unit TEXT, net_weight_g BIGINT, status INTEGER NOT NULL, source_id BIGINT, revision BIGINT NOT NULL, PRIMARY KEY ({})) WITHOUT ROWID",
                KEY.join(", ")
            ))?;
            insert_rows(conn, "import_figures", load, next)?;
        }
        Conn::Postgres(_) => {
            conn.batch("CREATE TEMPORARY TABLE import_figures (LIKE trade_figures INCLUDING DEFAULTS)")?;
            copy_rows(conn, load, next)?;
        }
    }
    // Removing what a file no longer has looks up reporters and periods; both also join on the key.
    conn.batch(&format!(
        "CREATE INDEX import_figures_group ON import_figures (reporter_id, {})",
        "flow, period_start, period_months, partner_id, sector_id"
    ))?;
    if let Manner::Replace(scope) = manner {
        // Asked for each figure that may be gone; joined to the staged figures themselves it would take their square.
        let columns = scope.columns().join(", ");
        conn.batch(&format!("CREATE TEMPORARY TABLE import_groups AS SELECT DISTINCT {columns}, classification_id FROM import_figures f JOIN sectors s ON s.id = f.sector_id; CREATE INDEX import_groups_key ON import_groups ({columns}, classification_id)"))?;
    }
    if matches!(conn, Conn::Postgres(_)) {
        conn.batch("ANALYZE import_figures")?;
    }
    Ok(())
}

/// Adds reporters, flows, periods and (by one of its sectors) classifications of which the files say that there is
/// nothing, to those within which what is not staged is gone.
pub fn add_groups(conn: &mut Conn, scope: Scope, groups: &[[i64; 5]]) -> Result<(), StorageError> {
    for [reporter, flow, start, months, sector] in groups {
        let values: Vec<String> = scope
            .columns()
            .iter()
            .map(|column| match *column {
                "reporter_id" => reporter.to_string(),
                "flow" => flow.to_string(),
                "period_start" => start.to_string(),
                _ => months.to_string(),
            })
            .collect();
        let statement = format!(
            "INSERT INTO import_groups ({}, classification_id) SELECT {}, classification_id FROM sectors WHERE id = {sector}",
            scope.columns().join(", "),
            values.join(", ")
        );
        bulk::execute(conn, &Statement(statement))?;
    }
    Ok(())
}

/// What the staged figures would change, by reporter and period; removed rows are counted where they would be removed.
pub fn compare(conn: &mut Conn, dataset: i64, manner: Manner) -> Result<Vec<(Group, Counts)>, StorageError> {
    let mut out: std::collections::BTreeMap<Group, Counts> = std::collections::BTreeMap::new();
    let statement = Statement(format!(
        "SELECT s.reporter_id, s.period_start, s.period_months, COUNT(*), CAST(SUM(CASE WHEN t.dataset_id IS NULL THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN t.dataset_id IS NOT NULL AND ({}) THEN 1 ELSE 0 END) AS BIGINT) FROM import_figures s LEFT JOIN trade_figures t ON t.dataset_id = {dataset} AND {} AND t.origin = 1 GROUP BY s.reporter_id, s.period_start, s.period_months",
        differs("t", "s", manner),
        joined("t", "s")
    ));
    for row in conn.rows(statement, &[])? {
        let n = |at: usize| row.int(at).unwrap_or(0);
        out.insert((n(0), n(1), n(2)), Counts { staged: n(3), inserted: n(4), updated: n(5), deleted: 0 });
    }
    if let Manner::Replace(scope) = manner {
        let statement = Statement(format!(
            "SELECT t.reporter_id, t.period_start, t.period_months, COUNT(*) FROM trade_figures t WHERE {} GROUP BY t.reporter_id, t.period_start, t.period_months",
            gone(dataset, scope)
        ));
        for row in conn.rows(statement, &[])? {
            let n = |at: usize| row.int(at).unwrap_or(0);
            out.entry((n(0), n(1), n(2))).or_default().deleted = n(3);
        }
    }
    Ok(out.into_iter().collect())
}

/// Writes the staged figures that are new or differ, and removes those that are gone where that is asked for.
pub fn apply(conn: &mut Conn, load: Load, changed: u64, manner: Manner) -> Result<(), StorageError> {
    if let Manner::Replace(scope) = manner {
        bulk::execute(conn, &Statement(format!("DELETE FROM trade_figures AS t WHERE {}", gone(load.dataset, scope))))?;
    }
    let set: Vec<String> =
        CONTENT.iter().chain(&["source_id", "revision"]).map(|c| format!("{c} = excluded.{c}")).collect();
    let statement = Statement(format!(
        "INSERT INTO trade_figures ({COLUMNS}) SELECT {COLUMNS} FROM import_figures WHERE TRUE ORDER BY {} ON CONFLICT (dataset_id, {}, origin) DO UPDATE SET {} WHERE {}",
        KEY.join(", "),
        KEY.join(", "),
        set.join(", "),
        differs("trade_figures", "excluded", manner)
    ));
    let indexes = set_indexes_aside(conn, changed)?;
    bulk::execute(conn, &statement)?;
    make_indexes(conn, &indexes)
}

/// Removes what the staging of an import that was killed may have left.
pub fn remove_leftovers(conn: &mut Conn) -> Result<(), StorageError> {
    STAGING.iter().try_for_each(|table| conn.batch(&format!("DROP TABLE IF EXISTS {table}")))
}

/// Keys of the dataset's reported figures that are not staged: reporter, partner, sector, flow and period.
pub fn missing(conn: &mut Conn, dataset: i64) -> Result<Vec<Vec<Value>>, StorageError> {
    let statement = Statement(format!(
        "SELECT t.dataset_id, t.{} FROM trade_figures t WHERE t.dataset_id = {dataset} AND t.origin = 1 AND NOT EXISTS (SELECT 1 FROM import_figures s WHERE {})",
        KEY.join(", t."),
        joined("s", "t")
    ));
    Ok(conn.rows(statement, &[])?.into_iter().map(|row| row.values).collect())
}

/// The status of a staged figure of which the files tell the weight alone.
pub const NOT_TOLD: u8 = 0;

/// Measures of which the staged figures tell nothing are taken from the figures that are there: a file of weights erases
/// no value, and a value without a weight no weight. What is told to be withheld or missing stays so.
pub fn keep_measures(conn: &mut Conn, dataset: i64) -> Result<(), StorageError> {
    let untold = format!("s.status = {NOT_TOLD}");
    let kept = [
        ("value_scaled = t.value_scaled, status = t.status", untold.as_str()),
        ("net_weight_g = t.net_weight_g", "s.net_weight_g IS NULL AND t.net_weight_g IS NOT NULL"),
    ];
    for (set, condition) in kept {
        let statement = format!(
            "UPDATE import_figures AS s SET {set} FROM trade_figures t WHERE t.dataset_id = {dataset} AND t.origin = 1 AND {} AND {condition}",
            joined("t", "s")
        );
        bulk::execute(conn, &Statement(statement))?;
    }
    // Nothing was there either.
    bulk::execute(conn, &Statement(format!("UPDATE import_figures SET status = 4 WHERE status = {NOT_TOLD}")))?;
    Ok(())
}

/// All goods are of all editions: the same value without the weight, from a file in another edition, erases no weight.
pub fn keep_weights_of_totals(conn: &mut Conn, dataset: i64) -> Result<(), StorageError> {
    let statement = format!(
        "UPDATE import_figures AS s SET net_weight_g = t.net_weight_g FROM trade_figures t WHERE t.dataset_id = {dataset} AND t.origin = 1 AND {} AND s.sector_level = 0 AND s.net_weight_g IS NULL AND t.net_weight_g IS NOT NULL AND s.value_scaled = t.value_scaled",
        joined("t", "s")
    );
    bulk::execute(conn, &Statement(statement)).map(|_| ())
}

/// How many staged figures have another amount than the figure that is there, by reporter and period.
pub fn overwritten(conn: &mut Conn, dataset: i64) -> Result<Vec<(Group, i64)>, StorageError> {
    let other = ["value_scaled", "net_weight_g", "quantity_milli"]
        .map(|c| format!("(t.{c} IS NOT NULL AND t.{c} IS DISTINCT FROM s.{c})"));
    let statement = Statement(format!(
        "SELECT s.reporter_id, s.period_start, s.period_months, COUNT(*) FROM import_figures s JOIN trade_figures t ON t.dataset_id = {dataset} AND {} AND t.origin = 1 WHERE {} GROUP BY s.reporter_id, s.period_start, s.period_months ORDER BY 1, 2, 3",
        joined("t", "s"),
        other.join(" OR ")
    ));
    let number = |row: &super::value::Row, at: usize| row.int(at).unwrap_or(0);
    let rows = conn.rows(statement, &[])?;
    Ok(rows.iter().map(|r| ((number(r, 0), number(r, 1), number(r, 2)), number(r, 3))).collect())
}

/// Ends staging.
pub fn unstage(conn: &mut Conn) -> Result<(), StorageError> {
    remove_leftovers(conn)
}

/// Removes the indexes beside the key on SQLite where making them anew is faster than keeping them up to date: row by
/// row costs about three times as much as sorting all. How they are made.
pub fn set_indexes_aside(conn: &mut Conn, expected: u64) -> Result<Vec<String>, StorageError> {
    if matches!(conn, Conn::Postgres(_)) {
        return Ok(Vec::new());
    }
    let held = conn.rows(Fixed("SELECT SUM(n_figures) FROM dataset_coverage"), &[])?;
    let held = held.first().and_then(|r| r.int(0)).and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
    if expected < 10_000 || expected.saturating_mul(2) < held {
        return Ok(Vec::new());
    }
    let rows = conn.rows(
        Fixed("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'trade_figures' AND sql IS NOT NULL ORDER BY name"),
        &[],
    )?;
    let mut indexes = Vec::with_capacity(rows.len());
    for (name, sql) in rows.iter().filter_map(|r| Some((r.text(0)?, r.text(1)?))) {
        conn.batch(&format!("DROP INDEX {name}"))?;
        indexes.push(sql.to_owned());
    }
    Ok(indexes)
}

/// Makes indexes that were set aside.
pub fn make_indexes(conn: &mut Conn, indexes: &[String]) -> Result<(), StorageError> {
    indexes.iter().try_for_each(|sql| conn.batch(sql))
}

/// Rows of one statement for SQLite.
struct Batch<'a> {
    table: &'static str,
    load: Load,
    rows: &'a [FigureRow],
}

impl QueryId for Batch<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Batch<'_> {}

impl Query for Batch<'_> {
    type SqlType = Untyped;
}

impl<DB: Dialect> QueryFragment<DB> for Batch<'_>
where
    i64: diesel::serialize::ToSql<BigInt, DB>,
    str: diesel::serialize::ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.rows.len() != BATCH {
            out.unsafe_to_cache_prepared();
        }
        let Load { dataset, revision, origin } = self.load;
        out.push_sql("INSERT INTO ");
        out.push_sql(self.table);
        out.push_sql(" (");
        out.push_sql(COLUMNS);
        out.push_sql(") VALUES ");
        let dataset = dataset.to_string();
        let origin = format!(", {origin}");
        let end = format!(", {revision})");
        for (index, row) in self.rows.iter().enumerate() {
            out.push_sql(if index == 0 { "(" } else { ", (" });
            out.push_sql(&dataset);
            for number in row.sides.iter().chain(&row.when) {
                out.push_sql(", ");
                out.push_bind_param::<BigInt, i64>(number)?;
            }
            out.push_sql(&origin);
            for number in &row.levels {
                out.push_sql(", ");
                out.push_bind_param::<BigInt, i64>(number)?;
            }
            for number in [&row.value, &row.quantity] {
                out.push_sql(", ");
                out.push_bind_param::<Nullable<BigInt>, Option<i64>>(number)?;
            }
            out.push_sql(", ");
            match &row.unit {
                Some(unit) => out.push_bind_param::<Text, str>(unit)?,
                None => out.push_bind_param::<Nullable<BigInt>, Option<i64>>(&None)?,
            }
            out.push_sql(", ");
            out.push_bind_param::<Nullable<BigInt>, Option<i64>>(&row.weight)?;
            out.push_sql(", ");
            out.push_bind_param::<BigInt, i64>(&row.status)?;
            out.push_sql(", ");
            out.push_bind_param::<Nullable<BigInt>, Option<i64>>(&row.source)?;
            out.push_sql(&end);
        }
        Ok(())
    }
}

fn insert_rows<E: From<StorageError> + From<diesel::result::Error> + std::error::Error>(
    conn: &mut Conn,
    table: &'static str,
    load: Load,
    next: Next<'_, E>,
) -> Result<(), E> {
    let Conn::Sqlite(inner) = conn else { return Ok(()) };
    let mut rows = Vec::with_capacity(BATCH);
    loop {
        let row = next()?;
        let ended = row.is_none();
        rows.extend(row);
        if rows.len() == BATCH || (ended && !rows.is_empty()) {
            Batch { table, load, rows: &rows }.execute(inner)?;
            rows.clear();
        }
        if ended {
            return Ok(());
        }
    }
}

fn copy_rows<E: From<StorageError> + From<diesel::result::Error> + std::error::Error>(
    conn: &mut Conn,
    load: Load,
    next: Next<'_, E>,
) -> Result<(), E> {
    let Conn::Postgres(inner) = conn else { return Ok(()) };
    // The closure may be called once only, which its type does not say.
    let next = std::cell::RefCell::new(next);
    let rows = |out: &mut dyn std::io::Write| -> Result<(), E> {
        let mut next = next.borrow_mut();
        let lost = |e: std::io::Error| StorageError::Unavailable(format!("the database stopped taking rows: {e}"));
        let mut line = Vec::with_capacity(1 << 16);
        loop {
            let row = next()?;
            if let Some(row) = &row {
                row.write_line(load, &mut line);
            }
            if line.len() > (1 << 16) - 512 || row.is_none() {
                out.write_all(&line).map_err(lost)?;
                line.clear();
            }
            if row.is_none() {
                return Ok(());
            }
        }
    };
    diesel::copy_from(import_figures::table).from_raw_data(import_figures::table, rows).execute(inner)?;
    Ok(())
}

impl FigureRow {
    /// A line of PostgreSQL's COPY.
    fn write_line(&self, load: Load, out: &mut Vec<u8>) {
        let mut number = itoa::Buffer::new();
        out.extend_from_slice(number.format(load.dataset).as_bytes());
        let mut put = |out: &mut Vec<u8>, value: Option<i64>| {
            out.push(b'\t');
            match value {
                Some(value) => out.extend_from_slice(number.format(value).as_bytes()),
                None => out.extend_from_slice(b"\\N"),
            }
        };
        for value in self.sides.iter().chain(&self.when).chain(&[load.origin]).chain(&self.levels) {
            put(out, Some(*value));
        }
        put(out, self.value);
        put(out, self.quantity);
        match &self.unit {
            Some(unit) => {
                out.push(b'\t');
                for byte in unit.bytes() {
                    match byte {
                        b'\\' => out.extend_from_slice(b"\\\\"),
                        b'\t' => out.extend_from_slice(b"\\t"),
                        b'\n' => out.extend_from_slice(b"\\n"),
                        b'\r' => out.extend_from_slice(b"\\r"),
                        byte => out.push(byte),
                    }
                }
            }
            None => put(out, None),
        }
        put(out, self.weight);
        for value in [Some(self.status), self.source, Some(load.revision)] {
            put(out, value);
        }
        out.push(b'\n');
    }
}

fn joined(one: &str, other: &str) -> String {
    KEY.iter().map(|c| format!("{one}.{c} = {other}.{c}")).collect::<Vec<_>>().join(" AND ")
}

fn differs(one: &str, other: &str, manner: Manner) -> String {
    let source = ["source_id"];
    let more: &[&str] = if manner == Manner::AddBySource { &source } else { &[] };
    CONTENT
        .iter()
        .chain(more)
        .map(|c| format!("{one}.{c} IS DISTINCT FROM {other}.{c}"))
        .collect::<Vec<_>>()
        .join(" OR ")
}

/// Figures `t` that are not staged, in what is staged as far as the scope goes.
fn gone(dataset: i64, scope: Scope) -> String {
    let group: Vec<String> = scope.columns().iter().map(|c| format!("g.{c} = t.{c}")).collect();
    // All goods belong to no edition: where another one has figures of the period they may be of that one.
    let of_another = format!(
        "t.sector_level = 0 AND EXISTS (SELECT 1 FROM dataset_levels l WHERE l.dataset_id = {dataset} AND l.period_start = t.period_start AND l.period_months = t.period_months AND l.sector_level > 0 AND l.classification_id NOT IN (SELECT classification_id FROM import_groups))"
    );
    format!(
        "t.dataset_id = {dataset} AND t.origin = 1 AND EXISTS (SELECT 1 FROM import_groups g JOIN sectors c ON c.id = t.sector_id AND c.classification_id = g.classification_id WHERE {}) AND NOT EXISTS (SELECT 1 FROM import_figures s WHERE {}) AND NOT ({of_another})",
        group.join(" AND "),
        joined("s", "t")
    )
}

/// Removes all figures of a dataset; how many they were. The partition of PostgreSQL stays, empty, for readers of older
/// revisions.
pub fn remove(conn: &mut Conn, dataset: i64) -> Result<u64, StorageError> {
    let removed = bulk::execute(conn, &Statement(format!("DELETE FROM trade_figures WHERE dataset_id = {dataset}")))?;
    Ok(u64::try_from(removed).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_staging_table_is_in_the_list() {
        let text = include_str!("figures.rs");
        let made = text.split("TABLE import_").skip(1).filter_map(|rest| rest.split([' ', '(']).next());
        let mut made: Vec<String> = made.map(|word| format!("import_{word}")).collect();
        made.retain(|word| !word.contains(['\\', '"']));
        made.sort();
        made.dedup();
        assert_eq!(made, STAGING);
    }
}

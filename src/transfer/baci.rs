//! CEPII BACI: year files `t,i,j,k,v,q`, with tables of countries and products beside them.
//!
//! A first pass reads and checks every line and writes nothing. The second fills a temporary table inside the one
//! transaction; from there rows that are new or differ go to the figures, rows that the files no longer have are
//! removed, and what is equal is left alone. Memory does not grow with the files as long as they are sorted, as CEPII
//! sorts them; unsorted files cost some 20 bytes a row to find duplicates.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::time::Instant;

use diesel::prelude::ExecuteCopyFromDsl as _;

use super::csv_file::{CsvFile, Record, sha256, size};
use super::progress::Progress;
use super::report::{Bad, Report, Tell};
use super::{Options, Summary, TransferError};
use crate::domain::decimal::{Scaled, parse_scaled};
use crate::domain::flow::{REGION_LEVELS, code_of};
use crate::domain::period::Period;
use crate::storage::bulk::{self, Fixed, Statement};
use crate::storage::conn::Conn;
use crate::storage::revision::{self, Change};
use crate::storage::terms;
use crate::storage::value::Value;

/// Columns of a year file.
const COLUMNS: [&str; 6] = ["t", "i", "j", "k", "v", "q"];
/// A whole published year has about 220 exporters; files with more than this many are taken as one.
const COMPLETE_EXPORTERS: usize = 200;

mod staged {
    diesel::table! {
        /// Figures on their way in; lives as long as the transaction.
        import_figures (reporter_id, partner_id, sector_id, period_start) {
            reporter_id -> BigInt,
            partner_id -> BigInt,
            sector_id -> BigInt,
            period_start -> Integer,
            reporter_level -> Integer,
            partner_level -> Integer,
            file -> Integer,
            value_scaled -> BigInt,
            net_weight_g -> Nullable<BigInt>,
        }
    }
}
use staged::import_figures;

type Done<T> = Result<T, TransferError>;

/// The files of an import, by what they are.
#[derive(Debug, Default)]
struct Files {
    years: Vec<PathBuf>,
    countries: Vec<PathBuf>,
    products: Vec<PathBuf>,
}

/// A figure as a year file has it, with ids instead of codes.
#[derive(Debug, Clone, Copy)]
struct Figure {
    year: i32,
    reporter: i64,
    partner: i64,
    /// Comtrade codes of both.
    codes: (u32, u32),
    product: i64,
    value: i64,
    weight: Option<i64>,
    /// Whether decimals were rounded away.
    rounded: bool,
    /// Number of its file, from 0.
    file: i64,
    /// The codes in one number that grows in the order of the files.
    key: u64,
}

/// What codes mean.
struct World {
    areas: HashMap<u32, Vec<Area>>,
    /// Codes of each region.
    codes: HashMap<i64, Vec<(u32, Area)>>,
    products: HashMap<u32, i64>,
    /// Products of the database that have no name.
    unnamed: HashSet<u32>,
    country_names: HashMap<u32, String>,
    /// Headings without a product `….00`, which CEPII uses for a heading that it does not divide (2710 in HS 2017).
    whole_headings: HashMap<u32, String>,
}

#[derive(Debug, Clone, Copy)]
struct Area {
    region: i64,
    level: i64,
    from: i64,
    to: i64,
}

/// How duplicates are found.
enum Seen {
    /// By order: each key is larger than the one before.
    Ascending(u64),
    /// By keeping every key.
    Kept(HashSet<u64>),
}

impl Files {
    fn find(paths: &[PathBuf]) -> Done<Self> {
        let mut out = Self::default();
        for path in paths {
            if path.is_dir() {
                let entries = std::fs::read_dir(path).map_err(|e| super::csv_file::unreadable(path, e))?;
                let mut inside: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(|p| p.is_file()).collect();
                inside.sort();
                for file in inside {
                    out.add(file, true)?;
                }
            } else {
                out.add(path.clone(), false)?;
            }
        }
        if out.years.is_empty() {
            return Err(TransferError::File(
                "there is no BACI year file (BACI_HS17_Y2020_V202501.csv) among the files".to_owned(),
            ));
        }
        Ok(out)
    }

    fn add(&mut self, path: PathBuf, from_folder: bool) -> Done<()> {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_ascii_lowercase();
        let is_table = name.ends_with(".csv") || name.ends_with(".csv.gz");
        if name.starts_with("country_codes") {
            self.countries.push(path);
        } else if name.starts_with("product_codes") {
            self.products.push(path);
        } else if is_table && (name.starts_with("baci_") || !from_folder) {
            self.years.push(path);
        } else if !from_folder {
            return Err(TransferError::File(format!(
                "{}: expected a .csv or .csv.gz file or a folder of them",
                path.display()
            )));
        }
        Ok(())
    }

    /// The edition that the names of the year files tell, or the option does where they are silent.
    fn edition(&self, option: Option<&str>) -> Done<&'static str> {
        let mut found = match option {
            None => None,
            Some(option) => {
                let digits = option.trim_start_matches(|c: char| !c.is_ascii_digit());
                let short = digits.get(digits.len().saturating_sub(2)..).unwrap_or_default();
                let edition = EDITIONS.iter().find(|(s, _)| *s == short).map(|(_, edition)| *edition);
                Some(edition.ok_or_else(|| {
                    TransferError::Usage(format!(
                        "--edition is `{option}`, expected one of HS1992, HS1996, HS2002, HS2007, HS2012, HS2017, HS2022"
                    ))
                })?)
            }
        };
        for path in &self.years {
            match (edition_in_name(path), found) {
                (Some(named), None) => found = Some(named),
                (Some(named), Some(wanted)) if named != wanted => {
                    return Err(TransferError::Usage(format!(
                        "{}: the name tells {named}, not {wanted}; import the files of each HS edition on their own",
                        path.display()
                    )));
                }
                (None, _) if option.is_none() => {
                    return Err(TransferError::Usage(format!(
                        "{}: the name does not tell the HS edition; pass --edition HS2017",
                        path.display()
                    )));
                }
                _ => {}
            }
        }
        found.ok_or_else(|| TransferError::Usage("pass --edition HS2017".to_owned()))
    }
}

/// Editions as CEPII's file names tell them.
const EDITIONS: [(&str, &str); 7] = [
    ("92", "HS1992"),
    ("96", "HS1996"),
    ("02", "HS2002"),
    ("07", "HS2007"),
    ("12", "HS2012"),
    ("17", "HS2017"),
    ("22", "HS2022"),
];

/// The edition that a file's name tells: `BACI_HS17_Y2020_V202501.csv`.
fn edition_in_name(path: &std::path::Path) -> Option<&'static str> {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_ascii_uppercase();
    EDITIONS.iter().find(|(short, _)| name.contains(&format!("HS{short}_"))).map(|(_, edition)| *edition)
}

impl World {
    fn load(conn: &mut Conn, edition: &str) -> Done<Self> {
        let mut areas: HashMap<u32, Vec<Area>> = HashMap::new();
        let mut codes: HashMap<i64, Vec<(u32, Area)>> = HashMap::new();
        // Countries and special areas: the world and groups of countries are no sides of a pair.
        let statement = Fixed(
            "SELECT c.code, c.region_id, r.level, c.valid_from, c.valid_to FROM region_codes c JOIN regions r ON r.id = c.region_id WHERE c.scheme = 'COMTRADE' AND r.kind <> 'GROUP' AND r.level = 'COUNTRY'",
        );
        for row in conn.rows(statement, &[])? {
            let code = row.text(0).and_then(|c| c.parse().ok());
            let (Some(code), Some(region), Some(level)) = (code, row.int(1), row.text(2)) else { continue };
            let level = code_of(REGION_LEVELS, level).unwrap_or(0);
            let (from, to) = (row.int(3).unwrap_or(i64::MIN), row.int(4).unwrap_or(i64::MAX));
            let area = Area { region, level, from, to };
            areas.entry(code).or_default().push(area);
            codes.entry(region).or_default().push((code, area));
        }
        let mut out = Self {
            areas,
            codes,
            products: HashMap::new(),
            unnamed: HashSet::new(),
            country_names: HashMap::new(),
            whole_headings: HashMap::new(),
        };
        out.load_products(conn, edition)?;
        let statement = Statement(format!(
            "SELECT s.code, n.text FROM sectors s JOIN classifications c ON c.id = s.classification_id LEFT JOIN names n ON n.subject_kind = 'SECTOR' AND n.subject_id = s.id AND n.language = 'en' AND n.ordinal = 0 WHERE s.level = 4 AND c.code = '{edition}'"
        ));
        for row in conn.rows(statement, &[])? {
            let key = row.text(0).and_then(|code| product_key(&format!("{code}00")));
            if let Some(key) = key.filter(|k| !out.products.contains_key(k)) {
                out.whole_headings.insert(key, row.text(1).unwrap_or_default().to_owned());
            }
        }
        Ok(out)
    }

    fn load_products(&mut self, conn: &mut Conn, edition: &str) -> Done<()> {
        let statement = Statement(format!(
            "SELECT s.code, s.id, n.text FROM sectors s JOIN classifications c ON c.id = s.classification_id LEFT JOIN names n ON n.subject_kind = 'SECTOR' AND n.subject_id = s.id AND n.language = 'en' AND n.ordinal = 0 WHERE s.level = 6 AND c.code = '{edition}'"
        ));
        for row in conn.rows(statement, &[])? {
            if let (Some(code), Some(id)) = (row.text(0).and_then(product_key), row.int(1)) {
                self.products.insert(code, id);
                if row.text(2).is_none() {
                    self.unnamed.insert(code);
                }
            }
        }
        Ok(())
    }

    fn area(&self, text: &str, year: i32) -> Result<Area, String> {
        let code: u32 = text.parse().map_err(|_| "expected the number of an area".to_owned())?;
        let year = i64::from(year);
        let known = self.areas.get(&code).map(Vec::as_slice).unwrap_or_default();
        // Years of validity choose between several areas of one code. They refuse a code only where the area had
        // another one in that year.
        let valid = |a: &&Area| a.from <= year && year <= a.to;
        let Some(area) = known.iter().find(valid).or_else(|| known.first()).copied() else {
            let name = self.country_names.get(&code).map(|n| format!(" ({n})")).unwrap_or_default();
            let near = self.nearest_area(code);
            return Err(format!(
                "no country or special area has this Comtrade code{name}; the nearest known is {near}"
            ));
        };
        let codes = self.codes.get(&area.region).map(Vec::as_slice).unwrap_or_default();
        match codes.iter().find(|(_, a)| valid(&a)) {
            Some((other, _)) if !valid(&&area) => Err(format!("in {year} this area has the code {other}")),
            _ => Ok(area),
        }
    }

    fn nearest_area(&self, code: u32) -> u32 {
        self.areas.keys().copied().min_by_key(|k| (k.abs_diff(code), *k)).unwrap_or(0)
    }

    fn product(&self, text: &str) -> Result<(u32, i64), String> {
        let code = product_key(text).ok_or_else(|| "expected an HS product of six digits".to_owned())?;
        self.products.get(&code).map(|id| (code, *id)).ok_or_else(|| {
            let near = self
                .products
                .keys()
                .copied()
                .min_by_key(|k| (k.abs_diff(code), *k))
                .map(product_text)
                .unwrap_or_default();
            format!("this edition has no product `{}`; the nearest known is `{near}`", product_text(code))
        })
    }

    /// The figure of a line, or the column that is wrong and why.
    fn figure(&self, file: &CsvFile, record: &Record) -> Result<Figure, (usize, String)> {
        let width = record.width(file);
        if width != file.width() {
            return Err((0, format!("the line has {width} fields, expected {}", file.width())));
        }
        let cell = |column: usize| record.get(file, column);
        let year: i32 =
            cell(0).parse().ok().filter(|y| (1900..=2155).contains(y)).ok_or((0, "expected a year".to_owned()))?;
        let (exporter, importer) = (cell(1), cell(2));
        let reporter = self.area(&exporter, year).map_err(|e| (1, e))?;
        let partner = self.area(&importer, year).map_err(|e| (2, e))?;
        let (code, product) = self.product(&cell(3)).map_err(|e| (3, e))?;
        // Thousand dollars to thousandths of a dollar, tons to grams.
        let value = amount(&cell(4)).map_err(|e| (4, format!("expected thousand dollars: {e}")))?;
        let weight = match cell(5).as_str() {
            "" | "NA" => None,
            text => Some(amount(text).map_err(|e| (5, format!("expected tons: {e}")))?),
        };
        let codes = (number(&exporter), number(&importer));
        let key = (u64::try_from(year - 1900).unwrap_or(0) << 56)
            | (u64::from(codes.0) << 44)
            | (u64::from(codes.1) << 32)
            | u64::from(code);
        let rounded = value.rounded || weight.is_some_and(|w| w.rounded);
        let (value, weight) = (value.units, weight.map(|w| w.units));
        let (reporter, partner) = (reporter.region, partner.region);
        Ok(Figure { year, reporter, partner, codes, product, value, weight, rounded, file: 0, key })
    }
}

/// The code under which each area stands in each year. Some areas have two (Switzerland 756 and 757): under both, one
/// pair would stand twice.
#[derive(Debug, Default)]
struct CodesUsed(HashMap<(i32, i64), u32>);

impl CodesUsed {
    /// The column with another code of the same area, and why it is bad.
    fn check(&mut self, figure: &Figure) -> Result<(), (usize, String)> {
        let sides = [(1, figure.reporter, figure.codes.0), (2, figure.partner, figure.codes.1)];
        for (column, region, code) in sides {
            let used = *self.0.entry((figure.year, region)).or_insert(code);
            if used != code {
                return Err((column, format!("in earlier lines of this year the area has the code {used}")));
            }
        }
        Ok(())
    }
}

impl Seen {
    /// Whether the key was met before; `None` when the order does not tell.
    fn is_new(&mut self, key: u64) -> Option<bool> {
        match self {
            Self::Ascending(last) if key > *last => {
                *last = key;
                Some(true)
            }
            Self::Ascending(_) => None,
            Self::Kept(keys) => Some(keys.insert(key)),
        }
    }
}

/// What one pass met.
#[derive(Debug, Default)]
struct Pass {
    read: u64,
    /// Lines that are figures.
    good: u64,
    /// Of these, lines with more decimals than are kept.
    rounded: u64,
    /// The keys do not ascend; the pass must be made again with all keys kept.
    unsorted: bool,
}

/// Reads every line of the year files; good figures go to `good`.
fn pass(
    files: &[PathBuf],
    world: &World,
    seen: &mut Seen,
    what: &'static str,
    report: &mut Report<'_>,
    tell: Tell<'_>,
    mut good: impl FnMut(Figure) -> Done<()>,
) -> Done<Pass> {
    let mut progress = Progress::new(what, files.iter().map(|f| size(f)).sum(), tell);
    let mut before = 0;
    let mut out = Pass::default();
    let mut used = CodesUsed::default();
    let mut record = Record::default();
    for (number, path) in (0_i64..).zip(files) {
        let mut file = CsvFile::open(path, &COLUMNS)?;
        while file.next(&mut record)? {
            out.read += 1;
            progress.row(before + file.bytes_read());
            let figure = world.figure(&file, &record).and_then(|f| used.check(&f).map(|()| f));
            let problem = match figure {
                Ok(figure) => match seen.is_new(figure.key) {
                    Some(true) => {
                        out.good += 1;
                        out.rounded += u64::from(figure.rounded);
                        good(Figure { file: number, ..figure })?;
                        continue;
                    }
                    Some(false) => (3, "this year, exporter, importer and product stand in an earlier line".to_owned()),
                    None => {
                        out.unsorted = true;
                        return Ok(out);
                    }
                },
                Err(problem) => problem,
            };
            let (column, reason) = problem;
            let name = COLUMNS.get(column).copied().unwrap_or_default();
            let value = record.get(&file, column);
            report.bad(Bad { file: path, line: record.line, column: name, value: &value }, &reason);
        }
        before += file.bytes_read();
    }
    Ok(out)
}

/// Products of the tables that the edition lacks, or has without a name, with their names.
fn new_products(files: &[PathBuf], world: &World) -> Done<BTreeMap<String, String>> {
    let mut out = BTreeMap::new();
    let mut record = Record::default();
    for path in files {
        let mut file = CsvFile::open(path, &["code", "description"])?;
        while file.next(&mut record)? {
            let code = record.get(&file, 0);
            // BACI's tables may hold a line for a whole chapter or a note; products have six places.
            let Some(key) = product_key(&code).filter(|_| code.len() >= 5) else { continue };
            if !world.products.contains_key(&key) || world.unnamed.contains(&key) {
                let code = product_text(key);
                out.insert(code, record.get(&file, 1));
            }
        }
    }
    Ok(out)
}

fn country_names(files: &[PathBuf]) -> Done<HashMap<u32, String>> {
    let mut out = HashMap::new();
    let mut record = Record::default();
    for path in files {
        let layouts: [&[&str]; 2] = [&["country_code", "country_name"], &["country_code", "country_name_full"]];
        let opened = layouts.iter().map(|wanted| CsvFile::open(path, wanted)).find(Result::is_ok);
        let mut file = match opened {
            Some(file) => file?,
            None => CsvFile::open(path, &["country_code", "country_name"])?,
        };
        while file.next(&mut record)? {
            if let Ok(code) = record.get(&file, 0).parse() {
                out.insert(code, record.get(&file, 1));
            }
        }
    }
    Ok(out)
}

/// Loads BACI year files as a reconciled dataset. Nothing is written when a line is bad, unless the options skip those.
pub fn import(conn: &mut Conn, options: &Options, paths: &[PathBuf], tell: Tell<'_>) -> Done<Summary> {
    let started = Instant::now();
    let mut files = Files::find(paths)?;
    let edition = files.edition(options.edition.as_deref())?;
    files.products.retain(|path| {
        let other = edition_in_name(path).filter(|of_table| *of_table != edition);
        if let Some(other) = other {
            tell(&format!("{} is left out: its products are those of {other}", path.display()));
        }
        other.is_none()
    });
    let mut world = World::load(conn, edition)?;
    world.country_names = country_names(&files.countries)?;
    let mut products = new_products(&files.products, &world)?;
    // Known in the first pass; their ids come with the second.
    for key in products.keys().filter_map(|code| product_key(code)) {
        world.products.entry(key).or_insert(-1);
    }
    if world.products.is_empty() {
        return Err(TransferError::File(format!(
            "no product of {edition} is known; import its nomenclature first, or give BACI's product_codes_*.csv with the year files"
        )));
    }
    world.products.extend(world.whole_headings.keys().map(|key| (*key, -1)));
    let mut used = HashSet::new();
    let mut report = Report::new(tell);
    let mut seen = Seen::Ascending(0);
    let mut note = |figure: Figure| {
        if figure.product < 0 {
            used.insert(u32::try_from(figure.key & u64::from(u32::MAX)).unwrap_or(0));
        }
        Ok(())
    };
    let mut checked = pass(&files.years, &world, &mut seen, "checking", &mut report, tell, &mut note)?;
    let sorted = !checked.unsorted;
    if !sorted {
        report = report.again();
        seen = Seen::Kept(HashSet::new());
        checked = pass(&files.years, &world, &mut seen, "checking", &mut report, tell, &mut note)?;
    }
    drop(seen);
    for (key, name) in world.whole_headings.iter().filter(|(key, _)| used.contains(key)) {
        let code = product_text(*key);
        tell(&format!(
            "product {code} is not in the nomenclature; taken as heading {} as a whole",
            code.get(..4).unwrap_or_default()
        ));
        products.entry(code).or_insert_with(|| name.clone());
    }
    report.check(options.skip_bad)?;
    let job = Job {
        files: &files,
        edition,
        options,
        products: &products,
        sorted,
        bad: report.count(),
        checked: &checked,
        tell,
    };
    let mut summary = conn.write(|conn| job.write(conn, &mut world))?;
    summary.what = format!("BACI {edition}, {} year file(s)", files.years.len());
    summary.read = checked.read;
    summary.bad = report.count();
    summary.rounded = checked.rounded;
    summary.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(summary)
}

/// The second pass, inside the transaction.
struct Job<'a> {
    files: &'a Files,
    edition: &'static str,
    options: &'a Options,
    products: &'a BTreeMap<String, String>,
    sorted: bool,
    bad: u64,
    /// What the first pass met.
    checked: &'a Pass,
    tell: Tell<'a>,
}

/// Counts of one reporter and period.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    total: i64,
    inserted: i64,
    updated: i64,
    deleted: i64,
    /// Rows that stay though the files do not have them.
    kept: i64,
    /// All partners and products are there.
    complete: bool,
    /// What is said of completeness is new.
    recovered: bool,
}

impl Group {
    fn is_changed(&self) -> bool {
        self.recovered || self.inserted + self.updated + self.deleted > 0
    }
}

impl Job<'_> {
    fn write(&self, conn: &mut Conn, world: &mut World) -> Done<Summary> {
        revision::lock(conn)?;
        let created = self.create_products(conn)?;
        world.load_products(conn, self.edition)?;
        conn.batch(
            "CREATE TEMPORARY TABLE import_figures (reporter_id BIGINT NOT NULL, partner_id BIGINT NOT NULL, sector_id BIGINT NOT NULL, period_start INTEGER NOT NULL, reporter_level INTEGER NOT NULL, partner_level INTEGER NOT NULL, file INTEGER NOT NULL, value_scaled BIGINT NOT NULL, net_weight_g BIGINT)",
        )?;
        self.stage(conn, world)?;
        let code = format!("BACI-{}", self.edition);
        let dataset = conn
            .rows(Statement(format!("SELECT id FROM datasets WHERE code = '{code}'")), &[])?
            .first()
            .and_then(|r| r.int(0));
        let mut groups = self.compare(conn, dataset)?;
        self.cover(conn, dataset, &mut groups)?;
        let sum = |of: fn(&Group) -> i64| u64::try_from(groups.values().map(of).sum::<i64>()).unwrap_or(0);
        let mut summary = Summary {
            inserted: sum(|g| g.inserted),
            updated: sum(|g| g.updated),
            deleted: sum(|g| g.deleted),
            unchanged: sum(|g| g.total - g.inserted - g.updated),
            ..Summary::default()
        };
        if groups.values().any(Group::is_changed) || !created.is_empty() {
            if summary.deleted > 0 {
                (self.tell)(&format!("{} figures that the files no longer have are removed", summary.deleted));
            }
            summary.revision = Some(self.apply(conn, dataset, &code, &groups, created)?);
        }
        conn.batch("DROP TABLE import_figures")?;
        Ok(summary)
    }

    /// Adds the products that only the tables have, with the headings above them.
    fn create_products(&self, conn: &mut Conn) -> Done<Vec<Change>> {
        let nodes = self.products.iter().map(|(code, name)| super::nomenclature::Node {
            code: code.clone(),
            name: name.clone(),
            above: None,
        });
        super::nomenclature::add(conn, self.edition, nodes.collect()).map(|added| added.changes)
    }

    fn stage(&self, conn: &mut Conn, world: &World) -> Done<()> {
        let staged = self.stage_lines(conn, world)?;
        if staged == self.checked.good {
            return Ok(());
        }
        Err(TransferError::File("a file changed while it was read; nothing was imported, try again".to_owned()))
    }

    /// Fills the temporary table; the number of its rows.
    fn stage_lines(&self, conn: &mut Conn, world: &World) -> Done<u64> {
        let levels: HashMap<i64, i64> = world.areas.values().flatten().map(|a| (a.region, a.level)).collect();
        let level = |region: i64| levels.get(&region).copied().unwrap_or(0);
        // Bad lines were told in the first pass.
        let quiet: Tell<'_> = &|_| {};
        match conn {
            Conn::Sqlite(_) => {
                const COLUMNS: &[&str] = &[
                    "reporter_id",
                    "partner_id",
                    "sector_id",
                    "period_start",
                    "reporter_level",
                    "partner_level",
                    "file",
                    "value_scaled",
                    "net_weight_g",
                ];
                let mut batch: Vec<Vec<Value>> = Vec::with_capacity(bulk::BATCH);
                let mut seen = self.seen();
                let mut report = Report::new(quiet);
                let loaded = pass(&self.files.years, world, &mut seen, "loading", &mut report, self.tell, |f| {
                    let start = i64::from(Period::year(f.year).start);
                    let numbers =
                        [f.reporter, f.partner, f.product, start, level(f.reporter), level(f.partner), f.file, f.value];
                    let mut row: Vec<Value> = numbers.into_iter().map(Value::Int).collect();
                    row.push(Value::int(f.weight));
                    batch.push(row);
                    if batch.len() == bulk::BATCH {
                        bulk::insert(conn, "import_figures", COLUMNS, &[], &batch)?;
                        batch.clear();
                    }
                    Ok(())
                })?;
                bulk::insert(conn, "import_figures", COLUMNS, &[], &batch)?;
                Ok(loaded.good)
            }
            Conn::Postgres(inner) => {
                let loaded = std::cell::Cell::new(0);
                let rows = |out: &mut dyn std::io::Write| -> Done<()> {
                    let met = pass(
                        &self.files.years,
                        world,
                        &mut self.seen(),
                        "loading",
                        &mut Report::new(quiet),
                        self.tell,
                        |f| {
                            let start = Period::year(f.year).start;
                            let weight = f.weight.map_or_else(|| "\\N".to_owned(), |w| w.to_string());
                            writeln!(
                                out,
                                "{}\t{}\t{}\t{start}\t{}\t{}\t{}\t{}\t{weight}",
                                f.reporter,
                                f.partner,
                                f.product,
                                level(f.reporter),
                                level(f.partner),
                                f.file,
                                f.value
                            )
                            .map_err(|e| TransferError::File(format!("the database stopped taking rows: {e}")))
                        },
                    )?;
                    loaded.set(met.good);
                    Ok(())
                };
                diesel::copy_from(import_figures::table).from_raw_data(import_figures::table, rows).execute(inner)?;
                Ok(loaded.get())
            }
        }
    }

    /// How this pass finds duplicates: as the first one did.
    fn seen(&self) -> Seen {
        if self.sorted { Seen::Ascending(0) } else { Seen::Kept(HashSet::new()) }
    }

    /// What the staged rows would change, by reporter and first month.
    fn compare(&self, conn: &mut Conn, dataset: Option<i64>) -> Done<BTreeMap<(i64, i64), Group>> {
        let mut groups: BTreeMap<(i64, i64), Group> = BTreeMap::new();
        let Some(dataset) = dataset else {
            let statement = Fixed(
                "SELECT reporter_id, period_start, COUNT(*) FROM import_figures GROUP BY reporter_id, period_start",
            );
            for row in conn.rows(statement, &[])? {
                let total = row.int(2).unwrap_or(0);
                groups.insert(
                    (row.int(0).unwrap_or(0), row.int(1).unwrap_or(0)),
                    Group { total, inserted: total, ..Group::default() },
                );
            }
            return Ok(groups);
        };
        conn.batch(
            "CREATE INDEX import_figures_key ON import_figures (reporter_id, period_start, partner_id, sector_id)",
        )?;
        if matches!(conn, Conn::Postgres(_)) {
            conn.batch("ANALYZE import_figures")?;
        }
        let on = format!(
            "t.dataset_id = {dataset} AND t.reporter_id = s.reporter_id AND t.partner_id = s.partner_id AND t.sector_id = s.sector_id AND t.flow = 1 AND t.period_start = s.period_start AND t.period_months = 12 AND t.origin = 1"
        );
        let statement = Statement(format!(
            "SELECT s.reporter_id, s.period_start, COUNT(*), CAST(SUM(CASE WHEN t.dataset_id IS NULL THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN t.dataset_id IS NOT NULL AND (t.value_scaled IS DISTINCT FROM s.value_scaled OR t.net_weight_g IS DISTINCT FROM s.net_weight_g) THEN 1 ELSE 0 END) AS BIGINT) FROM import_figures s LEFT JOIN trade_figures t ON {on} GROUP BY s.reporter_id, s.period_start"
        ));
        for row in conn.rows(statement, &[])? {
            let count = |at: usize| row.int(at).unwrap_or(0);
            groups.insert(
                (count(0), count(1)),
                Group { total: count(2), inserted: count(3), updated: count(4), ..Group::default() },
            );
        }
        let statement = Statement(format!(
            "SELECT t.reporter_id, t.period_start, COUNT(*) FROM trade_figures t WHERE {} GROUP BY t.reporter_id, t.period_start",
            gone(dataset)
        ));
        for row in conn.rows(statement, &[])? {
            let group = groups.entry((row.int(0).unwrap_or(0), row.int(1).unwrap_or(0))).or_default();
            let missing = row.int(2).unwrap_or(0);
            // A line that was left out may hold a figure that seems to be gone: nothing is removed then.
            if self.bad > 0 { group.kept = missing } else { group.deleted = missing }
        }
        Ok(groups)
    }

    fn apply(
        &self,
        conn: &mut Conn,
        dataset: Option<i64>,
        code: &str,
        groups: &BTreeMap<(i64, i64), Group>,
        mut changes: Vec<Change>,
    ) -> Done<i64> {
        let number = revision::next(conn)?;
        let sources = self.write_sources(conn, &mut changes)?;
        let source = sources.last().copied().unwrap_or(0);
        let of_file: String =
            (0..).zip(&sources).map(|(file, id): (i64, _)| format!(" WHEN {file} THEN {id}")).collect();
        let fresh = dataset.is_none();
        let dataset = match dataset {
            Some(id) => id,
            None => self.write_dataset(conn, code, source, &mut changes)?,
        };
        if !fresh && self.bad == 0 {
            bulk::execute(conn, &Statement(format!("DELETE FROM trade_figures AS t WHERE {}", gone(dataset))))?;
        }
        let partition = bulk::figure_partition(dataset);
        let into_partition = fresh && matches!(conn, Conn::Postgres(_));
        let target = if into_partition { partition.as_str() } else { "trade_figures" };
        if into_partition {
            // Filled on its own and attached at the end: readers are kept waiting for a moment only.
            conn.batch(&format!("CREATE TABLE {partition} (LIKE trade_figures INCLUDING DEFAULTS)"))?;
        }
        let upsert = if fresh {
            ""
        } else {
            " ON CONFLICT (dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months, origin) DO UPDATE SET value_scaled = excluded.value_scaled, net_weight_g = excluded.net_weight_g, source_id = excluded.source_id, revision = excluded.revision WHERE trade_figures.value_scaled IS DISTINCT FROM excluded.value_scaled OR trade_figures.net_weight_g IS DISTINCT FROM excluded.net_weight_g"
        };
        bulk::execute(
            conn,
            &Statement(format!(
                "INSERT INTO {target} (dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months, origin, reporter_level, partner_level, sector_level, value_scaled, net_weight_g, status, source_id, revision) SELECT {dataset}, reporter_id, partner_id, sector_id, 1, period_start, 12, 1, reporter_level, partner_level, 6, value_scaled, net_weight_g, 1, CASE file{of_file} END, {number} FROM import_figures WHERE TRUE ORDER BY reporter_id, partner_id, sector_id, period_start{upsert}"
            )),
        )?;
        if into_partition {
            bulk::attach_figure_partition(conn, dataset)?;
        }
        self.write_coverage(conn, dataset, groups)?;
        bulk::refresh_statistics(conn)?;
        changes.extend(self.figure_changes(conn, code, groups)?);
        let summary = serde_json::json!({
            "format": "baci",
            "inserted": groups.values().map(|g| g.inserted).sum::<i64>(),
            "updated": groups.values().map(|g| g.updated).sum::<i64>(),
            "deleted": groups.values().map(|g| g.deleted).sum::<i64>(),
            "bad": self.bad,
            "rounded": self.checked.rounded,
        });
        Ok(revision::finish(conn, "IMPORT", Some(source), &summary, &changes)?)
    }

    /// One source a year file, in their order.
    fn write_sources(&self, conn: &mut Conn, changes: &mut Vec<Change>) -> Done<Vec<i64>> {
        let mut id = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM sources"))?;
        let mut sources = Vec::new();
        for path in &self.files.years {
            let hash = sha256(path)?;
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("file").to_owned();
            let short = hash.get(..12).unwrap_or_default();
            let code = format!("baci-{}-{short}", self.edition.to_ascii_lowercase());
            let known = conn.rows(Statement(format!("SELECT id FROM sources WHERE code = '{code}'")), &[])?;
            if let Some(known) = known.first().and_then(|r| r.int(0)) {
                sources.push(known);
                continue;
            }
            id += 1;
            sources.push(id);
            let note = (self.bad > 0).then(|| format!("{} bad line(s) of the import were left out", self.bad));
            bulk::insert(
                conn,
                "sources",
                &["id", "code", "kind", "publisher", "title", "url", "retrieved_at", "licence", "sha256", "note"],
                &[],
                &[vec![
                    Value::Int(id),
                    Value::Text(code.clone()),
                    Value::Text("FILE".to_owned()),
                    Value::Text("CEPII".to_owned()),
                    Value::Text(name),
                    Value::Null,
                    Value::Time(revision::now()),
                    Value::Text(LICENCE.to_owned()),
                    Value::Text(hash),
                    Value::text(note),
                ]],
            )?;
            changes.push(change("Source", code, "INSERT"));
        }
        Ok(sources)
    }

    fn write_dataset(&self, conn: &mut Conn, code: &str, source: i64, changes: &mut Vec<Change>) -> Done<i64> {
        let id = revision::largest_id(conn, Fixed("SELECT MAX(id) FROM datasets"))? + 1;
        let year = self.edition.trim_start_matches("HS");
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
                Value::Text(code.to_owned()),
                Value::Text(format!("CEPII BACI, HS {year}")),
                Value::Text("HS".to_owned()),
                Value::Text("CEPII".to_owned()),
                Value::Text(LICENCE.to_owned()),
                Value::Text("USD".to_owned()),
                Value::Int(3),
                Value::Text("FOB".to_owned()),
                Value::Bool(true),
                Value::Text(format!(
                    "Bilateral trade at product level in the {year} edition of the Harmonized System, reconciled by CEPII from both sides' reports to UN Comtrade; one row a pair, FOB."
                )),
                Value::Int(source),
            ]],
        )?;
        terms::add(conn, "datasets", &[id])?;
        changes.push(change("Dataset", code.to_owned(), "INSERT"));
        Ok(id)
    }

    /// Says which reporters and years are complete, and where that is new. What was called complete stays so as long as
    /// its figures do.
    fn cover(&self, conn: &mut Conn, dataset: Option<i64>, groups: &mut BTreeMap<(i64, i64), Group>) -> Done<()> {
        let mut exporters: HashMap<i64, usize> = HashMap::new();
        for ((_, start), _) in groups.iter().filter(|(_, g)| g.total > 0) {
            *exporters.entry(*start).or_default() += 1;
        }
        let mut held: HashMap<(i64, i64), bool> = HashMap::new();
        if let Some(dataset) = dataset {
            let statement = Statement(format!(
                "SELECT reporter_id, period_start, partners, sectors FROM dataset_coverage WHERE dataset_id = {dataset} AND period_months = 12"
            ));
            for row in conn.rows(statement, &[])? {
                let is_complete = row.text(2) == Some("COMPLETE") && row.text(3) == Some("COMPLETE");
                held.insert((row.int(0).unwrap_or(0), row.int(1).unwrap_or(0)), is_complete);
            }
        }
        for (key, group) in groups {
            let before = held.get(key).copied();
            let is_year = self.bad == 0 && exporters.get(&key.1).is_some_and(|n| *n > COMPLETE_EXPORTERS);
            let whole = self.options.complete || is_year;
            group.complete = whole || (before == Some(true) && !group.is_changed());
            group.recovered = before != Some(group.complete);
        }
        Ok(())
    }

    fn write_coverage(&self, conn: &mut Conn, dataset: i64, groups: &BTreeMap<(i64, i64), Group>) -> Done<()> {
        let rows: Vec<Vec<Value>> = groups
            .iter()
            .map(|((reporter, start), group)| {
                let extent = Value::Text(if group.complete { "COMPLETE" } else { "LISTED" }.to_owned());
                vec![
                    Value::Int(dataset),
                    Value::Int(*reporter),
                    Value::Int(*start),
                    Value::Int(12),
                    extent.clone(),
                    extent,
                    Value::Int(group.total + group.kept),
                ]
            })
            .collect();
        bulk::insert(
            conn,
            "dataset_coverage",
            &["dataset_id", "reporter_id", "period_start", "period_months", "partners", "sectors", "n_figures"],
            &["dataset_id", "reporter_id", "period_start", "period_months"],
            &rows,
        )?;
        Ok(())
    }

    fn figure_changes(&self, conn: &mut Conn, code: &str, groups: &BTreeMap<(i64, i64), Group>) -> Done<Vec<Change>> {
        let rows = conn.rows(Fixed("SELECT id, code FROM regions"), &[])?;
        let regions: HashMap<i64, String> =
            rows.iter().filter_map(|r| Some((r.int(0)?, r.text(1)?.to_owned()))).collect();
        let changed = groups.iter().filter(|(_, g)| g.is_changed());
        Ok(changed
            .map(|((reporter, start), group)| {
                let region = regions.get(reporter).map_or("", String::as_str);
                let period = Period { start: i32::try_from(*start).unwrap_or(0), months: 12 };
                Change {
                    inserted: group.inserted,
                    updated: group.updated,
                    deleted: group.deleted,
                    ..change("TradeFigure", format!("{code}/{region}/{period}"), "FIGURES")
                }
            })
            .collect())
    }
}

/// A known area's code.
fn number(text: &str) -> u32 {
    text.parse().unwrap_or(0)
}

/// A quantity of BACI's thousands in units of a millionth; never less than zero.
fn amount(text: &str) -> Result<Scaled, String> {
    let scaled = parse_scaled(text, 6).map_err(|e| e.to_string())?;
    if scaled.units < 0 { Err("it is less than zero".to_owned()) } else { Ok(scaled) }
}

/// The digits and letters of an HS code as a number, so that millions fit in little memory. `9999AA` is a real code:
/// goods that are not specified.
fn product_key(text: &str) -> Option<u32> {
    if !(1..=6).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
        return None;
    }
    u32::from_str_radix(text, 36).ok()
}

/// The six places of a key of [`product_key`].
fn product_text(key: u32) -> String {
    let mut places = [b'0'; 6];
    let mut rest = key;
    for place in places.iter_mut().rev() {
        let digit = u8::try_from(rest % 36).unwrap_or(0);
        *place = if digit < 10 { b'0' + digit } else { b'A' + (digit - 10) };
        rest /= 36;
    }
    String::from_utf8_lossy(&places).into_owned()
}

/// CEPII's licence of BACI.
const LICENCE: &str = "Etalab Open Licence 2.0";

fn change(entity: &'static str, key: String, action: &'static str) -> Change {
    Change { entity, key, action, inserted: 1, updated: 0, deleted: 0, replaced: false }
}

/// Figures `t` of the staged reporters and years that are not staged.
fn gone(dataset: i64) -> String {
    format!(
        "t.dataset_id = {dataset} AND t.flow = 1 AND t.origin = 1 AND t.period_months = 12 AND EXISTS (SELECT 1 FROM import_figures g WHERE g.reporter_id = t.reporter_id AND g.period_start = t.period_start) AND NOT EXISTS (SELECT 1 FROM import_figures s WHERE s.reporter_id = t.reporter_id AND s.period_start = t.period_start AND s.partner_id = t.partner_id AND s.sector_id = t.sector_id)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_codes_keep_their_places_and_order() {
        for code in ["010110", "9999AA", "999999", "270900"] {
            assert_eq!(product_key(code).map(product_text).as_deref(), Some(code));
        }
        assert_eq!(product_key("10110").map(product_text).as_deref(), Some("010110"), "a spreadsheet dropped the zero");
        assert!(product_key("270900") < product_key("9999AA"));
        for wrong in ["", "2709001", "27 09", "27.09", "aa"] {
            assert_eq!(product_key(wrong), None, "{wrong}");
        }
    }
}

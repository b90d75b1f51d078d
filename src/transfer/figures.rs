//! Brings files of trade figures in, whatever their format: reads every row once, sorts the figures outside of memory, and
//! writes what is new or differs. One transaction; what goes wrong leaves the old state.

mod coverage;
pub(in crate::transfer) mod derive;
pub mod inspect;
mod merge;
pub(in crate::transfer) mod store;
mod totals;
mod write;

pub use inspect::inspect;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Instant;

use super::input::{self, Input};
use super::layout::{CompanionOf, Holds, Layout, Repeated};
use super::places::Places;
use super::products::Products;
use super::progress::Progress;
use super::reading::{Body, Meaning, Nothing, Read, Reader, Units, edition_in_name, edition_of_option};
use super::report::{Bad, Report, Tell};
use super::rows::Rows;
use super::run::{Run, in_transaction};
use super::sorted::Sorter;
use super::{Options, Summary, TransferError};
use crate::storage::conn::Conn;
use crate::storage::figures::Scope;
use merge::{Merged, Policy};

/// Files without rows that are told one by one.
const TOLD: usize = 20;

type Done<T> = Result<T, TransferError>;

/// Loads files of one format.
pub fn import(conn: &mut Conn, layout: &Layout, options: &Options, paths: &[PathBuf], tell: Tell<'_>) -> Done<Summary> {
    let started = Instant::now();
    let run = Run { what: &layout.title, files: paths, dry: options.dry_run, tell };
    let mut summary = in_transaction(conn, run, |conn| {
        let mut job = Job::new(conn, layout, options, paths, tell)?;
        job.read_companions(conn)?;
        let sorter = job.read_files(conn)?;
        job.write(conn, sorter)
    })?;
    summary.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(summary)
}

/// An import under way.
struct Job<'a> {
    layout: &'a Layout,
    options: &'a Options,
    tell: Tell<'a>,
    /// Files of figures.
    files: Vec<Input>,
    companions: Vec<(Input, CompanionOf)>,
    /// SHA-256 of the files on the disk.
    hashes: HashMap<PathBuf, String>,
    /// All files hold all that there is, as far as their format says so.
    whole: bool,
    /// Files in which nothing stands, and in what way.
    empty: Vec<String>,
    meaning: Meaning,
    report: RefCell<Report<'a>>,
    read: u64,
    left_out: BTreeMap<String, u64>,
    /// Of what the files say that there is nothing: dataset, reporter, flow and period, with a sector of the classification.
    nothing: HashMap<(Body, u32, u8, (u16, u8)), u32>,
}

impl<'a> Job<'a> {
    fn new(conn: &mut Conn, layout: &'a Layout, options: &'a Options, paths: &[PathBuf], tell: Tell<'a>) -> Done<Self> {
        let by_name = layout.reporter.iter().chain(&layout.partner).any(|of| of.scheme.iter().any(|s| s == "NAME"));
        let mut places = Places::load(conn, by_name)?;
        let mut products = Products::load(conn)?;
        let mut flows = BTreeMap::new();
        if let Some(map) = &options.map {
            super::mapping::read(map, &mut places, &mut products, &mut flows)?;
        }
        let mut out = Self {
            layout,
            options,
            tell,
            files: Vec::new(),
            companions: Vec::new(),
            hashes: HashMap::new(),
            whole: true,
            empty: Vec::new(),
            meaning: Meaning {
                places,
                products,
                bodies: Vec::new(),
                units: Units::default(),
                edition: options.edition.as_deref().map(edition_of_option),
                flows,
                flow: options.flow.as_deref().map(str::to_ascii_uppercase),
                one_dataset: options.dataset.is_some(),
            },
            report: RefCell::new(Report::open(tell, options.report.as_deref())?),
            read: 0,
            left_out: BTreeMap::new(),
            nothing: HashMap::new(),
        };
        out.sort_files(paths)?;
        Ok(out)
    }

    /// Tells the files of figures from the tables beside them.
    fn sort_files(&mut self, paths: &[PathBuf]) -> Done<()> {
        for mut input in input::find(paths)? {
            let mut rows = match Rows::open(&input, self.fallback()?) {
                Ok(rows) => rows,
                Err(TransferError::NoRows(reason)) => {
                    self.empty.push(reason);
                    continue;
                }
                Err(error) if input.named || is_damaged(&input) => return Err(error),
                Err(error) => {
                    (self.tell)(&format!("left out: {error}"));
                    continue;
                }
            };
            if rows.is_records() {
                let mut progress = Progress::new("learning columns", input.size, self.tell);
                input.names = rows.names(|bytes| progress.row(bytes))?;
                rows = Rows::open(&input, self.fallback()?)?;
            }
            if let Some(companion) = self.layout.companion_of(&rows.header) {
                self.companions.push((input, companion.clone()));
            } else if self.layout.fits(&rows.header) || input.named {
                self.files.push(input);
            } else {
                (self.tell)(&format!("{} is left out: it is no file of {}", input.shown(), self.layout.title));
            }
        }
        self.tell_empty()?;
        if self.files.is_empty() {
            return Err(TransferError::File(format!("there is no file of {} among the files", self.layout.title)));
        }
        let is_missing = |c: &&CompanionOf| !self.companions.iter().any(|(_, given)| given.header == c.header);
        let needed = self.layout.companion.iter().filter(is_missing).find_map(|c| c.needed.as_ref());
        if let Some(needed) = needed {
            return Err(TransferError::File(format!(
                "files of {} are read with {needed}; give it together with them",
                self.layout.title
            )));
        }
        if self.files.len() > usize::from(u16::MAX) {
            return Err(TransferError::Usage("an import takes at most 65,535 files".to_owned()));
        }
        let partial = self.files.iter().find(|f| !self.layout.is_whole(f.name()));
        self.whole = partial.is_none();
        if let Some(partial) = partial.filter(|_| self.layout.replaces.is_some() && !self.options.replace) {
            (self.tell)(&format!(
                "{} is not named as published: its figures are added, and none that it lacks is removed; --replace removes them",
                partial.shown()
            ));
        }
        self.refuse_versions()?;
        self.hash_files()
    }

    /// Two files that are whole of the same, an older one and a newer one, would make their union.
    fn refuse_versions(&self) -> Done<()> {
        let mut seen: HashMap<String, &Input> = HashMap::new();
        for file in &self.files {
            if let Some(of) = self.layout.whole_of(file.name())
                && let Some(other) = seen.insert(of, file)
            {
                return Err(TransferError::Usage(format!(
                    "{} and {} hold the same figures, one of them is older; give the one that counts",
                    other.shown(),
                    file.shown()
                )));
            }
        }
        Ok(())
    }

    /// The same file given twice would double sums.
    fn hash_files(&mut self) -> Done<()> {
        let mut seen: HashMap<(&str, Option<&String>), &Input> = HashMap::new();
        for file in &self.files {
            if !self.hashes.contains_key(&file.path) {
                self.hashes.insert(file.path.clone(), input::sha256(&file.path)?);
            }
        }
        for file in self.files.iter().filter(|_| self.layout.repeated == Repeated::Add) {
            let hash = self.hashes.get(&file.path).map(String::as_str).unwrap_or_default();
            if let Some(other) = seen.insert((hash, file.member.as_ref()), file) {
                return Err(TransferError::Usage(format!(
                    "{} and {} are the same file; their figures would count twice: give it once",
                    other.shown(),
                    file.shown()
                )));
            }
        }
        Ok(())
    }

    /// Within what figures that the files lack are removed, if at all.
    fn replaces(&self) -> Option<Scope> {
        self.layout.replaces.filter(|_| self.whole).or(self.options.replace.then_some(Scope::Flow))
    }

    /// Tells the files in which nothing stands: a service answers so where it has nothing. Nothing else is an error.
    fn tell_empty(&self) -> Done<()> {
        let Some(first) = self.empty.first() else { return Ok(()) };
        if self.files.is_empty() {
            return Err(TransferError::NoRows(match self.empty.len() {
                1 => first.clone(),
                count => format!("none of the {count} files has a row; {first}"),
            }));
        }
        for reason in self.empty.iter().take(TOLD) {
            (self.tell)(&format!("{reason}; it counts as a file without rows"));
        }
        if self.empty.len() > TOLD {
            (self.tell)(&format!("and {} more files without rows", self.empty.len() - TOLD));
        }
        Ok(())
    }

    fn fallback(&self) -> Done<super::rows::Fallback> {
        match self.options.encoding.as_deref() {
            None => Ok(self.layout.fallback()),
            Some(label) => encoding_rs::Encoding::for_label(label.as_bytes()).ok_or_else(|| {
                TransferError::Usage(format!(
                    "--encoding is `{label}`, expected a name such as gb18030 or windows-1251"
                ))
            }),
        }
    }

    fn read_companions(&mut self, conn: &mut Conn) -> Done<()> {
        let named: Vec<String> = self.files.iter().filter_map(|f| edition_in_name(f.name())).collect();
        let asked = self.meaning.edition.clone();
        for (input, companion) in std::mem::take(&mut self.companions) {
            let own = edition_in_name(input.name());
            let editions: Vec<&String> = asked.iter().chain(&named).collect();
            if companion.holds == Holds::Products
                && let Some(own) = &own
                && !editions.contains(&own)
            {
                (self.tell)(&format!("{} is left out: its products are those of {own}", input.shown()));
                continue;
            }
            let edition = own.or_else(|| editions.first().map(|e| (*e).clone()));
            let mut rows = Rows::open(&input, self.fallback()?)?;
            let column = |names: &str| self.layout.columns(&rows.header, names).first().copied();
            let (Some(code), Some(other)) = (column(&companion.code), column(&companion.other)) else { continue };
            let at = match (&companion.holds, &edition) {
                (Holds::Products, Some(edition)) => {
                    Some(self.meaning.products.edition(conn, edition)?.map_err(|e| input.unreadable(e))?)
                }
                _ => None,
            };
            while rows.advance()? {
                if rows.is_blank() {
                    continue;
                }
                let (code, other) = (rows.text(code), rows.text(other));
                match (companion.holds, at) {
                    (Holds::Products, Some(at)) => self.meaning.products.name(at, &code, &other),
                    (Holds::AreaNames, _) => self.meaning.places.tell_name(&code, &other),
                    (Holds::Areas, _) if !other.is_empty() => {
                        let scheme = companion.scheme.as_deref().unwrap_or("ISO_ALPHA3");
                        self.meaning.places.alias(&code, scheme, &other);
                    }
                    _ => {}
                }
            }
        }
        self.meaning.products.save(conn)
    }

    /// Makes the products that the nomenclature lacks and the files name, all at once: a reading of its own.
    fn make_products(&mut self, conn: &mut Conn) -> Done<()> {
        let mut progress = Progress::new("collecting products", self.files.iter().map(|f| f.size).sum(), self.tell);
        let (mut before, mut out) = (0, Vec::new());
        self.meaning.products.collecting = true;
        for (number, input) in (0_u16..).zip(&self.files) {
            let mut rows = Rows::open(input, self.fallback()?)?;
            rows.end_before(self.layout.labels.as_deref());
            let reader = Reader::bind(self.layout, &rows, &self.meaning, number)?;
            while rows.advance()? {
                progress.row(before + rows.bytes_read());
                out.clear();
                // What is bad is told in the reading that counts.
                reader.row(conn, &rows, &mut self.meaning, self.tell, &mut out)?;
            }
            before += rows.bytes_read();
        }
        self.meaning.products.collecting = false;
        self.meaning.products.save(conn)
    }

    fn read_files(&mut self, conn: &mut Conn) -> Done<Sorter> {
        if self.options.new_products {
            self.make_products(conn)?;
        }
        let mut sorter = Sorter::default();
        let total = self.files.iter().map(|f| f.size).sum();
        let mut progress = Progress::new("reading", total, self.tell);
        let mut before = 0;
        let mut out = Vec::new();
        let mut is_short = false;
        for (number, input) in (0_u16..).zip(&self.files) {
            let mut rows = Rows::open(input, self.fallback()?)?;
            rows.end_before(self.layout.labels.as_deref());
            let reader = Reader::bind(self.layout, &rows, &self.meaning, number)?;
            while rows.advance()? {
                progress.row(before + rows.bytes_read());
                out.clear();
                reader.row(conn, &rows, &mut self.meaning, self.tell, &mut out)?;
                for read in out.drain(..) {
                    self.read += 1;
                    match read {
                        Ok(Read::Figure(figure)) => sorter.push(figure).map_err(unsorted)?,
                        Ok(Read::Nothing(nothing, why)) => {
                            *self.left_out.entry(why.to_owned()).or_default() += 1;
                            let Nothing { body, reporter, flow, when, sector } = nothing;
                            self.nothing.entry((body, reporter, flow, when)).or_insert(sector);
                        }
                        Ok(Read::LeftOut(why)) => match self.left_out.get_mut(why.as_ref()) {
                            Some(count) => *count += 1,
                            None => {
                                self.left_out.insert(why.into_owned(), 1);
                            }
                        },
                        Err((column, reason)) => {
                            let value = rows.text(column.unwrap_or(0));
                            let file = rows.input.shown();
                            let bad =
                                Bad { file: &file, line: rows.line(), column: reader.column(column), value: &value };
                            self.report.borrow_mut().bad_in(number, bad, &reason);
                            is_short |= reader.is_part(column);
                        }
                    }
                }
            }
            before += rows.bytes_read();
        }
        if is_short && self.options.skip_bad && self.layout.repeated == Repeated::Add {
            return Err(TransferError::Usage(format!(
                "rows of {} are parts that are added: without the bad ones, whose amounts or periods cannot be read, sums would be short; mend them, --skip-bad passes over unknown areas and products only",
                self.layout.title
            )));
        }
        Ok(sorter)
    }

    /// The figures in order, with their progress under the name of what is done with them.
    fn merged(&self, sorter: Sorter, what: &'static str) -> Done<Merged<'a, '_>> {
        let progress = Progress::of_figures(what, sorter.count(), self.tell);
        let policy = Policy::new(self.layout, self.options.parts);
        Merged::new(sorter.sorted().map_err(unsorted)?, policy, &self.report, &self.files, progress)
    }

    fn write(&mut self, conn: &mut Conn, sorter: Sorter) -> Done<Summary> {
        if self.report.borrow().count() > 0 && !self.options.skip_bad {
            // All that is wrong is told at once: rows that contradict each other too.
            let mut merged = self.merged(sorter, "checking")?;
            while merged.next()?.is_some() {}
            return Err(self.refused());
        }
        write::write(self, conn, sorter)
    }

    fn refused(&self) -> TransferError {
        let mut report = self.report.borrow_mut();
        report.close().err().unwrap_or_else(|| report.refused())
    }
}

/// Whether the bytes of a file cannot be read to their end.
fn is_damaged(input: &Input) -> bool {
    let read = std::rc::Rc::default();
    match input.open(&read) {
        Ok(mut bytes) => std::io::copy(&mut bytes, &mut std::io::sink()).is_err(),
        Err(_) => input.size > 0,
    }
}

fn unsorted(error: std::io::Error) -> TransferError {
    super::input::temporary(&error)
}

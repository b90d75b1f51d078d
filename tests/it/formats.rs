//! Files of every format, each made here with the quirks of the real ones: what comes out of them, on both databases alike.

mod added;
mod baci;
mod blank;
mod comtrade;
mod national;
mod real;
mod records;
mod sdmx;
mod told;
mod wits;

use std::cell::RefCell;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use tearoad::domain::decimal::format_scaled;
use tearoad::domain::flow::{FLOWS, STATUSES, name_of};
use tearoad::domain::period::Period;
use tearoad::storage::bulk::Statement;
use tearoad::transfer::layout::Layout;
use tearoad::transfer::{Options, Summary, TransferError, figures, nomenclature, seed};

use crate::support::{TestDb, databases};

/// Headings and products of several editions, and two other classifications.
const NOMENCLATURE: &str = "classification,edition,code,description,parent,level\n\
    H5,HS2017,0101,Horses,01,4\nH5,HS2017,010121,Pure-bred horses,0101,6\nH5,HS2017,010129,Other horses,0101,6\n\
    H5,HS2017,0201,Beef; fresh,02,4\nH5,HS2017,020130,Beef; boneless,0201,6\nH5,HS2017,2709,Crude oil,27,4\n\
    H5,HS2017,270900,Crude oil,2709,6\nH5,HS2017,9999,Not specified,99,4\nH5,HS2017,999999,Not specified,9999,6\n\
    H6,HS2022,0101,Horses,01,4\nH6,HS2022,010121,Pure-bred horses,0101,6\nH6,HS2022,0202,Beef; frozen,02,4\n\
    H6,HS2022,020230,Beef; frozen and boneless,0202,6\nH6,HS2022,2709,Crude oil,27,4\nH6,HS2022,270900,Crude oil,2709,6\n\
    H4,HS2012,0101,Horses,01,4\nH4,HS2012,010121,Pure-bred horses,0101,6\nH4,HS2012,270900,Crude oil,2709,6\n\
    H2,HS2002,0101,Horses,01,4\nH2,HS2002,9999AA,Not specified,9999,6\n\
    S3,SITC3,0,Food,,1\nS3,SITC3,00,Live animals,0,2\nS3,SITC3,001,Live animals,00,3\nB4,BEC4,1,Food,,1\n";

/// A file with this text.
pub fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// A compressed file with this text.
pub fn write_gz(folder: &Path, name: &str, text: &str) -> PathBuf {
    let mut bytes = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    bytes.write_all(text.as_bytes()).unwrap();
    write(folder, name, bytes.finish().unwrap())
}

/// A zip of files.
pub fn write_zip(folder: &Path, name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    write(folder, name, zip.finish().unwrap().into_inner())
}

/// Databases with the reference lists and the small nomenclature.
pub fn prepared(folder: &Path) -> Vec<TestDb> {
    let file = write(folder, "nomenclature.csv", NOMENCLATURE);
    let all = databases();
    for db in &all {
        seed::load_reference(&mut db.conn()).unwrap();
        nomenclature::import(&mut db.conn(), &Options::default(), std::slice::from_ref(&file), &|_| {}).unwrap();
    }
    all
}

/// What an import came to and what it said.
pub struct Done {
    pub result: Result<Summary, TransferError>,
    pub told: Vec<String>,
}

impl Done {
    /// Rows read, stored, merged, left out by rule and bad, which must add up.
    pub fn counts(&self) -> [u64; 5] {
        let summary = self.result.as_ref().unwrap_or_else(|e| panic!("{e}: {:#?}", self.told));
        let counts = [summary.read, summary.stored(), summary.merged, summary.left_out, summary.bad];
        assert_eq!(counts[0], counts[1..].iter().sum::<u64>(), "every row is one of the four: {summary}");
        counts
    }

    /// The error.
    pub fn error(&self) -> String {
        self.result.as_ref().unwrap_err().to_string()
    }

    /// Everything that was said.
    pub fn said(&self) -> String {
        self.told.join("\n")
    }
}

/// Imports files of a layout.
pub fn load_by(db: &TestDb, layout: &Layout, options: &Options, files: &[PathBuf]) -> Done {
    let told = RefCell::new(Vec::new());
    let result =
        figures::import(&mut db.conn(), layout, options, files, &|line| told.borrow_mut().push(line.to_owned()));
    Done { result, told: told.into_inner() }
}

/// Imports files of a shipped format.
pub fn load(db: &TestDb, format: &str, options: &Options, files: &[PathBuf]) -> Done {
    load_by(db, &Layout::of_format(format).unwrap(), options, files)
}

/// All reported figures: `dataset reporter>partner product@edition FLOW period value weight quantity unit status`, a dash where
/// there is nothing.
pub fn stored(db: &TestDb) -> Vec<String> {
    let statement = "SELECT d.code, r.code, p.code, s.code, c.code, f.flow, f.period_start, f.period_months, f.value_scaled, f.net_weight_g, f.quantity_milli, f.quantity_unit, f.status FROM trade_figures f JOIN datasets d ON d.id = f.dataset_id JOIN regions r ON r.id = f.reporter_id JOIN regions p ON p.id = f.partner_id JOIN sectors s ON s.id = f.sector_id JOIN classifications c ON c.id = s.classification_id WHERE f.origin = 1 ORDER BY d.code, r.code, p.code, s.code, c.code, f.flow, f.period_start, f.period_months";
    let rows = db.conn().rows(Statement(statement.to_owned()), &[]).unwrap();
    let figures = rows.iter().map(|row| {
        let text = |at: usize| row.text(at).unwrap_or("-").to_owned();
        let milli = |at: usize| row.int(at).map_or("-".to_owned(), |n| format_scaled(n, 3));
        let period = Period { start: row.int(6).unwrap() as i32, months: row.int(7).unwrap() as i32 };
        format!(
            "{} {}>{} {}@{} {} {period} {} {} {} {} {}",
            text(0),
            text(1),
            text(2),
            text(3),
            text(4),
            name_of(FLOWS, row.int(5).unwrap()).unwrap(),
            milli(8),
            milli(9),
            milli(10),
            text(11),
            name_of(STATUSES, row.int(12).unwrap()).unwrap()
        )
    });
    figures.collect()
}

/// What files of a format come to in fresh databases: counts and figures, the same on both.
pub fn read(format: &str, options: &Options, make: impl Fn(&Path) -> Vec<PathBuf>) -> ([u64; 5], Vec<String>) {
    read_by(&Layout::of_format(format).unwrap(), options, make)
}

/// The same for files of a layout.
pub fn read_by(layout: &Layout, options: &Options, make: impl Fn(&Path) -> Vec<PathBuf>) -> ([u64; 5], Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let files = make(folder.path());
    let mut all = Vec::new();
    for db in prepared(folder.path()) {
        let counts = load_by(&db, layout, options, &files).counts();
        all.push((counts, stored(&db)));
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "the databases differ: {all:#?}");
    all.remove(0)
}

/// Files of a format that cannot be imported: the error, and what was said of bad rows; nothing is written.
pub fn refused(format: &str, options: &Options, make: impl Fn(&Path) -> Vec<PathBuf>) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let files = make(folder.path());
    let mut all = Vec::new();
    for db in prepared(folder.path()) {
        let done = load(&db, format, options, &files);
        assert!(stored(&db).is_empty());
        all.push((done.error(), done.said()));
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "the databases differ: {all:#?}");
    all.remove(0)
}

/// No options.
pub fn plainly() -> Options {
    Options::default()
}

//! What holds of any bytes, reader by reader: they are rows or an error that says something, never a panic, and never
//! more time or memory than their length allows. The fuzz targets of `fuzz/` and the test beside this file run these.

use std::cell::RefCell;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use tearoad::domain::{decimal, id, period};
use tearoad::graphql::cursor::{self, ListHash};
use tearoad::storage::bulk::Fixed;
use tearoad::storage::conn::{Address, Conn};
use tearoad::storage::migrate;
use tearoad::storage::sql::order::Key;
use tearoad::storage::value::ColumnType;
use tearoad::transfer::input::{self, Input};
use tearoad::transfer::layout::Layout;
use tearoad::transfer::rows::Rows;
use tearoad::transfer::{Options, Summary, TransferError, figures, nomenclature, recognise, seed};

/// A property of bytes.
pub type Property = fn(&[u8]);

/// All of them, by the name of the fuzz target.
pub const ALL: &[(&str, Property)] = &[
    ("delimited", delimited),
    ("records", records),
    ("workbook", workbook),
    ("packed", packed),
    ("layout", layout),
    ("cells", cells),
    ("tokens", tokens),
    ("figures", figures_of_layouts),
    ("nomenclature", nodes),
];

/// The name tells an edition, so that files of years can be read.
const NAME: &str = "BACI_HS17_Y2020_V202501.csv";

thread_local! {
    static FOLDER: tempfile::TempDir = tempfile::tempdir().unwrap();
    static DATABASE: RefCell<Option<Conn>> = const { RefCell::new(None) };
}

/// The bytes as a file.
fn with_file<T>(bytes: &[u8], run: impl FnOnce(&Path) -> T) -> T {
    FOLDER.with(|folder| {
        let path = folder.path().join(NAME);
        std::fs::write(&path, bytes).unwrap();
        run(&path)
    })
}

/// The bytes as files of figures, and a database with the reference lists in memory.
fn with_database<T>(bytes: &[u8], run: impl FnOnce(&mut Conn, &[PathBuf]) -> T) -> T {
    with_file(bytes, |path| {
        DATABASE.with_borrow_mut(|slot| {
            let conn = slot.get_or_insert_with(|| {
                let mut conn = Conn::create(&Address::Sqlite(":memory:".into())).unwrap();
                migrate::up(&mut conn).unwrap();
                seed::load_reference(&mut conn).unwrap();
                conn
            });
            run(conn, &[path.to_owned()])
        })
    })
}

/// An error says something; it may quote any word of what was read.
fn said(error: &impl std::fmt::Display) {
    assert!(!error.to_string().trim().is_empty());
}

/// Reads all rows twice: the same rows or the same error.
fn rows(bytes: &[u8]) {
    with_file(bytes, |path| {
        let read = || -> Result<(u64, usize), TransferError> {
            let input = Input::file(path);
            let mut rows = Rows::open(&input, encoding_rs_fallback())?;
            let (mut count, mut length, mut line) = (0, 0, 0);
            while rows.advance()? {
                count += 1;
                assert!(rows.line() >= line, "lines go up");
                line = rows.line();
                let width = rows.width();
                for column in 0..rows.header.len().min(64) {
                    let cell = rows.cell(column);
                    assert!(cell.len() <= bytes.len().max(1 << 20) * 64);
                    length += rows.text(column).len() + width;
                }
            }
            assert!(!rows.kind.is_empty());
            Rows::open(&input, encoding_rs_fallback())?.encoding()?;
            Ok((count, length))
        };
        let (first, second) = (read(), read());
        assert_eq!(first.as_ref().ok(), second.as_ref().ok());
        if let Err(error) = first {
            said(&error);
        }
    });
}

/// Without naming the library: the layouts' own.
fn encoding_rs_fallback() -> tearoad::transfer::rows::Fallback {
    thread_local! {
        static FALLBACK: tearoad::transfer::rows::Fallback = Layout::of_format("comtrade").unwrap().fallback();
    }
    FALLBACK.with(|fallback| *fallback)
}

/// Text with separators.
pub fn delimited(bytes: &[u8]) {
    rows(bytes);
}

/// JSON: what does not begin as such is made to.
pub fn records(bytes: &[u8]) {
    if bytes.first().is_some_and(|b| matches!(b, b'{' | b'[')) {
        rows(bytes);
    } else {
        rows(&[b"{\"data\":[".as_slice(), bytes].concat());
    }
}

/// Workbooks: the zip as it is, and the bytes as the first sheet of a whole one.
pub fn workbook(bytes: &[u8]) {
    rows(bytes);
    if !bytes.starts_with(b"PK") {
        rows(&workbook_of(bytes));
    }
}

/// Zips and gzip files: what is in them is found and read, or refused.
pub fn packed(bytes: &[u8]) {
    with_file(bytes, |path| {
        match input::find(&[path.to_owned()]) {
            Err(error) => said(&error),
            Ok(found) => {
                for input in found {
                    assert!(!input.shown().is_empty());
                    let _named = input.name();
                    match input.open(&std::rc::Rc::default()) {
                        Err(error) => said(&error),
                        // A bomb unfolds a thousandfold; it is read a piece at a time.
                        Ok(bytes) => drop(std::io::copy(&mut bytes.take(16 << 20), &mut std::io::sink())),
                    }
                }
            }
        }
        match recognise::recognise(&[path.to_owned()]) {
            Err(error) => said(&error),
            Ok(found) => assert!(found.iter().all(|f| !f.why.is_empty() && !f.paths.is_empty())),
        }
    });
}

/// A layout; behind a line `---` a file that is read by it.
pub fn layout(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (layout, file) = text.split_once("\n---\n").unwrap_or((&text, "t,i,j,k,v,q\n2020,710,156,010121,1,1\n"));
    match Layout::parse("fuzzed", layout) {
        Err(error) => said(&error),
        Ok(layout) => with_database(file.as_bytes(), |conn, paths| whole(conn, &layout, paths)),
    }
}

/// Periods and decimals of cells.
pub fn cells(bytes: &[u8]) {
    let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let text = String::from_utf8_lossy(rest);
    if let Some(period) = period::of_file(&text) {
        assert!(matches!(period.months, 1 | 3 | 12));
        assert_eq!(period.to_string().parse::<period::Period>().ok(), Some(period));
    }
    assert!(period::nearest(&text).len() <= 3);
    let scale = i32::from(*first) % 40 - 20;
    if let Ok(read) = decimal::parse_cell(&text, scale)
        && let Ok(scale) = u32::try_from(scale)
    {
        let written = decimal::format_scaled(read.units, scale);
        assert_eq!(decimal::parse_scaled(&written, scale).unwrap().units, read.units, "{text} at {scale}");
        let (below, above) = decimal::bounds_scaled(&text, scale).unwrap_or((read.units, read.units));
        assert!(below <= read.units && read.units <= above, "{text} at {scale}");
    }
}

/// Cursors and global ids.
pub fn tokens(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some((name, key)) = id::decode(&text) {
        assert_eq!(id::decode(&id::encode(&name, &key)), Some((name, key)));
    }
    let nullable = |column| Key { nullable: true, ..Key::ascending(column) };
    let keys = [
        (nullable("a"), ColumnType::Date),
        (nullable("b"), ColumnType::Float),
        (nullable("c"), ColumnType::Text),
        (Key::ascending("id"), ColumnType::Int),
    ];
    let list = ListHash::of(&["figures"]);
    // As a cursor, and as what a cursor of this list holds.
    let hash = cursor::encode(list, 1, std::iter::empty());
    let forged = id::encode("", &text);
    for text in [text.as_ref(), &hash, &forged] {
        match cursor::decode(text, list, &keys, "after") {
            Ok(read) => {
                let again = cursor::encode(list, read.revision, read.values.iter());
                assert_eq!(cursor::decode(&again, list, &keys, "after").unwrap(), read);
            }
            Err(error) => said(&error.message),
        }
    }
}

/// A whole import that is taken back.
fn whole(conn: &mut Conn, layout: &Layout, paths: &[PathBuf]) {
    let options = Options { dry_run: true, skip_bad: true, edition: Some("HS2017".to_owned()), ..Options::default() };
    let told = RefCell::new(0_usize);
    let result = figures::import(conn, layout, &options, paths, &|line| *told.borrow_mut() += line.len());
    accounted(&result);
    let left = Fixed("SELECT (SELECT COUNT(*) FROM trade_figures) + (SELECT COUNT(*) FROM import_runs)");
    assert_eq!(conn.rows(left, &[]).unwrap()[0].int(0), Some(0), "nothing is kept");
}

/// Rows read = stored + merged + left out by rule + bad.
fn accounted(result: &Result<Summary, TransferError>) {
    match result {
        Err(error) => said(error),
        Ok(done) => {
            assert_eq!(done.read, done.stored() + done.merged + done.left_out + done.bad, "{done:?}");
            assert!(done.dry_run && !done.to_string().is_empty());
        }
    }
}

/// The file by each layout that ships.
pub fn figures_of_layouts(bytes: &[u8]) {
    thread_local! {
        static LAYOUTS: Vec<Layout> = Layout::shipped().unwrap();
    }
    LAYOUTS.with(|layouts| {
        with_database(bytes, |conn, paths| layouts.iter().for_each(|layout| whole(conn, layout, paths)));
    });
}

/// The file as a nomenclature.
pub fn nodes(bytes: &[u8]) {
    with_database(bytes, |conn, paths| {
        let options = Options { dry_run: true, skip_bad: true, ..Options::default() };
        accounted(&nomenclature::import(conn, &options, paths, &|_| {}));
    });
}

/// A zip of stored members, each with its checksum.
pub fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in members {
        let at = u32::try_from(out.len()).unwrap();
        let size = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let mut shared = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        shared.extend(checksum(bytes).to_le_bytes());
        shared.extend(size);
        shared.extend(size);
        shared.extend(length);
        shared.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&shared);
        out.extend(name.as_bytes());
        out.extend(*bytes);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&shared);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    let at = u32::try_from(out.len()).unwrap().to_le_bytes();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    out.extend(at);
    out.extend([0, 0]);
    out
}

/// CRC-32 as in zip.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// A workbook whose first sheet is this XML.
pub fn workbook_of(sheet: &[u8]) -> Vec<u8> {
    const TYPES: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
    const ROOT: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    const BOOK: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const PARTS: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    zip_of(&[
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", PARTS),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

/// A sheet of texts.
pub fn sheet_of(rows: &[Vec<&str>]) -> Vec<u8> {
    let mut out = String::from(
        r#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#,
    );
    for (row, cells) in rows.iter().enumerate() {
        out.push_str(&format!("<row r=\"{}\">", row + 1));
        for (column, text) in cells.iter().enumerate() {
            let letter = char::from(b'A' + u8::try_from(column).unwrap());
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            out.push_str(&format!("<c r=\"{letter}{}\" t=\"inlineStr\"><is><t>{text}</t></is></c>", row + 1));
        }
        out.push_str("</row>");
    }
    out.push_str("</sheetData></worksheet>");
    out.into_bytes()
}

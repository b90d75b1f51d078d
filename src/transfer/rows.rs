//! Rows of a file, whatever it is: delimited text, JSON records, or the first sheet of a workbook. A row is cells under
//! the names of a header; cells are bytes as they stand in the file, trimmed.

mod bounded;
mod delimited;
mod records;
mod sheet;

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{BufRead as _, BufReader, Read};
use std::rc::Rc;

use bounded::{Allowance, Bounded};
use encoding_rs::Encoding;

use super::TransferError;
use super::input::Input;

/// Bytes of the beginning by which a file is recognised.
const SNIFFED: usize = 1 << 16;

/// Columns of the widest file; tables of a column a month over a century have fewer.
const WIDEST: usize = 4096;

/// The rule by which blank rows are left out.
pub const BLANK: &str = "an empty line";

/// How cells of a file are written, where it is not UTF-8.
pub type Fallback = &'static Encoding;

/// A file that is being read.
pub struct Rows {
    /// The file.
    pub input: Input,
    /// Names of the columns as the file has them.
    pub header: Vec<String>,
    /// What kind of file it is, for people.
    pub kind: String,
    /// What stands between a code and its label in a cell.
    labels: Option<String>,
    inner: Inner,
    fallback: Fallback,
    /// The beginning is no UTF-8: no cell is, although short ones may look so (`头` in GB18030 is `ͷ` in UTF-8).
    is_foreign: bool,
    read: Rc<Cell<u64>>,
    allowance: Allowance,
}

enum Inner {
    Delimited(delimited::Delimited),
    Records(Box<records::Records>),
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("input", &self.input).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Rows {
    /// Opens a file and reads its header. One in which nothing stands is the error [`TransferError::NoRows`].
    pub fn open(input: &Input, fallback: Fallback) -> Result<Self, TransferError> {
        let read = Rc::new(Cell::new(0));
        let mut bytes = BufReader::with_capacity(SNIFFED, input.open(&read)?);
        let start = bytes.fill_buf().map_err(|e| input.unreadable(e))?;
        let start: Vec<u8> = start.iter().copied().take(SNIFFED).collect();
        if start.is_empty() {
            return Err(input.without_rows("the file is empty"));
        }
        let is_wide = start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]);
        let is_foreign = !is_wide && std::str::from_utf8(&start).is_err_and(|e| e.error_len().is_some());
        let allowance = Allowance::new();
        let (inner, header, kind) = if start.starts_with(b"PK\x03\x04") {
            let text = Box::new(sheet::unrolled(input, bytes)?);
            let (mut rows, header) = delimited::Delimited::open(input, text, b',')?;
            rows.is_padded = true;
            (Inner::Delimited(rows), header, "workbook (xlsx), first sheet".to_owned())
        } else if is_wide {
            // Sixteen-bit Unicode, as spreadsheets save "Unicode text".
            let narrow = encoding_rs_io::DecodeReaderBytesBuilder::new().bom_sniffing(true).build(bytes);
            Self::narrow(input, Box::new(Bounded { inner: narrow, left: allowance.clone() }), &allowance)?
        } else {
            Self::narrow(input, Box::new(Bounded { inner: bytes, left: allowance.clone() }), &allowance)?
        };
        if header.len() > WIDEST {
            let width = header.len();
            return Err(input.unreadable(format!("line 1: there are {width} columns, expected at most {WIDEST}")));
        }
        if header.is_empty() {
            return Err(input.without_rows("there is no row in the file"));
        }
        let is_foreign = is_foreign && !start.starts_with(b"PK\x03\x04");
        let header =
            header.iter().map(|name| decode(name, fallback, is_foreign).trim_matches('"').to_owned()).collect();
        Ok(Self { input: input.clone(), header, kind, labels: None, inner, fallback, is_foreign, read, allowance })
    }

    /// Cells end before this from here on; one that begins with it is whole.
    pub fn end_before(&mut self, labels: Option<&str>) {
        self.labels = labels.map(str::to_owned);
    }

    /// Whether the columns stand between semicolons.
    pub fn has_semicolons(&self) -> bool {
        matches!(&self.inner, Inner::Delimited(rows) if rows.delimiter == b';')
    }

    fn narrow(
        input: &Input,
        bytes: Box<dyn Read>,
        allowance: &Allowance,
    ) -> Result<(Inner, Vec<Vec<u8>>, String), TransferError> {
        let mut bytes = BufReader::with_capacity(SNIFFED, bytes);
        let start = bytes.fill_buf().map_err(|e| input.unreadable(e))?;
        if start.starts_with(b"\xef\xbb\xbf") {
            bytes.consume(3);
        }
        let start = bytes.fill_buf().map_err(|e| input.unreadable(e))?;
        let first = start.iter().find(|b| !b.is_ascii_whitespace());
        if matches!(first, Some(b'{' | b'[')) {
            let (records, header) = records::Records::open(input, Box::new(bytes), allowance)?;
            let header = header.into_iter().map(String::into_bytes).collect();
            return Ok((Inner::Records(Box::new(records)), header, "JSON records".to_owned()));
        }
        let delimiter = delimited::delimiter(start);
        let (rows, header) = delimited::Delimited::open(input, Box::new(bytes), delimiter)?;
        let word = match delimiter {
            b'\t' => "tabs",
            b';' => "semicolons",
            _ => "commas",
        };
        Ok((Inner::Delimited(rows), header, format!("text with {word}")))
    }

    /// Whether the rows are JSON records, whose names are not known before all are read.
    pub fn is_records(&self) -> bool {
        matches!(self.inner, Inner::Records(_))
    }

    /// Names of all records of the file, for [`Input::names`]; reads it to its end. Nothing where the rows have a header.
    pub fn names(mut self, mut each: impl FnMut(u64)) -> Result<Vec<String>, TransferError> {
        match &mut self.inner {
            Inner::Delimited(_) => return Ok(Vec::new()),
            Inner::Records(records) => records.learn(),
        }
        while self.advance()? {
            each(self.bytes_read());
        }
        match self.inner {
            Inner::Delimited(_) => Ok(Vec::new()),
            Inner::Records(records) => Ok(records.names().to_vec()),
        }
    }

    /// The header for messages.
    pub fn came(&self) -> String {
        const SHOWN: usize = 20;
        let shown = self.header.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(",");
        let shown: String = shown.chars().filter(|c| !c.is_control()).take(600).collect();
        match self.header.len() {
            _ if shown.is_empty() => "nothing".to_owned(),
            width if width > SHOWN => format!("{shown} and {} more", width - SHOWN),
            _ => shown,
        }
    }

    /// Reads the next row; false at the end.
    pub fn advance(&mut self) -> Result<bool, TransferError> {
        self.allowance.renew();
        match &mut self.inner {
            Inner::Delimited(rows) => rows.next().map_err(|e| self.input.unreadable(e)),
            Inner::Records(rows) => rows.next().map_err(|e| self.input.unreadable(e)),
        }
    }

    /// The cell of a column, trimmed; empty where the row is shorter.
    pub fn cell(&self, column: usize) -> &[u8] {
        let cell = match &self.inner {
            Inner::Delimited(rows) => rows.cell(column),
            Inner::Records(rows) => rows.cell(column),
        }
        .trim_ascii();
        match &self.labels {
            None => cell,
            Some(labels) => code_of(cell, labels.as_bytes()),
        }
    }

    /// The cell as text: UTF-8, else the fallback of the file.
    pub fn text(&self, column: usize) -> Cow<'_, str> {
        decode(self.cell(column), self.fallback, self.is_foreign)
    }

    /// The line, or the number of the record or of the sheet's row; from 1.
    pub fn line(&self) -> u64 {
        match &self.inner {
            Inner::Delimited(rows) => rows.line(),
            Inner::Records(rows) => rows.number(),
        }
    }

    /// Fields of the row, surplus empty ones at the end left out.
    pub fn width(&self) -> usize {
        match &self.inner {
            Inner::Delimited(rows) => rows.width(self.header.len()),
            Inner::Records(_) => self.header.len(),
        }
    }

    /// Whether all cells of the row are empty, those beyond the header too.
    pub fn is_blank(&self) -> bool {
        match &self.inner {
            Inner::Delimited(rows) => rows.is_blank(),
            Inner::Records(rows) => rows.is_blank(),
        }
    }

    /// Columns of which a JSON record has several values under one name.
    pub fn twice(&self) -> &[usize] {
        match &self.inner {
            Inner::Delimited(_) => &[],
            Inner::Records(rows) => rows.twice(),
        }
    }

    /// How the text of the rest of the file is encoded, for people; reads it to its end.
    pub fn encoding(mut self) -> Result<String, TransferError> {
        if self.is_foreign {
            return Ok(self.fallback.name().to_owned());
        }
        let mut is_ascii = true;
        while self.advance()? {
            for column in 0..self.header.len() {
                let cell = self.cell(column);
                if std::str::from_utf8(cell).is_err() {
                    return Ok(self.fallback.name().to_owned());
                }
                is_ascii &= cell.is_ascii();
            }
        }
        Ok(if is_ascii { "ASCII" } else { "UTF-8" }.to_owned())
    }

    /// Bytes read from the disk so far.
    pub fn bytes_read(&self) -> u64 {
        self.read.get()
    }
}

/// The part of a cell before its label.
fn code_of<'c>(cell: &'c [u8], labels: &[u8]) -> &'c [u8] {
    let end = cell.windows(labels.len().max(1)).position(|part| part == labels).filter(|at| *at > 0);
    end.and_then(|end| cell.get(..end)).unwrap_or(cell)
}

/// UTF-8, else the fallback; the fallback at once where the file is known to be no UTF-8.
fn decode(bytes: &[u8], fallback: Fallback, is_foreign: bool) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !is_foreign || bytes.is_ascii() => Cow::Borrowed(text),
        _ => fallback.decode_without_bom_handling(bytes).0,
    }
}

//! Opens a file as users have it: plain or gzip, with or without a byte-order mark, UTF-8 or Windows-1252, any line
//! end. Headers are matched without case.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::TransferError;

/// A CSV file that is being read.
pub struct CsvFile {
    /// Its path.
    pub path: PathBuf,
    reader: csv::Reader<Box<dyn Read>>,
    columns: Vec<usize>,
    names: Vec<String>,
    width: usize,
    read: Rc<Cell<u64>>,
}

impl std::fmt::Debug for CsvFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CsvFile").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A line of a file.
#[derive(Debug, Default)]
pub struct Record {
    record: csv::ByteRecord,
    /// Line in the file, from 1.
    pub line: u64,
}

impl Record {
    /// The cell of the wanted column, trimmed; Windows-1252 where it is not UTF-8.
    pub fn get(&self, file: &CsvFile, column: usize) -> String {
        let bytes = file.columns.get(column).and_then(|at| self.record.get(*at)).unwrap_or_default();
        decode(bytes.trim_ascii())
    }

    /// Fields of the line, surplus empty ones at the end left out.
    pub fn width(&self, file: &CsvFile) -> usize {
        let filled = self.record.iter().rposition(|f| !f.is_empty()).map_or(0, |at| at + 1);
        if self.record.len() > file.width { filled.max(file.width) } else { self.record.len() }
    }
}

/// UTF-8, else Windows-1252.
fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    }
}

/// Counts what is read from the disk.
struct Counted<R> {
    inner: R,
    read: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read.set(self.read.get().saturating_add(u64::try_from(read).unwrap_or(0)));
        Ok(read)
    }
}

/// An error of a file.
pub fn unreadable(path: &Path, error: impl std::fmt::Display) -> TransferError {
    TransferError::File(format!("{}: {error}", path.display()))
}

/// The bytes of a file, decompressed, with the count of what was read from the disk.
fn open_bytes(path: &Path, read: &Rc<Cell<u64>>) -> Result<Box<dyn Read>, TransferError> {
    let mut magic = [0_u8; 2];
    let mut file = File::open(path).map_err(|e| unreadable(path, e))?;
    let length = file.read(&mut magic).map_err(|e| unreadable(path, e))?;
    if length == 0 {
        return Err(TransferError::File(format!("{}: the file is empty", path.display())));
    }
    let file = File::open(path).map_err(|e| unreadable(path, e))?;
    let counted = Counted { inner: BufReader::with_capacity(1 << 18, file), read: Rc::clone(read) };
    Ok(if magic == [0x1f, 0x8b] { Box::new(MultiGzDecoder::new(counted)) } else { Box::new(counted) })
}

impl CsvFile {
    /// Opens a file whose header has at least the wanted columns.
    pub fn open(path: &Path, wanted: &[&str]) -> Result<Self, TransferError> {
        let read = Rc::new(Cell::new(0));
        let bytes = open_bytes(path, &read)?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).buffer_capacity(1 << 18).from_reader(bytes);
        let header = reader.byte_headers().map_err(|e| unreadable(path, e))?;
        let names: Vec<String> = header
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let name = if at == 0 { name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name) } else { name };
                decode(name.trim_ascii()).trim_matches('"').to_ascii_lowercase()
            })
            .collect();
        let columns = wanted
            .iter()
            .map(|w| {
                names.iter().position(|n| n.eq_ignore_ascii_case(w)).ok_or_else(|| {
                    let came = names.join(",");
                    TransferError::File(format!(
                        "{}, line 1: there is no column `{w}`; expected {}, came {came}",
                        path.display(),
                        wanted.join(",")
                    ))
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { path: path.to_owned(), reader, columns, width: names.len(), names, read })
    }

    /// Reads the next line; false at the end.
    pub fn next(&mut self, record: &mut Record) -> Result<bool, TransferError> {
        let more = self.reader.read_byte_record(&mut record.record).map_err(|e| unreadable(&self.path, e))?;
        record.line = record.record.position().map_or(0, csv::Position::line);
        Ok(more)
    }

    /// The columns of the header, in lower case.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Fields that a line should have.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Bytes read from the disk so far.
    pub fn bytes_read(&self) -> u64 {
        self.read.get()
    }
}

/// The SHA-256 of a file's bytes as they are on the disk, in hex.
pub fn sha256(path: &Path) -> Result<String, TransferError> {
    let mut file = File::open(path).map_err(|e| unreadable(path, e))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 18];
    loop {
        let length = file.read(&mut buffer).map_err(|e| unreadable(path, e))?;
        if length == 0 {
            break;
        }
        hasher.update(buffer.get(..length).unwrap_or_default());
    }
    Ok(hasher.finalize().iter().map(|b| format!("{b:02x}")).collect())
}

/// The size of a file.
pub fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |m| m.len())
}

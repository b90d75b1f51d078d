//! Bytes of the files that users have: plain, gzip, or a member of a zip, and folders of them. Counts what is read from
//! the disk, so that progress knows how far a file is.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use sha2::{Digest, Sha256};
use zip::{CompressionMethod, ZipArchive};

use super::TransferError;

const BUFFER: usize = 1 << 18;
/// Endings of files inside zips and folders that may hold rows; others (a read-me) are passed over.
const ROWS: [&str; 7] = [".csv", ".tsv", ".txt", ".json", ".xlsx", ".ndjson", ".gz"];

/// A file, or a file inside a zip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The file on the disk.
    pub path: PathBuf,
    /// The file inside it, where it is a zip.
    pub member: Option<String>,
    /// Bytes on the disk.
    pub size: u64,
    /// Its place among the files of rows in the zip, from 1.
    pub at: usize,
    /// Given by name, not found in a folder or zip.
    pub named: bool,
    /// Names of all its records, where it holds JSON and they were learnt: a record may lack what another has.
    pub names: Vec<String>,
}

impl Input {
    /// A file on the disk, as it is.
    pub fn file(path: &Path) -> Self {
        let size = std::fs::metadata(path).map_or(0, |m| m.len());
        Self { path: path.to_owned(), member: None, at: 1, size, named: true, names: Vec::new() }
    }

    /// How messages name it.
    pub fn shown(&self) -> String {
        match &self.member {
            Some(member) => format!("{}/{member}", self.path.display()),
            None => self.path.display().to_string(),
        }
    }

    /// Its own name, without folders.
    pub fn name(&self) -> &str {
        let own = |text: &'_ str| text.rsplit(['/', '\\']).next().map(str::len).unwrap_or_default();
        match &self.member {
            Some(member) => member.get(member.len() - own(member)..).unwrap_or(member),
            None => self.path.file_name().and_then(|n| n.to_str()).unwrap_or_default(),
        }
    }

    /// An error of this file.
    pub fn unreadable(&self, error: impl std::fmt::Display) -> TransferError {
        TransferError::File(format!("{}: {error}", self.shown()))
    }

    /// The error of a file in which nothing stands.
    pub fn without_rows(&self, reason: &str) -> TransferError {
        TransferError::NoRows(format!("{}: {reason}", self.shown()))
    }

    /// Its bytes, decompressed; `read` counts those that come from the disk.
    pub fn open(&self, read: &Rc<Cell<u64>>) -> Result<Box<dyn Read>, TransferError> {
        let bytes: Box<dyn Read> = match &self.member {
            Some(member) => self.open_member(member, read)?,
            None => {
                let file = File::open(&self.path).map_err(|e| unopened(&self.path, &e))?;
                Box::new(Counted { inner: file, read: Rc::clone(read) })
            }
        };
        let mut bytes = BufReader::with_capacity(BUFFER, bytes);
        let start = io::BufRead::fill_buf(&mut bytes).map_err(|e| self.unreadable(e))?;
        if start.is_empty() {
            return Err(self.without_rows("the file is empty"));
        }
        Ok(if start.starts_with(&[0x1f, 0x8b]) {
            Box::new(Unpacked { inner: MultiGzDecoder::new(bytes) })
        } else {
            Box::new(bytes)
        })
    }

    fn open_member(&self, member: &str, read: &Rc<Cell<u64>>) -> Result<Box<dyn Read>, TransferError> {
        let mut file = File::open(&self.path).map_err(|e| unopened(&self.path, &e))?;
        let (start, length, method, crc) = {
            let mut archive = ZipArchive::new(BufReader::new(&file)).map_err(|e| damaged(&self.path, e))?;
            let entry = archive.by_name(member).map_err(|e| self.unreadable(e))?;
            let start =
                entry.data_start().ok_or_else(|| self.unreadable("the zip does not say where the file begins"))?;
            (start, entry.compressed_size(), entry.compression(), entry.crc32())
        };
        file.seek(SeekFrom::Start(start)).map_err(|e| self.unreadable(e))?;
        let part = Counted { inner: file, read: Rc::clone(read) }.take(length);
        let part = BufReader::with_capacity(BUFFER, part);
        let checked = |inner: Box<dyn Read>| Box::new(Checked { inner, crc: Crc::new(), wanted: crc });
        match method {
            CompressionMethod::Stored => Ok(checked(Box::new(part))),
            CompressionMethod::Deflated => Ok(checked(Box::new(Unpacked { inner: DeflateDecoder::new(part) }))),
            other => {
                Err(self.unreadable(format!("it is compressed with {other}, expected deflate; unpack the zip first")))
            }
        }
    }
}

/// The files that paths name: folders and zips are opened, their files taken in the order of names.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Input>, TransferError> {
    let mut out = Vec::new();
    for path in paths {
        let kind = std::fs::metadata(path).map_err(|e| unopened(path, &e))?;
        if kind.is_dir() {
            let entries = std::fs::read_dir(path).map_err(|e| unopened(path, &e))?;
            let mut inside: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(|p| p.is_file()).collect();
            inside.sort();
            for file in inside {
                if is_zip(&file)? {
                    out.extend(members(&file)?);
                } else if file.file_name().and_then(|n| n.to_str()).is_some_and(may_hold_rows) {
                    out.push(Input { named: false, ..Input::file(&file) });
                }
            }
        } else if !kind.is_file() {
            // It is read more than once: to recognise it, for its figures, for its checksum.
            return Err(unreadable(path, "it is a pipe or a device; save it as a file first"));
        } else if is_zip(path)? {
            let inside = members(path)?;
            if inside.is_empty() {
                return Err(unreadable(path, format!("the zip holds no file of rows ({})", ROWS.join(", "))));
            }
            out.extend(inside);
        } else {
            out.push(Input::file(path));
        }
    }
    Ok(out)
}

fn may_hold_rows(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ROWS.iter().any(|ending| name.ends_with(ending))
}

/// Whether a file is a zip of files; a workbook is a zip too, but is read as one file.
fn is_zip(path: &Path) -> Result<bool, TransferError> {
    let is_workbook = path.extension().and_then(|e| e.to_str()).is_some_and(|e| e.eq_ignore_ascii_case("xlsx"));
    let mut start = [0_u8; 4];
    let mut file = File::open(path).map_err(|e| unopened(path, &e))?;
    let length = file.read(&mut start).map_err(|e| unreadable(path, e))?;
    Ok(length == 4 && start == *b"PK\x03\x04" && !is_workbook)
}

fn members(path: &Path) -> Result<Vec<Input>, TransferError> {
    let file = File::open(path).map_err(|e| unreadable(path, e))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|e| damaged(path, e))?;
    let mut out = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|e| damaged(path, e))?;
        let name = entry.name().map_err(|e| damaged(path, e))?.to_string();
        // What packers of macOS add is no data.
        if entry.is_file() && may_hold_rows(&name) && !name.contains("__MACOSX/") {
            let size = entry.compressed_size();
            out.push(Input { path: path.to_owned(), member: Some(name), at: 1, size, named: false, names: Vec::new() });
        }
    }
    out.sort_by(|a, b| a.member.cmp(&b.member));
    (1..).zip(&mut out).for_each(|(at, input)| input.at = at);
    Ok(out)
}

/// An error of a file.
pub fn unreadable(path: &Path, error: impl std::fmt::Display) -> TransferError {
    TransferError::File(format!("{}: {error}", path.display()))
}

/// Why a file cannot be opened, in words of the user rather than of the system.
fn unopened(path: &Path, error: &io::Error) -> TransferError {
    match error.kind() {
        io::ErrorKind::NotFound => unreadable(path, "there is no such file or folder"),
        io::ErrorKind::PermissionDenied => {
            unreadable(path, "you may not read it; change its permissions, or copy it to a place of your own")
        }
        _ => unreadable(path, error),
    }
}

fn damaged(path: &Path, error: impl std::fmt::Display) -> TransferError {
    unreadable(path, format!("the zip is damaged: {error}; download it again"))
}

/// An error of files that the program makes on the way.
pub fn temporary(error: &io::Error) -> TransferError {
    TransferError::File(format!(
        "the temporary folder {} cannot hold what the import puts aside: {error}; nothing was imported; free some space there, or name another folder in TMPDIR",
        std::env::temp_dir().display()
    ))
}

/// Says what is wrong with compressed bytes.
struct Unpacked<R> {
    inner: R,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                io::Error::new(error.kind(), "the compressed file ends too early; download it again")
            }
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other => io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the compressed file is damaged ({error}); download it again"),
            ),
            _ => error,
        })
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

/// Refuses a member of a zip whose checksum is wrong, at its end.
struct Checked {
    inner: Box<dyn Read>,
    crc: Crc,
    wanted: u32,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if read == 0 && !buffer.is_empty() && self.crc.sum() != self.wanted {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the zip is damaged: the checksum of the file is wrong; download it again",
            ));
        }
        self.crc.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// The SHA-256 of a file's bytes as they are on the disk, in hex.
pub fn sha256(path: &Path) -> Result<String, TransferError> {
    let mut file = File::open(path).map_err(|e| unreadable(path, e))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; BUFFER];
    loop {
        let length = file.read(&mut buffer).map_err(|e| unreadable(path, e))?;
        if length == 0 {
            break;
        }
        hasher.update(buffer.get(..length).unwrap_or_default());
    }
    Ok(hasher.finalize().iter().map(|b| format!("{b:02x}")).collect())
}

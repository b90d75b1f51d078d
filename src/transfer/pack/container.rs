//! Where the files of a pack lie: a folder, a zip, or the program itself. Names that no pack has are refused.

use std::fs::File as DiskFile;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use super::lines::Lines;
use super::meta::Meta;
use super::spec::{FILES, File};
use crate::domain::nearest::nearest;
use crate::transfer::TransferError;

/// Largest pack.toml, in bytes.
const LARGEST_META: u64 = 1 << 20;
/// Endings of the files of a pack, with whether they are NDJSON and whether they are compressed.
const ENDINGS: [(&str, bool, bool); 4] =
    [(".csv", false, false), (".csv.gz", false, true), (".ndjson", true, false), (".ndjson.gz", true, true)];

/// A pack that lies somewhere.
pub struct Container {
    /// What it is called, for people.
    pub path: PathBuf,
    /// What it says of itself.
    pub meta: Meta,
    place: Place,
    entries: Vec<Entry>,
}

impl std::fmt::Debug for Container {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Container").field("path", &self.path).finish_non_exhaustive()
    }
}

enum Place {
    Folder,
    Zip(Box<ZipArchive<BufReader<DiskFile>>>),
    Program(&'static [(&'static str, &'static str)]),
}

/// A file of a pack.
struct Entry {
    file: &'static File,
    /// Its name where it lies.
    name: String,
    is_json: bool,
    is_gz: bool,
}

impl Container {
    /// Whether a folder or a zip says that it is a pack.
    pub fn is_pack(path: &Path) -> bool {
        if path.is_dir() {
            return path.join("pack.toml").is_file();
        }
        let archive = DiskFile::open(path).ok().and_then(|file| ZipArchive::new(BufReader::new(file)).ok());
        let is_meta = |name: &str| name == "pack.toml" || name.ends_with("/pack.toml");
        archive.is_some_and(|a| a.file_names().flatten().any(|name| is_meta(&name)))
    }

    /// Opens a folder or a zip.
    pub fn open(path: &Path) -> Result<Self, TransferError> {
        let unreadable = |e: &dyn std::fmt::Display| TransferError::File(format!("{}: {e}", path.display()));
        if path.is_dir() {
            let mut names = Vec::new();
            for entry in std::fs::read_dir(path).map_err(|e| unreadable(&e))? {
                let entry = entry.map_err(|e| unreadable(&e))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let is_folder = entry.path().is_dir();
                names.push(if is_folder { format!("{name}/") } else { name });
            }
            return Self::of(path, Place::Folder, names);
        }
        let file = DiskFile::open(path).map_err(|e| unreadable(&e))?;
        let archive = ZipArchive::new(BufReader::new(file))
            .map_err(|e| unreadable(&format!("neither a folder nor a zip: {e}")))?;
        let names = archive.file_names().map(|name| name.map(|name| name.into_owned()));
        let names = names.collect::<Result<_, _>>().map_err(|e| unreadable(&e))?;
        Self::of(path, Place::Zip(Box::new(archive)), names)
    }

    /// A pack inside the program: names and texts.
    pub(super) fn shipped(name: &str, files: &'static [(&'static str, &'static str)]) -> Result<Self, TransferError> {
        let names = files.iter().map(|(name, _)| (*name).to_owned()).collect();
        Self::of(Path::new(name), Place::Program(files), names)
    }

    fn of(path: &Path, place: Place, mut names: Vec<String>) -> Result<Self, TransferError> {
        names.sort_unstable();
        let mut entries: Vec<Entry> = Vec::new();
        let mut meta = None;
        for name in names {
            let inner = name.rsplit_once('/').map_or(name.as_str(), |(_, inner)| inner);
            // Folders themselves, and what systems leave behind.
            if inner.is_empty() && matches!(place, Place::Zip(_))
                || inner.starts_with('.')
                || name.contains("__MACOSX/")
            {
                continue;
            }
            if inner == "pack.toml" {
                meta = Some(name);
                continue;
            }
            if inner.ends_with(".md") || inner.ends_with(".txt") {
                continue;
            }
            let entry =
                entry(&name, inner).map_err(|reason| TransferError::File(format!("{}: {reason}", path.display())))?;
            if let Some(other) = entries.iter().find(|e| std::ptr::eq(e.file, entry.file)) {
                return Err(TransferError::File(format!(
                    "{}: `{}` and `{}` are the same file twice; keep one",
                    path.display(),
                    other.name,
                    entry.name
                )));
            }
            entries.push(entry);
        }
        let place_of = |file: &File| FILES.iter().position(|f| std::ptr::eq(*f, file));
        entries.sort_by_key(|e| place_of(e.file));
        let Some(meta_name) = meta else {
            return Err(TransferError::File(format!(
                "{}: there is no pack.toml; `tearoad pack template FOLDER` writes one",
                path.display()
            )));
        };
        let mut out = Self { path: path.to_owned(), meta: Meta::parse("title = \"\u{2026}\"")?, place, entries };
        let mut text = String::new();
        let unreadable = |e| TransferError::File(format!("{}: pack.toml: {e}", path.display()));
        out.bytes(&meta_name)?.take(LARGEST_META).read_to_string(&mut text).map_err(unreadable)?;
        out.meta = Meta::parse(&text)?;
        Ok(out)
    }

    /// The files that it has, in the order in which they are read.
    pub fn files(&self) -> Vec<&'static File> {
        self.entries.iter().map(|e| e.file).collect()
    }

    /// The lines of one of its files.
    pub(super) fn lines(&mut self, file: &'static File) -> Result<Option<Lines<'_>>, TransferError> {
        let Some(entry) = self.entries.iter().find(|e| std::ptr::eq(e.file, file)) else { return Ok(None) };
        let (name, is_json, is_gz) = (entry.name.clone(), entry.is_json, entry.is_gz);
        let path = self.path.join(&name);
        let bytes = self.bytes(&name)?;
        let bytes: Box<dyn Read + '_> = if is_gz { Box::new(MultiGzDecoder::new(bytes)) } else { bytes };
        Lines::open(file, path, bytes, is_json).map(Some)
    }

    fn bytes(&mut self, name: &str) -> Result<Box<dyn Read + '_>, TransferError> {
        let path = self.path.join(name);
        let unreadable = |e: &dyn std::fmt::Display| TransferError::File(format!("{}: {e}", path.display()));
        Ok(match &mut self.place {
            Place::Folder => Box::new(BufReader::new(DiskFile::open(&path).map_err(|e| unreadable(&e))?)),
            Place::Zip(archive) => Box::new(archive.by_name(name).map_err(|e| unreadable(&e))?),
            Place::Program(files) => {
                let text = files.iter().find(|(n, _)| *n == name).map(|(_, text)| text.as_bytes());
                Box::new(text.unwrap_or_default())
            }
        })
    }
}

/// The file that a name means, or why it means none.
fn entry(name: &str, inner: &str) -> Result<Entry, String> {
    // The longest ending: `.csv.gz` ends as `.gz` does, `.csv` does not.
    let found =
        ENDINGS.iter().find_map(|(ending, is_json, is_gz)| Some((inner.strip_suffix(ending)?, *is_json, *is_gz)));
    let (stem, is_json, is_gz) = found.unwrap_or((inner, false, false));
    match FILES.iter().find(|f| f.name == stem) {
        Some(file) if found.is_some() => Ok(Entry { file, name: name.to_owned(), is_json, is_gz }),
        Some(_) => Err(format!("`{name}` has no known ending; write .csv, .csv.gz, .ndjson or .ndjson.gz")),
        None => {
            let hint = match nearest(stem, FILES.iter().map(|f| f.name)).first() {
                Some(near) => format!("did you mean `{near}.csv`"),
                None => format!("there are {}", FILES.iter().map(|f| f.name).collect::<Vec<_>>().join(", ")),
            };
            Err(format!("a pack has no file `{name}`; {hint}"))
        }
    }
}

//! Lines of a file of a pack: CSV or NDJSON, each cell as text. A column that a file does not have, or a key that a
//! line of NDJSON does not have, says nothing about a row; an empty cell says that the value is unknown.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use serde_json::value::RawValue;

use super::spec::{Cell, File};
use crate::domain::nearest::nearest;
use crate::transfer::TransferError;

/// Longest line of NDJSON, in bytes.
const LONGEST: u64 = 1 << 20;

/// A line: its cells in the order of the file's columns.
#[derive(Debug, Clone, Default)]
pub(in crate::transfer) struct Line {
    /// Number in the file, from 1.
    pub(in crate::transfer) number: u64,
    /// The cells; `None` where the line says nothing.
    pub(in crate::transfer) cells: Vec<Option<String>>,
    /// Names by language.
    pub(in crate::transfer) names: Vec<(String, String)>,
}

/// A line that cannot be read: column, value and reason.
#[derive(Debug)]
pub(in crate::transfer) struct BadLine {
    pub(in crate::transfer) number: u64,
    pub(in crate::transfer) column: String,
    pub(in crate::transfer) value: String,
    pub(in crate::transfer) reason: String,
}

/// Where a column of a file goes.
#[derive(Debug, Clone)]
enum Target {
    Column(usize),
    Name(String),
}

/// Reads the lines of one file.
pub(super) struct Lines<'a> {
    /// Its name, for messages.
    pub(super) path: PathBuf,
    file: &'static File,
    form: Form<'a>,
}

enum Form<'a> {
    Csv { reader: Box<csv::Reader<Box<dyn Read + 'a>>>, targets: Vec<Target>, skipped: u64, record: csv::ByteRecord },
    Json { reader: BufReader<Box<dyn Read + 'a>>, number: u64 },
}

/// The language of a names column: `name_zh`.
pub(super) fn language(column: &str) -> Option<&str> {
    let language = column.strip_prefix("name_")?;
    let is_plain = (2..=12).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    is_plain.then_some(language)
}

impl<'a> Lines<'a> {
    /// Begins to read a file.
    pub(super) fn open(
        file: &'static File,
        path: PathBuf,
        bytes: Box<dyn Read + 'a>,
        is_json: bool,
    ) -> Result<Self, TransferError> {
        if is_json {
            let form = Form::Json { reader: BufReader::with_capacity(1 << 16, bytes), number: 0 };
            return Ok(Self { path, file, form });
        }
        let unreadable = |e: &dyn std::fmt::Display| TransferError::File(format!("{}: {e}", path.display()));
        let mut buffered = BufReader::with_capacity(1 << 16, bytes);
        let (skipped, first) = skip_comments(&mut buffered).map_err(|e| unreadable(&e))?;
        let rest: Box<dyn Read + 'a> = Box::new(std::io::Cursor::new(first).chain(buffered));
        let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(true).from_reader(rest);
        let header = reader.byte_headers().map_err(|e| unreadable(&e))?;
        let mut targets = Vec::with_capacity(header.len());
        for cell in header {
            let name = String::from_utf8_lossy(cell.trim_ascii()).into_owned();
            let target = target(file, &name)
                .map_err(|reason| TransferError::File(format!("{}, line {}: {reason}", path.display(), skipped + 1)))?;
            targets.push(target);
        }
        for (index, column) in file.columns.iter().enumerate().take(file.key) {
            // A source may be that of the pack.
            if column.name != "source" && !targets.iter().any(|t| matches!(t, Target::Column(at) if *at == index)) {
                return Err(TransferError::File(format!(
                    "{}, line {}: there is no column `{}`, which is part of the key",
                    path.display(),
                    skipped + 1,
                    column.name
                )));
            }
        }
        let form = Form::Csv { reader: Box::new(reader), targets, skipped, record: csv::ByteRecord::new() };
        Ok(Self { path, file, form })
    }

    /// The next line; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Result<Line, BadLine>>, TransferError> {
        let (path, file) = (&self.path, self.file);
        let unreadable = |e: &dyn std::fmt::Display| TransferError::File(format!("{}: {e}", path.display()));
        match &mut self.form {
            Form::Csv { reader, targets, skipped, record } => {
                if !reader.read_byte_record(record).map_err(|e| unreadable(&e))? {
                    return Ok(None);
                }
                let number = record.position().map_or(0, csv::Position::line) + *skipped;
                Ok(Some(csv_line(file, targets, record, number)))
            }
            Form::Json { reader, number } => loop {
                *number += 1;
                let mut bytes = Vec::new();
                let length = reader.by_ref().take(LONGEST).read_until(b'\n', &mut bytes).map_err(|e| unreadable(&e))?;
                if length == 0 {
                    return Ok(None);
                }
                if u64::try_from(length).unwrap_or(LONGEST) >= LONGEST {
                    return Err(unreadable(&format!("line {number} is longer than {LONGEST} bytes")));
                }
                if !bytes.trim_ascii().is_empty() {
                    return Ok(Some(json_line(file, &bytes, *number)));
                }
            },
        }
    }
}

/// Reads the comment lines before the header; gives their number and what was read of the header. Leaves a byte-order
/// mark out.
fn skip_comments(reader: &mut impl BufRead) -> std::io::Result<(u64, Vec<u8>)> {
    let mut skipped = 0;
    loop {
        let mut line = Vec::new();
        reader.take(LONGEST).read_until(b'\n', &mut line)?;
        if skipped == 0
            && let Some(rest) = line.strip_prefix(b"\xef\xbb\xbf")
        {
            line = rest.to_vec();
        }
        if !line.starts_with(b"#") {
            return Ok((skipped, line));
        }
        skipped += 1;
    }
}

/// Where a column goes, or why there is none of this name.
fn target(file: &File, name: &str) -> Result<Target, String> {
    if let Some(index) = file.column(name) {
        return Ok(Target::Column(index));
    }
    if let (Some(language), true) = (language(name), file.names.is_some()) {
        return Ok(Target::Name(language.to_owned()));
    }
    let names = file.names.map_or(&[][..], |_| &["name_en", "name_zh", "name_ru"][..]);
    let known = file.columns.iter().map(|c| c.name).chain(names.iter().copied());
    let hint = match nearest(name, known.clone()).first() {
        Some(near) => format!("did you mean `{near}`"),
        None => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
    };
    Err(format!("{} has no column `{name}`; {hint}", file.name))
}

fn csv_line(file: &File, targets: &[Target], record: &csv::ByteRecord, number: u64) -> Result<Line, BadLine> {
    let bad = |column: &str, value: &[u8], reason: String| BadLine {
        number,
        column: column.to_owned(),
        value: String::from_utf8_lossy(value).into_owned(),
        reason,
    };
    if record.len() != targets.len() {
        let reason = format!("the line has {} fields, expected {}", record.len(), targets.len());
        return Err(bad("line", record.get(0).unwrap_or_default(), reason));
    }
    let mut line = Line { number, cells: vec![None; file.columns.len()], names: Vec::new() };
    for (target, bytes) in targets.iter().zip(record) {
        let column = || match target {
            Target::Column(index) => file.columns.get(*index).map_or_else(String::new, |c| c.name.to_owned()),
            Target::Name(language) => format!("name_{language}"),
        };
        let text = match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => text.to_owned(),
            Ok(_) => return Err(bad(&column(), bytes, "a NUL cannot be stored".to_owned())),
            Err(_) => return Err(bad(&column(), bytes, "expected UTF-8".to_owned())),
        };
        put(&mut line, target, text);
    }
    Ok(line)
}

fn put(line: &mut Line, target: &Target, text: String) {
    match target {
        Target::Column(index) => {
            if let Some(cell) = line.cells.get_mut(*index) {
                *cell = Some(text);
            }
        }
        Target::Name(language) => line.names.push((language.clone(), text)),
    }
}

fn json_line(file: &File, bytes: &[u8], number: u64) -> Result<Line, BadLine> {
    let bad = |column: &str, value: &str, reason: String| BadLine {
        number,
        column: column.to_owned(),
        value: value.to_owned(),
        reason,
    };
    let shown = || String::from_utf8_lossy(bytes).chars().take(60).collect::<String>();
    // Raw, so that no number passes through a float.
    let object: BTreeMap<String, &RawValue> =
        serde_json::from_slice(bytes).map_err(|e| bad("line", &shown(), format!("expected a JSON object: {e}")))?;
    let mut line = Line { number, cells: vec![None; file.columns.len()], names: Vec::new() };
    for (name, raw) in object {
        let target = target(file, &name).map_err(|reason| bad(&name, raw.get(), reason))?;
        let is_list = matches!(&target, Target::Column(index) if matches!(file.columns.get(*index).map(|c| c.cell), Some(Cell::List(_))));
        let text = json_text(raw.get(), is_list).map_err(|reason| bad(&name, raw.get(), reason))?;
        if text.contains('\0') {
            return Err(bad(&name, &text, "a NUL cannot be stored".to_owned()));
        }
        put(&mut line, &target, text);
    }
    Ok(line)
}

/// The cell of a JSON value.
fn json_text(raw: &str, is_list: bool) -> Result<String, String> {
    let wanted = || "expected a text, a number, true, false or null".to_owned();
    match raw.bytes().next() {
        Some(b'"') => serde_json::from_str(raw).map_err(|_| wanted()),
        Some(b'n') => Ok(String::new()),
        Some(b'[') if is_list => {
            let all: Vec<String> = serde_json::from_str(raw).map_err(|_| "expected a list of texts".to_owned())?;
            Ok(all.join(";"))
        }
        Some(b'[' | b'{') | None => Err(wanted()),
        _ => Ok(raw.to_owned()),
    }
}

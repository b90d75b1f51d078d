//! Bad lines: each is told with file, line, column, value and reason; the first hundred are printed, all are counted.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::TransferError;

/// Bad lines that are printed.
const PRINTED: u64 = 100;

/// Where talk goes: a line at a time.
pub type Tell<'a> = &'a dyn Fn(&str);

/// Collects bad lines.
pub struct Report<'a> {
    tell: Tell<'a>,
    count: u64,
    /// By the number of their file.
    by_file: Vec<u64>,
    /// All of them, as CSV.
    file: Option<(PathBuf, csv::Writer<File>)>,
    /// Why the file lacks some.
    broken: Option<String>,
}

/// A bad cell.
#[derive(Debug, Clone, Copy)]
pub struct Bad<'a> {
    /// The file.
    pub file: &'a str,
    /// Line in it, from 1.
    pub line: u64,
    /// The column's name.
    pub column: &'a str,
    /// What stands there.
    pub value: &'a str,
}

impl std::fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Report").field("count", &self.count).finish_non_exhaustive()
    }
}

impl<'a> Report<'a> {
    /// A report that talks to `tell`.
    pub fn new(tell: Tell<'a>) -> Self {
        Self { tell, count: 0, by_file: Vec::new(), file: None, broken: None }
    }

    /// A report that also writes all bad lines to a file, as CSV.
    pub fn open(tell: Tell<'a>, path: Option<&Path>) -> Result<Self, TransferError> {
        let Some(path) = path else { return Ok(Self::new(tell)) };
        let unwritable = |e: csv::Error| TransferError::File(unwritable(path, &e.into()));
        let mut file = csv::Writer::from_path(path).map_err(unwritable)?;
        file.write_record(["file", "line", "column", "value", "reason"]).map_err(unwritable)?;
        file.flush().map_err(|e| unwritable(e.into()))?;
        Ok(Self { file: Some((path.to_owned(), file)), ..Self::new(tell) })
    }

    /// A bad cell and why.
    pub fn bad(&mut self, bad: Bad<'_>, reason: &str) {
        self.count += 1;
        if let Some((path, file)) = &mut self.file {
            let line = bad.line.to_string();
            if let Err(error) = file.write_record([bad.file, &line, bad.column, bad.value, reason]) {
                self.broken = Some(unwritable(path, &error.into()));
                self.file = None;
            }
        }
        if self.count <= PRINTED {
            let value: String = bad.value.chars().filter(|c| !c.is_control()).take(60).collect();
            (self.tell)(&format!("{}, line {}: `{}` is `{value}`: {reason}", bad.file, bad.line, bad.column));
        } else if self.count == PRINTED + 1 {
            let more =
                if self.file.is_some() { "written to the report" } else { "counted; --report FILE keeps them all" };
            (self.tell)(&format!("more bad lines follow and are only {more}"));
        }
    }

    /// A bad cell of the import's file of this number.
    pub fn bad_in(&mut self, file: u16, bad: Bad<'_>, reason: &str) {
        let at = usize::from(file);
        if self.by_file.len() <= at {
            self.by_file.resize(at + 1, 0);
        }
        if let Some(count) = self.by_file.get_mut(at) {
            *count += 1;
        }
        self.bad(bad, reason);
    }

    /// Bad lines so far of the file of this number.
    pub fn count_in(&self, file: usize) -> u64 {
        self.by_file.get(file).copied().unwrap_or(0)
    }

    /// Ends the report. It is an error when the file lacks bad lines: whoever asked for it would take them for good.
    pub fn close(&mut self) -> Result<(), TransferError> {
        if let Some((path, mut file)) = self.file.take() {
            match file.flush() {
                Err(error) => self.broken = Some(unwritable(&path, &error)),
                Ok(()) if self.count > 0 => {
                    (self.tell)(&format!("all {} bad line(s) are in {}", self.count, path.display()));
                }
                Ok(()) => {}
            }
        }
        self.broken.take().map_or(Ok(()), |text| Err(TransferError::File(text)))
    }

    /// Bad lines so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The error of an import that is refused for its bad lines.
    pub fn refused(&self) -> TransferError {
        TransferError::BadLines(self.count)
    }

    /// An error when there are bad lines that may not be skipped.
    pub fn check(&self, skip_bad: bool) -> Result<(), TransferError> {
        if self.count > 0 && !skip_bad { Err(self.refused()) } else { Ok(()) }
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> String {
    format!(
        "{}: the report of bad lines cannot be written: {error}; nothing was imported; give --report another place",
        path.display()
    )
}

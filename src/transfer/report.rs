//! Bad lines: each is told with file, line, column, value and reason; the first hundred are printed, all are counted.

use std::fs::File;
use std::path::Path;

use super::TransferError;

/// Bad lines that are printed.
const PRINTED: u64 = 100;

/// Where talk goes: a line at a time.
pub type Tell<'a> = &'a dyn Fn(&str);

/// Collects bad lines.
pub struct Report<'a> {
    tell: Tell<'a>,
    count: u64,
    /// All of them, as CSV.
    file: Option<csv::Writer<File>>,
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
        Self { tell, count: 0, file: None }
    }

    /// A report that also writes all bad lines to a file, as CSV.
    pub fn open(tell: Tell<'a>, path: Option<&Path>) -> Result<Self, TransferError> {
        let Some(path) = path else { return Ok(Self::new(tell)) };
        let unwritable = |e: csv::Error| TransferError::File(format!("{}: {e}", path.display()));
        let mut file = csv::Writer::from_path(path).map_err(unwritable)?;
        file.write_record(["file", "line", "column", "value", "reason"]).map_err(unwritable)?;
        Ok(Self { tell, count: 0, file: Some(file) })
    }

    /// A bad cell and why.
    pub fn bad(&mut self, bad: Bad<'_>, reason: &str) {
        self.count += 1;
        if let Some(file) = &mut self.file {
            let line = bad.line.to_string();
            if let Err(error) = file.write_record([bad.file, &line, bad.column, bad.value, reason]) {
                (self.tell)(&format!("the report cannot be written: {error}"));
                self.file = None;
            }
        }
        if self.count <= PRINTED {
            let value: String = bad.value.chars().filter(|c| !c.is_control()).take(60).collect();
            (self.tell)(&format!("{}, line {}: `{}` is `{value}`: {reason}", bad.file, bad.line, bad.column));
        } else if self.count == PRINTED + 1 {
            (self.tell)("more bad lines follow and are only counted; --report FILE keeps them all");
        }
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

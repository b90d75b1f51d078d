//! Bad lines: each is told with file, line, column, value and reason; the first hundred are printed, all are counted.

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
    told: u64,
}

/// A bad cell.
#[derive(Debug, Clone, Copy)]
pub struct Bad<'a> {
    /// The file.
    pub file: &'a Path,
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
        Self { tell, count: 0, told: 0 }
    }

    /// A report for reading the same lines once more: the bad lines of this one are counted again but not told again.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { tell: self.tell, count: 0, told: self.count }
    }

    /// A bad cell and why.
    pub fn bad(&mut self, bad: Bad<'_>, reason: &str) {
        self.count += 1;
        if self.count <= self.told {
            return;
        }
        if self.count <= PRINTED {
            let value: String = bad.value.chars().filter(|c| !c.is_control()).take(60).collect();
            (self.tell)(&format!("{}, line {}: `{}` is `{value}`: {reason}", bad.file.display(), bad.line, bad.column));
        } else if self.count == PRINTED + 1 {
            (self.tell)("more bad lines follow and are only counted");
        }
    }

    /// Bad lines so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// An error when there are bad lines that may not be skipped.
    pub fn check(&self, skip_bad: bool) -> Result<(), TransferError> {
        if self.count > 0 && !skip_bad { Err(TransferError::BadLines(self.count)) } else { Ok(()) }
    }
}

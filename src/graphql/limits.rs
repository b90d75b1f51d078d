//! Limits of a document and an answer, each with the reason that a request above it gets.

use crate::domain::error_code::Reason;

/// The limits, on by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request body and of a document.
    pub body_bytes: usize,
    /// Tokens of a document.
    pub tokens: usize,
    /// Nesting of selections, fragments followed.
    pub depth: usize,
    /// Aliases of a document.
    pub aliases: usize,
    /// Root fields of an operation, fragments followed.
    pub root_fields: usize,
    /// Selections of a document, each fragment counted at each spread.
    pub selections: u64,
    /// Rows that an operation may ask for: page sizes multiplied down the nesting.
    pub cost: u64,
    /// Rows of a page.
    pub page: i64,
    /// Rows of a page of trade figures.
    pub figure_page: i64,
    /// Rows that a statistic of participations reads: one a participation, or one for each of its sectors.
    pub participations: u64,
    /// Values of one list in a filter.
    pub list: usize,
    /// Milliseconds until an answer is given up.
    pub time_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1_048_576,
            tokens: 20_000,
            depth: 20,
            aliases: 200,
            root_fields: 50,
            selections: 10_000,
            cost: 100_000,
            page: 200,
            figure_page: 1000,
            participations: 2_000_000,
            list: 1000,
            time_ms: 5000,
        }
    }
}

/// Rows of a page when none are asked for.
pub const DEFAULT_PAGE: i64 = 20;

impl Limits {
    /// Name, value, unit and reason of each, for `service.limits`.
    pub fn rows(&self) -> Vec<(&'static str, i64, &'static str, Reason)> {
        let n = |v: usize| i64::try_from(v).unwrap_or(i64::MAX);
        let u = |v: u64| i64::try_from(v).unwrap_or(i64::MAX);
        vec![
            ("body_bytes", n(self.body_bytes), "bytes", Reason::BodyTooLarge),
            ("tokens", n(self.tokens), "tokens", Reason::DocumentTooLarge),
            ("depth", n(self.depth), "levels", Reason::TooDeep),
            ("aliases", n(self.aliases), "aliases", Reason::TooManyAliases),
            ("root_fields", n(self.root_fields), "fields", Reason::TooManySelections),
            ("selections", u(self.selections), "selections", Reason::TooManySelections),
            ("cost", u(self.cost), "rows", Reason::TooExpensive),
            ("page", self.page, "rows", Reason::PageSizeExceeded),
            ("figure_page", self.figure_page, "rows", Reason::PageSizeExceeded),
            ("participations", u(self.participations), "rows", Reason::TooExpensive),
            ("list", n(self.list), "values", Reason::ListTooLong),
            ("time_ms", u(self.time_ms), "milliseconds", Reason::Timeout),
        ]
    }
}

//! Look-ups of text: terms in ranges, words that are close, names of subjects. Each is one statement for any number of
//! look-ups, with a bound on what it reads for each; what a look-up found comes as one text, [`parts`] divides it.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;

use super::select::untyped_query;
use crate::storage::dialect::{Dialect, TextTable};
use crate::storage::terms::Form;

/// Subjects that a look-up finds at most.
pub const MOST_SUBJECTS: usize = 200;
/// Subjects of the first word that are looked through where every word is common.
const MOST_COMMON: usize = 1_000;
/// Words that a deletion leads to at most.
const MOST_WORDS: usize = 60;
/// Names of one subject that are looked at.
const MOST_NAMES: usize = 40;

/// What a look-up found, apart.
pub fn parts(found: Option<&str>) -> impl Iterator<Item = &str> {
    found.into_iter().flat_map(|text| text.split('\n')).filter(|part| !part.is_empty())
}

/// Terms of one kind and form that equal a text, or begin with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Range {
    /// Number of the kind of subject.
    pub kind: i64,
    /// The form.
    pub form: Form,
    /// The text.
    pub text: String,
    /// Whether terms may go on after it.
    pub prefix: bool,
}

/// Subjects in ranges of terms: the number of the range, from 1, and what it holds, in the order of terms: the id, and
/// after a blank a code with its scheme, the whole name, or nothing for a word.
#[derive(Debug, Clone)]
pub struct Ranges {
    keys: TextTable,
    most: usize,
}

impl Ranges {
    /// A look-up of these ranges, of each at most so many subjects.
    pub fn new(ranges: &[Range], most: usize) -> Self {
        let row = |range: &Range| {
            // Terms hold letters, digits and single blanks: nothing sorts between a term and the term with a blank,
            // and nothing that begins with it sorts behind the last character there is.
            let end = if range.prefix { '\u{10ffff}' } else { ' ' };
            let (kind, form) = (range.kind.to_string(), range.form.number().to_string());
            vec![kind, form, range.text.clone(), format!("{}{end}", range.text)]
        };
        Self { keys: TextTable::new(ranges.iter().map(row).collect(), 4), most }
    }
}

impl<DB: Dialect> QueryFragment<DB> for Ranges {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(&format!("SELECT k.n, (SELECT string_agg(CAST(f.subject_id AS TEXT) || ' ' || f.shown, '\n' ORDER BY f.term, f.weight, f.subject_id) FROM (SELECT t.term, t.weight, t.subject_id, CASE WHEN t.form = {} THEN t.term ELSE t.shown END AS shown FROM terms t WHERE t.kind = CAST(k.c0 AS INTEGER) AND t.form = CAST(k.c1 AS INTEGER) AND t.term >= k.c2 AND t.term < k.c3 ORDER BY t.term, t.weight, t.subject_id LIMIT {}) f) AS found FROM ", Form::Name.number(), self.most));
        DB::text_table(&mut out, &self.keys)
    }
}

/// Subjects that have all of several words, where each word alone has too many subjects to be read: of the first word
/// those with the fewest words in their name.
#[derive(Debug, Clone)]
pub struct Common {
    keys: TextTable,
    width: usize,
}

impl Common {
    /// Look-ups of a kind with its words; missing ones are filled up with the first.
    pub fn new(look_ups: &[(i64, Vec<String>)]) -> Self {
        let width = look_ups.iter().map(|(_, words)| words.len()).max().unwrap_or(1);
        let row = |(kind, words): &(i64, Vec<String>)| {
            let first = words.first().cloned().unwrap_or_default();
            let words = words.iter().cloned().chain(std::iter::repeat(first)).take(width);
            std::iter::once(kind.to_string()).chain(words).collect()
        };
        Self { keys: TextTable::new(look_ups.iter().map(row).collect(), width + 1), width }
    }
}

impl<DB: Dialect> QueryFragment<DB> for Common {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let word = Form::Word.number();
        out.push_sql(&format!("SELECT k.n, (SELECT string_agg(CAST(f.subject_id AS TEXT), '\n' ORDER BY f.weight, f.subject_id) FROM (SELECT a.weight, a.subject_id FROM (SELECT t.weight, t.subject_id FROM terms t WHERE t.kind = CAST(k.c0 AS INTEGER) AND t.form = {word} AND t.term = k.c1 ORDER BY t.weight, t.subject_id LIMIT {MOST_COMMON}) a WHERE TRUE"));
        for index in 2..=self.width {
            out.push_sql(&format!(" AND EXISTS (SELECT 1 FROM terms b WHERE b.kind = CAST(k.c0 AS INTEGER) AND b.form = {word} AND b.term = k.c{index} AND b.weight = a.weight AND b.subject_id = a.subject_id)"));
        }
        out.push_sql(&format!(" ORDER BY a.weight, a.subject_id LIMIT {MOST_SUBJECTS}) f) AS found FROM "));
        DB::text_table(&mut out, &self.keys)
    }
}

/// Words to which deletions lead.
#[derive(Debug, Clone)]
pub struct Words(TextTable);

impl Words {
    /// The words of these deletions.
    pub fn new(deletions: Vec<String>) -> Self {
        Self(TextTable::new(deletions.into_iter().map(|d| vec![d]).collect(), 1))
    }
}

impl<DB: Dialect> QueryFragment<DB> for Words {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(&format!("SELECT k.n, (SELECT string_agg(f.term, '\n') FROM (SELECT d.term FROM term_deletions d WHERE d.deletion = k.c0 ORDER BY d.term LIMIT {MOST_WORDS}) f) AS found FROM "));
        DB::text_table(&mut out, &self.0)
    }
}

/// Names of subjects, each as `language name`.
#[derive(Debug, Clone)]
pub struct Names(TextTable);

impl Names {
    /// Names of subjects, given as `subject_kind` of the names and id.
    pub fn new(subjects: &[(&str, i64)]) -> Self {
        let row = |(kind, id): &(&str, i64)| vec![(*kind).to_owned(), id.to_string()];
        Self(TextTable::new(subjects.iter().map(row).collect(), 2))
    }
}

impl<DB: Dialect> QueryFragment<DB> for Names {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(&format!("SELECT k.n, (SELECT string_agg(f.language || ' ' || replace(f.text, '\n', ' '), '\n') FROM (SELECT n.language, n.text FROM names n WHERE n.subject_kind = k.c0 AND n.subject_id = CAST(k.c1 AS BIGINT) ORDER BY n.language, n.ordinal LIMIT {MOST_NAMES}) f) AS found FROM "));
        DB::text_table(&mut out, &self.0)
    }
}

untyped_query!(Ranges, Common, Words, Names);

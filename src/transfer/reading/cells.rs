//! Cells of a row: the first of several columns that is filled, its word, the place that it names.

use std::borrow::Cow;

use super::{Columns, Wrong};
use crate::domain::flow::{FLOWS, code_of};
use crate::domain::fold::fold;
use crate::transfer::layout::{AreaOf, KeepOf, WordsOf};
use crate::transfer::places::{Place, Places};
use crate::transfer::rows::Rows;

impl KeepOf {
    /// Whether a row with this word counts.
    pub(super) fn counts(&self, word: &str) -> bool {
        let is_among = |words: &[String]| words.iter().any(|v| v.eq_ignore_ascii_case(word));
        let begins = |start: &String| word.get(..start.len()).is_some_and(|w| w.eq_ignore_ascii_case(start));
        is_among(&self.values) || (!self.except.is_empty() && !self.except.iter().any(begins))
    }
}

impl WordsOf {
    /// What a word means.
    pub(super) fn meaning(&self, word: &str) -> Option<&str> {
        if let Some(fixed) = &self.fixed {
            return Some(fixed);
        }
        let found = self.codes.get(word).or_else(|| {
            let word = if word.is_empty() { return None } else { fold(word) };
            let same = |(code, _): &(&String, &String)| fold(code) == word;
            self.codes.iter().find(same).map(|(_, meant)| meant)
        });
        found.or(self.other.as_ref()).map(String::as_str)
    }
}

pub(super) fn expected(of: &WordsOf) -> String {
    let known = of.codes.keys().cloned().collect::<Vec<_>>().join(", ");
    format!("expected one of {known}; --map takes a table of your own words")
}

pub(super) fn flow_code(flow: &str) -> Option<u8> {
    code_of(FLOWS, flow).and_then(|code| u8::try_from(code).ok())
}

pub(super) fn unit_words(power: i32) -> String {
    match power {
        0 => String::new(),
        3 => " in thousands".to_owned(),
        6 => " in millions".to_owned(),
        power => format!(" in units of 1e{power}"),
    }
}

/// The first of the columns that is not empty in the row; else the first.
pub(super) fn first_filled(rows: &Rows, columns: &[usize]) -> usize {
    let filled = columns.iter().find(|at| !rows.cell(**at).is_empty());
    filled.or(columns.first()).copied().unwrap_or(usize::MAX)
}

/// The first word that is not empty, and its column.
pub(super) fn word<'r>(rows: &'r Rows, columns: &[usize]) -> (Option<usize>, Cow<'r, str>) {
    if columns.is_empty() {
        return (None, Cow::Borrowed(""));
    }
    let at = first_filled(rows, columns);
    (Some(at), rows.text(at))
}

pub(super) fn area(
    rows: &Rows,
    places: &mut Places,
    of: &[(usize, Columns, &AreaOf)],
    year: i32,
) -> Result<Place, Wrong> {
    let mut first = None;
    for (number, columns, of) in of {
        if let Some(region) = &of.region {
            return places.own(region).ok_or_else(|| (None, format!("`{region}` of the layout is no region")));
        }
        let at = first_filled(rows, columns);
        first = first.or(Some(at));
        let cell = rows.cell(at);
        if !cell.is_empty() {
            return places.find(*number, of, cell, year, &rows.text(at)).map_err(|reason| (Some(at), reason));
        }
    }
    Err((first, "expected the code of an area".to_owned()))
}

/// Whether signs of grouping, if there are any, stand between groups of three digits before the decimal sign.
pub(super) fn grouped(text: &str, signs: &str, decimal: char) -> bool {
    let (whole, fraction) = text.split_once(decimal).unwrap_or((text, ""));
    if fraction.contains(|c| signs.contains(c)) {
        return false;
    }
    let whole = whole.trim_start_matches(['-', '+']);
    let mut groups = whole.split(|c| signs.contains(c));
    let first = groups.next().unwrap_or_default();
    let mut others = groups.peekable();
    others.peek().is_none() || ((1..=3).contains(&first.len()) && others.all(|group| group.len() == 3))
}

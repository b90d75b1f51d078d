//! What a format of trade figures looks like: which columns hold what, and how their words are to be taken. Layouts are
//! TOML: those of `data/formats` ship inside the program, users write their own. A layout says what a file means;
//! [`super::reading`] reads files by it.

use std::collections::BTreeMap;
use std::path::Path;

use rust_embed::Embed;
use serde::Deserialize;

use super::TransferError;
use super::input::unreadable;
use crate::domain::control;
use crate::domain::fold::fold;
use crate::storage::figures::Scope;

#[derive(Embed)]
#[folder = "data/formats"]
#[include = "*.toml"]
struct Shipped;

/// Powers of ten that a unit of a file may be: no amount of 64 bits is larger.
const POWERS: std::ops::RangeInclusive<i32> = -18..=18;

/// Columns that hold the same, by the names that files have for them, `|` between. The first that the file has and that
/// is not empty in the row counts. Case does not.
pub type Names = String;

/// A format.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Another shipped layout whose keys count where this one gives none; tables are put together key by key.
    pub like: Option<String>,
    /// Its word on the command line; begins the codes of sources.
    pub format: String,
    /// Its name for people.
    pub title: String,
    /// Columns that a file must have to be one of this format.
    pub header: Vec<Names>,
    /// Columns that a file of this format must not have: they make it one of another.
    #[serde(default)]
    pub without: Vec<Names>,
    /// Words of which the name of a file must have one, without case, to be recognised as one of this format.
    #[serde(default)]
    pub named: Vec<String>,
    /// What stands between a code and its label in names of columns and in cells: what follows is no part of them.
    pub labels: Option<String>,
    /// Encoding of files that are not UTF-8.
    #[serde(default = "windows")]
    pub encoding: String,
    /// The sign between whole and fraction: `.`, `,`, or `separator`: a comma too where the columns stand between
    /// semicolons.
    #[serde(default)]
    pub decimal: DecimalSign,
    /// Signs between groups of three digits.
    #[serde(default)]
    pub grouping: String,
    /// Where the figures go.
    pub dataset: DatasetOf,
    /// Words for areas in any column, and the Tea Road codes that they mean.
    #[serde(default)]
    pub areas: BTreeMap<String, String>,
    /// Who published the figure.
    pub reporter: Vec<AreaOf>,
    /// The other side.
    pub partner: Vec<AreaOf>,
    /// What was traded.
    pub product: ProductOf,
    /// Direction; not where each value has its own.
    pub flow: Option<WordsOf>,
    /// Columns of the period, put together with `-`: a year, or a year and a month.
    pub period: Vec<Names>,
    /// Column of the month, in files that have no column of whole periods.
    pub month: Option<MonthOf>,
    /// Amounts of the row.
    pub value: Vec<ValueOf>,
    /// Net weight, in kilograms times a power of ten.
    pub weight: Option<MeasureOf>,
    /// Quantity in a unit.
    pub quantity: Option<MeasureOf>,
    /// How firm the figure is.
    pub status: Option<WordsOf>,
    /// Which measure a row holds, where rows hold one each.
    pub measure: Option<MeasuresOf>,
    /// Rows that count; others are left out.
    #[serde(default)]
    pub keep: Vec<KeepOf>,
    /// Beginnings of rows that say that there are no data.
    #[serde(default)]
    pub empty: Vec<String>,
    /// What several rows of one key mean.
    #[serde(default)]
    pub repeated: Repeated,
    /// Within what a file holds all figures there are: what it no longer has is removed.
    pub replaces: Option<Scope>,
    /// A regular expression for the names of files as they are published, without case: `replaces`, `complete` and
    /// `complete_above` count for these alone. An excerpt under another name only adds. Of two files whose names have the
    /// same between brackets one is older.
    pub whole: Option<String>,
    /// A file holds all partners and products of its reporters and periods.
    #[serde(default)]
    pub complete: bool,
    /// More reporters in a period than this make the period complete.
    pub complete_above: Option<usize>,
    /// Tables that come with the files.
    #[serde(default)]
    pub companion: Vec<CompanionOf>,
}

/// Where the figures go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetOf {
    /// Code; `{family}`, `{edition}` and `{currency}` are filled in.
    pub code: String,
    /// Title, with the same words to fill in.
    pub title: String,
    /// Who publishes them.
    pub publisher: Option<String>,
    /// Under which licence.
    pub licence: Option<String>,
    /// Currency of all values.
    #[serde(default)]
    pub currency: String,
    /// Decimals that are kept: 3 or 0.
    #[serde(default = "three")]
    pub scale: u32,
    /// FOB, CIF or MIXED.
    pub valuation: String,
    /// One row holds what both sides agree on.
    #[serde(default)]
    pub reconciled: bool,
    /// What one should know.
    pub description: Option<String>,
}

/// A place of a row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AreaOf {
    /// Columns of the code.
    pub column: Option<Names>,
    /// A Tea Road code for all rows, instead of a column.
    pub region: Option<String>,
    /// Schemes in which the code is looked up, in this order; `REGION` are Tea Road's own codes, `NAME` names.
    #[serde(default)]
    pub scheme: Vec<String>,
    /// Words of the column and the Tea Road codes that they mean.
    #[serde(default)]
    pub codes: BTreeMap<String, String>,
    /// The code ends before this.
    pub before: Option<String>,
    /// Letters before the code that are no part of it.
    #[serde(default)]
    pub skip: usize,
    /// Lengths to which the code is cut, one tried after the other; none: it is whole.
    #[serde(default)]
    pub cut: Vec<usize>,
    /// Only regions of these levels may stand here; none: all.
    #[serde(default)]
    pub levels: Vec<String>,
}

/// What was traded.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductOf {
    /// Columns of the code; none: all goods.
    pub column: Option<Names>,
    /// Classification of the code.
    pub edition: Option<EditionOf>,
    /// Words that mean all goods.
    #[serde(default)]
    pub total: Vec<String>,
    /// Column of the code's length, where leading zeros may be lost.
    pub length: Option<Names>,
    /// Where leading zeros may be lost: the length of all codes, or `even`: a code of HS with an odd number of digits has
    /// lost one.
    pub pad: Option<Pad>,
    /// National codes are cut to this length.
    pub cut: Option<usize>,
    /// The code ends before this.
    pub before: Option<String>,
    /// Columns of the product's name.
    pub name: Option<Names>,
    /// Words of the column and the codes that they mean.
    #[serde(default)]
    pub codes: BTreeMap<String, String>,
    /// A heading that the source does not divide is written with `00` at its end.
    #[serde(default)]
    pub whole_headings: bool,
}

/// How long codes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Pad {
    /// All have this length.
    Length(usize),
    /// Those of HS have two, four, six or more digits, always an even number.
    Word(EvenPad),
}

/// The word for an even number of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvenPad {
    /// An even number of digits.
    Even,
}

/// The sign between whole and fraction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum DecimalSign {
    /// A point.
    #[default]
    #[serde(rename = ".")]
    Point,
    /// A comma.
    #[serde(rename = ",")]
    Comma,
    /// A point; between semicolons a comma or a point.
    #[serde(rename = "separator")]
    Separator,
}

/// How the classification is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum EditionOf {
    /// The same for all rows, or `file-name`: `HS17` in the name of the file.
    Fixed(String),
    /// A word of the row.
    Column(WordsOf),
    /// The edition in force: first years and editions.
    ByYear {
        /// First year to edition.
        since: BTreeMap<String, String>,
    },
}

/// Words of a column and what they mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordsOf {
    /// Columns of the word.
    pub column: Option<Names>,
    /// The meaning for all rows, instead of a column.
    pub fixed: Option<String>,
    /// Word to meaning, without case. A word that is missing here is a bad row.
    #[serde(default)]
    pub codes: BTreeMap<String, String>,
    /// The meaning of all other words, the empty one too.
    pub other: Option<String>,
    /// For flows: columns that only files of one direction have, and that direction.
    #[serde(default)]
    pub by_column: BTreeMap<Names, String>,
    /// For flows: words in the names of files of one direction, without case, and that direction.
    #[serde(default)]
    pub by_name: BTreeMap<String, String>,
}

/// The month of a year: 1 to 12; 52, 0 and nothing are the whole year.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonthOf {
    /// Columns of the month.
    pub column: Names,
    /// It does not count in files that have one of these.
    pub without: Names,
}

/// An amount of a row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueOf {
    /// Columns of the amount.
    pub column: Names,
    /// Further columns whose amounts are added to it; an empty one adds nothing.
    #[serde(default)]
    pub plus: Vec<Names>,
    /// The file's unit is ten to this power.
    #[serde(default)]
    pub power: i32,
    /// Column with a further power of ten.
    pub power_column: Option<Names>,
    /// Direction, where each value has its own.
    pub flow: Option<String>,
    /// Currency, where each value has its own.
    pub currency: Option<String>,
    /// What zero and nothing mean.
    #[serde(default)]
    pub zero: Zero,
    /// Words instead of an amount, and the status that they mean.
    #[serde(default)]
    pub markers: BTreeMap<String, String>,
}

/// What a zero is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Zero {
    /// An amount.
    #[default]
    Amount,
    /// Nothing reported, as an empty cell is: the figure is left out.
    Nothing,
    /// An amount; only an empty cell is nothing reported.
    Blank,
}

/// A weight or a quantity.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureOf {
    /// Columns of the number.
    pub column: Names,
    /// The file's unit is ten to this power.
    #[serde(default)]
    pub power: i32,
    /// Columns of the unit.
    pub unit: Option<Names>,
    /// Unit of all rows.
    pub fixed_unit: Option<String>,
    /// Words of the unit and the units that they mean.
    #[serde(default)]
    pub units: BTreeMap<String, String>,
    /// Words of the unit that mean that there is no quantity.
    #[serde(default)]
    pub none: Vec<String>,
    /// Words that mean that it is not known.
    #[serde(default)]
    pub unknown: Vec<String>,
    /// Zero means that it was not given.
    #[serde(default)]
    pub zero: Zero,
}

/// Rows that hold one measure each.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuresOf {
    /// Columns of the word.
    pub column: Names,
    /// Word to `value`, `weight` (in kilograms times ten to `power`), or `none`: left out.
    pub codes: BTreeMap<String, MeasureIs>,
}

/// A measure that a word means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureIs {
    /// `value`, `weight` or `none`.
    pub is: String,
    /// A further power of ten.
    #[serde(default)]
    pub power: i32,
    /// Direction, where the word tells it.
    pub flow: Option<String>,
}

/// Rows that count.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeepOf {
    /// Columns of the word.
    pub column: Names,
    /// Words of rows that count, without case; a file without the column counts whole.
    #[serde(default)]
    pub values: Vec<String>,
    /// Instead: beginnings of words of rows that do not count; `values` count all the same.
    #[serde(default)]
    pub except: Vec<String>,
    /// What other rows are.
    pub others: String,
}

/// What several rows of one key mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repeated {
    /// A fault, unless they are equal.
    #[default]
    Refuse,
    /// Parts: they are added.
    Add,
}

/// A table that comes with the files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompanionOf {
    /// Columns by which it is known.
    pub header: Vec<Names>,
    /// What it holds.
    pub holds: Holds,
    /// Column of the code.
    pub code: Names,
    /// Column of the name, or of the code of another scheme.
    pub other: Names,
    /// The other scheme, where the table is of areas.
    pub scheme: Option<String>,
    /// Files cannot be read without it: how people know it.
    pub needed: Option<String>,
}

/// What a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// Names of products.
    Products,
    /// Names of areas, for messages.
    AreaNames,
    /// Codes of areas in a scheme that is known.
    Areas,
}

fn names_like(pattern: &str) -> Result<regex::Regex, regex::Error> {
    regex::RegexBuilder::new(pattern).case_insensitive(true).build()
}

fn windows() -> String {
    "windows-1252".to_owned()
}

fn three() -> u32 {
    3
}

/// The alternatives of a column.
pub fn alternatives(names: &str) -> impl Iterator<Item = &str> {
    names.split('|')
}

impl Layout {
    /// Reads a layout and checks what TOML cannot.
    pub fn parse(name: &str, text: &str) -> Result<Self, TransferError> {
        let wrong = |reason: String| TransferError::File(format!("{name}: {reason}"));
        let table: toml::Table = text.parse().map_err(|e: toml::de::Error| wrong(e.to_string()))?;
        let mut layout: Self = match table.get("like") {
            // Read from the text, a fault is told with its line.
            None => toml::from_str(text).map_err(|e| wrong(e.to_string()))?,
            Some(_) => Self::deserialize(whole(table, 0).map_err(wrong)?).map_err(|e| wrong(e.to_string()))?,
        };
        let areas = std::mem::take(&mut layout.areas);
        for of in layout.reporter.iter_mut().chain(&mut layout.partner) {
            for (word, region) in &areas {
                of.codes.entry(word.clone()).or_insert_with(|| region.clone());
            }
        }
        layout.areas = areas;
        let told = |of: &WordsOf| of.by_column.is_empty() && of.by_name.is_empty();
        if !layout.status.iter().all(told) {
            return Err(wrong("`by_column` and `by_name` are for flows".to_owned()));
        }
        if layout.product.cut.is_some() && layout.repeated != Repeated::Add {
            return Err(wrong("`product.cut` makes several rows one figure; it needs `repeated = \"add\"`".to_owned()));
        }
        if let Some(pattern) = &layout.whole {
            names_like(pattern)
                .map_err(|e| wrong(format!("`whole` is `{pattern}`, expected a pattern of names: {e}")))?;
        }
        let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if layout.format.is_empty() || layout.format.len() > 40 || !layout.format.bytes().all(is_word) {
            let shown: String = layout.format.chars().filter(|c| !c.is_control()).take(60).collect();
            return Err(wrong(format!(
                "`format` is `{shown}`, expected 1 to 40 letters a to z, digits and `-`; it begins the codes of sources"
            )));
        }
        if layout.value.is_empty() {
            return Err(wrong("`value` is empty; a format has at least one amount".to_owned()));
        }
        if layout.flow.is_none() && layout.measure.is_none() && layout.value.iter().any(|v| v.flow.is_none()) {
            return Err(wrong("there is no `flow`; give one, or one for each value".to_owned()));
        }
        if encoding_rs::Encoding::for_label(layout.encoding.as_bytes()).is_none() {
            return Err(wrong(format!("`encoding` is `{}`, expected a name such as gb18030", layout.encoding)));
        }
        if let Some((key, fault)) = layout.kept().find_map(|(key, text)| Some((key, control::fault(text)?))) {
            return Err(wrong(format!("`{key}`: {fault}")));
        }
        let measures = layout.weight.iter().chain(&layout.quantity).map(|of| of.power);
        let words = layout.measure.iter().flat_map(|of| of.codes.values()).map(|of| of.power);
        let mut powers = layout.value.iter().map(|of| of.power).chain(measures).chain(words);
        if let Some(power) = powers.find(|power| !POWERS.contains(power)) {
            return Err(wrong(format!(
                "`power` is `{power}`, expected a power of ten from {} to {}, such as 6 for millions",
                POWERS.start(),
                POWERS.end()
            )));
        }
        if !matches!(layout.dataset.scale, 0 | 3) {
            return Err(wrong(format!("`dataset.scale` is `{}`, expected 0 or 3", layout.dataset.scale)));
        }
        if !["FOB", "CIF", "MIXED"].contains(&layout.dataset.valuation.as_str()) {
            return Err(wrong(format!(
                "`dataset.valuation` is `{}`, expected FOB, CIF or MIXED",
                layout.dataset.valuation
            )));
        }
        Ok(layout)
    }

    /// Texts of the layout that are kept in the database.
    fn kept(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let of = &self.dataset;
        let fixed = [("title", &self.title), ("dataset.title", &of.title), ("dataset.currency", &of.currency)];
        let optional = [
            ("dataset.publisher", &of.publisher),
            ("dataset.licence", &of.licence),
            ("dataset.description", &of.description),
        ];
        let optional = optional.into_iter().filter_map(|(key, text)| Some((key, text.as_deref()?)));
        let currencies = self.value.iter().filter_map(|value| Some(("value.currency", value.currency.as_deref()?)));
        fixed.into_iter().map(|(key, text)| (key, text.as_str())).chain(optional).chain(currencies)
    }

    /// A user's layout.
    pub fn open(path: &Path) -> Result<Self, TransferError> {
        let text = std::fs::read_to_string(path).map_err(|e| unreadable(path, e))?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// A user's layout of files of a kind, which is what its dimensions mean.
    pub fn open_like(path: &Path, kind: &str) -> Result<Self, TransferError> {
        let text = std::fs::read_to_string(path).map_err(|e| unreadable(path, e))?;
        let shown = path.display().to_string();
        if text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("like")) {
            return Self::parse(&shown, &text);
        }
        Self::parse(&shown, &format!("like = \"{kind}\"\n{text}"))
    }

    /// Kinds of files that have no meaning of their own, by their words: a user's layout gives it.
    pub fn kinds() -> Result<Vec<Kind>, TransferError> {
        let mut names: Vec<_> = Shipped::iter().collect();
        names.sort();
        let kinds = names.iter().filter_map(|name| shipped_table(name).ok().filter(is_kind));
        Ok(kinds.filter_map(|table| Kind::deserialize(table).ok()).collect())
    }

    /// All that ship, by name.
    pub fn shipped() -> Result<Vec<Self>, TransferError> {
        let mut names: Vec<_> = Shipped::iter().collect();
        names.sort();
        let mut out = Vec::new();
        for name in names {
            let file = Shipped::get(&name);
            let text = file.as_ref().and_then(|f| std::str::from_utf8(&f.data).ok()).unwrap_or_default();
            if text.parse::<toml::Table>().is_ok_and(|table| is_kind(&table)) {
                continue;
            }
            out.push(Self::parse(&name, text)?);
        }
        Ok(out)
    }

    /// The shipped layout of a format.
    pub fn of_format(format: &str) -> Result<Self, TransferError> {
        let all = Self::shipped()?;
        let known = all.iter().map(|l| l.format.clone()).collect::<Vec<_>>().join(", ");
        all.into_iter()
            .find(|l| l.format == format)
            .ok_or_else(|| TransferError::Usage(format!("there is no format `{format}`; known are {known}")))
    }

    /// Columns of the format that a header lacks.
    pub fn missing<'a>(&'a self, header: &[String]) -> Vec<&'a str> {
        self.header.iter().filter(|names| self.columns(header, names).is_empty()).map(String::as_str).collect()
    }

    /// Whether a file with this header is one of the format.
    pub fn fits(&self, header: &[String]) -> bool {
        let has = |names: &Names| !self.columns(header, names).is_empty();
        self.header.iter().all(has) && !self.without.iter().any(has)
    }

    /// Whether a file with this name and header is taken for one of the format without being told so.
    pub fn is_recognised(&self, name: &str, header: &[String]) -> bool {
        let name = fold(name);
        let is_named = self.named.is_empty() || self.named.iter().any(|word| name.contains(&fold(word)));
        is_named && self.fits(header)
    }

    /// Whether a file with this name holds all that there is, as far as the format says so of any.
    pub fn is_whole(&self, name: &str) -> bool {
        self.whole.as_deref().and_then(|pattern| names_like(pattern).ok()).is_none_or(|names| names.is_match(name))
    }

    /// What a file with this name holds all of: the part of its name that the pattern has between brackets.
    pub fn whole_of(&self, name: &str) -> Option<String> {
        let names = self.whole.as_deref().and_then(|pattern| names_like(pattern).ok())?;
        names.captures(name)?.get(1).map(|part| part.as_str().to_ascii_uppercase())
    }

    /// The table of the format that has this header.
    pub fn companion_of(&self, header: &[String]) -> Option<&CompanionOf> {
        self.companion.iter().find(|c| c.header.iter().all(|names| !self.columns(header, names).is_empty()))
    }

    /// Places of the columns that hold the same, in order of preference.
    pub fn columns(&self, header: &[String], names: &str) -> Vec<usize> {
        let place = |name: &str| header.iter().position(|h| self.plain(h).eq_ignore_ascii_case(name));
        alternatives(names).filter_map(place).collect()
    }

    /// A column's name without its label, and without the separator of parts that SDMX writes behind it.
    pub fn plain<'h>(&self, name: &'h str) -> &'h str {
        let Some(before) = &self.labels else { return name };
        let name = name.find(before.as_str()).filter(|at| *at > 0).and_then(|at| name.get(..at)).unwrap_or(name);
        match name.split_once('[') {
            Some((plain, rest)) if rest.ends_with(']') => plain,
            _ => name,
        }
    }

    /// Encoding of cells that are not UTF-8.
    pub fn fallback(&self) -> super::rows::Fallback {
        encoding_rs::Encoding::for_label(self.encoding.as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252)
    }
}

/// A kind of files that is no format yet: what the columns mean is for the user to say.
#[derive(Debug, Clone, Deserialize)]
pub struct Kind {
    /// Its word on the command line.
    pub format: String,
    /// Its name for people.
    pub title: String,
    /// Columns that all its files have.
    pub header: Vec<Names>,
}

impl Kind {
    /// Whether a file with this header is of the kind.
    pub fn fits(&self, header: &[String]) -> bool {
        let plain = |h: &str| h.split(['[', ':']).next().unwrap_or_default().trim().to_ascii_lowercase();
        let has =
            |names: &Names| alternatives(names).any(|n| header.iter().any(|h| plain(h) == n.to_ascii_lowercase()));
        self.header.iter().all(has)
    }
}

/// Whether a table is a kind of files: it says nothing of a dataset.
fn is_kind(table: &toml::Table) -> bool {
    !table.contains_key("dataset") && !table.contains_key("like")
}

fn shipped_table(name: &str) -> Result<toml::Table, String> {
    let file = Shipped::get(name).ok_or_else(|| {
        let known: Vec<String> = Shipped::iter().map(|n| n.trim_end_matches(".toml").to_owned()).collect();
        format!("`like` is `{}`, expected one of {}", name.trim_end_matches(".toml"), known.join(", "))
    })?;
    let text = std::str::from_utf8(&file.data).map_err(|e| e.to_string())?;
    text.parse().map_err(|e: toml::de::Error| e.to_string())
}

/// A layout with the keys of the one that it is like.
fn whole(mut table: toml::Table, depth: usize) -> Result<toml::Table, String> {
    let Some(like) = table.get("like") else { return Ok(table) };
    let like = like.as_str().ok_or("`like` is no text, expected the name of a format")?.to_owned();
    if depth > 3 {
        return Err("layouts are like each other in a circle".to_owned());
    }
    for (key, value) in whole(shipped_table(&format!("{like}.toml"))?, depth + 1)? {
        match (table.get_mut(&key), value) {
            (None, value) => {
                table.insert(key, value);
            }
            (Some(toml::Value::Table(own)), toml::Value::Table(base)) => {
                for (key, value) in base {
                    own.entry(key).or_insert(value);
                }
            }
            _ => {}
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_layouts_are_read_and_have_words_of_their_own() {
        let all = Layout::shipped().unwrap();
        let mut formats: Vec<&str> = all.iter().map(|l| l.format.as_str()).collect();
        assert!(formats.contains(&"comtrade") && formats.contains(&"baci"), "{formats:?}");
        formats.dedup();
        assert_eq!(formats.len(), all.len());
    }

    #[test]
    fn a_format_is_a_plain_word() {
        let of = |word: &str| Layout::parse("own.toml", &format!("like = \"comtrade\"\nformat = \"{word}\""));
        for word in ["own", "my-format-2", "a", &"a".repeat(40)] {
            assert_eq!(of(word).unwrap().format, word);
        }
        for word in ["", "Own", "x' OR '1'='1", "a b", "own/2", "ä", "a\\u0000", &"a".repeat(41)] {
            let error = of(word).unwrap_err().to_string();
            assert!(error.starts_with("own.toml: `format` is `") && error.contains("expected 1 to 40"), "{error}");
        }
    }

    #[test]
    fn a_power_beyond_all_amounts_is_told() {
        let shipped = |name: &str| String::from_utf8(Shipped::get(name).unwrap().data.into_owned()).unwrap();
        let baci = shipped("baci.toml");
        assert!(baci.contains("power = 3"), "{baci}");
        for power in ["18", "-18", "0"] {
            Layout::parse("own.toml", &baci.replace("power = 3", &format!("power = {power}"))).unwrap();
        }
        for power in ["19", "-19", "2147483647"] {
            let error = Layout::parse("own.toml", &baci.replace("power = 3", &format!("power = {power}"))).unwrap_err();
            let wanted = format!("own.toml: `power` is `{power}`, expected a power of ten from -18 to 18");
            assert!(error.to_string().starts_with(&wanted), "{error}");
        }
        let comext = shipped("comext.toml");
        let error = Layout::parse("own.toml", &comext.replace("power = 2", "power = 99")).unwrap_err().to_string();
        assert!(error.contains("`power` is `99`"), "{error}");
    }

    #[test]
    fn a_misspelt_key_is_told() {
        let error = Layout::parse("own.toml", "format = \"own\"\ntittle = \"Own\"").unwrap_err().to_string();
        assert!(error.starts_with("own.toml: ") && error.contains("tittle"), "{error}");
    }
}

//! Which sector a code of a file means, in the edition that the row tells.

use std::collections::{BTreeMap, HashMap};

use super::TransferError;
use super::layout::{EvenPad, Pad, ProductOf};
use super::nomenclature;
use super::places::{LONGEST, REMEMBERED, WITH_NEAREST};
use super::report::Tell;
use crate::domain::control;
use crate::storage::bulk::{Bound, Fixed, Statement};
use crate::storage::conn::Conn;
use crate::storage::revision::Change;
use crate::storage::value::Value;

/// A node that a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub sector: u32,
    /// Its level.
    pub level: u8,
    /// The code was longer and is cut.
    pub cut: bool,
}

/// What words of one length meant; those that mean nothing too.
type Resolved = HashMap<Box<[u8]>, Result<Product, String>>;

/// The cell of a product.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// Its bytes.
    pub code: &'a [u8],
    /// How long the code is, where leading zeros may be lost; else 0.
    pub length: usize,
    /// The product's name beside it; may be empty.
    pub name: &'a str,
}

/// Nodes of one classification.
#[derive(Debug, Default)]
pub struct Edition {
    /// `HS2017`.
    pub code: String,
    /// `HS`.
    pub family: String,
    by_code: HashMap<Box<[u8]>, Product>,
    unnamed: HashMap<Box<[u8]>, ()>,
    /// What words of the files meant.
    resolved: HashMap<usize, Resolved>,
    /// Codes so far that it does not have.
    n_unknown: usize,
    /// Nodes to make, with their names.
    wanted: BTreeMap<String, String>,
}

/// Classifications by their codes.
#[derive(Debug, Default)]
pub struct Products {
    editions: Vec<Edition>,
    known: Vec<(String, String)>,
    mapped: HashMap<String, String>,
    /// Nodes that the nomenclature lacks are noted when they are met with a name, for [`Products::save`].
    pub collecting: bool,
    /// What was made, for the revision.
    pub changes: Vec<Change>,
}

impl Products {
    /// Which classifications there are; their nodes are read when they are met.
    pub fn load(conn: &mut Conn) -> Result<Self, TransferError> {
        let rows = conn.rows(Fixed("SELECT code, family FROM classifications ORDER BY id"), &[])?;
        let known = rows.iter().filter_map(|r| Some((r.text(0)?.to_owned(), r.text(1)?.to_owned()))).collect();
        Ok(Self { known, ..Self::default() })
    }

    /// Takes a word for a code from here on.
    pub fn map(&mut self, word: &str, code: &str) {
        self.mapped.insert(word.to_uppercase(), code.to_owned());
    }

    /// The place of an edition, whose nodes are read.
    pub fn edition(&mut self, conn: &mut Conn, code: &str) -> Result<Result<usize, String>, TransferError> {
        if let Some(at) = self.editions.iter().position(|e| e.code == code) {
            return Ok(Ok(at));
        }
        let Some((_, family)) = self.known.iter().find(|(known, _)| known == code) else {
            let known: Vec<&str> = self.known.iter().map(|(c, _)| c.as_str()).collect();
            return Ok(Err(format!(
                "there is no classification `{code}`; known are {}; `tearoad import nomenclature` brings others",
                known.join(", ")
            )));
        };
        let mut edition = Edition { code: code.to_owned(), family: family.clone(), ..Edition::default() };
        edition.read(conn)?;
        self.editions.push(edition);
        Ok(Ok(self.editions.len() - 1))
    }

    /// An edition that was read.
    pub fn at(&self, edition: usize) -> Option<&Edition> {
        self.editions.get(edition)
    }

    /// The sector of a word. While collecting, one that is missing and has a name is noted, and nothing is told of it.
    pub fn find(
        &mut self,
        conn: &mut Conn,
        edition: usize,
        of: &ProductOf,
        word: Word<'_>,
        tell: Tell<'_>,
    ) -> Result<Result<Product, String>, TransferError> {
        let Some(nodes) = self.editions.get_mut(edition) else { return Ok(Err("it is not known".to_owned())) };
        if let Some(known) = nodes.resolved.get(&word.length).and_then(|words| words.get(word.code)) {
            return Ok(known.clone());
        }
        let (code, cut) = match written(of, &self.mapped, word, nodes.family == "HS") {
            Ok(written) => written,
            Err(reason) => return Ok(Err(reason)),
        };
        let mut found = nodes.by_code.get(code.as_bytes()).copied();
        if found.is_none() && nodes.family == "HS" {
            let heading = code.get(..4).unwrap_or_default();
            let is_whole = of.whole_headings && code.ends_with("00") && nodes.by_code.contains_key(heading.as_bytes());
            let name = if is_whole { nodes.name_of(conn, heading)? } else { word.name.to_owned() };
            let may = is_whole || (self.collecting && !name.is_empty());
            if may && (2..=6).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric()) {
                if !is_whole {
                    nodes.wanted.insert(code, control::without(&name).into_owned());
                    return Ok(Ok(Product { sector: 0, level: 0, cut: false }));
                }
                tell(&format!("product {code} is not in the nomenclature; taken as heading {heading} as a whole"));
                self.changes.extend(nodes.make(conn, BTreeMap::from([(code.clone(), name)]))?);
                found = nodes.by_code.get(code.as_bytes()).copied();
            }
        }
        if found.is_none() && nodes.family == "HS" && matches!(code.len(), 4 | 6) && !nodes.has_length(code.len()) {
            // Not one row could be read: one word is enough.
            return Err(TransferError::File(format!(
                "{} has no codes of {} places here; import its nomenclature first (`tearoad import nomenclature`), or pass --new-products where the files name their products",
                nodes.code,
                code.len()
            )));
        }
        let result = found.map(|node| Product { cut, ..node }).ok_or_else(|| nodes.unknown(&code));
        nodes.n_unknown += usize::from(result.is_err());
        // A code with its name behind it may be of any length.
        if word.code.len() <= LONGEST {
            let words = nodes.resolved.entry(word.length).or_default();
            if words.len() >= REMEMBERED {
                words.clear();
            }
            words.insert(Box::from(word.code), result.clone());
        }
        Ok(result)
    }

    /// Notes names of products: those that the edition lacks, or has without a name, are made by [`Products::save`].
    pub fn name(&mut self, edition: usize, code: &str, name: &str) {
        let Some(nodes) = self.editions.get_mut(edition) else { return };
        // Tables may hold a line for a whole chapter or a note; products have six places.
        let plain = (5..=6).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        let code = format!("{code:0>6}");
        if plain && (!nodes.by_code.contains_key(code.as_bytes()) || nodes.unnamed.contains_key(code.as_bytes())) {
            nodes.wanted.insert(code, control::without(name).into_owned());
        }
    }

    /// Makes what was noted.
    pub fn save(&mut self, conn: &mut Conn) -> Result<(), TransferError> {
        for edition in &mut self.editions {
            let wanted = std::mem::take(&mut edition.wanted);
            self.changes.extend(edition.make(conn, wanted)?);
        }
        Ok(())
    }
}

/// The code as the classification writes it, and whether it was longer.
fn written(
    of: &ProductOf,
    mapped: &HashMap<String, String>,
    word: Word<'_>,
    is_hs: bool,
) -> Result<(String, bool), String> {
    let text = std::str::from_utf8(word.code).map_err(|_| "expected a code of letters and digits".to_owned())?;
    let mut code = text.trim();
    if let Some(end) = of.before.as_deref().and_then(|before| code.find(before)) {
        code = code.get(..end).unwrap_or(code).trim();
    }
    let is_part = |code: &str| of.cut.is_some_and(|cut| code.len() > cut);
    if let Some(given) = mapped.get(&code.to_uppercase()) {
        return Ok((given.clone(), is_part(code)));
    }
    if let Some((_, given)) = of.codes.iter().find(|(from, _)| from.eq_ignore_ascii_case(code)) {
        return Ok((given.clone(), is_part(code)));
    }
    if of.total.iter().any(|total| total.eq_ignore_ascii_case(code)) {
        return Ok(("TOTAL".to_owned(), false));
    }
    let plain = !code.is_empty()
        && code.len() <= 20
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    if !plain {
        return Err("expected a code of digits and letters".to_owned());
    }
    let is_even = is_hs && of.pad == Some(Pad::Word(EvenPad::Even));
    let length = match word.length {
        // Chapters, headings and products have an even number of digits; a spreadsheet drops the zero before them.
        0 if is_even && code.bytes().all(|b| b.is_ascii_digit()) => code.len() + code.len() % 2,
        length => length,
    };
    let mut code = format!("{code:0>length$}");
    if length > 0 && code.len() > length && of.cut.is_none() {
        return Err(format!("expected a code of {length} places"));
    }
    let is_longer = of.cut.is_some_and(|cut| code.len() > cut);
    if let Some(cut) = of.cut {
        code.truncate(cut);
    }
    Ok((code, is_longer))
}

impl Edition {
    fn read(&mut self, conn: &mut Conn) -> Result<(), TransferError> {
        self.by_code.clear();
        self.unnamed.clear();
        self.resolved.clear();
        let statement = Bound(
            "SELECT s.code, s.id, s.level, n.text FROM sectors s JOIN classifications c ON c.id = s.classification_id LEFT JOIN names n ON n.subject_kind = 'SECTOR' AND n.subject_id = s.id AND n.language = 'en' AND n.ordinal = 0 WHERE c.code = ? OR (c.code = ? AND s.level = 0)",
            vec![Value::Text(self.code.clone()), Value::Text(self.family.clone())],
        );
        for row in conn.rows(statement, &[])? {
            let (Some(code), Some(id), Some(level)) = (row.text(0), row.int(1), row.int(2)) else { continue };
            let (Ok(sector), Ok(level)) = (u32::try_from(id), u8::try_from(level)) else { continue };
            self.by_code.insert(Box::from(code.as_bytes()), Product { sector, level, cut: false });
            if row.text(3).is_none() {
                self.unnamed.insert(Box::from(code.as_bytes()), ());
            }
        }
        Ok(())
    }

    fn make(&mut self, conn: &mut Conn, nodes: BTreeMap<String, String>) -> Result<Vec<Change>, TransferError> {
        if nodes.is_empty() {
            return Ok(Vec::new());
        }
        let nodes = nodes.into_iter().map(|(code, name)| nomenclature::Node { code, name, above: None });
        let added = nomenclature::add(conn, &self.code, nodes.collect())?;
        self.read(conn)?;
        Ok(added.changes)
    }

    fn name_of(&self, conn: &mut Conn, code: &str) -> Result<String, TransferError> {
        let Some(node) = self.by_code.get(code.as_bytes()) else { return Ok(String::new()) };
        let statement = Statement(format!(
            "SELECT text FROM names WHERE subject_kind = 'SECTOR' AND subject_id = {} AND language = 'en' AND ordinal = 0",
            node.sector
        ));
        Ok(conn.rows(statement, &[])?.first().and_then(|r| r.text(0)).unwrap_or_default().to_owned())
    }

    /// Whether there are codes of this length. Sections of HS do not count: VIII is no heading.
    fn has_length(&self, length: usize) -> bool {
        let is_code = |code: &[u8], node: &Product| code != b"TOTAL" && (self.family != "HS" || node.level != 1);
        self.by_code.iter().any(|(code, node)| code.len() == length && is_code(code, node))
    }

    fn unknown(&self, code: &str) -> String {
        if self.n_unknown >= WITH_NEAREST {
            return format!("{} has no `{code}`", self.code);
        }
        let length = code.len();
        let same = self.by_code.keys().filter(|c| c.len() == length || !self.has_length(length));
        let same: Vec<&str> = same.filter_map(|c| std::str::from_utf8(c).ok()).collect();
        let number = code.parse::<i64>().ok();
        let distance = |known: &str| match (number, known.parse::<i64>()) {
            (Some(wanted), Ok(known)) => wanted.abs_diff(known),
            _ => u64::try_from(strsim::damerau_levenshtein(code, known)).unwrap_or(u64::MAX),
        };
        let near = same.iter().min_by_key(|known| (distance(known), **known)).copied().unwrap_or_default();
        format!("{} has no `{code}`; the nearest known is `{near}`", self.code)
    }
}

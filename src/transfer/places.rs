//! Which region a code of a file means. Codes are looked up in the schemes that a layout names; years of validity choose
//! between several regions of one code.

use std::collections::HashMap;

use super::TransferError;
use super::layout::AreaOf;
use crate::domain::control;
use crate::domain::flow::{REGION_LEVELS, code_of};
use crate::domain::fold::fold;
use crate::storage::bulk::Fixed;
use crate::storage::conn::Conn;

/// Tea Road's own codes.
const OWN: &str = "REGION";
/// Names in any language.
const NAME: &str = "NAME";

/// A region that a code may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its id.
    pub region: u32,
    /// Its level as figures have it.
    pub level: u8,
    is_group: bool,
    from: i64,
    to: i64,
}

impl Place {
    fn is_valid(&self, year: i64) -> bool {
        self.from <= year && year <= self.to
    }
}

/// Words of a column that are remembered at once: a file of nothing but different ones takes no more memory.
pub(super) const REMEMBERED: usize = 100_000;
/// Unknown words that are told with the nearest known: looking for it takes long.
pub(super) const WITH_NEAREST: usize = 1_000;

/// Bytes of the longest word for which the nearest known one is looked for, and which is remembered: the time grows with
/// its length times the number of codes, and cells have up to 4 MiB. Longer names that are known are found all the same.
pub(super) const LONGEST: usize = 100;

/// What words of one column mean.
type Resolved = HashMap<Box<[u8]>, Result<Found, String>>;

/// Regions by their codes.
#[derive(Debug)]
pub struct Places {
    by_code: HashMap<(String, String), Vec<Place>>,
    /// Codes of each region in each scheme.
    codes: HashMap<(String, u32), Vec<(String, Place)>>,
    by_name: HashMap<String, Vec<Place>>,
    /// Names of unknown codes, told by a table beside the files.
    told: HashMap<String, String>,
    /// The user's own words: to Tea Road's codes.
    mapped: HashMap<String, String>,
    /// Codes of a table beside the files, and what they are in a known scheme.
    tables: HashMap<String, (String, String)>,
    /// What words meant, those that mean nothing too: looking for the nearest code takes long.
    resolved: HashMap<usize, Resolved>,
    /// Words so far that mean nothing.
    unknown: usize,
    /// Under which code each region with several stands in each year.
    used: HashMap<(i32, u32), String>,
}

/// What a word means: the scheme in which it was found, and the regions of it.
#[derive(Debug, Clone)]
struct Found {
    scheme: String,
    /// As the scheme writes it: 699 and 0699 are one code.
    code: String,
    places: Vec<Place>,
    /// Regions with another code beside this one: checked by year.
    has_others: bool,
}

impl Places {
    /// All regions of the database.
    pub fn load(conn: &mut Conn, names: bool) -> Result<Self, TransferError> {
        let mut out = Self {
            by_code: HashMap::new(),
            codes: HashMap::new(),
            by_name: HashMap::new(),
            told: HashMap::new(),
            mapped: HashMap::new(),
            tables: HashMap::new(),
            resolved: HashMap::new(),
            unknown: 0,
            used: HashMap::new(),
        };
        let mut all: HashMap<u32, Place> = HashMap::new();
        for row in conn.rows(Fixed("SELECT id, code, level, kind FROM regions"), &[])? {
            let (Some(id), Some(code), Some(level)) = (row.int(0), row.text(1), row.text(2)) else { continue };
            let Ok(region) = u32::try_from(id) else { continue };
            let level = code_of(REGION_LEVELS, level).and_then(|l| u8::try_from(l).ok()).unwrap_or(0);
            let is_group = row.text(3) == Some("GROUP");
            let place = Place { region, level, is_group, from: i64::MIN, to: i64::MAX };
            all.insert(region, place);
            out.by_code.insert((OWN.to_owned(), code.to_uppercase()), vec![place]);
        }
        let statement = Fixed(
            "SELECT scheme, code, region_id, valid_from, valid_to FROM region_codes ORDER BY scheme, code, region_id",
        );
        for row in conn.rows(statement, &[])? {
            let (Some(scheme), Some(code)) = (row.text(0), row.text(1)) else { continue };
            let Some(place) = row.int(2).and_then(|id| u32::try_from(id).ok()).and_then(|id| all.get(&id)) else {
                continue;
            };
            let from = row.int(3).unwrap_or(i64::MIN);
            let to = row.int(4).unwrap_or(i64::MAX);
            let place = Place { from, to, ..*place };
            out.by_code.entry((scheme.to_owned(), code.to_uppercase())).or_default().push(place);
            out.codes.entry((scheme.to_owned(), place.region)).or_default().push((code.to_owned(), place));
        }
        if names {
            let statement = Fixed("SELECT folded, subject_id FROM names WHERE subject_kind = 'REGION'");
            for row in conn.rows(statement, &[])? {
                let place = row.int(1).and_then(|id| u32::try_from(id).ok()).and_then(|id| all.get(&id));
                if let (Some(name), Some(place)) = (row.text(0), place) {
                    out.by_name.entry(name.to_owned()).or_default().push(*place);
                }
            }
        }
        Ok(out)
    }

    /// Tells the name of a code that may be unknown.
    pub fn tell_name(&mut self, code: &str, name: &str) {
        self.told.insert(code.to_uppercase(), control::without(name).into_owned());
    }

    /// Takes a word for a Tea Road code from here on.
    pub fn map(&mut self, word: &str, region: &str) -> Result<(), String> {
        if !self.by_code.contains_key(&(OWN.to_owned(), region.to_uppercase())) {
            let near = self.nearest(&[OWN.to_owned()], region, |_| true);
            let near = near.map(|near| format!("; the nearest known is `{near}`")).unwrap_or_default();
            return Err(format!("no region has this code{near}"));
        }
        self.mapped.insert(word.to_uppercase(), region.to_uppercase());
        Ok(())
    }

    /// Takes a code for one of another scheme from here on.
    pub fn alias(&mut self, code: &str, scheme: &str, other: &str) {
        self.tables.insert(code.to_uppercase(), (scheme.to_owned(), other.to_uppercase()));
    }

    /// Id and level of a Tea Road code.
    pub fn own(&self, code: &str) -> Option<Place> {
        self.by_code.get(&(OWN.to_owned(), code.to_uppercase())).and_then(|p| p.first()).copied()
    }

    /// The region of a word in a year. `at` numbers the places of a layout; words are remembered by it.
    pub fn find(&mut self, at: usize, of: &AreaOf, word: &[u8], year: i32, text: &str) -> Result<Place, String> {
        let long;
        let found = if word.len() > LONGEST {
            long = self.look_up(of, text);
            Some(&long)
        } else {
            if !self.resolved.get(&at).is_some_and(|words| words.contains_key(word)) {
                let found = self.look_up(of, text);
                self.unknown += usize::from(found.is_err());
                let words = self.resolved.entry(at).or_default();
                if words.len() >= REMEMBERED {
                    words.clear();
                }
                words.insert(Box::from(word), found);
            }
            self.resolved.get(&at).and_then(|words| words.get(word))
        };
        let found = match found {
            Some(Ok(found)) => found,
            Some(Err(reason)) => return Err(reason.clone()),
            None => return Err("it is not known".to_owned()),
        };
        let by_year = i64::from(year);
        // Years of validity choose between several regions of one code. They refuse a code only where the region had
        // another one in that year.
        let place = found.places.iter().find(|p| p.is_valid(by_year)).or_else(|| found.places.first());
        let Some(place) = place.copied() else { return Err("it is not known".to_owned()) };
        if found.has_others {
            let codes = self.codes.get(&(found.scheme.clone(), place.region)).map(Vec::as_slice).unwrap_or_default();
            match codes.iter().find(|(_, p)| p.is_valid(by_year)) {
                Some((other, _)) if !place.is_valid(by_year) => {
                    return Err(format!("in {year} this area has the code {other}"));
                }
                _ => {}
            }
            let used = self.used.entry((year, place.region)).or_insert_with(|| found.code.clone());
            if *used != found.code {
                return Err(format!("in earlier lines of this year the area has the code {used}"));
            }
        }
        Ok(place)
    }

    fn look_up(&self, of: &AreaOf, text: &str) -> Result<Found, String> {
        let mut word = text;
        if let Some(end) = of.before.as_deref().and_then(|before| word.find(before)) {
            word = word.get(..end).unwrap_or(word).trim();
        }
        word = word.get(of.skip..).unwrap_or(word);
        if of.cut.is_empty() {
            return self.look_up_word(of, word);
        }
        let mut first = None;
        for part in of.cut.iter().filter_map(|length| word.get(..*length)) {
            match self.look_up_word(of, part) {
                Ok(found) => return Ok(found),
                Err(reason) => first = first.or(Some(reason)),
            }
        }
        first.map_or_else(|| self.look_up_word(of, word), Err)
    }

    fn look_up_word(&self, of: &AreaOf, word: &str) -> Result<Found, String> {
        let mut upper = word.to_uppercase();
        let mut schemes = of.scheme.as_slice();
        let own = [OWN.to_owned()];
        let table;
        let beside = self.tables.get(&upper);
        let given = |word: &str| of.codes.iter().find(|(from, _)| from.eq_ignore_ascii_case(word));
        let given = given(word).or_else(|| beside.and_then(|(_, other)| given(other)));
        if let Some(region) = self.mapped.get(&upper).cloned().or(given.map(|(_, to)| to.to_uppercase())) {
            upper = region;
            schemes = &own;
        } else if let Some((scheme, other)) = beside {
            upper = other.clone();
            table = [scheme.clone()];
            schemes = &table;
        }
        let fits = |p: &Place| {
            let may = |l: &String| code_of(REGION_LEVELS, l) == Some(i64::from(p.level));
            of.levels.is_empty() || (!p.is_group && of.levels.iter().any(may))
        };
        for scheme in schemes {
            let found = match scheme.as_str() {
                NAME => self.by_name.get(&fold(word)).cloned().map(|places| (String::new(), places)),
                _ => self.in_scheme(scheme, &upper),
            };
            let Some((code, places)) = found else { continue };
            let places: Vec<Place> = places.into_iter().filter(|p| fits(p)).collect();
            if places.is_empty() {
                continue;
            }
            let others = |p: &Place| self.codes.get(&(scheme.clone(), p.region)).is_some_and(|c| c.len() > 1);
            let has_others = places.iter().any(others);
            return Ok(Found { scheme: scheme.clone(), code, places, has_others });
        }
        if self.unknown >= WITH_NEAREST {
            return Err(format!("no area has this code of {}", schemes.join(" or ")));
        }
        let Some(near) = self.nearest(schemes, &upper, fits) else {
            return Err(format!("no area has this code of {}; it has {} bytes", schemes.join(" or "), upper.len()));
        };
        let name = self.told.get(&upper).map(|n| format!(" ({n})")).unwrap_or_default();
        let what = if of.levels.iter().any(|l| l == "COUNTRY") { "country or special area" } else { "area" };
        Err(format!(
            "no {what} has this code of {}{name}; the nearest known is `{near}`; --map takes a table of your own codes",
            schemes.join(" or ")
        ))
    }

    /// The code as the scheme writes it, and its regions.
    fn in_scheme(&self, scheme: &str, code: &str) -> Option<(String, Vec<Place>)> {
        let key = (scheme.to_owned(), code.to_owned());
        if let Some(found) = self.by_code.get(&key) {
            return Some((key.1, found.clone()));
        }
        // Numbers lose or gain leading zeros on their way through spreadsheets.
        if !code.bytes().all(|b| b.is_ascii_digit()) || code.is_empty() {
            return None;
        }
        let plain = code.trim_start_matches('0');
        let plain = if plain.is_empty() { "0" } else { plain };
        (plain.len()..=3)
            .map(|length| format!("{plain:0>length$}"))
            .map(|padded| (scheme.to_owned(), padded))
            .find_map(|key| self.by_code.get(&key).map(|places| (key.1, places.clone())))
    }

    fn nearest(&self, schemes: &[String], code: &str, fits: impl Fn(&Place) -> bool) -> Option<String> {
        if code.len() > LONGEST {
            return None;
        }
        let number = code.parse::<i64>().ok();
        let known =
            self.by_code.iter().filter(|((scheme, _), places)| schemes.contains(scheme) && places.iter().any(&fits));
        let candidates = known.map(|((_, code), _)| code);
        let distance = |known: &str| match (number, known.parse::<i64>()) {
            (Some(wanted), Ok(known)) => wanted.abs_diff(known),
            _ => u64::try_from(strsim::damerau_levenshtein(code, known)).unwrap_or(u64::MAX),
        };
        candidates.min_by_key(|known| (distance(known), (*known).clone())).cloned().or_else(|| Some(String::new()))
    }
}

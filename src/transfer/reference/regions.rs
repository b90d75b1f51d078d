//! Places: subdivisions of countries, divisions of China, subjects of Russia, groups of countries.

use std::collections::HashSet;

use super::{Conversion, Source};
use crate::domain::nearest::nearest;
use crate::transfer::pack::spec::To;

/// Columns of [`subdivisions`].
const CODE: usize = 0;
const COUNTRY: usize = 1;
const NAME: usize = 2;
const NAME_EN: usize = 3;
const TYPE: usize = 4;
const PARENT: usize = 5;
const NAME_ZH: usize = 6;
const NAME_RU: usize = 7;
const CURRENT: usize = 8;

/// A place below another, as a line gives it.
struct Place<'a> {
    code: &'a str,
    level: &'a str,
    parent: &'a str,
    /// English, Chinese, Russian.
    names: [&'a str; 3],
}

fn put(to: &mut Conversion<'_>, line: &Source, place: &Place<'_>) {
    let source = to.source.clone();
    let cells = [
        ("code", place.code),
        ("kind", "PLACE"),
        ("level", place.level),
        ("parent", place.parent),
        ("source", source.as_str()),
    ];
    let [en, zh, ru] = place.names;
    to.put("regions", line.number, &cells, &[("en", en), ("zh", zh), ("ru", ru)]);
}

fn put_code(to: &mut Conversion<'_>, line: &Source, region: &str, scheme: &str, code: &str) {
    to.put("region_codes", line.number, &[("region", region), ("scheme", scheme), ("code", code)], &[]);
}

/// ISO 3166-2 with names in three languages. A place that is there, also under another code of ours, keeps its names;
/// codes that are withdrawn are left out.
pub(super) fn subdivisions(to: &mut Conversion<'_>, lines: &[Source]) {
    for line in lines {
        let code = line.get(CODE);
        let known = to.region("ISO_3166_2", code).or_else(|| to.keys.find(To::Region, code));
        let kept = known.filter(|id| to.is_kept(*id)).or_else(|| economy(to, line));
        if let Some(id) = kept {
            let region = to.region_code(id).to_owned();
            put_code(to, line, &region, "ISO_3166_2", code);
            to.merge(line);
            continue;
        }
        if line.get(CURRENT) == "0" {
            to.leave_out(line, "codes that ISO 3166-2 has no more");
            continue;
        }
        let country = to.region("ISO_ALPHA2", line.get(COUNTRY)).map(|id| to.region_code(id).to_owned());
        let Some(country) = country else {
            to.bad(line, COUNTRY, "there is no country of this ISO 3166-1 code");
            continue;
        };
        let name = if line.get(NAME_EN).is_empty() { line.get(NAME) } else { line.get(NAME_EN) };
        let (level, parent) = match line.get(PARENT) {
            "" => ("PROVINCE", country.as_str()),
            parent => ("CITY", parent),
        };
        put(to, line, &Place { code, level, parent, names: [name, line.get(NAME_ZH), line.get(NAME_RU)] });
        put_code(to, line, code, "ISO_3166_2", code);
    }
}

/// The economy of its own that a subdivision also is: Puerto Rico is `US-PR` and `PR`, Guadeloupe `FR-971`, below
/// `FR-GP`, and `GP`. It is here once, so that nothing counts twice.
fn economy(to: &Conversion<'_>, line: &Source) -> Option<i64> {
    let kind = line.get(TYPE);
    let is_apart =
        kind.starts_with("Overseas") || ["Outlying area", "Country", "Special administrative region"].contains(&kind);
    let code = if line.get(PARENT).is_empty() { line.get(CODE) } else { line.get(PARENT) };
    let (_, own) = code.split_once('-').filter(|_| is_apart)?;
    to.region("ISO_ALPHA2", own)
}

/// GB/T 2260. Provinces are there; other divisions get the code `CN-` and their number.
pub(super) fn divisions_of_china(to: &mut Conversion<'_>, lines: &[Source]) {
    for line in lines {
        let (gb, level, parent, iso) = (line.get(0), line.get(1), line.get(2), line.get(5));
        if gb.len() != 6 || !gb.bytes().all(|b| b.is_ascii_digit()) {
            to.bad(line, 0, "expected six digits");
            continue;
        }
        let province = |to: &Conversion<'_>, gb: &str| to.region("GB2260", gb).or_else(|| to.region("ISO_3166_2", iso));
        if level == "province" {
            match province(to, gb) {
                Some(id) => {
                    let region = to.region_code(id).to_owned();
                    put_code(to, line, &region, "GB2260", gb);
                    to.merge(line);
                }
                None => to.bad(line, 5, "there is no province of this ISO 3166-2 code"),
            }
            continue;
        }
        let code = format!("CN-{gb}");
        let known = to.region("GB2260", gb).or_else(|| to.keys.find(To::Region, &code));
        if let Some(id) = known.filter(|id| to.is_kept(*id)) {
            let region = to.region_code(id).to_owned();
            put_code(to, line, &region, "GB2260", gb);
            to.merge(line);
            continue;
        }
        let Some(above) = province(to, parent).map(|id| to.region_code(id).to_owned()) else {
            to.bad(line, 2, "there is no province of this GB/T 2260 code");
            continue;
        };
        put(to, line, &Place { code: &code, level: "CITY", parent: &above, names: [line.get(4), line.get(3), ""] });
        put_code(to, line, &code, "GB2260", gb);
    }
}

/// Subjects of Russia: all are there, and get their OKATO codes, two digits, or five for an autonomous okrug within an
/// oblast.
pub(super) fn regions_of_russia(to: &mut Conversion<'_>, lines: &[Source]) {
    for line in lines {
        let (iso, okato) = (line.get(0), line.get(3));
        if !iso.starts_with("RU-") {
            to.leave_out(line, "places that ISO 3166-2 does not list under Russia");
            continue;
        }
        let Some(id) = to.region("ISO_3166_2", iso) else {
            let near = nearest(iso, to.keys.all(To::Region).map(|(key, _)| key).filter(|key| key.starts_with("RU-")));
            to.bad(line, 0, format!("there is no region of this code; the nearest are {}", near.join(", ")));
            continue;
        };
        if okato.len() != 11 || !okato.bytes().all(|b| b.is_ascii_digit()) {
            to.bad(line, 3, "expected eleven digits");
            continue;
        }
        let digits = if okato.get(2..5) == Some("000") { 2 } else { 5 };
        let region = to.region_code(id).to_owned();
        put_code(to, line, &region, "OKATO", okato.get(..digits).unwrap_or_default());
        to.merge(line);
    }
}

/// Groups of countries. Membership that is there keeps its dates; a year alone is its first day for the beginning and
/// its last for the end.
pub(super) fn groups(to: &mut Conversion<'_>, lines: &[Source]) {
    let mut made: HashSet<String> = HashSet::new();
    for line in lines {
        let group = line.get(0);
        let known = to.keys.find(To::Region, group);
        let is_kept = known.is_some_and(|id| to.is_kept(id));
        let is_group =
            known.and_then(|id| to.keys.places.get(&(To::Region, id))).is_none_or(|p| p.path == format!("/{group}/"));
        if !is_group {
            to.bad(line, 0, "this code names a place, which is no group");
            continue;
        }
        let Some(member) = to.region("ISO_ALPHA3", line.get(2)) else {
            to.bad(line, 2, "there is no country of this ISO 3166-1 code");
            continue;
        };
        let (Some(since), Some(until)) = (day(line.get(3), "01-01"), day(line.get(4), "12-31")) else {
            to.bad(line, 3, "expected years or dates, or nothing");
            continue;
        };
        if !is_kept && made.insert(group.to_owned()) {
            let source = to.source.clone();
            let cells =
                [("code", group), ("kind", "GROUP"), ("level", "AREA"), ("parent", ""), ("source", source.as_str())];
            to.put("regions", line.number, &cells, &[("en", line.get(1))]);
        }
        let member = to.region_code(member).to_owned();
        if is_kept && to.members.contains(&(group.to_owned(), member.clone())) {
            to.merge(line);
            continue;
        }
        let cells = [("group", group), ("member", member.as_str()), ("since", &since), ("until", &until)];
        to.put("region_members", line.number, &cells, &[]);
    }
}

/// A date, or a year with the rest of one; `None` where it is neither.
fn day(text: &str, rest: &str) -> Option<String> {
    match text.len() {
        0 | 10 => Some(text.to_owned()),
        4 if text.bytes().all(|b| b.is_ascii_digit()) => Some(format!("{text}-{rest}")),
        _ => None,
    }
}

//! Classifications and their concordances.

use std::collections::{HashMap, HashSet};

use super::{Conversion, Source};
use crate::domain::nearest::nearest;
use crate::transfer::input::Input;
use crate::transfer::pack::spec::To;
use crate::transfer::rows::Rows;

/// Words for classifications in headers of concordances, with the classification; `hs` stands for all editions.
const WORDS: &[(&str, &str)] = &[
    ("hs0", "HS1992"),
    ("hs1", "HS1996"),
    ("hs2", "HS2002"),
    ("hs3", "HS2007"),
    ("hs4", "HS2012"),
    ("hs5", "HS2017"),
    ("hs6", "HS2022"),
    ("hs", ""),
    ("sitc1", "SITC1"),
    ("sitc2", "SITC2"),
    ("sitc3", "SITC3"),
    ("sitc4", "SITC4"),
    ("bec4", "BEC4"),
    ("bec5", "BEC5"),
    ("isic3", "ISIC3"),
    ("isic4", "ISIC4"),
];

/// Editions of the Harmonized System.
const EDITIONS: [&str; 7] = ["HS1992", "HS1996", "HS2002", "HS2007", "HS2012", "HS2017", "HS2022"];

/// Titles of classifications that do not ship.
const TITLES: &[(&str, &str)] = &[
    ("SITC1", "Standard International Trade Classification, revision 1"),
    ("SITC2", "Standard International Trade Classification, revision 2"),
    ("SITC3", "Standard International Trade Classification, revision 3"),
    ("SITC4", "Standard International Trade Classification, revision 4"),
    ("BEC4", "Classification by Broad Economic Categories, revision 4"),
    ("ISIC3", "International Standard Industrial Classification, revision 3"),
    ("ISIC4", "International Standard Industrial Classification, revision 4"),
];

/// A node that a line gives.
struct Node<'a> {
    line: &'a Source,
    edition: String,
    code: String,
    parent: String,
    level: String,
    name: &'a str,
}

/// Columns of code, parent and level in a layout, for messages.
struct At {
    code: usize,
    parent: usize,
}

/// `classification,edition,code,description,parent,level`.
pub(super) fn nomenclature(to: &mut Conversion<'_>, lines: &[Source]) {
    let mut nodes = Vec::new();
    for line in lines {
        let edition = line.get(1).to_owned();
        if edition.is_empty() {
            to.bad(line, 1, "expected an edition such as HS2017");
            continue;
        }
        nodes.extend(node(to, line, edition, [2, 3, 4, 5]));
    }
    write(to, nodes, &At { code: 2, parent: 4 });
}

/// `section,hscode,description,parent,level`: HS 2022. What is there keeps its name.
pub(super) fn hs_codes(to: &mut Conversion<'_>, lines: &[Source]) {
    let mut nodes = Vec::new();
    for line in lines {
        let key = if line.get(1) == "TOTAL" { "HS/TOTAL".to_owned() } else { format!("HS2022/{}", line.get(1)) };
        // A nomenclature that was loaded before names its products itself.
        if to.keys.find(To::Sector, &key).is_some() {
            to.merge(line);
            continue;
        }
        nodes.extend(node(to, line, "HS2022".to_owned(), [1, 2, 3, 4]));
    }
    write(to, nodes, &At { code: 1, parent: 3 });
}

/// A node of columns for code, name, parent and level. HS codes get back the zeros that a spreadsheet dropped.
fn node<'a>(to: &mut Conversion<'_>, line: &'a Source, edition: String, columns: [usize; 4]) -> Option<Node<'a>> {
    let [code_at, name_at, parent_at, level_at] = columns;
    let (code, level) = (line.get(code_at), line.get(level_at));
    let (name, parent) = (line.get(name_at), line.get(parent_at));
    if !edition.starts_with("HS") {
        return Some(Node {
            line,
            edition,
            code: code.to_owned(),
            parent: parent.to_owned(),
            level: level.to_owned(),
            name,
        });
    }
    let Some(length) = level.parse::<usize>().ok().filter(|l| matches!(l, 2 | 4 | 6)) else {
        to.bad(line, level_at, "expected the level 2, 4 or 6");
        return None;
    };
    let code = format!("{code:0>length$}");
    if code.len() != length || !code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
        to.bad(line, code_at, format!("expected an HS code of {length} places"));
        return None;
    }
    let parent = code.get(..length.saturating_sub(2)).unwrap_or_default().to_owned();
    Some(Node { line, edition, code, parent, level: level.to_owned(), name })
}

/// Puts nodes with their classifications. Chapters keep the names that ship; a heading that no line gives is made
/// without a name.
fn write(to: &mut Conversion<'_>, nodes: Vec<Node<'_>>, at: &At) {
    let own: HashSet<(String, String)> = nodes.iter().map(|n| (n.edition.clone(), n.code.clone())).collect();
    let mut made: HashSet<(String, String)> = HashSet::new();
    for node in nodes {
        let known = |to: &Conversion<'_>, code: &str| {
            to.keys.find(To::Sector, &format!("{}/{code}", node.edition)).is_some()
                || own.contains(&(node.edition.clone(), code.to_owned()))
        };
        let is_hs = node.edition.starts_with("HS");
        if is_hs && node.level == "2" && to.keys.find(To::Sector, &format!("{}/{}", node.edition, node.code)).is_some()
        {
            to.merge(node.line);
            continue;
        }
        if node.code.is_empty() {
            to.bad(node.line, at.code, "is empty and must not be");
            continue;
        }
        classification(to, node.line.number, &node.edition);
        let mut parent = node.parent.clone();
        // The UN's tables of SITC 2 and 3 write some parents with a point that the code has not.
        if !parent.is_empty() && !known(to, &parent) && known(to, &parent.replace('.', "")) {
            parent = parent.replace('.', "");
        }
        if is_hs && parent.is_empty() {
            parent = "HS/TOTAL".to_owned();
        } else if is_hs && !known(to, &parent) {
            let (heading, chapter) = (parent.clone(), parent.get(..2).unwrap_or_default().to_owned());
            if parent.len() == 4 && known(to, &chapter) && made.insert((node.edition.clone(), heading.clone())) {
                let cells = [
                    ("classification", node.edition.as_str()),
                    ("code", &heading),
                    ("level", "4"),
                    ("parent", &chapter),
                ];
                to.put("sectors", node.line.number, &cells, &[]);
            }
        } else if !parent.is_empty() && !known(to, &parent) {
            to.bad(node.line, at.parent, format!("{} has no node with this code", node.edition));
            continue;
        }
        let cells = [
            ("classification", node.edition.as_str()),
            ("code", node.code.as_str()),
            ("level", node.level.as_str()),
            ("parent", parent.as_str()),
        ];
        to.put("sectors", node.line.number, &cells, &[("en", node.name)]);
    }
}

/// Puts a classification that is not there, once.
fn classification(to: &mut Conversion<'_>, number: u64, code: &str) {
    let is_put = to
        .out
        .get("classifications")
        .is_some_and(|all| all.iter().any(|line| line.cells.first().and_then(Option::as_deref) == Some(code)));
    if is_put || to.keys.find(To::Classification, code).is_some() {
        return;
    }
    let family = code.trim_end_matches(|c: char| c.is_ascii_digit());
    let title = TITLES.iter().find(|(known, _)| *known == code).map_or(code, |(_, title)| title);
    let source = to.source.clone();
    let cells = [
        ("code", code),
        ("family", if family.is_empty() { code } else { family }),
        ("edition", code),
        ("title", title),
        ("source", source.as_str()),
    ];
    to.put("classifications", number, &cells, &[]);
}

/// `section,name,chapter_from,chapter_to`: the sections ship; their chapters are compared.
pub(super) fn hs_sections(to: &mut Conversion<'_>, lines: &[Source]) {
    for line in lines {
        let section = line.get(0);
        let (Ok(from), Ok(until)) = (line.get(2).parse::<u32>(), line.get(3).parse::<u32>()) else {
            to.bad(line, 2, "expected the numbers of the first and the last chapter");
            continue;
        };
        let Some(id) = to.keys.find(To::Sector, &format!("HS2022/{section}")) else {
            let near = nearest(section, to.keys.all(To::Sector).filter_map(|(k, _)| k.strip_prefix("HS2022/")));
            to.bad(line, 0, format!("there is no section of this number; the nearest are {}", near.join(", ")));
            continue;
        };
        let path = to.keys.places.get(&(To::Sector, id)).map(|p| p.path.clone()).unwrap_or_default();
        let elsewhere = (from..=until.min(99)).map(|chapter| format!("{chapter:02}")).find(|chapter| {
            let id = to.keys.find(To::Sector, &format!("HS2022/{chapter}"));
            let place = id.and_then(|id| to.keys.places.get(&(To::Sector, id)));
            place.is_some_and(|place| place.path != format!("{path}{chapter}/"))
        });
        match elsewhere {
            Some(chapter) => to.bad(line, 3, format!("chapter {chapter} does not stand in section {section}")),
            None => to.merge(line),
        }
    }
}

/// `code,parent,level,description`: ISIC 4, levels in words.
pub(super) fn isic4(to: &mut Conversion<'_>, lines: &[Source]) {
    let mut nodes = Vec::new();
    for line in lines {
        let level = match line.get(2).to_ascii_lowercase().as_str() {
            "section" | "1" => "1",
            "division" | "2" => "2",
            "group" | "3" => "3",
            "class" | "4" => "4",
            _ => {
                to.bad(line, 2, "expected section, division, group or class");
                continue;
            }
        };
        let (code, parent) = (line.get(0).to_owned(), line.get(1).to_owned());
        nodes.push(Node {
            line,
            edition: "ISIC4".to_owned(),
            code,
            parent,
            level: level.to_owned(),
            name: line.get(3),
        });
    }
    write(to, nodes, &At { code: 0, parent: 1 });
}

/// `code,description`: ISIC 3. A division stands below the section before it, a group and a class below the code that
/// is one digit shorter.
pub(super) fn isic3(to: &mut Conversion<'_>, lines: &[Source]) {
    let mut section = String::new();
    let mut nodes = Vec::new();
    for line in lines {
        let code = line.get(0);
        let is_number = code.bytes().all(|b| b.is_ascii_digit());
        let (parent, level) = match code.len() {
            1 if code.bytes().all(|b| b.is_ascii_uppercase()) => {
                code.clone_into(&mut section);
                (String::new(), "1")
            }
            2 if is_number => (section.clone(), "2"),
            3 if is_number => (code.get(..2).unwrap_or_default().to_owned(), "3"),
            4 if is_number => (code.get(..3).unwrap_or_default().to_owned(), "4"),
            _ => {
                to.bad(line, 0, "expected a letter, or two to four digits");
                continue;
            }
        };
        nodes.push(Node {
            line,
            edition: "ISIC3".to_owned(),
            code: code.to_owned(),
            parent,
            level: level.to_owned(),
            name: line.get(1),
        });
    }
    write(to, nodes, &At { code: 0, parent: 0 });
}

/// Whether a file of codes and descriptions begins with a section of ISIC.
pub(super) fn is_isic3(input: &Input) -> bool {
    let Ok(mut rows) = Rows::open(input, encoding_rs::WINDOWS_1252) else { return false };
    let Some(code) = rows.header.iter().position(|h| h.eq_ignore_ascii_case("code")) else { return false };
    let is_section = |code: &str| code.len() == 1 && code.bytes().all(|b| b.is_ascii_uppercase());
    matches!(rows.advance(), Ok(true)) && is_section(&rows.text(code))
}

/// The classification that a word of a header names; empty for all editions of the Harmonized System.
fn named(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    let whole = || EDITIONS.iter().find(|e| e.eq_ignore_ascii_case(&word)).copied();
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, classification)| *classification).or_else(whole)
}

/// Whether a header is that of a concordance.
pub(super) fn is_concordance(header: &[String]) -> bool {
    matches!(header, [from, to] if named(from).is_some() && named(to).is_some())
}

/// Two columns, named after the classifications. A code of all editions stands for those editions that have it.
pub(super) fn concordance(to: &mut Conversion<'_>, lines: &[Source]) {
    let sides: Vec<&'static str> = to.columns.iter().filter_map(|word| named(word)).collect();
    let [from, until] = sides.as_slice() else { return };
    let mut seen: HashMap<(String, String), u64> = HashMap::new();
    for line in lines {
        let before = seen.insert((line.get(0).to_owned(), line.get(1).to_owned()), line.number);
        if before.is_some() {
            to.merge(line);
            continue;
        }
        let (Some(left), Some(right)) = (side(to, line, 0, from), side(to, line, 1, until)) else { continue };
        for one in &left {
            for other in &right {
                let cells = [("from_sector", one.as_str()), ("to_sector", other.as_str())];
                to.put("correspondences", line.number, &cells, &[]);
            }
        }
    }
}

/// The key of a code. Concordances fill codes of SITC and BEC with zeros to their full length, which nomenclatures do
/// not: `410` is BEC's `41`.
fn known(to: &Conversion<'_>, edition: &str, code: &str) -> Option<String> {
    let mut key = format!("{edition}/{code}");
    let is_filled = edition.starts_with("SITC") || edition.starts_with("BEC");
    while to.keys.find(To::Sector, &key).is_none() {
        if !is_filled || !key.ends_with('0') {
            return None;
        }
        key.pop();
    }
    Some(key)
}

/// The sectors that a cell names; tells a code that there is not.
fn side(to: &mut Conversion<'_>, line: &Source, column: usize, classification: &str) -> Option<Vec<String>> {
    let code = line.get(column);
    let editions: &[&str] = if classification.is_empty() { &EDITIONS } else { &[classification] };
    let found: Vec<String> = editions.iter().filter_map(|edition| known(to, edition, code)).collect();
    if !found.is_empty() {
        return Some(found);
    }
    let key = format!("{}/{code}", editions.last().copied().unwrap_or_default());
    // More than a hundred are not printed.
    let near = if to.bad.len() < 100 { to.keys.nearest(To::Sector, &key) } else { Vec::new() };
    let hint = if near.is_empty() {
        "; load its nomenclature first".to_owned()
    } else {
        format!("; the nearest are {}", near.join(", "))
    };
    let reason = if classification.is_empty() {
        "no edition of the HS has this code".to_owned()
    } else {
        format!("{classification} does not have this code")
    };
    to.bad(line, column, format!("{reason}{hint}"));
    None
}

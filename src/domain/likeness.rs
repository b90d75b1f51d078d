//! How alike two names of one thing are, for lists that were written by others: words may stand in another order, be
//! misspelled, and a legal form says little.

use super::words::{Token, is_correctable, pairs};

/// Legal forms as words: they tell companies apart only when nothing else does.
const LEGAL_FORMS: &[&str] = &[
    "ab",
    "ag",
    "as",
    "bv",
    "cjsc",
    "co",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "inc",
    "incorporated",
    "jsc",
    "kg",
    "kgaa",
    "kk",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "mbh",
    "nv",
    "ojsc",
    "oo",
    "oy",
    "oyj",
    "pjsc",
    "plc",
    "pte",
    "pty",
    "pvt",
    "sa",
    "sarl",
    "sas",
    "se",
    "sl",
    "spa",
    "srl",
    "zoo",
    "ао",
    "гуп",
    "зао",
    "ип",
    "муп",
    "нао",
    "оао",
    "ооо",
    "пао",
    "тоо",
    "фгуп",
];

/// Legal forms at the end of a run without blanks, the longest first.
const LEGAL_ENDINGS: &[&str] =
    &["股份有限公司", "有限责任公司", "有限責任公司", "有限公司", "株式会社", "集团公司", "公司"];

/// Weight of a legal form beside 1 of any other word.
const LEGAL_WEIGHT: f64 = 0.1;
/// How alike words are that one letter, or in long words two letters, tell apart.
const ONE_ERROR: f64 = 0.8;
const TWO_ERRORS: f64 = 0.6;
/// Letters of a word in which two errors are forgiven.
const LONG: usize = 8;

/// A part of a name and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The folded word, pair of characters or legal form.
    pub text: String,
    /// 1, or less for a legal form.
    pub weight: f64,
}

/// The parts of a name: words, and pairs of neighbours of a run without blanks.
pub fn parts(tokens: &[Token]) -> Vec<Part> {
    let mut out = Vec::new();
    let full = |text: String| Part { text, weight: 1.0 };
    let legal = |text: &str| Part { text: text.to_owned(), weight: LEGAL_WEIGHT };
    for token in tokens {
        if !token.unspaced {
            let is_legal = LEGAL_FORMS.contains(&token.text.as_str());
            out.push(if is_legal { legal(&token.text) } else { full(token.text.clone()) });
            continue;
        }
        let ending = LEGAL_ENDINGS.iter().find_map(|e| Some((*e, token.text.strip_suffix(e)?)));
        let (run, ending) = ending.map_or((token.text.as_str(), None), |(ending, run)| (run, Some(ending)));
        if run.chars().nth(1).is_none() {
            out.extend((!run.is_empty()).then(|| full(run.to_owned())));
        } else {
            out.extend(pairs(run).map(full));
        }
        out.extend(ending.map(legal));
    }
    out
}

/// The beginning of a name up to its legal form; all of it where nothing would be left.
pub fn without_legal_form(tokens: &[Token]) -> Vec<Token> {
    let mut out = tokens.to_vec();
    while let Some(last) = out.last_mut() {
        if last.unspaced {
            if let Some(run) = LEGAL_ENDINGS.iter().find_map(|ending| last.text.strip_suffix(ending)) {
                let run = run.to_owned();
                if run.is_empty() {
                    out.pop();
                } else {
                    last.text = run;
                }
            }
            break;
        }
        if !LEGAL_FORMS.contains(&last.text.as_str()) {
            break;
        }
        out.pop();
    }
    if out.is_empty() { tokens.to_vec() } else { out }
}

/// Parts of a name that are compared: the time grows with their square.
const MOST_PARTS: usize = 24;

/// How alike two names are, from 0 (no word in common) to 1 (equal words): twice the weight of what they share over
/// the weight of both. Each part is matched once, with the part most like it.
pub fn likeness(asked: &[Part], name: &[Part]) -> f64 {
    let cut = |parts: &'_ [Part]| parts.len().min(MOST_PARTS);
    let (asked, name) = (asked.get(..cut(asked)).unwrap_or(asked), name.get(..cut(name)).unwrap_or(name));
    let weight = |parts: &[Part]| parts.iter().map(|p| p.weight).sum::<f64>();
    let all = weight(asked) + weight(name);
    if all <= 0.0 {
        return 0.0;
    }
    let mut free: Vec<&Part> = name.iter().collect();
    let mut shared = 0.0;
    // Equal parts first, so that a misspelled word does not take the place of the right one.
    for exact in [true, false] {
        for part in asked {
            let is_done = name.iter().any(|n| n.text == part.text);
            if is_done != exact {
                continue;
            }
            let scored = free.iter().enumerate().map(|(at, other)| (resemblance(&part.text, &other.text), at));
            let best = scored.reduce(|best, other| if other.0 > best.0 { other } else { best });
            if let Some((likeness, at)) = best.filter(|(likeness, _)| *likeness > 0.0) {
                shared += likeness * (part.weight + free.remove(at).weight);
            }
        }
    }
    (shared / all).min(1.0)
}

fn resemblance(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    // Two errors change at most two letters, of up to four bytes each.
    if a.len().abs_diff(b.len()) > 8 || !is_correctable(a) || !is_correctable(b) {
        return 0.0;
    }
    let is_long = |word: &str| word.chars().count() >= LONG;
    match strsim::osa_distance(a, b) {
        1 => ONE_ERROR,
        2 if is_long(a) && is_long(b) => TWO_ERRORS,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::{tokens, whole};
    use super::*;

    fn alike(a: &str, b: &str) -> f64 {
        likeness(&parts(&tokens(a)), &parts(&tokens(b)))
    }

    #[test]
    fn equal_words_are_one_in_any_order() {
        assert!((alike("Zibo Ceramics", "CERAMICS, Zibo") - 1.0).abs() < 1e-9);
        assert!(alike("Zibo Ceramics", "Ulan-Ude Aviation") < 1e-9);
        assert!(alike("", "Zibo") < 1e-9);
    }

    #[test]
    fn legal_forms_say_little() {
        for (a, b) in [
            ("Zibo Ceramics Co., Ltd.", "Zibo Ceramics"),
            ("ООО Байкал", "Байкал"),
            ("淄博陶瓷有限公司", "淄博陶瓷"),
            ("Müller Maschinen GmbH", "Muller Maschinen AG"),
        ] {
            assert!((0.9..1.0).contains(&alike(a, b)), "{a}: {}", alike(a, b));
        }
        assert!(alike("Zibo Ceramics Ltd", "Zibo Pharma Ltd") < 0.6);
        assert!((alike("Company Ltd", "Company Ltd") - 1.0).abs() < 1e-9, "of legal forms alone they are all there is");
    }

    #[test]
    fn errors_cost_something() {
        let right = alike("Buryatia Export Centre", "Buryatia Export Centre");
        let one = alike("Buriatia Export Centre", "Buryatia Export Centre");
        let two = alike("Burietia Export Centre", "Buryatia Export Centre");
        assert!(right > one && one > two && two > 0.8, "{right} {one} {two}");
    }

    #[test]
    fn a_part_is_matched_once() {
        assert!((alike("zibo zibo", "zibo") - 2.0 / 3.0).abs() < 1e-9);
        assert!(alike("zibo ziba", "zibo") < alike("zibo", "zibo"));
    }

    #[test]
    fn the_legal_form_ends_the_beginning() {
        let left = |text: &str| whole(&without_legal_form(&tokens(text)));
        assert_eq!(left("Zibo Ceramics Co., Ltd."), "zibo ceramics");
        assert_eq!(left("淄博陶瓷股份有限公司"), "淄博陶瓷");
        assert_eq!(left("Co. Ltd"), "co ltd");
    }
}

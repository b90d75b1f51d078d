//! Splits folded text into what is looked up: words, and for scripts that put no blanks between words every pair of
//! neighbouring characters. Names when they are stored and questions when they are asked are split here, alike.

use super::fold::fold;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The folded part.
    pub text: String,
    /// Whether it is a run of a script without blanks, in which words may begin anywhere.
    pub unspaced: bool,
}

/// A part of a question, as it is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What is looked up.
    pub text: String,
    /// Whether terms that go on after it are meant too.
    pub prefix: bool,
}

/// Characters of a term at most; a longer word is kept by its beginning.
const LONGEST: usize = 32;
/// Characters of a whole name's term at most.
const LONGEST_NAME: usize = 60;
/// Letters of a word whose misspellings are found: in shorter ones another letter is another word.
const CORRECTABLE: std::ops::RangeInclusive<usize> = 4..=24;

/// The parts of a text, in their order; what is neither letter nor digit only divides.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut divided = true;
    for c in fold(text).chars() {
        if !c.is_alphanumeric() {
            divided = true;
            continue;
        }
        let unspaced = is_unspaced(c);
        match out.last_mut() {
            Some(last) if !divided && last.unspaced == unspaced => last.text.push(c),
            _ => out.push(Token { text: c.to_string(), unspaced }),
        }
        divided = false;
    }
    out
}

/// The parts joined by blanks: equal for two texts that differ only in case, accents and punctuation.
pub fn whole(tokens: &[Token]) -> String {
    tokens.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The term of a whole name or of the beginning of one.
pub fn name_term(tokens: &[Token]) -> String {
    cut(&whole(tokens), LONGEST_NAME)
}

/// The term of a code: its letters and digits, so that `3004.90` is `300490`.
pub fn code_term(code: &str) -> String {
    cut(&fold(code).chars().filter(|c| c.is_alphanumeric()).collect::<String>(), LONGEST_NAME)
}

/// The terms of the words of a name, each once. The last character of a run stands alone, so that every character is
/// the beginning of a term.
pub fn word_terms(tokens: &[Token]) -> Vec<String> {
    let mut out = Vec::new();
    for token in tokens {
        if token.unspaced {
            out.extend(pairs(&token.text));
            out.extend(token.text.chars().next_back().map(String::from));
        } else {
            out.push(cut(&token.text, LONGEST));
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// What is looked up for a question. Its last word may go on.
pub fn keys(tokens: &[Token]) -> Vec<Key> {
    let mut out: Vec<Key> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let is_last = index + 1 == tokens.len();
        let key = |text: String, prefix: bool| Key { text, prefix };
        if !token.unspaced {
            out.push(key(cut(&token.text, LONGEST), is_last));
        } else if token.text.chars().nth(1).is_none() {
            out.push(key(token.text.clone(), true));
        } else {
            out.extend(pairs(&token.text).map(|pair| key(pair, false)));
        }
    }
    let mut seen = std::collections::HashSet::new();
    out.retain(|key| seen.insert(key.text.clone()));
    out
}

/// Whether misspellings of a word are looked for.
pub fn is_correctable(word: &str) -> bool {
    CORRECTABLE.contains(&word.chars().count()) && word.chars().all(|c| c.is_alphabetic() && !is_unspaced(c))
}

/// A word and what is left of it without one of its letters. Two words that are one letter added, left out, replaced
/// or exchanged with its neighbour apart have one of these in common.
pub fn deletions(word: &str) -> Vec<String> {
    let places = word.char_indices().map(|(at, c)| (at, c.len_utf8()));
    let without = |(at, length): (usize, usize)| {
        let (before, rest) = word.split_at(at);
        Some(format!("{before}{}", rest.get(length..)?))
    };
    let mut out: Vec<String> = places.filter_map(without).chain([word.to_owned()]).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Pairs of neighbouring characters.
pub fn pairs(run: &str) -> impl Iterator<Item = String> {
    run.chars().zip(run.chars().skip(1)).map(|(a, b)| String::from_iter([a, b]))
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// Whether a character is of a script without blanks between words: Chinese (unified ideographs with their
/// extensions) and Japanese kana, by the blocks of Unicode 16.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        word_terms(&tokens(text))
    }

    #[test]
    fn words_and_pairs_are_terms() {
        assert_eq!(terms("Zibo Customs"), ["customs", "zibo"]);
        assert_eq!(terms("Côte d\u{2019}Ivoire"), ["cote", "d", "ivoire"]);
        assert_eq!(terms("淄博市"), ["博市", "市", "淄博"]);
        assert_eq!(terms("淄博abc"), ["abc", "博", "淄博"]);
        assert!(terms("--").is_empty());
    }

    #[test]
    fn every_part_of_a_run_is_found_by_its_keys() {
        let name = terms("淄博市海关");
        for asked in ["淄", "关", "淄博", "博市", "市海关", "淄博市海关"] {
            let found =
                |key: &Key| name.iter().any(|t| if key.prefix { t.starts_with(&key.text) } else { *t == key.text });
            assert!(keys(&tokens(asked)).iter().all(found), "{asked}");
        }
        assert!(!keys(&tokens("博海")).iter().any(|key| name.contains(&key.text)));
    }

    #[test]
    fn only_the_last_word_goes_on() {
        let asked: Vec<(String, bool)> = keys(&tokens("zibo Cus")).into_iter().map(|k| (k.text, k.prefix)).collect();
        assert_eq!(asked, [("zibo".to_owned(), false), ("cus".to_owned(), true)]);
        assert!(keys(&tokens("cus 淄博")).iter().all(|key| !key.prefix));
    }

    #[test]
    fn words_one_typing_error_apart_share_a_deletion() {
        let share = |a: &str, b: &str| deletions(a).iter().any(|d| deletions(b).contains(d));
        for wrong in ["buriatia", "buryatai", "buryata", "buryyatia", "uryatia"] {
            assert!(share("buryatia", wrong), "{wrong}");
        }
        assert!(!share("buryatia", "bulgaria"));
        assert_eq!(deletions("aab"), ["aa", "aab", "ab"]);
        assert!(
            is_correctable("zibo")
                && !is_correctable("abc")
                && !is_correctable("hs2022")
                && !is_correctable("淄博市海")
        );
    }

    #[test]
    fn codes_have_no_punctuation() {
        assert_eq!(code_term("CN-370300"), "cn370300");
        assert_eq!(code_term("3004.90"), "300490");
    }
}

//! Search terms of a name: its folded words, and for Chinese text every character and every pair of neighbours, since
//! Chinese has no blanks between words.

/// The terms of a folded name.
pub fn of(folded: &str) -> Vec<String> {
    let mut out = Vec::new();
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        let chars: Vec<char> = word.chars().collect();
        if chars.iter().any(|c| is_han(*c)) {
            out.extend(chars.iter().map(char::to_string));
            out.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else {
            out.push(word.to_owned());
        }
    }
    out.sort();
    out.dedup();
    out
}

/// Whether a character is a Chinese one (Unicode 16, CJK unified ideographs and extension A).
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_pairs_are_terms() {
        assert_eq!(of("zibo customs"), ["customs", "zibo"]);
        assert_eq!(of("淄博市"), ["博", "博市", "市", "淄", "淄博"]);
        assert!(of("--").is_empty());
    }
}

//! The words nearest to one that is unknown, for messages.

use super::fold::fold;

/// Characters of a text that are compared with codes: the time grows with their number, and strangers send them.
const COMPARED: usize = 100;

/// The three words nearest to `wanted`: by folded spelling, those that begin with it first.
pub fn nearest<'a>(wanted: &str, words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let wanted: String = fold(wanted).chars().take(COMPARED).collect();
    let mut scored: Vec<(f64, &str)> = words
        .map(|word| {
            let folded = fold(word);
            let prefix = if !wanted.is_empty() && folded.starts_with(&wanted) { 0.5 } else { 0.0 };
            (strsim::jaro_winkler(&wanted, &folded) + prefix, word)
        })
        .filter(|(score, _)| *score > 0.6)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(3).map(|(_, word)| word.to_owned()).collect()
}

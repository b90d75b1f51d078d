//! How well a name fits what was asked, and the order of hits. Plain arithmetic on folded text, the same whichever
//! database the names came from.
//!
//! A code is 1, a whole name 0.9. A beginning of a name is 0.7 to 0.9, words of a name 0.45 to 0.65, words with a
//! typing error 0.2 to 0.35: more the larger the share of the name that was asked for, and more when the last word is
//! whole.

use crate::catalog::search::{SEARCH_MATCH, Searchable};
use crate::domain::words::{Token, is_correctable, tokens, whole};
use crate::graphql::computed::Tree;

/// How a hit was found, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// By a code.
    Code,
    /// By a whole name.
    Exact,
    /// By the beginning of a name.
    Prefix,
    /// By words of a name.
    Word,
    /// By words with a typing error.
    Fuzzy,
}

/// A name of a subject, ready to be compared.
#[derive(Debug, Clone)]
pub struct Name {
    /// Its language; `None` for a title.
    pub language: Option<String>,
    /// As published.
    pub text: String,
    /// Its parts.
    pub tokens: Vec<Token>,
    whole: String,
}

/// What is asked, ready to be compared.
#[derive(Debug)]
pub struct Asked<'a> {
    tokens: &'a [Token],
    whole: String,
    letters: f64,
}

/// Something that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// What it is.
    pub of: &'static Searchable,
    /// Its row.
    pub id: i64,
    /// How it was found.
    pub by: Match,
    /// How well it fits, 0 to 1.
    pub score: f64,
    /// The name or code that fits.
    pub matched: String,
    /// Language of the name.
    pub language: Option<String>,
    /// Scheme of the code.
    pub scheme: Option<String>,
    /// Whether the name is in the preferred language.
    pub preferred: bool,
}

/// How well one name fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rating {
    /// How.
    pub by: Match,
    /// 0 to 1.
    pub score: f64,
}

impl Match {
    fn number(self) -> i64 {
        match self {
            Self::Code => 1,
            Self::Exact => 2,
            Self::Prefix => 3,
            Self::Word => 4,
            Self::Fuzzy => 5,
        }
    }
}

impl Name {
    /// A name with its language.
    pub fn new(language: Option<&str>, text: &str) -> Self {
        let tokens = tokens(text);
        let whole = whole(&tokens);
        Self { language: language.map(str::to_owned), text: text.to_owned(), tokens, whole }
    }
}

impl<'a> Asked<'a> {
    /// What is asked.
    pub fn new(tokens: &'a [Token]) -> Self {
        Self { tokens, whole: whole(tokens), letters: letters(tokens) }
    }

    /// How well a name fits; `None` when it does not. Typing errors count only where they are looked for.
    pub fn rate(&self, name: &Name, typing_errors: bool) -> Option<Rating> {
        let share = (self.letters / letters(&name.tokens)).min(1.0);
        let rating = |by: Match, base: f64, is_whole: bool| {
            let score = base + 0.1 * share + if is_whole { 0.1 } else { 0.0 };
            Some(Rating { by, score: rounded(score) })
        };
        if self.whole == name.whole {
            return Some(Rating { by: Match::Exact, score: 0.9 });
        }
        if let Some(rest) = name.whole.strip_prefix(self.whole.as_str()) {
            let ends_a_word = rest.starts_with(' ') || self.tokens.last().is_some_and(|t| t.unspaced);
            return rating(Match::Prefix, 0.7, ends_a_word);
        }
        let last = self.tokens.len().saturating_sub(1);
        let has = |asked: &Token, fits: &dyn Fn(&str, &str) -> bool| {
            name.tokens.iter().any(|t| t.unspaced == asked.unspaced && fits(&t.text, &asked.text))
        };
        let fits_exactly = |asked: &Token| match asked.unspaced {
            true => has(asked, &|run, part| run.contains(part)),
            false => has(asked, &|word, asked| word == asked),
        };
        let fits = |(index, asked): (usize, &Token)| {
            fits_exactly(asked) || (index == last && has(asked, &|word, asked| word.starts_with(asked)))
        };
        if self.tokens.iter().enumerate().all(fits) {
            return rating(Match::Word, 0.45, self.tokens.last().is_some_and(fits_exactly));
        }
        let nearly = |asked: &Token| has(asked, &is_one_error_apart);
        if typing_errors && self.tokens.iter().enumerate().all(|(index, t)| fits((index, t)) || nearly(t)) {
            let begins = |(asked, name): (&Token, &Token)| asked.text.chars().next() == name.text.chars().next();
            let base = if self.tokens.first().zip(name.tokens.first()).is_some_and(begins) { 0.25 } else { 0.2 };
            return rating(Match::Fuzzy, base, false);
        }
        None
    }
}

/// Whether two words differ by one letter added, left out, replaced or exchanged with its neighbour.
pub fn is_one_error_apart(a: &str, b: &str) -> bool {
    is_correctable(a) && is_correctable(b) && strsim::osa_distance(a, b) == 1
}

fn letters(tokens: &[Token]) -> f64 {
    let count: usize = tokens.iter().map(|t| t.text.chars().count()).sum();
    f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX))
}

/// Four places: more says nothing.
pub fn rounded(score: f64) -> f64 {
    (score * 10_000.0).round() / 10_000.0
}

impl Hit {
    /// A hit by a code, given as scheme and code.
    pub fn by_code(of: &'static Searchable, id: i64, shown: &str) -> Self {
        let (scheme, code) = shown.split_once(' ').unwrap_or(("", shown));
        Self {
            of,
            id,
            by: Match::Code,
            score: 1.0,
            matched: code.to_owned(),
            language: None,
            scheme: Some(scheme.to_owned()),
            preferred: false,
        }
    }

    /// The best hit of a subject by its names.
    pub fn by_names(
        of: &'static Searchable,
        id: i64,
        names: &[Name],
        language: Option<&str>,
        rate: impl Fn(&Name) -> Option<Rating>,
    ) -> Option<Self> {
        let is_preferred = |name: &Name| name.language.is_some() && name.language.as_deref() == language;
        let rated = names.iter().filter_map(|name| Some((rate(name)?, name)));
        let (rating, name) = rated.reduce(|best, other| {
            let order = other.0.score.total_cmp(&best.0.score);
            let order = order.then(is_preferred(other.1).cmp(&is_preferred(best.1)));
            if order.is_gt() { other } else { best }
        })?;
        Some(Self {
            of,
            id,
            by: rating.by,
            score: rating.score,
            matched: name.text.clone(),
            language: name.language.clone(),
            scheme: None,
            preferred: is_preferred(name),
        })
    }

    /// Which of two hits comes first: the better one, then the one in the preferred language, then by kind, by what
    /// matched, by scheme, by key.
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        let by_score = other.score.total_cmp(&self.score).then(other.preferred.cmp(&self.preferred));
        let by_kind = by_score.then(self.of.kind.1.cmp(&other.of.kind.1));
        let by_text =
            by_kind.then_with(|| self.matched.cmp(&other.matched)).then_with(|| self.scheme.cmp(&other.scheme));
        by_text.then(self.id.cmp(&other.id))
    }

    /// As it is answered.
    pub fn tree(self) -> Tree {
        let word = SEARCH_MATCH.values.iter().find(|(_, number, _)| *number == self.by.number());
        Tree::Object(vec![
            ("node", Tree::Node(self.of.entity.name, self.id)),
            ("match", Tree::text(word.map(|(name, _, _)| (*name).to_owned()))),
            ("matched", Tree::Text(self.matched)),
            ("language", Tree::text(self.language)),
            ("scheme", Tree::text(self.scheme)),
            ("score", Tree::Float(self.score)),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::search::ALL;

    fn rate(asked: &str, name: &str) -> Option<Rating> {
        let parts = tokens(asked);
        Asked::new(&parts).rate(&Name::new(Some("en"), name), true)
    }

    #[test]
    fn better_matches_have_larger_scores() {
        let zibo = ["Zibo", "ZIBO Customs", "Zibonese Trade", "Customs of Zibo", "The Zibonese", "Ziba"];
        let ratings: Vec<Rating> = zibo.iter().map(|name| rate("zibo", name).unwrap()).collect();
        assert!(ratings.windows(2).all(|pair| pair[0].score > pair[1].score), "{ratings:?}");
        let ways: Vec<Match> = ratings.iter().map(|r| r.by).collect();
        assert_eq!(ways, [Match::Exact, Match::Prefix, Match::Prefix, Match::Word, Match::Word, Match::Fuzzy]);
    }

    #[test]
    fn shorter_names_come_first_within_a_way() {
        assert!(rate("zibo", "Zibo Port").unwrap().score > rate("zibo", "Zibo Port Authority").unwrap().score);
        assert!(rate("博", "淄博").unwrap().score > rate("博", "淄博市海关").unwrap().score);
    }

    #[test]
    fn every_word_must_fit() {
        assert_eq!(rate("zibo port", "Port of Zibo").unwrap().by, Match::Word);
        assert_eq!(rate("zib port", "Port of Zibo"), None, "only the last word may go on");
        assert_eq!(rate("port zib", "Port of Zibo").unwrap().by, Match::Word);
        assert_eq!(rate("zibo airport", "Port of Zibo"), None);
        assert_eq!(rate("市海", "淄博市海关").unwrap().by, Match::Word);
        assert_eq!(rate("博海", "淄博市海关"), None);
    }

    #[test]
    fn one_error_of_each_sort_is_forgiven() {
        for wrong in ["Buriatia", "Buryatai", "Buryaatia", "Buryata"] {
            assert_eq!(rate(wrong, "Republic of Buryatia").unwrap().by, Match::Fuzzy, "{wrong}");
        }
        assert_eq!(rate("Burietia", "Republic of Buryatia"), None, "two errors");
        assert_eq!(rate("Abd", "Abc"), None, "short words have no errors");
    }

    #[test]
    fn equal_hits_have_an_order() {
        let hit = |of: usize, id: i64, matched: &str, preferred: bool| Hit {
            matched: matched.to_owned(),
            preferred,
            ..Hit::by_code(&ALL[of], id, "S code")
        };
        let mut hits = [hit(1, 1, "a", false), hit(0, 9, "b", false), hit(0, 2, "b", false), hit(2, 1, "z", true)];
        hits.sort_by(Hit::order);
        let order: Vec<(&str, i64)> = hits.iter().map(|h| (h.of.kind.0, h.id)).collect();
        assert_eq!(order, [("COMPANY", 1), ("REGION", 2), ("REGION", 9), ("SECTOR", 1)]);
    }

    #[test]
    fn the_preferred_language_decides_between_equal_names() {
        let names = [Name::new(Some("en"), "Baikal"), Name::new(Some("ru"), "Baikal")];
        let parts = tokens("baikal");
        let best = |language| {
            let asked = Asked::new(&parts);
            Hit::by_names(&ALL[0], 1, &names, language, |name| asked.rate(name, false)).unwrap().language
        };
        assert_eq!(best(None).as_deref(), Some("en"));
        assert_eq!(best(Some("ru")).as_deref(), Some("ru"));
    }
}

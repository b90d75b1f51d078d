//! What the grammar allows and apollo-parser does not take, made blank before it sees the text: commas in front of a
//! colon and behind three dots, and descriptions of operations, fragments and variables. The scan of the guard shows
//! every token and comma to [`Blanks`]; offsets and lines stay.

use std::borrow::Cow;
use std::ops::Range;

use super::syntax::{Place, Token};

/// Parts of a text that are made blank.
#[derive(Debug, Default)]
pub struct Blanks {
    /// Where the descriptions stand, which no parser reads any more.
    pub descriptions: Vec<Range<usize>>,
    commas: Vec<usize>,
    /// Commas since the last token.
    pending: Vec<usize>,
    last: Option<(Token, Range<usize>)>,
    /// What the last token describes, if it is a description.
    describes: Option<Place>,
}

impl Blanks {
    /// Takes a comma outside strings and comments.
    pub fn comma(&mut self, at: usize) {
        self.pending.push(at);
    }

    /// Takes the next token, with where it stands in the text and in the document.
    pub fn token(&mut self, text: &str, token: Token, range: Range<usize>, place: Place) {
        if !self.pending.is_empty() {
            let behind_dots = || text.get(..self.last.as_ref()?.1.end).map(|before| before.ends_with('.'));
            if token == Token::Mark(b':') || behind_dots() == Some(true) {
                self.commas.append(&mut self.pending);
            }
            self.pending.clear();
        }
        let described = match self.describes {
            Some(Place::Top) => {
                let words = ["query", "mutation", "subscription", "fragment"];
                text.get(range.clone()).is_some_and(|word| words.contains(&word))
            }
            Some(Place::Variables) => token == Token::Mark(b'$'),
            _ => false,
        };
        if described && let Some((_, description)) = self.last.take() {
            self.descriptions.push(description);
        }
        let last = self.last.as_ref().map(|(token, _)| *token);
        let begins = match place {
            Place::Top => matches!(last, None | Some(Token::Mark(b'}'))),
            Place::Variables => last != Some(Token::Mark(b'=')),
            Place::Other => false,
        };
        self.describes = (token == Token::Text && begins).then_some(place);
        self.last = Some((token, range));
    }

    /// The text with these parts blank; copied only when there are some.
    pub fn cover<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.commas.is_empty() && self.descriptions.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut bytes = text.as_bytes().to_vec();
        let commas = self.commas.iter().map(|at| *at..at.saturating_add(1));
        for part in self.descriptions.iter().cloned().chain(commas) {
            for byte in bytes.get_mut(part).into_iter().flatten() {
                if !matches!(byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
        }
        // The parts begin and end with ASCII characters, so what is left is still UTF-8.
        String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
    }
}

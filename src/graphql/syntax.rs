//! One rule of the grammar that apollo-parser does not enforce: it drops an argument or an object field without a
//! value, so that `events(filter)` would be `events`. The scan of the guard shows every token to [`Keys`].

/// What a token is, as far as this rule goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// A name or a number.
    Word,
    /// A string.
    Text,
    /// Any other, by its first byte.
    Mark(u8),
}

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Outside all brackets.
    Top,
    /// Among definitions of variables, as far as the tokens until here tell.
    Variables,
    /// Anywhere else.
    Other,
}

/// What a bracket encloses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// `name: value` pairs: arguments or the fields of an input object.
    Pairs(Wanted),
    /// Values.
    List,
    /// `(`, of which the first token tells whether it opens arguments or definitions of variables.
    Parenthesis,
    /// Definitions of variables.
    Variables,
    /// Selections.
    Other,
}

/// What comes next in a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Key,
    Colon,
    Value,
    Variable,
}

/// Follows pairs of keys and values.
#[derive(Debug, Default)]
pub struct Keys {
    stack: Vec<Inside>,
}

impl Keys {
    /// Where the next token stands.
    pub fn place(&self) -> Place {
        match self.stack.last() {
            None => Place::Top,
            Some(Inside::Variables | Inside::Parenthesis) => Place::Variables,
            Some(_) => Place::Other,
        }
    }

    /// Takes the next token; false when it stands where a colon must.
    pub fn follow(&mut self, token: Token) -> bool {
        if self.stack.last() == Some(&Inside::Parenthesis) && token != Token::Text {
            let inside = if token == Token::Mark(b'$') { Inside::Variables } else { Inside::Pairs(Wanted::Key) };
            self.top(inside);
        }
        let inside = self.stack.last().copied();
        if inside == Some(Inside::Pairs(Wanted::Colon)) {
            self.top(Inside::Pairs(Wanted::Value));
            return token == Token::Mark(b':');
        }
        match token {
            Token::Mark(b'(') => self.stack.push(Inside::Parenthesis),
            Token::Mark(b'[') => self.stack.push(Inside::List),
            Token::Mark(b'{') => self.stack.push(match inside {
                Some(Inside::Pairs(_) | Inside::List | Inside::Variables) => Inside::Pairs(Wanted::Key),
                _ => Inside::Other,
            }),
            Token::Mark(b')' | b']' | b'}') => {
                self.stack.pop();
                self.value_ends();
            }
            Token::Mark(b'$') if inside == Some(Inside::Pairs(Wanted::Value)) => {
                self.top(Inside::Pairs(Wanted::Variable));
            }
            Token::Mark(_) => {}
            Token::Word | Token::Text => match inside {
                Some(Inside::Pairs(Wanted::Key)) => self.top(Inside::Pairs(Wanted::Colon)),
                _ => self.value_ends(),
            },
        }
        true
    }

    fn value_ends(&mut self) {
        if let Some(Inside::Pairs(Wanted::Value | Wanted::Variable)) = self.stack.last() {
            self.top(Inside::Pairs(Wanted::Key));
        }
    }

    fn top(&mut self, inside: Inside) {
        if let Some(last) = self.stack.last_mut() {
            *last = inside;
        }
    }
}

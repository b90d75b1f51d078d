//! Refuses documents that cost too much to look at, in time linear in their length: a scan of bytes before any
//! parser, then counts over the parsed document with each fragment counted once.

use std::collections::HashMap;

use apollo_compiler::ast::{self, Definition, Document, Selection};

use super::blanks::Blanks;
use super::errors::GraphError;
use super::limits::Limits;
use super::syntax::{Keys, Token};
use crate::domain::error_code::Reason;

/// Nesting of brackets beyond which no sensible document goes; parsers recurse on it.
const MAX_BRACKETS: usize = 200;

/// Bytes, tokens and bracket nesting, before any parser sees the text; gives what must be blank for the parser.
pub fn scan(text: &str, limits: &Limits) -> Result<Blanks, GraphError> {
    let too_large = |what: String| Err(GraphError::new(Reason::DocumentTooLarge, what));
    if text.len() > limits.body_bytes {
        return too_large(format!("the document has {} bytes, at most {} are allowed", text.len(), limits.body_bytes));
    }
    let mut tokens = 0_usize;
    let mut depth = 0_usize;
    let mut keys = Keys::default();
    let mut blanks = Blanks::default();
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let start = text.len() - bytes.len() - 1;
        let mut token = Token::Mark(byte);
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => continue,
            b',' => {
                blanks.comma(start);
                continue;
            }
            b'#' => {
                while bytes.next_if(|b| *b != b'\n' && *b != b'\r').is_some() {}
                continue;
            }
            b'"' => {
                skip_string(&mut bytes);
                token = Token::Text;
            }
            b'{' | b'[' | b'(' => {
                depth += 1;
                if depth > MAX_BRACKETS {
                    return too_large(format!("brackets are nested more than {MAX_BRACKETS} deep"));
                }
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => {
                while bytes.next_if(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'+' | b'-')).is_some() {
                }
                token = Token::Word;
            }
            // Also the byte order mark, which may stand anywhere.
            0x80.. => continue,
            _ => {}
        }
        blanks.token(text, token, start..text.len() - bytes.len(), keys.place());
        if !keys.follow(token) {
            return Err(no_colon(text, start));
        }
        tokens += 1;
        if tokens > limits.tokens {
            return too_large(format!("the document has more than {} tokens", limits.tokens));
        }
    }
    Ok(blanks)
}

fn no_colon(text: &str, at: usize) -> GraphError {
    let mut error = GraphError::new(Reason::SyntaxError, "syntax error: expected `:` and a value behind the name");
    error.locations = vec![line_column(text, at)];
    error
}

/// Line and column of a byte of a text, both from one.
pub fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let ends = before.matches('\n').count() + before.matches('\r').count() - before.matches("\r\n").count();
    let column = before.rsplit(['\n', '\r']).next().unwrap_or_default().chars().count();
    (ends + 1, column + 1)
}

fn skip_string(bytes: &mut std::iter::Peekable<std::str::Bytes<'_>>) {
    if bytes.next_if_eq(&b'"').is_some() {
        if bytes.next_if_eq(&b'"').is_none() {
            return;
        }
        let mut quotes = 0;
        let mut escaped = false;
        for byte in bytes {
            match byte {
                b'"' if !escaped => {
                    quotes += 1;
                    if quotes == 3 {
                        return;
                    }
                }
                b'"' => escaped = false,
                _ => {
                    quotes = 0;
                    escaped = byte == b'\\';
                }
            }
        }
        return;
    }
    let mut escaped = false;
    for byte in bytes {
        match byte {
            b'\n' | b'\r' => return,
            b'"' if !escaped => return,
            b'\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
}

/// Counts of a selection, fragments expanded.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    selections: u64,
    depth: usize,
    aliases: u64,
    roots: u64,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.roots = self.roots.saturating_add(other.roots);
        self.depth = self.depth.max(other.depth);
    }
}

/// Selections, depth, aliases and root fields of a parsed document, each fragment measured once.
pub fn measure(document: &Document, limits: &Limits) -> Result<(), GraphError> {
    let mut fragments: HashMap<&str, &ast::FragmentDefinition> = HashMap::new();
    for definition in &document.definitions {
        if let Definition::FragmentDefinition(fragment) = definition {
            fragments.insert(fragment.name.as_str(), fragment);
        }
    }
    let mut known = HashMap::new();
    let mut total = Size::default();
    for definition in &document.definitions {
        if let Definition::OperationDefinition(operation) = definition {
            let size = size_of(&operation.selection_set, &fragments, &mut known, 0);
            check(
                size.roots,
                u64::try_from(limits.root_fields).unwrap_or(u64::MAX),
                Reason::TooManySelections,
                "root fields",
            )?;
            total.add(size);
        }
    }
    // Fragments that nothing spreads are validated too; in the order of the document, so that the same document always
    // gives the same answer.
    for definition in &document.definitions {
        if let Definition::FragmentDefinition(fragment) = definition
            && !known.contains_key(fragment.name.as_str())
        {
            let size = fragment_size(&fragment.name, &fragments, &mut known, 0);
            total.add(Size { roots: 0, ..size });
        }
    }
    check(
        total.selections,
        limits.selections,
        Reason::TooManySelections,
        "selections, fragments counted at each spread",
    )?;
    check(total.aliases, u64::try_from(limits.aliases).unwrap_or(u64::MAX), Reason::TooManyAliases, "aliases")?;
    check(
        u64::try_from(total.depth).unwrap_or(u64::MAX),
        u64::try_from(limits.depth).unwrap_or(u64::MAX),
        Reason::TooDeep,
        "levels of nested selections",
    )
}

fn check(came: u64, allowed: u64, reason: Reason, what: &str) -> Result<(), GraphError> {
    if came == u64::MAX {
        return Err(GraphError::new(
            reason,
            format!("the document has far too many {what}, at most {allowed} are allowed"),
        ));
    }
    if came > allowed {
        return Err(GraphError::new(reason, format!("the document has {came} {what}, at most {allowed} are allowed")));
    }
    Ok(())
}

type Known<'a> = HashMap<&'a str, Size>;

fn size_of<'a>(
    selections: &'a [Selection],
    fragments: &HashMap<&'a str, &'a ast::FragmentDefinition>,
    known: &mut Known<'a>,
    nesting: usize,
) -> Size {
    let mut total = Size::default();
    // The scan bounds the nesting of brackets; this bounds chains of fragments.
    if nesting > MAX_BRACKETS {
        return Size { depth: usize::MAX, ..total };
    }
    for selection in selections {
        match selection {
            Selection::Field(field) => {
                let inner = size_of(&field.selection_set, fragments, known, nesting + 1);
                total.add(Size {
                    selections: inner.selections.saturating_add(1),
                    depth: inner.depth.saturating_add(1),
                    aliases: inner.aliases.saturating_add(u64::from(field.alias.is_some())),
                    roots: 1,
                });
            }
            Selection::InlineFragment(fragment) => {
                let inner = size_of(&fragment.selection_set, fragments, known, nesting + 1);
                total.add(Size { selections: inner.selections.saturating_add(1), ..inner });
            }
            Selection::FragmentSpread(spread) => {
                let inner = fragment_size(spread.fragment_name.as_str(), fragments, known, nesting + 1);
                total.add(Size { selections: inner.selections.saturating_add(1), ..inner });
            }
        }
    }
    total
}

fn fragment_size<'a>(
    name: &'a str,
    fragments: &HashMap<&'a str, &'a ast::FragmentDefinition>,
    known: &mut Known<'a>,
    nesting: usize,
) -> Size {
    if let Some(size) = known.get(name) {
        return *size;
    }
    let Some(fragment) = fragments.get(name) else { return Size::default() };
    // A cycle meets this entry and ends; validation refuses the document.
    known.insert(name, Size::default());
    let size = size_of(&fragment.selection_set, fragments, known, nesting);
    known.insert(name, size);
    size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scan_counts_tokens_and_brackets_and_skips_strings() {
        let limits = Limits { tokens: 6, ..Limits::default() };
        assert!(scan("{ a(b: \"{{{{ \\\" {{{{\") }", &limits).is_err(), "8 tokens");
        assert!(scan("{ a b c d } # } } } } }", &limits).is_ok());
        assert!(scan("{ a(b: \"\"\" \" { \\\"\"\" { \"\"\") }", &Limits { tokens: 8, ..limits }).is_ok());
        let deep = "[".repeat(2000);
        assert_eq!(scan(&deep, &Limits::default()).unwrap_err().reason, Reason::DocumentTooLarge);
    }

    #[test]
    fn names_without_values_are_refused() {
        for text in
            ["{ a(b) }", "{ a(b, c: 1) }", "{ a(c: $v b) }", "{ a(c: {d}) }", "{ a(c: [{d: 1 e}]) }", "{ a @b(c) }"]
        {
            let error = scan(text, &Limits::default()).unwrap_err();
            assert_eq!(error.reason, Reason::SyntaxError, "{text}");
        }
        assert_eq!(scan("{\n  a(b)\n}", &Limits::default()).unwrap_err().locations, [(2, 6)]);
        for text in [
            "query Q($a: Int = 1 @b(c: 2), $d: [X!]! = [{e: F}]) { a b(c: $a, d: [1 2], e: {f: $d g: G}) { h ...I } }",
            "{ a(b: \"c d\" e: -1.5 f: [[{g: \"\"\"h\"\"\"}]] i: null) @j k(l: M) @n(o: {p: [] q: {}}) }",
        ] {
            assert!(scan(text, &Limits::default()).is_ok(), "{text}");
        }
    }

    #[test]
    fn doubling_fragments_are_refused_in_linear_time() {
        let mut text = "{ ...f0 }".to_owned();
        for i in 0..30 {
            text.push_str(&format!(" fragment f{i} on Query {{ ...f{} ...f{} }}", i + 1, i + 1));
        }
        text.push_str(" fragment f30 on Query { __typename }");
        let document = Document::parse(text, "d").unwrap();
        assert_eq!(measure(&document, &Limits::default()).unwrap_err().reason, Reason::TooManySelections);
    }

    #[test]
    fn cycles_of_fragments_end() {
        let document =
            Document::parse("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }", "d").unwrap();
        assert!(measure(&document, &Limits::default()).is_ok(), "left to validation");
    }
}

//! How values are written in a file: CSV, or one JSON object a line. Amounts are exact text in both.

use std::fmt::Write as _;

use crate::catalog::Kind;
use crate::domain::decimal::push_scaled;
use crate::domain::flow::name_of;
use crate::graphql::render::push_text;
use crate::storage::value::Value;

/// Form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Comma-separated values as in RFC 4180, with a line of names, in UTF-8; lines end with a line feed. An unknown
    /// value is empty, an empty text is `""`.
    Csv,
    /// A JSON object a line, with the names of the columns.
    Ndjson,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Ndjson];

    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson; charset=utf-8",
        }
    }

    /// Writes a text.
    pub fn text(self, out: &mut String, text: &str) {
        match self {
            Self::Ndjson => push_text(out, text),
            Self::Csv => push_csv(out, text),
        }
    }

    /// Writes what is not known.
    pub fn nothing(self, out: &mut String) {
        if self == Self::Ndjson {
            out.push_str("null");
        }
    }

    /// Writes `units` of 10^-`scale`: text in JSON too, since its numbers are exact to 53 bits only.
    pub fn scaled(self, out: &mut String, units: i64, scale: u32) {
        if self == Self::Ndjson {
            out.push('"');
        }
        push_scaled(out, units, scale);
        if self == Self::Ndjson {
            out.push('"');
        }
    }

    /// Writes a column's value as the graph shows it.
    pub fn value(self, out: &mut String, kind: Kind, value: &Value) {
        match (kind, value) {
            (_, Value::Null) => self.nothing(out),
            (Kind::Enum(list), Value::Int(code)) => match name_of(list.values, *code) {
                Some(word) => self.text(out, word),
                None => self.nothing(out),
            },
            (Kind::BigInt | Kind::Money, Value::Int(n)) => self.scaled(out, *n, 0),
            (Kind::Milli, Value::Int(n)) => self.scaled(out, *n, 3),
            (_, Value::Int(n)) => out.push_str(itoa::Buffer::new().format(*n)),
            (_, Value::Float(f)) => match serde_json::Number::from_f64(*f) {
                Some(number) => {
                    let _infallible = write!(out, "{number}");
                }
                None => self.nothing(out),
            },
            (_, Value::Bool(b)) => out.push_str(if *b { "true" } else { "false" }),
            (_, Value::Text(t)) => self.text(out, t),
            (_, Value::Date(d)) => self.text(out, &d.to_string()),
            (_, Value::Time(t)) => self.text(out, &t.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string()),
        }
    }
}

/// A text with quotes around it where it needs them, or is empty.
fn push_csv(out: &mut String, text: &str) {
    let plain = |b: u8| !matches!(b, b'"' | b',' | b'\n' | b'\r');
    if !text.is_empty() && text.bytes().all(plain) {
        return out.push_str(text);
    }
    out.push('"');
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('"') {
        out.push_str(before);
        out.push_str("\"\"");
        rest = after;
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str) -> String {
        let mut out = String::new();
        Form::Csv.text(&mut out, text);
        out
    }

    #[test]
    fn texts_come_back_from_a_csv_reader() {
        let texts =
            ["", "a", "a,b", "say \"hi\"", "\"", "two\nlines", "two\r\nlines", " x ", "淄博, \"市\"", "-1", "é"];
        for text in texts {
            let line = format!("{},{}\n", csv(text), csv("end"));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            assert_eq!((record.len(), record.get(0), record.get(1)), (2, Some(text), Some("end")), "{line}");
        }
        assert_eq!(csv(""), "\"\"", "an empty text is told from an unknown value");
        assert_eq!(csv("plain"), "plain");
    }
}

//! `pack.toml`: what a pack says of itself. Unknown keys are refused.

use crate::domain::control;
use crate::domain::decimal::{Exact, parse_exact};
use crate::domain::nearest::nearest;
use crate::transfer::TransferError;

/// A key of pack.toml.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// Its meaning.
    pub doc: &'static str,
    /// A value.
    pub example: &'static str,
}

const fn key(name: &'static str, doc: &'static str, example: &'static str) -> Key {
    Key { name, doc, example }
}

/// Every key.
pub const KEYS: &[Key] = &[
    key("title", "What the pack holds; required.", "Foreign trade of Zibo"),
    key("publisher", "Who published what it was made from.", "Zibo Customs"),
    key("licence", "Terms of use.", "CC BY 4.0"),
    key("url", "Where that is found.", "https://example.com"),
    key(
        "source",
        "Code of the source of rows that name none. It is a row of sources.csv, or made from the keys above.",
        "zibo-customs-2023",
    ),
    key("currency", "ISO 4217 code of datasets that name none.", "CNY"),
    key("units", "In what figures.csv counts, in words; kept in the source's note.", "亿元"),
    key("multiplier", "What values of figures.csv are multiplied with, exactly.", "1e8"),
];

/// What a pack says of itself.
#[derive(Debug, Clone)]
pub struct Meta {
    /// What it holds.
    pub title: String,
    /// Who published it.
    pub publisher: Option<String>,
    /// Terms of use.
    pub licence: Option<String>,
    /// Where it is found.
    pub url: Option<String>,
    /// Code of the source of rows that name none.
    pub source: Option<String>,
    /// Currency of datasets that name none.
    pub currency: Option<String>,
    /// In what values are counted, in words.
    pub units: Option<String>,
    /// What values are multiplied with.
    pub multiplier: Exact,
}

impl Meta {
    /// Reads pack.toml.
    pub fn parse(text: &str) -> Result<Self, TransferError> {
        let wrong = |message: String| TransferError::File(format!("pack.toml: {message}"));
        let mut table: toml::Table = text.parse().map_err(|e| wrong(format!("{e}").trim_end().to_owned()))?;
        if let Some(unknown) = table.keys().find(|k| KEYS.iter().all(|known| known.name != k.as_str())) {
            let near = nearest(unknown, KEYS.iter().map(|k| k.name));
            let all: Vec<&str> = KEYS.iter().map(|k| k.name).collect();
            let hint =
                near.first().map_or_else(|| format!("there are {}", all.join(", ")), |k| format!("did you mean `{k}`"));
            return Err(wrong(format!("there is no key `{unknown}`; {hint}")));
        }
        let mut take = |name: &str| match table.remove(name) {
            None => Ok(None),
            Some(toml::Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(toml::Value::String(text)) => match control::fault(&text) {
                Some(fault) => Err(wrong(format!("`{name}`: {fault}"))),
                None => Ok(Some(text)),
            },
            Some(toml::Value::Integer(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(wrong(format!("`{name}` is `{other}`, expected a text in quotes"))),
        };
        let multiplier = match take("multiplier")? {
            None => Exact { mantissa: 1, exponent: 0 },
            Some(text) => match parse_exact(&text) {
                Ok(exact) if exact.mantissa > 0 => exact,
                _ => return Err(wrong(format!("`multiplier` is `{text}`, expected a number above 0 such as \"1e8\""))),
            },
        };
        Ok(Self {
            title: take("title")?.ok_or_else(|| wrong("`title` is missing; say what the pack holds".to_owned()))?,
            publisher: take("publisher")?,
            licence: take("licence")?,
            url: take("url")?,
            source: take("source")?,
            currency: take("currency")?,
            units: take("units")?,
            multiplier,
        })
    }
}

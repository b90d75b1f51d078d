//! Cursors: the order values of a row, the revision, and a hash of the list they belong to. Opaque to clients.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Datelike as _, NaiveDate, NaiveDateTime};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::errors::GraphError;
use crate::domain::error_code::Reason;
use crate::storage::sql::order::Key;
use crate::storage::value::{ColumnType, Value};

/// Identifies a list: connection, filter and order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListHash(u64);

impl ListHash {
    /// The hash of the parts.
    pub fn of(parts: &[&str]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part.len().to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let digest = hasher.finalize();
        Self(digest.iter().take(6).fold(0, |hash, byte| (hash << 8) | u64::from(*byte)))
    }

    /// The hash of the same list of something.
    #[must_use]
    pub fn within(self, of: &str) -> Self {
        Self::of(&[&self.0.to_string(), of])
    }
}

/// A read cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// Revision at which it was made.
    pub revision: i64,
    /// Values of the order's keys.
    pub values: Vec<Value>,
}

fn pack(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(n) => Json::from(*n),
        Value::Float(f) => Json::from(vec![Json::from(*f)]),
        Value::Bool(b) => Json::from(*b),
        Value::Text(t) => Json::from(t.as_str()),
        Value::Date(d) => serde_json::json!({ "d": d.to_string() }),
        Value::Time(t) => serde_json::json!({ "t": t.to_string() }),
    }
}

fn unpack(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => Value::Int(n.as_i64()?),
        Json::String(t) if !t.contains('\0') => Value::Text(t.clone()),
        Json::String(_) => return None,
        Json::Array(a) => Value::Float(a.first()?.as_f64()?),
        Json::Object(o) => match (o.get("d"), o.get("t")) {
            (Some(d), _) => Value::Date(d.as_str()?.parse::<NaiveDate>().ok()?),
            (_, Some(t)) => Value::Time(t.as_str()?.parse::<NaiveDateTime>().ok()?),
            _ => return None,
        },
    })
}

/// Writes a cursor.
pub fn encode<'a>(list: ListHash, revision: i64, values: impl Iterator<Item = &'a Value>) -> String {
    let mut parts = vec![Json::from(list.0), Json::from(revision)];
    parts.extend(values.map(pack));
    URL_SAFE_NO_PAD.encode(Json::Array(parts).to_string())
}

/// Whether a value can stand in a key's column. A forged one is refused here: the database would fail on it.
fn fits(value: &Value, key: &Key, wanted: ColumnType) -> bool {
    // Both backends hold these years.
    let held = |year: i32| (1..=9999).contains(&year);
    match (wanted, value) {
        (_, Value::Null) => key.nullable,
        (ColumnType::Int, Value::Int(_))
        | (ColumnType::Float, Value::Float(_))
        | (ColumnType::Bool, Value::Bool(_))
        | (ColumnType::Text, Value::Text(_)) => true,
        (ColumnType::Date, Value::Date(day)) => held(day.year()),
        (ColumnType::Time, Value::Time(at)) => held(at.year()),
        _ => false,
    }
}

/// Longest cursor: eight names of a thousand letters of three bytes.
const LONGEST: usize = 32 * 1024;

/// Reads a cursor of this list; `at` names the argument.
pub fn decode(text: &str, list: ListHash, keys: &[(Key, ColumnType)], at: &str) -> Result<Cursor, GraphError> {
    let broken = || GraphError::new(Reason::CursorInvalid, format!("{at}: this is not a cursor")).at(at);
    if text.len() > LONGEST {
        return Err(broken());
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| broken())?;
    let parts: Vec<Json> = serde_json::from_slice(&bytes).map_err(|_| broken())?;
    let [hash, revision, values @ ..] = parts.as_slice() else { return Err(broken()) };
    let hash = hash.as_u64().ok_or_else(broken)?;
    if hash != list.0 {
        return Err(GraphError::new(
            Reason::CursorMismatch,
            format!("{at}: the cursor belongs to another list, filter or order"),
        )
        .at(at));
    }
    let values: Vec<Value> = values.iter().map(unpack).collect::<Option<_>>().ok_or_else(broken)?;
    let fits = values.len() == keys.len() && values.iter().zip(keys).all(|(v, (key, of))| fits(v, key, *of));
    if !fits {
        return Err(broken());
    }
    Ok(Cursor { revision: revision.as_i64().ok_or_else(broken)?, values })
}

/// Reads a cursor of this list whose values are numbers; `at` names the argument.
pub fn decode_numbers(text: &str, list: ListHash, at: &str) -> Result<Cursor, GraphError> {
    let width = URL_SAFE_NO_PAD
        .decode(text.get(..LONGEST).unwrap_or(text))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Vec<Json>>(&bytes).ok())
        .map_or(0, |parts| parts.len().saturating_sub(2));
    let keys: Vec<(Key, ColumnType)> = (0..width).map(|_| (Key::ascending("id"), ColumnType::Int)).collect();
    decode(text, list, &keys, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_survive_a_round_trip_and_belong_to_one_list() {
        let keys = [
            (Key { descending: true, nullable: true, ..Key::ascending("a") }, ColumnType::Date),
            (Key::ascending("b"), ColumnType::Text),
            (Key::ascending("id"), ColumnType::Int),
        ];
        let values = [Value::Null, Value::Text("淄博".to_owned()), Value::Int(7)];
        let list = ListHash::of(&["events", "{}", "[]"]);
        let text = encode(list, 3, values.iter());
        let read = decode(&text, list, &keys, "after").unwrap();
        assert_eq!(read, Cursor { revision: 3, values: values.to_vec() });
        let other = ListHash::of(&["events", "{}", "[1]"]);
        assert_eq!(decode(&text, other, &keys, "after").unwrap_err().reason, Reason::CursorMismatch);
        for broken in ["", "x", "bm90IGpzb24"] {
            assert_eq!(decode(broken, list, &keys, "after").unwrap_err().reason, Reason::CursorInvalid, "{broken}");
        }
    }

    #[test]
    fn a_null_where_none_can_be_is_no_cursor() {
        let list = ListHash::of(&["x"]);
        let text = encode(list, 1, [Value::Null].iter());
        assert!(decode(&text, list, &[(Key::ascending("id"), ColumnType::Int)], "after").is_err());
    }

    #[test]
    fn floats_come_back_to_the_last_bit() {
        let list = ListHash::of(&["regions"]);
        let keys = [(Key { nullable: true, ..Key::ascending("area_km2") }, ColumnType::Float)];
        let mut bits = 0x3ff0_0000_0000_0001_u64;
        for _ in 0..20_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let value = f64::from_bits(bits);
            if value.is_finite() {
                let text = encode(list, 1, [Value::Float(value)].iter());
                assert_eq!(decode(&text, list, &keys, "after").unwrap().values, [Value::Float(value)]);
            }
        }
    }
}

//! Relay global ids: a type and a natural key, opaque to clients. They are equal in every installation.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The global id of `key` in `type_name`.
pub fn encode(type_name: &str, key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{type_name}:{key}"))
}

/// Type and key of a global id; `None` when the text is not one.
pub fn decode(id: &str) -> Option<(String, String)> {
    if id.len() > 1024 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (type_name, key) = text.split_once(':')?;
    Some((type_name.to_owned(), key.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_a_round_trip() {
        let id = encode("Region", "CN-SD");
        assert_eq!(decode(&id), Some(("Region".to_owned(), "CN-SD".to_owned())));
        assert_eq!(decode("not an id!"), None);
        assert_eq!(decode(""), None);
    }
}

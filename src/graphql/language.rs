//! Languages of published names, and which one a client prefers that names none in its query.

/// The languages: enum value, ISO 639-1 code, description. The first is the default.
pub static LANGUAGES: &[(&str, &str, &str)] =
    &[("EN", "en", "English."), ("ZH", "zh", "Chinese."), ("RU", "ru", "Russian.")];

/// The code of the language that an `Accept-Language` header prefers among [`LANGUAGES`]; English without one. A range
/// counts by its first part, so `zh-Hant-TW` is Chinese; among equals the first named wins.
pub fn preferred(header: Option<&str>) -> &'static str {
    let mut best: Option<(f32, &'static str)> = None;
    for range in header.unwrap_or_default().split(',') {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let quality = parts.find_map(|p| p.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
        let primary = tag.split('-').next().unwrap_or_default();
        let known = LANGUAGES.iter().map(|(_, code, _)| *code).find(|code| code.eq_ignore_ascii_case(primary));
        if let Some(code) = known.filter(|_| quality > 0.0 && best.is_none_or(|(q, _)| quality > q)) {
            best = Some((quality, code));
        }
    }
    best.map_or("en", |(_, code)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_names_the_language_of_names() {
        for (header, wanted) in [
            (None, "en"),
            (Some(""), "en"),
            (Some("*"), "en"),
            (Some("ru"), "ru"),
            (Some("zh-Hant-TW, ru;q=0.9"), "zh"),
            (Some("de-DE, de;q=0.9, RU;q=0.5, en;q=0.4"), "ru"),
            (Some("fr;q=0.9, ja"), "en"),
            (Some("zh;q=0, ru;q=0.1"), "ru"),
            (Some("zh;q=x, en-GB"), "en"),
            (Some("ru;q=0.5,zh;q=0.5"), "ru"),
            (Some(",;,q=1"), "en"),
        ] {
            assert_eq!(preferred(header), wanted, "{header:?}");
        }
    }
}

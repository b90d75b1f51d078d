//! Control characters in texts that people and programs send. PostgreSQL keeps no NUL, SQLite does; neither is of use.

use std::borrow::Cow;

/// Ends of lines and tabs are no fault of a text.
fn is_control(c: char) -> bool {
    c.is_ascii_control() && !c.is_ascii_whitespace()
}

/// Why a text cannot be kept: the first control character in it.
pub fn fault(text: &str) -> Option<String> {
    let found = text.chars().find(|c| is_control(*c))?;
    Some(format!("there is a control character in it (U+{:04X}), which cannot be kept", u32::from(found)))
}

/// The text without control characters.
pub fn without(text: &str) -> Cow<'_, str> {
    if text.contains(is_control) { Cow::Owned(text.replace(is_control, "")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_told_or_left_out() {
        for plain in ["", "kg", "a b", "two\r\nlines\tand a tab", "千克", "\u{85}"] {
            assert_eq!((fault(plain), without(plain).as_ref()), (None, plain));
        }
        let told = fault("k\0g").unwrap();
        assert_eq!(told, "there is a control character in it (U+0000), which cannot be kept");
        assert_eq!(without("k\0g\u{7f}\u{1b}"), "kg");
    }
}

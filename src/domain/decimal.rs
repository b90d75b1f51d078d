//! Exact decimals: whole numbers with a power of ten. No float is on the way from text to storage and back.

use std::fmt::Write as _;

/// Why a text is not a decimal of the wanted scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Not digits with at most one point.
    #[error("not a decimal number with a point")]
    Malformed,
    /// Signs between groups of digits that are not groups of three.
    #[error("the signs between digits do not part groups of three")]
    Grouping,
    /// Does not fit 64 bits at the wanted scale.
    #[error("too large")]
    TooLarge,
}

/// A parsed decimal: `units` of 10^-scale, and whether digits were rounded away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scaled {
    /// The value in units of 10^-scale.
    pub units: i64,
    /// True when the text had more decimals than the scale; they are rounded half to even.
    pub rounded: bool,
}

/// Reads `text` as units of 10^-`scale`, rounding further decimals half to even.
///
/// Accepts an exponent (`1.5e-7`), which statistics packages write for small values.
pub fn parse_scaled(text: &str, scale: u32) -> Result<Scaled, DecimalError> {
    let cut = cut_at(text, scale)?;
    let up = match cut.rest {
        Rest::Nothing | Rest::BelowHalf => false,
        Rest::Half => cut.magnitude % 2 == 1,
        Rest::AboveHalf => true,
    };
    let units = signed(cut.negative, cut.magnitude + i128::from(up))?;
    Ok(Scaled { units, rounded: cut.rest != Rest::Nothing })
}

/// Reads digits of a file, with at most one point, as units of 10^-`scale`; a power of ten of the file's unit is in the
/// scale too and may make it negative. Plain numbers of up to 18 digits take a short way.
pub fn parse_cell(text: &str, scale: i32) -> Result<Scaled, DecimalError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let spare = usize::try_from(scale).ok().and_then(|s| s.checked_sub(fraction.len()));
    let is_plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if let Some(spare) = spare
        && whole.len() + fraction.len() + spare <= 18
        && !(whole.is_empty() && fraction.is_empty())
        && is_plain(whole)
        && is_plain(fraction)
    {
        let mut units: i64 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            units = units * 10 + i64::from(digit - b'0');
        }
        for _ in 0..spare {
            units *= 10;
        }
        return Ok(Scaled { units: if digits.len() == text.len() { units } else { -units }, rounded: false });
    }
    match u32::try_from(scale) {
        Ok(scale) => parse_scaled(text, scale),
        // Whole units of more than one: the exponent moves the point.
        Err(_) if text.contains(['e', 'E']) => Err(DecimalError::Malformed),
        Err(_) => parse_scaled(&format!("{text}e{scale}"), 0),
    }
}

/// An exact decimal: `mantissa` × 10^`exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    /// The digits.
    pub mantissa: i64,
    /// The power of ten.
    pub exponent: i32,
}

/// Reads a decimal as it is written, without zeros at the end of the fraction: `7.0840` is 7084 × 10^-3, `1e8` is
/// 1 × 10^8.
pub fn parse_exact(text: &str) -> Result<Exact, DecimalError> {
    let (number, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let power: i32 = power.parse().map_err(|_| DecimalError::Malformed)?;
    let fraction = number.split_once('.').map_or("", |(_, fraction)| fraction.trim_end_matches('0'));
    let places = u32::try_from(fraction.len()).map_err(|_| DecimalError::TooLarge)?;
    let mantissa = parse_scaled(number, places)?.units;
    let exponent = i32::try_from(places).ok().and_then(|places| power.checked_sub(places));
    Ok(Exact { mantissa, exponent: exponent.filter(|e| e.abs() <= 60).ok_or(DecimalError::TooLarge)? })
}

/// Reads `text` × `factor` as units of 10^-`scale`, rounding further decimals half to even; nothing is rounded before.
pub fn parse_scaled_times(text: &str, factor: Exact, scale: u32) -> Result<Scaled, DecimalError> {
    if factor == (Exact { mantissa: 1, exponent: 0 }) {
        return parse_scaled(text, scale);
    }
    let value = parse_exact(text)?;
    let digits = i128::from(value.mantissa) * i128::from(factor.mantissa);
    parse_scaled(&format!("{digits}e{}", value.exponent + factor.exponent), scale)
}

/// The largest number of units of 10^-`scale` that is not above `text`, and the smallest that is not below it: equal
/// where the scale can express the text, neighbours where it cannot.
pub fn bounds_scaled(text: &str, scale: u32) -> Result<(i64, i64), DecimalError> {
    let cut = cut_at(text, scale)?;
    let near = signed(cut.negative, cut.magnitude)?;
    if cut.rest == Rest::Nothing {
        return Ok((near, near));
    }
    let far = signed(cut.negative, cut.magnitude + 1)?;
    Ok((near.min(far), near.max(far)))
}

/// A decimal cut at a scale: what stays, and how much is cut off.
struct Cut {
    negative: bool,
    magnitude: i128,
    rest: Rest,
}

/// What is cut off, in units of the last digit that stays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    Nothing,
    BelowHalf,
    Half,
    AboveHalf,
}

fn signed(negative: bool, magnitude: i128) -> Result<i64, DecimalError> {
    i64::try_from(if negative { -magnitude } else { magnitude }).map_err(|_| DecimalError::TooLarge)
}

fn cut_at(text: &str, scale: u32) -> Result<Cut, DecimalError> {
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => {
            let exponent: i32 = exponent.parse().map_err(|_| DecimalError::Malformed)?;
            (number, exponent)
        }
        None => (text, 0),
    };
    let (negative, digits) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
        return Err(DecimalError::Malformed);
    }
    let significant = whole.trim_start_matches('0').len() + fraction.len();
    if significant > 60 {
        return Err(DecimalError::TooLarge);
    }
    let fraction_len = i32::try_from(fraction.len()).map_err(|_| DecimalError::TooLarge)?;
    // Position of the point, counted from the left of `whole + fraction`, at the wanted scale.
    let keep = exponent
        .checked_sub(fraction_len)
        .and_then(|shift| shift.checked_add(i32::try_from(scale).unwrap_or(i32::MAX)))
        .ok_or(DecimalError::TooLarge)?;
    let mut magnitude: i128 = 0;
    let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|b| b - b'0').collect();
    let kept_len = if keep >= 0 {
        all.len()
    } else {
        all.len().saturating_sub(usize::try_from(-i64::from(keep)).unwrap_or(usize::MAX))
    };
    for digit in all.iter().take(kept_len) {
        magnitude =
            magnitude.checked_mul(10).and_then(|m| m.checked_add(i128::from(*digit))).ok_or(DecimalError::TooLarge)?;
    }
    if keep >= 0 {
        if magnitude != 0 {
            let power = u32::try_from(keep).ok().and_then(|k| 10_i128.checked_pow(k));
            magnitude = power.and_then(|p| magnitude.checked_mul(p)).ok_or(DecimalError::TooLarge)?;
        }
        return Ok(Cut { negative, magnitude, rest: Rest::Nothing });
    }
    let zeros_in_front = usize::try_from(-i64::from(keep)).unwrap_or(usize::MAX) > all.len();
    let mut dropped = all.iter().skip(kept_len);
    let first = dropped.next().copied().unwrap_or(0);
    let further = dropped.any(|d| *d != 0);
    let rest = match (first, further) {
        (0, false) => Rest::Nothing,
        _ if zeros_in_front => Rest::BelowHalf,
        (5, false) => Rest::Half,
        (5.., _) => Rest::AboveHalf,
        _ => Rest::BelowHalf,
    };
    Ok(Cut { negative, magnitude, rest })
}

/// Appends `units` × 10^-`scale` in plain notation, without trailing zeros after the point.
pub fn push_scaled(out: &mut String, units: i64, scale: u32) {
    if units < 0 {
        out.push('-');
    }
    let magnitude = units.unsigned_abs();
    // Beyond this every digit stands behind the point.
    let one = 10_u64.checked_pow(scale);
    let (whole, mut fraction) = one.map_or((0, magnitude), |one| (magnitude / one, magnitude % one));
    // Written without a text in between: exports write a million amounts a second.
    out.push_str(itoa::Buffer::new().format(whole));
    if fraction != 0 {
        let mut width = usize::try_from(scale).unwrap_or(0);
        while fraction % 10 == 0 {
            fraction /= 10;
            width -= 1;
        }
        let _infallible = write!(out, ".{fraction:0width$}");
    }
}

/// `units` × 10^-`scale` as text; see [`push_scaled`].
pub fn format_scaled(units: i64, scale: u32) -> String {
    let mut out = String::with_capacity(24);
    push_scaled(&mut out, units, scale);
    out
}

/// The same for a sum, which may be larger than any of its parts can be.
pub fn format_sum(units: i128, scale: u32) -> String {
    if let Ok(units) = i64::try_from(units) {
        return format_scaled(units, scale);
    }
    let digits = units.unsigned_abs().to_string();
    let width = usize::try_from(scale).unwrap_or(0);
    let (whole, fraction) = digits.split_at_checked(digits.len().saturating_sub(width)).unwrap_or((&digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let sign = if units < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// A published number: `mantissa` × 10^`exponent`, where the exponent says how precisely it was printed.
pub fn format_published(mantissa: i64, exponent: i32) -> String {
    match u32::try_from(exponent) {
        Ok(zeros) if mantissa != 0 => {
            format!("{mantissa}{}", "0".repeat(usize::try_from(zeros).unwrap_or(0)))
        }
        Ok(_) => "0".to_owned(),
        Err(_) => format_scaled(mantissa, exponent.unsigned_abs()),
    }
}

/// The nearest float, for charts only.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "an approximation is what is asked for")]
pub fn approximate(units: i64, scale: u32) -> f64 {
    units as f64 / 10_f64.powi(i32::try_from(scale).unwrap_or(0))
}

/// The same for a sum.
pub fn approximate_sum(units: i128, scale: u32) -> f64 {
    match i64::try_from(units) {
        Ok(units) => approximate(units, scale),
        // Digits are always a number.
        Err(_) => format_sum(units, scale).parse().unwrap_or(f64::NAN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_and_round_half_to_even() {
        for (text, scale, units, rounded) in [
            ("2.54", 3, 2540, false),
            ("0.0005", 3, 0, true),
            ("0.0015", 3, 2, true),
            ("0.00051", 3, 1, true),
            ("-1.2345", 3, -1234, true),
            ("1e3", 0, 1000, false),
            ("1.5e-7", 3, 0, true),
            ("9223372036854775.807", 3, i64::MAX, false),
            (".5", 1, 5, false),
            ("0.00000", 3, 0, false),
        ] {
            assert_eq!(parse_scaled(text, scale), Ok(Scaled { units, rounded }), "{text}");
        }
    }

    #[test]
    fn cells_are_read_like_other_decimals() {
        for (text, scale) in [
            ("2.54", 3),
            ("-0.0015", 3),
            ("477741.105", 6),
            ("9223372036854775807", 0),
            ("7", 11),
            (".5", 1),
            ("1e3", 3),
        ] {
            assert_eq!(parse_cell(text, scale), parse_scaled(text, scale.unsigned_abs()), "{text}");
        }
        assert_eq!(parse_cell("1500", -3), Ok(Scaled { units: 2, rounded: true }), "half to even");
        for text in ["", "-", "1,5", "1 000", "1-", "."] {
            assert_eq!(parse_cell(text, 3), Err(DecimalError::Malformed), "{text}");
        }
    }

    #[test]
    fn a_decimal_and_its_product_are_exact() {
        for (text, mantissa, exponent) in [("7.0840", 7084, -3), ("1e8", 1, 8), ("-0.50", -5, -1), ("120", 120, 0)] {
            assert_eq!(parse_exact(text), Ok(Exact { mantissa, exponent }), "{text}");
        }
        assert_eq!(parse_exact("1,5"), Err(DecimalError::Malformed));
        assert_eq!(parse_exact("1e99"), Err(DecimalError::TooLarge));
        let hundred_million = Exact { mantissa: 1, exponent: 8 };
        for (text, units, rounded) in [
            ("25.4", 2_540_000_000, false),
            ("158.5", 15_850_000_000, false),
            ("0.000000015", 2, true),
            ("0", 0, false),
        ] {
            assert_eq!(parse_scaled_times(text, hundred_million, 0), Ok(Scaled { units, rounded }), "{text}");
        }
        assert_eq!(parse_scaled_times("1e12", hundred_million, 0), Err(DecimalError::TooLarge));
    }

    #[test]
    fn a_decimal_between_two_units_has_both_as_bounds() {
        for (text, scale, bounds) in [
            ("1.5", 3, (1500, 1500)),
            ("1.0001", 3, (1000, 1001)),
            ("-1.0001", 3, (-1001, -1000)),
            ("0.00000001", 3, (0, 1)),
            ("-1e-30", 0, (-1, 0)),
            ("0.5", 0, (0, 1)),
        ] {
            assert_eq!(bounds_scaled(text, scale), Ok(bounds), "{text}");
        }
    }

    #[test]
    fn what_is_no_decimal_is_refused() {
        for text in ["", ".", "1,5", "1 000", "0x1", "1e", "--1", "NaN", "١"] {
            assert_eq!(parse_scaled(text, 3), Err(DecimalError::Malformed), "{text}");
        }
        assert_eq!(parse_scaled("9223372036854775808", 0), Err(DecimalError::TooLarge));
        assert_eq!(parse_scaled("1e400", 0), Err(DecimalError::TooLarge));
    }

    #[test]
    fn text_survives_a_round_trip() {
        for (units, scale, text) in [
            (2540, 3, "2.54"),
            (-5, 3, "-0.005"),
            (0, 3, "0"),
            (1000, 0, "1000"),
            (1000, 3, "1"),
            (i64::MIN, 0, "-9223372036854775808"),
        ] {
            assert_eq!(format_scaled(units, scale), text);
            assert_eq!(parse_scaled(text, scale).map(|s| s.units), Ok(units));
        }
        assert_eq!(format_sum(-1_500, 3), "-1.5");
        assert_eq!(format_sum(i128::from(i64::MAX) * 3, 3), "27670116110564327.421");
        assert_eq!(format_sum(i128::from(i64::MIN) * 1_000, 3), "-9223372036854775808");
        assert_eq!(format_published(1585, 7), "15850000000");
        assert_eq!(format_published(658, -3), "0.658");
    }
}

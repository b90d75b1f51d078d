//! A period is a year, a quarter or a month: its first month counted from year 0, and its length in months.
//! Comparison, previous period and roll-up are integer arithmetic.

use std::fmt;
use std::str::FromStr;

/// A year, quarter or month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// year × 12 + month − 1 of the first month.
    pub start: i32,
    /// 12, 3 or 1.
    pub months: i32,
}

/// The text is not `2023`, `2023-Q2` or `2023-07`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a year as 2023, a quarter as 2023-Q2, a month as 2023-07")]
pub struct PeriodError;

impl Period {
    /// The whole calendar year.
    pub fn year(year: i32) -> Self {
        Self { start: year.saturating_mul(12), months: 12 }
    }

    /// The first month after the period, counted like `start`.
    pub fn end(self) -> i32 {
        self.start.saturating_add(self.months)
    }

    /// The period of the same length one year earlier.
    pub fn year_before(self) -> Self {
        Self { start: self.start.saturating_sub(12), months: self.months }
    }
}

/// A period as files write it: `2023`, `202307`, `2023-07`, `07/2023`, `2023M7`, `2023-Q2`, `2023Q2`, `2023-A1`. Nothing
/// for any other text, a day among them: figures are of years, quarters and months.
pub fn of_file(text: &str) -> Option<Period> {
    let number = |digits: &str| {
        let plain = matches!(digits.len(), 1 | 2) && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse::<i32>().ok()).flatten()
    };
    let month = |year: i32, digits: &str| {
        number(digits).filter(|m| (1..=12).contains(m)).map(|m| Period { start: year * 12 + m - 1, months: 1 })
    };
    let year_of = |digits: &str| {
        let plain = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse::<i32>().ok()).flatten()
    };
    if let Some((first, last)) = text.split_once('/') {
        return month(year_of(last)?, first);
    }
    let (year, rest) = text.split_at_checked(4)?;
    let year = year_of(year)?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    if let Some(quarter) = rest.strip_prefix(['Q', 'q']) {
        let quarter = number(quarter).filter(|q| (1..=4).contains(q))?;
        return Some(Period { start: year * 12 + (quarter - 1) * 3, months: 3 });
    }
    match rest {
        "" | "A1" | "A" => Some(Period::year(year)),
        rest => month(year, rest.strip_prefix(['M', 'm']).unwrap_or(rest)),
    }
}

/// The periods that a text which is none may be meant for: of the first year named in it the month or quarter that
/// follows, and the periods around it. Empty without a year of four digits.
pub fn nearest(text: &str) -> Vec<Period> {
    // A day or an instant begins with its month: no more is read.
    let chars: Vec<char> = text.chars().take(40).collect();
    let is_digit = |c: &char| c.is_ascii_digit();
    let Some(at) = chars.windows(4).position(|four| four.iter().all(is_digit)) else { return Vec::new() };
    let number = |digits: &[char]| digits.iter().collect::<String>().parse::<i32>().ok();
    let Some(year) = chars.get(at..at + 4).and_then(number) else { return Vec::new() };
    let rest = chars.get(at + 4..).unwrap_or_default();
    let begin = rest.iter().position(is_digit).unwrap_or(rest.len());
    let (before, digits) = rest.split_at(begin);
    let n_digits = digits.iter().take(2).take_while(|c| is_digit(c)).count();
    let part = digits.get(..n_digits).and_then(number);
    let month_of = |month: i32| Period { start: year * 12 + month.clamp(1, 12) - 1, months: 1 };
    let quarter_of = |quarter: i32| Period { start: year * 12 + (quarter.clamp(1, 4) - 1) * 3, months: 3 };
    match part {
        None => vec![Period::year(year), quarter_of(1), month_of(1)],
        Some(quarter) if before.iter().any(|c| matches!(c, 'q' | 'Q')) => {
            vec![quarter_of(quarter), month_of(quarter.clamp(1, 4) * 3 - 2), Period::year(year)]
        }
        Some(month) => vec![month_of(month), quarter_of((month.clamp(1, 12) + 2) / 3), Period::year(year)],
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let (year, rest) = text.split_at_checked(4).ok_or(PeriodError)?;
        if !year.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PeriodError);
        }
        let year: i32 = year.parse().map_err(|_| PeriodError)?;
        let bytes = rest.as_bytes();
        match bytes {
            [] => Ok(Self::year(year)),
            [b'-', b'Q', q @ b'1'..=b'4'] => Ok(Self { start: year * 12 + i32::from(q - b'1') * 3, months: 3 }),
            [b'-', tens @ b'0'..=b'1', ones @ b'0'..=b'9'] => {
                let month = i32::from(tens - b'0') * 10 + i32::from(ones - b'0');
                if (1..=12).contains(&month) {
                    Ok(Self { start: year * 12 + month - 1, months: 1 })
                } else {
                    Err(PeriodError)
                }
            }
            _ => Err(PeriodError),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.start.div_euclid(12), self.start.rem_euclid(12));
        match self.months {
            12 if month == 0 => write!(f, "{year:04}"),
            3 if month % 3 == 0 => write!(f, "{year:04}-Q{}", month / 3 + 1),
            _ => write!(f, "{year:04}-{:02}", month + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_survive_a_round_trip() {
        for text in ["2023", "2023-Q1", "2023-Q4", "2023-01", "2023-12", "0001"] {
            assert_eq!(text.parse::<Period>().map(|p| p.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in
            ["", "23", "2023-", "2023-13", "2023-00", "2023-Q5", "2023-7", "2023-07-01", "２０２３", "+023", "2023-q2"]
        {
            assert_eq!(text.parse::<Period>(), Err(PeriodError), "{text}");
        }
    }

    #[test]
    fn what_is_no_period_has_nearest_ones() {
        for (text, wanted) in [
            ("2023-13", vec!["2023-12", "2023-Q4", "2023"]),
            ("2023/07", vec!["2023-07", "2023-Q3", "2023"]),
            ("2023-7", vec!["2023-07", "2023-Q3", "2023"]),
            ("2023q2", vec!["2023-Q2", "2023-04", "2023"]),
            ("2023-Q5", vec!["2023-Q4", "2023-10", "2023"]),
            ("2023-07-01", vec!["2023-07", "2023-Q3", "2023"]),
            ("the year 2023", vec!["2023", "2023-Q1", "2023-01"]),
            ("99999999", vec!["9999-12", "9999-Q4", "9999"]),
            ("20", vec![]),
            ("２０２３", vec![]),
        ] {
            let told: Vec<String> = nearest(text).iter().map(ToString::to_string).collect();
            assert_eq!(told, wanted, "{text}");
            assert!(told.iter().all(|t| t.parse::<Period>().is_ok()));
        }
    }

    #[test]
    fn periods_of_files_have_many_forms() {
        for (text, wanted) in [
            ("2023", "2023"),
            ("202307", "2023-07"),
            ("2023-07", "2023-07"),
            ("07/2023", "2023-07"),
            ("2023M7", "2023-07"),
            ("2023-M07", "2023-07"),
            ("2023-Q2", "2023-Q2"),
            ("2023Q2", "2023-Q2"),
            ("2023-A1", "2023"),
        ] {
            assert_eq!(of_file(text).map(|p| p.to_string()).as_deref(), Some(wanted), "{text}");
        }
        for text in
            ["", "23", "2023-13", "202300", "20230701", "2023-07-01", "2023-W05", "2023-Q5", "13/2023", "２０２３"]
        {
            assert_eq!(of_file(text), None, "{text}");
        }
    }

    #[test]
    fn periods_are_integer_arithmetic() {
        let quarter: Period = "2023-Q1".parse().unwrap();
        assert_eq!(quarter.year_before().to_string(), "2022-Q1");
        assert_eq!(quarter.end(), "2023-04".parse::<Period>().unwrap().start);
    }
}

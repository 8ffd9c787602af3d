//! Numbers as a sheet displays them: by their format (ECMA-376 part 1, 18.8.31).
//!
//! Formats that this does not know for sure show the number in full: digits are never lost to a guess.

use std::collections::BTreeMap;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};

/// Longest format that a spreadsheet keeps.
const MAX_FORMAT: usize = 255;

/// The number formats of a workbook.
#[derive(Default)]
pub(super) struct Formats {
    codes: BTreeMap<u32, String>,
    since_1904: bool,
}

impl Formats {
    /// Counts days from 1904.
    pub(super) fn since_1904(&mut self) {
        self.since_1904 = true;
    }

    /// Keeps a format of the workbook's own.
    pub(super) fn define(&mut self, id: u32, code: String) {
        if code.len() <= MAX_FORMAT {
            self.codes.insert(id, code);
        }
    }

    /// What a cell of this format displays.
    pub(super) fn display(&self, value: f64, id: u32) -> String {
        let code = self.codes.get(&id).map(String::as_str).unwrap_or_else(|| builtin(id));
        let days = if self.since_1904 { value + 1_462.0 } else { value };
        by_format(value, days, code).unwrap_or_else(|| general(value)).trim().to_owned()
    }
}

/// A number without a format: its digits as far as a spreadsheet keeps them, which is fifteen.
fn general(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let shown = format!("{value:.14e}").parse().unwrap_or(value);
    if shown == 0.0 { "0".to_owned() } else { format!("{shown}") }
}

/// The formats that every workbook has, dates as a Chinese system shows them.
fn builtin(id: u32) -> &'static str {
    match id {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5 | 6 => "¥#,##0;¥-#,##0",
        7 | 8 => "¥#,##0.00;¥-#,##0.00",
        9 => "0%",
        10 => "0.00%",
        14 => "yyyy/m/d",
        15 => "d-m-yy",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "yyyy/m/d h:mm",
        27 | 36 | 50 | 52 | 57 => "yyyy\"年\"m\"月\"",
        28 | 29 | 51 | 53 | 54 | 58 => "m\"月\"d\"日\"",
        30 => "m-d-yy",
        31 => "yyyy\"年\"m\"月\"d\"日\"",
        32 => "h\"时\"mm\"分\"",
        33 => "h\"时\"mm\"分\"ss\"秒\"",
        37 | 38 => "#,##0;-#,##0",
        39 | 40 => "#,##0.00;-#,##0.00",
        41 | 42 => "#,##0;-#,##0;\"-\"",
        43 | 44 => "#,##0.00;-#,##0.00;\"-\"",
        _ => "General",
    }
}

/// A piece of one section of a format.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    /// Printed as it stands.
    Text(String),
    /// `0`, `#` or `?`.
    Digit(char),
    /// `.`, `,` or `%`.
    Mark(char),
    /// A run of one letter of a date or time.
    Date(char, usize),
    /// The number in full.
    General,
}

/// Splits a format into its sections; `None` where it holds what is not known here.
fn sections(code: &str) -> Option<Vec<Vec<Piece>>> {
    let mut out = vec![Vec::new()];
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        let piece = match c {
            ';' => {
                out.push(Vec::new());
                continue;
            }
            '"' => Piece::Text(chars.by_ref().take_while(|c| *c != '"').collect()),
            '\\' | '!' => Piece::Text(chars.next()?.to_string()),
            '_' => {
                chars.next()?;
                Piece::Text(" ".to_owned())
            }
            '*' => {
                chars.next()?;
                continue;
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                match inside.strip_prefix('$') {
                    Some(currency) => Piece::Text(currency.split('-').next().unwrap_or_default().to_owned()),
                    // A colour; conditions, elapsed time and Chinese digits are not known here.
                    None if inside.len() > 2
                        && !inside.starts_with("DBNum")
                        && inside.chars().all(char::is_alphanumeric) =>
                    {
                        continue;
                    }
                    None => return None,
                }
            }
            '0' | '#' | '?' => Piece::Digit(c),
            '.' | ',' | '%' => Piece::Mark(c),
            'G' | 'g' => {
                let rest: String = std::iter::once(c).chain(chars.clone().take(6)).collect();
                let length = ["General", "G/通用格式"]
                    .into_iter()
                    .find(|name| rest.get(..name.len()).is_some_and(|r| r.eq_ignore_ascii_case(name)))?
                    .chars()
                    .count();
                chars.by_ref().take(length - 1).for_each(drop);
                Piece::General
            }
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => {
                let mut length = 1;
                while chars.next_if(|next| next.eq_ignore_ascii_case(&c)).is_some() {
                    length += 1;
                }
                Piece::Date(c.to_ascii_lowercase(), length)
            }
            '@' => Piece::General,
            'A'..='Z' | 'a'..='z' => return None,
            _ => Piece::Text(c.to_string()),
        };
        out.last_mut()?.push(piece);
    }
    Some(out)
}

fn by_format(value: f64, days: f64, code: &str) -> Option<String> {
    let sections = sections(code)?;
    let (section, own_sign) = match (sections.as_slice(), value) {
        ([one], _) => (one, false),
        ([_, negative, ..], v) if v < 0.0 => (negative, true),
        ([_, _, zero, ..], 0.0) => (zero, false),
        ([positive, ..], _) => (positive, false),
        ([], _) => return None,
    };
    if section.iter().any(|p| matches!(p, Piece::Date(..))) {
        return date(days, section);
    }
    if section.contains(&Piece::General) {
        let value = if own_sign { value.abs() } else { value };
        let shown = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::General => general(value),
            Piece::Digit(c) | Piece::Mark(c) => c.to_string(),
            Piece::Date(..) => String::new(),
        };
        return Some(section.iter().map(shown).collect());
    }
    // Brackets or a colour in place of the sign are no text that says so: in full, with the sign.
    let lost = own_sign && !section.iter().any(|p| matches!(p, Piece::Text(t) if t.contains('-')));
    if lost { None } else { number(value, own_sign, section) }
}

/// A number by its digits, point, separators and per cent signs.
fn number(value: f64, own_sign: bool, section: &[Piece]) -> Option<String> {
    let is_number = |p: &Piece| matches!(p, Piece::Digit(_) | Piece::Mark('.' | ','));
    let Some(first) = section.iter().position(is_number) else {
        // No digits: a text instead of the number.
        return Some(section.iter().map(|p| if let Piece::Text(t) = p { t.as_str() } else { "" }).collect());
    };
    let last = section.iter().rposition(is_number)?;
    let middle = section.get(first..=last)?;
    // Signs between digits place the digits anew; that is not known here.
    if !middle.iter().all(is_number) {
        return None;
    }
    let point = middle.iter().position(|p| *p == Piece::Mark('.')).unwrap_or(middle.len());
    let digits = |part: &[Piece]| part.iter().filter(|p| matches!(p, Piece::Digit(_))).count();
    let zeros = |part: &[Piece]| part.iter().filter(|p| **p == Piece::Digit('0')).count();
    let (whole, behind) = (middle.get(..point)?, middle.get(point..)?);
    let trailing = middle.iter().rev().take_while(|p| **p == Piece::Mark(',')).count();
    let grouped = whole
        .iter()
        .enumerate()
        .any(|(at, p)| *p == Piece::Mark(',') && whole.get(at + 1..).is_some_and(|rest| digits(rest) > 0));
    let percent = section.iter().filter(|p| **p == Piece::Mark('%')).count();
    let mut shown = Decimal::from_str(&general(value.abs())).ok()?;
    for _ in 0..percent {
        shown = shown.checked_mul(Decimal::ONE_HUNDRED)?;
    }
    for _ in 0..trailing {
        shown = shown.checked_div(Decimal::ONE_THOUSAND)?;
    }
    let places = u32::try_from(digits(behind)).ok()?.min(20);
    let shown = shown.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    let text = format!("{shown:.*}", places as usize);
    let (before, after) = text.split_once('.').unwrap_or((&text, ""));
    let before = if before == "0" && zeros(whole) == 0 { "" } else { before };
    let before = format!("{before:0>width$}", width = zeros(whole));
    let keep = after.trim_end_matches('0').len().max(zeros(behind).min(after.len()));
    let after = after.get(..keep)?;
    let mut out = String::new();
    if value < 0.0 && !own_sign && !shown.is_zero() {
        out.push('-');
    }
    let prefix = section.get(..first)?;
    let suffix = section.get(last + 1..)?;
    let text_of = |part: &[Piece]| -> String {
        part.iter()
            .map(|p| match p {
                Piece::Text(text) => text.clone(),
                Piece::Mark(c) | Piece::Digit(c) => c.to_string(),
                Piece::Date(..) | Piece::General => String::new(),
            })
            .collect()
    };
    out.push_str(&text_of(prefix));
    for (at, c) in before.chars().enumerate() {
        if grouped && at > 0 && (before.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if point < middle.len() && !after.is_empty() {
        out.push('.');
        out.push_str(after);
    }
    out.push_str(&text_of(suffix));
    Some(out)
}

/// A day, counted from 1900 with the leap day of that year that never was, and a time.
fn date(days: f64, section: &[Piece]) -> Option<String> {
    if !(0.0..2_958_466.0).contains(&days) {
        return None;
    }
    let seconds = (days.fract() * 86_400.0).round() as u32;
    let serial = days.trunc() as i64;
    let (year, month, day) = match serial {
        0 => (1900, 1, 0),
        60 => (1900, 2, 29),
        _ => civil(serial - 25_569 + i64::from(serial < 60)),
    };
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let mut out = String::new();
    let mut time = false;
    for (at, piece) in section.iter().enumerate() {
        let padded = |n: i64, length: usize| if length > 1 { format!("{n:02}") } else { n.to_string() };
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Mark(c) => out.push(*c),
            Piece::Date('y', length) if *length <= 2 => out.push_str(&format!("{:02}", year % 100)),
            Piece::Date('y', _) => out.push_str(&year.to_string()),
            Piece::Date('d', length) if *length <= 2 => out.push_str(&padded(day, *length)),
            Piece::Date('h', length) => {
                time = true;
                out.push_str(&padded(i64::from(hour), *length));
            }
            Piece::Date('s', length) => out.push_str(&padded(i64::from(second), *length)),
            Piece::Date('m', length) if *length <= 2 => {
                // Behind hours and in front of seconds it is minutes.
                let next = section.get(at + 1..)?.iter().find(|p| matches!(p, Piece::Date(..)));
                let minutes = time || matches!(next, Some(Piece::Date('s', _)));
                out.push_str(&padded(if minutes { i64::from(minute) } else { month }, *length));
            }
            // Names of months and days.
            _ => return None,
        }
    }
    Some(out)
}

/// Year, month and day of a day counted from 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_numbers_as_a_sheet_does() {
        let cases: &[(f64, &str, &str)] = &[
            (12.0, "General", "12"),
            (-3.0, "General", "-3"),
            (0.1 + 0.2, "General", "0.3"),
            (10757.303402, "G/通用格式", "10757.303402"),
            (21.0, "General\"件\"", "21件"),
            (-0.0, "General", "0"),
            (1.0 / 3.0, "@", "0.333333333333333"),
            (0.125, "0%", "13%"),
            (0.1234, "0.00%", "12.34%"),
            (1234.5, "#,##0.00", "1,234.50"),
            (1_234_567.0, "#,##0", "1,234,567"),
            (-0.4, "0", "0"),
            (2.5, "0", "3"),
            (7.0, "000", "007"),
            (0.5, "#.##", ".5"),
            (0.0, "#", ""),
            (1234.5, "_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", "1,234.50"),
            (-1234.5, "_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", "-1,234.50"),
            (0.0, "0;-0;\"-\"", "-"),
            (0.0, "0;-0;;@", ""),
            (-12.0, "0.0_);[Red]\\(0.0\\)", "-12"),
            (1_234_567.0, "0,", "1235"),
            (1234.5, "[$¥-804]#,##0.00", "¥1,234.50"),
            (44561.0, "yyyy/m/d", "2021/12/31"),
            (44561.0, "[$-F800]yyyy\"年\"m\"月\"d\"日\";@", "2021年12月31日"),
            (44561.75, "yyyy-mm-dd hh:mm:ss", "2021-12-31 18:00:00"),
            (1.0, "yyyy/m/d", "1900/1/1"),
            (60.0, "yyyy/m/d", "1900/2/29"),
            (61.0, "yyyy/m/d", "1900/3/1"),
            // Not known: in full.
            (12345.0, "0\\.0,\"万\"", "12345"),
            (21.0, "[DBNum1]General", "21"),
            (0.5, "# ?/?", "0.5"),
            (1e10, "0.00E+00", "10000000000"),
            (5.0, "[>2]\"x\";0", "5"),
            (44561.0, "mmmm", "44561"),
            (-1.0, "yyyy", "-1"),
        ];
        for (value, code, shown) in cases {
            let mut formats = Formats::default();
            formats.define(164, (*code).to_owned());
            assert_eq!(formats.display(*value, 164), *shown, "{value} as {code}");
        }
        let mut formats = Formats::default();
        formats.since_1904();
        assert_eq!(formats.display(0.0, 14), "1904/1/1");
        assert_eq!(formats.display(f64::NAN, 0), "");
    }

    proptest::proptest! {
        #[test]
        fn any_format_shows_something(value in proptest::num::f64::ANY, code in "[0#?.,%;*_\\\\\"ymdhs\\[\\]$G@E/ 年-]{0,20}") {
            let mut formats = Formats::default();
            formats.define(164, code);
            formats.display(value, 164);
        }
    }
}

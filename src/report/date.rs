//! Chinese dates in running text.

use crate::text::fold_char;

/// A day, month or year; the parts that are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year.
    pub year: u16,
    /// Month from 1.
    pub month: u8,
    /// Day from 1.
    pub day: u8,
}

impl Date {
    /// The day as ISO 8601.
    #[must_use]
    pub fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// Months from the one of an earlier day on, both counted.
    #[must_use]
    pub fn months_since(self, first: Self) -> u16 {
        let months = |d: Self| d.year.saturating_mul(12).saturating_add(u16::from(d.month));
        (months(self) + 1).saturating_sub(months(first))
    }

    /// A day that the calendar has.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        ((1900..=2100).contains(&year) && (1..=days).contains(&day)).then_some(Self { year, month, day })
    }
}

/// The first whole date of a text: `2021年1月15日`, `2021-01-15`, `二〇二一年一月十五日`, `20210115`.
#[must_use]
pub fn first(text: &str) -> Option<Date> {
    let chars = folded(text);
    (0..chars.len()).find_map(|at| read(&chars, at).map(|(date, _)| date))
}

/// The date that is all of the text, brackets aside.
#[must_use]
pub fn alone(text: &str) -> Option<Date> {
    // Most texts begin with no number.
    text.chars().find_map(fold_char).filter(|c| *c == '(' || digit(*c).is_some())?;
    let mut chars = folded(text);
    if chars.first() == Some(&'(') && chars.last() == Some(&')') {
        chars.pop();
        chars.remove(0);
    }
    let (date, end) = read(&chars, 0)?;
    (end == chars.len()).then_some(date)
}

/// The date that a text begins with, where letters follow it and no other number.
#[must_use]
pub fn at_start(text: &str) -> Option<Date> {
    text.chars().find_map(fold_char).filter(|c| digit(*c).is_some())?;
    let chars = folded(text);
    let (date, end) = read(&chars, 0)?;
    let rest = chars.get(end..)?;
    let clock = rest.iter().take(8).take_while(|c| c.is_ascii_digit() || **c == ':').count();
    let rest = if rest.iter().take(clock).any(|c| *c == ':') { rest.get(clock..)? } else { rest };
    let plain = rest.iter().all(|c| digit(*c).is_none() && !matches!(c, '至' | '到' | '-' | '~' | '.'));
    (plain && !rest.is_empty()).then_some(date)
}

/// Whether all of the text is a month of a year, brackets aside.
#[must_use]
pub fn is_month(text: &str) -> bool {
    let chars: Vec<char> = folded(text).into_iter().filter(|c| !matches!(c, '(' | ')')).collect();
    let month = digits(&chars, 0, 4, 4)
        .filter(|(_, next)| chars.get(*next) == Some(&'年'))
        .and_then(|(_, next)| small(&chars, next + 1))
        .filter(|(month, _)| (1..=12).contains(month));
    month.is_some_and(|(_, next)| next + 1 == chars.len() && chars.get(next) == Some(&'月'))
}

/// The date that a text ends in, with the byte offset at which it begins.
#[must_use]
pub fn at_end(text: &str) -> Option<(Date, usize)> {
    // Most texts end in nothing that ends a date.
    let ends = |c: &char| digit(*c).is_some() || matches!(c, '日' | '号' | '十' | '廿');
    text.chars().rev().find_map(fold_char).filter(ends)?;
    let marks: Vec<(usize, char)> = text.char_indices().filter_map(|(at, c)| fold_char(c).map(|f| (at, f))).collect();
    let chars: Vec<char> = marks.iter().map(|m| m.1).collect();
    let first = chars.len().saturating_sub(16);
    (first..chars.len()).find_map(|at| {
        let (date, end) = read(&chars, at)?;
        (end == chars.len()).then(|| (date, marks.get(at).map_or(0, |m| m.0)))
    })
}

fn folded(text: &str) -> Vec<char> {
    text.chars().take(4096).filter_map(fold_char).collect()
}

/// Reads a date at `at`; gives it with the index behind it.
fn read(chars: &[char], at: usize) -> Option<(Date, usize)> {
    let before = at.checked_sub(1).and_then(|i| chars.get(i)).copied();
    if before.is_some_and(|c| digit(c).is_some()) {
        return None;
    }
    let (year, mut next) = digits(chars, at, 4, 4)?;
    let separator = chars.get(next).copied()?;
    if matches!(separator, '年' | '-' | '.' | '/') {
        next += 1;
        // 元月 is the first.
        let (month, after) = if chars.get(next) == Some(&'元') { (1, next + 1) } else { small(chars, next)? };
        next = after;
        let middle = chars.get(next).copied()?;
        let fits = if separator == '年' { middle == '月' } else { middle == separator };
        if !fits {
            return None;
        }
        let (day, after) = small(chars, next + 1)?;
        next = after;
        if matches!(chars.get(next), Some('日' | '号')) {
            next += 1;
        } else if separator == '年' || chars.get(next).is_some_and(|c| digit(*c).is_some()) {
            // `2021-01-15 08:11` loses its space in the fold.
            let clock = separator != '年'
                && chars.get(next + 2) == Some(&':')
                && chars.get(next..next + 2).is_some_and(|c| c.iter().all(char::is_ascii_digit));
            if !clock {
                return None;
            }
        }
        return Date::new(u16::try_from(year).ok()?, month, day).map(|d| (d, next));
    }
    let (month, next) = digits(chars, next, 2, 2)?;
    let (day, next) = digits(chars, next, 2, 2)?;
    if chars.get(next).is_some_and(|c| digit(*c).is_some()) {
        return None;
    }
    Date::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?).map(|d| (d, next))
}

/// Digits one by one, Arabic or Chinese, at least `least` and at most `most` of them.
fn digits(chars: &[char], at: usize, least: usize, most: usize) -> Option<(u32, usize)> {
    let run = chars.iter().skip(at).take(most).map_while(|c| digit(*c));
    let (value, length) = run.fold((0, 0), |(value, length), d| (value * 10 + d, length + 1));
    (length >= least).then_some((value, at + length))
}

/// A month or a day: `1`, `01`, `一`, `十五`, `二十`, `三十一`, `廿三`.
fn small(chars: &[char], at: usize) -> Option<(u8, usize)> {
    let run: Vec<char> = chars
        .iter()
        .skip(at)
        .take(3)
        .copied()
        .take_while(|c| digit(*c).is_some() || matches!(c, '十' | '廿'))
        .collect();
    let arabic: String = run.iter().take_while(|c| c.is_ascii_digit()).take(2).collect();
    if !arabic.is_empty() {
        return Some((arabic.parse().ok()?, at + arabic.len()));
    }
    let text: String = run.iter().collect();
    let value = crate::text::numeral::parse(&text)?;
    u8::try_from(value).ok().map(|v| (v, at + run.len()))
}

fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        '〇' | '零' | 'O' => Some(0),
        '一' => Some(1),
        '二' => Some(2),
        '三' => Some(3),
        '四' => Some(4),
        '五' => Some(5),
        '六' => Some(6),
        '七' => Some(7),
        '八' => Some(8),
        '九' => Some(9),
        _ => None,
    }
}

/// A year of four digits, Arabic or Chinese.
#[must_use]
pub fn year(text: &str) -> Option<u16> {
    let chars = folded(text);
    let (value, end) = digits(&chars, 0, 4, 4)?;
    let year = u16::try_from(value).ok()?;
    (end == chars.len() && (1990..=2100).contains(&year)).then_some(year)
}

/// What a printed span of dates says (`2024年1月1日至12月31日`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Year that the span begins with.
    pub year: u16,
    /// First and last day, where both are printed without a slip.
    pub days: Option<(Date, Date)>,
}

impl Span {
    /// Whether it is longer than a year and more: a span of a plan or a campaign, and of no annual report.
    #[must_use]
    pub fn is_of_years(&self) -> bool {
        self.days.is_some_and(|(first, last)| last.year > first.year + u16::from(last.month == 1))
    }
}

/// The first and the last day of a span of months (2023年1月至12月) that begins at `at`.
fn months(chars: &[char], at: usize, year: u16) -> Option<(Date, Date)> {
    let month = |at: usize| small(chars, at).filter(|(_, next)| chars.get(*next) == Some(&'月'));
    let (first, next) = month(at + 5).filter(|_| chars.get(at + 4) == Some(&'年'))?;
    let to = chars.get(next + 1).filter(|c| matches!(c, '至' | '到' | '-' | '~')).map(|_| next + 2)?;
    let again = digits(chars, to, 4, 4).filter(|(_, end)| chars.get(*end) == Some(&'年'));
    let (until, at) = again.map_or((year, to), |(value, end)| (u16::try_from(value).unwrap_or(0), end + 1));
    let (last, end) = month(at)?;
    let open = chars.get(end + 1).is_some_and(|c| digit(*c).is_some());
    let day = (28..=31).rev().find_map(|day| Date::new(until, last, day))?;
    let start = Date::new(year, first, 1)?;
    (!open && start <= day).then_some((start, day))
}

/// Reads a span of dates; a misprinted one keeps the year that it begins with.
#[must_use]
pub fn span(text: &str) -> Option<Span> {
    let chars = folded(text);
    let at = chars.iter().position(|c| digit(*c).is_some())?;
    let (value, _) = digits(&chars, at, 4, 4)?;
    let year = u16::try_from(value).ok().filter(|y| (1990..=2100).contains(y))?;
    let days = read(&chars, at).and_then(|(start, next)| {
        let rest = chars.get(next..)?;
        let to = next + rest.iter().position(|c| matches!(c, '至' | '到' | '-' | '~'))? + 1;
        let skip = chars.get(to..)?.iter().position(|c| digit(*c).is_some())?;
        let (end, _) = read(&chars, to + skip).or_else(|| {
            // The year is printed once: 至12月31日.
            let (month, next) = small(&chars, to + skip)?;
            if chars.get(next) != Some(&'月') {
                return None;
            }
            let (day, next) = small(&chars, next + 1)?;
            (chars.get(next) == Some(&'日')).then_some(())?;
            Date::new(start.year, month, day).map(|d| (d, next))
        })?;
        (start <= end).then_some((start, end))
    });
    let days = days.or_else(|| months(&chars, at, year));
    Some(Span { year, days })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_spelling() {
        for text in [
            "2021年1月15日",
            "2021-01-15 08:11",
            "二〇二一年一月十五日",
            "（2021.1.15）",
            "20210115",
            "２０２１年１月１５日",
            "2021年元月15日",
        ] {
            assert_eq!(first(text).map(Date::iso).as_deref(), Some("2021-01-15"), "{text}");
        }
        assert_eq!(first("二○二○年十二月三十一日").map(Date::iso).as_deref(), Some("2020-12-31"));
        assert_eq!(first("2021年2月30日"), None);
        assert_eq!(first("0786-2021011"), None);
        assert_eq!(alone("(2026年1月23日)").map(Date::iso).as_deref(), Some("2026-01-23"));
        assert_eq!(alone("到2026年1月23日"), None);
        assert!(is_month("2015年2月") && is_month("（二○一五年十二月）"));
        assert!(!is_month("2015年2月3日") && !is_month("2015年") && !is_month("至2015年2月"));
        assert_eq!(at_end("云山镇2021年1月5日").map(|d| d.1), Some("云山镇".len()));
    }

    #[test]
    fn spans_keep_the_year_of_a_misprint() {
        let right = span("2024年1月1日至12月31日").unwrap();
        assert_eq!(right.days.map(|d| (d.0.iso(), d.1.iso())), Some(("2024-01-01".into(), "2024-12-31".into())));
        let slip = span("自2016年1月1日起,至202016年12月31日止").unwrap();
        assert_eq!((slip.year, slip.days), (2016, None));
        assert_eq!(span("201911日起至20191231日").map(|s| s.year), Some(2019));
        let days = |text: &str| span(text).and_then(|s| s.days).map(|(a, b)| (a.iso(), b.iso()));
        let year = Some(("2023-01-01".to_owned(), "2023-12-31".to_owned()));
        assert_eq!(days("2023年1月至12月"), year);
        assert_eq!(days("2023年1月至2023年12月"), year);
        assert_eq!(days("2023/1/1-2023/12/31"), year);
        assert_eq!(span("2018年1月日起至2018年12月31日止").map(|s| (s.year, s.days)), Some((2018, None)));
    }
}

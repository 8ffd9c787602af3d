//! What a cell prints: a number with its unit and remark, a blank, a dash, or something else.

use rust_decimal::Decimal;

use crate::record::State;

/// A unit of measure after a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitWord {
    /// As printed, folded (`万元`).
    pub name: &'static str,
    /// What is counted, where the unit is one of money (`元`), else the unit itself.
    pub base: &'static str,
    /// Worth in the base unit as a power of ten.
    pub exponent: i32,
}

/// Units of money and of plain counts that stand after numbers. A counting word (件, 条, 次) never changes the
/// number.
const UNITS: &[UnitWord] = &[
    UnitWord { name: "亿元", base: "元", exponent: 8 },
    UnitWord { name: "千万元", base: "元", exponent: 7 },
    UnitWord { name: "百万元", base: "元", exponent: 6 },
    UnitWord { name: "万元", base: "元", exponent: 4 },
    UnitWord { name: "千元", base: "元", exponent: 3 },
    UnitWord { name: "百元", base: "元", exponent: 2 },
    UnitWord { name: "元", base: "元", exponent: 0 },
    UnitWord { name: "亿", base: "", exponent: 8 },
    UnitWord { name: "万", base: "", exponent: 4 },
    UnitWord { name: "千", base: "", exponent: 3 },
];

/// Whether a unit is one of money: what it measures need not be whole.
#[must_use]
pub fn is_money(unit: &str) -> bool {
    unit.contains('元')
}

const COUNTERS: &[&str] = &[
    "人次", "次", "件", "条", "项", "个", "份", "篇", "人", "宗", "起", "家", "场", "期", "条次", "处", "例", "户",
    "笔", "件次", "批次", "批", "种", "部", "类", "名", "台", "册", "张", "位", "月", "天", "分",
];

/// Marks that stand for "none" or "not applicable".
const DASHES: &[&str] =
    &["无", "没有", "不涉及", "不适用", "无此项", "暂无", "空", "N/A", "n/a", "NA", "/", "*", "\\", "|"];

/// A number as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// The number before its unit, with its sign.
    pub number: Decimal,
    /// The unit printed behind it that changes its worth, if any (money, 万, 亿).
    pub unit: Option<UnitWord>,
    /// Whether a remark stands around the number (`22（其中修订16件）`).
    pub remark: bool,
    /// Whether reading it took a step that another reader might not take (a stray mark dropped, two numbers
    /// in the cell): worth a flag.
    pub doubtful: Option<&'static str>,
}

impl Amount {
    /// The number in `unit` (`万元`, `元`, a counting word or nothing). A printed unit wins over the header's;
    /// a bare 万 or 亿 in a column of money is that many yuan (`65万` in 万元 is 65), in a column of counts it
    /// multiplies (`1.2万` 条 is 12000).
    #[must_use]
    pub fn in_unit(&self, unit: Option<&str>) -> Option<Decimal> {
        let Some(printed) = self.unit else { return Some(self.number) };
        let column = unit.and_then(|name| UNITS.iter().find(|u| u.name == name));
        let shift = match column {
            Some(column) if column.base == "元" => printed.exponent - column.exponent,
            _ if printed.base == "元" => return Some(self.number),
            _ => printed.exponent,
        };
        scale(self.number, shift)
    }
}

fn scale(number: Decimal, shift: i32) -> Option<Decimal> {
    let ten = Decimal::from(10);
    let mut value = number;
    for _ in 0..shift.unsigned_abs() {
        value = if shift > 0 { value.checked_mul(ten)? } else { value.checked_div(ten)? };
    }
    Some(value.normalize())
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Its state; never `Ambiguous` (that takes more than one cell to know).
    pub state: State,
    /// The number, with [`State::Number`].
    pub amount: Option<Amount>,
}

impl Cell {
    fn of(state: State) -> Self {
        Self { state, amount: None }
    }
}

/// Reads a cell's printed text.
///
/// A number may carry a unit, a sign or a sign word (`增2`, `减少3项`, `↓3`), separators, inner blanks,
/// full-width digits, brackets around it, or a remark in brackets behind it; it is then that number. Text
/// with several numbers outside brackets is no number.
///
/// ```
/// use gongkai::{record::State, text::read_cell};
/// let cell = read_cell("减少３项");
/// assert_eq!(cell.amount.unwrap().number.to_string(), "-3");
/// assert_eq!(read_cell("／").state, State::Dash);
/// assert_eq!(read_cell("\u{a0}").state, State::Blank);
/// ```
#[must_use]
pub fn read_cell(text: &str) -> Cell {
    // Most cells.
    if (1..=18).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit())
        && let Ok(number) = text.parse::<u64>()
    {
        let amount = Amount { number: Decimal::from(number), unit: None, remark: false, doubtful: None };
        return Cell { state: State::Number, amount: Some(amount) };
    }
    let folded = fold_number(text);
    // What pandas prints for an empty cell.
    if folded.is_empty() || matches!(folded.as_str(), "nan" | "NaN") {
        return Cell::of(State::Blank);
    }
    if is_dash(&folded) {
        return Cell::of(State::Dash);
    }
    if folded.contains('\u{fffd}') {
        return Cell::of(State::Unreadable);
    }
    // A sign stands on the line of its number: a dash on a line of its own is another cell's.
    if text.contains('\n') && text.lines().any(|line| is_mark(&fold_number(line))) {
        return Cell::of(State::Text);
    }
    match read_amount(&folded) {
        Some(amount) => Cell { state: State::Number, amount: Some(amount) },
        None => Cell::of(State::Text),
    }
}

fn is_dash(folded: &str) -> bool {
    is_mark(folded)
        || DASHES.contains(&folded)
        || folded.strip_prefix('(').and_then(|s| s.strip_suffix(')')).is_some_and(|s| DASHES.contains(&s))
}

/// Whether it is nothing but marks that stand for no number.
fn is_mark(folded: &str) -> bool {
    !folded.is_empty() && folded.chars().all(|c| matches!(c, '-' | '/' | '*' | '~' | '·' | '.' | '_' | '\\' | '|'))
}

/// Folds width, spaces, signs and separators; newlines count as spaces.
fn fold_number(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        match ch {
            '，' | '٬' => out.push(','),
            '、' => out.push('、'),
            '＋' | '﹢' => out.push('+'),
            '〇' | '○' => out.push('〇'),
            '−' | '－' | '﹣' | '–' | '—' | '―' | '─' | '‐' | '‑' => out.push('-'),
            '﹪' | '％' => out.push('%'),
            '“' | '”' | '"' | '‘' | '’' | '\'' | '`' | '´' => {}
            _ => {
                if let Some(c) = super::fold_char(ch) {
                    out.push(c);
                }
            }
        }
    }
    out
}

/// The text without the footnote marks behind it: `12①`, `3*`, `5[1]`, `7注2`, `9¹`; whether there were any.
fn strip_marks(folded: &str) -> (&str, bool) {
    let single = |c: char| matches!(c, '*' | '※' | '†' | '‡' | '§' | '¹' | '²' | '³' | '⁰'..='⁹' | '①'..='⑳' | '❶'..='❿' | '⓪'..='⓾');
    let mut rest = folded.trim_end_matches(single);
    if let Some((before, inside)) = rest.strip_suffix(']').and_then(|s| s.rsplit_once('['))
        && inside.chars().count() <= 2
        && inside.chars().all(char::is_numeric)
    {
        rest = before;
    }
    if let Some((before, number)) = rest.rsplit_once('注')
        && number.len() <= 1
        && number.bytes().all(|b| b.is_ascii_digit())
    {
        rest = before;
    }
    // A mark stands behind a number, not for one.
    if rest.ends_with(|c: char| c.is_ascii_digit() || c == ')') {
        (rest, rest.len() < folded.len())
    } else {
        (folded, false)
    }
}

fn read_amount(folded: &str) -> Option<Amount> {
    let (folded, marked) = strip_marks(folded);
    // A remark in brackets behind the number: 22(其中修订16件).
    let (mut core, mut remark) = (folded, marked);
    if let Some(open) = core.find('(') {
        let before = core.get(..open)?;
        let inner_end = core.rfind(')').unwrap_or(core.len());
        if before.is_empty() {
            // (12) or (单位:件)12
            let inner = core.get(open + 1..inner_end)?;
            let after = core.get((inner_end + 1).min(core.len())..)?;
            if after.is_empty() {
                core = inner;
            } else if inner.chars().any(|c| c.is_ascii_digit()) {
                return None;
            } else {
                core = after;
                remark = true;
            }
        } else {
            // A number behind the remark is another one: 5(新制定),2(修订).
            let mut depth = 0usize;
            let outside = |c: char| {
                depth = if c == '(' { depth + 1 } else { depth.saturating_sub(usize::from(c == ')')) };
                depth == 0 && c.is_ascii_digit()
            };
            if core.get(open..).is_some_and(|behind| behind.chars().any(outside)) {
                return None;
            }
            remark = true;
            core = before;
        }
    }
    let (negative, body) = strip_sign(core)?;
    let digits_end = body.find(|c: char| !(c.is_ascii_digit() || matches!(c, ',' | '.'))).unwrap_or(body.len());
    let (digits, tail) = (body.get(..digits_end)?, body.get(digits_end..)?);
    let digits = digits.trim_end_matches(['.', ',']);
    let number = if digits.is_empty() {
        // 零件, 三条
        let end = tail
            .find(|c| super::numeral::parse(&String::from(c)).is_none() && !"十百千万亿".contains(c))
            .unwrap_or(tail.len());
        return han_amount(tail.get(..end)?, tail.get(end..)?, negative, remark);
    } else {
        parse_digits(digits)?
    };
    let number = if negative { -number } else { number };
    let unit = read_unit(tail)?;
    Some(Amount { number, unit, remark, doubtful: None })
}

fn han_amount(numeral: &str, tail: &str, negative: bool, remark: bool) -> Option<Amount> {
    let value = super::numeral::parse(numeral)?;
    let unit = read_unit(tail)?;
    let number = Decimal::from(value);
    Some(Amount { number: if negative { -number } else { number }, unit, remark, doubtful: None })
}

/// Strips a sign or a sign word; `None` where both contradict or the rest is empty.
fn strip_sign(text: &str) -> Option<(bool, &str)> {
    const UP: &[&str] =
        &["+", "↑", "▲", "增加了", "增加", "新增", "增长", "增", "上升", "升", "加", "共计", "共", "约", "计"];
    const DOWN: &[&str] = &["-", "↓", "▼", "减少了", "减少", "减", "下降", "降", "负", "取消", "Δ-"];
    for (words, negative) in [(DOWN, true), (UP, false)] {
        for word in words {
            if let Some(rest) = text.strip_prefix(word) {
                // 增+2, 减-3, 增:2
                let rest = rest.strip_prefix(':').unwrap_or(rest);
                let (rest, inner) = match rest.strip_prefix('-') {
                    Some(r) => (r, true),
                    None => (rest.strip_prefix('+').unwrap_or(rest), false),
                };
                let contradicts = inner && !negative && !matches!(*word, "+" | "共" | "计" | "共计" | "约");
                if contradicts || (*word == "-" && inner) {
                    return None;
                }
                return (!rest.is_empty()).then_some((negative || inner, rest));
            }
        }
    }
    // 3↓, 3(减) are not read: too rare to be sure.
    Some((false, text))
}

/// Digits with separators: groups of three after commas are separators; a comma elsewhere makes it no number.
fn parse_digits(digits: &str) -> Option<Decimal> {
    let (whole, fraction) = match digits.split_once('.') {
        Some((w, f)) => (w, Some(f)),
        None => (digits, None),
    };
    if fraction.is_some_and(|f| f.is_empty() || !f.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let mut plain = String::from(first);
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        plain.push_str(group);
    }
    if plain.is_empty() || plain.len() > 20 {
        return None;
    }
    if let Some(f) = fraction {
        plain.push('.');
        plain.push_str(f);
    }
    plain.parse().ok()
}

/// The unit behind a number that changes its worth, if any; `None` where the tail is more than units and
/// counting words.
fn read_unit(tail: &str) -> Option<Option<UnitWord>> {
    let tail = tail.trim_end_matches(['.', ',', ';', '、', ':']);
    if tail.is_empty() {
        return Some(None);
    }
    let tail = tail.strip_prefix("人民币").unwrap_or(tail);
    for unit in UNITS {
        if let Some(rest) = tail.strip_prefix(unit.name) {
            if rest.is_empty() || rest == "人民币" || rest == "整" {
                return Some(Some(*unit));
            }
            if COUNTERS.contains(&rest) {
                return unit.base.is_empty().then_some(Some(*unit));
            }
        }
    }
    COUNTERS.contains(&tail).then_some(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<String> {
        read_cell(text).amount.map(|a| a.in_unit(None).unwrap().to_string())
    }

    #[test]
    fn the_contracts_readings() {
        for (text, value) in [
            ("46个", "46"),
            ("1 136", "1136"),
            ("1，136", "1136"),
            ("1,234,567", "1234567"),
            ("１２", "12"),
            ("增2", "2"),
            ("减少3项", "-3"),
            ("↓3", "-3"),
            ("+1", "1"),
            ("－18", "-18"),
            ("22（其中修订16件）", "22"),
            ("3（较上年增加1件）", "3"),
            ("7730.28", "7730.28"),
            ("（0）", "0"),
            ("0件", "0"),
            ("24252.311082", "24252.311082"),
            ("零", "0"),
            ("12①", "12"),
            ("3*", "3"),
            ("5[1]", "5"),
            ("82注", "82"),
            ("13¹", "13"),
            ("2※", "2"),
        ] {
            assert_eq!(number(text).as_deref(), Some(value), "{text}");
        }
    }

    #[test]
    fn money_comes_in_the_columns_unit() {
        let in_wan = |text: &str| read_cell(text).amount.unwrap().in_unit(Some("万元")).unwrap().to_string();
        assert_eq!(in_wan("65万"), "65");
        assert_eq!(in_wan("7730.28万元"), "7730.28");
        assert_eq!(in_wan("251000元"), "25.1");
        assert_eq!(in_wan("8040"), "8040");
        assert_eq!(in_wan("1.2亿元"), "12000");
    }

    #[test]
    fn blanks_dashes_and_text_are_told_apart() {
        for text in ["", " ", "\u{a0}\u{3000}", "\n", "nan"] {
            assert_eq!(read_cell(text).state, State::Blank, "{text:?}");
        }
        for text in ["/", "／", "-", "－", "--", "——", "无", "没有", "不涉及", "*", "不适用"] {
            assert_eq!(read_cell(text).state, State::Dash, "{text:?}");
        }
        for text in
            ["见附件", "12/13", "1 2,3", "3-5", "12 件 13 件", "2020年", "5（新制定）、2（修订）", "—\n3", "3\n/"]
        {
            assert_eq!(read_cell(text).state, State::Text, "{text:?}");
        }
    }
}

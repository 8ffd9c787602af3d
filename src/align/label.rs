//! Printed label texts against the labels of a pattern, on shadow text.
//!
//! Labels are compared without punctuation. What counts as evidence beside the letters is the ordinal in
//! front (`（三）`, `2.`), told apart from the label's own text.

use crate::pattern::{Label, Ordinal, OrdinalStyle};
use crate::text::{bloom, distance, fold, numeral};

/// Longest printed text that is compared as a label, in characters; longer ones are prose.
const LONGEST: usize = 240;

/// How a printed text matched a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// The same letters.
    Exact,
    /// The same letters when remarks in brackets are left out on either side.
    Bracketed,
    /// The same but for this many letters (typing and recognition errors).
    Edited(u8),
    /// The print leaves letters of the label out (本年新收申请数量).
    Abbreviated,
    /// The label stands inside a longer print.
    Contained,
}

/// A comparison's outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// From 0 (nothing in common) to 1 (the same letters).
    pub score: f32,
    /// The way it matched.
    pub how: How,
}

/// A label match of one printed text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The caller's key of the label.
    pub key: u32,
    /// How well it matches.
    pub found: Match,
}

/// A printed text prepared for comparison.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Printed {
    /// The ordinal in front, if any.
    pub ordinal: Option<Ordinal>,
    /// Letters and digits without the ordinal.
    full: Vec<char>,
    /// The same without remarks in brackets; empty where there are none.
    bare: Vec<char>,
    /// Letters and digits with the ordinal, where there is one.
    whole: Vec<char>,
    /// The text without years (`2016年度`), twice: with and without the 年 behind; empty where there are none.
    yearless: [Vec<char>; 2],
    bloom: u128,
    bare_bloom: u128,
    whole_bloom: u128,
}

impl Printed {
    /// Prepares a printed text (folds it first).
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self::of_shadow(&fold(text))
    }

    /// Prepares a text that is folded already.
    #[must_use]
    pub fn of_shadow(shadow: &str) -> Self {
        let (ordinal, rest) = split_ordinal(shadow);
        let full = squash(rest);
        let bare = without_brackets(rest).map(|s| squash(&s)).unwrap_or_default();
        let whole = if ordinal.is_some() { squash(shadow) } else { Vec::new() };
        let yearless = without_years(if bare.is_empty() { &full } else { &bare });
        let all = bloom(full.iter().copied());
        let bare_bloom = if bare.is_empty() { all } else { bloom(bare.iter().copied()) };
        let whole_bloom = bloom(whole.iter().copied());
        Self { ordinal, full, bare, whole, yearless, bloom: all, bare_bloom, whole_bloom }
    }

    /// Whether no letter and no digit is printed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.full.is_empty() && self.whole.is_empty()
    }

    /// Number of letters and digits without the ordinal.
    #[must_use]
    pub fn len(&self) -> usize {
        self.full.len()
    }

    /// Whether any ideograph or letter is printed (a value has none, or a unit only).
    #[must_use]
    pub fn has_letters(&self) -> bool {
        self.full.iter().any(|c| c.is_alphabetic())
    }
}

/// A label prepared for comparison.
#[derive(Debug, Clone)]
pub(super) struct Needle {
    pub key: u32,
    pub full: Vec<char>,
    /// Without remarks in brackets; empty where there are none.
    pub bare: Vec<char>,
    pub bloom: u128,
    bare_bloom: u128,
}

impl Needle {
    pub fn new(key: u32, label: &Label) -> Option<Self> {
        let full = squash(&label.shadow);
        if full.is_empty() {
            return None;
        }
        let bare = without_brackets(&label.shadow).map(|s| squash(&s)).unwrap_or_default();
        let (all, rest) = (bloom(full.iter().copied()), bloom(bare.iter().copied()));
        Some(Self { key, bloom: all, bare_bloom: if bare.is_empty() { all } else { rest }, full, bare })
    }
}

/// Labels prepared for matching.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    needles: Vec<Needle>,
    /// One for each needle.
    screens: Vec<Screen>,
}

/// What of a needle tells most printed texts from it at a glance.
#[derive(Debug, Clone)]
struct Screen {
    full: Outline,
    bare: Outline,
    bracketed: bool,
}

/// Which letters a text may hold, and how many it holds.
#[derive(Debug, Clone, Copy)]
struct Outline {
    bloom: u128,
    length: usize,
}

impl Outline {
    /// Whether one text may be the other with a few letters wrong, without some of its letters, or inside of it.
    fn resembles(self, other: Self) -> bool {
        let (here, there) = (self.bloom & !other.bloom, other.bloom & !self.bloom);
        if here == 0 || there == 0 {
            return true;
        }
        let allowed = self.length.max(other.length) / 4;
        self.length.abs_diff(other.length) <= allowed && here.count_ones().max(there.count_ones()) as usize <= allowed
    }
}

impl Screen {
    fn new(needle: &Needle) -> Self {
        let full = Outline { bloom: needle.bloom, length: needle.full.len() };
        let bracketed = !needle.bare.is_empty();
        let bare = if bracketed { Outline { bloom: needle.bare_bloom, length: needle.bare.len() } } else { full };
        Self { full, bare, bracketed }
    }

    /// Whether a comparison with the needle can find anything.
    fn lets_pass(&self, printed: &Printed) -> bool {
        let full = Outline { bloom: printed.bloom, length: printed.full.len() };
        let bracketed = self.bracketed || !printed.bare.is_empty();
        let bare = || {
            let length = if printed.bare.is_empty() { printed.full.len() } else { printed.bare.len() };
            Outline { bloom: printed.bare_bloom, length }
        };
        full.resembles(self.full)
            || (bracketed && bare().resembles(self.bare))
            || (!printed.whole.is_empty() && printed.whole_bloom == self.full.bloom)
            || printed.yearless.iter().any(|y| !y.is_empty())
    }
}

impl Lexicon {
    /// Prepares labels; the keys are the caller's own, several labels (aliases) may have one key.
    pub fn new<'a>(labels: impl IntoIterator<Item = (u32, &'a Label)>) -> Self {
        let mut lexicon = Self::default();
        for (key, label) in labels {
            lexicon.needles.extend(Needle::new(key, label));
        }
        lexicon.screens = lexicon.needles.iter().map(Screen::new).collect();
        lexicon
    }

    /// Whether it holds no label.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// The labels that a printed text may be, best first, at least `floor` in score; one entry a key.
    #[must_use]
    pub fn candidates(&self, printed: &Printed, floor: f32) -> Vec<Candidate> {
        if printed.is_empty() || printed.full.len() > LONGEST {
            return Vec::new();
        }
        let mut found: Vec<Candidate> = Vec::new();
        let mut keep = |key: u32, found_now: Match| match found.iter_mut().find(|c| c.key == key) {
            Some(old) if old.found.score >= found_now.score => {}
            Some(old) => old.found = found_now,
            None => found.push(Candidate { key, found: found_now }),
        };
        for (screen, needle) in self.screens.iter().zip(&self.needles) {
            if screen.lets_pass(printed)
                && let Some(m) = compare(printed, needle, floor)
            {
                keep(needle.key, m);
            }
        }
        found.sort_by(|a, b| b.found.score.total_cmp(&a.found.score).then(a.key.cmp(&b.key)));
        found
    }
}

/// Compares one printed text with one label; `None` below `floor` or with nothing to compare.
#[must_use]
pub fn compare_label(printed: &Printed, label: &Label, floor: f32) -> Option<Match> {
    compare(printed, &Needle::new(0, label)?, floor)
}

fn compare(printed: &Printed, needle: &Needle, floor: f32) -> Option<Match> {
    if printed.full == needle.full || (!printed.whole.is_empty() && printed.whole == needle.full) {
        return Some(Match { score: 1.0, how: How::Exact });
    }
    let bare_printed = if printed.bare.is_empty() { &printed.full } else { &printed.bare };
    let bare_needle = if needle.bare.is_empty() { &needle.full } else { &needle.bare };
    if bare_printed == bare_needle {
        return Some(Match { score: 0.97, how: How::Bracketed });
    }
    if printed.yearless.iter().any(|y| !y.is_empty() && y == bare_needle) {
        return Some(Match { score: 0.95, how: How::Bracketed });
    }
    let mut best: Option<Match> = None;
    let mut offer = |m: Match| {
        if best.is_none_or(|b| m.score > b.score) {
            best = Some(m);
        }
    };
    let pairs = [
        (&printed.full, printed.bloom, &needle.full, needle.bloom),
        (bare_printed, printed.bare_bloom, bare_needle, needle.bare_bloom),
    ];
    for (n, &(p, p_bloom, l, l_bloom)) in pairs.iter().enumerate() {
        if n == 1 && printed.bare.is_empty() && needle.bare.is_empty() {
            continue;
        }
        // Letters that the other side has not bound the distance from below: too many, and nothing needs to be
        // computed.
        let (only_p, only_l) = ((p_bloom & !l_bloom).count_ones(), (l_bloom & !p_bloom).count_ones());
        let longest = p.len().max(l.len());
        let allowed = longest / 4;
        if longest >= 4
            && only_p.max(only_l) as usize <= allowed
            && let Some(d) = distance(p, l, allowed)
        {
            #[allow(clippy::cast_precision_loss, reason = "lengths are small")]
            let score = 1.0 - d as f32 / longest as f32 - 0.02 * n as f32;
            offer(Match { score, how: How::Edited(u8::try_from(d).unwrap_or(u8::MAX)) });
        }
        #[allow(clippy::cast_precision_loss, reason = "lengths are small")]
        if only_p == 0 && p.len() >= 3 && p.len() < l.len() && p.len() * 5 >= l.len() * 2 && is_subsequence(p, l) {
            let ratio = p.len() as f32 / l.len() as f32;
            let bonus = if l.starts_with(p) || l.ends_with(p) { 0.1 } else { 0.0 };
            offer(Match { score: 0.35 + bonus + 0.5 * ratio, how: How::Abbreviated });
        }
        #[allow(clippy::cast_precision_loss, reason = "lengths are small")]
        if only_l == 0 && l.len() >= 2 && l.len() < p.len() && contains(p, l) {
            let ratio = l.len() as f32 / p.len() as f32;
            let bonus = if p.starts_with(l) || p.ends_with(l) { 0.1 } else { 0.0 };
            let long = if l.len() >= 5 { 0.15 } else { 0.0 };
            offer(Match { score: 0.3 + bonus + long + 0.4 * ratio, how: How::Contained });
        }
    }
    best.filter(|m| m.score >= floor)
}

/// The ordinal in front of a shadow text and the rest; no ordinal where nothing would be left.
#[must_use]
pub fn split_ordinal(shadow: &str) -> (Option<Ordinal>, &str) {
    let text = shadow.trim_start_matches([',', '.', ':', ';']);
    match parse_ordinal(text) {
        Some((ordinal, rest)) if !rest.is_empty() => (Some(ordinal), rest),
        _ => (None, shadow),
    }
}

fn parse_ordinal(text: &str) -> Option<(Ordinal, &str)> {
    let bracket = text.strip_prefix('(');
    let body = bracket.unwrap_or(text);
    let digits = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
    let han = body.find(|c: char| !"一二三四五六七八九十".contains(c)).unwrap_or(body.len());
    let (number, rest, digit) = if (1..=2).contains(&digits) {
        (body.get(..digits)?.parse::<u8>().ok()?, body.get(digits..)?, true)
    } else if han > 0 && han <= 9 {
        (u8::try_from(numeral::parse(body.get(..han)?)?).ok()?, body.get(han..)?, false)
    } else {
        return None;
    };
    if number == 0 {
        return None;
    }
    if bracket.is_some() {
        let rest = rest.strip_prefix(')')?.trim_start_matches([',', '.', ':']);
        let style = if digit { OrdinalStyle::DigitBracket } else { OrdinalStyle::HanBracket };
        return Some((Ordinal { number, style }, rest));
    }
    let after = rest.strip_prefix([',', '.', ':']);
    if let Some(after) = after {
        if digit && after.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let style = if digit { OrdinalStyle::Digit } else { OrdinalStyle::Han };
        return Some((Ordinal { number, style }, after.trim_start_matches([',', '.', ':'])));
    }
    if let Some(after) = rest.strip_prefix(')') {
        // "1)属于…", an opening bracket lost or never printed.
        let style = if digit { OrdinalStyle::DigitBracket } else { OrdinalStyle::HanBracket };
        return Some((Ordinal { number, style }, after));
    }
    // "1属于国家秘密": digits right before an ideograph that is no unit of time or count.
    let next = rest.chars().next()?;
    let unit = "年月日号个件条项次份人万千百元余多类种".contains(next);
    (digit && next.is_alphabetic() && !next.is_ascii() && !unit)
        .then_some((Ordinal { number, style: OrdinalStyle::Digit }, rest))
}

pub(super) fn is_kept(c: char) -> bool {
    c.is_alphanumeric() || c == '〇'
}

/// Letters and digits only.
fn squash(shadow: &str) -> Vec<char> {
    shadow.chars().filter(|&c| is_kept(c)).flat_map(char::to_lowercase).collect()
}

/// The text without remarks in brackets; `None` where there are none, or nothing else. A bracket of a single
/// letter (`第(一)项`) is no remark.
fn without_brackets(shadow: &str) -> Option<String> {
    if !shadow.contains('(') {
        return None;
    }
    let mut out = String::with_capacity(shadow.len());
    let mut inner = String::new();
    let mut depth = 0u32;
    for c in shadow.chars() {
        match c {
            '(' => {
                if depth > 0 {
                    inner.push(c);
                }
                depth += 1;
            }
            ')' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    if inner.chars().count() <= 1 {
                        out.push_str(&inner);
                    }
                    inner.clear();
                } else {
                    inner.push(c);
                }
            }
            _ if depth > 0 => inner.push(c),
            _ => out.push(c),
        }
    }
    (out.len() < shadow.len() && out.chars().any(is_kept)).then_some(out)
}

/// The text without years of four digits, once without the year alone (`年度`), once without the 年 behind it
/// too; both empty where there is no year.
fn without_years(chars: &[char]) -> [Vec<char>; 2] {
    let mut out = [Vec::new(), Vec::new()];
    let year =
        |w: &[char]| matches!(w, ['1', '9', c, d] | ['2', '0', c, d] if c.is_ascii_digit() && d.is_ascii_digit());
    if !chars.windows(4).any(year) {
        return out;
    }
    let [kept, dropped] = &mut out;
    let mut rest = chars;
    while let Some((&c, tail)) = rest.split_first() {
        if rest.get(..4).is_some_and(year) {
            rest = rest.get(4..).unwrap_or(&[]);
            if let Some((&'年', after)) = rest.split_first() {
                kept.push('年');
                rest = after;
            }
            continue;
        }
        kept.push(c);
        dropped.push(c);
        rest = tail;
    }
    out
}

fn is_subsequence(short: &[char], long: &[char]) -> bool {
    let mut rest = long.iter();
    short.iter().all(|c| rest.any(|l| l == c))
}

fn contains(long: &[char], short: &[char]) -> bool {
    long.windows(short.len()).any(|w| w == short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(text: &str) -> Label {
        Label { text: text.to_owned(), shadow: fold(text) }
    }

    fn lexicon(labels: &[&str]) -> (Vec<Label>, Lexicon) {
        let labels: Vec<Label> = labels.iter().map(|l| label(l)).collect();
        let lexicon = Lexicon::new(labels.iter().enumerate().map(|(i, l)| (i as u32, l)));
        (labels, lexicon)
    }

    fn best(lexicon: &Lexicon, text: &str) -> Option<(u32, How)> {
        lexicon.candidates(&Printed::new(text), 0.55).first().map(|c| (c.key, c.found.how))
    }

    #[test]
    fn ordinals_are_told_from_the_label() {
        for (text, number, style) in [
            ("一、本年新收", 1, OrdinalStyle::Han),
            ("（三）不予公开", 3, OrdinalStyle::HanBracket),
            ("1.属于国家秘密", 1, OrdinalStyle::Digit),
            ("２、重复申请", 2, OrdinalStyle::Digit),
            ("(1)“国家秘密”数", 1, OrdinalStyle::DigitBracket),
            ("3危及", 3, OrdinalStyle::Digit),
            ("一．总体", 1, OrdinalStyle::Han),
        ] {
            assert_eq!(Printed::new(text).ordinal, Some(Ordinal { number, style }), "{text}");
        }
        for text in ["2019年事项数", "12", "1.", "3件", "1.5万元", "本年新"] {
            assert_eq!(Printed::new(text).ordinal, None, "{text}");
        }
    }

    #[test]
    fn labels_as_offices_print_them() {
        let (_, lexicon) = lexicon(&[
            "本年新收政府信息公开申请数量",
            "上年结转政府信息公开申请数量",
            "规范性文件",
            "规章",
            "属于国家秘密",
            "危及“三安全一稳定”",
            "部分公开（区分处理的，只计这一情形，不计其他情形）",
            "本年增/减",
            "社会公益组织",
            "第二十条第（一）项",
            "第二十条第（五）项",
            "年度",
        ]);
        for (text, key) in [
            ("一、本年新收政府信息公开申请数量", 0),
            ("一、本年新收申请数量", 0),
            ("二、上年结转政府信息公开申请数量", 1),
            ("规范性文件(指各行政机关印发的有正式文号的文件)", 2),
            ("规章（设区的市、自治州人民政府应提供相关数据）", 3),
            ("1.属于国家机密", 4),
            ("3.危及\"三安全一穩定\"", 5),
            ("（二）部分公开", 6),
            ("（二）部分公开（区分处理的，只计这一情\n形，不计其他情形）", 6),
            ("本年增/减 (指2019年增加或减少的事项数,减用负值表示,如-8)", 7),
            ("社会公益", 8),
            ("第二十条 第(五)项", 10),
            ("2016年度", 11),
        ] {
            assert_eq!(best(&lexicon, text).map(|b| b.0), Some(key), "{text}");
        }
        for text in ["规范", "其他主动公开文件", "12", ""] {
            assert_eq!(best(&lexicon, text), None, "{text}");
        }
    }

    #[test]
    fn distance_is_bounded() {
        let d = |a: &str, b: &str, n| distance(&squash(a), &squash(b), n);
        assert_eq!(d("本年新制作数量", "本年新公开数量", 2), Some(2));
        assert_eq!(d("本年新制作数量", "本年新公开数量", 1), None);
        assert_eq!(d("重复申请", "重申请", 1), Some(1));
        assert_eq!(d("重复申请", "", 4), Some(4));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,60}", labels in proptest::collection::vec("\\PC{0,12}", 0..4)) {
            let labels: Vec<Label> = labels.iter().map(|l| label(l)).collect();
            let lexicon = Lexicon::new(labels.iter().enumerate().map(|(i, l)| (i as u32, l)));
            let _ = lexicon.candidates(&Printed::new(&text), 0.0);
        }
    }
}

//! Page furniture: running heads and feet, page numbers, watermarks.

use std::collections::{BTreeMap, BTreeSet};

use super::word::Word;
use super::{PageContent, word};
use crate::document::Rect;

/// Heads and feet stand within this part of the page's height.
const MARGIN: f32 = 0.13;

/// One row in the top or bottom margin of a page.
#[derive(Debug)]
struct Candidate {
    page: usize,
    top: bool,
    y: f32,
    text: String,
    words: Vec<usize>,
    /// Number of the row on its page, and of its parts.
    row: (usize, usize),
    /// First or last row of the page.
    outermost: bool,
}

/// For each page, which of its words are furniture.
///
/// `pages` are the pages with their words outside tables; the result has one flag a word.
pub(crate) fn furniture(pages: &[(&PageContent, &[Word])]) -> Vec<Vec<bool>> {
    let mut out: Vec<Vec<bool>> = pages.iter().map(|(_, w)| vec![false; w.len()]).collect();
    let mut candidates = Vec::new();
    for (i, (page, words)) in pages.iter().enumerate() {
        rows(i, page, words, &mut candidates);
    }
    let numbered = number_offset(&candidates, pages.len());
    // Text with its digits masked, by margin and height: how many pages show it there.
    let mut repeats: BTreeMap<(bool, i32, String), Vec<usize>> = BTreeMap::new();
    let band = |y: f32| {
        #[expect(clippy::cast_possible_truncation, reason = "a coarse band of the page")]
        let b = (y / 6.0).round() as i32;
        b
    };
    for c in &candidates {
        let seen = repeats.entry((c.top, band(c.y), masked(&c.text))).or_default();
        if seen.last() != Some(&c.page) {
            seen.push(c.page);
        }
    }
    let mut accepted: Vec<bool> = Vec::with_capacity(candidates.len());
    for c in &candidates {
        let seen: BTreeSet<usize> =
            (-1..=1).filter_map(|d| repeats.get(&(c.top, band(c.y) + d, masked(&c.text)))).flatten().copied().collect();
        let count = seen.len();
        let needed = 2.max(pages.len().saturating_mul(2) / 5);
        let repeated = count >= needed && c.text.chars().any(char::is_alphabetic);
        let index = i64::try_from(c.page).unwrap_or_default();
        let number = c.outermost
            && page_number(&c.text).is_some_and(|(n, marked)| match numbered {
                Some(offset) => n - index == offset,
                None => (marked || c.row.1 == 1) && n == index + 1,
            });
        accepted.push(repeated && c.row.1 <= 3 || number);
    }
    // A row goes whole or not at all: a number among values is a value.
    for row in candidates
        .iter()
        .zip(&accepted)
        .collect::<Vec<_>>()
        .chunk_by(|a, b| a.0.page == b.0.page && a.0.row.0 == b.0.row.0)
    {
        if !row.iter().all(|r| *r.1) {
            continue;
        }
        for (c, _) in row {
            let Some(flags) = out.get_mut(c.page) else { continue };
            for &w in &c.words {
                if let Some(f) = flags.get_mut(w) {
                    *f = true;
                }
            }
        }
    }
    out
}

/// The rows in the margins of one page.
fn rows(index: usize, page: &PageContent, words: &[Word], out: &mut Vec<Candidate>) {
    let height = page.page.height;
    let mut order: Vec<usize> = (0..words.len()).filter(|&i| words.get(i).is_some_and(|w| w.turn == 0)).collect();
    let rect = |i: usize| words.get(i).map_or(Rect::default(), |w| w.rect);
    let base = |i: usize| words.get(i).map_or(0.0, |w| w.base);
    order.sort_by(|&a, &b| base(a).total_cmp(&base(b)).then(rect(a).x0.total_cmp(&rect(b).x0)));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for i in order {
        match groups.last_mut() {
            Some(g) if g.first().is_some_and(|&f| base(i) - base(f) <= 3.0) => g.push(i),
            _ => groups.push(vec![i]),
        }
    }
    let edge = |top: bool, g: &[usize]| {
        g.iter().map(|&i| rect(i)).all(|r| if top { r.y1 <= MARGIN * height } else { r.y0 >= (1.0 - MARGIN) * height })
    };
    let n = groups.len();
    for (k, mut g) in groups.into_iter().enumerate() {
        let top = k < 3 && edge(true, &g);
        let bottom = n - k <= 3 && edge(false, &g);
        if !top && !bottom {
            continue;
        }
        g.sort_by(|&a, &b| rect(a).x0.total_cmp(&rect(b).x0));
        // A head of two parts (title left, number right) is two candidates.
        let mut parts: Vec<Vec<usize>> = Vec::new();
        for i in g {
            match parts.last_mut() {
                Some(p) if p.last().is_some_and(|&l| rect(i).x0 - rect(l).x1 <= 30.0) => p.push(i),
                _ => parts.push(vec![i]),
            }
        }
        let count = parts.len();
        for p in parts {
            let mut text = String::new();
            for &i in &p {
                if let Some(w) = words.get(i) {
                    word::text(page, w, &mut text);
                }
            }
            let y = p.first().map_or(0.0, |&i| base(i));
            out.push(Candidate {
                page: index,
                top,
                y,
                text,
                words: p,
                row: (k, count),
                outermost: k == 0 || k + 1 == n,
            });
        }
    }
}

/// The text with runs of digits masked.
fn masked(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_numeric() {
            if !out.ends_with('#') {
                out.push('#');
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// The number of a page number as printed (`3`, `- 3 -`, `— 4 —`, `第3页`, `3/12`, `Page 3 of 12`), and whether
/// anything beside the digits marks it as one.
fn page_number(text: &str) -> Option<(i64, bool)> {
    let mut numbers: Vec<i64> = Vec::new();
    let mut digits = String::new();
    let mut marks = String::new();
    for c in text
        .chars()
        .map(|c| if ('０'..='９').contains(&c) { char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c) } else { c })
    {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            numbers.push(digits.parse().ok().filter(|_| digits.len() <= 4)?);
            digits.clear();
        }
        if !c.is_whitespace() {
            marks.push(c.to_ascii_lowercase());
        }
    }
    if !digits.is_empty() {
        numbers.push(digits.parse().ok().filter(|_| digits.len() <= 4)?);
    }
    let known = [
        "",
        "第页",
        "第页共页",
        "共页第页",
        "第页,共页",
        "第页，共页",
        "第页/共页",
        "page",
        "pageof",
        "of",
        "p.",
        "页",
        "第页（共页）",
        "第页(共页)",
    ];
    let dashes = |c: char| "-—–－―─_·•|~～".contains(c);
    let bare: String = marks.chars().filter(|&c| !dashes(c) && !"/／".contains(c)).collect();
    if numbers.len() > 2 || !(known.contains(&marks.as_str()) || known.contains(&bare.as_str())) {
        return None;
    }
    let first = match (marks.starts_with('共'), numbers.as_slice()) {
        (true, [_, n]) | (_, [n, ..]) => *n,
        _ => return None,
    };
    Some((first, !marks.is_empty()))
}

/// Printed number minus page index, where at least two pages agree on it.
fn number_offset(candidates: &[Candidate], pages: usize) -> Option<i64> {
    let mut votes: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for c in candidates {
        if let Some((n, _)) = page_number(&c.text) {
            let v = votes.entry(n - i64::try_from(c.page).ok()?).or_default();
            if v.last() != Some(&c.page) {
                v.push(c.page);
            }
        }
    }
    let (offset, n) = votes.into_iter().map(|(o, v)| (o, v.len())).max_by_key(|&(o, n)| (n, -o))?;
    (n >= 2 && n * 3 >= pages).then_some(offset)
}

//! Watermarks: text set behind or across the text of a page, which belongs to no line and no cell.

use std::collections::{BTreeMap, BTreeSet};

use super::content::Ink;
use super::{Char, PageContent};
use crate::document::{Point, Rect};

/// Characters set one after the other, alike and side by side.
#[derive(Debug)]
struct Run {
    page: usize,
    /// Indices of the characters.
    chars: std::ops::Range<usize>,
    ink: Ink,
    size: f32,
    rect: Rect,
    text: String,
}

/// The characters of watermarks.
#[derive(Debug, Default)]
pub(crate) struct Watermarks {
    /// For each page with one, whether each character belongs to it.
    pub pages: BTreeMap<usize, Vec<bool>>,
    /// Their texts, each once, with the number of the first page.
    pub texts: BTreeMap<String, u32>,
}

/// Finds the watermarks of a file.
pub(crate) fn watermarks(pages: &[PageContent]) -> Watermarks {
    let runs: Vec<Run> = pages.iter().enumerate().flat_map(|(i, p)| runs(i, p)).collect();
    let mut out = Watermarks::default();
    if runs.is_empty() {
        return out;
    }
    // How often a text stands on each page, and at the same place on any.
    let mut repeats: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    let mut places: BTreeMap<(&str, i32, i32), Vec<usize>> = BTreeMap::new();
    for r in &runs {
        *repeats.entry((r.page, &r.text)).or_default() += 1;
        let at = cell(r.rect.center());
        let seen = places.entry((&r.text, at.0, at.1)).or_default();
        if seen.last() != Some(&r.page) {
            seen.push(r.page);
        }
    }
    let repeated = |r: &Run| {
        let (x, y) = cell(r.rect.center());
        let near = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (x + dx, y + dy)));
        let elsewhere = near
            .filter_map(|(x, y)| places.get(&(r.text.as_str(), x, y)))
            .any(|seen| seen.iter().any(|&p| p != r.page));
        elsewhere || repeats.get(&(r.page, r.text.as_str())).is_some_and(|&n| n >= 3)
    };
    // Faint text that is neither large nor ever crosses other text is grey text.
    let usual: Vec<f32> = pages.iter().map(usual_size).collect();
    let usual_on = |page: usize| usual.get(page).copied().unwrap_or(10.0);
    let behind: BTreeSet<&str> = runs
        .iter()
        .filter(|r| r.size >= 1.5 * usual_on(r.page) || pages.get(r.page).is_some_and(|p| crosses(p, r)))
        .map(|r| r.text.as_str())
        .collect();
    for (i, page) in pages.iter().enumerate() {
        let mine = || runs.iter().filter(|r| r.page == i);
        if mine().next().is_none() {
            continue;
        }
        let usual = usual_on(i);
        let aslant: usize = mine().filter(|r| r.ink == Ink::Aslant).map(|r| r.chars.len()).sum();
        // A page that lies askew as a whole has no watermark by that.
        let askew = aslant * 2 > page.chars.len();
        for r in mine() {
            let letters = r.text.chars().filter(|c| c.is_alphabetic()).count();
            let found = match r.ink {
                Ink::Full => false,
                Ink::Marked => true,
                Ink::Aslant => (repeated(r) && letters >= 2) || (!askew && r.size >= 1.3 * usual),
                Ink::Faint if letters >= 2 && behind.contains(r.text.as_str()) => {
                    repeated(r) || (r.size >= 2.0 * usual && crosses(page, r))
                }
                Ink::Faint => false,
            };
            if !found {
                continue;
            }
            let flags = out.pages.entry(i).or_insert_with(|| vec![false; page.chars.len()]);
            flags.iter_mut().take(r.chars.end).skip(r.chars.start).for_each(|f| *f = true);
            let first = out.texts.entry(r.text.clone()).or_insert(page.page.number);
            *first = page.page.number.min(*first);
        }
    }
    out
}

/// A place of the page, coarsely.
fn cell(p: Point) -> (i32, i32) {
    #[expect(clippy::cast_possible_truncation, reason = "saturates at the edges")]
    let c = ((p.x / 3.0) as i32, (p.y / 3.0) as i32);
    c
}

/// The size of most full characters of a page.
fn usual_size(page: &PageContent) -> f32 {
    let mut sizes: Vec<f32> = page.chars.iter().filter(|c| c.ink == Ink::Full).map(|c| c.size).collect();
    let mid = sizes.len() / 2;
    if sizes.is_empty() {
        return 10.0;
    }
    *sizes.select_nth_unstable_by(mid, f32::total_cmp).1
}

/// Whether full text stands within the box of a run.
fn crosses(page: &PageContent, r: &Run) -> bool {
    page.chars.iter().any(|c| c.ink == Ink::Full && !c.ch.is_whitespace() && r.rect.contains(c.bbox.center()))
}

/// The runs of one page that are not full text.
fn runs(index: usize, page: &PageContent) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    let mut last: Option<&Char> = None;
    for (i, c) in page.chars.iter().enumerate() {
        if c.ink == Ink::Full {
            last = None;
            continue;
        }
        let joins = last.is_some_and(|l| {
            let (dx, dy) = (c.origin.x - l.origin.x, c.origin.y - l.origin.y);
            l.ink == c.ink && (l.size - c.size).abs() <= 0.05 * l.size && dx.hypot(dy) <= 1.8 * l.size
        });
        match out.last_mut() {
            Some(r) if joins => {
                r.chars.end = i + 1;
                r.rect = r.rect.union(&c.bbox);
                r.text.extend(Some(c.ch).filter(|c| !c.is_whitespace()));
            }
            _ => out.push(Run {
                page: index,
                chars: i..i + 1,
                ink: c.ink,
                size: c.size,
                rect: c.bbox,
                text: Some(c.ch).filter(|c| !c.is_whitespace()).into_iter().collect(),
            }),
        }
        last = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::samples::{page, set};
    use super::*;

    fn ink(p: &mut PageContent, from: usize, ink: Ink) {
        p.chars.iter_mut().skip(from).for_each(|c| c.ink = ink);
    }

    #[test]
    fn large_aslant_and_repeated_faint_text_is_a_watermark_and_grey_cells_are_not() {
        let mut first = page(1);
        for y in 0..8u8 {
            set(&mut first, 90.0, 100.0 + 20.0 * f32::from(y), 10.0, 0.0, "规章");
        }
        let mut second = first.clone();
        second.page.number = 2;
        for p in [&mut first, &mut second] {
            let from = p.chars.len();
            set(p, 95.0, 143.0, 10.0, 0.0, "内部资料");
            ink(p, from, Ink::Faint);
            // Nor is a grey name of a column, which crosses nothing.
            let from = p.chars.len();
            set(p, 300.0, 80.0, 10.0, 0.0, "总计");
            ink(p, from, Ink::Faint);
            // A grey zero at the same place of both pages is a value.
            let from = p.chars.len();
            set(p, 300.0, 100.0, 10.0, 0.0, "0");
            ink(p, from, Ink::Faint);
        }
        let from = second.chars.len();
        set(&mut second, 100.0, 400.0, 30.0, 0.0, "草稿");
        ink(&mut second, from, Ink::Aslant);
        let found = watermarks(&[first, second]);
        assert_eq!(found.texts.into_iter().collect::<Vec<_>>(), [("内部资料".into(), 1), ("草稿".into(), 2)]);
        assert_eq!(found.pages[&0].iter().filter(|f| **f).count(), 4);
        assert_eq!(found.pages[&1].iter().filter(|f| **f).count(), 6);
    }
}

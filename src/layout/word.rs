use super::frame::Seat;
use super::script::unspaced;
use super::{Char, PageContent};
use crate::document::Rect;

/// A run of characters of one direction without a visible gap.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    /// Box on the page.
    pub rect: Rect,
    /// Box along the reading direction.
    pub local: Rect,
    /// Baseline across the reading direction.
    pub base: f32,
    /// Font size.
    pub size: f32,
    /// Reading direction in quarter turns.
    pub turn: u8,
    /// Order of the first character in the content stream.
    pub order: u32,
    /// Indices of the characters, in reading order.
    pub chars: Vec<u32>,
    /// The widest space character printed before the word, if any.
    pub space: Option<char>,
}

/// Where a character stands along its reading direction.
#[derive(Debug, Clone, Copy)]
struct Place {
    index: u32,
    rect: Rect,
    local: Rect,
    base: f32,
    size: f32,
    turn: u8,
    ch: char,
    order: u32,
}

/// Spaces of more than this many ems part words.
const WORD_GAP: f32 = 0.24;
/// The same beside a Latin letter, where justified lines are set tight.
const LATIN_GAP: f32 = 0.18;

/// Characters that reach over each other by more than this many ems, and were not set one after the other, are two texts.
const OVERPRINT: f32 = -0.15;

fn place(index: u32, c: &Char) -> Option<Place> {
    if c.ch.is_control() {
        return None;
    }
    let Seat { local, base, size, turn } = Seat::of(c)?;
    Some(Place { index, rect: c.bbox, local, base, size, turn, ch: c.ch, order: c.order })
}

/// Drops the items that are marked.
pub(crate) fn drop_marked<T>(items: &mut Vec<T>, marks: &[bool]) {
    let mut marks = marks.iter();
    items.retain(|_| marks.next() != Some(&true));
}

/// Groups characters into words: by direction, then by baseline, then by gaps.
pub(crate) fn words(page: &PageContent, chars: impl Iterator<Item = u32>) -> Vec<Word> {
    let mut places: Vec<Place> = chars.filter_map(|i| page.chars.get(i as usize).and_then(|c| place(i, c))).collect();
    places.sort_by(|a, b| {
        a.turn
            .cmp(&b.turn)
            .then(a.base.total_cmp(&b.base))
            .then(a.local.x0.total_cmp(&b.local.x0))
            .then(a.index.cmp(&b.index))
    });
    let mut out = Vec::new();
    let mut row: Vec<Place> = Vec::new();
    for p in places {
        let same = match (row.first(), row.last()) {
            (Some(first), Some(last)) => {
                let em = first.size.min(p.size);
                p.turn == first.turn && p.base - last.base <= 0.2 * em && p.base - first.base <= 0.4 * em
            }
            _ => true,
        };
        if !same {
            cut(page, &mut row, &mut out);
        }
        row.push(p);
    }
    cut(page, &mut row, &mut out);
    out
}

/// Cuts one row of characters into words and empties it.
fn cut(page: &PageContent, row: &mut Vec<Place>, out: &mut Vec<Word>) {
    row.sort_by(|a, b| a.local.x0.total_cmp(&b.local.x0).then(a.index.cmp(&b.index)));
    let overprinted = row.windows(2).any(|p| match p {
        [a, b] => {
            let inked = !a.ch.is_whitespace() && !b.ch.is_whitespace();
            inked && b.local.x0 - a.local.x1 < OVERPRINT * a.size.min(b.size) && a.order.abs_diff(b.order) > 1
        }
        _ => false,
    });
    if !overprinted {
        return run(page, row, out);
    }
    // Two texts set over each other: each in the order in which it was set.
    row.sort_by_key(|p| p.index);
    let mut part: Vec<Place> = Vec::new();
    for p in row.drain(..) {
        if part.last().is_some_and(|l| p.order.abs_diff(l.order) > 1 || p.local.x0 < l.local.x0) {
            run(page, &mut part, out);
        }
        part.push(p);
    }
    run(page, &mut part, out);
}

/// Cuts characters from left to right into words and empties them.
fn run(page: &PageContent, row: &mut Vec<Place>, out: &mut Vec<Word>) {
    let mut word: Option<Word> = None;
    let mut space: Option<char> = None;
    for p in row.drain(..) {
        if p.ch.is_whitespace() {
            space = match space {
                Some('\u{3000}') => space,
                _ => Some(p.ch),
            };
            continue;
        }
        let joins = word.as_ref().is_some_and(|w| {
            let gap = p.local.x0 - w.local.x1;
            let em = w.size.max(p.size);
            let last = w.chars.last().and_then(|&i| page.chars.get(i as usize)).map_or(' ', |c| c.ch);
            let latin = last.is_ascii_alphanumeric()
                && p.ch.is_ascii_alphanumeric()
                && (last.is_ascii_alphabetic() || p.ch.is_ascii_alphabetic());
            gap <= if latin { LATIN_GAP } else { WORD_GAP } * em
                && (space.is_none() || gap <= 0.02 * em)
                && gap >= -3.0 * em
        });
        match word.as_mut() {
            Some(w) if joins => {
                w.chars.push(p.index);
                w.rect = w.rect.union(&p.rect);
                w.local = w.local.union(&p.local);
                w.size = w.size.max(p.size);
                w.order = w.order.min(p.order);
            }
            _ => {
                if let Some(w) = word.take() {
                    out.push(w);
                }
                word = Some(Word {
                    rect: p.rect,
                    local: p.local,
                    base: p.base,
                    size: p.size,
                    turn: p.turn,
                    order: p.order,
                    chars: vec![p.index],
                    space: space.take(),
                });
            }
        }
        space = None;
    }
    out.extend(word);
}

/// The first and last printed characters of a word.
pub(crate) fn ends(page: &PageContent, w: &Word) -> (Option<char>, Option<char>) {
    let at = |i: Option<&u32>| i.and_then(|&i| page.chars.get(i as usize)).map(|c| c.ch);
    (at(w.chars.first()), at(w.chars.last()))
}

/// The separator to print between two neighbouring words of a line.
pub(crate) fn separator(page: &PageContent, a: &Word, b: &Word) -> Option<char> {
    let gap = b.local.x0 - a.local.x1;
    let em = a.size.max(b.size);
    let (Some(last), Some(first)) = (ends(page, a).1, ends(page, b).0) else { return None };
    if unspaced(last) || unspaced(first) {
        // Justified text opens gaps between Han characters that nobody typed.
        return (gap > 0.9 * em).then(|| b.space.filter(|&c| c == '\u{3000}').unwrap_or(' '));
    }
    (b.space.is_some() || gap > 0.15 * em).then_some(' ')
}

/// The text of a word.
pub(crate) fn text(page: &PageContent, w: &Word, out: &mut String) {
    out.extend(w.chars.iter().filter_map(|&i| page.chars.get(i as usize)).map(|c| c.ch));
}

//! The text of a page as printed: a line a printed line, in the order in which the file sets it, nothing left out.

use super::bidi::{logical, mark, rtl};
use super::frame::Seat;
use super::script::{letter, unspaced};
use super::{Char, PageContent};
use crate::document::Rect;

/// A gap of this many ems, past the tracking of the line, parts words.
const GAP: f32 = 0.15;
/// A gap of this many ems parts cells.
const CELL: f32 = 1.5;
/// The widest tracking in ems of letter-spaced text.
const TRACKING: f32 = 0.1;

/// A character on its line.
#[derive(Debug, Clone, Copy)]
struct Glyph {
    ch: char,
    local: Rect,
    base: f32,
    size: f32,
    turn: u8,
    /// Order in the content stream; the parts of a ligature share it.
    order: u32,
    /// A space character was set before it.
    spaced: bool,
}

/// The text of a page, a line a printed line, in the order of the content stream.
///
/// Cells apart from each other on one baseline are parted by tabs, words by spaces; running heads and page numbers stay.
#[must_use]
pub fn printed(page: &PageContent) -> String {
    let mut out = String::new();
    let mut line: Vec<Glyph> = Vec::new();
    let mut space = false;
    let from_right = page.chars.iter().filter(|c| rtl(c.ch)).count();
    let mostly_rtl = from_right > 0 && from_right * 3 > page.chars.iter().filter(|c| letter(c.ch)).count() * 2;
    for c in &page.chars {
        let Some(mut g) = glyph(c) else { continue };
        if g.ch.is_whitespace() {
            space = true;
            continue;
        }
        g.spaced = space;
        space = false;
        if line.last().is_some_and(|l| !follows(l, &g)) {
            flush(&mut line, mostly_rtl, &mut out);
        }
        line.push(g);
    }
    flush(&mut line, mostly_rtl, &mut out);
    out
}

fn glyph(c: &Char) -> Option<Glyph> {
    if c.ch.is_control() && !c.ch.is_whitespace() {
        return None;
    }
    let Seat { local, base, size, turn } = Seat::of(c)?;
    Some(Glyph { ch: c.ch, local, base, size, turn, order: c.order, spaced: false })
}

/// Whether `g` goes on with the line whose last character is `last`.
fn follows(last: &Glyph, g: &Glyph) -> bool {
    if last.turn != g.turn {
        return false;
    }
    let em = last.size.max(g.size);
    let shift = (g.base - last.base).abs();
    let gap = g.local.x0 - last.local.x1;
    if rtl_pair(last.ch, g.ch) && shift < 0.2 * em {
        return true;
    }
    // On the baseline any gap is a gap between words or cells; above or below it only a near neighbour is an index.
    let index = if last.size.min(g.size) < 0.93 * em { 0.8 } else { 0.4 };
    if shift < 0.2 * em { gap > -0.9 * em } else { shift < index * em && gap.abs() < 0.8 * em }
}

fn rtl_pair(a: char, b: char) -> bool {
    rtl(a) || rtl(b)
}

fn flush(line: &mut Vec<Glyph>, mostly_rtl: bool, out: &mut String) {
    let mut glyphs = std::mem::take(line);
    if glyphs.is_empty() {
        return;
    }
    let right_to_left = glyphs.iter().any(|g| rtl(g.ch));
    let mut to_the_right = false;
    if right_to_left {
        glyphs = visual(glyphs);
        // A line that is set from its left end on, and begins with a word of the other kind, reads from the left.
        let strong = glyphs.iter().find(|g| letter(g.ch));
        let first = glyphs.iter().filter(|g| letter(g.ch)).map(|g| g.order).min();
        to_the_right = !mostly_rtl && strong.is_some_and(|g| !rtl(g.ch) && Some(g.order) == first);
    } else {
        accents(&mut glyphs);
    }
    let tracking = tracking(&glyphs);
    let mut text = String::with_capacity(glyphs.len() * 3);
    let mut last: Option<&Glyph> = None;
    for g in &glyphs {
        if let Some(l) = last {
            let em = l.size.max(g.size);
            let gap = if l.order == g.order { 0.0 } else { g.local.x0 - l.local.x1 };
            let wide = if unspaced(l.ch) && unspaced(g.ch) {
                0.6
            } else if unspaced(l.ch) || unspaced(g.ch) {
                0.35
            } else {
                GAP
            };
            if gap > (CELL * em).max(2.5 * tracking) {
                text.push('\t');
            } else if g.spaced
                || gap - if tracking > 0.0 && letter(l.ch) && letter(g.ch) { tracking } else { 0.0 } > wide * em
            {
                text.push(' ');
            }
        }
        text.push(g.ch);
        last = Some(g);
    }
    out.push_str(&if right_to_left { logical(&text, to_the_right) } else { text });
    out.push('\n');
    glyphs.clear();
    *line = glyphs;
}

/// The glyphs of a line from left to right; the parts of a ligature and the marks of a letter stay together, the other
/// way round where they are read from right to left.
fn visual(glyphs: Vec<Glyph>) -> Vec<Glyph> {
    let mut clusters: Vec<Vec<Glyph>> = Vec::new();
    let (marks, letters): (Vec<Glyph>, Vec<Glyph>) = glyphs.into_iter().partition(|g| mark(g.ch));
    for g in letters {
        match clusters.last_mut() {
            Some(c) if c.last().is_some_and(|l| l.order == g.order) => c.push(g),
            _ => clusters.push(vec![g]),
        }
    }
    let left = |c: &[Glyph]| c.iter().map(|g| g.local.x0).fold(f32::MAX, f32::min);
    clusters.sort_by(|a, b| left(a).total_cmp(&left(b)));
    // So many marks on one line are no text.
    let few = marks.len().saturating_mul(clusters.len()) < 1 << 22;
    for m in marks.into_iter().filter(|_| few) {
        let over = |c: &[Glyph]| c.iter().map(|g| shared(g, &m)).fold(f32::MIN, f32::max);
        match clusters.iter_mut().max_by(|a, b| over(a).total_cmp(&over(b))) {
            Some(c) => c.push(m),
            None => clusters.push(vec![m]),
        }
    }
    let mut out = Vec::new();
    for mut c in clusters {
        if c.iter().any(|g| rtl(g.ch)) {
            c.reverse();
        }
        out.extend(c);
    }
    out
}

fn shared(a: &Glyph, b: &Glyph) -> f32 {
    a.local.x1.min(b.local.x1) - a.local.x0.max(b.local.x0)
}

/// Puts an accent that is set over a letter behind it, as a combining character.
fn accents(glyphs: &mut [Glyph]) {
    let mut i = 0;
    while let Some([a, b]) = glyphs.get_mut(i..i + 2) {
        i += 1;
        let least = 0.3 * a.local.width().min(b.local.width());
        if a.spaced && b.spaced || shared(a, b) <= least.max(0.01) && !(mark(a.ch) && a.local.width() < 0.1 * a.size) {
            continue;
        }
        if let Some(c) = combining(a.ch).filter(|_| letter(b.ch) || mark(a.ch)) {
            let spaced = a.spaced;
            (a.ch, b.ch) = (b.ch, c);
            (a.spaced, b.spaced) = (spaced, false);
            b.local = a.local.union(&b.local);
            a.local = b.local;
            i += 1;
        } else if let Some(c) = combining(b.ch).filter(|_| letter(a.ch)) {
            b.ch = c;
            b.spaced = false;
            b.local = a.local.union(&b.local);
        }
    }
}

/// The combining character of an accent.
fn combining(c: char) -> Option<char> {
    Some(match c {
        '`' => '\u{300}',
        '´' => '\u{301}',
        'ˆ' | '^' => '\u{302}',
        '˜' => '\u{303}',
        '¯' => '\u{304}',
        '˘' => '\u{306}',
        '˙' => '\u{307}',
        '¨' => '\u{308}',
        '˚' => '\u{30A}',
        '˝' => '\u{30B}',
        'ˇ' => '\u{30C}',
        '¸' => '\u{327}',
        '˛' => '\u{328}',
        c if mark(c) => c,
        _ => return None,
    })
}

/// The usual gap between the letters of a line, above all where it is letter-spaced.
fn tracking(glyphs: &[Glyph]) -> f32 {
    let mut gaps: Vec<f32> = glyphs
        .windows(2)
        .filter_map(|p| match p {
            [a, b] if !b.spaced && letter(a.ch) && letter(b.ch) => Some(b.local.x0 - a.local.x1),
            _ => None,
        })
        .collect();
    if gaps.len() < 4 {
        return 0.0;
    }
    let mid = gaps.len() * 2 / 5;
    let (_, &mut median, _) = gaps.select_nth_unstable_by(mid, f32::total_cmp);
    let em = glyphs.iter().map(|g| g.size).fold(0.0, f32::max);
    median.clamp(0.0, TRACKING * em)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{page, set};
    use super::*;

    #[test]
    fn lines_stay_lines_and_cells_are_parted() {
        let mut p = page(1);
        let x = set(&mut p, 90.0, 100.0, 10.0, 0.0, "规章");
        set(&mut p, x + 40.0, 100.0, 10.0, 0.0, "12");
        set(&mut p, 90.0, 120.0, 10.0, 0.0, "two words");
        set(&mut p, 90.0, 800.0, 10.0, 0.0, "- 1 -");
        assert_eq!(printed(&p), "规章\t12\ntwo words\n- 1 -\n");
    }

    #[test]
    fn an_index_stays_on_its_line() {
        let mut p = page(1);
        let x = set(&mut p, 90.0, 100.0, 10.0, 0.0, "ab");
        set(&mut p, x, 96.0, 6.0, 0.0, "2");
        assert_eq!(printed(&p), "ab2\n");
    }
}

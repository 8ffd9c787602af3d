//! The text of a page as printed: a line a printed line, in the order in which the file sets it, nothing left out.

use super::bidi::logical;
use super::frame::{along, reading_turn};
use super::script::unspaced;
use super::{Char, PageContent};
use crate::document::Rect;

/// A gap of this many ems, past the tracking of the line, parts words.
const GAP: f32 = 0.13;
/// A gap of this many ems parts cells.
const CELL: f32 = 1.5;
/// The widest tracking in ems of letter-spaced text.
const TRACKING: f32 = 0.6;

/// A character on its line.
#[derive(Debug, Clone, Copy)]
struct Glyph {
    ch: char,
    local: Rect,
    base: f32,
    size: f32,
    turn: u8,
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
    for c in &page.chars {
        let Some(mut g) = glyph(c) else { continue };
        if g.ch.is_whitespace() {
            space = true;
            continue;
        }
        g.spaced = space;
        space = false;
        if line.last().is_some_and(|l| !follows(l, &g)) {
            flush(&mut line, &mut out);
        }
        line.push(g);
    }
    flush(&mut line, &mut out);
    out
}

fn glyph(c: &Char) -> Option<Glyph> {
    let b = c.bbox;
    if ![b.x0, b.y0, b.x1, b.y1, c.origin.x, c.origin.y, c.size].iter().all(|v| v.is_finite())
        || c.ch.is_control() && !c.ch.is_whitespace()
    {
        return None;
    }
    let turn = reading_turn(c.turn, c.vertical);
    let local = along(b, turn);
    let base = if c.vertical {
        f32::midpoint(local.y0, local.y1)
    } else {
        along(Rect { x0: c.origin.x, y0: c.origin.y, x1: c.origin.x, y1: c.origin.y }, turn).y0
    };
    let size = if c.size > 0.5 { c.size } else { local.height().max(1.0) };
    Some(Glyph { ch: c.ch, local, base, size, turn, spaced: false })
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
    if shift < 0.2 * em { gap > -0.9 * em } else { shift < 0.8 * em && gap.abs() < 0.8 * em }
}

fn rtl_pair(a: char, b: char) -> bool {
    super::bidi::rtl(a) || super::bidi::rtl(b)
}

fn flush(line: &mut Vec<Glyph>, out: &mut String) {
    let mut glyphs = std::mem::take(line);
    if glyphs.is_empty() {
        return;
    }
    let right_to_left = glyphs.iter().any(|g| super::bidi::rtl(g.ch));
    if right_to_left {
        glyphs.sort_by(|a, b| a.local.x0.total_cmp(&b.local.x0));
    }
    let tracking = tracking(&glyphs);
    let mut text = String::with_capacity(glyphs.len() * 3);
    let mut last: Option<&Glyph> = None;
    for g in &glyphs {
        if let Some(l) = last {
            let em = l.size.max(g.size);
            let gap = g.local.x0 - l.local.x1;
            let wide = if unspaced(l.ch) && unspaced(g.ch) {
                0.6
            } else if unspaced(l.ch) || unspaced(g.ch) {
                0.35
            } else {
                GAP
            };
            if gap > (CELL * em).max(2.5 * tracking) {
                text.push('\t');
            } else if g.spaced || gap - tracking > wide * em {
                text.push(' ');
            }
        }
        text.push(g.ch);
        last = Some(g);
    }
    out.push_str(&if right_to_left { logical(&text) } else { text });
    out.push('\n');
    glyphs.clear();
    *line = glyphs;
}

/// The usual gap between the letters of a line, above all where it is letter-spaced.
fn tracking(glyphs: &[Glyph]) -> f32 {
    let mut gaps: Vec<f32> = glyphs
        .windows(2)
        .filter_map(|p| match p {
            [a, b] if !b.spaced => Some(b.local.x0 - a.local.x1),
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

//! Marks set small and high behind text: a footnote's `1` behind a number is no digit of it.

use super::PageContent;
use crate::text::superscript;

/// A mark is at most this part of the size of its text.
const SMALL: f32 = 0.8;

/// Characters set before and after a mark among which the text that it stands behind is looked for.
const NEAR: usize = 12;

/// Gives each small raised character the baseline of the text that it follows, and each digit among them its
/// superscript form.
pub(crate) fn seat_superscripts(page: &mut PageContent) {
    let mut marks: Vec<(usize, f32)> = Vec::new();
    for (i, c) in page.chars.iter().enumerate() {
        if c.turn != 0 || c.vertical || c.ch.is_whitespace() {
            continue;
        }
        // What was set just before, else what stands there whatever the order.
        let from = i.saturating_sub(NEAR);
        let around = page.chars.get(from..(i + NEAR).min(page.chars.len())).unwrap_or_default();
        if !around.iter().any(|o| c.size <= SMALL * o.size) {
            continue;
        }
        let seated = |at: usize| marks.iter().rev().take(NEAR).find(|m| m.0 == at).map(|m| m.1);
        let base = around.iter().enumerate().find_map(|(k, o)| {
            let at = from + k;
            let (base, size) = match seated(at) {
                // A mark of more than one character goes on.
                Some(base) => (base, o.size / SMALL),
                None if c.size <= SMALL * o.size => (o.origin.y, o.size),
                None => return None,
            };
            let (rise, gap) = (base - c.origin.y, c.bbox.x0 - o.bbox.x1);
            let behind = at != i
                && !o.ch.is_whitespace()
                && (0.15 * size..=0.8 * size).contains(&rise)
                && (-0.1 * size..=0.35 * size).contains(&gap);
            behind.then_some(base)
        });
        if let Some(base) = base {
            marks.push((i, base));
        }
    }
    for (i, base) in marks {
        if let Some(c) = page.chars.get_mut(i) {
            c.origin.y = base;
            c.ch = superscript(c.ch);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{page, set};
    use super::*;

    #[test]
    fn a_raised_digit_is_a_mark_and_a_smaller_number_beside_is_not() {
        let mut p = page(1);
        let x = set(&mut p, 100.0, 100.0, 10.0, 0.0, "13");
        set(&mut p, x, 96.0, 6.0, 0.0, "19");
        set(&mut p, 150.0, 100.0, 6.0, 0.0, "7");
        // Set from right to left.
        set(&mut p, 205.0, 100.0, 10.0, 0.0, "4");
        set(&mut p, 200.0, 100.0, 10.0, 0.0, "5");
        set(&mut p, 210.0, 96.0, 6.0, 0.0, "2");
        seat_superscripts(&mut p);
        assert_eq!(p.chars.iter().map(|c| c.ch).collect::<String>(), "13¹⁹745²");
        assert!(p.chars.iter().all(|c| (c.origin.y - 100.0).abs() < 0.1));
    }
}

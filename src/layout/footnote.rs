//! Footnotes: small text at the foot of a page that a mark or a short rule sets apart from the running text.

use super::paragraph::Part;
use crate::tables::Edge;

/// Footnotes are at most this part of the size of the running text.
const SMALL: f32 = 0.92;

/// How many of the last paragraphs of a page are footnotes.
///
/// `parts` are the page's paragraphs that nothing but paragraphs follows, `body` is the size of the running text of the
/// file, `rules` the horizontal lines of the page that belong to no table.
pub(crate) fn footnotes(parts: &[&Part], body: f32, rules: &[Edge], height: f32) -> usize {
    let small = parts.iter().rev().take_while(|p| p.size <= SMALL * body && p.rect.y0 > 0.4 * height).count();
    let tail = parts.get(parts.len() - small..).unwrap_or_default();
    let first = tail.iter().position(|p| {
        let ruled = rules.iter().any(|r| {
            let (gap, wide) = (p.rect.y0 - r.pos, r.hi - r.lo);
            (-1.0..=2.5 * p.size).contains(&gap)
                && (r.lo - p.rect.x0).abs() <= 3.0 * p.size
                && (4.0 * p.size..=0.45 * height).contains(&wide)
        });
        ruled || marked(&p.text)
    });
    first.map_or(0, |at| tail.len() - at)
}

/// Whether a text begins with the mark of a note: `①`, `¹`, `*`, `※`, `[1]`, `注：`, `注1`.
fn marked(text: &str) -> bool {
    let mut chars = text.chars().filter(|c| !c.is_whitespace());
    match chars.next() {
        Some('①'..='⑳' | '⁰'..='⁹' | '¹' | '²' | '³' | '*' | '＊' | '※' | '†' | '‡') => true,
        Some('[' | '［' | '〔') => chars.next().is_some_and(char::is_numeric),
        Some('注') => chars.next().is_some_and(|c| c.is_numeric() || matches!(c, '：' | ':' | '释')),
        _ => false,
    }
}

/// The size in which most characters of lines are set; `sizes` are those of the lines with their lengths.
pub(crate) fn body_size(sizes: impl Iterator<Item = (f32, usize)>) -> f32 {
    let mut all: Vec<(f32, usize)> = sizes.collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = all.iter().map(|s| s.1).sum::<usize>() / 2;
    let mut seen = 0;
    all.iter()
        .find(|s| {
            seen += s.1;
            seen > half
        })
        .map_or(0.0, |s| s.0)
}

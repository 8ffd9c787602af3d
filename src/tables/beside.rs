//! Grids of values whose labels stand to the left of them, where no lines are.

use super::borderless;
use super::cells::{Grid, slot};
use super::edges::Edge;
use crate::document::TableKind;
use crate::layout::{PageContent, Word};

/// So many rows of values at least.
const ROWS: usize = 3;

/// The table of a grid and of the labels beside it: nearly every row of it holds values alone, and has text to the left
/// of it. Tells of each word whether it is one of the labels.
pub(crate) fn table(page: &PageContent, grid: &Grid, words: &[Word], budget: usize) -> Option<(Grid, Vec<bool>)> {
    if grid.kind != TableKind::Ruled || grid.cols() < 3 {
        return None;
    }
    let mut rows = vec![(false, false); grid.rows()]; // ink, letters
    for c in grid.cells.iter().filter(|c| !c.text.is_empty()) {
        if let Some(r) = rows.get_mut(c.row) {
            *r = (true, r.1 || c.text.chars().any(char::is_alphabetic));
        }
    }
    let head = rows.iter().take_while(|r| !r.0 || r.1).count();
    let values: Vec<usize> = (head..rows.len()).filter(|&r| rows.get(r).is_some_and(|r| r.0)).collect();
    if values.len() < ROWS || rows.iter().skip(head).any(|r| r.1) {
        return None;
    }
    let beside = |w: &Word| {
        let at = w.rect.center().y;
        w.turn == 0 && w.rect.x1 <= grid.rect.x0 + 1.0 && at > grid.rect.y0 && at < grid.rect.y1
    };
    let taken: Vec<bool> = words.iter().map(beside).collect();
    let labels = words.iter().filter(|w| beside(w));
    let mut level = vec![false; grid.rows()];
    for r in labels.clone().filter_map(|w| slot(&grid.ys, w.rect.center().y)) {
        if let Some(l) = level.get_mut(r) {
            *l = true;
        }
    }
    let named = values.iter().filter(|&&r| level.get(r) == Some(&true)).count();
    if named * 5 < values.len() * 4 {
        return None;
    }
    let mut all: Vec<Word> = labels.cloned().collect();
    all.extend(grid.words(page));
    let x0 = all.iter().map(|w| w.rect.x0).fold(grid.rect.x0, f32::min);
    let rules: Vec<Edge> = grid.ys.iter().map(|&pos| Edge { pos, lo: x0, hi: grid.rect.x1 }).collect();
    let found = borderless::framed(page, &rules, &grid.xs, &all, budget)?;
    let letters = |words: &[Word]| words.iter().map(|w| w.chars.len()).sum::<usize>();
    if found.cells.iter().map(|c| c.chars.len()).sum::<usize>() < letters(&all) {
        return None;
    }
    // The lines say how many rows there are.
    let inked = |row: usize| {
        let bare = |t: &str| !t.is_empty() && !t.chars().any(char::is_alphabetic);
        found.cells.iter().any(|c| c.row == row && c.col > 0 && bare(&c.text))
    };
    ((0..found.rows()).filter(|&r| inked(r)).count() == values.len()).then_some((found, taken))
}

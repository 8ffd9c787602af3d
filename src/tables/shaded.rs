//! Tables whose cells are told by shading alone: filled cells side by side, with or without a gap between them.

use super::cells::{Grid, slot};
use super::edges::{self, Edge, JOIN, SNAP};
use super::grid::grids;
use crate::document::Rect;
use crate::layout::{PageContent, RulingKind, Word};
use crate::limits::Limits;

/// Grids of the edges of filled areas, apart from those that lines rule.
pub(crate) fn candidates(page: &PageContent, ruled: &[Grid], limits: &Limits) -> Vec<Grid> {
    let free = |r: &Rect| {
        !ruled.iter().any(|g| r.x0 <= g.rect.x1 && g.rect.x0 <= r.x1 && r.y0 <= g.rect.y1 && g.rect.y0 <= r.y1)
    };
    let mine = || page.rulings.iter().filter(|r| r.kind == RulingKind::Edge && free(&r.rect));
    // A table of two rows and columns has twelve sides.
    if mine().take(12).count() < 12 {
        return Vec::new();
    }
    let (mut across, mut down) = (Vec::new(), Vec::new());
    for r in mine() {
        let b = r.rect;
        if b.width() > b.height() {
            across.push(Edge { pos: b.y0, lo: b.x0, hi: b.x1 });
        } else if b.height() > 0.0 {
            down.push(Edge { pos: b.x0, lo: b.y0, hi: b.y1 });
        }
    }
    edges::snap(&mut across, SNAP);
    edges::snap(&mut down, SNAP);
    let (found, _) = grids(&edges::join(across, JOIN), &edges::join(down, JOIN), limits);
    found.into_iter().filter(|g| g.rows() >= 2 && g.cols() >= 2 && g.cells.len() >= 6).collect()
}

/// Whether the words on a grid stand in its cells: few run over a wall, and most rows hold more than one, and few go on
/// to the left of it: there, shading sets off some columns of a table, and its edges are not those of cells.
pub(crate) fn holds(grid: &Grid, words: &[Word]) -> bool {
    let cover = grid.cover();
    let find = |x: f32, y: f32| {
        cover.get(slot(&grid.ys, y)? * grid.cols() + slot(&grid.xs, x)?).copied().filter(|&c| c != usize::MAX)
    };
    let (mut all, mut crossing) = (0usize, 0usize);
    let mut rows = vec![Vec::new(); grid.rows()];
    for w in words.iter().filter(|w| grid.rect.contains(w.rect.center())) {
        let (y, inset) = (w.rect.center().y, (0.25 * w.rect.width()).min(1.5));
        let (from, upto) = (find(w.rect.x0 + inset, y), find(w.rect.x1 - inset, y));
        all += 1;
        crossing += usize::from(from != upto);
        if let (Some(cell), Some(row)) = (from, slot(&grid.ys, y).and_then(|r| rows.get_mut(r)))
            && !row.contains(&cell)
        {
            row.push(cell);
        }
    }
    let full = rows.iter().filter(|r| r.len() >= 2).count();
    all > 0 && crossing * 20 <= all && full * 2 >= rows.len() && !goes_on(grid, words)
}

/// Whether text to the left of a grid stands on the baselines of text in it, in half of its rows or more.
fn goes_on(grid: &Grid, words: &[Word]) -> bool {
    let mut bases: Vec<f32> =
        words.iter().filter(|w| w.turn == 0 && grid.rect.contains(w.rect.center())).map(|w| w.base).collect();
    bases.sort_by(f32::total_cmp);
    let mut level = vec![false; grid.rows()];
    for w in words.iter().filter(|w| w.turn == 0 && w.rect.x1 < grid.rect.x0) {
        let next = bases.get(bases.partition_point(|&b| b < w.base - 0.1 * w.size));
        if next.is_some_and(|&b| b < w.base + 0.1 * w.size)
            && let Some(l) = slot(&grid.ys, w.rect.center().y).and_then(|r| level.get_mut(r))
        {
            *l = true;
        }
    }
    level.iter().filter(|&&l| l).count() * 2 >= level.len()
}

//! Tables of a page: ruling edges → snap → join → intersections → cells → grid; borderless tables; stitching over pages.

mod aligned;
mod arrange;
mod beside;
mod borderless;
mod cells;
mod edges;
mod grid;
mod rows;
mod rules;
mod shaded;
mod stitch;
mod tree;
mod vote;
mod wrapped;

use aligned::{Seg, row_lines};
pub(crate) use cells::Grid;
use cells::{GridCell, fill, slot};
pub(crate) use edges::Edge;
pub(crate) use stitch::{HEADER, Piece, stitch};
pub(crate) use tree::Trees;

use crate::document::{Rect, TableKind};
use crate::layout::{PageContent, Word, drop_marked, words as words_of};
use crate::limits::Limits;

/// So many names of columns at least are a boxhead.
const NAMED: usize = 5;

/// Horizontal edges that belong to no grid.
pub(crate) struct Loose {
    /// Joined edges.
    pub edges: Vec<Edge>,
    /// Joined horizontal edges of grids.
    pub inner: Vec<Edge>,
    /// Where their pieces meet end to end.
    pub abutments: Vec<(f32, f32)>,
}

/// What the rulings of a page give.
pub(crate) struct Ruled {
    /// Grids, inner before outer.
    pub grids: Vec<Grid>,
    /// Joined horizontal edges that belong to no grid.
    pub loose: Loose,
    /// Whether a limit cut the search short.
    pub cut: bool,
}

/// Finds the ruled grids of an upright page.
pub(crate) fn ruled(page: &PageContent, limits: &Limits) -> Ruled {
    let (mut across, mut down) = edges::edges(&page.rulings);
    edges::snap(&mut across, edges::SNAP);
    edges::snap(&mut down, edges::SNAP);
    let abutments = edges::abutments(&across);
    let across = edges::join(across, edges::JOIN);
    let down = edges::join(down, edges::JOIN);
    let (mut grids, cut) = grid::grids(&across, &down, limits);
    // A frame around text is no table, and one around the page no rule of any.
    let (page_width, page_height) = (page.page.width, page.page.height);
    let frames: Vec<Rect> = grids
        .iter()
        .filter(|g| g.cells.len() == 1 && g.rect.width() > 0.7 * page_width && g.rect.height() > 0.6 * page_height)
        .map(|g| g.rect)
        .collect();
    let framing = |e: &Edge| {
        frames
            .iter()
            .any(|f| ((e.pos - f.y0).abs() < 4.0 || (e.pos - f.y1).abs() < 4.0) && e.hi - e.lo > 0.9 * f.width())
    };
    grids.retain(|g| g.cells.len() > 1 || g.rect.height() < 60.0);
    let inside = |e: &Edge| {
        grids.iter().any(|g| {
            e.pos >= g.rect.y0 - 1.0 && e.pos <= g.rect.y1 + 1.0 && e.lo >= g.rect.x0 - 4.0 && e.hi <= g.rect.x1 + 4.0
        })
    };
    let inner = across.iter().filter(|e| inside(e)).copied().collect();
    let loose =
        Loose { inner, edges: across.iter().filter(|e| !inside(e) && !framing(e)).copied().collect(), abutments };
    Ruled { grids, loose, cut }
}

/// Whether a grid in place of another holds all that is printed in that one: text turned otherwise than the table's may
/// stand in no cell of it.
fn keeps(page: &PageContent, old: &Grid, new: &Grid) -> bool {
    let inked = |at: &&u32| page.chars.get(**at as usize).is_some_and(|c| !c.ch.is_whitespace());
    let count = |grid: &Grid| grid.cells.iter().flat_map(|c| &c.chars).filter(inked).count();
    count(new) >= count(old)
}

/// Fills a grid of which the lines part the rows alone by the alignment of its text, if that shows columns.
fn refill(page: &PageContent, grid: &mut Grid, loose: &Loose, rest: &mut Vec<Word>, limits: &Limits) {
    let found = rules::framed(page, grid, loose, grid.words(page), rest, limits.cells as usize);
    if let Some((better, taken)) = found.filter(|(b, _)| keeps(page, grid, b) && (grid.cols() == 1 || !b.crowded())) {
        drop_marked(rest, &taken);
        *grid = better;
    }
}

/// Fills the ruled grids. Where the lines do not tell the cells of a table, they come from the structure tree; where
/// that is silent too, and lines only frame a table, from its text. Gives the words outside of all tables, and why
/// tagged tables were not taken.
pub(crate) fn fill_ruled(
    page: &PageContent,
    grids: &mut Vec<Grid>,
    loose: &mut Loose,
    words: Vec<Word>,
    trees: &Trees,
    limits: &Limits,
) -> (Vec<Word>, Vec<&'static str>) {
    let mut rest = fill(page, grids, words);
    let mut against = Vec::new();
    if !trees.is_empty() {
        (rest, against) = vote::vote(page, trees.parts(page), grids, &loose.edges, rest);
        // Its rules are no other table's.
        let around = |g: &Grid, e: &Edge| {
            let (r, room) = (g.rect, 12.0);
            e.pos > r.y0 - room && e.pos < r.y1 + room && e.lo < r.x1 && e.hi > r.x0
        };
        loose.edges.retain(|e| !grids.iter().any(|g| g.kind == TableKind::Tagged && around(g, e)));
    }
    for g in grids.iter_mut().filter(|g| g.kind == TableKind::Ruled && g.cols() == 1 && g.rows() >= 3) {
        refill(page, g, loose, &mut rest, limits);
    }
    for g in grids.iter_mut().filter(|g| g.kind == TableKind::Ruled) {
        wrapped::join(page, g);
        if !g.parted && !g.crowded() {
            rows::part(page, g);
        }
    }
    for candidate in shaded::candidates(page, grids, limits) {
        if !shaded::holds(&candidate, &rest) {
            continue;
        }
        let mut filled = [candidate];
        let others = fill(page, &mut filled, rest.clone());
        let [grid] = filled;
        if !grid.crowded() {
            rest = others;
            grids.push(grid);
        }
    }
    for g in grids.iter_mut().filter(|g| g.kind != TableKind::Tagged && g.crowded()) {
        if let Some(parted) = g.parted(page, false).filter(|p| !p.crowded()) {
            *g = parted;
        }
    }
    for g in grids.iter_mut().filter(|g| g.kind == TableKind::Ruled && !g.crowded()) {
        if let Some(parted) = g.parted(page, true) {
            *g = parted;
        }
    }
    for g in grids.iter_mut().filter(|g| g.kind == TableKind::Ruled && g.cols() > 1 && g.rows() >= 3 && g.crowded()) {
        refill(page, g, loose, &mut rest, limits);
    }
    for g in grids.iter_mut().filter(|g| g.kind != TableKind::Tagged && g.crowded()) {
        let rules: Vec<Edge> = g.ys.iter().map(|&pos| Edge { pos, lo: g.rect.x0, hi: g.rect.x1 }).collect();
        let sides = g.xs.clone();
        if let Some(mut better) = borderless::framed(page, &rules, &sides, &g.words(page), limits.cells as usize)
            && better.rows() * better.cols() > g.rows() * g.cols()
            && keeps(page, g, &better)
        {
            better.kind = g.kind;
            *g = better;
        }
    }
    for g in grids.iter_mut() {
        let found = beside::table(page, g, &rest, limits.cells as usize);
        if let Some((better, taken)) = found.filter(|(b, _)| keeps(page, g, b)) {
            drop_marked(&mut rest, &taken);
            *g = better;
        }
    }
    release_heads(page, grids, &mut rest);
    (rest, against)
}

/// Gives back the words of grids that rule the boxhead of a table alone: rows of values stand right below, where no
/// lines are.
fn release_heads(page: &PageContent, grids: &mut Vec<Grid>, rest: &mut Vec<Word>) {
    let value = |w: &Word| {
        let inked = w.chars.iter().filter_map(|&i| page.chars.get(i as usize));
        w.turn == 0 && inked.clone().any(|c| c.ch.is_numeric()) && !inked.clone().any(|c| c.ch.is_alphabetic())
    };
    let mut freed: Vec<u32> = Vec::new();
    grids.retain(|g| {
        let head = g.kind != TableKind::Tagged
            && g.rows() <= 3
            && g.cols() >= 3
            && g.cells.iter().filter(|c| c.text.chars().any(char::is_alphabetic)).count() >= 3;
        if !head {
            return true;
        }
        // Two rows of values at the pitch of lines, the first close below.
        let mut below: Vec<(f32, f32)> = rest
            .iter()
            .filter(|w| value(w) && w.rect.y0 >= g.rect.y1 - 2.0 && w.rect.x0 >= g.rect.x0 && w.rect.x1 <= g.rect.x1)
            .filter(|w| w.rect.y0 - g.rect.y1 < 5.0 * w.size)
            .map(|w| (w.base, w.size))
            .collect();
        below.sort_by(|a, b| a.0.total_cmp(&b.0));
        let rows: Vec<usize> = below.chunk_by(|a, b| b.0 - a.0 <= 0.3 * a.1).map(<[_]>::len).collect();
        let wide = g.cols() / 2 + 1;
        let is_head = rows.iter().filter(|&&n| n >= wide).count() >= 2;
        if is_head {
            freed.extend(g.cells.iter().flat_map(|c| &c.chars));
        }
        !is_head
    });
    if !freed.is_empty() {
        freed.sort_unstable();
        rest.extend(words_of(page, freed.into_iter()));
    }
}

/// Adds to grids that rule the names of columns alone the lines of values right below them.
fn add_values(page: &PageContent, grids: &mut [Grid], rest: &mut Vec<Word>) {
    for grid in grids.iter_mut().filter(|g| g.kind == TableKind::Ruled) {
        let named = |c: &GridCell| c.text.chars().any(char::is_alphabetic);
        let last = grid.rows();
        let bottom = grid.cells.iter().filter(|c| c.row + c.row_span == last);
        let names: usize = bottom.filter(|c| c.col_span == 1 && named(c)).count();
        if names < NAMED || names < grid.cols() || grid.cells.iter().any(|c| !c.text.is_empty() && !named(c)) {
            continue;
        }
        let (x0, x1) = (grid.rect.x0, grid.rect.x1);
        let lines = row_lines(page, rest, |_, w| {
            let below = w.rect.y0 - grid.rect.y1;
            w.rect.x1 > x0 && w.rect.x0 < x1 && below > -2.0 && below < 12.0 * w.size
        });
        let mut taken = vec![false; rest.len()];
        for line in &lines {
            let apart = line.y0 - grid.rect.y1 > 1.5 * line.size();
            let column = |s: &Seg| slot(&grid.xs, s.rect.x0).filter(|c| slot(&grid.xs, s.rect.x1) == Some(*c));
            let mut columns: Vec<Option<usize>> = line.segs.iter().map(column).collect();
            let values = line.segs.iter().all(|s| s.value) && columns.iter().all(Option::is_some);
            columns.dedup();
            if apart || !values || line.segs.len() < 2 || columns.len() < line.segs.len() {
                break;
            }
            let row = grid.rows();
            for col in 0..grid.cols() {
                let mine = line.segs.iter().zip(&columns).filter(|(_, c)| **c == Some(col));
                let words: Vec<usize> = mine.flat_map(|(s, _)| s.words.iter().copied()).collect();
                let chars = words.iter().filter_map(|&i| rest.get(i)).flat_map(|w| w.chars.iter().copied()).collect();
                let mut cell = GridCell { row, col, row_span: 1, col_span: 1, chars, ..GridCell::default() };
                cells::read(page, &mut cell);
                grid.cells.push(cell);
                for i in words {
                    if let Some(t) = taken.get_mut(i) {
                        *t = true;
                    }
                }
            }
            grid.rect.y1 = line.y1 + 0.2 * line.size();
            grid.ys.push(grid.rect.y1);
        }
        drop_marked(rest, &taken);
    }
}

/// Finds tables without a ruled grid among the words that no grid took, after the values that ruled ones lack: by
/// horizontal rules, then by alignment alone within the given regions of text. Gives the filled grids and the words that
/// are left.
pub(crate) fn unruled(
    page: &PageContent,
    grids: &mut [Grid],
    loose: &Loose,
    mut words: Vec<Word>,
    regions: &[Rect],
    limits: &Limits,
) -> (Vec<Grid>, Vec<Word>) {
    let budget = limits.cells as usize;
    add_values(page, grids, &mut words);
    let mut found = rules::tables(page, loose, &words, budget);
    words = fill(page, &mut found, words);
    release_heads(page, &mut found, &mut words);
    add_values(page, &mut found, &mut words);
    let free = vec![true; words.len()];
    let (more, taken) = borderless::tables(page, &loose.edges, &words, &free, regions, budget);
    found.extend(more);
    found.iter_mut().for_each(Grid::inherit_spans);
    drop_marked(&mut words, &taken);
    (found, words)
}

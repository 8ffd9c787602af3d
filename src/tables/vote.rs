//! What the structure tree has to say where the lines of a page do not tell the cells of a table; where they do, they
//! win.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Grid, GridCell, read, slot};
use super::edges::Edge;
use super::tree::{Leaf, Part};
use crate::layout::{PageContent, Word, words as words_of};

/// The cell of a grid: the grid, then the cell, by their places.
type Home = (usize, usize);

/// How a tagged table stands to the ruled ones of its page.
enum Verdict {
    /// The lines rule the same cells.
    Same,
    /// The lines rule other cells.
    Against(&'static str),
    /// The tree parts cells of one grid that its own lines would part so elsewhere.
    Split(usize),
    /// It is a table of its own within this cell.
    Inner(Home),
    /// The tree gives the cells, in place of these grids, which rule them in part or not at all.
    Instead(BTreeSet<usize>),
}

/// Takes the tagged tables of a page into its filled grids where the lines are silent; gives the words that are left and
/// what was not taken, and why.
pub(crate) fn vote(
    page: &PageContent,
    parts: Vec<Part>,
    grids: &mut Vec<Grid>,
    loose: &[Edge],
    mut rest: Vec<Word>,
) -> (Vec<Word>, Vec<&'static str>) {
    let mut against = Vec::new();
    for part in parts {
        let verdict = match part.doubt {
            Some(doubt) => Verdict::Against(doubt),
            None => judge(page, &part, grids, loose),
        };
        match verdict {
            Verdict::Same => {}
            Verdict::Against(why) => against.push(why),
            Verdict::Split(at) => {
                if let Some(grid) = grids.get_mut(at) {
                    split(page, grid, &part);
                }
            }
            Verdict::Inner((grid, cell)) => {
                let cell = grids.get_mut(grid).and_then(|g| g.cells.get_mut(cell));
                let taken = characters(&part);
                if let Some(cell) = cell {
                    cell.chars.retain(|c| !taken.contains(c));
                    read(page, cell);
                }
                grids.push(part.grid);
            }
            Verdict::Instead(old) => {
                let mut at = 0;
                grids.retain(|_| {
                    at += 1;
                    !old.contains(&(at - 1))
                });
                rest = without(page, rest, &part);
                grids.push(part.grid);
            }
        }
    }
    (rest, against)
}

fn characters(part: &Part) -> BTreeSet<u32> {
    part.inked.iter().flat_map(|(_, chars)| chars).copied().collect()
}

/// The words that keep characters which the part does not take.
fn without(page: &PageContent, words: Vec<Word>, part: &Part) -> Vec<Word> {
    let taken = characters(part);
    let mut out = Vec::with_capacity(words.len());
    for w in words {
        let kept: Vec<u32> = w.chars.iter().copied().filter(|c| !taken.contains(c)).collect();
        if kept.len() == w.chars.len() {
            out.push(w);
        } else {
            out.extend(words_of(page, kept.into_iter()));
        }
    }
    out
}

fn judge(page: &PageContent, part: &Part, grids: &[Grid], loose: &[Edge]) -> Verdict {
    let visible = |i: &u32| page.chars.get(*i as usize).is_some_and(|c| !c.ch.is_whitespace());
    let mut owners: BTreeMap<u32, Home> = BTreeMap::new();
    let mine = characters(part);
    let mut foreign: BTreeSet<usize> = BTreeSet::new();
    for (g, grid) in grids.iter().enumerate() {
        for (k, cell) in grid.cells.iter().enumerate() {
            for &i in cell.chars.iter().filter(|i| visible(i)) {
                if mine.contains(&i) {
                    owners.insert(i, (g, k));
                } else {
                    foreign.insert(g);
                }
            }
        }
    }
    // Where each tagged cell stands; a cell in two places is one that lines cut.
    let mut homes: Vec<(&Leaf, Option<Home>)> = Vec::new();
    for (leaf, chars) in &part.inked {
        let found: BTreeSet<Option<Home>> =
            chars.iter().filter(|i| visible(i)).map(|i| owners.get(i).copied()).collect();
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(home), None) => homes.push((leaf, home)),
            _ => return Verdict::Against("lines run through its cells"),
        }
    }
    let first = homes.first().and_then(|h| h.1);
    if let Some(cell) = first.filter(|_| part.nested && homes.iter().all(|h| h.1 == first)) {
        return Verdict::Inner(cell);
    }
    let touched: BTreeSet<usize> = homes.iter().filter_map(|h| h.1).map(|h| h.0).collect();
    if touched.iter().any(|g| foreign.contains(g)) {
        return Verdict::Against("it stands in part of a ruled table");
    }
    let mut shared: BTreeMap<Home, usize> = BTreeMap::new();
    for home in homes.iter().filter_map(|h| h.1) {
        *shared.entry(home).or_default() += 1;
    }
    let crowd: usize = shared.values().filter(|&&n| n > 1).sum();
    let outside = homes.iter().any(|h| h.1.is_none());
    if let (Some(&at), 1, false) = (touched.first(), touched.len(), outside) {
        if crowd == 0 {
            return Verdict::Same;
        }
        if grids.get(at).is_some_and(|g| tiles(page, g, part, &shared)) {
            return Verdict::Split(at);
        }
        if crowd * 2 <= homes.len() {
            return Verdict::Against("it parts cells that lines close");
        }
    }
    if ruled_apart(&homes, grids) || cut(part, loose) {
        return Verdict::Against("lines run between the cells of a row or a column of it");
    }
    Verdict::Instead(touched)
}

/// Whether lines part what the tree has in one row or in one column.
fn ruled_apart(homes: &[(&Leaf, Option<Home>)], grids: &[Grid]) -> bool {
    // What the cells of each row and column have in common: the rows and columns of the grids.
    let mut rows: BTreeMap<(usize, usize), (usize, usize)> = BTreeMap::new();
    let mut cols = rows.clone();
    for (leaf, home) in homes {
        let Some((g, cell)) = home.and_then(|(g, k)| Some((g, grids.get(g)?.cells.get(k)?))) else { continue };
        let meet = |all: &mut BTreeMap<(usize, usize), (usize, usize)>, at: usize, from: usize, span: usize| {
            let common = all.entry((g, at)).or_insert((from, from + span));
            *common = (common.0.max(from), common.1.min(from + span));
            common.0 >= common.1
        };
        if leaf.row_span == 1 && meet(&mut rows, leaf.row, cell.row, cell.row_span)
            || leaf.col_span == 1 && meet(&mut cols, leaf.col, cell.col, cell.col_span)
        {
            return true;
        }
    }
    false
}

/// Whether a line that belongs to no grid runs through cells: between lines of text of two or more of a row.
fn cut(part: &Part, loose: &[Edge]) -> bool {
    let grid = &part.grid;
    let through = |e: &Edge| {
        let crossed = grid.cells.iter().filter(|c| {
            let r = grid.cell_rect(c);
            let over = e.hi.min(r.x1) - e.lo.max(r.x0) >= 0.6 * r.width();
            let lines = c.text.lines().count();
            c.row_span == 1 && over && lines > 1 && e.pos > r.y0 + 0.3 * r.height() && e.pos < r.y1 - 0.3 * r.height()
        });
        crossed.count() >= 2
    };
    loose.iter().any(through)
}

/// Whether the tree has the rows and columns of the grid, and parts its shared cells along them.
fn tiles(page: &PageContent, grid: &Grid, part: &Part, shared: &BTreeMap<Home, usize>) -> bool {
    if (part.grid.rows(), part.grid.cols()) != (grid.rows(), grid.cols()) {
        return false;
    }
    let parted = shared.iter().filter(|s| *s.1 > 1).filter_map(|((_, k), _)| grid.cells.get(*k));
    for cell in parted {
        let inside: Vec<&Leaf> = part.leaves.iter().filter(|l| within(cell, l)).collect();
        let covered: usize = inside.iter().map(|l| l.row_span * l.col_span).sum();
        if covered != cell.row_span * cell.col_span {
            return false;
        }
    }
    // Each text stands in the rows and columns that the tree gives it.
    part.inked.iter().all(|(leaf, chars)| {
        chars.iter().filter_map(|&i| page.chars.get(i as usize)).filter(|c| !c.ch.is_whitespace()).all(|c| {
            let m = c.bbox.center();
            slot(&grid.ys, m.y).is_some_and(|r| (leaf.row..leaf.row + leaf.row_span).contains(&r))
                && slot(&grid.xs, m.x).is_some_and(|k| (leaf.col..leaf.col + leaf.col_span).contains(&k))
        })
    })
}

fn within(cell: &GridCell, leaf: &Leaf) -> bool {
    leaf.row >= cell.row
        && leaf.col >= cell.col
        && leaf.row + leaf.row_span <= cell.row + cell.row_span
        && leaf.col + leaf.col_span <= cell.col + cell.col_span
}

/// Parts the cells of a grid that hold several tagged ones along its own lines.
fn split(page: &PageContent, grid: &mut Grid, part: &Part) {
    let mut text: BTreeMap<(usize, usize), &Vec<u32>> = BTreeMap::new();
    for (leaf, chars) in &part.inked {
        text.insert((leaf.row, leaf.col), chars);
    }
    let mut cells: Vec<GridCell> = Vec::with_capacity(part.leaves.len());
    for cell in std::mem::take(&mut grid.cells) {
        let inside: Vec<&Leaf> = part.leaves.iter().filter(|l| within(&cell, l)).collect();
        let inked = inside.iter().filter(|l| text.contains_key(&(l.row, l.col))).count();
        if inked < 2 {
            cells.push(cell);
            continue;
        }
        cells.extend(inside.into_iter().map(|l| {
            let chars = text.get(&(l.row, l.col)).map(|c| c.to_vec()).unwrap_or_default();
            let (row, col, row_span, col_span) = (l.row, l.col, l.row_span, l.col_span);
            let mut cell = GridCell { row, col, row_span, col_span, chars, ..GridCell::default() };
            read(page, &mut cell);
            cell
        }));
    }
    cells.sort_by_key(|c| (c.row, c.col));
    grid.cells = cells;
}

use std::collections::BTreeMap;

use crate::document::{Rect, TableKind};
use crate::layout::PageContent;
use crate::layout::{Line, Word, han, lines, unspaced, words};

/// So many columns at least, with text in each, tell that a cell over them is several.
const FULL: usize = 3;

/// A table of one page before it becomes a [`crate::document::Table`].
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    /// How it was found.
    pub kind: TableKind,
    /// Box on the page.
    pub rect: Rect,
    /// Column boundaries, one more than columns.
    pub xs: Vec<f32>,
    /// Row boundaries, one more than rows.
    pub ys: Vec<f32>,
    /// Cells in row-major order of their top left positions.
    pub cells: Vec<GridCell>,
    /// No line closes the table at the top.
    pub open_top: bool,
    /// No line closes the table at the bottom.
    pub open_bottom: bool,
    /// The columns come from the alignment of text, not from lines.
    pub aligned: bool,
    /// The lines part the rows: each has one label.
    pub parted: bool,
    /// Which part of which tagged table it is, where the structure tree gave its rows and columns.
    pub part: Option<Box<TreePart>>,
}

/// The part of a tagged table that stands on one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreePart {
    /// The table, by its place in the file's.
    pub table: usize,
    /// Its first and last row here.
    pub rows: (usize, usize),
    /// Columns of cells of the first row here that begin above it.
    pub begun: Vec<usize>,
}

/// A cell of a [`Grid`].
#[derive(Debug, Clone, Default)]
pub(crate) struct GridCell {
    pub row: usize,
    pub col: usize,
    pub row_span: usize,
    pub col_span: usize,
    /// Characters inside, as indices into the page's.
    pub chars: Vec<u32>,
    /// The text, once filled.
    pub text: String,
    /// Right end and em of the last line, to tell a full line from a short one.
    pub last_line: Option<(Rect, f32)>,
    /// The text is a number that the cell breaks over lines.
    pub wrapped: bool,
}

impl Grid {
    /// The words of its cells.
    pub(crate) fn words(&self, page: &PageContent) -> Vec<Word> {
        let mut inside: Vec<u32> = self.cells.iter().flat_map(|c| c.chars.iter().copied()).collect();
        inside.sort_unstable();
        words(page, inside.into_iter())
    }

    pub(crate) fn rows(&self) -> usize {
        self.ys.len().saturating_sub(1)
    }

    pub(crate) fn cols(&self) -> usize {
        self.xs.len().saturating_sub(1)
    }

    /// Box of a cell on the page.
    pub(crate) fn cell_rect(&self, c: &GridCell) -> Rect {
        let at = |v: &[f32], i: usize| v.get(i).or(v.last()).copied().unwrap_or_default();
        Rect {
            x0: at(&self.xs, c.col),
            y0: at(&self.ys, c.row),
            x1: at(&self.xs, c.col + c.col_span),
            y1: at(&self.ys, c.row + c.row_span),
        }
    }

    /// Whether most of the text stands in cells that hold several values of a row or several rows of values: the lines
    /// frame a table, they do not rule it.
    pub(crate) fn crowded(&self) -> bool {
        let value =
            |t: &str| t.chars().any(char::is_numeric) && !t.chars().any(han) && !t.chars().all(char::is_alphabetic);
        let mut stacked = vec![0usize; self.rows()];
        // Lines of values, and of the texts beside them, of each row.
        let mut lines_of = vec![(0usize, 0usize); self.rows()];
        let mut sizes: Vec<(usize, usize, bool)> = Vec::new();
        for c in &self.cells {
            let lines: Vec<&str> = c.text.lines().collect();
            let wide = lines.iter().any(|l| l.split_whitespace().filter(|t| value(t)).count() >= 3);
            let values = lines.iter().filter(|l| l.split_whitespace().next_back().is_some_and(value)).count();
            let tall = !self.parted
                && (lines.len() >= 3 && values * 3 >= lines.len() * 2
                    || values == 2 && lines.len() == 2 && lines.iter().all(|l| l.chars().count() == 1));
            if tall && let Some(n) = stacked.get_mut(c.row) {
                *n += 1;
            }
            if let Some(most) = lines_of.get_mut(c.row) {
                let slot = if tall { &mut most.0 } else { &mut most.1 };
                *slot = (*slot).max(lines.len());
            }
            // Leaders weigh nothing.
            sizes.push((c.row, c.text.chars().filter(|c| c.is_alphanumeric()).count(), wide));
        }
        // One column of values is enough beside texts of as many lines.
        for (n, &(values, texts)) in stacked.iter_mut().zip(&lines_of) {
            *n += usize::from(values >= 3 && texts >= values);
        }
        let all: usize = sizes.iter().map(|s| s.1).sum();
        let full: usize = sizes
            .iter()
            .filter(|(row, _, wide)| *wide || stacked.get(*row).is_some_and(|&n| n >= 2))
            .map(|s| s.1)
            .sum();
        full * 2 > all
    }

    /// Widens what stands alone under a cell that spans columns over all of them: where no lines part the columns, a
    /// short text shows only where its middle is.
    pub(crate) fn inherit_spans(&mut self) {
        for row in 1..self.rows() {
            let wide: Vec<(usize, usize)> = self
                .cells
                .iter()
                .filter(|c| c.row + c.row_span == row && c.col_span > 1 && !c.text.is_empty())
                .map(|c| (c.col, c.col + c.col_span))
                .collect();
            for (from, upto) in wide {
                let inside = |c: &&GridCell| c.row == row && c.col < upto && c.col + c.col_span > from;
                let mine: Vec<&GridCell> = self.cells.iter().filter(inside).collect();
                let whole = mine.iter().all(|c| c.row_span == 1 && c.col >= from && c.col + c.col_span <= upto);
                let covered: usize = mine.iter().map(|c| c.col_span).sum();
                let mut inked = mine.iter().filter(|c| !c.text.is_empty());
                let (Some(&only), None) = (inked.next(), inked.next()) else { continue };
                // A first column is one of labels.
                if !whole || covered != upto - from || from == 0 {
                    continue;
                }
                let only = GridCell { col: from, col_span: upto - from, ..only.clone() };
                self.cells.retain(|c| !(c.row == row && c.col < upto && c.col + c.col_span > from));
                self.cells.push(only);
            }
        }
        self.cells.sort_by_key(|c| (c.row, c.col));
    }

    /// The grid with cells over several columns parted along its own lines, where their words keep clear of them: lines
    /// between the names of the columns go on below, drawn or not. `None` where that parts nothing; `full` where only
    /// cells are parted that have text in each of their columns.
    pub(crate) fn parted(&self, page: &PageContent, full: bool) -> Option<Self> {
        let mut cells: Vec<GridCell> = Vec::with_capacity(self.cells.len());
        for cell in &self.cells {
            let mut cols: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
            let mut crossing = cell.col_span < 2;
            for w in words(page, cell.chars.iter().copied()) {
                let (from, upto) = (slot(&self.xs, w.rect.x0 + 0.5), slot(&self.xs, w.rect.x1 - 0.5));
                crossing |= from != upto;
                cols.entry(from.unwrap_or(cell.col)).or_default().extend(w.chars);
            }
            let inside = cols.keys().all(|c| (cell.col..cell.col + cell.col_span).contains(c));
            let blank = full && cols.len() < cell.col_span.max(FULL);
            if crossing || blank || cols.len() < 2 || !inside {
                cells.push(cell.clone());
                continue;
            }
            cells.extend((cell.col..cell.col + cell.col_span).map(|col| {
                let chars = cols.remove(&col).unwrap_or_default();
                let mut part =
                    GridCell { row: cell.row, col, row_span: cell.row_span, col_span: 1, chars, ..GridCell::default() };
                read(page, &mut part);
                part
            }));
        }
        (cells.len() > self.cells.len()).then(|| {
            cells.sort_by_key(|c| (c.row, c.col));
            Self { cells, ..self.clone() }
        })
    }

    /// For each atom of the grid, the index of the cell that covers it.
    pub(crate) fn cover(&self) -> Vec<usize> {
        let cols = self.cols();
        let mut out = vec![usize::MAX; self.rows() * cols];
        for (i, c) in self.cells.iter().enumerate() {
            for r in c.row..c.row + c.row_span {
                for k in c.col..c.col + c.col_span {
                    if let Some(slot) = out.get_mut(r * cols + k) {
                        *slot = i;
                    }
                }
            }
        }
        out
    }
}

/// Which gap between ascending boundaries holds `v`.
pub(crate) fn slot(at: &[f32], v: f32) -> Option<usize> {
    let i = at.partition_point(|&a| a <= v);
    (i > 0 && i < at.len()).then(|| i - 1)
}

/// Puts the words that lie in the grids into their cells and gives back the others.
///
/// A word that runs over a wall without a gap belongs whole to the cell that holds most of it.
pub(crate) fn fill(page: &PageContent, grids: &mut [Grid], all: Vec<Word>) -> Vec<Word> {
    let covers: Vec<Vec<usize>> = grids.iter().map(Grid::cover).collect();
    let mut rest = Vec::new();
    for w in all {
        let mid = w.rect.center();
        let home = grids.iter().zip(&covers).position(|(g, _)| g.rect.contains(mid));
        let Some((grid, cover)) = home.and_then(|i| Some((grids.get_mut(i)?, covers.get(i)?))) else {
            rest.push(w);
            continue;
        };
        let cols = grid.cols();
        let find = |grid: &Grid, x: f32, y: f32| {
            let clamp = |v: f32, lo: f32, hi: f32| v.clamp(lo + 0.01, (hi - 0.01).max(lo + 0.01));
            let x = clamp(x, grid.rect.x0, grid.rect.x1);
            let y = clamp(y, grid.rect.y0, grid.rect.y1);
            let at = slot(&grid.ys, y)? * cols + slot(&grid.xs, x)?;
            cover.get(at).copied().filter(|&i| i != usize::MAX)
        };
        // (cell, characters) in reading order; a gap at the wall parts the word.
        let mut runs: Vec<(usize, Vec<u32>)> = Vec::new();
        let mut previous: Option<(Rect, u32)> = None;
        let mut gap_at_wall = false;
        for &i in &w.chars {
            let Some(c) = page.chars.get(i as usize) else { continue };
            let m = c.bbox.center();
            let Some(cell) = find(grid, m.x, m.y) else { continue };
            match runs.last_mut() {
                Some((last, chars)) if *last == cell => chars.push(i),
                _ => {
                    if let Some((b, order)) = previous {
                        let gap = if w.turn % 2 == 0 {
                            c.bbox.x0.max(b.x0) - c.bbox.x1.min(b.x1)
                        } else {
                            c.bbox.y0.max(b.y0) - c.bbox.y1.min(b.y1)
                        };
                        gap_at_wall |= gap > 0.08 * w.size || c.order.abs_diff(order) > 2;
                    }
                    runs.push((cell, vec![i]));
                }
            }
            previous = Some((c.bbox, c.order));
        }
        // A dash alone in its cell is no sign of the number in the next, however close.
        let dashes = |run: &(usize, Vec<u32>)| {
            run.1.iter().all(|&i| page.chars.get(i as usize).is_some_and(|c| "-－—–/／".contains(c.ch)))
        };
        let within = |(cell, chars): &(usize, Vec<u32>)| {
            let wall = grid.cells.get(*cell).map(|c| grid.cell_rect(c));
            let mut boxes = chars.iter().filter_map(|&i| page.chars.get(i as usize)).map(|c| c.bbox);
            let room = 0.06 * w.size;
            wall.is_some_and(|wall| boxes.all(|b| b.x0 >= wall.x0 - room && b.x1 <= wall.x1 + room))
        };
        gap_at_wall |= runs.len() > 1 && w.turn == 0 && runs.iter().any(dashes) && runs.iter().all(within);
        if runs.len() > 1 && !gap_at_wall {
            let best = runs.iter().map(|r| r.1.len()).max().unwrap_or_default();
            if let Some(home) = runs.iter().find(|r| r.1.len() == best).map(|r| r.0) {
                runs = vec![(home, w.chars.clone())];
            }
        }
        for (cell, chars) in runs {
            if let Some(c) = grid.cells.get_mut(cell) {
                c.chars.extend(chars);
            }
        }
    }
    for g in grids {
        for c in &mut g.cells {
            read(page, c);
        }
    }
    rest
}

/// Reads the text of a cell from its characters.
pub(crate) fn read(page: &PageContent, cell: &mut GridCell) {
    let found = lines(words(page, cell.chars.iter().copied()));
    cell.last_line = found.last().map(|l| (l.rect, l.size));
    cell.text = text(page, &found);
}

/// The text of a cell: lines joined by a line break, a stack of single letters joined into a word.
fn text(page: &PageContent, lines: &[Line]) -> String {
    let texts: Vec<String> = lines.iter().map(|l| l.text(page)).collect();
    let short = |t: &String| t.chars().count() <= 2 && t.chars().all(unspaced);
    let single = texts.iter().filter(|t| t.chars().count() == 1).count();
    let stacked = texts.len() >= 3
        && texts.iter().all(short)
        && single * 2 > texts.len()
        && texts.iter().any(|t| t.chars().any(han));
    texts.join(if stacked { "" } else { "\n" })
}

//! Tables of the structure tree of a tagged file: their cells placed in rows and columns, and held against the page.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::cells::{Grid, GridCell, TreePart, read};
use super::rules::median;
use crate::document::{Rect, TableKind};
use crate::layout::{Char, PageContent, TaggedTable};
use crate::limits::Limits;

/// More columns than this are a drawing.
const COLUMNS: usize = 256;
/// A cell of running text has at least this many characters.
const PROSE: usize = 160;
/// Lines and columns may run into each other by this many ems.
const SLACK: f32 = 0.25;

/// A cell of a tagged table with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub row: usize,
    pub col: usize,
    pub row_span: usize,
    pub col_span: usize,
}

/// A tagged table with the places of its cells.
#[derive(Debug)]
struct Tree {
    /// Row by row.
    leaves: Vec<Leaf>,
    /// Those that span rows, by their place among the leaves.
    tall: Vec<usize>,
    rows: usize,
    cols: usize,
    inside: Option<usize>,
}

/// The tagged tables of a file.
#[derive(Debug, Default)]
pub(crate) struct Trees {
    /// By their place in the file's; `None` for what is no table of rows and columns.
    trees: Vec<Option<Tree>>,
    /// The cell that a page's marked content belongs to.
    homes: FxHashMap<(u32, u32), (usize, usize)>,
}

/// What one tagged table shows on one page.
#[derive(Debug)]
pub(crate) struct Part {
    /// Rows, columns and cells, filled, if the page bears them out.
    pub grid: Grid,
    /// The tagged cells that are printed here, each with its characters.
    pub inked: Vec<(Leaf, Vec<u32>)>,
    /// All its cells here, empty ones too, rows from 0.
    pub leaves: Vec<Leaf>,
    /// It stands in a cell of another.
    pub nested: bool,
    /// What on the page speaks against it.
    pub doubt: Option<&'static str>,
}

impl Trees {
    pub(crate) fn new(tagged: &[TaggedTable], limits: &Limits) -> Self {
        let mut out = Self::default();
        let mut budget = limits.cells as usize;
        for (t, table) in tagged.iter().enumerate() {
            let tree = place(table, budget);
            for (i, cell) in table.rows.iter().flat_map(|r| &r.cells).enumerate() {
                for &mark in &cell.marks {
                    out.homes.entry(mark).or_insert((t, i));
                }
            }
            budget = budget.saturating_sub(tree.as_ref().map_or(0, |t| t.rows * t.cols));
            out.trees.push(tree);
        }
        out
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.homes.is_empty()
    }

    /// The tables that have characters on the page, in the order of the tree.
    pub(crate) fn parts(&self, page: &PageContent) -> Vec<Part> {
        let home = |c: &Char| self.homes.get(&(page.page.number, c.mcid?)).copied();
        let mut inked: BTreeMap<usize, BTreeMap<usize, Vec<u32>>> = BTreeMap::new();
        for (c, i) in page.chars.iter().zip(0_u32..) {
            if let Some((table, cell)) = home(c) {
                inked.entry(table).or_default().entry(cell).or_default().push(i);
            }
        }
        let whole = |chars: &Vec<u32>| chars.iter().any(|&i| page.chars.get(i as usize).is_some_and(visible));
        let mut out = Vec::new();
        for (table, mut cells) in inked {
            cells.retain(|_, chars| whole(chars));
            let Some(tree) = self.trees.get(table).and_then(Option::as_ref) else { continue };
            let mut part = tree.part(table, page, cells);
            let foreign = |c: &Char| home(c).is_none_or(|(t, _)| !self.within(t, table));
            if let Some(part) = &mut part
                && page.chars.iter().any(|c| visible(c) && foreign(c) && part.grid.rect.contains(c.bbox.center()))
            {
                part.doubt = part.doubt.or(Some("other text stands among its cells"));
            }
            out.extend(part);
        }
        out
    }

    /// Whether a table is `outer` or stands in one of its cells.
    fn within(&self, mut table: usize, outer: usize) -> bool {
        // A table stands behind the one that it is in, so this ends.
        while table > outer {
            match self.trees.get(table).and_then(Option::as_ref).and_then(|t| t.inside) {
                Some(up) if up < table => table = up,
                _ => return false,
            }
        }
        table == outer
    }
}

fn visible(c: &Char) -> bool {
    !c.ch.is_whitespace() && !c.ch.is_control()
}

/// Gives the cells of a table their rows and columns, as HTML does; `None` where it has less than two of either, or
/// more than there may be.
fn place(table: &TaggedTable, budget: usize) -> Option<Tree> {
    let rows = table.rows.len();
    let mut leaves: Vec<Leaf> = Vec::new();
    // The first row in which each column is free again.
    let mut free: Vec<usize> = Vec::new();
    for (row, cells) in table.rows.iter().enumerate() {
        let mut col = 0;
        for cell in &cells.cells {
            while free.get(col).is_some_and(|&f| f > row) {
                col += 1;
            }
            let row_span = (cell.row_span.max(1) as usize).min(rows - row);
            let col_span = cell.col_span.max(1) as usize;
            if col + col_span > COLUMNS {
                return None;
            }
            if free.len() < col + col_span {
                free.resize(col + col_span, 0);
            }
            free.iter_mut().skip(col).take(col_span).for_each(|f| *f = row + row_span);
            leaves.push(Leaf { row, col, row_span, col_span });
            col += col_span;
        }
    }
    let cols = free.len();
    // The only cell of a row is one over all columns, said or not.
    for leaf in leaves.iter_mut().filter(|l| l.col == 0 && l.row_span == 1) {
        if table.rows.get(leaf.row).is_some_and(|r| r.cells.len() == 1) {
            leaf.col_span = cols;
        }
    }
    let tall = leaves.iter().enumerate().filter(|(_, l)| l.row_span > 1).map(|(i, _)| i).collect();
    let fits = rows >= 2 && cols >= 2 && rows.saturating_mul(cols) <= budget;
    fits.then_some(Tree { leaves, tall, rows, cols, inside: table.inside })
}

/// The box of the letters of some characters, without the room that fonts keep above and below them.
fn ink(page: &PageContent, chars: &[u32]) -> Option<Rect> {
    let seen = chars.iter().filter_map(|&i| page.chars.get(i as usize)).filter(|c| visible(c));
    seen.map(|c| {
        let (b, y) = (c.bbox, c.origin.y);
        if c.turn == 0 && !c.vertical { Rect { y0: y - 0.7 * c.size, y1: y + 0.1 * c.size, ..b } } else { b }
    })
    .filter(|r| [r.x0, r.y0, r.x1, r.y1].iter().all(|v| v.is_finite()))
    .reduce(|a, b| a.union(&b))
}

impl Tree {
    fn part(&self, table: usize, page: &PageContent, cells: BTreeMap<usize, Vec<u32>>) -> Option<Part> {
        let (mut lo, mut hi) = (self.rows, 0);
        let mut begun_lo = self.rows;
        let mut inked: Vec<(Leaf, Vec<u32>)> = Vec::new();
        let mut boxes: Vec<Rect> = Vec::new();
        for (i, chars) in cells {
            let (leaf, rect) = (self.leaves.get(i)?.clone(), ink(page, &chars)?);
            begun_lo = begun_lo.min(leaf.row);
            if leaf.row_span == 1 {
                (lo, hi) = (lo.min(leaf.row), hi.max(leaf.row));
            }
            inked.push((leaf, chars));
            boxes.push(rect);
        }
        if lo > hi {
            return None;
        }
        // Empty rows at either end belong to the page where the table begins or ends.
        if begun_lo == 0 {
            lo = 0;
        }
        let sizes = inked.iter().flat_map(|(_, chars)| chars).filter_map(|&i| page.chars.get(i as usize));
        let size = median(sizes.map(|c| c.size.max(1.0)))?;
        let cut = |l: &Leaf| -> Option<Leaf> {
            let (from, upto) = (l.row.max(lo), (l.row + l.row_span).min(hi + 1));
            (from < upto).then(|| Leaf { row: from - lo, row_span: upto - from, ..l.clone() })
        };
        let above = self.tall.iter().filter_map(|&i| self.leaves.get(i)).take_while(|l| l.row < lo);
        let above: Vec<&Leaf> = above.filter(|l| l.row + l.row_span > lo).collect();
        let (from, upto) = (self.leaves.partition_point(|l| l.row < lo), self.leaves.partition_point(|l| l.row <= hi));
        let here = above.iter().copied().chain(self.leaves.get(from..upto)?);
        let leaves: Vec<Leaf> = here.filter_map(cut).collect();
        let begun = above.iter().map(|l| l.col).collect();
        let at: FxHashMap<(usize, usize), usize> =
            leaves.iter().enumerate().map(|(i, l)| ((l.row, l.col), i)).collect();
        let mut cells: Vec<GridCell> = leaves
            .iter()
            .map(|l| GridCell {
                row: l.row,
                col: l.col,
                row_span: l.row_span,
                col_span: l.col_span,
                ..GridCell::default()
            })
            .collect();
        for (leaf, chars) in &mut inked {
            // What is printed wholly outside of its own rows is no cell of theirs.
            *leaf = cut(leaf)?;
            cells.get_mut(*at.get(&(leaf.row, leaf.col))?)?.chars.clone_from(chars);
        }
        let rows = extents(hi + 1 - lo, inked.iter().zip(&boxes).map(|((l, _), b)| (l.row, l.row_span, b.y0, b.y1)));
        let cols = extents(self.cols, inked.iter().zip(&boxes).map(|((l, _), b)| (l.col, l.col_span, b.x0, b.x1)));
        let slack = SLACK * size;
        let apart = |l: &Leaf, b: &Rect| {
            clear(&rows, (l.row, l.row_span), (b.y0, b.y1), slack)
                && clear(&cols, (l.col, l.col_span), (b.x0, b.x1), slack)
        };
        let doubt = if !ordered(&rows, slack) {
            Some("its rows do not stand one below the other")
        } else if !ordered(&cols, slack) {
            Some("its columns do not stand side by side")
        } else if !inked.iter().zip(&boxes).all(|((l, _), b)| apart(l, b)) {
            Some("its cells reach into one another")
        } else if prose(page, &inked) {
            Some("its cells hold running text")
        } else if inked.len() < 2 {
            Some("all its text is in one cell")
        } else {
            None
        };
        let (xs, ys) = (between(&cols, size)?, between(&rows, 0.5 * size)?);
        let rect = Rect { x0: *xs.first()?, y0: *ys.first()?, x1: *xs.last()?, y1: *ys.last()? };
        cells.sort_by_key(|c| (c.row, c.col));
        cells.iter_mut().for_each(|c| read(page, c));
        let part = Box::new(TreePart { table, rows: (lo, hi), begun });
        let kind = TableKind::Tagged;
        let grid = Grid {
            kind,
            rect,
            xs,
            ys,
            cells,
            open_top: true,
            open_bottom: true,
            aligned: false,
            parted: false,
            part: Some(part),
        };
        Some(Part { grid, inked, leaves, nested: self.inside.is_some(), doubt })
    }
}

/// How far rows or columns reach, by what stands in one of them alone: `(first, span, begin, end)`.
fn extents(n: usize, inked: impl Iterator<Item = (usize, usize, f32, f32)>) -> Vec<Option<(f32, f32)>> {
    let mut out: Vec<Option<(f32, f32)>> = vec![None; n];
    for (at, _, a, b) in inked.filter(|i| i.1 == 1) {
        if let Some(slot) = out.get_mut(at) {
            *slot = Some(slot.map_or((a, b), |(x, y)| (x.min(a), y.max(b))));
        }
    }
    out
}

/// Whether rows or columns follow each other without running into one another.
fn ordered(extents: &[Option<(f32, f32)>], slack: f32) -> bool {
    let known: Vec<(f32, f32)> = extents.iter().flatten().copied().collect();
    known.windows(2).all(|p| matches!(p, [a, b] if b.0 >= a.1 - slack))
}

/// Whether what spans some rows or columns keeps out of the others.
fn clear(extents: &[Option<(f32, f32)>], (at, span): (usize, usize), (a, b): (f32, f32), slack: f32) -> bool {
    let before = extents.get(..at).and_then(|e| e.iter().rev().flatten().next());
    let after = extents.get(at + span..).and_then(|e| e.iter().flatten().next());
    before.is_none_or(|e| a >= e.1 - slack) && after.is_none_or(|e| b <= e.0 + slack)
}

/// Whether most of the text is paragraphs: a page laid out with a table.
fn prose(page: &PageContent, inked: &[(Leaf, Vec<u32>)]) -> bool {
    let count = |chars: &[u32]| chars.iter().filter(|&&i| page.chars.get(i as usize).is_some_and(visible)).count();
    let sizes: Vec<usize> = inked.iter().map(|(_, chars)| count(chars)).collect();
    let long: usize = sizes.iter().filter(|&&n| n >= PROSE).sum();
    long * 2 > sizes.iter().sum()
}

/// Boundaries between rows or columns; empty ones share the room between their neighbours evenly, at the ends they are
/// `least` wide.
fn between(extents: &[Option<(f32, f32)>], least: f32) -> Option<Vec<f32>> {
    let (first, last) = (extents.iter().position(Option::is_some)?, extents.iter().rposition(Option::is_some)?);
    let at = |i: usize| extents.get(i).copied().flatten();
    #[expect(clippy::cast_precision_loss, reason = "counts of rows and columns")]
    let steps = |n: usize| n as f32;
    let mut out: Vec<f32> = (0..=first).rev().map(|k| at(first).map_or(0.0, |e| e.0 - least * steps(k))).collect();
    let mut known = first;
    for i in first + 1..=last {
        let (Some(a), Some(b)) = (at(known), at(i)) else { continue };
        // The empty ones in between take equal parts.
        let gaps = i - known - 1;
        if gaps == 0 {
            out.push(f32::midpoint(a.1, b.0));
        } else {
            out.extend((0..=gaps).map(|k| a.1 + (b.0 - a.1) * steps(k) / steps(gaps)));
        }
        known = i;
    }
    out.extend((0..extents.len() - last).map(|k| at(last).map_or(0.0, |e| e.1 + least * steps(k))));
    // Ascending, whatever ran into one another.
    let mut floor = f32::MIN;
    for v in &mut out {
        *v = v.max(floor + 0.1);
        floor = *v;
    }
    (out.len() == extents.len() + 1).then_some(out)
}

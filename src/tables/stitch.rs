use super::cells::{Grid, GridCell, TreePart};
use crate::document::{Anchor, Cell, Rect, Table, TableKind};
use crate::layout::starts_with_ordinal;
use crate::record::State;
use crate::text::read_cell;

/// Column boundaries of two pages agree within this many points.
const AGREE: f32 = 4.0;
/// A repeated header has at most this many rows.
pub(crate) const HEADER: usize = 8;

/// A table while pages are stitched: column boundaries beside the finished cells.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    kind: TableKind,
    xs: Vec<f32>,
    rows: usize,
    cells: Vec<PieceCell>,
    rect: Rect,
    page: u32,
    open_bottom: bool,
    open_top: bool,
    /// The columns come from the alignment of text.
    aligned: bool,
    part: Option<Box<TreePart>>,
}

#[derive(Debug, Clone)]
struct PieceCell {
    cell: GridCell,
    rect: Rect,
    page: u32,
    /// Whether the last line leaves no room for another character.
    full: bool,
}

impl Piece {
    /// A piece from the grid of one page; `outward` maps boxes to the displayed page.
    pub(crate) fn new(grid: Grid, page: u32, outward: impl Fn(Rect) -> Rect) -> Self {
        let rows = grid.rows();
        let rects: Vec<Rect> = grid.cells.iter().map(|c| grid.cell_rect(c)).collect();
        let cells = grid
            .cells
            .into_iter()
            .zip(rects)
            .map(|(cell, rect)| {
                let full = cell.last_line.is_some_and(|(l, em)| {
                    // As much margin on the right as on the left, and no room for another character.
                    rect.x1 - l.x1 < 1.2 * em + (l.x0 - rect.x0).clamp(0.0, em)
                });
                PieceCell { cell, rect: outward(rect), page, full }
            })
            .collect();
        Self {
            kind: grid.kind,
            xs: grid.xs,
            rows,
            cells,
            rect: outward(grid.rect),
            page,
            open_bottom: grid.open_bottom,
            open_top: grid.open_top,
            aligned: grid.aligned,
            part: grid.part,
        }
    }

    /// Where numbers stand that their cells break over lines, each with the number.
    pub(crate) fn wrapped(&self) -> Vec<(String, Anchor)> {
        let broken = self.cells.iter().filter(|c| c.cell.wrapped);
        broken.map(|c| (c.cell.text.clone(), Anchor::Page { page: c.page, bbox: c.rect })).collect()
    }

    /// The finished table.
    pub(crate) fn table(self) -> Table {
        let mut cells: Vec<PieceCell> = self.cells;
        cells.sort_by_key(|c| (c.cell.row, c.cell.col));
        Table {
            kind: self.kind,
            rows: self.rows,
            cols: self.xs.len().saturating_sub(1),
            cells: cells
                .into_iter()
                .map(|c| Cell {
                    row: c.cell.row,
                    col: c.cell.col,
                    row_span: c.cell.row_span,
                    col_span: c.cell.col_span,
                    text: c.cell.text,
                    anchor: Anchor::Page { page: c.page, bbox: c.rect },
                })
                .collect(),
            caption: String::new(),
            anchor: Anchor::Page { page: self.page, bbox: self.rect },
        }
    }

    /// Texts of a row by column, without white space.
    fn row(&self, row: usize) -> Vec<(f32, String)> {
        let mut out: Vec<(usize, String)> = self
            .cells
            .iter()
            .filter(|c| c.cell.row == row && !c.cell.text.is_empty())
            .map(|c| (c.cell.col, c.cell.text.chars().filter(|c| !c.is_whitespace()).collect()))
            .collect();
        out.sort();
        out.into_iter().map(|(c, t)| (self.xs.get(c).copied().unwrap_or_default(), t)).collect()
    }
}

/// Appends `next`, the first thing on its page, to `table`, the last thing on the page before, if it continues it.
///
/// # Errors
/// Gives `next` back where the two are different tables.
pub(crate) fn stitch(table: &mut Piece, mut next: Piece) -> Result<(), Piece> {
    if let (Some(a), Some(b)) = (&mut table.part, &next.part) {
        // The tree says itself where a table goes on.
        if a.table != b.table || a.rows.1 > b.rows.0 {
            return Err(next);
        }
        let torn = a.rows.1 == b.rows.0;
        a.rows.1 = b.rows.1;
        let begun = b.begun.clone();
        append_tagged(table, next, torn, &begun);
        return Ok(());
    }
    let ends = |p: &Piece| Some((*p.xs.first()?, *p.xs.last()?));
    let (Some((a0, a1)), Some((b0, b1))) = (ends(table), ends(&next)) else { return Err(next) };
    if table.kind == TableKind::Borderless && next.kind == TableKind::Borderless {
        if !agree(table, &mut next) {
            return Err(next);
        }
        return append(table, next);
    }
    let shift = b0 - a0;
    let width = (a1 - a0).max(1.0);
    if ((b1 - b0) - width).abs() > (0.015 * width).max(AGREE) || shift.abs() > 0.15 * width || table.kind != next.kind {
        return Err(next);
    }
    for x in &mut next.xs {
        *x -= shift;
    }
    if table.aligned && next.aligned && !agree(table, &mut next) {
        return Err(next);
    }
    append(table, next)
}

/// Brings two pieces without rules onto the columns of the one that has more; whether their columns agree.
fn agree(table: &mut Piece, next: &mut Piece) -> bool {
    let (a, b) = (table.xs.len(), next.xs.len());
    let (fine, coarse) = if a >= b { (&table.xs, &next.xs) } else { (&next.xs, &table.xs) };
    let (Some(f0), Some(f1), Some(c0), Some(c1)) = (fine.first(), fine.last(), coarse.first(), coarse.last()) else {
        return false;
    };
    let width = (f1 - f0).max(1.0);
    if (f0 - c0).abs() > 0.12 * width || (f1 - c1).abs() > 0.12 * width || a.min(b) * 10 < a.max(b) * 7 {
        return false;
    }
    // Each coarse column goes to the fine one that shares most of it, in order.
    let mut to: Vec<usize> = Vec::new();
    for c in coarse.windows(2) {
        let [lo, hi] = *c else { continue };
        let best = fine
            .windows(2)
            .enumerate()
            .filter_map(|(i, f)| match f {
                [l, h] => Some((i, (h.min(hi) - l.max(lo)) / (h - l).max(hi - lo).max(0.1))),
                _ => None,
            })
            .max_by(|x, y| x.1.total_cmp(&y.1).then(y.0.cmp(&x.0)));
        match best {
            Some((i, share)) if share > 0.2 && to.last().is_none_or(|&t| i > t) => to.push(i),
            _ => return false,
        }
    }
    let all = fine.clone();
    let piece = if a >= b { next } else { table };
    for c in &mut piece.cells {
        let from = to.get(c.cell.col).copied().unwrap_or_default();
        let last = to.get(c.cell.col + c.cell.col_span - 1).copied().unwrap_or(from);
        c.cell.col = from;
        c.cell.col_span = last.saturating_sub(from) + 1;
    }
    piece.xs = all;
    true
}

/// Appends the rows of `next`, a part of the same tagged table; `torn` where its first row begins in `table`, `begun`
/// the columns of the cells that do.
fn append_tagged(table: &mut Piece, next: Piece, torn: bool, begun: &[usize]) {
    let before = table.rows;
    let base = before - usize::from(torn && before > 0);
    for mut c in next.cells {
        let goes_on = c.cell.row == 0 && (torn || begun.contains(&c.cell.col));
        c.cell.row += base;
        let above = |a: &&mut PieceCell| a.cell.col == c.cell.col && a.cell.row + a.cell.row_span == before;
        match table.cells.iter_mut().find(above).filter(|_| goes_on) {
            Some(above) => absorb(above, c),
            None => table.cells.push(c),
        }
    }
    table.rows = base + next.rows;
    table.open_bottom = next.open_bottom;
}

/// Appends the rows of `next`, without a repeated header.
fn append(table: &mut Piece, mut next: Piece) -> Result<(), Piece> {
    let repeated = repeated_rows(table, &next);
    if repeated == next.rows && next.rows > 0 {
        return Err(next);
    }
    let all = union(&table.xs, &next.xs);
    remap(table, &all);
    remap(&mut next, &all);
    drop_rows(&mut next, repeated);
    let before = table.rows;
    let torn = torn(table, &next);
    let base = if torn { before.saturating_sub(1) } else { before };
    let subs = itemised(table, &next);
    let head = torn_head(table, &next);
    for mut c in std::mem::take(&mut next.cells) {
        let top = c.cell.row == 0;
        c.cell.row += base;
        let joined = torn || head.contains(&c.cell.col);
        if top && let Some(above) = partner(table, &c, before, joined, subs.contains(&(c.cell.col + c.cell.col_span))) {
            absorb(above, c);
            continue;
        }
        table.cells.push(c);
    }
    table.rows = base + next.rows;
    table.open_bottom = next.open_bottom;
    Ok(())
}

/// How many first rows of `next` repeat the first rows of `table` word for word.
fn repeated_rows(table: &Piece, next: &Piece) -> usize {
    (0..table.rows.min(next.rows).min(HEADER))
        .take_while(|&r| {
            let (a, b) = (table.row(r), next.row(r));
            // A row without text of its own (under spanning cells) repeats if the one above it did.
            a.len() == b.len()
                && a.iter().zip(&b).all(|(x, y)| x.1 == y.1 && (x.0 - y.0).abs() <= 2.0 * AGREE)
                && (r > 0 || !a.is_empty())
        })
        .count()
}

/// Column boundaries of either, nearer ones taken as one.
fn union(a: &[f32], b: &[f32]) -> Vec<f32> {
    let mut all: Vec<f32> = a.to_vec();
    for &x in b {
        if !all.iter().any(|&y| (x - y).abs() <= AGREE) {
            all.push(x);
        }
    }
    all.sort_by(f32::total_cmp);
    all
}

/// Moves the cells of a piece onto finer columns.
fn remap(piece: &mut Piece, all: &[f32]) {
    let to: Vec<usize> = piece
        .xs
        .iter()
        .map(|&x| {
            all.iter().enumerate().min_by(|a, b| (a.1 - x).abs().total_cmp(&(b.1 - x).abs())).map_or(0, |(i, _)| i)
        })
        .collect();
    for c in &mut piece.cells {
        let from = to.get(c.cell.col).copied().unwrap_or_default();
        let upto = to.get(c.cell.col + c.cell.col_span).copied().unwrap_or(from + 1);
        c.cell.col = from;
        c.cell.col_span = upto.saturating_sub(from).max(1);
    }
    piece.xs = all.to_vec();
}

/// Drops the first `n` rows; a cell that reaches below them keeps its lower part.
fn drop_rows(piece: &mut Piece, n: usize) {
    piece.cells.retain_mut(|c| {
        let end = c.cell.row + c.cell.row_span;
        if end <= n {
            return false;
        }
        let row = c.cell.row.max(n);
        c.cell.row_span = end - row;
        c.cell.row = row - n;
        true
    });
    piece.rows = piece.rows.saturating_sub(n);
}

/// Whether the first row of `next` is the lower part of the last row of `table`.
fn torn(table: &Piece, next: &Piece) -> bool {
    let last = table.rows.saturating_sub(1);
    let sorted = |mut v: Vec<&PieceCell>| {
        v.sort_by_key(|c| c.cell.col);
        v.into_iter().cloned().collect::<Vec<_>>()
    };
    let mut a = sorted(table.cells.iter().filter(|c| c.cell.row + c.cell.row_span == last + 1).collect());
    let mut b = sorted(next.cells.iter().filter(|c| c.cell.row == 0).collect());
    let shape = |v: &[PieceCell]| v.iter().map(|c| (c.cell.col, c.cell.col_span)).collect::<Vec<_>>();
    if shape(&a) != shape(&b) {
        return false;
    }
    // Groups that span rows on either side say nothing about this row.
    let spans: Vec<bool> = a.iter().zip(&b).map(|(x, y)| x.cell.row_span > 1 || y.cell.row_span > 1).collect();
    for v in [&mut a, &mut b] {
        let mut s = spans.iter();
        v.retain(|_| s.next() == Some(&false));
    }
    if a.len() < 2 {
        return false;
    }
    let empty = |c: &PieceCell| c.cell.text.is_empty();
    let inked = |v: &[PieceCell]| v.iter().any(|c| !empty(c));
    if !inked(&a) || !inked(&b) {
        return false;
    }
    let (Some(label), Some(more)) = (a.first(), b.first()) else { return false };
    let below_empty = b.iter().skip(1).all(empty);
    let above_empty = a.iter().skip(1).all(empty);
    let valued = |c: &PieceCell| !empty(c) && !c.cell.text.chars().any(char::is_alphabetic);
    if empty(more) && above_empty && b.iter().skip(1).all(valued) {
        // A label alone above, values alone below.
        return !empty(label);
    }
    // Each column stands on one side only: the row was cut between its lines, unless its own label stands below it.
    if a.iter().zip(&b).all(|(x, y)| empty(x) || empty(y)) {
        return above_empty || !empty(more) || !label_below(next, more);
    }
    // A label goes on, or stands above alone: so may the numbers beside it. They stay in lines, which are no number.
    let valued = |v: &[PieceCell]| v.iter().skip(1).any(valued) && !v.iter().skip(1).any(|c| letters(&c.cell.text));
    // Without labels, the only row of numbers, which fill their cells, goes on in the only one below.
    let bare = |c: &PieceCell| !c.cell.text.chars().any(|c| !c.is_numeric() && !c.is_whitespace());
    let above = |c: &&PieceCell| c.cell.row + c.cell.row_span <= last;
    let only = next.rows == 1 && !table.cells.iter().filter(above).any(|c| !empty(c) && bare(c));
    if only && a.iter().chain(&b).all(bare) && a.iter().zip(&b).all(|(x, y)| empty(y) || x.full && !empty(x)) {
        return true;
    }
    if valued(&a) && valued(&b) && letters(&label.cell.text) {
        let ordinals = numbered(table, label) || starts_with_ordinal(&label.cell.text) && begun(next, label);
        let goes_on = !empty(more) && label.full && ordinals && !starts_with_ordinal(&more.cell.text);
        if goes_on || empty(more) && labelled(table, next, label) {
            return true;
        }
    }
    let digits = |c: &PieceCell| c.cell.text.chars().any(char::is_numeric);
    // Narrow header cells with one line on each page.
    let wrapped = |x: &PieceCell, y: &PieceCell| empty(y) || (x.full && !empty(x) && !digits(x) && !digits(y));
    if a.iter().zip(&b).all(|(x, y)| wrapped(x, y)) {
        return true;
    }
    if empty(more) {
        // Only the second line of a value stands on the next page.
        return !empty(label) && !below_empty && b.iter().skip(1).any(empty) && (table.open_bottom || next.open_top);
    }
    // The label goes on; the values stand on one side only.
    (below_empty != above_empty)
        && !starts_with_ordinal(&more.cell.text)
        && (label.full || numbered(table, label) || cut_off(&label.cell.text, &more.cell.text))
}

/// Whether the second row has a label below the given cell and no values, as where lines of one row became two.
fn label_below(next: &Piece, above: &PieceCell) -> bool {
    let end = above.cell.col + above.cell.col_span;
    let second = || next.cells.iter().filter(|c| c.cell.row == 1);
    second().any(|c| c.cell.col + c.cell.col_span == end && letters(&c.cell.text))
        && second().all(|c| c.cell.col < end || c.cell.text.is_empty())
}

fn letters(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// Whether most rows below the first of a piece begin with an ordinal in the column of a label.
fn begun(next: &Piece, label: &PieceCell) -> bool {
    let below = next.cells.iter().filter(|c| c.cell.col == label.cell.col && c.cell.row > 0 && !c.cell.text.is_empty());
    let (all, with) =
        below.fold((0, 0), |(all, with), c| (all + 1, with + usize::from(starts_with_ordinal(&c.cell.text))));
    with >= 2 && with * 2 > all
}

/// Whether nearly all cells in the column of a label hold text, on both sides of the page break.
fn labelled(table: &Piece, next: &Piece, label: &PieceCell) -> bool {
    let end = |c: &PieceCell| c.cell.col + c.cell.col_span;
    let below = next.cells.iter().filter(|c| c.cell.row > 0);
    let column = table.cells.iter().chain(below).filter(|c| end(c) == end(label));
    let (all, with) = column.fold((0, 0), |(all, with), c| (all + 1, with + usize::from(letters(&c.cell.text))));
    with >= 3 && with * 10 >= all * 9
}

/// Whether two pieces of a label cannot stand alone: an ordinal without its label above, punctuation first below.
fn cut_off(upper: &str, lower: &str) -> bool {
    let bare = |c: char| c.is_ascii_digit() || c.is_whitespace();
    (!upper.is_empty() && upper.chars().all(bare)) || lower.trim_start().starts_with(['.', '、', '．', '）', ')', '，'])
}

/// Columns of a boxhead whose names are cut by the page break: full lines above, more letters below, no number in
/// either row.
fn torn_head(table: &Piece, next: &Piece) -> Vec<usize> {
    let upper: Vec<&PieceCell> = table.cells.iter().filter(|c| c.cell.row + c.cell.row_span == table.rows).collect();
    let lower: Vec<&PieceCell> = next.cells.iter().filter(|c| c.cell.row == 0).collect();
    if upper.iter().chain(&lower).any(|c| c.cell.text.chars().any(char::is_numeric)) {
        return Vec::new();
    }
    // Names above several others tell that the rows are one boxhead.
    let inked = |c: &PieceCell| !c.cell.text.is_empty();
    let under = |a: &PieceCell, b: &PieceCell| {
        b.cell.col >= a.cell.col && b.cell.col + b.cell.col_span <= a.cell.col + a.cell.col_span
    };
    let heads = upper.iter().any(|a| inked(a) && lower.iter().filter(|b| inked(b) && under(a, b)).count() > 1);
    let goes_on = |a: &PieceCell, b: &PieceCell| {
        let place = |c: &PieceCell| (c.cell.col, c.cell.col_span);
        let named = inked(a) && (a.full && inked(b) || heads && !inked(b)) && !starts_with_ordinal(&b.cell.text);
        place(a) == place(b) && named && a.cell.text != b.cell.text
    };
    let found: Vec<usize> = upper.iter().filter(|a| lower.iter().any(|b| goes_on(a, b))).map(|a| a.cell.col).collect();
    if found.len() >= 3 || heads { found } else { Vec::new() }
}

/// Columns whose cells on both sides of the page break begin with an ordinal: items of a group beside them.
fn itemised(table: &Piece, next: &Piece) -> Vec<usize> {
    let ordinal = |c: &&PieceCell| starts_with_ordinal(&c.cell.text) && !is_number(&c.cell.text);
    let upper: Vec<usize> = table
        .cells
        .iter()
        .filter(|c| c.cell.row + c.cell.row_span == table.rows)
        .filter(ordinal)
        .map(|c| c.cell.col)
        .collect();
    next.cells
        .iter()
        .filter(|c| c.cell.row == 0)
        .filter(ordinal)
        .map(|c| c.cell.col)
        .filter(|c| upper.contains(c))
        .collect()
}

/// Whether the cells of a column carry ordinals, the given one too: then one without goes on from the last.
fn numbered(table: &Piece, cell: &PieceCell) -> bool {
    let column = table.cells.iter().filter(|c| c.cell.col == cell.cell.col && !c.cell.text.is_empty());
    let (mut with, mut without) = (0, 0);
    for c in column {
        if starts_with_ordinal(&c.cell.text) { with += 1 } else { without += 1 }
    }
    starts_with_ordinal(&cell.cell.text) && with >= 2 && with > without
}

/// The cell above the page break that the first-row cell `c` continues.
fn partner<'a>(table: &'a mut Piece, c: &PieceCell, before: usize, torn: bool, sub: bool) -> Option<&'a mut PieceCell> {
    let at = table.cells.iter().position(|a| {
        a.cell.row + a.cell.row_span == before && a.cell.col == c.cell.col && a.cell.col_span == c.cell.col_span
    })?;
    let above = table.cells.get(at)?;
    if !torn {
        let strip = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let (upper, lower) = (strip(&above.cell.text), strip(&c.cell.text));
        let valued = read_cell(&lower).state != State::Text;
        let words = !upper.is_empty() && !starts_with_ordinal(&lower) && !valued;
        let ordinals = words && numbered(table, above);
        // Only a cell that spans rows on one side can be a group cut in two; a number beside items is a value of its
        // own row, whatever stands below it.
        let value = is_number(&upper) || is_number(&lower);
        let group = above.cell.row_span > 1 || c.cell.row_span > 1 || sub && !value;
        if !group || !(lower.is_empty() || lower == upper || words && above.full || ordinals && !lower.is_empty()) {
            return None;
        }
    }
    table.cells.get_mut(at)
}

/// Whether a text is a number, separators and decimals allowed.
fn is_number(text: &str) -> bool {
    text.chars().any(char::is_numeric)
        && text.chars().all(|c| c.is_numeric() || matches!(c, '.' | ',' | '，' | '-' | '%'))
}

/// Joins the lower part of a cell cut by a page break to its upper part.
fn absorb(above: &mut PieceCell, c: PieceCell) {
    above.cell.row_span = (c.cell.row + c.cell.row_span).saturating_sub(above.cell.row).max(above.cell.row_span);
    if above.cell.text.is_empty() {
        above.cell.text = c.cell.text;
        above.rect = c.rect;
        above.page = c.page;
    } else if !c.cell.text.is_empty() && c.cell.text != above.cell.text {
        above.cell.text.push('\n');
        above.cell.text.push_str(&c.cell.text);
    }
    above.full = c.full;
}

//! A row's value cells under a boxhead: which cell is which column's, and what that rests on.

use super::boxhead::{Boxhead, Leaf};
use super::grid::Grid;
use super::vocabulary::Reader;
use crate::document::TableKind;
use crate::record::State;

/// Fewest names of columns that tell where the others stand.
const LEAST_NAMES: usize = 3;

/// How a row's value cells were put under the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// As many cells as columns, in the header's order.
    Header,
    /// By their place in the grid.
    Place,
    /// By the form's order alone.
    Order,
    /// By place, with cells missing or left over: to be looked at.
    Ragged,
    /// The first cells of a row within which the text ends.
    Cut,
}

/// The value cells of a row with their columns.
pub(crate) struct Mapping {
    /// Column of the part and cell.
    pub cells: Vec<(usize, usize)>,
    pub basis: Basis,
}

/// Puts a row's value cells (right of its label) under the columns of the part.
pub(crate) fn map_row(
    grid: &Grid,
    row: usize,
    own: Option<usize>,
    boxhead: Option<&Boxhead>,
    columns: usize,
    reader: &Reader,
) -> Option<Mapping> {
    let start = own.and_then(|o| grid.cell(o)).map(|c| c.col + c.col_span.max(1));
    let position = own.and_then(|o| grid.row(row).iter().position(|&c| c == o));
    let all: Vec<usize> = grid.row(row).iter().copied().skip(position.map_or(0, |p| p + 1)).collect();
    let starting: Vec<usize> = all.iter().copied().filter(|&c| grid.cell(c).is_some_and(|x| x.row == row)).collect();
    let blank = |cell: &usize| reader.get(grid.text(*cell)).is_blank();
    let Some(head) = boxhead else {
        // No header anywhere: the form's order, if the count is the form's. A unit of measure is no value.
        let unit =
            |cell: &&usize| Some(reader.get(grid.text(**cell))).is_some_and(|t| t.state == State::Text && t.is_unit());
        for cells in [&starting, &all] {
            let cells = cells.get(usize::from(cells.first().is_some_and(|c| unit(&c)))..).unwrap_or(&[]);
            let fits = cells.len() == columns || (cells.len() > columns && cells.iter().skip(columns).all(blank));
            if fits {
                return Some(by_order(cells, columns));
            }
        }
        return None;
    };
    let first = head.leaves.iter().map(|l| l.col).min().unwrap_or(0);
    let before: Vec<&Leaf> = head.extras.iter().filter(|e| e.col < first && start.is_none_or(|s| e.col >= s)).collect();
    let after = head.extras.iter().filter(|e| e.col >= first).count();
    let last = head.leaves.iter().map(|l| l.end).max().unwrap_or(0);
    let within = head.extras.iter().filter(|e| e.col >= first && e.col < last).count();
    if headless_in_front(grid, &all, head, blank) {
        return [&starting, &all].into_iter().find_map(|cells| below_a_cut_head(grid, cells, head, columns));
    }
    if let Some(mapping) = invented(&starting, head, columns, start).or_else(|| invented(&all, head, columns, start)) {
        return Some(mapping);
    }
    if grid.table.kind != TableKind::Borderless
        && !head.carried
        && let Some(mapping) = in_even_rows(grid, row, &all, head, blank)
    {
        return Some(mapping);
    }
    if grid.table.kind == TableKind::Delimited
        && !head.carried
        && let Some(mapping) = repeated(grid, row, &all, head)
    {
        return Some(mapping);
    }
    if let Some(mapping) = alone(grid, &all, head, columns, reader) {
        return Some(mapping);
    }
    if head.ordered && (within == 0 || grid.table.kind == TableKind::Delimited && head.extras.len() == after) {
        let known: Vec<usize> = head.leaves.iter().filter_map(|l| l.column).collect();
        // A nameless column between the named ones: a blank at the end may be a value, the one in between the surplus.
        let gapped = head.leaves.windows(2).any(|w| matches!(w, [a, b] if a.end < b.col));
        for cells in [&starting, &all] {
            for skip in [0, before.len()] {
                let rest = cells.get(skip..).unwrap_or(&[]);
                let surplus = rest.len().checked_sub(known.len());
                let trails = || !gapped && rest.iter().skip(known.len()).all(blank);
                let fits = surplus.is_some_and(|s| s == 0 || s == after || trails());
                let units = skip == 0
                    && !before.is_empty()
                    && rest.first().is_some_and(|c| !reader.get(grid.text(*c)).is_value());
                // A cell under a header left of the columns (行次) is no value, whatever the count.
                let margin = skip == 0
                    && surplus != Some(0)
                    && head.placed
                    && grid.table.kind != TableKind::Delimited
                    && rest.first().is_some_and(|&c| before.iter().any(|e| e.is_above(grid, c)));
                if fits && !units && !margin && within == 0 && in_place(grid, &head.leaves, rest, head, blank) {
                    // A blank last cell in place of the remarks behind the columns: a value may be lost.
                    let at_margin = || after > 0 && rest.last().is_some_and(blank);
                    let lost = surplus == Some(0) && (at_margin() || short_of_margin(grid, rest, head, blank));
                    let padded = surplus.is_some_and(|s| s > 0 && padded_in_front(grid, rest, s, head, blank));
                    let basis = if lost || padded || uneven(grid, all.get(skip..).unwrap_or(&[]), head, after) {
                        Basis::Ragged
                    } else {
                        Basis::Header
                    };
                    let cells = known.iter().copied().zip(rest.iter().copied()).collect();
                    return Some(Mapping { cells, basis });
                }
                if before.is_empty() {
                    break;
                }
            }
        }
    }
    // Columns that begin above the row's own label: a cell of the boxhead or of the stub is lost, and places tell nothing.
    let shifted = |l: &Leaf| start.is_some_and(|s| l.col < s);
    if grid.table.kind != TableKind::Delimited && !head.carried && head.leaves.iter().any(shifted) {
        return None;
    }
    // A header row of one level: its cells and the row's cells one to one.
    let mut sequence: Vec<&Leaf> =
        head.leaves.iter().chain(&head.extras).filter(|l| start.is_none_or(|s| l.col >= s)).collect();
    sequence.sort_by_key(|l| l.col);
    if !head.carried || grid.table.kind == TableKind::Delimited {
        for cells in [&starting, &all] {
            let distinct = sequence.windows(2).all(|w| matches!(w, [a, b] if a.end <= b.col));
            let agrees = !head.ordered
                || sequence
                    .iter()
                    .filter_map(|l| l.column)
                    .collect::<Vec<_>>()
                    .windows(2)
                    .all(|w| w.first() < w.last());
            if !distinct
                || !agrees
                || cells.len() != sequence.len()
                || !in_place(grid, sequence.iter().copied(), cells, head, blank)
            {
                continue;
            }
            if !head.ordered && strays(grid, &sequence, cells) {
                return in_form_order(grid, cells, head, columns);
            }
            let cells: Vec<(usize, usize)> =
                sequence.iter().zip(cells.iter()).filter_map(|(l, &c)| Some((l.column?, c))).collect();
            return Some(Mapping { cells, basis: Basis::Header });
        }
    }
    if let Some(mapping) = cut(grid, row, &all, head, columns, blank) {
        return Some(mapping);
    }
    if !head.astray && (head.carried || head.placed && grid.table.kind != TableKind::Delimited) {
        for cells in [&starting, &all] {
            if let Some(mut mapping) = by_place(grid, cells, head, blank) {
                // The row is longer than a boxhead that is not the form's own: a header may have been dropped.
                let strange = head.leaves.len() < columns || !head.extras.is_empty();
                let markup = grid.table.kind == TableKind::Markup && !head.carried;
                if markup && strange && overhangs(grid, cells, head) {
                    mapping.basis = Basis::Ragged;
                }
                return Some(mapping);
            }
        }
    }
    [&starting, &all]
        .into_iter()
        .find_map(|cells| anchored(grid, cells, head, columns).or_else(|| behind_a_blank(cells, head, within, blank)))
}

/// The one value under the only header of a part: blank cells and a unit beside it are no other columns'.
fn alone(grid: &Grid, cells: &[usize], head: &Boxhead, columns: usize, reader: &Reader) -> Option<Mapping> {
    let ([leaf], 1, true) = (head.leaves.as_slice(), columns, head.extras.is_empty() && !head.carried) else {
        return None;
    };
    let text = |cell: &usize| reader.get(grid.text(*cell));
    let mut printed = cells.iter().filter(|c| !text(c).is_blank() && !text(c).is_unit());
    let (value, others) = (printed.next()?, printed.next());
    let column = leaf.column.filter(|_| cells.len() > 1 && others.is_none() && text(value).is_value())?;
    Some(Mapping { cells: vec![(column, *value)], basis: Basis::Place })
}

/// Under headers in the form's order, all cells of a row behind a blank one that is too many, where no other cell is
/// blank and so none other can be it: for the sums to prove.
fn behind_a_blank(cells: &[usize], head: &Boxhead, within: usize, blank: impl Fn(&usize) -> bool) -> Option<Mapping> {
    let known: Vec<usize> = head.leaves.iter().filter_map(|l| l.column).collect();
    let fits = head.ordered && within == 0 && cells.len() == known.len() + 1;
    let padded = cells.first().is_some_and(&blank) && !cells.iter().skip(1).any(blank);
    let cells = known.into_iter().zip(cells.iter().copied().skip(1)).collect();
    (fits && padded).then_some(Mapping { cells, basis: Basis::Ragged })
}

/// Whether no cell of a row stands clear of the headers that it would get by its number, and under another one: of
/// cells that have a place on the page it counts for more than their number.
fn in_place<'l>(
    grid: &Grid,
    headers: impl IntoIterator<Item = &'l Leaf>,
    cells: &[usize],
    head: &Boxhead,
    blank: impl Fn(&usize) -> bool,
) -> bool {
    if !grid.is_drawn() || head.carried || !head.placed {
        return true;
    }
    let others = |cell: usize| head.leaves.iter().chain(&head.extras).any(|other| other.is_above(grid, cell));
    let mut placed = headers.into_iter().zip(cells).filter(|(_, cell)| !blank(cell));
    placed.all(|(header, &cell)| header.is_above(grid, cell) || !others(cell))
}

/// Whether headers that print the columns in an order of their own do not stand above the cells of a row that is as
/// long: their spans are wrong, and the order may be, too.
fn strays(grid: &Grid, sequence: &[&Leaf], cells: &[usize]) -> bool {
    let above = |(leaf, cell): (&&Leaf, &usize)| leaf.is_above(grid, *cell);
    grid.table.kind != TableKind::Delimited && !sequence.iter().zip(cells).all(above)
}

/// By the form's order under headers whose spans are wrong: they are those of the form and no others, and each of their
/// rows prints its own in the form's order.
fn in_form_order(grid: &Grid, cells: &[usize], head: &Boxhead, columns: usize) -> Option<Mapping> {
    let place = |leaf: &Leaf| grid.cell(leaf.cell).map_or((0, 0), |c| (c.row, leaf.col));
    let mut printed: Vec<&Leaf> = head.leaves.iter().collect();
    printed.sort_by_key(|l| place(l));
    let in_order = printed.windows(2).all(|w| matches!(w, [a, b] if place(a).0 != place(b).0 || a.column < b.column));
    let own = head.extras.is_empty() && head.leaves.len() == columns && cells.len() == columns;
    (own && in_order).then(|| by_order(cells, columns))
}

/// Whether a row with cells too many may have them in front of its values as well as behind: both are blank, and its
/// first cell does not stand under the first column.
fn padded_in_front(
    grid: &Grid,
    cells: &[usize],
    surplus: usize,
    head: &Boxhead,
    blank: impl Fn(&usize) -> bool,
) -> bool {
    let col = |cell: &usize| grid.cell(*cell).map(|c| c.col);
    let under = head.placed
        && !head.carried
        && grid.table.kind != TableKind::Delimited
        && cells.first().and_then(col) == head.leaves.iter().map(|l| l.col).min();
    !under && cells.iter().take(surplus).all(&blank) && !cells.iter().all(&blank)
}

/// Whether a row that counts right may have lost a value or got one too many: it ends before the columns of remarks
/// behind its own, or behind the end of the boxhead.
fn uneven(grid: &Grid, cells: &[usize], head: &Boxhead, after: usize) -> bool {
    if head.carried || !head.placed || matches!(grid.table.kind, TableKind::Delimited | TableKind::Borderless) {
        return false;
    }
    // As many cells as columns, and no other column behind: wrong spans alone do not shift them.
    if cells.len() == head.leaves.len() { after > 0 } else { overhangs(grid, cells, head) }
}

/// Whether a row that ends in a blank ends before the blank margin that its boxhead has behind the columns: the blank
/// may be the margin's, and a value lost.
fn short_of_margin(grid: &Grid, cells: &[usize], head: &Boxhead, blank: impl Fn(&usize) -> bool) -> bool {
    if head.carried || !head.placed || grid.table.kind == TableKind::Delimited || !cells.last().is_some_and(&blank) {
        return false;
    }
    let last = head.leaves.iter().map(|l| l.end).max().unwrap_or(0);
    let end = cells.iter().filter_map(|&c| grid.cell(c)).map(|c| c.col + c.col_span.max(1)).max().unwrap_or(0);
    let rows = head.leaves.iter().filter_map(|l| grid.cell(l.cell)).map(|c| grid.row(c.row));
    rows.into_iter().flatten().any(|c| blank(c) && grid.cell(*c).is_some_and(|c| c.col >= last && c.col >= end))
}

/// Whether a row ends behind the end of its boxhead.
fn overhangs(grid: &Grid, cells: &[usize], head: &Boxhead) -> bool {
    let end = |cells: &[usize]| cells.iter().filter_map(|&c| grid.cell(c)).map(|c| c.col + c.col_span.max(1)).max();
    let header = head.leaves.iter().filter_map(|l| grid.cell(l.cell)).filter_map(|c| end(grid.row(c.row))).max();
    end(cells) > header
}

/// By the form's order under a boxhead of which a page break left some names: the row has as many cells as the form
/// columns, and those below the names stand in their places.
fn anchored(grid: &Grid, cells: &[usize], head: &Boxhead, columns: usize) -> Option<Mapping> {
    let own = !head.carried && head.placed && head.extras.is_empty() && grid.table.kind != TableKind::Delimited;
    if !own || cells.len() != columns || head.leaves.len() < LEAST_NAMES || head.leaves.len() * 2 < columns {
        return None;
    }
    let in_place =
        |leaf: &Leaf| !leaf.guessed && only_below(grid, leaf, cells).is_some_and(|at| leaf.column == Some(at));
    head.leaves.iter().all(in_place).then(|| by_order(cells, columns))
}

/// The number of the one cell below a header; none where there are several.
fn only_below(grid: &Grid, leaf: &Leaf, cells: &[usize]) -> Option<usize> {
    let mut below = cells.iter().enumerate().filter(|(_, cell)| leaf.is_above(grid, **cell)).map(|(at, _)| at);
    below.next().filter(|_| below.next().is_none())
}

/// All cells in the form's order.
fn by_order(cells: &[usize], columns: usize) -> Mapping {
    Mapping { cells: (0..columns).zip(cells.iter().copied()).collect(), basis: Basis::Order }
}

/// The first cells of the row within which the text ends.
fn cut(
    grid: &Grid,
    row: usize,
    cells: &[usize],
    head: &Boxhead,
    columns: usize,
    blank: impl Fn(&usize) -> bool,
) -> Option<Mapping> {
    let whole = head.leaves.len() == columns && head.ordered && head.extras.is_empty();
    if !grid.ends || row + 1 != grid.rows.len() || !whole || grid.table.kind != TableKind::Delimited {
        return None;
    }
    let printed = cells.iter().rposition(|c| !blank(c)).map_or(0, |last| last + 1);
    let known = head.leaves.iter().filter_map(|l| l.column);
    let cells: Vec<(usize, usize)> = known.zip(cells.iter().take(printed).copied()).collect();
    (printed > 0 && printed < columns).then_some(Mapping { cells, basis: Basis::Cut })
}

/// Whether values stand in front of the first header under no header at all, where several groups of columns have the
/// same headers and nothing tells which these are: the head of the boxhead is lost, and those in front with it.
fn headless_in_front(grid: &Grid, cells: &[usize], head: &Boxhead, blank: impl Fn(&usize) -> bool) -> bool {
    let first = head.leaves.iter().map(|l| l.col).min().unwrap_or(0);
    let headed = |col: usize, end: usize| head.extras.iter().any(|e| e.over(col, end));
    let stray = |cell: &usize| {
        let place = grid.cell(*cell).map(|c| (c.col, c.col + c.col_span.max(1)));
        place.is_some_and(|(col, end)| end <= first && !headed(col, end)) && !blank(cell)
    };
    let guessed = head.leaves.iter().any(|l| l.guessed) && head.placed && !head.carried;
    guessed && grid.table.kind != TableKind::Delimited && cells.iter().any(stray)
}

/// By the form's order where the row has as many cells as the form columns, and each header that is left stands above
/// one that it names.
fn below_a_cut_head(grid: &Grid, cells: &[usize], head: &Boxhead, columns: usize) -> Option<Mapping> {
    let above_its_own = |leaf: &Leaf| only_below(grid, leaf, cells).is_some_and(|at| leaf.named.contains(&at));
    let fits = cells.len() == columns && head.extras.is_empty() && head.leaves.iter().all(above_its_own);
    fits.then(|| by_order(cells, columns))
}

/// By the form's order under headers of which it knows some at most, where they are as many as its columns and
/// those known stand in their places (数据1 … 数据6, 总计).
fn invented(cells: &[usize], head: &Boxhead, columns: usize, start: Option<usize>) -> Option<Mapping> {
    if head.carried || head.leaves.len() >= columns || cells.len() != columns {
        return None;
    }
    let all = head.leaves.iter().chain(&head.extras);
    let mut sequence: Vec<&Leaf> = all.filter(|l| start.is_none_or(|s| l.col >= s)).collect();
    sequence.sort_by_key(|l| l.col);
    let apart = sequence.windows(2).all(|w| matches!(w, [a, b] if a.end <= b.col));
    let agree = sequence.iter().enumerate().all(|(i, l)| l.column.is_none_or(|c| c == i));
    let fits = sequence.len() == columns && apart && agree;
    fits.then(|| by_order(cells, columns))
}

/// By place where a table without any span keeps its blank cells (text with separators, a sheet whose cells were parted):
/// the row has as many cells as every row of the header, and each column its own cell.
fn in_even_rows(
    grid: &Grid,
    row: usize,
    cells: &[usize],
    head: &Boxhead,
    blank: impl Fn(&usize) -> bool,
) -> Option<Mapping> {
    let width = grid.row(row).len();
    let plain = |row: usize| {
        let mut cells = grid.row(row).iter().filter_map(|&c| grid.cell(c));
        grid.row(row).len() == width && cells.all(|c| c.row == row && c.row_span <= 1 && c.col_span <= 1)
    };
    let even = plain(row) && head.leaves.iter().filter_map(|l| grid.cell(l.cell)).all(|c| plain(c.row));
    let apart = head.leaves.iter().enumerate().all(|(i, a)| head.leaves.iter().skip(i + 1).all(|b| a.col != b.col));
    if !even || !apart || head.leaves.iter().any(|l| l.guessed) {
        return None;
    }
    let mapping = by_place(grid, cells, head, blank)?;
    (mapping.basis == Basis::Place).then_some(mapping)
}

/// Under headers that repeat a cell in place of its span: as often as in the header, the value is repeated.
fn repeated(grid: &Grid, row: usize, cells: &[usize], head: &Boxhead) -> Option<Mapping> {
    if head.leaves.iter().all(|l| l.end == l.col + 1) {
        return None;
    }
    let text = |at: usize| {
        let mut under = cells.iter().filter_map(|&c| grid.cell(c).map(|x| (c, x))).filter(|(_, x)| x.col == at);
        under.next().map(|(c, _)| (c, grid.text(c)))
    };
    let last = head.leaves.iter().map(|l| l.end).max()?;
    let ends = cells.last().and_then(|&c| grid.cell(c)).is_some_and(|c| c.col + 1 == last);
    if !ends || grid.cell(*cells.first()?)?.row != row {
        return None;
    }
    let mut mapped = Vec::new();
    for leaf in &head.leaves {
        let (cell, shown) = text(leaf.col)?;
        if (leaf.col..leaf.end).any(|at| text(at).is_none_or(|t| t.1 != shown)) {
            return None;
        }
        mapped.push((leaf.column?, cell));
    }
    Some(Mapping { cells: mapped, basis: Basis::Place })
}

/// By the overlap of header and value cells: every value cell that is not blank under exactly one header.
fn by_place(grid: &Grid, cells: &[usize], head: &Boxhead, blank: impl Fn(&usize) -> bool) -> Option<Mapping> {
    let mut mapped: Vec<(usize, usize)> = Vec::new();
    let mut used: Vec<usize> = Vec::new();
    for &cell in cells {
        let c = grid.cell(cell)?;
        let (col, end) = (c.col, c.col + c.col_span.max(1));
        let under: Vec<&Leaf> = head.leaves.iter().chain(&head.extras).filter(|l| l.over(col, end)).collect();
        match under.as_slice() {
            [] if blank(&cell) => {}
            [leaf] => {
                if used.contains(&leaf.cell) {
                    if blank(&cell) {
                        continue;
                    }
                    return None;
                }
                used.push(leaf.cell);
                if let Some(column) = leaf.column {
                    mapped.push((column, cell));
                }
            }
            _ => return None,
        }
    }
    // Headers of an earlier page may stand behind the last column: what was below them is blank.
    let within = head.leaves.iter().filter(|l| l.col < grid.table.cols).count();
    let basis = if mapped.len() == within { Basis::Place } else { Basis::Ragged };
    (!mapped.is_empty()).then_some(Mapping { cells: mapped, basis })
}

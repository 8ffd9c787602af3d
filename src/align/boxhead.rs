//! A part's boxhead: which header cell is which column, and which value cell stands under it.

use super::grid::{Grid, RowView};
use super::value::header_unit;
use super::vocabulary::{Reader, Role, TableIndex};
use crate::document::TableKind;

/// A header cell at the lowest level of the boxhead.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    /// The column of the part; `None` where the form does not know it.
    pub column: Option<usize>,
    pub col: usize,
    pub end: usize,
    pub cell: usize,
    /// Unit of money printed in the header.
    pub unit: Option<&'static str>,
    /// No level above it told the column from others with the same label.
    pub guessed: bool,
}

impl Leaf {
    /// Whether it shares a column with what reaches from `col` up to `end`.
    fn over(&self, col: usize, end: usize) -> bool {
        self.col < end && col < self.end
    }
}

/// The mapping of a part's columns in one physical table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Boxhead {
    /// Leaves with a column, in the part's order.
    pub leaves: Vec<Leaf>,
    /// Headers that the form does not know, right of the stub, by place.
    pub extras: Vec<Leaf>,
    /// Whether the header rows print the columns in the part's order.
    pub ordered: bool,
    /// Whether the header cells stand above their columns; not where they have lost their spans.
    pub placed: bool,
    /// Sum of the evidence.
    pub score: f32,
    /// Taken over from an earlier table.
    pub carried: bool,
    /// Levels above the leaves that were recognised.
    pub uppers: usize,
    /// Unit of money printed above the table.
    pub unit: Option<&'static str>,
}

/// What a header cell may be for one part.
struct Head {
    cell: usize,
    row: usize,
    col: usize,
    end: usize,
    leaf: Vec<(usize, f32)>,
    upper: Vec<usize>,
    corner: bool,
    blank: bool,
    ignored: bool,
    text: usize,
}

fn heads(grid: &Grid, rows: &[usize], part: usize, index: &TableIndex, reader: &Reader) -> Vec<Head> {
    let mut heads = Vec::new();
    for &row in rows {
        for &cell in grid.row(row) {
            let Some(c) = grid.cell(cell) else { continue };
            if c.row != row {
                continue;
            }
            let text = reader.get(grid.text(cell));
            let mut head = Head {
                cell,
                row,
                col: c.col,
                end: c.col + c.col_span.max(1),
                leaf: Vec::new(),
                upper: Vec::new(),
                corner: false,
                blank: text.is_blank(),
                ignored: false,
                text: grid.text(cell),
            };
            for (score, role) in index.meanings(&text.labels) {
                match *role {
                    Role::Column { part: p, column, leaf: true, .. } if p == part => {
                        match head.leaf.iter_mut().find(|l| l.0 == column) {
                            Some(old) => old.1 = old.1.max(score),
                            None => head.leaf.push((column, score)),
                        }
                    }
                    Role::Column { part: p, column, leaf: false, .. }
                        if p == part && score >= 0.75 && !head.upper.contains(&column) =>
                    {
                        head.upper.push(column);
                    }
                    Role::Corner { part: p } if p == part && score >= 0.8 => head.corner = true,
                    Role::Ignored if score >= 0.9 => head.ignored = true,
                    _ => {}
                }
            }
            if head.ignored {
                head.leaf.retain(|l| l.1 >= 0.95);
            }
            heads.push(head);
        }
    }
    heads
}

/// Reads the header rows for a part; `None` where none of its columns is printed.
pub(crate) fn boxhead(
    grid: &Grid,
    rows: &[usize],
    part: usize,
    index: &TableIndex,
    reader: &Reader,
) -> Option<Boxhead> {
    let columns = &index.part(part)?.columns;
    let heads = heads(grid, rows, part, index, reader);
    // Captions right above the table speak for all of it.
    let mut above: Vec<Vec<usize>> = (grid.context.iter())
        .map(|&(_, text)| {
            let mut spoken: Vec<usize> = Vec::new();
            for candidate in &reader.get(text).labels {
                for role in index.roles(candidate.key) {
                    if let Role::Column { part: p, column, leaf: false, .. } = *role
                        && p == part
                        && candidate.found.score >= 0.6
                        && !spoken.contains(&column)
                    {
                        spoken.push(column);
                    }
                }
            }
            spoken
        })
        .filter(|spoken: &Vec<usize>| !spoken.is_empty())
        .collect();
    // So does a row of the boxhead that prints one label alone, where no lines tell how far it reaches.
    if matches!(grid.table.kind, TableKind::Borderless | TableKind::Delimited) {
        for &row in rows {
            let mut line = heads.iter().filter(|h| h.row == row && !h.blank);
            if let (Some(lone), None) = (line.next(), line.next())
                && !lone.upper.is_empty()
                && lone.leaf.is_empty()
            {
                above.push(lone.upper.clone());
            }
        }
    }
    let mut taken: Vec<Option<usize>> = vec![None; columns.len()]; // column → index into heads
    let mut scores = vec![0.0f32; columns.len()];
    let mut guessed = vec![false; columns.len()];
    let mut ordered = true;
    // Text laid out without lines has no spans: a label above covers more than its own cell.
    let lost = lost_spans(&heads);
    let spanned = !lost && !matches!(grid.table.kind, TableKind::Delimited | TableKind::Borderless);
    // Where no label above stands in its place, it still tells which of several columns of one label are printed.
    let named = |column: usize| !lost || heads.iter().any(|u| u.leaf.is_empty() && u.upper.contains(&column));
    let whole = (spanned.then(|| under_their_heads(&heads, columns.len())).flatten())
        .or_else(|| by_columns(&heads, columns.len(), spanned));
    if let Some(whole) = &whole {
        for (column, &h) in whole.iter().enumerate() {
            if let (Some(slot), Some(sum)) = (taken.get_mut(column), scores.get_mut(column)) {
                *slot = Some(h);
                *sum = heads.get(h).and_then(|x| x.leaf.iter().find(|l| l.0 == column)).map_or(0.0, |l| l.1);
            }
        }
    }
    for (depth, &row) in rows.iter().enumerate().filter(|_| whole.is_none()) {
        let line: Vec<usize> =
            (0..heads.len()).filter(|&h| heads.get(h).is_some_and(|x| x.row == row && !x.leaf.is_empty())).collect();
        if line.is_empty() {
            continue;
        }
        // Score of each cell for each column still free.
        let score = |h: usize, column: usize| -> Option<f32> {
            let head = heads.get(h)?;
            let base = head.leaf.iter().find(|l| l.0 == column)?.1;
            if taken.get(column).is_none_or(Option::is_some) || (head.leaf.len() > 1 && !named(column)) {
                return None;
            }
            let levels = columns.get(column).map_or(0, |c| c.path.len());
            let mut s = base;
            if levels > 1 {
                s += if depth + 1 == levels { 0.03 } else { 0.0 };
                let uppers = heads.iter().filter(|u| u.row < row && !u.upper.is_empty() && u.leaf.is_empty());
                for upper in uppers.filter(|_| spanned) {
                    if upper.col < head.end && head.col < upper.end {
                        s += if upper.upper.contains(&column) { 0.12 } else { -0.15 };
                    }
                }
                for spoken in &above {
                    s += if spoken.contains(&column) { 0.12 } else { -0.1 };
                }
            }
            (s > 0.4).then_some(s)
        };
        let chosen = monotone(&line, columns.len(), &score);
        for (&h, column) in line.iter().zip(&chosen) {
            let Some(column) = *column else { continue };
            if let Some(slot) = taken.get_mut(column) {
                *slot = Some(h);
            }
        }
        for (&h, column) in line.iter().zip(&chosen) {
            let Some(head) = heads.get(h) else { continue };
            match column {
                Some(column) => {
                    if let Some(s) = scores.get_mut(*column) {
                        *s = head.leaf.iter().find(|l| l.0 == *column).map_or(0.0, |l| l.1);
                    }
                }
                None => {
                    // A column printed out of the part's order.
                    let free = head.leaf.iter().find(|l| l.1 >= 0.9 && taken.get(l.0).is_some_and(Option::is_none));
                    if let Some(&(column, s)) = free {
                        ordered = false;
                        if let (Some(slot), Some(sum)) = (taken.get_mut(column), scores.get_mut(column)) {
                            *slot = Some(h);
                            *sum = s;
                        }
                    }
                }
            }
        }
    }
    // A label that several columns share, with nothing above it to tell them apart.
    for (column, slot) in taken.iter().enumerate() {
        let Some(head) = slot.and_then(|h| heads.get(h)) else { continue };
        let rivals = head.leaf.iter().filter(|l| l.0 != column && taken.get(l.0).is_some_and(Option::is_none)).count();
        let spoken = above.iter().any(|s| s.contains(&column))
            || heads.iter().any(|u| u.row < head.row && u.upper.contains(&column));
        if rivals > 0
            && !spoken
            && columns.get(column).is_some_and(|c| c.path.len() > 1)
            && let Some(g) = guessed.get_mut(column)
        {
            *g = true;
        }
    }
    if whole.is_some() {
        // Each row on its own: places in several rows do not compare where spans are wrong.
        let chosen: Vec<&Head> = taken.iter().flatten().filter_map(|&h| heads.get(h)).collect();
        ordered = !turned(&heads)
            && rows.iter().all(|&row| chosen.iter().filter(|h| h.row == row).is_sorted_by_key(|h| h.col));
    }
    let mut out = Boxhead { ordered, placed: !lost, unit: grid.unit, ..Boxhead::default() };
    for (column, slot) in taken.iter().enumerate() {
        let Some(head) = slot.and_then(|h| heads.get(h)) else { continue };
        let score = scores.get(column).copied().unwrap_or(0.0);
        out.score += score;
        out.leaves.push(Leaf {
            column: Some(column),
            col: head.col,
            end: head.end,
            cell: head.cell,
            unit: grid.cell(head.cell).and_then(|c| header_unit(&c.text)),
            guessed: guessed.get(column).copied().unwrap_or(false),
        });
    }
    // The leftmost header is not the part's first column (totals printed first): the part's order does not hold.
    if let Some(leftmost) = out.leaves.iter().min_by_key(|l| l.col)
        && out.leaves.iter().filter(|l| l.col == leftmost.col).count() == 1
        && out.leaves.first().is_some_and(|first| first.cell != leftmost.cell)
        && grid.table.kind != TableKind::Delimited
    {
        out.ordered = false;
    }
    out.uppers = heads.iter().filter(|h| !h.upper.is_empty()).count() + above.len();
    if out.leaves.is_empty() {
        return None;
    }
    let used: Vec<usize> = out.leaves.iter().map(|l| l.cell).collect();
    if grid.table.kind == TableKind::Delimited {
        for leaf in &mut out.leaves {
            if let Some(head) = heads.iter().find(|h| h.cell == leaf.cell && h.end == leaf.col + 1) {
                (leaf.col, leaf.end) = repetition(grid, rows, head, &used, reader);
            }
        }
    }
    let last_row = rows.last().copied().unwrap_or(0);
    for head in &heads {
        let covers_leaf =
            out.leaves.iter().any(|l| l.cell != head.cell && l.over(head.col, head.end)) && head.row < last_row;
        let known = used.contains(&head.cell) || head.corner || !head.upper.is_empty() || !head.leaf.is_empty();
        // A header like one of the form's where that one is printed as well (去年… beside 本年…).
        let beside = !head.leaf.is_empty()
            && !head.corner
            && head.upper.is_empty()
            && grid.table.kind != TableKind::Delimited
            && !out.leaves.iter().any(|l| l.over(head.col, head.end));
        let nameless =
            |guessed| Leaf { column: None, col: head.col, end: head.end, cell: head.cell, unit: None, guessed };
        if known && beside && !used.contains(&head.cell) {
            out.extras.push(nameless(true));
            continue;
        }
        if known || head.blank || covers_leaf {
            continue;
        }
        // A title row over the whole width is no column.
        if head.end - head.col >= grid.table.cols && grid.table.cols > 1 {
            continue;
        }
        out.extras.push(nameless(false));
    }
    out.extras.sort_by_key(|l| l.col);
    Some(out)
}

/// Whether the rows of labels above end short of the columns: cells have lost their spans (`colspan` dropped by a
/// converter), and no label of theirs stands where it belongs.
fn lost_spans(heads: &[Head]) -> bool {
    let last = heads.iter().filter(|h| !h.leaf.is_empty()).map(|h| h.end).max().unwrap_or(0);
    let ends = |row: usize| heads.iter().filter(|h| h.row == row && !h.blank).map(|h| h.end).max().unwrap_or(0);
    heads.iter().any(|h| !h.upper.is_empty() && h.leaf.is_empty() && ends(h.row) < last)
}

/// What the labels above a header cell allow: whether the column stands under all of them.
fn allowed(heads: &[Head], head: &Head, column: usize) -> bool {
    heads
        .iter()
        .filter(|u| u.row < head.row && !u.upper.is_empty() && u.leaf.is_empty())
        .filter(|u| u.col < head.end && head.col < u.end)
        .all(|u| u.upper.contains(&column))
}

/// Every column once under its own label and under the labels above it, in whatever order they are printed.
fn under_their_heads(heads: &[Head], columns: usize) -> Option<Vec<usize>> {
    let mut found: Vec<usize> = Vec::new();
    for column in 0..columns {
        let mut fitting = (heads.iter().enumerate())
            .filter(|(_, head)| head.leaf.iter().any(|l| l.0 == column && l.1 >= 0.9) && allowed(heads, head, column));
        let (Some((one, _)), None) = (fitting.next(), fitting.next()) else { return None };
        if found.contains(&one) {
            return None;
        }
        found.push(one);
    }
    let place = |h: &usize| heads.get(*h).map(|x| (x.col, x.end));
    let apart = |(i, a): (usize, &usize)| {
        found.iter().skip(i + 1).all(|b| place(a).zip(place(b)).is_some_and(|(a, b)| a.1 <= b.0 || b.1 <= a.0))
    };
    (columns > 0 && found.iter().enumerate().all(apart)).then_some(found)
}

/// Whether labels above stand in another order than the form's: then so do the columns.
fn turned(heads: &[Head]) -> bool {
    heads.iter().filter(|u| !u.upper.is_empty() && u.leaf.is_empty()).any(|u| {
        let right =
            heads.iter().filter(|v| v.row == u.row && v.col >= u.end && !v.upper.is_empty() && v.leaf.is_empty());
        right.into_iter().any(|v| v.upper.iter().max() < u.upper.iter().min())
    })
}

/// Every column under its own label, from left to right over all header rows: then nothing above them is needed
/// (labels above may stand at the wrong place where the lines between cells are not drawn).
fn by_columns(heads: &[Head], columns: usize, spanned: bool) -> Option<Vec<usize>> {
    if turned(heads) {
        return None;
    }
    let mut line: Vec<usize> = (0..heads.len()).filter(|&h| heads.get(h).is_some_and(|x| !x.leaf.is_empty())).collect();
    if line.len() != columns || columns < 2 {
        return None;
    }
    line.sort_by_key(|&h| heads.get(h).map(|x| x.col));
    let apart = line.windows(2).all(|w| match w {
        [a, b] => heads.get(*a).zip(heads.get(*b)).is_some_and(|(a, b)| a.end <= b.col),
        _ => false,
    });
    let fits = line
        .iter()
        .enumerate()
        .all(|(c, &h)| heads.get(h).is_some_and(|x| x.leaf.iter().any(|l| l.0 == c && l.1 >= 0.7)));
    // A few columns beside the labels above them are spans gone wrong; many are another table.
    let beside =
        line.iter().enumerate().filter(|(c, h)| heads.get(**h).is_some_and(|x| !allowed(heads, x, *c))).count();
    (apart && fits && (!spanned || beside * 4 <= columns)).then_some(line)
}

/// The order-preserving choice of columns for the cells of one header row with the largest sum of scores.
fn monotone(line: &[usize], columns: usize, score: &impl Fn(usize, usize) -> Option<f32>) -> Vec<Option<usize>> {
    // best[i][j]: the first i cells with columns below j.
    let width = columns + 1;
    let mut best = vec![0.0f32; (line.len() + 1) * width];
    let at = |i: usize, j: usize| i * width + j;
    let get = |best: &[f32], i: usize, j: usize| best.get(at(i, j)).copied().unwrap_or(0.0);
    for (i, &h) in line.iter().enumerate() {
        for j in 1..=columns {
            let mut value = get(&best, i, j).max(get(&best, i + 1, j - 1));
            if let Some(s) = score(h, j - 1) {
                value = value.max(get(&best, i, j - 1) + s);
            }
            if let Some(slot) = best.get_mut(at(i + 1, j)) {
                *slot = value;
            }
        }
    }
    let mut chosen = vec![None; line.len()];
    let (mut i, mut j) = (line.len(), columns);
    while i > 0 && j > 0 {
        let value = get(&best, i, j);
        if (value - get(&best, i, j - 1)).abs() < 1e-6 {
            j -= 1;
            continue;
        }
        let matched = line.get(i - 1).and_then(|&h| score(h, j - 1)).map(|s| get(&best, i - 1, j - 1) + s);
        if matched.is_some_and(|m| (m - value).abs() < 1e-6) {
            if let Some(slot) = chosen.get_mut(i - 1) {
                *slot = Some(j - 1);
            }
            i -= 1;
            j -= 1;
        } else {
            i -= 1;
        }
    }
    chosen
}

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
        // No header anywhere: the form's order, if the count is the form's.
        for cells in [&starting, &all] {
            let fits = cells.len() == columns || (cells.len() > columns && cells.iter().skip(columns).all(blank));
            if fits {
                let cells = (0..columns).zip(cells.iter().copied()).collect();
                return Some(Mapping { cells, basis: Basis::Order });
            }
        }
        return None;
    };
    let first = head.leaves.iter().map(|l| l.col).min().unwrap_or(0);
    let before: Vec<&Leaf> = head.extras.iter().filter(|e| e.col < first && start.is_none_or(|s| e.col >= s)).collect();
    let after = head.extras.iter().filter(|e| e.col >= first).count();
    let last = head.leaves.iter().map(|l| l.end).max().unwrap_or(0);
    let within = head.extras.iter().filter(|e| e.col >= first && e.col < last).count();
    if let Some(mapping) = invented(&starting, head, columns, start).or_else(|| invented(&all, head, columns, start)) {
        return Some(mapping);
    }
    if grid.table.kind == TableKind::Delimited
        && !head.carried
        && let Some(mapping) = in_even_rows(grid, row, &all, head, blank).or_else(|| repeated(grid, row, &all, head))
    {
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
                    && rest
                        .first()
                        .and_then(|&c| grid.cell(c))
                        .is_some_and(|c| before.iter().any(|e| e.over(c.col, c.col + c.col_span.max(1))));
                if fits && !units && !margin && within == 0 {
                    // A blank last cell in place of the remarks behind the columns: a value may be lost.
                    let lost = after > 0 && surplus == Some(0) && rest.last().is_some_and(blank);
                    let basis = if lost || uneven(grid, all.get(skip..).unwrap_or(&[]), head, after) {
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
            if distinct && agrees && cells.len() == sequence.len() {
                let cells: Vec<(usize, usize)> =
                    sequence.iter().zip(cells.iter()).filter_map(|(l, &c)| Some((l.column?, c))).collect();
                return Some(Mapping { cells, basis: Basis::Header });
            }
        }
    }
    if let Some(mapping) = cut(grid, row, &all, head, columns, blank) {
        return Some(mapping);
    }
    if head.carried || head.placed && grid.table.kind != TableKind::Delimited {
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
    None
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

/// Whether a row ends behind the end of its boxhead.
fn overhangs(grid: &Grid, cells: &[usize], head: &Boxhead) -> bool {
    let end = |cells: &[usize]| cells.iter().filter_map(|&c| grid.cell(c)).map(|c| c.col + c.col_span.max(1)).max();
    let header = head.leaves.iter().filter_map(|l| grid.cell(l.cell)).filter_map(|c| end(grid.row(c.row))).max();
    end(cells) > header
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
    fits.then(|| Mapping { cells: (0..columns).zip(cells.iter().copied()).collect(), basis: Basis::Order })
}

/// By place where text with separators keeps its blank cells: the row has as many cells as every row of the
/// header, and each column its own cell.
fn in_even_rows(
    grid: &Grid,
    row: usize,
    cells: &[usize],
    head: &Boxhead,
    blank: impl Fn(&usize) -> bool,
) -> Option<Mapping> {
    let width = grid.row(row).len();
    let even = (head.leaves.iter())
        .filter_map(|l| grid.cell(l.cell))
        .all(|c| grid.row(c.row).len() == width && c.row_span <= 1 && c.col_span <= 1);
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

/// The columns over which a header is repeated, where text with separators repeats a cell in place of its span:
/// the same header in the cells beside it, and the same values under them in every row.
fn repetition(grid: &Grid, rows: &[usize], head: &Head, taken: &[usize], reader: &Reader) -> (usize, usize) {
    let at = |row: usize, col: usize| {
        let mut under = grid.row(row).iter().filter_map(|&c| grid.cell(c).map(|x| (c, x)));
        under.find(|(_, x)| x.col == col).map(|(c, _)| (c, grid.text(c)))
    };
    let again = |col: usize| at(head.row, col).is_some_and(|(c, text)| text == head.text && !taken.contains(&c));
    let (mut col, mut end) = (head.col, head.end);
    while again(end) {
        end += 1;
    }
    while let Some(left) = col.checked_sub(1).filter(|&left| again(left)) {
        col = left;
    }
    if (col, end) == (head.col, head.end) {
        return (col, end);
    }
    for row in rows.last().map_or(0, |r| r + 1)..grid.rows.len() {
        let Some((_, first)) = at(row, col) else { break };
        if reader.get(first).is_text() {
            break;
        }
        if (col..end).any(|c| at(row, c).is_none_or(|t| t.1 != first)) {
            return (head.col, head.end);
        }
    }
    (col, end)
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
    let basis = if mapped.len() == head.leaves.len() { Basis::Place } else { Basis::Ragged };
    (!mapped.is_empty()).then_some(Mapping { cells: mapped, basis })
}

/// Rows right above `row` that print the boxhead of `part`: the nearest run of header rows, captions and blank
/// rows between them skipped.
pub(crate) fn header_rows(
    views: &[RowView],
    is_data: &[bool],
    row: usize,
    grid: &Grid,
    part: usize,
    index: &TableIndex,
    reader: &Reader,
) -> Vec<usize> {
    let mut found = Vec::new();
    let mut above = row;
    // The boxhead may stand far above the row (the whole stub between): data rows are passed over.
    while let Some(r) = above.checked_sub(1) {
        above = r;
        if is_data.get(r).copied().unwrap_or(false) {
            if found.is_empty() {
                continue;
            }
            break;
        }
        let view = views.get(r);
        // A row of another table's numbers whose label is like a header's (2016年) heads nothing.
        let speaks = view.is_some_and(|v| v.columns > 0 && (v.values < 2 || v.values <= v.columns))
            && prints_part(grid, r, part, index, reader);
        if speaks {
            found.push(r);
        } else if !found.is_empty() {
            // One row without columns may stand inside a boxhead (a blank line of a broken header).
            if !grid.is_blank(r, reader) {
                break;
            }
        }
    }
    found.reverse();
    found
}

pub(crate) fn prints_part(grid: &Grid, row: usize, part: usize, index: &TableIndex, reader: &Reader) -> bool {
    grid.row(row).iter().any(|&cell| {
        grid.cell(cell).is_some_and(|c| c.row == row)
            && reader.get(grid.text(cell)).labels.iter().any(|candidate| {
                index
                    .roles(candidate.key)
                    .iter()
                    .any(|r| matches!(r, Role::Column { part: p, .. } if *p == part && candidate.found.score >= 0.6))
            })
    })
}

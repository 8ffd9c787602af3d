//! A part's boxhead: which header cell is which column, and which value cell stands under it.

use rustc_hash::FxHashSet;

use super::carried::across;
use super::grid::{Grid, RowView};
use super::value::header_unit;
use super::vocabulary::{Reader, Role, TableIndex};
use super::year::printed_year;
use crate::document::TableKind;
use crate::pattern::{Label, Part};
use crate::text::fold;

/// How well labels match that are the same.
const SAME: f32 = 0.95;
/// Cells of the rows of a boxhead, at most.
const MOST_HEADS: usize = 2_000;

/// A header cell at the lowest level of the boxhead.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    /// The column of the part; `None` where the form does not know it.
    pub column: Option<usize>,
    pub col: usize,
    pub end: usize,
    pub cell: usize,
    /// From where to where it reaches on its page, in points.
    pub x: Option<(f32, f32)>,
    /// Unit of money printed in the header.
    pub unit: Option<&'static str>,
    /// No level above it told the column from others with the same label.
    pub guessed: bool,
    /// Columns that its label names, as well as its own or as another's.
    pub named: Vec<usize>,
}

impl Leaf {
    /// Whether it shares a column with what reaches from `col` up to `end`.
    pub(super) fn over(&self, col: usize, end: usize) -> bool {
        self.col < end && col < self.end
    }

    /// Whether it stands above a cell.
    pub(super) fn is_above(&self, grid: &Grid, cell: usize) -> bool {
        grid.cell(cell).is_some_and(|c| self.over(c.col, c.col + c.col_span.max(1)))
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
    /// Taken over to a table whose columns stand elsewhere on the page: their numbers tell nothing.
    pub astray: bool,
    /// Levels above the leaves that were recognised.
    pub uppers: usize,
    /// Unit of money printed above the table.
    pub unit: Option<&'static str>,
}

/// Whether no other label of an upper level in the same row stands nearer to a header.
fn nearest(heads: &[Head], upper: &Head, head: &Head) -> bool {
    let gap = |u: &Head| u.col.saturating_sub(head.end.saturating_sub(1)).max(head.col.saturating_sub(u.end - 1));
    let row = heads.iter().filter(|u| u.row == upper.row && !u.upper.is_empty());
    row.map(gap).min().is_none_or(|least| gap(upper) == least)
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
    /// A column of the form, but of an earlier year than another one.
    earlier: bool,
    text: usize,
}

impl Head {
    /// Whether it shares a column with a header below it.
    fn is_over(&self, below: &Self) -> bool {
        self.col < below.end && below.col < self.end
    }

    /// It as a leaf that is no column of the form.
    fn nameless(&self, grid: &Grid, guessed: bool) -> Leaf {
        let x = grid.cell(self.cell).and_then(|c| across(&c.anchor));
        let (col, end, cell) = (self.col, self.end, self.cell);
        Leaf { column: None, col, end, cell, x, unit: None, guessed, named: Vec::new() }
    }
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
                earlier: false,
                text: grid.text(cell),
            };
            for (score, role) in text.meanings(index) {
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
    leave_repeated(&mut heads, rows);
    leave_captions(&mut heads);
    leave_earlier_years(&mut heads, reader);
    heads
}

/// A label printed right above itself is one that spans both rows, repeated by who wrote the table: it names its column
/// in the lower one. Both rows are as wide then; one that its spans shortened has other cells in the same places.
fn leave_repeated(heads: &mut [Head], rows: &[usize]) {
    let place = |h: &Head, row: usize| (row, h.col, h.end, h.text);
    let cells = |heads: &[Head], row: usize| heads.iter().filter(|h| h.row == row).count();
    let pairs: Vec<(usize, usize)> = (rows.iter().zip(rows.iter().skip(1)))
        .map(|(above, below)| (*above, *below))
        .filter(|&(above, below)| cells(heads, above) == cells(heads, below))
        .collect();
    if pairs.is_empty() {
        return;
    }
    let printed: FxHashSet<_> = heads.iter().filter(|h| !h.leaf.is_empty()).map(|h| place(h, h.row)).collect();
    for head in heads.iter_mut() {
        let below = pairs.iter().find(|pair| pair.0 == head.row);
        if below.is_some_and(|&(_, below)| printed.contains(&place(head, below))) {
            head.leaf.clear();
        }
    }
}

/// Whether a header cell prints the names of two columns, or that of one and the title above it, which are no label
/// together: columns have run into one.
fn heads_two(grid: &Grid, head: &Head, part: &Part, reader: &Reader) -> bool {
    let text = grid.cell(head.cell).map_or("", |c| c.text.as_str());
    if grid.table.kind == TableKind::Delimited || !text.contains(char::is_whitespace) {
        return false;
    }
    let has = |labels: &[Label], piece: &str| labels.iter().any(|l| l.shadow == piece);
    let (mut names, mut titles) = (0, 0);
    for piece in text.split_whitespace().map(fold) {
        if part.columns.iter().filter_map(|c| c.path.last()).any(|l| has(l, &piece)) {
            names += 1;
        } else if reader.vocabulary.is_label(&piece)
            && !part.columns.iter().flat_map(|c| &c.path).any(|l| has(l, &piece))
        {
            titles += 1;
        }
    }
    names > 0 && names + titles > 1 && !reader.vocabulary.is_label(&fold(text))
}

/// A label alone in its row is a caption where a row below prints the same column among others (`2016年度` above
/// `统计指标`, `单位`, `统计数`).
fn leave_captions(heads: &mut [Head]) {
    let inked = |heads: &[Head], row: usize| heads.iter().filter(|h| h.row == row && !h.blank).count();
    let below = |heads: &[Head], row: usize, column: usize| {
        heads.iter().any(|h| h.row > row && h.leaf.iter().any(|l| l.0 == column) && inked(heads, h.row) > 1)
    };
    let captions: Vec<usize> = (heads.iter().enumerate())
        .filter(|(_, h)| !h.leaf.is_empty() && inked(heads, h.row) == 1)
        .filter(|(_, h)| h.leaf.iter().all(|l| below(heads, h.row, l.0)))
        .map(|(at, _)| at)
        .collect();
    for at in captions {
        if let Some(head) = heads.get_mut(at) {
            head.leaf.clear();
        }
    }
}

/// Of columns that differ in their year alone (2016年, 2015年) the latest is the report's own.
fn leave_earlier_years(heads: &mut [Head], reader: &Reader) {
    let mut latest: Vec<(usize, usize, u16)> = Vec::new(); // row, column, year
    let years: Vec<Option<u16>> = heads.iter().map(|h| printed_year(&reader.get(h.text).shadow)).collect();
    for (head, year) in heads.iter().zip(&years) {
        for (&(column, _), &year) in head.leaf.iter().flat_map(|l| year.iter().map(move |y| (l, y))) {
            match latest.iter_mut().find(|l| (l.0, l.1) == (head.row, column)) {
                Some(known) => known.2 = known.2.max(year),
                None => latest.push((head.row, column, year)),
            }
        }
    }
    for (head, year) in heads.iter_mut().zip(years) {
        let (Some(year), row) = (year, head.row) else { continue };
        let all = head.leaf.len();
        head.leaf.retain(|l| !latest.iter().any(|&(r, column, y)| (r, column) == (row, l.0) && y > year));
        head.earlier = head.leaf.is_empty() && all > 0;
    }
}

/// Reads the header rows for a part; `None` where none of its columns is printed.
pub(crate) fn boxhead(
    grid: &Grid,
    rows: &[usize],
    part: usize,
    index: &TableIndex,
    reader: &Reader,
) -> Option<Boxhead> {
    let form = index.part(part)?;
    let columns = &form.columns;
    // Headers are compared with each other; no form has a tenth of these.
    if rows.iter().map(|&row| grid.row(row).len()).sum::<usize>() > MOST_HEADS {
        return None;
    }
    let heads = heads(grid, rows, part, index, reader);
    if heads.iter().all(|h| h.leaf.is_empty()) || heads.iter().any(|h| heads_two(grid, h, form, reader)) {
        return None;
    }
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
                    if upper.is_over(head) {
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
    let heads_it = |upper: &Head, head: &Head| match grid.table.kind {
        TableKind::Borderless if !lost => nearest(&heads, upper, head),
        _ => !spanned || upper.is_over(head),
    };
    for (column, slot) in taken.iter().enumerate() {
        let Some(head) = slot.and_then(|h| heads.get(h)) else { continue };
        let tells = |spoken: &[usize], rival: usize| spoken.contains(&column) && !spoken.contains(&rival);
        let told = |rival: usize| {
            above.iter().any(|spoken| tells(spoken, rival))
                || heads.iter().any(|upper| upper.row < head.row && tells(&upper.upper, rival) && heads_it(upper, head))
        };
        let mut rivals = head.leaf.iter().filter(|l| l.0 != column && taken.get(l.0).is_some_and(Option::is_none));
        if rivals.any(|rival| !told(rival.0))
            && columns.get(column).is_some_and(|c| c.path.len() > 1)
            && let Some(g) = guessed.get_mut(column)
        {
            *g = true;
        }
    }
    // Columns of one label in another order than the form's, though the labels above them stand in its order: nothing tells
    // which is which, nor those of other labels that several share.
    if whole.is_none() && !turned(&heads) {
        let places: Vec<(usize, &Head)> =
            taken.iter().enumerate().filter_map(|(c, h)| Some((c, heads.get((*h)?)?))).collect();
        let shares = |head: &Head, column: usize| head.leaf.iter().any(|l| l.0 == column);
        let swapped = places.iter().enumerate().any(|(i, (_, left))| {
            places.iter().skip(i + 1).any(|(c, right)| left.col >= right.end && shares(left, *c))
        });
        for (column, _) in places.iter().filter(|(_, head)| swapped && head.leaf.len() > 1) {
            if let Some(g) = guessed.get_mut(*column) {
                *g = true;
            }
        }
    }
    // A label printed twice in one row: the same columns of something else (a part, other agencies) stand beside.
    if grid.table.kind != TableKind::Delimited {
        for (column, slot) in taken.iter().enumerate() {
            let Some(head) = slot.and_then(|h| heads.get(h)) else { continue };
            let same = |l: &(usize, f32)| l.0 == column && l.1 >= SAME;
            let twin = |(at, other): (usize, &Head)| {
                let free = !taken.contains(&Some(at)) && !other.earlier && other.col != head.col;
                free && other.row == head.row && other.leaf.iter().any(same)
            };
            if head.leaf.iter().any(same)
                && heads.iter().enumerate().any(twin)
                && let Some(g) = guessed.get_mut(column)
            {
                *g = true;
            }
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
            unit: header_unit(&reader.get(head.text).shadow),
            named: head.leaf.iter().filter(|l| l.1 >= SAME).map(|l| l.0).collect(),
            ..head.nameless(grid, guessed.get(column).copied().unwrap_or(false))
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
    if grid.is_drawn() {
        // Columns that are places on the page are in the form's order only where they stand in it, over all rows of
        // headers. Where several are named in one place, which is which is their order's word alone.
        out.ordered &= out.leaves.is_sorted_by_key(|l| l.col);
        let shared = |l: &Leaf, o: &Leaf| l.cell != o.cell && l.over(o.col, o.end);
        let doubtful: Vec<bool> = out.leaves.iter().map(|l| out.leaves.iter().any(|o| shared(l, o))).collect();
        out.leaves.iter_mut().zip(doubtful).for_each(|(leaf, doubtful)| leaf.guessed |= doubtful);
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
        let like = !head.leaf.is_empty() || head.earlier;
        let known = used.contains(&head.cell) || head.corner || !head.upper.is_empty() || like;
        // A header like one of the form's where that one is printed as well (去年… beside 本年…).
        let beside = like
            && !head.corner
            && head.upper.is_empty()
            && grid.table.kind != TableKind::Delimited
            && !out.leaves.iter().any(|l| l.over(head.col, head.end));
        if known && beside && !used.contains(&head.cell) {
            out.extras.push(head.nameless(grid, true));
            continue;
        }
        if known || head.blank || covers_leaf {
            continue;
        }
        // A title row over the whole width is no column.
        if head.end - head.col >= grid.table.cols && grid.table.cols > 1 {
            continue;
        }
        out.extras.push(head.nameless(grid, false));
    }
    out.extras.sort_by_key(|l| (l.col, l.end));
    // Printed again below itself (a label that spans the rows, repeated): one column.
    out.extras.dedup_by(|b, a| (a.col, a.end) == (b.col, b.end) && grid.text(a.cell) == grid.text(b.cell));
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
        .filter(|u| u.is_over(head))
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

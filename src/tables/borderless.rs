//! Tables without rules: columns by the alignment of text, rows by the values on one baseline.

use std::collections::BTreeMap;
use std::ops::Range;

use super::aligned::{RowLine, Seg, boundaries, claims, columns, numbered, row_lines, stackable, text};
use super::arrange::{Block, Placed, Row, arrange, widen_labels};
use super::cells::{Grid, GridCell, read};
use super::edges::Edge;
use super::rules::median;
use crate::document::{Rect, TableKind};
use crate::layout::{PageContent, Word, starts_with_ordinal, unspaced};

/// Lines without a column gap that may follow each other inside a table.
const PLAIN: usize = 7;

/// A name of a column is no longer than this on one line.
const NAME: usize = 8;

/// So many runs of lines without values, at most, may be the boxhead.
const HEADS: usize = 6;

/// So many values at least tell by their places that they stand in columns.
const ALIGNED: usize = 12;

/// So many columns with a name each tell that the names are a boxhead.
const NAMED: usize = 5;

/// So many lines that wrap, and so many that begin a row, tell how far apart those of one cell are.
const TOLD: usize = 3;

/// So many rows with rules between them tell that rules part the rows.
const PARTED: usize = 5;

/// Finds tables by alignment alone among the free words; gives back which words they took.
pub(crate) fn tables(
    page: &PageContent,
    rules: &[Edge],
    words: &[Word],
    free: &[bool],
    regions: &[Rect],
    budget: usize,
) -> (Vec<Grid>, Vec<bool>) {
    let mut taken = vec![false; words.len()];
    let mut out = Vec::new();
    let is_free = |i: usize| free.get(i) == Some(&true);
    for region in regions {
        let rows: Vec<RowLine> = row_lines(page, words, |i, w| is_free(i) && region.contains(w.rect.center()));
        for (from, upto) in candidates(&rows) {
            let Some(slice) = rows.get(from..upto) else { continue };
            let Some((grid, used)) = table(page, rules, &[], words, slice, free, budget) else { continue };
            for i in used {
                if let Some(t) = taken.get_mut(i) {
                    *t = true;
                }
            }
            out.push(grid);
        }
    }
    (out, taken)
}

/// The table within a frame of lines that do not rule every row and column, if its text shows one; `rules` and `sides`
/// are the lines of the frame.
pub(crate) fn framed(page: &PageContent, rules: &[Edge], sides: &[f32], words: &[Word], budget: usize) -> Option<Grid> {
    let rows = row_lines(page, words, |_, _| true);
    let free = vec![true; words.len()];
    table(page, rules, sides, words, &rows, &free, budget).map(|t| t.0)
}

/// Runs of lines that look like the rows of one table.
fn candidates(rows: &[RowLine]) -> Vec<(usize, usize)> {
    let width =
        rows.iter().map(RowLine::x1).fold(f32::MIN, f32::max) - rows.iter().map(RowLine::x0).fold(f32::MAX, f32::min);
    let body =
        median(rows.iter().filter(|r| !r.tabular() && r.x1() - r.x0() > 0.6 * width).map(RowLine::size)).unwrap_or(0.0);
    let mut out: Vec<(usize, usize)> = Vec::new();
    let mut i = 0;
    while let Some(first) = rows.get(i) {
        if !first.tabular() {
            i += 1;
            continue;
        }
        let mut size = first.size();
        let (mut last, mut previous) = (i, first);
        let mut count = 1;
        for (j, r) in rows.iter().enumerate().skip(i + 1) {
            let step = r.base - previous.base;
            let plain = !r.tabular();
            let prose = plain && r.x1() - r.x0() >= 0.75 * width && r.segs.len() == 1;
            if plain && r.segs.len() == 1 && parts_tables(rows, i, j) {
                break;
            }
            if step > 4.5 * size || r.size() > 1.15 * size || (plain && (prose || j - last > PLAIN)) {
                break;
            }
            if !plain {
                last = j;
                count += 1;
                size = size.max(r.size());
            }
            previous = r;
        }
        let floor = out.last().map_or(0, |o| o.1);
        let mut from = i;
        if count >= 2 {
            // Lines above in the table's own type, or wrapped tightly onto it.
            while from > floor && i - from < 6 {
                let (Some(above), Some(below)) = (rows.get(from - 1), rows.get(from)) else { break };
                let own = (size - body).abs() > 0.06 * body;
                let step = below.base - above.base;
                if (above.size() - size).abs() > 0.04 * size
                    || step > if own { 3.2 * size } else { 1.45 * size }
                    || above.x1() - above.x0() >= 0.75 * width
                {
                    break;
                }
                if !own && above.segs.iter().any(|s| s.rect.width() > 0.4 * width) {
                    break;
                }
                from -= 1;
            }
            // Lines below that go on with a label.
            let mut end = last + 1;
            while let (Some(above), Some(r)) = (rows.get(end - 1), rows.get(end)) {
                let own = (size - body).abs() > 0.06 * body;
                if r.tabular()
                    || r.base - above.base > if own { 2.6 } else { 1.3 } * size
                    || (r.size() - size).abs() > 0.04 * size
                    || r.x1() - r.x0() > 0.5 * width
                    || end - last > 5
                {
                    break;
                }
                end += 1;
            }
            out.push((from, end));
            i = end;
        } else {
            i = last + 1;
        }
    }
    out
}

/// Whether the line `at` of a run that begins at `from` stands between two tables: both sides have rows of many values,
/// one twice as many as the other.
fn parts_tables(rows: &[RowLine], from: usize, at: usize) -> bool {
    let most = |part: Option<&[RowLine]>| {
        let values = |r: &RowLine| r.segs.iter().filter(|s| s.value).count();
        part.unwrap_or_default().iter().map(values).max().unwrap_or(0)
    };
    let above = most(rows.get(from.max(at.saturating_sub(10))..at));
    let below = most(rows.get(at + 1..(at + 11).min(rows.len())));
    above.min(below) >= 5 && above.max(below) >= above.min(below) * 2
}

fn table(
    page: &PageContent,
    rules: &[Edge],
    sides: &[f32],
    words: &[Word],
    rows: &[RowLine],
    free: &[bool],
    budget: usize,
) -> Option<(Grid, Vec<usize>)> {
    let cols = columns(rows, sides);
    let x0 = rows.iter().map(RowLine::x0).fold(f32::MAX, f32::min);
    let x1 = rows.iter().map(RowLine::x1).fold(f32::MIN, f32::max);
    let xs = boundaries(&cols, x0, x1, sides);
    let n = xs.len().saturating_sub(1);
    if n < 2 || n * rows.len() > budget {
        return None;
    }
    let mut rows: Vec<RowLine> = rows.to_vec();
    for r in &mut rows {
        let spans = claims(r, &xs);
        let spans = spans.into_iter().zip(&r.segs).map(|(c, s)| inked(c, s.rect, &cols, n)).collect::<Vec<_>>();
        for (s, c) in r.segs.iter_mut().zip(spans) {
            s.cols = c;
        }
    }
    let named = named(&rows, n);
    let mut data = data_columns(&rows, n);
    let told = named.is_some() || in_columns(&rows, data.iter().take_while(|d| !**d).count());
    if !convincing(&rows, n, told) {
        return None;
    }
    let size = median(rows.iter().map(RowLine::size))?;
    // What stands under its names is a column of values, though it may be blank.
    for c in named.into_iter().flatten() {
        if let Some(d) = data.get_mut(c) {
            *d = true;
        }
    }
    // No values to tell rows by: each line is one.
    let worded = !data.contains(&true) && headed(&rows, n);
    if worded {
        data = vec![true; n];
    }
    let is_data = |c: usize| data.get(c) == Some(&true);
    let stub = (0..n).take_while(|&c| !is_data(c)).count();
    let bands = bands(page, rules, words, &rows, (x0, x1));
    // A single letter is a value too, but above all values or beside longer text it is the end of a name that wraps.
    let head = rows.iter().take_while(|r| !r.segs.iter().any(|s| is_data(s.cols.0) && (s.value || worded))).count();
    // Rows of values.
    let mut anchors: Vec<Row> = Vec::new();
    let mut anchor_of: Vec<Option<usize>> = Vec::new();
    let (mut base, mut above) = (f32::MIN, None);
    for (k, r) in rows.iter().enumerate() {
        let named = k < head || r.segs.iter().any(|s| is_data(s.cols.0) && !s.value && s.len > 1);
        let valued = |s: &&Seg| is_data(s.cols.0) && (s.value || s.len == 1 && !named || worded);
        let values = r.segs.iter().filter(valued).count();
        if values > 0 {
            // Two rows do not stand closer than their letters are high: that is a number in two lines beside others.
            let band = bands.as_ref().and_then(|b| b.get(k)).copied();
            let goes_on = band.is_some() && band == above && !numbered(page, words, r);
            let within = r.base - base < 0.8 * size || goes_on;
            (base, above) = (r.base, band);
            match anchors.last_mut() {
                Some(a) if within => a.y1 = a.y1.max(r.y1),
                Some(a) if r.y0 <= a.y1 - 0.35 * size => {}
                _ => anchors.push(Row { y0: r.y0, y1: r.y1 }),
            }
        }
        anchor_of.push((values > 0).then(|| anchors.len() - 1));
    }
    let mut blocks = blocks(page, rules, words, &rows, &anchor_of, stub, size);
    turned(words, free, &rows, &xs, &mut blocks);
    let (rows_out, cells) = arrange(blocks, anchors, stub, size);
    grid(page, words, xs, rows_out, cells, stub)
}

/// Between which rules each line stands, where rules part the rows: nearly all lines of values that begin with an
/// ordinal, or with a label if none does.
fn bands(
    page: &PageContent,
    rules: &[Edge],
    words: &[Word],
    rows: &[RowLine],
    (x0, x1): (f32, f32),
) -> Option<Vec<usize>> {
    let width = x1 - x0;
    let wide = |e: &&Edge| e.hi >= x1 - 0.1 * width && e.lo <= x0 + 0.6 * width;
    let mut at: Vec<f32> = rules.iter().filter(wide).map(|e| e.pos).collect();
    at.sort_by(f32::total_cmp);
    let band = |r: &RowLine| at.partition_point(|&y| y < f32::midpoint(r.y0, r.y1));
    let of = |pick: &dyn Fn(&RowLine) -> bool| {
        let valued = rows.iter().filter(|r| r.segs.iter().any(|s| s.value));
        valued.filter(|r| pick(r)).map(band).collect::<Vec<usize>>()
    };
    let mut begun = of(&|r| numbered(page, words, r));
    if begun.len() < PARTED {
        begun = of(&|r| r.segs.first().is_some_and(|s| !s.value));
    }
    let parted = begun.windows(2).filter(|p| matches!(p, [a, b] if a != b)).count();
    (begun.len() >= PARTED && parted * 5 >= (begun.len() - 1) * 4).then(|| rows.iter().map(band).collect())
}

/// The columns of a claim that the segment does more than reach towards: those whose own text it touches.
fn inked(claim: (usize, usize), rect: Rect, cols: &[(f32, f32)], n: usize) -> (usize, usize) {
    // An empty column before the first text has no entry of its own.
    let lead = n.saturating_sub(cols.len());
    let col = |c: usize| c.checked_sub(lead).and_then(|i| cols.get(i));
    let (mut from, mut upto) = claim;
    while upto > from && col(upto).is_some_and(|c| rect.x1 <= c.0) {
        upto -= 1;
    }
    while from < upto && col(from).is_some_and(|c| rect.x0 >= c.1) {
        from += 1;
    }
    (from, upto)
}

/// The columns of values that a boxhead names, where it names nearly all to the right of the labels: short texts above,
/// and below them values alone, each in one column.
fn named(rows: &[RowLine], n: usize) -> Option<Range<usize>> {
    let valued = |r: &RowLine| r.segs.iter().any(|s| s.value);
    let mut upto = 0;
    for _ in 0..HEADS {
        let head = upto + rows.iter().skip(upto).take_while(|r| !valued(r)).count();
        let (names, below) = (rows.get(upto..head)?, rows.get(head..)?);
        let mut has = vec![false; n];
        for s in names.iter().flat_map(|r| &r.segs).filter(|s| s.cols.0 == s.cols.1 && s.len <= NAME) {
            if let Some(h) = has.get_mut(s.cols.0) {
                *h = true;
            }
        }
        let labels = below.iter().flat_map(|r| &r.segs).filter(|s| !s.value || s.cols.0 < s.cols.1);
        let labels = labels.map(|s| s.cols.1 + 1).max().unwrap_or(0);
        let first = labels + has.iter().skip(labels).take_while(|h| !**h).count();
        let names = has.iter().skip(first).filter(|h| **h).count();
        let values = |r: &RowLine| r.segs.iter().filter(|s| s.value && s.cols.0 >= first).count();
        if names >= NAMED && names * 4 >= (n - first) * 3 && below.iter().any(|r| values(r) >= 2) {
            return Some(first..n);
        }
        upto = head + below.iter().take_while(|r| valued(r)).count();
    }
    None
}

/// Whether right of the labels stand values alone, in columns: nearly all begin, end or have their middle where another
/// of their column does.
fn in_columns(rows: &[RowLine], stub: usize) -> bool {
    let beside: Vec<&Seg> = rows.iter().flat_map(|r| &r.segs).filter(|s| s.cols.0 >= stub).collect();
    if stub == 0 || beside.len() < ALIGNED || beside.iter().any(|s| !s.value || s.cols.0 < s.cols.1) {
        return false;
    }
    let mut lone = 0;
    let mut columns: BTreeMap<usize, Vec<&Seg>> = BTreeMap::new();
    for s in beside.iter().copied() {
        columns.entry(s.cols.0).or_default().push(s);
    }
    for segs in columns.values() {
        let of = |at: fn(&Seg) -> f32| {
            let mut all: Vec<f32> = segs.iter().map(|s| at(s)).collect();
            all.sort_by(f32::total_cmp);
            move |s: &Seg| {
                let near = all.partition_point(|&x| x < at(s) - 0.05 * s.size);
                all.get(near + 1).is_some_and(|&x| x <= at(s) + 0.05 * s.size)
            }
        };
        let (left, middle, right) = (of(|s| s.rect.x0), of(|s| s.rect.center().x), of(|s| s.rect.x1));
        lone += segs.iter().filter(|s| !left(s) && !middle(s) && !right(s)).count();
    }
    columns.len() >= 3 && lone * 5 <= beside.len()
}

/// Whether the lines look like a table and not like text with gaps; `told` where names above the values tell, or the
/// places of the values.
fn convincing(rows: &[RowLine], n: usize, told: bool) -> bool {
    let tabular = rows.iter().filter(|r| r.tabular()).count();
    let cells: usize = rows.iter().map(|r| r.segs.len()).sum();
    let beside: Vec<&Seg> = rows.iter().flat_map(|r| r.segs.iter().filter(|s| s.cols.0 > 0)).collect();
    let values = beside.iter().filter(|s| s.value).count();
    let share = |k: usize| values * k >= beside.len();
    let full = rows.iter().filter(|r| r.segs.len() * 10 >= n * 6).count();
    // Formulas scatter their pieces; rows of a table fill most of its columns.
    let mut filled: Vec<usize> =
        rows.iter().filter(|r| r.tabular()).map(|r| r.segs.iter().map(|s| s.cols.1 - s.cols.0 + 1).sum()).collect();
    filled.sort_unstable();
    let valued =
        |share: usize| rows.iter().filter(|r| r.segs.iter().filter(|s| s.value).count() * 10 >= n * share).count();
    let whole = told || valued(8) >= 1 || valued(6) >= 3;
    let scattered = !whole && filled.get(filled.len() / 2).is_none_or(|&f| f * 2 < n);
    let size = median(rows.iter().map(RowLine::size)).unwrap_or(0.0);
    let small = rows.iter().flat_map(|r| &r.segs).filter(|s| s.size < 0.8 * size).count();
    let scattered = scattered || small * 6 > cells;
    let long = beside.iter().filter(|s| s.len > 24).count();
    let headed = told || headed(rows, n);
    tabular >= 2
        && cells >= 5
        && !scattered
        && long * 5 < beside.len() * 2
        && if n == 2 { tabular >= 3 && share(2) } else { headed || share(4) || (tabular >= 5 && full * 2 >= tabular) }
}

/// Whether short texts stand below the names of all columns, each in one column.
fn headed(rows: &[RowLine], n: usize) -> bool {
    rows.len() >= 4
        && rows.first().is_some_and(|r| r.segs.len() == n)
        && rows.iter().all(|r| r.tabular() && r.segs.len() * 2 >= n)
        && rows.iter().flat_map(|r| &r.segs).all(|s| s.len <= 16 && s.cols.0 == s.cols.1)
}

/// Columns that hold values rather than labels.
fn data_columns(rows: &[RowLine], n: usize) -> Vec<bool> {
    let mut counts = vec![(0usize, 0usize); n];
    for s in rows.iter().flat_map(|r| &r.segs).filter(|s| s.cols.0 == s.cols.1) {
        if let Some(c) = counts.get_mut(s.cols.0) {
            c.1 += 1;
            c.0 += usize::from(s.value);
        }
    }
    let out: Vec<bool> = counts.iter().map(|&(v, all)| v * 10 >= all * 3 && v > 0).collect();
    // A first column of numbers is a row number beside labels.
    let labels = out.iter().skip(1).position(|d| !d);
    out.iter().enumerate().map(|(i, &d)| d && (i > 0 || labels.is_none_or(|l| l > 0))).collect()
}

/// Joins segments one below the other into the text of cells.
fn blocks(
    page: &PageContent,
    rules: &[Edge],
    words: &[Word],
    rows: &[RowLine],
    anchor_of: &[Option<usize>],
    stub: usize,
    size: f32,
) -> Vec<Block> {
    let stacks = stacks(page, words, rows, anchor_of, stub, size);
    let lead = leading(page, words, rows, anchor_of, stub, size);
    let room = |s: &Seg| {
        let ends = rows.iter().flat_map(|r| &r.segs).filter(|o| o.cols == s.cols).map(|o| o.rect.x1);
        ends.fold(f32::MIN, f32::max)
    };
    let mut done: Vec<Block> = Vec::new();
    // The lowest block of each column.
    let mut open: Vec<usize> = Vec::new();
    // The last row of values so far.
    let mut anchors: Option<usize> = None;
    for (k, (r, &anchor)) in rows.iter().zip(anchor_of).enumerate() {
        anchors = anchor.or(anchors);
        for (m, s) in r.segs.iter().enumerate() {
            if let Some(&stack) = stacks.iter().find(|t| t.0 == k && t.1 == m).map(|t| &t.2) {
                let id = usize::MAX - stack;
                match done.iter_mut().find(|b| b.spanning && b.anchor == Some(id)) {
                    Some(b) => {
                        b.rect = b.rect.union(&s.rect);
                        b.words.extend(&s.words);
                    }
                    None => done.push(Block {
                        words: s.words.clone(),
                        rect: s.rect,
                        base: s.base,
                        size: s.size,
                        cols: s.cols,
                        anchor: Some(id),
                        spanning: true,
                    }),
                }
                continue;
            }
            let joins = open.iter().rev().copied().find(|&i| {
                done.get(i).is_some_and(|b| {
                    let overlap = b.rect.x1.min(s.rect.x1) - b.rect.x0.max(s.rect.x0);
                    overlap > 0.3 * b.rect.width().min(s.rect.width()) && b.cols.0 <= s.cols.1 && s.cols.0 <= b.cols.1
                })
            });
            let label = text(page, words, s);
            if let Some(b) = joins.and_then(|i| done.get_mut(i)) {
                let step = s.base - b.base;
                let ruled = rules.iter().any(|e| {
                    e.pos > b.rect.y1 - 2.0 && e.pos < s.rect.y0 + 2.0 && e.lo < s.rect.x1 && e.hi > s.rect.x0
                });
                let two = anchor.is_some() && b.anchor.is_some() && anchor != b.anchor;
                // Text without spaces fills its lines: one over several columns that is longer than the line above is a
                // name of its own.
                let group = anchors.is_none() && s.cols.0 < s.cols.1 && s.rect.width() > b.rect.width() + s.size;
                let group = group && label.chars().all(unspaced);
                let value = s.value && step > 1.05 * size;
                // The next word would have fitted: a heading above its first row, no label that wraps.
                let heading =
                    s.cols.1 < stub && b.anchor.is_none() && anchor.is_some() && ends_early(page, words, b, s, room(s));
                // Names in narrow columns stand letter by letter.
                let letters =
                    anchors.is_none() && s.len == 1 && b.rect.width() < 1.2 * size && label.chars().all(unspaced);
                if step <= if letters { lead.max(2.6 * size) } else { lead }
                    && !ruled
                    && !two
                    && !value
                    && !heading
                    && !group
                    && !starts_with_ordinal(&label)
                    && (s.size - b.size).abs() < 0.1 * size
                {
                    b.words.extend(&s.words);
                    b.rect = b.rect.union(&s.rect);
                    b.base = s.base;
                    b.cols = (b.cols.0.min(s.cols.0), b.cols.1.max(s.cols.1));
                    b.anchor = b.anchor.or(anchor);
                    continue;
                }
            }
            open.retain(|&i| {
                done.get(i).is_some_and(|b| !(b.cols.0 <= s.cols.1 && s.cols.0 <= b.cols.1) || b.rect.y1 > s.rect.y0)
            });
            open.push(done.len());
            done.push(Block {
                words: s.words.clone(),
                rect: s.rect,
                base: s.base,
                size: s.size,
                cols: s.cols,
                anchor,
                spanning: false,
            });
        }
    }
    for b in &mut done {
        if b.spanning {
            b.anchor = None;
        }
    }
    done
}

/// The widest step between two lines of one cell.
fn leading(
    page: &PageContent,
    words: &[Word],
    rows: &[RowLine],
    anchor_of: &[Option<usize>],
    stub: usize,
    size: f32,
) -> f32 {
    let mut steps: Vec<f32> = Vec::new();
    // Of the labels: all steps, and those to lines with an ordinal, which begin a row.
    let (mut labels, mut begun): (Vec<f32>, Vec<f32>) = (Vec::new(), Vec::new());
    let mut above: Vec<(&Seg, Option<usize>)> = Vec::new();
    for (r, &a) in rows.iter().zip(anchor_of) {
        for s in &r.segs {
            let over = above.iter().rev().find(|(o, _)| {
                o.cols.0 <= s.cols.1 && s.cols.0 <= o.cols.1 && o.rect.x0 < s.rect.x1 && s.rect.x0 < o.rect.x1
            });
            let Some((o, b)) = over.filter(|(o, _)| !s.value && !o.value) else { continue };
            let step = s.base - o.base;
            if !(a.is_some() && b.is_some()) {
                steps.push(step);
            }
            if s.cols.1 < stub {
                labels.push(step);
                if starts_with_ordinal(&text(page, words, s)) {
                    begun.push(step);
                }
            }
        }
        above.extend(r.segs.iter().map(|s| (s, a)));
        let excess = above.len().saturating_sub(64);
        above.drain(..excess);
    }
    let least = steps.iter().copied().filter(|&s| s > 0.8 * size).fold(f32::MAX, f32::min);
    let near = |s: &&f32| **s <= 1.15 * least;
    // Lines far apart are of one cell where those that begin a row stand further apart.
    let apart = begun.len() >= TOLD && begun.iter().filter(near).count() * 10 <= begun.len();
    let told = apart && labels.iter().filter(near).count() >= TOLD;
    if least > 1.7 * size && !told { 1.3 * size } else { (1.15 * least).max(1.1 * size) }
}

/// Whether the last line of `b`, in a script with spaces between words, ends so early that the first word of the line
/// below had room on it; `right` is where the lines of the column end.
fn ends_early(page: &PageContent, words: &[Word], b: &Block, below: &Seg, right: f32) -> bool {
    let Some(first) = below.words.first().and_then(|&i| words.get(i)) else { return false };
    let last: Vec<&Word> =
        b.words.iter().filter_map(|&i| words.get(i)).filter(|w| (w.base - b.base).abs() < 0.3 * b.size).collect();
    let han = last.iter().chain([&first]).flat_map(|w| &w.chars);
    let han = han.filter_map(|&i| page.chars.get(i as usize)).any(|c| unspaced(c.ch));
    let end = last.iter().map(|w| w.rect.x1).fold(f32::MIN, f32::max);
    !han && end + first.rect.width() + 1.5 * b.size < right
}

/// Stacks of single letters in the stub: (line, segment, stack).
fn stacks(
    page: &PageContent,
    words: &[Word],
    rows: &[RowLine],
    anchor_of: &[Option<usize>],
    stub: usize,
    size: f32,
) -> Vec<(usize, usize, usize)> {
    let mut out: Vec<(usize, usize, usize)> = Vec::new();
    for c in 0..stub.max(1) {
        let mut run: Vec<(usize, usize, String)> = Vec::new();
        let mut last = f32::MIN;
        let mut flush = |run: &mut Vec<(usize, usize, String)>, id: usize| {
            // A column of units stands line by line beside the values; a stack of letters does not.
            let beside = run.iter().filter(|r| anchor_of.get(r.0).copied().flatten().is_some()).count();
            let alike = run.windows(2).filter(|p| matches!(p, [a, b] if a.2 == b.2)).count();
            if run.len() >= 4 && alike * 3 < run.len() && beside * 10 <= run.len() * 8 {
                out.extend(run.iter().map(|r| (r.0, r.1, id)));
            }
            run.clear();
        };
        for (k, r) in rows.iter().enumerate() {
            for (m, s) in r.segs.iter().enumerate() {
                if s.cols != (c, c) || s.value {
                    continue;
                }
                let label = text(page, words, s);
                let letter = s.len <= 2 && stackable(&label);
                if !letter || s.base - last > 2.6 * size {
                    flush(&mut run, c * 10_000 + k);
                }
                if letter {
                    run.push((k, m, label));
                }
                last = s.base;
            }
        }
        flush(&mut run, c * 10_000 + 9_999);
    }
    out
}

/// Turned words within the table are labels that span rows.
fn turned(words: &[Word], free: &[bool], rows: &[RowLine], xs: &[f32], blocks: &mut Vec<Block>) {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return };
    let mut mine: Vec<(usize, &Word)> = words
        .iter()
        .enumerate()
        .filter(|(i, w)| free.get(*i) == Some(&true) && w.turn % 2 == 1)
        .filter(|(_, w)| {
            let m = w.rect.center();
            m.y > first.y0
                && m.y < last.y1
                && xs.first().is_some_and(|&x| m.x > x - 2.5 * w.size)
                && xs.last().is_some_and(|&x| m.x < x)
        })
        .collect();
    mine.sort_by(|a, b| a.1.rect.x0.total_cmp(&b.1.rect.x0).then(a.1.local.x0.total_cmp(&b.1.local.x0)));
    for (i, w) in mine {
        let col = xs.partition_point(|&x| x <= w.rect.center().x).saturating_sub(1);
        match blocks.iter_mut().find(|b| b.spanning && b.rect.x0 < w.rect.x1 && w.rect.x0 < b.rect.x1) {
            Some(b) => {
                b.words.push(i);
                b.rect = b.rect.union(&w.rect);
            }
            None => blocks.push(Block {
                words: vec![i],
                rect: w.rect,
                base: w.base,
                size: w.size,
                cols: (col, col),
                anchor: None,
                spanning: true,
            }),
        }
    }
}

/// The grid of placed blocks; blocks that share a place share a cell.
fn grid(
    page: &PageContent,
    words: &[Word],
    xs: Vec<f32>,
    rows: Vec<Row>,
    mut placed: Vec<Placed>,
    stub: usize,
) -> Option<(Grid, Vec<usize>)> {
    let (first, last) = (rows.first()?, rows.last()?);
    let mut ys = vec![first.y0];
    for p in rows.windows(2) {
        if let [a, b] = p {
            let y = f32::midpoint(a.y1, b.y0);
            let least = ys.last().copied().unwrap_or(y) + 0.1;
            ys.push(y.max(least));
        }
    }
    ys.push(last.y1.max(ys.last().copied().unwrap_or_default() + 0.1));
    let (n, m) = (xs.len().checked_sub(1)?, rows.len());
    placed.sort_by(|a, b| {
        a.rows
            .0
            .cmp(&b.rows.0)
            .then(a.block.cols.0.cmp(&b.block.cols.0))
            .then(a.block.rect.y0.total_cmp(&b.block.rect.y0))
    });
    widen_labels(&mut placed, stub);
    let mut owner: Vec<Option<usize>> = vec![None; n * m];
    let mut cells: Vec<GridCell> = Vec::new();
    let mut used: Vec<usize> = Vec::new();
    for p in placed {
        used.extend(&p.block.words);
        let chars = p.block.words.iter().filter_map(|&i| words.get(i)).flat_map(|w| w.chars.iter().copied());
        let home = owner.get(p.rows.0 * n + p.block.cols.0).copied().flatten();
        if let Some(c) = home.and_then(|i| cells.get_mut(i)) {
            c.chars.extend(chars);
            continue;
        }
        let mut cols = p.block.cols.0..=p.block.cols.1.min(n - 1);
        let mut span = (p.rows.0, p.rows.1.min(m - 1));
        let clear = |owner: &[Option<usize>], r: usize, c: usize| owner.get(r * n + c) == Some(&None);
        let wide = cols.clone().take_while(|&c| clear(&owner, span.0, c)).count().max(1);
        cols = p.block.cols.0..=p.block.cols.0 + wide - 1;
        span.1 = (span.0..=span.1).take_while(|&r| cols.clone().all(|c| clear(&owner, r, c))).last().unwrap_or(span.0);
        for r in span.0..=span.1 {
            for c in cols.clone() {
                if let Some(o) = owner.get_mut(r * n + c) {
                    *o = Some(cells.len());
                }
            }
        }
        cells.push(GridCell {
            row: span.0,
            col: p.block.cols.0,
            row_span: span.1 - span.0 + 1,
            col_span: wide,
            chars: chars.collect(),
            ..GridCell::default()
        });
    }
    for (i, o) in owner.iter().enumerate() {
        if o.is_none() {
            cells.push(GridCell { row: i / n, col: i % n, row_span: 1, col_span: 1, ..GridCell::default() });
        }
    }
    cells.sort_by_key(|c| (c.row, c.col));
    for c in &mut cells {
        read(page, c);
    }
    let rect = Rect { x0: *xs.first()?, y0: *ys.first()?, x1: *xs.last()?, y1: *ys.last()? };
    let kind = TableKind::Borderless;
    Some((
        Grid { kind, rect, xs, ys, cells, open_top: true, open_bottom: true, aligned: true, parted: false, part: None },
        used,
    ))
}

//! Numbers that a narrow cell breaks over two lines or more (`12` over `3`).

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::cells::{Grid, GridCell};
use crate::layout::{Char, Line, PageContent, lines, starts_with_ordinal, words};

/// So many values of a row in one line tell that the row is one, where it has no label.
const SINGLE: usize = 3;

/// Cells have no wider margins than this.
const WIDEST: f32 = 9.0;
/// So many lines that begin equally far from the wall tell where text is set.
const SET: usize = 3;
/// Lines of one text are no further apart than this, in ems.
const LEADING: f32 = 2.5;
/// So many rows with one label each tell that lines part the rows.
const LABELLED: usize = 4;
/// So many characters at most begin a line together.
const MOST_KEPT: usize = 8;

/// One line of a cell: its ends, the width of what must begin it together, its baseline, its size and its text.
struct Row {
    x0: f32,
    x1: f32,
    first: f32,
    base: f32,
    size: f32,
    text: String,
}

/// A cell of the grid with its lines.
struct Seen<'g> {
    cell: &'g GridCell,
    rows: Vec<Row>,
    /// The margins of its text.
    x0: f32,
    x1: f32,
    /// Whether it breaks a number, as far as it tells itself.
    broken: bool,
}

/// The rows of a cell: its first, and how many.
type Band = (usize, usize);

/// What the cells around them say of broken numbers, worked out once: a grid may have many of them.
struct Around {
    /// Rows with a stack of numbers that is no broken one.
    mixed: FxHashSet<usize>,
    /// Bands that hold one row of values.
    single: FxHashSet<Band>,
    /// How many cells of the same columns wrap their text.
    wrapping: FxHashMap<(usize, usize), usize>,
}

/// Joins numbers that their cell breaks: no line has room for another digit, and the rest of the row or of the column
/// says that it is one row of values. All else stays in lines, which are no number.
///
/// Tells of the grid whether its lines part the rows.
pub(crate) fn join(page: &PageContent, grid: &mut Grid) {
    if !grid.cells.iter().any(|c| stacked(&c.text)) {
        return;
    }
    let cells: Vec<Vec<Line>> = grid.cells.iter().map(|c| lines(words(page, c.chars.iter().copied()))).collect();
    let pad = margin(page, grid, &cells);
    let seen: Vec<Seen> = grid
        .cells
        .iter()
        .zip(&cells)
        .map(|(cell, lines)| {
            let (rows, wall) = (lines.iter().filter_map(|l| row(page, l)).collect(), grid.cell_rect(cell));
            let seen = Seen { cell, rows, x0: wall.x0 + pad, x1: wall.x1 - pad, broken: false };
            Seen { broken: seen.is_broken(), ..seen }
        })
        .collect();
    let around = Around::new(&seen);
    let found: Vec<(usize, String)> = (seen.iter().enumerate())
        .filter(|(_, s)| s.broken && around.is_one_row(s))
        .map(|(i, s)| (i, s.rows.iter().map(|r| r.text.as_str()).collect()))
        .collect();
    let parted = parts_rows(&seen);
    for (i, text) in found {
        if let Some(c) = grid.cells.get_mut(i) {
            c.text = text;
            c.wrapped = true;
        }
    }
    grid.parted = parted;
}

/// Whether nearly all rows that hold values have one label.
fn parts_rows(all: &[Seen]) -> bool {
    let mut rows: BTreeMap<usize, (bool, usize, bool)> = BTreeMap::new(); // values, labels, one text each
    for s in all.iter().filter(|s| s.cell.row_span == 1 && !s.rows.is_empty()) {
        let row = rows.entry(s.cell.row).or_insert((false, 0, true));
        if s.cell.text.chars().any(char::is_alphabetic) {
            row.1 += 1;
            row.2 &= s.is_one_label();
        } else {
            row.0 |= s.cell.text.chars().any(digit);
        }
    }
    let valued = rows.values().filter(|r| r.0).count();
    let labelled = rows.values().filter(|r| r.0 && r.1 > 0 && r.2).count();
    labelled >= LABELLED && labelled * 5 >= valued * 4
}

/// The margin on either side of the text of cells: what all lines keep clear of their walls. A single character may run
/// over its margin, and punctuation at the ends of a line hang in it.
fn margin(page: &PageContent, grid: &Grid, cells: &[Vec<Line>]) -> f32 {
    let (mut left, mut right): (Vec<f32>, f32) = (Vec::new(), f32::MAX);
    for (cell, lines) in grid.cells.iter().zip(cells) {
        let wall = grid.cell_rect(cell);
        let several = |l: &&Line| l.turn == 0 && l.words.iter().map(|w| w.chars.len()).sum::<usize>() > 1;
        for line in lines.iter().filter(several) {
            let (before, behind, text) = (line.rect.x0 - wall.x0, wall.x1 - line.rect.x1, line.text(page));
            if before >= 0.0 && !text.starts_with(opening) {
                left.push(before);
            }
            if behind >= 0.0 && !text.ends_with(closing) {
                right = right.min(behind);
            }
        }
    }
    let least = left.iter().copied().fold(f32::MAX, f32::min);
    // Text is set from the left in some cells; else it is as clear of either side.
    let set = left.iter().filter(|&&l| l - least < 1.0).count() >= SET;
    (if set { least } else { least.min(right) }).min(WIDEST)
}

impl Seen<'_> {
    /// Whether the cell holds a stack of digits of which no line but the last has room for another digit.
    fn is_broken(&self) -> bool {
        let whole: String = self.rows.iter().map(|r| r.text.as_str()).collect();
        let lengths: Vec<usize> = self.rows.iter().map(|r| r.text.chars().count()).collect();
        let Some((last, [first, rest @ ..])) = lengths.split_last() else { return false };
        let even = last <= first && rest.iter().all(|n| n == first);
        // A point is narrower than a digit.
        let decimal = whole.starts_with(digit) && whole.ends_with(digit) && whole.matches('.').count() == 1;
        let number = decimal || even && whole.chars().all(digit);
        stacked(&self.cell.text) && self.rows.len() == self.cell.text.lines().count() && number && self.full(0.1, false)
    }

    /// Whether what begins each line but the first had no room on the line above, by `least`; `aside` where the lines
    /// begin at the left margin, behind an indent that takes room too.
    fn full(&self, least: f32, aside: bool) -> bool {
        let room = |r: &Row| if aside { self.x1 - r.x1 } else { self.x1 - self.x0 - (r.x1 - r.x0) };
        self.rows.windows(2).all(|p| match p {
            [a, b] => b.first > room(a) + least && b.base - a.base <= LEADING * a.size,
            _ => false,
        })
    }

    /// Whether the cell holds one text in one line, or in lines of which each ends where the cell does.
    fn is_one_label(&self) -> bool {
        let least = -0.15 * self.rows.first().map_or(0.0, |r| r.size);
        let aside = self.rows.iter().skip(1).any(|r| r.x0 - self.x0 < 1.0);
        self.rows.iter().skip(1).all(|r| !starts_with_ordinal(&r.text)) && self.full(least, aside)
    }

    fn numeric(&self) -> bool {
        self.rows.iter().flat_map(|r| r.text.chars()).all(|c| digit(c) || c == '.')
    }

    fn band(&self) -> Band {
        (self.cell.row, self.cell.row_span)
    }

    fn columns(&self) -> (usize, usize) {
        (self.cell.col, self.cell.col_span)
    }
}

impl Around {
    fn new(all: &[Seen]) -> Self {
        let mut bands: FxHashMap<Band, Vec<&Seen>> = FxHashMap::default();
        let mut wrapping: FxHashMap<(usize, usize), usize> = FxHashMap::default();
        for s in all.iter().filter(|s| !s.rows.is_empty()) {
            bands.entry(s.band()).or_default().push(s);
            *wrapping.entry(s.columns()).or_default() += usize::from(s.rows.len() >= 2 && s.full(0.1, false));
        }
        let mixed = all.iter().filter(|s| !s.broken && stacked(&s.cell.text)).map(|s| s.cell.row).collect();
        bands.retain(|_, cells| cells.iter().any(|s| s.broken) && holds_one_row(cells));
        Self { mixed, single: bands.into_keys().collect(), wrapping }
    }

    /// Whether the row of a broken number is one row of values: a cell of two or more values would stand beside as many
    /// labels, and beside other cells of several.
    fn is_one_row(&self, broken: &Seen) -> bool {
        let long = broken.rows.first().is_some_and(|r| r.text.chars().count() >= 2);
        let alike = || self.wrapping.get(&broken.columns()).is_some_and(|&cells| cells >= 2);
        !self.mixed.contains(&broken.cell.row) && (long && alike() || self.single.contains(&broken.band()))
    }
}

/// Whether the cells of a band hold one label, or values that could not stand in several rows.
fn holds_one_row(cells: &[&Seen]) -> bool {
    let mut labels = cells.iter().filter(|s| s.cell.text.chars().any(char::is_alphabetic)).peekable();
    let labelled = labels.peek().is_some();
    let one_label = labelled && labels.all(|s| s.is_one_label());
    let values: Vec<&&Seen> = cells.iter().filter(|s| s.numeric()).collect();
    let singles = values.iter().filter(|s| s.rows.len() == 1).count();
    // Rows of values have their baselines in common.
    let apart = || {
        values.iter().filter(|s| s.rows.len() > 1).any(|stack| {
            let on = |base: f32| stack.rows.iter().any(|l| (l.base - base).abs() <= 0.25 * l.size);
            let fewer = values.iter().filter(|s| s.rows.len() < stack.rows.len());
            fewer.flat_map(|s| &s.rows).any(|l| !on(l.base))
        })
    };
    one_label || !labelled && singles >= SINGLE && singles * 2 > values.len() || apart()
}

fn digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

/// Whether a text is several lines of digits, a point between them, and nothing else.
fn stacked(text: &str) -> bool {
    text.lines().flat_map(str::chars).all(|c| digit(c) || c == '.') && text.lines().count() >= 2
}

fn row(page: &PageContent, line: &Line) -> Option<Row> {
    let inked = line.words.iter().flat_map(|w| &w.chars).filter_map(|&i| page.chars.get(i as usize));
    let inked: Vec<&Char> = inked.take(MOST_KEPT + 1).collect();
    // Letters and digits are kept together, punctuation with what stands before it.
    let kept = inked.windows(2).take_while(|p| match p {
        [a, b] => !digit(a.ch) && a.ch.is_ascii_alphanumeric() && b.ch.is_ascii_alphanumeric() || closing(b.ch),
        _ => false,
    });
    let first = inked.iter().take(1 + kept.count()).map(|c| c.bbox.width()).sum();
    let (x0, x1, base, size) = (line.rect.x0, line.rect.x1, line.base, line.size);
    (line.turn == 0 && !inked.is_empty()).then(|| Row { x0, x1, first, base, size, text: line.text(page) })
}

fn closing(c: char) -> bool {
    "，。、；：）》”’」』】！？,.;:)%".contains(c)
}

fn opening(c: char) -> bool {
    "（《“‘「『【(".contains(c)
}

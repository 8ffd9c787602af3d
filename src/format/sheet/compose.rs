//! From the cells of a sheet to paragraphs and tables.
//!
//! A sheet that holds a whole report has its title and its prose in single cells, often merged across, and grids
//! between them. Rows that a cell covers together form a band; a band that shows one cell alone is text, unless it
//! is framed as a row of a grid or stands within one.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, Merge, Sheet};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Anchor, Block, Cell, Document, Paragraph, Role, Table, TableKind};
use crate::failure::Failure;
use crate::limits::Limits;

/// Empty columns in a row that are kept; of more one is enough.
const GAP: u32 = 8;
/// Longest text that may be the stub of a row whose other cells are empty.
const STUB: usize = 60;

/// A cell as it is shown: with the region that it covers, in numbers of visible rows and columns.
#[derive(Debug)]
struct Shown {
    rows: (usize, usize),
    cols: (usize, usize),
    /// Reference to its top left cell.
    place: (u32, u32),
    text: String,
    bordered: bool,
}

impl Shown {
    fn is_filled(&self) -> bool {
        !self.text.trim().is_empty()
    }
}

/// Rows that belong together, and what they show.
struct Band {
    rows: (usize, usize),
    /// First and last row among those that the sheet shows, to see gaps.
    first: u32,
    last: u32,
    cells: Vec<Shown>,
}

/// What a band is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Grid,
    Empty,
}

pub(super) fn compose(mut sheet: Sheet, limits: &Limits, document: &mut Document) -> Result<(), Failure> {
    let hidden = leave_hidden_out(&mut sheet, document);
    let name = quoted(&sheet.name);
    let framed = sheet.entries.iter().any(|e| e.bordered);
    let bands = bands(sheet, &hidden);
    let kinds = kinds(&bands, framed);
    let mut grid: Vec<Band> = Vec::new();
    for (band, kind) in bands.into_iter().zip(kinds) {
        let apart = grid.last().is_some_and(|last| band.first > last.last.saturating_add(1));
        if kind != Kind::Grid || apart {
            push_table(std::mem::take(&mut grid), &name, limits, document)?;
        }
        match kind {
            Kind::Grid => grid.push(band),
            Kind::Text => {
                for cell in band.cells.iter().filter(|c| c.is_filled()) {
                    push_lines(cell, &name, document);
                }
            }
            Kind::Empty => {}
        }
    }
    push_table(grid, &name, limits, document)
}

/// What of a sheet is not shown.
struct Hidden {
    rows: Vec<u32>,
    /// Runs of columns, in order and apart from each other.
    cols: Vec<(u32, u32)>,
}

impl Hidden {
    fn holds_row(&self, row: u32) -> bool {
        self.rows.binary_search(&row).is_ok()
    }

    fn holds_col(&self, col: u32) -> bool {
        self.run_of(col).is_some_and(|run| col <= run.1)
    }

    /// The last run of columns that begins at or before a column.
    fn run_of(&self, col: u32) -> Option<&(u32, u32)> {
        self.cols.partition_point(|run| run.0 <= col).checked_sub(1).and_then(|at| self.cols.get(at))
    }

    /// Whether some part of a region is shown.
    fn shows(&self, merge: &Merge) -> bool {
        let ((from, to), cols) = (merge.rows, merge.cols);
        let rows = self.rows.partition_point(|r| *r <= to) - self.rows.partition_point(|r| *r < from);
        (rows as u64) < u64::from(to - from) + 1 && self.run_of(cols.0).is_none_or(|run| cols.1 > run.1)
    }

    /// The number of a row among those that are shown.
    fn number(&self, row: u32) -> u32 {
        row.saturating_sub(u32::try_from(self.rows.partition_point(|r| *r < row)).unwrap_or(u32::MAX))
    }
}

/// Takes out what stands in hidden rows and columns, and tells of it.
fn leave_hidden_out(sheet: &mut Sheet, document: &mut Document) -> Hidden {
    let before = sheet.entries.iter().filter(|e| !e.text.is_empty()).count();
    let mut cols = std::mem::take(&mut sheet.hidden_cols);
    cols.sort_unstable();
    // Runs that touch or overlap are one, so that one search finds any column.
    cols.dedup_by(|next, kept| {
        let one = next.0 <= kept.1.saturating_add(1);
        if one {
            kept.1 = kept.1.max(next.1);
        }
        one
    });
    // A merged region is seen as long as some part of it is; its content stands in its first cell.
    let merged: BTreeMap<(u32, u32), Merge> = sheet.merges.iter().map(|m| ((m.rows.0, m.cols.0), *m)).collect();
    let hidden = Hidden { rows: std::mem::take(&mut sheet.hidden_rows).into_iter().collect(), cols };
    sheet.entries.retain(|e| match merged.get(&(e.row, e.col)) {
        Some(merge) => hidden.shows(merge),
        None => !hidden.holds_row(e.row) && !hidden.holds_col(e.col),
    });
    let left_out = before - sheet.entries.iter().filter(|e| !e.text.is_empty()).count();
    if left_out > 0 {
        document.diagnostics.push(Diagnostic {
            code: "cells-hidden",
            severity: Severity::Warning,
            message: format!("{left_out} cells in hidden rows or columns of sheet {} are left out", sheet.name),
            anchor: None,
        });
    }
    hidden
}

/// The columns that are shown: those with cells, and the empty ones between them.
fn columns(entries: &[Entry], hidden: &Hidden) -> Vec<u32> {
    let mut used: Vec<u32> = entries.iter().map(|e| e.col).collect();
    used.sort_unstable();
    used.dedup();
    let mut out: Vec<u32> = Vec::new();
    for col in used {
        if let Some(&last) = out.last() {
            let gap = (last + 1..col).filter(|c| !hidden.holds_col(*c));
            let between: Vec<u32> = gap.take(GAP as usize + 1).collect();
            out.extend(between.iter().take(if between.len() > GAP as usize { 1 } else { between.len() }));
        }
        out.push(col);
    }
    out
}

/// Cells to bands, from the top.
fn bands(mut sheet: Sheet, hidden: &Hidden) -> Vec<Band> {
    sheet.entries.sort_by_key(|e| (e.row, e.col));
    sheet.entries.dedup_by_key(|e| (e.row, e.col));
    let mut rows: Vec<u32> = sheet.entries.iter().map(|e| e.row).collect();
    rows.dedup();
    let cols = columns(&sheet.entries, hidden);
    let merges = disjoint(std::mem::take(&mut sheet.merges), &rows, &cols);
    // A merged region without content is one empty cell.
    let held: BTreeSet<(u32, u32)> = sheet.entries.iter().map(|e| (e.row, e.col)).collect();
    for &(top, left, ..) in &merges {
        if let (Some(&row), Some(&col)) = (rows.get(top), cols.get(left))
            && !held.contains(&(row, col))
        {
            sheet.entries.push(Entry { row, col, text: String::new(), bordered: false });
        }
    }
    sheet.entries.sort_by_key(|e| (e.row, e.col));
    // By its first visible row and column, what a region covers; cells beneath one are not shown.
    let mut covers: BTreeMap<(usize, usize), (usize, usize)> = BTreeMap::new();
    let mut covered = vec![Vec::new(); rows.len()];
    for (top, left, bottom, right) in merges {
        covers.insert((top, left), (bottom, right));
        for row in covered.get_mut(top..=bottom).into_iter().flatten() {
            row.push((left, right));
        }
    }
    for row in &mut covered {
        row.sort_unstable();
    }
    let mut out: Vec<Band> = Vec::new();
    let mut next = sheet.entries.into_iter().peekable();
    let mut reach = 0;
    for (at, &row) in rows.iter().enumerate() {
        let inside = covered.get(at).map(Vec::as_slice).unwrap_or_default();
        if out.is_empty() || at > reach {
            let number = hidden.number(row);
            out.push(Band { rows: (at, at), first: number, last: number, cells: Vec::new() });
            reach = at;
        }
        let Some(band) = out.last_mut() else { continue };
        while let Some(entry) = next.next_if(|e| e.row == row) {
            let Ok(col) = cols.binary_search(&entry.col) else { continue };
            let span = covers.get(&(at, col)).copied();
            let region = inside.partition_point(|(left, ..)| *left <= col).checked_sub(1).and_then(|i| inside.get(i));
            if span.is_none() && region.is_some_and(|(_, right)| col <= *right) {
                continue;
            }
            let (bottom, right) = span.unwrap_or((at, col));
            reach = reach.max(bottom);
            let Entry { row, col: sheet_col, text, bordered } = entry;
            band.cells.push(Shown { rows: (at, bottom), cols: (col, right), place: (row, sheet_col), text, bordered });
        }
        band.rows.1 = at;
        band.last = hidden.number(row);
    }
    out
}

/// Merged regions in numbers of visible rows and columns; of two that overlap the first stays.
fn disjoint(merges: Vec<Merge>, rows: &[u32], cols: &[u32]) -> Vec<(usize, usize, usize, usize)> {
    let within = |all: &[u32], (from, to): (u32, u32)| {
        let first = all.partition_point(|&n| n < from);
        let end = all.partition_point(|&n| n <= to);
        (end > first).then(|| (first, end - 1))
    };
    let mut out: Vec<(usize, usize, usize, usize)> = merges
        .iter()
        .filter_map(|m| {
            let ((top, bottom), (left, right)) = (within(rows, m.rows)?, within(cols, m.cols)?);
            (top < bottom || left < right).then_some((top, left, bottom, right))
        })
        .collect();
    out.sort_unstable();
    // Of each column, the row down to which a region reaches.
    let mut taken: Vec<Option<usize>> = vec![None; cols.len()];
    let mut work = 0usize;
    out.retain(|&(top, left, bottom, right)| {
        // Files with regions by the thousand over thousands of columns are none that a person made.
        work = work.saturating_add(right - left + bottom - top);
        if work > 4_000_000 {
            return false;
        }
        let Some(columns) = taken.get_mut(left..=right) else { return false };
        if columns.iter().any(|c| c.is_some_and(|reach| reach >= top)) {
            return false;
        }
        columns.fill(Some(bottom));
        true
    });
    out
}

/// What each band is.
fn kinds(bands: &[Band], framed: bool) -> Vec<Kind> {
    let alone: Vec<Option<&Shown>> = bands
        .iter()
        .map(|band| {
            let mut filled = band.cells.iter().filter(|c| c.is_filled());
            filled.next().filter(|_| filled.next().is_none())
        })
        .collect();
    // First the sure ones.
    let mut kinds: Vec<Kind> = bands
        .iter()
        .zip(&alone)
        .map(|(band, alone)| {
            let others = band.cells.iter().filter(|c| !c.is_filled() && c.bordered).count();
            match (alone, band.cells.iter().any(Shown::is_filled)) {
                (None, true) => Kind::Grid,
                (None, false) if others > 1 => Kind::Grid,
                (None, false) => Kind::Empty,
                (Some(_), _) if others > 0 => Kind::Grid,
                (Some(_), _) => Kind::Text,
            }
        })
        .collect();
    stubs(bands, framed, &alone, &mut kinds);
    kinds
}

/// Short texts right between rows of a grid may be rows whose other cells are empty: framed ones, or all where
/// nothing is framed.
fn stubs(bands: &[Band], framed: bool, alone: &[Option<&Shown>], kinds: &mut [Kind]) {
    let close = |at: usize| {
        let pair = at.checked_sub(1).and_then(|above| bands.get(above)).zip(bands.get(at));
        pair.is_some_and(|(above, band)| above.last + 1 == band.first)
    };
    let width = |at: usize| bands.get(at).and_then(|b| b.cells.iter().map(|c| c.cols.1).max()).unwrap_or(0);
    let mut at = 1;
    while at < bands.len() {
        let start = at;
        // A run of single texts that follows a row of a grid without a gap.
        while kinds.get(at) == Some(&Kind::Text) && close(at) {
            at += 1;
        }
        let between = start.checked_sub(1).is_some_and(|above| kinds.get(above) == Some(&Kind::Grid))
            && kinds.get(at) == Some(&Kind::Grid)
            && close(at);
        if at > start && between {
            let least = width(start - 1).min(width(at));
            for (kind, cell) in kinds.iter_mut().zip(alone).take(at).skip(start) {
                if let Some(cell) = cell {
                    let whole = cell.cols.0 == 0 && cell.cols.1 >= least;
                    let short = cell.text.chars().count() <= STUB && !cell.text.contains('。');
                    if short && !whole && (cell.bordered || !framed) {
                        *kind = Kind::Grid;
                    }
                }
            }
        }
        at = at.max(start + 1);
    }
}

fn push_lines(cell: &Shown, sheet: &str, document: &mut Document) {
    for line in cell.text.split('\n') {
        let line = line.trim_matches(char::is_whitespace);
        if !line.is_empty() {
            let anchor = anchor(sheet, cell.place);
            document.blocks.push(Block::Paragraph(Paragraph { text: line.to_owned(), role: Role::Body, anchor }));
        }
    }
}

/// Bands one under the other as a table; columns that none of them uses are left out.
fn push_table(bands: Vec<Band>, sheet: &str, limits: &Limits, document: &mut Document) -> Result<(), Failure> {
    let (Some(first), Some(last)) = (bands.first(), bands.last()) else { return Ok(()) };
    let (top, bottom) = (first.rows.0, last.rows.1);
    let all = || bands.iter().flat_map(|b| &b.cells);
    let left = all().map(|c| c.cols.0).min().unwrap_or(0);
    let right = all().map(|c| c.cols.1).max().unwrap_or(0);
    let (rows, width) = (bottom - top + 1, right - left + 1);
    if rows.saturating_mul(width) > limits.cells as usize {
        return Err(Failure::TooLarge(format!("a grid of {rows} by {width} cells in sheet {sheet}")));
    }
    let place = all().map(|c| c.place).min().unwrap_or_default();
    let mut taken = vec![false; rows * width];
    // Columns that are more than a part of cells merged across; rows whose cells are framed.
    let mut needed = vec![false; width];
    let mut framed = vec![true; rows];
    for cell in all() {
        if let Some(flag) = needed.get_mut(cell.cols.0 - left) {
            *flag = true;
        }
        for row in cell.rows.0 - top..=cell.rows.1.min(bottom) - top {
            let from = row * width;
            if let Some(range) = taken.get_mut(from + cell.cols.0 - left..=from + cell.cols.1 - left) {
                range.fill(true);
            }
            if let Some(flag) = framed.get_mut(row) {
                *flag &= cell.bordered || !cell.is_filled();
            }
        }
    }
    for (at, _) in taken.iter().enumerate().filter(|(_, taken)| !**taken) {
        if let Some(flag) = needed.get_mut(at % width) {
            *flag = true;
        }
    }
    // The number of each column that is left, and past the last how many are.
    let mut numbers = vec![0];
    for flag in &needed {
        numbers.push(numbers.last().copied().unwrap_or(0) + usize::from(*flag));
    }
    let number = |col: usize| numbers.get(col).copied().unwrap_or(0);
    let cols = number(width);
    let mut cells = Vec::new();
    for cell in bands.into_iter().flat_map(|b| b.cells) {
        let (col, end) = (number(cell.cols.0 - left), number(cell.cols.1 - left + 1));
        let (from, to) = (cell.rows.0 - top, cell.rows.1.min(bottom) - top);
        cells.push(Cell {
            row: from,
            col,
            row_span: to - from + 1,
            col_span: (end - col).max(1),
            text: cell.text.trim_matches('\n').to_owned(),
            anchor: anchor(sheet, cell.place),
        });
    }
    // In a row without frames nothing tells an empty cell from none: within the grid all are cells.
    for (at, _) in taken.iter().enumerate().filter(|(_, taken)| !**taken) {
        let (row, col) = (at / width, number(at % width));
        if framed.get(row) == Some(&false) {
            let anchor = anchor(sheet, place);
            cells.push(Cell { row, col, row_span: 1, col_span: 1, text: String::new(), anchor });
        }
    }
    cells.sort_by_key(|c| (c.row, c.col));
    let anchor = anchor(sheet, place);
    let table = Table { kind: TableKind::Markup, rows, cols, cells, caption: String::new(), anchor };
    document.blocks.push(Block::Table(table));
    Ok(())
}

/// A reference like `年报!C5`.
fn anchor(sheet: &str, (row, col): (u32, u32)) -> Anchor {
    Anchor::Node { path: format!("{sheet}!{}{}", letters(col), row.saturating_add(1)), line: 0, column: 0 }
}

/// The letters of a column from 0.
fn letters(col: u32) -> String {
    let mut out = Vec::new();
    let mut rest = col.saturating_add(1);
    while rest > 0 {
        rest -= 1;
        out.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    out.iter().rev().collect()
}

/// A sheet's name as references give it: in quotes where it holds more than letters and digits.
fn quoted(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    if plain { name.to_owned() } else { format!("'{}'", name.replace('\'', "''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_written_as_a_sheet_does() {
        assert_eq!([0, 25, 26, 701, 702, 16_383].map(letters), ["A", "Z", "AA", "ZZ", "AAA", "XFD"]);
        assert_eq!(["年报", "Sheet 1", "it's", ""].map(quoted), ["年报", "'Sheet 1'", "'it''s'", "''"]);
    }
}

//! Rows that the document itself names: a row of the form that stands for any number of printed ones, each with
//! a code or a name of its own in the stub.

use super::boxhead::{Boxhead, boxhead, prints_part};
use super::grid::{Grid, Hit, RowView};
use super::vocabulary::{Reader, TableIndex};
use crate::pattern::{Captures, Row};

/// Rows from the top that may print the boxhead.
const HEAD: usize = 12;
/// What a row is worth that prints a name of its own.
const GAIN: f32 = 0.3;

/// A printed row with the id that it gives itself.
pub(crate) struct Named {
    pub hit: Hit,
    pub id: String,
}

/// Finds the rows that name themselves, and takes them out of the search for labels: a code in the stub says more
/// than the words behind it, which other rows print as well.
pub(crate) fn named_rows(
    grid: &Grid,
    index: &TableIndex,
    views: &mut [RowView],
    carried: &[(usize, Boxhead)],
    reader: &Reader,
) -> Vec<Named> {
    let mut out: Vec<Named> = Vec::new();
    for (flat, at) in index.rows.iter().enumerate() {
        let Some((row, expression)) = index.row(flat).and_then(|r| Some((r, r.dynamic.as_ref()?))) else { continue };
        let Some((first, end)) = stub(grid, at.part, index, views, carried, reader) else { continue };
        for printed in first..views.len() {
            if out.iter().any(|n| n.hit.row == printed) {
                continue;
            }
            let cells = grid.row(printed).iter().copied();
            let inside = |c: &usize| grid.cell(*c).is_some_and(|x| x.col.saturating_add(x.col_span.max(1)) <= end);
            let cells: Vec<usize> = cells.filter(inside).collect();
            let shadow: String = cells.iter().map(|&c| reader.get(grid.text(c)).shadow.as_str()).collect();
            let Some(&own) = cells.last() else { continue };
            let Some(view) = views.get_mut(printed) else { continue };
            let Some(id) = expression.captures(&shadow).and_then(|found| filled(row, &found)) else {
                // A row of values that gives itself no name that the form knows.
                if view.own.is_none() && view.values > 0 && !shadow.is_empty() {
                    view.unknown = Some(own);
                }
                continue;
            };
            *view = RowView { own: Some(own), values: view.values, ..RowView::default() };
            let hit = Hit { row: printed, flat, own: Some(own), gain: GAIN, score: 1.0, astray: false };
            out.push(Named { hit, id });
        }
    }
    out
}

/// The first row below the boxhead of a part, and the column where its stub ends.
fn stub(
    grid: &Grid,
    part: usize,
    index: &TableIndex,
    views: &[RowView],
    carried: &[(usize, Boxhead)],
    reader: &Reader,
) -> Option<(usize, usize)> {
    let top = views.iter().take(HEAD).take_while(|v| v.values == 0).count();
    let heads = |r: &usize| {
        views.get(*r).is_some_and(|v| v.columns > 0 && v.own.is_none()) && prints_part(grid, *r, part, index, reader)
    };
    let rows: Vec<usize> = (0..top).filter(heads).collect();
    let columns = index.part(part)?.columns.len();
    let fresh = boxhead(grid, &rows, part, index, reader).filter(|head| head.leaves.len() * 2 >= columns);
    let old = || carried.iter().rev().find(|(p, _)| *p == part).map(|(_, head)| head);
    let head = fresh.as_ref().or_else(old)?;
    let first = if fresh.is_some() { rows.last().map_or(0, |r| r + 1) } else { 0 };
    let end = head.leaves.iter().map(|l| l.col).min().filter(|&end| end > 0)?;
    Some((first, end))
}

/// The row's id with the printed name filled in; `None` where that is empty or would split the variable's name.
fn filled(row: &Row, found: &Captures<'_>) -> Option<String> {
    let mut id = String::new();
    let mut rest = row.id.as_str();
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, tail) = behind.split_once('}')?;
        let value = found.name(name)?.as_str();
        if value.is_empty() || value.contains(|c: char| matches!(c, '.' | '{' | '}') || c.is_whitespace()) {
            return None;
        }
        id.push_str(before);
        id.push_str(value);
        rest = tail;
    }
    id.push_str(rest);
    Some(id)
}

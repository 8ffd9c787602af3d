//! Rows of values without labels of their own, below a boxhead or what is left of one.

use super::boxhead::{Boxhead, boxhead};
use super::fragment::{Fragment, ReadRow};
use super::grid::{Grid, Hit, RowView};
use super::mapping::{Basis, Mapping, map_row};
use super::ragged::{proven, sums_hold};
use super::vocabulary::{Reader, Role, TableIndex};
use super::year::printed_year;
use crate::document::TableKind;
use crate::record::State;

/// Rows without labels of their own: the first row of values below a boxhead.
pub(super) fn unlabelled(
    grid: &Grid,
    index: &TableIndex,
    views: &[RowView],
    is_data: &[bool],
    carried: &[(usize, Boxhead)],
    reader: &Reader,
    out: &mut Fragment,
) {
    let bare: Vec<(usize, usize)> = (index.rows.iter().enumerate())
        .filter(|(_, f)| {
            index
                .part(f.part)
                .and_then(|p| p.rows.get(f.row))
                .is_some_and(|r| r.labels.is_empty() && !r.group && r.dynamic.is_none())
        })
        .map(|(flat, f)| (flat, f.part))
        .collect();
    if bare.is_empty() {
        return;
    }
    let header: Vec<bool> = (views.iter().enumerate())
        .map(|(r, v)| v.columns > 0 && v.values == 0 && !is_data.get(r).copied().unwrap_or(false))
        .collect();
    let mut row = 0;
    let mut done: Vec<u32> = Vec::new(); // variables read, over all boxheads
    while row < views.len() {
        if !header.get(row).copied().unwrap_or(false) {
            row += 1;
            continue;
        }
        let mut rows = vec![row];
        let mut next = row + 1;
        while next < views.len() {
            let blank = grid.is_blank(next, reader);
            let more = header.get(next).copied().unwrap_or(false);
            // A blank line inside a boxhead, never at its end.
            if more {
                rows.push(next);
            } else if !(blank && header.get(next + 1).copied().unwrap_or(false)) {
                break;
            }
            next += 1;
        }
        let mut best: Option<(f32, usize, Boxhead, Bare, Vec<usize>)> = None;
        for &(flat, part) in &bare {
            let Some(head) = boxhead(grid, &rows, part, index, reader) else { continue };
            let total = index.part(part).map_or(0, |p| p.columns.len());
            if head.leaves.len() < 2.min(total) || head.leaves.len() < total.min(4) && head.uppers == 0 {
                continue;
            }
            let captions = caption_score(grid, &rows, part, index, reader);
            #[allow(clippy::cast_precision_loss, reason = "small counts")]
            let score = head.score + head.uppers as f32 * 0.3 + captions
                - head.leaves.iter().filter(|l| l.guessed).count() as f32 * 0.1;
            if best.as_ref().is_some_and(|b| b.0 >= score) {
                continue;
            }
            let mut found: Vec<Bare> = Vec::new();
            for r in next..views.len().min(next + 6) {
                if numbers_columns(grid, r, reader) && views.get(r + 1).is_some_and(|v| v.values > 0) {
                    continue;
                }
                if header.get(r).copied().unwrap_or(false) || is_data.get(r).copied().unwrap_or(false) {
                    break;
                }
                let Some((own, mapping)) = bare_row(grid, r, flat, index, &head, total, reader) else { continue };
                let printed = views.get(r).is_some_and(|v| v.values > 0);
                let hit = Hit { row: r, flat, own, gain: 0.5, score: 1.0, astray: false };
                found.push(Bare { hit, mapping, printed });
            }
            if found.iter().any(|f| f.printed) {
                found.retain(|f| f.printed);
            }
            let rivals = own_rows(&mut found, grid, index, reader);
            if let Some(row) = found.into_iter().next() {
                best = Some((score, part, head, row, rivals));
            }
        }
        if let Some((_, part, head, Bare { hit, mapping, .. }, rivals)) = best {
            let here: Vec<u32> =
                mapping.cells.iter().filter_map(|&(column, _)| index.variable(hit.flat, column)).collect();
            if here.iter().any(|v| !done.contains(v)) {
                done.extend(here);
                out.heads.push((part, head));
                out.rivals.extend(rivals.into_iter().map(|row| (out.rows.len(), row)));
                out.rows.push(ReadRow {
                    hit,
                    cells: mapping.cells,
                    basis: Some(mapping.basis),
                    head: Some(out.heads.len() - 1),
                    id: None,
                });
                row = hit.row + 1;
                continue;
            }
        }
        row = next;
    }
    if out.rows.iter().all(|r| r.cells.is_empty())
        && let Some(row) = bare.iter().find_map(|&(flat, part)| below_torn_head(grid, flat, part, index, reader))
    {
        out.heads.clear();
        out.rows = vec![row];
    }
    // The values on a new page, their boxhead on the page before.
    if out.rows.is_empty() && out.heads.is_empty() && !carried.is_empty() {
        for &(flat, part) in &bare {
            let Some((_, head)) = carried.iter().rev().find(|(p, _)| *p == part) else { continue };
            let head = head.carried_to(grid);
            let total = index.part(part).map_or(0, |p| p.columns.len());
            if head.leaves.len() < 4.min(total) {
                continue;
            }
            for r in 0..views.len().min(3) {
                if views.get(r).is_none_or(|v| v.values * 2 < head.leaves.len()) {
                    continue;
                }
                if let Some((own, mapping)) = bare_row(grid, r, flat, index, &head, total, reader) {
                    out.heads.push((part, head));
                    let hit = Hit { row: r, flat, own, gain: 0.5, score: 1.0, astray: false };
                    let (cells, basis) = (mapping.cells, Some(mapping.basis));
                    out.rows.push(ReadRow { hit, cells, basis, head: Some(0), id: None });
                    return;
                }
            }
        }
    }
}

/// Rows above a row of values that may be what is left of its boxhead.
const REMAINS: usize = 8;

/// The row of a part without labels whose boxhead was torn (its words wrapped or scattered by a layout): it has as many
/// numbers as the form has columns and nothing else, the part is named above it, and its sums hold or its numbers are
/// all the same.
fn below_torn_head(grid: &Grid, flat: usize, part: usize, index: &TableIndex, reader: &Reader) -> Option<ReadRow> {
    let columns = index.part(part)?.columns.len();
    if columns < LEAST_COUNTED || !matches!(grid.table.kind, TableKind::Delimited | TableKind::Borderless) {
        return None;
    }
    let part = index.part(part)?;
    let context = || grid.context.iter().map(|c| c.1);
    let named = |row: usize| {
        let above = (row.saturating_sub(REMAINS)..row).flat_map(|r| grid.row(r)).map(|&c| grid.text(c));
        let text: String = context().chain(above).map(|t| reader.get(t).shadow.as_str()).collect();
        let levels = part.columns.iter().flat_map(|c| &c.path).flatten().map(|label| label.shadow.as_str());
        let mut found: Vec<&str> = levels.filter(|l| l.chars().count() >= NUMBERED && text.contains(l)).collect();
        found.sort_unstable();
        found.dedup();
        found.len() >= LEAST_NAMED
    };
    let (row, cells) = (0..grid.rows.len()).find_map(|row| {
        let mapping = counted(grid, row, None, (flat, columns), index, reader)?;
        named(row).then_some((row, mapping.cells))
    })?;
    let hit = Hit { row, flat, own: None, gain: 0.5, score: 1.0, astray: false };
    Some(ReadRow { hit, cells, basis: Some(Basis::Order), head: None, id: None })
}

/// By the form's order, the numbers of a row in text of which its boxhead does not tell the columns: as many as the form
/// has, nothing else behind the label, and their sums hold or they are all the same.
pub(super) fn counted(
    grid: &Grid,
    row: usize,
    own: Option<usize>,
    (flat, columns): (usize, usize),
    index: &TableIndex,
    reader: &Reader,
) -> Option<Mapping> {
    if columns < NUMBERED || !matches!(grid.table.kind, TableKind::Delimited | TableKind::Borderless) {
        return None;
    }
    let label = own.and_then(|own| grid.row(row).iter().position(|&c| c == own)).map_or(0, |at| at + 1);
    let cells = grid.row(row).iter().copied().skip(label).filter(|&c| grid.cell(c).is_some_and(|x| x.row == row));
    let printed: Vec<usize> = cells.filter(|&c| !reader.get(grid.text(c)).is_blank()).collect();
    // The row's number in its table may stand in front of one without a label.
    let from = printed.len().checked_sub(columns).filter(|&more| more == 0 || more == 1 && own.is_none())?;
    let printed = printed.get(from..)?;
    if !printed.iter().all(|cell| reader.get(grid.text(*cell)).state == State::Number) {
        return None;
    }
    let same = || from == 0 && printed.windows(2).all(|w| matches!(w, [a, b] if grid.text(*a) == grid.text(*b)));
    let cells: Vec<(usize, usize)> = (0..columns).zip(printed.iter().copied()).collect();
    (same() || sums_hold(grid, flat, &cells, index)).then_some(Mapping { cells, basis: Basis::Order })
}

/// Names of columns, or of groups of them, that must be left.
const LEAST_NAMED: usize = 2;
/// Fewest columns that a row's number of values tells.
pub(super) const LEAST_COUNTED: usize = 10;

/// A row of values below a boxhead, of a part whose rows bear no labels.
struct Bare {
    hit: Hit,
    mapping: Mapping,
    /// It prints numbers.
    printed: bool,
}

/// Of rows of values below one boxhead keeps those that can be the report's own, the first first; gives the others that
/// nothing tells from it.
///
/// A row of another year gives way, an earlier year to the latest, and a label that the form does not know to one that
/// it does (合计, 本年度).
fn own_rows(found: &mut Vec<Bare>, grid: &Grid, index: &TableIndex, reader: &Reader) -> Vec<usize> {
    let label = |hit: &Hit| hit.own.map(|own| reader.get(grid.text(own)));
    if found.len() < 2 || found.iter().any(|f| label(&f.hit).is_none()) {
        return Vec::new();
    }
    let prefer = |found: &mut Vec<Bare>, better: &dyn Fn(&Hit) -> bool| {
        if found.iter().any(|f| better(&f.hit)) {
            found.retain(|f| better(&f.hit));
        }
    };
    prefer(found, &|hit| label(hit).is_some_and(|text| !reader.vocabulary.is_other_year(&text.shadow)));
    let year = |hit: &Hit| label(hit).and_then(|text| printed_year(&text.shadow));
    let latest = found.iter().filter_map(|f| year(&f.hit)).max();
    prefer(found, &|hit| latest.is_some() && year(hit) == latest);
    let known = |hit: &Hit, role: &Role| *role == Role::Stub(hit.flat);
    prefer(found, &|hit| {
        label(hit).is_some_and(|text| text.labels.iter().flat_map(|c| index.roles(c.key)).any(|role| known(hit, role)))
    });
    found.iter().skip(1).map(|f| f.hit.row).collect()
}

/// Least cells of a row that numbers the columns.
const NUMBERED: usize = 4;

/// Whether a row prints nothing but the numbers of the columns from 1.
fn numbers_columns(grid: &Grid, row: usize, reader: &Reader) -> bool {
    let cells = grid.row(row);
    let counts = |(at, cell): (usize, &usize)| reader.get(grid.text(*cell)).shadow == (at + 1).to_string();
    cells.len() >= NUMBERED && cells.iter().enumerate().all(counts)
}

/// A row of values without a label, or with one of the texts that reports print there (件数).
fn bare_row(
    grid: &Grid,
    row: usize,
    flat: usize,
    index: &TableIndex,
    head: &Boxhead,
    total: usize,
    reader: &Reader,
) -> Option<(Option<usize>, Mapping)> {
    let cells: Vec<usize> =
        grid.row(row).iter().copied().filter(|&c| grid.cell(c).is_some_and(|x| x.row == row)).collect();
    let first = *cells.first()?;
    let text = reader.get(grid.text(first));
    let stub = text.labels.iter().any(|c| index.roles(c.key).contains(&Role::Stub(flat)));
    let leftmost = head.leaves.iter().map(|l| l.col).min().unwrap_or(0);
    // Cells left of every column: a label that the form does not know, a number of the row, a blank margin.
    let left = |cell: &&usize| grid.cell(**cell).is_some_and(|c| c.col + c.col_span.max(1) <= leftmost);
    let outside: Vec<usize> = cells.iter().take_while(left).copied().collect();
    let worded = outside.iter().any(|&c| reader.get(grid.text(c)).is_text());
    // A row has one number; more are values whose headers are lost.
    let counted = outside.iter().filter(|c| reader.get(grid.text(**c)).state == State::Number).count();
    let own = match outside.last() {
        _ if stub => Some(first),
        _ if counted > 1 && !worded => None,
        Some(&last) if worded || cells.len() == head.leaves.len() + outside.len() => Some(last),
        _ => (text.is_text() && cells.len() == head.leaves.len() + 1).then_some(first),
    };
    let mapping = map_row(grid, row, own, Some(head), total, reader)
        .filter(|m| m.basis != Basis::Ragged || proven(grid, flat, &m.cells, index))?;
    let plain = mapping.cells.iter().filter(|(_, c)| reader.get(grid.text(*c)).is_text()).count();
    (plain * 2 <= mapping.cells.len()).then_some((own, mapping))
}

/// How far the captions above a boxhead (paragraphs before the table, title rows in it) name the part.
fn caption_score(grid: &Grid, rows: &[usize], part: usize, index: &TableIndex, reader: &Reader) -> f32 {
    let first = rows.first().copied().unwrap_or(0);
    let inside = (first.saturating_sub(2)..=first).flat_map(|r| grid.row(r).iter().map(|&c| grid.text(c)));
    let above = grid.context.iter().map(|c| c.1);
    let mut best = 0.0f32;
    for text in inside.chain(above) {
        for candidate in &reader.get(text).labels {
            if index.roles(candidate.key).contains(&Role::Caption { part }) {
                best = best.max(candidate.found.score);
            }
        }
    }
    best * 0.5
}

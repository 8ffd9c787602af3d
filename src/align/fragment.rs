//! What one physical table holds of one table of one form.

use rustc_hash::{FxHashMap, FxHashSet};

use super::bare::{counted, unlabelled};
use super::boxhead::{Boxhead, boxhead, header_rows};
use super::grid::{Grid, Hit, RowView, align_rows, view};
use super::mapping::{Basis, Mapping, map_row};
use super::ragged::proven;
use super::stub::named_rows;
use super::vocabulary::{Reader, Role, TableIndex};
use crate::document::TableKind;
use crate::record::State;

/// A row of the form as printed, with its cells under the columns.
pub(crate) struct ReadRow {
    pub hit: Hit,
    /// Column of the part and cell.
    pub cells: Vec<(usize, usize)>,
    pub basis: Option<Basis>,
    /// Index into [`Fragment::heads`].
    pub head: Option<usize>,
    /// The id that the printed row gives itself, of a row that the document names.
    pub id: Option<String>,
}

/// How well a label matches that is printed to its end.
const WHOLE: f32 = 0.97;

/// What one physical table holds of one table of one form.
pub(crate) struct Fragment {
    /// Index into the list of grids.
    pub grid: usize,
    pub rows: Vec<ReadRow>,
    /// Boxheads with their parts.
    pub heads: Vec<(usize, Boxhead)>,
    /// Printed rows that the form does not know: grid row and cell.
    pub unknown: Vec<(usize, usize)>,
    /// Rows of values without any label that no row of the form took.
    pub bare: Vec<usize>,
    /// Rows that may be meant instead of one of [`Fragment::rows`]: its index and the grid row.
    pub rivals: Vec<(usize, usize)>,
    /// Rows of the form that are printed again: flat index and grid row.
    pub again: Vec<(usize, usize)>,
    pub score: f32,
    /// Its caption says that it is of another year.
    pub other_year: bool,
}

impl Fragment {
    /// Flat indices of the rows that hold values here.
    pub fn covered(&self) -> impl Iterator<Item = usize> + '_ {
        self.rows.iter().filter(|r| !r.cells.is_empty()).map(|r| r.hit.flat)
    }
}

/// Matches a physical table with a table of a form; `None` where nothing speaks for it.
///
/// `carried` are the boxheads of the table's parts in earlier physical tables, for tables cut by a page break.
pub(crate) fn fragment(
    at: usize,
    grid: &Grid,
    index: &TableIndex,
    carried: &[(usize, Boxhead)],
    reader: &Reader,
) -> Option<Fragment> {
    // Rows are found by their labels, or below a boxhead, or by what they name themselves.
    let row = |role: &Role| matches!(role, Role::Row(_));
    let speaks =
        if index.open { grid.roles(index, reader).next().is_some() } else { grid.roles(index, reader).any(row) };
    if !speaks && (carried.is_empty() || !index.open) {
        return None;
    }
    let mut views: Vec<RowView> = (0..grid.rows.len()).map(|r| view(grid, r, index, reader)).collect();
    // A label right above a row of headers heads them; it is no row without values.
    for row in (1..views.len()).rev() {
        let headers = views.get(row).is_some_and(|v| v.columns > 0 && v.values == 0 && v.own.is_none());
        if let Some(above) = views.get_mut(row - 1)
            && headers
            && above.heading
            && above.values == 0
        {
            above.own = None;
            above.candidates.clear();
            above.columns = above.columns.max(1);
        }
    }
    if grid.piece {
        keep_captioned_parts(grid, index, &mut views, reader);
    }
    let named = named_rows(grid, index, &mut views, carried, reader);
    let mut hits = align_rows(views.get(..restart(&views, index)).unwrap_or(&views), index);
    hits.extend(named.iter().map(|n| n.hit));
    hits.sort_by_key(|h| h.row);
    let names: FxHashMap<usize, String> = named.into_iter().map(|n| (n.hit.row, n.id)).collect();
    let mut is_data = vec![false; views.len()];
    for hit in &hits {
        if let Some(slot) = is_data.get_mut(hit.row) {
            *slot = true;
        }
    }
    let mut out = Fragment {
        grid: at,
        rows: Vec::new(),
        heads: Vec::new(),
        unknown: Vec::new(),
        bare: Vec::new(),
        rivals: Vec::new(),
        again: Vec::new(),
        score: 0.0,
        other_year: false,
    };
    let mut last: Option<(usize, usize, Option<usize>)> = None; // part, row, head
    for hit in hits {
        let Some(flat) = index.rows.get(hit.flat) else { continue };
        let Some(form_row) = index.row(hit.flat) else { continue };
        if form_row.group {
            out.rows.push(ReadRow { hit, cells: Vec::new(), basis: None, head: None, id: None });
            continue;
        }
        let columns = index.part(flat.part).map_or(0, |p| p.columns.len());
        // The same header as the row before, where no header stands between.
        let reuse = last.filter(|&(part, row, _)| {
            part == flat.part
                && !(row + 1..hit.row).any(|r| views.get(r).is_some_and(|v| v.columns > 0 && v.own.is_none()))
        });
        let head = match reuse {
            Some((_, _, head)) => head,
            None => {
                let rows = header_rows(&views, &is_data, hit.row, grid, flat.part, index, reader);
                let fresh = boxhead(grid, &rows, flat.part, index, reader);
                let old = || {
                    let (_, head) = carried.iter().rev().find(|(part, _)| *part == flat.part)?;
                    Some(head.carried_to(grid))
                };
                let chosen = match fresh {
                    Some(f) if f.leaves.len() * 2 >= columns => Some(f),
                    Some(f) => match old() {
                        Some(o) if o.leaves.len() > f.leaves.len() && f.extras.is_empty() => Some(o),
                        _ => Some(f),
                    },
                    None => old(),
                };
                chosen.map(|head| {
                    out.heads.push((flat.part, head));
                    out.heads.len() - 1
                })
            }
        };
        last = Some((flat.part, hit.row, head));
        let boxhead = head.and_then(|h| out.heads.get(h)).map(|(_, b)| b);
        let mapping = map_row(grid, hit.row, hit.own, boxhead, columns, reader);
        // A cell was dropped, and nothing tells which.
        let sure = |m: &Mapping| m.basis != Basis::Ragged || proven(grid, hit.flat, &m.cells, index);
        // A label among the values is the row's own, of a form that divides what this one names.
        let labelled = |m: &Mapping| m.cells.iter().any(|&(_, c)| !reader.get(grid.text(c)).labels.is_empty());
        let mapping = mapping.filter(|m| sure(m) && !labelled(m));
        let mapping = mapping.or_else(|| counted(grid, hit.row, hit.own, (hit.flat, columns), index, reader));
        let (cells, basis) = mapping.map_or((Vec::new(), None), |m: Mapping| (m.cells, Some(m.basis)));
        let id = names.get(&hit.row).cloned();
        out.rows.push(ReadRow { hit, cells, basis, head, id });
    }
    if grid.table.kind == TableKind::Delimited {
        refuse_shifted(grid, &mut out, reader);
    }
    if grid.is_drawn() {
        refuse_torn(grid, &views, &is_data, reader, &mut out);
    }
    unlabelled(grid, index, &views, &is_data, carried, reader, &mut out);
    accept(grid, index, &views, reader, out)
}

/// Fewest rows that come again for a table to be printed twice in one grid.
const LEAST_AGAIN: i64 = 3;

/// The row of a grid at which a boxhead stands and most rows of the form come again: another table (last year's)
/// printed right below, of which no row is one of this one's. The number of rows where none does.
fn restart(views: &[RowView], index: &TableIndex) -> usize {
    // First and last place of each row of the form whose label leaves no doubt.
    let mut places: Vec<Option<(usize, usize)>> = vec![None; index.rows.len()];
    for (row, view) in views.iter().enumerate() {
        if let [(flat, _, score)] = view.candidates.as_slice()
            && *score >= 0.95
            && index.row(*flat).is_some_and(|r| !r.group && !r.heads)
            && let Some(slot) = places.get_mut(*flat)
        {
            *slot = Some(slot.map_or((row, row), |(first, _)| (first, row)));
        }
    }
    let mut change = vec![0i64; views.len() + 1];
    let mut put = |at: usize, by: i64| {
        if let Some(slot) = change.get_mut(at) {
            *slot += by;
        }
    };
    for (first, last) in places.iter().flatten().filter(|(first, last)| first < last) {
        put(first + 1, 1);
        put(last + 1, -1);
    }
    let least = i64::try_from(places.iter().flatten().count() / 2).unwrap_or(i64::MAX).max(LEAST_AGAIN);
    let heads = |row: usize| views.get(row).is_some_and(|v| v.columns > 0 && v.values == 0 && v.own.is_none());
    let mut both = 0;
    for (row, change) in change.iter().enumerate().take(views.len()) {
        both += change;
        if both >= least && heads(row) {
            return row;
        }
    }
    views.len()
}

/// Refuses rows of separated text read by place where another row under the same boxhead prints a number behind its
/// last column: header and rows are padded differently, and places tell nothing.
fn refuse_shifted(grid: &Grid, out: &mut Fragment, reader: &Reader) {
    let mut shifted = vec![false; out.heads.len()];
    for row in &out.rows {
        let Some((slot, (_, head))) = row.head.and_then(|h| shifted.get_mut(h).zip(out.heads.get(h))) else { continue };
        let end = head.leaves.iter().chain(&head.extras).map(|l| l.end).max().unwrap_or(0);
        let number = |cell: &usize| reader.get(grid.text(*cell)).state == State::Number;
        let behind = |cell: &usize| grid.cell(*cell).is_some_and(|c| c.col >= end);
        *slot |= !head.carried && grid.row(row.hit.row).iter().any(|c| behind(c) && number(c));
    }
    for row in &mut out.rows {
        if row.basis == Some(Basis::Place) && row.head.is_some_and(|h| shifted.get(h).copied().unwrap_or(false)) {
            row.cells.clear();
            row.basis = None;
        }
    }
}

/// Refuses rows that their layout tore where no lines part them: in the row above or below, which has no label or the
/// rest of this one's, stand values where this one has none, or the other way round. Between lines as well, where all
/// values stand in the one row and the label in the other.
fn refuse_torn(grid: &Grid, views: &[RowView], is_data: &[bool], reader: &Reader, out: &mut Fragment) {
    let torn = |row: usize, whole: bool, beside: Option<usize>| {
        let Some((at, view)) = beside.and_then(|b| Some((b, views.get(b)?))) else { return false };
        let rest = view.own.is_none() && view.unknown.is_none() || !whole;
        let other = rest && view.values > 0 && view.columns == 0 && !is_data.get(at).copied().unwrap_or(true);
        let values = |row: usize| begun(grid, row, &[State::Number, State::Dash], reader);
        let (here, there) = (values(row), values(at));
        let lines = grid.table.kind != TableKind::Borderless;
        other && !there.is_empty() && here != there && (here.is_empty() || !lines)
    };
    for read in out.rows.iter_mut().filter(|r| !r.cells.is_empty()) {
        let (row, whole) = (read.hit.row, read.hit.score >= WHOLE);
        if torn(row, whole, row.checked_sub(1)) || torn(row, whole, Some(row + 1)) {
            read.cells.clear();
            read.basis = None;
        }
    }
}

/// The columns of a row in which a cell of one of the states begins.
fn begun(grid: &Grid, row: usize, states: &[State], reader: &Reader) -> Vec<usize> {
    let fits = |cell: &&usize| states.contains(&reader.get(grid.text(**cell)).state);
    grid.row(row).iter().filter(fits).filter_map(|&c| grid.cell(c)).filter(|c| c.row == row).map(|c| c.col).collect()
}

/// The boxheads at the foot of a physical table, cut from their rows by a page break: for the next table alone.
pub(crate) fn open_heads(grid: &Grid, index: &TableIndex, reader: &Reader) -> Vec<(usize, Boxhead)> {
    let heads = |row: &usize| {
        if !grid.may_head(*row) {
            return false;
        }
        let view = view(grid, *row, index, reader);
        view.columns > 0 && view.values == 0
    };
    let mut rows: Vec<usize> = (0..grid.rows.len()).rev().take_while(heads).collect();
    rows.reverse();
    if rows.is_empty() {
        return Vec::new();
    }
    let whole = |part: usize| {
        let columns = index.part(part)?.columns.len();
        let head = boxhead(grid, &rows, part, index, reader)?;
        (head.leaves.len() == columns).then_some((part, head))
    };
    (0..index.table.parts.len()).filter_map(whole).collect()
}

/// In a piece of a table whose head names its part (进, 出), labels that the parts share are that part's.
fn keep_captioned_parts(grid: &Grid, index: &TableIndex, views: &mut [RowView], reader: &Reader) {
    let head = views.iter().take_while(|v| v.values == 0 && v.own.is_none()).count();
    let mut parts: Vec<usize> = Vec::new();
    for cell in (0..head).flat_map(|row| grid.row(row)) {
        for (score, role) in reader.get(grid.text(*cell)).meanings(index) {
            if let Role::Caption { part } = *role
                && score >= 0.95
            {
                parts.push(part);
            }
        }
    }
    if parts.is_empty() {
        return;
    }
    for view in views {
        view.candidates.retain(|c| index.rows.get(c.0).is_some_and(|r| parts.contains(&r.part)));
    }
}

/// Rows of a part of which a report prints more than one.
const MANY_ROWS: usize = 6;

/// Whether a fragment is more than chance; scores it and tells unknown rows.
fn accept(grid: &Grid, index: &TableIndex, views: &[RowView], reader: &Reader, mut out: Fragment) -> Option<Fragment> {
    let read = out.rows.iter().filter(|r| !r.cells.is_empty()).count();
    if read == 0 {
        return None;
    }
    let headed = out.rows.iter().any(|r| {
        let Some((part, head)) = r.head.and_then(|h| out.heads.get(h)) else {
            // A row that its number of values told ([`counted`]).
            return r.hit.own.is_none() && !r.cells.is_empty();
        };
        let total = index.part(*part).map_or(0, |p| p.columns.len());
        !r.cells.is_empty() && head.leaves.len() * 2 >= total
    });
    let strong = out.rows.iter().filter(|r| r.hit.score >= 0.85).count();
    if !headed && strong < 3 && !(strong >= 1 && strong == out.rows.len() && spoken(grid, index, reader)) {
        return None;
    }
    // Labels like the form's in a table of another kind: most printed rows are unknown to the form.
    let known: FxHashSet<usize> = out.rows.iter().map(|r| r.hit.row).collect();
    out.unknown = (views.iter().enumerate())
        .filter(|(r, v)| v.values > 0 && !known.contains(r))
        .filter_map(|(r, v)| Some((r, v.unknown?)))
        .filter(|&(_, cell)| !known_beside(grid.text(cell), index, reader))
        .collect();
    // One row with more numbers than columns, or among unknown rows, is a chart's, where the form has many.
    if let [row] = out.rows.as_slice()
        && index.rows.get(row.hit.flat).and_then(|f| index.part(f.part)).is_some_and(|p| p.rows.len() >= MANY_ROWS)
    {
        let head = row.head.and_then(|h| out.heads.get(h)).map(|(_, head)| head);
        let beside = begun(grid, row.hit.row, &[State::Number], reader).len() > row.cells.len().max(1);
        let chart = out.unknown.len() > 1 || beside && !spoken(grid, index, reader);
        if chart && !head.is_some_and(|head| head.carried) {
            return None;
        }
    }
    out.again = again(&out.rows, views);
    out.bare = (views.iter().enumerate())
        .filter(|(r, v)| v.values > 0 && v.own.is_none() && v.unknown.is_none() && v.columns == 0 && !known.contains(r))
        .map(|(r, _)| r)
        .collect();
    // Below a boxhead of its own, rows after the last one known may be of a table glued to this one.
    let last = out.rows.iter().map(|r| r.hit.row).max().unwrap_or(0);
    let strange = out.unknown.iter().filter(|(row, _)| !headed || *row < last).count();
    if strange > 2 * out.rows.len() + 3 {
        return None;
    }
    out.unknown.extend(unplaced(grid, index, views, reader, &out));
    out.unknown.sort_unstable();
    let mut seen: Vec<usize> = Vec::new();
    out.score = out.rows.iter().map(|r| if r.cells.is_empty() { r.hit.gain * 0.5 } else { r.hit.gain }).sum();
    for row in &out.rows {
        if let Some(head) = row.head
            && !seen.contains(&head)
        {
            seen.push(head);
            out.score += out.heads.get(head).filter(|h| !h.1.carried).map_or(0.0, |h| h.1.score);
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "small counts")]
    {
        out.score -= strange as f32 * 0.3;
    }
    (out.score > 0.0).then_some(out)
}

/// Rows of values that are no others than rows read already (last year's table joined to this year's). A row whose
/// label several rows of the form bear (其他情形数 of reviews and of lawsuits) is none where it was read as one of them.
fn again(rows: &[ReadRow], views: &[RowView]) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for (row, view) in views.iter().enumerate() {
        let sure = || view.candidates.iter().filter(|c| c.2 >= 0.95);
        let read = |flat: usize, here: bool| {
            rows.iter().any(|r| r.hit.flat == flat && (r.hit.row == row) == here && !r.cells.is_empty())
        };
        if view.values > 0
            && let Some(&(flat, ..)) = sure().max_by(|a, b| a.1.total_cmp(&b.1))
            && read(flat, false)
            && !sure().any(|c| read(c.0, true))
        {
            out.push((flat, row));
        }
    }
    out
}

/// Rows of values with a label like one of the form's, which none of its rows took: rows that an agency added
/// (其他规范性文件).
fn unplaced(
    grid: &Grid,
    index: &TableIndex,
    views: &[RowView],
    reader: &Reader,
    out: &Fragment,
) -> Vec<(usize, usize)> {
    let told = |row: usize| {
        out.rows.iter().any(|r| r.hit.row == row)
            || out.unknown.iter().any(|u| u.0 == row)
            || out.again.iter().any(|a| a.1 == row)
            || out.bare.contains(&row)
    };
    (views.iter().enumerate())
        .take(restart(views, index))
        .filter(|(row, view)| view.values > 0 && view.columns == 0 && !told(*row))
        .filter_map(|(row, view)| Some((row, view.own?)))
        .filter(|&(_, cell)| !known_beside(grid.text(cell), index, reader))
        .collect()
}

/// Whether a text labels a row of another table of the form: a print may join its tables to one.
fn known_beside(text: usize, index: &TableIndex, reader: &Reader) -> bool {
    let beside = |t: &&TableIndex| t.form.id == index.form.id && t.table.id != index.table.id;
    let sure = reader.get(text).labels.iter().filter(|c| c.found.score >= 0.9);
    sure.into_iter().any(|c| {
        let mut tables = reader.vocabulary.tables.iter().filter(beside);
        tables.any(|t| t.roles(c.key).iter().any(|r| matches!(r, Role::Row(_))))
    })
}

/// Whether the paragraphs before the table speak of the form's table (its captions or its groups).
fn spoken(grid: &Grid, index: &TableIndex, reader: &Reader) -> bool {
    grid.context.iter().any(|&(_, text)| {
        reader.get(text).labels.iter().any(|c| c.found.score >= 0.8 && !index.roles(c.key).is_empty())
    })
}

//! Tables: from rows and cells with spans, right or wrong, to a grid.

use crate::document::{Cell, INK, Table, TableKind};
use crate::record::State;
use crate::text::read_cell;

use super::attributes::Attr;
use super::facts::Facts;
use super::text::lines_of;
use super::tree::{Kind, Origin, Tag, Tree};

/// Greatest span of columns that HTML allows.
const MAX_COL_SPAN: usize = 1_000;
/// Columns that may hang down into a row from above; more are a bomb, and end.
const MAX_HANGING: usize = 2_000;
/// Cells and columns of a row that may label it.
const MOST_LABELS: usize = 8;
/// Cells of a row that room is made for at once.
const USUAL_CELLS: usize = 16;
/// Characters of a cell above which it is no value.
const LONGEST_VALUE: u32 = 60;
/// Greatest span of rows that HTML allows.
const MAX_ROW_SPAN: usize = 65_534;

/// A row as the markup has it.
pub(super) struct Row {
    /// Cells in order.
    pub cells: Vec<RawCell>,
    /// Columns that they span.
    width: usize,
    /// Number of the row group; spans end with it.
    group: usize,
}

/// A cell as the markup has it.
#[derive(Clone, Copy)]
pub(super) struct RawCell {
    /// Its node.
    pub node: u32,
    col_span: usize,
    /// 0: down to the end of the row group.
    row_span: usize,
}

/// The rows and cells of the table itself, not of tables within nor those that are `hidden`, which take no place; rows
/// without cells stay as empty rows.
pub(super) fn rows_of(tree: &Tree, table: u32, hidden: impl Fn(u32) -> bool) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut group = 0;
    let end = tree.end(table);
    let mut at = table + 1;
    while at < end {
        let Some(node) = tree.get(at) else { break };
        at += 1;
        let Kind::Element(element, tag) = node.kind else { continue };
        match tag {
            Tag::Table | Tag::Silent => at = node.end,
            Tag::Row | Tag::Cell if hidden(at - 1) => at = node.end,
            Tag::Row => {
                // A row has as many cells as the one before it, as a rule.
                let usual = rows.last().map_or(0, |row| row.cells.len().min(USUAL_CELLS));
                rows.push(Row { cells: Vec::with_capacity(usual), width: 0, group });
            }
            Tag::Cell => {
                let (mut col_span, mut row_span) = (1, 1);
                for (name, value) in element.attributes() {
                    match name {
                        Attr::ColSpan => col_span = span(value).unwrap_or(1).clamp(1, MAX_COL_SPAN),
                        Attr::RowSpan => row_span = span(value).unwrap_or(1).min(MAX_ROW_SPAN),
                        _ => {}
                    }
                }
                if rows.is_empty() {
                    rows.push(Row { cells: Vec::new(), width: 0, group });
                }
                if let Some(row) = rows.last_mut() {
                    row.width += col_span;
                    row.cells.push(RawCell { node: at - 1, col_span, row_span });
                }
                at = node.end;
            }
            Tag::Block if matches!(element.name(), "thead" | "tbody" | "tfoot") => group += 1,
            _ => {}
        }
    }
    rows
}

/// The number at the start of the attribute (`3`, ` 3`, `3px`, `"3"`).
fn span(value: &str) -> Option<usize> {
    let digits = value.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let digits = digits.get(..end)?;
    if digits.is_empty() { None } else { Some(digits.parse().unwrap_or(usize::MAX)) }
}

/// A cell placed on the grid.
struct Placed {
    node: u32,
    row: usize,
    col: usize,
    row_span: usize,
    col_span: usize,
}

/// Places the cells as HTML does, with spans cut where they would overlap or leave their row group, or reach down into
/// a row that is complete without them; `prints_text` says whether a cell prints more than a value.
fn place(rows: &[Row], prints_text: &dyn Fn(u32) -> bool) -> Vec<Placed> {
    let mut placed: Vec<Placed> = Vec::new();
    // For each column: the row from which on it is free, and the cell that takes it until then.
    let mut taken: Vec<(usize, usize)> = Vec::new();
    let width = usual_width(rows);
    let mut group_ends = vec![rows.len(); rows.len()];
    for (r, pair) in rows.windows(2).enumerate().rev() {
        let [row, next] = pair else { continue };
        let end = if row.group == next.group { group_ends.get(r + 1).copied().unwrap_or(r + 1) } else { r + 1 };
        if let Some(slot) = group_ends.get_mut(r) {
            *slot = end;
        }
    }
    for ((r, row), group_end) in rows.iter().enumerate().zip(group_ends) {
        let group_rows = group_end - r;
        end_overlong_spans(r, row, width, &mut taken, &mut placed);
        end_inner_spans(r, rows, width, &mut taken, &mut placed, prints_text);
        let mut col = 0;
        for cell in &row.cells {
            while taken.get(col).is_some_and(|(free, _)| *free > r) {
                col += 1;
            }
            let room = taken.iter().skip(col).take(cell.col_span).take_while(|(free, _)| *free <= r).count();
            let beyond = (col + cell.col_span).saturating_sub(taken.len().max(col));
            let col_span = cell.col_span.min(if col + room >= taken.len() { room + beyond } else { room }).max(1);
            let row_span = if cell.row_span == 0 { group_rows } else { cell.row_span.min(group_rows) }.max(1);
            if taken.len() < col + col_span {
                taken.resize(col + col_span, (0, 0));
            }
            for slot in taken.iter_mut().skip(col).take(col_span) {
                *slot = (r + row_span, placed.len());
            }
            placed.push(Placed { node: cell.node, row: r, col, row_span, col_span });
            col += col_span;
        }
    }
    placed
}

/// The width that most rows have by their own cells' spans and what hangs down into them, where the spans
/// are as printed; 0 where no width is usual.
fn usual_width(rows: &[Row]) -> usize {
    let mut widths: Vec<usize> = Vec::new();
    let mut hanging: Vec<(usize, usize)> = Vec::new();
    for (r, row) in rows.iter().enumerate() {
        hanging.retain(|(until, _)| *until > r);
        if hanging.len() > 64 {
            return 0;
        }
        if row.width == 0 {
            continue;
        }
        widths.push(row.width + hanging.iter().map(|(_, span)| span).sum::<usize>());
        hanging.extend(row.cells.iter().filter(|c| c.row_span > 1).map(|c| (r + c.row_span, c.col_span)));
    }
    widths.sort_unstable();
    let mut best = (0, 0);
    for run in widths.chunk_by(|a, b| a == b) {
        if run.len() >= best.0 {
            best = (run.len(), run.first().copied().unwrap_or(0));
        }
    }
    let filled = rows.iter().filter(|r| !r.cells.is_empty()).count();
    if best.0 * 2 > filled { best.1 } else { 0 }
}

/// Ends cells that span too many rows: the row is just as wide as usual without them, and wider with them.
fn end_overlong_spans(r: usize, row: &Row, width: usize, taken: &mut [(usize, usize)], placed: &mut [Placed]) {
    let own = row.width;
    if own == 0 || (width == 0 && taken.len() <= MAX_HANGING) {
        return;
    }
    let hanging = taken.iter().filter(|(free, _)| *free > r).count();
    if (own != width || hanging == 0) && hanging <= MAX_HANGING {
        return;
    }
    for slot in taken.iter_mut() {
        if slot.0 > r {
            if let Some(cell) = placed.get_mut(slot.1) {
                cell.row_span = r - cell.row;
            }
            slot.0 = r;
        }
    }
}

/// Ends the innermost cells that span too many rows: by them alone the row is wider than usual, and from its first
/// value on it has as many columns as the row in which they begin. A row with a cell too many has more.
fn end_inner_spans(
    r: usize,
    rows: &[Row],
    width: usize,
    taken: &mut [(usize, usize)],
    placed: &mut [Placed],
    prints_text: &dyn Fn(u32) -> bool,
) {
    let Some(row) = rows.get(r).filter(|row| width > 0 && !row.cells.is_empty()) else { return };
    let hangs = |slot: &&(usize, usize)| slot.0 > r;
    let hanging = taken.iter().filter(hangs).count();
    let surplus = (row.width + hanging).checked_sub(width).filter(|s| (1..hanging.min(MOST_LABELS)).contains(s));
    let Some(surplus) = surplus else { return };
    let mut inner: Vec<usize> = taken.iter().rev().filter(hangs).take(surplus).map(|slot| slot.1).collect();
    inner.dedup();
    let columns: usize = inner.iter().filter_map(|at| placed.get(*at)).map(|cell| cell.col_span).sum();
    let values = |row: &Row| {
        let labels = row.cells.iter().take(MOST_LABELS).take_while(|cell| prints_text(cell.node));
        row.width - labels.map(|cell| cell.col_span).sum::<usize>()
    };
    let alike = |at: &usize| {
        let begun = placed.get(*at).and_then(|cell| rows.get(cell.row));
        begun.is_some_and(|begun| values(begun) > 0 && values(begun) == values(row))
    };
    if columns != surplus || !inner.iter().all(alike) {
        return;
    }
    for slot in taken.iter_mut().filter(|slot| slot.0 > r && inner.contains(&slot.1)) {
        slot.0 = r;
    }
    for at in inner {
        if let Some(cell) = placed.get_mut(at) {
            cell.row_span = r - cell.row;
        }
    }
}

/// Rows and columns in which no cell begins are none of their own: they come from spans that are too wide
/// and from rows without cells. Gives the numbers of rows and columns.
fn squeeze(placed: &mut [Placed]) -> (usize, usize) {
    let begins = |of: fn(&Placed) -> usize, placed: &[Placed]| {
        let mut begins: Vec<usize> = placed.iter().map(of).collect();
        begins.sort_unstable();
        begins.dedup();
        begins
    };
    let rows = begins(|c| c.row, placed);
    let cols = begins(|c| c.col, placed);
    let fit = |begins: &[usize], first: usize, span: usize| {
        let from = begins.partition_point(|b| *b < first);
        let behind = begins.partition_point(|b| *b < first + span);
        (from, (behind - from).max(1))
    };
    for cell in placed.iter_mut() {
        (cell.row, cell.row_span) = fit(&rows, cell.row, cell.row_span);
        (cell.col, cell.col_span) = fit(&cols, cell.col, cell.col_span);
    }
    (rows.len(), cols.len())
}

/// Whether a cell holds a picture that is shown: it may print what the page has no text for.
fn shows_picture(tree: &Tree, facts: &Facts, cell: u32) -> bool {
    let picture = |at: u32| tree.get(at).is_some_and(|n| matches!(n.kind, Kind::Element(e, _) if e.name() == "img"));
    (cell + 1..tree.end(cell)).any(|at| picture(at) && !facts.is_silent(at))
}

/// Reads a table; cells of nested data tables are left to those, except where a table of a few words has nothing
/// else in the cell.
pub(super) fn read_table(tree: &Tree, facts: &Facts, origin: &Origin, table: u32) -> Table {
    let rows = rows_of(tree, table, |node| facts.is_silent(node));
    let prints_text = |cell: u32| {
        let long = facts.of(cell).chars > LONGEST_VALUE;
        long || read_cell(&lines_of(tree, cell, |node| facts.is_silent(node))).state == State::Text
    };
    let mut placed = place(&rows, &prints_text);
    let (rows, cols) = squeeze(&mut placed);
    let skip = |node: u32| {
        facts.is_silent(node) || (tree.get(node).is_some_and(|n| n.is(Tag::Table)) && facts.is_data_table(node))
    };
    let text = |cell: u32| {
        let text = lines_of(tree, cell, skip);
        if text.is_empty() && facts.of(cell).data_tables > 0 && facts.is_small_table(table) {
            return lines_of(tree, cell, |node| facts.is_silent(node));
        }
        text
    };
    let mut cells: Vec<Cell> = placed
        .iter()
        .map(|cell| Cell {
            row: cell.row,
            col: cell.col,
            row_span: cell.row_span,
            col_span: cell.col_span,
            text: text(cell.node),
            anchor: origin.anchor(tree, cell.node),
        })
        .collect();
    // Beside words a picture may be a number; one alone in its row is an ornament.
    let mut worded = vec![false; rows];
    for cell in cells.iter().filter(|cell| !cell.text.is_empty()) {
        if let Some(row) = worded.get_mut(cell.row) {
            *row = true;
        }
    }
    for (cell, place) in cells.iter_mut().zip(&placed).filter(|(cell, _)| cell.text.is_empty()) {
        if worded.get(cell.row) == Some(&true) && shows_picture(tree, facts, place.node) {
            INK.clone_into(&mut cell.text);
        }
    }
    let caption = tree
        .children(table)
        .find(|child| tree.get(*child).is_some_and(|n| n.is(Tag::Caption)))
        .map(|child| lines_of(tree, child, skip).replace('\n', " "))
        .unwrap_or_default();
    Table { kind: TableKind::Markup, rows, cols, cells, caption, anchor: origin.anchor(tree, table) }
}

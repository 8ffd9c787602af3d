//! Rows of a page's table that its layout tore apart, put together again before labels are matched.

use super::vocabulary::Vocabulary;
use crate::document::{Cell, Table, TableKind};
use crate::record::State;
use crate::text::{fold, read_cell};

/// Least columns in which two rows must join to labels, to be one row.
const LEAST_JOINED: usize = 2;

/// A row of a table: for each column the cell that stands in it alone.
struct Line {
    cells: Vec<(usize, usize)>, // column, index into the table's cells
    letters: bool,
    values: bool,
}

/// The table with its torn rows joined; `None` where nothing is torn.
pub(crate) fn mend(table: &Table, vocabulary: &Vocabulary) -> Option<Table> {
    if !matches!(table.kind, TableKind::Ruled | TableKind::Borderless | TableKind::Tagged) {
        return None;
    }
    let mut lines: Vec<Line> = Vec::new();
    for (at, cell) in table.cells.iter().enumerate() {
        if cell.text.trim().is_empty() {
            continue;
        }
        while lines.len() <= cell.row.min(table.rows) {
            lines.push(Line { cells: Vec::new(), letters: false, values: false });
        }
        let Some(line) = lines.get_mut(cell.row) else { continue };
        line.cells.push((cell.col, at));
        if is_value(cell) {
            line.values = true;
        } else if !is_unit(cell) {
            line.letters = true;
        }
    }
    let mut texts: Vec<(usize, String)> = Vec::new(); // cell → its new text
    join_heads(table, &lines, vocabulary, &mut texts);
    if table.kind == TableKind::Borderless {
        join_values(table, &lines, &mut texts);
    }
    if texts.is_empty() {
        return None;
    }
    let mut out = table.clone();
    for (at, text) in texts {
        if let Some(cell) = out.cells.get_mut(at) {
            cell.text = text;
        }
    }
    Some(out)
}

/// Headers cut inside their words: in two rows without values, one cell above the other is a label only together.
fn join_heads(table: &Table, lines: &[Line], vocabulary: &Vocabulary, out: &mut Vec<(usize, String)>) {
    let mut joined_before = false;
    for pair in lines.windows(2) {
        let [above, below] = pair else { continue };
        if joined_before || above.values || below.values || below.cells.len() < LEAST_JOINED {
            joined_before = false;
            continue;
        }
        let mut joins: Vec<(usize, usize, String, bool)> = Vec::new();
        for &(col, b) in &below.cells {
            let Some(&(_, a)) = above.cells.iter().find(|c| c.0 == col) else { continue };
            let (Some(upper), Some(lower)) = (table.cells.get(a), table.cells.get(b)) else { continue };
            if upper.col_span > 1 || upper.row_span > 1 || lower.col_span > 1 {
                continue;
            }
            let (first, second) = (fold(&upper.text), fold(&lower.text));
            let whole = format!("{first}{second}");
            if vocabulary.is_label(&first) || vocabulary.is_label(&second) {
                continue;
            }
            joins.push((a, b, format!("{}{}", upper.text, lower.text), vocabulary.is_label(&whole)));
        }
        if joins.iter().filter(|j| j.3).count() < LEAST_JOINED {
            continue;
        }
        for (a, b, text, _) in joins {
            out.push((a, String::new()));
            out.push((b, text));
        }
        joined_before = true;
    }
}

/// Values that stand beside a label of two lines: a row of values alone next to the one row without values.
fn join_values(table: &Table, lines: &[Line], out: &mut Vec<(usize, String)>) {
    let bare = |line: &Line| line.letters && !line.values && !line.cells.is_empty();
    for (row, line) in lines.iter().enumerate() {
        if line.letters || !line.values {
            continue;
        }
        let above = row.checked_sub(1).and_then(|r| lines.get(r)).filter(|l| bare(l));
        let below = lines.get(row + 1).filter(|l| bare(l));
        let ((Some(label), None) | (None, Some(label))) = (above, below) else { continue };
        let [(col, at)] = label.cells.as_slice() else { continue };
        let Some(text) = table.cells.get(*at) else { continue };
        let free = table.cells.iter().position(|c| c.row == row && c.col == *col && c.text.trim().is_empty());
        if let Some(free) = free
            && line.cells.iter().all(|c| c.0 > *col)
            && !out.iter().any(|o| o.0 == *at)
        {
            out.push((free, text.text.clone()));
            out.push((*at, String::new()));
        }
    }
}

fn is_value(cell: &Cell) -> bool {
    matches!(read_cell(&cell.text).state, State::Number | State::Dash)
}

/// A unit of measure alone (`件`, `万元`).
fn is_unit(cell: &Cell) -> bool {
    cell.text.chars().count() <= 3 && read_cell(&format!("1{}", cell.text.trim())).state == State::Number
}

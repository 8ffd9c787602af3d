//! Rows of cells that give their edges in twips (DOC and RTF) to a grid with spans.

use crate::document::{Anchor, Cell, Table, TableKind};

/// Edges of cells closer than this are one edge, in twips (1/20 point).
const SNAP: i32 = 40;

/// One cell of a row by its definition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct CellShape {
    /// Left edge in twips.
    pub(super) left: i32,
    /// Right edge in twips.
    pub(super) right: i32,
    /// Merged into the cell to its left.
    pub(super) merged: bool,
    /// Starts a vertical merge.
    pub(super) starts_merge: bool,
    /// Continues the vertical merge of the cell above.
    pub(super) continues_merge: bool,
}

/// A row: texts of its cells, and their shapes as far as the row defines them.
pub(super) type Row = (Vec<String>, Vec<CellShape>);

/// Rows of texts and shapes to a grid: edges of all rows, snapped, are the grid's columns.
pub(super) fn table(rows: Vec<Row>, path: String) -> Option<Table> {
    let mut edges: Vec<i32> =
        rows.iter().flat_map(|(_, shapes)| shapes.iter().flat_map(|s| [s.left, s.right])).collect();
    edges.sort_unstable();
    edges.dedup_by(|next, kept| next.saturating_sub(*kept) < SNAP);
    let column = |x: i32| edges.partition_point(|&e| e <= x.saturating_add(SNAP / 2)).saturating_sub(1);
    let mut cells: Vec<Cell> = Vec::new();
    // Of each column the last cell that takes part in a vertical merge.
    let mut merges: Vec<Option<usize>> = Vec::new();
    for (row, (texts, shapes)) in rows.iter().enumerate() {
        let mut next = 0;
        let mut at = 0;
        while at < texts.len() {
            let Some(text) = texts.get(at) else { break };
            let shape = shapes.get(at).copied();
            let (col, mut end) = match shape {
                Some(s) => (column(s.left).max(next), column(s.right)),
                None => (next, next + 1),
            };
            at += 1;
            let nth = at;
            let mut text = text.clone();
            while let Some(s) = shapes.get(at).filter(|s| s.merged) {
                end = end.max(column(s.right));
                if let Some(more) = texts.get(at).filter(|t| !t.is_empty()) {
                    text.push_str(more);
                }
                at += 1;
            }
            let span = end.saturating_sub(col).max(1);
            next = col + span;
            if shape.is_some_and(|s| s.continues_merge) {
                let above = merges.get(col).copied().flatten().and_then(|index| cells.get_mut(index));
                if let Some(above) = above.filter(|c| c.row + c.row_span == row) {
                    above.row_span += 1;
                    continue;
                }
            }
            if merges.len() <= col {
                merges.resize(col + 1, None);
            }
            if let Some(last) = merges.get_mut(col) {
                *last = shape.is_some_and(|s| s.starts_merge || s.continues_merge).then_some(cells.len());
            }
            cells.push(Cell {
                row,
                col,
                row_span: 1,
                col_span: span,
                text: text.trim_matches('\n').to_owned(),
                anchor: Anchor::Node { path: format!("{path}/tr[{}]/tc[{nth}]", row + 1), line: 0, column: 0 },
            });
        }
    }
    let cols = cells.iter().map(|c| c.col + c.col_span).max()?;
    let anchor = Anchor::Node { path, line: 0, column: 0 };
    Some(Table { kind: TableKind::Markup, rows: rows.len(), cols, cells, caption: String::new(), anchor })
}

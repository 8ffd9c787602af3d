//! A boxhead carried over to a later table: a page break cut it from its rows.

use super::boxhead::{Boxhead, Leaf};
use super::grid::Grid;
use crate::document::{Anchor, TableKind};

/// How far apart the same line may be drawn on two pages, in points.
const EDGE: f32 = 4.0;

impl Boxhead {
    /// The same boxhead over the columns of a later table: on pages those below its headers, which another grid may
    /// number otherwise.
    pub fn carried_to(&self, grid: &Grid) -> Self {
        let mut head = Self { carried: true, ..self.clone() };
        let columns = widths(grid);
        let right = columns.iter().flatten().map(|x| x.1).reduce(f32::max);
        let Some(right) = right.filter(|_| head.leaves.iter().all(|l| l.x.is_some())) else { return head };
        let below = |leaf: &Leaf| -> Vec<usize> {
            let under = |x: &Option<(f32, f32)>| x.zip(leaf.x).is_some_and(|(a, b)| same_column(a, b, grid.table.kind));
            columns.iter().enumerate().filter(|(_, x)| under(x)).map(|(at, _)| at).collect()
        };
        let found: Vec<Vec<usize>> = head.leaves.iter().chain(&head.extras).map(below).collect();
        // The last columns may be blank, and none for a grid that text alone shows.
        let ends = |leaf: &Leaf| leaf.x.is_some_and(|x| x.1 > right);
        let all = head.leaves.iter().zip(&found).all(|(leaf, under)| !under.is_empty() || ends(leaf));
        let mut each: Vec<usize> = found.iter().take(head.leaves.len()).flatten().copied().collect();
        each.sort_unstable();
        head.astray = !all || each.windows(2).any(|w| matches!(w, [a, b] if a == b));
        if !head.astray {
            for (leaf, under) in head.leaves.iter_mut().chain(&mut head.extras).zip(found) {
                leaf.col = under.first().copied().unwrap_or(columns.len());
                leaf.end = under.last().map_or(leaf.col, |last| last + 1);
            }
        }
        head
    }
}

/// From where to where the columns of a grid reach on their pages, in points, as far as a cell of their own shows it.
fn widths(grid: &Grid) -> Vec<Option<(f32, f32)>> {
    let mut out: Vec<Option<(f32, f32)>> = vec![None; grid.table.cols];
    for cell in grid.table.cells.iter().filter(|c| c.col_span <= 1) {
        if let (Some(slot), Some((from, to))) = (out.get_mut(cell.col), across(&cell.anchor)) {
            *slot = Some(slot.map_or((from, to), |(a, b)| (from.min(a), to.max(b))));
        }
    }
    out
}

/// From where to where something reaches on its page, in points.
pub(super) fn across(anchor: &Anchor) -> Option<(f32, f32)> {
    match anchor {
        Anchor::Page { bbox, .. } => Some((bbox.x0, bbox.x1)),
        Anchor::Text { .. } | Anchor::Node { .. } => None,
    }
}

/// Whether a column is the one below a header: between the same lines where lines are drawn, else the middle of each
/// within the other.
fn same_column(column: (f32, f32), header: (f32, f32), kind: TableKind) -> bool {
    if kind == TableKind::Ruled {
        return (column.0 - header.0).abs() <= EDGE && (column.1 - header.1).abs() <= EDGE;
    }
    let middle_in = |a: (f32, f32), b: (f32, f32)| (b.0..=b.1).contains(&f32::midpoint(a.0, a.1));
    middle_in(column, header) && middle_in(header, column)
}

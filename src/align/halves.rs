//! Tables whose pieces stand side by side, cut into the pieces: each begins with a corner of its own.

use super::vocabulary::Vocabulary;
use crate::document::{Cell, Table};
use crate::record::State;
use crate::text::{fold, read_cell};

/// Rows from the top in which corners are looked for.
const HEAD: usize = 8;

/// Cuts tables into the pieces that stand side by side, one table after the other.
pub(crate) struct Cutter<'v> {
    vocabulary: &'v Vocabulary<'v>,
    /// Width and places of the table cut last, for its continuation on the next page.
    last: Option<(usize, Vec<usize>)>,
}

impl<'v> Cutter<'v> {
    pub fn new(vocabulary: &'v Vocabulary<'v>) -> Self {
        Self { vocabulary, last: None }
    }

    /// The pieces of a table; empty where it stands alone. A table that `continues` the one before and prints no
    /// corner is cut where that one was.
    pub fn cut(&mut self, table: &Table, continues: bool) -> Vec<Table> {
        if !self.vocabulary.cuts() {
            return Vec::new();
        }
        let cuts = match self.corners(table) {
            Some(cuts) => cuts,
            None => match self.last.take() {
                Some((cols, cuts)) if continues && cols == table.cols => cuts,
                _ => return Vec::new(),
            },
        };
        if cuts.len() < 2 {
            self.last = None;
            return Vec::new();
        }
        let ends = cuts.iter().skip(1).copied().chain([table.cols]);
        let pieces = cuts.iter().zip(ends).map(|(&from, to)| piece(table, from, to)).collect();
        self.last = Some((table.cols, cuts));
        pieces
    }

    /// Where the pieces begin; `None` where the table's head prints no corner at all.
    fn corners(&self, table: &Table) -> Option<Vec<usize>> {
        let mut printed = false;
        let mut best: Vec<usize> = Vec::new();
        for row in 0..table.rows.min(HEAD) {
            let cells: Vec<&Cell> = table.cells.iter().filter(|c| c.row == row && !c.text.trim().is_empty()).collect();
            if cells.iter().any(|c| read_cell(&c.text).state == State::Number) {
                break;
            }
            let mut cuts: Vec<usize> = Vec::new();
            let mut within = false; // in a run of corners (编码, 名称)
            for cell in cells {
                let corner = self.vocabulary.is_corner(&fold(&cell.text));
                if corner && !within {
                    cuts.push(cell.col);
                }
                within = corner;
            }
            printed |= !cuts.is_empty();
            // The first piece begins where the table does.
            if cuts.len() > best.len().max(1) && cuts.first() == Some(&0) {
                best = cuts;
            }
        }
        printed.then_some(best)
    }
}

/// The columns from `from` up to `to` as a table of their own; cells that reach over its edges are cut off there.
fn piece(table: &Table, from: usize, to: usize) -> Table {
    let cells = table.cells.iter().filter_map(|cell| {
        let (col, end) = (cell.col.max(from), cell.col.saturating_add(cell.col_span.max(1)).min(to));
        (col < end).then(|| Cell { col: col - from, col_span: end - col, ..cell.clone() })
    });
    Table { cols: to - from, cells: cells.collect(), ..table.clone() }
}

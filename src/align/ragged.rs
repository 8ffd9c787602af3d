//! Rows with fewer cells than their header, where only the order of cells tells their place.

use rust_decimal::Decimal;

use super::grid::Grid;
use super::vocabulary::TableIndex;
use crate::document::TableKind;
use crate::record::State;
use crate::text::read_cell;

/// Whether the cells of a row that is shorter than its header surely stand under their columns: where a layout
/// shows their places, or where the row's totals are the sums of its other cells.
pub(crate) fn proven(grid: &Grid, flat: usize, cells: &[(usize, usize)], index: &TableIndex) -> bool {
    if !matches!(grid.table.kind, TableKind::Markup | TableKind::Delimited) {
        return true;
    }
    sums_hold(grid, flat, cells, index)
}

/// Whether all totals of a row under these columns are the sums of its other numbers ([`sums_prove`]).
pub(crate) fn sums_hold(grid: &Grid, flat: usize, cells: &[(usize, usize)], index: &TableIndex) -> bool {
    let number = |column: usize| {
        let cell = cells.iter().find(|c| c.0 == column).and_then(|c| grid.cell(c.1))?;
        let read = read_cell(&cell.text);
        (read.state == State::Number).then_some(read.amount?.number)
    };
    sums_prove(flat, index, &number)
}

/// Whether all totals of a row of the form are the sums of its other numbers, and not all of them zero; groups of
/// columns without any number say nothing.
pub(crate) fn sums_prove(flat: usize, index: &TableIndex, number: &dyn Fn(usize) -> Option<Decimal>) -> bool {
    let (Some(at), Some(row)) = (index.rows.get(flat), index.row(flat)) else { return false };
    let Some(part) = index.part(at.part) else { return false };
    let column_of = |variable: &str| {
        row.columns.iter().copied().find(|&c| part.columns.get(c).is_some_and(|x| part.variable(row, x) == variable))
    };
    let sums = index.form.checks.iter().filter(|c| c.table == index.table.id).filter_map(|check| {
        let [total] = check.left.as_slice() else { return None };
        let parts: Option<Vec<usize>> =
            check.right.iter().map(|t| if t.negative { None } else { column_of(&t.variable) }).collect();
        Some((column_of(&total.variable)?, parts?))
    });
    // Totals of nothing prove nothing: zeros stand in every place alike.
    let mut some = false;
    for (total, parts) in sums {
        let sum = parts.iter().filter_map(|&c| number(c)).try_fold(Decimal::ZERO, |a, b| a.checked_add(b));
        let total = number(total);
        if total.is_none() && parts.iter().all(|&c| number(c).is_none()) {
            continue;
        }
        if total.is_none() || total != sum {
            return false;
        }
        some |= total.is_some_and(|t| !t.is_zero());
    }
    some
}

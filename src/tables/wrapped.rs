//! Numbers that a narrow cell breaks over two lines or more (`12` over `3`).

use super::cells::{Grid, GridCell};
use crate::layout::{Line, PageContent, lines, words};

/// One line of a cell: its width, the width of its first character, its baseline, its size and its text.
struct Row {
    width: f32,
    first: f32,
    base: f32,
    size: f32,
    text: String,
}

/// Joins numbers that their cell breaks: no line has room for another digit, and another cell of the column is broken
/// in the same way, or one beside it holds a number in one line between these. All else stays in lines, which are no number.
pub(crate) fn join(page: &PageContent, grid: &mut Grid) {
    if !grid.cells.iter().any(broken) {
        return;
    }
    let cells: Vec<Vec<Line>> = grid.cells.iter().map(|c| lines(words(page, c.chars.iter().copied()))).collect();
    // Text keeps at least this much clear of the walls on either side.
    let room = |c: &GridCell, l: &Line| {
        let wall = grid.cell_rect(c);
        (l.rect.x0 - wall.x0).min(wall.x1 - l.rect.x1)
    };
    let every = grid.cells.iter().zip(&cells).flat_map(|(c, lines)| lines.iter().map(move |l| room(c, l)));
    let pad = every.fold(f32::MAX, f32::min).max(0.0);
    let rows: Vec<Vec<Row>> = cells.iter().map(|lines| lines.iter().filter_map(|l| row(page, l)).collect()).collect();
    let full: Vec<bool> = grid
        .cells
        .iter()
        .zip(&rows)
        .map(|(c, rows)| {
            let width = grid.cell_rect(c).width() - 2.0 * pad;
            rows.len() >= 2
                && rows.windows(2).all(|p| match p {
                    [a, b] => a.width + b.first > width + 0.1 && b.base - a.base <= 1.8 * a.size,
                    _ => false,
                })
        })
        .collect();
    let mut found: Vec<usize> = Vec::new();
    for (i, c) in grid.cells.iter().enumerate().filter(|(_, c)| broken(c)) {
        let alike =
            |j: usize, o: &GridCell| j != i && (o.col, o.col_span) == (c.col, c.col_span) && full.get(j) == Some(&true);
        // Two rows of values without a line between them stand in lines too, as do their neighbours.
        let beside = |j: usize, o: &GridCell| {
            j != i && o.row == c.row && stacked(o) && !(broken(o) && full.get(j) == Some(&true))
        };
        // Two rows of values would have its number in one of them.
        let level = |j: usize, o: &GridCell| {
            let ([line], Some(mine)) = (rows.get(j).map_or(&[][..], Vec::as_slice), rows.get(i)) else { return false };
            (o.row, o.row_span) == (c.row, c.row_span)
                && line.text.chars().all(digit)
                && mine.iter().all(|l| (l.base - line.base).abs() > 0.25 * l.size)
        };
        let whole = rows.get(i).is_some_and(|r| r.len() == c.text.lines().count());
        if whole
            && full.get(i) == Some(&true)
            && grid.cells.iter().enumerate().any(|(j, o)| alike(j, o) || level(j, o))
            && !grid.cells.iter().enumerate().any(|(j, o)| beside(j, o))
        {
            found.push(i);
        }
    }
    for i in found {
        if let (Some(c), Some(rows)) = (grid.cells.get_mut(i), rows.get(i)) {
            c.text = rows.iter().map(|r| r.text.as_str()).collect();
            c.wrapped = true;
        }
    }
}

fn digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

/// Whether a cell holds lines of digits and nothing else.
fn stacked(cell: &GridCell) -> bool {
    cell.text.lines().flat_map(str::chars).all(digit) && cell.text.lines().count() >= 2
}

/// Whether all lines of a stack are as long as the first but the last, which may be shorter.
fn broken(cell: &GridCell) -> bool {
    let lengths: Vec<usize> = cell.text.lines().map(|l| l.chars().count()).collect();
    let Some((&last, upper)) = lengths.split_last() else { return false };
    let Some(&first) = upper.first() else { return false };
    stacked(cell) && first >= 2 && last >= 1 && last <= first && upper.iter().all(|&n| n == first)
}

fn row(page: &PageContent, line: &Line) -> Option<Row> {
    let first = line.words.first().and_then(|w| w.chars.first()).and_then(|&i| page.chars.get(i as usize))?;
    let (width, base, size) = (line.rect.width(), line.base, line.size);
    (line.turn == 0).then(|| Row { width, first: first.bbox.width(), base, size, text: line.text(page) })
}

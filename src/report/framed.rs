//! Text that a table only frames: titles in its first rows, whole pages laid out in its rows.

use crate::document::{Cell, Table, TableKind};

/// Least characters of prose in a table that lays out a page.
const PROSE: usize = 200;
/// Least characters of a sentence-like row without a full stop.
const LONG: usize = 60;

/// What a row of a table is to the running text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Row<'a> {
    /// Running text: the cell that holds all of it.
    Text(&'a Cell),
    /// A row of the grid.
    Grid,
}

/// A table as running text sees it.
#[derive(Debug)]
pub(super) struct Framed<'a> {
    /// Its rows, from the top.
    pub rows: Vec<Row<'a>>,
    /// It holds nothing but text, or so much prose that it lays out a page: its text stands beside its grids.
    pub is_page: bool,
}

/// Tells text that a table only frames from its grid; rows of one filled cell above the grid are text, below its first
/// row only those of a page that reach over its whole width or are prose.
pub(super) fn framed(table: &Table) -> Framed<'_> {
    if !matches!(table.kind, TableKind::Markup | TableKind::Ruled) {
        return Framed { rows: vec![Row::Grid], is_page: false };
    }
    let single = single_cells(table);
    let above = single.iter().take_while(|row| row.is_some()).count();
    let all = above == single.len();
    let prose = single.iter().flatten().filter(|(cell, _)| is_prose(cell)).map(|(cell, _)| cell.text.chars().count());
    let is_page = all || prose.sum::<usize>() >= PROSE;
    let rows: Vec<Row<'_>> = (single.into_iter().enumerate())
        .map(|(at, row)| match row {
            Some((cell, whole)) if at < above || is_page && (whole || is_prose(cell)) => Row::Text(cell),
            _ => Row::Grid,
        })
        .collect();
    // A table without any text is a place like others.
    Framed { rows: if rows.is_empty() { vec![Row::Grid] } else { rows }, is_page }
}

/// Of each row that prints but one cell this cell, and whether it reaches over the whole row; blank rows go with the
/// rows above them.
fn single_cells(table: &Table) -> Vec<Option<(&Cell, bool)>> {
    // Of each row the last filled cell that begins in it, and how many cells begin in it.
    let mut begins: Vec<(Option<&Cell>, usize)> = vec![(None, 0); table.rows];
    // Where filled cells begin and end to reach into rows.
    let mut reach = vec![0i64; table.rows + 1];
    for cell in &table.cells {
        let Some(row) = begins.get_mut(cell.row) else { continue };
        row.1 += 1;
        if !cell.text.trim().is_empty() {
            row.0 = Some(cell);
            let end = cell.row.saturating_add(cell.row_span.max(1)).min(table.rows);
            for (at, by) in [(cell.row, 1), (end, -1)] {
                if let Some(slot) = reach.get_mut(at) {
                    *slot += by;
                }
            }
        }
    }
    let mut filled = 0;
    let mut out = Vec::new();
    for ((cell, cells), by) in begins.into_iter().zip(reach) {
        filled += by;
        let whole = |cell: &Cell| cells == 1 || cell.col_span >= table.cols;
        match filled {
            0 => {}
            1 => out.push(cell.map(|cell| (cell, whole(cell)))),
            _ => out.push(None),
        }
    }
    out
}

fn is_prose(cell: &Cell) -> bool {
    cell.text.contains('。') || cell.text.chars().count() > LONG
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::document::Block;

    /// The text rows of the first table of a page, `-` for those of a grid, and whether it is a page.
    fn rows(table: &str) -> (Vec<String>, bool) {
        let page = format!("<meta charset=utf-8><table>{table}</table>");
        let document = crate::format::html::read(page.as_bytes(), &crate::limits::Limits::default()).unwrap();
        let tables = document.blocks.iter().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None });
        let framed = framed(tables.into_iter().next().unwrap());
        let show = |row: &Row<'_>| match row {
            Row::Text(cell) => cell.text.clone(),
            Row::Grid => "-".to_owned(),
        };
        (framed.rows.iter().map(show).collect(), framed.is_page)
    }

    fn row(cells: &[&str]) -> String {
        format!("<tr>{}</tr>", cells.iter().map(|c| format!("<td>{c}</td>")).collect::<String>())
    }

    #[test]
    fn titles_above_a_grid_are_text() {
        let grid = row(&["规章", "1", "2"]);
        let table = format!("<tr><td colspan=3>某县年度报告</td></tr>{}{grid}", row(&["单位：件", "", ""]));
        assert_eq!(rows(&table), (vec!["某县年度报告".into(), "单位：件".into(), "-".into()], false));
        // A label without values among the rows of the grid is none.
        let table = format!("{grid}{}<tr><td colspan=3>第二十条</td></tr>{grid}", row(&["规范性文件", "", ""]));
        assert_eq!(rows(&table), (vec!["-".to_owned(); 4], false));
    }

    #[test]
    fn a_page_laid_out_in_rows_is_text_around_its_grids() {
        let prose = "本年度依法公开政府信息。".repeat(20);
        let grid = row(&["规章", "1", "2"]);
        let wide = |text: &str| format!("<tr><td colspan=3>{text}</td></tr>");
        let table = format!(
            "{}{}{grid}{}{}{}",
            wide("一、总体情况"),
            wide(&prose),
            row(&["规范性文件", "", ""]),
            wide("三、申请情况"),
            grid
        );
        let want = ["一、总体情况", &prose, "-", "-", "三、申请情况", "-"].map(str::to_owned).to_vec();
        assert_eq!(rows(&table), (want, true));
    }

    #[test]
    fn what_reaches_into_a_row_counts_there() {
        let table = format!("{}<tr><td rowspan=2>甲</td><td>1</td></tr><tr><td>。</td></tr>", row(&["x", "y"]));
        assert_eq!(rows(&table), (vec!["-".to_owned(); 3], false));
    }
}

//! Text that a table only frames: titles and named entries in its first rows, whole pages laid out in its rows.

use crate::document::{Cell, Table, TableKind};

/// Least characters of prose in a table that lays out a page.
const PROSE: usize = 200;
/// Least characters of a sentence-like row without a full stop.
const LONG: usize = 60;

/// What a row of a table is to the running text.
#[derive(Debug, Clone)]
pub(super) enum Row<'a> {
    /// Running text: the cells that hold it.
    Text(Vec<&'a Cell>),
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

/// Tells text that a table only frames from its grid; rows above the grid of one filled cell or of named entries
/// (`填报单位：某局`) are text, below its first row only those of a page that reach over its whole width or are prose.
pub(super) fn framed(table: &Table) -> Framed<'_> {
    if !matches!(table.kind, TableKind::Markup | TableKind::Ruled) {
        return Framed { rows: vec![Row::Grid], is_page: false };
    }
    let printed = printed(table);
    let above = printed.iter().take_while(|row| row.is_text()).count();
    let all = above == printed.len();
    let prose = printed.iter().filter_map(Printed::single).filter(|cell| is_prose(cell));
    let is_page = all || prose.map(|cell| cell.text.chars().count()).sum::<usize>() >= PROSE;
    let rows: Vec<Row<'_>> = (printed.into_iter().enumerate())
        .map(|(at, row)| {
            let inside = || row.single().is_some_and(|cell| row.whole || is_prose(cell));
            if at < above || is_page && inside() { Row::Text(row.cells) } else { Row::Grid }
        })
        .collect();
    // A table without any text is a place like others.
    Framed { rows: if rows.is_empty() { vec![Row::Grid] } else { rows }, is_page }
}

/// A row that prints something.
struct Printed<'a> {
    /// Its filled cells; none where one reaches into it from above.
    cells: Vec<&'a Cell>,
    /// Its one filled cell reaches over all of it.
    whole: bool,
}

impl<'a> Printed<'a> {
    fn single(&self) -> Option<&'a Cell> {
        if let [cell] = self.cells.as_slice() { Some(*cell) } else { None }
    }

    fn is_text(&self) -> bool {
        let entry = |cell: &&Cell| {
            let named = cell.text.split_once(['：', ':']);
            named.is_some_and(|(name, value)| !name.is_empty() && !value.trim().is_empty())
        };
        self.single().is_some() || !self.cells.is_empty() && self.cells.iter().all(entry)
    }
}

/// The rows that print something.
fn printed(table: &Table) -> Vec<Printed<'_>> {
    // Of each row its filled cells, and how many cells begin in it.
    let mut begins: Vec<(Vec<&Cell>, usize)> = vec![(Vec::new(), 0); table.rows];
    // Where filled cells begin and end to reach into rows.
    let mut reach = vec![0i64; table.rows + 1];
    for cell in &table.cells {
        let Some(row) = begins.get_mut(cell.row) else { continue };
        row.1 += 1;
        if !cell.printed().trim().is_empty() {
            row.0.push(cell);
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
    for ((mut cells, count), by) in begins.into_iter().zip(reach) {
        filled += by;
        if filled == 0 {
            continue;
        }
        if usize::try_from(filled) != Ok(cells.len()) {
            cells.clear();
        }
        let whole = count == 1 || cells.first().is_some_and(|cell| cell.col_span >= table.cols);
        out.push(Printed { cells, whole });
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
            Row::Text(cells) => cells.iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join("|"),
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
        let table = format!("{}{grid}", row(&["填报单位：某局", "", "单位：件"]));
        assert_eq!(rows(&table), (vec!["填报单位：某局|单位：件".into(), "-".into()], false));
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

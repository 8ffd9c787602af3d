//! Tables of several years printed one below the other in one grid, cut where the next one begins.

use super::vocabulary::Reader;
use super::year::printed_year;
use crate::document::{Cell, Table};
use crate::record::State;
use crate::text::fold;

/// Labels that come again, in their order, where a table is printed again.
const AGAIN: usize = 3;
/// Tables that a grid may be made of beside its first.
const TABLES: usize = 8;
/// Longest line that may be the title of one of the tables, in characters.
const TITLE: usize = 24;

/// One row of a grid: the cells that begin in it.
#[derive(Default)]
struct Line<'t> {
    /// The text that stands alone in it.
    lone: Option<&'t str>,
    /// The text before its numbers, of a row that has some (index of the prepared text).
    label: Option<usize>,
    cells: usize,
    numbers: usize,
}

/// The tables of which a grid is made up, each with the line that names its year; empty where it is one table.
pub(crate) fn cut<'t>(table: &'t Table, reader: &mut Reader<'t, '_, '_>) -> Vec<(Table, Option<String>)> {
    let lines = lines(table, reader);
    let mut begins = titled(&lines);
    if begins.is_empty() {
        begins.extend(again(&lines, reader));
    }
    begins.truncate(TABLES);
    begins.retain(|&row| whole(table, row));
    if begins.is_empty() {
        return Vec::new();
    }
    let starts = std::iter::once(0).chain(begins.iter().copied());
    let ends = begins.iter().copied().chain([table.rows]);
    starts
        .zip(ends)
        .map(|(from, to)| {
            let title = lines.get(from).and_then(|l| l.lone).filter(|t| names_year(t)).map(str::to_owned);
            (piece(table, from, to), title)
        })
        .collect()
}

fn lines<'t>(table: &'t Table, reader: &mut Reader<'t, '_, '_>) -> Vec<Line<'t>> {
    let mut out: Vec<Line<'t>> = Vec::new();
    out.resize_with(table.rows.min(table.cells.len()), Line::default);
    for cell in table.cells.iter().filter(|c| !c.text.trim().is_empty()) {
        let Some(line) = out.get_mut(cell.row) else { continue };
        line.cells += 1;
        line.lone = (line.cells == 1).then_some(cell.text.as_str());
        // Prepared for the grid all the same.
        let text = reader.prepare(&cell.text);
        match reader.get(text).state {
            State::Number => line.numbers += 1,
            State::Text if line.numbers == 0 => line.label = Some(text),
            _ => {}
        }
    }
    for line in out.iter_mut().filter(|l| l.numbers == 0) {
        line.label = None;
    }
    out
}

/// Rows that name a year and nothing else, between rows of numbers.
fn titled(lines: &[Line<'_>]) -> Vec<usize> {
    let number = |l: &Line<'_>| l.numbers > 0;
    let (Some(first), Some(last)) = (lines.iter().position(number), lines.iter().rposition(number)) else {
        return Vec::new();
    };
    let named = |row: &usize| lines.get(*row).and_then(|l| l.lone).is_some_and(names_year);
    (first + 1..last).filter(named).collect()
}

/// Whether a short text begins with a year (`2023年`, `2023年度情况`).
fn names_year(text: &str) -> bool {
    let shadow = fold(text);
    let begins = shadow.trim_start_matches('(').starts_with(|c: char| c.is_ascii_digit());
    begins && printed_year(&shadow).is_some() && shadow.chars().count() <= TITLE
}

/// Where the labels of the first rows come again in their order: the first row of what heads them.
fn again(lines: &[Line<'_>], reader: &Reader) -> Option<usize> {
    let labelled: Vec<(usize, &str)> =
        lines.iter().enumerate().filter_map(|(row, l)| Some((row, reader.get(l.label?).shadow.as_str()))).collect();
    let labels: Vec<&str> = labelled.iter().map(|l| l.1).collect();
    let first = labels.get(..AGAIN)?;
    let apart = first.iter().enumerate().all(|(i, a)| first.iter().skip(i + 1).all(|b| a != b));
    let at = (AGAIN..labels.len()).find(|&at| apart && labels.get(at..at + AGAIN) == Some(first))?;
    let (row, above) = (labelled.get(at)?.0, labelled.get(at - 1)?.0);
    let heads = lines.get(above + 1..row)?.iter().rev().take_while(|l| l.numbers == 0).count();
    Some(row - heads)
}

/// Whether no cell reaches over the top of a row.
fn whole(table: &Table, row: usize) -> bool {
    table.cells.iter().all(|c| c.row >= row || c.row.saturating_add(c.row_span) <= row)
}

/// The rows from `from` up to `to` as a table of their own.
fn piece(table: &Table, from: usize, to: usize) -> Table {
    let inside = table.cells.iter().filter(|c| (from..to).contains(&c.row));
    let cells = inside.map(|c| Cell { row: c.row - from, ..c.clone() }).collect();
    Table { rows: to - from, cells, ..table.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::vocabulary::Vocabulary;
    use crate::document::Block;
    use crate::limits::Limits;
    use crate::pattern::PatternSet;

    fn table(rows: &[&str]) -> Table {
        let cell = |text: &str| match text.split_once('*') {
            Some((span, text)) => format!("<td colspan={span}>{text}</td>"),
            None => format!("<td>{text}</td>"),
        };
        let row = |r: &&str| format!("<tr>{}</tr>", r.split('|').map(cell).collect::<String>());
        let html = format!("<meta charset=utf-8><table>{}</table>", rows.iter().map(row).collect::<String>());
        let document = crate::format::html::read(html.as_bytes(), &Limits::default()).unwrap();
        document.blocks.into_iter().find_map(|b| if let Block::Table(t) = b { Some(t) } else { None }).unwrap()
    }

    fn parts(rows: &[&str]) -> Vec<(usize, Option<String>)> {
        let vocabulary = Vocabulary::new(PatternSet::embedded().family("ogi").unwrap());
        cut(&table(rows), &mut Reader::new(&vocabulary)).into_iter().map(|(t, title)| (t.rows, title)).collect()
    }

    #[test]
    fn a_row_that_names_a_year_begins_a_table() {
        let rows = ["甲|乙", "3|4", "2*2019年度", "甲|乙", "5|6"];
        assert_eq!(parts(&rows), [(2, None), (3, Some("2019年度".to_owned()))]);
        // Above the first numbers it is the title of the whole.
        assert!(parts(&["2*2019年度", "甲|乙", "5|6"]).is_empty());
    }

    #[test]
    fn labels_that_come_again_begin_a_table() {
        let rows = ["|数", "甲|1", "乙|2", "丙|3", "丁|4", "|数", "甲|5", "乙|6", "丙|7"];
        assert_eq!(parts(&rows).iter().map(|p| p.0).collect::<Vec<_>>(), [5, 4]);
        assert!(parts(&["甲|1", "其他|2", "乙|3", "丙|4", "其他|5", "丁|6"]).is_empty());
    }
}

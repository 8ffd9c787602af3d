//! Tables whose cells commas part, as spreadsheets save them (RFC 4180): quoted cells hold commas, quotes and breaks.
//!
//! Commas stand in running text too. A table is told by records one below the other with the same number of cells, some
//! of which are numbers and nothing else; full-width commas, which part words in Chinese text, part no cells.

use super::delimited::{Draft, Found, build, is_value};
use super::lines::Line;
use crate::document::{Anchor, TableKind};

/// Fewest cells of a record: two are as likely two halves of a sentence.
const CELLS: usize = 3;
/// Fewest records of a table.
const RECORDS: usize = 3;
/// One in so many records holds a number, at least: the others are names of columns, and of blocks of rows.
const VALUED: usize = 4;
/// Most characters of a cell: beyond, it is running text.
const LONGEST_CELL: usize = 300;
/// Most lines of one record.
const LINES: usize = 12;

/// The table of records that begins at the first of `lines`, if one does; `skip` is set to the number of lines among
/// which none begins either.
pub fn commas(lines: &[Line<'_>], skip: &mut usize) -> Option<Found> {
    let first = lines.first().filter(|line| line.text.contains([',', '"']))?;
    let mut rows: Vec<Vec<Draft>> = Vec::new();
    let mut end = 0;
    while let Some((row, taken)) = record(lines.get(end..)?) {
        if row.len() < CELLS || rows.first().is_some_and(|first| first.len() != row.len()) {
            break;
        }
        rows.push(row);
        end += taken;
    }
    *skip = end.max(1);
    let counted = rows.iter().filter(|row| row.iter().any(|cell| is_value(&cell.text))).count();
    if rows.len() < RECORDS || counted * VALUED < rows.len() {
        return None;
    }
    Some(Found { table: build(rows, TableKind::Delimited, first.anchor_printed()), lines: end })
}

/// The record that begins at the first of `lines`, and how many of them it takes; `None` where a quote stays open or
/// stands within a cell, and where a cell is running text.
fn record(lines: &[Line<'_>]) -> Option<(Vec<Draft>, usize)> {
    let mut row = Vec::new();
    let mut quoted = Quoted::No;
    let mut text = String::new();
    let mut anchor = lines.first()?.anchor(0);
    for (taken, line) in lines.iter().enumerate().take(LINES) {
        for (at, c) in line.text.chars().enumerate() {
            match (quoted, c) {
                (Quoted::Open, '"') => quoted = Quoted::Closed,
                (Quoted::Open, c) => text.push(c),
                // A quote within quotes is written twice.
                (Quoted::Closed, '"') => {
                    text.push('"');
                    quoted = Quoted::Open;
                }
                (_, ',') => {
                    row.push(cell(&mut text, anchor.clone())?);
                    anchor = line.anchor_nth(at + 1);
                    quoted = Quoted::No;
                }
                (Quoted::No, '"') if text.trim().is_empty() => {
                    text.clear();
                    quoted = Quoted::Open;
                }
                (Quoted::No, c) => text.push(c),
                (Quoted::Closed, c) if c.is_whitespace() => {}
                (Quoted::Closed, _) => return None,
            }
        }
        if !matches!(quoted, Quoted::Open) {
            row.push(cell(&mut text, anchor)?);
            return Some((row, taken + 1));
        }
        text.push('\n');
    }
    None
}

/// Whether a cell is in quotes.
#[derive(Debug, Clone, Copy)]
enum Quoted {
    No,
    Open,
    /// And out of them again.
    Closed,
}

/// The cell of some text, which is taken; `None` where it is too long for one.
fn cell(text: &mut String, anchor: Anchor) -> Option<Draft> {
    let out = Draft { text: super::lines::trim(text).to_owned(), anchor };
    text.clear();
    (out.text.chars().take(LONGEST_CELL + 1).count() <= LONGEST_CELL).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::super::lines::split;
    use super::*;

    fn rows(text: &str) -> Option<(Vec<Vec<String>>, usize)> {
        let found = commas(&split(text), &mut 0)?;
        let row = |r| found.table.cells.iter().filter(|c| c.row == r).map(|c| c.text.clone()).collect();
        Some(((0..found.table.rows).map(row).collect(), found.lines))
    }

    #[test]
    fn records_with_quoted_cells() {
        let text = "信息内容,本年,上年\n规章,\"1,735\",0\n　\"其中：\"\"其他\"\"\n规章\",,-\n下文,没有\n";
        let want =
            [vec!["信息内容", "本年", "上年"], vec!["规章", "1,735", "0"], vec!["其中：\"其他\"\n规章", "", "-"]];
        let (found, lines) = rows(text).unwrap();
        assert_eq!(found, want);
        assert_eq!(lines, 4);
        let table = commas(&split(text), &mut 0).unwrap().table;
        assert_eq!(table.cells[4].anchor, Anchor::Text { line: 2, column: 4 });
    }

    #[test]
    fn what_is_no_table_of_commas() {
        // Running text; two cells; records of different length; a quote that stays open; full-width commas.
        assert_eq!(rows("今年,本局,共收到\n申请,其中,公开\n工作,均已,办结\n"), None);
        assert_eq!(rows("规章,有,1\n许可,有,甲\n强制,有,甲\n收费,有,甲\n处罚,有,甲\n"), None);
        assert_eq!(rows("规章,1\n许可,2\n强制,3\n"), None);
        assert_eq!(rows("规章,1,2\n许可,2\n强制,3,4\n"), None);
        assert_eq!(rows("规章,1,2\n许可,2,3\n强制,3,\"4\n"), None);
        assert_eq!(rows("规章，1，2\n许可，2，3\n强制，3，4\n"), None);
    }

    #[test]
    fn lines_without_a_table_are_read_once() {
        let text = "规章,\"1,2\n".repeat(3);
        let mut skip = 0;
        assert!(commas(&split(&text), &mut skip).is_none());
        assert_eq!(skip, 1);
    }
}

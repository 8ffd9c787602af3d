//! Drafts the rows and columns of a form from a table of a sample, as TOML to be corrected by hand.
//!
//! The draft takes every printed row and column; a person names them, deletes what is no variable, and adds
//! the words that other reports use.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::document::{Block, Document, Table};
use crate::record::State;
use crate::text;

/// Tables with fewer rows than this are no statistics.
const LEAST: usize = 2;
/// Levels of a boxhead at most.
const LEVELS: usize = 5;
/// Characters of a unit at most.
const UNIT: usize = 3;
/// Grid positions of a table that is drafted at most.
const PLACES: usize = 100_000;

/// Drafts every table of a document that holds numbers; empty where none does.
#[must_use]
pub fn draft(document: &Document) -> String {
    let mut out = String::new();
    let tables = document.blocks.iter().filter_map(|b| match b {
        Block::Table(t) => Some(t),
        Block::Paragraph(_) => None,
    });
    let mut number = 0;
    for table in tables {
        if table.rows.saturating_mul(table.cols) > PLACES {
            continue;
        }
        let grid = Grid::new(table);
        if grid.rows.len() >= LEAST && grid.head < grid.rows.len() && !grid.columns.is_empty() {
            number += 1;
            write_table(&mut out, &grid, number, table);
        }
    }
    out
}

/// A table as text, with the boxhead and the stub told from the values.
struct Grid {
    /// Text of every grid position; a spanning cell's at all of its positions, with whether it begins there.
    rows: Vec<Vec<(String, bool)>>,
    /// Grid columns.
    columns: Vec<usize>,
    /// Rows of the boxhead.
    head: usize,
    /// Columns of the stub.
    stub: usize,
    /// First of them that holds labels.
    first: usize,
    /// One of them that holds units.
    unit: Option<usize>,
}

impl Grid {
    fn new(table: &Table) -> Self {
        let mut rows = vec![vec![(String::new(), false); table.cols]; table.rows];
        for cell in &table.cells {
            let printed: String = cell.text.split_whitespace().collect();
            let (bottom, right) = (cell.row.saturating_add(cell.row_span), cell.col.saturating_add(cell.col_span));
            for (r, row) in rows.iter_mut().enumerate().take(bottom).skip(cell.row) {
                for (c, place) in row.iter_mut().enumerate().take(right).skip(cell.col) {
                    *place = (printed.clone(), r == cell.row && c == cell.col);
                }
            }
        }
        let lettered =
            |c: usize| rows.iter().filter_map(move |r| r.get(c)).filter(|(t, _)| !t.is_empty() && !is_value(t));
        // Labels stand in columns where most rows have text; the first of them may follow 序号 or codes.
        let labels = |c: &usize| lettered(*c).count() * 2 > rows.len();
        let first = (0..table.cols).find(labels).unwrap_or(0);
        let stub = (first..table.cols).find(|c| !labels(c)).unwrap_or(table.cols);
        // A column of few short words behind the labels gives the units.
        let words = |c: usize| lettered(c).skip(1).map(|(t, _)| t.as_str()).collect::<BTreeSet<_>>();
        let unit = stub.checked_sub(1).filter(|c| {
            *c > first && words(*c).len() * 3 < rows.len() && words(*c).iter().all(|w| w.chars().count() <= UNIT)
        });
        let head = rows
            .iter()
            .position(|row| row.iter().skip(stub).any(|(text, begins)| *begins && is_value(text)))
            .unwrap_or(rows.len());
        let columns = (stub..table.cols).collect();
        Self { rows, columns, head, stub, first, unit }
    }

    /// Whether a column of the stub holds labels (and not 序号, codes or units).
    fn labels(&self, column: usize) -> bool {
        (self.first..self.stub).contains(&column) && self.unit != Some(column)
    }

    /// Labels of a column from the top, each once.
    fn path(&self, column: usize) -> Vec<String> {
        let mut path: Vec<String> = Vec::new();
        for row in self.rows.iter().take(self.head) {
            if let Some((text, _)) = row.get(column)
                && !text.is_empty()
                && path.last() != Some(text)
            {
                path.push(text.clone());
            }
        }
        let surplus = path.len().saturating_sub(LEVELS);
        path.split_off(surplus)
    }
}

fn is_number(text: &str) -> bool {
    text::read_cell(text).state == State::Number
}

fn is_value(text: &str) -> bool {
    matches!(text::read_cell(text).state, State::Number | State::Dash)
}

fn write_table(out: &mut String, grid: &Grid, number: usize, table: &Table) {
    let _ = writeln!(out, "[[table]]\nid = \"table_{number}\"");
    if !table.caption.trim().is_empty() {
        let _ = writeln!(out, "captions = [{}]", quoted(table.caption.trim()));
    }
    let ignored: Vec<String> = grid
        .rows
        .iter()
        .take(grid.head.min(1))
        .flat_map(|r| r.iter().enumerate().take(grid.stub))
        .filter(|(c, (text, _))| !grid.labels(*c) && !text.is_empty())
        .map(|(_, (text, _))| quoted(text))
        .collect();
    if !ignored.is_empty() {
        let _ = writeln!(out, "ignored_columns = [{}]", ignored.join(", "));
    }
    let _ = writeln!(out, "evidence = [{{ match = \"\", weight = 1.0 }}] # what only this table says\n");
    let _ = writeln!(out, "[[table.part]]\nid = \"part\"");
    let corner: Vec<String> = grid
        .rows
        .iter()
        .take(grid.head)
        .flat_map(|r| r.iter().enumerate().take(grid.stub))
        .filter(|(c, (text, begins))| grid.labels(*c) && *begins && !text.is_empty())
        .map(|(_, (text, _))| quoted(text))
        .collect();
    if !corner.is_empty() {
        let _ = writeln!(out, "corner = [{}]", corner.join(", "));
    }
    out.push_str("columns = [\n");
    for (at, column) in grid.columns.iter().enumerate() {
        let path: Vec<String> = grid.path(*column).iter().map(|l| format!("[{}]", quoted(l))).collect();
        let path = path.join(", ");
        let _ = writeln!(out, "  {{ id = \"column_{}\", path = [{path}], en = \"\" }},", at + 1);
    }
    out.push_str("]\nrows = [\n");
    let mut count = 0;
    for row in grid.rows.iter().skip(grid.head) {
        let stub: Vec<&str> = row
            .iter()
            .enumerate()
            .take(grid.stub)
            .filter(|(c, (text, _))| grid.labels(*c) && !text.is_empty())
            .map(|(_, (text, _))| text.as_str())
            .collect();
        let Some((label, heads)) = stub.split_last() else { continue };
        let heads: Vec<&str> = heads.iter().copied().filter(|t| t != label).collect();
        let values = row.iter().skip(grid.stub).any(|(text, begins)| *begins && (is_number(text) || text.is_empty()));
        let (ordinal, text) = split_ordinal(label);
        count += 1;
        let name =
            if values { format!("id = \"table_{number}.row_{count}\"") } else { format!("group = \"group_{count}\"") };
        let ordinal = ordinal.map(|o| format!("ordinal = {}, ", quoted(o))).unwrap_or_default();
        let unit = grid.unit.and_then(|c| row.get(c)).filter(|(t, _)| !t.is_empty() && !is_value(t));
        let unit = unit.map(|(t, _)| format!("unit = {}, ", quoted(t))).unwrap_or_default();
        let under = if heads.is_empty() { String::new() } else { format!(" # under {}", heads.join(" › ")) };
        let _ = writeln!(out, "  {{ {name}, {ordinal}labels = [{}], {unit}en = \"\" }},{under}", quoted(text));
    }
    out.push_str("]\n\n");
}

/// The ordinal in front of a label, if any, and the label without it.
fn split_ordinal(label: &str) -> (Option<&str>, &str) {
    let none = (None, label);
    let shadowed = |end: usize| {
        let (ordinal, rest) = label.split_at_checked(end).unwrap_or(("", label));
        if rest.is_empty() { (None, label) } else { (Some(ordinal), rest) }
    };
    let counts = |c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c);
    let Some(first) = label.chars().next() else { return none };
    if matches!(first, '（' | '(') {
        let Some((at, close)) = label.char_indices().find(|(_, c)| matches!(c, '）' | ')')) else { return none };
        let inner = label.get(first.len_utf8()..at).unwrap_or_default();
        return if !inner.is_empty() && inner.chars().all(counts) { shadowed(at + close.len_utf8()) } else { none };
    }
    let end = label.find(|c: char| !counts(c)).unwrap_or(label.len());
    match label.get(end..).and_then(|s| s.chars().next()) {
        Some(mark) if end > 0 && "、.．,，".contains(mark) => shadowed(end + mark.len_utf8()),
        _ => none,
    }
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::document::{Anchor, Cell, Format, TableKind};

    fn document(rows: &[&str]) -> Document {
        let anchor = Anchor::Text { line: 1, column: 1 };
        let mut cells = Vec::new();
        for (row, line) in rows.iter().enumerate() {
            for (col, text) in line.split('|').enumerate() {
                let text = text.to_owned();
                cells.push(Cell { row, col, row_span: 1, col_span: 1, text, anchor: anchor.clone() });
            }
        }
        let cols = rows.iter().map(|r| r.split('|').count()).max().unwrap_or_default();
        let kind = TableKind::Markup;
        let table = Table { kind, rows: rows.len(), cols, cells, caption: String::new(), anchor };
        let mut document = Document::new(Format::Html);
        document.blocks.push(Block::Table(table));
        document
    }

    #[test]
    fn rows_columns_ordinals_and_units_are_drafted() {
        let drafted = draft(&document(&[
            "序号|指标|单位|本年|累计",
            "1|一、公开情况|——|——|——",
            "2|（一）公开数|条|4|12",
            "3|1.网站|条|3|10",
            "4|2.公报|条|1|",
            "5|其他|条|0|2",
            "6|培训|人次|8|9",
        ]));
        assert!(drafted.contains("corner = [\"指标\"]"), "{drafted}");
        assert!(drafted.contains("ignored_columns = [\"序号\", \"单位\"]"), "{drafted}");
        assert!(drafted.contains("{ id = \"column_2\", path = [[\"累计\"]], en = \"\" },"), "{drafted}");
        assert!(
            drafted.contains("{ group = \"group_1\", ordinal = \"一、\", labels = [\"公开情况\"], en"),
            "{drafted}"
        );
        assert!(
            drafted.contains("{ id = \"table_1.row_3\", ordinal = \"1.\", labels = [\"网站\"], unit = \"条\", en"),
            "{drafted}"
        );
        assert!(drafted.contains("{ id = \"table_1.row_6\", labels = [\"培训\"], unit = \"人次\", en"), "{drafted}");
    }

    #[test]
    fn a_draft_with_its_head_filled_in_is_read_as_a_form() {
        let drafted = draft(&document(&["项目|数量", "甲\"项|3", "乙项|4"]));
        let head = "id = \"a\"\nversion = \"1\"\ntitle = { zh = \"\", en = \"\" }\nsource = \"\"\n";
        let form = toml::from_str::<crate::pattern::source::FormFile>(&format!("{head}{drafted}"));
        assert_eq!(form.map(|f| f.tables[0].parts[0].rows.len()).map_err(|e| e.to_string()), Ok(2));
    }
}

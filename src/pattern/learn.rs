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
/// Digits of ordinals in Chinese.
const HAN_DIGITS: &str = "一二三四五六七八九十";
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
        let valued = |row: &Vec<(String, bool)>| row.iter().skip(stub).any(|(text, begins)| *begins && is_value(text));
        // A row below the headers that prints a label and nothing else heads rows of values (一、人口总数).
        let headed = |end: usize| {
            (stub..table.cols).all(|c| rows.iter().take(end).any(|row| row.get(c).is_some_and(|(t, _)| !t.is_empty())))
        };
        let head = (0..rows.len())
            .find(|&at| rows.get(at).is_some_and(|row| valued(row) || labels_alone(row, stub) && headed(at)))
            .unwrap_or(rows.len());
        let columns = (stub..table.cols).collect();
        Self { rows, columns, head, stub, first, unit }
    }

    /// The unit that all rows with one have, where it is one and the rows are several.
    fn common_unit(&self) -> Option<&str> {
        let units: BTreeSet<&str> = self.rows.iter().skip(self.head).filter_map(|row| self.unit_of(row)).collect();
        units.iter().next().copied().filter(|_| units.len() == 1)
    }

    /// The unit that a row prints.
    fn unit_of<'r>(&self, row: &'r [(String, bool)]) -> Option<&'r str> {
        let (text, _) = row.get(self.unit?)?;
        (!text.is_empty() && !is_value(text)).then_some(text.as_str())
    }

    /// Whether numbers of a column have decimals or percent signs.
    fn has_fractions(&self, column: usize) -> bool {
        let mut texts = self.rows.iter().skip(self.head).filter_map(|row| row.get(column)).map(|(text, _)| text);
        texts.any(|text| is_number(text) && text.contains(['.', '．', '%', '％']))
    }

    /// Whether its numbers have decimals and those of other columns have none: its unit is hardly theirs.
    fn is_share(&self, column: usize) -> bool {
        self.has_fractions(column) && self.columns.iter().any(|c| !self.has_fractions(*c))
    }

    /// Whether a column of the stub holds labels (and not 序号, codes or units).
    fn labels(&self, column: usize) -> bool {
        (self.first..self.stub).contains(&column) && self.unit != Some(column)
    }

    /// The label of a row: the last text of its stub.
    fn label<'r>(&self, row: &'r [(String, bool)]) -> Option<&'r str> {
        let texts = (0..self.stub).rev().filter(|c| self.labels(*c)).filter_map(|c| row.get(c));
        texts.map(|(text, _)| text.as_str()).find(|text| !text.is_empty())
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

/// Whether a row prints a label and nothing in its columns, in cells of their own or under one that spans them all.
fn labels_alone(row: &[(String, bool)], stub: usize) -> bool {
    let label = row.iter().take(stub).rev().find(|(text, begins)| *begins && !text.is_empty());
    label.is_some_and(|(label, _)| {
        let columns = || row.iter().skip(stub);
        columns().all(|(text, begins)| *begins && text.is_empty())
            || columns().all(|(text, begins)| !*begins && text == label)
    })
}

/// How an ordinal is written: with digits or in Chinese, in brackets or not. Rows of one level write it alike.
fn style(ordinal: &str) -> (bool, bool) {
    (ordinal.contains(|c: char| c.is_ascii_digit()), ordinal.contains(['（', '(']))
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
    let common = grid.common_unit();
    for (at, column) in grid.columns.iter().enumerate() {
        let path = grid.path(*column);
        let printed = path.iter().rev().find_map(|label| header_unit(label));
        // A row's unit holds for all its columns, so one that all rows share is written with the columns.
        let unit = printed.or(common.filter(|_| !grid.is_share(*column)));
        let unit = unit.map(|unit| format!("unit = {}, ", quoted(unit))).unwrap_or_default();
        let doubt = if printed.is_none() && grid.unit.is_some() && grid.is_share(*column) {
            " # of what unit? its numbers have decimals, and those of other columns have none"
        } else {
            ""
        };
        let path: Vec<String> = path.iter().map(|l| format!("[{}]", quoted(l))).collect();
        let path = path.join(", ");
        let _ = writeln!(out, "  {{ id = \"column_{}\", path = [{path}], {unit}en = \"\" }},{doubt}", at + 1);
    }
    out.push_str("]\nrows = [\n");
    let mut count = 0;
    // Rows that the next one may stand below, the innermost last: level of the ordinal and name.
    let mut above: Vec<((bool, bool), String)> = Vec::new();
    for (at, row) in grid.rows.iter().enumerate().skip(grid.head) {
        let stub: Vec<&str> = row
            .iter()
            .enumerate()
            .take(grid.stub)
            .filter(|(c, (text, _))| grid.labels(*c) && !text.is_empty())
            .map(|(_, (text, _))| text.as_str())
            .collect();
        let Some((label, heads)) = stub.split_last() else { continue };
        let heads: Vec<&str> = heads.iter().copied().filter(|t| t != label).collect();
        let (ordinal, text) = split_ordinal(label);
        let level = ordinal.map(style);
        let next = grid.rows.get(at + 1).and_then(|row| grid.label(row)).and_then(|label| split_ordinal(label).0);
        // A row of blanks is one of values that a report left open, but where rows of a lower level follow.
        let deeper = next.map(style).filter(|next| level.is_some_and(|own| own != *next));
        let deeper = deeper.is_some_and(|next| above.iter().all(|(of, _)| *of != next));
        let values = row.iter().skip(grid.stub).any(|(text, begins)| *begins && is_number(text))
            || row.iter().skip(grid.stub).any(|(text, begins)| *begins && text.is_empty())
                && !(labels_alone(row, grid.stub) && deeper);
        count += 1;
        let name = if values { format!("table_{number}.row_{count}") } else { format!("group_{count}") };
        let mut key = if values { format!("id = \"{name}\"") } else { format!("group = \"{name}\"") };
        if let Some(level) = level {
            above.truncate(above.iter().position(|(of, _)| *of == level).unwrap_or(above.len()));
            if let Some((_, head)) = above.last() {
                let _ = write!(key, ", in = \"{head}\"");
            }
            above.push((level, name));
        }
        let ordinal = ordinal.map(|o| format!("ordinal = {}, ", quoted(o))).unwrap_or_default();
        let unit = grid.unit_of(row).filter(|_| common.is_none());
        let unit = unit.map(|t| format!("unit = {}, ", quoted(t))).unwrap_or_default();
        let under = if heads.is_empty() { String::new() } else { format!(" # under {}", heads.join(" › ")) };
        let _ = writeln!(out, "  {{ {key}, {ordinal}labels = [{}], {unit}en = \"\" }},{under}", quoted(text));
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
    let counts = |c: char| c.is_ascii_digit() || HAN_DIGITS.contains(c);
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

/// The unit in brackets at the end of a header (`比重（%）`, `金额（单位：万元）`).
fn header_unit(label: &str) -> Option<&str> {
    let inner = label.strip_suffix(['）', ')'])?;
    let (_, inner) = inner.rsplit_once(['（', '('])?;
    let unit = inner.trim_start_matches("单位").trim_start_matches(['：', ':']);
    (!unit.is_empty() && unit.chars().count() <= UNIT && !is_value(unit)).then_some(unit)
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
            drafted.contains(
                "{ id = \"table_1.row_3\", in = \"table_1.row_2\", ordinal = \"1.\", labels = [\"网站\"], unit = \"条\", en"
            ),
            "{drafted}"
        );
        assert!(drafted.contains("{ id = \"table_1.row_6\", labels = [\"培训\"], unit = \"人次\", en"), "{drafted}");
    }

    #[test]
    fn a_group_without_numbers_is_no_corner_and_heads_its_rows() {
        let drafted = draft(&document(&[
            "项目|单位|人数|城镇人数|比重|密度（人）",
            "一、人口总数|||||",
            "（一）合计|人|120|80|66.7|1",
            "（二）男性|人|61|41|67.2|",
            "其中：户籍人口|人|100|70|70|2",
            "二、出生|人||||",
            "三、死亡|人||||",
        ]));
        for line in [
            "corner = [\"项目\"]\n",
            "  { id = \"column_1\", path = [[\"人数\"]], unit = \"人\", en = \"\" },\n",
            "  { id = \"column_3\", path = [[\"比重\"]], en = \"\" }, # of what unit?",
            "  { group = \"group_1\", ordinal = \"一、\", labels = [\"人口总数\"], en = \"\" },\n",
            "  { id = \"table_1.row_2\", in = \"group_1\", ordinal = \"（一）\", labels = [\"合计\"], en = \"\" },\n",
            "  { id = \"table_1.row_5\", ordinal = \"二、\", labels = [\"出生\"], en = \"\" },\n",
            "  { id = \"table_1.row_6\", ordinal = \"三、\", labels = [\"死亡\"], en = \"\" },\n",
        ] {
            assert!(drafted.contains(line), "{line}{drafted}");
        }
        // A unit that a header prints is its column's own.
        let drafted = draft(&document(&["项目|数量|占比（%）", "甲|3|4", "乙|4|5"]));
        assert!(drafted.contains("[[\"占比（%）\"]], unit = \"%\", en"), "{drafted}");
    }

    #[test]
    fn a_draft_with_its_head_filled_in_is_read_as_a_form() {
        let drafted = draft(&document(&["项目|数量", "甲\"项|3", "乙项|4"]));
        let head = "id = \"a\"\nversion = \"1\"\ntitle = { zh = \"\", en = \"\" }\nsource = \"\"\n";
        let form = toml::from_str::<crate::pattern::source::FormFile>(&format!("{head}{drafted}"));
        assert_eq!(form.map(|f| f.tables[0].parts[0].rows.len()).map_err(|e| e.to_string()), Ok(2));
    }
}

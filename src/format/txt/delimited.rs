//! Tables with printed delimiters: pipes in every habit, tabs, one cell a line with a tab in front.

use super::lines::{Line, begins_heading, is_space, trim};
use crate::document::{Anchor, Cell, Table, TableKind};
use crate::record::State;
use crate::text::read_cell;

/// A table and the number of lines that it takes.
pub struct Found {
    /// The table.
    pub table: Table,
    /// Lines taken, from the one asked about.
    pub lines: usize,
}

/// A cell in the making.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub anchor: Anchor,
}

const PIPES: [char; 5] = ['|', '｜', '│', '┃', '║'];

/// Longest text of a cell that stands on a line of its own before a line of pipes.
const LONGEST_CELL: usize = 300;

/// Longest line that can be a cell of a list of cells, and not the text behind a table.
const LONGEST_LABEL: usize = 50;

fn has_pipe(text: &str) -> bool {
    text.contains(PIPES)
}

fn only_pipes(text: &str) -> bool {
    let text = trim(text);
    !text.is_empty() && text.chars().all(|c| PIPES.contains(&c) || is_space(c))
}

/// A rule: under a Markdown header (`|---|:--|`), or drawn between rows (`+---+---+`, `├──┼──┤`).
pub fn is_rule(text: &str) -> bool {
    let text = trim(text);
    let stroke = |c: char| matches!(c, '-' | '=' | '─' | '━' | '═');
    let cross = |c: char| PIPES.contains(&c) || c == '+' || (matches!(c, '\u{2500}'..='\u{257f}') && !stroke(c));
    text.chars().filter(|&c| stroke(c)).count() >= 3
        && text.contains(cross)
        && text.chars().all(|c| stroke(c) || cross(c) || c == ':' || is_space(c))
}

/// Fewest rows between rules of a table in which every row is ruled off.
const RULED_ROWS: usize = 4;

/// The rows of a region of pipes: its lines; where rules part all rows, the lines between two rules are one row.
fn rows_of(region: &[&Line<'_>]) -> Vec<Vec<Draft>> {
    let groups: Vec<Vec<Vec<Draft>>> = region
        .split(|l| is_rule(l.text))
        .filter(|group| !group.is_empty())
        .map(|group| group.iter().map(|l| split_pipes(l)).collect())
        .collect();
    let ruled = groups.len() >= RULED_ROWS;
    let mut rows = Vec::new();
    for group in groups {
        match joined(&group).filter(|_| ruled) {
            Some(row) => rows.push(row),
            None => rows.extend(group),
        }
    }
    rows
}

/// The lines of one row put together, cell by cell; `None` where they are rows themselves.
fn joined(lines: &[Vec<Draft>]) -> Option<Vec<Draft>> {
    let (first, more) = lines.split_first()?;
    let mut row = first.clone();
    for line in more {
        if line.len() != row.len() {
            return None;
        }
        for (cell, rest) in row.iter_mut().zip(line).filter(|(_, rest)| !rest.text.is_empty()) {
            // Numbers below each other are those of two rows; below the number of a label stands its text.
            let two = is_value(&cell.text) && rest.text.starts_with(|c: char| c.is_ascii_digit());
            if two || (is_value(&rest.text) && !cell.text.is_empty()) {
                return None;
            }
            if cell.text.is_empty() {
                *cell = rest.clone();
            } else {
                cell.text.push('\n');
                cell.text.push_str(&rest.text);
            }
        }
    }
    Some(row)
}

/// The table of pipes that begins at the first of `lines`, if one does; `skip` is set to the number of lines
/// among which none begins either.
pub fn pipes(lines: &[Line<'_>], skip: &mut usize) -> Option<Found> {
    let first = lines.first()?;
    if first.is_blank() {
        return None;
    }
    if let Some(found) = alternating(lines) {
        return Some(found);
    }
    if !has_pipe(first.text) && !is_rule(first.text) {
        return None;
    }
    let end = region_end(lines, |l| has_pipe(l.text) || is_rule(l.text), parts_tables);
    *skip = end;
    let region: Vec<&Line<'_>> = lines.get(..end)?.iter().filter(|l| !l.is_blank()).collect();
    let split = rows_of(&region);
    let printed = |row: &Vec<Draft>| row.iter().filter(|c| !trim(&c.text).is_empty()).count();
    let several = split.iter().filter(|r| printed(r) >= 2).count();
    let single = split.iter().filter(|r| printed(r) == 1).count();
    if several + single < 2 && end < 3 {
        return None; // one stray pipe in running text
    }
    let prose = region.iter().filter(|l| l.trimmed().ends_with('。')).count();
    if prose * 2 > region.len() {
        return None;
    }
    if single > several * 4 {
        let mut end = end;
        let mut cells: Vec<Draft> = Vec::new();
        for line in &region {
            if !is_rule(line.text) {
                cells.extend(cell_line(line));
            }
        }
        // A last cell may have lost its pipe.
        if let Some(next) = lines.get(end)
            && is_value(next.text)
        {
            cells.push(Draft { text: next.trimmed().to_owned(), anchor: next.anchor_printed() });
            end += 1;
        }
        let rows = cells.into_iter().map(|c| vec![c]).collect();
        return Some(Found { table: build(rows, TableKind::Delimited, first.anchor(0)), lines: end });
    }
    let wide: Vec<&Line<'_>> = region.iter().filter(|l| !is_rule(l.text) && !only_pipes(l.text)).copied().collect();
    let starts = |l: &&&Line<'_>| l.trimmed().starts_with(PIPES);
    let ends = |l: &&&Line<'_>| l.trimmed().ends_with(PIPES);
    let bordered = wide.iter().all(|l| starts(&l) && ends(&l));
    let closed = wide.iter().filter(ends).count() * 10 >= wide.len() * 8;
    let mut rows: Vec<Vec<Draft>> = Vec::new();
    for mut row in split {
        if bordered && row.first().is_some_and(|c| trim(&c.text).is_empty()) {
            row.remove(0);
        }
        if (closed || bordered) && row.last().is_some_and(|c| trim(&c.text).is_empty()) && row.len() > 1 {
            row.pop();
        }
        rows.push(row);
    }
    Some(Found { table: build(rows, TableKind::Delimited, first.anchor(0)), lines: end })
}

/// The end of the run of lines that `is_part`, with blank lines between them; one that `parts` the line before it from
/// the next one (and the one behind that) ends the run.
fn region_end<'l, 't>(
    lines: &'l [Line<'t>],
    is_part: impl Fn(&Line<'t>) -> bool,
    parts: impl Fn(&'l Line<'t>, &'l Line<'t>, Option<&'l Line<'t>>) -> bool,
) -> usize {
    let (mut end, mut blank) = (0, 0);
    let mut before: Option<&Line<'_>> = None;
    for (n, line) in lines.iter().enumerate() {
        if is_part(line) {
            if blank > 0 && before.is_some_and(|above| parts(above, line, lines.get(n + 1))) {
                break;
            }
            (end, blank, before) = (n + 1, 0, Some(line));
        } else if line.is_blank() && blank < 2 {
            blank += 1;
        } else {
            break;
        }
    }
    end
}

/// Whether a blank line between two rows with pipes at both ends parts two tables: they are of another width, or a rule
/// of Markdown stands below the second.
fn parts_tables(above: &Line<'_>, row: &Line<'_>, below: Option<&Line<'_>>) -> bool {
    let closed = |l: &Line<'_>| l.trimmed().starts_with(PIPES) && l.trimmed().ends_with(PIPES);
    let width = |l: &Line<'_>| l.text.chars().filter(|c| PIPES.contains(c)).count();
    let (one, two) = (width(above), width(row));
    closed(above) && closed(row) && one > 2 && two > 2 && (one != two || below.is_some_and(|l| is_rule(l.text)))
}

fn split_pipes(line: &Line<'_>) -> Vec<Draft> {
    split_at(line, &PIPES)
}

/// The cells of one line where each is closed by a pipe.
fn cell_line(line: &Line<'_>) -> Vec<Draft> {
    let mut cells = split_pipes(line);
    if cells.last().is_some_and(|c| c.text.is_empty()) {
        cells.pop();
    }
    cells
}

/// Cell lines and pipe lines in turn.
fn alternating(lines: &[Line<'_>]) -> Option<Found> {
    let first = lines.first()?;
    let mut rows: Vec<Vec<Draft>> = Vec::new();
    let mut open: Option<Draft> = None;
    let (mut end, mut texts, mut bars, mut single_bars) = (0, 0usize, 0usize, 0usize);
    for (n, line) in lines.iter().enumerate() {
        if line.is_blank() {
            continue;
        }
        if only_pipes(line.text) {
            let count = line.text.chars().filter(|c| PIPES.contains(c)).count();
            bars += 1;
            single_bars += usize::from(count == 1);
            let mut left = count;
            if let Some(cell) = open.take() {
                rows.push(vec![cell]);
                left -= 1;
            }
            for _ in 0..left {
                rows.push(vec![Draft { text: String::new(), anchor: line.anchor_printed() }]);
            }
            end = n + 1;
        } else if has_pipe(line.text) || line.text.chars().take(LONGEST_CELL + 1).count() > LONGEST_CELL {
            break;
        } else if let Some(cell) = open.take() {
            // A line of running text right before the first cell, or a section's heading before the next table's.
            if rows.is_empty() && is_before(&cell.text) || heads(&cell.text, lines.get(n + 1..).unwrap_or(&[])) {
                break;
            }
            // Two lines of text in a row: a broken cell where a pipe follows, else the end.
            let Some(next) = lines.get(n + 1..).and_then(|r| r.iter().find(|l| !l.is_blank())) else { break };
            if !only_pipes(next.text) || is_value(&cell.text) != is_value(line.text) || is_value(line.text) {
                if is_value(&cell.text) && end + 1 >= n {
                    rows.push(vec![cell]);
                    end = n;
                }
                break;
            }
            open = Some(Draft { text: format!("{}\n{}", cell.text, line.trimmed()), anchor: cell.anchor });
        } else {
            texts += 1;
            open = Some(Draft { text: line.trimmed().to_owned(), anchor: line.anchor_printed() });
        }
    }
    // Lines of text must really take turns with lines of single pipes.
    if texts < 3 || single_bars < 3 || bars < 3 || bars * 3 < texts * 2 {
        return None;
    }
    Some(Found { table: build(rows, TableKind::Delimited, first.anchor_printed()), lines: end })
}

/// Whether a cell holds a number or a dash, and nothing else.
pub fn is_value(text: &str) -> bool {
    matches!(read_cell(text).state, State::Number | State::Dash)
}

/// Whether a line in front of a table is a section's heading or ends a sentence.
fn is_before(text: &str) -> bool {
    begins_heading(text) && !text.starts_with(['(', '（']) || text.ends_with(['。', '：', ':'])
}

/// Whether a numbered line is a section's heading and no label broken over two lines: behind the cell below it stands
/// another text, as in a boxhead, and neither a value nor a label with a number.
fn heads(text: &str, below: &[Line<'_>]) -> bool {
    let next = || below.iter().find(|l| !l.is_blank() && !only_pipes(l.text)).map(Line::trimmed);
    begins_heading(text)
        && !text.starts_with(['(', '（'])
        && next().is_some_and(|next| !is_value(next) && !begins_heading(next))
}

/// The table of tabs that begins at the first of `lines`, if one does; `skip` is set to the number of lines
/// among which none begins either.
pub fn tabs(lines: &[Line<'_>], skip: &mut usize) -> Option<Found> {
    let first = lines.first()?;
    if !first.text.contains('\t') {
        return None;
    }
    let inner = |l: &Line<'_>| {
        let tabs = l.text.matches('\t').count();
        tabs > 1 || (tabs == 1 && !l.text.starts_with('\t') && !l.is_blank())
    };
    if inner(first) {
        let end = region_end(lines, inner, |_, _, _| false);
        *skip = end;
        let region = lines.get(..end)?;
        let rows: Vec<Vec<Draft>> = region.iter().filter(|l| inner(l)).map(split_tabs).collect();
        let printed = |row: &Vec<Draft>| row.iter().filter(|c| !c.text.is_empty()).count();
        let cells: usize = rows.iter().map(printed).sum();
        let prose = region.iter().filter(|l| l.trimmed().ends_with(['。', '；'])).count();
        // Lines that are indented by many tabs, or end with some, have one text each.
        let indented = rows.iter().all(|row| printed(row) <= 1);
        if cells < 4 || prose * 2 > rows.len() || indented {
            return None;
        }
        return Some(Found { table: build(rows, TableKind::Delimited, first.anchor(0)), lines: end });
    }
    one_a_line(lines, skip)
}

fn split_tabs(line: &Line<'_>) -> Vec<Draft> {
    split_at(line, &['\t'])
}

fn split_at(line: &Line<'_>, marks: &[char]) -> Vec<Draft> {
    let mut at = 0;
    line.text
        .split(marks)
        .map(|piece| {
            let printed = piece.trim_start_matches(is_space);
            let lead = if printed.is_empty() { 0 } else { piece.chars().count() - printed.chars().count() };
            let anchor = line.anchor_nth(at + lead);
            at += piece.chars().count() + 1;
            Draft { text: clean(piece), anchor }
        })
        .collect()
}

/// One cell a line with a tab in front, blank lines between rows; a line that begins with spaces goes on with
/// the cell before it.
fn one_a_line(lines: &[Line<'_>], skip: &mut usize) -> Option<Found> {
    let first = lines.first()?;
    let mut rows: Vec<Vec<Draft>> = Vec::new();
    let mut row: Vec<Draft> = Vec::new();
    let (mut end, mut cells, mut long) = (0, 0usize, 0usize);
    let mut blank = 0;
    for (n, line) in lines.iter().enumerate() {
        if let Some(rest) = line.text.strip_prefix('\t') {
            if rest.contains('\t') {
                break;
            }
            blank = 0;
            cells += 1;
            long += usize::from(rest.chars().count() > 60 && trim(rest).ends_with(['。', '；', '：']));
            row.push(Draft { text: clean(rest), anchor: line.anchor(1) });
            end = n + 1;
        } else if line.is_blank() {
            if !row.is_empty() {
                rows.push(std::mem::take(&mut row));
            }
            blank += 1;
            if blank > 3 {
                break;
            }
        } else if blank == 0
            && let Some(cell) = row.last_mut()
            && (line.text.starts_with(is_space) || is_tail(line, &cell.text, lines.get(n + 1)))
        {
            cell.text.push('\n');
            cell.text.push_str(line.trimmed());
            end = n + 1;
        } else {
            break;
        }
    }
    if !row.is_empty() {
        rows.push(row);
    }
    *skip = end;
    let values = rows.iter().flatten().filter(|c| is_value(&c.text)).count();
    // Tabs before numbers and numbered labels alone, the others without: cells one a line, for the aligner.
    let labels = rows.iter().flatten().any(|c| !trim(&c.text).is_empty() && !is_value(&c.text));
    let goes_on = lines.get(end).is_some_and(|l| {
        let empty_cell = l.is_blank() && l.text.contains(['\u{a0}', '\u{3000}']);
        empty_cell || (!l.is_blank() && l.trimmed().chars().count() <= LONGEST_LABEL)
    });
    let whole_rows = rows.iter().filter(|r| r.len() >= 2).count() * 2 >= rows.len();
    if cells < 4 || long * 3 > cells || values == 0 || !labels || goes_on || !whole_rows {
        return None;
    }
    Some(Found { table: build(rows, TableKind::Delimited, first.anchor(0)), lines: end })
}

/// Whether a line without a tab in front is the rest of the cell above: short, below a text, and the next cell right
/// below it.
fn is_tail(line: &Line<'_>, above: &str, next: Option<&Line<'_>>) -> bool {
    let short = line.trimmed().chars().count() <= LONGEST_LABEL;
    let text = |text: &str| !trim(text).is_empty() && !is_value(text);
    // A number alone (`4.`) may be a label's.
    let begun = text(above) || trim(above).ends_with(['.', '．', '、']);
    short && begun && text(line.text) && next.is_some_and(|n| n.text.starts_with('\t'))
}

/// A cell's text: trimmed, breaks of Markdown and HTML as line breaks, leftovers of Word taken out.
fn clean(text: &str) -> String {
    let text = trim(text);
    if !text.contains(['<', '*', '\\']) {
        return text.to_owned();
    }
    let mut out = text.replace("<br>", "\n").replace("<br/>", "\n").replace("<br />", "\n");
    for tag in ["<o:p>", "</o:p>", "**", "\\"] {
        if out.chars().any(|c| c != '*') {
            out = out.replace(tag, "");
        }
    }
    trim(&out).to_owned()
}

/// Builds a table from rows of cells; rows may differ in length.
pub fn build(rows: Vec<Vec<Draft>>, kind: TableKind, anchor: Anchor) -> Table {
    let cols = rows.iter().map(Vec::len).max().unwrap_or(0);
    let count = rows.len();
    let mut cells = Vec::with_capacity(rows.iter().map(Vec::len).sum());
    for (row, drafts) in rows.into_iter().enumerate() {
        for (col, draft) in drafts.into_iter().enumerate() {
            cells.push(Cell { row, col, row_span: 1, col_span: 1, text: draft.text, anchor: draft.anchor });
        }
    }
    Table { kind, rows: count, cols, cells, caption: String::new(), anchor }
}

#[cfg(test)]
mod tests {
    use super::super::lines::split;
    use super::*;

    fn pipes(lines: &[Line<'_>]) -> Option<Found> {
        super::pipes(lines, &mut 0)
    }

    fn tabs(lines: &[Line<'_>]) -> Option<Found> {
        super::tabs(lines, &mut 0)
    }

    fn rows(table: &Table) -> Vec<String> {
        (0..table.rows)
            .map(|r| {
                let cells: Vec<&str> = table.cells.iter().filter(|c| c.row == r).map(|c| c.text.as_str()).collect();
                cells.join("/")
            })
            .collect()
    }

    #[test]
    fn padded_and_unpadded_pipes() {
        let found = pipes(&split("甲项 | |||\n项目 | 本年 | 上年 | |\n规章 | 0 | 1 | |\n")).unwrap();
        assert_eq!(rows(&found.table), ["甲项///", "项目/本年/上年/", "规章/0/1/"]);
        let found = pipes(&split("项目 | 本年\n | 其他\n规章 | 0\n二、其他")).unwrap();
        assert_eq!(found.lines, 3);
        assert_eq!(rows(&found.table), ["项目/本年", "/其他", "规章/0"]);
    }

    #[test]
    fn markdown() {
        let found = pipes(&split("| 项目 | 数<br>量 |\n| --- | :-: |\n| 规章 |  |\n")).unwrap();
        assert_eq!(rows(&found.table), ["项目/数\n量", "规章/"]);
    }

    #[test]
    fn rules_drawn_between_rows() {
        let rule = "+------+----+\n";
        let text = ["项目 | 本年", "     | 数量", "规章 | 0 ", "许可 | 1 ", "强制 |   "].map(|r| format!("| {r} |\n"));
        let [head, more, a, b, c] = &text;
        let found = pipes(&split(&format!("{rule}{head}{more}{rule}{a}{rule}{b}{rule}{c}{rule}"))).unwrap();
        assert_eq!(rows(&found.table), ["项目/本年\n数量", "规章/0", "许可/1", "强制/"]);
        assert_eq!(found.lines, 10);
        // Rules around the header alone: every line is a row.
        let found = pipes(&split(&format!("{rule}{head}{rule}{a}{b}{c}{rule}"))).unwrap();
        assert_eq!(found.table.rows, 4);
        let drawn = "┌──┬──┐\n│项目│本年│\n├──┼──┤\n│规章│ 0  │\n└──┴──┘\n";
        assert_eq!(rows(&pipes(&split(drawn)).unwrap().table), ["项目/本年", "规章/0"]);
    }

    #[test]
    fn a_blank_line_parts_tables_of_another_width() {
        let text = "| 渠道 | 数量 | 占比 |\n| 电视 | 5 | 6 |\n\n| 序号 | 指标 | 单位 | 数 |\n| 1 | 甲 | 条 | 7 |\n";
        let lines = split(text);
        assert_eq!(rows(&pipes(&lines).unwrap().table), ["渠道/数量/占比", "电视/5/6"]);
        assert_eq!(rows(&pipes(&lines[3..]).unwrap().table), ["序号/指标/单位/数", "1/甲/条/7"]);
        let one = "| 甲 | 乙 | 丙 |\n\n| 1 | 2 | 3 |\n";
        assert_eq!(pipes(&split(one)).unwrap().table.rows, 2);
    }

    #[test]
    fn the_number_of_a_label_stands_above_its_text_in_one_row() {
        let rule = "+------+----+----+\n";
        let row = |a: &str, b: &str| format!("| {a} | 次 | {b} |\n{rule}");
        let broken = format!("| 2 | 次 | 4 |\n| .访谈 |  |  |\n{rule}");
        let text = format!("{rule}{}{}{broken}{}{}", row("甲", "1"), row("乙", "2"), row("丙", "3"), row("丁", "5"));
        assert_eq!(rows(&pipes(&split(&text)).unwrap().table)[2], "2\n.访谈/次/4");
    }

    #[test]
    fn one_cell_a_line_closed_by_a_pipe() {
        let found = pipes(&split("项目 |\n|||\n规章 |\n0 |\n|\n1 |\n强制 |\n7\n三、其他")).unwrap();
        assert_eq!(found.table.rows, 10);
        assert_eq!(found.lines, 8);
        assert_eq!(found.table.cells[9].text, "7");
    }

    #[test]
    fn cells_and_pipes_in_turn() {
        let found = pipes(&split("信息内容\n|\n本年\n|\n规章\n|\n0\n|\n|\n三、下文没有表格\n")).unwrap();
        assert_eq!(rows(&found.table), ["信息内容", "本年", "规章", "0", ""]);
        assert_eq!(found.lines, 9);
    }

    #[test]
    fn headings_between_tables_of_cells_and_pipes_are_no_cells() {
        let table = "信息内容\n|\n本年\n|\n规章\n|\n0\n|\n强制\n|\n7\n|\n";
        let text = format!("二、主动公开情况\n{table}三、申请情况\n{table}");
        let lines = split(&text);
        assert!(pipes(&lines).is_none());
        let found = pipes(&lines[1..]).unwrap();
        assert_eq!(rows(&found.table), ["信息内容", "本年", "规章", "0", "强制", "7"]);
        assert_eq!(found.lines, 12);
        let broken = table.replace("规章", "一、本年\n新收");
        assert_eq!(rows(&pipes(&split(&broken)).unwrap().table)[2], "一、本年\n新收");
    }

    #[test]
    fn tabs_in_rows_and_in_front() {
        let found = tabs(&split("项目\t本年\n\t\t甲\n规章\t0\n文字")).unwrap();
        assert_eq!(rows(&found.table), ["项目/本年", "//甲", "规章/0"]);
        let found = tabs(&split("\t项目\n\t本年新\n     制作\n\n\t规章\n\t0\n\n\t \n\t \n\n\n三、其他")).unwrap();
        assert_eq!(rows(&found.table), ["项目/本年新\n制作", "规章/0", "/"]);
        let found = tabs(&split("\t项目\n\t本年\n\n\t其他对外管理\n服务事项\n\t0\n\n\t规章\n\t1\n\n")).unwrap();
        assert_eq!(rows(&found.table), ["项目/本年", "其他对外管理\n服务事项/0", "规章/1"]);
        let found = tabs(&split("\t项目\n\t本年\n\n\t4.\n重复申请\n\t0\n")).unwrap();
        assert_eq!(rows(&found.table), ["项目/本年", "4.\n重复申请/0"]);
        assert!(tabs(&split("\t本年公开信息若干条。\n\t另有其他。\n")).is_none());
        assert!(tabs(&split("\t\t项目\n\t\t\t本年\n\t\t规章\n\t\t\t0\n\t\t\t\t1\n")).is_none());
        // Tabs before numbers and numbered labels alone.
        assert!(tabs(&split("\t0\n\t1\n\t2\n\t3\n\t1.国家秘密\n\t0\n保护第三方\n\t0\n")).is_none());
        assert!(tabs(&split("\t0\n\n\t1.国家秘密\n\n\t0\n\n\t1\n\n保护第三方\n")).is_none());
    }

    #[test]
    fn a_stray_pipe_is_no_table() {
        assert!(pipes(&split("首页 | 政务公开\n正文开始。\n")).is_none());
    }
}

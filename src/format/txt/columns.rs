//! Tables in columns of fixed width, as text layouts of PDF files print them: cells are told by runs of
//! spaces, columns by the place of the numbers, rows by the lines that hold numbers.

use super::boxhead::{headed_columns, header, heads_all, nearest};
use super::delimited::{Draft as Cut, Found, build as build_rows};
use super::lines::{Line, char_width, is_space, trim};
use super::stub::{label_spans, same_cell};
use crate::document::{Anchor, Cell, Table, TableKind};
use crate::record::State;
use crate::text::read_cell;

/// A piece of a line between runs of two spaces and more.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub text: String,
    /// First terminal column, from 0.
    pub start: usize,
    /// Terminal column behind the last one.
    pub end: usize,
    pub anchor: Anchor,
    /// Whether a number or a mark for none is printed.
    pub value: bool,
}

impl Piece {
    pub fn center(&self) -> usize {
        usize::midpoint(self.start, self.end)
    }
}

/// A line of the region: its pieces, none for a blank line.
pub(super) struct Row {
    pub pieces: Vec<Piece>,
}

/// More pieces than any table has columns.
const MOST_PIECES: usize = 120;

/// Lines in columns without a number after which no table is expected.
const NUMBERLESS: usize = 60;

fn pieces(line: &Line<'_>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut column = 0usize;
    let mut spaces = usize::MAX; // at the line's start every piece is new
    for (at, c) in line.text.chars().enumerate() {
        if out.len() > MOST_PIECES {
            return Vec::new();
        }
        // An ideographic space is part of a letter-spaced cell; it parts cells only beside plain spaces.
        let plain = matches!(c, ' ' | '\t' | '\u{a0}');
        if plain {
            spaces = spaces.saturating_add(1);
        } else if c == '\u{3000}' && (out.is_empty() || spaces > 0) && spaces != usize::MAX && spaces >= 2 {
            spaces = spaces.saturating_add(0);
        } else if !is_space(c) || c == '\u{3000}' {
            let width = char_width(c);
            match out.last_mut() {
                Some(piece) if spaces < 2 => {
                    for _ in 0..spaces {
                        piece.text.push(' ');
                    }
                    piece.text.push(c);
                    piece.end = column + width;
                }
                _ => out.push(Piece {
                    text: c.to_string(),
                    start: column,
                    end: column + width,
                    anchor: line.anchor_nth(at),
                    value: false,
                }),
            }
            spaces = 0;
        }
        column += char_width(c).max(usize::from(c == '\t'));
    }
    for piece in &mut out {
        piece.text = trim(&piece.text).to_owned();
        piece.value = is_value(&piece.text);
    }
    out.retain(|p| !p.text.is_empty());
    // A unit of measure in a column of its own stands among the values, not between them and their label.
    for at in (1..out.len().saturating_sub(1)).rev() {
        let valued = out.get(at + 1).is_some_and(|p| p.value);
        if let Some(piece) = out.get_mut(at) {
            piece.value |= valued && is_unit(&piece.text);
        }
    }
    out
}

/// Whether a unit of measure is printed alone.
fn is_unit(text: &str) -> bool {
    text.chars().count() <= 3
        && text.chars().all(char::is_alphabetic)
        && read_cell(&format!("1{text}")).state == State::Number
}

/// Whether a number in digits or a mark for none is printed, and no ordinal (`6.`, `（三）`).
fn is_value(text: &str) -> bool {
    let digits = text.chars().any(|c| c.is_ascii_digit() || ('０'..='９').contains(&c));
    match read_cell(text).state {
        State::Number => digits && !text.ends_with(['.', '．', '、']),
        State::Dash => true,
        _ => false,
    }
}

/// Whether the line is laid out in columns by itself.
fn in_columns(pieces: &[Piece]) -> bool {
    pieces.len() >= 3 || (pieces.len() == 2 && pieces.iter().any(|p| p.value))
}

/// Whether the line can belong to a table between lines in columns: indented far, or short and near one.
fn indented(line: &Line<'_>) -> bool {
    line.text.chars().take_while(|c| *c == ' ').count() >= 6
}

/// Lines without columns between two lines with columns, at most.
const BRIDGE: usize = 8;

/// The table in columns that begins at the first of `lines`, if one does.
pub fn fixed(lines: &[Line<'_>]) -> Option<Found> {
    let first = lines.first()?;
    let begins = indented(first) || in_columns(&pieces(first));
    // Two labels that span the columns of the next line.
    let spans = || pieces(first).len() == 2 && lines.get(1).is_some_and(|l| pieces(l).len() > 2);
    if first.is_blank() || !(begins || spans()) {
        return None;
    }
    let mut rows: Vec<Row> = Vec::new();
    let (mut end, mut columned, mut valued, mut since) = (0usize, 0usize, 0usize, 0usize);
    for (n, line) in lines.iter().enumerate() {
        let found = pieces(line);
        if in_columns(&found) {
            columned += 1;
            valued += usize::from(found.iter().any(|p| p.value));
            since = 0;
            end = n + 1;
            if valued == 0 && columned > NUMBERLESS {
                return None;
            }
        } else if !found.is_empty() {
            since += 1;
            // Text from the left margin that is long, or ends a sentence, is no cell.
            let margin = found.first().is_some_and(|p| p.start == 0);
            let text = line.trimmed();
            let prose = text.ends_with('。')
                || line.text.starts_with("\u{3000}\u{3000}")
                || (margin && super::lines::begins_heading(text) && !text.starts_with(['(', '（']))
                || (margin && found.iter().map(|p| p.end).max().unwrap_or(0) > 66);
            if prose || since > BRIDGE {
                break;
            }
        } else if since > 0 || n > end + 12 {
            since += 1;
            if since > BRIDGE {
                break;
            }
        }
        rows.push(Row { pieces: found });
    }
    if columned < 2 || valued == 0 {
        return None;
    }
    if let Some(cells) = separated(rows.get(..end)?) {
        return Some(Found { table: build_rows(cells, TableKind::Delimited, first.anchor_printed()), lines: end });
    }
    if !begins || runs_on(rows.get(..end)?) {
        return None;
    }
    // Lines right below the last row, without a blank line between, may be the rest of its label.
    let tail = rows.get(end..)?.iter().take_while(|r| r.pieces.len() == 1).count();
    let tail = if tail <= 3 { tail } else { 0 };
    let tail_is_text = lines.get(end + tail).is_none_or(Line::is_blank)
        && rows.get(end..end + tail)?.iter().all(|r| r.pieces.iter().all(|p| p.end < 60 && !p.text.ends_with('。')))
        && lines.get(end..end + tail)?.iter().all(|l| !super::lines::begins_heading(l.trimmed()));
    if tail_is_text {
        end += tail;
    }
    rows.truncate(end);
    Some(Found { table: assemble(&rows, first.anchor_printed()), lines: end })
}

/// Fewest runs of spaces that tell what parts the cells.
const LEAST_RUNS: usize = 8;

/// The cells of rows in which the same few spaces part all cells, wherever they stand: a mark of separation and no
/// layout. Of twice as many, an empty cell stands between.
fn separated(rows: &[Row]) -> Option<Vec<Vec<Cut>>> {
    let gaps = || rows.iter().flat_map(|r| r.pieces.windows(2)).filter_map(gap);
    let unit = gaps().min()?;
    let (all, plain) = gaps().fold((0usize, 0usize), |(all, plain), g| (all + 1, plain + usize::from(g == unit)));
    if all < LEAST_RUNS || plain * 10 < all * 7 || gaps().any(|g| g % unit != 0) {
        return None;
    }
    let mut out = Vec::new();
    for row in rows.iter().filter(|r| !r.pieces.is_empty()) {
        let mut cells: Vec<Cut> = Vec::with_capacity(row.pieces.len());
        for (n, piece) in row.pieces.iter().enumerate() {
            let before = n.checked_sub(1).and_then(|b| row.pieces.get(b..=n)).and_then(gap).unwrap_or(unit);
            for _ in 1..(before / unit).min(MOST_PIECES) {
                cells.push(Cut { text: String::new(), anchor: piece.anchor.clone() });
            }
            cells.push(Cut { text: piece.text.clone(), anchor: piece.anchor.clone() });
        }
        out.push(cells);
    }
    Some(out)
}

/// Lines with cells that one space parts from which on a third of all tells enough.
const MANY_HUNG: usize = 3;

/// Whether single spaces part the cells, and where there are more of them an empty cell is lost: in many of the lines
/// with values two of them hang together, or one hangs on its label.
fn runs_on(rows: &[Row]) -> bool {
    let hangs = |p: &Piece| {
        let mut words = p.text.split(' ').rev();
        let last = words.next().is_some_and(is_value);
        last && words.next().is_some_and(|before| is_value(before) || before.chars().count() >= 4)
    };
    let valued = rows.iter().filter(|r| r.pieces.iter().any(|p| p.value || hangs(p))).count();
    let hung = rows.iter().filter(|r| r.pieces.iter().any(hangs)).count();
    hung > 0 && (hung * 2 >= valued || hung >= MANY_HUNG && hung * 3 >= valued)
}

/// The spaces between two pieces.
fn gap(pair: &[Piece]) -> Option<usize> {
    let [a, b] = pair else { return None };
    b.start.checked_sub(a.end).filter(|&g| g > 0)
}

/// A row of the table in the making.
pub(super) struct Draft {
    /// Cells by column; column 0 is for an ordinal number, 1 for the label.
    pub cells: Vec<(usize, usize, String, Anchor)>,
}

fn is_data(row: &Row) -> bool {
    row.pieces.iter().any(|p| p.value)
        && {
            let values = row.pieces.iter().filter(|p| p.value).count();
            let texts = row.pieces.len() - values;
            values >= 1 && (texts <= 3 || values >= texts)
        }
        && row.pieces.last().is_some_and(|p| p.value || p.text.chars().count() <= 8)
}

/// Splits the lines into sub-tables (lines of a header, then rows of data) and builds their rows.
fn assemble(rows: &[Row], anchor: Anchor) -> Table {
    let data: Vec<usize> = rows.iter().enumerate().filter(|(_, r)| is_data(r)).map(|(n, _)| n).collect();
    // Lines between two data lines that hold cells right of the first value column are a header again.
    let mut drafts: Vec<Draft> = Vec::new();
    let mut head_from = 0usize;
    let mut before: Vec<(usize, usize)> = Vec::new();
    let mut at = 0usize;
    while at < data.len() {
        let group_start = at;
        let mut group_end = at + 1;
        while let (Some(&a), Some(&b)) = (data.get(group_end - 1), data.get(group_end)) {
            if is_header_between(rows, a, b) {
                break;
            }
            group_end += 1;
        }
        let group = data.get(group_start..group_end).unwrap_or(&[]);
        let next = data.get(group_end).copied();
        head_from = sub_table(rows, head_from, group, next, &mut before, &mut drafts);
        at = group_end;
    }
    build(drafts, anchor)
}

/// Whether a header stands between the data lines `a` and `b`.
fn is_header_between(rows: &[Row], a: usize, b: usize) -> bool {
    let (Some(above), Some(below)) = (rows.get(a), rows.get(b)) else { return false };
    let left = |r: &Row| first_value_of_run(r).map_or(usize::MAX, |p| p.start);
    let limit = left(above).min(left(below));
    rows.get(a + 1..b).unwrap_or(&[]).iter().any(|r| {
        // Values in the middle of their column begin behind the text above it.
        let heads = |(at, p): (usize, &Piece)| !p.value && (p.start + 2 >= limit || at > 0 && p.end > limit);
        r.pieces.iter().enumerate().any(heads)
    })
}

/// The first value of the run of values that ends the row (an ordinal number in front is none of it).
fn first_value_of_run(row: &Row) -> Option<&Piece> {
    let run = row.pieces.iter().rev().take_while(|p| p.value).count();
    row.pieces.get(row.pieces.len() - run)
}

/// Columns of values, first to last terminal column each: from the rows that have the most values, in order.
fn value_columns(rows: &[Row], group: &[usize]) -> Vec<(usize, usize)> {
    let runs = group.iter().filter_map(|&n| {
        let row = rows.get(n)?;
        let first = first_value_of_run(row)?;
        Some(row.pieces.iter().filter(|p| p.start >= first.start).collect::<Vec<&Piece>>())
    });
    let mut columns: Vec<(usize, usize)> = Vec::new();
    for run in runs {
        if run.len() > columns.len() {
            columns = run.iter().map(|p| (p.start, p.end)).collect();
        } else if run.len() == columns.len() {
            for (column, piece) in columns.iter_mut().zip(run) {
                *column = (column.0.min(piece.start), column.1.max(piece.end));
            }
        }
    }
    columns
}

/// Builds one header and its rows; gives the line where the next header may begin.
/// `before` has the columns of the one before, which hold on where no whole boxhead stands between.
fn sub_table(
    rows: &[Row],
    head_from: usize,
    group: &[usize],
    next: Option<usize>,
    before: &mut Vec<(usize, usize)>,
    drafts: &mut Vec<Draft>,
) -> usize {
    let (Some(&first), Some(&last)) = (group.first(), group.last()) else { return head_from };
    let labels = group.iter().filter_map(|&n| rows.get(n)).flat_map(|r| r.pieces.iter().take_while(|p| !p.value));
    let stub_end = labels.map(|p| p.end).max().unwrap_or(0);
    let columns = value_columns(rows, group);
    let columns = headed_columns(rows, head_from, group, columns.len(), stub_end).unwrap_or(columns);
    let carried = columns.len() < before.len() && !heads_all(rows, head_from, first, &columns, stub_end);
    let columns = if carried { before.clone() } else { columns };
    before.clone_from(&columns);
    let left = columns.first().map_or(usize::MAX, |c| c.0);
    // Where the labels of these rows begin, a row: the piece nearest to the values.
    let leaf: Vec<Option<&Piece>> = group
        .iter()
        .map(|&n| rows.get(n).and_then(|r| r.pieces.iter().rfind(|p| p.start < left && !p.value)))
        .collect();
    let spans = label_spans(rows, group, &leaf, left, head_from, next.unwrap_or(rows.len()));
    let head_end = spans.first().map_or(first, |s| s.0);
    let clear = header(rows, head_from, head_end, &columns, (stub_end, left), drafts);
    let mut tail = last + 1;
    for ((&n, leaf), &(from, to)) in group.iter().zip(&leaf).zip(&spans) {
        let Some(row) = rows.get(n) else { continue };
        let mut cells: Vec<(usize, usize, String, Anchor)> = Vec::new();
        if let Some(number) =
            row.pieces.iter().find(|p| p.value && p.end <= left && leaf.is_none_or(|l| p.start < l.start))
        {
            cells.push((0, 1, number.text.clone(), number.anchor.clone()));
        }
        if let Some(leaf) = leaf {
            let mut lines: Vec<&str> = Vec::new();
            let mut anchor = leaf.anchor.clone();
            for (m, r) in rows.iter().enumerate().take(to).skip(from) {
                for p in r.pieces.iter().filter(|p| same_cell(p, leaf, left)) {
                    if lines.is_empty() {
                        anchor = p.anchor.clone();
                    }
                    if m == n || !p.value {
                        lines.push(&p.text);
                    }
                }
            }
            cells.push((1, 1, lines.join("\n"), anchor));
        }
        let Some(places) = places(row, *leaf, &columns, left).filter(|_| clear) else {
            drafts.push(Draft { cells });
            tail = to.max(n + 1);
            continue;
        };
        for (c, piece) in places {
            match cells.iter_mut().find(|x| x.0 == c + 2) {
                Some(cell) => {
                    cell.2.push(' ');
                    cell.2.push_str(&piece.text);
                }
                None => cells.push((c + 2, 1, piece.text.clone(), piece.anchor.clone())),
            }
        }
        // A column without a piece is an empty cell: the layout shows that nothing is printed there.
        let anchor = row.pieces.first().map(|p| p.anchor.clone());
        for c in 0..columns.len() {
            if !cells.iter().any(|x| x.0 == c + 2)
                && let Some(anchor) = &anchor
            {
                cells.push((c + 2, 1, String::new(), anchor.clone()));
            }
        }
        cells.sort_by_key(|c| c.0);
        drafts.push(Draft { cells });
        tail = to.max(n + 1);
    }
    tail
}

/// The column of each piece of a row: one to one where there are as many, else the nearest. `None` where a value
/// stands between the label and the first column, two of them hang together or come to one column: no place is
/// sure then.
fn places<'r>(
    row: &'r Row,
    leaf: Option<&Piece>,
    columns: &[(usize, usize)],
    left: usize,
) -> Option<Vec<(usize, &'r Piece)>> {
    let pieces: Vec<&Piece> = row.pieces.iter().filter(|p| p.start >= left).collect();
    if pieces.len() == columns.len() {
        return Some(pieces.into_iter().enumerate().collect());
    }
    let stray =
        |p: &Piece| p.value && (p.text.contains(' ') || p.start < left) && leaf.is_some_and(|l| p.start > l.start);
    if row.pieces.iter().any(stray) {
        return None;
    }
    let mut out: Vec<(usize, &Piece)> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let Some(c) = nearest(columns, piece) else { continue };
        if piece.value && out.iter().any(|(column, before)| *column == c && before.value) {
            return None;
        }
        out.push((c, piece));
    }
    Some(out)
}

fn build(drafts: Vec<Draft>, anchor: Anchor) -> Table {
    let cols = drafts.iter().flat_map(|d| d.cells.iter().map(|c| c.0 + c.1)).max().unwrap_or(0);
    // The column for ordinal numbers goes where none is printed.
    let shift = usize::from(!drafts.iter().any(|d| d.cells.iter().any(|c| c.0 == 0)));
    let rows = drafts.len();
    let mut cells = Vec::new();
    for (row, draft) in drafts.into_iter().enumerate() {
        for (col, span, text, anchor) in draft.cells {
            cells.push(Cell { row, col: col.saturating_sub(shift), row_span: 1, col_span: span, text, anchor });
        }
    }
    Table { kind: TableKind::Borderless, rows, cols: cols.saturating_sub(shift), cells, caption: String::new(), anchor }
}

#[cfg(test)]
mod tests {
    use super::super::lines::split;
    use super::*;

    fn rows(table: &Table) -> Vec<String> {
        (0..table.rows)
            .map(|r| {
                let cells: Vec<String> =
                    table.cells.iter().filter(|c| c.row == r).map(|c| c.text.replace('\n', "+")).collect();
                cells.join("/")
            })
            .collect()
    }

    #[test]
    fn labels_over_several_lines_find_their_numbers() {
        let text = "                          第一项

   项目                  本年新        上年
                         制作数        总数
 一、很长的标签           12            0
 的后半
        （二）部分
        公开（只计这一       3            4
        情形）

 三、另一标签             -5            /

四、标题
";
        let found = fixed(&split(text)).unwrap();
        assert_eq!(
            rows(&found.table),
            [
                "第一项",
                "项目/本年新+制作数/上年+总数",
                "一、很长的标签+的后半/12/0",
                "（二）部分+公开（只计这一+情形）/3/4",
                "三、另一标签/-5//"
            ]
        );
        assert_eq!(found.lines, 11);
    }

    #[test]
    fn an_empty_cell_keeps_its_place() {
        let text = " 项目      甲      乙      丙\n 规章      1             3\n 许可      1      2      3\n";
        let found = fixed(&split(text)).unwrap();
        assert_eq!(rows(&found.table)[1], "规章/1//3");
    }

    #[test]
    fn a_number_in_front_begins_a_label() {
        // The number stands on the lower of two lines, and the line above has a number of its own.
        let text = " 项目                 甲      乙\n  8.属于查询          1       2\n  1.本机关不掌握\n  相关信息            3       4\n  2.没有信息需要\n  另行制作            5       6\n";
        let found = fixed(&split(text)).unwrap();
        assert_eq!(
            rows(&found.table)[1..],
            ["8.属于查询/1/2", "1.本机关不掌握+相关信息/3/4", "2.没有信息需要+另行制作/5/6"]
        );
    }

    #[test]
    fn a_unit_stands_in_a_column_of_its_own() {
        let text = "  指标              单位      2016年度\n  主动公开政府\n  信息数            条        857\n  发布会次数        次        12\n";
        let found = fixed(&split(text)).unwrap();
        assert_eq!(rows(&found.table)[1..], ["主动公开政府+信息数/条/857", "发布会次数/次/12"]);
    }

    #[test]
    fn values_without_a_sure_place_are_left_out() {
        let text = " 项目            甲      乙      丙\n 规章            1       2       3\n 许可         4  5               6\n 处罚            7 8             9\n";
        let found = fixed(&split(text)).unwrap();
        assert_eq!(rows(&found.table)[1..], ["规章/1/2/3", "许可/4/5/6", "处罚"]);
    }

    #[test]
    fn the_line_before_of_a_spanning_header_is_no_column() {
        let text = "         维                未
         持      纠正    经复议直接起诉
                         维持    纠正
          1       2       3       4
          5       6       7       8
";
        let found = fixed(&split(text)).unwrap();
        assert_eq!(rows(&found.table)[..2], ["未+经复议直接起诉", "维+持/纠正/维持/纠正"]);
    }

    #[test]
    fn a_boxhead_with_more_columns_than_any_row_has_values_places_none_between_them() {
        let text = "  项目            自然人    企业      其他      总计\n  新收            1               2             3\n  结转            4               5             9\n";
        let found = fixed(&split(text)).unwrap();
        assert_eq!(rows(&found.table)[1..], ["新收", "结转"]);
    }

    #[test]
    fn cells_parted_by_the_same_spaces_are_no_layout() {
        let text = "公开情况  备注\n信息内容  本年制发件数  本年废止件数  现行有效件数\n规章  2  0  31\n规范性文件  118  7    备注\n强制  0  1  0\n";
        let found = fixed(&split(text)).unwrap();
        assert_eq!(found.table.kind, TableKind::Delimited);
        assert_eq!(rows(&found.table)[2..4], ["规章/2/0/31", "规范性文件/118/7//备注"]);
    }

    #[test]
    fn a_column_without_values_beside_a_higher_header_shifts_none() {
        let text =
            "项目    甲             总计\n                其他\n规章    1              4\n强制    0              9\n";
        let found = fixed(&split(text)).unwrap();
        assert_eq!(rows(&found.table).last().map(String::as_str), Some("强制/0//9"));
    }

    #[test]
    fn a_column_without_values_is_placed_by_the_boxhead() {
        let text = "信息内容      本年新制作  本年新公开  对外公开\n规章               1                     9\n强制               0                    12\n";
        let found = fixed(&split(text)).unwrap();
        assert_eq!(rows(&found.table), ["信息内容/本年新制作/本年新公开/对外公开", "规章/1//9", "强制/0//12"]);
        let spanning = "          复议                          诉讼\n                                  直接起诉\n维持      纠正      总计      维持      纠正      总计\n 3                   3         1                   1\n";
        let found = fixed(&split(spanning)).unwrap();
        assert_eq!(rows(&found.table).last().map(String::as_str), Some("3//3/1//1"));
    }

    #[test]
    fn the_rest_of_a_remark_heads_no_columns_of_its_own() {
        let text = "  项目      自然人    企业        其他      总计\n  新收        1         2           3         6\n  续办        4       5（其中     0         9\n                      二人）\n  结转                  7           8         15\n";
        let found = fixed(&split(text)).unwrap();
        assert_eq!(rows(&found.table).last().map(String::as_str), Some("结转//7/8/15"));
    }

    #[test]
    fn captions_between_parts_are_no_rests_of_labels_and_a_text_over_one_column_heads_it() {
        let text = "信息内容        本年制发件数  现行有效件数\n行政规范性文件       4             9\n第二十条第（五）项\n信息内容        本年处理决定数量\n许可                       7\n第二十条第（六）项\n信息内容        本年处理决定数量\n处罚                       8\n强制                       0\n";
        let found = fixed(&split(text)).unwrap();
        let parts = [
            "第二十条第（五）项",
            "信息内容/本年处理决定数量",
            "许可/7",
            "第二十条第（六）项",
            "信息内容/本年处理决定数量",
            "处罚/8",
            "强制/0",
        ];
        assert_eq!(rows(&found.table)[1..], [&["行政规范性文件/4/9"], &parts[..]].concat());
        // A row whose value is blank is no beginning of the next one's label.
        let text = text.replace("处罚                       8", "处罚");
        let found = fixed(&split(&text)).unwrap();
        assert_eq!(rows(&found.table).last().map(String::as_str), Some("强制/0"));
        let text = "信息内容        本年制发件数  现行有效件数\n规章                 4             9\n行政规范性文件\n强制                 0             0\n";
        assert_eq!(rows(&fixed(&split(text)).unwrap().table)[1], "规章/4/9");
    }

    #[test]
    fn rows_whose_cells_one_space_parts_are_no_layout() {
        let text = "规章 2 0 31\n规范性文件  7 9\n许可 4  6\n强制 0 1 0\n处罚 12 5  17\n";
        assert!(fixed(&split(text)).is_none());
    }

    #[test]
    fn prose_is_no_table() {
        assert!(fixed(&split("　　本年度公开信息 12 条，\n收到申请 3 件。\n")).is_none());
    }
}

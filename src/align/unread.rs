//! Tables of which the labels are printed and no value could be read: said, and kept out of running text.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::flow::{Kind, Stream, Token, breaks, is_too_long, ranges, tokens};
use super::grid::Grid;
use super::tables::caption_year;
use super::vocabulary::{Reader, Role, TableIndex, Vocabulary};
use super::{Alignment, Claim, ClaimKind, Found};
use crate::document::{Block, Document};
use crate::pattern::TablePattern;
use crate::record::Flag;

/// Fewest rows or columns of a table, printed one behind the other, that make it out.
const LEAST_LABELS: usize = 4;

/// Fewest of them in a grid, whose rows were not found to be the table's.
const MOST_LABELS: usize = 6;

/// How well a cell's text must match a label that makes a table out.
const SURE: f32 = 0.95;

const UNREAD: &str = "the labels of the table are printed, but no value could be told to a row";

/// How many labels more than any other's make a form out.
const CLEAR: f32 = 2.0;

/// Fewest short lines from which a text in which none comes twice is told to have lost lines.
const LEAST_LINES: usize = 24;

/// Fewest lines of a label and its numbers that show rows run together.
const LEAST_ROWS: usize = 8;

/// Longest line that counts as short, in bytes.
const SHORT: usize = 180;

/// Whether no short line of a text comes twice: some scrapers drop every line that they saw before, so that of
/// equal numbers and labels one is left.
pub(crate) fn lost_lines(document: &Document) -> bool {
    let mut lines: Vec<&str> = Vec::new();
    for block in &document.blocks {
        match block {
            Block::Paragraph(p) if p.text.len() <= SHORT && !p.text.trim().is_empty() => lines.push(p.text.trim()),
            Block::Paragraph(_) => {}
            Block::Table(t) if t.cols == 1 => {
                lines.extend(t.cells.iter().map(|c| c.text.trim()).filter(|c| !c.is_empty()));
            }
            Block::Table(_) => return false,
        }
    }
    // Rows run together hold their numbers, and few of them are alike.
    let figures = |c: char| c.is_ascii_digit();
    let lone = lines.iter().filter(|l| l.chars().all(figures)).count();
    let rows = lines.iter().filter(|l| l.ends_with(figures) && l.contains(char::is_alphabetic)).count();
    if rows >= LEAST_ROWS && rows > lone {
        return false;
    }
    let count = lines.len();
    lines.sort_unstable();
    lines.dedup();
    count >= LEAST_LINES && lines.len() == count
}

/// Whether every table of the form that the report prints was found.
fn complete(out: &Alignment, vocabulary: &Vocabulary) -> bool {
    let Some((_, form)) = out.forms.first() else { return false };
    let mut tables = vocabulary.tables.iter().filter(|t| t.form.id == *form);
    tables.all(|t| out.forms.iter().any(|(table, _)| *table == t.table.id))
}

/// Says which tables are printed without a value that could be read, and claims their text.
pub(crate) fn say(document: &Document, vocabulary: &Vocabulary, out: &mut Alignment) {
    let blocks = 0..document.blocks.len();
    if complete(out, vocabulary) || is_too_long(document, blocks.clone()) {
        return;
    }
    let (code, message) = if lost_lines(document) {
        ("lines-lost", "no line of the text comes twice, lines that repeat were dropped; its table is not read")
    } else {
        ("table-unread", UNREAD)
    };
    let stream = Stream::new(document, blocks);
    let tokens = tokens(&stream, vocabulary);
    let mut forms: Vec<(String, String)> = Vec::new();
    let read: FxHashSet<usize> = out.claims.iter().map(|c| c.block).collect();
    for (run, grid) in runs(&stream, &tokens, vocabulary) {
        let run = tokens.get(run).unwrap_or(&[]);
        if grid.is_some_and(|block| read.contains(&block)) {
            continue;
        }
        // A grid with some of the labels may be a chart's.
        let least = if grid.is_some() { MOST_LABELS } else { LEAST_LABELS };
        let told = speaks(run, vocabulary).filter(|s| s.1 >= least).map(|s| s.0);
        let Some(index) = told.or_else(|| begun(run, vocabulary).filter(|_| grid.is_none())) else { continue };
        if out.forms.iter().any(|(table, _)| *table == index.table.id) {
            continue;
        }
        for at in prefixes(index.table) {
            out.flags.push(Flag { code, at, message: message.to_owned() });
        }
        if let Some(form) = form_of(run, &stream, &index.table.id, vocabulary)
            && !forms.iter().any(|(table, _)| *table == index.table.id)
        {
            forms.push((index.table.id.clone(), form.to_owned()));
        }
        let first = run.iter().find(|t| means(t, index)).filter(|_| told.is_some());
        if let (Some(first), Some(last)) = (first, run.last()) {
            for (block, range) in ranges(&stream, first.from, last.to) {
                let taken = out.claims.iter().any(|c| c.block == block && c.range.start <= range.start);
                if !taken {
                    let table = Some(index.table.id.clone());
                    out.claims.push(Claim { block, range, kind: ClaimKind::Table, table });
                }
            }
        }
    }
    out.forms.extend(forms);
    out.forms.sort_by_key(|(table, _)| vocabulary.tables.iter().position(|t| t.table.id == *table));
    out.flags.sort();
    out.flags.dedup();
}

/// The form whose table a run prints, where its labels leave no doubt.
fn form_of<'v>(run: &[Token], stream: &Stream<'_>, table: &str, vocabulary: &'v Vocabulary) -> Option<&'v str> {
    let mut text = String::new();
    for token in run {
        text.push_str(&stream.tight(token.from..token.to));
        text.push(' ');
    }
    let mut forms: Vec<(f32, &str)> = (vocabulary.tables.iter().filter(|t| t.table.id == table))
        .map(|index| {
            let labels = run.iter().filter(|t| means(t, index)).count();
            let spoken =
                index.table.evidence.iter().filter(|(regex, _)| regex.is_match(&text)).map(|(_, weight)| weight);
            #[allow(clippy::cast_precision_loss, reason = "small counts")]
            (labels as f32 + spoken.sum::<f32>(), index.form.id.as_str())
        })
        .collect();
    forms.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (best, next) = (forms.first()?, forms.get(1).map_or(0.0, |f| f.0));
    (best.0 >= next + CLEAR).then_some(best.1)
}

/// Tables printed as grids whose rows are those of a form and of which no value was read, though one of a year before
/// may have been.
pub(crate) fn in_grids(
    grids: &[Grid],
    found: &[Found],
    vocabulary: &Vocabulary,
    reader: &Reader,
) -> Vec<(Found, usize)> {
    let mut out: Vec<(Found, usize)> = Vec::new();
    let read = |grid: &Grid| found.iter().flat_map(|f| &f.claims).any(|c| c.block == grid.block);
    for (g, grid) in grids.iter().enumerate().filter(|(_, grid)| !read(grid)) {
        let mut best: Option<(usize, &TableIndex)> = None;
        for index in vocabulary.tables.iter().filter(|t| t.table.under.is_empty()) {
            // Labels one below the other: a table of years may have them side by side as its headers.
            let mut rows: FxHashSet<usize> = FxHashSet::default();
            for cells in &grid.rows {
                let labels = cells.iter().flat_map(|&c| &reader.get(grid.text(c)).labels);
                let sure = labels.filter(|c| c.found.score >= SURE).flat_map(|c| index.roles(c.key));
                let row = |role: &Role| if let Role::Row(flat) = role { Some(*flat) } else { None };
                rows.extend(sure.filter_map(row).find(|flat| !rows.contains(flat)));
            }
            if rows.len() >= LEAST_LABELS && rows.len() * 2 > grid.rows.len() && best.is_none_or(|b| rows.len() > b.0) {
                best = Some((rows.len(), index));
            }
        }
        let again = || {
            (found.iter().find(|f| printed_again(f, grid, grids, reader)))
                .and_then(|f| vocabulary.tables.iter().find(|i| i.table.id == f.table && i.form.id == f.form))
        };
        let Some(index) = best.map(|b| b.1).or_else(again) else { continue };
        let table = &index.table.id;
        let read = |f: &Found| f.table == *table && !printed_again(f, grid, grids, reader);
        if found.iter().chain(out.iter().map(|o| &o.0)).any(read) {
            continue;
        }
        let flags = (prefixes(index.table).into_iter())
            .map(|at| Flag { code: "table-unread", at, message: UNREAD.to_owned() })
            .collect();
        let (table, form) = (table.clone(), index.form.id.clone());
        out.push((Found { table, form, block: grid.block, flags, ..Found::default() }, g));
    }
    out
}

/// Whether a grid prints the labels of a table that was read, for a later year than that one's.
fn printed_again(read: &Found, grid: &Grid, grids: &[Grid], reader: &Reader) -> bool {
    let year = caption_year(grid, reader);
    let later = read.year.is_some() && read.year < year
        || read.other_year && !grid.context.iter().any(|c| reader.vocabulary.names_other_year(&reader.get(c.1).shadow));
    let Some(same) = grids.iter().find(|g| g.block == read.block).filter(|_| later) else { return false };
    let both = grid.labelled.iter().filter(|label| same.labelled.contains(label)).count();
    both >= LEAST_LABELS && both * 4 >= same.labelled.len() * 3
}

/// Runs of tokens without prose or a section's heading between them; those of a grid apart, with its block.
fn runs(stream: &Stream<'_>, tokens: &[Token], vocabulary: &Vocabulary) -> Vec<(Range<usize>, Option<usize>)> {
    let mut out = Vec::new();
    let (mut start, mut within) = (0, None);
    let mut end = |start: usize, at: usize, within: Option<usize>| {
        if at > start {
            out.push((start..at, within));
        }
    };
    for (at, token) in tokens.iter().enumerate() {
        let block = stream.atoms.get(token.from).map_or(0, |a| a.block);
        let grid = matches!(stream.document.blocks.get(block), Some(Block::Table(t)) if t.cols > 1);
        let grid = grid.then_some(block);
        if grid != within {
            end(start, at, within);
            (start, within) = (at, grid);
        }
        if grid.is_none() && breaks(stream, token, vocabulary) {
            end(start, at, within);
            start = at + 1;
        }
    }
    end(start, tokens.len(), within);
    out
}

fn means(token: &Token, index: &TableIndex) -> bool {
    let Kind::Label(keys) = &token.kind else { return false };
    let roles = keys.iter().flat_map(|&k| index.roles(k));
    roles
        .into_iter()
        .any(|r| matches!(r, Role::Row(_) | Role::Column { .. } | Role::Corner { .. } | Role::Caption { .. }))
}

/// The table of which a run prints most rows (columns, where its rows have no labels), and how many.
fn speaks<'v, 'f>(run: &[Token], vocabulary: &'v Vocabulary<'f>) -> Option<(&'v TableIndex<'f>, usize)> {
    let mut best: Option<(&TableIndex, usize)> = None;
    for index in &vocabulary.tables {
        let mut rows: Vec<usize> = Vec::new();
        let mut columns: Vec<(usize, usize)> = Vec::new();
        for token in run {
            let Kind::Label(keys) = &token.kind else { continue };
            for role in keys.iter().flat_map(|&k| index.roles(k)) {
                match *role {
                    Role::Row(flat) if !rows.contains(&flat) => {
                        rows.push(flat);
                        break;
                    }
                    Role::Column { part, column, leaf: true, .. }
                        if bare(index, part) && !columns.contains(&(part, column)) =>
                    {
                        columns.push((part, column));
                        break;
                    }
                    _ => {}
                }
            }
        }
        let labels = rows.len() + columns.len();
        if labels > best.map_or(0, |b| b.1) {
            best = Some((index, labels));
        }
    }
    best
}

/// The table of which a run prints the corner and the whole boxhead, or the part's caption, the corner and a column:
/// one that was cut off below or within its boxhead.
fn begun<'v, 'f>(run: &[Token], vocabulary: &'v Vocabulary<'f>) -> Option<&'v TableIndex<'f>> {
    let begins = |index: &TableIndex, part: usize| {
        let width = index.part(part).map_or(0, |p| p.columns.len());
        let mut columns: Vec<usize> = Vec::new();
        let (mut captioned, mut cornered) = (false, false);
        for token in run {
            let Kind::Label(keys) = &token.kind else { continue };
            for role in keys.iter().flat_map(|&k| index.roles(k)) {
                match *role {
                    Role::Column { part: p, column, leaf: true, .. } if p == part && !columns.contains(&column) => {
                        columns.push(column);
                    }
                    Role::Corner { part: p } => cornered |= p == part,
                    Role::Caption { part: p } => captioned |= p == part,
                    _ => {}
                }
            }
        }
        let whole = width >= LEAST_LABELS - 1 && columns.len() == width;
        cornered && (whole || captioned && !columns.is_empty())
    };
    vocabulary.tables.iter().find(|index| (0..index.table.parts.len()).any(|part| begins(index, part)))
}

/// Whether a part has rows without labels.
fn bare(index: &TableIndex, part: usize) -> bool {
    index.part(part).is_some_and(|p| p.rows.iter().any(|r| r.labels.is_empty() && !r.group && r.dynamic.is_none()))
}

/// The table's id and what else its variables begin with (`litigation` in the table `review`).
pub(crate) fn prefixes(table: &TablePattern) -> Vec<String> {
    let mut out = vec![table.id.clone()];
    for part in &table.parts {
        for column in part
            .rows
            .iter()
            .flat_map(|r| r.columns.iter().filter_map(|&c| part.columns.get(c)).map(move |c| part.variable(r, c)))
        {
            let head = column.split('.').next().unwrap_or("").to_owned();
            if !out.contains(&head) {
                out.push(head);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::align::{Alignment, align};
    use crate::pattern::PatternSet;

    fn read(text: &str) -> Alignment {
        let document = crate::format::txt::read(text.as_bytes(), &crate::limits::Limits::default()).unwrap();
        align(&document, PatternSet::embedded().family("ogi").unwrap())
    }

    fn flagged(found: &Alignment, code: &str) -> Vec<String> {
        found.flags.iter().filter(|f| f.code == code).map(|f| f.at.clone()).collect()
    }

    const LABELS: &str = "申请人情况\n自然人\n法人或其他组织\n总计\n商业企业\n科研机构\n社会公益组织\n法律服务机构\n其他\n\
        一、本年新收政府信息公开申请数量\nA二、上年结转政府信息公开申请数量\nB三、本年度办理结果\n（一）予以公开\nC\
        （二）部分公开\nD（三）不予公开\n1.属于国家秘密\nE2.其他法律行政法规禁止公开\n3.危及“三安全一稳定”\n\
        4.保护第三方合法权益\n5.属于三类内部事务信息\n6.属于四类过程性信息\n7.属于行政执法案卷\n8.属于行政查询事项\n\
        （四）无法提供\n1.本机关不掌握相关政府信息\n";

    fn filled(values: [&str; 5]) -> String {
        let text = ["A", "B", "C", "D", "E"].iter().zip(values);
        text.fold(LABELS.to_owned(), |text, (mark, value)| text.replace(mark, value))
    }

    #[test]
    fn rows_run_together_have_lost_no_lines() {
        let rows: String = (1..=24).map(|n| format!("事项{}{n}0{n}\n", "甲".repeat(n))).collect();
        let document =
            |text: &str| crate::format::txt::read(text.as_bytes(), &crate::limits::Limits::default()).unwrap();
        assert!(!super::lost_lines(&document(&rows)));
        let cells: String = (1..=24).map(|n| format!("事项{}\n{n}\n", "甲".repeat(n))).collect();
        assert!(super::lost_lines(&document(&cells)));
    }

    #[test]
    fn a_table_without_values_is_told() {
        let found = read(&format!(
            "详见下表。\n三、收到和处理政府信息公开申请情况\n详见下表。\n{}五、问题\n无。\n",
            filled([""; 5])
        ));
        assert!(found.readings.is_empty());
        assert_eq!(flagged(&found, "table-unread"), ["applications"]);
        assert!(found.claims.iter().any(|c| c.table.as_deref() == Some("applications")));
    }

    #[test]
    fn lines_that_a_scraper_dropped_leave_nothing_to_read() {
        let found = read(&filled(["3\n0\n", "7\n", "2\n", "", "1\n4\n"]));
        assert!(found.readings.is_empty(), "{:?}", found.readings);
        assert_eq!(flagged(&found, "lines-lost"), ["applications"]);
    }

    #[test]
    fn the_form_of_an_unread_table_is_told_by_its_labels() {
        let text = "二、主动公开政府信息情况\n信息内容\n本年新\n本年新\n对外公开总数量\n规章\n规范性文件\n信息内容\n\
            上一年项目数量\n本年增/减\n处理决定数量\n行政许可\n其他对外管理服务事项\n行政处罚\n行政强制\n行政事业性收费\n";
        let found = read(text);
        assert_eq!(flagged(&found, "table-unread"), ["proactive"]);
        assert_eq!(found.forms, [("proactive".to_owned(), "ogi-2019".to_owned())]);
        assert!(read(&filled([""; 5])).forms.is_empty());
        let begun =
            "二、主动公开政府信息情况\n第二十条第（一）项\n信息内容\n本年新制作数量\n本年新公开数量\n对外公开总数量\n";
        // Cut off below its boxhead, and within it.
        for begun in [begun, begun.split("本年新公开").next().unwrap()] {
            let found = read(begun);
            assert_eq!(flagged(&found, "table-unread"), ["proactive"]);
            assert_eq!(found.forms, [("proactive".to_owned(), "ogi-2019".to_owned())]);
        }
    }

    #[test]
    fn a_grid_of_which_no_row_was_found_is_told() {
        let row = |label: &str| format!("0  {label}  {label} |  x | y |\n");
        let text: String = LABELS.replace(['A', 'B', 'C', 'D', 'E'], "").lines().map(row).collect();
        assert_eq!(flagged(&read(&text), "table-unread"), ["applications"]);
    }

    #[test]
    fn prose_prints_no_table() {
        let text =
            "本年予以公开283件，部分公开88件，重复申请19件，结转下年度继续办理6件，行政许可900项，行政处罚130项。";
        assert!(flagged(&read(text), "table-unread").is_empty());
    }
}

//! The story: characters to paragraphs, cells, rows and tables.

use super::fib::Fib;
use super::list::Lists;
use super::pieces::Pieces;
use super::properties::{ParagraphProperties, Properties};
use crate::diagnostic::Diagnostic;
use crate::document::{Anchor, Block, Document, Paragraph, Role, Table};
use crate::failure::Failure;
use crate::format::rows::{Row, table};
use crate::limits::Limits;

/// A table being read, at one depth.
#[derive(Default)]
struct OpenTable {
    rows: Vec<Row>,
    cells: Vec<String>,
    lines: Vec<String>,
}

/// Reads the main text and the notes into `document`.
pub(super) fn read(
    text: &Pieces,
    formats: &Properties,
    mut lists: Lists,
    fib: &Fib,
    limits: &Limits,
    document: &mut Document,
) -> Result<(), Failure> {
    let main = fib.main_chars as usize;
    let notes = main.saturating_add(fib.note_chars as usize);
    let plain = ParagraphProperties::default();
    let mut outer = OpenTable::default();
    let mut inner = OpenTable::default();
    let mut behind: Vec<Table> = Vec::new();
    let (mut tables, mut paragraphs, mut cells, mut pictures) = (0u32, 0u32, 0u32, 0u32);
    let mut line = String::new();
    // Fields: codes stand between 0x13 and 0x14 and are not printed, results between 0x14 and 0x15.
    let mut fields: Vec<bool> = Vec::new();
    for (position, (&ch, &offset)) in text.chars.iter().zip(&text.offsets).enumerate().take(notes) {
        match ch {
            '\u{13}' => fields.push(true),
            '\u{14}' => {
                if let Some(code) = fields.last_mut() {
                    *code = false;
                }
            }
            '\u{15}' => {
                fields.pop();
            }
            '\r' | '\u{7}' | '\u{c}' => {
                if fields.len() > 64 {
                    fields.clear();
                }
                let format = formats.paragraph(offset).unwrap_or(&plain);
                let number = match format.list {
                    Some(instance) if instance != 0 && !line.trim().is_empty() => lists.advance(instance, format.level),
                    _ => String::new(),
                };
                let done = std::mem::take(&mut line);
                if ch == '\u{7}' || format.in_table {
                    let text = format!("{number}{done}");
                    if format.depth > 1 {
                        inner.lines.push(text);
                        if format.inner_row_end {
                            inner.lines.clear();
                            let row = std::mem::take(&mut inner.cells);
                            inner.rows.push((row, format.row.clone()));
                        } else if format.inner_cell {
                            let lines = std::mem::take(&mut inner.lines);
                            inner.cells.push(lines.join("\n"));
                            cells += 1;
                        }
                    } else if format.row_end {
                        outer.lines.clear();
                        let row = std::mem::take(&mut outer.cells);
                        outer.rows.push((row, format.row.clone()));
                    } else {
                        outer.lines.push(text);
                        if ch == '\u{7}' {
                            let lines = std::mem::take(&mut outer.lines);
                            outer.cells.push(lines.join("\n"));
                            cells += 1;
                            if !inner.rows.is_empty() {
                                tables += 1;
                                let path = format!("document/tbl[{tables}]");
                                behind.extend(table(std::mem::take(&mut inner).rows, path));
                            }
                        }
                    }
                    if cells > limits.cells {
                        return Err(Failure::TooLarge(format!("more than {} table cells", limits.cells)));
                    }
                    continue;
                }
                close_table(&mut outer, &mut behind, &mut tables, document);
                paragraphs += 1;
                let role = match format.outline {
                    _ if position >= main => Role::Footnote,
                    Some(level) => Role::Heading(level + 1),
                    None if !number.is_empty() => Role::ListItem,
                    None => Role::Body,
                };
                push_paragraph(&format!("{number}{done}"), role, paragraphs, document);
            }
            _ if fields.last() == Some(&true) || formats.hidden(offset) => {}
            '\u{1}' | '\u{8}' => pictures += 1,
            '\u{b}' => line.push('\n'),
            '\u{1e}' => line.push('-'),
            '\u{a0}' => line.push('\u{a0}'),
            '\t' => line.push('\t'),
            c if c < ' ' || c == '\u{1f}' => {}
            c => line.push(c),
        }
    }
    close_table(&mut outer, &mut behind, &mut tables, document);
    push_paragraph(&line, Role::Body, paragraphs + 1, document);
    document.diagnostics.extend(Diagnostic::pictures(pictures));
    Ok(())
}

fn push_paragraph(text: &str, role: Role, index: u32, document: &mut Document) {
    for line in text.split('\n') {
        let line = line.trim_matches(char::is_whitespace);
        if !line.is_empty() {
            let anchor = Anchor::Node { path: format!("document/p[{index}]"), line: 0, column: 0 };
            document.blocks.push(Block::Paragraph(Paragraph { text: line.to_owned(), role, anchor }));
        }
    }
}

fn close_table(open: &mut OpenTable, behind: &mut Vec<Table>, tables: &mut u32, document: &mut Document) {
    let mut open = std::mem::take(open);
    if !open.cells.is_empty() {
        open.rows.push((open.cells, Vec::new()));
    }
    if !open.rows.is_empty() {
        *tables += 1;
        document.blocks.extend(table(open.rows, format!("document/tbl[{tables}]")).map(Block::Table));
    }
    document.blocks.extend(behind.drain(..).map(Block::Table));
}

//! The story: characters to paragraphs, cells, rows and tables.

use std::ops::Range;

use super::boxes::Boxes;
use super::fib::Fib;
use super::list::Lists;
use super::pieces::Pieces;
use super::properties::{ParagraphProperties, Properties};
use crate::diagnostic::Diagnostic;
use crate::document::{Anchor, Block, Document, Format, INK, Paragraph, Role, Table};
use crate::failure::Failure;
use crate::format::rows::{Row, table};
use crate::format::run::{is_framed, numbered};
use crate::limits::Limits;
use crate::text::Runs;

/// A table being read, at one depth.
#[derive(Default)]
struct OpenTable {
    rows: Vec<Row>,
    cells: Vec<String>,
    lines: Vec<String>,
    /// The cell being read holds ink that is no text: a picture, an object.
    ink: bool,
}

impl OpenTable {
    /// Ends a cell.
    fn end_cell(&mut self) {
        let lines = std::mem::take(&mut self.lines).join("\n");
        let ink = std::mem::take(&mut self.ink) && lines.trim().is_empty();
        self.cells.push(if ink { INK.to_owned() } else { lines });
    }

    /// Ends a row; what stands behind its last cell is none of it.
    fn end_row(&mut self, format: &ParagraphProperties) {
        self.lines.clear();
        self.ink = false;
        let row = std::mem::take(&mut self.cells);
        self.rows.push((row, format.row.clone()));
    }
}

/// Reads the main text, the notes and the text boxes into `document`.
pub(super) fn read(
    text: &Pieces,
    formats: &Properties,
    lists: Lists,
    boxes: Boxes,
    fib: &Fib,
    limits: &Limits,
    document: &mut Document,
) -> Result<(), Failure> {
    let main = fib.main_chars as usize;
    let notes = main.saturating_add(fib.note_chars as usize);
    let mut reader =
        StoryReader { text, formats, lists, boxes, limits, tables: 0, paragraphs: 0, cells: 0, pictures: 0 };
    reader.read(0..main, Role::Body, document)?;
    for range in reader.boxes.take_rest() {
        reader.read(range, Role::Body, document)?;
    }
    reader.read(main..notes, Role::Footnote, document)?;
    document.diagnostics.extend(Diagnostic::pictures(reader.pictures));
    Ok(())
}

/// Reads stories one after another.
struct StoryReader<'a> {
    text: &'a Pieces,
    formats: &'a Properties,
    lists: Lists,
    boxes: Boxes,
    limits: &'a Limits,
    tables: u32,
    paragraphs: u32,
    cells: u32,
    pictures: u32,
}

/// Where a story stands.
#[derive(Default)]
struct Story {
    outer: OpenTable,
    inner: OpenTable,
    /// Tables within the cells of the outer one, to stand behind it.
    behind: Vec<Table>,
    line: Runs,
    ink: bool,
}

impl StoryReader<'_> {
    /// Reads a range of characters; its plain paragraphs have this role.
    fn read(&mut self, range: Range<usize>, role: Role, document: &mut Document) -> Result<(), Failure> {
        let (text, formats) = (self.text, self.formats);
        let mut story = Story::default();
        // Fields: codes stand between 0x13 and 0x14 and are not printed, results between 0x14 and 0x15.
        let mut fields: Vec<bool> = Vec::new();
        let chars = text.chars.iter().zip(&text.offsets).enumerate();
        for (position, (&ch, &offset)) in chars.take(range.end).skip(range.start) {
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
                    self.end_paragraph(ch, offset, role, &mut story, document)?;
                }
                _ if fields.last() == Some(&true) => {}
                _ => {
                    let look = formats.look(offset);
                    if look.is_left_out() {
                        continue;
                    }
                    match ch {
                        '\u{1}' | '\u{8}' => self.read_shape(position, offset, &mut story, document)?,
                        '\u{b}' => story.line.push("\n", false),
                        '\u{1e}' => story.line.push("-", false),
                        c if (c < ' ' && c != '\t') || c == '\u{1f}' => {}
                        c => story.line.push(c.encode_utf8(&mut [0; 4]), look.is_raised()),
                    }
                }
            }
        }
        self.close_table(&mut story, document);
        push_paragraph(&story.line.text, role, self.paragraphs + 1, document);
        Ok(())
    }

    /// Ends a paragraph, a cell or a row.
    fn end_paragraph(
        &mut self,
        ch: char,
        offset: u32,
        role: Role,
        story: &mut Story,
        document: &mut Document,
    ) -> Result<(), Failure> {
        let plain = ParagraphProperties::default();
        let format = self.formats.paragraph(offset).unwrap_or(&plain);
        let done = story.line.take();
        let ink = std::mem::take(&mut story.ink);
        let number = match format.list {
            Some(instance) if instance != 0 && !done.trim().is_empty() => self.lists.advance(instance, format.level),
            _ => String::new(),
        };
        let in_table = ch == '\u{7}' || format.in_table;
        let text = numbered(&number, done, in_table);
        if !in_table {
            self.close_table(story, document);
            self.paragraphs += 1;
            let role = match format.outline {
                _ if role == Role::Footnote => role,
                Some(level) => Role::Heading(level + 1),
                None if !number.is_empty() => Role::ListItem,
                None => Role::Body,
            };
            push_paragraph(&text, role, self.paragraphs, document);
            return Ok(());
        }
        let (outer, inner) = (&mut story.outer, &mut story.inner);
        if format.depth > 1 {
            inner.lines.push(text);
            inner.ink |= ink;
            if format.inner_row_end {
                inner.end_row(format);
            } else if format.inner_cell {
                inner.end_cell();
                self.cells += 1;
            }
        } else if format.row_end {
            outer.end_row(format);
        } else {
            outer.lines.push(text);
            outer.ink |= ink;
            if ch == '\u{7}' {
                if let [(cells, _)] = inner.rows.as_slice()
                    && let [only] = cells.as_slice()
                    && is_framed(only, !outer.cells.is_empty())
                {
                    outer.lines.push(only.clone());
                    inner.rows.clear();
                }
                outer.end_cell();
                self.cells += 1;
                if !inner.rows.is_empty() {
                    self.tables += 1;
                    let path = format!("document/tbl[{}]", self.tables);
                    story.behind.extend(table(std::mem::take(inner).rows, path));
                }
            }
        }
        if self.cells > self.limits.cells {
            return Err(Failure::TooLarge(format!("more than {} table cells", self.limits.cells)));
        }
        Ok(())
    }

    /// A picture, an object, or a shape, which may be a text box: its text stands where it is anchored.
    fn read_shape(
        &mut self,
        position: usize,
        offset: u32,
        story: &mut Story,
        document: &mut Document,
    ) -> Result<(), Failure> {
        let Some(range) = self.boxes.take(position) else {
            self.pictures += 1;
            story.ink = true;
            return Ok(());
        };
        if !self.formats.paragraph(offset).is_some_and(|p| p.in_table) {
            self.close_table(story, document);
            return self.read(range, Role::Body, document);
        }
        let mut inside = Document::new(Format::Doc);
        self.read(range, Role::Body, &mut inside)?;
        for block in inside.blocks {
            match block {
                Block::Paragraph(p) => {
                    let parted = if story.line.text.is_empty() { "" } else { "\n" };
                    story.line.push(&format!("{parted}{}", p.text), false);
                }
                Block::Table(table) => story.behind.push(table),
            }
        }
        Ok(())
    }

    fn close_table(&mut self, story: &mut Story, document: &mut Document) {
        close_table(&mut story.outer, &mut story.behind, &mut self.tables, document);
    }
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

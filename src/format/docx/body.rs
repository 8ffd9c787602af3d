//! The story of a document: paragraphs, runs, tables, text boxes, notes.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::numbering::Numbering;
use super::styles::{Styles, take_run_property};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Anchor, Block, Cell, Document, INK, Paragraph, Role, Table, TableKind};
use crate::failure::Failure;
use crate::format::package::{attribute, is_true, reference};
use crate::format::run::{RunLook, is_framed, numbered, symbol};
use crate::limits::Limits;
use crate::text::Runs;

/// Widest grid that a row may span; Word itself stops at 63 columns.
const MAX_COLUMNS: usize = 1_024;

/// Reads stories one after another; list counters run on.
pub(super) struct BodyReader<'a> {
    styles: &'a Styles,
    numbering: Numbering,
    limits: &'a Limits,
    cells: u32,
    chars: u64,
    tables: u32,
    pictures: u32,
}

/// A paragraph being read.
#[derive(Default)]
struct OpenParagraph {
    text: Runs,
    style: Option<String>,
    list: Option<u32>,
    level: Option<u8>,
    outline: Option<u8>,
    index: u32,
    run: OpenRun,
    /// Depth within superscripts of a formula.
    superscripts: u32,
    /// Fields that stand open, and whether their codes do, which are not printed.
    fields: Vec<bool>,
}

impl OpenParagraph {
    /// A mark of a field: its code stands up to what parts it from its result.
    fn take_field(&mut self, kind: &str) {
        match kind {
            "begin" if self.fields.len() < 64 => self.fields.push(true),
            "separate" => {
                if let Some(code) = self.fields.last_mut() {
                    *code = false;
                }
            }
            "end" => {
                self.fields.pop();
            }
            _ => {}
        }
    }
}

/// How the run being read is set.
#[derive(Default)]
struct OpenRun {
    look: RunLook,
    style: Option<String>,
}

/// A cell being read.
#[derive(Default)]
struct OpenCell {
    lines: Vec<String>,
    /// It holds ink that is no text: a picture, an object, a sign.
    ink: bool,
    span: usize,
    /// `Some(true)` starts a vertical merge, `Some(false)` continues one.
    merge: Option<bool>,
    /// Whether it continues the cell to its left (`hMerge`, ECMA-376 part 4, 14.3.5).
    continues_left: bool,
}

/// A table being read.
struct OpenTable {
    path: String,
    rows: usize,
    /// Cells of this row so far, as the file has them.
    row_cells: usize,
    column: usize,
    cells: Vec<Cell>,
    merges: Vec<bool>,
    /// Index of the cell that the cell before in this row is, or belongs to.
    left: Option<usize>,
    open: Option<OpenCell>,
    /// Tables inside its cells, to stand behind it.
    inner: Vec<Table>,
    in_row_properties: bool,
}

impl<'a> BodyReader<'a> {
    pub(super) fn new(styles: &'a Styles, numbering: Numbering, limits: &'a Limits) -> Self {
        Self { styles, numbering, limits, cells: 0, chars: 0, tables: 0, pictures: 0 }
    }

    /// Reads footnotes or endnotes: their paragraphs, without the separators.
    pub(super) fn read_notes(&mut self, xml: &str, document: &mut Document) -> Result<(), Failure> {
        let first = document.blocks.len();
        self.read(xml, "notes", document)?;
        for block in document.blocks.iter_mut().skip(first) {
            if let Block::Paragraph(p) = block {
                p.role = Role::Footnote;
            }
        }
        Ok(())
    }

    /// Reads one story part into `document`.
    pub(super) fn read(&mut self, xml: &str, root: &str, document: &mut Document) -> Result<(), Failure> {
        let mut reader = Reader::from_str(xml);
        let mut story = Story {
            out: Vec::new(),
            paragraphs: Vec::new(),
            tables: Vec::new(),
            root: root.to_owned(),
            count: 0,
            skip: 0,
            in_run_properties: false,
            text: false,
            ink: 0,
            alternatives: Vec::new(),
        };
        let mut depth = 0u32;
        let mut damaged = None;
        loop {
            match reader.read_event() {
                Ok(Event::Start(e)) => {
                    depth += 1;
                    if depth > self.limits.depth.saturating_mul(16) {
                        return Err(Failure::TooLarge(format!(
                            "elements nested deeper than {}",
                            self.limits.depth * 16
                        )));
                    }
                    if story.skip > 0 || self.skips(&e, &mut story) {
                        story.skip += 1;
                    } else {
                        self.open(&e, false, &mut story)?;
                    }
                }
                Ok(Event::Empty(e)) if story.skip == 0 && !self.skips(&e, &mut story) => {
                    self.open(&e, true, &mut story)?;
                    self.close(e.local_name().as_ref(), &mut story)?;
                }
                Ok(Event::End(e)) => {
                    depth = depth.saturating_sub(1);
                    if story.skip > 0 {
                        story.skip -= 1;
                    } else {
                        self.close(e.local_name().as_ref(), &mut story)?;
                    }
                }
                Ok(Event::Text(t)) if story.skip == 0 && story.text => self.push_str(&t, &mut story)?,
                Ok(Event::CData(t)) if story.skip == 0 && story.text => self.push_str(&t, &mut story)?,
                Ok(Event::GeneralRef(r)) if story.skip == 0 && story.text => {
                    if let Some(c) = reference(&r) {
                        self.push_str(c.encode_utf8(&mut [0; 4]), &mut story)?;
                    }
                }
                Ok(Event::Eof) => break,
                Err(e) => {
                    damaged = Some(e.to_string());
                    break;
                }
                Ok(_) => {}
            }
        }
        // A cut file: what stands open is closed, and told.
        while !story.paragraphs.is_empty() || !story.tables.is_empty() {
            if story.paragraphs.is_empty() {
                self.close("tc", &mut story)?;
                self.close("tr", &mut story)?;
                self.close("tbl", &mut story)?;
            } else {
                self.close("p", &mut story)?;
            }
        }
        if let Some(message) = damaged {
            if story.out.is_empty() {
                return Err(Failure::Damaged(format!("part {root} is no well-formed XML ({message})")));
            }
            document.diagnostics.push(Diagnostic {
                code: "xml-damaged",
                severity: Severity::Warning,
                message: format!("part {root} breaks off: {message}"),
                anchor: None,
            });
        }
        document.diagnostics.extend(Diagnostic::pictures(std::mem::take(&mut self.pictures)));
        document.blocks.append(&mut story.out);
        Ok(())
    }

    fn push_str(&mut self, text: &str, story: &mut Story) -> Result<(), Failure> {
        let Some(p) = story.paragraphs.last_mut() else { return Ok(()) };
        if p.fields.contains(&true) {
            return Ok(());
        }
        let style = |id: &Option<String>| id.as_deref().map(|id| self.styles.look(id)).unwrap_or_default();
        let look = p.run.look.over(style(&p.run.style).on(style(&p.style)));
        if look.is_left_out() {
            return Ok(());
        }
        self.chars += text.len() as u64;
        if self.chars > self.limits.chars.saturating_mul(3) {
            return Err(Failure::TooLarge("more text than the limit of characters".to_owned()));
        }
        p.text.push(text, look.is_raised() || p.superscripts > 0);
        Ok(())
    }

    fn open(&mut self, e: &BytesStart<'_>, empty: bool, story: &mut Story) -> Result<(), Failure> {
        let name = e.local_name();
        match name.as_ref() {
            "p" if e.name().as_ref() != "a:p" => {
                story.count += 1;
                story.paragraphs.push(OpenParagraph { index: story.count, ..OpenParagraph::default() });
            }
            "pStyle" => story.with(|p| p.style = attribute(e, "val")),
            "outlineLvl" => {
                story.with(|p| p.outline = attribute(e, "val").and_then(|v| v.parse().ok()).filter(|&n| n < 9))
            }
            "ilvl" => story.with(|p| p.level = attribute(e, "val").and_then(|v| v.parse().ok())),
            "numId" => story.with(|p| p.list = attribute(e, "val").and_then(|v| v.parse().ok())),
            "r" => story.with(|p| p.run = OpenRun::default()),
            "rPr" => story.in_run_properties = true,
            "rStyle" => story.with(|p| p.run.style = attribute(e, "val")),
            // The mark of a note stands behind it in its run.
            "footnoteReference" | "endnoteReference"
                if attribute(e, "customMarkFollows").as_deref().is_some_and(is_true) =>
            {
                story.with(|p| p.run.look.superscript = Some(true));
            }
            "sup" => story.with(|p| p.superscripts += 1),
            "fldChar" => {
                let kind = attribute(e, "fldCharType").unwrap_or_default();
                story.with(|p| p.take_field(&kind));
            }
            "t" if !empty => story.text = true,
            "tab" if !story.in_run_properties && attribute(e, "val").is_none() => self.push_str("\t", story)?,
            "br" | "cr" => self.push_str("\n", story)?,
            "noBreakHyphen" => self.push_str("-", story)?,
            "sym" => self.push_sign(e, story)?,
            "drawing" | "pict" => self.pictures += 1,
            // What stands in the line like a character.
            "inline" => story.with_cell(|c| c.ink = true),
            // A picture, an object, handwriting; shapes that float may be lines that only rule a cell.
            "blip" | "imagedata" | "OLEObject" | "contentPart" => {
                story.ink += 1;
                story.with_cell(|c| c.ink = true);
            }
            "AlternateContent" => story.alternatives.push(Alternative::default()),
            "tbl" => self.open_table(story)?,
            "tr" => {
                if let Some(t) = story.tables.last_mut() {
                    t.rows += 1;
                    t.row_cells = 0;
                    t.column = 0;
                    t.left = None;
                }
            }
            "trPr" => story.with_table(|t| t.in_row_properties = true),
            "gridBefore" => {
                let n = attribute(e, "val").and_then(|v| v.parse::<usize>().ok()).unwrap_or(0).min(MAX_COLUMNS);
                story.with_table(|t| t.column += n);
            }
            "tc" => {
                self.cells += 1;
                if self.cells > self.limits.cells {
                    return Err(Failure::TooLarge(format!("more than {} table cells", self.limits.cells)));
                }
                story.with_table(|t| t.open = Some(OpenCell { span: 1, ..OpenCell::default() }));
            }
            "gridSpan" => {
                let n = attribute(e, "val").and_then(|v| v.parse::<usize>().ok()).unwrap_or(1).clamp(1, MAX_COLUMNS);
                story.with_cell(|c| c.span = n);
            }
            "vMerge" => {
                let restart = attribute(e, "val").as_deref() == Some("restart");
                story.with_cell(|c| c.merge = Some(restart));
            }
            "hMerge" => {
                let continues = attribute(e, "val").as_deref() != Some("restart");
                story.with_cell(|c| c.continues_left = continues);
            }
            _ if story.in_run_properties => story.with(|p| {
                take_run_property(e, &mut p.run.look);
            }),
            _ => {}
        }
        Ok(())
    }

    /// A sign of a font of signs: these keep their characters in the private use area.
    fn push_sign(&mut self, e: &BytesStart<'_>, story: &mut Story) -> Result<(), Failure> {
        let code = attribute(e, "char").and_then(|v| u32::from_str_radix(&v, 16).ok()).and_then(char::from_u32);
        let Some(code) = code else { return Ok(()) };
        let private = ('\u{e000}'..='\u{f8ff}').contains(&code);
        let printed = if private { symbol(&attribute(e, "font").unwrap_or_default(), code) } else { Some(code) };
        match printed {
            Some(c) => self.push_str(c.encode_utf8(&mut [0; 4]), story),
            None => {
                story.with_cell(|c| c.ink = true);
                Ok(())
            }
        }
    }

    /// Whether the content of an element is left out: it is not printed, or the twin of what was read before.
    fn skips(&self, e: &BytesStart<'_>, story: &mut Story) -> bool {
        let name = e.local_name();
        if !matches!(name.as_ref(), "Choice" | "Fallback") {
            return is_skipped(e);
        }
        let before = self.content(story);
        story.alternatives.last_mut().is_none_or(|alternative| {
            alternative.before = before;
            alternative.read
        })
    }

    /// How much was read, to tell whether anything was.
    fn content(&self, story: &Story) -> (u64, u32, u32) {
        (self.chars, self.tables, story.ink)
    }

    fn open_table(&mut self, story: &mut Story) -> Result<(), Failure> {
        if story.tables.len() as u32 >= self.limits.depth {
            return Err(Failure::TooLarge(format!("tables nested deeper than {}", self.limits.depth)));
        }
        self.tables += 1;
        story.tables.push(OpenTable {
            path: format!("{}/tbl[{}]", story.root, self.tables),
            rows: 0,
            row_cells: 0,
            column: 0,
            cells: Vec::new(),
            merges: Vec::new(),
            left: None,
            open: None,
            inner: Vec::new(),
            in_row_properties: false,
        });
        Ok(())
    }

    fn close(&mut self, name: &str, story: &mut Story) -> Result<(), Failure> {
        match name {
            "t" => story.text = false,
            "rPr" => story.in_run_properties = false,
            "r" => story.with(|p| p.run = OpenRun::default()),
            "sup" => story.with(|p| p.superscripts = p.superscripts.saturating_sub(1)),
            "Choice" => {
                let after = self.content(story);
                if let Some(alternative) = story.alternatives.last_mut() {
                    alternative.read |= alternative.before != after;
                }
            }
            "AlternateContent" => {
                story.alternatives.pop();
            }
            "trPr" => story.with_table(|t| t.in_row_properties = false),
            "p" => self.close_paragraph(story),
            "tc" => close_cell(story),
            "tbl" => close_table(story),
            _ => {}
        }
        Ok(())
    }

    /// What the list of a paragraph prints before it.
    fn number(&mut self, p: &OpenParagraph) -> String {
        let styles = self.styles;
        let style = p.style.as_deref();
        let list = p.list.or_else(|| style.and_then(|s| styles.find(s, |s| s.list)));
        // Numbering instance 0 takes a style's numbering away.
        let Some(list) = list.filter(|id| *id != 0) else { return String::new() };
        let level = p.level.or_else(|| {
            let style = style?;
            let linked = styles.chain(style).find_map(|(id, _)| self.numbering.level_of(list, id));
            linked.or_else(|| styles.find(style, |s| s.level))
        });
        self.numbering.advance(list, level.unwrap_or(0))
    }

    fn close_paragraph(&mut self, story: &mut Story) {
        let Some(p) = story.paragraphs.pop() else { return };
        let style = p.style.as_deref();
        let outline = p.outline.or_else(|| style.and_then(|s| self.styles.find(s, |s| s.outline)));
        let number = self.number(&p);
        if let Some(cell) = story.tables.last_mut().and_then(|t| t.open.as_mut()) {
            cell.lines.push(numbered(&number, p.text.text, true));
            return;
        }
        let text = numbered(&number, p.text.text, false);
        let role = match outline {
            Some(level) => Role::Heading(level + 1),
            None if !number.is_empty() => Role::ListItem,
            None => Role::Body,
        };
        for line in text.split('\n') {
            let line = line.trim_matches(|c: char| c.is_whitespace());
            if !line.is_empty() {
                let anchor = Anchor::Node { path: format!("{}/p[{}]", story.root, p.index), line: 0, column: 0 };
                story.out.push(Block::Paragraph(Paragraph { text: line.to_owned(), role, anchor }));
            }
        }
    }
}

/// Twins of one content, of which the first that gives anything is read (ISO/IEC 29500-3, 7.6).
#[derive(Default)]
struct Alternative {
    /// What was read when the choice began.
    before: (u64, u32, u32),
    /// A choice gave something.
    read: bool,
}

/// Reading state of one story part.
struct Story {
    out: Vec<Block>,
    paragraphs: Vec<OpenParagraph>,
    tables: Vec<OpenTable>,
    root: String,
    count: u32,
    /// Depth inside a skipped element.
    skip: u32,
    in_run_properties: bool,
    text: bool,
    /// Pictures and objects so far.
    ink: u32,
    /// Twins that stand open.
    alternatives: Vec<Alternative>,
}

impl Story {
    fn with(&mut self, f: impl FnOnce(&mut OpenParagraph)) {
        if let Some(p) = self.paragraphs.last_mut() {
            f(p);
        }
    }

    fn with_table(&mut self, f: impl FnOnce(&mut OpenTable)) {
        if let Some(t) = self.tables.last_mut() {
            f(t);
        }
    }

    fn with_cell(&mut self, f: impl FnOnce(&mut OpenCell)) {
        if let Some(c) = self.tables.last_mut().and_then(|t| t.open.as_mut()) {
            f(c);
        }
    }
}

/// Elements whose content is not printed: deletions, moves away, field codes, tracked old properties, the reading
/// aid over ruby text, separators of notes.
fn is_skipped(e: &BytesStart<'_>) -> bool {
    match e.local_name().as_ref() {
        "del" | "moveFrom" | "instrText" | "delText" | "rPrChange" | "pPrChange" | "tblPrChange" | "tcPrChange"
        | "trPrChange" | "sectPr" | "sectPrChange" | "rt" => true,
        "footnote" | "endnote" => attribute(e, "type").is_some_and(|t| t != "normal"),
        _ => false,
    }
}

fn close_cell(story: &mut Story) {
    let Some(table) = story.tables.last_mut() else { return };
    let Some(cell) = table.open.take() else { return };
    let row = table.rows.saturating_sub(1);
    table.row_cells += 1;
    let (col, span) = (table.column, cell.span);
    table.column = (col + span).min(MAX_COLUMNS);
    if col >= MAX_COLUMNS {
        return;
    }
    let mut text = cell.lines.join("\n");
    if cell.ink && text.trim().is_empty() {
        INK.clone_into(&mut text);
    }
    // A continued merge belongs to the cell to the left or above; text inside it is not shown by Word.
    if cell.continues_left
        && let Some(left) = table.left.and_then(|at| table.cells.get_mut(at))
    {
        if left.row == row {
            left.col_span = col + span - left.col;
        }
        return;
    }
    if cell.merge == Some(false) {
        let above = table
            .cells
            .iter_mut()
            .zip(&table.merges)
            .enumerate()
            .rev()
            .find(|(_, (c, merged))| **merged && c.col == col && c.row + c.row_span == row);
        if let Some((at, (above, _))) = above {
            above.row_span += 1;
            table.left = Some(at);
            return;
        }
    }
    table.left = Some(table.cells.len());
    let path = format!("{}/tr[{}]/tc[{}]", table.path, row + 1, table.row_cells);
    table.cells.push(Cell {
        row,
        col,
        row_span: 1,
        col_span: span,
        text: text.trim_matches('\n').to_owned(),
        anchor: Anchor::Node { path, line: 0, column: 0 },
    });
    table.merges.push(cell.merge.is_some());
}

fn close_table(story: &mut Story) {
    let Some(open) = story.tables.pop() else { return };
    let cols = open.cells.iter().map(|c| c.col + c.col_span).max().unwrap_or(0);
    let anchor = Anchor::Node { path: open.path, line: 0, column: 0 };
    let table =
        Table { kind: TableKind::Markup, rows: open.rows, cols, cells: open.cells, caption: String::new(), anchor };
    let inner = open.inner;
    match story.tables.last_mut() {
        Some(outer) => {
            if let ([only], true, Some(cell)) = (table.cells.as_slice(), inner.is_empty(), &mut outer.open)
                && is_framed(&only.text, outer.left.is_some())
            {
                cell.lines.push(only.text.clone());
                return;
            }
            outer.inner.push(table);
            outer.inner.extend(inner);
        }
        None => {
            // A table used for layout alone holds one cell with other tables: its text stands before them.
            if table.cells.len() == 1 && !inner.is_empty() {
                for cell in table.cells {
                    for line in cell.text.lines().map(str::trim).filter(|l| !l.is_empty() && *l != INK) {
                        let anchor = cell.anchor.clone();
                        story.out.push(Block::Paragraph(Paragraph { text: line.to_owned(), role: Role::Body, anchor }));
                    }
                }
            } else if !table.cells.is_empty() {
                story.out.push(Block::Table(table));
            }
            story.out.extend(inner.into_iter().filter(|t| !t.cells.is_empty()).map(Block::Table));
        }
    }
}

//! Tokens to text: groups and what they inherit, destinations, fonts, row definitions.

use std::collections::BTreeMap;

use encoding_rs::{Encoding, GB18030, WINDOWS_1252};

use super::charset::{self, Charset};
use super::flow::{Flow, Numbers};
use super::token::{Lexer, Token};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Anchor, Block, Document, Metadata, Role};
use crate::failure::Failure;
use crate::format::rows::CellShape;
use crate::format::run::{RunLook, is_lifted, symbol};
use crate::limits::Limits;

/// Widest row that is defined; Word itself stops at 63 columns.
const MAX_COLUMNS: usize = 1_024;
/// Longest text of a property of the file.
const PROPERTY: usize = 1_000;

/// Where the text of a group goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Destination {
    /// Into the flow.
    Text,
    /// Nowhere, with all groups inside it.
    Skip,
    /// Nowhere, but groups inside it may be text (a drawing).
    Frame,
    /// The table of fonts.
    Fonts,
    /// The properties of the file.
    Info,
    /// One property of the file.
    Property(&'static str),
}

/// What a group inherits and gives back at its end.
#[derive(Debug, Clone, Copy)]
struct Group {
    destination: Destination,
    /// Where the twin in Unicode of this text goes (`\upr`).
    twin: Option<Destination>,
    /// The group began a flow of its own: a note, or else a text box.
    flow: Option<Own>,
    /// It holds the number of a list.
    list_text: bool,
    /// It defines rows of an inner table.
    inner_row: bool,
    font: i32,
    /// Characters that stand behind `\u` for readers without Unicode.
    fallback: u32,
    look: RunLook,
    deleted: bool,
    in_table: bool,
    depth: u32,
    outline: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Own {
    Note,
    Box,
}

/// A row's definition as it is read.
#[derive(Default)]
struct RowShape {
    left: i32,
    cells: Vec<CellShape>,
    next: CellShape,
}

impl RowShape {
    fn edge(&mut self, right: i32) {
        let left = self.cells.last().map_or(self.left, |c| c.right);
        let shape = CellShape { left, right, ..std::mem::take(&mut self.next) };
        if self.cells.len() < MAX_COLUMNS {
            self.cells.push(shape);
        }
    }
}

/// Reads one file.
pub(super) struct Story<'a> {
    limits: &'a Limits,
    groups: Vec<Group>,
    group: Group,
    flows: Vec<Flow>,
    notes: Vec<Block>,
    numbers: Numbers,
    fonts: BTreeMap<i32, Charset>,
    font: (i32, i32, Vec<u8>),
    default_font: i32,
    code_page: &'static Encoding,
    /// Bytes of text that are not yet decoded.
    bytes: Vec<u8>,
    /// The last of them begins a pair and stands there unescaped.
    lead: bool,
    surrogate: Option<u32>,
    /// Characters still to be left out behind `\u`.
    skip: u32,
    rows: [RowShape; 2],
    properties: Vec<(&'static str, String)>,
    cells: u32,
    chars: u64,
    pictures: u32,
    unreadable: u32,
    mistold: bool,
}

impl<'a> Story<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        let group = Group {
            destination: Destination::Text,
            twin: None,
            flow: None,
            list_text: false,
            inner_row: false,
            font: 0,
            fallback: 1,
            look: RunLook::default(),
            deleted: false,
            in_table: false,
            depth: 0,
            outline: None,
        };
        Self {
            limits,
            groups: Vec::new(),
            group,
            flows: vec![Flow::default()],
            notes: Vec::new(),
            numbers: Numbers::default(),
            fonts: BTreeMap::new(),
            font: (0, -1, Vec::new()),
            default_font: 0,
            code_page: WINDOWS_1252,
            bytes: Vec::new(),
            lead: false,
            surrogate: None,
            skip: 0,
            rows: [RowShape::default(), RowShape::default()],
            properties: Vec::new(),
            cells: 0,
            chars: 0,
            pictures: 0,
            unreadable: 0,
            mistold: false,
        }
    }

    pub(super) fn read(mut self, bytes: &[u8], document: &mut Document) -> Result<(), Failure> {
        let mut lexer = Lexer::new(bytes);
        // Whether the next word may be that of a destination that readers may leave out (`\*`).
        let mut starred = false;
        while let Some(token) = lexer.next(self.lead) {
            if !matches!(token, Token::Byte(_) | Token::Hex(_)) {
                self.flush()?;
                self.skip = 0;
            }
            let star = std::mem::take(&mut starred);
            match token {
                Token::Open => self.open()?,
                Token::Close => self.close()?,
                Token::Byte(byte) => self.byte(byte, true),
                Token::Hex(byte) => self.byte(byte, false),
                Token::Symbol(b'*') => starred = true,
                Token::Symbol(symbol) => self.symbol(symbol)?,
                Token::Word(b"bin", length) => lexer.skip(usize::try_from(length.unwrap_or(0)).unwrap_or(0)),
                Token::Word(word, parameter) => self.word(word, parameter, star)?,
            }
        }
        self.flush()?;
        if !self.groups.is_empty() {
            document.diagnostics.push(Diagnostic {
                code: "rtf-cut",
                severity: Severity::Warning,
                message: format!("the file breaks off with {} groups open, compare its end", self.groups.len()),
                anchor: None,
            });
        }
        while !self.groups.is_empty() {
            self.close()?;
        }
        self.finish(document);
        Ok(())
    }

    fn finish(mut self, document: &mut Document) {
        if let Some(mut body) = self.flows.pop() {
            body.finish(&mut self.numbers);
            document.blocks.append(&mut body.blocks);
        }
        document.blocks.append(&mut self.notes);
        document.encoding = Some(self.code_page.name().to_ascii_lowercase());
        for (key, value) in self.properties {
            let value = value.trim();
            if !value.is_empty() {
                let anchor = Anchor::Node { path: "info".to_owned(), line: 0, column: 0 };
                document.metadata.push(Metadata { key: key.to_owned(), value: value.to_owned(), anchor });
            }
        }
        let mut tell = |code, severity, message| {
            document.diagnostics.push(Diagnostic { code, severity, message, anchor: None });
        };
        if self.mistold {
            let message = format!("declared as {}, read as gb18030 by its bytes", self.code_page.name());
            tell("encoding-mismatch", Severity::Note, message);
        }
        if self.unreadable > 0 {
            let message = format!("{} unreadable characters, look at the source", self.unreadable);
            tell("encoding-errors", Severity::Warning, message);
        }
        document.diagnostics.extend(Diagnostic::pictures(self.pictures));
    }

    fn open(&mut self) -> Result<(), Failure> {
        let most = self.limits.depth.saturating_mul(16);
        if self.groups.len() >= most as usize {
            return Err(Failure::TooLarge(format!("groups nested deeper than {most}")));
        }
        self.groups.push(self.group);
        self.group.flow = None;
        self.group.list_text = false;
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        let Some(outer) = self.groups.pop() else { return Ok(()) };
        let inner = std::mem::replace(&mut self.group, outer);
        if inner.destination == Destination::Fonts {
            self.end_font();
        }
        if inner.list_text
            && let Some(flow) = self.flows.last_mut()
        {
            // A tab or a blank parts the number from the text; alone it is no number.
            let number = flow.line.take();
            number.trim_end_matches(['\t', ' ']).clone_into(&mut flow.number);
        }
        if let Some(own) = inner.flow
            && let Some(mut flow) = self.flows.pop()
        {
            flow.finish(&mut self.numbers);
            match own {
                Own::Note => {
                    for block in &mut flow.blocks {
                        if let Block::Paragraph(p) = block {
                            p.role = Role::Footnote;
                        }
                    }
                    self.notes.append(&mut flow.blocks);
                }
                Own::Box => {
                    let depth = self.depth()?;
                    if let Some(around) = self.flows.last_mut() {
                        around.take_in(flow, depth, &mut self.numbers);
                    }
                }
            }
        }
        Ok(())
    }

    /// Depth of tables that the paragraph stands in.
    fn depth(&self) -> Result<usize, Failure> {
        let depth = self.group.depth.max(u32::from(self.group.in_table));
        if depth > self.limits.depth {
            return Err(Failure::TooLarge(format!("tables nested deeper than {}", self.limits.depth)));
        }
        Ok(depth as usize)
    }

    fn byte(&mut self, byte: u8, raw: bool) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        let opens = raw && !self.lead && self.encoding().is_some_and(|e| charset::is_lead(e, byte));
        self.lead = opens;
        match self.group.destination {
            Destination::Skip | Destination::Frame | Destination::Info => {}
            Destination::Fonts if self.font.2.len() < PROPERTY => self.font.2.push(byte),
            Destination::Fonts => {}
            _ => self.bytes.push(byte),
        }
    }

    fn charset(&self) -> Charset {
        if self.group.destination != Destination::Text {
            return Charset::File;
        }
        self.fonts.get(&self.group.font).copied().unwrap_or(Charset::File)
    }

    fn encoding(&self) -> Option<&'static Encoding> {
        match self.charset() {
            Charset::File => Some(self.code_page),
            Charset::Known(encoding) => Some(encoding),
            Charset::Symbol | Charset::Pictures => None,
        }
    }

    /// Decodes the bytes that have come together.
    fn flush(&mut self) -> Result<(), Failure> {
        self.lead = false;
        if self.bytes.is_empty() {
            return Ok(());
        }
        self.surrogate = None;
        let bytes = std::mem::take(&mut self.bytes);
        let charset = self.charset();
        let text = match self.encoding() {
            None if charset == Charset::Pictures => {
                self.see_ink();
                String::new()
            }
            None => bytes.iter().filter(|b| b.is_ascii()).map(|b| char::from(*b)).collect(),
            Some(encoding) if encoding.is_single_byte() && charset::is_chinese(&bytes) => {
                self.mistold = true;
                GB18030.decode_without_bom_handling(&bytes).0.into_owned()
            }
            Some(encoding) => encoding.decode_without_bom_handling(&bytes).0.into_owned(),
        };
        let broken = text.chars().filter(|c| *c == '\u{FFFD}').count();
        self.unreadable = self.unreadable.saturating_add(u32::try_from(broken).unwrap_or(u32::MAX));
        self.bytes = bytes;
        self.bytes.clear();
        self.text(&text)
    }

    fn text(&mut self, text: &str) -> Result<(), Failure> {
        match self.group.destination {
            Destination::Property(key) => {
                match self.properties.last_mut() {
                    Some((last, value)) if *last == key && value.len() < PROPERTY => value.push_str(text),
                    Some((last, _)) if *last == key => {}
                    _ => self.properties.push((key, text.to_owned())),
                }
                Ok(())
            }
            Destination::Text if !self.group.look.is_left_out() && !self.group.deleted => {
                self.chars += text.len() as u64;
                if self.chars > self.limits.chars.saturating_mul(3) {
                    return Err(Failure::TooLarge("more text than the limit of characters".to_owned()));
                }
                if let Some(flow) = self.flows.last_mut() {
                    flow.line.push(text, self.group.look.is_raised());
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A character of Unicode; halves of a pair come one after the other.
    fn unicode(&mut self, unit: i32) -> Result<(), Failure> {
        self.skip = self.group.fallback;
        let unit = u32::from(unit as u16);
        let code = match (unit, self.surrogate.take()) {
            (0xD800..=0xDBFF, _) => {
                self.surrogate = Some(unit);
                return Ok(());
            }
            (0xDC00..=0xDFFF, Some(high)) => 0x1_0000 + ((high - 0xD800) << 10) + (unit - 0xDC00),
            // Symbol fonts keep their signs in the private use area.
            (0xF000..=0xF0FF, _) => return self.sign(unit),
            _ => unit,
        };
        match char::from_u32(code) {
            Some(c) if c >= ' ' => self.text(c.encode_utf8(&mut [0; 4])),
            _ => Ok(()),
        }
    }

    /// A sign of a symbol font by its place in the private use area.
    fn sign(&mut self, unit: u32) -> Result<(), Failure> {
        let font = match self.charset() {
            Charset::Pictures => "dings",
            Charset::Symbol => "symbol",
            Charset::File | Charset::Known(_) => "",
        };
        match char::from_u32(unit).and_then(|code| symbol(font, code)) {
            Some(c) => self.text(c.encode_utf8(&mut [0; 4])),
            None => {
                self.see_ink();
                Ok(())
            }
        }
    }

    /// Ink that is no text.
    fn see_ink(&mut self) {
        if self.group.destination == Destination::Text
            && !self.group.look.is_left_out()
            && let Some(flow) = self.flows.last_mut()
        {
            flow.ink = true;
        }
    }

    fn symbol(&mut self, symbol: u8) -> Result<(), Failure> {
        match symbol {
            b'~' => self.text("\u{a0}"),
            b'_' => self.text("-"),
            b'\t' => self.text("\t"),
            b'\r' | b'\n' => self.end_paragraph(),
            _ => Ok(()),
        }
    }

    fn word(&mut self, word: &[u8], parameter: Option<i32>, star: bool) -> Result<(), Failure> {
        let on = parameter != Some(0);
        let number = parameter.unwrap_or(0);
        if self.destination(word, star) {
            return Ok(());
        }
        if self.group.destination == Destination::Skip {
            return Ok(());
        }
        match word {
            b"u" => return self.unicode(number),
            b"uc" => self.group.fallback = u32::try_from(number).unwrap_or(1).min(8),
            b"ansicpg" => self.code_page = charset::of_code_page(number).unwrap_or(self.code_page),
            b"mac" => self.code_page = encoding_rs::MACINTOSH,
            b"deff" => {
                self.default_font = number;
                self.group.font = number;
            }
            b"f" if self.group.destination == Destination::Fonts => {
                self.end_font();
                self.font = (number, -1, Vec::new());
            }
            b"fcharset" => self.font.1 = number,
            b"cpg" if self.group.destination == Destination::Fonts => {
                if let Some(encoding) = charset::of_code_page(number) {
                    self.fonts.insert(self.font.0, Charset::Known(encoding));
                }
            }
            b"f" => self.group.font = number,
            b"plain" => {
                self.group.font = self.default_font;
                (self.group.look, self.group.deleted) = (RunLook::default(), false);
            }
            b"v" => self.group.look.hidden = Some(on),
            b"strike" => self.group.look.struck = Some(on),
            b"striked" => self.group.look.struck_twice = Some(on),
            b"deleted" | b"mvf" => self.group.deleted = on,
            b"super" => self.group.look.superscript = Some(on),
            b"nosupersub" | b"sub" => self.group.look.superscript = Some(false),
            // In half points; six where none are told.
            b"up" => self.group.look.lifted = Some(parameter.is_none_or(|half_points| is_lifted(half_points as f32))),
            b"dn" => self.group.look.lifted = Some(false),
            b"pard" => {
                (self.group.in_table, self.group.depth, self.group.outline) = (false, 0, None);
            }
            b"intbl" => self.group.in_table = on,
            b"itap" => self.group.depth = u32::try_from(number).unwrap_or(0),
            b"outlinelevel" => self.group.outline = u8::try_from(number).ok().filter(|n| *n < 9),
            b"par" | b"sect" => return self.end_paragraph(),
            b"cell" => return self.end_cell(1),
            b"nestcell" => {
                let depth = self.depth()?.max(2);
                return self.end_cell(depth);
            }
            b"row" => self.end_row(1, 0),
            b"nestrow" => {
                let depth = self.depth()?.max(2);
                self.end_row(depth, 1);
            }
            b"tab" | b"emspace" | b"enspace" | b"qmspace" | b"line" | b"lbr" | b"page" | b"column" | b"emdash"
            | b"endash" | b"bullet" | b"lquote" | b"rquote" | b"ldblquote" | b"rdblquote" => {
                return self.text(printed(word));
            }
            _ => self.row_word(word, number),
        }
        Ok(())
    }

    /// Words that define the rows of a table.
    fn row_word(&mut self, word: &[u8], number: i32) {
        let [outer, inner] = &mut self.rows;
        let row = if self.group.inner_row { inner } else { outer };
        match word {
            b"trowd" => *row = RowShape::default(),
            b"trleft" => row.left = number,
            b"cellx" => row.edge(number),
            b"clmrg" => row.next.merged = true,
            b"clvmgf" => row.next.starts_merge = true,
            b"clvmrg" => row.next.continues_merge = true,
            _ => {}
        }
    }

    /// Turns to the destination that the word names; true where the word is done with.
    fn destination(&mut self, word: &[u8], star: bool) -> bool {
        use Destination::{Fonts, Frame, Info, Property, Skip, Text};
        let now = self.group.destination;
        if now == Skip {
            return true;
        }
        let to = match word {
            b"fonttbl" => Fonts,
            b"info" => Info,
            b"title" if now == Info => Property("title"),
            b"subject" if now == Info => Property("subject"),
            b"author" if now == Info => Property("creator"),
            b"keywords" if now == Info => Property("keywords"),
            b"upr" => {
                self.group.twin = Some(now);
                Frame
            }
            b"ud" if star && let Some(twin) = self.group.twin.take() => twin,
            b"shppict" if star => now,
            b"pict" => {
                self.pictures = self.pictures.saturating_add(1);
                self.see_ink();
                Skip
            }
            b"object" => {
                self.see_ink();
                return false;
            }
            b"shpinst" | b"do" | b"shpgrp" => Frame,
            b"shptxt" | b"dptxbxtext" if now == Frame => {
                self.begin_flow(Own::Box);
                Text
            }
            b"footnote" if now == Text => {
                self.begin_flow(Own::Note);
                Text
            }
            b"listtext" | b"pntext" => {
                self.group.list_text = true;
                now
            }
            b"nesttableprops" => {
                self.group.inner_row = true;
                now
            }
            b"fldrslt" | b"result" => now,
            b"colortbl" | b"stylesheet" | b"listtable" | b"listoverridetable" | b"revtbl" | b"rsidtbl" | b"filetbl"
            | b"fldinst" | b"header" | b"headerl" | b"headerr" | b"headerf" | b"footer" | b"footerl" | b"footerr"
            | b"footerf" | b"ftnsep" | b"ftnsepc" | b"ftncn" | b"aftnsep" | b"aftnsepc" | b"aftncn" | b"nonshppict"
            | b"shprslt" | b"nonesttables" | b"annotation" | b"xe" | b"rxe" | b"tc" | b"tcn" | b"pn" | b"objdata"
            | b"generator" | b"template" | b"private" | b"operator" | b"company" | b"comment" | b"doccomm"
            | b"creatim" | b"revtim" | b"printim" | b"buptim" | b"datafield" | b"formfield" | b"bkmkstart"
            | b"bkmkend" | b"pgdsctbl" | b"themedata" | b"datastore" | b"latentstyles" => Skip,
            _ if star => Skip,
            _ => return false,
        };
        self.group.destination = to;
        true
    }

    fn begin_flow(&mut self, own: Own) {
        self.flows.push(Flow::default());
        self.group.flow = Some(own);
        (self.group.in_table, self.group.depth) = (false, 0);
    }

    /// Ends one font of the table.
    fn end_font(&mut self) {
        let (number, set, name) = std::mem::take(&mut self.font);
        if set >= 0 {
            self.fonts.entry(number).or_insert_with(|| charset::of_font(set, &name));
        }
        self.font.1 = -1;
    }

    fn end_paragraph(&mut self) -> Result<(), Failure> {
        if self.group.destination != Destination::Text || self.group.deleted {
            return Ok(());
        }
        let depth = self.depth()?;
        let role = self.group.outline.map_or(Role::Body, |level| Role::Heading(level + 1));
        if let Some(flow) = self.flows.last_mut() {
            flow.end_paragraph(depth, role, &mut self.numbers);
        }
        Ok(())
    }

    fn end_cell(&mut self, depth: usize) -> Result<(), Failure> {
        if self.group.destination != Destination::Text {
            return Ok(());
        }
        self.cells += 1;
        if self.cells > self.limits.cells {
            return Err(Failure::TooLarge(format!("more than {} table cells", self.limits.cells)));
        }
        if let Some(flow) = self.flows.last_mut() {
            flow.end_cell(depth, &mut self.numbers);
        }
        Ok(())
    }

    fn end_row(&mut self, depth: usize, which: usize) {
        if self.group.destination != Destination::Text {
            return;
        }
        let shapes = self.rows.get(which).map(|r| r.cells.as_slice()).unwrap_or_default();
        if let Some(flow) = self.flows.last_mut() {
            flow.end_row(depth, shapes);
        }
    }
}

/// What a word prints that stands for a character.
fn printed(word: &[u8]) -> &'static str {
    match word {
        b"tab" => "\t",
        b"line" | b"lbr" | b"page" | b"column" => "\n",
        b"emdash" => "—",
        b"endash" => "–",
        b"bullet" => "•",
        b"lquote" => "‘",
        b"rquote" => "’",
        b"ldblquote" => "“",
        b"rdblquote" => "”",
        _ => " ",
    }
}

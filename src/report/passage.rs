//! The running text of a document: lines outside tables and claims, with their shadows.

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use super::framed::{Row, framed};
use super::title::{Begun, Title};
use crate::align::Claim;
use crate::document::{Anchor, Block, Document, Role};
use crate::pattern::{Expression, Named, Possible, ReportPattern};
use crate::text::{Shadow, numeral};

/// A document with its lines, cut and folded once for all that one family's pattern asks of them.
pub struct Text<'a> {
    pub(super) document: &'a Document,
    /// In the order of their blocks.
    pub(super) lines: Vec<Line<'a>>,
    /// The title that the metadata list, once it was read.
    pub(super) listed: OnceCell<Option<Title>>,
}

impl<'a> Text<'a> {
    /// Cuts a document into lines.
    #[must_use]
    pub fn new(document: &'a Document) -> Self {
        let mut lines = Vec::new();
        for (block, item) in document.blocks.iter().enumerate() {
            cut(block, item, &[], &mut lines);
        }
        Self { document, lines, listed: OnceCell::new() }
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &'a Document {
        self.document
    }

    /// The lines with the claims cut out; those of blocks without any are the same.
    pub(super) fn without(&self, claims: &[Claim]) -> Vec<Line<'a>> {
        let mut out = Vec::with_capacity(self.lines.len());
        let mut claims: Vec<&Claim> = claims.iter().collect();
        claims.sort_by_key(|c| (c.block, c.range.start, c.range.end));
        let (mut claims, mut lines) = (claims.as_slice(), self.lines.as_slice());
        for (block, item) in self.document.blocks.iter().enumerate() {
            let (here, later) = claims.split_at(claims.partition_point(|c| c.block <= block));
            let (whole, rest) = lines.split_at(lines.partition_point(|l| l.block <= block));
            (claims, lines) = (later, rest);
            if here.is_empty() {
                out.extend_from_slice(whole);
            } else {
                cut(block, item, here, &mut out);
            }
        }
        out
    }
}

/// A piece of running text, or the place of a table.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    /// Index into `Document::blocks`.
    pub block: usize,
    /// The printed text, trimmed; empty for a table.
    pub text: &'a str,
    /// Its shadow.
    pub shadow: Rc<Shadow>,
    /// Which expressions of its pattern it may match.
    possible: Rc<OnceCell<Possible>>,
    /// The titles read at it, with the lines behind it that it had then.
    pub begun: Rc<OnceCell<Begun>>,
    /// What the paragraph is.
    pub role: Role,
    /// A table (or text claimed as one) and no running text.
    pub table: bool,
    /// Whether it begins its paragraph.
    pub first: bool,
    /// Where its block stands.
    pub anchor: &'a Anchor,
}

impl<'a> Line<'a> {
    /// The line with another text, and its shadow, in place of its own.
    pub fn retold<'b>(&self, text: &'b str, shadow: Shadow) -> Line<'b>
    where
        'a: 'b,
    {
        Line { text, shadow: Rc::new(shadow), possible: Rc::default(), begun: Rc::default(), ..self.clone() }
    }

    /// The printed text that a byte range of the shadow came from.
    pub fn printed(&self, range: Range<usize>) -> &'a str {
        self.text.get(self.shadow.original_range(range, self.text)).unwrap_or("")
    }

    /// The printed text from a byte of the shadow on.
    pub fn printed_from(&self, at: usize) -> &'a str {
        self.text.get(self.shadow.original(at)..).unwrap_or("")
    }

    /// Whether white space is printed right before the character at byte `at` of the shadow.
    pub fn space_before(&self, at: usize) -> bool {
        let start = self.shadow.original(at);
        self.text.get(..start).is_some_and(|t| t.chars().next_back().is_none_or(char::is_whitespace))
    }

    /// The expressions of a name that may match the line, or a part of it, with their ranks.
    pub fn expressions<'p>(
        &self,
        pattern: &'p ReportPattern,
        name: &str,
    ) -> impl Iterator<Item = (usize, &'p Expression)> {
        self.among(pattern, expressions(pattern, name))
    }

    /// Those of a list that may match the line, or a part of it, with their ranks.
    pub fn among<'p>(&self, pattern: &ReportPattern, list: Named<'p>) -> impl Iterator<Item = (usize, &'p Expression)> {
        list.among(self.possible(pattern))
    }

    /// Whether the expression of a rank in a list may match the line, or a part of it.
    pub fn may_match(&self, pattern: &ReportPattern, list: Named<'_>, rank: usize) -> bool {
        list.is_possible(rank, self.possible(pattern))
    }

    /// Which expressions may match the line, or a part of it.
    pub fn possible(&self, pattern: &ReportPattern) -> &Possible {
        self.possible.get_or_init(|| pattern.expressions.possible(&self.shadow.text))
    }

    /// Whether an expression of a name matches the line.
    pub fn matches(&self, pattern: &ReportPattern, name: &str) -> bool {
        self.expressions(pattern, name).any(|(_, e)| e.is_match(&self.shadow.text))
    }

    /// Length of the shadow in characters.
    pub fn len(&self) -> usize {
        self.shadow.text.chars().count()
    }
}

/// The lines of one block, claims cut out.
fn cut<'a>(block: usize, item: &'a Block, claims: &[&Claim], out: &mut Vec<Line<'a>>) {
    match item {
        Block::Table(table) => {
            let framed = framed(table);
            // Of a statutory table's own rows none is running text, but a heading on top of it.
            let own = !framed.is_page && !claims.is_empty();
            let mut inside = false;
            for row in framed.rows {
                match row {
                    Row::Text(cells) => {
                        for cell in cells.into_iter().filter(|cell| !own || is_headed(&cell.text)) {
                            let blank = Line { first: true, table: false, ..place(block, &cell.anchor) };
                            lines_of(&cell.text, &blank, out);
                            inside = false;
                        }
                    }
                    Row::Grid if !inside => {
                        out.push(place(block, &table.anchor));
                        inside = true;
                    }
                    Row::Grid => {}
                }
            }
        }
        Block::Paragraph(paragraph) => {
            let mut at = 0;
            let mut blank = Line { role: paragraph.role, first: true, table: false, ..place(block, &paragraph.anchor) };
            let mut piece = |range: Range<usize>, out: &mut Vec<Line<'a>>| {
                let Some(text) = paragraph.text.get(range) else { return };
                let before = out.len();
                lines_of(text, &blank, out);
                blank.first &= out.len() == before;
            };
            for claim in claims {
                piece(at..claim.range.start.max(at), out);
                out.push(place(block, &paragraph.anchor));
                at = at.max(claim.range.end);
            }
            piece(at..paragraph.text.len(), out);
        }
    }
}

/// Whether a text has a number like a heading's (`一、`).
fn is_headed(text: &str) -> bool {
    let text = text.trim_start();
    let numeral = |c: char| c.is_alphabetic() && numeral::parse(c.encode_utf8(&mut [0; 4])).is_some();
    let behind = text.trim_start_matches(numeral);
    behind.len() < text.len() && behind.starts_with(['、', '．', '.', '，', ' ', '\u{3000}'])
}

/// The lines of a text, each like a blank one but for what it prints; the first is it still.
fn lines_of<'a>(text: &'a str, blank: &Line<'a>, out: &mut Vec<Line<'a>>) {
    let mut first = blank.first;
    for text in text.split('\n') {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}');
        if text.is_empty() {
            continue;
        }
        let text = unmarked(text);
        let shadow = Shadow::new(text);
        if shadow.text.is_empty() {
            continue;
        }
        out.push(Line {
            text,
            shadow: Rc::new(shadow),
            possible: Rc::default(),
            begun: Rc::default(),
            first,
            ..blank.clone()
        });
        first = false;
    }
}

/// A line without the marks of Markdown headings and emphasis in front.
fn unmarked(text: &str) -> &str {
    let bare = text.trim_start_matches('#');
    if bare.len() < text.len() { bare.trim_start() } else { text }
}

fn place<'a>(block: usize, anchor: &'a Anchor) -> Line<'a> {
    Line {
        block,
        text: "",
        shadow: Rc::default(),
        possible: Rc::default(),
        begun: Rc::default(),
        role: Role::Body,
        table: true,
        first: false,
        anchor,
    }
}

/// The expressions of a name.
pub(super) fn expressions<'p>(pattern: &'p ReportPattern, name: &str) -> Named<'p> {
    pattern.expressions.named("", name)
}

/// The words of a list.
pub(super) fn words<'p>(pattern: &'p ReportPattern, name: &str) -> &'p [String] {
    pattern.words.iter().find(|(n, _)| n == name).map_or(&[], |(_, w)| w.as_slice())
}

/// The shadows of the words of a list.
pub(super) fn word_shadows<'p>(pattern: &'p ReportPattern, name: &str) -> &'p [String] {
    pattern.word_shadows.iter().find(|(n, _)| n == name).map_or(&[], |(_, w)| w.as_slice())
}

/// Whether an expression of a name matches.
pub(super) fn matches(pattern: &ReportPattern, name: &str, shadow: &str) -> bool {
    expressions(pattern, name).iter().any(|e| e.is_match(shadow))
}
/// The beginning of a text, at most so many bytes of it.
pub(super) fn clip(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or("")
}

/// What stands behind the number of an entry or a heading and its mark (`1.`, `（一）`, `二、`), in a shadow that begins
/// with one.
pub(super) fn behind_number(shadow: &str) -> Option<&str> {
    let body = shadow.trim_start_matches('(');
    let rest = body.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
    rest.strip_prefix([',', '.', ')']).filter(|_| rest.len() < body.len())
}

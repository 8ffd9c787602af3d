//! The running text of a document: lines outside tables and claims, with their shadows.

use std::ops::Range;

use crate::align::Claim;
use crate::document::{Anchor, Block, Document, Role};
use crate::pattern::ReportPattern;
use crate::text::Shadow;

/// A piece of running text, or the place of a table.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    /// Index into `Document::blocks`.
    pub block: usize,
    /// The printed text, trimmed; empty for a table.
    pub text: &'a str,
    /// Its shadow.
    pub shadow: Shadow,
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

    /// Length of the shadow in characters.
    pub fn len(&self) -> usize {
        self.shadow.text.chars().count()
    }
}

/// The lines of `document`, claims cut out.
pub(super) fn lines<'a>(document: &'a Document, claims: &[Claim]) -> Vec<Line<'a>> {
    let mut out = Vec::new();
    let mut claims: Vec<&Claim> = claims.iter().collect();
    claims.sort_by_key(|c| (c.block, c.range.start, c.range.end));
    let mut rest = claims.as_slice();
    for (block, item) in document.blocks.iter().enumerate() {
        let skipped = rest.iter().take_while(|c| c.block < block).count();
        rest = rest.get(skipped..).unwrap_or_default();
        let count = rest.iter().take_while(|c| c.block == block).count();
        let (here, later) = rest.split_at(count.min(rest.len()));
        rest = later;
        match item {
            Block::Table(table) => out.push(place(block, &table.anchor)),
            Block::Paragraph(paragraph) => {
                let mut at = 0;
                let mut first = true;
                let mut piece = |range: Range<usize>, out: &mut Vec<Line<'a>>| {
                    let Some(text) = paragraph.text.get(range) else { return };
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
                        let line = Line {
                            block,
                            text,
                            shadow,
                            role: paragraph.role,
                            table: false,
                            first,
                            anchor: &paragraph.anchor,
                        };
                        out.push(line);
                        first = false;
                    }
                };
                for claim in here {
                    piece(at..claim.range.start.max(at), &mut out);
                    out.push(place(block, &paragraph.anchor));
                    at = at.max(claim.range.end);
                }
                piece(at..paragraph.text.len(), &mut out);
            }
        }
    }
    out
}

/// A line without the marks of Markdown headings and emphasis in front.
fn unmarked(text: &str) -> &str {
    let bare = text.trim_start_matches('#');
    if bare.len() < text.len() { bare.trim_start() } else { text }
}

fn place<'a>(block: usize, anchor: &'a Anchor) -> Line<'a> {
    Line { block, text: "", shadow: Shadow::default(), role: Role::Body, table: true, first: false, anchor }
}

/// The expressions of a name.
pub(super) fn expressions<'p>(pattern: &'p ReportPattern, name: &str) -> &'p [regex::Regex] {
    pattern.expressions.iter().find(|(n, _)| n == name).map_or(&[], |(_, e)| e.as_slice())
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

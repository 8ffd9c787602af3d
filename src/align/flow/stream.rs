//! The text of neighbouring blocks as one stream of characters, each with its place and what stands before it.

use std::ops::Range;

use crate::document::{Anchor, Block, Document};
use crate::text::Shadow;

/// Stands for an empty cell in the stream.
pub(in crate::align) const BLANK: char = '\u{1}';

/// A character of the stream.
#[derive(Debug, Clone, Copy)]
pub(in crate::align) struct Atom {
    pub c: char,
    pub block: usize,
    /// Cell of a table of one column.
    pub cell: Option<usize>,
    /// Byte in the paragraph's text.
    pub byte: usize,
    /// Characters before it in the paragraph's text.
    pub nth: u32,
    /// What stands before it: 0 nothing, 1 a space, 2 a line break, 3 a cell's edge.
    pub gap: u8,
}

/// The text of a run of blocks.
pub(in crate::align) struct Stream<'d> {
    pub document: &'d Document,
    pub atoms: Vec<Atom>,
}

impl<'d> Stream<'d> {
    /// The stream of a run of blocks, a character an atom.
    pub fn new(document: &'d Document, blocks: Range<usize>) -> Self {
        let mut atoms = Vec::new();
        for block in blocks {
            match document.blocks.get(block) {
                Some(Block::Paragraph(p)) => push_text(&p.text, block, None, 2, &mut atoms),
                Some(Block::Table(t)) => {
                    for (n, cell) in t.cells.iter().enumerate() {
                        push_text(&cell.text, block, Some(n), 3, &mut atoms);
                    }
                }
                None => {}
            }
        }
        Self { document, atoms }
    }
}

impl Stream<'_> {
    pub fn text(&self, range: Range<usize>) -> String {
        let mut out = String::new();
        for (n, atom) in self.atoms.get(range).unwrap_or(&[]).iter().enumerate() {
            if n > 0 && atom.gap > 0 {
                out.push(' ');
            }
            if atom.c != BLANK {
                out.push(atom.c);
            }
        }
        out
    }

    /// The text without what stands between its characters.
    pub fn tight(&self, range: Range<usize>) -> String {
        self.atoms.get(range).unwrap_or(&[]).iter().map(|a| a.c).filter(|&c| c != BLANK).collect()
    }

    /// The text as the source prints it; a space between what stands in several paragraphs or cells.
    pub fn printed(&self, range: Range<usize>) -> String {
        let atoms = self.atoms.get(range).unwrap_or(&[]);
        let of_one = |a: &Atom, b: &Atom| (a.block, a.cell) == (b.block, b.cell);
        let pieces = atoms.chunk_by(of_one).filter_map(|piece| {
            let (first, last) = (piece.first()?, piece.last()?);
            let text = self.source_text(first)?;
            let end = last.byte + text.get(last.byte..)?.chars().next().map_or(0, char::len_utf8);
            text.get(first.byte..end)
        });
        pieces.collect::<Vec<_>>().join(" ")
    }

    /// The character as the source prints it.
    pub fn source(&self, at: usize) -> Option<char> {
        let atom = self.atoms.get(at)?;
        self.source_text(atom)?.get(atom.byte..)?.chars().next()
    }

    /// The text of the paragraph or cell that a character stands in.
    fn source_text(&self, atom: &Atom) -> Option<&str> {
        Some(match (self.document.blocks.get(atom.block)?, atom.cell) {
            (Block::Table(t), Some(cell)) => t.cells.get(cell)?.text.as_str(),
            (Block::Paragraph(p), _) => p.text.as_str(),
            (Block::Table(_), None) => return None,
        })
    }

    pub fn anchor(&self, at: usize) -> Anchor {
        let Some(atom) = self.atoms.get(at) else { return Anchor::Text { line: 0, column: 0 } };
        match (self.document.blocks.get(atom.block), atom.cell) {
            (Some(Block::Table(t)), Some(cell)) => {
                t.cells.get(cell).map_or_else(|| t.anchor.clone(), |c| c.anchor.clone())
            }
            (Some(Block::Paragraph(p)), _) => match &p.anchor {
                Anchor::Text { line, column } => Anchor::Text { line: *line, column: column.saturating_add(atom.nth) },
                other => other.clone(),
            },
            _ => Anchor::Text { line: 0, column: 0 },
        }
    }

    pub fn gap(&self, at: usize) -> u8 {
        self.atoms.get(at).map_or(3, |a| a.gap)
    }
}

fn push_text(text: &str, block: usize, cell: Option<usize>, edge: u8, atoms: &mut Vec<Atom>) {
    let shadow = Shadow::new(text);
    if shadow.text.is_empty() {
        atoms.push(Atom { c: BLANK, block, cell, byte: 0, nth: 0, gap: 3 });
        return;
    }
    let mut gap = edge;
    let mut seen = 0usize; // byte in the original behind the last character
    let mut nth = 0u32;
    let mut year_end = 0usize; // of a year in brackets inside a word
    for (at, c) in shadow.text.char_indices() {
        if at < year_end {
            continue;
        }
        if c == '('
            && let Some(length) = year_within(shadow.text.get(..at), shadow.text.get(at..))
        {
            year_end = at + length;
            continue;
        }
        let byte = shadow.original(at);
        if byte > seen {
            let between = text.get(seen..byte).unwrap_or("");
            if between.contains('\n') {
                gap = gap.max(2);
            } else if between.chars().any(char::is_whitespace) {
                gap = gap.max(1);
            }
            nth = nth.saturating_add(u32::try_from(between.chars().count()).unwrap_or(0));
        }
        atoms.push(Atom { c, block, cell, byte, nth, gap });
        if byte >= seen {
            let width = text.get(byte..).and_then(|s| s.chars().next()).map_or(1, char::len_utf8);
            seen = byte + width;
            nth = nth.saturating_add(1);
        }
        gap = 0;
    }
}

/// The length of a year in brackets that explains a word from within (`本年(2023)制发`): it is no value.
fn year_within(before: Option<&str>, from: Option<&str>) -> Option<usize> {
    let word = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let inner = from?.strip_prefix('(')?;
    let (close, _) = inner.char_indices().take("2000年)".chars().count()).find(|&(_, c)| c == ')')?;
    let (year, behind) = (inner.get(..close)?, inner.get(close + 1..)?);
    let digits = year.strip_suffix('年').unwrap_or(year);
    let is_year = digits.len() == 4 && digits.starts_with("20") && digits.bytes().all(|b| b.is_ascii_digit());
    (is_year && word(before?.chars().next_back()) && word(behind.chars().next())).then_some(year.len() + 2)
}

/// The ranges of paragraphs that a stretch of the stream covers; a table for a list of cells is covered whole.
pub(in crate::align) fn ranges(stream: &Stream<'_>, from: usize, to: usize) -> Vec<(usize, Range<usize>)> {
    let mut out: Vec<(usize, Range<usize>)> = Vec::new();
    for at in from..to {
        let Some(atom) = stream.atoms.get(at) else { continue };
        let Some(block) = stream.document.blocks.get(atom.block) else { continue };
        let range = match block {
            Block::Table(_) => 0..0,
            Block::Paragraph(p) => {
                let end = p
                    .text
                    .get(atom.byte..)
                    .and_then(|s| s.chars().next())
                    .map_or(atom.byte, |c| atom.byte + c.len_utf8());
                atom.byte..end
            }
        };
        match out.last_mut() {
            Some((last, whole)) if *last == atom.block => whole.end = whole.end.max(range.end),
            _ => out.push((atom.block, range)),
        }
    }
    out
}

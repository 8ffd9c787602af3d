//! Plain text in every flattening: pipes, tabs, commas, Markdown, columns of fixed width, one cell a line, all on one
//! line, run together.
//!
//! Each shape is told by evidence on the lines. Where rows can be told they become tables; what is flattened
//! beyond that (one cell a line, everything on one line, digits run together) stays paragraphs, one a printed
//! line, for the aligner.

mod boxhead;
mod columns;
mod commas;
mod delimited;
mod head;
mod lines;
mod prose;
mod stub;

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Block, Document, Format, Metadata, Paragraph, Role};
use crate::failure::Failure;
use crate::format::message_metadata;
use crate::limits::Limits;
use crate::source::encoding::decode;
use crate::source::mime::Message;
use crate::text::radical::fold_all;

use head::Chrome;
use lines::Line;

/// Reads a plain text.
///
/// # Errors
/// [`Failure::TooLarge`] over the limit of bytes or characters, [`Failure::NoTextLayer`] where nothing is
/// printed.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Failure> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limits.bytes {
        return Err(Failure::TooLarge(format!("{} bytes, the limit is {}", bytes.len(), limits.bytes)));
    }
    let message = Message::parse(bytes);
    let part = message.as_ref().and_then(Message::body);
    let decoded = match &part {
        Some(part) => decode(&part.bytes, part.charset.as_deref()),
        None => decode(bytes, None),
    };
    let chars = u64::try_from(decoded.text.len()).unwrap_or(u64::MAX) / 3;
    if chars > limits.chars {
        return Err(Failure::TooLarge(format!("more than {} characters", limits.chars)));
    }
    let mut document = read_text(&decoded.text, limits)?;
    document.encoding = Some(decoded.encoding);
    document.diagnostics.splice(0..0, decoded.diagnostics);
    document.metadata.splice(0..0, message.iter().flat_map(message_metadata));
    Ok(document)
}

/// Reads a text that is decoded already.
///
/// # Errors
/// [`Failure::NoTextLayer`] where nothing is printed.
pub fn read_text(text: &str, limits: &Limits) -> Result<Document, Failure> {
    if lines::trim(text).is_empty() {
        return Err(Failure::NoTextLayer("no character is printed".to_owned()));
    }
    let text = &*fold_all(text);
    let mut document = Document::new(Format::Txt);
    let (metadata, body_at) = head::take_head(text);
    document.metadata = metadata;
    let mut physical = split_from(text, body_at);
    lines::cut_margins(&mut physical);
    let mut pieces: Vec<Line<'_>> = Vec::with_capacity(physical.len());
    for line in physical {
        lines::unroll(line, &mut pieces);
    }
    let pieces = leave_out_furniture(pieces, &mut document.metadata);
    let markdown = pieces.iter().any(|l| {
        let t = l.trimmed();
        let bold = t.strip_prefix("**").and_then(|t| t.strip_suffix("**")).is_some_and(|t| !t.is_empty());
        delimited::is_rule(t) || (t.starts_with('#') && t.trim_start_matches('#').starts_with(' ')) || bold
    });
    lay_out(&pieces, markdown, limits, &mut document);
    Ok(document)
}

/// The physical lines from byte `at` on, numbered as in the whole text.
fn split_from(text: &str, at: usize) -> Vec<Line<'_>> {
    let mut all = lines::split(text);
    if at == 0 {
        return all;
    }
    let base = text.as_ptr() as usize;
    all.retain(|l| l.text.as_ptr() as usize - base + l.text.len() > at);
    if let Some(first) = all.first_mut() {
        let start = first.text.as_ptr() as usize - base;
        if start < at {
            let cut = at - start;
            let column = first.text.get(..cut).map_or(0, |s| s.chars().count());
            first.text = first.text.get(cut..).unwrap_or("");
            first.column = first.column.saturating_add(u32::try_from(column).unwrap_or(u32::MAX));
        }
    }
    all
}

/// Takes out page numbers, breadcrumbs and buttons.
fn leave_out_furniture<'t>(pieces: Vec<Line<'t>>, metadata: &mut Vec<Metadata>) -> Vec<Line<'t>> {
    let mut kept = Vec::with_capacity(pieces.len());
    // Words of an unrolled breadcrumb line follow each other: the line number tells them.
    let mut crumb: Option<u32> = None;
    for line in pieces {
        if crumb == Some(line.number) && is_crumb_word(line.trimmed()) {
            head::read_pairs(line, metadata);
            continue;
        }
        crumb = None;
        match head::judge(line) {
            Chrome::Text(0) => kept.push(line),
            Chrome::Text(at) => {
                let column = line.text.get(..at).map_or(0, |s| s.chars().count());
                kept.push(Line {
                    text: line.text.get(at..).unwrap_or(""),
                    number: line.number,
                    column: line.column.saturating_add(u32::try_from(column).unwrap_or(u32::MAX)),
                });
            }
            Chrome::Furniture(found) => {
                metadata.extend(found);
                crumb = Some(line.number);
            }
        }
    }
    kept
}

/// A word of a breadcrumb that was unrolled: short, a link of a path or a key with its value.
fn is_crumb_word(text: &str) -> bool {
    text.chars().count() <= 40
        && (text.contains(" > ") || text.starts_with('>') || text.ends_with('>') || text.contains(['：', ':']))
}

/// Finds tables among the lines and joins the rest to paragraphs.
fn lay_out(pieces: &[Line<'_>], markdown: bool, limits: &Limits, document: &mut Document) {
    let mut spans: Vec<(usize, usize, Option<delimited::Found>)> = Vec::new();
    let mut cells = 0usize;
    let most = limits.cells as usize;
    let mut at = 0;
    let mut refused = false;
    let finders = [delimited::pipes, delimited::tabs, commas::commas];
    // Lines before which a search was in vain already.
    let mut sought = [0usize; 3];
    while at < pieces.len() {
        let rest = pieces.get(at..).unwrap_or(&[]);
        let found = if refused {
            None
        } else {
            let mut found = None;
            for (finder, from) in finders.iter().zip(&mut sought) {
                if found.is_none() && at >= *from {
                    let mut skip = 0;
                    found = finder(rest, &mut skip);
                    *from = at + skip;
                }
            }
            found.or_else(|| columns::fixed(rest))
        };
        match found {
            Some(found) if cells + found.table.cells.len() <= most => {
                cells += found.table.cells.len();
                let lines = found.lines.max(1);
                spans.push((at, at + lines, Some(found)));
                at += lines;
            }
            Some(_) => {
                refused = true;
                document.diagnostics.push(Diagnostic {
                    code: "too-many-cells",
                    severity: Severity::Warning,
                    message: format!("more than {most} cells, the rest is kept as text; raise the limit of cells"),
                    anchor: pieces.get(at).map(|l| l.anchor(0)),
                });
            }
            None => {
                spans.push((at, at + 1, None));
                at += 1;
            }
        }
    }
    let prose = spans.iter().filter(|s| s.2.is_none()).filter_map(|s| pieces.get(s.0));
    let wrap = prose::wrap_width(prose);
    let mut open: Vec<Line<'_>> = Vec::new();
    let mut spans = spans.into_iter().peekable();
    while let Some((from, _, found)) = spans.next() {
        if let Some(found) = found {
            document.blocks.push(Block::Table(found.table));
            continue;
        }
        let Some(line) = pieces.get(from) else { continue };
        if line.is_blank() {
            // A line of spaces alone can be an empty cell; one without anything is none.
            if !line.text.is_empty() && is_among_cells(pieces, from) {
                document.blocks.push(Block::Paragraph(Paragraph {
                    text: String::new(),
                    role: Role::Body,
                    anchor: line.anchor(0),
                }));
            }
            continue;
        }
        open.push(*line);
        let next = spans.peek().filter(|s| s.2.is_none()).and_then(|s| pieces.get(s.0));
        if !next.is_some_and(|n| prose::goes_on(line, n, wrap)) {
            if let Some(paragraph) = prose::paragraph(&open, markdown) {
                document.blocks.push(Block::Paragraph(paragraph));
            }
            open.clear();
        }
    }
}

/// Lines that may be empty cells between two short lines: a wide table's rows, with a blank line between cells.
const REACH: usize = 40;

/// Whether short lines stand around a line, as cells one a line do.
fn is_among_cells(pieces: &[Line<'_>], at: usize) -> bool {
    let short = |l: &&Line<'_>| l.trimmed().chars().count() <= 60;
    let before = pieces.get(..at).unwrap_or(&[]).iter().rev().take(REACH).find(|l| !l.is_blank());
    let after = pieces.get(at + 1..).unwrap_or(&[]).iter().take(REACH).find(|l| !l.is_blank());
    before.as_ref().is_some_and(short) && after.as_ref().is_some_and(short)
}

#[cfg(test)]
mod tests;

//! HTML in any dialect: saved pages, Word exports, content kept in scripts.
//!
//! The page is parsed once into a tree (parsing is total), flattened into a list, and counted bottom-up;
//! blocks come out in document order, the site's furniture is left out, its metadata kept.

mod attributes;
mod beside;
mod blocks;
mod chrome;
mod content;
mod embedded;
mod facts;
mod grid;
mod metadata;
mod parse;
mod references;
mod selected;
mod sink;
mod text;
mod token;
mod tree;
mod words;

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Block, Document, Format, Role};
use crate::failure::Failure;
use crate::format::message_metadata;
use crate::limits::Limits;
use crate::source::encoding;
use crate::source::mime::Message;

use self::blocks::Draft;
use self::embedded::Embedded;
use self::facts::Facts;
use self::tree::{Origin, Places, Tree};

/// Reads an HTML page.
///
/// # Errors
/// [`Failure::TooLarge`] over the limits of bytes, cells, characters or nesting.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Failure> {
    read_selected(bytes, limits, None)
}

/// As [`read`]; of a page with elements that the CSS selector names, only those.
///
/// # Errors
/// Those of [`read`].
pub fn read_selected(bytes: &[u8], limits: &Limits, selector: Option<&str>) -> Result<Document, Failure> {
    if bytes.len() as u64 > limits.bytes.min(u64::from(u32::MAX) / 2) {
        return Err(Failure::TooLarge(format!("{} bytes of markup", bytes.len())));
    }
    let message = Message::parse(bytes);
    let part = message.as_ref().and_then(Message::body);
    let body = part.as_ref().map_or(bytes, |p| &p.bytes);
    let declared = part.as_ref().and_then(|p| p.charset.clone()).or_else(|| declared_charset(body));
    let decoded = encoding::decode(body, declared.as_deref());
    let mut document = Document::new(Format::Html);
    document.encoding = Some(decoded.encoding);
    document.diagnostics = decoded.diagnostics;
    document.metadata = message.iter().flat_map(message_metadata).collect();
    let source = decoded.text.as_str();
    let places = Places::new(source);
    // Inside of an envelope the lines of the part are not those of the file.
    let origin = Origin { text: source, places: part.is_none().then_some(&places), embedded: None };
    if source.trim_start().starts_with(['{', '['])
        && let Some(embedded) = embedded::find_in_json(source)
    {
        let (blocks, _) = read_embedded(embedded, "json", &origin, limits, &mut document)?;
        document.blocks = blocks;
        return Ok(document);
    }
    read_page(&origin, limits, selector, &mut document)?;
    Ok(document)
}

pub use self::selected::is_selector;

/// A page with less of its own text than this is searched for text that it does not show.
const POOR: u64 = 400;

/// Reads the page into the document.
fn read_page(origin: &Origin, limits: &Limits, selector: Option<&str>, document: &mut Document) -> Result<(), Failure> {
    let parsed = parse(origin.text, limits, document)?;
    let tree = Tree::new(&parsed);
    let facts = Facts::new(&tree);
    let mut drafts = blocks::read_blocks(&tree, &facts, origin, limits)?;
    metadata::read_head(&tree, origin, &mut document.metadata);
    if let Some(selector) = selector {
        let ranges = selected::select(origin.text, selector, &tree);
        if !ranges.is_empty() {
            let inside = |draft: &Draft| ranges.iter().any(|(from, to)| (*from..*to).contains(&draft.node));
            document.blocks = drafts.into_iter().filter(inside).map(|draft| draft.block).collect();
            return Ok(());
        }
        document.diagnostics.push(Diagnostic {
            code: "content-not-found",
            severity: Severity::Warning,
            message: format!("no element of the page is named by {selector:?}; its report is told by what it holds"),
            anchor: None,
        });
    }
    let shown = embedded::find_shown(&tree, &facts, origin.text);
    if let Some(node) = shown.as_ref().and_then(|found| found.node) {
        drafts.retain(|draft| !(node..tree.end(node)).contains(&draft.node));
    }
    let weight;
    (document.blocks, weight) = content::choose(drafts, &tree, &facts, &mut document.metadata);
    let is_shown = shown.is_some();
    let hidden = || (weight < POOR).then(|| embedded::find_hidden(&tree, origin.text)).flatten();
    if let Some(found) = shown.or_else(hidden) {
        let holder = found.node.map(|node| tree.path(node)).unwrap_or_default();
        let (blocks, inner) = read_embedded(found, &holder, origin, limits, document)?;
        if inner > weight {
            // Of the page itself only what heads it is still wanted.
            document.blocks.retain(|b| matches!(b, Block::Paragraph(p) if matches!(p.role, Role::Heading(_))));
            document.blocks.extend(blocks);
        } else if is_shown {
            document.blocks.extend(blocks);
        }
    }
    Ok(())
}

/// Reads a text that holds a page as one of its own; gives its blocks and how much they count.
fn read_embedded(
    embedded: Embedded,
    holder: &str,
    outer: &Origin,
    limits: &Limits,
    document: &mut Document,
) -> Result<(Vec<Block>, u64), Failure> {
    let embedded = embedded.unescaped();
    let text = embedded.text.as_str();
    let origin = Origin { text, places: outer.places, embedded: Some((&embedded, holder.to_owned())) };
    let parsed = parse(text, limits, document)?;
    let tree = Tree::new(&parsed);
    let facts = Facts::new(&tree);
    let drafts = blocks::read_blocks(&tree, &facts, &origin, limits)?;
    Ok(content::choose(drafts, &tree, &facts, &mut document.metadata))
}

/// Parses, and tells of what was cut; cells are counted before any is read.
fn parse<'s>(source: &'s str, limits: &Limits, document: &mut Document) -> Result<parse::Parsed<'s>, Failure> {
    let parsed = parse::parse(source, limits)?;
    if parsed.cells > limits.cells {
        return Err(Failure::TooLarge(format!("{} table cells", parsed.cells)));
    }
    if parsed.dropped > 0 {
        document.diagnostics.push(Diagnostic {
            code: "nesting-cut",
            severity: Severity::Warning,
            message: format!("{} elements nest too deep and were flattened, compare with the page", parsed.dropped),
            anchor: None,
        });
    }
    Ok(parsed)
}

/// The charset that the page declares in a `<meta>` element or an XML declaration.
fn declared_charset(bytes: &[u8]) -> Option<String> {
    const HEAD: usize = 16 << 10;
    let head = bytes.get(..bytes.len().min(HEAD))?;
    // UTF-16 declares what it is with zeros between.
    let narrow: Vec<u8>;
    let head = if memchr::memchr(0, head).is_some() {
        narrow = head.iter().copied().filter(|b| *b != 0).collect();
        narrow.as_slice()
    } else {
        head
    };
    memchr::memchr_iter(b'=', head).find_map(|at| {
        let key = head.get(..at)?.trim_ascii_end();
        let letters = key.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
        let key = key.get(key.len() - letters..)?.to_ascii_lowercase();
        if !key.windows(7).any(|w| w == b"charset") && !key.windows(8).any(|w| w == b"encoding") {
            return None;
        }
        let value = head.get(at + 1..)?.trim_ascii_start();
        let quotes = value.iter().take_while(|b| matches!(b, b'"' | b'\'' | b'\\')).count();
        let value = value.get(quotes..)?;
        let length = value.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':')).count();
        let label = value.get(..length)?.to_ascii_lowercase();
        encoding_rs::Encoding::for_label(&label)?;
        String::from_utf8(label).ok()
    })
}

#[cfg(test)]
mod tests;

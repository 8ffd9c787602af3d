//! HTML in any dialect: saved pages, Word exports, content kept in scripts.
//!
//! The page is parsed once into a tree (parsing is total), flattened into a list, and counted bottom-up;
//! blocks come out in document order, the site's furniture is left out, its metadata kept.

mod blocks;
mod chrome;
mod content;
mod facts;
mod grid;
mod metadata;
mod parse;
mod text;
mod tree;

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Document, Format};
use crate::failure::Failure;
use crate::limits::Limits;
use crate::source::encoding;

/// Reads an HTML page.
///
/// # Errors
/// [`Failure::TooLarge`] over the limits of bytes, cells, characters or nesting.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Failure> {
    if bytes.len() as u64 > limits.bytes.min(u64::from(u32::MAX) / 2) {
        return Err(Failure::TooLarge(format!("{} bytes of markup", bytes.len())));
    }
    let decoded = encoding::decode(bytes, declared_charset(bytes).as_deref());
    let mut document = Document::new(Format::Html);
    document.encoding = Some(decoded.encoding);
    document.diagnostics = decoded.diagnostics;
    read_page(&decoded.text, limits, &mut document)?;
    Ok(document)
}

/// Reads the page into the document.
fn read_page(source: &str, limits: &Limits, document: &mut Document) -> Result<(), Failure> {
    let parsed = parse::parse(source, limits)?;
    if parsed.dropped > 0 {
        document.diagnostics.push(Diagnostic {
            code: "nesting-cut",
            severity: Severity::Warning,
            message: format!("{} elements nest too deep and were flattened, compare with the page", parsed.dropped),
            anchor: None,
        });
    }
    let tree = tree::Tree::new(&parsed);
    let facts = facts::Facts::new(&tree);
    let places = tree::Places::new(source);
    let drafts = blocks::read_blocks(&tree, &facts, &places, limits)?;
    metadata::read_head(&tree, &places, &mut document.metadata);
    document.blocks = content::choose(drafts, &tree, &facts, &mut document.metadata);
    Ok(())
}

/// The charset that the page declares in a `<meta>` element or an XML declaration.
fn declared_charset(bytes: &[u8]) -> Option<String> {
    const HEAD: usize = 16 << 10;
    let head = bytes.get(..bytes.len().min(HEAD))?;
    let lower: Vec<u8> = head.iter().filter(|b| **b != 0).map(u8::to_ascii_lowercase).collect();
    let lower = String::from_utf8_lossy(&lower);
    let mut rest: &str = &lower;
    while let Some(at) = rest.find("charset").into_iter().chain(rest.find("encoding")).min() {
        let tail = rest.get(at..)?;
        let tail = tail.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start();
        if let Some(value) = tail.strip_prefix('=') {
            let value = value.trim_start().trim_start_matches(['"', '\'', '\\']);
            let end = value
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':')))
                .unwrap_or(value.len());
            let label = value.get(..end)?;
            if encoding_rs::Encoding::for_label(label.as_bytes()).is_some() {
                return Some(label.to_owned());
            }
        }
        rest = tail;
    }
    None
}

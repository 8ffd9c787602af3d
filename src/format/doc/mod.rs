//! Word 97–2003 binary documents ([MS-DOC]): paragraphs, tables with merged cells, list numbering.
//!
//! The text comes out of the piece table; paragraph and character properties out of the formatted disk pages.
//! Text boxes are read where they are anchored. Field codes, deleted, hidden and struck text are left out. Word 6
//! and 95 files are refused.

mod boxes;
mod bytes;
mod fib;
mod list;
mod pieces;
mod properties;
mod story;

use std::io::{Cursor, Read};

use crate::document::{Document, Format};
use crate::failure::Failure;
use crate::limits::Limits;

/// Reads a `.doc` (also under `.wps`) into a document.
///
/// # Errors
/// [`Failure::Damaged`] where the compound file or its text cannot be read, [`Failure::Encrypted`] for
/// documents with a password, [`Failure::Unsupported`] for other compound files, [`Failure::TooLarge`] over a limit.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Failure> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes))
        .map_err(|e| Failure::Damaged(format!("no readable compound file ({e})")))?;
    let mut stream = |name: &str| -> Result<Option<Vec<u8>>, Failure> {
        let Ok(stream) = file.open_stream(name) else { return Ok(None) };
        let mut out = Vec::new();
        stream
            .take(limits.inflated_bytes)
            .read_to_end(&mut out)
            .map_err(|e| Failure::Damaged(format!("stream {name} breaks off ({e})")))?;
        Ok(Some(out))
    };
    let main = stream("/WordDocument")?
        .ok_or_else(|| Failure::Unsupported("compound file without a Word document in it".to_owned()))?;
    let fib = fib::Fib::parse(&main)?;
    let table = stream(if fib.table_one { "/1Table" } else { "/0Table" })?
        .ok_or_else(|| Failure::Damaged("the table stream of the document is missing".to_owned()))?;
    let text = pieces::Pieces::parse(&main, &table, &fib, limits)?;
    let data = stream("/Data")?.unwrap_or_default();
    let lists = list::Lists::parse(&table, &fib);
    let formats = properties::Properties::parse(&main, &table, &data, &fib);
    let mut document = Document::new(Format::Doc);
    let boxes = boxes::Boxes::parse(&table, &fib);
    story::read(&text, &formats, lists, boxes, &fib, limits, &mut document)?;
    Ok(document)
}

#[cfg(test)]
mod tests;

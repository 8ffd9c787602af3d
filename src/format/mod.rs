//! One reader a format; each ends in a [`crate::document::Document`].

pub mod doc;
pub mod docx;
pub mod html;
mod package;
pub mod pdf;
mod rows;
pub mod rtf;
pub mod sheet;
pub mod txt;

use crate::document::{Document, Format};
use crate::failure::Failure;
use crate::limits::Limits;

/// Reads bytes of a known format into a document.
///
/// # Errors
/// The reader's: an encrypted, damaged or too large file, one without a text layer, or a format that is not read.
pub fn read(bytes: &[u8], format: Format, limits: &Limits) -> Result<Document, Failure> {
    match format {
        Format::Html => html::read(bytes, limits),
        Format::Docx => docx::read(bytes, limits),
        Format::Doc => doc::read(bytes, limits),
        Format::Txt => txt::read(bytes, limits),
        Format::Pdf => pdf::read(bytes, limits),
        Format::Image => Err(Failure::NoTextLayer("a picture; recognise its text first".to_owned())),
        Format::Rtf => rtf::read(bytes, limits),
        Format::Sheet => sheet::read(bytes, limits),
    }
}

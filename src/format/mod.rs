//! One reader a format; each ends in a [`crate::document::Document`].

pub mod doc;
pub mod docx;
pub mod html;
mod package;
pub mod pdf;
mod rows;
pub mod rtf;
mod run;
pub mod sheet;
pub mod txt;

use crate::document::{Anchor, Document, Format, Metadata};
use crate::failure::Failure;
use crate::settings::Settings;
use crate::source::mime::Message;

use self::pdf::PdfOptions;

/// Reads bytes of a known format into a document.
///
/// # Errors
/// The reader's: an encrypted, damaged or too large file, one without a text layer, or a format that is not read.
pub fn read(bytes: &[u8], format: Format, settings: &Settings) -> Result<Document, Failure> {
    let limits = &settings.limits;
    match format {
        Format::Html => html::read_selected(bytes, limits, settings.content.as_deref()),
        Format::Docx => docx::read(bytes, limits),
        Format::Doc => doc::read(bytes, limits),
        Format::Txt => txt::read(bytes, limits),
        Format::Pdf => pdf::read(bytes, limits, &PdfOptions::of(settings)),
        Format::Image => Err(Failure::NoTextLayer("a picture; recognise its text first".to_owned())),
        Format::Rtf => rtf::read(bytes, limits),
        Format::Sheet => sheet::read(bytes, limits),
    }
}

/// What the envelope of a mail or a saved page says; its date is that of the mail, not of what it holds.
fn message_metadata(message: &Message<'_>) -> Vec<Metadata> {
    let entry = |key: &str| {
        let anchor = Anchor::Node { path: "envelope".to_owned(), line: 0, column: 0 };
        message.header(key).map(|value| Metadata { key: key.to_owned(), value, anchor })
    };
    ["Subject", "Date"].into_iter().filter_map(entry).collect()
}

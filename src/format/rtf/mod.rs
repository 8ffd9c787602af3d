//! Rich Text Format (specification 1.9.1), as Word, WPS and converters write it, often under the name `.doc`.
//!
//! Deleted and hidden text, field codes, headers, footers and comments are left out; numbers of lists are kept as
//! they stand in the file. Bytes are read by the character set of their font, else by the file's code page.

mod charset;
mod flow;
mod story;
mod token;

use crate::document::{Document, Format};
use crate::failure::Failure;
use crate::limits::Limits;

/// Reads an `.rtf` (also under `.doc`) into a document.
///
/// # Errors
/// [`Failure::Damaged`] where it does not begin as RTF, [`Failure::TooLarge`] over a limit.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Failure> {
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    if !body.starts_with(b"{\\rtf") {
        return Err(Failure::Damaged("no RTF header".to_owned()));
    }
    let mut document = Document::new(Format::Rtf);
    story::Story::new(limits).read(body, &mut document)?;
    Ok(document)
}

#[cfg(test)]
mod tests;

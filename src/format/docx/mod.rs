//! Word documents in Office Open XML (ISO/IEC 29500): paragraphs, tables with merged cells, list numbering.
//!
//! Deleted, moved-away and hidden text is left out; inserted text is kept. Headers and footers are page
//! furniture and stay out. Pictures are told, not read.

mod body;
mod numbering;
mod styles;

use crate::document::{Document, Format};
use crate::failure::Failure;
use crate::format::package;
use crate::limits::Limits;

/// Reads a `.docx` (also under `.wps` or `.doc`) into a document.
///
/// # Errors
/// [`Failure::Damaged`] where the ZIP or its main part cannot be read, [`Failure::TooLarge`] over a limit.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Failure> {
    let mut package = package::Package::open(bytes, limits)?;
    let main = package.main_part("word/document.xml")?;
    let xml = package.part(&main)?.ok_or_else(|| Failure::Damaged(format!("no main part {main} in the package")))?;
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let beside = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let styles = package.part(&beside("styles.xml"))?.map(|x| styles::parse(&x)).unwrap_or_default();
    let numbering = package.part(&beside("numbering.xml"))?.map(|x| numbering::parse(&x)).unwrap_or_default();
    let notes = [package.part(&beside("footnotes.xml"))?, package.part(&beside("endnotes.xml"))?];
    let mut document = Document::new(Format::Docx);
    document.metadata = package.metadata()?;
    let mut reader = body::BodyReader::new(&styles, numbering, limits);
    reader.read(&xml, "document", &mut document)?;
    for note in notes.into_iter().flatten() {
        reader.read_notes(&note, &mut document)?;
    }
    Ok(document)
}

#[cfg(test)]
mod tests;

//! Spreadsheets: XLSX, XLS (BIFF 5 and 8, also as WPS's `.et`) and ODS.
//!
//! Each kind is read into the same plain sheet: cells as displayed, borders, merged regions, what is hidden.
//! Rows of text between the grids become paragraphs, the grids tables; the place of a cell is its reference
//! (`年报!C5`). Formulas count by the value that was last stored.

mod biff;
mod compose;
mod display;
mod ods;
mod xlsx;

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Document, Format};
use crate::failure::Failure;
use crate::format::package::Package;
use crate::limits::Limits;

/// A cell that shows or is framed by something.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    row: u32,
    col: u32,
    /// As displayed; empty for a framed cell without content.
    text: String,
    bordered: bool,
}

/// A region of cells shown as one, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Merge {
    rows: (u32, u32),
    cols: (u32, u32),
}

/// One sheet of a workbook.
#[derive(Debug, Default)]
struct Sheet {
    name: String,
    hidden: bool,
    entries: Vec<Entry>,
    merges: Vec<Merge>,
    hidden_rows: BTreeSet<u32>,
    /// First and last of runs of hidden columns.
    hidden_cols: Vec<(u32, u32)>,
}

/// What may still be taken in, over all sheets of a file.
struct Budget {
    cells: u32,
    bytes: u64,
}

impl Budget {
    fn new(limits: &Limits) -> Self {
        Self { cells: limits.cells, bytes: limits.chars.saturating_mul(3) }
    }

    /// Takes a cell into the sheet; one without text and frame is none.
    fn push(&mut self, sheet: &mut Sheet, entry: Entry) -> Result<(), Failure> {
        if entry.text.is_empty() && !entry.bordered {
            return Ok(());
        }
        self.cells =
            self.cells.checked_sub(1).ok_or_else(|| Failure::TooLarge("more cells than the limit".to_owned()))?;
        self.bytes = self
            .bytes
            .checked_sub(entry.text.len() as u64)
            .ok_or_else(|| Failure::TooLarge("more text than the limit of characters".to_owned()))?;
        sheet.entries.push(entry);
        Ok(())
    }

    /// Takes a merged region in.
    fn merge(&mut self, sheet: &mut Sheet, merge: Merge) -> Result<(), Failure> {
        self.cells =
            self.cells.checked_sub(1).ok_or_else(|| Failure::TooLarge("more cells than the limit".to_owned()))?;
        if merge.rows.0 <= merge.rows.1 && merge.cols.0 <= merge.cols.1 {
            sheet.merges.push(merge);
        }
        Ok(())
    }
}

/// Reads a workbook into a document.
///
/// # Errors
/// [`Failure::Damaged`] where its parts cannot be read, [`Failure::Encrypted`] under a password,
/// [`Failure::Unsupported`] for other kinds of spreadsheet, [`Failure::TooLarge`] over a limit.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Failure> {
    let mut document = Document::new(Format::Sheet);
    let sheets = if bytes.starts_with(&[0xD0, 0xCF]) {
        biff::read(bytes, limits)?
    } else {
        let mut package = Package::open(bytes, limits)?;
        document.metadata = package.metadata()?;
        let pictures = package.count("xl/media/") + package.count("Pictures/");
        document.diagnostics.extend(Diagnostic::pictures(pictures));
        match package.part("content.xml")? {
            Some(content) => ods::read(&content, &mut package, limits)?,
            None => xlsx::read(&mut package, limits)?,
        }
    };
    let hidden: Vec<&str> =
        sheets.iter().filter(|s| s.hidden && !s.entries.is_empty()).map(|s| s.name.as_str()).collect();
    if !hidden.is_empty() {
        document.diagnostics.push(Diagnostic {
            code: "sheets-hidden",
            severity: Severity::Warning,
            message: format!("hidden sheets are left out: {}", hidden.join(", ")),
            anchor: None,
        });
    }
    for sheet in sheets.into_iter().filter(|s| !s.hidden) {
        compose::compose(sheet, limits, &mut document)?;
    }
    Ok(document)
}

#[cfg(test)]
mod tests;

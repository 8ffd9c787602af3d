//! Form × table: which printed cell is which variable.
//!
//! Labels are matched on shadow text ([`label`]); the printed rows of each grid are aligned with the form's
//! rows in order; columns are mapped by their headers; the form of a table is the one that explains what it
//! prints best. Grids and running text both end in [`Found`] instances; which instance is the report's own
//! is decided once, over the whole document.

mod boxhead;
mod claim;
mod digits;
mod flow;
mod flow_rows;
mod found;
mod fragment;
mod grid;
pub mod label;
mod select;
mod tables;
#[cfg(test)]
mod tests;
mod torn;
mod value;
mod vocabulary;

pub use claim::{Claim, ClaimKind};
pub use found::{Alignment, Found, Step};

use crate::document::Document;
use crate::pattern::Family;
use vocabulary::Vocabulary;

/// A family's labels made ready for matching; make it once for many documents.
pub struct Aligner<'f> {
    family: &'f Family,
    vocabulary: Vocabulary<'f>,
}

impl<'f> Aligner<'f> {
    /// Prepares the labels of a family.
    #[must_use]
    pub fn new(family: &'f Family) -> Self {
        Self { family, vocabulary: Vocabulary::new(family) }
    }

    /// Finds the family's tables in a document and reads their variables.
    #[must_use]
    pub fn align(&self, document: &Document) -> Alignment {
        let found = tables::find_in_tables(document, &self.vocabulary);
        let mut out = select::select(found, self.family, &self.vocabulary);
        let more = flow::distractors(document, &out.claims);
        out.claims.extend(more);
        if let Some(flag) = flow::unsearched(document) {
            out.flags.push(flag);
            out.flags.sort();
        }
        out.claims.sort_by(|a, b| a.block.cmp(&b.block).then(a.range.start.cmp(&b.range.start)));
        out
    }
}

/// Finds the family's tables in a document and reads their variables (see [`Aligner`]).
#[must_use]
pub fn align(document: &Document, family: &Family) -> Alignment {
    Aligner::new(family).align(document)
}

//! Form × table: which printed cell is which variable.
//!
//! Labels are matched on shadow text ([`label`]); the printed rows of each grid are aligned with the form's
//! rows in order; columns are mapped by their headers; the form of a table is the one that explains what it
//! prints best. Grids and running text both end in [`Found`] instances; which instance is the report's own
//! is decided once, over the whole document.

mod bare;
mod boxhead;
mod caption;
mod carried;
mod claim;
mod digits;
mod flow;
mod found;
mod fragment;
mod grid;
mod halves;
mod joined;
pub mod label;
mod mapping;
#[cfg(test)]
mod money_tests;
mod occurrence;
#[cfg(test)]
mod open_tests;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod page_tests;
mod ragged;
mod readings;
#[cfg(test)]
mod rival_tests;
mod select;
#[cfg(test)]
mod span_tests;
mod stub;
mod tables;
#[cfg(test)]
mod tests;
mod together;
mod torn;
mod unread;
mod value;
mod vocabulary;
mod weigh;
mod year;

pub use claim::{Claim, ClaimKind};
pub use found::{Alignment, Found, Step};
pub(crate) use select::none_found;
pub use weigh::{Candidate, Weight};

use std::ops::Range;

use crate::document::{Block, Document};
use crate::pattern::Family;
use crate::text::{Shadow, fold};
use grid::Grid;
use vocabulary::Vocabulary;

/// Length of a corner's text, in characters, from which it is a sentence and not a word that prose may hold.
const SENTENCE: usize = 16;

/// The range with the brackets around it, where they are printed.
fn bracketed(text: &str, range: Range<usize>) -> Range<usize> {
    let open = text.get(..range.start).and_then(|t| t.chars().next_back()).filter(|c| matches!(c, '(' | '（'));
    let close = text.get(range.end..).and_then(|t| t.chars().next()).filter(|c| matches!(c, ')' | '）'));
    match (open, close) {
        (Some(open), Some(close)) => range.start - open.len_utf8()..range.end + close.len_utf8(),
        _ => range,
    }
}

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
        unread::say(document, &self.vocabulary, &mut out);
        let more = flow::distractors(document, &out.claims);
        out.claims.extend(more);
        self.claim_corners(document, &mut out);
        if let Some(flag) = flow::unsearched(document) {
            out.flags.push(flag);
            out.flags.sort();
        }
        out.claims.sort_by(|a, b| a.block.cmp(&b.block).then(a.range.start.cmp(&b.range.start)));
        out
    }

    /// What each table of a document has of each table of the family's forms, whether it was read or not.
    #[must_use]
    pub fn weigh(&self, document: &Document) -> Vec<Candidate> {
        weigh::weigh(document, &self.vocabulary)
    }

    /// Claims the sentences that the corners of the tables found print, where the rows below them were refused or
    /// run on: they are as little running text as the table.
    fn claim_corners(&self, document: &Document, alignment: &mut Alignment) {
        let tables = self.family.forms.iter().flat_map(|f| f.tables.iter().map(|t| (f.id.as_str(), t)));
        let mut corners: Vec<&str> = tables
            .filter(|(form, table)| alignment.forms.iter().any(|(t, f)| *t == table.id && f == form))
            .flat_map(|(_, table)| table.parts.iter().flat_map(|p| &p.corner))
            .map(|label| label.shadow.trim_matches(['(', ')']))
            .filter(|shadow| shadow.chars().count() >= SENTENCE)
            .collect();
        corners.sort_unstable();
        corners.dedup();
        for (at, block) in document.blocks.iter().enumerate() {
            let Block::Paragraph(paragraph) = block else { continue };
            if corners.is_empty() || paragraph.text.chars().count() < SENTENCE {
                continue;
            }
            // Offsets are needed where one is printed, and hardly a paragraph prints one.
            let folded = fold(&paragraph.text);
            if !corners.iter().any(|corner| folded.contains(corner)) {
                continue;
            }
            let shadow = Shadow::new(&paragraph.text);
            for corner in &corners {
                for (start, _) in shadow.text.match_indices(corner) {
                    let inner = shadow.original_range(start..start + corner.len(), &paragraph.text);
                    let range = bracketed(&paragraph.text, inner);
                    let taken = |c: &Claim| c.block == at && c.range.start <= range.start && range.end <= c.range.end;
                    if !alignment.claims.iter().any(taken) {
                        alignment.claims.push(Claim { block: at, range, kind: ClaimKind::Caption, table: None });
                    }
                }
            }
        }
    }
}

/// Finds the family's tables in a document and reads their variables (see [`Aligner`]).
#[must_use]
pub fn align(document: &Document, family: &Family) -> Alignment {
    Aligner::new(family).align(document)
}

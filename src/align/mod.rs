//! Form × table: which printed cell is which variable.

mod claim;
mod found;
pub mod label;

pub use claim::{Claim, ClaimKind};
pub use found::{Alignment, Found, Step};

use crate::document::Document;
use crate::pattern::Family;

/// Finds the family's tables in a document and reads their variables.
#[must_use]
pub fn align(document: &Document, family: &Family) -> Alignment {
    let _ = (document, family);
    Alignment::default()
}

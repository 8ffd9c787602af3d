//! A report in a document: who reports on which year, and its sections.
//!
//! Works on any [`Document`](crate::document::Document), with the words and expressions of the family's
//! pattern file. What belongs to tables is told by the aligner's claims.

mod agency;
mod date;
mod framed;
mod heading;
mod identity;
mod narrative;
mod passage;
mod section;
mod signature;
mod split;
mod title;
mod verdict;

pub use date::Date;
pub use identity::{Evidence, Identified, identify};
pub use narrative::{Of, narrate, narrate_text};
pub use passage::Text;
pub use section::{Prose, sections};
pub use split::split;
pub use verdict::{may_hold, verdict};

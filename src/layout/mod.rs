//! From placed characters to words, lines, paragraphs and reading order; page furniture.

mod bidi;
mod compose;
mod content;
mod footnote;
mod frame;
mod furniture;
mod line;
mod order;
mod paragraph;
mod printed;
mod script;
mod superscript;
mod svg;
mod watermark;
mod word;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tagged_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod torn_tests;
#[cfg(test)]
mod unruled_tests;

pub use compose::{Composed, compose};
pub use content::{Char, FontInfo, Ink, PageContent, Ruling, RulingKind, TaggedCell, TaggedRow, TaggedTable};
pub(crate) use line::{Line, lines};
pub use printed::printed;
pub(crate) use script::{han, starts_with_ordinal, unspaced};
pub use svg::draw;
pub(crate) use word::{Word, drop_marked, ends, words};

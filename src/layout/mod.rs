//! From placed characters to words, lines, paragraphs and reading order; page furniture.

mod content;

pub use content::{Char, FontInfo, PageContent, Ruling, RulingKind};

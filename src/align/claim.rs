use std::ops::Range;

/// Why a piece of the document is no running text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClaimKind {
    /// Part of a statutory table of this report.
    Table,
    /// The caption of such a table, or a title row printed as a paragraph.
    Caption,
    /// Last year's table for comparison, a blank form, or a quoted table.
    OtherTable,
    /// A table of another kind, flattened into text.
    Distractor,
}

/// A piece of the document that the aligner recognised as (part of) a table, so that it is no running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Index into `Document::blocks`.
    pub block: usize,
    /// Byte range of the paragraph's text; for a table block the empty range `0..0` stands for all of it.
    pub range: Range<usize>,
    /// Why.
    pub kind: ClaimKind,
    /// The table's id, where known.
    pub table: Option<String>,
}

//! The record of one report: identity, sections, values with their cells, checks and flags.

use rust_decimal::Decimal;

use crate::document::Anchor;

/// What a printed cell holds (the output contract's `state`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// A number.
    Number,
    /// An empty cell, or one of spaces alone.
    Blank,
    /// A mark for "none" or "not applicable" (`/`, `—`, 无).
    Dash,
    /// Something else that is no number.
    Text,
    /// Ink that cannot be read.
    Unreadable,
    /// Two or more readings remain.
    Ambiguous,
}

impl State {
    /// The name used in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Blank => "blank",
            Self::Dash => "dash",
            Self::Text => "text",
            Self::Unreadable => "unreadable",
            Self::Ambiguous => "ambiguous",
        }
    }
}

/// One variable's reading with its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Variable name (`applications.received.natural_person`).
    pub variable: String,
    /// The number in the variable's unit; only with [`State::Number`].
    pub value: Option<Decimal>,
    /// What the cell holds.
    pub state: State,
    /// The printed text of the cell.
    pub raw: String,
    /// Readings that remain, with [`State::Ambiguous`].
    pub candidates: Vec<Decimal>,
    /// Where the cell stands.
    pub anchor: Anchor,
}

/// Something a careful person would want to look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flag {
    /// Stable kebab-case code.
    pub code: &'static str,
    /// Variable, prefix of variables, `section:<id>`, or empty for the whole report.
    pub at: String,
    /// Plain message, lower case, no full stop.
    pub message: String,
}

/// The outcome of one identity whose terms were all read as numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    /// Stable id.
    pub id: String,
    /// Whether both sides are equal.
    pub holds: bool,
    /// Sum of the left side.
    pub left: Decimal,
    /// Sum of the right side.
    pub right: Decimal,
}

/// One section's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Section id of the pattern.
    pub id: String,
    /// The heading as printed.
    pub heading: String,
    /// Paragraphs and sub-headings, joined by `\n`; without tables and their captions.
    pub text: String,
}

/// The report's identity; each part absent rather than wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// Title as printed, its lines joined.
    pub title: Option<String>,
    /// Agency as the title prints it, else as the text names it.
    pub agency: Option<String>,
    /// The year reported on.
    pub year: Option<u16>,
    /// First and last day of the period, ISO 8601.
    pub period: Option<(String, String)>,
    /// Day of publication, ISO 8601.
    pub published: Option<String>,
}

//! The record of one report: identity, sections, values with their cells, checks and flags.

mod check;
pub mod codes;

pub use check::run_checks;

use rust_decimal::Decimal;

use crate::document::Anchor;
use crate::region::Region;

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
    /// The stub of a row that the document itself names (`2010301 行政运行`); other rows have their names in the form.
    pub label: Option<String>,
    /// Where the cell stands.
    pub anchor: Anchor,
}

/// A number that a sentence of the report states, with the sentence as evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Variable name (`narrative.applications.received`).
    pub variable: String,
    /// The number in the variable's unit; only with [`State::Number`].
    pub value: Option<Decimal>,
    /// [`State::Number`], [`State::Text`] for what is no exact number, or [`State::Ambiguous`].
    pub state: State,
    /// The printed number with its counting word, or the words that say that there was none.
    pub raw: String,
    /// Readings that remain, with [`State::Ambiguous`].
    pub candidates: Vec<Decimal>,
    /// Unit of the number.
    pub unit: Option<String>,
    /// The sentence as printed.
    pub sentence: String,
    /// Section (id) that it stands in; empty where no heading was found.
    pub section: String,
    /// Where the sentence, or else its paragraph, begins.
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
    /// Where the agency is, by the division codes in force in the year.
    pub region: Option<Region>,
}

/// Where a record came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// Path as given, with `/` between its parts.
    pub path: String,
    /// Member of the archive at `path`, nested ones joined by `!/`.
    pub member: Option<String>,
    /// Format by the bytes (`pdf`).
    pub format: &'static str,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// Number of pages of a paged format.
    pub pages: Option<u32>,
    /// Character encoding, where the format leaves it open.
    pub encoding: Option<String>,
    /// Address that a crawl fetched it from (WARC).
    pub url: Option<String>,
    /// When the crawl fetched it, ISO 8601.
    pub fetched: Option<String>,
}

/// One report, whole: what one line of output says.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Where it came from.
    pub source: Source,
    /// Ordinal from 1 where one source holds several reports, else 0.
    pub ordinal: u32,
    /// Title, agency, year, period, publication.
    pub identity: Identity,
    /// Form of each table, in the family's order of tables.
    pub forms: Vec<(String, String)>,
    /// Form of the main table, else of the next one (the pattern's order of tables decides).
    pub form: Option<String>,
    /// Sections in order of appearance.
    pub sections: Vec<Section>,
    /// Readings in the forms' order.
    pub readings: Vec<Reading>,
    /// What the prose states, in the order of the family's variables.
    pub narrative: Vec<Statement>,
    /// Identities whose terms were all read.
    pub checks: Vec<CheckResult>,
    /// Flags, sorted and without doubles.
    pub flags: Vec<Flag>,
    /// Pattern ids and hashes that made it, sorted by id.
    pub patterns: Vec<(String, String)>,
}

impl Record {
    /// The record's id: the digest of the source, and the ordinal where the source holds several reports.
    #[must_use]
    pub fn id(&self) -> String {
        if self.ordinal == 0 { self.source.sha256.clone() } else { format!("{}-{}", self.source.sha256, self.ordinal) }
    }
}

//! What the aligner finds: instances of statutory tables with their readings, and how it came to them.

use crate::align::Claim;
use crate::record::{CheckResult, Flag, Reading};

/// One printed instance of a statutory table, read by one form; from a grid or from running text.
///
/// A report may print a table several times (last year's beside this year's) or spread it over several
/// physical tables; which instance counts is decided over the whole document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// Table id of the pattern (`applications`).
    pub table: String,
    /// Form id (`ogi-2021`).
    pub form: String,
    /// Index of its first block in `Document::blocks`.
    pub block: usize,
    /// Sum of label evidence: larger is surer; comparable between forms of one table.
    pub score: f32,
    /// The year printed in its caption or beside it, if any.
    pub year: Option<u16>,
    /// Its caption or the text beside it says that it is another year's (上年, 去年).
    pub other_year: bool,
    /// Readings, at most one a variable.
    pub readings: Vec<Reading>,
    /// What to look at.
    pub flags: Vec<Flag>,
    /// Blocks and ranges that it takes up.
    pub claims: Vec<Claim>,
    /// How it was read.
    pub trace: Vec<Step>,
}

/// One step of the aligner, for `explain`.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Index into `Document::blocks`.
    pub block: usize,
    /// Grid row from 0, or line of the block.
    pub row: usize,
    /// The variable, row or table that the step is about (a variable, a prefix of one, or empty).
    pub at: String,
    /// The printed text.
    pub text: String,
    /// What was concluded, and why; lower case, no full stop.
    pub what: String,
}

/// What a document holds by the forms of a family.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alignment {
    /// The form of each table, in the order of the tables (`proactive`, `ogi-2021`).
    pub forms: Vec<(String, String)>,
    /// The years that captions print, each with the beginning of the variables that stand below it.
    pub years: Vec<(String, u16)>,
    /// Readings in the form's order.
    pub readings: Vec<Reading>,
    /// Identities whose terms were all read as numbers.
    pub checks: Vec<CheckResult>,
    /// What to look at, sorted.
    pub flags: Vec<Flag>,
    /// Pieces of the document that are (parts of) tables, in document order.
    pub claims: Vec<Claim>,
    /// How the readings came about.
    pub trace: Vec<Step>,
}

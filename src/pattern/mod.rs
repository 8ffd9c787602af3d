//! Pattern files: what a kind of report holds, as data.
//!
//! This module's types are the compiled patterns, as the rest of the program uses them. Everything that
//! is particular to a kind of report (labels, sections, columns, identities, units, variables) comes
//! from here; the Rust elsewhere names none of it.
//!
//! A pattern file goes from text to [`source`] types (unknown keys refused) to the compiled types
//! (undefined fragments, variables and groups, doubled ids, bad expressions and forms without cases
//! refused, with the line underlined).

pub mod cases;
mod checks;
mod compile;
mod equation;
mod expression;
mod fragment;
mod gate;
pub mod learn;
mod model;
mod names;
mod narrative;
mod refusal;
pub mod scaffold;
pub mod schema;
pub mod sentence_cases;
pub mod source;
mod tree;
mod variable;

use std::path::Path;
use std::sync::OnceLock;

pub use model::{
    Check, Column, Family, Form, Label, Open, Ordinal, OrdinalStyle, PanelCheck, PanelTerm, Part, PatternSet, Reach,
    ReportPattern, Row, SectionHeading, SectionPattern, TablePattern, Term, Unit,
};

pub use expression::{Captures, Expression, Lettered, Match};
pub use gate::{Expressions, Named, Possible};
pub use narrative::{Counts, Narrative, Numbers, Quantity, Rule, Scope};
pub use variable::Variable;

use crate::error::Error;

impl PatternSet {
    /// The patterns built into the program, compiled once.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static SET: OnceLock<PatternSet> = OnceLock::new();
        // The tests compile them: they cannot fail in a released program, and a silent lack of patterns would look
        // like an archive without reports.
        SET.get_or_init(|| {
            compile::compile(&tree::embedded(), true).unwrap_or_else(|e| unreachable!("the patterns built in: {e}"))
        })
    }

    /// The patterns of files given as path and text.
    #[cfg(test)]
    pub(crate) fn of_files(files: &[(&str, &str)]) -> Result<Self, Error> {
        compile::compile(&files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect(), false)
    }

    /// The family of an id.
    #[must_use]
    pub fn family(&self, id: &str) -> Option<&Family> {
        self.families.iter().find(|f| f.id == id)
    }

    /// The patterns of a directory, in place of those built in.
    ///
    /// # Errors
    /// A directory that cannot be read, or the first mistake in its files, with the line underlined.
    pub fn load_dir(dir: &Path) -> Result<Self, Error> {
        compile::compile(&tree::load(dir)?, false)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod tests;

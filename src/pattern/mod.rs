//! Pattern files: what a kind of report holds, as data.
//!
//! This module's types are the compiled patterns, as the rest of the program uses them. Everything that
//! is particular to a kind of report (labels, sections, columns, identities, units, variables) comes
//! from here; the Rust elsewhere names none of it.

mod model;

pub use model::{
    Check, Column, Family, Form, Label, Ordinal, OrdinalStyle, Part, PatternSet, ReportPattern, Row, SectionPattern,
    TablePattern, Term, Unit,
};

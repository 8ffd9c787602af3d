//! gongkai turns archives of Chinese government-information-disclosure annual reports into research data.
//!
//! [`extract::Extractor`] reads the reports of one source: bytes are sniffed ([`source::sniff`]), read into a
//! [`document::Document`] by one reader a format ([`format`](mod@format)), aligned with the forms of pattern files
//! ([`align`], [`pattern`]), and told who reports on which year in which sections, and what their sentences count
//! ([`report`]). What comes out is a
//! [`record::Record`] a report, or a [`failure::Failure`] that says why there is none. A number in a record is the
//! number printed in the report, with its place; what is not sure is flagged.

pub mod align;
pub mod cli;
pub mod diagnostic;
pub mod document;
pub mod error;
pub mod extract;
pub mod failure;
pub mod format;
pub mod layout;
pub mod limits;
pub mod pattern;
pub mod record;
pub mod region;
pub mod report;
pub mod run;
pub mod settings;
pub mod source;
pub mod tables;
pub mod text;
pub mod write;

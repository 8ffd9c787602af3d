//! gongkai turns archives of Chinese government-information-disclosure annual reports into research data.

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
pub mod source;
pub mod tables;
pub mod text;
pub mod write;

//! Writers: the record in every form that a researcher loads.

pub mod jsonl;
pub mod table;
pub mod text;

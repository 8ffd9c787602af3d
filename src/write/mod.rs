//! Writers: the record in every form that a researcher loads.

pub mod jsonl;

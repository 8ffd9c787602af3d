//! Writers: the record in every form that a researcher loads.

pub mod codebook;
pub mod csv;
pub mod jsonl;
pub mod row;
pub mod script;
pub mod table;
pub mod tabular;
pub mod text;

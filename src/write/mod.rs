//! Writers: the record in every form that a researcher loads.

pub mod codebook;
pub mod csv;
pub mod jsonl;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod row;
pub mod script;
pub mod table;
pub mod tabular;
pub mod text;

//! Running over many files: jobs, the pool, what became of each.

pub mod engine;
pub mod job;
pub mod pool;

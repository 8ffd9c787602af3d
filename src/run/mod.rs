//! Running over many files: jobs, the pool, workers under a supervisor, what became of each file.

pub mod closing;
pub mod crew;
pub mod dataset;
pub mod engine;
pub mod index;
pub mod job;
pub mod ledger;
pub mod missed;
pub mod plan;
pub mod pool;
pub mod wire;

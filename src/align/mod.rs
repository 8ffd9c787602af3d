//! Form × table: which printed cell is which variable.

mod claim;
pub mod label;

pub use claim::{Claim, ClaimKind};

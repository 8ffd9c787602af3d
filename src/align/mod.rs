//! Form × table: which printed cell is which variable.

mod claim;

pub use claim::{Claim, ClaimKind};

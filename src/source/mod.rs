//! Where files come from, and what their bytes are.

pub mod encoding;
pub mod sniff;
pub mod hash;
pub mod walk;

//! Where files come from, and what their bytes are.

pub mod encoding;

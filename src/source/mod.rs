//! Where files come from, and what their bytes are.

pub mod container;
pub mod encoding;
pub mod hash;
pub mod mime;
pub mod name;
pub mod sniff;
pub mod walk;

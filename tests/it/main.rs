//! The program run as a user runs it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod containers;
mod convert;
mod corpus;
mod extract;
mod hostile;
mod look;
mod narrative;
mod patterns;
mod resume;
mod samples;

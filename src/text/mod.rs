//! Text for matching and reading: shadow text, numerals, numbers and units.
//!
//! Nothing here changes printed text. A [`Shadow`] is a folded copy for matching that keeps the way back
//! to the original; [`number`] reads what a cell prints.

mod edit;
pub mod list_number;
pub mod number;
pub mod numeral;
pub(crate) mod radical;
pub mod shadow;
mod shadow_han;
mod superscript;

pub(crate) use edit::{bloom, distance};
pub use number::{Amount, Cell, is_money, read_cell};
pub use shadow::{Shadow, fold, fold_char};
pub(crate) use superscript::{Runs, append_raised, superscript};

//! Tables without rules.

use super::cells::Grid;
use crate::layout::{PageContent, Word};

/// Finds tables by the alignment of text alone among the free words.
pub(crate) fn tables(_page: &PageContent, _words: &[Word], _free: &[bool], _budget: usize) -> Vec<Grid> {
    Vec::new()
}

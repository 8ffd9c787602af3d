//! Tables of a page: ruling edges → snap → join → intersections → cells → grid; borderless tables; stitching over pages.

mod cells;
mod edges;
mod grid;
mod stitch;

pub(crate) use cells::{Grid, fill};
pub(crate) use stitch::{Piece, stitch};

use crate::layout::PageContent;
use crate::limits::Limits;

/// Finds the ruled grids of an upright page, inner before outer; tells whether a limit cut the search short.
pub(crate) fn ruled(page: &PageContent, limits: &Limits) -> (Vec<Grid>, bool) {
    let (mut across, mut down) = edges::edges(&page.rulings);
    edges::snap(&mut across, edges::SNAP);
    edges::snap(&mut down, edges::SNAP);
    let across = edges::join(across, edges::JOIN);
    let down = edges::join(down, edges::JOIN);
    grid::grids(&across, &down, limits)
}

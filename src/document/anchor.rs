use super::Rect;

/// Where something stands in its source: the evidence that goes with every value into every output.
#[derive(Debug, Clone, PartialEq)]
pub enum Anchor {
    /// On a page: number from 1, box in points from the top left.
    Page {
        /// Page number from 1.
        page: u32,
        /// Bounding box in points from the top left.
        bbox: Rect,
    },
    /// In a text: line and column from 1, the column in characters.
    Text {
        /// Line from 1.
        line: u32,
        /// Column from 1, in characters.
        column: u32,
    },
    /// In a tree of markup: the path of the node, and its line and column in the source where known (else 0).
    Node {
        /// Path like `html/body/div[2]/table[1]/tr[3]/td[2]`, or `document/tbl[2]/tr[3]/tc[2]`; siblings of
        /// one name count from 1.
        path: String,
        /// Line from 1, 0 where unknown.
        line: u32,
        /// Column from 1 in characters, 0 where unknown.
        column: u32,
    },
}

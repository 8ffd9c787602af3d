use super::Anchor;

/// How a table was found: how far its rows and columns can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// Marked up by the format (HTML, Word): rows and columns as given, spans resolved.
    Markup,
    /// Drawn with ruling lines.
    Ruled,
    /// By the structure tree of a tagged PDF.
    Tagged,
    /// Columns by the alignment of text only.
    Borderless,
    /// Rows of text with printed delimiters (pipes, tabs, Markdown): cells in order, column positions only
    /// as far as the rows agree.
    Delimited,
}

/// The text of a cell that shows ink which is no text (a picture, an object): no blank, and not to be read.
pub const INK: &str = "\u{fffd}";

/// One cell of a table; a spanning cell stands once, at its top left grid position.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Grid row from 0.
    pub row: usize,
    /// Grid column from 0.
    pub col: usize,
    /// Rows covered, at least 1.
    pub row_span: usize,
    /// Columns covered, at least 1.
    pub col_span: usize,
    /// The printed text; lines within the cell joined by `\n`.
    pub text: String,
    /// Where the cell stands (its own page and box, node or line).
    pub anchor: Anchor,
}

impl Cell {
    /// What it prints as text: nothing where it shows [`INK`] alone.
    #[must_use]
    pub fn printed(&self) -> &str {
        if self.text == INK { "" } else { &self.text }
    }
}

/// A grid of cells, in row-major order, no two overlapping; positions that no cell covers are holes
/// (a ragged row), which is something else than an empty cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// How it was found.
    pub kind: TableKind,
    /// Number of grid rows.
    pub rows: usize,
    /// Number of grid columns.
    pub cols: usize,
    /// Cells in row-major order of their top left positions.
    pub cells: Vec<Cell>,
    /// The table's caption as marked up by the format, else empty.
    pub caption: String,
    /// Where it stands.
    pub anchor: Anchor,
}

impl Table {
    /// The cell that covers the grid position, spans included.
    #[must_use]
    pub fn at(&self, row: usize, col: usize) -> Option<&Cell> {
        self.cells.iter().find(|c| c.row <= row && row < c.row + c.row_span && c.col <= col && col < c.col + c.col_span)
    }
}

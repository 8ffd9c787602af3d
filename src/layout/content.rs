use crate::document::{Page, Point, Rect};

/// How a character stands to the text of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ink {
    /// As text is.
    #[default]
    Full,
    /// So light or so transparent that other text can be read over it.
    Faint,
    /// On a baseline at an angle to the sides of the page.
    Aslant,
    /// Marked as a watermark by the file itself.
    Marked,
}

/// One printed character with its place, in points from the top left of the page as displayed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Char {
    /// The Unicode character; a ligature or a cluster gives several `Char`s that share its box in equal parts.
    pub ch: char,
    /// Origin on the baseline (for vertical writing, the vertical origin).
    pub origin: Point,
    /// Box from the font's ascent to its descent (advance width × font height).
    pub bbox: Rect,
    /// Font size in points as displayed.
    pub size: f32,
    /// Direction of the baseline in quarter turns clockwise as displayed: 0 left to right, 1 top to bottom,
    /// 2 upside down, 3 bottom to top.
    pub turn: u8,
    /// Vertical writing mode (WMode 1).
    pub vertical: bool,
    /// Index into [`PageContent::fonts`].
    pub font: u16,
    /// Order in the content stream, for reading order of last resort; the characters of one glyph share it.
    pub order: u32,
    /// Marked-content id that ties the character to the structure tree, where the file is tagged.
    pub mcid: Option<u32>,
    /// How it stands to the text of the page, to tell watermarks.
    pub ink: Ink,
}

/// What is known of a font.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FontInfo {
    /// `BaseFont` without the subset prefix.
    pub name: String,
    /// Bold by name, flags or fake bold.
    pub bold: bool,
    /// Italic by name or flags.
    pub italic: bool,
    /// Fixed pitch by flags.
    pub fixed_pitch: bool,
}

/// How a ruling came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RulingKind {
    /// A stroked line or an edge of a stroked rectangle.
    Stroke,
    /// A thin filled rectangle.
    Fill,
    /// An edge of a filled area, a shading of cells, or a clip: weak evidence.
    Edge,
}

/// A horizontal or vertical line segment that may rule a table, in points from the top left as displayed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ruling {
    /// The segment as a degenerate box: `y0 == y1` for horizontal, `x0 == x1` for vertical.
    pub rect: Rect,
    /// Thickness in points.
    pub thickness: f32,
    /// How it came about.
    pub kind: RulingKind,
}

impl Ruling {
    /// Whether the segment is horizontal.
    #[must_use]
    pub fn horizontal(&self) -> bool {
        self.rect.width() >= self.rect.height()
    }
}

/// What one page shows: the interface between a reader of placed content (PDF, OCR) and layout.
#[derive(Debug, Clone, PartialEq)]
pub struct PageContent {
    /// Number and size.
    pub page: Page,
    /// Visible characters in the order of the content stream.
    pub chars: Vec<Char>,
    /// Fonts used on the page.
    pub fonts: Vec<FontInfo>,
    /// Lines that may rule tables.
    pub rulings: Vec<Ruling>,
    /// Boxes of images drawn on the page.
    pub images: Vec<Rect>,
}

/// A table as the structure tree of a tagged file has it: its cells lead to characters by page and marked-content id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaggedTable {
    /// Rows from the top.
    pub rows: Vec<TaggedRow>,
    /// The table, by its place in the file's, in one of whose cells it stands.
    pub inside: Option<usize>,
}

/// A row of a tagged table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaggedRow {
    /// Cells from the left; those that a span covers are left out.
    pub cells: Vec<TaggedCell>,
}

/// A cell of a tagged table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaggedCell {
    /// Tagged as a heading (`TH`).
    pub header: bool,
    /// Rows covered, at least 1.
    pub row_span: u32,
    /// Columns covered, at least 1.
    pub col_span: u32,
    /// Page from 1 and marked-content id of each piece of its content, in order.
    pub marks: Vec<(u32, u32)>,
}

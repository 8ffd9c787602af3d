//! The document model: what every reader produces and every pattern begins from.
//!
//! A [`Document`] is the waist of the program. Readers of PDF, HTML, text and Word files end in it;
//! nothing behind it knows which format it came from. Coordinates are PDF points (1/72 inch) with the
//! origin in the top left corner of the page as displayed, `x` to the right and `y` down; pages, lines
//! and columns count from 1, table rows and columns from 0.

mod anchor;
mod geometry;
mod table;

pub use anchor::Anchor;
pub use geometry::{Point, Rect};
pub use table::{Cell, INK, Table, TableKind};

use crate::diagnostic::Diagnostic;

/// The format of a source, by its bytes and not by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Portable Document Format (ISO 32000).
    Pdf,
    /// HTML in any dialect, saved pages (MHTML) and mails with a page included.
    Html,
    /// Plain text in any flattening, Markdown included.
    Txt,
    /// Office Open XML word processing (ISO/IEC 29500), also under `.wps`.
    Docx,
    /// Word 97–2003 binary ([MS-DOC]), also under `.wps`.
    Doc,
    /// Rich Text Format.
    Rtf,
    /// Spreadsheets (XLS, XLSX, ODS).
    Sheet,
    /// A raster image; has no text layer.
    Image,
}

impl Format {
    /// The name used in output and messages (`pdf`, `html`, …).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Html => "html",
            Self::Txt => "txt",
            Self::Docx => "docx",
            Self::Doc => "doc",
            Self::Rtf => "rtf",
            Self::Sheet => "sheet",
            Self::Image => "image",
        }
    }

    /// The format of this [`Self::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pdf, Self::Html, Self::Txt, Self::Docx, Self::Doc, Self::Rtf, Self::Sheet, Self::Image]
            .into_iter()
            .find(|format| format.name() == name)
    }
}

/// One physical page of a paged format.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Number from 1.
    pub number: u32,
    /// Width in points as displayed (after rotation).
    pub width: f32,
    /// Height in points as displayed (after rotation).
    pub height: f32,
}

/// What a paragraph is, as far as its format says or its layout shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Running text.
    #[default]
    Body,
    /// Marked as a heading of this level (1 is the highest) by the format; printed headings that only
    /// look like headings stay [`Role::Body`].
    Heading(u8),
    /// A list item.
    ListItem,
    /// A footnote or endnote.
    Footnote,
}

/// A paragraph of text: one line of the logical text, without a line break inside unless it was printed
/// as a forced one.
#[derive(Debug, Clone, PartialEq)]
pub struct Paragraph {
    /// The printed text, trimmed at the end; spaces of layout removed, printed characters kept.
    pub text: String,
    /// What the paragraph is.
    pub role: Role,
    /// Where it begins in the source.
    pub anchor: Anchor,
}

/// A block in reading order.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Running text.
    Paragraph(Paragraph),
    /// A grid of cells.
    Table(Table),
}

impl Block {
    /// Where the block begins.
    #[must_use]
    pub fn anchor(&self) -> &Anchor {
        match self {
            Self::Paragraph(p) => &p.anchor,
            Self::Table(t) => &t.anchor,
        }
    }
}

/// A key and its value from a metadata block, a `<meta>` element, or the file's own properties
/// (索引号, 发布机构, 发布日期, 文号, `ArticleTitle`, `SiteIDCode`, `PubDate`).
#[derive(Debug, Clone, PartialEq)]
pub struct Metadata {
    /// The key as printed, inner spaces and the colon removed (`索引号`, `PubDate`, `title`).
    pub key: String,
    /// The value as printed, trimmed.
    pub value: String,
    /// Where it stands.
    pub anchor: Anchor,
}

/// Everything that a reader understood of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The format by its bytes.
    pub format: Format,
    /// Name of the character encoding, where the format leaves it open (`utf-8`, `gb18030`).
    pub encoding: Option<String>,
    /// Pages of a paged format; empty for flowed ones.
    pub pages: Vec<Page>,
    /// Paragraphs and tables in reading order, page furniture and site chrome left out.
    pub blocks: Vec<Block>,
    /// Metadata blocks and properties, in order of appearance.
    pub metadata: Vec<Metadata>,
    /// What the reader noticed and went on from.
    pub diagnostics: Vec<Diagnostic>,
}

impl Document {
    /// An empty document of `format`.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self {
            format,
            encoding: None,
            pages: Vec::new(),
            blocks: Vec::new(),
            metadata: Vec::new(),
            diagnostics: Vec::new(),
        }
    }
}

//! PDF: from bytes to placed characters, rulings and images, page by page.
//!
//! ```text
//! lexer ─▶ object ─▶ file (lazy objects, repair, filter, crypt) ─▶ page (tree, boxes, rotation)
//!                                                                    │
//! cmap ─▶ font (codes → characters, widths) ─▶ content (interpreter) ─▶ device (chars, rulings, images)
//! ```

mod cmap;
mod content;
mod crypt;
mod device;
mod file;
mod filter;
mod font;
mod layer;
mod lexer;
mod matrix;
mod object;
mod page;
mod structure;

use std::time::{Duration, Instant};

use self::content::{Interpreter, Shared};
use self::device::{PageDevice, Tally};
use self::file::{File, Objects};
use self::object::Object;
use self::page::PageNode;
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Anchor, Block, Document, Format, Metadata, Page, Rect};
use crate::failure::Failure;
use crate::layout::{self, PageContent, TaggedTable};
use crate::limits::Limits;
use crate::settings::Settings;

/// Settings of the PDF reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PdfOptions {
    /// Password of an encrypted file; the empty one, which opens most, is tried first.
    pub password: String,
    /// Read the tables of the structure tree too, where the file is tagged; [`read`] does.
    pub tagged: bool,
}

impl PdfOptions {
    /// Those that the settings name.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self { password: settings.password.clone(), ..Self::default() }
    }
}

/// What a PDF file shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PdfContent {
    /// The pages in order.
    pub pages: Vec<PageContent>,
    /// What was noticed and gone on from.
    pub diagnostics: Vec<Diagnostic>,
    /// The document information dictionary (`Title`, `Author`, `Creator`, `Producer`, dates).
    pub metadata: Vec<Metadata>,
    /// Tables of the structure tree, where asked for.
    pub tagged_tables: Vec<TaggedTable>,
}

/// Reads the characters, rulings and images of every page.
///
/// # Errors
/// [`Failure::Encrypted`] where the password is not known, [`Failure::NoTextLayer`] where no page has text that can
/// be read, [`Failure::Damaged`] where there are no pages, [`Failure::TooLarge`] and [`Failure::TimedOut`] over the
/// limits.
pub fn pages(bytes: &[u8], limits: &Limits, options: &PdfOptions) -> Result<PdfContent, Failure> {
    let mut pages = Vec::new();
    let content = each_page(bytes, limits, options, |page| pages.push(page))?;
    Ok(PdfContent { pages, ..content })
}

/// Gives every page in order to `take`, which need not keep it; the rest of what the file shows is given back.
fn each_page(
    bytes: &[u8],
    limits: &Limits,
    options: &PdfOptions,
    mut take: impl FnMut(PageContent),
) -> Result<PdfContent, Failure> {
    if bytes.len() as u64 > limits.bytes {
        return Err(Failure::TooLarge(format!("{} bytes, the limit is {}", bytes.len(), limits.bytes)));
    }
    let deadline = Instant::now() + Duration::from_secs(u64::from(limits.seconds));
    let mut file = match File::open(bytes, limits, &options.password) {
        Err(message) if options.password.is_empty() => {
            return Err(Failure::Encrypted(format!("{message}; give the password with --password")));
        }
        Err(message) => return Err(Failure::Encrypted(format!("{message}; the password given does not open it"))),
        Ok(None) => return Err(Failure::Damaged("no page tree found".to_owned())),
        Ok(Some(file)) => file,
    };
    let mut tree = page::pages(&file, limits.pages);
    if tree.nodes.is_empty() {
        file.repair();
        tree = page::pages(&file, limits.pages);
    }
    if tree.too_many {
        return Err(Failure::TooLarge(format!("more than {} pages", limits.pages)));
    }
    if tree.nodes.is_empty() {
        return Err(Failure::Damaged("no pages found".to_owned()));
    }
    let mut out = PdfContent::default();
    if tree.repeated > 0 {
        out.diagnostics.push(note(
            "page-repeated",
            format!("the page tree names pages again and again; {} repeats left out", tree.repeated),
        ));
    }
    let shared = Shared::new(&file, deadline);
    let mut readings = Readings::default();
    for (node, number) in tree.nodes.iter().zip(1..) {
        let (content, tally) = read_page(&shared, node, number);
        if shared.late() {
            return Err(late(number, tree.nodes.len(), limits));
        }
        readings.chars += content.chars.len() as u64;
        if readings.chars > limits.chars {
            return Err(Failure::TooLarge(format!("more than {} characters", limits.chars)));
        }
        readings.judge(&content, &tally, &mut out.diagnostics);
        take(content);
    }
    if file.repaired.get() {
        out.diagnostics.push(note(
            "pdf-repaired",
            "the cross-reference table is broken; objects were found by scanning the file".to_owned(),
        ));
    }
    if file.cut.get() {
        out.diagnostics.push(warning(
            "stream-cut",
            "a compressed stream is larger than the limit and was cut".to_owned(),
            None,
        ));
    }
    if file.damaged.get() {
        out.diagnostics.push(warning(
            "stream-damaged",
            "a compressed stream is damaged; what came after the damage is missing".to_owned(),
            None,
        ));
    }
    if let Some(failure) = readings.verdict() {
        return Err(failure);
    }
    out.metadata = information(&file);
    if options.tagged {
        let numbers = tree.nodes.iter().zip(1..).filter(|(n, _)| n.number != 0).map(|(n, page)| (n.number, page));
        out.tagged_tables = structure::tables(&file, &numbers.collect());
    }
    Ok(out)
}

/// Reads a file into the document model: [`pages`] with the structure tree, laid out.
///
/// # Errors
/// Those of [`pages`].
pub fn read(bytes: &[u8], limits: &Limits, options: &PdfOptions) -> Result<Document, Failure> {
    let content = pages(bytes, limits, &PdfOptions { tagged: true, ..options.clone() })?;
    let composed = layout::compose(content.pages, &content.tagged_tables, limits);
    let mut document = Document::new(Format::Pdf);
    document.pages = composed.pages;
    document.blocks = composed.blocks;
    document.metadata = content.metadata;
    document.diagnostics = content.diagnostics;
    document.diagnostics.extend(composed.diagnostics);
    Ok(document)
}

/// The text of every page as printed (see [`layout::printed`]), pages parted by form feeds.
///
/// # Errors
/// Those of [`pages`].
pub fn text(bytes: &[u8], limits: &Limits, options: &PdfOptions) -> Result<String, Failure> {
    let mut text = String::new();
    each_page(bytes, limits, options, |page| {
        if page.page.number > 1 {
            text.push('\u{c}');
        }
        text.push_str(&layout::printed(&page));
    })?;
    Ok(text)
}

/// Page `number` as it was understood, drawn as SVG (see [`layout::draw`]); `None` where there is no such page.
///
/// # Errors
/// Those of [`pages`].
pub fn draw(bytes: &[u8], number: u32, limits: &Limits, options: &PdfOptions) -> Result<Option<String>, Failure> {
    let content = pages(bytes, limits, &PdfOptions { tagged: true, ..options.clone() })?;
    let Some(page) = content.pages.iter().find(|p| p.page.number == number).cloned() else { return Ok(None) };
    let composed = layout::compose(content.pages, &content.tagged_tables, limits);
    let tables: Vec<_> =
        composed.blocks.iter().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None }).collect();
    Ok(Some(layout::draw(&page, &tables)))
}

fn read_page(shared: &Shared<'_>, node: &PageNode, number: u32) -> (PageContent, Tally) {
    let page = Page { number, width: node.width, height: node.height };
    let clip = Rect::new(0.0, 0.0, node.width, node.height);
    let data = contents(shared.file(), &node.dict);
    let mut interpreter = Interpreter::new(shared, PageDevice::new(page, data.len()), node.matrix, clip);
    interpreter.run(&data, &node.resources);
    drop(data);
    interpreter.reset(node.matrix, clip);
    let annotations = shared.file().value(&node.dict, b"Annots");
    for item in annotations.array().unwrap_or_default().iter().take(20_000) {
        if interpreter.cut {
            break;
        }
        if let Object::Dict(annotation) = shared.file().resolve(item) {
            interpreter.annotation(&annotation, &node.matrix, &node.resources);
        }
    }
    let cut = interpreter.cut;
    let (content, mut tally) = interpreter.into_device().finish();
    tally.cut |= cut;
    (content, tally)
}

/// The page's content streams in one piece; a token never spans two of them.
fn contents(file: &File<'_>, page: &object::Dict) -> Vec<u8> {
    match file.value(page, b"Contents") {
        Object::Stream(s) => file.stream(&s),
        Object::Array(parts) => {
            let mut all = Vec::new();
            for part in parts.iter().take(100_000) {
                if let Object::Stream(s) = file.resolve(part) {
                    if all.len() > 128 << 20 {
                        file.cut.set(true);
                        break;
                    }
                    all.extend_from_slice(&file.stream(&s));
                    all.push(b'\n');
                }
            }
            all
        }
        _ => Vec::new(),
    }
}

/// What the pages of a file turned out to hold.
#[derive(Debug, Default)]
struct Readings {
    chars: u64,
    readable: u64,
    unknown: u64,
    invisible: u64,
    pictures: u32,
    outlines: u32,
    pages: u32,
}

impl Readings {
    /// Counts a page and tells what is missing from it.
    fn judge(&mut self, content: &PageContent, tally: &Tally, diagnostics: &mut Vec<Diagnostic>) {
        let readable = content.chars.iter().filter(|c| !c.ch.is_whitespace()).count() as u64;
        self.pages += 1;
        self.readable += readable;
        self.unknown += u64::from(tally.unknown);
        self.invisible += u64::from(tally.invisible);
        let page = &content.page;
        let anchor = || Some(Anchor::Page { page: page.number, bbox: Rect::new(0.0, 0.0, page.width, page.height) });
        let number = page.number;
        let mut tell = |code, message: String| diagnostics.push(warning(code, message, anchor()));
        if tally.unknown > 0 {
            tell(
                "unreadable-glyphs",
                format!(
                    "page {number}: {} glyphs whose font does not tell their characters are left out; read the page by eye or OCR",
                    tally.unknown
                ),
            );
        }
        if readable == 0 {
            let area: f32 = content.images.iter().map(|r| r.width() * r.height()).sum();
            if area > page.width * page.height * 0.05 {
                self.pictures += 1;
                tell("page-is-picture", format!("page {number}: a picture without text; read it by eye or OCR"));
            } else if tally.curves > 400 {
                self.outlines += 1;
                tell(
                    "page-is-picture",
                    format!("page {number}: text drawn as outlines cannot be read; read it by eye or OCR"),
                );
            }
        }
        if tally.invisible > 0 {
            tell("invisible-text", format!("page {number}: {} invisible characters left out", tally.invisible));
        }
        if tally.white > 0 {
            tell(
                "white-text",
                format!(
                    "page {number}: {} characters painted white on white left out; check that nobody means them to be read",
                    tally.white
                ),
            );
        }
        if tally.covered > 0 {
            tell("covered-text", format!("page {number}: {} characters under a filled area left out", tally.covered));
        }
        if tally.layer > 0 {
            tell(
                "hidden-layer",
                format!("page {number}: {} characters in layers that are switched off left out", tally.layer),
            );
        }
        if tally.outside > 0 {
            tell(
                "text-outside-page",
                format!("page {number}: {} characters outside the page or clipped away left out", tally.outside),
            );
        }
        if tally.cut {
            tell("page-cut", format!("page {number}: too much content, the rest of the page was not read"));
        }
    }

    /// Whether the file as a whole has no text layer.
    fn verdict(&self) -> Option<Failure> {
        let message = if self.readable == 0 {
            if self.unknown > 0 {
                format!("the fonts do not tell the characters of their {} glyphs", self.unknown)
            } else if self.invisible > 0 {
                format!("{} pages with invisible text only, a layer made by OCR", self.pages)
            } else if self.pictures > 0 {
                format!("{} of {} pages are pictures", self.pictures, self.pages)
            } else if self.outlines > 0 {
                format!("{} of {} pages draw their text as outlines", self.outlines, self.pages)
            } else {
                format!("no text on {} pages", self.pages)
            }
        } else if self.unknown > self.readable {
            format!("the fonts tell only {} of {} characters", self.readable, self.readable + self.unknown)
        } else {
            return None;
        };
        Some(Failure::NoTextLayer(message))
    }
}

fn late(page: u32, pages: usize, limits: &Limits) -> Failure {
    Failure::TimedOut(format!("stopped at page {page} of {pages} after {} s", limits.seconds))
}

fn note(code: &'static str, message: String) -> Diagnostic {
    Diagnostic { code, severity: Severity::Note, message, anchor: None }
}

fn warning(code: &'static str, message: String, anchor: Option<Anchor>) -> Diagnostic {
    Diagnostic { code, severity: Severity::Warning, message, anchor }
}

/// The entries of the document information dictionary that say something.
fn information(file: &File<'_>) -> Vec<Metadata> {
    let info = file.value(&file.trailer, b"Info");
    let Some(info) = info.dict() else { return Vec::new() };
    let keys = ["Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate"];
    let read = |key: &str| {
        let value = file.value(info, key.as_bytes());
        let text = text_string(value.string()?).chars().filter(|c| !c.is_control()).take(1000).collect::<String>();
        let text = text.trim();
        (!text.is_empty()).then(|| Metadata {
            key: key.to_owned(),
            value: text.to_owned(),
            anchor: Anchor::Page { page: 1, bbox: Rect::default() },
        })
    };
    keys.into_iter().filter_map(read).collect()
}

/// A text string as Unicode (ISO 32000-2, 7.9.2.2): UTF-16 or UTF-8 by its mark, else `PDFDocEncoding`, or GBK where
/// Chinese writers put that.
fn text_string(bytes: &[u8]) -> String {
    let utf16 = |body: &[u8], big: bool| {
        let units = body.chunks_exact(2).map(|c| {
            let pair = [c.first().copied().unwrap_or(0), c.get(1).copied().unwrap_or(0)];
            if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
        });
        char::decode_utf16(units).map(|r| r.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        [0xFE, 0xFF, body @ ..] => utf16(body, true),
        [0xFF, 0xFE, body @ ..] => utf16(body, false),
        [0xEF, 0xBB, 0xBF, body @ ..] => String::from_utf8_lossy(body).into_owned(),
        _ if bytes.is_ascii() => String::from_utf8_lossy(bytes).into_owned(),
        _ => {
            if let Ok(text) = std::str::from_utf8(bytes) {
                return text.to_owned();
            }
            let (text, bad) = encoding_rs::GBK.decode_without_bom_handling(bytes);
            if bad {
                bytes.iter().map(|&b| font::encoding::Base::WinAnsi.char(b).unwrap_or(' ')).collect()
            } else {
                text.into_owned()
            }
        }
    }
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod made;

//! Fonts: from the codes of a string to characters and widths (ISO 32000-2, 9.5 to 9.10).

mod dict;
pub mod encoding;
mod metrics;
mod program;
mod tex;
mod widths;

use std::cell::{OnceCell, RefCell};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use self::encoding::{Base, Text, glyph_chars};
use self::metrics::Metrics;
use self::program::Program;
use self::widths::Standard;
use super::cmap::{CMap, Shape, cid_text, predefined};
use super::file::Objects;
use super::object::Object;
use crate::layout::FontInfo;
use crate::text::radical;

/// One decoded code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// The characters; none where the font does not tell.
    pub text: Reading,
    /// Advance in text space units of one em (horizontal writing), or the glyph's width (vertical writing).
    pub width: f32,
}

/// What a code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// One character.
    Char(char),
    /// Several: index into the font's texts, see [`Font::text`].
    Many(u32),
    /// The font does not tell.
    Unknown,
    /// Nothing is printed (control characters of bad writers).
    Nothing,
}

/// Vertical metrics of a glyph in ems.
#[derive(Debug, Clone, Copy)]
pub struct Vertical {
    /// Displacement, negative downwards.
    pub advance: f32,
    /// Position vector from the horizontal to the vertical origin.
    pub vx: f32,
    /// Its vertical part.
    pub vy: f32,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    reading: Reading,
    width: f32,
    filled: bool,
}

const EMPTY: Slot = Slot { reading: Reading::Unknown, width: 0.0, filled: false };

/// Codes of several bytes that a font remembers.
const CODES: usize = 1 << 18;

#[derive(Debug)]
enum Codes {
    One,
    Shape(Shape),
    Embedded(Box<CMap>),
}

#[derive(Debug)]
enum CidMap {
    Identity,
    Predefined(Arc<hayro_cmap::CMap>),
    Embedded(Option<Arc<hayro_cmap::CMap>>),
}

#[derive(Debug)]
struct Simple {
    base: Option<Base>,
    names: FxHashMap<u8, Box<str>>,
    first: i64,
    widths: Vec<f32>,
    missing: f32,
    standard: Option<Standard>,
    dingbats: bool,
    symbolic: bool,
    true_type: bool,
    type3: bool,
    /// Codes are GBK, of one or two bytes.
    gbk: bool,
}

#[derive(Debug)]
struct Composite {
    cids: CidMap,
    /// The code is UTF-16 itself.
    unicode_codes: bool,
    /// Name of the collection's CMap to Unicode, and the CMap once it is needed: reading the first costs milliseconds.
    ucs2_name: Option<Vec<u8>>,
    ucs2: OnceCell<Option<Arc<hayro_cmap::CMap>>>,
    glyph_map: Option<Vec<u8>>,
    widths: Metrics<1>,
    default_width: f32,
    vertical: Metrics<3>,
    default_vertical: (f32, f32),
}

#[derive(Debug)]
enum Kind {
    Simple(Simple),
    Composite(Composite),
}

#[derive(Debug)]
enum Unicode {
    None,
    /// `/ToUnicode /Identity-H`
    Code,
    Map(Box<CMap>, Option<Arc<hayro_cmap::CMap>>),
}

/// A font as one page's resources name it.
#[derive(Debug)]
pub struct Font {
    /// Number of the font in its file, in order of first use.
    pub uid: u32,
    /// Name and style.
    pub info: FontInfo,
    /// Top of the box in ems.
    pub ascent: f32,
    /// Bottom of the box in ems, negative.
    pub descent: f32,
    /// Vertical writing.
    pub vertical: bool,
    kind: Kind,
    codes: Codes,
    unicode: Unicode,
    /// Embedded program, read when a code is not told by anything else.
    program_object: Object,
    program: OnceCell<Program>,
    /// From glyph space to text space.
    scale: f32,
    /// Glyphs of codes of one byte, once one was asked for.
    bytes: RefCell<Vec<Slot>>,
    /// Glyphs of longer codes, which lie scattered: only those asked for.
    table: RefCell<FxHashMap<u32, Slot>>,
    texts: RefCell<Vec<Text>>,
}

impl Font {
    /// Calls `f` with each code of a string: code, its length in bytes, its glyph.
    #[inline]
    pub fn decode(&self, objects: &dyn Objects, bytes: &[u8], mut f: impl FnMut(u32, usize, Glyph)) {
        let mut rest = bytes;
        loop {
            let next = match &self.codes {
                Codes::One => rest.first().map(|&b| (u32::from(b), 1)),
                Codes::Shape(shape) => shape.next_code(rest),
                Codes::Embedded(map) => map.next_code(rest),
            };
            let Some((code, len)) = next else { return };
            f(code, len, self.glyph(objects, code, len));
            rest = rest.get(len..).unwrap_or_default();
        }
    }

    #[inline]
    fn glyph(&self, objects: &dyn Objects, code: u32, len: usize) -> Glyph {
        if len <= 1 {
            if let Some(slot) = self.bytes.borrow().get(code as usize)
                && slot.filled
            {
                return Glyph { text: slot.reading, width: slot.width };
            }
        } else if let Some(slot) = self.table.borrow().get(&code) {
            return Glyph { text: slot.reading, width: slot.width };
        }
        let (text, width) = self.look_up(objects, code, len);
        let reading = match text {
            None => Reading::Unknown,
            Some(text) => match text.single() {
                Some(c) => Reading::Char(c),
                None if text.is_empty() => Reading::Nothing,
                None => {
                    let mut texts = self.texts.borrow_mut();
                    texts.push(text);
                    Reading::Many(u32::try_from(texts.len() - 1).unwrap_or(0))
                }
            },
        };
        let slot = Slot { reading, width: width * self.scale, filled: true };
        if len <= 1 {
            let mut bytes = self.bytes.borrow_mut();
            if bytes.is_empty() {
                bytes.resize(256, EMPTY);
            }
            if let Some(place) = bytes.get_mut(code as usize) {
                *place = slot;
            }
        } else {
            let mut table = self.table.borrow_mut();
            // Codes of four bytes could fill memory.
            if table.len() < CODES {
                table.insert(code, slot);
            }
        }
        Glyph { text: slot.reading, width: slot.width }
    }

    /// The characters behind a [`Reading::Many`].
    #[must_use]
    pub fn text(&self, index: u32) -> Text {
        self.texts.borrow().get(index as usize).copied().unwrap_or_default()
    }

    /// Vertical metrics of a code.
    #[must_use]
    pub fn vertical_metrics(&self, code: u32, len: usize, width: f32) -> Vertical {
        let Kind::Composite(font) = &self.kind else { return Vertical { advance: -1.0, vx: width / 2.0, vy: 0.88 } };
        let cid = self.cid(font, code, len);
        match font.vertical.get(cid) {
            Some(&[w, x, y]) => Vertical { advance: w * 0.001, vx: x * 0.001, vy: y * 0.001 },
            _ => Vertical {
                advance: font.default_vertical.1 * 0.001,
                vx: width / 2.0,
                vy: font.default_vertical.0 * 0.001,
            },
        }
    }

    fn cid(&self, font: &Composite, code: u32, len: usize) -> u32 {
        let wide = u8::try_from(len).unwrap_or(4);
        match (&font.cids, &self.codes) {
            (CidMap::Identity, _) => code,
            (CidMap::Predefined(map), _) => map.lookup_cid_code(code, wide).unwrap_or(0),
            (CidMap::Embedded(base), Codes::Embedded(map)) => {
                map.cid(code).or_else(|| base.as_ref().and_then(|b| b.lookup_cid_code(code, wide))).unwrap_or(0)
            }
            (CidMap::Embedded(_), _) => 0,
        }
    }

    fn program(&self, objects: &dyn Objects) -> &Program {
        self.program.get_or_init(|| {
            let dingbats = matches!(&self.kind, Kind::Simple(s) if s.dingbats);
            self.program_object.stream().map(|s| Program::read(&objects.stream(s), dingbats)).unwrap_or_default()
        })
    }

    /// Characters and width (glyph space) of a code.
    fn look_up(&self, objects: &dyn Objects, code: u32, len: usize) -> (Option<Text>, f32) {
        let told = match &self.unicode {
            Unicode::None => None,
            Unicode::Code => char::from_u32(code).map(Text::one),
            Unicode::Map(map, base) => map.text(code).or_else(|| cid_text(base.as_deref()?, code)),
        };
        // Zero and replacement characters are no answers.
        let told = told.and_then(clean);
        match &self.kind {
            Kind::Simple(font) if len == 2 => {
                let bytes = [(code >> 8 & 0xFF) as u8, (code & 0xFF) as u8];
                let (decoded, bad) = encoding_rs::GBK.decode_without_bom_handling(&bytes);
                let text = told.or_else(|| if bad { None } else { clean(decoded.chars().collect()) });
                (text, bytes.iter().map(|&b| self.simple_width(objects, font, b, None)).sum())
            }
            Kind::Simple(font) => {
                let code = (code & 0xFF) as u8;
                let text = told.or_else(|| self.simple_text(objects, font, code).and_then(clean));
                (text, self.simple_width(objects, font, code, text))
            }
            Kind::Composite(font) => {
                let cid = self.cid(font, code, len);
                let text = told.or_else(|| self.composite_text(objects, font, code, cid).and_then(clean));
                (text, font.widths.get(cid).and_then(|w| w.first().copied()).unwrap_or(font.default_width))
            }
        }
    }

    fn simple_text(&self, objects: &dyn Objects, font: &Simple, code: u8) -> Option<Text> {
        if let Some(name) = font.names.get(&code) {
            if let Some(text) = glyph_chars(name, font.dingbats) {
                return Some(text);
            }
            // Names like `g32` and `cid_5` tell nothing; the base encoding would tell something wrong.
            if font.type3 || &**name == ".notdef" {
                return None;
            }
        }
        let embedded = !self.program_object.is_null();
        let by_base = |base: Base| base.char(code).map(Text::one);
        match font.base {
            Some(base) if !(font.names.contains_key(&code) || font.symbolic && font.true_type && embedded) => {
                by_base(base)
            }
            base => {
                if embedded && let Some(text) = self.program(objects).code(code) {
                    return Some(text);
                }
                if font.type3 {
                    return None;
                }
                if font.names.contains_key(&code) {
                    return None;
                }
                by_base(base.unwrap_or(if font.true_type { Base::WinAnsi } else { Base::Standard }))
            }
        }
    }

    fn simple_width(&self, objects: &dyn Objects, font: &Simple, code: u8, text: Option<Text>) -> f32 {
        let index = usize::try_from(i64::from(code) - font.first).ok();
        if let Some(&w) = index.and_then(|i| font.widths.get(i)) {
            return w;
        }
        if font.widths.is_empty() {
            if let Some(w) = font.standard.and_then(|s| s.width(code, text.and_then(|t| t.single()))) {
                return w;
            }
            if !self.program_object.is_null()
                && let Some(w) = self.program(objects).code_width(code)
            {
                return w;
            }
            if font.missing == 0.0 && !font.type3 {
                return Standard::Helvetica.width(code, text.and_then(|t| t.single())).unwrap_or(500.0);
            }
        }
        font.missing
    }

    fn composite_text(&self, objects: &dyn Objects, font: &Composite, code: u32, cid: u32) -> Option<Text> {
        if font.unicode_codes {
            let c = if code > 0xFFFF {
                let (high, low) = (code >> 16, code & 0xFFFF);
                char::decode_utf16([(high & 0xFFFF) as u16, low as u16]).next().and_then(Result::ok)
            } else {
                char::from_u32(code)
            };
            return c.map(Text::one);
        }
        if let Some(name) = &font.ucs2_name
            && let Some(ucs2) = font.ucs2.get_or_init(|| predefined(name))
            && let Some(text) = cid_text(ucs2, cid)
        {
            return Some(text);
        }
        if self.program_object.is_null() {
            return None;
        }
        let program = self.program(objects);
        let glyph = match &font.glyph_map {
            Some(map) => {
                let at = cid as usize * 2;
                let pair = map.get(at..at + 2)?;
                u32::from(u16::from_be_bytes([*pair.first()?, *pair.get(1)?]))
            }
            None => program.glyph_of_cid(cid),
        };
        if glyph == 0 { None } else { program.glyph(glyph) }
    }
}

/// Folds radicals, drops what prints nothing; `None` where the text says that it does not know.
fn clean(text: Text) -> Option<Text> {
    if let Some(c) = text.single() {
        return match c {
            '\0' | '\u{FFFD}' | '\u{FFFE}' | '\u{FFFF}' => None,
            '\u{1}'..='\u{8}' | '\u{E}'..='\u{1F}' | '\u{7F}'..='\u{9F}' => None,
            '\t' | '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{A0}' => Some(Text::one(' ')),
            '\u{FEFF}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' => Some(Text::default()),
            c => Some(Text::one(radical::fold(c))),
        };
    }
    if text.is_empty() {
        return None;
    }
    let kept: Text = text
        .iter()
        .filter(|c| !c.is_control() && !matches!(c, '\u{FEFF}' | '\u{FFFD}' | '\u{FFFE}' | '\u{FFFF}'))
        .map(radical::fold)
        .collect();
    if kept.is_empty() { None } else { Some(kept) }
}

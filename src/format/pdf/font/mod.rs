//! Fonts: from the codes of a string to characters and widths (ISO 32000-2, 9.5 to 9.10).

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
use super::object::{Dict, Object};
use super::radical;
use crate::layout::FontInfo;

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
    /// Reads a font dictionary.
    #[must_use]
    pub fn read(objects: &dyn Objects, dict: &Dict, uid: u32) -> Self {
        let subtype = objects.value(dict, b"Subtype");
        let subtype = subtype.name().unwrap_or_default();
        let mut base_font = name_text(objects.value(dict, b"BaseFont").name().unwrap_or_default());
        let descendant = match objects.value(dict, b"DescendantFonts") {
            Object::Array(a) => a.first().map_or(Object::Null, |o| objects.resolve(o)),
            o => o,
        };
        let composite = subtype == b"Type0" || descendant.dict().is_some();
        let inner = if composite { descendant.dict().unwrap_or(dict) } else { dict };
        let descriptor = objects.value(inner, b"FontDescriptor");
        let descriptor = descriptor.dict();
        let of_descriptor = |key: &[u8]| descriptor.map_or(Object::Null, |d| objects.value(d, key));
        if base_font.is_empty() {
            base_font = name_text(of_descriptor(b"FontName").name().unwrap_or_default());
        }
        // A simple font without program, named in Chinese: the codes are GBK whatever the encoding says, as Windows
        // printed them.
        let chinese = !composite && base_font.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c));
        let name = match base_font.split_once('+') {
            Some((prefix, rest)) if prefix.len() == 6 && prefix.bytes().all(|b| b.is_ascii_uppercase()) => {
                rest.to_owned()
            }
            _ => base_font,
        };
        let flags = of_descriptor(b"Flags").int().unwrap_or(0);
        let lower = name.to_lowercase();
        let info = FontInfo {
            bold: flags & 1 << 18 != 0
                || ["bold", "black", "heavy", "semibold", "demi"].iter().any(|w| lower.contains(w))
                || of_descriptor(b"FontWeight").number().is_some_and(|w| w >= 600.0),
            italic: flags & 1 << 6 != 0 || lower.contains("italic") || lower.contains("oblique"),
            fixed_pitch: flags & 1 != 0,
            name,
        };
        let program_object = [&b"FontFile2"[..], b"FontFile3", b"FontFile"]
            .into_iter()
            .map(of_descriptor)
            .find(|o| !o.is_null())
            .unwrap_or(Object::Null);
        let type3 = subtype == b"Type3";
        let standard = if type3 { None } else { Standard::by_name(&info.name) };
        let mut scale = 0.001;
        let (mut ascent, mut descent) = heights(objects, descriptor, standard);
        if type3 {
            let matrix = objects.value(dict, b"FontMatrix");
            let at =
                |i: usize| matrix.array().and_then(|a| a.get(i)).and_then(|o| objects.resolve(o).number()).map(to_f32);
            scale = at(0).filter(|m| *m != 0.0 && m.is_finite()).or_else(|| at(1)).unwrap_or(0.001).abs();
            let up = at(3).filter(|m| *m != 0.0 && m.is_finite()).unwrap_or(0.001);
            let bbox = objects.value(dict, b"FontBBox");
            let edge = |i: usize| {
                bbox.array().and_then(|a| a.get(i)).and_then(|o| objects.resolve(o).number()).map(|n| to_f32(n) * up)
            };
            (ascent, descent) = match (edge(3), edge(1)) {
                (Some(a), Some(d)) if (0.2..4.0).contains(&(a - d).abs()) => (a.max(d).min(2.0), a.min(d).max(-1.0)),
                _ => (0.8, -0.2),
            };
        }
        let unicode = match objects.value(dict, b"ToUnicode") {
            Object::Stream(s) => {
                let map = CMap::parse(&objects.stream(&s));
                let base = map.base.as_deref().and_then(predefined);
                if map.has_texts() || base.is_some() { Unicode::Map(Box::new(map), base) } else { Unicode::None }
            }
            Object::Name(n) if n.starts_with(b"Identity") => Unicode::Code,
            _ => Unicode::None,
        };
        let (kind, codes, vertical) = if composite {
            read_composite(objects, dict, inner)
        } else {
            let mut simple = read_simple(objects, dict, descriptor, standard, flags, program_object.is_null());
            simple.gbk = chinese && program_object.is_null() && simple.names.is_empty();
            let codes = if simple.gbk { Codes::Shape(Shape::Multi) } else { Codes::One };
            (Kind::Simple(simple), codes, false)
        };
        Self {
            uid,
            info,
            ascent,
            descent,
            vertical,
            kind,
            codes,
            unicode,
            program_object,
            program: OnceCell::new(),
            scale,
            table: RefCell::default(),
            bytes: RefCell::default(),
            texts: RefCell::default(),
        }
    }

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

#[expect(clippy::cast_possible_truncation, reason = "font metrics are small")]
fn to_f32(n: f64) -> f32 {
    n as f32
}

/// A name as text: UTF-8, else GBK, as Chinese writers have it.
fn name_text(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(s) => s.to_owned(),
        Err(_) => encoding_rs::GBK.decode_without_bom_handling(raw).0.into_owned(),
    }
}

/// Ascent and descent in ems, defaults where the descriptor has nonsense.
fn heights(objects: &dyn Objects, descriptor: Option<&Dict>, standard: Option<Standard>) -> (f32, f32) {
    let default = standard.map_or((0.88, -0.12), Standard::heights);
    let Some(descriptor) = descriptor else { return default };
    let get = |key: &[u8]| objects.value(descriptor, key).number().map(|n| to_f32(n) / 1000.0);
    let (mut ascent, mut descent) = (get(b"Ascent").unwrap_or(0.0), get(b"Descent").unwrap_or(0.0));
    if descent > 0.0 {
        descent = -descent;
    }
    if !(0.3..=1.3).contains(&ascent) || !(-0.6..=0.0).contains(&descent) || ascent - descent < 0.5 {
        (ascent, descent) = default;
    }
    (ascent, descent)
}

fn read_simple(
    objects: &dyn Objects,
    dict: &Dict,
    descriptor: Option<&Dict>,
    standard: Option<Standard>,
    flags: i64,
    bare: bool,
) -> Simple {
    let subtype = objects.value(dict, b"Subtype");
    let true_type = subtype.name() == Some(b"TrueType");
    let type3 = subtype.name() == Some(b"Type3");
    let mut base = None;
    let mut names = FxHashMap::default();
    match objects.value(dict, b"Encoding") {
        Object::Name(n) => base = Base::by_name(&n),
        Object::Dict(d) => {
            base = objects.value(&d, b"BaseEncoding").name().and_then(Base::by_name);
            let mut code = 0_i64;
            for item in objects.value(&d, b"Differences").array().unwrap_or_default() {
                match objects.resolve(item) {
                    Object::Name(n) => {
                        if let (Ok(c), Ok(name)) = (u8::try_from(code), std::str::from_utf8(&n)) {
                            names.insert(c, name.into());
                        }
                        code += 1;
                    }
                    o => code = o.int().unwrap_or(code),
                }
            }
        }
        _ => {}
    }
    let dingbats = standard == Some(Standard::Dingbats);
    let symbolic = flags & 4 != 0 && flags & 32 == 0;
    if bare && base.is_none() && !type3 {
        // Not embedded: the built-in encoding of a standard font, else what readers assume.
        base = Some(match standard {
            Some(Standard::Symbol) => Base::Symbol,
            Some(Standard::Dingbats) => Base::Dingbats,
            _ if true_type => Base::WinAnsi,
            _ => Base::Standard,
        });
    } else if base.is_none() && !names.is_empty() && !symbolic && !type3 {
        base = Some(Base::Standard);
    }
    let widths = objects.value(dict, b"Widths");
    let number = |o: &Object| objects.resolve(o).number().map_or(0.0, to_f32);
    Simple {
        base,
        names,
        first: objects.value(dict, b"FirstChar").int().unwrap_or(0),
        widths: widths.array().unwrap_or_default().iter().take(256).map(number).collect(),
        missing: descriptor.map_or(0.0, |d| objects.value(d, b"MissingWidth").number().map_or(0.0, to_f32)),
        standard,
        dingbats,
        symbolic,
        true_type,
        type3,
        gbk: false,
    }
}

fn read_composite(objects: &dyn Objects, dict: &Dict, inner: &Dict) -> (Kind, Codes, bool) {
    let info = objects.value(inner, b"CIDSystemInfo");
    let string = |key: &[u8]| info.dict().map_or(Object::Null, |d| objects.value(d, key));
    let (registry, ordering) = (string(b"Registry"), string(b"Ordering"));
    let mut collection = match (registry.string(), ordering.string()) {
        (Some(b"Adobe"), Some(o @ (b"GB1" | b"CNS1" | b"Japan1" | b"Korea1" | b"KR"))) => Some(o.to_vec()),
        _ => None,
    };
    let mut vertical = false;
    let mut unicode_codes = false;
    let (cids, codes) = match objects.value(dict, b"Encoding") {
        Object::Name(name) => {
            vertical = name.ends_with(b"-V") || &*name == b"V";
            if name.starts_with(b"Identity") {
                (CidMap::Identity, Codes::Shape(Shape::Two))
            } else {
                unicode_codes = name.starts_with(b"Uni")
                    && (memchr::memmem::find(&name, b"UCS2").is_some()
                        || memchr::memmem::find(&name, b"UTF16").is_some());
                match predefined(&name) {
                    Some(map) => {
                        if collection.is_none() {
                            collection =
                                map.metadata().character_collection.as_ref().and_then(|c| c.family.ucs2_cmap()).map(
                                    |n| {
                                        let name = n.to_bytes().to_vec();
                                        name.strip_prefix(b"Adobe-")
                                            .and_then(|n| n.strip_suffix(b"-UCS2"))
                                            .map(<[u8]>::to_vec)
                                            .unwrap_or_default()
                                    },
                                );
                        }
                        (CidMap::Predefined(map), Codes::Shape(Shape::by_name(&name)))
                    }
                    None => (CidMap::Identity, Codes::Shape(Shape::by_name(&name))),
                }
            }
        }
        Object::Stream(stream) => {
            let map = CMap::parse(&objects.stream(&stream));
            vertical = map.vertical || objects.value(&stream.dict, b"WMode").int() == Some(1);
            let base_name = map.base.clone().or_else(|| objects.value(&stream.dict, b"UseCMap").name().map(Into::into));
            let identity = base_name.as_deref().is_some_and(|n| n.starts_with(b"Identity"));
            let base = base_name.as_deref().and_then(predefined);
            if identity && !map.has_cids() {
                (CidMap::Identity, Codes::Shape(Shape::Two))
            } else {
                (CidMap::Embedded(base), Codes::Embedded(Box::new(map)))
            }
        }
        _ => (CidMap::Identity, Codes::Shape(Shape::Two)),
    };
    let ucs2_name = collection.filter(|_| !unicode_codes).map(|o| [b"Adobe-", o.as_slice(), b"-UCS2"].concat());
    let glyph_map = objects.value(inner, b"CIDToGIDMap").stream().map(|s| objects.stream(s));
    let vertical_default = objects.value(inner, b"DW2");
    let at = |i: usize, default: f32| {
        vertical_default
            .array()
            .and_then(|a| a.get(i))
            .and_then(|o| objects.resolve(o).number())
            .map_or(default, to_f32)
    };
    let composite = Composite {
        cids,
        unicode_codes,
        ucs2_name,
        ucs2: OnceCell::new(),
        glyph_map,
        widths: Metrics::read(objects, &objects.value(inner, b"W")),
        default_width: objects.value(inner, b"DW").number().map_or(1000.0, to_f32),
        vertical: if vertical { Metrics::read(objects, &objects.value(inner, b"W2")) } else { Metrics::default() },
        default_vertical: (at(0, 880.0), at(1, -1000.0)),
    };
    (Kind::Composite(composite), codes, vertical)
}

//! What an embedded font program knows of Unicode: its `cmap`, its glyph names, its own encoding.

use rustc_hash::FxHashMap;
use skrifa::raw::{
    FontRef, TableProvider,
    ps::{cff::CffFontRef, type1::Type1Font},
    tables::cmap::{CmapIterLimits, CmapSubtable, PlatformId},
    types::GlyphId,
};

use super::encoding::{Base, Text, glyph_chars};
use crate::text::radical;

/// Mappings taken from one `cmap`.
const MAPPINGS: usize = 1 << 17;

/// The part of a font program that helps to read text.
#[derive(Debug, Default)]
pub struct Program {
    /// Characters by glyph.
    glyphs: FxHashMap<u32, Text>,
    /// Characters by code of the program's own encoding (Type 1, CFF), or by its symbol or Macintosh `cmap`.
    codes: FxHashMap<u8, Text>,
    /// Advance by glyph in thousandths of an em.
    widths: Vec<f32>,
    /// Glyph by code for simple TrueType fonts.
    code_glyphs: FxHashMap<u8, u32>,
    /// CID by glyph is not the identity: CID → glyph of a CID-keyed CFF.
    cids: Option<FxHashMap<u32, u32>>,
}

impl Program {
    /// Reads a font program of any kind; what cannot be read gives an empty one.
    #[must_use]
    pub fn read(data: &[u8], dingbats: bool) -> Self {
        let mut program = Self::default();
        match data {
            [0, 1, 0, 0, ..]
            | [b't', b'r', b'u', b'e', ..]
            | [b'O', b'T', b'T', b'O', ..]
            | [b't', b't', b'c', b'f', ..] => {
                program.open_type(data, dingbats);
            }
            [1, _, ..] => program.cff(data, dingbats),
            [b'%', b'!', ..] | [0x80, 1, ..] => program.type1(data, dingbats),
            _ => {
                program.open_type(data, dingbats);
                if program.is_empty() {
                    program.type1(data, dingbats);
                }
            }
        }
        program
    }

    fn is_empty(&self) -> bool {
        self.glyphs.is_empty() && self.codes.is_empty()
    }

    /// The characters of a glyph.
    #[must_use]
    pub fn glyph(&self, glyph: u32) -> Option<Text> {
        self.glyphs.get(&glyph).copied()
    }

    /// The glyph of a CID where the program is CID-keyed, else the CID itself.
    #[must_use]
    pub fn glyph_of_cid(&self, cid: u32) -> u32 {
        self.cids.as_ref().map_or(cid, |m| m.get(&cid).copied().unwrap_or(0))
    }

    /// The characters of a code by the program's own encoding.
    #[must_use]
    pub fn code(&self, code: u8) -> Option<Text> {
        self.codes.get(&code).copied()
    }

    /// The width of a code's glyph in thousandths of an em.
    #[must_use]
    pub fn code_width(&self, code: u8) -> Option<f32> {
        self.widths.get(*self.code_glyphs.get(&code)? as usize).copied()
    }

    fn open_type(&mut self, data: &[u8], dingbats: bool) {
        let Ok(font) = FontRef::new(data).or_else(|_| FontRef::from_index(data, 0)) else { return };
        let limits = CmapIterLimits::default_for_font(&font);
        let mut best: FxHashMap<u32, (u8, char)> = FxHashMap::default();
        let mut by_code: FxHashMap<u8, u32> = FxHashMap::default();
        let mut roman: FxHashMap<u8, u32> = FxHashMap::default();
        if let Ok(cmap) = font.cmap() {
            for record in cmap.encoding_records().iter().take(16) {
                let Ok(table) = record.subtable(cmap.offset_data()) else { continue };
                let (platform, encoding) = (record.platform_id(), record.encoding_id());
                let unicode =
                    platform == PlatformId::Unicode || (platform == PlatformId::Windows && matches!(encoding, 1 | 10));
                let symbol = platform == PlatformId::Windows && encoding == 0;
                if matches!(table, CmapSubtable::Format14(_)) {
                    continue;
                }
                for (code, glyph) in table.iter_with_limits(limits).take(MAPPINGS) {
                    let glyph = glyph.to_u32();
                    if glyph == 0 {
                        continue;
                    }
                    if unicode {
                        let Some(c) = char::from_u32(code) else { continue };
                        let rank = rank(c);
                        let slot = best.entry(glyph).or_insert((rank, c));
                        if (rank, c) < *slot {
                            *slot = (rank, c);
                        }
                    }
                    if symbol && (code < 0x100 || (0xF000..0xF100).contains(&code)) {
                        by_code.insert((code & 0xFF) as u8, glyph);
                    } else if platform == PlatformId::Macintosh && code < 0x100 {
                        roman.insert((code & 0xFF) as u8, glyph);
                    }
                }
            }
        }
        for (code, glyph) in roman {
            by_code.entry(code).or_insert(glyph);
        }
        self.glyphs.extend(best.into_iter().map(|(glyph, (_, c))| (glyph, Text::one(radical::fold(c)))));
        if let Ok(post) = font.post() {
            let count = post.num_names().min(65_536);
            for glyph in 0..u16::try_from(count).unwrap_or(u16::MAX) {
                if !self.glyphs.contains_key(&u32::from(glyph))
                    && let Some(text) = post.glyph_name(glyph.into()).and_then(|name| glyph_chars(name, dingbats))
                {
                    self.glyphs.insert(u32::from(glyph), text);
                }
            }
        }
        for (&code, glyph) in &by_code {
            if let Some(&text) = self.glyphs.get(glyph) {
                self.codes.insert(code, text);
            }
        }
        if let (Ok(hmtx), Ok(head)) = (font.hmtx(), font.head()) {
            let upem = f32::from(head.units_per_em().max(1));
            let count = font.maxp().map_or(0, |m| m.num_glyphs());
            self.widths = (0..count)
                .map(|g| hmtx.advance(GlyphId::new(u32::from(g))).map_or(0.0, |w| f32::from(w) * 1000.0 / upem))
                .collect();
        }
        self.code_glyphs = by_code;
        if let Ok(cff) = font.cff() {
            self.cff_names(cff.offset_data().as_bytes(), dingbats);
        }
    }

    fn cff(&mut self, data: &[u8], dingbats: bool) {
        self.cff_names(data, dingbats);
    }

    fn cff_names(&mut self, data: &[u8], dingbats: bool) {
        let Ok(font) = CffFontRef::new_cff(data, 0, None) else { return };
        let Some(charset) = font.charset() else { return };
        if font.is_cid() {
            self.cids = Some(
                charset.iter().take(65_536).map(|(glyph, sid)| (u32::from(sid.to_u16()), glyph.to_u32())).collect(),
            );
            return;
        }
        for (glyph, sid) in charset.iter().take(65_536) {
            if let Some(text) =
                font.string(sid).and_then(|s| std::str::from_utf8(s).ok()).and_then(|name| glyph_chars(name, dingbats))
            {
                self.glyphs.entry(glyph.to_u32()).or_insert(text);
            }
        }
        if let Some(encoding) = font.encoding() {
            for code in 0..=255_u8 {
                if let Some(glyph) = encoding.map(code).map(GlyphId::to_u32).filter(|&g| g != 0) {
                    self.code_glyphs.entry(code).or_insert(glyph);
                    if let Some(&text) = self.glyphs.get(&glyph) {
                        self.codes.entry(code).or_insert(text);
                    }
                }
            }
        }
    }

    fn type1(&mut self, data: &[u8], dingbats: bool) {
        let Ok(font) = Type1Font::new(data) else { return };
        let Some(encoding) = font.encoding() else { return };
        for code in 0..=255_u8 {
            if let Some(text) = encoding.glyph_name(code).and_then(|name| glyph_chars(name, dingbats)) {
                self.codes.insert(code, text);
            }
        }
        let standard = encoding.predefined().is_some();
        if self.codes.is_empty() && standard {
            self.codes = (32..=255).filter_map(|c| Some((c, Text::one(Base::Standard.char(c)?)))).collect();
        }
    }
}

/// How unlikely a character is to be what a glyph was drawn for, where several share it.
fn rank(c: char) -> u8 {
    match c {
        '\u{E000}'..='\u{F8FF}' => 3,
        '\u{2E80}'..='\u{2FDF}' | '\u{F900}'..='\u{FAFF}' | '\u{2F800}'..='\u{2FA1F}' => 2,
        '\u{A0}' | '\u{AD}' | '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' => 1,
        _ => 0,
    }
}

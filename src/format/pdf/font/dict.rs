//! Font dictionaries as fonts: which encoding, widths, CMaps and program they name (ISO 32000-2, 9.5 to 9.9).

use std::cell::{OnceCell, RefCell};

use rustc_hash::FxHashMap;

use super::encoding::Base;
use super::metrics::Metrics;
use super::widths::Standard;
use super::{CidMap, Codes, Composite, Font, Kind, Simple, Unicode};
use crate::format::pdf::cmap::{CMap, Shape, predefined};
use crate::format::pdf::file::Objects;
use crate::format::pdf::object::{Dict, Object};
use crate::layout::FontInfo;

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

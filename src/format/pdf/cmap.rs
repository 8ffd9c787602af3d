//! CMaps: codes to CIDs and codes to Unicode (ISO 32000-2, 9.7.5 and 9.10.3), embedded and predefined.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use super::font::encoding::Text;
use super::lexer::{Lexer, Token, decode_hex, decode_literal};

/// Ranges of one CMap.
const RANGES: usize = 1 << 20;

/// The bytes that a code of one length may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Codespace {
    len: u8,
    low: [u8; 4],
    high: [u8; 4],
}

#[derive(Debug, Clone, Copy)]
struct CidRange {
    low: u32,
    high: u32,
    cid: u32,
}

#[derive(Debug, Clone, Copy)]
struct TextRange {
    low: u32,
    high: u32,
    text: Text,
}

/// An embedded CMap, for codes or for Unicode.
#[derive(Debug, Clone, Default)]
pub struct CMap {
    codespaces: Vec<Codespace>,
    cids: Vec<CidRange>,
    texts: Vec<TextRange>,
    /// Vertical writing (`WMode` 1).
    pub vertical: bool,
    /// Name after `usecmap`.
    pub base: Option<Box<[u8]>>,
}

fn string(token: Option<Token<'_>>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match token? {
        Token::Hex(raw) => decode_hex(raw, &mut out),
        Token::Literal(raw) => decode_literal(raw, &mut out),
        // Seen in the wild: a code as a number.
        Token::Int(n) => out.extend_from_slice(&u16::try_from(n).ok()?.to_be_bytes()),
        _ => return None,
    }
    Some(out)
}

fn code(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |v, &b| v << 8 | u32::from(b))
}

/// UTF-16BE as ToUnicode has it; a lone byte counts as that character.
fn text(bytes: &[u8]) -> Text {
    if let [b] = bytes {
        return Text::one(char::from(*b));
    }
    let units = bytes
        .chunks_exact(2)
        .map(|c| u16::from_be_bytes([c.first().copied().unwrap_or(0), c.get(1).copied().unwrap_or(0)]));
    char::decode_utf16(units).map(|r| r.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

impl CMap {
    /// Parses an embedded CMap; total on any bytes.
    #[must_use]
    pub fn parse(data: &[u8]) -> Self {
        let mut map = Self::default();
        let mut lexer = Lexer::new(data);
        let mut last: Option<Token<'_>> = None;
        let mut before: Option<Token<'_>> = None;
        while let Some(token) = lexer.next_token() {
            match token {
                Token::Keyword(b"begincodespacerange") => map.read_codespaces(&mut lexer),
                Token::Keyword(b"begincidrange") => map.read_cids(&mut lexer, true),
                Token::Keyword(b"begincidchar") => map.read_cids(&mut lexer, false),
                Token::Keyword(b"beginbfrange") => map.read_text_ranges(&mut lexer),
                Token::Keyword(b"beginbfchar") => map.read_text_chars(&mut lexer),
                Token::Keyword(b"usecmap") => {
                    if let Some(Token::Name(name)) = last {
                        map.base = Some(name.into());
                    }
                }
                Token::Keyword(b"def") => {
                    if let (Some(Token::Name(b"WMode")), Some(Token::Int(n))) = (before, last) {
                        map.vertical = n == 1;
                    }
                }
                _ => {}
            }
            before = last;
            last = Some(token);
            if map.cids.len() + map.texts.len() > RANGES {
                break;
            }
        }
        // Stable: of several mappings of one code the last is found.
        map.cids.sort_by_key(|r| r.low);
        map.texts.sort_by_key(|r| r.low);
        map
    }

    fn read_codespaces(&mut self, lexer: &mut Lexer<'_>) {
        while self.codespaces.len() < 100 {
            let Some(low) = string(lexer.next_token()) else { return };
            let Some(high) = string(lexer.next_token()) else { return };
            let Ok(len) = u8::try_from(low.len()) else { continue };
            if (1..=4).contains(&len) && high.len() == low.len() {
                let fill = |bytes: &[u8]| {
                    let mut out = [0_u8; 4];
                    out.iter_mut().zip(bytes).for_each(|(o, &b)| *o = b);
                    out
                };
                self.codespaces.push(Codespace { len, low: fill(&low), high: fill(&high) });
            }
        }
    }

    fn read_cids(&mut self, lexer: &mut Lexer<'_>, range: bool) {
        while self.cids.len() < RANGES {
            let Some(low) = string(lexer.next_token()) else { return };
            let high = if range {
                let Some(high) = string(lexer.next_token()) else { return };
                code(&high)
            } else {
                code(&low)
            };
            let Some(Token::Int(cid)) = lexer.next_token() else { return };
            if let Ok(cid) = u32::try_from(cid)
                && high >= code(&low)
            {
                self.cids.push(CidRange { low: code(&low), high, cid });
            }
        }
    }

    fn read_text_chars(&mut self, lexer: &mut Lexer<'_>) {
        while self.texts.len() < RANGES {
            let Some(low) = string(lexer.next_token()) else { return };
            let text = match lexer.next_token() {
                Some(Token::Name(name)) => std::str::from_utf8(name)
                    .ok()
                    .and_then(|n| super::font::encoding::glyph_chars(n, false))
                    .unwrap_or_default(),
                token => {
                    let Some(bytes) = string(token) else { return };
                    text(&bytes)
                }
            };
            let low = code(&low);
            self.texts.push(TextRange { low, high: low, text });
        }
    }

    fn read_text_ranges(&mut self, lexer: &mut Lexer<'_>) {
        while self.texts.len() < RANGES {
            let Some(low) = string(lexer.next_token()) else { return };
            let Some(high) = string(lexer.next_token()) else { return };
            let (low, high) = (code(&low), code(&high));
            match lexer.next_token() {
                Some(Token::ArrayOpen) => {
                    let mut at = low;
                    while let Some(bytes) = string(lexer.next_token()) {
                        if at <= high && self.texts.len() < RANGES {
                            self.texts.push(TextRange { low: at, high: at, text: text(&bytes) });
                        }
                        at = at.saturating_add(1);
                    }
                }
                token => {
                    let Some(bytes) = string(token) else { return };
                    if high >= low {
                        self.texts.push(TextRange { low, high, text: text(&bytes) });
                    }
                }
            }
        }
    }

    /// Whether there are mappings to Unicode.
    #[must_use]
    pub fn has_texts(&self) -> bool {
        !self.texts.is_empty()
    }

    /// Whether there are mappings to CIDs.
    #[must_use]
    pub fn has_cids(&self) -> bool {
        !self.cids.is_empty()
    }

    /// The CID of a code.
    #[must_use]
    pub fn cid(&self, code: u32) -> Option<u32> {
        let after = self.cids.partition_point(|r| r.low <= code);
        let range = self.cids.get(..after)?.iter().rev().take(8).find(|r| code <= r.high)?;
        range.cid.checked_add(code - range.low)
    }

    /// The characters of a code.
    #[must_use]
    pub fn text(&self, code: u32) -> Option<Text> {
        let after = self.texts.partition_point(|r| r.low <= code);
        let range = self.texts.get(..after)?.iter().rev().take(8).find(|r| code <= r.high)?;
        let step = code - range.low;
        if step == 0 {
            return Some(range.text);
        }
        // The last character counts on.
        let len = range.text.len();
        let mut text = Text::default();
        for (i, c) in range.text.iter().enumerate() {
            text.push(if i + 1 == len { char::from_u32(u32::from(c).checked_add(step)?)? } else { c });
        }
        Some(text)
    }

    /// The next code of `bytes` and its length, by the codespace ranges; two bytes where nothing fits.
    #[must_use]
    pub fn next_code(&self, bytes: &[u8]) -> Option<(u32, usize)> {
        if bytes.is_empty() {
            return None;
        }
        if self.codespaces.is_empty() {
            let len = bytes.len().min(2);
            return Some((code(bytes.get(..len)?), len));
        }
        for len in 1..=4.min(bytes.len()) {
            let head = bytes.get(..len)?;
            let fits = |s: &Codespace| {
                usize::from(s.len) == len
                    && head.iter().zip(s.low.iter().zip(&s.high)).all(|(b, (l, h))| l <= b && b <= h)
            };
            if self.codespaces.iter().any(fits) {
                return Some((code(head), len));
            }
        }
        // No range fits: the length of the range whose first bytes fit best (ISO 32000-2, 9.7.6.3), else the shortest.
        let first = bytes.first().copied()?;
        let partial = self
            .codespaces
            .iter()
            .filter(|s| s.low.first().is_some_and(|&l| l <= first) && s.high.first().is_some_and(|&h| first <= h));
        let len = partial.map(|s| s.len).min().or_else(|| self.codespaces.iter().map(|s| s.len).min()).unwrap_or(1);
        let len = usize::from(len).min(bytes.len());
        Some((code(bytes.get(..len)?), len))
    }
}

/// How the bytes of a predefined CMap's strings fall into codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Two bytes always.
    Two,
    /// UTF-16: four bytes from a high surrogate on.
    Utf16,
    /// UTF-8.
    Utf8,
    /// Four bytes always.
    Four,
    /// One byte below 0x81, else two (GBK, Big 5, UHC, the PC encodings).
    Multi,
    /// One byte below 0xA1, else two (EUC of GB 2312 and KS X 1001).
    Euc,
    /// Shift-JIS: one byte also for 0xA0–0xDF.
    ShiftJis,
    /// EUC-JP: two bytes also after 0x8E.
    EucJp,
    /// EUC-TW: four bytes after 0x8E.
    EucTw,
    /// GB 18030: four bytes where the second is a digit.
    Gb18030,
}

impl Shape {
    /// The shape of a predefined CMap by its name.
    #[must_use]
    pub fn by_name(name: &[u8]) -> Self {
        let has = |part: &[u8]| memchr::memmem::find(name, part).is_some();
        if has(b"UTF16") {
            Self::Utf16
        } else if has(b"UTF8") {
            Self::Utf8
        } else if has(b"UTF32") {
            Self::Four
        } else if has(b"RKSJ") {
            Self::ShiftJis
        } else if name.starts_with(b"CNS-EUC") {
            Self::EucTw
        } else if name.starts_with(b"EUC-") {
            Self::EucJp
        } else if has(b"GBK2K") {
            Self::Gb18030
        } else if name.starts_with(b"GB-EUC") || name.starts_with(b"KSC-EUC") {
            Self::Euc
        } else if has(b"EUC") || has(b"B5") || has(b"UHC") || has(b"pc-") {
            Self::Multi
        } else {
            Self::Two
        }
    }

    /// The next code of `bytes` and its length.
    #[must_use]
    #[inline]
    pub fn next_code(self, bytes: &[u8]) -> Option<(u32, usize)> {
        let (&a, rest) = bytes.split_first()?;
        let b = rest.first().copied();
        let len = match self {
            Self::Two => 2,
            Self::Four => 4,
            Self::Utf16 => {
                if (0xD8..0xDC).contains(&a) {
                    4
                } else {
                    2
                }
            }
            Self::Utf8 => match a {
                0..0xC0 => 1,
                0xC0..0xE0 => 2,
                0xE0..0xF0 => 3,
                _ => 4,
            },
            Self::Multi => 1 + usize::from((0x81..=0xFE).contains(&a)),
            Self::Euc => 1 + usize::from((0xA1..=0xFE).contains(&a)),
            Self::ShiftJis => 1 + usize::from((0x81..0xA0).contains(&a) || (0xE0..=0xFC).contains(&a)),
            Self::EucJp => 1 + usize::from(a == 0x8E || (0xA1..=0xFE).contains(&a)),
            Self::EucTw => match a {
                0x8E => 4,
                0xA1..=0xFE => 2,
                _ => 1,
            },
            Self::Gb18030 => match (a, b) {
                (0x81..=0xFE, Some(b'0'..=b'9')) => 4,
                (0x81..=0xFE, _) => 2,
                _ => 1,
            },
        };
        let len = len.min(bytes.len());
        Some((code(bytes.get(..len)?), len))
    }
}

/// A predefined CMap, read once a process when a file needs it.
#[must_use]
pub fn predefined(name: &[u8]) -> Option<Arc<hayro_cmap::CMap>> {
    type Cache = Mutex<FxHashMap<Vec<u8>, Option<Arc<hayro_cmap::CMap>>>>;
    static CACHE: OnceLock<Cache> = OnceLock::new();
    let known = hayro_cmap::CMapName::from_bytes(name);
    if matches!(known, hayro_cmap::CMapName::Custom(_)) {
        return None;
    }
    let mut cache = CACHE.get_or_init(Cache::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = cache.get(name) {
        return found.clone();
    }
    let map = hayro_cmap::load_embedded(known)
        .and_then(|data| hayro_cmap::CMap::parse(data, hayro_cmap::load_embedded))
        .map(Arc::new);
    cache.insert(name.to_vec(), map.clone());
    map
}

/// The characters that a CID stands for, by the collection's `UCS2` CMap.
#[must_use]
pub fn cid_text(ucs2: &hayro_cmap::CMap, cid: u32) -> Option<Text> {
    match ucs2.lookup_bf_string(cid)? {
        hayro_cmap::BfString::Char(c) => Some(Text::one(c)),
        hayro_cmap::BfString::String(s) => Some(s.chars().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn to_unicode_in_all_its_shapes() {
        let map = CMap::parse(
            b"/CMapName /X def 1 begincodespacerange <00><FFFF> endcodespacerange\n2 beginbfchar <01> <4E2D> <0002><00660069> endbfchar
              2 beginbfrange <10><12><0041> <20><21>[<4E00><D840DC00>] endbfrange 1 beginbfrange <0030><FFFFFFFF><0061> endbfrange",
        );
        assert_eq!(map.text(1), Some(Text::one('中')));
        assert_eq!(map.text(2), Some("fi".chars().collect()));
        assert_eq!(map.text(0x12), Some(Text::one('C')));
        assert_eq!(map.text(0x21), Some(Text::one('\u{20000}')));
        assert_eq!(map.text(0x31), Some(Text::one('b')));
        assert_eq!(map.text(5), None);
    }

    #[test]
    fn codes_of_mixed_length() {
        let map = CMap::parse(b"2 begincodespacerange <00><80> <8140><FEFE> endcodespacerange 1 begincidrange <8140><8180> 100 endcidrange /WMode 1 def");
        assert!(map.vertical);
        assert_eq!(map.next_code(b"A\x81\x40"), Some((0x41, 1)));
        assert_eq!(map.next_code(b"\x81\x40A"), Some((0x8140, 2)));
        assert_eq!(map.cid(0x8142), Some(102));
        assert_eq!(Shape::by_name(b"GBK-EUC-H").next_code(b"\xD6\xD0x"), Some((0xD6D0, 2)));
        assert_eq!(Shape::by_name(b"GBK-EUC-H").next_code(b"x"), Some((0x78, 1)));
        assert_eq!(Shape::by_name(b"UniGB-UTF16-H").next_code(b"\xD8\x40\xDC\x00"), Some((0xD840_DC00, 4)));
        assert_eq!(Shape::by_name(b"Identity-H").next_code(b"\x01"), Some((1, 1)));
    }

    #[test]
    fn predefined_gbk_gives_unicode() {
        let map = predefined(b"GBK-EUC-H").unwrap();
        let cid = map.lookup_cid_code(0xD6D0, 2).unwrap();
        assert_eq!(cid_text(&predefined(b"Adobe-GB1-UCS2").unwrap(), cid), Some(Text::one('中')));
        assert!(predefined(b"NoSuchMap").is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_make_a_map(data in proptest::collection::vec(any::<u8>(), 0..200), words in proptest::collection::vec(proptest::sample::select(vec!["beginbfrange", "beginbfchar", "begincidrange", "begincodespacerange", "<00>", "<FFFF>", "[", "]", "7", "usecmap", "/N", "def"]), 0..60)) {
            let mut text = words.join(" ").into_bytes();
            text.extend(data);
            let map = CMap::parse(&text);
            for code in [0, 1, 0xFF, 0xFFFF, u32::MAX] {
                let _ = (map.cid(code), map.text(code));
            }
            prop_assert!(map.next_code(&text).is_none_or(|(_, len)| len > 0));
        }
    }
}

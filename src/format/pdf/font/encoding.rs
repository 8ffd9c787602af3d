//! Character encodings of simple fonts (ISO 32000-2, 9.6.5 and annex D).

use super::tex::tex_char;
use skrifa::raw::ps::{PredefinedEncoding, agl};

/// A base encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// Adobe `StandardEncoding`
    Standard,
    /// `WinAnsiEncoding`
    WinAnsi,
    /// `MacRomanEncoding`
    MacRoman,
    /// `MacExpertEncoding`
    MacExpert,
    /// Built-in encoding of Symbol.
    Symbol,
    /// Built-in encoding of Zapf Dingbats.
    Dingbats,
}

const SYMBOL: &str = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧ∆ΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_\u{F8E5}αβχδεφγηιϕκλµνοπθρστυϖωξψζ{|}∼\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…\u{F8E6}\u{F8E7}↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑\u{F8EB}\u{F8EC}\u{F8ED}\u{F8EE}\u{F8EF}\u{F8F0}\u{F8F1}\u{F8F2}\u{F8F3}\u{F8F4}\0〉∫⌠\u{F8F5}⌡\u{F8F6}\u{F8F7}\u{F8F8}\u{F8F9}\u{F8FA}\u{F8FB}\u{F8FC}\u{F8FD}\u{F8FE}\0";
const DINGBATS: &str = "space a1 a2 a202 a3 a4 a5 a119 a118 a117 a11 a12 a13 a14 a15 a16 a105 a17 a18 a19 a20 a21 a22 a23 a24 a25 a26 a27 a28 a6 a7 a8 a9 a10 a29 a30 a31 a32 a33 a34 a35 a36 a37 a38 a39 a40 a41 a42 a43 a44 a45 a46 a47 a48 a49 a50 a51 a52 a53 a54 a55 a56 a57 a58 a59 a60 a61 a62 a63 a64 a65 a66 a67 a68 a69 a70 a71 a72 a73 a74 a203 a75 a204 a76 a77 a78 a79 a81 a82 a83 a84 a97 a98 a99 a100 - a89 a90 a93 a94 a91 a92 a205 a85 a206 a86 a87 a88 a95 a96 - - - - - - - - - - - - - - - - - - - a101 a102 a103 a104 a106 a107 a108 a112 a111 a110 a109 a120 a121 a122 a123 a124 a125 a126 a127 a128 a129 a130 a131 a132 a133 a134 a135 a136 a137 a138 a139 a140 a141 a142 a143 a144 a145 a146 a147 a148 a149 a150 a151 a152 a153 a154 a155 a156 a157 a158 a159 a160 a161 a163 a164 a196 a165 a192 a166 a167 a168 a169 a170 a171 a172 a173 a162 a174 a175 a176 a177 a178 a179 a193 a180 a199 a181 a200 a182 - a201 a183 a184 a197 a185 a194 a198 a186 a195 a187 a188 a189 a190 a191 -";

impl Base {
    /// The encoding of that name.
    #[must_use]
    pub fn by_name(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"StandardEncoding" => Self::Standard,
            b"WinAnsiEncoding" | b"PDFDocEncoding" => Self::WinAnsi,
            b"MacRomanEncoding" => Self::MacRoman,
            b"MacExpertEncoding" => Self::MacExpert,
            _ => return None,
        })
    }

    /// The character of a code.
    #[must_use]
    pub fn char(self, code: u8) -> Option<char> {
        match self {
            Self::WinAnsi => match code {
                0..32 | 127 => None,
                // Unused codes are bullets there.
                0x81 | 0x8D | 0x8F | 0x90 | 0x9D => Some('\u{2022}'),
                0xAD => Some('-'),
                _ => single(encoding_rs::WINDOWS_1252, code),
            },
            Self::MacRoman => match code {
                0..32 | 127 => None,
                0xDB => Some('\u{A4}'),
                0xF0 => None,
                _ => single(encoding_rs::MACINTOSH, code),
            },
            Self::Standard => agl::name_to_char(PredefinedEncoding::Standard.name(code)),
            Self::MacExpert => agl::name_to_char(PredefinedEncoding::Expert.name(code)),
            Self::Symbol => SYMBOL.chars().nth(usize::from(code.checked_sub(32)?)).filter(|&c| c != '\0'),
            Self::Dingbats => agl::name_to_char(DINGBATS.split(' ').nth(usize::from(code.checked_sub(32)?))?),
        }
    }
}

fn single(encoding: &'static encoding_rs::Encoding, code: u8) -> Option<char> {
    let bytes = [code];
    encoding.decode_without_bom_handling(&bytes).0.chars().next().filter(|c| !c.is_control())
}

/// The code of a character in Windows code page 1252.
#[must_use]
pub fn win_ansi_code(c: char) -> Option<u8> {
    match u32::from(c) {
        n @ (0x20..=0x7E | 0xA0..=0xFF) => u8::try_from(n).ok(),
        _ => (0x80..=0x9F).find(|&code| single(encoding_rs::WINDOWS_1252, code) == Some(c)),
    }
}

/// The characters of a glyph name by the Adobe Glyph List and its rules; Zapf Dingbats names (`a12`) only where asked.
#[must_use]
pub fn glyph_chars(name: &str, dingbats: bool) -> Option<Text> {
    let stem = name.split('.').next().unwrap_or_default();
    if stem.is_empty() {
        return None;
    }
    if !dingbats && stem.strip_prefix('a').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let mut text = Text::default();
    for c in agl::name_to_chars(stem).take(MAX_TEXT) {
        // The list's private characters are small capitals and the like; Acrobat's own reading of them is the plain letter.
        text.push(c);
    }
    // What the pieces of tall brackets are has no other code there, and every reader gives these.
    let known =
        |c| matches!(c, '\u{F8E5}'..='\u{F8E7}' | '\u{F8EB}'..='\u{F8FE}') || !matches!(c, '\u{E000}'..='\u{F8FF}');
    let known = !text.is_empty() && text.iter().all(known);
    if known { Some(text) } else { tex_char(stem).map(Text::one) }
}

/// Characters that one code can stand for.
pub const MAX_TEXT: usize = 8;

/// The few characters of one code, kept without allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Text {
    chars: [char; MAX_TEXT],
    len: u8,
}

impl Text {
    /// The text of one character.
    #[must_use]
    pub fn one(c: char) -> Self {
        let mut text = Self::default();
        text.push(c);
        text
    }

    /// Appends a character where there is room.
    pub fn push(&mut self, c: char) {
        if let Some(slot) = self.chars.get_mut(usize::from(self.len)) {
            *slot = c;
            self.len += 1;
        }
    }

    /// The characters.
    pub fn iter(&self) -> impl Iterator<Item = char> + '_ {
        self.chars.iter().copied().take(usize::from(self.len))
    }

    /// Number of characters.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The only character, where there is one only.
    #[must_use]
    pub fn single(&self) -> Option<char> {
        if self.len == 1 { self.chars.first().copied() } else { None }
    }
}

impl FromIterator<char> for Text {
    fn from_iter<T: IntoIterator<Item = char>>(iter: T) -> Self {
        let mut text = Self::default();
        iter.into_iter().take(MAX_TEXT).for_each(|c| text.push(c));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names() {
        assert_eq!(Base::WinAnsi.char(0x93), Some('\u{201C}'));
        assert_eq!(Base::Standard.char(0x27), Some('\u{2019}'));
        assert_eq!(Base::MacRoman.char(0x80), Some('\u{C4}'));
        assert_eq!(Base::Symbol.char(0x61), Some('α'));
        assert_eq!(Base::Symbol.char(0xF6), Some('\u{F8F6}'));
        assert_eq!(Base::Symbol.char(0xFE), Some('\u{F8FE}'));
        assert_eq!(glyph_chars("parenrighttp", false), Some(Text::one('\u{F8F6}')));
        assert_eq!(Base::Dingbats.char(0x34), Some('✔'));
        assert_eq!(win_ansi_code('\u{2022}'), Some(0x95));
        assert_eq!(glyph_chars("f_i.alt", false), Some(['f', 'i'].into_iter().collect()));
        assert_eq!(glyph_chars("uni4E2D", false), Some(Text::one('中')));
        assert_eq!(glyph_chars("a12", false), None);
        assert_eq!(glyph_chars(".notdef", false), None);
        assert_eq!(glyph_chars("g231", false), None);
    }
}

//! Strings of records: in UTF-16 or one byte a character (BIFF 8), or in the workbook's code page (BIFF 5).

use encoding_rs::{Encoding, GB18030, UTF_16LE};

use crate::failure::Failure;
use crate::format::run::RunLook;
use crate::limits::Limits;
use crate::text::Runs;

/// How the strings of a workbook are written.
pub(super) struct Encoded {
    /// With a byte of flags and in Unicode (BIFF 8).
    pub(super) wide: bool,
    code_page: &'static Encoding,
}

impl Default for Encoded {
    fn default() -> Self {
        Self { wide: true, code_page: GB18030 }
    }
}

impl Encoded {
    pub(super) fn set_code_page(&mut self, number: u16) {
        let label = match number {
            936 => "gb18030".to_owned(),
            950 => "big5".to_owned(),
            932 => "shift_jis".to_owned(),
            949 => "euc-kr".to_owned(),
            _ => format!("windows-{number}"),
        };
        if let Some(encoding) = Encoding::for_label(label.as_bytes()) {
            self.code_page = encoding;
        }
    }

    /// A string with its length in one byte.
    pub(super) fn short(&self, bytes: &[u8]) -> String {
        let Some((&length, rest)) = bytes.split_first() else { return String::new() };
        self.body(usize::from(length), &[rest])
    }

    /// A string with its length in two bytes; it may go on in further pieces.
    pub(super) fn long(&self, parts: &[&[u8]]) -> String {
        let Some(([low, high], rest)) = parts.first().and_then(|p| p.split_first_chunk::<2>()) else {
            return String::new();
        };
        let mut parts = parts.to_vec();
        if let Some(first) = parts.first_mut() {
            *first = rest;
        }
        self.body(usize::from(u16::from_le_bytes([*low, *high])), &parts)
    }

    fn body(&self, length: usize, parts: &[&[u8]]) -> String {
        let mut segments = Segments::new(parts);
        if !self.wide {
            let bytes: Vec<u8> = std::iter::from_fn(|| segments.u8()).take(length).collect();
            return self.code_page.decode_without_bom_handling(&bytes).0.into_owned();
        }
        let flags = segments.u8().unwrap_or(0);
        segments.characters(length, flags & 1 != 0)
    }
}

/// Bytes over several pieces.
pub(super) struct Segments<'a> {
    parts: &'a [&'a [u8]],
    at: usize,
}

impl<'a> Segments<'a> {
    pub(super) fn new(parts: &'a [&'a [u8]]) -> Self {
        Self { parts, at: 0 }
    }

    /// Steps to the next piece where this one is used up; true where that happened.
    fn step(&mut self) -> bool {
        let mut stepped = false;
        while let Some((first, rest)) = self.parts.split_first() {
            if self.at < first.len() || rest.is_empty() {
                break;
            }
            self.parts = rest;
            self.at = 0;
            stepped = true;
        }
        stepped
    }

    fn u8(&mut self) -> Option<u8> {
        self.step();
        let byte = self.parts.first()?.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        byte
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.u8()?, self.u8()?]))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    fn skip(&mut self, mut count: usize) {
        while count > 0 {
            self.step();
            let left = self.parts.first().map_or(0, |p| p.len().saturating_sub(self.at));
            if left == 0 {
                return;
            }
            let now = left.min(count);
            self.at += now;
            count -= now;
        }
    }

    /// Characters; each further piece begins with flags that tell their width again.
    fn characters(&mut self, count: usize, mut wide: bool) -> String {
        let mut units: Vec<u8> = Vec::with_capacity(count.min(4_096) * 2);
        for _ in 0..count {
            if self.step() {
                wide = self.u8().unwrap_or(0) & 1 != 0;
            }
            let Some(low) = self.u8() else { break };
            let high = if wide { self.u8().unwrap_or(0) } else { 0 };
            units.extend([low, high]);
        }
        UTF_16LE.decode_without_bom_handling(&units).0.into_owned()
    }
}

/// The table of shared strings ([MS-XLS] 2.4.265); readings are jumped over.
pub(super) fn shared(parts: &[&[u8]], fonts: &[RunLook], limits: &Limits) -> Result<Vec<String>, Failure> {
    let most = limits.cells.saturating_mul(8);
    let mut segments = Segments::new(parts);
    segments.u32();
    let count = segments.u32().unwrap_or(0);
    if count > most {
        return Err(Failure::TooLarge(format!("{count} strings")));
    }
    let mut out = Vec::new();
    for _ in 0..count {
        let (Some(length), Some(flags)) = (segments.u16(), segments.u8()) else { break };
        let runs = if flags & 8 != 0 { segments.u16().unwrap_or(0) } else { 0 };
        let readings = if flags & 4 != 0 { segments.u32().unwrap_or(0) } else { 0 };
        let text = segments.characters(usize::from(length), flags & 1 != 0);
        let runs: Vec<(u16, u16)> = (0..runs).map_while(|_| Some((segments.u16()?, segments.u16()?))).collect();
        out.push(if runs.is_empty() { text } else { set(&text, &runs, fonts) });
        segments.skip(readings as usize);
    }
    Ok(out)
}

/// A text whose runs begin at these characters in these fonts: what is struck left out, marks set high as such.
fn set(text: &str, runs: &[(u16, u16)], fonts: &[RunLook]) -> String {
    let mut out = Runs::default();
    let mut runs = runs.iter().peekable();
    let mut look = RunLook::default();
    let mut at = 0;
    for c in text.chars() {
        while let Some((_, font)) = runs.next_if(|(start, _)| usize::from(*start) <= at) {
            // There is no font of number 4 ([MS-XLS] 2.5.129).
            let font = usize::from(*font).saturating_sub(usize::from(*font > 4));
            look = fonts.get(font).copied().unwrap_or_default();
        }
        if !look.is_left_out() {
            out.push(c.encode_utf8(&mut [0; 4]), look.is_raised());
        }
        at += c.len_utf16();
    }
    out.text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_go_on_in_further_pieces() {
        // Two strings; the first is cut inside and goes on in wide characters.
        let first = [2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, b'a', b'b'];
        let second = [1, 0xC4, 0x89, 1, 0, 1, 0xE0, 0x7A];
        let strings = shared(&[&first, &second], &[], &Limits::default()).unwrap();
        assert_eq!(strings, ["ab规", "章"]);
    }

    #[test]
    fn runs_are_set_in_their_fonts() {
        let high = RunLook { superscript: Some(true), ..RunLook::default() };
        let struck = RunLook { struck: Some(true), ..RunLook::default() };
        let plain = RunLook::default();
        let fonts = [plain, struck, plain, plain, high];
        // "6911": struck, plain, set high.
        let runs = [0, 0, 1, 0, 1, 0, 0, 0, 3, 0, 5, 0];
        let string = [&[1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 8, 3, 0][..], b"6911", &runs].concat();
        assert_eq!(shared(&[&string], &fonts, &Limits::default()).unwrap(), ["91¹"]);
    }

    #[test]
    fn older_strings_are_in_the_code_page() {
        let mut texts = Encoded { wide: false, ..Encoded::default() };
        texts.set_code_page(936);
        assert_eq!(texts.short(&[4, 0xB9, 0xE6, 0xD5, 0xC2, b'x']), "规章");
        assert_eq!(texts.long(&[&[2, 0, 0xB9], &[0xE6]]), "规");
    }
}

//! The piece table ([MS-DOC] 2.4.1): which bytes of the stream are which characters.

use super::bytes::{slice, u8_at, u16_at, u32_at};
use super::fib::Fib;
use crate::failure::Failure;
use crate::limits::Limits;

/// The text as UTF-16 units or single bytes, with the stream offset of each.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// Characters by character position; surrogate pairs give their first half the character and the second
    /// a zero.
    pub(super) chars: Vec<char>,
    /// Byte offset in the stream of each character.
    pub(super) offsets: Vec<u32>,
}

impl Pieces {
    pub(super) fn parse(main: &[u8], table: &[u8], fib: &Fib, limits: &Limits) -> Result<Self, Failure> {
        let damaged = || Failure::Damaged("the piece table of the document cannot be read".to_owned());
        let clx = slice(table, fib.clx).ok_or_else(damaged)?;
        let mut at = 0;
        // Property modifiers (0x01) stand before the pieces (0x02).
        while u8_at(clx, at) == Some(1) {
            at += 3 + usize::from(u16_at(clx, at + 1).ok_or_else(damaged)?);
        }
        if u8_at(clx, at) != Some(2) {
            return Err(damaged());
        }
        let size = u32_at(clx, at + 1).ok_or_else(damaged)? as usize;
        let plc = clx.get(at + 5..).ok_or_else(damaged)?;
        let plc = plc.get(..size.min(plc.len())).ok_or_else(damaged)?;
        let count = plc.len().saturating_sub(4) / 12;
        let mut out = Self::default();
        for piece in 0..count {
            let (Some(start), Some(end)) = (u32_at(plc, piece * 4), u32_at(plc, piece * 4 + 4)) else { break };
            let Some(fc) = u32_at(plc, (count + 1) * 4 + piece * 8 + 2) else { break };
            let length = end.saturating_sub(start) as usize;
            if out.chars.len() as u64 + length as u64 > limits.chars {
                return Err(Failure::TooLarge("more text than the limit of characters".to_owned()));
            }
            let compressed = fc & 0x4000_0000 != 0;
            let offset = fc & 0x3FFF_FFFF;
            if compressed {
                out.push_bytes(main, offset / 2, length);
            } else {
                out.push_units(main, offset, length);
            }
        }
        if out.chars.is_empty() {
            return Err(damaged());
        }
        Ok(out)
    }

    fn push_bytes(&mut self, main: &[u8], offset: u32, length: usize) {
        let Some(bytes) = main.get(offset as usize..) else { return };
        for (n, &byte) in bytes.iter().take(length).enumerate() {
            // [MS-DOC] 2.9.73: bytes 0x82 to 0x9F are those of Windows-1252, the rest Latin-1.
            let ch = if (0x82..=0x9F).contains(&byte) {
                encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next().unwrap_or('\u{fffd}')
            } else {
                char::from(byte)
            };
            self.chars.push(ch);
            self.offsets.push(offset + n as u32);
        }
    }

    fn push_units(&mut self, main: &[u8], offset: u32, length: usize) {
        let Some(bytes) = main.get(offset as usize..) else { return };
        let units: Vec<u16> = (0..length).map_while(|n| u16_at(bytes, n * 2)).collect();
        let mut at = offset;
        for decoded in char::decode_utf16(units) {
            let ch = decoded.unwrap_or('\u{fffd}');
            self.chars.push(ch);
            self.offsets.push(at);
            at += 2;
            if ch.len_utf16() == 2 {
                self.chars.push('\0');
                self.offsets.push(at);
                at += 2;
            }
        }
    }
}

//! Inline images (ISO 32000-2, 8.9.7).

use super::super::device::Device;
use super::super::lexer::{Lexer, Token, is_white};
use super::super::object::{Object, parse};
use super::Interpreter;

impl<D: Device> Interpreter<'_, '_, D> {
    /// Steps over an inline image (ISO 32000-2, 8.9.7), whose data may hold anything.
    pub(super) fn inline_image(&mut self, lexer: &mut Lexer<'_>) {
        let (mut width, mut height, mut bits, mut samples) = (0_i64, 0_i64, 1_i64, Some(1_i64));
        let mut filtered = false;
        loop {
            match lexer.next_token() {
                None => return,
                Some(Token::Keyword(b"ID")) => break,
                Some(Token::Keyword(b"EI")) => return,
                Some(Token::Name(key)) => {
                    let value = parse(lexer, 4).unwrap_or(Object::Null);
                    match key {
                        b"W" | b"Width" => width = value.int().unwrap_or(0),
                        b"H" | b"Height" => height = value.int().unwrap_or(0),
                        b"BPC" | b"BitsPerComponent" => bits = value.int().unwrap_or(8),
                        b"F" | b"Filter" => filtered = value.array().is_none_or(|a| !a.is_empty()),
                        b"CS" | b"ColorSpace" => {
                            samples = match value.name() {
                                Some(b"G" | b"DeviceGray" | b"CalGray") => Some(1),
                                Some(b"RGB" | b"DeviceRGB" | b"CalRGB") => Some(3),
                                Some(b"CMYK" | b"DeviceCMYK") => Some(4),
                                _ if value.array().is_some() => Some(1),
                                _ => None,
                            };
                        }
                        _ => {}
                    }
                }
                Some(_) => {}
            }
        }
        if self.hiding == 0 {
            let rect = self.unit_square();
            self.device.image(&rect, &self.state.clip);
        }
        // One white space after ID.
        let start = lexer.pos() + usize::from(lexer.rest().first().is_some_and(|&b| is_white(b)));
        let rest = lexer.data().get(start..).unwrap_or_default();
        let ends_at = |at: usize| {
            let tail = rest.get(at..).unwrap_or_default();
            let skip = tail.iter().take(4).position(|&b| !is_white(b)).unwrap_or(0);
            let tail = tail.get(skip..).unwrap_or_default();
            (tail.starts_with(b"EI") && tail.get(2).is_none_or(|&b| is_white(b))).then_some(at + skip + 2)
        };
        if !filtered && let Some(samples) = samples {
            let row = width.saturating_mul(bits).saturating_mul(samples).saturating_add(7) / 8;
            let exact = usize::try_from(row.saturating_mul(height)).ok().and_then(ends_at);
            if let Some(end) = exact {
                return lexer.seek(start + end);
            }
        }
        let found = memchr::memmem::find_iter(rest, b"EI").find(|&at| {
            let before = at == 0 || rest.get(at - 1).is_some_and(|&b| is_white(b));
            let after = rest.get(at + 2..).unwrap_or_default();
            // What follows the real end is text, not pixels.
            before
                && after.first().is_none_or(|&b| is_white(b))
                && after.iter().take(12).all(|&b| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7E))
        });
        lexer.seek(start + found.map_or(rest.len(), |at| at + 2));
    }
}

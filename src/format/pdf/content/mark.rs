//! Marked content: ids, layers, replacement text (ISO 32000-2, 14.6).

use super::super::device::Device;
use super::super::file::Objects;
use super::super::lexer::{Lexer, Token, decode_hex, decode_literal, decode_name};
use super::super::object::{Dict, Object, parse};
use super::Interpreter;

/// Open marked-content sequences.
const MARKS: usize = 512;

/// One open marked-content sequence.
pub struct Mark {
    pub mcid: Option<u32>,
    hidden: bool,
    aside: bool,
    actual: bool,
}

impl<D: Device> Interpreter<'_, '_, D> {
    pub(super) fn begin_mark(&mut self, mcid: Option<u32>, hidden: bool, aside: bool, actual: Option<Vec<char>>) {
        if self.marks.len() >= MARKS {
            self.marks_overflow += 1;
            return;
        }
        let begins = self.actual.is_none() && actual.is_some();
        if begins {
            self.actual = actual;
            self.device.begin_actual();
        }
        self.hiding += u32::from(hidden);
        self.aside += u32::from(aside);
        self.marks.push(Mark { mcid, hidden, aside, actual: begins });
    }

    pub(super) fn end_mark(&mut self) {
        if self.marks_overflow > 0 {
            self.marks_overflow -= 1;
            return;
        }
        let Some(mark) = self.marks.pop() else { return };
        self.hiding -= u32::from(mark.hidden);
        self.aside -= u32::from(mark.aside);
        if mark.actual
            && let Some(text) = self.actual.take()
        {
            self.device.end_actual(&text);
        }
    }

    pub(super) fn begin_mark_inline(&mut self, tag: &[u8], data: &[u8], start: usize, end: usize) {
        let mut lexer = Lexer::new(data.get(start..end).unwrap_or_default());
        let (mut mcid, mut actual, mut aside) = (None, None, false);
        let mut depth = 0_u32;
        while let Some(token) = lexer.next_token() {
            match token {
                Token::DictOpen | Token::ArrayOpen => depth += 1,
                Token::DictClose | Token::ArrayClose => {
                    if depth == 0 {
                        break;
                    }
                    depth -= 1;
                }
                Token::Name(b"MCID") if depth == 0 => {
                    if let Some(Token::Int(n)) = lexer.next_token() {
                        mcid = u32::try_from(n).ok();
                    }
                }
                Token::Name(b"Watermark") if depth == 0 => aside = tag == b"Artifact",
                Token::Name(b"ActualText") if depth == 0 => {
                    let mut bytes = Vec::new();
                    match lexer.next_token() {
                        Some(Token::Literal(raw)) => decode_literal(raw, &mut bytes),
                        Some(Token::Hex(raw)) => decode_hex(raw, &mut bytes),
                        _ => continue,
                    }
                    actual = Some(actual_text(&bytes));
                }
                _ => {}
            }
        }
        let hidden = tag == b"OC" && {
            let mut lexer = Lexer::new(data.get(start.saturating_sub(2)..end).unwrap_or_default());
            parse(&mut lexer, 8).is_some_and(|o| self.shared.layers.hides(self.shared.file, &o))
        };
        self.begin_mark(mcid, hidden, aside, actual);
    }

    pub(super) fn begin_mark_named(&mut self, tag: &[u8], raw: &[u8], resources: &Object) {
        let file = self.shared.file;
        let properties = resources.dict().map_or(Object::Null, |d| file.value(d, b"Properties"));
        let entry = properties.dict().map_or(Object::Null, |d| d.get(&decode_name(raw)).clone());
        let hidden = tag == b"OC" && self.shared.layers.hides(file, &entry);
        let resolved = file.resolve(&entry);
        let (mcid, actual) = resolved.dict().map_or((None, None), |d| {
            let mcid = file.value(d, b"MCID").int().and_then(|n| u32::try_from(n).ok());
            (mcid, file.value(d, b"ActualText").string().map(actual_text))
        });
        let watermark = |d: &Dict| file.value(d, b"Subtype").name() == Some(b"Watermark");
        let aside = tag == b"Artifact" && resolved.dict().is_some_and(watermark);
        self.begin_mark(mcid, hidden, aside, actual);
    }
}

/// A text string as characters (ISO 32000-2, 7.9.2.2), control characters left out.
fn actual_text(bytes: &[u8]) -> Vec<char> {
    super::super::text_string(bytes)
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{AD}' | '\u{200B}' | '\u{FEFF}'))
        .map(crate::text::radical::fold)
        .collect()
}

//! Text: fonts, the pen, glyphs on the page (ISO 32000-2, 9).

use std::rc::Rc;

use super::super::device::{Device, Hidden, Placed};
use super::super::file::Objects;
use super::super::font::{Font, Reading};
use super::super::lexer::{Token, decode_hex, decode_literal, decode_name};
use super::super::matrix::Matrix;
use super::super::object::Object;
use super::{Interpreter, MOST_NAMED, Named};
use crate::layout::Ink;

/// The sine of the angle from which on a baseline is at an angle to the page; scans are off by less.
const ASLANT: f64 = 0.1;
/// Text at least this light, or as transparent, may be a watermark.
const FAINT: f64 = 0.6;

impl<D: Device> Interpreter<'_, '_, D> {
    /// How text along this direction stands to the page.
    fn ink(&self, along: (f64, f64)) -> Ink {
        if self.aside > 0 {
            return Ink::Marked;
        }
        if along.0.abs().min(along.1.abs()) > ASLANT * along.0.hypot(along.1) {
            return Ink::Aslant;
        }
        let light = self.state.fill.is_some_and(|l| (FAINT..0.98).contains(&l));
        if self.state.mode == 0 && (light || self.state.alpha < 1.0 - FAINT) { Ink::Faint } else { Ink::Full }
    }

    pub(super) fn find_font<'d>(&self, raw: &'d [u8], resources: &Object, named: &mut Named<'d>) -> Option<Rc<Font>> {
        if let Some((_, font)) = named.fonts.iter().find(|(n, _)| *n == raw) {
            return Some(font.clone());
        }
        let all = self.shared.file.value(resources.dict()?, b"Font");
        let font = self.shared.font(all.dict()?.get(&decode_name(raw)))?;
        if named.fonts.len() < MOST_NAMED {
            named.fonts.push((raw, font.clone()));
        }
        Some(font)
    }

    pub(super) fn move_line(&mut self, x: f64, y: f64) {
        self.line_matrix = Matrix::new(1.0, 0.0, 0.0, 1.0, x, y).then(&self.line_matrix);
        self.text_matrix = self.line_matrix;
    }

    pub(super) fn next_line(&mut self) {
        self.move_line(0.0, -self.state.leading);
    }

    pub(super) fn show_array(&mut self, array: &[Token<'_>]) {
        for token in array {
            match *token {
                #[expect(clippy::cast_precision_loss, reason = "thousandths of an em")]
                Token::Int(n) => self.adjust(n as f64),
                Token::Real(n) => self.adjust(n),
                token @ (Token::Literal(_) | Token::Hex(_)) => self.show(token),
                _ => {}
            }
        }
    }

    pub(super) fn adjust(&mut self, thousandths: f64) {
        let shift = -thousandths / 1000.0 * self.state.size;
        let vertical = self.state.font.as_ref().is_some_and(|f| f.vertical);
        self.advance(if vertical { (0.0, shift) } else { (shift * self.state.stretch, 0.0) });
    }

    pub(super) fn advance(&mut self, (tx, ty): (f64, f64)) {
        let m = &mut self.text_matrix;
        m.e += tx * m.a + ty * m.c;
        m.f += tx * m.b + ty * m.d;
    }

    pub(super) fn show(&mut self, token: Token<'_>) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        match token {
            Token::Literal(raw) if memchr::memchr2(b'\\', b'\r', raw).is_none() => self.show_bytes(raw),
            Token::Literal(raw) => {
                decode_literal(raw, &mut scratch);
                self.show_bytes(&scratch);
            }
            Token::Hex(raw) => {
                decode_hex(raw, &mut scratch);
                self.show_bytes(&scratch);
            }
            _ => {}
        }
        self.scratch = scratch;
    }

    #[expect(clippy::cast_possible_truncation, reason = "page coordinates")]
    pub(super) fn show_bytes(&mut self, bytes: &[u8]) {
        let Some(font) = self.state.font.clone() else { return };
        let state = &self.state;
        let size = state.size;
        let stretch = if state.stretch.is_finite() { state.stretch } else { 1.0 };
        let (char_space, word_space) = (state.char_space, state.word_space);
        let mut m = self.text_matrix.then(&state.ctm);
        if !m.is_sane() || !size.is_finite() {
            return;
        }
        m.e += m.c * state.rise;
        m.f += m.d * state.rise;
        let along = (m.a * size * stretch, m.b * size * stretch);
        let up = (m.c * size, m.d * size);
        // The stretch in the other direction must not turn the text.
        let turn = if along.0.abs() >= along.1.abs() {
            if along.0 >= 0.0 { 0 } else { 2 }
        } else if along.1 >= 0.0 {
            1
        } else {
            3
        };
        let height = f64::from(font.ascent - font.descent);
        let mut placed = Placed {
            origin: (0.0, 0.0),
            corner: (0.0, 0.0),
            along: (0.0, 0.0),
            up: ((up.0 * height) as f32, (up.1 * height) as f32),
            size: up.0.hypot(up.1) as f32,
            turn,
            vertical: font.vertical,
            font: 0,
            mcid: self.marks.iter().rev().find_map(|m| m.mcid),
            white: state.mode == 0 && state.fill.is_some_and(|l| l >= 0.98),
            ink: self.ink(along),
        };
        let clip = state.clip;
        let hidden = if self.hiding > 0 {
            Some(Hidden::Layer)
        } else if state.mode == 3 || state.mode == 7 {
            Some(Hidden::Invisible)
        } else {
            None
        };
        if hidden.is_none() {
            placed.font = self.device.font(&font, state.mode == 2);
        }
        let (mut tx, mut ty) = (0.0_f64, 0.0_f64);
        let descent = f64::from(font.descent);
        let file = self.shared.file;
        let device = &mut self.device;
        font.decode(file, bytes, |code, len, glyph| {
            let width = f64::from(glyph.width);
            let space = char_space + if len == 1 && code == 32 { word_space } else { 0.0 };
            // Where the pen stands, in ems of the two directions.
            let (ox, oy) = (m.e + m.a * tx + m.c * ty, m.f + m.b * tx + m.d * ty);
            let (mut gx, mut gy) = (ox, oy);
            let (step_x, step_y);
            if font.vertical {
                let v = font.vertical_metrics(code, len, glyph.width);
                gx -= along.0 * f64::from(v.vx) + up.0 * f64::from(v.vy);
                gy -= along.1 * f64::from(v.vx) + up.1 * f64::from(v.vy);
                (step_x, step_y) = (0.0, f64::from(v.advance) * size + space);
            } else {
                (step_x, step_y) = ((width * size + space) * stretch, 0.0);
            }
            placed.origin = (ox as f32, oy as f32);
            placed.corner = ((gx + up.0 * descent) as f32, (gy + up.1 * descent) as f32);
            placed.along = ((along.0 * width) as f32, (along.1 * width) as f32);
            let one;
            let many: Vec<char>;
            let text: Option<&[char]> = match glyph.text {
                Reading::Char(c) => {
                    one = [c];
                    Some(&one)
                }
                Reading::Many(index) => {
                    many = font.text(index).iter().collect();
                    Some(&many)
                }
                Reading::Unknown => None,
                Reading::Nothing => Some(&[]),
            };
            match hidden {
                None => {
                    if !matches!(glyph.text, Reading::Nothing) {
                        device.glyph(&placed, text, &clip);
                    }
                }
                Some(why) => device.hidden(why, text),
            }
            tx += step_x;
            ty += step_y;
        });
        if tx.is_finite() && ty.is_finite() {
            self.advance((tx, ty));
        }
    }
}

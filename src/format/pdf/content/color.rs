//! Colours as far as they tell white, faint and full ink apart (ISO 32000-2, 8.6).

use super::super::device::Device;
use super::super::file::Objects;
use super::super::lexer::decode_name;
use super::super::object::Object;
use super::{Interpreter, Operand};

/// A colour at least this light is white.
pub const WHITE: f64 = 0.999;

/// What the components of a colour mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// Gray, RGB or CMYK by their number.
    Process,
    /// Amounts of ink.
    Ink,
    /// A pattern, an index, or something else.
    Other,
}

impl Space {
    /// Lightness of a colour by its components, from black 0 to white 1; `None` where it cannot be told.
    pub fn lightness(self, operands: &[Operand<'_>]) -> Option<f64> {
        let ink = |o: &Operand<'_>| if let Operand::Number(n) = o { *n } else { 0.0 };
        match (self, operands) {
            (Self::Process, &[Operand::Number(g)]) => Some(g),
            (Self::Process, &[Operand::Number(r), Operand::Number(g), Operand::Number(b)]) => {
                Some(0.3 * r + 0.59 * g + 0.11 * b)
            }
            (Self::Process, &[Operand::Number(c), Operand::Number(m), Operand::Number(y), Operand::Number(k)]) => {
                Some((1.0 - k) * (1.0 - (0.3 * c + 0.59 * m + 0.11 * y)))
            }
            (Self::Ink, all) if !all.is_empty() => Some(1.0 - all.iter().map(ink).fold(0.0, f64::max)),
            _ => None,
        }
    }

    /// Lightness of the colour that a space begins with.
    pub fn first(self) -> Option<f64> {
        (self != Self::Other).then_some(0.0)
    }
}

impl<D: Device> Interpreter<'_, '_, D> {
    /// The kind of a colour space by its name in the stream.
    pub(super) fn space(&self, raw: Option<&[u8]>, resources: &Object) -> Space {
        let Some(raw) = raw else { return Space::Other };
        if matches!(raw, b"DeviceGray" | b"DeviceRGB" | b"DeviceCMYK" | b"CalGray" | b"CalRGB") {
            return Space::Process;
        }
        let file = self.shared.file;
        let all = resources.dict().map_or(Object::Null, |d| file.value(d, b"ColorSpace"));
        let found = all.dict().map_or(Object::Null, |d| file.value(d, &decode_name(raw)));
        let family = found.array().and_then(|a| a.first()).map(|o| file.resolve(o)).unwrap_or(found);
        match family.name() {
            Some(b"ICCBased" | b"CalGray" | b"CalRGB" | b"DeviceGray" | b"DeviceRGB" | b"DeviceCMYK") => Space::Process,
            Some(b"Separation" | b"DeviceN") => Space::Ink,
            _ => Space::Other,
        }
    }
}

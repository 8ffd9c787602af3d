//! Coordinate transformations (ISO 32000-2, 8.3.3).

use crate::document::Rect;

/// The matrix `[a b c d e f]`: x' = a·x + c·y + e, y' = b·x + d·y + f.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Matrix {
    /// x to x.
    pub a: f64,
    /// x to y.
    pub b: f64,
    /// y to x.
    pub c: f64,
    /// y to y.
    pub d: f64,
    /// Shift along x.
    pub e: f64,
    /// Shift along y.
    pub f: f64,
}

impl Matrix {
    /// The identity.
    pub const IDENTITY: Self = Self::new(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);

    /// The matrix of these six numbers.
    #[must_use]
    pub const fn new(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64) -> Self {
        Self { a, b, c, d, e, f }
    }

    /// `self` first, then `then`.
    #[must_use]
    #[inline]
    pub fn then(&self, then: &Self) -> Self {
        Self {
            a: self.a * then.a + self.b * then.c,
            b: self.a * then.b + self.b * then.d,
            c: self.c * then.a + self.d * then.c,
            d: self.c * then.b + self.d * then.d,
            e: self.e * then.a + self.f * then.c + then.e,
            f: self.e * then.b + self.f * then.d + then.f,
        }
    }

    /// The image of a point.
    #[must_use]
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "page coordinates")]
    pub fn apply(&self, x: f64, y: f64) -> (f32, f32) {
        ((self.a * x + self.c * y + self.e) as f32, (self.b * x + self.d * y + self.f) as f32)
    }

    /// The upright rectangle around the image of a rectangle.
    #[must_use]
    pub fn apply_rect(&self, x0: f64, y0: f64, x1: f64, y1: f64) -> Rect {
        let corners = [self.apply(x0, y0), self.apply(x1, y0), self.apply(x0, y1), self.apply(x1, y1)];
        let [first, rest @ ..] = corners;
        rest.iter().fold(Rect::new(first.0, first.1, first.0, first.1), |r, &(x, y)| Rect {
            x0: r.x0.min(x),
            y0: r.y0.min(y),
            x1: r.x1.max(x),
            y1: r.y1.max(y),
        })
    }

    /// Whether all numbers are usable.
    #[must_use]
    pub fn is_sane(&self) -> bool {
        [self.a, self.b, self.c, self.d, self.e, self.f].iter().all(|n| n.is_finite() && n.abs() < 1e9)
    }

    /// Mean scale: the square root of the area of the image of the unit square.
    #[must_use]
    pub fn scale(&self) -> f64 {
        (self.a * self.d - self.b * self.c).abs().sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_products() {
        let shift = Matrix::new(1.0, 0.0, 0.0, 1.0, 10.0, 0.0);
        let double = Matrix::new(2.0, 0.0, 0.0, 2.0, 0.0, 0.0);
        assert_eq!(shift.then(&double).apply(1.0, 1.0), (22.0, 2.0));
        assert_eq!(double.then(&shift).apply(1.0, 1.0), (12.0, 2.0));
        assert_eq!(
            Matrix::new(0.0, 1.0, -1.0, 0.0, 0.0, 0.0).apply_rect(0.0, 0.0, 2.0, 1.0),
            Rect::new(-1.0, 0.0, 0.0, 2.0)
        );
    }
}

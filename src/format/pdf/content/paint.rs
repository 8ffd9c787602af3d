//! Paths painted and clipped to; images (ISO 32000-2, 8.5).

use super::super::device::{Device, Fill};
use super::Interpreter;
use super::color::WHITE;
use super::path::bounds;
use crate::document::Rect;

impl<D: Device> Interpreter<'_, '_, D> {
    pub(super) fn paint(&mut self, stroke: bool, fill: bool) {
        let shown = self.hiding == 0;
        let clip = self.state.clip;
        if shown && fill {
            self.fill(&clip);
        }
        if shown && stroke && !self.state.white_stroke {
            #[expect(clippy::cast_possible_truncation, reason = "page coordinates")]
            let width = (self.state.line_width.abs() * self.state.ctm.scale()) as f32;
            for (points, closed, _) in self.path.each() {
                for pair in points.windows(2) {
                    if let [a, b] = pair
                        && !b.2
                    {
                        self.device.stroke((a.0, a.1), (b.0, b.1), width, &clip);
                    }
                }
                if closed && let (Some(a), Some(b)) = (points.last(), points.first()) {
                    self.device.stroke((a.0, a.1), (b.0, b.1), width, &clip);
                }
            }
        }
        if std::mem::take(&mut self.clip_pending) {
            let bounds = self.path.bounds().unwrap_or_default();
            let c = &mut self.state.clip;
            c.x0 = c.x0.max(bounds.x0);
            c.y0 = c.y0.max(bounds.y0);
            c.x1 = c.x1.min(bounds.x1);
            c.y1 = c.y1.min(bounds.y1);
        }
        self.path.clear();
    }

    pub(super) fn fill(&mut self, clip: &Rect) {
        let state = &self.state;
        let white = state.fill.is_some_and(|l| l >= WHITE);
        // Of several shapes in one path one may be the hole of another.
        let opaque = state.fill.is_some() && state.alpha >= 1.0 && !state.blended && self.path.single();
        for (points, _, straight) in self.path.each() {
            if !straight || points.len() < 2 {
                if !white && let Some(bounds) = bounds(points) {
                    self.device.ground(&bounds, clip);
                }
                continue;
            }
            let (Some(first), Some(last)) = (points.first(), points.last()) else { continue };
            let axis =
                |a: &(f32, f32, bool), b: &(f32, f32, bool)| (a.0 - b.0).abs() < 0.05 || (a.1 - b.1).abs() < 0.05;
            let upright =
                points.len() <= 5 && points.windows(2).all(|p| matches!(p, [a, b] if axis(a, b))) && axis(first, last);
            if upright {
                if let Some(r) = bounds(points) {
                    self.device.fill(&r, Fill { white, opaque }, clip);
                }
            } else if !white && points.len() <= 256 {
                for pair in points.windows(2) {
                    if let [a, b] = pair {
                        self.device.edge((a.0, a.1), (b.0, b.1), clip);
                    }
                }
                self.device.edge((last.0, last.1), (first.0, first.1), clip);
            }
        }
        if self.path.curves > 0 {
            self.device.curves(self.path.curves);
        }
    }
}

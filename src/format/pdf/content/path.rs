//! Paths on their way, in page coordinates.

use super::super::matrix::Matrix;
use crate::document::Rect;

/// Points of one path.
const POINTS: usize = 1 << 20;

pub struct SubPath {
    start: usize,
    closed: bool,
    curved: bool,
}

#[derive(Default)]
pub struct Path {
    points: Vec<(f32, f32, bool)>,
    subs: Vec<SubPath>,
    pub curves: u32,
    current: (f64, f64),
    first: (f64, f64),
}

impl Path {
    pub fn clear(&mut self) {
        self.points.clear();
        self.subs.clear();
        self.curves = 0;
    }

    pub fn move_to(&mut self, m: &Matrix, x: f64, y: f64) {
        if self.points.len() >= POINTS {
            return;
        }
        self.subs.push(SubPath { start: self.points.len(), closed: false, curved: false });
        let (px, py) = m.apply(x, y);
        self.points.push((px, py, false));
        (self.current, self.first) = ((x, y), (x, y));
    }

    pub fn line_to(&mut self, m: &Matrix, x: f64, y: f64, curved: bool) {
        if self.subs.is_empty() {
            return self.move_to(m, x, y);
        }
        if self.points.len() >= POINTS {
            return;
        }
        let (px, py) = m.apply(x, y);
        self.points.push((px, py, curved));
        if curved {
            self.curves = self.curves.saturating_add(1);
            if let Some(sub) = self.subs.last_mut() {
                sub.curved = true;
            }
        }
        self.current = (x, y);
    }

    pub fn close(&mut self, m: &Matrix) {
        if let Some(sub) = self.subs.last_mut()
            && !sub.closed
        {
            sub.closed = true;
            self.current = self.first;
            let _ = m;
        }
    }

    pub fn rect(&mut self, m: &Matrix, x: f64, y: f64, w: f64, h: f64) {
        self.move_to(m, x, y);
        self.line_to(m, x + w, y, false);
        self.line_to(m, x + w, y + h, false);
        self.line_to(m, x, y + h, false);
        self.close(m);
    }

    /// The points of each subpath and whether it is closed and straight.
    pub fn each(&self) -> impl Iterator<Item = (&[(f32, f32, bool)], bool, bool)> {
        self.subs.iter().enumerate().map(|(i, sub)| {
            let end = self.subs.get(i + 1).map_or(self.points.len(), |s| s.start);
            (self.points.get(sub.start..end).unwrap_or_default(), sub.closed, !sub.curved)
        })
    }

    pub fn bounds(&self) -> Option<Rect> {
        bounds(&self.points)
    }

    /// Whether the path is one shape.
    pub fn single(&self) -> bool {
        self.subs.len() == 1
    }
}

/// The box around points.
pub fn bounds(points: &[(f32, f32, bool)]) -> Option<Rect> {
    let (first, rest) = points.split_first()?;
    let mut r = Rect { x0: first.0, y0: first.1, x1: first.0, y1: first.1 };
    for p in rest {
        r.x0 = r.x0.min(p.0);
        r.y0 = r.y0.min(p.1);
        r.x1 = r.x1.max(p.0);
        r.y1 = r.y1.max(p.1);
    }
    Some(r)
}

use super::{Char, PageContent};
use crate::document::{Page, Point, Rect};

/// The quarter turn that brings most of a page's text upright, with the maps there and back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    turn: u8,
    width: f32,
    height: f32,
}

impl Frame {
    /// The frame in which most characters of the page read from left to right.
    pub(crate) fn of(page: &PageContent) -> Self {
        let mut counts = [0usize; 4];
        for c in page.chars.iter().filter(|c| !c.ch.is_whitespace()) {
            if let Some(n) = counts.get_mut(usize::from(reading_turn(c.turn, c.vertical))) {
                *n += 1;
            }
        }
        let mut turn = 0;
        let mut best = 0;
        for (k, &n) in (0u8..).zip(&counts) {
            if n > best {
                (turn, best) = (k, n);
            }
        }
        Self { turn, width: page.page.width, height: page.page.height }
    }

    /// Whether the page stands upright as displayed.
    pub(crate) fn upright(self) -> bool {
        self.turn == 0
    }

    /// A rectangle of the displayed page in this frame.
    pub(crate) fn inward(self, r: Rect) -> Rect {
        let (a, b) = (self.point_in(Point { x: r.x0, y: r.y0 }), self.point_in(Point { x: r.x1, y: r.y1 }));
        Rect::new(a.x, a.y, b.x, b.y)
    }

    /// A rectangle of this frame on the displayed page.
    pub(crate) fn outward(self, r: Rect) -> Rect {
        let map = |x: f32, y: f32| match self.turn {
            1 => (self.width - y, x),
            2 => (self.width - x, self.height - y),
            3 => (y, self.height - x),
            _ => (x, y),
        };
        let (a, b) = (map(r.x0, r.y0), map(r.x1, r.y1));
        Rect::new(a.0, a.1, b.0, b.1)
    }

    fn point_in(self, p: Point) -> Point {
        let (x, y) = match self.turn {
            1 => (p.y, self.width - p.x),
            2 => (self.width - p.x, self.height - p.y),
            3 => (self.height - p.y, p.x),
            _ => (p.x, p.y),
        };
        Point { x, y }
    }

    /// The page in this frame.
    pub(crate) fn apply(self, page: &PageContent) -> PageContent {
        let mut out = page.clone();
        if self.upright() {
            return out;
        }
        if self.turn % 2 == 1 {
            out.page = Page { number: page.page.number, width: page.page.height, height: page.page.width };
        }
        for c in &mut out.chars {
            c.origin = self.point_in(c.origin);
            c.bbox = self.inward(c.bbox);
            c.turn = (c.turn + 4 - self.turn) % 4;
        }
        for r in &mut out.rulings {
            r.rect = self.inward(r.rect);
        }
        for r in &mut out.images {
            *r = self.inward(*r);
        }
        out
    }
}

/// The direction in which characters follow each other: vertical writing runs a quarter turn on.
pub(crate) fn reading_turn(turn: u8, vertical: bool) -> u8 {
    if vertical { (turn + 1) % 4 } else { turn % 4 }
}

/// A rectangle in the coordinates of text that runs in direction `turn`: `x` along the line, `y` to the next line.
pub(crate) fn along(r: Rect, turn: u8) -> Rect {
    match turn {
        1 => Rect { x0: r.y0, y0: -r.x1, x1: r.y1, y1: -r.x0 },
        2 => Rect { x0: -r.x1, y0: -r.y1, x1: -r.x0, y1: -r.y0 },
        3 => Rect { x0: -r.y1, y0: r.x0, x1: -r.y0, y1: r.x1 },
        _ => r,
    }
}

/// Where a character stands along its own line of reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seat {
    /// Its box, turned so that the line reads from left to right.
    pub local: Rect,
    /// Its baseline in that turn; for vertical writing the middle of the box.
    pub base: f32,
    /// Its size in points; the box's height where the font gives none.
    pub size: f32,
    /// The quarter turn that it is read in.
    pub turn: u8,
}

impl Seat {
    /// The seat of a character; `None` where its place is no finite number.
    pub(crate) fn of(c: &Char) -> Option<Self> {
        let b = c.bbox;
        if ![b.x0, b.y0, b.x1, b.y1, c.origin.x, c.origin.y, c.size].iter().all(|v| v.is_finite()) {
            return None;
        }
        let turn = reading_turn(c.turn, c.vertical);
        let local = along(b, turn);
        let base = if c.vertical {
            f32::midpoint(local.y0, local.y1)
        } else {
            along(Rect { x0: c.origin.x, y0: c.origin.y, x1: c.origin.x, y1: c.origin.y }, turn).y0
        };
        let size = if c.size > 0.5 { c.size } else { local.height().max(1.0) };
        Some(Self { local, base, size, turn })
    }
}

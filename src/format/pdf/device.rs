//! What the interpreter tells, and the device that gathers it as [`PageContent`].

use rustc_hash::{FxHashMap, FxHashSet};

use super::font::Font;
use crate::document::{Page, Point, Rect};
use crate::layout::{Char, FontInfo, Ink, PageContent, Ruling, RulingKind};

/// Characters of one page.
const CHARS: usize = 1 << 20;
/// Bytes of content that a character takes, or more, and characters that room is made for at once.
const BYTES_A_CHAR: usize = 32;
const MOST_ROOM: usize = 4096;
/// Rulings of one page.
const RULINGS: usize = 200_000;
/// Characters of one page compared with areas that may cover them.
const COMPARED: usize = 16 << 20;
/// Images of one page.
const IMAGES: usize = 20_000;
/// A filled rectangle up to this thickness is a line.
const THIN: f32 = 2.6;

/// Height of the bands that doubled characters are looked for in, and the most that doubles lie apart.
const BAND: f32 = 4.0;

/// The cell of a coordinate, 2 points wide.
#[expect(clippy::cast_possible_truncation, reason = "saturates at the edges")]
fn cell(v: f32) -> i32 {
    (v * 0.5) as i32
}

/// A character in a cell.
#[expect(clippy::cast_sign_loss, reason = "bits of a key")]
fn key(ch: char, cx: i32, cy: i32) -> u64 {
    u64::from(u32::from(ch)) << 40 | u64::from(cx as u32 & 0xF_FFFF) << 20 | u64::from(cy as u32 & 0xF_FFFF)
}

/// One placed glyph, in points from the top left of the page as displayed.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    /// Origin of the glyph; in vertical writing the vertical origin.
    pub origin: (f32, f32),
    /// Lower left corner of the box, before rotation.
    pub corner: (f32, f32),
    /// From the left to the right edge.
    pub along: (f32, f32),
    /// From the lower to the upper edge.
    pub up: (f32, f32),
    /// Font size.
    pub size: f32,
    /// Direction of the baseline in quarter turns clockwise.
    pub turn: u8,
    /// Vertical writing.
    pub vertical: bool,
    /// Index of the font on the page.
    pub font: u16,
    /// Marked-content id.
    pub mcid: Option<u32>,
    /// Painted white.
    pub white: bool,
    /// Faint, aslant or marked as a watermark.
    pub ink: Ink,
}

/// Why a glyph is not part of the page's visible text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// Rendering mode 3.
    Invisible,
    /// In a layer that is off.
    Layer,
}

/// What an area is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    /// White, which rules nothing.
    pub white: bool,
    /// Nothing shows through it.
    pub opaque: bool,
}

/// Receives what a page shows.
pub trait Device {
    /// The index of a font on this page.
    fn font(&mut self, font: &Font, fake_bold: bool) -> u16;
    /// A glyph of these characters; `None` where the font does not tell them.
    fn glyph(&mut self, placed: &Placed, text: Option<&[char]>, clip: &Rect);
    /// A glyph that is not shown.
    fn hidden(&mut self, why: Hidden, text: Option<&[char]>);
    /// The glyphs that follow, up to `end_actual`, print this text (`ActualText`).
    fn begin_actual(&mut self);
    /// Ends it.
    fn end_actual(&mut self, text: &[char]);
    /// A stroked segment.
    fn stroke(&mut self, a: (f32, f32), b: (f32, f32), width: f32, clip: &Rect);
    /// A filled upright rectangle.
    fn fill(&mut self, rect: &Rect, paint: Fill, clip: &Rect);
    /// An axis-parallel edge of another filled shape.
    fn edge(&mut self, a: (f32, f32), b: (f32, f32), clip: &Rect);
    /// An area of other than white colour, of any shape, within this box.
    fn ground(&mut self, rect: &Rect, clip: &Rect);
    /// An image.
    fn image(&mut self, rect: &Rect, clip: &Rect);
    /// Filled outlines with this many curves, which may be text drawn as shapes.
    fn curves(&mut self, count: u32);
}

/// Counts of what is not in the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Glyphs whose fonts do not tell their characters.
    pub unknown: u32,
    /// Invisible characters.
    pub invisible: u32,
    /// Characters in layers that are off.
    pub layer: u32,
    /// Characters outside the page or the clip.
    pub outside: u32,
    /// Characters drawn again at the same place.
    pub doubled: u32,
    /// Characters painted white on no darker ground.
    pub white: u32,
    /// Characters that a later area covers.
    pub covered: u32,
    /// Curves in filled outlines.
    pub curves: u32,
    /// Something was cut at a limit.
    pub cut: bool,
}

/// Gathers characters, rulings and images of one page.
#[derive(Debug)]
pub struct PageDevice {
    content: PageContent,
    fonts: FxHashMap<(u32, bool), u16>,
    /// Counts of what was left out.
    pub tally: Tally,
    /// First glyph of the running `ActualText`, and its glyphs.
    actual: Option<Vec<(Placed, bool)>>,
    order: u32,
    /// Filled areas that white text shows on.
    grounds: Vec<Rect>,
    /// Characters painted white on white.
    pale: Vec<u32>,
    /// Characters under a later area.
    covered: FxHashSet<u32>,
    /// Characters compared with areas that may cover them.
    compared: usize,
    /// Characters by value and cell of a grid, to find those drawn twice.
    grid: FxHashMap<u64, u32>,
    /// Characters that the grid holds.
    gridded: usize,
    /// How far to the right each band of the page is written.
    reach: Vec<f32>,
}

impl PageDevice {
    /// A device for a page of that number and size, whose content takes so many bytes.
    #[must_use]
    pub fn new(page: Page, bytes: usize) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a page height")]
        let bands = (page.height / BAND).clamp(1.0, 10_000.0) as usize + 3;
        Self {
            gridded: 0,
            reach: vec![f32::MIN; bands],
            content: PageContent {
                page,
                chars: Vec::with_capacity((bytes / BYTES_A_CHAR).min(MOST_ROOM)),
                fonts: Vec::new(),
                rulings: Vec::new(),
                images: Vec::new(),
            },
            fonts: FxHashMap::default(),
            tally: Tally::default(),
            actual: None,
            order: 0,
            grounds: Vec::new(),
            pale: Vec::new(),
            covered: FxHashSet::default(),
            compared: 0,
            grid: FxHashMap::default(),
        }
    }

    /// The page.
    #[must_use]
    pub fn finish(mut self) -> (PageContent, Tally) {
        if !(self.pale.is_empty() && self.covered.is_empty()) {
            let gone: FxHashSet<u32> = self.pale.iter().chain(&self.covered).copied().collect();
            let mut at = 0_u32..;
            self.content.chars.retain(|_| at.next().is_some_and(|i| !gone.contains(&i)));
        }
        self.content.chars.shrink_to_fit();
        self.content.rulings.shrink_to_fit();
        (self.content, self.tally)
    }

    fn push(&mut self, placed: &Placed, text: &[char]) {
        #[expect(clippy::cast_precision_loss, reason = "a few characters")]
        let n = text.len() as f32;
        let (ax, ay) = (placed.along.0 / n, placed.along.1 / n);
        let mut corner = placed.corner;
        let mut origin = placed.origin;
        for &ch in text {
            let far = (corner.0 + ax + placed.up.0, corner.1 + ay + placed.up.1);
            let bbox = Rect::new(corner.0, corner.1, far.0, far.1);
            self.push_char(placed, ch, origin, bbox);
            corner = (corner.0 + ax, corner.1 + ay);
            origin = (origin.0 + ax, origin.1 + ay);
        }
        self.order += 1;
    }

    fn push_char(&mut self, placed: &Placed, ch: char, origin: (f32, f32), bbox: Rect) {
        if self.content.chars.len() >= CHARS {
            self.tally.cut = true;
            return;
        }
        if ch != ' '
            && let Some(at) = self.doubled(ch, origin, placed.size)
        {
            self.tally.doubled += 1;
            self.strengthen(at, placed);
            return;
        }
        let on_ground = |at: Point| self.grounds.iter().chain(&self.content.images).any(|r| r.contains(at));
        let mut ink = placed.ink;
        if ink == Ink::Faint && on_ground(bbox.center()) {
            ink = Ink::Full;
        }
        if placed.white && ch != ' ' && !on_ground(bbox.center()) {
            self.tally.white += 1;
            self.pale.push(u32::try_from(self.content.chars.len()).unwrap_or(u32::MAX));
        }
        self.content.chars.push(Char {
            ch,
            origin: Point { x: origin.0, y: origin.1 },
            bbox,
            size: placed.size,
            turn: placed.turn,
            vertical: placed.vertical,
            font: placed.font,
            order: self.order,
            mcid: placed.mcid,
            ink,
        });
    }

    /// What was faint or white and is drawn again in full, is full.
    fn strengthen(&mut self, at: u32, placed: &Placed) {
        if let Some(c) = self.content.chars.get_mut(at as usize)
            && placed.ink == Ink::Full
            && c.ink == Ink::Faint
        {
            c.ink = Ink::Full;
        }
        if !placed.white
            && let Ok(i) = self.pale.binary_search(&at)
        {
            self.pale.remove(i);
            self.tally.white -= 1;
        }
    }

    /// The same character at the same place (fake bold, shadow), if it stands there already.
    ///
    /// As long as a line goes on to the right nothing can be doubled, and nothing is looked up.
    fn doubled(&mut self, ch: char, origin: (f32, f32), size: f32) -> Option<u32> {
        let tolerance = (size * 0.12).clamp(0.1, BAND);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates at the edges")]
        let band = ((origin.1 / BAND) as usize).clamp(1, self.reach.len().saturating_sub(2));
        let reach = self.reach.get(band - 1..=band + 1).unwrap_or_default().iter().fold(f32::MIN, |a, &b| a.max(b));
        if let Some(slot) = self.reach.get_mut(band) {
            *slot = slot.max(origin.0);
        }
        if origin.0 > reach + tolerance {
            return None;
        }
        self.fill_grid();
        let (x0, x1) = (cell(origin.0 - tolerance), cell(origin.0 + tolerance));
        let (y0, y1) = (cell(origin.1 - tolerance), cell(origin.1 + tolerance));
        (x0..=x1).find_map(|cx| {
            (y0..=y1).find_map(|cy| {
                let at = self.grid.get(&key(ch, cx, cy)).copied().filter(|at| !self.covered.contains(at))?;
                let other = self.content.chars.get(at as usize)?;
                let same = (other.origin.x - origin.0).abs() <= tolerance
                    && (other.origin.y - origin.1).abs() <= tolerance
                    && (other.size - size).abs() <= size * 0.2;
                same.then_some(at)
            })
        })
    }

    /// Enters the characters since the last time.
    fn fill_grid(&mut self) {
        let from = self.gridded;
        self.gridded = self.content.chars.len();
        for (c, at) in self.content.chars.iter().zip(0_u32..).skip(from) {
            self.grid.insert(key(c.ch, cell(c.origin.x), cell(c.origin.y)), at);
        }
    }

    /// Leaves out the characters that an opaque area hides.
    fn cover(&mut self, area: &Rect) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates at the edges")]
        let band = |y: f32| ((y / BAND) as usize).clamp(1, self.reach.len().saturating_sub(2));
        let written = self.reach.get(band(area.y0)..=band(area.y1)).unwrap_or_default().iter().any(|&x| x >= area.x0);
        if !written || self.compared > COMPARED {
            return;
        }
        self.compared += self.content.chars.len();
        for (c, at) in self.content.chars.iter().zip(0_u32..) {
            if area.contains(c.bbox.center()) && self.covered.insert(at) && c.ch != ' ' {
                self.tally.covered += 1;
            }
        }
    }

    /// The sides of a filled area.
    fn outline(&mut self, rect: &Rect, clip: &Rect) {
        for edge in [
            Rect::new(rect.x0, rect.y0, rect.x1, rect.y0),
            Rect::new(rect.x0, rect.y1, rect.x1, rect.y1),
            Rect::new(rect.x0, rect.y0, rect.x0, rect.y1),
            Rect::new(rect.x1, rect.y0, rect.x1, rect.y1),
        ] {
            self.rule(edge, 0.0, RulingKind::Edge, clip);
        }
    }

    fn rule(&mut self, rect: Rect, thickness: f32, kind: RulingKind, clip: &Rect) {
        let Some(rect) = intersect(&rect, clip) else { return };
        if self.content.rulings.len() >= RULINGS {
            self.tally.cut = true;
            return;
        }
        self.content.rulings.push(Ruling { rect, thickness, kind });
    }
}

/// The common part of two rectangles, degenerate ones included.
fn intersect(a: &Rect, b: &Rect) -> Option<Rect> {
    let r = Rect { x0: a.x0.max(b.x0), y0: a.y0.max(b.y0), x1: a.x1.min(b.x1), y1: a.y1.min(b.y1) };
    (r.x0 <= r.x1 && r.y0 <= r.y1).then_some(r)
}

impl Device for PageDevice {
    fn font(&mut self, font: &Font, fake_bold: bool) -> u16 {
        let next = u16::try_from(self.content.fonts.len()).unwrap_or(u16::MAX);
        *self.fonts.entry((font.uid, fake_bold)).or_insert_with(|| {
            if next < u16::MAX {
                let mut info: FontInfo = font.info.clone();
                info.bold |= fake_bold;
                self.content.fonts.push(info);
            }
            next.min(u16::MAX - 1)
        })
    }

    #[inline]
    fn glyph(&mut self, placed: &Placed, text: Option<&[char]>, clip: &Rect) {
        // A glyph shows when the middle part of its box does.
        let middle = |t: f32, s: f32| {
            (
                placed.corner.0 + placed.along.0 * t + placed.up.0 * s,
                placed.corner.1 + placed.along.1 * t + placed.up.1 * s,
            )
        };
        let (a, b) = (middle(0.2, 0.25), middle(0.8, 0.75));
        let core = Rect::new(a.0, a.1, b.0, b.1);
        if core.x1 < clip.x0
            || core.x0 > clip.x1
            || core.y1 < clip.y0
            || core.y0 > clip.y1
            || !core.x0.is_finite()
            || !core.y0.is_finite()
        {
            if text.is_some_and(|t| t.iter().any(|c| *c != ' ')) {
                self.tally.outside += 1;
            }
            return;
        }
        if let Some(actual) = &mut self.actual {
            actual.push((*placed, text.is_some()));
            return;
        }
        match text {
            Some(text) => self.push(placed, text),
            None => self.tally.unknown += 1,
        }
    }

    fn hidden(&mut self, why: Hidden, text: Option<&[char]>) {
        let n = text.map_or(0, |t| t.iter().filter(|c| **c != ' ').count());
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        match why {
            Hidden::Invisible => self.tally.invisible = self.tally.invisible.saturating_add(n),
            Hidden::Layer => self.tally.layer = self.tally.layer.saturating_add(n),
        }
    }

    fn begin_actual(&mut self) {
        self.actual = Some(Vec::new());
    }

    fn end_actual(&mut self, text: &[char]) {
        let Some(glyphs) = self.actual.take() else { return };
        let (n, m) = (text.len(), glyphs.len());
        if m == 0 {
            return;
        }
        // Each character takes its share of the glyphs, or its share of one glyph.
        let mut start = 0;
        while start < n {
            let g = start * m / n;
            let mut end = start + 1;
            while end < n && end * m / n == g {
                end += 1;
            }
            let next = if end < n { end * m / n } else { m };
            if let (Some((first, _)), Some((last, _))) = (glyphs.get(g), glyphs.get(next.max(g + 1) - 1)) {
                let mut placed = *first;
                if first.turn == last.turn
                    && (first.corner.1 - last.corner.1).abs() < first.size * 0.5
                    && first.turn.is_multiple_of(2)
                {
                    placed.along = (last.corner.0 + last.along.0 - first.corner.0, first.along.1);
                }
                self.push(&placed, text.get(start..end).unwrap_or_default());
            }
            start = end;
        }
    }

    fn stroke(&mut self, a: (f32, f32), b: (f32, f32), width: f32, clip: &Rect) {
        let (dx, dy) = ((a.0 - b.0).abs(), (a.1 - b.1).abs());
        if !(dx + dy).is_finite() {
            return;
        }
        // A thick short stroke is a filled box: its long side is the line.
        if dx.max(dy) < width && width > THIN {
            let half = width / 2.0;
            let vertical = dy >= dx;
            let r = if vertical {
                Rect::new(a.0 - half, a.1.min(b.1), a.0 + half, a.1.max(b.1))
            } else {
                Rect::new(a.0.min(b.0), a.1 - half, a.0.max(b.0), a.1 + half)
            };
            return self.fill(&r, Fill { white: false, opaque: false }, clip);
        }
        let middle = |p: f32, q: f32| f32::midpoint(p, q);
        if dy <= 0.5 && dy <= dx * 0.02 {
            let y = middle(a.1, b.1);
            self.rule(Rect::new(a.0, y, b.0, y), width, RulingKind::Stroke, clip);
        } else if dx <= 0.5 && dx <= dy * 0.02 {
            let x = middle(a.0, b.0);
            self.rule(Rect::new(x, a.1, x, b.1), width, RulingKind::Stroke, clip);
        }
    }

    fn fill(&mut self, rect: &Rect, paint: Fill, clip: &Rect) {
        let (w, h) = (rect.width(), rect.height());
        if !(w + h).is_finite() || w.max(h) < 1.0 {
            return;
        }
        if paint.opaque
            && w.min(h) > 2.0 * THIN
            && let Some(shown) = intersect(rect, clip)
        {
            self.cover(&shown);
        }
        if paint.white {
            // A white cell on a coloured ground.
            let c = rect.center();
            if w.min(h) > THIN && self.grounds.iter().any(|g| g.contains(c)) {
                self.outline(rect, clip);
            }
            return;
        }
        let c = rect.center();
        if w.min(h) > THIN && self.grounds.len() < 4096 {
            self.grounds.push(*rect);
        }
        if h <= THIN && w > h {
            self.rule(Rect::new(rect.x0, c.y, rect.x1, c.y), h, RulingKind::Fill, clip);
        } else if w <= THIN && h > w {
            self.rule(Rect::new(c.x, rect.y0, c.x, rect.y1), w, RulingKind::Fill, clip);
        } else {
            self.outline(rect, clip);
        }
    }

    fn edge(&mut self, a: (f32, f32), b: (f32, f32), clip: &Rect) {
        let (dx, dy) = ((a.0 - b.0).abs(), (a.1 - b.1).abs());
        if dx.max(dy) >= 3.0 && (dx <= 0.1 || dy <= 0.1) {
            self.rule(Rect::new(a.0, a.1, b.0, b.1), 0.0, RulingKind::Edge, clip);
        }
    }

    fn ground(&mut self, rect: &Rect, clip: &Rect) {
        if let Some(shown) = intersect(rect, clip)
            && self.grounds.len() < 4096
        {
            self.grounds.push(shown);
        }
    }

    fn image(&mut self, rect: &Rect, clip: &Rect) {
        let Some(shown) = intersect(rect, clip) else { return };
        if shown.width().min(shown.height()) <= THIN {
            return self.fill(&shown, Fill { white: false, opaque: false }, clip);
        }
        if self.content.images.len() < IMAGES {
            self.content.images.push(shown);
        }
    }

    fn curves(&mut self, count: u32) {
        self.tally.curves = self.tally.curves.saturating_add(count);
    }
}

//! Pages made in tests.

use super::{Char, FontInfo, Ink, PageContent, Ruling, RulingKind};
use crate::document::{Page, Point, Rect};

/// An empty page of A4 size.
pub(crate) fn page(number: u32) -> PageContent {
    PageContent {
        page: Page { number, width: 595.0, height: 842.0 },
        chars: Vec::new(),
        fonts: vec![FontInfo::default()],
        rulings: Vec::new(),
        images: Vec::new(),
    }
}

/// Sets a line of text with its baseline at `y`; Han characters are an em wide, others half an em, `gap` ems between.
pub(crate) fn set(page: &mut PageContent, x: f32, y: f32, size: f32, gap: f32, text: &str) -> f32 {
    let mut x = x;
    for ch in text.chars() {
        let w = if super::unspaced(ch) { size } else { size / 2.0 };
        let order = u32::try_from(page.chars.len()).unwrap();
        page.chars.push(Char {
            ch,
            origin: Point { x, y },
            bbox: Rect::new(x, y - 0.8 * size, x + w, y + 0.2 * size),
            size,
            turn: 0,
            vertical: false,
            font: 0,
            order,
            mcid: None,
            ink: Ink::Full,
        });
        x += w + gap * size;
    }
    x
}

/// Draws a horizontal or vertical stroke.
pub(crate) fn stroke(page: &mut PageContent, x0: f32, y0: f32, x1: f32, y1: f32) {
    page.rulings.push(Ruling { rect: Rect::new(x0, y0, x1, y1), thickness: 0.5, kind: RulingKind::Stroke });
}

/// Draws every line of a grid, cell by cell where `pieces`, and sets one text a cell.
pub(crate) fn grid(page: &mut PageContent, xs: &[f32], ys: &[f32], pieces: bool, cells: &[Vec<String>]) {
    let ends = |v: &[f32]| -> Vec<(f32, f32)> {
        if pieces { v.windows(2).map(|p| (p[0] - 0.3, p[1] + 0.3)).collect() } else { vec![(v[0], v[v.len() - 1])] }
    };
    for &y in ys {
        for (a, b) in ends(xs) {
            stroke(page, a, y, b, y);
        }
    }
    for &x in xs {
        for (a, b) in ends(ys) {
            stroke(page, x, a, x, b);
        }
    }
    for (r, row) in cells.iter().enumerate() {
        for (c, text) in row.iter().enumerate() {
            set(page, xs[c] + 3.0, ys[r] + 12.0, 8.0, 0.0, text);
        }
    }
}

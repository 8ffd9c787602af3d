//! Any characters, rulings and tagged tables on pages: laid out, never a panic.
#![no_main]

use gongkai::document::{Page, Point, Rect};
use gongkai::layout::{
    Char, FontInfo, Ink, PageContent, Ruling, RulingKind, TaggedCell, TaggedRow, TaggedTable, compose,
};
use gongkai::limits::Limits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut pages = vec![page(1)];
    let mut tagged: Vec<TaggedTable> = Vec::new();
    for (piece, order) in bytes.chunks_exact(6).zip(0..20_000) {
        let &[kind, a, b, c, d, e] = piece else { continue };
        if kind == 255 && pages.len() < 6 {
            pages.push(page(pages.len() as u32 + 1));
        }
        if kind == 254 {
            tagged.push(TaggedTable { rows: Vec::new(), inside: (a < 8).then_some(usize::from(a)) });
            continue;
        }
        if let (252 | 253, Some(table)) = (kind, tagged.last_mut()) {
            if kind == 253 || table.rows.is_empty() {
                table.rows.push(TaggedRow::default());
            }
            let (row_span, col_span) = (u32::from(b % 5), u32::from(c % 5));
            let marks = vec![(u32::from(a % 6) + 1, u32::from(d % 32)), (u32::from(a / 64) + 1, u32::from(e % 32))];
            let cell = TaggedCell { header: false, row_span, col_span, marks };
            table.rows.last_mut().map(|row| row.cells.push(cell));
            continue;
        }
        let Some(last) = pages.last_mut() else { return };
        let at = |v: u8, fine: u8| f32::from(v) * 3.0 + f32::from(fine) / 64.0;
        if kind & 1 == 0 {
            let (x, y) = (at(a, b), at(c, d));
            let size = [6.0, 9.0, 10.5, 12.0, 40.0, 0.0][usize::from(kind >> 1) % 6];
            last.chars.push(Char {
                ch: ['0', '1', '9', '一', '（', '三', '.', '计', '-', 'a', '①', ' '][usize::from(e) % 12],
                origin: Point { x, y },
                bbox: Rect::new(x, y - size, x + size / 2.0, y + size / 5.0),
                size,
                turn: (kind >> 4) & 3,
                vertical: kind & 64 != 0,
                font: 0,
                order,
                mcid: (order % 4 > 0).then_some(order / 3 % 32),
                ink: [Ink::Full, Ink::Full, Ink::Faint, Ink::Aslant, Ink::Marked][usize::from(e / 12) % 5],
            });
        } else {
            let (x, y, long) = (at(a, 0), at(b, 0), f32::from(c) * 3.0);
            let rect = if kind & 2 == 0 { Rect::new(x, y, x + long, y) } else { Rect::new(x, y, x, y + long) };
            let kind = [RulingKind::Stroke, RulingKind::Fill, RulingKind::Edge][usize::from(d) % 3];
            last.rulings.push(Ruling { rect, thickness: f32::from(e) / 32.0, kind });
        }
    }
    let _ = compose(pages, &tagged, &Limits { cells: 50_000, ..Limits::default() });
});

fn page(number: u32) -> PageContent {
    PageContent {
        page: Page { number, width: 600.0, height: 800.0 },
        chars: Vec::new(),
        fonts: vec![FontInfo::default()],
        rulings: Vec::new(),
        images: Vec::new(),
    }
}

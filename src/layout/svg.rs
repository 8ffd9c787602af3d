use std::fmt::Write as _;

use super::{PageContent, RulingKind};
use crate::document::{Anchor, Rect, Table};

/// Draws a page with its characters, rulings, and the cells of its tables with their row and column numbers, as SVG.
///
/// Only cells that stand on this page are drawn; coordinates are points from the top left as displayed.
#[must_use]
pub fn draw(page: &PageContent, tables: &[&Table]) -> String {
    let (w, h) = (page.page.width, page.page.height);
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\">"
    );
    let _ = writeln!(out, "<rect width=\"{w}\" height=\"{h}\" fill=\"white\"/>");
    for image in &page.images {
        rect(&mut out, *image, "fill=\"#eee\" stroke=\"#bbb\" stroke-width=\"0.5\"");
    }
    for c in &page.chars {
        rect(&mut out, c.bbox, "fill=\"none\" stroke=\"#cde\" stroke-width=\"0.2\"");
        if c.ch.is_whitespace() || c.ch.is_control() {
            continue;
        }
        let (x, y, size) = (c.origin.x, c.origin.y, c.size);
        let turned = if c.turn == 0 {
            String::new()
        } else {
            format!(" transform=\"rotate({} {x:.2} {y:.2})\"", u32::from(c.turn) * 90)
        };
        let _ =
            writeln!(out, "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{size:.2}\"{turned}>{}</text>", escape(c.ch));
    }
    for r in &page.rulings {
        let colour = match r.kind {
            RulingKind::Stroke => "#c00",
            RulingKind::Fill => "#e60",
            RulingKind::Edge => "#fb6",
        };
        let (a, t) = (r.rect, r.thickness.clamp(0.3, 2.0));
        let _ = writeln!(
            out,
            "<line x1=\"{:.2}\" y1=\"{:.2}\" x2=\"{:.2}\" y2=\"{:.2}\" stroke=\"{colour}\" stroke-width=\"{t:.2}\"/>",
            a.x0, a.y0, a.x1, a.y1
        );
    }
    for (i, table) in tables.iter().enumerate() {
        let hue = (i * 67 + 120) % 360;
        for cell in &table.cells {
            let Anchor::Page { page: number, bbox } = cell.anchor else { continue };
            if number != page.page.number {
                continue;
            }
            rect(
                &mut out,
                bbox,
                &format!("fill=\"hsl({hue} 80% 50% / 0.12)\" stroke=\"hsl({hue} 80% 40%)\" stroke-width=\"0.6\""),
            );
            let span = if cell.row_span * cell.col_span > 1 {
                format!(" {}×{}", cell.row_span, cell.col_span)
            } else {
                String::new()
            };
            let _ = writeln!(
                out,
                "<text x=\"{:.2}\" y=\"{:.2}\" font-size=\"5\" fill=\"hsl({hue} 80% 30%)\">{},{}{span}</text>",
                bbox.x0 + 1.0,
                bbox.y0 + 5.0,
                cell.row,
                cell.col
            );
        }
    }
    out.push_str("</svg>\n");
    out
}

fn rect(out: &mut String, r: Rect, style: &str) {
    let _ = writeln!(
        out,
        "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\" {style}/>",
        r.x0,
        r.y0,
        r.width().max(0.0),
        r.height().max(0.0)
    );
}

/// A character as XML text; what XML 1.0 forbids becomes the replacement character.
fn escape(c: char) -> String {
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '\u{FFFE}' | '\u{FFFF}' => "\u{FFFD}".to_owned(),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Cell, Page, Point, TableKind};
    use crate::layout::{Char, Ink};

    #[test]
    fn cells_of_this_page_are_drawn_with_their_numbers() {
        let page = PageContent {
            page: Page { number: 2, width: 100.0, height: 50.0 },
            chars: vec![Char {
                ch: '<',
                origin: Point { x: 10.0, y: 20.0 },
                bbox: Rect::new(10.0, 10.0, 20.0, 22.0),
                size: 10.0,
                turn: 0,
                vertical: false,
                font: 0,
                order: 0,
                mcid: None,
                ink: Ink::Full,
            }],
            fonts: Vec::new(),
            rulings: Vec::new(),
            images: Vec::new(),
        };
        let at = |page, row| Cell {
            row,
            col: 1,
            row_span: 1,
            col_span: 2,
            text: String::new(),
            anchor: Anchor::Page { page, bbox: Rect::new(5.0, 5.0, 30.0, 30.0) },
        };
        let table = Table {
            kind: TableKind::Ruled,
            rows: 9,
            cols: 3,
            cells: vec![at(1, 4), at(2, 7)],
            caption: String::new(),
            anchor: Anchor::Page { page: 1, bbox: Rect::default() },
        };
        let svg = draw(&page, &[&table]);
        assert!(svg.contains(">7,1 1×2</text>"), "{svg}");
        assert!(!svg.contains(">4,1"), "{svg}");
        assert!(svg.contains(">&lt;</text>"), "{svg}");
    }
}

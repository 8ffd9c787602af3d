//! Temporary: lays out pages dumped as JSON.
use gongkai::document::{Block, Page, Point, Rect};
use gongkai::layout::{Char, FontInfo, PageContent, Ruling, RulingKind, compose};
use gongkai::limits::Limits;
use serde_json::{Value, json};
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let tables = args[1] == "tables";
    for path in &args[2..] {
        let v: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let f = |v: &Value| v.as_f64().unwrap() as f32;
        let pages: Vec<PageContent> = v
            .as_array()
            .unwrap()
            .iter()
            .map(|p| PageContent {
                page: Page { number: p["n"].as_u64().unwrap() as u32, width: f(&p["w"]), height: f(&p["h"]) },
                chars: p["chars"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|c| Char {
                        ch: char::from_u32(c[0].as_u64().unwrap() as u32).unwrap_or('?'),
                        origin: Point { x: f(&c[1]), y: f(&c[2]) },
                        bbox: Rect::new(f(&c[3]), f(&c[4]), f(&c[5]), f(&c[6])),
                        size: f(&c[7]),
                        turn: c[8].as_u64().unwrap() as u8,
                        vertical: c[10] == 1,
                        font: c[9].as_u64().unwrap() as u16,
                        order: c[11].as_u64().unwrap() as u32,
                        mcid: None,
                    })
                    .collect(),
                fonts: p["fonts"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|n| FontInfo {
                        name: n.as_str().unwrap().into(),
                        bold: n.as_str().unwrap().contains("Bold"),
                        ..FontInfo::default()
                    })
                    .collect(),
                rulings: p["rulings"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|r| Ruling {
                        rect: Rect::new(f(&r[0]), f(&r[1]), f(&r[2]), f(&r[3])),
                        thickness: f(&r[4]),
                        kind: match r[5].as_u64() {
                            Some(0) => RulingKind::Stroke,
                            Some(1) => RulingKind::Fill,
                            _ => RulingKind::Edge,
                        },
                    })
                    .collect(),
                images: vec![],
            })
            .collect();
        let done = compose(pages, &Limits::default());
        if tables {
            let t: Vec<Value> = done
                .blocks
                .iter()
                .filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None })
                .map(|t| {
                    let mut rows = vec![vec![Value::Null; t.cols]; t.rows];
                    for c in &t.cells {
                        rows[c.row][c.col] = json!(c.text);
                    }
                    json!(rows)
                })
                .collect();
            println!("{}", json!({"file": path, "tables": t}));
        } else {
            println!("=== {path}");
            for b in &done.blocks {
                match b {
                    Block::Paragraph(p) => println!("{}", p.text),
                    Block::Table(t) => {
                        println!("<table {:?} {}x{}>", t.kind, t.rows, t.cols);
                        for r in 0..t.rows {
                            println!(
                                "  | {}",
                                t.cells
                                    .iter()
                                    .filter(|c| c.row == r)
                                    .map(|c| format!(
                                        "{}{}",
                                        c.text.replace('\n', "⏎"),
                                        if c.col_span > 1 || c.row_span > 1 {
                                            format!("[{}x{}]", c.row_span, c.col_span)
                                        } else {
                                            String::new()
                                        }
                                    ))
                                    .collect::<Vec<_>>()
                                    .join(" | ")
                            );
                        }
                        println!("</table>");
                    }
                }
            }
        }
    }
}

//! Prints the text, the tables or all blocks of PDF files: `layout_dump printed|text|tables|blocks FILE… [--page N]`.
//!
//! `tables` prints one JSON line a file: `{"file": …, "tables": [[[cell, …], …], …]}`, holes as null.

use std::io::Write as _;

use gongkai::document::{Block, Table};
use gongkai::format::pdf;
use gongkai::layout::{Composed, compose};
use gongkai::limits::Limits;
use serde_json::{Value, json};

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let mode = args.next().unwrap_or_default();
    let mut files: Vec<String> = args.collect();
    let mut only = None;
    if let Some(i) = files.iter().position(|a| a == "--page") {
        only = files.get(i + 1).and_then(|n| n.parse::<u32>().ok());
        files.truncate(i);
    }
    let limits = Limits::default();
    let mut out = std::io::stdout().lock();
    for file in files {
        let bytes = std::fs::read(&file)?;
        let options = pdf::PdfOptions { tagged: true, ..pdf::PdfOptions::default() };
        let (mut pages, tagged) = match pdf::pages(&bytes, &limits, &options) {
            Ok(content) => (content.pages, content.tagged_tables),
            Err(failure) => {
                writeln!(std::io::stderr(), "{file}: {failure}")?;
                continue;
            }
        };
        pages.retain(|p| only.is_none_or(|n| p.page.number == n));
        if mode == "printed" {
            let texts: Vec<String> = pages.iter().map(gongkai::layout::printed).collect();
            write!(out, "{}", texts.join("\u{c}"))?;
            continue;
        }
        let done = compose(pages, &tagged, &limits);
        match mode.as_str() {
            "tables" => writeln!(out, "{}", tables(&file, &done))?,
            "text" => text(&mut out, &done)?,
            _ => blocks(&mut out, &file, &done)?,
        }
    }
    Ok(())
}

fn tables(file: &str, done: &Composed) -> Value {
    let grids: Vec<Value> =
        done.blocks.iter().filter_map(|b| if let Block::Table(t) = b { Some(grid(t)) } else { None }).collect();
    json!({ "file": file, "tables": grids })
}

fn grid(t: &Table) -> Value {
    let row = |r: usize| -> Vec<Value> {
        (0..t.cols)
            .map(|c| t.cells.iter().find(|x| (x.row, x.col) == (r, c)).map_or(Value::Null, |x| json!(x.text)))
            .collect()
    };
    json!((0..t.rows).map(row).collect::<Vec<_>>())
}

fn text(out: &mut impl std::io::Write, done: &Composed) -> std::io::Result<()> {
    for b in &done.blocks {
        match b {
            Block::Paragraph(p) => writeln!(out, "{}", p.text)?,
            Block::Table(t) => {
                for r in 0..t.rows {
                    let cells: Vec<String> =
                        t.cells.iter().filter(|c| c.row == r).map(|c| c.text.replace('\n', " ")).collect();
                    writeln!(out, "{}", cells.join(" "))?;
                }
            }
        }
    }
    Ok(())
}

fn blocks(out: &mut impl std::io::Write, file: &str, done: &Composed) -> std::io::Result<()> {
    writeln!(out, "=== {file}")?;
    for b in &done.blocks {
        match b {
            Block::Paragraph(p) => writeln!(out, "{}", p.text)?,
            Block::Table(t) => {
                writeln!(out, "<table {:?} {}x{}>", t.kind, t.rows, t.cols)?;
                for r in 0..t.rows {
                    let cells: Vec<String> = t
                        .cells
                        .iter()
                        .filter(|c| c.row == r)
                        .map(|c| {
                            let span = if c.row_span * c.col_span > 1 {
                                format!("[{}x{}]", c.row_span, c.col_span)
                            } else {
                                String::new()
                            };
                            format!("{}{span}", c.text.replace('\n', "⏎"))
                        })
                        .collect();
                    writeln!(out, "  | {}", cells.join(" | "))?;
                }
                writeln!(out, "</table>")?;
            }
        }
    }
    for d in &done.diagnostics {
        writeln!(out, "! {} {}", d.code, d.message)?;
    }
    Ok(())
}

//! Prints the blocks and metadata of HTML files as JSON, one file a line: `html_dump FILE…`.
#![allow(clippy::print_stdout, missing_docs)]

use gongkai::document::{Anchor, Block, Role};
use gongkai::limits::Limits;
use serde_json::{Value, json};

fn place(anchor: &Anchor) -> Value {
    match anchor {
        Anchor::Node { path, line, column } => json!([path, line, column]),
        Anchor::Text { line, column } => json!([line, column]),
        Anchor::Page { page, .. } => json!([page]),
    }
}

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path)?;
        let started = std::time::Instant::now();
        let read = gongkai::format::html::read(&bytes, &Limits::default());
        let micros = started.elapsed().as_micros() as u64;
        let line = match read {
            Err(failure) => json!({"file": path, "failure": failure.to_string()}),
            Ok(document) => {
                let blocks: Vec<Value> = document
                    .blocks
                    .iter()
                    .map(|block| match block {
                        Block::Paragraph(p) => {
                            let role = match p.role {
                                Role::Heading(level) => format!("h{level}"),
                                Role::ListItem => "li".to_owned(),
                                _ => "p".to_owned(),
                            };
                            json!({"p": p.text, "role": role, "at": place(&p.anchor)})
                        }
                        Block::Table(t) => {
                            let cells: Vec<Value> = t
                                .cells
                                .iter()
                                .map(|c| json!([c.row, c.col, c.row_span, c.col_span, c.text, place(&c.anchor)]))
                                .collect();
                            json!({"rows": t.rows, "cols": t.cols, "caption": t.caption, "cells": cells, "at": place(&t.anchor)})
                        }
                    })
                    .collect();
                let metadata: Vec<Value> =
                    document.metadata.iter().map(|m| json!([m.key, m.value, place(&m.anchor)])).collect();
                let diagnostics: Vec<Value> = document.diagnostics.iter().map(|d| json!([d.code, d.message])).collect();
                json!({"file": path, "micros": micros, "encoding": document.encoding, "blocks": blocks,
                    "metadata": metadata, "diagnostics": diagnostics})
            }
        };
        println!("{line}");
    }
    Ok(())
}

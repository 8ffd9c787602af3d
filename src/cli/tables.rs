//! `gongkai tables`: the tables that are found.

use crate::cli::args::{TableForm, Tables};
use crate::cli::output::Output;
use crate::cli::ui::Ui;
use crate::cli::{End, one};
use crate::document::Block;
use crate::error::Error;
use crate::write::table::write_table;
use crate::write::text::write_markdown;

/// Runs it.
pub fn run(args: &Tables, ui: &mut Ui) -> Result<End, Error> {
    let settings = args.reading.resolve()?;
    let mut out = Output::open(None)?;
    let mut end = End::Done;
    for file in &args.files {
        let source = one::origin(file);
        let document = match one::document(file, args.format, &settings) {
            Ok(document) => document,
            Err(failure) => {
                ui.failure(&source, &failure);
                end = End::SomeFailed;
                continue;
            }
        };
        let tables = document.blocks.iter().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None });
        let mut none = true;
        for (number, table) in (1..).zip(tables) {
            none = false;
            let mut bytes = Vec::new();
            match args.to {
                TableForm::Json => write_table(&mut bytes, &source.path, number, table),
                TableForm::Md => {
                    let mut text = format!("<!-- {} table {number}: {} -->\n", source.path, table.caption);
                    write_markdown(&mut text, table);
                    text.push('\n');
                    bytes.extend_from_slice(text.as_bytes());
                }
            }
            if !out.write(&bytes)? {
                return Ok(end);
            }
        }
        if none {
            ui.note(&format!(
                "{source}: no table is drawn in it; extract reads tables in running text too, and explain tells where"
            ));
        }
    }
    out.flush()?;
    Ok(end)
}

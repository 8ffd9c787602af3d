//! `gongkai text`: the text that is read.

use std::path::Path;

use crate::cli::args::Text;
use crate::cli::output::Output;
use crate::cli::ui::Ui;
use crate::cli::{End, one};
use crate::document::Format;
use crate::error::Error;
use crate::failure::Failure;
use crate::format::pdf::PdfOptions;
use crate::run::engine::guarded;
use crate::settings::Settings;
use crate::source::sniff::sniff;
use crate::write::text::write_document;

/// Runs it.
pub fn run(args: &Text, ui: &mut Ui) -> Result<End, Error> {
    let settings = args.reading.resolve()?;
    let mut out = Output::open(None)?;
    let mut end = End::Done;
    for (i, file) in args.files.iter().enumerate() {
        let mut text = String::new();
        match read(file, args, &settings) {
            Ok(read) => {
                if i > 0 {
                    text.push('\u{c}');
                }
                text.push_str(&read);
            }
            Err(failure) => {
                ui.failure(&one::origin(file), &failure);
                end = End::SomeFailed;
            }
        }
        if !out.write(text.as_bytes())? {
            break;
        }
    }
    out.flush()?;
    Ok(end)
}

/// The text of one file: of a PDF as printed unless told otherwise, of all else by its blocks.
fn read(file: &Path, args: &Text, settings: &Settings) -> Result<String, Failure> {
    let format = args.format.map(|f| f.format());
    let bytes = one::bytes(file, &settings.limits)?;
    if !args.blocks && format.or_else(|| sniff(&bytes).ok()) == Some(Format::Pdf) {
        // Its reader keeps no deep stack, and a thread's memory is slower to grow than the program's.
        return guarded(|| crate::format::pdf::text(&bytes, &settings.limits, &PdfOptions::of(settings)));
    }
    one::deep(|| {
        let mut text = String::new();
        write_document(&mut text, &crate::extract::read(&bytes, format, settings)?);
        Ok(text)
    })
}

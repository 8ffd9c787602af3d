//! `gongkai text`: the text that is read.

use crate::cli::args::Text;
use crate::cli::ui::{Output, Ui};
use crate::cli::{End, one};
use crate::error::Error;
use crate::write::text::write_document;

/// Runs it.
pub fn run(args: &Text, ui: &mut Ui) -> Result<End, Error> {
    let mut out = Output::open(None)?;
    let mut end = End::Done;
    for (i, file) in args.files.iter().enumerate() {
        let mut text = String::new();
        match one::document(file, args.format) {
            Ok(document) => {
                if i > 0 {
                    text.push('\u{c}');
                }
                write_document(&mut text, &document);
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

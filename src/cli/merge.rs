//! `gongkai merge`: the folders of shards together.

use std::path::Path;

use crate::cli::End;
use crate::cli::args::Merge;
use crate::cli::tally::count;
use crate::cli::ui::Ui;
use crate::error::{Error, ErrorKind};
use crate::run::dataset::{self, Dataset, MANIFEST};

/// Runs it.
pub fn run(args: &Merge, ui: &mut Ui) -> Result<End, Error> {
    let mut made_by = None;
    for folder in &args.folders {
        let made = manifest(folder)?;
        if made_by.as_ref().is_some_and(|m| *m != made) {
            let message = format!("{} was made by another version or other patterns", folder.display());
            return Err(Error::new(ErrorKind::Usage, message).hint("run that shard again"));
        }
        made_by = Some(made);
    }
    let made_by = made_by.unwrap_or_default();
    let session = crate::source::hash::sha256(made_by.to_string().as_bytes());
    for name in [dataset::RECORDS, dataset::LEDGER] {
        let _ = std::fs::remove_file(args.output.join(name));
    }
    let mut out = Dataset::open(&args.output, &session)?;
    let files = out.absorb(&args.folders)?;
    out.finish(&made_by)?;
    ui.note(&format!("{} of {}", count(files, "file"), count(args.folders.len() as u64, "shard")));
    Ok(End::Done)
}

/// What made a complete run.
fn manifest(folder: &Path) -> Result<serde_json::Value, Error> {
    let path = folder.join(MANIFEST);
    let bad = || {
        Error::new(ErrorKind::Usage, format!("{} is no complete run", folder.display()))
            .hint("run that shard to its end")
    };
    let text = std::fs::read(&path).map_err(|e| bad().caused_by(e))?;
    let json: serde_json::Value = serde_json::from_slice(&text).map_err(|e| bad().caused_by(e))?;
    json.get("made_by").cloned().ok_or_else(bad)
}

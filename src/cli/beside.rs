//! The other forms that stand beside the records of a run: what `run --to` wrote, now or before.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::cli::args::{Form, Global};
use crate::cli::convert;
use crate::cli::export::{Export, pretty};
use crate::cli::output::Output;
use crate::cli::ui::Ui;
use crate::error::{Error, ErrorKind};
use crate::run::closing::file_sha256;
use crate::run::dataset::{RECORDS, no_runs};

/// The file that tells which forms a run wrote, and of which records.
pub const NAME: &str = "exports.json";
const SCHEMA: &str = "gongkai.exports/1";

/// One form beside the records.
#[derive(Debug, Clone)]
struct Kept {
    form: Form,
    /// Whether CSV begins with a byte order mark.
    bom: bool,
    /// Digest of the records that it holds; empty while it is not whole.
    of: String,
    /// Whether this run is to write it.
    asked: bool,
}

/// The forms of a run's folder.
#[derive(Debug)]
pub struct Beside {
    folder: PathBuf,
    kept: Vec<Kept>,
}

fn name(form: Form) -> String {
    form.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

impl Beside {
    /// The forms of before, and those that are asked for now.
    ///
    /// # Errors
    /// A file in the place of one that no run wrote ([`ErrorKind::Usage`]).
    pub fn open(folder: &Path, asked: &[Form], bom: bool) -> Result<Self, Error> {
        let text = match fs::read(folder.join(NAME)) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(e) => return Err(refused(folder)(e)),
        };
        let told: Value = serde_json::from_slice(&text).unwrap_or_default();
        if !text.is_empty() && told.get("schema").and_then(Value::as_str) != Some(SCHEMA) {
            return Err(no_runs(&folder.join(NAME)));
        }
        let mut kept = Vec::new();
        for (form, of) in told.get("forms").and_then(Value::as_object).into_iter().flatten() {
            let Ok(form) = Form::from_str(form, false) else { continue };
            let bom = of.get("bom").and_then(Value::as_bool).unwrap_or_default();
            let of = of.get("of").and_then(Value::as_str).unwrap_or_default().to_owned();
            if folder.join(form.file_name()).exists() {
                kept.push(Kept { form, bom, of, asked: false });
            }
        }
        for form in asked.iter().copied().filter(|form| *form != Form::Jsonl) {
            let own = kept.iter_mut().find(|kept| kept.form == form);
            let path = folder.join(form.file_name());
            match own {
                Some(own) => (own.bom, own.asked) = (bom, true),
                None if path.exists() => return Err(no_runs(&path)),
                None => kept.push(Kept { form, bom, of: String::new(), asked: true }),
            }
        }
        Ok(Self { folder: folder.to_path_buf(), kept })
    }

    /// Writes what is asked for, and what holds other records than those that are there now.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn write(mut self, global: &Global, ui: &Ui) -> Result<(), Error> {
        self.tell_others(ui);
        if self.kept.is_empty() {
            return Ok(());
        }
        let records = file_sha256(&self.folder.join(RECORDS)).map_err(refused(&self.folder))?;
        for at in 0..self.kept.len() {
            let Some(kept) = self.kept.get_mut(at) else { continue };
            if kept.of == records && !kept.asked {
                continue;
            }
            let (form, bom, asked) = (kept.form, kept.bom, kept.asked);
            kept.of.clear();
            // before it is written: a run that is killed here knows it for its own
            self.tell()?;
            let file = self.folder.join(form.file_name());
            if !asked {
                ui.note(&format!("{} held other records and is written anew", file.display()));
            }
            convert::write(&Export { dataset: &self.folder, bom, global }, form, Some(&file), ui)?;
            if let Some(kept) = self.kept.get_mut(at) {
                kept.of.clone_from(&records);
            }
            self.tell()?;
        }
        Ok(())
    }

    /// Writes which forms there are.
    fn tell(&self) -> Result<(), Error> {
        let forms: Map<String, Value> =
            self.kept.iter().map(|kept| (name(kept.form), json!({"bom": kept.bom, "of": kept.of}))).collect();
        let mut out = Output::open(Some(&self.folder.join(NAME)))?;
        out.write(&pretty(&json!({"schema": SCHEMA, "forms": forms})))?;
        out.finish()
    }

    /// Tells of files that look like forms of the records and are none of this run's.
    fn tell_others(&self, ui: &Ui) {
        let own = |form: &Form| *form == Form::Jsonl || self.kept.iter().any(|kept| kept.form == *form);
        for form in Form::value_variants().iter().filter(|form| !own(form)) {
            let path = self.folder.join(form.file_name());
            if path.exists() {
                ui.note(&format!("{} is not of this run, and may hold other records", path.display()));
            }
        }
    }
}

fn refused(folder: &Path) -> impl Fn(io::Error) -> Error {
    let message = format!("cannot read {}", folder.display());
    move |e| Error::new(ErrorKind::Output, message.clone()).caused_by(e)
}

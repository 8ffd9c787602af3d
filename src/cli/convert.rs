//! `gongkai convert`: records in the forms that statistics programs load, or a folder with all of them.

use std::path::Path;

use serde_json::json;

use crate::cli::End;
use crate::cli::args::{Convert, Form, Global};
use crate::cli::export::{Export, pretty};
use crate::cli::output::Output;
use crate::cli::ui::Ui;
use crate::error::{Error, ErrorKind};
use crate::run::closing::file_sha256;
use crate::write::codebook::Codebook;
use crate::write::tabular::{CELL, REPORT, STATE};

/// Runs it.
pub fn run(args: &Convert, global: &Global, ui: &mut Ui) -> Result<End, Error> {
    let export = Export { dataset: &args.dataset, bom: args.bom, global };
    let to = Form::wanted(args.to, args.output.as_deref())?.ok_or_else(|| {
        Error::new(ErrorKind::Usage, "which form?").hint("say it with --to, as in --to csv; --help lists the forms")
    })?;
    write(&export, to, args.output.as_deref(), ui)?;
    Ok(End::Done)
}

/// Writes records in one form: a file, stdout, or the folder of a package.
pub fn write(export: &Export<'_>, to: Form, output: Option<&Path>, ui: &Ui) -> Result<(), Error> {
    match (to, output) {
        (Form::Package, Some(folder)) => package(export, folder, ui),
        (Form::Package, None) => Err(no_folder()),
        (form, file) => export.to_file(form, file),
    }
}

/// A package without a name.
pub fn no_folder() -> Error {
    Error::new(ErrorKind::Usage, "a package is a folder").hint("name it with -o")
}

/// A folder with everything.
pub fn package(export: &Export<'_>, folder: &Path, ui: &Ui) -> Result<(), Error> {
    let refused =
        |e: std::io::Error| Error::new(ErrorKind::Output, format!("cannot write {}", folder.display())).caused_by(e);
    std::fs::create_dir_all(folder).map_err(refused)?;
    let forms = [
        #[cfg(feature = "parquet")]
        Form::Parquet,
        #[cfg(feature = "parquet")]
        Form::ParquetLong,
        Form::JsonlGz,
        Form::Csv,
        Form::CsvLong,
        Form::Codebook,
        Form::CodebookMd,
        Form::Schema,
        Form::Stata,
        Form::R,
    ];
    for form in forms {
        export.spare(Some(&folder.join(form.file_name())))?;
    }
    // while it is not there, the package is not whole
    match std::fs::remove_file(folder.join(DESCRIPTOR)) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(refused(e)),
        _ => {}
    }
    let write = || {
        for form in forms {
            export.to_file(form, Some(&folder.join(form.file_name())))?;
        }
        put(&folder.join("CITATION.cff"), CITATION.replace("VERSION", env!("CARGO_PKG_VERSION")).as_bytes())?;
        let book = export.codebook()?;
        let families = export.families()?;
        let descriptor = descriptor(&book, &families, folder, &forms.map(Form::file_name)).map_err(refused)?;
        put(&folder.join(DESCRIPTOR), &pretty(&descriptor))?;
        Ok(book.records)
    };
    let records = write().map_err(|e: Error| {
        e.hint_too(format!("the package in {} is not whole, and has no {DESCRIPTOR} until it is", folder.display()))
    })?;
    ui.note(&format!("{records} records in {}", folder.display()));
    Ok(())
}

/// Writes a small file.
fn put(file: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut out = Output::open(Some(file))?;
    out.write(bytes)?;
    out.finish()
}

/// What tells of the files of a package, written last.
const DESCRIPTOR: &str = "datapackage.json";

const CITATION: &str = "\
cff-version: 1.2.0
message: These data were read from published reports by gongkai; cite the program and its version beside the reports.
title: gongkai
version: VERSION
type: software
";

/// The Frictionless descriptor (Data Package v2).
fn descriptor(
    book: &Codebook,
    families: &[&(String, String)],
    folder: &Path,
    files: &[&str],
) -> std::io::Result<serde_json::Value> {
    let (zh, en): (Vec<&str>, Vec<&str>) = families.iter().map(|(zh, en)| (zh.as_str(), en.as_str())).unzip();
    let field = |name: &str| {
        let kind = match name {
            "year" | "flags" | "failed_checks" | "page" | "line" | "column" => "integer",
            "published" | "period_start" | "period_end" => "date",
            "value" => "number",
            _ => "string",
        };
        json!({"name": name, "type": kind})
    };
    let mut wide: Vec<serde_json::Value> = REPORT.iter().map(|name| field(name)).collect();
    for variable in book.variables() {
        let entry = book.get(&variable);
        let title = entry.map(|e| e.zh.clone()).unwrap_or_default();
        wide.push(
            json!({"name": variable, "type": "number", "title": title, "description": entry.map(|e| e.en.clone())}),
        );
        wide.push(json!({"name": format!("{variable}{STATE}"), "type": "string"}));
    }
    // in the long table flags and failed_checks are lists of codes, not counts
    let long: Vec<serde_json::Value> = CELL
        .iter()
        .map(|name| {
            if matches!(*name, "flags" | "failed_checks") {
                json!({"name": name, "type": "string"})
            } else {
                field(name)
            }
        })
        .collect();
    let mut resources = Vec::new();
    for file in files {
        let path = folder.join(file);
        let mut resource = json!({
            "name": file.replace('.', "-").to_lowercase(),
            "path": file,
            "bytes": std::fs::metadata(&path)?.len(),
            "hash": format!("sha256:{}", file_sha256(&path)?),
        });
        let fields = match *file {
            "wide.csv" => Some(&wide),
            "long.csv" => Some(&long),
            _ => None,
        };
        if let (Some(fields), Some(object)) = (fields, resource.as_object_mut()) {
            object.insert("type".to_owned(), "table".into());
            object.insert("encoding".to_owned(), "utf-8".into());
            object.insert("schema".to_owned(), json!({"fields": fields, "missingValues": [""]}));
        }
        resources.push(resource);
    }
    Ok(json!({
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "gongkai",
        "title": zh.join("、"),
        "description": format!("{} records of {}, read by gongkai {}", book.records, en.join("; "), env!("CARGO_PKG_VERSION")),
        "resources": resources,
    }))
}

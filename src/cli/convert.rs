//! `gongkai convert`: records in the forms that statistics programs load.

use std::io::{Read, Write};
use std::path::Path;

use serde_json::json;

use crate::cli::args::{Convert, Form, Global};
use crate::cli::ui::{Output, Ui};
use crate::cli::{End, dataset, pattern_set};
use crate::error::{Error, ErrorKind};
use crate::run::closing::file_sha256;
use crate::write::codebook::Codebook;
use crate::write::tabular::{self, CELL, REPORT, STATE};
use crate::write::{row, script};

const BOM: &str = "\u{feff}";

/// Runs it.
pub fn run(args: &Convert, global: &Global, ui: &mut Ui) -> Result<End, Error> {
    if args.to == Form::Package {
        return package(args, global, ui);
    }
    let mut out = Output::open(args.output.as_deref())?;
    write(args, args.to, global, &mut out)?;
    out.flush()?;
    Ok(End::Done)
}

/// The codebook of the patterns, with the counts of the records.
fn codebook(args: &Convert, global: &Global) -> Result<Codebook, Error> {
    let patterns = pattern_set(global.patterns.as_deref())?;
    let mut book = Codebook::of(patterns);
    rows(args, |row| {
        book.count(&row);
        Ok(())
    })?;
    Ok(book)
}

fn rows(args: &Convert, take: impl FnMut(row::Row) -> Result<(), Error>) -> Result<(), Error> {
    row::each(&mut *dataset::open(&args.dataset)?, &args.dataset.display().to_string(), take)
}

fn write(args: &Convert, to: Form, global: &Global, out: &mut Output) -> Result<(), Error> {
    let text = match to {
        Form::Csv => return wide(args, global, out),
        Form::CsvLong => return long(args, out),
        #[cfg(feature = "parquet")]
        Form::Parquet | Form::ParquetLong => return parquet(args, to == Form::ParquetLong, global, out),
        Form::Jsonl | Form::JsonlGz | Form::JsonlZst => return copy(args, to, out),
        Form::Codebook => {
            let mut bytes = if args.bom { BOM.as_bytes().to_vec() } else { Vec::new() };
            bytes.extend(codebook(args, global)?.csv());
            bytes
        }
        Form::CodebookMd => codebook(args, global)?.markdown().into_bytes(),
        Form::Schema => pretty(&codebook(args, global)?.json_schema()),
        Form::Stata | Form::R => {
            let book = codebook(args, global)?;
            let variables = book.variables();
            let make = if to == Form::Stata { script::stata } else { script::r };
            make(&book, &variables, "wide.csv").into_bytes()
        }
        Form::Package => Vec::new(),
    };
    out.write(&text).map(|_| ())
}

fn pretty(value: &serde_json::Value) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    text
}

fn wide(args: &Convert, global: &Global, out: &mut Output) -> Result<(), Error> {
    let variables = codebook(args, global)?.variables();
    let mut line = if args.bom { BOM.as_bytes().to_vec() } else { Vec::new() };
    tabular::wide_header(&mut line, &variables);
    out.write(&line)?;
    rows(args, |row| {
        line.clear();
        tabular::wide(&mut line, &row, &variables);
        out.write(&line).map(|_| ())
    })
}

fn long(args: &Convert, out: &mut Output) -> Result<(), Error> {
    let mut lines = if args.bom { BOM.as_bytes().to_vec() } else { Vec::new() };
    tabular::long_header(&mut lines);
    out.write(&lines)?;
    rows(args, |row| {
        lines.clear();
        tabular::long(&mut lines, &row);
        out.write(&lines).map(|_| ())
    })
}

/// Hands compressed bytes on to the output.
struct Sink<'a> {
    out: &'a mut Output,
    error: Option<Error>,
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.out.write(bytes) {
            Ok(_) => Ok(bytes.len()),
            Err(e) => {
                self.error = Some(e);
                Err(std::io::ErrorKind::Other.into())
            }
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(feature = "parquet")]
fn parquet(args: &Convert, long: bool, global: &Global, out: &mut Output) -> Result<(), Error> {
    use crate::write::parquet::Table;
    let variables = if long { Vec::new() } else { codebook(args, global)?.variables() };
    let mut sink = Sink { out, error: None };
    let bad = |e: Box<dyn std::error::Error + Send + Sync>| {
        Error::new(ErrorKind::Output, "cannot write Parquet").caused_by(e)
    };
    let result = (|| {
        let table = if long { Table::long(&mut sink) } else { Table::wide(&mut sink, variables) };
        let mut table = table.map_err(|e| bad(e.into()))?;
        rows(args, |row| table.add(&row).map_err(|e| bad(e.into())))?;
        table.close().map_err(|e| bad(e.into()))
    })();
    sink.error.map_or(result, Err)
}

fn copy(args: &Convert, to: Form, out: &mut Output) -> Result<(), Error> {
    let mut from = dataset::open(&args.dataset)?;
    let mut sink = Sink { out, error: None };
    let result = match to {
        Form::JsonlGz => {
            let mut gzip = flate2::write::GzEncoder::new(&mut sink, flate2::Compression::default());
            std::io::copy(&mut from, &mut gzip).and_then(|_| gzip.try_finish())
        }
        Form::JsonlZst => {
            // frames of a bounded size, one after another: the encoder holds a whole frame
            let mut result = Ok(());
            while result.is_ok() {
                let mut part = Vec::new();
                result = from.by_ref().take(8 << 20).read_to_end(&mut part).map(|_| ());
                if part.is_empty() {
                    break;
                }
                let level = ruzstd::encoding::CompressionLevel::Fastest;
                result =
                    result.and_then(|()| sink.write_all(&ruzstd::encoding::compress_to_vec(part.as_slice(), level)));
            }
            result
        }
        _ => std::io::copy(&mut from, &mut sink).map(|_| ()),
    };
    match (sink.error, result) {
        (Some(error), _) => Err(error),
        (None, Err(e)) => Err(Error::new(ErrorKind::Output, "cannot copy the records").caused_by(e)),
        (None, Ok(())) => Ok(()),
    }
}

/// A folder with everything.
fn package(args: &Convert, global: &Global, ui: &Ui) -> Result<End, Error> {
    let Some(folder) = args.output.as_deref() else {
        return Err(Error::new(ErrorKind::Usage, "a package is a folder").hint("name it with -o"));
    };
    let refused =
        |e: std::io::Error| Error::new(ErrorKind::Output, format!("cannot write {}", folder.display())).caused_by(e);
    std::fs::create_dir_all(folder).map_err(refused)?;
    let files: &[(&str, Form)] = &[
        #[cfg(feature = "parquet")]
        ("wide.parquet", Form::Parquet),
        #[cfg(feature = "parquet")]
        ("long.parquet", Form::ParquetLong),
        ("records.jsonl.gz", Form::JsonlGz),
        ("wide.csv", Form::Csv),
        ("long.csv", Form::CsvLong),
        ("codebook.csv", Form::Codebook),
        ("codebook.md", Form::CodebookMd),
        ("schema.json", Form::Schema),
        ("load.do", Form::Stata),
        ("load.R", Form::R),
    ];
    for (name, form) in files {
        let mut out = Output::open(Some(&folder.join(name)))?;
        write(args, *form, global, &mut out)?;
        out.flush()?;
    }
    let book = codebook(args, global)?;
    let descriptor =
        descriptor(&book, folder, &files.iter().map(|(name, _)| *name).collect::<Vec<_>>()).map_err(refused)?;
    std::fs::write(folder.join("datapackage.json"), pretty(&descriptor)).map_err(refused)?;
    std::fs::write(folder.join("CITATION.cff"), CITATION.replace("VERSION", env!("CARGO_PKG_VERSION")))
        .map_err(refused)?;
    ui.note(&format!("{} records in {}", book.records, folder.display()));
    Ok(End::Done)
}

const CITATION: &str = "\
cff-version: 1.2.0
message: These data were read from published reports by gongkai; cite the program and its version beside the reports.
title: gongkai
version: VERSION
type: software
";

/// The Frictionless descriptor (Data Package v2).
fn descriptor(book: &Codebook, folder: &Path, files: &[&str]) -> std::io::Result<serde_json::Value> {
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
        "title": "政府信息公开工作年度报告",
        "description": format!("{} annual reports on government information disclosure, read by gongkai {}", book.records, env!("CARGO_PKG_VERSION")),
        "resources": resources,
    }))
}

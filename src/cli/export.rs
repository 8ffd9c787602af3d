//! Records in every form of output: what `convert`, `extract --to` and `run --to` write.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::Path;

use crate::cli::args::{Form, Global};
use crate::cli::output::{Output, apart};
use crate::cli::{dataset, pattern_set};
use crate::error::{Error, ErrorKind};
use crate::run::dataset::{LEDGER, MANIFEST};
use crate::write::codebook::Codebook;
use crate::write::tabular;
use crate::write::{row, script};

const BOM: &str = "\u{feff}";

/// Records to write in other forms.
pub struct Export<'a> {
    /// A JSON Lines file or the folder of a run.
    pub dataset: &'a Path,
    /// Whether CSV begins with a byte order mark.
    pub bom: bool,
    /// Options of every subcommand.
    pub global: &'a Global,
}

/// The usual file name of each form.
const NAMES: &[(Form, &str)] = &[
    #[cfg(feature = "parquet")]
    (Form::Parquet, "wide.parquet"),
    #[cfg(feature = "parquet")]
    (Form::ParquetLong, "long.parquet"),
    (Form::Jsonl, "records.jsonl"),
    (Form::JsonlGz, "records.jsonl.gz"),
    (Form::JsonlZst, "records.jsonl.zst"),
    (Form::Csv, "wide.csv"),
    (Form::CsvLong, "long.csv"),
    (Form::Codebook, "codebook.csv"),
    (Form::CodebookMd, "codebook.md"),
    (Form::Schema, "schema.json"),
    (Form::Stata, "load.do"),
    (Form::R, "load.R"),
    (Form::Package, "package"),
];

impl Form {
    /// The name of its file beside others.
    pub fn file_name(self) -> &'static str {
        NAMES.iter().find(|(form, _)| *form == self).map_or("records", |(_, name)| name)
    }

    /// The form that a file of this name is expected to have.
    pub fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let endings: &[(&str, Self)] = &[
            (".jsonl.gz", Self::JsonlGz),
            (".json.gz", Self::JsonlGz),
            (".jsonl.zst", Self::JsonlZst),
            (".json.zst", Self::JsonlZst),
            (".jsonl", Self::Jsonl),
            (".json", Self::Jsonl),
            (".ndjson", Self::Jsonl),
            (".csv", Self::Csv),
            #[cfg(feature = "parquet")]
            (".parquet", Self::Parquet),
            (".do", Self::Stata),
            (".r", Self::R),
        ];
        endings.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, form)| *form)
    }

    /// The form that is wanted: as said, else as the name of the file says; none where neither says one.
    ///
    /// # Errors
    /// A name that says another form, or one that nothing here is written in ([`ErrorKind::Usage`]).
    pub fn wanted(said: Option<Self>, file: Option<&Path>) -> Result<Option<Self>, Error> {
        // a pipe, or what /dev/fd leads to, says nothing by its name
        let file = file.filter(|path| *path != Path::new("-") && !(path.exists() && !path.is_file() && !path.is_dir()));
        let Some(path) = file else { return Ok(said) };
        let by_name = Self::of_name(path);
        let name = path.display();
        let refused = |message: String| {
            let hint =
                "end the name in .jsonl, .jsonl.gz, .jsonl.zst, .csv or .parquet; --to says what has other names";
            Err(Error::new(ErrorKind::Usage, message).hint(hint))
        };
        match (said, by_name) {
            (Some(form), Some(other)) if form.ending() != other.ending() => {
                refused(format!("{name} is no name for what --to says: it would end in {}", form.ending()))
            }
            (Some(form), None)
                if OTHERS.iter().any(|ending| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending))) =>
            {
                refused(format!("{name} is no name for what --to says: it would end in {}", form.ending()))
            }
            (None, None) if path.extension().is_some() => {
                refused(format!("no form that is written has a name like {name}"))
            }
            _ => Ok(said.or(by_name)),
        }
    }

    /// What the name of its file ends in.
    fn ending(self) -> &'static str {
        match self {
            Self::Schema => Self::Jsonl.ending(),
            Self::Package => "nothing: it is a folder",
            form => form.file_name().split_once('.').map_or("", |(_, ending)| ending),
        }
    }
}

/// Endings of forms that are not written, and must not be believed to be.
const OTHERS: [&str; 15] =
    ["gz", "zst", "xz", "bz2", "zip", "7z", "xlsx", "xls", "ods", "dta", "sav", "rds", "db", "sqlite", "feather"];

impl Export<'_> {
    /// Writes the records in one form.
    pub fn to_file(&self, to: Form, file: Option<&Path>) -> Result<(), Error> {
        self.spare(file)?;
        let mut out = Output::open(file)?;
        self.write(to, &mut out)?;
        out.finish()
    }

    /// Refuses to write over the records that are read, and what stands beside them.
    pub fn spare(&self, file: Option<&Path>) -> Result<(), Error> {
        let records = dataset::file(self.dataset)?;
        let beside = [LEDGER, MANIFEST].map(|name| self.dataset.join(name));
        apart(file, beside.into_iter().chain([records]))
    }

    /// The codebook of the patterns, with the counts of the records.
    pub fn codebook(&self) -> Result<Codebook, Error> {
        let patterns = pattern_set(self.global.patterns.as_deref())?;
        let mut book = Codebook::of(patterns);
        self.rows(|row| {
            book.count(&row);
            Ok(())
        })?;
        Ok(book)
    }

    /// Names of the families that the records are of, Chinese and English.
    pub fn families(&self) -> Result<Vec<&'static (String, String)>, Error> {
        let patterns = pattern_set(self.global.patterns.as_deref())?;
        let mut made_by = BTreeSet::new();
        self.rows(|row| {
            for (id, _) in row.made_by.patterns.0 {
                if !made_by.contains(&id) {
                    made_by.insert(id);
                }
            }
            Ok(())
        })?;
        Ok(patterns.families.iter().filter(|family| made_by.contains(&family.id)).map(|family| &family.title).collect())
    }

    fn rows(&self, take: impl FnMut(row::Row) -> Result<(), Error>) -> Result<(), Error> {
        row::each(&mut *dataset::open(self.dataset)?, &self.dataset.display().to_string(), take)
    }

    fn write(&self, to: Form, out: &mut Output) -> Result<(), Error> {
        let text = match to {
            Form::Csv => return self.wide(out),
            Form::CsvLong => return self.long(out),
            #[cfg(feature = "parquet")]
            Form::Parquet | Form::ParquetLong => return self.parquet(to == Form::ParquetLong, out),
            Form::Jsonl | Form::JsonlGz | Form::JsonlZst => return self.copy(to, out),
            Form::Codebook => {
                let mut bytes = if self.bom { BOM.as_bytes().to_vec() } else { Vec::new() };
                bytes.extend(self.codebook()?.csv());
                bytes
            }
            Form::CodebookMd => self.codebook()?.markdown().into_bytes(),
            Form::Schema => pretty(&self.codebook()?.json_schema()),
            Form::Stata | Form::R => {
                let book = self.codebook()?;
                let variables = book.variables();
                let make = if to == Form::Stata { script::stata } else { script::r };
                make(&book, &variables, "wide.csv").into_bytes()
            }
            Form::Package => Vec::new(),
        };
        out.write(&text).map(|_| ())
    }

    fn wide(&self, out: &mut Output) -> Result<(), Error> {
        let variables = self.codebook()?.variables();
        let mut line = if self.bom { BOM.as_bytes().to_vec() } else { Vec::new() };
        tabular::wide_header(&mut line, &variables);
        out.write(&line)?;
        self.rows(|row| {
            line.clear();
            tabular::wide(&mut line, &row, &variables);
            out.write(&line).map(|_| ())
        })
    }

    fn long(&self, out: &mut Output) -> Result<(), Error> {
        let mut lines = if self.bom { BOM.as_bytes().to_vec() } else { Vec::new() };
        tabular::long_header(&mut lines);
        out.write(&lines)?;
        self.rows(|row| {
            lines.clear();
            tabular::long(&mut lines, &row);
            out.write(&lines).map(|_| ())
        })
    }

    #[cfg(feature = "parquet")]
    fn parquet(&self, long: bool, out: &mut Output) -> Result<(), Error> {
        use crate::write::parquet::Table;
        let variables = if long { Vec::new() } else { self.codebook()?.variables() };
        let mut sink = Sink { out, error: None };
        let bad = |e: Box<dyn std::error::Error + Send + Sync>| {
            Error::new(ErrorKind::Output, "cannot write Parquet").caused_by(e)
        };
        let result = (|| {
            let table = if long { Table::long(&mut sink) } else { Table::wide(&mut sink, variables) };
            let mut table = table.map_err(|e| bad(e.into()))?;
            self.rows(|row| table.add(&row).map_err(|e| bad(e.into())))?;
            table.close().map_err(|e| bad(e.into()))
        })();
        sink.error.map_or(result, Err)
    }

    fn copy(&self, to: Form, out: &mut Output) -> Result<(), Error> {
        let mut from = dataset::open(self.dataset)?;
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
                    result = result
                        .and_then(|()| sink.write_all(&ruzstd::encoding::compress_to_vec(part.as_slice(), level)));
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
}

/// JSON for people.
pub fn pretty(value: &serde_json::Value) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    text
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

//! Records that a subcommand reads back: a JSON Lines file, plain or compressed, or the folder of a run.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};
use crate::run::dataset::{MANIFEST, RECORDS};
use crate::source::container::Zstd;

/// First bytes of gzip and of Zstandard.
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// The file of records.
///
/// # Errors
/// A folder without a complete run.
pub fn file(dataset: &Path) -> Result<PathBuf, Error> {
    if !dataset.is_dir() {
        return Ok(dataset.to_path_buf());
    }
    if !dataset.join(MANIFEST).exists() {
        let message = format!("{} is no complete run", dataset.display());
        return Err(Error::new(ErrorKind::Usage, message).hint("let gongkai run finish, or name a file of records"));
    }
    Ok(dataset.join(RECORDS))
}

/// The file of records, where it can be read from any place.
///
/// # Errors
/// A folder without a complete run, a compressed file.
pub fn plain(dataset: &Path) -> Result<PathBuf, Error> {
    let path = file(dataset)?;
    let mut head = Vec::new();
    let read = File::open(&path).and_then(|file| file.take(4).read_to_end(&mut head));
    if read.is_ok() && (head.starts_with(GZIP) || head.starts_with(ZSTD)) {
        let message = format!("{} is compressed", path.display());
        return Err(Error::new(ErrorKind::Usage, message).hint("unpack it first: gongkai convert FILE -o plain.jsonl"));
    }
    Ok(path)
}

/// Opens the records.
///
/// # Errors
/// Where there are none to read.
pub fn open(dataset: &Path) -> Result<Box<dyn BufRead>, Error> {
    let path = file(dataset)?;
    let opened = File::open(&path).map_err(|e| {
        Error::new(ErrorKind::Usage, format!("cannot read {}", path.display()))
            .hint("name a JSON Lines file of gongkai extract, or the folder of gongkai run")
            .caused_by(e)
    })?;
    let mut reader = BufReader::with_capacity(1 << 18, opened);
    let head = reader.fill_buf().unwrap_or_default();
    Ok(if head.starts_with(GZIP) {
        Box::new(BufReader::with_capacity(1 << 18, flate2::bufread::MultiGzDecoder::new(reader)))
    } else if head.starts_with(ZSTD) {
        Box::new(BufReader::with_capacity(1 << 18, Zstd::new(reader)))
    } else {
        Box::new(reader)
    })
}

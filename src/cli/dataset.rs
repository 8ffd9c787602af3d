//! Records that a subcommand reads back: a JSON Lines file, plain or compressed, or the folder of a run.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};
use crate::run::dataset::{MANIFEST, RECORDS};

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
    let gzip = reader.fill_buf().is_ok_and(|head| head.starts_with(&[0x1f, 0x8b]));
    Ok(if gzip {
        Box::new(BufReader::with_capacity(1 << 18, flate2::bufread::MultiGzDecoder::new(reader)))
    } else {
        Box::new(reader)
    })
}

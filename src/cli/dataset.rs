//! Records that a subcommand reads back: a JSON Lines file, plain or compressed, or the folder of a run.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::cli::spool::Spool;
use crate::error::{Error, ErrorKind};
use crate::run::dataset::{MANIFEST, RECORDS};
use crate::source::container::Zstd;
use crate::write::row::{self, Row};

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

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    at: u64,
    length: u64,
}

/// Records that can be read again in any order, so that only a few are in memory at a time.
#[derive(Debug)]
pub struct Records {
    file: File,
    name: String,
    /// Compressed records, unpacked.
    _spool: Option<Spool>,
}

impl Records {
    /// Opens the records; compressed ones are unpacked onto the disk for as long as they are needed.
    ///
    /// # Errors
    /// Where there are none to read, or no room to unpack them.
    pub fn open(dataset: &Path) -> Result<Self, Error> {
        let mut path = file(dataset)?;
        let name = path.display().to_string();
        let mut from = open(dataset)?;
        let mut head = Vec::new();
        // a plain file is read where it is
        let _ = File::open(&path).and_then(|file| file.take(4).read_to_end(&mut head));
        let spool = if head.starts_with(GZIP) || head.starts_with(ZSTD) {
            let spool = Spool::beside(None);
            let unpacked = File::create(spool.path()).and_then(|mut to| std::io::copy(&mut from, &mut to));
            unpacked.map_err(|e| Error::new(ErrorKind::Output, format!("cannot unpack {name}")).caused_by(e))?;
            path = spool.path().to_path_buf();
            Some(spool)
        } else {
            None
        };
        let file =
            File::open(&path).map_err(|e| Error::new(ErrorKind::Usage, format!("cannot read {name}")).caused_by(e))?;
        Ok(Self { file, name, _spool: spool })
    }

    /// Hands on every record with its place.
    ///
    /// # Errors
    /// A line that is no record, or what `take` says.
    pub fn each(&mut self, mut take: impl FnMut(Row, Place) -> Result<(), Error>) -> Result<(), Error> {
        let bad = |e: std::io::Error| Error::new(ErrorKind::Usage, format!("cannot read {}", self.name)).caused_by(e);
        self.file.rewind().map_err(bad)?;
        let mut reader = BufReader::with_capacity(1 << 18, &self.file);
        let (mut at, mut number, mut line) = (0u64, 0u64, Vec::new());
        loop {
            line.clear();
            number += 1;
            let length = reader.read_until(b'\n', &mut line).map_err(bad)? as u64;
            if length == 0 {
                return Ok(());
            }
            if !line.trim_ascii().is_empty() {
                take(row::parse(&line, number, &self.name)?, Place { at, length })?;
            }
            at += length;
        }
    }

    /// The record at a place.
    ///
    /// # Errors
    /// Where the file has changed meanwhile.
    pub fn get(&mut self, place: Place) -> Result<Row, Error> {
        let changed =
            |e: std::io::Error| Error::new(ErrorKind::Usage, format!("{} changed meanwhile", self.name)).caused_by(e);
        let mut line = Vec::new();
        self.file.seek(SeekFrom::Start(place.at)).map_err(changed)?;
        Read::by_ref(&mut self.file).take(place.length).read_to_end(&mut line).map_err(changed)?;
        row::parse(&line, 0, &self.name)
    }
}

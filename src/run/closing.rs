//! What stands beside the records of a complete run: lists of failures and duplicates, quarantine, manifest.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::run::dataset::{LEDGER, MANIFEST, RECORDS};
use crate::run::ledger::{self, Entry, Fate};
use crate::source::hash;

/// The name of the list of files that gave no record.
pub const FAILURES: &str = "failures.jsonl";
/// The name of the list of files whose content another had.
pub const DUPLICATES: &str = "duplicates.jsonl";
const QUARANTINE: &str = "quarantine.txt";
/// The names of all lists.
pub const LISTS: [&str; 3] = [FAILURES, DUPLICATES, QUARANTINE];

/// A file that is there whole or not at all.
struct Whole {
    path: PathBuf,
    next: PathBuf,
    file: BufWriter<File>,
}

impl Whole {
    fn create(path: PathBuf) -> io::Result<Self> {
        let mut next = path.as_os_str().to_owned();
        next.push(".next");
        let next = PathBuf::from(next);
        let file = BufWriter::new(File::create(&next)?);
        Ok(Self { path, next, file })
    }

    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        self.file.write_all(line)?;
        self.file.write_all(b"\n")
    }

    fn put(self) -> io::Result<()> {
        self.file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(self.next, self.path)
    }
}

/// Counts for the manifest.
#[derive(Default)]
struct Counts {
    files: u64,
    containers: u64,
    records: u64,
    numbers: u64,
    flags: u64,
    failed_checks: u64,
    duplicates: u64,
    failures: BTreeMap<String, u64>,
}

impl Counts {
    fn add(&mut self, entry: &Entry) {
        match entry.fate {
            Fate::Opened => {
                self.containers += 1;
                return;
            }
            Fate::Record => self.records += entry.records,
            Fate::Duplicate => self.duplicates += 1,
            Fate::Failed => *self.failures.entry(entry.code.clone().unwrap_or_default()).or_default() += 1,
        }
        self.files += 1;
        self.numbers += entry.numbers;
        self.flags += entry.flags;
        self.failed_checks += entry.failed_checks;
    }
}

/// Writes lists and manifest of a run whose ledger tells every file in the order of the walk, and nothing else.
///
/// # Errors
/// Where the disk refuses.
pub fn close(folder: &Path, made_by: &serde_json::Value, shard: Option<(u64, u64)>) -> io::Result<()> {
    let list = |name: &str| Whole::create(folder.join(name));
    let (mut failures, mut duplicates, mut quarantine) = (list(FAILURES)?, list(DUPLICATES)?, list(QUARANTINE)?);
    let mut counts = Counts::default();
    ledger::scan(&mut BufReader::with_capacity(1 << 18, File::open(folder.join(LEDGER))?), |_, entry, _| {
        counts.add(&entry);
        match entry.fate {
            Fate::Failed => {
                failures.line(&named(&entry, &[("code", &entry.code), ("message", &entry.message)])?)?;
                if matches!(entry.code.as_deref(), Some("crashed" | "timed-out")) {
                    quarantine.line(entry.origin.to_string().replace(['\n', '\r'], " ").as_bytes())?;
                }
            }
            Fate::Duplicate => duplicates.line(&named(&entry, &[("of", &entry.of)])?)?,
            Fate::Record | Fate::Opened => {}
        }
        Ok(true)
    })?;
    for file in [failures, duplicates, quarantine] {
        file.put()?;
    }
    let mut manifest = json!({
        "schema": "gongkai.manifest/1",
        "made_by": made_by,
        "files": counts.files,
        "containers": counts.containers,
        "records": counts.records,
        "numbers": counts.numbers,
        "flags": counts.flags,
        "failed_checks": counts.failed_checks,
        "duplicates": counts.duplicates,
        "failures": counts.failures,
        "outputs": {
            RECORDS: file_sha256(&folder.join(RECORDS))?,
            FAILURES: file_sha256(&folder.join(FAILURES))?,
            DUPLICATES: file_sha256(&folder.join(DUPLICATES))?,
        },
    });
    if let (Some((i, n)), Some(object)) = (shard, manifest.as_object_mut()) {
        object.insert("shard".to_owned(), json!([i, n]));
    }
    let mut out = list(MANIFEST)?;
    out.line(serde_json::to_string_pretty(&manifest)?.as_bytes())?;
    out.put()
}

/// Names and digest of a file, and what else is said of it.
fn named(entry: &Entry, more: &[(&str, &Option<String>)]) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_value(&entry.origin)?;
    if let Some(object) = line.as_object_mut() {
        object.insert("sha256".to_owned(), entry.sha256.as_str().into());
        for (key, value) in more {
            object.extend(value.as_ref().map(|value| ((*key).to_owned(), value.as_str().into())));
        }
    }
    Ok(serde_json::to_vec(&line)?)
}

/// SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// Where it cannot be read.
pub fn file_sha256(path: &Path) -> io::Result<String> {
    use sha2::{Digest, Sha256};
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash::hex(&digest.finalize())),
            n => digest.update(buffer.get(..n).unwrap_or_default()),
        }
    }
}

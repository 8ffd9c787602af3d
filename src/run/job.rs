//! One file to read, and what became of it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::document::Format;
use crate::failure::Failure;

/// Names of a source as output shows them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Origin {
    /// Path as given, with `/` between its parts.
    pub path: String,
    /// Member of the archive at `path`, nested ones joined by `!/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Address that a crawl fetched it from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When the crawl fetched it, ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched: Option<String>,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path)?;
        if let Some(member) = &self.member {
            write!(f, "!/{member}")?;
        }
        Ok(())
    }
}

/// Where the bytes of a job are.
#[derive(Debug)]
pub enum Input {
    /// On disk.
    File(PathBuf),
    /// In memory: a member of an archive.
    Bytes(Vec<u8>),
    /// Nowhere: it could not be found or taken out of its archive.
    Missing(Failure),
}

impl Input {
    /// Bytes that the job holds in memory while it waits.
    #[must_use]
    pub fn held(&self) -> u64 {
        if let Self::Bytes(bytes) = self { bytes.len() as u64 } else { 0 }
    }
}

/// One file to read.
#[derive(Debug)]
pub struct Job {
    /// Its names.
    pub origin: Origin,
    /// Its bytes.
    pub input: Input,
    /// The format that the operator says it is, against its bytes.
    pub format: Option<Format>,
}

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its names.
    pub origin: Origin,
    /// Size in bytes; 0 where it could not be read.
    pub bytes: u64,
    /// SHA-256 in hexadecimal; empty where it could not be read.
    pub sha256: String,
    /// Records as JSON lines, or why there is none.
    pub result: Result<Yield, Failure>,
    /// Whether the bytes were those known, and so not read again; the result is then empty.
    pub unchanged: bool,
    /// Milliseconds that it took.
    pub millis: u64,
}

impl Outcome {
    /// The outcome of a file that gave no bytes, or cost its reader its life.
    #[must_use]
    pub fn failed(origin: Origin, failure: Failure) -> Self {
        Self { origin, bytes: 0, sha256: String::new(), result: Err(failure), unchanged: false, millis: 0 }
    }
}

/// The records of one file, written, with the counts for the summary.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Yield {
    /// JSON lines, each with its line feed.
    pub lines: Vec<u8>,
    /// Number of records.
    pub records: u32,
    /// Variables with a number.
    pub numbers: u32,
    /// Flags raised.
    pub flags: u32,
    /// Checks that do not hold.
    pub failed_checks: u32,
}

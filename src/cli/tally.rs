//! Counts for progress and the closing summary.

use std::collections::BTreeMap;

use crate::failure::Failure;
use crate::run::job::{Outcome, Yield};

/// What a run has come to so far.
#[derive(Debug, Default)]
pub struct Tally {
    pub files: u64,
    pub records: u64,
    pub numbers: u64,
    pub flags: u64,
    pub failed_checks: u64,
    pub failures: BTreeMap<&'static str, u64>,
    pub duplicates: u64,
    pub kept: u64,
}

impl Tally {
    /// Files that gave no record.
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    /// Counts one file.
    pub fn add(&mut self, outcome: &Outcome) {
        match &outcome.result {
            Ok(done) => self.done(done),
            Err(failure) => self.fail(failure),
        }
    }

    /// Counts a file that was read.
    pub fn done(&mut self, done: &Yield) {
        self.files += 1;
        self.records += u64::from(done.records);
        self.numbers += u64::from(done.numbers);
        self.flags += u64::from(done.flags);
        self.failed_checks += u64::from(done.failed_checks);
    }

    /// Counts a file that gave no record.
    pub fn fail(&mut self, failure: &Failure) {
        self.files += 1;
        *self.failures.entry(failure.code()).or_default() += 1;
    }

    /// The counts for a log that programs read.
    pub fn fields(&self) -> serde_json::Value {
        serde_json::json!({
            "files": self.files,
            "records": self.records,
            "numbers": self.numbers,
            "flags": self.flags,
            "failed_checks": self.failed_checks,
            "failures": self.failures,
            "duplicates": self.duplicates,
            "done_before": self.kept,
        })
    }

    /// The closing line.
    pub fn line(&self, seconds: f64) -> String {
        let mut line = format!(
            "{}: {} with {}, {}, {} failed",
            count(self.files, "file"),
            count(self.records, "record"),
            count(self.numbers, "number"),
            count(self.flags, "flag"),
            count(self.failed_checks, "check"),
        );
        if !self.failures.is_empty() {
            let parts: Vec<String> = self.failures.iter().map(|(code, n)| format!("{code} {n}")).collect();
            line.push_str(&format!("; {} without a record ({})", count(self.failed(), "file"), parts.join(", ")));
        }
        if self.duplicates > 0 {
            line.push_str(&format!("; {}", count(self.duplicates, "duplicate")));
        }
        if self.kept > 0 {
            line.push_str(&format!("; {} done before", self.kept));
        }
        line.push_str(&format!("; {seconds:.1} s"));
        line
    }
}

/// `1 file`, `2 files`.
pub fn count(n: u64, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}

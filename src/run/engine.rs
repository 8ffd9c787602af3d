//! From a job to its outcome, in this process: read, extract, write the lines; a panic is a failure.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::document::Format;
use crate::extract::extract;
use crate::failure::Failure;
use crate::limits::Limits;
use crate::pattern::PatternSet;
use crate::record::State;
use crate::run::job::{Input, Job, Outcome, Yield};
use crate::source::walk::read_file;
use crate::write::jsonl;

/// What every job of a run needs.
#[derive(Debug)]
pub struct Engine {
    /// Bounds for one file.
    pub limits: Limits,
    /// What to look for.
    pub patterns: PatternSet,
}

impl Engine {
    /// Does one job; whatever its bytes are, an outcome comes back (except for an abort or a stack overflow,
    /// which only another process survives).
    #[must_use]
    pub fn run(&self, job: Job) -> Outcome {
        let Job { origin, input, format } = job;
        let bytes = match input {
            Input::File(path) => read_file(&path, &self.limits),
            Input::Bytes(bytes) => Ok(bytes),
            Input::Missing(failure) => Err(failure),
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(failure) => return Outcome { origin, bytes: 0, sha256: String::new(), result: Err(failure) },
        };
        let sha256 = crate::source::hash::sha256(&bytes);
        let result = self.guarded(&bytes, format).map(|mut records| {
            let mut done = Yield::default();
            for record in &mut records {
                record.source.path.clone_from(&origin.path);
                record.source.member.clone_from(&origin.member);
                record.source.url.clone_from(&origin.url);
                record.source.fetched.clone_from(&origin.fetched);
                record.source.bytes = bytes.len() as u64;
                record.source.sha256.clone_from(&sha256);
                jsonl::write_record(&mut done.lines, record);
                done.records += 1;
                done.numbers += count(record.readings.iter().filter(|r| r.state == State::Number).count());
                done.flags += count(record.flags.len());
                done.failed_checks += count(record.checks.iter().filter(|c| !c.holds).count());
            }
            done
        });
        Outcome { origin, bytes: bytes.len() as u64, sha256, result }
    }

    fn guarded(&self, bytes: &[u8], format: Option<Format>) -> Result<Vec<crate::record::Record>, Failure> {
        let extract = || extract(bytes, format, &self.limits, &self.patterns);
        match catch_unwind(AssertUnwindSafe(extract)) {
            Ok(result) => result.map(|extracted| extracted.reports.into_iter().map(|r| r.record).collect()),
            Err(panic) => Err(Failure::Crashed(panic_message(panic.as_ref()))),
        }
    }
}

/// What a panic said.
#[must_use]
pub fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("panic without a message").lines().next().unwrap_or_default().to_owned()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

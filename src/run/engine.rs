//! From a job to its outcome, in this process: read, extract, write the lines; a panic is a failure.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use crate::extract::{Extracted, Extractor};
use crate::failure::Failure;
use crate::pattern::PatternSet;
use crate::record::{Record, State};
use crate::run::job::{Input, Job, Outcome, Yield};
use crate::settings::Settings;
use crate::source::walk::read_file;
use crate::write::{jsonl, tabular};

/// What every job of a run needs.
pub struct Engine {
    /// How files are read.
    pub settings: Settings,
    extractor: Extractor<'static>,
}

impl Engine {
    /// An engine that looks for `patterns`, which live as long as the process.
    #[must_use]
    pub fn new(settings: Settings, patterns: &'static PatternSet) -> Self {
        Self { settings, extractor: Extractor::new(patterns) }
    }

    /// Does one job; whatever its bytes are, an outcome comes back (except for an abort or a stack overflow,
    /// which only another process survives).
    #[must_use]
    pub fn run(&self, job: Job) -> Outcome {
        let started = Instant::now();
        let Job { origin, input, format } = job;
        let bytes = match input {
            Input::File(path) => read_file(&path, &self.settings.limits),
            Input::Bytes(bytes) => Ok(bytes),
            Input::Missing(failure) => Err(failure),
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(failure) => return Outcome::failed(origin, failure),
        };
        let sha256 = crate::source::hash::sha256(&bytes);
        let size = bytes.len() as u64;
        let extract = || {
            if is_own(&bytes) {
                return Err(Failure::NoReport("an output of gongkai".to_owned()));
            }
            self.extractor.extract(&bytes, format, &self.settings)
        };
        let records = |extracted: Extracted| extracted.reports.into_iter().map(|r| r.record).collect::<Vec<_>>();
        let result = guarded(extract).map(records).and_then(|mut records| {
            if records.is_empty() {
                return Err(Failure::NoReport("nothing in it looks like a report".to_owned()));
            }
            let mut done = Yield::default();
            for record in &mut records {
                record.source.path.clone_from(&origin.path);
                record.source.member.clone_from(&origin.member);
                record.source.url.clone_from(&origin.url);
                record.source.fetched.clone_from(&origin.fetched);
                record.source.bytes = size;
                record.source.sha256.clone_from(&sha256);
                done.add(record);
            }
            Ok(done)
        });
        let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Outcome { origin, bytes: size, sha256, result, unchanged: false, millis }
    }
}

/// Whether the bytes are what this program wrote: they quote reports, and a folder of reports may hold them.
fn is_own(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let tables = || [tabular::REPORT.join(","), tabular::CELL.join(",")];
    text.starts_with(b"{\"schema\": \"gongkai.")
        || text.starts_with(b"{\"schema\":\"gongkai.")
        || text.starts_with(b"id,") && tables().iter().any(|head| text.starts_with(head.as_bytes()))
}

impl Yield {
    fn add(&mut self, record: &Record) {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        jsonl::write_record(&mut self.lines, record);
        self.records += 1;
        self.numbers += count(record.readings.iter().filter(|r| r.state == State::Number).count());
        self.flags += count(record.flags.len());
        self.failed_checks += count(record.checks.iter().filter(|c| !c.holds).count());
    }
}

thread_local! {
    static PANIC_AT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps the place of a panic for its message instead of printing it; for processes that only read files.
pub fn hush_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|l| format!(" at {}:{}", l.file(), l.line())).unwrap_or_default();
        PANIC_AT.with(|at| at.replace(place));
    }));
}

/// Does `work`; a panic becomes [`Failure::Crashed`].
///
/// # Errors
/// What `work` says, or its panic.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let place = PANIC_AT.with(RefCell::take);
        Err(Failure::Crashed(format!("{}{place}", panic_message(panic.as_ref()))))
    })
}

/// What a panic said.
#[must_use]
pub fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("panic without a message").lines().next().unwrap_or_default().to_owned()
}

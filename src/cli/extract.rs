//! `gongkai extract`: files in, one JSON record a report out.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

use crate::cli::args::{Extract, Global};
use crate::cli::ui::{Output, Ui};
use crate::cli::{End, INTERRUPTED, catch_interrupts, options, patterns};
use crate::error::{Error, ErrorKind};
use crate::run::engine::Engine;
use crate::run::job::{Input, Job, Origin, Outcome};
use crate::run::pool::{self, Settings};
use crate::source::walk::{Found, Walk};

/// Counts for the closing summary.
#[derive(Debug, Default)]
struct Tally {
    files: u64,
    records: u64,
    numbers: u64,
    flags: u64,
    failed_checks: u64,
    failures: BTreeMap<&'static str, u64>,
    bytes: u64,
}

impl Tally {
    fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    fn add(&mut self, outcome: &Outcome) {
        self.files += 1;
        self.bytes += outcome.bytes;
        match &outcome.result {
            Ok(done) => {
                self.records += u64::from(done.records);
                self.numbers += u64::from(done.numbers);
                self.flags += u64::from(done.flags);
                self.failed_checks += u64::from(done.failed_checks);
            }
            Err(failure) => *self.failures.entry(failure.code()).or_default() += 1,
        }
    }

    fn line(&self, seconds: f64) -> String {
        let mut line = format!(
            "{} files: {} records with {} numbers, {} flags, {} checks that do not hold",
            self.files, self.records, self.numbers, self.flags, self.failed_checks
        );
        if !self.failures.is_empty() {
            let parts: Vec<String> = self.failures.iter().map(|(code, n)| format!("{code} {n}")).collect();
            line.push_str(&format!("; {} failed ({})", self.failed(), parts.join(", ")));
        }
        line.push_str(&format!("; {seconds:.1} s"));
        line
    }
}

/// Runs it.
pub fn run(args: &Extract, global: &Global, ui: &mut Ui) -> Result<End, Error> {
    let (paths, mut selection) = args.inputs.resolve()?;
    if paths.is_empty() {
        return Err(Error::new(ErrorKind::Usage, "the list of paths is empty").hint("name files or folders"));
    }
    let engine = Engine { limits: args.limits.resolve(), patterns: patterns(global)? };
    let mut out = Output::open(args.output.as_deref())?;
    if let Some(path) = &args.output {
        selection.skip(path);
    }
    catch_interrupts();
    if let Some(bar) = ui.begin() {
        // the total comes from a second walk, so that reading can begin at once
        let walk = Walk::new(paths.clone(), selection.clone());
        std::thread::spawn(move || bar.set_length(walk.count() as u64));
    }
    let format = args.inputs.format.map(|f| f.format());
    let jobs = Walk::new(paths, selection).map(|found| job(found, format));
    let mut tally = Tally::default();
    let mut error = None;
    let mut fell = false;
    let emit = |outcome: Outcome| {
        tally.add(&outcome);
        match &outcome.result {
            Ok(done) => match out.write(&done.lines) {
                Ok(true) => {}
                Ok(false) => return ControlFlow::Break(()),
                Err(e) => {
                    error = Some(e);
                    return ControlFlow::Break(());
                }
            },
            Err(failure) => {
                ui.failure(&outcome.origin, failure);
                if args.fail_fast {
                    fell = true;
                    return ControlFlow::Break(());
                }
            }
        }
        ui.step(tally.failed());
        ControlFlow::Continue(())
    };
    let settings = Settings::new(options::jobs(args.jobs));
    let interrupted = || INTERRUPTED.load(Ordering::SeqCst);
    pool::ordered(jobs, &settings, interrupted, |job: &Job| job.input.held(), |job| engine.run(job), emit)?;
    out.flush()?;
    ui.end();
    if let Some(error) = error {
        return Err(error);
    }
    ui.note(&tally.line(ui.elapsed().as_secs_f64()));
    if interrupted() {
        return Ok(End::Interrupted);
    }
    Ok(if fell || tally.failed() > 0 { End::SomeFailed } else { End::Done })
}

fn job(found: Found, format: Option<crate::document::Format>) -> Job {
    let input = match found.file {
        Ok(path) => Input::File(path),
        Err(failure) => Input::Missing(failure),
    };
    Job { origin: Origin { path: found.name, ..Origin::default() }, input, format }
}

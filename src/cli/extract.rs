//! `gongkai extract`: files in, one JSON record a report out.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use crate::cli::args::{Extract, Global};
use crate::cli::reader::Reader;
use crate::cli::tally::Tally;
use crate::cli::ui::{Output, Ui};
use crate::cli::{End, INTERRUPTED, catch_interrupts, options};
use crate::error::{Error, ErrorKind};
use crate::run::job::Outcome;
use crate::run::plan::{Plan, Step};
use crate::run::pool::{self, Settings};
use crate::source::container;
use crate::source::walk::{Selection, Walk};

/// Runs it.
pub fn run(args: &Extract, global: &Global, ui: &mut Ui) -> Result<End, Error> {
    let (paths, mut selection) = args.inputs.resolve()?;
    if paths.is_empty() {
        return Err(Error::new(ErrorKind::Usage, "the list of paths is empty").hint("name files or folders"));
    }
    let alone = match paths.as_slice() {
        [path] => path.is_file() && std::fs::File::open(path).is_ok_and(|mut f| container::kind_of(&mut f).is_none()),
        _ => false,
    };
    let reader = Reader::new(&args.limits, global.patterns.as_deref(), alone)?;
    let mut out = Output::open(args.output.as_deref())?;
    if let Some(path) = &args.output {
        selection.skip(path);
    }
    catch_interrupts();
    count_ahead(ui, false, &paths, &selection);
    let plan = Plan {
        paths,
        selection,
        format: args.inputs.format.map(|f| f.format()),
        limits: args.limits.resolve(),
        other_shard: &|_| false,
        skip: &|_, _| false,
    };
    let mut tally = Tally::default();
    let mut error = None;
    let mut fell = false;
    let emit = |outcome: Option<Outcome>| {
        let Some(outcome) = outcome else { return ControlFlow::Continue(()) };
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
        ui.step(tally.failed(), &|| reader.slowest());
        ControlFlow::Continue(())
    };
    let work = |step: Step| match step {
        Step::Read { job, .. } => Some(reader.run(job)),
        Step::Opened { .. } | Step::Skipped { .. } => None,
    };
    let settings = Settings::new(options::jobs(args.jobs));
    let interrupted = || INTERRUPTED.load(Ordering::SeqCst);
    pool::ordered(|put| plan.walk(put), &settings, interrupted, Step::held, work, emit)?;
    let flushed = out.flush();
    ui.end();
    if let Some(error) = error {
        return Err(error);
    }
    flushed?;
    ui.note(&tally.line(ui.elapsed().as_secs_f64()));
    if interrupted() {
        return Ok(End::Interrupted);
    }
    Ok(if fell || tally.failed() > 0 { End::SomeFailed } else { End::Done })
}

/// Counts the files in a second walk for the time left, so that reading can begin at once.
pub fn count_ahead(ui: &mut Ui, lines: bool, paths: &[PathBuf], selection: &Selection) {
    let progress = ui.begin(lines);
    if ui.shows_progress() {
        let walk = Walk::new(paths.to_vec(), selection.clone());
        std::thread::spawn(move || progress.total.store(walk.count() as u64, Ordering::Relaxed));
    }
}

//! `gongkai extract`: files in, one JSON record a report out.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use crate::cli::args::{Extract, Form, Global};
use crate::cli::export::Export;
use crate::cli::output::{Output, apart, cut_to_lines, part};
use crate::cli::reader::Reader;
use crate::cli::spool::Spool;
use crate::cli::tally::{Tally, count};
use crate::cli::ui::Ui;
use crate::cli::{End, INTERRUPTED, catch_interrupts, convert, options};
use crate::error::{Error, ErrorKind};
use crate::run::job::{Origin, Outcome, Yield};
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
    let settings = args.reading.resolve()?;
    let limits = settings.limits.clone();
    let reader = Reader::new(settings, &args.process, global.patterns.as_deref(), alone)?;
    let file = args.output.as_deref().filter(|path| *path != Path::new("-"));
    apart(file, &paths)?;
    if let Some(file) = file.filter(|path| args.to.is_none() && Form::of_name(path).is_none()) {
        no_other(file)?;
    }
    let to = Form::wanted(args.to, args.output.as_deref())?.unwrap_or(Form::Jsonl);
    if to == Form::Package && args.output.is_none() {
        return Err(convert::no_folder());
    }
    let spool = if to == Form::Jsonl { None } else { Some(Spool::beside(file)) };
    let mut out = match &spool {
        Some(spool) => Output::direct(spool.path())?,
        None => Output::open(file)?.keeping_lines(),
    };
    for path in file.into_iter().chain(spool.as_ref().map(Spool::path)) {
        selection.skip(path);
        selection.skip(&part(path));
    }
    catch_interrupts();
    count_ahead(ui, &paths, &selection);
    let plan = Plan {
        paths,
        selection,
        format: args.inputs.format.map(|f| f.format()),
        limits,
        other_shard: &|_| false,
        skip: &|_, _| false,
    };
    let mut tally = Tally::default();
    let mut error = None;
    let mut fell = false;
    let emit = |done: Option<Option<(u64, Outcome)>>| {
        let Some(done) = done else {
            ui.idle(tally.failed(), &|| reader.slowest());
            return ControlFlow::Continue(());
        };
        let Some((n, outcome)) = done else { return ControlFlow::Continue(()) };
        tally.add(&outcome);
        if let Ok(done) = &outcome.result {
            ui.detail(&detail(&outcome.origin, outcome.millis, done));
        }
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
        ui.step(n, false, tally.failed(), &|| reader.slowest());
        ControlFlow::Continue(())
    };
    let work = |step: Step| match step {
        Step::Read { job, n, .. } => Some((n, reader.run(job))),
        Step::Opened { .. } | Step::Skipped { .. } => None,
    };
    let settings = Settings::new(options::jobs(args.jobs));
    let interrupted = || INTERRUPTED.load(Ordering::SeqCst);
    pool::ordered(|put| plan.walk(put), &settings, interrupted, Step::held, work, emit)?;
    ui.end();
    let saved = |error| save(error, spool.as_ref(), file);
    if let Some(error) = error {
        drop(out);
        return Err(saved(error));
    }
    let cut = fell || interrupted();
    let mut kept = if cut { out.stop() } else { out.finish().map(|()| None) }.map_err(saved)?;
    if let Some(spool) = &spool {
        let export = Export { dataset: spool.path(), bom: args.bom, global };
        kept = file.filter(|_| cut).map(part);
        convert::write(&export, to, kept.as_deref().or(file), ui).map_err(saved)?;
    }
    if let Some(kept) = kept {
        ui.note(&format!("what was read so far is in {}", kept.display()));
    }
    if !cut {
        tell_idle(ui, &plan.selection);
    }
    ui.close(if interrupted() { "interrupted" } else { "done" }, "", &tally);
    if interrupted() {
        return Ok(End::Interrupted);
    }
    Ok(if fell || tally.failed() > 0 { End::SomeFailed } else { End::Done })
}

/// Records that were read and cannot be written as they were wanted stay, and the error says where.
fn save(error: Error, spool: Option<&Spool>, file: Option<&Path>) -> Error {
    let (Some(spool), Some(file)) = (spool, file) else { return error };
    let mut name = file.as_os_str().to_owned();
    name.push(".jsonl");
    let kept = PathBuf::from(name);
    if kept.exists() || cut_to_lines(spool.path()).is_ok_and(|bytes| bytes == 0) || spool.keep(&kept).is_err() {
        return error;
    }
    error.hint_too(format!("what was read so far is in {}, for gongkai convert", kept.display()))
}

/// Refuses to replace a file that is no output of this program: a shell expands a glob behind `-o` too, and then it is
/// the first of the reports.
fn no_other(file: &Path) -> Result<(), Error> {
    // a pipe that is looked into takes what is in it, or waits
    if !file.is_file() || file.starts_with("/dev") {
        return Ok(());
    }
    let mut head = Vec::new();
    let read = std::fs::File::open(file).and_then(|from| from.take(16).read_to_end(&mut head));
    if read.is_ok() && !head.is_empty() && !head.starts_with(b"{\"schema\": \"") {
        let message = format!("{} is there already, and holds no records", file.display());
        let hint = "name another file with -o; to replace this one, say the form with --to";
        return Err(Error::new(ErrorKind::Usage, message).hint(hint));
    }
    Ok(())
}

/// What a file gave, for those who want to hear of each.
pub fn detail(origin: &Origin, millis: u64, done: &Yield) -> String {
    let parts = [
        count(done.records.into(), "record"),
        count(done.numbers.into(), "number"),
        count(done.flags.into(), "flag"),
        count(done.failed_checks.into(), "check"),
    ];
    format!("read {origin}: {} failed; {millis} ms", parts.join(", "))
}

/// Tells of globs that matched nothing: a slip of the pen, most likely.
pub fn tell_idle(ui: &Ui, selection: &Selection) {
    for glob in selection.idle() {
        ui.note(&format!("{glob} of --include or --exclude matched nothing"));
    }
}

/// Counts the files in a second walk for the time left, so that reading can begin at once.
pub fn count_ahead(ui: &mut Ui, paths: &[PathBuf], selection: &Selection) {
    let progress = ui.begin();
    if ui.shows_progress() {
        let walk = Walk::new(paths.to_vec(), selection.clone());
        std::thread::spawn(move || progress.total.store(walk.count() as u64, Ordering::Relaxed));
    }
}

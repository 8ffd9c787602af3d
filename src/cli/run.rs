//! `gongkai run`: an archive into a folder, resumable.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::cli::args::{Global, Run};
use crate::cli::beside::Beside;
use crate::cli::extract::{count_ahead, detail, tell_idle};
use crate::cli::output::apart;
use crate::cli::reader::Reader;
use crate::cli::tally::{Tally, count};
use crate::cli::ui::Ui;
use crate::cli::{End, INTERRUPTED, catch_interrupts, options, pattern_set};
use crate::error::{Error, ErrorKind};
use crate::failure::Failure;
use crate::limits::Limits;
use crate::run::dataset::{Dataset, Shared};
use crate::run::index::Key;
use crate::run::job::{Input, Job, Outcome, Yield};
use crate::run::ledger::{Entry, Fate, Session};
use crate::run::missed::{Elsewhere, Lost, Missed};
use crate::run::plan::{Plan, Stamp, Step};
use crate::run::pool::{self, Settings};
use crate::source::hash;
use crate::source::name::{self, shown};
use crate::source::walk::{Roots, absence, read_file};

/// A step done.
enum Done {
    Read { seq: u64, outcome: Box<Outcome>, n: u64, stamp: Option<Stamp> },
    Opened { path: String, n: u64, stamp: Option<Stamp>, members: u64 },
    Skipped { path: String, n: u64 },
}

impl Done {
    /// Place of the path in the walk.
    fn n(&self) -> u64 {
        match self {
            Self::Read { n, .. } | Self::Opened { n, .. } | Self::Skipped { n, .. } => *n,
        }
    }
}

/// Runs it.
pub fn run(args: &Run, global: &Global, ui: &mut Ui) -> Result<End, Error> {
    let (paths, mut selection) = args.inputs.resolve()?;
    if paths.is_empty() {
        return Err(Error::new(ErrorKind::Usage, "the list of paths is empty").hint("name files or folders"));
    }
    let patterns = pattern_set(global.patterns.as_deref())?;
    let made_by = made_by(patterns, args);
    let session = Session { made: hash::sha256(made_by.to_string().as_bytes()), base: base() };
    apart(Some(&args.output), &paths)?;
    let beside = Beside::open(&args.output, &args.to, args.bom)?;
    let open = if args.afresh { Dataset::afresh } else { Dataset::open };
    let mut dataset = open(&args.output, session)?;
    if dataset.is_resumed() {
        all_there(&args.inputs.paths, &paths, &args.output)?;
        if !args.forget {
            none_elsewhere(&dataset, &args.output)?;
            all_covered(&dataset, &paths, &args.output)?;
        }
    }
    selection.skip(&args.output);
    let globs = selection.fingerprint();
    dataset.select(globs);
    let settings = args.reading.resolve()?;
    let limits = settings.limits.clone();
    let reader = Reader::new(settings, &args.process, global.patterns.as_deref(), false)?;
    catch_interrupts();
    count_ahead(ui, &paths, &selection);
    let known = Known { index: dataset.index(), claims: Mutex::default(), retry_failed: args.retry_failed };
    let plan = Plan {
        paths,
        selection,
        format: args.inputs.format.map(|f| f.format()),
        limits: limits.clone(),
        other_shard: &|path| args.shard.is_some_and(|(i, n)| shard_of(path, n) != i - 1),
        skip: &|path, stamp| known.index.lock().skip(path, stamp, globs, args.retry_failed),
    };
    let mut tally = Tally::default();
    let mut error = None;
    let work = |(seq, step): (u64, Step)| match step {
        Step::Read { job, n, stamp } => {
            Done::Read { seq, outcome: Box::new(known.read(job, seq, &limits, &reader)), n, stamp }
        }
        Step::Opened { path, n, stamp, members } => Done::Opened { path, n, stamp, members },
        Step::Skipped { path, n } => Done::Skipped { path, n },
    };
    let emit = |done: Option<Done>| {
        let Some(done) = done else {
            ui.idle(tally.failed(), &|| reader.slowest());
            return ControlFlow::Continue(());
        };
        let (n, kept) = (done.n(), matches!(done, Done::Skipped { .. }));
        let result = match done {
            Done::Read { seq, outcome, n, stamp } => {
                let failure = outcome.result.as_ref().err().cloned();
                if let Some(done) = outcome.result.as_ref().ok().filter(|done| done.records > 0) {
                    ui.detail(&detail(&outcome.origin, outcome.millis, done));
                }
                let content = Key::of_content(&outcome.sha256);
                dataset.add(*outcome, n, stamp).map(|entry| {
                    known.release(content, seq);
                    add(&mut tally, &entry, false);
                    if let Some(failure) = failure.filter(|_| entry.fate == Fate::Failed) {
                        ui.failure(&entry.origin, &failure);
                    }
                })
            }
            Done::Opened { path, n, stamp, members } => dataset.opened(path, n, stamp, members),
            Done::Skipped { path, n } => {
                dataset.keep_path(&path, n).map(|list| list.iter().for_each(|entry| add(&mut tally, entry, true)))
            }
        };
        if let Err(e) = result {
            error = Some(e);
            return ControlFlow::Break(());
        }
        ui.step(n, kept, tally.failed(), &|| reader.slowest());
        ControlFlow::Continue(())
    };
    let settings = Settings::new(options::jobs(args.jobs));
    let interrupted = || INTERRUPTED.load(Ordering::SeqCst);
    let produce = |put: &mut dyn FnMut((u64, Step)) -> ControlFlow<()>| {
        let mut seq = 0;
        plan.walk(&mut |step| {
            seq += 1;
            put((seq, step))
        });
    };
    pool::ordered(produce, &settings, interrupted, |(_, step)| step.held(), work, emit)?;
    ui.end();
    if let Some(error) = error {
        return Err(error);
    }
    if interrupted() {
        dataset.commit()?;
        ui.close("interrupted", "interrupted; run again to go on. so far ", &tally);
        return Ok(End::Interrupted);
    }
    leave_out(&mut dataset, args, &Roots::of(&plan.paths), ui)?;
    dataset.finish(&made_by, args.shard)?;
    if tally.kept == 0 {
        tell_idle(ui, &plan.selection);
    }
    beside.write(global, ui)?;
    ui.close("done", "", &tally);
    Ok(if tally.failed() > 0 { End::SomeFailed } else { End::Done })
}

/// Refuses paths that are not there where an earlier run may have records of what was: a typo or a disk that is not
/// mounted must not cost them. Of a list only all paths together tell that.
fn all_there(typed: &[PathBuf], paths: &[PathBuf], output: &Path) -> Result<(), Error> {
    let typed = typed.iter().filter(|path| path.as_path() != Path::new("-"));
    let missing = typed.filter_map(|path| Some((path, absence(path)?))).next();
    let all = || if paths.iter().all(|path| absence(path).is_some()) { paths.first() } else { None };
    let all = || all().and_then(|path| Some((path, absence(path)?)));
    let Some((path, why)) = missing.or_else(all) else { return Ok(()) };
    let message = format!("{}: {why}; {} is left as it was", path.display(), output.display());
    Err(Error::new(ErrorKind::Usage, message).hint("is the name right, and the disk mounted?"))
}

/// The folder that relative paths count from.
fn base() -> String {
    let folder = std::env::current_dir().and_then(std::fs::canonicalize);
    folder.map(|folder| shown(&folder)).unwrap_or_default()
}

/// Refuses paths that count from another folder than those of before: they may be there too, and mean other files.
fn none_elsewhere(dataset: &Dataset, output: &Path) -> Result<(), Error> {
    match dataset.elsewhere()? {
        None => Ok(()),
        Some(Elsewhere { base, path }) => {
            let output = output.display();
            let message = format!("{output} has records of {path} in {base}, not of here; it is left as it was");
            let hint = "run it in that folder, write to another one, or leave these records out with --forget";
            Err(Error::new(ErrorKind::Usage, message).hint(hint))
        }
    }
}

/// Refuses paths that leave out what an earlier run read, before anything is read.
fn all_covered(dataset: &Dataset, paths: &[PathBuf], output: &Path) -> Result<(), Error> {
    let roots = Roots::of(paths);
    let files: FxHashSet<Key> = paths.iter().map(|path| Key::of_path(&shown(path))).collect();
    match dataset.outside(|path| roots.reach(path) || files.contains(&Key::of_path(path)))? {
        None => Ok(()),
        Some(example) => {
            let output = output.display();
            let message = format!("{output} has records of other files, such as {example}; it is left as it was");
            Err(Error::new(ErrorKind::Usage, message).hint(FORGET))
        }
    }
}

const FORGET: &str =
    "name all paths and globs of before, write to another folder, or leave these records out with --forget";

/// Tells of the records of files that are gone, and refuses to drop those of whole folders, and of files that this run
/// merely did not come to, unless it is told to.
fn leave_out(dataset: &mut Dataset, args: &Run, roots: &Roots, ui: &Ui) -> Result<(), Error> {
    let output = args.output.display();
    if dataset.is_resumed() && dataset.is_empty() {
        let message = format!("nothing to read was found; {output} is left as it was");
        return Err(Error::new(ErrorKind::Usage, message).hint("look at paths and globs; --afresh begins anew"));
    }
    let absent =
        |path: &str| std::fs::symlink_metadata(name::path(path)).is_err_and(|e| e.kind() == io::ErrorKind::NotFound);
    let Lost { gone, emptied, left } = dataset.missed(|path| roots.reach(path) && absent(path))?;
    let told = |missed: &Missed| {
        let (records, files) = (count(missed.records, "record"), count(missed.files, "file"));
        format!("{records} of {files}, such as {}", missed.example)
    };
    if left.files > 0 && !args.forget {
        let message = format!("{output} holds what this run did not come to: {}", told(&left));
        return Err(Error::new(ErrorKind::Usage, message).hint(FORGET));
    }
    if emptied.files > 0 && !args.forget {
        let message = format!("{output} holds what is gone, half of its folder with it or all: {}", told(&emptied));
        let hint = "is the disk mounted, and the copy complete? leave these records out with --forget";
        return Err(Error::new(ErrorKind::Usage, message).hint(hint));
    }
    for missed in [&gone, &emptied].into_iter().filter(|missed| missed.files > 0) {
        ui.note(&format!("left out because the files are gone: {}", told(missed)));
    }
    if left.files > 0 {
        ui.note(&format!("left out because this run did not come to them: {}", told(&left)));
    }
    Ok(())
}

/// What the records depend on besides the bytes.
fn made_by(patterns: &crate::pattern::PatternSet, args: &Run) -> serde_json::Value {
    let mut hashes = serde_json::Map::new();
    for family in &patterns.families {
        let of_family = family.hashes(|_| true).into_iter();
        hashes.extend(of_family.map(|(id, hash)| (format!("{}/{id}", family.id), hash.into())));
    }
    let format = args.inputs.format.map(|f| f.format().name());
    let mut made_by = json!({"gongkai": env!("CARGO_PKG_VERSION"), "patterns": hashes, "format": format});
    if let (Some(content), Some(object)) = (&args.reading.content, made_by.as_object_mut()) {
        object.insert("content".to_owned(), content.as_str().into());
    }
    made_by
}

/// Which of `n` shards a path belongs to, from 0.
fn shard_of(path: &str, n: u64) -> u64 {
    let digest = Sha256::digest(path.as_bytes());
    let first = digest.iter().take(8).fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    first % n.max(1)
}

/// What need not be read: contents of earlier sessions, of files before, and of files that are being read.
struct Known {
    index: Shared,
    /// The first of the files in flight that has a content.
    claims: Mutex<FxHashMap<Key, u64>>,
    retry_failed: bool,
}

impl Known {
    fn claims(&self) -> MutexGuard<'_, FxHashMap<Key, u64>> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an earlier file of this run has the content.
    fn claim(&self, content: Key, seq: u64) -> bool {
        let mut claims = self.claims();
        let first = claims.entry(content).or_insert(seq);
        let earlier = *first < seq;
        *first = seq.min(*first);
        drop(claims);
        earlier || self.index.lock().owner(content).is_some()
    }

    /// The file is in the ledger: whoever has its content finds it there.
    fn release(&self, content: Option<Key>, seq: u64) {
        let mut claims = self.claims();
        if let Some(content) = content.filter(|content| claims.get(content) == Some(&seq)) {
            claims.remove(&content);
        }
    }

    /// Reads a file, unless its content is known.
    fn read(&self, job: Job, seq: u64, limits: &Limits, reader: &Reader) -> Outcome {
        let Job { origin, input, format } = job;
        let bytes = match input {
            Input::File(path) => read_file(&path, limits),
            Input::Bytes(bytes) => Ok(bytes),
            Input::Missing(failure) => Err(failure),
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(failure) => return Outcome::failed(origin, failure),
        };
        let size = bytes.len() as u64;
        let sha256 = hash::sha256(&bytes);
        let content = Key::of_content(&sha256);
        let claimed = content.is_some_and(|content| self.claim(content, seq));
        let unchanged = content.is_some() && self.index.lock().content(&origin, self.retry_failed) == content;
        if unchanged || claimed {
            return Outcome { origin, bytes: size, sha256, result: Ok(Yield::default()), unchanged, millis: 0 };
        }
        let mut outcome = reader.run(Job { origin, input: Input::Bytes(bytes), format });
        // a worker that died could not say
        (outcome.bytes, outcome.sha256) = (size, sha256);
        outcome
    }
}

fn add(tally: &mut Tally, entry: &Entry, kept: bool) {
    if entry.fate == Fate::Opened {
        return;
    }
    tally.kept += u64::from(kept);
    tally.files += 1;
    match entry.fate {
        Fate::Record => {
            tally.records += entry.records;
            tally.numbers += entry.numbers;
            tally.flags += entry.flags;
            tally.failed_checks += entry.failed_checks;
        }
        Fate::Duplicate => tally.duplicates += 1,
        Fate::Failed => {
            let message = entry.message.clone().unwrap_or_default();
            let failure = entry.code.as_deref().and_then(|code| Failure::from_code(code, message));
            *tally.failures.entry(failure.map_or("failed", |f| f.code())).or_default() += 1;
        }
        Fate::Opened => {}
    }
}

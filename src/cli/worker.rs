//! `gongkai worker`: the seam for other programs, and for the supervisor.

use std::io::{self, BufRead, BufReader, BufWriter, Read};

use crate::cli::args::{Global, Worker};
use crate::cli::output::Output;
use crate::cli::reader::Reader;
use crate::cli::{End, pattern_set};
use crate::error::{Error, ErrorKind};
use crate::failure::Failure;
use crate::run::engine::{Engine, hush_panics};
use crate::run::job::{Input, Job, Origin, Outcome};
use crate::run::wire::{self, Setup};
use crate::source::name::shown;
use crate::source::walk::path_list;
use crate::write::jsonl::Object;

/// Stack of the thread that reads: as in the pool.
const STACK: usize = 64 << 20;

/// Runs it.
pub fn run(args: &Worker, global: &Global) -> Result<End, Error> {
    let work = || if args.frames { frames() } else { serve(args, global) };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("worker".to_owned()).stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|e| Error::new(ErrorKind::Usage, "cannot start a thread").caused_by(e))?;
        thread.join().unwrap_or_else(|_| Err(Error::new(ErrorKind::Output, "the worker crashed")))
    })
}

fn pipe(e: io::Error) -> Error {
    Error::new(ErrorKind::Output, "the pipe to the supervisor broke").caused_by(e)
}

/// Speaks with the supervisor until it is gone.
fn frames() -> Result<End, Error> {
    let mut from = BufReader::with_capacity(1 << 16, io::stdin().lock());
    let mut to = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let Some((setup, _)) = wire::read_frame::<Setup>(&mut from).map_err(pipe)? else { return Ok(End::Done) };
    bound(&setup);
    hush_panics();
    let engine = Engine::new(setup.settings, pattern_set(setup.patterns.as_deref())?);
    while let Some(job) = wire::receive_job(&mut from).map_err(pipe)? {
        #[cfg(debug_assertions)]
        fault(&job);
        wire::send_outcome(&mut to, &engine.run(job)).map_err(pipe)?;
    }
    Ok(End::Done)
}

/// Takes on the limits that only a process can have, and ends with its supervisor.
#[cfg(unix)]
fn bound(setup: &Setup) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limit = |value: u64| Rlimit { current: Some(value), maximum: Some(value) };
    // a system that refuses them leaves the other limits standing
    let _ = setrlimit(Resource::As, limit(setup.memory));
    let _ = setrlimit(Resource::Core, limit(0));
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
}

#[cfg(not(unix))]
fn bound(_: &Setup) {}

/// Does what a file asks for that the tests wrote, to see that the supervisor survives it; not in a release.
#[cfg(debug_assertions)]
#[allow(clippy::panic)]
fn fault(job: &Job) {
    fn deep(n: u64) -> u64 {
        let frame = std::hint::black_box([n; 512]);
        if n == u64::MAX { 0 } else { deep(n + 1) + frame.first().copied().unwrap_or(0) }
    }
    if std::env::var_os("GONGKAI_FAULTS").is_none() {
        return;
    }
    let bytes = match &job.input {
        Input::File(path) => std::fs::read(path).unwrap_or_default(),
        Input::Bytes(bytes) => bytes.clone(),
        Input::Missing(_) => return,
    };
    match bytes.strip_prefix(b"!fault ") {
        Some(b"abort") => std::process::abort(),
        Some(b"overflow") => drop(std::hint::black_box(deep(0))),
        Some(b"memory") => drop(std::hint::black_box(vec![1u8; 1 << 40])),
        Some(b"hang") => loop {
            std::thread::park();
        },
        _ => {}
    }
}

/// Answers inputs one by one, each at once.
fn serve(args: &Worker, global: &Global) -> Result<End, Error> {
    let reader = Reader::new(args.reading.resolve()?, &args.process, global.patterns.as_deref(), false)?;
    let format = args.format.map(|f| f.format());
    let mut input = BufReader::new(io::stdin().lock());
    let mut out = Output::open(None)?;
    let mut failed = false;
    let mut number = 0u64;
    while let Some((origin, input)) = next(args, &mut input, &mut number)? {
        let outcome = reader.run(Job { origin, input, format });
        failed |= outcome.result.is_err();
        if !out.write(&answer(&outcome))? || !out.flush()? {
            break;
        }
    }
    Ok(if failed { End::SomeFailed } else { End::Done })
}

fn next(args: &Worker, input: &mut impl BufRead, number: &mut u64) -> Result<Option<(Origin, Input)>, Error> {
    let broken = |e: io::Error| Error::new(ErrorKind::Usage, "cannot read stdin").caused_by(e);
    *number += 1;
    if args.length_prefixed {
        let mut length = [0; 4];
        if input.fill_buf().map_err(broken)?.is_empty() {
            return Ok(None);
        }
        input.read_exact(&mut length).map_err(broken)?;
        let length = u32::from_be_bytes(length);
        let mut bytes = Vec::new();
        input.take(u64::from(length)).read_to_end(&mut bytes).map_err(broken)?;
        let origin = Origin { path: format!("stdin#{number}"), ..Origin::default() };
        let whole = bytes.len() as u64 == u64::from(length);
        let cut = || Input::Missing(Failure::Unreadable("stdin ended within it".to_owned()));
        return Ok(Some((origin, if whole { Input::Bytes(bytes) } else { cut() })));
    }
    let end = if args.null { 0 } else { b'\n' };
    loop {
        let mut line = Vec::new();
        if input.read_until(end, &mut line).map_err(broken)? == 0 {
            return Ok(None);
        }
        if let Some(path) = path_list(&line, args.null).into_iter().next() {
            return Ok(Some((Origin { path: shown(&path), ..Origin::default() }, Input::File(path))));
        }
    }
}

/// The lines of the reports, or one line for the failure.
fn answer(outcome: &Outcome) -> Vec<u8> {
    match &outcome.result {
        Ok(done) => done.lines.clone(),
        Err(failure) => {
            let mut line = Vec::new();
            failure_line(&mut line, outcome, failure);
            line
        }
    }
}

fn failure_line(line: &mut Vec<u8>, outcome: &Outcome, failure: &Failure) {
    let mut object = Object::open(line);
    object.string("schema", "gongkai.failure/1");
    object.object("source", |o| {
        o.string("path", &outcome.origin.path);
        o.optional("member", outcome.origin.member.as_deref());
        o.number("bytes", Some(outcome.bytes));
        o.string("sha256", &outcome.sha256);
    });
    object.object("failure", |o| {
        o.string("code", failure.code());
        o.string("message", failure.detail());
    });
    object.close();
    line.push(b'\n');
}

//! The only printer: messages, progress and results.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::args::{Global, When};
use crate::error::{Error, ErrorKind};
use crate::failure::Failure;
use crate::run::job::Origin;

/// Prints messages to stderr, in colour where wanted, above the progress bar where one stands.
#[derive(Debug)]
pub struct Ui {
    quiet: bool,
    verbose: bool,
    color: bool,
    json: bool,
    progress: Progress,
    bar: Option<ProgressBar>,
    started: Instant,
}

/// How far a run has come.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Files in all, 0 while nobody knows.
    pub total: Arc<AtomicU64>,
    done: u64,
    lines: bool,
    since: Instant,
    last: Instant,
}

impl Default for Progress {
    fn default() -> Self {
        let now = Instant::now();
        Self { total: Arc::default(), done: 0, lines: false, since: now, last: now }
    }
}

/// Time between two lines of progress.
const MINUTE: Duration = Duration::from_secs(60);

impl Ui {
    /// A printer after the global options and the environment.
    pub fn new(global: &Global) -> Self {
        let terminal = io::stderr().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let color = match global.color {
            When::Always => true,
            When::Never => false,
            When::Auto => terminal && !no_color && std::env::var_os("TERM").is_none_or(|t| t != "dumb"),
        };
        Self {
            quiet: global.quiet,
            verbose: global.verbose,
            color,
            json: global.log_json,
            progress: Progress::default(),
            bar: None,
            started: Instant::now(),
        }
    }

    /// Whether more than the usual is wanted.
    pub fn verbose(&self) -> bool {
        self.verbose
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn line(&self, level: &str, text: &str) {
        let json;
        let text = if self.json {
            json =
                serde_json::json!({"level": level, "seconds": self.elapsed().as_secs(), "message": text}).to_string();
            &json
        } else {
            text
        };
        let print = || {
            // a closed stderr is no reason to stop
            let _ = writeln!(io::stderr().lock(), "{text}");
        };
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// An error for the operator, its causes and its remedy.
    pub fn error(&self, error: &Error) {
        self.line("error", &format!("{} {error}", self.paint("1;31", "error:")));
        let mut cause = std::error::Error::source(error);
        while let Some(e) = cause {
            self.line("error", &format!("  because {}", printable(&e.to_string())));
            cause = e.source();
        }
        if let Some(hint) = error.remedy() {
            self.line("error", &format!("  {} {hint}", self.paint("1;36", "hint:")));
        }
    }

    /// One file's failure: one line.
    pub fn failure(&self, origin: &Origin, failure: &Failure) {
        if !self.quiet {
            let name = printable(&origin.to_string());
            self.line(
                "warning",
                &format!("{} {name}: {}", self.paint("33", "failed"), printable(&failure.to_string())),
            );
        }
    }

    /// A note, unless quiet.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.line("info", text);
        }
    }

    /// A detail, only when more is wanted.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.line("debug", text);
        }
    }

    /// Shows progress from here on: a bar on a terminal; without one a line a minute if `lines`, else nothing.
    pub fn begin(&mut self, lines: bool) -> Progress {
        self.progress = Progress { lines: lines && !self.quiet, ..Progress::default() };
        if !self.quiet && !self.json && io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
            let style = ProgressStyle::with_template("{bar:24} {pos}/{len} files  {per_sec}  {eta} left  {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(250));
            self.progress.lines = false;
            self.bar = Some(bar);
        }
        self.progress.clone()
    }

    /// Whether anybody sees the progress, so that counting the files is worth it.
    pub fn shows_progress(&self) -> bool {
        self.bar.is_some() || self.progress.lines
    }

    /// So many more paths done.
    pub fn step(&mut self, failures: u64, slowest: &dyn Fn() -> Option<(String, Duration)>) {
        self.progress.done += 1;
        let total = self.progress.total.load(Ordering::Relaxed);
        let trouble = || {
            let mut text = String::new();
            if failures > 0 {
                text.push_str(&format!("  {failures} failed"));
            }
            if let Some((name, time)) = slowest().filter(|(_, time)| time.as_secs() >= 2) {
                text.push_str(&format!("  {} s at {}", time.as_secs(), printable(&name)));
            }
            text
        };
        if let Some(bar) = &self.bar {
            if total > 0 {
                bar.set_length(total.max(self.progress.done));
            }
            bar.inc(1);
            if self.progress.done.is_multiple_of(16) || failures > 0 {
                bar.set_message(trouble().trim_start().to_owned());
            }
        } else if self.progress.lines && self.progress.last.elapsed() >= MINUTE {
            self.progress.last = Instant::now();
            let done = self.progress.done;
            let rate = done as f64 / self.progress.since.elapsed().as_secs_f64().max(0.001);
            let left = if total > done {
                format!("  {:.0} min left", (total - done) as f64 / rate / 60.0)
            } else {
                String::new()
            };
            let of = if total > 0 { format!("/{}", total.max(done)) } else { String::new() };
            self.note(&format!("{done}{of} files  {rate:.1}/s{left}{}", trouble()));
        }
    }

    /// Takes the progress bar away.
    pub fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Text without control characters: a hostile file name must not drive the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Where results go: stdout or a file.
pub struct Output {
    to: BufWriter<Box<dyn Write + Send>>,
    name: String,
}

impl Output {
    /// Opens stdout, or `file` where it is given and not `-`.
    ///
    /// # Errors
    /// Where the file cannot be made ([`ErrorKind::Output`]).
    pub fn open(file: Option<&Path>) -> Result<Self, Error> {
        let (to, name): (Box<dyn Write + Send>, String) = match file {
            Some(path) if path != Path::new("-") => {
                let file = File::create(path).map_err(|e| {
                    Error::new(ErrorKind::Output, format!("cannot write {}", path.display()))
                        .hint("is the folder there, and writable?")
                        .caused_by(e)
                })?;
                (Box::new(file), path.display().to_string())
            }
            _ => (Box::new(io::stdout()), "stdout".to_owned()),
        };
        Ok(Self { to: BufWriter::with_capacity(1 << 16, to), name })
    }

    /// Writes; `false` when the reader of the pipe has gone, which is no error.
    ///
    /// # Errors
    /// Where the disk refuses ([`ErrorKind::Output`]).
    pub fn write(&mut self, bytes: &[u8]) -> Result<bool, Error> {
        let result = self.to.write_all(bytes);
        self.told(result)
    }

    /// Hands on what is buffered; `false` when the reader of the pipe has gone.
    ///
    /// # Errors
    /// Where the disk refuses ([`ErrorKind::Output`]).
    pub fn flush(&mut self) -> Result<bool, Error> {
        let result = self.to.flush();
        self.told(result)
    }

    fn told(&self, result: io::Result<()>) -> Result<bool, Error> {
        match result {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(e) => Err(Error::new(ErrorKind::Output, format!("cannot write {}", self.name)).caused_by(e)),
        }
    }
}

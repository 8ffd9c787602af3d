//! The only printer of messages and progress; results go through `output.rs`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use crate::cli::args::{Global, When};
use crate::cli::tally::Tally;
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
    /// Paths in all, 0 while nobody knows.
    pub total: Arc<AtomicU64>,
    files: u64,
    paths: u64,
    /// Paths that were done before this run.
    kept: u64,
    lines: bool,
    since: Instant,
    last: Instant,
}

impl Default for Progress {
    fn default() -> Self {
        let now = Instant::now();
        Self { total: Arc::default(), files: 0, paths: 0, kept: 0, lines: false, since: now, last: now }
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

    fn line(&self, level: &str, event: &str, text: &str, fields: Value) {
        let json;
        let text = if self.json {
            let mut object =
                json!({"level": level, "event": event, "seconds": self.elapsed().as_secs(), "message": text});
            if let (Some(object), Value::Object(fields)) = (object.as_object_mut(), fields) {
                object.extend(fields);
            }
            json = object.to_string();
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
        // a refused pattern shows its line underlined; no other message has lines
        let show = if error.kind() == ErrorKind::Pattern { printable_lines } else { printable };
        let mut causes = Vec::new();
        let mut cause = std::error::Error::source(error);
        while let Some(e) = cause {
            causes.push(show(&e.to_string()));
            cause = e.source();
        }
        if self.json {
            let fields = json!({"causes": causes, "hint": error.remedy()});
            return self.line("error", "error", &show(&error.to_string()), fields);
        }
        let mut text = format!("{} {}", self.paint("1;31", "error:"), show(&error.to_string()));
        for cause in causes {
            text.push_str(&format!("\n  because {cause}"));
        }
        if let Some(hint) = error.remedy() {
            text.push_str(&format!("\n  {} {}", self.paint("1;36", "hint:"), printable(hint)));
        }
        self.line("error", "error", &text, Value::Null);
    }

    /// One file's failure: one line.
    pub fn failure(&self, origin: &Origin, failure: &Failure) {
        if self.quiet {
            return;
        }
        if self.json {
            let fields = json!({"path": origin.path, "member": origin.member, "code": failure.code()});
            return self.line("warning", "failure", failure.detail(), fields);
        }
        let name = printable(&origin.to_string());
        let text = format!("{} {name}: {}", self.paint("33", "failed"), printable(&failure.to_string()));
        self.line("warning", "failure", &text, Value::Null);
    }

    /// What a run has come to: the closing line.
    pub fn close(&self, event: &str, before: &str, tally: &Tally) {
        if !self.quiet {
            let seconds = self.elapsed().as_secs_f64();
            self.line("info", event, &format!("{before}{}", tally.line(seconds)), tally.fields());
        }
    }

    /// A note, unless quiet.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.line("info", "note", &printable(text), Value::Null);
        }
    }

    /// A detail, only when more is wanted.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.line("debug", "detail", &printable(text), Value::Null);
        }
    }

    /// Shows progress from here on: a bar on a terminal, a line a minute where there is none.
    pub fn begin(&mut self) -> Progress {
        let bar = !self.quiet && !self.json && io::stderr().is_terminal();
        self.progress = Progress { lines: !self.quiet && !bar, ..Progress::default() };
        if bar {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
            let style = ProgressStyle::with_template("{bar:24} {pos}/{len}  {per_sec}  {eta} left  {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(250));
            self.bar = Some(bar);
        }
        self.progress.clone()
    }

    /// Whether anybody sees the progress, so that counting the files is worth it.
    pub fn shows_progress(&self) -> bool {
        self.bar.is_some() || self.progress.lines
    }

    /// One more file done, of the path at this place in the walk; `kept` if it was done before this run.
    pub fn step(&mut self, n: u64, kept: bool, failures: u64, slowest: &dyn Fn() -> Option<(String, Duration)>) {
        self.progress.files += 1;
        // an archive is one path with many files: the time left is counted in paths
        let paths = (n + 1).saturating_sub(self.progress.paths);
        self.progress.paths = self.progress.paths.max(n + 1);
        self.progress.kept += if kept { paths } else { 0 };
        if let Some(bar) = &self.bar {
            let total = self.progress.total.load(Ordering::Relaxed);
            if total > 0 {
                bar.set_length(total.max(self.progress.paths));
            }
            bar.inc(paths);
            if self.progress.files.is_multiple_of(16) {
                bar.set_message(trouble(failures, slowest()));
            }
        }
        self.minute(failures, slowest);
    }

    /// No file done for a moment.
    pub fn idle(&mut self, failures: u64, slowest: &dyn Fn() -> Option<(String, Duration)>) {
        if let Some(bar) = &self.bar {
            bar.set_message(trouble(failures, slowest()));
        }
        self.minute(failures, slowest);
    }

    /// Without a bar, a line when the last one is a minute old.
    fn minute(&mut self, failures: u64, slowest: &dyn Fn() -> Option<(String, Duration)>) {
        let progress = &mut self.progress;
        if !progress.lines || progress.last.elapsed() < MINUTE {
            return;
        }
        progress.last = Instant::now();
        let (paths, total) = (progress.paths, progress.total.load(Ordering::Relaxed));
        let rate = (paths - progress.kept) as f64 / progress.since.elapsed().as_secs_f64().max(0.001);
        let left = if total > paths && rate > 0.0 { Some((total - paths) as f64 / rate) } else { None };
        let of = if total > 0 { format!(" of {}", total.max(paths)) } else { String::new() };
        let members = if progress.files > paths { format!(" ({} files)", progress.files) } else { String::new() };
        let time = left.map(|left| format!("  {} left", duration(left))).unwrap_or_default();
        let slowest = slowest();
        let what = trouble(failures, slowest.clone());
        let text = format!("{paths}{of} paths{members}  {rate:.1}/s{time}  {what}");
        let fields = json!({"paths": paths, "of": total, "files": progress.files, "per_second": rate,
            "seconds_left": left.map(f64::round), "failed": failures,
            "slowest": slowest.map(|(name, time)| json!({"name": name, "seconds": time.as_secs()}))});
        self.line("info", "progress", text.trim_end(), fields);
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

/// Failures so far, and the file in flight that takes long.
fn trouble(failures: u64, slowest: Option<(String, Duration)>) -> String {
    let failed = if failures > 0 { format!("{failures} failed  ") } else { String::new() };
    let slow = slowest.filter(|(_, time)| time.as_secs() >= 2);
    let slow = slow.map(|(name, time)| format!("{} s at {}", time.as_secs(), printable(&name))).unwrap_or_default();
    format!("{failed}{slow}").trim_end().to_owned()
}

/// `40 s`, `12 min`, `3 h 5 min`.
fn duration(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round() as u64;
    match minutes {
        _ if seconds < 90.0 => format!("{seconds:.0} s"),
        ..=89 => format!("{minutes} min"),
        _ => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

/// Text without control characters: a hostile file name must not drive the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

/// The same, line by line.
fn printable_lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

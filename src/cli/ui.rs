//! The only printer: messages, progress and results.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
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
    bar: Option<ProgressBar>,
    started: Instant,
}

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
        Self { quiet: global.quiet, verbose: global.verbose, color, bar: None, started: Instant::now() }
    }

    /// Whether more than the usual is wanted.
    pub fn verbose(&self) -> bool {
        self.verbose
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn line(&self, text: &str) {
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
        self.line(&format!("{} {error}", self.paint("1;31", "error:")));
        let mut cause = std::error::Error::source(error);
        while let Some(e) = cause {
            self.line(&format!("  because {}", printable(&e.to_string())));
            cause = e.source();
        }
        if let Some(hint) = error.remedy() {
            self.line(&format!("  {} {hint}", self.paint("1;36", "hint:")));
        }
    }

    /// One file's failure: one line.
    pub fn failure(&self, origin: &Origin, failure: &Failure) {
        if !self.quiet {
            let name = printable(&origin.to_string());
            self.line(&format!("{} {name}: {}", self.paint("33", "failed"), printable(&failure.to_string())));
        }
    }

    /// A note, unless quiet.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.line(text);
        }
    }

    /// A detail, only when more is wanted.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.line(text);
        }
    }

    /// Shows progress on a terminal from here on; the total may become known later.
    pub fn begin(&mut self) -> Option<ProgressBar> {
        if self.quiet || !io::stderr().is_terminal() {
            return None;
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} files  {per_sec}  {eta} left  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(250));
        self.bar = Some(bar.clone());
        Some(bar)
    }

    /// One more file done.
    pub fn step(&self, failures: u64, slowest: &dyn Fn() -> Option<(String, Duration)>) {
        let Some(bar) = &self.bar else { return };
        bar.inc(1);
        let mut message = String::new();
        if failures > 0 {
            message.push_str(&format!("{failures} failed  "));
        }
        if let Some((name, time)) = slowest().filter(|(_, time)| time.as_secs() >= 2) {
            message.push_str(&format!("{} s at {}", time.as_secs(), printable(&name)));
        }
        bar.set_message(message);
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

//! The command line: arguments as typed, options resolved, one file a subcommand.

pub mod args;
mod beside;
mod check;
mod completions;
mod convert;
mod dataset;
mod diff;
mod explain;
mod export;
mod extract;
mod merge;
mod one;
pub mod options;
mod output;
mod patterns;
mod reader;
mod run;
mod spool;
mod summary;
mod tables;
mod tally;
mod text;
pub mod ui;
mod worker;

use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Parser;

use crate::error::Error;
use crate::pattern::PatternSet;
use args::{Cli, Command};
use ui::Ui;

/// How a subcommand ended, where no operator error ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Everything done.
    Done,
    /// Done, but some files failed.
    SomeFailed,
    /// A check, test or diff found a difference.
    Difference,
    /// Interrupted.
    Interrupted,
}

impl End {
    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::SomeFailed => 1,
            Self::Difference => 3,
            Self::Interrupted => 130,
        }
    }
}

/// Set by Ctrl-C or a polite kill: work stops at the next file.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Runs the program and gives its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let mut cli = Cli::parse();
    // an empty variable of the environment is none
    cli.global.patterns.take_if(|folder| folder.as_os_str().is_empty());
    let mut ui = Ui::new(&cli.global);
    outlive_file_limits();
    let result = dispatch(cli, &mut ui);
    ui.end();
    match result {
        Ok(end) => ExitCode::from(end.code()),
        Err(error) => {
            ui.error(&error);
            ExitCode::from(2)
        }
    }
}

fn dispatch(cli: Cli, ui: &mut Ui) -> Result<End, Error> {
    match cli.command {
        Command::Extract(args) => extract::run(&args, &cli.global, ui),
        Command::Run(args) => run::run(&args, &cli.global, ui),
        Command::Merge(args) => merge::run(&args, &cli.global, ui),
        Command::Convert(args) => convert::run(&args, &cli.global, ui),
        Command::Check(args) => check::run(&args, &cli.global, ui),
        Command::Diff(args) => diff::run(&args, ui),
        Command::Summary(args) => summary::run(&args),
        Command::Text(args) => text::run(&args, ui),
        Command::Tables(args) => tables::run(&args, ui),
        Command::Explain(args) => explain::run(&args, &cli.global, ui),
        Command::Patterns { command } => patterns::run(&command, &cli.global, ui),
        Command::Worker(args) => worker::run(&args, &cli.global),
        Command::Completions { shell } => completions::run(shell),
    }
}

/// Catches Ctrl-C from here on; the second one ends the program at once.
fn catch_interrupts() {
    let caught = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    });
    // without a handler Ctrl-C ends the program as it always does
    drop(caught);
}

/// Lets a file that may not grow (`ulimit -f`) be an error of its writer, as on a full disk, and no death without a word.
#[cfg(unix)]
fn outlive_file_limits() {
    use signal_hook::consts::SIGXFSZ;
    // that there is a handler is all that is needed; without one the signal ends the program as it always does
    let caught = signal_hook::flag::register(SIGXFSZ, std::sync::Arc::new(AtomicBool::new(false)));
    drop(caught);
}

#[cfg(not(unix))]
fn outlive_file_limits() {}

/// The patterns: of the folder that was named, else those inside the program. Both live until the process ends.
fn pattern_set(folder: Option<&Path>) -> Result<&'static PatternSet, Error> {
    Ok(match folder {
        Some(folder) => Box::leak(Box::new(PatternSet::load_dir(folder)?)),
        None => PatternSet::embedded(),
    })
}

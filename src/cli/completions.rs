//! `gongkai completions`: for bash, zsh, fish, elvish and PowerShell.

use clap::CommandFactory;

use crate::cli::End;
use crate::cli::args::Cli;
use crate::cli::output::Output;
use crate::error::Error;

/// Writes the completions of a shell to stdout.
pub fn run(shell: clap_complete::Shell) -> Result<End, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "gongkai", &mut script);
    let mut out = Output::open(None)?;
    out.write(&script)?;
    out.flush()?;
    Ok(End::Done)
}

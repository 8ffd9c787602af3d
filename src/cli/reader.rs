//! Who reads the files: this process, or workers under its supervision.

use std::path::Path;
use std::time::Duration;

use crate::cli::args::ProcessArgs;
use crate::cli::pattern_set;
use crate::error::{Error, ErrorKind};
use crate::run::crew::Crew;
use crate::run::engine::Engine;
use crate::run::job::{Job, Outcome};
use crate::run::wire::Setup;
use crate::settings::Settings;

/// Memory of one worker, where nothing else is asked for.
const MEMORY: u64 = 4 << 30;

/// Reads jobs.
pub enum Reader {
    /// In this process.
    Here(Engine),
    /// In worker processes.
    Crew(Crew),
}

impl Reader {
    /// A reader after the options; `alone` where one plain file is all there is to read.
    ///
    /// # Errors
    /// Patterns that are refused, a program that cannot find itself.
    pub fn new(settings: Settings, process: &ProcessArgs, folder: Option<&Path>, alone: bool) -> Result<Self, Error> {
        let setup =
            Setup { settings, patterns: folder.map(Path::to_path_buf), memory: process.max_memory.unwrap_or(MEMORY) };
        if process.no_isolation || alone {
            return Ok(Self::Here(Engine::new(setup.settings, pattern_set(folder)?)));
        }
        if folder.is_some() {
            // a mistake in them is told once and here, not by every worker
            pattern_set(folder)?;
        }
        let program = std::env::current_exe().map_err(|e| {
            Error::new(ErrorKind::Usage, "cannot find the program itself").hint("try --no-isolation").caused_by(e)
        })?;
        Ok(Self::Crew(Crew::new(program, setup)?))
    }

    /// Does one job.
    pub fn run(&self, job: Job) -> Outcome {
        match self {
            Self::Here(engine) => engine.run(job),
            Self::Crew(crew) => crew.run(&job),
        }
    }

    /// The file that has been read for the longest, and for how long.
    pub fn slowest(&self) -> Option<(String, Duration)> {
        if let Self::Crew(crew) = self { crew.slowest() } else { None }
    }
}

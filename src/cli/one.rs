//! One file of the command line, read in this process.

use std::io::Read;
use std::path::Path;

use crate::cli::args::FormatName;
use crate::document::{Document, Format};
use crate::failure::Failure;
use crate::limits::Limits;
use crate::run::engine::guarded;
use crate::run::job::Origin;
use crate::settings::Settings;
use crate::source::name::shown;
use crate::source::walk::{read_file, reason, too_large};

/// Stack for reading one file, as in the pool.
const STACK: usize = 64 << 20;

/// How the file is shown.
pub fn origin(path: &Path) -> Origin {
    let path = if path == Path::new("-") { "stdin".to_owned() } else { shown(path) };
    Origin { path, ..Origin::default() }
}

/// The bytes of the file, or of stdin.
pub fn bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>, Failure> {
    if path != Path::new("-") {
        return read_file(path, limits);
    }
    let mut bytes = Vec::new();
    let room = limits.bytes.saturating_add(1);
    std::io::stdin().lock().take(room).read_to_end(&mut bytes).map_err(|e| Failure::Unreadable(reason(&e)))?;
    too_large(bytes.len() as u64, limits)?;
    Ok(bytes)
}

/// Does `work` on a stack that deep documents fit on; a panic is a failure.
pub fn deep<T: Send>(work: impl FnOnce() -> Result<T, Failure> + Send) -> Result<T, Failure> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || guarded(work));
        let thread = thread.map_err(|e| Failure::Crashed(format!("cannot start a thread: {e}")))?;
        thread.join().unwrap_or_else(|_| Err(Failure::Crashed("the reader crashed".to_owned())))
    })
}

/// The document of the file.
pub fn document(path: &Path, format: Option<FormatName>, settings: &Settings) -> Result<Document, Failure> {
    let bytes = bytes(path, &settings.limits)?;
    let format: Option<Format> = format.map(FormatName::format);
    deep(|| crate::extract::read(&bytes, format, settings))
}

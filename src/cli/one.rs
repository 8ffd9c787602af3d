//! One file of the command line, read in this process.

use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use crate::cli::args::FormatName;
use crate::document::{Document, Format};
use crate::failure::Failure;
use crate::limits::Limits;
use crate::run::engine::guarded;
use crate::run::job::Origin;
use crate::settings::Settings;
use crate::source::container;
use crate::source::name::{self, shown};
use crate::source::walk::{Selection, read_file, reason, too_large};

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
        return if path.exists() { read_file(path, limits) } else { by_shown_name(path, limits) };
    }
    let mut bytes = Vec::new();
    let room = limits.bytes.saturating_add(1);
    std::io::stdin().lock().take(room).read_to_end(&mut bytes).map_err(|e| Failure::Unreadable(reason(&e)))?;
    too_large(bytes.len() as u64, limits)?;
    Ok(bytes)
}

/// The bytes of what output calls so: a member of an archive, a path that is no UTF-8.
fn by_shown_name(path: &Path, limits: &Limits) -> Result<Vec<u8>, Failure> {
    let shown = path.to_str().unwrap_or_default();
    for (at, _) in shown.match_indices("!/") {
        let (Some(archive), Some(member)) = (shown.get(..at), shown.get(at + 2..)) else { continue };
        let archive = name::path(archive);
        if archive.is_file() {
            return self::member(&archive, member, limits);
        }
    }
    read_file(&name::path(shown), limits)
}

/// The bytes of a member of an archive.
fn member(archive: &Path, wanted: &str, limits: &Limits) -> Result<Vec<u8>, Failure> {
    let unreadable = |e: std::io::Error| Failure::Unreadable(reason(&e));
    let kind = container::kind_of(&mut File::open(archive).map_err(unreadable)?);
    let Some(kind) = kind else {
        return Err(Failure::Unreadable(format!("{} is no archive", shown(archive))));
    };
    let all = Selection::new(&[], &[], true).map_err(|e| Failure::Unreadable(e.to_string()))?;
    let mut found = None;
    let mut sink = |member: container::Member| {
        if member.name != wanted {
            return ControlFlow::Continue(());
        }
        found = Some(member.bytes);
        ControlFlow::Break(())
    };
    let expanded = container::expand(archive, kind, limits, &all, &mut sink);
    match (found, expanded) {
        (Some(bytes), _) => bytes,
        (None, Err(failure)) => Err(failure),
        (None, Ok(())) => {
            Err(Failure::Unreadable(format!("{} has no member of this name; write it as extract does", shown(archive))))
        }
    }
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

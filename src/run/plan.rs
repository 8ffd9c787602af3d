//! What is to be read, in order: files as the walk finds them, containers taken apart.

use std::fs::{File, Metadata};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rustc_hash::FxHashSet;

use crate::document::Format;
use crate::failure::Failure;
use crate::limits::Limits;
use crate::run::index::Key;
use crate::run::job::{Input, Job, Origin};
use crate::source::container::{self, Kind};
use crate::source::walk::{By, Found, Selection, Walk};

/// Size and time of a file on disk: whether it may have changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// Nanoseconds since 1970 of the last change.
    pub mtime: u64,
}

impl Stamp {
    fn of(meta: &Metadata) -> Self {
        let mtime = meta.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        let mtime = mtime.and_then(|d| u64::try_from(d.as_nanos()).ok()).unwrap_or(0);
        Self { size: meta.len(), mtime }
    }
}

/// A step of the plan.
#[derive(Debug)]
pub enum Step {
    /// A file or member to read.
    Read {
        /// The job.
        job: Job,
        /// Place of its path in the walk, from 0.
        n: u64,
        /// The file on disk that it comes from.
        stamp: Option<Stamp>,
    },
    /// A container that was taken apart to its end.
    Opened {
        /// Its path as shown.
        path: String,
        /// Place of the path in the walk, from 0.
        n: u64,
        /// The file on disk.
        stamp: Option<Stamp>,
        /// Members that came out.
        members: u64,
    },
    /// A container or file that need not be opened, by [`Plan::skip`].
    Skipped {
        /// Its path as shown.
        path: String,
        /// Place of the path in the walk, from 0.
        n: u64,
    },
}

impl Step {
    /// Bytes that the step holds in memory while it waits.
    #[must_use]
    pub fn held(&self) -> u64 {
        if let Self::Read { job, .. } = self { job.input.held() } else { 0 }
    }
}

/// Where to look and what to take.
pub struct Plan<'a> {
    /// Files, folders and globs.
    pub paths: Vec<PathBuf>,
    /// Which files of them, and which members.
    pub selection: Selection,
    /// The format that the operator says every file is.
    pub format: Option<Format>,
    /// Bounds for one file.
    pub limits: Limits,
    /// Files that are for another shard.
    pub other_shard: &'a (dyn Fn(&str) -> bool + Sync),
    /// Files on disk that are done and have not changed.
    pub skip: &'a (dyn Fn(&str, Option<Stamp>) -> bool + Sync),
}

/// A container, and what of it is taken.
struct Archive<'a> {
    path: &'a Path,
    kind: Kind,
    selection: &'a Selection,
}

impl Plan<'_> {
    /// Walks, takes containers apart, and puts every step in order.
    pub fn walk(&self, put: &mut dyn FnMut(Step) -> ControlFlow<()>) {
        // a path that is named twice, or lies in a folder that is named too, is one file
        let several = self.paths.len() > 1;
        let mut seen = FxHashSet::default();
        for (n, found) in (0..).zip(Walk::new(self.paths.clone(), self.selection.clone())) {
            let archive = || found.file.as_ref().is_ok_and(|path| self.kind(path).is_some());
            if found.by == By::Content && !archive() || several && !seen.insert(Key::of_path(&found.name)) {
                continue;
            }
            if self.file(n, found, put).is_break() {
                return;
            }
        }
    }

    fn file(&self, n: u64, found: Found, put: &mut dyn FnMut(Step) -> ControlFlow<()>) -> ControlFlow<()> {
        let Found { name, file, by } = found;
        if (self.other_shard)(&name) {
            return ControlFlow::Continue(());
        }
        let stamp = file.as_ref().ok().and_then(|path| std::fs::metadata(path).ok()).map(|meta| Stamp::of(&meta));
        if (self.skip)(&name, stamp) {
            return put(Step::Skipped { path: name, n });
        }
        let origin = Origin { path: name, ..Origin::default() };
        let path = match file {
            Ok(path) => path,
            Err(failure) => return put(self.read(n, origin, Input::Missing(failure), stamp)),
        };
        match self.kind(&path) {
            Some(kind) if by == By::Name && self.selection.has_globs() => {
                let selection = self.selection.within();
                self.container(n, &Archive { path: &path, kind, selection: &selection }, origin, stamp, put)
            }
            Some(kind) => {
                self.container(n, &Archive { path: &path, kind, selection: &self.selection }, origin, stamp, put)
            }
            None => put(self.read(n, origin, Input::File(path), stamp)),
        }
    }

    /// The kind of container, unless every file is said to be of one format.
    fn kind(&self, path: &Path) -> Option<Kind> {
        if self.format.is_some() {
            return None;
        }
        container::kind_of(&mut File::open(path).ok()?)
    }

    fn read(&self, n: u64, origin: Origin, input: Input, stamp: Option<Stamp>) -> Step {
        Step::Read { job: Job { origin, input, format: self.format }, n, stamp }
    }

    fn container(
        &self,
        n: u64,
        archive: &Archive<'_>,
        origin: Origin,
        stamp: Option<Stamp>,
        put: &mut dyn FnMut(Step) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Archive { path, kind, selection } = *archive;
        let mut members = 0;
        let mut flow = ControlFlow::Continue(());
        let mut sink = |member: container::Member| {
            members += 1;
            let origin = Origin {
                member: Some(member.name),
                url: member.url,
                fetched: member.fetched,
                path: origin.path.clone(),
            };
            let input = member.bytes.map_or_else(Input::Missing, Input::Bytes);
            flow = put(self.read(n, origin, input, stamp));
            flow
        };
        let result = container::expand(path, kind, &self.limits, selection, &mut sink);
        if flow.is_break() {
            return flow;
        }
        match result {
            Ok(()) if members == 0 && !selection.has_globs() => {
                let failure = Failure::NoReport("an archive without a file to read".to_owned());
                put(self.read(n, origin, Input::Missing(failure), stamp))
            }
            Ok(()) => put(Step::Opened { path: origin.path, n, stamp, members }),
            Err(failure) => put(self.read(n, origin, Input::Missing(failure), stamp)),
        }
    }
}

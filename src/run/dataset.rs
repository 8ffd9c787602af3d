//! A run's folder: records, ledger, failures, quarantine, duplicates, manifest.
//!
//! ```text
//! records.jsonl     one record a line, in the order of the walk once the run is complete
//! ledger.jsonl      what became of every file, appended
//! failures.jsonl    files without a record, and why
//! quarantine.txt    files that crashed their reader or ran out of time, one path a line
//! duplicates.jsonl  files with the same bytes as an earlier one
//! manifest.json     what made the records; there only when the run is complete
//! ```

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, ErrorKind, is_full};
use crate::run::closing;
use crate::run::index::{Index, Key};
use crate::run::job::{Origin, Outcome};
use crate::run::ledger::{self, Entry, Fate, Journal, Line, Session};
use crate::run::missed::is_relative;
use crate::run::plan::Stamp;

/// The records' name.
pub const RECORDS: &str = "records.jsonl";
/// The ledger's name.
pub const LEDGER: &str = "ledger.jsonl";
/// The manifest's name.
pub const MANIFEST: &str = "manifest.json";
const SWITCH: &str = "switch";

/// What is known of the files, for the walk, the readers and the folder alike.
#[derive(Debug, Clone, Default)]
pub struct Shared(Arc<Mutex<Index>>);

impl Shared {
    /// Waits for its turn.
    pub fn lock(&self) -> MutexGuard<'_, Index> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run's folder, open for one process.
#[derive(Debug)]
pub struct Dataset {
    pub(super) folder: PathBuf,
    journal: Journal,
    pub(super) index: Shared,
    pub(super) session: Session,
    /// Whether the ledger says anything that no longer holds.
    pub(super) stale: bool,
    /// Whether there is a ledger of before.
    pub(super) resumed: bool,
    /// Whether the ledger tells of this session: it begins with its first entry, so that a run which is refused
    /// leaves the folder as it was.
    begun: bool,
    /// [`Selection::fingerprint`](crate::source::walk::Selection::fingerprint) of this walk.
    globs: Option<u32>,
    _lock: File,
}

pub(super) fn refused(what: &str, path: &Path) -> impl Fn(io::Error) -> Error {
    let message = format!("cannot {what} {}", path.display());
    move |e| {
        let hint = if is_full(&e) {
            "free some space and run again: it goes on from here"
        } else {
            "is the folder there, and writable?"
        };
        Error::new(ErrorKind::Output, message.clone()).hint(hint).caused_by(e)
    }
}

impl Dataset {
    /// Opens or makes a run's folder, mends what an interruption left, and begins a session of this
    /// fingerprint: entries of another one count no more.
    ///
    /// # Errors
    /// Where the disk refuses, or another run has the folder.
    pub fn open(folder: &Path, session: Session) -> Result<Self, Error> {
        Self::begin(folder, session, false)
    }

    /// Opens a run's folder without what is in it.
    ///
    /// # Errors
    /// Where the disk refuses, or another run has the folder.
    pub fn afresh(folder: &Path, session: Session) -> Result<Self, Error> {
        Self::begin(folder, session, true)
    }

    fn begin(folder: &Path, session: Session, afresh: bool) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(refused("make", folder))?;
        let lock_path = folder.join(".lock");
        let lock_was_there = lock_path.exists();
        let lock = File::create(&lock_path).map_err(refused("write", &lock_path))?;
        if lock.try_lock().is_err() {
            let message = format!("another run writes to {}", folder.display());
            return Err(Error::new(ErrorKind::Output, message).hint("wait for it, or write somewhere else"));
        }
        if let Some(path) = foreign(folder).map_err(refused("read", folder))? {
            if !lock_was_there {
                // nobody waits for a lock in a folder that is no run's
                let _ = fs::remove_file(&lock_path);
            }
            return Err(no_runs(&path));
        }
        finish_switch(folder).map_err(refused("mend", folder))?;
        let (records, ledger) = (folder.join(RECORDS), folder.join(LEDGER));
        if afresh {
            let manifest = folder.join(MANIFEST);
            remove(&manifest).map_err(refused("remove", &manifest))?;
            // it stays, to say whose the folder is
            File::create(&ledger).map_err(refused("write", &ledger))?;
            remove(&records).map_err(refused("remove", &records))?;
        }
        let (index, mut end, mut stale) = (Shared::default(), 0, false);
        {
            let mut index = index.lock();
            ledger::replay(&ledger, &records, |made, entry, place| {
                end = end.max(entry.offset + entry.length);
                if made.made == session.made {
                    // what a path counts from is written anew
                    stale |= made.base != session.base && is_relative(&entry.origin.path);
                    index.push(&entry, place);
                } else {
                    stale = true;
                }
            })
            .map_err(refused("read", &ledger))?;
            index.settle();
        }
        let resumed = stale || !index.lock().is_empty();
        let journal = Journal::open(&records, &ledger, end).map_err(refused("write", &records))?;
        let folder = folder.to_path_buf();
        Ok(Self { folder, journal, index, session, stale, resumed, begun: false, globs: None, _lock: lock })
    }

    /// Tells which files of an archive this walk takes.
    pub fn select(&mut self, globs: u32) {
        self.globs = Some(globs);
    }

    /// Whether the ledger tells of files from before.
    #[must_use]
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// Writes what this session rests on before its first entry.
    fn announce(&mut self) -> io::Result<()> {
        if !self.begun {
            // its absence says that the run is not complete
            remove(&self.folder.join(MANIFEST))?;
            self.journal.append(&[], &self.session.line())?;
            self.journal.commit()?;
            self.begun = true;
        }
        Ok(())
    }

    /// What is known of the files.
    #[must_use]
    pub fn index(&self) -> Shared {
        self.index.clone()
    }

    fn read(&mut self, number: u32) -> Result<Entry, Error> {
        let place = self.index.lock().place(number).ok_or_else(|| Error::new(ErrorKind::Output, "lost an entry"))?;
        self.journal.entry(place).map_err(refused("read the ledger of", &self.folder))
    }

    /// The file that was read in the place of one with this content.
    fn owner(&mut self, sha256: &str) -> Result<Option<String>, Error> {
        let owner = Key::of_content(sha256).and_then(|content| self.index.lock().owner(content));
        owner.map(|number| self.read(number).map(|entry| name(&entry))).transpose()
    }

    /// Keeps what an earlier run made of a path that has not changed; gives the entries.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn keep_path(&mut self, path: &str, n: u64) -> Result<Vec<Entry>, Error> {
        let list = self.index.lock().kept(path);
        let mut entries = Vec::with_capacity(list.len());
        for number in list {
            let entry = self.read(number)?;
            let owner = if entry.fate == Fate::Opened { None } else { self.owner(&entry.sha256)? };
            entries.push(match owner {
                // an earlier file of the walk has the content now
                Some(owner) if entry.of.as_ref() != Some(&owner) => self.put(duplicate(entry, n, owner), &[])?,
                _ => {
                    self.stale |= self.index.lock().enlist(number, n);
                    entry
                }
            });
        }
        Ok(entries)
    }

    /// Takes in what became of a file; gives its entry.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn add(&mut self, outcome: Outcome, n: u64, stamp: Option<Stamp>) -> Result<Entry, Error> {
        let mut entry = Entry::new(outcome.origin, n, Fate::Record, stamp);
        (entry.bytes, entry.sha256, entry.millis) = (outcome.bytes, outcome.sha256, outcome.millis);
        if let Some(owner) = self.owner(&entry.sha256)? {
            return self.put(duplicate(entry, n, owner), &[]);
        }
        let before = if outcome.unchanged { self.index.lock().latest(&entry.origin) } else { None };
        if let Some(number) = before {
            let before = self.read(number)?;
            return self.put(Entry { origin: entry.origin, n, stamp, ..before }, &[]);
        }
        let mut lines = Vec::new();
        match outcome.result {
            Ok(done) => {
                entry.offset = self.journal.end();
                entry.length = done.lines.len() as u64;
                entry.records = u64::from(done.records);
                entry.numbers = u64::from(done.numbers);
                entry.flags = u64::from(done.flags);
                entry.failed_checks = u64::from(done.failed_checks);
                lines = done.lines;
            }
            Err(failure) => {
                entry.fate = Fate::Failed;
                entry.code = Some(failure.code().to_owned());
                entry.message = Some(failure.detail().to_owned());
            }
        }
        self.put(entry, &lines)
    }

    /// Takes in that a container was taken apart to its end.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn opened(&mut self, path: String, n: u64, stamp: Option<Stamp>, members: u64) -> Result<(), Error> {
        let origin = Origin { path, ..Origin::default() };
        let mut entry = Entry::new(origin, n, Fate::Opened, stamp);
        entry.bytes = stamp.map_or(0, |s| s.size);
        entry.records = members;
        self.put(entry, &[]).map(|_| ())
    }

    /// Takes in the complete runs over shards of the same files, in the order of the walk; gives the number of
    /// files.
    ///
    /// # Errors
    /// Where the disk refuses, or a folder is not as its ledger says.
    pub fn absorb(&mut self, folders: &[PathBuf]) -> Result<u64, Error> {
        let mut all = Vec::new();
        let mut bases = Vec::new();
        let mut sources = Vec::new();
        for (shard, folder) in folders.iter().enumerate() {
            let (records, ledger) = (folder.join(RECORDS), folder.join(LEDGER));
            ledger::replay(&ledger, &records, |made, entry, place| {
                all.push((entry.n, shard, place));
                if !bases.contains(&made.base) {
                    bases.push(made.base.clone());
                }
            })
            .map_err(refused("read", &ledger))?;
            let opened = fs::metadata(&records).and_then(|meta| Journal::open(&records, &ledger, meta.len()));
            sources.push(opened.map_err(refused("read", &records))?);
        }
        self.session.base = if let [base] = bases.as_slice() { base.clone() } else { String::new() };
        all.sort_by_key(|(n, shard, _)| (*n, *shard));
        let mut files = 0;
        for (_, shard, place) in all {
            let (Some(source), Some(folder)) = (sources.get_mut(shard), folders.get(shard)) else { continue };
            let mut entry = source.entry(place).map_err(refused("read", folder))?;
            let mut lines = Vec::new();
            source.copy(entry.offset, entry.length, &mut lines).map_err(refused("read", folder))?;
            files += u64::from(entry.fate != Fate::Opened);
            if let Some(owner) = self.owner(&entry.sha256)? {
                let n = entry.n;
                entry = duplicate(entry, n, owner);
                lines.clear();
            } else {
                entry.offset = self.journal.end();
            }
            self.put(entry, &lines)?;
        }
        Ok(files)
    }

    fn put(&mut self, mut entry: Entry, lines: &[u8]) -> Result<Entry, Error> {
        let n = entry.n;
        entry.selection = self.globs.unwrap_or(entry.selection);
        self.announce().map_err(refused("write to", &self.folder))?;
        let line = Line::Entry(Box::new(entry));
        let place = self.journal.append(lines, &line).map_err(refused("write to", &self.folder))?;
        let Line::Entry(entry) = line else { return Err(Error::new(ErrorKind::Output, "lost an entry")) };
        let mut index = self.index.lock();
        let number = index.push(&entry, place);
        index.enlist(number, n);
        Ok(*entry)
    }

    /// Puts everything on the disk; the run may go on later.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn commit(&mut self) -> Result<(), Error> {
        self.journal.commit().map_err(refused("write to", &self.folder))
    }

    /// Whether the walk came to any file at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.lock().live().next().is_none()
    }

    /// Completes the run: records in the order of the walk, without those of files that the walk did not come to;
    /// lists and manifest.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn finish(mut self, made_by: &serde_json::Value, shard: Option<(u64, u64)>) -> Result<(), Error> {
        self.commit()?;
        let whole = !self.stale && self.index.lock().is_whole();
        let done = if whole && self.resumed { Ok(()) } else { self.announce() };
        let done = done.and_then(|()| if whole { Ok(()) } else { self.rewrite() });
        done.and_then(|()| closing::close(&self.folder, made_by, shard)).map_err(refused("write to", &self.folder))
    }

    /// Writes records and ledger anew in the order of the walk, and puts both in place at once.
    fn rewrite(&mut self) -> io::Result<()> {
        let next = |name: &str| self.folder.join(format!("{name}.next"));
        let (records, ledger) = (next(RECORDS), next(LEDGER));
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&records)?);
        let mut lines = BufWriter::with_capacity(1 << 20, File::create(&ledger)?);
        serde_json::to_writer(&mut lines, &self.session.line())?;
        lines.write_all(b"\n")?;
        let mut offset = 0;
        for (place, n) in self.index.lock().live() {
            let mut entry = self.journal.entry(place)?;
            entry.n = n;
            if entry.length > 0 {
                self.journal.copy(entry.offset, entry.length, &mut out)?;
                entry.offset = offset;
                offset += entry.length;
            }
            serde_json::to_writer(&mut lines, &entry)?;
            lines.write_all(b"\n")?;
        }
        for file in [out, lines] {
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        }
        File::create(self.folder.join(SWITCH))?.sync_all()?;
        sync_folder(&self.folder)?;
        finish_switch(&self.folder)
    }
}

/// The error where a file of no run stands in the way of one that a run writes.
pub fn no_runs(path: &Path) -> Error {
    let message = format!("{} is there already, and no run's", path.display());
    Error::new(ErrorKind::Usage, message).hint("write to another folder, or move it away")
}

/// A file that a run would write over, in a folder without the ledger of one.
fn foreign(folder: &Path) -> io::Result<Option<PathBuf>> {
    let ledger = folder.join(LEDGER);
    if ledger::is_one(&ledger)? {
        return Ok(None);
    }
    let next = [RECORDS, LEDGER].map(|name| format!("{name}.next"));
    let names =
        [LEDGER, RECORDS, MANIFEST, SWITCH].into_iter().chain(closing::LISTS).chain(next.iter().map(String::as_str));
    for path in names.map(|name| folder.join(name)) {
        match fs::symlink_metadata(&path) {
            // an empty one is no loss
            Ok(meta) if !(meta.is_file() && meta.len() == 0) => return Ok(Some(path)),
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(None)
}

/// Removes a file that may not be there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// The entry of a file with the same bytes as `owner`.
fn duplicate(entry: Entry, n: u64, owner: String) -> Entry {
    let mut duplicate = Entry::new(entry.origin, n, Fate::Duplicate, entry.stamp);
    (duplicate.bytes, duplicate.sha256, duplicate.of) = (entry.bytes, entry.sha256, Some(owner));
    duplicate
}

/// A file's name in lists.
pub(super) fn name(entry: &Entry) -> String {
    entry.origin.to_string()
}

/// Puts both rewritten files in place, if a run decided to; does nothing otherwise.
fn finish_switch(folder: &Path) -> io::Result<()> {
    let switch = folder.join(SWITCH);
    let decided = switch.exists();
    for name in [RECORDS, LEDGER] {
        let next = folder.join(format!("{name}.next"));
        if next.exists() {
            if decided {
                fs::rename(&next, folder.join(name))?;
            } else {
                fs::remove_file(&next)?;
            }
        }
    }
    if decided {
        sync_folder(folder)?;
        fs::remove_file(switch)?;
    }
    Ok(())
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::run::closing::{DUPLICATES, FAILURES};
    use crate::run::job::Yield;
    use crate::source::hash;

    fn outcome(path: &str, content: &str) -> Outcome {
        let lines = format!("{{\"of\": \"{path}\", \"is\": \"{content}\"}}\n").into_bytes();
        Outcome {
            origin: Origin { path: path.into(), ..Origin::default() },
            bytes: content.len() as u64,
            sha256: hash::sha256(content.as_bytes()),
            result: Ok(Yield { lines, records: 1, ..Yield::default() }),
            unchanged: false,
            millis: 0,
        }
    }

    fn session() -> Session {
        Session { made: "s".to_owned(), ..Session::default() }
    }

    const STAMP: Option<Stamp> = Some(Stamp { size: 1, mtime: 1 });

    fn run(folder: &Path, files: &[(&str, &str)], crash_after: Option<usize>) {
        let mut dataset = Dataset::open(folder, session()).unwrap();
        for (n, (path, content)) in files.iter().enumerate() {
            if crash_after == Some(n) {
                return;
            }
            let stamp = Some(Stamp { size: content.len() as u64, mtime: 1 });
            if dataset.index().lock().skip(path, stamp, 0, false) {
                dataset.keep_path(path, n as u64).unwrap();
            } else {
                dataset.add(outcome(path, content), n as u64, stamp).unwrap();
                dataset.commit().unwrap();
            }
        }
        dataset.finish(&json!({}), None).unwrap();
    }

    fn text(folder: &Path, name: &str) -> String {
        fs::read_to_string(folder.join(name)).unwrap()
    }

    #[test]
    fn an_interrupted_run_ends_as_an_undisturbed_one() {
        let files = [("a", "1"), ("b", "22"), ("c", "1"), ("d", "4444")];
        let calm = tempfile::tempdir().unwrap();
        run(calm.path(), &files, None);
        assert_eq!(text(calm.path(), RECORDS).lines().count(), 3);
        assert_eq!(text(calm.path(), DUPLICATES).lines().count(), 1);
        for stop in 0..4 {
            for torn in [0, 1, 7, 40] {
                let folder = tempfile::tempdir().unwrap();
                run(folder.path(), &files, Some(stop));
                for name in [RECORDS, LEDGER] {
                    let path = folder.path().join(name);
                    let size = fs::metadata(&path).unwrap().len();
                    File::options().write(true).open(&path).unwrap().set_len(size.saturating_sub(torn)).unwrap();
                    if torn == 1 && size > 0 {
                        let mut file = File::options().append(true).open(&path).unwrap();
                        file.write_all(b"{\"path\": \"half a li").unwrap();
                    }
                }
                run(folder.path(), &files, None);
                for name in [RECORDS, FAILURES, DUPLICATES, MANIFEST] {
                    assert_eq!(text(folder.path(), name), text(calm.path(), name), "{name} after {stop}, {torn}");
                }
            }
        }
    }

    #[test]
    fn a_changed_archive_gives_what_a_fresh_run_gives() {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path(), &[("a", "1"), ("b", "22"), ("c", "1"), ("e", "5")], None);
        let changed = [("0", "new"), ("b", "22!"), ("c", "1"), ("e", "5")];
        // a file that comes before has what one that was read has: it is the one that counts
        let earlier = [("0", "new"), ("1", "5"), ("b", "22!"), ("c", "1"), ("e", "5"), ("f", "1")];
        let gone = [("0", "new"), ("b", "22!"), ("e", "5"), ("f", "1")];
        for later in [changed.as_slice(), &earlier, &gone] {
            run(folder.path(), later, None);
            let fresh = tempfile::tempdir().unwrap();
            run(fresh.path(), later, None);
            for name in [RECORDS, DUPLICATES, MANIFEST] {
                assert_eq!(text(folder.path(), name), text(fresh.path(), name), "{name}");
            }
        }
    }

    #[test]
    fn only_one_run_has_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = Dataset::open(folder.path(), session()).unwrap();
        assert!(Dataset::open(folder.path(), session()).is_err());
        drop(first);
        let mut again = Dataset::open(folder.path(), session()).unwrap();
        again.add(outcome("a", "1"), 0, STAMP).unwrap();
        assert!(again.index().lock().skip("a", STAMP, 0, false));
    }
}

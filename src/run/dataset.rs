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
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::json;

use crate::error::{Error, ErrorKind};
use crate::run::job::{Origin, Outcome};
use crate::run::ledger::{self, Entry, Fate, Journal, Line};
use crate::run::plan::Stamp;
use crate::source::hash;

/// Names of the files.
pub const RECORDS: &str = "records.jsonl";
/// The ledger's name.
pub const LEDGER: &str = "ledger.jsonl";
/// The manifest's name.
pub const MANIFEST: &str = "manifest.json";
const SWITCH: &str = "switch";

/// A run's folder, open for one process.
#[derive(Debug)]
pub struct Dataset {
    folder: PathBuf,
    journal: Journal,
    entries: Vec<Entry>,
    /// Entries by the file's name, the latest only.
    by_name: FxHashMap<String, usize>,
    /// Entries by path: the file itself, or the members of the container.
    by_path: FxHashMap<String, Vec<usize>>,
    /// Entries of this run in the order of the walk.
    live: Vec<usize>,
    /// First live file of each content.
    owners: FxHashMap<String, usize>,
    session: String,
    /// Whether the ledger says anything that no longer holds.
    stale: bool,
    _lock: File,
}

fn refused(what: &str, path: &Path) -> impl Fn(io::Error) -> Error {
    let message = format!("cannot {what} {}", path.display());
    move |e| {
        let full = e.kind() == io::ErrorKind::StorageFull;
        let hint = if full {
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
    pub fn open(folder: &Path, session: &str) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(refused("make", folder))?;
        let lock_path = folder.join(".lock");
        let lock = File::create(&lock_path).map_err(refused("write", &lock_path))?;
        if lock.try_lock().is_err() {
            let message = format!("another run writes to {}", folder.display());
            return Err(Error::new(ErrorKind::Output, message).hint("wait for it, or write somewhere else"));
        }
        finish_switch(folder).map_err(refused("mend", folder))?;
        let (records, ledger) = (folder.join(RECORDS), folder.join(LEDGER));
        let replayed = ledger::replay(&ledger, &records).map_err(refused("read", &ledger))?;
        let end = replayed.iter().map(|(_, e)| e.offset + e.length).max().unwrap_or(0);
        let mut journal = Journal::open(&records, &ledger, end).map_err(refused("write", &records))?;
        // its absence says that the run is not complete
        let _ = fs::remove_file(folder.join(MANIFEST));
        let begin = Line::Session { schema: ledger::SCHEMA.to_owned(), session: session.to_owned() };
        journal.append(&[], &begin).map_err(refused("write", &ledger))?;
        journal.commit().map_err(refused("write", &ledger))?;
        let mut dataset = Self {
            folder: folder.to_path_buf(),
            journal,
            entries: Vec::new(),
            by_name: FxHashMap::default(),
            by_path: FxHashMap::default(),
            live: Vec::new(),
            owners: FxHashMap::default(),
            session: session.to_owned(),
            stale: false,
            _lock: lock,
        };
        for (made, entry) in replayed {
            if made == session {
                dataset.index(entry);
            } else {
                dataset.stale = true;
            }
        }
        Ok(dataset)
    }

    fn index(&mut self, entry: Entry) -> usize {
        let at = self.entries.len();
        let name = name(&entry);
        let list = self.by_path.entry(entry.origin.path.clone()).or_default();
        if let Some(old) = self.by_name.insert(name, at) {
            list.retain(|i| *i != old);
        }
        list.push(at);
        self.entries.push(entry);
        at
    }

    /// What is known of earlier runs, for the walk.
    #[must_use]
    pub fn known(&self, retry_failed: bool) -> Known {
        let mut paths = FxHashMap::default();
        for (path, list) in &self.by_path {
            let entries = || list.iter().filter_map(|i| self.entries.get(*i));
            let own = entries().find(|e| e.origin.member.is_none());
            let Some(stamp) = own.and_then(|e| e.stamp) else { continue };
            // members that a changed container no longer has carry another stamp
            let now = || entries().filter(|e| e.stamp == Some(stamp));
            let retry = retry_failed && now().any(|e| e.fate == Fate::Failed);
            if !retry {
                let owners: Vec<String> = now().filter_map(|e| e.of.clone()).collect();
                paths.insert(path.clone(), (stamp, owners));
            }
        }
        let mut contents = FxHashMap::default();
        for (name, at) in &self.by_name {
            let Some(entry) = self.entries.get(*at) else { continue };
            let usable = match entry.fate {
                Fate::Record => true,
                Fate::Failed => !retry_failed,
                Fate::Duplicate | Fate::Opened => false,
            };
            if usable && !entry.sha256.is_empty() {
                contents.insert(name.clone(), entry.sha256.clone());
            }
        }
        Known { paths, contents, kept: FxHashSet::default() }
    }

    /// Keeps what an earlier run made of a path that has not changed; gives the entries.
    pub fn keep_path(&mut self, path: &str, n: u64) -> Vec<&Entry> {
        let mut list = self.by_path.get(path).cloned().unwrap_or_default();
        let entries = || list.iter().filter_map(|at| self.entries.get(*at));
        let stamp = entries().find(|e| e.origin.member.is_none()).and_then(|e| e.stamp);
        list.retain(|at| self.entries.get(*at).is_some_and(|e| e.stamp == stamp));
        for at in &list {
            if let Some(entry) = self.entries.get_mut(*at).filter(|e| e.n != n) {
                entry.n = n;
                self.stale = true;
            }
            self.enlist(*at);
        }
        list.iter().filter_map(|at| self.entries.get(*at)).collect()
    }

    fn enlist(&mut self, at: usize) {
        self.live.push(at);
        if let Some(entry) = self.entries.get(at)
            && matches!(entry.fate, Fate::Record | Fate::Failed)
            && !entry.sha256.is_empty()
        {
            self.owners.entry(entry.sha256.clone()).or_insert(at);
        }
    }

    /// Takes in what became of a file; gives its entry.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn add(&mut self, outcome: Outcome, n: u64, stamp: Option<Stamp>) -> Result<&Entry, Error> {
        let mut entry = Entry::new(outcome.origin, n, Fate::Record, stamp);
        (entry.bytes, entry.sha256, entry.millis) = (outcome.bytes, outcome.sha256, outcome.millis);
        let mut lines = Vec::new();
        let before = self.by_name.get(&name(&entry)).and_then(|at| self.entries.get(*at));
        if let Some(owner) = self.owners.get(&entry.sha256).and_then(|at| self.entries.get(*at)) {
            entry.fate = Fate::Duplicate;
            entry.of = Some(name(owner));
        } else if outcome.unchanged
            && let Some(before) = before
        {
            entry = Entry { origin: entry.origin, n, stamp, ..before.clone() };
        } else {
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
        let mut sources = Vec::new();
        for (shard, folder) in folders.iter().enumerate() {
            let (records, ledger) = (folder.join(RECORDS), folder.join(LEDGER));
            let entries = ledger::replay(&ledger, &records).map_err(refused("read", &ledger))?;
            all.extend(entries.into_iter().map(|(_, entry)| (entry.n, shard, entry)));
            sources.push(File::open(&records).map_err(refused("read", &records))?);
        }
        all.sort_by_key(|(n, shard, _)| (*n, *shard));
        let mut files = 0;
        for (_, shard, mut entry) in all {
            let mut lines = vec![0; usize::try_from(entry.length).unwrap_or(0)];
            if let Some(source) = sources.get_mut(shard) {
                let read = source.seek(SeekFrom::Start(entry.offset)).and_then(|_| source.read_exact(&mut lines));
                read.map_err(refused("read the records of", &self.folder))?;
            }
            files += u64::from(entry.fate != Fate::Opened);
            if let Some(owner) = self.owners.get(&entry.sha256).and_then(|at| self.entries.get(*at)) {
                let of = Some(name(owner));
                let mut duplicate = Entry::new(entry.origin, entry.n, Fate::Duplicate, entry.stamp);
                (duplicate.bytes, duplicate.sha256, duplicate.of) = (entry.bytes, entry.sha256, of);
                entry = duplicate;
                lines.clear();
            } else {
                entry.offset = self.journal.end();
            }
            self.put(entry, &lines)?;
        }
        Ok(files)
    }

    fn put(&mut self, entry: Entry, lines: &[u8]) -> Result<&Entry, Error> {
        let line = Line::Entry(Box::new(entry.clone()));
        self.journal.append(lines, &line).map_err(refused("write to", &self.folder))?;
        let at = self.index(entry);
        self.enlist(at);
        self.entries.get(at).ok_or_else(|| Error::new(ErrorKind::Output, "lost an entry"))
    }

    /// Puts everything on the disk; the run may go on later.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn commit(&mut self) -> Result<(), Error> {
        self.journal.commit().map_err(refused("write to", &self.folder))
    }

    /// Completes the run: records in the order of the walk, without those of files that are gone; lists and
    /// manifest.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn finish(mut self, made_by: &serde_json::Value) -> Result<(), Error> {
        self.commit()?;
        let folder = self.folder.clone();
        let disk = |e| refused("write to", &folder)(e);
        let mut next = 0;
        let mut ordered = !self.stale && self.live.len() == self.entries.len();
        for entry in self.live.iter().filter_map(|at| self.entries.get(*at)).filter(|e| e.length > 0) {
            ordered &= entry.offset == next;
            next = entry.offset + entry.length;
        }
        if !ordered || next != self.journal.end() {
            self.rewrite().map_err(disk)?;
        }
        self.lists().map_err(disk)?;
        self.manifest(made_by).map_err(disk)
    }

    /// Writes records and ledger anew in the order of the walk, and puts both in place at once.
    fn rewrite(&mut self) -> io::Result<()> {
        let next = |name: &str| self.folder.join(format!("{name}.next"));
        let (records, ledger) = (next(RECORDS), next(LEDGER));
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&records)?);
        let mut lines = BufWriter::with_capacity(1 << 20, File::create(&ledger)?);
        let begin = Line::Session { schema: ledger::SCHEMA.to_owned(), session: self.session.clone() };
        serde_json::to_writer(&mut lines, &begin)?;
        lines.write_all(b"\n")?;
        let mut offset = 0;
        for at in &self.live {
            let Some(entry) = self.entries.get_mut(*at) else { continue };
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

    fn lists(&self) -> io::Result<()> {
        let live = || self.live.iter().filter_map(|at| self.entries.get(*at));
        let mut failures = Vec::new();
        let mut duplicates = Vec::new();
        let mut quarantine = Vec::new();
        for entry in live() {
            let mut line = serde_json::to_value(&entry.origin)?;
            let mut put = |key: &str, value: Option<&str>| {
                if let (Some(object), Some(value)) = (line.as_object_mut(), value) {
                    object.insert(key.to_owned(), value.into());
                }
            };
            put("sha256", Some(&entry.sha256));
            match entry.fate {
                Fate::Failed => {
                    put("code", entry.code.as_deref());
                    put("message", entry.message.as_deref());
                    serde_json::to_writer(&mut failures, &line)?;
                    failures.push(b'\n');
                    if matches!(entry.code.as_deref(), Some("crashed" | "timed-out")) {
                        quarantine.extend_from_slice(name(entry).replace(['\n', '\r'], " ").as_bytes());
                        quarantine.push(b'\n');
                    }
                }
                Fate::Duplicate => {
                    put("of", entry.of.as_deref());
                    serde_json::to_writer(&mut duplicates, &line)?;
                    duplicates.push(b'\n');
                }
                Fate::Record | Fate::Opened => {}
            }
        }
        replace(&self.folder.join("failures.jsonl"), &failures)?;
        replace(&self.folder.join("duplicates.jsonl"), &duplicates)?;
        replace(&self.folder.join("quarantine.txt"), &quarantine)
    }

    fn manifest(&self, made_by: &serde_json::Value) -> io::Result<()> {
        let live = || self.live.iter().filter_map(|at| self.entries.get(*at));
        let count = |fate: Fate| live().filter(|e| e.fate == fate).count();
        let mut failures = std::collections::BTreeMap::<&str, u64>::new();
        for code in live().filter_map(|e| e.code.as_deref()) {
            *failures.entry(code).or_default() += 1;
        }
        let manifest = json!({
            "schema": "gongkai.manifest/1",
            "made_by": made_by,
            "files": live().filter(|e| e.fate != Fate::Opened).count(),
            "containers": count(Fate::Opened),
            "records": live().filter(|e| e.fate == Fate::Record).map(|e| e.records).sum::<u64>(),
            "numbers": live().map(|e| e.numbers).sum::<u64>(),
            "flags": live().map(|e| e.flags).sum::<u64>(),
            "failed_checks": live().map(|e| e.failed_checks).sum::<u64>(),
            "duplicates": count(Fate::Duplicate),
            "failures": failures,
            "outputs": {
                RECORDS: file_sha256(&self.folder.join(RECORDS))?,
                "failures.jsonl": file_sha256(&self.folder.join("failures.jsonl"))?,
                "duplicates.jsonl": file_sha256(&self.folder.join("duplicates.jsonl"))?,
            },
        });
        let mut text = serde_json::to_string_pretty(&manifest)?;
        text.push('\n');
        replace(&self.folder.join(MANIFEST), text.as_bytes())
    }
}

/// A file's name in lists.
fn name(entry: &Entry) -> String {
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

/// Writes a file whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut next = path.as_os_str().to_owned();
    next.push(".next");
    let next = PathBuf::from(next);
    let mut file = File::create(&next)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(next, path)
}

/// SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// Where it cannot be read.
pub fn file_sha256(path: &Path) -> io::Result<String> {
    use sha2::{Digest, Sha256};
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash::hex(&digest.finalize())),
            n => digest.update(buffer.get(..n).unwrap_or_default()),
        }
    }
}

/// What earlier runs know: which paths need not be opened, which contents not be read.
#[derive(Debug)]
pub struct Known {
    paths: FxHashMap<String, (Stamp, Vec<String>)>,
    contents: FxHashMap<String, String>,
    kept: FxHashSet<String>,
}

impl Known {
    /// Whether a path is done and has not changed; asked in the order of the walk.
    pub fn skip(&mut self, path: &str, stamp: Option<Stamp>) -> bool {
        let Some((known, owners)) = self.paths.get(path) else { return false };
        // a duplicate is only done while the file that was read in its place still is
        let owned = |of: &String| {
            let outer = of.split("!/").next().unwrap_or(of);
            outer == path || self.kept.contains(outer)
        };
        let skip = stamp == Some(*known) && owners.iter().all(owned);
        if skip {
            self.kept.insert(path.to_owned());
        }
        skip
    }

    /// SHA-256 of what the file held when it was read.
    #[must_use]
    pub fn content(&self, origin: &Origin) -> Option<String> {
        self.contents.get(&origin.to_string()).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::job::Yield;

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

    const STAMP: Option<Stamp> = Some(Stamp { size: 1, mtime: 1 });

    fn run(folder: &Path, files: &[(&str, &str)], crash_after: Option<usize>) {
        let mut dataset = Dataset::open(folder, "s").unwrap();
        let mut known = dataset.known(false);
        for (n, (path, content)) in files.iter().enumerate() {
            if crash_after == Some(n) {
                return;
            }
            let stamp = Some(Stamp { size: content.len() as u64, mtime: 1 });
            if known.skip(path, stamp) {
                dataset.keep_path(path, n as u64);
            } else {
                dataset.add(outcome(path, content), n as u64, stamp).unwrap();
                dataset.commit().unwrap();
            }
        }
        dataset.finish(&json!({})).unwrap();
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
        assert_eq!(text(calm.path(), "duplicates.jsonl").lines().count(), 1);
        for stop in 0..4 {
            for torn in [0, 1, 7, 40] {
                let folder = tempfile::tempdir().unwrap();
                run(folder.path(), &files, Some(stop));
                for name in [RECORDS, LEDGER] {
                    let path = folder.path().join(name);
                    let size = fs::metadata(&path).unwrap().len();
                    File::options().write(true).open(&path).unwrap().set_len(size.saturating_sub(torn)).unwrap();
                    if torn == 1 {
                        let mut file = File::options().append(true).open(&path).unwrap();
                        file.write_all(b"{\"path\": \"half a li").unwrap();
                    }
                }
                run(folder.path(), &files, None);
                for name in [RECORDS, "failures.jsonl", "duplicates.jsonl", MANIFEST] {
                    assert_eq!(text(folder.path(), name), text(calm.path(), name), "{name} after {stop}, {torn}");
                }
            }
        }
    }

    #[test]
    fn a_changed_archive_gives_what_a_fresh_run_gives() {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path(), &[("a", "1"), ("b", "22"), ("c", "1"), ("e", "5")], None);
        let later = [("0", "new"), ("b", "22!"), ("c", "1"), ("e", "5")];
        run(folder.path(), &later, None);
        let fresh = tempfile::tempdir().unwrap();
        run(fresh.path(), &later, None);
        for name in [RECORDS, "duplicates.jsonl", MANIFEST] {
            assert_eq!(text(folder.path(), name), text(fresh.path(), name), "{name}");
        }
    }

    #[test]
    fn only_one_run_has_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = Dataset::open(folder.path(), "s").unwrap();
        assert!(Dataset::open(folder.path(), "s").is_err());
        drop(first);
        let mut again = Dataset::open(folder.path(), "s").unwrap();
        again.add(outcome("a", "1"), 0, STAMP).unwrap();
        assert!(again.known(false).skip("a", STAMP));
    }
}

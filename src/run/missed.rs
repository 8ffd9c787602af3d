//! What earlier runs have records of and this one does not come to.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use rustc_hash::FxHashMap;

use crate::error::Error;
use crate::run::dataset::{Dataset, LEDGER, name, refused};
use crate::run::index::{Key, Place};
use crate::run::ledger::{self, Entry, Fate, Session};
use crate::source::name::{path, shown};

/// Files that an earlier run wrote of and this one did not come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Missed {
    /// Files with records.
    pub files: u64,
    /// Their records.
    pub records: u64,
    /// One of them.
    pub example: String,
}

impl Missed {
    fn add(&mut self, name: String, records: u64) {
        if self.files == 0 {
            self.example = name;
        }
        self.files += 1;
        self.records += records;
    }
}

/// The kinds of [`Missed`] files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lost {
    /// They are no more, and more of their folder is.
    pub gone: Missed,
    /// They are no more, and with them half of their folder, or all of it: a disk that is not mounted, a copy that is
    /// not complete.
    pub emptied: Missed,
    /// They are there; this run did not come to them.
    pub left: Missed,
}

/// A file whose path counts from another folder than those of this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// That folder.
    pub base: String,
    /// The path.
    pub path: String,
}

/// Whether a path, as shown, counts from the folder that a run was begun in.
pub fn is_relative(shown: &str) -> bool {
    Path::new(shown).is_relative()
}

impl Dataset {
    /// The first file with records that `of` says something of.
    fn first<T>(&self, of: impl Fn(&Session, &Entry) -> Option<T>) -> Result<Option<T>, Error> {
        let mut found = None;
        self.scan(|session, entry, _| {
            if entry.records > 0 && entry.fate == Fate::Record {
                found = of(session, &entry);
            }
            found.is_none()
        })?;
        Ok(found)
    }

    /// Reads the entries of the ledger, as long as `take` goes on.
    fn scan(&self, mut take: impl FnMut(&Session, Entry, Place) -> bool) -> Result<(), Error> {
        let path = self.folder.join(LEDGER);
        let scanned = File::open(&path).and_then(|file| {
            let lines = &mut BufReader::with_capacity(1 << 18, file);
            ledger::scan(lines, |session, entry, place| Ok(take(session, entry, place)))
        });
        scanned.map(|_| ()).map_err(refused("read", &path))
    }

    /// A file with records, of those that the walk will not come to by the word of `covers`.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn outside(&self, covers: impl Fn(&str) -> bool) -> Result<Option<String>, Error> {
        self.first(|_, entry| (!covers(&entry.origin.path)).then(|| name(entry)))
    }

    /// A file with records that is still there, but is not what its path would lead to now: an earlier run was begun
    /// in another folder. Where the whole archive has moved, there is none.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn elsewhere(&self) -> Result<Option<Elsewhere>, Error> {
        let base = path(&self.session.base);
        self.first(|session, entry| {
            let other = || !session.base.is_empty() && session.base != self.session.base;
            if !(is_relative(&entry.origin.path) && other()) {
                return None;
            }
            let file = path(&entry.origin.path);
            let there = fs::canonicalize(path(&session.base).join(&file)).ok()?;
            let here = fs::canonicalize(base.join(&file)).ok();
            let found = || Elsewhere { base: session.base.clone(), path: shown(&file) };
            (here != Some(there)).then(found)
        })
    }

    /// Files with records that the walk did not come to; `is_gone` says of a path whether it is no more. What another
    /// file holds now, as where a folder has a new name, is not missed.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn missed(&mut self, is_gone: impl Fn(&str) -> bool) -> Result<Lost, Error> {
        self.commit()?;
        let index = self.index.lock();
        if !self.resumed || (!self.stale && index.is_whole()) {
            return Ok(Lost::default());
        }
        // the last entry of a name is the one that counts
        let mut last = FxHashMap::default();
        self.scan(|session, entry, _| {
            // another version may name the members of an archive in another way
            let own = session.made == self.session.made;
            if !(if own { index.has_reached(&entry) } else { index.has_visited(&entry.origin.path) }) {
                let elsewhere = Key::of_content(&entry.sha256).is_some_and(|content| index.owner(content).is_some());
                let records = if entry.fate == Fate::Record && !elsewhere { entry.records } else { 0 };
                last.insert(entry.origin.to_string(), (entry.n, entry.origin.path, records));
            }
            true
        })?;
        let mut list: Vec<_> = last.into_iter().filter(|(_, (_, _, records))| *records > 0).collect();
        list.sort_by(|(a, (m, ..)), (b, (n, ..))| (m, a).cmp(&(n, b)));
        let gone: Vec<bool> = list.iter().map(|(_, (_, path, _))| is_gone(path)).collect();
        let mut folders = FxHashMap::<&str, Balance>::default();
        for ((_, (_, path, records)), _) in list.iter().zip(&gone).filter(|(_, gone)| **gone) {
            folders.entry(folder(path)).or_default().lost += records;
        }
        if !folders.is_empty() {
            self.scan(|_, entry, place| {
                let balance = folders.get_mut(folder(&entry.origin.path)).filter(|_| entry.fate != Fate::Opened);
                if let Some(balance) = balance.filter(|_| index.counts(&entry, place)) {
                    balance.held += entry.records.max(1);
                }
                true
            })?;
        }
        let mut lost = Lost::default();
        for ((name, (_, path, records)), gone) in list.iter().zip(gone) {
            let emptied = folders.get(folder(path)).is_some_and(|balance| balance.lost >= balance.held);
            let kind = match gone {
                true if emptied => &mut lost.emptied,
                true => &mut lost.gone,
                false => &mut lost.left,
            };
            kind.add(name.clone(), *records);
        }
        Ok(lost)
    }
}

/// What a folder had and has.
#[derive(Debug, Default)]
struct Balance {
    /// Records of files that are gone.
    lost: u64,
    /// Records of the files that the walk came to, each file counted once at least.
    held: u64,
}

/// The folder of a path.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

//! What earlier runs have records of and this one does not come to.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use rustc_hash::FxHashMap;

use crate::error::Error;
use crate::run::dataset::{Dataset, LEDGER, name, refused};
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
        let path = self.folder.join(LEDGER);
        let mut found = None;
        let scanned = File::open(&path).and_then(|file| {
            ledger::scan(&mut BufReader::with_capacity(1 << 18, file), |session, entry, _| {
                if entry.records > 0 && entry.fate == Fate::Record {
                    found = of(session, &entry);
                }
                Ok(found.is_none())
            })
        });
        scanned.map(|_| found).map_err(refused("read", &path))
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

    /// Files with records that the walk did not come to: those that `is_gone` says are no more, and the others.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn missed(&mut self, is_gone: impl Fn(&str) -> bool) -> Result<(Missed, Missed), Error> {
        self.commit()?;
        let index = self.index.lock();
        if !self.resumed || (!self.stale && index.is_whole()) {
            return Ok(Default::default());
        }
        // the last entry of a name is the one that counts
        let mut last = FxHashMap::default();
        let path = self.folder.join(LEDGER);
        let scanned = File::open(&path).and_then(|file| {
            ledger::scan(&mut BufReader::with_capacity(1 << 18, file), |session, entry, _| {
                // another version may name the members of an archive in another way
                let own = session.made == self.session.made;
                if !(if own { index.has_reached(&entry) } else { index.has_visited(&entry.origin.path) }) {
                    let records = if entry.fate == Fate::Record { entry.records } else { 0 };
                    last.insert(entry.origin.to_string(), (entry.n, entry.origin.path, records));
                }
                Ok(true)
            })
        });
        drop(index);
        scanned.map_err(refused("read", &path))?;
        let mut list: Vec<_> = last.into_iter().filter(|(_, (_, _, records))| *records > 0).collect();
        list.sort_by(|(a, (m, ..)), (b, (n, ..))| (m, a).cmp(&(n, b)));
        let (mut gone, mut left) = (Missed::default(), Missed::default());
        for (name, (_, path, records)) in list {
            if is_gone(&path) { &mut gone } else { &mut left }.add(name, records);
        }
        Ok((gone, left))
    }
}

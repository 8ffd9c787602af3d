//! What a run knows of its files while it runs: eighty bytes a file, names and contents by their digests.
//!
//! The ledger on the disk says the rest, and is read there when it is needed.

use hashbrown::HashTable;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use crate::run::job::Origin;
use crate::run::ledger::{Entry, Fate};
use crate::run::plan::Stamp;

/// A name or a content: the first half of its SHA-256, all zero where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Key([u64; 2]);

impl Key {
    /// The key of a source's names.
    #[must_use]
    pub fn of_name(origin: &Origin) -> Self {
        let mut digest = Sha256::new_with_prefix(origin.path.as_bytes());
        if let Some(member) = &origin.member {
            // no path holds a NUL
            digest.update(b"\0");
            digest.update(member.as_bytes());
        }
        Self::from_bytes(&digest.finalize())
    }

    /// The key of a path.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        Self::from_bytes(&Sha256::digest(path.as_bytes()))
    }

    /// The key of a content by its SHA-256 in hexadecimal; none where that is empty.
    #[must_use]
    pub fn of_content(sha256: &str) -> Option<Self> {
        let half = |part: Option<&str>| part.and_then(|hex| u64::from_str_radix(hex, 16).ok());
        Some(Self([half(sha256.get(..16))?, half(sha256.get(16..32))?]))
    }

    fn from_bytes(digest: &[u8]) -> Self {
        let mut halves = digest.chunks_exact(8).map(|part| part.iter().fold(0, |sum, b| sum << 8 | u64::from(*b)));
        Self([halves.next().unwrap_or(0), halves.next().unwrap_or(0)])
    }

    /// A number that tells keys apart well enough for a table: they are digests already.
    fn hash(self) -> u64 {
        self.0[0]
    }
}

/// Where the line of an entry stands in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// First byte.
    pub at: u64,
    /// Bytes, the line feed among them.
    pub length: u32,
}

/// A slot's number; [`NONE`] is none.
type Number = u32;
const NONE: Number = u32::MAX;

/// One entry of the ledger.
#[derive(Debug, Clone, Copy)]
struct Slot {
    name: Key,
    content: Key,
    /// `size` is `u64::MAX` where there is no stamp.
    stamp: Stamp,
    at: u64,
    length: u32,
    n: u32,
    /// The next member of the same container.
    next: Number,
    /// The file that was read in the place of this duplicate, in an earlier session.
    of: Number,
    /// What was taken of archives.
    selection: u32,
    fate: Fate,
    /// A later entry of the same name counts.
    superseded: bool,
    /// Kept in this walk as it is.
    kept: bool,
    /// Counted to this walk.
    live: bool,
}

const NO_STAMP: Stamp = Stamp { size: u64::MAX, mtime: 0 };

/// The files of a run.
#[derive(Debug, Default)]
pub struct Index {
    slots: Vec<Slot>,
    /// The latest entry of each name.
    names: HashTable<Number>,
    /// The first live file of each content.
    owners: HashTable<Number>,
    /// First and last member of each container.
    members: FxHashMap<Key, (Number, Number)>,
    /// Entries of this run in the order of the walk.
    live: Vec<Number>,
}

impl Index {
    /// Takes in an entry of the ledger; gives its slot.
    pub fn push(&mut self, entry: &Entry, place: Place) -> u32 {
        let number = Number::try_from(self.slots.len()).unwrap_or(NONE);
        let name = Key::of_name(&entry.origin);
        self.slots.push(Slot {
            name,
            content: Key::of_content(&entry.sha256).unwrap_or_default(),
            stamp: entry.stamp.unwrap_or(NO_STAMP),
            at: place.at,
            length: place.length,
            n: u32::try_from(entry.n).unwrap_or(u32::MAX),
            next: NONE,
            of: NONE,
            selection: entry.selection,
            fate: entry.fate,
            superseded: false,
            kept: false,
            live: false,
        });
        if let Some(old) = self.find(name) {
            if let Some(slot) = self.slots.get_mut(old as usize) {
                slot.superseded = true;
            }
            if let Ok(found) = self.names.find_entry(name.hash(), |at| *at == old) {
                found.remove();
            }
        }
        let slots = &self.slots;
        let hash = |at: &Number| slots.get(*at as usize).map_or(0, |slot| slot.name.hash());
        self.names.insert_unique(name.hash(), number, hash);
        if entry.origin.member.is_some() {
            let ends = self.members.entry(Key::of_path(&entry.origin.path)).or_insert((number, NONE));
            let last = std::mem::replace(&mut ends.1, number);
            if let Some(slot) = self.slots.get_mut(last as usize) {
                slot.next = number;
            }
        }
        number
    }

    fn find(&self, name: Key) -> Option<u32> {
        let same = |at: &Number| self.slots.get(*at as usize).is_some_and(|slot| slot.name == name);
        self.names.find(name.hash(), same).copied()
    }

    fn slot(&self, number: u32) -> Option<&Slot> {
        self.slots.get(number as usize)
    }

    /// Once the ledger of earlier sessions is in: which file was read in the place of each duplicate.
    pub fn settle(&mut self) {
        let mut read = FxHashMap::default();
        for (number, slot) in (0..).zip(&mut self.slots) {
            let readable = slot.content != Key::default();
            if readable && matches!(slot.fate, Fate::Record | Fate::Failed) {
                read.insert(slot.content, number);
            } else if slot.fate == Fate::Duplicate {
                slot.of = read.get(&slot.content).copied().unwrap_or(NONE);
            }
        }
    }

    /// What an earlier session made of a path: the members of a container, then the path itself; empty where
    /// the path itself has no entry.
    fn of_path(&self, path: Key) -> Vec<u32> {
        let Some(own) = self.find(path) else { return Vec::new() };
        let whole = |slot: &Slot| (slot.stamp, slot.selection);
        let container = self.slot(own).map_or((NO_STAMP, 0), whole);
        let mut list = Vec::new();
        let mut next = self.members.get(&path).map_or(NONE, |ends| ends.0);
        while let Some(slot) = self.slot(next) {
            // members that a changed container no longer has carry another stamp, those that other globs took their mark
            if !slot.superseded && whole(slot) == container {
                list.push(next);
            }
            next = slot.next;
        }
        list.push(own);
        list
    }

    /// Whether a path is done and has not changed; asked once for each path, in the order of the walk.
    pub fn skip(&mut self, path: &str, stamp: Option<Stamp>, selection: u32, retry_failed: bool) -> bool {
        let path = Key::of_path(path);
        let (Some(own), Some(stamp)) = (self.find(path), stamp) else { return false };
        if self.slot(own).is_none_or(|slot| slot.stamp != stamp) {
            return false;
        }
        let list = self.of_path(path);
        // other globs take other files of an archive
        let other = |slot: &Slot| (list.len() > 1 || slot.fate == Fate::Opened) && slot.selection != selection;
        if self.slot(own).is_none_or(other) {
            return false;
        }
        if retry_failed && list.iter().any(|at| self.slot(*at).is_some_and(|slot| slot.fate == Fate::Failed)) {
            return false;
        }
        self.keep(&list, true);
        // a duplicate is only done while the file that was read in its place still is
        let owned = |slot: &Slot| slot.fate != Fate::Duplicate || self.slot(slot.of).is_some_and(|of| of.kept);
        let whole = list.iter().filter_map(|at| self.slot(*at)).all(owned);
        if !whole {
            self.keep(&list, false);
        }
        whole
    }

    fn keep(&mut self, list: &[u32], kept: bool) {
        for at in list {
            if let Some(slot) = self.slots.get_mut(*at as usize) {
                slot.kept = kept;
            }
        }
    }

    /// What the file held when it was read, unless that need not hold now.
    #[must_use]
    pub fn content(&self, origin: &Origin, retry_failed: bool) -> Option<Key> {
        let slot = self.slot(self.find(Key::of_name(origin))?)?;
        let usable = match slot.fate {
            Fate::Record => true,
            Fate::Failed => !retry_failed,
            Fate::Duplicate | Fate::Opened => false,
        };
        Some(slot.content).filter(|content| usable && *content != Key::default())
    }

    /// The entries that an earlier session made of a path, in their order.
    #[must_use]
    pub fn kept(&self, path: &str) -> Vec<u32> {
        self.of_path(Key::of_path(path))
    }

    /// The latest entry of a name.
    #[must_use]
    pub fn latest(&self, origin: &Origin) -> Option<u32> {
        self.find(Key::of_name(origin))
    }

    /// The first live file of a content.
    #[must_use]
    pub fn owner(&self, content: Key) -> Option<u32> {
        let same = |at: &Number| self.slot(*at).is_some_and(|slot| slot.content == content);
        self.owners.find(content.hash(), same).copied()
    }

    /// Counts an entry to this run, as the next of the walk; `true` if its place in the walk is another than before.
    pub fn enlist(&mut self, number: u32, n: u64) -> bool {
        self.live.push(number);
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        let Some(slot) = self.slots.get_mut(number as usize) else { return false };
        let moved = std::mem::replace(&mut slot.n, n) != n;
        slot.live = true;
        let (fate, content) = (slot.fate, slot.content);
        let read = matches!(fate, Fate::Record | Fate::Failed) && content != Key::default();
        if read && self.owner(content).is_none() {
            let slots = &self.slots;
            let hash = |at: &Number| slots.get(*at as usize).map_or(0, |slot| slot.content.hash());
            self.owners.insert_unique(content.hash(), number, hash);
        }
        moved
    }

    /// Where the ledger tells of an entry.
    #[must_use]
    pub fn place(&self, number: u32) -> Option<Place> {
        self.slot(number).map(|slot| Place { at: slot.at, length: slot.length })
    }

    /// Whether nothing is known of any file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    fn visited(&self, name: Key) -> Option<&Slot> {
        self.find(name).and_then(|number| self.slot(number)).filter(|slot| slot.live)
    }

    /// Whether the walk came to what an entry at this place tells of, and it is the entry that counts.
    #[must_use]
    pub fn counts(&self, entry: &Entry, place: Place) -> bool {
        self.visited(Key::of_name(&entry.origin)).is_some_and(|slot| slot.at == place.at)
    }

    /// Whether the walk came to a path.
    #[must_use]
    pub fn has_visited(&self, path: &str) -> bool {
        self.visited(Key::of_path(path)).is_some()
    }

    /// Whether the walk came to what an entry of this session tells of, or to the container that held it and has
    /// changed since; in one that has not, the globs left it out.
    #[must_use]
    pub fn has_reached(&self, entry: &Entry) -> bool {
        self.visited(Key::of_name(&entry.origin)).is_some()
            || entry.origin.member.is_some()
                && self
                    .visited(Key::of_path(&entry.origin.path))
                    .is_some_and(|container| container.stamp != entry.stamp.unwrap_or(NO_STAMP))
    }

    /// Whether the entries of this run are all that there are, in the order of the ledger.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.live.len() == self.slots.len() && (0..).zip(&self.live).all(|(i, at): (Number, _)| i == *at)
    }

    /// The entries of this run in the order of the walk: where the ledger tells of each, and its path's place.
    pub fn live(&self) -> impl Iterator<Item = (Place, u64)> + '_ {
        let slots = self.live.iter().filter_map(|at| self.slot(*at));
        slots.map(|slot| (Place { at: slot.at, length: slot.length }, u64::from(slot.n)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_costs_less_than_a_hundred_bytes() {
        assert_eq!(size_of::<Slot>(), 80);
    }

    #[test]
    fn names_and_paths_do_not_run_together() {
        let plain = Origin { path: "a.zip!/b".into(), ..Origin::default() };
        let member = Origin { path: "a.zip".into(), member: Some("b".into()), ..Origin::default() };
        assert_ne!(Key::of_name(&plain), Key::of_name(&member));
        assert_eq!(Key::of_name(&plain), Key::of_path("a.zip!/b"));
        let hex = crate::source::hash::sha256(b"a.zip!/b");
        assert_eq!(Key::of_content(&hex), Some(Key::of_path("a.zip!/b")));
        assert_eq!(Key::of_content(""), None);
    }

    #[test]
    fn the_latest_entry_of_a_name_counts() {
        let mut index = Index::default();
        let entry = |member: Option<&str>, mtime| {
            let origin = Origin { path: "a.zip".into(), member: member.map(Into::into), ..Origin::default() };
            Entry::new(origin, 0, Fate::Record, Some(Stamp { size: 1, mtime }))
        };
        let place = Place { at: 0, length: 1 };
        for mtime in [1, 2] {
            for member in [Some("b"), Some("c"), None].into_iter().filter(|m| mtime == 1 || *m != Some("c")) {
                index.push(&entry(member, mtime), place);
            }
        }
        index.settle();
        assert_eq!(index.kept("a.zip"), [3, 4]);
        assert!(index.skip("a.zip", Some(Stamp { size: 1, mtime: 2 }), 0, false));
        assert!(!index.skip("a.zip", Some(Stamp { size: 1, mtime: 2 }), 7, false));
        assert!(!index.skip("a.zip", Some(Stamp { size: 1, mtime: 1 }), 0, false));
        assert!(!index.skip("b.zip", Some(Stamp { size: 1, mtime: 1 }), 0, false));
    }
}

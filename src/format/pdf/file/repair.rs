//! Repair: objects found by scanning the file.

use rustc_hash::FxHashMap;

use super::super::lexer::{Lexer, Token, is_white};
use super::super::object::{Dict, Object, parse};
use super::{Entry, File, OBJECTS, Objects, SECTIONS};

impl File<'_> {
    /// Rebuilds the index by scanning the whole file for objects, and forgets what was read before.
    pub fn repair(&mut self) {
        if self.repaired.replace(true) {
            return;
        }
        self.cache.borrow_mut().clear();
        self.packs.borrow_mut().clear();
        let (entries, trailer) = self.scan();
        // What the scan finds wins over a broken table; the table keeps what only it knows.
        let old = self.entries.replace(entries);
        let mut packs: Vec<u32> = Vec::new();
        {
            let entries = self.entries.borrow();
            packs.extend(entries.keys().copied());
        }
        packs.sort_unstable();
        let mut root = trailer.get(b"Root").clone();
        let mut packed: Vec<(u32, Entry)> = Vec::new();
        let mut catalog = None;
        let mut encrypt = trailer.get(b"Encrypt").clone();
        let mut file_id = trailer.get(b"ID").clone();
        let mut info = trailer.get(b"Info").clone();
        for number in packs {
            let Some(Entry::At(offset, _)) = self.entries.borrow().get(&number).copied() else { continue };
            // Only look closer at what the first bytes make likely.
            let near = self.data.get(offset..(offset + 512).min(self.data.len())).unwrap_or_default();
            let finds = |what: &[u8]| memchr::memmem::find(near, what).is_some();
            if finds(b"ObjStm") {
                let object = self.get((number, 0));
                if let Some(stream) = object.stream()
                    && stream.dict.get(b"Type").name() == Some(b"ObjStm")
                    && self.crypt.is_none()
                    && let Some(pack) = self.pack(number)
                {
                    packed.extend(pack.index.iter().zip(0..).map(|(&(n, _), i)| (n, Entry::Packed(number, i))));
                }
            } else if finds(b"Catalog") {
                if self.get((number, 0)).dict().is_some_and(|d| !d.get(b"Pages").is_null()) {
                    catalog = Some(number);
                }
            } else if finds(b"XRef") {
                let object = self.get((number, 0));
                if let Some(dict) = object.dict()
                    && dict.get(b"Type").name() == Some(b"XRef")
                {
                    let take = |slot: &mut Object, key: &[u8]| {
                        if !dict.get(key).is_null() {
                            *slot = dict.get(key).clone();
                        }
                    };
                    take(&mut root, b"Root");
                    take(&mut encrypt, b"Encrypt");
                    take(&mut file_id, b"ID");
                    take(&mut info, b"Info");
                }
            }
        }
        self.cache.borrow_mut().clear();
        {
            let mut entries = self.entries.borrow_mut();
            for (number, entry) in packed {
                entries.entry(number).or_insert(entry);
            }
            for (number, entry) in old {
                if matches!(entry, Entry::Packed(..)) {
                    entries.entry(number).or_insert(entry);
                }
            }
        }
        let usable = |o: &Object| self.resolve(o).dict().is_some_and(|d| !d.get(b"Pages").is_null());
        if !usable(&root) {
            root = self.trailer.get(b"Root").clone();
        }
        if !usable(&root) {
            if catalog.is_none() {
                let mut numbers: Vec<u32> = self.entries.borrow().keys().copied().collect();
                numbers.sort_unstable();
                catalog = numbers.into_iter().rev().take(200_000).find(|&n| {
                    self.get((n, 0))
                        .dict()
                        .is_some_and(|d| d.get(b"Type").name() == Some(b"Catalog") && !d.get(b"Pages").is_null())
                });
            }
            if let Some(number) = catalog {
                root = Object::Ref((number, 0));
            }
        }
        let mut entries: Vec<(Box<[u8]>, Object)> = Vec::new();
        for (key, value) in [(&b"Root"[..], root), (b"Encrypt", encrypt), (b"ID", file_id), (b"Info", info)] {
            let value = if value.is_null() { self.trailer.get(key).clone() } else { value };
            if !value.is_null() {
                entries.push((key.into(), value));
            }
        }
        self.trailer = Dict::new(entries);
    }

    /// Finds `N G obj` everywhere, the last of one number wins; and the trailers, key by key the last wins.
    pub(super) fn scan(&self) -> (FxHashMap<u32, Entry>, Dict) {
        let mut entries = FxHashMap::default();
        for at in memchr::memmem::find_iter(self.data, b"obj") {
            let before = self.data.get(at.saturating_sub(32)..at).unwrap_or_default();
            if let Some((number, generation, len)) = object_head(before)
                && entries.len() < OBJECTS
            {
                entries.insert(number, Entry::At(at - len, generation));
            }
        }
        let mut keys: Vec<(Box<[u8]>, Object)> = Vec::new();
        for at in memchr::memmem::find_iter(self.data, b"trailer").take(SECTIONS) {
            if let Some(Object::Dict(dict)) = parse(&mut Lexer::at(self.data, at + 7), self.depth) {
                keys.extend(
                    dict.iter()
                        .filter(|(k, v)| matches!(*k, b"Root" | b"Encrypt" | b"ID" | b"Info") && !v.is_null())
                        .map(|(k, v)| (k.into(), v.clone())),
                );
            }
        }
        (entries, Dict::new(keys))
    }

    pub(super) fn nearby(&self, offset: usize, number: u32) -> Option<Object> {
        let start = offset.saturating_sub(24);
        let near = self.data.get(start..(offset + 24).min(self.data.len()))?;
        memchr::memmem::find_iter(near, b"obj").find_map(|at| {
            let (n, _, len) = object_head(near.get(..at)?)?;
            if n == number { self.object_at(start + at - len, Some(number)) } else { None }
        })
    }

    /// The place of one object by a scan of the file, made once.
    pub(super) fn rescue(&self, number: u32) -> Option<Entry> {
        if !self.repaired.replace(true) {
            let (found, _) = self.scan();
            let mut entries = self.entries.borrow_mut();
            for (number, entry) in found {
                // Where the table's own place holds, the table is right: it knows which revision counts.
                let keep = match entries.get(&number) {
                    Some(Entry::Packed(..)) => true,
                    Some(Entry::At(offset, _)) => {
                        let mut lexer = Lexer::at(self.data, *offset);
                        lexer.next_token() == Some(Token::Int(i64::from(number)))
                            && lexer.next_token().is_some()
                            && lexer.next_token() == Some(Token::Keyword(b"obj"))
                    }
                    _ => false,
                };
                if !keep {
                    entries.insert(number, entry);
                }
            }
        }
        self.entries.borrow().get(&number).copied()
    }
}

/// Reads `N G ` backwards from the end of `before`; number, generation and length in bytes.
fn object_head(before: &[u8]) -> Option<(u32, u16, usize)> {
    let mut end = before.len();
    let skip_white =
        |end: usize| before.get(..end).map_or(0, |s| s.iter().rposition(|&b| !is_white(b)).map_or(0, |p| p + 1));
    let digits =
        |end: usize| before.get(..end).map_or(0, |s| s.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |p| p + 1));
    let number = |a: usize, b: usize| std::str::from_utf8(before.get(a..b)?).ok()?.parse::<u32>().ok();
    end = skip_white(end);
    let g0 = digits(end);
    let generation = number(g0, end)?;
    let gap = skip_white(g0);
    if gap == g0 {
        return None;
    }
    let n0 = digits(gap);
    let n = number(n0, gap)?;
    Some((n, u16::try_from(generation).unwrap_or(0), before.len() - n0))
}

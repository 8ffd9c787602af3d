//! The objects of a file, read when they are asked for: cross-reference tables and streams, object streams,
//! repair by scanning (ISO 32000-2, 7.5).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::crypt::Crypt;
use super::filter::{self, Decoded, Params};
use super::lexer::{Lexer, Token, is_white};
use super::object::{Dict, Id, Object, Stream, parse};
use crate::limits::Limits;

/// Bytes that one stream may inflate to.
const STREAM_LIMIT: usize = 128 << 20;
/// References followed from one to the next.
const REF_CHAIN: usize = 16;
/// Cross-reference sections of one file.
const SECTIONS: usize = 4096;
/// Objects of one file.
const OBJECTS: usize = 8 << 20;

/// Where objects come from: the only thing the rest of the engine knows of a file's syntax.
pub trait Objects {
    /// The object of that number; null where there is none.
    fn get(&self, id: Id) -> Object;
    /// The decoded bytes of a stream, as far as they can be decoded.
    fn stream(&self, stream: &Stream) -> Vec<u8>;

    /// The object itself, references followed.
    fn resolve(&self, object: &Object) -> Object {
        let mut current = object.clone();
        for _ in 0..REF_CHAIN {
            match current {
                Object::Ref(id) => current = self.get(id),
                other => return other,
            }
        }
        Object::Null
    }

    /// A dictionary's value, references followed.
    fn value(&self, dict: &Dict, key: &[u8]) -> Object {
        self.resolve(dict.get(key))
    }
}

#[derive(Debug, Clone, Copy)]
enum Entry {
    Free,
    /// At this byte of the file, with this generation.
    At(usize, u16),
    /// In this object stream, at this index.
    Packed(u32, u32),
}

/// An inflated object stream.
#[derive(Debug)]
struct Pack {
    data: Vec<u8>,
    /// Object number and offset into `data`.
    index: Vec<(u32, usize)>,
}

/// An open file.
#[derive(Debug)]
pub struct File<'a> {
    data: &'a [u8],
    /// Where `%PDF-` stands; offsets count from here in files with junk before it.
    base: usize,
    entries: RefCell<FxHashMap<u32, Entry>>,
    /// The trailer, of several the newest.
    pub trailer: Dict,
    cache: RefCell<FxHashMap<u32, Object>>,
    packs: RefCell<FxHashMap<u32, Rc<Pack>>>,
    loading: RefCell<FxHashSet<u32>>,
    crypt: Option<Crypt>,
    depth: u32,
    budget: Cell<u64>,
    /// The cross-reference data was broken and objects were found by scanning.
    pub repaired: Cell<bool>,
    /// A stream was cut at a limit.
    pub cut: Cell<bool>,
    /// A stream was damaged.
    pub damaged: Cell<bool>,
}

impl<'a> File<'a> {
    /// Opens a file; `None` when it holds no object that could be a catalogue.
    ///
    /// # Errors
    /// The message of the security handler where the file is encrypted and cannot be opened.
    pub fn open(data: &'a [u8], limits: &Limits, password: &str) -> Result<Option<Self>, String> {
        let head = data.get(..data.len().min(4096)).unwrap_or_default();
        let mut file = Self {
            data,
            base: memchr::memmem::find(head, b"%PDF-").unwrap_or(0),
            entries: RefCell::default(),
            trailer: Dict::default(),
            cache: RefCell::default(),
            packs: RefCell::default(),
            loading: RefCell::default(),
            crypt: None,
            depth: limits.depth.clamp(8, 256),
            budget: Cell::new(limits.inflated_bytes),
            repaired: Cell::new(false),
            cut: Cell::new(false),
            damaged: Cell::new(false),
        };
        if let Some(trailer) = file.read_sections() {
            file.trailer = trailer;
        }
        file.unlock(password)?;
        if !file.has_pages() {
            file.repair();
            file.unlock(password)?;
            if !file.has_pages() && file.catalog().is_null() {
                return Ok(None);
            }
        }
        Ok(Some(file))
    }

    /// The document catalogue.
    #[must_use]
    pub fn catalog(&self) -> Object {
        self.value(&self.trailer, b"Root")
    }

    fn has_pages(&self) -> bool {
        let catalog = self.catalog();
        let Some(catalog) = catalog.dict() else { return false };
        let pages = self.value(catalog, b"Pages");
        pages.dict().is_some_and(|p| !p.get(b"Kids").is_null() || p.get(b"Type").name() == Some(b"Page"))
    }

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

    /// Numbers of all objects, ascending.
    #[must_use]
    pub fn numbers(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = self.entries.borrow().keys().copied().collect();
        numbers.sort_unstable();
        numbers
    }

    fn unlock(&mut self, password: &str) -> Result<(), String> {
        if self.crypt.is_some() || self.trailer.get(b"Encrypt").is_null() {
            return Ok(());
        }
        let encrypt = self.value(&self.trailer, b"Encrypt");
        let Some(dict) = encrypt.dict() else { return Ok(()) };
        let ids = self.value(&self.trailer, b"ID");
        let id = ids.array().and_then(|a| a.first()).map(|o| self.resolve(o));
        let id = id.as_ref().and_then(Object::string).unwrap_or_default().to_vec();
        // lopdf wants the dictionary in one piece.
        let mut whole = dict.clone();
        whole.map_values(&mut |o| *o = self.deep(o, 4));
        let crypt = Crypt::new(&whole, &id, password)?;
        self.crypt = Some(crypt);
        self.cache.borrow_mut().clear();
        self.packs.borrow_mut().clear();
        Ok(())
    }

    fn deep(&self, object: &Object, depth: u32) -> Object {
        let mut object = self.resolve(object);
        if depth > 0 {
            match &mut object {
                Object::Dict(d) => Rc::make_mut(d).map_values(&mut |o| *o = self.deep(o, depth - 1)),
                Object::Array(a) if a.len() < 100 => {
                    Rc::make_mut(a).iter_mut().for_each(|o| *o = self.deep(o, depth - 1))
                }
                _ => {}
            }
        }
        object
    }

    /// Follows the chain of cross-reference sections from `startxref`; the newest trailer.
    fn read_sections(&mut self) -> Option<Dict> {
        let tail_start = self.data.len().saturating_sub(2048);
        let tail = self.data.get(tail_start..)?;
        let at = memchr::memmem::rfind(tail, b"startxref")?;
        let mut lexer = Lexer::at(self.data, tail_start + at + 9);
        let Some(Token::Int(first)) = lexer.next_token() else { return None };
        let mut queue = vec![usize::try_from(first).ok()?];
        let mut seen = FxHashSet::default();
        let mut newest: Option<Dict> = None;
        while let Some(offset) = queue.pop() {
            if !seen.insert(offset) || seen.len() > SECTIONS {
                continue;
            }
            let Some(dict) =
                self.section(offset).or_else(|| if self.base > 0 { self.section(offset + self.base) } else { None })
            else {
                newest.as_ref()?;
                continue;
            };
            // The hybrid stream hides objects from old readers and comes before the older sections.
            for key in [&b"Prev"[..], b"XRefStm"] {
                if let Some(next) = dict.get(key).int().and_then(|n| usize::try_from(n).ok()) {
                    queue.push(next);
                }
            }
            newest.get_or_insert(dict);
        }
        newest
    }

    /// Reads one cross-reference table or stream; entries already known are newer and stay.
    fn section(&self, offset: usize) -> Option<Dict> {
        let mut lexer = Lexer::at(self.data, offset);
        match lexer.next_token()? {
            Token::Keyword(b"xref") => self.table(&mut lexer),
            Token::Int(_) => {
                let object = self.object_at(offset, None)?;
                let stream = object.stream()?;
                if stream.dict.get(b"Type").name() != Some(b"XRef") && stream.dict.get(b"W").is_null() {
                    return None;
                }
                self.xref_stream(stream);
                Some(stream.dict.clone())
            }
            _ => None,
        }
    }

    fn table(&self, lexer: &mut Lexer<'_>) -> Option<Dict> {
        let mut entries = self.entries.borrow_mut();
        loop {
            match lexer.next_token()? {
                Token::Keyword(b"trailer") => break,
                Token::Int(first) => {
                    let Token::Int(count) = lexer.next_token()? else { return None };
                    let (mut first, count) = (u32::try_from(first).ok()?, u32::try_from(count).ok()?);
                    for i in 0..count {
                        let back = lexer.pos();
                        let (Some(Token::Int(offset)), Some(Token::Int(generation)), Some(Token::Keyword(kind))) =
                            (lexer.next_token(), lexer.next_token(), lexer.next_token())
                        else {
                            // Fewer entries than announced.
                            lexer.seek(back);
                            break;
                        };
                        if kind == b"trailer" {
                            lexer.seek(back);
                            break;
                        }
                        // A table that counts from 1 although its first entry is the head of the free list.
                        if i == 0 && first == 1 && kind == b"f" && generation == 65535 {
                            first = 0;
                        }
                        let number = first.checked_add(i)?;
                        if entries.len() >= OBJECTS {
                            return None;
                        }
                        let entry = match (kind, usize::try_from(offset)) {
                            (b"n", Ok(offset)) if offset > 0 => {
                                Entry::At(offset, u16::try_from(generation).unwrap_or(0))
                            }
                            _ => Entry::Free,
                        };
                        entries.entry(number).or_insert(entry);
                    }
                }
                _ => return None,
            }
        }
        match parse(lexer, self.depth)? {
            Object::Dict(d) => Some((*d).clone()),
            _ => None,
        }
    }

    fn xref_stream(&self, stream: &Stream) {
        let widths: Vec<usize> = stream
            .dict
            .get(b"W")
            .array()
            .unwrap_or_default()
            .iter()
            .filter_map(|o| usize::try_from(o.int()?).ok())
            .collect();
        let [w0, w1, w2] = *widths.as_slice() else { return };
        if w0 > 8 || w1 > 8 || w2 > 8 || w0 + w1 + w2 == 0 {
            return;
        }
        let data = self.decode(stream, false).data;
        let size = stream.dict.get(b"Size").int().unwrap_or(0);
        let default = [Object::Int(0), Object::Int(size)];
        let ranges = stream.dict.get(b"Index").array().unwrap_or(&default);
        let mut rows = data.chunks_exact(w0 + w1 + w2);
        let field = |bytes: &[u8]| bytes.iter().fold(0_u64, |v, &b| v << 8 | u64::from(b));
        let mut entries = self.entries.borrow_mut();
        for pair in ranges.chunks_exact(2) {
            let [first, count] = pair else { break };
            let (Some(first), Some(count)) = (first.int().and_then(|n| u32::try_from(n).ok()), count.int()) else {
                continue;
            };
            for i in 0..u32::try_from(count).unwrap_or(0) {
                let Some(row) = rows.next() else { return };
                let Some(number) = first.checked_add(i) else { return };
                if entries.len() >= OBJECTS {
                    return;
                }
                let (kind, rest) = row.split_at_checked(w0).unwrap_or_default();
                let (second, third) = rest.split_at_checked(w1).unwrap_or_default();
                let (second, third) = (field(second), field(third));
                let entry = match if w0 == 0 { 1 } else { field(kind) } {
                    1 => {
                        usize::try_from(second).map_or(Entry::Free, |o| Entry::At(o, u16::try_from(third).unwrap_or(0)))
                    }
                    2 => match (u32::try_from(second), u32::try_from(third)) {
                        (Ok(pack), Ok(index)) => Entry::Packed(pack, index),
                        _ => Entry::Free,
                    },
                    _ => Entry::Free,
                };
                entries.entry(number).or_insert(entry);
            }
        }
    }

    /// Finds `N G obj` everywhere, the last of one number wins; and the trailers, key by key the last wins.
    fn scan(&self) -> (FxHashMap<u32, Entry>, Dict) {
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

    /// Parses the indirect object at a byte of the file; `None` unless one of that number stands there.
    fn object_at(&self, offset: usize, number: Option<u32>) -> Option<Object> {
        let mut lexer = Lexer::at(self.data, offset);
        let (Some(Token::Int(n)), Some(Token::Int(g)), Some(Token::Keyword(keyword))) =
            (lexer.next_token(), lexer.next_token(), lexer.next_token())
        else {
            return None;
        };
        let n = u32::try_from(n).ok()?;
        if number.is_some_and(|number| number != n) {
            return None;
        }
        if keyword != b"obj" {
            // `1 0 obj<<` is split by the tokenizer, `1 0 objtrue` is not.
            let glued = keyword.strip_prefix(b"obj")?;
            lexer.seek(lexer.pos() - glued.len());
        }
        let id = (n, u16::try_from(g).unwrap_or(0));
        let mut object = parse(&mut lexer, self.depth).unwrap_or(Object::Null);
        if let Object::Dict(dict) = &object {
            let back = lexer.pos();
            if lexer.next_token() == Some(Token::Keyword(b"stream")) {
                let mut start = lexer.pos();
                match (self.data.get(start), self.data.get(start + 1)) {
                    (Some(b'\r'), Some(b'\n')) => start += 2,
                    (Some(b'\n' | b'\r'), _) => start += 1,
                    // Blanks before the line end, seen in the wild.
                    (Some(b' '), Some(b'\n')) => start += 2,
                    (Some(b' '), Some(b'\r')) => start += if self.data.get(start + 2) == Some(&b'\n') { 3 } else { 2 },
                    _ => {}
                }
                let end = self.stream_end(dict, start);
                object = Object::Stream(Rc::new(Stream { dict: (**dict).clone(), start, end, id }));
            } else {
                lexer.seek(back);
            }
        }
        Some(object)
    }

    /// The end of the stream data: by its length where `endstream` follows there, else at the next `endstream`.
    fn stream_end(&self, dict: &Dict, start: usize) -> usize {
        let length = match dict.get(b"Length") {
            Object::Ref(id) if self.loading.borrow().contains(&id.0) => None,
            o => self.resolve(o).int(),
        };
        if let Some(end) = length.and_then(|n| usize::try_from(n).ok()).and_then(|n| start.checked_add(n))
            && end <= self.data.len()
        {
            let after = self.data.get(end..).unwrap_or_default();
            let skip = after.iter().take(4).position(|&b| !is_white(b)).unwrap_or(0);
            if after.get(skip..).is_some_and(|a| a.starts_with(b"endstream") || a.starts_with(b"endobj")) {
                return end;
            }
        }
        let rest = self.data.get(start..).unwrap_or_default();
        let end = memchr::memmem::find(rest, b"endstream")
            .or_else(|| memchr::memmem::find(rest, b"endobj"))
            .unwrap_or(rest.len());
        let mut end = start + end;
        // The line end before the keyword is no data.
        if end > start && self.data.get(end - 1) == Some(&b'\n') {
            end -= 1;
        }
        if end > start && self.data.get(end - 1) == Some(&b'\r') {
            end -= 1;
        }
        end
    }

    fn load(&self, id: Id) -> Object {
        let entry = self.entries.borrow().get(&id.0).copied();
        let mut object = match entry {
            None | Some(Entry::Free) => return Object::Null,
            Some(Entry::At(offset, _)) => {
                let found = self.object_at(offset, Some(id.0));
                let found =
                    found.or_else(|| if self.base > 0 { self.object_at(offset + self.base, Some(id.0)) } else { None });
                // Offsets that are off by a few bytes, as of files whose line ends were changed.
                match found.or_else(|| self.nearby(offset, id.0)) {
                    Some(object) => object,
                    None => {
                        let Some(Entry::At(offset, _)) = self.rescue(id.0) else { return Object::Null };
                        self.object_at(offset, Some(id.0)).unwrap_or(Object::Null)
                    }
                }
            }
            Some(Entry::Packed(pack, index)) => {
                let Some(pack) = self.pack(pack) else { return Object::Null };
                let slot = usize::try_from(index).ok().and_then(|i| pack.index.get(i)).filter(|(n, _)| *n == id.0);
                let Some(&(_, offset)) = slot.or_else(|| pack.index.iter().find(|(n, _)| *n == id.0)) else {
                    return Object::Null;
                };
                return parse(&mut Lexer::at(&pack.data, offset), self.depth).unwrap_or(Object::Null);
            }
        };
        if let Some(crypt) = &self.crypt {
            let generation = match entry {
                Some(Entry::At(_, g)) => g,
                _ => id.1,
            };
            let exempt = object.stream().is_some_and(|s| s.dict.get(b"Type").name() == Some(b"XRef"))
                || self.trailer.get(b"Encrypt").reference().is_some_and(|e| e.0 == id.0);
            if !exempt {
                crypt.strings((id.0, generation), &mut object);
            }
        }
        object
    }

    fn nearby(&self, offset: usize, number: u32) -> Option<Object> {
        let start = offset.saturating_sub(24);
        let near = self.data.get(start..(offset + 24).min(self.data.len()))?;
        memchr::memmem::find_iter(near, b"obj").find_map(|at| {
            let (n, _, len) = object_head(near.get(..at)?)?;
            if n == number { self.object_at(start + at - len, Some(number)) } else { None }
        })
    }

    /// The place of one object by a scan of the file, made once.
    fn rescue(&self, number: u32) -> Option<Entry> {
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

    fn pack(&self, number: u32) -> Option<Rc<Pack>> {
        if let Some(pack) = self.packs.borrow().get(&number) {
            return Some(pack.clone());
        }
        let object = self.get((number, 0));
        let stream = object.stream()?;
        let first = usize::try_from(self.value(&stream.dict, b"First").int()?).ok()?;
        let count = usize::try_from(self.value(&stream.dict, b"N").int()?).ok()?;
        let data = self.decode(stream, true).data;
        let mut index = Vec::new();
        let mut lexer = Lexer::new(data.get(..first.min(data.len())).unwrap_or_default());
        while index.len() < count {
            let (Some(Token::Int(n)), Some(Token::Int(o))) = (lexer.next_token(), lexer.next_token()) else { break };
            let (Ok(n), Ok(o)) = (u32::try_from(n), usize::try_from(o)) else { continue };
            index.push((n, first.saturating_add(o)));
        }
        let pack = Rc::new(Pack { data, index });
        self.packs.borrow_mut().insert(number, pack.clone());
        Some(pack)
    }

    fn decode(&self, stream: &Stream, decrypt: bool) -> Decoded {
        let raw = self.data.get(stream.start..stream.end).unwrap_or_default();
        let plain = match &self.crypt {
            Some(crypt) if decrypt => Some(crypt.stream(stream.id, &stream.dict, raw)),
            _ => None,
        };
        let dict = &stream.dict;
        let filters = match self.value(dict, if dict.get(b"Filter").is_null() { b"F" } else { b"Filter" }) {
            Object::Array(a) => a.iter().take(16).map(|o| self.resolve(o)).collect(),
            Object::Null => Vec::new(),
            one => vec![one],
        };
        let params = match self.value(dict, if dict.get(b"DecodeParms").is_null() { b"DP" } else { b"DecodeParms" }) {
            Object::Array(a) => a.iter().take(16).map(|o| self.resolve(o)).collect(),
            one => vec![one],
        };
        let mut current: Option<Vec<u8>> = plain;
        let mut result = Decoded::default();
        for (i, filter) in filters.iter().enumerate() {
            let input = current.as_deref().unwrap_or(raw);
            let limit = usize::try_from(self.budget.get()).unwrap_or(usize::MAX).min(STREAM_LIMIT);
            let p = params.get(i).and_then(Object::dict).map(|d| self.params(d)).unwrap_or_default();
            let mut step = match filter.name().unwrap_or_default() {
                b"FlateDecode" | b"Fl" => filter::flate(input, limit),
                b"LZWDecode" | b"LZW" => filter::lzw(input, p.early, limit),
                b"ASCII85Decode" | b"A85" => filter::ascii85(input),
                b"ASCIIHexDecode" | b"AHx" => filter::ascii_hex(input),
                b"RunLengthDecode" | b"RL" => filter::run_length(input, limit),
                b"Crypt" => continue,
                // Pictures are not decoded.
                _ => return Decoded::default(),
            };
            self.budget.set(self.budget.get().saturating_sub(step.data.len() as u64));
            result.cut |= step.cut;
            result.damaged |= step.damaged;
            step.data = filter::unpredict(step.data, &p);
            current = Some(step.data);
        }
        if result.cut {
            self.cut.set(true);
        }
        if result.damaged {
            self.damaged.set(true);
        }
        result.data = current.unwrap_or_else(|| {
            self.budget.set(self.budget.get().saturating_sub(raw.len() as u64));
            raw.to_vec()
        });
        result
    }

    fn params(&self, dict: &Dict) -> Params {
        let int = |key: &[u8], default| self.value(dict, key).int().unwrap_or(default);
        Params {
            predictor: int(b"Predictor", 1),
            colors: int(b"Colors", 1),
            bits: int(b"BitsPerComponent", 8),
            columns: int(b"Columns", 1),
            early: int(b"EarlyChange", 1) != 0,
        }
    }
}

impl Objects for File<'_> {
    fn get(&self, id: Id) -> Object {
        if let Some(object) = self.cache.borrow().get(&id.0) {
            return object.clone();
        }
        if self.loading.borrow().len() > 32 || !self.loading.borrow_mut().insert(id.0) {
            return Object::Null;
        }
        let object = self.load(id);
        self.loading.borrow_mut().remove(&id.0);
        self.cache.borrow_mut().insert(id.0, object.clone());
        object
    }

    fn stream(&self, stream: &Stream) -> Vec<u8> {
        self.decode(stream, true).data
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

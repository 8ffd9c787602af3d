//! The objects of a file, read when they are asked for: cross-reference tables and streams, object streams,
//! repair by scanning (ISO 32000-2, 7.5).

mod decode;
mod repair;
mod sections;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::crypt::Crypt;
use super::filter::Inflater;
use super::lexer::{Lexer, Token, is_white};
use super::object::{Dict, Id, Object, Stream, parse};
use crate::limits::Limits;

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
    inflater: RefCell<Inflater>,
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
            inflater: RefCell::default(),
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
        let crypt = match Crypt::new(&whole, &id, "") {
            Err(_) if !password.is_empty() => Crypt::new(&whole, &id, password)?,
            opened => opened?,
        };
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

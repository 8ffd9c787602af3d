//! Cross-reference tables and streams (ISO 32000-2, 7.5.4 and 7.5.8).

use rustc_hash::FxHashSet;

use super::super::lexer::{Lexer, Token};
use super::super::object::{Dict, Object, Stream, parse};
use super::{Entry, File, OBJECTS, SECTIONS};

impl File<'_> {
    /// Follows the chain of cross-reference sections from `startxref`; the newest trailer.
    pub(super) fn read_sections(&mut self) -> Option<Dict> {
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
    pub(super) fn section(&self, offset: usize) -> Option<Dict> {
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

    pub(super) fn table(&self, lexer: &mut Lexer<'_>) -> Option<Dict> {
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

    pub(super) fn xref_stream(&self, stream: &Stream) {
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
}

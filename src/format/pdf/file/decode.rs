//! The bytes of streams: decrypted, filters undone.

use super::super::filter::{self, Decoded, Params};
use super::super::object::{Dict, Object, Stream};
use super::{File, Objects};

/// Bytes that one stream may inflate to.
const STREAM_LIMIT: usize = 128 << 20;

impl File<'_> {
    pub(super) fn decode(&self, stream: &Stream, decrypt: bool) -> Decoded {
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
                b"FlateDecode" | b"Fl" => self.inflater.borrow_mut().flate(input, limit),
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

    pub(super) fn params(&self, dict: &Dict) -> Params {
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

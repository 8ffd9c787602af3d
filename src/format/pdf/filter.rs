//! Stream filters (ISO 32000-2, 7.4) except those of images; every one stops at a given number of bytes.

use flate2::{Decompress, FlushDecompress, Status};

use super::lexer::{hex_digit, is_white};

/// Parameters of the predictor and of LZW (ISO 32000-2, table 8).
#[derive(Debug, Clone, Copy)]
pub struct Params {
    /// 1 none, 2 TIFF, 10 and more PNG.
    pub predictor: i64,
    /// Samples a pixel.
    pub colors: i64,
    /// Bits a sample.
    pub bits: i64,
    /// Pixels a row.
    pub columns: i64,
    /// LZW code length changes one code early.
    pub early: bool,
}

impl Default for Params {
    fn default() -> Self {
        Self { predictor: 1, colors: 1, bits: 8, columns: 1, early: true }
    }
}

/// What a filter gave.
#[derive(Debug, Default)]
pub struct Decoded {
    /// The bytes as far as they could be decoded.
    pub data: Vec<u8>,
    /// The output was cut at the limit.
    pub cut: bool,
    /// The input was damaged or ended early.
    pub damaged: bool,
}

/// Inflates one stream after the other in the same memory: a fresh decoder costs as much as a small stream.
#[derive(Debug)]
pub struct Inflater(Decompress);

impl Default for Inflater {
    fn default() -> Self {
        Self(Decompress::new(true))
    }
}

impl Inflater {
    /// Inflates zlib data, or bare deflate data where the header is broken; keeps what came before damage.
    #[must_use]
    pub fn flate(&mut self, input: &[u8], limit: usize) -> Decoded {
        let first = self.inflate(input, limit, true);
        if !first.data.is_empty() || !first.damaged {
            return first;
        }
        let skipped = input.iter().position(|&b| !is_white(b)).unwrap_or(0);
        if skipped > 0 {
            let shifted = self.inflate(input.get(skipped..).unwrap_or_default(), limit, true);
            if !shifted.data.is_empty() {
                return shifted;
            }
        }
        let bare = self.inflate(input.get(2..).unwrap_or_default(), limit, false);
        let bare = if bare.data.is_empty() { self.inflate(input, limit, false) } else { bare };
        Decoded { damaged: true, ..bare }
    }

    fn inflate(&mut self, input: &[u8], limit: usize, header: bool) -> Decoded {
        let Self(decoder) = self;
        decoder.reset(header);
        let mut data = Vec::with_capacity((input.len().saturating_mul(5)).clamp(512, 1 << 20).min(limit.max(1)));
        let mut rest = input;
        loop {
            let (before_in, before_out) = (decoder.total_in(), decoder.total_out());
            let result = decoder.decompress_vec(rest, &mut data, FlushDecompress::None);
            let used = usize::try_from(decoder.total_in() - before_in).unwrap_or(0);
            rest = rest.get(used..).unwrap_or_default();
            match result {
                // A wrong checksum at the end, or trailing rubbish, loses nothing.
                Err(_) => return Decoded { data, cut: false, damaged: true },
                Ok(Status::StreamEnd) => return Decoded { data, cut: false, damaged: false },
                Ok(_) => {
                    if data.len() >= limit {
                        data.truncate(limit);
                        return Decoded { data, cut: true, damaged: false };
                    }
                    if data.len() == data.capacity() {
                        data.reserve(data.len().max(4096).min(limit - data.len() + 1));
                    } else if used == 0 && decoder.total_out() == before_out {
                        return Decoded { data, cut: false, damaged: true };
                    }
                }
            }
        }
    }
}

/// Decodes LZW (ISO 32000-2, 7.4.4).
#[must_use]
pub fn lzw(input: &[u8], early: bool, limit: usize) -> Decoded {
    // Each code is the previous string and one byte: (start in the output of that string, its length).
    let mut table: Vec<(usize, usize)> = Vec::with_capacity(4096);
    let mut out: Vec<u8> = Vec::new();
    let (mut bits, mut held, mut width) = (0_u32, 0_u32, 9_u32);
    let mut previous: Option<(usize, usize)> = None;
    let early = usize::from(early);
    for &b in input {
        bits = bits << 8 | u32::from(b);
        held += 8;
        if held < width {
            continue;
        }
        let code = (bits >> (held - width)) & ((1 << width) - 1);
        held -= width;
        bits &= (1 << held) - 1;
        match code {
            256 => {
                table.clear();
                width = 9;
                previous = None;
                continue;
            }
            257 => return Decoded { data: out, cut: false, damaged: false },
            _ => {}
        }
        let start = out.len();
        if let Ok(byte) = u8::try_from(code) {
            out.push(byte);
        } else {
            let index = code as usize - 258;
            let (from, len) = match (table.get(index), previous) {
                (Some(&entry), _) => entry,
                (None, Some((from, len))) if index == table.len() => (from, len + 1),
                _ => return Decoded { data: out, cut: false, damaged: true },
            };
            if out.len() + len > limit {
                return Decoded { data: out, cut: true, damaged: false };
            }
            for i in from..from + len {
                // The string may overlap what is being written.
                let byte = out.get(i).copied().unwrap_or_default();
                out.push(byte);
            }
        }
        if let Some((from, len)) = previous
            && table.len() < 4096 - 258
        {
            table.push((from, len + 1));
        }
        previous = Some((start, out.len() - start));
        width = match table.len() + 258 + early {
            0..=511 => 9,
            512..=1023 => 10,
            1024..=2047 => 11,
            _ => 12,
        };
        if out.len() > limit {
            return Decoded { data: out, cut: true, damaged: false };
        }
    }
    Decoded { data: out, cut: false, damaged: false }
}

/// Decodes `ASCIIHexDecode`.
#[must_use]
pub fn ascii_hex(input: &[u8]) -> Decoded {
    let end = memchr::memchr(b'>', input).unwrap_or(input.len());
    let mut data = Vec::with_capacity(end / 2);
    super::lexer::decode_hex(input.get(..end).unwrap_or_default(), &mut data);
    let damaged = input.iter().take(end).any(|&b| hex_digit(b).is_none() && !is_white(b));
    Decoded { data, cut: false, damaged }
}

/// Decodes `ASCII85Decode`.
#[must_use]
pub fn ascii85(input: &[u8]) -> Decoded {
    let mut data = Vec::with_capacity(input.len() / 5 * 4);
    let (mut value, mut count, mut damaged) = (0_u32, 0_usize, false);
    let body = input.strip_prefix(b"<~").unwrap_or(input);
    for &b in body {
        match b {
            b'z' if count == 0 => data.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => {
                value = value.wrapping_mul(85).wrapping_add(u32::from(b - b'!'));
                count += 1;
                if count == 5 {
                    data.extend_from_slice(&value.to_be_bytes());
                    (value, count) = (0, 0);
                }
            }
            b'~' => break,
            _ if is_white(b) => {}
            _ => damaged = true,
        }
    }
    if count > 1 {
        for _ in count..5 {
            value = value.wrapping_mul(85).wrapping_add(84);
        }
        data.extend(value.to_be_bytes().into_iter().take(count - 1));
    }
    Decoded { data, cut: false, damaged }
}

/// Decodes `RunLengthDecode`.
#[must_use]
pub fn run_length(input: &[u8], limit: usize) -> Decoded {
    let mut data = Vec::new();
    let mut rest = input;
    while let Some((&n, tail)) = rest.split_first() {
        if n == 128 {
            break;
        }
        if n < 128 {
            let len = usize::from(n) + 1;
            data.extend(tail.iter().take(len));
            rest = tail.get(len..).unwrap_or_default();
        } else if let Some((&b, tail)) = tail.split_first() {
            data.resize(data.len() + 257 - usize::from(n), b);
            rest = tail;
        } else {
            break;
        }
        if data.len() > limit {
            return Decoded { data, cut: true, damaged: false };
        }
    }
    Decoded { data, cut: false, damaged: false }
}

/// Undoes the predictor.
#[must_use]
pub fn unpredict(mut data: Vec<u8>, params: &Params) -> Vec<u8> {
    if params.predictor < 2 {
        return data;
    }
    let sample = |v: i64, max: i64| usize::try_from(v.clamp(1, max)).unwrap_or(1);
    let (colors, bits, columns) = (sample(params.colors, 64), sample(params.bits, 32), sample(params.columns, 1 << 24));
    let pixel = (colors * bits).div_ceil(8).max(1);
    let row = (colors * bits * columns).div_ceil(8).max(1);
    if params.predictor == 2 {
        if bits == 8 {
            for line in data.chunks_mut(row) {
                for i in pixel..line.len() {
                    let left = line.get(i - pixel).copied().unwrap_or(0);
                    if let Some(b) = line.get_mut(i) {
                        *b = b.wrapping_add(left);
                    }
                }
            }
        }
        return data;
    }
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let mut above = vec![0_u8; row];
    let mut line = Vec::with_capacity(row);
    for chunk in data.chunks(row + 1) {
        let Some((&kind, bytes)) = chunk.split_first() else { break };
        line.clear();
        for (i, &raw) in bytes.iter().enumerate() {
            let left = i.checked_sub(pixel).and_then(|j| line.get(j)).copied().unwrap_or(0);
            let up = above.get(i).copied().unwrap_or(0);
            let predicted = match kind {
                1 => left,
                2 => up,
                #[expect(clippy::cast_possible_truncation, reason = "the mean of two bytes is a byte")]
                3 => ((u16::from(left) + u16::from(up)) / 2) as u8,
                4 => {
                    let corner = i.checked_sub(pixel).and_then(|j| above.get(j)).copied().unwrap_or(0);
                    let (a, b, c) = (i32::from(left), i32::from(up), i32::from(corner));
                    let p = a + b - c;
                    let (pa, pb, pc) = ((p - a).abs(), (p - b).abs(), (p - c).abs());
                    if pa <= pb && pa <= pc {
                        left
                    } else if pb <= pc {
                        up
                    } else {
                        corner
                    }
                }
                _ => 0,
            };
            line.push(raw.wrapping_add(predicted));
        }
        out.extend_from_slice(&line);
        line.resize(row, 0);
        std::mem::swap(&mut above, &mut line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn deflate(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn flate_survives_cuts_and_bombs() {
        let text: Vec<u8> = (0..20_000_u32).flat_map(u32::to_le_bytes).collect();
        let packed = deflate(&text);
        assert_eq!(Inflater::default().flate(&packed, 1 << 20).data, text);
        let half = Inflater::default().flate(&packed[..packed.len() / 2], 1 << 20);
        assert!(half.damaged && half.data.len() > 1000 && text.starts_with(&half.data));
        assert_eq!(Inflater::default().flate(&packed[2..], 1 << 20).data, text);
        let bomb = Inflater::default().flate(&deflate(&vec![0; 10 << 20]), 1 << 20);
        assert!(bomb.cut && bomb.data.len() == 1 << 20);
    }

    #[test]
    fn ascii_filters() {
        assert_eq!(ascii85(b"87cURD]i,\"Ebo80~>").data, b"Hello World!");
        assert_eq!(ascii85(b"z87cUR~>").data, b"\0\0\0\0Hell");
        assert_eq!(ascii_hex(b"48 65 6C6c6F>rubbish").data, b"Hello");
        assert_eq!(run_length(&[2, b'a', b'b', b'c', 254, b'x', 128, 1], 100).data, b"abcxxx");
    }

    #[test]
    fn lzw_of_the_standard() {
        // ISO 32000-2, 7.4.4.2, example.
        let packed = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
        assert_eq!(lzw(&packed, true, 100).data, [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]);
    }

    #[test]
    fn png_rows() {
        let params = Params { predictor: 12, columns: 3, ..Params::default() };
        assert_eq!(unpredict(vec![2, 1, 2, 3, 2, 1, 1, 1, 1, 5, 1, 1], &params), [1, 2, 3, 2, 3, 4, 5, 6, 7]);
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_something(data in proptest::collection::vec(any::<u8>(), 0..300), early: bool) {
            prop_assert!(Inflater::default().flate(&data, 1000).data.len() <= 1000);
            prop_assert!(lzw(&data, early, 1000).data.len() <= 5200);
            prop_assert!(ascii85(&data).data.len() <= data.len() * 4);
            prop_assert!(ascii_hex(&data).data.len() <= data.len());
            prop_assert!(run_length(&data, 1000).data.len() <= 1200);
            let _ = unpredict(data.clone(), &Params { predictor: 15, columns: 7, ..Params::default() });
            let _ = unpredict(data, &Params { predictor: 2, colors: 3, ..Params::default() });
        }
    }
}

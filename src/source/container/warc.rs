//! Crawls in WARC (ISO 28500): the responses that may be reports, with their address and date.

use std::io::{BufRead, BufReader, Read};

use super::{Entry, Expander, damaged};
use crate::failure::Failure;

/// Bytes of a line or a block of headers that is still taken for one.
const HEADER_BYTES: u64 = 64 << 10;

/// Media types that are never a report; whatever else a server says is looked at.
const NEVER: [&str; 9] = [
    "image/",
    "video/",
    "audio/",
    "font/",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/x-javascript",
    "application/json",
];

/// The headers of a record or of a response: names in lower case.
#[derive(Debug, Default)]
struct Headers(Vec<(String, String)>);

impl Headers {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    fn push(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        if let Some((name, value)) = line.split_once(':') {
            self.0.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
}

/// Reads a line without its end; `None` at the end of the stream.
fn line(stream: &mut dyn BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    if stream.take(HEADER_BYTES).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    while matches!(line.last(), Some(b'\n' | b'\r')) {
        line.pop();
    }
    Ok(Some(line))
}

impl Expander<'_, '_> {
    pub(super) fn warc(&mut self, stream: &mut (impl Read + ?Sized)) -> Result<(), Failure> {
        let mut stream = BufReader::with_capacity(1 << 16, stream);
        let broken = |e: std::io::Error| damaged("WARC", &e);
        let mut number = 0u64;
        let mut lost = false;
        while let Some(first) = line(&mut stream).map_err(broken)? {
            if first.is_empty() {
                continue;
            }
            if !first.starts_with(b"WARC/") {
                // the record before lied about its length: go on at the next one that can be found
                if !lost {
                    lost = true;
                    let name = format!("record {number}");
                    let why = "the length of this record is wrong; what follows up to the next record was left out";
                    self.hand_on(Entry::named(name), Err(Failure::Damaged(why.to_owned())))?;
                }
                continue;
            }
            lost = false;
            number += 1;
            let mut headers = Headers::default();
            let mut size = 0;
            while let Some(next) = line(&mut stream).map_err(broken)?.filter(|l| !l.is_empty()) {
                size += next.len() as u64;
                if size > HEADER_BYTES {
                    return Err(Failure::Damaged(format!("WARC: the headers of record {number} never end")));
                }
                headers.push(&next);
            }
            let Some(length) = headers.get("content-length").and_then(|v| v.parse::<u64>().ok()) else {
                let failure = Failure::Damaged("no length of the record; what follows it was left out".to_owned());
                self.hand_on(Entry::named(format!("record {number}")), Err(failure))?;
                lost = true;
                continue;
            };
            self.record(&headers, length, number, &mut stream)?;
        }
        Ok(())
    }

    /// One record: its block read within the limit, and what is left of it passed over.
    fn record(&mut self, headers: &Headers, length: u64, number: u64, stream: &mut dyn BufRead) -> Result<(), Failure> {
        let kind = headers.get("warc-type").unwrap_or_default();
        let url = headers.get("warc-target-uri").map(|u| u.trim_matches(['<', '>']).to_owned());
        let mut block = stream.take(length);
        let result = match kind {
            "response" | "resource" => {
                let name = url.clone().unwrap_or_else(|| format!("record {number}"));
                let fetched = headers.get("warc-date").map(str::to_owned);
                let entry = Entry { url, fetched, ..Entry::named(name) };
                let http =
                    kind == "response" && headers.get("content-type").is_none_or(|t| t.starts_with("application/http"));
                self.response(entry, http, headers, &mut block)
            }
            _ => Ok(()),
        };
        result?;
        std::io::copy(&mut block, &mut std::io::sink()).map_err(|e| damaged("WARC", &e))?;
        if block.limit() > 0 {
            return Err(Failure::Damaged(format!("WARC: ends within record {number}, or its length is wrong")));
        }
        Ok(())
    }

    fn response(&mut self, entry: Entry, http: bool, outer: &Headers, block: &mut dyn BufRead) -> Result<(), Failure> {
        let broken = |e: std::io::Error| damaged("WARC", &e);
        let mut media = outer.get("content-type").unwrap_or_default().to_owned();
        let mut coding = String::new();
        let mut chunked = false;
        if http {
            let status = line(block).map_err(broken)?.unwrap_or_default();
            let status = String::from_utf8_lossy(&status).split(' ').nth(1).and_then(|s| s.parse::<u16>().ok());
            let mut headers = Headers::default();
            let mut size = 0;
            while let Some(next) = line(block).map_err(broken)?.filter(|l| !l.is_empty()) {
                size += next.len() as u64;
                if size > HEADER_BYTES {
                    return self
                        .hand_on(entry, Err(Failure::Damaged("the headers of the response never end".to_owned())));
                }
                headers.push(&next);
            }
            if !status.is_some_and(|s| (200..300).contains(&s)) {
                return Ok(());
            }
            media = headers.get("content-type").unwrap_or_default().to_ascii_lowercase();
            coding = headers.get("content-encoding").unwrap_or_default().to_ascii_lowercase();
            chunked = headers.get("transfer-encoding").is_some_and(|v| v.to_ascii_lowercase().contains("chunked"));
        }
        if NEVER.iter().any(|prefix| media.starts_with(prefix)) || !self.wants_address(&entry.name) {
            return Ok(());
        }
        let mut body: Box<dyn BufRead + '_> = if chunked {
            Box::new(BufReader::new(Chunks { source: block, left: 0, state: Chunk::Size }))
        } else {
            Box::new(block)
        };
        // crawlers store the body as it came or as it was unpacked, whatever the headers still say
        let begins = |body: &mut dyn BufRead, magic: &[u8]| body.fill_buf().is_ok_and(|b| b.starts_with(magic));
        match coding.as_str() {
            "gzip" | "x-gzip" if begins(&mut body, &[0x1f, 0x8b]) => {
                self.member(entry, &mut flate2::bufread::MultiGzDecoder::new(body))
            }
            "deflate" if begins(&mut body, &[0x78]) => self.member(entry, &mut flate2::bufread::ZlibDecoder::new(body)),
            "br" => {
                let failure = Failure::Unsupported("response compressed with brotli; crawl without it".to_owned());
                self.hand_on(entry, Err(failure))
            }
            _ => self.member(entry, &mut body),
        }
    }

    /// Whether a response from this address is read: globs see its path without the query.
    fn wants_address(&self, url: &str) -> bool {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        self.selection.takes(std::path::Path::new(path))
    }
}

/// The body of a chunked response (RFC 9112, 7.1); a body that is not chunked after all comes out as it is.
struct Chunks<'a> {
    source: &'a mut dyn BufRead,
    left: u64,
    state: Chunk,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chunk {
    Size,
    Data,
    /// Crawlers that unchunk the body leave the header: then there is no size where one should stand.
    Plain,
    End,
}

impl Read for Chunks<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        loop {
            match self.state {
                Chunk::Plain => return self.source.read(buf),
                Chunk::End => return Ok(0),
                Chunk::Data if self.left > 0 => {
                    let room = buf.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
                    let n = self.source.read(buf.get_mut(..room).unwrap_or_default())?;
                    self.left -= n as u64;
                    if n == 0 && room > 0 {
                        return Err(std::io::ErrorKind::UnexpectedEof.into());
                    }
                    return Ok(n);
                }
                Chunk::Data => {
                    line(self.source)?;
                    self.state = Chunk::Size;
                }
                Chunk::Size => {
                    let ahead = self.source.fill_buf()?;
                    let digits = ahead.iter().take_while(|b| b.is_ascii_hexdigit()).count();
                    let ends = matches!(ahead.get(digits), Some(b'\r' | b'\n' | b';' | b' '));
                    if digits == 0 || digits > 15 || !ends {
                        self.state = if self.left == 0 && ahead.is_empty() { Chunk::End } else { Chunk::Plain };
                        continue;
                    }
                    let text = String::from_utf8_lossy(ahead.get(..digits).unwrap_or_default()).into_owned();
                    line(self.source)?;
                    self.left = u64::from_str_radix(&text, 16).unwrap_or(0);
                    self.state = if self.left == 0 { Chunk::End } else { Chunk::Data };
                }
            }
        }
    }
}

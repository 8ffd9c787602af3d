//! Containers: archives, compressed files, crawls and mails with attachments, taken apart member by member, never onto the disk.
//!
//! Members come out in the order of the archive, one at a time, each within the limit for one file. Names
//! are only shown, never opened, so `..` and absolute ones do no harm. A container inside a container is
//! taken apart in memory, to a depth of [`NESTING`].

mod mail;
mod sevenz;
mod tape;
mod warc;
mod zipped;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use rustc_hash::FxBuildHasher;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::failure::Failure;
use crate::limits::Limits;
use crate::source::mime;
use crate::source::name;
use crate::source::walk::Selection;

/// Containers within containers that are still taken apart.
pub const NESTING: u32 = 4;

/// Bytes that tell a container.
pub const HEAD: usize = 512;

/// Ratio of inflated to compressed bytes that no archive of reports reaches.
const BOMB_RATIO: u64 = 1000;

/// Failures inside nested containers after which an outermost one is given up.
const NESTED_FAILURES: u32 = 100;

/// A kind of container, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ZIP that is no office document.
    Zip,
    /// 7z.
    SevenZip,
    /// tar (ustar, GNU, pax, v7).
    Tar,
    /// gzip of one file, a tar or a WARC.
    Gzip,
    /// bzip2 of one file or a tar.
    Bzip2,
    /// Zstandard of one file or a tar.
    Zstd,
    /// xz of one file or a tar.
    Xz,
    /// WARC (ISO 28500).
    Warc,
    /// RAR, which no free reader reads.
    Rar,
    /// A mail with files hanging on it.
    Mail,
}

/// The kind of container that a file with these first [`HEAD`] bytes may be; a ZIP may still be a document, and
/// nothing may hang on a mail.
#[must_use]
pub fn sniff(head: &[u8]) -> Option<Kind> {
    let kind = match head {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Kind::Zip,
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Kind::SevenZip,
        [0x1f, 0x8b, 8, ..] => Kind::Gzip,
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => Kind::Bzip2,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Zstd,
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Kind::Xz,
        [b'W', b'A', b'R', b'C', b'/', b'0' | b'1', b'.', ..] => Kind::Warc,
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Kind::Rar,
        _ if tape::is_tar(head) => Kind::Tar,
        _ if mime::may_be_message(head) => Kind::Mail,
        _ => return None,
    };
    Some(kind)
}

/// One member, or why it could not be taken out.
#[derive(Debug)]
pub struct Member {
    /// Name inside the container; of a member of a nested container the names joined by `!/`.
    pub name: String,
    /// Address that a crawl fetched it from.
    pub url: Option<String>,
    /// When the crawl fetched it, ISO 8601.
    pub fetched: Option<String>,
    /// The bytes.
    pub bytes: Result<Vec<u8>, Failure>,
}

/// Takes the members of a container one by one; breaks when no more are wanted.
pub type Sink<'a> = dyn FnMut(Member) -> ControlFlow<()> + 'a;

/// Anything that a container can be read from.
pub trait Stream: Read + Seek {}
impl<T: Read + Seek> Stream for T {}

/// Whether the file is a container, and its kind; an office document in a ZIP is none.
#[must_use]
pub fn kind_of(stream: &mut dyn Stream) -> Option<Kind> {
    let mut head = Vec::with_capacity(HEAD);
    let read = Read::take(&mut *stream, HEAD as u64).read_to_end(&mut head);
    read.and_then(|_| stream.seek(SeekFrom::Start(0))).ok()?;
    match sniff(&head)? {
        Kind::Zip if zipped::is_document(stream) => None,
        Kind::Mail if !mail::has_attachments(stream) => None,
        kind => Some(kind),
    }
}

/// Takes a container on disk apart.
///
/// # Errors
/// Why the rest of it could not be read; the members before have then been handed on.
pub fn expand(
    path: &Path,
    kind: Kind,
    limits: &Limits,
    selection: &Selection,
    sink: &mut Sink<'_>,
) -> Result<(), Failure> {
    let unreadable = |e: std::io::Error| Failure::Unreadable(super::walk::reason(&e));
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let name = path.file_name().map(name::printed).unwrap_or_default();
    let mut expander = Expander {
        limits,
        selection,
        sink,
        seen: HashMap::default(),
        outer: Vec::new(),
        size,
        inflated: 0,
        nested_failures: 0,
        stopped: false,
    };
    let work = || expander.container(kind, &mut BufReader::with_capacity(1 << 16, file), &name);
    let result = catch_unwind(AssertUnwindSafe(work));
    let stopped = expander.stopped;
    match result {
        Ok(Err(_)) if stopped => Ok(()),
        Ok(result) => result,
        Err(panic) => Err(Failure::Crashed(crate::run::engine::panic_message(panic.as_ref()))),
    }
}

/// A reader for whom there is no more after a moment.
struct Timed<'a> {
    reader: &'a mut dyn Read,
    until: Instant,
}

impl Read for Timed<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        if Instant::now() > self.until {
            return Err(std::io::ErrorKind::TimedOut.into());
        }
        self.reader.read(buf)
    }
}

/// The state of taking one outermost container apart.
struct Expander<'a, 'b> {
    limits: &'a Limits,
    selection: &'a Selection,
    sink: &'a mut Sink<'b>,
    /// How often a name has come out: a second one of the same name is told apart.
    seen: HashMap<String, u32, FxBuildHasher>,
    /// Names of the containers around, outermost left out.
    outer: Vec<String>,
    /// Bytes of the outermost container.
    size: u64,
    /// Bytes that came out, or would have.
    inflated: u64,
    nested_failures: u32,
    stopped: bool,
}

/// What a member is besides its bytes.
#[derive(Debug, Default)]
struct Entry {
    name: String,
    url: Option<String>,
    fetched: Option<String>,
    /// Size by the container's word, if it gives one.
    declared: Option<u64>,
}

impl Entry {
    fn named(name: String) -> Self {
        Self { name, ..Self::default() }
    }
}

fn damaged(what: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::Damaged(format!("{what}: {error}"))
}

impl Expander<'_, '_> {
    fn container(&mut self, kind: Kind, stream: &mut dyn Stream, name: &str) -> Result<(), Failure> {
        match kind {
            Kind::Zip => self.zip(stream),
            Kind::SevenZip => self.seven_zip(stream),
            Kind::Rar => Err(Failure::Unsupported("RAR archive; unpack it first".to_owned())),
            Kind::Tar => self.tar(stream),
            Kind::Warc => self.warc(stream),
            Kind::Mail => self.mail(stream),
            Kind::Gzip => self.stream(&mut flate2::read::MultiGzDecoder::new(stream), name),
            Kind::Bzip2 => self.stream(&mut bzip2::read::MultiBzDecoder::new(stream), name),
            Kind::Zstd => self.stream(&mut Zstd::new(stream), name),
            Kind::Xz => self.stream(&mut lzma_rust2::XzReader::new_mem_limit(stream, true, 256 << 10), name),
        }
    }

    /// What a compressed stream holds: a tar, a WARC, or one file.
    fn stream(&mut self, stream: &mut dyn Read, name: &str) -> Result<(), Failure> {
        let mut head = Vec::with_capacity(HEAD);
        Read::take(&mut *stream, HEAD as u64).read_to_end(&mut head).map_err(|e| damaged("compressed file", &e))?;
        let kind = sniff(&head);
        let mut whole = Cursor::new(head).chain(stream);
        match kind {
            Some(Kind::Tar) => self.tar(&mut whole),
            Some(Kind::Warc) => self.warc(&mut whole),
            _ => self.member(Entry::named(stem(name).to_owned()), &mut whole),
        }
    }

    /// Whether a member of this name is read at all.
    fn wants(&self, name: &str) -> bool {
        let noise = |part: &str| part == "__MACOSX" || (part.starts_with('.') && part != "." && part != "..");
        (self.selection.hidden() || !name.split('/').any(noise)) && self.selection.takes(Path::new(name))
    }

    /// Reads one member and hands it on, or takes it apart if it is a container itself.
    fn member(&mut self, entry: Entry, reader: &mut dyn Read) -> Result<(), Failure> {
        if let Some(size) = entry.declared.filter(|s| *s > self.limits.bytes) {
            self.count(size)?;
            return self.hand_on(entry, Err(self.over()));
        }
        let mut bytes = Vec::new();
        let room = self.limits.bytes.saturating_add(1);
        let seconds = self.limits.seconds;
        let until = Instant::now() + Duration::from_secs(seconds.max(1).into());
        let read = Timed { reader, until }.take(room).read_to_end(&mut bytes);
        self.count(bytes.len() as u64)?;
        let result = match read {
            _ if bytes.len() as u64 > self.limits.bytes => Err(self.over()),
            Ok(_) => Ok(bytes),
            Err(e) if e.kind() == std::io::ErrorKind::TimedOut => {
                // what follows in the same stream is only reached through it
                let why = format!("over {seconds} s to unpack {}; raise --timeout to wait longer", entry.name);
                return Err(Failure::TimedOut(why));
            }
            Err(e) => Err(damaged("member", &e)),
        };
        self.hand_on(entry, result)
    }

    fn over(&self) -> Failure {
        Failure::TooLarge(format!("over {} bytes; raise --max-bytes to read it", self.limits.bytes))
    }

    /// Counts what comes out, and gives a bomb up.
    fn count(&mut self, bytes: u64) -> Result<(), Failure> {
        self.inflated = self.inflated.saturating_add(bytes);
        let bomb = self.inflated > self.limits.inflated_bytes && self.inflated / self.size.max(1) > BOMB_RATIO;
        if bomb {
            let why = "inflates more than a thousand times, as a bomb does; the rest of it was left out";
            return Err(Failure::TooLarge(why.to_owned()));
        }
        Ok(())
    }

    /// Hands a member on; an error only to stop.
    fn hand_on(&mut self, entry: Entry, bytes: Result<Vec<u8>, Failure>) -> Result<(), Failure> {
        if let Ok(inner) = &bytes {
            let head = inner.get(..HEAD.min(inner.len())).unwrap_or_default();
            if sniff(head).is_some() {
                let bytes = bytes.unwrap_or_default();
                return self.nested(entry, bytes);
            }
        }
        if bytes.is_err() && !self.outer.is_empty() {
            self.nested_failures += 1;
            if self.nested_failures > NESTED_FAILURES {
                let why = "over 100 failures in archives inside it; the rest of it was left out";
                return Err(Failure::TooLarge(why.to_owned()));
            }
        }
        self.emit(entry, bytes)
    }

    fn emit(&mut self, entry: Entry, bytes: Result<Vec<u8>, Failure>) -> Result<(), Failure> {
        let mut name = String::new();
        for part in &self.outer {
            name.push_str(part);
            name.push_str("!/");
        }
        name.push_str(&entry.name);
        let times = self.seen.entry(name.clone()).or_default();
        *times += 1;
        if *times > 1 {
            name.push_str(&format!("#{times}"));
        }
        let member = Member { name, url: entry.url, fetched: entry.fetched, bytes };
        if (self.sink)(member).is_break() {
            self.stopped = true;
            return Err(Failure::Unreadable("stopped".to_owned()));
        }
        Ok(())
    }

    /// A container inside a container.
    fn nested(&mut self, entry: Entry, bytes: Vec<u8>) -> Result<(), Failure> {
        let Some(kind) = kind_of(&mut Cursor::new(bytes.as_slice())) else {
            return self.emit(entry, Ok(bytes));
        };
        if self.outer.len() as u32 >= NESTING.min(self.limits.depth) {
            let why = format!("archives nested more than {NESTING} deep; unpack the outer ones first");
            return self.emit(entry, Err(Failure::TooLarge(why)));
        }
        let name = entry.name.rsplit('/').next().unwrap_or_default().to_owned();
        self.outer.push(entry.name.clone());
        let result = self.container(kind, &mut Cursor::new(bytes), &name);
        self.outer.pop();
        match result {
            // a bomb or a full stop ends the whole container
            Err(failure @ Failure::TooLarge(_)) => Err(failure),
            Err(failure) if self.stopped => Err(failure),
            Err(failure) => self.emit(entry, Err(failure)),
            Ok(()) => Ok(()),
        }
    }
}

/// The name of the one file in a compressed file: without the last extension.
fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// A member name in UTF-8, or in GB18030 as Chinese Windows writes it.
fn decode_name(raw: &[u8]) -> String {
    let name = match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(raw).0.into_owned(),
    };
    name.replace('\\', "/")
}

/// Frames of Zstandard one after another, as `zstd` and `pzstd` write them, skippable ones skipped.
pub struct Zstd<R: Read> {
    source: BufReader<R>,
    decoder: FrameDecoder,
    inside: bool,
}

impl<R: Read> Zstd<R> {
    /// Unpacks what `source` holds.
    pub fn new(source: R) -> Self {
        Self { source: BufReader::with_capacity(1 << 16, source), decoder: FrameDecoder::new(), inside: false }
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            if self.inside {
                if self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                    let some = BlockDecodingStrategy::UptoBlocks(1);
                    self.decoder.decode_blocks(&mut self.source, some).map_err(std::io::Error::other)?;
                }
                let n = self.decoder.read(buf)?;
                if n > 0 {
                    return Ok(n);
                }
                self.inside = !self.decoder.is_finished();
                continue;
            }
            if self.source.fill_buf()?.is_empty() {
                return Ok(0);
            }
            match self.decoder.reset(&mut self.source) {
                Ok(()) => self.inside = true,
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    std::io::copy(&mut self.source.by_ref().take(u64::from(length)), &mut std::io::sink())?;
                }
                Err(e) => return Err(std::io::Error::other(e)),
            }
        }
    }
}

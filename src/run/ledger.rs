//! The ledger: what became of every file, appended and never changed, so that a run can go on after anything.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::run::index::Place;
use crate::run::job::Origin;
use crate::run::plan::Stamp;

/// Schema of the ledger's lines.
pub const SCHEMA: &str = "gongkai.ledger/1";

/// What became of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It gave records.
    Record,
    /// It gave none.
    Failed,
    /// The same bytes as another file, which was read instead.
    Duplicate,
    /// A container that was taken apart to its end.
    Opened,
}

/// One line: one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its names.
    #[serde(flatten)]
    pub origin: Origin,
    /// Place of its path in the walk, from 0.
    pub n: u64,
    /// What became of it.
    pub fate: Fate,
    /// The file on disk that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
    /// Size in bytes.
    #[serde(default)]
    pub bytes: u64,
    /// SHA-256, empty where it could not be read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256: String,
    /// Code of the failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the failure says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Name of the file with the same bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Where its lines begin in the records file.
    #[serde(default)]
    pub offset: u64,
    /// Bytes of its lines.
    #[serde(default)]
    pub length: u64,
    /// What was taken of archives: [`Selection::fingerprint`](crate::source::walk::Selection::fingerprint).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub selection: u32,
    /// Number of records; of a container, of its members.
    #[serde(default)]
    pub records: u64,
    /// Variables with a number.
    #[serde(default)]
    pub numbers: u64,
    /// Flags raised.
    #[serde(default)]
    pub flags: u64,
    /// Checks that do not hold.
    #[serde(default)]
    pub failed_checks: u64,
    /// Milliseconds that it took.
    #[serde(default)]
    pub millis: u64,
}

impl Entry {
    /// An entry with nothing but this.
    #[must_use]
    pub fn new(origin: Origin, n: u64, fate: Fate, stamp: Option<Stamp>) -> Self {
        Self {
            origin,
            n,
            fate,
            stamp,
            bytes: 0,
            sha256: String::new(),
            code: None,
            message: None,
            of: None,
            offset: 0,
            length: 0,
            selection: 0,
            records: 0,
            numbers: 0,
            flags: 0,
            failed_checks: 0,
            millis: 0,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands on a reference")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// What entries of the ledger were made under.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Session {
    /// Fingerprint of program, patterns and options.
    pub made: String,
    /// The folder that relative paths count from, as [`shown`](crate::source::name::shown); empty where nobody knows.
    pub base: String,
}

impl Session {
    /// The line that begins it.
    #[must_use]
    pub fn line(&self) -> Line {
        Line::Session { schema: SCHEMA.to_owned(), session: self.made.clone(), base: self.base.clone() }
    }
}

/// A line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// A run begins: what its results depend on.
    Session {
        /// [`SCHEMA`].
        schema: String,
        /// Fingerprint of program, patterns and options.
        session: String,
        /// The folder that relative paths count from.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        base: String,
    },
    /// A file is done.
    Entry(Box<Entry>),
}

/// Reads the lines of a ledger and hands on each entry, with what it was made under and its place,
/// up to a line that is torn or that `take` refuses; gives the bytes before that.
///
/// # Errors
/// Where the ledger cannot be read, or what `take` says.
pub fn scan(
    ledger: &mut impl BufRead,
    mut take: impl FnMut(&Session, Entry, Place) -> io::Result<bool>,
) -> io::Result<u64> {
    let mut session = Session::default();
    let mut whole = 0u64;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = ledger.read_until(b'\n', &mut line)?;
        if read == 0 || line.last() != Some(&b'\n') {
            return Ok(whole);
        }
        match serde_json::from_slice::<Line>(&line) {
            Ok(Line::Session { session: made, base, .. }) => session = Session { made, base },
            Ok(Line::Entry(entry)) => {
                let place = Place { at: whole, length: u32::try_from(read).unwrap_or(u32::MAX) };
                if !take(&session, *entry, place)? {
                    return Ok(whole);
                }
            }
            Err(_) => return Ok(whole),
        }
        whole += read as u64;
    }
}

/// Scans a ledger on the disk, and cuts off what is not whole: a torn last line, and lines whose records are not on
/// the disk.
///
/// # Errors
/// Where a file cannot be read or cut.
pub fn replay(path: &Path, records: &Path, mut take: impl FnMut(&Session, Entry, Place)) -> io::Result<()> {
    let there = |opened: io::Result<File>| match opened {
        Ok(file) => Ok(Some(file)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    };
    let mut records = there(File::open(records))?;
    let Some(mut file) = there(OpenOptions::new().read(true).write(true).open(path))? else { return Ok(()) };
    let whole = scan(&mut BufReader::new(&mut file), |session, entry, place| {
        let good = vouched(records.as_mut(), &entry)?;
        if good {
            take(session, entry, place);
        }
        Ok(good)
    })?;
    if file.metadata()?.len() > whole {
        file.set_len(whole)?;
        file.sync_all()?;
    }
    Ok(())
}

/// Whether the file at a path is a ledger, were it of a run that got no further than its first bytes.
///
/// # Errors
/// Where it cannot be read.
pub fn is_one(path: &Path) -> io::Result<bool> {
    const BEGINNING: &[u8] = b"{\"schema\":\"gongkai.ledger/";
    let mut head = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(BEGINNING.len() as u64).read_to_end(&mut head)?,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(e),
    };
    Ok(BEGINNING.starts_with(&head))
}

/// Whether the lines of an entry are there and end where it says.
fn vouched(records: Option<&mut File>, entry: &Entry) -> io::Result<bool> {
    if entry.length == 0 {
        return Ok(true);
    }
    let Some(records) = records else { return Ok(false) };
    records.seek(SeekFrom::Start(entry.offset.saturating_add(entry.length) - 1))?;
    let mut last = [0];
    Ok(records.read(&mut last)? == 1 && last == *b"\n")
}

/// Bytes of records that wait in memory.
const RECORDS_HELD: usize = 256 << 10;

/// Two files that grow together: lines of records, then the lines of the ledger that vouch for them.
#[derive(Debug)]
pub struct Journal {
    records: File,
    ledger: File,
    /// The ledger once more, for reading back.
    reader: File,
    end: u64,
    /// Bytes of the ledger on the disk.
    told: u64,
    /// Lines not yet written: records, ledger.
    waiting: (Vec<u8>, Vec<u8>),
    /// Bytes of records written and not yet on the disk for certain.
    unsynced: u64,
    files: u32,
    since: std::time::Instant,
}

impl Journal {
    /// Opens both for appending; `end` is where the vouched records end, and what lies behind is cut off.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn open(records: &Path, ledger: &Path, end: u64) -> io::Result<Self> {
        let open = |path: &Path| OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        // the ledger first: it says whose the folder is
        let (path, mut ledger, mut records) = (ledger, open(ledger)?, open(records)?);
        records.set_len(end)?;
        records.seek(SeekFrom::End(0))?;
        let told = ledger.seek(SeekFrom::End(0))?;
        let (reader, since) = (File::open(path)?, std::time::Instant::now());
        Ok(Self { records, ledger, reader, end, told, waiting: (Vec::new(), Vec::new()), unsynced: 0, files: 0, since })
    }

    /// Where the next record will begin.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Appends the lines of a file and its entry, and tells where the ledger has it; on disk after the next
    /// [`Self::commit`].
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn append(&mut self, lines: &[u8], line: &Line) -> io::Result<Place> {
        self.waiting.0.extend_from_slice(lines);
        self.end += lines.len() as u64;
        let before = self.waiting.1.len();
        serde_json::to_writer(&mut self.waiting.1, line)?;
        self.waiting.1.push(b'\n');
        let length = u32::try_from(self.waiting.1.len() - before).map_err(io::Error::other)?;
        let place = Place { at: self.told + before as u64, length };
        self.files += 1;
        let due = self.since.elapsed().as_millis() >= 1000 || self.unsynced > 8 << 20 || self.files >= 4096;
        if due {
            self.commit()?;
        } else if self.waiting.0.len() >= RECORDS_HELD {
            self.write_records()?;
        }
        Ok(place)
    }

    /// The entry at a place of the ledger, on the disk or not yet.
    ///
    /// # Errors
    /// Where the disk refuses, or the ledger says something else by now.
    pub fn entry(&mut self, place: Place) -> io::Result<Entry> {
        let length = place.length as usize;
        let line = match place.at.checked_sub(self.told) {
            Some(at) => {
                let rest = usize::try_from(at).ok().and_then(|at| self.waiting.1.get(at..));
                serde_json::from_slice(rest.and_then(|rest| rest.get(..length)).unwrap_or_default())
            }
            None => {
                let mut line = vec![0; length];
                self.reader.seek(SeekFrom::Start(place.at))?;
                self.reader.read_exact(&mut line)?;
                serde_json::from_slice(&line)
            }
        };
        match line? {
            Line::Entry(entry) => Ok(*entry),
            Line::Session { .. } => Err(io::Error::other("the ledger changed meanwhile")),
        }
    }

    /// Puts what waits on the disk: the records first, then the ledger that vouches for them.
    ///
    /// # Errors
    /// Where the disk refuses; then nothing of the batch counts.
    pub fn commit(&mut self) -> io::Result<()> {
        self.write_records()?;
        if self.unsynced > 0 {
            self.records.sync_data()?;
            self.unsynced = 0;
        }
        let ledger = &self.waiting.1;
        if !ledger.is_empty() {
            self.ledger.write_all(ledger)?;
            self.ledger.sync_data()?;
        }
        self.told += ledger.len() as u64;
        self.waiting.1.clear();
        self.files = 0;
        self.since = std::time::Instant::now();
        Ok(())
    }

    /// Writes the records that wait; they count once the ledger vouches for them.
    fn write_records(&mut self) -> io::Result<()> {
        self.records.write_all(&self.waiting.0)?;
        self.unsynced += self.waiting.0.len() as u64;
        self.waiting.0.clear();
        // one report with a very long text is no reason to keep its room
        self.waiting.0.shrink_to(RECORDS_HELD * 2);
        Ok(())
    }

    /// Copies a stretch of committed records.
    ///
    /// # Errors
    /// Where the disk refuses, or the records are shorter than the ledger says.
    pub fn copy(&mut self, offset: u64, length: u64, to: &mut impl Write) -> io::Result<()> {
        self.records.seek(SeekFrom::Start(offset))?;
        let copied = io::copy(&mut Read::by_ref(&mut self.records).take(length), to)?;
        if copied == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

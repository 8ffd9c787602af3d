//! What the supervisor and its workers say to each other: frames of a header in JSON and a payload of bytes.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::document::Format;
use crate::failure::Failure;
use crate::run::job::{Input, Job, Origin, Outcome, Yield};
use crate::settings::Settings;
use crate::source::name;

/// The first frame: what a worker needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// How files are read.
    pub settings: Settings,
    /// Folder of patterns, where not those inside the program.
    pub patterns: Option<PathBuf>,
    /// Bytes of memory that the worker may map.
    pub memory: u64,
}

#[derive(Serialize, Deserialize)]
struct Request {
    origin: Origin,
    file: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    bytes: u64,
    sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<(String, String)>,
    records: u32,
    numbers: u32,
    flags: u32,
    failed_checks: u32,
    millis: u64,
}

/// Longest header that is believed.
const HEADER: u64 = 16 << 20;

/// Writes a frame and flushes it.
///
/// # Errors
/// Where the other side is gone.
pub fn write_frame(to: &mut impl Write, header: &impl Serialize, payload: &[u8]) -> io::Result<()> {
    let header = serde_json::to_vec(header)?;
    to.write_all(&(header.len() as u64).to_le_bytes())?;
    to.write_all(&(payload.len() as u64).to_le_bytes())?;
    to.write_all(&header)?;
    to.write_all(payload)?;
    to.flush()
}

/// Reads a frame; `None` where the stream ends before one.
///
/// # Errors
/// Where the stream ends inside a frame, or it is none.
pub fn read_frame<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<(T, Vec<u8>)>> {
    let mut sizes = [[0u8; 8]; 2];
    for (i, size) in sizes.iter_mut().enumerate() {
        match from.read_exact(size) {
            Ok(()) => {}
            Err(e) if i == 0 && e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(e) => return Err(e),
        }
    }
    let [header, payload] = sizes.map(u64::from_le_bytes);
    if header > HEADER {
        return Err(io::Error::other("no frame"));
    }
    let header = serde_json::from_slice(&exactly(from, header)?)?;
    Ok(Some((header, exactly(from, payload)?)))
}

fn exactly(from: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    const USUAL: u64 = 1 << 20;
    if length <= USUAL {
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        return from.read_exact(&mut bytes).map(|()| bytes);
    }
    // a length that lies takes no memory before its bytes are there
    let mut bytes = Vec::with_capacity(usize::try_from(USUAL).unwrap_or(0));
    from.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Sends a job, except one whose input is missing.
///
/// # Errors
/// Where the worker is gone.
pub fn send_job(to: &mut impl Write, job: &Job) -> io::Result<()> {
    let path;
    let (file, payload): (bool, &[u8]) = match &job.input {
        Input::Bytes(bytes) => (false, bytes),
        Input::File(file) => {
            path = path_bytes(file);
            (true, &path)
        }
        Input::Missing(_) => return Err(io::Error::other("nothing to send")),
    };
    let format = job.format.map(|f| f.name().to_owned());
    let request = Request { origin: job.origin.clone(), file, format };
    write_frame(to, &request, payload)
}

/// Receives a job.
///
/// # Errors
/// Where the stream is no stream of jobs.
pub fn receive_job(from: &mut impl Read) -> io::Result<Option<Job>> {
    Ok(read_frame::<Request>(from)?.map(|(request, payload)| Job {
        input: if request.file { Input::File(name::of_bytes(payload)) } else { Input::Bytes(payload) },
        origin: request.origin,
        format: request.format.as_deref().and_then(Format::from_name),
    }))
}

/// Sends an outcome.
///
/// # Errors
/// Where the supervisor is gone.
pub fn send_outcome(to: &mut impl Write, outcome: &Outcome) -> io::Result<()> {
    let nothing = Yield::default();
    let (done, failure) = match &outcome.result {
        Ok(done) => (done, None),
        Err(failure) => (&nothing, Some((failure.code().to_owned(), failure.detail().to_owned()))),
    };
    let answer = Answer {
        bytes: outcome.bytes,
        sha256: outcome.sha256.clone(),
        failure,
        records: done.records,
        numbers: done.numbers,
        flags: done.flags,
        failed_checks: done.failed_checks,
        millis: outcome.millis,
    };
    write_frame(to, &answer, &done.lines)
}

/// Receives the outcome of the job of this origin; `None` where the worker is gone.
///
/// # Errors
/// Where the worker dies within its answer.
pub fn receive_outcome(from: &mut impl Read, origin: &Origin) -> io::Result<Option<Outcome>> {
    Ok(read_frame::<Answer>(from)?.map(|(answer, lines)| {
        let result = match answer.failure {
            Some((code, detail)) => {
                Err(Failure::from_code(&code, detail).unwrap_or_else(|| Failure::Crashed(code.clone())))
            }
            None => Ok(Yield {
                lines,
                records: answer.records,
                numbers: answer.numbers,
                flags: answer.flags,
                failed_checks: answer.failed_checks,
            }),
        };
        Outcome {
            origin: origin.clone(),
            bytes: answer.bytes,
            sha256: answer.sha256,
            result,
            unchanged: false,
            millis: answer.millis,
        }
    }))
}

#[cfg(unix)]
fn path_bytes(path: &std::path::Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(not(unix))]
fn path_bytes(path: &std::path::Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_and_outcomes_come_back_whole() {
        let origin = Origin { path: "a.zip".into(), member: Some("乙.pdf".into()), ..Origin::default() };
        let job = Job { origin: origin.clone(), input: Input::Bytes(b"x\0\n".to_vec()), format: Some(Format::Pdf) };
        let mut wire = Vec::new();
        send_job(&mut wire, &job).unwrap();
        let mut from = wire.as_slice();
        let back = receive_job(&mut from).unwrap().unwrap();
        assert_eq!((back.origin, back.format), (origin.clone(), Some(Format::Pdf)));
        assert!(matches!(back.input, Input::Bytes(b) if b == b"x\0\n"));
        assert!(receive_job(&mut from).unwrap().is_none());
        assert!(receive_job(&mut &wire[..wire.len() - 1]).is_err());

        let done = Yield { lines: b"{}\n".to_vec(), records: 1, numbers: 2, flags: 3, failed_checks: 4 };
        for result in [Ok(done), Err(Failure::Damaged("x: y".into()))] {
            let outcome =
                Outcome { origin: origin.clone(), bytes: 9, sha256: "ab".into(), result, unchanged: false, millis: 5 };
            let mut wire = Vec::new();
            send_outcome(&mut wire, &outcome).unwrap();
            assert_eq!(receive_outcome(&mut wire.as_slice(), &origin).unwrap(), Some(outcome));
        }
    }
}

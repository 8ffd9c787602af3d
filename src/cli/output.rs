//! Where results go: stdout, or a file that is there whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, is_full};

/// Where results go.
pub struct Output {
    to: BufWriter<Box<dyn Write + Send>>,
    name: String,
    part: Option<Part>,
    /// Whether it is of use though it is not whole.
    lines: bool,
}

/// A file under another name until it is whole; removed where it never is.
struct Part {
    file: File,
    path: PathBuf,
    target: PathBuf,
    keep: bool,
}

impl Part {
    /// The name that the file has meanwhile, or none where what has the name now is no plain file.
    fn beside(target: &Path) -> io::Result<Option<Self>> {
        // what /dev/stdout leads to is for the shell to replace
        if target.starts_with("/dev") || target.starts_with("/proc") {
            return Ok(None);
        }
        let (target, permissions) = match fs::metadata(target) {
            Ok(meta) if !meta.is_file() => return Ok(None),
            Ok(meta) => {
                // a file that may not be written may not be replaced either
                File::options().write(true).open(target)?;
                (fs::canonicalize(target)?, Some(meta.permissions()))
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => (target.to_path_buf(), None),
            Err(e) => return Err(e),
        };
        let path = part(&target);
        let file = File::create(&path)?;
        if let Some(permissions) = permissions {
            // not every disk keeps them
            let _ = fs::set_permissions(&path, permissions);
        }
        Ok(Some(Self { file, path, target, keep: false }))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.keep {
            // it may have its name by now
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The name of a file that is not whole.
pub fn part(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// Cuts a file behind its last whole line; gives the bytes before.
pub fn cut_to_lines(path: &Path) -> io::Result<u64> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let mut end = file.metadata()?.len();
    let mut block = vec![0; 1 << 16];
    while end > 0 {
        let begin = end.saturating_sub(block.len() as u64);
        let block = block.get_mut(..usize::try_from(end - begin).unwrap_or(0)).unwrap_or_default();
        file.seek(SeekFrom::Start(begin))?;
        file.read_exact(block)?;
        if let Some(at) = memchr::memrchr(b'\n', block) {
            end = begin + at as u64 + 1;
            break;
        }
        end = begin;
    }
    file.set_len(end)?;
    Ok(end)
}

/// Refuses to write a file over one that is read, or into a folder of those.
///
/// # Errors
/// Where both are one ([`ErrorKind::Usage`]).
pub fn apart<P: AsRef<Path>>(output: Option<&Path>, inputs: impl IntoIterator<Item = P>) -> Result<(), Error> {
    let Some(place) = output.and_then(|path| fs::canonicalize(path).ok()) else { return Ok(()) };
    let same = |input: P| fs::canonicalize(input).is_ok_and(|input| input == place);
    if inputs.into_iter().any(same) {
        let message = format!("{} is read and cannot be written at once", place.display());
        return Err(Error::new(ErrorKind::Usage, message).hint("write somewhere else"));
    }
    Ok(())
}

impl Output {
    /// Opens stdout, or `file` where it is given and not `-`.
    ///
    /// # Errors
    /// Where the file cannot be made ([`ErrorKind::Output`]).
    pub fn open(file: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = file.filter(|path| *path != Path::new("-")) else {
            return Ok(Self::new(Box::new(io::stdout()), "stdout".to_owned(), None));
        };
        let opened = Part::beside(path).and_then(|part| {
            let file = part.as_ref().map_or_else(|| File::create(path), |part| part.file.try_clone())?;
            Ok((file, part))
        });
        let (file, part) = opened.map_err(refused(path))?;
        Ok(Self::new(Box::new(file), path.display().to_string(), part))
    }

    /// Opens a file for one that reads it back at once.
    ///
    /// # Errors
    /// Where the file cannot be made ([`ErrorKind::Output`]).
    pub fn direct(path: &Path) -> Result<Self, Error> {
        let file = File::create(path).map_err(refused(path))?;
        Ok(Self::new(Box::new(file), path.display().to_string(), None))
    }

    fn new(to: Box<dyn Write + Send>, name: String, part: Option<Part>) -> Self {
        Self { to: BufWriter::with_capacity(1 << 16, to), name, part, lines: false }
    }

    /// Keeps the whole lines of the file where the disk refuses more, and says where they are.
    pub fn keeping_lines(mut self) -> Self {
        self.lines = true;
        self
    }

    /// Writes; `false` when the reader of the pipe has gone, which is no error.
    ///
    /// # Errors
    /// Where the disk refuses ([`ErrorKind::Output`]).
    pub fn write(&mut self, bytes: &[u8]) -> Result<bool, Error> {
        let result = self.to.write_all(bytes);
        self.told(result)
    }

    /// Hands on what is buffered; `false` when the reader of the pipe has gone.
    ///
    /// # Errors
    /// Where the disk refuses ([`ErrorKind::Output`]).
    pub fn flush(&mut self) -> Result<bool, Error> {
        let result = self.to.flush();
        self.told(result)
    }

    /// Everything is written: the file takes its name.
    ///
    /// # Errors
    /// Where the disk refuses ([`ErrorKind::Output`]).
    pub fn finish(mut self) -> Result<(), Error> {
        self.flush()?;
        let named = self.part.as_ref().map_or(Ok(()), |part| {
            part.file.sync_all()?;
            fs::rename(&part.path, &part.target)
        });
        self.told(named).map(|_| ())
    }

    /// No more will be written, and something is missing: keeps what is there; gives the name of the file.
    ///
    /// # Errors
    /// Where the disk refuses ([`ErrorKind::Output`]).
    pub fn stop(mut self) -> Result<Option<PathBuf>, Error> {
        self.flush()?;
        Ok(self.part.as_mut().map(|part| {
            part.keep = true;
            part.path.clone()
        }))
    }

    fn told(&mut self, result: io::Result<()>) -> Result<bool, Error> {
        let e = match result {
            Ok(()) => return Ok(true),
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => return Ok(false),
            Err(e) => e,
        };
        let mut hints = Vec::new();
        if is_full(&e) {
            hints.push("free some space".to_owned());
        }
        hints.extend(self.rescue().map(|part| format!("what was written so far is in {}", part.display())));
        let error = Error::new(ErrorKind::Output, format!("cannot write {}", self.name)).caused_by(e);
        Err(if hints.is_empty() { error } else { error.hint(hints.join("; ")) })
    }

    /// Keeps the whole lines of a file that will never be whole, if they are of use.
    fn rescue(&mut self) -> Option<PathBuf> {
        let mut part = self.part.take().filter(|_| self.lines)?;
        // what is still buffered would be written behind the cut
        let buffer = std::mem::replace(&mut self.to, BufWriter::with_capacity(0, Box::new(io::sink())));
        drop(buffer.into_parts());
        part.keep = cut_to_lines(&part.path).is_ok_and(|bytes| bytes > 0);
        part.keep.then(|| part.path.clone())
    }
}

fn refused(path: &Path) -> impl Fn(io::Error) -> Error {
    let message = format!("cannot write {}", path.display());
    move |e| Error::new(ErrorKind::Output, message.clone()).hint("is the folder there, and writable?").caused_by(e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let (path, half) = (folder.path().join("a"), folder.path().join("a.part"));
        fs::write(&path, "old").unwrap();
        let write = || {
            let mut out = Output::open(Some(&path)).unwrap();
            out.write(b"new").unwrap();
            out
        };
        let text = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        drop(write());
        assert_eq!((text(&path).as_str(), half.exists()), ("old", false));
        assert_eq!(write().stop().unwrap(), Some(fs::canonicalize(&half).unwrap()));
        assert_eq!((text(&path).as_str(), text(&half).as_str()), ("old", "new"));
        write().finish().unwrap();
        assert_eq!((text(&path).as_str(), half.exists()), ("new", false));
        assert!(apart(Some(&path), [folder.path().join("./a")]).is_err());
        assert!(apart(Some(&half), [&path]).is_ok() && apart(None, [&path]).is_ok());
    }

    #[test]
    fn files_are_cut_to_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let long = "x".repeat(1 << 16);
        for (text, whole) in
            [("", ""), ("a", ""), ("a\nb", "a\n"), ("a\nb\n", "a\nb\n"), (&format!("a\n{long}"), "a\n")]
        {
            fs::write(&path, text).unwrap();
            assert_eq!(cut_to_lines(&path).unwrap(), whole.len() as u64);
            assert_eq!(fs::read_to_string(&path).unwrap(), whole);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_one_and_a_device_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink("a", &link).unwrap();
        for name in [&link, Path::new("/dev/null")] {
            let mut out = Output::open(Some(name)).unwrap();
            out.write(b"new").unwrap();
            out.finish().unwrap();
        }
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }
}

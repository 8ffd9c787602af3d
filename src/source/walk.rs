//! From the paths that were given to the files that are read, in a fixed order.

use std::collections::VecDeque;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::error::{Error, ErrorKind};
use crate::failure::Failure;
use crate::limits::Limits;

/// What of a folder is read.
#[derive(Debug, Clone)]
pub struct Selection {
    include: GlobSet,
    exclude: GlobSet,
    hidden: bool,
    skip: Vec<PathBuf>,
}

impl Selection {
    /// Takes files that match one of `include` (all, if there is none) and none of `exclude`.
    ///
    /// A glob without `/` is matched against the file name, one with `/` against the whole path below the
    /// folder. Hidden files and folders are left out unless `hidden`.
    ///
    /// # Errors
    /// A glob that is none ([`ErrorKind::Usage`]).
    pub fn new(include: &[String], exclude: &[String], hidden: bool) -> Result<Self, Error> {
        Ok(Self { include: globs(include)?, exclude: globs(exclude)?, hidden, skip: Vec::new() })
    }

    /// Leaves out the program's own output, should it lie in a folder that is read.
    pub fn skip(&mut self, path: &Path) {
        self.skip.extend(fs::canonicalize(path));
    }

    /// Whether a file at this path below its folder (or of this name inside an archive) is read.
    #[must_use]
    pub fn takes(&self, path: &Path) -> bool {
        let hit =
            |set: &GlobSet| set.is_match(path) || path.file_name().is_some_and(|name| set.is_match(Path::new(name)));
        (self.include.is_empty() || hit(&self.include)) && !self.excludes(path)
    }

    /// Whether hidden files are read.
    #[must_use]
    pub fn hidden(&self) -> bool {
        self.hidden
    }

    fn excludes(&self, path: &Path) -> bool {
        self.exclude.is_match(path) || path.file_name().is_some_and(|name| self.exclude.is_match(Path::new(name)))
    }

    fn skips(&self, path: &Path) -> bool {
        !self.skip.is_empty() && fs::canonicalize(path).is_ok_and(|p| self.skip.contains(&p))
    }
}

fn globs(patterns: &[String]) -> Result<GlobSet, Error> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(compile(pattern)?);
    }
    set.build().map_err(|e| Error::new(ErrorKind::Usage, "too many or too large globs").caused_by(e))
}

fn compile(pattern: &str) -> Result<globset::Glob, Error> {
    GlobBuilder::new(pattern).literal_separator(true).build().map_err(|e| {
        Error::new(ErrorKind::Usage, format!("not a glob: {pattern}"))
            .hint("use * ? [a-z] {a,b} and **, as in '**/*.pdf'")
            .caused_by(e)
    })
}

/// A file found on disk, or why there is none.
#[derive(Debug, Clone)]
pub struct Found {
    /// The path as shown: as given, with `/` between its parts.
    pub name: String,
    /// The file, or why it cannot be read.
    pub file: Result<PathBuf, Failure>,
}

/// Walks paths, folders and globs in the order given, folders depth first and sorted by name.
///
/// Never fails: what cannot be listed comes out as a [`Found`] with its failure.
pub struct Walk {
    selection: Selection,
    given: VecDeque<PathBuf>,
    folder: Option<Folder>,
}

struct Folder {
    root: PathBuf,
    entries: ignore::Walk,
    only: Option<GlobSet>,
}

impl Walk {
    /// A walk over `given`; a path that does not exist and holds `*`, `?`, `[` or `{` is taken as a glob.
    #[must_use]
    pub fn new(given: impl IntoIterator<Item = PathBuf>, selection: Selection) -> Self {
        Self { selection, given: given.into_iter().collect(), folder: None }
    }

    fn open(&self, root: PathBuf, only: Option<GlobSet>) -> Folder {
        let mut builder = ignore::WalkBuilder::new(&root);
        builder.standard_filters(false).hidden(!self.selection.hidden).follow_links(true);
        builder.sort_by_file_name(std::ffi::OsStr::cmp);
        let selection = self.selection.clone();
        let base = root.clone();
        builder.filter_entry(move |entry| {
            let path = entry.path().strip_prefix(&base).unwrap_or(entry.path());
            path.as_os_str().is_empty() || !selection.excludes(path)
        });
        Folder { root, entries: builder.build(), only }
    }

    fn take(&mut self, path: PathBuf) -> Option<Found> {
        match fs::metadata(&path) {
            Ok(meta) if meta.is_dir() => {
                self.folder = Some(self.open(path, None));
                None
            }
            Ok(meta) => Some(found(path, &meta)),
            Err(e) => {
                if let Some((root, glob)) = split_glob(&path) {
                    let set = compile(&glob).ok().and_then(|g| GlobSetBuilder::new().add(g).build().ok());
                    if let Some(set) = set {
                        self.folder = Some(self.open(root, Some(set)));
                        return None;
                    }
                }
                Some(Found { name: shown(&path), file: Err(Failure::Unreadable(reason(&e))) })
            }
        }
    }

    fn next_below(&mut self) -> Option<Found> {
        let folder = self.folder.as_mut()?;
        loop {
            let entry = match folder.entries.next()? {
                Ok(entry) => entry,
                Err(e) => return Some(refused(&folder.root, &e)),
            };
            if entry.file_type().is_some_and(|t| t.is_dir()) {
                continue;
            }
            let path = entry.path();
            let below = path.strip_prefix(&folder.root).unwrap_or(path);
            let wanted = folder.only.as_ref().is_none_or(|set| set.is_match(path)) && self.selection.takes(below);
            if !wanted || self.selection.skips(path) {
                continue;
            }
            return Some(match fs::metadata(path) {
                Ok(meta) => found(path.to_path_buf(), &meta),
                Err(e) => Found { name: shown(path), file: Err(Failure::Unreadable(reason(&e))) },
            });
        }
    }
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if self.folder.is_some() {
                if let Some(found) = self.next_below() {
                    return Some(found);
                }
                self.folder = None;
            }
            let path = self.given.pop_front()?;
            if let Some(found) = self.take(path) {
                return Some(found);
            }
        }
    }
}

fn found(path: PathBuf, meta: &fs::Metadata) -> Found {
    let name = shown(&path);
    let file = if meta.is_file() {
        Ok(path)
    } else {
        Err(Failure::Unreadable(format!("not a regular file but {}", kind(meta))))
    };
    Found { name, file }
}

#[cfg(unix)]
fn kind(meta: &fs::Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let t = meta.file_type();
    if t.is_fifo() {
        "a named pipe"
    } else if t.is_socket() {
        "a socket"
    } else if t.is_char_device() || t.is_block_device() {
        "a device"
    } else {
        "something else"
    }
}

#[cfg(not(unix))]
fn kind(_: &fs::Metadata) -> &'static str {
    "something else"
}

/// An entry of a folder that the walk could not take: unreadable folder, loop of links, dangling link.
fn refused(root: &Path, error: &ignore::Error) -> Found {
    let mut path = root.to_path_buf();
    let mut why = String::new();
    let mut rest = Some(error);
    while let Some(e) = rest.take() {
        match e {
            ignore::Error::WithPath { path: p, err } => {
                path.clone_from(p);
                rest = Some(err);
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => rest = Some(err),
            ignore::Error::Loop { ancestor, child } => {
                path.clone_from(child);
                why = format!("link in a loop, back to {}", shown(ancestor));
            }
            ignore::Error::Io(e) => why = reason(e),
            other => why = other.to_string(),
        }
    }
    Found { name: shown(&path), file: Err(Failure::Unreadable(why)) }
}

/// A path as shown in output: `/` between its parts, no leading `./`.
#[must_use]
pub fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/").into() } else { text };
    let mut rest: &str = &text;
    while let Some(less) = rest.strip_prefix("./") {
        rest = less.trim_start_matches('/');
    }
    if rest.is_empty() { text.into_owned() } else { rest.to_owned() }
}

/// An input error in the program's words.
#[must_use]
pub fn reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind as K;
    match error.kind() {
        K::NotFound => "no such file or folder".to_owned(),
        K::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or(&text);
            let mut chars = text.chars();
            chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
        }
    }
}

/// Splits a path with glob characters into the folder to walk and the glob for whole paths.
fn split_glob(path: &Path) -> Option<(PathBuf, String)> {
    let text = path.to_str()?;
    let magic = |part: &str| part.contains(['*', '?', '[', '{']);
    if !magic(text) {
        return None;
    }
    let text = shown(Path::new(text));
    let parts: Vec<&str> = text.split('/').collect();
    let fixed = parts.iter().position(|p| magic(p)).unwrap_or(0);
    let root = parts.get(..fixed)?.join("/");
    if fixed == 0 {
        return Some((PathBuf::from("."), format!("./{text}")));
    }
    let root = if root.is_empty() { "/".to_owned() } else { root };
    Some((PathBuf::from(root), text))
}

/// Folders and globs that were given: what a walk over them would come to, were it there.
#[derive(Debug)]
pub struct Roots(Vec<(String, Option<GlobSet>)>);

impl Roots {
    /// Those of the paths given that are there.
    #[must_use]
    pub fn of(given: &[PathBuf]) -> Self {
        let root = |path: &PathBuf| match fs::metadata(path) {
            Ok(meta) => meta.is_dir().then(|| (shown(path), None)),
            Err(_) => {
                let (root, glob) = split_glob(path)?;
                let set = GlobSetBuilder::new().add(compile(&glob).ok()?).build().ok()?;
                root.is_dir().then(|| (shown(&root), Some(set)))
            }
        };
        Self(given.iter().filter_map(root).collect())
    }

    /// Whether a file of this name, as [`Found`] shows it, would lie below one of them.
    #[must_use]
    pub fn reach(&self, name: &str) -> bool {
        let below = |root: &str| match root.trim_end_matches('/') {
            "." => !name.starts_with(['/']) && !name.starts_with("../"),
            root => name.strip_prefix(root).is_some_and(|rest| rest.starts_with('/')),
        };
        self.0.iter().any(|(root, only)| {
            let matches = |set: &GlobSet| set.is_match(name) || set.is_match(Path::new(".").join(name));
            below(root) && only.as_ref().is_none_or(matches)
        })
    }
}

/// Whether a path given is there, or is a glob.
#[must_use]
pub fn is_there(given: &Path) -> bool {
    fs::symlink_metadata(given).is_ok() || split_glob(given).is_some_and(|(root, _)| root.is_dir())
}

/// Reads a file whole, within the limit, and makes sure that it held still meanwhile.
///
/// # Errors
/// [`Failure::Unreadable`] where it cannot be opened or read, is no regular file, or changes while it is
/// read; [`Failure::TooLarge`] over `limits.bytes`.
pub fn read_file(path: &Path, limits: &Limits) -> Result<Vec<u8>, Failure> {
    let unreadable = |e: std::io::Error| Failure::Unreadable(reason(&e));
    // looked at before it is opened: opening a pipe would wait for a writer
    let before = fs::metadata(path).map_err(unreadable)?;
    if !before.is_file() {
        return Err(Failure::Unreadable(format!("not a regular file but {}", kind(&before))));
    }
    too_large(before.len(), limits)?;
    let mut file = fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or(0));
    file.by_ref().take(limits.bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    too_large(bytes.len() as u64, limits)?;
    let after = file.metadata().map_err(unreadable)?;
    let stamp = |m: &fs::Metadata| m.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    if after.len() != bytes.len() as u64 || before.len() != after.len() || stamp(&before) != stamp(&after) {
        return Err(Failure::Unreadable("changed while being read; run again when it is complete".to_owned()));
    }
    Ok(bytes)
}

/// Refuses a size over the limit.
///
/// # Errors
/// [`Failure::TooLarge`].
pub fn too_large(bytes: u64, limits: &Limits) -> Result<(), Failure> {
    if bytes > limits.bytes {
        return Err(Failure::TooLarge(format!("over {} bytes; raise --max-bytes to read it", limits.bytes)));
    }
    Ok(())
}

/// Splits a list of paths, one a line or ended by NUL.
#[must_use]
pub fn path_list(bytes: &[u8], nul: bool) -> Vec<PathBuf> {
    let end = if nul { 0 } else { b'\n' };
    bytes
        .split(|&b| b == end)
        .map(|line| if nul { line } else { line.strip_suffix(b"\r").unwrap_or(line) })
        .filter(|line| !line.is_empty())
        .map(path_of)
        .collect()
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(given: &[&Path], selection: Selection) -> Vec<String> {
        Walk::new(given.iter().map(|p| p.to_path_buf()), selection).map(|f| f.name).collect()
    }

    fn tree() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.txt", "a/2.html", "a/10.html", "a/x/3.pdf", ".hidden/z.txt"] {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        dir
    }

    #[test]
    fn walks_in_order_and_selects() {
        let dir = tree();
        let all = Selection::new(&[], &[], false).unwrap();
        let base = format!("{}/", shown(dir.path()));
        let short = |v: Vec<String>| v.into_iter().map(|n| n.replace(&base, "")).collect::<Vec<_>>();
        assert_eq!(short(names(&[dir.path()], all.clone())), ["a/10.html", "a/2.html", "a/x/3.pdf", "b.txt"]);
        let some = Selection::new(&["*.html".into(), "a/x/*".into()], &["10.*".into()], false).unwrap();
        assert_eq!(short(names(&[dir.path()], some)), ["a/2.html", "a/x/3.pdf"]);
        let glob = dir.path().join("a/**/*.{pdf,txt}");
        assert_eq!(short(names(&[&glob], all.clone())), ["a/x/3.pdf"]);
        let none = dir.path().join("none.pdf");
        let found: Vec<Found> = Walk::new([none], all).collect();
        assert!(matches!(&found[0].file, Err(Failure::Unreadable(why)) if why == "no such file or folder"));
    }

    #[cfg(unix)]
    #[test]
    fn loops_of_links_end_in_one_line() {
        let dir = tree();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("a/loop")).unwrap();
        std::os::unix::fs::symlink("nowhere", dir.path().join("a/dangling")).unwrap();
        let found: Vec<Found> =
            Walk::new([dir.path().to_path_buf()], Selection::new(&[], &[], false).unwrap()).collect();
        let failures: Vec<_> = found.iter().filter(|f| f.file.is_err()).collect();
        assert_eq!(failures.len(), 2, "{failures:?}");
        assert_eq!(found.len(), 6);
    }

    #[test]
    fn roots_reach_what_lies_below_them() {
        let dir = tree();
        let base = shown(dir.path());
        let reach = |given: &str, name: &str| Roots::of(&[dir.path().join(given)]).reach(&format!("{base}/{name}"));
        assert!(reach("a", "a/gone.pdf") && reach("", "gone/x.pdf") && reach("a/*.pdf", "a/gone.pdf"));
        assert!(!reach("a", "ab/gone.pdf") && !reach("a/*.pdf", "a/gone.doc") && !reach("gone", "gone/x.pdf"));
        assert!(!reach("b.txt", "b.txt"));
        let here = Roots::of(&[PathBuf::from(".")]);
        assert!(here.reach("a/b") && !here.reach("/a/b") && !here.reach("../b"));
    }

    #[test]
    fn lists_of_paths() {
        assert_eq!(path_list(b"a b\r\n\nc", false), [PathBuf::from("a b"), PathBuf::from("c")]);
        assert_eq!(path_list(b"a\nb\0c\0", true), [PathBuf::from("a\nb"), PathBuf::from("c")]);
    }
}

//! From the paths that were given to the files that are read, in a fixed order.

use std::collections::VecDeque;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::error::{Error, ErrorKind};
use crate::failure::Failure;
use crate::limits::Limits;
use crate::source::hash;
use crate::source::name::{self, shown};

/// What of a folder is read.
#[derive(Debug, Clone)]
pub struct Selection {
    include: Globs,
    exclude: Globs,
    hidden: bool,
    skip: Vec<PathBuf>,
}

/// Globs, and which of them have matched anything, for all clones together.
#[derive(Debug, Clone)]
struct Globs {
    set: GlobSet,
    typed: Arc<[(String, AtomicBool)]>,
}

impl Globs {
    fn new(typed: &[String], compiled: impl Fn(&str) -> String) -> Result<Self, Error> {
        let mut set = GlobSetBuilder::new();
        for glob in typed {
            set.add(compile(&compiled(glob))?);
        }
        let set = set.build();
        let set = set.map_err(|e| Error::new(ErrorKind::Usage, "too many or too large globs").caused_by(e))?;
        Ok(Self { set, typed: typed.iter().map(|glob| (glob.clone(), AtomicBool::new(false))).collect() })
    }

    /// Whether one of them matches the path or its last part.
    fn match_any(&self, path: &Path) -> bool {
        let name = path.file_name().map(|name| self.set.matches(Path::new(name)));
        let mut any = false;
        for at in self.set.matches(path).into_iter().chain(name.unwrap_or_default()) {
            any = true;
            if let Some((_, hit)) = self.typed.get(at) {
                hit.store(true, Ordering::Relaxed);
            }
        }
        any
    }

    fn idle(&self) -> impl Iterator<Item = &str> {
        self.typed.iter().filter(|(_, hit)| !hit.load(Ordering::Relaxed)).map(|(glob, _)| glob.as_str())
    }
}

impl Selection {
    /// Takes files that match one of `include` (all, if there is none) and none of `exclude`.
    ///
    /// A glob without `/` is matched against the file name, one with `/` against the whole path below the
    /// folder or in the archive; one that ends with `/` is a folder. Hidden files and folders are left out unless
    /// `hidden`.
    ///
    /// # Errors
    /// A glob that is none ([`ErrorKind::Usage`]).
    pub fn new(include: &[String], exclude: &[String], hidden: bool) -> Result<Self, Error> {
        let all_of = |glob: &str| if glob.ends_with('/') { format!("{glob}**") } else { glob.to_owned() };
        let folder = |glob: &str| glob.trim_end_matches('/').to_owned();
        let (include, exclude) = (Globs::new(include, all_of)?, Globs::new(exclude, folder)?);
        Ok(Self { include, exclude, hidden, skip: Vec::new() })
    }

    /// Globs that have matched nothing so far, as typed.
    pub fn idle(&self) -> impl Iterator<Item = &str> {
        self.include.idle().chain(self.exclude.idle())
    }

    /// Whether there is any glob.
    #[must_use]
    pub fn has_globs(&self) -> bool {
        !self.include.set.is_empty() || !self.exclude.set.is_empty()
    }

    /// The selection in an archive that is included itself: everything, but for what is excluded.
    #[must_use]
    pub fn within(&self) -> Self {
        let include = Globs { set: GlobSet::empty(), typed: Arc::from([]) };
        Self { include, ..self.clone() }
    }

    /// A number that is another for other globs, 0 for none: which files of an archive were taken.
    #[must_use]
    pub fn fingerprint(&self) -> u32 {
        if !self.hidden && !self.has_globs() {
            return 0;
        }
        let globs = |globs: &Globs| globs.typed.iter().map(|(glob, _)| format!("{glob}\0")).collect::<String>();
        let text = format!("{}\0{}\0{}", globs(&self.include), globs(&self.exclude), self.hidden);
        let digits = hash::sha256(text.as_bytes());
        digits.get(..8).and_then(|hex| u32::from_str_radix(hex, 16).ok()).unwrap_or(1).max(1)
    }

    /// Leaves out the program's own output, should it lie in a folder that is read.
    pub fn skip(&mut self, path: &Path) {
        self.skip.extend(fs::canonicalize(path));
    }

    /// Whether a file at this path below its folder (or of this name inside an archive) is read.
    #[must_use]
    pub fn takes(&self, path: &Path) -> bool {
        self.includes(path) && !path.ancestors().any(|part| self.excludes(part))
    }

    fn includes(&self, path: &Path) -> bool {
        self.include.set.is_empty() || self.include.match_any(path)
    }

    /// Whether hidden files are read.
    #[must_use]
    pub fn hidden(&self) -> bool {
        self.hidden
    }

    fn excludes(&self, path: &Path) -> bool {
        self.exclude.match_any(path)
    }

    fn skips(&self, path: &Path) -> bool {
        !self.skip.is_empty() && fs::canonicalize(path).is_ok_and(|p| self.skip.contains(&p))
    }
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
    /// Why it is here.
    pub by: By,
}

/// Why a file was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// It is included, by its name or because everything is.
    Name,
    /// It was given itself, though the globs do not include it.
    Hand,
    /// Only for what may be in it, should it be an archive.
    Content,
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
    only: Option<Only>,
}

/// A glob that was given in the place of a path.
struct Only {
    set: GlobSet,
    typed: PathBuf,
    matched: bool,
}

impl Walk {
    /// A walk over `given`; a path that does not exist and holds `*`, `?`, `[` or `{` is taken as a glob.
    #[must_use]
    pub fn new(given: impl IntoIterator<Item = PathBuf>, selection: Selection) -> Self {
        Self { selection, given: given.into_iter().collect(), folder: None }
    }

    fn open(&self, root: PathBuf, only: Option<Only>) -> Folder {
        let mut builder = ignore::WalkBuilder::new(&root);
        builder.standard_filters(false).hidden(!self.selection.hidden).follow_links(true);
        builder.sort_by_file_name(std::ffi::OsStr::cmp);
        let selection = self.selection.clone();
        let base = root.clone();
        builder.filter_entry(move |entry| {
            let path = entry.path().strip_prefix(&base).unwrap_or(entry.path());
            let own = || entry.file_type().is_some_and(|t| t.is_dir()) && selection.skips(entry.path());
            path.as_os_str().is_empty() || !(selection.excludes(path) || own())
        });
        Folder { root, entries: builder.build(), only }
    }

    fn take(&mut self, path: PathBuf) -> Option<Found> {
        match fs::metadata(&path) {
            Ok(meta) if meta.is_dir() => {
                self.folder = Some(self.open(path, None));
                None
            }
            Ok(meta) => {
                let by = if self.selection.includes(&path) { By::Name } else { By::Hand };
                Some(Found { by, ..found(path, &meta) })
            }
            Err(e) => {
                if let Some((root, glob)) = split_glob(&path) {
                    let set = compile(&glob).ok().and_then(|g| GlobSetBuilder::new().add(g).build().ok());
                    if let Some(set) = set {
                        self.folder = Some(self.open(root, Some(Only { set, typed: path, matched: false })));
                        return None;
                    }
                }
                Some(lost(&path, reason(&e)))
            }
        }
    }

    fn next_below(&mut self) -> Option<Found> {
        let folder = self.folder.as_mut()?;
        loop {
            let entry = match folder.entries.next() {
                Some(Ok(entry)) => entry,
                Some(Err(e)) => {
                    folder.only.iter_mut().for_each(|only| only.matched = true);
                    return Some(refused(&folder.root, &e));
                }
                None => {
                    let only = folder.only.take().filter(|only| !only.matched)?;
                    return Some(lost(&only.typed, NO_MATCH.to_owned()));
                }
            };
            if entry.file_type().is_some_and(|t| t.is_dir()) {
                continue;
            }
            let path = entry.path();
            let below = path.strip_prefix(&folder.root).unwrap_or(path);
            if folder.only.as_ref().is_some_and(|only| !only.set.is_match(path)) || self.selection.skips(path) {
                continue;
            }
            folder.only.iter_mut().for_each(|only| only.matched = true);
            let by = if self.selection.includes(below) { By::Name } else { By::Content };
            return Some(match fs::metadata(path) {
                Ok(meta) if by == By::Name || meta.is_file() => Found { by, ..found(path.to_path_buf(), &meta) },
                Err(e) if by == By::Name => lost(path, reason(&e)),
                _ => continue,
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
    Found { name, file, by: By::Name }
}

/// A path at which nothing can be read.
fn lost(path: &Path, why: String) -> Found {
    Found { name: shown(path), file: Err(Failure::Unreadable(why)), by: By::Name }
}

const NO_MATCH: &str = "no file matches";

#[cfg(unix)]
fn kind(meta: &fs::Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let t = meta.file_type();
    if t.is_dir() {
        "a folder; name the files in it"
    } else if t.is_fifo() {
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
fn kind(meta: &fs::Metadata) -> &'static str {
    if meta.is_dir() { "a folder; name the files in it" } else { "something else" }
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
    lost(&path, why)
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

/// Why a path given leads to nothing, if it does.
#[must_use]
pub fn absence(given: &Path) -> Option<String> {
    let e = fs::metadata(given).err()?;
    if split_glob(given).is_none() {
        return Some(reason(&e));
    }
    let all = Selection::new(&[], &[], true).ok()?;
    let none = Walk::new([given.to_path_buf()], all).all(|found| found.file.is_err());
    none.then(|| NO_MATCH.to_owned())
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
    // editors of Windows begin a text with a mark
    bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .split(|&b| b == end)
        .map(|line| if nul { line } else { line.strip_suffix(b"\r").unwrap_or(line) })
        .filter(|line| !line.is_empty())
        .map(|line| name::of_bytes(line.to_vec()))
        .collect()
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
        let named = Walk::new([dir.path().to_path_buf()], some).filter(|f| f.by == By::Name).map(|f| f.name);
        assert_eq!(short(named.collect()), ["a/2.html", "a/x/3.pdf"]);
        let folder = Selection::new(&["a/".into()], &["x/".into()], false).unwrap();
        assert_eq!(short(names(&[dir.path()], folder.clone())), ["a/10.html", "a/2.html", "b.txt"]);
        let by: Vec<By> = Walk::new([dir.path().to_path_buf()], folder.clone()).map(|f| f.by).collect();
        assert_eq!(by, [By::Name, By::Name, By::Content]);
        assert!(!folder.takes(Path::new("a/x/3.pdf")) && folder.within().takes(Path::new("b")));
        let idle = Selection::new(&["*.html".into(), "*.doc".into()], &["y".into()], false).unwrap();
        names(&[dir.path()], idle.clone());
        assert_eq!(idle.idle().collect::<Vec<_>>(), ["*.doc", "y"]);
        assert_ne!(idle.fingerprint(), folder.fingerprint());
        let mut own = all.clone();
        own.skip(&dir.path().join("a"));
        assert_eq!(short(names(&[dir.path()], own)), ["b.txt"]);
        let glob = dir.path().join("a/**/*.{pdf,txt}");
        assert_eq!(short(names(&[&glob], all.clone())), ["a/x/3.pdf"]);
        for (given, why) in [("a/*.doc", Some(NO_MATCH)), ("a/*.html", None), ("none", Some("no such file or folder"))]
        {
            assert_eq!(absence(&dir.path().join(given)).as_deref(), why, "{given}");
        }
        let found: Vec<Found> = Walk::new([dir.path().join("*.doc")], all.clone()).collect();
        assert!(matches!(&found[0].file, Err(Failure::Unreadable(why)) if why == NO_MATCH));
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
        assert_eq!(path_list(b"\xef\xbb\xbfa b\r\n\nc", false), [PathBuf::from("a b"), PathBuf::from("c")]);
        assert_eq!(path_list(b"a\nb\0c\0", true), [PathBuf::from("a\nb"), PathBuf::from("c")]);
    }
}

//! The files of a pattern tree: those built into the program, or those of a directory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::error::{Error, ErrorKind};

include!(concat!(env!("OUT_DIR"), "/patterns.rs"));

/// Bytes of one pattern file at most.
const FILE_BYTES: u64 = 4 << 20;
/// Folders within each other at most: family, cases.
const DEPTH: usize = 4;

/// What a folder of patterns is.
const FOLDER: &str = "name the folder that holds fragments.toml and one folder a family";

/// Path within the tree (`ogi/ogi-2021.toml`, with `/` on every system) → text.
pub(super) type Tree = BTreeMap<String, String>;

/// The tree that the program was built with.
pub(super) fn embedded() -> Tree {
    EMBEDDED.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// The tree of a directory; files other than TOML and texts of cases are left alone.
///
/// # Errors
/// A directory or file that cannot be read, is too large or is no UTF-8.
pub(super) fn load(root: &Path) -> Result<Tree, Error> {
    let mut tree = Tree::new();
    if !root.is_dir() {
        let what = if root.exists() { "is no folder" } else { "is not there" };
        return Err(Error::new(ErrorKind::Pattern, format!("the pattern folder {} {what}", root.display()))
            .hint(format!("{FOLDER}; --patterns or GONGKAI_PATTERNS names it for all commands")));
    }
    walk(root, "", DEPTH, &mut tree)?;
    if tree.contains_key("report.toml") {
        let above = root.parent().filter(|p| !p.as_os_str().is_empty()).map_or_else(
            || "the folder that it is in".to_owned(),
            |folder| format!("the folder above it, {}", folder.display()),
        );
        return Err(Error::new(ErrorKind::Pattern, format!("{} is the folder of one family", root.display()))
            .hint(format!("name {above}")));
    }
    if !tree.keys().any(|p| p.ends_with(".toml")) {
        return Err(Error::new(ErrorKind::Pattern, format!("no pattern files in {}", root.display())).hint(FOLDER));
    }
    Ok(tree)
}

fn walk(dir: &Path, prefix: &str, depth: usize, tree: &mut Tree) -> Result<(), Error> {
    let unreadable = |path: &Path, e: std::io::Error| {
        Error::new(ErrorKind::Pattern, format!("cannot read {}", path.display())).caused_by(e)
    };
    let mut entries = Vec::new();
    for entry in fs::read_dir(dir).map_err(|e| unreadable(dir, e))? {
        entries.push(entry.map_err(|e| unreadable(dir, e))?.path());
    }
    entries.sort();
    for path in entries {
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else { continue };
        let inner = format!("{prefix}{name}");
        if path.is_dir() {
            if depth > 0 && !name.starts_with('.') {
                walk(&path, &format!("{inner}/"), depth - 1, tree)?;
            }
        } else if kept(&inner) {
            if fs::metadata(&path).map_err(|e| unreadable(&path, e))?.len() > FILE_BYTES {
                return Err(Error::new(ErrorKind::Pattern, format!("pattern file too large: {}", path.display())));
            }
            let bytes = fs::read(&path).map_err(|e| unreadable(&path, e))?;
            let text = String::from_utf8(bytes).map_err(|e| {
                let good = e.as_bytes().get(..e.utf8_error().valid_up_to()).unwrap_or_default();
                let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
                Error::new(ErrorKind::Pattern, format!("{inner}:{line}: bytes that are no UTF-8"))
                    .hint("save the file as UTF-8")
            })?;
            tree.insert(inner, text);
        }
    }
    Ok(())
}

/// Whether a file belongs to the tree: patterns, and everything textual beside them as cases.
fn kept(path: &str) -> bool {
    path.ends_with(".toml") || (path.contains(".cases/") && (path.ends_with(".txt") || path.ends_with(".html")))
}

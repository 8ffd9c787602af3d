//! Builds the pattern tree into the program: `patterns/**` as a list of paths and texts.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=patterns");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("patterns");
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut list = String::from(
        "/// Path within the tree and text of each embedded pattern file.\nstatic EMBEDDED: &[(&str, &str)] = &[\n",
    );
    for file in files {
        let Ok(inner) = file.strip_prefix(&root) else { continue };
        let inner = inner.to_string_lossy().replace('\\', "/");
        let _ = writeln!(list, "    ({inner:?}, include_str!({:?})),", file.display().to_string());
    }
    list.push_str("];\n");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("patterns.rs"), list)
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if matches!(path.extension().and_then(|e| e.to_str()), Some("toml" | "txt" | "html")) {
            files.push(path);
        }
    }
    Ok(())
}

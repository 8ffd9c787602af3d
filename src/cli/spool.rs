//! Records kept on the disk for as long as a command needs them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A file that is removed when it is no longer needed.
#[derive(Debug)]
pub struct Spool(PathBuf);

impl Spool {
    /// Beside the output, where there is room for it, else where the system keeps such files.
    pub fn beside(output: Option<&Path>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!(".gongkai-{}-{number}.jsonl", std::process::id());
        let folder = output.filter(|path| *path != Path::new("-")).map(|path| path.parent().unwrap_or(Path::new("")));
        Self(folder.map_or_else(std::env::temp_dir, Path::to_path_buf).join(name))
    }

    /// Lets it stay under this name.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn keep(&self, name: &Path) -> std::io::Result<()> {
        std::fs::rename(&self.0, name)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // it may never have been made
        let _ = std::fs::remove_file(&self.0);
    }
}

//! From arguments as typed to options resolved: files to read, limits, patterns.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::cli::args::{FormatName, Inputs, LimitArgs, ReadArgs};
use crate::document::Format;
use crate::error::{Error, ErrorKind};
use crate::format::html;
use crate::limits::Limits;
use crate::settings::Settings;
use crate::source::name;
use crate::source::walk::{Selection, path_list};

/// A size in bytes with a suffix K, M, G or none.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let trimmed = text.trim().trim_end_matches(['b', 'B']).trim_end_matches(['i', 'I']);
    let (digits, shift) = match trimmed.chars().last() {
        Some('k' | 'K') => (trimmed.trim_end_matches(['k', 'K']), 10),
        Some('m' | 'M') => (trimmed.trim_end_matches(['m', 'M']), 20),
        Some('g' | 'G') => (trimmed.trim_end_matches(['g', 'G']), 30),
        _ => (trimmed, 0),
    };
    let number: u64 = digits.trim().parse().map_err(|_| "not a size; write it as 500K, 20M or 1G".to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| "too large".to_owned())
}

/// A shard `i/n`, counted from 1.
pub fn parse_shard(text: &str) -> Result<(u64, u64), String> {
    let parts = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    parts.filter(|(i, n)| (1..=*n).contains(i)).ok_or_else(|| "not a shard; write it as 2/8".to_owned())
}

/// Most threads that may be asked for: each takes a stack, and beyond the processors none makes anything faster.
const MOST_JOBS: usize = 1024;

/// A number of threads; 0 is one a processor.
pub fn parse_jobs(text: &str) -> Result<usize, String> {
    let most = || format!("not a number of threads; write 1 to {MOST_JOBS}, or 0 for one a processor");
    text.parse().ok().filter(|n| *n <= MOST_JOBS).ok_or_else(most)
}

impl LimitArgs {
    /// The limits, defaults where nothing was typed.
    pub fn resolve(&self) -> Limits {
        let usual = Limits::default();
        Limits {
            bytes: self.max_bytes.unwrap_or(usual.bytes),
            inflated_bytes: self.max_inflated.unwrap_or(usual.inflated_bytes),
            pages: self.max_pages.unwrap_or(usual.pages),
            cells: self.max_cells.unwrap_or(usual.cells),
            depth: self.max_depth.unwrap_or(usual.depth),
            chars: self.max_chars.unwrap_or(usual.chars),
            seconds: self.timeout.unwrap_or(usual.seconds),
        }
    }
}

impl ReadArgs {
    /// How files are read.
    ///
    /// # Errors
    /// A selector that is none.
    pub fn resolve(&self) -> Result<Settings, Error> {
        if let Some(content) = self.content.as_deref().filter(|content| !html::is_selector(content)) {
            let message = format!("--content {content:?} is no CSS selector");
            return Err(Error::new(ErrorKind::Usage, message).hint("write it as in a style sheet: #zoom, .article p"));
        }
        Ok(Settings { limits: self.limits.resolve(), password: self.password.clone(), content: self.content.clone() })
    }
}

impl FormatName {
    /// The format.
    pub fn format(self) -> Format {
        match self {
            Self::Pdf => Format::Pdf,
            Self::Html => Format::Html,
            Self::Txt => Format::Txt,
            Self::Docx => Format::Docx,
            Self::Doc => Format::Doc,
            Self::Rtf => Format::Rtf,
            Self::Sheet => Format::Sheet,
        }
    }
}

impl Inputs {
    /// The paths to walk, lists read, and the selection.
    ///
    /// # Errors
    /// A list that cannot be read, a glob that is none.
    pub fn resolve(&self) -> Result<(Vec<PathBuf>, Selection), Error> {
        let mut paths = Vec::new();
        if let Some(list) = &self.files_from {
            paths.extend(self.list(list)?);
        }
        for path in &self.paths {
            if path == Path::new("-") {
                paths.extend(self.list(path)?);
            } else {
                paths.push(path.clone());
            }
        }
        Ok((paths, Selection::new(&self.include, &self.exclude, self.hidden)?))
    }

    fn list(&self, path: &Path) -> Result<Vec<PathBuf>, Error> {
        let bytes = if path == Path::new("-") {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        } else {
            std::fs::read(path)
        };
        let bytes = bytes.map_err(|e| {
            Error::new(ErrorKind::Usage, format!("cannot read the list of paths {}", path.display())).caused_by(e)
        })?;
        Ok(path_list(&bytes, self.null).into_iter().map(as_shown).collect())
    }
}

/// What a list that this program wrote calls so: bytes that are no UTF-8 stand as signs in it.
fn as_shown(listed: PathBuf) -> PathBuf {
    let signs = listed.to_str().filter(|text| text.contains("\\x")).map(name::path);
    signs.filter(|path| *path != listed && !listed.exists() && path.exists()).unwrap_or(listed)
}

/// Threads to use: as typed, else one a processor.
pub fn jobs(typed: Option<usize>) -> usize {
    typed.filter(|n| *n > 0).unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
}

#[cfg(test)]
mod tests {
    use super::parse_size;

    #[test]
    fn sizes() {
        assert_eq!(parse_size("12"), Ok(12));
        assert_eq!(parse_size("2k"), Ok(2048));
        assert_eq!(parse_size("1 GiB"), Ok(1 << 30));
        assert_eq!(parse_size("3MB"), Ok(3 << 20));
        assert_eq!(super::parse_shard("2/8"), Ok((2, 8)));
        assert_eq!((super::parse_jobs("0"), super::parse_jobs("1024")), (Ok(0), Ok(1024)));
        assert!(super::parse_jobs("99999").is_err() && super::parse_jobs("-1").is_err());
        assert!(super::parse_shard("9/8").is_err() && super::parse_shard("0/1").is_err());
        assert!(parse_size("x").is_err() && parse_size("999999999999G").is_err());
    }
}

//! The error for the operator: options, patterns, the output disk.

use std::{fmt, io};

/// What kind of operator error this is; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Wrong options or arguments (exit code 2).
    Usage,
    /// A pattern file that is refused (exit code 2).
    Pattern,
    /// The output cannot be written (exit code 2).
    Output,
}

/// An error for the person who runs the program; opaque, with its source and a remedy.
///
/// A file that cannot be read is not an error but a [`crate::failure::Failure`].
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A new error; the message is lower case, without a full stop: the thing and the place.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, source: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds more of what to do about it.
    #[must_use]
    pub fn hint_too(self, hint: impl fmt::Display) -> Self {
        match self.remedy() {
            Some(before) => {
                let both = format!("{before}; {hint}");
                self.hint(both)
            }
            None => self.hint(hint.to_string()),
        }
    }

    /// Adds the cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What to do about it, if anything is known.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

/// Whether there is no room for more: on the disk, or by what a file or a person may take of it.
#[must_use]
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}

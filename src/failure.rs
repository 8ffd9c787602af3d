//! One file's fate when it gives no record.

use thiserror::Error;

/// Why a source gave no record. Kept in the ledger; never ends a run.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Failure {
    /// The bytes are of a kind that no reader reads.
    #[error("unsupported file type: {0}")]
    Unsupported(String),
    /// Encrypted with a password that is not known.
    #[error("encrypted: {0}")]
    Encrypted(String),
    /// Pictures of pages, or fonts that cannot be decoded.
    #[error("no text layer: {0}")]
    NoTextLayer(String),
    /// Too broken to read anything from.
    #[error("damaged: {0}")]
    Damaged(String),
    /// Over a limit of [`crate::limits::Limits`].
    #[error("too large: {0}")]
    TooLarge(String),
    /// Over the time for one file.
    #[error("timed out: {0}")]
    TimedOut(String),
    /// The reader crashed on it.
    #[error("crashed: {0}")]
    Crashed(String),
    /// Could not be read from disk or out of its archive.
    #[error("unreadable: {0}")]
    Unreadable(String),
    /// Readable, but no report of a known kind.
    #[error("no report: {0}")]
    NoReport(String),
}

impl Failure {
    /// The stable name kept in the ledger.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unsupported(_) => "unsupported",
            Self::Encrypted(_) => "encrypted",
            Self::NoTextLayer(_) => "no-text-layer",
            Self::Damaged(_) => "damaged",
            Self::TooLarge(_) => "too-large",
            Self::TimedOut(_) => "timed-out",
            Self::Crashed(_) => "crashed",
            Self::Unreadable(_) => "unreadable",
            Self::NoReport(_) => "no-report",
        }
    }

    /// What the message says after the kind.
    #[must_use]
    pub fn detail(&self) -> &str {
        match self {
            Self::Unsupported(detail)
            | Self::Encrypted(detail)
            | Self::NoTextLayer(detail)
            | Self::Damaged(detail)
            | Self::TooLarge(detail)
            | Self::TimedOut(detail)
            | Self::Crashed(detail)
            | Self::Unreadable(detail)
            | Self::NoReport(detail) => detail,
        }
    }

    /// The failure of this [`Self::code`], as the ledger keeps it.
    #[must_use]
    pub fn from_code(code: &str, detail: String) -> Option<Self> {
        Some(match code {
            "unsupported" => Self::Unsupported(detail),
            "encrypted" => Self::Encrypted(detail),
            "no-text-layer" => Self::NoTextLayer(detail),
            "damaged" => Self::Damaged(detail),
            "too-large" => Self::TooLarge(detail),
            "timed-out" => Self::TimedOut(detail),
            "crashed" => Self::Crashed(detail),
            "unreadable" => Self::Unreadable(detail),
            "no-report" => Self::NoReport(detail),
            _ => return None,
        })
    }
}

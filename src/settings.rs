//! How files are read: what one may cost, and what their owner knows of them.

use crate::limits::Limits;

/// What the readers are told besides the bytes; the default suits files of which nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Settings {
    /// What one file may cost.
    pub limits: Limits,
    /// Opens encrypted PDF files that the empty password does not open.
    pub password: String,
    /// CSS selector of the elements of a web page that hold its report; without one they are told by what they hold.
    pub content: Option<String>,
}

impl From<Limits> for Settings {
    fn from(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }
}

//! What was noticed on the way and gone on from.

use crate::document::Anchor;

/// How much a diagnostic matters to the person who uses the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know; the result does not depend on it.
    Note,
    /// Look at the place before you trust the numbers near it.
    Warning,
}

/// Something that a reader or a later stage noticed: stable code, plain message, place.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// Stable kebab-case code (`encoding-mismatch`, `text-outside-page`).
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The thing, the place, the remedy; lower case, no full stop.
    pub message: String,
    /// Where, if at one place.
    pub anchor: Option<Anchor>,
}

impl Diagnostic {
    /// Tells of pictures, which no reader reads; none where there are none.
    #[must_use]
    pub fn pictures(count: u32) -> Option<Self> {
        (count > 0).then(|| Self {
            code: "pictures-not-read",
            severity: Severity::Note,
            message: format!("{count} pictures are not read; tables pasted as pictures hold no numbers here"),
            anchor: None,
        })
    }
}

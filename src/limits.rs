//! Bounds on what one hostile file may cost.

/// Bounds on what one file may cost; every reader takes them, every one can be set by an option.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// Bytes of the source file.
    pub bytes: u64,
    /// Bytes after decompression, summed over all streams of one file.
    pub inflated_bytes: u64,
    /// Pages of a paged format.
    pub pages: u32,
    /// Nesting of elements, objects, tables or archives.
    pub depth: u32,
    /// Cells over all tables of one file.
    pub cells: u32,
    /// Characters of text over one file.
    pub chars: u64,
    /// Wall-clock seconds for one file.
    pub seconds: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 512 << 20,
            inflated_bytes: 1 << 30,
            pages: 5_000,
            depth: 64,
            cells: 500_000,
            chars: 50_000_000,
            seconds: 60,
        }
    }
}

//! The file information block ([MS-DOC] 2.5): where everything is.

use super::bytes::{u16_at, u32_at};
use crate::failure::Failure;

/// What is needed of the file information block; pairs are offset and length in the table stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Fib {
    /// The table stream is `1Table`, else `0Table`.
    pub(super) table_one: bool,
    /// Characters of the main text.
    pub(super) main_chars: u32,
    /// Characters of the footnotes, behind the main text.
    pub(super) note_chars: u32,
    /// Where the text of text boxes begins, behind all other text of the document itself.
    pub(super) box_start: u32,
    /// Characters of text boxes.
    pub(super) box_chars: u32,
    /// The piece table.
    pub(super) clx: (u32, u32),
    /// Pages of character properties.
    pub(super) chpx: (u32, u32),
    /// Pages of paragraph properties.
    pub(super) papx: (u32, u32),
    /// The style sheet.
    pub(super) styles: (u32, u32),
    /// Anchors of shapes in the main text.
    pub(super) shapes: (u32, u32),
    /// Texts of text boxes.
    pub(super) boxes: (u32, u32),
    /// List definitions.
    pub(super) lists: (u32, u32),
    /// List instances.
    pub(super) list_overrides: (u32, u32),
}

/// Start of the offset and length pairs (FibRgFcLcb97).
const PAIRS: usize = 0x9A;

impl Fib {
    pub(super) fn parse(main: &[u8]) -> Result<Self, Failure> {
        let damaged = || Failure::Damaged("the file information block of the document is cut".to_owned());
        if u16_at(main, 0) != Some(0xA5EC) {
            return Err(Failure::Damaged("no Word document in the WordDocument stream".to_owned()));
        }
        let version = u16_at(main, 2).ok_or_else(damaged)?;
        if version < 0x00C0 {
            return Err(Failure::Unsupported(format!("Word 6 or 95 document (version {version:#x})")));
        }
        let flags = u16_at(main, 0x0A).ok_or_else(damaged)?;
        if flags & 0x0100 != 0 {
            return Err(Failure::Encrypted("Word document with a password".to_owned()));
        }
        let number = |at: usize| u32_at(main, at).ok_or_else(damaged);
        let pair = |index: usize| -> Result<(u32, u32), Failure> {
            Ok((number(PAIRS + index * 8)?, number(PAIRS + index * 8 + 4)?))
        };
        Ok(Self {
            table_one: flags & 0x0200 != 0,
            main_chars: number(0x4C)?,
            note_chars: number(0x50)?,
            // Main text, footnotes, headers, macros, remarks, endnotes.
            box_start: (0x4C..0x64).step_by(4).filter_map(|at| u32_at(main, at)).fold(0, u32::saturating_add),
            box_chars: number(0x64)?,
            styles: pair(1)?,
            chpx: pair(12)?,
            papx: pair(13)?,
            clx: pair(33)?,
            shapes: pair(40)?,
            boxes: pair(56)?,
            lists: pair(73)?,
            list_overrides: pair(74)?,
        })
    }
}

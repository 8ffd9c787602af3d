//! Excel 5 to 2003 ([MS-XLS], BIFF 5 and 8; also WPS's `.et`): records of one stream in a compound file.

mod text;

use std::io::{Cursor, Read};

use self::text::Encoded;
use super::display::Formats;
use super::{Budget, Entry, Merge, Sheet};
use crate::failure::Failure;
use crate::format::run::RunLook;
use crate::limits::Limits;

/// Types of records ([MS-XLS] 2.3.1).
mod kind {
    pub const FORMULA: u16 = 0x0006;
    pub const EOF: u16 = 0x000A;
    pub const DATE_MODE: u16 = 0x0022;
    pub const FILE_PASS: u16 = 0x002F;
    pub const FONT: u16 = 0x0031;
    pub const CONTINUE: u16 = 0x003C;
    pub const CODE_PAGE: u16 = 0x0042;
    pub const COL_INFO: u16 = 0x007D;
    pub const BOUND_SHEET: u16 = 0x0085;
    pub const MUL_RK: u16 = 0x00BD;
    pub const MUL_BLANK: u16 = 0x00BE;
    pub const RSTRING: u16 = 0x00D6;
    pub const XF: u16 = 0x00E0;
    pub const MERGE_CELLS: u16 = 0x00E5;
    pub const SST: u16 = 0x00FC;
    pub const LABEL_SST: u16 = 0x00FD;
    pub const BLANK: u16 = 0x0201;
    pub const NUMBER: u16 = 0x0203;
    pub const LABEL: u16 = 0x0204;
    pub const BOOL_ERR: u16 = 0x0205;
    pub const STRING: u16 = 0x0207;
    pub const ROW: u16 = 0x0208;
    pub const RK: u16 = 0x027E;
    pub const FORMAT: u16 = 0x041E;
    pub const BOF: u16 = 0x0809;
}

/// A record, with the pieces that go on in CONTINUE records.
struct Record<'a> {
    kind: u16,
    parts: Vec<&'a [u8]>,
}

impl<'a> Record<'a> {
    /// The first piece, which holds all but long texts.
    fn data(&self) -> &'a [u8] {
        self.parts.first().copied().unwrap_or_default()
    }

    fn u8(&self, at: usize) -> Option<u8> {
        self.data().get(at).copied()
    }

    fn u16(&self, at: usize) -> Option<u16> {
        self.data().get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&self, at: usize) -> Option<u32> {
        self.data().get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
    }

    fn f64(&self, at: usize) -> Option<f64> {
        self.data().get(at..at + 8)?.try_into().ok().map(f64::from_le_bytes)
    }
}

/// Records from a place of the stream on; ends where one is cut.
struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Records<'a> {
    fn raw(rest: &'a [u8]) -> Option<(u16, &'a [u8], &'a [u8])> {
        let (head, body) = rest.split_first_chunk::<4>()?;
        let [a, b, c, d] = *head;
        let length = usize::from(u16::from_le_bytes([c, d]));
        Some((u16::from_le_bytes([a, b]), body.get(..length)?, body.get(length..)?))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (kind, data, mut rest) = Self::raw(self.rest)?;
        let mut parts = vec![data];
        while let Some((kind::CONTINUE, more, after)) = Self::raw(rest) {
            parts.push(more);
            rest = after;
        }
        self.rest = rest;
        Some(Record { kind, parts })
    }
}

/// How a cell looks, by its extended format.
#[derive(Debug, Clone, Copy, Default)]
struct Look {
    format: u16,
    bordered: bool,
}

/// What the globals of the workbook say.
struct Book {
    texts: Encoded,
    formats: Formats,
    looks: Vec<Look>,
    fonts: Vec<RunLook>,
    strings: Vec<String>,
    budget: Budget,
}

/// Reads the sheets of a workbook.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Failure> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes))
        .map_err(|e| Failure::Damaged(format!("no readable compound file ({e})")))?;
    let name = ["/Workbook", "/Book"].into_iter().find(|name| file.is_stream(name));
    let name = name.ok_or_else(|| Failure::Unsupported("compound file without a workbook in it".to_owned()))?;
    let mut stream = Vec::new();
    file.open_stream(name)
        .and_then(|s| s.take(limits.inflated_bytes).read_to_end(&mut stream))
        .map_err(|e| Failure::Damaged(format!("stream {name} breaks off ({e})")))?;
    let mut book = Book {
        texts: Encoded::default(),
        formats: Formats::default(),
        looks: Vec::new(),
        fonts: Vec::new(),
        strings: Vec::new(),
        budget: Budget::new(limits),
    };
    let list = book.read_globals(&stream, limits)?;
    let mut sheets = Vec::new();
    for (offset, mut sheet) in list {
        book.read_sheet(stream.get(offset..).unwrap_or_default(), &mut sheet)?;
        sheets.push(sheet);
    }
    Ok(sheets)
}

impl Book {
    /// Reads up to the first sheet; gives where each sheet begins.
    fn read_globals(&mut self, stream: &[u8], limits: &Limits) -> Result<Vec<(usize, Sheet)>, Failure> {
        let mut sheets = Vec::new();
        let mut begun = false;
        for record in (Records { rest: stream }) {
            match record.kind {
                kind::BOF => {
                    begun = true;
                    self.texts.wide = match record.u16(0) {
                        Some(0x0600) => true,
                        Some(0x0500) => false,
                        version => {
                            let message = format!("Excel 4 or older workbook (version {:#x})", version.unwrap_or(0));
                            return Err(Failure::Unsupported(message));
                        }
                    };
                }
                _ if !begun => break,
                kind::FILE_PASS => return Err(Failure::Encrypted("spreadsheet with a password".to_owned())),
                kind::CODE_PAGE => self.texts.set_code_page(record.u16(0).unwrap_or(0)),
                kind::DATE_MODE if record.u16(0) == Some(1) => self.formats.since_1904(),
                kind::BOUND_SHEET => {
                    let offset = record.u32(0).unwrap_or(u32::MAX) as usize;
                    // Sheets of cells; charts and macros hold none.
                    if record.u8(5) != Some(0) {
                        continue;
                    }
                    let name = self.texts.short(record.data().get(6..).unwrap_or_default());
                    let hidden = record.u8(4).is_some_and(|state| state & 3 != 0);
                    sheets.push((offset, Sheet { name, hidden, ..Sheet::default() }));
                    if sheets.len() > 10_000 {
                        return Err(Failure::TooLarge("more than 10000 sheets".to_owned()));
                    }
                }
                kind::FORMAT => {
                    let body = record.data().get(2..).unwrap_or_default();
                    let code = if self.texts.wide { self.texts.long(&[body]) } else { self.texts.short(body) };
                    self.formats.define(u32::from(record.u16(0).unwrap_or(0)), code);
                }
                kind::XF => {
                    let bordered = if self.texts.wide {
                        record.u16(10).is_some_and(|lines| lines != 0)
                    } else {
                        // Bottom in the first word, top, left and right in the second.
                        record.u32(8).is_some_and(|w| w >> 22 & 7 != 0)
                            || record.u32(12).is_some_and(|w| w & 0x1FF != 0)
                    };
                    self.looks.push(Look { format: record.u16(2).unwrap_or(0), bordered });
                }
                kind::FONT => self.fonts.push(RunLook {
                    struck: record.u16(2).map(|flags| flags & 8 != 0),
                    superscript: record.u16(8).map(|place| place == 1),
                    ..RunLook::default()
                }),
                kind::SST => self.strings = text::shared(&record.parts, &self.fonts, limits)?,
                kind::EOF => break,
                _ => {}
            }
        }
        if !begun {
            return Err(Failure::Damaged("no workbook in the stream".to_owned()));
        }
        Ok(sheets)
    }

    /// Reads the cells of one sheet; charts that lie in it are jumped over.
    fn read_sheet(&mut self, stream: &[u8], sheet: &mut Sheet) -> Result<(), Failure> {
        let mut depth = 0u32;
        // Where the result of a formula belongs that is a text: it comes in the next record.
        let mut pending: Option<(u32, u32, Look)> = None;
        for record in (Records { rest: stream }) {
            match record.kind {
                kind::BOF => depth += 1,
                kind::EOF if depth <= 1 => break,
                kind::EOF => depth -= 1,
                _ if depth != 1 => {}
                kind::STRING => {
                    if let Some((row, col, look)) = pending.take() {
                        let text = self.texts.long(&record.parts);
                        self.push(sheet, row, col, look, text)?;
                    }
                }
                kind::ROW => {
                    if record.u16(12).is_some_and(|flags| flags & 0x20 != 0) {
                        sheet.hidden_rows.insert(u32::from(record.u16(0).unwrap_or(0)));
                    }
                }
                kind::COL_INFO => {
                    if record.u16(8).is_some_and(|flags| flags & 1 != 0)
                        && let (Some(first), Some(last)) = (record.u16(0), record.u16(2))
                    {
                        sheet.hidden_cols.push((u32::from(first), u32::from(last)));
                    }
                }
                kind::MERGE_CELLS => {
                    let regions = record.data().get(2..).unwrap_or_default().chunks_exact(8);
                    for region in regions.take(usize::from(record.u16(0).unwrap_or(0))) {
                        let [a, b, c, d, e, f, g, h] = *region else { continue };
                        let word = |low, high| u32::from(u16::from_le_bytes([low, high]));
                        let merge = Merge { rows: (word(a, b), word(c, d)), cols: (word(e, f), word(g, h)) };
                        self.budget.merge(sheet, merge)?;
                    }
                }
                _ => self.read_cells(&record, sheet, &mut pending)?,
            }
        }
        Ok(())
    }

    fn look(&self, index: Option<u16>) -> Look {
        index.and_then(|at| self.looks.get(usize::from(at))).copied().unwrap_or_default()
    }

    fn push(&mut self, sheet: &mut Sheet, row: u32, col: u32, look: Look, text: String) -> Result<(), Failure> {
        let text = if text.trim().is_empty() { String::new() } else { text.replace("\r\n", "\n").replace('\r', "\n") };
        self.budget.push(sheet, Entry { row, col, text, bordered: look.bordered })
    }

    fn read_cells(
        &mut self,
        record: &Record<'_>,
        sheet: &mut Sheet,
        pending: &mut Option<(u32, u32, Look)>,
    ) -> Result<(), Failure> {
        let (Some(row), Some(col)) = (record.u16(0).map(u32::from), record.u16(2).map(u32::from)) else {
            return Ok(());
        };
        let look = self.look(record.u16(4));
        let text = match record.kind {
            kind::BLANK => String::new(),
            kind::NUMBER => self.number(record.f64(6), look),
            kind::RK => self.number(record.u32(6).map(rk), look),
            kind::LABEL_SST => record.u32(6).and_then(|at| self.strings.get(at as usize)).cloned().unwrap_or_default(),
            kind::LABEL | kind::RSTRING => {
                let mut parts = record.parts.clone();
                if let Some(first) = parts.first_mut() {
                    *first = first.get(6..).unwrap_or_default();
                }
                self.texts.long(&parts)
            }
            kind::BOOL_ERR => truth(record.u8(6), record.u8(7) == Some(1)),
            kind::FORMULA if record.u16(12) == Some(0xFFFF) => match record.u8(6) {
                Some(0) => {
                    *pending = Some((row, col, look));
                    return Ok(());
                }
                Some(1) => truth(record.u8(8), false),
                Some(2) => truth(record.u8(8), true),
                _ => String::new(),
            },
            kind::FORMULA => self.number(record.f64(6), look),
            kind::MUL_RK | kind::MUL_BLANK => {
                let width = if record.kind == kind::MUL_RK { 6 } else { 2 };
                let body = record.data().get(4..record.data().len().saturating_sub(2)).unwrap_or_default();
                for (offset, item) in (0u32..).zip(body.chunks_exact(width)) {
                    let index = item.first_chunk::<2>().map(|b| u16::from_le_bytes(*b));
                    let look = self.look(index);
                    let value = item.get(2..6).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
                    let text = value.map(|v| self.number(Some(rk(v)), look)).unwrap_or_default();
                    self.push(sheet, row, col.saturating_add(offset), look, text)?;
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.push(sheet, row, col, look, text)
    }

    fn number(&mut self, value: Option<f64>, look: Look) -> String {
        value.map(|v| self.formats.display(v, u32::from(look.format))).unwrap_or_default()
    }
}

/// A number packed into four bytes ([MS-XLS] 2.5.217).
fn rk(packed: u32) -> f64 {
    let value = if packed & 2 != 0 {
        f64::from((packed as i32) >> 2)
    } else {
        f64::from_bits(u64::from(packed & 0xFFFF_FFFC) << 32)
    };
    if packed & 1 != 0 { value / 100.0 } else { value }
}

/// A truth value or an error, as displayed.
fn truth(code: Option<u8>, error: bool) -> String {
    match (error, code) {
        (false, Some(0)) => "FALSE",
        (false, _) => "TRUE",
        (true, Some(0x00)) => "#NULL!",
        (true, Some(0x07)) => "#DIV/0!",
        (true, Some(0x0F)) => "#VALUE!",
        (true, Some(0x17)) => "#REF!",
        (true, Some(0x1D)) => "#NAME?",
        (true, Some(0x24)) => "#NUM!",
        (true, _) => "#N/A",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers() {
        assert_eq!(rk(12 << 2 | 2), 12.0);
        assert_eq!(rk((-3i32 << 2) as u32 | 2), -3.0);
        assert_eq!(rk(773_028 << 2 | 3), 7730.28);
        assert_eq!(rk((1.5f64.to_bits() >> 32) as u32), 1.5);
    }
}

//! Office Open XML workbooks (ISO/IEC 29500-1, 18).

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::display::Formats;
use super::{Budget, Entry, Merge, Sheet};
use crate::document::INK;
use crate::failure::Failure;
use crate::format::package::{Package, attribute, is_on, is_true, reference};
use crate::format::run::RunLook;
use crate::limits::Limits;
use crate::text::Runs;

/// Rows and columns that a sheet has.
const ROWS: u32 = 1 << 20;
const COLS: u32 = 1 << 14;

/// How a cell looks, by its style.
#[derive(Debug, Clone, Copy, Default)]
struct Look {
    format: u32,
    bordered: bool,
}

pub(super) fn read(package: &mut Package<'_>, limits: &Limits) -> Result<Vec<Sheet>, Failure> {
    let main = package.main_part("xl/workbook.xml")?;
    let xml = package.part(&main)?.ok_or_else(|| Failure::Damaged(format!("no main part {main} in the package")))?;
    if !xml.contains('<') || main.ends_with(".bin") {
        return Err(Failure::Unsupported("binary workbook (xlsb)".to_owned()));
    }
    let (folder, name) = main.rsplit_once('/').unwrap_or(("", &main));
    let relations = package.part(&join(folder, &format!("_rels/{name}.rels")))?.unwrap_or_default();
    let relations = relations_of(&relations, folder);
    let by_kind = |kind: &str| relations.values().find(|(k, _)| k.ends_with(kind)).map(|(_, target)| target.clone());
    let strings = by_kind("/sharedStrings").unwrap_or_else(|| join(folder, "sharedStrings.xml"));
    let styles = by_kind("/styles").unwrap_or_else(|| join(folder, "styles.xml"));
    let strings = match package.part(&strings)? {
        Some(xml) => shared_strings(&xml, limits)?,
        None => Vec::new(),
    };
    let mut formats = Formats::default();
    let looks = package.part(&styles)?.map(|xml| looks(&xml, &mut formats)).unwrap_or_default();
    let mut book = Book { strings, looks, formats, budget: Budget::new(limits) };
    let mut sheets = Vec::new();
    for (number, (name, hidden, relation)) in book.sheet_list(&xml).into_iter().enumerate() {
        let target = relations.get(&relation).map(|(_, target)| target.clone());
        let target = target.unwrap_or_else(|| join(folder, &format!("worksheets/sheet{}.xml", number + 1)));
        let mut sheet = Sheet { name, hidden, ..Sheet::default() };
        if let Some(xml) = package.part(&target)? {
            book.read_sheet(&xml, &mut sheet)?;
        }
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Kind and target of each relationship by its id.
fn relations_of(xml: &str, folder: &str) -> BTreeMap<String, (String, String)> {
    let mut out = BTreeMap::new();
    each(xml, |e, _| {
        if e.local_name().as_ref() == "Relationship"
            && let (Some(id), Some(target)) = (attribute(e, "Id"), attribute(e, "Target"))
        {
            let target = target.strip_prefix('/').map_or_else(|| join(folder, &target), str::to_owned);
            out.insert(id, (attribute(e, "Type").unwrap_or_default(), target));
        }
    });
    out
}

/// Calls `f` for every element that begins; the flag says whether it is empty.
fn each(xml: &str, mut f: impl FnMut(&BytesStart<'_>, bool)) {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event() {
            Ok(Event::Start(e)) => f(&e, false),
            Ok(Event::Empty(e)) => f(&e, true),
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
}

/// The table of strings, readings in phonetic script left out.
fn shared_strings(xml: &str, limits: &Limits) -> Result<Vec<String>, Failure> {
    let most = limits.cells.saturating_mul(8) as usize;
    let mut out = Vec::new();
    let mut text = TextReader::default();
    let mut reader = Reader::from_str(xml);
    while let Ok(event) = reader.read_event() {
        match &event {
            Event::Empty(e) if e.local_name().as_ref() == "si" => out.push(String::new()),
            Event::Start(e) if e.local_name().as_ref() == "si" => text = TextReader::default(),
            Event::End(e) if e.local_name().as_ref() == "si" => out.push(text.text.take()),
            Event::Eof => break,
            _ => text.take(&event),
        }
        if out.len() > most {
            return Err(Failure::TooLarge(format!("more than {most} strings")));
        }
    }
    Ok(out)
}

/// Gathers the text of `t` elements, run by run.
#[derive(Default)]
struct TextReader {
    text: Runs,
    look: RunLook,
    open: bool,
    phonetic: bool,
}

impl TextReader {
    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(e) | Event::Empty(e) => match e.local_name().as_ref() {
                "t" => self.open = matches!(event, Event::Start(_)),
                "rPh" => self.phonetic = true,
                "r" => self.look = RunLook::default(),
                "strike" => self.look.struck = Some(is_on(e)),
                "vertAlign" => self.look.superscript = Some(attribute(e, "val").as_deref() == Some("superscript")),
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "t" => self.open = false,
                "rPh" => self.phonetic = false,
                _ => {}
            },
            Event::Text(t) => self.push(t),
            Event::CData(t) => self.push(t),
            Event::GeneralRef(r) => {
                if let Some(c) = reference(r) {
                    self.push(c.encode_utf8(&mut [0; 4]));
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        if self.open && !self.phonetic && !self.look.is_left_out() {
            self.text.push(text, self.look.is_raised());
        }
    }
}

/// The cell styles: number format, and whether any side is ruled.
fn looks(xml: &str, formats: &mut Formats) -> Vec<Look> {
    let mut ruled: Vec<bool> = Vec::new();
    let mut out = Vec::new();
    let (mut in_borders, mut in_cells) = (false, false);
    each(xml, |e, _| match e.local_name().as_ref() {
        "numFmt" => {
            if let (Some(id), Some(code)) = (number(e, "numFmtId"), attribute(e, "formatCode")) {
                formats.define(id, code);
            }
        }
        "borders" => in_borders = true,
        "cellStyleXfs" | "dxfs" => (in_borders, in_cells) = (false, false),
        "cellXfs" => (in_borders, in_cells) = (false, true),
        "cellStyles" => in_cells = false,
        "border" if in_borders => ruled.push(false),
        "left" | "right" | "top" | "bottom" | "start" | "end" if in_borders => {
            let drawn = attribute(e, "style").is_some_and(|style| style != "none");
            if let Some(last) = ruled.last_mut() {
                *last |= drawn;
            }
        }
        "xf" if in_cells => {
            let border = number(e, "borderId").unwrap_or(0) as usize;
            out.push(Look {
                format: number(e, "numFmtId").unwrap_or(0),
                bordered: ruled.get(border).copied().unwrap_or(false),
            });
        }
        _ => {}
    });
    out
}

fn number(e: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(e, name)?.trim().parse().ok()
}

/// Row and column from 0 of a reference like `C5`.
fn cell_reference(text: &str) -> Option<(u32, u32)> {
    let text = text.trim();
    let split = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = text.split_at(split);
    let mut col = 0u32;
    for letter in letters.bytes().filter(|b| *b != b'$') {
        let value = letter.to_ascii_uppercase().checked_sub(b'A').filter(|v| *v < 26)?;
        col = col.checked_mul(26)?.checked_add(u32::from(value) + 1)?;
    }
    let row: u32 = digits.trim_start_matches('$').parse().ok()?;
    (row > 0 && row <= ROWS && col > 0 && col <= COLS).then(|| (row - 1, col - 1))
}

struct Book {
    strings: Vec<String>,
    looks: Vec<Look>,
    formats: Formats,
    budget: Budget,
}

/// A cell being read.
#[derive(Default)]
struct OpenCell {
    row: u32,
    col: u32,
    look: Look,
    kind: String,
    value: String,
    /// Its value is that of a formula.
    formula: bool,
}

impl Book {
    /// Name, whether hidden, and relationship of each sheet.
    fn sheet_list(&mut self, xml: &str) -> Vec<(String, bool, String)> {
        let mut out = Vec::new();
        let mut since_1904 = false;
        each(xml, |e, _| match e.local_name().as_ref() {
            "workbookPr" => since_1904 = attribute(e, "date1904").as_deref().is_some_and(is_true),
            "sheet" => {
                let hidden = attribute(e, "state").is_some_and(|state| state != "visible");
                let mut attributes = e.attributes();
                let relation = attributes
                    .with_checks(false)
                    .filter_map(Result::ok)
                    .filter(|a| a.key.prefix().is_some() && a.key.local_name().as_ref() == "id")
                    .find_map(|a| a.normalized_value(quick_xml::XmlVersion::Explicit1_0).ok().map(|v| v.into_owned()));
                out.push((attribute(e, "name").unwrap_or_default(), hidden, relation.unwrap_or_default()));
            }
            _ => {}
        });
        if since_1904 {
            self.formats.since_1904();
        }
        out
    }

    fn read_sheet(&mut self, xml: &str, sheet: &mut Sheet) -> Result<(), Failure> {
        let mut reader = Reader::from_str(xml);
        let mut text = TextReader::default();
        let mut cell: Option<OpenCell> = None;
        let mut value = false;
        // Where the next row and cell stand that do not say.
        let (mut row, mut col) = (0u32, 0u32);
        loop {
            let event = match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(event) => event,
                Err(e) if sheet.entries.is_empty() => {
                    return Err(Failure::Damaged(format!("sheet {} is no well-formed XML ({e})", sheet.name)));
                }
                // Cut off: what came before stands.
                Err(_) => break,
            };
            match &event {
                Event::Start(e) | Event::Empty(e) => match e.local_name().as_ref() {
                    "row" => {
                        row = number(e, "r").map_or(row, |r| r.saturating_sub(1)).min(ROWS);
                        col = 0;
                        if attribute(e, "hidden").as_deref().is_some_and(is_true) {
                            sheet.hidden_rows.insert(row);
                        }
                        row += u32::from(matches!(event, Event::Empty(_)));
                    }
                    "col" if attribute(e, "hidden").as_deref().is_some_and(is_true) => {
                        if let (Some(min), Some(max)) = (number(e, "min"), number(e, "max")) {
                            self.budget.cells = self.budget.cells.saturating_sub(1);
                            sheet.hidden_cols.push((min.saturating_sub(1), max.saturating_sub(1)));
                        }
                    }
                    "c" => {
                        let (at_row, at_col) =
                            attribute(e, "r").and_then(|r| cell_reference(&r)).unwrap_or((row, col.min(COLS - 1)));
                        col = at_col + 1;
                        let style = number(e, "s").unwrap_or(0) as usize;
                        let open = OpenCell {
                            row: at_row,
                            col: at_col,
                            look: self.looks.get(style).copied().unwrap_or_default(),
                            kind: attribute(e, "t").unwrap_or_default(),
                            value: String::new(),
                            formula: false,
                        };
                        text = TextReader::default();
                        if matches!(event, Event::Empty(_)) {
                            self.close(open, String::new(), sheet)?;
                        } else {
                            cell = Some(open);
                        }
                    }
                    "v" => value = matches!(event, Event::Start(_)),
                    "f" => {
                        if let Some(open) = &mut cell {
                            open.formula = true;
                        }
                    }
                    "mergeCell" => {
                        let range = attribute(e, "ref").unwrap_or_default();
                        let (from, to) = range.split_once(':').unwrap_or((&range, &range));
                        if let (Some(from), Some(to)) = (cell_reference(from), cell_reference(to)) {
                            self.budget.merge(sheet, Merge { rows: (from.0, to.0), cols: (from.1, to.1) })?;
                        }
                    }
                    _ => text.take(&event),
                },
                Event::End(e) => match e.local_name().as_ref() {
                    "row" => row = row.saturating_add(1).min(ROWS),
                    "v" => value = false,
                    "c" => {
                        if let Some(open) = cell.take() {
                            self.close(open, text.text.take(), sheet)?;
                        }
                    }
                    _ => text.take(&event),
                },
                Event::Text(t) if value => {
                    if let Some(open) = &mut cell {
                        open.value.push_str(t);
                    }
                }
                Event::GeneralRef(r) if value => {
                    if let Some(open) = &mut cell {
                        open.value.extend(reference(r));
                    }
                }
                _ => text.take(&event),
            }
        }
        Ok(())
    }

    fn close(&mut self, cell: OpenCell, inline: String, sheet: &mut Sheet) -> Result<(), Failure> {
        let value = cell.value;
        let text = match cell.kind.as_str() {
            "s" => value.trim().parse().ok().and_then(|at: usize| self.strings.get(at)).cloned().unwrap_or_default(),
            "inlineStr" => inline,
            "b" => if value.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned(),
            "" | "n" => match value.trim().parse::<f64>() {
                // What wrote the formula did not reckon it; whoever opens the file sees a number.
                Err(_) if cell.formula && value.trim().is_empty() => INK.to_owned(),
                Ok(number) => self.formats.display(number, cell.look.format),
                Err(_) => value,
            },
            _ => value,
        };
        let entry = Entry { row: cell.row, col: cell.col, text: plain(&text), bordered: cell.look.bordered };
        self.budget.push(sheet, entry)
    }
}

/// A string with its ends of lines made one kind, and `_x000D_` escapes of them undone.
fn plain(text: &str) -> String {
    let text = text.replace("_x000D_", "").replace("\r\n", "\n").replace('\r', "\n");
    if text.trim().is_empty() { String::new() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_bounded() {
        assert_eq!(cell_reference("A1"), Some((0, 0)));
        assert_eq!(cell_reference("$AB$12"), Some((11, 27)));
        assert_eq!(cell_reference("XFD1048576"), Some((ROWS - 1, COLS - 1)));
        for wrong in ["", "A", "1", "A0", "XFE1", "A1048577", "ZZZZZZZZZ1", "甲1"] {
            assert_eq!(cell_reference(wrong), None, "{wrong}");
        }
    }
}

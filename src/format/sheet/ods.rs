//! OpenDocument spreadsheets (ISO/IEC 26300): cells carry the text that they display.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Budget, Entry, Merge, Sheet};
use crate::document::INK;
use crate::failure::Failure;
use crate::format::package::{Package, attribute, reference};
use crate::format::run::RunLook;
use crate::limits::Limits;
use crate::text::Runs;

/// Empty rows and cells are repeated to the end of the sheet to give it a look; up to here they are read.
const REPEATED: u32 = 256;
/// Greatest row and column.
const MOST: u32 = 1 << 24;

/// Names of styles that matter.
#[derive(Default)]
struct Styles {
    bordered: BTreeSet<String>,
    hidden: BTreeSet<String>,
    parents: BTreeMap<String, String>,
    /// How text styles set their runs.
    looks: BTreeMap<String, RunLook>,
}

/// A cell being read.
struct OpenCell {
    repeated: u32,
    rows: u32,
    cols: u32,
    bordered: bool,
    covered: bool,
    lines: Vec<Runs>,
    /// What it shows where it holds no text of its own.
    value: String,
}

/// Where reading stands.
#[derive(Default)]
struct Position {
    row: u32,
    col: u32,
    rows_repeated: u32,
    /// Default styles of columns, by the last column of a run.
    columns: Vec<(u32, Option<String>)>,
    row_cells: Vec<(u32, OpenCell)>,
    row_hidden: bool,
}

pub(super) fn read(xml: &str, package: &mut Package<'_>, limits: &Limits) -> Result<Vec<Sheet>, Failure> {
    if package.part("META-INF/manifest.xml")?.is_some_and(|m| m.contains("encryption-data")) {
        return Err(Failure::Encrypted("spreadsheet with a password".to_owned()));
    }
    let mut styles = Styles::default();
    if let Some(common) = package.part("styles.xml")? {
        read_styles(&common, &mut styles);
    }
    read_styles(xml, &mut styles);
    let mut budget = Budget::new(limits);
    let mut sheets: Vec<Sheet> = Vec::new();
    let mut reader = Reader::from_str(xml);
    let mut at = Position::default();
    let mut cell: Option<OpenCell> = None;
    let (mut depth, mut skip, mut line) = (0u32, 0u32, false);
    let mut spans: Vec<RunLook> = Vec::new();
    loop {
        let event = match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(event) => event,
            Err(e) if sheets.is_empty() => {
                return Err(Failure::Damaged(format!("part content.xml is no well-formed XML ({e})")));
            }
            // Cut off: what came before stands.
            Err(_) => break,
        };
        if skip > 0 {
            skip = match event {
                Event::Start(_) => skip + 1,
                Event::End(_) => skip - 1,
                _ => skip,
            };
            continue;
        }
        let empty = matches!(event, Event::Empty(_));
        match &event {
            Event::Start(e) | Event::Empty(e) => {
                let name = e.name();
                match name.as_ref() {
                    "table:table" => {
                        depth += 1;
                        let hidden = attribute(e, "style-name").is_some_and(|s| styles.hidden.contains(&s));
                        let name = attribute(e, "name").unwrap_or_default();
                        if depth == 1 {
                            sheets.push(Sheet { name, hidden, ..Sheet::default() });
                            at = Position::default();
                        }
                        depth -= u32::from(empty);
                    }
                    "office:annotation"
                    | "draw:frame"
                    | "draw:custom-shape"
                    | "table:shapes"
                    | "table:tracked-changes"
                    | "table:named-expressions"
                    | "text:ruby-text"
                        if !empty =>
                    {
                        skip = 1;
                    }
                    "table:table-column" => {
                        let run = repeated(e, "number-columns-repeated");
                        let first = at.columns.last().map_or(0, |(last, _)| last.saturating_add(1));
                        let last = first.saturating_add(run - 1).min(MOST);
                        at.columns.push((last, attribute(e, "default-cell-style-name")));
                        budget.cells = budget.cells.checked_sub(1).ok_or_else(too_many)?;
                        if is_hidden(e)
                            && let Some(sheet) = sheets.last_mut()
                        {
                            sheet.hidden_cols.push((first, last));
                        }
                    }
                    "table:table-row" => {
                        at.col = 0;
                        at.rows_repeated = repeated(e, "number-rows-repeated");
                        at.row_hidden = is_hidden(e);
                        at.row_cells.clear();
                        if empty {
                            at.row = at.row.saturating_add(at.rows_repeated).min(MOST);
                        }
                    }
                    "table:table-cell" | "table:covered-table-cell" => {
                        let style = attribute(e, "style-name").or_else(|| at.column_style());
                        let open = OpenCell {
                            repeated: repeated(e, "number-columns-repeated"),
                            rows: repeated(e, "number-rows-spanned"),
                            cols: repeated(e, "number-columns-spanned"),
                            bordered: style.is_some_and(|s| styles.is_bordered(&s)),
                            covered: name.as_ref() == "table:covered-table-cell",
                            lines: Vec::new(),
                            value: value(e),
                        };
                        if empty {
                            at.close_cell(open);
                        } else {
                            cell = Some(open);
                        }
                    }
                    "text:p" | "text:h" => {
                        line = !empty;
                        spans.clear();
                        if let Some(cell) = &mut cell {
                            cell.lines.push(Runs::default());
                        }
                    }
                    "text:span" if !empty => {
                        let own = attribute(e, "style-name").map(|s| styles.look(&s)).unwrap_or_default();
                        spans.push(own.over(spans.last().copied().unwrap_or_default()));
                        if spans.len() > limits.depth as usize * 16 {
                            return Err(Failure::TooLarge("spans nested too deeply".to_owned()));
                        }
                    }
                    "text:s" => push(&mut cell, &spans, &" ".repeat(repeated(e, "c").min(REPEATED) as usize)),
                    "text:tab" => push(&mut cell, &spans, "\t"),
                    "text:line-break" => push(&mut cell, &spans, "\n"),
                    _ => {}
                }
            }
            Event::End(e) => match e.name().as_ref() {
                "table:table" => depth = depth.saturating_sub(1),
                "table:table-row" if depth == 1 => {
                    if let Some(sheet) = sheets.last_mut() {
                        at.close_row(sheet, &mut budget)?;
                    }
                }
                "table:table-cell" | "table:covered-table-cell" => {
                    if let Some(open) = cell.take() {
                        at.close_cell(open);
                    }
                }
                "text:p" | "text:h" => line = false,
                "text:span" => {
                    spans.pop();
                }
                _ => {}
            },
            Event::Text(t) if line => push(&mut cell, &spans, t),
            Event::CData(t) if line => push(&mut cell, &spans, t),
            Event::GeneralRef(r) if line => {
                if let Some(c) = reference(r) {
                    push(&mut cell, &spans, c.encode_utf8(&mut [0; 4]));
                }
            }
            _ => {}
        }
        if at.row_cells.len() > limits.cells as usize {
            return Err(too_many());
        }
    }
    Ok(sheets)
}

fn too_many() -> Failure {
    Failure::TooLarge("more cells than the limit".to_owned())
}

fn push(cell: &mut Option<OpenCell>, spans: &[RunLook], text: &str) {
    let look = spans.last().copied().unwrap_or_default();
    if let Some(last) = cell.as_mut().and_then(|c| c.lines.last_mut()).filter(|_| !look.is_left_out()) {
        last.push(text, look.is_raised());
    }
}

/// What a cell shows by its value alone; of a formula that was not reckoned, or a value that is shown in another
/// way than it is kept, only that there is something.
fn value(e: &BytesStart<'_>) -> String {
    match attribute(e, "value-type").as_deref() {
        Some("float") => attribute(e, "value").unwrap_or_default(),
        Some("string") => attribute(e, "string-value").unwrap_or_default(),
        Some(_) => INK.to_owned(),
        None if attribute(e, "formula").is_some() => INK.to_owned(),
        None => String::new(),
    }
}

/// A count that is 1 where the element does not say.
fn repeated(e: &BytesStart<'_>, name: &str) -> u32 {
    attribute(e, name).and_then(|v| v.trim().parse().ok()).unwrap_or(1).clamp(1, MOST)
}

fn is_hidden(e: &BytesStart<'_>) -> bool {
    matches!(attribute(e, "visibility").as_deref(), Some("collapse" | "filter"))
}

impl Styles {
    /// How a text style sets its runs, with those that it is based on.
    fn look(&self, name: &str) -> RunLook {
        let chain = std::iter::successors(Some(name), |name| self.parents.get(*name).map(String::as_str));
        let looks = chain.take(16).filter_map(|name| self.looks.get(name));
        looks.fold(RunLook::default(), |look, base| look.over(*base))
    }

    fn is_bordered(&self, name: &str) -> bool {
        let mut name = name;
        for _ in 0..16 {
            if self.bordered.contains(name) {
                return true;
            }
            match self.parents.get(name) {
                Some(parent) => name = parent,
                None => return false,
            }
        }
        false
    }
}

/// What the properties of a text style say of its runs.
fn look(e: &BytesStart<'_>) -> RunLook {
    let line = ["text-line-through-style", "text-line-through-type"].iter().find_map(|name| attribute(e, name));
    RunLook {
        hidden: attribute(e, "display").map(|v| v == "none"),
        struck: line.map(|v| v != "none"),
        // `super`, or how far it is set high in parts of a hundred.
        superscript: attribute(e, "text-position").map(|v| {
            let place = v.split_whitespace().next().unwrap_or_default();
            place == "super" || place.trim_end_matches('%').parse::<f32>().is_ok_and(|part| part > 0.0)
        }),
        ..RunLook::default()
    }
}

/// Which styles rule a side of a cell, which hide a table, and how they set runs.
fn read_styles(xml: &str, styles: &mut Styles) {
    let mut reader = Reader::from_str(xml);
    let mut current = String::new();
    let mut of_text = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => match e.name().as_ref() {
                "style:style" => {
                    current = attribute(&e, "name").unwrap_or_default();
                    of_text = attribute(&e, "family").as_deref() == Some("text");
                    if let Some(parent) = attribute(&e, "parent-style-name") {
                        styles.parents.insert(current.clone(), parent);
                    }
                }
                "style:table-cell-properties" => {
                    let sides = ["border", "border-left", "border-right", "border-top", "border-bottom"];
                    let drawn = |side: &&str| {
                        attribute(&e, side).is_some_and(|v| !v.is_empty() && v != "none" && v != "hidden")
                    };
                    if sides.iter().any(drawn) {
                        styles.bordered.insert(current.clone());
                    }
                }
                "style:text-properties" if of_text => {
                    styles.looks.insert(current.clone(), look(&e));
                }
                "style:table-properties" if attribute(&e, "display").as_deref() == Some("false") => {
                    styles.hidden.insert(current.clone());
                }
                "office:body" => break,
                _ => {}
            },
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
}

impl OpenCell {
    fn text(&self) -> String {
        if self.lines.is_empty() {
            return self.value.clone();
        }
        self.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

impl Position {
    /// The default style of the column that is reached.
    fn column_style(&self) -> Option<String> {
        let run = self.columns.partition_point(|(last, _)| *last < self.col);
        self.columns.get(run).and_then(|(_, style)| style.clone())
    }

    fn close_cell(&mut self, cell: OpenCell) {
        let at = self.col;
        self.col = self.col.saturating_add(cell.repeated).min(MOST);
        self.row_cells.push((at, cell));
    }

    /// Puts the cells of the row into the sheet, once for each row that it stands for.
    fn close_row(&mut self, sheet: &mut Sheet, budget: &mut Budget) -> Result<(), Failure> {
        let first = self.row;
        let times = self.rows_repeated;
        self.row = first.saturating_add(times).min(MOST);
        let filled = self.row_cells.iter().any(|(_, c)| !c.text().trim().is_empty());
        let last = if filled || times <= REPEATED { first.saturating_add(times) } else { first };
        for row in first..last {
            if self.row_hidden {
                sheet.hidden_rows.insert(row);
            }
            for (col, cell) in &self.row_cells {
                let text = if cell.covered { String::new() } else { cell.text() };
                if text.trim().is_empty() && cell.repeated > REPEATED {
                    continue;
                }
                let text = if text.trim().is_empty() { String::new() } else { text };
                for offset in 0..cell.repeated {
                    let col = col.saturating_add(offset);
                    budget.push(sheet, Entry { row, col, text: text.clone(), bordered: cell.bordered })?;
                    if text.is_empty() && !cell.bordered {
                        break;
                    }
                }
                if cell.rows > 1 || cell.cols > 1 {
                    let rows = (row, row.saturating_add(cell.rows - 1));
                    budget.merge(sheet, Merge { rows, cols: (*col, col.saturating_add(cell.cols - 1)) })?;
                }
            }
        }
        self.row_cells.clear();
        Ok(())
    }
}

//! What the fragments of a table give: readings, the claims on its text, the steps that led there.

use super::fragment::{Fragment, ReadRow};
use super::grid::{Grid, Hit};
use super::mapping::Basis;
use super::tables::{CAPTION_CHARS, caption_year};
use super::value::{header_unit, money_unit, read_value, whole_unit};
use super::vocabulary::{Reader, Role, TableIndex};
use super::{Claim, ClaimKind, Found, Step};
use crate::document::{Block, Document};
use crate::record::{Flag, Reading, State};
use crate::text::is_money;

pub(super) fn found(
    index: &TableIndex,
    fragments: Vec<Fragment>,
    score: f32,
    grids: &[Grid],
    reader: &Reader,
    document: &Document,
) -> Found {
    let mut out = Found {
        table: index.table.id.clone(),
        form: index.form.id.clone(),
        score: fragments.iter().map(|f| f.score).sum::<f32>().min(score.max(0.0)),
        ..Found::default()
    };
    out.other_year = fragments.iter().any(|f| f.other_year);
    out.block = fragments.first().and_then(|f| grids.get(f.grid)).map_or(0, |g| g.block);
    for fragment in &fragments {
        let Some(grid) = grids.get(fragment.grid) else { continue };
        claim(index, grid, reader, document, &mut out);
        let read_children = |flat: usize| {
            fragments
                .iter()
                .flat_map(Fragment::covered)
                .any(|f| index.rows.get(f).is_some_and(|r| r.parent == Some(flat)))
        };
        for row in &fragment.rows {
            let Some(form_row) = index.row(row.hit.flat) else { continue };
            if form_row.group || (form_row.heads && form_row.optional && read_children(row.hit.flat)) {
                step(&mut out, grid, row.hit.row, &form_row.id, row.hit.own, "heads the rows below it");
                let alone = fragment.rows.iter().filter(|other| other.hit.row == row.hit.row).count() == 1;
                if alone && counts(grid, &row.hit, reader) {
                    out.flags.push(Flag {
                        code: "ignored-row",
                        at: form_row.id.clone(),
                        message: "the row heads others and has numbers of its own; they are no variables".to_owned(),
                    });
                }
                continue;
            }
            read_row(index, fragment, row, grid, reader, &mut out);
        }
        for &(row, cell) in &fragment.unknown {
            let text = reader.get(grid.text(cell));
            let known = index.table.ignored_rows.iter().any(|r| r.is_match(&text.shadow));
            let label = grid.cell(cell).map_or("", |c| c.text.as_str());
            let what = if known { "a row that the form leaves out" } else { "a row that the form does not know" };
            out.flags.push(Flag {
                code: if known { "ignored-row" } else { "unknown-row" },
                at: index.table.id.clone(),
                message: format!("`{}` is {what}; its numbers are no variables", one_line(label)),
            });
            step(&mut out, grid, row, "", Some(cell), what);
        }
        for &(flat, row) in &fragment.again {
            let Some((part, form_row)) = index.rows.get(flat).and_then(|f| index.part(f.part)).zip(index.row(flat))
            else {
                continue;
            };
            out.flags.push(Flag {
                code: "printed-twice",
                at: row_name(part, form_row),
                message: "the row is printed again in the same table; one of the two is taken".to_owned(),
            });
            step(&mut out, grid, row, &form_row.id, grid.row(row).first().copied(), "the row is printed again");
        }
        for &row in &fragment.bare {
            let above = fragment.rows.iter().filter(|r| r.hit.row < row && r.hit.own.is_none() && !r.cells.is_empty());
            let Some(read) = above.max_by_key(|r| r.hit.row) else { continue };
            second_row(index, read, "another row of values without a label stands below; the first is taken", &mut out);
            step(&mut out, grid, row, "", grid.row(row).first().copied(), "a row of values without a label");
        }
        for &(read, row) in &fragment.rivals {
            let Some(read) = fragment.rows.get(read) else { continue };
            second_row(index, read, "another row of values stands below the same header; the first is taken", &mut out);
            step(&mut out, grid, row, "", grid.row(row).first().copied(), "another row of values");
        }
        for (_, head) in &fragment.heads {
            for extra in &head.extras {
                let Some(cell) = grid.cell(extra.cell) else { continue };
                let text = reader.get(grid.text(extra.cell));
                let ignored = text.labels.iter().any(|c| index.roles(c.key).contains(&Role::Ignored));
                let known = text.meanings(index).next().is_some();
                if !ignored && (!known || extra.guessed) && !head.carried && !head.leaves.is_empty() {
                    let flag = Flag {
                        code: "unknown-column",
                        at: index.table.id.clone(),
                        message: format!(
                            "`{}` is a column that the form does not know; its numbers are no variables",
                            one_line(&cell.text)
                        ),
                    };
                    if !out.flags.contains(&flag) {
                        out.flags.push(flag);
                    }
                }
            }
        }
    }
    out
}

/// Says of the variables of a row that another one may be meant.
fn second_row(index: &TableIndex, read: &ReadRow, what: &str, out: &mut Found) {
    let Some(part) = index.rows.get(read.hit.flat).and_then(|f| index.part(f.part)) else { return };
    let Some(row) = index.row(read.hit.flat) else { return };
    for column in read.cells.iter().filter_map(|c| part.columns.get(c.0)) {
        let at = part.variable(row, column);
        out.flags.push(Flag { code: "second-row", at, message: what.to_owned() });
    }
}

fn read_row(index: &TableIndex, fragment: &Fragment, row: &ReadRow, grid: &Grid, reader: &Reader, out: &mut Found) {
    let Some(flat) = index.rows.get(row.hit.flat) else { return };
    let (Some(part), Some(form_row)) = (index.part(flat.part), index.row(row.hit.flat)) else { return };
    let head = row.head.and_then(|h| fragment.heads.get(h)).map(|(_, h)| h);
    let name = row.id.clone().unwrap_or_else(|| row_name(part, form_row));
    if row.cells.is_empty() {
        out.flags.push(Flag {
            code: "row-unread",
            at: name.clone(),
            message: "the row is printed, but its cells could not be told to the columns".to_owned(),
        });
        step(out, grid, row.hit.row, &name, row.hit.own, "label found, cells refused: their number fits no header");
        return;
    }
    let basis = match row.basis {
        Some(Basis::Header) if head.is_some_and(|h| h.carried) => "under the header of the table before",
        Some(Basis::Header) => "under its header",
        Some(Basis::Place) => "by its place under the header",
        Some(Basis::Ragged) => "by its place under the header, the row having other cells than the header",
        Some(Basis::Cut) => "as far as the text goes",
        _ => "by the form's order of columns alone",
    };
    step(out, grid, row.hit.row, &name, row.hit.own, &format!("label matched at {:.2}, values {basis}", row.hit.score));
    // What stands in brackets explains.
    let shadow = |cell: usize| reader.get(grid.text(cell)).shadow.split('(').find(|text| text.chars().count() > 2);
    let other = |own: usize| reader.vocabulary.tells_apart(shadow(own)?, form_row.labels.iter());
    let doubt = match row.basis {
        Some(Basis::Order) => Some(("column-order", "no header names the column; taken in the form's order")),
        Some(Basis::Ragged) => Some(("ragged-row", "the row has other cells than its header; taken by place")),
        Some(Basis::Cut) => Some(("row-cut", "the text ends within the row; its first cells are taken")),
        _ if row.hit.astray => Some(("row-out-of-order", "the row stands out of the form's order")),
        _ if row.hit.own.and_then(other).is_some() => {
            Some(("doubtful-label", "the row's label has a word that the form's has not, and may mean another row"))
        }
        _ if row.hit.score < 0.7 => Some(("doubtful-label", "the row's label is only like the form's")),
        _ => None,
    };
    let label = row.id.as_ref().map(|_| stub_text(grid, &row.hit));
    // Cells that print nothing, and whether another one of the row prints what may be theirs.
    let (mut blanks, mut doubled) = (Vec::new(), false);
    for &(column, cell) in &row.cells {
        let (Some(form_column), Some(printed)) = (part.columns.get(column), grid.cell(cell)) else { continue };
        if !form_row.columns.contains(&column) {
            continue;
        }
        let leaf = head.and_then(|h| h.leaves.iter().find(|l| l.column == Some(column)));
        let variable = match &row.id {
            Some(id) => form_column.variable(id),
            None => index.name(row.hit.flat, column).unwrap_or_default().to_owned(),
        };
        let named = leaf.and_then(|l| l.unit);
        let money = form_row.unit.as_ref().or(form_column.unit.as_ref()).is_some_and(|unit| is_money(&unit.name));
        let beside = || printed_unit(grid, &row.hit, reader).or_else(|| head.and_then(|h| h.unit));
        let unit = if money { named.or_else(beside) } else { named };
        let value = read_value(&printed.text, form_row, form_column, unit);
        let mut flag = |code: &'static str, message: String| {
            out.flags.push(Flag { code, at: variable.clone(), message });
        };
        if let Some((code, message)) = doubt {
            flag(code, message.to_owned());
        }
        let labels = form_column.path.iter().flatten();
        // A carried boxhead is printed in another grid.
        let header = leaf.filter(|_| head.is_some_and(|h| !h.carried)).and_then(|l| shadow(l.cell));
        if let Some(word) = header.and_then(|text| reader.vocabulary.tells_apart(text, labels)) {
            flag(
                "doubtful-label",
                format!("the header has `{word}`, which the form's has not, and may mean another column"),
            );
        }
        if leaf.is_some_and(|l| l.guessed) {
            flag("column-guessed", "several columns have this header; taken in the form's order".to_owned());
        }
        for (code, message) in value.doubts {
            doubled |= matches!(code, "two-numbers" | "inner-blank");
            flag(code, message);
        }
        if value.state == State::Blank {
            blanks.push(variable.clone());
        }
        out.readings.push(Reading {
            variable,
            value: value.value,
            state: value.state,
            raw: printed.text.clone(),
            candidates: value.candidates,
            label: label.clone(),
            anchor: printed.anchor.clone(),
        });
    }
    for at in blanks.into_iter().filter(|_| doubled) {
        let message = "the cell is blank, and another one of the row seems to hold two numbers".to_owned();
        out.flags.push(Flag { code: "two-numbers", at, message });
    }
}

/// Whether a row prints a number other than zero behind its label.
fn counts(grid: &Grid, hit: &Hit, reader: &Reader) -> bool {
    let behind = hit.own.and_then(|own| grid.cell(own)).map_or(0, |own| own.col + 1);
    grid.row(hit.row).iter().any(|&cell| {
        let here = grid.cell(cell).filter(|c| c.row == hit.row && c.col >= behind);
        here.is_some_and(|c| c.text.contains(|d| ('1'..='9').contains(&d)))
            && reader.get(grid.text(cell)).state == State::Number
    })
}

/// Rows above a row that may print its unit.
const UNIT_ROWS: usize = 3;

/// The unit of money that a row prints in its label or in a cell of its own, or one of the rows of text right above it.
fn printed_unit(grid: &Grid, hit: &Hit, reader: &Reader) -> Option<&'static str> {
    let shadow = |cell: usize| reader.get(grid.text(cell)).shadow.as_str();
    let of_row = || grid.row(hit.row).iter().find_map(|&cell| whole_unit(shadow(cell)));
    let number = |cell: &usize| reader.get(grid.text(*cell)).state == State::Number;
    let above = (0..hit.row).rev().take(UNIT_ROWS).map(|row| grid.row(row)).take_while(|row| !row.iter().any(number));
    let of_rows_above = || above.flatten().find_map(|&cell| money_unit(grid.cell(cell).map_or("", |c| &c.text)));
    hit.own.and_then(|own| header_unit(shadow(own))).or_else(of_row).or_else(of_rows_above)
}

/// What a row prints up to the cell that labels it, in one line.
fn stub_text(grid: &Grid, hit: &Hit) -> String {
    let end = grid.row(hit.row).iter().position(|cell| Some(*cell) == hit.own).map_or(0, |at| at + 1);
    let cells = grid.row(hit.row).iter().take(end).filter_map(|&cell| grid.cell(cell));
    let texts = cells.map(|cell| cell.text.split_whitespace().collect::<String>()).filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join(" ")
}

/// The prefix of a row's variables.
fn row_name(part: &crate::pattern::Part, row: &crate::pattern::Row) -> String {
    if row.id.is_empty() {
        // An unlabelled row: what its columns have in common.
        let mut ids = part.columns.iter().map(|c| c.id.as_str());
        let first = ids.next().unwrap_or("");
        let head = first.split('.').next().unwrap_or("");
        if ids.all(|id| id.split('.').next() == Some(head)) { head.to_owned() } else { String::new() }
    } else {
        row.id.clone()
    }
}

pub(super) fn claim(index: &TableIndex, grid: &Grid, reader: &Reader, document: &Document, out: &mut Found) {
    let table = Some(index.table.id.clone());
    out.year = out.year.or_else(|| caption_year(grid, reader));
    for &(block, text) in &grid.context {
        let prepared = reader.get(text);
        if prepared.shadow.chars().count() <= CAPTION_CHARS {
            out.other_year |= reader.vocabulary.names_other_year(&prepared.shadow);
        }
        if block == grid.block {
            continue;
        }
        let roles = prepared.labels.iter().filter(|c| c.found.score >= 0.9).flat_map(|c| index.roles(c.key));
        let caption = roles.clone().any(|r| !matches!(r, Role::TableCaption | Role::Ignored | Role::Stub(_)));
        let title = roles.clone().any(|r| matches!(r, Role::TableCaption));
        if caption && !title {
            let end = match document.blocks.get(block) {
                Some(Block::Paragraph(p)) => p.text.len(),
                _ => 0,
            };
            out.claims.push(Claim { block, range: 0..end, kind: ClaimKind::Caption, table: table.clone() });
        }
    }
    if !grid.ranges.is_empty() {
        out.claims.extend(grid.ranges.iter().map(|(block, range)| Claim {
            block: *block,
            range: range.clone(),
            kind: ClaimKind::Table,
            table: table.clone(),
        }));
        return;
    }
    out.claims.push(Claim { block: grid.block, range: 0..0, kind: ClaimKind::Table, table });
}

fn step(out: &mut Found, grid: &Grid, row: usize, at: &str, cell: Option<usize>, what: &str) {
    let text = cell.and_then(|c| grid.cell(c)).map(|c| one_line(&c.text)).unwrap_or_default();
    out.trace.push(Step { block: grid.block, row, at: at.to_owned(), text, what: what.to_owned() });
}

fn one_line(text: &str) -> String {
    let flat: String = text.split_whitespace().collect();
    if flat.chars().count() <= 40 { flat } else { flat.chars().take(39).chain(['…']).collect() }
}

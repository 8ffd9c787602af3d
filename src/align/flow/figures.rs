//! The figures of a table in running text as cells, those cut that are run together.

use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use super::rows::{Draft, Line, draft};
use super::{BLANK, Note, Stream, Token};
use crate::align::digits::{Piece, RowSum, cuts};
use crate::align::together::{Candidates, Identity, decide, decided};
use crate::align::vocabulary::TableIndex;
use crate::document::Anchor;
use crate::record::State;
use crate::text::read_cell;

/// The values of each row as cells; figures run together are cut.
pub(super) fn cells(
    stream: &Stream<'_>,
    rows: &[Line],
    index: &TableIndex,
    traceless: bool,
    serial: usize,
    notes: &mut Vec<Note>,
) -> Vec<Vec<Draft>> {
    let mut out: Vec<Vec<Draft>> = Vec::with_capacity(rows.len());
    let mut fused: Vec<(usize, Vec<Atomic>, bool)> = Vec::new(); // row, characters, several cuts at first
    let mut candidates: Vec<Candidates> = vec![Candidates::default(); rows.len()];
    for (n, row) in rows.iter().enumerate() {
        let plain: Vec<Draft> = row.values.iter().map(|t| draft(stream, t)).collect();
        let wanted = row.order.len();
        // Cells on lines of their own are whole: too few of them are lost ones, not figures run together.
        let whole = row.values.iter().skip(1).any(|t| stream.gap(t.from) >= 2);
        let fits = plain.len() >= wanted || row.row.is_none() || whole;
        // Fewer cells than columns: nothing tells which are lost, so that no place is sure.
        let lost = |cells: &[Draft]| row.row.is_some() && cells.len() < wanted;
        let glued = row.values.first().is_some_and(|t| stream.gap(t.from) == 0);
        // Figures that are more cells than there are columns: 07 in one.
        let line = || characters(stream, &row.values).iter().map(|a| a.c).collect::<Vec<char>>();
        if glued && row.row.is_some() && plain.len() == wanted && least_cells(&line()) > wanted {
            out.push(Vec::new());
            continue;
        }
        if fits {
            if glued && wanted > 1 && plain.len() == wanted && row.row.is_some() {
                // The label stands right before the figures: the spaces among them may be a number's own.
                if least_cells(&line()) < wanted {
                    notes.extend(plain.iter().map(|d| Note::Inferred(d.anchor.clone())));
                }
            }
            // Known cells take part in the sums.
            let cut: Vec<Piece> =
                plain.iter().take(wanted).map(|d| Piece { range: (0, 0), value: number(&d.text) }).collect();
            if let Some(slot) = candidates.get_mut(n)
                && cut.len() == wanted
                && wanted > 0
            {
                slot.cuts = vec![cut];
            }
            out.push(if lost(&plain) { Vec::new() } else { plain });
            continue;
        }
        let chars = characters(stream, &row.values);
        let line: Vec<char> = chars.iter().map(|a| a.c).collect();
        let must: Vec<bool> = chars.iter().map(|a| a.cut).collect();
        let sums = row_sums(row, index);
        let found = cuts(&line, &must, wanted, &sums);
        // A single cut is sure where the figures allow no fewer cells (an empty one leaves no trace), or
        // where the row's sums hold.
        let holds = |cut: &Vec<Piece>| !sums.is_empty() && sums.iter().all(|s| s.holds(cut));
        let sure = least_cells(&line) == wanted || found.list.first().is_some_and(holds);
        let spaced = found.list.len() == 1 && !sure && !glued;
        let doubtful = traceless && !found.list.first().is_some_and(holds) && wanted > 1;
        if spaced || doubtful || found.more {
            // Spaces part the cells, and one is lost; or there are more cuts than can be looked at.
            out.push(Vec::new());
            continue;
        }
        let several = found.list.len() > 1 || !sure || least_cells(&line) < wanted;
        if let Some(slot) = candidates.get_mut(n) {
            *slot = Candidates { cuts: found.list };
        }
        fused.push((n, chars, several));
        out.push(if lost(&plain) { Vec::new() } else { plain });
    }
    if fused.is_empty() {
        return out;
    }
    let identities = identities(rows, index);
    decide(&mut candidates, &identities);
    for (n, chars, several) in fused {
        let (Some(row), Some(found)) = (rows.get(n), candidates.get(n)) else { continue };
        if found.cuts.is_empty() {
            continue;
        }
        let raw: String = chars.iter().map(|a| a.text.as_str()).collect();
        let whole = chars.first().map(|a| stream.anchor(a.at));
        let mut cells: Vec<Draft> = Vec::with_capacity(row.order.len());
        for column in 0..row.order.len() {
            let piece = found.cuts.first().and_then(|c| c.get(column));
            let from = piece.and_then(|p| chars.get(p.range.0));
            let anchor = from.map_or(Anchor::Text { line: 0, column: 0 }, |a| stream.anchor(a.at));
            if decided(found, column).is_some() {
                let text: String = piece
                    .map(|p| chars.get(p.range.0..p.range.1).unwrap_or(&[]).iter().map(|a| a.text.as_str()).collect())
                    .unwrap_or_default();
                if several {
                    notes.push(Note::Inferred(anchor.clone()));
                }
                cells.push(Draft { text, anchor });
            } else {
                let marker = format!("?{serial}:{n}:{column}?");
                let mut list: Vec<Decimal> =
                    found.cuts.iter().filter_map(|c| c.get(column).and_then(|p| p.value)).collect();
                list.sort_unstable();
                list.dedup();
                list.truncate(40);
                notes.push(Note::Ambiguous { marker: marker.clone(), raw: raw.clone(), candidates: list });
                // Which of the figures are the cell's is not known: it stands where all of them begin.
                cells.push(Draft { text: marker, anchor: whole.clone().unwrap_or(anchor) });
            }
        }
        if let Some(slot) = out.get_mut(n) {
            *slot = cells;
        }
    }
    out
}

/// A character of figures run together.
struct Atomic {
    c: char,
    /// What it prints (a unit goes with the digit before it).
    text: String,
    /// Index into the stream.
    at: usize,
    /// Whether a cell must end behind it.
    cut: bool,
}

fn characters(stream: &Stream<'_>, values: &[Token]) -> Vec<Atomic> {
    let mut out: Vec<Atomic> = Vec::new();
    for token in values {
        for at in token.from..token.to {
            let Some(atom) = stream.atoms.get(at) else { continue };
            if atom.gap > 0
                && let Some(last) = out.last_mut()
            {
                last.cut = true;
            }
            let figure = atom.c.is_ascii_digit() || matches!(atom.c, '.' | '-' | '+' | '/' | '*' | '无');
            if figure {
                let text = stream.printed(at..at + 1);
                out.push(Atomic { c: atom.c, text, at, cut: false });
            } else if atom.c != BLANK
                && let Some(last) = out.last_mut()
            {
                // A unit ends its cell; a thousands separator does not.
                last.text.push_str(&stream.printed(at..at + 1));
                last.cut |= atom.c != ',';
            }
        }
        if let Some(last) = out.last_mut() {
            last.cut = true;
        }
    }
    out
}

fn number(text: &str) -> Option<Decimal> {
    let cell = read_cell(text);
    (cell.state == State::Number).then_some(cell.amount)?.map(|a| a.number)
}

/// The fewest cells that figures run together can be: a leading zero is a cell of its own.
fn least_cells(line: &[char]) -> usize {
    let at = |i: usize| line.get(i).copied();
    let digit = |i: usize| at(i).is_some_and(|c| c.is_ascii_digit());
    let (mut cells, mut i) = (0, 0);
    while let Some(c) = at(i) {
        cells += 1;
        if c == '-' && at(i + 1) == Some('-') {
            i += 2;
            continue;
        }
        i += 1;
        let signed = matches!(c, '-' | '+') && digit(i);
        if !signed && !c.is_ascii_digit() {
            continue;
        }
        let first = if signed { i } else { i - 1 };
        i = first + 1;
        if at(first) != Some('0') {
            while digit(i) {
                i += 1;
            }
        }
        if at(i) == Some('.') && digit(i + 1) {
            i += 1;
            while digit(i) {
                i += 1;
            }
        }
    }
    cells
}

/// The variables of the rows of a chain: row and place among its values.
fn variables(rows: &[Line], index: &TableIndex) -> FxHashMap<String, (usize, usize)> {
    let mut out = FxHashMap::default();
    for (n, row) in rows.iter().enumerate() {
        let (Some(flat), Some(part)) = (row.row, row.part) else { continue };
        let (Some(part), Some(form_row)) = (index.part(part), index.row(flat)) else { continue };
        for (place, column) in row.order.iter().enumerate() {
            if let Some(column) = part.columns.get(*column) {
                out.entry(part.variable(form_row, column)).or_insert((n, place));
            }
        }
    }
    out
}

/// The identities of the form whose variables all stand in one row.
fn row_sums(row: &Line, index: &TableIndex) -> Vec<RowSum> {
    let names = variables(std::slice::from_ref(row), index);
    let mut out = Vec::new();
    for check in index.form.checks.iter().filter(|c| c.table == index.table.id) {
        let [total] = check.left.as_slice() else { continue };
        let Some(&(_, total)) = names.get(&total.variable) else { continue };
        if check.right.iter().any(|t| t.negative) {
            continue;
        }
        let parts: Option<Vec<usize>> = check.right.iter().map(|t| names.get(&t.variable).map(|x| x.1)).collect();
        if let Some(parts) = parts {
            out.push(RowSum { total, parts });
        }
    }
    out
}

/// The identities of the form whose variables stand in several rows.
fn identities(rows: &[Line], index: &TableIndex) -> Vec<Identity> {
    let names = variables(rows, index);
    let mut out = Vec::new();
    for check in index.form.checks.iter().filter(|c| c.table == index.table.id) {
        let left = check.left.iter().map(|t| (t, !t.negative));
        let right = check.right.iter().map(|t| (t, t.negative));
        let terms: Option<Vec<(usize, usize, bool)>> =
            left.chain(right).map(|(t, plus)| names.get(&t.variable).map(|&(r, c)| (r, c, plus))).collect();
        if let Some(terms) = terms
            && terms.iter().any(|t| Some(t.0) != terms.first().map(|f| f.0))
        {
            out.push(Identity { terms });
        }
    }
    out
}

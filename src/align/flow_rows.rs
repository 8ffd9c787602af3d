//! The rows of a table in running text: which texts are its header, which label has which values.

use std::ops::Range;

use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use super::digits::{Piece, RowSum, cuts};
use super::flow::{BLANK, FlowTable, Kind, Note, Stream, Token};
use super::together::{Candidates, Identity, decide, decided};
use super::vocabulary::{Role, TableIndex, Vocabulary};
use crate::document::{Anchor, Block, Cell, Table, TableKind};
use crate::record::State;
use crate::text::read_cell;

/// Fewest rows of the form that make a chain more than numbers in prose.
const LEAST_ROWS: usize = 3;

/// Groups of texts and the values behind them, without prose between them.
#[derive(Debug, Default)]
pub(super) struct Chain {
    pub groups: Vec<(Vec<Token>, Vec<Token>)>,
}

/// A cell in the making.
#[derive(Debug, Clone)]
struct Draft {
    text: String,
    anchor: Anchor,
}

/// A row in the making.
struct Line {
    head: Vec<Draft>,
    /// Flat index of the form's row, where the label is known.
    row: Option<usize>,
    /// Part of the form.
    part: Option<usize>,
    values: Vec<Token>,
    /// The form's columns in the printed order.
    order: Vec<usize>,
}

/// A header as printed: the part's columns in reading order, and what stands beside them.
#[derive(Debug, Clone, Default)]
struct Header {
    part: usize,
    order: Vec<usize>,
    cells: Vec<Draft>,
    /// A column of ordinal numbers stands before the labels.
    numbered: bool,
    units: usize,
    /// The head of the stub is printed.
    cornered: bool,
    /// Texts (by number) that the header is made of.
    texts: Vec<usize>,
}

impl Header {
    /// Columns of values, those included that the form does not know.
    fn width(&self) -> usize {
        self.cells.len().saturating_sub(1 + self.units).max(self.order.len())
    }
}

impl Chain {
    /// Builds the tables that the chain prints: one, or several where its rows come again (last year's table
    /// beside this year's).
    /// `traceless` says that empty cells of the text leave no trace ([`Chain::loses_blanks`]).
    pub fn tables(
        mut self,
        stream: &Stream<'_>,
        vocabulary: &Vocabulary,
        traceless: bool,
        serial: usize,
    ) -> Vec<FlowTable> {
        let mut out = Vec::new();
        while !self.groups.is_empty() {
            let end = self.again(stream, vocabulary);
            let rest = self.groups.split_off(end.min(self.groups.len()).max(1));
            out.extend(self.table(stream, vocabulary, traceless, serial + out.len()));
            self.groups = rest;
        }
        out
    }

    /// Whether empty cells leave no trace: a row has no value, or fewer figures than columns. Then any other row
    /// may have lost some too.
    pub fn loses_blanks(&self, stream: &Stream<'_>, vocabulary: &Vocabulary) -> bool {
        let Some(index) = self.index(stream, vocabulary) else { return false };
        let (mut known, mut lost) = (0usize, false);
        for (texts, values) in &self.groups {
            let heading = read_header(stream, texts, index).map(|h| h.texts).unwrap_or_default();
            let rows = texts.iter().enumerate().filter(|(n, _)| !heading.contains(n));
            let mut rows = rows.filter_map(|(_, t)| index.row(own_row(t, index)?)).filter(|r| !r.group && !r.heads);
            let figures: usize = values.iter().map(|t| stream.tight(t.from..t.to).chars().count().max(1)).sum();
            let Some(row) = rows.next_back() else { continue };
            known += 1;
            lost |= row.columns.len() > figures || rows.next().is_some();
        }
        lost && known >= LEAST_ROWS
    }

    /// Whether most of its values stand on lines of their own.
    pub fn is_parted(&self, stream: &Stream<'_>) -> bool {
        let values = self.groups.iter().flat_map(|g| &g.1);
        let (all, own) = values.fold((0usize, 0usize), |(all, own), t| {
            (all + 1, own + usize::from(stream.gap(t.from) >= 2 && stream.gap(t.to) >= 2))
        });
        own * 2 > all
    }

    /// The group at which the chain's rows begin to come again; the number of groups where they do not.
    fn again(&self, stream: &Stream<'_>, vocabulary: &Vocabulary) -> usize {
        let Some(index) = self.index(stream, vocabulary) else { return self.groups.len() };
        let mut rows: Vec<usize> = Vec::new();
        let mut columns: Vec<(usize, usize)> = Vec::new(); // of parts whose one row has no label
        let mut head: Option<usize> = None;
        for (n, (texts, values)) in self.groups.iter().enumerate() {
            let fresh = read_header(stream, texts, index);
            if fresh.is_some() {
                head = Some(n);
            }
            let heading: Vec<usize> = fresh.as_ref().map(|h| h.texts.clone()).unwrap_or_default();
            if let Some(h) = fresh.filter(|h| unlabelled(h, index)) {
                // The outcomes of several proceedings may stand in a table each.
                let known = h.order.iter().filter(|&&c| columns.contains(&(h.part, c))).count();
                if known * 2 > h.order.len() {
                    return n;
                }
                columns.extend(h.order.iter().map(|&c| (h.part, c)));
                continue;
            }
            let label = texts.iter().rposition(|t| t.kind != Kind::Unit).filter(|n| !heading.contains(n));
            let Some(row) = label.and_then(|n| texts.get(n)).and_then(|t| own_row(t, index)) else { continue };
            if values.is_empty() || index.row(row).is_none_or(|r| r.group) {
                continue;
            }
            if rows.contains(&row) {
                // Behind a header of its own, or the first row once more.
                match head {
                    Some(h) if h > 0 && rows.len() > 1 && !rows_since(self, h, n, stream, index) => return h,
                    _ if rows.len() > 2 && rows.first() == Some(&row) => return n,
                    _ => {}
                }
            }
            rows.push(row);
        }
        self.groups.len()
    }

    /// Builds the table, if the chain is one: by the form whose labels it prints most of.
    fn table(&self, stream: &Stream<'_>, vocabulary: &Vocabulary, traceless: bool, serial: usize) -> Option<FlowTable> {
        let index = self.index(stream, vocabulary)?;
        let mut rows: Vec<Line> = Vec::new();
        let mut lines: Vec<usize> = Vec::new(); // of `rows`, those with values
        let mut header: Option<Header> = None;
        let mut numbered = false;
        let mut taken: Option<(usize, usize)> = None;
        let mut known = 0usize;
        let mut leaves = 0usize;
        let mut cornered = false;
        // The ordinal number of the last row, where a column of them stands before the labels.
        let mut count = 1u32;
        // The form's row before, which tells those of one label apart.
        let mut last: Option<usize> = None;
        for (at, (texts, values)) in self.groups.iter().enumerate() {
            let texts = with_tails(stream, texts, index);
            let mut texts: &[Token] = &texts;
            let mut values: Vec<Token> = values.clone();
            // The row's own label: the last text, where it is no header.
            while texts.last().is_some_and(|t| t.kind == Kind::Unit) && header.as_ref().is_none_or(|h| h.units == 0) {
                texts = texts.get(..texts.len() - 1).unwrap_or(&[]);
            }
            let unit = texts.last().filter(|t| t.kind == Kind::Unit).cloned();
            let label_at = texts.iter().rposition(|t| t.kind != Kind::Unit);
            let fresh = read_header(stream, texts, index);
            let heading: Vec<usize> = fresh.as_ref().map(|h| h.texts.clone()).unwrap_or_default();
            let label = label_at.filter(|n| !heading.contains(n)).and_then(|n| texts.get(n));
            let own = label.and_then(|t| which_row(stream, t, index, last));
            last = own.or(last);
            let unlabelled = fresh.as_ref().is_some_and(|h| unlabelled(h, index));
            if let Some(h) = fresh {
                if known == 0 && !rows.is_empty() {
                    // Another table stood above: its rows are none of this one's.
                    rows.clear();
                    lines.clear();
                    taken = None;
                    leaves = 0;
                    cornered = false;
                }
                leaves += h.order.len();
                numbered = h.numbered;
                cornered |= h.cornered;
                rows.push(Line { head: h.cells.clone(), row: None, part: None, values: Vec::new(), order: Vec::new() });
                header = Some(h);
            }
            if label.is_none() && !unlabelled {
                // Values without a text: more of the row before, or an ordinal number.
                continue;
            }
            if numbered && values.len() == 1 && own.is_none() && !unlabelled {
                // The first row's number between header and label.
                continue;
            }
            let (from, to) = span(texts, &values)?;
            taken = Some(taken.map_or((from, to), |(a, b)| (a.min(from), b.max(to))));
            // Groups and captions above the label, each a row of its own.
            for (n, token) in texts.iter().enumerate() {
                if Some(n) != label_at && !heading.contains(&n) && own_row(token, index).is_some() {
                    last = if own.is_none() { which_row(stream, token, index, last).or(last) } else { last };
                    rows.push(Line {
                        head: vec![draft(stream, token)],
                        row: None,
                        part: None,
                        values: Vec::new(),
                        order: Vec::new(),
                    });
                }
            }
            let row = own.filter(|_| !unlabelled);
            let part = if unlabelled {
                header.as_ref().map(|h| h.part)
            } else {
                row.and_then(|r| index.rows.get(r)).map(|f| f.part)
            };
            let flat = row.or_else(|| {
                let part = part?;
                index.rows.iter().position(|f| {
                    f.part == part
                        && index
                            .part(part)
                            .and_then(|p| p.rows.get(f.row))
                            .is_some_and(|r| r.labels.is_empty() && !r.group)
                })
            });
            let matching = header.as_ref().filter(|h| Some(h.part) == part);
            let order: Vec<usize> = match (matching, flat.and_then(|f| index.row(f))) {
                (Some(h), _) if !h.order.is_empty() => h.order.clone(),
                (_, Some(r)) => r.columns.clone(),
                _ => Vec::new(),
            };
            known += usize::from(flat.is_some_and(|f| index.row(f).is_some_and(|r| !r.group)));
            if numbered && own.is_some() {
                count = take_number(stream, &mut values, order.len(), count + 1, at + 1 == self.groups.len());
            }
            if let Some(h) = matching
                && values.len() > h.width()
                && values.get(h.width()..).is_some_and(|v| v.iter().all(|t| t.kind == Kind::Blank))
            {
                // Empty cells behind the last column fill the row up.
                values.truncate(h.width());
            }
            if unlabelled && values.len() > order.len() {
                // Padding in front: the header's last row had empty cells on the left, or the table does.
                let surplus = values.len() - order.len();
                let blank = |list: &[Token]| list.iter().all(|t| t.kind == Kind::Blank);
                let front = values.get(..surplus).is_some_and(blank);
                let back = values.get(order.len()..).is_some_and(blank);
                if front && !back {
                    values.drain(..surplus);
                }
            }
            if unlabelled && values.len() > 1 && values.len() < order.len() && parted(stream, &values) {
                // A lost cell: nothing tells which.
                values.clear();
            }
            let mut head = Vec::new();
            if unlabelled {
                // A stub (件数) in front of the values is the header's business.
            } else if let Some(label) = label {
                head.push(draft(stream, label));
            }
            let units = matching.map_or(0, |h| h.units);
            if units > 0 {
                head.push(
                    unit.map_or_else(
                        || Draft { text: String::new(), anchor: stream.anchor(from) },
                        |u| draft(stream, &u),
                    ),
                );
            }
            lines.push(rows.len());
            rows.push(Line { head, row: flat, part, values, order });
        }
        let enough = known >= LEAST_ROWS || (known >= 1 && (leaves >= 2 || (leaves >= 1 && cornered))) || leaves >= 4;
        if !enough {
            return None;
        }
        let mut notes = Vec::new();
        let cells = self.cut(stream, &rows, index, traceless, serial, &mut notes);
        let table = build(stream, &rows, &cells)?;
        let (from, to) = taken?;
        let ranges = ranges(stream, self.start(stream, from, index), to);
        let block = ranges.first()?.0;
        Some(FlowTable { block, table, ranges, notes })
    }

    /// Where the chain's own text begins: its header, without a section's heading in front.
    fn start(&self, _stream: &Stream<'_>, from: usize, _index: &TableIndex) -> usize {
        from
    }

    /// The table of a form whose labels the chain prints most of.
    fn index<'v, 'f>(&self, stream: &Stream<'_>, vocabulary: &'v Vocabulary<'f>) -> Option<&'v TableIndex<'f>> {
        let mut best: Option<(f32, &TableIndex)> = None;
        let mut text = String::new();
        for token in self.groups.iter().flat_map(|g| &g.0) {
            text.push_str(&stream.tight(token.from..token.to));
            text.push(' ');
        }
        for index in &vocabulary.tables {
            let mut rows: Vec<usize> = Vec::new();
            let mut score = 0.0f32;
            for token in self.groups.iter().flat_map(|g| &g.0) {
                let Kind::Label(keys) = &token.kind else { continue };
                for role in keys.iter().flat_map(|&k| index.roles(k)) {
                    match role {
                        Role::Row(flat) if !rows.contains(flat) => {
                            rows.push(*flat);
                            score += 1.0;
                        }
                        Role::Column { leaf: true, .. } => score += 0.3,
                        Role::Caption { .. } | Role::Corner { .. } => score += 0.3,
                        _ => {}
                    }
                }
            }
            if score <= 0.0 {
                continue;
            }
            score += index.table.evidence.iter().filter(|(r, _)| r.is_match(&text)).map(|(_, w)| w * 0.5).sum::<f32>();
            if best.is_none_or(|b| score > b.0 + 1e-4) {
                best = Some((score, index));
            }
        }
        best.map(|b| b.1)
    }

    /// The values of each row as cells; figures run together are cut.
    fn cut(
        &self,
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
            if fits {
                if glued && wanted > 1 && plain.len() == wanted && row.row.is_some() {
                    // The label stands right before the figures: the spaces among them may be a number's own.
                    let line: Vec<char> = characters(stream, &row.values).iter().map(|a| a.c).collect();
                    if least_cells(&line) < wanted {
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
            let raw: String = chars.iter().map(|a| a.c).collect();
            let mut cells: Vec<Draft> = Vec::with_capacity(row.order.len());
            for column in 0..row.order.len() {
                let piece = found.cuts.first().and_then(|c| c.get(column));
                let from = piece.and_then(|p| chars.get(p.range.0));
                let anchor = from.map_or(Anchor::Text { line: 0, column: 0 }, |a| stream.anchor(a.at));
                if decided(found, column).is_some() {
                    let text: String = piece
                        .map(|p| {
                            chars.get(p.range.0..p.range.1).unwrap_or(&[]).iter().map(|a| a.text.as_str()).collect()
                        })
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
                    cells.push(Draft { text: marker, anchor });
                }
            }
            if let Some(slot) = out.get_mut(n) {
                *slot = cells;
            }
        }
        out
    }
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
                out.push(Atomic { c: atom.c, text: atom.c.to_string(), at, cut: false });
            } else if atom.c != BLANK
                && let Some(last) = out.last_mut()
            {
                // A unit ends its cell; a thousands separator does not.
                last.text.push(atom.c);
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

fn draft(stream: &Stream<'_>, token: &Token) -> Draft {
    let text = if token.kind == Kind::Blank { String::new() } else { stream.printed(token.from..token.to) };
    Draft { text, anchor: stream.anchor(token.from) }
}

fn span(texts: &[Token], values: &[Token]) -> Option<(usize, usize)> {
    let first = texts.first().or(values.first())?;
    let last = values.last().or(texts.last())?;
    Some((first.from, last.to))
}

/// Labels with what the print adds behind them (法律…的, a remark in brackets).
fn with_tails(stream: &Stream<'_>, texts: &[Token], index: &TableIndex) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(texts.len());
    for token in texts {
        if token.kind == Kind::Text
            && let Some(last) = out.last_mut()
            && own_row(last, index).is_some()
            && last.to <= token.from
            && token.from - last.to <= 1
            && (token.to - token.from <= LONGEST_TAIL || stream.atoms.get(token.from).is_some_and(|a| a.c == '('))
        {
            last.to = token.to;
            continue;
        }
        out.push(token.clone());
    }
    // Only the last label's own tail is sure: values follow it.
    out
}

/// Most characters that a print adds behind a label.
const LONGEST_TAIL: usize = 4;

/// The row of the form that a label is, groups included.
fn own_row(token: &Token, index: &TableIndex) -> Option<usize> {
    let Kind::Label(keys) = &token.kind else { return None };
    keys.iter().flat_map(|&k| index.roles(k)).find_map(|r| match r {
        Role::Row(flat) => Some(*flat),
        _ => None,
    })
}

/// The row of the form that a label is behind the row `last`: of several with this label the one that is
/// numbered as printed, then the next one in the form's order.
fn which_row(stream: &Stream<'_>, token: &Token, index: &TableIndex, last: Option<usize>) -> Option<usize> {
    let Kind::Label(keys) = &token.kind else { return None };
    let text = stream.tight(token.from..token.to);
    let printed = super::label::split_ordinal(&text).0;
    let rank = |flat: usize| {
        let ordinal = index.row(flat).and_then(|r| r.ordinal);
        let other = match (printed, ordinal) {
            (Some(p), Some(o)) if p == o => 0,
            (Some(p), Some(o)) if p.number == o.number => 1,
            _ => 2,
        };
        (other, last.is_some_and(|l| flat <= l), flat)
    };
    let roles = keys.iter().flat_map(|&k| index.roles(k));
    roles.filter_map(|r| if let Role::Row(flat) = r { Some(*flat) } else { None }).min_by_key(|&flat| rank(flat))
}

/// Takes the next row's number off the end of a row's values; gives that number. Where it is missing and the
/// figures run together, the values go too: it may stand in any of them.
fn take_number(stream: &Stream<'_>, values: &mut Vec<Token>, wanted: usize, expected: u32, last_row: bool) -> u32 {
    let surplus = values.len() > wanted && values.len() > 1;
    let next = expected.to_string();
    let Some(last) = values.last_mut() else { return expected };
    let text = stream.tight(last.from..last.to);
    let figures = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let joined = |t: &Token| (t.from + 1..t.to).all(|at| stream.gap(at) == 0);
    if surplus && figures && (text.len() <= next.len() || !text.ends_with(&next)) {
        values.pop();
        return text.parse().unwrap_or(expected);
    }
    if last_row {
        return expected;
    }
    if text == next {
        values.pop();
    } else if text.len() > next.len() && text.ends_with(&next) && joined(last) && stream.gap(last.from) == 0 {
        last.to -= next.len();
    } else if stream.gap(last.from) == 0 {
        values.clear();
    }
    expected
}

/// Whether the cells stand on lines of their own or apart by edges.
fn parted(stream: &Stream<'_>, values: &[Token]) -> bool {
    values.iter().skip(1).any(|t| stream.gap(t.from) >= 2)
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

/// Whether a header stands above the one row of its part, which has no label.
fn unlabelled(header: &Header, index: &TableIndex) -> bool {
    index.part(header.part).is_some_and(|p| p.rows.iter().any(|r| r.labels.is_empty() && !r.group))
        && header.order.len() >= 4
}

/// Whether rows of the form stand between two groups of a chain.
fn rows_since(chain: &Chain, from: usize, to: usize, stream: &Stream<'_>, index: &TableIndex) -> bool {
    chain.groups.get(from..to).unwrap_or(&[]).iter().any(|(texts, values)| {
        let label = texts.iter().rev().find(|t| t.kind != Kind::Unit);
        let number = |t: &Token| stream.tight(t.from..t.to).chars().all(|c| c.is_ascii_digit());
        !(values.len() == 1 && values.iter().all(number) && label.is_some_and(|t| own_row(t, index).is_none()))
            && label.and_then(|t| own_row(t, index)).is_some()
    })
}

/// A header among texts: the columns of one part in the order in which their values stand.
fn read_header(stream: &Stream<'_>, texts: &[Token], index: &TableIndex) -> Option<Header> {
    // The part whose columns are named most.
    let roles = |t: &Token| -> Vec<Role> {
        match &t.kind {
            Kind::Label(keys) => keys.iter().flat_map(|&k| index.roles(k).iter().copied()).collect(),
            _ => Vec::new(),
        }
    };
    let all: Vec<Vec<Role>> = texts.iter().map(roles).collect();
    let mut best: Option<(usize, usize)> = None; // leaves, part
    for (p, part) in index.table.parts.iter().enumerate() {
        let leaves = all
            .iter()
            .zip(texts)
            .filter(|(rs, t)| {
                rs.iter().any(|r| matches!(r, Role::Column { part, leaf: true, .. } if *part == p))
                    && !(begins_numbered(stream, t) && rs.iter().any(|r| matches!(r, Role::Row(_))))
            })
            .count()
            .min(part.columns.len());
        let caption = all.iter().any(|rs| rs.iter().any(|r| matches!(r, Role::Caption { part } if *part == p)));
        let uppers = all
            .iter()
            .filter(|rs| rs.iter().any(|r| matches!(r, Role::Column { part, leaf: false, .. } if *part == p)))
            .count();
        let weight = leaves * 2 + uppers.min(4) + usize::from(caption);
        if leaves > 0 && best.is_none_or(|b| weight > b.0) {
            best = Some((weight, p));
        }
    }
    let (_, p) = best?;
    let part = index.part(p)?;
    let mut header = Header { part: p, ..Header::default() };
    let mut nodes: Vec<Node> = Vec::new();
    let mut used = vec![false; part.columns.len()];
    let mut spoken: Vec<Vec<usize>> = Vec::new(); // columns under each upper label seen
    let mut corner: Option<Draft> = None;
    let mut first_leaf = None;
    let mut other_end = 0; // of the last text that is no label of the part
    let label_at = texts.iter().rposition(|t| t.kind != Kind::Unit);
    for (n, (token, roles)) in texts.iter().zip(&all).enumerate() {
        // The last text is the row's label if it can be one.
        if Some(n) == label_at && roles.iter().any(|r| matches!(r, Role::Row(_))) && !used.iter().all(|u| !u) {
            let leaf_too = roles.iter().any(|r| matches!(r, Role::Column { part, leaf: true, column, .. } if *part == p && !used.get(*column).copied().unwrap_or(true)));
            let unlabelled = part.rows.iter().any(|r| r.labels.is_empty() && !r.group);
            let last_one = used.len() > 2 && used.iter().filter(|u| !**u).count() == 1;
            if !(leaf_too && (unlabelled || (last_one && !begins_numbered(stream, token)))) {
                break;
            }
        }
        // A number in front makes it a row, whatever else has this label.
        if begins_numbered(stream, token) && roles.iter().any(|r| matches!(r, Role::Row(_))) {
            continue;
        }
        let columns: Vec<usize> = roles
            .iter()
            .filter_map(|r| match r {
                Role::Column { part, column, leaf: true, .. } if *part == p => Some(*column),
                _ => None,
            })
            .filter(|&c| !used.get(c).copied().unwrap_or(true))
            .collect();
        let columns = if token.kind == Kind::Text && Some(n) != label_at {
            misprinted(stream, token, part, &used)
        } else {
            columns
        };
        let uppers: Vec<usize> = roles
            .iter()
            .filter_map(|r| match r {
                Role::Column { part, column, leaf: false, .. } if *part == p => Some(*column),
                _ => None,
            })
            .collect();
        if !columns.is_empty() {
            // Of several columns with this label the one whose upper labels were printed.
            let rank = |c: usize| {
                let levels = part.columns.get(c).map_or(1, |x| x.path.len()).saturating_sub(1).max(1);
                let seen = spoken.iter().filter(|s| s.contains(&c)).count().min(levels);
                (levels - seen) * 60 / levels
            };
            let Some(column) = columns.iter().copied().min_by_key(|&c| (rank(c), c)) else { continue };
            if let Some(slot) = used.get_mut(column) {
                *slot = true;
            }
            first_leaf.get_or_insert(n);
            header.texts.push(n);
            let leaf_text = match part.columns.get(column) {
                // Columns that share a label are told apart by their whole path.
                Some(c) if c.path.len() > 1 && shared(part, column) => {
                    c.path.iter().filter_map(|l| l.first()).map(|l| l.text.as_str()).collect()
                }
                _ => stream.printed(token.from..token.to),
            };
            place(
                &mut nodes,
                Node::Leaf(column, Draft { text: leaf_text, anchor: stream.anchor(token.from) }),
                &[column],
            );
        } else if !uppers.is_empty() {
            spoken.push(uppers.clone());
            header.texts.push(n);
            place(&mut nodes, Node::Upper(uppers.clone(), Vec::new()), &uppers);
        } else if roles.iter().any(|r| matches!(r, Role::Corner { .. })) {
            if corner.is_none() {
                header.units = 0;
            }
            header.cornered = true;
            corner.get_or_insert(draft(stream, token));
        } else if (token.kind == Kind::Text || (matches!(token.kind, Kind::Label(_)) && roles.is_empty()))
            && (corner.is_some() || first_leaf.is_some())
            && token.to - token.from <= 12
            && Some(n) != label_at
        {
            // A header that lost its second line, or one that the form does not know.
            match nodes.last_mut() {
                // The rest of a text that begins with a label of another table.
                Some(Node::Other(cell)) if other_end == token.from && stream.gap(token.from) == 0 => {
                    cell.text.push_str(&stream.printed(token.from..token.to));
                }
                _ => nodes.push(Node::Other(draft(stream, token))),
            }
            other_end = token.to;
        } else if roles.contains(&Role::Ignored) {
            if corner.is_none() && first_leaf.is_none() {
                header.numbered |= stream.tight(token.from..token.to).contains('序');
                if !header.numbered {
                    header.units += 1;
                }
            } else if first_leaf.is_none() {
                header.units += 1;
            }
        }
    }
    header.cells.push(corner.unwrap_or_else(|| Draft {
        text: String::new(),
        anchor: texts.first().map_or(Anchor::Text { line: 0, column: 0 }, |t| stream.anchor(t.from)),
    }));
    for _ in 0..header.units {
        let anchor = texts.first().map_or(Anchor::Text { line: 0, column: 0 }, |t| stream.anchor(t.from));
        header.cells.push(Draft { text: "单位".to_owned(), anchor });
    }
    flatten(nodes, &mut header);
    Some(header)
}

/// The free columns whose label a text is but for a letter (其它结果).
fn misprinted(stream: &Stream<'_>, token: &Token, part: &crate::pattern::Part, used: &[bool]) -> Vec<usize> {
    let printed = super::label::Printed::of_shadow(&stream.tight(token.from..token.to));
    if printed.len() < 3 || printed.len() > 16 {
        return Vec::new();
    }
    let like = |c: usize| {
        part.columns
            .get(c)
            .and_then(|x| x.path.last())
            .is_some_and(|labels| labels.iter().any(|l| super::label::compare_label(&printed, l, 0.74).is_some()))
    };
    (0..part.columns.len()).filter(|&c| !used.get(c).copied().unwrap_or(true) && like(c)).collect()
}

/// Whether an ordinal stands in front of the label.
fn begins_numbered(stream: &Stream<'_>, token: &Token) -> bool {
    super::label::split_ordinal(&stream.tight(token.from..token.to)).0.is_some()
}

/// A column or a label above several.
enum Node {
    Leaf(usize, Draft),
    Other(Draft),
    Upper(Vec<usize>, Vec<Node>),
}

/// Puts a node under the narrowest label above that it belongs to, else behind all others.
fn place(nodes: &mut Vec<Node>, node: Node, columns: &[usize]) {
    let within = |n: &Node| matches!(n, Node::Upper(all, _) if all.len() > columns.len() && columns.iter().all(|c| all.contains(c)));
    if let Some(at) = nodes.iter().position(within)
        && let Some(Node::Upper(_, inner)) = nodes.get_mut(at)
    {
        // Depth is bounded by the levels of a boxhead.
        place(inner, node, columns);
        return;
    }
    nodes.push(node);
}

fn flatten(nodes: Vec<Node>, header: &mut Header) {
    for node in nodes {
        match node {
            Node::Leaf(column, cell) => {
                header.order.push(column);
                header.cells.push(cell);
            }
            Node::Other(cell) => header.cells.push(cell),
            Node::Upper(_, inner) => flatten(inner, header),
        }
    }
}

/// Whether another column of the part has the same label at the lowest level.
fn shared(part: &crate::pattern::Part, column: usize) -> bool {
    let last = |c: usize| part.columns.get(c).and_then(|x| x.path.last()).and_then(|l| l.first()).map(|l| &l.shadow);
    (0..part.columns.len()).any(|c| c != column && last(c) == last(column))
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

fn build(stream: &Stream<'_>, rows: &[Line], values: &[Vec<Draft>]) -> Option<Table> {
    let mut cells = Vec::new();
    let mut cols = 0;
    for (r, (row, values)) in rows.iter().zip(values).enumerate() {
        let mut col = 0;
        let pad = usize::from(row.head.is_empty());
        if pad > 0 {
            let anchor = values.first().map(|v| v.anchor.clone())?;
            cells.push(Cell { row: r, col: 0, row_span: 1, col_span: 1, text: String::new(), anchor });
            col += 1;
        }
        for draft in row.head.iter().chain(values) {
            cells.push(Cell {
                row: r,
                col,
                row_span: 1,
                col_span: 1,
                text: draft.text.clone(),
                anchor: draft.anchor.clone(),
            });
            col += 1;
        }
        cols = cols.max(col);
    }
    let anchor = cells.first().map_or_else(|| stream.anchor(0), |c| c.anchor.clone());
    Some(Table { kind: TableKind::Delimited, rows: rows.len(), cols, cells, caption: String::new(), anchor })
}

/// The ranges of paragraphs that a stretch of the stream covers; a table for a list of cells is covered whole.
pub(super) fn ranges(stream: &Stream<'_>, from: usize, to: usize) -> Vec<(usize, Range<usize>)> {
    let mut out: Vec<(usize, Range<usize>)> = Vec::new();
    for at in from..to {
        let Some(atom) = stream.atoms.get(at) else { continue };
        let Some(block) = stream.document.blocks.get(atom.block) else { continue };
        let range = match block {
            Block::Table(_) => 0..0,
            Block::Paragraph(p) => {
                let end = p
                    .text
                    .get(atom.byte..)
                    .and_then(|s| s.chars().next())
                    .map_or(atom.byte, |c| atom.byte + c.len_utf8());
                atom.byte..end
            }
        };
        match out.last_mut() {
            Some((last, whole)) if *last == atom.block => whole.end = whole.end.max(range.end),
            _ => out.push((atom.block, range)),
        }
    }
    out
}

//! The rows of a table in running text: which label has which values.

use super::header::{Header, read_header, unlabelled};
use super::values::{doubt_orders, ends_blank, figure, parted, take_number};
use super::{FlowTable, Kind, Stream, Token, figures, ranges};
use crate::align::bare::LEAST_COUNTED;
use crate::align::label;
use crate::align::ragged::sums_prove;
use crate::align::vocabulary::{Role, TableIndex, Vocabulary};
use crate::document::{Anchor, Cell, Table, TableKind};

/// Fewest rows of the form that make a chain more than numbers in prose.
const LEAST_ROWS: usize = 3;

/// Most places at which a chain is parted: a report has far fewer tables.
const MOST_SPLITS: usize = 64;

/// Groups of texts and the values behind them, without prose between them.
#[derive(Debug, Default)]
pub(super) struct Chain {
    pub groups: Vec<(Vec<Token>, Vec<Token>)>,
}

/// A cell in the making.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub text: String,
    pub anchor: Anchor,
}

/// A row in the making.
pub(super) struct Line {
    pub head: Vec<Draft>,
    /// Flat index of the form's row, where the label is known.
    pub row: Option<usize>,
    /// Part of the form.
    pub part: Option<usize>,
    pub values: Vec<Token>,
    /// The form's columns in the printed order.
    pub order: Vec<usize>,
}

impl Chain {
    /// Builds the tables that the chain prints: one, or several where its rows come again (last year's table
    /// beside this year's).
    /// `traceless` says that empty cells of the text leave no trace ([`Chain::loses_blanks`]).
    pub fn tables(
        self,
        stream: &Stream<'_>,
        vocabulary: &Vocabulary,
        traceless: bool,
        serial: usize,
    ) -> Vec<FlowTable> {
        let mut out = Vec::new();
        let mut open = vec![self];
        let mut splits = 0usize;
        while let Some(mut chain) = open.pop() {
            // Each looks over the whole chain: what goes on so is no report.
            let parts = splits < MOST_SPLITS;
            let index = chain.index(stream, vocabulary);
            let end = index.filter(|_| parts).map_or(chain.groups.len(), |index| {
                chain.again(stream, index).min(chain.turn(vocabulary, index)).max(1)
            });
            if end < chain.groups.len() {
                splits += 1;
                let rest = chain.groups.split_off(end);
                open.extend([Self { groups: rest }, chain]);
                continue;
            }
            let table = chain.counted(stream, vocabulary);
            out.extend(table.or_else(|| chain.table(stream, index?, traceless, serial + out.len())));
        }
        out
    }

    /// The table of one row without a label whose boxhead was torn, its words wrapped or scattered: as many values as a
    /// part of a form has columns, behind words that do not name them all. The row is for its sums to prove.
    fn counted(&self, stream: &Stream<'_>, vocabulary: &Vocabulary) -> Option<FlowTable> {
        let [(texts, values)] = self.groups.as_slice() else { return None };
        let (first, last) = (texts.first()?, values.last()?);
        if values.len() < LEAST_COUNTED {
            return None;
        }
        let fits =
            |index: &&TableIndex| index.open && index.table.parts.iter().any(|p| p.columns.len() == values.len());
        let named = |index: &TableIndex| read_header(stream, texts, index).map_or(0, |header| header.order.len());
        let mut forms = vocabulary.tables.iter().filter(fits).peekable();
        if forms.peek().is_none() || forms.any(|index| named(index) == values.len()) {
            return None;
        }
        let line = |head| Line { head, row: None, part: None, values: Vec::new(), order: Vec::new() };
        let rows = [line(texts.iter().map(|t| draft(stream, t)).collect()), line(Vec::new())];
        let cells = [Vec::new(), values.iter().map(|t| draft(stream, t)).collect()];
        let table = build(stream, &rows, &cells)?;
        let ranges = ranges(stream, first.from, last.to);
        Some(FlowTable { block: ranges.first()?.0, table, ranges, notes: Vec::new() })
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

    /// Whether rows have a blank behind their last cell: the text marks their ends so.
    fn closes_rows(&self, stream: &Stream<'_>, index: &TableIndex) -> bool {
        let closed = self.groups.iter().filter(|(texts, values)| {
            let row = texts.last().and_then(|t| index.row(which_row(stream, t, index, None)?));
            row.is_some_and(|row| values.len() == row.columns.len() + 1 && row.columns.len() > 1) && ends_blank(values)
        });
        closed.take(LEAST_ROWS).count() >= LEAST_ROWS
    }

    /// Whether most of its values stand on lines of their own.
    pub fn is_parted(&self, stream: &Stream<'_>) -> bool {
        let values = self.groups.iter().flat_map(|g| &g.1);
        let (all, own) = values.fold((0usize, 0usize), |(all, own), t| {
            (all + 1, own + usize::from(stream.gap(t.from) >= 2 && stream.gap(t.to) >= 2))
        });
        own * 2 > all
    }

    /// The group at which the chain turns from the labels of one table to those of another, or from others to its own;
    /// the number of groups where it does not.
    fn turn(&self, vocabulary: &Vocabulary, index: &TableIndex) -> usize {
        let same = |other: &&TableIndex| other.form.id == index.form.id && other.table.id != index.table.id;
        let others: Vec<&TableIndex> = vocabulary.tables.iter().filter(same).collect();
        let own = |texts: &[Token]| {
            let labels = texts.iter().filter_map(|t| if let Kind::Label(keys) = &t.kind { Some(keys) } else { None });
            let (mut here, mut there) = (0usize, 0usize);
            for keys in labels {
                let known = |index: &TableIndex| {
                    let mut roles = keys.iter().flat_map(|&k| index.roles(k));
                    roles.any(|r| matches!(r, Role::Row(_) | Role::Column { .. } | Role::Corner { .. }))
                };
                if known(index) {
                    here += 1;
                } else if others.iter().any(|other| known(other)) {
                    there += 1;
                }
            }
            (here + there > 0).then_some((here >= there, there > 1))
        };
        // One strange label may be an added row's; two in one group, or in two groups, are another table's.
        let known = |(n, (texts, _)): (usize, &(Vec<Token>, Vec<Token>))| own(texts).map(|(own, sure)| (n, own, sure));
        let groups: Vec<(usize, bool, bool)> = self.groups.iter().enumerate().filter_map(known).collect();
        let turns = |pair: &[(usize, bool, bool)]| match pair {
            [(_, true, _), (at, false, true), ..] | [(_, true, _), (at, false, _), (_, false, _), ..] => Some(*at),
            [(_, false, _), (at, true, _), ..] => Some(*at),
            _ => None,
        };
        (0..groups.len()).find_map(|at| turns(groups.get(at..)?)).unwrap_or(self.groups.len())
    }

    /// The group at which the chain's rows begin to come again; the number of groups where they do not.
    fn again(&self, stream: &Stream<'_>, index: &TableIndex) -> usize {
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
    fn table(&self, stream: &Stream<'_>, index: &TableIndex, traceless: bool, serial: usize) -> Option<FlowTable> {
        let mut rows: Vec<Line> = Vec::new();
        let mut lines: Vec<usize> = Vec::new(); // of `rows`, those with values
        let mut heads: Vec<(usize, usize)> = Vec::new(); // of `rows`, headers in an order of their own, with their parts
        let mut header: Option<Header> = None;
        let mut numbered = false;
        let mut taken: Option<(usize, usize)> = None;
        let mut known = 0usize;
        let mut leaves = 0usize;
        let mut cornered = false;
        let closed = self.closes_rows(stream, index);
        // The ordinal number of the last row, where a column of them stands before the labels.
        let mut count = 1u32;
        // Whether such a number was found stuck to figures.
        let mut glued = false;
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
            // Labels of rows that also name columns (其他, 总计) are no new header of less than half the columns.
            let shrinks =
                |h: &Header| header.as_ref().is_some_and(|o| o.part == h.part && h.order.len() * 2 < o.order.len());
            let fresh = read_header(stream, texts, index).filter(|h| !shrinks(h));
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
                    heads.clear();
                    taken = None;
                    leaves = 0;
                    cornered = false;
                }
                leaves += h.order.len();
                numbered = h.numbered;
                cornered |= h.cornered;
                if h.order.windows(2).any(|pair| matches!(pair, [a, b] if a > b)) && !unlabelled {
                    heads.push((rows.len(), h.part));
                }
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
                // The last row has no number behind it, nor one above a header.
                let next = self.groups.get(at + 1);
                let ends = next.is_none_or(|(texts, _)| read_header(stream, texts, index).is_some());
                count = take_number(stream, &mut values, order.len(), count + 1, ends, &mut glued);
            }
            if unlabelled && values.len() > order.len() {
                // Padding in front (the header's last row had empty cells on the left, or the table does), behind, or
                // both: where several places are left, the sums decide, or nothing does.
                let blank = |list: &[Token]| list.iter().all(|t| t.kind == Kind::Blank);
                let outside = |skip: usize| (values.get(..skip), values.get(skip + order.len()..));
                let open = |&skip: &usize| matches!(outside(skip), (Some(a), Some(b)) if blank(a) && blank(b));
                let places: Vec<usize> = (0..=values.len() - order.len()).filter(open).collect();
                let fits = |&skip: &usize| {
                    let from = values.get(skip..).unwrap_or_default();
                    let number = |column: usize| figure(stream, from, &order, column);
                    flat.is_some_and(|flat| sums_prove(flat, index, &number))
                };
                let place = match places.as_slice() {
                    [place] => Some(*place),
                    _ if blank(&values) => Some(0),
                    several => {
                        let mut proven = several.iter().copied().filter(fits);
                        proven.next().filter(|_| proven.next().is_none())
                    }
                };
                if let Some(place) = place {
                    values.drain(..place);
                    values.truncate(order.len());
                } else if !places.is_empty() {
                    values.clear();
                }
            }
            // Where most columns have strange names, a row of as many values as the others may have left out any.
            let strange = |h: &Header| {
                let columns = index.part(h.part).map_or(0, |p| p.columns.len());
                h.order.len() * 2 < columns && h.order.len() < h.width()
            };
            if !unlabelled && matching.is_some_and(|h| strange(h) && values.len() <= h.order.len()) {
                values.clear();
            }
            if let Some(h) = matching
                && values.len() > h.width()
                && values.get(h.width()..).is_some_and(|v| v.iter().all(|t| t.kind == Kind::Blank))
            {
                // Empty cells behind the last column fill the row up.
                values.truncate(h.width());
            }
            if closed
                && values.len() == order.len()
                && ends_blank(&values)
                && !values.iter().all(|t| t.kind == Kind::Blank)
            {
                // The blank may be the mark of the row's end, and a cell lost.
                values.clear();
            }
            if let (Some(h), Some(flat)) = (matching.filter(|_| !unlabelled), flat)
                && values.len() > h.width()
            {
                // A number on the line below a row that is whole is a page's; else nothing tells which is too many.
                let below = values.len() == h.width() + 1
                    && values.iter().skip(1).rev().enumerate().all(|(n, t)| (stream.gap(t.from) >= 2) == (n == 0));
                if below && sums_prove(flat, index, &|column| figure(stream, &values, &order, column)) {
                    values.pop();
                } else {
                    values.clear();
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
        doubt_orders(stream, &mut rows, &heads, index);
        let mut notes = Vec::new();
        let cells = figures::cells(stream, &rows, index, traceless, serial, &mut notes);
        let table = build(stream, &rows, &cells)?;
        let (from, to) = taken?;
        let ranges = ranges(stream, from, to);
        let block = ranges.first()?.0;
        Some(FlowTable { block, table, ranges, notes })
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
            let mut headed = false;
            for token in self.groups.iter().flat_map(|g| &g.0) {
                let Kind::Label(keys) = &token.kind else { continue };
                for role in keys.iter().flat_map(|&k| index.roles(k)) {
                    headed |= matches!(role, Role::Column { leaf: true, .. });
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
            // Of forms with the same rows the one with fewer columns, where none is printed.
            let columns = index.table.parts.iter().map(|p| p.columns.len()).max().unwrap_or(0);
            #[allow(clippy::cast_precision_loss, reason = "small counts")]
            if !headed {
                score -= columns as f32 * 0.01;
            }
            if best.is_none_or(|b| score > b.0 + 1e-4) {
                best = Some((score, index));
            }
        }
        best.map(|b| b.1)
    }
}

pub(super) fn draft(stream: &Stream<'_>, token: &Token) -> Draft {
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
    let printed = label::split_ordinal(&text).0;
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

/// Whether rows of the form stand between two groups of a chain.
fn rows_since(chain: &Chain, from: usize, to: usize, stream: &Stream<'_>, index: &TableIndex) -> bool {
    chain.groups.get(from..to).unwrap_or(&[]).iter().any(|(texts, values)| {
        let label = texts.iter().rev().find(|t| t.kind != Kind::Unit);
        let number = |t: &Token| stream.tight(t.from..t.to).chars().all(|c| c.is_ascii_digit());
        !(values.len() == 1 && values.iter().all(number) && label.is_some_and(|t| own_row(t, index).is_none()))
            && label.and_then(|t| own_row(t, index)).is_some()
    })
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

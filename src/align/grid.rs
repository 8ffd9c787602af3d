//! A physical table's rows against the rows of a form's table, in the form's order.

use super::vocabulary::{Reader, Role, TableIndex};
use crate::document::{Cell, Table, TableKind};
use crate::record::State;

/// Most positions that a table's cells may cover; larger tables are no statutory ones.
const MOST_POSITIONS: usize = 400_000;

/// A physical table prepared for matching.
pub(crate) struct Grid<'d> {
    /// Index into `Document::blocks`.
    pub block: usize,
    pub table: &'d Table,
    /// For each grid row the cells that cover it, by column; indices into `Table::cells`.
    pub rows: Vec<Vec<usize>>,
    /// For each cell its prepared text.
    pub texts: Vec<usize>,
    /// What each row prints, whatever the table that it is held against.
    pub(super) sketches: Vec<Sketch>,
    /// Prepared texts of the cells that print labels, each once.
    pub(super) labelled: Vec<usize>,
    /// Short paragraphs right before the table: block and prepared text, nearest last.
    pub context: Vec<(usize, usize)>,
    /// Lines that may be the table's caption, the nearest first; prepared texts.
    pub titles: Vec<usize>,
    /// Nothing but the edges of pages stands between it and the table before.
    pub continues: bool,
    /// It is one of the pieces of a table that stand side by side.
    pub piece: bool,
    /// Unit of money that the lines above it print.
    pub unit: Option<&'static str>,
    /// For a table put together from running text the text that it takes up; else empty.
    pub ranges: Vec<(usize, std::ops::Range<usize>)>,
    /// The document ends with it.
    pub ends: bool,
}

impl<'d> Grid<'d> {
    pub fn new<'f>(
        block: usize,
        table: &'d Table,
        context: Vec<(usize, usize)>,
        reader: &mut Reader<'d, 'f, '_>,
    ) -> Option<Self> {
        let mut covered = 0usize;
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); table.rows.min(MOST_POSITIONS)];
        for (at, cell) in table.cells.iter().enumerate() {
            let last = cell.row.saturating_add(cell.row_span.max(1)).min(rows.len());
            for row in rows.get_mut(cell.row..last)? {
                row.push(at);
                covered += 1;
            }
            if covered > MOST_POSITIONS {
                return None;
            }
        }
        for row in &mut rows {
            row.sort_by_key(|&at| table.cells.get(at).map(|c| c.col));
        }
        let texts: Vec<usize> = table.cells.iter().map(|c| reader.prepare(&c.text)).collect();
        let sketches = rows.iter().map(|cells| Sketch::new(cells, &texts, reader)).collect();
        let mut labelled = texts.clone();
        labelled.sort_unstable();
        labelled.dedup();
        labelled.retain(|&text| !reader.get(text).labels.is_empty());
        Some(Self {
            sketches,
            labelled,
            block,
            table,
            rows,
            texts,
            context,
            titles: Vec::new(),
            continues: false,
            piece: false,
            unit: None,
            ranges: Vec::new(),
            ends: false,
        })
    }

    pub fn cell(&self, at: usize) -> Option<&'d Cell> {
        self.table.cells.get(at)
    }

    pub fn text(&self, at: usize) -> usize {
        self.texts.get(at).copied().unwrap_or(usize::MAX)
    }

    /// Whether its columns are places on a page, and no count of cells.
    pub fn is_drawn(&self) -> bool {
        matches!(self.table.kind, TableKind::Ruled | TableKind::Tagged | TableKind::Borderless)
    }

    pub fn row(&self, row: usize) -> &[usize] {
        self.rows.get(row).map_or(&[], Vec::as_slice)
    }

    /// Whether a row may be one of a boxhead: it prints labels and no values.
    pub fn may_head(&self, row: usize) -> bool {
        self.sketches.get(row).is_some_and(|s| s.values == 0 && !s.labelled.is_empty())
    }

    /// What the labels printed in the cells mean in a table.
    pub fn roles<'a>(&'a self, index: &'a TableIndex, reader: &'a Reader) -> impl Iterator<Item = &'a Role> {
        self.labelled.iter().flat_map(|&t| &reader.get(t).labels).flat_map(|label| index.roles(label.key))
    }

    /// Whether no cell that begins in a row prints anything.
    pub fn is_blank(&self, row: usize, reader: &Reader) -> bool {
        let begins = |c: &&usize| self.cell(**c).is_some_and(|x| x.row == row);
        self.row(row).iter().filter(begins).all(|&c| reader.get(self.text(c)).is_blank())
    }
}

/// What a printed row holds: seen once, for the tables of all forms.
#[derive(Debug, Clone, Default)]
pub(super) struct Sketch {
    /// Cells with a number or a dash.
    values: usize,
    /// Place of the first of them in the row.
    first_value: Option<usize>,
    /// Place of the last text before it that is no label.
    last_text: Option<usize>,
    /// Places of the cells that print labels.
    labelled: Vec<usize>,
}

impl Sketch {
    fn new(cells: &[usize], texts: &[usize], reader: &Reader) -> Self {
        let mut sketch = Self::default();
        for (at, text) in cells.iter().enumerate().filter_map(|(at, cell)| Some((at, reader.get(*texts.get(*cell)?)))) {
            if !text.labels.is_empty() {
                sketch.labelled.push(at);
            } else if matches!(text.state, State::Number | State::Dash) {
                sketch.values += 1;
                sketch.first_value.get_or_insert(at);
            } else if sketch.values == 0 && text.is_text() {
                sketch.last_text = Some(at);
            }
        }
        sketch
    }
}

/// A printed row found to be a row of the form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit {
    /// Grid row.
    pub row: usize,
    /// Flat index of the form's row.
    pub flat: usize,
    /// The cell with the label; `None` for an unlabelled row.
    pub own: Option<usize>,
    /// Evidence.
    pub gain: f32,
    /// Score of the label alone.
    pub score: f32,
    /// Out of the form's order.
    pub astray: bool,
}

/// What a printed row looks like to one table of one form.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowView {
    /// The cell that labels the row: the rightmost one that matches a row.
    pub own: Option<usize>,
    /// Rows that it may be: flat index and gain and label score.
    pub candidates: Vec<(usize, f32, f32)>,
    /// Cells that match columns.
    pub columns: usize,
    /// Cells with a number or a dash.
    pub values: usize,
    /// Whether the row's own text is there but no row of the form.
    pub unknown: Option<usize>,
    /// Its label also heads columns.
    pub heading: bool,
}

/// Looks at one printed row.
pub(crate) fn view(grid: &Grid, row: usize, index: &TableIndex, reader: &Reader) -> RowView {
    let cells = grid.row(row);
    let Some(sketch) = grid.sketches.get(row) else { return RowView::default() };
    let mut view = RowView { values: sketch.values, ..RowView::default() };
    let mut own_at = None;
    let mut last_text = sketch.last_text;
    for &at in &sketch.labelled {
        let Some(&cell) = cells.get(at) else { continue };
        let text = reader.get(grid.text(cell));
        let starts = grid.cell(cell).is_some_and(|c| c.row == row);
        let (mut is_row, mut is_column) = (false, false);
        for (score, role) in text.meanings(index) {
            match role {
                Role::Row(_) => is_row = true,
                Role::Column { .. } | Role::Ignored if starts && score >= 0.75 => is_column = true,
                _ => {}
            }
        }
        if is_column {
            view.columns += 1;
        }
        if is_row {
            own_at = Some(at);
        }
        if sketch.first_value.is_none_or(|first| at < first) {
            last_text = last_text.max(Some(at));
        }
    }
    let Some(own_at) = own_at else {
        view.unknown = last_text.and_then(|at| cells.get(at)).copied();
        return view;
    };
    let Some(&own) = cells.get(own_at) else { return view };
    let text = reader.get(grid.text(own));
    if text.two {
        view.unknown = Some(own);
        return view;
    }
    let own_is_column =
        text.meanings(index).any(|(score, r)| score >= 0.75 && matches!(r, Role::Column { .. } | Role::Ignored));
    let other_columns = view.columns - usize::from(own_is_column && view.columns > 0);
    let right = cells.len().saturating_sub(own_at + 1);
    if other_columns > 0 && view.values == 0 {
        // A row of the boxhead that shares words with the stub (总计, 行政复议).
        return view;
    }
    // Text to the right of a label that heads other rows is the row's own label, and the form does not know it.
    let right_text = last_text.filter(|&at| at > own_at);
    let context: Vec<usize> = cells
        .iter()
        .take(own_at)
        .flat_map(|&c| reader.get(grid.text(c)).meanings(index))
        .filter_map(|(score, r)| if let Role::Row(flat) = r { (score >= 0.75).then_some(*flat) } else { None })
        .collect();
    view.own = Some(own);
    view.heading = own_is_column;
    for (score, role) in text.meanings(index) {
        let Role::Row(flat) = *role else { continue };
        let Some(form_row) = index.row(flat) else { continue };
        if form_row.heads || form_row.group {
            if let Some(at) = right_text {
                view.unknown = cells.get(at).copied();
                continue;
            }
        } else if right == 0 {
            continue;
        }
        let mut gain = (score - 0.5) * 2.0;
        if let (Some(printed), Some(ordinal)) = (text.printed.ordinal, form_row.ordinal) {
            gain += match (printed.number == ordinal.number, printed.style == ordinal.style) {
                (true, true) => 0.15,
                (true, false) => 0.08,
                (false, _) => -0.15,
            };
        }
        if !form_row.group && view.values > 0 {
            gain += 0.1;
        }
        let parent = index.rows.get(flat).and_then(|r| r.parent);
        if !context.is_empty()
            && let Some(parent) = parent
        {
            gain += if context.contains(&parent) { 0.15 } else { -0.05 };
        }
        if gain > 0.0 {
            match view.candidates.iter_mut().find(|c| c.0 == flat) {
                Some(old) if old.1 >= gain => {}
                Some(old) => *old = (flat, gain, score),
                None => view.candidates.push((flat, gain, score)),
            }
        }
    }
    if view.candidates.is_empty() && view.unknown.is_none() {
        view.unknown = Some(own);
    }
    view
}

/// Chooses the form's row for each printed row so that the order of both is kept and the evidence is largest;
/// then takes in rows that stand out of order where their labels leave no doubt.
pub(crate) fn align_rows(views: &[RowView], index: &TableIndex) -> Vec<Hit> {
    let height = index.rows.len();
    struct Link {
        row: usize,
        flat: usize,
        gain: f32,
        score: f32,
        total: f32,
        before: Option<usize>,
    }
    let mut links: Vec<Link> = Vec::new();
    // Best chain that ends at each row of the form.
    let mut best: Vec<Option<usize>> = vec![None; height];
    for (row, view) in views.iter().enumerate() {
        let mut new: Vec<(usize, usize)> = Vec::new();
        for &(flat, gain, score) in &view.candidates {
            let mut total = gain;
            let mut before = None;
            for (earlier, link) in best.iter().enumerate().take(flat) {
                let Some(at) = *link else { continue };
                let Some(l) = links.get(at) else { continue };
                let next = l.total + gain + if earlier + 1 == flat { 0.02 } else { 0.0 };
                if next > total {
                    total = next;
                    before = Some(at);
                }
            }
            new.push((flat, links.len()));
            links.push(Link { row, flat, gain, score, total, before });
        }
        for (flat, at) in new {
            let better =
                |old: usize| links.get(old).map_or(f32::MIN, |l| l.total) < links.get(at).map_or(f32::MIN, |l| l.total);
            if let Some(slot) = best.get_mut(flat)
                && slot.is_none_or(better)
            {
                *slot = Some(at);
            }
        }
    }
    let mut end: Option<usize> = None;
    for at in best.into_iter().flatten() {
        let total = |i: usize| links.get(i).map_or(f32::MIN, |l| l.total);
        if end.is_none_or(|e| total(at) > total(e)) {
            end = Some(at);
        }
    }
    let mut hits = Vec::new();
    while let Some(link) = end.and_then(|at| links.get(at)) {
        let own = views.get(link.row).and_then(|v| v.own);
        hits.push(Hit { row: link.row, flat: link.flat, own, gain: link.gain, score: link.score, astray: false });
        end = link.before;
    }
    hits.reverse();
    astray(views, index, &mut hits);
    hits
}

/// Adds rows out of the form's order whose label can be nothing else.
fn astray(views: &[RowView], index: &TableIndex, hits: &mut Vec<Hit>) {
    let mut extra = Vec::new();
    for (row, view) in views.iter().enumerate() {
        if hits.iter().any(|h| h.row == row) {
            continue;
        }
        let [(flat, gain, score)] = view.candidates.as_slice() else { continue };
        let long = index.row(*flat).is_some_and(|r| !r.group && r.labels.iter().any(|l| l.text.chars().count() >= 4));
        let free = !hits.iter().chain(&extra).any(|h: &Hit| h.flat == *flat);
        if *score >= 0.95 && long && free {
            extra.push(Hit { row, flat: *flat, own: view.own, gain: *gain, score: *score, astray: true });
        }
    }
    if !extra.is_empty() {
        hits.extend(extra);
        hits.sort_by_key(|h| h.row);
    }
}

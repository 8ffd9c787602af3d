//! One flow of text (the body, a note, a text box): lines to paragraphs, cells, rows and tables within tables.

use crate::document::{Anchor, Block, INK, Paragraph, Role, Table};
use crate::format::rows::{self, CellShape};
use crate::format::run::{is_framed, numbered};
use crate::text::Runs;

/// What stands in a cell, in order.
pub(super) enum Piece {
    /// A paragraph.
    Line(String),
    /// A table within the cell.
    Table(Table),
}

impl Piece {
    fn is_filled(&self) -> bool {
        match self {
            Self::Line(line) => !line.trim().is_empty(),
            Self::Table(_) => true,
        }
    }
}

/// A table being read, at one depth.
#[derive(Default)]
struct OpenTable {
    /// Its number in the file, from 1.
    number: u32,
    rows: Vec<(Vec<Vec<Piece>>, Vec<CellShape>)>,
    cells: Vec<Vec<Piece>>,
    pieces: Vec<Piece>,
}

/// Numbers given to paragraphs and tables of the whole file.
#[derive(Default)]
pub(super) struct Numbers {
    paragraphs: u32,
    tables: u32,
}

/// A flow of text.
#[derive(Default)]
pub(super) struct Flow {
    /// The paragraph being read.
    pub(super) line: Runs,
    /// What a list prints before it.
    pub(super) number: String,
    /// The cell holds ink that is no text: a picture, an object.
    pub(super) ink: bool,
    /// Tables open at each depth, the outermost first.
    tables: Vec<OpenTable>,
    pub(super) blocks: Vec<Block>,
}

impl Flow {
    /// Ends a paragraph at a depth of tables, 0 for none.
    pub(super) fn end_paragraph(&mut self, depth: usize, role: Role, numbers: &mut Numbers) {
        // A cell whose paragraphs are not marked as standing in a table.
        let inside = self.tables.first().is_some_and(|t| !t.cells.is_empty());
        let depth = depth.max(usize::from(inside));
        self.close(depth);
        let listed = !self.number.is_empty();
        let line = self.take_line(depth > 0);
        if depth > 0 {
            let pieces = &mut self.at(depth, numbers).pieces;
            // Of empty lines one is enough.
            if !line.is_empty() || !matches!(pieces.last(), Some(Piece::Line(last)) if last.is_empty()) {
                pieces.push(Piece::Line(line));
            }
            return;
        }
        self.ink = false;
        numbers.paragraphs = numbers.paragraphs.saturating_add(1);
        let anchor = Anchor::Node { path: format!("document/p[{}]", numbers.paragraphs), line: 0, column: 0 };
        let role = if listed && role == Role::Body { Role::ListItem } else { role };
        push_lines(&line, role, &anchor, &mut self.blocks);
    }

    /// Ends a cell at a depth of tables from 1.
    pub(super) fn end_cell(&mut self, depth: usize, numbers: &mut Numbers) {
        let line = self.take_line(true);
        let ink = std::mem::take(&mut self.ink);
        self.close(depth);
        let table = self.at(depth, numbers);
        let mut pieces = std::mem::take(&mut table.pieces);
        pieces.push(Piece::Line(line));
        if ink && !pieces.iter().any(Piece::is_filled) {
            pieces = vec![Piece::Line(INK.to_owned())];
        }
        table.cells.push(pieces);
    }

    /// The paragraph being read, which ends.
    fn take_line(&mut self, in_cell: bool) -> String {
        numbered(&std::mem::take(&mut self.number), self.line.take(), in_cell)
    }

    /// Ends a row at a depth of tables from 1; what stands behind its last cell is none of it.
    pub(super) fn end_row(&mut self, depth: usize, shapes: &[CellShape]) {
        (self.line, self.ink) = (Runs::default(), false);
        self.number.clear();
        self.close(depth);
        if let Some(table) = depth.checked_sub(1).and_then(|at| self.tables.get_mut(at)) {
            table.pieces.clear();
            let mut cells = std::mem::take(&mut table.cells);
            // Ends of cells that the row does not define.
            while !shapes.is_empty()
                && cells.len() > shapes.len()
                && cells.last().is_some_and(|cell| !cell.iter().any(Piece::is_filled))
            {
                cells.pop();
            }
            if !cells.is_empty() {
                let shapes = shapes.get(..shapes.len().min(cells.len())).unwrap_or_default().to_vec();
                table.rows.push((cells, shapes));
            }
        }
    }

    /// Puts what another flow holds (a text box) where this one stands.
    pub(super) fn take_in(&mut self, other: Self, depth: usize, numbers: &mut Numbers) {
        if depth == 0 {
            self.blocks.extend(other.blocks);
            return;
        }
        let table = self.at(depth, numbers);
        for block in other.blocks {
            table.pieces.push(match block {
                Block::Paragraph(p) => Piece::Line(p.text),
                Block::Table(t) => Piece::Table(t),
            });
        }
    }

    /// Ends what is open.
    pub(super) fn finish(&mut self, numbers: &mut Numbers) {
        if !self.line.text.trim().is_empty() || !self.number.is_empty() {
            self.end_paragraph(0, Role::Body, numbers);
        }
        for table in &mut self.tables {
            let rest = std::mem::take(&mut table.pieces);
            if !rest.is_empty() {
                table.cells.push(rest);
            }
        }
        self.close(0);
    }

    fn at(&mut self, depth: usize, numbers: &mut Numbers) -> &mut OpenTable {
        let at = depth.saturating_sub(1);
        while self.tables.len() <= at {
            numbers.tables = numbers.tables.saturating_add(1);
            self.tables.push(OpenTable { number: numbers.tables, ..OpenTable::default() });
        }
        // The loop above made it.
        #[allow(clippy::indexing_slicing)]
        &mut self.tables[at]
    }

    /// Ends the tables that lie deeper than `depth`.
    fn close(&mut self, depth: usize) {
        while self.tables.len() > depth {
            let Some(open) = self.tables.pop() else { return };
            let pieces = open.finish();
            match self.tables.last_mut() {
                Some(outer) => outer.pieces.extend(pieces.into_iter().map(|(piece, _)| piece)),
                None => {
                    for (piece, anchor) in pieces {
                        match piece {
                            Piece::Line(line) => push_lines(&line, Role::Body, &anchor, &mut self.blocks),
                            Piece::Table(table) => self.blocks.push(Block::Table(table)),
                        }
                    }
                }
            }
        }
    }
}

fn push_lines(text: &str, role: Role, anchor: &Anchor, blocks: &mut Vec<Block>) {
    for line in text.split('\n') {
        let line = line.trim_matches(char::is_whitespace);
        if !line.is_empty() {
            blocks.push(Block::Paragraph(Paragraph { text: line.to_owned(), role, anchor: anchor.clone() }));
        }
    }
}

impl OpenTable {
    /// The table, and behind it those within its cells; of a table that only lays out a page, what it holds.
    fn finish(mut self) -> Vec<(Piece, Anchor)> {
        if !self.cells.is_empty() {
            self.rows.push((std::mem::take(&mut self.cells), Vec::new()));
        }
        let path = format!("document/tbl[{}]", self.number);
        let place = |row: usize, cell: usize| {
            let path = format!("{path}/tr[{}]/tc[{}]", row + 1, cell + 1);
            Anchor::Node { path, line: 0, column: 0 }
        };
        let holds = |pieces: &[Piece]| pieces.iter().any(Piece::is_filled);
        let inner = self.rows.iter().any(|(cells, _)| cells.iter().flatten().any(|p| matches!(p, Piece::Table(_))));
        let single = self.rows.iter().all(|(cells, _)| cells.iter().filter(|c| holds(c)).count() <= 1);
        let mut out = Vec::new();
        if inner && single {
            for (row, (cells, _)) in self.rows.into_iter().enumerate() {
                for (at, pieces) in cells.into_iter().enumerate() {
                    out.extend(pieces.into_iter().map(|piece| (piece, place(row, at))));
                }
            }
            return out;
        }
        let mut behind = Vec::new();
        let mut texts: Vec<rows::Row> = Vec::new();
        for (row, (cells, shapes)) in self.rows.into_iter().enumerate() {
            let mut line = Vec::new();
            for (at, pieces) in cells.into_iter().enumerate() {
                let mut lines = Vec::new();
                for piece in pieces {
                    match piece {
                        Piece::Line(text) => lines.push(text),
                        Piece::Table(table)
                            if table.cells.len() == 1 && table.cells.iter().all(|c| is_framed(&c.text, at > 0)) =>
                        {
                            lines.extend(table.cells.into_iter().map(|cell| cell.text));
                        }
                        Piece::Table(table) => behind.push((Piece::Table(table), place(row, at))),
                    }
                }
                line.push(lines.join("\n"));
            }
            texts.push((line, shapes));
        }
        out.extend(rows::table(texts, path.clone()).map(|table| (Piece::Table(table), place(0, 0))));
        out.extend(behind);
        out
    }
}

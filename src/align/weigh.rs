//! What the printed tables have of each table of the forms: told to people, for whom it was not read. Nothing is
//! decided here.

use std::collections::BTreeSet;

use super::vocabulary::{Reader, Role, Vocabulary};
use super::{Grid, caption};
use crate::document::{Block, Document};

/// A table as printed, with what it has of each table of the forms.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Index into `Document::blocks`.
    pub block: usize,
    /// What it has of the tables of the forms, the most first.
    pub weights: Vec<Weight>,
}

/// What a printed table has of one table of one form.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Weight {
    /// Table (id).
    pub table: String,
    /// Form (id).
    pub form: String,
    /// Rows whose labels are printed, and all.
    pub rows: (usize, usize),
    /// Columns whose headers are printed, and all.
    pub columns: (usize, usize),
    /// Expressions of evidence that its text matches, with their weights.
    pub found: Vec<(String, f32)>,
    /// Those that speak for the form and that it does not match.
    pub lacked: Vec<(String, f32)>,
    /// The table is read below one of its captions only, and none is printed above this one.
    pub uncaptioned: bool,
    /// Printed texts that are no labels of the table.
    pub strange: Vec<String>,
}

impl Weight {
    /// Whether anything of it is printed.
    #[must_use]
    pub fn any(&self) -> bool {
        self.rows.0 > 0 || self.columns.0 > 0 || self.found.iter().any(|(_, weight)| *weight > 0.0)
    }
}

/// Holds every table of a document against every table of the family's forms.
pub(super) fn weigh(document: &Document, vocabulary: &Vocabulary) -> Vec<Candidate> {
    let mut reader = Reader::new(vocabulary);
    let mut grids = Vec::new();
    for (at, block) in document.blocks.iter().enumerate() {
        let Block::Table(table) = block else { continue };
        let titles = caption::titles(document, at, table).into_iter().map(|line| reader.prepare(line)).collect();
        if let Some(grid) = Grid::new(at, table, Vec::new(), &mut reader) {
            grids.push(Grid { titles, ..grid });
        }
    }
    let owners = caption::owners(&grids, vocabulary, &reader);
    let mut out = Vec::new();
    for (g, grid) in grids.iter().enumerate() {
        let mut printed: Vec<usize> = Vec::new();
        for &text in &grid.texts {
            if reader.get(text).is_text() && !printed.contains(&text) {
                printed.push(text);
            }
        }
        let text: String = printed.iter().map(|&t| format!("{} ", reader.get(t).shadow)).collect();
        let mut weights: Vec<Weight> = Vec::new();
        for (t, index) in vocabulary.tables.iter().enumerate() {
            let mut weight = Weight {
                table: index.table.id.clone(),
                form: index.form.id.clone(),
                uncaptioned: !index.table.under.is_empty() && !owners.get(g).is_some_and(|o| o.contains(&t)),
                ..Weight::default()
            };
            let (mut rows, mut columns) = (BTreeSet::new(), BTreeSet::new());
            for &text in &printed {
                let mut known = false;
                for (_, role) in reader.get(text).meanings(index) {
                    known = true;
                    match *role {
                        Role::Row(flat) => drop(rows.insert(flat)),
                        Role::Column { part, column, leaf: true, .. } => drop(columns.insert((part, column))),
                        _ => {}
                    }
                }
                if !known {
                    weight.strange.push(reader.get(text).shadow.clone());
                }
            }
            let labelled = |flat: &usize| index.row(*flat).is_some_and(|row| !row.labels.is_empty());
            weight.rows = (rows.len(), (0..index.rows.len()).filter(labelled).count());
            weight.columns = (columns.len(), index.table.parts.iter().map(|part| part.columns.len()).sum());
            for (expression, worth) in &index.table.evidence {
                let piece = (expression.as_str().to_owned(), *worth);
                if expression.is_match(&text) {
                    weight.found.push(piece);
                } else if *worth > 0.0 {
                    weight.lacked.push(piece);
                }
            }
            weights.push(weight);
        }
        // What stands first in the family stays first of equal ones.
        weights.sort_by(|a, b| {
            let spoken = |w: &Weight| w.found.iter().map(|(_, weight)| weight).sum::<f32>();
            (b.rows.0 + b.columns.0).cmp(&(a.rows.0 + a.columns.0)).then(spoken(b).total_cmp(&spoken(a)))
        });
        out.push(Candidate { block: grid.block, weights });
    }
    out
}

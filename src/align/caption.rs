//! Captions that decide which table of a form a printed table is, where tables of one form look alike.

use super::Found;
use super::grid::Grid;
use super::value::money_unit;
use super::vocabulary::{Reader, Vocabulary};
use crate::document::{Block, Document, Table};
use crate::record::{Flag, State};

/// Paragraphs before a table that may print its caption, its unit, or the number of its sheet.
const REACH: usize = 6;
/// Longest line that may be a caption, in bytes.
const LONGEST: usize = 180;
/// Rows of a table that may print its caption.
const TITLE_ROWS: usize = 4;
/// Paragraphs between a table and its continuation: a page's header and footer.
const BETWEEN: usize = 2;

/// The lines that may be a table's caption: title rows of its own, then those before it, the nearest first.
pub(crate) fn titles<'d>(document: &'d Document, block: usize, table: &'d Table) -> Vec<&'d str> {
    let mut out: Vec<&str> = Vec::new();
    for row in 0..table.rows.min(TITLE_ROWS) {
        let mut cells = table.cells.iter().filter(|c| c.row == row && !c.text.trim().is_empty());
        let (Some(lone), None) = (cells.next(), cells.next()) else { break };
        out.extend(lone.text.split('\n'));
    }
    out.reverse();
    out.extend(table.caption.split('\n'));
    for paragraph in before(document, block).take(REACH) {
        out.extend(paragraph.split('\n').rev());
    }
    out.retain(|line| !line.trim().is_empty() && line.len() <= LONGEST);
    out
}

/// The paragraphs before a block up to the table before, the nearest first.
fn before(document: &Document, block: usize) -> impl Iterator<Item = &str> {
    let paragraphs = document.blocks.iter().take(block).rev().map_while(|b| match b {
        Block::Paragraph(p) => Some(p.text.as_str()),
        Block::Table(_) => None,
    });
    paragraphs.fuse()
}

/// For each block whether it is a table that may go on with the one before it: nothing but the edges of pages stands
/// between.
pub(crate) fn continuations(document: &Document) -> Vec<bool> {
    // Lines since the last table; none before the first one, or where one of them is too long or there are too many.
    let mut between: Option<usize> = None;
    let each = |block: &Block| match block {
        Block::Table(_) => between.replace(0).is_some(),
        Block::Paragraph(p) => {
            if !p.text.trim().is_empty() {
                between = between.map(|lines| lines + 1).filter(|&n| n <= BETWEEN && p.text.len() <= LONGEST / 2);
            }
            false
        }
    };
    document.blocks.iter().map(each).collect()
}

/// The unit of money that the lines above a table print (金额单位：万元).
pub(crate) fn unit_above(titles: &[&str]) -> Option<&'static str> {
    titles.iter().find_map(|line| money_unit(line))
}

/// For each grid the tables (indices into the vocabulary's) whose caption stands above it, one a form; a grid
/// without a caption goes on with the one before.
pub(crate) fn owners(grids: &[Grid], vocabulary: &Vocabulary, reader: &Reader) -> Vec<Vec<usize>> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); grids.len()];
    let captioned = |t: &usize| vocabulary.tables.get(*t).is_some_and(|i| !i.table.under.is_empty());
    let mut rest: Vec<usize> = (0..vocabulary.tables.len()).filter(captioned).collect();
    while let Some(first) = rest.first().and_then(|t| vocabulary.tables.get(*t)) {
        let same = |t: &usize| vocabulary.tables.get(*t).is_some_and(|i| i.form.id == first.form.id);
        let (of_form, others): (Vec<usize>, Vec<usize>) = rest.iter().copied().partition(same);
        rest = others;
        let named = |title: usize| {
            let shadow = &reader.get(title).shadow;
            let under = |t: &&usize| {
                vocabulary.tables.get(**t).is_some_and(|i| i.table.under.iter().any(|e| e.is_match(shadow)))
            };
            of_form.iter().find(under).copied()
        };
        let mut before: Option<usize> = None;
        let mut block = None;
        for (grid, owners) in grids.iter().zip(&mut out) {
            // Pieces of one table have one caption.
            if block != Some(grid.block) {
                let own = grid.titles.iter().find_map(|&title| named(title));
                before = own.or(before.filter(|_| grid.continues));
                block = Some(grid.block);
            }
            owners.extend(before);
        }
    }
    out
}

/// Tables that stand below their caption and print no number at all: they are there, and empty. Each with the first
/// grid that prints it.
pub(crate) fn empty(found: &[Found], grids: &[Grid], vocabulary: &Vocabulary, reader: &Reader) -> Vec<(Found, usize)> {
    let mut out = Vec::new();
    let owners = owners(grids, vocabulary, reader);
    for (t, index) in vocabulary.tables.iter().enumerate() {
        if index.table.under.is_empty() || found.iter().any(|f| f.table == index.table.id) {
            continue;
        }
        let owned = || (grids.iter().enumerate()).filter(|(g, _)| owners.get(*g).is_some_and(|o| o.contains(&t)));
        let number = |grid: &Grid| grid.texts.iter().any(|&text| reader.get(text).state == State::Number);
        let Some((first, grid)) = owned().next() else { continue };
        if owned().any(|(_, grid)| number(grid)) {
            continue;
        }
        let flag = Flag {
            code: "table-empty",
            at: index.table.id.clone(),
            message: "the table is printed without a number".to_owned(),
        };
        let (table, form) = (index.table.id.clone(), index.form.id.clone());
        out.push((Found { table, form, block: grid.block, flags: vec![flag], ..Found::default() }, first));
    }
    out
}

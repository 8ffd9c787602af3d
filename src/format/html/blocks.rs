//! From the tree to paragraphs and tables in document order.

use crate::document::{Anchor, Block, Paragraph, Role};
use crate::failure::Failure;
use crate::limits::Limits;

use super::facts::Facts;
use super::grid::{anchor, read_table};
use super::text::Flow;
use super::tree::{Kind, Places, Tag, Tree};

/// A block with what the choice of content needs to know of it.
pub(super) struct Draft {
    pub block: Block,
    /// The element that it comes from: the table, or the innermost block element around the line.
    pub node: u32,
    /// Characters of the line in links.
    pub linked: usize,
}

/// A line in the making.
struct Line {
    flow: Flow,
    /// Node of the first text in it.
    first: Option<u32>,
    linked: usize,
}

/// Reads all blocks of the page that are not silent.
///
/// # Errors
/// [`Failure::TooLarge`] over the limits of cells and characters.
pub(super) fn read_blocks(tree: &Tree, facts: &Facts, places: &Places, limits: &Limits) -> Result<Vec<Draft>, Failure> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut line = Line { flow: Flow::default(), first: None, linked: 0 };
    let mut open: Vec<u32> = Vec::new();
    let mut links_until = 0;
    let mut pre_until = 0;
    let (mut cells, mut chars) = (0u64, 0u64);
    let mut at = 0;
    loop {
        while open.last().is_some_and(|container| at >= tree.end(*container)) {
            flush(&mut line, tree, places, &mut drafts);
            open.pop();
        }
        let Some(node) = tree.get(at) else { break };
        if facts.is_silent(at) {
            at = node.end;
            continue;
        }
        match node.kind {
            Kind::Text(text) => {
                let blank = line.flow.is_blank();
                line.flow.push(text, at < pre_until);
                if blank && !line.flow.is_blank() {
                    line.first = Some(at);
                }
                if at < links_until {
                    line.linked += text.chars().filter(|c| !c.is_whitespace()).count();
                }
                chars += text.len() as u64;
            }
            Kind::Element(_, Tag::Break) => flush(&mut line, tree, places, &mut drafts),
            Kind::Element(_, Tag::Link) => links_until = links_until.max(node.end),
            Kind::Element(_, Tag::Table) if facts.is_data_table(at) => {
                flush(&mut line, tree, places, &mut drafts);
                let table = read_table(tree, facts, places, at);
                cells += table.cells.len() as u64;
                chars += table.cells.iter().map(|c| c.text.len() as u64).sum::<u64>();
                if table.cells.iter().any(|c| !c.text.trim().is_empty()) {
                    drafts.push(Draft { block: Block::Table(table), node: at, linked: facts.of(at).linked as usize });
                }
                // Data tables within cells stand for themselves.
                let inner = (at + 1..node.end).find(|i| facts.is_data_table(*i));
                at = inner.unwrap_or(node.end);
                if inner.is_some() {
                    nested_tables(tree, facts, places, at, node.end, &mut drafts, &mut cells);
                    at = node.end;
                }
                check(cells, chars, limits)?;
                continue;
            }
            Kind::Element(_, tag) if tag.breaks_line() => {
                flush(&mut line, tree, places, &mut drafts);
                open.push(at);
                if tag == Tag::Pre {
                    pre_until = pre_until.max(node.end);
                }
            }
            Kind::Element(..) => {}
        }
        check(cells, chars, limits)?;
        at += 1;
    }
    flush(&mut line, tree, places, &mut drafts);
    Ok(drafts)
}

fn check(cells: u64, chars: u64, limits: &Limits) -> Result<(), Failure> {
    if cells > u64::from(limits.cells) {
        return Err(Failure::TooLarge(format!("more than {} table cells", limits.cells)));
    }
    if chars > limits.chars.saturating_mul(4) {
        return Err(Failure::TooLarge(format!("more than {} characters of text", limits.chars)));
    }
    Ok(())
}

/// Reads the data tables from `from` on that stand in cells of another data table.
fn nested_tables(
    tree: &Tree,
    facts: &Facts,
    places: &Places,
    from: u32,
    end: u32,
    drafts: &mut Vec<Draft>,
    cells: &mut u64,
) {
    for at in from..end {
        if facts.is_data_table(at) && !facts.is_silent(at) {
            let table = read_table(tree, facts, places, at);
            *cells += table.cells.len() as u64;
            if table.cells.iter().any(|c| !c.text.trim().is_empty()) {
                drafts.push(Draft { block: Block::Table(table), node: at, linked: facts.of(at).linked as usize });
            }
        }
    }
}

/// Ends the line, and keeps it if anything stands in it.
fn flush(line: &mut Line, tree: &Tree, places: &Places, drafts: &mut Vec<Draft>) {
    let first = line.first.take();
    let linked = std::mem::take(&mut line.linked);
    let blank = line.flow.is_blank();
    let text = line.flow.take_line();
    let (Some(first), false) = (first, blank) else { return };
    let Some(container) =
        tree.ancestors(first).skip(1).find(|i| tree.get(*i).and_then(|n| n.tag()).is_some_and(Tag::breaks_line))
    else {
        return;
    };
    let role = tree.ancestors(first).find_map(|i| match tree.get(i)?.tag()? {
        Tag::Heading(level) => Some(Role::Heading(level)),
        Tag::Item => Some(Role::ListItem),
        Tag::Table | Tag::Cell => Some(Role::Body),
        _ => None,
    });
    let role = role.unwrap_or_default();
    // A line at the beginning of its element stands where the element stands; any other where its text does.
    let begins = (container + 1..first).all(|i| match tree.get(i).map(|n| n.kind) {
        Some(Kind::Text(text)) => text.trim().is_empty(),
        Some(Kind::Element(_, tag)) => tag != Tag::Break,
        None => true,
    });
    let at_root = tree.get(container).is_some_and(|n| n.is(Tag::Root));
    let place = if begins && !at_root {
        anchor(tree, places, container)
    } else {
        let offset = tree.get(first).map_or(0, |n| places.skip_blanks(n.offset));
        let (row, column) = places.place(offset);
        Anchor::Node { path: tree.path(container), line: row, column }
    };
    let paragraph = Paragraph { text, role, anchor: place };
    drafts.push(Draft { block: Block::Paragraph(paragraph), node: container, linked });
}

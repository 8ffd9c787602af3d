//! From the tree to paragraphs and tables in document order.

use crate::document::{Block, Paragraph, Role, Table};
use crate::failure::Failure;
use crate::limits::Limits;

use super::chrome::is_chrome;
use super::facts::Facts;
use super::grid::read_table;
use super::text::Flow;
use super::tree::{Kind, Origin, Tag, Tree};

/// A block with what the choice of content needs to know of it.
pub(super) struct Draft {
    pub block: Block,
    /// The element that it comes from: the table, or the innermost block element around the line.
    pub node: u32,
    /// Characters of the line in links.
    pub linked: usize,
    /// Whether the line is made of the words of a site's furniture.
    pub chrome: bool,
}

impl Draft {
    fn table(table: Table, node: u32, facts: &Facts) -> Self {
        Self { block: Block::Table(table), node, linked: facts.of(node).linked as usize, chrome: false }
    }
}

/// A line in the making.
struct Line {
    flow: Flow,
    /// Node of the first text in it, and where in the text it begins.
    first: Option<(u32, usize)>,
    linked: usize,
}

/// Reads all blocks of the page that are not silent.
///
/// # Errors
/// [`Failure::TooLarge`] over the limits of cells and characters.
pub(super) fn read_blocks(tree: &Tree, facts: &Facts, origin: &Origin, limits: &Limits) -> Result<Vec<Draft>, Failure> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut line = Line { flow: Flow::default(), first: None, linked: 0 };
    let mut open: Vec<u32> = Vec::new();
    let plain = is_plain(tree, facts);
    let mut links_until = 0;
    let mut pre_until = 0;
    let (mut cells, mut chars) = (0u64, 0u64);
    let mut at = 0;
    loop {
        while open.last().is_some_and(|container| at >= tree.end(*container)) {
            flush(&mut line, tree, origin, &mut drafts);
            open.pop();
        }
        let Some(node) = tree.get(at) else { break };
        if facts.is_silent(at) {
            at = node.end;
            continue;
        }
        match node.kind {
            Kind::Text(text) => {
                push(&mut line, tree, origin, &mut drafts, text, at, at < pre_until || (plain && in_root(tree, at)));
                if at < links_until {
                    line.linked += text.chars().filter(|c| !c.is_whitespace()).count();
                }
                chars += text.len() as u64;
            }
            Kind::Element(_, Tag::Break) => flush(&mut line, tree, origin, &mut drafts),
            Kind::Element(_, Tag::Link) => links_until = links_until.max(node.end),
            Kind::Element(_, Tag::Table) if facts.is_data_table(at) => {
                flush(&mut line, tree, origin, &mut drafts);
                let table = read_table(tree, facts, origin, at);
                cells += table.cells.len() as u64;
                chars += table.cells.iter().map(|c| c.text.len() as u64).sum::<u64>();
                if table.cells.iter().any(|c| !c.text.trim().is_empty()) {
                    drafts.push(Draft::table(table, at, facts));
                }
                // Data tables within cells stand for themselves.
                let inner = (at + 1..node.end).find(|i| facts.is_data_table(*i));
                at = inner.unwrap_or(node.end);
                if inner.is_some() {
                    nested_tables(tree, facts, origin, at, node.end, &mut drafts, &mut cells);
                    at = node.end;
                }
                check(cells, chars, limits)?;
                continue;
            }
            Kind::Element(_, tag) if tag.breaks_line() => {
                flush(&mut line, tree, origin, &mut drafts);
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
    flush(&mut line, tree, origin, &mut drafts);
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
    origin: &Origin,
    from: u32,
    end: u32,
    drafts: &mut Vec<Draft>,
    cells: &mut u64,
) {
    for at in from..end {
        if facts.is_data_table(at) && !facts.is_silent(at) {
            let table = read_table(tree, facts, origin, at);
            *cells += table.cells.len() as u64;
            if table.cells.iter().any(|c| !c.text.trim().is_empty()) {
                drafts.push(Draft::table(table, at, facts));
            }
        }
    }
}

/// Adds text to the line; in preformatted text every line end ends it.
fn push(
    line: &mut Line,
    tree: &Tree,
    origin: &Origin,
    drafts: &mut Vec<Draft>,
    text: &str,
    at: u32,
    preformatted: bool,
) {
    let mut offset = 0;
    for part in text.split_inclusive(if preformatted { '\n' } else { '\0' }) {
        let blank = line.flow.is_blank();
        line.flow.push(part, false);
        if blank && !line.flow.is_blank() {
            line.first = Some((at, offset));
        }
        offset += part.len();
        if preformatted && part.ends_with('\n') {
            flush(line, tree, origin, drafts);
        }
    }
}

/// Whether the page is plain text with at most tables marked up, as text recognition writes it: then its
/// line ends count.
fn is_plain(tree: &Tree, facts: &Facts) -> bool {
    let mut at = 0;
    while let Some(node) = tree.get(at) {
        let skips = facts.is_silent(at) || node.is(Tag::Table);
        let structured = matches!(
            node.tag(),
            Some(Tag::Block | Tag::Heading(_) | Tag::Item | Tag::Break | Tag::Landmark | Tag::Pre)
        );
        if structured && !skips {
            return false;
        }
        at = if skips { node.end } else { at + 1 };
    }
    true
}

/// Whether the text stands in the body itself, or in inline elements there.
fn in_root(tree: &Tree, at: u32) -> bool {
    tree.ancestors(at).find_map(|i| tree.get(i)?.tag().filter(|t| t.breaks_line())) == Some(Tag::Root)
}

/// Ends the line, and keeps it if anything stands in it.
fn flush(line: &mut Line, tree: &Tree, origin: &Origin, drafts: &mut Vec<Draft>) {
    let first = line.first.take();
    let linked = std::mem::take(&mut line.linked);
    let blank = line.flow.is_blank();
    let text = line.flow.take_line();
    let (Some((first, within)), false) = (first, blank) else { return };
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
    let begins = within == 0
        && (container + 1..first).all(|i| match tree.get(i).map(|n| n.kind) {
            Some(Kind::Text(text)) => text.trim().is_empty(),
            Some(Kind::Element(_, tag)) => tag != Tag::Break,
            None => true,
        });
    let at_root = tree.get(container).is_some_and(|n| n.is(Tag::Root));
    let place = if begins && !at_root {
        origin.anchor(tree, container)
    } else {
        let within = u32::try_from(within).unwrap_or(u32::MAX);
        let offset = tree.get(first).map_or(0, |n| origin.skip_blanks(n.offset.saturating_add(within)));
        origin.anchor_at(tree, container, offset)
    };
    let chrome = is_chrome(&text);
    let paragraph = Paragraph { text, role, anchor: place };
    drafts.push(Draft { block: Block::Paragraph(paragraph), node: container, linked, chrome });
}

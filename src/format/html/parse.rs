//! Parsing a page into a tree, with the place of every node in the source, and with bounds.

use html5ever::interface::TreeSink;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{LocalName, local_name};
use rustc_hash::FxHashMap;

use super::attributes::Attributes;
use super::sink::{NodeId, Nodes, Sink};
use super::token::{Placed, Tokens, is_formatting};
use crate::failure::Failure;
use crate::limits::Limits;

/// Elements may nest this many times deeper than `limits.depth`; browsers stop at 512.
const NESTING: u32 = 8;
/// Formatting elements beyond this depth are dropped: left open, each is made anew in every paragraph.
const FORMATTING_DEPTH: u32 = 64;
/// Nodes that one tag of the source may make on average before the page counts as a bomb.
const NODES_PER_TAG: usize = 8;

/// Bytes of markup that a page has a node at least; room that is not needed is never touched.
const BYTES_PER_NODE: usize = 24;

/// A parsed page.
pub(super) struct Parsed<'s> {
    pub nodes: Nodes,
    pub attributes: Attributes<'s>,
    /// Start tags left out because they nested too deep.
    pub dropped: usize,
    /// Cells of all tables.
    pub cells: u32,
}

/// Parses a whole page.
///
/// # Errors
/// [`Failure::TooLarge`] where the page makes far more nodes than its size allows.
pub(super) fn parse<'s>(source: &'s str, limits: &Limits) -> Result<Parsed<'s>, Failure> {
    let builder = TreeBuilder::new(Sink::new(source.len() / BYTES_PER_NODE), TreeBuilderOpts::default());
    let mut depths = Depths { limit: limits.depth.saturating_mul(NESTING), ..Depths::default() };
    let mut tokens = Tokens::new(source);
    let mut tags = 0usize;
    while let Some(Placed { token, start, end }) =
        tokens.next(|| builder.adjusted_current_node_present_but_not_in_html_namespace())
    {
        match &token {
            Token::TagToken(tag) => {
                tags += 1;
                builder.sink.offset.set(start);
                builder.sink.text_offset.set(end);
                builder.sink.begin_tag(tag, tokens.range);
                if depths.drops(tag, builder.sink.depth.get()) {
                    continue;
                }
            }
            Token::CommentToken(_) | Token::DoctypeToken(_) => {
                builder.sink.offset.set(end);
                builder.sink.text_offset.set(end);
            }
            _ => {}
        }
        let around_cells = matches!(&token, Token::TagToken(tag) if stands_around_cells(tag));
        tokens.follow(&builder.process_token(token, 1));
        if around_cells && builder.sink.between_cells.get() {
            tokens.skip_blanks();
        }
        let nodes = builder.sink.len();
        if nodes > tags.saturating_mul(NODES_PER_TAG).saturating_add(100_000) {
            return Err(Failure::TooLarge(format!("{nodes} elements after {end} bytes of markup")));
        }
    }
    let _: TokenSinkResult<NodeId> = builder.process_token(Token::EOFToken, 1);
    builder.end();
    let cells = builder.sink.cells.get();
    let mut attributes = tokens.attributes;
    let nodes = builder.sink.finish().joined(&mut attributes);
    Ok(Parsed { nodes, attributes, dropped: depths.dropped, cells })
}

/// Whether the tag begins what holds cells or rows, or ends what stands in it.
fn stands_around_cells(tag: &Tag) -> bool {
    match tag.name {
        local_name!("tr") | local_name!("tbody") | local_name!("thead") | local_name!("tfoot") => true,
        local_name!("td") | local_name!("th") => tag.kind == TagKind::EndTag,
        local_name!("table") => tag.kind == TagKind::StartTag,
        _ => false,
    }
}

/// Bounds the nesting: leaves out tags that stand too deep.
#[derive(Default)]
struct Depths {
    limit: u32,
    /// Start tags left out whose end tags are to be left out too.
    open: FxHashMap<LocalName, u32>,
    dropped: usize,
}

impl Depths {
    /// Whether a tag at this depth is to be left out.
    fn drops(&mut self, tag: &Tag, depth: u32) -> bool {
        if tag.kind == TagKind::EndTag {
            return match self.open.get_mut(&tag.name) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    true
                }
                _ => false,
            };
        }
        if depth <= self.limit && !(depth > FORMATTING_DEPTH && is_formatting(&tag.name)) {
            return false;
        }
        if !tag.self_closing && !matches!(&*tag.name, "br" | "hr" | "img" | "input" | "meta" | "link") {
            *self.open.entry(tag.name.clone()).or_insert(0) += 1;
            self.dropped += 1;
            return true;
        }
        false
    }
}

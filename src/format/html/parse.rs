//! Parsing with html5ever into scraper's tree, with the place of every node in the source, and with bounds.
//!
//! html5ever tells lines at most. The source is fed to its tokenizer in slices that end behind each `>`;
//! since every tag and comment ends with one, a token that comes out while a slice is fed ends where the
//! slice ends, and a start tag begins at the first `<` with a letter behind the end of the token before.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute, QualName, TokenizerResult};
use rustc_hash::FxHashMap;
use scraper::{Html, HtmlTreeSink};

use crate::failure::Failure;
use crate::limits::Limits;

/// Handle of a node in scraper's tree.
pub(super) type NodeId = <HtmlTreeSink as TreeSink>::Handle;

/// Elements may nest this many times deeper than `limits.depth`; browsers stop at 512.
const NESTING: u32 = 8;
/// Formatting elements beyond this depth are dropped: left open, each is made anew in every paragraph.
const FORMATTING_DEPTH: u32 = 64;
/// Separators (blanks, quotes, slashes) in one tag; html5ever compares each attribute with all before it.
const TAG_SEPARATORS: usize = 2_000;
/// Nodes that one tag of the source may make on average before the page counts as a bomb.
const NODES_PER_TAG: usize = 8;

/// A parsed page: the tree, and the byte offset in the source of each of its nodes.
pub(super) struct Parsed {
    pub html: Html,
    pub offsets: FxHashMap<NodeId, u32>,
    /// Start tags left out because they nested too deep.
    pub dropped: usize,
    /// Cells of all tables.
    pub cells: u32,
}

/// Parses a whole page.
///
/// # Errors
/// [`Failure::TooLarge`] where the page makes far more nodes than its size allows.
pub(super) fn parse(source: &str, limits: &Limits) -> Result<Parsed, Failure> {
    let sink = PlacedSink {
        inner: HtmlTreeSink::new(Html::new_document()),
        places: RefCell::new(Places::default()),
        offset: Cell::new(0),
        text_offset: Cell::new(0),
        depth: Cell::new(0),
        cells: Cell::new(0),
    };
    let driver = Driver {
        builder: TreeBuilder::new(sink, TreeBuilderOpts::default()),
        source,
        slice_end: Cell::new(0),
        last_end: Cell::new(0),
        emitted: Cell::new(false),
        raw: Cell::new(false),
        depth_limit: limits.depth.saturating_mul(NESTING),
        dropped: RefCell::new(FxHashMap::default()),
        dropped_total: Cell::new(0),
    };
    let tokenizer = Tokenizer::new(driver, TokenizerOpts::default());
    let queue = BufferQueue::default();
    let mut tags = 0usize;
    let mut pending = 0usize;
    let mut start = 0usize;
    while start < source.len() {
        let end = source.get(start..).and_then(|rest| rest.find('>')).map_or(source.len(), |at| start + at + 1);
        let slice = source.get(start..end).unwrap_or_default();
        tags += 1;
        let driver = &tokenizer.sink;
        driver.slice_end.set(end);
        pending = if driver.emitted.replace(false) { 0 } else { pending };
        if driver.raw.get() {
            queue.push_back(slice.into());
        } else {
            let (text, tag) = match slice.rfind('<') {
                Some(open) if slice.as_bytes().get(open + 1).is_some_and(u8::is_ascii_alphabetic) => {
                    slice.split_at(open)
                }
                _ if pending > 0 => ("", slice),
                _ => (slice, ""),
            };
            pending += tag.bytes().filter(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'/')).count();
            if pending <= TAG_SEPARATORS {
                queue.push_back(slice.into());
            } else if tag.starts_with('<') {
                queue.push_back(text.into());
                let name = tag.bytes().take(32).position(|b| b.is_ascii_whitespace() || b == b'/').unwrap_or(1);
                queue.push_back(tag.get(..name).unwrap_or("<").into());
                queue.push_back(">".into());
            } else {
                queue.push_back(">".into());
            }
        }
        while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
        let nodes = tokenizer.sink.builder.sink.places.borrow().of.len();
        if nodes > tags.saturating_mul(NODES_PER_TAG).saturating_add(100_000) {
            return Err(Failure::TooLarge(format!("{nodes} elements after {end} bytes of markup")));
        }
        start = end;
    }
    tokenizer.end();
    let driver = tokenizer.sink;
    let dropped = driver.dropped_total.get();
    let cells = driver.builder.sink.cells.get();
    let PlacedSink { inner, places, .. } = driver.builder.sink;
    let offsets = places.into_inner().of.into_iter().map(|(id, place)| (id, place.offset)).collect();
    Ok(Parsed { html: inner.finish(), offsets, dropped, cells })
}

#[derive(Clone, Copy)]
struct Place {
    offset: u32,
    depth: u32,
}

#[derive(Default)]
struct Places {
    of: FxHashMap<NodeId, Place>,
}

/// Stands between tokenizer and tree builder: knows where each token stands, bounds the nesting.
struct Driver<'s> {
    builder: TreeBuilder<NodeId, PlacedSink>,
    source: &'s str,
    slice_end: Cell<usize>,
    last_end: Cell<usize>,
    /// Whether any token came out since the last slice.
    emitted: Cell<bool>,
    /// Inside of script, style, title or the like, where tags are text.
    raw: Cell<bool>,
    depth_limit: u32,
    dropped: RefCell<FxHashMap<html5ever::LocalName, u32>>,
    dropped_total: Cell<usize>,
}

impl Driver<'_> {
    /// Whether the tag is to be left out: the page nests too deep for it.
    fn drops(&self, tag: &Tag) -> bool {
        if tag.kind == TagKind::EndTag {
            let mut dropped = self.dropped.borrow_mut();
            return match dropped.get_mut(&tag.name) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    true
                }
                _ => false,
            };
        }
        let depth = self.builder.sink.depth.get();
        let formatting = depth > FORMATTING_DEPTH
            && matches!(
                &*tag.name,
                "a" | "b"
                    | "big"
                    | "code"
                    | "em"
                    | "font"
                    | "i"
                    | "nobr"
                    | "s"
                    | "small"
                    | "strike"
                    | "strong"
                    | "tt"
                    | "u"
            );
        if depth <= self.depth_limit && !formatting {
            return false;
        }
        if !tag.self_closing && !matches!(&*tag.name, "br" | "hr" | "img" | "input" | "meta" | "link") {
            *self.dropped.borrow_mut().entry(tag.name.clone()).or_insert(0) += 1;
            self.dropped_total.set(self.dropped_total.get() + 1);
            return true;
        }
        false
    }

    /// Where the start tag that ends with the current slice begins.
    fn tag_start(&self) -> usize {
        let from = self.last_end.get();
        let between = self.source.get(from..self.slice_end.get()).unwrap_or_default().as_bytes();
        between
            .windows(2)
            .position(|pair| matches!(pair, [b'<', letter] if letter.is_ascii_alphabetic()))
            .map_or(from, |at| from + at)
    }
}

impl TokenSink for Driver<'_> {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line_number: u64) -> TokenSinkResult<NodeId> {
        let sink = &self.builder.sink;
        if !matches!(token, Token::ParseError(_)) {
            self.emitted.set(true);
        }
        match &token {
            Token::TagToken(tag) => {
                let start = self.tag_start();
                self.last_end.set(self.slice_end.get());
                sink.offset.set(start);
                sink.text_offset.set(self.slice_end.get());
                self.raw.set(false);
                if self.drops(tag) {
                    return TokenSinkResult::Continue;
                }
            }
            Token::CommentToken(_) | Token::DoctypeToken(_) => {
                self.last_end.set(self.slice_end.get());
                sink.offset.set(self.slice_end.get());
                sink.text_offset.set(self.slice_end.get());
            }
            _ => {}
        }
        let result = self.builder.process_token(token, line_number);
        if matches!(result, TokenSinkResult::RawData(_) | TokenSinkResult::Plaintext) {
            self.raw.set(true);
        }
        result
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// scraper's sink, with place and depth of each node kept beside it.
struct PlacedSink {
    inner: HtmlTreeSink,
    places: RefCell<Places>,
    /// Byte offset of the current tag.
    offset: Cell<usize>,
    /// Byte offset behind the last tag or comment: where text begins.
    text_offset: Cell<usize>,
    depth: Cell<u32>,
    cells: Cell<u32>,
}

impl PlacedSink {
    fn place(&self, id: NodeId, offset: usize) {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        self.places.borrow_mut().of.insert(id, Place { offset, depth: 0 });
    }

    /// Remembers depth on the way into the tree, and the place of text nodes that this append makes.
    fn note_append(&self, parent: NodeId, child: &NodeOrText<NodeId>) {
        let mut places = self.places.borrow_mut();
        let depth = places.of.get(&parent).map_or(0, |p| p.depth) + 1;
        if let NodeOrText::AppendNode(id) = child
            && let Some(place) = places.of.get_mut(id)
        {
            place.depth = depth;
        }
        self.depth.set(depth);
    }

    /// Gives the place to a text node that the append just made at the end of `parent`.
    fn place_text(&self, parent: NodeId) {
        let html = self.inner.0.borrow();
        if let Some(text) = html.tree.get(parent).and_then(|n| n.last_child())
            && text.value().is_text()
        {
            let offset = u32::try_from(self.text_offset.get()).unwrap_or(u32::MAX);
            self.places.borrow_mut().of.entry(text.id()).or_insert(Place { offset, depth: 0 });
        }
    }

    fn place_text_before(&self, sibling: NodeId) {
        let html = self.inner.0.borrow();
        if let Some(text) = html.tree.get(sibling).and_then(|n| n.prev_sibling())
            && text.value().is_text()
        {
            let offset = u32::try_from(self.text_offset.get()).unwrap_or(u32::MAX);
            self.places.borrow_mut().of.entry(text.id()).or_insert(Place { offset, depth: 0 });
        }
    }

    fn parent_of(&self, id: NodeId) -> Option<NodeId> {
        self.inner.0.borrow().tree.get(id).and_then(|n| n.parent()).map(|n| n.id())
    }
}

impl TreeSink for PlacedSink {
    type Handle = NodeId;
    type Output = Html;
    type ElemName<'a> = <HtmlTreeSink as TreeSink>::ElemName<'a>;

    fn finish(self) -> Html {
        self.inner.finish()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.inner.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Self::ElemName<'a> {
        self.inner.elem_name(target)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        if matches!(&*name.local, "td" | "th") {
            self.cells.set(self.cells.get() + 1);
        }
        let id = self.inner.create_element(name, attrs, flags);
        self.place(id, self.offset.get());
        id
    }

    fn create_comment(&self, _: StrTendril) -> NodeId {
        self.inner.create_comment(StrTendril::new())
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.inner.create_pi(target, data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.note_append(*parent, &child);
        let text = matches!(child, NodeOrText::AppendText(_));
        self.inner.append(parent, child);
        if text {
            self.place_text(*parent);
        }
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        if self.parent_of(*element).is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.inner.append_doctype_to_document(name, public_id, system_id);
    }

    fn pop(&self, node: &NodeId) {
        if let Some(place) = self.places.borrow().of.get(node) {
            self.depth.set(place.depth.saturating_sub(1));
        }
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.inner.get_template_contents(target)
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.inner.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &NodeId, new_node: NodeOrText<NodeId>) {
        if let Some(parent) = self.parent_of(*sibling) {
            self.note_append(parent, &new_node);
        }
        let text = matches!(new_node, NodeOrText::AppendText(_));
        self.inner.append_before_sibling(sibling, new_node);
        if text {
            self.place_text_before(*sibling);
        }
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attrs: Vec<Attribute>) {
        self.inner.add_attrs_if_missing(target, attrs);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.inner.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        self.inner.reparent_children(node, new_parent);
    }
}

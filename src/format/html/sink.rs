//! The tree that html5ever builds: nodes in one list, linked by their numbers.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind};
use html5ever::{Attribute, LocalName, QualName, expanded_name, local_name, ns};

use super::attributes::{Attributes, Range};
use super::token::read_range;

/// Number of a node; the document's is 0.
pub(super) type NodeId = u32;

/// No node.
const NONE: NodeId = NodeId::MAX;

/// What a node is.
#[derive(Debug)]
pub(super) enum NodeKind {
    /// An element.
    Element(Element),
    /// Text between tags.
    Text(StrTendril),
    /// The document, a comment, a document type.
    Other,
}

/// An element.
#[derive(Debug)]
pub(super) struct Element {
    name: QualName,
    pub attributes: Range,
}

impl Element {
    /// Its name without a prefix.
    pub fn name(&self) -> &str {
        &self.name.local
    }

    /// The same for comparing.
    pub fn local_name(&self) -> &LocalName {
        &self.name.local
    }
}

/// A node with its neighbours.
#[derive(Debug)]
pub(super) struct Node {
    pub kind: NodeKind,
    /// Byte of the source where its tag or its text begins.
    pub offset: u32,
    /// Elements around it when it was made.
    depth: u32,
    parent: NodeId,
    previous: NodeId,
    next: NodeId,
    first: NodeId,
    last: NodeId,
}

/// The nodes of a page.
pub(super) struct Nodes {
    list: Vec<Node>,
    /// Attributes of second tags of the same element.
    more: Vec<(NodeId, Range)>,
    /// Stands for the name of what has none.
    nameless: QualName,
}

impl Nodes {
    fn new(expected: usize) -> Self {
        let nameless = QualName::new(None, ns!(), LocalName::default());
        let mut nodes = Self { list: Vec::with_capacity(expected), more: Vec::new(), nameless };
        nodes.add(NodeKind::Other, 0);
        nodes
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn get(&self, id: NodeId) -> Option<&Node> {
        self.list.get(id as usize)
    }

    /// The first child of a node.
    pub fn first(&self, id: NodeId) -> Option<NodeId> {
        self.get(id).map(|n| n.first).filter(|n| *n != NONE)
    }

    /// The sibling behind a node.
    pub fn next(&self, id: NodeId) -> Option<NodeId> {
        self.get(id).map(|n| n.next).filter(|n| *n != NONE)
    }

    /// The node around a node.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.get(id).map(|n| n.parent).filter(|n| *n != NONE)
    }

    /// Adds to the elements what second tags of theirs said.
    pub fn joined(mut self, attributes: &mut Attributes) -> Self {
        for (id, more) in std::mem::take(&mut self.more) {
            self.change(id, |node| {
                if let NodeKind::Element(element) = &mut node.kind {
                    element.attributes = attributes.joined(element.attributes, more);
                }
            });
        }
        self
    }

    fn add(&mut self, kind: NodeKind, offset: usize) -> NodeId {
        let id = u32::try_from(self.list.len()).unwrap_or(NONE);
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        let [parent, previous, next, first, last] = [NONE; 5];
        self.list.push(Node { kind, offset, depth: 0, parent, previous, next, first, last });
        id
    }

    fn change(&mut self, id: NodeId, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.list.get_mut(id as usize) {
            change(node);
        }
    }

    /// Puts a node that stands nowhere behind `previous` and before `next` in `parent`.
    fn link(&mut self, id: NodeId, parent: NodeId, previous: NodeId, next: NodeId) {
        self.change(id, |node| (node.parent, node.previous, node.next) = (parent, previous, next));
        self.change(previous, |node| node.next = id);
        self.change(next, |node| node.previous = id);
        self.change(parent, |node| {
            if previous == NONE {
                node.first = id;
            }
            if next == NONE {
                node.last = id;
            }
        });
    }

    fn detach(&mut self, id: NodeId) {
        let Some((parent, previous, next)) = self.get(id).map(|n| (n.parent, n.previous, n.next)) else { return };
        if parent == NONE {
            return;
        }
        self.change(previous, |node| node.next = next);
        self.change(next, |node| node.previous = previous);
        self.change(parent, |node| {
            if node.first == id {
                node.first = next;
            }
            if node.last == id {
                node.last = previous;
            }
        });
        self.change(id, |node| (node.parent, node.previous, node.next) = (NONE, NONE, NONE));
    }

    /// Puts a node or a text between two neighbours; text is joined to text before it.
    fn insert(&mut self, parent: NodeId, previous: NodeId, next: NodeId, child: NodeOrText<NodeId>, offset: usize) {
        let id = match child {
            NodeOrText::AppendNode(id) => id,
            NodeOrText::AppendText(text) => {
                if let Some(Node { kind: NodeKind::Text(before), .. }) = self.list.get_mut(previous as usize) {
                    before.push_tendril(&text);
                    return;
                }
                self.add(NodeKind::Text(text), offset)
            }
        };
        self.link(id, parent, previous, next);
    }
}

fn is_cell(name: &QualName) -> bool {
    matches!(name.expanded(), expanded_name!(html "td") | expanded_name!(html "th"))
}

/// Whether cells stand in such an element, or rows, and it in a table.
fn holds_cells(name: &QualName) -> bool {
    matches!(
        name.expanded(),
        expanded_name!(html "tr")
            | expanded_name!(html "tbody")
            | expanded_name!(html "thead")
            | expanded_name!(html "tfoot")
    )
}

/// The attributes that a tag carries by their place.
fn carried(attributes: &[Attribute]) -> Option<Range> {
    attributes.iter().find(|a| a.name.local.is_empty()).map(|a| read_range(&a.value))
}

/// Takes the tree from html5ever's tree builder.
pub(super) struct Sink {
    nodes: RefCell<Nodes>,
    /// Byte of the source where the current tag begins.
    pub offset: Cell<usize>,
    /// Byte behind the last tag or comment: where text begins.
    pub text_offset: Cell<usize>,
    /// Name and attributes of the current start tag, where it has any that its element alone has.
    tag: RefCell<(LocalName, Range)>,
    /// Whether the current node is a table, a group of its rows, or a row, where blanks mean nothing.
    pub between_cells: Cell<bool>,
    /// Elements open around the place of the next node.
    pub depth: Cell<u32>,
    /// Cells of tables made.
    pub cells: Cell<u32>,
}

impl Sink {
    /// A sink that has room for as many nodes.
    pub fn new(expected: usize) -> Self {
        Self {
            nodes: RefCell::new(Nodes::new(expected)),
            offset: Cell::new(0),
            text_offset: Cell::new(0),
            tag: RefCell::default(),
            between_cells: Cell::new(false),
            depth: Cell::new(0),
            cells: Cell::new(0),
        }
    }

    /// Notes the tag that the next nodes come from.
    pub fn begin_tag(&self, tag: &Tag, attributes: Range) {
        self.between_cells.set(false);
        let mut current = self.tag.borrow_mut();
        current.1 = if tag.kind == TagKind::StartTag { attributes } else { Range::default() };
        if current.1.length > 0 {
            current.0.clone_from(&tag.name);
        }
    }

    /// Number of nodes made.
    pub fn len(&self) -> usize {
        self.nodes.borrow().len()
    }

    /// Notes how deep a child of `parent` stands.
    fn note_depth(&self, nodes: &mut Nodes, parent: NodeId, child: &NodeOrText<NodeId>) {
        let depth = nodes.get(parent).map_or(0, |n| n.depth) + 1;
        if let NodeOrText::AppendNode(id) = child {
            nodes.change(*id, |node| node.depth = depth);
        }
        self.depth.set(depth);
    }
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = Nodes;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Nodes {
        self.nodes.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        0
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        Ref::map(self.nodes.borrow(), |nodes| match nodes.get(*target) {
            Some(Node { kind: NodeKind::Element(element), .. }) => &element.name,
            _ => &nodes.nameless,
        })
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> NodeId {
        if is_cell(&name) {
            self.cells.set(self.cells.get() + 1);
        }
        self.between_cells.set(holds_cells(&name) || name.expanded() == expanded_name!(html "table"));
        let current = self.tag.borrow();
        let attributes = match carried(&attributes) {
            Some(range) => range,
            // What the tree builder adds of its own has another name.
            None if current.1.length > 0 && current.0 == name.local => current.1,
            None => Range::default(),
        };
        self.nodes.borrow_mut().add(NodeKind::Element(Element { name, attributes }), self.offset.get())
    }

    fn create_comment(&self, _: StrTendril) -> NodeId {
        self.nodes.borrow_mut().add(NodeKind::Other, self.offset.get())
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> NodeId {
        self.nodes.borrow_mut().add(NodeKind::Other, self.offset.get())
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        let mut nodes = self.nodes.borrow_mut();
        if let NodeOrText::AppendNode(id) = child {
            nodes.detach(id);
        }
        self.note_depth(&mut nodes, *parent, &child);
        let previous = nodes.get(*parent).map_or(NONE, |n| n.last);
        nodes.insert(*parent, previous, NONE, child, self.text_offset.get());
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        if self.nodes.borrow().parent(*element).is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn pop(&self, node: &NodeId) {
        if let Some(node) = self.nodes.borrow().get(*node) {
            self.depth.set(node.depth.saturating_sub(1));
            self.between_cells.set(matches!(&node.kind, NodeKind::Element(element) if
                holds_cells(&element.name) || is_cell(&element.name)));
        }
    }

    /// What a template holds is never read: it may stand in the template itself.
    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        *target
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        let mut nodes = self.nodes.borrow_mut();
        if let NodeOrText::AppendNode(id) = child {
            nodes.detach(id);
        }
        let Some((parent, previous)) = nodes.get(*sibling).map(|n| (n.parent, n.previous)) else { return };
        if parent == NONE {
            return;
        }
        self.note_depth(&mut nodes, parent, &child);
        nodes.insert(parent, previous, *sibling, child, self.text_offset.get());
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        self.nodes.borrow_mut().more.extend(carried(&attributes).map(|range| (*target, range)));
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.nodes.borrow_mut().detach(*target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        let mut nodes = self.nodes.borrow_mut();
        while let Some(child) = nodes.first(*node) {
            nodes.detach(child);
            let previous = nodes.get(*new_parent).map_or(NONE, |n| n.last);
            nodes.link(child, *new_parent, previous, NONE);
        }
    }
}

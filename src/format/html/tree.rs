//! The parsed page as one flat list in document order, which needs no recursion to walk.

use std::cell::RefCell;

use html5ever::{LocalName, local_name};
use rustc_hash::FxHashMap;

use crate::document::Anchor;

use super::attributes::{Attr, Attributes};
use super::embedded::Embedded;
use super::parse::Parsed;
use super::sink::{self, NodeId, NodeKind};

/// What an element means to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// Flows within a line.
    Inline,
    /// Begins and ends a line.
    Block,
    /// A heading of this level.
    Heading(u8),
    /// A list item.
    Item,
    /// `nav`, `header`, `footer`, `aside` and the like: site furniture as a rule.
    Landmark,
    /// A link.
    Link,
    /// A line break.
    Break,
    /// A table.
    Table,
    /// A row of a table.
    Row,
    /// A data or header cell.
    Cell,
    /// The caption of a table.
    Caption,
    /// Preformatted text: its line breaks count.
    Pre,
    /// Never read as text: scripts, styles, form controls, embedded objects.
    Silent,
    /// `head` and what stands in it.
    Head,
    /// `html` and `body`.
    Root,
}

impl Tag {
    fn of(name: &LocalName) -> Self {
        match *name {
            local_name!("span")
            | local_name!("b")
            | local_name!("strong")
            | local_name!("font")
            | local_name!("i")
            | local_name!("em")
            | local_name!("u")
            | local_name!("sup")
            | local_name!("sub")
            | local_name!("img")
            | local_name!("label")
            | local_name!("small")
            | local_name!("big")
            | local_name!("tt")
            | local_name!("s")
            | local_name!("strike")
            | local_name!("nobr")
            | local_name!("ruby")
            | local_name!("rt")
            | local_name!("rp")
            | local_name!("code")
            | local_name!("kbd")
            | local_name!("var")
            | local_name!("q")
            | local_name!("cite")
            | local_name!("ins")
            | local_name!("del")
            | local_name!("abbr")
            | local_name!("acronym")
            | local_name!("bdo")
            | local_name!("time") => Self::Inline,
            local_name!("html") | local_name!("body") => Self::Root,
            local_name!("head")
            | local_name!("title")
            | local_name!("meta")
            | local_name!("link")
            | local_name!("base") => Self::Head,
            local_name!("script")
            | local_name!("style")
            | local_name!("noscript")
            | local_name!("template")
            | local_name!("select")
            | local_name!("option")
            | local_name!("textarea")
            | local_name!("input")
            | local_name!("button")
            | local_name!("iframe")
            | local_name!("object")
            | local_name!("svg")
            | local_name!("math")
            | local_name!("audio")
            | local_name!("video")
            | local_name!("canvas")
            | local_name!("map")
            | local_name!("applet")
            | local_name!("embed")
            | local_name!("noframes")
            | local_name!("datalist") => Self::Silent,
            local_name!("br") => Self::Break,
            local_name!("a") => Self::Link,
            local_name!("table") => Self::Table,
            local_name!("tr") => Self::Row,
            local_name!("td") | local_name!("th") => Self::Cell,
            local_name!("caption") => Self::Caption,
            local_name!("pre") | local_name!("listing") | local_name!("xmp") | local_name!("plaintext") => Self::Pre,
            local_name!("h1") => Self::Heading(1),
            local_name!("h2") => Self::Heading(2),
            local_name!("h3") => Self::Heading(3),
            local_name!("h4") => Self::Heading(4),
            local_name!("h5") => Self::Heading(5),
            local_name!("h6") => Self::Heading(6),
            local_name!("li") => Self::Item,
            local_name!("nav") | local_name!("header") | local_name!("footer") | local_name!("aside") => Self::Landmark,
            local_name!("p")
            | local_name!("div")
            | local_name!("section")
            | local_name!("article")
            | local_name!("main")
            | local_name!("center")
            | local_name!("blockquote")
            | local_name!("ul")
            | local_name!("ol")
            | local_name!("dl")
            | local_name!("dt")
            | local_name!("dd")
            | local_name!("figure")
            | local_name!("figcaption")
            | local_name!("form")
            | local_name!("fieldset")
            | local_name!("legend")
            | local_name!("address")
            | local_name!("hr")
            | local_name!("hgroup")
            | local_name!("details")
            | local_name!("summary")
            | local_name!("dir")
            | local_name!("menu")
            | local_name!("tbody")
            | local_name!("thead")
            | local_name!("tfoot")
            | local_name!("colgroup")
            | local_name!("col")
            | local_name!("search")
            | local_name!("frameset") => Self::Block,
            // names that are no atoms
            _ => match &**name {
                "xml" => Self::Silent,
                _ => Self::Inline,
            },
        }
    }

    /// Whether it begins and ends a line.
    pub fn breaks_line(self) -> bool {
        !matches!(self, Self::Inline | Self::Link | Self::Break | Self::Silent)
    }
}

/// An element and where its attributes stand.
#[derive(Clone, Copy)]
pub(super) struct Element<'t> {
    element: &'t sink::Element,
    attributes: &'t Attributes<'t>,
}

impl<'t> Element<'t> {
    /// Its name without a prefix.
    pub fn name(&self) -> &'t str {
        self.element.name()
    }

    /// The same for comparing.
    pub fn local_name(&self) -> &'t LocalName {
        self.element.local_name()
    }

    /// Its attributes that are read.
    pub fn attributes(&self) -> impl Iterator<Item = (Attr, &'t str)> + use<'t> {
        self.attributes.all(self.element.attributes)
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: Attr) -> Option<&'t str> {
        self.attributes().find(|(other, _)| *other == name).map(|(_, value)| value)
    }
}

/// What a node holds.
#[derive(Clone, Copy)]
pub(super) enum Kind<'t> {
    /// An element.
    Element(Element<'t>, Tag),
    /// Text as in the source, references resolved.
    Text(&'t str),
}

/// A node of the page.
#[derive(Clone, Copy)]
pub(super) struct Node<'t> {
    pub kind: Kind<'t>,
    /// Index of the parent; its own for the first node.
    pub parent: u32,
    /// Index behind the last node of the subtree.
    pub end: u32,
    /// Byte offset in the source.
    pub offset: u32,
}

impl<'t> Node<'t> {
    pub fn tag(&self) -> Option<Tag> {
        match self.kind {
            Kind::Element(_, tag) => Some(tag),
            Kind::Text(_) => None,
        }
    }

    pub fn element(&self) -> Option<Element<'t>> {
        match self.kind {
            Kind::Element(element, _) => Some(element),
            Kind::Text(_) => None,
        }
    }

    pub fn is(&self, tag: Tag) -> bool {
        self.tag() == Some(tag)
    }
}

/// All elements and texts of a page in document order.
pub(super) struct Tree<'t> {
    pub nodes: Vec<Node<'t>>,
    /// The element whose path was asked for last as the way to another, and the one around it.
    recent: RefCell<[Recent; 2]>,
    /// Numbers among the siblings of a name, from 1; 0 where none of the siblings was asked for yet.
    ordinals: RefCell<Vec<u32>>,
}

/// Nodes kept at the deep end of a path that is too long to print.
const PATH_STEPS: usize = 64;

/// An element and its path.
#[derive(Default)]
struct Recent {
    element: Option<u32>,
    path: String,
    steps: usize,
}

impl Recent {
    /// The path of an element in this one.
    fn then(&self, name: &str, ordinal: u32) -> String {
        let mut path = String::with_capacity(self.path.len() + name.len() + 6);
        path.push_str(&self.path);
        push_step(&mut path, name, ordinal);
        path
    }
}

impl<'t> Tree<'t> {
    pub fn new(parsed: &'t Parsed<'t>) -> Self {
        let dom = &parsed.nodes;
        let mut nodes: Vec<Node<'t>> = Vec::with_capacity(dom.len());
        // Elements that are open, by their numbers here and there.
        let mut open: Vec<(u32, NodeId)> = Vec::new();
        let mut cells = 0u32;
        let mut next = dom.first(0);
        loop {
            let Some(id) = next else {
                let Some((index, id)) = open.pop() else { break };
                let end = clamp(nodes.len());
                if let Some(node) = nodes.get_mut(index as usize) {
                    node.end = end;
                    cells -= u32::from(node.is(Tag::Cell));
                }
                next = dom.next(id);
                continue;
            };
            next = dom.next(id);
            let Some(node) = dom.get(id) else { continue };
            let index = clamp(nodes.len());
            let parent = open.last().map_or(index, |(around, _)| *around);
            let kind = match &node.kind {
                NodeKind::Element(element) => {
                    let element = Element { element, attributes: &parsed.attributes };
                    let tag = match Tag::of(element.local_name()) {
                        // An anchor without a target is no link: Word marks headings with it.
                        Tag::Link if element.attribute(Attr::Href).is_none() => Tag::Inline,
                        // A form that is printed with its fields shows what they hold.
                        Tag::Silent if cells > 0 && shows_text(element) => Tag::Inline,
                        tag => tag,
                    };
                    cells += u32::from(tag == Tag::Cell);
                    open.push((index, id));
                    next = dom.first(id);
                    Kind::Element(element, tag)
                }
                NodeKind::Text(text) => Kind::Text(text),
                NodeKind::Other => continue,
            };
            let offset = node.offset;
            nodes.push(Node { kind, parent, end: index + 1, offset });
            if let Kind::Element(element, _) = kind
                && cells > 0
                && let Some(value) = field_value(element)
            {
                nodes.push(Node { kind: Kind::Text(value), parent: index, end: index + 2, offset });
            }
        }
        let ordinals = RefCell::new(vec![0; nodes.len()]);
        Self { nodes, recent: RefCell::default(), ordinals }
    }

    pub fn get(&self, index: u32) -> Option<&Node<'t>> {
        self.nodes.get(index as usize)
    }

    /// Index behind the subtree of `index`.
    pub fn end(&self, index: u32) -> u32 {
        self.get(index).map_or(index + 1, |n| n.end)
    }

    /// Indices of the children.
    pub fn children(&self, index: u32) -> Children<'_, 't> {
        Children { tree: self, next: index + 1, end: self.end(index) }
    }

    /// The node and all around it, innermost first.
    pub fn ancestors(&self, index: u32) -> Ancestors<'_, 't> {
        Ancestors { tree: self, next: Some(index) }
    }

    /// The path of an element (of its parent for a text), like `html/body/div[2]/p[1]`.
    pub fn path(&self, index: u32) -> String {
        let Some(node) = self.get(index) else { return String::new() };
        let Some(element) = node.element().filter(|_| node.parent != index) else { return self.walked_path(index).0 };
        // Cells of a row and lines of an article share the path of what is around them, rows of a table too.
        let mut recent = self.recent.borrow_mut();
        let [around, farther] = &mut *recent;
        if around.element != Some(node.parent) {
            match self.get(node.parent).map(|n| (n, n.element())) {
                Some((parent, Some(element))) if parent.parent != node.parent => {
                    if farther.element != Some(parent.parent) {
                        *farther = self.walked(parent.parent);
                    }
                    *around = Recent {
                        element: Some(node.parent),
                        path: farther.then(element.name(), self.ordinal(node.parent, parent)),
                        steps: farther.steps + 1,
                    };
                }
                _ => *around = self.walked(node.parent),
            }
        }
        if around.steps >= PATH_STEPS {
            return self.walked_path(index).0;
        }
        around.then(element.name(), self.ordinal(index, node))
    }

    fn walked(&self, index: u32) -> Recent {
        let (path, steps) = self.walked_path(index);
        Recent { element: Some(index), path, steps }
    }

    /// The ordinal that a path shows: there is one root and one head.
    fn ordinal(&self, index: u32, node: &Node) -> u32 {
        if node.is(Tag::Root) || node.element().is_some_and(|e| e.name() == "head") {
            return 0;
        }
        if node.parent == index {
            return 1;
        }
        let mut ordinals = self.ordinals.borrow_mut();
        if ordinals.get(index as usize) == Some(&0) {
            let mut counts: FxHashMap<&LocalName, u32> = FxHashMap::default();
            // Siblings of one name mostly stand behind each other, as cells do.
            let mut run: Option<(&LocalName, u32)> = None;
            for child in self.children(node.parent) {
                let (Some(element), Some(slot)) =
                    (self.get(child).and_then(Node::element), ordinals.get_mut(child as usize))
                else {
                    continue;
                };
                let name = element.local_name();
                let count = match run {
                    Some((before, count)) if before == name => count + 1,
                    _ => {
                        counts.extend(run);
                        counts.get(name).copied().unwrap_or(0) + 1
                    }
                };
                run = Some((name, count));
                *slot = count;
            }
        }
        ordinals.get(index as usize).copied().unwrap_or(0)
    }

    /// The path, step by step, with the number of steps.
    fn walked_path(&self, index: u32) -> (String, usize) {
        let mut steps: Vec<(&str, u32)> = Vec::new();
        for at in self.ancestors(index) {
            let Some(node) = self.get(at) else { break };
            let Some(element) = node.element() else { continue };
            if steps.len() == PATH_STEPS {
                steps.push(("…", 0));
                break;
            }
            steps.push((element.name(), self.ordinal(at, node)));
        }
        let mut path = String::with_capacity(steps.len() * 8);
        for (name, ordinal) in steps.iter().rev() {
            push_step(&mut path, name, *ordinal);
        }
        (path, steps.len())
    }
}

/// Whether a form field shows what was typed into it, so that in a cell of a table it stands for the cell's text.
fn shows_text(element: Element) -> bool {
    element.name() == "textarea" || field_value(element).is_some()
}

/// What an `input` field for text or numbers shows (HTML Standard 4.10.5); none for buttons, boxes and hidden fields.
fn field_value(element: Element<'_>) -> Option<&str> {
    if element.name() != "input" {
        return None;
    }
    let kind = element.attribute(Attr::Type).unwrap_or("text");
    let shown = ["text", "number", "tel", ""].iter().any(|k| kind.eq_ignore_ascii_case(k));
    shown.then(|| element.attribute(Attr::Value)).flatten()
}

fn push_step(path: &mut String, name: &str, ordinal: u32) {
    if !path.is_empty() {
        path.push('/');
    }
    path.push_str(name);
    if ordinal > 0 {
        path.push('[');
        match char::from_digit(ordinal, 10) {
            Some(digit) => path.push(digit),
            None => path.push_str(&ordinal.to_string()),
        }
        path.push(']');
    }
}

/// Iterator over the children of a node.
pub(super) struct Children<'a, 't> {
    tree: &'a Tree<'t>,
    next: u32,
    end: u32,
}

impl Iterator for Children<'_, '_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.next >= self.end {
            return None;
        }
        let index = self.next;
        self.next = self.tree.end(index);
        Some(index)
    }
}

/// Iterator from a node to the root.
pub(super) struct Ancestors<'a, 't> {
    tree: &'a Tree<'t>,
    next: Option<u32>,
}

impl Iterator for Ancestors<'_, '_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let index = self.next?;
        self.next = self.tree.get(index).map(|n| n.parent).filter(|&p| p != index);
        Some(index)
    }
}

/// From byte offsets to lines and columns, in constant time each.
pub(super) struct Places<'s> {
    source: &'s str,
    line_starts: Vec<u32>,
    /// Characters before each [`STEP`]th byte.
    chars: Vec<u32>,
}

const STEP: usize = 128;

impl<'s> Places<'s> {
    pub fn new(source: &'s str) -> Self {
        let bytes = source.as_bytes();
        let line_starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', bytes).map(|i| clamp(i + 1))).collect();
        let mut total = 0u32;
        let mut chars = Vec::with_capacity(bytes.len() / STEP + 2);
        for chunk in bytes.chunks(STEP) {
            chars.push(total);
            total += count_chars(chunk);
        }
        chars.push(total);
        Self { source, line_starts, chars }
    }

    /// Characters before the byte.
    fn chars_before(&self, offset: u32) -> u32 {
        let offset = (offset as usize).min(self.source.len());
        let whole = offset / STEP;
        let rest = self.source.as_bytes().get(whole * STEP..offset).unwrap_or_default();
        let known = self.chars.get(whole).copied().unwrap_or(0);
        known + count_chars(rest)
    }

    /// Line and column from 1, the column in characters.
    pub fn place(&self, offset: u32) -> (u32, u32) {
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        (clamp(line), self.chars_before(offset) - self.chars_before(start) + 1)
    }
}

/// Where a tree comes from: the source itself, or a literal in it.
pub(super) struct Origin<'a> {
    /// The text that was parsed.
    pub text: &'a str,
    /// Lines of the source; none where the text cannot be found in the source.
    pub places: Option<&'a Places<'a>>,
    /// The literal, and the path of the script that it stands in.
    pub embedded: Option<(&'a Embedded, String)>,
}

impl Origin<'_> {
    /// The anchor of an element.
    pub fn anchor(&self, tree: &Tree, node: u32) -> Anchor {
        self.anchor_at(tree, node, tree.get(node).map_or(0, |n| n.offset))
    }

    /// The anchor of a place within an element.
    pub fn anchor_at(&self, tree: &Tree, node: u32, offset: u32) -> Anchor {
        let mut path = tree.path(node);
        let mut offset = offset;
        if let Some((embedded, script)) = &self.embedded {
            offset = embedded.source_offset(offset);
            let inner = path.strip_prefix("html/body").unwrap_or(&path);
            path = format!("{script}{inner}");
        }
        let (line, column) = self.places.map_or((0, 0), |places| places.place(offset));
        Anchor::Node { path, line, column }
    }

    /// The first byte from `offset` on that is no blank.
    pub fn skip_blanks(&self, offset: u32) -> u32 {
        let rest = self.text.get(offset as usize..).unwrap_or_default();
        offset + clamp(rest.len() - rest.trim_start().len())
    }
}

/// Characters that begin in at most [`STEP`] bytes; a narrow sum goes over many bytes at once.
fn count_chars(bytes: &[u8]) -> u32 {
    u32::from(bytes.iter().fold(0u8, |sum, byte| sum.wrapping_add(u8::from(byte & 0xC0 != 0x80))))
}

fn clamp(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

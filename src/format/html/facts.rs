//! What each part of the page holds, counted once from the bottom up: text, links, sentences, paragraphs,
//! tables; what is hidden; which tables hold data and which only place things.

use super::attributes::Attr;
use super::grid::rows_of;
use super::tree::{Element, Kind, Tag, Tree};

/// Counts over one subtree, hidden and silent parts left out.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    /// Characters that are no blanks.
    pub chars: u32,
    /// Those of them in links.
    pub linked: u32,
    /// Full stops and semicolons.
    pub sentences: u32,
    /// Digits.
    pub digits: u32,
    /// Elements that begin a line.
    pub blocks: u32,
    /// Tables.
    pub tables: u32,
    /// Tables that hold data.
    pub data_tables: u32,
}

impl Count {
    fn of_text(text: &str, linked: bool) -> Self {
        let mut count = Self::default();
        for c in text.chars() {
            match c {
                '\u{4E00}'..='\u{9FFF}' => {}
                '0'..='9' => count.digits += 1,
                '。' | '；' => count.sentences += 1,
                c if c.is_whitespace() => continue,
                _ => {}
            }
            count.chars += 1;
        }
        count.linked = if linked { count.chars } else { 0 };
        count
    }

    fn add(&mut self, other: &Self) {
        self.chars += other.chars;
        self.linked += other.linked;
        self.sentences += other.sentences;
        self.digits += other.digits;
        self.blocks += other.blocks;
        self.tables += other.tables;
        self.data_tables += other.data_tables;
    }
}

/// Facts about every node of a tree.
pub(super) struct Facts {
    counts: Vec<Count>,
    silent: Vec<bool>,
    data_table: Vec<bool>,
}

/// Characters of a table up to which it is no layout because of the tables in it.
const SMALL_TABLE: u32 = 150;

/// Characters of running text from which on a hidden part counts as an article and not as a pop-up.
const HIDDEN_ARTICLE: u32 = 120;

impl Facts {
    pub fn new(tree: &Tree) -> Self {
        let size = tree.nodes.len();
        let mut facts =
            Self { counts: vec![Count::default(); size], silent: vec![false; size], data_table: vec![false; size] };
        let mut linked = vec![false; size];
        let mut hidden: Vec<u32> = Vec::new();
        for (i, node) in tree.nodes.iter().enumerate() {
            let parent = node.parent as usize;
            let around_silent = parent != i && facts.silent.get(parent).copied().unwrap_or(false);
            let around_linked = parent != i && linked.get(parent).copied().unwrap_or(false);
            let (silent, link) = match node.kind {
                Kind::Text(_) => (around_silent, around_linked),
                Kind::Element(element, tag) => {
                    if !around_silent && is_hidden(element) {
                        hidden.push(u32::try_from(i).unwrap_or(u32::MAX));
                    }
                    (around_silent || matches!(tag, Tag::Silent | Tag::Head), around_linked || tag == Tag::Link)
                }
            };
            if let Some(slot) = facts.silent.get_mut(i) {
                *slot = silent;
            }
            if let Some(slot) = linked.get_mut(i) {
                *slot = link;
            }
        }
        let mut texts: Vec<Count> = vec![Count::default(); size];
        for (i, node) in tree.nodes.iter().enumerate() {
            if let Kind::Text(text) = node.kind
                && !facts.silent.get(i).copied().unwrap_or(false)
                && let Some(slot) = texts.get_mut(i)
            {
                *slot = Count::of_text(text, linked.get(i).copied().unwrap_or(false));
            }
        }
        facts.count(tree, &texts);
        if facts.silence_hidden(tree, &hidden) {
            facts.count(tree, &texts);
        }
        facts
    }

    /// Counts from the leaves up; `texts` has the counts of texts.
    fn count(&mut self, tree: &Tree, texts: &[Count]) {
        self.counts.clone_from_slice(texts);
        self.data_table.fill(false);
        for (i, node) in tree.nodes.iter().enumerate().rev() {
            if self.silent.get(i).copied().unwrap_or(false) {
                continue;
            }
            let mut own = self.counts.get(i).copied().unwrap_or_default();
            match node.kind {
                Kind::Text(_) => {}
                Kind::Element(_, tag) => {
                    own.blocks += u32::from(tag.breaks_line());
                    if tag == Tag::Table {
                        own.tables += 1;
                        // All counts of the table's inside are known here: children come first in this order.
                        let index = u32::try_from(i).unwrap_or(u32::MAX);
                        if let Some(slot) = self.counts.get_mut(i) {
                            *slot = own;
                        }
                        if self.holds_data(tree, index) {
                            own.data_tables += 1;
                            if let Some(slot) = self.data_table.get_mut(i) {
                                *slot = true;
                            }
                        }
                    }
                }
            }
            if let Some(slot) = self.counts.get_mut(i) {
                *slot = own;
            }
            let parent = node.parent as usize;
            if parent != i
                && let Some(around) = self.counts.get_mut(parent)
            {
                around.add(&own);
            }
        }
    }

    /// Whether rows and columns of the table mean something, or only place what is in it.
    fn holds_data(&self, tree: &Tree, table: u32) -> bool {
        let total = self.of(table);
        let rows = rows_of(tree, table, |_| false);
        let widest = rows.iter().map(|r| r.cells.len()).max().unwrap_or(0);
        if widest <= 1 && (rows.len() <= 1 || total.tables > 1 || total.sentences > 0 || total.digits == 0) {
            return false;
        }
        // Hardly more than a handful of cells, as wide in every row: no page is laid out so.
        let grid = total.chars <= SMALL_TABLE && rows.len() > 1 && rows.iter().all(|r| r.cells.len() == widest);
        for cell in rows.iter().flat_map(|r| &r.cells).filter(|_| !grid) {
            let inside = self.of(cell.node);
            let most = inside.chars * 2 > total.chars;
            if most && (inside.tables > 0 || (inside.blocks >= 4 && inside.chars > 300)) {
                return false;
            }
            if inside.data_tables > 0 && inside.tables > 0 && rows.len() <= 3 {
                return false;
            }
        }
        let role = tree.get(table).and_then(|n| n.element()).and_then(|e| e.attribute(Attr::Role));
        role.is_none_or(|role| role != "presentation" && role != "none")
    }

    /// Leaves hidden parts out, except those that hold an article or its tables of which nothing is visible
    /// (panels that open at a click). Says whether anything was left out.
    fn silence_hidden(&mut self, tree: &Tree, hidden: &[u32]) -> bool {
        let mut changed = false;
        let mut visible: Option<String> = None;
        for &index in hidden {
            if self.is_silent(index) {
                continue;
            }
            let inside = self.of(index);
            let article = inside.linked * 2 < inside.chars
                && (inside.data_tables > 0 || (inside.chars >= HIDDEN_ARTICLE && inside.sentences >= 2));
            let keeps = article && {
                let visible = visible.get_or_insert_with(|| visible_text(tree, hidden));
                !repeats(tree, index, visible)
            };
            if keeps {
                continue;
            }
            changed = true;
            for slot in self.silent.iter_mut().take(tree.end(index) as usize).skip(index as usize) {
                *slot = true;
            }
        }
        changed
    }

    /// The counts of a subtree.
    pub fn of(&self, index: u32) -> Count {
        self.counts.get(index as usize).copied().unwrap_or_default()
    }

    /// Whether the node is never read: script, style, form control, hidden.
    pub fn is_silent(&self, index: u32) -> bool {
        self.silent.get(index as usize).copied().unwrap_or(false)
    }

    /// Whether a table holds a few words only.
    pub fn is_small_table(&self, index: u32) -> bool {
        self.of(index).chars <= SMALL_TABLE
    }

    /// Whether the node is a table that holds data.
    pub fn is_data_table(&self, index: u32) -> bool {
        self.data_table.get(index as usize).copied().unwrap_or(false)
    }
}

/// Whether a reader does not read an element: it is not shown, or struck out.
fn is_hidden(element: Element) -> bool {
    if matches!(element.name(), "s" | "strike" | "del") {
        return true;
    }
    element.attributes().any(|(name, style)| match name {
        Attr::Hidden => true,
        Attr::Style => {
            // The usual style attribute has none of the words; look closer only then.
            style.contains("line-through")
                // What Word hides; a page editor may have taken the `display` beside it away.
                || style.contains("mso-hide") && hides_in_word(style)
                || memchr::memchr2_iter(b'y', b'Y', style.as_bytes()).any(|at| names_display(style, at))
                    && (style.contains("none") || style.contains("NONE") || style.contains("hidden"))
                    && style.split(';').any(|rule| {
                        rule.split_once(':').is_some_and(|(property, value)| {
                            let value = value.trim().trim_end_matches("!important").trim();
                            (property.trim().eq_ignore_ascii_case("display") && value.eq_ignore_ascii_case("none"))
                                || (property.trim().eq_ignore_ascii_case("visibility")
                                    && value.eq_ignore_ascii_case("hidden"))
                        })
                    })
        }
        _ => false,
    })
}

/// Whether a style has Word hide the element.
fn hides_in_word(style: &str) -> bool {
    style.split(';').filter_map(|rule| rule.split_once(':')).any(|(property, value)| {
        property.trim().eq_ignore_ascii_case("mso-hide") && value.trim().eq_ignore_ascii_case("all")
    })
}

/// Whether the `y` at `at` ends the name of a property that hides.
fn names_display(style: &str, at: usize) -> bool {
    ["displa", "visibilit"].iter().any(|name| {
        at.checked_sub(name.len()).and_then(|from| style.get(from..at)).is_some_and(|n| n.eq_ignore_ascii_case(name))
    })
}

/// All text outside of hidden parts, without blanks.
fn visible_text(tree: &Tree, hidden: &[u32]) -> String {
    let mut text = String::new();
    let mut at = 0;
    let mut next = hidden.iter().copied().peekable();
    while let Some(node) = tree.get(at) {
        while next.next_if(|h| *h < at).is_some() {}
        if next.peek() == Some(&at) || matches!(node.tag(), Some(Tag::Silent | Tag::Head)) {
            at = node.end;
            continue;
        }
        if let Kind::Text(part) = node.kind {
            text.extend(part.chars().filter(|c| !c.is_whitespace()));
        }
        at += 1;
    }
    text
}

/// Whether the visible text holds what the hidden part holds: some long stretch of it.
fn repeats(tree: &Tree, index: u32, visible: &str) -> bool {
    let stretches = (index..tree.end(index)).filter_map(|i| match tree.get(i)?.kind {
        Kind::Text(text) => Some(text.chars().filter(|c| !c.is_whitespace()).take(40).collect::<String>()),
        Kind::Element(..) => None,
    });
    let (mut long, mut found) = (0, 0);
    // A table of short texts is told by all of them; its numbers may be others than those that are shown.
    let (mut short, mut again) = (0, 0);
    for stretch in stretches {
        match stretch.chars().count() {
            12.. if long < 8 => {
                long += 1;
                found += usize::from(visible.contains(&stretch));
            }
            4..12 if short < 16 && !stretch.contains(char::is_numeric) => {
                short += 1;
                again += usize::from(visible.contains(&stretch));
            }
            _ => {}
        }
    }
    if long > 0 { found * 2 > long } else { short >= 4 && again == short }
}

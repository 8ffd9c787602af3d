//! What stands beside an article: teasers of other pages, comments, lists of links behind the end.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::document::Block;

use super::attributes::Attr;
use super::blocks::Draft;
use super::chrome::names_what_stands_beside;
use super::facts::Facts;
use super::tree::Tree;

/// Elements that are called by what stands beside an article, however much text is in them.
pub(super) struct Beside<'a> {
    pub tree: &'a Tree<'a>,
    pub facts: &'a Facts,
    /// What was asked before.
    known: RefCell<FxHashMap<u32, bool>>,
}

impl<'a> Beside<'a> {
    pub fn new(tree: &'a Tree<'a>, facts: &'a Facts) -> Self {
        Self { tree, facts, known: RefCell::default() }
    }

    /// Whether an element around the node, below `top`, is one, holds no table of data, and less than a third of the
    /// characters of `top`.
    pub fn holds(&self, node: u32, top: u32) -> bool {
        let whole = self.facts.of(top).chars;
        self.tree.ancestors(node).take_while(|i| *i > top).any(|i| {
            let inside = self.facts.of(i);
            inside.data_tables == 0 && inside.chars * 3 < whole && self.is_named(i)
        })
    }

    fn is_named(&self, index: u32) -> bool {
        let mut known = self.known.borrow_mut();
        *known.entry(index).or_insert_with(|| {
            self.tree.get(index).and_then(|n| n.element()).is_some_and(|e| {
                matches!(e.name(), "nav" | "footer" | "aside")
                    || e.attributes()
                        .any(|(name, value)| matches!(name, Attr::Class | Attr::Id) && names_what_stands_beside(value))
            })
        })
    }
}

/// Paragraphs that tell of other pages: each stands in an item of a list with a link of its own.
#[derive(Default)]
pub(super) struct Teasers {
    /// The element whose children were looked at last, and whether they are such items.
    list: Option<(u32, bool)>,
}

impl Teasers {
    /// Longest item of such a list, in characters.
    const ITEM: u32 = 400;

    pub fn holds(&mut self, draft: &Draft, tree: &Tree, facts: &Facts) -> bool {
        if matches!(draft.block, Block::Table(_)) {
            return false;
        }
        tree.ancestors(draft.node).take(4).take_while(|i| facts.of(*i).chars <= Self::ITEM).any(|i| {
            let parent = tree.get(i).map_or(i, |n| n.parent);
            Self::is_item(facts, i) && parent != i && self.are_items(parent, tree, facts)
        })
    }

    /// A title that is a link, with a few sentences beside it.
    fn is_item(facts: &Facts, index: u32) -> bool {
        let inside = facts.of(index);
        inside.linked >= 4
            && inside.linked * 10 >= inside.chars
            && inside.chars <= Self::ITEM
            && inside.data_tables == 0
    }

    fn are_items(&mut self, parent: u32, tree: &Tree, facts: &Facts) -> bool {
        if let Some((known, are)) = self.list
            && known == parent
        {
            return are;
        }
        let (mut items, mut all) = (0, 0);
        for child in tree.children(parent).filter(|c| facts.of(*c).chars > 0) {
            all += 1;
            items += usize::from(facts.of(child).blocks > 0 && Self::is_item(facts, child));
        }
        let are = items >= 3 && items * 10 >= all * 7;
        self.list = Some((parent, are));
        are
    }
}

/// Share of the weight, in percent, that an element of paragraphs has to be the article.
const ARTICLE: u64 = 40;
/// Weight of the shortest article.
const SHORTEST: u64 = 100;

/// Where what follows the article is mostly links and tells of other pages, up to the end of the page: there is
/// neither a table of data nor a numbered heading behind. The number of drafts where there is no such place.
pub(super) fn where_other_pages_begin(drafts: &[Option<Draft>], weights: &[u64], tree: &Tree) -> usize {
    let end = drafts.len();
    let parent = |index: u32| tree.get(index).map_or(index, |n| n.parent);
    let total: u64 = weights.iter().sum();
    // The element whose children are most of the running text.
    let mut sums: FxHashMap<u32, u64> = FxHashMap::default();
    for (draft, weight) in drafts.iter().zip(weights) {
        if let Some(Draft { block: Block::Paragraph(_), node, .. }) = draft
            && *weight > 0
        {
            *sums.entry(parent(*node)).or_insert(0) += weight;
        }
    }
    let mut largest: Vec<(u64, u32)> = sums.into_iter().map(|(node, sum)| (sum, node)).collect();
    largest.sort_unstable_by(|a, b| b.cmp(a));
    let next = largest.get(1).map_or(0, |(sum, _)| *sum);
    let Some(&(_, article)) = largest.first().filter(|(sum, _)| {
        *sum >= SHORTEST && (sum * 100 >= total * ARTICLE || (sum * 100 >= total * ARTICLE / 2 && *sum >= next * 4))
    }) else {
        return end;
    };
    let behind = tree.end(article);
    let (mut chars, mut linked, mut links) = (0, 0, 0);
    let mut first = end;
    let mut leads = false;
    for (i, (draft, weight)) in drafts.iter().zip(weights).enumerate() {
        let Some(draft) = draft.as_ref().filter(|d| d.node >= behind) else { continue };
        let Block::Paragraph(p) = &draft.block else {
            if *weight > 0 {
                return end;
            }
            continue;
        };
        if draft.linked == 0 && is_numbered(&p.text) {
            return end;
        }
        let file =
            p.text.starts_with("附件") || p.text.ends_with(|c: char| c.is_ascii_alphanumeric()) && p.text.contains('.');
        if draft.linked > 0 && !file {
            first = first.min(i);
            links += 1;
            linked += draft.linked;
        }
        if first < end {
            chars += p.text.chars().count();
        }
        leads = leads || links >= 3 && linked * 5 > chars;
    }
    if leads { first } else { end }
}

/// Whether a line begins like a heading: `一、`, `（二）`, `第三章`, `4、`.
fn is_numbered(text: &str) -> bool {
    let text = text.trim_start_matches(['（', '(', '第']);
    let digits = text.chars().take_while(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(*c)).count();
    digits > 0
        && text.chars().nth(digits).is_some_and(|c| matches!(c, '、' | '）' | ')' | '．' | '.' | '章' | '节' | '部'))
}

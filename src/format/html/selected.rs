//! The part of a page that a CSS selector names, for sites whose template their archivist knows.

use rustc_hash::FxHashMap;
use scraper::{ElementRef, Html, Selector};

use super::tree::{Node, Tree};

/// Node ranges of `tree` that `selector` names in the page `source`, outermost and in document order.
///
/// The selector runs on scraper's own tree of the page. Both trees are the one that the HTML standard prescribes, so
/// that an element is found again by its number among the elements of each of its ancestors. Nothing is named where
/// the selector is none, and where our tree was cut at a limit above the element.
pub(super) fn select(source: &str, selector: &str, tree: &Tree) -> Vec<(u32, u32)> {
    let Ok(selector) = Selector::parse(selector) else { return Vec::new() };
    let page = Html::parse_document(source);
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    // Of scraper's elements so far: where each stands in our tree, and where its next child is looked for.
    let mut places = FxHashMap::default();
    // In document order, so that this is one way through both trees.
    for element in page.tree.root().descendants().filter_map(ElementRef::wrap) {
        let node = match element.parent().filter(|around| around.value().is_element()) {
            // The root, of which there is one.
            None => Some(0),
            Some(around) => places.get_mut(&around.id()).and_then(|(parent, next)| child(tree, *parent, next)),
        };
        let same = |node: &u32| {
            tree.get(*node).and_then(Node::element).is_some_and(|found| found.name() == element.value().name())
        };
        let Some(node) = node.filter(same) else { continue };
        places.insert(element.id(), (node, node + 1));
        // An element inside of another comes right behind it.
        if selector.matches(&element) && ranges.last().is_none_or(|last| last.1 <= node) {
            ranges.push((node, tree.end(node)));
        }
    }
    ranges
}

/// Whether a text is a CSS selector.
#[must_use]
pub fn is_selector(text: &str) -> bool {
    Selector::parse(text).is_ok()
}

/// The first child of `parent` from `next` on that is an element; `next` goes behind it.
fn child(tree: &Tree, parent: u32, next: &mut u32) -> Option<u32> {
    while *next < tree.end(parent) {
        let at = *next;
        *next = tree.end(at);
        if tree.get(at).and_then(Node::element).is_some() {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::document::Block;
    use crate::format::html::read_selected;
    use crate::limits::Limits;

    const PAGE: &str = "<title>某县</title><div class=side><p>本县要闻：今日天气晴，气温二十度，适合出行，请市民注意。</p>\
        </div><div id=news><p>又讯：明日有雨。</p><table><tr><td>一<td>1<tr><td>二<td>2</table></div>\
        <main><p class=lead>本局全年受理申请3件。</p><!-- --><div class=lead><p>其中网上2件。</p></div></main>";

    fn texts(selector: &str) -> (Vec<String>, Vec<&'static str>) {
        let document = read_selected(PAGE.as_bytes(), &Limits::default(), Some(selector)).unwrap();
        let text = |block: &Block| match block {
            Block::Paragraph(p) => p.text.clone(),
            Block::Table(t) => t.cells.iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join(" "),
        };
        (document.blocks.iter().map(text).collect(), document.diagnostics.iter().map(|d| d.code).collect())
    }

    #[test]
    fn only_what_the_selector_names_is_read() {
        assert_eq!(texts("#news").0, ["又讯：明日有雨。", "一 1 二 2"]);
        assert_eq!(texts(".lead").0, ["本局全年受理申请3件。", "其中网上2件。"]);
        assert_eq!(texts("main, .lead").0, ["本局全年受理申请3件。", "其中网上2件。"]);
        assert!(texts("#news").1.is_empty());
    }

    #[test]
    fn a_page_without_the_element_is_read_as_ever_and_says_so() {
        let (blocks, codes) = texts("#zoom");
        assert!(blocks.iter().any(|text| text.contains("受理申请3件")));
        assert_eq!(codes, ["content-not-found"]);
    }
}

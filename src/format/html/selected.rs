//! The part of a page that a CSS selector names, for sites whose template their archivist knows.

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
    for element in page.select(&selector) {
        let Some(node) = find(element, tree) else { continue };
        // Document order: an element inside of another comes right behind it.
        if ranges.last().is_none_or(|last| last.1 <= node) {
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

/// The element of our tree at the place of one of scraper's.
fn find(element: ElementRef, tree: &Tree) -> Option<u32> {
    let mut steps: Vec<usize> = Vec::new();
    let mut around = Some(*element);
    while let Some(node) = around.filter(|node| node.value().is_element()) {
        steps.push(node.prev_siblings().filter(|sibling| sibling.value().is_element()).count());
        around = node.parent();
    }
    // The last step is the root, of which there is one.
    steps.pop()?;
    let mut at = 0;
    for step in steps.into_iter().rev() {
        let mut elements = tree.children(at).filter(|child| tree.get(*child).and_then(Node::element).is_some());
        at = elements.nth(step)?;
    }
    let found = tree.get(at).and_then(Node::element)?;
    (found.name() == element.value().name()).then_some(at)
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

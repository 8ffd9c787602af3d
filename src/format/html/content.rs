//! What of a page is the report: the part with its text and tables, the title above it, nothing of the site.

use crate::document::{Block, Metadata, Role, Table};

use super::attributes::Attr;
use super::beside::{Beside, Teasers, where_other_pages_begin};
use super::blocks::Draft;
use super::chrome::{heads_other_pages, names_furniture, names_title};
use super::facts::Facts;
use super::metadata;
use super::tree::{Tag, Tree};

/// Share of the report's weight that the part must keep, in percent.
const KEPT: u64 = 80;

/// Characters in lines that are no links from which on a page without a sentence may be an article.
const LIGHTEST: u64 = 200;

/// Chooses the blocks of the report; what belongs to metadata blocks goes there, the site's furniture goes. Tells
/// too how much of the page counts as a report's own.
pub(super) fn choose(
    drafts: Vec<Draft>,
    tree: &Tree,
    facts: &Facts,
    metadata: &mut Vec<Metadata>,
) -> (Vec<Block>, u64) {
    let titles = titles_of(metadata);
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    for slot in &mut drafts {
        if let Some(Draft { block: Block::Table(table), .. }) = slot
            && let Some(found) = metadata::of_table(table)
        {
            metadata.extend(found);
            *slot = None;
        }
    }
    let beside = Beside::new(tree, facts);
    let mut teasers = Teasers::default();
    let weights: Vec<u64> = drafts
        .iter()
        .map(|d| d.as_ref().map_or(0, |d| if teasers.holds(d, tree, facts) { 0 } else { weight(d, &beside) }))
        .collect();
    let mut weights = weights;
    let whole = weights.iter().sum();
    if whole == 0 {
        let light: Vec<u64> = drafts.iter().map(|d| d.as_ref().map_or(0, |d| light_weight(d, &beside))).collect();
        // Pages of links have little else.
        if light.iter().sum::<u64>() >= LIGHTEST {
            weights = light;
        }
    }
    let away = where_other_pages_begin(&drafts, &weights, tree);
    weights.iter_mut().skip(away).for_each(|weight| *weight = 0);
    let main = main_part(&drafts, &weights, tree);
    let inside = |draft: &Draft| main.0 <= draft.node && draft.node < main.1;
    // Where the running text begins: lines of keys and values before it are the page's, behind it the report's.
    let first_prose = drafts
        .iter()
        .zip(&weights)
        .position(|(d, w)| *w > 0 && d.as_ref().is_some_and(&inside))
        .unwrap_or(drafts.len());
    metadata::take_lines(&mut drafts, tree, |i, draft| !inside(draft) || i < first_prose, metadata);
    times(&mut drafts, tree, first_prose, metadata);

    let headed = lists_of_other_pages(&drafts, tree, facts);
    let above = drafts.iter().take(first_prose);
    let mut titled: Vec<bool> = above.map(|d| d.as_ref().is_some_and(|d| is_title(d, tree, &titles))).collect();
    // The lines of one first heading are one title (<h1>云山县水利局<br>2023年…报告</h1>).
    let heading = |at: usize| {
        let draft = drafts.get(at)?.as_ref()?;
        matches!(&draft.block, Block::Paragraph(p) if p.role == Role::Heading(1)).then_some(draft.node)
    };
    for at in (1..titled.len()).rev().filter(|&at| heading(at).is_some() && heading(at) == heading(at - 1)) {
        if titled.get(at) == Some(&true)
            && let Some(above) = titled.get_mut(at - 1)
        {
            *above = true;
        }
    }
    let mut chosen: Vec<(Block, bool)> = Vec::new();
    for ((i, draft), weight) in drafts.into_iter().enumerate().zip(&weights) {
        let Some(draft) = draft else { continue };
        let inner = inside(&draft);
        let title = titled.get(i).copied().unwrap_or(false);
        let keeps = if i >= away && !title || headed.iter().any(|(from, to)| *from <= draft.node && draft.node < *to) {
            false
        } else if inner {
            title || !is_furniture(&draft, &beside, main.0)
        } else {
            title || (*weight > 0 && stands_alone(&draft, tree))
        };
        if !keeps {
            continue;
        }
        let mut block = draft.block;
        if title
            && let Block::Paragraph(p) = &mut block
            && !matches!(p.role, Role::Heading(_))
            && !inner
        {
            p.role = Role::Heading(1);
        }
        chosen.push((block, title));
    }
    (drop_repeated_title(chosen), whole)
}

/// What the head says the page is called, blanks removed.
fn titles_of(metadata: &[Metadata]) -> Vec<String> {
    metadata
        .iter()
        .filter(|m| matches!(m.key.to_ascii_lowercase().as_str(), "title" | "articletitle" | "og:title" | "ucaptitle"))
        .map(|m| squeeze(&m.value))
        .collect()
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// How much a block counts as a report's own: running text and tables of data.
fn weight(draft: &Draft, beside: &Beside) -> u64 {
    match &draft.block {
        Block::Table(table) => {
            let chars = table.cells.iter().flat_map(|c| c.text.chars()).filter(|c| !c.is_whitespace());
            // No more than matters is counted.
            let chars = chars.take(60.max(draft.linked * 2)).count();
            if draft.linked * 2 > chars || shows_nothing(table) { 0 } else { 60 + chars.min(60) as u64 }
        }
        Block::Paragraph(p) => {
            let chars = p.text.chars().count();
            let sentence = p.text.contains(['。', '；', '，', '、', '۔', '،', '।'])
                || p.text.contains(". ")
                || p.text.contains(", ");
            if chars < 18
                || !sentence
                || draft.linked * 3 > chars
                || draft.chrome
                || in_landmark(draft.node, beside.tree)
                || beside.holds(draft.node, 0)
            {
                0
            } else {
                chars as u64
            }
        }
    }
}

/// The same on a page without a sentence: any line that is no link.
fn light_weight(draft: &Draft, beside: &Beside) -> u64 {
    let Block::Paragraph(p) = &draft.block else { return 0 };
    let beside =
        draft.linked > 0 || draft.chrome || in_landmark(draft.node, beside.tree) || beside.holds(draft.node, 0);
    if beside { 0 } else { p.text.chars().count() as u64 }
}

/// A table with hardly any text, as sites use to place buttons, or with the days of a month.
fn shows_nothing(table: &Table) -> bool {
    let texts = table.cells.iter().map(|c| c.text.trim()).filter(|text| !text.is_empty());
    let count = texts.clone().count();
    let days = texts.filter_map(|text| text.parse::<u8>().ok()).zip(1..).take_while(|(day, number)| day == number);
    count < 3 || (count < 50 && days.count() >= 28)
}

/// Whether the node stands in `nav`, `footer` or `aside`.
fn in_landmark(node: u32, tree: &Tree) -> bool {
    tree.ancestors(node)
        .any(|i| tree.get(i).is_some_and(|n| n.is(Tag::Landmark) && n.element().is_some_and(|e| e.name() != "header")))
}

/// The smallest element with nearly all of the weight, as a range of nodes; the whole page where there is none.
fn main_part(drafts: &[Option<Draft>], weights: &[u64], tree: &Tree) -> (u32, u32) {
    let mut sums = vec![0u64; tree.nodes.len()];
    for (draft, weight) in drafts.iter().zip(weights) {
        if let Some(draft) = draft
            && let Some(sum) = sums.get_mut(draft.node as usize)
        {
            *sum += weight;
        }
    }
    for (i, node) in tree.nodes.iter().enumerate().rev() {
        let own = sums.get(i).copied().unwrap_or(0);
        if node.parent as usize != i
            && let Some(sum) = sums.get_mut(node.parent as usize)
        {
            *sum += own;
        }
    }
    let total: u64 = weights.iter().sum();
    let mut main = 0;
    if total == 0 {
        return (0, tree.end(0));
    }
    while let Some(child) =
        tree.children(main).find(|child| sums.get(*child as usize).is_some_and(|s| s * 100 >= total * KEPT))
    {
        let node = tree.get(child);
        // A single paragraph or table is not the part: its neighbours belong to it.
        let own_blocks = node.is_some_and(|n| matches!(n.tag(), Some(Tag::Table | Tag::Heading(_) | Tag::Item)));
        let paragraph = node.and_then(|n| n.element()).is_some_and(|e| e.name() == "p");
        let data = drafts.iter().flatten().any(|d| d.node == child && matches!(d.block, Block::Table(_)));
        if data || paragraph || (own_blocks && !node.is_some_and(|n| n.is(Tag::Table))) {
            break;
        }
        main = child;
    }
    widen(main, drafts, weights, tree)
}

/// Widens the part to what else on the page is data or whole sentences, and to the headings beside it.
fn widen(main: u32, drafts: &[Option<Draft>], weights: &[u64], tree: &Tree) -> (u32, u32) {
    let parent = |index: u32| tree.get(index).map_or(index, |n| n.parent);
    let mut main = main;
    for (draft, weight) in drafts.iter().zip(weights) {
        let Some(draft) = draft.as_ref().filter(|d| *weight > 0 && stands_alone(d, tree)) else { continue };
        let inside = |main: u32| main <= draft.node && draft.node < tree.end(main);
        while main != 0 && !inside(main) {
            main = parent(main);
        }
    }
    let around = parent(main);
    let headed = tree.children(around).any(|child| {
        child != main && matches!(tree.get(child).and_then(|n| n.tag()), Some(Tag::Heading(level)) if level > 1)
    });
    if headed {
        main = around;
    }
    (main, tree.end(main))
}

/// Whether a line above the text is the page's title.
fn is_title(draft: &Draft, tree: &Tree, titles: &[String]) -> bool {
    let Block::Paragraph(p) = &draft.block else { return false };
    let text = squeeze(&p.text);
    let chars = text.chars().count();
    if !(6..=120).contains(&chars) || draft.linked * 2 > chars || draft.chrome {
        return false;
    }
    let named = titles.iter().any(|title| {
        *title == text
            || (title.contains(&text) && chars >= 10)
            || (text.contains(title.as_str()) && title.chars().count() >= 10)
    });
    if named {
        return true;
    }
    let in_part = |what: fn(&str) -> bool| {
        tree.ancestors(draft.node).take(2).any(|i| {
            tree.get(i).and_then(|n| n.element()).is_some_and(|e| {
                e.attributes().any(|(name, value)| matches!(name, Attr::Class | Attr::Id) && what(value))
            })
        })
    };
    p.role == Role::Heading(1) && chars >= 8 || (chars >= 10 && in_part(names_title) && titles.is_empty())
}

/// Whether a block outside of the main part is worth keeping all the same: data, or whole sentences.
fn stands_alone(draft: &Draft, tree: &Tree) -> bool {
    match &draft.block {
        Block::Table(table) => {
            let is_number = |text: &str| text.trim().parse::<f64>().is_ok();
            table.cells.len() >= 12 || table.cells.iter().filter(|c| is_number(&c.text)).count() >= 2
        }
        Block::Paragraph(p) => {
            p.text.chars().count() >= 40
                && p.text.ends_with(['。', '；', '：'])
                && !named_furniture(draft.node, tree, 0)
        }
    }
}

/// Whether an element around the node, below `top`, is called furniture.
fn named_furniture(node: u32, tree: &Tree, top: u32) -> bool {
    tree.ancestors(node).take_while(|i| *i > top).any(|i| is_named_furniture(i, tree))
}

fn is_named_furniture(index: u32, tree: &Tree) -> bool {
    tree.get(index).and_then(|n| n.element()).is_some_and(|e| {
        matches!(e.name(), "nav" | "footer" | "aside")
            || e.attributes()
                .any(|(name, value)| matches!(name, Attr::Class | Attr::Id | Attr::Role) && names_furniture(value))
    })
}

/// Whether a block of the main part is the site's after all.
fn is_furniture(draft: &Draft, beside: &Beside, main: u32) -> bool {
    let (tree, facts) = (beside.tree, beside.facts);
    let Block::Paragraph(p) = &draft.block else { return false };
    if draft.chrome {
        return true;
    }
    let chars = p.text.chars().filter(|c| !c.is_whitespace()).count();
    let whole = facts.of(main).chars;
    // Elements that are called so, and hold neither tables nor more than a little of the text.
    let named = tree.ancestors(draft.node).take_while(|i| *i > main).any(|i| {
        let inside = facts.of(i);
        inside.data_tables == 0 && inside.sentences <= 1 && inside.chars * 3 < whole && is_named_furniture(i, tree)
    });
    if named || beside.holds(draft.node, main) {
        return true;
    }
    // Lists of links, with what stands between them.
    let linked = draft.linked * 10 >= chars * 9;
    tree.ancestors(draft.node).skip(1).take(4).take_while(|i| *i >= main).any(|i| {
        let inside = facts.of(i);
        let links = inside.linked * 10 > inside.chars * 7 && inside.blocks >= 3 && inside.data_tables == 0;
        links && (linked || (inside.chars * 4 < whole && i > main && inside.sentences == 0))
    })
}

/// Elements headed 相关信息 and the like, with the list of other pages in them.
fn lists_of_other_pages(drafts: &[Option<Draft>], tree: &Tree, facts: &Facts) -> Vec<(u32, u32)> {
    let mut lists = Vec::new();
    for draft in drafts.iter().flatten() {
        let Block::Paragraph(p) = &draft.block else { continue };
        if !heads_other_pages(&p.text) {
            continue;
        }
        let list = tree
            .ancestors(draft.node)
            .take(4)
            .take_while(|i| {
                let inside = facts.of(*i);
                inside.data_tables == 0 && inside.sentences <= 1 && inside.chars < 2_000
            })
            .last();
        if let Some(list) = list {
            lists.push((list, tree.end(list)));
        }
    }
    lists
}

/// A `<time>` element above the text is the date of publication.
fn times(drafts: &mut [Option<Draft>], tree: &Tree, first_prose: usize, metadata: &mut Vec<Metadata>) {
    for slot in drafts.iter_mut().take(first_prose) {
        let Some(Draft { block: Block::Paragraph(p), node, .. }) = slot else { continue };
        let own = |name: &str| {
            tree.children(*node).any(|c| tree.get(c).and_then(|n| n.element()).is_some_and(|e| e.name() == name))
        };
        if p.text.chars().count() <= 30
            && (own("time") || own("publishtime"))
            && p.text.starts_with(|c: char| c.is_ascii_digit())
        {
            metadata.push(Metadata { key: "time".to_owned(), value: p.text.clone(), anchor: p.anchor.clone() });
            *slot = None;
        }
    }
}

/// Where the page prints the title and the report prints it again over one line or several, the second goes.
fn drop_repeated_title(chosen: Vec<(Block, bool)>) -> Vec<Block> {
    let mut drop = vec![false; chosen.len()];
    for (i, (block, title)) in chosen.iter().enumerate().take(12) {
        let (Block::Paragraph(p), true) = (block, *title) else { continue };
        if !matches!(p.role, Role::Heading(_)) {
            continue;
        }
        let wanted = squeeze(&p.text);
        let mut rest = wanted.as_str();
        for (j, (next, _)) in chosen.iter().enumerate().skip(i + 1).take(4) {
            let Block::Paragraph(next) = next else { break };
            let line = squeeze(&next.text);
            let Some(tail) = rest.strip_prefix(line.as_str()) else { break };
            rest = tail;
            if rest.is_empty() {
                for slot in drop.iter_mut().take(j + 1).skip(i + 1) {
                    *slot = true;
                }
                break;
            }
        }
    }
    chosen.into_iter().zip(drop).filter(|(_, drop)| !drop).map(|((block, _), _)| block).collect()
}

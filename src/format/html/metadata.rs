//! Metadata: `<title>`, `<meta>`, and the blocks of keys and values around a report.

use crate::document::{Anchor, Block, Metadata, Table};

use super::attributes::Attr;
use super::blocks::Draft;
use super::chrome::{KeyKind, as_key, key_kind};
use super::tree::{Kind, Origin, Tag, Tree};

/// What stands between a key and its value.
const COLONS: [char; 2] = ['：', ':'];

/// Whether a colon stands in the text: most cells hold none.
fn may_hold_pairs(text: &str) -> bool {
    text.bytes().any(|b| b == b':' || b == 0xEF) && text.contains(COLONS) || text.starts_with('【')
}

/// Longest key in brackets, in characters.
const KEY: usize = 8;

/// The title and all `<meta>` elements.
pub(super) fn read_head(tree: &Tree, origin: &Origin, metadata: &mut Vec<Metadata>) {
    let mut titled = false;
    for (i, node) in tree.nodes.iter().enumerate() {
        let Kind::Element(element, Tag::Head) = node.kind else { continue };
        let index = u32::try_from(i).unwrap_or(u32::MAX);
        let (key, value) = match element.name() {
            "title" if !titled => {
                let text = match tree.get(index + 1).map(|n| (n.parent, n.kind)) {
                    Some((parent, Kind::Text(text))) if parent == index => text,
                    _ => "",
                };
                titled = !text.trim().is_empty();
                ("title", text)
            }
            "meta" => {
                let key = element.attribute(Attr::Name).or_else(|| element.attribute(Attr::Property));
                (key.unwrap_or_default(), element.attribute(Attr::Content).unwrap_or_default())
            }
            _ => continue,
        };
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if !key.trim().is_empty() && !value.is_empty() {
            metadata.push(Metadata { key: key.trim().to_owned(), value, anchor: origin.anchor(tree, index) });
        }
    }
}

/// The keys and values of a table, if it is a metadata block.
pub(super) fn of_table(table: &Table) -> Option<Vec<Metadata>> {
    let mut found = Vec::new();
    let (mut filled, mut covered, mut strong) = (0, 0, 0);
    let mut cells = table.cells.iter().filter(|c| c.col_span < usize::MAX).peekable();
    while let Some(cell) = cells.next() {
        if !cell.text.trim().is_empty() {
            filled += 1;
        }
        if let Some((key, kind)) = as_key(&cell.text).and_then(|k| key_kind(&k).map(|kind| (k, kind))) {
            strong += usize::from(kind == KeyKind::Strong);
            covered += 1;
            let value =
                cells.next_if(|next| next.row == cell.row && as_key(&next.text).is_none_or(|k| key_kind(&k).is_none()));
            if value.is_some_and(|v| !v.text.trim().is_empty()) {
                filled += 1;
                covered += 1;
            }
            let value = value.map(|v| join_lines(&v.text)).unwrap_or_default();
            found.push(Metadata { key, value, anchor: cell.anchor.clone() });
            continue;
        }
        if !may_hold_pairs(&cell.text) {
            continue;
        }
        let pairs = pairs_of(&cell.text.replace('\n', " "), &cell.anchor, true);
        if !pairs.is_empty() {
            strong += pairs.iter().filter(|p| key_kind(&p.key) == Some(KeyKind::Strong)).count();
            covered += 1;
            found.extend(pairs);
        }
    }
    (strong >= 1 && found.len() >= 2 && covered * 10 >= filled * 6).then_some(found)
}

fn join_lines(text: &str) -> String {
    text.split('\n').map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The keys and values of a line like `发布日期：2021-01-22 来源：某局 浏览次数：12`; empty where it does not
/// begin with a key. Weak keys count where `weak` says so, or behind a strong one.
pub(super) fn pairs_of(line: &str, anchor: &Anchor, weak: bool) -> Vec<Metadata> {
    if line.len() > 900 || !may_hold_pairs(line) {
        return Vec::new();
    }
    let chars: Vec<char> = line.chars().collect();
    // Ends of each colon's key: from a colon back over letters and single blanks to a known key.
    let mut keys: Vec<(usize, usize, String, KeyKind)> = Vec::new();
    for (at, c) in chars.iter().enumerate() {
        // 【发布日期】2024-01-25
        let bracketed =
            *c == '】' && chars.get(..at).is_some_and(|before| before.iter().rev().take(KEY).any(|c| *c == '【'));
        if !COLONS.contains(c) && !bracketed {
            continue;
        }
        let floor = keys.last().map_or(0, |(_, end, ..)| *end);
        if let Some((start, key, kind)) = key_before(&chars, floor, at) {
            keys.push((start, at + 1, key, kind));
        }
    }
    let begins = keys.first().is_some_and(|(start, ..)| {
        chars.iter().take(*start).all(|c| c.is_whitespace() || matches!(c, '【' | '[' | '(' | '（' | '|' | '·'))
    });
    let believed = keys.iter().any(|(.., kind)| weak || *kind == KeyKind::Strong);
    if !begins || !believed {
        return Vec::new();
    }
    let ends = keys.iter().skip(1).map(|(start, ..)| *start).chain(std::iter::once(chars.len()));
    let pairs: Vec<Metadata> = (keys.iter().zip(ends))
        .map(|((_, from, key, _), to)| {
            let value: String = chars.get(*from..to.max(*from)).unwrap_or_default().iter().collect();
            let value = value.trim().trim_matches(['|', '】', '[', '【', ' ', '\u{a0}', '\u{3000}']).trim();
            Metadata { key: key.clone(), value: value.to_owned(), anchor: anchor.clone() }
        })
        .collect();
    // A line with the unit of the table below (`部门：某局 金额单位：万元`) describes no page.
    if names_unit(line) { Vec::new() } else { pairs }
}

/// Whether a line ends with a unit of money.
fn names_unit(line: &str) -> bool {
    let tail = line.rsplit_once("单位").and_then(|(_, rest)| rest.trim_start().strip_prefix(['：', ':']));
    tail.map(str::trim).is_some_and(|unit| unit.ends_with('元') && unit.chars().count() <= 4)
}

/// The longest key that ends before the colon at `at` and begins behind `floor`.
fn key_before(chars: &[char], floor: usize, at: usize) -> Option<(usize, String, KeyKind)> {
    let mut reversed: Vec<char> = Vec::new();
    let mut best = None;
    let mut start = at;
    while start > floor && reversed.len() < 8 {
        start -= 1;
        let Some(c) = chars.get(start) else { break };
        if c.is_whitespace() {
            continue;
        }
        reversed.push(*c);
        let key: String = reversed.iter().rev().collect();
        if let Some(kind) = key_kind(&key) {
            let before = start.checked_sub(1).and_then(|i| chars.get(i));
            // A key inside of a longer word is none.
            if before.is_none_or(|b| !b.is_alphanumeric() || b.is_ascii_digit()) {
                best = Some((start, key, kind));
            }
        }
    }
    best
}

/// Takes key and value lines out of the drafts that `open` allows, and gives them as metadata. What a line
/// of a definition list or a list names as key has its value in the next line.
pub(super) fn take_lines(
    drafts: &mut [Option<Draft>],
    tree: &Tree,
    open: impl Fn(usize, &Draft) -> bool,
    metadata: &mut Vec<Metadata>,
) {
    let mut i = 0;
    while i < drafts.len() {
        let Some(draft) = drafts.get(i).and_then(Option::as_ref) else {
            i += 1;
            continue;
        };
        let Block::Paragraph(paragraph) = &draft.block else {
            i += 1;
            continue;
        };
        if !open(i, draft) {
            i += 1;
            continue;
        }
        let pairs = pairs_of(&paragraph.text, &paragraph.anchor, true);
        let term = tree.get(draft.node).and_then(|n| n.element()).is_some_and(|e| e.name() == "dt");
        let lone = pairs.is_empty().then(|| as_key(&paragraph.text)).flatten();
        let lone =
            lone.filter(|k| key_kind(k).is_some_and(|kind| kind == KeyKind::Strong || (term && kind == KeyKind::Weak)));
        let unanswered = match pairs.as_slice() {
            [only] if only.value.is_empty() => Some(only.key.clone()),
            _ => lone,
        };
        if let Some(key) = unanswered {
            let at = paragraph.anchor.clone();
            let node = draft.node;
            let value = drafts.get(i + 1).and_then(Option::as_ref).and_then(|next| match &next.block {
                Block::Paragraph(p) if open(i + 1, next) && near(tree, node, next.node) => Some(p.text.clone()),
                _ => None,
            });
            let value = value.filter(|v| {
                v.chars().count() <= 120
                    && pairs_of(v, &at, true).is_empty()
                    && as_key(v).is_none_or(|k| key_kind(&k).is_none())
            });
            if value.is_some()
                && let Some(slot) = drafts.get_mut(i + 1)
            {
                *slot = None;
            }
            let taken = if value.is_some() { 2 } else { 1 };
            metadata.push(Metadata { key, value: value.unwrap_or_default(), anchor: at });
            if let Some(slot) = drafts.get_mut(i) {
                *slot = None;
            }
            i += taken;
            continue;
        }
        if !pairs.is_empty() {
            metadata.extend(pairs.into_iter().filter(|p| key_kind(&p.key) != Some(KeyKind::Tool)));
            if let Some(slot) = drafts.get_mut(i) {
                *slot = None;
            }
        }
        i += 1;
    }
}

/// Whether two lines stand in the same element or in neighbouring ones.
fn near(tree: &Tree, a: u32, b: u32) -> bool {
    let parent = |i: u32| tree.get(i).map(|n| n.parent);
    a == b || parent(a) == parent(b) || parent(parent(a).unwrap_or(a)) == parent(parent(b).unwrap_or(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(line: &str, weak: bool) -> Vec<(String, String)> {
        let anchor = Anchor::Text { line: 1, column: 1 };
        pairs_of(line, &anchor, weak).into_iter().map(|m| (m.key, m.value)).collect()
    }

    #[test]
    fn splits_lines_at_known_keys() {
        let found = pairs("发布日期：2021-01-22 10:30 来 源：某县人民政府 浏览次数：12 字体：[大 中 小]", false);
        let found: Vec<(&str, &str)> = found.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let wanted =
            [("发布日期", "2021-01-22 10:30"), ("来源", "某县人民政府"), ("浏览次数", "12"), ("字体", "大 中 小")];
        assert_eq!(found.get(..3), wanted.get(..3));
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn keys_may_stand_in_brackets_without_a_colon() {
        assert_eq!(pairs("【发布日期】2024-01-25", true), [("发布日期".to_owned(), "2024-01-25".to_owned())]);
        assert!(pairs("【图文】2024年工作", true).is_empty());
    }

    #[test]
    fn leaves_report_text_alone() {
        assert!(pairs("单位：某县人民政府办公室", false).is_empty());
        assert!(pairs("联系人：某某，发布日期：2021", false).is_empty());
        assert!(pairs("数据来源：统计局", true).is_empty());
        assert!(pairs("部门：某局　　金额单位：万元", true).is_empty());
        assert_eq!(pairs("时间：2021-01-18 访问次数：104", false).len(), 2);
    }
}

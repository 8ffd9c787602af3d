//! Paragraphs: lines broken at a fixed width joined, marks of Markdown read.

use super::lines::{Line, begins_heading, is_space, trim, width};
use crate::document::{Paragraph, Role};

/// The width at which a text was broken into lines, if it was: many lines end within two columns of it and
/// none goes beyond.
pub fn wrap_width<'l, 't: 'l>(lines: impl Iterator<Item = &'l Line<'t>>) -> Option<usize> {
    let mut widths: Vec<usize> = lines
        .filter(|l| !l.is_blank())
        .map(|l| width(l.text.trim_end_matches(is_space)))
        .filter(|&w| w >= 30)
        .collect();
    if widths.len() < 4 {
        return None;
    }
    widths.sort_unstable();
    // A few lines may hang over (a long word, an address); the width is the one that most share.
    let (mut best, mut best_count, mut start) = (0, 0, 0);
    for (end, &w) in widths.iter().enumerate() {
        while widths.get(start).is_some_and(|&s| s + 2 < w) {
            start += 1;
        }
        if end + 1 - start >= best_count {
            best_count = end + 1 - start;
            best = w;
        }
    }
    let beyond = widths.iter().filter(|&&w| w > best + 1).count();
    (best_count * 3 >= widths.len() && best_count >= 3 && beyond * 10 <= widths.len() && best <= 240).then_some(best)
}

/// Whether the line goes on in the next one.
pub fn goes_on(line: &Line<'_>, next: &Line<'_>, wrap: Option<usize>) -> bool {
    let Some(wrap) = wrap else { return false };
    let w = width(line.text.trim_end_matches(is_space));
    let complete = line.trimmed().ends_with(['。', '；', '：']) && begins_heading(next.text);
    w + 2 >= wrap && w <= wrap + 1 && !complete && !next.is_blank() && !next.text.starts_with(is_space)
}

/// A paragraph of the lines `lines`, joined.
pub fn paragraph(lines: &[Line<'_>], markdown: bool) -> Option<Paragraph> {
    let first = lines.first()?;
    let mut text = String::new();
    for line in lines {
        let piece = line.trimmed();
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
        if latin(text.chars().next_back()) && latin(piece.chars().next()) {
            text.push(' ');
        }
        text.push_str(piece);
    }
    let mut role = Role::Body;
    if markdown {
        (role, text) = read_marks(&text);
    }
    if text.contains("<!--[if") || text.contains("<o:p>") {
        text = without_word(&text);
    }
    Some(Paragraph { text, role, anchor: first.anchor_printed() })
}

fn read_marks(text: &str) -> (Role, String) {
    let level = text.len() - text.trim_start_matches('#').len();
    if (1..=6).contains(&level)
        && let Some(rest) = text.get(level..)
        && (rest.starts_with(is_space) || rest.chars().next().is_some_and(|c| !c.is_ascii()))
    {
        let rest = trim(rest.trim_end_matches('#'));
        return (Role::Heading(u8::try_from(level).unwrap_or(6)), strip_emphasis(rest));
    }
    if let Some(rest) = text.strip_prefix("- ").or_else(|| text.strip_prefix("* ")) {
        return (Role::ListItem, strip_emphasis(trim(rest)));
    }
    if let Some(rest) = text.strip_prefix("> ") {
        return (Role::Body, strip_emphasis(trim(rest)));
    }
    (Role::Body, strip_emphasis(text))
}

/// `**bold**` and `__bold__` without their marks.
fn strip_emphasis(text: &str) -> String {
    let mut out = text.to_owned();
    for mark in ["**", "__"] {
        if out.matches(mark).count() >= 2 {
            out = out.replace(mark, "");
        }
    }
    out
}

/// Leftovers of Word's HTML in a text.
fn without_word(text: &str) -> String {
    let mut out = text.replace("<o:p>", "").replace("</o:p>", "");
    for mark in ["<!--[if !supportLists]-->", "<!--[endif]-->", "<!--[if gte mso 9]-->"] {
        out = out.replace(mark, "");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::lines::split;
    use super::*;

    #[test]
    fn a_fixed_width_is_seen() {
        let full = "一二三四五六七八九十一二三四五六七八九十";
        let text = format!("标题\n　　{full}\n{full}十十\n末尾。\n　　{full}\n{full}十十\n完。\n");
        let lines = split(&text);
        let wrap = wrap_width(lines.iter());
        assert_eq!(wrap, Some(44));
        assert!(goes_on(&lines[1], &lines[2], wrap));
        assert!(!goes_on(&lines[3], &lines[4], wrap));
        let p = paragraph(&lines[1..4], false).unwrap();
        assert_eq!(p.text, format!("{full}{full}十十末尾。"));
    }

    #[test]
    fn marks_of_markdown() {
        let lines = split("## 一、**总体**情况");
        let p = paragraph(&lines, true).unwrap();
        assert_eq!((p.role, p.text.as_str()), (Role::Heading(2), "一、总体情况"));
    }
}

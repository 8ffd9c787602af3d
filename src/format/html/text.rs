//! Text as a browser shows it: blanks collapsed, lines broken where elements break them.

use super::attributes::Attr;
use super::tree::{Element, Kind, Tag, Tree};
use crate::text::append_raised;

/// Collects the text of a line or of the lines of a cell.
#[derive(Debug, Default)]
pub(super) struct Flow {
    text: String,
    /// A blank was seen and not written yet; whether it held a line end.
    gap: Option<bool>,
}

impl Flow {
    /// Adds text; runs of blanks become one, and none where a line of the source ends between two
    /// characters that are written without blanks (CSS Text 4, segment break transformation).
    pub fn push(&mut self, text: &str, preformatted: bool) {
        let mut rest = text;
        while let Some(byte) = rest.bytes().next() {
            if byte.is_ascii_whitespace() {
                if preformatted && byte == b'\n' {
                    self.line_break();
                } else {
                    let seen = self.gap.unwrap_or(false);
                    self.gap = Some(seen || byte == b'\n' || byte == b'\r');
                }
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            let run = rest.bytes().position(|b| b.is_ascii_whitespace()).unwrap_or(rest.len());
            let (word, tail) = rest.split_at(run);
            self.word(word);
            rest = tail;
        }
    }

    /// Adds text that is set high (`sup`).
    pub fn push_raised(&mut self, text: &str) {
        if self.gap.is_none() && self.text.ends_with(|c: char| c.is_numeric()) {
            append_raised(&mut self.text, text.trim());
        } else {
            self.push(text, false);
        }
    }

    fn word(&mut self, word: &str) {
        let invisible = may_hide(word) && word.contains(is_invisible);
        if invisible && word.chars().all(is_invisible) {
            return;
        }
        if let Some(broken) = self.gap.take()
            && let Some(before) = self.text.chars().next_back()
            && before != '\n'
            && !(broken && is_wide(before) && word.chars().next().is_some_and(is_wide))
        {
            self.text.push(' ');
        }
        if invisible {
            self.text.extend(word.chars().filter(|c| !is_invisible(*c)));
        } else {
            self.text.push_str(word);
        }
    }

    /// Ends the line, if anything stands in it.
    pub fn line_break(&mut self) {
        self.gap = None;
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// Whether nothing visible was added yet.
    pub fn is_blank(&self) -> bool {
        self.text.chars().all(char::is_whitespace)
    }

    /// The text of a paragraph: indentation and trailing blanks removed.
    pub fn take_line(&mut self) -> String {
        self.gap = None;
        let text = self.text.trim().to_owned();
        self.text.clear();
        text
    }

    /// The lines of a cell: blank lines removed, except where nothing else stands in the cell.
    pub fn into_lines(mut self) -> String {
        self.text.truncate(self.text.trim_end_matches('\n').len());
        let text = self.text.as_str();
        if !text.contains('\n') {
            return self.text;
        }
        let mut lines: Vec<&str> = text.split('\n').filter(|line| !line.trim().is_empty()).collect();
        if lines.is_empty() {
            lines.extend(text.split('\n').find(|line| !line.is_empty()));
        }
        lines.join("\n")
    }
}

/// Characters that are written one behind the other without blanks: ideographs, their punctuation, full-width forms.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x2E80..=0x303F | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0xFE30..=0xFE4F
        | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFF | 0x2018..=0x201D | 0x2014 | 0x2026)
}

/// Whether any character begins like one that [`is_invisible`].
fn may_hide(word: &str) -> bool {
    word.bytes().any(|b| matches!(b, 0xC2 | 0xE2 | 0xEF))
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{FEFF}' | '\u{AD}' | '\u{2060}')
}

/// The lines of everything in `index`, without what `skip` names and without the tables that it names.
pub(super) fn lines_of(tree: &Tree, index: u32, skip: impl Fn(u32) -> bool) -> String {
    let mut flow = Flow::default();
    let end = tree.end(index);
    let mut open: Vec<(u32, bool)> = Vec::new();
    let mut pre = 0usize;
    // Where what is set high ends.
    let mut raised = 0u32;
    let mut at = index + 1;
    loop {
        while open.last().is_some_and(|(until, _)| at >= *until) {
            let Some((_, was_pre)) = open.pop() else { break };
            pre -= usize::from(was_pre);
            flow.line_break();
        }
        if at >= end {
            break;
        }
        let Some(node) = tree.get(at) else { break };
        match node.kind {
            Kind::Text(text) if at < raised => flow.push_raised(text),
            Kind::Text(text) => flow.push(text, pre > 0),
            Kind::Element(e, Tag::Inline | Tag::Link) if is_raised(e) => raised = raised.max(node.end),
            Kind::Element(_, Tag::Break) => flow.line_break(),
            Kind::Element(..) if skip(at) => {
                flow.line_break();
                at = node.end;
                continue;
            }
            Kind::Element(_, tag) if tag.breaks_line() => {
                flow.line_break();
                pre += usize::from(tag == Tag::Pre);
                open.push((node.end, tag == Tag::Pre));
            }
            Kind::Element(..) => {}
        }
        at += 1;
    }
    flow.into_lines()
}

/// Whether an element sets what it holds high, as marks of footnotes are, or leads to a footnote.
fn is_raised(element: Element) -> bool {
    let high =
        |style: &str| style.split(';').any(|rule| rule.split_once(':').is_some_and(|(_, v)| v.trim() == "super"));
    element.name() == "sup"
        || (element.name() == "a" && element.attribute(Attr::Href).is_some_and(|to| to.starts_with('#')))
        || element.attribute(Attr::Style).is_some_and(|style| style.contains("super") && high(style))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(parts: &[&str]) -> String {
        let mut flow = Flow::default();
        for part in parts {
            flow.push(part, false);
        }
        flow.take_line()
    }

    #[test]
    fn collapses_blanks_and_joins_digits_over_elements() {
        assert_eq!(flow(&["20", "23", "年"]), "2023年");
        assert_eq!(flow(&["  a \n b", " ", " c "]), "a b c");
        assert_eq!(flow(&["政府信\n   息公开", "\n12\n件"]), "政府信息公开 12 件");
        assert_eq!(flow(&["\u{3000}\u{3000}一、总体\u{a0}情况"]), "一、总体\u{a0}情况");
        assert_eq!(flow(&["1\u{200B}2\u{FEFF}3"]), "123");
    }

    #[test]
    fn cells_keep_lines_and_blanks_of_their_own() {
        let mut cell = Flow::default();
        cell.line_break();
        cell.push("商业", false);
        cell.line_break();
        cell.push(" \u{a0} ", false);
        cell.line_break();
        cell.push("企业", false);
        cell.line_break();
        assert_eq!(cell.into_lines(), "商业\n企业");
        let mut cell = Flow::default();
        cell.push("\n \u{a0} ", false);
        cell.line_break();
        assert_eq!(cell.into_lines(), "\u{a0}");
    }
}

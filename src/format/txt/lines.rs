//! Physical lines, and the pieces of a text that a scraper put on one line.

use crate::document::Anchor;

/// A piece of a line with its place in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'t> {
    /// The text, without its line break.
    pub text: &'t str,
    /// Line from 1.
    pub number: u32,
    /// Column of the first character, from 1.
    pub column: u32,
}

impl<'t> Line<'t> {
    /// The anchor of the character at byte `at`.
    pub fn anchor(&self, at: usize) -> Anchor {
        self.anchor_nth(self.text.get(..at).map_or(0, |s| s.chars().count()))
    }

    /// The anchor of the character number `index`, from 0.
    pub fn anchor_nth(&self, index: usize) -> Anchor {
        Anchor::Text { line: self.number, column: self.column.saturating_add(u32::try_from(index).unwrap_or(u32::MAX)) }
    }

    /// The text without spaces of any kind at either end.
    pub fn trimmed(&self) -> &'t str {
        trim(self.text)
    }

    /// Whether nothing but spaces is printed.
    pub fn is_blank(&self) -> bool {
        self.trimmed().is_empty()
    }

    /// The anchor of the first printed character.
    pub fn anchor_printed(&self) -> Anchor {
        let at = self.text.len() - self.text.trim_start_matches(is_space).len();
        self.anchor(at)
    }
}

/// Spaces of any kind, and marks without width.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}')
}

/// Without spaces at either end.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// The lines of a text, ended by LF, CR LF, CR, form feed, vertical tab, or U+2028 and U+2029; of these the first three
/// count as ends of lines in an anchor, as they do in every editor.
pub fn split(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let (mut number, mut column) = (1u32, 1u32);
    let mut rest = text;
    loop {
        let end = rest.find(['\n', '\r', '\u{c}', '\u{2028}', '\u{2029}', '\u{b}']);
        let Some(end) = end else {
            lines.push(Line { text: rest, number, column });
            return lines;
        };
        let line = rest.get(..end).unwrap_or("");
        lines.push(Line { text: line, number, column });
        let tail = rest.get(end..).unwrap_or("");
        let width = if tail.starts_with("\r\n") { 2 } else { tail.chars().next().map_or(1, char::len_utf8) };
        rest = tail.get(width..).unwrap_or("");
        (number, column) = if tail.starts_with(['\n', '\r']) {
            (number.saturating_add(1), 1)
        } else {
            let length = u32::try_from(line.chars().count() + 1).unwrap_or(u32::MAX);
            (number, column.saturating_add(length))
        };
    }
}

/// Takes out the tabs that all lines have in front, and those that all have behind: the indentation of the page that a
/// text was taken from, and no cells.
pub fn cut_margins(lines: &mut [Line<'_>]) {
    let tabs = |chars: &mut dyn Iterator<Item = char>| chars.take_while(|c| *c == '\t').count();
    let printed = || lines.iter().filter(|line| !line.is_blank());
    let before = printed().map(|line| tabs(&mut line.text.chars())).min().unwrap_or(0);
    let behind = printed().map(|line| tabs(&mut line.text.chars().rev())).min().unwrap_or(0);
    for line in lines.iter_mut().filter(|line| !line.is_blank()) {
        line.text = line.text.get(before..line.text.len() - behind).unwrap_or_default();
        line.column = line.column.saturating_add(u32::try_from(before).unwrap_or(u32::MAX));
    }
}

/// Characters from which on a line is looked at as a whole text on one line.
const LONG: usize = 600;

/// Splits a line that holds a whole text into its pieces, by the evidence of spaces: where ideographs stand on
/// both sides of a space, or a sentence ends before it, or a numbered heading begins behind it. Other lines
/// come back whole.
pub fn unroll<'t>(line: Line<'t>, out: &mut Vec<Line<'t>>) {
    if line.text.len() < LONG || line.text.chars().take(LONG).count() < LONG {
        out.push(line);
        return;
    }
    if let Some(mark) = rolled_mark(line.text) {
        let mut column = line.column;
        for piece in line.text.split(mark) {
            out.push(Line { text: piece, number: line.number, column });
            column =
                column.saturating_add(u32::try_from(piece.chars().count() + mark.chars().count()).unwrap_or(u32::MAX));
        }
        return;
    }
    if !is_rolled(line.text) {
        out.push(line);
        return;
    }
    let text = line.text;
    let mut column = line.column;
    let mut start = 0usize;
    let mut start_column = column;
    let mut before: Option<char> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        column = column.saturating_add(1);
        if c == ' ' {
            let mut end = at + 1;
            while let Some(&(next_at, ' ')) = chars.peek() {
                chars.next();
                column = column.saturating_add(1);
                end = next_at + 1;
            }
            let behind = text.get(end..).unwrap_or("");
            let breaks = before.is_some_and(|b| breaks_at(b, behind));
            if breaks {
                push_piece(text, start, at, line.number, start_column, out);
                start = end;
                start_column = column;
            }
        } else if before.is_some_and(ends_sentence) && begins_heading(text.get(at..).unwrap_or("")) {
            // Run together: only a sentence's end shows that something new begins.
            push_piece(text, start, at, line.number, start_column, out);
            start = at;
            start_column = column - 1;
        }
        before = Some(c);
    }
    push_piece(text, start, text.len(), line.number, start_column, out);
}

fn push_piece<'t>(text: &'t str, start: usize, end: usize, number: u32, column: u32, out: &mut Vec<Line<'t>>) {
    let piece = text.get(start..end).unwrap_or("");
    if !trim(piece).is_empty() {
        out.push(Line { text: piece, number, column });
    }
}

/// The mark between the pieces of a line that holds a whole text (`标题|第一段。|第二段。|信息内容|0`), if one parts them:
/// sentences end before it and numbered headings begin behind it.
fn rolled_mark(text: &str) -> Option<&'static str> {
    let parts = |mark: &&str| {
        let (mut ends, mut headings) = (0usize, 0usize);
        let mut pieces = text.split(*mark);
        let mut before = pieces.next();
        for piece in pieces {
            ends += usize::from(before.and_then(|b| trim(b).chars().next_back()).is_some_and(ends_sentence));
            headings += usize::from(begins_heading(trim(piece)));
            before = Some(piece);
        }
        ends >= 2 && headings >= 2
    };
    ["|", "｜", "\t", "\\n", "<br>", "<br/>", "<br />"].into_iter().find(parts)
}

/// Whether a long line holds more than one paragraph: several sentences that end before a space or a heading.
fn is_rolled(text: &str) -> bool {
    let mut ends = 0usize;
    let mut before = None;
    for (at, c) in text.char_indices() {
        let ended = before.is_some_and(ends_sentence);
        if (ended && c == ' ') || ((ended || before == Some(' ')) && begins_heading(text.get(at..).unwrap_or(""))) {
            ends += 1;
            if ends >= 2 {
                return true;
            }
        }
        before = Some(c);
    }
    false
}

fn breaks_at(before: char, behind: &str) -> bool {
    let Some(next) = behind.chars().next() else { return false };
    if before == ' ' || ends_sentence(before) || begins_heading(behind) {
        return true;
    }
    let wide = |c: char| !c.is_ascii() && !c.is_numeric() || is_bracket(c);
    wide(before) && wide(next)
}

fn is_bracket(c: char) -> bool {
    matches!(c, '(' | ')' | '（' | '）' | '【' | '】')
}

fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；')
}

const HAN_DIGITS: &str = "一二三四五六七八九十";

/// Whether a numbered heading begins here: 一、 （一） 第一部分.
pub fn begins_heading(text: &str) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let bracket = matches!(first, '(' | '（');
    let section = first == '第';
    let mut seen = 0;
    let mut rest = if bracket || section { chars.as_str() } else { text };
    while let Some(c) = rest.chars().next() {
        if !HAN_DIGITS.contains(c) {
            break;
        }
        seen += 1;
        rest = rest.get(c.len_utf8()..).unwrap_or("");
        if seen > 3 {
            return false;
        }
    }
    if seen == 0 {
        return false;
    }
    if bracket {
        return rest.starts_with([')', '）']);
    }
    if section {
        return rest.starts_with("部分") || rest.starts_with('章');
    }
    rest.starts_with(['、', '．', '.']) && rest.chars().nth(1).is_some_and(|c| !c.is_ascii_digit())
}

/// Columns that a text takes on a terminal: two for wide characters.
pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Columns that a character takes on a terminal.
pub fn char_width(c: char) -> usize {
    match c {
        '\u{0}'..='\u{1f}' | '\u{7f}' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{20000}'..='\u{3fffd}'
        // Ambiguous in width, wide in Chinese text.
        | '“' | '”' | '‘' | '’' | '…' | '—' | '─' | '―' | '①'..='⑳' | '⑴'..='⒇' | '⒈'..='⒛' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_around_all_lines_are_margins() {
        let cut = |text: &'static str| {
            let mut lines = split(text);
            cut_margins(&mut lines);
            lines.iter().map(|l| (l.text, l.column)).collect::<Vec<_>>()
        };
        assert_eq!(cut("\t\t甲\t\n \n\t\t\t乙\t\t"), [("甲", 3), (" ", 1), ("\t乙\t", 3)]);
        assert_eq!(cut("甲\n\t乙\t\n"), [("甲", 1), ("\t乙\t", 1), ("", 1)]);
    }

    #[test]
    fn line_ends_of_every_kind() {
        let lines = split("a\r\nb\rc\nd甲\u{c}e\u{2028}f\ng");
        let texts: Vec<&str> = lines.iter().map(|l| l.text).collect();
        assert_eq!(texts, ["a", "b", "c", "d甲", "e", "f", "g"]);
        let places = [(1, 1), (2, 1), (3, 1), (4, 1), (4, 4), (4, 6), (5, 1)];
        assert_eq!(lines.iter().map(|l| (l.number, l.column)).collect::<Vec<_>>(), places);
    }

    #[test]
    fn a_text_on_one_line_with_marks_is_unrolled() {
        let pieces = ["标题", "第一段话。", "一、总体情况", "第二段话。", "二、主动公开", "信息内容", "0", "", "1"];
        for mark in ["|", " | ", "\t", "\\n", "<br>"] {
            let text = pieces.join(mark).repeat(20);
            let mut out = Vec::new();
            unroll(Line { text: &text, number: 1, column: 1 }, &mut out);
            let read: Vec<&str> = out.iter().map(Line::trimmed).take(9).collect();
            assert_eq!(read.get(..8), pieces.get(..8), "{mark}");
            assert_eq!(
                out.get(1).map(|l| l.column),
                u32::try_from(3 + mark.len()).ok().map(|c| c - u32::from(mark == " | "))
            );
        }
    }

    #[test]
    fn a_text_on_one_line_is_unrolled() {
        let filler = "本单位公开信息若干条。".repeat(60);
        let text = format!("某镇2020年年度报告 一、总体情况 {filler} 第二段 ２０ 件。 规章 0 0 0 二、其他");
        let mut out = Vec::new();
        unroll(Line { text: &text, number: 1, column: 1 }, &mut out);
        let texts: Vec<&str> = out.iter().map(|l| l.text).collect();
        assert_eq!(
            texts,
            ["某镇2020年年度报告", "一、总体情况", &filler, "第二段 ２０ 件。", "规章 0 0 0", "二、其他"]
        );
        assert_eq!(out[1].column, 13);
    }

    #[test]
    fn a_long_paragraph_stays_whole() {
        let text = "本单位 2020 年公开信息若干条，".repeat(60);
        let mut out = Vec::new();
        unroll(Line { text: &text, number: 1, column: 1 }, &mut out);
        assert_eq!(out.len(), 1);
    }
}

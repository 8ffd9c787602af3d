//! Reports that stand on a page as a text: in a literal of a script (`let content = "<p …"`, state objects), in JSON, in
//! a field or an attribute, or as markup that was escaped once too often.

use std::ops::Range;

use super::attributes::Attr;
use super::facts::Facts;
use super::tree::{Kind, Tag, Tree};

/// A piece of markup or text out of a string literal, with the way back to the source.
pub(super) struct Embedded {
    /// The element that holds it; none where the whole source is JSON.
    pub node: Option<u32>,
    /// The text, escapes resolved.
    pub text: String,
    /// Byte offsets: in the text, and in the source, wherever the distance between the two changes.
    map: Vec<(u32, u32)>,
}

impl Embedded {
    /// The byte offset in the source of an offset in the text.
    pub fn source_offset(&self, offset: u32) -> u32 {
        let at = self.map.partition_point(|(text, _)| *text <= offset);
        let (text, source) = at.checked_sub(1).and_then(|i| self.map.get(i)).copied().unwrap_or((0, 0));
        source + (offset - text)
    }

    /// A piece of the source as it stands.
    fn verbatim(text: &str, offset: usize, node: u32) -> Self {
        Self { node: Some(node), text: text.to_owned(), map: vec![(0, clamp(offset))] }
    }

    /// The text with what `read` makes of the beginning of a rest: how many bytes stand for what.
    fn resolved(self, read: impl Fn(&str) -> Option<(usize, String)>) -> Self {
        let mut out = Self { node: self.node, text: String::with_capacity(self.text.len()), map: Vec::new() };
        let mut at = 0;
        while let Some(c) = self.text.get(at..).and_then(|rest| rest.chars().next()) {
            let (here, source) = (clamp(out.text.len()), self.source_offset(clamp(at)));
            if out.map.last().is_none_or(|(text, known)| known + (here - text) != source) {
                out.map.push((here, source));
            }
            if let Some((length, piece)) = self.text.get(at..).and_then(&read) {
                out.text.push_str(&piece);
                at += length.max(1);
            } else {
                out.text.push(c);
                at += c.len_utf8();
            }
        }
        out
    }

    /// The markup that the text escapes, however often; itself where it escapes none.
    pub fn unescaped(mut self) -> Self {
        for _ in 0..MOST_ESCAPED {
            if self.text.contains('<') || !["&lt;", "&amp;lt;", "&#60;"].iter().any(|r| self.text.contains(r)) {
                break;
            }
            self = self.resolved(reference);
        }
        self
    }
}

/// Times that markup may be escaped.
const MOST_ESCAPED: usize = 3;

/// A character reference that markup is escaped by, at the beginning of a text.
fn reference(text: &str) -> Option<(usize, String)> {
    let known = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&"), ("&#39;", "'"), ("&#34;", "\"")];
    let known = known.into_iter().chain([("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&"), ("&apos;", "'")]);
    if !text.starts_with('&') {
        return None;
    }
    known.into_iter().find(|(name, _)| text.starts_with(name)).map(|(name, c)| (name.len(), c.to_owned()))
}

/// What `escape` and `encodeURIComponent` write, at the beginning of a text.
fn percent(text: &str) -> Option<(usize, String)> {
    let unit = |rest: &str| u16::from_str_radix(rest.strip_prefix("%u")?.get(..4)?, 16).ok();
    let byte = |rest: &str| u8::from_str_radix(rest.strip_prefix('%')?.get(..2)?, 16).ok();
    let units: Vec<u16> = (0..2).map_while(|i| unit(text.get(i * 6..)?)).collect();
    if let Some(Ok(c)) = char::decode_utf16(units).next() {
        return Some((c.len_utf16() * 6, c.to_string()));
    }
    let bytes: Vec<u8> = (0..4).map_while(|i| byte(text.get(i * 3..)?)).collect();
    let c = bytes.utf8_chunks().next()?.valid().chars().next()?;
    Some((c.len_utf8() * 3, c.to_string()))
}

fn clamp(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Ideographs that a literal must hold to be taken for an article.
const ARTICLE: usize = 100;

/// Keeps the first of the texts with most ideographs, of those that hold an article's.
fn keep(best: &mut Option<(usize, Embedded)>, weight: usize, found: impl FnOnce() -> Embedded) {
    if weight >= ARTICLE && best.as_ref().is_none_or(|(most, _)| weight > *most) {
        *best = Some((weight, found()));
    }
}

/// The text that has most Chinese of all that the page does not show: literals of its scripts, what its templates,
/// fields and attributes hold; `source` is the page's.
pub(super) fn find_hidden(tree: &Tree, source: &str) -> Option<Embedded> {
    let mut best: Option<(usize, Embedded)> = None;
    for (i, node) in tree.nodes.iter().enumerate() {
        let Kind::Element(element, _) = node.kind else { continue };
        let index = clamp(i);
        if matches!(element.name(), "textarea" | "template")
            && let Some((at, text)) = content(source, node.offset as usize, element.name())
        {
            keep(&mut best, ideographs(text), || Embedded::verbatim(text, at, index));
        }
        if element.name() != "script" {
            continue;
        }
        let Some(text) = tree.get(index + 1).filter(|n| n.parent == index && n.element().is_none()) else { continue };
        let Kind::Text(script) = text.kind else { continue };
        // The script as it stands in the source: the parser unifies line ends, which would move every place.
        let script = source.get(text.offset as usize..).map_or(script, |s| until_end_tag(s, "script"));
        // A template for scripts is markup itself.
        let typed = element.attribute(Attr::Type).is_some_and(|kind| kind.contains("html") || kind.contains("templ"));
        let weight = ideographs(script);
        // A comment of HTML (`<!--`) may open any script.
        let tagged =
            script.trim_start().strip_prefix('<').is_some_and(|tag| tag.starts_with(|c: char| c.is_alphabetic()));
        if (typed || tagged) && script.contains("</") && weight >= ARTICLE {
            keep(&mut best, weight, || Embedded::verbatim(script, text.offset as usize, index));
        } else if let Some((weight, found)) = find(script, text.offset) {
            keep(&mut best, weight, || Embedded { node: Some(index), ..found });
        }
    }
    // Attributes are literals too; the one that holds an article has markup in it.
    let code = code(tree, source);
    let is_code = |at: usize| code.get(code.partition_point(|range| range.end <= at)).is_some_and(|r| r.start <= at);
    let is_value = |at: usize| is_value(source, at) && !is_code(at);
    if let Some((weight, found)) = find_literal(source, 0, is_value, has_end_tags) {
        let begin = found.source_offset(0);
        let holder = || tree.nodes.iter().rposition(|n| n.element().is_some() && n.offset <= begin).map(clamp);
        keep(&mut best, weight, || Embedded { node: holder(), ..found });
    }
    best.map(|(_, found)| found)
}

/// The text with most Chinese that the page shows as markup: it was escaped once too often.
pub(super) fn find_shown(tree: &Tree, facts: &Facts, source: &str) -> Option<Embedded> {
    // Hardly a page has any.
    memchr::memmem::find(source.as_bytes(), b"&lt;")?;
    let mut best: Option<(usize, Embedded)> = None;
    for (i, node) in tree.nodes.iter().enumerate() {
        let Kind::Text(text) = node.kind else { continue };
        let closes = ["</p>", "</div>", "</td>", "</span>"].iter().any(|tag| text.contains(tag));
        if !closes || facts.is_silent(clamp(i)) || tree.get(node.parent).is_some_and(|n| n.is(Tag::Pre)) {
            continue;
        }
        let Some(rest) = source.get(node.offset as usize..) else { continue };
        keep(&mut best, ideographs(text), || {
            let text = rest.get(..memchr::memchr(b'<', rest.as_bytes()).unwrap_or(rest.len())).unwrap_or(rest);
            Embedded::verbatim(text, node.offset as usize, node.parent)
        });
    }
    best.map(|(_, found)| found)
}

/// What stands between the tags of an element that begins at `offset`, and where that begins.
fn content<'s>(source: &'s str, offset: usize, name: &str) -> Option<(usize, &'s str)> {
    let begin = offset + source.get(offset..)?.find('>')? + 1;
    Some((begin, until_end_tag(source.get(begin..)?, name)))
}

/// The text up to the end tag of the element that it stands in.
fn until_end_tag<'s>(text: &'s str, name: &str) -> &'s str {
    let named = |at: &usize| {
        let tag = text.get(at + 2..at + 2 + name.len());
        text.get(*at..).is_some_and(|rest| rest.starts_with("</")) && tag.is_some_and(|t| t.eq_ignore_ascii_case(name))
    };
    let end = memchr::memchr_iter(b'<', text.as_bytes()).find(named).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

/// The literal with most Chinese text in a source that is JSON as a whole.
pub(super) fn find_in_json(source: &str) -> Option<Embedded> {
    find(source, 0).map(|(_, found)| found)
}

/// The best literal of a script, with the number of its ideographs.
fn find(script: &str, offset: u32) -> Option<(usize, Embedded)> {
    if ideographs(script) < ARTICLE && !script.contains("\\u") && !script.contains('%') {
        return None;
    }
    // Literals that begin with a tag are certain; where there is none, every literal is tried.
    find_literal(script, offset, |at| begins_with_tag(script, at), |_| true)
        .or_else(|| find_literal(script, offset, |_| true, |_| true))
}

/// Where the scripts and rules of style of a page stand in its source, in order.
fn code(tree: &Tree, source: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for node in &tree.nodes {
        let name = node.element().map(|e| e.name()).filter(|name| matches!(*name, "script" | "style"));
        let known = out.last().map_or(0, |range| range.end);
        let Some(name) = name.filter(|_| node.offset as usize >= known) else { continue };
        out.extend(content(source, node.offset as usize, name).map(|(at, text)| at..at + text.len()));
    }
    out
}

/// Bytes of a tag before the value of an attribute, at most.
const TAG_BYTES: usize = 4096;

/// Whether the value of an attribute begins at byte `at`, behind its quote: in a tag, and not in a rule of style or in
/// a script.
fn is_value(source: &str, at: usize) -> bool {
    let bytes = source.as_bytes();
    let Some(before) = at.checked_sub(1).and_then(|quote| bytes.get(quote.saturating_sub(TAG_BYTES)..quote)) else {
        return false;
    };
    if before.last() != Some(&b'=') {
        return false;
    }
    let Some(tag) = memchr::memrchr(b'<', before).and_then(|open| before.get(open + 1..)) else { return false };
    let mut quoted = None;
    for &byte in tag {
        match quoted {
            Some(quote) if byte == quote => quoted = None,
            Some(_) => {}
            None if byte == b'>' => return false,
            None => quoted = matches!(byte, b'"' | b'\'').then_some(byte),
        }
    }
    quoted.is_none() && tag.first().is_some_and(u8::is_ascii_alphabetic)
}

/// Whether a text holds an end tag, escaped or not.
fn has_end_tags(text: &str) -> bool {
    ["</", "&lt;/", "&amp;lt;/"].iter().any(|tag| text.contains(tag))
}

/// The best literal among those that may be it by the places behind their quotes and by their texts.
fn find_literal(
    script: &str,
    offset: u32,
    may_begin: impl Fn(usize) -> bool,
    may_be: impl Fn(&str) -> bool,
) -> Option<(usize, Embedded)> {
    let mut best: Option<(usize, Embedded)> = None;
    let bytes = script.as_bytes();
    let mut at = 0;
    while let Some(quote) = bytes.get(at).copied() {
        if !matches!(quote, b'"' | b'\'' | b'`') || !may_begin(at + 1) {
            at += 1;
            continue;
        }
        let mut found = Embedded { node: None, text: String::new(), map: Vec::new() };
        at = read_literal(script, at, offset, &mut found);
        while let Some(next) = joined_literal(script, at) {
            at = read_literal(script, next, offset, &mut found);
        }
        if ["%3C", "%3c", "%u"].iter().any(|sign| found.text.contains(sign)) {
            found = found.resolved(percent);
        }
        if may_be(&found.text) {
            keep(&mut best, ideographs(&found.text), || found);
        }
    }
    best
}

fn ideographs(text: &str) -> usize {
    text.chars().filter(|c| matches!(u32::from(*c), 0x4E00..=0x9FFF)).count()
}

/// Whether a tag stands behind the quote, plain or escaped.
fn begins_with_tag(script: &str, at: usize) -> bool {
    let rest = script.get(at..).unwrap_or_default();
    let rest = rest.trim_start();
    let mut rest = rest;
    while let Some(tail) = ["\\n", "\\r", "\\t", "\u{3000}", " "].iter().find_map(|blank| rest.strip_prefix(blank)) {
        rest = tail;
    }
    ["<", "\\u003c", "\\u003C", "\\x3c", "\\x3C", "&lt;", "&amp;lt;", "\\<", "%3C", "%3c"]
        .iter()
        .any(|start| rest.starts_with(start))
}

/// Where the next literal begins if only `+` and blanks stand between.
fn joined_literal(script: &str, at: usize) -> Option<usize> {
    let rest = script.get(at..)?;
    let plus = rest.trim_start().strip_prefix('+')?.trim_start();
    plus.starts_with(['"', '\'', '`']).then_some(script.len() - plus.len())
}

/// Reads the literal whose quote stands at `at` into `found`; gives the place behind it.
fn read_literal(script: &str, at: usize, offset: u32, found: &mut Embedded) -> usize {
    let Some(quote) = script.get(at..).and_then(|s| s.chars().next()) else { return script.len() };
    let mut chars = script.get(at + 1..).unwrap_or_default().char_indices().peekable();
    let start = at + 1;
    found.map.push((clamp(found.text.len()), offset + clamp(start)));
    let mut high: Option<u32> = None;
    while let Some((i, c)) = chars.next() {
        if c == quote {
            return start + i + 1;
        }
        if c != '\\' {
            found.text.push(c);
            continue;
        }
        let Some((_, escaped)) = chars.next() else { break };
        let mut hex = |digits: usize| {
            let mut value = 0;
            for _ in 0..digits {
                let digit = chars.peek().and_then(|(_, c)| c.to_digit(16))?;
                chars.next();
                value = value * 16 + digit;
            }
            Some(value)
        };
        match escaped {
            'n' => found.text.push('\n'),
            'r' => found.text.push('\r'),
            't' => found.text.push('\t'),
            'b' | 'f' | 'v' | '0' | '\n' | '\r' => {}
            'x' => found.text.extend(hex(2).and_then(char::from_u32)),
            'u' => match hex(4) {
                Some(unit @ 0xD800..=0xDBFF) => high = Some(unit),
                Some(unit @ 0xDC00..=0xDFFF) => {
                    let pair = high.take().map(|h| 0x10000 + ((h - 0xD800) << 10) + (unit - 0xDC00));
                    found.text.extend(pair.and_then(char::from_u32));
                }
                Some(unit) => found.text.extend(char::from_u32(unit)),
                None => found.text.push('u'),
            },
            other => found.text.push(other),
        }
        let behind = chars.peek().map_or(script.len() - start, |(i, _)| *i);
        found.map.push((clamp(found.text.len()), offset + clamp(start + behind)));
    }
    script.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article() -> String {
        "政府信息公开工作".repeat(20)
    }

    #[test]
    fn reads_a_literal_with_escapes_and_knows_its_places() {
        let script =
            format!("// don't\nlet a = 'x', content = \"<p class=\\\"a\\\">{}<\\/p>\\u003cp\\u003e二\"", article());
        let (_, found) = find(&script, 0).unwrap();
        assert_eq!(found.text, format!("<p class=\"a\">{}</p><p>二", article()));
        let last = found.text.rfind('二').unwrap();
        assert_eq!(script.get(found.source_offset(last as u32) as usize..).map(|s| s.starts_with('二')), Some(true));
    }

    #[test]
    fn joins_literals_and_reads_json() {
        let script = format!("x = '<p>{}' +\n '</p>';", article());
        assert!(find(&script, 0).unwrap().1.text.ends_with("</p>"));
        let json = format!("{{\"title\": \"年报\", \"body\": \"一、总体情况\\n{}\"}}", article());
        assert!(find_in_json(&json).unwrap().text.starts_with("一、总体情况\n"));
        assert!(find("var a = '<div>浏览次数</div>'", 0).is_none());
    }
}

//! Reports that stand in a script or in JSON: `let content = "<p …"`, state objects, API answers.

use super::tree::{Kind, Tree};

/// A piece of markup or text out of a string literal, with the way back to the source.
pub(super) struct Embedded {
    /// The node of the script; none where the whole source is JSON.
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
}

/// Ideographs that a literal must hold to be taken for an article.
const ARTICLE: usize = 100;

/// The literal with most Chinese text among all scripts of the page; `source` is the page's.
pub(super) fn find_in_scripts(tree: &Tree, source: &str) -> Option<Embedded> {
    let mut best: Option<(usize, Embedded)> = None;
    for (i, node) in tree.nodes.iter().enumerate() {
        let Kind::Element(element, _) = node.kind else { continue };
        if element.name() != "script" {
            continue;
        }
        let index = u32::try_from(i).unwrap_or(u32::MAX);
        let Some(text) = tree.get(index + 1).filter(|n| n.parent == index && n.element().is_none()) else { continue };
        let Kind::Text(script) = text.kind else { continue };
        // The script as it stands in the source: the parser unifies line ends, which would move every place.
        let script = source.get(text.offset as usize..).map_or(script, |s| s.get(..script_end(s)).unwrap_or(script));
        if let Some((weight, mut found)) = find(script, text.offset)
            && best.as_ref().is_none_or(|(most, _)| weight > *most)
        {
            found.node = Some(index);
            best = Some((weight, found));
        }
    }
    best.map(|(_, found)| found)
}

/// Where the script element that begins the text ends.
fn script_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    bytes.windows(8).position(|w| w.eq_ignore_ascii_case(b"</script")).unwrap_or(bytes.len())
}

/// The literal with most Chinese text in a source that is JSON as a whole.
pub(super) fn find_in_json(source: &str) -> Option<Embedded> {
    find(source, 0).map(|(_, found)| found)
}

/// The best literal of a script, with the number of its ideographs.
fn find(script: &str, offset: u32) -> Option<(usize, Embedded)> {
    if ideographs(script) < ARTICLE && !script.contains("\\u") {
        return None;
    }
    let mut best: Option<(usize, Embedded)> = None;
    let bytes = script.as_bytes();
    // Literals that begin with a tag are certain; where there is none, every literal is tried.
    for certain in [true, false] {
        let mut at = 0;
        while let Some(quote) = bytes.get(at).copied() {
            if !matches!(quote, b'"' | b'\'' | b'`') || (certain && !begins_with_tag(script, at + 1)) {
                at += 1;
                continue;
            }
            let mut found = Embedded { node: None, text: String::new(), map: Vec::new() };
            at = read_literal(script, at, offset, &mut found);
            while let Some(next) = joined_literal(script, at) {
                at = read_literal(script, next, offset, &mut found);
            }
            let weight = ideographs(&found.text);
            if weight >= ARTICLE && best.as_ref().is_none_or(|(most, _)| weight > *most) {
                best = Some((weight, found));
            }
        }
        if best.is_some() {
            break;
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
    ["<", "\\u003c", "\\u003C", "\\x3c", "\\x3C", "&lt;", "\\<"].iter().any(|start| rest.starts_with(start))
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
    let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
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

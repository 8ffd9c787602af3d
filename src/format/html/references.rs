//! Text of the source as the parser shows it: character references resolved, line ends unified (HTML 13.2.5).

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};
use memchr::memchr_iter;

/// Bytes in which a named character reference ends.
const REFERENCE: usize = 40;

/// A text with character references resolved, line ends unified and zeros replaced.
pub(super) fn resolve(text: &str, in_attribute: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for at in memchr_iter(b'&', text.as_bytes()) {
        // a `&` inside of a reference is none: references hold letters and digits only
        let reference = reference(text.get(at + 1..).unwrap_or_default(), in_attribute);
        let Some((length, chars)) = reference else { continue };
        replace(text.get(done..at).unwrap_or_default(), &mut out);
        out.extend(chars.into_iter().filter(|c| *c != '\0'));
        done = at + 1 + length;
    }
    replace(text.get(done..).unwrap_or_default(), &mut out);
    out
}

/// Appends a text with its line ends unified and its zeros replaced.
pub(super) fn replace(text: &str, out: &mut String) {
    let mut done = 0;
    for at in memchr::memchr2_iter(b'\r', 0, text.as_bytes()) {
        out.push_str(text.get(done..at).unwrap_or_default());
        done = at + 1;
        match text.as_bytes().get(at..at + 2) {
            Some(b"\r\n") => {}
            _ if text.as_bytes().get(at) == Some(&0) => out.push('\u{FFFD}'),
            _ => out.push('\n'),
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
}

/// Reads the character reference behind a `&`: its length and its one or two characters, the second else zero.
fn reference(text: &str, in_attribute: bool) -> Option<(usize, [char; 2])> {
    for (name, c) in [("nbsp;", '\u{A0}'), ("amp;", '&'), ("lt;", '<'), ("gt;", '>'), ("quot;", '"')] {
        if text.starts_with(name) {
            return Some((name.len(), [c, '\0']));
        }
    }
    match text.bytes().next()? {
        b'#' => numeric_reference(text),
        first if first.is_ascii_alphanumeric() => named_reference(text, in_attribute),
        _ => None,
    }
}

fn numeric_reference(text: &str) -> Option<(usize, [char; 2])> {
    let digits = text.get(1..)?;
    let (digits, radix, lead) = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 2),
        None => (digits, 10, 1),
    };
    let length = digits.bytes().position(|b| !char::from(b).is_digit(radix)).unwrap_or(digits.len());
    if length == 0 {
        return None;
    }
    let number = digits.chars().take(length).filter_map(|c| c.to_digit(radix));
    let number = number.fold(0u32, |n, digit| n.saturating_mul(radix).saturating_add(digit));
    let c1 = number.checked_sub(0x80).and_then(|n| C1_REPLACEMENTS.get(n as usize).copied().flatten());
    let c = c1.or_else(|| char::from_u32(number)).filter(|c| *c != '\0').unwrap_or('\u{FFFD}');
    let closed = usize::from(digits.as_bytes().get(length) == Some(&b';'));
    Some((lead + length + closed, [c, '\0']))
}

fn named_reference(text: &str, in_attribute: bool) -> Option<(usize, [char; 2])> {
    let mut best = None;
    for length in 1..=text.len().min(REFERENCE) {
        match text.get(..length).and_then(|name| NAMED_ENTITIES.get(name)) {
            // only the beginning of a name
            Some((0, _)) => {}
            Some((first, second)) => best = Some((length, [char::from_u32(*first)?, char::from_u32(*second)?])),
            None => break,
        }
    }
    let (length, chars) = best?;
    let next = text.as_bytes().get(length);
    // `?a=1&copy=2`: in attributes a name without its semicolon may be one of a query
    let query = in_attribute
        && !text.get(..length).is_some_and(|name| name.ends_with(';'))
        && next.is_some_and(|b| *b == b'=' || b.is_ascii_alphanumeric());
    (!query).then_some((length, chars))
}

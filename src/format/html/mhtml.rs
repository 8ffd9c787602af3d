//! Pages saved with their parts (MHTML, RFC 2557) and mails: the HTML part out of the MIME envelope.

use std::borrow::Cow;

/// Nesting of multipart bodies.
const DEPTH: usize = 8;

/// The HTML part, decoded from its transfer encoding, with the charset that its header declares.
pub(super) struct Part {
    pub bytes: Vec<u8>,
    pub charset: Option<String>,
}

/// The first HTML part of a MIME message; none where the bytes are no MIME message or have no such part.
pub(super) fn html_part(bytes: &[u8]) -> Option<Part> {
    if !bytes.trim_ascii_start().first().is_some_and(u8::is_ascii_alphabetic) {
        return None;
    }
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(4_096))?).to_ascii_lowercase();
    if !head.lines().any(|line| line.starts_with("mime-version:")) {
        return None;
    }
    let mut open: Vec<(&[u8], usize)> = vec![(bytes, 0)];
    while let Some((entity, depth)) = open.pop() {
        let (headers, body) = split_headers(entity);
        let kind = header(&headers, "content-type").unwrap_or("text/plain");
        let lower = kind.to_ascii_lowercase();
        if lower.starts_with("multipart/") && depth < DEPTH {
            let Some(boundary) = parameter(kind, "boundary") else { continue };
            let parts = split_parts(body, &boundary);
            open.extend(parts.into_iter().rev().map(|part| (part, depth + 1)));
        } else if lower.starts_with("text/html") || lower.starts_with("application/xhtml") {
            let transfer = header(&headers, "content-transfer-encoding").unwrap_or("").trim().to_ascii_lowercase();
            let bytes = match transfer.as_str() {
                "quoted-printable" => quoted_printable(body),
                "base64" => base64(body),
                _ => body.to_vec(),
            };
            return Some(Part { bytes, charset: parameter(kind, "charset") });
        }
    }
    None
}

/// Headers, unfolded, and the body.
fn split_headers(entity: &[u8]) -> (Vec<(String, String)>, &[u8]) {
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut rest = entity;
    while let Some(end) = rest.iter().position(|b| *b == b'\n') {
        let (line, tail) = rest.split_at(end + 1);
        rest = tail;
        let line: Cow<str> = String::from_utf8_lossy(line);
        let line = line.trim_end();
        if line.is_empty() {
            if headers.is_empty() {
                continue;
            }
            break;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(line.trim_start());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    (headers, rest)
}

fn header<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The value of `; name=value` or `; name="value"`.
fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// The parts between the lines `--boundary`.
fn split_parts<'b>(body: &'b [u8], boundary: &str) -> Vec<&'b [u8]> {
    let mark = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut start: Option<usize> = None;
    let mut at = 0;
    for line in body.split_inclusive(|b| *b == b'\n') {
        if line.starts_with(mark.as_bytes()) {
            if let Some(from) = start {
                parts.extend(body.get(from..at));
            }
            start = Some(at + line.len());
        }
        at += line.len();
    }
    // Cut off: the last part has no end.
    if let Some(from) = start.filter(|from| *from < body.len()) {
        parts.extend(body.get(from..));
    }
    parts
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let hex = |b: u8| (b as char).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        match rest {
            [] => return out,
            [b'=', b'\r', b'\n', tail @ ..] | [b'=', b'\n', tail @ ..] => rest = tail,
            [b'=', a, b, tail @ ..] => {
                if let (Some(a), Some(b)) = (hex(*a), hex(*b)) {
                    out.push(a * 16 + b);
                    rest = tail;
                } else {
                    out.push(b'=');
                    rest = rest.get(1..).unwrap_or_default();
                }
            }
            [byte, tail @ ..] => {
                out.push(*byte);
                rest = tail;
            }
        }
    }
}

fn base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_html_part() {
        let mail = "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\
            \tboundary=\"--X1\"\r\n\r\n----X1\r\nContent-Type: image/png\r\n\r\nzz\r\n----X1\r\nContent-Type: text/html; charset=gbk\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>a=3D=\r\n=B9=E6</p>\r\n----X1--\r\n";
        let part = html_part(mail.as_bytes()).unwrap();
        assert_eq!(part.bytes, b"<p>a=\xB9\xE6</p>\r\n");
        assert_eq!(part.charset.as_deref(), Some("gbk"));
        assert!(html_part(b"<html><p>mime-version: 1</p>").is_none());
    }

    #[test]
    fn decodes_base64() {
        assert_eq!(base64(b"PGI+\r\neDwvYj4="), b"<b>x</b>");
    }
}

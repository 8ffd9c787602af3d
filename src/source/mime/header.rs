//! Headers of a message or a part: unfolded, their parameters, their encoded words.

use encoding_rs::{Encoding, GB18030};

use super::decode;

/// Headers that are kept of one part; more are noise.
const MOST: usize = 500;

/// The headers of a part, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Headers(Vec<(String, String)>);

impl Headers {
    /// The headers, unfolded, and the body behind them.
    pub(super) fn split(entity: &[u8]) -> (Self, &[u8]) {
        let mut headers: Vec<(String, String)> = Vec::new();
        let mut rest = entity;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, tail) = rest.split_at(end + 1);
            rest = tail;
            let line = line.trim_ascii_end();
            if line.is_empty() {
                if headers.is_empty() {
                    continue;
                }
                break;
            }
            // Old clients write names of files in their own code page.
            let line = match std::str::from_utf8(line) {
                Ok(line) => line.to_owned(),
                Err(_) => GB18030.decode_without_bom_handling(line).0.into_owned(),
            };
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = headers.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim_start());
                }
            } else if let Some((name, value)) = line.split_once(':')
                && headers.len() < MOST
            {
                headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        (Self(headers), rest)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The kind of content, in small letters; empty where none is given.
    pub(super) fn kind(&self) -> String {
        let kind = self.get("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
        kind.trim().to_ascii_lowercase()
    }

    /// A parameter of a header in plain text: `name=value`, in quotes or not, or in pieces (RFC 2231).
    pub(super) fn parameter(&self, header: &str, name: &str) -> Option<String> {
        let mut pieces: Vec<(u32, bool, &str)> = Vec::new();
        for part in parts(self.get(header)?).into_iter().skip(1) {
            let Some((key, value)) = part.split_once('=') else { continue };
            let value = value.trim().trim_matches('"');
            let key = key.trim().to_ascii_lowercase();
            if key == name {
                return Some(plain(value));
            }
            if let Some(rest) = key.strip_prefix(name).and_then(|rest| rest.strip_prefix('*')) {
                let (number, coded) = rest.strip_suffix('*').map_or((rest, rest.is_empty()), |number| (number, true));
                pieces.push((number.parse().unwrap_or(0), coded, value));
            }
        }
        pieces.sort_by_key(|(number, ..)| *number);
        let mut charset = None;
        let mut bytes = Vec::new();
        for (at, (_, coded, value)) in pieces.iter().enumerate() {
            let mut value = *value;
            if at == 0
                && *coded
                && let Some((set, rest)) = value.split_once('\'')
            {
                charset = Some(set);
                value = rest.split_once('\'').map_or(rest, |(_, text)| text);
            }
            if *coded {
                // The same as quoted-printable, but for the sign.
                bytes.extend(decode::quoted_printable(value.replace('%', "=").as_bytes()));
            } else {
                bytes.extend(value.bytes());
            }
        }
        (!pieces.is_empty()).then(|| text(&bytes, charset.unwrap_or("utf-8")))
    }
}

/// Splits at semicolons that stand in no quotes.
fn parts(header: &str) -> Vec<&str> {
    let mut quoted = false;
    header
        .split(move |c| {
            quoted ^= c == '"';
            c == ';' && !quoted
        })
        .collect()
}

fn text(bytes: &[u8], charset: &str) -> String {
    match Encoding::for_label(charset.as_bytes()) {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// A header's text with its encoded words (RFC 2047) decoded; a character may be cut over two of them.
pub(super) fn plain(value: &str) -> String {
    let mut out = String::new();
    let mut open: Option<(String, Vec<u8>)> = None;
    let mut rest = value;
    while let Some(at) = rest.find("=?") {
        let (before, word) = rest.split_at(at);
        let Some((charset, bytes, tail)) = encoded_word(word) else {
            flush(&mut open, &mut out);
            out.push_str(before);
            out.push_str("=?");
            rest = word.get(2..).unwrap_or_default();
            continue;
        };
        // Blanks between two encoded words are none.
        if open.is_none() || !before.trim().is_empty() {
            flush(&mut open, &mut out);
            out.push_str(before);
        }
        match &mut open {
            Some((same, all)) if same.eq_ignore_ascii_case(charset) => all.extend(bytes),
            _ => {
                flush(&mut open, &mut out);
                open = Some((charset.to_owned(), bytes));
            }
        }
        rest = tail;
    }
    flush(&mut open, &mut out);
    out.push_str(rest);
    out.trim().to_owned()
}

fn flush(open: &mut Option<(String, Vec<u8>)>, out: &mut String) {
    if let Some((charset, bytes)) = open.take() {
        out.push_str(&text(&bytes, &charset));
    }
}

/// Charset, bytes and rest of a text that begins with `=?charset?B?…?=`.
fn encoded_word(word: &str) -> Option<(&str, Vec<u8>, &str)> {
    let (charset, rest) = word.strip_prefix("=?")?.split_once('?')?;
    let (how, rest) = rest.split_once('?')?;
    let (coded, tail) = rest.split_once("?=")?;
    let bytes = match how {
        "B" | "b" => decode::base64(coded.as_bytes()),
        "Q" | "q" => decode::quoted_printable(coded.replace('_', " ").as_bytes()),
        _ => return None,
    };
    Some((charset.split('*').next().unwrap_or(charset), bytes, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_joined() {
        // 规章, cut inside of a character.
        assert_eq!(plain("Re: =?GB2312?B?uea=?= =?gb2312?Q?=D5=C2?= ok"), "Re: 规章 ok");
        assert_eq!(plain("=?utf-8?Q?a_b?= =?x"), "a b =?x");
        assert_eq!(plain("=?gbk?B?uQ==?=\t=?gbk?B?5g==?="), "规");
    }

    #[test]
    fn parameters_in_any_dress() {
        let headers = |text: &str| Headers::split(format!("Content-Disposition: {text}\r\n\r\n").as_bytes()).0;
        let name = |text: &str| headers(text).parameter("content-disposition", "filename");
        assert_eq!(name("attachment; filename=\"a;b.pdf\"").as_deref(), Some("a;b.pdf"));
        assert_eq!(name("attachment; filename*0*=gb2312''%B9%E6; filename*1=\".doc\"").as_deref(), Some("规.doc"));
        assert_eq!(name("attachment;\r\n filename*=UTF-8'zh'%E7%AB%A0.doc").as_deref(), Some("章.doc"));
        assert_eq!(name("attachment; filenames=x"), None);
        let raw = Headers::split(b"Content-Type: a/b; name=\"\xB9\xE6.doc\"\n\n").0;
        assert_eq!(raw.parameter("content-type", "name").as_deref(), Some("规.doc"));
    }
}

//! Names of files as output shows them, and back.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// A path as shown in output: `/` between its parts, no leading `./`, bytes that are no UTF-8 as `\xNN`.
///
/// Two paths that differ are shown differently, and [`path`] leads from what is shown to the file: where a name holds
/// the signs of an escape themselves, its backslash is one (`\x5C`).
#[must_use]
pub fn shown(path: &Path) -> String {
    let text = printed(path.as_os_str());
    let mut rest: &str = &text;
    while let Some(less) = rest.strip_prefix("./") {
        rest = less.trim_start_matches('/');
    }
    if rest.is_empty() { text } else { rest.to_owned() }
}

/// A name as text, by the rule of [`shown`].
#[must_use]
pub fn printed(name: &OsStr) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some((before, after)) = rest.split_once('\\') {
            text.push_str(before);
            text.push_str(match escape(after.as_bytes()) {
                _ if std::path::MAIN_SEPARATOR == '\\' => "/",
                Some(_) => "\\x5C",
                None => "\\",
            });
            rest = after;
        }
        text.push_str(rest);
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}

/// The byte of an escape, of which this is what follows its backslash.
fn escape(after: &[u8]) -> Option<u8> {
    let [b'x', high, low, ..] = after else { return None };
    let digit = |sign: &u8| match sign {
        b'0'..=b'9' => Some(sign - b'0'),
        b'A'..=b'F' => Some(sign - b'A' + 10),
        _ => None,
    };
    Some(digit(high)? << 4 | digit(low)?)
}

/// The path that is [`shown`] so.
#[must_use]
pub fn path(shown: &str) -> PathBuf {
    let mut rest = shown.as_bytes();
    if !rest.contains(&b'\\') {
        return PathBuf::from(shown);
    }
    let mut bytes = Vec::with_capacity(rest.len());
    while let [first, after @ ..] = rest {
        let byte = if *first == b'\\' { escape(after) } else { None };
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(3..).unwrap_or_default() } else { after };
    }
    of_bytes(bytes)
}

/// The path of these bytes.
#[cfg(unix)]
#[must_use]
pub fn of_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

/// The path of these bytes.
#[cfg(not(unix))]
#[must_use]
pub fn of_bytes(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_they_are() {
        for (name, as_shown) in
            [("./a//b", "a//b"), ("././/a", "a"), ("/a", "/a"), ("./", "./"), ("公开\u{fffd}", "公开\u{fffd}")]
        {
            assert_eq!(shown(Path::new(name)), as_shown);
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_utf_8_is_shown_and_found_again() {
        let names: [(&[u8], &str); 8] = [
            (b"gbk/\xb9\xab2023.html", "gbk/\\xB9\\xAB2023.html"),
            (b"gbk/\xba\xab2023.html", "gbk/\\xBA\\xAB2023.html"),
            (b"\xe5\x85\xac\xe5\x85", "公\\xE5\\x85"),
            (b"a\\b\\", "a\\b\\"),
            (b"\\xb9", "\\xb9"),
            (b"\\xB9", "\\x5CxB9"),
            (b"\\x5CxB9", "\\x5Cx5CxB9"),
            (b"\\\\xB9\xb9", "\\\\x5CxB9\\xB9"),
        ];
        for (bytes, as_shown) in names {
            let name = of_bytes(bytes.to_vec());
            assert_eq!(shown(&name), as_shown);
            assert_eq!(path(as_shown), name, "{as_shown}");
        }
    }
}

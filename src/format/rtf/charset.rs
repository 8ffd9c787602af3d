//! Character sets of fonts and the code page of a file.

use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, MACINTOSH, SHIFT_JIS};

/// How the bytes of a font are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// By the file's own code page.
    File,
    /// By this encoding.
    Known(&'static Encoding),
    /// Signs of a symbol font that have digits and letters where others have them.
    Symbol,
    /// Signs of a picture font, no text.
    Pictures,
}

/// The character set of `\fcharset`; `name` is the font's.
pub(super) fn of_font(number: i32, name: &[u8]) -> Charset {
    Charset::Known(match number {
        2 if name.trim_ascii_start().to_ascii_lowercase().starts_with(b"symbol") => return Charset::Symbol,
        2 => return Charset::Pictures,
        77 => MACINTOSH,
        128 => SHIFT_JIS,
        129 => EUC_KR,
        134 => GB18030,
        136 => BIG5,
        161 => encoding_rs::WINDOWS_1253,
        162 => encoding_rs::WINDOWS_1254,
        163 => encoding_rs::WINDOWS_1258,
        177 => encoding_rs::WINDOWS_1255,
        178 => encoding_rs::WINDOWS_1256,
        186 => encoding_rs::WINDOWS_1257,
        204 => encoding_rs::WINDOWS_1251,
        222 => encoding_rs::WINDOWS_874,
        238 => encoding_rs::WINDOWS_1250,
        _ => return Charset::File,
    })
}

/// The encoding of a Windows code page.
pub(super) fn of_code_page(number: i32) -> Option<&'static Encoding> {
    Some(match number {
        932 => SHIFT_JIS,
        936 | 20936 | 52936 | 54936 => GB18030,
        949 => EUC_KR,
        950 => BIG5,
        10000 => MACINTOSH,
        65001 => encoding_rs::UTF_8,
        874 | 1250..=1258 => return Encoding::for_label(format!("windows-{number}").as_bytes()),
        _ => return None,
    })
}

/// Whether the byte begins a pair in this encoding.
pub(super) fn is_lead(encoding: &'static Encoding, byte: u8) -> bool {
    match byte {
        0x81..=0xFE if encoding == GB18030 || encoding == BIG5 || encoding == EUC_KR => true,
        0x81..=0x9F | 0xE0..=0xFC => encoding == SHIFT_JIS,
        _ => false,
    }
}

/// Whether bytes that a file of another code page holds are Chinese all the same: nothing but pairs in the rows
/// of GB 2312 that are in daily use.
pub(super) fn is_chinese(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let mut pairs = 0;
    loop {
        match rest {
            [] => return pairs > 0,
            [a, tail @ ..] if a.is_ascii() => rest = tail,
            [0xA1..=0xA3 | 0xB0..=0xD7, 0xA1..=0xFE, tail @ ..] => {
                pairs += 1;
                rest = tail;
            }
            _ => return false,
        }
    }
}

//! Scripts as far as spacing depends on them.

/// Whether the character is written without spaces to its neighbours: Han, kana, CJK punctuation, full-width forms.
pub(crate) fn unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x2E80..=0x312F | 0x3190..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0xFE30..=0xFE4F
        | 0xFF00..=0xFFEF | 0x2_0000..=0x3_FFFF | 0x2014 | 0x2018..=0x201D | 0x2026 | 0x25CB)
}

/// Whether the character is a letter of any script; the table behind that is slow for most of what reports print.
pub(crate) fn letter(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}') || c.is_alphabetic()
}

/// Whether the character is an ideograph.
pub(crate) fn han(c: char) -> bool {
    matches!(u32::from(c), 0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

/// Whether the text begins with an ordinal as lists and headings print it: `（一）`, `1.`, `二、`, `①`, `第三`.
pub(crate) fn starts_with_ordinal(text: &str) -> bool {
    let mut chars = text.chars().filter(|c| !c.is_whitespace());
    let numeral = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c) || "一二三四五六七八九十〇零".contains(c);
    match chars.next() {
        Some('（' | '(' | '〔' | '[' | '【') => chars.next().is_some_and(numeral),
        Some('第') => chars.next().is_some_and(numeral),
        Some(c) if ('①'..='⓿').contains(&c) || ('㈠'..='㈩').contains(&c) => true,
        Some(c) if numeral(c) => {
            let next = chars.find(|&c| !numeral(c));
            matches!(next, Some('.' | '、' | '．' | ',' | '，' | ')' | '）'))
        }
        _ => false,
    }
}

//! Shadow text: width, script, punctuation and space folded away for matching, with offsets kept.

/// A folded copy of a text with the byte offset of every folded character in the original.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shadow {
    /// The folded text.
    pub text: String,
    /// For each byte of `text` the byte offset in the original of the character it came from, and one
    /// entry more: the length of the original.
    offsets: Vec<u32>,
}

impl Shadow {
    /// Folds `text` (see [`fold_char`]).
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut shadow = Self { text: String::with_capacity(text.len()), offsets: Vec::with_capacity(text.len() + 1) };
        fold_each(text, |at, c| {
            shadow.text.push(c);
            shadow.offsets.resize(shadow.text.len(), u32::try_from(at).unwrap_or(u32::MAX));
        });
        shadow.offsets.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
        shadow
    }

    /// Adds the shadow of a text that is printed right behind; each text is folded for itself.
    pub fn append(&mut self, behind: &Self) {
        let length = self.offsets.pop().unwrap_or(0);
        self.text.push_str(&behind.text);
        self.offsets.extend(behind.offsets.iter().map(|offset| length.saturating_add(*offset)));
        if behind.offsets.is_empty() {
            self.offsets.push(length);
        }
    }

    /// The byte offset in the original of the character at byte `at` of the shadow (the end of the original
    /// where `at` is the shadow's length or beyond).
    #[must_use]
    pub fn original(&self, at: usize) -> usize {
        self.offsets.get(at).or(self.offsets.last()).copied().unwrap_or(0) as usize
    }

    /// The byte range in the original that a byte range of the shadow came from; dropped characters between
    /// the range's end and the next kept character are left out.
    #[must_use]
    pub fn original_range(&self, range: std::ops::Range<usize>, original: &str) -> std::ops::Range<usize> {
        let start = self.original(range.start);
        if range.end <= range.start {
            return start..start;
        }
        let last = self.original(range.end.saturating_sub(1));
        let end = original.get(last..).and_then(|s| s.chars().next()).map_or(last, |c| last + c.len_utf8());
        start..end.max(start)
    }
}

/// Gives each character of the shadow of `text`, with the byte of the original character that it came from.
fn fold_each(text: &str, mut push: impl FnMut(usize, char)) {
    // A reading aid in brackets that mirrors leave behind a character (數(shù), 數(数)) is no text.
    let mut aid_end = 0;
    let mut before = None;
    for (at, ch) in text.char_indices() {
        if at < aid_end {
            continue;
        }
        // Most of all text, first.
        if ('\u{4e00}'..='\u{9fff}').contains(&ch) {
            before = Some(ch);
            push(at, super::shadow_han::simplify(ch));
            continue;
        }
        if matches!(ch, '(' | '（')
            && let Some(length) = text.get(at + ch.len_utf8()..).and_then(|rest| reading_aid(before, rest))
        {
            aid_end = at + ch.len_utf8() + length;
            continue;
        }
        before = Some(ch);
        match ch {
            '㈠'..='㈩' => {
                push(at, '(');
                push(at, han_digit(ch as u32 - '㈠' as u32));
                push(at, ')');
            }
            '①'..='⑨' => push(at, char::from(b'1' + u8::try_from(ch as u32 - '①' as u32).unwrap_or(0))),
            '⒈'..='⒐' => {
                push(at, char::from(b'1' + u8::try_from(ch as u32 - '⒈' as u32).unwrap_or(0)));
                push(at, '.');
            }
            _ => {
                if let Some(c) = fold_char(ch) {
                    push(at, c);
                }
            }
        }
    }
}

/// The length in bytes of a reading aid and its closing bracket at the head of `rest`: pinyin in small letters, or
/// the same character in the other script.
fn reading_aid(before: Option<char>, rest: &str) -> Option<usize> {
    const LONGEST: usize = 7;
    let before = before.filter(|c| ('\u{3400}'..='\u{9fff}').contains(c))?;
    let close = rest.char_indices().take(LONGEST).find(|(_, c)| matches!(c, ')' | '）'))?;
    let inner = rest.get(..close.0)?;
    let mut chars = inner.chars();
    let same = chars
        .next()
        .is_some_and(|c| c != before && super::shadow_han::simplify(c) == super::shadow_han::simplify(before))
        && chars.next().is_none();
    let pinyin = inner.chars().count() >= 2
        && inner.chars().all(|c| c.is_lowercase() && (c.is_ascii() || ('\u{e0}'..='\u{1dc}').contains(&c)));
    let vowel = |c: char| !c.is_ascii() || matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
    (same || pinyin && inner.chars().any(vowel)).then_some(close.0 + close.1.len_utf8())
}

fn han_digit(n: u32) -> char {
    ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'].get(n as usize).copied().unwrap_or('?')
}

/// The shadow of a text as a string (see [`Shadow`]).
///
/// ```
/// assert_eq!(gongkai::text::fold("（三）不予\n公开　１．屬於國家秘密"), "(三)不予公开1.属于国家秘密");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let mut shadow = String::with_capacity(text.len());
    fold_each(text, |_, c| shadow.push(c));
    shadow
}

/// Folds one character: `None` where matching ignores it (spaces of all kinds, controls, zero-width marks),
/// else full width to half width, CJK radicals to ideographs, traditional to simplified, and punctuation
/// variants to one form.
#[must_use]
pub fn fold_char(ch: char) -> Option<char> {
    if ch.is_ascii() {
        return (ch > ' ' && ch != '\u{7f}').then_some(ch);
    }
    Some(match ch {
        c if c.is_whitespace() || c.is_control() => return None,
        '\u{00ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => {
            return None;
        }
        '、' | '，' | '﹐' | '､' | '﹑' => ',',
        '。' | '．' | '﹒' | '｡' => '.',
        '“' | '”' | '„' | '‟' | '＂' | '〝' | '〞' | '「' | '」' | '『' | '』' | '‘' | '’' => '"',
        '（' | '〔' | '﹝' | '【' | '［' | '﹙' => '(',
        '）' | '〕' | '﹞' | '】' | '］' | '﹚' => ')',
        '—' | '－' | '–' | '―' | '─' | '−' | '‐' | '‑' | '﹣' => '-',
        '○' | '◯' => '〇',
        '！'..='～' => char::from_u32(ch as u32 - 0xFEE0).unwrap_or(ch),
        c => super::shadow_han::simplify(c),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_space_and_brackets_fold() {
        assert_eq!(fold(" １ ．\u{a0}属于\u{3000}国家秘密"), "1.属于国家秘密");
        assert_eq!(fold("㈠予以公开"), "(一)予以公开");
    }

    #[test]
    fn reading_aids_of_mirrors_are_no_text() {
        assert_eq!(fold("政府信息公開(kāi)工作年度報(bào)告"), "政府信息公开工作年度报告");
        assert_eq!(fold("統(tong)(tong)計(计)數"), "统计数");
        assert_eq!(fold("资本合作（PPP）和（一）予以公开"), "资本合作(PPP)和(一)予以公开");
    }

    #[test]
    fn offsets_lead_back_to_the_printed_text() {
        let printed = "三、 不 予公开";
        let shadow = Shadow::new(printed);
        assert_eq!(shadow.text, "三,不予公开");
        let at = shadow.text.find("不予").unwrap();
        let range = shadow.original_range(at..at + "不予".len(), printed);
        assert_eq!(&printed[range], "不 予");
    }

    #[test]
    fn shadows_of_texts_behind_each_other_are_one() {
        for (a, b) in [("一、 总 体", " 情况（１）"), ("", "甲"), ("甲", ""), ("", "")] {
            let mut joined = Shadow::new(a);
            joined.append(&Shadow::new(b));
            assert_eq!(joined, Shadow::new(&format!("{a}{b}")));
        }
        let mut nothing = Shadow::default();
        nothing.append(&Shadow::new("甲"));
        assert_eq!(nothing, Shadow::new("甲"));
    }
}

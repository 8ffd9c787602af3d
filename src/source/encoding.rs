//! From bytes to text: the character encoding by evidence, not by what the file says of itself.
//!
//! A byte order mark decides; then the bytes are held against strict UTF-8, against GB18030 (which
//! contains GBK and GB 2312) and against the declared encoding, and the one with the fewest errors wins.
//! A declaration that does not hold is overruled and told; a few stray bytes do not flip the encoding of
//! the rest, they become U+FFFD and are told as `encoding-errors`.

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Anchor;

/// Text with the encoding that it was read by.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// Lower-case name of the encoding (`utf-8`, `gb18030`, `utf-16le`, `big5`).
    pub encoding: String,
    /// `encoding-mismatch`, `encoding-errors`, `encoding-guessed`.
    pub diagnostics: Vec<Diagnostic>,
}

/// Share of broken sequences among all non-ASCII ones up to which an encoding is still believed.
const TOLERATED_ERRORS: f64 = 0.1;

/// Bytes looked at for signs of UTF-16.
const UTF16_SAMPLE: usize = 4 << 10;

/// Decodes a whole file; `declared` is the label that the file or its envelope gives, if any.
///
/// Never fails: in the worst case the text is full of U+FFFD and the diagnostics say so.
#[must_use]
pub fn decode(bytes: &[u8], declared: Option<&str>) -> Decoded {
    let declared_encoding = declared.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    let Choice { encoding, body, guessed } = choose(bytes, declared_encoding);
    let text = encoding.decode_without_bom_handling(body).0.into_owned();
    let mut diagnostics = Vec::new();
    if let Some(said) = declared_encoding
        && family(said) != family(encoding)
        && !body.is_ascii()
    {
        diagnostics.push(Diagnostic {
            code: "encoding-mismatch",
            severity: Severity::Note,
            message: format!(
                "declared as {}, read as {} by its bytes",
                declared.unwrap_or_default().trim(),
                name(encoding)
            ),
            anchor: None,
        });
    }
    if guessed {
        diagnostics.push(Diagnostic {
            code: "encoding-guessed",
            severity: Severity::Warning,
            message: format!("encoding not declared and not certain, read as {}", name(encoding)),
            anchor: None,
        });
    }
    diagnostics.extend(replacement_diagnostic(&text));
    Decoded { text, encoding: name(encoding), diagnostics }
}

/// An encoding and the bytes after the byte order mark.
struct Choice<'b> {
    encoding: &'static Encoding,
    body: &'b [u8],
    guessed: bool,
}

fn choose<'b>(bytes: &'b [u8], declared: Option<&'static Encoding>) -> Choice<'b> {
    let sure = |encoding, body| Choice { encoding, body, guessed: false };
    if let Some(body) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        // Editors leave a UTF-8 mark in front of GBK text now and then: the mark counts, but not against
        // the whole body.
        let broken = !Utf8Scan::of(body).holds() && GbScan::of(body).holds();
        return sure(if broken { GB18030 } else { UTF_8 }, body);
    }
    if let Some(body) = bytes.strip_prefix(b"\xFF\xFE") {
        return sure(UTF_16LE, body);
    }
    if let Some(body) = bytes.strip_prefix(b"\xFE\xFF") {
        return sure(UTF_16BE, body);
    }
    if let Some(body) = bytes.strip_prefix(b"\x84\x31\x95\x33") {
        return sure(GB18030, body);
    }
    let utf8 = Utf8Scan::of(bytes);
    if (utf8.errors > 0 || memchr::memchr(0, bytes).is_some())
        && let Some(encoding) = utf16(bytes)
    {
        return sure(encoding, bytes);
    }
    if utf8.errors == 0 {
        return sure(UTF_8, bytes);
    }
    let gb = GbScan::of(bytes);
    // A page of another legacy encoding is often strict GB18030 by chance; only where it says so itself,
    // and its bytes agree, is it read so. Big5 is told from GBK by how usual the characters are.
    if let Some(said) = declared.filter(|e| [EUC_JP, EUC_KR, SHIFT_JIS].contains(e))
        && said.decode_without_bom_handling_and_without_replacement(bytes).is_some()
    {
        return sure(said, bytes);
    }
    let big5 = Big5Scan::of(bytes);
    if !utf8.holds() && big5.errors * 50 <= big5.pairs && big5.common_share() > gb.common_share() {
        return sure(BIG5, bytes);
    }
    if gb.errors == 0 && gb.plausible() {
        return sure(GB18030, bytes);
    }
    match (utf8.holds(), gb.holds()) {
        (true, true) if gb.error_share() < utf8.error_share() && gb.common_share() > 0.9 => {
            return sure(GB18030, bytes);
        }
        (true, _) => return sure(UTF_8, bytes),
        (false, true) => return sure(GB18030, bytes),
        (false, false) => {}
    }
    if let Some(said) = declared
        && ![UTF_8, UTF_16LE, UTF_16BE].contains(&said)
        && family(said) != family(GB18030)
        && said.decode_without_bom_handling_and_without_replacement(bytes).is_some()
    {
        return sure(said, bytes);
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(Some(b"cn"), chardetng::Utf8Detection::Allow);
    Choice { encoding, body: bytes, guessed: true }
}

/// GBK and GB 2312 are parts of GB18030; a page that declares one and is another does not lie.
fn family(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == encoding_rs::GBK { GB18030 } else { encoding }
}

fn name(encoding: &'static Encoding) -> String {
    family(encoding).name().to_ascii_lowercase()
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

struct Utf8Scan {
    valid: u64,
    errors: u64,
}

impl Utf8Scan {
    fn of(bytes: &[u8]) -> Self {
        if Encoding::utf8_valid_up_to(bytes) == bytes.len() {
            return Self { valid: 1, errors: 0 };
        }
        let leads = |bytes: &[u8]| bytes.iter().filter(|b| **b >= 0xC0).count() as u64;
        let mut scan = Self { valid: 0, errors: 0 };
        let mut rest = bytes;
        while let Err(error) = std::str::from_utf8(rest) {
            let (valid, tail) = rest.split_at_checked(error.valid_up_to()).unwrap_or_default();
            scan.valid += leads(valid);
            scan.errors += 1;
            rest = tail.get(error.error_len().unwrap_or(tail.len())..).unwrap_or_default();
            // Whatever stands in the rest, it does not hold any more.
            let most = Self { valid: scan.valid + rest.len() as u64 / 2, ..scan };
            if !most.holds() {
                return most;
            }
        }
        scan.valid += leads(rest);
        scan
    }

    fn error_share(&self) -> f64 {
        share(self.errors, self.errors + self.valid)
    }

    /// A few stray bytes only. Text in GBK holds almost no well-formed UTF-8, so the bar can be low.
    fn holds(&self) -> bool {
        self.errors == 0 || self.error_share() <= TOLERATED_ERRORS
    }
}

#[derive(Default)]
struct GbScan {
    pairs: u64,
    /// In the symbols and first-level characters of GB 2312.
    common: u64,
    /// Second byte in the ASCII range.
    low: u64,
    errors: u64,
}

impl GbScan {
    fn of(bytes: &[u8]) -> Self {
        let mut scan = Self::default();
        let mut rest = bytes;
        loop {
            match rest {
                [] => return scan,
                [a, tail @ ..] if *a < 0x80 => rest = behind_ascii(tail),
                [a @ 0x81..=0xFE, b @ (0x40..=0x7E | 0x80..=0xFE), tail @ ..] => {
                    scan.pairs += 1;
                    scan.low += u64::from(*b < 0x80);
                    scan.common += u64::from(matches!((a, b), (0xA1..=0xA3 | 0xB0..=0xD7, 0xA1..=0xFE)));
                    rest = tail;
                }
                [0x81..=0xFE, 0x30..=0x39, 0x81..=0xFE, 0x30..=0x39, tail @ ..] => {
                    scan.pairs += 1;
                    rest = tail;
                }
                [_, tail @ ..] => {
                    scan.errors += 1;
                    rest = tail;
                }
            }
        }
    }

    fn error_share(&self) -> f64 {
        share(self.errors, self.errors + self.pairs)
    }

    fn common_share(&self) -> f64 {
        share(self.common, self.pairs)
    }

    /// Whether the pairs look like Chinese and not like accented letters followed by ASCII.
    fn plausible(&self) -> bool {
        self.common_share() > 0.4 || (self.pairs > 20 && share(self.low, self.pairs) < 0.5)
    }

    fn holds(&self) -> bool {
        self.pairs > 0 && self.error_share() <= TOLERATED_ERRORS && self.plausible()
    }
}

#[derive(Default)]
struct Big5Scan {
    pairs: u64,
    /// In the symbols and frequently used characters of Big5.
    common: u64,
    errors: u64,
}

impl Big5Scan {
    fn of(bytes: &[u8]) -> Self {
        let mut scan = Self::default();
        let mut rest = bytes;
        loop {
            match rest {
                [] => return scan,
                [a, tail @ ..] if *a < 0x80 => rest = behind_ascii(tail),
                [a @ 0xA1..=0xF9, 0x40..=0x7E | 0xA1..=0xFE, tail @ ..] => {
                    scan.pairs += 1;
                    scan.common += u64::from(matches!(a, 0xA1..=0xC6));
                    rest = tail;
                }
                [_, tail @ ..] => {
                    scan.errors += 1;
                    rest = tail;
                }
            }
        }
    }

    fn common_share(&self) -> f64 {
        share(self.common, self.pairs)
    }
}

/// The bytes from the first on that is no ASCII; markup is runs of it.
fn behind_ascii(bytes: &[u8]) -> &[u8] {
    let (words, _) = bytes.as_chunks::<8>();
    let run = words.iter().take_while(|word| u64::from_ne_bytes(**word) & 0x8080_8080_8080_8080 == 0).count();
    let rest = bytes.get(run * 8..).unwrap_or_default();
    rest.get(rest.iter().take_while(|b| b.is_ascii()).count()..).unwrap_or_default()
}

/// UTF-16 without a mark: by the zeros that digits, blanks and line ends leave, or (Chinese alone) by
/// nearly all units being in the blocks of Chinese text.
pub(super) fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..bytes.len().min(UTF16_SAMPLE) & !1)?;
    let (units, _) = sample.as_chunks::<2>();
    let pairs = units.len();
    let zeros = units.iter().filter(|pair| pair.contains(&0)).count();
    let ascii = units.iter().filter(|pair| pair.iter().all(u8::is_ascii_graphic)).count();
    if zeros * 50 < pairs && ascii * 5 > pairs {
        return None;
    }
    let mut usual = [0usize; 2];
    for [a, b] in units {
        for (count, unit) in usual.iter_mut().zip([u16::from_le_bytes([*a, *b]), u16::from_be_bytes([*a, *b])]) {
            *count += usize::from(matches!(unit,
                0x09 | 0x0A | 0x0D | 0x20..=0x7E | 0xA0..=0xFF | 0x2010..=0x2030 | 0x2460..=0x24FF
                | 0x3000..=0x303F | 0x4E00..=0x9FFF | 0xFF00..=0xFFEF));
        }
    }
    let [le, be] = usual;
    let (best, encoding) = if le >= be { (le, UTF_16LE) } else { (be, UTF_16BE) };
    (pairs > 0 && le != be && best * 10 > pairs * 9).then_some(encoding)
}

/// Tells the number of U+FFFD in the text and the place of the first.
fn replacement_diagnostic(text: &str) -> Option<Diagnostic> {
    let first = memchr::memmem::find(text.as_bytes(), "\u{FFFD}".as_bytes())?;
    let count = text.matches('\u{FFFD}').count();
    let before = text.get(..first).unwrap_or_default();
    let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let place = Anchor::Text { line: clamp(line), column: clamp(column) };
    Some(Diagnostic {
        code: "encoding-errors",
        severity: Severity::Warning,
        message: format!(
            "{count} unreadable characters (first at line {line}, column {column}), look at the source there"
        ),
        anchor: Some(place),
    })
}

fn clamp(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENTENCE: &str = "二、主动公开政府信息情况：本年新收政府信息公开申请数量12件，与上年持平。\n";

    fn gbk(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    fn codes(d: &Decoded) -> Vec<&'static str> {
        d.diagnostics.iter().map(|d| d.code).collect()
    }

    #[test]
    fn reads_utf8_whatever_it_declares() {
        for declared in [None, Some("utf-8"), Some("gb2312"), Some("iso-8859-1"), Some("no such thing")] {
            let d = decode(SENTENCE.as_bytes(), declared);
            assert_eq!((d.text.as_str(), d.encoding.as_str()), (SENTENCE, "utf-8"));
        }
        assert_eq!(codes(&decode(SENTENCE.as_bytes(), Some("gb2312"))), ["encoding-mismatch"]);
    }

    #[test]
    fn reads_gb18030_whatever_it_declares() {
        for declared in [None, Some("utf-8"), Some("gb2312"), Some("GBK"), Some("iso-8859-1"), Some("big5")] {
            let d = decode(&gbk(SENTENCE), declared);
            assert_eq!((d.text.as_str(), d.encoding.as_str()), (SENTENCE, "gb18030"));
        }
        assert!(codes(&decode(&gbk(SENTENCE), Some("gb2312"))).is_empty());
        let d = decode(&gbk("䶮县㐂镇"), Some("gb2312"));
        assert_eq!(d.text, "䶮县㐂镇");
    }

    #[test]
    fn stray_bytes_do_not_flip_the_encoding() {
        let long = SENTENCE.repeat(5);
        let mut bytes = long.clone().into_bytes();
        bytes.splice(9..9, [0xFF, 0xB0]);
        bytes.push(0xE4);
        let d = decode(&bytes, Some("gb2312"));
        assert_eq!(d.encoding, "utf-8");
        assert!(codes(&d).contains(&"encoding-errors"));
        assert!(d.text.starts_with("二、主\u{FFFD}"));

        let mut bytes = gbk(&long);
        bytes.insert(6, 0xFF);
        bytes.push(0xB0);
        let d = decode(&bytes, Some("utf-8"));
        assert_eq!(d.encoding, "gb18030");
        assert_eq!(codes(&d), ["encoding-mismatch", "encoding-errors"]);
        assert!(d.text.contains("本年新收政府信息公开申请数量12件"));
    }

    #[test]
    fn reads_marks_and_utf16() {
        let le: Vec<u8> = SENTENCE.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = SENTENCE.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&le, None).text, SENTENCE);
        assert_eq!(decode(&be, Some("utf-8")).text, SENTENCE);
        assert_eq!(decode(&[b"\xFF\xFE".as_slice(), &le].concat(), None).encoding, "utf-16le");
        assert_eq!(decode(&[b"\xFE\xFF".as_slice(), &be].concat(), None).text, SENTENCE);
        assert_eq!(decode(&[b"\xEF\xBB\xBF".as_slice(), SENTENCE.as_bytes()].concat(), None).text, SENTENCE);
        assert_eq!(decode(&[b"\xEF\xBB\xBF".as_slice(), &gbk(SENTENCE)].concat(), None).text, SENTENCE);
        let bare: Vec<u8> = "政府信息公开，年度报告。".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&bare, None).text, "政府信息公开，年度报告。");
    }

    #[test]
    fn tells_big5_and_latin_from_gbk() {
        let traditional = "二、主動公開政府資訊情況，本年度無相關數據，特此報告。行政機關依法辦理。";
        let bytes = BIG5.encode(traditional).0.into_owned();
        for declared in [None, Some("big5"), Some("gb2312")] {
            let d = decode(&bytes, declared);
            assert_eq!((d.text.as_str(), d.encoding.as_str()), (traditional, "big5"));
        }
        assert_eq!(decode(&gbk(traditional), Some("big5")).text, traditional);
        let latin =
            "Relat\u{f3}rio anual de acesso \u{e0} informa\u{e7}\u{e3}o p\u{fa}blica, s\u{e9}rie hist\u{f3}rica";
        let bytes: Vec<u8> = latin.chars().map(|c| c as u8).collect();
        assert_eq!(decode(&bytes, Some("iso-8859-1")).text, latin);
    }

    #[test]
    fn ascii_and_nothing_are_utf8() {
        assert_eq!(decode(b"", None).encoding, "utf-8");
        let d = decode(b"plain 123", Some("gbk"));
        assert_eq!((d.encoding.as_str(), d.diagnostics.len()), ("utf-8", 0));
    }
}

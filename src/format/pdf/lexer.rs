//! Tokens of PDF syntax (ISO 32000-2, 7.2), one tokenizer for object files, content streams and CMaps.

/// One token; strings and names stay undecoded slices of the input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token<'a> {
    /// An integer within `i64`.
    Int(i64),
    /// A real number, or an integer beyond `i64`.
    Real(f64),
    /// A name without its slash, `#xx` escapes still in.
    Name(&'a [u8]),
    /// A literal string without its outer parentheses, escapes still in.
    Literal(&'a [u8]),
    /// A hexadecimal string without its angle brackets.
    Hex(&'a [u8]),
    /// `[`
    ArrayOpen,
    /// `]`
    ArrayClose,
    /// `<<`
    DictOpen,
    /// `>>`
    DictClose,
    /// An operator or keyword (`obj`, `true`, `Tj`), braces included.
    Keyword(&'a [u8]),
}

const WHITE: u8 = 1;
const DELIMITER: u8 = 2;
const NUMBER: u8 = 4;

const CLASS: [u8; 256] = {
    let mut table = [0_u8; 256];
    let mut i = 0;
    while i < 256 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::indexing_slicing,
            reason = "i < 256, evaluated by the compiler"
        )]
        {
            table[i] = match i as u8 {
                0 | 9 | 10 | 12 | 13 | 32 => WHITE,
                b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%' => DELIMITER,
                b'0'..=b'9' | b'+' | b'-' | b'.' => NUMBER,
                _ => 0,
            };
        }
        i += 1;
    }
    table
};

/// Digits of a fraction that are kept.
const KEPT: usize = 15;

/// Powers of ten.
const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

#[inline]
fn class(b: u8) -> u8 {
    CLASS.get(usize::from(b)).copied().unwrap_or(0)
}

/// Whether the byte is PDF white space.
#[must_use]
#[inline]
pub fn is_white(b: u8) -> bool {
    class(b) == WHITE
}

/// Whether the byte is neither white space nor a delimiter.
#[must_use]
#[inline]
pub fn is_regular(b: u8) -> bool {
    class(b) & (WHITE | DELIMITER) == 0
}

/// A cursor over bytes of PDF syntax.
#[derive(Debug, Clone)]
pub struct Lexer<'a> {
    data: &'a [u8],
    pos: usize,
}

impl<'a> Lexer<'a> {
    /// A cursor at the start of `data`.
    #[must_use]
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, pos: 0 }
    }

    /// A cursor at `pos` of `data`; past the end it gives no tokens.
    #[must_use]
    pub fn at(data: &'a [u8], pos: usize) -> Self {
        Self { data, pos: pos.min(data.len()) }
    }

    /// Where the cursor stands.
    #[must_use]
    pub fn pos(&self) -> usize {
        self.pos
    }

    /// Moves the cursor.
    pub fn seek(&mut self, pos: usize) {
        self.pos = pos.min(self.data.len());
    }

    /// The bytes from the cursor on.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.data.get(self.pos..).unwrap_or_default()
    }

    /// All bytes under the cursor.
    #[must_use]
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.data.get(self.pos).copied()
    }

    /// Steps over white space and comments.
    #[inline]
    pub fn skip_white(&mut self) {
        while let Some(b) = self.peek() {
            if is_white(b) {
                self.pos += 1;
            } else if b == b'%' {
                let rest = self.rest();
                self.pos += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            } else {
                break;
            }
        }
    }

    /// The next token, or `None` at the end. A stray closing parenthesis or bracket is skipped.
    #[inline]
    pub fn next_token(&mut self) -> Option<Token<'a>> {
        loop {
            self.skip_white();
            let b = self.peek()?;
            match class(b) {
                NUMBER => return Some(self.number()),
                0 => return Some(Token::Keyword(self.regular())),
                _ => {}
            }
            self.pos += 1;
            return Some(match b {
                b'/' => Token::Name(self.regular()),
                b'(' => Token::Literal(self.literal()),
                b'[' => Token::ArrayOpen,
                b']' => Token::ArrayClose,
                b'<' => {
                    if self.peek() == Some(b'<') {
                        self.pos += 1;
                        Token::DictOpen
                    } else {
                        let rest = self.rest();
                        let end = memchr::memchr(b'>', rest);
                        self.pos += end.map_or(rest.len(), |e| e + 1);
                        Token::Hex(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default())
                    }
                }
                b'>' => {
                    if self.peek() == Some(b'>') {
                        self.pos += 1;
                        Token::DictClose
                    } else {
                        continue;
                    }
                }
                b'{' => Token::Keyword(b"{"),
                b'}' => Token::Keyword(b"}"),
                _ => continue,
            });
        }
    }

    #[inline]
    fn regular(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let len = rest.iter().position(|&b| !is_regular(b)).unwrap_or(rest.len());
        self.pos += len;
        rest.get(..len).unwrap_or_default()
    }

    /// A number as lenient readers take it: `--5` is -5, `4.2.1` is 4.2, `-` alone is zero, `1e5` is 1.
    #[inline]
    fn number(&mut self) -> Token<'a> {
        let s = self.rest();
        let mut i = 0;
        let mut negative = false;
        while let Some(b @ (b'+' | b'-')) = s.get(i) {
            negative |= *b == b'-';
            i += 1;
        }
        let first = i;
        let (whole, length) = digits_of(s.get(i..).unwrap_or_default());
        i += length;
        let mut digits = length;
        let large = (digits > 18).then(|| {
            let all = s.get(first..i).unwrap_or_default();
            all.iter().fold(0.0_f64, |v, b| v * 10.0 + f64::from(b - b'0'))
        });
        let mut real = None;
        if s.get(i) == Some(&b'.') {
            i += 1;
            let behind = s.get(i..).unwrap_or_default();
            let (mut fraction, mut kept) = digits_of(behind);
            let mut length = kept;
            if kept > KEPT || behind.get(kept) == Some(&b'-') {
                (fraction, kept, length) = lenient_fraction(behind);
            }
            i += length;
            digits += kept;
            #[expect(clippy::cast_precision_loss, reason = "page coordinates do not need more")]
            let value = large.unwrap_or(whole as f64) + fraction as f64 / POWERS.get(kept).copied().unwrap_or(1.0);
            real = Some(if negative { -value } else { value });
        }
        if digits == 0 {
            // A sign or a point alone is zero to lenient readers; a keyword may begin with one.
            let tail = s.get(i..).unwrap_or_default();
            let end = tail.iter().position(|&b| !is_regular(b)).unwrap_or(tail.len());
            self.pos += i + end;
            return if end == 0 { Token::Int(0) } else { Token::Keyword(s.get(..i + end).unwrap_or_default()) };
        }
        // Rubbish glued to a number (`12-34`, `6.0.2`) belongs to it, an operator (`0Tc`) does not.
        while let Some(b'.' | b'-' | b'+' | b'0'..=b'9') = s.get(i) {
            i += 1;
        }
        self.pos += i;
        match (real, large) {
            (Some(value), _) => Token::Real(value),
            (None, Some(value)) => Token::Real(if negative { -value } else { value }),
            (None, None) => {
                let whole = i64::try_from(whole).unwrap_or(i64::MAX);
                Token::Int(if negative { -whole } else { whole })
            }
        }
    }

    fn literal(&mut self) -> &'a [u8] {
        let start = self.pos;
        let mut depth = 1_u32;
        loop {
            let rest = self.rest();
            let Some(at) = memchr::memchr3(b'(', b')', b'\\', rest) else {
                self.pos = self.data.len();
                return self.data.get(start..).unwrap_or_default();
            };
            let b = rest.get(at).copied().unwrap_or(b')');
            self.pos += at + 1;
            match b {
                b'(' => depth = depth.saturating_add(1),
                b'\\' => self.pos = (self.pos + 1).min(self.data.len()),
                _ => {
                    depth -= 1;
                    if depth == 0 {
                        return self.data.get(start..self.pos - 1).unwrap_or_default();
                    }
                }
            }
        }
    }
}

/// The number (modulo 2⁶⁴) that the digits at the head of `s` make, and how many they are.
///
/// Numbers are most of what a content stream holds, and a loop over digits is mispredicted once a number: eight bytes
/// are looked at in one register.
#[inline]
fn digits_of(s: &[u8]) -> (u64, usize) {
    const POWERS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    let (mut value, mut at) = (0_u64, 0);
    while let Some(eight) = s.get(at..).and_then(<[u8]>::first_chunk) {
        let (number, length) = leading_digits(*eight);
        value = value.wrapping_mul(POWERS.get(length).copied().unwrap_or(1)).wrapping_add(number);
        at += length;
        if length < 8 {
            return (value, at);
        }
    }
    while let Some(d) = s.get(at).map(|b| b.wrapping_sub(b'0')).filter(|d| *d < 10) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(d));
        at += 1;
    }
    (value, at)
}

/// The number that the leading digits of eight bytes make, and how many they are.
#[inline]
fn leading_digits(eight: [u8; 8]) -> (u64, usize) {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // The first byte is the lowest; a digit becomes its value, everything else is at least ten.
    let bytes = u64::from_le_bytes(eight) ^ (EACH * 0x30);
    // The highest bit of the first byte that is no digit; a carry only spoils those behind it.
    let others = (bytes.wrapping_add(EACH * 0x76) | bytes) & (EACH * 0x80);
    let length = others.trailing_zeros() / 8;
    // Zeros in front make every run of digits one of eight: then two, four and eight are added up at once.
    let digits = if length == 0 { 0 } else { bytes << (64 - 8 * length) };
    let pairs = (digits.wrapping_mul(1 + (10 << 8)) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(1 + (100 << 16)) >> 16) & 0x0000_ffff_0000_ffff;
    (fours.wrapping_mul(1 + (10_000 << 32)) >> 32, length as usize)
}

/// The digits of a fraction that are kept as a number, how many they are, and the bytes that it takes.
fn lenient_fraction(s: &[u8]) -> (u64, usize, usize) {
    let (mut fraction, mut kept, mut length) = (0_u64, 0, 0);
    while let Some(b @ (b'0'..=b'9' | b'-')) = s.get(length) {
        // A sign within (`0.-12`) is seen in the wild.
        if *b != b'-' && kept < KEPT {
            fraction = fraction * 10 + u64::from(b - b'0');
            kept += 1;
        }
        length += 1;
    }
    (fraction, kept, length)
}

/// Appends the bytes of a literal string (ISO 32000-2, 7.3.4.2) to `out`.
pub fn decode_literal(raw: &[u8], out: &mut Vec<u8>) {
    if memchr::memchr2(b'\\', b'\r', raw).is_none() {
        out.extend_from_slice(raw);
        return;
    }
    let mut bytes = raw.iter().copied().peekable();
    while let Some(b) = bytes.next() {
        match b {
            b'\\' => match bytes.next() {
                Some(b'n') => out.push(b'\n'),
                Some(b'r') => out.push(b'\r'),
                Some(b't') => out.push(b'\t'),
                Some(b'b') => out.push(8),
                Some(b'f') => out.push(12),
                Some(b'\r') => {
                    bytes.next_if_eq(&b'\n');
                }
                Some(d @ b'0'..=b'7') => {
                    let mut value = u32::from(d - b'0');
                    for _ in 0..2 {
                        let Some(d) = bytes.next_if(|d| matches!(d, b'0'..=b'7')) else { break };
                        value = value * 8 + u32::from(d - b'0');
                    }
                    out.push((value & 0xFF) as u8);
                }
                Some(b'\n') | None => {}
                Some(other) => out.push(other),
            },
            b'\r' => {
                bytes.next_if_eq(&b'\n');
                out.push(b'\n');
            }
            _ => out.push(b),
        }
    }
}

/// The value of a hexadecimal digit.
#[must_use]
#[inline]
pub fn hex_digit(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        b'A'..=b'F' => Some(b - b'A' + 10),
        _ => None,
    }
}

/// Appends the bytes of a hexadecimal string to `out`; what is no digit is passed over, an odd last digit
/// counts as followed by zero.
pub fn decode_hex(raw: &[u8], out: &mut Vec<u8>) {
    let mut high = None;
    for d in raw.iter().copied().filter_map(hex_digit) {
        match high.take() {
            None => high = Some(d),
            Some(h) => out.push(h << 4 | d),
        }
    }
    if let Some(h) = high {
        out.push(h << 4);
    }
}

/// The bytes of a name, `#xx` escapes resolved.
#[must_use]
pub fn decode_name(raw: &[u8]) -> Box<[u8]> {
    if memchr::memchr(b'#', raw).is_none() {
        return raw.into();
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&b, tail)) = rest.split_first() {
        if b == b'#'
            && let [h, l, after @ ..] = tail
            && let (Some(h), Some(l)) = (hex_digit(*h), hex_digit(*l))
        {
            out.push(h << 4 | l);
            rest = after;
        } else {
            out.push(b);
            rest = tail;
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(data: &[u8]) -> Vec<Token<'_>> {
        let mut lexer = Lexer::new(data);
        std::iter::from_fn(|| lexer.next_token()).collect()
    }

    #[test]
    fn numbers_are_read_leniently() {
        use Token::{Int, Keyword, Real};
        assert_eq!(
            all(b"12 -7 +3 --5 .5 -.25 4. 1.2.3"),
            [Int(12), Int(-7), Int(3), Int(-5), Real(0.5), Real(-0.25), Real(4.0), Real(1.2)]
        );
        assert_eq!(all(b"0Tc - 100000000000000000000"), [Int(0), Keyword(b"Tc"), Int(0), Real(1e20)]);
    }

    #[test]
    fn strings_names_and_brackets() {
        use Token::{ArrayClose, ArrayOpen, DictClose, DictOpen, Hex, Literal, Name};
        assert_eq!(
            all(b"<</A#20B(a(b)\\)c)/C<41 4>>>[]% x\n(open"),
            [
                DictOpen,
                Name(b"A#20B"),
                Literal(b"a(b)\\)c"),
                Name(b"C"),
                Hex(b"41 4"),
                DictClose,
                ArrayOpen,
                ArrayClose,
                Literal(b"open")
            ]
        );
        let mut out = Vec::new();
        decode_literal(b"a\\(\\101\\7\\\r\nb\r\nc\\", &mut out);
        assert_eq!(out, b"a(A\x07b\nc");
        out.clear();
        decode_hex(b"4 1z4", &mut out);
        assert_eq!(out, b"A@");
        assert_eq!(&*decode_name(b"A#20B#zz"), b"A B#zz");
    }

    proptest! {
        #[test]
        fn numbers_are_their_digits(sign in "-?", whole in "[0-9]{0,20}", point in "(?:\\.[0-9-]{0,18})?", tail in " {0,9}[a-z]?") {
            let printed = format!("{sign}{whole}{point}{tail}");
            let token = Lexer::new(printed.as_bytes()).next_token();
            let fraction: String = point.chars().filter(char::is_ascii_digit).take(KEPT).collect();
            let digits = whole.len() + fraction.len();
            prop_assume!(digits > 0);
            let value: f64 = format!("{sign}0{whole}.{fraction}0").parse().unwrap();
            match token {
                Some(Token::Int(n)) => prop_assert!(point.is_empty() && n as f64 == value),
                Some(Token::Real(n)) => prop_assert!((n - value).abs() <= value.abs() * 1e-14),
                other => prop_assert!(false, "{printed}: {other:?}"),
            }
        }

        #[test]
        fn any_bytes_end(data in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut lexer = Lexer::new(&data);
            let mut last = 0;
            while let Some(token) = lexer.next_token() {
                prop_assert!(lexer.pos() > last || data.is_empty());
                last = lexer.pos();
                let mut out = Vec::new();
                match token {
                    Token::Literal(raw) => decode_literal(raw, &mut out),
                    Token::Hex(raw) => decode_hex(raw, &mut out),
                    _ => {}
                }
                prop_assert!(out.len() <= data.len());
            }
        }
    }
}

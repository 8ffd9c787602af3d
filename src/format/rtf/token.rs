//! Bytes to tokens (Rich Text Format Specification 1.9.1, "RTF syntax").

/// A piece of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `{`.
    Open,
    /// `}`.
    Close,
    /// `\word` or `\word-12`, the blank behind it swallowed.
    Word(&'a [u8], Option<i32>),
    /// `\` with one other character; the end of a line counts as `\par`.
    Symbol(u8),
    /// A byte of text as it stands.
    Byte(u8),
    /// A byte of text written as `\'xx`.
    Hex(u8),
}

/// Reads tokens one after another; never fails, and always moves on.
pub(super) struct Lexer<'a> {
    rest: &'a [u8],
}

/// Longest control word that is kept whole; the specification allows 32 letters.
const WORD: usize = 32;

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next token. With `trail` the next plain byte is the second of a pair, whatever it looks like.
    pub(super) fn next(&mut self, trail: bool) -> Option<Token<'a>> {
        loop {
            let (&first, tail) = self.rest.split_first()?;
            self.rest = tail;
            match first {
                b'\r' | b'\n' | 0 => {}
                b'\\' if trail && !matches!(tail.first(), Some(b'\'' | b'\\' | b'{' | b'}')) => {
                    return Some(Token::Byte(first));
                }
                b'\\' => return self.control(),
                _ if trail => return Some(Token::Byte(first)),
                b'{' => return Some(Token::Open),
                b'}' => return Some(Token::Close),
                _ => return Some(Token::Byte(first)),
            }
        }
    }

    /// What follows a backslash.
    fn control(&mut self) -> Option<Token<'a>> {
        let (&first, tail) = self.rest.split_first()?;
        if !first.is_ascii_alphabetic() {
            self.rest = tail;
            if first != b'\'' {
                return Some(if matches!(first, b'\\' | b'{' | b'}') {
                    Token::Byte(first)
                } else {
                    Token::Symbol(first)
                });
            }
            let digit =
                |at: usize| tail.get(at).and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
            return Some(match (digit(0), digit(1)) {
                (Some(high), Some(low)) => {
                    self.rest = tail.get(2..).unwrap_or_default();
                    Token::Hex(high * 16 + low)
                }
                _ => Token::Symbol(b'\''),
            });
        }
        let end = self.rest.iter().position(|b| !b.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        let (word, tail) = self.rest.split_at(end);
        let word = word.get(..end.min(WORD)).unwrap_or_default();
        let minus = usize::from(tail.first() == Some(&b'-') && tail.get(1).is_some_and(u8::is_ascii_digit));
        let digits = tail.get(minus..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
        let (number, tail) = tail.split_at(minus + digits);
        self.rest = tail.strip_prefix(b" ").unwrap_or(tail);
        let parameter = (digits > 0).then(|| {
            let text = std::str::from_utf8(number).unwrap_or_default();
            text.parse().unwrap_or(if minus > 0 { i32::MIN } else { i32::MAX })
        });
        Some(Token::Word(word, parameter))
    }

    /// Jumps over raw bytes (`\bin`).
    pub(super) fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<Token<'_>> {
        let mut lexer = Lexer::new(bytes);
        std::iter::from_fn(|| lexer.next(false)).collect()
    }

    #[test]
    fn tells_words_symbols_and_bytes_apart() {
        let word = |w: &'static str, n| Token::Word(w.as_bytes(), n);
        assert_eq!(
            all(b"{\\rtf1\\par\r\na}"),
            [Token::Open, word("rtf", Some(1)), word("par", None), Token::Byte(b'a'), Token::Close]
        );
        assert_eq!(
            all(b"\\u-3 1\\'b9\\{\\~"),
            [word("u", Some(-3)), Token::Byte(b'1'), Token::Hex(0xB9), Token::Byte(b'{'), Token::Symbol(b'~')]
        );
        assert_eq!(
            all(b"\\li99999999999 x\\'g1\\"),
            [word("li", Some(i32::MAX)), Token::Byte(b'x'), Token::Symbol(b'\''), Token::Byte(b'g'), Token::Byte(b'1')]
        );
    }

    #[test]
    fn a_second_byte_may_look_like_syntax() {
        let mut lexer = Lexer::new(b"\x81}\x81\\\\x");
        assert_eq!(lexer.next(false), Some(Token::Byte(0x81)));
        assert_eq!(lexer.next(true), Some(Token::Byte(b'}')));
        assert_eq!(lexer.next(false), Some(Token::Byte(0x81)));
        // Escaped or not: both are written.
        assert_eq!(lexer.next(true), Some(Token::Byte(b'\\')));
        assert_eq!(lexer.next(false), Some(Token::Byte(b'x')));
    }
}

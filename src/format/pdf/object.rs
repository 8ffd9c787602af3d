//! PDF objects (ISO 32000-2, 7.3) and their parser; parsing never recurses past a given depth.

use std::rc::Rc;

use super::lexer::{Lexer, Token, decode_hex, decode_literal, decode_name};

/// Object number and generation.
pub type Id = (u32, u16);

/// A PDF object; cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub enum Object {
    /// `null`, and everything that is missing or broken.
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A real number.
    Real(f64),
    /// A name without its slash, decoded.
    Name(Box<[u8]>),
    /// A string, decoded and decrypted.
    String(Rc<[u8]>),
    /// An array.
    Array(Rc<Vec<Object>>),
    /// A dictionary.
    Dict(Rc<Dict>),
    /// A stream.
    Stream(Rc<Stream>),
    /// A reference to an indirect object.
    Ref(Id),
}

/// A stream: its dictionary and where its raw bytes lie in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// The stream dictionary.
    pub dict: Dict,
    /// First byte of the raw data in the file.
    pub start: usize,
    /// End of the raw data in the file.
    pub end: usize,
    /// The object that holds it, which its encryption key depends on.
    pub id: Id,
}

impl Object {
    /// The integer, rounding a real towards zero.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(i) => Some(*i),
            Self::Real(r) => Some(*r as i64),
            _ => None,
        }
    }

    /// The number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "numbers of that size are rubbish anyway")]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Int(i) => Some(*i as f64),
            Self::Real(r) => Some(*r),
            _ => None,
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> Option<&[u8]> {
        if let Self::Name(n) = self { Some(n) } else { None }
    }

    /// The bytes of the string.
    #[must_use]
    pub fn string(&self) -> Option<&[u8]> {
        if let Self::String(s) = self { Some(s) } else { None }
    }

    /// The items of the array.
    #[must_use]
    pub fn array(&self) -> Option<&[Object]> {
        if let Self::Array(a) = self { Some(a) } else { None }
    }

    /// The dictionary, a stream's too.
    #[must_use]
    pub fn dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(d) => Some(d),
            Self::Stream(s) => Some(&s.dict),
            _ => None,
        }
    }

    /// The stream.
    #[must_use]
    pub fn stream(&self) -> Option<&Rc<Stream>> {
        if let Self::Stream(s) = self { Some(s) } else { None }
    }

    /// The id that a reference names.
    #[must_use]
    pub fn reference(&self) -> Option<Id> {
        if let Self::Ref(id) = self { Some(*id) } else { None }
    }

    /// Whether this is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

/// A dictionary; large ones are sorted for look-up, of equal keys the last wins.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dict {
    entries: Vec<(Box<[u8]>, Object)>,
    sorted: bool,
}

/// From this size on a dictionary is searched by bisection.
const SORT_FROM: usize = 24;

impl Dict {
    /// A dictionary of these entries.
    #[must_use]
    pub fn new(mut entries: Vec<(Box<[u8]>, Object)>) -> Self {
        let sorted = entries.len() >= SORT_FROM;
        if sorted {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
        }
        Self { entries, sorted }
    }

    /// The value as it stands, references unresolved; [`Object::Null`] where the key is missing.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> &Object {
        const MISSING: &Object = &Object::Null;
        if self.sorted {
            let after = self.entries.partition_point(|(k, _)| &**k <= key);
            return after
                .checked_sub(1)
                .and_then(|i| self.entries.get(i))
                .filter(|(k, _)| &**k == key)
                .map_or(MISSING, |e| &e.1);
        }
        self.entries.iter().rev().find(|(k, _)| &**k == key).map_or(MISSING, |e| &e.1)
    }

    /// Keys and values: in the order of the file, or by key in large dictionaries.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &Object)> {
        self.entries.iter().map(|(k, v)| (&**k, v))
    }

    /// Applies `f` to every value.
    pub fn map_values(&mut self, f: &mut impl FnMut(&mut Object)) {
        self.entries.iter_mut().for_each(|(_, v)| f(v));
    }
}

/// Parses the object at the cursor, `depth` levels deep at most; what lies deeper, or is no object, is null.
/// `None` when the input ends or a closing bracket or keyword stands there instead (the cursor is then behind it).
pub fn parse(lexer: &mut Lexer<'_>, depth: u32) -> Option<Object> {
    let token = lexer.next_token()?;
    parse_from(lexer, token, depth)
}

fn parse_from(lexer: &mut Lexer<'_>, token: Token<'_>, depth: u32) -> Option<Object> {
    Some(match token {
        Token::Int(n) => {
            // `12 0 R`
            let back = lexer.pos();
            if (0..=i64::from(u32::MAX)).contains(&n)
                && let Some(Token::Int(g @ 0..=65535)) = lexer.next_token()
                && lexer.next_token() == Some(Token::Keyword(b"R"))
            {
                return Some(Object::Ref((u32::try_from(n).ok()?, u16::try_from(g).ok()?)));
            }
            lexer.seek(back);
            Object::Int(n)
        }
        Token::Real(r) => Object::Real(r),
        Token::Name(raw) => Object::Name(decode_name(raw)),
        Token::Literal(raw) => {
            let mut out = Vec::new();
            decode_literal(raw, &mut out);
            Object::String(out.into())
        }
        Token::Hex(raw) => {
            let mut out = Vec::new();
            decode_hex(raw, &mut out);
            Object::String(out.into())
        }
        Token::Keyword(b"true") => Object::Bool(true),
        Token::Keyword(b"false") => Object::Bool(false),
        Token::Keyword(b"null") => Object::Null,
        Token::ArrayOpen | Token::DictOpen if depth == 0 => {
            skip_nested(lexer);
            Object::Null
        }
        Token::ArrayOpen => {
            let mut items = Vec::new();
            while let Some(token) = lexer.next_token() {
                match token {
                    Token::ArrayClose => break,
                    // An array that was never closed.
                    Token::Keyword(b"endobj" | b"endstream") | Token::DictClose => break,
                    token => items.extend(parse_from(lexer, token, depth - 1)),
                }
            }
            Object::Array(Rc::new(items))
        }
        Token::DictOpen => Object::Dict(Rc::new(parse_dict(lexer, depth - 1))),
        Token::ArrayClose | Token::DictClose | Token::Keyword(_) => return None,
    })
}

/// The entries of a dictionary up to its `>>`.
fn parse_dict(lexer: &mut Lexer<'_>, depth: u32) -> Dict {
    let mut entries = Vec::new();
    loop {
        let before = lexer.pos();
        match lexer.next_token() {
            None | Some(Token::DictClose) => break,
            Some(Token::Keyword(b"endobj" | b"stream" | b"endstream")) => {
                lexer.seek(before);
                break;
            }
            Some(Token::Name(key)) => {
                let before = lexer.pos();
                match lexer.next_token() {
                    None => break,
                    // `/Key >>`: a key without a value.
                    Some(Token::DictClose) => break,
                    Some(Token::Keyword(b"endobj" | b"stream" | b"endstream")) => {
                        lexer.seek(before);
                        break;
                    }
                    Some(token) => {
                        if let Some(value) = parse_from(lexer, token, depth) {
                            entries.push((decode_name(key), value));
                        }
                    }
                }
            }
            Some(_) => {}
        }
    }
    Dict::new(entries)
}

/// Steps over the rest of an array or dictionary whose opening bracket was just read, without recursion.
fn skip_nested(lexer: &mut Lexer<'_>) {
    let mut open = 1_usize;
    loop {
        let before = lexer.pos();
        match lexer.next_token() {
            Some(Token::ArrayOpen | Token::DictOpen) => open += 1,
            Some(Token::ArrayClose | Token::DictClose) => {
                open -= 1;
                if open == 0 {
                    return;
                }
            }
            Some(Token::Keyword(b"endobj" | b"stream")) => {
                lexer.seek(before);
                return;
            }
            Some(_) => {}
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn objects_are_read() {
        let object = parse(&mut Lexer::new(b"<</A[1 2.5(x)<41>/N 3 0 R true null]/B<</C 1>>/A 7/D>>"), 10).unwrap();
        let dict = object.dict().unwrap();
        assert_eq!(dict.get(b"A"), &Object::Int(7));
        assert_eq!(dict.get(b"B").dict().unwrap().get(b"C").int(), Some(1));
        assert!(dict.get(b"Z").is_null());
        let array = parse(&mut Lexer::new(b"[1 2.5(x)<41>/N 3 0 R true null"), 10).unwrap();
        assert_eq!(array.array().unwrap().len(), 8);
        assert_eq!(array.array().unwrap()[5], Object::Ref((3, 0)));
    }

    #[test]
    fn large_dictionaries_are_bisected_and_the_last_wins() {
        let text: String = (0..200).map(|i| format!("/K{} {i}", i % 150)).collect();
        let object = parse(&mut Lexer::new(format!("<<{text}>>").as_bytes()), 3).unwrap();
        let dict = object.dict().unwrap();
        assert_eq!(dict.get(b"K149").int(), Some(149));
        assert_eq!(dict.get(b"K3").int(), Some(153));
        assert!(dict.get(b"K999").is_null());
    }

    #[test]
    fn depth_is_bounded() {
        let mut data = b"[".repeat(100_000);
        data.extend(b"<<".repeat(100_000));
        data.extend_from_slice(b"endobj 5");
        let mut lexer = Lexer::new(&data);
        assert!(parse(&mut lexer, 64).is_some());
    }

    proptest! {
        #[test]
        fn any_tokens_end(parts in proptest::collection::vec(proptest::sample::select(vec!["[", "]", "<<", ">>", "(", ")", "<", ">", "/A", "1", "2 0 R", "-.5", "endobj", "true", "%", "\n", "\\"]), 0..200)) {
            let text = parts.join(" ");
            let mut lexer = Lexer::new(text.as_bytes());
            for _ in 0..=parts.len() {
                let _ = parse(&mut lexer, 8);
            }
            prop_assert!(lexer.next_token().is_none() || !parts.is_empty());
        }
    }
}

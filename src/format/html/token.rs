//! Markup cut into tokens for html5ever's tree builder, each with its place in the source.
//!
//! The rules are those of the HTML standard (13.2.5). html5ever's own tokenizer takes names, attributes and comments
//! character by character out of a queue of buffers, does not tell where a token stands, and keeps attributes that
//! nobody asks for; most of a page is such markup. This one goes over the source once and gives text as slices of it.
//! The tests hold the trees of the two against each other.

use std::borrow::Cow;
use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Doctype, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};
use html5ever::{Attribute, LocalName, QualName, TokenizerResult, local_name, ns};
use memchr::{memchr, memchr_iter, memchr2};
use rustc_hash::FxHashMap;

use super::attributes::{Attr, Attributes, Range, packed};
use super::references::{replace, resolve};

/// A token and where it stands.
pub(super) struct Placed {
    pub token: Token,
    /// Byte of the source where it begins.
    pub start: usize,
    /// Byte behind it.
    pub end: usize,
}

/// How the source goes on: as markup, or as text up to the end of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Markup,
    /// Text with character references (`title`, `textarea`).
    Escapable,
    /// Text as it stands (`style`, `iframe`).
    Raw,
    /// Text in which comments hide end tags.
    Script,
    /// Text to the end of the source.
    Plain,
    /// Text up to `]]>`.
    Section,
}

/// The tokens of a source.
pub(super) struct Tokens<'s> {
    source: &'s str,
    /// The source once more, to give slices of it without copying.
    shared: StrTendril,
    at: usize,
    mode: Mode,
    /// Name of the start tag before.
    opened: LocalName,
    /// Its attributes, where its element is made in its place only.
    pub range: Range,
    pub attributes: Attributes<'s>,
    /// Names of tags, by [`packed`].
    names: FxHashMap<u64, LocalName>,
    sets: Sets<'s>,
    /// Whether line ends or zeros are to be replaced anywhere.
    odd: bool,
}

impl<'s> Tokens<'s> {
    pub fn new(source: &'s str) -> Self {
        let odd = memchr2(b'\r', 0, source.as_bytes()).is_some();
        Self {
            source,
            shared: source.into(),
            at: 0,
            mode: Mode::Markup,
            opened: LocalName::default(),
            range: Range::default(),
            attributes: Attributes::new(source),
            names: FxHashMap::default(),
            sets: Sets::default(),
            odd,
        }
    }

    /// The next token; none at the end of the source. `foreign` tells whether the current element is none of HTML.
    pub fn next(&mut self, foreign: impl Fn() -> bool) -> Option<Placed> {
        while self.at < self.source.len() {
            let start = self.at;
            let token = match self.mode {
                Mode::Markup => self.markup(&foreign),
                Mode::Section => self.section(),
                _ => self.raw(),
            };
            if let Some(token) = token {
                return Some(Placed { token, start, end: self.at });
            }
        }
        None
    }

    /// Leaves out blanks that stand alone between tags.
    pub fn skip_blanks(&mut self) {
        let next = self.skip_until(self.at, |b| !is_space(b));
        if let Some([b'<', b'/', letter, ..] | [b'<', letter, ..]) = self.bytes().get(next..)
            && letter.is_ascii_alphabetic()
        {
            self.at = next;
        }
    }

    /// Heeds what the tree builder says of the tag that it was given.
    pub fn follow<Handle>(&mut self, result: &TokenSinkResult<Handle>) {
        self.mode = match result {
            TokenSinkResult::RawData(RawKind::Rcdata) => Mode::Escapable,
            TokenSinkResult::RawData(RawKind::Rawtext) => Mode::Raw,
            TokenSinkResult::RawData(_) => Mode::Script,
            TokenSinkResult::Plaintext => Mode::Plain,
            _ => return,
        };
    }

    fn bytes(&self) -> &'s [u8] {
        self.source.as_bytes()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes().get(at).copied()
    }

    fn slice(&self, from: usize, to: usize) -> &'s str {
        self.source.get(from..to).unwrap_or_default()
    }

    /// The place of a byte from `from` on, or the end of the source.
    fn find(&self, wanted: u8, from: usize) -> usize {
        memchr(wanted, self.bytes().get(from..).unwrap_or_default()).map_or(self.source.len(), |at| from + at)
    }

    /// Whether the text at `at` is this in any case.
    fn is_at(&self, at: usize, wanted: &[u8]) -> bool {
        self.bytes().get(at..at + wanted.len()).is_some_and(|found| found.eq_ignore_ascii_case(wanted))
    }

    /// Whether markup begins with the `<` at `at`, and not text.
    fn opens(&self, at: usize) -> bool {
        match self.byte(at + 1) {
            Some(b'/') => self.byte(at + 2).is_some(),
            Some(b'!' | b'?') => true,
            Some(letter) => letter.is_ascii_alphabetic(),
            None => false,
        }
    }

    /// A token of markup or of text between; none where nothing comes of it (`</>`, a tag cut off by the end).
    fn markup(&mut self, foreign: &impl Fn() -> bool) -> Option<Token> {
        let at = self.at;
        match self.byte(at) {
            Some(b'<') if self.opens(at) => {}
            Some(0) => {
                self.at += 1;
                return Some(Token::NullCharacterToken);
            }
            _ => return Some(self.text()),
        }
        match self.byte(at + 1) {
            Some(b'/') => match self.byte(at + 2) {
                Some(letter) if letter.is_ascii_alphabetic() => self.tag(TagKind::EndTag, at + 2, foreign),
                Some(b'>') => {
                    self.at = at + 3;
                    None
                }
                _ => Some(self.bogus_comment(at + 2)),
            },
            Some(b'!') if self.is_at(at + 2, b"--") => Some(self.comment()),
            Some(b'!') if self.is_at(at + 2, b"doctype") => {
                self.at = self.behind(self.find(b'>', at));
                doctype(self.slice(at, self.at)).map(Token::DoctypeToken)
            }
            Some(b'!') if self.slice(at + 2, at + 9) == "[CDATA[" && foreign() => {
                self.at = at + 9;
                self.mode = Mode::Section;
                None
            }
            Some(b'!' | b'?') => Some(self.bogus_comment(at + 2)),
            _ => self.tag(TagKind::StartTag, at + 1, foreign),
        }
    }

    /// The place behind a byte, or the end of the source.
    fn behind(&self, at: usize) -> usize {
        (at + 1).min(self.source.len())
    }

    fn bogus_comment(&mut self, from: usize) -> Token {
        self.at = self.behind(self.find(b'>', from));
        Token::CommentToken(StrTendril::new())
    }

    /// A comment; what it says is nobody's concern.
    fn comment(&mut self) -> Token {
        let from = self.at + 4;
        let rest = self.bytes().get(from..).unwrap_or_default();
        let length = if rest.starts_with(b">") {
            Some(1)
        } else if rest.starts_with(b"->") {
            Some(2)
        } else {
            memchr_iter(b'>', rest).find_map(|at| {
                let before = rest.get(..at)?;
                (before.ends_with(b"--") || before.ends_with(b"--!")).then_some(at + 1)
            })
        };
        self.at = length.map_or(self.source.len(), |length| from + length);
        Token::CommentToken(StrTendril::new())
    }

    /// A tag whose name begins at `at`; none where the source ends within it.
    fn tag(&mut self, kind: TagKind, at: usize, foreign: &impl Fn() -> bool) -> Option<Token> {
        let named = self.skip_until(at, |b| is_space(b) || matches!(b, b'/' | b'>'));
        let name = self.name(at, named);
        let start = kind == TagKind::StartTag;
        let begin = self.attributes.end();
        let mut self_closing = false;
        let mut bare = true;
        let mut i = named;
        loop {
            match self.byte(i) {
                None => {
                    self.at = self.source.len();
                    return None;
                }
                Some(b'>') => break,
                Some(b'/') => {
                    i += 1;
                    if self.byte(i) == Some(b'>') {
                        self_closing = true;
                        break;
                    }
                }
                Some(b) if is_space(b) => i += 1,
                Some(_) => {
                    bare = false;
                    let (name, from, to) = self.attribute(&mut i);
                    if start && let Some(name) = name {
                        let resolve = || resolved(self.source, from, to);
                        self.attributes.add(begin, name, from, to, resolve);
                    }
                }
            }
        }
        self.at = i + 1;
        let mut attrs = Vec::new();
        if start {
            self.opened = name.clone();
            self.range = Range::default();
            if !bare {
                self.place_attributes(&name, begin, named, i, foreign(), &mut attrs);
            }
        }
        Some(Token::TagToken(Tag { kind, name, self_closing, attrs, had_duplicate_attributes: false }))
    }

    /// Gives the attributes from `begin` on to the element of the tag, or to the tag where other elements may be made
    /// of it too, or none; the tree builder asks for few.
    fn place_attributes(
        &mut self,
        name: &LocalName,
        begin: u32,
        from: usize,
        to: usize,
        foreign: bool,
        attrs: &mut Vec<Attribute>,
    ) {
        let formatting = is_formatting(name);
        let body = matches!(*name, local_name!("html") | local_name!("body") | local_name!("image"));
        if !(formatting || body || foreign) {
            self.range = self.attributes.since(begin);
            if *name == local_name!("input")
                && let Some((_, value)) = self.attributes.all(self.range).find(|(name, _)| *name == Attr::Type)
            {
                let name = QualName::new(None, ns!(), local_name!("type"));
                attrs.push(Attribute { name, value: value.into() });
            }
            return;
        }
        if self.attributes.end() == begin {
            self.attributes.mark();
        }
        let mut range = self.attributes.since(begin);
        // Links are closed before the next begins: what they have in common is never asked.
        if formatting && *name != local_name!("a") {
            let raw = self.slice(from, to);
            range = match self.sets.same.get(raw) {
                Some(known) => *known,
                None => {
                    let known = *self.sets.sorted.entry(self.sorted_attributes(from)).or_insert(range);
                    self.sets.same.insert(raw, known);
                    known
                }
            };
            if range.from != begin {
                self.attributes.forget(begin);
            }
        }
        attrs.push(Attribute { name: QualName::new(None, ns!(), LocalName::default()), value: written(range) });
        if foreign && *name == local_name!("font") {
            // Such ones end what is none of HTML.
            let ends = |(name, _): &(String, String)| matches!(name.as_str(), "color" | "face" | "size");
            if self.sorted_attributes(from).iter().any(ends) {
                let name = QualName::new(None, ns!(), local_name!("color"));
                attrs.push(Attribute { name, value: StrTendril::new() });
            }
        }
    }

    /// All attributes of the tag whose name ends at `at`, by their names; the first of each.
    fn sorted_attributes(&self, at: usize) -> Vec<(String, String)> {
        let mut list: Vec<(String, String)> = Vec::new();
        let mut i = at;
        loop {
            match self.byte(i) {
                None | Some(b'>') => break,
                Some(b) if b == b'/' || is_space(b) => i += 1,
                Some(_) => {
                    let name = i;
                    let (_, from, to) = self.attribute(&mut i);
                    let end = self.skip_until(name + 1, ends_attribute_name);
                    let name = folded(self.slice(name, end)).into_owned();
                    list.push((name, resolved(self.source, from, to)));
                }
            }
        }
        list.sort_by(|a, b| a.0.cmp(&b.0));
        list.dedup_by(|b, a| a.0 == b.0);
        list
    }

    /// The name of a tag.
    fn name(&mut self, from: usize, to: usize) -> LocalName {
        let name = self.slice(from, to);
        match packed(name.as_bytes()) {
            0 => LocalName::from(folded(name)),
            number => match self.names.get(&number) {
                Some(known) => known.clone(),
                None => self.names.entry(number).or_insert(LocalName::from(folded(name))).clone(),
            },
        }
    }

    fn skip_until(&self, from: usize, ends: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes().get(from..).unwrap_or_default();
        from + rest.iter().position(|b| ends(*b)).unwrap_or(rest.len())
    }

    /// Goes over the attribute at `i`: its name, where somebody asks for it, and where its value begins and ends.
    fn attribute(&self, i: &mut usize) -> (Option<Attr>, usize, usize) {
        let end = self.skip_until(*i + 1, ends_attribute_name);
        let name = self.bytes().get(*i..end).unwrap_or_default();
        *i = self.skip_until(end, |b| !is_space(b));
        let mut value = (*i, *i);
        if self.byte(*i) == Some(b'=') {
            *i = self.skip_until(*i + 1, |b| !is_space(b));
            value = match self.byte(*i) {
                Some(quote @ (b'"' | b'\'')) => {
                    let (from, to) = (*i + 1, self.find(quote, *i + 1));
                    // cut off within the value: the tag ends nowhere
                    *i = self.behind(to);
                    (from, to)
                }
                _ => {
                    let from = *i;
                    *i = self.skip_until(from, |b| is_space(b) || b == b'>');
                    (from, *i)
                }
            };
        }
        (Attr::of(packed(name)), value.0, value.1)
    }

    /// Text up to the next markup or zero, its character references resolved.
    fn text(&mut self) -> Token {
        let from = self.at;
        let mut to = from;
        loop {
            let rest = self.bytes().get(to..).unwrap_or_default();
            // Looked for together: every byte is gone over once, however many zeros there are.
            let next = if self.odd { memchr2(b'<', 0, rest) } else { memchr(b'<', rest) };
            to = next.map_or(self.source.len(), |at| to + at);
            if to >= self.source.len() || self.byte(to) == Some(0) || self.opens(to) {
                break;
            }
            to += 1;
        }
        self.at = to;
        Token::CharacterTokens(self.unescaped(from, to))
    }

    /// Text up to the end tag of its element; none where nothing stands before it.
    fn raw(&mut self) -> Option<Token> {
        let from = self.at;
        let to = match self.mode {
            Mode::Plain => self.source.len(),
            Mode::Script => self.script_end(from),
            _ => memchr_iter(b'<', self.bytes().get(from..).unwrap_or_default())
                .map(|at| from + at)
                .find(|at| self.closes(*at))
                .unwrap_or(self.source.len()),
        };
        let escapable = self.mode == Mode::Escapable;
        self.at = to;
        self.mode = Mode::Markup;
        (to > from)
            .then(|| Token::CharacterTokens(if escapable { self.unescaped(from, to) } else { self.replaced(from, to) }))
    }

    /// Text of a CDATA section; none at its end.
    fn section(&mut self) -> Option<Token> {
        let from = self.at;
        let rest = self.source.get(from..).unwrap_or_default();
        if rest.starts_with('\0') {
            self.at += 1;
            return Some(Token::NullCharacterToken);
        }
        if rest.starts_with("]]>") {
            self.at += 3;
            self.mode = Mode::Markup;
            return None;
        }
        let ends =
            |at: &usize| rest.as_bytes().get(*at..).is_some_and(|r| r.starts_with(&[0]) || r.starts_with(b"]]>"));
        let to = memchr::Memchr2::new(b']', 0, rest.as_bytes()).find(ends).map_or(self.source.len(), |at| from + at);
        self.at = to;
        Some(Token::CharacterTokens(self.replaced(from, to)))
    }

    /// Whether the `<` at `at` begins the end tag of the element whose text this is.
    fn closes(&self, at: usize) -> bool {
        self.byte(at + 1) == Some(b'/') && self.names(at + 2, self.opened.as_bytes())
    }

    /// Whether the name at `at` is this one.
    fn names(&self, at: usize, name: &[u8]) -> bool {
        self.is_at(at, name) && self.byte(at + name.len()).is_some_and(|b| is_space(b) || matches!(b, b'/' | b'>'))
    }

    /// Where a script ends: at its end tag, unless that stands in a script within a comment.
    fn script_end(&self, from: usize) -> usize {
        #[derive(PartialEq)]
        enum Within {
            Script,
            Comment,
            Inner,
        }
        let mut within = Within::Script;
        let mut i = from;
        loop {
            let rest = self.bytes().get(i..).unwrap_or_default();
            let next = if within == Within::Script { memchr(b'<', rest) } else { memchr2(b'<', b'-', rest) };
            let Some(next) = next else { return self.source.len() };
            i += next;
            if self.byte(i) == Some(b'-') {
                let begin = i;
                i = self.skip_until(i, |b| b != b'-');
                if i - begin >= 2 && self.byte(i) == Some(b'>') {
                    within = Within::Script;
                }
                continue;
            }
            match within {
                Within::Script | Within::Comment if self.closes(i) => return i,
                // The dashes that open a comment may close it: `<!-->`.
                Within::Script if self.is_at(i, b"<!--") => {
                    within = Within::Comment;
                    i += 1;
                }
                Within::Comment if self.names(i + 1, b"script") => within = Within::Inner,
                Within::Inner if self.byte(i + 1) == Some(b'/') && self.names(i + 2, b"script") => {
                    within = Within::Comment;
                }
                _ => {}
            }
            i += 1;
        }
    }

    /// A piece of the source with its line ends unified and its zeros replaced.
    fn replaced(&self, from: usize, to: usize) -> StrTendril {
        let text = self.slice(from, to);
        if self.odd && memchr2(b'\r', 0, text.as_bytes()).is_some() {
            let mut out = String::with_capacity(text.len());
            replace(text, &mut out);
            return out.into();
        }
        match (u32::try_from(from), u32::try_from(text.len())) {
            (Ok(from), Ok(length)) if length > 0 => self.shared.subtendril(from, length),
            _ => text.into(),
        }
    }

    /// The same with character references resolved.
    fn unescaped(&self, from: usize, to: usize) -> StrTendril {
        let text = self.slice(from, to);
        if memchr(b'&', text.as_bytes()).is_none() {
            return self.replaced(from, to);
        }
        resolve(text, false).into()
    }
}

/// What formatting elements are told by that were left open: the tree builder counts those with the same attributes.
#[derive(Default)]
struct Sets<'s> {
    /// By all that stands in the tag behind its name.
    same: FxHashMap<&'s str, Range>,
    /// By names and values.
    sorted: FxHashMap<Vec<(String, String)>, Range>,
}

/// A range as the value of an attribute: short ones need no memory.
fn written(range: Range) -> StrTendril {
    let mut value = StrTendril::new();
    for shift in [0, 7, 14, 21, 28] {
        value.push_char(char::from((range.from >> shift) as u8 & 0x7F));
    }
    value.push_char(char::from(range.length as u8 & 0x7F));
    value
}

/// The range that [`written`] wrote.
pub(super) fn read_range(value: &str) -> Range {
    let mut range = Range::default();
    for (i, byte) in value.bytes().enumerate() {
        match i {
            0..5 => range.from |= u32::from(byte) << (7 * i),
            _ => range.length = u32::from(byte),
        }
    }
    range
}

/// The value of an attribute.
fn resolved(source: &str, from: usize, to: usize) -> String {
    resolve(source.get(from..to).unwrap_or_default(), true)
}

fn ends_attribute_name(b: u8) -> bool {
    is_space(b) || matches!(b, b'/' | b'>' | b'=')
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\n' | b'\t' | b'\r' | 0x0C)
}

/// A name in small letters.
fn folded(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase() || b == 0) {
        Cow::Owned(name.to_ascii_lowercase().replace('\0', "\u{FFFD}"))
    } else {
        Cow::Borrowed(name)
    }
}

/// Whether elements of this name are opened again where they were left open.
pub(super) fn is_formatting(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("a")
            | local_name!("b")
            | local_name!("big")
            | local_name!("code")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("nobr")
            | local_name!("s")
            | local_name!("small")
            | local_name!("strike")
            | local_name!("strong")
            | local_name!("tt")
            | local_name!("u")
    )
}

/// Keeps the document type that html5ever's tokenizer reads: there is one a page, and what follows from it is long.
#[derive(Default)]
struct DoctypeSink {
    found: RefCell<Option<Doctype>>,
}

impl TokenSink for DoctypeSink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        if let Token::DoctypeToken(doctype) = token {
            self.found.replace(Some(doctype));
        }
        TokenSinkResult::Continue
    }
}

fn doctype(markup: &str) -> Option<Doctype> {
    let tokenizer = Tokenizer::new(DoctypeSink::default(), Default::default());
    let queue = BufferQueue::default();
    queue.push_back(markup.into());
    while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.found.take()
}

#[cfg(test)]
mod tests;

//! The attributes that somebody asks for, as places in the source: most of them are never asked for their value.

use memchr::memchr3;

/// An attribute that says something to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attr {
    Class,
    Id,
    Style,
    Hidden,
    Role,
    Href,
    ColSpan,
    RowSpan,
    Name,
    Property,
    Content,
    Type,
    Value,
    /// Any other; it tells only that its element has attributes.
    Other,
}

impl Attr {
    /// The attribute of a name that was [`packed`].
    pub fn of(name: u64) -> Option<Self> {
        const CLASS: u64 = packed(b"class");
        const ID: u64 = packed(b"id");
        const STYLE: u64 = packed(b"style");
        const HIDDEN: u64 = packed(b"hidden");
        const ROLE: u64 = packed(b"role");
        const HREF: u64 = packed(b"href");
        const COL_SPAN: u64 = packed(b"colspan");
        const ROW_SPAN: u64 = packed(b"rowspan");
        const NAME: u64 = packed(b"name");
        const PROPERTY: u64 = packed(b"property");
        const CONTENT: u64 = packed(b"content");
        const TYPE: u64 = packed(b"type");
        const VALUE: u64 = packed(b"value");
        Some(match name {
            CLASS => Self::Class,
            ID => Self::Id,
            STYLE => Self::Style,
            HIDDEN => Self::Hidden,
            ROLE => Self::Role,
            HREF => Self::Href,
            COL_SPAN => Self::ColSpan,
            ROW_SPAN => Self::RowSpan,
            NAME => Self::Name,
            PROPERTY => Self::Property,
            CONTENT => Self::Content,
            TYPE => Self::Type,
            VALUE => Self::Value,
            _ => return None,
        })
    }
}

/// A name of up to eight bytes in small letters as one number; zero for any other, and where zeros stand in it.
pub(super) const fn packed(name: &[u8]) -> u64 {
    let mut number = 0u64;
    let mut rest = name;
    while let [byte, tail @ ..] = rest {
        if number >> 56 != 0 || *byte == 0 {
            return 0;
        }
        number = number << 8 | byte.to_ascii_lowercase() as u64;
        rest = tail;
    }
    number
}

/// Where the attributes of an element stand in the list of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Range {
    pub from: u32,
    pub length: u32,
}

#[derive(Debug, Clone, Copy)]
struct Attribute {
    name: Attr,
    /// Whether the value is the one of this number that had to be resolved, and not a piece of the source.
    resolved: bool,
    from: u32,
    to: u32,
}

/// The attributes of all elements of a page.
pub(super) struct Attributes<'s> {
    source: &'s str,
    list: Vec<Attribute>,
    resolved: Vec<String>,
}

impl<'s> Attributes<'s> {
    pub fn new(source: &'s str) -> Self {
        Self { source, list: Vec::new(), resolved: Vec::new() }
    }

    /// The place behind the last attribute.
    pub fn end(&self) -> u32 {
        clamp(self.list.len())
    }

    /// The attributes from `from` on.
    pub fn since(&self, from: u32) -> Range {
        Range { from, length: self.end() - from }
    }

    /// Forgets the attributes from `from` on.
    pub fn forget(&mut self, from: u32) {
        self.list.truncate(from as usize);
    }

    /// Adds an attribute to those from `begin` on, unless one of them has its name; its value is a piece of the
    /// source, or what `resolve` makes of it where it holds references, odd line ends or zeros.
    pub fn add(&mut self, begin: u32, name: Attr, from: usize, to: usize, resolve: impl FnOnce() -> String) {
        if self.list.iter().skip(begin as usize).any(|a| a.name == name) {
            return;
        }
        let plain = memchr3(b'&', b'\r', 0, self.source.as_bytes().get(from..to).unwrap_or_default()).is_none();
        let (from, to) = if plain {
            (clamp(from), clamp(to))
        } else {
            self.resolved.push(resolve());
            (clamp(self.resolved.len() - 1), 0)
        };
        self.list.push(Attribute { name, resolved: !plain, from, to });
    }

    /// Adds a nameless attribute to tell an element from all others.
    pub fn mark(&mut self) {
        self.list.push(Attribute { name: Attr::Other, resolved: false, from: 0, to: 0 });
    }

    /// Both together; where both have an attribute, the first one's counts.
    pub fn joined(&mut self, first: Range, second: Range) -> Range {
        let from = self.end();
        for range in [first, second] {
            for i in range.from..range.from + range.length {
                let Some(attribute) = self.list.get(i as usize).copied() else { continue };
                if self.list.iter().skip(from as usize).all(|a| a.name != attribute.name) {
                    self.list.push(attribute);
                }
            }
        }
        self.since(from)
    }

    /// Names and values in a range.
    pub fn all(&self, range: Range) -> impl Iterator<Item = (Attr, &str)> {
        let list = self.list.get(range.from as usize..(range.from + range.length) as usize).unwrap_or_default();
        list.iter().map(|a| {
            let value = if a.resolved {
                self.resolved.get(a.from as usize).map(String::as_str)
            } else {
                self.source.get(a.from as usize..a.to as usize)
            };
            (a.name, value.unwrap_or_default())
        })
    }
}

fn clamp(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_in_any_case() {
        assert_eq!(Attr::of(packed(b"ColSpan")), Some(Attr::ColSpan));
        assert_eq!(Attr::of(packed(b"property")), Some(Attr::Property));
        for other in ["", "clas", "classs", "propertyproperty", "\0class"] {
            assert_eq!(Attr::of(packed(other.as_bytes())), None, "{other}");
        }
    }

    #[test]
    fn the_first_of_a_name_counts() {
        let mut attributes = Attributes::new("a b c");
        attributes.add(0, Attr::Class, 0, 1, String::new);
        attributes.add(0, Attr::Class, 2, 3, String::new);
        let first = attributes.since(0);
        let begin = attributes.end();
        attributes.add(begin, Attr::Class, 2, 3, String::new);
        attributes.add(begin, Attr::Id, 4, 5, String::new);
        let both = attributes.joined(first, attributes.since(begin));
        assert_eq!(attributes.all(both).collect::<Vec<_>>(), [(Attr::Class, "a"), (Attr::Id, "c")]);
    }
}

//! Sentences as rules see them: shadow text with `#` for every number that may count something.

use std::ops::Range;

use rust_decimal::Decimal;

use super::shares::write_out;
use crate::pattern::Numbers;
use crate::report::passage::Line;
use crate::text::{numeral, read_cell};

/// Longest sentence in characters; a longer one is cut.
const LONGEST: usize = 600;
/// Longest title in 《》, or remark in brackets without a number, that is left out of a sentence, in characters.
const ASIDE: usize = 80;

/// A number in a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    /// Byte of its `#` in the rule's view.
    pub at: usize,
    /// Bytes of the line's shadow, words of approximation and counting word included.
    pub range: Range<usize>,
    /// As printed, with its counting word.
    pub raw: String,
    /// The printed number alone.
    pub plain: String,
    /// Whether it is printed as an exact number.
    pub exact: bool,
}

impl Number {
    /// The number in `unit`; `None` for what is no exact number.
    pub fn value(&self, unit: Option<&str>) -> Option<Decimal> {
        if !self.exact {
            return None;
        }
        let amount = read_cell(&self.raw).amount.or_else(|| read_cell(&self.plain).amount)?;
        amount.in_unit(unit)
    }
}

/// A sentence of a line.
#[derive(Debug, Clone)]
pub(super) struct Sentence {
    /// The rule's view of it.
    pub text: String,
    /// For each byte of `text` the byte of the line's shadow.
    pub back: Vec<usize>,
    /// Bytes of `text` of the commas of lists (、).
    pub lists: Vec<usize>,
    /// Bytes of the line's shadow.
    pub range: Range<usize>,
    /// Its numbers in order.
    pub numbers: Vec<Number>,
}

impl Sentence {
    /// The bytes of the line's shadow that a part of the view came from.
    pub fn shadow(&self, part: &Range<usize>) -> Range<usize> {
        let start = self.back.get(part.start).copied().unwrap_or(self.range.end);
        let end = self.back.get(part.end).copied().unwrap_or(self.range.end);
        start..end.max(start)
    }

    /// The number whose `#` stands at a byte of the view.
    pub fn number(&self, at: usize) -> Option<usize> {
        self.numbers.binary_search_by_key(&at, |n| n.at).ok()
    }

    /// Reads the sentence at `range` of the line's shadow.
    pub fn new(line: &Line<'_>, range: Range<usize>, numbers: &Numbers) -> Self {
        let text = line.shadow.text.get(range.clone()).unwrap_or_default();
        let chars: Vec<(usize, char)> = text.char_indices().map(|(at, c)| (range.start + at, c)).collect();
        let mut reader = Reader {
            line,
            numbers,
            chars,
            sentence: Self {
                text: String::with_capacity(text.len()),
                back: Vec::new(),
                lists: Vec::new(),
                range,
                numbers: Vec::new(),
            },
        };
        reader.read();
        write_out(reader.sentence, &numbers.shares)
    }
}

/// The sentences of a piece of a line, as ranges of its shadow.
pub(super) fn split(line: &Line<'_>, range: &Range<usize>, numbers: &Numbers) -> Vec<Range<usize>> {
    let text = line.shadow.text.get(range.clone()).unwrap_or_default();
    let mut out = Vec::new();
    let (mut from, mut length) = (range.start, 0);
    let mut before = ' ';
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let (at, end) = (range.start + at, range.start + at + c.len_utf8());
        length += 1;
        // A shadow has one sign for the full stop and the decimal point.
        let stop = match c {
            '!' | '?' => true,
            '.' => {
                let printed = line.text.get(line.shadow.original(at)..).and_then(|t| t.chars().next());
                printed == Some('。')
                    || !before.is_ascii_alphanumeric() && chars.peek().is_none_or(|(_, n)| !n.is_ascii_alphanumeric())
            }
            _ => false,
        };
        // What is 其中 of the sentence before belongs to it.
        let goes_on = || {
            let rest = text.get(end - range.start..).unwrap_or_default();
            numbers.goes_on.iter().any(|w| rest.starts_with(w.as_str()))
        };
        if stop && !goes_on() || length >= LONGEST {
            out.push(from..end);
            (from, length) = (end, 0);
        }
        before = c;
    }
    if from < range.end {
        out.push(from..range.end);
    }
    out
}

/// Reads the numbers of one sentence.
struct Reader<'a, 'l> {
    line: &'a Line<'l>,
    numbers: &'a Numbers,
    chars: Vec<(usize, char)>,
    sentence: Sentence,
}

/// Where a number ends and whether it is an exact one.
struct Extent {
    /// Behind its digits and places (万).
    end: usize,
    /// Behind its counting word.
    counted: usize,
    exact: bool,
}

impl Reader<'_, '_> {
    fn char(&self, at: usize) -> Option<char> {
        self.chars.get(at).map(|(_, c)| *c)
    }

    /// Byte of the line's shadow at which a character stands.
    fn byte(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.sentence.range.end, |(byte, _)| *byte)
    }

    fn printed_char(&self, at: usize) -> Option<char> {
        self.line.text.get(self.line.shadow.original(self.byte(at))..).and_then(|t| t.chars().next())
    }

    fn push(&mut self, c: char, byte: usize) {
        self.sentence.text.push(c);
        self.sentence.back.extend(std::iter::repeat_n(byte, c.len_utf8()));
    }

    fn read(&mut self) {
        let mut at = 0;
        while let Some(c) = self.char(at) {
            if let Some(end) = self.aside(at, c) {
                at = end;
                continue;
            }
            let extent = if c.is_ascii_digit() {
                self.digits(at)
            } else if han_digit(c) {
                self.numeral(at)
            } else {
                None
            };
            match extent {
                Some(extent) => {
                    self.number(at, &extent);
                    at = extent.end;
                }
                None => {
                    // What is no number is passed over whole: its tail is none either.
                    let end = match c {
                        '0'..='9' => self.run(at),
                        c if han_digit(c) => self.han_run(at),
                        _ => at + 1,
                    };
                    for i in at..end {
                        if let Some((byte, c)) = self.chars.get(i).copied().filter(|(_, c)| !matches!(c, '#' | '"')) {
                            // A full stop inside is one before 其中.
                            let stop = c == '.' && self.printed_char(i) == Some('。') && i + 1 < self.chars.len();
                            if c == ',' && self.printed_char(i) == Some('、') {
                                self.sentence.lists.push(self.sentence.text.len());
                            }
                            self.push(if stop { ',' } else { c }, byte);
                        }
                    }
                    at = end;
                }
            }
        }
    }

    /// Behind a title or a remark that begins at `at` and says nothing of numbers.
    fn aside(&self, at: usize, open: char) -> Option<usize> {
        let close = match open {
            '《' => '》',
            '(' => ')',
            _ => return None,
        };
        let length = self.chars.iter().skip(at).take(ASIDE).position(|(_, c)| *c == close)?;
        let counts = |c: char| c.is_ascii_digit() || han_digit(c);
        let number = open == '(' && self.chars.iter().skip(at).take(length).any(|(_, c)| counts(*c));
        (!number).then_some(at + length + 1)
    }

    /// Behind the digits that begin at `at`, with separators of thousands and a fraction.
    fn run(&self, at: usize) -> usize {
        let digit = |i: usize| self.char(i).is_some_and(|c| c.is_ascii_digit());
        let mut end = at;
        while digit(end) {
            end += 1;
        }
        if end - at <= 3 {
            while self.char(end) == Some(',')
                && self.printed_char(end) != Some('、')
                && digit(end + 1)
                && digit(end + 2)
                && digit(end + 3)
                && !digit(end + 4)
            {
                end += 4;
            }
        }
        if self.char(end) == Some('.') && self.printed_char(end) != Some('。') && digit(end + 1) {
            end += 1;
            while digit(end) {
                end += 1;
            }
        }
        end
    }

    fn digits(&self, at: usize) -> Option<Extent> {
        let before = at.checked_sub(1).and_then(|i| self.char(i));
        if before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '~')) {
            return None;
        }
        let mut end = self.run(at);
        let mut exact = self.evenly(at, end);
        if self.char(end).is_some_and(|c| matches!(c, '-' | '~' | '至' | '到'))
            && self.char(end + 1).is_some_and(|c| c.is_ascii_digit())
        {
            end = self.run(end + 1);
            exact = false;
        }
        end = self.places(end);
        self.extent(at, end, exact, true)
    }

    /// Blanks inside digits part thousands, or every digit; else they part numbers.
    fn evenly(&self, at: usize, end: usize) -> bool {
        let range = self.line.shadow.original_range(self.byte(at)..self.byte(end), self.line.text);
        let printed = self.line.text.get(range).unwrap_or_default();
        let groups: Vec<usize> = printed.split_whitespace().map(|g| g.chars().count()).collect();
        groups.len() < 2 || groups.iter().skip(1).all(|n| *n == 3) || groups.iter().all(|n| *n == 1)
    }

    fn places(&self, end: usize) -> usize {
        end + self.chars.iter().skip(end).take(2).take_while(|(_, c)| matches!(c, '百' | '千' | '万' | '亿')).count()
    }

    /// Behind the Chinese digits that begin at `at`.
    fn han_run(&self, at: usize) -> usize {
        at + self.chars.iter().skip(at).take_while(|(_, c)| han_digit(*c)).count()
    }

    fn numeral(&self, at: usize) -> Option<Extent> {
        let end = self.han_run(at);
        let text: String = self.chars.iter().skip(at).take(end - at).map(|(_, c)| *c).collect();
        numeral::parse(&text)?;
        // 数十 and 几十 are some tens.
        let before = at.checked_sub(1).and_then(|i| self.char(i));
        if text.starts_with('十') && matches!(before, Some('数' | '几' | '好')) {
            return None;
        }
        self.extent(at, end, true, false)
    }

    /// The extent of a number whose digits are at `at..end`; `None` where it counts nothing.
    fn extent(&self, at: usize, mut end: usize, mut exact: bool, digits: bool) -> Option<Extent> {
        if self.numbers.not_behind.iter().any(|word| self.sentence.text.ends_with(word.as_str())) {
            return None;
        }
        if let Some(word) = self.word_at(end, &self.numbers.about_behind) {
            end = self.places(end + word);
            exact = false;
        }
        if self.word_at(end, &self.numbers.not_before).is_some() {
            return None;
        }
        let counter = self.word_at(end, &self.numbers.counters);
        let counted = end + counter.unwrap_or(0);
        let closed = match self.char(counted) {
            None | Some(',' | ';' | ')' | '(' | ':') => true,
            Some('.') => self.printed_char(counted) == Some('。'),
            _ => false,
        };
        let stated = at.checked_sub(1).and_then(|i| self.char(i)) == Some('为');
        if counter.is_none() && !(closed && (digits || stated)) {
            return None;
        }
        exact &= self.word_at(counted, &self.numbers.about_behind).is_none();
        Some(Extent { end, counted, exact })
    }

    /// Length in characters of the first of `words` that stands at `at`.
    fn word_at(&self, at: usize, words: &[String]) -> Option<usize> {
        let rest = self.line.shadow.text.get(self.byte(at)..self.sentence.range.end)?;
        words.iter().find(|w| rest.starts_with(w.as_str())).map(|w| w.chars().count())
    }

    fn number(&mut self, at: usize, extent: &Extent) {
        let mut exact = extent.exact;
        let mut from = self.byte(at);
        let about = self.numbers.about_before.iter().find(|w| self.sentence.text.ends_with(w.as_str()));
        if let Some(word) = about {
            let kept = self.sentence.text.len() - word.len();
            from = self.sentence.back.get(kept).copied().unwrap_or(from);
            self.sentence.text.truncate(kept);
            self.sentence.back.truncate(kept);
            exact = false;
        }
        let printed = |range: Range<usize>| {
            let range = self.line.shadow.original_range(range, self.line.text);
            self.line.text.get(range).unwrap_or_default().to_owned()
        };
        let range = from..self.byte(extent.counted);
        let number = Number {
            at: self.sentence.text.len(),
            raw: printed(range.clone()),
            plain: printed(self.byte(at)..self.byte(extent.end)),
            range,
            exact,
        };
        self.sentence.numbers.push(number);
        self.push('#', self.byte(at));
    }
}

/// Whether a character of a shadow is a Chinese digit.
fn han_digit(c: char) -> bool {
    matches!(
        c,
        '〇' | '零'
            | '一'
            | '二'
            | '两'
            | '三'
            | '四'
            | '五'
            | '六'
            | '七'
            | '八'
            | '九'
            | '十'
            | '百'
            | '千'
            | '万'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{fold, fold_char};

    #[test]
    fn digits_of_a_shadow_are_folded_already() {
        for c in '\0'..=char::MAX {
            for shadow in fold(c.encode_utf8(&mut [0; 4])).chars() {
                assert_eq!(han_digit(shadow), fold_char(shadow).is_some_and(han_digit), "{c}");
            }
        }
    }
}

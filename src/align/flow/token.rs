//! The stream's labels, values and other texts.

use std::ops::Range;

use super::stream::{BLANK, Stream};
use crate::align::occurrence::Occurrence;
use crate::align::vocabulary::Vocabulary;
use crate::record::State;
use crate::text::read_cell;

/// Longest remark in brackets behind a label.
const LONGEST_REMARK: usize = 240;

/// Longest unit of measure that a remark may follow.
const LONGEST_UNIT: usize = 2;

/// What a piece of the stream is.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::align) enum Kind {
    /// A label of the family, by the keys that it may have.
    Label(Vec<u32>),
    /// A number, a mark for none, or several run together.
    Value,
    /// An empty cell.
    Blank,
    /// A unit of measure alone.
    Unit,
    /// Anything else.
    Text,
}

/// A piece of the stream.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::align) struct Token {
    pub kind: Kind,
    pub from: usize,
    pub to: usize,
}

impl Token {
    pub fn is_value(&self) -> bool {
        matches!(self.kind, Kind::Value | Kind::Blank)
    }
}

/// Splits the stream into labels, values and text.
pub(in crate::align) fn tokens(stream: &Stream<'_>, vocabulary: &Vocabulary) -> Vec<Token> {
    let mut text = String::with_capacity(stream.atoms.len() * 3);
    let mut starts = Vec::with_capacity(stream.atoms.len());
    for atom in &stream.atoms {
        starts.push(text.len());
        text.push(atom.c);
    }
    let at = |byte: usize| starts.partition_point(|&s| s < byte);
    let mut found: Vec<Occurrence> = vocabulary.occurrences(&text);
    found.sort_by(|a, b| {
        (a.range.start.cmp(&b.range.start))
            .then(b.range.end.cmp(&a.range.end))
            .then(b.found.score.total_cmp(&a.found.score))
            .then(a.key.cmp(&b.key))
    });
    let mut labels: Vec<(Range<usize>, Vec<u32>)> = Vec::new();
    for o in found {
        let range = at(o.range.start)..at(o.range.end);
        let letters = stream.atoms.get(range.clone()).unwrap_or(&[]).iter().filter(|a| a.c.is_alphabetic()).count();
        if letters == 0 {
            continue; // figures that look like a label's year
        }
        let mut from = range.start;
        if let Some((ordinal, start)) = o.ordinal {
            let start = at(start);
            // A digit without a mark behind it is an ordinal only where the form numbers the row so.
            let bare = start + 1 == range.start && stream.atoms.get(start).is_some_and(|a| a.c.is_ascii_digit());
            // A number that ends the sentence before (见表2。) numbers nothing.
            let sentence = stream.gap(range.start) > 0 && stream.source(range.start - 1) == Some('。');
            if (!bare && !sentence)
                || (bare
                    && stream.gap(start) > 0
                    && stream.gap(range.start) == 0
                    && vocabulary.has_ordinal(o.key, ordinal))
            {
                from = start;
            }
        }
        match labels.last_mut() {
            Some((last, keys)) if last.end == range.end && last.start <= from && last.end > range.start => {
                if last.end - range.start == range.len() && !keys.contains(&o.key) {
                    keys.push(o.key);
                }
            }
            Some((last, _)) if from.max(range.start) < last.end => {}
            Some((last, _)) if from < last.end => labels.push((range, vec![o.key])),
            _ => labels.push((from..range.end, vec![o.key])),
        }
    }
    let mut out: Vec<Token> = Vec::new();
    let mut done = 0usize;
    let next: Vec<usize> = labels.iter().skip(1).map(|l| l.0.start).chain([stream.atoms.len()]).collect();
    for ((range, keys), next) in labels.into_iter().zip(next) {
        if range.start < done {
            continue;
        }
        lex(stream, done..range.start, &mut out);
        let mut to = remark_end(stream, range.end, next);
        // A header cut off behind its stroke (本年增/ for 本年增/减): the stroke is no value.
        if stream.atoms.get(to).is_some_and(|a| a.c == '/')
            && (stream.gap(to), stream.gap(to + 1) >= 2) == (0, true)
            && vocabulary.heads_columns(&keys)
        {
            to += 1;
        }
        out.push(Token { kind: Kind::Label(keys), from: range.start, to });
        done = to;
    }
    lex(stream, done..stream.atoms.len(), &mut out);
    join_spaced(stream, out)
}

/// The end of a remark in brackets right behind `at`, or `at`; the next label begins at `next`.
fn remark_end(stream: &Stream<'_>, at: usize, next: usize) -> usize {
    let char_at = |i: usize| stream.atoms.get(i).map(|a| a.c);
    let mut end = at;
    while matches!(char_at(end), Some(')' | '"')) && stream.gap(end) < 3 {
        end += 1;
    }
    // A letter or two may end the label before the remark (规范性文件数（…）).
    let mut open = end;
    while open < (end + 2).min(next) && stream.gap(open) == 0 && char_at(open).is_some_and(char::is_alphabetic) {
        open += 1;
    }
    if char_at(open) != Some('(') || stream.gap(open) == 3 {
        return end;
    }
    let mut depth = 0u32;
    for i in open..(end + LONGEST_REMARK).min(stream.atoms.len()) {
        match char_at(i) {
            Some('(') => depth += 1,
            Some(')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let inner = stream.tight(open..i + 1);
                    // A number in brackets is a value; an ordinal belongs to the next label.
                    let value = read_cell(&inner).state != State::Text;
                    return if value || i - open <= 3 { end } else { i + 1 };
                }
            }
            Some(BLANK) | None => break,
            _ => {}
        }
    }
    end
}

/// The end of a number whose remark in brackets has spaces in it (`12（其中修订 3 件）`).
fn remark_behind(stream: &Stream<'_>, piece: Range<usize>, limit: usize) -> Option<usize> {
    let char_at = |i: usize| stream.atoms.get(i).map(|a| a.c);
    let open = piece.clone().rfind(|&i| char_at(i) == Some('('))?;
    let closed = (open..piece.end).any(|i| char_at(i) == Some(')'));
    if closed || open == piece.start || !char_at(piece.start).is_some_and(is_number_char) {
        return None;
    }
    let inside = piece.end..limit.min(open + LONGEST_REMARK);
    let close = inside.take_while(|&i| stream.gap(i) < 2).find(|&i| char_at(i) == Some(')'))?;
    let number = read_cell(&stream.tight(piece.start..open)).state == State::Number;
    let whole = close - open > 3 && read_cell(&stream.tight(piece.start..close + 1)).state == State::Number;
    (number && whole).then_some(close + 1)
}

fn is_number_char(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '.' | ',' | '+' | '-' | '/' | '*')
}

/// Splits what stands between labels into values and text.
fn lex(stream: &Stream<'_>, range: Range<usize>, out: &mut Vec<Token>) {
    let mut at = range.start;
    while at < range.end {
        let Some(atom) = stream.atoms.get(at) else { return };
        if atom.c == BLANK {
            out.push(Token { kind: Kind::Blank, from: at, to: at + 1 });
            at += 1;
            continue;
        }
        let mut end = at + 1;
        while end < range.end && stream.gap(end) == 0 && stream.atoms.get(end).is_some_and(|a| a.c != BLANK) {
            end += 1;
        }
        end = remark_behind(stream, at..end, range.end).unwrap_or(end);
        // A unit behind a space, and a remark right behind it: 12 件（其中修订3件）.
        if let Some(last) = out.last_mut()
            && last.kind == Kind::Value
            && (last.to, stream.gap(at)) == (at, 1)
            && atom.c.is_alphabetic()
            && let Some(to) = remark_behind(stream, last.from..(at + LONGEST_UNIT + 1).min(range.end), range.end)
        {
            last.to = to;
            at = to;
            continue;
        }
        if atom.c == '(' {
            let close = remark_end(stream, at, at).min(range.end);
            if close > at {
                // A remark behind a number is part of its cell; another one is text.
                match out.last_mut() {
                    Some(last) if last.kind == Kind::Value && last.to == at && stream.gap(at) < 2 => last.to = close,
                    _ => out.push(Token { kind: Kind::Text, from: at, to: close }),
                }
                at = close;
                continue;
            }
        }
        // A colon between a label and its number: 培训次数：3次.
        let counts = |at: usize| stream.atoms.get(at).is_some_and(|a| a.c.is_ascii_digit() || a.c == '-');
        let labelled = out.last().is_some_and(|last| matches!(last.kind, Kind::Label(_)) && last.to == at);
        if atom.c == ':' && labelled && counts(at + 1) {
            at += 1;
            continue;
        }
        // Brackets of the labels on either side.
        if matches!(atom.c, ')' | '"') {
            at += 1;
            continue;
        }
        let mut tail = end;
        while tail > at + 1 && stream.atoms.get(tail - 1).is_some_and(|a| matches!(a.c, '(' | '"')) {
            tail -= 1;
        }
        let edge = end;
        end = tail;
        let piece = stream.tight(at..end);
        let punctuated = piece.ends_with([',', '.', ';', ':']);
        let state = if punctuated {
            State::Text
        } else if piece.len() <= 120 {
            read_cell(&piece).state
        } else {
            State::Text
        };
        let han_number = state == State::Number && !piece.chars().any(|c| c.is_ascii_digit());
        if matches!(state, State::Number | State::Dash)
            && !(han_number && piece.chars().count() > 1 && stream.gap(at) == 0)
        {
            out.push(Token { kind: Kind::Value, from: at, to: end });
        } else {
            lex_mixed(stream, at..end, out);
        }
        at = edge;
    }
}

/// Splits a piece without spaces in which numbers and letters alternate.
fn lex_mixed(stream: &Stream<'_>, range: Range<usize>, out: &mut Vec<Token>) {
    let mut at = range.start;
    while at < range.end {
        let number = stream.atoms.get(at).is_some_and(|a| is_number_char(a.c));
        let mut end = at + 1;
        while end < range.end && stream.atoms.get(end).is_some_and(|a| is_number_char(a.c) == number) {
            end += 1;
        }
        let piece = stream.tight(at..end);
        if number && end < range.end && piece.ends_with(['.', ',']) {
            // The digit in front of the mark numbers what follows: 00002.其他
            let ordinal = if piece.len() >= 2 { 2 } else { 1 };
            let mut text_end = end;
            while text_end < range.end && stream.atoms.get(text_end).is_some_and(|a| !is_number_char(a.c)) {
                text_end += 1;
            }
            if piece.len() > ordinal {
                out.push(Token { kind: Kind::Value, from: at, to: end - ordinal });
            }
            out.push(Token { kind: Kind::Text, from: end - ordinal, to: text_end });
            at = text_end;
            continue;
        }
        if !number {
            let unit = piece.chars().count() <= 3
                && piece.chars().all(char::is_alphabetic)
                && read_cell(&format!("1{piece}")).state == State::Number;
            let sign = piece.chars().count() <= 3
                && end < range.end
                && read_cell(&format!("{piece}1")).amount.is_some_and(|a| a.number.abs() == rust_decimal::Decimal::ONE);
            match out.last_mut() {
                // 2件 3件 5件 without spaces: the unit ends a cell.
                Some(last) if unit && last.kind == Kind::Value && last.to == at => last.to = end,
                _ if sign => {
                    let mut to = end;
                    while to < range.end && stream.atoms.get(to).is_some_and(|a| is_number_char(a.c)) {
                        to += 1;
                    }
                    out.push(Token { kind: Kind::Value, from: at, to });
                    at = to;
                    continue;
                }
                _ if unit => out.push(Token { kind: Kind::Unit, from: at, to: end }),
                _ if piece.chars().all(|c| c == '无') => out.push(Token { kind: Kind::Value, from: at, to: end }),
                _ => match unit_before_mark(&piece).map(|unit| at + unit) {
                    // A unit and the mark behind it: 次无
                    Some(mark) => {
                        out.push(Token { kind: Kind::Unit, from: at, to: mark });
                        out.push(Token { kind: Kind::Value, from: mark, to: end });
                    }
                    None => out.push(Token { kind: Kind::Text, from: at, to: end }),
                },
            }
        } else if piece.chars().any(|c| c.is_ascii_digit() || matches!(c, '/' | '-' | '*')) {
            out.push(Token { kind: Kind::Value, from: at, to: end });
        } else {
            out.push(Token { kind: Kind::Text, from: at, to: end });
        }
        at = end;
    }
}

/// The letters of the unit of measure that stands right before a mark for none.
fn unit_before_mark(piece: &str) -> Option<usize> {
    let starts = piece.char_indices().map(|(at, _)| at).enumerate().skip(1).take(LONGEST_UNIT);
    let parts = starts.filter_map(|(letters, at)| Some((letters, piece.get(..at)?, piece.get(at..)?)));
    let is_unit = |unit: &str| read_cell(&format!("1{unit}")).state == State::Number;
    let mut fits =
        parts.filter(|(_, unit, mark)| mark.len() <= 12 && read_cell(mark).state == State::Dash && is_unit(unit));
    fits.next().map(|f| f.0)
}

/// Whether a token is made of letters alone.
fn is_word(stream: &Stream<'_>, token: &Token) -> bool {
    stream.atoms.get(token.from..token.to).unwrap_or(&[]).iter().all(|a| a.c.is_alphabetic())
}

/// Joins numbers with the units and the rest of the digits that stand behind a space, where cells are parted
/// by more than spaces.
fn join_spaced(stream: &Stream<'_>, tokens: Vec<Token>) -> Vec<Token> {
    let (mut by_line, mut by_space) = (0usize, 0usize);
    for pair in tokens.windows(2) {
        if let [a, b] = pair
            && a.is_value()
            && b.is_value()
        {
            by_line += usize::from(stream.gap(b.from) >= 2);
            by_space += usize::from(stream.gap(b.from) == 1);
        }
    }
    let lines = by_line > by_space * 3;
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        if let Some(last) = out.last_mut()
            && last.kind == Kind::Value
            && last.to == token.from
            && stream.gap(token.from) == 1
        {
            let joined = stream.text(last.from..token.to);
            let unit = matches!(token.kind, Kind::Unit | Kind::Text)
                && is_word(stream, &token)
                && token.to - token.from <= 3
                && read_cell(&joined).state == State::Number;
            let digits = lines && token.kind == Kind::Value && read_cell(&joined).state == State::Number;
            if unit || digits {
                last.to = token.to;
                continue;
            }
        }
        // A lone unit among text.
        let unit = token.kind == Kind::Text
            && is_word(stream, &token)
            && token.to - token.from <= 3
            && read_cell(&format!("1{}", stream.tight(token.from..token.to))).state == State::Number;
        out.push(if unit { Token { kind: Kind::Unit, ..token } } else { token });
    }
    out
}

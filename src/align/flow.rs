//! Tables flattened into running text, put back into rows of cells.
//!
//! The text of neighbouring paragraphs is read as one stream of labels and values, whatever stands between
//! them: line breaks, single spaces, or nothing. A chain of label, values, label, values … becomes a table of
//! its own, which then goes the way of every printed grid. Figures run together are cut by [`super::digits`].

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::flow_rows::Chain;
use super::label::Occurrence;
use super::vocabulary::{Role, Vocabulary};
use super::{Claim, ClaimKind, unread};
use crate::document::{Anchor, Block, Document, Table, TableKind};
use crate::record::{Flag, State};
use crate::text::{Shadow, read_cell};

/// Stands for an empty cell in the stream.
pub(super) const BLANK: char = '\u{1}';

/// Longest stream that is searched for labels, in characters: no report is longer by far.
const LONGEST: usize = 400_000;

/// Longest text that can stand between the rows of a table.
const LONGEST_TEXT: usize = 60;

/// Longest remark in brackets behind a label.
const LONGEST_REMARK: usize = 240;

/// A table found in running text.
pub(crate) struct FlowTable {
    /// First block that it stands in.
    pub block: usize,
    /// Its rows, as if they had been printed as a grid.
    pub table: Table,
    /// The text that it takes up.
    pub ranges: Vec<(usize, Range<usize>)>,
    /// What is to be said of its cells.
    pub notes: Vec<Note>,
}

/// What the stream leaves to be said of a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Note {
    /// The cell at the anchor was cut out of figures run together, by identities.
    Inferred(Anchor),
    /// The cell with this text (a marker) has several readings.
    Ambiguous { marker: String, raw: String, candidates: Vec<rust_decimal::Decimal> },
}

/// A character of the stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct Atom {
    pub c: char,
    pub block: usize,
    /// Cell of a table of one column.
    pub cell: Option<usize>,
    /// Byte in the paragraph's text.
    pub byte: usize,
    /// Characters before it in the paragraph's text.
    pub nth: u32,
    /// What stands before it: 0 nothing, 1 a space, 2 a line break, 3 a cell's edge.
    pub gap: u8,
}

/// What a piece of the stream is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
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
pub(super) struct Token {
    pub kind: Kind,
    pub from: usize,
    pub to: usize,
}

impl Token {
    pub fn is_value(&self) -> bool {
        matches!(self.kind, Kind::Value | Kind::Blank)
    }
}

/// The stream of a run of blocks.
pub(super) struct Stream<'d> {
    pub document: &'d Document,
    pub atoms: Vec<Atom>,
}

impl Stream<'_> {
    pub fn text(&self, range: Range<usize>) -> String {
        let mut out = String::new();
        for (n, atom) in self.atoms.get(range).unwrap_or(&[]).iter().enumerate() {
            if n > 0 && atom.gap > 0 {
                out.push(' ');
            }
            if atom.c != BLANK {
                out.push(atom.c);
            }
        }
        out
    }

    /// The text without what stands between its characters.
    pub fn tight(&self, range: Range<usize>) -> String {
        self.atoms.get(range).unwrap_or(&[]).iter().map(|a| a.c).filter(|&c| c != BLANK).collect()
    }

    /// The text as the source prints it.
    pub fn printed(&self, range: Range<usize>) -> String {
        let atoms = self.atoms.get(range.clone()).unwrap_or(&[]);
        let (Some(first), Some(last)) = (atoms.first(), atoms.last()) else { return String::new() };
        if let (Some(Block::Paragraph(p)), true) = (self.document.blocks.get(first.block), first.block == last.block) {
            let end =
                p.text.get(last.byte..).and_then(|s| s.chars().next()).map_or(last.byte, |c| last.byte + c.len_utf8());
            if let Some(text) = p.text.get(first.byte..end) {
                return text.to_owned();
            }
        }
        self.text(range)
    }

    pub fn anchor(&self, at: usize) -> Anchor {
        let Some(atom) = self.atoms.get(at) else { return Anchor::Text { line: 0, column: 0 } };
        match (self.document.blocks.get(atom.block), atom.cell) {
            (Some(Block::Table(t)), Some(cell)) => {
                t.cells.get(cell).map_or_else(|| t.anchor.clone(), |c| c.anchor.clone())
            }
            (Some(Block::Paragraph(p)), _) => match &p.anchor {
                Anchor::Text { line, column } => Anchor::Text { line: *line, column: column.saturating_add(atom.nth) },
                other => other.clone(),
            },
            _ => Anchor::Text { line: 0, column: 0 },
        }
    }

    pub fn gap(&self, at: usize) -> u8 {
        self.atoms.get(at).map_or(3, |a| a.gap)
    }
}

/// Finds the tables in the running text of a document.
pub(crate) fn tables(document: &Document, vocabulary: &Vocabulary) -> Vec<FlowTable> {
    let mut out = Vec::new();
    let lost = unread::lost_lines(document);
    for blocks in runs(document) {
        if is_too_long(document, blocks.clone()) {
            continue;
        }
        let stream = stream(document, blocks);
        if !worth_reading(&stream, vocabulary) {
            continue;
        }
        let tokens = tokens(&stream, vocabulary);
        let chains = chains(&stream, &tokens, vocabulary);
        let traceless = chains.iter().any(|c| c.loses_blanks(&stream, vocabulary));
        for chain in chains {
            if lost && chain.is_parted(&stream) {
                continue;
            }
            out.extend(chain.tables(&stream, vocabulary, traceless, out.len()));
        }
    }
    out
}

/// Fewest numbers of a table of another kind in one paragraph.
const DISTRACTOR_NUMBERS: usize = 6;

/// Paragraphs that hold a table of another kind, flattened: many numbers, and no mark of a sentence.
pub(crate) fn distractors(document: &Document, claims: &[Claim]) -> Vec<Claim> {
    let mut out = Vec::new();
    let claimed: FxHashSet<usize> = claims.iter().map(|c| c.block).collect();
    for (block, b) in document.blocks.iter().enumerate() {
        let Block::Paragraph(p) = b else { continue };
        if claimed.contains(&block)
            || p.text.len() > LONGEST
            || p.text.contains(['，', '。', '；', '：', '！', '？', '、', ';', ':'])
        {
            continue;
        }
        let mut numbers = 0usize;
        let mut within = false;
        let mut letters = 0usize;
        for c in p.text.chars() {
            let digit = c.is_ascii_digit();
            numbers += usize::from(digit && !within);
            letters += usize::from(c.is_alphabetic());
            within = digit;
        }
        if numbers >= DISTRACTOR_NUMBERS && letters >= numbers * 2 {
            out.push(Claim { block, range: 0..p.text.len(), kind: ClaimKind::Distractor, table: None });
        }
    }
    out
}

/// Whether a run of blocks is surely longer than what is searched for labels.
pub(super) fn is_too_long(document: &Document, blocks: Range<usize>) -> bool {
    let mut bytes = 0usize;
    for block in document.blocks.get(blocks).unwrap_or(&[]) {
        bytes = bytes.saturating_add(match block {
            Block::Paragraph(p) => p.text.len(),
            Block::Table(t) => t.cells.iter().map(|c| c.text.len()).sum(),
        });
    }
    bytes > LONGEST * 3
}

/// Says so where running text is too long to be searched for tables.
pub(crate) fn unsearched(document: &Document) -> Option<Flag> {
    runs(document).into_iter().any(|r| is_too_long(document, r)).then(|| Flag {
        code: "text-too-long",
        at: String::new(),
        message: format!("running text of more than {LONGEST} characters was not searched for tables"),
    })
}

/// Whether a table stands for a list of cells only, without rows.
fn is_list(table: &Table) -> bool {
    table.kind == TableKind::Delimited && table.cols == 1
}

/// Runs of blocks without a grid between them.
fn runs(document: &Document) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for (at, block) in document.blocks.iter().enumerate() {
        if let Block::Table(table) = block
            && !is_list(table)
        {
            if at > start {
                out.push(start..at);
            }
            start = at + 1;
        }
    }
    if document.blocks.len() > start {
        out.push(start..document.blocks.len());
    }
    out
}

pub(super) fn stream(document: &Document, blocks: Range<usize>) -> Stream<'_> {
    let mut atoms = Vec::new();
    for block in blocks {
        match document.blocks.get(block) {
            Some(Block::Paragraph(p)) => push_text(&p.text, block, None, 2, &mut atoms),
            Some(Block::Table(t)) => {
                for (n, cell) in t.cells.iter().enumerate() {
                    push_text(&cell.text, block, Some(n), 3, &mut atoms);
                }
            }
            None => {}
        }
    }
    Stream { document, atoms }
}

fn push_text(text: &str, block: usize, cell: Option<usize>, edge: u8, atoms: &mut Vec<Atom>) {
    let shadow = Shadow::new(text);
    if shadow.text.is_empty() {
        atoms.push(Atom { c: BLANK, block, cell, byte: 0, nth: 0, gap: 3 });
        return;
    }
    let mut gap = edge;
    let mut seen = 0usize; // byte in the original behind the last character
    let mut nth = 0u32;
    for (at, c) in shadow.text.char_indices() {
        let byte = shadow.original(at);
        if byte > seen {
            let between = text.get(seen..byte).unwrap_or("");
            if between.contains('\n') {
                gap = gap.max(2);
            } else if between.chars().any(char::is_whitespace) {
                gap = gap.max(1);
            }
            nth = nth.saturating_add(u32::try_from(between.chars().count()).unwrap_or(0));
        }
        atoms.push(Atom { c, block, cell, byte, nth, gap });
        if byte >= seen {
            let width = text.get(byte..).and_then(|s| s.chars().next()).map_or(1, char::len_utf8);
            seen = byte + width;
            nth = nth.saturating_add(1);
        }
        gap = 0;
    }
}

/// Whether labels of rows stand right before values, or labels of columns one behind the other: what prose
/// does not do.
fn worth_reading(stream: &Stream<'_>, vocabulary: &Vocabulary) -> bool {
    let text: String = stream.atoms.iter().map(|a| a.c).collect();
    let mut found = 0usize;
    for needle in vocabulary.flow_needles() {
        let hit = text.match_indices(needle.as_str()).any(|(at, _)| {
            let behind = text.get(at + needle.len()..).and_then(|s| s.chars().next());
            behind
                .is_some_and(|c| c.is_ascii_digit() || matches!(c, '/' | '-' | '(' | BLANK | '条' | '件' | '次' | '无'))
        });
        found += usize::from(hit);
        if found >= 2 {
            return true;
        }
    }
    found >= 1 && stream.atoms.len() < 6000
}

/// Splits the stream into labels, values and text.
pub(super) fn tokens(stream: &Stream<'_>, vocabulary: &Vocabulary) -> Vec<Token> {
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
            if !bare
                || (stream.gap(start) > 0 && stream.gap(range.start) == 0 && vocabulary.has_ordinal(o.key, ordinal))
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
                // A unit and the mark behind it: 次无
                _ if end - at == 2 && is_unit_and_mark(&piece) => {
                    out.push(Token { kind: Kind::Unit, from: at, to: end - 1 });
                    out.push(Token { kind: Kind::Value, from: end - 1, to: end });
                }
                _ => out.push(Token { kind: Kind::Text, from: at, to: end }),
            }
        } else if piece.chars().any(|c| c.is_ascii_digit() || matches!(c, '/' | '-' | '*')) {
            out.push(Token { kind: Kind::Value, from: at, to: end });
        } else {
            out.push(Token { kind: Kind::Text, from: at, to: end });
        }
        at = end;
    }
}

/// Whether a unit of measure of one letter stands right before the mark for none.
fn is_unit_and_mark(piece: &str) -> bool {
    piece.strip_suffix('无').is_some_and(|unit| read_cell(&format!("1{unit}")).state == State::Number)
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

/// Chains of labels and values without prose between them.
fn chains(stream: &Stream<'_>, tokens: &[Token], vocabulary: &Vocabulary) -> Vec<Chain> {
    let mut out: Vec<Chain> = Vec::new();
    let mut open = Chain::default();
    let mut carried: Vec<Token> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        // The texts before the next values, then the values.
        let start = at;
        while tokens.get(at).is_some_and(|t| !t.is_value()) {
            at += 1;
        }
        let values = at;
        while tokens.get(at).is_some_and(Token::is_value)
            || (tokens.get(at).is_some_and(|t| t.kind == Kind::Unit)
                && tokens.get(at + 1).is_some_and(Token::is_value)
                && stream.gap(tokens.get(at).map_or(0, |t| t.from)) <= 1)
        {
            at += 1;
        }
        let mut from = start;
        for n in (start..values).rev() {
            let Some(token) = tokens.get(n) else { break };
            if breaks(stream, token, vocabulary) {
                from = n + 1;
                break;
            }
        }
        if from > start && tokens.get(start).is_some_and(|t| goes_on_as_prose(stream, t)) {
            open.groups.pop();
        }
        if from > start && !open.groups.is_empty() {
            out.push(std::mem::take(&mut open));
        }
        if from > start {
            carried.clear();
        }
        carried.extend(tokens.get(from..values).unwrap_or(&[]).iter().cloned());
        if at > values {
            let list: Vec<Token> =
                tokens.get(values..at).unwrap_or(&[]).iter().filter(|t| t.is_value()).cloned().collect();
            if is_padding(stream, &carried, &list, vocabulary) {
                continue;
            }
            open.groups.push((std::mem::take(&mut carried), list));
        }
    }
    if !open.groups.is_empty() {
        out.push(open);
    }
    out
}

/// Whether a sentence goes on right behind a number: no cell was printed there (行政许可900项，本年…).
fn goes_on_as_prose(stream: &Stream<'_>, token: &Token) -> bool {
    token.kind == Kind::Text
        && stream.gap(token.from) == 0
        && stream.atoms.get(token.from..token.to).unwrap_or(&[]).iter().take(3).any(|a| matches!(a.c, ',' | ';'))
}

/// Whether empty cells (and at most the first row's number) behind a header's cell only fill up its row.
fn is_padding(stream: &Stream<'_>, texts: &[Token], values: &[Token], vocabulary: &Vocabulary) -> bool {
    let (filled, last) = match values.split_last() {
        Some((last, rest)) => (rest.iter().all(|t| t.kind == Kind::Blank), last),
        None => return true,
    };
    let number = stream.tight(last.from..last.to) == "1" && values.len() > 1;
    if !filled || !(last.kind == Kind::Blank || number) {
        return false;
    }
    let Some(label) = texts.iter().rfind(|t| t.kind != Kind::Unit) else { return true };
    match &label.kind {
        Kind::Label(keys) => {
            let numbered = super::label::split_ordinal(&stream.tight(label.from..label.to)).0.is_some();
            let roles = || vocabulary.tables.iter().flat_map(|t| keys.iter().flat_map(|&k| t.roles(k)));
            let head = roles().any(|r| !matches!(r, Role::Row(_) | Role::Stub(_)));
            head && !numbered
        }
        _ => true,
    }
}

/// Whether a piece of text cannot stand inside a table: prose, or the heading of a section.
pub(super) fn breaks(stream: &Stream<'_>, token: &Token, vocabulary: &Vocabulary) -> bool {
    match &token.kind {
        Kind::Text => {
            let text = stream.tight(token.from..token.to);
            // An ordinal's mark may stand in front, a remark's colon in brackets or behind 其中.
            let (_, body) = super::label::split_ordinal(&text);
            let bracket = body.starts_with('(');
            text.chars().count() > LONGEST_TEXT
                || (!bracket && !body.starts_with("其中") && body.contains(':'))
                || (!bracket && body.contains([',', ';', '!', '?', '.', '《']))
        }
        Kind::Label(keys) => {
            vocabulary.tables.iter().any(|t| keys.iter().any(|&k| t.roles(k).contains(&Role::TableCaption)))
                && !vocabulary.tables.iter().any(|t| {
                    keys.iter().any(|&k| t.roles(k).iter().any(|r| matches!(r, Role::Row(_) | Role::Column { .. })))
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::align::align;
    use crate::pattern::{Family, PatternSet};

    fn family() -> &'static Family {
        PatternSet::embedded().family("ogi").unwrap()
    }

    fn values(text: &str, prefix: &str) -> Vec<String> {
        let document = crate::format::txt::read(text.as_bytes(), &crate::limits::Limits::default()).unwrap();
        align(&document, family())
            .readings
            .iter()
            .filter(|r| r.variable.starts_with(prefix))
            .map(|r| r.value.map_or_else(|| r.state.name().to_owned(), |v| v.to_string()))
            .collect()
    }

    const HEAD: &str =
        "申请人情况\n自然人\n法人或其他组织\n总计\n商业企业\n科研机构\n社会公益组织\n法律服务机构\n其他\n";

    #[test]
    fn cells_one_a_line() {
        let text = format!(
            "{HEAD}一、本年新收政府信息\n公开申请数量\n3\n1\n0\n0\n0\n0\n4\n二、上年结转政府信息公开申请数量\n0\n0\n/\n0\n0\n0\n0\n\
             三、本年度办理结果\n（一）予以公开\n2\n1\n0\n0\n0\n0\n3\n"
        );
        assert_eq!(values(&text, "applications.received"), ["3", "1", "0", "0", "0", "0", "4"]);
        assert_eq!(values(&text, "applications.carried_over"), ["0", "0", "dash", "0", "0", "0", "0"]);
        assert_eq!(values(&text, "applications.granted"), ["2", "1", "0", "0", "0", "0", "3"]);
    }

    #[test]
    fn figures_run_together_are_cut_by_their_sums() {
        let head = HEAD.replace('\n', "");
        let text = format!(
            "{head}一、本年新收政府信息公开申请数量15130000154二、上年结转政府信息公开申请数量0000000\
             三、本年度办理结果（一）予以公开230 000023（二）部分公开10000018"
        );
        assert_eq!(values(&text, "applications.received"), ["151", "3", "0", "0", "0", "0", "154"]);
        assert_eq!(values(&text, "applications.granted"), ["23", "0", "0", "0", "0", "0", "23"]);
        // No cut adds up: nothing is guessed.
        assert!(values(&text, "applications.partly_granted").iter().any(|v| v == "ambiguous"));
    }

    #[test]
    fn where_an_empty_cell_leaves_no_trace_nothing_is_cut_without_a_sum() {
        let head = "第二十条第（一）项信息内容本年新制作数量本年新公开数量对外公开总数量";
        let more = "第二十条第（五）项信息内容上一年项目数量本年增/减处理决定数量行政许可100行政处罚200行政强制300";
        assert_eq!(values(&format!("{head}规章037规范性文件504{more}"), "proactive.regulations"), ["0", "3", "7"]);
        // The figures may be 0 and 37: another row has no value at all.
        assert!(values(&format!("{head}规章037规范性文件{more}"), "proactive.regulations").is_empty());
    }

    #[test]
    fn a_lost_cell_is_never_shifted_over() {
        let text = format!(
            "{HEAD}一、本年新收政府信息公开申请数量\n3\n1\n0\n4\n二、上年结转政府信息公开申请数量\n0\n0\n0\n0\n0\n0\n0\n\
             三、本年度办理结果\n（一）予以公开\n2\n1\n0\n0\n0\n0\n3\n"
        );
        assert!(values(&text, "applications.received").is_empty());
    }

    #[test]
    fn one_value_for_many_columns_is_none_of_them() {
        let text = format!("{HEAD}一、本年新收政府信息公开申请数量\n二、上年结转政府信息公开申请数量\n（七）总计\n1\n");
        assert!(values(&text, "applications").is_empty());
        let outcomes = "结果维持 结果纠正 其他结果 尚未审结 总计";
        let heads = format!("行政复议 行政诉讼\n{outcomes} 未经复议直接起诉 复议后起诉\n{outcomes} {outcomes}\n");
        assert_eq!(
            values(&format!("{heads}件数 无 无 - 无 无 0 0 0 1 0 0 —— 0 0 0\n"), "litigation.direct.pending"),
            ["1"]
        );
        assert!(values(&format!("{heads}件数 无 无 - 无 无 0 0 0 0 0 —— 0 0 0\n"), "").is_empty());
    }

    #[test]
    fn a_mark_for_none_behind_its_unit_is_a_value() {
        let text = "统计指标单位统计数\n1.政府网站公开政府信息数条5\n2.政务微博公开政府信息数条无\n3.政务微信公开政府信息数条7\n\
                    4.其他方式公开政府信息数条无\n";
        assert_eq!(values(text, "statistics.channels"), ["5", "dash", "7", "dash"]);
    }

    #[test]
    fn last_years_table_is_told_apart() {
        let rows = |a: u32| {
            format!(
                "一、本年新收政府信息公开申请数量\n{a}\n0\n0\n0\n0\n0\n{a}\n二、上年结转政府信息公开申请数量\n0\n0\n0\n0\n0\n0\n0\n\
                 三、本年度办理结果\n（一）予以公开\n{a}\n0\n0\n0\n0\n0\n{a}\n"
            )
        };
        let text = format!("{HEAD}{}{HEAD}{}", rows(7), rows(3));
        let document = crate::format::txt::read(text.as_bytes(), &crate::limits::Limits::default()).unwrap();
        let found = align(&document, family());
        assert!(found.flags.iter().any(|f| f.code == "other-table" && f.at == "applications"));
    }

    #[test]
    fn a_number_before_each_label_is_no_value() {
        let text = "序号\n申请人情况\n自然人\n法人或其他组织\n总计\n商业企业\n科研机构\n社会公益组织\n法律服务机构\n其他\n1\n\
                    一、本年新收政府信息公开申请数量\n3\n1\n0\n0\n0\n0\n4\n2\n二、上年结转政府信息公开申请数量\n0\n0\n0\n0\n0\n0\n0\n3\n\
                    三、本年度办理结果\n（一）予以公开\n2\n1\n0\n0\n0\n0\n3\n";
        assert_eq!(values(text, "applications.received"), ["3", "1", "0", "0", "0", "0", "4"]);
        assert_eq!(values(text, "applications.granted"), ["2", "1", "0", "0", "0", "0", "3"]);
    }

    #[test]
    fn numbers_in_sentences_are_no_table() {
        let text = "本年予以公开283件，部分公开88件，重复申请19件，行政许可900项，本年增加21项，处理决定921件；行政处罚130项。";
        assert!(values(text, "").is_empty());
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { cases: 48, ..Default::default() })]
        #[test]
        fn any_text_is_survived(text in "(规章|行政许可|总计|信息内容|结果维持|其他|[0-9]{1,9}|[ \n/、（）。-]|件){0,40}") {
            let _ = values(&format!("表{text}"), "");
        }
    }
}

//! Where labels stand in a running text.
//!
//! A text is long and the labels are hundreds, so a text is gone through once: a label with up to `n` letters wrong
//! still holds one of `n + 1` pieces of it to the letter (whatever is wrong is wrong in one of the others at most), and
//! where a text holds a piece is told by the piece's first two letters. Labels are compared only around their pieces:
//! the cost is that of the text's length and of what it prints of labels, not of their number.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::label::{How, Match, Needle, is_kept};
use crate::pattern::{Label, Ordinal, OrdinalStyle};
use crate::text::{bloom, distance, numeral};

/// Fewest letters of a label that is found with letters wrong.
const EDITABLE: usize = 5;
/// Fewest letters of a label that is found without its remarks in brackets.
const BARE: usize = 4;
/// Letters of a long label that are looked for with letters wrong: the bits of a machine word.
const LONGEST: usize = 64;

/// A place where a label stands in a running text.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// The caller's key of the label.
    pub key: u32,
    /// Byte range in the shadow text, without the ordinal.
    pub range: Range<usize>,
    /// The ordinal right in front, and the byte where it begins. Of an ordinal in digits only the last digit
    /// is taken: what stands before it may be the value in front (`00000002.其他`).
    pub ordinal: Option<(Ordinal, usize)>,
    /// How well it matches.
    pub found: Match,
}

/// Labels prepared for finding them in running text.
#[derive(Debug, Clone, Default)]
pub struct Finder {
    needles: Vec<Needle>,
    /// Pieces of the labels by their first two letters (the only one and nothing, of a piece of one letter).
    pieces: FxHashMap<(char, char), Vec<Piece>>,
}

/// A part of a label that a text must hold to the letter to hold the label.
#[derive(Debug, Clone)]
struct Piece {
    /// Index of its label.
    needle: usize,
    /// Of the label without remarks in brackets.
    bare: bool,
    /// Its letters within the label.
    letters: Range<usize>,
}

/// What was found of one label.
#[derive(Debug, Clone, Default)]
struct Traces {
    /// Where it begins to the letter.
    exact: Vec<usize>,
    /// Where it begins without its remarks.
    bare: Vec<usize>,
    /// Where it may stand with letters wrong: apart from each other, in order.
    near: Vec<Range<usize>>,
}

/// The end of the alphabet, in place of a second letter.
const NONE: char = '\0';

/// How many letters of a label of so many may be wrong in running text.
fn errors(letters: usize) -> usize {
    (letters / 5).clamp(1, 6)
}

impl Finder {
    /// Prepares labels; the keys are the caller's own, several labels (aliases) may have one key.
    pub fn new<'a>(labels: impl IntoIterator<Item = (u32, &'a Label)>) -> Self {
        let mut finder = Self::default();
        for (key, label) in labels {
            let Some(needle) = Needle::new(key, label) else { continue };
            let at = finder.needles.len();
            let whole = needle.full.len();
            if whole >= EDITABLE {
                let letters = whole.min(LONGEST);
                let count = errors(letters) + 1;
                for n in 0..count {
                    finder.add(at, false, n * letters / count..(n + 1) * letters / count, &needle.full);
                }
            } else {
                finder.add(at, false, 0..whole, &needle.full);
            }
            if needle.bare.len() >= BARE {
                finder.add(at, true, 0..needle.bare.len(), &needle.bare);
            }
            finder.needles.push(needle);
        }
        finder
    }

    fn add(&mut self, needle: usize, bare: bool, letters: Range<usize>, text: &[char]) {
        let gram = match text.get(letters.clone()) {
            Some([first, second, ..]) => (*first, *second),
            Some([only]) => (*only, NONE),
            _ => return,
        };
        self.pieces.entry(gram).or_default().push(Piece { needle, bare, letters });
    }

    /// Every place where a label stands in a shadow text, by place; places inside a longer label's place are
    /// left out, places of several keys at one range are all kept. Labels of five letters and more are also
    /// found with a few letters wrong, where they do not stand exactly.
    #[must_use]
    pub fn occurrences(&self, shadow: &str) -> Vec<Occurrence> {
        let squashed = Squashed::new(shadow);
        let mut found: Vec<(Range<usize>, u32, Match)> = Vec::new();
        for (needle, traces) in self.needles.iter().zip(self.traces(&squashed.chars)) {
            let letters = needle.full.len();
            if !traces.exact.is_empty() {
                let m = Match { score: 1.0, how: How::Exact };
                found.extend(traces.exact.iter().map(|&at| (at..at + letters, needle.key, m)));
            } else if !traces.bare.is_empty() {
                let m = Match { score: 0.97, how: How::Bracketed };
                found.extend(traces.bare.iter().map(|&at| (at..at + needle.bare.len(), needle.key, m)));
            } else if !traces.near.is_empty() {
                approximate(&squashed.chars, &traces.near, needle, &mut found);
            }
        }
        keep(found)
            .into_iter()
            .map(|(range, key, found)| {
                let bytes = squashed.original(range.start)..squashed.original_end(range.end);
                Occurrence { key, ordinal: ordinal_before(shadow, bytes.start), range: bytes, found }
            })
            .collect()
    }

    /// Where a text holds pieces of the labels, label by label.
    fn traces(&self, text: &[char]) -> Vec<Traces> {
        let mut traces = vec![Traces::default(); self.needles.len()];
        let mut follow = |at: usize, gram: (char, char)| {
            for piece in self.pieces.get(&gram).into_iter().flatten() {
                if let (Some(needle), Some(traces)) = (self.needles.get(piece.needle), traces.get_mut(piece.needle)) {
                    piece.follow(needle, text, at, traces);
                }
            }
        };
        for (at, &first) in text.iter().enumerate() {
            follow(at, (first, NONE));
            if let Some(&second) = text.get(at + 1) {
                follow(at, (first, second));
            }
        }
        traces
    }
}

impl Piece {
    /// Notes what the piece, should it stand at `at`, says of its label.
    fn follow(&self, needle: &Needle, text: &[char], at: usize, traces: &mut Traces) {
        let label = if self.bare { &needle.bare } else { &needle.full };
        let rest = text.get(at..).unwrap_or_default();
        if !label.get(self.letters.clone()).is_some_and(|letters| rest.starts_with(letters)) {
            return;
        }
        if self.letters.start == 0 && rest.starts_with(label) {
            let places = if self.bare { &mut traces.bare } else { &mut traces.exact };
            if places.last().is_none_or(|last| last + label.len() <= at) {
                places.push(at);
            }
            return;
        }
        if self.bare || label.len() < EDITABLE || !traces.exact.is_empty() {
            return;
        }
        // A label with letters wrong begins and ends so far from where it would without.
        let letters = label.len().min(LONGEST);
        let allowed = errors(letters);
        let start = at.saturating_sub(self.letters.start + allowed);
        let mut place = start..(at + letters + allowed).saturating_sub(self.letters.start).min(text.len());
        while let Some(last) = traces.near.last().filter(|last| place.start <= last.end) {
            place = place.start.min(last.start)..place.end.max(last.end);
            traces.near.pop();
        }
        traces.near.push(place);
    }
}

/// The places by their beginnings, without those inside of others.
fn keep(mut found: Vec<(Range<usize>, u32, Match)>) -> Vec<(Range<usize>, u32, Match)> {
    // Longest first at each start, better first among equals; then drop what lies inside a kept one.
    found.sort_by(|a, b| {
        (a.0.start.cmp(&b.0.start))
            .then(b.0.end.cmp(&a.0.end))
            .then(b.2.score.total_cmp(&a.2.score))
            .then(a.1.cmp(&b.1))
    });
    let exact_ends: Vec<Range<usize>> = found.iter().filter(|f| f.2.how == How::Exact).map(|f| f.0.clone()).collect();
    let mut kept: Vec<(Range<usize>, u32, Match)> = Vec::new();
    for item in found {
        let inside =
            kept.iter().rev().take(8).any(|k| k.0 != item.0 && k.0.start <= item.0.start && item.0.end <= k.0.end);
        let beside_exact = item.2.how != How::Exact
            && exact_ends.iter().any(|e| e.start < item.0.end && item.0.start < e.end && e.len() + 2 >= item.0.len());
        // Two labels one behind the other (本年增/ and 处理决定数量) are no third one that is only like both.
        let made_of_others = || item.2.how != How::Exact && tiled(&item.0, &exact_ends);
        if !inside
            && !beside_exact
            && !made_of_others()
            && !kept.iter().rev().take(8).any(|k| k.0 == item.0 && k.1 == item.1)
        {
            kept.push(item);
        }
    }
    kept
}

/// Whether ranges (sorted by their beginning) that lie one behind the other make up the whole of `range`.
fn tiled(range: &Range<usize>, pieces: &[Range<usize>]) -> bool {
    let first = pieces.partition_point(|p| p.start < range.start);
    let mut reached = vec![range.start];
    for piece in pieces.get(first..).unwrap_or_default().iter().take_while(|p| p.start < range.end) {
        if piece.end <= range.end && piece.len() > 1 && reached.contains(&piece.start) && !reached.contains(&piece.end)
        {
            reached.push(piece.end);
        }
    }
    reached.contains(&range.end)
}

/// Finds a label with a few letters wrong within `places` of a text, by Myers' bit vectors (semi-global edit
/// distance), and keeps the best place of each run of places.
fn approximate(text: &[char], places: &[Range<usize>], needle: &Needle, found: &mut Vec<(Range<usize>, u32, Match)>) {
    let pattern = needle.full.get(..needle.full.len().min(LONGEST)).unwrap_or(&needle.full);
    let m = pattern.len();
    let allowed = errors(m);
    let mut masks: Vec<(char, u64)> = Vec::with_capacity(m);
    for (i, &c) in pattern.iter().enumerate() {
        match masks.iter_mut().find(|(k, _)| *k == c) {
            Some((_, bits)) => *bits |= 1 << i,
            None => masks.push((c, 1 << i)),
        }
    }
    let top = 1u64 << (m - 1);
    for place in places {
        let (mut pv, mut mv, mut score) = (!0u64, 0u64, m);
        let mut best: Option<(usize, usize)> = None; // (distance, end)
        for (i, &c) in text.get(place.clone()).unwrap_or_default().iter().enumerate() {
            let bit = bloom([c]);
            let eq = if bit & needle.bloom == 0 {
                0
            } else {
                masks.iter().find(|(k, _)| *k == c).map_or(0, |(_, bits)| *bits)
            };
            let xv = eq | mv;
            let xh = (((eq & pv).wrapping_add(pv)) ^ pv) | eq;
            let mut ph = mv | !(xh | pv);
            let mh = pv & xh;
            if ph & top != 0 {
                score += 1;
            } else if mh & top != 0 {
                score -= 1;
            }
            ph <<= 1;
            pv = (mh << 1) | !(xv | ph);
            mv = ph & xv;
            if score <= allowed {
                if best.is_none_or(|(d, _)| score < d) {
                    best = Some((score, place.start + i + 1));
                }
            } else if let Some((d, end)) = best.take() {
                push_approximate(text, pattern, d, end, needle, found);
            }
        }
        if let Some((d, end)) = best {
            push_approximate(text, pattern, d, end, needle, found);
        }
    }
}

fn push_approximate(
    text: &[char],
    pattern: &[char],
    d: usize,
    end: usize,
    needle: &Needle,
    found: &mut Vec<(Range<usize>, u32, Match)>,
) {
    // The start that gives this distance: try lengths near the pattern's own first.
    let m = pattern.len();
    let mut lengths: Vec<usize> = (m.saturating_sub(d)..=m + d).collect();
    lengths.sort_by_key(|l| l.abs_diff(m));
    for length in lengths {
        let Some(start) = end.checked_sub(length) else { continue };
        let Some(piece) = text.get(start..end) else { continue };
        if distance(piece, pattern, d) == Some(d) {
            #[allow(clippy::cast_precision_loss, reason = "lengths are small")]
            let score = 1.0 - d as f32 / m as f32;
            let how = How::Edited(u8::try_from(d).unwrap_or(u8::MAX));
            found.push((start..end, needle.key, Match { score, how }));
            return;
        }
    }
}

/// A shadow text's letters and digits, with the way back.
struct Squashed {
    chars: Vec<char>,
    /// Byte in the shadow of each character, and its end.
    origins: Vec<(usize, usize)>,
}

impl Squashed {
    fn new(shadow: &str) -> Self {
        let mut out = Self { chars: Vec::new(), origins: Vec::new() };
        for (at, c) in shadow.char_indices() {
            if is_kept(c) {
                for lower in c.to_lowercase() {
                    out.chars.push(lower);
                    out.origins.push((at, at + c.len_utf8()));
                }
            }
        }
        out
    }

    fn original(&self, at: usize) -> usize {
        self.origins.get(at).map_or(0, |o| o.0)
    }

    fn original_end(&self, end: usize) -> usize {
        end.checked_sub(1).and_then(|at| self.origins.get(at)).map_or(0, |o| o.1)
    }
}

/// The ordinal that ends right before byte `at` of a shadow text; of digits only the last one.
fn ordinal_before(shadow: &str, at: usize) -> Option<(Ordinal, usize)> {
    let before = shadow.get(..at)?;
    let mut chars = before.char_indices().rev();
    let (end, last) = chars.next()?;
    let of = |c: char| -> Option<(u8, bool)> {
        let digit = c.is_ascii_digit();
        let number = u8::try_from(numeral::parse(c.encode_utf8(&mut [0; 4]))?).ok()?;
        (number > 0).then_some((number, digit))
    };
    let ordinal = |number, digit, bracket| Ordinal {
        number,
        style: match (digit, bracket) {
            (true, false) => OrdinalStyle::Digit,
            (true, true) => OrdinalStyle::DigitBracket,
            (false, false) => OrdinalStyle::Han,
            (false, true) => OrdinalStyle::HanBracket,
        },
    };
    match last {
        ')' => {
            let (_, inner) = chars.next()?;
            let (number, digit) = of(inner)?;
            let (start, open) = chars.next()?;
            (open == '(').then_some((ordinal(number, digit, true), start))
        }
        ',' | '.' | ':' => {
            let (start, inner) = chars.next()?;
            let (number, digit) = of(inner)?;
            Some((ordinal(number, digit, false), start))
        }
        c if c.is_ascii_digit() => {
            let (number, digit) = of(c)?;
            Some((ordinal(number, digit, false), end))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold;

    fn label(text: &str) -> Label {
        Label { text: text.to_owned(), shadow: fold(text) }
    }

    fn finder<T: AsRef<str>>(labels: &[T]) -> Finder {
        let labels: Vec<Label> = labels.iter().map(|l| label(l.as_ref())).collect();
        Finder::new(labels.iter().enumerate().map(|(i, l)| (i as u32, l)))
    }

    #[test]
    fn occurrences_in_run_together_text() {
        let finder = finder(&["属于国家秘密", "其他法律行政法规禁止公开", "其他", "危及“三安全一稳定”"]);
        let text = fold("1.属于国家秘密00000002.其他法律行政法规禁止公开00000003.危及“三安全一稳订”0000000其他1");
        let found = finder.occurrences(&text);
        let keys: Vec<u32> = found.iter().map(|o| o.key).collect();
        assert_eq!(keys, [0, 1, 3, 2]);
        assert_eq!(found[1].ordinal.map(|o| o.0.number), Some(2));
        assert_eq!(&text[found[0].range.end..found[1].ordinal.unwrap().1], "0000000");
        assert_eq!(found[2].found.how, How::Edited(1));
    }

    /// What one pass over the whole text finds of each label with letters wrong, without pieces.
    fn everywhere(finder: &Finder, shadow: &str) -> Vec<Occurrence> {
        let mut all = finder.clone();
        all.pieces.clear();
        let text = Squashed::new(shadow).chars;
        let places = |needle: &[char]| {
            let mut places: Vec<usize> = Vec::new();
            for at in 0..text.len() {
                let apart = places.last().is_none_or(|last| last + needle.len() <= at);
                if apart && text[at..].starts_with(needle) {
                    places.push(at);
                }
            }
            places
        };
        let mut found = Vec::new();
        for needle in &finder.needles {
            let (exact, bare) = (places(&needle.full), places(&needle.bare));
            if !exact.is_empty() {
                let m = Match { score: 1.0, how: How::Exact };
                found.extend(exact.iter().map(|&at| (at..at + needle.full.len(), needle.key, m)));
            } else if needle.bare.len() >= BARE && !bare.is_empty() {
                let m = Match { score: 0.97, how: How::Bracketed };
                found.extend(bare.iter().map(|&at| (at..at + needle.bare.len(), needle.key, m)));
            } else if needle.full.len() >= EDITABLE {
                let whole = 0..text.len();
                approximate(&text, std::slice::from_ref(&whole), needle, &mut found);
            }
        }
        let squashed = Squashed::new(shadow);
        let back = |(range, key, found): (Range<usize>, u32, Match)| {
            let bytes = squashed.original(range.start)..squashed.original_end(range.end);
            Occurrence { key, ordinal: ordinal_before(shadow, bytes.start), range: bytes, found }
        };
        keep(found).into_iter().map(back).collect()
    }

    proptest::proptest! {
        #[test]
        fn pieces_lead_to_every_place(
            text in "[甲乙丙(]{0,60}",
            labels in proptest::collection::vec("[甲乙丙()]{0,12}", 0..6),
        ) {
            let finder = finder(&labels);
            let shadow = fold(&text);
            proptest::prop_assert_eq!(finder.occurrences(&shadow), everywhere(&finder, &shadow));
        }

        #[test]
        fn any_text_is_survived(text in "\\PC{0,60}", labels in proptest::collection::vec("\\PC{0,12}", 0..4)) {
            let finder = finder(&labels);
            let shadow = fold(&text);
            for o in finder.occurrences(&shadow) {
                proptest::prop_assert!(shadow.get(o.range.clone()).is_some());
            }
        }
    }
}

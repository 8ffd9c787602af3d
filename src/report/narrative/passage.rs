//! Lines that are read together: a sentence may be torn over several.

use std::cell::Cell;
use std::ops::Range;

use crate::document::Anchor;
use crate::pattern::{Narrative, Numbers};
use crate::report::passage::Line;
use crate::report::section::{Piece, Prose};
use crate::text::Shadow;

/// Lines that are joined, at most.
const LINES: usize = 80;
/// Shortest line that goes on in the next without a comma at its end, in characters: a shorter one is a heading or
/// an entry of a list.
const FULL: usize = 14;
/// Longest heading, in characters.
const HEADING: usize = 30;

/// Pieces of a section of which each goes on in the next.
pub(super) struct Passage<'p, 'l> {
    /// The section (id); empty where no heading was found.
    pub section: &'p str,
    lines: &'p [Line<'l>],
    pieces: &'p [Piece<'l>],
}

/// The passages of the sections that are read.
pub(super) fn passages<'p, 'l>(prose: &'p Prose<'l>, rules: &Narrative) -> Vec<Passage<'p, 'l>> {
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(first) = prose.pieces.get(from) {
        let rest = prose.pieces.get(from..).unwrap_or_default();
        let joined = rest
            .windows(2)
            .take(LINES - 1)
            .take_while(|w| matches!(w, [a, b] if torn(&prose.lines, a, b, &rules.numbers)));
        let count = 1 + joined.count();
        let section = first.section.and_then(|s| prose.sections.get(s)).map_or("", |s| s.id.as_str());
        if !rules.without.iter().any(|id| id == section) {
            out.push(Passage { section, lines: &prose.lines, pieces: rest.get(..count).unwrap_or_default() });
        }
        from += count;
    }
    out
}

impl Passage<'_, '_> {
    /// Gives `hear` the text as one line, the bytes of its shadow that belong to the passage, and what tells where a
    /// byte of it is printed.
    pub fn read(&self, mut hear: impl FnMut(&Line<'_>, Range<usize>, &dyn Fn(usize) -> Option<Anchor>)) {
        let length: usize = self.pieces.iter().map(|p| p.range.len()).sum();
        if let [first, _, ..] = self.pieces {
            let texts: Vec<&str> = self.pieces.iter().map(|p| p.text).collect();
            let text = texts.join("\n");
            let shadow = Shadow::new(&text);
            // Else something is folded over the end of a line.
            if length == shadow.text.len()
                && let Some(line) = self.lines.get(first.line)
            {
                hear(&line.retold(&text, shadow), 0..length, &|at| self.place(at));
                return;
            }
        }
        for piece in self.pieces {
            if let Some(line) = self.lines.get(piece.line) {
                // A text on one line is counted through once, not once a sentence.
                let counted = Cell::new((0, 0));
                hear(line, piece.range.clone(), &|at| Some(place_behind(line, at, &counted)));
            }
        }
    }

    /// Where a byte of the joined shadow is printed.
    fn place(&self, at: usize) -> Option<Anchor> {
        let mut rest = at;
        for piece in self.pieces {
            if rest < piece.range.len() {
                return self.lines.get(piece.line).map(|line| place(line, piece.range.start + rest));
            }
            rest -= piece.range.len();
        }
        None
    }
}

/// Where a byte of a line's shadow stands: within a text by its column, else where its paragraph begins.
fn place(line: &Line<'_>, at: usize) -> Anchor {
    place_behind(line, at, &Cell::default())
}

/// The same, counted on from a byte of the printed line and the characters before it, where it is not in front of it.
fn place_behind(line: &Line<'_>, at: usize, counted: &Cell<(usize, usize)>) -> Anchor {
    match line.anchor {
        Anchor::Text { line: number, column } if line.first => {
            let end = line.shadow.original(at);
            let (from, before) = Some(counted.get()).filter(|(from, _)| *from <= end).unwrap_or_default();
            let before = before + line.text.get(from..end).map_or(0, |t| t.chars().count());
            counted.set((end, before));
            Anchor::Text { line: *number, column: column.saturating_add(u32::try_from(before).unwrap_or(u32::MAX)) }
        }
        other => other.clone(),
    }
}

/// Whether the text of one piece goes on in the next.
fn torn(lines: &[Line<'_>], before: &Piece<'_>, after: &Piece<'_>, numbers: &Numbers) -> bool {
    let (Some(line), Some(next)) = (lines.get(before.line), lines.get(after.line)) else { return false };
    let adjacent = before.section == after.section && before.line + 1 == after.line && line.role == next.role;
    let whole = before.range.end == line.shadow.text.len() && after.range.start == 0;
    let (Some(head), Some(tail)) =
        (line.shadow.text.get(before.range.clone()), next.shadow.text.get(after.range.clone()))
    else {
        return false;
    };
    if !adjacent || !whole || numbered(tail) {
        return false;
    }
    if numbers.goes_on.iter().any(|word| tail.starts_with(word.as_str())) {
        return true;
    }
    if head.ends_with(['.', ';', ':', '!', '?']) {
        return false;
    }
    if head.ends_with(',') || tail.starts_with([',', ';', '.', ')']) {
        return true;
    }
    let length = head.chars().count();
    let heading = numbered(head) && length <= HEADING && !head.contains([',', ';', '.']);
    let number = |c: char| c.is_ascii_digit();
    let cut = head.ends_with(number) || head.contains(',');
    !heading && !counted(head) && (length >= FULL || cut && tail.starts_with(number))
}

/// Whether a text begins with the number of a heading or of an entry of a list.
fn numbered(text: &str) -> bool {
    let bare = text.strip_prefix(['(', '第']).unwrap_or(text);
    let number = |c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c);
    let rest = bare.trim_start_matches(number);
    let digits = bare.chars().count() - rest.chars().count();
    let mark = rest.strip_prefix([')', '.', ',', ':', '是']);
    (1..=2).contains(&digits) && mark.is_some_and(|r| !r.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a text ends with a number and one character that may be its counting word: an entry of a list.
fn counted(text: &str) -> bool {
    let mut last = text.chars().rev();
    last.next().is_some_and(|c| !c.is_ascii_digit()) && last.next().is_some_and(|c| c.is_ascii_digit())
}

//! Text boxes ([MS-DOC] 2.8.32, 2.8.37): their texts stand behind all others, their anchors in the main text.

use std::collections::BTreeMap;
use std::ops::Range;

use super::bytes::{slice, u16_at, u32_at};
use super::fib::Fib;

/// Texts of text boxes as ranges of characters, by where they are anchored.
#[derive(Debug, Default)]
pub(super) struct Boxes {
    anchored: BTreeMap<usize, Range<usize>>,
    /// Those in groups of shapes, of which the group alone is anchored.
    others: Vec<Range<usize>>,
}

impl Boxes {
    /// Parses the tables of shapes and boxes; what cannot be parsed is left out.
    pub(super) fn parse(table: &[u8], fib: &Fib) -> Self {
        let mut out = Self::default();
        // An anchor begins with the number of its shape (Spa); a text names its shape behind 14 bytes (FTXBXS).
        let shapes: BTreeMap<u32, usize> = entries::<26>(table, fib.shapes)
            .filter(|(range, _)| range.start < fib.main_chars)
            .filter_map(|(range, entry)| Some((u32_at(entry, 0)?, range.start as usize)))
            .collect();
        let end = fib.box_start.saturating_add(fib.box_chars);
        let mut read = 0;
        for (range, entry) in entries::<22>(table, fib.boxes) {
            let (Some(reusable), Some(shape)) = (u16_at(entry, 8), u32_at(entry, 14)) else { continue };
            let at = |position: u32| fib.box_start.saturating_add(position).min(end) as usize;
            let range = at(range.start)..at(range.end);
            // No character is read twice.
            if reusable != 0 || range.is_empty() || range.start < read {
                continue;
            }
            read = range.end;
            match shapes.get(&shape) {
                Some(&anchor) if !out.anchored.contains_key(&anchor) => {
                    out.anchored.insert(anchor, range);
                }
                _ => out.others.push(range),
            }
        }
        out
    }

    /// The text anchored at a character, which is then read.
    pub(super) fn take(&mut self, position: usize) -> Option<Range<usize>> {
        self.anchored.remove(&position)
    }

    /// Those that were not taken, in order.
    pub(super) fn take_rest(&mut self) -> Vec<Range<usize>> {
        let mut out = std::mem::take(&mut self.others);
        out.extend(std::mem::take(&mut self.anchored).into_values());
        out.sort_by_key(|range| range.start);
        out
    }
}

/// Entries of a table of positions (PLC) of `SIZE` bytes each, with the range of characters of each.
fn entries<const SIZE: usize>(table: &[u8], at: (u32, u32)) -> impl Iterator<Item = (Range<u32>, &[u8])> {
    let plc = slice(table, at).unwrap_or_default();
    let count = plc.len().saturating_sub(4) / (4 + SIZE);
    (0..count).filter_map(move |n| {
        let start = (count + 1) * 4 + n * SIZE;
        Some((u32_at(plc, n * 4)?..u32_at(plc, n * 4 + 4)?, plc.get(start..start + SIZE)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_found_by_the_shapes_that_they_name() {
        let words = |words: &[u32]| words.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<u8>>();
        let text = |shape: u32, reusable: u8| {
            let mut entry = vec![0; 22];
            entry[8] = reusable;
            entry[14..18].copy_from_slice(&shape.to_le_bytes());
            entry
        };
        let shapes = [words(&[7, 90]), words(&[1025]), vec![0; 22]].concat();
        let boxes = [words(&[0, 5, 9, 12]), text(1026, 0), text(1025, 0), text(9, 1)].concat();
        let (first, second) = (shapes.len() as u32, boxes.len() as u32);
        let fib = Fib {
            main_chars: 90,
            box_start: 100,
            box_chars: 12,
            shapes: (0, first),
            boxes: (first, second),
            ..Fib::default()
        };
        let mut found = Boxes::parse(&[shapes, boxes].concat(), &fib);
        assert_eq!((found.take(7), found.take(8)), (Some(105..109), None));
        assert_eq!(found.take_rest().first(), Some(&(100..105)));
    }
}

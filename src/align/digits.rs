//! Figures run together: every way to cut a row of digits into its cells, and what the identities leave.

use rust_decimal::Decimal;
use rustc_hash::FxHashSet;

/// Most cuts of one row that are kept; a row with more stays undecided.
const MOST_CUTS: usize = 4_000;

/// Most steps of the search for one row.
const MOST_STEPS: usize = 200_000;

/// A cell of a cut: a number as printed, or a mark for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Characters of the row: first and behind the last.
    pub range: (usize, usize),
    /// The number; `None` for a mark.
    pub value: Option<Decimal>,
}

/// All the cuts of one row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cuts {
    /// Each a list of as many cells as the row has columns.
    pub list: Vec<Vec<Piece>>,
    /// Whether there are more than are listed.
    pub more: bool,
}

/// A sum within one row: the cell `total` is the sum of the cells `parts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowSum {
    pub total: usize,
    pub parts: Vec<usize>,
}

impl RowSum {
    /// Whether the sum holds in a cut, all its cells being numbers.
    pub fn holds(&self, cut: &[Piece]) -> bool {
        let value = |i: usize| cut.get(i).and_then(|p| p.value);
        let parts = self.parts.iter().try_fold(Decimal::ZERO, |a, &i| a.checked_add(value(i)?));
        parts.is_some() && value(self.total) == parts
    }

    /// Whether the sum holds where a mark for none adds nothing; with a mark for its total it can.
    fn can_hold(&self, cut: &[Piece]) -> bool {
        let value = |i: usize| cut.get(i).and_then(|p| p.value);
        let Some(total) = value(self.total) else { return true };
        let parts = self.parts.iter().filter_map(|&i| value(i));
        parts.into_iter().try_fold(Decimal::ZERO, |a, b| a.checked_add(b)) == Some(total)
    }
}

/// Cuts `row` into `columns` cells: no leading zeros, a minus only in front of a number or as a mark, a cut
/// wherever `must_cut` holds for the character behind it. Those for which all `sums` hold, or, where there is
/// none, all of them.
pub(crate) fn cuts(row: &[char], must_cut: &[bool], columns: usize, sums: &[RowSum]) -> Cuts {
    if columns == 0 || columns > 64 {
        return Cuts::default();
    }
    let search = |sums| {
        let mut search = Search {
            row,
            must_cut,
            columns,
            sums,
            out: Cuts::default(),
            seen: FxHashSet::default(),
            cells: Vec::new(),
            steps: 0,
        };
        search.step(0);
        search.out
    };
    let adding = search(sums);
    if sums.is_empty() || !adding.list.is_empty() { adding } else { search(&[]) }
}

struct Search<'a> {
    row: &'a [char],
    must_cut: &'a [bool],
    columns: usize,
    /// Sums that hold in every cut.
    sums: &'a [RowSum],
    out: Cuts,
    seen: FxHashSet<Vec<Option<Decimal>>>,
    cells: Vec<Piece>,
    steps: usize,
}

impl Search<'_> {
    fn at(&self, i: usize) -> Option<char> {
        self.row.get(i).copied()
    }

    /// Whether no sum fails that the cell cut last completes; a mark for none adds nothing.
    fn adds_up(&self) -> bool {
        let Some(last) = self.cells.len().checked_sub(1) else { return true };
        let complete = |s: &&RowSum| s.total.max(s.parts.iter().copied().max().unwrap_or(0)) == last;
        self.sums.iter().filter(complete).all(|s| s.can_hold(&self.cells))
    }

    /// Depth is bounded by the number of columns.
    fn step(&mut self, from: usize) {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.out.list.len() >= MOST_CUTS {
            self.out.more = true;
            return;
        }
        if !self.adds_up() {
            return;
        }
        let left = self.columns - self.cells.len();
        if left == 0 {
            // Marks of one or two dashes give the same cells in many ways.
            if from == self.row.len() && self.seen.insert(self.cells.iter().map(|p| p.value).collect()) {
                self.out.list.push(self.cells.clone());
            }
            return;
        }
        if self.row.len() - from.min(self.row.len()) < left {
            return;
        }
        // A mark for none.
        if let Some(c) = self.at(from)
            && matches!(c, '/' | '-' | '*' | '无')
        {
            let double = c == '-' && self.at(from + 1) == Some('-') && !self.cut_behind(from);
            let widths: &[usize] = if double { &[2, 1] } else { &[1] };
            for &width in widths {
                self.cells.push(Piece { range: (from, from + width), value: None });
                self.step(from + width);
                self.cells.pop();
            }
        }
        let mut end = from;
        if self.at(end).is_some_and(|c| matches!(c, '-' | '+')) {
            if self.cut_behind(end) {
                return;
            }
            end += 1;
        }
        let first = end;
        let mut fraction = false;
        while let Some(c) = self.at(end) {
            if c == '.' {
                if fraction || end == first || !self.at(end + 1).is_some_and(|d| d.is_ascii_digit()) {
                    return;
                }
                fraction = true;
                end += 1;
                continue;
            }
            if !c.is_ascii_digit() || end - first > 24 {
                return;
            }
            // A second digit behind a leading zero is another cell's.
            if !fraction && end == first + 1 && self.at(first) == Some('0') {
                return;
            }
            end += 1;
            let must = self.cut_behind(end - 1);
            let text: String = self.row.get(from..end).unwrap_or(&[]).iter().collect();
            if let Ok(value) = text.trim_start_matches('+').parse::<Decimal>() {
                self.cells.push(Piece { range: (from, end), value: Some(value) });
                self.step(end);
                self.cells.pop();
            }
            if must {
                return;
            }
        }
    }

    fn cut_behind(&self, i: usize) -> bool {
        self.must_cut.get(i).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(cut: &[Piece]) -> Vec<String> {
        cut.iter().map(|p| p.value.map_or("-".to_owned(), |v| v.to_string())).collect()
    }

    fn cut(text: &str, columns: usize) -> Cuts {
        let mut row = Vec::new();
        let mut must = Vec::new();
        for c in text.chars() {
            if c == ' ' {
                if let Some(m) = must.last_mut() {
                    *m = true;
                }
            } else {
                row.push(c);
                must.push(false);
            }
        }
        cuts(&row, &must, columns, &[])
    }

    fn adding(text: &str, columns: usize, sums: &[RowSum]) -> Vec<String> {
        let row: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
        let mut must = vec![false; row.len()];
        for (n, (at, _)) in text.match_indices(' ').enumerate() {
            must[at - n - 1] = true;
        }
        cuts(&row, &must, columns, sums).list.iter().map(|c| values(c).join(" ")).collect()
    }

    fn total() -> Vec<RowSum> {
        vec![RowSum { total: 6, parts: vec![0, 1, 2, 3, 4, 5] }]
    }

    #[test]
    fn zeros_have_one_cut() {
        assert_eq!(cut("0000000", 7).list.len(), 1);
        assert_eq!(cut("000", 2).list.len(), 0);
    }

    #[test]
    fn the_total_decides() {
        for (text, expected) in [
            ("15130000154", "151 3 0 0 0 0 154"),
            ("230 000023", "23 0 0 0 0 0 23"),
            ("423322102460", "423 32 2 1 0 2 460"),
        ] {
            assert_eq!(adding(text, 7, &total()), [expected]);
        }
        // No cut adds up: all are left.
        assert!(adding("10000018", 7, &total()).len() > 1);
    }

    #[test]
    fn sums_decide_within_long_rows() {
        let outcomes = |at: usize| RowSum { total: at + 4, parts: (at..at + 4).collect() };
        let sums: Vec<RowSum> = [0, 5, 10].map(outcomes).to_vec();
        let found = adding("110531910133171142219", 15, &sums);
        assert!(found.iter().all(|c| !c.starts_with("1 1 0 5 31 ")), "{found:?}");
        assert!(!found.is_empty());
    }

    #[test]
    fn a_minus_parts_and_a_decimal_stays_whole() {
        let list = cut("2648-18538", 3).list;
        assert!(list.iter().any(|c| values(c) == ["2648", "-18", "538"]));
        assert_eq!(values(&cut("24252.311082", 1).list[0]), ["24252.311082"]);
    }

    proptest::proptest! {
        #[test]
        fn every_cut_covers_the_row(text in "[0-9./-]{0,16}", columns in 0usize..8) {
            for cut in cut(&text, columns).list {
                proptest::prop_assert_eq!(cut.len(), columns);
                let mut at = 0;
                for piece in cut {
                    proptest::prop_assert_eq!(piece.range.0, at);
                    at = piece.range.1;
                }
                proptest::prop_assert_eq!(at, text.chars().count());
            }
        }
    }
}

//! Figures run together: every way to cut a row of digits into its cells, and what the identities leave.

use rust_decimal::Decimal;

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
}

/// Cuts `row` into `columns` cells: no leading zeros, a minus only in front of a number or as a mark, a cut
/// wherever `must_cut` holds for the character behind it.
pub(crate) fn cuts(row: &[char], must_cut: &[bool], columns: usize) -> Cuts {
    let mut search = Search { row, must_cut, columns, out: Cuts::default(), cells: Vec::new(), steps: 0 };
    if columns > 0 && columns <= 64 {
        search.step(0);
    }
    search.out
}

struct Search<'a> {
    row: &'a [char],
    must_cut: &'a [bool],
    columns: usize,
    out: Cuts,
    cells: Vec<Piece>,
    steps: usize,
}

impl Search<'_> {
    fn at(&self, i: usize) -> Option<char> {
        self.row.get(i).copied()
    }

    /// Depth is bounded by the number of columns.
    fn step(&mut self, from: usize) {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.out.list.len() >= MOST_CUTS {
            self.out.more = true;
            return;
        }
        let left = self.columns - self.cells.len();
        if left == 0 {
            if from == self.row.len() {
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
            let widths: &[usize] = if double { &[2] } else { &[1] };
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

/// Keeps the cuts that every sum holds for; all of them where none does. Gives the cuts and whether the sums
/// decided anything.
pub(crate) fn by_sums(mut cuts: Cuts, sums: &[RowSum]) -> (Cuts, bool) {
    if cuts.list.len() < 2 || sums.is_empty() {
        return (cuts, false);
    }
    let holds = |cut: &Vec<Piece>| {
        sums.iter().all(|sum| {
            let value = |i: usize| cut.get(i).and_then(|p| p.value);
            let parts = sum.parts.iter().try_fold(Decimal::ZERO, |a, &i| a.checked_add(value(i)?));
            match (value(sum.total), parts) {
                (Some(total), Some(parts)) => total == parts,
                // A mark for none leaves the sum open.
                _ => true,
            }
        })
    };
    let left: Vec<Vec<Piece>> = cuts.list.iter().filter(|c| holds(c)).cloned().collect();
    if left.is_empty() || left.len() == cuts.list.len() {
        return (cuts, false);
    }
    cuts.list = left;
    (cuts, true)
}

/// A linear identity over the rows of a table: terms are row, column and sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub terms: Vec<(usize, usize, bool)>,
}

/// A row with its cuts while the identities between rows are held against them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Candidates {
    pub cuts: Vec<Vec<Piece>>,
    /// The identities between rows took part in the decision.
    pub decided: bool,
}

/// Holds identities between rows against the cuts until nothing changes: a cut goes where an identity whose
/// other terms are all decided fails with it, unless it would be the last one.
pub(crate) fn by_identities(rows: &mut [Candidates], identities: &[Identity]) {
    for _ in 0..8 {
        let mut changed = false;
        for identity in identities {
            // The single row whose cell of this identity is undecided.
            let mut open: Option<usize> = None;
            let mut several = false;
            for &(row, column, _) in &identity.terms {
                let Some(candidates) = rows.get(row) else {
                    several = true;
                    break;
                };
                if decided(candidates, column).is_none() {
                    if open.is_some_and(|o| o != row) {
                        several = true;
                        break;
                    }
                    open = Some(row);
                }
            }
            let Some(open) = open else { continue };
            if several {
                continue;
            }
            let holds = |cut: &Vec<Piece>| {
                let sum = identity.terms.iter().try_fold(Decimal::ZERO, |sum, &(row, column, plus)| {
                    let value = if row == open {
                        cut.get(column).and_then(|p| p.value)
                    } else {
                        rows.get(row).and_then(|r| decided(r, column)).flatten()
                    }?;
                    if plus { sum.checked_add(value) } else { sum.checked_sub(value) }
                });
                sum.is_none_or(|s| s.is_zero())
            };
            let Some(cuts) = rows.get(open).map(|r| &r.cuts) else { continue };
            let left: Vec<Vec<Piece>> = cuts.iter().filter(|c| holds(c)).cloned().collect();
            if !left.is_empty()
                && left.len() < cuts.len()
                && let Some(row) = rows.get_mut(open)
            {
                row.cuts = left;
                row.decided = true;
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

/// The value of a column where all cuts of the row agree: `Some(None)` is an agreed mark for none.
#[allow(clippy::option_option, reason = "undecided, decided to be a mark, decided to be a number")]
pub(crate) fn decided(row: &Candidates, column: usize) -> Option<Option<Decimal>> {
    let first = row.cuts.first()?.get(column)?.value;
    row.cuts.iter().all(|c| c.get(column).is_some_and(|p| p.value == first)).then_some(first)
}

/// Most combinations of cuts that are tried at once.
const MOST_COMBINATIONS: usize = 100_000;

/// Tries the cuts of the open rows of connected identities together, where they are few: keeps those cuts that
/// stand in a combination for which all these identities hold.
pub(crate) fn joint(rows: &mut [Candidates], identities: &[Identity]) {
    let mut done = vec![false; identities.len()];
    for start in 0..identities.len() {
        if done.get(start).copied().unwrap_or(true) {
            continue;
        }
        // The open rows of this identity, and every identity that speaks of these rows and decided ones only.
        let open_of = |identity: &Identity, rows: &[Candidates]| -> Vec<usize> {
            let mut open: Vec<usize> = Vec::new();
            for &(row, column, _) in &identity.terms {
                if rows.get(row).is_none_or(|r| decided(r, column).is_none()) && !open.contains(&row) {
                    open.push(row);
                }
            }
            open
        };
        let Some(identity) = identities.get(start) else { continue };
        let open = open_of(identity, rows);
        if open.is_empty() || open.len() > 4 || open.iter().any(|&r| r >= rows.len()) {
            continue;
        }
        let mut group: Vec<usize> = Vec::new();
        for (n, other) in identities.iter().enumerate() {
            let theirs = open_of(other, rows);
            if !theirs.is_empty() && theirs.iter().all(|r| open.contains(r)) {
                group.push(n);
                if let Some(d) = done.get_mut(n) {
                    *d = true;
                }
            }
        }
        let sizes: Vec<usize> = open.iter().map(|&r| rows.get(r).map_or(0, |x| x.cuts.len())).collect();
        let product = sizes.iter().try_fold(1usize, |a, &b| a.checked_mul(b)).unwrap_or(usize::MAX);
        if product == 0 || product > MOST_COMBINATIONS {
            continue;
        }
        let mut kept: Vec<Vec<bool>> = sizes.iter().map(|&n| vec![false; n]).collect();
        let mut any = false;
        for mut number in 0..product {
            let mut choice: Vec<usize> = Vec::with_capacity(open.len());
            for &size in &sizes {
                choice.push(number % size);
                number /= size;
            }
            let value = |row: usize, column: usize| -> Option<Decimal> {
                match open.iter().position(|&o| o == row) {
                    Some(o) => rows.get(row)?.cuts.get(*choice.get(o)?)?.get(column)?.value,
                    None => rows.get(row).and_then(|r| decided(r, column)).flatten(),
                }
            };
            let holds = group.iter().filter_map(|&n| identities.get(n)).all(|identity| {
                identity
                    .terms
                    .iter()
                    .try_fold(Decimal::ZERO, |sum, &(row, column, plus)| {
                        let v = value(row, column)?;
                        if plus { sum.checked_add(v) } else { sum.checked_sub(v) }
                    })
                    .is_none_or(|s| s.is_zero())
            });
            if holds {
                any = true;
                for (slots, &c) in kept.iter_mut().zip(&choice) {
                    if let Some(slot) = slots.get_mut(c) {
                        *slot = true;
                    }
                }
            }
        }
        if !any {
            continue;
        }
        for (&row, keep) in open.iter().zip(&kept) {
            if let Some(candidates) = rows.get_mut(row)
                && keep.iter().any(|k| !k)
            {
                let mut flags = keep.iter();
                candidates.cuts.retain(|_| flags.next().copied().unwrap_or(true));
                candidates.decided = true;
            }
        }
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
        cuts(&row, &must, columns)
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
            let (cuts, decided) = by_sums(cut(text, 7), &total());
            assert_eq!(cuts.list.len(), 1, "{text}");
            assert!(decided);
            assert_eq!(values(&cuts.list[0]).join(" "), expected);
        }
    }

    #[test]
    fn a_minus_parts_and_a_decimal_stays_whole() {
        let list = cut("2648-18538", 3).list;
        assert!(list.iter().any(|c| values(c) == ["2648", "-18", "538"]));
        assert_eq!(values(&cut("24252.311082", 1).list[0]), ["24252.311082"]);
    }

    #[test]
    fn other_rows_decide_what_the_row_leaves_open() {
        // disclosed = website + gazette, in each of two columns.
        let row = |t: &str| Candidates { cuts: cut(t, 2).list, decided: false };
        let mut rows = vec![row("4251516"), row("4181509"), row("77")];
        let identities: Vec<Identity> =
            (0..2).map(|c| Identity { terms: vec![(0, c, true), (1, c, false), (2, c, false)] }).collect();
        by_identities(&mut rows, &identities);
        assert_eq!(rows[2].cuts.len(), 1);
        // Two rows are open at once: nothing is decided one at a time, and nothing is guessed.
        assert!(rows[0].cuts.len() > 1);
        joint(&mut rows, &identities);
        assert_eq!(rows[0].cuts.iter().map(|c| values(c)).collect::<Vec<_>>(), [["425", "1516"]]);
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

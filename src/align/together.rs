//! Identities between rows against the cuts of figures run together: what they leave of each row's cuts.

use rust_decimal::Decimal;
use rustc_hash::FxHashSet;

use super::digits::Piece;

/// A linear identity over the rows of a table: terms are row, column and sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub terms: Vec<(usize, usize, bool)>,
}

/// A row with its cuts while the identities between rows are held against them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Candidates {
    pub cuts: Vec<Vec<Piece>>,
}

/// Holds identities between rows against the cuts until nothing changes: a cut goes where an identity whose
/// other terms are all decided fails with it, unless it would be the last one.
fn by_identities(rows: &mut [Candidates], identities: &[Identity]) {
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

/// Most rows whose cuts are tried together.
const MOST_ROWS: usize = 32;

/// Most sums of a search over several rows.
const MOST_STATES: usize = 40_000;

/// Most cuts that are added to sums in a search.
const MOST_STEPS: usize = 400_000;

/// A search that was made: its rows, how many cuts each had, and by how many identities.
type Tried = (Vec<usize>, Vec<usize>, usize);

/// Tries the cuts of the open rows of connected identities together: keeps those cuts that stand in a combination
/// for which all these identities hold. Says whether any cut went.
fn joint(rows: &mut [Candidates], identities: &[Identity], tried: &mut Vec<Tried>) -> bool {
    let open_of = |identity: &Identity, rows: &[Candidates]| -> Vec<usize> {
        let terms = identity.terms.iter();
        let mut open: Vec<usize> = terms
            .filter(|&&(row, column, _)| rows.get(row).is_none_or(|r| decided(r, column).is_none()))
            .map(|t| t.0)
            .collect();
        open.sort_unstable();
        open.dedup();
        open
    };
    let mut changed = false;
    for whole in [false, true] {
        for identity in identities {
            let mut open = open_of(identity, rows);
            // The rows of this identity alone first, then those of all that it hangs together with.
            if whole {
                open = connected(open, &identities.iter().map(|i| open_of(i, rows)).collect::<Vec<_>>());
            }
            if open.is_empty() || open.len() > MOST_ROWS || open.iter().any(|&r| r >= rows.len()) {
                continue;
            }
            let within = |i: &&Identity| {
                let theirs = open_of(i, rows);
                !theirs.is_empty() && theirs.iter().all(|r| open.contains(r))
            };
            let group: Vec<&Identity> = identities.iter().filter(within).collect();
            let cuts = open.iter().map(|&r| rows.get(r).map_or(0, |c| c.cuts.len())).collect();
            let search = (open, cuts, group.len());
            if tried.contains(&search) {
                continue;
            }
            let open = search.0.clone();
            tried.push(search);
            let Some(kept) = (Together { rows, open: &open, group: &group }).kept() else { continue };
            for (&row, keep) in open.iter().zip(&kept) {
                if let Some(candidates) = rows.get_mut(row)
                    && keep.iter().any(|k| !k)
                {
                    let mut flags = keep.iter();
                    candidates.cuts.retain(|_| flags.next().copied().unwrap_or(true));
                    changed = true;
                }
            }
        }
    }
    changed
}

/// The rows that identities join to these, directly or through others.
fn connected(rows: Vec<usize>, open: &[Vec<usize>]) -> Vec<usize> {
    let mut rows = rows;
    loop {
        let joined = open.iter().filter(|o| o.iter().any(|r| rows.contains(r))).flatten();
        let mut all: Vec<usize> = joined.chain(&rows).copied().collect();
        all.sort_unstable();
        all.dedup();
        if all.len() == rows.len() {
            return rows;
        }
        rows = all;
    }
}

/// What each identity comes to so far; `None` where a mark for none leaves it open.
type Sums = Vec<Option<Decimal>>;

/// Open rows with the identities that speak of them and of decided rows alone.
struct Together<'a> {
    rows: &'a [Candidates],
    open: &'a [usize],
    group: &'a [&'a Identity],
}

impl Together<'_> {
    /// For each open row and each of its cuts whether it stands in a combination that adds up; `None` where no
    /// combination does or there are too many to tell.
    fn kept(&self) -> Option<Vec<Vec<bool>>> {
        let parts: Vec<Vec<Sums>> = self.open.iter().map(|&row| self.contributions(row)).collect();
        let rest = self.rest(&parts);
        let mut layers: Vec<FxHashSet<Sums>> = vec![FxHashSet::from_iter([self.start()])];
        let (mut states, mut steps) = (1usize, 0usize);
        for (cuts, rest) in parts.iter().zip(&rest) {
            let mut next: FxHashSet<Sums> = FxHashSet::default();
            for state in layers.last()? {
                steps += cuts.len();
                if steps > MOST_STEPS {
                    return None;
                }
                for cut in cuts {
                    let sums = add(state, cut);
                    if possible(&sums, rest) && next.insert(sums) {
                        states += 1;
                        if states > MOST_STATES {
                            return None;
                        }
                    }
                }
            }
            layers.push(next);
        }
        // Back from the sums that come to nothing.
        let mut alive = layers.pop()?;
        let mut kept: Vec<Vec<bool>> = Vec::with_capacity(parts.len());
        for cuts in parts.iter().rev() {
            let before = layers.pop()?;
            let mut here: FxHashSet<Sums> = FxHashSet::default();
            let mut keep = vec![false; cuts.len()];
            for state in before {
                let mut lives = false;
                for (cut, keep) in cuts.iter().zip(&mut keep) {
                    if alive.contains(&add(&state, cut)) {
                        (*keep, lives) = (true, true);
                    }
                }
                if lives {
                    here.insert(state);
                }
            }
            kept.push(keep);
            alive = here;
        }
        kept.reverse();
        (!alive.is_empty()).then_some(kept)
    }

    /// What the decided rows contribute to each identity.
    fn start(&self) -> Sums {
        let value = |row: usize, column: usize| self.rows.get(row).and_then(|r| decided(r, column)).flatten();
        let decided = |identity: &&Identity| {
            let terms = identity.terms.iter().filter(|t| !self.open.contains(&t.0));
            sum(terms.map(|&(row, column, plus)| (value(row, column), plus)))
        };
        self.group.iter().map(decided).collect()
    }

    /// What each cut of a row contributes to each identity.
    fn contributions(&self, row: usize) -> Vec<Sums> {
        let cuts = self.rows.get(row).map_or(&[][..], |r| r.cuts.as_slice());
        let of = |cut: &Vec<Piece>| {
            let value = |column: usize| cut.get(column).and_then(|p| p.value);
            let identity = |identity: &&Identity| {
                let terms = identity.terms.iter().filter(|t| t.0 == row);
                sum(terms.map(|&(_, column, plus)| (value(column), plus)))
            };
            self.group.iter().map(identity).collect()
        };
        cuts.iter().map(of).collect()
    }

    /// For each row the least and the most that the rows behind it can contribute to each identity.
    fn rest(&self, parts: &[Vec<Sums>]) -> Vec<Vec<Option<(Decimal, Decimal)>>> {
        let mut rest: Vec<Option<(Decimal, Decimal)>> = vec![Some((Decimal::ZERO, Decimal::ZERO)); self.group.len()];
        let mut out = Vec::with_capacity(parts.len());
        for cuts in parts.iter().rev() {
            out.push(rest.clone());
            for (n, slot) in rest.iter_mut().enumerate() {
                let values: Option<Vec<Decimal>> = cuts.iter().map(|c| c.get(n).copied().flatten()).collect();
                *slot = (*slot).and_then(|(least, most)| {
                    let values = values?;
                    Some((least.checked_add(*values.iter().min()?)?, most.checked_add(*values.iter().max()?)?))
                });
            }
        }
        out.reverse();
        out
    }
}

fn sum(terms: impl Iterator<Item = (Option<Decimal>, bool)>) -> Option<Decimal> {
    let mut terms = terms;
    terms.try_fold(Decimal::ZERO, |s, (value, plus)| if plus { s.checked_add(value?) } else { s.checked_sub(value?) })
}

fn add(sums: &Sums, more: &Sums) -> Sums {
    sums.iter().zip(more).map(|(a, b)| (*a)?.checked_add((*b)?)).collect()
}

/// Whether every sum can still come to nothing.
fn possible(sums: &Sums, rest: &[Option<(Decimal, Decimal)>]) -> bool {
    sums.iter().zip(rest).all(|(sum, rest)| match (sum, rest) {
        (Some(sum), Some((least, most))) => {
            sum.checked_add(*least).is_none_or(|s| s <= Decimal::ZERO)
                && sum.checked_add(*most).is_none_or(|s| s >= Decimal::ZERO)
        }
        _ => true,
    })
}

/// Most rounds of holding the identities against the cuts.
const MOST_ROUNDS: usize = 8;

/// Holds the identities against the cuts, one open row at a time and several at once, until nothing changes.
pub(crate) fn decide(rows: &mut [Candidates], identities: &[Identity]) {
    let mut tried = Vec::new();
    for _ in 0..MOST_ROUNDS {
        by_identities(rows, identities);
        if !joint(rows, identities, &mut tried) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::digits::cuts;
    use super::*;

    fn row(text: &str, columns: usize) -> Candidates {
        let row: Vec<char> = text.chars().collect();
        Candidates { cuts: cuts(&row, &vec![false; row.len()], columns, &[]).list }
    }

    fn left(row: &Candidates) -> Vec<String> {
        let show = |p: &Piece| p.value.map_or("-".to_owned(), |v| v.to_string());
        row.cuts.iter().map(|cut| cut.iter().map(show).collect::<Vec<_>>().join(" ")).collect()
    }

    /// The first row is the sum of the others, in every column.
    fn sums(rows: usize, columns: usize) -> Vec<Identity> {
        (0..columns).map(|c| Identity { terms: (0..rows).map(|r| (r, c, r == 0)).collect() }).collect()
    }

    #[test]
    fn other_rows_decide_what_the_row_leaves_open() {
        let mut rows = vec![row("4251516", 2), row("4181509", 2), row("77", 2)];
        // Two rows are open at once: nothing is decided one at a time, and nothing is guessed.
        by_identities(&mut rows, &sums(3, 2));
        assert!(left(&rows[0]).len() > 1);
        decide(&mut rows, &sums(3, 2));
        assert_eq!([left(&rows[0]), left(&rows[1])], [["425 1516"], ["418 1509"]]);
    }

    #[test]
    fn many_open_rows_are_tried_together() {
        let of = |sum: &str| {
            let mut rows = vec![row(sum, 2)];
            rows.extend(["3113", "3113", "3113", "3113", "3113", "3013"].map(|part| row(part, 2)));
            decide(&mut rows, &sums(7, 2));
            rows.iter().map(left).collect::<Vec<Vec<String>>>()
        };
        let found = of("18578");
        assert_eq!([&found[0], &found[1], &found[6]], [&["185 78"], &["31 13"], &["30 13"]]);
        // Nothing adds up: all cuts are left.
        assert!(of("18579").iter().all(|cuts| cuts.len() > 1));
    }
}

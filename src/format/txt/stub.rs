//! The lines of a label in columns of fixed width: which of the lines around a row of numbers are its own.

use super::columns::{Piece, Row};

/// Whether a piece on another line can be of the same label cell: it begins where the label begins.
pub(super) fn same_cell(piece: &Piece, leaf: &Piece, left: usize) -> bool {
    same_start(piece, leaf) && piece.start < left && !piece.value
}

/// Whether a label with a number in front begins: 一、 （一） 1.
fn begins_numbered(text: &str) -> bool {
    let figures = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let count = text.len() - figures.len();
    super::lines::begins_heading(text)
        || ((1..=2).contains(&count)
            && figures.starts_with(['.', '、', '．'])
            && !figures.chars().nth(1).is_some_and(|c| c.is_ascii_digit()))
}

/// Lines around a label that tell how wide its column is.
const NEAR: usize = 24;

/// Whether a line leaves room for more of its label, so that the label was not broken behind it.
pub(super) fn leaves_room(rows: &[Row], at: usize, piece: &Piece) -> bool {
    let near = rows.get(at.saturating_sub(NEAR)..(at + NEAR).min(rows.len())).unwrap_or(&[]);
    let labels = near.iter().flat_map(|r| &r.pieces).filter(|p| same_start(p, piece) && !p.value);
    labels.map(|p| p.end).max().is_some_and(|widest| piece.end + 2 <= widest)
}

/// Whether a line below goes on with a label: where the line above leaves room, a label without a number in front is
/// not broken there, nor is any right above a boxhead, where captions stand.
fn goes_on(rows: &[Row], at: usize, piece: &Piece, (row, leaf): (usize, &Piece)) -> bool {
    let above = at.checked_sub(1).and_then(|a| Some((a, rows.get(a)?.pieces.iter().find(|p| same_start(p, piece))?)));
    // No label begins with what closes one.
    let closes = piece.text.starts_with([')', '）', '，', '、', '”']);
    // Rows with their numbers in a column of their own are told by these.
    let numbered = rows.get(row).and_then(|r| r.pieces.first()).is_some_and(|p| p.value && p.start < leaf.start);
    if closes || numbered || !above.is_some_and(|(a, p)| leaves_room(rows, a, p)) {
        return true;
    }
    let head = rows.get(at + 1..).and_then(|rest| rest.iter().find(|r| !r.pieces.is_empty()));
    let heads = head.is_some_and(|r| r.pieces.len() >= 2 && r.pieces.iter().all(|p| !p.value));
    !heads && (begins_numbered(&leaf.text) || above.is_some_and(|(_, p)| begins_numbered(&p.text)))
}

fn same_start(a: &Piece, b: &Piece) -> bool {
    a.start.abs_diff(b.start) <= 1
}

/// What a line weighs that no row takes, against a number on the lower of two middle lines.
const LEFT_OVER: usize = 100;

/// For each row of data the lines of its label: `from..to`. Layouts center the numbers on the lines of the
/// label, the upper middle for an even count, some the lower one; blank lines part rows.
pub(super) fn label_spans(
    rows: &[Row],
    group: &[usize],
    leaf: &[Option<&Piece>],
    left: usize,
    floor: usize,
    ceiling: usize,
) -> Vec<(usize, usize)> {
    // Lines above and below each row that could be of its label, up to the next row or a blank line.
    let reach = |n: usize, leaf: Option<&Piece>, up: bool, limit: usize| -> usize {
        let Some(leaf) = leaf else { return 0 };
        let mut count = 0;
        // A number at its front begins a label.
        if up && begins_numbered(&leaf.text) {
            return 0;
        }
        loop {
            let m = if up { n.checked_sub(count + 1) } else { Some(n + count + 1) };
            let Some(m) = m else { break };
            if (up && m < limit) || (!up && m >= limit) {
                break;
            }
            let Some(row) = rows.get(m) else { break };
            let only_label = row.pieces.iter().all(|p| p.start < left && p.start <= leaf.start + 1);
            let mine = row.pieces.iter().find(|p| same_cell(p, leaf, left));
            let mine = mine.filter(|p| {
                if up { begins_numbered(&p.text) || !leaves_room(rows, m, p) } else { goes_on(rows, m, p, (n, leaf)) }
            });
            let begins = mine.is_some_and(|p| begins_numbered(&p.text));
            if !only_label || mine.is_none() || (begins && !up) {
                break;
            }
            count += 1;
            if begins {
                break;
            }
        }
        count
    };
    let count = group.len();
    let mut heads: Vec<usize> = Vec::with_capacity(count);
    let mut tails: Vec<usize> = Vec::with_capacity(count);
    for (i, &n) in group.iter().enumerate() {
        let leaf_here = leaf.get(i).copied().flatten();
        let above = if i == 0 { floor } else { group.get(i - 1).map_or(0, |m| m + 1) };
        let below = group.get(i + 1).copied().unwrap_or(ceiling);
        heads.push(reach(n, leaf_here, true, above));
        tails.push(reach(n, leaf_here, false, below));
    }
    // Choose the lines above each row (h) so that below stand h - 1, h or h + 1, every line between is of one of
    // the two rows where both reach it, and as few as possible are left over; the lower middle only where the
    // upper one leaves lines over.
    let most = 12usize;
    let below = |slot: usize| (slot / 3 + slot % 3).checked_sub(1);
    let mut best: Vec<Vec<(usize, usize)>> = Vec::with_capacity(count); // cost and choice before, by slot
    for i in 0..count {
        let mut costs = vec![(usize::MAX, 0usize); (most + 1) * 3];
        let (up, down) = (heads.get(i).copied().unwrap_or(0), tails.get(i).copied().unwrap_or(0));
        for (slot, cell) in costs.iter_mut().enumerate() {
            let h = slot / 3;
            let Some(t) = below(slot).filter(|&t| h <= up && t <= down) else { continue };
            let own = group.get(i).copied().unwrap_or(0);
            let before = match i.checked_sub(1) {
                None => Some((LEFT_OVER * usize::from(h < up), 0)),
                Some(j) => {
                    let gap = own - group.get(j).copied().unwrap_or(0) - 1;
                    let reachable = (tails.get(j).copied().unwrap_or(0) + up).min(gap);
                    best.get(j).and_then(|b| {
                        (b.iter().enumerate())
                            .filter(|(_, c)| c.0 != usize::MAX)
                            .filter_map(|(s, c)| {
                                let taken = below(s)? + h;
                                (taken <= gap).then(|| (c.0 + LEFT_OVER * reachable.saturating_sub(taken), s))
                            })
                            .min()
                    })
                }
            };
            if let Some((cost, from)) = before {
                let last = if i + 1 == count { LEFT_OVER * (down - t) } else { 0 };
                *cell = (cost + last + usize::from(t < h), from);
            }
        }
        best.push(costs);
    }
    let mut spans = vec![(0, 0); count];
    let mut slot = best.last().and_then(|b| (0..b.len()).min_by_key(|&s| (b.get(s).map_or(usize::MAX, |c| c.0), s)));
    for i in (0..count).rev() {
        let s = slot.unwrap_or(0);
        let n = group.get(i).copied().unwrap_or(0);
        let known = best.get(i).and_then(|b| b.get(s)).is_some_and(|c| c.0 != usize::MAX);
        let (h, t) = if known { (s / 3, below(s).unwrap_or(0)) } else { (0, 0) };
        if let Some(span) = spans.get_mut(i) {
            *span = (n - h.min(n), n + t + 1);
        }
        slot = best.get(i).and_then(|b| b.get(s)).map(|c| c.1);
    }
    spans
}

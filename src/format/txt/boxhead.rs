//! The boxhead of a table in columns of fixed width: which text stands above which column, and the columns that it
//! shows where no row has a value.

use super::columns::{Draft, Piece, Row};

/// The column whose middle is nearest to a piece's.
pub(super) fn nearest(columns: &[(usize, usize)], piece: &Piece) -> Option<usize> {
    let center = piece.center();
    (0..columns.len())
        .min_by_key(|&c| columns.get(c).map_or(usize::MAX, |&(s, e)| usize::midpoint(s, e).abs_diff(center)))
}

/// Adds the lines of a header: captions as rows of their own, then one row with the text above each column.
/// Says whether the columns are surely those of the boxhead. Labels end before `stub_end`, values begin
/// at `left`.
pub(super) fn header(
    rows: &[Row],
    from: usize,
    to: usize,
    columns: &[(usize, usize)],
    (stub_end, left): (usize, usize),
    drafts: &mut Vec<Draft>,
) -> bool {
    let width = columns.len();
    let mut clear = true;
    let mut texts: Vec<Vec<(usize, &Piece)>> = vec![Vec::new(); width];
    let mut stub: Vec<&Piece> = Vec::new();
    let mut spanning: Vec<Vec<&Piece>> = Vec::new();
    let mut seen = false;
    let centers: Vec<usize> = columns.iter().map(|&(s, e)| usize::midpoint(s, e)).collect();
    for (at, row) in rows.iter().enumerate().take(to).skip(from) {
        if row.pieces.is_empty() {
            continue;
        }
        let alone = row.pieces.len() == 1;
        let reaches = alone || row.pieces.iter().any(|p| p.end > left);
        for piece in &row.pieces {
            let covered = centers.iter().filter(|&&c| piece.start <= c && c < piece.end).count();
            if alone && !seen {
                // A caption, or the first line of a header that spans: either way a row of its own.
                spanning.push(vec![piece]);
            } else if piece.start + 2 < left && piece.end <= left && (reaches || piece.start < stub_end) {
                stub.push(piece);
            } else if covered > 1 {
                // What stands right above it is the line before of the same text.
                let mut lines: Vec<&Piece> = Vec::new();
                let own = |&(line, p): &(usize, &Piece)| line + 1 == at && piece.start <= p.start && p.end <= piece.end;
                for slot in &mut texts {
                    lines.extend(slot.iter().filter(|t| own(t)).map(|t| t.1));
                    slot.retain(|t| !own(t));
                }
                lines.push(piece);
                spanning.push(lines);
            } else if let Some(c) = nearest(columns, piece)
                && let Some(slot) = texts.get_mut(c)
            {
                // Two headers side by side above one column: no row fills every column, and their places are unknown.
                clear &= slot.iter().all(|(_, other)| piece.start < other.end && other.start < piece.end);
                slot.push((at, piece));
            }
        }
        seen |= !alone;
    }
    let texts: Vec<Vec<&Piece>> = texts.into_iter().map(|t| t.into_iter().map(|x| x.1).collect()).collect();
    let join = |pieces: &[&Piece]| pieces.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join("\n");
    for pieces in &spanning {
        let Some(first) = pieces.first() else { continue };
        drafts.push(Draft { cells: vec![(1, width + 1, join(pieces), first.anchor.clone())] });
    }
    let mut cells = Vec::new();
    if let Some(first) = stub.first() {
        cells.push((1, 1, join(&stub), first.anchor.clone()));
    }
    for (c, pieces) in texts.iter().enumerate() {
        if let Some(first) = pieces.first() {
            cells.push((c + 2, 1, join(pieces), first.anchor.clone()));
        }
    }
    if !cells.is_empty() {
        drafts.push(Draft { cells });
    }
    clear
}

/// The columns that the boxhead shows where they are more than the rows have values: every value stands under one
/// text of it alone. Texts above several others span them.
pub(super) fn headed_columns(
    rows: &[Row],
    from: usize,
    group: &[usize],
    known: usize,
    stub_end: usize,
) -> Option<Vec<(usize, usize)>> {
    let over = |a: &(usize, usize), p: &Piece| a.0 < p.end && p.start < a.1;
    let mut leaves: Vec<(usize, usize)> = Vec::new();
    for piece in rows.get(from..*group.first()?)?.iter().rev().flat_map(|r| &r.pieces) {
        if piece.start < stub_end || piece.value {
            continue;
        }
        let mut below = leaves.iter_mut().filter(|leaf| over(leaf, piece));
        match (below.next(), below.next()) {
            (None, _) => leaves.push((piece.start, piece.end)),
            // Another line of the same text, or one that spans.
            (Some(leaf), None) if same_text(*leaf, piece) => {
                *leaf = (leaf.0.min(piece.start), leaf.1.max(piece.end));
            }
            _ => {}
        }
    }
    leaves.sort_unstable();
    let apart = leaves.windows(2).all(|w| matches!(w, [a, b] if a.1 <= b.0));
    if leaves.len() <= known || !apart {
        return None;
    }
    for row in group.iter().filter_map(|&n| rows.get(n)) {
        let mut before = None;
        for piece in row.pieces.iter().filter(|p| p.start >= stub_end) {
            let mut under = leaves.iter().enumerate().filter(|(_, leaf)| over(leaf, piece)).map(|(at, _)| at);
            let (Some(at), None) = (under.next(), under.next()) else { return None };
            if !piece.value || before >= Some(at) || nearest(&leaves, piece) != Some(at) {
                return None;
            }
            before = Some(at);
        }
    }
    Some(leaves)
}

/// Whether a text of the lines from `from` to `to` stands nearest to every column.
pub(super) fn heads_all(rows: &[Row], from: usize, to: usize, columns: &[(usize, usize)], stub_end: usize) -> bool {
    let pieces = rows.get(from..to).unwrap_or(&[]).iter().flat_map(|r| &r.pieces);
    let mut headed = vec![false; columns.len()];
    for piece in pieces.filter(|p| p.start >= stub_end && !p.value) {
        for (slot, column) in headed.iter_mut().zip(columns) {
            *slot |= piece.start < column.1 && column.0 < piece.end;
        }
        if let Some(slot) = nearest(columns, piece).and_then(|c| headed.get_mut(c)) {
            *slot = true;
        }
    }
    headed.into_iter().all(|slot| slot)
}

/// Whether lines that begin alike, or have their middles in one place, are of one text.
fn same_text(line: (usize, usize), piece: &Piece) -> bool {
    line.0.abs_diff(piece.start) <= 1 || usize::midpoint(line.0, line.1).abs_diff(piece.center()) <= 1
}

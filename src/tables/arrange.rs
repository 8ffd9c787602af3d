//! Blocks of text on their way to cells: which rows of the table each covers.
use crate::document::Rect;

/// Text of one cell on its way: segments one below the other.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub words: Vec<usize>,
    pub rect: Rect,
    pub base: f32,
    pub size: f32,
    pub cols: (usize, usize),
    /// The value row on whose baseline one of its lines stands.
    pub anchor: Option<usize>,
    /// A stack of letters or turned text: spans rows by nature.
    pub spanning: bool,
}

/// One row of the table on its way.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub y0: f32,
    pub y1: f32,
}

/// A block with the rows it covers.
pub(super) struct Placed {
    pub block: Block,
    pub rows: (usize, usize),
}

/// Puts blocks into rows: beside the values where they reach one row of values, over several where more.
pub(super) fn arrange(blocks: Vec<Block>, anchors: Vec<Row>, stub: usize, size: f32) -> (Vec<Row>, Vec<Placed>) {
    // Which anchors a block reaches.
    let reached = |b: &Block| -> Vec<usize> {
        (0..anchors.len())
            .filter(|&i| {
                anchors.get(i).is_some_and(|a| {
                    let m = f32::midpoint(a.y0, a.y1);
                    m >= b.rect.y0 - 0.3 * size && m <= b.rect.y1 + 0.3 * size
                })
            })
            .collect()
    };
    let mut rows: Vec<(Row, Option<usize>)> = anchors.iter().cloned().enumerate().map(|(i, a)| (a, Some(i))).collect();
    let mut loose: Vec<Block> = Vec::new();
    let mut bound: Vec<(Block, usize)> = Vec::new();
    let mut spanning: Vec<Block> = Vec::new();
    let mut floating: Vec<Block> = Vec::new();
    // A label of a group has one of its lines beside values by chance; the label of that row is centred on them.
    let centred = |b: &Block, a: usize, within: f32| {
        anchors.get(a).is_some_and(|r| (f32::midpoint(r.y0, r.y1) - b.rect.center().y).abs() <= within * size)
    };
    let chance: Vec<bool> = blocks
        .iter()
        .map(|b| {
            b.anchor.is_some_and(|a| {
                let rival =
                    |o: &Block| !o.spanning && o.cols.0 <= b.cols.1 && b.cols.0 <= o.cols.1 && centred(o, a, 0.2);
                b.cols.0 < stub && !centred(b, a, 0.35) && blocks.iter().any(rival)
            })
        })
        .collect();
    for (b, chance) in blocks.into_iter().zip(chance) {
        if b.spanning {
            spanning.push(b);
        } else if let Some(a) = b.anchor.filter(|_| !chance) {
            bound.push((b, a));
        } else {
            floating.push(b);
        }
    }
    // Labels beside values first, finest columns first, the nearest first: what finds its place taken is a group.
    let away = |b: &Block| {
        let mid = b.rect.center().y;
        anchors.iter().map(|a| (f32::midpoint(a.y0, a.y1) - mid).abs()).fold(f32::MAX, f32::min)
    };
    let near = |b: &Block| away(b) <= 0.2 * size;
    floating.sort_by(|a, b| b.cols.1.cmp(&a.cols.1).then(near(b).cmp(&near(a))).then(a.rect.y0.total_cmp(&b.rect.y0)));
    for b in floating {
        let hits = reached(&b);
        let open: Vec<usize> = hits
            .iter()
            .copied()
            .filter(|&i| !bound.iter().any(|(o, a)| *a == i && o.cols.0 <= b.cols.1 && b.cols.0 <= o.cols.1))
            .collect();
        let item = |i: usize| bound.iter().any(|(o, a)| *a == i && o.cols.0 > b.cols.1 && o.cols.0 < stub);
        match open.as_slice() {
            [] => loose.push(b),
            [one] if !item(*one) || hits.len() == 1 && !item(*one) => bound.push((b, *one)),
            many if b.cols.0 < stub && many.iter().any(|&i| item(i)) => spanning.push(b),
            many => {
                let mid = b.rect.center().y;
                let near = many.iter().copied().min_by(|&x, &y| {
                    let d = |i: usize| anchors.get(i).map_or(f32::MAX, |a| (f32::midpoint(a.y0, a.y1) - mid).abs());
                    d(x).total_cmp(&d(y))
                });
                match near {
                    Some(i) => bound.push((b, i)),
                    None => loose.push(b),
                }
            }
        }
    }
    let own = own_rows(loose, size);
    for (b, a) in &bound {
        if let Some((r, _)) = rows.iter_mut().find(|r| r.1 == Some(*a)) {
            r.y0 = r.y0.min(b.rect.y0);
            r.y1 = r.y1.max(b.rect.y1);
        }
    }
    rows.extend(own.iter().map(|(r, _)| (r.clone(), None)));
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mid = |i: usize| rows.get(i).map_or(0.0, |r| f32::midpoint(r.0.y0, r.0.y1));
    order.sort_by(|&a, &b| mid(a).total_cmp(&mid(b)));
    let place_of = |i: usize| order.iter().position(|&o| o == i).unwrap_or_default();
    let mut placed: Vec<Placed> = bound
        .into_iter()
        .map(|(b, a)| {
            let r = place_of(a);
            Placed { block: b, rows: (r, r) }
        })
        .collect();
    for (k, (_, members)) in own.into_iter().enumerate() {
        let r = place_of(anchors.len() + k);
        placed.extend(members.into_iter().map(|b| Placed { block: b, rows: (r, r) }));
    }
    let sorted: Vec<Row> = order.iter().filter_map(|&i| rows.get(i)).map(|r| r.0.clone()).collect();
    group(spanning, &sorted, &mut placed);
    (sorted, placed)
}

/// The rows of what stands beside no values: headers, section rows. What is taller than two lines may stand beside several
/// of them, and is of the one nearest to its middle.
fn own_rows(loose: Vec<Block>, size: f32) -> Vec<(Row, Vec<Block>)> {
    let clash = |b: &Block, members: &[Block]| members.iter().any(|o| o.cols.0 <= b.cols.1 && b.cols.0 <= o.cols.1);
    let (mut tall, mut flat): (Vec<Block>, Vec<Block>) = loose.into_iter().partition(|b| b.rect.height() > 2.6 * size);
    flat.sort_by(|a, b| a.rect.y0.total_cmp(&b.rect.y0).then(a.rect.x0.total_cmp(&b.rect.x0)));
    let mut own: Vec<(Row, Vec<Block>)> = Vec::new();
    for b in flat {
        let mid = b.rect.center().y;
        match own
            .iter_mut()
            .rev()
            .take(3)
            .find(|(r, m)| b.rect.y0 < r.y1 - 0.3 * size && mid < r.y1 + 0.3 * size && !clash(&b, m))
        {
            Some((r, m)) => {
                r.y0 = r.y0.min(b.rect.y0);
                r.y1 = r.y1.max(b.rect.y1);
                m.push(b);
            }
            None => own.push((Row { y0: b.rect.y0, y1: b.rect.y1 }, vec![b])),
        }
    }
    // The lowest first: what stands beside more rows finds theirs.
    tall.sort_by(|a, b| b.rect.y0.total_cmp(&a.rect.y0).then(a.rect.x0.total_cmp(&b.rect.x0)));
    for b in tall {
        let away = |r: &Row| (f32::midpoint(r.y0, r.y1) - b.rect.center().y).abs();
        let beside = own.iter_mut().filter(|(r, m)| r.y0 < b.rect.y1 && b.rect.y0 < r.y1 && !clash(&b, m));
        match beside.min_by(|x, y| away(&x.0).total_cmp(&away(&y.0))) {
            Some((_, m)) => m.push(b),
            None => own.push((Row { y0: b.rect.y0, y1: b.rect.y1 }, vec![b])),
        }
    }
    own
}

/// Gives labels that span rows their rows: as many as lie evenly around them and have no label there yet.
fn group(mut spanning: Vec<Block>, rows: &[Row], placed: &mut Vec<Placed>) {
    spanning.sort_by(|a, b| b.cols.0.cmp(&a.cols.0).then(a.rect.y0.total_cmp(&b.rect.y0)));
    for b in spanning {
        let mid = b.rect.center().y;
        let free = |r: usize, placed: &[Placed]| {
            let taken = placed
                .iter()
                .any(|p| p.rows.0 <= r && r <= p.rows.1 && p.block.cols.0 <= b.cols.1 && b.cols.0 <= p.block.cols.1);
            let beside = placed.iter().any(|p| p.rows.0 <= r && r <= p.rows.1 && p.block.cols.0 == b.cols.1 + 1);
            !taken && beside
        };
        let Some(start) = (0..rows.len()).filter(|&r| free(r, placed)).min_by(|&x, &y| {
            let d = |r: usize| rows.get(r).map_or(f32::MAX, |v| (f32::midpoint(v.y0, v.y1) - mid).abs());
            d(x).total_cmp(&d(y))
        }) else {
            // No row of its own: as a row by itself it would shift others, so it stands with the nearest.
            let near = rows.iter().enumerate().min_by(|x, y| {
                let d = |v: &Row| (f32::midpoint(v.y0, v.y1) - mid).abs();
                d(x.1).total_cmp(&d(y.1))
            });
            if let Some((r, _)) = near {
                placed.push(Placed { block: b, rows: (r, r) });
            }
            continue;
        };
        let (mut lo, mut hi) = (start, start);
        loop {
            let up = lo.checked_sub(1).filter(|&r| free(r, placed));
            let down = Some(hi + 1).filter(|&r| r < rows.len() && free(r, placed));
            let center = |a: usize, z: usize| match (rows.get(a), rows.get(z)) {
                (Some(a), Some(z)) => (f32::midpoint(a.y0, z.y1) - mid).abs(),
                _ => f32::MAX,
            };
            let now = center(lo, hi);
            let inside = |r: usize| {
                rows.get(r)
                    .is_some_and(|v| f32::midpoint(v.y0, v.y1) >= b.rect.y0 && f32::midpoint(v.y0, v.y1) <= b.rect.y1)
            };
            match (up, down) {
                (Some(u), Some(d)) => {
                    if center(u, hi) <= center(lo, d) {
                        lo = u
                    } else {
                        hi = d
                    }
                }
                (Some(u), None) if center(u, hi) <= now || inside(u) => lo = u,
                (None, Some(d)) if center(lo, d) <= now || inside(d) => hi = d,
                _ => break,
            }
        }
        // The last step of an even number of rows may have gone one too far.
        placed.push(Placed { block: b, rows: (lo, hi) });
    }
}

/// Widens a label over the columns of labels to its right that nothing stands in: it is a row's only one.
pub(super) fn widen_labels(placed: &mut [Placed], stub: usize) {
    let taken: Vec<((usize, usize), (usize, usize))> = placed.iter().map(|p| (p.rows, p.block.cols)).collect();
    for p in placed.iter_mut().filter(|p| !p.block.spanning && p.rows.0 == p.rows.1 && p.block.cols.1 + 1 < stub) {
        let row = p.rows.0;
        let free = |c: usize| !taken.iter().any(|(r, cols)| r.0 <= row && row <= r.1 && cols.0 <= c && c <= cols.1);
        while p.block.cols.1 + 1 < stub && free(p.block.cols.1 + 1) {
            p.block.cols.1 += 1;
        }
    }
}

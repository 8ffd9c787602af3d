use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Grid, GridCell};
use super::edges::{Edge, SNAP};
use crate::document::{Rect, TableKind};
use crate::limits::Limits;

/// Edges that end within this distance of each other meet.
const MEET: f32 = 3.0;
/// An open side is closed where the lines run at least this far beyond the last crossing line.
const OVERSHOOT: f32 = 5.0;
/// Rows and columns narrower than this hold no text: their sides are one line, drawn twice.
const NARROWEST: f32 = 4.5;
/// Lines as long as this that end together are sides of one table.
const TALL: f32 = 40.0;
/// More tables than this on one page are a drawing.
const TABLES: usize = 400;

/// Disjoint sets with path halving.
pub(crate) struct Sets(Vec<usize>);

impl Sets {
    pub(crate) fn new(n: usize) -> Self {
        Self((0..n).collect())
    }

    pub(crate) fn find(&mut self, mut i: usize) -> usize {
        while let Some(&p) = self.0.get(i) {
            if p == i {
                break;
            }
            let g = self.0.get(p).copied().unwrap_or(p);
            if let Some(slot) = self.0.get_mut(i) {
                *slot = g;
            }
            i = g;
        }
        i
    }

    pub(crate) fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        if a != b
            && let Some(slot) = self.0.get_mut(a.max(b))
        {
            *slot = a.min(b);
        }
    }
}

/// Total order on finite coordinates for ordered sets.
fn key(v: f32) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a sort key in hundredths of a point")]
    let k = (f64::from(v) * 100.0).round() as i64;
    k
}

/// Which horizontal meets which vertical edge: pairs of indices, found by a sweep down the page.
fn intersections(across: &[Edge], down: &[Edge], cap: usize) -> (Vec<(usize, usize)>, bool) {
    // 0: a vertical begins, 1: a horizontal asks, 2: a vertical ends.
    let mut events: Vec<(i64, u8, usize)> = Vec::with_capacity(across.len() + 2 * down.len());
    for (i, v) in down.iter().enumerate() {
        events.push((key(v.lo - MEET), 0, i));
        events.push((key(v.hi + MEET), 2, i));
    }
    events.extend(across.iter().enumerate().map(|(i, h)| (key(h.pos), 1, i)));
    events.sort_unstable();
    let mut active: BTreeSet<(i64, usize)> = BTreeSet::new();
    let mut out = Vec::new();
    for (_, what, i) in events {
        match (what, down.get(i), across.get(i)) {
            (0, Some(v), _) => {
                active.insert((key(v.pos), i));
            }
            (2, Some(v), _) => {
                active.remove(&(key(v.pos), i));
            }
            (1, _, Some(h)) => {
                for &(_, v) in active.range((key(h.lo - MEET), 0)..=(key(h.hi + MEET), usize::MAX)) {
                    out.push((i, v));
                    if out.len() >= cap {
                        return (out, true);
                    }
                }
            }
            _ => {}
        }
    }
    (out, false)
}

/// Grids of all connected groups of edges, smaller (inner) ones first; `true` where a limit cut the search short.
pub(crate) fn grids(across: &[Edge], down: &[Edge], limits: &Limits) -> (Vec<Grid>, bool) {
    let cap = limits.cells as usize;
    let (meets, mut cut) = intersections(across, down, cap.saturating_mul(4));
    let mut sets = Sets::new(across.len() + down.len());
    for &(h, v) in &meets {
        sets.join(h, across.len() + v);
    }
    let mut met: BTreeSet<usize> = meets.iter().flat_map(|&(h, v)| [h, across.len() + v]).collect();
    for (v, home) in alone(down, &met, across.len()) {
        sets.join(v, home);
        met.insert(v);
    }
    let mut members: Vec<(usize, usize)> = met.into_iter().map(|i| (sets.find(i), i)).collect();
    members.sort_unstable();
    let mut out = Vec::new();
    let mut budget = cap;
    for group in members.chunk_by(|a, b| a.0 == b.0) {
        if out.len() >= TABLES {
            cut = true;
            break;
        }
        let hs: Vec<Edge> = group.iter().filter_map(|&(_, i)| across.get(i)).copied().collect();
        let vs: Vec<Edge> =
            group.iter().filter_map(|&(_, i)| down.get(i.checked_sub(across.len())?)).copied().collect();
        match grid(&hs, &vs, budget) {
            Ok(Some(g)) => {
                budget = budget.saturating_sub(g.cells.len());
                out.push(g);
            }
            Ok(None) => {}
            Err(TooMany) => cut = true,
        }
    }
    let area = |g: &Grid| g.rect.width() * g.rect.height();
    out.sort_by(|a, b| {
        area(a).total_cmp(&area(b)).then(a.rect.y0.total_cmp(&b.rect.y0)).then(a.rect.x0.total_cmp(&b.rect.x0))
    });
    (out, cut)
}

/// Vertical edges that meet no horizontal one and are as long as edges that do, with one of these: sides of cells that
/// fill a page from its top to its bottom. Numbers of edges follow those of the horizontal ones.
fn alone(down: &[Edge], met: &BTreeSet<usize>, base: usize) -> Vec<(usize, usize)> {
    let mut ends: BTreeMap<(i64, i64), usize> = BTreeMap::new();
    let tall = |e: &Edge| e.hi - e.lo > TALL;
    for (v, e) in down.iter().enumerate().filter(|(v, e)| tall(e) && met.contains(&(base + v))) {
        ends.entry((key(e.lo) / 100, key(e.hi) / 100)).or_insert(base + v);
    }
    let mut out = Vec::new();
    for (v, e) in down.iter().enumerate().filter(|(v, e)| tall(e) && !met.contains(&(base + v))) {
        let (lo, hi) = (key(e.lo) / 100, key(e.hi) / 100);
        let home = (lo - 1..=lo + 1).find_map(|lo| ends.range((lo, hi - 1)..=(lo, hi + 1)).next());
        out.extend(home.map(|(_, &home)| (base + v, home)));
    }
    out
}

struct TooMany;

/// Positions of the lines, with open sides closed where crossing lines run beyond the last one.
fn lines_of(edges: &[Edge], crossing: &[Edge]) -> (Vec<f32>, bool, bool) {
    let mut at: Vec<f32> = edges.iter().map(|e| e.pos).collect();
    at.sort_by(f32::total_cmp);
    at.dedup_by(|a, b| *a - *b < NARROWEST);
    let lo = crossing.iter().map(|e| e.lo).fold(f32::MAX, f32::min);
    let hi = crossing.iter().map(|e| e.hi).fold(f32::MIN, f32::max);
    let (mut open_lo, mut open_hi) = (false, false);
    if at.first().is_some_and(|&f| lo < f - OVERSHOOT) {
        at.insert(0, lo);
        open_lo = true;
    }
    if at.last().is_some_and(|&l| hi > l + OVERSHOOT) {
        at.push(hi);
        open_hi = true;
    }
    (at, open_lo, open_hi)
}

/// Index of the grid line nearest to `v`.
fn nearest(at: &[f32], v: f32) -> usize {
    let i = at.partition_point(|&a| a < v);
    match (i.checked_sub(1).and_then(|j| at.get(j)), at.get(i)) {
        (Some(&a), Some(&b)) if v - a <= b - v => i - 1,
        (Some(_), None) => i - 1,
        _ => i,
    }
}

/// For each gap between two neighbouring lines, which of the `n` positions are walled by an edge.
fn walls(edges: &[Edge], at: &[f32], along: &[f32]) -> Vec<Vec<bool>> {
    let n = along.len().saturating_sub(1);
    let mut covered = vec![vec![0f32; n]; at.len()];
    for e in edges {
        let Some(row) = covered.get_mut(nearest(at, e.pos)) else { continue };
        let from = along.partition_point(|&a| a < e.lo).saturating_sub(1);
        for (slot, w) in row.iter_mut().zip(along.windows(2)).skip(from) {
            if let [a, b] = *w {
                if a > e.hi {
                    break;
                }
                *slot += ((b.min(e.hi) - a.max(e.lo)) / (b - a).max(0.01)).max(0.0);
            }
        }
    }
    covered.into_iter().map(|row| row.into_iter().map(|c| c >= 0.6).collect()).collect()
}

/// The grid of one connected group of edges.
fn grid(hs: &[Edge], vs: &[Edge], budget: usize) -> Result<Option<Grid>, TooMany> {
    let (ys, open_top, open_bottom) = lines_of(hs, vs);
    let (xs, _, _) = lines_of(vs, hs);
    let (rows, cols) = (ys.len().saturating_sub(1), xs.len().saturating_sub(1));
    if rows == 0 || cols == 0 {
        return Ok(None);
    }
    if rows.saturating_mul(cols) > budget {
        return Err(TooMany);
    }
    let across = walls(hs, &ys, &xs);
    let down = walls(vs, &xs, &ys);
    let wall = |w: &[Vec<bool>], i: usize, j: usize| w.get(i).and_then(|r| r.get(j)).copied().unwrap_or(true);
    let cells = merge(rows, cols, |r, c| wall(&across, r + 1, c), |r, c| wall(&down, c + 1, r));
    let rect = match (xs.first(), xs.last(), ys.first(), ys.last()) {
        (Some(&x0), Some(&x1), Some(&y0), Some(&y1)) => Rect { x0, y0, x1, y1 },
        _ => return Ok(None),
    };
    if rect.width() < 4.0 * SNAP || rect.height() < 2.0 * SNAP {
        return Ok(None);
    }
    Ok(Some(Grid {
        kind: TableKind::Ruled,
        rect,
        xs,
        ys,
        cells,
        open_top,
        open_bottom,
        aligned: false,
        parted: false,
        part: None,
    }))
}

/// Merges the atoms of a grid over missing walls into rectangular cells, in row-major order.
///
/// `below(r, c)` and `right(r, c)` say whether a wall stands on that side of the atom.
pub(crate) fn merge(
    rows: usize,
    cols: usize,
    below: impl Fn(usize, usize) -> bool,
    right: impl Fn(usize, usize) -> bool,
) -> Vec<GridCell> {
    let mut sets = Sets::new(rows * cols);
    for r in 0..rows {
        for c in 0..cols {
            if c + 1 < cols && !right(r, c) {
                sets.join(r * cols + c, r * cols + c + 1);
            }
            if r + 1 < rows && !below(r, c) {
                sets.join(r * cols + c, (r + 1) * cols + c);
            }
        }
    }
    let group: Vec<usize> = (0..rows * cols).map(|i| sets.find(i)).collect();
    let at = |r: usize, c: usize| if r < rows && c < cols { group.get(r * cols + c).copied() } else { None };
    let mut taken = vec![false; rows * cols];
    let free = |taken: &[bool], r: usize, c: usize| taken.get(r * cols + c) == Some(&false);
    let mut out = Vec::new();
    for r in 0..rows {
        for c in 0..cols {
            if !free(&taken, r, c) {
                continue;
            }
            let own = at(r, c);
            let mut wide = 1;
            while at(r, c + wide) == own && free(&taken, r, c + wide) {
                wide += 1;
            }
            let mut tall = 1;
            while (0..wide).all(|k| at(r + tall, c + k) == own && own.is_some() && free(&taken, r + tall, c + k)) {
                tall += 1;
            }
            for y in r..r + tall {
                for x in c..c + wide {
                    if let Some(t) = taken.get_mut(y * cols + x) {
                        *t = true;
                    }
                }
            }
            out.push(GridCell { row: r, col: c, row_span: tall, col_span: wide, ..GridCell::default() });
        }
    }
    out
}

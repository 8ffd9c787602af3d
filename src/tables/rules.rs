//! Tables with horizontal rules only.

use super::Loose;
use super::aligned::{RowLine, Seg, boundaries, claims, columns, numbered, row_lines};
use super::cells::{Grid, fill};
use super::edges::Edge;
use super::grid::merge;
use crate::document::{Rect, TableKind};
use crate::layout::{PageContent, Word};

/// Groups of horizontal rules: at least this many make a table by themselves.
const RULES: usize = 3;
/// Rules of one table are nearer to each other than this.
const FAR: f32 = 160.0;

/// Finds tables whose rows are parted by horizontal rules, columns by the alignment of text.
///
pub(crate) fn tables(page: &PageContent, loose: &Loose, words: &[Word], budget: usize) -> Vec<Grid> {
    let mut out = Vec::new();
    for group in groups(&loose.edges, words) {
        let Some(grid) = table(page, &group, &loose.abutments, &[], words, budget) else { continue };
        out.push(grid);
    }
    out
}

/// The table within a frame of which the lines part the rows, and columns in part or not at all: it must show columns in
/// most of its rows. `inner` are the words within, `outer` those of no grid; gives which of these stand in rows that
/// rules of the frame's width add above or below it.
pub(crate) fn framed(
    page: &PageContent,
    grid: &Grid,
    loose: &Loose,
    inner: Vec<Word>,
    outer: &[Word],
    budget: usize,
) -> Option<(Grid, Vec<bool>)> {
    let r = grid.rect;
    let mut rules: Vec<Edge> = (loose.inner.iter())
        .filter(|e| e.pos > r.y0 - 1.0 && e.pos < r.y1 + 1.0 && e.lo < r.x1 && e.hi > r.x0)
        .copied()
        .collect();
    let mut hints: Vec<f32> = grid.xs.clone();
    if grid.cols() > 1 {
        let far = added(grid, loose, &inner, outer);
        let (lo, hi) = far.iter().fold((r.y0, r.y1), |(lo, hi), &y| (lo.min(y), hi.max(y)));
        let within = |e: &&Edge| e.pos >= lo && e.pos <= hi && e.lo > r.x0 - 4.0 && e.hi < r.x1 + 4.0;
        rules.extend(loose.edges.iter().filter(within));
        rules.sort_by(|a, b| a.pos.total_cmp(&b.pos).then(a.lo.total_cmp(&b.lo)));
    } else {
        hints.clear();
    }
    let (lo, hi) = (rules.first()?.pos, rules.last()?.pos);
    let taken: Vec<bool> = (outer.iter().map(|w| w.rect.center()))
        .map(|m| m.x > r.x0 && m.x < r.x1 && m.y > lo && m.y < hi && !r.contains(m))
        .collect();
    let mut words = inner;
    words.extend(outer.iter().zip(&taken).filter(|(_, t)| **t).map(|(w, _)| w.clone()));
    let mut found = [table(page, &rules, &loose.abutments, &hints, &words, budget)?];
    let rest = fill(page, &mut found, words);
    let [mut found] = found;
    found.inherit_spans();
    let inked = |row: usize| found.cells.iter().filter(|c| c.row == row && !c.text.is_empty()).count();
    let filled: Vec<usize> = (0..found.rows()).map(inked).filter(|&n| n > 0).collect();
    let wide = filled.iter().filter(|&&n| n > 1).count();
    (rest.is_empty() && wide >= 2 && wide * 2 >= filled.len() && found.cells.len() > grid.cells.len())
        .then_some((found, taken))
}

/// Where rules as wide as a grid stand, one after the other above and below it, with rows of a table between them: text, but no
/// larger than the table's own, and none that runs on from one end to the other.
fn added(grid: &Grid, loose: &Loose, inner: &[Word], outer: &[Word]) -> Vec<f32> {
    let r = grid.rect;
    let alike = |e: &&Edge| (e.lo - r.x0).abs() < 4.0 && (e.hi - r.x1).abs() < 4.0;
    let mut all: Vec<Edge> = loose.edges.iter().filter(alike).copied().collect();
    all.sort_by(|a, b| a.pos.total_cmp(&b.pos));
    let Some(usual) = median(inner.iter().map(|w| w.size)) else { return Vec::new() };
    let mut heads: Vec<Head> = outer.iter().filter(|w| w.turn == 0).map(head).collect();
    heads.sort_by(|a, b| a.0.total_cmp(&b.0));
    let rows = |lo: f32, hi: f32| {
        let (from, upto) = (heads.partition_point(|h| h.0 <= lo), heads.partition_point(|h| h.0 <= hi));
        let here = heads.get(from..upto).unwrap_or_default();
        let mine = |h: &Head| h.1 < 1.12 * usual && h.2 > r.x0 - h.1 && h.3 < r.x1 + h.1;
        hi - lo < FAR && !here.is_empty() && here.iter().all(mine) && !prose(here, r.width())
    };
    let mut out = Vec::new();
    let mut at = r.y0;
    for e in all.iter().rev().skip_while(|e| e.pos >= r.y0) {
        if !rows(e.pos, at) {
            break;
        }
        at = e.pos;
        out.push(at);
    }
    at = r.y1;
    for e in all.iter().skip_while(|e| e.pos <= r.y1) {
        if !rows(at, e.pos) {
            break;
        }
        at = e.pos;
        out.push(at);
    }
    out
}

/// Groups rules that share a width, one below the other.
fn groups(across: &[Edge], words: &[Word]) -> Vec<Vec<Edge>> {
    let mut edges: Vec<Edge> = across.iter().filter(|e| e.hi - e.lo > 20.0).copied().collect();
    edges.sort_by(|a, b| a.pos.total_cmp(&b.pos).then(a.lo.total_cmp(&b.lo)));
    // Larger type than a table's parts two tables.
    let mut heads: Vec<Head> = words.iter().filter(|w| w.turn == 0).map(head).collect();
    heads.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<Vec<Edge>> = Vec::new();
    for e in edges {
        let fits = |g: &Vec<Edge>| {
            let (lo, hi) = g.iter().fold((f32::MAX, f32::MIN), |(l, h), e| (l.min(e.lo), h.max(e.hi)));
            let last = g.last().map_or(e.pos, |l| l.pos);
            let inside = e.lo >= lo - 4.0 && e.hi <= hi + 4.0;
            let around = lo >= e.lo - 4.0 && hi <= e.hi + 4.0;
            let from = heads.partition_point(|h| h.0 <= last);
            let upto = heads.partition_point(|h| h.0 <= e.pos);
            let sizes = heads.get(from..upto).unwrap_or_default();
            let (least, most) = sizes.iter().fold((f32::MAX, 0f32), |(l, m), h| (l.min(h.1), m.max(h.1)));
            (inside || around)
                && e.pos - last < FAR
                && (sizes.is_empty() || most <= 1.25 * least)
                && !between(&heads, g, e.pos)
        };
        match out.iter_mut().rev().take(4).find(|g| fits(g)) {
            Some(g) => g.push(e),
            None => out.push(vec![e]),
        }
    }
    out.retain(|g| g.len() >= RULES);
    out
}

/// Baseline, size, left and right end of a word.
type Head = (f32, f32, f32, f32);

fn head(w: &Word) -> Head {
    (w.base, w.size, w.rect.x0, w.rect.x1)
}

/// Whether lines of running text fill the space between two rules, from one end to the other.
fn prose(heads: &[Head], width: f32) -> bool {
    let mut lines: Vec<(f32, f32, f32, f32)> = Vec::new();
    for h in heads {
        match lines.last_mut() {
            // The inked width beside the ends: a row of cells has gaps.
            Some(l) if h.0 - l.0 <= 0.3 * h.1 => *l = (l.0, l.1.min(h.2), l.2.max(h.3), l.3 + h.3 - h.2),
            _ => lines.push((h.0, h.2, h.3, h.3 - h.2)),
        }
    }
    lines.iter().filter(|l| l.2 - l.1 >= 0.75 * width && l.3 >= 0.93 * (l.2 - l.1)).count() >= 2
}

/// Whether only headings or paragraphs stand between a group of rules and the next one: running text, or text larger
/// than the table's own.
fn between(heads: &[Head], group: &[Edge], next: f32) -> bool {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return false };
    let within = |lo: f32, hi: f32| {
        let (from, upto) = (heads.partition_point(|h| h.0 <= lo), heads.partition_point(|h| h.0 <= hi));
        heads.get(from..upto).unwrap_or_default()
    };
    let gap = within(last.pos, next);
    // Rows do not begin left of the rules above and below them.
    let outside = gap.iter().any(|h| h.2 < last.lo - h.1 && h.3 > last.lo + h.1);
    if outside || prose(gap, last.hi - last.lo) {
        return true;
    }
    let least = gap.iter().map(|h| h.1).fold(f32::MAX, f32::min);
    group.len() >= RULES
        && least < f32::MAX
        && median(within(first.pos, last.pos).iter().map(|h| h.1)).is_some_and(|usual| least >= 1.12 * usual)
}

/// The table between rules; `hints` are places of other lines between its columns.
fn table(
    page: &PageContent,
    rules: &[Edge],
    abutments: &[(f32, f32)],
    hints: &[f32],
    words: &[Word],
    budget: usize,
) -> Option<Grid> {
    let x0 = rules.iter().map(|e| e.lo).fold(f32::MAX, f32::min);
    let x1 = rules.iter().map(|e| e.hi).fold(f32::MIN, f32::max);
    let (first, last) = (rules.first()?.pos, rules.last()?.pos);
    let within = |w: &Word| w.rect.x0 >= x0 - 6.0 && w.rect.x1 <= x1 + 6.0;
    let mut rows =
        row_lines(page, words, |_, w| within(w) && w.rect.center().y < last && w.rect.center().y > first - 60.0);
    let inner = rows.iter().position(|r| f32::midpoint(r.y0, r.y1) > first)?;
    let size = median(rows.iter().skip(inner).map(RowLine::size))?;
    // Rows above the first rule belong to the table where they look like a header.
    let mut top = first;
    let mut begin = inner;
    for (i, r) in rows.iter().enumerate().take(inner).rev() {
        let header = r.segs.len() > 1 || (r.x0() > x0 + 2.0 * size && r.x1() - r.x0() < 0.5 * (x1 - x0));
        if top - r.y1 > 1.1 * size || (r.size() - size).abs() > 0.08 * size || !header || begin + 3 <= inner {
            break;
        }
        top = r.y0;
        begin = i;
    }
    rows.drain(..begin);
    let mut ys: Vec<f32> = rules.iter().map(|e| e.pos).collect();
    ys.dedup_by(|a, b| (*a - *b).abs() < 0.5);
    if begin < inner {
        ys.insert(0, top - 1.0);
    }
    // Each band must hold one row of values at most; otherwise the rules do not part the rows.
    let bands = ys.len().checked_sub(1)?;
    let crowded = (0..bands)
        .filter(|&b| {
            let inside = |r: &&RowLine| {
                ys.get(b).zip(ys.get(b + 1)).is_some_and(|(&lo, &hi)| (lo..hi).contains(&f32::midpoint(r.y0, r.y1)))
            };
            let several = |r: &&RowLine| r.segs.iter().filter(|s| s.value).count() >= 2;
            // Below each other: numbers in one line stand between those in two lines beside them.
            let below = |a: &RowLine, b: &RowLine| {
                let over = |s: &Seg| a.segs.iter().any(|o| o.value && o.rect.x0 < s.rect.x1 && s.rect.x0 < o.rect.x1);
                b.segs.iter().filter(|s| s.value && over(s)).count() >= 2
            };
            // The rest of numbers that wrap stands below them, without a label or beside the rest of one.
            let labelled = |r: &RowLine| r.segs.iter().any(|s| !s.value);
            let mut labels = rows.iter().filter(inside).filter(|r| labelled(r));
            let first = labels.next().is_some_and(|r| numbered(page, words, r));
            let one = first && !labels.any(|r| numbered(page, words, r));
            let lines: Vec<&RowLine> = rows.iter().filter(inside).filter(several).collect();
            !one && lines.iter().enumerate().any(|(i, b)| lines.iter().take(i).any(|a| below(a, b)))
        })
        .count();
    if crowded > 0 {
        return None;
    }
    let ends = rules.iter().flat_map(|e| [e.lo, e.hi]).chain(hints.iter().copied());
    let ends: Vec<f32> = ends.filter(|&x| x > x0 + 3.0 && x < x1 - 3.0).collect();
    let cols = columns(&rows, &ends);
    let own: Vec<(f32, f32)> = abutments
        .iter()
        .filter(|a| a.1 > x0 + 2.0 && a.1 < x1 - 2.0 && rules.iter().any(|e| (e.pos - a.0).abs() < 0.5))
        .copied()
        .collect();
    let pieced = rules.iter().filter(|e| own.iter().any(|a| (e.pos - a.0).abs() < 0.5)).count();
    let xs = if pieced * 2 >= rules.len() {
        // Rules drawn cell by cell tell the columns.
        let mut xs: Vec<f32> = own.iter().map(|a| a.1).chain([x0, x1]).collect();
        xs.sort_by(f32::total_cmp);
        xs.dedup_by(|a, b| *a - *b < 2.5);
        xs
    } else {
        boundaries(&cols, x0, x1, &ends)
    };
    let n = xs.len().checked_sub(1)?;
    if n < 2 || bands < 2 || n * bands > budget {
        return None;
    }
    let spans: Vec<(f32, f32)> = xs.windows(2).filter_map(|p| p.first().copied().zip(p.get(1).copied())).collect();
    let edge = |b: usize| -> Vec<&Edge> {
        rules.iter().filter(|e| ys.get(b).is_some_and(|&y| (e.pos - y).abs() < 0.5)).collect()
    };
    let covers: Vec<Vec<bool>> = (0..ys.len())
        .map(|b| {
            let es = edge(b);
            spans.iter().map(|c| es.iter().any(|e| c.1.min(e.hi) - c.0.max(e.lo) >= 0.6 * (c.1 - c.0))).collect()
        })
        .collect();
    // A wall between two columns falls where a segment of that band crosses it.
    let mut crossed = vec![vec![false; n]; bands];
    for line in &rows {
        let b = ys.partition_point(|&v| v <= f32::midpoint(line.y0, line.y1));
        let Some(row) = b.checked_sub(1).and_then(|b| crossed.get_mut(b)) else { continue };
        for (from, upto) in claims(line, &xs) {
            row.iter_mut().take(upto).skip(from).for_each(|s| *s = true);
        }
    }
    spanning_headers(rules, &spans, &ys, &rows, &mut crossed);
    let below = |r: usize, c: usize| covers.get(r + 1).and_then(|v| v.get(c)).copied().unwrap_or(true);
    let right = |r: usize, c: usize| !crossed.get(r).and_then(|v| v.get(c)).copied().unwrap_or(false);
    let cells = merge(bands, n, below, right);
    let rect = Rect { x0: *xs.first()?, y0: *ys.first()?, x1: *xs.last()?, y1: *ys.last()? };
    let kind = TableKind::Ruled;
    Some(Grid {
        kind,
        rect,
        xs,
        ys,
        cells,
        open_top: begin < inner,
        open_bottom: false,
        aligned: true,
        parted: false,
        part: None,
    })
}

/// A rule under some columns only, with one text above it, spans that text over them.
fn spanning_headers(rules: &[Edge], cols: &[(f32, f32)], ys: &[f32], rows: &[RowLine], crossed: &mut [Vec<bool>]) {
    let (lo, hi) = (cols.first().map_or(0.0, |c| c.0), cols.last().map_or(0.0, |c| c.1));
    for e in rules {
        let b = ys.partition_point(|&y| y < e.pos - 0.5);
        let (Some(above), Some(&top)) = (b.checked_sub(1), b.checked_sub(1).and_then(|i| ys.get(i))) else { continue };
        if e.lo <= lo + 3.0 || e.hi - e.lo > 0.95 * (hi - lo) {
            continue;
        }
        let under: Vec<usize> = (0..cols.len())
            .filter(|&c| cols.get(c).is_some_and(|c| f32::midpoint(c.0, c.1) > e.lo && f32::midpoint(c.0, c.1) < e.hi))
            .collect();
        let mut over = rows.iter().flat_map(|r| &r.segs).filter(|s| {
            let m = s.rect.center();
            m.y > top && m.y < e.pos && m.x > e.lo && m.x < e.hi
        });
        let (Some(only), None) = (over.next(), over.next()) else { continue };
        let centred = (only.rect.center().x - f32::midpoint(e.lo, e.hi)).abs() < 0.15 * (e.hi - e.lo);
        if under.len() < 2 || !centred || only.value {
            continue;
        }
        if let Some(row) = crossed.get_mut(above) {
            for &c in under.iter().take(under.len() - 1) {
                if let Some(s) = row.get_mut(c) {
                    *s = true;
                }
            }
        }
    }
}

pub(crate) fn median(values: impl Iterator<Item = f32>) -> Option<f32> {
    let mut v: Vec<f32> = values.collect();
    v.sort_by(f32::total_cmp);
    v.get(v.len() / 2).copied()
}

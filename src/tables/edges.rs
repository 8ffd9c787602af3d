use crate::layout::{Ruling, RulingKind};

/// Parallel edges nearer than this many points are one line.
pub(crate) const SNAP: f32 = 3.0;
/// Edges on one line with a smaller gap are one edge.
pub(crate) const JOIN: f32 = 3.0;
/// Rulings thicker than this are areas, not lines.
const THICKEST: f32 = 9.0;

/// A horizontal or vertical edge: its position across and its extent along.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Edge {
    /// `y` of a horizontal edge, `x` of a vertical one.
    pub pos: f32,
    /// Begin along.
    pub lo: f32,
    /// End along.
    pub hi: f32,
}

/// Horizontal and vertical edges from the rulings that are drawn as lines.
pub(crate) fn edges(rulings: &[Ruling]) -> (Vec<Edge>, Vec<Edge>) {
    let (mut across, mut down) = (Vec::new(), Vec::new());
    for r in rulings {
        let b = r.rect;
        if r.kind == RulingKind::Edge
            || r.thickness > THICKEST
            || ![b.x0, b.y0, b.x1, b.y1].iter().all(|v| v.is_finite())
        {
            continue;
        }
        if r.horizontal() {
            across.push(Edge { pos: f32::midpoint(b.y0, b.y1), lo: b.x0, hi: b.x1 });
        } else {
            down.push(Edge { pos: f32::midpoint(b.x0, b.x1), lo: b.y0, hi: b.y1 });
        }
    }
    (across, down)
}

/// Moves edges that lie within `tolerance` of each other onto one line: the mean by length.
pub(crate) fn snap(edges: &mut [Edge], tolerance: f32) {
    edges.sort_by(|a, b| a.pos.total_cmp(&b.pos).then(a.lo.total_cmp(&b.lo)).then(a.hi.total_cmp(&b.hi)));
    let mut rest = edges;
    while let Some(first) = rest.first().map(|e| e.pos) {
        // Double rules between cells are two lines on either side of where the cells meet.
        let mut last = first;
        let n = rest
            .iter()
            .take_while(|e| {
                let near =
                    e.pos - first <= tolerance || (e.pos - last <= tolerance / 2.0 && e.pos - first <= 1.5 * tolerance);
                last = e.pos;
                near
            })
            .count()
            .max(1);
        let (group, tail) = rest.split_at_mut(n);
        let weight = |e: &Edge| f64::from((e.hi - e.lo).max(0.1));
        let total: f64 = group.iter().map(weight).sum();
        let sum: f64 = group.iter().map(|e| f64::from(e.pos) * weight(e)).sum();
        #[expect(clippy::cast_possible_truncation, reason = "a mean of f32 values")]
        let mean = (sum / total) as f32;
        for e in group {
            e.pos = mean;
        }
        rest = tail;
    }
}

/// Where two edges of one line meet end to end: a column boundary, drawn cell by cell. `(pos, along)` pairs.
pub(crate) fn abutments(edges: &[Edge]) -> Vec<(f32, f32)> {
    let mut sorted = edges.to_vec();
    sorted.sort_by(|a, b| a.pos.total_cmp(&b.pos).then(a.lo.total_cmp(&b.lo)).then(a.hi.total_cmp(&b.hi)));
    let mut out = Vec::new();
    for pair in sorted.windows(2) {
        if let [a, b] = pair
            && (a.pos - b.pos).abs() < 0.01
            && (b.lo - a.hi).abs() <= 1.2
            && a.hi - a.lo > JOIN
            && b.hi - b.lo > JOIN
        {
            out.push((a.pos, f32::midpoint(a.hi, b.lo)));
        }
    }
    out
}

/// Joins edges on one line that touch or overlap within `tolerance`; drops what stays shorter than that.
pub(crate) fn join(mut edges: Vec<Edge>, tolerance: f32) -> Vec<Edge> {
    edges.sort_by(|a, b| a.pos.total_cmp(&b.pos).then(a.lo.total_cmp(&b.lo)).then(a.hi.total_cmp(&b.hi)));
    let mut out: Vec<Edge> = Vec::with_capacity(edges.len());
    for e in edges {
        match out.last_mut() {
            #[expect(clippy::float_cmp, reason = "snapped edges share their position exactly")]
            Some(last) if last.pos == e.pos && e.lo - last.hi <= tolerance => last.hi = last.hi.max(e.hi),
            _ => out.push(e),
        }
    }
    out.retain(|e| e.hi - e.lo >= tolerance);
    out
}

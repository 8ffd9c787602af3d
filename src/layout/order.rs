use super::word::Word;
use crate::document::Rect;

/// Something with a place in reading order: a run of words on one line, or a table.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    /// Words on one baseline without a wide gap.
    Run(Rect, f32, Vec<Word>),
    /// A table, by its number on the page.
    Table(Rect, usize),
}

impl Item {
    pub(crate) fn rect(&self) -> Rect {
        match self {
            Self::Run(r, ..) | Self::Table(r, _) => *r,
        }
    }

    fn size(&self) -> f32 {
        match self {
            Self::Run(_, size, _) => *size,
            Self::Table(..) => 10.0,
        }
    }
}

/// Cuts nested deeper than this are not worth finding.
const DEPTH: u32 = 16;

/// Joins words on one baseline into runs; a gap of more than an em or so parts them.
pub(crate) fn runs(mut words: Vec<Word>) -> Vec<Item> {
    words.sort_by(|a, b| a.base.total_cmp(&b.base).then(a.local.x0.total_cmp(&b.local.x0)));
    let mut rows: Vec<Vec<Word>> = Vec::new();
    for w in words {
        match rows.last_mut() {
            Some(row)
                if row.first().is_some_and(|f| w.base - f.base <= 0.5 * f.size.min(w.size))
                    && row.last().is_some_and(|l| w.base - l.base <= 0.25 * l.size) =>
            {
                row.push(w);
            }
            _ => rows.push(vec![w]),
        }
    }
    let mut out = Vec::new();
    for mut row in rows {
        row.sort_by(|a, b| a.local.x0.total_cmp(&b.local.x0).then(a.order.cmp(&b.order)));
        let mut run: Vec<Word> = Vec::new();
        for w in row {
            let parts = run.last().is_some_and(|l| w.local.x0 - l.local.x1 > 1.3 * l.size.max(w.size));
            if parts {
                push(std::mem::take(&mut run), &mut out);
            }
            run.push(w);
        }
        push(run, &mut out);
    }
    out
}

fn push(run: Vec<Word>, out: &mut Vec<Item>) {
    let Some(first) = run.first() else { return };
    let (rect, size) = run.iter().fold((first.rect, first.size), |(r, s), w| (r.union(&w.rect), s.max(w.size)));
    out.push(Item::Run(rect, size, run));
}

/// Parts the items of a page into regions in reading order: columns from left to right between what spans them.
pub(crate) fn regions(items: Vec<Item>) -> Vec<Vec<Item>> {
    cut(items, 0)
}

fn cut(mut items: Vec<Item>, depth: u32) -> Vec<Vec<Item>> {
    if items.len() < 4 || depth >= DEPTH {
        return vec![items];
    }
    items.sort_by(|a, b| a.rect().y0.total_cmp(&b.rect().y0).then(a.rect().x0.total_cmp(&b.rect().x0)));
    if let Some(x) = gutter(&items) {
        return columns(items, x, depth);
    }
    // No gutter through the whole: try above and below the widest gap.
    let mut bottom = f32::MIN;
    let mut best: Option<(f32, usize)> = None;
    for (i, it) in items.iter().enumerate() {
        let r = it.rect();
        if i > 0 && r.y0 > bottom {
            let gap = r.y0 - bottom;
            if best.is_none_or(|b| gap > b.0) {
                best = Some((gap, i));
            }
        }
        bottom = bottom.max(r.y1);
    }
    let Some((_, at)) = best else { return vec![items] };
    let lower = items.split_off(at);
    let mut above = cut(items, depth + 1);
    let below = cut(lower, depth + 1);
    if above.len() == 1 && below.len() == 1 {
        if let Some(one) = above.first_mut() {
            one.extend(below.into_iter().flatten());
        }
        return above;
    }
    above.extend(below);
    above
}

/// The columns left and right of a gutter, band by band between the items that cross it.
fn columns(items: Vec<Item>, x: f32, depth: u32) -> Vec<Vec<Item>> {
    let mut out: Vec<Vec<Item>> = Vec::new();
    let (mut left, mut right, mut spanning) = (Vec::new(), Vec::new(), Vec::new());
    for it in items {
        let r = it.rect();
        if r.x0 < x && r.x1 > x {
            flush(&mut left, &mut out, depth);
            flush(&mut right, &mut out, depth);
            spanning.push(it);
        } else {
            if !spanning.is_empty() {
                out.push(std::mem::take(&mut spanning));
            }
            if r.x1 <= x { left.push(it) } else { right.push(it) }
        }
    }
    flush(&mut left, &mut out, depth);
    flush(&mut right, &mut out, depth);
    if !spanning.is_empty() {
        out.push(spanning);
    }
    out
}

fn flush(side: &mut Vec<Item>, out: &mut Vec<Vec<Item>>, depth: u32) {
    if !side.is_empty() {
        out.extend(cut(std::mem::take(side), depth + 1));
    }
}

/// Where a vertical gutter parts the items into columns of running text, if anywhere.
fn gutter(items: &[Item]) -> Option<f32> {
    let mut sizes: Vec<f32> = items.iter().map(Item::size).collect();
    sizes.sort_by(f32::total_cmp);
    let em = *sizes.get(sizes.len() / 2)?;
    let mut events: Vec<(f32, i32)> = items.iter().flat_map(|i| [(i.rect().x0, 1), (i.rect().x1, -1)]).collect();
    events.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let limit = i32::try_from(items.len() / 6).unwrap_or(i32::MAX);
    let mut open = 0;
    let mut candidates: Vec<(i32, f32, f32)> = Vec::new();
    for pair in events.windows(2) {
        let [(x, d), (next, _)] = *pair else { continue };
        open += d;
        if open <= limit && next - x > 0.6 * em {
            candidates.push((open, next - x, f32::midpoint(x, next)));
        }
    }
    candidates.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.total_cmp(&b.2)));
    candidates
        .into_iter()
        .take(4)
        .map(|c| c.2)
        .find(|&x| prose(items, x, em, |r| r.x1 <= x) && prose(items, x, em, |r| r.x0 >= x))
}

/// Whether one side of a gutter looks like a column of running text.
fn prose(items: &[Item], _x: f32, em: f32, side: impl Fn(&Rect) -> bool) -> bool {
    let mine: Vec<&Item> = items.iter().filter(|i| side(&i.rect())).collect();
    let lo = mine.iter().map(|i| i.rect().x0).fold(f32::MAX, f32::min);
    let hi = mine.iter().map(|i| i.rect().x1).fold(f32::MIN, f32::max);
    let wide = mine.iter().filter(|i| i.rect().width() >= 0.55 * (hi - lo)).count();
    let tables = mine.iter().any(|i| matches!(i, Item::Table(..)));
    (mine.len() >= 3 || tables) && hi - lo >= 8.0 * em && wide * 2 >= mine.len()
}

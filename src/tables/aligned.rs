//! Columns by the alignment of text, for tables with horizontal rules only or none at all.

use crate::document::Rect;
use crate::layout::{PageContent, Word, ends, han, starts_with_ordinal, unspaced};

/// More columns than this are a drawing.
const COLUMNS: usize = 64;

/// Words of one line without a gap that could part columns.
#[derive(Debug, Clone)]
pub(crate) struct Seg {
    pub rect: Rect,
    pub base: f32,
    pub size: f32,
    /// Indices into the page's words.
    pub words: Vec<usize>,
    /// Looks like a value: digits, a dash, one or two characters.
    pub value: bool,
    /// Number of characters.
    pub len: usize,
    /// First and last column it covers, once columns are known.
    pub cols: (usize, usize),
}

/// Segments that share a baseline, from left to right.
#[derive(Debug, Clone)]
pub(crate) struct RowLine {
    pub segs: Vec<Seg>,
    pub base: f32,
    pub y0: f32,
    pub y1: f32,
}

impl RowLine {
    /// Whether at least one gap of an em or more parts the line.
    pub(crate) fn tabular(&self) -> bool {
        self.segs.windows(2).any(|p| match p {
            [a, b] => b.rect.x0 - a.rect.x1 >= 0.9 * a.size.min(b.size),
            _ => false,
        })
    }

    pub(crate) fn x0(&self) -> f32 {
        self.segs.iter().map(|s| s.rect.x0).fold(f32::MAX, f32::min)
    }

    pub(crate) fn x1(&self) -> f32 {
        self.segs.iter().map(|s| s.rect.x1).fold(f32::MIN, f32::max)
    }

    pub(crate) fn size(&self) -> f32 {
        self.segs.iter().map(|s| s.size).fold(0.0, f32::max)
    }
}

/// Lines of segments of the upright words chosen by `pick`.
pub(crate) fn row_lines(page: &PageContent, words: &[Word], pick: impl Fn(usize, &Word) -> bool) -> Vec<RowLine> {
    let mut order: Vec<usize> =
        words.iter().enumerate().filter(|(i, w)| w.turn == 0 && pick(*i, w)).map(|(i, _)| i).collect();
    let key = |i: usize| words.get(i).map_or((0.0, 0.0), |w| (w.base, w.local.x0));
    order.sort_by(|&a, &b| key(a).0.total_cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1)));
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for i in order {
        let Some(w) = words.get(i) else { continue };
        match rows.last_mut() {
            Some(r)
                if r.first()
                    .and_then(|&f| words.get(f))
                    .is_some_and(|f| w.base - f.base <= 0.3 * f.size.min(w.size)) =>
            {
                r.push(i)
            }
            _ => rows.push(vec![i]),
        }
    }
    rows.into_iter().map(|r| row_line(page, words, r)).collect()
}

fn row_line(page: &PageContent, words: &[Word], mut row: Vec<usize>) -> RowLine {
    row.sort_by(|&a, &b| {
        let x = |i: usize| words.get(i).map_or(0.0, |w| w.local.x0);
        x(a).total_cmp(&x(b))
    });
    let mut segs: Vec<Seg> = Vec::new();
    for i in row {
        let Some(w) = words.get(i) else { continue };
        match segs.last_mut() {
            Some(s)
                if w.rect.x0 - s.rect.x1
                    <= reach(page, s.words.last().and_then(|&l| words.get(l)), w) * s.size.max(w.size) =>
            {
                s.rect = s.rect.union(&w.rect);
                s.size = s.size.max(w.size);
                s.words.push(i);
            }
            _ => segs.push(Seg {
                rect: w.rect,
                base: w.base,
                size: w.size,
                words: vec![i],
                value: false,
                len: 0,
                cols: (0, 0),
            }),
        }
    }
    for s in &mut segs {
        let text = text(page, words, s);
        s.len = text.chars().count();
        s.value = value_like(&text);
    }
    let base = segs.first().map_or(0.0, |s| s.base);
    let y0 = segs.iter().map(|s| s.rect.y0).fold(f32::MAX, f32::min);
    let y1 = segs.iter().map(|s| s.rect.y1).fold(f32::MIN, f32::max);
    RowLine { segs, base, y0, y1 }
}

/// The widest gap in ems inside a cell: little between Han characters, unless both stand alone (letter-spaced labels).
fn reach(page: &PageContent, a: Option<&Word>, b: &Word) -> f32 {
    let Some(a) = a else { return 0.7 };
    if a.chars.len() == 1 && ends(page, a).0.is_some_and(currency) {
        // A sign at the left of its cell stands apart from its number.
        return if ends(page, b).0.is_some_and(|c| c.is_numeric() || c == '(') { 6.0 } else { 0.7 };
    }
    if separated(page, a) && separated(page, b) {
        return 0.3;
    }
    match (ends(page, a).1, ends(page, b).0) {
        (Some(l), Some(f)) if han(l) && han(f) && a.chars.len() == 1 && b.chars.len() == 1 => 1.1,
        (Some(l), Some(f)) if unspaced(l) || unspaced(f) => 0.35,
        // A space within a number is narrower than a digit.
        (Some(l), Some(f)) if l.is_numeric() && f.is_numeric() => 0.45,
        _ => 0.7,
    }
}

/// Whether a word is a whole number with a separator: another one beside it is no part of it.
fn separated(page: &PageContent, w: &Word) -> bool {
    let mut chars = w.chars.iter().filter_map(|&i| page.chars.get(i as usize)).map(|c| c.ch);
    let (first, last) = ends(page, w);
    let separator = |c| matches!(c, ',' | '.');
    first.is_some_and(char::is_numeric) && last.is_some_and(char::is_numeric) && chars.any(separator)
}

fn currency(c: char) -> bool {
    matches!(c, '$' | '€' | '£' | '¥' | '￥' | '＄')
}

/// The characters of a segment, without spaces.
pub(crate) fn text(page: &PageContent, words: &[Word], s: &Seg) -> String {
    s.words
        .iter()
        .filter_map(|&i| words.get(i))
        .flat_map(|w| &w.chars)
        .filter_map(|&i| page.chars.get(i as usize))
        .map(|c| c.ch)
        .collect()
}

/// Whether a line begins a numbered row: a text that is no value has an ordinal before it.
pub(crate) fn numbered(page: &PageContent, words: &[Word], line: &RowLine) -> bool {
    line.segs.iter().any(|s| !s.value && starts_with_ordinal(&text(page, words, s)))
}

/// Whether a text looks like a value of a table rather than a label: digits with little beside them, or a dash.
fn value_like(text: &str) -> bool {
    let n = text.chars().count();
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    if digits == 0 {
        return n > 0 && text.chars().all(|c| "-—–－/／*＊+×√―─…".contains(c));
    }
    let first = text.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with(char::is_numeric);
    first && (digits * 2 >= n || n - digits <= 3) && !(text.chars().any(han) && starts_with_ordinal(text))
}

/// Column intervals by the alignment of segments: narrow ones make columns, those that cover several span them.
///
/// No column reaches over one of the `hints`, places where rules end.
pub(crate) fn columns(rows: &[RowLine], hints: &[f32]) -> Vec<(f32, f32)> {
    let mut segs: Vec<&Seg> = rows.iter().flat_map(|r| &r.segs).collect();
    segs.sort_by(|a, b| {
        a.rect.width().total_cmp(&b.rect.width()).then(a.rect.x0.total_cmp(&b.rect.x0)).then(a.base.total_cmp(&b.base))
    });
    let mut cols: Vec<(f32, f32)> = Vec::new();
    for s in segs {
        let (lo, hi) = (s.rect.x0, s.rect.x1);
        let from = cols.partition_point(|c| c.1 <= lo + 0.3);
        let upto = cols.partition_point(|c| c.0 < hi - 0.3);
        if upto <= from {
            if cols.len() < COLUMNS {
                cols.insert(from, (lo, hi));
            }
        } else {
            extend(&mut cols, lo, hi);
        }
    }
    let mut cols = merge_alternating(rows, cols, hints);
    // What spanned two columns that are now one widens it.
    for s in rows.iter().flat_map(|r| &r.segs) {
        extend(&mut cols, s.rect.x0, s.rect.x1);
    }
    cols
}

/// Widens the one column that the interval touches, if it does not run into the next.
fn extend(cols: &mut [(f32, f32)], lo: f32, hi: f32) {
    let from = cols.partition_point(|c| c.1 <= lo + 0.3);
    let upto = cols.partition_point(|c| c.0 < hi - 0.3);
    let left = from.checked_sub(1).and_then(|i| cols.get(i)).map_or(f32::MIN, |c| c.1);
    let right = cols.get(from + 1).map_or(f32::MAX, |c| c.0);
    if upto == from + 1
        && lo > left + 0.3
        && hi < right - 0.3
        && let Some(c) = cols.get_mut(from)
    {
        *c = (c.0.min(lo), c.1.max(hi));
    }
}

/// Merges neighbouring columns that never stand side by side (a header left of its right-aligned numbers).
///
/// A column of values between two names that stand side by side can go with one of them only. Where a name reaches over
/// the values it has them; else they stand to the same side of their name as the others of the table do, and where
/// nothing tells, the columns stay apart.
fn merge_alternating(rows: &[RowLine], cols: Vec<(f32, f32)>, hints: &[f32]) -> Vec<(f32, f32)> {
    let mut sides = Sides::of(rows, &cols);
    let mut cols: Vec<Column> = cols.into_iter().map(|c| Column::new(rows, c)).collect();
    let mut joins = joins(&cols, hints);
    loop {
        // Pairs that can merge, and whether the merge keeps another from merging.
        let contested = |i: usize| {
            let with = |l: usize| {
                matches!((cols.get(l), cols.get(l + 2)), (Some(a), Some(b)) if a.beside(b))
                    && joins.get(l) == Some(&true)
                    && joins.get(l + 1) == Some(&true)
            };
            (i.checked_sub(1).is_some_and(with), with(i))
        };
        let open: Vec<(usize, (bool, bool))> =
            (0..joins.len()).filter(|&i| joins.get(i) == Some(&true)).map(|i| (i, contested(i))).collect();
        let Some(&(first, _)) = open.first() else { break };
        let pair = |i: usize| cols.get(i).zip(cols.get(i + 1));
        let free = open.iter().find(|o| o.1 == (false, false)).map(|o| o.0);
        let over = || open.iter().map(|o| o.0).find(|&i| pair(i).is_some_and(|(a, b)| a.bridged(b, rows)));
        let at = free.or_else(over).map(Ok).unwrap_or_else(|| {
            // Chains of columns of which each pair keeps the next from merging.
            let mut undecided = None;
            let mut from = first;
            for &(i, (_, next)) in &open {
                if next {
                    continue;
                }
                let (start, odd) = (from, (i - from) % 2 == 1);
                from = open.iter().map(|o| o.0).find(|&k| k > i).unwrap_or(i);
                let mixed = (start..=i).all(|k| pair(k).is_some_and(|(a, b)| a.values != b.values));
                if !odd || !mixed {
                    return Ok(start);
                }
                match (sides.values_left(), pair(start).is_some_and(|(a, _)| a.values)) {
                    (Some(left), values) if left == values => return Ok(start),
                    (Some(_), _) => return Ok(i),
                    (None, _) => undecided = undecided.or(Some((start, i))),
                }
            }
            Err(undecided.unwrap_or((first, first)))
        });
        match at {
            Ok(i) => {
                if let Some((a, _)) = pair(i).filter(|(a, b)| a.values != b.values) {
                    sides.tell(a.values);
                }
                let right = cols.remove(i + 1);
                if let Some(c) = cols.get_mut(i) {
                    *c = Column::new(rows, (c.lo, right.hi));
                }
                joins.remove(i);
                for k in [i.checked_sub(1), Some(i)].into_iter().flatten() {
                    if let (Some(a), Some(b), Some(j)) = (cols.get(k), cols.get(k + 1), joins.get_mut(k)) {
                        *j = *j && a.joins(b, hints);
                    }
                }
            }
            Err((from, upto)) => joins.iter_mut().take(upto + 1).skip(from).for_each(|j| *j = false),
        }
    }
    cols.into_iter().map(|c| (c.lo, c.hi)).collect()
}

/// Which neighbours among the columns can merge.
fn joins(cols: &[Column], hints: &[f32]) -> Vec<bool> {
    cols.windows(2).map(|p| matches!(p, [a, b] if a.joins(b, hints))).collect()
}

/// A column with the top, bottom and size of each segment inside it.
struct Column {
    lo: f32,
    hi: f32,
    inside: Vec<(f32, f32, f32)>,
    /// Has values in it.
    values: bool,
}

impl Column {
    fn new(rows: &[RowLine], (lo, hi): (f32, f32)) -> Column {
        let segs = || rows.iter().flat_map(|r| &r.segs).filter(|s| s.rect.x0 >= lo - 0.3 && s.rect.x1 <= hi + 0.3);
        let inside = segs().map(|s| (s.rect.y0, s.rect.y1, s.size)).collect();
        Column { lo, hi, inside, values: segs().any(|s| s.value) }
    }

    fn beside(&self, right: &Column) -> bool {
        let mut k = 0;
        self.inside.iter().any(|l| {
            while right.inside.get(k).is_some_and(|r| r.1 < l.0 - 2.0 * l.2) {
                k += 1;
            }
            right.inside.iter().skip(k).take(6).any(|r| l.1.min(r.1) - l.0.max(r.0) > 0.25 * (l.1 - l.0))
        })
    }

    /// Whether the two are close and never stand side by side, and no rule ends between them.
    fn joins(&self, right: &Column, hints: &[f32]) -> bool {
        let few = self.inside.len().min(right.inside.len()) <= 2;
        let em = self.inside.first().or(right.inside.first()).map_or(10.0, |s| s.2);
        let parted = hints.iter().any(|&h| h >= self.hi - 1.0 && h <= right.lo + 1.0);
        !parted && right.lo - self.hi < if few { 4.0 } else { 8.0 } * em && !self.beside(right)
    }

    /// Whether a name that wraps reaches from one of the two over values in the other.
    fn bridged(&self, right: &Column, rows: &[RowLine]) -> bool {
        if self.values == right.values {
            return false;
        }
        let name = if self.values { right } else { self };
        let near = |a: f32, b: f32, s: &Seg| (a - b).abs() < 0.3 * s.size;
        rows.iter().flat_map(|r| &r.segs).any(|s| {
            let (lo, hi) = (s.rect.x0, s.rect.x1);
            let over = !s.value && lo < self.hi - 0.3 && hi > right.lo + 0.3;
            let only = lo > self.lo - 1.5 * s.size && hi < right.hi + 1.5 * s.size;
            over && only
                && (near(lo, name.lo, s)
                    || near(hi, name.hi, s)
                    || near(f32::midpoint(lo, hi), f32::midpoint(name.lo, name.hi), s))
        })
    }
}

/// How often values stand to the left of the middle of their names, and how often to the right.
struct Sides {
    left: usize,
    right: usize,
}

impl Sides {
    /// Counts the values under short names that reach over them.
    fn of(rows: &[RowLine], cols: &[(f32, f32)]) -> Sides {
        let mut sides = Sides { left: 0, right: 0 };
        let covers = |s: &Seg| {
            let from = cols.partition_point(|c| c.1 <= s.rect.x0 + 0.3);
            (from, cols.partition_point(|c| c.0 < s.rect.x1 - 0.3).max(from + 1) - 1)
        };
        let mut names: Vec<Option<(f32, f32)>> = vec![None; cols.len()];
        for s in rows.iter().flat_map(|r| &r.segs) {
            let (from, upto) = covers(s);
            if !s.value {
                // The last name above; one over more than two columns is over several names.
                for n in names.iter_mut().take(upto + 1).skip(from) {
                    *n = (upto <= from + 1).then_some((s.rect.x0, s.rect.x1));
                }
            } else if from == upto
                && let Some(&Some((lo, hi))) = names.get(from)
                && lo < s.rect.x1
                && hi > s.rect.x0
            {
                let off = s.rect.center().x - f32::midpoint(lo, hi);
                if off.abs() > 0.3 * s.size {
                    sides.tell(off < 0.0);
                }
            }
        }
        sides
    }

    fn tell(&mut self, left: bool) {
        if left {
            self.left += 1;
        } else {
            self.right += 1;
        }
    }

    /// Whether values stand left of their names, if nearly all stand to one side.
    fn values_left(&self) -> Option<bool> {
        let (few, many) = (self.left.min(self.right), self.left.max(self.right));
        (many > 0 && few * 4 <= many).then_some(self.left > self.right)
    }
}

/// Boundaries between the columns, with the outer edges; `hints` are places where rules end.
pub(crate) fn boundaries(cols: &[(f32, f32)], x0: f32, x1: f32, hints: &[f32]) -> Vec<f32> {
    let mut out = vec![cols.first().map_or(x0, |c| c.0.min(x0))];
    // An empty column before the first text.
    if let Some(first) = cols.first() {
        let lead = hints.iter().copied().filter(|&h| h > x0 + 12.0 && h <= first.0 + 1.0).fold(f32::MIN, f32::max);
        if lead > x0 {
            out.push(lead);
        }
    }
    out.extend(cols.windows(2).filter_map(|p| match p {
        [a, b] => {
            let mid = f32::midpoint(a.1, b.0);
            let near = hints
                .iter()
                .copied()
                .filter(|&h| h >= a.1 - 1.0 && h <= b.0 + 1.0)
                .min_by(|a, b| (a - mid).abs().total_cmp(&(b - mid).abs()));
            Some(near.unwrap_or(mid))
        }
        _ => None,
    }));
    out.push(cols.last().map_or(x1, |c| c.1.max(x1)));
    out
}

/// The columns that each segment of a line covers; where two claim one column, the one with more of itself there has it.
pub(crate) fn claims(line: &RowLine, xs: &[f32]) -> Vec<(usize, usize)> {
    let n = xs.len().saturating_sub(1);
    let shared = |s: &Seg, c: usize| match (xs.get(c), xs.get(c + 1)) {
        (Some(&a), Some(&b)) => (s.rect.x1.min(b) - s.rect.x0.max(a)).max(0.0),
        _ => 0.0,
    };
    let mut out: Vec<(usize, usize)> = line
        .segs
        .iter()
        .map(|s| {
            let from = xs.partition_point(|&x| x <= s.rect.x0 + 1.0).saturating_sub(1).min(n.saturating_sub(1));
            let upto = xs
                .partition_point(|&x| x < s.rect.x1 - 1.0)
                .saturating_sub(1)
                .clamp(from, n.saturating_sub(1).max(from));
            (from, upto)
        })
        .collect();
    for i in 1..line.segs.len() {
        let (Some(&l), Some(&r), Some(a), Some(b)) =
            (out.get(i - 1), out.get(i), line.segs.get(i - 1), line.segs.get(i))
        else {
            continue;
        };
        if l.1 != r.0 {
            continue;
        }
        let c = l.1;
        if shared(a, c) > shared(b, c) && r.1 > c {
            if let Some(o) = out.get_mut(i) {
                o.0 = c + 1;
            }
        } else if l.0 < c
            && let Some(o) = out.get_mut(i - 1)
        {
            o.1 = c - 1;
        }
    }
    out
}

/// Whether a text of this script stacks letter by letter.
pub(crate) fn stackable(text: &str) -> bool {
    let n = text.chars().count();
    n > 0 && n <= 2 && text.chars().all(unspaced)
}

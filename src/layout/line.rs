use super::script::han;
use super::word::{self, Word};
use super::{FontInfo, PageContent};
use crate::document::Rect;

/// Words on one baseline within one column or cell.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Box on the page.
    pub rect: Rect,
    /// Box along the reading direction.
    pub local: Rect,
    /// Baseline across the reading direction.
    pub base: f32,
    /// Font size of most of its characters.
    pub size: f32,
    /// Reading direction in quarter turns.
    pub turn: u8,
    /// Words from left to right.
    pub words: Vec<Word>,
}

impl Line {
    fn of(words: Vec<Word>) -> Option<Self> {
        let first = words.first()?;
        let (mut rect, mut local) = (first.rect, first.local);
        let mut main = (0usize, first.size, first.base);
        for w in &words {
            rect = rect.union(&w.rect);
            local = local.union(&w.local);
            if w.chars.len() > main.0 {
                main = (w.chars.len(), w.size, w.base);
            }
        }
        Some(Self { rect, local, base: main.2, size: main.1, turn: first.turn, words })
    }

    /// The printed text, without the spaces of layout.
    pub(crate) fn text(&self, page: &PageContent) -> String {
        let mut out = String::new();
        let spaced_out = self.spaced_out(page);
        let mut last: Option<&Word> = None;
        for w in &self.words {
            if let Some(c) = last.filter(|_| !spaced_out).and_then(|l| word::separator(page, l, w)) {
                out.push(c);
            }
            word::text(page, w, &mut out);
            last = Some(w);
        }
        out
    }

    /// Letter-spaced text (`目　录`, `自 然 人`): single ideographs with even gaps.
    fn spaced_out(&self, page: &PageContent) -> bool {
        if self.words.len() < 3 {
            return false;
        }
        let single = self.words.iter().all(|w| w.chars.len() == 1 && word::ends(page, w).0.is_some_and(han));
        let gaps = self.words.windows(2).filter_map(|p| match p {
            [a, b] => Some(b.local.x0 - a.local.x1),
            _ => None,
        });
        let (lo, hi) = gaps.fold((f32::MAX, f32::MIN), |(lo, hi), g| (lo.min(g), hi.max(g)));
        single && hi - lo <= 0.3 * self.size && hi < 3.0 * self.size
    }

    /// Number of printed characters.
    pub(crate) fn len(&self) -> usize {
        self.words.iter().map(|w| w.chars.len()).sum()
    }

    /// Whether most characters are bold.
    pub(crate) fn bold(&self, page: &PageContent) -> bool {
        let bold = |f: &FontInfo| f.bold;
        let n = self
            .words
            .iter()
            .flat_map(|w| &w.chars)
            .filter_map(|&i| page.chars.get(i as usize))
            .filter(|c| page.fonts.get(usize::from(c.font)).is_some_and(bold))
            .count();
        n * 2 > self.len()
    }
}

/// Groups words of one region into lines, in order down the page, by direction.
pub(crate) fn lines(mut words: Vec<Word>) -> Vec<Line> {
    words.sort_by(|a, b| a.turn.cmp(&b.turn).then(a.base.total_cmp(&b.base)).then(a.local.x0.total_cmp(&b.local.x0)));
    let mut out = Vec::new();
    let mut row: Vec<Word> = Vec::new();
    for w in words {
        let same = match (row.first(), row.last()) {
            (Some(first), Some(last)) => {
                let em = first.size.max(w.size);
                w.turn == first.turn && w.base - last.base <= 0.35 * em && w.base - first.base <= 0.5 * em
            }
            _ => true,
        };
        if !same {
            flush(&mut row, &mut out);
        }
        row.push(w);
    }
    flush(&mut row, &mut out);
    out
}

fn flush(row: &mut Vec<Word>, out: &mut Vec<Line>) {
    let mut words = std::mem::take(row);
    words.sort_by(|a, b| a.local.x0.total_cmp(&b.local.x0).then(a.order.cmp(&b.order)));
    // Words of two tight lines overlap along the line; a superscript does not.
    let clash = words.windows(2).any(|p| match p {
        [a, b] => {
            let shared = a.local.x1.min(b.local.x1) - b.local.x0;
            shared > 0.5 * a.local.width().min(b.local.width()).max(0.1) && (a.base - b.base).abs() > 0.15 * a.size
        }
        _ => false,
    });
    if !clash {
        out.extend(Line::of(words));
        return;
    }
    words.sort_by(|a, b| a.base.total_cmp(&b.base).then(a.local.x0.total_cmp(&b.local.x0)));
    let widest = words
        .windows(2)
        .enumerate()
        .filter_map(|(i, p)| match p {
            [a, b] => Some((b.base - a.base, i + 1)),
            _ => None,
        })
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let lower = words.split_off(widest.map_or(words.len(), |w| w.1));
    for mut half in [words, lower] {
        half.sort_by(|a, b| a.local.x0.total_cmp(&b.local.x0).then(a.order.cmp(&b.order)));
        out.extend(Line::of(half));
    }
}

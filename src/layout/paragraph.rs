use super::line::Line;
use super::script::{starts_with_ordinal, unspaced};
use super::{PageContent, word};
use crate::document::Rect;

/// Left and right edge of the running text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measure {
    pub left: f32,
    pub right: f32,
}

/// A paragraph, or the part of one on one page.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub text: String,
    pub rect: Rect,
    pub size: f32,
    /// The last line runs to the right edge.
    pub full: bool,
    /// The first line is indented against the running text.
    pub indented: bool,
    /// Mostly unspaced script.
    pub unspaced: bool,
    /// A footnote.
    pub note: bool,
}

/// The measure that most long lines of a document share.
pub(crate) fn measure<'a>(lines: impl Iterator<Item = &'a Line>) -> Option<Measure> {
    let spans: Vec<(f32, f32)> = lines.filter(|l| l.turn == 0).map(|l| (l.local.x0, l.local.x1)).collect();
    let widest = spans.iter().map(|s| s.1 - s.0).fold(0.0, f32::max);
    let long: Vec<(f32, f32)> = spans.into_iter().filter(|s| s.1 - s.0 >= 0.8 * widest).collect();
    let pick = |mut v: Vec<f32>, part: usize| {
        v.sort_by(f32::total_cmp);
        v.get(v.len() * part / 10).copied()
    };
    let left = pick(long.iter().map(|s| s.0).collect(), 1)?;
    let right = pick(long.iter().map(|s| s.1).collect(), 6)?;
    Some(Measure { left, right })
}

/// Joins the lines of one region into paragraphs.
pub(crate) fn paragraphs(page: &PageContent, lines: &[Line], shared: Option<Measure>) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    let own = Measure {
        left: lines.iter().map(|l| l.local.x0).fold(f32::MAX, f32::min),
        right: lines.iter().map(|l| l.local.x1).fold(f32::MIN, f32::max),
    };
    let measure = shared
        .filter(|s| {
            let em = lines.first().map_or(10.0, |l| l.size);
            lines.first().is_some_and(|l| l.turn == 0)
                && own.left >= s.left - 2.0 * em
                && own.right <= s.right + 2.0 * em
                && (own.right - own.left > 0.6 * (s.right - s.left) || lines.len() < 4)
        })
        .unwrap_or(own);
    let pitch = pitch(lines);
    let mut previous: Option<&Line> = None;
    for line in lines {
        let text = line.text(page);
        if text.is_empty() {
            continue;
        }
        let goes_on = previous.is_some_and(|p| goes_on(page, p, line, &text, measure, pitch));
        let full = full(page, line, None, measure);
        match out.last_mut() {
            Some(last) if goes_on => {
                append(&mut last.text, &text, last.unspaced);
                last.rect = last.rect.union(&line.rect);
                last.full = full;
            }
            _ => {
                let wide = text.chars().filter(|&c| unspaced(c)).count();
                out.push(Part {
                    unspaced: wide * 2 > text.chars().count(),
                    note: false,
                    text,
                    rect: line.rect,
                    size: line.size,
                    full,
                    indented: line.local.x0 > measure.left + 0.8 * line.size,
                });
            }
        }
        previous = Some(line);
    }
    out
}

/// The usual distance of baselines in ems.
fn pitch(lines: &[Line]) -> f32 {
    let mut v: Vec<f32> = lines
        .windows(2)
        .filter_map(|p| match p {
            [a, b] if (a.size - b.size).abs() < 0.1 * a.size && a.turn == b.turn => Some((b.base - a.base) / a.size),
            _ => None,
        })
        .filter(|p| (0.5..4.0).contains(p))
        .collect();
    v.sort_by(f32::total_cmp);
    // The lower third: single-line paragraphs set apart must not widen it.
    v.get(v.len() / 3).copied().unwrap_or(1.5)
}

/// Whether a line leaves no room for what follows it.
fn full(page: &PageContent, line: &Line, next: Option<&Line>, m: Measure) -> bool {
    let room = m.right - line.local.x1;
    let em = line.size;
    let first = next.and_then(|n| n.words.first());
    let needed = match first {
        Some(w) if word::ends(page, w).0.is_some_and(|c| !unspaced(c)) => {
            (w.local.width() + 0.4 * em).max(1.8 * em).min(14.0 * em)
        }
        _ => 2.3 * em,
    };
    room < needed
}

fn goes_on(page: &PageContent, a: &Line, b: &Line, text: &str, m: Measure, pitch: f32) -> bool {
    if a.turn != b.turn || (a.size - b.size).abs() > 0.06 * a.size.max(b.size) {
        return false;
    }
    let em = a.size;
    let step = (b.base - a.base) / em;
    if step > (1.35 * pitch).max(pitch + 0.35) || !(0.2..=3.2).contains(&step) {
        return false;
    }
    if !(full(page, a, Some(b), m) || m.right - a.local.x1 < 4.5 * em && open_bracket(&a.text(page)))
        || a.bold(page) != b.bold(page) && !full(page, a, None, m)
    {
        return false;
    }
    // Entries of a list or a table of contents, however long: no sentence runs from one ordinal to the next.
    let above = a.text(page);
    if starts_with_ordinal(text) && !above.contains(['，', '。', '；', '：', ',', ';']) {
        return false;
    }
    // A heading after a sentence that happens to fill its line.
    if starts_with_ordinal(text)
        && above.ends_with(['。', '！', '？', '.'])
        && !text.contains(['，', '。', '；', '：', ';'])
    {
        return false;
    }
    if b.local.x0 > m.left + 0.8 * em {
        // Indented: a new paragraph, unless it hangs under an ordinal or a bullet, or both lines stand in a block.
        let hangs = b.local.x0 > a.local.x0 + 0.5 * em
            && b.local.x0 < a.local.x0 + 4.0 * em
            && (starts_with_ordinal(&above) || above.starts_with(['•', '·', '-', '●', '■', '◆', '*']));
        return hangs && !starts_with_ordinal(text);
    }
    true
}

/// Appends the text of the next line.
pub(crate) fn append(text: &mut String, next: &str, unspaced_text: bool) {
    let (Some(last), Some(first)) = (text.chars().next_back(), next.chars().next()) else {
        text.push_str(next);
        return;
    };
    let digits = last.is_ascii_digit() && first.is_ascii_digit() && unspaced_text;
    let hyphen = last == '-' && first.is_alphabetic();
    if last == '\u{AD}' {
        text.pop();
    } else if !(unspaced(last) || unspaced(first) || digits || hyphen) {
        text.push(' ');
    }
    text.push_str(next);
}

/// Whether the text ends inside brackets or quotes.
pub(crate) fn open_bracket(text: &str) -> bool {
    let depth = text.chars().fold(0i32, |d, c| match c {
        '（' | '《' | '“' | '〔' | '【' => d + 1,
        '）' | '》' | '”' | '〕' | '】' => d - 1,
        _ => d,
    });
    depth > 0
}

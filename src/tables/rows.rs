//! Rows without a line between them: tables ruled under every other row or every few.

use super::cells::{Grid, GridCell, read};
use crate::layout::{Line, PageContent, lines, words};

/// Parts the rows of a grid whose cells hold several rows of values: in most of them the lines of all cells stand on the
/// same baselines, and two columns or more have a value on each. A value that fills its cell may be one number that
/// wraps, so nothing is parted then.
pub(crate) fn part(page: &PageContent, grid: &mut Grid) {
    if grid.rows() < 3 || !grid.cells.iter().any(|c| stacked(&c.text)) {
        return;
    }
    let cells: Vec<Vec<Line>> = grid.cells.iter().map(|c| lines(words(page, c.chars.iter().copied()))).collect();
    // The baselines of the rows within each row of the grid.
    let parted = |least| (0..grid.rows()).map(|row| baselines(grid, &cells, row, least)).collect::<Vec<_>>();
    let several = parted(2).iter().flatten().count();
    let inked = (0..grid.rows()).filter(|&r| grid.cells.iter().any(|c| c.row == r && !c.text.is_empty())).count();
    // Of all rows but those of the boxhead.
    if several < 2 || several * 2 < inked.saturating_sub(1) {
        return;
    }
    // Where most rows are several, one column with a value on each is enough.
    let found = parted(1);
    let mut ys = Vec::with_capacity(grid.ys.len() + several);
    let mut begins = Vec::with_capacity(found.len() + 1);
    for (row, bases) in found.iter().enumerate() {
        begins.push(ys.len());
        ys.extend(grid.ys.get(row));
        for pair in bases.iter().flat_map(|b| b.windows(2)) {
            if let [a, b] = pair {
                // A third of the way down from the baseline is below the letters of the upper line.
                ys.push(a + (b - a) / 3.0);
            }
        }
    }
    begins.push(ys.len());
    ys.extend(grid.ys.last());
    let mut out: Vec<GridCell> = Vec::new();
    for (cell, its) in grid.cells.drain(..).zip(&cells) {
        let at = |r: usize| begins.get(r).copied().unwrap_or_default();
        let (from, upto) = (at(cell.row), at(cell.row + cell.row_span));
        let parts = found.get(cell.row).and_then(Option::as_ref).filter(|_| cell.row_span == 1);
        let Some(bases) = parts else {
            out.push(GridCell { row: from, row_span: upto - from, ..cell });
            continue;
        };
        for (k, &base) in bases.iter().enumerate() {
            let here = its.iter().filter(|l| near(l, base));
            let chars = here.flat_map(|l| &l.words).flat_map(|w| w.chars.iter().copied()).collect();
            let mut part = GridCell { row: from + k, row_span: 1, chars, text: String::new(), ..cell.clone() };
            read(page, &mut part);
            out.push(part);
        }
    }
    out.sort_by_key(|c| (c.row, c.col));
    grid.ys = ys;
    grid.cells = out;
}

/// Whether a text is several lines of values.
fn stacked(text: &str) -> bool {
    text.lines().count() >= 2 && text.lines().all(value)
}

fn value(line: &str) -> bool {
    let digits = line.chars().filter(|c| c.is_numeric()).count();
    digits > 0 && line.chars().all(|c| c.is_numeric() || ",.，．%-+ ".contains(c))
}

fn near(line: &Line, base: f32) -> bool {
    (line.base - base).abs() <= 0.3 * line.size
}

/// The baselines of the rows of values in one row of the grid, where it holds several: `least` columns show all.
fn baselines(grid: &Grid, cells: &[Vec<Line>], row: usize, least: usize) -> Option<Vec<f32>> {
    let here = || grid.cells.iter().zip(cells).filter(|(c, _)| c.row == row && c.row_span == 1);
    let stacks = || here().filter(|(c, _)| stacked(&c.text));
    let most = stacks().map(|(_, l)| l.len()).max()?;
    let (_, longest) = stacks().find(|(_, l)| l.len() == most)?;
    let bases: Vec<f32> = longest.iter().map(|l| l.base).collect();
    let roomy = |c: &GridCell, lines: &[Line]| {
        lines.iter().all(|l| {
            #[expect(clippy::cast_precision_loss, reason = "characters of a line")]
            let chars = l.words.iter().map(|w| w.chars.len()).sum::<usize>() as f32;
            l.rect.width() * (1.0 + 3.0 / chars.max(1.0)) < grid.cell_rect(c).width()
        })
    };
    let aligned = here().all(|(c, lines)| {
        lines.iter().all(|l| l.turn == 0 && bases.iter().any(|&b| near(l, b)))
            && (lines.len() < 2 || c.text.lines().count() == lines.len())
    });
    let even = bases.windows(2).all(|p| matches!(p, [a, b] if *b > *a + 1.0));
    // Labels have a line for each row too; one that lacks some is that of a group, or wraps.
    let labels = here().filter(|(c, _)| !c.text.is_empty() && !c.text.lines().all(value));
    let labelled = labels.clone().next().is_some() && labels.into_iter().all(|(_, l)| l.len() == most);
    let wide = stacks().filter(|(_, l)| l.len() == most).count();
    (wide >= least && aligned && even && labelled && stacks().all(|(c, l)| roomy(c, l))).then_some(bases)
}

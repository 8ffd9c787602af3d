//! Paragraph and character properties: formatted disk pages ([MS-DOC] 2.9.94, 2.9.23) and the style sheet.

use super::bytes::{i16_at, slice, u8_at, u16_at, u32_at};
use super::fib::Fib;
use crate::format::rows::CellShape;
use crate::format::run::{RunLook, is_lifted};

/// What is needed of a paragraph's properties.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ParagraphProperties {
    /// Its style.
    style: usize,
    /// Stands in a table.
    pub(super) in_table: bool,
    /// Ends a table row.
    pub(super) row_end: bool,
    /// Table depth, 1 for the outermost.
    pub(super) depth: u32,
    /// Ends a cell of an inner table.
    pub(super) inner_cell: bool,
    /// Ends a row of an inner table.
    pub(super) inner_row_end: bool,
    /// Outline level from 0.
    pub(super) outline: Option<u8>,
    /// List instance from 1; 0 takes the style's away.
    pub(super) list: Option<u16>,
    /// List level.
    pub(super) level: u8,
    /// The row's cells, on the paragraph that ends it.
    pub(super) row: Vec<CellShape>,
}

/// Runs of properties by stream offset.
#[derive(Debug, Default)]
pub(super) struct Properties {
    /// (start, end, properties) of paragraphs, sorted by start.
    paragraphs: Vec<(u32, u32, ParagraphProperties)>,
    /// (start, end, properties) of runs that say anything, sorted by start.
    runs: Vec<(u32, u32, RunProperties)>,
    /// How each style sets its runs.
    looks: Vec<RunLook>,
}

/// What is needed of a run's properties.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct RunProperties {
    /// What it says itself.
    look: RunLook,
    /// What it has the other way round than its styles.
    opposite: RunLook,
    /// Its character style.
    style: Option<u16>,
    /// Marked as deleted.
    deleted: bool,
}

impl Properties {
    pub(super) fn parse(main: &[u8], table: &[u8], data: &[u8], fib: &Fib) -> Self {
        let (styles, looks) = styles(table, data, fib);
        let mut out = Self { looks, ..Self::default() };
        for page in pages(table, fib.papx) {
            let Some(fkp) = main.get(page..page + 512) else { continue };
            let runs = usize::from(u8_at(fkp, 511).unwrap_or(0));
            for run in 0..runs {
                let (Some(start), Some(end)) = (u32_at(fkp, run * 4), u32_at(fkp, run * 4 + 4)) else { break };
                let at = usize::from(u8_at(fkp, (runs + 1) * 4 + run * 13).unwrap_or(0)) * 2;
                let mut properties = ParagraphProperties::default();
                if at != 0 {
                    let size = usize::from(u8_at(fkp, at).unwrap_or(0));
                    let (from, length) = if size == 0 {
                        (at + 2, usize::from(u8_at(fkp, at + 1).unwrap_or(0)) * 2)
                    } else {
                        (at + 1, size * 2 - 1)
                    };
                    let modifiers = fkp.get(from..(from + length).min(511)).unwrap_or_default();
                    let style = usize::from(u16_at(modifiers, 0).unwrap_or(0));
                    if let Some(style) = styles.get(style) {
                        properties = style.clone();
                    }
                    properties.style = style;
                    apply(modifiers.get(2..).unwrap_or_default(), data, &mut properties);
                }
                out.paragraphs.push((start, end, properties));
            }
        }
        for page in pages(table, fib.chpx) {
            let Some(fkp) = main.get(page..page + 512) else { continue };
            let runs = usize::from(u8_at(fkp, 511).unwrap_or(0));
            for run in 0..runs {
                let (Some(start), Some(end)) = (u32_at(fkp, run * 4), u32_at(fkp, run * 4 + 4)) else { break };
                let at = usize::from(u8_at(fkp, (runs + 1) * 4 + run).unwrap_or(0)) * 2;
                if at == 0 {
                    continue;
                }
                let size = usize::from(u8_at(fkp, at).unwrap_or(0));
                let run = run_properties(fkp.get(at + 1..(at + 1 + size).min(511)).unwrap_or_default());
                if run != RunProperties::default() {
                    out.runs.push((start, end, run));
                }
            }
        }
        out.paragraphs.sort_by_key(|r| r.0);
        out.runs.sort_by_key(|r| r.0);
        out
    }

    /// Properties of the paragraph that the character at this stream offset ends.
    pub(super) fn paragraph(&self, offset: u32) -> Option<&ParagraphProperties> {
        let at = self.paragraphs.partition_point(|r| r.0 <= offset).checked_sub(1)?;
        self.paragraphs.get(at).filter(|r| offset < r.1).map(|r| &r.2)
    }

    /// How the character at this stream offset is set; deleted is hidden.
    pub(super) fn look(&self, offset: u32) -> RunLook {
        let at = self.runs.partition_point(|r| r.0 <= offset).checked_sub(1);
        let run = at.and_then(|at| self.runs.get(at)).filter(|r| offset < r.1).map(|r| r.2).unwrap_or_default();
        if run.deleted {
            return RunLook { hidden: Some(true), ..RunLook::default() };
        }
        let of_style = |at: usize| self.looks.get(at).copied().unwrap_or_default();
        let paragraph = self.paragraph(offset).map(|p| of_style(p.style)).unwrap_or_default();
        let style = run.style.map(|at| of_style(usize::from(at))).unwrap_or_default();
        run.look.over(run.opposite.on(style.on(paragraph)))
    }
}

/// What the modifiers of a run say ([MS-DOC] 2.6.1).
fn run_properties(modifiers: &[u8]) -> RunProperties {
    let mut run = RunProperties::default();
    sprms(modifiers, |sprm, operand| {
        let byte = operand.first().copied().unwrap_or(0);
        // ToggleOperand: 0x80 as the style has it, 0x81 the other way round.
        let toggle = (byte < 2).then_some(byte == 1);
        let turned = (byte == 0x81).then_some(true);
        match sprm {
            // sprmCFRMarkDel
            0x0800 => run.deleted = byte == 1,
            // sprmCFVanish
            0x083C => (run.look.hidden, run.opposite.hidden) = (toggle, turned),
            // sprmCFStrike
            0x0837 => (run.look.struck, run.opposite.struck) = (toggle, turned),
            // sprmCFDStrike
            0x2A53 => run.look.struck_twice = Some(byte != 0),
            // sprmCIss
            0x2A48 => run.look.superscript = Some(byte == 1),
            // sprmCHpsPos
            0x4845 => run.look.lifted = i16_at(operand, 0).map(|half_points| is_lifted(half_points.into())),
            // sprmCIstd
            0x4A30 => run.style = u16_at(operand, 0),
            _ => {}
        }
    });
    run
}

/// Stream offsets of the pages that a bin table names.
fn pages(table: &[u8], at: (u32, u32)) -> Vec<usize> {
    let plc = slice(table, at).unwrap_or_default();
    let count = plc.len().saturating_sub(4) / 8;
    (0..count)
        .filter_map(|n| u32_at(plc, (count + 1) * 4 + n * 4))
        .map(|page| (page & 0x003F_FFFF) as usize * 512)
        .collect()
}

/// Calls `f` with each property modifier and its operand ([MS-DOC] 2.6.1: the size stands in the top three bits).
fn sprms(data: &[u8], mut f: impl FnMut(u16, &[u8])) {
    let mut at = 0;
    while let Some(sprm) = u16_at(data, at) {
        at += 2;
        let size = match sprm >> 13 {
            0 | 1 => 1,
            2 | 4 | 5 => 2,
            3 => 4,
            7 => 3,
            _ => match sprm {
                // sprmTDefTable counts its size in two bytes, less one.
                0xD608 => usize::from(u16_at(data, at).unwrap_or(0)) + 1,
                // sprmPChgTabs: 255 means that the size follows from its counts.
                0xC615 if u8_at(data, at) == Some(255) => {
                    let deleted = usize::from(u8_at(data, at + 1).unwrap_or(0));
                    let added = usize::from(u8_at(data, at + 2 + deleted * 4).unwrap_or(0));
                    3 + deleted * 4 + added * 3
                }
                _ => usize::from(u8_at(data, at).unwrap_or(0)) + 1,
            },
        };
        let Some(operand) = data.get(at..at + size) else { break };
        f(sprm, operand);
        at += size;
    }
}

/// Applies paragraph modifiers; those too long for their page stand in the data stream (sprmPHugePapx, sprmPTableProps).
fn apply(modifiers: &[u8], data: &[u8], p: &mut ParagraphProperties) {
    let mut elsewhere = None;
    sprms(modifiers, |sprm, operand| {
        if matches!(sprm, 0x6645 | 0x6646 | 0x646B) {
            elsewhere = u32_at(operand, 0).map(|at| at as usize);
        }
    });
    let huge = elsewhere
        .and_then(|at| Some((at, usize::from(u16_at(data, at)?))))
        .and_then(|(at, size)| data.get(at + 2..at + 2 + size));
    for modifiers in [Some(modifiers), huge].into_iter().flatten() {
        apply_each(modifiers, p);
    }
}

fn apply_each(modifiers: &[u8], p: &mut ParagraphProperties) {
    sprms(modifiers, |sprm, operand| {
        let byte = operand.first().copied().unwrap_or(0);
        match sprm {
            0x2416 => p.in_table = byte != 0,
            0x2417 => p.row_end = byte != 0,
            0x6649 => p.depth = u32_at(operand, 0).unwrap_or(0),
            0x244B => p.inner_cell = byte != 0,
            0x244C => p.inner_row_end = byte != 0,
            0x2640 => p.outline = (byte < 9).then_some(byte),
            0x460B => p.list = u16_at(operand, 0),
            0x260A => p.level = byte,
            0xD608 => p.row = row(operand),
            // sprmTVertMerge: cell and kind, after the row's definition.
            0xD62B => {
                if let (Some(&cell), Some(&kind)) = (operand.get(1), operand.get(2))
                    && let Some(shape) = p.row.get_mut(usize::from(cell))
                {
                    shape.continues_merge = kind == 1;
                    shape.starts_merge = kind == 3;
                }
            }
            // sprmTMerge: first and limit of the cells that become one.
            0x5624 => {
                if let (Some(&first), Some(&limit)) = (operand.first(), operand.get(1)) {
                    for cell in usize::from(first) + 1..usize::from(limit) {
                        if let Some(shape) = p.row.get_mut(cell) {
                            shape.merged = true;
                        }
                    }
                }
            }
            _ => {}
        }
    });
}

/// A row's definition: edges, then flags of each cell (TDefTableOperand, TC80).
fn row(operand: &[u8]) -> Vec<CellShape> {
    let count = usize::from(u8_at(operand, 2).unwrap_or(0)).min(63);
    let edge = |n: usize| i32::from(i16_at(operand, 3 + n * 2).unwrap_or(0));
    (0..count)
        .map(|n| {
            let flags = u16_at(operand, 3 + (count + 1) * 2 + n * 20).unwrap_or(0);
            let vertical = flags >> 5 & 3;
            CellShape {
                left: edge(n),
                right: edge(n + 1),
                merged: flags & 2 != 0,
                continues_merge: vertical == 1,
                starts_merge: vertical == 3,
            }
        })
        .collect()
}

/// A style as it stands in the sheet.
struct Style {
    /// Number of the style that it is based on.
    base: usize,
    /// Modifiers of its paragraphs.
    paragraph: Vec<u8>,
    look: RunLook,
    /// Its number among the built-in paragraph styles.
    built_in: u8,
}

/// Properties of each style, with those that it is based on ([MS-DOC] 2.9.271): of its paragraphs and of its runs.
fn styles(table: &[u8], data: &[u8], fib: &Fib) -> (Vec<ParagraphProperties>, Vec<RunLook>) {
    let sheet = slice(table, fib.styles).unwrap_or_default();
    let header = usize::from(u16_at(sheet, 0).unwrap_or(0));
    let count = usize::from(u16_at(sheet, 2).unwrap_or(0)).min(4_096);
    let base_size = usize::from(u16_at(sheet, 4).unwrap_or(0));
    let mut found: Vec<Style> = Vec::with_capacity(count);
    let mut at = 2 + header;
    for _ in 0..count {
        let Some(size) = u16_at(sheet, at).map(usize::from) else { break };
        at += 2;
        let style = sheet.get(at..at + size).unwrap_or_default();
        at += size + size % 2;
        found.push(style_modifiers(style, base_size));
    }
    let resolve = |index: usize| {
        // From the root of the chain down, at most 12 deep.
        let mut chain = vec![index];
        while let Some(style) = chain.last().and_then(|&i| found.get(i)) {
            if style.base >= found.len() || chain.len() > 12 {
                break;
            }
            chain.push(style.base);
        }
        let (mut p, mut look) = (ParagraphProperties::default(), RunLook::default());
        for style in chain.into_iter().rev().filter_map(|at| found.get(at)) {
            // Built-in styles 1 to 9 are the headings.
            if (1..=9).contains(&style.built_in) {
                p.outline = Some(style.built_in - 1);
            }
            apply(&style.paragraph, data, &mut p);
            look = style.look.over(look);
        }
        (p, look)
    };
    (0..found.len()).map(resolve).unzip()
}

/// A style's base, its modifiers and its built-in number.
fn style_modifiers(style: &[u8], base_size: usize) -> Style {
    let mut out = Style { base: usize::MAX, paragraph: Vec::new(), look: RunLook::default(), built_in: 0 };
    let (Some(first), Some(second)) = (u16_at(style, 0), u16_at(style, 2)) else { return out };
    out.base = usize::from(second >> 4);
    // The name: a count of characters, the characters, a zero.
    let name = usize::from(u16_at(style, base_size).unwrap_or(0));
    let mut at = base_size + 2 + name * 2 + 2;
    at += at % 2;
    let kind = second & 0x0F;
    if kind == 1 {
        out.built_in = u8::try_from(first & 0x0FFF).unwrap_or(0);
        let size = usize::from(u16_at(style, at).unwrap_or(0));
        // The style's own number stands before its modifiers.
        out.paragraph = style.get(at + 4..at + 2 + size).unwrap_or_default().to_vec();
        at += 2 + size + size % 2;
    }
    // Modifiers of runs: behind those of paragraphs, or a character style's only ones.
    if matches!(kind, 1 | 2) {
        let size = usize::from(u16_at(style, at).unwrap_or(0));
        let run = run_properties(style.get(at + 2..at + 2 + size).unwrap_or_default());
        out.look = run.look.over(run.opposite);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_told_by_their_own_modifiers_and_by_their_styles() {
        let raised = run_properties(&[0x48, 0x2A, 1]);
        let lifted = run_properties(&[0x45, 0x48, 6, 0]);
        let struck = run_properties(&[0x37, 0x08, 1]);
        let twice = run_properties(&[0x53, 0x2A, 1]);
        let styled = run_properties(&[0x30, 0x4A, 1, 0]);
        let shown = RunProperties { style: Some(1), ..run_properties(&[0x3C, 0x08, 0]) };
        let turned = RunProperties { style: Some(1), ..run_properties(&[0x3C, 0x08, 0x81]) };
        let kept = RunProperties { style: Some(1), ..run_properties(&[0x3C, 0x08, 0x80]) };
        let deleted = run_properties(&[0x00, 0x08, 1]);
        let runs = [raised, lifted, struck, twice, styled, shown, turned, kept, deleted];
        let hides = RunLook { hidden: Some(true), ..RunLook::default() };
        let properties = Properties {
            runs: runs.into_iter().zip(0..).map(|(run, at)| (at, at + 1, run)).collect(),
            looks: vec![RunLook::default(), hides],
            ..Properties::default()
        };
        let looks: Vec<RunLook> = (0..10).map(|at| properties.look(at)).collect();
        let raised: Vec<bool> = looks.iter().map(|look| look.is_raised()).collect();
        assert_eq!(raised, [true, true, false, false, false, false, false, false, false, false]);
        let left_out: Vec<bool> = looks.iter().map(|look| look.is_left_out()).collect();
        assert_eq!(left_out, [false, false, true, true, true, false, false, true, true, false]);
    }
}

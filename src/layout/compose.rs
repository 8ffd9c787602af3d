use rustc_hash::FxHashMap;

use super::footnote::{body_size, footnotes};
use super::frame::Frame;
use super::furniture::furniture;
use super::line::{Line, lines};
use super::order::{Item, regions, runs};
use super::paragraph::{Part, append, measure, open_bracket, paragraphs};
use super::superscript::seat_superscripts;
use super::watermark::watermarks;
use super::word::{Word, drop_marked, words};
use super::{PageContent, TaggedTable};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Anchor, Block, Page, Paragraph, Rect, Role};
use crate::limits::Limits;
use crate::tables::{self, Edge, Grid, Piece, Trees};

/// What layout makes of the pages of a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Composed {
    /// Numbers and sizes of the pages.
    pub pages: Vec<Page>,
    /// Paragraphs and tables in reading order, page furniture left out.
    pub blocks: Vec<Block>,
    /// What was noticed.
    pub diagnostics: Vec<Diagnostic>,
}

/// A page on its way.
struct Sheet {
    frame: Frame,
    page: PageContent,
    grids: Vec<Grid>,
    loose: tables::Loose,
    words: Vec<Word>,
}

/// A block before pages are joined.
enum Draft {
    Text(Part, u32),
    Table(Box<Piece>),
}

/// Lays out the pages of a file: tables found and stitched, text in reading order, furniture left out.
///
/// `tagged` are the tables of the file's structure tree. Anchors are in the coordinates of `pages` as displayed.
#[must_use]
pub fn compose(pages: Vec<PageContent>, tagged: &[TaggedTable], limits: &Limits) -> Composed {
    let mut out = Composed { pages: pages.iter().map(|p| p.page.clone()).collect(), ..Composed::default() };
    let stamped = watermarks(&pages);
    for (text, page) in &stamped.texts {
        out.diagnostics.push(Diagnostic {
            code: "watermark",
            severity: Severity::Note,
            message: format!(
                "watermark `{}`, first on page {page}, left out",
                text.chars().take(40).collect::<String>()
            ),
            anchor: None,
        });
    }
    let trees = Trees::new(tagged, limits);
    let mut sheets: Vec<Sheet> = pages
        .iter()
        .enumerate()
        .map(|(i, p)| sheet(p, stamped.pages.get(&i), &trees, limits, &mut out.diagnostics))
        .collect();
    drop_furniture(&mut sheets);
    drop_repeated_heads(&mut sheets);
    for s in &mut sheets {
        let areas = areas(s);
        let words = std::mem::take(&mut s.words);
        let (mut more, rest) = tables::unruled(&s.page, &mut s.grids, &s.loose, words, &areas, limits);
        s.words = rest;
        s.grids.append(&mut more);
    }
    // Regions of all pages first: paragraphs need the measure of the whole document.
    let laid: Vec<Vec<Vec<Region>>> = sheets.iter_mut().map(lay).collect();
    let text = || {
        laid.iter().flatten().flatten().flat_map(|r| match r {
            Region::Lines(l) => l.as_slice(),
            Region::Table(_) => &[],
        })
    };
    let (shared, body) = (measure(text()), body_size(text().map(|l| (l.size, l.len()))));
    let mut drafts: Vec<Draft> = Vec::new();
    for (sheet, regions) in sheets.into_iter().zip(laid) {
        let number = sheet.page.page.number;
        let frame = sheet.frame;
        let mut fresh: Vec<Draft> = Vec::new();
        let mut grids: Vec<Option<Grid>> = sheet.grids.into_iter().map(Some).collect();
        for r in regions.into_iter().flatten() {
            match r {
                Region::Lines(l) => {
                    fresh.extend(paragraphs(&sheet.page, &l, shared).into_iter().map(|p| Draft::Text(p, number)));
                }
                Region::Table(i) => {
                    if let Some(g) = grids.get_mut(i).and_then(Option::take) {
                        fresh.push(Draft::Table(Box::new(Piece::new(g, number, |r| frame.outward(r)))));
                    }
                }
            }
        }
        mark_notes(&mut fresh, body, &sheet.loose.edges, sheet.page.page.height);
        for draft in &mut fresh {
            if let Draft::Text(part, _) = draft {
                part.rect = frame.outward(part.rect);
            }
        }
        join_pages(&mut drafts, fresh);
    }
    for draft in &drafts {
        let Draft::Table(table) = draft else { continue };
        out.diagnostics.extend(table.wrapped().into_iter().map(|(number, anchor)| Diagnostic {
            code: "number-wrapped",
            severity: Severity::Warning,
            message: format!("{number} is printed over several lines of a cell too narrow for it; look at the page"),
            anchor: Some(anchor),
        }));
    }
    out.blocks = drafts.into_iter().flat_map(finish).collect();
    out
}

/// Text of one region in lines, or a table.
enum Region {
    Lines(Vec<Line>),
    Table(usize),
}

fn sheet(
    page: &PageContent,
    stamped: Option<&Vec<bool>>,
    trees: &Trees,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Sheet {
    let frame = Frame::of(page);
    let mut page = frame.apply(page);
    if let Some(stamped) = stamped {
        drop_marked(&mut page.chars, stamped);
    }
    seat_superscripts(&mut page);
    let tables::Ruled { mut grids, mut loose, cut } = tables::ruled(&page, limits);
    if cut {
        diagnostics.push(Diagnostic {
            code: "too-many-rulings",
            severity: Severity::Warning,
            message: format!(
                "page {}: more rulings than a table has, some tables left as text; raise the limit of cells",
                page.page.number
            ),
            anchor: None,
        });
    }
    let count = u32::try_from(page.chars.len()).unwrap_or(u32::MAX);
    let all = words(&page, 0..count);
    let (rest, against) = tables::fill_ruled(&page, &mut grids, &mut loose, all, trees, limits);
    diagnostics.extend(against.into_iter().map(|why| Diagnostic {
        code: "tagged-table-refused",
        severity: Severity::Note,
        message: format!(
            "page {}: a table of the structure tree was not taken, {why}; its cells are told by lines and places",
            page.page.number
        ),
        anchor: None,
    }));
    Sheet { frame, page, grids, loose, words: rest }
}

fn drop_furniture(sheets: &mut [Sheet]) {
    let flags = {
        let view: Vec<(&PageContent, &[Word])> = sheets.iter().map(|s| (&s.page, s.words.as_slice())).collect();
        furniture(&view)
    };
    for (s, f) in sheets.iter_mut().zip(flags) {
        drop_marked(&mut s.words, &f);
    }
}

/// Drops the boxheads that are printed again where a tagged table goes on: the tree has them once.
fn drop_repeated_heads(sheets: &mut [Sheet]) {
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<Vec<char>>();
    // The letters of the first row, of the first two, …, by table.
    let mut heads: FxHashMap<usize, Vec<Vec<char>>> = FxHashMap::default();
    for g in sheets.iter().flat_map(|s| &s.grids) {
        let Some(part) = g.part.as_ref().filter(|p| p.rows.0 == 0) else { continue };
        let mut all = Vec::new();
        let rows = (0..g.rows().min(tables::HEADER)).map(|row| {
            all.extend(g.cells.iter().filter(|c| c.row == row).flat_map(|c| letters(&c.text)));
            all.sort_unstable();
            all.clone()
        });
        heads.insert(part.table, rows.collect());
    }
    for s in sheets {
        for g in &s.grids {
            let Some(head) = g.part.as_ref().filter(|p| p.rows.0 > 0).and_then(|p| heads.get(&p.table)) else {
                continue;
            };
            let untagged =
                |w: &Word| w.chars.iter().all(|&i| s.page.chars.get(i as usize).is_some_and(|c| c.mcid.is_none()));
            let above = |w: &Word| {
                w.rect.y1 < g.rect.y0 + w.size && w.rect.x1 > g.rect.x0 && w.rect.x0 < g.rect.x1 && untagged(w)
            };
            let mut found: Vec<char> = s
                .words
                .iter()
                .filter(|w| above(w))
                .flat_map(|w| w.chars.iter().filter_map(|&i| s.page.chars.get(i as usize)).map(|c| c.ch))
                .collect();
            found.sort_unstable();
            if !found.is_empty() && head.contains(&found) {
                s.words.retain(|w| !above(w));
            }
        }
    }
}

/// The areas of one column of text each, in which a borderless table may stand.
fn areas(sheet: &Sheet) -> Vec<Rect> {
    let upright: Vec<Word> = sheet.words.iter().filter(|w| w.turn == 0).cloned().collect();
    let mut items = runs(upright);
    items.extend(sheet.grids.iter().enumerate().map(|(i, g)| Item::Table(g.rect, i)));
    let union = |items: Vec<Item>| items.iter().map(Item::rect).reduce(|a, b| a.union(&b));
    regions(items).into_iter().filter_map(union).collect()
}

/// Reading order of one page.
fn lay(sheet: &mut Sheet) -> Vec<Vec<Region>> {
    let (upright, turned): (Vec<Word>, Vec<Word>) =
        std::mem::take(&mut sheet.words).into_iter().partition(|w| w.turn == 0);
    let mut items = runs(upright);
    let inked = |g: &Grid| g.cells.iter().any(|c| !c.text.is_empty());
    items.extend(sheet.grids.iter().enumerate().filter(|(_, g)| inked(g)).map(|(i, g)| Item::Table(g.rect, i)));
    let mut out: Vec<Vec<Region>> = regions(items).into_iter().map(split).collect();
    let aside = lines(turned);
    if !aside.is_empty() {
        out.push(vec![Region::Lines(aside)]);
    }
    out
}

/// Lines and tables of one region from top to bottom.
fn split(mut items: Vec<Item>) -> Vec<Region> {
    let mut tables: Vec<(Rect, usize)> = Vec::new();
    let mut texts: Vec<Word> = Vec::new();
    for it in items.drain(..) {
        match it {
            Item::Run(_, _, w) => texts.extend(w),
            Item::Table(r, i) => tables.push((r, i)),
        }
    }
    tables.sort_by(|a, b| a.0.y0.total_cmp(&b.0.y0).then(a.0.x0.total_cmp(&b.0.x0)));
    let mut all = lines(texts);
    let mut out = Vec::new();
    for (r, i) in tables {
        let n = all.iter().take_while(|l| l.rect.center().y < r.y0.max(r.y1.min(r.center().y))).count();
        let rest = all.split_off(n);
        if !all.is_empty() {
            out.push(Region::Lines(std::mem::replace(&mut all, rest)));
        } else {
            all = rest;
        }
        out.push(Region::Table(i));
    }
    if !all.is_empty() {
        out.push(Region::Lines(all));
    }
    out
}

/// Tells the footnotes among the paragraphs at the end of a page.
fn mark_notes(fresh: &mut [Draft], body: f32, rules: &[Edge], height: f32) {
    let parts: Vec<&Part> = fresh
        .iter()
        .rev()
        .map_while(|d| if let Draft::Text(p, _) = d { Some(p) } else { None })
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let notes = footnotes(&parts, body, rules, height);
    for draft in fresh.iter_mut().rev().take(notes) {
        if let Draft::Text(p, _) = draft {
            p.note = true;
        }
    }
}

/// Joins a page to the ones before, past footnotes: a table that goes on, a paragraph that goes on.
fn join_pages(drafts: &mut Vec<Draft>, fresh: Vec<Draft>) {
    let mut fresh = fresh.into_iter();
    let Some(first) = fresh.next() else { return };
    let last = drafts.iter_mut().rev().find(|d| !matches!(d, Draft::Text(p, _) if p.note));
    match (last, first) {
        (Some(Draft::Table(table)), Draft::Table(next)) => {
            if let Err(next) = tables::stitch(table, *next) {
                drafts.push(Draft::Table(Box::new(next)));
            }
        }
        (Some(Draft::Text(last, _)), Draft::Text(next, number)) => {
            let same = (last.size - next.size).abs() <= 0.12 * last.size && !next.note;
            let ended = last.text.ends_with(['。', '！', '？', '：', '；', '.', '!', '?', ':']);
            if same && !next.indented && (last.full && !ended || open_bracket(&last.text)) {
                append(&mut last.text, &next.text, last.unspaced);
                last.full = next.full;
            } else {
                drafts.push(Draft::Text(next, number));
            }
        }
        (_, first) => drafts.push(first),
    }
    drafts.extend(fresh);
}

fn finish(draft: Draft) -> Vec<Block> {
    match draft {
        Draft::Text(p, page) => {
            vec![Block::Paragraph(Paragraph {
                text: p.text,
                role: if p.note { Role::Footnote } else { Role::Body },
                anchor: Anchor::Page { page, bbox: p.rect },
            })]
        }
        Draft::Table(t) => {
            let table = t.table();
            if table.cells.len() > 1 {
                return vec![Block::Table(table)];
            }
            table
                .cells
                .into_iter()
                .filter(|c| !c.text.is_empty())
                .map(|c| Block::Paragraph(Paragraph { text: c.text, role: Role::Body, anchor: c.anchor }))
                .collect()
        }
    }
}

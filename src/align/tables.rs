//! The tables of a document against the tables of a family's forms: which form, which instance, which values.

use rustc_hash::FxHashSet;

use super::boxhead::Boxhead;
use super::flow::{self, Note};
use super::fragment::{Fragment, fragment, open_heads};
use super::grid::Grid;
use super::halves::Cutter;
use super::readings::{claim, found};
use super::unread::{self, prefixes};
use super::vocabulary::{Reader, TableIndex, Vocabulary};
use super::year::printed_year;
use super::{Found, caption, joined, torn};
use crate::document::{Block, Document, Table};
use crate::record::{Flag, State};
use crate::text::fold;

/// Longest paragraph that may be a caption, in bytes.
const CAPTION_BYTES: usize = 240;
/// Longest caption that may name another year, in characters.
pub(super) const CAPTION_CHARS: usize = 60;
/// Figures of a caption that names a year, with its own number.
const CAPTION_FIGURES: usize = 6;
/// Characters in front of a table in running text that may be its caption.
const CAPTION_TAIL: usize = 12;
/// Part of a table's evidence from which another form's is nearly as much.
const NEARLY: f32 = 0.7;
/// Paragraphs before a table that may be its captions.
const CAPTIONS: usize = 3;

/// Finds the statutory tables printed as grids, each by the form that it prints.
pub(crate) fn find_in_tables(document: &Document, vocabulary: &Vocabulary) -> Vec<Found> {
    let mended: Vec<Option<Table>> = (document.blocks.iter())
        .map(|block| if let Block::Table(table) = block { torn::mend(table, vocabulary) } else { None })
        .collect();
    let continuations = caption::continuations(document);
    let mut cutter = Cutter::new(vocabulary);
    let pieces: Vec<Vec<Table>> = (document.blocks.iter().zip(&mended).zip(&continuations))
        .map(|((block, mended), continues)| match block {
            Block::Table(table) => cutter.cut(mended.as_ref().unwrap_or(table), *continues),
            Block::Paragraph(_) => Vec::new(),
        })
        .collect();
    let mut reader = Reader::new(vocabulary);
    let years: Vec<Vec<(Table, Option<String>)>> = (document.blocks.iter().zip(&mended))
        .map(|(block, mended)| match block {
            Block::Table(table) => joined::cut(mended.as_ref().unwrap_or(table), &mut reader),
            Block::Paragraph(_) => Vec::new(),
        })
        .collect();
    let mut grids: Vec<Grid> = Vec::new();
    for (at, block) in document.blocks.iter().enumerate() {
        let Block::Table(printed) = block else { continue };
        let table = mended.get(at).and_then(Option::as_ref).unwrap_or(printed);
        let mut context = Vec::new();
        for before in (0..at).rev().take(CAPTIONS) {
            match document.blocks.get(before) {
                Some(Block::Paragraph(p)) if p.text.len() <= CAPTION_BYTES => {
                    if !p.text.trim().is_empty() {
                        context.push((before, reader.prepare(&p.text)));
                    }
                }
                _ => break,
            }
        }
        if !printed.caption.is_empty() {
            context.insert(0, (at, reader.prepare(&printed.caption)));
        }
        context.reverse();
        let titles = caption::titles(document, at, table);
        let unit = caption::unit_above(&titles);
        let titles: Vec<usize> = if vocabulary.is_captioned() {
            titles.into_iter().map(|line| reader.prepare(line)).collect()
        } else {
            Vec::new()
        };
        let ends = at + 1 == document.blocks.len();
        let continues = continuations.get(at).copied().unwrap_or(false);
        let cut = pieces.get(at).filter(|p| !p.is_empty());
        let years = years.get(at).filter(|y| !y.is_empty() && cut.is_none());
        let alone = std::slice::from_ref(table);
        let parts = years.map(|y| y.iter().map(|(table, title)| (table, title.as_deref())).collect());
        let parts: Vec<(&Table, Option<&str>)> =
            parts.unwrap_or_else(|| cut.map_or(alone, Vec::as_slice).iter().map(|t| (t, None)).collect());
        for (table, title) in parts {
            let mut context = context.clone();
            context.extend(title.map(|title| (at, reader.prepare(title))));
            if let Some(grid) = Grid::new(at, table, context, &mut reader) {
                grids.push(Grid { titles: titles.clone(), continues, piece: cut.is_some(), unit, ends, ..grid });
            }
        }
    }
    let mut all = candidates(&grids, vocabulary, &reader);
    // Running text is searched only for what the grids leave open: most of its numbers are prose.
    let mut flowed = Vec::new();
    if vocabulary.flows() && !whole(&all, vocabulary) {
        flowed = flow::tables(document, vocabulary);
        for table in &flowed {
            if let Some(grid) = Grid::new(table.block, &table.table, Vec::new(), &mut reader) {
                grids.push(Grid { ranges: table.ranges.clone(), ..grid });
            }
        }
        if !flowed.is_empty() {
            grids.sort_by_key(|g| g.block);
            all = candidates(&grids, vocabulary, &reader);
        }
    }
    let mut out = Vec::new();
    let scores: Vec<(usize, f32)> = all.iter().map(|a| (a.0, a.2)).collect();
    for (t, fragments, score) in choose_forms(all, vocabulary, &grids) {
        let Some(index) = vocabulary.tables.get(t) else { continue };
        let rival = headless(&fragments).then(|| rival(index, t, score, &scores, vocabulary)).flatten();
        let mut found = instances(index, fragments, score, &grids, &reader, document);
        for (found, rival) in found.iter_mut().zip(rival.into_iter().cycle()) {
            found.flags.extend(prefixes(index.table).into_iter().map(|at| Flag {
                code: "form-unsure",
                at,
                message: format!("no header is printed, and the rows could be those of {rival} as well"),
            }));
        }
        out.extend(found);
    }
    let mut valueless = caption::empty(&out, &grids, vocabulary, &reader);
    valueless.extend(unread::in_grids(&grids, &out, vocabulary, &reader));
    for (mut found, g) in valueless {
        let index = vocabulary.tables.iter().find(|i| i.table.id == found.table && i.form.id == found.form);
        if let Some((index, grid)) = index.zip(grids.get(g)) {
            claim(index, grid, &reader, document, &mut found);
        }
        out.push(found);
    }
    let notes: Vec<&Note> = flowed.iter().flat_map(|t| &t.notes).collect();
    if !notes.is_empty() {
        for found in &mut out {
            annotate(found, &notes);
        }
    }
    out
}

/// Every table of every form that something speaks for, by the evidence of all physical tables.
fn candidates(grids: &[Grid], vocabulary: &Vocabulary, reader: &Reader) -> Vec<(usize, Vec<Fragment>, f32)> {
    let mut all: Vec<(usize, Vec<Fragment>, f32)> = Vec::new();
    let owners = caption::owners(grids, vocabulary, reader);
    for (t, index) in vocabulary.tables.iter().enumerate() {
        let mut carried: Vec<(usize, Boxhead)> = Vec::new();
        let mut fragments: Vec<Fragment> = Vec::new();
        let mut open = 0; // boxheads at the end of `carried` that wait for the next table alone
        for (g, grid) in grids.iter().enumerate() {
            let found = if index.table.under.is_empty() || owners.get(g).is_some_and(|o| o.contains(&t)) {
                fragment(g, grid, index, &carried, reader)
            } else {
                None
            };
            carried.truncate(carried.len() - open);
            if let Some(found) = found {
                carried.extend(found.heads.iter().filter(|h| !h.1.carried).cloned());
                fragments.push(found);
            }
            let waiting = open_heads(grid, index, reader);
            open = waiting.len();
            carried.extend(waiting);
        }
        if !fragments.is_empty() {
            let score: f32 = fragments.iter().map(|f| f.score).sum();
            let spoken = evidence(index, &fragments, grids, reader);
            all.push((t, fragments, score + spoken));
        }
    }
    all
}

/// Whether no boxhead is printed anywhere above a table's rows.
fn headless(fragments: &[Fragment]) -> bool {
    fragments.iter().all(|f| f.heads.is_empty())
}

/// Another form whose table of the same id has nearly as much evidence.
fn rival<'v>(
    index: &TableIndex,
    t: usize,
    score: f32,
    scores: &[(usize, f32)],
    vocabulary: &'v Vocabulary,
) -> Option<&'v str> {
    let others = scores.iter().filter(|s| s.0 != t && s.1 > score * NEARLY);
    let mut tables = others.filter_map(|s| vocabulary.tables.get(s.0));
    tables.find(|o| o.table.id == index.table.id).map(|o| o.form.id.as_str())
}

/// Whether most variables of every table of some form were found.
fn whole(all: &[(usize, Vec<Fragment>, f32)], vocabulary: &Vocabulary) -> bool {
    let found = |t: usize| {
        let Some(index) = vocabulary.tables.get(t) else { return false };
        let Some((_, fragments, _)) = all.iter().find(|a| a.0 == t) else { return false };
        let covered = index.variables_of(fragments.iter().flat_map(Fragment::covered));
        covered * 3 > index.variables_of(0..index.rows.len()) * 2
    };
    let forms = vocabulary.tables.iter().map(|t| t.form.id.as_str());
    forms.into_iter().any(|form| {
        let mut tables = vocabulary.tables.iter().enumerate().filter(|(_, t)| t.form.id == form);
        tables.all(|(t, _)| found(t))
    })
}

/// Says of readings from running text what the stream left open or had to infer.
fn annotate(found: &mut Found, notes: &[&Note]) {
    for reading in &mut found.readings {
        for note in notes {
            match note {
                Note::Inferred(anchor) if *anchor == reading.anchor => found.flags.push(Flag {
                    code: "digits-cut",
                    at: reading.variable.clone(),
                    message: format!(
                        "figures run together; `{}` was cut out by the columns and sums of the table",
                        reading.raw
                    ),
                }),
                Note::Ambiguous { marker, raw, candidates } if *marker == reading.raw => {
                    found.flags.retain(|f| f.at != reading.variable || !matches!(f.code, "text-cell" | "unit-missing"));
                    reading.raw.clone_from(raw);
                    reading.state = State::Ambiguous;
                    reading.value = None;
                    reading.candidates.clone_from(candidates);
                    found.flags.push(Flag {
                        code: "digits-ambiguous",
                        at: reading.variable.clone(),
                        message: format!("figures run together in `{raw}`; several readings remain"),
                    });
                }
                _ => {}
            }
        }
    }
}

/// The weights of the form's expressions that match in the table's text.
fn evidence(index: &TableIndex, fragments: &[Fragment], grids: &[Grid], reader: &Reader) -> f32 {
    if index.table.evidence.is_empty() {
        return 0.0;
    }
    let mut text = String::new();
    for grid in fragments.iter().filter_map(|f| grids.get(f.grid)) {
        for &t in &grid.texts {
            let prepared = reader.get(t);
            if prepared.is_text() {
                text.push_str(&prepared.shadow);
                text.push(' ');
            }
        }
    }
    index.table.evidence.iter().filter(|(regex, _)| regex.is_match(&text)).map(|(_, weight)| weight * 0.5).sum()
}

/// For each table id the form that explains the document's tables best; a printed row belongs to one table.
fn choose_forms(
    mut all: Vec<(usize, Vec<Fragment>, f32)>,
    vocabulary: &Vocabulary,
    grids: &[Grid],
) -> Vec<(usize, Vec<Fragment>, f32)> {
    // Best first; the family's order where evidence is equal. A table that two forms explain as well comes
    // last, to follow the form of the others.
    let id = |t: usize| vocabulary.tables.get(t).map_or("", |i| i.table.id.as_str());
    let form = |t: usize| vocabulary.tables.get(t).map_or("", |i| i.form.id.as_str());
    let tied: Vec<usize> = (all.iter())
        .filter(|a| {
            let rivals = || all.iter().filter(|b| b.0 != a.0 && id(b.0) == id(a.0));
            rivals().any(|b| (b.2 - a.2).abs() < 0.3) && !rivals().any(|b| b.2 > a.2 + 0.3)
        })
        .map(|a| a.0)
        .collect();
    all.sort_by(|a, b| (tied.contains(&a.0).cmp(&tied.contains(&b.0))).then(b.2.total_cmp(&a.2)).then(a.0.cmp(&b.0)));
    let mut order: Vec<&str> = Vec::new();
    for index in &vocabulary.tables {
        if !order.contains(&index.table.id.as_str()) {
            order.push(&index.table.id);
        }
    }
    let clear: Vec<usize> = all.iter().map(|a| a.0).filter(|t| !tied.contains(t)).collect();
    // The form that the report's first clear table prints.
    let leading = clear
        .iter()
        .filter(|&&t| best_of(&all, t, &id))
        .min_by_key(|&&t| order.iter().position(|o| *o == id(t)))
        .map(|&t| form(t).to_owned());
    // Where no table is clear, the first table's likeliest form speaks for the others.
    let likeliest = || {
        let first = order.iter().find(|o| tied.iter().any(|&t| id(t) == **o))?;
        all.iter().find(|a| id(a.0) == *first).map(|a| form(a.0).to_owned())
    };
    if let Some(leading) = leading.or_else(likeliest) {
        all.sort_by_key(|a| (tied.contains(&a.0), tied.contains(&a.0) && form(a.0) != leading));
    }
    let mut taken: Vec<Vec<bool>> = grids.iter().map(|g| vec![false; g.rows.len()]).collect();
    let mut chosen: Vec<(usize, Vec<Fragment>, f32)> = Vec::new();
    for (t, fragments, score) in all {
        let Some(index) = vocabulary.tables.get(t) else { continue };
        let same = chosen.iter().any(|c| vocabulary.tables.get(c.0).is_some_and(|o| o.table.id == index.table.id));
        if same {
            continue;
        }
        let free: Vec<Fragment> = fragments
            .into_iter()
            .filter(|f| {
                let rows = f.rows.iter().filter(|r| !r.cells.is_empty());
                let clash =
                    rows.clone().filter(|r| taken.get(f.grid).and_then(|g| g.get(r.hit.row)).copied().unwrap_or(false));
                clash.count() * 3 < rows.count().max(1)
            })
            .collect();
        if free.is_empty() {
            continue;
        }
        for f in &free {
            for row in f.rows.iter().filter(|r| !r.cells.is_empty()) {
                if let Some(slot) = taken.get_mut(f.grid).and_then(|g| g.get_mut(row.hit.row)) {
                    *slot = true;
                }
            }
        }
        chosen.push((t, free, score));
    }
    // Rows of another table of the report, printed in one grid with this one.
    let read = |grid: usize, row: usize| taken.get(grid).and_then(|g| g.get(row)).copied().unwrap_or(false);
    for fragment in chosen.iter_mut().flat_map(|c| &mut c.1) {
        fragment.unknown.retain(|&(row, _)| !read(fragment.grid, row));
        fragment.bare.retain(|&row| !read(fragment.grid, row));
    }
    chosen.sort_by_key(|c| c.0);
    chosen
}

/// Whether a form's table has the most evidence among the forms.
fn best_of<'v>(all: &[(usize, Vec<Fragment>, f32)], t: usize, id: &impl Fn(usize) -> &'v str) -> bool {
    let score = |t: usize| all.iter().find(|a| a.0 == t).map_or(0.0, |a| a.2);
    all.iter().all(|a| id(a.0) != id(t) || score(a.0) <= score(t))
}

/// Groups the fragments of a table into instances: a new one begins where rows come again.
fn instances(
    index: &TableIndex,
    fragments: Vec<Fragment>,
    score: f32,
    grids: &[Grid],
    reader: &Reader,
    document: &Document,
) -> Vec<Found> {
    type Cells = FxHashSet<(u32, Option<String>)>;
    let mut groups: Vec<(Vec<Fragment>, Cells)> = Vec::new();
    // Tables under a caption of another year are no pieces of the report's own.
    let (others, own): (Vec<Fragment>, Vec<Fragment>) =
        fragments.into_iter().partition(|f| of_other_year(f, grids, reader, document));
    for fragment in own.into_iter().chain(others.into_iter().map(|f| Fragment { other_year: true, ..f })) {
        let cells: Cells = (fragment.rows.iter())
            .flat_map(|r| r.cells.iter().filter_map(|c| Some((index.variable(r.hit.flat, c.0)?, r.id.clone()))))
            .collect();
        let year = captioned_year(&fragment, grids, reader);
        // Of a table of another year the rows that could not be read in this year's are no rows of this year's.
        let of_year = |f: &Fragment| captioned_year(f, grids, reader).zip(year).is_none_or(|(a, b)| a == b);
        match groups.last_mut() {
            Some((list, seen))
                if {
                    let again = cells.iter().filter(|c| seen.contains(*c)).count();
                    again * 2 <= cells.len() && (again == 0 || list.iter().all(of_year))
                } && list.iter().all(|f| f.other_year == fragment.other_year) =>
            {
                seen.extend(cells);
                list.push(fragment);
            }
            _ => groups.push((vec![fragment], cells)),
        }
    }
    groups.into_iter().map(|(list, _)| found(index, list, score, grids, reader, document)).collect()
}

/// The year that the caption of a fragment's table prints.
fn captioned_year(fragment: &Fragment, grids: &[Grid], reader: &Reader) -> Option<u16> {
    grids.get(fragment.grid).and_then(|grid| caption_year(grid, reader))
}

/// The year that the line above a table, or the one nearest to it that prints any, names.
pub(super) fn caption_year(grid: &Grid, reader: &Reader) -> Option<u16> {
    grid.context.iter().rev().find_map(|&(_, text)| {
        let shadow = &reader.get(text).shadow;
        // A sentence that names a year counts something of it.
        let figures = shadow.chars().filter(char::is_ascii_digit).count();
        let caption = figures <= CAPTION_FIGURES && shadow.chars().count() <= CAPTION_CHARS;
        caption.then(|| printed_year(shadow)).flatten()
    })
}

/// Whether the caption of a physical table says that it is of another year: the lines above it, or the text in front
/// of its first value where it was put together from running text.
fn of_other_year(fragment: &Fragment, grids: &[Grid], reader: &Reader, document: &Document) -> bool {
    let Some(grid) = grids.get(fragment.grid) else { return false };
    let says = |shadow: &str| shadow.chars().count() <= CAPTION_CHARS && reader.vocabulary.names_other_year(shadow);
    let captioned = grid.context.last().is_some_and(|&(_, text)| says(&reader.get(text).shadow));
    let Some((block, range)) = grid.ranges.first() else { return captioned };
    let Some(Block::Paragraph(p)) = document.blocks.get(*block) else { return captioned };
    let before = p.text.get(..range.start).unwrap_or_default();
    let same =
        before.char_indices().rev().nth(CAPTION_TAIL).map_or(before, |(at, _)| before.get(at..).unwrap_or(before));
    let above = block.checked_sub(1).and_then(|b| document.blocks.get(b)).filter(|_| before.trim().is_empty());
    let above = if let Some(Block::Paragraph(p)) = above { p.text.as_str() } else { "" };
    let first = p.text.get(range.clone()).unwrap_or_default();
    [same, above, first].into_iter().any(|text| says(&fold(text)))
}

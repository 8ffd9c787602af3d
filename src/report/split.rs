//! Several reports in one file.

use std::ops::Range;

use super::heading;
use super::passage::lines;
use super::title;
use crate::document::Document;
use crate::pattern::ReportPattern;

/// The ranges of blocks of the reports in a document; one range of all blocks where it holds one report.
///
/// A report begins at a title of its own (another year or another agency) that headings follow.
#[must_use]
pub fn split(document: &Document, pattern: &ReportPattern) -> Vec<Range<usize>> {
    let lines = lines(document, &[]);
    let all = 0..document.blocks.len();
    let titles = title::all(&lines, pattern);
    // Each title owns the lines up to the next; it counts where a report's headings follow it.
    let mut starts: Vec<(usize, Option<String>, Option<u16>)> = Vec::new();
    for (at, found) in titles.iter().enumerate() {
        let Some(first) = found.first else { continue };
        let until = titles.get(at + 1).and_then(|t| t.first).unwrap_or(lines.len());
        let Some(own) = lines.get(first..until) else { continue };
        let headings = heading::find(own, (found.last + 1 - first, 0), pattern);
        let mut known: Vec<usize> = headings.iter().filter_map(|h| h.section).collect();
        known.sort_unstable();
        known.dedup();
        if known.len() < 3 {
            continue;
        }
        let agency = found.agency.as_deref().map(crate::text::fold);
        let again = starts.last().is_some_and(|s| s.1 == agency && s.2 == found.year);
        if !again {
            starts.push((lines.get(first).map_or(0, |l| l.block), agency, found.year));
        }
    }
    if starts.len() < 2 {
        return vec![all];
    }
    let mut out = Vec::new();
    let mut from = 0;
    for start in starts.iter().skip(1) {
        if start.0 > from {
            out.push(from..start.0);
            from = start.0;
        }
    }
    out.push(from..all.end);
    out
}

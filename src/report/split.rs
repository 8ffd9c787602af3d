//! Several reports in one file.

use std::ops::Range;

use super::heading;
use super::passage::Text;
use super::title;
use crate::pattern::ReportPattern;

/// The ranges of blocks of the reports in a document; one range of all blocks where it holds one report.
///
/// A report begins at a title of its own (another year or another agency) that headings follow.
#[must_use]
pub fn split(text: &Text<'_>, pattern: &ReportPattern) -> Vec<Range<usize>> {
    let lines = &text.lines;
    let all = 0..text.document.blocks.len();
    let titles = title::all(lines, pattern);
    // Each title owns the lines up to the next; it counts where a report's headings follow it.
    let mut starts: Vec<(usize, Option<String>, Option<u16>)> = Vec::new();
    for (at, found) in titles.iter().enumerate() {
        let Some(first) = found.first else { continue };
        let until = titles.get(at + 1).and_then(|t| t.first).unwrap_or(lines.len());
        let Some(own) = lines.get(first..until) else { continue };
        let headings = heading::find(own, (found.last + 1 - first, 0), &(0..0), pattern);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Anchor, Block, Document, Format, Paragraph, Role};
    use crate::pattern::PatternSet;

    #[test]
    fn two_years_in_one_file_are_two_reports() {
        let report = |year: &str| {
            vec![
                format!("云山镇{year}年政府信息公开工作年度报告"),
                "一、总体情况".into(),
                "平稳。".into(),
                "二、主动公开政府信息情况".into(),
                "有序。".into(),
                "三、收到和处理政府信息公开申请情况".into(),
                "没有。".into(),
            ]
        };
        let mut document = Document::new(Format::Txt);
        for text in [vec!["关于报送年度报告的函".to_owned()], report("2021"), report("2022")].concat() {
            let anchor = Anchor::Text { line: 1, column: 1 };
            document.blocks.push(Block::Paragraph(Paragraph { text, role: Role::Body, anchor }));
        }
        let pattern = &PatternSet::embedded().family("ogi").unwrap().report;
        assert_eq!(split(&Text::new(&document), pattern), [0..8, 8..15]);
        document.blocks.truncate(8);
        assert_eq!(split(&Text::new(&document), pattern).as_slice(), std::slice::from_ref(&(0..8)));
    }
}

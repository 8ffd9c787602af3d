//! Whether a document is a report at all.

use super::identity::Identified;
use super::passage::words;
use crate::document::{Block, Document};
use crate::failure::Failure;
use crate::pattern::ReportPattern;
use crate::record::Section;
use crate::text::fold;

/// Least text of sections that makes a report without tables, in characters; half of it where the report has its
/// own title and most of its headings, twice where it has a title and no heading.
const NARRATIVE: usize = 120;
/// Numbers that papers on other matters may have in common with a report: fewer say nothing.
const FEW_VALUES: usize = 8;
/// Sections that make most of a report.
const MOST: usize = 4;

/// Longest line that a family's own words are looked for in, in bytes.
const LINE: usize = 240;
/// Rows of a table that may print them.
const TITLE_ROWS: usize = 4;

/// Whether a document may hold a report of a family at all: one whose pattern names `needs` holds one of those words
/// in a line of its own or at the head of a table.
#[must_use]
pub fn may_hold(document: &Document, pattern: &ReportPattern) -> bool {
    let needs: Vec<String> = words(pattern, "needs").iter().map(|w| fold(w)).collect();
    let named = |text: &str| {
        text.len() <= LINE && {
            let shadow = fold(text);
            needs.iter().any(|word| shadow.contains(word.as_str()))
        }
    };
    needs.is_empty()
        || document.blocks.iter().any(|block| match block {
            Block::Paragraph(p) => p.text.split('\n').any(named),
            Block::Table(t) => {
                named(&t.caption) || t.cells.iter().take_while(|c| c.row < TITLE_ROWS).any(|c| named(&c.text))
            }
        })
}

/// Tells reports from what looks like them: notices, blank forms, statistics of other spans, lists of links.
///
/// `values` is the count of numbers that were read.
///
/// # Errors
/// [`Failure::NoReport`] with what the document is instead.
pub fn verdict(identified: &Identified, sections: &[Section], values: usize) -> Result<(), Failure> {
    let no = |why: String| Err(Failure::NoReport(why));
    if identified.blank {
        return no("it holds no text".into());
    }
    let named = sections.iter().filter(|s| s.id != "preamble").count();
    if let Some(name) = &identified.look_alike {
        // A report under a page that lists notices keeps its own title and headings.
        if !identified.titled || named < 2 {
            return no(format!("its title is that of another kind of paper: {name}"));
        }
    }
    if let Some(name) = &identified.other_paper
        && values < FEW_VALUES
    {
        return no(format!("its title is that of a paper on another matter: {name}"));
    }
    // Without headings, sentences make a report; lists of links have none, or few.
    let lines = || sections.iter().flat_map(|s| s.text.split('\n'));
    let sentences = lines().filter(|line| line.contains('。')).count();
    let listed = named == 0 && lines().count() > 2 * sentences;
    let said = lines().filter(|line| named > 0 || !listed && line.contains('。'));
    let text: usize = said.map(|line| line.chars().count()).sum();
    let enough = match named {
        0 => 2 * NARRATIVE,
        MOST.. if identified.titled => NARRATIVE / 2,
        _ => NARRATIVE,
    };
    if values == 0 && text < enough {
        return no(match (identified.titled, named) {
            (true, 0) => {
                "it has the title of a report, and neither a section nor a number of its tables was found".into()
            }
            (_, 0) => "no title, heading or table of a report was found".into(),
            _ => "neither a number of its tables nor enough text below its headings was found".into(),
        });
    }
    if identified.identity.title.is_none() && named < 2 && values < FEW_VALUES {
        return no("no title and hardly a heading or table of a report was found".into());
    }
    if identified.identity.title.is_none() && identified.identity.year.is_none() && values == 0 {
        return no("neither a title nor a year of a report was found, and no table".into());
    }
    Ok(())
}

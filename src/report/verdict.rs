//! Whether a document is a report at all.

use super::identity::{Identified, look_alike};
use super::passage::lines;
use super::title;
use crate::document::Document;
use crate::failure::Failure;
use crate::pattern::ReportPattern;
use crate::record::Section;

/// Least text of sections that makes a report without tables, in characters; half of it where the report has its
/// own title and most of its headings.
const NARRATIVE: usize = 120;
/// Sections that make most of a report.
const MOST: usize = 4;

/// Tells reports from what looks like them: notices, blank forms, statistics of other spans, lists of links.
///
/// `values` is the count of numbers that were read.
///
/// # Errors
/// [`Failure::NoReport`] with what the document is instead.
pub fn verdict(
    document: &Document,
    identified: &Identified,
    sections: &[Section],
    values: usize,
    pattern: &ReportPattern,
) -> Result<(), Failure> {
    let no = |why: String| Err(Failure::NoReport(why));
    let lines = lines(document, &[]);
    if lines.is_empty() {
        return no("it holds no text".into());
    }
    let titled = title::find(document, &lines, pattern).filter(|t| t.whole);
    let named = sections.iter().filter(|s| s.id != "preamble").count();
    if let Some(name) = look_alike(&lines, document, pattern) {
        // A report under a page that lists notices keeps its own title and headings.
        if titled.is_none() || named < 2 {
            return no(format!("its title is that of another kind of paper: {name}"));
        }
    }
    let text: usize = sections.iter().map(|s| s.text.chars().count()).sum();
    let enough = if titled.is_some() && named >= MOST { NARRATIVE / 2 } else { NARRATIVE };
    if values == 0 && text < enough {
        return no(match (titled.is_some(), named) {
            (true, 0) => "it has the title of a report and neither sections nor numbers".into(),
            (_, 0) => "no title, heading or table of a report was found".into(),
            _ => "it is a form without text and numbers".into(),
        });
    }
    if identified.identity.title.is_none() && named < 2 && values < 8 {
        return no("no title and hardly a heading or table of a report was found".into());
    }
    Ok(())
}

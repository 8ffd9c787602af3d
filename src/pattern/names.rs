//! The names of pattern files: those under `[expressions]` and `[words]` of a report file and of the groups of its
//! expressions, which are what the program looks up and nothing else; ids and names for the codebook.

use super::compile::unknown;
use super::refusal::{Refusal, nearest};
use super::source::{ReportFile, Text, Title};
use super::{Expression, fragment::within};

/// Names of lists of expressions, with what they match.
pub(super) const EXPRESSIONS: [(&str, &str); 19] = [
    ("title", "whole titles, tried in this order; the groups `agency` and `year` name their parts"),
    ("look_alike", "titles of papers that are no such report; on title lines only"),
    ("paper", "titles of papers of any kind; such a line without a word of `matter` is that of another paper"),
    ("caption", "a line that is the caption of a table or goes with one"),
    ("contents", "the line that heads a table of contents"),
    ("annex", "the line where the text of a report ends and its annex begins"),
    ("annex_inline", "the same inside one long line"),
    ("contact", "the line that heads the contact block at the foot"),
    ("contact_inline", "the same inside one long line"),
    ("chrome", "lines of the page around the report"),
    ("published", "a line with the day of publication"),
    ("period", "the span of the counts; the group `span` holds its dates"),
    ("year_sentence", "sentences that name the year reported on, in the group `year`"),
    ("agency_sentence", "sentences that name the agency, in the group `agency`"),
    ("agency_writer", "the same for who wrote the report or answers for it: the agency or an office of it"),
    ("agency_subject", "the same for sentences whose subject may be the agency, looked for in the first lines alone"),
    ("agency_office", "what is cut off behind an agency that wrote the report, in the group `office`"),
    ("signature_inline", "a signature behind the last sentence of a long line: groups `agency` and `date`"),
    ("no_heading", "numbered lines that are rows of tables and head no section"),
];

/// Beginnings of names of lists of expressions that end in the id of a section, with what they match.
pub(super) const OF_SECTIONS: [(&str, &str); 2] = [
    ("heading_", "numbered headings of the section that are whole lines, beyond the listed wordings"),
    ("lead_", "numbered headings of the section with its text behind them on the same line"),
];

/// Names of lists of words, with what they are.
pub(super) const WORDS: [(&str, &str); 18] = [
    ("matter", "words of which the titles of these reports hold one"),
    ("needs", "words of which a document of the family prints one: others are not tried at all"),
    ("place_suffixes", "endings of names of places, which may stand on a line above the agency of a title"),
    ("place_stop", "what stands before such an ending that ends no place (城区, 社区)"),
    ("place_nation", "how names of national agencies begin, which print no place"),
    ("site_names", "names of websites, behind which a title may stand on the same line"),
    ("site_suffixes", "endings of names of websites and columns, which may stand above a title"),
    ("agency_suffixes", "endings of names of agencies"),
    ("agency_stop", "words that no name of an agency holds"),
    ("agency_parts", "parts of names that hold one of those all the same"),
    ("agency_self", "names that stand for the agency in its own text and name nobody"),
    ("seal", "marks of a seal behind a name"),
    ("metadata_title_keys", "keys of a page's metadata whose value is the title"),
    ("metadata_agency_keys", "keys whose value is the agency"),
    ("metadata_date_keys", "keys whose value is the day of publication"),
    ("plans", "words right behind a year by which a sentence speaks of plans"),
    (
        "telling",
        "words that make another label of one that is else like it: what prints one that no label has is doubtful",
    ),
    ("other_year", "words of a caption that say that the table below is of another year"),
];

/// Groups of the lists of expressions that are read, by the name of the list; of others none is.
const GROUPS: [(&str, &[&str]); 9] = [
    ("title", &["agency", "year", "label"]),
    ("published", &["date"]),
    ("period", &["span"]),
    ("year_sentence", &["year"]),
    ("agency_sentence", &["agency"]),
    ("agency_writer", &["agency"]),
    ("agency_subject", &["agency"]),
    ("agency_office", &["office"]),
    ("signature_inline", &["agency", "date"]),
];

/// Refuses a named group that nothing reads: a year under a misspelt name would be left out in silence.
pub(super) fn groups(list: &str, text: &Text, expression: &Expression) -> Result<(), Refusal> {
    let known = GROUPS.iter().find(|(name, _)| *name == list).map_or(&[][..], |(_, groups)| groups);
    let Some(group) = expression.groups().find(|group| !known.contains(group)) else {
        return Ok(());
    };
    let written = text.get_ref().find(&format!("<{group}>")).map(|at| at + 1..at + 1 + group.len());
    let place = written.map_or(text.span(), |at| within(text, &at));
    let refusal = Refusal::new(format!("no group `{group}` of `{list}` is read"), place);
    Err(match (nearest(group, known.iter().copied()), known) {
        (Some(near), _) => refusal.hint(format!("did you mean `{near}`?")),
        (None, []) => refusal.hint("write (?:…) for a group without a name"),
        (None, known) => refusal.hint(format!("the groups read are {}", known.join(", "))),
    })
}

/// Refuses an id that is not written as ids are: users write them into their scripts. Of the row of a dynamic name and
/// of a check what stands in braces is left to those who fill it in.
pub(super) fn id(what: &str, id: &Text) -> Result<(), Refusal> {
    let mut braces = false;
    let mut written = |c: char| {
        let inside = braces;
        braces = c == '{' || braces && c != '}';
        inside || braces || c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.' | '-')
    };
    let text = id.get_ref();
    if text.chars().all(&mut written) && (text.is_empty() || text.split('.').all(|part| !part.is_empty())) {
        return Ok(());
    }
    Err(Refusal::new(format!("`{text}` is no id of a {what}"), id.span())
        .hint("ids are in lower-case letters, digits and _, their parts split by one dot"))
}

/// Refuses an empty name: it would stand empty in the codebook.
pub(super) fn written(what: &str, name: &Text) -> Result<(), Refusal> {
    if name.get_ref().trim().is_empty() {
        return Err(Refusal::new(format!("an empty {what} name"), name.span())
            .hint("it names the variable or the form in the codebook"));
    }
    Ok(())
}

/// The Chinese and the English name, neither empty.
pub(super) fn title(title: &Title) -> Result<(String, String), Refusal> {
    written("Chinese", &title.zh)?;
    written("English", &title.en)?;
    Ok((title.zh.get_ref().clone(), title.en.get_ref().clone()))
}

/// Refuses names that nothing looks up: a list under a misspelt name would be left out in silence.
pub(super) fn check(file: &ReportFile) -> Result<(), Refusal> {
    let of_sections = OF_SECTIONS
        .iter()
        .flat_map(|(prefix, _)| file.sections.iter().map(move |section| format!("{prefix}{}", section.id.get_ref())));
    let expressions = EXPRESSIONS.iter().map(|(name, _)| (*name).to_owned()).chain(of_sections);
    known("list of expressions", file.expressions.keys(), &expressions.collect::<Vec<_>>())?;
    known("list of words", file.words.keys(), &WORDS.map(|(name, _)| name.to_owned()))
}

fn known<'a>(what: &str, names: impl Iterator<Item = &'a Text>, known: &[String]) -> Result<(), Refusal> {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    for name in names {
        if !known.contains(&name.get_ref().as_str()) {
            return Err(unknown(what, name, name.span(), &known));
        }
    }
    Ok(())
}

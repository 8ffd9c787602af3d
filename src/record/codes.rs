//! What every flag means: the list for people, and for the schema.

/// Every code that a flag of a record may have, and what it says: of the report, its tables, rows and cells, its prose,
/// and the file, in this order.
pub const CODES: [(&str, &[(&str, &str)]); 5] = [
    (
        "the report",
        &[
            ("agency-unknown", "neither title nor text names the agency"),
            ("year-unknown", "no title, period or sentence names the year"),
            ("year-disagrees", "the title says one year and the period of the counts another"),
            ("period-misprinted", "the period of the counts is no period"),
            ("published-early", "published before its year was over"),
            ("published-late", "published more than two years after its year"),
            ("section-unknown", "a heading is of no known section; its text stands under `other`"),
            ("sections-missing", "no heading of a section was found"),
        ],
    ),
    (
        "tables",
        &[
            ("table-missing", "the form has this table, and none was found"),
            ("table-unread", "the table is printed, and no value of it could be told to a row"),
            ("table-empty", "the table is printed without a number"),
            ("lines-lost", "lines that repeat were dropped from the text; its table is not read"),
            ("text-too-long", "running text was too long to be searched for tables"),
            ("form-unsure", "no header is printed, and the rows could be those of another form"),
            ("other-table", "the table is printed again; that one is left out"),
            ("other-year", "the table is of another year than the report"),
            ("other-value", "the table is printed again, there with another value"),
        ],
    ),
    (
        "rows and columns",
        &[
            ("row-missing", "the form has this row, and the table does not print it or names it unrecognisably"),
            ("row-unread", "the row is printed, and its cells could not be told to the columns"),
            ("row-cut", "the text ends within the row; its first cells are taken"),
            ("row-out-of-order", "the row stands out of the form's order"),
            ("ragged-row", "the row has other cells than its header; they are taken by place"),
            ("second-row", "another row of values stands below; the first is taken"),
            ("unknown-row", "a row that the form does not know; its numbers are no variables"),
            ("ignored-row", "a row that the form leaves out, or one that heads others, with numbers of its own"),
            ("unknown-column", "a column that the form does not know; its numbers are no variables"),
            ("column-order", "no header names the column; it is taken in the form's order"),
            ("column-guessed", "several columns could be meant; they are taken in the form's order"),
            ("doubtful-label", "the label or header is only like the form's, or has a word that makes it another"),
        ],
    ),
    (
        "cells and sentences",
        &[
            ("cell-missing", "the form has this cell, and it was not found"),
            ("printed-twice", "the row or cell is printed twice; one of the two is taken"),
            ("text-cell", "the cell holds words and no number"),
            ("unreadable-cell", "the cell's ink cannot be read"),
            ("digits-cut", "figures run together; the columns and sums of the table tell this one"),
            ("digits-ambiguous", "figures run together, and several readings remain"),
            ("number-wrapped", "the number is printed over several lines of a narrow cell"),
            ("inner-blank", "blanks stand between the digits; they are read as one number"),
            (
                "two-numbers",
                "two numbers seem to stand in one cell, none is taken; or a blank of its row may be one of them",
            ),
            ("doubtful-number", "the number is written in a way that may mean another"),
            ("number-too-large", "the number does not fit the unit; none is taken"),
            ("unit-missing", "neither cell nor header prints a unit; the number is taken as printed"),
            ("negative-count", "a count below zero"),
            ("fraction-count", "a count that is no whole number"),
            ("narrative-ambiguous", "the sentence may mean more than one number or thing"),
            ("narrative-conflict", "two sentences say two numbers of one thing"),
            ("narrative-inexact", "the sentence gives no exact number"),
            ("narrative-disagrees", "a sentence and a table say two numbers of one thing"),
        ],
    ),
    (
        "the file",
        &[
            ("unreadable-glyphs", "a font does not tell its characters; they are left out"),
            ("page-is-picture", "a page is a picture, or text drawn as outlines"),
            ("page-cut", "a page has too much content; the rest of it was not read"),
            ("invisible-text", "invisible characters of a page are left out"),
            ("white-text", "characters painted white on white are left out"),
            ("covered-text", "characters under a filled area are left out"),
            ("hidden-layer", "characters in layers that are switched off are left out"),
            ("text-outside-page", "characters outside the page, or clipped away, are left out"),
            ("too-many-rulings", "a page has more lines than a table has; some tables are left as text"),
            ("too-many-cells", "more cells than the limit; the rest is kept as text"),
            ("stream-cut", "compressed content is larger than the limit, and was cut"),
            ("stream-damaged", "compressed content is damaged, and what follows is missing"),
            ("content-not-found", "no element of the page is named by --content"),
            ("nesting-cut", "elements nest too deep, and were flattened"),
            ("sheets-hidden", "hidden sheets are left out"),
            ("cells-hidden", "cells of hidden rows or columns are left out"),
            ("xml-damaged", "a part of the document breaks off"),
            ("rtf-cut", "the file breaks off"),
            ("encoding-guessed", "the encoding is not declared, and not certain"),
            ("encoding-errors", "some characters could not be read"),
        ],
    ),
];

/// Every code.
pub fn codes() -> impl Iterator<Item = &'static str> {
    CODES.iter().flat_map(|(_, list)| list.iter().map(|(code, _)| *code))
}

/// The list in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from("| flag | |\n|---|---|\n");
    for (of, list) in CODES {
        out.push_str(&format!("| **{of}** | |\n"));
        for (code, meaning) in list {
            out.push_str(&format!("| `{code}` | {meaning} |\n"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The text of all sources below a folder, without their tests.
    fn sources(folder: &Path, out: &mut String) {
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                sources(&path, out);
            } else if name.ends_with(".rs") && !name.ends_with("tests.rs") && name != "codes.rs" {
                out.push_str(fs::read_to_string(&path).unwrap().split("#[cfg(test)]\nmod tests").next().unwrap());
            }
        }
    }

    /// Words joined by hyphens that stand alone in quotes.
    fn kebabs(text: &str) -> BTreeSet<&str> {
        let kebab = |word: &&str| {
            word.contains('-') && word.split('-').all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase()))
        };
        text.split('"').filter(kebab).collect()
    }

    #[test]
    fn every_flag_is_told_and_none_that_is_not_raised() {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let read = |folders: &[&str]| {
            let mut text = String::new();
            folders.iter().for_each(|folder| sources(&src.join(folder), &mut text));
            text
        };
        let told: BTreeSet<&str> = codes().collect();
        assert_eq!(told.len(), codes().count(), "a code is told twice");
        // rooms that raise flags have no other such words
        let raised = read(&["align", "report", "record"]);
        let unknown: Vec<_> = kebabs(&raised).into_iter().filter(|code| !told.contains(code)).collect();
        assert!(unknown.is_empty(), "told nowhere: {unknown:?}");
        let everywhere = read(&["align", "report", "record", "format", "layout", "source", "tables"]);
        let raised = kebabs(&everywhere);
        let idle: Vec<_> = told.iter().filter(|code| !raised.contains(*code)).collect();
        assert!(idle.is_empty(), "raised nowhere: {idle:?}");
    }

    #[test]
    fn the_readme_lists_every_flag() {
        let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
        assert!(readme.contains(&markdown()), "put this table in the README:\n{}", markdown());
    }
}

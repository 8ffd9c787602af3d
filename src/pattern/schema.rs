//! JSON Schemas of the pattern files, for editors that complete and check TOML by one.
//!
//! The keys are those of the [`super::source`] types; a test holds the two together.

use serde_json::{Map, Value, json};

use super::names;

/// A kind of pattern file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// `fragments.toml`.
    Fragments,
    /// `<family>/report.toml`.
    Report,
    /// `<family>/<form>.toml`.
    Form,
    /// `<family>/<form>.cases/*.toml`.
    Cases,
    /// `<family>/narrative.toml`.
    Narrative,
    /// `<family>/narrative.cases/*.toml`.
    Sentences,
}

impl File {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Form, Self::Report, Self::Fragments, Self::Cases, Self::Narrative, Self::Sentences];

    /// The name used on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fragments => "fragments",
            Self::Report => "report",
            Self::Form => "form",
            Self::Cases => "cases",
            Self::Narrative => "narrative",
            Self::Sentences => "sentences",
        }
    }

    fn root(self) -> &'static str {
        match self {
            Self::Fragments => "FragmentFile",
            Self::Report => "ReportFile",
            Self::Form => "FormFile",
            Self::Cases => "CaseFile",
            Self::Narrative => "NarrativeFile",
            Self::Sentences => "SentenceFile",
        }
    }
}

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    Texts,
    /// A list of lists of texts.
    Levels,
    Integer,
    Integers,
    Number,
    Truth,
    /// Lists of texts under the names given, or under a name that begins as given and ends in an id.
    Named(&'static [Name], &'static [Name]),
    /// Free names, each with a text.
    TextMap,
    /// Free names, each with a list of texts.
    TextsMap,
    /// A table of the type named.
    One(&'static str),
    /// A list of tables of the type named.
    Many(&'static str),
}

use Holds::{Integer, Integers, Levels, Many, Named, Number, One, Text, TextMap, Texts, TextsMap, Truth};

/// A name and what stands under it.
type Name = (&'static str, &'static str);

/// A key: name, what it holds, whether it must be there, what it says.
type Key = (&'static str, Holds, bool, &'static str);

/// The types of the pattern files and their keys.
const TYPES: &[(&str, &[Key])] = &[
    ("FragmentFile", &[("fragments", TextMap, false, "named pieces of expressions, used as {{name}}")]),
    (
        "ReportFile",
        &[
            ("id", Text, true, "stable id of the family: the name of its folder"),
            ("version", Text, true, "raised when output may change"),
            ("title", One("Title"), true, "names of the family for the codebook"),
            ("forms", Texts, false, "forms in order of preference where evidence is equal"),
            ("section", Many("Section"), false, "sections in their usual order"),
            (
                "expressions",
                Named(&names::EXPRESSIONS, &names::OF_SECTIONS),
                false,
                "named lists of expressions, matched on shadow text",
            ),
            ("words", Named(&names::WORDS, &[]), false, "named lists of words"),
        ],
    ),
    ("Title", &[("zh", Text, true, "Chinese"), ("en", Text, true, "English")]),
    (
        "Section",
        &[
            ("id", Text, true, "stable id"),
            ("headings", Texts, false, "headings as printed, without their number; the official one first"),
            ("tables", Texts, false, "tables (ids) that belong to the section"),
        ],
    ),
    (
        "FormFile",
        &[
            ("id", Text, true, "stable id: the name of the file"),
            ("version", Text, true, "raised when output may change"),
            ("title", One("Title"), true, "names of the form for the codebook"),
            ("source", Text, true, "where the form is laid down, or who printed it"),
            ("years", Integers, false, "[first] or [first, last] year of reports that usually use it"),
            ("expected", Truth, false, "reports of these years have its tables: one without any is flagged"),
            ("lists", TextsMap, false, "named lists: \"@name\" in `for`, {@name} in an equation"),
            ("blanks_add_nothing", Truth, false, "in checks a cell without a number adds nothing"),
            ("rounded", Truth, false, "sums may differ from totals by what rounding explains"),
            ("table", Many("Table"), false, "the tables"),
            ("check", Many("Check"), false, "identities within one report"),
            ("panel_check", Many("PanelCheck"), false, "identities between the reports of one agency"),
        ],
    ),
    (
        "Table",
        &[
            ("id", Text, true, "stable id"),
            ("section", Text, false, "section of the report that it stands in"),
            ("captions", Texts, false, "captions printed above it or as a row of it"),
            (
                "under",
                Texts,
                false,
                "expressions on the shadow of its caption: the table is read below one of them only",
            ),
            ("side_by_side", Truth, false, "pieces of it may stand side by side, each with a corner of its own"),
            ("ignored_columns", Texts, false, "headers of columns that hold no values (单位, 序号, 备注)"),
            ("ignored_rows", Texts, false, "expressions on the shadow of row labels that are no variables"),
            ("evidence", Many("Evidence"), false, "what speaks for this form in the table's text"),
            ("part", Many("Part"), false, "sub-tables in printed order"),
        ],
    ),
    (
        "Evidence",
        &[
            ("match", Text, true, "expression on the shadow of the table's text"),
            ("weight", Number, true, "how much it speaks for the form; below zero against it"),
        ],
    ),
    (
        "Part",
        &[
            ("id", Text, true, "stable id within the table"),
            ("variant_of", Text, false, "part whose values this one prints in another layout"),
            ("captions", Texts, false, "title rows"),
            ("corner", Texts, false, "texts of the corner, the head of the stub"),
            ("columns", Many("Column"), true, "columns in printed order"),
            ("rows", Many("Row"), true, "rows in printed order, groups before their members"),
        ],
    ),
    (
        "Column",
        &[
            ("id", Text, true, "last part of the variable's name; may be empty or hold dots"),
            ("labels", Texts, false, "its label and what else is printed for it"),
            ("path", Levels, false, "labels of each level of the boxhead from the top"),
            ("unit", Text, false, "unit of its numbers"),
            ("unit_open", Truth, false, "the form fixes no unit: a number without a printed one is flagged"),
            ("signed", Truth, false, "its numbers may be below zero: in other columns a count that is gets a flag"),
            ("zh", Text, false, "Chinese name; the first label where left out"),
            ("en", Text, true, "English name"),
        ],
    ),
    (
        "Row",
        &[
            ("id", Text, false, "first part of the variable's name"),
            ("group", Text, false, "name of a row that only heads others"),
            ("in", Text, false, "row (its id or group) that heads this one"),
            ("ordinal", Text, false, "ordinal as printed: 一、 or （一） or 1. or （1）"),
            ("labels", Texts, false, "label without the ordinal, and what else is printed for it"),
            ("stub", Texts, false, "texts printed at times before a row that the form leaves without a label"),
            ("code", Text, false, "printed code that stands for the row in a column of codes"),
            ("columns", Texts, false, "columns (ids) that it has; all of the part where left out"),
            ("unit", Text, false, "unit of its numbers, where it differs from the column's"),
            ("optional", Truth, false, "reports may leave it out"),
            ("dynamic", Text, false, "expression on the shadow of the stub whose named groups fill {name} in id"),
            ("zh", Text, false, "Chinese name; the first label where left out"),
            ("en", Text, true, "English name"),
        ],
    ),
    (
        "Check",
        &[
            ("id", Text, true, "stable id; may hold {name} of `for`"),
            ("for", TextsMap, false, "values that {name} runs through"),
            ("equation", Text, true, "a.{name} + b - c = d + e.{@list}"),
        ],
    ),
    (
        "PanelCheck",
        &[
            ("id", Text, true, "stable id; may hold {name} of `for`"),
            ("for", TextsMap, false, "values that {name} runs through"),
            ("equation", Text, true, "as in a check, with [t-1] behind a variable of the year before"),
            ("soft", Truth, false, "a break is worth a note only"),
        ],
    ),
    (
        "NarrativeFile",
        &[
            ("id", Text, true, "stable id: narrative, the name of the file"),
            ("version", Text, true, "raised when output may change"),
            ("title", One("Title"), true, "names of the rules for the codebook"),
            ("without", Texts, false, "sections (ids) whose sentences are not read"),
            ("counters", Texts, true, "counting words and units of money"),
            ("not_before", Texts, false, "texts behind a number that counts nothing"),
            ("not_behind", Texts, false, "texts before a number that counts nothing"),
            ("about_before", Texts, false, "words before a number that make it no exact one"),
            ("about_behind", Texts, false, "words behind a number that make it no exact one"),
            ("goes_on", Texts, false, "words at the head of a sentence that goes on with the one before"),
            ("shares", Texts, false, "words that share the numbers behind them out among the names before them"),
            ("negations", Texts, false, "words of which one stands in every sentence that says that there was none"),
            ("scope", Many("Scope"), false, "what the numbers behind some words are about"),
            ("variable", Many("Quantity"), false, "the variables, in the order of the output"),
            ("joint", Many("Joint"), false, "rules that speak of several variables at once"),
        ],
    ),
    (
        "Scope",
        &[
            ("kind", Text, true, "of one kind the last words before a number decide"),
            ("counts", Text, true, "whether numbers in the scope are the report's: yes, no or unsure"),
            ("match", Texts, false, "expressions; a group year or agency that names the report's own makes it yes"),
            ("behind", Texts, false, "expressions with {n} on a number and what stands behind it"),
        ],
    ),
    (
        "Quantity",
        &[
            ("id", Text, true, "name of the variable: narrative.…"),
            ("zh", Text, true, "Chinese name"),
            ("en", Text, true, "English name"),
            ("unit", Text, false, "unit of its numbers"),
            ("same_as", Texts, false, "variables of tables that state the same"),
            ("words", Texts, false, "words of which one stands in every sentence of the rule"),
            ("say", Texts, false, "expressions with {n} where the number stands"),
            ("none", Texts, false, "expressions that say that there was none"),
            ("unless", Texts, false, "expressions on a match that make it about something else"),
            ("beyond", Texts, false, "kinds of scope that do not bind it"),
            ("within", Texts, false, "kinds of scope whose words must stand before the number, and bind no other rule"),
        ],
    ),
    (
        "Joint",
        &[
            ("variables", Texts, true, "the variables (ids)"),
            ("sum", Truth, false, "the number is their sum"),
            ("words", Texts, false, "words of which one stands in every sentence of the rule"),
            ("say", Texts, false, "expressions with {n} where the number stands"),
            ("none", Texts, false, "expressions that say that there was none"),
            ("unless", Texts, false, "expressions on a match that make it about something else"),
            ("beyond", Texts, false, "kinds of scope that do not bind it"),
            ("within", Texts, false, "kinds of scope whose words must stand before the number, and bind no other rule"),
        ],
    ),
    ("SentenceFile", &[("cases", Many("WrittenSentence"), false, "the sentences")]),
    (
        "WrittenSentence",
        &[
            ("year", Integer, false, "the year reported on"),
            ("agency", Text, false, "the agency"),
            ("text", Text, true, "the sentence, or several"),
            ("expect", Text, true, "variable=number without narrative., apart by blanks; nothing else may be read"),
        ],
    ),
    ("CaseFile", &[("case", Many("WrittenCase"), false, "the cases")]),
    (
        "WrittenCase",
        &[
            ("name", Text, true, "what the case shows, in a few words"),
            ("text", Text, false, "the report itself"),
            ("file", Text, false, "a file beside this one that holds the report"),
            ("reject", Truth, false, "the report must give no record"),
            ("expect", One("WrittenRecord"), false, "the expected record"),
        ],
    ),
    (
        "WrittenRecord",
        &[
            ("forms", TextMap, false, "form of each table"),
            ("year", Integer, false, "the report's year"),
            ("agency", Text, false, "the agency"),
            ("flags", Texts, false, "codes of flags that must be raised"),
            ("failed_checks", Texts, false, "ids of checks that must fail; all others must hold"),
            ("rows", TextMap, false, "row id → its cells in the order of its columns"),
            ("values", TextMap, false, "variable → its cell"),
            ("partial", Truth, false, "variables that are named nowhere are not compared"),
        ],
    ),
];

/// The JSON Schema (draft 7, as TOML editors know it) of a kind of pattern file.
#[must_use]
pub fn of(file: File) -> Value {
    let mut definitions = Map::new();
    let mut waiting = vec![file.root()];
    while let Some(name) = waiting.pop() {
        if definitions.contains_key(name) {
            continue;
        }
        let keys = keys(name);
        for (_, holds, _, _) in keys {
            if let One(inner) | Many(inner) = holds {
                waiting.push(inner);
            }
        }
        definitions.insert(name.to_owned(), definition(keys));
    }
    definitions.sort_keys();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": format!("gongkai pattern file: {}", file.name()),
        "$ref": format!("#/definitions/{}", file.root()),
        "definitions": definitions,
    })
}

fn keys(name: &str) -> &'static [Key] {
    TYPES.iter().find(|(n, _)| *n == name).map_or(&[], |(_, keys)| keys)
}

fn definition(keys: &[Key]) -> Value {
    let mut properties = Map::new();
    for (name, holds, _, says) in keys {
        let mut property = value(*holds);
        if let Some(object) = property.as_object_mut() {
            object.insert("description".to_owned(), json!(says));
        }
        properties.insert((*name).to_owned(), property);
    }
    let required: Vec<&str> = keys.iter().filter(|k| k.2).map(|k| k.0).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn value(holds: Holds) -> Value {
    let text = || json!({ "type": "string" });
    let texts = || json!({ "type": "array", "items": { "type": "string" } });
    match holds {
        Text => text(),
        Texts => texts(),
        Levels => json!({ "type": "array", "items": texts() }),
        Integer => json!({ "type": "integer" }),
        Integers => json!({ "type": "array", "items": { "type": "integer" }, "minItems": 1, "maxItems": 2 }),
        Number => json!({ "type": "number" }),
        Truth => json!({ "type": "boolean" }),
        Named(whole, beginnings) => {
            let list = |says: &str| json!({ "type": "array", "items": { "type": "string" }, "description": says });
            let of = |names: &[Name], key: &dyn Fn(&str) -> String| -> Map<String, Value> {
                names.iter().map(|(name, says)| (key(name), list(says))).collect()
            };
            json!({
                "type": "object",
                "properties": of(whole, &str::to_owned),
                "patternProperties": of(beginnings, &|name| format!("^{name}")),
                "additionalProperties": false,
            })
        }
        TextMap => json!({ "type": "object", "additionalProperties": text() }),
        TextsMap => json!({ "type": "object", "additionalProperties": texts() }),
        // A reference stands alone in draft 7, so that a description beside it needs `allOf`.
        One(name) => json!({ "allOf": [{ "$ref": format!("#/definitions/{name}") }] }),
        Many(name) => json!({ "type": "array", "items": { "$ref": format!("#/definitions/{name}") } }),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use std::collections::BTreeSet;

    use serde::de::DeserializeOwned;

    use super::*;
    use crate::pattern::{cases, sentence_cases, source};

    /// The keys that a type reads, by its refusal of one that it does not.
    fn read_keys<T: DeserializeOwned>() -> BTreeSet<String> {
        let message = toml::from_str::<T>("no_such_key = 1").err().map(|e| e.message().to_owned()).unwrap_or_default();
        assert!(message.starts_with("unknown field"), "{message}");
        message.split('`').skip(1).step_by(2).skip(1).map(str::to_owned).collect()
    }

    fn check<T: DeserializeOwned>(name: &str) {
        let written: BTreeSet<String> = keys(name).iter().map(|k| k.0.to_owned()).collect();
        assert_eq!(written, read_keys::<T>(), "{name}");
        // A type that reads from nothing has no required keys; one that does not, has some.
        let any_required = keys(name).iter().any(|k| k.2);
        assert_eq!(toml::from_str::<T>("").is_err(), any_required, "{name}");
    }

    #[test]
    fn the_schemas_have_the_keys_that_are_read() {
        check::<source::FragmentFile>("FragmentFile");
        check::<source::ReportFile>("ReportFile");
        check::<source::Title>("Title");
        check::<source::Section>("Section");
        check::<source::FormFile>("FormFile");
        check::<source::Table>("Table");
        check::<source::Evidence>("Evidence");
        check::<source::Part>("Part");
        check::<source::Column>("Column");
        check::<source::Row>("Row");
        check::<source::Check>("Check");
        check::<source::PanelCheck>("PanelCheck");
        check::<cases::CaseFile>("CaseFile");
        check::<cases::WrittenCase>("WrittenCase");
        check::<cases::WrittenRecord>("WrittenRecord");
        check::<source::NarrativeFile>("NarrativeFile");
        check::<source::Scope>("Scope");
        check::<source::Quantity>("Quantity");
        check::<source::Joint>("Joint");
        check::<sentence_cases::SentenceFile>("SentenceFile");
        check::<sentence_cases::WrittenSentence>("WrittenSentence");
    }

    #[test]
    fn every_reference_is_defined() {
        for file in File::ALL {
            let schema = of(file);
            let text = schema.to_string();
            for name in text.split("#/definitions/").skip(1).filter_map(|s| s.split('"').next()) {
                assert!(schema["definitions"][name]["properties"].is_object(), "{name}");
            }
        }
    }
}

//! Samples beside a form that its pattern must accept or reject, and what the record must then say.
//!
//! A case is a report (in the file itself, or a file beside it) and either `reject = true` or the expected
//! record. Reading the report is the caller's: [`run`] takes it as a function.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rust_decimal::Decimal;
use serde::Deserialize;
use toml::Spanned;

use super::compile::unknown;
use super::refusal::{Refusal, nearest};
use super::sentence_cases::{self, SentenceCase};
use super::source::Text;
use super::{Family, Form, PatternSet, tree};
use crate::error::Error;
use crate::failure::Failure;
use crate::record::{Record, State};

/// Name of the sentence rules of a family, beside its forms.
const NARRATIVE: &str = "narrative";

/// `<form>.cases/*.toml` as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// The cases.
    #[serde(default, rename = "case")]
    pub cases: Vec<WrittenCase>,
}

/// `[[case]]` as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenCase {
    /// What the case shows, in a few words.
    pub name: Text,
    /// The report itself.
    pub text: Option<String>,
    /// A file beside this one that holds the report.
    pub file: Option<Text>,
    /// The report must give no record.
    #[serde(default)]
    pub reject: bool,
    /// The expected record.
    pub expect: Option<WrittenRecord>,
}

/// `[case.expect]` as written; what is left out is not compared, but for variables: `rows` and `values` are all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRecord {
    /// Form of each table.
    #[serde(default)]
    pub forms: BTreeMap<Text, Text>,
    /// The report's year.
    pub year: Option<u16>,
    /// The agency.
    pub agency: Option<String>,
    /// Codes of flags that must be raised.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Ids of checks that must fail; all others must hold.
    #[serde(default)]
    pub failed_checks: Vec<Text>,
    /// Row id → its cells in the order of its columns: a number, or `blank`, `dash`, `text`, `unreadable`,
    /// `ambiguous`, or `absent` for a cell that is not printed.
    #[serde(default)]
    pub rows: BTreeMap<Text, Text>,
    /// Variable → its cell, for those that no row of the form fits.
    #[serde(default)]
    pub values: BTreeMap<Text, Text>,
    /// Variables that are named nowhere are not compared.
    #[serde(default)]
    pub partial: bool,
}

/// A cell that a case expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// This number.
    Number(Decimal),
    /// No number, for this reason.
    State(State),
    /// Nothing printed: the variable is not in the record.
    Absent,
}

/// One sample with what it must give.
#[derive(Debug, Clone)]
pub struct Case {
    /// Path of the case file and name of the case.
    pub id: String,
    /// Family and form that it belongs to.
    pub form: (String, String),
    /// File name to give the report (`case.txt`).
    pub file_name: String,
    /// The report's bytes.
    pub bytes: Vec<u8>,
    /// The expected record; `None` where it must give none.
    pub expect: Option<ExpectedRecord>,
}

/// What an accepted sample's record must say.
#[derive(Debug, Clone, Default)]
pub struct ExpectedRecord {
    /// Form of each table that is named.
    pub forms: BTreeMap<String, String>,
    /// The year, where named.
    pub year: Option<u16>,
    /// The agency, where named.
    pub agency: Option<String>,
    /// Codes of flags.
    pub flags: Vec<String>,
    /// Ids of checks that fail.
    pub failed_checks: BTreeSet<String>,
    /// Variables.
    pub values: BTreeMap<String, Expected>,
    /// First parts of the variables of the family's forms (`applications`): every variable of theirs that is
    /// not in `values` must be absent; empty where they are not compared.
    pub exhaustive: BTreeSet<String>,
}

/// A case's outcome: empty `misses` is a pass.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The case's id.
    pub id: String,
    /// Differences between the expected record and the one given.
    pub misses: Vec<String>,
}

impl PatternSet {
    /// The cases built into the program.
    ///
    /// # Errors
    /// The first mistake in a case file, with the line underlined.
    pub fn embedded_cases() -> Result<Vec<Case>, Error> {
        read(Self::embedded(), &tree::embedded())
    }

    /// The sentences built into the program, with what they state.
    ///
    /// # Errors
    /// The first mistake in a case file, with the line underlined.
    pub fn embedded_sentences() -> Result<Vec<SentenceCase>, Error> {
        sentences(Self::embedded(), &tree::embedded())
    }

    /// The sentences of a directory of patterns; `self` is the set of the same directory.
    ///
    /// # Errors
    /// A file that cannot be read, or the first mistake in a case file, with the line underlined.
    pub fn load_sentences(&self, dir: &Path) -> Result<Vec<SentenceCase>, Error> {
        sentences(self, &tree::load(dir)?)
    }

    /// The cases of a directory of patterns; `self` is the set of the same directory.
    ///
    /// # Errors
    /// A file that cannot be read, or the first mistake in a case file, with the line underlined.
    pub fn load_cases(&self, dir: &Path) -> Result<Vec<Case>, Error> {
        read(self, &tree::load(dir)?)
    }
}

/// The sentences beside the sentence rules of each family.
pub(super) fn sentences(set: &PatternSet, tree: &tree::Tree) -> Result<Vec<SentenceCase>, Error> {
    let mut cases = Vec::new();
    for family in &set.families {
        let folder = format!("{}/{NARRATIVE}.cases/", family.id);
        for (path, text) in tree.iter().filter(|(p, _)| p.starts_with(&folder) && p.ends_with(".toml")) {
            cases.extend(sentence_cases::read(path, text, family)?);
        }
    }
    Ok(cases)
}

/// Runs cases through `extract`, which reads the report of a case with the patterns at hand.
pub fn run<F>(cases: &[Case], extract: F) -> Vec<Verdict>
where
    F: Fn(&Case) -> Result<Vec<Record>, Failure>,
{
    cases.iter().map(|case| Verdict { id: case.id.clone(), misses: judge(case, &extract(case)) }).collect()
}

/// Compares what a case gave with what it must give.
fn judge(case: &Case, given: &Result<Vec<Record>, Failure>) -> Vec<String> {
    match (&case.expect, given) {
        (None, Err(_)) => Vec::new(),
        (None, Ok(records)) if records.is_empty() => Vec::new(),
        (None, Ok(_)) => vec!["gives a record; it must give none".to_owned()],
        (Some(_), Err(failure)) => vec![format!("gives no record: {failure}")],
        (Some(expect), Ok(records)) => match records.as_slice() {
            [record] => compare(expect, record),
            other => vec![format!("gives {} records; it must give one", other.len())],
        },
    }
}

fn compare(expect: &ExpectedRecord, record: &Record) -> Vec<String> {
    let mut misses = Vec::new();
    if let Some(year) = expect.year
        && record.identity.year != Some(year)
    {
        misses.push(format!("year: expected {year}, read {:?}", record.identity.year));
    }
    if let Some(agency) = &expect.agency
        && record.identity.agency.as_ref() != Some(agency)
    {
        misses.push(format!("agency: expected {agency}, read {:?}", record.identity.agency));
    }
    for (table, form) in &expect.forms {
        let given = record.forms.iter().find(|(t, _)| t == table).map_or("none", |(_, f)| f.as_str());
        if given != form {
            misses.push(format!("form of {table}: expected {form}, read {given}"));
        }
    }
    for (variable, expected) in &expect.values {
        let reading = record.readings.iter().find(|r| r.variable == *variable);
        let given = reading.map_or(Expected::Absent, |r| match (r.state, r.value) {
            (State::Number, Some(value)) => Expected::Number(value),
            (state, _) => Expected::State(state),
        });
        if given != *expected {
            let raw = reading.map_or(String::new(), |r| format!(" ({:?})", r.raw));
            misses.push(format!("{variable}: expected {}, read {}{raw}", shown(*expected), shown(given)));
        }
    }
    for reading in &record.readings {
        let table = reading.variable.split('.').next().unwrap_or_default();
        if expect.exhaustive.contains(table) && !expect.values.contains_key(&reading.variable) {
            misses.push(format!("{}: expected nothing, read {:?}", reading.variable, reading.raw));
        }
    }
    for code in &expect.flags {
        if !record.flags.iter().any(|f| f.code == code) {
            misses.push(format!("flag {code} is not raised"));
        }
    }
    let failed: BTreeSet<&str> = record.checks.iter().filter(|c| !c.holds).map(|c| c.id.as_str()).collect();
    for id in &expect.failed_checks {
        if !failed.contains(id.as_str()) {
            misses.push(format!("check {id} does not fail"));
        }
    }
    for id in failed {
        if !expect.failed_checks.contains(id) {
            misses.push(format!("check {id} fails"));
        }
    }
    misses
}

pub(super) fn shown(expected: Expected) -> String {
    match expected {
        Expected::Number(value) => value.normalize().to_string(),
        Expected::State(state) => state.name().to_owned(),
        Expected::Absent => "nothing".to_owned(),
    }
}

pub(super) fn read(set: &PatternSet, tree: &tree::Tree) -> Result<Vec<Case>, Error> {
    let mut cases = Vec::new();
    for (path, text) in tree {
        let Some((folder, name)) = path.split_once(".cases/") else { continue };
        let Some((family_id, form_id)) = folder.split_once('/') else { continue };
        if !name.ends_with(".toml") {
            continue;
        }
        let refuse = |r: Refusal| r.into_error(path, text);
        let Some(family) = set.families.iter().find(|f| f.id == family_id) else { continue };
        if form_id == NARRATIVE {
            continue;
        }
        let Some(form) = family.forms.iter().find(|f| f.id == form_id) else {
            return Err(refuse(Refusal::new(format!("no form `{form_id}` for these cases"), 0..0)));
        };
        let file: CaseFile = toml::from_str(text).map_err(|e| refuse(Refusal::from_toml(&e)))?;
        if file.cases.is_empty() {
            return Err(refuse(Refusal::new("no case in this file", 0..0).hint("begin one with [[case]]")));
        }
        for written in &file.cases {
            cases.push(case(written, path, (family, form), tree).map_err(refuse)?);
        }
    }
    Ok(cases)
}

fn case(written: &WrittenCase, path: &str, of: (&Family, &Form), tree: &tree::Tree) -> Result<Case, Refusal> {
    let (file_name, bytes) = match (&written.text, &written.file) {
        (Some(text), None) => ("case.txt".to_owned(), text.clone().into_bytes()),
        (None, Some(file)) => {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let text = tree.get(&format!("{folder}/{}", file.get_ref())).ok_or_else(|| {
                Refusal::new(format!("no file `{}` beside this one", file.get_ref()), file.span())
                    .hint("cases are .txt or .html")
            })?;
            (file.get_ref().clone(), text.clone().into_bytes())
        }
        _ => return Err(Refusal::new("a case has a `text` or a `file`", written.name.span())),
    };
    let expect = match (&written.expect, written.reject) {
        (None, true) => None,
        (Some(record), false) => Some(expected(record, of)?),
        _ => {
            return Err(Refusal::new("a case has `reject = true` or [case.expect]", written.name.span()));
        }
    };
    Ok(Case {
        id: format!("{path}: {}", written.name.get_ref()),
        form: (of.0.id.clone(), of.1.id.clone()),
        file_name,
        bytes,
        expect,
    })
}

fn expected(record: &WrittenRecord, (family, form): (&Family, &Form)) -> Result<ExpectedRecord, Refusal> {
    let mut values = BTreeMap::new();
    let mut add =
        |variable: String, cell: Expected, place: std::ops::Range<usize>| match values.insert(variable.clone(), cell) {
            None => Ok(()),
            Some(_) => Err(Refusal::new(format!("variable `{variable}` stands twice"), place)),
        };
    // A report may mix forms: rows of the case's own form first, then those of its sisters.
    let forms = || std::iter::once(form).chain(family.forms.iter().filter(|f| f.id != form.id));
    for (id, cells) in &record.rows {
        let tokens: Vec<&str> = cells.get_ref().split_whitespace().collect();
        let of_row = |form: &Form| {
            let row = form.tables.iter().flat_map(|t| &t.parts).find_map(|part| {
                let row = (part.rows.iter()).find(|r| !r.group && !r.id.is_empty() && names(&r.id, id.get_ref()))?;
                Some(
                    row.columns.iter().filter_map(|c| part.columns.get(*c)).map(|c| c.variable(id.get_ref())).collect(),
                )
            });
            row.filter(|variables: &Vec<String>| variables.len() == tokens.len())
        };
        let Some(variables) = forms().find_map(of_row) else {
            return Err(Refusal::new(format!("no row `{}` of {} cells", id.get_ref(), tokens.len()), cells.span())
                .hint("one cell a column of the row, split by blanks"));
        };
        for (variable, token) in variables.into_iter().zip(tokens) {
            add(variable, cell(token, cells)?, id.span())?;
        }
    }
    let known: BTreeSet<String> = forms().flat_map(|f| f.variables()).map(|v| v.name).collect();
    let exhaustive = if record.partial {
        BTreeSet::new()
    } else {
        known.iter().filter_map(|k| k.split('.').next()).map(str::to_owned).collect()
    };
    let dynamic =
        |name: &str| known.iter().any(|k| k.contains('{') && k.split('{').next().is_some_and(|p| name.starts_with(p)));
    for (variable, token) in &record.values {
        let name = variable.get_ref();
        if !known.contains(name) && !dynamic(name) {
            let refusal = Refusal::new(format!("undefined variable `{name}`"), variable.span());
            return Err(match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => refusal.hint(format!("did you mean `{near}`?")),
                None => refusal,
            });
        }
        add(name.clone(), cell(token.get_ref(), token)?, variable.span())?;
    }
    for (table, id) in &record.forms {
        let Some(form) = forms().find(|form| form.id == *id.get_ref()) else {
            let known: Vec<&str> = forms().map(|f| f.id.as_str()).collect();
            return Err(unknown("form", id, id.span(), &known));
        };
        if !form.tables.iter().any(|t| t.id == *table.get_ref()) {
            let known: Vec<&str> = form.tables.iter().map(|t| t.id.as_str()).collect();
            return Err(unknown("table", table, table.span(), &known));
        }
    }
    for id in &record.failed_checks {
        let known: Vec<&str> = forms().flat_map(|f| &f.checks).map(|c| c.id.as_str()).collect();
        if !known.iter().any(|check| names(check, id.get_ref())) {
            return Err(unknown("check", id, id.span(), &known));
        }
    }
    Ok(ExpectedRecord {
        forms: record.forms.iter().map(|(t, f)| (t.get_ref().clone(), f.get_ref().clone())).collect(),
        year: record.year,
        agency: record.agency.clone(),
        flags: record.flags.clone(),
        failed_checks: record.failed_checks.iter().map(|id| id.get_ref().clone()).collect(),
        values,
        exhaustive,
    })
}

/// Whether a row's id is the one written, or that of a dynamic row with the written one's name filled in.
fn names(id: &str, written: &str) -> bool {
    let open = id.split_once('{').and_then(|(before, rest)| Some((before, rest.rsplit_once('}')?.1)));
    let inner = open.and_then(|(before, after)| written.strip_prefix(before)?.strip_suffix(after));
    id == written || inner.is_some_and(|name| !name.is_empty() && !name.contains('.'))
}

pub(super) fn cell(token: &str, at: &Spanned<String>) -> Result<Expected, Refusal> {
    Ok(match token {
        "blank" => Expected::State(State::Blank),
        "dash" => Expected::State(State::Dash),
        "text" => Expected::State(State::Text),
        "unreadable" => Expected::State(State::Unreadable),
        "ambiguous" => Expected::State(State::Ambiguous),
        "absent" => Expected::Absent,
        number => Expected::Number(number.parse().map_err(|_| {
            Refusal::new(format!("`{number}` is no cell"), at.span())
                .hint("a number, or blank, dash, text, unreadable, ambiguous, absent")
        })?),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::document::Anchor;
    use crate::record::{Identity, Reading, Source};

    fn record(readings: Vec<Reading>) -> Record {
        Record {
            source: Source::default(),
            ordinal: 0,
            identity: Identity::default(),
            forms: Vec::new(),
            form: None,
            sections: Vec::new(),
            readings,
            narrative: Vec::new(),
            checks: Vec::new(),
            flags: Vec::new(),
            patterns: Vec::new(),
        }
    }

    fn reading(variable: &str, value: Option<i64>) -> Reading {
        Reading {
            variable: variable.to_owned(),
            value: value.map(Decimal::from),
            state: if value.is_some() { State::Number } else { State::Dash },
            raw: "raw".to_owned(),
            candidates: Vec::new(),
            label: None,
            anchor: Anchor::Text { line: 1, column: 1 },
        }
    }

    #[test]
    fn the_embedded_cases_are_read_and_every_form_has_one_to_accept() {
        let cases = PatternSet::embedded_cases().unwrap_or_else(|e| panic!("{e}"));
        for family in &PatternSet::embedded().families {
            for form in &family.forms {
                let of_form = |c: &&Case| c.form == (family.id.clone(), form.id.clone()) && c.expect.is_some();
                assert!(cases.iter().filter(of_form).count() > 0, "{}", form.id);
            }
        }
    }

    #[test]
    fn a_differing_record_is_told_variable_by_variable() {
        let expect = ExpectedRecord {
            values: [("t.a", 1), ("t.b", 2), ("t.c", 3)]
                .map(|(k, v)| (k.to_owned(), Expected::Number(Decimal::from(v))))
                .into_iter()
                .collect(),
            exhaustive: ["t".to_owned()].into_iter().collect(),
            ..ExpectedRecord::default()
        };
        let given = record(vec![
            reading("t.a", Some(1)),
            reading("t.b", None),
            reading("t.d", Some(4)),
            reading("narrative.x", Some(5)),
        ]);
        assert_eq!(
            compare(&expect, &given),
            [
                "t.b: expected 2, read dash (\"raw\")",
                "t.c: expected 3, read nothing",
                "t.d: expected nothing, read \"raw\""
            ]
        );
    }
}

//! Sentences beside a family's sentence rules, with what each of them states.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::cases::{Expected, cell, shown};
use super::refusal::{Refusal, nearest};
use super::source::Text;
use super::{Family, Narrative};
use crate::error::Error;
use crate::record::{State, Statement};

/// Stands before the name of every variable of sentences, and is left out of a case.
const PREFIX: &str = "narrative.";

/// `narrative.cases/*.toml` as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentenceFile {
    /// The cases.
    #[serde(default)]
    pub cases: Vec<WrittenSentence>,
}

/// One of `cases` as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenSentence {
    /// The year reported on.
    pub year: Option<u16>,
    /// The agency.
    pub agency: Option<String>,
    /// The sentence, or several.
    pub text: Text,
    /// What it states: `variable=number` without `narrative.`, apart by blanks, in place of the number also
    /// `ambiguous` or `text`; nothing else may be read.
    pub expect: Text,
}

/// Sentences with what they state.
#[derive(Debug, Clone)]
pub struct SentenceCase {
    /// Path of the case file and number of the case.
    pub id: String,
    /// Family that it belongs to.
    pub family: String,
    /// The year reported on.
    pub year: Option<u16>,
    /// The agency.
    pub agency: Option<String>,
    /// The sentences.
    pub text: String,
    /// Variable → what is stated.
    pub expect: BTreeMap<String, Expected>,
}

/// Variables of sentences that were read rightly, wrongly, and not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// Read as expected.
    pub right: usize,
    /// Numbers that are not the expected ones, or where none was expected.
    pub wrong: Vec<String>,
    /// Expected and not read as such, without a wrong number.
    pub missed: Vec<String>,
}

impl SentenceCase {
    /// Compares what was read with what is expected.
    #[must_use]
    pub fn judge(&self, read: &[Statement]) -> Heard {
        let mut heard = Heard::default();
        for (variable, expected) in &self.expect {
            let given = read.iter().find(|s| s.variable == *variable).map_or(Expected::Absent, of);
            if given == *expected {
                heard.right += 1;
                continue;
            }
            let told = format!("{}: {variable}: expected {}, read {}", self.id, shown(*expected), shown(given));
            if matches!(given, Expected::Number(_)) { heard.wrong.push(told) } else { heard.missed.push(told) }
        }
        for statement in read.iter().filter(|s| !self.expect.contains_key(&s.variable)) {
            let told = format!("{}: {}: expected nothing, read {}", self.id, statement.variable, shown(of(statement)));
            heard.wrong.push(told);
        }
        heard
    }
}

fn of(statement: &Statement) -> Expected {
    match (statement.state, statement.value) {
        (State::Number, Some(value)) => Expected::Number(value),
        (state, _) => Expected::State(state),
    }
}

/// Reads a file of sentences.
///
/// # Errors
/// The first mistake in it, with the line underlined.
pub fn read(path: &str, text: &str, family: &Family) -> Result<Vec<SentenceCase>, Error> {
    let refuse = |r: Refusal| r.into_error(path, text);
    let Some(rules) = &family.narrative else {
        return Err(refuse(Refusal::new("no narrative.toml for these cases", 0..0)));
    };
    let file: SentenceFile = toml::from_str(text).map_err(|e| refuse(Refusal::from_toml(&e)))?;
    let case = |(at, written): (usize, &WrittenSentence)| {
        Ok(SentenceCase {
            id: format!("{path}: {}", at + 1),
            family: family.id.clone(),
            year: written.year,
            agency: written.agency.clone(),
            text: written.text.get_ref().clone(),
            expect: expected(&written.expect, rules)?,
        })
    };
    file.cases.iter().enumerate().map(case).collect::<Result<_, Refusal>>().map_err(refuse)
}

fn expected(written: &Spanned<String>, rules: &Narrative) -> Result<BTreeMap<String, Expected>, Refusal> {
    let mut out = BTreeMap::new();
    for token in written.get_ref().split_whitespace() {
        let wrong = |message: String| Refusal::new(message, written.span());
        let (name, value) = token.split_once('=').ok_or_else(|| wrong(format!("`{token}` is not variable=number")))?;
        let variable = format!("{PREFIX}{name}");
        if !rules.variables.iter().any(|v| v.name == variable) {
            let refusal = wrong(format!("undefined variable `{variable}`"));
            return Err(match nearest(&variable, rules.variables.iter().map(|v| v.name.as_str())) {
                Some(near) => refusal.hint(format!("did you mean `{near}`?")),
                None => refusal,
            });
        }
        out.insert(variable, cell(value, written)?);
    }
    Ok(out)
}

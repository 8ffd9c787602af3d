//! Identities of a form, compiled: every variable defined, every term filled in.

use std::collections::BTreeMap;

use toml::Spanned;

use super::equation::{self, Lists};
use super::model::{Check, Open, PanelCheck, PanelTerm, Reach, TablePattern, Term};
use super::names;
use super::refusal::{Refusal, nearest};
use super::source;

/// A variable as checks need to know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Defined {
    /// Table (id) that prints it.
    pub table: String,
    /// Reports may leave its row out.
    pub optional: bool,
}

/// The variables of a form; one that stands twice is refused, but for variants of one part.
pub(super) fn variables(
    file: &source::FormFile,
    tables: &[TablePattern],
) -> Result<BTreeMap<String, Defined>, Refusal> {
    let mut found: BTreeMap<String, Defined> = BTreeMap::new();
    for (table, written) in tables.iter().zip(&file.tables) {
        let mut of_table: BTreeMap<String, bool> = BTreeMap::new();
        for (part, written) in table.parts.iter().zip(&written.parts) {
            let mut of_part: BTreeMap<String, bool> = BTreeMap::new();
            for (row, written) in part.rows.iter().zip(&written.rows) {
                for column in row.columns.iter().filter_map(|c| part.columns.get(*c)) {
                    let variable = part.variable(row, column);
                    let place = written.id.as_ref().map_or(0..0, Spanned::span);
                    let twice = found.contains_key(&variable)
                        || (part.variant_of.is_none() && of_table.contains_key(&variable))
                        || of_part.insert(variable.clone(), row.optional).is_some();
                    if twice {
                        return Err(Refusal::new(format!("variable `{variable}` stands twice"), place));
                    }
                }
            }
            of_table.extend(of_part);
        }
        let defined = |optional| Defined { table: table.id.clone(), optional };
        found.extend(of_table.into_iter().map(|(variable, optional)| (variable, defined(optional))));
    }
    Ok(found)
}

/// Variables of a form by name.
type Variables = BTreeMap<String, Defined>;

pub(super) fn checks(file: &source::FormFile, lists: &Lists, variables: &Variables) -> Result<Vec<Check>, Refusal> {
    let mut out: Vec<Check> = Vec::new();
    for check in &file.checks {
        names::id("check", &check.id)?;
        for instance in equation::instances(&check.id, &check.each, &check.equation, lists)? {
            let term = |factor: &equation::Factor| {
                if factor.lag > 0 {
                    return Err(Refusal::new("`[t-1]` in a check within one report", factor.place.clone())
                        .hint("identities between years are [[panel_check]]"));
                }
                term(factor, variables)
            };
            let left: Vec<Term> = instance.left.iter().map(term).collect::<Result<_, _>>()?;
            let right: Vec<Term> = instance.right.iter().map(term).collect::<Result<_, _>>()?;
            let table = left.first().and_then(|t| variables.get(&t.variable)).map(|d| d.table.clone());
            let built = Check {
                id: instance.id,
                table: table.unwrap_or_default(),
                left,
                right,
                blanks_add_nothing: file.blanks_add_nothing,
                rounded: file.rounded,
            };
            let each = |t: &Term| t.open.as_ref().is_some_and(|o| o.reach == Reach::Each);
            let longer = |t: &Term| t.open.as_ref().is_some_and(|o| matches!(o.reach, Reach::Longer(_)));
            let mut terms = built.left.iter().chain(&built.right);
            if built.id.contains('{') != terms.clone().any(each) || terms.clone().any(longer) && !terms.any(each) {
                return Err(Refusal::new(
                    "a check of each printed row names it in its id and in one term",
                    check.id.span(),
                )
                .hint("id = \"sum.{code}\", equation = \"item.{code} = item.{code+2}\""));
            }
            if out.contains(&built) {
                return Err(Refusal::new(format!("check `{}` stands twice", built.id), check.id.span()));
            }
            out.push(built);
        }
    }
    Ok(out)
}

pub(super) fn panel_checks(
    file: &source::FormFile,
    lists: &Lists,
    variables: &Variables,
) -> Result<Vec<PanelCheck>, Refusal> {
    let mut out: Vec<PanelCheck> = Vec::new();
    for check in &file.panel_checks {
        names::id("check", &check.id)?;
        for instance in equation::instances(&check.id, &check.each, &check.equation, lists)? {
            let term = |factor: &equation::Factor| {
                let term = term(factor, variables)?;
                if term.open.is_some() {
                    return Err(Refusal::new("a dynamic row in a check between years", factor.place.clone()));
                }
                Ok(PanelTerm { variable: term.variable, negative: term.negative, lag: factor.lag })
            };
            let left: Vec<PanelTerm> = instance.left.iter().map(term).collect::<Result<_, _>>()?;
            let right: Vec<PanelTerm> = instance.right.iter().map(term).collect::<Result<_, _>>()?;
            if !left.iter().chain(&right).any(|t| t.lag > 0) {
                return Err(
                    Refusal::new("no term of the year before", check.equation.span()).hint("write variable[t-1]")
                );
            }
            out.push(PanelCheck { id: instance.id, left, right, soft: check.soft });
        }
    }
    Ok(out)
}

/// A term of a check, its variable defined.
fn term(factor: &equation::Factor, variables: &Variables) -> Result<Term, Refusal> {
    let (variable, open) = open(factor, variables)?;
    let optional = match variables.get(&variable) {
        Some(defined) => Some(defined.optional),
        None => variables.keys().any(|open| stands_for(open, &variable)).then_some(true),
    };
    let Some(optional) = optional else {
        let refusal = Refusal::new(format!("undefined variable `{variable}`"), factor.place.clone());
        return Err(match nearest(&variable, variables.keys().map(String::as_str)) {
            Some(near) => refusal.hint(format!("did you mean `{near}`?")),
            None => refusal.hint("a variable is <row id>.<column id>"),
        });
    };
    Ok(Term { variable, negative: factor.negative, optional, open })
}

/// Whether a variable is one of those that a dynamic row's (`item.{code}`) stands for.
fn stands_for(open: &str, variable: &str) -> bool {
    let braces = open.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?.1)));
    let value = braces.and_then(|(before, after)| variable.strip_prefix(before)?.strip_suffix(after));
    value.is_some_and(|value| !value.is_empty() && !value.contains(['.', '{', '}']))
}

/// The variable of a dynamic row as it is defined (`item.{code}`), and which of the printed ones are meant.
fn open(factor: &equation::Factor, variables: &Variables) -> Result<(String, Option<Open>), Refusal> {
    let written = factor.variable.as_str();
    let braces = written.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    let Some((before, (inner, after))) = braces else { return Ok((written.to_owned(), None)) };
    let wrong = || {
        Refusal::new(format!("`{{{inner}}}` names no printed rows"), factor.place.clone())
            .hint("{code} is one of them, {code:3} all of three characters, {code+2} those two characters longer")
    };
    let number = |text: &str| text.parse::<usize>().ok().filter(|n| *n > 0).ok_or_else(wrong);
    let (name, reach) = if let Some((name, length)) = inner.split_once(':') {
        (name, Reach::Length(number(length)?))
    } else if let Some((name, more)) = inner.split_once('+') {
        (name, Reach::Longer(number(more)?))
    } else {
        (inner, Reach::Each)
    };
    if after.contains('{') {
        return Err(Refusal::new("two open names in one variable of a check", factor.place.clone()));
    }
    let fits = |v: &String| v.strip_prefix(before).and_then(|v| v.strip_suffix(after)).map(str::to_owned);
    let fixed = variables.keys().filter_map(fits).filter(|value| !value.contains(['{', '.'])).collect();
    let open = Open { before: before.to_owned(), after: after.to_owned(), fixed, reach };
    Ok((format!("{before}{{{name}}}{after}"), Some(open)))
}

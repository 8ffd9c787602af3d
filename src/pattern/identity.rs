//! The identities of a form, and the variables that they may name.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::equation::{self, Lists};
use super::model::{Check, PanelCheck, PanelTerm, TablePattern, Term};
use super::refusal::{Refusal, nearest};
use super::source;

/// Variable → its table; a variable that stands twice is refused, but for variants of one part.
pub(super) fn variables(file: &source::FormFile, tables: &[TablePattern]) -> Result<BTreeMap<String, String>, Refusal> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (table, written) in tables.iter().zip(&file.tables) {
        let mut of_table = BTreeSet::new();
        for (part, written) in table.parts.iter().zip(&written.parts) {
            let mut of_part = BTreeSet::new();
            for (row, written) in part.rows.iter().zip(&written.rows) {
                for column in row.columns.iter().filter_map(|c| part.columns.get(*c)) {
                    let variable = part.variable(row, column);
                    let place = written.id.as_ref().map_or(0..0, Spanned::span);
                    let twice = found.contains_key(&variable)
                        || (part.variant_of.is_none() && of_table.contains(&variable))
                        || !of_part.insert(variable.clone());
                    if twice {
                        return Err(Refusal::new(format!("variable `{variable}` stands twice"), place));
                    }
                }
            }
            of_table.extend(of_part);
        }
        found.extend(of_table.into_iter().map(|v| (v, table.id.clone())));
    }
    Ok(found)
}

pub(super) fn checks(
    file: &source::FormFile,
    lists: &Lists,
    variables: &BTreeMap<String, String>,
) -> Result<Vec<Check>, Refusal> {
    let mut out: Vec<Check> = Vec::new();
    for check in &file.checks {
        for instance in equation::instances(&check.id, &check.each, &check.equation, lists)? {
            let term = |factor: &equation::Factor| {
                defined(factor, variables)?;
                if factor.lag > 0 {
                    return Err(Refusal::new("`[t-1]` in a check within one report", factor.place.clone())
                        .hint("identities between years are [[panel_check]]"));
                }
                Ok(Term { variable: factor.variable.clone(), negative: factor.negative })
            };
            let left: Vec<Term> = instance.left.iter().map(term).collect::<Result<_, _>>()?;
            let right: Vec<Term> = instance.right.iter().map(term).collect::<Result<_, _>>()?;
            let table = left.first().and_then(|t| variables.get(&t.variable)).cloned().unwrap_or_default();
            let check_built = Check { id: instance.id, table, left, right };
            if out.contains(&check_built) {
                return Err(Refusal::new(format!("check `{}` stands twice", check_built.id), check.id.span()));
            }
            out.push(check_built);
        }
    }
    Ok(out)
}

pub(super) fn panel_checks(
    file: &source::FormFile,
    lists: &Lists,
    variables: &BTreeMap<String, String>,
) -> Result<Vec<PanelCheck>, Refusal> {
    let mut out: Vec<PanelCheck> = Vec::new();
    for check in &file.panel_checks {
        for instance in equation::instances(&check.id, &check.each, &check.equation, lists)? {
            let term = |factor: &equation::Factor| {
                defined(factor, variables)?;
                Ok(PanelTerm { variable: factor.variable.clone(), negative: factor.negative, lag: factor.lag })
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

fn defined(factor: &equation::Factor, variables: &BTreeMap<String, String>) -> Result<(), Refusal> {
    if variables.contains_key(&factor.variable) {
        return Ok(());
    }
    let refusal = Refusal::new(format!("undefined variable `{}`", factor.variable), factor.place.clone());
    Err(match nearest(&factor.variable, variables.keys().map(String::as_str)) {
        Some(near) => refusal.hint(format!("did you mean `{near}`?")),
        None => refusal.hint("a variable is <row id>.<column id>"),
    })
}

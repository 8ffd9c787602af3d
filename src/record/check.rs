//! Arithmetic identities of a form over the readings of one report.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{CheckResult, Reading, State};
use crate::pattern::{Check, Open, Reach, Term};

/// Evaluates identities over the readings: each id once, by the first of its alternatives whose terms are all
/// present; only those whose terms are all numbers (or, where the form says so, add nothing) give a result.
pub fn run_checks<'c>(checks: impl IntoIterator<Item = &'c Check>, readings: &[Reading]) -> Vec<CheckResult> {
    let values = Values::of(readings);
    let mut opened: FxHashMap<(&str, &str), BTreeMap<&str, &str>> = FxHashMap::default();
    let mut done: FxHashSet<String> = FxHashSet::default();
    let mut results = Vec::new();
    for check in checks {
        if done.contains(check.id.as_str()) {
            continue;
        }
        for open in check.left.iter().chain(&check.right).filter_map(|t| t.open.as_ref()) {
            let shape = (open.before.as_str(), open.after.as_str());
            opened.entry(shape).or_insert_with(|| printed(open, readings));
        }
        let each = check.left.iter().chain(&check.right).filter_map(|t| t.open.as_ref());
        let each = each.into_iter().find(|open| open.reach == Reach::Each);
        let Some(each) = each else {
            let terms = |side: &'c [Term]| filled(side, None, &opened);
            judge(check, &check.id, &terms(&check.left), &terms(&check.right), &values, &mut done, &mut results);
            continue;
        };
        let bound: Vec<&str> = opened
            .get(&(each.before.as_str(), each.after.as_str()))
            .map_or_else(Vec::new, |v| v.keys().copied().collect());
        for value in bound {
            let id = named(&check.id, value);
            if !done.contains(&id) {
                let terms = |side: &'c [Term]| filled(side, Some(value), &opened);
                judge(check, &id, &terms(&check.left), &terms(&check.right), &values, &mut done, &mut results);
            }
        }
    }
    results
}

/// The readings by variable, and to how many decimals the numbers of each table are printed.
struct Values<'r> {
    readings: &'r [Reading],
    by_name: FxHashMap<&'r str, (State, Option<Decimal>)>,
    /// Made where an identity asks for it: few forms round.
    decimals: OnceCell<FxHashMap<&'r str, u32>>,
}

impl<'r> Values<'r> {
    fn of(readings: &'r [Reading]) -> Self {
        let by_name = readings.iter().map(|r| (r.variable.as_str(), (r.state, r.value))).collect();
        Self { readings, by_name, decimals: OnceCell::new() }
    }

    /// To how many decimals the numbers of a variable's table are printed.
    fn decimals(&self, variable: &str) -> u32 {
        let decimals = self.decimals.get_or_init(|| {
            let mut decimals: FxHashMap<&str, u32> = FxHashMap::default();
            for reading in self.readings {
                let most = decimals.entry(head(&reading.variable)).or_default();
                *most = (*most).max(reading.value.map_or(0, |value| places(&reading.raw, value)));
            }
            decimals
        });
        decimals.get(head(variable)).copied().unwrap_or(0)
    }
}

/// To how many decimals of the variable's unit a number is printed (`12,000.00` that is 1.2 in its unit: to six).
fn places(raw: &str, value: Decimal) -> u32 {
    let digits: String = raw.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let Ok(mut printed) = digits.parse::<Decimal>() else { return value.scale() };
    let mut places = printed.scale();
    printed = printed.normalize();
    while printed > value.abs() && !value.is_zero() && places < 12 {
        printed = (printed / Decimal::TEN).normalize();
        places += 1;
    }
    places.max(value.scale())
}

/// A term with the variable that it stands for.
type Filled<'a> = (&'a str, &'a Term);

/// The first part of a variable's name.
fn head(variable: &str) -> &str {
    variable.split('.').next().unwrap_or(variable)
}

/// An id with its open name filled in.
fn named(id: &str, value: &str) -> String {
    match id.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?.1))) {
        Some((before, after)) => format!("{before}{value}{after}"),
        None => id.to_owned(),
    }
}

/// The printed values of a dynamic row's name, each with its variable, in their order.
fn printed<'r>(open: &Open, readings: &'r [Reading]) -> BTreeMap<&'r str, &'r str> {
    let mut out = BTreeMap::new();
    for reading in readings {
        let rest = reading.variable.strip_prefix(open.before.as_str());
        let Some(value) = rest.and_then(|r| r.strip_suffix(open.after.as_str())) else { continue };
        if !value.is_empty() && !value.contains('.') && !open.fixed.iter().any(|f| f == value) {
            out.insert(value, reading.variable.as_str());
        }
    }
    out
}

/// The terms of one side with their variables; `None` for an open term that stands for nothing printed.
fn filled<'a>(
    terms: &'a [Term],
    bound: Option<&str>,
    opened: &FxHashMap<(&str, &str), BTreeMap<&'a str, &'a str>>,
) -> Option<Vec<Filled<'a>>> {
    let mut out = Vec::new();
    for term in terms {
        let Some(open) = &term.open else {
            out.push((term.variable.as_str(), term));
            continue;
        };
        let values = opened.get(&(open.before.as_str(), open.after.as_str()))?;
        let before = out.len();
        match (open.reach, bound) {
            (Reach::Each, Some(bound)) => out.extend(values.get(bound).map(|v| (*v, term))),
            (Reach::Length(length), _) => {
                out.extend(values.iter().filter(|(k, _)| k.chars().count() == length).map(|(_, v)| (*v, term)));
            }
            (Reach::Longer(more), Some(bound)) => {
                let longer = |k: &str| k.strip_prefix(bound).is_some_and(|rest| rest.chars().count() == more);
                let children = values.range(bound..).take_while(|(k, _)| k.starts_with(bound));
                out.extend(children.filter(|(k, _)| longer(k)).map(|(_, v)| (*v, term)));
            }
            (Reach::Each | Reach::Longer(_), None) => {}
        }
        if out.len() == before {
            return None;
        }
    }
    Some(out)
}

/// Evaluates one identity, its terms filled in.
fn judge(
    check: &Check,
    id: &str,
    left: &Option<Vec<Filled<'_>>>,
    right: &Option<Vec<Filled<'_>>>,
    values: &Values<'_>,
    done: &mut FxHashSet<String>,
    results: &mut Vec<CheckResult>,
) {
    let (Some(left), Some(right)) = (left, right) else { return };
    let terms = || left.iter().chain(right);
    let present = |&(variable, term): &Filled<'_>| {
        values.by_name.contains_key(variable) || check.blanks_add_nothing && term.optional
    };
    let printed = |side: &[Filled<'_>]| side.iter().any(|(variable, _)| values.by_name.contains_key(variable));
    if !terms().all(present) || !printed(left) || !printed(right) {
        return;
    }
    done.insert(id.to_owned());
    let number = |variable: &str| values.by_name.get(variable).and_then(|v| v.1);
    if !terms().any(|(variable, _)| number(variable).is_some()) {
        return;
    }
    let (Some(left), Some(right)) = (sum(left, check, values), sum(right, check, values)) else { return };
    let holds = if check.rounded {
        // Each number is off by half a unit of its last place at most.
        let places = terms().map(|(v, _)| values.decimals(v)).min().unwrap_or(0);
        let numbers = terms().filter(|(variable, _)| number(variable).is_some()).count();
        let half = Decimal::new(5, places.min(27) + 1);
        let slack = Decimal::from(numbers).checked_mul(half);
        left.checked_sub(right).zip(slack).is_some_and(|(difference, slack)| difference.abs() <= slack)
    } else {
        left == right
    };
    results.push(CheckResult { id: id.to_owned(), holds, left, right });
}

/// The sum of one side; `None` where a term is no number.
fn sum(terms: &[Filled<'_>], check: &Check, values: &Values<'_>) -> Option<Decimal> {
    terms.iter().try_fold(Decimal::ZERO, |sum, (variable, term)| {
        let value = match values.by_name.get(variable) {
            Some((_, Some(value))) => *value,
            Some((State::Blank | State::Dash, None)) | None if check.blanks_add_nothing => Decimal::ZERO,
            _ => return None,
        };
        if term.negative { sum.checked_sub(value) } else { sum.checked_add(value) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Anchor;

    fn reading(variable: &str, value: Option<&str>) -> Reading {
        Reading {
            variable: variable.into(),
            value: value.and_then(|v| v.parse().ok()),
            state: if value.is_some() { State::Number } else { State::Blank },
            raw: String::new(),
            candidates: Vec::new(),
            label: None,
            anchor: Anchor::Text { line: 1, column: 1 },
        }
    }

    fn term(variable: &str) -> Term {
        let open = variable.split_once('{').map(|(before, rest)| {
            let (inner, after) = rest.split_once('}').unwrap_or((rest, ""));
            let reach = match inner.rsplit_once([':', '+']) {
                Some((_, n)) if inner.contains(':') => Reach::Length(n.parse().unwrap_or(0)),
                Some((_, n)) => Reach::Longer(n.parse().unwrap_or(0)),
                None => Reach::Each,
            };
            Open { before: before.into(), after: after.into(), fixed: vec!["all".into()], reach }
        });
        Term { variable: variable.into(), negative: false, optional: variable.starts_with("optional"), open }
    }

    fn check(id: &str, left: &[&str], right: &[&str]) -> Check {
        let terms = |names: &[&str]| names.iter().map(|v| term(v)).collect();
        Check {
            table: "t".into(),
            id: id.into(),
            left: terms(left),
            right: terms(right),
            blanks_add_nothing: false,
            rounded: false,
        }
    }

    fn outcomes(checks: &[Check], readings: &[Reading]) -> Vec<(String, bool)> {
        run_checks(checks, readings).into_iter().map(|r| (r.id, r.holds)).collect()
    }

    #[test]
    fn first_alternative_with_all_terms_present() {
        let readings =
            [reading("total", Some("3")), reading("a", Some("1")), reading("b", Some("2")), reading("c", None)];
        let checks = [
            check("sum", &["total"], &["a", "x"]),
            check("sum", &["total"], &["a", "b"]),
            check("sum", &["total"], &["a"]),
            check("blank", &["total"], &["c"]),
        ];
        assert_eq!(outcomes(&checks, &readings), [("sum".to_owned(), true)]);
    }

    #[test]
    fn rows_that_the_report_names_are_summed_by_their_codes() {
        let readings = [
            reading("item.all", Some("9")),
            reading("item.201", Some("5")),
            reading("item.20101", Some("2")),
            reading("item.20102", Some("3")),
            reading("item.208", Some("4")),
            reading("item.20801", Some("1")),
        ];
        let checks = [
            check("total", &["item.all"], &["item.{code:3}"]),
            check("item.{code}", &["item.{code}"], &["item.{code+2}"]),
            check("deeper", &["item.all"], &["item.{code:7}"]),
        ];
        let want = [("total", true), ("item.201", true), ("item.208", false)];
        assert_eq!(outcomes(&checks, &readings), want.map(|(id, holds)| (id.to_owned(), holds)));
    }

    #[test]
    fn blanks_and_rows_left_out_add_nothing_where_the_form_says_so() {
        let readings = [reading("total", Some("1.5")), reading("a", Some("1.5")), reading("b", None)];
        let mut sum = check("sum", &["total"], &["a", "b", "optional"]);
        assert!(outcomes(std::slice::from_ref(&sum), &readings).is_empty());
        sum.blanks_add_nothing = true;
        assert_eq!(outcomes(&[sum.clone()], &readings), [("sum".to_owned(), true)]);
        assert!(outcomes(&[sum], &[reading("total", None), reading("a", None), reading("b", None)]).is_empty());
    }

    #[test]
    fn rounding_explains_half_a_unit_for_each_number() {
        let readings = |total| [reading("total", Some(total)), reading("a", Some("1.11")), reading("b", Some("2.22"))];
        let mut sum = check("sum", &["total"], &["a", "b"]);
        assert_eq!(outcomes(std::slice::from_ref(&sum), &readings("3.34")), [("sum".to_owned(), false)]);
        sum.rounded = true;
        assert_eq!(outcomes(std::slice::from_ref(&sum), &readings("3.34")), [("sum".to_owned(), true)]);
        assert_eq!(outcomes(std::slice::from_ref(&sum), &readings("3.35")), [("sum".to_owned(), false)]);
        // Printed to more decimals than are left of the number in its unit.
        let yuan = |v: &str, raw: &str| Reading { raw: raw.into(), ..reading("yuan.total", Some(v)) };
        let readings =
            [yuan("124", "1,240,000.00"), Reading { variable: "yuan.a".into(), ..yuan("125", "1,250,000.00") }];
        let sum = Check { left: vec![term("yuan.total")], right: vec![term("yuan.a")], ..sum };
        assert_eq!(outcomes(&[sum], &readings), [("sum".to_owned(), false)]);
    }
}

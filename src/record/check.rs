//! Arithmetic identities of a form over the readings of one report.

use rust_decimal::Decimal;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{CheckResult, Reading};
use crate::pattern::{Check, Term};

/// Evaluates identities over the readings: each id once, by the first of its alternatives whose terms are all
/// present; only those whose terms are all numbers give a result.
pub fn run_checks<'c>(checks: impl IntoIterator<Item = &'c Check>, readings: &[Reading]) -> Vec<CheckResult> {
    let values: FxHashMap<&str, Option<Decimal>> = readings.iter().map(|r| (r.variable.as_str(), r.value)).collect();
    let mut done: FxHashSet<&str> = FxHashSet::default();
    let mut results = Vec::new();
    for check in checks {
        if done.contains(check.id.as_str()) {
            continue;
        }
        let terms = || check.left.iter().chain(&check.right);
        if !terms().all(|t| values.contains_key(t.variable.as_str())) {
            continue;
        }
        done.insert(&check.id);
        if let (Some(left), Some(right)) = (sum(&check.left, &values), sum(&check.right, &values)) {
            results.push(CheckResult { id: check.id.clone(), holds: left == right, left, right });
        }
    }
    results
}

fn sum(terms: &[Term], values: &FxHashMap<&str, Option<Decimal>>) -> Option<Decimal> {
    terms.iter().try_fold(Decimal::ZERO, |sum, term| {
        let value = values.get(term.variable.as_str()).copied().flatten()?;
        if term.negative { sum.checked_sub(value) } else { sum.checked_add(value) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Anchor;
    use crate::record::State;

    fn reading(variable: &str, value: Option<i64>) -> Reading {
        Reading {
            variable: variable.into(),
            value: value.map(Decimal::from),
            state: if value.is_some() { State::Number } else { State::Blank },
            raw: String::new(),
            candidates: Vec::new(),
            anchor: Anchor::Text { line: 1, column: 1 },
        }
    }

    fn check(id: &str, left: &[&str], right: &[&str]) -> Check {
        let terms = |names: &[&str]| names.iter().map(|v| Term { variable: (*v).into(), negative: false }).collect();
        Check { table: "t".into(), id: id.into(), left: terms(left), right: terms(right) }
    }

    #[test]
    fn first_alternative_with_all_terms_present() {
        let readings = [reading("total", Some(3)), reading("a", Some(1)), reading("b", Some(2)), reading("c", None)];
        let checks = [
            check("sum", &["total"], &["a", "x"]),
            check("sum", &["total"], &["a", "b"]),
            check("sum", &["total"], &["a"]),
            check("blank", &["total"], &["c"]),
        ];
        let results = run_checks(&checks, &readings);
        assert_eq!(results.len(), 1);
        assert!(results[0].holds);
    }
}

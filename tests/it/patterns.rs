//! Every pattern reads the samples beside it.

use gongkai::extract::extract;
use gongkai::pattern::{PatternSet, cases};
use gongkai::settings::Settings;

#[test]
fn embedded_cases_are_read_as_expected() {
    let cases = PatternSet::embedded_cases().unwrap();
    assert!(!cases.is_empty());
    let verdicts = cases::run(&cases, |case| {
        let extracted = extract(&case.bytes, None, &Settings::default(), PatternSet::embedded())?;
        Ok(extracted.reports.into_iter().map(|r| r.record).collect())
    });
    let missed: Vec<_> = verdicts.iter().filter(|v| !v.misses.is_empty()).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

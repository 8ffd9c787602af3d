//! Every pattern reads the samples beside it.

use gongkai::extract::extract;
use gongkai::pattern::{PatternSet, cases};
use gongkai::settings::Settings;

#[test]
fn a_refused_pattern_is_shown_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let (file, form) = (folder.path().join("a/report.toml"), "id = \"a\"\nversion = \"1\"\nno_such_key = 1\n");
    std::fs::create_dir(folder.path().join("a")).unwrap();
    std::fs::write(file, form).unwrap();
    let out = crate::samples::gongkai().args(["patterns", "check"]).arg(folder.path()).assert().code(2);
    let told = String::from_utf8_lossy(&out.get_output().stderr).into_owned();
    assert!(told.contains("no_such_key = 1\n") && told.contains("^^^") && !told.contains('\u{fffd}'), "{told}");
}

#[test]
fn a_new_form_goes_where_the_patterns_are() {
    let folder = tempfile::tempdir().unwrap();
    let new = |args: &[&str]| {
        let mut command = crate::samples::gongkai();
        drop(command.current_dir(&folder).args(["patterns", "new"]).args(args).assert().code(0));
    };
    new(&["rain/rain-2023"]);
    std::fs::rename(folder.path().join("patterns"), folder.path().join("mine")).unwrap();
    new(&["rain/rain-2024", "--patterns", "mine"]);
    assert!(folder.path().join("mine/rain/rain-2024.toml").exists());
    assert!(!folder.path().join("patterns").exists());
}

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

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
fn every_kind_of_pattern_file_is_listed() {
    let out = crate::samples::gongkai().args(["patterns", "schema", "--help"]).assert().code(0);
    let help = String::from_utf8_lossy(&out.get_output().stdout).into_owned();
    for kind in gongkai::pattern::schema::File::ALL {
        assert!(help.contains(kind.name()), "{} is missing in {help}", kind.name());
    }
}

#[test]
fn new_forms_go_by_what_is_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str], code: i32| {
        let out = crate::samples::gongkai().current_dir(&folder).arg("patterns").args(args).assert().code(code);
        String::from_utf8_lossy(&out.get_output().stderr).into_owned()
    };
    // A second form of a family that the first one made, and a family of the name of one inside the program.
    run(&["new", "rain/rain-2023"], 0);
    let told = run(&["new", "rain/rain-2024"], 0);
    assert!(!told.contains("report.toml"), "{told}");
    let told = run(&["new", "ogi/ogi-2030"], 0);
    assert!(told.contains("ogi/report.toml") && told.contains("a family of its own"), "{told}");
    let told = run(&["check", "patterns"], 0);
    assert!(told.contains("3 forms") && told.contains("2 families"), "{told}");
    // A form that is inside the program only is new to the folder; one that is in the folder stays.
    run(&["new", "ogi/ogi-2021", "--into", "patterns"], 0);
    let told = run(&["new", "rain/rain-2023"], 2);
    assert!(told.contains("has rain/rain-2023.toml already") && told.contains("hint:"), "{told}");
}

#[test]
fn a_check_looks_at_the_cases() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str], code: i32| {
        let out = crate::samples::gongkai().current_dir(&folder).arg("patterns").args(args).assert().code(code);
        String::from_utf8_lossy(&out.get_output().stderr).into_owned()
    };
    run(&["new", "rain/rain-2023"], 0);
    let told = run(&["check", "patterns"], 0);
    assert!(told.contains("1 case to be run"), "{told}");
    let path = folder.path().join("patterns/rain/rain-2023.cases/accept.toml");
    let written = std::fs::read_to_string(&path).unwrap();
    let (text, rest) = (written.find("text = '''").unwrap(), written.find("[case.expect]").unwrap());
    let filed = format!("{}file = \"sample.html\"\n{}", &written[..text], &written[rest..]);
    for (spoiled, said) in [
        (written.replace("\"main.first\"", "\"main.frist\""), "no row `main.frist` of 1 cells"),
        (written.replace("\"main.first\" = \"1\"", "\"main.first\" = \"1 2\""), "no row `main.first` of 2 cells"),
        (written.replace("main = \"rain-2023\"", "main = \"rain-2024\""), "undefined form `rain-2024`"),
        (written.replace("main = \"rain", "man = \"rain"), "undefined table `man`"),
        (written.replace("year = 2020", "failed_checks = [\"main.totl\"]"), "undefined check `main.totl`"),
        (filed, "no file `sample.html` beside this one"),
        (String::new(), "no case in this file"),
    ] {
        std::fs::write(&path, spoiled).unwrap();
        let told = run(&["check", "patterns"], 2);
        assert!(told.contains("rain/rain-2023.cases/accept.toml:") && told.contains(said), "{said}: {told}");
    }
}

#[test]
fn a_sample_without_tables_teaches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("prose.txt"), "全年共收到申请三件。\n").unwrap();
    let out = crate::samples::gongkai().current_dir(&folder).args(["patterns", "learn", "prose.txt"]).assert().code(2);
    let told = String::from_utf8_lossy(&out.get_output().stderr).into_owned();
    assert!(told.contains("no table with numbers in prose.txt") && told.contains("hint:"), "{told}");
}

#[test]
fn a_folder_that_is_none_of_patterns_is_told_what_is() {
    let folder = tempfile::tempdir().unwrap();
    let said = |command: &mut assert_cmd::Command| {
        let out = command.current_dir(&folder).assert().code(2);
        String::from_utf8_lossy(&out.get_output().stderr).into_owned()
    };
    let run = |args: &[&str]| said(crate::samples::gongkai().arg("patterns").args(args));
    drop(crate::samples::gongkai().current_dir(&folder).args(["patterns", "new", "rain/rain-2023"]).assert().code(0));
    let told = run(&["check", "patterns/rain"]);
    assert!(told.contains("patterns/rain is the folder of one family"), "{told}");
    assert!(told.contains("hint: name the folder above it, patterns\n"), "{told}");
    let told = run(&["check", "patterns/rain/rain-2023.toml"]);
    assert!(told.contains("is no folder\n") && told.contains("hint: name the folder that holds"), "{told}");
    let told = said(crate::samples::gongkai().args(["patterns", "list"]).env("GONGKAI_PATTERNS", "nope"));
    assert!(told.contains("the pattern folder nope is not there\n") && told.contains("GONGKAI_PATTERNS"), "{told}");
    assert!(!told.contains("because"), "{told}");
    let form = folder.path().join("patterns/rain/rain-2023.toml");
    let mut bytes = std::fs::read(&form).unwrap();
    bytes.splice(0..0, *b"# one\n# \xb1\xed\n");
    std::fs::write(&form, bytes).unwrap();
    let told = run(&["check", "patterns"]);
    assert!(told.contains("rain/rain-2023.toml:2: bytes that are no UTF-8") && !told.contains("because"), "{told}");
}

/// A report that the skeleton of a pattern does not fit: another title, another table.
const CENSUS: &str = "<html><head><meta charset=utf-8></head><body><h1>云川市统计局2021年人口公报</h1>
<h2>一、总体情况</h2><p>现将2021年人口情况公布如下，全市常住人口稳定增长。</p>
<table><caption>人口情况</caption><tr><th>项目</th><th>人数</th></tr>
<tr><td>合计</td><td>120</td></tr><tr><td>男性</td><td>61</td></tr></table></body></html>";

#[test]
fn what_stands_against_a_record_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str], code: i32| {
        let out = crate::samples::gongkai().current_dir(&folder).args(args).assert().code(code);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&out.get_output().stdout), text(&out.get_output().stderr))
    };
    run(&["patterns", "new", "census/census-2020"], 0);
    std::fs::write(folder.path().join("sample.html"), CENSUS).unwrap();
    let (shown, told) = run(&["explain", "sample.html", "--patterns", "patterns"], 1);
    assert!(told.contains("no report: neither a number of its tables nor enough text below its headings"), "{told}");
    for line in [
        "family     census gives no record: neither a number",
        "title      not found",
        "year       2021",
        "section    overview under \"一、总体情况\", 27 characters",
        "3 rows and 2 columns, begins \"项目\": not read",
        "  main by census-2020: 1 of 4 rows, 0 of 1 columns; evidence found: none; lacked: \"第一项\" (2)",
        "  printed, and no label of main: 人数 | 男性\n",
        "  a table is taken for a form's with half the columns",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    // A record that leaves a table unread says the same of it.
    let titled = CENSUS.replace("人口公报", "年度报告").replace("稳定增长。", &"人口稳定增长。".repeat(20));
    std::fs::write(folder.path().join("titled.html"), titled.replace("合计", "总人口")).unwrap();
    let (shown, _) = run(&["explain", "titled.html", "--patterns", "patterns"], 0);
    assert!(shown.contains("agency     云川市统计局\n") && shown.contains(": not read\n  main by census-2020: 0 of 4"));
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

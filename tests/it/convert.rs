//! What is made of records: tables, codebook, comparisons.

use std::fs;

use crate::samples::{archive, gongkai, json, report};

#[test]
fn tables_hold_what_the_records_hold() {
    let folder = tempfile::tempdir().unwrap();
    archive(&folder.path().join("in"), 4);
    let run = |args: &[&str], code: i32| {
        let out = gongkai().current_dir(&folder).args(args).assert().code(code);
        String::from_utf8(out.get_output().stdout.clone()).unwrap()
    };
    run(&["extract", "in", "-o", "r.jsonl"], 0);
    let records = json(&fs::read(folder.path().join("r.jsonl")).unwrap());
    let long = run(&["convert", "r.jsonl", "--to", "csv-long"], 0);
    let count = |key: &str| records.iter().map(|r| r[key].as_object().unwrap().len()).sum::<usize>();
    assert_eq!(count("narrative"), records.len());
    assert_eq!(long.lines().count(), count("cells") + count("narrative") + 1);
    let stated = long.lines().find(|l| l.ends_with("，行政复议1件。,,in/b/0001.html,")).unwrap();
    assert!(stated.contains(",narrative.review.total,1,number,1件,"), "{stated}");
    assert!(long.lines().next().unwrap().ends_with(",sentence,candidates,path,member"));
    let sure = r#""raw": "/", "state": "dash""#;
    let unsure = r#""raw": "11", "state": "ambiguous", "candidates": [1, 11]"#;
    let text = fs::read_to_string(folder.path().join("r.jsonl")).unwrap();
    fs::write(folder.path().join("unsure.jsonl"), text.replace(sure, unsure)).unwrap();
    let unsure = run(&["convert", "unsure.jsonl", "--to", "csv-long"], 0);
    let cells = unsure.lines().filter(|l| l.contains(",,ambiguous,11,") && l.contains(",1 11,in/"));
    assert_eq!(cells.count(), records.len(), "{unsure}");
    let wide = run(&["convert", "r.jsonl", "--to", "csv", "--bom"], 0);
    assert!(wide.starts_with('\u{feff}'));
    let head: Vec<&str> = wide.lines().next().unwrap().split(',').collect();
    let at = head.iter().position(|h| *h == "proactive.normative_documents.repealed@state").unwrap();
    assert_eq!(wide.lines().nth(1).unwrap().split(',').nth(at), Some("dash"));
    let at = head.iter().position(|h| *h == "narrative.review.total").unwrap();
    assert_eq!(wide.lines().nth(1).unwrap().split(',').nth(at + 1), Some("number"));
    run(&["convert", "r.jsonl", "--to", "jsonl-gz", "-o", "r.jsonl.gz"], 0);
    assert_eq!(
        run(&["convert", "r.jsonl.gz", "--to", "jsonl"], 0),
        fs::read_to_string(folder.path().join("r.jsonl")).unwrap()
    );
    run(&["convert", "r.jsonl", "--to", "package", "-o", "data"], 0);
    let title = || {
        let package = fs::read(folder.path().join("data/datapackage.json")).unwrap();
        serde_json::from_slice::<serde_json::Value>(&package).unwrap()["title"].as_str().unwrap().to_owned()
    };
    assert_eq!(title(), "政府信息公开工作年度报告");
    let accounts = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/reports/40-html-accounts.html");
    run(&["extract", accounts, "-o", "accounts.jsonl"], 0);
    run(&["convert", "accounts.jsonl", "--to", "package", "-o", "data"], 0);
    assert_eq!(title(), "部门决算公开");
}

#[cfg(unix)]
#[test]
fn half_a_package_is_told_and_has_no_descriptor() {
    let folder = tempfile::tempdir().unwrap();
    archive(&folder.path().join("in"), 12);
    gongkai().current_dir(&folder).args(["extract", "in", "-q", "-o", "r.jsonl"]).assert().code(0);
    let convert = |limit: &str| {
        let program = assert_cmd::cargo::cargo_bin("gongkai");
        let script = format!("{limit} exec {} convert r.jsonl --to package -o data", program.display());
        std::process::Command::new("bash").args(["-c", &script]).current_dir(&folder).output().unwrap()
    };
    let descriptor = folder.path().join("data/datapackage.json");
    for limit in ["", "ulimit -f 30;", ""] {
        let done = convert(limit);
        let told = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(if limit.is_empty() { 0 } else { 2 }), "{told}");
        assert_eq!(told.contains("the package in data is not whole"), !limit.is_empty(), "{told}");
        assert_eq!(descriptor.exists(), limit.is_empty());
    }
}

#[test]
fn differences_and_findings_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, upheld| {
        fs::create_dir_all(folder.path().join("in")).unwrap();
        fs::write(
            folder.path().join(format!("in/{name}.html")),
            report("海棠市人民政府", name.parse().unwrap(), upheld),
        )
        .unwrap();
    };
    let run = |args: &[&str], code: i32| {
        let out = gongkai().current_dir(&folder).args(args).assert().code(code);
        String::from_utf8(out.get_output().stdout.clone()).unwrap()
    };
    write("2021", 3);
    write("2023", 300);
    write("2024", 3000);
    run(&["extract", "in", "-o", "a.jsonl"], 0);
    write("2023", 30);
    run(&["extract", "in", "-o", "b.jsonl"], 0);
    assert_eq!(run(&["diff", "a.jsonl", "a.jsonl"], 0), "");
    let diff = run(&["diff", "a.jsonl", "b.jsonl"], 3);
    assert!(diff.contains("in/2023.html\treview.upheld\t300 → 30"), "{diff}");
    assert!(diff.contains("in/2023.html\tnarrative.review.total\t300 → 30"), "{diff}");
    let findings = run(&["check", "a.jsonl"], 3);
    assert!(
        findings.contains("  2022  year-missing  ") && findings.contains("  jump-by-ten   review.upheld"),
        "{findings}"
    );
    let summary = run(&["summary", "a.jsonl"], 0);
    assert!(summary.contains("3 records") && !summary.contains("outcome"), "{summary}");
    assert!(summary.contains("states of counts in sentences\n         3  number"), "{summary}");
    fs::copy(folder.path().join("in/2021.html"), folder.path().join("in/again.html")).unwrap();
    fs::write(folder.path().join("in/picture.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    run(&["run", "in", "-o", "out"], 1);
    let summary = run(&["summary", "out"], 0);
    for line in ["3  record", "1  duplicate of another file", "1  no-text-layer: a picture"] {
        assert!(summary.contains(&format!("         {line}")), "{line}:\n{summary}");
    }
}

#[test]
fn money_is_no_count_and_families_are_panels_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let accounts = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/reports/40-html-accounts.html");
    fs::copy(accounts, folder.path().join("accounts.html")).unwrap();
    fs::write(folder.path().join("information.html"), report("云川市图书馆", 2023, 1)).unwrap();
    let run = |args: &[&str]| {
        let out = gongkai().current_dir(&folder).args(args).assert().code(0);
        String::from_utf8(out.get_output().stdout.clone()).unwrap()
    };
    run(&["extract", "accounts.html", "information.html", "-o", "r.jsonl"]);
    run(&["check", "r.jsonl"]);
    // The words of a row that names itself are in the codebook, and explain counts its cells with their table.
    let codebook = run(&["convert", "r.jsonl", "--to", "codebook"]);
    assert!(codebook.contains("spending.2070104.basic,spending,tables,万元,2070104 图书馆（"), "{codebook}");
    assert!(codebook.contains("\nreview.total,") && codebook.contains("\nsummary.income.total,"), "{codebook}");
    for (file, own, other) in [
        ("accounts.html", "\nsummary.income.total,", "\nreview.total,"),
        ("information.html", "\nreview.total,", "\nsummary.income.total,"),
    ] {
        run(&["extract", file, "-o", "one.jsonl"]);
        let codebook = run(&["convert", "one.jsonl", "--to", "codebook"]);
        assert!(codebook.contains(own) && !codebook.contains(other), "{codebook}");
    }
    let explained = run(&["explain", "accounts.html"]);
    assert!(explained.contains("table      basic by accounts-department, 19 variables"), "{explained}");
}

//! One file looked at: `explain`, `text`, `tables`.

use std::fs;
use std::io::Write;

use crate::samples::{archive, gongkai, report};

#[test]
fn a_mistyped_variable_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.html"), report("海棠市人民政府", 2023, 21)).unwrap();
    let run = |variable: &str, code| {
        let out = gongkai().current_dir(&folder).args(["explain", "a.html", variable]).assert().code(code);
        let out = out.get_output();
        String::from_utf8_lossy(if code == 0 { &out.stdout } else { &out.stderr }).into_owned()
    };
    for (typed, meant) in [
        ("review.totl", "review.total"),
        ("applications.recieved.total", "applications.received.total"),
        ("reveiw", "review"),
        ("narrative.review.totals", "narrative.review.total"),
    ] {
        let told = run(typed, 2);
        assert!(told.contains(&format!("no form has the variable {typed}")), "{told}");
        assert!(told.contains(&format!("did you mean {meant}?")), "{told}");
    }
    assert!(!run("nothing.at.all.like.one", 2).contains("did you mean"));
    assert!(run("review.total", 0).contains("review.total = 22"));
    assert!(run("review", 0).contains("review.upheld = 21"));
    assert!(run("proactive.regulations.issued", 0).contains("proactive.regulations.issued = 0"));
    assert!(run("applications.granted.total", 0).contains("table-missing"));
}

#[test]
fn a_member_is_found_by_the_name_that_output_has() {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = tar::Builder::new(Vec::new());
    let page = report("海棠市人民政府", 2023, 21);
    for (name, text) in [("x.html", "no report"), ("一区/甲.html", page.as_str())] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    let tar = builder.into_inner().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&tar).unwrap();
    fs::write(folder.path().join("a.tar.gz"), gzip.finish().unwrap()).unwrap();
    fs::write(folder.path().join("page.html"), &page).unwrap();
    let run = |args: &[&str], code| {
        let out = gongkai().current_dir(&folder).args(args).assert().code(code);
        let out = out.get_output();
        (String::from_utf8_lossy(&out.stdout).into_owned(), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    for command in ["explain", "text", "tables"] {
        let member = run(&[command, "a.tar.gz!/一区/甲.html"], 0).0;
        assert_eq!(member.replace("a.tar.gz!/一区/甲.html", "page.html"), run(&[command, "page.html"], 0).0);
        assert!(run(&[command, "a.tar.gz!/y.html"], 1).1.contains("a.tar.gz has no member of this name"));
        assert!(run(&[command, "page.html!/y.html"], 1).1.contains("page.html is no archive"));
        assert!(run(&[command, "b.zip!/y.html"], 1).1.contains("no such file"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_no_utf_8_is_found_by_the_name_that_output_has() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join(std::ffi::OsStr::from_bytes(b"\xbc\xd7.html"));
    fs::write(name, report("海棠市人民政府", 2023, 21)).unwrap();
    let out = gongkai().current_dir(&folder).args(["explain", "\\xBC\\xD7.html", "review.total"]).assert().code(0);
    assert!(String::from_utf8_lossy(&out.get_output().stdout).contains("review.total = 22"));
}

#[test]
fn no_table_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "海棠市2023年政府信息公开工作年度报告\n本年收到申请3件。\n").unwrap();
    let out = gongkai().current_dir(&folder).args(["tables", "a.txt"]).assert().code(0);
    let out = out.get_output();
    assert!(out.stdout.is_empty());
    assert!(String::from_utf8_lossy(&out.stderr).contains("a.txt: no table is drawn in it"));
}

#[test]
fn a_flag_in_other_words_is_one_change() {
    let folder = tempfile::tempdir().unwrap();
    archive(&folder.path().join("in"), 1);
    gongkai().current_dir(&folder).args(["extract", "in", "-q", "-o", "a.jsonl"]).assert().code(0);
    let records = fs::read_to_string(folder.path().join("a.jsonl")).unwrap();
    let message = "the form has this table, but none was found in the report";
    assert_eq!(records.matches(message).count(), 1, "{records}");
    fs::write(folder.path().join("b.jsonl"), records.replace(message, "none was found")).unwrap();
    let out = gongkai().current_dir(&folder).args(["diff", "a.jsonl", "b.jsonl"]).assert().code(3);
    let told = String::from_utf8_lossy(&out.get_output().stdout).into_owned();
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.contains(&format!("flag table-missing: {message} → flag table-missing: none was found")), "{told}");
}

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

//! `extract`: inputs, order, exit codes.

use std::fs;

use crate::samples::{archive, gongkai, json, report};

#[test]
fn a_report_becomes_a_record() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.html"), report("海棠市人民政府", 2023, 21)).unwrap();
    let out = gongkai().current_dir(&folder).args(["extract", "a.html"]).assert().code(0);
    let records = json(&out.get_output().stdout);
    assert_eq!(records.len(), 1);
    let record = &records[0];
    assert_eq!(record["report"]["agency"], "海棠市人民政府");
    assert_eq!(record["report"]["year"], 2023);
    assert_eq!(record["source"]["path"], "a.html");
    assert_eq!(record["values"]["review.upheld"], 21);
    assert_eq!(record["values"]["review.total"], 22);
    assert_eq!(record["cells"]["proactive.normative_documents.repealed"]["state"], "dash");
}

#[test]
fn any_number_of_threads_and_any_isolation_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 24);
    fs::write(folder.path().join("b/0005.html"), "no report").unwrap();
    let run = |args: &[&str]| {
        let out = gongkai().current_dir(&folder).args(["extract", "."]).args(args).assert().code(1);
        (out.get_output().stdout.clone(), out.get_output().stderr.clone())
    };
    let (one, errors) = run(&["--jobs", "1"]);
    assert_eq!(json(&one).len(), 23);
    assert!(String::from_utf8_lossy(&errors).contains("b/0005.html"));
    assert!(run(&["--jobs", "4"]).0 == one);
    assert!(run(&["--jobs", "2", "--no-isolation"]).0 == one);
}

#[test]
fn lists_globs_and_selections() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 6);
    let count = |args: &[&str], stdin: &str| {
        let out = gongkai().current_dir(&folder).arg("extract").args(args).write_stdin(stdin).assert().code(0);
        json(&out.get_output().stdout).len()
    };
    assert_eq!(count(&["-"], "b/0001.html\nb/0002.html\n"), 2);
    assert_eq!(count(&["-0", "-"], "b/0001.html\0"), 1);
    assert_eq!(count(&["**/000[0-2].html"], ""), 3);
    assert_eq!(count(&[".", "--exclude", "一区"], ""), 4);
    assert_eq!(count(&[".", "--include", "0003.*"], ""), 1);
}

#[test]
fn a_path_that_is_named_twice_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 6);
    let paths = ["extract", "b", ".", "b/0001.html", "**/0002.html"];
    let out = gongkai().current_dir(&folder).args(paths).assert().code(0);
    assert_eq!(json(&out.get_output().stdout).len(), 6);
}

#[test]
fn no_file_has_the_name_of_another_form() {
    let folder = tempfile::tempdir().unwrap();
    archive(&folder.path().join("in"), 2);
    let run = |args: &[&str], code| {
        let out = gongkai().current_dir(&folder).args(args).assert().code(code);
        String::from_utf8_lossy(&out.get_output().stderr).into_owned()
    };
    run(&["extract", "in", "-o", "r.jsonl"], 0);
    for read in [["extract", "in"], ["convert", "r.jsonl"]] {
        for name in ["x.csv.gz", "x.xlsx", "x.XLSX", "x.foo", "x.txt"] {
            let told = run(&[read[0], read[1], "-o", name], 2);
            assert!(told.contains(&format!("no form that is written has a name like {name}")), "{told}");
        }
        for (to, name, ending) in [
            ("csv", "x.jsonl", "csv"),
            ("csv", "x.csv.gz", "csv"),
            ("jsonl", "x.csv", "jsonl"),
            ("jsonl", "x.jsonl.gz", "jsonl"),
            ("parquet-long", "x.xlsx", "parquet"),
            ("package", "x.csv", "nothing: it is a folder"),
        ] {
            let told = run(&[read[0], read[1], "--to", to, "-o", name], 2);
            assert!(
                told.contains(&format!("{name} is no name for what --to says: it would end in {ending}")),
                "{told}"
            );
        }
        for (to, name) in
            [("csv-long", "x.csv"), ("codebook", "x.csv"), ("schema", "x.json"), ("csv", "table"), ("jsonl", "-")]
        {
            run(&[read[0], read[1], "--to", to, "-o", name], 0);
            fs::remove_file(folder.path().join(name)).unwrap_or_default();
        }
        assert!(!fs::read_dir(&folder).unwrap().any(|e| e.unwrap().file_name().to_string_lossy().starts_with("x.")));
    }
    for name in ["records", "x.ndjson", "x.json"] {
        run(&["extract", "in", "-o", name], 0);
        assert_eq!(json(&fs::read(folder.path().join(name)).unwrap()).len(), 2);
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_keeps_what_was_read() {
    let folder = tempfile::tempdir().unwrap();
    archive(&folder.path().join("in"), 30);
    let run = |out: &str, kib: u32| {
        let program = assert_cmd::cargo::cargo_bin("gongkai");
        let script = format!("ulimit -f {kib}; exec {} extract in --quiet -o {out}", program.display());
        let mut command = std::process::Command::new("bash");
        let done = command.args(["-c", &script]).current_dir(&folder).output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{done:?}");
        String::from_utf8(done.stderr).unwrap()
    };
    for (out, kib, kept) in [("a.jsonl", 60, "a.jsonl.part"), ("a.csv", 60, "a.csv.jsonl"), ("b.jsonl", 1, "")] {
        let told = run(out, kib);
        assert!(told.contains("free some space") && !folder.path().join(out).exists(), "{told}");
        if kept.is_empty() {
            assert!(!told.contains("so far") && !folder.path().join("b.jsonl.part").exists(), "{told}");
            continue;
        }
        assert!(told.contains(&format!("so far is in {kept}")), "{told}");
        let records = json(&fs::read(folder.path().join(kept)).unwrap()).len();
        assert!((1..30).contains(&records), "{records}");
        gongkai().current_dir(&folder).args(["convert", kept, "-o", "again.csv"]).assert().code(0);
    }
}

#[test]
fn the_name_of_the_output_says_its_form() {
    let folder = tempfile::tempdir().unwrap();
    archive(&folder.path().join("in"), 4);
    let run = |args: &[&str]| drop(gongkai().current_dir(&folder).args(args).assert().code(0));
    let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
    run(&["extract", "in", "-o", "a.jsonl"]);
    for name in ["wide.csv", "a.jsonl.gz", "a.jsonl.zst", "wide.parquet"] {
        run(&["extract", "in", "-o", name]);
        run(&["convert", "a.jsonl", "-o", &format!("2-{name}")]);
        assert!(bytes(name) == bytes(&format!("2-{name}")), "{name}");
    }
    for packed in ["a.jsonl.gz", "a.jsonl.zst"] {
        run(&["convert", packed, "-o", "again.jsonl"]);
        assert!(bytes("again.jsonl") == bytes("a.jsonl"), "{packed}");
    }
    run(&["run", "in", "-o", "out", "--to", "csv,parquet", "--bom"]);
    assert!(bytes("out/wide.parquet") == bytes("wide.parquet"));
    assert!(bytes("out/wide.csv") == [b"\xef\xbb\xbf".as_slice(), &bytes("wide.csv")].concat());
    let left = fs::read_dir(&folder).unwrap().filter(|e| e.as_ref().unwrap().file_name().as_encoded_bytes()[0] == b'.');
    assert_eq!(left.count(), 0, "nothing is left over");
}

#[test]
fn a_log_for_programs_is_json() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 3);
    fs::write(folder.path().join("b/x.html"), "no report").unwrap();
    let out = gongkai().current_dir(&folder).args(["extract", ".", "--log-json"]).assert().code(1);
    let log = json(&out.get_output().stderr);
    assert_eq!(log.len(), 2);
    assert_eq!(
        (&log[0]["event"], &log[0]["path"], &log[0]["code"]),
        (&"failure".into(), &"b/x.html".into(), &"no-report".into())
    );
    assert_eq!((&log[1]["event"], &log[1]["records"]), (&"done".into(), &3.into()));
    let out = gongkai().args(["check", "nowhere.jsonl", "--log-json"]).assert().code(2);
    assert_eq!(json(&out.get_output().stderr)[0]["event"], "error");
}

#[test]
fn exit_codes_tell() {
    let folder = tempfile::tempdir().unwrap();
    gongkai().current_dir(&folder).args(["extract", "none.pdf"]).assert().code(1);
    let out = gongkai().current_dir(&folder).args(["extract", "*.none"]).assert().code(1);
    assert!(
        String::from_utf8_lossy(&out.get_output().stderr).starts_with("failed *.none: unreadable: no file matches")
    );
    let out = gongkai().args(["text", "corpus"]).assert().code(1);
    assert!(String::from_utf8_lossy(&out.get_output().stderr).contains("not a regular file but a folder"));
    gongkai().args(["patterns", "list"]).env("GONGKAI_PATTERNS", "").assert().code(0);
    gongkai().current_dir(&folder).args(["extract", ".", "--include", "["]).assert().code(2);
    gongkai().current_dir(&folder).args(["extract", ".", "--patterns", "nowhere"]).assert().code(2);
    gongkai().current_dir(&folder).args(["extract", "--no-such-option"]).assert().code(2);
    gongkai().current_dir(&folder).args(["extract", ".", "-o", "no/such/folder.jsonl"]).assert().code(2);
    gongkai().arg("completions").arg("bash").assert().code(0);
}

#[test]
fn no_output_is_read_as_a_report() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 3);
    let run = |args: &[&str], code: i32| {
        let out = gongkai().current_dir(&folder).args(args).assert().code(code);
        String::from_utf8_lossy(&out.get_output().stderr).into_owned()
    };
    for name in ["a.jsonl", "b.csv", "c.jsonl.gz"] {
        run(&["extract", ".", "--exclude", "?.*", "-o", name], 0);
    }
    let told = run(&["extract", ".", "-o", "d.jsonl"], 1);
    assert!(told.contains("6 files: 3 records") && told.contains("a.jsonl: no report: an output of gongkai"), "{told}");
    for _ in 0..2 {
        let told = run(&["run", ".", "-o", "b/out", "--exclude", "?.*"], 0);
        assert!(told.contains("3 files: 3 records"), "{told}");
    }
}

#[test]
fn no_output_costs_an_input() {
    let folder = tempfile::tempdir().unwrap();
    archive(&folder.path().join("in"), 3);
    let run = |args: &[&str], code: i32| {
        let out = gongkai().current_dir(&folder).args(args).assert().code(code);
        String::from_utf8_lossy(&out.get_output().stderr).into_owned()
    };
    let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let page = bytes("in/b/0001.html");
    // as a shell expands `-o in/b/*.html`
    let told = run(&["extract", "-o", "in/b/0001.html", "in/b/0002.html"], 2);
    assert!(told.contains("in/b/0001.html is there already, and holds no records"), "{told}");
    assert!(run(&["extract", "in/b/0001.html", "--to", "csv", "-o", "in/b/0001.html"], 2).contains("is read"));
    assert!(bytes("in/b/0001.html") == page);
    run(&["extract", "in", "-o", "r"], 0);
    run(&["extract", "in", "-o", "r"], 0);
    let records = bytes("r");
    assert!(run(&["convert", "r", "--to", "csv", "-o", "r"], 2).contains("is read"));
    fs::write(folder.path().join("old.csv"), "old").unwrap();
    fs::write(folder.path().join("bad.jsonl"), [records.as_slice(), b"{\n"].concat()).unwrap();
    run(&["convert", "bad.jsonl", "-o", "old.csv"], 2);
    assert!(bytes("r") == records && bytes("old.csv") == b"old");
    fs::write(folder.path().join("in/b/0000.html"), "no report").unwrap();
    for (name, left) in [("r", true), ("old.csv", false)] {
        let told = run(&["extract", "in", "--fail-fast", "--jobs", "1", "-o", name], 1);
        assert!(told.contains("what was read so far is in "), "{told}");
        assert!(folder.path().join(format!("{name}.part")).exists());
        assert!(left && bytes("r") == records || bytes("old.csv") == b"old");
    }
    run(&["extract", "in", "-o", "/dev/null"], 1);
    let left = fs::read_dir(&folder).unwrap().count();
    assert_eq!(left, 6, "in, r, old.csv, bad.jsonl and the two parts");
}

#[test]
fn a_worker_answers_every_input() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 2);
    let out = gongkai().current_dir(&folder).arg("worker").write_stdin("b/0001.html\nnone\n").assert().code(1);
    let answers = json(&out.get_output().stdout);
    assert_eq!(answers[0]["schema"], "gongkai.report/1");
    assert_eq!(answers[1]["failure"]["code"], "unreadable");
    let report = report("海棠市人民政府", 2023, 21).into_bytes();
    let mut frames = u32::try_from(report.len()).unwrap().to_be_bytes().to_vec();
    frames.extend(report);
    let out = gongkai().args(["worker", "--length-prefixed"]).write_stdin(frames).assert().code(0);
    assert_eq!(json(&out.get_output().stdout)[0]["values"]["review.upheld"], 21);
}

#[test]
fn a_password_opens_an_encrypted_file_and_bars_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut document = lopdf::Document::load("corpus/reports/14-pdf-2021-cid.pdf").unwrap();
    document.save(folder.path().join("open.pdf")).unwrap();
    // Owner's password only: any reader opens it.
    encrypt(&mut document.clone(), "").save(folder.path().join("owner.pdf")).unwrap();
    encrypt(&mut document, "haitang-2023").save(folder.path().join("user.pdf")).unwrap();
    let run = |args: &[&str], code: i32| {
        let out = gongkai().current_dir(&folder).args(["extract", "."]).args(args).assert().code(code);
        (json(&out.get_output().stdout), String::from_utf8_lossy(&out.get_output().stderr).into_owned())
    };
    let (records, errors) = run(&[], 1);
    assert_eq!(records.len(), 2);
    assert!(errors.contains("user.pdf: encrypted") && errors.contains("--password"), "{errors}");
    let (records, errors) = run(&["--password", "haitang"], 1);
    assert!(records.len() == 2 && errors.contains("does not open it"), "{errors}");
    let records = run(&["--password", "haitang-2023"], 0).0;
    assert_eq!(records.len(), 3);
    assert!(records.iter().all(|record| record["values"] == records[0]["values"]));
    let text =
        gongkai().current_dir(&folder).env("GONGKAI_PASSWORD", "haitang-2023").args(["text", "user.pdf"]).assert();
    text.code(0);
}

fn encrypt<'d>(document: &'d mut lopdf::Document, user_password: &str) -> &'d mut lopdf::Document {
    let version = lopdf::EncryptionVersion::V2 {
        document,
        owner_password: "owner",
        user_password,
        key_length: 128,
        permissions: lopdf::Permissions::all(),
    };
    let state = lopdf::EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    document
}

#[test]
fn a_selector_names_the_part_of_a_page_that_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (report("海棠市人民政府", 2023, 21), report("清河县人民政府", 2022, 7));
    let page = format!("<div id=a>{other}</div><div id=zoom>{own}</div>");
    fs::write(folder.path().join("a.html"), page).unwrap();
    let run = |selector: &str, code: i32| {
        let out = gongkai().current_dir(&folder).args(["extract", "a.html", "--content", selector]).assert().code(code);
        (json(&out.get_output().stdout), String::from_utf8_lossy(&out.get_output().stderr).into_owned())
    };
    let records = run("#zoom", 0).0;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["report"]["agency"], "海棠市人民政府");
    assert_eq!(records[0]["values"]["review.upheld"], 21);
    assert!(run("p[[", 2).1.contains("is no CSS selector"));
}

#[test]
fn a_report_whose_form_has_tables_and_that_prints_none_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let prose = "一、总体情况\n我市认真落实条例，完善制度，健全机制，加强队伍，全年主动公开信息三百余条，包括通知公告、政策文件及其解读、工作动态和各类民生信息，群众满意，成效明显。\n\
                 二、主动公开政府信息情况\n规范性文件、行政许可和行政处罚的数量见附件中的表格，附件可在网站下载。\n\
                 三、收到和处理政府信息公开申请情况\n申请的数量和办理结果见附件中的表格，附件可在网站下载。\n";
    for year in [2016, 2022] {
        let text = format!("海棠市人民政府{year}年政府信息公开工作年度报告\n{prose}");
        fs::write(folder.path().join(format!("{year}.txt")), text).unwrap();
    }
    let out = gongkai().current_dir(&folder).args(["extract", "2016.txt", "2022.txt"]).assert().code(0);
    let missing = |record: &serde_json::Value| {
        let flags = record["flags"].as_array().unwrap().iter();
        flags.filter(|f| f["code"] == "table-missing").map(|f| f["at"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let records = json(&out.get_output().stdout);
    assert_eq!(missing(&records[0]), Vec::<String>::new());
    assert_eq!(missing(&records[1]), ["applications", "litigation", "proactive", "review"]);
}

#[test]
fn a_table_whose_caption_names_another_year_than_the_report_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let page = report("海棠市人民政府", 2023, 21);
    let at = page.rfind("<table").unwrap();
    for (name, caption) in [("own.html", "<p>2023年度</p>"), ("old.html", "<p>2022年度</p>")] {
        fs::write(folder.path().join(name), format!("{}{caption}{}", &page[..at], &page[at..])).unwrap();
    }
    let out = gongkai().current_dir(&folder).args(["extract", "own.html", "old.html"]).assert().code(0);
    let told = |record: &serde_json::Value| {
        let flags = record["flags"].as_array().unwrap();
        flags.iter().filter(|f| f["code"] == "other-year" && f["at"] == "review").count()
    };
    assert_eq!(json(&out.get_output().stdout).iter().map(told).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_report_laid_out_in_one_table_has_its_identity_and_sections() {
    let prose = "本年度依法公开政府信息，未收到政府信息公开申请。".repeat(10);
    let wide = |text: &str| format!("<tr><td colspan=4>{text}</td></tr>");
    let page = [
        "<meta charset=utf-8><table>".to_owned(),
        wide("海棠市财政局2023年政府信息公开工作年度报告"),
        wide("一、总体情况"),
        wide(&prose),
        wide("二、主动公开政府信息情况"),
        wide("第二十条第（一）项"),
        "<tr><td>信息内容<td>本年制发件数<td>本年废止件数<td>现行有效件数</tr>".to_owned(),
        "<tr><td>规章<td>1<td>2<td>3</tr><tr><td>行政规范性文件<td>4<td>5<td>6</tr>".to_owned(),
        wide("五、存在的主要问题及改进情况"),
        wide("公开的渠道还不够多。"),
        "</table>".to_owned(),
    ];
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.html"), page.concat()).unwrap();
    let out = gongkai().current_dir(&folder).args(["extract", "a.html"]).assert().code(0);
    let record = &json(&out.get_output().stdout)[0];
    assert_eq!(record["report"]["agency"], "海棠市财政局");
    assert_eq!(record["report"]["year"], 2023);
    assert_eq!(record["values"]["proactive.normative_documents.in_force"], 6);
    let sections: Vec<_> = record["sections"].as_array().unwrap().iter().map(|s| (&s["id"], &s["text"])).collect();
    let section = |id: &str| sections.iter().find(|s| s.0 == id).map(|s| s.1.as_str().unwrap().to_owned());
    assert_eq!(section("overview"), Some(prose));
    assert_eq!(section("proactive").as_deref(), Some(""));
    assert_eq!(section("problems").as_deref(), Some("公开的渠道还不够多。"));
}

#[test]
fn who_fills_in_a_table_is_named_above_it() {
    let folder = tempfile::tempdir().unwrap();
    let named =
        report("", 2023, 3).replace("<h2>一", "<table><tr><td>填报单位：海棠市财政局<td>单位：件</table><h2>一");
    fs::write(folder.path().join("a.html"), named.replace("2023年，认真", "2023年认真")).unwrap();
    let out = gongkai().current_dir(&folder).args(["extract", "a.html"]).assert().code(0);
    assert_eq!(json(&out.get_output().stdout)[0]["report"]["agency"], "海棠市财政局");
}

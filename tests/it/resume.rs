//! `run`: whatever ends it, the same command goes on, and ends as if nothing had been.
//!
//! The long form of the kill test: `GONGKAI_KILLS=50 GONGKAI_FILES=2000 cargo test --test it killed`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::samples::{archive, gongkai, json, report};

const OUTPUTS: [&str; 5] = ["records.jsonl", "failures.jsonl", "duplicates.jsonl", "quarantine.txt", "manifest.json"];

fn same(a: &Path, b: &Path) {
    for name in OUTPUTS {
        assert!(fs::read(a.join(name)).unwrap() == fs::read(b.join(name)).unwrap(), "{name} differs");
    }
}

/// A number from the environment, for the long form of a test.
fn number(name: &str, usual: u32) -> u32 {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

fn mixed(folder: &Path, count: u32) {
    archive(folder, count);
    fs::write(folder.join("b/0004.html"), "!fault abort").unwrap();
    fs::write(folder.join("b/0010.html"), "no report").unwrap();
    fs::copy(folder.join("b/0011.html"), folder.join("b/0012 again.html")).unwrap();
}

#[test]
fn killed_again_and_again_it_ends_the_same() {
    let folder = tempfile::tempdir().unwrap();
    mixed(&folder.path().join("in"), number("GONGKAI_FILES", 60));
    let run = |out: &str| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("gongkai"));
        command.current_dir(&folder).args(["run", "in", "--quiet", "--jobs", "2", "-o", out]);
        command.env("GONGKAI_FAULTS", "1").stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    assert_eq!(run("calm").status().unwrap().code(), Some(1));
    let kills = number("GONGKAI_KILLS", 8);
    let mut seed = 42u64;
    for _ in 0..kills {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = run("stormy").spawn().unwrap();
        std::thread::sleep(Duration::from_millis(20 + (seed >> 33) % 400));
        let _ = child.kill();
        child.wait().unwrap();
    }
    assert_eq!(run("stormy").status().unwrap().code(), Some(1));
    same(&folder.path().join("calm"), &folder.path().join("stormy"));
}

#[test]
fn shards_together_are_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    mixed(&folder.path().join("in"), 60);
    let run = |args: &[&str], code| drop(gongkai().current_dir(&folder).args(args).assert().code(code));
    run(&["run", "in", "-q", "-o", "whole"], 1);
    for shard in ["1/3", "2/3", "3/3"] {
        let out = format!("part{}", &shard[..1]);
        let assert = gongkai().current_dir(&folder).args(["run", "in", "-q", "-o", &out, "--shard", shard]).assert();
        assert!(assert.get_output().status.code().unwrap() < 2);
    }
    for (args, part) in
        [(["part1", "part2", "merged"], ""), (["part1", "part1", "merged"], ""), (["part2", "part3", "part2"], "part2")]
    {
        run(&["merge", args[0], args[1], "-o", args[2]], 2);
        assert!(part.is_empty() || fs::metadata(folder.path().join(part).join("records.jsonl")).unwrap().len() > 0);
    }
    run(&["merge", "part1", "part2", "part3", "-o", "merged"], 0);
    same(&folder.path().join("whole"), &folder.path().join("merged"));
}

#[test]
fn what_is_done_is_not_done_again() {
    let folder = tempfile::tempdir().unwrap();
    mixed(&folder.path().join("in"), 60);
    let run = |args: &[&str]| {
        let out = gongkai().current_dir(&folder).args(["run", "in", "-o", "out"]).args(args).assert().code(1);
        String::from_utf8_lossy(&out.get_output().stderr).lines().last().unwrap().to_owned()
    };
    let first = run(&[]);
    assert!(first.starts_with("61 files: 58 records"), "{first}");
    assert!(run(&[]).contains("61 done before"));
    fs::write(folder.path().join("in/b/0013.html"), "no report").unwrap();
    fs::remove_file(folder.path().join("in/b/0014.html")).unwrap();
    let third = run(&[]);
    assert!(third.starts_with("60 files: 56 records") && third.contains("59 done before"), "{third}");
    assert!(run(&["--retry-failed"]).contains("57 done before"));
    let records = fs::read_to_string(folder.path().join("out/records.jsonl")).unwrap();
    assert_eq!(records.lines().count(), 56);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_utf_8_are_files_of_their_own() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    // what Chinese Windows called 甲, 乙 and 丙, unpacked elsewhere
    for (i, name) in [b"\xbc\xd7.html", b"\xd2\xd2.html", b"\xb1\xfb.html"].into_iter().enumerate() {
        let path = folder.path().join("in").join(std::ffi::OsStr::from_bytes(name));
        fs::write(path, report("海棠市人民政府", 2021 + i as u32, 5)).unwrap();
    }
    let paths = ["in/\\xB1\\xFB.html", "in/\\xBC\\xD7.html", "in/\\xD2\\xD2.html"];
    for seconds in 0..2 {
        let run = gongkai().current_dir(&folder).args(["run", "in", "-o", "out"]).assert().code(0);
        let told = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(told.contains("3 records") && !told.contains("left out"), "{told}");
        assert_eq!(told.contains("3 done before"), seconds == 1, "{told}");
        let records = json(&fs::read(folder.path().join("out/records.jsonl")).unwrap());
        assert_eq!(records.iter().map(|r| r["source"]["path"].as_str().unwrap()).collect::<Vec<_>>(), paths);
    }
    let listed = gongkai().current_dir(&folder).args(["extract", "-"]).write_stdin(paths.join("\n")).assert().code(0);
    assert_eq!(json(&listed.get_output().stdout).len(), 3);
}

#[test]
fn no_wrong_path_costs_a_record() {
    let folder = tempfile::tempdir().unwrap();
    archive(&folder.path().join("in"), 9);
    let records = || fs::read_to_string(folder.path().join("out/records.jsonl")).unwrap().lines().count();
    let run = |args: &[&str], code| {
        let out = gongkai().current_dir(&folder).args(["run", "-o", "out"]).args(args).assert().code(code);
        String::from_utf8_lossy(&out.get_output().stderr).into_owned()
    };
    run(&["in"], 0);
    let refused: [(&[&str], &str); 6] = [
        (&["nowhere"], "nowhere: no such file or folder; out is left as it was"),
        (&["in", "nowhere"], "nowhere: no such file or folder"),
        (&["in/b/*.nomatch"], "in/b/*.nomatch: no file matches"),
        (&["in", "--include", "*.pdf"], "nothing to read was found"),
        (&["in/b/0001.html"], "out has records of other files, such as in/b/0002.html; it is left as it was"),
        (&["in", "--shard", "1/2"], "did not come to"),
    ];
    for (args, why) in refused {
        let told = run(args, 2);
        assert!(told.contains(why), "{args:?}: {told}");
        assert!(records() == 9 && folder.path().join("out/manifest.json").exists(), "{args:?}");
    }
    fs::rename(folder.path().join("in"), folder.path().join("away")).unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    assert!(run(&["in"], 2).contains("nothing to read was found"), "an empty place to mount a disk on");
    fs::remove_dir(folder.path().join("in")).unwrap();
    fs::rename(folder.path().join("away"), folder.path().join("in")).unwrap();
    fs::remove_file(folder.path().join("in/b/0002.html")).unwrap();
    assert!(
        run(&["in"], 0).contains("left out because the files are gone: 1 record of 1 file, such as in/b/0002.html")
    );
    assert_eq!(records(), 8);
    assert!(run(&["in/b", "--forget"], 0).contains("did not come to them: 3 records of 3 files"));
    assert_eq!(records(), 5);
}

#[test]
fn no_folder_goes_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    archive(&at("in"), 12);
    let records = || json(&fs::read(at("out/records.jsonl")).unwrap()).len();
    let run = |args: &[&str], code| {
        let out = gongkai().current_dir(&folder).args(["run", "in", "-o", "out"]).args(args).assert().code(code);
        String::from_utf8_lossy(&out.get_output().stderr).into_owned()
    };
    run(&[], 0);
    fs::rename(at("in/一区"), at("away")).unwrap();
    for empty in [false, true] {
        if empty {
            fs::create_dir(at("in/一区")).unwrap();
        }
        let told = run(&[], 2);
        assert!(told.contains("gone, half of its folder with it or all: 4 records of 4 files"), "{told}");
        assert_eq!(records(), 12);
    }
    // half of it is back
    for name in ["0000.html", "0003.html"] {
        fs::copy(at("away").join(name), at("in/一区").join(name)).unwrap();
    }
    assert!(run(&[], 2).contains("2 records of 2 files, such as in/一区/0006.html"));
    fs::copy(at("away/0006.html"), at("in/一区/0006.html")).unwrap();
    let told = run(&[], 0);
    assert!(told.contains("left out because the files are gone: 1 record of 1 file"), "{told}");
    assert_eq!(records(), 11);
    fs::rename(at("in/一区"), at("in/c")).unwrap();
    assert!(!run(&[], 0).contains("left out"), "another name is no loss");
    fs::remove_dir_all(at("in/c")).unwrap();
    run(&[], 2);
    assert!(run(&["--forget"], 0).contains("left out because the files are gone: 3 records of 3 files"));
    assert_eq!(records(), 8);
}

#[test]
fn a_path_means_what_it_meant() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    archive(&at("a/in"), 9);
    archive(&at("b/in"), 3);
    let records = || fs::read(at("out/records.jsonl")).unwrap();
    let run = |place: &str, args: &[&str], code| {
        let out = gongkai().current_dir(at(place)).args(["run", "-o", "../out"]).args(args).assert().code(code);
        String::from_utf8_lossy(&out.get_output().stderr).into_owned()
    };
    run("a", &["in"], 0);
    let before = records();
    fs::create_dir(at("c")).unwrap();
    fs::write(at("c/x.html"), report("海棠市人民政府", 2023, 5)).unwrap();
    for (place, path) in [("b", "in"), ("c", ".")] {
        let told = run(place, &[path], 2);
        assert!(told.contains("out has records of in/") && told.contains("/a, not of here"), "{told}");
        assert!(records() == before && at("out/manifest.json").exists());
    }
    // another way to the same folder, and the whole archive in another place
    #[cfg(unix)]
    std::os::unix::fs::symlink("a", at("d")).unwrap();
    assert!(cfg!(not(unix)) || run("d", &["in"], 0).contains("9 done before"));
    fs::rename(at("a"), at("e")).unwrap();
    assert!(run("e", &["in"], 0).contains("9 done before"));
    assert!(records() == before);
    assert!(run("b", &["in"], 2).contains("/e, not of here"));
    run("b", &["in", "--forget"], 0);
    assert_eq!(json(&records()).len(), 3);
    // shards together remember where they were read
    for shard in ["1/2", "2/2"] {
        let out = format!("../part{}", &shard[..1]);
        gongkai().current_dir(at("e")).args(["run", "in", "-q", "-o", &out, "--shard", shard]).assert().code(0);
    }
    gongkai().current_dir(folder.path()).args(["merge", "part1", "part2", "-o", "out"]).assert().code(0);
    assert!(run("b", &["in"], 2).contains("/e, not of here"));
}

#[test]
fn other_forms_are_of_the_same_records() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    archive(&at("in"), 4);
    let run = |args: &[&str], code| {
        let out = gongkai().current_dir(&folder).args(["run", "in", "-o", "out"]).args(args).assert().code(code);
        String::from_utf8_lossy(&out.get_output().stderr).into_owned()
    };
    let lines = || fs::read_to_string(at("out/wide.csv")).unwrap().lines().count();
    run(&["--to", "csv,package", "--bom"], 0);
    assert_eq!(lines(), 5);
    assert!(!run(&[], 0).contains("written anew"));
    fs::write(at("in/b/0004.html"), report("海棠市人民政府", 2023, 5)).unwrap();
    let told = run(&[], 0);
    assert!(told.contains("out/wide.csv held other records and is written anew"), "{told}");
    assert_eq!(lines(), 6);
    assert!(fs::read_to_string(at("out/wide.csv")).unwrap().starts_with('\u{feff}'));
    assert!(fs::read(at("out/wide.csv")).unwrap() == fs::read(at("out/package/wide.csv")).unwrap());
    fs::remove_dir_all(at("out/package")).unwrap();
    fs::write(at("in/b/0005.html"), report("海棠市人民政府", 2024, 5)).unwrap();
    let told = run(&[], 0);
    assert!(told.contains("wide.csv held") && !told.contains("package") && !at("out/package").exists(), "{told}");
    for shard in ["1/2", "2/2"] {
        let part = format!("part{}", &shard[..1]);
        gongkai().current_dir(&folder).args(["run", "in/b", "-q", "-o", &part, "--shard", shard]).assert().code(0);
    }
    gongkai().current_dir(&folder).args(["merge", "part1", "part2", "-o", "out"]).assert().code(0);
    assert_eq!(lines(), json(&fs::read(at("out/records.jsonl")).unwrap()).len() + 1);
    run(&["--forget"], 0);
    // files of others
    fs::write(at("out/long.csv"), "mine").unwrap();
    assert!(run(&["--to", "csv-long"], 2).contains("out/long.csv is there already, and no run's"));
    assert!(run(&[], 0).contains("out/long.csv is not of this run"));
    assert_eq!(fs::read_to_string(at("out/long.csv")).unwrap(), "mine");
}

#[test]
fn files_that_no_run_wrote_stay() {
    let folder = tempfile::tempdir().unwrap();
    archive(&folder.path().join("in"), 3);
    let run = |args: &[&str], code| {
        let out = gongkai().current_dir(&folder).args(args).assert().code(code);
        String::from_utf8_lossy(&out.get_output().stderr).into_owned()
    };
    fs::create_dir(folder.path().join("mine")).unwrap();
    for name in ["records.jsonl", "ledger.jsonl", "failures.jsonl", "quarantine.txt", "manifest.json", "switch"] {
        let path = folder.path().join("mine").join(name);
        fs::write(&path, "mine\n").unwrap();
        for args in [&["run", "in", "-o", "mine"][..], &["run", "in", "-o", "mine", "--afresh"]] {
            let told = run(args, 2);
            assert!(told.contains(&format!("mine/{name} is there already, and no run's")), "{told}");
            assert_eq!(fs::read_dir(folder.path().join("mine")).unwrap().count(), 1);
            assert_eq!(fs::read_to_string(&path).unwrap(), "mine\n");
        }
        fs::remove_file(path).unwrap();
    }
    // a run that was killed before it wrote a word
    fs::write(folder.path().join("mine/ledger.jsonl"), "").unwrap();
    run(&["run", "in", "-o", "mine"], 0);
    run(&["run", "in", "-o", "mine", "--afresh"], 0);
}

#[test]
fn a_run_that_begins_afresh_waits_for_the_other() {
    let folder = tempfile::tempdir().unwrap();
    archive(&folder.path().join("in"), 3);
    let run =
        |args: &[&str], code| drop(gongkai().current_dir(&folder).args(["run", "-q"]).args(args).assert().code(code));
    run(&["in", "-o", "out"], 0);
    let lock = fs::File::create(folder.path().join("out/.lock")).unwrap();
    lock.lock().unwrap();
    run(&["in/b", "-o", "out", "--afresh"], 2);
    drop(lock);
    assert_eq!(fs::read_to_string(folder.path().join("out/records.jsonl")).unwrap().lines().count(), 3);
    run(&["in/b", "-o", "out", "--afresh"], 0);
    assert_eq!(fs::read_to_string(folder.path().join("out/records.jsonl")).unwrap().lines().count(), 2);
}

#[cfg(target_os = "linux")]
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|e| (e.path(), e.file_name())).unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

#[test]
fn other_patterns_read_all_again() {
    let folder = tempfile::tempdir().unwrap();
    archive(&folder.path().join("in"), 1);
    let patterns = folder.path().join("patterns");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("patterns"), &patterns);
    let maker = || {
        let run = ["run", "in", "-o", "out", "--patterns", "patterns"];
        gongkai().current_dir(&folder).args(run).assert().code(0);
        let record = fs::read_to_string(folder.path().join("out/records.jsonl")).unwrap();
        record.split_once("\"made_by\"").unwrap().1.to_owned()
    };
    let mut before = maker();
    for file in ["ogi/report.toml", "ogi/narrative.toml"] {
        let path = patterns.join(file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("# another\n{text}")).unwrap();
        let after = maker();
        assert_ne!(before, after, "{file} is another, and the records are not");
        before = after;
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    mixed(&folder.path().join("in"), 60);
    let run = |out: &str, kib: Option<u32>| {
        let limit = kib.map(|k| format!("ulimit -f {k}; ")).unwrap_or_default();
        let program = assert_cmd::cargo::cargo_bin("gongkai");
        let script = format!("{limit}exec {} run in -q -o {out}", program.display());
        let mut command = Command::new("bash");
        command.args(["-c", &script]).current_dir(&folder).env("GONGKAI_FAULTS", "1");
        command.stderr(Stdio::null()).status().unwrap().code()
    };
    assert_eq!(run("calm", None), Some(1));
    for kib in [8, 40, 100] {
        assert_eq!(run("full", Some(kib)), Some(2));
    }
    assert_eq!(run("full", None), Some(1));
    same(&folder.path().join("calm"), &folder.path().join("full"));
}

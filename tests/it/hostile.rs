//! Files that would end a run: each costs one line, and only itself.

use std::fs;
use std::io::Write;

use crate::samples::{archive, gongkai, json};

/// Runs over a folder of good files and a bad one; gives the lines on stderr about the bad one.
fn lines_about(bad: &str, content: &[u8], args: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 6);
    fs::write(folder.path().join(bad), content).unwrap();
    let out = gongkai().current_dir(&folder).args(["extract", ".", "--jobs", "2"]).args(args).assert().code(1);
    assert_eq!(json(&out.get_output().stdout).len(), 6, "{bad}");
    let errors = String::from_utf8_lossy(&out.get_output().stderr).into_owned();
    errors.lines().filter(|l| l.contains(bad)).map(str::to_owned).collect()
}

fn one_line(bad: &str, content: &[u8], args: &[&str], says: &str) {
    let lines = lines_about(bad, content, args);
    assert!(lines.len() == 1 && lines[0].contains(says), "{bad}: {lines:?}");
}

#[test]
fn a_file_that_ends_its_worker_costs_itself() {
    one_line("b/x.html", b"!fault abort", &[], "crashed: aborted");
    one_line("b/x.html", b"!fault overflow", &[], "crashed: stack overflow");
    one_line("b/x.html", b"!fault memory", &["--max-memory", "1G"], "crashed: out of memory");
    one_line("b/x.html", b"!fault hang", &["--timeout", "1"], "timed out");
}

#[test]
fn bombs_are_given_up() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&vec![0u8; 256 << 10]).unwrap();
    // members one after another are one file: packing it all would take a minute in a debug build
    let bomb = gzip.finish().unwrap().repeat(80);
    let limits = ["--max-bytes", "16M", "--max-inflated", "16M"];
    one_line("bomb.gz", &bomb, &limits, "too large");
    // archives in archives, deeper than anyone looks
    let mut inner = b"end".to_vec();
    for _ in 0..40 {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        gzip.write_all(&inner).unwrap();
        inner = gzip.finish().unwrap();
    }
    one_line("deep.gz", &inner, &[], "nested");
}

#[test]
fn archives_with_lies_are_told() {
    one_line("cut.zip", b"PK\x03\x04 and no more", &[], "damaged");
    one_line("x.rar", b"Rar!\x1a\x07\x00", &[], "unpack it first");
    let warc = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a/b.html\r\nContent-Type: application/http\r\nContent-Length: 99999\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n";
    one_line("lies.warc", warc, &[], "damaged");
}

#[cfg(unix)]
#[test]
fn pipes_devices_and_loops_are_no_files() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 3);
    std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero")).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("b/loop")).unwrap();
    let out = gongkai().current_dir(&folder).args(["extract", "."]).assert().code(1);
    assert_eq!(json(&out.get_output().stdout).len(), 3);
    let errors = String::from_utf8_lossy(&out.get_output().stderr).into_owned();
    for says in [
        "pipe: unreadable: not a regular file but a named pipe",
        "zero: unreadable: not a regular file but a device",
        "b/loop: unreadable: link in a loop",
    ] {
        assert_eq!(errors.lines().filter(|l| l.contains(says)).count(), 1, "{says}: {errors}");
    }
}

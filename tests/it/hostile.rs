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
    // far more than a good file takes on a machine that is busy
    one_line("b/x.html", b"!fault hang", &["--timeout", "10"], "timed out");
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

/// A ZIP of one stored file, put together by hand: thousands of them within each other take no time.
fn stored(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    let size = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x58];
    common.extend(crc.sum().to_le_bytes());
    common.extend([size, size].concat());
    common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    common.extend([0, 0]);
    let local = [b"PK\x03\x04", common.as_slice(), name.as_bytes(), bytes].concat();
    let central = [b"PK\x01\x02\x14\x00", common.as_slice(), &[0; 14], name.as_bytes()].concat();
    let (start, length) = (u32::try_from(local.len()).unwrap(), u32::try_from(central.len()).unwrap());
    let ends = [length.to_le_bytes(), start.to_le_bytes()].concat();
    [local.as_slice(), &central, b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &ends, &[0, 0]].concat()
}

#[test]
fn archives_ten_thousand_deep_cost_one_line() {
    let zip = (0..10_000).fold(b"end".to_vec(), |inner, _| stored("a.zip", &inner));
    one_line("deep.zip", &zip, &[], "archives nested more than 4 deep");
    let tar = tar_of(&[("b/".repeat(10_000) + "x", b"no report".as_slice())]);
    one_line("folders.tar", &tar, &[], "no report");
}

fn tar_of(files: &[(String, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        // `append_data` refuses hostile names: the long name goes before by hand, as GNU tar does
        for (kind, content) in [(tar::EntryType::GNULongName, name.as_bytes()), (tar::EntryType::Regular, bytes)] {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(kind);
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            builder.append(&header, content).unwrap();
        }
    }
    builder.into_inner().unwrap()
}

#[test]
fn hostile_names_are_only_shown() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["../../up.html", "/etc/abs.html", "c:\\win.html", "ring\x07\x1b[2J\nbell.html", "twice", "twice"];
    let files: Vec<_> = names.iter().map(|name| ((*name).to_owned(), b"no report".as_slice())).collect();
    fs::write(folder.path().join("names.tar"), tar_of(&files)).unwrap();
    fs::write(folder.path().join("names.zip"), stored("../../../tmp/up.html", b"none either")).unwrap();
    let out = gongkai().current_dir(&folder).args(["extract", "."]).assert().code(1);
    let errors = String::from_utf8_lossy(&out.get_output().stderr).into_owned();
    assert_eq!(errors.lines().count(), 8, "{errors}");
    assert!(errors.chars().all(|c| c == '\n' || !c.is_control()), "{errors:?}");
    for name in ["names.tar!/../../up.html", "!//etc/abs.html", "!/c:/win.html", "!/twice:", "!/twice#2:"] {
        assert!(errors.contains(name), "{name}: {errors}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "nothing is unpacked");
}

/// A WARC response of 200 bytes and more that says it has `length`.
fn response(url: &str, length: Option<&str>) -> Vec<u8> {
    let body =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>no report at {url}{}</p>", " ".repeat(200));
    let length = length.map_or_else(|| body.len().to_string(), str::to_owned);
    format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a/{url}\r\nContent-Type: application/http\r\nContent-Length: {length}\r\n\r\n{body}\r\n\r\n"
    )
    .into_bytes()
}

#[test]
fn archives_with_lies_are_told() {
    one_line("cut.zip", b"PK\x03\x04 and no more", &[], "damaged");
    one_line("x.rar", b"Rar!\x1a\x07\x00", &[], "unpack it first");
    let warc = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a/b.html\r\nContent-Type: application/http\r\nContent-Length: 99999\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n";
    one_line("lies.warc", warc, &[], "damaged");
}

#[test]
fn a_crawl_that_lies_about_lengths_loses_what_it_lies_about() {
    // what the lie says, what is told of it, and whether the response behind it is still read
    let lies = [
        ("90", "the length of this record is wrong", true),
        ("600", "the length of this record is wrong", false),
        ("999999999999999999", "its length is wrong", false),
        ("-5", "no length of the record", true),
        ("99999999999999999999999999", "no length of the record", true),
    ];
    for (lie, says, follows) in lies {
        let warc = [response("1.html", Some(lie)), response("2.html", None)].concat();
        let lines = lines_about("x.warc", &warc, &[]);
        assert_eq!(lines.iter().filter(|l| l.contains(says)).count(), 1, "{lie}: {lines:?}");
        assert_eq!(lines.iter().any(|l| l.contains("http://a/2.html: no report")), follows, "{lie}: {lines:?}");
        assert!(lines.len() <= 3, "{lie}: {lines:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_changes_while_it_is_read_is_told() {
    // the system says that it is empty, and then it is not: as a file that is still being written
    let out = gongkai().args(["extract", "/proc/self/status"]).assert().code(1);
    let errors = String::from_utf8_lossy(&out.get_output().stderr).into_owned();
    assert!(errors.contains("changed while being read; run again when it is complete"), "{errors}");
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

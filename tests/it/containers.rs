//! The same files as a folder and in every container give the same records, but for the source.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::samples::{archive, gongkai, json, report};

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    for sub in ["b", "一区"] {
        let mut names: Vec<_> = fs::read_dir(folder.join(sub)).unwrap().map(|e| e.unwrap().path()).collect();
        names.sort();
        for path in names {
            out.push((format!("{sub}/{}", path.file_name().unwrap().to_string_lossy()), fs::read(path).unwrap()));
        }
    }
    out
}

fn tar(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    bytes.chunks(100_000).flat_map(|part| ruzstd::encoding::compress_to_vec(part, level)).collect()
}

/// A stored ZIP whose names are written in GBK, as Chinese Windows does.
fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut central) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let (name, ..) = encoding_rs::GBK.encode(name);
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let offset = u32::try_from(out.len()).unwrap();
        let mut common = Vec::new();
        common.extend([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x58]);
        common.extend(crc.sum().to_le_bytes());
        for _ in 0..2 {
            common.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
        }
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(&*name);
        out.extend(bytes);
        central.extend(b"PK\x01\x02\x14\x00");
        central.extend(&common);
        central.extend([0; 10]);
        central.extend(offset.to_le_bytes());
        central.extend(&*name);
    }
    let (count, start) = (u16::try_from(files.len()).unwrap(), u32::try_from(out.len()).unwrap());
    out.extend(&central);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(u32::try_from(central.len()).unwrap().to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn warc(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (i, (name, bytes)) in files.iter().enumerate() {
        let mut http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n".to_vec();
        match i % 3 {
            0 => {
                http.extend(b"\r\n");
                http.extend(bytes);
            }
            1 => {
                http.extend(b"Transfer-Encoding: chunked\r\n\r\n");
                for chunk in bytes.chunks(700) {
                    http.extend(format!("{:x}\r\n", chunk.len()).bytes());
                    http.extend(chunk);
                    http.extend(b"\r\n");
                }
                http.extend(b"0\r\n\r\n");
            }
            _ => {
                http.extend(b"Content-Encoding: gzip\r\n\r\n");
                http.extend(gzip(bytes));
            }
        }
        let head = format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.gov.cn/{name}\r\nWARC-Date: 2024-02-26T01:02:03Z\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n",
            http.len()
        );
        let mut record = head.into_bytes();
        record.extend(http);
        record.extend(b"\r\n\r\n");
        out.extend(gzip(&record));
    }
    out
}

/// A mail with the files hanging on it; their names as old clients write them, in GBK.
fn mail(text: &str, files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = b"Received: from a.gov.cn\r\nDate: Mon, 1 Mar 2021 08:00:00 +0800\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_a\"\r\n\r\n".to_vec();
    if !text.is_empty() {
        out.extend(format!("--=_a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n").bytes());
    }
    for (name, bytes) in files {
        out.extend(b"--=_a\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"");
        out.extend(&*encoding_rs::GB18030.encode(name).0);
        out.extend(b"\"\r\nContent-Transfer-Encoding: binary\r\n\r\n");
        out.extend(bytes);
        out.extend(b"\r\n");
    }
    out.extend(b"--=_a--\r\n");
    out
}

fn seven(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = sevenz_rust2::ArchiveWriter::new(std::io::Cursor::new(Vec::new())).unwrap();
    for (name, bytes) in files {
        let entry = sevenz_rust2::ArchiveEntry::new_file(name);
        writer.push_archive_entry(entry, Some(bytes.as_slice())).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Records without their source, by id.
fn records(path: &Path) -> Vec<serde_json::Value> {
    let out = gongkai().args(["extract", "--jobs", "2"]).arg(path).assert().code(0);
    let mut records = json(&out.get_output().stdout);
    for record in &mut records {
        record.as_object_mut().unwrap().remove("source");
    }
    records.sort_by_key(|r| r["id"].to_string());
    records
}

#[test]
fn every_container_gives_what_the_folder_gives() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    archive(&tree, 12);
    let files = files(&tree);
    let want = records(&tree);
    assert_eq!(want.len(), 12);
    let tar = tar(&files);
    let nested = vec![("inner.tar.gz".to_owned(), gzip(&tar))];
    let containers = [
        ("a.tar", tar.clone()),
        ("a.tar.gz", gzip(&tar)),
        ("a.tar.zst", zstd(&tar)),
        ("a.7z", seven(&files)),
        ("a.zip", zip(&files)),
        ("nested.zip", zip(&nested)),
        ("a.warc.gz", warc(&files)),
        ("mail.zip", zip(&[("a.eml".to_owned(), mail("", &[("t.tar".to_owned(), tar)]))])),
    ];
    for (name, bytes) in containers {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        assert!(records(&path) == want, "{name}");
    }
}

#[test]
fn no_member_of_a_zip_is_lost_unsaid() {
    let folder = tempfile::tempdir().unwrap();
    let pages = ["海棠市人民政府", "清河县人民政府"].map(|agency| report(agency, 2023, 1).into_bytes());
    let twice = pages.iter().map(|page| ("a.html".to_owned(), page.clone())).collect::<Vec<_>>();
    fs::write(folder.path().join("twice.zip"), zip(&twice)).unwrap();
    let out = gongkai().current_dir(&folder).args(["extract", "twice.zip"]).assert().code(0);
    let records = json(&out.get_output().stdout);
    let names: Vec<_> = records.iter().map(|r| (&r["source"]["member"], &r["report"]["agency"])).collect();
    assert_eq!(names, [(&"a.html".into(), &"海棠市人民政府".into()), (&"a.html#2".into(), &"清河县人民政府".into())]);
    // the list of the document inside must not be taken for that of the archive
    let inner = zip(&[("[Content_Types].xml".to_owned(), b"<Types/>".to_vec())]);
    let [page, other] = pages;
    let files = [("a.docx".to_owned(), inner), ("b.html".to_owned(), page), ("c.html".to_owned(), other)];
    let whole = zip(&files);
    fs::write(folder.path().join("cut.zip"), &whole[..whole.len() - 300]).unwrap();
    let out = gongkai().current_dir(&folder).args(["extract", "cut.zip"]).assert().code(1);
    let told = String::from_utf8_lossy(&out.get_output().stderr).into_owned();
    assert!(told.contains("failed cut.zip: damaged: zip: cut off"), "{told}");
}

#[test]
fn globs_see_the_members_of_archives() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    archive(&tree, 6);
    fs::write(folder.path().join("tree/a.zip"), zip(&files(&tree))).unwrap();
    let run = |args: &[&str], code: i32| {
        let out = gongkai().current_dir(&folder).args(["extract", "tree"]).args(args).assert().code(code);
        let told = String::from_utf8_lossy(&out.get_output().stderr).into_owned();
        (json(&out.get_output().stdout).len(), told)
    };
    assert_eq!(run(&[], 0).0, 12);
    assert_eq!(run(&["--include", "0001.html"], 0).0, 2);
    assert_eq!(run(&["--include", "a.zip"], 0).0, 6);
    assert_eq!(run(&["--include", "b/*"], 0).0, 8);
    assert_eq!(run(&["--exclude", "b/"], 0).0, 4);
    let (none, told) = run(&["--include", "*.pdf"], 0);
    assert!(none == 0 && told.contains("*.pdf of --include or --exclude matched nothing"), "{told}");
    let run = |args: &[&str]| {
        gongkai().current_dir(&folder).args(["run", "tree", "-q", "-o", "out"]).args(args).assert().code(0);
        fs::read_to_string(folder.path().join("out/ledger.jsonl")).unwrap().matches("\"member\"").count()
    };
    assert_eq!((run(&["--include", "0001.html"]), run(&["--include", "0001.html"])), (1, 1));
    assert_eq!(run(&[]), 6, "with other globs an archive is opened again");
    fs::rename(folder.path().join("tree/a.zip"), folder.path().join("a.zip")).unwrap();
    let run = |args: &[&str], code| {
        let out = gongkai().current_dir(&folder).args(["run", "a.zip", "-o", "zipped"]).args(args).assert().code(code);
        String::from_utf8_lossy(&out.get_output().stderr).into_owned()
    };
    run(&[], 0);
    for _ in 0..2 {
        assert!(run(&["--include", "0001.html"], 2).contains("did not come to: 5 records of 5 files"));
    }
    assert!(run(&[], 0).contains("6 files: 6 records"));
    assert!(run(&["--include", "0001.html", "--forget"], 0).contains("1 file: 1 record"));
    run(&["--include", "nothing", "--forget"], 0);
    assert!(run(&[], 0).contains("6 files: 6 records"));
}

#[test]
fn a_source_says_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    archive(&tree, 3);
    let files = files(&tree);
    fs::write(folder.path().join("a.zip"), zip(&files)).unwrap();
    fs::write(folder.path().join("a.warc.gz"), warc(&files)).unwrap();
    let out = gongkai().current_dir(&folder).args(["extract", "a.zip", "a.warc.gz"]).assert().code(0);
    let records = json(&out.get_output().stdout);
    assert_eq!(records[2]["source"]["member"], "一区/0000.html");
    assert_eq!(records[3]["source"]["url"], "http://a.gov.cn/b/0001.html");
    assert_eq!(records[3]["source"]["fetched"], "2024-02-26T01:02:03Z");
}

#[test]
fn a_mail_is_its_text_and_what_hangs_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    archive(&tree, 3);
    let (_, page) = files(&tree).remove(0);
    fs::write(folder.path().join("a.eml"), mail("see attachment", &[("年报.html".to_owned(), page)])).unwrap();
    let out = gongkai().current_dir(&folder).args(["extract", "a.eml"]).assert().code(1);
    let records = json(&out.get_output().stdout);
    assert_eq!((records.len(), records[0]["source"]["member"].as_str()), (1, Some("年报.html")));
    let told = String::from_utf8_lossy(&out.get_output().stderr).into_owned();
    assert!(told.contains("a.eml!/message.eml: no report"), "{told}");
}

//! Times reading PDF files beside inflating alone: `inflate_floor FILE... [--runs N]`.
//!
//! The floor inflates every stream that a reader of text may need: all but pictures and font programs. Both are the best
//! of N runs in this process, one thread.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::io::Read as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use gongkai::format::pdf::{PdfOptions, pages};
use gongkai::limits::Limits;

fn main() -> ExitCode {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut runs = 20_u32;
    if let Some(at) = args.iter().position(|a| a == "--runs") {
        runs = args.get(at + 1).and_then(|n| n.parse().ok()).unwrap_or(runs);
        args.truncate(at);
    }
    let (mut reading, mut floor, mut count) = (Duration::ZERO, Duration::ZERO, 0);
    for path in &args {
        let Ok(bytes) = std::fs::read(path) else {
            eprintln!("{path}: cannot be read");
            return ExitCode::from(2);
        };
        let streams = needed(&bytes);
        let Ok(content) = pages(&bytes, &Limits::default(), &PdfOptions::default()) else { continue };
        let read = best(runs, || {
            let _ = pages(&bytes, &Limits::default(), &PdfOptions::default());
        });
        let mut out = Vec::new();
        let inflated = best(runs, || {
            for stream in &streams {
                out.clear();
                let _ = flate2::bufread::ZlibDecoder::new(*stream).read_to_end(&mut out);
            }
        });
        println!(
            "{:8.3} ms  {:8.3} ms inflating  {:5.1} x  {:4} pages  {path}",
            read.as_secs_f64() * 1e3,
            inflated.as_secs_f64() * 1e3,
            read.as_secs_f64() / inflated.as_secs_f64().max(1e-9),
            content.pages.len()
        );
        (reading, floor, count) = (reading + read, floor + inflated, count + content.pages.len());
    }
    println!(
        "{count} pages: {:.3} ms a page, {:.1} x inflating alone",
        reading.as_secs_f64() * 1e3 / f64::from(u32::try_from(count).unwrap_or(1).max(1)),
        reading.as_secs_f64() / floor.as_secs_f64().max(1e-9)
    );
    ExitCode::SUCCESS
}

fn best(runs: u32, mut work: impl FnMut()) -> Duration {
    let once = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..runs.max(1)).map(|_| once(&mut work)).min().unwrap_or_default()
}

/// The deflated streams that are neither pictures nor font programs.
fn needed(bytes: &[u8]) -> Vec<&[u8]> {
    let mut out = Vec::new();
    for at in memchr::memmem::find_iter(bytes, b"stream") {
        let (before, after) = bytes.split_at(at);
        if before.ends_with(b"end") {
            continue;
        }
        let head = before.get(memchr::memmem::rfind(before, b" obj").unwrap_or(0)..).unwrap_or_default();
        let has = |what: &[u8]| memchr::memmem::find(head, what).is_some();
        if !has(b"FlateDecode")
            || has(b"/Image")
            || has(b"/Length1")
            || has(b"/Subtype/CIDFontType0C")
            || has(b"Type1C")
        {
            continue;
        }
        let data = after.get(6..).unwrap_or_default();
        let data = data.strip_prefix(b"\r").unwrap_or(data);
        let data = data.strip_prefix(b"\n").unwrap_or(data);
        out.push(data.get(..memchr::memmem::find(data, b"endstream").unwrap_or(data.len())).unwrap_or_default());
    }
    out
}

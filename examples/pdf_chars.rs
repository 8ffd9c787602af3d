//! Prints what the PDF engine reads: `pdf_chars FILE [--page N] [--json | --count | --lines] [--tagged]`.
//!
//! Without an option the text in the order of the content stream, a line break where the baseline changes.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::fmt::Write as _;
use std::process::ExitCode;

use gongkai::format::pdf::{PdfOptions, pages};
use gongkai::limits::Limits;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| args.iter().any(|a| a == flag);
    let value = |flag: &str| args.iter().position(|a| a == flag).and_then(|i| args.get(i + 1)).cloned();
    let Some(path) = args.first() else {
        eprintln!("usage: pdf_chars FILE [--page N] [--json | --count | --lines] [--tagged] [--password P]");
        return ExitCode::from(2);
    };
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::from(2);
        }
    };
    let options = PdfOptions { password: value("--password").unwrap_or_default(), tagged: has("--tagged") };
    let content = match pages(&bytes, &Limits::default(), &options) {
        Ok(content) => content,
        Err(failure) => {
            eprintln!("{path}: {failure}");
            return ExitCode::FAILURE;
        }
    };
    for d in &content.diagnostics {
        eprintln!("{}: {}", d.code, d.message);
    }
    for table in &content.tagged_tables {
        println!(
            "table of {} rows, {} cells",
            table.rows.len(),
            table.rows.iter().map(|r| r.cells.len()).sum::<usize>()
        );
    }
    if has("--count") {
        let (chars, rulings): (usize, usize) =
            content.pages.iter().fold((0, 0), |(c, r), p| (c + p.chars.len(), r + p.rulings.len()));
        println!("{} pages, {chars} chars, {rulings} rulings", content.pages.len());
        return ExitCode::SUCCESS;
    }
    let wanted: Option<u32> = value("--page").and_then(|n| n.parse().ok());
    let mut out = String::new();
    for page in content.pages.iter().filter(|p| wanted.is_none_or(|n| n == p.page.number)) {
        if has("--json") {
            for c in &page.chars {
                let b = c.bbox;
                let _ = writeln!(
                    out,
                    "{{\"page\":{},\"ch\":{:?},\"x\":{:.2},\"y\":{:.2},\"bbox\":[{:.2},{:.2},{:.2},{:.2}],\"size\":{:.2},\"turn\":{},\"vertical\":{},\"font\":{:?}}}",
                    page.page.number,
                    c.ch.to_string(),
                    c.origin.x,
                    c.origin.y,
                    b.x0,
                    b.y0,
                    b.x1,
                    b.y1,
                    c.size,
                    c.turn,
                    c.vertical,
                    page.fonts.get(usize::from(c.font)).map_or("", |f| f.name.as_str())
                );
            }
            continue;
        }
        if has("--lines") {
            for r in &page.rulings {
                let _ = writeln!(
                    out,
                    "{} {:?} {:.2} {:.2} {:.2} {:.2} w={:.2}",
                    page.page.number, r.kind, r.rect.x0, r.rect.y0, r.rect.x1, r.rect.y1, r.thickness
                );
            }
            continue;
        }
        let mut last: Option<&gongkai::layout::Char> = None;
        for c in &page.chars {
            if let Some(l) = last {
                if (l.origin.y - c.origin.y).abs() > c.size * 0.5 {
                    out.push('\n');
                } else if c.origin.x - l.bbox.x1 > c.size * 0.2 && c.ch != ' ' && l.ch != ' ' {
                    out.push(' ');
                }
            }
            out.push(c.ch);
            last = Some(c);
        }
        out.push('\n');
    }
    print!("{out}");
    ExitCode::SUCCESS
}

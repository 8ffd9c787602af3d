//! `gongkai summary`: what was read, and what went wrong most.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::Value;

use crate::cli::args::Summary;
use crate::cli::output::Output;
use crate::cli::{End, dataset};
use crate::error::{Error, ErrorKind};
use crate::run::closing::{DUPLICATES, FAILURES};
use crate::text;
use crate::write::row;

/// Lines of a list of the commonest.
const MOST: usize = 15;

/// Runs it.
pub fn run(args: &Summary) -> Result<End, Error> {
    let mut records = 0u64;
    let mut lists: Vec<(&str, BTreeMap<String, u64>)> = [
        "year",
        "level",
        "form",
        "format",
        "states of cells",
        "states of counts in sentences",
        "flags",
        "checks that do not hold",
        "flags, word by word",
    ]
    .map(|name| (name, BTreeMap::new()))
    .into();
    let mut unmatched = Unmatched::default();
    let mut clean = 0u64;
    row::each(&mut *dataset::open(&args.dataset)?, &args.dataset.display().to_string(), |row| {
        records += 1;
        clean += u64::from(row.flags.is_empty() && row.checks.iter().all(|c| c.holds));
        let mut add = |list: usize, key: String| {
            if let Some((_, counts)) = lists.get_mut(list) {
                *counts.entry(key).or_default() += 1;
            }
        };
        add(0, row.report.year.map_or_else(|| "none".to_owned(), |y| y.to_string()));
        let level = row.report.region.as_ref().and_then(|region| region.level.clone());
        add(1, level.unwrap_or_else(|| "none".to_owned()));
        add(2, row.report.form.clone().unwrap_or_else(|| "none".to_owned()));
        add(3, row.source.format.clone());
        for (list, counted) in [(4, &row.cells), (5, &row.narrative)] {
            for (_, cell) in &counted.0 {
                add(list, cell.state.clone());
            }
        }
        for flag in &row.flags {
            unmatched.add(flag);
            add(6, flag.code.clone());
            add(8, format!("{} {}: {}", flag.code, flag.at, without_numbers(&flag.message)));
        }
        for check in row.checks.iter().filter(|c| !c.holds) {
            let (stub, _) = check.id.rsplit_once('.').unwrap_or((&check.id, ""));
            add(7, stub.to_owned());
        }
        Ok(())
    })?;
    let mut text = format!("{records} records, {clean} without a flag or a check that does not hold\n");
    if args.dataset.join(FAILURES).exists() {
        outcomes(&mut text, &args.dataset, records)?;
    }
    for (name, counts) in &lists {
        let by_name = matches!(*name, "year" | "level" | "form" | "format");
        list(&mut text, name, counts, by_name);
    }
    list(&mut text, "printed and not in the patterns", &unmatched.counts(), false);
    let mut out = Output::open(None)?;
    out.write(text.as_bytes())?;
    out.flush()?;
    Ok(End::Done)
}

/// Codes of the flags that quote a heading or label which no pattern knows.
const UNMATCHED: [(&str, &str); 3] =
    [("section-unknown", "heading"), ("unknown-row", "row"), ("unknown-column", "column")];

/// Headings and labels that no pattern knows: those that look alike are one, shown as most print it.
#[derive(Debug, Default)]
struct Unmatched(BTreeMap<(&'static str, String), BTreeMap<String, u64>>);

impl Unmatched {
    fn add(&mut self, flag: &row::Flag) {
        let Some((_, what)) = UNMATCHED.iter().find(|(code, _)| *code == flag.code) else { return };
        let Some(printed) = quoted(&flag.message) else { return };
        let folded = text::fold(printed);
        let bare = folded.trim_start_matches(is_ordinal);
        let key = if bare.is_empty() { folded.as_str() } else { bare };
        let shapes = self.0.entry((what, without_numbers(key))).or_default();
        *shapes.entry(printed.to_owned()).or_default() += 1;
    }

    fn counts(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for ((what, _), shapes) in &self.0 {
            let Some((shown, _)) = shapes.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))) else { continue };
            let others = if shapes.len() > 1 { format!(" (in {} shapes)", shapes.len()) } else { String::new() };
            *counts.entry(format!("{what} {shown}{others}")).or_default() += shapes.values().sum::<u64>();
        }
        counts
    }
}

/// What a message quotes.
fn quoted(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once('`')?;
    rest.rsplit_once('`').map(|(quoted, _)| quoted)
}

/// A character of a number before a heading or label.
fn is_ordinal(c: char) -> bool {
    c.is_ascii_digit() || "一二三四五六七八九十第(),.、:章节".contains(c)
}

/// The message with every number as `…`, so that like ones are counted together.
fn without_numbers(message: &str) -> String {
    let mut out = String::new();
    for c in message.chars() {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !out.ends_with('…') {
            out.push('…');
        }
    }
    out
}

fn list(text: &mut String, name: &str, counts: &BTreeMap<String, u64>, by_name: bool) {
    if counts.is_empty() {
        return;
    }
    let mut sorted: Vec<(&String, &u64)> = counts.iter().collect();
    if !by_name {
        sorted.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    }
    let _ = writeln!(text, "\n{name}");
    let shown = if by_name { usize::MAX } else { MOST };
    for (key, n) in sorted.iter().take(shown) {
        let _ = writeln!(text, "{n:>10}  {key}");
    }
    if sorted.len() > shown {
        let _ = writeln!(text, "            and {} more", sorted.len() - shown);
    }
}

/// What became of the files of a run, where the dataset is its folder.
fn outcomes(text: &mut String, folder: &Path, records: u64) -> Result<(), Error> {
    let mut codes = BTreeMap::from([("record".to_owned(), records)]);
    let mut messages = BTreeMap::new();
    each_line(&folder.join(FAILURES), |failure| {
        let part = |key: &str| failure.get(key).and_then(Value::as_str).unwrap_or_default();
        *codes.entry(part("code").to_owned()).or_default() += 1;
        *messages.entry(format!("{}: {}", part("code"), without_numbers(part("message")))).or_default() += 1;
    })?;
    each_line(&folder.join(DUPLICATES), |_| *codes.entry("duplicate of another file".to_owned()).or_default() += 1)?;
    list(text, "outcome", &codes, false);
    list(text, "files without a record", &messages, false);
    Ok(())
}

/// Every object of a JSON Lines file.
fn each_line(path: &Path, mut take: impl FnMut(Value)) -> Result<(), Error> {
    let unreadable = |e| Error::new(ErrorKind::Usage, format!("cannot read {}", path.display())).caused_by(e);
    let file = std::fs::File::open(path).map_err(unreadable)?;
    for line in BufReader::new(file).lines() {
        if let Ok(value) = serde_json::from_str(&line.map_err(unreadable)?) {
            take(value);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_look_alike_are_counted_together() {
        let flag =
            |code: &str, message: &str| row::Flag { code: code.into(), at: String::new(), message: message.into() };
        let mut unmatched = Unmatched::default();
        unmatched.add(&flag("unknown-row", "`1.其他 文件` is a row that the form does not know"));
        unmatched.add(&flag("unknown-row", "`（三）其他文件` is a row that the form does not know"));
        unmatched.add(&flag("unknown-row", "`（三）其他文件` is a row that the form does not know"));
        unmatched.add(&flag("unknown-column", "`同比` is a column that the form does not know"));
        unmatched.add(&flag("check-failed", "`x` does not hold"));
        let counts: Vec<_> = unmatched.counts().into_iter().collect();
        assert_eq!(counts, [("column 同比".to_owned(), 1), ("row （三）其他文件 (in 2 shapes)".to_owned(), 3)]);
    }
}

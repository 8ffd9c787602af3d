//! `gongkai diff`: what changed between two sets of records.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::cli::args::Diff;
use crate::cli::tally::count;
use crate::cli::ui::{Output, Ui};
use crate::cli::{End, dataset};
use crate::error::{Error, ErrorKind};
use crate::write::jsonl::Object;
use crate::write::row::{self, Row};

/// Where each record stands in a file, so that only two records are in memory at a time.
struct Index {
    file: File,
    places: BTreeMap<String, (u64, u64)>,
}

fn name(row: &Row) -> String {
    match row.id.rsplit_once('-') {
        Some((_, ordinal)) => format!("{} ({ordinal})", row.name()),
        None => row.name(),
    }
}

impl Index {
    fn new(set: &Path) -> Result<Self, Error> {
        let path = dataset::plain(set)?;
        let bad =
            |e: std::io::Error| Error::new(ErrorKind::Usage, format!("cannot read {}", path.display())).caused_by(e);
        let mut reader = BufReader::new(File::open(&path).map_err(bad)?);
        let mut places = BTreeMap::new();
        let (mut offset, mut line) = (0u64, Vec::new());
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line).map_err(bad)? as u64;
            if length == 0 {
                break;
            }
            row::each(&mut line.as_slice(), &path.display().to_string(), |row| {
                places.insert(name(&row), (offset, length));
                Ok(())
            })?;
            offset += length;
        }
        Ok(Self { file: reader.into_inner(), places })
    }

    fn get(&mut self, name: &str) -> Result<Option<Row>, Error> {
        let Some((offset, length)) = self.places.get(name).copied() else { return Ok(None) };
        let bad = |e: std::io::Error| Error::new(ErrorKind::Usage, "the records changed meanwhile").caused_by(e);
        self.file.seek(SeekFrom::Start(offset)).map_err(bad)?;
        let mut line = Vec::new();
        Read::by_ref(&mut self.file).take(length).read_to_end(&mut line).map_err(bad)?;
        let mut found = None;
        row::each(&mut line.as_slice(), name, |row| {
            found = Some(row);
            Ok(())
        })?;
        Ok(found)
    }
}

/// One change.
struct Change<'a> {
    file: &'a str,
    at: String,
    before: String,
    after: String,
    patterns: String,
}

/// Runs it.
pub fn run(args: &Diff, ui: &mut Ui) -> Result<End, Error> {
    let (mut before, mut after) = (Index::new(&args.before)?, Index::new(&args.after)?);
    let names: std::collections::BTreeSet<String> = before.places.keys().chain(after.places.keys()).cloned().collect();
    let mut out = Output::open(None)?;
    let mut changes = 0u64;
    let mut by_variable = BTreeMap::<String, u64>::new();
    for name in &names {
        let (a, b) = (before.get(name)?, after.get(name)?);
        for change in compare(name, a.as_ref(), b.as_ref()) {
            changes += 1;
            *by_variable.entry(change.at.clone()).or_default() += 1;
            let mut line = Vec::new();
            write(&mut line, &change, args.json);
            if !out.write(&line)? {
                return Ok(End::Difference);
            }
        }
    }
    out.flush()?;
    let mut most: Vec<(&String, &u64)> = by_variable.iter().collect();
    most.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    for (variable, n) in most.iter().take(10).filter(|(_, n)| **n > 1) {
        ui.note(&format!("{n:>8}  {variable}"));
    }
    ui.note(&format!("{} in {}", count(changes, "change"), count(names.len() as u64, "record")));
    Ok(if changes > 0 { End::Difference } else { End::Done })
}

fn compare<'a>(file: &'a str, a: Option<&Row>, b: Option<&Row>) -> Vec<Change<'a>> {
    let patterns = |row: &Row| {
        let list: Vec<String> = row
            .made_by
            .patterns
            .0
            .iter()
            .map(|(id, hash)| format!("{id} {}", hash.chars().take(8).collect::<String>()))
            .collect();
        format!("{} {}", row.made_by.gongkai, list.join(" "))
    };
    let made = match (a, b) {
        (Some(a), Some(b)) if patterns(a) != patterns(b) => format!("{} → {}", patterns(a), patterns(b)),
        _ => String::new(),
    };
    let mut changes = Vec::new();
    let mut change = |at: &str, before: String, after: String| {
        if before != after {
            changes.push(Change { file, at: at.to_owned(), before, after, patterns: made.clone() });
        }
    };
    let (Some(a), Some(b)) = (a, b) else {
        let there = |row: Option<&Row>| if row.is_some() { "a record" } else { "no record" }.to_owned();
        change("", there(a), there(b));
        return changes;
    };
    let text = |value: Option<String>| value.unwrap_or_else(|| "null".to_owned());
    change("report.title", text(a.report.title.clone()), text(b.report.title.clone()));
    change("report.agency", text(a.report.agency.clone()), text(b.report.agency.clone()));
    change("report.year", text(a.report.year.map(|y| y.to_string())), text(b.report.year.map(|y| y.to_string())));
    change("report.form", text(a.report.form.clone()), text(b.report.form.clone()));
    change("report.published", text(a.report.published.clone()), text(b.report.published.clone()));
    let cell = |row: &Row, variable: &str| match row.cell(variable) {
        Some(cell) => row.number(variable).map_or_else(|| cell.state.clone(), str::to_owned),
        None => "absent".to_owned(),
    };
    for (variable, _) in a.printed() {
        change(variable, cell(a, variable), cell(b, variable));
    }
    for (variable, _) in b.printed().filter(|(v, _)| a.cell(v).is_none()) {
        change(variable, "absent".to_owned(), cell(b, variable));
    }
    for flag in a.flags.iter().filter(|f| !b.flags.contains(f)) {
        change(&flag.at, format!("flag {}: {}", flag.code, flag.message), "no such flag".to_owned());
    }
    for flag in b.flags.iter().filter(|f| !a.flags.contains(f)) {
        change(&flag.at, "no such flag".to_owned(), format!("flag {}: {}", flag.code, flag.message));
    }
    changes
}

fn write(out: &mut Vec<u8>, change: &Change<'_>, json: bool) {
    if !json {
        out.extend_from_slice(
            format!("{}\t{}\t{} → {}\n", change.file, change.at, change.before, change.after).as_bytes(),
        );
        return;
    }
    let mut object = Object::open(out);
    object.string("schema", "gongkai.change/1");
    object.string("file", change.file);
    object.string("at", &change.at);
    object.string("before", &change.before);
    object.string("after", &change.after);
    object.string("made_by", &change.patterns);
    object.close();
    out.push(b'\n');
}

//! `gongkai diff`: what changed between two sets of records.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::cli::End;
use crate::cli::args::Diff;
use crate::cli::dataset::{Place, Records};
use crate::cli::output::Output;
use crate::cli::tally::count;
use crate::cli::ui::Ui;

use crate::error::Error;
use crate::write::jsonl::Object;
use crate::write::row::{Flag, Row};

/// The records of one side by name, and by content where a name is only on this side.
struct Side {
    records: Records,
    places: BTreeMap<String, (Place, String)>,
}

fn name(row: &Row) -> String {
    match row.id.rsplit_once('-') {
        Some((_, ordinal)) => format!("{} ({ordinal})", row.name()),
        None => row.name(),
    }
}

impl Side {
    fn new(set: &Path) -> Result<Self, Error> {
        let mut records = Records::open(set)?;
        let mut places = BTreeMap::new();
        records.each(|row, place| {
            places.insert(name(&row), (place, row.id));
            Ok(())
        })?;
        Ok(Self { records, places })
    }

    fn get(&mut self, name: Option<&String>) -> Result<Option<Row>, Error> {
        let place = name.and_then(|name| self.places.get(name)).map(|(place, _)| *place);
        place.map(|place| self.records.get(place)).transpose()
    }
}

/// Which record of one side goes with which of the other: by name, else by content where the archive moved.
fn pairs(before: &Side, after: &Side) -> Vec<(Option<String>, Option<String>)> {
    let mut moved = BTreeMap::<&str, Vec<&String>>::new();
    for (name, (_, id)) in after.places.iter().filter(|(name, _)| !before.places.contains_key(*name)) {
        moved.entry(id).or_default().push(name);
    }
    let mut found = BTreeSet::new();
    let mut pairs = Vec::new();
    for (name, (_, id)) in &before.places {
        let mut other = after.places.get_key_value(name).map(|(name, _)| name);
        if other.is_none() {
            other = moved.get_mut(id.as_str()).and_then(Vec::pop);
        }
        found.extend(other);
        pairs.push((Some(name.clone()), other.cloned()));
    }
    pairs.extend(after.places.keys().filter(|name| !found.contains(name)).map(|name| (None, Some(name.clone()))));
    pairs.sort_by(|a, b| a.0.as_ref().or(a.1.as_ref()).cmp(&b.0.as_ref().or(b.1.as_ref())));
    pairs
}

/// One change.
struct Change<'a> {
    file: &'a str,
    at: String,
    before: String,
    after: String,
    made_by: String,
}

/// Runs it.
pub fn run(args: &Diff, ui: &mut Ui) -> Result<End, Error> {
    let (mut before, mut after) = (Side::new(&args.before)?, Side::new(&args.after)?);
    let pairs = pairs(&before, &after);
    let mut out = Output::open(None)?;
    let (mut changes, mut records) = (0u64, 0u64);
    let mut by_variable = BTreeMap::<String, u64>::new();
    let mut by_maker = BTreeMap::<String, u64>::new();
    for (old, new) in &pairs {
        let (a, b) = (before.get(old.as_ref())?, after.get(new.as_ref())?);
        let Some(name) = new.as_ref().or(old.as_ref()) else { continue };
        let found = compare(name, a.as_ref(), b.as_ref());
        records += u64::from(!found.is_empty());
        for change in found {
            changes += 1;
            *by_variable.entry(change.at.clone()).or_default() += 1;
            if !change.made_by.is_empty() {
                *by_maker.entry(change.made_by.clone()).or_default() += 1;
            }
            let mut line = Vec::new();
            write(&mut line, &change, args.json);
            if !out.write(&line)? {
                return Ok(End::Difference);
            }
        }
    }
    out.flush()?;
    for (what, counts) in [("", &by_variable), ("made by ", &by_maker)] {
        let mut most: Vec<(&String, &u64)> = counts.iter().filter(|(key, _)| !key.is_empty()).collect();
        most.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        for (key, n) in most.iter().take(10).filter(|(_, n)| **n > 1) {
            ui.note(&format!("{n:>8}  {what}{key}"));
        }
    }
    let of = count(pairs.len() as u64, "record");
    ui.note(&format!("{} in {records} of {of}", count(changes, "change")));
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
        (Some(row), _) | (None, Some(row)) => patterns(row),
        (None, None) => String::new(),
    };
    let mut changes = Vec::new();
    let mut change = |at: &str, before: String, after: String| {
        if before != after {
            changes.push(Change { file, at: at.to_owned(), before, after, made_by: made.clone() });
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
    let told = |flag: &Flag| format!("flag {}: {}", flag.code, flag.message);
    let none = || "no such flag".to_owned();
    let mut raised: Vec<&Flag> = b.flags.iter().filter(|f| !a.flags.contains(f)).collect();
    for flag in a.flags.iter().filter(|f| !b.flags.contains(f)) {
        // the same flag in other words is one change
        let same = raised.iter().position(|other| (&other.code, &other.at) == (&flag.code, &flag.at));
        change(&flag.at, told(flag), same.map_or_else(none, |at| told(raised.remove(at))));
    }
    for flag in raised {
        change(&flag.at, none(), told(flag));
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
    object.string("made_by", &change.made_by);
    object.close();
    out.push(b'\n');
}

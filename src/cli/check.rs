//! `gongkai check`: identities between the years of one agency, and what cannot be.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use crate::cli::args::{Check, Global};
use crate::cli::dataset::{Place, Records};
use crate::cli::output::Output;
use crate::cli::tally::count;
use crate::cli::ui::Ui;
use crate::cli::{End, pattern_set};
use crate::error::Error;
use crate::pattern::{Form, PanelCheck, PanelTerm, PatternSet};
use crate::text;
use crate::write::jsonl::Object;
use crate::write::row::Row;

/// Numbers below this may well change tenfold in a year.
const JUMP_TO: i64 = 200;

/// What a check needs of one report.
struct Report {
    file: String,
    forms: BTreeSet<String>,
    numbers: FxHashMap<String, Decimal>,
    period: Option<String>,
    published: Option<String>,
}

struct Finding {
    code: &'static str,
    year: Option<i32>,
    at: String,
    file: String,
    message: String,
}

/// The reports of one agency: its name as first printed, and where they stand.
#[derive(Default)]
struct Agency {
    name: String,
    years: BTreeMap<i32, Vec<Place>>,
}

/// What the reports of one panel share: the agency's name, folded, and the family that the reports are of.
type Key = (String, String);

/// What the patterns promise.
struct Rules {
    /// Identities between years, with the form that has them.
    checks: Vec<(String, PanelCheck)>,
    /// Variables that count something: whole numbers, and whether they may be below zero. Money is none.
    counts: BTreeMap<String, bool>,
    /// First year of each form.
    since: BTreeMap<String, i32>,
    /// Ids of the families.
    families: Vec<String>,
}

/// Runs it.
pub fn run(args: &Check, global: &Global, ui: &mut Ui) -> Result<End, Error> {
    let rules = Rules::of(pattern_set(global.patterns.as_deref())?, args.soft);
    let mut dataset = Records::open(&args.dataset)?;
    let mut panel: BTreeMap<Key, Agency> = BTreeMap::new();
    let mut outside = Vec::new();
    let mut records = 0u64;
    dataset.each(|row, place| {
        records += 1;
        match (row.report.agency.as_deref(), row.report.year) {
            (Some(name), Some(year)) => {
                let agency = panel.entry(rules.key(name, &row)).or_default();
                if agency.name.is_empty() {
                    name.clone_into(&mut agency.name);
                }
                agency.years.entry(year).or_default().push(place);
            }
            (agency, year) => {
                let lack = if agency.is_none() { "agency" } else { "year" };
                let message = format!("no {lack} was found: the report is in no panel");
                outside.push(Finding { code: "not-in-panel", year, at: String::new(), file: row.name(), message });
            }
        }
        Ok(())
    })?;
    let mut out = Output::open(None)?;
    let mut codes = BTreeMap::<&str, u64>::new();
    let mut tell = |agency: &str, mut findings: Vec<Finding>| {
        findings.sort_by(|a, b| (a.year, &a.at, a.code, &a.file).cmp(&(b.year, &b.at, b.code, &b.file)));
        for finding in &findings {
            *codes.entry(finding.code).or_default() += 1;
        }
        out.write(&if args.json { lines(agency, &findings) } else { table(agency, &findings) })
    };
    for agency in panel.values() {
        if !tell(&agency.name, examine(agency, &mut dataset, &rules)?)? {
            return Ok(End::Difference);
        }
    }
    tell("", outside)?;
    out.flush()?;
    let list: Vec<String> = codes.iter().map(|(code, n)| format!("{code} {n}")).collect();
    let of = if list.is_empty() { String::new() } else { format!(" ({})", list.join(", ")) };
    let agencies = panel.len();
    let agencies = if agencies == 1 { "1 agency".to_owned() } else { format!("{agencies} agencies") };
    let findings = count(codes.values().sum(), "finding");
    ui.note(&format!("{} of {agencies}: {findings}{of}", count(records, "record")));
    Ok(if codes.is_empty() { End::Done } else { End::Difference })
}

impl Report {
    fn of(row: &Row) -> Self {
        let number = |text: &str| text.parse::<Decimal>().or_else(|_| Decimal::from_scientific(text)).ok();
        Self {
            file: row.name(),
            forms: row.report.forms.0.iter().map(|(_, form)| form.clone()).collect(),
            numbers: row.printed().filter_map(|(k, ..)| Some((k.to_owned(), number(row.number(k)?)?))).collect(),
            period: row.report.period.as_ref().map(|period| period.end.clone()),
            published: row.report.published.clone(),
        }
    }
}

impl Rules {
    fn of(patterns: &PatternSet, soft: bool) -> Self {
        let forms = || patterns.families.iter().flat_map(|f| &f.forms);
        let all = || forms().flat_map(|form| form.panel_checks.iter().map(|check| (form.id.clone(), check.clone())));
        let variables = forms().flat_map(Form::variables);
        let countable: BTreeSet<String> =
            variables.filter(|v| !v.unit.as_deref().is_some_and(text::is_money)).map(|v| v.name).collect();
        let mut counts = BTreeMap::new();
        for term in forms().flat_map(|form| &form.checks).flat_map(|check| check.left.iter().chain(&check.right)) {
            counts.insert(term.variable.clone(), false);
        }
        for (_, check) in all() {
            for term in check.left.iter().chain(&check.right) {
                // what is only ever added to another year's number may be a change downwards
                let below = counts.entry(term.variable.clone()).or_insert(true);
                *below &= term.lag > 0;
            }
        }
        counts.retain(|variable, _| countable.contains(variable));
        let since = forms().filter_map(|form| Some((form.id.clone(), i32::from(form.years.0?)))).collect();
        let families = patterns.families.iter().map(|family| family.id.clone()).collect();
        Self { checks: all().filter(|(_, check)| soft || !check.soft).collect(), counts, since, families }
    }

    fn key(&self, agency: &str, row: &Row) -> Key {
        let made_by = |family: &&String| row.made_by.patterns.get(family).is_some();
        (text::fold(agency), self.families.iter().find(made_by).cloned().unwrap_or_default())
    }
}

fn sum(terms: &[PanelTerm], now: &Report, before: &Report) -> Option<Decimal> {
    terms.iter().try_fold(Decimal::ZERO, |sum, term| {
        let report = if term.lag == 0 { now } else { before };
        let value = report.numbers.get(&term.variable)?;
        if term.negative { sum.checked_sub(*value) } else { sum.checked_add(*value) }
    })
}

/// Everything that is to be said of one agency; two reports are in memory at a time.
fn examine(agency: &Agency, dataset: &mut Records, rules: &Rules) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    let mut before: Option<(i32, Report)> = None;
    for (year, places) in &agency.years {
        let Some((first, others)) = places.split_first() else { continue };
        let now = Report::of(&dataset.get(*first)?);
        for place in others {
            findings.push(twice(*year, &now, &Report::of(&dataset.get(*place)?)));
        }
        let mut find = |code, at: &str, message| {
            let (at, file) = (at.to_owned(), now.file.clone());
            findings.push(Finding { code, year: Some(*year), at, file, message });
        };
        alone(*year, &now, rules, &mut find);
        if let Some((last, old)) = &before {
            if last + 1 == *year {
                between(&now, old, rules, &mut find);
            } else {
                findings.push(missing(last + 1, year - 1));
            }
        }
        before = Some((*year, now));
    }
    Ok(findings)
}

fn missing(from: i32, to: i32) -> Finding {
    let years = if from == to { from.to_string() } else { format!("{from} to {to}") };
    let message = format!("no report of {years}, though those before and after are there");
    Finding { code: "year-missing", year: Some(from), at: String::new(), file: String::new(), message }
}

fn twice(year: i32, first: &Report, second: &Report) -> Finding {
    let differ = first.numbers.iter().filter(|(name, value)| second.numbers.get(*name).is_some_and(|v| v != *value));
    let only = |a: &Report, b: &Report| a.numbers.keys().filter(|name| !b.numbers.contains_key(*name)).count();
    let n = differ.count() + only(first, second) + only(second, first);
    let numbers = if n == 0 { "the same numbers".to_owned() } else { format!("{} unlike", count(n as u64, "number")) };
    let message = format!("a second report of the agency and year, with {numbers}; the first is {}", first.file);
    Finding { code: "year-twice", year: Some(year), at: String::new(), file: second.file.clone(), message }
}

/// What cannot be, whatever the other years say.
fn alone(year: i32, now: &Report, rules: &Rules, find: &mut dyn FnMut(&'static str, &str, String)) {
    let year_of = |day: &str| day.get(..4).and_then(|year| year.parse::<i32>().ok());
    if let Some(form) = now.forms.iter().find(|form| rules.since.get(*form).is_some_and(|since| year < *since)) {
        find("year-before-form", "", format!("form {form} was not there yet"));
    }
    if let Some(end) = now.period.as_deref().filter(|end| year_of(end).is_some_and(|of| of != year)) {
        find("period-elsewhere", "", format!("its period ends on {end}"));
    }
    if let Some(day) = now.published.as_deref() {
        let early = now.period.as_deref().map_or_else(|| year_of(day).is_some_and(|of| of <= year), |end| day < end);
        if early {
            find("published-early", "", format!("published on {day}, before the year was over"));
        }
    }
    for (variable, below) in &rules.counts {
        let Some(value) = now.numbers.get(variable) else { continue };
        if !below && value.is_sign_negative() && !value.is_zero() {
            find("negative-count", variable, format!("{value} is no count"));
        } else if !value.fract().is_zero() {
            find("broken-count", variable, format!("{value} is no whole number"));
        }
    }
}

/// What two years in a row say of each other.
fn between(now: &Report, old: &Report, rules: &Rules, find: &mut dyn FnMut(&'static str, &str, String)) {
    let mut seen = BTreeSet::new();
    for (form, check) in &rules.checks {
        if !now.forms.contains(form) || !seen.insert(&check.id) {
            continue;
        }
        if let (Some(left), Some(right)) = (sum(&check.left, now, old), sum(&check.right, now, old))
            && left != right
        {
            find("years-disagree", &check.id, format!("{left}, but {right} after {}", old.file));
        }
    }
    for (variable, value) in &now.numbers {
        let Some(earlier) = old.numbers.get(variable) else { continue };
        let (small, large) = (value.abs().min(earlier.abs()), value.abs().max(earlier.abs()));
        if !small.is_zero()
            && large >= Decimal::from(JUMP_TO)
            && small.checked_mul(Decimal::TEN).is_some_and(|ten| large >= ten)
        {
            find("jump-by-ten", variable, format!("{value}, the year before {earlier}"));
        }
    }
}

/// Findings of one agency for reading: its name, then a line each.
fn table(agency: &str, findings: &[Finding]) -> Vec<u8> {
    let mut text = String::new();
    if findings.is_empty() {
        return Vec::new();
    }
    text.push_str(if agency.is_empty() { "(in no panel)" } else { agency });
    text.push('\n');
    let widest = |of: fn(&Finding) -> usize| findings.iter().map(of).max().unwrap_or(0);
    let (codes, places) = (widest(|f| f.code.len()), widest(|f| f.at.len()));
    for Finding { code, year, at, file, message } in findings {
        let year = year.map_or_else(|| "    ".to_owned(), |year| year.to_string());
        let file = if file.is_empty() { String::new() } else { format!("  [{file}]") };
        let at = if places == 0 { String::new() } else { format!("{at:places$}  ") };
        let _ = writeln!(text, "  {year}  {code:codes$}  {at}{message}{file}");
    }
    text.into_bytes()
}

fn lines(agency: &str, findings: &[Finding]) -> Vec<u8> {
    let mut out = Vec::new();
    for finding in findings {
        let mut object = Object::open(&mut out);
        object.string("schema", "gongkai.finding/1");
        object.string("code", finding.code);
        object.optional("agency", Some(agency).filter(|name| !name.is_empty()));
        object.number("year", finding.year);
        object.string("at", &finding.at);
        object.string("file", &finding.file);
        object.string("message", &finding.message);
        object.close();
        out.push(b'\n');
    }
    out
}

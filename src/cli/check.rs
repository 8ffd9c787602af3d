//! `gongkai check`: identities between the years of one agency, and what cannot be.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use crate::cli::args::{Check, Global};
use crate::cli::tally::count;
use crate::cli::ui::{Output, Ui};
use crate::cli::{End, dataset, pattern_set};
use crate::error::Error;
use crate::pattern::{PanelCheck, PanelTerm, PatternSet};
use crate::write::jsonl::Object;
use crate::write::row::{self, Row};

/// Numbers below this may well change tenfold in a year.
const JUMP_FROM: i64 = 20;

/// What a check needs of one report.
struct Report {
    file: String,
    forms: BTreeSet<String>,
    numbers: FxHashMap<String, Decimal>,
}

struct Finding {
    code: &'static str,
    agency: String,
    year: i32,
    at: String,
    file: String,
    message: String,
}

/// Runs it.
pub fn run(args: &Check, global: &Global, ui: &mut Ui) -> Result<End, Error> {
    let patterns = pattern_set(global.patterns.as_deref())?;
    let mut panel: BTreeMap<String, BTreeMap<i32, Report>> = BTreeMap::new();
    let mut findings = Vec::new();
    let mut records = 0u64;
    row::each(&mut *dataset::open(&args.dataset)?, &args.dataset.display().to_string(), |row| {
        records += 1;
        let (Some(agency), Some(year)) = (row.report.agency.clone(), row.report.year) else { return Ok(()) };
        let years = panel.entry(agency.clone()).or_default();
        let report = report(&row);
        if let Some(first) = years.get(&year) {
            let message = format!("a second report of the same agency and year; the first is {}", first.file);
            findings.push(Finding { code: "year-twice", agency, year, at: String::new(), file: report.file, message });
        } else {
            years.insert(year, report);
        }
        Ok(())
    })?;
    let checks = panel_checks(patterns);
    let counts = counted(patterns);
    for (agency, years) in &panel {
        examine(agency, years, &checks, &counts, args.soft, &mut findings);
    }
    findings.sort_by(|a, b| (&a.agency, a.year, &a.at, a.code).cmp(&(&b.agency, b.year, &b.at, b.code)));
    let mut out = Output::open(None)?;
    for finding in &findings {
        let mut line = Vec::new();
        write(&mut line, finding, args.json);
        if !out.write(&line)? {
            break;
        }
    }
    out.flush()?;
    let mut codes = BTreeMap::<&str, u64>::new();
    for finding in &findings {
        *codes.entry(finding.code).or_default() += 1;
    }
    let list: Vec<String> = codes.iter().map(|(code, n)| format!("{code} {n}")).collect();
    let of = if list.is_empty() { String::new() } else { format!(" ({})", list.join(", ")) };
    ui.note(&format!(
        "{} of {} agencies: {}{of}",
        count(records, "record"),
        panel.len(),
        count(findings.len() as u64, "finding")
    ));
    Ok(if findings.is_empty() { End::Done } else { End::Difference })
}

fn report(row: &Row) -> Report {
    let number = |text: &str| text.parse::<Decimal>().or_else(|_| Decimal::from_scientific(text)).ok();
    Report {
        file: row.name(),
        forms: row.report.forms.0.iter().map(|(_, form)| form.clone()).collect(),
        numbers: row.printed().filter_map(|(k, ..)| Some((k.to_owned(), number(row.number(k)?)?))).collect(),
    }
}

fn panel_checks(patterns: &PatternSet) -> Vec<(String, PanelCheck)> {
    let forms = patterns.families.iter().flat_map(|f| &f.forms);
    forms.flat_map(|form| form.panel_checks.iter().map(|check| (form.id.clone(), check.clone()))).collect()
}

/// Variables that an identity counts with: whole numbers, none below zero.
fn counted(patterns: &PatternSet) -> BTreeSet<String> {
    let forms = patterns.families.iter().flat_map(|f| &f.forms);
    let terms = forms.flat_map(|form| form.checks.iter().flat_map(|check| check.left.iter().chain(&check.right)));
    terms.map(|term| term.variable.clone()).collect()
}

fn sum(terms: &[PanelTerm], now: &Report, before: &Report) -> Option<Decimal> {
    terms.iter().try_fold(Decimal::ZERO, |sum, term| {
        let report = if term.lag == 0 { now } else { before };
        let value = report.numbers.get(&term.variable)?;
        if term.negative { sum.checked_sub(*value) } else { sum.checked_add(*value) }
    })
}

fn examine(
    agency: &str,
    years: &BTreeMap<i32, Report>,
    checks: &[(String, PanelCheck)],
    counts: &BTreeSet<String>,
    soft: bool,
    findings: &mut Vec<Finding>,
) {
    let mut find = |code, year, at: &str, file: &str, message| {
        findings.push(Finding {
            code,
            agency: agency.to_owned(),
            year,
            at: at.to_owned(),
            file: file.to_owned(),
            message,
        });
    };
    let mut last: Option<i32> = None;
    for (year, now) in years {
        for gap in last.map_or(*year, |last| last + 1)..*year {
            find("year-missing", gap, "", "", "no report, though those before and after are there".to_owned());
        }
        last = Some(*year);
        let mut names: Vec<&String> = now.numbers.keys().collect();
        names.sort();
        for variable in names.iter().filter(|v| counts.contains(**v)) {
            let Some(value) = now.numbers.get(*variable) else { continue };
            if value.is_sign_negative() && !value.is_zero() {
                find("negative-count", *year, variable, &now.file, format!("{value} is no count"));
            } else if !value.fract().is_zero() {
                find("broken-count", *year, variable, &now.file, format!("{value} is no whole number"));
            }
        }
        let Some(before) = years.get(&(year - 1)) else { continue };
        let mut seen = BTreeSet::new();
        for (form, check) in checks.iter().filter(|(_, check)| soft || !check.soft) {
            if !now.forms.contains(form) || !seen.insert(&check.id) {
                continue;
            }
            if let (Some(left), Some(right)) = (sum(&check.left, now, before), sum(&check.right, now, before))
                && left != right
            {
                let message = format!("{left} and {right}; the year before is {}", before.file);
                find("years-disagree", *year, &check.id, &now.file, message);
            }
        }
        for variable in names {
            let (Some(value), Some(old)) = (now.numbers.get(variable), before.numbers.get(variable)) else { continue };
            let ten = Decimal::TEN;
            let tenfold = |small: &Decimal, large: &Decimal| {
                small.checked_mul(ten) == Some(*large) && *large >= Decimal::from(JUMP_FROM * 10)
            };
            if tenfold(value, old) || tenfold(old, value) {
                find("jump-by-ten", *year, variable, &now.file, format!("{value}, the year before {old}"));
            }
        }
    }
}

fn write(out: &mut Vec<u8>, finding: &Finding, json: bool) {
    if !json {
        let Finding { code, agency, year, at, file, message } = finding;
        out.extend_from_slice(format!("{agency}\t{year}\t{code}\t{at}\t{message}\t{file}\n").as_bytes());
        return;
    }
    let mut object = Object::open(out);
    object.string("schema", "gongkai.finding/1");
    object.string("code", finding.code);
    object.string("agency", &finding.agency);
    object.number("year", Some(finding.year));
    object.string("at", &finding.at);
    object.string("file", &finding.file);
    object.string("message", &finding.message);
    object.close();
    out.push(b'\n');
}

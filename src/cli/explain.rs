//! `gongkai explain`: from the place in the source to the value.

use std::fmt::Write;
use std::path::Path;

use crate::align::{Alignment, Candidate, ClaimKind, Weight};
use crate::cli::args::{Explain, Global};
use crate::cli::output::{Output, apart};
use crate::cli::ui::Ui;
use crate::cli::{End, one, pattern_set};
use crate::document::{Anchor, Block, Document, Format};
use crate::error::{Error, ErrorKind};
use crate::extract::{Attempt, Extracted, Extractor, Report, read};
use crate::failure::Failure;
use crate::format::pdf::{self, PdfOptions};
use crate::pattern::{Form, PatternSet, Variable};
use crate::record::{Reading, Section, Statement};
use crate::report::Identified;
use crate::settings::Settings;
use crate::source::sniff::sniff;

/// Tables of forms that a printed table is held against, at most.
const MOST_FORMS: usize = 6;
/// Printed texts that are no labels, at most.
const MOST_TEXTS: usize = 12;

/// What there is to explain.
enum Explained<'p> {
    /// Records, with what the tables of the document have of those of the forms.
    Reports(Extracted, Vec<Candidate>),
    /// No record, and why.
    Refused(Document, Vec<Attempt<'p>>, Failure),
}

/// Runs it.
pub fn run(args: &Explain, global: &Global, ui: &mut Ui) -> Result<End, Error> {
    let settings = args.reading.resolve()?;
    if let (Some(page), Some(svg)) = (args.page, &args.svg) {
        return draw_page(args, page, svg, &settings, ui);
    }
    let patterns = pattern_set(global.patterns.as_deref())?;
    let names = names(patterns);
    let unknown = args.variable.as_deref().filter(|asked| !names.iter().any(|name| asks_for(name, asked)));
    let format = args.format.map(|f| f.format());
    let explained = one::bytes(&args.file, &settings.limits)
        .and_then(|bytes| one::deep(|| explained(read(&bytes, format, &settings)?, patterns)));
    let (extracted, candidates) = match explained {
        Ok(Explained::Reports(extracted, candidates)) => (extracted, candidates),
        Ok(Explained::Refused(document, attempts, failure)) => {
            let mut out = Output::open(None)?;
            out.write(refused(&document, &attempts, patterns).as_bytes())?;
            out.flush()?;
            ui.failure(&one::origin(&args.file), &failure);
            return Ok(End::SomeFailed);
        }
        Err(failure) => {
            ui.failure(&one::origin(&args.file), &failure);
            return Ok(End::SomeFailed);
        }
    };
    // a record may hold more: rows that name themselves, flags of sections
    let held = |asked: &str| {
        extracted.reports.iter().any(|Report { record, .. }| {
            record.readings.iter().any(|r| below(&r.variable, asked))
                || record.flags.iter().any(|f| below(&f.at, asked))
        })
    };
    if let Some(asked) = unknown.filter(|asked| !held(asked)) {
        return Err(no_variable(asked, &names));
    }
    let mut text = String::new();
    let mut known = args.variable.is_none();
    for report in &extracted.reports {
        match &args.variable {
            None => whole(&mut text, &extracted, report, patterns, &candidates),
            Some(variable) => known |= one_variable(&mut text, report, variable),
        }
    }
    if let Some(variable) = args.variable.as_ref().filter(|_| !known) {
        let message = format!("nothing in {} is about {variable}", args.file.display());
        let hint = "name a variable or the beginning of some, as in applications.denied; gongkai patterns list names the tables";
        return Err(Error::new(ErrorKind::Usage, message).hint(hint));
    }
    let mut out = Output::open(None)?;
    out.write(text.as_bytes())?;
    out.flush()?;
    Ok(End::Done)
}

/// Names of all variables, and of the checks of them.
fn names(patterns: &PatternSet) -> Vec<String> {
    let forms = patterns.families.iter().flat_map(|family| &family.forms);
    let checks = patterns.families.iter().flat_map(|family| &family.forms).flat_map(|form| &form.checks);
    let stated = patterns.families.iter().filter_map(|family| family.narrative.as_ref()).flat_map(|n| &n.variables);
    let variables = forms.flat_map(Form::variables).map(|v| v.name).chain(stated.map(|v| v.name.clone()));
    variables.chain(checks.map(|check| check.id.clone())).collect()
}

/// Whether the parts of what is asked for begin a name; the open parts of a name (`{code}`) are any.
fn asks_for(name: &str, asked: &str) -> bool {
    let mut parts = name.split('.');
    asked.split('.').all(|own| parts.next().is_some_and(|part| part == own || part.starts_with('{')))
}

/// No form has the variable; says which one may be meant.
fn no_variable(asked: &str, names: &[String]) -> Error {
    let like = names.iter().map(|name| {
        // the beginning of a name is asked for too
        let depth = asked.split('.').count();
        let begun: Vec<&str> = name.split('.').take(depth).collect();
        begun.join(".")
    });
    let close = like.map(|name| (strsim::damerau_levenshtein(&name, asked), name)).min();
    let error = Error::new(ErrorKind::Usage, format!("no form has the variable {asked}"));
    match close.filter(|(distance, name)| *distance <= name.len() / 3) {
        Some((_, name)) => error.hint(format!("did you mean {name}?")),
        None => error.hint("gongkai patterns list names the tables, and explain without a variable what a file has"),
    }
}

/// Draws one page of a PDF as it was understood.
fn draw_page(args: &Explain, page: u32, svg: &Path, settings: &Settings, ui: &mut Ui) -> Result<End, Error> {
    let limits = &settings.limits;
    let drawn = one::bytes(&args.file, limits).and_then(|bytes| {
        one::deep(|| match args.format.map(|f| f.format()).map_or_else(|| sniff(&bytes), Ok)? {
            Format::Pdf => pdf::draw(&bytes, page, limits, &PdfOptions::of(settings)),
            other => Err(Failure::Unsupported(format!("{} has no pages to draw; only a PDF has", other.name()))),
        })
    });
    match drawn {
        Ok(Some(drawing)) => {
            apart(Some(svg), [&args.file])?;
            let mut out = Output::open(Some(svg))?;
            out.write(drawing.as_bytes())?;
            out.finish()?;
            Ok(End::Done)
        }
        Ok(None) => {
            let message = format!("{} has no page {page}", args.file.display());
            Err(Error::new(ErrorKind::Usage, message).hint("pages count from 1"))
        }
        Err(failure) => {
            ui.failure(&one::origin(&args.file), &failure);
            Ok(End::SomeFailed)
        }
    }
}

fn say(out: &mut String, line: std::fmt::Arguments<'_>) {
    // writing to a string does not fail
    let _ = out.write_fmt(line);
    out.push('\n');
}

/// When a table is taken for one of a form, in short.
const TAKEN: &str = "a table is taken for a form's with half the columns of a part above a row of it, or with three rows whose \
    labels are sure, and not among many rows that the form does not know; evidence decides between forms";

/// The records of a document, or what stands against one.
fn explained<'p>(document: Document, patterns: &'p PatternSet) -> Result<Explained<'p>, Failure> {
    let extractor = Extractor::new(patterns);
    match extractor.extract_document(&document) {
        Ok(reports) => {
            // Of several reports each counts its blocks for itself.
            let family = match reports.as_slice() {
                [report] => patterns.families.iter().find(|f| report.record.patterns.iter().any(|(id, _)| *id == f.id)),
                _ => None,
            };
            let candidates = family.map_or_else(Vec::new, |family| extractor.candidates(&document, &family.id));
            Ok(Explained::Reports(Extracted { document, reports }, candidates))
        }
        Err(failure @ Failure::NoReport(_)) => {
            let attempts = extractor.attempts(&document);
            Ok(Explained::Refused(document, attempts, failure))
        }
        Err(failure) => Err(failure),
    }
}

/// What every family made of a document that gives no record.
fn refused(document: &Document, attempts: &[Attempt<'_>], patterns: &PatternSet) -> String {
    let mut out = String::new();
    head(&mut out, document);
    for attempt in attempts {
        let refusal = attempt.refusal.as_ref().map_or("a record", Failure::detail);
        say(&mut out, format_args!("family     {} gives no record: {refusal}", attempt.family.id));
        identity(&mut out, &attempt.identified);
        sections(&mut out, &attempt.sections);
        candidates(&mut out, document, &attempt.candidates, &attempt.alignment);
        steps(&mut out, &attempt.alignment);
        for reading in &attempt.alignment.readings {
            reading_line(&mut out, reading);
        }
    }
    for family in patterns.families.iter().filter(|f| !attempts.iter().any(|a| a.family.id == f.id)) {
        say(&mut out, format_args!("family     {} is not tried: none of its words (`needs`) is printed", family.id));
    }
    diagnostics(&mut out, document);
    out
}

fn head(out: &mut String, document: &Document) {
    say(
        out,
        format_args!(
            "{} with {} pages, {} blocks{}",
            document.format.name(),
            document.pages.len(),
            document.blocks.len(),
            document.encoding.as_ref().map(|e| format!(", {e}")).unwrap_or_default()
        ),
    );
}

fn identity(out: &mut String, identified: &Identified) {
    let id = &identified.identity;
    let shown = |o: Option<&str>| o.unwrap_or("not found").to_owned();
    say(out, format_args!("title      {}", shown(id.title.as_deref())));
    say(out, format_args!("agency     {}", shown(id.agency.as_deref())));
    say(out, format_args!("year       {}", id.year.map_or_else(|| "not found".to_owned(), |y| y.to_string())));
    let period = id.period.as_ref().map(|(a, b)| format!("{a} to {b}"));
    say(out, format_args!("period     {}", shown(period.as_deref())));
    say(out, format_args!("published  {}", shown(id.published.as_deref())));
    for evidence in &identified.evidence {
        say(
            out,
            format_args!("  {} by {} at {}: {}", evidence.part, evidence.how, place(&evidence.anchor), evidence.text),
        );
    }
}

fn sections(out: &mut String, sections: &[Section]) {
    for section in sections {
        say(
            out,
            format_args!(
                "section    {} under {:?}, {} characters",
                section.id,
                section.heading,
                section.text.chars().count()
            ),
        );
    }
}

/// The printed tables that were taken for none of the forms, with what they have of each and lack.
fn candidates(out: &mut String, document: &Document, candidates: &[Candidate], alignment: &Alignment) {
    let mut any = false;
    for candidate in candidates {
        let taken = |kind: ClaimKind| matches!(kind, ClaimKind::Table | ClaimKind::OtherTable);
        if alignment.claims.iter().any(|c| c.block == candidate.block && taken(c.kind)) {
            continue;
        }
        let Some(Block::Table(table)) = document.blocks.get(candidate.block) else { continue };
        let first = table.cells.iter().find(|c| !c.text.trim().is_empty()).map_or("", |c| c.text.as_str());
        say(
            out,
            format_args!(
                "table      block {} at {}, {} rows and {} columns, begins {}: not read",
                candidate.block,
                place(&table.anchor),
                table.rows,
                table.cols,
                short(first),
            ),
        );
        any = true;
        let near: Vec<&Weight> = candidate.weights.iter().filter(|w| w.any()).collect();
        let near = if near.is_empty() { candidate.weights.iter().collect() } else { near };
        for weight in near.iter().take(MOST_FORMS) {
            against(out, weight);
        }
        if let Some(more) = near.len().checked_sub(MOST_FORMS).filter(|more| *more > 0) {
            say(out, format_args!("  and {more} other tables of forms"));
        }
        if let Some(nearest) = near.first().filter(|w| !w.strange.is_empty()) {
            let texts: Vec<&str> = nearest.strange.iter().take(MOST_TEXTS).map(String::as_str).collect();
            let more = if nearest.strange.len() > MOST_TEXTS { " …" } else { "" };
            say(out, format_args!("  printed, and no label of {}: {}{more}", nearest.table, texts.join(" | ")));
        }
    }
    if any {
        say(out, format_args!("  {TAKEN}"));
    }
}

/// What a printed table has of one of a form.
fn against(out: &mut String, weight: &Weight) {
    let Weight { table, form, rows, columns, found, lacked, uncaptioned, .. } = weight;
    let list = |list: &[(String, f32)]| {
        let shown: Vec<String> = list.iter().map(|(text, weight)| format!("{} ({weight})", short(text))).collect();
        if shown.is_empty() { "none".to_owned() } else { shown.join(", ") }
    };
    let caption = if *uncaptioned { ", under none of its captions" } else { "" };
    say(
        out,
        format_args!(
            "  {table} by {form}: {} of {} rows, {} of {} columns{caption}; evidence found: {}; lacked: {}",
            rows.0,
            rows.1,
            columns.0,
            columns.1,
            list(found),
            list(lacked)
        ),
    );
}

fn steps(out: &mut String, alignment: &Alignment) {
    for step in alignment.trace.iter().filter(|s| !s.at.contains('.')) {
        say(out, format_args!("  block {} row {}: {} ({})", step.block, step.row, step.what, short(&step.text)));
    }
}

fn diagnostics(out: &mut String, document: &Document) {
    for diagnostic in &document.diagnostics {
        let at = diagnostic.anchor.as_ref().map(|a| format!(" at {}", place(a))).unwrap_or_default();
        say(out, format_args!("noticed    {}{at}: {}", diagnostic.code, diagnostic.message));
    }
}

fn whole(
    out: &mut String,
    extracted: &Extracted,
    report: &Report,
    patterns: &PatternSet,
    printed_tables: &[Candidate],
) {
    let document = &extracted.document;
    let record = &report.record;
    head(out, document);
    identity(out, &report.identified);
    sections(out, &record.sections);
    for (table, form) in &record.forms {
        let form_of = |id: &str| patterns.families.iter().flat_map(|f| &f.forms).find(|f| f.id == id);
        let variables = form_of(form).map(Form::variables).unwrap_or_default();
        let printed: Vec<&Variable> = variables.iter().filter(|v| v.table == *table).collect();
        let count = record.readings.iter().filter(|r| printed.iter().any(|v| v.bears(&r.variable))).count();
        say(out, format_args!("table      {table} by {form}, {count} variables"));
    }
    candidates(out, document, printed_tables, &report.alignment);
    steps(out, &report.alignment);
    for reading in &record.readings {
        reading_line(out, reading);
    }
    for statement in &record.narrative {
        statement_line(out, statement);
    }
    for check in record.checks.iter().filter(|c| !c.holds) {
        say(out, format_args!("check      {} does not hold: {} and {}", check.id, check.left, check.right));
    }
    for flag in &record.flags {
        say(
            out,
            format_args!(
                "flag       {} at {}: {}",
                flag.code,
                if flag.at.is_empty() { "the report" } else { &flag.at },
                flag.message
            ),
        );
    }
    diagnostics(out, document);
}

fn reading_line(out: &mut String, reading: &Reading) {
    let value = reading.value.map_or_else(|| reading.state.name().to_owned(), |v| v.to_string());
    let mut line =
        format!("value      {} = {value}, printed {:?} at {}", reading.variable, reading.raw, place(&reading.anchor));
    if !reading.candidates.is_empty() {
        let list: Vec<String> = reading.candidates.iter().map(ToString::to_string).collect();
        let _ = write!(line, ", could be {}", list.join(" or "));
    }
    say(out, format_args!("{line}"));
}

fn statement_line(out: &mut String, statement: &Statement) {
    let value = statement.value.map_or_else(|| statement.state.name().to_owned(), |v| v.to_string());
    let Statement { variable, raw, sentence, anchor, .. } = statement;
    say(out, format_args!("stated     {variable} = {value}, printed {raw:?} at {}: {sentence}", place(anchor)));
}

/// Whether `name` is `asked` or lies below it.
fn below(name: &str, asked: &str) -> bool {
    name.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether `name` is `asked`, lies below it, or heads it.
fn about(name: &str, asked: &str) -> bool {
    below(name, asked) || below(asked, name)
}

fn one_variable(out: &mut String, report: &Report, variable: &str) -> bool {
    let record = &report.record;
    let before = out.len();
    for (table, form) in record.forms.iter().filter(|(table, _)| about(table, variable)) {
        say(out, format_args!("table      {table} by {form}"));
    }
    for step in report.alignment.trace.iter().filter(|s| !s.at.is_empty() && about(&s.at, variable)) {
        say(
            out,
            format_args!("  block {} row {}, {}: {} ({})", step.block, step.row, step.at, step.what, short(&step.text)),
        );
    }
    let mut found = false;
    for reading in record.readings.iter().filter(|r| about(&r.variable, variable)) {
        found = true;
        reading_line(out, reading);
    }
    for statement in record.narrative.iter().filter(|s| about(&s.variable, variable)) {
        found = true;
        statement_line(out, statement);
    }
    if !found && out.len() > before {
        say(out, format_args!("value      no cell was found for {variable}"));
    }
    let row = variable.rsplit_once('.').map_or(variable, |(row, _)| row);
    for check in record.checks.iter().filter(|c| about(&c.id, variable) || c.id.ends_with(row)) {
        let holds = if check.holds { "holds" } else { "does not hold" };
        say(out, format_args!("check      {} {holds}: {} and {}", check.id, check.left, check.right));
    }
    for flag in record.flags.iter().filter(|f| !f.at.is_empty() && about(&f.at, variable)) {
        say(out, format_args!("flag       {} at {}: {}", flag.code, flag.at, flag.message));
    }
    out.len() > before
}

fn short(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(60).collect();
    format!("{line:?}")
}

/// Where something stands, for people.
fn place(anchor: &Anchor) -> String {
    match anchor {
        Anchor::Page { page, bbox } => {
            format!("page {page}, box {:.1} {:.1} {:.1} {:.1}", bbox.x0, bbox.y0, bbox.x1, bbox.y1)
        }
        Anchor::Text { line, column } => format!("line {line}, column {column}"),
        Anchor::Node { path, line: 0, .. } => path.clone(),
        Anchor::Node { path, line, column } => format!("line {line}, column {column}, {path}"),
    }
}

//! `gongkai patterns`: list, check, test, describe, begin and draft pattern files.

use std::fmt::Write;
use std::path::Path;

use serde_json::to_string_pretty;

use crate::cli::args::{Global, Patterns};
use crate::cli::output::Output;
use crate::cli::tally::count;
use crate::cli::ui::Ui;
use crate::cli::{End, one, pattern_set};
use crate::error::{Error, ErrorKind};
use crate::extract::extract;
use crate::pattern::schema::File;
use crate::pattern::sentence_cases::SentenceCase;
use crate::pattern::{PatternSet, cases, learn, scaffold, schema};
use crate::report::{Of, narrate_text};
use crate::settings::Settings;

/// Runs it.
pub fn run(command: &Patterns, global: &Global, ui: &mut Ui) -> Result<End, Error> {
    let named = global.patterns.as_deref();
    match command {
        Patterns::List => list(pattern_set(named)?),
        Patterns::Check { dir } => check(dir.as_deref().or(named), ui),
        Patterns::Test { dir } => test(dir.as_deref().or(named), ui),
        Patterns::Schema { file } => {
            let Some(kind) = File::ALL.into_iter().find(|f| f.name() == file) else {
                let names: Vec<&str> = File::ALL.iter().map(|f| f.name()).collect();
                let message = format!("no kind of pattern file is called {file}");
                return Err(Error::new(ErrorKind::Usage, message).hint(format!("it is one of {}", names.join(", "))));
            };
            let text = to_string_pretty(&schema::of(kind)).unwrap_or_default();
            print(&format!("{text}\n"))
        }
        Patterns::New { name, into } => {
            let into = into.as_deref().or(named).unwrap_or(Path::new("patterns"));
            begin(name, into, ui)
        }
        Patterns::Learn { file, format } => match one::document(file, *format, &Settings::default()) {
            Ok(document) => {
                let draft = learn::draft(&document);
                if draft.is_empty() {
                    let message = format!("no table with numbers in {}", file.display());
                    let hint = "a draft is made of tables with rows and columns, as `gongkai tables` shows them; of others the form is written by hand";
                    return Err(Error::new(ErrorKind::Usage, message).hint(hint));
                }
                print(&draft)
            }
            Err(failure) => {
                ui.failure(&one::origin(file), &failure);
                Ok(End::SomeFailed)
            }
        },
    }
}

fn print(text: &str) -> Result<End, Error> {
    let mut out = Output::open(None)?;
    out.write(text.as_bytes())?;
    out.flush()?;
    Ok(End::Done)
}

fn list(set: &PatternSet) -> Result<End, Error> {
    let mut text = String::new();
    for family in &set.families {
        for form in &family.forms {
            let year = |y: Option<u16>| y.map_or_else(|| "…".to_owned(), |y| y.to_string());
            let tables: Vec<&str> = form.tables.iter().map(|t| t.id.as_str()).collect();
            let hash: String = form.hash.chars().take(12).collect();
            let _ = writeln!(
                text,
                "{}/{}\tversion {}\t{}–{}\t{}\t{}\t{hash}\t{}\t{}",
                family.id,
                form.id,
                form.version,
                year(form.years.0),
                year(form.years.1),
                count(form.variables().len() as u64, "variable"),
                tables.join(" "),
                form.title.0,
                form.title.1,
            );
        }
    }
    for family in &set.families {
        if let Some(rules) = &family.narrative {
            let hash: String = rules.hash.chars().take(12).collect();
            let _ = writeln!(
                text,
                "{}/{}\tversion {}\t{}\tsentences\t{hash}\t{}\t{}",
                family.id,
                rules.id,
                rules.version,
                count(rules.variables.len() as u64, "variable"),
                rules.title.0,
                rules.title.1,
            );
        }
    }
    print(&text)
}

/// The cases beside the patterns of a folder, or of those inside the program.
fn cases_of(dir: Option<&Path>, set: &PatternSet) -> Result<(Vec<cases::Case>, Vec<SentenceCase>), Error> {
    Ok(match dir {
        Some(dir) => (set.load_cases(dir)?, set.load_sentences(dir)?),
        None => (PatternSet::embedded_cases()?, PatternSet::embedded_sentences()?),
    })
}

fn check(dir: Option<&Path>, ui: &Ui) -> Result<End, Error> {
    let set = pattern_set(dir)?;
    let (samples, sentences) = cases_of(dir, set)?;
    let forms: usize = set.families.iter().map(|f| f.forms.len()).sum();
    let stated: usize = set.families.iter().filter_map(|f| f.narrative.as_ref()).map(|n| n.variables.len()).sum();
    ui.note(&format!(
        "{} and {} of sentences in {}, all in order; {} to be run by `gongkai patterns test`",
        count(forms as u64, "form"),
        count(stated as u64, "variable"),
        count(set.families.len() as u64, "famil").replace("famils", "families").replace("1 famil", "1 family"),
        count((samples.len() + sentences.len()) as u64, "case"),
    ));
    Ok(End::Done)
}

fn test(dir: Option<&Path>, ui: &Ui) -> Result<End, Error> {
    let set = pattern_set(dir)?;
    let (cases, sentences) = cases_of(dir, set)?;
    let verdicts = cases::run(&cases, |case| {
        let extracted = one::deep(|| extract(&case.bytes, None, &Settings::default(), set))?;
        Ok(extracted.reports.into_iter().map(|r| r.record).collect())
    });
    let mut verdicts = verdicts;
    verdicts.extend(sentences.iter().filter_map(|case| {
        let rules = set.families.iter().find(|f| f.id == case.family)?.narrative.as_ref()?;
        let of = Of { year: case.year, agency: case.agency.as_deref() };
        let heard = case.judge(&narrate_text(&case.text, rules, of).0);
        Some(cases::Verdict { id: case.id.clone(), misses: heard.wrong.into_iter().chain(heard.missed).collect() })
    }));
    let failed: Vec<_> = verdicts.iter().filter(|v| !v.misses.is_empty()).collect();
    for verdict in &failed {
        ui.note(&format!("missed {}", verdict.id));
        let shown = if ui.verbose() { usize::MAX } else { 5 };
        for miss in verdict.misses.iter().take(shown) {
            ui.note(&format!("  {miss}"));
        }
        if verdict.misses.len() > shown {
            ui.note(&format!("  and {} more; --verbose shows them", verdict.misses.len() - shown));
        }
    }
    ui.note(&format!("{}, {} missed", count(verdicts.len() as u64, "case"), failed.len()));
    Ok(if failed.is_empty() { End::Done } else { End::Difference })
}

fn begin(name: &str, into: &Path, ui: &Ui) -> Result<End, Error> {
    let drafts = scaffold::new_form(name, |path| into.join(path).exists())?;
    for draft in &drafts {
        let path = into.join(&draft.path);
        let refused =
            |e: std::io::Error| Error::new(ErrorKind::Output, format!("cannot write {}", path.display())).caused_by(e);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(refused)?;
        }
        std::fs::write(&path, &draft.text).map_err(refused)?;
        ui.note(&format!("wrote {}", path.display()));
    }
    let family = name.split('/').next().unwrap_or_default();
    if drafts.iter().any(|d| d.path.ends_with("/report.toml")) && PatternSet::embedded().family(family).is_some() {
        ui.note(&format!(
            "{family} in {} is a family of its own: the forms of {family} inside the program are not read with it",
            into.display()
        ));
    }
    Ok(End::Done)
}

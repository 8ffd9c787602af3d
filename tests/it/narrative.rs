//! What sentences state, against sentences read by a person.

use std::collections::BTreeSet;
use std::path::Path;

use gongkai::pattern::sentence_cases::{self, Heard, SentenceCase};
use gongkai::pattern::{Family, Narrative, PatternSet};
use gongkai::report::{Of, narrate_text};

fn rules() -> (&'static Family, &'static Narrative) {
    let family = PatternSet::embedded().families.iter().find(|f| f.narrative.is_some()).unwrap();
    (family, family.narrative.as_ref().unwrap())
}

fn judge(cases: &[SentenceCase], rules: &Narrative) -> Heard {
    let mut sum = Heard::default();
    for case in cases {
        let of = Of { year: case.year, agency: case.agency.as_deref() };
        let heard = case.judge(&narrate_text(&case.text, rules, of).0);
        sum.right += heard.right;
        sum.wrong.extend(heard.wrong);
        sum.missed.extend(heard.missed);
    }
    sum
}

#[test]
fn the_sentences_of_the_corpus_are_read_as_a_person_reads_them() {
    let (family, rules) = rules();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/narrative");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let (mut all, mut sentences, mut stated) = (Heard::default(), 0, 0);
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "toml")) {
        let text = std::fs::read_to_string(file).unwrap();
        let name = file.file_stem().unwrap().to_string_lossy();
        let cases = sentence_cases::read(&name, &text, family).unwrap_or_else(|e| panic!("{e}"));
        let heard = judge(&cases, rules);
        let numbers = cases.iter().map(|c| c.expect.len()).sum();
        println!("{name}: {}", figures(&heard, cases.len(), numbers));
        heard.wrong.iter().chain(&heard.missed).for_each(|told| println!("  {told}"));
        sentences += cases.len();
        stated += numbers;
        all.right += heard.right;
        all.wrong.extend(heard.wrong);
        all.missed.extend(heard.missed);
    }
    println!("all: {}", figures(&all, sentences, stated));
    assert!(sentences >= 150, "{sentences} sentences");
    assert!(precision(&all) >= 0.99 && recall(&all, stated) >= 0.90, "{all:#?}");
}

/// Of the numbers read, the share that is right.
fn precision(heard: &Heard) -> f64 {
    heard.right as f64 / (heard.right + heard.wrong.len()).max(1) as f64
}

/// Of the numbers stated, the share that is read rightly.
fn recall(heard: &Heard, stated: usize) -> f64 {
    heard.right as f64 / stated.max(1) as f64
}

fn figures(heard: &Heard, sentences: usize, stated: usize) -> String {
    let (precision, recall) = (precision(heard), recall(heard, stated));
    format!("{sentences} sentences, {stated} numbers, precision {precision:.4}, recall {recall:.4}")
}

#[test]
fn every_rule_has_a_sentence_and_reads_it() {
    let (_, rules) = rules();
    let cases = PatternSet::embedded_sentences().unwrap();
    let heard = judge(&cases, rules);
    assert!(heard.wrong.is_empty() && heard.missed.is_empty(), "{heard:#?}");
    let stated: BTreeSet<&str> = cases.iter().flat_map(|c| c.expect.keys().map(String::as_str)).collect();
    let silent: Vec<&str> = rules.variables.iter().map(|v| v.name.as_str()).filter(|v| !stated.contains(v)).collect();
    assert!(silent.is_empty(), "no sentence beside the rules states {silent:?}");
}

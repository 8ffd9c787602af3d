//! Any text through the whole pipeline: records or a failure, never a panic; the same twice.
#![no_main]

use gongkai::{document::Format, extract::extract, pattern::PatternSet, settings::Settings};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let run = |format| extract(text.as_bytes(), Some(format), &Settings::default(), PatternSet::embedded());
    for format in [Format::Txt, Format::Html] {
        let (once, again) = (run(format), run(format));
        assert_eq!(once.map(|e| e.reports.len()).ok(), again.map(|e| e.reports.len()).ok());
    }
});

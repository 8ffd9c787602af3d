//! Where the time goes: each stage over the files named, in one thread.
//!
//!     cargo run --release --example stage_times -- FILE…
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use gongkai::{align::Aligner, extract, pattern::PatternSet, report, settings::Settings};

fn main() {
    let settings = Settings::default();
    let started = Instant::now();
    let patterns = PatternSet::embedded();
    let families: Vec<_> = patterns.families.iter().map(|f| (f, Aligner::new(f))).collect();
    println!("patterns {:?}", started.elapsed());
    let mut spent = [Duration::ZERO; 6];
    let mut files = 0;
    for path in std::env::args().skip(1) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        files += 1;
        let mut lap = Instant::now();
        let mut next = |at: usize| {
            if let Some(slot) = spent.get_mut(at) {
                *slot += lap.elapsed();
            }
            lap = Instant::now();
        };
        let Ok(document) = extract::read(&bytes, None, &settings) else { continue };
        next(0);
        for (family, aligner) in &families {
            let text = report::Text::new(&document);
            let parts = report::split(&text, &family.report);
            next(1);
            let alignment = aligner.align(&document);
            next(2);
            let identified = report::identify(&text, &family.report);
            next(3);
            let prose = report::sections(&text, &family.report, &alignment.claims);
            let _ = report::verdict(&identified, &prose.sections, alignment.readings.len());
            next(4);
            if let Some(rules) = &family.narrative {
                let id = &identified.identity;
                let of = report::Of { year: id.year, agency: id.agency.as_deref() };
                let _ = report::narrate(&prose, rules, of, &alignment.readings);
            }
            next(5);
            drop(parts);
        }
    }
    for (name, spent) in ["read", "split", "align", "identify", "sections", "narrate"].iter().zip(spent) {
        println!("{name:10} {:8.3} ms a file", spent.as_secs_f64() * 1e3 / f64::from(files.max(1)));
    }
}

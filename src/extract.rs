//! From bytes to records: sniff, read, split, align, identify, judge.
//!
//! ```no_run
//! use gongkai::{extract::{extract, Extracted}, pattern::PatternSet, settings::Settings};
//!
//! let bytes = std::fs::read("report.html")?;
//! for report in extract(&bytes, None, &Settings::default(), PatternSet::embedded())?.reports {
//!     println!("{:?} {:?}", report.record.identity.agency, report.record.identity.year);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::align::{Aligner, Alignment, Candidate, none_found};
use crate::diagnostic::Severity;
use crate::document::{Block, Document, Format};
use crate::failure::Failure;
use crate::format;
use crate::pattern::{Family, PatternSet};
use crate::record::{Flag, Reading, Record, Section, Source, codes};
use crate::region::{Region, locate};
use crate::report::{Identified, Of, Prose, Text, identify, may_hold, narrate, sections, split, verdict};
use crate::settings::Settings;
use crate::source::sniff::sniff;

/// Paragraphs from the beginning that may name the places above an agency.
const CONTEXT: usize = 4;
/// Paragraphs in which an agency is looked for with its place in front, and the longest of them, in bytes.
const TEXT: usize = 400;
const LONG: usize = 20_000;

/// One report with all that led to it, for `explain`.
#[derive(Debug, Clone)]
pub struct Report {
    /// The record, without the source's path, size and digest: those are its keeper's to fill in.
    pub record: Record,
    /// How identity was found.
    pub identified: Identified,
    /// How the tables were read; what was read stands in the record.
    pub alignment: Alignment,
}

/// What a family makes of a report, or of what is none, for `explain`.
#[derive(Debug, Clone)]
pub struct Attempt<'p> {
    /// The family.
    pub family: &'p Family,
    /// How identity was looked for.
    pub identified: Identified,
    /// The sections.
    pub sections: Vec<Section>,
    /// How the tables were read.
    pub alignment: Alignment,
    /// What the tables have of those of the forms.
    pub candidates: Vec<Candidate>,
    /// Why there is no record, where there is none.
    pub refusal: Option<Failure>,
}

/// Everything that came out of one source.
#[derive(Debug, Clone)]
pub struct Extracted {
    /// What the reader understood.
    pub document: Document,
    /// The reports in it, at least one.
    pub reports: Vec<Report>,
}

/// The families of a pattern set made ready for matching; make it once for many sources.
pub struct Extractor<'p> {
    families: Vec<(&'p Family, Aligner<'p>)>,
}

impl<'p> Extractor<'p> {
    /// Prepares every family of `patterns`.
    #[must_use]
    pub fn new(patterns: &'p PatternSet) -> Self {
        Self { families: patterns.families.iter().map(|family| (family, Aligner::new(family))).collect() }
    }

    /// Reads the reports of one source, of the format that its bytes show (or of the one given).
    ///
    /// # Errors
    /// Why there is no record: an unsupported, encrypted, damaged or too large file, one without a text layer,
    /// or one that is no report of a known kind.
    pub fn extract(&self, bytes: &[u8], format: Option<Format>, settings: &Settings) -> Result<Extracted, Failure> {
        let document = read(bytes, format, settings)?;
        let reports = self.extract_document(&document)?;
        Ok(Extracted { document, reports })
    }

    /// What every family that may hold a document makes of it, record or none; the others are not tried.
    #[must_use]
    pub fn attempts(&self, document: &Document) -> Vec<Attempt<'p>> {
        let mut out = Vec::new();
        for (family, aligner) in self.families.iter().filter(|(family, _)| may_hold(document, &family.report)) {
            let text = Text::new(document);
            let parts = split(&text, &family.report);
            let several = parts.len() > 1;
            for range in parts {
                let part = several.then(|| excerpt(document, range));
                let part = part.as_ref().unwrap_or(document);
                let Weighed { identified, prose, alignment, refusal } = weigh(&Text::new(part), family, aligner);
                let (sections, candidates) = (prose.sections, aligner.weigh(part));
                out.push(Attempt { family, identified, sections, alignment, candidates, refusal });
            }
        }
        out
    }

    /// What the tables of a document have of those of a family's forms.
    #[must_use]
    pub fn candidates(&self, document: &Document, family: &str) -> Vec<Candidate> {
        let found = self.families.iter().find(|(f, _)| f.id == family);
        found.map_or_else(Vec::new, |(_, aligner)| aligner.weigh(document))
    }

    /// Reads the reports of a document.
    ///
    /// # Errors
    /// [`Failure::NoReport`] with what the document is instead.
    pub fn extract_document(&self, document: &Document) -> Result<Vec<Report>, Failure> {
        let mut best: Option<Vec<Report>> = None;
        let mut refusal = None;
        for (family, aligner) in self.families.iter().filter(|(family, _)| may_hold(document, &family.report)) {
            match by_family(document, family, aligner) {
                Ok(reports) => {
                    let numbers = |reports: &[Report]| reports.iter().map(|r| r.record.readings.len()).sum::<usize>();
                    if best.as_ref().is_none_or(|b| numbers(&reports) > numbers(b)) {
                        best = Some(reports);
                    }
                }
                Err(failure) => {
                    refusal.get_or_insert(failure);
                }
            }
        }
        best.ok_or_else(|| {
            refusal.unwrap_or_else(|| {
                Failure::NoReport(if self.families.is_empty() {
                    "no pattern is loaded".to_owned()
                } else {
                    "nothing in it names a report of a known kind".to_owned()
                })
            })
        })
    }
}

/// Reads the reports of one source; for many sources make one [`Extractor`].
///
/// # Errors
/// As [`Extractor::extract`].
pub fn extract(
    bytes: &[u8],
    format: Option<Format>,
    settings: &Settings,
    patterns: &PatternSet,
) -> Result<Extracted, Failure> {
    Extractor::new(patterns).extract(bytes, format, settings)
}

/// Reads one source into a document, of the format that its bytes show (or of the one given).
///
/// # Errors
/// As [`extract`], but for `NoReport`.
pub fn read(bytes: &[u8], format: Option<Format>, settings: &Settings) -> Result<Document, Failure> {
    let limit = settings.limits.bytes;
    if bytes.len() as u64 > limit {
        return Err(Failure::TooLarge(format!("{} bytes, the limit is {limit}", bytes.len())));
    }
    let format = match format {
        Some(format) => format,
        None => sniff(bytes)?,
    };
    format::read(bytes, format, settings)
}

fn by_family(document: &Document, family: &Family, aligner: &Aligner<'_>) -> Result<Vec<Report>, Failure> {
    let text = Text::new(document);
    let parts = split(&text, &family.report);
    let several = parts.len() > 1;
    let mut reports = Vec::new();
    let mut refusal = None;
    for range in parts {
        let read = if several {
            one(&Text::new(&excerpt(document, range)), family, aligner)
        } else {
            one(&text, family, aligner)
        };
        match read {
            Ok(report) => reports.push(report),
            Err(failure) => refusal = Some(failure),
        }
    }
    if reports.is_empty() {
        return Err(refusal.unwrap_or_else(|| Failure::NoReport("it holds no text".to_owned())));
    }
    if reports.len() > 1 {
        for (at, report) in reports.iter_mut().enumerate() {
            report.record.ordinal = u32::try_from(at + 1).unwrap_or(u32::MAX);
        }
    }
    Ok(reports)
}

/// The part of a document that holds one of several reports; metadata speaks of the whole file, so it is left out.
fn excerpt(document: &Document, blocks: std::ops::Range<usize>) -> Document {
    Document {
        blocks: document.blocks.get(blocks).unwrap_or_default().to_vec(),
        metadata: Vec::new(),
        ..document.clone()
    }
}

/// What a family finds in a text, before a record is made of it.
struct Weighed<'t> {
    identified: Identified,
    prose: Prose<'t>,
    alignment: Alignment,
    refusal: Option<Failure>,
}

fn weigh<'t>(text: &Text<'t>, family: &Family, aligner: &Aligner<'_>) -> Weighed<'t> {
    let document = text.document();
    let alignment = aligner.align(document);
    let mut identified = identify(text, &family.report);
    identified.identity.region = region(document, &identified);
    let prose = sections(text, &family.report, &alignment.claims);
    let numbers = alignment.readings.iter().filter(|r| r.value.is_some()).count();
    let refusal = verdict(&identified, &prose.sections, numbers).err();
    Weighed { identified, prose, alignment, refusal }
}

fn one(text: &Text<'_>, family: &Family, aligner: &Aligner<'_>) -> Result<Report, Failure> {
    let document = text.document();
    let Weighed { identified, prose, mut alignment, refusal } = weigh(text, family, aligner);
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    let mut flags = std::mem::take(&mut alignment.flags);
    flags.extend(identified.flags.iter().cloned());
    if let (true, Some(year)) = (alignment.readings.is_empty(), identified.identity.year) {
        let told: Vec<String> = flags.iter().map(|f| f.at.clone()).collect();
        flags.extend(none_found(family, year).into_iter().filter(|f| !told.contains(&f.at)));
    }
    if let Some(year) = identified.identity.year {
        flags.extend(alignment.years.iter().filter(|(_, printed)| *printed != year).map(|(at, printed)| Flag {
            code: "other-year",
            at: at.clone(),
            message: format!("the caption names {printed}, and the report is of {year}"),
        }));
    }
    let of = Of { year: identified.identity.year, agency: identified.identity.agency.as_deref() };
    let (narrative, narrative_flags) = match &family.narrative {
        Some(rules) => narrate(&prose, rules, of, &alignment.readings),
        None => (Vec::new(), Vec::new()),
    };
    flags.extend(prose.flags.iter().cloned());
    flags.extend(narrative_flags);
    flags.extend(reader_flags(document, &alignment.readings));
    flags.sort();
    flags.dedup();
    debug_assert!(flags.iter().all(|flag| codes::codes().any(|code| code == flag.code)), "not in CODES: {flags:?}");
    let patterns = family.hashes(|form| alignment.forms.iter().any(|(_, used)| *used == form.id));
    let record = Record {
        source: Source {
            format: document.format.name(),
            pages: u32::try_from(document.pages.len()).ok().filter(|&n| n > 0),
            encoding: document.encoding.clone(),
            ..Source::default()
        },
        ordinal: 0,
        identity: identified.identity.clone(),
        form: alignment.forms.first().map(|(_, form)| form.clone()),
        forms: std::mem::take(&mut alignment.forms),
        sections: prose.sections,
        readings: std::mem::take(&mut alignment.readings),
        narrative,
        checks: std::mem::take(&mut alignment.checks),
        flags,
        patterns,
    };
    Ok(Report { record, identified, alignment })
}

/// Where the agency is: by its name, with the title, the first lines and the metadata for what it leaves open.
fn region(document: &Document, identified: &Identified) -> Option<Region> {
    let agency = identified.identity.agency.as_deref()?;
    let paragraphs: Vec<&str> = (document.blocks.iter())
        .filter_map(|b| match b {
            Block::Paragraph(p) if p.text.len() <= LONG => Some(p.text.as_str()),
            _ => None,
        })
        .take(TEXT)
        .collect();
    let context: Vec<&str> = identified
        .identity
        .title
        .as_deref()
        .into_iter()
        .chain(document.metadata.iter().map(|m| m.value.as_str()))
        .chain(paragraphs.iter().copied().take(CONTEXT))
        .collect();
    let region = locate(agency, &context, &paragraphs, identified.identity.year);
    (region.place.is_some() || region.parent.is_some() || region.level.is_some() || !region.candidates.is_empty())
        .then_some(region)
}

/// What the reader warned of, as flags: on the variables where it speaks of a cell that was read, else on the report.
fn reader_flags(document: &Document, readings: &[Reading]) -> Vec<Flag> {
    let mut flags = Vec::new();
    for d in document.diagnostics.iter().filter(|d| d.severity == Severity::Warning) {
        let flag = |at: &str| Flag { code: d.code, at: at.to_owned(), message: d.message.clone() };
        let before = flags.len();
        flags.extend(readings.iter().filter(|r| Some(&r.anchor) == d.anchor.as_ref()).map(|r| flag(&r.variable)));
        if flags.len() == before {
            flags.push(flag(""));
        }
    }
    flags
}

//! What the prose of a report counts, by the sentence rules of its family.
//!
//! A sentence says what a table does not: it may speak of last year, of a part, of a plan, of another agency. What
//! the rules do not place beyond doubt is left out or told as ambiguous, never guessed.

mod passage;
mod sentence;
mod shares;

use std::ops::Range;

use rust_decimal::Decimal;

use super::section::Prose;
use crate::document::{Anchor, Block, Document, Format, Paragraph, Role};
use crate::pattern::{Counts, Lettered, Match, Narrative, Quantity, Rule};
use crate::record::{Flag, Reading, State, Statement};
use crate::text::{fold, numeral};
use passage::passages;
use sentence::{Number, Sentence, split};

/// Candidates of a variable that sentences contradict each other on, at most.
const CANDIDATES: usize = 16;

/// Whose report it is: what the scopes of sentences are held against.
#[derive(Debug, Clone, Copy, Default)]
pub struct Of<'a> {
    /// The year reported on.
    pub year: Option<u16>,
    /// The agency.
    pub agency: Option<&'a str>,
}

/// Reads what the sentences state; `readings` are the values of the tables, to compare with.
#[must_use]
pub fn narrate(prose: &Prose<'_>, rules: &Narrative, of: Of<'_>, readings: &[Reading]) -> (Vec<Statement>, Vec<Flag>) {
    let of = Known { year: of.year, agency: of.agency.map(|a| short_name(&fold(a))) };
    let mut heard: Vec<Vec<Heard<'_>>> = vec![Vec::new(); rules.variables.len()];
    for passage in passages(prose, rules) {
        passage.read(|line, range, place| {
            for range in split(line, &range, &rules.numbers) {
                let shadow = line.shadow.text.get(range.clone()).unwrap_or_default();
                let (tried, negated) = rules.gate(shadow);
                if tried.is_empty() {
                    continue;
                }
                let sentence = Sentence::new(line, range, &rules.numbers);
                if sentence.numbers.is_empty() && !negated {
                    continue;
                }
                for told in listen(&sentence, rules, &tried, negated, &of) {
                    let number = told.number.and_then(|n| sentence.numbers.get(n));
                    let raw = number.map_or_else(|| sentence.shadow(&told.span), |n| n.range.clone());
                    let anchor = place(sentence.range.start);
                    if let Some((list, anchor)) = heard.get_mut(told.variable).zip(anchor) {
                        list.push(Heard {
                            value: told.value,
                            unsure: told.unsure,
                            section: passage.section,
                            raw: printed(line.printed(raw)),
                            sentence: printed(line.printed(sentence.range.clone())),
                            anchor,
                        });
                    }
                }
            }
        });
    }
    let mut statements = Vec::new();
    let mut flags = Vec::new();
    for (quantity, heard) in rules.variables.iter().zip(heard) {
        if let Some(statement) = weigh(quantity, &heard, &mut flags) {
            compare(quantity, &statement, readings, &mut flags);
            statements.push(statement);
        }
    }
    (statements, flags)
}

/// Reads what sentences state that stand in no report, one paragraph a line.
#[must_use]
pub fn narrate_text(text: &str, rules: &Narrative, of: Of<'_>) -> (Vec<Statement>, Vec<Flag>) {
    let mut document = Document::new(Format::Txt);
    for (at, text) in text.lines().enumerate() {
        let anchor = Anchor::Text { line: u32::try_from(at + 1).unwrap_or(u32::MAX), column: 1 };
        document.blocks.push(Block::Paragraph(Paragraph { text: text.to_owned(), role: Role::Body, anchor }));
    }
    narrate(&Prose::whole(&document), rules, of, &[])
}

/// Year and agency of the report, folded.
struct Known {
    year: Option<u16>,
    agency: Option<String>,
}

/// One sentence's word on one variable.
#[derive(Debug, Clone)]
struct Heard<'p> {
    /// `None` for a number that is no exact one.
    value: Option<Decimal>,
    /// It may be about something else.
    unsure: bool,
    section: &'p str,
    /// The number, or the words that say that there was none.
    raw: String,
    sentence: String,
    anchor: Anchor,
}

/// Printed text on one line.
fn printed(text: &str) -> String {
    text.trim().replace('\n', "")
}

/// What a rule made of a sentence.
struct Told {
    variable: usize,
    number: Option<usize>,
    span: Range<usize>,
    value: Option<Decimal>,
    unsure: bool,
}

/// A match of a rule.
struct Hit<'r> {
    rule: &'r Rule,
    number: Option<usize>,
    span: Range<usize>,
}

fn listen(sentence: &Sentence, rules: &Narrative, tried: &[usize], negated: bool, of: &Known) -> Vec<Told> {
    let mut hits = Vec::new();
    let text = Lettered::new(&sentence.text);
    for &id in tried {
        let Some(rule) = rules.rules.get(id) else { continue };
        if !sentence.numbers.is_empty() {
            for found in rule.say.iter().flat_map(|e| e.captures_iter(text)) {
                let (whole, Some(n)) = (found.whole(), found.name("n")) else { continue };
                // A number that nobody knows the name of says nothing.
                let Some(number) = sentence.number(n.start()) else { continue };
                hits.extend(hit(rule, Some(number), whole));
            }
        }
        if negated {
            for found in rule.none.iter().flat_map(|e| e.find_iter(text)) {
                hits.extend(hit(rule, None, found));
            }
        }
    }
    if hits.is_empty() {
        return Vec::new();
    }
    let decides = |kind: usize| hits.iter().any(|hit| rules.decides(kind, hit.rule));
    let scopes = scopes(text, rules, of, &decides);
    let limit = |hit: &Hit<'_>| hit.number.and_then(|n| sentence.numbers.get(n)).map_or(hit.span.end, |n| n.at);
    hits.retain(|hit| within(&scopes, hit.span.end, hit.rule));
    let mut out: Vec<Told> = Vec::new();
    for hit in &hits {
        // A number that two rules take is the one's whose words hold the other's.
        let rival =
            |h: &&Hit<'_>| h.number.is_some() && h.number == hit.number && h.rule.variables != hit.rule.variables;
        let rivals = || hits.iter().filter(rival);
        let inside = |a: &Range<usize>, b: &Range<usize>| b.start <= a.start && a.end <= b.end && a != b;
        if rivals().any(|h| inside(&hit.span, &h.span)) {
            continue;
        }
        let rivalled = rivals().any(|h| !inside(&h.span, &hit.span));
        let number = hit.number.and_then(|n| sentence.numbers.get(n));
        let counts = judge(&scopes, limit(hit), hit.rule, rules);
        if counts == Counts::No {
            continue;
        }
        for &variable in &hit.rule.variables {
            let Some(quantity) = rules.variables.get(variable) else { continue };
            let value = value(number, quantity);
            let shared = hit.rule.sum && value.is_none_or(|v| !v.is_zero());
            // None of more than the report's is none of the report's.
            let whole = counts == Counts::Unsure && value.is_none_or(|v| !v.is_zero());
            let unsure = rivalled || shared || whole;
            let value = if shared { None } else { value };
            out.push(Told { variable, number: hit.number, span: hit.span.clone(), value, unsure });
        }
    }
    out
}

/// A match as a hit, unless it is about something else.
fn hit<'r>(rule: &'r Rule, number: Option<usize>, found: Match<'_>) -> Option<Hit<'r>> {
    let else_where = rule.unless.iter().any(|e| e.is_match(found.as_str()));
    (!else_where).then(|| Hit { rule, number, span: found.range() })
}

/// The number, or zero where the sentence says that there was none.
fn value(number: Option<&Number>, quantity: &Quantity) -> Option<Decimal> {
    number.map_or(Some(Decimal::ZERO), |n| n.value(quantity.unit.as_ref().map(|u| u.name.as_str())))
}

/// Words of a scope in a sentence.
struct Reach {
    kind: usize,
    counts: Counts,
    span: Range<usize>,
    /// The number (byte of its `#`) that it speaks of, and no other.
    only: Option<usize>,
}

/// The words of the scopes of all kinds that decide on anything.
fn scopes(text: Lettered<'_>, rules: &Narrative, of: &Known, decides: &dyn Fn(usize) -> bool) -> Vec<Reach> {
    let mut out = Vec::new();
    for scope in rules.scopes.iter().filter(|scope| decides(scope.kind)) {
        for found in scope.expressions.iter().flat_map(|e| e.captures_iter(text)) {
            let whole = found.whole();
            let own_year = found.name("year").is_some_and(|y| of.year.is_none() || year(y.as_str()) == of.year);
            let is_own = |a: Match<'_>| own(a.as_str(), of.agency.as_deref());
            let own_agency = found.name("agency").is_some_and(is_own)
                || found.name("home").is_some_and(|a| of.agency.is_none() || is_own(a));
            let not_other = found.name("other").is_some_and(|y| of.year.is_some() && year(y.as_str()) == of.year);
            let counts = match () {
                () if not_other => Counts::No,
                () if own_year || own_agency => Counts::Yes,
                () => scope.counts,
            };
            out.push(Reach { kind: scope.kind, counts, span: whole.range(), only: None });
        }
        for found in scope.behind.iter().flat_map(|e| e.captures_iter(text)) {
            let Some(number) = found.name("n").map(|n| n.start()) else { continue };
            // As if it stood right before the number, and nothing between.
            out.push(Reach { kind: scope.kind, counts: scope.counts, span: 0..number, only: Some(number) });
        }
    }
    out
}

fn year(text: &str) -> Option<u16> {
    text.parse().ok().or_else(|| u16::try_from(numeral::parse(text)?).ok())
}

/// Whether a name in a sentence is the agency's own, in short or in full.
fn own(name: &str, agency: Option<&str>) -> bool {
    let name = short_name(name);
    agency.is_some_and(|agency| {
        agency.ends_with(&name) || name.ends_with(agency) || agency.starts_with(&name) || shortens(&name, agency)
    })
}

/// Whether a name is made of characters of the agency's in their order (市卫健委 of 某市卫生健康委员会), up to the
/// word for an office that ends it.
fn shortens(name: &str, agency: &str) -> bool {
    const NAME: usize = 4;
    const OFFICE: usize = 3;
    // 市政府 of 某市政府办公室.
    let office = agency.rfind(name).and_then(|at| agency.get(at + name.len()..));
    if name.chars().count() + 1 >= NAME && office.is_some_and(|office| office.chars().count() <= OFFICE) {
        return true;
    }
    let mut rest = agency.chars();
    name.chars().count() >= NAME && name.chars().all(|c| rest.any(|a| a == c)) && rest.count() <= OFFICE
}

/// A name without the 人民 that sentences leave out.
fn short_name(name: &str) -> String {
    name.replace("人民", "")
}

/// Whether the topics that a rule needs are open at a place.
fn within(scopes: &[Reach], limit: usize, rule: &Rule) -> bool {
    rule.within.iter().all(|kind| last(scopes, limit, *kind).is_some_and(|counts| counts != Counts::No))
}

/// What the last words of a kind before a place say, of words that end together the longest.
fn last(scopes: &[Reach], limit: usize, kind: usize) -> Option<Counts> {
    let reaches = |r: &&Reach| r.kind == kind && r.span.end <= limit && r.only.is_none_or(|at| at == limit);
    let strict = |counts: Counts| [Counts::Yes, Counts::Unsure, Counts::No].iter().position(|c| *c == counts);
    let order = |r: &&Reach| (r.span.end, std::cmp::Reverse(r.span.start), strict(r.counts));
    scopes.iter().filter(reaches).max_by_key(order).map(|r| r.counts)
}

/// Of each kind the last words before the number decide.
fn judge(scopes: &[Reach], limit: usize, rule: &Rule, rules: &Narrative) -> Counts {
    let mut verdict = Counts::Yes;
    for kind in (0..rules.kinds).filter(|kind| rules.binds(*kind, rule)) {
        match last(scopes, limit, kind) {
            Some(Counts::No) => return Counts::No,
            Some(Counts::Unsure) => verdict = Counts::Unsure,
            Some(Counts::Yes) | None => {}
        }
    }
    verdict
}

/// What all sentences on a variable come to.
fn weigh(quantity: &Quantity, heard: &[Heard<'_>], flags: &mut Vec<Flag>) -> Option<Statement> {
    let mut flag = |code, message| flags.push(Flag { code, at: quantity.name.clone(), message });
    let mut sure: Vec<Decimal> = heard.iter().filter(|h| !h.unsure).filter_map(|h| h.value).collect();
    sure.sort_unstable();
    sure.dedup();
    let pick = |fits: &dyn Fn(&Heard<'_>) -> bool| heard.iter().position(fits);
    let (at, state, value, mut candidates) = match sure.as_slice() {
        [value] => (pick(&|h| !h.unsure && h.value.is_some())?, State::Number, Some(*value), Vec::new()),
        [] => match pick(&|h| h.unsure) {
            Some(at) => (at, State::Ambiguous, None, heard.iter().filter_map(|h| h.value).collect()),
            None => (pick(&|_| true)?, State::Text, None, Vec::new()),
        },
        _ => (pick(&|h| !h.unsure && h.value.is_some())?, State::Ambiguous, None, sure.clone()),
    };
    candidates.sort_unstable();
    candidates.dedup();
    candidates.truncate(CANDIDATES);
    let chosen = heard.get(at)?;
    match state {
        State::Ambiguous if sure.len() > 1 => {
            let other = heard.iter().find(|h| !h.unsure && h.value.is_some() && h.value != chosen.value);
            let other = other.map_or("", |h| h.raw.as_str());
            flag("narrative-conflict", format!("one sentence says `{}`, another `{other}`", chosen.raw));
        }
        State::Ambiguous => {
            let message = format!("`{}` may be about something else: {}", chosen.raw, short(&chosen.sentence));
            flag("narrative-ambiguous", message);
        }
        State::Text => flag("narrative-inexact", format!("`{}` is no exact number", chosen.raw)),
        _ => {}
    }
    Some(Statement {
        variable: quantity.name.clone(),
        value,
        state,
        raw: chosen.raw.clone(),
        candidates,
        unit: quantity.unit.as_ref().map(|u| u.name.clone()),
        sentence: chosen.sentence.clone(),
        section: chosen.section.to_owned(),
        anchor: chosen.anchor.clone(),
    })
}

/// Tells where a table states another number for the same.
fn compare(quantity: &Quantity, statement: &Statement, readings: &[Reading], flags: &mut Vec<Flag>) {
    let Some(value) = statement.value else { return };
    let same = |name: &String| readings.iter().find(|r| r.variable == *name && r.value.is_some());
    if let Some(reading) = quantity.same_as.iter().find_map(same)
        && reading.value != Some(value)
    {
        let printed = reading.value.map(|v| v.normalize().to_string()).unwrap_or_default();
        flags.push(Flag {
            code: "narrative-disagrees",
            at: quantity.name.clone(),
            message: format!("the text says `{}`, the table {printed} ({})", statement.raw, reading.variable),
        });
    }
}

/// The beginning of a sentence, for a message.
fn short(sentence: &str) -> String {
    const SHOWN: usize = 60;
    match sentence.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", sentence.get(..end).unwrap_or_default()),
        None => sentence.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod tests;

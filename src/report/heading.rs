//! Section headings: candidates wherever one could stand, and the chain of them that makes sense.

use std::ops::Range;

use super::passage::{Line, matches};
use crate::document::Role;
use crate::pattern::{Named, OrdinalStyle, ReportPattern, SectionHeading};
use crate::text::{bloom, distance};

/// Lines longer than this are searched for headings in their middle, in characters.
const LONG: usize = 24;
/// Longest heading, in characters.
const HEADING: usize = 44;
/// Candidates looked back over when the chain is chosen.
const BACK: usize = 96;
/// Candidates at most; what lies beyond is no report.
const MOST: usize = 4000;

/// A place that may be the heading of a section.
#[derive(Debug, Clone)]
pub(super) struct Heading {
    /// Index of the line.
    pub line: usize,
    /// Byte in the line's shadow where the heading begins, its number included.
    pub start: usize,
    /// Byte behind it, and behind the mark that closes it.
    pub end: usize,
    /// Index of the section in the pattern; `None` for a heading of no known section.
    pub section: Option<usize>,
    ordinal: Option<(OrdinalKind, u8)>,
    score: f32,
    whole: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OrdinalKind {
    Part,
    Plain(OrdinalStyle),
}

/// A number in front of a heading: its kind, its value, and the byte behind it.
fn ordinal(shadow: &str) -> Option<(OrdinalKind, u8, usize)> {
    let mut rest = shadow;
    let mut bracket = false;
    let mut part = false;
    if let Some(r) = rest.strip_prefix('第') {
        rest = r;
        part = true;
    } else if let Some(r) = rest.strip_prefix('(') {
        rest = r;
        bracket = true;
    }
    let run: String = rest.chars().take(3).take_while(|c| "一二三四五六七八九十".contains(*c)).collect();
    let (value, arabic) = if run.is_empty() {
        let run: String = rest.chars().take(3).take_while(char::is_ascii_digit).collect();
        if run.len() > 2 {
            return None;
        }
        rest = rest.get(run.len()..)?;
        (run.parse::<u8>().ok()?, true)
    } else {
        rest = rest.get(run.len()..)?;
        (u8::try_from(crate::text::numeral::parse(&run)?).ok()?, false)
    };
    if value == 0 || value > 20 {
        return None;
    }
    let kind = if part {
        rest = rest.strip_prefix("部分").or_else(|| rest.strip_prefix('章'))?;
        rest = rest.strip_prefix([',', '.', ':']).unwrap_or(rest);
        OrdinalKind::Part
    } else if bracket {
        rest = rest.strip_prefix(')')?;
        rest = rest.strip_prefix([',', '.']).unwrap_or(rest);
        OrdinalKind::Plain(if arabic { OrdinalStyle::DigitBracket } else { OrdinalStyle::HanBracket })
    } else {
        rest = rest.strip_prefix([',', '.', ':'])?;
        OrdinalKind::Plain(if arabic { OrdinalStyle::Digit } else { OrdinalStyle::Han })
    };
    Some((kind, value, shadow.len() - rest.len()))
}

/// Longest answer behind a heading on its line, in characters.
const ANSWER: usize = 2;

/// A mark that lists print in front of their entries.
fn is_bullet(c: char) -> bool {
    matches!(c, '\u{25a0}'..='\u{25ff}' | '\u{2605}' | '\u{2606}' | '\u{203b}' | '\u{2022}')
}

/// The number of a listed heading that its mark was left out behind (一总体情况).
fn unmarked(shadow: &str, labels: &Labels<'_>) -> Option<(OrdinalKind, u8, usize)> {
    let first = shadow.chars().next()?;
    let value = "一二三四五六七八九十".chars().position(|c| c == first)? + 1;
    let rest = shadow.get(first.len_utf8()..)?;
    let value = u8::try_from(value).ok().filter(|_| labels.lists(rest))?;
    Some((OrdinalKind::Plain(OrdinalStyle::Han), value, first.len_utf8()))
}

/// What begins and names the sections.
struct Labels<'p> {
    pattern: &'p ReportPattern,
    /// Expressions of the beginnings of headings, section by section.
    leads: Vec<Named<'p>>,
    /// Expressions of whole headings, section by section.
    others: Vec<Named<'p>>,
}

impl<'p> Labels<'p> {
    fn new(pattern: &'p ReportPattern) -> Self {
        let named = |prefix| pattern.sections.iter().map(|s| pattern.expressions.named(prefix, &s.id)).collect();
        Self { pattern, leads: named("lead_"), others: named("heading_") }
    }

    /// The headings that begin with the shadow's first character, the longest first.
    fn alike(&self, shadow: &str) -> &'p [SectionHeading] {
        let (all, first) = (self.pattern.headings.as_slice(), shadow.chars().next());
        let from = all.partition_point(|h| h.letters.first() < first.as_ref());
        let to = all.partition_point(|h| h.letters.first() <= first.as_ref());
        all.get(from..to).unwrap_or_default()
    }

    /// Whether the shadow is a listed heading.
    fn lists(&self, shadow: &str) -> bool {
        self.alike(shadow).iter().any(|h| h.shadow == shadow)
    }

    /// The longest label that the shadow begins with.
    fn leading(&self, shadow: &str) -> Option<(&'p str, usize)> {
        let found = self.alike(shadow).iter().find(|h| shadow.starts_with(h.shadow.as_str()));
        found.map(|h| (h.shadow.as_str(), h.section))
    }

    /// The heading that the shadow begins with: its length, its section, and whether it is listed.
    fn opening(&self, shadow: &str, line: &Line<'_>, numbered: bool) -> Option<(usize, usize, bool)> {
        if let Some((label, section)) = self.leading(shadow) {
            return Some((label.len(), section, true));
        }
        if !numbered {
            return None;
        }
        let near = shadow.char_indices().nth(HEADING).map_or(shadow, |(end, _)| shadow.get(..end).unwrap_or(shadow));
        let among = |(section, list): (usize, &Named<'p>)| {
            line.among(self.pattern, *list).find_map(|(_, e)| e.find(near)).map(|m| (m.end(), section, false))
        };
        self.leads.iter().enumerate().find_map(among)
    }

    /// The section that all of the shadow names, with what the match is worth.
    fn whole(&self, shadow: &str, line: &Line<'_>, numbered: bool) -> Option<(usize, f32)> {
        if let Some(heading) = self.alike(shadow).iter().find(|h| h.shadow == shadow) {
            return Some((heading.section, 1.0));
        }
        let letters: Vec<char> = shadow.chars().take(HEADING + 1).collect();
        if (6..=HEADING).contains(&letters.len()) {
            let allowed = (letters.len() / 6).max(1);
            let held = bloom(letters.iter().copied());
            let may = |h: &&SectionHeading| {
                h.letters.len().abs_diff(letters.len()) <= allowed
                    && h.shadow.len() >= 18
                    && (h.bloom & !held).count_ones().max((held & !h.bloom).count_ones()) as usize <= allowed
            };
            let near = self.pattern.headings.iter().filter(may);
            let near = near.filter_map(|h| distance(&h.letters, &letters, allowed).map(|d| (d, h.section))).min();
            if let Some((_, section)) = near {
                return Some((section, -1.5));
            }
        }
        if numbered {
            let fits = |list: &Named<'p>| line.among(self.pattern, *list).any(|(_, e)| e.is_match(shadow));
            return self.others.iter().position(fits).map(|section| (section, -0.5));
        }
        None
    }
}

/// Finds the headings of a report's sections, in order.
///
/// They begin at `from`: a line and the byte of its shadow behind the title; lines of a table of `contents` are none.
pub(super) fn find(
    lines: &[Line<'_>],
    from: (usize, usize),
    contents: &Range<usize>,
    pattern: &ReportPattern,
) -> Vec<Heading> {
    let labels = Labels::new(pattern);
    let mut all = Vec::new();
    for (at, line) in lines.iter().enumerate().skip(from.0) {
        if line.table || contents.contains(&at) || all.len() > MOST {
            continue;
        }
        let opening = if at == from.0 { from.1 } else { 0 };
        candidates(line, (at, opening), lines.get(at + 1), &labels, &mut all);
    }
    behind_annex(&mut all, lines, pattern);
    let brackets_only = !all.iter().any(|h: &Heading| h.whole && !is_bracket(h.ordinal) && h.score > 4.0);
    for heading in &mut all {
        if is_bracket(heading.ordinal) && !brackets_only {
            heading.score = heading.score.min(1.0);
        }
    }
    let chain = choose(&all, lines);
    strangers(chain, from.0, contents, lines, pattern)
}

/// Drops what only looks like headings in the annex: rows of its table that repeat the sections before it.
fn behind_annex(all: &mut Vec<Heading>, lines: &[Line<'_>], pattern: &ReportPattern) {
    let annexes = lines.iter().enumerate().filter(|(_, l)| !l.table && l.matches(pattern, "annex"));
    for (annex, _) in annexes {
        let mut before: Vec<usize> = all.iter().filter(|h| h.line < annex).filter_map(|h| h.section).collect();
        before.sort_unstable();
        before.dedup();
        if before.len() >= 4 {
            all.retain(|h| h.line < annex || h.section.is_none_or(|s| !before.contains(&s)));
            return;
        }
    }
}

fn is_bracket(ordinal: Option<(OrdinalKind, u8)>) -> bool {
    matches!(ordinal, Some((OrdinalKind::Plain(OrdinalStyle::HanBracket | OrdinalStyle::DigitBracket), _)))
}

fn candidates(
    line: &Line<'_>,
    (at, opening): (usize, usize),
    next: Option<&Line<'_>>,
    labels: &Labels<'_>,
    out: &mut Vec<Heading>,
) {
    let shadow = line.shadow.text.as_str();
    if opening > 0 {
        inside(line, (at, opening), next.is_some_and(|n| n.table), labels, out);
        return;
    }
    let (number, start) = match ordinal(shadow).or_else(|| unmarked(shadow, labels)) {
        Some((kind, value, end)) => (Some((kind, value)), end),
        // The number may be lost (`、主动公开政府信息情况`), or be a mark (`◆总体情况`).
        None => (None, shadow.len() - shadow.trim_start_matches(|c| matches!(c, ',' | '.') || is_bullet(c)).len()),
    };
    let body = shadow.get(start..).unwrap_or("");
    let bare = body.trim_end_matches(['.', ':', ',', ';']);
    // All of it in brackets (【总体情况】), or a remark behind a heading that is listed.
    let inner = bare.strip_prefix('(').and_then(|b| b.strip_suffix(')')).filter(|b| !b.contains(['(', ')']));
    let main = bare.strip_suffix(')').and_then(|b| b.rsplit_once('(')).map(|(main, _)| main);
    let bare = inner.or_else(|| main.filter(|main| labels.lists(main))).unwrap_or(bare);
    // A word behind a listed heading and a space is the section's text (其他需要报告的事项 无).
    let answered = labels.leading(bare).is_some_and(|(label, _)| {
        let rest = bare.get(label.len()..).unwrap_or_default().chars().count();
        (1..=ANSWER).contains(&rest) && line.space_before(start + label.len())
    });
    if line.len() <= HEADING
        && !answered
        && let Some((section, worth)) = labels.whole(bare, line, number.is_some())
    {
        let mut score = match number.map(|n| n.0) {
            Some(OrdinalKind::Part | OrdinalKind::Plain(OrdinalStyle::Han)) => 10.0,
            Some(OrdinalKind::Plain(OrdinalStyle::Digit)) => 7.0,
            Some(_) => 3.0,
            None => 5.0,
        };
        score += worth;
        if matches!(line.role, Role::Heading(_)) {
            score += 1.5;
        }
        if !line.first {
            score -= 1.0;
        }
        let end = shadow.len();
        out.push(Heading { line: at, start: 0, end, section: Some(section), ordinal: number, score, whole: true });
        return;
    }
    // A heading that begins the line, its text behind it.
    if let Some((length, section, listed)) = labels.opening(body, line, number.is_some()) {
        let end = start + length;
        let long = body.get(..length).is_some_and(|l| l.chars().count() >= 6);
        let closing = shadow.get(end..).and_then(|r| r.chars().next());
        let spaced = line.space_before(end);
        let closed = matches!(closing, Some('.' | ':')) || spaced;
        let score = match (number.map(|n| n.0), closed) {
            (Some(OrdinalKind::Part | OrdinalKind::Plain(OrdinalStyle::Han)), true) => Some(8.0),
            (Some(OrdinalKind::Part | OrdinalKind::Plain(OrdinalStyle::Han)), false) => Some(5.0),
            (Some(OrdinalKind::Plain(OrdinalStyle::Digit)), true) => Some(5.0),
            (Some(OrdinalKind::Plain(OrdinalStyle::Digit)), false) => Some(2.5),
            (Some(_), true) => Some(1.0),
            (None, true) if long && spaced => Some(2.0),
            _ => None,
        };
        if let Some(score) = score.map(|s| if listed { s } else { s - 0.5 }) {
            let end = end + closing.filter(|c| matches!(c, '.' | ':')).map_or(0, char::len_utf8);
            out.push(Heading { line: at, start: 0, end, section: Some(section), ordinal: number, score, whole: false });
        }
    }
    if line.len() > LONG {
        let before_table = next.is_some_and(|n| n.table);
        inside(line, (at, 0), before_table, labels, out);
    }
}

/// Headings in the middle of a long line.
fn inside(
    line: &Line<'_>,
    (at, opening): (usize, usize),
    before_table: bool,
    labels: &Labels<'_>,
    out: &mut Vec<Heading>,
) {
    let shadow = line.shadow.text.as_str();
    let mut previous = None;
    for (start, c) in shadow.char_indices() {
        let before = previous.replace(c);
        if start == 0 || start < opening {
            continue;
        }
        let ends = matches!(before, Some('.' | ';' | '!' | '?' | ')' | '"' | ':')) || start == opening;
        // Digits in front are the last cell of a table that nobody claimed.
        let digit = before.is_some_and(|b| b.is_ascii_digit()) && !c.is_ascii_digit();
        // The first heading may follow a title that was read elsewhere: `…工作年度报告一、总体情况`.
        let opener = c == '一' && before.is_some_and(|b| !"第(一二三四五六七八九十".contains(b));
        if !ends && !digit && !opener && !line.space_before(start) {
            continue;
        }
        let number = ordinal(shadow.get(start..).unwrap_or(""));
        if (digit || opener) && number.is_none() && !ends && !line.space_before(start) {
            continue;
        }
        let body_at = start + number.map_or(0, |n| n.2);
        let body = shadow.get(body_at..).unwrap_or("");
        let Some((length, section, listed)) = labels.opening(body, line, number.is_some()) else { continue };
        let end = body_at + length;
        let closing = shadow.get(end..).and_then(|r| r.chars().next());
        let spaced = line.space_before(end) || closing.is_none();
        let closed = spaced || matches!(closing, Some('.' | ':' | '(' | '第'));
        let long = body.get(..length).is_some_and(|l| l.chars().count() >= 6);
        let score = match number.map(|n| n.0) {
            Some(OrdinalKind::Part | OrdinalKind::Plain(OrdinalStyle::Han)) => {
                6.0 + if closed { 1.0 } else { 0.0 } - if listed { 0.0 } else { 0.5 }
            }
            Some(OrdinalKind::Plain(OrdinalStyle::Digit)) => 3.0 + if closed { 1.0 } else { 0.0 },
            Some(_) => 0.5,
            None if long && closing.is_none() && before_table => 3.0,
            None if long && spaced && line.space_before(start) => 2.5,
            None => continue,
        };
        let end = end + closing.filter(|c| *c == ':').map_or(0, char::len_utf8);
        let ordinal = number.map(|n| (n.0, n.1));
        out.push(Heading { line: at, start, end, section: Some(section), ordinal, score, whole: false });
        if out.len() > MOST {
            return;
        }
    }
}

/// The chain of candidates, in order of the document, that is worth most.
fn choose(all: &[Heading], lines: &[Line<'_>]) -> Vec<Heading> {
    let mut best: Vec<(f32, Option<usize>)> = Vec::with_capacity(all.len());
    for (at, heading) in all.iter().enumerate() {
        let mut value = (heading.score, None);
        for (before, from) in all.iter().enumerate().take(at).skip(at.saturating_sub(BACK)) {
            let Some(reached) = best.get(before) else { continue };
            let sum = reached.0 + heading.score + step(from, heading, lines);
            if sum > value.0 {
                value = (sum, Some(before));
            }
        }
        best.push(value);
    }
    let last = best.iter().enumerate().max_by(|a, b| a.1.0.total_cmp(&b.1.0).then(b.0.cmp(&a.0))).map(|(at, _)| at);
    let mut chain = Vec::new();
    let mut at = last;
    while let Some(index) = at {
        let (Some(heading), Some(value)) = (all.get(index), best.get(index)) else { break };
        chain.push(heading.clone());
        at = value.1;
    }
    chain.reverse();
    chain
}

/// What it is worth that one heading follows another.
fn step(a: &Heading, b: &Heading, lines: &[Line<'_>]) -> f32 {
    let mut value = match (a.section, b.section) {
        (Some(a), Some(b)) if b > a => 0.0,
        (Some(a), Some(b)) if b == a => -7.0,
        _ => -8.0,
    };
    value += match (a.ordinal, b.ordinal) {
        (Some((ka, na)), Some((kb, nb))) if ka == kb => match nb.cmp(&na) {
            std::cmp::Ordering::Greater if nb == na + 1 => 3.0,
            std::cmp::Ordering::Greater => 0.5,
            std::cmp::Ordering::Equal => -2.0,
            std::cmp::Ordering::Less => -5.0,
        },
        (Some(_), Some(_)) => -5.0,
        (None, None) => 0.0,
        _ => -1.0,
    };
    // A list of headings (全文包括一、总体情况;二、…) has nothing between them.
    if a.line == b.line {
        let between = lines.get(a.line).and_then(|l| l.shadow.text.get(a.end..b.start)).map_or(0, str::len);
        if between < 8 {
            value -= 5.0;
        }
        if b.start < a.end {
            value -= 100.0;
        }
    }
    value
}

/// Adds the headings of unknown sections that the chain's numbers leave room for, before its first one too; they begin
/// at line `from`.
fn strangers(
    chain: Vec<Heading>,
    from: usize,
    contents: &Range<usize>,
    lines: &[Line<'_>],
    pattern: &ReportPattern,
) -> Vec<Heading> {
    let Some(kind) = chain.iter().find_map(|h| h.ordinal.filter(|_| h.whole).map(|o| o.0)) else { return chain };
    if !matches!(kind, OrdinalKind::Part | OrdinalKind::Plain(OrdinalStyle::Han)) {
        return chain;
    }
    let number = |h: &Heading| h.ordinal.filter(|o| o.0 == kind).map(|o| o.1);
    // The headings with the numbers behind `number` up to `limit` on the lines given.
    let between = |places: Range<usize>, mut number: u8, limit: u8, out: &mut Vec<Heading>| {
        for at in places {
            let Some(line) = lines.get(at) else { break };
            if line.table || line.len() > 30 || !line.first || contents.contains(&at) {
                continue;
            }
            if line.matches(pattern, "annex") {
                break;
            }
            if let Some(heading) = stranger(lines, at, (kind, number + 1), pattern).filter(|_| number + 1 < limit) {
                number += 1;
                out.push(heading);
            }
        }
    };
    let mut out: Vec<Heading> = Vec::with_capacity(chain.len());
    if let Some((first, limit)) = chain.first().and_then(|first| Some((first.line, number(first)?))) {
        between(from..first, 0, limit, &mut out);
    }
    let mut next = chain.iter().skip(1);
    for heading in &chain {
        let following = next.next();
        let until = following.map_or(lines.len(), |n| n.line);
        let limit = following.and_then(number).unwrap_or(u8::MAX);
        out.push(heading.clone());
        if let Some(number) = number(heading) {
            between(heading.line + 1..until, number, limit, &mut out);
        }
    }
    out
}

/// The heading of an unknown section with a number of its own on a line.
fn stranger(
    lines: &[Line<'_>],
    at: usize,
    (kind, number): (OrdinalKind, u8),
    pattern: &ReportPattern,
) -> Option<Heading> {
    let line = lines.get(at)?;
    let shadow = line.shadow.text.as_str();
    let (_, _, end) = ordinal(shadow).filter(|o| o.0 == kind && o.1 == number)?;
    let body = shadow.get(end..).filter(|body| !body.is_empty())?;
    if shadow.ends_with(['.', ';', ',']) || matches(pattern, "no_heading", body) {
        return None;
    }
    // A row of a table that nobody claimed stands among cells.
    if lines.get(at + 1).is_some_and(|n| !n.table && n.len() <= 6) {
        return None;
    }
    let section = labels_of(pattern, body, line);
    let ordinal = Some((kind, number));
    Some(Heading { line: at, start: 0, end: shadow.len(), section, ordinal, score: 0.0, whole: true })
}

fn labels_of(pattern: &ReportPattern, shadow: &str, line: &Line<'_>) -> Option<usize> {
    Labels::new(pattern).whole(shadow.trim_end_matches(['.', ':']), line, false).map(|w| w.0)
}

impl Heading {
    /// The heading as printed.
    pub fn printed(&self, lines: &[Line<'_>]) -> String {
        let Some(line) = lines.get(self.line) else { return String::new() };
        let end =
            line.shadow.text.get(self.start..self.end).map_or(self.end, |t| self.start + t.trim_end_matches(':').len());
        line.printed(self.start..end).trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_headings_are_read() {
        let read = |s| ordinal(s).map(|o| (o.1, o.2));
        assert_eq!(read("一,总体情况"), Some((1, 4)));
        assert_eq!(read("(十二)其他"), Some((12, 8)));
        assert_eq!(read("第三部分,依申请"), Some((3, 13)));
        assert_eq!(read("3.其他"), Some((3, 2)));
        assert_eq!(read("一是主动公开"), None);
        assert_eq!(read("2023年"), None);
    }
}

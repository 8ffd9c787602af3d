//! The title of a report: over one, two or three lines, or inside one long line.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::passage::{Line, Text, clip, expressions, matches, word_shadows, words};
use crate::document::Document;
use crate::pattern::{Possible, ReportPattern};
use crate::text::{Shadow, fold};

/// How far into a document a title is looked for, in lines.
const REACH: usize = 80;
/// How far into a long line, in bytes of its shadow.
const DEPTH: usize = 12_000;
/// Longest line that can be a piece of a title, in characters.
const PIECE: usize = 64;
/// What a title is worth; nothing is worth more than one with a sure agency and a year that is all of its text.
const TITLE: f32 = 4.0;
const SURE_AGENCY: f32 = 3.0;
const YEAR: f32 = 3.0;
const WHOLE: f32 = 2.0;
/// What a title gains where its first line begins the name that the next one ends: more than the next one may by itself.
const BEGUN: f32 = 2.5;
/// Longest name of a place on a line of its own, in characters.
const PLACE: usize = 12;

/// A title that was found.
#[derive(Debug, Clone)]
pub(super) struct Title {
    /// As printed, lines joined.
    pub text: String,
    /// The agency that it prints.
    pub agency: Option<String>,
    /// Whether the agency ends like one.
    pub agency_sure: bool,
    /// The year that it prints.
    pub year: Option<u16>,
    /// Index of its first line, `None` for one out of the metadata.
    pub first: Option<usize>,
    /// Index of its last line.
    pub last: usize,
    /// Byte in the shadow of its last line where it ends.
    pub end: usize,
    /// Index into the metadata, for one from there.
    pub metadata: Option<usize>,
    /// Whether it is all of its lines.
    pub whole: bool,
    score: f32,
    /// What it lost for standing on several lines.
    broken: f32,
}

/// The best title of a document by these lines of it; `None` where nothing looks like one.
pub(super) fn find(text: &Text<'_>, lines: &[Line<'_>], pattern: &ReportPattern) -> Option<Title> {
    let listed = text.listed.get_or_init(|| from_metadata(text.document, pattern)).clone();
    let mut best: Option<Title> = None;
    let mut seen = 0;
    for (at, line) in lines.iter().enumerate() {
        if line.table {
            continue;
        }
        seen += 1;
        if seen > REACH {
            break;
        }
        for mut title in at_line(lines, at, pattern) {
            title.score -= 0.04 * seen as f32;
            if let Some(listed) = &listed {
                if fold(&listed.text) == fold(&title.text) {
                    title.score += 3.0;
                } else if listed.agency.is_some()
                    && listed.agency.as_deref().map(fold) == title.agency.as_deref().map(fold)
                {
                    title.score += 1.0;
                }
            }
            if title.agency.is_some() && known(&title, lines) {
                title.score += 1.5;
                // The text joins the lines of the name: then they are one title, however many.
                title.score += title.broken;
            }
            if best.as_ref().is_none_or(|b| title.score > b.score) {
                best = Some(title);
            }
        }
    }
    match (best, listed) {
        (Some(best), Some(listed)) => {
            // What stands in the text wins, unless the metadata say more.
            let more = listed.score + 0.5 - if best.whole { 0.0 } else { 2.0 };
            let same = listed.whole
                && listed.agency_sure
                && listed.year.is_some()
                && listed.year == best.year
                && listed.agency.as_deref().map(fold) == best.agency.as_deref().map(fold);
            if same {
                // The page's own title and the report's say the same in other words.
                return Some(with_place(listed, best));
            }
            // A page's title without a year is the site's or the column's.
            let dated = listed.year.is_some() || best.year.is_none();
            let poorer = best.agency.is_none() && listed.agency_sure || best.year.is_none() && listed.year.is_some();
            let poorer = poorer && dated;
            Some(if poorer && more > best.score - 5.0 { with_place(listed, best) } else { best })
        }
        (best, listed) => best.or(listed.filter(|listed| listed.year.is_some())),
    }
}

/// A title out of the metadata, standing where the text has a poorer one.
fn with_place(mut listed: Title, best: Title) -> Title {
    listed.first = best.first;
    listed.last = best.last;
    listed.end = best.end;
    listed
}

/// Whether the text names the title's agency once more.
fn known(title: &Title, lines: &[Line<'_>]) -> bool {
    let Some(agency) = title.agency.as_deref().map(fold) else { return false };
    let places = lines.iter().enumerate().filter(|(_, l)| !l.table).take(REACH * 4);
    places
        .filter(|(at, _)| title.first.is_none_or(|f| *at < f || *at > title.last))
        .any(|(_, l)| l.shadow.text.contains(&agency))
        || title.first == Some(title.last)
            && lines.get(title.last).and_then(|l| l.shadow.text.get(title.end..)).is_some_and(|t| t.contains(&agency))
}

fn from_metadata(document: &Document, pattern: &ReportPattern) -> Option<Title> {
    let keys = words(pattern, "metadata_title_keys");
    let mut best: Option<Title> = None;
    // Pages list their title under several keys, and what comes again is no better.
    let mut read_before: FxHashSet<&str> = FxHashSet::default();
    for key in keys {
        for (index, item) in document.metadata.iter().enumerate().filter(|(_, m)| m.key.eq_ignore_ascii_case(key)) {
            // A page's title may carry the site's name behind a bar.
            let value = item.value.split(['_', '|', '-', '\u{2014}']).next().unwrap_or("").trim();
            if !read_before.insert(value) {
                continue;
            }
            let shadow = Shadow::new(value);
            let possible = pattern.expressions.possible(&shadow.text);
            let Some(mut title) = read(value, &shadow, &possible, pattern) else { continue };
            title.metadata = Some(index);
            if best.as_ref().is_none_or(|b| title.score > b.score) {
                best = Some(title);
            }
        }
    }
    best
}

/// The titles that were read at a line: splitting, identity and sections all ask for them.
#[derive(Debug)]
pub(super) struct Begun {
    /// What they were read from beside the line itself: the shadows of the lines behind it.
    behind: [Option<Rc<Shadow>>; BEHIND],
    /// The places of their lines are counted from this one.
    titles: Vec<Title>,
}

/// Lines behind the first that a title may go on over.
const BEHIND: usize = 2;

impl Begun {
    /// The same lines behind each other have the same titles; tables end what can be one, as the end of the text does.
    fn behind(lines: &[Line<'_>], at: usize) -> [Option<Rc<Shadow>>; BEHIND] {
        let text = |more: usize| lines.get(at + more).filter(|l| !l.table).map(|l| Rc::clone(&l.shadow));
        std::array::from_fn(|more| text(more + 1))
    }

    fn is_followed_by(&self, lines: &[Line<'_>], at: usize) -> bool {
        let text = |more: usize| lines.get(at + more).filter(|l| !l.table).map(|l| Rc::as_ptr(&l.shadow));
        self.behind.iter().enumerate().all(|(more, shadow)| shadow.as_ref().map(Rc::as_ptr) == text(more + 1))
    }
}

/// The titles that begin at a line.
fn at_line(lines: &[Line<'_>], at: usize, pattern: &ReportPattern) -> Vec<Title> {
    let Some(line) = lines.get(at) else { return Vec::new() };
    let read = || if line.len() > PIECE { inside(line, pattern) } else { over_lines(lines.iter().skip(at), pattern) };
    let known = line.begun.get_or_init(|| Begun { behind: Begun::behind(lines, at), titles: read() });
    let mut titles = if known.is_followed_by(lines, at) { known.titles.clone() } else { read() };
    for title in &mut titles {
        title.first = title.first.map(|first| at + first);
        title.last += at;
    }
    titles
}

/// The titles that begin with the first of some lines.
fn over_lines<'l, 'd: 'l>(lines: impl Iterator<Item = &'l Line<'d>>, pattern: &ReportPattern) -> Vec<Title> {
    let mut out = Vec::new();
    let mut text = String::new();
    let mut shadow = Shadow::default();
    let mut possible = Possible::default();
    let mut first = None;
    for (more, piece) in lines.take(1 + BEHIND).enumerate() {
        let first: &Line<'_> = first.get_or_insert(piece);
        if piece.table || piece.len() > PIECE {
            break;
        }
        if more > 0 && ends_sentence(&text) {
            break;
        }
        possible.join(piece.possible(pattern));
        pattern.expressions.across(&shadow.text, &piece.shadow.text, &mut possible);
        text.push_str(piece.text);
        let before = shadow.text.len();
        shadow.append(&piece.shadow);
        let Some(mut title) = read(&text, &shadow, &possible, pattern) else { continue };
        if more == 0 && !title.whole && shadow.text.get(title.end..).is_some_and(opens_heading) {
            title.whole = true;
            title.score += 1.0;
        }
        if title.end <= before && more > 0 {
            break;
        }
        title.first = Some(0);
        title.last = more;
        title.end = title.end.saturating_sub(before);
        // A place on a line of its own above the agency is the beginning of its name.
        let placed = more == 2 && is_place(first, pattern) && title.agency_sure;
        title.broken = 0.6 * more as f32 - if placed { 0.7 } else { 0.0 };
        if title.agency_sure && title.agency.as_deref().is_some_and(|name| begins_name(first, name, pattern)) {
            title.score += BEGUN;
        }
        title.score -= title.broken;
        out.push(title);
    }
    out
}

/// Whether the first line of a title begins the name of an agency that the next one ends, and is no name itself
/// (云阳县水 above 利局, 国家税务总局云阳县 above 税务局): it begins with a place, and the rest does not.
fn begins_name(line: &Line<'_>, name: &str, pattern: &ReportPattern) -> bool {
    let (begun, name) = (line.shadow.text.as_str(), fold(name));
    let Some(rest) = name.strip_prefix(begun).filter(|rest| !rest.is_empty()) else { return false };
    let (places, apart) = (words(pattern, "place_suffixes"), words(pattern, "place_stop"));
    let placed = |text: &str, reach: usize| {
        let end = text.char_indices().nth(reach).map_or(text.len(), |(end, _)| end);
        let head = text.get(..end).unwrap_or(text);
        let inner = |place: &String| {
            head.match_indices(place.as_str()).any(|(at, _)| {
                let before = head.get(..at).unwrap_or_default();
                before.chars().count() >= 2 && !apart.iter().any(|word| before.ends_with(word.as_str()))
            })
        };
        places.iter().any(inner)
    };
    let closed = words(pattern, "site_suffixes").iter().any(|end| begun.ends_with(end.as_str()));
    let whole = judge(begun, pattern) == Judgement::Sure && !places.iter().any(|place| begun.ends_with(place.as_str()));
    (placed(begun, usize::MAX) || words(pattern, "place_nation").iter().any(|word| begun.starts_with(word.as_str())))
        && !closed
        && !whole
        && !placed(rest, PLACE)
}

/// Whether a line is the name of a place and no more.
fn is_place(line: &Line<'_>, pattern: &ReportPattern) -> bool {
    let name = line.shadow.text.as_str();
    line.len() <= PLACE
        && words(pattern, "place_suffixes").iter().any(|w| name.ends_with(w.as_str()))
        && judge(name, pattern) == Judgement::Sure
}

fn ends_sentence(text: &str) -> bool {
    text.ends_with(['。', '；', '：', '，', ':', ';', ','])
}

/// Titles inside a long line: at its beginning and behind white space and bars.
fn inside(line: &Line<'_>, pattern: &ReportPattern) -> Vec<Title> {
    let mut out = Vec::new();
    if expressions(pattern, "title").among(line.possible(pattern)).next().is_none() {
        return out;
    }
    let mut starts = vec![0];
    for (i, c) in line.shadow.text.char_indices().take_while(|(i, _)| *i < DEPTH) {
        let bar = matches!(c, '>' | '|' | ':' | '=');
        if bar {
            starts.push(i + c.len_utf8());
        } else if i > 0 && line.space_before(i) {
            starts.push(i);
        }
    }
    starts.dedup();
    for start in starts.into_iter().take(400) {
        let from = line.shadow.original(start);
        // The whole line's shadow is cut, not folded anew, so that this stays linear.
        let Some(piece) = line.shadow.text.get(start..).map(|t| clip(t, 400)) else { continue };
        let end = line.shadow.original(start + piece.len());
        let Some(text) = line.text.get(from..end) else { continue };
        let shadow = Shadow::new(text);
        let Some(mut title) = read(text, &shadow, line.possible(pattern), pattern) else { continue };
        title.first = Some(0);
        // What follows: white space, or the first heading, or a sentence that only begins like a title.
        let rest = start + title.end;
        let closed = line.space_before(rest) || line.shadow.text.get(rest..).is_some_and(opens_heading);
        title.whole = title.whole || closed;
        title.score += if closed { 0.0 } else { -2.5 };
        // An agency that holds white space may have swallowed words of the page.
        if title.text.contains(char::is_whitespace) {
            title.score -= 0.7;
        }
        title.end = rest;
        out.push(title);
    }
    out
}

/// Whether the shadow begins with a number of a heading.
fn opens_heading(shadow: &str) -> bool {
    ["一,", "一.", "第一部分", "1.", "1,", "(一)"].iter().any(|o| shadow.starts_with(o))
}

/// Reads a title at the beginning of `text`; `end` is in bytes of its shadow.
///
/// Only `possible` expressions are tried.
fn read(text: &str, shadow: &Shadow, possible: &Possible, pattern: &ReportPattern) -> Option<Title> {
    let mut best: Option<Title> = None;
    for (_, expression) in expressions(pattern, "title").among(possible) {
        let Some(found) = expression.captures(&shadow.text) else { continue };
        let Some(all) = Some(found.whole()).filter(|m| m.start() == 0) else { continue };
        let whole = all.end() == shadow.text.len();
        if whole && matches(pattern, "look_alike", &shadow.text) {
            continue;
        }
        let printed = |range: Range<usize>| text.get(shadow.original_range(range, text)).unwrap_or("");
        // The word that says that a title follows is no part of it.
        let mut from = found.name("label").map_or(0, |m| m.end());
        let mut score = TITLE;
        let mut agency = None;
        let mut agency_sure = false;
        if let Some(m) = found.name("agency") {
            let mut name = bare(printed(m.range()), pattern);
            // The name of the site in front of the title is no part of either.
            let sites = word_shadows(pattern, "site_names");
            let site =
                sites.iter().filter_map(|site| Some(m.start() + m.as_str().rfind(site.as_str())? + site.len())).max();
            if let Some(start) = site.filter(|start| *start < m.end())
                && let Some(behind) = sure_name(printed(start..m.end()), pattern)
            {
                (name, from) = (behind, start);
            }
            match judge(&name, pattern) {
                Judgement::Sure => {
                    score += SURE_AGENCY;
                    agency_sure = true;
                }
                Judgement::Open => score += 0.5,
                Judgement::No => continue,
            }
            agency = Some(name);
        }
        let year = found.name("year").and_then(|m| super::date::year(&m.as_str().replace(['O', 'o'], "〇")));
        if year.is_some() {
            score += YEAR;
        }
        if whole {
            score += WHOLE;
        }
        let end = all.end();
        let title = text.get(shadow.original_range(from..end, text)).unwrap_or(text).trim();
        let title = Title {
            text: title.to_owned(),
            agency,
            agency_sure,
            year,
            first: None,
            last: 0,
            end,
            metadata: None,
            whole,
            score,
            broken: 0.0,
        };
        if best.as_ref().is_none_or(|b| title.score > b.score) {
            let perfect = title.score >= TITLE + SURE_AGENCY + YEAR + WHOLE;
            best = Some(title);
            // The first of equals is taken, and most titles are as good as can be by one of the first expressions.
            if perfect {
                break;
            }
        }
    }
    best
}

/// A name without inner white space, marks around it, and a seal behind it.
pub(super) fn bare(name: &str, pattern: &ReportPattern) -> String {
    let name: String = name.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\u{200b}' | '\u{feff}')).collect();
    let mark = |c: char| matches!(c, '-' | '—' | '·' | '"' | '“' | '”' | '：' | ':' | '【' | '】' | '《' | '》');
    let mut name = name.trim_matches(mark).to_owned();
    if name.ends_with([')', '）']) {
        let shadow = Shadow::new(&name);
        let seal = words(pattern, "seal").iter().find_map(|seal| shadow.text.strip_suffix(seal.as_str()));
        if let Some(rest) = seal.map(str::len) {
            name.truncate(shadow.original(rest));
        }
    }
    if !name.contains(['(', '（']) {
        name = name.trim_end_matches([')', '）']).to_owned();
    }
    name
}

/// How much a text looks like the name of an agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judgement {
    /// It ends like one.
    Sure,
    /// Nothing speaks against it.
    Open,
    /// It holds words that no name holds.
    No,
}

/// The name of an agency that a text is, if it is surely one, bare.
pub(super) fn sure_name(text: &str, pattern: &ReportPattern) -> Option<String> {
    Some(bare(text, pattern)).filter(|name| judge(name, pattern) == Judgement::Sure)
}

/// Judges a name of an agency.
pub(super) fn judge(name: &str, pattern: &ReportPattern) -> Judgement {
    let shadow = fold(name);
    let length = shadow.chars().count();
    // What belongs to names though it holds a word that else does not (机构编制 holds 编制).
    let rest = words(pattern, "agency_parts").iter().fold(Cow::Borrowed(shadow.as_str()), |rest, part| {
        if rest.contains(part.as_str()) { Cow::Owned(rest.replace(part.as_str(), "")) } else { rest }
    });
    if !(2..=40).contains(&length) || word_shadows(pattern, "agency_stop").iter().any(|w| rest.contains(w.as_str())) {
        return Judgement::No;
    }
    if word_shadows(pattern, "agency_self").contains(&shadow) {
        return Judgement::No;
    }
    // A second name in brackets stands behind the first: 市场监管局(知识产权局).
    let main = shadow.strip_suffix(')').and_then(|s| s.rsplit_once('(')).map_or(shadow.as_str(), |(m, _)| m);
    if words(pattern, "agency_suffixes").iter().any(|w| main.ends_with(w.as_str()) && main.len() > w.len()) {
        return Judgement::Sure;
    }
    Judgement::Open
}

/// Whether titles of other years begin at lines near a title: they are a list of reports.
pub(super) fn lists_others(title: &Title, lines: &[Line<'_>], pattern: &ReportPattern) -> bool {
    let places = lines.iter().enumerate().filter(|(_, line)| !line.table).map(|(at, _)| at).take(REACH);
    let other = |found: &Title| found.year.is_some() && found.year != title.year;
    places.into_iter().any(|at| at_line(lines, at, pattern).iter().any(other))
}

/// Every whole title with a year that stands on lines of its own, in order.
pub(super) fn all(lines: &[Line<'_>], pattern: &ReportPattern) -> Vec<Title> {
    let mut out: Vec<Title> = Vec::new();
    let mut next = 0;
    for (at, line) in lines.iter().enumerate() {
        if at < next || line.table || line.len() > PIECE {
            continue;
        }
        let found = at_line(lines, at, pattern).into_iter().filter(|t| t.whole && t.year.is_some());
        if let Some(title) = found.max_by(|a, b| a.score.total_cmp(&b.score)) {
            next = title.last + 1;
            out.push(title);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Anchor, Block, Format, Paragraph, Role};
    use crate::pattern::PatternSet;

    #[test]
    fn what_is_too_long_for_a_name_is_no_agency() {
        let pattern = &PatternSet::embedded().family("ogi").unwrap().report;
        for (chars, agency) in [(30, true), (60, false)] {
            let mut document = Document::new(Format::Txt);
            let text = format!("{}局2021年政府信息公开工作年度报告", "云".repeat(chars));
            let anchor = Anchor::Text { line: 1, column: 1 };
            document.blocks.push(Block::Paragraph(Paragraph { text, role: Role::Body, anchor }));
            let lines = Text::new(&document).lines;
            let titles = at_line(&lines, 0, pattern);
            assert_eq!(titles.iter().any(|t| t.agency.is_some()), agency, "{chars}");
        }
    }

    #[test]
    fn a_title_is_read_anew_where_other_lines_follow() {
        let mut document = Document::new(Format::Txt);
        for text in ["云山镇人民政府", "2021年政府信息公开工作年度报告", "一、总体情况"] {
            let anchor = Anchor::Text { line: 1, column: 1 };
            document.blocks.push(Block::Paragraph(Paragraph { text: text.to_owned(), role: Role::Body, anchor }));
        }
        let pattern = &PatternSet::embedded().family("ogi").unwrap().report;
        let lines = Text::new(&document).lines;
        let years = |lines: &[Line<'_>]| at_line(lines, 0, pattern).iter().map(|t| t.year).collect::<Vec<_>>();
        assert_eq!(years(&lines), [Some(2021)]);
        assert_eq!(years(&lines), [Some(2021)]);
        assert_eq!(years(&lines[..1]), [None; 0]);
        assert_eq!(years(&[lines[0].clone(), lines[2].clone()]), [None; 0]);
        let behind = [lines[2].clone(), lines[0].clone(), lines[1].clone()];
        let title = at_line(&behind, 1, pattern).remove(0);
        assert_eq!((title.first, title.last), (Some(1), 2));
    }
}

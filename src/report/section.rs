//! Sections: what stands under each heading, without tables and their captions.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::heading::{self, Heading};
use super::passage::{Line, Text, behind_number};
use super::title::{self, Title};
use crate::align::Claim;
use crate::document::Document;
use crate::pattern::{Lettered, ReportPattern};
use crate::record::{Flag, Section};
use crate::text::fold;

/// Shortest run of short lines that is a table nobody knows, flattened into text.
const DEBRIS: usize = 6;
/// Most entries of a table of contents.
const ENTRIES: usize = 100;
/// Longest line of such a run, in characters.
const CELL: usize = 14;

/// The running text of a document, cut into its sections.
#[derive(Debug, Clone)]
pub struct Prose<'a> {
    /// The sections.
    pub sections: Vec<Section>,
    /// What was noticed while cutting.
    pub flags: Vec<Flag>,
    /// The lines that the pieces are cut from.
    pub(super) lines: Vec<Line<'a>>,
    /// What stands in the sections, in order; all text after the title where no heading was found.
    pub(super) pieces: Vec<Piece<'a>>,
}

impl<'a> Prose<'a> {
    /// All paragraphs of a document as text under no heading.
    pub(super) fn whole(document: &'a Document) -> Self {
        let lines = Text::new(document).lines;
        let piece = |(at, line): (usize, &Line<'a>)| Piece {
            section: None,
            line: at,
            range: 0..line.shadow.text.len(),
            text: line.text,
        };
        let pieces = lines.iter().enumerate().map(piece).collect();
        Self { sections: Vec::new(), flags: Vec::new(), lines, pieces }
    }
}

/// A line of a section, or as much of it as belongs to the section.
#[derive(Debug, Clone)]
pub(super) struct Piece<'a> {
    /// Section (index); `None` where the document has no headings.
    pub section: Option<usize>,
    /// Line (index).
    pub line: usize,
    /// Bytes of the line's shadow.
    pub range: Range<usize>,
    /// The printed text, trimmed.
    pub text: &'a str,
}

/// Cuts a document into its sections; text that `claims` holds belongs to tables.
#[must_use]
pub fn sections<'a>(text: &Text<'a>, pattern: &ReportPattern, claims: &[Claim]) -> Prose<'a> {
    let lines = text.without(claims);
    let title = title::find(text, &lines, pattern);
    let place = title.as_ref().filter(|t| t.first.is_some());
    let from = place.map_or((0, 0), |t| if t.whole { (t.last, t.end) } else { (t.first.unwrap_or(0), 0) });
    let contents = contents(&lines, from.0, pattern);
    let headings = heading::find(&lines, from, &contents, pattern);
    let mut out = Cut::default();
    let mut flags = Vec::new();
    let last = headings.last().and_then(|last| foot(&lines, (last.line, last.end), place, pattern));
    let mut skipped = debris(&lines);
    skipped.iter_mut().enumerate().filter(|(at, _)| contents.contains(at)).for_each(|(_, s)| *s = true);

    let first = headings.first();
    let preamble = preamble(&lines, place, first, &skipped, pattern);
    if first.is_some() && !preamble.is_empty() {
        out.push("preamble", String::new(), preamble);
    }
    for (at, heading) in headings.iter().enumerate() {
        let next = headings.get(at + 1);
        let printed = heading.printed(&lines);
        let end = next.map_or(last.unwrap_or((lines.len(), 0)), |n| (n.line, n.start));
        let text = if is_annex(&lines, heading, pattern) {
            continue;
        } else {
            body(&lines, (heading.line, heading.end), end, &skipped, pattern)
        };
        let id = match heading.section.and_then(|s| pattern.sections.get(s)) {
            Some(section) => section.id.as_str(),
            None => {
                flags.push(Flag {
                    code: "section-unknown",
                    at: "section:other".into(),
                    message: format!("no known section is headed `{printed}`; its text stands under other"),
                });
                "other"
            }
        };
        out.push(id, printed, text);
    }
    if headings.is_empty() {
        // A report without headings is all preamble; titles of other years make a list of reports.
        let own = place.filter(|title| title.whole && !title::lists_others(title, &lines, pattern));
        let end = own.and_then(|title| foot(&lines, (title.last + 1 + HEAD, 0), place, pattern));
        out.pieces = body(&lines, from, end.unwrap_or((lines.len(), 0)), &skipped, pattern);
        if own.is_some() {
            let text = out.pieces.iter().map(|piece| piece.text).collect::<Vec<_>>().join("\n");
            out.sections.push(Section { id: "preamble".to_owned(), heading: String::new(), text });
        }
        flags.push(Flag {
            code: "sections-missing",
            at: String::new(),
            message: "no heading of a section was found".into(),
        });
    }
    Prose { sections: out.sections, flags, lines, pieces: out.pieces }
}

/// The lines of a table of contents: the line that names it, and those below it that are printed again.
fn contents(lines: &[Line<'_>], from: usize, pattern: &ReportPattern) -> Range<usize> {
    let named = |l: &Line<'_>| !l.table && l.matches(pattern, "contents");
    let Some(start) = lines.iter().skip(from).position(named).map(|at| from + at) else { return 0..0 };
    // The number of a page may stand behind an entry.
    let page = |c: char| c.is_ascii_digit() || matches!(c, '.' | '…' | '·' | '-');
    let entry = |l: &Line<'_>| l.shadow.text.trim_end_matches(page).to_owned();
    let listed = || lines.iter().skip(start + 1).take(ENTRIES).take_while(|l| !l.table && !l.text.contains('。'));
    let Some(first) = listed().next().map(entry) else { return 0..0 };
    let again = lines.iter().skip(start + 2).position(|l| !l.table && l.shadow.text == first);
    let Some(again) = again.map(|more| start + 2 + more) else { return 0..0 };
    let headed: FxHashSet<&str> = lines.iter().skip(again).map(|l| l.shadow.text.as_str()).collect();
    let entries = start + 1..again.min(start + 1 + listed().count());
    let last = entries.rev().find(|at| lines.get(*at).is_some_and(|l| headed.contains(entry(l).as_str())));
    last.map_or(0..0, |last| start..last + 1)
}

/// The sections cut so far.
#[derive(Default)]
struct Cut<'a> {
    sections: Vec<Section>,
    pieces: Vec<Piece<'a>>,
}

impl<'a> Cut<'a> {
    /// Adds a section, or more text to one that is there (numbers that begin anew).
    fn push(&mut self, id: &str, heading: String, pieces: Vec<Piece<'a>>) {
        let at = self.sections.iter().position(|s| s.id == id).unwrap_or_else(|| {
            self.sections.push(Section { id: id.to_owned(), heading, text: String::new() });
            self.sections.len() - 1
        });
        let Some(section) = self.sections.get_mut(at) else { return };
        for piece in pieces {
            if !section.text.is_empty() {
                section.text.push('\n');
            }
            section.text.push_str(piece.text);
            self.pieces.push(Piece { section: Some(at), ..piece });
        }
    }
}

fn is_annex(lines: &[Line<'_>], heading: &Heading, pattern: &ReportPattern) -> bool {
    heading.section.is_none() && lines.get(heading.line).is_some_and(|l| l.matches(pattern, "annex"))
}

/// The text between title and first heading.
fn preamble<'a>(
    lines: &[Line<'a>],
    title: Option<&Title>,
    first: Option<&Heading>,
    skipped: &[bool],
    pattern: &ReportPattern,
) -> Vec<Piece<'a>> {
    let Some(first) = first else { return Vec::new() };
    let start = match title {
        Some(t) if t.whole && t.first.is_some() => (t.last, t.end),
        _ => (0, 0),
    };
    if start >= (first.line, first.start) {
        return Vec::new();
    }
    let mut pieces = body(lines, start, (first.line, first.start), skipped, pattern);
    // Below the title stand who signs and when, and the title once more.
    let printed = title.map(|t| fold(&t.text));
    let head = |piece: &Piece<'_>| {
        let shadow = fold(piece.text);
        let again = printed.as_deref().is_some_and(|t| t == shadow);
        again || piece.text.chars().count() <= SIGNED && signs(piece.text, pattern)
    };
    let heads = pieces.iter().take(HEAD).take_while(|piece| head(piece)).count();
    pieces.drain(..heads);
    pieces
}

/// Lines below a title that may say who signs, and when.
const HEAD: usize = 4;
/// Longest of them, in characters.
const SIGNED: usize = 40;

/// Whether a line is a name of an agency, a day, or both.
fn signs(text: &str, pattern: &ReportPattern) -> bool {
    let text = text.trim_matches(['(', ')', '（', '）']);
    super::signature::signed(text, pattern).is_some()
        || super::date::is_month(text)
        || title::sure_name(text, pattern).is_some()
}

/// The running text from one place to another: (line, byte of its shadow).
fn body<'a>(
    lines: &[Line<'a>],
    from: (usize, usize),
    to: (usize, usize),
    skipped: &[bool],
    pattern: &ReportPattern,
) -> Vec<Piece<'a>> {
    let mut out = Vec::new();
    let count = (to.0 + 1).saturating_sub(from.0);
    for (at, line) in lines.iter().enumerate().skip(from.0).take(count) {
        if line.table || skipped.get(at).copied().unwrap_or(false) {
            continue;
        }
        let start = if at == from.0 { from.1 } else { 0 };
        let end = if at == to.0 { to.1 } else { line.shadow.text.len() };
        let Some(shadow) = line.shadow.text.get(start..end).filter(|s| !s.is_empty()) else { continue };
        let whole = start == 0 && end == line.shadow.text.len();
        if whole && leaves(lines, at, pattern) {
            continue;
        }
        // The mark behind a heading on the line of its text goes with the heading.
        let lead =
            if at == from.0 && start > 0 { shadow.len() - shadow.trim_start_matches(['.', ':', ',']).len() } else { 0 };
        let begin = line.shadow.original(start + lead);
        let printed = if end == line.shadow.text.len() {
            line.text.get(begin..)
        } else {
            line.text.get(begin..line.shadow.original(end))
        };
        let text = printed.unwrap_or("").trim();
        if !text.is_empty() {
            out.push(Piece { section: None, line: at, range: start + lead..end, text });
        }
    }
    out
}

/// Whether a whole line is no text of a section: page furniture, or the caption of a table.
fn leaves(lines: &[Line<'_>], at: usize, pattern: &ReportPattern) -> bool {
    let Some(line) = lines.get(at) else { return true };
    let shadow = line.shadow.text.as_str();
    if line.matches(pattern, "chrome") || line.matches(pattern, "caption") {
        return true;
    }
    // A short line without a mark, right above a table, is its caption.
    let above =
        lines.get(at + 1).is_some_and(|n| n.table && n.block != line.block || n.table && n.len() == 0 && line.first);
    above
        && line.len() <= 32
        && !shadow.contains(['.', ';', ':', '!', '?', ','])
        && !shadow.starts_with(['(', '第'])
        && !shadow.starts_with(|c: char| c.is_ascii_digit())
        && shadow.chars().count() >= 4
}

/// Lines that are cells of a table nobody claimed, with the caption above them.
fn debris(lines: &[Line<'_>]) -> Vec<bool> {
    // An entry of a list is short, and no cell.
    let cell = |l: &Line<'_>| {
        !l.table
            && !numbered(&l.shadow.text)
            && !l.text.contains(['。', '；', '，', '！'])
            && (l.len() <= CELL && !l.text.contains('、') || row(l.text))
    };
    let number = |l: &Line<'_>| l.shadow.text.chars().any(|c| c.is_ascii_digit());
    let mut out = vec![false; lines.len()];
    let mut at = 0;
    while at < lines.len() {
        let run = lines.iter().skip(at).take_while(|l| cell(l)).count();
        if run == 0 {
            at += 1;
            continue;
        }
        let numbers = lines.iter().skip(at).take(run).filter(|l| number(l)).count();
        if run >= DEBRIS && numbers * 3 >= run || run >= 2 * DEBRIS {
            for mark in out.iter_mut().skip(at).take(run) {
                *mark = true;
            }
            if let Some(above) = at.checked_sub(1) {
                let caption = lines.get(above).is_some_and(|l| {
                    !l.table
                        && l.len() <= 32
                        && !l.shadow.text.contains(['.', ';', ':', ','])
                        && !l.shadow.text.starts_with('(')
                });
                if caption && let Some(mark) = out.get_mut(above) {
                    *mark = true;
                }
            }
        }
        at += run;
    }
    out
}

/// Whether a line has the number of an entry in front (`1.`, `（一）`, `二、`) and a text behind it, no decimals.
fn numbered(shadow: &str) -> bool {
    behind_number(shadow).is_some_and(|rest| rest.starts_with(|c: char| !c.is_ascii_digit()))
}

/// Whether a line is a row of cells apart by white space, the last ones numbers.
fn row(text: &str) -> bool {
    let number = |t: &&str| t.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '%' | '-' | '/' | '—'));
    let pieces = text.split_whitespace().count();
    let last = text.split_whitespace().next_back().is_some_and(|t| number(&t));
    let numbers = text.split_whitespace().filter(number).count();
    pieces >= 3 && last && text.chars().count() <= 120 || pieces >= 5 && numbers * 2 >= pieces
}

/// Where the text that begins at `start` ends: signature, contact, annex.
fn foot(
    lines: &[Line<'_>],
    start: (usize, usize),
    title: Option<&Title>,
    pattern: &ReportPattern,
) -> Option<(usize, usize)> {
    let named = title.and_then(|t| t.agency.as_deref()).map(crate::text::fold);
    for (at, line) in lines.iter().enumerate().skip(start.0) {
        if line.table {
            continue;
        }
        let from = if at == start.0 { start.1 } else { 0 };
        if from == 0 && (ends(line, lines.get(at + 1), pattern, named.as_deref()) || line.matches(pattern, "annex")) {
            return Some((at, 0));
        }
        if (line.len() > 30 || from > 0)
            && let Some(end) = ends_inside(line, from, pattern)
        {
            return Some((at, end));
        }
    }
    None
}

/// Whether a whole line begins the foot of the report.
fn ends(line: &Line<'_>, next: Option<&Line<'_>>, pattern: &ReportPattern, named: Option<&str>) -> bool {
    let shadow = line.shadow.text.as_str();
    if line.matches(pattern, "contact") {
        return true;
    }
    if line.len() > 60 {
        return false;
    }
    if super::date::alone(line.text).is_some() {
        return true;
    }
    let agency = |text: &str| title::sure_name(text, pattern).is_some();
    if let Some((_, at)) = super::date::at_end(line.text)
        && line.text.get(..at).is_some_and(agency)
    {
        return true;
    }
    if !agency(line.text) {
        return false;
    }
    let dated = next.is_some_and(|n| !n.table && super::date::alone(n.text).is_some());
    dated || named == Some(shadow) || named.is_some_and(|n| shadow.len() > 9 && n.ends_with(shadow))
}

/// Where the foot begins inside a line.
fn ends_inside(line: &Line<'_>, from: usize, pattern: &ReportPattern) -> Option<usize> {
    let shadow = line.shadow.text.get(from..)?;
    let mut first: Option<usize> = None;
    let mut note = |at: usize| first = Some(first.map_or(at, |f| f.min(at)));
    for (_, expression) in line.expressions(pattern, "signature_inline") {
        for found in expression.captures_iter(Lettered::new(shadow)) {
            let Some(agency) = found.name("agency") else { continue };
            if title::sure_name(line.printed(from + agency.start()..from + agency.end()), pattern).is_some() {
                note(agency.start());
            }
        }
    }
    for name in ["contact_inline", "annex_inline"] {
        for (_, expression) in line.expressions(pattern, name) {
            if let Some(found) = expression.find(shadow) {
                note(found.start());
            }
        }
    }
    first.map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::ClaimKind;
    use crate::document::{Anchor, Block, Format, Paragraph, Role, Table, TableKind};
    use crate::pattern::PatternSet;

    fn pattern() -> &'static ReportPattern {
        &PatternSet::embedded().family("ogi").unwrap().report
    }

    fn document(lines: &[&str]) -> Document {
        let mut out = Document::new(Format::Txt);
        for (at, text) in lines.iter().enumerate() {
            let anchor = Anchor::Text { line: u32::try_from(at).unwrap() + 1, column: 1 };
            out.blocks.push(if *text == "[table]" {
                let kind = TableKind::Markup;
                Block::Table(Table { kind, rows: 0, cols: 0, cells: Vec::new(), caption: String::new(), anchor })
            } else {
                Block::Paragraph(Paragraph { text: (*text).to_owned(), role: Role::Body, anchor })
            });
        }
        out
    }

    fn cut(lines: &[&str]) -> Vec<(String, String)> {
        sections(&Text::new(&document(lines)), pattern(), &[]).sections.into_iter().map(|s| (s.id, s.text)).collect()
    }

    fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
        given.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn headings_cut_and_sub_headings_stay() {
        let got = cut(&[
            "云山县财政局2023年政府信息公开工作年度报告",
            "全文包括总体情况、主动公开政府信息情况、其他需要报告的事项三个部分。",
            "一、总体情况",
            "（一）主动公开情况",
            "全年公开信息12条，详见第三部分“收到和处理政府信息公开申请情况”。",
            "二、主动公开政府信息情况",
            "该部分以表格形式报告。表格如下：",
            "各项数据统计",
            "[table]",
            "三、收到和处理政府信息公开申请情况",
            "[table]",
            "四、政府信息公开行政复议、行政诉讼情况",
            "[table]",
            "注：含上年结转。",
            "五、存在的主要问题及改进情况",
            "一是渠道不多。",
            "六、其他需要报告的事项",
            "无。",
            "云山县财政局",
            "2024年1月9日",
            "【打印本页】",
        ]);
        let want = [
            ("preamble", "全文包括总体情况、主动公开政府信息情况、其他需要报告的事项三个部分。"),
            ("overview", "（一）主动公开情况\n全年公开信息12条，详见第三部分“收到和处理政府信息公开申请情况”。"),
            ("proactive", "该部分以表格形式报告。表格如下："),
            ("applications", ""),
            ("review_litigation", "注：含上年结转。"),
            ("problems", "一是渠道不多。"),
            ("other", "无。"),
        ];
        assert_eq!(got, pairs(&want));
    }

    #[test]
    fn one_long_line_is_cut_where_its_numbers_run_on() {
        let text = "云山镇2019年政府信息公开工作年度报告一、总体情况2019年工作平稳。（一）主动公开情况。公开3条。\
                    二、主动公开政府信息情况规章000三、收到和处理政府信息公开申请情况未收到申请。\
                    五、存在的主要问题及改进情况人手不足。六、其他需要报告的事项无。云山镇2020年1月3日";
        let document = document(&[text]);
        let at = text.find("规章000").unwrap();
        let range = at..at + "规章000".len();
        let claim = Claim { block: 0, range, kind: ClaimKind::Table, table: None };
        let got: Vec<_> =
            sections(&Text::new(&document), pattern(), &[claim]).sections.into_iter().map(|s| (s.id, s.text)).collect();
        let want = [
            ("overview", "2019年工作平稳。（一）主动公开情况。公开3条。"),
            ("proactive", ""),
            ("applications", "未收到申请。"),
            ("problems", "人手不足。"),
            ("other", "无。"),
        ];
        assert_eq!(got, pairs(&want));
    }

    #[test]
    fn numbers_may_begin_anew_and_headings_stand_bare() {
        let got = cut(&["总体情况", "甲。", "主动公开政府信息情况", "乙。", "存在的主要问题及改进情况", "丙。"]);
        assert_eq!(got, pairs(&[("overview", "甲。"), ("proactive", "乙。"), ("problems", "丙。")]));
        let got = cut(&["一、依申请公开情况", "二、收到依申请公开3件。", "三、没有行政复议、诉讼。"]);
        assert_eq!(got, pairs(&[("applications", "二、收到依申请公开3件。\n三、没有行政复议、诉讼。")]));
        let got = cut(&["四、其他需要报告的事项。无。", "五、存在的主要问题及改进情况。深度不够。将加强培训。"]);
        assert_eq!(got, pairs(&[("other", "无。"), ("problems", "深度不够。将加强培训。")]));
        let got = cut(&["1、总体情况", "甲。", "1、主动公开政府信息情况", "乙。", "1、其他需要报告的事项", "丙。"]);
        assert_eq!(got, pairs(&[("overview", "甲。"), ("proactive", "乙。"), ("other", "丙。")]));
    }

    #[test]
    fn headings_are_known_without_their_marks_and_before_the_first_known_one() {
        for first in ["一总体情况", "一 总体情况", "◆总体情况", "【总体情况】", "一、工作开展情况"]
        {
            let got = cut(&[first, "甲。", "二、主动公开政府信息情况", "乙。", "六、其他", "丙。"]);
            assert_eq!(got, pairs(&[("overview", "甲。"), ("proactive", "乙。"), ("other", "丙。")]), "{first}");
        }
        let got = cut(&[
            "一、组织领导情况",
            "局长任组长，办公室承办。",
            "二、总体情况",
            "乙。",
            "三、主动公开政府信息情况",
            "丙。",
        ]);
        assert_eq!(got, pairs(&[("other", "局长任组长，办公室承办。"), ("overview", "乙。"), ("proactive", "丙。")]));
        let got = cut(&["五、存在的主要问题及改进情况", "甲。", "六、其他需要报告的事项　无"]);
        assert_eq!(got, pairs(&[("problems", "甲。"), ("other", "无")]));
        let got = cut(&["五、存在的主要问题及改进情况", "甲。", "六、其他需要报告的事项（收费情况）", "无。"]);
        assert_eq!(got, pairs(&[("problems", "甲。"), ("other", "无。")]));
    }

    #[test]
    fn tables_of_contents_lists_and_signatures_are_told_from_the_text() {
        let title = "云山县财政局2023年政府信息公开工作年度报告";
        let got = cut(&[
            title,
            title,
            "（2024年1月18日）",
            "目 录",
            "一、总体情况……1",
            "二、主动公开政府信息情况……2",
            "本报告依条例编制。",
            "一、总体情况",
            "存在以下不足",
            "1.人手少",
            "2.经费少",
            "3.培训少",
            "4.更新少",
            "5.解读少",
            "6.回应少",
            "二、主动公开政府信息情况",
            "乙。",
        ]);
        let list = "存在以下不足\n1.人手少\n2.经费少\n3.培训少\n4.更新少\n5.解读少\n6.回应少";
        assert_eq!(got, pairs(&[("preamble", "本报告依条例编制。"), ("overview", list), ("proactive", "乙。")]));
    }

    #[test]
    fn a_report_without_headings_is_all_preamble() {
        let title = "云山县财政局2010年政府信息公开工作年度报告";
        let got = cut(&[title, "甲。", "乙。", "丙。", "丁。", "戊。", "云山县财政局", "2011年2月18日"]);
        assert_eq!(got, pairs(&[("preamble", "甲。\n乙。\n丙。\n丁。\n戊。")]));
        let other = "云山县财政局2011年政府信息公开工作年度报告";
        assert_eq!(cut(&[title, other, "甲。"]), pairs(&[]));
    }

    #[test]
    fn rows_of_a_flattened_table_are_no_headings() {
        let got = cut(&[
            "三、收到和处理政府信息公开申请情况",
            "本年未收到申请。",
            "四、结转下年度继续办理",
            "0",
            "0",
            "四、政府信息公开行政复议、行政诉讼情况",
            "无。",
        ]);
        assert_eq!(got.iter().map(|s| s.0.as_str()).collect::<Vec<_>>(), ["applications", "review_litigation"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_cut_without_a_crash(text in "[一二三、.（）(0-9\\n 总体情况其他需要报告的事项主动公开政府信息年月日]{0,200}") {
            let lines: Vec<&str> = text.split('\n').collect();
            let document = document(&lines);
            let text = Text::new(&document);
            let _ = sections(&text, pattern(), &[]);
            let _ = super::super::identify(&text, pattern());
            let _ = super::super::split(&text, pattern());
        }
    }
}

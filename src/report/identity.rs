//! Who reports on which year, and when: each part with its evidence, absent rather than wrong.

use std::borrow::Cow;

use super::agency::agency;
use super::date::{self, Date};
use super::passage::{Line, Text, behind_number, clip, expressions, matches, words};
use super::signature::{Signature, signature, signed};
use super::title::{self, Title};
use crate::document::{Anchor, Document};
use crate::pattern::{Lettered, ReportPattern};
use crate::record::{Flag, Identity};
use crate::text::fold;

/// Where one part of the identity was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The part (`title`, `agency`, `year`, `period`, `published`).
    pub part: &'static str,
    /// How it was read (`title`, `sentence`, `signature`, `metadata`, `period`, `line`, `text`).
    pub how: &'static str,
    /// What is printed there.
    pub text: String,
    /// Where that stands.
    pub anchor: Anchor,
}

/// The identity of a report with what speaks for it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Identified {
    /// What was found.
    pub identity: Identity,
    /// Where; several pieces a part where several agree.
    pub evidence: Vec<Evidence>,
    /// Disagreements and slips.
    pub flags: Vec<Flag>,
    /// Blocks (indices) that print the title.
    pub title_blocks: Vec<usize>,
    /// Whether no line of text stands in the document.
    pub(super) blank: bool,
    /// Whether the title is all of its lines.
    pub(super) titled: bool,
    /// The line that names a kind of file that is no report.
    pub(super) look_alike: Option<String>,
    /// The line that is the title of a paper on another matter, where none of a report was found.
    pub(super) other_paper: Option<String>,
}

/// Reads title, agency, year, period and day of publication of a report.
#[must_use]
pub fn identify(text: &Text<'_>, pattern: &ReportPattern) -> Identified {
    let (document, lines) = (text.document, text.lines.as_slice());
    let title = title::find(text, lines, pattern);
    let mut out = Identified {
        blank: lines.is_empty(),
        titled: title.as_ref().is_some_and(|t| t.whole),
        look_alike: look_alike(lines, document, pattern),
        ..Identified::default()
    };
    if let Some(title) = &title {
        out.identity.title = Some(title.text.clone());
        if let Some(anchor) = title_anchor(title, document, lines) {
            let how = if title.metadata.is_some() { "metadata" } else { "line" };
            out.note("title", how, &title.text, &anchor);
        }
        if let Some(first) = title.first.filter(|_| title.whole) {
            out.title_blocks = lines.iter().take(title.last + 1).skip(first).map(|l| l.block).collect();
            out.title_blocks.dedup();
        }
    }
    if title.is_none() {
        out.other_paper = other_paper(lines, document, pattern);
    }
    let foot = signature(lines, pattern, title.as_ref().and_then(|t| t.agency.as_deref()));
    let days = days(document, lines, pattern, title.as_ref(), foot.as_ref());
    agency(&mut out, document, lines, pattern, title.as_ref(), foot.as_ref());
    year(&mut out, document, lines, pattern, title.as_ref(), days.first());
    published(&mut out, &days);
    out
}

impl Identified {
    pub(super) fn note(&mut self, part: &'static str, how: &'static str, text: &str, anchor: &Anchor) {
        let text: String = text.chars().take(120).collect();
        self.evidence.push(Evidence { part, how, text, anchor: anchor.clone() });
    }

    pub(super) fn flag(&mut self, code: &'static str, message: String) {
        self.flags.push(Flag { code, at: String::new(), message });
    }
}

/// Where the title stands.
pub(super) fn title_anchor(title: &Title, document: &Document, lines: &[Line<'_>]) -> Option<Anchor> {
    if let Some(index) = title.metadata {
        return document.metadata.get(index).map(|m| m.anchor.clone());
    }
    lines.get(title.first?).map(|l| l.anchor.clone())
}

/// A day of publication and where it stands.
#[derive(Debug, Clone)]
struct Day {
    date: Date,
    how: &'static str,
    text: String,
    anchor: Anchor,
}

/// Days of publication, the best first.
fn days(
    document: &Document,
    lines: &[Line<'_>],
    pattern: &ReportPattern,
    title: Option<&Title>,
    foot: Option<&Signature<'_, '_>>,
) -> Vec<Day> {
    let mut out = Vec::new();
    for key in words(pattern, "metadata_date_keys") {
        for item in document.metadata.iter().filter(|m| m.key.eq_ignore_ascii_case(key)) {
            if let Some(date) = date::first(&item.value) {
                out.push(Day { date, how: "metadata", text: item.value.clone(), anchor: item.anchor.clone() });
            }
        }
    }
    for line in lines.iter().filter(|l| !l.table).take(40) {
        for (_, expression) in line.expressions(pattern, "published") {
            let Some(part) = expression.captures(clip(&line.shadow.text, 3000)).and_then(|c| c.name("date")) else {
                continue;
            };
            let printed = line.printed_from(part.start());
            if let Some(date) = date::first(clip(printed, 48)) {
                out.push(Day { date, how: "line", text: clip(printed, 48).to_owned(), anchor: line.anchor.clone() });
            }
        }
    }
    // A day alone right above the title is the page's, one below it the report's.
    let head = title.and_then(|t| t.first).unwrap_or(0);
    for line in lines.iter().take(head).skip(head.saturating_sub(3)).filter(|l| !l.table) {
        if let Some(date) = date::alone(line.text) {
            out.push(Day { date, how: "line", text: line.text.to_owned(), anchor: line.anchor.clone() });
        }
    }
    if let Some((foot, date)) = foot.and_then(|f| f.date.map(|d| (f, d))) {
        out.push(Day {
            date,
            how: "signature",
            text: clip(foot.line.text, 120).to_owned(),
            anchor: foot.line.anchor.clone(),
        });
    }
    // Behind the title on its own line.
    if let Some(title) = title.filter(|t| t.first.is_some())
        && let Some(line) = lines.get(title.last)
        && let Some(date) = date::alone(line.printed_from(title.end))
    {
        out.push(Day { date, how: "line", text: line.text.to_owned(), anchor: line.anchor.clone() });
    }
    let under = title.and_then(|t| t.first.map(|_| t.last)).map_or(0, |l| l + 1);
    for line in lines.iter().skip(under).take(3).filter(|l| !l.table) {
        let begun = || date::at_start(line.text).filter(|_| line.len() <= BESIDE);
        if let Some(date) = signed(line.text, pattern).map(|s| s.1).or_else(begun) {
            out.push(Day { date, how: "line", text: line.text.to_owned(), anchor: line.anchor.clone() });
        }
    }
    out
}

/// Longest line below a title that begins with the day of publication, in characters (2024-01-25 15:20 云山县水利局).
const BESIDE: usize = 40;

fn published(out: &mut Identified, days: &[Day]) {
    let year = out.identity.year;
    // A report comes out when its year is over, or in its last days.
    let after = |d: &&Day| year.is_none_or(|y| d.date.year > y || d.date.year == y && d.date.month == 12);
    let within = |d: &&Day| year.is_none_or(|y| d.date.year == y);
    let Some(day) = days.iter().find(after).or_else(|| days.iter().find(within)) else { return };
    out.identity.published = Some(day.date.iso());
    out.note("published", day.how, &day.text, &day.anchor);
    if let Some(year) = year.filter(|_| !after(&day)) {
        out.flag(
            "published-early",
            format!("published {} though {year} was not over; look at both dates", day.date.iso()),
        );
    }
    if let Some(year) = year
        && day.date.year > year + 2
    {
        out.flag("published-late", format!("published {} for the year {year}; look at both dates", day.date.iso()));
    }
}

/// Sentences that speak for one year at most.
const SENTENCES_OF_YEAR: usize = 2;

/// Characters behind a year in which a sentence says that it speaks of plans.
const PLAN: usize = 14;

fn year(
    out: &mut Identified,
    document: &Document,
    lines: &[Line<'_>],
    pattern: &ReportPattern,
    title: Option<&Title>,
    published: Option<&Day>,
) {
    let mut votes: Vec<(u16, f32, &'static str, String, Anchor)> = Vec::new();
    if let Some((title, year)) = title.and_then(|t| t.year.map(|y| (t, y)))
        && let Some(anchor) = title_anchor(title, document, lines)
    {
        votes.push((year, 4.0, "title", title.text.clone(), anchor));
    }
    let period = period(lines, pattern);
    if let Some((span, text, anchor)) = &period {
        votes.push((span.year, 4.5, "period", text.clone(), anchor.clone()));
    }
    let mut said = 0;
    let sentences = expressions(pattern, "year_sentence");
    for (rank, expression) in sentences.iter().enumerate() {
        for line in lines.iter().filter(|l| !l.table).take(60) {
            if !line.may_match(pattern, sentences, rank) {
                continue;
            }
            let shadow = clip(&line.shadow.text, 6000);
            let Some(part) = expression.captures(shadow).and_then(|c| c.name("year")) else { continue };
            // What is planned is of the year behind (2024年，我局将…).
            let behind: String = shadow.get(part.end()..).unwrap_or_default().chars().take(PLAN).collect();
            if words(pattern, "plans").iter().any(|word| behind.contains(word.as_str())) {
                continue;
            }
            if let Some(year) = date::year(part.as_str()).filter(|_| said < 4) {
                said += 1;
                // A year that sentence after sentence names may be the one compared with.
                if votes.iter().filter(|v| v.0 == year && v.2 == "sentence").count() >= SENTENCES_OF_YEAR {
                    continue;
                }
                votes.push((year, 0.8, "sentence", part.as_str().to_owned(), line.anchor.clone()));
            }
        }
    }
    if let Some(day) = published {
        // No report is published before its year ends, but for some days.
        votes.retain(|v| v.2 != "sentence" || v.0 < day.date.year || v.0 == day.date.year && day.date.month == 12);
        votes.push((day.date.year.saturating_sub(1), 2.0, day.how, day.text.clone(), day.anchor.clone()));
    }
    let sum = |year: u16| votes.iter().filter(|v| v.0 == year).map(|v| v.1).sum::<f32>();
    let mut years: Vec<u16> = votes.iter().map(|v| v.0).collect();
    years.sort_unstable();
    years.dedup();
    let best = years.iter().copied().max_by(|a, b| sum(*a).total_cmp(&sum(*b)).then(b.cmp(a)));
    // The day of publication alone says nothing for sure.
    let Some(year) = best.filter(|y| votes.iter().any(|v| v.0 == *y && matches!(v.2, "title" | "period" | "sentence")))
    else {
        out.flag("year-unknown", "no title, period or sentence names the year; look at the source".into());
        return;
    };
    out.identity.year = Some(year);
    for vote in votes.iter().filter(|v| v.0 == year) {
        out.note("year", vote.2, &vote.3, &vote.4);
    }
    let strong = |how: &str| votes.iter().find(|v| v.2 == how).map(|v| v.0);
    if let (Some(a), Some(b)) = (strong("title"), strong("period"))
        && a != b
    {
        out.flag("year-disagrees", format!("the title says {a}, the period of the counts {b}; {year} was taken"));
    }
    let Some((span, text, anchor)) = period else { return };
    match span.days {
        Some((start, end)) if span.year == year => {
            out.identity.period = Some((start.iso(), end.iso()));
            out.note("period", "sentence", &text, &anchor);
        }
        None if misprinted(&text) => {
            out.flag("period-misprinted", format!("the period of the counts is misprinted: `{text}`"));
        }
        _ => {}
    }
}

/// Whether a span that could not be read as two days meant to print two.
fn misprinted(text: &str) -> bool {
    text.contains(['至', '到']) && text.chars().filter(char::is_ascii_digit).count() >= 6
}

/// Months that a span counts at least which no word calls that of the counts.
const LEAST_MONTHS: u16 = 7;

/// The sentence that names the period of the counts.
fn period(lines: &[Line<'_>], pattern: &ReportPattern) -> Option<(date::Span, String, Anchor)> {
    let mut best = None;
    let sentences = expressions(pattern, "period");
    for (rank, expression) in sentences.iter().enumerate() {
        for line in lines.iter().filter(|l| !l.table).take(400) {
            if !line.may_match(pattern, sentences, rank) {
                continue;
            }
            for hit in expression.captures_iter(Lettered::new(clip(&line.shadow.text, 20_000))).take(4) {
                let Some(part) = hit.name("span") else { continue };
                let Some(span) = date::span(part.as_str()).filter(|span| !span.is_of_years()) else { continue };
                // What no word calls the span of the counts may be that of a campaign.
                if rank > 0 && span.days.is_some_and(|(first, last)| last.months_since(first) < LEAST_MONTHS) {
                    continue;
                }
                let found = (span, line.printed(part.range()).to_owned(), line.anchor.clone());
                if span.days.is_some() {
                    return Some(found);
                }
                best.get_or_insert(found);
            }
        }
        if best.is_some() {
            break;
        }
    }
    best
}

/// Whether a line names a kind of file that is no report.
fn look_alike(lines: &[Line<'_>], document: &Document, pattern: &ReportPattern) -> Option<String> {
    let found = heads(lines, document, pattern).find(|(_, shadow)| matches(pattern, "look_alike", shadow));
    found.map(|(text, _)| text.to_owned())
}

/// The title of a paper on another matter.
fn other_paper(lines: &[Line<'_>], document: &Document, pattern: &ReportPattern) -> Option<String> {
    let matter = words(pattern, "matter");
    let other =
        |shadow: &str| !matter.iter().any(|word| shadow.contains(word.as_str())) && matches(pattern, "paper", shadow);
    let found = heads(lines, document, pattern).find(|(_, shadow)| other(shadow));
    found.filter(|_| !matter.is_empty()).map(|(text, _)| text.to_owned())
}

/// The lines and the metadata that may be a title of any kind, with their shadows.
fn heads<'a, 'd: 'a>(
    lines: &'a [Line<'d>],
    document: &'a Document,
    pattern: &'a ReportPattern,
) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
    let listed = words(pattern, "metadata_title_keys")
        .iter()
        .flat_map(|k| document.metadata.iter().filter(move |m| m.key.eq_ignore_ascii_case(k)))
        .map(|m| (m.value.as_str(), Cow::Owned(fold(&m.value))));
    // Neither a line with a number of a heading in front is a title, nor a sentence.
    let first = lines.iter().filter(|l| !l.table).take(12).filter(|l| l.len() <= 60);
    let printed = first.filter(|l| behind_number(&l.shadow.text).is_none() && !l.shadow.text.ends_with(['.', ';']));
    listed.chain(printed.map(|l| (l.text, Cow::Borrowed(l.shadow.text.as_str()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Block, Format, Metadata, Paragraph, Role};
    use crate::pattern::PatternSet;

    fn pattern() -> &'static ReportPattern {
        &PatternSet::embedded().family("ogi").unwrap().report
    }

    #[test]
    fn a_numbered_line_names_no_kind_of_file() {
        assert!(read(&["某县2020年政务公开要点落实情况"], &[]).look_alike.is_some());
        assert_eq!(read(&["六、其他事项2020年政务公开要点落实情况"], &[]).look_alike, None);
    }

    #[test]
    fn plans_and_campaigns_name_no_year_of_a_report() {
        let year =
            |text: &str| read(&["政府信息公开工作年度报告", text, "云山县财政局", "2024年1月15日"], &[]).identity.year;
        assert_eq!(year("2023年，我局认真做好公开工作。2024年，我局将进一步加强培训。"), Some(2023));
        assert_eq!(year("2024年，我局将进一步加强培训。"), None);
        assert_eq!(year("2023年，我局自2020年7月1日至2023年6月30日开展三年行动。"), Some(2023));
        assert_eq!(year("数据自2023年1月1日至2023年12月31日。"), Some(2023));
    }

    #[test]
    fn the_page_signs_below_the_report() {
        let title = "云山县财政局2023年政府信息公开工作年度报告";
        let signed = ["云山县财政局", "2024年1月15日"];
        for foot in ["云山县人民政府办公室 2025-06-30", "版权所有 云山县人民政府 2025年6月30日"]
        {
            let lines = [title, "一、总体情况", signed[0], signed[1], "打印", foot];
            assert_eq!(read(&lines, &[]).identity.published.as_deref(), Some("2024-01-15"), "{foot}");
        }
        let other = [title, "一、总体情况", "云山县人民政府办公室", "2024年2月1日"];
        assert_eq!(read(&other, &[]).identity.published.as_deref(), Some("2024-02-01"));
    }

    fn read(lines: &[&str], metadata: &[(&str, &str)]) -> Identified {
        let mut document = Document::new(Format::Txt);
        let anchor = Anchor::Text { line: 1, column: 1 };
        for text in lines {
            let text = (*text).to_owned();
            document.blocks.push(Block::Paragraph(Paragraph { text, role: Role::Body, anchor: anchor.clone() }));
        }
        for (key, value) in metadata {
            let (key, value) = ((*key).to_owned(), (*value).to_owned());
            document.metadata.push(Metadata { key, value, anchor: anchor.clone() });
        }
        identify(&Text::new(&document), pattern())
    }

    fn parts(found: &Identified) -> (Option<&str>, Option<&str>, Option<u16>, Option<&str>) {
        let i = &found.identity;
        (i.title.as_deref(), i.agency.as_deref(), i.year, i.published.as_deref())
    }

    #[test]
    fn titles_stand_on_one_to_three_lines() {
        let want = (Some("云山县财政局2023年政府信息公开工作年度报告"), Some("云山县财政局"), Some(2023), None);
        for lines in [
            vec!["云山县财政局2023年政府信息公开工作年度报告", "一、总体情况"],
            vec!["云山县财政局", "2023年政府信息公开工作年度报告", "一、总体情况"],
            vec!["云山县财政局2023年政府", "信息公开工作年度报告"],
            vec!["云山县财政局", "2023年", "政府信息公开工作年度报告"],
            vec!["云山县财政局2023年政府信息公开工作年度报告", "2024年2月"],
            vec!["# 云山县财政局2023年政府信息公开工作年度报告"],
            vec![
                "首页 > 政务公开 打印 关闭 云山县财政局2023年政府信息公开工作年度报告 一、总体情况 云山县财政局积极公开政府信息，工作有序，群众满意，成效明显。",
            ],
        ] {
            assert_eq!(parts(&read(&lines, &[])), want, "{lines:?}");
        }
    }

    #[test]
    fn years_and_agencies_in_other_orders_and_scripts() {
        let found = read(&["2025年云山区永安街道办事处政府信息公开工作年度报告"], &[]);
        assert_eq!((found.identity.agency.as_deref(), found.identity.year), (Some("云山区永安街道办事处"), Some(2025)));
        let found = read(&["關於雲山縣人民政府二○二○年政府信息公開工作年度報告的公告"], &[]);
        assert_eq!((found.identity.agency.as_deref(), found.identity.year), (Some("雲山縣人民政府"), Some(2020)));
        for agency in ["中共云山县委机构编制委员会办公室", "云山县政务公开办公室"] {
            let found = read(&[&format!("{agency}2020年政府信息公开工作年度报告")], &[]);
            assert_eq!(found.identity.agency.as_deref(), Some(agency));
        }
        let found = read(&["【图文】云山镇2020年信息公开年报"], &[]);
        assert_eq!((found.identity.agency.as_deref(), found.identity.year), (Some("云山镇"), Some(2020)));
    }

    #[test]
    fn titles_hold_agency_and_year_in_any_place() {
        for (lines, agency, year) in [
            (
                vec!["云山市青溪区", "柳桥街道办事处", "2021年政府信息公开工作年度报告"],
                "云山市青溪区柳桥街道办事处",
                2021,
            ),
            (vec!["云山县门户网", "柳桥镇2022年政府信息公开工作年度报告"], "柳桥镇", 2022),
            (vec!["云山县财政局政府信息公开2016年度报告"], "云山县财政局", 2016),
            (vec!["云山县人民政府信息公开工作2011年年度报告"], "云山县人民政府", 2011),
            (vec!["2022年政府信息公开工作年度报告（云山县信访局）"], "云山县信访局", 2022),
            (vec!["2022年政府信息公开工作年度报告——云山县信访局"], "云山县信访局", 2022),
            (vec!["云山县信访局：2022年政府信息公开工作年度报告"], "云山县信访局", 2022),
            (vec!["《云山县信访局2014年度政府信息公开工作年度报告》"], "云山县信访局", 2014),
            (vec!["云山县档案局2008年5月至12月政府信息公开工作年度报告"], "云山县档案局", 2008),
            (vec!["云山县柳桥镇人民政府信息公开工作年度报告（2020年度）"], "云山县柳桥镇人民政府", 2020),
            (vec!["2020年云山县人民政府信息公开工作年报"], "云山县人民政府", 2020),
            (vec!["云山县教育局、云山县体育局2022年政府信息公开工作年度报告"], "云山县教育局、云山县体育局", 2022),
            (
                vec!["2022年云山县卫生健康局、医疗保障局和民政局政府信息公开年报"],
                "云山县卫生健康局、医疗保障局和民政局",
                2022,
            ),
            (
                vec!["云山县住建局（云山县人防办、云山县城管局）2022年政府信息公开工作年度报告"],
                "云山县住建局（云山县人防办、云山县城管局）",
                2022,
            ),
            (
                vec![
                    "现公布云山县信访局2022年政府信息公开工作年度报告。统计期限为2022年1月1日至2022年12月31日，如有疑问，请与我局联系。",
                ],
                "云山县信访局",
                2022,
            ),
            (vec!["云山县财政局2011年政府信息公开工作总结报告"], "云山县财政局", 2011),
            (vec!["2013年政府信息公开工作年度报告", "云山县财政局", "一、概述"], "云山县财政局", 2013),
            (vec!["发布机构：云山县文旅局", "2019年政府信息公开工作年度报告"], "云山县文旅局", 2019),
            (vec!["2014年政府信息公开工作年度报告", "工作有序。", "云山县财政局", "2015年2月"], "云山县财政局", 2014),
            (vec!["标题：云山县财政局2014年政府信息公开年报"], "云山县财政局", 2014),
            (vec!["云山县财政局（2014年度）政府信息公开年报"], "云山县财政局", 2014),
            (vec!["云山县财政局关于发布2014年政府信息公开年报的公告"], "云山县财政局", 2014),
            (vec!["【政府信息公开年报】云山县财政局2014年政府信息公开年报"], "云山县财政局", 2014),
            (vec!["云山县财政局2014年1月1日至2014年12月31日政府信息公开年报"], "云山县财政局", 2014),
            (vec!["2014年政府信息公开年报", "云山县财政局（以下简称“我局”）认真公开。"], "云山县财政局", 2014),
            (vec!["云山县政府门户网站 云山县财政局2014年政府信息公开年报"], "云山县财政局", 2014),
            (vec!["云山县“两江四岸”管委会2014年政府信息公开年报"], "云山县“两江四岸”管委会", 2014),
            (vec!["第八师121团2014年政府信息公开年报"], "第八师121团", 2014),
            (vec!["2014年政府信息公开年报", "有疑问请联系云山县柳桥镇党政办（电话：1）。"], "云山县柳桥镇", 2014),
        ] {
            let found = read(&lines, &[]);
            let read = (found.identity.agency.as_deref(), found.identity.year, found.look_alike.as_deref());
            assert_eq!(read, (Some(agency), Some(year), None), "{lines:?}");
        }
        // An addressee is not who reports, nor is the site behind the title of a page.
        assert_eq!(read(&["2013年政府信息公开工作年度报告", "云山县财政局："], &[]).identity.agency, None);
        let page = [("title", "2013年政府信息公开工作年度报告-云山县人民政府")];
        assert_eq!(read(&["2013年政府信息公开工作年度报告"], &page).identity.agency, None);
    }

    #[test]
    fn a_day_behind_the_title_or_of_publication_is_one_and_no_other() {
        let title = "云山县财政局2022年政府信息公开工作年度报告";
        for (lines, day) in [
            (vec![format!("{title} 2023-01-19")], Some("2023-01-19")),
            (vec![title.into(), "更新时间：2024-05-06".into()], None),
            (vec![title.into(), "（2023年3月）".into()], None),
            (vec![title.into(), "2023年元月5日".into()], Some("2023-01-05")),
            (vec![title.into(), "2023-01-25 15:20:00 云山县财政局".into()], Some("2023-01-25")),
            (vec![title.into(), "2023-01-25 至 2023-02-01 公示".into()], None),
        ] {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            assert_eq!(read(&lines, &[]).identity.published.as_deref(), day, "{lines:?}");
        }
    }

    #[test]
    fn papers_beside_the_reports_are_told_by_their_titles() {
        for title in [
            "云山县2022年上半年政府信息公开申请情况",
            "云山县财政局2021年1-6月政府信息公开工作情况",
            "云山县2022年12月份政府信息公开申请办理情况",
            "云山县财政局政府信息公开工作自查报告",
            "云山县2022年政务公开第三方评估报告",
        ] {
            assert!(read(&[title], &[]).look_alike.is_some(), "{title}");
        }
    }

    #[test]
    fn an_agency_is_found_outside_a_title_without_one() {
        let found = read(
            &["2021年政府信息公开工作年度报告", "本报告由云山镇人民政府党政办公室编制。我镇积极公开。", "一、总体情况"],
            &[("发布机构", "云山镇人民政府"), ("发布日期", "2022-01-26 17:39")],
        );
        let want = (Some("2021年政府信息公开工作年度报告"), Some("云山镇人民政府"), Some(2021), Some("2022-01-26"));
        assert_eq!(parts(&found), want);
        assert_eq!(read(&["2021年政府信息公开工作年度报告", "我局积极公开。"], &[]).identity.agency, None);
    }

    #[test]
    fn a_text_without_a_title_names_its_agency_in_its_first_sentences() {
        for (line, agency) in [
            ("现发布《云山县青石镇2022年政府信息公开工作年度报告》。", Some("云山县青石镇")),
            ("根据条例，编制云山市林业局2021年政府信息公开工作年度报告。", Some("云山市林业局")),
            ("2023年，云山经济技术开发区认真贯彻落实条例。", Some("云山经济技术开发区")),
            ("2020年,在区委、区政府的正确领导下,云山街道办事处认真贯彻条例。", Some("云山街道办事处")),
            ("2023年，全市认真贯彻落实条例。", None),
            ("2023年，县委县政府高度重视信息公开。", None),
        ] {
            assert_eq!(read(&[line, "一、总体情况"], &[]).identity.agency.as_deref(), agency, "{line}");
        }
        let found = read(&["本报告数据统计时限为2023年1月1日至2023年12月31日。"], &[]);
        assert_eq!(found.identity.period, Some(("2023-01-01".to_owned(), "2023-12-31".to_owned())));
    }

    #[test]
    fn a_title_may_break_inside_the_name_of_the_agency() {
        for (first, second, agency) in [
            ("云山县水", "利局2023年政府信息公开工作年度报告", "云山县水利局"),
            ("云山县住房和", "城乡建设委员会2023年政府信息公开工作年度报告", "云山县住房和城乡建设委员会"),
            ("国家税务总局云山县", "税务局2023年政府信息公开工作年度报告", "国家税务总局云山县税务局"),
            // A website and another agency begin no name.
            ("云山县政务公开网", "财政局2023年政府信息公开工作年度报告", "财政局"),
            ("云山县人民政府", "云山县水利局2023年政府信息公开工作年度报告", "云山县水利局"),
        ] {
            let found = read(&[first, second, "一、总体情况", "税务局积极公开。"], &[]);
            assert_eq!(found.identity.agency.as_deref(), Some(agency), "{first} {second}");
        }
    }

    #[test]
    fn organs_and_superiors_in_the_prose_are_no_agency() {
        let sign = ["云山县水利局", "2024年1月18日"];
        for prose in [
            "领导小组高度重视信息公开工作。领导小组认真研究。",
            "各乡镇积极报送。各乡镇认真填写。",
            "公布云山县移民管理局2023年权责清单。",
            "自然资源部高度重视。",
        ] {
            let lines = ["2023年政府信息公开工作年度报告", "一、总体情况", prose, prose, sign[0], sign[1]];
            assert_eq!(read(&lines, &[]).identity.agency.as_deref(), Some("云山县水利局"), "{prose}");
        }
        let found = read(&["2023年政府信息公开工作年度报告", "县水利局积极公开。", sign[0], sign[1]], &[]);
        assert_eq!(found.identity.agency.as_deref(), Some("云山县水利局"));
        let found = read(&["2023年政府信息公开工作年度报告", "云山县水利局（盖章）", "2024年1月18日"], &[]);
        assert_eq!(found.identity.agency.as_deref(), Some("云山县水利局"));
        let office = "根据条例，现公布云山市人民政府办公室2023年政府信息公开工作年度报告。";
        let found = read(&["2023年政府信息公开工作年度报告", office], &[]);
        assert_eq!(found.identity.agency.as_deref(), Some("云山市人民政府办公室"));
    }

    #[test]
    fn a_report_is_published_when_its_year_is_over() {
        let title = "云山县水利局2023年政府信息公开工作年度报告";
        let early = [("发布日期", "2023-01-30")];
        let found = read(&[title, "一、总体情况", "云山县水利局", "2024年1月18日"], &early);
        assert_eq!(found.identity.published.as_deref(), Some("2024-01-18"));
        let found = read(&[title, "一、总体情况"], &early);
        assert_eq!(found.identity.published.as_deref(), Some("2023-01-30"));
        assert!(found.flags.iter().any(|f| f.code == "published-early"));
        // No report of 2024 is published in January of that year.
        let plans = ["政府信息公开工作年度报告", "2024年度，我局做好公开工作。", "云山县水利局", "2024年1月18日"];
        assert_eq!(read(&plans, &[]).identity.year, None);
    }

    #[test]
    fn the_title_of_a_site_does_not_beat_the_reports_own() {
        let site = [("title", "云山县人民政府 政府信息公开年报"), ("发布机构", "云山县教育局")];
        let found = read(&["2023年政府信息公开工作年度报告", "一、总体情况"], &site);
        assert_eq!(found.identity.agency.as_deref(), Some("云山县教育局"));
        assert_eq!(found.identity.title.as_deref(), Some("2023年政府信息公开工作年度报告"));
    }

    #[test]
    fn days_of_a_campaign_are_no_period() {
        let title = "云山县水利局2023年政府信息公开工作年度报告";
        let found = read(&[title, "自2023年3月1日至2023年3月31日开展宣传。"], &[]);
        assert_eq!((found.identity.year, found.identity.period), (Some(2023), None));
    }

    #[test]
    fn sentences_among_the_first_lines_name_no_kind_of_file() {
        let lines = ["一、总体情况", "截至2023年12月底，我局主动公开信息126条。", "（一）健全政府信息公开制度"];
        assert_eq!(read(&lines, &[]).look_alike, None);
    }

    #[test]
    fn the_period_outweighs_a_wrong_title_and_says_so() {
        let found = read(
            &[
                "云山镇2020年政府信息公开工作年度报告",
                "统计期限自2021年1月1日起至2021年12月31日止。",
                "云山镇",
                "2022年1月4日",
            ],
            &[],
        );
        assert_eq!(found.identity.year, Some(2021));
        assert_eq!(found.identity.period, Some(("2021-01-01".to_owned(), "2021-12-31".to_owned())));
        assert_eq!(found.identity.published.as_deref(), Some("2022-01-04"));
        assert!(found.flags.iter().any(|f| f.code == "year-disagrees"));
    }
}

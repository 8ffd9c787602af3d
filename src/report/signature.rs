//! Who signed a report, and when: at its foot, above what the page prints below it.

use super::date::{self, Date};
use super::passage::Line;
use super::title;
use crate::pattern::{Lettered, ReportPattern};
use crate::text::fold;

/// The signature at the foot: an agency and a day, each may be missing.
#[derive(Debug, Clone)]
pub(super) struct Signature<'l, 'd> {
    pub agency: Option<String>,
    pub date: Option<Date>,
    pub line: &'l Line<'d>,
}

/// How far from the end a signature is looked for, in lines.
const FOOT: usize = 400;

/// Lines above the last signature in which the report's own may stand, where the last is that of the page.
const ABOVE_FOOT: usize = 12;

/// The signature of the agency that the title names, where one stands near the last; else the last.
pub(super) fn signature<'l, 'd>(
    lines: &'l [Line<'d>],
    pattern: &ReportPattern,
    agency: Option<&str>,
) -> Option<Signature<'l, 'd>> {
    let mut last = last_signature(lines, pattern)?;
    let named = agency.map(fold);
    let own = |sign: &Signature<'_, '_>| {
        let shadow = sign.agency.as_deref().map(fold);
        named.as_ref().zip(shadow.as_ref()).is_none_or(|(named, name)| name.contains(named) || named.contains(name))
    };
    if own(&last) {
        return Some(last);
    }
    let end = lines.iter().position(|line| std::ptr::eq(line, last.line)).unwrap_or(0);
    for at in (end.saturating_sub(ABOVE_FOOT)..end).rev() {
        let found = lines.get(at).filter(|line| !line.table).and_then(|line| Some((line, signed(line.text, pattern)?)));
        let Some((line, (name, date))) = found else { continue };
        let sign = Signature { agency: name.or_else(|| name_above(lines, at, pattern)), date: Some(date), line };
        if sign.agency.is_some() && own(&sign) {
            last = sign;
            break;
        }
    }
    Some(last)
}

/// A name of an agency on the line above another.
fn name_above(lines: &[Line<'_>], at: usize, pattern: &ReportPattern) -> Option<String> {
    let above = at.checked_sub(1).and_then(|i| lines.get(i)).filter(|l| !l.table && l.len() <= 40);
    above.and_then(|l| title::sure_name(l.text, pattern))
}

fn last_signature<'l, 'd>(lines: &'l [Line<'d>], pattern: &ReportPattern) -> Option<Signature<'l, 'd>> {
    let from = lines.len().saturating_sub(FOOT);
    let mut dated = None;
    for (at, line) in lines.iter().enumerate().skip(from).rev() {
        if line.table {
            continue;
        }
        let above = || name_above(lines, at, pattern);
        if let Some((agency, date)) = signed(line.text, pattern) {
            let sign = Signature { agency: agency.or_else(above), date: Some(date), line };
            if sign.agency.is_some() {
                return Some(sign);
            }
            dated.get_or_insert(sign);
        } else if date::is_month(line.text)
            && let Some(agency) = above()
        {
            return Some(Signature { agency: Some(agency), date: None, line });
        } else if line.len() > 12
            && let Some((agency, date)) = signed_inside(line, pattern)
        {
            return Some(Signature { agency: Some(agency), date: Some(date), line });
        }
    }
    dated
}

/// A line that is a date, or an agency and a date.
pub(super) fn signed(text: &str, pattern: &ReportPattern) -> Option<(Option<String>, Date)> {
    if text.chars().count() > 60 {
        return None;
    }
    if let Some(day) = date::alone(text) {
        return Some((None, day));
    }
    let (day, at) = date::at_end(text)?;
    Some((Some(title::sure_name(text.get(..at)?, pattern)?), day))
}

/// A signature behind the last sentence of a long line.
fn signed_inside(line: &Line<'_>, pattern: &ReportPattern) -> Option<(String, Date)> {
    let found = line
        .expressions(pattern, "signature_inline")
        .flat_map(|(_, e)| e.captures_iter(Lettered::new(&line.shadow.text)))
        .last()?;
    let agency = title::sure_name(line.printed(found.name("agency")?.range()), pattern)?;
    Some((agency, date::first(found.name("date")?.as_str())?))
}

//! Who reports: by the title, by sentences, by a line below the title, by the signature, by metadata.

use super::identity::{Identified, title_anchor};
use super::passage::{Line, clip, expressions, words};
use super::signature::Signature;
use super::title::{self, Title};
use crate::document::{Anchor, Document};
use crate::pattern::{Lettered, ReportPattern};
use crate::text::fold;

/// Sentences that name the agency: a list of the pattern and what its first is worth.
struct Naming {
    key: &'static str,
    worth: f32,
    /// Lines in which they are looked for.
    reach: usize,
    /// Whether an office may be named in place of the agency.
    office: bool,
}

const SENTENCES: [Naming; 3] = [
    Naming { key: "agency_writer", worth: 6.0, reach: 400, office: true },
    Naming { key: "agency_sentence", worth: 5.75, reach: 400, office: false },
    Naming { key: "agency_subject", worth: 3.0, reach: 20, office: false },
];

/// Names the agency: by the title, else by what most sources say.
pub(super) fn agency(
    out: &mut Identified,
    document: &Document,
    lines: &[Line<'_>],
    pattern: &ReportPattern,
    title: Option<&Title>,
    foot: Option<&Signature<'_, '_>>,
) {
    if let Some((title, name)) = title.and_then(|t| t.agency.as_ref().map(|a| (t, a))) {
        out.identity.agency = Some(name.clone());
        if let Some(anchor) = title_anchor(title, document, lines) {
            out.note("agency", "title", &title.text, &anchor);
        }
        return;
    }
    let mut found: Vec<(f32, String, &'static str, &Anchor)> = Vec::new();
    for kind in &SENTENCES {
        let sentences = expressions(pattern, kind.key);
        for (rank, expression) in sentences.iter().enumerate() {
            let before = found.len();
            for line in lines.iter().filter(|l| !l.table).take(kind.reach) {
                if !line.may_match(pattern, sentences, rank) {
                    continue;
                }
                for hit in expression.captures_iter(Lettered::new(clip(&line.shadow.text, 6000))).take(3) {
                    let Some(part) = hit.name("agency") else { continue };
                    let printed = line.printed(part.range());
                    let name = if kind.office { without_office(printed, pattern) } else { printed.to_owned() };
                    let Some(name) = title::sure_name(&name, pattern) else { continue };
                    // The same sentence again says no more.
                    if !found.iter().skip(before).any(|f| f.1 == name) {
                        found.push((kind.worth - 0.5 * rank as f32, name, "sentence", line.anchor));
                    }
                }
            }
        }
    }
    // A name on a line of its own under the title: no addressee, and no entry of a list.
    let under = title.filter(|t| t.first.is_some()).and_then(|t| lines.get(t.last + 1));
    if let Some(line) = under.filter(|l| !l.table && l.len() <= 40 && !l.shadow.text.contains(':'))
        && let Some(name) = title::sure_name(line.text, pattern)
    {
        found.push((5.5, name, "line", line.anchor));
    }
    if let Some(foot) = foot
        && let Some(name) = &foot.agency
    {
        found.push((5.0, name.clone(), "signature", foot.line.anchor));
    }
    for (rank, key) in words(pattern, "metadata_agency_keys").iter().enumerate() {
        for item in document.metadata.iter().filter(|m| m.key.eq_ignore_ascii_case(key)) {
            if let Some(name) = title::sure_name(&item.value, pattern) {
                found.push((4.0 - 0.2 * rank as f32, name, "metadata", &item.anchor));
            }
        }
    }
    // What several sources name is worth more than what one names.
    let score = |name: &str| -> f32 {
        let shadow = fold(name);
        found.iter().filter(|f| fold(&f.1).contains(&shadow)).map(|f| f.0).sum::<f32>()
            + found.iter().filter(|f| fold(&f.1) == shadow).map(|f| f.0).fold(0.0, f32::max)
    };
    let mut best: Option<(f32, usize)> = None;
    for (at, item) in found.iter().enumerate() {
        let value = score(&item.1);
        if best.is_none_or(|b| value > b.0) {
            best = Some((value, at));
        }
    }
    // A name in full is worth more than its end alone (县水利局 of 云阳县水利局).
    let best = best.map(|(_, at)| {
        let end = found.get(at).map(|f| fold(&f.1)).unwrap_or_default();
        let longer = |f: &(usize, &(f32, String, &str, &Anchor))| {
            fold(&f.1.1).strip_suffix(end.as_str()).is_some_and(|front| front.chars().count() >= 2)
        };
        found.iter().enumerate().filter(longer).max_by(|a, b| a.1.0.total_cmp(&b.1.0)).map_or(at, |f| f.0)
    });
    let Some((_, name, how, anchor)) = best.and_then(|at| found.get(at)).cloned() else {
        out.flag("agency-unknown", "neither title nor text names the agency; look at the source".into());
        return;
    };
    out.identity.agency = Some(name.clone());
    out.note("agency", how, &name, anchor);
}

/// A name without the office that wrote the report, where the name of a whole stands in front of it.
fn without_office(name: &str, pattern: &ReportPattern) -> String {
    let shadow = crate::text::Shadow::new(name);
    for expression in expressions(pattern, "agency_office").iter() {
        if let Some(office) = expression.captures(&shadow.text).and_then(|c| c.name("office")) {
            let whole = shadow.text.get(..office.start()).unwrap_or_default();
            // The office of a commission on staff is one of its own (机构编制委员会办公室).
            if words(pattern, "agency_parts").iter().any(|part| whole.ends_with(part.as_str())) {
                break;
            }
            return name.get(..shadow.original(office.start())).unwrap_or(name).to_owned();
        }
    }
    name.to_owned()
}

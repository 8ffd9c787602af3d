//! The name of an agency: which places stand in front, what kind of body the rest is.

use super::Level;
use super::list::{Division, all, has_counties, index, within};

/// What the name is besides its places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A government, or a body of one.
    Plain,
    /// A development zone.
    Zone,
    /// A body of a zone, or a township in one.
    InZone,
    /// A body of the whole country.
    Central,
}

/// A name taken apart.
#[derive(Debug, Clone)]
pub(super) struct Named<'n> {
    /// The place named last; several where the name is that of several.
    pub places: Vec<Division>,
    /// A place above that another word than its name tells (the corps lies in 新疆).
    pub parent: Option<Division>,
    /// Bytes of the name that are places.
    pub length: usize,
    pub kind: Kind,
    /// What stands behind the places.
    rest: &'n str,
}

/// What stands in front of the place in names of the party and of bodies led from above.
const BEFORE: [&str; 10] = [
    "中国共产党",
    "中共",
    "国家税务总局",
    "国家统计局",
    "国家矿山安全监察局",
    "国家金融监督管理总局",
    "中国人民银行",
    "中华人民共和国",
    "共青团",
    "中国(",
];

/// Bodies of the whole country begin so, and name no place.
const CENTRAL: [&str; 4] = ["国家", "中国", "国务院", "中华人民共和国"];

/// What a government is called behind its place.
const OFFICES: [&str; 9] = ["人民政府", "行政公署", "公署", "办事处", "政府", "管理委员会", "管委会", "公所", "党工委"];

const TOWNSHIPS: [&str; 5] = ["街道", "镇", "乡", "苏木", "街镇"];

/// What development zones end with.
const ZONES: [&str; 23] = [
    "开发区",
    "高新区",
    "经开区",
    "工业园区",
    "产业园区",
    "科技园区",
    "园区",
    "新区",
    "新片区",
    "保税区",
    "保税港区",
    "试验区",
    "实验区",
    "合作区",
    "度假区",
    "示范区",
    "经济区",
    "集聚区",
    "管理区",
    "生态城",
    "科技城",
    "工业园",
    "产业园",
];

/// Zones of which whole administrations stand under a committee: what follows the word is a body of the zone.
const ADMINISTERED: [&str; 13] = [
    "开发区",
    "高新区",
    "经开区",
    "工业园区",
    "产业园区",
    "新区",
    "新片区",
    "保税区",
    "保税港区",
    "试验区",
    "实验区",
    "经济区",
    "生态城",
];

const DEPARTMENTS: [&str; 27] = [
    "局",
    "委员会",
    "委",
    "厅",
    "办公室",
    "办",
    "中心",
    "院",
    "处",
    "部",
    "站",
    "队",
    "公司",
    "会",
    "所",
    "馆",
    "台",
    "校",
    "学",
    "监狱",
    "场",
    "社",
    "行",
    "署",
    "集团",
    "海关",
    "组",
];

/// Behind the short name of a place these make another name of it (南京路, 广安门).
const OTHER_NAMES: [&str; 9] = ["路", "街", "门", "大道", "大街", "桥", "村", "社区", "公园"];

impl<'n> Named<'n> {
    /// Takes a folded name apart by a revision of the list.
    pub fn read(name: &'n str, revision: u32) -> Self {
        let mut start = name;
        let mut corps = false;
        for before in BEFORE {
            start = start.strip_prefix(before).unwrap_or(start);
        }
        if let Some(rest) = start.strip_prefix("新疆生产建设兵团").or_else(|| start.strip_prefix("兵团")) {
            corps = true;
            start = rest;
        }
        if let Some((division, rest)) = start.split_once('师')
            && division.starts_with('第')
            && division.chars().count() <= 4
        {
            start = rest;
        }
        let (chain, rest) = chain(start, revision, true);
        let mut out = Self {
            places: chain.last().cloned().unwrap_or_default(),
            parent: None,
            length: start.len() - rest.len(),
            kind: Kind::Plain,
            rest: rest.strip_prefix(')').unwrap_or(rest),
        };
        // 东区街道 is a street office of that name, not one of the district 东区.
        if TOWNSHIPS.contains(&stem(out.rest)) {
            out.places = chain.iter().rev().nth(1).cloned().unwrap_or_default();
        }
        out.kind = kind(out.rest);
        if out.places.is_empty() && CENTRAL.iter().any(|c| name.starts_with(c)) && out.kind == Kind::Plain {
            out.kind = Kind::Central;
        }
        if out.places.is_empty() && out.kind != Kind::Plain {
            out.places = stripped(out.rest, revision);
        }
        if corps && out.places.is_empty() {
            out.parent = all().find(|d| d.code == 650_000 && d.in_force(revision));
        }
        // A township right under the short name of a province or prefecture is named after it.
        if out.level() == Some(Level::Township)
            && out.kind == Kind::Plain
            && out.places.iter().any(|d| !start.contains(fold_name(d).as_str()) && has_counties(*d, revision))
        {
            out.places.clear();
        }
        out
    }

    /// Whether the agency, whose name prints no place, may be one of `division`: 市教育局 is one of a city, and a
    /// township lies in what is divided no further.
    pub fn may_lie_in(&self, division: Division, revision: u32) -> bool {
        let words = ['省', '市', '县', '区', '旗', '州'];
        let mut places = self.rest.char_indices().filter(|(_, c)| words.contains(c));
        let printed = match places.next() {
            // A word further in may end a place that no list knows.
            Some((at, word)) if at > 0 || places.next().is_some() || !division.name.ends_with(word) => return false,
            other => other,
        };
        self.kind == Kind::Plain
            && match self.level() {
                Some(Level::Department) => true,
                Some(Level::Township) => printed.is_none() && !has_counties(division, revision),
                _ => false,
            }
    }

    /// The level of the agency by what stands behind its place.
    pub fn level(&self) -> Option<Level> {
        let rest = without_second_name(self.rest);
        let stem = stem(rest);
        if self.kind == Kind::Zone {
            return Some(Level::Zone);
        }
        if stem.is_empty() {
            return self.places.first().map(|d| match (d.code % 10_000, d.code % 100) {
                (0, _) => Level::Province,
                (_, 0) => Level::Prefecture,
                _ => Level::County,
            });
        }
        let street = stem.strip_suffix("办").is_some_and(|s| s.ends_with("街道"));
        let area = rest.ends_with("地区办事处");
        if street || area || TOWNSHIPS.iter().any(|t| stem.ends_with(t)) {
            return Some(Level::Township);
        }
        DEPARTMENTS.iter().any(|d| rest.ends_with(d)).then_some(Level::Department)
    }
}

fn fold_name(division: &Division) -> String {
    crate::text::fold(division.name)
}

/// A name without a second one in brackets behind it: 市场监督管理局(知识产权局).
fn without_second_name(rest: &str) -> &str {
    rest.strip_suffix(')').and_then(|s| s.rsplit_once('(')).map_or(rest, |(first, _)| first)
}

/// What stands between the place and the word for its government.
fn stem(rest: &str) -> &str {
    OFFICES.iter().find_map(|o| rest.strip_suffix(o)).unwrap_or(rest)
}

fn kind(rest: &str) -> Kind {
    let rest = without_second_name(rest);
    if ZONES.iter().any(|z| stem(rest).ends_with(z)) {
        return Kind::Zone;
    }
    let inside = ADMINISTERED.iter().any(|z| rest.split_once(z).is_some_and(|(_, behind)| !behind.is_empty()));
    if inside { Kind::InZone } else { Kind::Plain }
}

/// The places that stand one behind the other at the beginning of a text, and what follows them.
fn chain(text: &str, revision: u32, bare: bool) -> (Vec<Vec<Division>>, &str) {
    let mut rest = text;
    let mut out: Vec<Vec<Division>> = Vec::new();
    while let Some((matches, length)) = places_at(rest, revision, bare && out.is_empty()) {
        let found: Vec<Division> = match out.last() {
            None => matches,
            Some(outer) => {
                let inside = |m: &Division| outer.iter().any(|f| m.code != f.code && within(m.code, f.code));
                matches.into_iter().filter(inside).collect()
            }
        };
        if found.is_empty() {
            break;
        }
        out.push(found);
        rest = rest.get(length..).unwrap_or_default();
    }
    (out, rest)
}

/// Places whose name begins `text`, all of the longest such name, and that name's length in bytes.
fn places_at(text: &str, revision: u32, bare: bool) -> Option<(Vec<Division>, usize)> {
    let entries = index().get(&text.chars().next()?)?;
    let fits = |e: &&super::list::Entry| {
        e.division.in_force(revision)
            && (bare || !e.bare)
            && text
                .strip_prefix(e.shadow.as_str())
                .is_some_and(|rest| !e.bare || !OTHER_NAMES.iter().any(|o| rest.starts_with(o)))
    };
    let name = &entries.iter().find(fits)?.shadow;
    let named = entries.iter().filter(fits).filter(|e| e.shadow == *name).map(|e| e.division).collect();
    Some((named, name.len()))
}

/// The one place whose name without its last word begins the name of a zone (昆山 for 昆山市).
fn stripped(text: &str, revision: u32) -> Vec<Division> {
    let entries = text.chars().next().and_then(|c| index().get(&c));
    let begins = |d: &Division| {
        let name = fold_name(d);
        let short = name.strip_suffix(['县', '市', '区', '旗']);
        // 平潭综合实验区 is 平潭 under another name, and lies in no place of that name.
        let behind = short.filter(|s| s.chars().count() >= 2).and_then(|s| text.strip_prefix(s));
        behind.is_some_and(|b| !ZONES.iter().chain(&["综合"]).any(|z| b.starts_with(z)))
    };
    let found: Vec<Division> =
        entries.into_iter().flatten().map(|e| e.division).filter(|d| d.in_force(revision) && begins(d)).collect();
    if found.len() == 1 { found } else { Vec::new() }
}

/// Longest piece of text in front of a name that can be its places, in characters.
const REACH: usize = 24;
/// Times that a name is looked for in a text.
const MOST: usize = 20;

/// The place that the texts print in front of the agency's name (梅河口市和平街道办事处), where it is always one;
/// of `open` places one, where the name is that of several.
pub(super) fn beside(name: &str, texts: &[String], open: &[Division], revision: u32) -> Option<Division> {
    let core = stem(name);
    // 市林业局: the name begins with the end of its place's.
    let overlap =
        core.chars().next().filter(|c| matches!(c, '市' | '县' | '区' | '旗' | '州' | '省')).map_or(0, char::len_utf8);
    if core.chars().count() < 2 {
        return None;
    }
    let mut found: Vec<Division> = Vec::new();
    for text in texts {
        for (at, _) in text.match_indices(core).take(MOST) {
            let before = text.get(..at).unwrap_or_default();
            let starts = before.char_indices().rev().take(REACH).map(|(i, _)| i);
            let starts: Vec<usize> = starts.collect();
            let places = starts.iter().rev().find_map(|&start| {
                let tail = text.get(start..)?;
                let (chain, rest) = chain(tail, revision, false);
                let end = text.len() - rest.len();
                // The name itself may begin with the places that the text goes on with.
                let reached = !chain.is_empty() && if overlap > 0 { end == at + overlap } else { end >= at };
                reached.then(|| chain.last().cloned()).flatten()
            });
            if let Some([place]) = places.as_deref()
                && !found.iter().any(|f| f.code == place.code)
            {
                found.push(*place);
            }
        }
    }
    let [place] = found.as_slice() else { return None };
    (open.is_empty() || open.iter().any(|o| o.code == place.code)).then_some(*place)
}

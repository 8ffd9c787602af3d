//! What the words of a line and the names of an element tell: furniture of the site, keys of metadata blocks, titles.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::words::{
    BESIDE, FURNITURE_NAMES, KEYS, LEADING, OTHER_PAGES, TELLING, TOOL_KEYS, TOOL_LINES, WEAK_KEYS, WORDS,
};

/// How far a key can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    /// Only metadata blocks have it.
    Strong,
    /// A report's text may have it.
    Weak,
    /// The name of a tool.
    Tool,
}

/// The lists above as they are searched: nearly every line of every page is held against them.
struct Lists {
    /// The kinds of keys.
    keys: FxHashMap<&'static str, KeyKind>,
    /// What keys and headings of lists begin with.
    key_starts: FxHashSet<char>,
    /// What leading words begin with, in small letters.
    leading_starts: FxHashSet<char>,
    /// Finds telling words; none only if the lists could not be built.
    telling: Option<AhoCorasick>,
    /// Finds furniture words.
    words: Option<AhoCorasick>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    // The first list that holds a key tells its kind.
    let lists = [(TOOL_KEYS, KeyKind::Tool), (WEAK_KEYS, KeyKind::Weak), (KEYS, KeyKind::Strong)];
    let keys: FxHashMap<_, _> =
        lists.into_iter().flat_map(|(keys, kind)| keys.iter().map(move |k| (*k, kind))).collect();
    Lists {
        key_starts: keys.keys().chain(OTHER_PAGES).filter_map(|key| key.chars().next()).collect(),
        leading_starts: LEADING.iter().filter_map(|word| word.chars().next()).collect(),
        telling: finder(TELLING),
        words: finder(WORDS),
        keys,
    }
});

/// Finds words; not by the kind that is fastest once it is built, which takes as long as a page.
fn finder(words: &[&str]) -> Option<AhoCorasick> {
    AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(words).ok()
}

/// Whether the text, without blanks, is a metadata key.
pub(super) fn key_kind(text: &str) -> Option<KeyKind> {
    LISTS.keys.get(text).copied()
}

/// What stands around a key.
const AROUND_KEY: [char; 9] = ['【', '】', '[', ']', '：', ':', '·', '•', '*'];

/// The text as a key: blanks, brackets and the colon removed, if what is left begins like a key or a heading and is
/// short enough to be one.
pub(super) fn as_key(text: &str) -> Option<String> {
    if text.len() > 60 {
        return None;
    }
    let first = text.chars().find(|c| !c.is_whitespace() && !AROUND_KEY.contains(c))?;
    if !LISTS.key_starts.contains(&first) {
        return None;
    }
    let key: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    Some(key.trim_matches(AROUND_KEY).to_owned())
}

/// Whether the line heads a list of other pages.
pub(super) fn heads_other_pages(text: &str) -> bool {
    as_key(text).is_some_and(|key| OTHER_PAGES.contains(&key.as_str()))
}

/// Whether the line is made of a site's furniture: breadcrumbs, tools, footer.
pub(super) fn is_chrome(text: &str) -> bool {
    let chars = text.chars().count();
    if chars > 200 {
        return false;
    }
    let sentence = text.contains('。');
    if chars > 40 && sentence {
        return false;
    }
    let text = text.trim_start_matches(['【', '[', '|', '>', '·', ' ']);
    let leads = |word: &&str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if text.chars().next().is_some_and(|c| LISTS.leading_starts.contains(&c.to_ascii_lowercase()))
        && LEADING.iter().any(leads)
    {
        return true;
    }
    if chars <= 150 && !sentence && LISTS.telling.as_ref().is_some_and(|telling| telling.is_match(text)) {
        return true;
    }
    let latin = text.starts_with(|c: char| c.is_ascii_alphabetic());
    if latin && chars <= 24 && TOOL_LINES.iter().any(|line| text.trim().eq_ignore_ascii_case(line)) {
        return true;
    }
    let crumbs = !sentence
        && (text.contains("首页") || text.starts_with("Home "))
        && text.contains(['>', '›', '»', '/', '|', '＞', '→'])
        && !text.contains(['，', '；']);
    crumbs || (chars <= 60 && mostly_words(text))
}

/// Whether nothing but furniture words, signs and blanks stands in the line.
fn mostly_words(text: &str) -> bool {
    let Some(finder) = &LISTS.words else { return false };
    let mut found: Vec<usize> = finder.find_overlapping_iter(text).map(|found| found.pattern().as_usize()).collect();
    let length = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).count();
    let whole = length(text);
    // The words cover no more than all of them together.
    let covered: usize = found.iter().filter_map(|i| WORDS.get(*i)).map(|word| length(word)).sum();
    if found.is_empty() || whole <= 1 || whole.saturating_sub(covered) * 5 > whole {
        return false;
    }
    found.sort_unstable();
    found.dedup();
    let mut words: Vec<&str> = found.iter().filter_map(|i| WORDS.get(*i).copied()).collect();
    words.sort_by_key(|w| std::cmp::Reverse(w.len()));
    let mut rest: String = text.to_owned();
    for word in words {
        rest = rest.replace(word, "\u{1}");
    }
    length(&rest) * 5 <= whole
}

/// Whether a class or id attribute calls its element furniture.
pub(super) fn names_furniture(value: &str) -> bool {
    value
        .split(|c: char| !c.is_ascii_alphanumeric())
        .flat_map(|token| std::iter::once(token).chain(token.split(|c: char| c.is_ascii_digit())))
        .any(|token| token.len() < 20 && FURNITURE_NAMES.iter().any(|name| name.eq_ignore_ascii_case(token)))
}

/// Whether a class or id attribute calls its element one that stands beside an article.
pub(super) fn names_what_stands_beside(value: &str) -> bool {
    value.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|token| {
        token.len() < 24
            && BESIDE.iter().any(|name| token.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
    })
}

/// Whether a class or id attribute calls its element a title.
pub(super) fn names_title(value: &str) -> bool {
    value.split(|c: char| !c.is_ascii_alphanumeric()).any(|token| {
        let token = token.trim_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
        matches!(
            token.as_str(),
            "title" | "tit" | "bt" | "biaoti" | "headline" | "ucaptitle" | "articletitle" | "subject"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_furniture_from_report_text() {
        for line in [
            "当前位置：首页 > 政务公开 > 年报",
            "首页/ 政府信息公开 / 年报",
            "【打印本页】 【关闭本页】",
            "字号：A+ A- 打印 分享",
            "首页 | 政务公开 | 政务服务 | 互动交流",
            "主办：某县人民政府办公室 网站标识码：9544052192 ICP备33453160号",
            "上一篇：某县2018年报告 下一篇：没有了",
            "微信 微博 QQ空间 全真版 文字版 文件下载",
        ] {
            assert!(is_chrome(line), "{line}");
        }
        for line in [
            "一、总体情况",
            "网站总访问量617643次，专题页面9个。",
            "无。",
            "单位：某县人民政府办公室",
            "2021年1月22日",
            "（二）政务公开平台建设",
            "政务公开",
            "中",
            "在政府网站首页/专栏发布信息，全年共12条；",
        ] {
            assert!(!is_chrome(line) || line == "政务公开", "{line}");
        }
    }

    #[test]
    fn knows_letter_spaced_keys() {
        assert_eq!(as_key("索 引 号：").as_deref().and_then(key_kind), Some(KeyKind::Strong));
        assert_eq!(as_key("【文　号】").as_deref().and_then(key_kind), Some(KeyKind::Strong));
        assert_eq!(as_key("规章").as_deref().and_then(key_kind), None);
    }

    #[test]
    fn knows_names_of_elements() {
        assert!(names_furniture("prev-next") && names_furniture("bread crumb2") && !names_furniture("article content"));
        assert!(names_title("art_title") && !names_title("subtitles"));
    }
}

//! Generic words of web sites: navigation, tools, footers, and the keys of metadata blocks.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use rustc_hash::{FxHashMap, FxHashSet};

/// A line that begins with one of these is furniture.
const LEADING: &[&str] = &[
    "当前位置",
    "您的位置",
    "您现在的位置",
    "您当前的位置",
    "你的位置",
    "所在位置",
    "现在位置",
    "上一篇",
    "下一篇",
    "上一条",
    "下一条",
    "分享到",
    "分享至",
    "用微信扫",
    "微信扫一扫",
    "扫一扫",
    "打印本页",
    "关闭窗口",
    "关闭本页",
    "友情链接",
    "网站地图",
    "主办单位：",
    "承办单位：",
    "技术支持：",
    "版权所有",
    "责任编辑",
    "（责任编辑",
    "(责任编辑",
    "您是第",
    "请输入搜索",
    "请输入关键",
    "选择特殊符号",
    "选择搜索类型",
    "當前位置",
    "您的位置",
    "上一篇",
    "下一篇",
    "版權所有",
    "copyright",
];

/// A short line that holds one of these is furniture.
const TELLING: &[&str] = &[
    "ICP备",
    "公网安备",
    "网站标识码",
    "版权所有",
    "政府网站找错",
    "网站地图",
    "All Rights Reserved",
    "all rights reserved",
    "扫描二维码",
    "扫一扫在手机",
    "手机扫一扫",
    "分享到：",
    "分享到:",
    "打印本页",
    "关闭窗口",
    "关闭本页",
    "ICP備",
    "版權所有",
    "您是第",
    "ICP证",
    "建议使用1024",
    "最佳浏览",
];

/// Words that furniture is made of; a short line that is mostly such words is furniture.
const WORDS: &[&str] = &[
    "首页",
    "网站首页",
    "打印",
    "关闭",
    "分享",
    "收藏",
    "转发",
    "纠错",
    "返回顶部",
    "返回",
    "顶部",
    "字体",
    "字号",
    "放大",
    "缩小",
    "无障碍",
    "无障碍浏览",
    "长者模式",
    "适老化",
    "关怀版",
    "繁体",
    "繁體",
    "简体",
    "登录",
    "注册",
    "搜索",
    "高级搜索",
    "站内搜索",
    "微信",
    "微博",
    "新浪微博",
    "QQ空间",
    "腾讯微博",
    "RSS",
    "English",
    "手机版",
    "移动版",
    "全真版",
    "文字版",
    "文件下载",
    "政务公开",
    "政务服务",
    "互动交流",
    "新闻中心",
    "办事服务",
    "专题专栏",
    "数据发布",
    "数据开放",
    "政民互动",
    "解读回应",
    "更多",
    "设为首页",
    "加入收藏",
    "联系我们",
    "关于我们",
    "网站声明",
    "隐私声明",
    "网站找错",
    "上一页",
    "下一页",
    "尾页",
    "语音播报",
    "大",
    "中",
    "小",
    "播放",
    "暂停",
    "没有了",
    "复制链接",
    "A+",
    "A-",
    "【",
    "】",
    "[",
    "]",
];

/// Lines of tools on pages in other languages; nothing else stands in the line.
const TOOL_LINES: &[&str] = &[
    "advert",
    "advertisement",
    "back to the top",
    "back to top",
    "close",
    "comments",
    "continue reading",
    "continue reading below",
    "email",
    "follow us",
    "leave a comment",
    "log in",
    "next",
    "previous",
    "print",
    "read more",
    "related articles",
    "reply",
    "save",
    "see all",
    "share",
    "sign in",
    "sign up",
    "skip advertisement",
    "skip to content",
    "skip to main content",
    "subscribe",
    "toggle caption",
    "top",
    "tweet",
    "video",
];

/// Headings of lists of other pages.
const OTHER_PAGES: &[&str] = &[
    "相关信息",
    "相关链接",
    "相关文章",
    "相关新闻",
    "相关阅读",
    "相关解读",
    "相关文档",
    "相关稿件",
    "相关文件",
    "延伸阅读",
    "推荐阅读",
    "热点推荐",
    "最新信息",
    "最新文章",
    "热门文章",
    "历年年报",
    "往年报告",
    "文字解读",
    "图片解读",
    "H5解读",
    "附件下载",
    "您可能感兴趣",
    "猜你喜欢",
    "相关资讯",
    "相关推荐",
    "相关专题",
    "相关内容",
    "相关报道",
    "热门推荐",
    "精彩推荐",
    "推荐文章",
    "推荐新闻",
    "推荐资讯",
    "为您推荐",
    "为你推荐",
    "编辑推荐",
    "大家都在看",
    "热点新闻",
    "热门新闻",
    "热点资讯",
    "最新资讯",
    "最新评论",
    "网友评论",
    "热门评论",
    "全部评论",
    "发表评论",
    "新闻排行",
    "点击排行",
    "阅读排行",
    "热门排行",
    "排行榜",
    "更多新闻",
    "更多文章",
];

/// Keys of metadata blocks that mean nothing else.
const KEYS: &[&str] = &[
    "索引号",
    "索取号",
    "信息索引号",
    "索引",
    "发布机构",
    "发布单位",
    "发布部门",
    "发文机关",
    "发文机构",
    "发文单位",
    "公开机构",
    "公开主体",
    "公开责任部门",
    "公开日期",
    "公开时间",
    "发布日期",
    "发布时间",
    "发文日期",
    "发文时间",
    "成文日期",
    "生成日期",
    "生成时间",
    "制作日期",
    "形成日期",
    "更新时间",
    "更新日期",
    "录入时间",
    "文号",
    "发文字号",
    "文件编号",
    "发文文号",
    "主题分类",
    "主题词",
    "主题",
    "信息分类",
    "分类",
    "组配分类",
    "体裁分类",
    "体裁",
    "服务对象",
    "服务对象分类",
    "公开方式",
    "公开形式",
    "公开时限",
    "公开范围",
    "公开类别",
    "公开程序",
    "公开属性",
    "有效性",
    "时效",
    "时效性",
    "效力状态",
    "生效日期",
    "失效日期",
    "废止日期",
    "信息来源",
    "稿件来源",
    "文章来源",
    "浏览次数",
    "浏览量",
    "点击数",
    "点击量",
    "点击率",
    "点击次数",
    "访问次数",
    "访问量",
    "阅读次数",
    "阅读量",
    "阅读数",
    "阅读",
    "浏览",
    "点击",
    "责任编辑",
    "信息名称",
    "文件名称",
    "所属栏目",
    "所属机构",
    "所属主题",
    "信息类别",
    "文件类型",
    "载体类型",
    "记录形式",
    "关键词",
    "关键字",
    "内容概述",
    "内容摘要",
    "文件下载",
    "原文链接",
    "采集时间",
    "发布人",
    "发布者",
    "文章作者",
    "阅读人次",
    "信息提供",
    "供稿",
    "摘自",
    "审核人",
    "上传时间",
    "语种",
    "目录编号",
    "信息标题",
    "文件标题",
    "发布文号",
    "网站名称",
    "來源",
    "發佈日期",
    "發佈機構",
    "索引號",
    "文號",
    "公開日期",
    "生成日期",
];

/// Keys of metadata blocks that a report's own text uses too; only believed outside of the text.
const WEAK_KEYS: &[&str] = &[
    "标题",
    "名称",
    "时间",
    "日期",
    "单位",
    "来源",
    "编辑",
    "审核",
    "作者",
    "备注",
    "栏目",
    "摘要",
    "类别",
    "撰稿",
    "签发",
    "状态",
    "题名",
    "公文种类",
    "标签",
    "標題",
    "時間",
    "部门",
];

/// Keys of tools, which hold no metadata.
const TOOL_KEYS: &[&str] =
    &["字体", "字号", "打印", "分享", "分享到", "分享至", "保护视力色", "视力保护色", "背景色", "字體", "字號"];

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
    if chars <= 24 && TOOL_LINES.iter().any(|line| text.trim().eq_ignore_ascii_case(line)) {
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

/// Names by which class and id attributes call furniture.
const FURNITURE_NAMES: &[&str] = &[
    "nav",
    "navbar",
    "menu",
    "crumb",
    "crumbs",
    "breadcrumb",
    "breadcrumbs",
    "position",
    "location",
    "share",
    "bdshare",
    "bdsharebuttonbox",
    "foot",
    "footer",
    "copyright",
    "related",
    "rel",
    "relate",
    "relnews",
    "recommend",
    "prev",
    "next",
    "pager",
    "pagination",
    "history",
    "qrcode",
    "ewm",
    "sidebar",
    "side",
    "search",
    "print",
    "tool",
    "tools",
    "toolbar",
    "hot",
    "rank",
    "friendlink",
    "links",
    "comment",
    "login",
];

/// Whether a class or id attribute calls its element furniture.
pub(super) fn names_furniture(value: &str) -> bool {
    value
        .split(|c: char| !c.is_ascii_alphanumeric())
        .flat_map(|token| std::iter::once(token).chain(token.split(|c: char| c.is_ascii_digit())))
        .any(|token| token.len() < 20 && FURNITURE_NAMES.iter().any(|name| name.eq_ignore_ascii_case(token)))
}

/// What names of elements that stand beside an article begin with, and nothing else.
const BESIDE: &[&str] = &[
    "footer",
    "copyright",
    "comment",
    "pinglun",
    "recommend",
    "related",
    "relate",
    "tuijian",
    "sidebar",
    "newsletter",
    "subscribe",
    "breadcrumb",
    "hotnews",
    "toolbar",
    "share",
    "promo",
    "advert",
    "disclaimer",
    "taboola",
    "outbrain",
    "cookie",
    "onetrust",
    "consent",
    "popup",
    "modal",
    "dialog",
];

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

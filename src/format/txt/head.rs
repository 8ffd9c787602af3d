//! What scrapers and sites put around a text: heads of keys and values, breadcrumbs, buttons.

use super::lines::{Line, is_space, trim};
use crate::document::Metadata;

/// Keys that archives and sites print before a text.
const KEYS: &[&str] = &[
    "标题",
    "发布时间",
    "发布日期",
    "公开日期",
    "生成日期",
    "成文日期",
    "发文日期",
    "更新时间",
    "更新日期",
    "修改时间",
    "文号",
    "发布机构",
    "发文机关",
    "公开机构",
    "栏目",
    "原文链接",
    "本地目录",
    "页面链接与图片",
    "索引号",
    "信息索引号",
    "信息分类",
    "主题分类",
    "分类",
    "名称",
    "信息名称",
    "来源",
    "信息来源",
    "文章来源",
    "作者",
    "时间",
    "日期",
    "关键词",
    "主题词",
    "有效性",
    "时效",
    "体裁",
    "公开方式",
    "公开范围",
    "浏览次数",
    "浏览量",
    "访问量",
    "阅读",
    "阅读次数",
    "点击",
    "点击数",
    "点击次数",
    "字体",
    "字号",
    "字体大小",
    "编辑",
    "责任编辑",
    "审核",
    "打印",
    "保存",
    "收藏",
    "分享至",
    "分享到",
    "分享",
];

/// Words of buttons and menus that stand alone on a line or in a row of such words.
const BUTTONS: &[&str] = &[
    "打印",
    "关闭",
    "打印本页",
    "关闭本页",
    "关闭窗口",
    "打印文章",
    "收藏",
    "保存",
    "微信",
    "微博",
    "QQ空间",
    "全真版",
    "文字版",
    "文件下载",
    "附件下载",
    "相关链接",
    "相关链接：",
    "关怀版",
    "无障碍",
    "长者模式",
    "返回顶部",
    "返回",
    "首页",
    "大",
    "中",
    "小",
    "-->",
    "扫一扫",
    "分享",
    "上一篇",
    "下一篇",
    "【打印】",
    "【关闭】",
    "【打印本页】",
    "【关闭本页】",
    "【",
    "】",
    "字体",
    ">",
    "»",
    "›",
    "/",
];

/// Words that begin a breadcrumb.
const CRUMBS: &[&str] =
    &["当前位置", "您当前所在位置", "您现在的位置", "您的位置", "当前所在位置", "你的位置", "您所在的位置", "所在位置"];

/// The rule between a scraper's head and the text, as the byte range of the rule and its caption.
fn find_rule(text: &str) -> Option<std::ops::Range<usize>> {
    let start = text.find("=====").or_else(|| text.find("-----正文"))?;
    let rule = text.get(start..start + 1)?;
    let run = text.get(start..)?;
    let first = run.len() - run.trim_start_matches(rule).len();
    let after = run.get(first..)?;
    // A caption and the rule's other half, on the same line.
    let line_end = after.find(['\n', '\r']).unwrap_or(after.len());
    let on_line = after.get(..line_end)?;
    let end = match on_line.find(&rule.repeat(5)) {
        Some(second) if on_line.get(..second)?.chars().count() <= 20 => {
            let rest = on_line.get(second..)?;
            start + first + second + (rest.len() - rest.trim_start_matches(rule).len())
        }
        _ => start + first,
    };
    Some(start..end)
}

/// Takes the head of keys and values above a rule (`==== 正文 ====`) off a text, if it has one: gives the
/// metadata and the byte where the text itself begins.
pub fn take_head(text: &str) -> (Vec<Metadata>, usize) {
    let near = text.char_indices().nth(4000).map_or(text.len(), |(at, _)| at);
    let Some(rule) = text.get(..near).and_then(find_rule) else { return (Vec::new(), 0) };
    let head = text.get(..rule.start).unwrap_or("");
    if !KEYS.iter().any(|k| trim(head).starts_with(k)) {
        return (Vec::new(), 0);
    }
    let mut metadata = Vec::new();
    for line in super::lines::split(head) {
        read_pairs(line, &mut metadata);
    }
    (metadata, rule.end)
}

/// Reads `key: value` pairs of a line, several where they stand in a row or run together.
pub fn read_pairs(line: Line<'_>, out: &mut Vec<Metadata>) {
    let marks = find_keys(line.text);
    for (n, mark) in marks.iter().enumerate() {
        let end = marks.get(n + 1).map_or(line.text.len(), |next| next.start);
        let value = trim(line.text.get(mark.value..end).unwrap_or(""));
        if !value.is_empty() {
            out.push(Metadata { key: mark.key.to_owned(), value: value.to_owned(), anchor: line.anchor(mark.start) });
        }
    }
}

struct Mark {
    key: &'static str,
    start: usize,
    value: usize,
}

/// The known keys with a colon behind them, the longest at each place.
fn find_keys(text: &str) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for (at, _) in text.match_indices([':', '：']) {
        let before = text.get(..at).unwrap_or("").trim_end_matches(is_space);
        let Some(key) = KEYS.iter().filter(|k| before.ends_with(**k)).max_by_key(|k| k.len()) else { continue };
        let start = before.len() - key.len();
        if marks.last().is_some_and(|m| start < m.value) {
            continue;
        }
        let colon = text.get(at..).and_then(|s| s.chars().next()).map_or(1, char::len_utf8);
        marks.push(Mark { key, start, value: at + colon });
    }
    marks
}

/// What a line is to the report.
pub enum Chrome {
    /// Part of the text; the byte where the text begins (behind a breadcrumb run together with it).
    Text(usize),
    /// Furniture of the site: left out, with what it says of the text.
    Furniture(Vec<Metadata>),
}

/// Tells furniture from text.
pub fn judge(line: Line<'_>) -> Chrome {
    let text = line.trimmed();
    let length = text.chars().count();
    if is_page_number(text) {
        return Chrome::Furniture(Vec::new());
    }
    if CRUMBS.iter().any(|c| text.starts_with(c)) {
        if length > 200 {
            // Run together with the text behind it: the last button within reach ends it.
            let near = line.text.char_indices().nth(200).map_or(line.text.len(), |(at, _)| at);
            let reach = line.text.get(..near).unwrap_or("");
            let end = ["关闭", "打印", "相关链接： -->", "-->"]
                .iter()
                .filter_map(|b| reach.find(b).map(|at| at + b.len()))
                .max();
            return Chrome::Text(end.unwrap_or(0));
        }
        return Chrome::Furniture(pairs(line));
    }
    if length > 120 {
        return Chrome::Text(0);
    }
    let words: Vec<&str> = text.split(is_space).filter(|w| !w.is_empty()).collect();
    if !words.is_empty()
        && length > 1
        && words.iter().all(|w| is_button(w))
        && words.iter().any(|w| w.chars().count() > 1)
    {
        return Chrome::Furniture(Vec::new());
    }
    // A row of keys of which at least one is only ever a site's: 来源：… 浏览次数：… 打印 关闭
    let marks = find_keys(line.text);
    let site = |k: &str| {
        ["浏览", "访问量", "阅读", "点击", "字体", "字号", "打印", "分享", "来源", "作者"].iter().any(|s| k.contains(s))
    };
    if marks.first().is_some_and(|m| trim(line.text.get(..m.start).unwrap_or("")).chars().count() <= 1)
        && marks.iter().any(|m| site(m.key))
        && !text.ends_with('。')
    {
        return Chrome::Furniture(pairs(line));
    }
    Chrome::Text(0)
}

fn is_button(word: &str) -> bool {
    BUTTONS.contains(&word) || word.strip_suffix(['：', ':']).is_some_and(|w| BUTTONS.contains(&w))
}

fn pairs(line: Line<'_>) -> Vec<Metadata> {
    let mut out = Vec::new();
    read_pairs(line, &mut out);
    // Buttons behind the last value are no part of it.
    for entry in &mut out {
        while let Some((rest, word)) = entry.value.rsplit_once(is_space) {
            if !is_button(word) {
                break;
            }
            entry.value = rest.trim_end_matches(is_space).to_owned();
        }
    }
    out
}

/// `- 4 -`, `—3—`, `第 2 页 共 5 页` alone on a line.
fn is_page_number(text: &str) -> bool {
    if text.chars().count() > 16 {
        return false;
    }
    let dash = |c: char| matches!(c, '-' | '—' | '–' | '－' | '─' | '―');
    if text.starts_with(dash) && text.ends_with(dash) {
        let inner = trim(text.trim_matches(dash));
        return !inner.is_empty() && inner.chars().count() <= 4 && inner.chars().all(|c| c.is_ascii_digit());
    }
    let plain: String = text.chars().filter(|c| !is_space(*c)).collect();
    let Some(rest) = plain.strip_prefix('第') else { return false };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let Some(rest) = rest.strip_prefix('页') else { return false };
    let rest = rest.trim_start_matches(['/', ',', '，']);
    rest.is_empty() || (rest.starts_with('共') && rest.ends_with('页'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line<'_> {
        Line { text, number: 3, column: 1 }
    }

    #[test]
    fn a_scrapers_head_becomes_metadata() {
        for text in [
            "标题: 甲县2020年报告\n发布时间: 2021-01-08 10:00\n文号: \n发布机构: 甲县\n==== x\n",
            "标题: 甲县2020年报告发布时间: 2021-01-08 10:00发布机构: 甲县===== 正文 =====一、总体",
            "标题: 甲县2020年报告 发布时间: 2021-01-08 10:00 发布机构: 甲县 ===== 正文 ===== 一、总体",
        ] {
            let text = text.replace("==== x", "======== 正文 ========");
            let (metadata, at) = take_head(&text);
            let pairs: Vec<(&str, &str)> = metadata.iter().map(|m| (m.key.as_str(), m.value.as_str())).collect();
            assert_eq!(pairs, [("标题", "甲县2020年报告"), ("发布时间", "2021-01-08 10:00"), ("发布机构", "甲县")]);
            assert!(!text[at..].contains('='), "{text}");
        }
        assert_eq!(take_head("一、总体情况\n=====\n").1, 0);
        let mut pairs = Vec::new();
        read_pairs(line("更新时间：2024-05-06 发布时间：2023-01-18"), &mut pairs);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|m| (m.key.as_str(), m.value.as_str())).collect();
        assert_eq!(pairs, [("更新时间", "2024-05-06"), ("发布时间", "2023-01-18")]);
    }

    #[test]
    fn furniture_is_told_from_text() {
        for text in [
            "当前位置： 首页 > 政务公开 > 年报 来源：甲局 时间：2021-02-07 浏览次数：158次 打印 关闭",
            "- 3 -",
            "第 2 页 共 5 页",
            "【打印本页】 【关闭本页】",
            "信息来源:乙镇 作者:佚名 发布时间:2022-01-19 16:05 【 字体:",
            "附件下载",
            "访问量:",
        ] {
            assert!(matches!(judge(line(text)), Chrome::Furniture(_)), "{text}");
        }
        for text in
            ["规章", "-", "-8", "小", "联系电话：0571-1", "时间紧，任务重。", "数据来源：某镇台账（2024年第1号）。"]
        {
            assert!(matches!(judge(line(text)), Chrome::Text(_)), "{text}");
        }
    }
}

use super::*;
use crate::document::{Anchor, Paragraph, Table};

fn document(html: &str) -> Document {
    read(html.as_bytes(), &Limits::default()).unwrap()
}

fn paragraphs(document: &Document) -> Vec<&str> {
    document
        .blocks
        .iter()
        .filter_map(|b| match b {
            Block::Paragraph(Paragraph { text, .. }) => Some(text.as_str()),
            Block::Table(_) => None,
        })
        .collect()
}

fn tables(document: &Document) -> Vec<&Table> {
    document
        .blocks
        .iter()
        .filter_map(|b| match b {
            Block::Table(table) => Some(table),
            Block::Paragraph(_) => None,
        })
        .collect()
}

/// Rows of `text@col` with spans as `xN`.
fn grid(table: &Table) -> Vec<String> {
    (0..table.rows)
        .map(|row| {
            let cells = table.cells.iter().filter(|c| c.row == row).map(|c| {
                let spans =
                    if c.row_span * c.col_span > 1 { format!("x{}.{}", c.row_span, c.col_span) } else { String::new() };
                format!("{}@{}{}", c.text.replace('\n', "/"), c.col, spans)
            });
            cells.collect::<Vec<_>>().join(" ")
        })
        .collect()
}

fn only_grid(html: &str) -> Vec<String> {
    let document = document(html);
    let tables = tables(&document);
    assert_eq!(tables.len(), 1, "{:?}", document.blocks);
    grid(tables[0])
}

fn place(anchor: &Anchor) -> (String, u32, u32) {
    match anchor {
        Anchor::Node { path, line, column } => (path.clone(), *line, *column),
        other => panic!("{other:?}"),
    }
}

const PROSE: &str = "2020年，我局认真贯彻落实条例，主动公开政府信息12条，办理依申请公开3件，未发生行政复议。";

#[test]
fn places_are_those_of_the_source() {
    let html = format!(
        "<!-- 注 > 释 --><html>\n<body class='a>b'>\r\n  <p title=\"甲>乙\">{PROSE}</p><table>\n<tr><td>规章</td><td\n>1</td></tr><tr><td>数<td>2</table>\n尾<br>  又一行，还有。</body>"
    );
    let document = document(&html);
    let at: Vec<_> = document.blocks.iter().map(|b| place(b.anchor())).collect();
    let paragraph_column = 3;
    assert_eq!(at[0], ("html/body/p[1]".to_owned(), 3, paragraph_column));
    let table_column = 3 + "<p title=\"甲>乙\"></p>".chars().count() as u32 + PROSE.chars().count() as u32;
    assert_eq!(at[1], ("html/body/table[1]".to_owned(), 3, table_column));
    let cells: Vec<_> = tables(&document)[0].cells.iter().map(|c| place(&c.anchor)).collect();
    assert_eq!(cells[0], ("html/body/table[1]/tbody[1]/tr[1]/td[1]".to_owned(), 4, 5));
    assert_eq!(cells[1], ("html/body/table[1]/tbody[1]/tr[1]/td[2]".to_owned(), 4, 16));
    assert_eq!((cells[2].1, cells[2].2), (5, 17));
    assert_eq!((cells[3].1, cells[3].2), (5, 22));
    assert_eq!(at[2], ("html/body".to_owned(), 6, 1));
    assert_eq!(at[3], ("html/body".to_owned(), 6, 8));
}

#[test]
fn scripts_with_tags_do_not_move_places() {
    let html = format!("<script>if(a<b){{w('<p>x</p>')}}</script><style>p>a{{}}</style>\n<div><p>{PROSE}</p></div>");
    let document = document(&html);
    let (path, line, column) = place(document.blocks[0].anchor());
    assert_eq!((path.as_str(), line, column), ("html/body/div[1]/p[1]", 2, 6));
}

#[test]
fn joins_split_digits_and_breaks_lines() {
    let html = format!(
        "<div><p><span>20</span><span>23</span><font>年</font></p><p>&nbsp;&nbsp;　一、总体情况<br/>{PROSE}</p><p><o:p>&nbsp;</o:p></p></div>"
    );
    assert_eq!(paragraphs(&document(&html)), ["2023年", "一、总体情况", PROSE]);
}

#[test]
fn cells_join_their_lines() {
    let html = "<table><tr><td><p></p><p>商业</p><p>企业</p></td><td>本年新<br>\n 制作数量</td><td><o:p>&nbsp;</o:p></td></tr>\
        <tr><td><span>1</span><span>2</span></td><td> 0 </td><td></td></tr></table>";
    assert_eq!(only_grid(html), ["商业/企业@0 本年新/制作数量@1 \u{a0}@2", "12@0 0@1 @2"]);
}

#[test]
fn resolves_spans_right_and_wrong() {
    let html = "<table><tr><td rowspan=2>a<td colspan=2>b</tr><tr><td>c<td>d</tr><tr><td>1<td>2<td>3</tr></table>";
    assert_eq!(only_grid(html), ["a@0x2.1 b@1x1.2", "c@1 d@2", "1@0 2@1 3@2"]);
    // Row span beyond the table, column span 0, a bomb of a span.
    let html = "<table><tr><td rowspan=9>a<td colspan=0>b<td colspan=999999999>c</tr><tr><td>1<td>2</tr></table>";
    assert_eq!(only_grid(html), ["a@0x2.1 b@1 c@2", "1@1 2@2"]);
    // A row span too long by one: the last row has all its cells.
    let html = "<table><tr><td rowspan=3>a<td>b<td>c</tr><tr><td>d<td>e</tr><tr><td>1<td>2<td>3</tr><tr><td>4<td>5<td>6</tr></table>";
    assert_eq!(only_grid(html), ["a@0x2.1 b@1 c@2", "d@1 e@2", "1@0 2@1 3@2", "4@0 5@1 6@2"]);
    // A span too long by one within one that is right: the row is complete without it.
    let long = "<table><tr><td rowspan=5>甲<td rowspan=3>乙<td>子<td>1<td>2</tr><tr><td>丑<td>3<td>4</tr>\
        <tr><td rowspan=2>丙<td>寅<td>5<td>6</tr><tr><td>卯<td>7<td>8</tr><tr><td colspan=2>丁<td>9<td>0</tr></table>";
    let rows =
        ["甲@0x5.1 乙@1x2.1 子@2 1@3 2@4", "丑@2 3@3 4@4", "丙@1x2.1 寅@2 5@3 6@4", "卯@2 7@3 8@4", "丁@1x1.2 9@3 0@4"];
    assert_eq!(only_grid(long), rows);
    // A row with a value too many is not complete without the cell above: nothing of it moves.
    let html = long.replace("rowspan=3>乙", "rowspan=2>乙").replace("<td>7<td>8", "<td>7<td>8<td>9");
    assert_eq!(only_grid(&html)[3], "卯@2 7@3 8@4 9@5");
    // Missing cells stay holes.
    let html = "<table><tr><td>a<td>b<td>c</tr><tr><td>1</tr></table>";
    assert_eq!(only_grid(html), ["a@0 b@1 c@2", "1@0"]);
}

#[test]
fn mends_missing_end_tags() {
    let html = "<TABLE border=1><TR><TD>规章<TD>0<TR><TD>规范性文件<TD>12</TABLE>";
    assert_eq!(only_grid(html), ["规章@0 0@1", "规范性文件@0 12@1"]);
}

#[test]
fn fields_of_a_printed_form_show_their_values() {
    let rows = only_grid(&format!(
        "<p>{PROSE}</p><input value=搜索><table><tr><td>规章</td><td><INPUT type=Text value='12' readonly></td>\
         <td><input value=0><input type=hidden value=7><input type=checkbox value=8></td>\
         <td><textarea>3</textarea></td><td><input></td></tr></table>"
    ));
    assert_eq!(rows, ["规章@0 12@1 0@2 3@3 @4"]);
}

#[test]
fn dissolves_layout_tables() {
    let html = format!(
        "<table width=770><tr><td><table><tr><td>公开指南</td></tr><tr><td>公开目录</td></tr></table></td><td>\
         <table><tr><td><p>一、总体情况</p><p>{PROSE}</p><p>二、主动公开</p><center><table><tr><td>规章</td><td>1</td></tr>\
         <tr><td>其他</td><td>2</td></tr></table></center><p>三、其他，没有。</p></td></tr></table></td></tr></table>"
    );
    let document = document(&html);
    assert_eq!(paragraphs(&document), ["一、总体情况", PROSE, "二、主动公开", "三、其他，没有。"]);
    assert_eq!(grid(tables(&document)[0]), ["规章@0 1@1", "其他@0 2@1"]);
}

#[test]
fn a_picture_alone_in_a_cell_is_no_blank() {
    let html = "<table><tr><td>甲</td><td><p><img src=3.png></p></td><td></td></tr><tr><td>乙</td><td>4<img src=a.png></td><td>5</td></tr></table>";
    assert_eq!(grid(tables(&document(html))[0]), ["甲@0 \u{fffd}@1 @2", "乙@0 4@1 5@2"]);
}

#[test]
fn nested_data_tables_stand_for_themselves() {
    let html = "<table><tr><td>甲</td><td>1</td></tr><tr><td>乙<table><tr><td>x</td><td>7</td></tr><tr><td>y</td><td>8</td></tr></table></td>\
        <td>2</td></tr><tr><td>丙</td><td>3</td></tr><tr><td>丁</td><td>4</td></tr></table>";
    let document = document(html);
    let tables = tables(&document);
    assert_eq!(tables.len(), 2);
    assert_eq!(grid(tables[0]), ["甲@0 1@1", "乙@0 2@1", "丙@0 3@1", "丁@0 4@1"]);
    assert_eq!(grid(tables[1]), ["x@0 7@1", "y@0 8@1"]);
}

#[test]
fn keeps_the_site_out_and_its_metadata() {
    let html = format!(
        "<html><head><title>某县2020年政府信息公开工作年度报告</title><meta name=PubDate content=2021-01-05></head><body>\
         <div class=header><ul><li><a href=/>首页</a></li><li><a href=/a>政务公开</a></li></ul></div>\
         <div>当前位置：<a href=/>首页</a> > 年报</div>\
         <table><tr><td>索 引 号：</td><td>0123/2021-1</td><td>文 号：</td><td></td></tr><tr><td>发布机构：</td><td>某县</td><td>公开日期：</td><td>2021-01-05</td></tr></table>\
         <h1>某县2020年政府信息公开工作年度报告</h1><div>发布日期：2021-01-05 来源：某县 浏览次数：<span>9</span> 字体：[大 中 小]</div>\
         <div class=con><p>某县2020年</p><p>政府信息公开工作年度报告</p><p>一、总体情况</p><p>{PROSE}</p><p>单位：某县办公室</p><p>2021年1月5日</p></div>\
         <div class=rel><h4>相关信息</h4><ul><li><a href=/b>某县2019年政府信息公开工作年度报告</a></li></ul></div>\
         <div>上一篇：<a href=/c>某县2018年报告</a> 下一篇：没有了</div><div class=footer>主办：某县 网站标识码：123 ICP备1号</div></body></html>"
    );
    let document = document(&html);
    let title = "某县2020年政府信息公开工作年度报告";
    assert_eq!(paragraphs(&document), [title, "一、总体情况", PROSE, "单位：某县办公室", "2021年1月5日"]);
    let Block::Paragraph(first) = &document.blocks[0] else { panic!() };
    assert_eq!(first.role, Role::Heading(1));
    let value = |key: &str| document.metadata.iter().find(|m| m.key == key).map(|m| m.value.as_str());
    assert_eq!(value("title"), Some(title));
    assert_eq!(value("PubDate"), Some("2021-01-05"));
    assert_eq!(value("索引号"), Some("0123/2021-1"));
    assert_eq!(value("文号"), Some(""));
    assert_eq!(value("发布机构"), Some("某县"));
    assert_eq!(value("来源"), Some("某县"));
    assert_eq!(value("浏览次数"), Some("9"));
    assert_eq!(value("字体"), None);
}

#[test]
fn the_lines_of_a_first_heading_are_one_title() {
    let body = "<p>2023年，我局认真贯彻落实政府信息公开条例，扎实推进各项工作，公开质量不断提高。</p>".repeat(3);
    let menu = "<div class=logo>云山县人民政府</div><ul><li><a href=/>首页</a><li><a href=/a>政务公开</a></ul>";
    let page =
        format!("{menu}<h1>云山县水利局<br>2023年政府信息公开工作年度报告</h1><div class=TRS_Editor>{body}</div>");
    let found = document(&page);
    assert_eq!(paragraphs(&found).get(..2), Some(&["云山县水利局", "2023年政府信息公开工作年度报告"][..]));
}

#[test]
fn reads_metadata_of_lists() {
    let html = format!(
        "<aside><dl><dt>索引号</dt><dd>1/2021</dd><dt>文号</dt><dd></dd><dt>发布机构</dt><dd>某局</dd></dl></aside>\
         <ul><li><b>生成日期：</b><span>2021-01-05</span></li></ul><article><p>{PROSE}</p><p>{PROSE}</p></article>"
    );
    let document = document(&html);
    assert_eq!(paragraphs(&document), [PROSE, PROSE]);
    let pairs: Vec<_> = document.metadata.iter().map(|m| (m.key.as_str(), m.value.as_str())).collect();
    assert_eq!(pairs, [("索引号", "1/2021"), ("文号", ""), ("发布机构", "某局"), ("生成日期", "2021-01-05")]);
}

#[test]
fn hidden_panels_are_read_and_hidden_copies_are_not() {
    let panel = format!(
        "<div style='display: none'><p>{PROSE}</p><p>{PROSE}</p><table><tr><td>规章</td><td>1</td></tr></table></div>"
    );
    let html = format!("<h3>一、总体情况</h3>{panel}<div style='display:none'>提示</div>");
    let shown = document(&html);
    assert_eq!(paragraphs(&shown), ["一、总体情况", PROSE, PROSE]);
    assert_eq!(tables(&shown).len(), 1);
    let html = format!("<div><p>{PROSE}</p><p>{PROSE}</p></div><div hidden><p>{PROSE}</p><p>{PROSE}</p></div>");
    assert_eq!(paragraphs(&document(&html)), [PROSE, PROSE]);
}

#[test]
fn hidden_rows_take_no_place_and_hidden_tables_of_what_is_shown_are_left_out() {
    let table = |value: &str, more: &str| {
        let labels = ["信息内容", "本年制发件数", "行政规范性文件", "行政许可"];
        let row = |l: &&str| format!("<tr><td>{l}</td><td>{value}</td></tr>{more}");
        format!("<table>{}</table>", labels.iter().map(row).collect::<String>())
    };
    let html = format!("<div style='display:none'>{}</div>{}", table("7", ""), table("3", ""));
    let page = document(&html);
    assert_eq!(tables(&page).len(), 1);
    assert_eq!(grid(tables(&page)[0])[3], "行政许可@0 3@1");
    let rows = "<tr><td rowspan=2>甲</td><td>1</td></tr><tr hidden><td>乙</td><td>8</td></tr><tr><td>2</td></tr>";
    let page = document(&format!("<p>{PROSE}</p><table>{rows}<tr><td>丙</td><td>3</td></tr></table>"));
    assert_eq!(grid(tables(&page)[0]), ["甲@0x2.1 1@1", "2@1", "丙@0 3@1"]);
}

#[test]
fn reads_reports_in_scripts_and_json() {
    let inner = format!(
        "<p>一、总体情况</p><p>{}</p><table><tr><td>规章</td><td>1</td></tr><tr><td>其他</td><td>2</td></tr></table>",
        PROSE.repeat(8)
    );
    let html = format!(
        "<title>年报</title><body><div id=app>加载中</div>\n<script>let content = \"{}\";</script>",
        inner.replace("</", "<\\/")
    );
    let page = document(&html);
    assert_eq!(paragraphs(&page)[0], "一、总体情况");
    assert_eq!(grid(tables(&page)[0]), ["规章@0 1@1", "其他@0 2@1"]);
    assert_eq!(place(page.blocks[0].anchor()), ("html/body/script[1]/p[1]".to_owned(), 2, 24));
    let json = serde_json::json!({"code": 0, "data": {"title": "年报", "content": inner}}).to_string();
    let answer = document(&json);
    assert_eq!(paragraphs(&answer)[0], "一、总体情况");
    assert_eq!(tables(&answer).len(), 1);
}

#[test]
fn a_stray_quote_makes_no_attribute_of_a_page() {
    // Between the quotes stands much that no reader sees.
    let notes = format!("<p>{}</p>", "此处为样式说明，请勿修改。".repeat(30));
    let strays = [
        format!("<style>a {{ b: url('data:c='); }} {notes} d::after {{ content: '' }}</style>"),
        format!("<script>f = '<a href=\"' + b {notes}; g = '\">'</script>"),
        format!("<!-- <a title=\"b\"> c=\" {notes} d=\" -->"),
        format!("<script><!-- a --> {notes}</script>"),
    ];
    for stray in strays {
        let page = document(&format!("{stray}<p>{PROSE}</p><p title=\"a\" id='b'>{PROSE}</p>"));
        assert_eq!(paragraphs(&page), [PROSE, PROSE], "{stray}");
    }
}

#[test]
fn reads_reports_in_fields_and_attributes_and_markup_escaped_once_too_often() {
    let inner = format!(
        "<p class=\"a\">一、总体情况</p><p>{}</p><table><tr><td>规章</td><td>1</td></tr><tr><td>其他</td><td>2</td></tr></table>",
        PROSE.repeat(8)
    );
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let (once, twice) = (escape(&inner), escape(&escape(&inner)));
    let percent: String = inner.bytes().map(|b| format!("%{b:02X}")).collect();
    let units: String =
        inner.encode_utf16().map(|u| if u < 128 { format!("%{u:02X}") } else { format!("%u{u:04X}") }).collect();
    for holder in [
        format!("<textarea id=c style='display:none'>{once}</textarea>"),
        format!("<textarea id=c>{inner}</textarea>"),
        format!("<template>{inner}</template>"),
        format!("<script type='text/html'>正文{inner}</script>"),
        format!("<iframe srcdoc=\"{once}\"></iframe>"),
        format!("<meta name=description content=\"{}\"><input type=hidden value=\"正文{once}\">", PROSE.repeat(9)),
        format!("<script>let a = \"{once}\"</script>"),
        format!("<script>let a = \"{twice}\"</script>"),
        format!("<script>w(decodeURIComponent('{percent}'))</script>"),
        format!("<script>w(unescape('{units}'))</script>"),
        format!("<div>{once}</div>"),
    ] {
        let page = document(&format!("<title>年报</title><h1>某县年度报告</h1>\n{holder}"));
        let at = paragraphs(&page).iter().position(|p| p.ends_with("一、总体情况"));
        assert!(at.is_some(), "{holder}: {:?}", page.blocks);
        assert_eq!(grid(tables(&page)[0]), ["规章@0 1@1", "其他@0 2@1"], "{holder}");
        assert_eq!(place(&tables(&page)[0].anchor).1, 2, "{holder}");
    }
    // Markup that a text speaks of is no page.
    let page = document(&format!("<p>{PROSE}</p><p>表格用&lt;td&gt;与&lt;/td&gt;。</p>"));
    assert_eq!(paragraphs(&page), [PROSE, "表格用<td>与</td>。"]);
}

#[test]
fn text_with_marked_up_tables_keeps_its_lines() {
    let text = format!(
        "# 年度报告\n\n一、总体情况\n{PROSE}\n<table><tr><td>规章</td><td>1</td></tr><tr><td>其他</td><td>2</td></tr></table>\n\n二、问题\n"
    );
    let document = document(&text);
    assert_eq!(paragraphs(&document), ["# 年度报告", "一、总体情况", PROSE, "二、问题"]);
    let lines: Vec<u32> = document.blocks.iter().map(|b| place(b.anchor()).1).collect();
    assert_eq!(lines, [1, 3, 4, 5, 7]);
}

#[test]
fn declared_charsets_may_lie() {
    for (declared, encoding) in [("gb2312", "utf-8"), ("utf-8", "gb18030"), ("gbk", "gb18030")] {
        let html =
            format!("<html><meta http-equiv=Content-Type content=\"text/html; charset={declared}\"><p>{PROSE}</p>");
        let bytes =
            if encoding == "utf-8" { html.into_bytes() } else { encoding_rs::GB18030.encode(&html).0.into_owned() };
        let document = read(&bytes, &Limits::default()).unwrap();
        assert_eq!(document.encoding.as_deref(), Some(encoding));
        assert_eq!(paragraphs(&document), [PROSE]);
    }
}

#[test]
fn hostile_pages_are_read() {
    let deep = format!("{}{PROSE}", "<div>".repeat(100_000));
    assert!(document(&deep).diagnostics.iter().any(|d| d.code == "nesting-cut"));
    document(&"<table><tr><td>".repeat(50_000));
    document(&"<b><p>".repeat(50_000));
    let fonts: String = (0..20_000).map(|i| format!("<p><font color={i}>x</p>")).collect();
    let _ = read(fonts.as_bytes(), &Limits::default());
    let attributes: String = (0..200_000).map(|i| format!(" a{i}=1")).collect();
    assert_eq!(paragraphs(&document(&format!("<p{attributes}>{PROSE}</p>"))), [PROSE]);
    let quoted: String = (0..100_000).map(|i| format!(" a{i}='>'")).collect();
    document(&format!("<p{quoted}>{PROSE}</p>"));
    document(&format!("<table>{}</table>", "<tr><td colspan=1000 rowspan=65534>1</td><td>2</td></tr>".repeat(2_000)));
    let cells = format!("<table>{}</table>", "<tr><td>1<td>2".repeat(300_000));
    assert_eq!(read(cells.as_bytes(), &Limits::default()).unwrap_err().code(), "too-large");
    document(&"<p>首页 > 索引号：".repeat(20_000));
    document(&"<".repeat(300_000));
    document(&format!("<script>{}", "\"<\\".repeat(100_000)));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn reads_anything(parts in proptest::collection::vec(proptest::sample::select(vec![
        "<table>", "</table>", "<tr>", "<td rowspan=3>", "<td colspan=2>", "</td>", "<p>", "</p>", "<div style='display:none'>", "</div>",
        "<b>", "</b>", "<br>", "规章", "12", "&nbsp;", "\n", "<!--", "-->", "<script>", "</script>", "\"", "'", ">", "<", "索引号：", "首页",
        "<svg>", "<select>", "<caption>", "<a href=x>", "</a>", "<li>", "<h1>", "\0", "\r", "<textarea>", "<template>",
    ]), 0..60)) {
        let html = parts.concat();
        let document = document(&html);
        for block in &document.blocks {
            if let Block::Table(table) = block {
                let mut seen = std::collections::BTreeSet::new();
                for cell in &table.cells {
                    for row in cell.row..cell.row + cell.row_span {
                        for col in cell.col..cell.col + cell.col_span {
                            proptest::prop_assert!(row < table.rows && col < table.cols && seen.insert((row, col)));
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_set_high_behind_a_number_is_no_digit_of_it() {
    let document =
        document("<table><tr><td>许可<td>22<sup><a>1</a></sup>件<td><sup>7</sup></tr><tr><td>甲<td>乙<td>丙</table>");
    let found = tables(&document);
    let texts: Vec<&str> = found[0].cells.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(texts[..3], ["许可", "22¹件", "7"]);
}

#[test]
fn what_is_struck_out_is_not_read_and_marks_are_told_by_their_style() {
    let struck = "<s>12</s>3|<del>12</del><ins>67</ins>|<span style='text-decoration: line-through'>5</span>6<span style='mso-hide:all'>7</span>";
    let marked = "18<span style='vertical-align: super'>1</span>|68<a href='#fn1'>1</a>|<a href='#fn1'>9</a>";
    let row = |cells: &str| format!("<tr><td>许可<td>{}</tr>", cells.replace('|', "<td>"));
    let document = document(&format!("<table>{}{}</table>", row(struck), row(marked)));
    let texts: Vec<&str> = tables(&document)[0].cells.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(texts, ["许可", "3", "67", "6", "许可", "18¹", "68¹", "9"]);
}

#[test]
fn what_tells_of_other_pages_stays_out() {
    let teaser = |n: u32| {
        format!(
            "<li><h3><a href=/{n}>某县召开政务公开工作推进会议{n}</a></h3><p>近日，某县召开会议，部署全年工作，强调抓好落实{n}。</p></li>"
        )
    };
    let teasers: String = (0..6).map(teaser).collect();
    let links: String = (0..6).map(|n| format!("<p><a href=/{n}>政务公开专栏第{n}期</a> 2020-01-0{n}</p>")).collect();
    for beside in [
        format!("<ul>{teasers}</ul>"),
        format!("<div class=comment-list><p>{PROSE}</p><p>{PROSE}</p></div>"),
        format!("<div>{links}<p>某县新闻网所载文章只代表作者的观点，与本网的立场无关，请读者自行判断。</p></div>"),
    ] {
        let page = format!(
            "<body><div><h1>某县民政局2020年年度报告</h1><div>{}</div></div>{beside}",
            format!("<p>{PROSE}</p>").repeat(4)
        );
        assert_eq!(paragraphs(&document(&page)), [&["某县民政局2020年年度报告"][..], &[PROSE; 4]].concat(), "{beside}");
    }
}

#[test]
fn a_month_beside_lines_without_sentences_is_no_report() {
    let days: String = (1..31).map(|day| format!("<td>{day}{}", if day % 7 == 0 { "<tr>" } else { "" })).collect();
    let lines: String = (0..30).map(|n| format!("<p>某县民政局办理第{n}件</p>")).collect();
    let document = document(&format!("<body><div><div>{lines}</div></div><table><tr>{days}</table>"));
    assert_eq!((paragraphs(&document).len(), tables(&document).len()), (30, 0));
}

#[test]
fn lines_of_menus_do_not_hide_a_report_in_a_script() {
    let menu: String = (0..60).map(|n| format!("<li>政务公开专栏第{n}期</li>")).collect();
    let page = format!("<body><ul>{menu}</ul><script>var t = '{}'</script>", format!("<p>{PROSE}</p>").repeat(4));
    assert_eq!(paragraphs(&document(&page)), [PROSE; 4]);
}

#[test]
fn links_in_its_midst_do_not_end_a_report() {
    let links: String = (0..6).map(|n| format!("<p><a href=/{n}>政务公开专栏第{n}期</a></p>")).collect();
    let table = "<table><tr><td>规章<td>1<td>2<tr><td>行政许可<td>3<td>4</table>";
    for behind in [format!("<div><p>六、其他需要报告的事项</p><p>{PROSE}</p></div>"), format!("{table}<p>{PROSE}</p>")]
    {
        let page = format!("<body><div>{}</div><div>{links}</div>{behind}", format!("<p>{PROSE}</p>").repeat(4));
        assert_eq!(paragraphs(&document(&page)).iter().filter(|p| **p == PROSE).count(), 5, "{behind}");
    }
}

#[test]
fn tables_of_a_few_words_show_those_in_their_cells() {
    let page = "<table><tr><td>A<td>B<tr><td><table><tr><td>1<td>2<tr><td>3<td>4</table><td>C</table>";
    let document = document(page);
    let grids: Vec<Vec<String>> = tables(&document).into_iter().map(grid).collect();
    assert_eq!(grids, [["A@0 B@1", "1/2/3/4@0 C@1"], ["1@0 2@1", "3@0 4@1"]]);
}

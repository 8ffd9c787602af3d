//! Grids of every shape against the embedded forms: what is read, what is refused, what is said.

use super::{Alignment, align};
use crate::document::{Block, Document, TableKind};
use crate::limits::Limits;
use crate::pattern::PatternSet;

pub(super) fn html(body: &str) -> Document {
    crate::format::html::read(format!("<meta charset=utf-8>{body}").as_bytes(), &Limits::default()).unwrap()
}

pub(super) fn read(document: &Document) -> Alignment {
    align(document, PatternSet::embedded().family("ogi").unwrap())
}

/// Variables of a row with their values or states.
pub(super) fn values(found: &Alignment, prefix: &str) -> Vec<String> {
    let of = |v: &&crate::record::Reading| v.variable.starts_with(prefix);
    let show = |r: &crate::record::Reading| r.value.map_or_else(|| r.state.name().to_owned(), |v| v.to_string());
    found.readings.iter().filter(of).map(show).collect()
}

pub(super) fn flagged(found: &Alignment, code: &str, at: &str) -> bool {
    found.flags.iter().any(|f| f.code == code && f.at == at)
}

/// A table of rows of cells; `3*文` spans three columns, `2!文` two rows.
pub(super) fn table(rows: &[&str]) -> String {
    let cell = |text: &str| match (text.split_once('*'), text.split_once('!')) {
        (Some((span, text)), _) => format!("<td colspan={span}>{text}</td>"),
        (_, Some((span, text))) => format!("<td rowspan={span}>{text}</td>"),
        _ => format!("<td>{text}</td>"),
    };
    let row = |r: &&str| format!("<tr>{}</tr>", r.split('|').map(cell).collect::<String>());
    format!("<table>{}</table>", rows.iter().map(row).collect::<String>())
}

pub(super) const OUTCOMES: &str = "结果维持|结果纠正|其他结果|尚未审结|总计";
pub(super) const UPPER: &str = "3!|7*申请人情况";
pub(super) const MIDDLE: &str = "2!自然人|5*法人或其他组织|2!总计";
pub(super) const LOWER: &str = "商业企业|科研机构|社会公益组织|法律服务机构|其他";

/// The table of applications with these rows below its boxhead.
pub(super) fn applications(rows: &[&str]) -> String {
    table(&[&[UPPER, MIDDLE, LOWER], rows].concat())
}

#[test]
fn groups_of_columns_in_another_order() {
    let two = format!("{OUTCOMES}|{OUTCOMES}");
    let tall = OUTCOMES.split('|').map(|o| format!("2!{o}")).collect::<Vec<_>>().join("|");
    let body = table(&[
        "10*行政诉讼|5*行政复议",
        &format!("5*复议后起诉|5*未经复议直接起诉|{tall}"),
        &two,
        "9|10|11|12|42|5|6|7|8|26|1|2|3|4|10",
    ]);
    let found = read(&html(&body));
    assert_eq!(values(&found, "review."), ["1", "2", "3", "4", "10"]);
    assert_eq!(values(&found, "litigation.direct."), ["5", "6", "7", "8", "26"]);
    assert_eq!(values(&found, "litigation.after_review."), ["9", "10", "11", "12", "42"]);
}

#[test]
fn totals_first_and_columns_swapped() {
    let rows = [
        UPPER,
        "2!总计|2!自然人|5*法人或其他组织",
        "科研机构|商业企业|社会公益组织|法律服务机构|其他",
        "一、本年新收政府信息公开申请数量|21|1|3|2|4|5|6",
        "二、上年结转政府信息公开申请数量|0|0|0|0|0|0|0",
    ];
    let found = read(&html(&table(&rows)));
    assert_eq!(values(&found, "applications.received"), ["1", "2", "3", "4", "5", "6", "21"]);
}

#[test]
fn a_group_cut_by_a_page_does_not_shift_its_rows() {
    // The group's cell, and with it one place of each row, stayed on the page before; a column of remarks is blank.
    let head = "2*项目|自然人|商业企业|科研机构|社会公益组织|法律服务机构|其他|总计|备注";
    let before = table(&[
        head,
        "2*一、本年新收政府信息公开申请数量|1|2|3|4|5|6|21| ",
        "（五）不予处理|1.信访举报投诉类申请|0|0|0|0|0|0|0| ",
    ]);
    let after = table(&[head, "2.重复申请|1| | | | | |1| ", "3.要求提供公开出版物| | | | | |2|2| "]);
    let found = read(&html(&format!("{before}{after}")));
    let shown = ["1", "blank", "blank", "blank", "blank", "blank", "1"];
    assert_eq!(values(&found, "applications.not_handled.repeated"), shown);
    let shown = ["blank", "blank", "blank", "blank", "blank", "2", "2"];
    assert_eq!(values(&found, "applications.not_handled.publication"), shown);
}

#[test]
fn a_boxhead_cut_from_its_rows_heads_the_next_table() {
    let before = table(&[
        "3*第二十条第（八）项",
        "信息内容|上一年项目数量|本年增/减",
        "行政事业性收费|4|-1",
        "3*第二十条第（九）项",
        "信息内容|采购项目数量|采购总金额",
    ]);
    let after = table(&["政府集中采购|207|16.5万元"]);
    let found = read(&html(&format!("{before}<p>— 3 —</p>{after}")));
    assert_eq!(values(&found, "proactive.procurement"), ["207", "16.5"]);
    let later = format!("{before}<table><tr><td>其他</td><td>1</td></tr></table>{after}");
    assert!(values(&read(&html(&later)), "proactive.procurement").is_empty());
}

#[test]
fn a_boxhead_above_the_labels_heads_no_values() {
    // The corner is lost: the first column stands above the labels.
    let rows = [
        "2!自然人|5*法人或其他组织|2!总计",
        LOWER,
        "一、本年新收政府信息公开申请数量|1|2|3|4|5|21",
        "二、上年结转政府信息公开申请数量|1|2|3|4|5|6|21",
        "四、结转下年度继续办理|0|0|0|0|0|0|0",
    ];
    let found = read(&html(&table(&rows)));
    assert!(values(&found, "applications.received").is_empty());
    assert!(flagged(&found, "row-unread", "applications.received"));
    assert_eq!(values(&found, "applications.carried_over"), ["1", "2", "3", "4", "5", "6", "21"]);
}

#[test]
fn the_only_table_read_is_told_to_be_of_another_year() {
    let of = |row: &str| applications(&[row, "四、结转下年度继续办理|0|0|0|0|0|0|0"]);
    let last = of("一、本年新收政府信息公开申请数量|1|2|3|4|5|6|21");
    let found = read(&html(&format!("<p>上年度情况</p>{last}<p>本年度情况</p><table><tr><td>略</td></tr></table>")));
    assert!(flagged(&found, "other-year", "applications"), "{:?}", found.flags);
    assert!(!read(&html(&last)).flags.iter().any(|f| f.code == "other-year"));
}

#[test]
fn two_tables_glued_into_one_are_both_read() {
    let results = ["信访举报投诉类申请", "重复申请", "要求提供公开出版物", "无正当理由大量反复申请"];
    let mut rows = vec![
        "10*第二十条第（九）项".to_owned(),
        "3*信息内容|3*采购项目数量|4*采购总金额".to_owned(),
        "3*政府集中采购|3*159|4*11621.63万元".to_owned(),
        "3* |7*申请人情况".to_owned(),
        "3* |自然人|5*法人或其他组织|总计".to_owned(),
        format!("4* |{LOWER}| "),
        "3*一、本年新收政府信息公开申请数量|1|2|3|4|5|6|21".to_owned(),
    ];
    rows.extend(results.iter().enumerate().map(|(i, r)| format!(" |（五）不予处理|{}.{r}|0|0|0|0|0|{i}|{i}", i + 1)));
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let found = read(&html(&table(&rows)));
    assert_eq!(values(&found, "proactive.procurement"), ["159", "11621.63"]);
    assert_eq!(values(&found, "applications.received"), ["1", "2", "3", "4", "5", "6", "21"]);
    assert!(!found.flags.iter().any(|f| f.code == "unknown-row"), "{:?}", found.flags);
}

#[test]
fn a_lost_cell_is_told_and_a_surplus_one_refused() {
    let found = read(&html(&applications(&[
        "一、本年新收政府信息公开申请数量|1|2|3|5|6|17",
        "二、上年结转政府信息公开申请数量|1|2|3|99|4|5|6|21",
        "四、结转下年度继续办理|0|0|0|0|0|0|0",
    ])));
    for row in ["applications.received", "applications.carried_over"] {
        assert!(flagged(&found, "row-unread", row));
        assert!(values(&found, row).is_empty());
    }
}

#[test]
fn a_lost_cell_beside_columns_of_no_variable_is_refused_too() {
    let head = "信息内容|上一年项目数量|本年增/减|处理决定数量|备注";
    let found = read(&html(&table(&[head, "行政处罚|6|0|4873|", "行政强制|1|2|"])));
    assert_eq!(values(&found, "proactive.penalties"), ["6", "0", "4873"]);
    assert!(flagged(&found, "row-unread", "proactive.coercion"));
    // The header of a column was dropped: no row has a sure place.
    let head = "信息内容|上一年项目数量|处理决定数量|备注";
    let found = read(&html(&table(&[head, "行政处罚|6|0|4873|", "行政强制|1|2|65|"])));
    assert!(values(&found, "proactive").is_empty());
}

#[test]
fn a_lost_cell_in_front_of_a_blank_margin_is_refused() {
    let rows = ["信息内容|上一年项目数量|本年增/减|处理决定数量| ", "行政处罚|6|0|4873| ", "行政强制|1|65| "];
    let found = read(&html(&table(&rows)));
    assert_eq!(values(&found, "proactive.penalties"), ["6", "0", "4873"]);
    assert!(flagged(&found, "row-unread", "proactive.coercion"));
}

#[test]
fn of_two_years_the_one_that_cannot_be_read_is_not_taken_from_the_other() {
    let tall = OUTCOMES.split('|').map(|o| format!("2!{o}")).collect::<Vec<_>>().join("|");
    let of = |year: u16, first: &str| {
        let (upper, lower) = (format!("{tall}|5*未经复议直接起诉|5*复议后起诉"), format!("{OUTCOMES}|{OUTCOMES}"));
        let rows = ["5*行政复议|10*行政诉讼", &upper, &lower, &format!("{first}0|0|0|0|0|0|0|0|0|0")];
        format!("<p>{year}年度</p>{}", table(&rows))
    };
    let both = |first: &str| read(&html(&format!("{}{}", of(2022, first), of(2021, "9|0|0|0|9|"))));
    assert_eq!(values(&both("3|1|0|0|4|"), "review"), ["3", "1", "0", "0", "4"]);
    let found = both("3|1|0|4|");
    assert!(values(&found, "review").is_empty(), "{:?}", found.readings);
    assert!(flagged(&found, "table-unread", "review"));
    // The rows that are left of this year's are not filled up from the year before.
    let of = |year: u16, rows: &[&str]| format!("<p>{year}年度</p>{}", applications(rows));
    let (received, carried) = ("一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量");
    let old = of(2021, &[&format!("{received}|1|2|3|4|5|6|21"), &format!("{carried}|0|0|0|0|0|0|0")]);
    let new = of(2022, &[&format!("{received}|2|3|4|5|6|20"), &format!("{carried}|0|1|0|0|0|0|1")]);
    let found = read(&html(&format!("{new}{old}")));
    assert!(values(&found, "applications.received").is_empty(), "{:?}", found.readings);
    assert_eq!(values(&found, "applications.carried_over"), ["0", "1", "0", "0", "0", "0", "1"]);
}

#[test]
fn a_row_within_which_the_text_ends_is_read_as_far_as_it_goes() {
    let text = "项目 | 自然人 | 商业企业 | 科研机构 | 社会公益组织 | 法律服务机构 | 其他 | 总计 |\n\
                一、本年新收政府信息公开申请数量 | 1 | 2 | 3 | 4 | 5 | 6 | 21 |\n\
                二、上年结转政府信息公开申请数量 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |\n（一）予以公开 | 7 | 8 | 9 | ";
    let found = read(&crate::format::txt::read(text.as_bytes(), &Limits::default()).unwrap());
    assert_eq!(values(&found, "applications.granted"), ["7", "8", "9"]);
    assert!(flagged(&found, "row-cut", "applications.granted.natural_person"));
}

#[test]
fn rows_printed_again_in_one_table_are_told() {
    let head = "项目 | 自然人 | 商业企业 | 科研机构 | 社会公益组织 | 法律服务机构 | 其他 | 总计 |\n";
    let of = |n: u32| {
        let row = |label: &str| format!("{label} | {n} | 0 | 0 | 0 | 0 | 0 | {n} |\n");
        format!("{head}{}{}", row("一、本年新收政府信息公开申请数量"), row("（一）予以公开"))
    };
    let text = format!("{}{}", of(7), of(3));
    let found = read(&crate::format::txt::read(text.as_bytes(), &Limits::default()).unwrap());
    for row in ["applications.received", "applications.granted"] {
        assert!(flagged(&found, "printed-twice", row), "{row}");
    }
}

#[test]
fn rows_that_share_a_label_are_not_printed_again() {
    let text = "指标名称 | 单位 | 统计数 |\n四、行政复议数量 | 件 | 3 |\n（一）维持具体行政行为数 | 件 | 1 |\n\
                （二）被依法纠错数 | 件 | 1 |\n（三）其他情形数 | 件 | 1 |\n五、行政诉讼数量 | 件 | 4 |\n\
                （一）维持具体行政行为或者驳回原告诉讼请求数 | 件 | 1 |\n（二）被依法纠错数 | 件 | 2 |\n\
                （三）其他情形数 | 件 | 1 |\n六、举报投诉数量 | 件 | 5 |\n";
    let found = read(&crate::format::txt::read(text.as_bytes(), &Limits::default()).unwrap());
    assert_eq!(values(&found, "statistics.litigation.corrected"), ["2"]);
    assert_eq!(values(&found, "statistics.review.corrected"), ["1"]);
    assert!(!found.flags.iter().any(|f| f.code == "printed-twice"), "{:?}", found.flags);
}

#[test]
fn columns_with_invented_names_are_taken_in_order() {
    let text = "| 类别 | 数据1 | 数据2 | 数据3 | 数据4 | 数据5 | 数据6 | 总计 |\n|---|---|---|---|---|---|---|---|\n\
                | 本年新收政府信息公开申请数量 | 705 | 3 | 0 | 0 | 5 | 0 | 713 |\n\
                | 上年结转政府信息公开申请数量 | 36 | 0 | 0 | 0 | 0 | 0 | 36 |\n\
                | 予以公开 | 290 | 1 | 0 | 0 | 3 | 0 | 294 |\n";
    let found = read(&crate::format::txt::read(text.as_bytes(), &Limits::default()).unwrap());
    assert_eq!(values(&found, "applications.received"), ["705", "3", "0", "0", "5", "0", "713"]);
    assert!(flagged(&found, "column-order", "applications.received.enterprise"));
}

#[test]
fn a_count_with_its_unit_is_no_column_of_a_year() {
    let found = read(&html(&applications(&["3*一、本年新收政府信息公开申请数量|1|2022件|1|1|1|1|2027"])));
    assert_eq!(values(&found, "applications.received"), ["1", "2022", "1", "1", "1", "1", "2027"]);
}

#[test]
fn of_columns_of_two_years_the_latest_is_read() {
    for header in ["统计指标|单位|2016年|2015年", "统计指标|单位|2015年|2016年"] {
        let own = header.ends_with("2016年");
        let row = |label: &str, value: &str| {
            if own { format!("{label}|件|88|{value}") } else { format!("{label}|件|{value}|88") }
        };
        let rows = [row("四、行政复议数量", "3"), row("（一）维持具体行政行为数", "1"), row("（二）被依法纠错数", "2")];
        let found = read(&html(&table(&[&[header][..], &rows.each_ref().map(String::as_str)].concat())));
        assert_eq!(values(&found, "statistics.review"), ["3", "1", "2"], "{header}");
        assert!(flagged(&found, "unknown-column", "statistics"), "{:?}", found.flags);
    }
}

#[test]
fn another_year_joined_below_is_another_table() {
    let rows = [
        "3*一、本年新收政府信息公开申请数量|4|0|0|0|0|0|4",
        "3*二、上年结转政府信息公开申请数量|1|0|0|0|0|0|1",
        "10*2020年",
        UPPER,
        MIDDLE,
        LOWER,
        "3*一、本年新收政府信息公开申请数量|7|0|0|0|0|0|7",
        "3*二、上年结转政府信息公开申请数量|2|0|0|0|0|0|2",
    ];
    let found = read(&html(&applications(&rows)));
    assert_eq!(values(&found, "applications.received"), ["4", "0", "0", "0", "0", "0", "4"]);
    assert!(flagged(&found, "other-table", "applications"), "{:?}", found.flags);
    assert!(!found.flags.iter().any(|f| f.code == "printed-twice"), "{:?}", found.flags);
}

#[test]
fn rows_torn_by_their_layout_are_not_read_by_half() {
    let rows = [
        "3*一、本年新收政府信息公开申请数量|4|0|0|0|0|0|4",
        "3*|||92|||30|",
        "3*二、上年结转政府信息公开申请数量|1|0|25|0|0||26",
        "3*（一）予以公开|5|0|0|0|0|0|5",
        "3*（二）部分公开|6|0|0|0|0|0|6",
        "3*2.其他法律行|21（含上年19|0|12|0|0|0|33",
        "3*政法规禁止公开|件）||||||",
        "3*3.危及“三安全一稳定”|7|0|0|0|0|0|7",
    ];
    let mut document = html(&applications(&rows));
    for block in &mut document.blocks {
        if let Block::Table(table) = block {
            table.kind = TableKind::Borderless;
        }
    }
    let found = read(&document);
    assert!(values(&found, "applications.carried_over").is_empty());
    assert!(flagged(&found, "row-unread", "applications.carried_over"), "{:?}", found.flags);
    assert!(values(&found, "applications.denied.legal_prohibition").is_empty());
    assert_eq!(values(&found, "applications.granted"), ["5", "0", "0", "0", "0", "0", "5"]);
}

#[test]
fn two_labels_in_one_cell_are_no_label() {
    let rows = [
        "3*一、本年新收政府信息公开申请数量|4|0|0|0|0|0|4",
        "2!|2!（三）不予公开|2!4.保护第三方合法权益<br>5.属于三类内部事务信息|4|0|0|0|0|0|4",
        "1|0|25|0|0|0|26",
        "3*四、结转下年度继续办理|5|0|0|0|0|0|5",
    ];
    let found = read(&html(&applications(&rows)));
    assert!(values(&found, "applications.denied").is_empty());
    assert!(flagged(&found, "row-missing", "applications.denied.third_party"), "{:?}", found.flags);
    assert_eq!(values(&found, "applications.carried_forward"), ["5", "0", "0", "0", "0", "0", "5"]);
}

#[test]
fn two_rows_whose_labels_share_a_cell_are_none_of_them() {
    let read_with = |label: &str| {
        let received = "3*一、本年新收政府信息公开申请数量|4|0|0|0|0|0|4";
        read(&html(&applications(&[received, &format!("3*{label}|1|0|0|0|0|0|1")])))
    };
    let found = read_with("二、上年结转政府信息公开申请数量<br>（一）予以公开");
    assert!(values(&found, "applications.carried_over").is_empty(), "{:?}", found.readings);
    assert!(values(&found, "applications.granted").is_empty(), "{:?}", found.readings);
    assert!(flagged(&found, "row-missing", "applications.carried_over"), "{:?}", found.flags);
    // A label of two lines is one.
    let found = read_with("二、上年结转政府信息<br>公开申请数量");
    assert_eq!(values(&found, "applications.carried_over"), ["1", "0", "0", "0", "0", "0", "1"]);
}

#[test]
fn a_blank_beside_two_numbers_in_one_cell_is_told() {
    let received = |row: &str| read(&html(&applications(&[&format!("3*一、本年新收政府信息公开申请数量|{row}")])));
    let found = received("2|12 13||0|0|0|27");
    assert!(flagged(&found, "two-numbers", "applications.received.enterprise"), "{:?}", found.flags);
    assert!(flagged(&found, "two-numbers", "applications.received.research_institute"), "{:?}", found.flags);
    let found = received("2|25||0|0|0|27");
    assert!(found.flags.iter().all(|f| f.code != "two-numbers"), "{:?}", found.flags);
}

#[test]
fn columns_of_another_year_are_left_out() {
    let found = read(&html(&table(&[
        "5*第二十条第（一）项",
        "信息内容|本年制发件数|去年制发件数|本年废止件数|现行有效件数",
        "行政规范性文件|4|88|5|6",
    ])));
    assert_eq!(values(&found, "proactive.normative_documents"), ["4", "5", "6"]);
    assert!(flagged(&found, "unknown-column", "proactive"));
}

#[test]
fn the_instance_with_content_is_the_own_one() {
    let of = |n: &str| {
        applications(&[
            &format!("一、本年新收政府信息公开申请数量|{n}|0|0|0|0|0|{n}"),
            "二、上年结转政府信息公开申请数量|0|0|0|0|0|0|0",
            "四、结转下年度继续办理|0|0|0|0|0|0|0",
        ])
    };
    let blank = of("").replace(">0<", "><");
    let found = read(&html(&format!("{blank}<p>如下</p>{}", of("7"))));
    assert_eq!(values(&found, "applications.received.total"), ["7"]);
    let found = read(&html(&format!("{}<p>定稿</p>{}", of("8"), of("9"))));
    assert!(flagged(&found, "other-value", "applications.received.total"));
    let found = read(&html(&format!("<p>上年度情况</p>{}<p>本年度情况</p>{}", of("8"), of("9"))));
    assert_eq!(values(&found, "applications.received.total"), ["9"]);
    assert!(!flagged(&found, "other-value", "applications.received.total"));
}

#[test]
fn a_row_of_numbers_above_the_header_heads_nothing() {
    let text = "年度 | 新收申请 | 予以公开 | 总计 |\n2015年 | 29 | 35 | 21 |\n2016年 | 47 | 3 | 43 |\n\
                序号 | 统计指标 | 单位 | 2016年度 |\n1 | 一、主动公开情况 | —— | —— |\n\
                2 | （一）主动公开政府信息数（不同渠道和方式公开相同信息计1条） | 条 | 393 |\n\
                3 | 其中：主动公开规范性文件数 | 条 | 68 |\n4 | 1.政府公报公开政府信息数 | 条 | 163 |\n\
                5 | 2.政府网站公开政府信息数 | 条 | 186 |\n6 | 3.政务微博公开政府信息数 | 条 | 0 |\n";
    let found = read(&crate::format::txt::read(text.as_bytes(), &Limits::default()).unwrap());
    assert_eq!(values(&found, "statistics"), ["393", "68", "163", "186", "0"]);
}

#[test]
fn tables_joined_to_one_are_read_each() {
    let zeros = "\t0\t0\t0\t0\t0\t0\t0\n";
    let rows = [
        "一、本年新收政府信息公开申请数量",
        "二、上年结转政府信息公开申请数量",
        "（一）予以公开",
        "（二）部分公开",
        "1.属于国家秘密",
        "2.其他法律行政法规禁止公开",
        "3.危及“三安全一稳定”",
        "4.保护第三方合法权益",
        "5.属于三类内部事务信息",
        "6.属于四类过程性信息",
        "7.属于行政执法案卷",
        "8.属于行政查询事项",
        "2.没有现成信息需要另行制作",
        "2.重复申请",
        "3.要求提供公开出版物",
        "4.无正当理由大量反复申请",
        "（七）总计",
        "四、结转下年度继续办理",
    ];
    let rows: String = rows.iter().map(|r| format!("{r}{zeros}")).collect();
    let text = format!(
        "信息内容\t本年制发件数\t本年废止件数\t现行有效件数\n规章\t1\t2\t3\n行政规范性文件\t4\t5\t6\n\
         信息内容\t本年处理决定数量\n行政许可\t7\n\t自然人\t商业企业\t科研机构\t社会公益组织\t法律服务机构\t其他\t总计\n{rows}"
    );
    let found = read(&crate::format::txt::read(text.as_bytes(), &Limits::default()).unwrap());
    assert_eq!(values(&found, "proactive"), ["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(values(&found, "applications.granted").len(), 7);
}

#[test]
fn headers_torn_inside_their_words_are_joined() {
    let mut document = html(&table(&[
        "5*行政复议|10*行政诉讼",
        "结果维|结果纠|其他结|尚未审|总|5*未经复议直接起诉|5*复议后起诉",
        &format!("持|正|果|结|计|{OUTCOMES}|{OUTCOMES}"),
        "1|2|3|4|10|5|6|7|8|26|9|10|11|12|42",
    ]));
    for block in &mut document.blocks {
        if let Block::Table(table) = block {
            table.kind = TableKind::Ruled;
        }
    }
    let found = read(&document);
    assert_eq!(values(&found, "review."), ["1", "2", "3", "4", "10"]);
    assert_eq!(values(&found, "litigation.after_review."), ["9", "10", "11", "12", "42"]);
}

#[test]
fn a_nameless_column_between_named_ones_takes_no_value() {
    let body = table(&[
        "5*第二十条第（一）项",
        "信息内容|本年制发件数||本年废止件数|现行有效件数",
        "规章|1||2|3",
        "行政规范性文件|4||13|",
    ]);
    let found = read(&html(&body));
    assert_eq!(values(&found, "proactive.regulations"), ["1", "2", "3"]);
    assert_eq!(values(&found, "proactive.normative_documents"), ["4", "13", "blank"]);
}

#[test]
fn a_header_cut_behind_its_stroke_is_no_other_label() {
    let text = "二、主动公开政府信息情况\n信息内容\n上一年项目数量\n本年增/\n处理决定数量\n行政许可\n3\n-1\n7\n\
        其他对外管理服务事项\n4\n0\n9\n";
    let document = crate::format::txt::read(text.as_bytes(), &Limits::default()).unwrap();
    let found = read(&document);
    assert_eq!(values(&found, "proactive.licensing."), ["3", "-1", "7"]);
    assert_eq!(values(&found, "proactive.other_services."), ["4", "0", "9"]);
}

#[test]
fn rows_of_label_unit_and_value_need_no_header() {
    let rows =
        ["1.当面申请数|件|3", "2.传真申请数|件|0", "3.网络申请数|件|7", "4.信函申请数|件|1", "（二）申请办结数|件|9"];
    let found = read(&html(&table(&[&["（一）收到申请数|件|11"], rows.as_slice()].concat())));
    assert_eq!(values(&found, "statistics.applications.received"), ["11", "3", "0", "7", "1"]);
    assert!(flagged(&found, "column-order", "statistics.applications.received"));
}

#[test]
fn a_grid_of_labels_without_readable_values_is_told() {
    let rows = ["规章|x|1|2|3|4", "规范性文件|x|1|2|3|4", "行政许可|x|1|2|3|4", "行政处罚|x|1|2|3|4"];
    let found = read(&html(&table(&rows)));
    assert!(found.readings.is_empty(), "{:?}", found.readings);
    assert!(flagged(&found, "table-unread", "proactive"));
    // Labels side by side above years are another table's headers.
    let years =
        read(&html(&table(&["年度|予以公开|部分公开|重复申请|属于国家秘密", "2017年|1|2|3|4", "2018年|1|2|3|4"])));
    assert!(years.flags.iter().all(|f| f.code != "table-unread"), "{:?}", years.flags);
}

#[test]
fn a_value_between_blanks_on_either_side_has_no_certain_column() {
    let rows = [
        "3*一、本年新收政府信息公开申请数量|7|||||1|8",
        "3!三、本年度办理结果|2*（一）予以公开|2||||||2",
        "2!（四）无法提供|1.本机关不掌握相关政府信息|1||||||1",
        "2.没有现成信息需要另行制作|||||3|||||",
    ];
    let found = read(&html(&applications(&rows)));
    assert!(
        values(&found, "applications.unavailable.must_be_created").iter().all(|v| v != "3"),
        "{:?}",
        found.readings
    );
    assert!(flagged(&found, "row-unread", "applications.unavailable.must_be_created"));
}

#[test]
fn a_row_of_a_sum_that_is_left_out_is_told() {
    let rows = ["统计指标|单位|统计数", "1.按时办结数|件|8", "2.延期办结数|件|1", "四、行政复议数量|件|0"];
    assert!(flagged(&read(&html(&table(&rows))), "row-missing", "statistics.applications.concluded"));
}

#[test]
fn a_year_alone_above_the_names_of_columns_is_a_caption() {
    let rows = [
        "3*政府信息公开情况统计表",
        "（2016年度）||",
        "统计指标|单位|统计数",
        "1.按时办结数|件|8",
        "2.延期办结数|件|1",
    ];
    assert_eq!(values(&read(&html(&table(&rows))), "statistics.applications.concluded"), ["8", "1"]);
}

#[test]
fn a_cell_that_heads_two_columns_names_none() {
    let rows = [
        "5*行政复议|10*行政诉讼",
        "结果维持|结果纠正|其他结果|尚未审结|总计 结果维持|结果纠正|其他结果|尚未审结|总计|结果维持|结果纠正|其他结果|尚未审结|总计",
        "7|0|43|5|55|2|4|—|42|48|5|4|0|9",
    ];
    assert!(read(&html(&table(&rows))).readings.is_empty());
    let rows = ["信息内容|第二十条第（一）项<br>本年制发件数|2*本年废止件数|现行有效件数", "规章|642|||84"];
    let found = read(&html(&table(&rows)));
    assert!(found.readings.iter().all(|r| flagged(&found, "column-order", &r.variable)), "{:?}", found.readings);
}

#[test]
fn names_that_a_page_break_left_tell_the_columns_beside_them() {
    let head = format!("3*||{LOWER}|");
    let rows = [
        head.as_str(),
        "3*一、本年新收政府信息公开申请数量|1|2|3|4|5|6|21",
        "3*二、上年结转政府信息公开申请数量|0|0|0|0|0|0|0",
    ];
    let found = read(&html(&table(&rows)));
    assert_eq!(values(&found, "applications.received"), ["1", "2", "3", "4", "5", "6", "21"]);
    assert!(flagged(&found, "column-order", "applications.received.total"));
    // The names do not stand above their columns.
    let head = format!("3*|{LOWER}||");
    let rows = [head.as_str(), "3*一、本年新收政府信息公开申请数量|1|2|3|4|5|6|21"];
    let found = read(&html(&table(&rows)));
    assert!(values(&found, "applications.received").iter().all(|v| v != "21"), "{:?}", found.readings);
}

#[test]
fn the_rest_of_a_label_before_two_others_names_no_row() {
    let rest = "版物<br>4.无正当理由大量反复申请<br>5.要求行政机关确认或重新出具已获取信息|0|0|0|0|3|71|74";
    let rows = ["3.要求提供公开出|48|0|0|0|0|0|48", rest, "|0|0|4|0|0|0|4"];
    let found = read(&html(&applications(&rows)));
    assert!(values(&found, "applications.not_handled.reconfirmation").is_empty());
}

#[test]
fn without_headers_two_forms_may_explain_the_rows() {
    let body = format!("<p>第二十条第（一）项</p>{}", table(&["规章|7|7|82", "规范性文件|14|14|14"]));
    let found = read(&html(&body));
    assert!(flagged(&found, "form-unsure", "proactive"), "{:?}", found.flags);
}

pub(super) fn text(lines: &str) -> Alignment {
    read(&crate::format::txt::read(lines.as_bytes(), &Limits::default()).unwrap())
}

#[test]
fn a_misprinted_label_above_columns_keeps_their_order() {
    let found = text(
        "三、收到和处理政府信息公开申请情况 申请人情况 自然人 法人之其他组织 总计 商业企业 科研机构 社会公益组织 \
         法律服务机构 其他 一、本年新收政府信息公开申请数量 164 20 0 1 0 3 188 二、上年结转政府信息公开申请数量 \
         0 1 0 0 0 0 1 三、本年度办理结果 （一）予以公开 37 4 0 0 0 0 41 （二）部分公开 14 2 0 0 0 0 16",
    );
    assert_eq!(values(&found, "applications.carried_over."), ["0", "1", "0", "0", "0", "0", "1"]);
    assert_eq!(values(&found, "applications.received."), ["164", "20", "0", "1", "0", "3", "188"]);
}

#[test]
fn tables_of_another_year_between_the_own_ones_are_no_pieces_of_them() {
    let block = |name: &str, row: &str| table(&[&format!("5*{name}"), OUTCOMES, row]);
    let body = [
        block("行政复议", "6|0|5|4|15"),
        format!("<p>上年度数据</p>{}", block("行政复议", "6|2|5|5|18")),
        format!("<p>行政诉讼</p>{}", block("未经复议直接起诉", "4|1|0|0|5")),
        block("复议后起诉", "1|0|0|0|1"),
    ];
    let found = read(&html(&body.concat()));
    assert_eq!(values(&found, "review."), ["6", "0", "5", "4", "15"]);
    assert_eq!(values(&found, "litigation.direct."), ["4", "1", "0", "0", "5"]);
    assert_eq!(values(&found, "litigation.after_review."), ["1", "0", "0", "0", "1"]);
}

#[test]
fn rows_that_share_their_labels_with_columns_are_no_new_header() {
    let found = text(
        "三、收到和处理政府信息公开申请情况\n（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）申请人情况自然人\
         法人或其他组织总计商业企业科研机构社会公益组织法律服务机构其他本年新收政府信息公开申请数量382242\
         上年结转政府信息公开申请数量本年度办理结果予以公开16117部分公开112不予公开属于国家秘密\
         无正当理由大量反复申请要求行政机关确认或重新出具已获取信息22其他处理总计372241结转下年度续办11\n五、问题\n",
    );
    assert_eq!(values(&found, "applications.concluded"), Vec::<String>::new());
    assert_eq!(values(&found, "applications.carried_forward"), Vec::<String>::new());
}

#[test]
fn a_header_without_rows_lends_no_columns_to_the_next() {
    let found = text(
        "二、主动公开政府信息情况\n第二十条第（六）项 |\n||\n信息内容 |\n上一年项目数量 |\n本年增/减 |\n处理决定数量 |\n||\n\
         行政强制 |\n3 |\n0 |\n2 |\n||\n第二十条第（一）项 |\n||\n信息内容 |\n本年新 |\n本年新 |\n对外公开总数量 |\n||\n\
         第二十条第（九）项 |\n||\n信息内容 |\n采购项目数量 |\n采购总金额 |\n||\n政府集中采购 |\n49 |\n1.33 |\n||\n",
    );
    assert_eq!(values(&found, "proactive.procurement"), ["49", "1.33"]);
}

#[test]
fn no_row_is_taken_from_the_table_printed_below() {
    let rows = |total: &str, blank: &str| {
        let cells = |v: &str| [v; 7].join("|");
        ["一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量", "（七）总计", "四、结转下年度继续办理"]
            .iter()
            .zip([total, "0", blank, "0"])
            .map(|(label, v)| format!("3*{label}|{}", cells(v)))
            .collect::<Vec<_>>()
    };
    let body = [rows("0", ""), [UPPER, MIDDLE, LOWER].map(str::to_owned).to_vec(), rows("2", "2")].concat();
    let found = read(&html(&applications(&body.iter().map(String::as_str).collect::<Vec<_>>())));
    assert_eq!(values(&found, "applications.concluded"), ["blank"; 7]);
    assert_eq!(values(&found, "applications.received"), ["0"; 7]);
    assert!(flagged(&found, "printed-twice", "applications.concluded"));
}

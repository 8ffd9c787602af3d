//! Text taken off pages: headers in an order of their own, strays among the values, tables without a text between them.

use crate::align::tests::{flagged, text as read, values};

const HEAD: &str = "申请人情况\n自然人 法人或其他组织 总计\n商业企业 科研机构 社会公益组织 法律服务机构 其他\n";
/// The words of the boxhead as their cells stand, from the top.
const TORN: &str = "申请人情况\n法人或其他组织\n自然人 总计\n商业企业 科研机构 社会公益组织 法律服务机构 其他\n";
const ROWS: &str = "一、本年新收政府信息公开申请数量 20 5 0 0 0 1 26\n二、上年结转政府信息公开申请数量 0 0 0 0 0 0 0\n\
    三、本年度办理结果\n（一）予以公开 9 3 0 0 0 0 12\n（二）部分公开 1 1 0 0 0 0 2\n";
const OUTCOMES: &str = "结果维持 结果纠正 其他结果 尚未审结 总计";

#[test]
fn a_torn_boxhead_lends_no_order() {
    let found = read(&format!("{TORN}{ROWS}"));
    assert_eq!(values(&found, "applications.received"), ["20", "5", "0", "0", "0", "1", "26"]);
    assert!(flagged(&found, "column-order", "applications.received.natural_person"), "{:?}", found.flags);
    let found = read(&format!("{HEAD}{ROWS}"));
    assert!(!flagged(&found, "column-order", "applications.received.natural_person"));
    // Totals first, as their sums say: the header is right.
    let first = "申请人情况\n总计 自然人 法人或其他组织\n商业企业 科研机构 社会公益组织 法律服务机构 其他\n";
    let rows = ROWS.replace("20 5 0 0 0 1 26", "26 20 5 0 0 0 1").replace("9 3 0 0 0 0 12", "12 9 3 0 0 0 0");
    let found = read(&format!("{first}{}", rows.replace("1 1 0 0 0 0 2", "2 1 1 0 0 0 0")));
    assert_eq!(values(&found, "applications.received"), ["20", "5", "0", "0", "0", "1", "26"]);
}

#[test]
fn a_row_with_a_value_too_many_loses_no_other() {
    let found = read(&format!("{HEAD}{}", ROWS.replace("9 3 0 0 0 0 12", "9 3 0 0 0 0 1 2")));
    assert_eq!(values(&found, "applications.received"), ["20", "5", "0", "0", "0", "1", "26"]);
    assert!(values(&found, "applications.granted").is_empty());
    // The number of a page stands on a line of its own, below a row that is whole.
    let found = read(&format!("{HEAD}{}", ROWS.replace("9 3 0 0 0 0 12", "9 3 0 0 0 0 12\n2")));
    assert_eq!(values(&found, "applications.granted"), ["9", "3", "0", "0", "0", "0", "12"]);
}

#[test]
fn tables_without_a_text_between_them_are_read_each() {
    let proactive =
        "第二十条第（一）项\n信息内容 本年制发件数 本年废止件数 现行有效件数\n规章 0 0 0\n行政规范性文件 3 1 12\n";
    let review = format!("行政复议 行政诉讼\n{OUTCOMES} 未经复议直接起诉 复议后起诉\n{OUTCOMES} {OUTCOMES}\n");
    let found = read(&format!("{proactive}{HEAD}{ROWS}{review}0 1 0 0 1 0 2 0 0 2 3 0 1 0 4\n"));
    assert_eq!(values(&found, "proactive.normative_documents"), ["3", "1", "12"]);
    assert_eq!(values(&found, "applications.received"), ["20", "5", "0", "0", "0", "1", "26"]);
    assert_eq!(values(&found, "litigation.after_review"), ["3", "0", "1", "0", "4"]);
}

#[test]
fn a_row_below_a_torn_boxhead_is_told_by_its_number_of_values_and_its_sums() {
    let head = "行政复议 行政诉讼\n未经复议直接 复议\n结果 结果 其他 尚未 起诉 后起诉\n总计\n\
        维持 纠正 结果 审结 结果 结果 其他 尚未 结果 结果 其他 尚未\n总计 总计\n维持 纠正 结果 审结 维持 纠正 结果 审结\n";
    let found = read(&format!("{head}0 1 0 0 1 0 2 0 0 2 3 0 1 0 4\n"));
    assert_eq!(values(&found, "litigation.direct"), ["0", "2", "0", "0", "2"]);
    assert!(flagged(&found, "column-order", "review.total"));
    let wrong = read(&format!("{head}0 1 0 0 2 0 2 0 0 2 3 0 1 0 4\n"));
    assert!(values(&wrong, "").is_empty());
    let index: Vec<String> = (0..15).map(|n| n.to_string()).collect();
    assert!(values(&read(&format!("{head}{}\n", index.join(" "))), "").is_empty());
}

#[test]
fn a_blank_that_ends_a_row_is_no_cell() {
    let row = |label: &str, cells: &[&str]| format!("{label}\n{}\n\u{3000}\n", cells.join("\n"));
    let head = HEAD.replace(' ', "\n");
    let rows = [
        row("一、本年新收政府信息公开申请数量", &["1", "1", "0", "0", "0", "0", "2"]),
        row("二、上年结转政府信息公开申请数量", &["0", "0", "0", "0", "0", "0", "0"]),
        row("（一）予以公开", &["1", "1", "0", "0", "0", "0", "2"]),
        row("（二）部分公开", &["1", "0", "0", "0", "0", "1"]),
    ];
    let found = read(&format!("{head}{}", rows.concat()));
    assert_eq!(values(&found, "applications.granted"), ["1", "1", "0", "0", "0", "0", "2"]);
    assert!(values(&found, "applications.partly_granted").is_empty(), "{:?}", found.readings);
}

#[test]
fn of_forms_with_the_same_rows_the_one_with_fewer_columns_is_taken() {
    let text = "1（一）主动公开政府信息数 条 885 2 其中：主动公开规范性文件数 条 0 3 制发规范性文件总数 件 0 \
        4 1.政府公报公开政府信息数 条 3 5 2.政府网站公开政府信息数 条 885 6 3.政务微博公开政府信息数 条 0";
    assert!(read(text).forms.iter().all(|(_, form)| form == "ogi-2014"), "{:?}", read(text).forms);
}

#[test]
fn rows_below_a_torn_boxhead_are_told_by_their_numbers_and_sums() {
    let head = "| 自然 | 人 法人 | 或其他 |\n| 商业 企 | 科研 | 总 |\n";
    let row = |label: &str, cells: &str| format!("| {label} | {} |\n", cells.replace(' ', " | "));
    let rows = [
        row("一、本年新收政府信息公开申请数量", "20 5 0 0 0 1 26"),
        row("二、上年结转政府信息公开申请数量", "0 0 0 0 0 0 0"),
        row("（一）予以公开", "9 3 0 0 0 0 11"),
        row("（二）部分公开", "1 1 0 0 0 2"),
    ];
    let found = read(&format!("{head}{}", rows.concat()));
    assert_eq!(values(&found, "applications.received"), ["20", "5", "0", "0", "0", "1", "26"]);
    assert!(flagged(&found, "column-order", "applications.received.total"));
    assert_eq!(values(&found, "applications.carried_over").len(), 7);
    for wrong in ["applications.granted", "applications.partly_granted"] {
        assert!(values(&found, wrong).is_empty(), "{wrong}");
    }
}

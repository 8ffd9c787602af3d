//! Amounts of money: where their unit is printed, and what is said where it is not.

use super::Alignment;
use super::tests::{html, read};

/// The value of a variable, and the codes of its flags.
fn value(found: &Alignment, variable: &str) -> (Option<String>, Vec<&'static str>) {
    let reading = found.readings.iter().find(|r| r.variable == variable);
    let flags = found.flags.iter().filter(|f| f.at == variable).map(|f| f.code).collect();
    (reading.and_then(|r| r.value).map(|v| v.to_string()), flags)
}

/// A table of disclosure with a caption, a header, a label and a cell for the fees, below a line.
fn fees(line: &str, caption: &str, header: &str, label: &str, cell: &str) -> (Option<String>, Vec<&'static str>) {
    let found = read(&html(&format!(
        "<p>{line}</p><table><tr><td colspan=4>第二十条第（一）项</tr>\
         <tr><td>信息内容<td>本年制发件数<td>本年废止件数<td>现行有效件数</tr>\
         <tr><td>规章<td>1<td>2<td>3</tr><tr><td>行政规范性文件<td>4<td>5<td>6</tr>\
         <tr><td colspan=4>第二十条第（五）项</tr><tr><td>信息内容<td colspan=3>本年处理决定数量</tr>\
         <tr><td>行政许可<td colspan=3>9</tr>\
         <tr><td colspan=4>{caption}</tr><tr><td>信息内容<td colspan=3>{header}</tr>\
         <tr><td>{label}<td colspan=3>{cell}</tr></table>"
    )));
    value(&found, "proactive.fees.amount")
}

#[test]
fn a_unit_is_read_wherever_it_is_printed() {
    let (caption, label) = ("第二十条第（八）项", "行政事业性收费");
    let whole = "本年收费金额（单位：万元）";
    let read = (Some("25.1".to_owned()), vec![]);
    assert_eq!(fees("", caption, whole, label, "25.1"), read);
    assert_eq!(fees("单位：元", caption, whole, label, "25.1"), read, "the nearest counts");
    assert_eq!(fees("单位：件、元", caption, "本年收费金额", label, "251000"), read);
    assert_eq!(fees("", "第二十条第（八）项（单位：元）", "本年收费金额", label, "251000"), read);
    assert_eq!(fees("", caption, "本年收费金额", "行政事业性收费（元）", "251000"), read);
    assert_eq!(fees("", caption, "本年收费金额/元", label, "251000"), read);
    assert_eq!(fees("", caption, whole, label, "251000（元）"), read);
    let unsure = (Some("25.1".to_owned()), vec!["unit-missing"]);
    assert_eq!(fees("", caption, "本年收费金额", label, "25.1"), unsure);
}

#[test]
fn a_column_of_units_counts_for_its_row() {
    let row = |label: &str, unit: &str, value: &str| format!("<tr><td>{label}<td>{unit}<td>{value}</tr>");
    let rows = [
        row("统计指标", "单位", "统计数"),
        row("一、主动公开情况", "——", "——"),
        row("（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）", "条", "10"),
        row("其中：主动公开规范性文件数", "条", "2"),
        row("制发规范性文件总数", "件", "3"),
        row("七、依申请公开信息收取的费用", "元", "71000"),
    ];
    let found = read(&html(&format!("<table>{}</table>", rows.concat())));
    assert_eq!(value(&found, "statistics.fees"), (Some("7.1".to_owned()), vec![]));
}

//! Tables drawn on pages: places count for more than numbers of cells, also over a page break.

use super::tests::{LOWER, MIDDLE, OUTCOMES, flagged, html, read, table, values};
use crate::document::{Anchor, Block, Document, Rect, TableKind};

const RECEIVED: &str = "一、本年新收政府信息公开申请数量";
const CARRIED: &str = "二、上年结转政府信息公开申请数量";
const SECRET: &str = "三、本年度办理结果|（三）不予公开|1.属于国家秘密|0|0|0|0|0|0|0";

/// Tables between the lines of pages, one on each; `edges` are the lines between their columns.
fn drawn(body: &str, edges: &[&[f32]]) -> Document {
    let mut document = html(body);
    let tables = document.blocks.iter_mut().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None });
    for ((table, edges), page) in tables.zip(edges.iter().cycle()).zip(1..) {
        table.kind = TableKind::Ruled;
        for cell in &mut table.cells {
            let (from, to) = (edges[cell.col], edges[cell.col + cell.col_span]);
            cell.anchor = Anchor::Page { page, bbox: Rect::new(from, 100.0, to, 120.0) };
        }
    }
    document
}

/// Lines around and between as many columns of 50 points.
fn lines(columns: u8) -> Vec<f32> {
    (0..=columns).map(|at| 50.0 + f32::from(at) * 50.0).collect()
}

/// The table of applications whose stub has as many columns.
fn with_stub(stub: u8, rows: &[&str]) -> String {
    let head = ["7*申请人情况", MIDDLE, LOWER].map(|row| format!("{stub}*|{row}"));
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    table(&[&head, rows].concat())
}

#[test]
fn a_row_that_counts_right_and_stands_elsewhere_is_read_by_place() {
    // Two numbers ran into one, and a blank cell behind the label makes up for it.
    let joined = format!("{RECEIVED}||1|2|3|4|5|2*6 21");
    let carried = format!("2*{CARRIED}|0|1|0|0|0|0|1");
    let found = read(&drawn(&with_stub(2, &[&joined, &carried]), &[&lines(9)]));
    assert_eq!(values(&found, "applications.carried_over"), ["0", "1", "0", "0", "0", "0", "1"]);
    assert!(values(&found, "applications.received").is_empty(), "{:?}", found.readings);
    assert!(flagged(&found, "row-unread", "applications.received"), "{:?}", found.flags);
}

#[test]
fn a_boxhead_goes_with_its_columns_over_a_page_break() {
    let first = with_stub(3, &[&format!("3*{RECEIVED}|1|2|3|4|5|6|21"), SECRET]);
    // On the next page the stub has one column and the blank totals have none: the columns are numbered from 1 and
    // stand in the same places.
    let next = table(&[&format!("{CARRIED}|7|||||1")]);
    let all = lines(10);
    let below: Vec<f32> = [&all[..1], &all[3..10]].concat();
    let values_of = |edges: &[&[f32]]| {
        let found = read(&drawn(&format!("{first}{next}"), edges));
        (values(&found, "applications.carried_over"), flagged(&found, "row-unread", "applications.carried_over"))
    };
    let read = ["7", "blank", "blank", "blank", "blank", "1"].map(str::to_owned).to_vec();
    assert_eq!(values_of(&[&all, &below]), (read, false));
}

#[test]
fn a_boxhead_is_not_laid_over_other_columns() {
    let first = with_stub(3, &[&format!("3*{RECEIVED}|1|2|3|4|5|6|21"), SECRET]);
    // One column more, of which the header is not printed again.
    let next = table(&[&format!("2*{CARRIED}||7|||1|||8")]);
    let all = lines(10);
    let other: Vec<f32> = [&all[..3], &[180.0, 230.0, 280.0, 320.0, 360.0, 400.0, 440.0, 550.0]].concat();
    let found = read(&drawn(&format!("{first}{next}"), &[&all, &other]));
    assert!(values(&found, "applications.carried_over").is_empty(), "{:?}", found.readings);
    assert!(flagged(&found, "row-missing", "applications.carried_over"), "{:?}", found.flags);
}

#[test]
fn groups_of_columns_below_a_torn_boxhead() {
    // The page break left the lowest level of the last groups, which those in front have as well.
    let left = format!("|||||{OUTCOMES}|{OUTCOMES}");
    let body = table(&[&left, "1|2|3|4|10|5|6|7|8|26|9|10|11|12|42"]);
    let found = read(&drawn(&format!("<p>四、政府信息公开行政复议、行政诉讼情况</p>{body}"), &[&lines(15)]));
    assert_eq!(values(&found, "review."), ["1", "2", "3", "4", "10"]);
    assert_eq!(values(&found, "litigation.after_review."), ["9", "10", "11", "12", "42"]);
    // With a column more nothing tells which groups these are.
    let body = table(&[&format!("|{left}"), "0|1|2|3|4|10|5|6|7|8|26|9|10|11|12|42"]);
    let found = read(&drawn(&format!("<p>四、政府信息公开行政复议、行政诉讼情况</p>{body}"), &[&lines(16)]));
    assert!(values(&found, "review.").is_empty(), "{:?}", found.readings);
}

#[test]
fn columns_of_one_label_in_another_order_are_guessed() {
    // The columns of the second group stand in front of those of the first, as far as the names tell: one is torn.
    let body = table(&[
        "|2*行政复议||||||2*行政诉讼|||||",
        "||||||3*未经复议直接起诉|||2*复议后起诉||",
        &format!("{OUTCOMES}||||||||||"),
        "|||||结果维持|结果纠正|其他结果|尚未审 总 结 计|结果维持|结果纠正|其他结果|2*尚未审结|总计",
        "7|30|26|1|64|18|2|25|43|5|6|21|2*8|40",
    ]);
    let mut document = drawn(&format!("<p>四、政府信息公开行政复议、行政诉讼情况</p>{body}"), &[&lines(15)]);
    for block in &mut document.blocks {
        if let Block::Table(t) = block {
            t.kind = TableKind::Borderless;
        }
    }
    let found = read(&document);
    for r in found.readings.iter().filter(|r| r.variable.starts_with("litigation.direct.")) {
        let own = r.value.is_some_and(|v| ["18", "2", "25", "43"].contains(&v.to_string().as_str()));
        assert!(own || flagged(&found, "column-guessed", &r.variable), "{r:?}");
    }
}

#[test]
fn a_total_in_front_stays_in_front_over_a_page_break() {
    let first = table(&[
        "2*|7*申请人情况",
        "2*|自然人|总计|5*法人或其他组织",
        "2*|||商业企业|科研机构|社会公益组织|法律服务机构|其他",
        &format!("2*{RECEIVED}|1|21|2|3|4|5|6"),
    ]);
    let next = table(&[&format!("2*{CARRIED}|7|9||2|||")]);
    let found = read(&drawn(&format!("{first}{next}"), &[&lines(9)]));
    assert_eq!(values(&found, "applications.carried_over"), ["7", "blank", "2", "blank", "blank", "blank", "9"]);
}

#[test]
fn a_label_beside_a_row_of_values_without_one_is_not_blank() {
    let rows = [format!("2*{RECEIVED}|1|2|3|4|5|6|21"), format!("2*{CARRIED}|||||||"), "2*|7||||||7".to_owned()];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let found = read(&drawn(&with_stub(2, &rows), &[&lines(9)]));
    assert!(values(&found, "applications.carried_over").is_empty(), "{:?}", found.readings);
    assert!(flagged(&found, "row-unread", "applications.carried_over"), "{:?}", found.flags);
    let dashes = [rows[0], rows[1], "2*|—||||||—"];
    assert!(values(&read(&drawn(&with_stub(2, &dashes), &[&lines(9)])), "applications.carried_over").is_empty());
    // Where no values stand beside it, it is.
    let found = read(&drawn(&with_stub(2, &rows[..2]), &[&lines(9)]));
    assert_eq!(values(&found, "applications.carried_over"), ["blank"; 7]);
}

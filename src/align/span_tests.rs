//! Cells that lost their spans, have wrong ones, or stand beside blank margins: whose column a value is.

use super::Alignment;
use super::tests::{LOWER, MIDDLE, OUTCOMES, UPPER, flagged, html, read, table, text, values};

#[test]
fn wrong_spans_of_the_boxhead_do_not_shift_values() {
    let rows = [
        UPPER,
        "2!自然人|4*法人或其他组织|2!总计",
        LOWER,
        "一、本年新收政府信息公开申请数量|1|2|3|4|5|6|21",
        "二、上年结转政府信息公开申请数量|0|0|0|0|0|0|0",
        "四、结转下年度继续办理|0|0|0|0|0|0|0",
    ];
    let found = read(&html(&table(&rows)));
    assert_eq!(values(&found, "applications.received"), ["1", "2", "3", "4", "5", "6", "21"]);
}

#[test]
fn groups_whose_spans_are_lost_do_not_swap_their_columns() {
    let two = format!("{OUTCOMES}|{OUTCOMES}");
    let tall = OUTCOMES.split('|').map(|o| format!("2!{o}")).collect::<Vec<_>>().join("|");
    for [top, middle] in [
        ["行政复议|行政诉讼", "未经复议直接起诉|复议后起诉"],
        ["行政复议|10*行政诉讼", "5*未经复议直接起诉|复议后起诉"],
    ] {
        let body = table(&[top, &format!("{tall}|{middle}"), &two, "1|2|3|4|10|5|6|7|8|26|9|10|11|12|42"]);
        let found = read(&html(&body));
        assert_eq!(values(&found, "review."), ["1", "2", "3", "4", "10"]);
        assert_eq!(values(&found, "litigation.direct."), ["5", "6", "7", "8", "26"]);
        assert_eq!(values(&found, "litigation.after_review."), ["9", "10", "11", "12", "42"]);
    }
    // Beside a table of its own for review, the columns of litigation stay those of litigation.
    let of_review = table(&["5*行政复议", OUTCOMES, "1|2|3|4|10"]);
    let of_litigation = table(&["行政诉讼", "5*未经复议直接起诉|复议后起诉", &two, "5|6|7|8|26|9|10|11|12|42"]);
    let found = read(&html(&format!("{of_review}<p>其中</p>{of_litigation}")));
    assert_eq!(values(&found, "review."), ["1", "2", "3", "4", "10"]);
    assert_eq!(values(&found, "litigation.direct."), ["5", "6", "7", "8", "26"]);
    assert_eq!(values(&found, "litigation.after_review."), ["9", "10", "11", "12", "42"]);
}

#[test]
fn blank_and_numbered_margins_are_no_values() {
    let values_row = "1|2|3|4|10|5|6|7|8|26|9|10| | | ";
    for [margin, first] in [["", ""], ["项目", "合计"], ["|项目", "|合计"], ["序号", "7"]] {
        let fill = |cell: &str| if cell.is_empty() { " ".to_owned() } else { cell.to_owned() };
        let margin: Vec<String> = margin.split('|').map(|m| format!("3!{}", fill(m))).collect();
        let first: Vec<String> = first.split('|').map(fill).collect();
        let tall = OUTCOMES.split('|').map(|o| format!("2!{o}")).collect::<Vec<_>>().join("|");
        let body = table(&[
            &format!("{}|5*行政复议|10*行政诉讼", margin.join("|")),
            &format!("{tall}|5*未经复议直接起诉|5*复议后起诉"),
            &format!("{OUTCOMES}|{OUTCOMES}"),
            &format!("{}|{values_row}", first.join("|")),
        ]);
        let found = read(&html(&body));
        assert_eq!(values(&found, "review."), ["1", "2", "3", "4", "10"], "{body}");
        assert_eq!(values(&found, "litigation.direct."), ["5", "6", "7", "8", "26"]);
        assert_eq!(values(&found, "litigation.after_review."), ["9", "10", "blank", "blank", "blank"]);
    }
}

#[test]
fn rows_that_count_right_for_the_wrong_reason_are_told() {
    let head = ["|7*申请人情况|2!备注", "项目|自然人|商业企业|科研机构|社会公益组织|法律服务机构|其他|总计"];
    let of = |row: &str| {
        let carried = "二、上年结转政府信息公开申请数量|0|0|0|0|0|0|0| ";
        read(&html(&table(&[&head[..], &[row, carried, "四、结转下年度继续办理|0|0|0|0|0|0|0| "]].concat())))
    };
    let told = |found: &Alignment| flagged(found, "row-unread", "applications.received");
    // A value is lost, and the blank cell of the remarks makes up the count; a value too many pushes a blank one out.
    assert!(told(&of("一、本年新收政府信息公开申请数量|1|3|4|5|6|21| ")));
    assert!(told(&of("一、本年新收政府信息公开申请数量|1|2|9|3|4|5|6|  | ")));
    assert!(!told(&of("一、本年新收政府信息公开申请数量|1|2|3|4|5|6|21| ")));
}

#[test]
fn text_tables_repeat_or_pad_spanning_cells() {
    let text = "| 第二十条第（五）项 | 第二十条第（五）项 | 第二十条第（五）项 |\n| --- | --- | --- |\n\
                | 信息内容 | 本年处理决定数量 | 本年处理决定数量 |\n| 行政许可 | 22件 | 22件 |\n\
                | 第二十条第（六）项 | | |\n| 信息内容 | 本年处理决定数量 | |\n| 行政处罚 | 3 | |\n| 行政强制 | 4 | |\n";
    let found = super::tests::text(text);
    assert_eq!(values(&found, "proactive.licensing"), ["22"]);
    assert_eq!(values(&found, "proactive.penalties"), ["3"]);
    // Different values under one repeated header are refused.
    let found = super::tests::text(&text.replace("| 22件 |\n", "| 23件 |\n"));
    assert!(values(&found, "proactive.licensing").is_empty());
}

#[test]
fn labels_repeated_in_each_row_that_they_span_name_one_column_each() {
    let (direct, after) = (["未经复议直接起诉"; 5].join("|"), ["复议后起诉"; 5].join("|"));
    let upper = format!("{}|{}", ["行政复议"; 5].join("|"), ["行政诉讼"; 10].join("|"));
    let middle = format!("{OUTCOMES}|{direct}|{after}");
    let lower = format!("{OUTCOMES}|{OUTCOMES}|{OUTCOMES}");
    let text = [&upper, &middle, &lower, "1|2|3|4|10|5|6|7|8|26|9|1|2|3|15"].map(|r| format!("|{r}|\n")).concat();
    let found = super::tests::text(&text);
    assert_eq!(values(&found, "review."), ["1", "2", "3", "4", "10"]);
    assert_eq!(values(&found, "litigation.direct."), ["5", "6", "7", "8", "26"]);
    assert_eq!(values(&found, "litigation.after_review."), ["9", "1", "2", "3", "15"]);
}

#[test]
fn padding_on_both_sides_of_a_row_is_told_by_its_sums() {
    let outcomes = "结果维持 |\n结果纠正 |\n其他结果 |\n尚未审结 |\n总计 |\n";
    let head = format!(
        "四、政府信息公开行政复议、行政诉讼情况\n行政复议 |\n行政诉讼 |\n||\n{outcomes}未经复议直接起诉 |\n复议后起诉 |\n||\n\
         {outcomes}{outcomes}||\n"
    );
    let row =
        |cells: &str| cells.chars().map(|c| format!("{} |\n", c.to_string().replace('.', " "))).collect::<String>();
    let found = text(&format!("{head}{}||\n注：含上年度结转数量 |\n||\n", row("1...1.1..1.....")));
    assert_eq!(values(&found, "review."), ["1", "blank", "blank", "blank", "1"]);
    assert_eq!(values(&found, "litigation.direct."), ["blank", "1", "blank", "blank", "1"]);
    // Without a sum nothing tells where the row begins.
    let found = text(&format!("{head}{}||\n注：含上年度结转数量 |\n||\n", row("1..............")));
    assert!(values(&found, "review.").iter().all(|v| v != "1"), "{:?}", found.readings);
}

#[test]
fn rows_padded_otherwise_than_their_header_are_not_read_by_place() {
    let found = text(
        "三、收到和处理政府信息公开申请情况\n\
         | 申请情况 | 自然人 | 商业企业 | 科研机构 | 社会公益组织 | 法律服务机构 | 其他 | 总计 |  |\n\
         | 一、本年新收政府信息公开申请数量 |  | 1 | 0 |  |  |  |  | 1 |\n\
         | 二、上年结转政府信息公开申请数量 |  | 0 |  |  |  |  | 0 |  |\n\
         | （二）部分公开 |  |  |  | 0 |  |  |  |  |\n",
    );
    assert!(values(&found, "applications.partly_granted").iter().all(|v| v != "0"), "{:?}", found.readings);
}

#[test]
fn headers_that_do_not_stand_above_their_columns_lend_no_order() {
    let row = "3*一、本年新收政府信息公开申请数量|1|2|3|4|5|6|21";
    // A title that spans a row too many pushes the names below it out of the table, a blank cell by one.
    let upper = table(&[UPPER]).replace("rowspan=3", "rowspan=3 colspan=3");
    let pushed = upper.replace("colspan=7", "colspan=7 rowspan=2") + &table(&[MIDDLE, LOWER, row]);
    let shifted = upper + &table(&[&format!("|{MIDDLE}"), LOWER, row]);
    for body in [pushed, shifted] {
        let found = read(&html(&body.replace("</table><table>", "")));
        assert_eq!(values(&found, "applications.received."), ["1", "2", "3", "4", "5", "6", "21"]);
        assert!(flagged(&found, "column-order", "applications.received.natural_person"), "{:?}", found.flags);
    }
}

#[test]
fn a_grid_without_any_span_is_read_by_place() {
    let upper = "|||申请人情况||||||";
    let middle = "|||自然人|法人或其他组织|||||总计";
    let lower = "||||商业企业|科研机构|社会公益组织|法律服务机构|其他|";
    let granted = "三、本年度办理结果|（一）予以公开||1|2|3|4|5|6|21";
    let found =
        read(&html(&table(&[upper, middle, lower, "一、本年新收政府信息公开申请数量|||1||3|4|5|6|19", granted])));
    assert_eq!(values(&found, "applications.received."), ["1", "blank", "3", "4", "5", "6", "19"]);
    assert_eq!(values(&found, "applications.granted."), ["1", "2", "3", "4", "5", "6", "21"]);
}

#[test]
fn remarks_repeated_over_the_rows_of_a_boxhead_are_one_column() {
    let upper = "|||申请人情况|||||||备注";
    let middle = "|||自然人|法人或其他组织|||||总计|备注";
    let lower = "||||商业企业|科研机构|社会公益组织|法律服务机构|其他||备注";
    let lines = format!("{upper}\n{middle}\n{lower}\n一、本年新收政府信息公开申请数量|||1|2|3|4|5|6|21|\n");
    let found = text(&lines);
    assert_eq!(values(&found, "applications.received."), ["1", "2", "3", "4", "5", "6", "21"]);
}

#[test]
fn a_blank_before_a_whole_row_is_no_value_where_the_sums_say_so() {
    let two = format!("{OUTCOMES}|{OUTCOMES}");
    let tall = OUTCOMES.split('|').map(|o| format!("2!{o}")).collect::<Vec<_>>().join("|");
    let read = |row: &str| {
        let head = format!("{tall}|5*未经复议直接起诉|5*复议后起诉");
        read(&html(&table(&["5*行政复议|10*行政诉讼", &head, &two, row])))
    };
    let found = read("|1|2|3|4|10|5|6|7|8|26|9|10|11|12|42");
    assert_eq!(values(&found, "review."), ["1", "2", "3", "4", "10"]);
    assert!(flagged(&found, "ragged-row", "review.upheld"));
    // Another blank may be the one too many.
    assert!(values(&read("|1|2|3||6|5|6|7|8|26|9|10|11|12|42"), "review.").is_empty());
}

#[test]
fn blanks_and_a_unit_under_the_only_header_are_no_values() {
    let head = "信息内容|3*本年处理决定数量";
    let found = read(&html(&table(&[
        "4*第二十条第（五）项",
        head,
        "行政许可||17|",
        "4*第二十条第（八）项",
        "信息内容|3*本年收费金额（单位：万元）",
        "行政事业性收费|8.5|万元|",
    ])));
    assert_eq!(values(&found, "proactive.licensing."), ["17"]);
    assert_eq!(values(&found, "proactive.fees."), ["8.5"]);
}

#[test]
fn a_row_of_thousands_of_headers_heads_nothing() {
    let wide = |text: &str| format!("|{}", [text; 2100].join("|"));
    let head = format!("规章{}", wide("本年制发件数"));
    let found = read(&html(&table(&["第二十条第（一）项", &head, &format!("规章{}", wide("1"))])));
    assert!(values(&found, "proactive.").is_empty(), "{:?}", found.readings);
}

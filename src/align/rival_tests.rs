//! Rows and columns that stand beside their like: which are read, and what is said where nothing tells them apart.

use super::tests::{OUTCOMES, flagged, html, read, table, values};

#[test]
fn a_second_row_of_values_is_told() {
    let zeros = ["0"; 15].join("|");
    let found = read(&html(&table(&[
        "5*行政复议|10*行政诉讼",
        "5*|5*未经复议直接起诉|5*复议后起诉",
        &format!("{OUTCOMES}|{OUTCOMES}|{OUTCOMES}"),
        &zeros,
        "1|2|3|4|10|5|6|7|8|26|9|10|11|12|42",
    ])));
    assert!(flagged(&found, "second-row", "review.upheld"));
}

#[test]
fn a_label_that_says_the_contrary_is_doubtful() {
    let read = |header: &str, label: &str| {
        read(&html(&table(&[
            "4*第二十条第（一）项",
            &format!("信息内容|{header}|本年废止件数|现行有效件数"),
            "规章|1|2|3",
            &format!("{label}|4|5|6"),
        ])))
    };
    let found = read("本年制发件数（单位：件，不含修订）", "行政规范性文件");
    assert!(!found.flags.iter().any(|f| f.code == "doubtful-label"), "{:?}", found.flags);
    let found = read("累计制发件数", "行政规范性文件");
    assert!(flagged(&found, "doubtful-label", "proactive.regulations.issued"));
    assert!(!flagged(&found, "doubtful-label", "proactive.regulations.repealed"));
    assert!(flagged(
        &read("本年制发件数", "非行政规范性文件"),
        "doubtful-label",
        "proactive.normative_documents.issued"
    ));
}

#[test]
fn litigation_printed_without_its_kinds_is_told() {
    let body = table(&["5*行政复议|5*行政诉讼", &format!("{OUTCOMES}|{OUTCOMES}"), "1|2|3|4|10|5|6|7|8|26"]);
    let found = read(&html(&body));
    assert_eq!(values(&found, "review."), ["1", "2", "3", "4", "10"]);
    assert!(!flagged(&found, "column-guessed", "review.total"));
    let lawsuits = || found.readings.iter().filter(|r| r.variable.starts_with("litigation."));
    assert!(lawsuits().all(|r| flagged(&found, "column-guessed", &r.variable)), "{:?}", found.flags);
}

#[test]
fn columns_of_two_agencies_side_by_side_are_told() {
    let body = table(&[
        "第二十条第（一）项|3*县本级|3*乡镇街道",
        "信息内容|本年制发件数|本年废止件数|现行有效件数|本年制发件数|本年废止件数|现行有效件数",
        "规章|1|2|3|4|5|6",
        "行政规范性文件|7|8|9|10|11|12",
    ]);
    let found = read(&html(&body));
    assert!(!found.readings.is_empty());
    assert!(found.readings.iter().all(|r| flagged(&found, "column-guessed", &r.variable)), "{:?}", found.flags);
}

#[test]
fn of_two_labelled_rows_below_one_header_the_own_one_is_read_or_both_are_told() {
    let two = format!("{OUTCOMES}|{OUTCOMES}");
    let tall = OUTCOMES.split('|').map(|o| format!("2!{o}")).collect::<Vec<_>>().join("|");
    let read = |first: &str, second: &str| {
        read(&html(&table(&[
            "3!|5*行政复议|10*行政诉讼",
            &format!("{tall}|5*未经复议直接起诉|5*复议后起诉"),
            &two,
            &format!("{first}|1|2|3|4|10|5|6|7|8|26|9|10|11|12|42"),
            &format!("{second}|4|3|2|1|10|8|7|6|5|26|12|11|10|9|42"),
        ])))
    };
    for (first, second) in [("2022年", "2023年"), ("上年", "本年"), ("上年度", "本年度"), ("县公安局", "合计")]
    {
        let found = read(first, second);
        assert_eq!(values(&found, "review."), ["4", "3", "2", "1", "10"], "{second}");
        assert!(!flagged(&found, "second-row", "review.upheld"));
    }
    let found = read("所属单位", "本机关");
    assert_eq!(values(&found, "review."), ["1", "2", "3", "4", "10"]);
    assert!(flagged(&found, "second-row", "litigation.after_review.total"));
}

#[test]
fn increase_and_decrease_in_columns_of_their_own_are_told() {
    let found = read(&html(&table(&[
        "5*第二十条第（五）项",
        "信息内容|上一年项目数量|本年增|本年减|处理决定数量",
        "行政许可|5|1|2|70",
        "其他对外管理服务事项|6|3|4|80",
    ])));
    assert!(flagged(&found, "column-guessed", "proactive.licensing.change"), "{:?}", found.flags);
    assert!(!flagged(&found, "column-guessed", "proactive.licensing.decisions"));
}

#[test]
fn rows_that_an_agency_added_are_told() {
    let found = read(&html(&table(&[
        "4*第二十条第（一）项",
        "信息内容|本年制发件数|本年废止件数|现行有效件数",
        "规章|1|2|3",
        "行政规范性文件|4|5|6",
        "其他规范性文件|7|8|9",
    ])));
    assert_eq!(values(&found, "proactive.normative_documents."), ["4", "5", "6"]);
    assert!(flagged(&found, "unknown-row", "proactive"), "{:?}", found.flags);
}

#[test]
fn of_parts_and_their_sum_beside_each_other_the_sum_is_read() {
    let found = read(&html(&table(&[
        "统计指标|单位|县政府办|各部门|合计",
        "（一）主动公开政府信息数|条|1|2|3",
        "制发规范性文件总数|件|4|5|9",
        "1.政府公报公开政府信息数|条|6|7|13",
        "2.政府网站公开政府信息数|条|8|9|17",
    ])));
    assert_eq!(values(&found, "statistics.channels."), ["13", "17"]);
    assert!(flagged(&found, "unknown-column", "statistics"));
}

#[test]
fn labels_joined_to_another_name_are_doubtful() {
    let read = |label: &str| {
        read(&html(&table(&[
            "4*第二十条第（一）项",
            "信息内容|本年制发件数|本年废止件数|现行有效件数",
            "规章|1|2|3",
            &format!("{label}|4|5|6"),
        ])))
    };
    for label in ["规范性文件和行政决定", "规划及行政规范性文件", "党内规范性文件"] {
        let found = read(label);
        let doubtful = flagged(&found, "doubtful-label", "proactive.normative_documents.issued");
        assert!(doubtful || flagged(&found, "unknown-row", "proactive"), "{label} {:?}", found.flags);
    }
    for label in ["二、行政规范性文件", "2、规范性文件"] {
        assert!(!read(label).flags.iter().any(|f| f.code == "doubtful-label"), "{label}");
    }
}

#[test]
fn one_row_among_others_makes_no_table_of_many_rows() {
    let found = read(&html(&table(&["公开渠道|信息数量|占比", "公示栏|524|85%", "政府公报|449|10%", "电视|2|5%"])));
    assert!(found.forms.is_empty(), "{:?}", found.forms);
    let found = read(&html(&table(&["办理结果|2022年|2023年", "不予公开|3|4"])));
    assert!(found.forms.is_empty(), "{:?}", found.forms);
}

#[test]
fn a_fuller_instance_that_is_taken_is_told_of_where_the_other_is_blank() {
    let two = format!("{OUTCOMES}|{OUTCOMES}");
    let review = |row: &str| {
        table(&[
            "5*行政复议|10*行政诉讼",
            &format!("{OUTCOMES}|5*未经复议直接起诉|5*复议后起诉"),
            &format!("5*|{two}"),
            row,
        ])
    };
    let blank = ["&nbsp;"; 15].join("|");
    let found =
        read(&html(&format!("{}<p>文字。</p>{}", review(&blank), review("1|2|3|4|10|5|6|7|8|26|9|10|11|12|42"))));
    for at in ["review", "litigation"] {
        assert!(flagged(&found, "other-table", at), "{:?}", found.flags);
    }
    assert!(flagged(&found, "other-value", "litigation.direct.total"));
}

//! Tables whose lines part some of their cells only, or none.

use super::samples::{grid, page, set, stroke};
use super::{PageContent, Ruling, RulingKind, compose};
use crate::document::{Block, Rect};
use crate::limits::Limits;

fn rows(page: PageContent) -> Vec<Vec<String>> {
    let row = |t: &crate::document::Table, r| {
        let text = |c| t.at(r, c).map_or("-", |x| x.text.as_str());
        (0..t.cols).map(text).collect::<Vec<_>>().join("|")
    };
    let done = compose(vec![page], &[], &Limits::default());
    let tables = done.blocks.iter().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None });
    tables.map(|t| (0..t.rows).map(|r| row(t, r)).collect()).collect()
}

fn lines(page: &mut PageContent, texts: &[(f32, f32, &str)]) {
    for &(x, y, text) in texts {
        set(page, x, y, 10.0, 0.0, text);
    }
}

#[test]
fn lines_between_the_names_of_columns_part_the_rows_below_too() {
    let mut p = page(1);
    for y in [90.0, 110.0, 130.0, 150.0] {
        stroke(&mut p, 100.0, y, 420.0, y);
    }
    for x in [100.0, 180.0, 260.0, 340.0, 420.0] {
        stroke(&mut p, x, 90.0, x, 110.0);
    }
    for x in [100.0, 420.0] {
        stroke(&mut p, x, 110.0, x, 150.0);
    }
    for (r, texts) in
        [["项目", "甲", "乙", "丙"], ["规章", "111", "222", "333"], ["处罚", "7", "", "9"]].iter().enumerate()
    {
        for (c, text) in texts.iter().enumerate() {
            lines(&mut p, &[(110.0 + 80.0 * c as f32, 104.0 + 20.0 * r as f32, text)]);
        }
    }
    assert_eq!(rows(p), [["项目|甲|乙|丙", "规章|111|222|333", "处罚|7||9"]]);
}

#[test]
fn a_currency_sign_belongs_to_the_number_behind_it() {
    let mut p = page(1);
    let texts = [
        (90.0, 100.0, "Weekly"),
        (230.0, 100.0, "$"),
        (260.0, 100.0, "71.15"),
        (90.0, 115.0, "Biweekly"),
        (255.0, 115.0, "142.31"),
        (90.0, 130.0, "Annually"),
        (245.0, 130.0, "3,700.00"),
        (90.0, 145.0, "Quarterly"),
        (255.0, 145.0, "925.00"),
    ];
    lines(&mut p, &texts);
    assert_eq!(rows(p), [["Weekly|$ 71.15", "Biweekly|142.31", "Annually|3,700.00", "Quarterly|925.00"]]);
}

#[test]
fn a_heading_above_its_first_row_is_no_label_that_wraps() {
    let mut p = page(1);
    let texts = [
        (90.0, 100.0, "Investment"),
        (90.0, 112.0, "Direct result"),
        (300.0, 112.0, "12"),
        (360.0, 112.0, "7"),
        (90.0, 130.0, "Number of outstanding"),
        (90.0, 142.0, "units"),
        (300.0, 142.0, "13"),
        (360.0, 142.0, "8"),
        (90.0, 160.0, "Total result of the"),
        (90.0, 172.0, "portfolio"),
        (300.0, 172.0, "14"),
        (360.0, 172.0, "9"),
        (90.0, 190.0, "Costs"),
        (300.0, 190.0, "15"),
        (360.0, 190.0, "5"),
    ];
    lines(&mut p, &texts);
    let want = [
        "Investment||",
        "Direct result|12|7",
        "Number of outstanding\nunits|13|8",
        "Total result of the\nportfolio|14|9",
        "Costs|15|5",
    ];
    assert_eq!(rows(p), [want]);
}

#[test]
fn whole_numbers_side_by_side_are_two() {
    let mut p = page(1);
    for (k, y) in [100.0, 115.0, 130.0, 145.0].into_iter().enumerate() {
        let (wide, narrow) = (k == 2, if k == 2 { 164.5 } else { 190.0 });
        lines(
            &mut p,
            &[(60.0, y, "甲项"), (if wide { 115.0 } else { 130.0 }, y, if wide { "2,218,406" } else { "18,406" })],
        );
        lines(&mut p, &[(narrow, y, if wide { "1,180,160" } else { "80,160" })]);
    }
    assert_eq!(rows(p)[0][2], "甲项|2,218,406|1,180,160");
}

/// A boxhead and a row of values in cells of 17 points, each with its lines.
fn narrow(head: &[&str], values: &[&[&str]]) -> PageContent {
    let mut p = page(1);
    let xs: Vec<f32> = (0..=values.len()).map(|i| 100.0 + 17.0 * i as f32).collect();
    grid(&mut p, &xs, &[90.0, 120.0, 150.0], true, &[]);
    for (c, lines) in values.iter().enumerate() {
        for (r, text) in head.iter().enumerate() {
            set(&mut p, xs[c] + 3.5, 100.0 + 12.0 * r as f32, 10.0, 0.0, text);
        }
        for (r, text) in lines.iter().enumerate() {
            set(&mut p, xs[c] + 3.5, 130.0 + 12.0 * r as f32, 10.0, 0.0, text);
        }
    }
    p
}

#[test]
fn a_number_broken_by_its_narrow_cell_is_joined_and_told() {
    let head = ["科", "研"];
    let values: [&[&str]; 3] = [&["12", "3"], &["4"], &["15", "06"]];
    let done = compose(vec![narrow(&head, &values)], &[], &Limits::default());
    let Some(Block::Table(t)) = done.blocks.first() else { panic!("no table") };
    let row: Vec<&str> = (0..3).map(|c| t.at(1, c).unwrap().text.as_str()).collect();
    assert_eq!(row, ["123", "4", "1506"]);
    let told: Vec<_> = done.diagnostics.iter().map(|d| (d.code, d.anchor.clone())).collect();
    assert_eq!(told[0], ("number-wrapped", Some(t.at(1, 0).unwrap().anchor.clone())));
    assert_eq!(told.len(), 2);
}

#[test]
fn a_number_between_the_lines_of_another_tells_that_they_are_one() {
    let mut p = narrow(&["科", ""], &[&["12", "3"], &[]]);
    set(&mut p, 120.5, 136.0, 10.0, 0.0, "4");
    assert_eq!(rows(p)[0][1], "123|4");
}

#[test]
fn two_numbers_in_one_cell_stay_two() {
    // Nothing else of the column is broken; a neighbour has two rows of values; there was room for another digit.
    for (head, values) in [
        (["科", ""], [&["12", "3"] as &[&str], &["4"]]),
        (["科", "研"], [&["12", "3"], &["4", "5"]]),
        (["科", "研"], [&["12", "345"], &["4"]]),
    ] {
        let text = &rows(narrow(&head, &values))[0][1];
        assert_eq!(text.split('|').next(), Some(values[0].join("\n").as_str()), "{text}");
    }
    let mut wide = narrow(&["科", "研"], &[&["12", "3"], &["4"]]);
    wide.rulings.clear();
    grid(&mut wide, &[90.0, 117.0, 150.0], &[90.0, 120.0, 150.0], true, &[]);
    assert!(rows(wide)[0][1].starts_with("12\n3"));
}

/// Cells of two rows each, with a boxhead.
fn every_other(rows: &[[&str; 3]]) -> PageContent {
    let mut p = page(1);
    let lines = rows.len() / 2 + 2;
    let mut ys: Vec<f32> = (0..lines).map(|i| 110.0 + 40.0 * (i as f32 - 1.0)).collect();
    ys[0] = 90.0;
    grid(&mut p, &[100.0, 180.0, 260.0, 340.0], &ys, false, &[]);
    for (r, row) in [["项目", "甲", "乙"]].iter().chain(rows).enumerate() {
        for (c, text) in row.iter().enumerate() {
            set(&mut p, 105.0 + 80.0 * c as f32, 104.0 + 20.0 * r as f32, 10.0, 0.0, text);
        }
    }
    p
}

#[test]
fn lines_under_every_other_row_are_no_reason_to_join_rows() {
    let p = every_other(&[
        ["规章", "1", "12"],
        ["规范性文件", "3", "4"],
        ["行政许可", "", "46"],
        ["行政处罚", "7", "8"],
        ["行政强制", "10", "9"],
        ["收费", "11", "0"],
    ]);
    let want =
        ["项目|甲|乙", "规章|1|12", "规范性文件|3|4", "行政许可||46", "行政处罚|7|8", "行政强制|10|9", "收费|11|0"];
    assert_eq!(rows(p), [want]);
}

#[test]
fn a_label_of_two_lines_beside_single_values_stays_one_row() {
    let mut p = every_other(&[["规范性", "1", "12"], ["文件", "", ""], ["行政", "3", "4"], ["许可", "", ""]]);
    assert_eq!(rows(p.clone()), [["项目|甲|乙", "规范性\n文件|1|12", "行政\n许可|3|4"]]);
    // One number in two lines beside such a label is no second row.
    set(&mut p, 185.0, 144.0, 10.0, 0.0, "5");
    assert_eq!(rows(p)[0][1], "规范性\n文件|1\n5|12");
}

/// Rows of a borderless table: texts from the left, each at its place, with the step down to the next line.
fn set_rows(p: &mut PageContent, mut y: f32, rows: &[(f32, &[(f32, &str)])]) {
    for (step, texts) in rows {
        for &(x, text) in *texts {
            set(p, x, y, 10.0, 0.0, text);
        }
        y += step;
    }
}

#[test]
fn the_last_letter_of_a_name_is_no_row_of_values() {
    let mut p = page(1);
    let lines: [(f32, &[(f32, &str)]); 6] = [
        (12.0, &[(150.0, "自然"), (200.0, "商业企"), (250.0, "科研"), (300.0, "其")]),
        (24.0, &[(155.0, "人"), (210.0, "业"), (250.0, "机构"), (300.0, "他")]),
        (20.0, &[(50.0, "一、新收"), (155.0, "11"), (210.0, "12"), (255.0, "13"), (300.0, "14")]),
        (20.0, &[(50.0, "二、结转"), (155.0, "21"), (210.0, "22"), (255.0, "23"), (300.0, "24")]),
        (20.0, &[(50.0, "三、公开"), (155.0, "有"), (210.0, "无"), (255.0, "33"), (300.0, "34")]),
        (20.0, &[(50.0, "四、总计"), (155.0, "41"), (210.0, "42"), (255.0, "43"), (300.0, "44")]),
    ];
    set_rows(&mut p, 100.0, &lines);
    let found = &rows(p)[0];
    assert_eq!(found[0], "|自然\n人|商业企\n业|科研\n机构|其\n他");
    assert_eq!(found[1], "一、新收|11|12|13|14");
    assert_eq!(found[3], "三、公开|有|无|33|34");
}

#[test]
fn few_values_stand_under_the_names_of_their_columns() {
    let mut p = page(1);
    let names = ["维持", "纠正", "其他", "未结", "总计", "撤销", "驳回"];
    for (k, name) in names.iter().enumerate() {
        set(&mut p, 60.0 + 60.0 * k as f32, 100.0, 10.0, 0.0, name);
    }
    set_rows(&mut p, 118.0, &[(0.0, &[(125.0, "17"), (305.0, "17")])]);
    assert_eq!(rows(p), [["维持|纠正|其他|未结|总计|撤销|驳回", "|17|||17||"]]);
}

#[test]
fn shaded_columns_of_a_table_are_no_table_of_their_own() {
    let mut p = page(1);
    for r in 0..6 {
        let y = 100.0 + 20.0 * r as f32;
        set(&mut p, 50.0, y, 10.0, 0.0, ["规章", "许可", "处罚", "强制", "收费", "采购"][r]);
        for c in 0..4 {
            let x = 200.0 + 40.0 * c as f32;
            set(&mut p, x + 10.0, y, 10.0, 0.0, &format!("{}{}", r + 1, c + 1));
            if c % 2 == 0 {
                shade(&mut p, x, y - 14.0, x + 40.0, y + 6.0);
            }
        }
    }
    let found = &rows(p)[0];
    assert_eq!((found[0].as_str(), found[5].as_str()), ("规章|11|12|13|14", "采购|61|62|63|64"));
}

/// Shades an area: its four edges.
fn shade(p: &mut PageContent, x0: f32, y0: f32, x1: f32, y1: f32) {
    for (a, b, c, d) in [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)] {
        p.rulings.push(Ruling { rect: Rect::new(a, b, c, d), thickness: 0.0, kind: RulingKind::Edge });
    }
}

#[test]
fn labels_without_lines_beside_a_grid_of_values_are_of_its_rows() {
    let mut p = page(1);
    let values: Vec<Vec<String>> = (1..=4).map(|r| (1..=3).map(|c| format!("{r}{c}")).collect()).collect();
    grid(&mut p, &[200.0, 240.0, 280.0, 320.0], &[90.0, 110.0, 130.0, 150.0, 170.0], false, &values);
    for (r, label) in ["规章", "行政许可", "行政处罚", "总计"].iter().enumerate() {
        set(&mut p, 60.0, 102.0 + 20.0 * r as f32, 8.0, 0.0, label);
    }
    assert_eq!(rows(p), [["规章|11|12|13", "行政许可|21|22|23", "行政处罚|31|32|33", "总计|41|42|43"]]);
}

#[test]
fn lines_far_apart_are_of_one_label_where_rows_stand_further_apart() {
    let mut p = page(1);
    for r in 0..5 {
        let y = 100.0 + 60.0 * r as f32;
        set(&mut p, 60.0, y, 10.0, 0.0, &format!("{}.属于国家", r + 1));
        set(&mut p, 60.0, y + 20.0, 10.0, 0.0, "秘密的");
        for c in 0..4 {
            set(&mut p, 200.0 + 50.0 * c as f32, y + 10.0, 10.0, 0.0, &format!("{}{}", r + 1, c + 1));
        }
    }
    let found = &rows(p)[0];
    assert_eq!(found.len(), 5);
    assert_eq!(found[1], "2.属于国家\n秘密的|21|22|23|24");
}

#[test]
fn numbers_closer_than_a_digit_is_wide_are_two() {
    let mut p = page(1);
    for (k, y) in [100.0, 115.0, 130.0, 145.0].into_iter().enumerate() {
        set(&mut p, 60.0, y, 10.0, 0.0, "甲项");
        // The right end of the one is half a digit and more from the left end of the other.
        set(&mut p, 130.0, y, 10.0, 0.0, if k == 2 { "1553" } else { "13" });
        set(&mut p, if k == 2 { 154.8 } else { 160.0 }, y, 10.0, 0.0, if k == 2 { "1753" } else { "17" });
    }
    assert_eq!(rows(p)[0][2], "甲项|1553|1753");
}

#[test]
fn rules_part_the_rows_where_walls_part_the_labels_alone() {
    let mut p = page(1);
    for r in 0..8 {
        let y = 90.0 + 20.0 * r as f32;
        stroke(&mut p, if (3..=4).contains(&r) || r == 6 { 100.0 } else { 50.0 }, y, 400.0, y);
    }
    for (x, y0, y1) in [(50.0, 130.0, 230.0), (100.0, 130.0, 230.0), (200.0, 130.0, 230.0)] {
        stroke(&mut p, x, y0, x, y1);
    }
    let labels = [(52.0, "一、新收"), (52.0, "二、结转"), (105.0, "公开"), (105.0, "国家秘密"), (105.0, "其他")];
    for (r, &(x, label)) in labels.iter().chain(&[(105.0, "补正"), (105.0, "重复")]).enumerate() {
        let y = 104.0 + 20.0 * r as f32;
        set(&mut p, x, y, 10.0, 0.0, label);
        for c in 0..4 {
            set(&mut p, 220.0 + 45.0 * c as f32, y, 10.0, 0.0, &format!("{}{}", r + 1, c + 1));
        }
    }
    let found = &rows(p)[0];
    assert_eq!(found.len(), 7, "{found:#?}");
    assert!(found[0].starts_with("一、新收|") && found[0].ends_with("|11|12|13|14"), "{found:#?}");
    assert!(found[3].ends_with("国家秘密|41|42|43|44"), "{found:#?}");
}

#[test]
fn values_without_lines_below_a_ruled_boxhead_stand_under_its_names() {
    let mut p = page(1);
    let names = ["维持", "纠正", "其他", "未结", "总计", "撤销"].map(str::to_owned).to_vec();
    let xs: Vec<f32> = (0..=6).map(|c| 60.0 + 60.0 * c as f32).collect();
    grid(&mut p, &xs, &[90.0, 110.0], false, &[names]);
    set_rows(&mut p, 122.0, &[(0.0, &[(130.0, "17"), (310.0, "17")])]);
    set(&mut p, 60.0, 180.0, 10.0, 0.0, "五、存在的主要问题及改进情况");
    assert_eq!(rows(p), [["维持|纠正|其他|未结|总计|撤销", "|17|||17|"]]);
}

#[test]
fn a_cell_with_text_in_each_of_its_columns_is_several() {
    let mut p = page(1);
    let xs = [100.0, 160.0, 220.0, 280.0, 340.0];
    for y in [90.0, 110.0, 130.0, 150.0, 170.0] {
        stroke(&mut p, 100.0, y, 340.0, y);
    }
    for x in xs {
        stroke(&mut p, x, 90.0, x, if x == 220.0 || x == 280.0 { 130.0 } else { 170.0 });
    }
    let texts = [["项目", "甲", "乙", "丙"], ["规章", "1", "2", "3"], ["许可", "4", "5", "6"], ["处罚", "7", "", "9"]];
    for (r, row) in texts.iter().enumerate() {
        for (c, text) in row.iter().enumerate() {
            set(&mut p, xs[c] + 10.0, 104.0 + 20.0 * r as f32, 10.0, 0.0, text);
        }
    }
    // Where a column is blank, the cell may be one.
    assert_eq!(rows(p)[0][2..], ["许可|4|5|6", "处罚|7 9|7 9|7 9"]);
}

#[test]
fn a_name_over_several_columns_does_not_go_on_from_a_shorter_one_above() {
    let mut p = page(1);
    let rows_of: [(f32, &[(f32, &str)]); 5] = [
        (12.0, &[(185.0, "申请人情况")]),
        (18.0, &[(175.0, "法人或其他组织")]),
        (20.0, &[(120.0, "个人"), (165.0, "企业"), (205.0, "机构"), (245.0, "其他"), (290.0, "总计")]),
        (20.0, &[(50.0, "新收"), (120.0, "11"), (165.0, "12"), (205.0, "13"), (245.0, "14"), (290.0, "50")]),
        (20.0, &[(50.0, "结转"), (120.0, "21"), (165.0, "22"), (205.0, "23"), (245.0, "24"), (290.0, "90")]),
    ];
    set_rows(&mut p, 100.0, &rows_of);
    let found = rows(p);
    assert!(found[0][0].contains("|申请人情况|") && found[0][1].contains("|法人或其他组织|"), "{found:#?}");
    assert_eq!(found[0][2], "|个人|企业|机构|其他|总计");
}

/// A boxhead of `heads` and a row of `values` from where they stand, both with the left end of each text.
fn under(heads: &[(f32, &str)], values: &[(f32, &str)]) -> PageContent {
    let mut p = page(1);
    for (row, y) in [(heads, 100.0), (values, 118.0)] {
        for &(x, text) in row {
            lines(&mut p, &[(x, y, text)]);
        }
    }
    p
}

#[test]
fn a_value_left_of_its_name_does_not_go_to_a_blank_one_before() {
    // Names of two lines, the second at the right; the first and third have no value.
    let mut p = page(1);
    for (c, (top, end)) in [("结果维", "持"), ("结果纠", "正"), ("其他结", "果"), ("尚未审", "结")].iter().enumerate()
    {
        let x = 56.0 + 41.0 * c as f32;
        lines(&mut p, &[(x, 100.0, top), (x + 20.0, 113.0, end)]);
    }
    lines(&mut p, &[(230.0, 106.0, "总计")]);
    lines(&mut p, &[(93.0, 130.0, "1"), (175.0, 130.0, "7"), (216.0, 130.0, "8")]);
    assert_eq!(rows(p)[0].last().unwrap(), "|1||7|8");
}

#[test]
fn values_that_could_go_to_either_name_go_where_the_others_of_the_table_do() {
    // 甲 and 丁 have a blank; the values of the others stand left of them.
    let heads = [(100.0, "甲甲"), (150.0, "乙乙"), (200.0, "丙丙"), (250.0, "丁丁"), (300.0, "戊戊")];
    let p = under(&heads, &[(133.0, "12"), (190.0, "333"), (290.0, "555")]);
    assert_eq!(rows(p), [["甲甲|乙乙|丙丙|丁丁|戊戊", "|12|333||555"]]);
}

#[test]
fn a_value_that_could_go_to_either_name_stays_apart() {
    let heads = [(100.0, "甲甲"), (150.0, "乙乙"), (250.0, "丁丁"), (300.0, "戊戊")];
    let p = under(&heads, &[(130.0, "12"), (280.0, "55")]);
    assert_eq!(rows(p), [["甲甲||乙乙|丁丁||戊戊", "|12|||55|"]]);
}

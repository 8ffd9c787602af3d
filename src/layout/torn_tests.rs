//! Rows and numbers that narrow cells and page breaks tear.

use super::samples::{grid, page, set, stroke};
use super::{PageContent, compose};
use crate::document::{Block, Table};
use crate::limits::Limits;

fn tables(pages: Vec<PageContent>) -> Vec<Table> {
    let done = compose(pages, &[], &Limits::default());
    done.blocks.into_iter().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None }).collect()
}

fn rows(t: &Table) -> Vec<String> {
    let row = |r| (0..t.cols).map(|c| t.at(r, c).map_or("-", |x| x.text.as_str())).collect::<Vec<_>>().join("|");
    (0..t.rows).map(row).collect()
}

/// Rows of a label and of values in cells too narrow for two digits, each with its lines, every 40 points.
fn narrow(rows: &[&[&[&str]]]) -> PageContent {
    let mut p = page(1);
    let cols = rows.iter().map(|r| r.len()).max().unwrap();
    let xs: Vec<f32> = std::iter::once(60.0).chain((0..cols).map(|c| 130.0 + 13.0 * c as f32)).collect();
    let ys: Vec<f32> = (0..=rows.len()).map(|r| 90.0 + 40.0 * r as f32).collect();
    grid(&mut p, &xs, &ys, true, &[]);
    for (r, row) in rows.iter().enumerate() {
        for (c, lines) in row.iter().enumerate() {
            for (k, text) in lines.iter().enumerate() {
                set(&mut p, xs[c] + 3.5, ys[r] + 11.0 + 12.0 * k as f32, 10.0, 0.0, text);
            }
        }
    }
    p
}

#[test]
fn a_number_set_digit_by_digit_beside_one_label_is_one() {
    let p = narrow(&[
        &[&["一、新收"], &["1", "2", "3"], &["4"]],
        &[&["二、上年结转", "申请"], &["0"], &["1", "0"]],
        &[&["三、予以公开"], &["8", "8"], &[]],
        &[&["四、结转"], &["3", "5"], &["1", "4"]],
    ]);
    let want = ["一、新收|123|4", "二、上年结转\n申请|0|10", "三、予以公开|88|", "四、结转|35|14"];
    assert_eq!(rows(&tables(vec![p])[0]), want);
}

#[test]
fn two_numbers_beside_two_labels_stay_two() {
    let p = narrow(&[
        &[&["一、新收"], &["1", "2"], &["4"]],
        &[&["许可", "处罚"], &["0", "5"], &["1"]],
        &[&["1.许可许可许可", "2.处罚"], &["7", "5"], &["1", "6"]],
        &[&["四、结转"], &["3"], &["1"]],
    ]);
    let found = rows(&tables(vec![p])[0]);
    assert_eq!(found[0], "一、新收|12|4");
    assert_eq!(found[1], "许可\n处罚|0\n5|1");
    assert_eq!(found[2], "1.许可许可许可\n2.处罚|7\n5|1\n6");
}

#[test]
fn lines_of_a_row_without_a_label_that_share_no_baseline_are_one_row() {
    let mut p = narrow(&[&[&["维持结果"], &["纠"], &["总"]], &[&[], &[], &["1", "0", "6"]]]);
    for (x, y, digit) in [(63.5, 153.0, "7"), (133.5, 147.0, "4"), (133.5, 159.0, "1")] {
        set(&mut p, x, y, 10.0, 0.0, digit);
    }
    assert_eq!(rows(&tables(vec![p])[0])[1], "7|41|106");
}

#[test]
fn a_decimal_broken_at_its_point_is_one_number() {
    let p = narrow(&[&[&["一、收费"], &["5", "8.", "07"]], &[&["二、其他"], &["0"]]]);
    assert_eq!(rows(&tables(vec![p])[0])[0], "一、收费|58.07");
}

/// Two pages with one grid each.
fn pages(xs: &[f32], upper: &[&[&str]], lower: &[&[&str]]) -> Vec<PageContent> {
    let make = |number: u32, top: f32, rows: &[&[&str]]| {
        let mut p = page(number);
        let ys: Vec<f32> = (0..=rows.len()).map(|i| top + 18.0 * i as f32).collect();
        let cells: Vec<Vec<String>> = rows.iter().map(|r| r.iter().map(|&t| t.to_owned()).collect()).collect();
        grid(&mut p, xs, &ys, true, &cells);
        p
    };
    vec![make(1, 600.0, upper), make(2, 60.0, lower)]
}

#[test]
fn numbers_below_a_page_break_without_a_label_are_of_the_row_above() {
    let xs = [60.0, 140.0, 170.0, 200.0];
    let upper: [&[&str]; 4] =
        [&["项目", "甲", "乙"], &["1.许可", "7", "8"], &["2.处罚", "3", "4"], &["3.强制", "297", "13"]];
    let found = tables(pages(&xs, &upper, &[&["", "502", "4"], &["4.收费", "5", "6"]]));
    assert_eq!(rows(&found[0])[3..], ["3.强制|297\n502|13\n4", "4.收费|5|6"]);
}

#[test]
fn numbers_below_a_page_break_above_a_label_without_any_stay_apart() {
    let xs = [60.0, 140.0, 170.0, 200.0];
    let upper: [&[&str]; 4] =
        [&["项目", "甲", "乙"], &["1.许可", "7", "8"], &["2.处罚", "3", "4"], &["3.强制", "", "13"]];
    let found = tables(pages(&xs, &upper, &[&["", "502", ""], &["4.收费", "", ""], &["5.其他", "5", "6"]]));
    assert_eq!(rows(&found[0])[3..], ["3.强制||13", "|502|", "4.收费||", "5.其他|5|6"]);
    let found = tables(pages(&xs, &upper, &[&["", "502", ""], &["4.收费", "5", "6"]]));
    assert_eq!(rows(&found[0])[3..], ["3.强制|502|13", "4.收费|5|6"]);
}

#[test]
fn numbers_beside_the_rest_of_a_label_are_of_the_row_above() {
    let xs = [60.0, 117.0, 147.0, 177.0];
    let upper: [&[&str]; 3] = [&["项目", "甲", "乙"], &["1.许可", "7", "8"], &["2.无正当理由", "297", "13"]];
    let found = tables(pages(&xs, &upper, &[&["反复申请", "502", "4"], &["3.其他", "5", "6"]]));
    assert_eq!(rows(&found[0])[2..], ["2.无正当理由\n反复申请|297\n502|13\n4", "3.其他|5|6"]);
}

#[test]
fn the_only_row_of_numbers_goes_on_where_they_fill_their_cells() {
    let xs = [60.0, 76.0, 92.0, 108.0];
    let found = tables(pages(&xs, &[&["维", "纠", "总"], &["57", "0", "57"]], &[&["1", "", "1"]]));
    assert_eq!(rows(&found[0])[1..], ["57\n1|0|57\n1"]);
    let wide = [60.0, 160.0, 260.0, 360.0];
    let found = tables(pages(&wide, &[&["维", "纠", "总"], &["57", "0", "57"]], &[&["1", "", "1"]]));
    assert_eq!(rows(&found[0])[1..], ["57|0|57", "1||1"]);
}

#[test]
fn a_tall_name_torn_beside_names_of_groups_goes_on() {
    let xs = [60.0, 82.0, 102.0, 122.0, 140.0];
    let mut made = pages(&xs, &[], &[&["人", "企业", "科研", ""], &["1", "2", "3", "6"]]);
    let a = &mut made[0];
    a.rulings.clear();
    for y in [600.0, 618.0] {
        stroke(a, 60.0, y, 140.0, y);
    }
    for x in [60.0, 82.0, 122.0, 140.0] {
        stroke(a, x, 600.0, x, 618.0);
    }
    for (x, text) in [(63.0, "自然"), (86.0, "法人"), (123.0, "总计")] {
        set(a, x, 612.0, 8.0, 0.0, text);
    }
    assert_eq!(rows(&tables(made)[0]), ["自然\n人|法人|法人|总计", "自然\n人|企业|科研|总计", "1|2|3|6"]);
}

#[test]
fn sides_of_a_cell_as_tall_as_the_page_belong_to_its_table() {
    let mut p = page(1);
    grid(&mut p, &[140.0, 240.0, 300.0], &[100.0, 120.0, 140.0, 160.0], false, &[]);
    for x in [60.0, 100.0] {
        stroke(&mut p, x, 100.0, x, 160.0);
    }
    set(&mut p, 103.0, 134.0, 8.0, 0.0, "不予公开");
    for (r, (label, value)) in [("1.秘密", "7"), ("2.禁止", "8"), ("3.危及", "9")].iter().enumerate() {
        set(&mut p, 143.0, 114.0 + 20.0 * r as f32, 8.0, 0.0, label);
        set(&mut p, 243.0, 114.0 + 20.0 * r as f32, 8.0, 0.0, value);
    }
    let found = tables(vec![p]);
    assert_eq!(rows(&found[0]), ["|不予公开|1.秘密|7", "|不予公开|2.禁止|8", "|不予公开|3.危及|9"]);
}

/// A frame with rules between its rows alone; the first value of the third row goes on in a line of its own.
fn framed(values: usize) -> PageContent {
    let mut p = page(1);
    let labels = ["项目", "1.许可", "2.处罚", "3.强制", "4.收费", "5.采购", "6.其他"];
    for (r, label) in labels.iter().enumerate() {
        let y = 100.0 + 30.0 * r as f32;
        stroke(&mut p, 60.0, y, 420.0, y);
        set(&mut p, 63.0, y + 12.0, 9.0, 0.0, label);
        for c in 0..values {
            let text = if r == 0 { ["甲", "乙", "丙"][c].to_owned() } else { format!("{}{}77", r, c) };
            set(&mut p, 160.0 + 80.0 * c as f32, y + 12.0, 9.0, 0.0, &text);
        }
    }
    let end = 100.0 + 30.0 * labels.len() as f32;
    stroke(&mut p, 60.0, end, 420.0, end);
    for x in [60.0, 420.0] {
        stroke(&mut p, x, 100.0, x, end);
    }
    p
}

#[test]
fn a_line_of_numbers_between_rules_is_of_the_row_above() {
    for values in [1, 3] {
        let mut p = framed(values);
        for c in 0..values {
            set(&mut p, 160.0 + 80.0 * c as f32, 184.0, 9.0, 0.0, "3");
        }
        let found = tables(vec![p]);
        let t = &found[0];
        assert_eq!(t.rows, 7, "{:?}", rows(t));
        assert!(rows(t)[2].starts_with("2.处罚|2077\n3"), "{:?}", rows(t));
    }
}

#[test]
fn a_dash_at_the_wall_is_no_sign_of_the_number_behind_it() {
    let mut p = page(1);
    grid(&mut p, &[60.0, 80.0, 95.0, 115.0], &[100.0, 120.0, 140.0], true, &[]);
    set(&mut p, 75.0, 114.0, 10.0, 0.0, "-158");
    set(&mut p, 62.0, 134.0, 10.0, 0.0, "-12345");
    assert_eq!(rows(&tables(vec![p])[0]), ["-|158|", "-12345||"]);
}

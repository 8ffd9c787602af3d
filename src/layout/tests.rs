use proptest::prelude::*;

use super::samples::{grid, page, set, stroke};
use super::{PageContent, Ruling, RulingKind, compose};
use crate::document::{Anchor, Block, Rect, Role, Table};
use crate::limits::Limits;

fn blocks(pages: Vec<PageContent>) -> Vec<Block> {
    compose(pages, &[], &Limits::default()).blocks
}

fn texts(pages: Vec<PageContent>) -> Vec<String> {
    blocks(pages)
        .into_iter()
        .map(|b| match b {
            Block::Paragraph(p) => p.text,
            Block::Table(t) => format!("<{}x{}>", t.rows, t.cols),
        })
        .collect()
}

fn tables(pages: Vec<PageContent>) -> Vec<Table> {
    blocks(pages).into_iter().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None }).collect()
}

fn rows(t: &Table) -> Vec<Vec<String>> {
    (0..t.rows)
        .map(|r| (0..t.cols).map(|c| t.at(r, c).map_or_else(String::new, |x| x.text.clone())).collect())
        .collect()
}

#[test]
fn justified_han_text_has_no_spaces() {
    let mut p = page(1);
    let x = set(&mut p, 90.0, 100.0, 12.0, 0.6, "邮编：");
    set(&mut p, x, 100.0, 12.0, 0.0, "223100");
    assert_eq!(texts(vec![p]), ["邮编：223100"]);
}

#[test]
fn latin_words_keep_their_spaces() {
    let mut p = page(1);
    set(&mut p, 90.0, 100.0, 12.0, 0.0, "two words");
    assert_eq!(texts(vec![p]), ["two words"]);
}

#[test]
fn lines_join_over_breaks_and_an_indent_begins_a_paragraph() {
    let mut p = page(1);
    let line = "本报告依据有关规定编制内容包括总体情况主动公开政府信息情况等部分";
    set(&mut p, 114.0, 100.0, 12.0, 0.0, line);
    set(&mut p, 90.0, 120.0, 12.0, 0.0, &format!("{line}二三"));
    set(&mut p, 90.0, 140.0, 12.0, 0.0, "到此为止。");
    set(&mut p, 114.0, 160.0, 12.0, 0.0, line);
    assert_eq!(texts(vec![p]), [format!("{line}{line}二三到此为止。"), line.to_owned()]);
}

#[test]
fn a_paragraph_goes_on_over_the_page_and_past_the_page_numbers() {
    let full = "全年新收申请若干件均在法定期限内予以答复未发生行政复议和诉讼情况";
    let mut a = page(1);
    set(&mut a, 90.0, 700.0, 12.0, 0.0, full);
    set(&mut a, 90.0, 720.0, 12.0, 0.0, full);
    set(&mut a, 280.0, 800.0, 10.0, 0.0, "- 1 -");
    let mut b = page(2);
    set(&mut b, 90.0, 80.0, 12.0, 0.0, "到此为止。");
    set(&mut b, 280.0, 800.0, 10.0, 0.0, "- 2 -");
    assert_eq!(texts(vec![a, b]), [format!("{full}{full}到此为止。")]);
}

#[test]
fn running_heads_go_but_a_value_like_the_page_number_stays() {
    let make = |n: u32| {
        let mut p = page(n);
        set(&mut p, 200.0, 40.0, 9.0, 0.0, "某某县年度报告");
        let cells: Vec<Vec<String>> = vec![vec![n.to_string(), n.to_string()]];
        grid(&mut p, &[100.0, 200.0, 300.0], &[60.0, 80.0], false, &cells);
        set(&mut p, 100.0, 120.0 + 20.0 * n as f32, 12.0, 0.0, "正文。");
        set(&mut p, 290.0, 810.0, 9.0, 0.0, &n.to_string());
        p
    };
    assert_eq!(texts((1..=3).map(make).collect()), ["<1x2>", "正文。", "<1x2>", "正文。", "<1x2>", "正文。"]);
}

#[test]
fn two_columns_are_read_one_after_the_other() {
    let mut p = page(1);
    for i in 0..6u8 {
        let y = 100.0 + 18.0 * f32::from(i);
        set(&mut p, 60.0, y, 12.0, 0.0, "左栏左栏左栏左栏左栏左栏左栏");
        set(&mut p, 310.0, y, 12.0, 0.0, "右栏右栏右栏右栏右栏右栏右栏");
    }
    let all = texts(vec![p]).concat();
    assert!(all.rfind('左').unwrap() < all.find('右').unwrap(), "{all}");
}

#[test]
fn spans_and_a_missing_outer_frame() {
    let mut p = page(1);
    // No left, right, top or bottom line; a header over both columns of values.
    stroke(&mut p, 100.0, 120.0, 400.0, 120.0);
    stroke(&mut p, 100.0, 140.0, 400.0, 140.0);
    stroke(&mut p, 200.0, 100.0, 200.0, 160.0);
    stroke(&mut p, 300.0, 120.0, 300.0, 160.0);
    for (x, y, t) in [
        (240.0, 114.0, "合计"),
        (210.0, 134.0, "甲"),
        (310.0, 134.0, "乙"),
        (110.0, 154.0, "规章"),
        (210.0, 154.0, "1"),
        (310.0, 154.0, "2"),
    ] {
        set(&mut p, x, y, 9.0, 0.0, t);
    }
    let t = &tables(vec![p])[0];
    assert_eq!((t.rows, t.cols), (3, 3));
    let head = t.at(0, 1).unwrap();
    assert_eq!((head.text.as_str(), head.col_span), ("合计", 2));
    assert_eq!(rows(t)[2], ["规章", "1", "2"]);
}

#[test]
fn a_stack_of_letters_is_one_word() {
    let mut p = page(1);
    grid(&mut p, &[100.0, 130.0, 200.0], &[100.0, 200.0], false, &[]);
    for (i, t) in ["三", "、", "本", "年", "度"].iter().enumerate() {
        set(&mut p, 110.0, 115.0 + 15.0 * i as f32, 9.0, 0.0, t);
    }
    set(&mut p, 140.0, 150.0, 9.0, 0.0, "0");
    assert_eq!(rows(&tables(vec![p])[0]), [["三、本年度", "0"]]);
}

#[test]
fn a_label_torn_by_the_page_goes_on() {
    let row = |v: [&str; 3]| v.map(str::to_owned).to_vec();
    let xs = [100.0, 160.0, 320.0, 400.0];
    let mut a = page(1);
    grid(
        &mut a,
        &xs,
        &[700.0, 720.0, 740.0],
        false,
        &[row(["（三）不予", "1.甲", "0"]), row(["（四）无", "1.乙", "5"])],
    );
    let mut b = page(2);
    grid(&mut b, &xs, &[60.0, 80.0, 100.0], false, &[row(["法提供", "2.丙", "0"]), row(["（五）不予", "1.丁", "3"])]);
    let found = tables(vec![a, b]);
    assert_eq!(found.len(), 1);
    let t = &found[0];
    assert_eq!(t.at(1, 0).unwrap().text, "（四）无\n法提供");
    assert_eq!(t.at(1, 0), t.at(2, 0));
    assert_eq!(t.at(2, 1).unwrap().text, "2.丙");
    assert!(matches!(t.at(2, 1).unwrap().anchor, Anchor::Page { page: 2, .. }));
}

#[test]
fn a_row_torn_below_a_repeated_header_is_joined() {
    let row = |v: [&str; 3]| v.map(str::to_owned).to_vec();
    let xs = [100.0, 300.0, 350.0, 400.0];
    let head = row(["统计指标", "单位", "2016年度"]);
    let mut a = page(1);
    grid(
        &mut a,
        &xs,
        &[680.0, 700.0, 720.0, 740.0],
        false,
        &[head.clone(), row(["2.传真申请数", "件", "0"]), row(["3", "件", "16"])],
    );
    let mut b = page(2);
    grid(
        &mut b,
        &xs,
        &[60.0, 80.0, 100.0, 120.0],
        false,
        &[head, row([".网络申请数", "", ""]), row(["4.信函申请数", "件", "12"])],
    );
    let found = tables(vec![a, b]);
    let want = [
        ["统计指标", "单位", "2016年度"],
        ["2.传真申请数", "件", "0"],
        ["3\n.网络申请数", "件", "16"],
        ["4.信函申请数", "件", "12"],
    ];
    assert_eq!(rows(&found[0]), want);
}

#[test]
fn horizontal_rules_alone_make_a_table() {
    let mut p = page(1);
    for (i, row) in [["年度", "新收", "总计"], ["2018年", "46", "0"], ["2019年", "", "22"], ["2020年", "6", "21"]]
        .iter()
        .enumerate()
    {
        let y = 100.0 + 18.0 * i as f32;
        for (x, t) in [100.0, 220.0, 340.0].iter().zip(row) {
            set(&mut p, *x, y, 9.0, 0.0, t);
        }
        stroke(&mut p, 90.0, y + 6.0, 420.0, y + 6.0);
    }
    let t = &tables(vec![p])[0];
    assert_eq!(rows(t), [["年度", "新收", "总计"], ["2018年", "46", "0"], ["2019年", "", "22"], ["2020年", "6", "21"]]);
}

#[test]
fn rules_within_a_frame_part_its_rows_alone() {
    let mut p = page(1);
    for (i, row) in
        [["规章", "制发", "废止"], ["甲", "46", "0"], ["乙", "6", "22"], ["丙", "16", "21"]].iter().enumerate()
    {
        let y = 100.0 + 18.0 * i as f32;
        for (x, t) in [100.0, 220.0, 340.0].iter().zip(row) {
            set(&mut p, *x, y, 9.0, 0.0, t);
        }
        stroke(&mut p, 90.0, y + 6.0, 420.0, y + 6.0);
    }
    stroke(&mut p, 90.0, 88.0, 420.0, 88.0);
    stroke(&mut p, 90.0, 88.0, 90.0, 160.0);
    stroke(&mut p, 420.0, 88.0, 420.0, 160.0);
    let t = &tables(vec![p])[0];
    assert_eq!(rows(t), [["规章", "制发", "废止"], ["甲", "46", "0"], ["乙", "6", "22"], ["丙", "16", "21"]]);
}

#[test]
fn a_line_left_of_rules_parts_two_tables() {
    let mut p = page(1);
    for (i, row) in [["年度", "新收"], ["2018年", "46"], ["2019年", "6"]].iter().enumerate() {
        for from in [100.0, 190.0] {
            let y = from + 18.0 * i as f32;
            set(&mut p, 100.0, y, 9.0, 0.0, row[0]);
            set(&mut p, 220.0, y, 9.0, 0.0, row[1]);
            stroke(&mut p, 90.0, y + 6.0, 300.0, y + 6.0);
        }
    }
    set(&mut p, 60.0, 160.0, 9.0, 0.0, "三、收到和处理申请情况");
    assert_eq!(texts(vec![p]), ["<3x2>", "三、收到和处理申请情况", "<3x2>"]);
}

#[test]
fn a_number_in_two_lines_beside_others_makes_no_rows() {
    let mut p = page(1);
    for (x, y, t) in [
        (200.0, 100.0, "甲项"),
        (300.0, 100.0, "乙项"),
        (90.0, 124.0, "规章"),
        (205.0, 124.0, "10"),
        (305.0, 118.0, "15"),
        (305.0, 130.0, "9"),
        (90.0, 148.0, "许可"),
        (205.0, 148.0, "3"),
        (305.0, 148.0, "7"),
        (90.0, 166.0, "处罚"),
        (205.0, 166.0, "3"),
        (305.0, 166.0, "7"),
    ] {
        set(&mut p, x, y, 9.0, 0.0, t);
    }
    let t = &tables(vec![p])[0];
    assert_eq!(rows(t), [["", "甲项", "乙项"], ["规章", "10", "15\n9"], ["许可", "3", "7"], ["处罚", "3", "7"]]);
}

#[test]
fn numbers_in_two_lines_between_rules_are_one_row() {
    let mut p = page(1);
    for (x, y, t) in [
        (100.0, 100.0, "年度"),
        (200.0, 100.0, "甲"),
        (250.0, 100.0, "乙"),
        (300.0, 100.0, "丙"),
        (350.0, 100.0, "丁"),
        (100.0, 124.0, "新收"),
        (200.0, 124.0, "10"),
        (250.0, 124.0, "20"),
        (300.0, 118.0, "15"),
        (300.0, 130.0, "9件"),
        (350.0, 118.0, "16"),
        (350.0, 130.0, "件"),
        (100.0, 148.0, "结转"),
        (200.0, 148.0, "3"),
        (250.0, 148.0, "7"),
        (300.0, 148.0, "4"),
        (350.0, 148.0, "5"),
    ] {
        set(&mut p, x, y, 9.0, 0.0, t);
    }
    for y in [90.0, 106.0, 138.0, 156.0] {
        stroke(&mut p, 90.0, y, 400.0, y);
    }
    let t = &tables(vec![p])[0];
    assert_eq!(rows(t)[1], ["新收", "10", "20", "15\n9件", "16\n件"]);
    assert_eq!(t.rows, 3);
}

#[test]
fn a_value_below_a_page_break_is_no_part_of_a_tall_header() {
    let mut a = page(1);
    set(&mut a, 103.0, 724.0, 12.0, 0.0, "结果维持");
    set(&mut a, 160.0, 716.0, 12.0, 0.0, "乙项");
    set(&mut a, 160.0, 736.0, 12.0, 0.0, "丙项");
    for y in [700.0, 740.0] {
        stroke(&mut a, 100.0, y, 230.0, y);
    }
    stroke(&mut a, 154.0, 720.0, 230.0, 720.0);
    for x in [100.0, 154.0, 230.0] {
        stroke(&mut a, x, 700.0, x, 740.0);
    }
    let mut b = page(2);
    let cells: Vec<Vec<String>> = vec![vec!["12件".to_owned(), "3件".to_owned()]];
    grid(&mut b, &[100.0, 154.0, 230.0], &[60.0, 80.0], false, &cells);
    let t = &tables(vec![a, b])[0];
    assert_eq!(rows(t).last().map(Vec::as_slice), Some(&["12件".to_owned(), "3件".to_owned()][..]));
}

#[test]
fn alignment_alone_makes_a_table() {
    let mut p = page(1);
    let line = "以下是正文的一行文字它一直写到右边为止以便看出版心的宽度是多少";
    set(&mut p, 90.0, 80.0, 12.0, 0.0, line);
    // A label of two lines beside one row of numbers.
    for (x, y, t) in [
        (200.0, 120.0, "甲项"),
        (300.0, 120.0, "乙项"),
        (90.0, 140.0, "规章"),
        (205.0, 140.0, "0"),
        (305.0, 140.0, "12"),
        (90.0, 160.0, "行政规范"),
        (205.0, 165.5, "3"),
        (305.0, 165.5, "7"),
        (90.0, 171.0, "性文件"),
        (90.0, 191.0, "行政许可"),
        (205.0, 191.0, "46"),
        (305.0, 191.0, "5"),
    ] {
        set(&mut p, x, y, 9.0, 0.0, t);
    }
    let t = &tables(vec![p])[0];
    assert_eq!(
        rows(t),
        [["", "甲项", "乙项"], ["规章", "0", "12"], ["行政规范\n性文件", "3", "7"], ["行政许可", "46", "5"]]
    );
}

#[test]
fn a_page_of_lines_and_shreds_is_laid_out() {
    let mut p = page(1);
    for i in 0..30_000u32 {
        let v = f32::from(u16::try_from(i % 20_000).unwrap()) * 0.03;
        if i % 2 == 0 {
            stroke(&mut p, 0.0, v, 595.0, v)
        } else {
            stroke(&mut p, v, 0.0, v, 842.0)
        }
        set(&mut p, v, (v * 7.0) % 842.0, 1.0 + v % 9.0, 0.0, "口1");
    }
    assert!(!blocks(vec![p]).is_empty());
}

/// Texts that no rule of stitching takes for the rest of a label.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof!["[1-9][0-9]{0,3}", Just(String::new()), Just("无".to_owned()), Just("/".to_owned())]
}

fn body(cols: usize) -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec(cell(), cols), 2..12).prop_map(|mut rows| {
        for (i, r) in rows.iter_mut().enumerate() {
            r[0] = format!("{}.项目", i + 1);
        }
        rows
    })
}

#[test]
fn a_number_beside_items_is_no_group_that_a_page_break_cuts() {
    let xs = [60.0, 160.0, 260.0, 360.0, 460.0];
    let pages = [["一、收", "49.14", "一、支", "7.50"], ["二、收", "", "二、支", "7.50"]];
    let made = pages.iter().zip(1..).map(|(row, number)| {
        let mut p = page(number);
        let top = if number == 1 { 700.0 } else { 60.0 };
        grid(&mut p, &xs, &[top, top + 18.0], false, &[row.map(str::to_owned).to_vec()]);
        p
    });
    let found = tables(made.collect());
    assert_eq!(found.len(), 1);
    assert_eq!(rows(&found[0]), pages.map(|row| row.map(str::to_owned).to_vec()));
    assert!(found[0].cells.iter().all(|c| c.row_span == 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_drawn_grid_comes_back(cells in (2usize..7).prop_flat_map(body), pieces: bool) {
        let cols = cells[0].len();
        let xs: Vec<f32> = (0..=cols).map(|i| 60.0 + 60.0 * i as f32).collect();
        let ys: Vec<f32> = (0..=cells.len()).map(|i| 100.0 + 18.0 * i as f32).collect();
        let mut p = page(1);
        grid(&mut p, &xs, &ys, pieces, &cells);
        let found = tables(vec![p]);
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(rows(&found[0]), cells);
    }

    #[test]
    fn splitting_and_stitching_gives_the_same_rows(
        cells in (2usize..7).prop_flat_map(body),
        cut in 1usize..11,
        repeat: bool,
    ) {
        let cols = cells[0].len();
        let header: Vec<String> = (0..cols).map(|i| format!("栏{}", char::from(b'A' + u8::try_from(i).unwrap()))).collect();
        let cut = cut.min(cells.len() - 1);
        let xs: Vec<f32> = (0..=cols).map(|i| 60.0 + 60.0 * i as f32).collect();
        let make = |number: u32, top: f32, rows: &[Vec<String>]| {
            let mut p = page(number);
            let ys: Vec<f32> = (0..=rows.len()).map(|i| top + 18.0 * i as f32).collect();
            grid(&mut p, &xs, &ys, false, rows);
            p
        };
        let whole: Vec<Vec<String>> = std::iter::once(header.clone()).chain(cells.iter().cloned()).collect();
        let upper = whole[..=cut].to_vec();
        let mut lower = whole[cut + 1..].to_vec();
        if repeat {
            lower.insert(0, header);
        }
        let found = tables(vec![make(1, 500.0, &upper), make(2, 60.0, &lower)]);
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(rows(&found[0]), whole);
    }

    #[test]
    fn any_page_is_laid_out(
        marks in prop::collection::vec((0f32..600.0, 0f32..850.0, 0.1f32..40.0, "[ a1口（.]{1,3}", any::<u8>()), 0..60),
        lines in prop::collection::vec((0f32..600.0, 0f32..850.0, 0f32..600.0, any::<bool>()), 0..40),
    ) {
        let mut p = page(1);
        for (x, y, size, text, turn) in marks {
            let from = p.chars.len();
            set(&mut p, x, y, size, 0.0, &text);
            for c in &mut p.chars[from..] {
                c.turn = turn % 4;
                c.vertical = turn % 11 == 0;
            }
        }
        for (a, b, c, across) in lines {
            if across { stroke(&mut p, a, b, c, b) } else { stroke(&mut p, a, b, a, c) }
        }
        let inked: usize = p.chars.iter().filter(|c| !c.ch.is_whitespace()).count();
        let mut shown = 0;
        for b in blocks(vec![p]) {
            match b {
                Block::Paragraph(p) => shown += p.text.chars().filter(|c| !c.is_whitespace()).count(),
                Block::Table(t) => shown += t.cells.iter().flat_map(|c| c.text.chars()).filter(|c| !c.is_whitespace()).count(),
            }
        }
        // Nothing is lost but a page number, nothing comes twice.
        prop_assert!(shown <= inked && shown + 12 >= inked, "{shown} of {inked}");
    }
}

#[test]
fn words_below_column_names_make_a_table_row_by_row() {
    let mut p = page(1);
    let lines = [["Ab 1", "Cd 2", "Ef 3"], ["Aa", "Bb", "Cc"], ["", "Bd", "Ce"], ["", "Bf", "Cg"], ["", "Bh", "Ci"]];
    for (y, line) in (0u8..).zip(lines) {
        for (x, text) in (0u8..).zip(line) {
            set(&mut p, 90.0 + 80.0 * f32::from(x), 100.0 + 14.0 * f32::from(y), 10.0, 0.0, text);
        }
    }
    assert_eq!(texts(vec![p]), ["<5x3>"]);
}

#[test]
fn shaded_cells_make_a_table_with_its_empty_cells() {
    let mut p = page(1);
    let (xs, ys) = ([90.0, 190.0, 260.0, 330.0], [100.0, 120.0, 140.0, 160.0]);
    for y in ys.windows(2) {
        for x in xs.windows(2) {
            for (x0, y0, x1, y1) in [
                (x[0] + 1.0, y[0] + 1.0, x[1] - 1.0, y[0] + 1.0),
                (x[0] + 1.0, y[1] - 1.0, x[1] - 1.0, y[1] - 1.0),
                (x[0] + 1.0, y[0] + 1.0, x[0] + 1.0, y[1] - 1.0),
                (x[1] - 1.0, y[0] + 1.0, x[1] - 1.0, y[1] - 1.0),
            ] {
                p.rulings.push(Ruling { rect: Rect::new(x0, y0, x1, y1), thickness: 0.0, kind: RulingKind::Edge });
            }
        }
    }
    for (x, y, text) in [
        (95.0, 112.0, "项目"),
        (195.0, 112.0, "上年"),
        (265.0, 112.0, "本年"),
        (95.0, 132.0, "许可"),
        (265.0, 132.0, "7"),
        (95.0, 152.0, "处罚"),
        (195.0, 152.0, "3"),
    ] {
        set(&mut p, x, y, 8.0, 0.0, text);
    }
    let found = tables(vec![p]);
    assert_eq!(rows(&found[0]), [["项目", "上年", "本年"], ["许可", "", "7"], ["处罚", "3", ""]]);
}

#[test]
fn a_value_alone_under_a_spanning_head_takes_its_span() {
    let mut p = page(1);
    for y in [100.0, 120.0, 140.0, 160.0, 180.0, 200.0] {
        stroke(&mut p, 90.0, y, 390.0, y);
    }
    for (y, row) in [(113.0, ["项目", "制发数", "废止数", "有效数"]), (133.0, ["规章", "1", "2", "3"])] {
        for (x, text) in [95.0, 195.0, 265.0, 335.0].into_iter().zip(row) {
            set(&mut p, x, y, 9.0, 0.0, text);
        }
    }
    set(&mut p, 95.0, 153.0, 9.0, 0.0, "项目");
    set(&mut p, 200.0, 153.0, 9.0, 0.0, "本年收费的总金额（万元）计");
    set(&mut p, 95.0, 173.0, 9.0, 0.0, "收费");
    set(&mut p, 268.0, 173.0, 9.0, 0.0, "12");
    set(&mut p, 95.0, 193.0, 9.0, 0.0, "规章");
    for x in [195.0, 265.0, 335.0] {
        set(&mut p, x, 193.0, 9.0, 0.0, "4");
    }
    let found = tables(vec![p]);
    let fee = found[0].cells.iter().find(|c| c.text == "12").unwrap();
    assert_eq!((fee.col, fee.col_span), (1, 3));
}

#[test]
fn a_footnote_has_its_role_and_stands_between_no_paragraph() {
    let full = "全年新收申请若干件均在法定期限内予以答复未发生行政复议和诉讼情况";
    let mut first = page(1);
    let mut second = page(2);
    for k in 0..20u8 {
        set(&mut first, 90.0, 100.0 + 20.0 * f32::from(k), 12.0, 0.0, full);
    }
    set(&mut first, 90.0, 700.0, 9.0, 0.0, "①其中一件为上年结转。");
    set(&mut second, 90.0, 100.0, 12.0, 0.0, "到此为止。");
    let found: Vec<(Role, bool)> = blocks(vec![first, second])
        .into_iter()
        .filter_map(|b| {
            if let Block::Paragraph(p) = b { Some((p.role, p.text.ends_with("到此为止。"))) } else { None }
        })
        .collect();
    assert_eq!(found, [(Role::Body, true), (Role::Footnote, false)]);
}

#[test]
fn names_of_columns_torn_by_the_page_go_on() {
    let (xs, upper, lower) = ([90.0, 106.0, 122.0, 138.0, 154.0], [700.0, 720.0, 740.0], [80.0, 110.0, 130.0]);
    let (mut first, mut second) = (page(1), page(2));
    let row = |texts: [&str; 4]| texts.map(str::to_owned).to_vec();
    grid(&mut first, &xs, &upper, true, &[row(["年", "年", "年", "年"]), row(["维", "纠", "其", "总"])]);
    grid(&mut second, &xs, &lower, true, &[row(["持", "正", "他", "计"]), row(["1", "2", "3", "6"])]);
    let found = tables(vec![first, second]);
    assert_eq!(found.len(), 1);
    assert_eq!(rows(&found[0])[1..], [["维\n持", "纠\n正", "其\n他", "总\n计"], ["1", "2", "3", "6"]]);
}

#[test]
fn a_heading_between_tables_without_lines_parts_them() {
    let mut p = page(1);
    let mut y = 100.0;
    for r in 0..4 {
        set(&mut p, 60.0, y, 10.0, 0.0, ["一、新收申请", "二、上年结转", "三、办理结果", "四、结转下年"][r]);
        for c in 0..5u8 {
            set(&mut p, 180.0 + 60.0 * f32::from(c), y, 10.0, 0.0, "7");
        }
        y += 20.0;
    }
    set(&mut p, 60.0, y + 5.0, 10.0, 0.0, "四、行政复议情况");
    y += 30.0;
    for text in ["维持", "1"] {
        for c in 0..12u8 {
            set(&mut p, 60.0 + 36.0 * f32::from(c), y, 10.0, 0.0, text);
        }
        y += 20.0;
    }
    let found: Vec<usize> = tables(vec![p]).iter().map(|t| t.cols).collect();
    assert_eq!(found, [6, 12]);
}

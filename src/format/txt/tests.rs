use super::*;
use crate::document::{Anchor, TableKind};

fn read_str(text: &str) -> Document {
    read(text.as_bytes(), &Limits::default()).unwrap()
}

fn outline(document: &Document) -> Vec<String> {
    document
        .blocks
        .iter()
        .map(|b| match b {
            Block::Paragraph(p) => p.text.clone(),
            Block::Table(t) => format!("[{:?} {}x{}]", t.kind, t.rows, t.cols),
        })
        .collect()
}

#[test]
fn cells_one_a_line_stay_paragraphs_with_empty_ones() {
    let document = read_str("二、主动公开\n规章\n0\n \u{a0}\n1\n\n三、其他\n本年无其他事项。\n");
    assert_eq!(outline(&document), ["二、主动公开", "规章", "0", "", "1", "三、其他", "本年无其他事项。"]);
    assert_eq!(*document.blocks[2].anchor(), Anchor::Text { line: 3, column: 1 });
}

#[test]
fn tables_and_text_keep_their_order_and_place() {
    let document = read_str("标题行\n项目 | 数\n规章 | 1\n尾注。\n\t甲\n\t1\n\t2\n\t3\n");
    assert_eq!(outline(&document), ["标题行", "[Delimited 2x2]", "尾注。", "[Delimited 1x4]"]);
    let Block::Table(table) = &document.blocks[1] else { panic!() };
    assert_eq!(table.kind, TableKind::Delimited);
    assert_eq!(table.cells[3].anchor, Anchor::Text { line: 3, column: 6 });
}

#[test]
fn a_head_and_a_breadcrumb_leave_the_text() {
    let filler = "公开信息若干条。".repeat(90);
    let text = format!(
        "标题: 甲县年报 发布机构: 甲县 ===== 正文 ===== 当前位置： 首页 > 公开 > 年报 来源：甲县 浏览次数：3次 打印 关闭 \
         甲县年报 一、总体情况 {filler} 二、其他 {filler}"
    );
    let document = read_str(&text);
    assert_eq!(outline(&document), ["甲县年报", "一、总体情况", &filler, "二、其他", &filler]);
    let keys: Vec<&str> = document.metadata.iter().map(|m| m.key.as_str()).collect();
    assert_eq!(keys, ["标题", "发布机构", "来源", "浏览次数"]);
}

#[test]
fn nothing_printed_is_a_failure() {
    assert!(read(b" \n\t\n", &Limits::default()).is_err());
    let limits = Limits { bytes: 3, ..Limits::default() };
    assert!(matches!(read(b"abcd", &limits), Err(Failure::TooLarge(_))));
}

proptest::proptest! {
    #[test]
    fn any_text_is_survived(text in "([|\\t \\n#=一、（）0-9规章。：-]|\u{3000}|\\PC){0,200}") {
        let _ = read(text.as_bytes(), &Limits::default());
    }
}

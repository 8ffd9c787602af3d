//! Tables that only their caption tells, with pieces side by side and rows that the document names: a made family.

use super::{Alignment, align};
use crate::document::Document;
use crate::limits::Limits;
use crate::pattern::PatternSet;

const REPORT: &str = r#"
id = "store"
version = "1"
title = { zh = "库存", en = "Store" }
"#;

const FORM: &str = r#"
id = "store-1"
version = "1"
title = { zh = "库存", en = "Store" }
source = "made for tests"
blanks_add_nothing = true

[[table]]
id = "flow"
under = ['^进出库表$']
side_by_side = true
[[table.part]]
id = "in"
captions = ["进库"]
corner = ["货物"]
columns = [{ id = "", labels = ["价值"], unit = "万元", unit_open = true, en = "Value" }]
rows = [
  { id = "flow.in.bought", labels = ["购入货物"], en = "Bought" },
  { id = "flow.in.total", labels = ["总计"], en = "Total" },
]
[[table.part]]
id = "out"
captions = ["出库"]
corner = ["货物"]
columns = [{ id = "", labels = ["价值"], unit = "万元", unit_open = true, en = "Value" }]
rows = [
  { id = "flow.out.sold", labels = ["售出货物"], en = "Sold" },
  { id = "flow.out.total", labels = ["总计"], en = "Total" },
]

[[table]]
id = "goods"
under = ['^货物明细表$']
[[table.part]]
id = "goods"
corner = ["编码", "名称"]
columns = [
  { id = "bought", labels = ["进价"], unit = "万元", unit_open = true, en = "Bought for" },
  { id = "sold", labels = ["售价"], unit = "万元", unit_open = true, en = "Sold for" },
]
rows = [
  { id = "goods.all", labels = ["合计"], en = "All" },
  { id = "goods.{code}", dynamic = '^(?<code>7[0-9]{2}(?:[0-9]{2})?)(?:[^0-9].*)?$', en = "Kind" },
]

[[table]]
id = "lost"
under = ['^损失明细表$']
[[table.part]]
id = "lost"
corner = ["编码", "名称"]
columns = [
  { id = "bought", labels = ["进价"], unit = "万元", unit_open = true, en = "Bought for" },
  { id = "sold", labels = ["售价"], unit = "万元", unit_open = true, en = "Sold for" },
]
rows = [{ id = "lost.{code}", dynamic = '^(?<code>7[0-9]{2})(?:[^0-9].*)?$', en = "Kind" }]

[[check]]
id = "goods.kinds.{code}"
equation = "goods.{code}.bought = goods.{code+2}.bought"

[[check]]
id = "goods.total.{column}"
for = { column = ["bought", "sold"] }
equation = "goods.all.{column} = goods.{code:3}.{column}"

[[check]]
id = "flow.goods"
equation = "flow.in.bought = goods.701.bought"
"#;

const CASES: &str = "[[case]]\nname = \"none\"\ntext = \"x\"\nreject = true\n";

fn read(body: &str) -> Alignment {
    let set = PatternSet::of_files(&[
        ("store/report.toml", REPORT),
        ("store/store-1.toml", FORM),
        ("store/store-1.cases/reject.toml", CASES),
    ])
    .unwrap();
    let document: Document =
        crate::format::html::read(format!("<meta charset=utf-8>{body}").as_bytes(), &Limits::default()).unwrap();
    align(&document, set.family("store").unwrap())
}

fn table(caption: &str, rows: &[&str]) -> String {
    let cell = |text: &str| match text.split_once('*') {
        Some((span, text)) => format!("<td colspan={span}>{text}</td>"),
        None => format!("<td>{text}</td>"),
    };
    let row = |r: &&str| format!("<tr>{}</tr>", r.split('|').map(cell).collect::<String>());
    let caption: String = caption.split('|').map(|line| format!("<p>{line}</p>")).collect();
    format!("{caption}<table>{}</table>", rows.iter().map(row).collect::<String>())
}

fn values(found: &Alignment) -> Vec<(String, String)> {
    let show = |r: &crate::record::Reading| r.value.map_or_else(|| r.state.name().to_owned(), |v| v.to_string());
    found.readings.iter().map(|r| (r.variable.clone(), show(r))).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

fn codes(found: &Alignment) -> Vec<(&str, &str)> {
    found.flags.iter().map(|f| (f.code, f.at.as_str())).collect()
}

#[test]
fn pieces_side_by_side_are_read_each_with_its_own_labels() {
    let found = read(&table(
        "进出库表|单位：元",
        &["2*进库|2*出库", "货物|价值|货物|价值", "购入货物|25,000|售出货物|", "总计|25,000|总计|-3,000"],
    ));
    let want =
        [("flow.in.bought", "2.5"), ("flow.in.total", "2.5"), ("flow.out.sold", "blank"), ("flow.out.total", "-0.3")];
    assert_eq!(values(&found), pairs(&want));
    assert!(!codes(&found).iter().any(|c| c.0 == "unit-missing"), "{:?}", found.flags);
}

#[test]
fn rows_are_named_by_the_codes_that_are_printed_and_summed_by_them() {
    let one = ["编码|名称|进价|售价", "合计||9|3", "701|木|5|1", "70101|松|2|1", "70102|杉|3|", "708|石|4|2"];
    let split = [
        "3*货物|2*",
        "2*编码|名称|进价|售价",
        "||合计|9|3",
        "701||木|5|1",
        "701|01|松|2|1",
        "701|02|杉|3|",
        "708||石|4|2",
    ];
    for (rows, stub) in [(one.as_slice(), "70102 杉"), (split.as_slice(), "701 02 杉")] {
        let found = read(&table("货物明细表|单位：万元", rows));
        let of = |name: &str| values(&found).into_iter().find(|v| v.0 == name).map(|v| v.1);
        assert_eq!(of("goods.all.bought").as_deref(), Some("9"), "{rows:?}");
        assert_eq!(of("goods.70102.bought").as_deref(), Some("3"), "{rows:?}");
        let label = |name: &str| found.readings.iter().find(|r| r.variable == name).unwrap().label.clone();
        assert_eq!((label("goods.70102.bought").as_deref(), label("goods.all.bought")), (Some(stub), None));
        assert_eq!(of("goods.70102.sold").as_deref(), Some("blank"), "{rows:?}");
        assert_eq!(values(&found).len(), 10);
        let checks: Vec<(&str, bool)> = found.checks.iter().map(|c| (c.id.as_str(), c.holds)).collect();
        assert_eq!(checks, [("goods.kinds.701", true), ("goods.total.bought", true), ("goods.total.sold", true)]);
    }
}

#[test]
fn a_row_without_a_code_of_the_form_is_told_and_not_read() {
    let found = read(&table("货物明细表|单位：万元", &["编码|名称|进价|售价", "01|松|2|1", "701|木|5|1"]));
    assert_eq!(values(&found), pairs(&[("goods.701.bought", "5"), ("goods.701.sold", "1")]));
    assert!(codes(&found).contains(&("unknown-row", "goods")), "{:?}", found.flags);
}

#[test]
fn only_the_caption_tells_tables_that_look_alike() {
    let rows = ["编码|名称|进价|售价", "701|木|5|1"];
    let found = read(&table("损失明细表|单位：万元", &rows));
    assert_eq!(values(&found), pairs(&[("lost.701.bought", "5"), ("lost.701.sold", "1")]));
    assert!(values(&read(&table("另一张表|单位：万元", &rows))).is_empty());
    // The next page goes on without a caption, and with one of its own it does not.
    let next = |caption| format!("{}{}", table("货物明细表|单位：万元", &rows), table(caption, &["708|石|4|2"]));
    assert_eq!(values(&read(&next("第2页"))).len(), 4);
    assert_eq!(values(&read(&next("说明|又一张表|与前表无关|单位：万元"))).len(), 2);
}

#[test]
fn a_table_without_numbers_is_empty_and_not_missing() {
    let found = read(&format!(
        "{}{}",
        table("货物明细表|单位：万元", &["编码|名称|进价|售价", "701|木|5|1"]),
        table("损失明细表", &["编码|名称|进价|售价", "|||"])
    ));
    assert!(codes(&found).contains(&("table-empty", "lost")), "{:?}", found.flags);
    assert!(!codes(&found).contains(&("table-missing", "lost")), "{:?}", found.flags);
    assert!(codes(&found).contains(&("table-missing", "flow")), "{:?}", found.flags);
}

#[test]
fn numbers_without_a_unit_above_the_table_are_flagged() {
    let found = read(&table("货物明细表", &["编码|名称|进价|售价", "701|木|5|0"]));
    assert!(codes(&found).contains(&("unit-missing", "goods.701.bought")), "{:?}", found.flags);
}

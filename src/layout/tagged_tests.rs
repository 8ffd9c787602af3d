//! Tables of the structure tree beside the lines and places of the page.

use proptest::prelude::*;

use super::samples::{grid, page, set, stroke};
use super::{Composed, PageContent, TaggedCell, TaggedRow, TaggedTable, compose};
use crate::document::{Block, Table, TableKind};
use crate::limits::Limits;

/// Sets a text and marks it.
fn mark(page: &mut PageContent, x: f32, y: f32, text: &str, mcid: u32) {
    let from = page.chars.len();
    set(page, x, y, 10.0, 0.0, text);
    page.chars[from..].iter_mut().for_each(|c| c.mcid = Some(mcid));
}

/// Cells by marked-content ids of one page; `(id, rows, columns)`.
fn tree(number: u32, rows: &[&[(u32, u32, u32)]]) -> TaggedTable {
    let cell = |&(id, row_span, col_span): &(u32, u32, u32)| TaggedCell {
        row_span,
        col_span,
        marks: vec![(number, id)],
        ..TaggedCell::default()
    };
    TaggedTable { rows: rows.iter().map(|r| TaggedRow { cells: r.iter().map(cell).collect() }).collect(), inside: None }
}

fn laid(pages: Vec<PageContent>, tagged: &[TaggedTable]) -> Composed {
    compose(pages, tagged, &Limits::default())
}

fn tables(done: &Composed) -> Vec<&Table> {
    done.blocks.iter().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None }).collect()
}

fn rows(t: &Table) -> Vec<String> {
    let text = |r, c| t.at(r, c).map_or("-", |x| x.text.as_str());
    (0..t.rows).map(|r| (0..t.cols).map(|c| text(r, c)).collect::<Vec<_>>().join("|")).collect()
}

/// Three columns without lines: a heading over two of them, an empty cell, a label of two lines.
fn borderless() -> PageContent {
    let mut p = page(1);
    mark(&mut p, 240.0, 100.0, "本年", 1);
    mark(&mut p, 100.0, 120.0, "项目", 0);
    mark(&mut p, 200.0, 120.0, "甲", 2);
    mark(&mut p, 300.0, 120.0, "乙", 3);
    mark(&mut p, 100.0, 140.0, "规章", 4);
    mark(&mut p, 300.0, 140.0, "12", 6);
    mark(&mut p, 100.0, 160.0, "规范性", 7);
    mark(&mut p, 100.0, 172.0, "文件", 7);
    mark(&mut p, 200.0, 160.0, "3", 8);
    mark(&mut p, 300.0, 160.0, "4", 9);
    p
}

fn its_tree() -> TaggedTable {
    let one = |id| (id, 1, 1);
    tree(1, &[&[(0, 2, 1), (1, 1, 2)], &[one(2), one(3)], &[one(4), one(5), one(6)], &[one(7), one(8), one(9)]])
}

#[test]
fn a_table_without_lines_is_as_tagged() {
    let done = laid(vec![borderless()], &[its_tree()]);
    let all = tables(&done);
    assert_eq!((all.len(), all[0].kind), (1, TableKind::Tagged));
    assert_eq!(rows(all[0]), ["项目|本年|本年", "项目|甲|乙", "规章||12", "规范性\n文件|3|4"]);
    assert!(done.diagnostics.is_empty());
}

#[test]
fn a_tree_that_the_page_contradicts_is_told_and_not_taken() {
    let plain = tables(&laid(vec![borderless()], &[])).into_iter().cloned().collect::<Vec<_>>();
    let one = |id| (id, 1, 1);
    let wrong: [TaggedTable; 3] = [
        // An empty cell was lost, and its neighbour moved.
        tree(1, &[&[(0, 2, 1), (1, 1, 2)], &[one(2), one(3)], &[one(4), one(6)], &[one(7), one(8), one(9)]]),
        // Rows in another order than they are printed.
        tree(1, &[&[one(7), one(8), one(9)], &[one(4), one(5), one(6)], &[(0, 2, 1), (1, 1, 2)], &[one(2), one(3)]]),
        // A row that no cell holds.
        tree(1, &[&[(0, 2, 1), (1, 1, 2)], &[one(2), one(3)], &[one(7), one(8), one(9)]]),
    ];
    for tagged in wrong {
        let done = laid(vec![borderless()], &[tagged]);
        assert_eq!(tables(&done).into_iter().cloned().collect::<Vec<_>>(), plain);
        assert_eq!(done.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), ["tagged-table-refused"]);
    }
}

#[test]
fn all_text_in_one_cell_or_paragraphs_in_cells_are_no_table() {
    let mut heap = tree(1, &[&[(0, 1, 1), (90, 1, 1)], &[(91, 1, 1), (92, 1, 1)]]);
    heap.rows[0].cells[0].marks = (0..10).map(|id| (1, id)).collect();
    let done = laid(vec![borderless()], &[heap]);
    assert!(tables(&done).iter().all(|t| t.kind != TableKind::Tagged));
    let mut p = page(1);
    for id in 0..4_u16 {
        for line in 0..12_u16 {
            let y = 100.0 + 200.0 * f32::from(id / 2) + 14.0 * f32::from(line);
            mark(&mut p, 60.0 + 240.0 * f32::from(id % 2), y, "这里是排成两栏的文字，读来不是表", id.into());
        }
    }
    let done = laid(vec![p], &[tree(1, &[&[(0, 1, 1), (1, 1, 1)], &[(2, 1, 1), (3, 1, 1)]])]);
    assert!(tables(&done).is_empty());
}

#[test]
fn lines_under_every_other_row_leave_the_rows_to_the_tree() {
    let mut p = page(1);
    grid(&mut p, &[100.0, 200.0, 300.0], &[90.0, 130.0, 170.0, 210.0], false, &[]);
    let mut cells = Vec::new();
    for r in 0..6_u16 {
        for c in 0..2_u16 {
            let id = u32::from(r * 2 + c);
            mark(&mut p, 105.0 + 100.0 * f32::from(c), 105.0 + 20.0 * f32::from(r), &format!("{id}"), id);
            cells.push((id, 1, 1));
        }
    }
    let tagged = tree(1, &cells.chunks(2).collect::<Vec<_>>());
    let done = laid(vec![p], &[tagged]);
    let all = tables(&done);
    assert_eq!(all.iter().map(|t| rows(t)).collect::<Vec<_>>(), [["0|1", "2|3", "4|5", "6|7", "8|9", "10|11"]]);
}

#[test]
fn lines_win_over_the_tree() {
    let mut p = page(1);
    grid(&mut p, &[100.0, 200.0, 300.0], &[90.0, 110.0, 130.0, 150.0], false, &[]);
    for (id, text) in (0..6_u16).zip(["项目", "数量", "甲", "1", "乙", "2"]) {
        mark(&mut p, 105.0 + 100.0 * f32::from(id % 2), 104.0 + 20.0 * f32::from(id / 2), text, id.into());
    }
    // 甲 and 乙 in one cell, as are their numbers.
    let mut tagged = tree(1, &[&[(0, 1, 1), (1, 1, 1)], &[(2, 1, 1), (3, 1, 1)]]);
    tagged.rows[1].cells[0].marks.push((1, 4));
    tagged.rows[1].cells[1].marks.push((1, 5));
    let done = laid(vec![p], &[tagged]);
    assert_eq!(rows(tables(&done)[0]), ["项目|数量", "甲|1", "乙|2"]);
    assert_eq!(tables(&done)[0].kind, TableKind::Ruled);
    assert_eq!(done.diagnostics[0].code, "tagged-table-refused");
}

#[test]
fn labels_without_lines_between_are_parted_where_lines_part_their_values() {
    let mut p = page(1);
    for y in [90.0, 110.0, 130.0, 150.0] {
        let from = if y == 110.0 || y == 130.0 { 200.0 } else { 100.0 };
        stroke(&mut p, from, y, 300.0, y);
    }
    for x in [100.0, 200.0, 300.0] {
        stroke(&mut p, x, 90.0, x, 150.0);
    }
    for (id, text) in (0..6_u16).zip(["规章", "1", "许可", "2", "处罚", "3"]) {
        mark(&mut p, 105.0 + 100.0 * f32::from(id % 2), 104.0 + 20.0 * f32::from(id / 2), text, id.into());
    }
    let tagged = tree(1, &[&[(0, 1, 1), (1, 1, 1)], &[(2, 1, 1), (3, 1, 1)], &[(4, 1, 1), (5, 1, 1)]]);
    assert_eq!(
        rows(tables(&laid(vec![p.clone()], &[]))[0]),
        ["规章\n许可\n处罚|1", "规章\n许可\n处罚|2", "规章\n许可\n处罚|3"]
    );
    let done = laid(vec![p], &[tagged]);
    assert_eq!(rows(tables(&done)[0]), ["规章|1", "许可|2", "处罚|3"]);
    assert_eq!(tables(&done)[0].kind, TableKind::Ruled);
}

#[test]
fn one_tagged_table_over_two_pages_is_one() {
    let (mut a, mut b) = (page(1), page(2));
    let mut tagged = TaggedTable::default();
    let head = ["项目", "甲", "乙"];
    for (id, text) in (0..3_u16).zip(head) {
        mark(&mut a, 100.0 + 100.0 * f32::from(id), 780.0, text, id.into());
        // Printed again as an artifact.
        set(&mut b, 100.0 + 100.0 * f32::from(id), 60.0, 10.0, 0.0, text);
    }
    for (id, text) in (3..5_u16).zip(["规范", "7"]) {
        mark(&mut a, 100.0 + 100.0 * f32::from(id - 3), 795.0, text, id.into());
    }
    mark(&mut b, 100.0, 75.0, "性文件", 0);
    for (id, text) in (1..4_u16).zip(["规章", "8", "9"]) {
        mark(&mut b, 100.0 * f32::from(id), 90.0, text, id.into());
    }
    let cell =
        |marks: &[(u32, u32)]| TaggedCell { row_span: 1, col_span: 1, marks: marks.to_vec(), ..TaggedCell::default() };
    for row in [
        [cell(&[(1, 0)]), cell(&[(1, 1)]), cell(&[(1, 2)])],
        [cell(&[(1, 3), (2, 0)]), cell(&[(1, 4)]), cell(&[])],
        [cell(&[(2, 1)]), cell(&[(2, 2)]), cell(&[(2, 3)])],
    ] {
        tagged.rows.push(TaggedRow { cells: row.to_vec() });
    }
    let done = laid(vec![a, b], &[tagged]);
    let found: Vec<_> = tables(&done).into_iter().map(rows).collect();
    assert_eq!(found, [["项目|甲|乙", "规范\n性文件|7|", "规章|8|9"]]);
    assert_eq!(done.blocks.len(), 1);
}

#[test]
fn a_tagged_table_in_a_ruled_cell_is_a_table_of_its_own() {
    let mut p = page(1);
    grid(&mut p, &[100.0, 200.0, 400.0], &[90.0, 110.0, 170.0], false, &[]);
    for (id, text) in (0..3_u16).zip(["外一", "外二", "内"]) {
        mark(&mut p, 105.0 + 100.0 * f32::from(id % 2), 104.0 + 20.0 * f32::from(id / 2), text, id.into());
    }
    for id in 10..14_u16 {
        mark(
            &mut p,
            210.0 + 60.0 * f32::from(id % 2),
            130.0 + 18.0 * f32::from((id - 10) / 2),
            &format!("{id}"),
            id.into(),
        );
    }
    let outer = tree(1, &[&[(0, 1, 1), (1, 1, 1)], &[(2, 1, 1), (3, 1, 1)]]);
    let mut inner = tree(1, &[&[(10, 1, 1), (11, 1, 1)], &[(12, 1, 1), (13, 1, 1)]]);
    inner.inside = Some(0);
    let done = laid(vec![p], &[outer, inner]);
    let found: Vec<_> = tables(&done).into_iter().map(rows).collect();
    assert_eq!(found, [["外一|外二", "内|"], ["10|11", "12|13"]]);
}

proptest! {
    #[test]
    fn any_tree_is_held_against_any_page(
        chars in proptest::collection::vec((0..30_u8, 0..30_u8, 0..12_u32, 0..4_usize), 0..60),
        lines in proptest::collection::vec((0..8_u8, 0..8_u8, 1..8_u8, any::<bool>()), 0..16),
        cells in proptest::collection::vec((0..5_u32, 0..5_u32, 0..12_u32, 0..3_u32, any::<bool>()), 0..40),
        inside in proptest::option::of(0..3_usize),
    ) {
        let mut pages = vec![page(1), page(2)];
        for (k, &(x, y, mcid, ch)) in chars.iter().enumerate() {
            mark(&mut pages[k % 2], f32::from(x) * 19.0, f32::from(y) * 13.0, ["甲", "12", "3", "a b"][ch], mcid);
        }
        for (k, &(x, y, long, down)) in lines.iter().enumerate() {
            let (x, y, long) = (f32::from(x) * 60.0, f32::from(y) * 50.0, f32::from(long) * 60.0);
            let end = if down { (x, y + long) } else { (x + long, y) };
            stroke(&mut pages[k % 2], x, y, end.0, end.1);
        }
        let mut tagged = vec![TaggedTable::default(), TaggedTable { rows: Vec::new(), inside }];
        for (k, &(row_span, col_span, mcid, page, fresh)) in cells.iter().enumerate() {
            let rows = &mut tagged[usize::from(k % 5 == 0)].rows;
            if fresh || rows.is_empty() {
                rows.push(TaggedRow::default());
            }
            let marks = vec![(page, mcid), (2, mcid + 1)];
            rows.last_mut().unwrap().cells.push(TaggedCell { header: false, row_span, col_span, marks });
        }
        for t in tables(&laid(pages, &tagged)) {
            prop_assert!(t.cells.iter().all(|c| c.row + c.row_span <= t.rows && c.col + c.col_span <= t.cols));
        }
    }
}

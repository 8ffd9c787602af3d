use std::io::{Cursor, Write};

use super::*;
use crate::document::{Anchor, Block, Table};

fn package(body: &str, numbering: &str) -> Vec<u8> {
    styled(body, numbering, "")
}

fn styled(body: &str, numbering: &str, styles: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let parts = [
        ("document", format!("<w:body>{body}</w:body>")),
        ("numbering", numbering.to_owned()),
        ("styles", styles.to_owned()),
    ];
    for (name, content) in parts {
        zip.start_file(format!("word/{name}.xml"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(format!(r#"<w:{name} xmlns:w="w">{content}</w:{name}>"#).as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn document(body: &str) -> Document {
    read(&package(body, ""), &Limits::default()).unwrap()
}

fn texts(document: &Document) -> Vec<&str> {
    document
        .blocks
        .iter()
        .filter_map(|b| match b {
            Block::Paragraph(p) => Some(p.text.as_str()),
            Block::Table(_) => None,
        })
        .collect()
}

fn table(document: &Document) -> &Table {
    document
        .blocks
        .iter()
        .find_map(|b| match b {
            Block::Table(t) => Some(t),
            Block::Paragraph(_) => None,
        })
        .unwrap()
}

#[test]
fn deleted_and_hidden_text_is_left_out_and_inserted_text_kept() {
    let document = document(
        "<w:p><w:r><w:t>收到</w:t></w:r><w:del><w:r><w:delText>11</w:delText></w:r></w:del>\
         <w:ins><w:r><w:t>12</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>秘</w:t></w:r><w:r><w:rPr><w:strike/></w:rPr><w:t>3</w:t></w:r><w:r><w:t>件 &amp; 止</w:t></w:r></w:p>",
    );
    assert_eq!(texts(&document), ["收到12件 & 止"]);
}

#[test]
fn list_numbers_are_printed() {
    let numbering = r#"<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/>
        <w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>
        <w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>"#;
    let item = |t: &str| {
        format!(
            r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr></w:pPr><w:r><w:t>{t}</w:t></w:r></w:p>"#
        )
    };
    let bytes = package(&(item("总体情况") + &item("主动公开")), numbering);
    assert_eq!(texts(&read(&bytes, &Limits::default()).unwrap()), ["一、总体情况", "二、主动公开"]);
}

#[test]
fn merged_cells_keep_their_spans() {
    let cell = |properties: &str, t: &str| {
        format!("<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{t}</w:t></w:r></w:p></w:tc>")
    };
    let rows = [
        cell(r#"<w:gridSpan w:val="2"/>"#, "表头") + &cell(r#"<w:vMerge w:val="restart"/>"#, "组"),
        cell("", "1") + &cell("", "") + &cell("<w:vMerge/>", ""),
    ];
    let body: String = rows.iter().map(|r| format!("<w:tr>{r}</w:tr>")).collect();
    let document = document(&format!("<w:tbl>{body}</w:tbl>"));
    let t = table(&document);
    assert_eq!((t.rows, t.cols), (2, 3));
    let shape: Vec<_> = t.cells.iter().map(|c| (c.row, c.col, c.row_span, c.col_span, c.text.as_str())).collect();
    assert_eq!(shape, [(0, 0, 1, 2, "表头"), (0, 2, 2, 1, "组"), (1, 0, 1, 1, "1"), (1, 1, 1, 1, "")]);
    // A path counts the cells of the file, whatever they span.
    assert_eq!(paths(t), ["tr[1]/tc[1]", "tr[1]/tc[2]", "tr[2]/tc[1]", "tr[2]/tc[2]"]);
}

fn paths(table: &Table) -> Vec<&str> {
    let paths = table.cells.iter().filter_map(|cell| match &cell.anchor {
        Anchor::Node { path, .. } => path.strip_prefix("document/tbl[1]/"),
        _ => None,
    });
    paths.collect()
}

#[test]
fn cells_merged_the_old_way_keep_their_spans() {
    let cell = |properties: &str, t: &str| {
        format!("<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{t}</w:t></w:r></w:p></w:tc>")
    };
    let begin = r#"<w:hMerge w:val="restart"/>"#;
    let rows = [
        cell(&format!("{begin}<w:vMerge w:val=\"restart\"/>"), "表头") + &cell("<w:hMerge/>", "") + &cell("", "2"),
        cell(&format!("{begin}<w:vMerge/>"), "") + &cell("<w:hMerge/>", "") + &cell("", "3"),
        cell("<w:hMerge/>", "4") + &cell(begin, "5") + &cell(r#"<w:hMerge w:val="continue"/>"#, "6"),
    ];
    let body: String = rows.iter().map(|r| format!("<w:tr>{r}</w:tr>")).collect();
    let document = document(&format!("<w:tbl>{body}</w:tbl>"));
    let t = table(&document);
    let shape: Vec<_> = t.cells.iter().map(|c| (c.row, c.col, c.row_span, c.col_span, c.text.as_str())).collect();
    let upper = [(0, 0, 2, 2, "表头"), (0, 2, 1, 1, "2"), (1, 2, 1, 1, "3")];
    assert_eq!(shape, [&upper[..], &[(2, 0, 1, 1, "4"), (2, 1, 1, 2, "5")]].concat());
    assert_eq!(paths(t), ["tr[1]/tc[1]", "tr[1]/tc[3]", "tr[2]/tc[3]", "tr[3]/tc[1]", "tr[3]/tc[2]"]);
}

#[test]
fn tables_inside_cells_stand_behind_their_table() {
    let document = document(
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>外</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>内</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>",
    );
    assert_eq!(texts(&document), ["外"]);
    assert_eq!(table(&document).cells.first().unwrap().text, "内");
}

#[test]
fn hostile_nesting_and_bombs_end_in_failures() {
    let deep = "<w:tbl><w:tr><w:tc>".repeat(5_000);
    let bytes = package(&deep, "");
    assert!(matches!(read(&bytes, &Limits::default()), Err(Failure::TooLarge(_) | Failure::Damaged(_))));
    let bytes = package(&"<w:p/>".repeat(100_000), "");
    let limits = Limits { inflated_bytes: 1_000, ..Limits::default() };
    assert!(matches!(read(&bytes, &limits), Err(Failure::TooLarge(_))));
    assert!(matches!(read(b"PK\x03\x04 nothing", &Limits::default()), Err(Failure::Damaged(_))));
}

#[test]
fn what_is_set_high_behind_a_number_is_no_digit_of_it() {
    let document = document(
        r#"<w:p><w:r><w:t>22</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>1</w:t></w:r><w:r><w:t>件3</w:t></w:r></w:p>"#,
    );
    assert_eq!(texts(&document), ["22¹件3"]);
}

#[test]
fn marks_of_notes_are_told_by_styles_position_formulas_and_notes() {
    let styles = r#"<w:style w:styleId="base"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>
        <w:style w:styleId="mark"><w:basedOn w:val="base"/></w:style>
        <w:style w:styleId="cells"><w:tblStylePr><w:rPr><w:vanish/></w:rPr></w:tblStylePr></w:style>"#;
    for mark in [
        r#"<w:r><w:rPr><w:rStyle w:val="mark"/></w:rPr><w:t>1</w:t></w:r>"#,
        r#"<w:r><w:rPr><w:position w:val="6"/></w:rPr><w:t>1</w:t></w:r>"#,
        r#"<w:r><w:footnoteReference w:customMarkFollows="1" w:id="2"/><w:t>1</w:t></w:r>"#,
        "<m:oMath><m:sSup><m:e/><m:sup><m:r><m:t>1</m:t></m:r></m:sup></m:sSup></m:oMath>",
    ] {
        let body = format!(r#"<w:p><w:pPr><w:pStyle w:val="cells"/></w:pPr><w:r><w:t>91</w:t></w:r>{mark}</w:p>"#);
        let read = read(&styled(&body, "", styles), &Limits::default()).unwrap();
        assert_eq!(texts(&read), ["91¹"], "{mark}");
    }
    let off = r#"<w:p><w:r><w:t>9</w:t></w:r><w:r><w:rPr><w:rStyle w:val="mark"/><w:vertAlign w:val="baseline"/></w:rPr><w:t>1</w:t></w:r></w:p>"#;
    assert_eq!(texts(&read(&styled(off, "", styles), &Limits::default()).unwrap()), ["91"]);
}

#[test]
fn what_a_style_hides_or_strikes_is_left_out() {
    let styles = r#"<w:style w:styleId="gone"><w:rPr><w:vanish/></w:rPr></w:style>
        <w:style w:styleId="struck"><w:rPr><w:dstrike/></w:rPr></w:style>"#;
    let run = |style: &str, more: &str, t: &str| {
        format!(r#"<w:r><w:rPr><w:rStyle w:val="{style}"/>{more}</w:rPr><w:t>{t}</w:t></w:r>"#)
    };
    let runs = run("gone", "", "7") + &run("struck", "", "6") + &run("gone", r#"<w:vanish w:val="0"/>"#, "5");
    // Hidden by both styles is hidden by none.
    let body = format!(
        r#"<w:p>{runs}</w:p><w:p><w:pPr><w:pStyle w:val="gone"/></w:pPr>{}</w:p>"#,
        run("gone", "", "4") + "<w:r><w:t>3</w:t></w:r>"
    );
    assert_eq!(texts(&read(&styled(&body, "", styles), &Limits::default()).unwrap()), ["5", "4"]);
}

#[test]
fn levels_of_lists_come_by_linked_and_by_inherited_styles() {
    let level = |at: u8, style: &str, text: &str| {
        format!(r#"<w:lvl w:ilvl="{at}"><w:numFmt w:val="decimal"/>{style}<w:lvlText w:val="{text}"/></w:lvl>"#)
    };
    let linked = level(0, "", "%1、") + &level(1, r#"<w:pStyle w:val="second"/>"#, "（%2）") + &level(2, "", "%3.");
    let numbering = format!(
        r#"<w:abstractNum w:abstractNumId="1">{linked}</w:abstractNum><w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>"#
    );
    let styles = r#"<w:style w:styleId="first"><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
        <w:style w:styleId="second"><w:basedOn w:val="first"/></w:style>
        <w:style w:styleId="third"><w:basedOn w:val="first"/><w:pPr><w:numPr><w:ilvl w:val="2"/></w:numPr></w:pPr></w:style>
        <w:style w:styleId="after"><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>"#;
    let body: String = ["first", "second", "third", "after"]
        .iter()
        .map(|s| format!(r#"<w:p><w:pPr><w:pStyle w:val="{s}"/></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>"#))
        .collect();
    let read = read(&styled(&body, &numbering, styles), &Limits::default()).unwrap();
    assert_eq!(texts(&read), ["1、甲", "（1）甲", "1.甲", "2、甲"]);
}

#[test]
fn ink_that_is_no_text_is_no_blank() {
    let cell = |inside: &str| format!("<w:tc>{inside}</w:tc>");
    let run = |inside: &str| format!("<w:p><w:r>{inside}</w:r></w:p>");
    let inner = format!("<w:tbl><w:tr>{}</w:tr></w:tbl><w:p/>", cell(&run("<w:t>7</w:t>")));
    let cells = [
        run("<w:t>甲</w:t>"),
        run("<w:drawing><wp:inline/></w:drawing>"),
        run("<w:drawing><wp:anchor/></w:drawing>"),
        run("<w:object><o:OLEObject/></w:object>"),
        run("<w:t>3</w:t><w:drawing><wp:inline/></w:drawing>"),
        run(r#"<w:sym w:font="Symbol" w:char="F031"/><w:sym w:font="Symbol" w:char="F032"/>"#),
        run(r#"<w:sym w:font="Wingdings" w:char="F0FC"/>"#),
        inner,
    ];
    let row: String = cells.iter().map(|inside| cell(inside)).collect();
    let document = document(&format!("<w:tbl><w:tr>{row}</w:tr></w:tbl>"));
    let read: Vec<_> = table(&document).cells.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(read, ["甲", "\u{fffd}", "", "\u{fffd}", "3", "12", "\u{fffd}", "7"]);
}

#[test]
fn of_twins_the_first_that_gives_anything_is_read() {
    let text = |t: &str| format!("<w:r><w:t>{t}</w:t></w:r>");
    let twins = |choice: &str| {
        format!(
            "<mc:AlternateContent><mc:Choice>{choice}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent>",
            text("2")
        )
    };
    let document = document(&format!("<w:p>{}{}</w:p>", twins(&text("1")), twins("<w:r/>")));
    assert_eq!(texts(&document), ["12"]);
}

#[test]
fn codes_of_fields_are_not_printed() {
    let mark = |kind: &str| format!(r#"<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>"#);
    let text = |t: &str| format!("<w:r><w:t>{t}</w:t></w:r>");
    let equation = mark("begin") + &text("5") + &mark("end") + &text("0");
    let result = mark("begin") + &text("code") + &mark("separate") + &text("7") + &mark("end");
    let open = mark("begin") + &text("lost");
    let document =
        document(&format!("<w:p>{equation}</w:p><w:p>{result}</w:p><w:p>{open}</w:p><w:p>{}</w:p>", text("8")));
    assert_eq!(texts(&document), ["0", "7", "8"]);
}

#[test]
fn numbers_of_lists_are_no_part_of_numbers_in_cells() {
    let numbering = r#"<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>
        <w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>"#;
    let cell = |t: &str| {
        format!(
            r#"<w:tc><w:p><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr><w:r><w:t>{t}</w:t></w:r></w:p></w:tc>"#
        )
    };
    let body = format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", cell("属于"), cell("0"));
    let read = read(&package(&body, numbering), &Limits::default()).unwrap();
    let read: Vec<_> = table(&read).cells.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(read, ["1.属于", "0"]);
}

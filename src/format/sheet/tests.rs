use std::io::{Cursor, Write};

use super::*;
use crate::document::{Anchor, Block, Table};

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook of one visible sheet and a hidden one; style 1 is ruled, style 2 a percentage, style 3 both ruled and text.
fn xlsx(sheet: &str) -> Vec<u8> {
    zipped(&[
        (
            "xl/workbook.xml",
            r#"<workbook><sheets><sheet name="年报" r:id="a"/><sheet name="old" state="hidden" r:id="b"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="b" Type="x/worksheet" Target="/xl/worksheets/sheet2.xml"/></Relationships>"#,
        ),
        (
            "xl/sharedStrings.xml",
            "<sst><si><t>规章</t><rPh><t>guizhang</t></rPh></si><si><r><t>a</t></r><r><t>&lt;b</t></r></si></sst>",
        ),
        (
            "xl/styles.xml",
            r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="0.0%"/></numFmts><borders><border><left/></border><border><left style="thin"/></border></borders><cellStyleXfs><xf borderId="1"/></cellStyleXfs><cellXfs><xf numFmtId="0" borderId="0"/><xf numFmtId="0" borderId="1"/><xf numFmtId="164" borderId="1"/></cellXfs></styleSheet>"#,
        ),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/worksheets/sheet2.xml", r#"<worksheet><sheetData><row><c><v>99</v></c></row></sheetData></worksheet>"#),
    ])
}

fn tables(document: &Document) -> Vec<&Table> {
    document.blocks.iter().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None }).collect()
}

fn lines(document: &Document) -> Vec<&str> {
    document
        .blocks
        .iter()
        .filter_map(|b| if let Block::Paragraph(p) = b { Some(p.text.as_str()) } else { None })
        .collect()
}

fn cells(table: &Table) -> Vec<(usize, usize, usize, usize, &str)> {
    table.cells.iter().map(|c| (c.row, c.col, c.row_span, c.col_span, c.text.as_str())).collect()
}

fn codes(document: &Document) -> Vec<&str> {
    document.diagnostics.iter().map(|d| d.code).collect()
}

#[test]
fn text_between_grids_is_text_and_cells_show_what_they_display() {
    let sheet = r#"<worksheet><sheetData>
        <row r="1"><c r="A1" t="inlineStr"><is><t>Title</t></is></c></row>
        <row r="3"><c r="A3" s="1" t="s"><v>0</v></c><c r="B3" s="1"><v>12.0</v></c><c r="C3" s="2"><v>0.125</v></c></row>
        <row r="4"><c r="A4" s="1" t="s"><v>1</v></c><c r="B4" s="1"/><c r="C4" s="1" t="str"><v>x&amp;y</v></c></row>
        <row r="5"><c r="A5" s="1" t="b"><v>1</v></c><c r="B5" s="1"/><c r="C5" s="1"/></row>
        <row r="6"><c r="A6" t="str"><v>一、概述</v></c></row></sheetData>
        <mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="B4:B5"/><mergeCell ref="A6:XFD1048576"/></mergeCells></worksheet>"#;
    let document = read(&xlsx(sheet), &Limits::default()).unwrap();
    assert_eq!(lines(&document), ["Title", "一、概述"]);
    let table = tables(&document)[0];
    assert_eq!(
        cells(table),
        [
            (0, 0, 1, 1, "规章"),
            (0, 1, 1, 1, "12"),
            (0, 2, 1, 1, "12.5%"),
            (1, 0, 1, 1, "a<b"),
            (1, 1, 2, 1, ""),
            (1, 2, 1, 1, "x&y"),
            (2, 0, 1, 1, "TRUE"),
            (2, 2, 1, 1, ""),
        ]
    );
    let place = |at: usize| match &table.cells[at].anchor {
        Anchor::Node { path, .. } => path.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!([place(0), place(5)], ["年报!A3", "年报!C4"]);
    assert_eq!(codes(&document), ["sheets-hidden"]);
}

#[test]
fn hidden_rows_and_columns_are_left_out_and_told() {
    let sheet = r#"<worksheet><cols><col min="2" max="2" hidden="1"/></cols><sheetData>
        <row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="C1"><v>3</v></c></row>
        <row r="2" hidden="1"><c r="A2"><v>4</v></c><c r="C2"><v>5</v></c></row>
        <row r="3"><c r="A3"><v>6</v></c><c r="C3"><v>7</v></c></row></sheetData></worksheet>"#;
    let document = read(&xlsx(sheet), &Limits::default()).unwrap();
    // What is hidden inside of a grid does not cut it.
    let table = tables(&document)[0];
    assert_eq!(cells(table), [(0, 0, 1, 1, "1"), (0, 1, 1, 1, "3"), (1, 0, 1, 1, "6"), (1, 1, 1, 1, "7")]);
    assert_eq!(codes(&document), ["sheets-hidden", "cells-hidden"]);
}

#[test]
fn without_frames_columns_keep_their_places() {
    // No cell of column C holds anything: still a column, or what follows would stand in its place.
    let sheet = r#"<worksheet><sheetData>
        <row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1"><v>1</v></c><c r="D1"><v>2</v></c></row>
        <row r="2"><c r="A2" t="str"><v>stub</v></c></row>
        <row r="3"><c r="A3" t="str"><v>b</v></c><c r="B3"><v>3</v></c></row></sheetData></worksheet>"#;
    let document = read(&xlsx(sheet), &Limits::default()).unwrap();
    let table = tables(&document)[0];
    assert_eq!((table.rows, table.cols, table.cells.len()), (3, 4, 12));
    assert_eq!(table.at(0, 3).unwrap().text, "2");
    assert_eq!(table.at(1, 0).unwrap().text, "stub");
}

#[test]
fn opendocument_cells_are_read_as_displayed() {
    let content = r#"<office:document-content><office:automatic-styles>
        <style:style style:name="f" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid"/></style:style>
        </office:automatic-styles><office:body><office:spreadsheet><table:table table:name="S 1">
        <table:table-column table:number-columns-repeated="16384" table:default-cell-style-name="f"/>
        <table:table-row><table:table-cell table:number-columns-spanned="2" table:style-name="f"><text:p>a<text:s text:c="2"/>b</text:p><text:p>c</text:p></table:table-cell><table:covered-table-cell/><table:table-cell table:style-name="f"><office:annotation><text:p>no</text:p></office:annotation><text:p>x</text:p></table:table-cell></table:table-row>
        <table:table-row table:number-rows-repeated="2"><table:table-cell office:value="0.5"><text:p>50%</text:p></table:table-cell><table:table-cell table:number-columns-repeated="2" table:style-name="f"/></table:table-row>
        <table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
        </table:table></office:spreadsheet></office:body></office:document-content>"#;
    let document = read(&zipped(&[("mimetype", "x"), ("content.xml", content)]), &Limits::default()).unwrap();
    let table = tables(&document)[0];
    assert_eq!(
        cells(table),
        [
            (0, 0, 1, 2, "a  b\nc"),
            (0, 2, 1, 1, "x"),
            (1, 0, 1, 1, "50%"),
            (1, 1, 1, 1, ""),
            (1, 2, 1, 1, ""),
            (2, 0, 1, 1, "50%"),
            (2, 1, 1, 1, ""),
            (2, 2, 1, 1, ""),
        ]
    );
    assert!(matches!(&table.cells[0].anchor, Anchor::Node { path, .. } if path == "'S 1'!A1"));
    let locked = zipped(&[("content.xml", "noise"), ("META-INF/manifest.xml", "<manifest:encryption-data/>")]);
    assert!(matches!(read(&locked, &Limits::default()), Err(Failure::Encrypted(_))));
}

#[test]
fn runs_of_a_cell_are_told_by_how_they_are_set() {
    let run = |look: &str, t: &str| format!("<r><rPr>{look}</rPr><t>{t}</t></r>");
    let mark = run(r#"<vertAlign val="superscript"/>"#, "1");
    let texts = [run("", "91") + &mark, run("<strike/>", "6") + &run("", "0"), run(r#"<strike val="0"/>"#, "5")];
    let row: String = texts.iter().map(|t| format!(r#"<c t="inlineStr" s="1"><is>{t}</is></c>"#)).collect();
    let sheet = format!("<worksheet><sheetData><row>{row}</row><row>{row}</row></sheetData></worksheet>");
    let document = read(&xlsx(&sheet), &Limits::default()).unwrap();
    let read: Vec<_> = tables(&document)[0].cells.iter().take(3).map(|c| c.text.as_str()).collect();
    assert_eq!(read, ["91¹", "0", "5"]);
}

#[test]
fn a_formula_that_was_not_reckoned_is_no_blank() {
    let row = r#"<c s="1"><f>SUM(A1:A2)</f><v></v></c><c s="1"><f>A1</f></c><c s="1"><f>A1</f><v>3</v></c><c s="1" t="str"><f>""</f><v></v></c>"#;
    let sheet = format!("<worksheet><sheetData><row>{row}</row><row>{row}</row></sheetData></worksheet>");
    let document = read(&xlsx(&sheet), &Limits::default()).unwrap();
    let read: Vec<_> = tables(&document)[0].cells.iter().take(4).map(|c| c.text.as_str()).collect();
    assert_eq!(read, ["\u{fffd}", "\u{fffd}", "3", ""]);
}

#[test]
fn opendocument_runs_and_values_without_text_are_read() {
    let styles = r#"<style:style style:name="f" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid"/></style:style>
        <style:style style:name="base" style:family="text"><style:text-properties style:text-position="33% 58%"/></style:style>
        <style:style style:name="mark" style:family="text" style:parent-style-name="base"/>
        <style:style style:name="gone" style:family="text"><style:text-properties style:text-line-through-style="solid"/></style:style>"#;
    let cell = |attributes: &str, inside: &str| {
        format!(r#"<table:table-cell table:style-name="f" {attributes}>{inside}</table:table-cell>"#)
    };
    let cells = [
        cell("", r#"<text:p>91<text:span text:style-name="mark">1</text:span></text:p>"#),
        cell("", r#"<text:p><text:span text:style-name="gone">6</text:span>0</text:p>"#),
        cell(r#"office:value-type="float" office:value="12""#, ""),
        cell(r#"office:value-type="percentage" office:value="0.5""#, ""),
        cell(r#"table:formula="of:=A1""#, ""),
        cell(r#"office:value-type="float" office:value="12""#, "<text:p/>"),
    ];
    let row = format!("<table:table-row>{}</table:table-row>", cells.concat());
    let content = format!(
        "<o><office:automatic-styles>{styles}</office:automatic-styles><office:body><table:table>{row}{row}</table:table></office:body></o>"
    );
    let document = read(&zipped(&[("mimetype", "x"), ("content.xml", &content)]), &Limits::default()).unwrap();
    let read: Vec<_> = tables(&document)[0].cells.iter().take(6).map(|c| c.text.as_str()).collect();
    assert_eq!(read, ["91¹", "0", "12", "\u{fffd}", "\u{fffd}", ""]);
}

/// A record of BIFF.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes(), &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
}

fn words(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

fn compound(stream: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream("/Workbook").unwrap().write_all(stream).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

/// A workbook of BIFF 8 with one sheet of these records.
fn xls(cells: &[Vec<u8>]) -> Vec<u8> {
    let bof = record(0x0809, &words(&[0x0600, 5]));
    let mut xf = words(&[0, 9]);
    xf.resize(20, 0);
    let name: Vec<u8> = [vec![0, 0, 2, 1], words(&[0x5E74, 0x62A5])].concat();
    let globals = |offset: u32| {
        let sheet = record(0x0085, &[&offset.to_le_bytes(), name.as_slice()].concat());
        let strings = record(0x00FC, &[&[1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1][..], &words(&[0x89C4, 0x7AE0])].concat());
        [bof.clone(), record(0x00E0, &[0; 20]), record(0x00E0, &xf), sheet, strings, record(0x000A, &[])].concat()
    };
    let length = u32::try_from(globals(0).len()).unwrap();
    compound(&[globals(length), bof.clone(), cells.concat(), record(0x000A, &[])].concat())
}

#[test]
fn records_of_older_workbooks_are_read() {
    let label = record(0x00FD, &[words(&[0, 0, 0]), vec![0, 0, 0, 0]].concat());
    let number = record(0x0203, &[words(&[0, 1, 1]), 0.25f64.to_le_bytes().to_vec()].concat());
    let rks: Vec<u8> = [
        words(&[1, 0, 0]),
        (7u32 << 2 | 2).to_le_bytes().to_vec(),
        words(&[0]),
        (9u32 << 2 | 2).to_le_bytes().to_vec(),
        words(&[1]),
    ]
    .concat();
    let formula = record(0x0006, &[words(&[2, 1, 0]), vec![0, 0, 0, 0, 0, 0, 0xFF, 0xFF], vec![0; 8]].concat());
    let result = record(0x0207, &[words(&[2]), vec![0, b'o', b'k']].concat());
    let chart = [record(0x0809, &words(&[0x0600, 0x20])), number.clone(), record(0x000A, &[])].concat();
    let first = record(0x0203, &[words(&[2, 0, 0]), 1e3f64.to_le_bytes().to_vec()].concat());
    let document =
        read(&xls(&[label, number, chart, record(0x00BD, &rks), first, formula, result]), &Limits::default()).unwrap();
    let table = tables(&document)[0];
    assert_eq!(
        table.cells.iter().map(|c| c.text.as_str()).collect::<Vec<_>>(),
        ["规章", "25%", "7", "9", "1000", "ok"]
    );
    assert!(matches!(&table.cells[1].anchor, Anchor::Node { path, .. } if path == "年报!B1"));
}

#[test]
fn locked_old_and_foreign_workbooks_are_refused_by_name() {
    let locked = compound(&[record(0x0809, &words(&[0x0600, 5])), record(0x002F, &[0; 6])].concat());
    assert!(matches!(read(&locked, &Limits::default()), Err(Failure::Encrypted(_))));
    let old = compound(&record(0x0809, &words(&[0x0400, 5])));
    assert!(matches!(read(&old, &Limits::default()), Err(Failure::Unsupported(_))));
    assert!(matches!(read(&compound(b"noise"), &Limits::default()), Err(Failure::Damaged(_))));
    let binary = zipped(&[
        ("_rels/.rels", r#"<r><Relationship Type="x/officeDocument" Target="xl/workbook.bin"/></r>"#),
        ("xl/workbook.bin", "\u{1}"),
    ]);
    assert!(matches!(read(&binary, &Limits::default()), Err(Failure::Unsupported(_))));
}

#[test]
fn bombs_end_in_failures() {
    let few = Limits { cells: 100, ..Limits::default() };
    let row: String = (1..200).map(|r| format!("<row r=\"{r}\"><c r=\"A{r}\"><v>1</v></c></row>")).collect();
    let sheet = |rows: &str| format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    assert!(matches!(read(&xlsx(&sheet(&row)), &few), Err(Failure::TooLarge(_))));
    // Two cells in far corners are two cells.
    let corners = r#"<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row><row r="1048576"><c r="B1048576"><v>1</v></c><c r="C1048576"><v>1</v></c></row>"#;
    assert!(read(&xlsx(&sheet(corners)), &few).is_ok());
    let inflated = Limits { inflated_bytes: 1_000, ..Limits::default() };
    assert!(matches!(read(&xlsx(&sheet(&" ".repeat(10_000))), &inflated), Err(Failure::TooLarge(_))));
    let blanks = record(0x00BE, &[words(&[0, 0]), words(&[1; 2_000]), words(&[1_999])].concat());
    let label = record(0x00FD, &[words(&[1, 0, 0]), vec![0, 0, 0, 0]].concat());
    assert!(read(&xls(&[blanks, label]), &few).is_ok());
}

proptest::proptest! {
    #[test]
    fn any_records_end_in_a_document_or_a_failure(noise in proptest::collection::vec(
        (proptest::sample::select(vec![0x0006u16, 0x0207, 0x0203, 0x027E, 0x00BD, 0x00BE, 0x00FD, 0x0204, 0x00E5, 0x0208, 0x007D, 0x0809, 0x000A]),
            proptest::collection::vec(proptest::num::u8::ANY, 0..40)), 0..30)) {
        let cells: Vec<Vec<u8>> = noise.iter().map(|(kind, data)| record(*kind, data)).collect();
        let _ = read(&xls(&cells), &Limits::default());
        let strings = [record(0x0809, &words(&[0x0600, 5])), record(0x00FC, &cells.concat().into_iter().take(8_000).collect::<Vec<u8>>())].concat();
        let _ = read(&compound(&strings), &Limits::default());
    }
}

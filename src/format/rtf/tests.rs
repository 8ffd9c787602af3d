use super::*;
use crate::document::{Anchor, Block, Role, Table};

fn document(body: &str) -> Document {
    let bytes = format!(
        "{{\\rtf1\\ansi\\ansicpg936\\deff0{{\\fonttbl{{\\f0\\fcharset134 SimSun;}}{{\\f1\\fcharset0 Arial;}}{{\\f2\\fcharset2 Wingdings;}}}}{body}}}"
    );
    read(bytes.as_bytes(), &Limits::default()).unwrap()
}

fn lines(document: &Document) -> Vec<&str> {
    document
        .blocks
        .iter()
        .filter_map(|b| if let Block::Paragraph(p) = b { Some(p.text.as_str()) } else { None })
        .collect()
}

fn tables(document: &Document) -> Vec<&Table> {
    document.blocks.iter().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None }).collect()
}

fn cells(table: &Table) -> Vec<(usize, usize, usize, usize, &str)> {
    table.cells.iter().map(|c| (c.row, c.col, c.row_span, c.col_span, c.text.as_str())).collect()
}

#[test]
fn bytes_are_read_by_font_and_code_page() {
    assert_eq!(lines(&document(r"\f0 \'b9\'e6\'d5\'c2 12\par")), ["规章 12"]);
    // A font of the file's own code page; the second byte of a pair may be a letter, written out.
    assert_eq!(lines(&document("\\f1 \\'b9\\'e6\\'81@\\par")), ["规丂"]);
    let western = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset134 SimSun;}{\f1\fcharset0 A;}}\f0 \'b9\'e6\f1 caf\'e9\par \'b9\'e6\'d5\'c2}";
    let read = read(western.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(lines(&read), ["规café", "规章"]);
    assert_eq!(read.diagnostics.first().unwrap().code, "encoding-mismatch");
    assert_eq!(read.encoding.as_deref(), Some("windows-1252"));
}

#[test]
fn raw_pairs_may_hold_braces() {
    let mut bytes = b"{\\rtf1\\ansicpg936 ".to_vec();
    bytes.extend([0x81, b'}', 0x81, b'\\', 0xB9, 0xE6]);
    bytes.extend(b"\\par}");
    let document = read(&bytes, &Limits::default()).unwrap();
    let (expected, _, _) = encoding_rs::GBK.decode(&[0x81, b'}', 0x81, b'\\', 0xB9, 0xE6]);
    assert_eq!(lines(&document), [expected.as_ref()]);
}

#[test]
fn unicode_leaves_its_substitutes_out() {
    assert_eq!(lines(&document(r"\u-27268?\u31456\'3f 5\par")), ["镼章 5"]);
    assert_eq!(lines(&document(r"\uc2\u35268\'b9\'e6\u31456\'d5\'c2\uc0\u12289 5\par")), ["规章、5"]);
    assert_eq!(lines(&document(r"\u-10176?\u-9216?\par")), ["\u{20000}"]);
    // Without a substitute what follows stays.
    assert_eq!(lines(&document(r"{\u35268}{\u31456}\par")), ["规章"]);
    assert_eq!(lines(&document(r"{\upr{\par a\'b9}{\*\ud{\u35268?}}}\par")), ["规"]);
}

#[test]
fn what_is_not_printed_stays_out() {
    let body = r"{\header no}{\*\unknown no{\b no}}{\stylesheet{\s1 no;}}a{\deleted no}{\v no}{\field{\*\fldinst PAGE no}{\fldrslt 7}}{\*\bkmkstart no}{\pict\wmetafile8 0102}\f2 \'fc\f0 b\par";
    let document = document(body);
    assert_eq!(lines(&document), ["a7b"]);
    assert_eq!(document.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), ["pictures-not-read"]);
}

#[test]
fn numbers_of_lists_notes_and_boxes_are_kept() {
    let body = r"{\info{\title T}{\author A}}{\listtext\pard\plain \u19968?\u12289?\tab}\u35268?{\super\chftn{\footnote\pard\plain note\par}}\par {\listtext\tab}x12{\super 1}\par{\shp{\*\shpinst{\sp{\sn no}{\sv 1}}{\shptxt\pard box\par}}{\shprslt no}}\outlinelevel0 y\par";
    let document = document(body);
    assert_eq!(lines(&document), ["一、规", "x12¹", "box", "y", "note"]);
    let roles: Vec<Role> =
        document.blocks.iter().map(|b| if let Block::Paragraph(p) = b { p.role } else { Role::Body }).collect();
    assert_eq!(roles, [Role::ListItem, Role::Body, Role::Body, Role::Heading(1), Role::Footnote]);
    assert_eq!(document.metadata.iter().map(|m| m.value.as_str()).collect::<Vec<_>>(), ["T", "A"]);
}

#[test]
fn cells_merge_across_and_down() {
    let body = r"\trowd\clvmgf\cellx1000\clmgf\cellx2000\clmrg\cellx3000\pard\intbl a\cell b\cell\cell\row\trowd\clvmrg\cellx1000\cellx2000\cellx3010\cell c\par\pard d\cell e\cell\row\pard after\par";
    let document = document(body);
    let [table] = tables(&document)[..] else { panic!("one table") };
    assert_eq!(cells(table), [(0, 0, 2, 1, "a"), (0, 1, 1, 2, "b"), (1, 1, 1, 1, "c\nd"), (1, 2, 1, 1, "e")]);
    assert_eq!(lines(&document), ["after"]);
}

#[test]
fn a_path_counts_the_cells_of_the_file() {
    let wide = r"\trowd\cellx1000\cellx2000\cellx3000\pard\intbl 1\cell 2\cell 3\cell\row";
    let document = document(&format!(r"{wide}\trowd\cellx2000\cellx3000\pard\intbl a\cell b\cell\row\pard\par"));
    let [table] = tables(&document)[..] else { panic!("one table") };
    let path = |anchor: &Anchor| match anchor {
        Anchor::Node { path, .. } => path.clone(),
        other => panic!("{other:?}"),
    };
    let last = table.cells.last().unwrap();
    assert_eq!((last.col, path(&last.anchor).as_str()), (2, "document/tbl[1]/tr[2]/tc[2]"));
}

#[test]
fn empty_cells_that_a_row_does_not_define_are_none() {
    let document = document(r"\trowd\cellx1000\cellx2000\pard\intbl a\cell\cell\cell\cell\row\pard\par");
    assert_eq!(cells(tables(&document)[0]), [(0, 0, 1, 1, "a"), (0, 1, 1, 1, "")]);
}

#[test]
fn tables_in_tables_stand_behind_and_layout_is_unfolded() {
    let inner = r"\pard\intbl\itap2 1\nestcell 2\nestcell{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}{\nonesttables\par}";
    let body = format!(r"\trowd\cellx1000\cellx2000\pard\intbl a{inner}\pard\intbl\itap1 b\cell c\cell\row\pard\par");
    let document = self::document(&body);
    let found = tables(&document);
    assert_eq!(cells(found[0]), [(0, 0, 1, 1, "b"), (0, 1, 1, 1, "c")]);
    assert_eq!(cells(found[1]), [(0, 0, 1, 1, "a1"), (0, 1, 1, 1, "2")]);
    let layout = format!(r"\trowd\cellx1000\pard\intbl one\par {inner}\pard\intbl\itap1 two\cell\row\pard\par");
    let document = self::document(&layout);
    assert_eq!(tables(&document).len(), 1);
    assert_eq!(lines(&document), ["one", "two"]);
}

#[test]
fn struck_text_is_left_out_and_raised_marks_are_no_digits() {
    let body =
        r"{\strike 6}{\striked1 5}0{\v 7}\par 91{\up6 1}\par 9{\up0 1}{\up2 1}\par\strike 8\strike0 1\plain 2\par";
    assert_eq!(lines(&document(body)), ["0", "91¹", "911", "12"]);
}

#[test]
fn cells_of_signs_pictures_and_frames_are_not_blank() {
    let row = r"\trowd\cellx1000\cellx2000\cellx3000\cellx4000\cellx5000";
    let signs = r"\f0\u-4047?\u-4046?\f2\'fc";
    let frame = r"\itap2 7\nestcell{\*\nesttableprops\trowd\cellx500\nestrow}\pard\intbl\itap1";
    let list = r"{\listtext 1.\tab}";
    let body = format!(
        r"{row}\pard\intbl {signs}\cell\f2\'fc\f0\cell{{\object{{\result{{\pict 01}}}}}}\cell {frame}\cell {list}0\cell\row\pard\par"
    );
    let document = document(&body);
    let read: Vec<&str> = tables(&document)[0].cells.iter().map(|c| c.text.trim()).collect();
    assert_eq!(read, ["12", "\u{fffd}", "\u{fffd}", "7", "0"]);
}

#[test]
fn a_cut_file_is_told_and_noise_is_refused() {
    let cut = read(b"{\\rtf1{\\b a\\cell", &Limits::default()).unwrap();
    assert_eq!(cut.diagnostics.first().unwrap().code, "rtf-cut");
    assert_eq!(tables(&cut).len(), 1);
    assert!(matches!(read(b"text", &Limits::default()), Err(Failure::Damaged(_))));
    let deep = ["{\\rtf1".to_owned(), "{".repeat(100_000)].concat();
    assert!(matches!(read(deep.as_bytes(), &Limits::default()), Err(Failure::TooLarge(_))));
    assert!(matches!(read(b"{\\rtf1\\itap9999\\intbl a\\par", &Limits::default()), Err(Failure::TooLarge(_))));
    let few = Limits { cells: 3, ..Limits::default() };
    assert!(matches!(read(b"{\\rtf1 a\\cell b\\cell\\cell\\cell", &few), Err(Failure::TooLarge(_))));
    // Raw bytes are jumped over, whatever their length claims.
    assert_eq!(lines(&read(b"{\\rtf1 a\\bin3 }}}b\\par\\bin99999 x", &Limits::default()).unwrap()), ["ab"]);
}

proptest::proptest! {
    #[test]
    fn any_bytes_end_in_a_document_or_a_failure(noise in proptest::collection::vec(proptest::num::u8::ANY, 0..500),
        words in proptest::collection::vec(proptest::sample::select(vec!["\\trowd", "\\cellx900", "\\cell ", "\\row", "\\nestcell ",
            "\\nestrow", "\\itap2", "\\intbl", "\\pard", "\\par ", "{", "}", "\\u19968?", "\\'b9", "{\\footnote ", "{\\*\\shpinst{\\shptxt "]), 0..60)) {
        let _ = read(&[b"{\\rtf1".as_slice(), words.concat().as_bytes(), &noise].concat(), &Limits::default());
    }
}

//! Files that mean harm or were harmed: an answer before the reader's own limit of time, never a panic.

use proptest::prelude::*;

use super::made::{Made, deflate, stream};
use super::{PdfContent, PdfOptions, pages};
use crate::failure::Failure;
use crate::limits::Limits;

const HELLO: &str = "BT /F1 12 Tf 100 700 Td (Hello 123) Tj ET";

fn read(bytes: &[u8]) -> Result<PdfContent, Failure> {
    let result = pages(bytes, &Limits::default(), &PdfOptions::default());
    assert!(!matches!(result, Err(Failure::TimedOut(_))), "the reader gave up");
    result
}

fn text(bytes: &[u8]) -> String {
    read(bytes).map_or_else(|f| f.code().to_owned(), |c| c.pages.iter().flat_map(|p| &p.chars).map(|c| c.ch).collect())
}

#[test]
fn a_plain_page() {
    let content = read(&Made::page(HELLO).bytes()).unwrap();
    let page = &content.pages[0];
    assert_eq!(page.chars.iter().map(|c| c.ch).collect::<String>(), "Hello 123");
    let h = &page.chars[0];
    assert_eq!((h.origin.x, h.origin.y, h.size, h.turn), (100.0, 100.0, 12.0, 0));
    assert!((h.bbox.width() - 0.722 * 12.0).abs() < 0.01);
    assert!(content.diagnostics.is_empty(), "{:?}", content.diagnostics);
}

#[test]
fn cut_junk_and_wrong_startxref() {
    let whole = Made::page(HELLO).bytes();
    for cut in [whole.len() - 5, whole.len() - 60, whole.len() - 200] {
        assert_eq!(text(&whole[..cut]), "Hello 123", "cut at {cut}");
    }
    let junk = [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &whole].concat();
    assert_eq!(text(&junk), "Hello 123");
    for wrong in ["startxref\n0\n", "startxref\n99999999999999999999\n", "startxref\n17\n", "startxref\n-5\n"] {
        let at = memchr::memmem::rfind(&whole, b"startxref").unwrap();
        let bytes = [&whole[..at], wrong.as_bytes(), b"%%EOF"].concat();
        assert_eq!(text(&bytes), "Hello 123", "{wrong}");
    }
    assert_eq!(text(b""), "damaged");
    assert_eq!(text(b"%PDF-1.7"), "damaged");
    assert_eq!(text(&[0; 5000]), "damaged");
}

#[test]
fn cycles() {
    // Page trees.
    let made = Made::page(HELLO);
    assert_eq!(
        text(&made.clone().set(2, b"<</Type/Pages/Kids[2 0 R 3 0 R 2 0 R]/Parent 2 0 R>>".to_vec()).bytes()),
        "Hello 123"
    );
    // A form that draws itself, and two that draw each other.
    let form =
        "/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</Font<</F1 5 0 R>>/XObject<</X 6 0 R/Y 7 0 R>>>>";
    let made = Made::page("/X Do")
        .raw(stream(form, format!("{HELLO} /X Do /Y Do").as_bytes()))
        .raw(stream(form, b"/X Do /Y Do"));
    assert_eq!(text(&made.bytes()), "Hello 123");
    // Objects that are references to themselves, lengths that are their own streams.
    let made = Made::page(HELLO).set(5, b"5 0 R".to_vec());
    assert_eq!(text(&made.bytes()), "no-text-layer");
    let made = Made::page("").set(4, format!("<</Length 4 0 R>>stream\n{HELLO}\nendstream").into_bytes());
    assert_eq!(text(&made.bytes()), "Hello 123");
    // A font that is its own descendant, descriptor and ToUnicode.
    let made = Made::page(HELLO).set(5, b"<</Type/Font/Subtype/Type0/Encoding/Identity-H/DescendantFonts[5 0 R]/FontDescriptor 5 0 R/ToUnicode 5 0 R/W 5 0 R>>".to_vec());
    assert_eq!(text(&made.bytes()), "no-text-layer");
    // Prev pointing at itself.
    let bytes = Made::page(HELLO).bytes();
    let start = memchr::memmem::rfind(&bytes, b"xref\n0").unwrap();
    let made = Made::page(HELLO).trailer(&format!("/Prev {start}/XRefStm {start}"));
    assert_eq!(text(&made.bytes()), "Hello 123");
}

#[test]
fn exponential_forms() {
    let mut made = Made::page("/X Do");
    for level in 0..30 {
        let next = 7 + level;
        let body = "/X Do ".repeat(10);
        made = made.raw(stream(
            &format!("/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</X {next} 0 R>>>>"),
            body.as_bytes(),
        ));
    }
    assert_eq!(text(&made.bytes()), "no-text-layer");
}

#[test]
fn bombs() {
    let zeros = vec![b' '; 300 << 20];
    let packed = deflate(&zeros);
    drop(zeros);
    let made = Made::page("").set(4, stream("/Filter/FlateDecode", &packed));
    assert_eq!(text(&made.bytes()), "no-text-layer");
    // In ToUnicode: the text is still there.
    let font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/ToUnicode 6 0 R>>".to_vec();
    let made = Made::page(HELLO).set(5, font).raw(stream("/Filter/FlateDecode", &packed));
    assert_eq!(text(&made.bytes()), "Hello 123");
    // In an object stream.
    let made = Made::page(HELLO).raw(stream("/Type/ObjStm/N 1000000000/First 10/Filter/FlateDecode", &packed));
    assert_eq!(text(&made.bytes()), "Hello 123");
    // Inflated twice.
    let made = Made::page("").set(4, stream("/Filter[/FlateDecode/FlateDecode]", &deflate(&packed)));
    assert_eq!(text(&made.bytes()), "no-text-layer");
}

#[test]
fn deep_nesting() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    for object in [deep("[", "]"), deep("<</A ", ">>"), deep("[<</A", ">>]"), "[".repeat(100_000)] {
        let made = Made::page_with("/Annots 6 0 R/PieceInfo 6 0 R", HELLO.as_bytes()).add(&object);
        assert_eq!(text(&made.bytes()), "Hello 123");
        let content = format!("{object} TJ {HELLO}");
        assert!(text(&Made::page(&content).bytes()).ends_with("123") || object.ends_with('['));
    }
    let content = format!("{}{HELLO}{}", "q ".repeat(100_000), "Q ".repeat(100_000));
    assert_eq!(text(&Made::page(&content).bytes()), "Hello 123");
    let content = format!("{}{HELLO}", "/P <</MCID 1>> BDC ".repeat(100_000));
    assert_eq!(text(&Made::page(&content).bytes()), "Hello 123");
}

#[test]
fn deep_and_repeated_page_trees() {
    let mut objects = vec!["<</Type/Catalog/Pages 2 0 R>>".to_owned()];
    for i in 0..100_000 {
        objects.push(format!("<</Type/Pages/Kids[{} 0 R]>>", i + 3));
    }
    objects.push(
        "<</Type/Page/MediaBox[0 0 600 800]/Contents 100003 0 R/Resources<</Font<</F1 100004 0 R>>>>>>".to_owned(),
    );
    let list: Vec<&str> = objects.iter().map(String::as_str).collect();
    let font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>";
    assert_eq!(text(&Made::of(&list).raw(stream("", HELLO.as_bytes())).add(font).bytes()), "Hello 123");

    let kids = "3 0 R ".repeat(100_000);
    let made = Made::page(HELLO).set(2, format!("<</Type/Pages/Kids[{kids}]>>").into_bytes());
    let content = read(&made.bytes()).unwrap();
    assert!(content.pages.len() <= 16);
    assert!(content.diagnostics.iter().any(|d| d.code == "page-repeated"));
}

#[test]
fn wild_widths_and_numbers() {
    let made = Made::page("BT /F1 12 Tf 100 700 Td <00410042> Tj ET")
        .set(
            5,
            b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>"
                .to_vec(),
        )
        .add("<</Type/Font/Subtype/CIDFontType2/W[0 4294967295 500 4294967295 99999999999999 1]/DW 1e30>>")
        .raw(stream(
            "",
            b"1 begincodespacerange <0000><FFFF> endcodespacerange 1 beginbfrange <0000><FFFFFFFF><0000> endbfrange",
        ));
    assert_eq!(text(&made.bytes()), "AB");
    for wild in [
        "1e999 0 0 1 0 0 cm",
        "99999999999999999999999 0 0 1 0 0 cm",
        "BT 1e38 0 0 1e38 1e38 1e38 Tm",
        "99999999999999 Tc 1e30 Tz",
        "0 0 0 0 0 0 cm",
        "-9223372036854775808 9223372036854775807 re S",
        "1e300 1e300 1e300 1e300 re f 1e300 w 0 0 m 1e300 0 l S",
    ] {
        let content = format!("q {wild} {HELLO} Q {HELLO}");
        let _ = text(&Made::page(&content).bytes());
    }
}

#[test]
fn odd_page_boxes() {
    for media in [
        "null",
        "[0 0 0 0]",
        "[1 2]",
        "[600 800 0 0]",
        "[0 0 99999999999 99999999999]",
        "[(a) /b null 4]",
        "[NaN 0 600 800]",
    ] {
        let page =
            format!("<</Type/Page/Parent 2 0 R/MediaBox {media}/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>");
        assert_eq!(text(&Made::page(HELLO).set(3, page.into_bytes()).bytes()), "Hello 123", "{media}");
    }
}

fn seed() -> Vec<u8> {
    let map = b"/CIDInit begincmap 1 begincodespacerange <0000><FFFF> endcodespacerange 2 beginbfrange <0041><0050><4E2D> <0060><0061>[<4E00><4E8C>] endbfrange endcmap";
    Made::page("q 1 0 0 1 5 5 cm BT /F1 12 Tf 100 700 Td [(He) -20 (llo)] TJ /F2 10 Tf <00410042> Tj ET Q 10 10 100 0.5 re f 0 0 m 100 0 l S /X Do BI /W 2 /H 2 /BPC 8 /CS /G ID abcd EI /Span <</ActualText(x)/MCID 1>> BDC EMC")
        .set(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/CropBox[1 1 500 700]/Rotate 90/Resources<</Font<</F1 5 0 R/F2 7 0 R>>/XObject<</X 6 0 R>>>>/Contents 4 0 R>>".to_vec())
        .raw(stream("/Subtype/Form/BBox[0 0 600 800]/Filter/FlateDecode/Resources<</Font<</F1 5 0 R>>>>", &deflate(HELLO.as_bytes())))
        .add("<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Song/Encoding/Identity-H/DescendantFonts[8 0 R]/ToUnicode 9 0 R>>")
        .add("<</Type/Font/Subtype/CIDFontType2/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)>>/W[1[500 600] 5 9 300]/DW2[880 -1000]>>")
        .raw(stream("", map))
        .bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_do_no_harm(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30)) {
        let mut bytes = seed();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = read(&bytes);
    }

    #[test]
    fn moved_pieces_do_no_harm(cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6)) {
        let mut bytes = seed();
        for (from, len, to) in cuts {
            let from = from.index(bytes.len());
            let piece: Vec<u8> = bytes[from..].iter().take(1 + len.index(200)).copied().collect();
            let to = to.index(bytes.len());
            bytes.splice(to..to, piece);
        }
        let _ = read(&bytes);
    }

    #[test]
    fn any_content_does_no_harm(words in proptest::collection::vec(proptest::sample::select(vec![
        "q", "Q", "BT", "ET", "/F1", "12", "Tf", "(Hi)", "<41>", "Tj", "[", "]", "TJ", "-3.5", "0", "1e9", "cm", "re", "f", "S", "W", "n", "m", "l", "c", "h", "B*", "/X", "Do", "BI", "ID", "EI",
        "/Span", "<<", ">>", "/ActualText", "/MCID", "BDC", "BMC", "EMC", "Tm", "Td", "T*", "'", "\"", "Tr", "3", "gs", "1", "g",
    ]), 0..120)) {
        let _ = read(&Made::page(&words.join(" ")).bytes());
    }
}

#[test]
fn doubles_hidden_and_rotated_text() {
    // Fake bold by two strings 0.3 pt apart, and real neighbours kept.
    let made = Made::page(
        "BT /F1 10 Tf 1 0 0 1 100 700 Tm (1122) Tj 1 0 0 1 100.3 700 Tm (1122) Tj 1 0 0 1 100 680 Tm (1122) Tj ET",
    );
    assert_eq!(text(&made.bytes()), "11221122");
    // Invisible, clipped, off the page, white.
    let content = "BT /F1 10 Tf 3 Tr 100 700 Td (no) Tj ET q 0 0 50 50 re W n BT 0 Tr 100 600 Td (clip) Tj ET Q BT 0 Tr 700 700 Td (off) Tj ET BT 100 500 Td (yes) Tj 1 g (w) Tj ET";
    let content = read(&Made::page(content).bytes()).unwrap();
    assert_eq!(content.pages[0].chars.iter().map(|c| c.ch).collect::<String>(), "yes");
    let codes: Vec<&str> = content.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["invisible-text", "white-text", "text-outside-page"]);
    // A page turned by 90 degrees shows text that runs up as text that runs right.
    let content = read(&Made::page_with("/Rotate 90", b"BT /F1 10 Tf 0 1 -1 0 300 100 Tm (Up) Tj ET").bytes()).unwrap();
    let (page, up) = (&content.pages[0].page, &content.pages[0].chars[0]);
    assert_eq!((page.width, page.height), (800.0, 600.0));
    assert_eq!((up.turn, up.origin.x, up.origin.y), (0, 100.0, 300.0));
}

#[test]
fn what_a_later_area_covers_is_not_printed_and_white_shows_on_dark() {
    // A number under a white box with another one on it; white on black; a white halo around black.
    let content = "BT /F1 10 Tf 100 700 Td (77) Tj ET 1 g 98 698 30 12 re f 0 g BT /F1 10 Tf 101 700 Td (12) Tj ET \
        0 0 200 20 re f 1 g BT /F1 10 Tf 10 5 Td (on) Tj ET \
        BT /F1 10 Tf 100 600 Td (halo) Tj ET 0 g BT /F1 10 Tf 100 600 Td (halo) Tj ET \
        BT /F1 10 Tf 100 500 Td (under) Tj ET 0 1 0 rg /A gs 98 498 30 12 re f";
    let entries = "/Resources<</Font<</F1 5 0 R>>/ExtGState<</A<</BM/Multiply>>>>>>";
    let content = read(&Made::page_with(entries, content.as_bytes()).bytes()).unwrap();
    assert_eq!(content.pages[0].chars.iter().map(|c| c.ch).collect::<String>(), "12onhalounder");
    let codes: Vec<&str> = content.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["covered-text"]);
}

#[test]
fn a_full_amount_of_an_ink_is_not_white() {
    let content = "/S cs 1 scn BT /F1 10 Tf 100 700 Td (ink) Tj ET /DeviceGray cs 1 scn BT /F1 10 Tf 100 600 Td (no) Tj ET \
        /S CS 1 SCN 100 500 m 200 500 l S /DeviceGray CS 1 SCN 100 400 m 200 400 l S";
    let entries = "/Resources<</Font<</F1 5 0 R>>/ColorSpace<</S[/Separation/Black/DeviceGray 7 0 R]>>>>";
    let content = read(&Made::page_with(entries, content.as_bytes()).bytes()).unwrap();
    assert_eq!(content.pages[0].chars.iter().map(|c| c.ch).collect::<String>(), "ink");
    assert_eq!(content.pages[0].rulings.len(), 1);
}

#[test]
fn faint_aslant_and_marked_text_is_told() {
    use crate::layout::Ink::{Aslant, Faint, Full, Marked};
    let content = "BT /F1 10 Tf 100 700 Td (a) Tj 0.8 g (b) Tj 0 g 0.7 0.7 -0.7 0.7 300 300 Tm (c) Tj ET \
        /Artifact <</Type/Pagination/Subtype/Watermark>> BDC BT /F1 10 Tf 100 600 Td (d) Tj ET EMC";
    let content = read(&Made::page(content).bytes()).unwrap();
    let inks: Vec<crate::layout::Ink> = content.pages[0].chars.iter().map(|c| c.ink).collect();
    assert_eq!(inks, [Full, Faint, Aslant, Marked]);
}

#[test]
fn rulings_of_all_kinds() {
    let content = "1 w 100 700 m 300 700 l S 100 600 200 0.5 re f 50 50 100 100 re S 0.9 g 200 200 50 50 re f 1 g 300 300 50 50 re f 0 g";
    let content = read(&Made::page(&format!("{content} {HELLO}")).bytes()).unwrap();
    let kinds: Vec<(crate::layout::RulingKind, bool)> =
        content.pages[0].rulings.iter().map(|r| (r.kind, r.horizontal())).collect();
    use crate::layout::RulingKind::{Edge, Fill, Stroke};
    let counts = [(Stroke, true), (Stroke, false), (Fill, true), (Edge, true), (Edge, false)]
        .map(|k| kinds.iter().filter(|x| **x == k).count());
    assert_eq!(counts, [3, 2, 1, 2, 2]);
}

#[test]
fn annotations_layers_and_actual_text() {
    let made = Made::page_with(
        "/Annots[<</Type/Annot/Subtype/Widget/Rect[100 300 200 320]/AP<</N 6 0 R>>>><</Subtype/FreeText/F 2/Rect[0 0 9 9]/AP<</N 6 0 R>>>>]",
        b"/OC /L BDC BT /F1 9 Tf 10 10 Td (gone) Tj ET EMC /Span <</ActualText <FEFF4E2D2ED3>>> BDC BT /F1 9 Tf 100 700 Td (xyz) Tj ET EMC",
    )
    .set(1, b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[7 0 R]/D<</OFF[7 0 R]>>>>>>".to_vec())
    .raw(stream("/Subtype/Form/BBox[0 0 10 10]/Resources<</Font<</F1 5 0 R>>>>", b"BT /F1 5 Tf 1 3 Td (ab) Tj ET"))
    .add("<</Type/OCG/Name(x)>>");
    let made = made.set(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 5 0 R>>/Properties<</L 7 0 R>>>>/Contents 4 0 R/Annots[<</Type/Annot/Subtype/Widget/Rect[100 300 200 320]/AP<</N 6 0 R>>>><</Subtype/FreeText/F 2/Rect[0 0 9 9]/AP<</N 6 0 R>>>>]>>".to_vec());
    let content = read(&made.bytes()).unwrap();
    let chars = &content.pages[0].chars;
    assert_eq!(chars.iter().map(|c| c.ch).collect::<String>(), "中长ab");
    assert_eq!((chars[2].origin.x, chars[2].origin.y), (110.0, 494.0));
    assert!(content.diagnostics.iter().any(|d| d.code == "hidden-layer"));
}

#[test]
fn inline_images_are_stepped_over() {
    for image in ["BI /W 4 /H 1 /BPC 8 /CS /G ID EI Q EI", "BI /W 2 /H 2 /F /Fl ID \x01 EI\x02\x7f EI"] {
        assert_eq!(text(&Made::page(&format!("q {image} Q {HELLO}")).bytes()), "Hello 123", "{image}");
    }
}

#[test]
fn chinese_fonts_without_unicode() {
    let made = |font: &str, string: &str| {
        Made::page(&format!("BT /F1 10 Tf 100 700 Td {string} Tj ET")).set(5, font.as_bytes().to_vec()).add("<</Type/Font/Subtype/CIDFontType0/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/W[1 95 500]>>")
    };
    let gbk =
        made("<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/GBK-EUC-H/DescendantFonts[6 0 R]>>", "<D6D0CEC431>")
            .bytes();
    let content = read(&gbk).unwrap();
    let chars = &content.pages[0].chars;
    assert_eq!(chars.iter().map(|c| c.ch).collect::<String>(), "中文1");
    assert_eq!((chars[0].bbox.width(), chars[2].bbox.width()), (10.0, 10.0));
    let upright =
        made("<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/UniGB-UCS2-V/DescendantFonts[6 0 R]>>", "<4E2DFF0C>")
            .bytes();
    let content = read(&upright).unwrap();
    let chars = &content.pages[0].chars;
    assert_eq!(chars.iter().map(|c| c.ch).collect::<String>(), "中，");
    assert!(chars[0].vertical && chars[1].origin.y - chars[0].origin.y == 10.0 && chars[0].bbox.x0 == 95.0);
    let simple = made(
        "<</Type/Font/Subtype/TrueType/BaseFont/#CB#CE#CC#E5/Encoding/WinAnsiEncoding/FirstChar 0/LastChar 255>>",
        "<D6D031>",
    )
    .bytes();
    assert_eq!(text(&simple), "中1");
    let unknown =
        made("<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[7 0 R]>>", "<00010002>");
    assert_eq!(text(&unknown.add("<</Type/Font/Subtype/CIDFontType2>>").bytes()), "no-text-layer");
}

#[test]
fn tagged_tables() {
    let content = "/TH <</MCID 0>> BDC BT /F1 9 Tf 10 700 Td (A) Tj ET EMC /TD <</MCID 1>> BDC BT /F1 9 Tf 90 700 Td (1) Tj ET EMC";
    let made = Made::page(content)
        .set(1, b"<</Type/Catalog/Pages 2 0 R/StructTreeRoot 6 0 R>>".to_vec())
        .add("<</Type/StructTreeRoot/K 7 0 R/RoleMap<</Grid/Table>>>>")
        .add("<</S/Grid/K[8 0 R 7 0 R]/Pg 3 0 R>>")
        .add("<</S/TR/K[<</S/TH/K 0/A<</O/Table/ColSpan 2>>>> <</S/TD/K[<</S/P/K<</Type/MCR/MCID 1/Pg 3 0 R>>>>]>>]>>");
    let options = PdfOptions { tagged: true, ..PdfOptions::default() };
    let content = pages(&made.bytes(), &Limits::default(), &options).unwrap();
    assert_eq!(content.pages[0].chars.iter().map(|c| c.mcid).collect::<Vec<_>>(), [Some(0), Some(1)]);
    let cells = &content.tagged_tables[0].rows[0].cells;
    assert_eq!((cells[0].header, cells[0].col_span, cells[0].marks.clone()), (true, 2, vec![(1, 0)]));
    assert_eq!((cells[1].header, cells[1].marks.clone()), (false, vec![(1, 1)]));
}

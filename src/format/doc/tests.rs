use super::*;

#[test]
fn other_compound_files_and_noise_are_told() {
    assert!(matches!(read(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 nothing", &Limits::default()), Err(Failure::Damaged(_))));
    let mut empty = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    empty.create_stream("/Workbook").unwrap();
    empty.flush().unwrap();
    let bytes = empty.into_inner().into_inner();
    assert!(matches!(read(&bytes, &Limits::default()), Err(Failure::Unsupported(_))));
}

/// A document of one piece: the main text, and a text box anchored at the first 0x08 in it.
fn made(main: &str, text_box: &str) -> Vec<u8> {
    let text: Vec<u16> = [main, text_box].concat().encode_utf16().collect();
    let count = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap();
    let words = |words: &[u32]| words.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<u8>>();
    let anchor = main.chars().position(|c| c == '\u{8}').map_or(0, |at| u32::try_from(at).unwrap());
    let mut named = vec![0; 22];
    named[14] = 9;
    let pieces = [vec![2], words(&[16, 0, count(main) + count(text_box)]), vec![0, 0], words(&[1024]), vec![0, 0]];
    let shapes = [words(&[anchor, anchor + 1, 9]), vec![0; 22]].concat();
    let boxes = [words(&[0, count(text_box)]), named].concat();
    let parts = [pieces.concat(), shapes, boxes];
    let mut fib = vec![0; 1024];
    fib[..4].copy_from_slice(&[0xEC, 0xA5, 0xC1, 0x00]);
    let mut put = |at: usize, number: u32| fib[at..at + 4].copy_from_slice(&number.to_le_bytes());
    put(0x4C, count(main));
    put(0x64, count(text_box));
    let mut offset = 0;
    for (pair, part) in [33, 40, 56].into_iter().zip(&parts) {
        let length = u32::try_from(part.len()).unwrap();
        put(0x9A + pair * 8, offset);
        put(0x9A + pair * 8 + 4, length);
        offset += length;
    }
    fib.extend(text.iter().flat_map(|unit| unit.to_le_bytes()));
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    std::io::Write::write_all(&mut file.create_stream("/WordDocument").unwrap(), &fib).unwrap();
    std::io::Write::write_all(&mut file.create_stream("/0Table").unwrap(), &parts.concat()).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn text_boxes_are_read_where_they_are_anchored() {
    let document = read(&made("甲\r\u{8}乙\r", "盒\r1\u{7}\r"), &Limits::default()).unwrap();
    let shown: Vec<&str> = document
        .blocks
        .iter()
        .map(|b| match b {
            crate::document::Block::Paragraph(p) => p.text.as_str(),
            crate::document::Block::Table(t) => t.cells[0].text.as_str(),
        })
        .collect();
    assert_eq!(shown, ["甲", "盒", "1", "乙"]);
    // Without an anchor they stand behind the main text.
    let document = read(&made("甲\r", "盒\r"), &Limits::default()).unwrap();
    assert_eq!(document.blocks.len(), 2);
}

#[test]
fn cells_of_pictures_are_no_blanks() {
    let document = read(&made("甲\u{7}\u{1}\u{7}\u{7}\r", ""), &Limits::default()).unwrap();
    let Some(crate::document::Block::Table(table)) = document.blocks.first() else { panic!("a table") };
    assert_eq!(table.cells.iter().map(|c| c.text.as_str()).collect::<Vec<_>>(), ["甲", "\u{fffd}", ""]);
}

proptest::proptest! {
    #[test]
    fn any_streams_end_in_a_document_or_a_failure(main in proptest::collection::vec(proptest::num::u8::ANY, 0..2_000),
        table in proptest::collection::vec(proptest::num::u8::ANY, 0..2_000)) {
        let mut main = main;
        main.splice(0..main.len().min(4), [0xEC, 0xA5, 0xC1, 0x00]);
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        std::io::Write::write_all(&mut file.create_stream("/WordDocument").unwrap(), &main).unwrap();
        std::io::Write::write_all(&mut file.create_stream("/1Table").unwrap(), &table).unwrap();
        std::io::Write::write_all(&mut file.create_stream("/0Table").unwrap(), &table).unwrap();
        file.flush().unwrap();
        let _ = read(&file.into_inner().into_inner(), &Limits::default());
    }
}

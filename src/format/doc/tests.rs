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

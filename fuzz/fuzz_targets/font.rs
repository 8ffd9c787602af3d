//! Any bytes as a font program and as the CMaps beside it.
#![no_main]

mod made;

use gongkai::{document::Format, format::read, limits::Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { inflated_bytes: 16 << 20, chars: 1_000_000, cells: 50_000, ..Limits::default() };
    let Some((&kind, data)) = bytes.split_first() else { return };
    let content = b"BT /F1 10 Tf 100 700 Td <000100020041004200FF4E00> Tj (ABC) Tj ET";
    let file = ["FontFile", "FontFile2", "FontFile3"][usize::from(kind % 3)];
    let simple = format!(
        "<</Type/Font/Subtype/TrueType/BaseFont/A/FirstChar 0/LastChar 3/Widths[1 2 3 4]/ToUnicode 6 0 R\
         /FontDescriptor<</Type/FontDescriptor/Flags 4/{file} 6 0 R>>>>"
    );
    let composite = format!(
        "<</Type/Font/Subtype/Type0/BaseFont/A/Encoding {}/ToUnicode {}/DescendantFonts[<</Type/Font\
         /Subtype/CIDFontType2/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>\
         /FontDescriptor<</Type/FontDescriptor/Flags 4/{file} 6 0 R>>>>]>>",
        if kind & 8 == 0 { "/Identity-H" } else { "6 0 R" },
        if kind & 16 == 0 { "null" } else { "6 0 R" },
    );
    let font = if kind & 4 == 0 { simple } else { composite };
    let _ = read(&made::file(content, &font, &[data]), Format::Pdf, &limits.into());
});

//! Any bytes as the content stream of a page.
#![no_main]

mod made;

use gongkai::{document::Format, format::read, limits::Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { inflated_bytes: 16 << 20, chars: 1_000_000, cells: 50_000, ..Limits::default() };
    let font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";
    let _ = read(&made::file(bytes, font, &[]), Format::Pdf, &limits.into());
});

//! Any bytes as a .docx file: a document or a failure, never a panic.
#![no_main]

use gongkai::{document::Format, format::read, limits::Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { inflated_bytes: 16 << 20, chars: 1_000_000, cells: 50_000, pages: 50, ..Limits::default() };
    let _ = read(bytes, Format::Docx, &limits.into());
});

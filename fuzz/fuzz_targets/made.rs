//! A PDF file of one page around the bytes of a target.

/// A file whose page has this content and this font as `F1`, described by object 5; `streams` follow from object 6 on.
pub fn file(content: &[u8], font: &str, streams: &[&[u8]]) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
        3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 5 0 R>>/XObject<</X 4 0 R>>>>\
        /Contents 4 0 R>>endobj\n"
        .to_vec();
    out.extend_from_slice(format!("5 0 obj{font}endobj\n").as_bytes());
    for (number, data) in std::iter::once((4, &content)).chain((6..).zip(streams)) {
        out.extend_from_slice(format!("{number} 0 obj<</Length {}>>stream\n", data.len()).as_bytes());
        out.extend_from_slice(data);
        out.extend_from_slice(b"\nendstream endobj\n");
    }
    // No cross-reference table: objects are found by scanning.
    out.extend_from_slice(b"trailer<</Root 1 0 R>>");
    out
}

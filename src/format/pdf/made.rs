//! PDF files made for tests: objects as text, offsets and table written by the builder.

use std::io::Write;

/// A file in the making; object `n` of the list becomes `n + 1 0 obj`.
#[derive(Debug, Clone, Default)]
pub struct Made {
    objects: Vec<Vec<u8>>,
    trailer: String,
}

/// Deflated data.
pub fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// A stream object with these dictionary entries.
pub fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let mut out = format!("<<{entries}/Length {}>>stream\n", data.len()).into_bytes();
    out.extend_from_slice(data);
    out.extend_from_slice(b"\nendstream");
    out
}

impl Made {
    /// A file with a catalogue (1), a page tree (2), one page (3) with this content (4) and Helvetica (5) as `F1`.
    pub fn page(content: &str) -> Self {
        Self::page_with("", content.as_bytes())
    }

    /// The same with more entries in the page dictionary.
    pub fn page_with(entries: &str, content: &[u8]) -> Self {
        Self::of(&[
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            &format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 5 0 R>>/XObject<</X 6 0 R>>>>/Contents 4 0 R{entries}>>"),
        ])
        .raw(stream("", content))
        .add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    }

    /// A file of these objects.
    pub fn of(objects: &[&str]) -> Self {
        Self { objects: objects.iter().map(|o| o.as_bytes().to_vec()).collect(), trailer: String::new() }
    }

    /// Appends an object.
    pub fn add(self, object: &str) -> Self {
        self.raw(object.as_bytes().to_vec())
    }

    /// Appends an object.
    pub fn raw(mut self, object: Vec<u8>) -> Self {
        self.objects.push(object);
        self
    }

    /// Replaces object `number`.
    pub fn set(mut self, number: usize, object: Vec<u8>) -> Self {
        self.objects[number - 1] = object;
        self
    }

    /// Adds entries to the trailer.
    pub fn trailer(mut self, entries: &str) -> Self {
        self.trailer.push_str(entries);
        self
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = b"%PDF-1.7\n".to_vec();
        let mut offsets = Vec::new();
        for (i, object) in self.objects.iter().enumerate() {
            offsets.push(out.len());
            out.extend_from_slice(format!("{} 0 obj\n", i + 1).as_bytes());
            out.extend_from_slice(object);
            out.extend_from_slice(b"\nendobj\n");
        }
        let start = out.len();
        out.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1).as_bytes());
        for offset in offsets {
            out.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
        }
        out.extend_from_slice(
            format!(
                "trailer\n<</Size {}/Root 1 0 R{}>>\nstartxref\n{start}\n%%EOF\n",
                self.objects.len() + 1,
                self.trailer
            )
            .as_bytes(),
        );
        out
    }
}

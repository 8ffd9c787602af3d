//! The format of a file by its bytes; names and extensions are not asked.

use std::io::Cursor;

use crate::document::Format;
use crate::failure::Failure;

use super::encoding;
use super::mime::Message;

/// Bytes in which a PDF header may stand (ISO 32000-2, annex I: within the first 1024 bytes).
const PDF_HEADER: usize = 1_024;
/// Bytes looked at to tell markup from text and text from binary data.
const SAMPLE: usize = 64 << 10;

/// Tells the format.
///
/// # Errors
/// [`Failure::Unsupported`] for kinds that no reader reads, [`Failure::Encrypted`] for Office files under a
/// password.
pub fn sniff(bytes: &[u8]) -> Result<Format, Failure> {
    let unsupported = |what: &str| Err(Failure::Unsupported(what.to_owned()));
    match bytes {
        [] => return unsupported("empty file"),
        [b'P', b'K', 3 | 5 | 7, ..] => return sniff_zip(bytes),
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => return sniff_compound(bytes),
        [0x89, b'P', b'N', b'G', ..]
        | [0xFF, 0xD8, 0xFF, ..]
        | [b'G', b'I', b'F', b'8', ..]
        | [b'I', b'I', 0x2A, 0, ..]
        | [b'M', b'M', 0, 0x2A, ..]
        | [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => return Ok(Format::Image),
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => return Ok(Format::Image),
        [0x1F, 0x8B, ..] => return unsupported("gzip archive"),
        [b'7', b'z', 0xBC, 0xAF, ..] => return unsupported("7z archive"),
        [b'R', b'a', b'r', b'!', ..] => return unsupported("rar archive"),
        _ => {}
    }
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
    let trimmed = bytes.get(start..).unwrap_or_default();
    if trimmed.starts_with(b"{\\rtf") {
        return Ok(Format::Rtf);
    }
    if is_pdf(bytes) {
        return Ok(Format::Pdf);
    }
    let sample = bytes.get(..bytes.len().min(SAMPLE)).unwrap_or_default();
    let utf16 = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") || encoding::utf16(sample).is_some();
    // In UTF-16 the letters of markup have a zero beside them; without the zeros they read as ASCII.
    let letters = if memchr::memchr(0, sample).is_some() {
        sample.iter().filter(|b| **b != 0).map(u8::to_ascii_lowercase).collect()
    } else {
        sample.to_ascii_lowercase()
    };
    if !utf16 && is_binary(sample) {
        return unsupported("binary data");
    }
    if let Some(message) = Message::parse(trimmed) {
        return match message.body() {
            Some(body) if body.html || is_html(&body.bytes.to_ascii_lowercase()) => Ok(Format::Html),
            Some(_) => Ok(Format::Txt),
            None => unsupported("mail without a text"),
        };
    }
    if is_office_xml(&letters) {
        return unsupported("office document in plain xml");
    }
    Ok(if is_html(&letters) { Format::Html } else { Format::Txt })
}

fn finds(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

/// Whether the root of markup is an Office document's; pages saved by Office hold such elements further in.
fn is_office_xml(letters: &[u8]) -> bool {
    let mut rest = letters;
    while let Some(at) = memchr::memchr(b'<', rest) {
        rest = rest.get(at..).unwrap_or_default();
        let end: &[u8] = match rest {
            [b'<', b'?', ..] if rest.starts_with(b"<?mso-application") => return true,
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', b'!', ..] => b">",
            _ => return rest.starts_with(b"<w:worddocument") || rest.starts_with(b"<pkg:package"),
        };
        let Some(at) = memchr::memmem::find(rest, end) else { return false };
        rest = rest.get(at + end.len()..).unwrap_or_default();
    }
    false
}

fn is_pdf(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(PDF_HEADER + 5)).unwrap_or_default();
    let Some(at) = memchr::memmem::find(head, b"%PDF-") else { return false };
    // A text may quote the header; a PDF goes on with objects.
    at == 0 || finds(bytes.get(at..bytes.len().min(at + SAMPLE)).unwrap_or_default(), b" obj")
}

fn is_binary(sample: &[u8]) -> bool {
    let is_odd = |b: &u8| matches!(b, 0..=8 | 0x0E..=0x1A | 0x1C..=0x1F);
    // Counted in single bytes many are looked at in one step: no count of a chunk is more than one holds.
    let odd = |chunk: &[u8]| usize::from(chunk.iter().fold(0u8, |count, b| count.wrapping_add(u8::from(is_odd(b)))));
    sample.chunks(usize::from(u8::MAX)).map(odd).sum::<usize>() * 50 > sample.len()
}

fn is_html(letters: &[u8]) -> bool {
    let text = letters.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(letters);
    let text = text.strip_prefix(b"\xFF\xFE").or_else(|| text.strip_prefix(b"\xFE\xFF")).unwrap_or(text);
    let start = text.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
    let text = text.get(start..).unwrap_or_default();
    if [b"<!doctype html".as_slice(), b"<html", b"<head", b"<body"].iter().any(|tag| text.starts_with(tag)) {
        return true;
    }
    // The answer of an interface, with the page as an escaped string.
    if text.starts_with(b"{") || text.starts_with(b"[") {
        let escaped = [b"\\u003cp".as_slice(), b"\\u003ctable", b"\\u003cdiv", b"&lt;p", b"&lt;table", b"&lt;div"];
        if escaped.iter().any(|tag| finds(text, tag)) {
            return true;
        }
    }
    let mut tags = 0;
    let mut rest = text;
    while let Some(at) = rest.iter().position(|b| *b == b'<') {
        rest = rest.get(at + 1..).unwrap_or_default();
        let name = rest.strip_prefix(b"/").unwrap_or(rest);
        let end = name.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(name.len());
        let closes = matches!(name.get(end), Some(b'>' | b' ' | b'\t' | b'\r' | b'\n' | b'/'));
        let known = matches!(
            name.get(..end).unwrap_or_default(),
            b"html"
                | b"head"
                | b"body"
                | b"title"
                | b"meta"
                | b"p"
                | b"div"
                | b"table"
                | b"tbody"
                | b"tr"
                | b"td"
                | b"th"
                | b"ul"
                | b"ol"
                | b"li"
                | b"h1"
                | b"h2"
                | b"h3"
                | b"h4"
                | b"span"
                | b"font"
                | b"center"
                | b"section"
                | b"article"
                | b"strong"
        );
        tags += usize::from(known && closes);
        // Text may mention a tag or two; markup is made of them.
        if tags >= 4 {
            return true;
        }
    }
    false
}

fn sniff_zip(bytes: &[u8]) -> Result<Format, Failure> {
    let names: Vec<String> = match zip::ZipArchive::new(Cursor::new(bytes)) {
        Ok(archive) => archive.file_names().take(10_000).flatten().map(std::borrow::Cow::into_owned).collect(),
        // Cut off: the names still stand in front of the members.
        Err(_) => [("word/document", "word/document.xml"), ("xl/workbook", "xl/workbook.xml"), ("OFD.xml", "OFD.xml")]
            .iter()
            .filter(|(part, _)| finds(bytes, part.as_bytes()))
            .map(|(_, name)| (*name).to_owned())
            .collect(),
    };
    let has = |start: &str| names.iter().any(|n| n.trim_start_matches('/').starts_with(start));
    let unsupported = |what: &str| Err(Failure::Unsupported(what.to_owned()));
    let head = bytes.get(..bytes.len().min(256)).unwrap_or_default();
    if has("word/document") || (has("word/") && has("[Content_Types].xml")) {
        Ok(Format::Docx)
    } else if has("xl/") || finds(head, b"opendocument.spreadsheet") {
        Ok(Format::Sheet)
    } else if has("OFD.xml") {
        unsupported("ofd document")
    } else if has("ppt/") {
        unsupported("presentation")
    } else if finds(head, b"opendocument") {
        unsupported("opendocument text")
    } else {
        unsupported("zip archive")
    }
}

fn sniff_compound(bytes: &[u8]) -> Result<Format, Failure> {
    let unsupported = |what: &str| Err(Failure::Unsupported(what.to_owned()));
    let has: Box<dyn Fn(&str) -> bool> = match cfb::CompoundFile::open(Cursor::new(bytes)) {
        Ok(file) => Box::new(move |name| file.exists(name)),
        // Cut off or broken: names of streams are kept in UTF-16.
        Err(_) => Box::new(|name| finds(bytes, &name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>())),
    };
    if has("EncryptedPackage") {
        Err(Failure::Encrypted("office document under a password".to_owned()))
    } else if has("WordDocument") {
        Ok(Format::Doc)
    } else if has("Workbook") || has("Book") {
        Ok(Format::Sheet)
    } else {
        let kind = COMPOUND.iter().find(|(stream, _)| has(stream));
        unsupported(kind.map_or("compound file of no kind known here", |(_, kind)| kind))
    }
}

/// Streams that tell kinds of compound files which no reader reads, and what to say of them.
const COMPOUND: [(&str, &str); 5] = [
    ("PowerPoint Document", "presentation"),
    ("__properties_version1.0", "outlook message; save it as .eml"),
    ("MatOST", "microsoft works document; save it as .docx"),
    ("VisioDocument", "drawing"),
    ("\u{5}HwpSummaryInformation", "hangul document; save it as .docx"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn zipped(names: &[&str]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(b"<x/>").unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn compound(stream: &str) -> Vec<u8> {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream(stream).unwrap();
        file.flush().unwrap();
        file.into_inner().into_inner()
    }

    #[test]
    fn tells_documents_by_magic_bytes() {
        assert_eq!(sniff(b"%PDF-1.4\n"), Ok(Format::Pdf));
        assert_eq!(sniff(b"junk\r\n\r\n%PDF-1.4\n1 0 obj\n"), Ok(Format::Pdf));
        assert_eq!(sniff("PDF 文件以 %PDF-1.4 开头".as_bytes()), Ok(Format::Txt));
        assert_eq!(sniff(b"{\\rtf1\\ansi"), Ok(Format::Rtf));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n"), Ok(Format::Image));
        let docx = zipped(&["[Content_Types].xml", "word/document.xml"]);
        assert_eq!(sniff(&docx), Ok(Format::Docx));
        assert_eq!(sniff(docx.get(..docx.len() - 60).unwrap()), Ok(Format::Docx));
        assert_eq!(sniff(&zipped(&["[Content_Types].xml", "xl/workbook.xml"])), Ok(Format::Sheet));
        assert_eq!(sniff(&zipped(&["a.html"])).unwrap_err().code(), "unsupported");
        assert_eq!(sniff(&compound("WordDocument")), Ok(Format::Doc));
        assert_eq!(sniff(&compound("Workbook")), Ok(Format::Sheet));
        assert_eq!(sniff(&compound("EncryptedPackage")).unwrap_err().code(), "encrypted");
        let refusal = |stream| sniff(&compound(stream)).unwrap_err().to_string();
        assert_eq!(refusal("MatOST"), "unsupported file type: microsoft works document; save it as .docx");
        assert_eq!(refusal("x"), "unsupported file type: compound file of no kind known here");
    }

    #[test]
    fn tells_markup_from_text_and_binary() {
        assert_eq!(sniff(b"\xEF\xBB\xBF\r\n<!DOCTYPE html><p>x"), Ok(Format::Html));
        assert_eq!(sniff(b"<P>a</P><TABLE><TR><TD>1</TD></TR></TABLE>"), Ok(Format::Html));
        assert_eq!(sniff("一、总体情况<br>2 < 3，见 <a> 和 <p> 两处".as_bytes()), Ok(Format::Txt));
        assert_eq!(sniff("| 规章 | 0<br>1 |\n|---|---|".as_bytes()), Ok(Format::Txt));
        let island = "<xml><w:WordDocument><w:View>Print</w:View></w:WordDocument></xml>";
        for page in [
            format!("<html xmlns:w=\"urn:w\"><head><!--[if gte mso 9]>{island}<![endif]--></head><body><p>a"),
            format!("<!--[if gte mso 9]>{island}<![endif]--><div><p>甲</p><p>乙</p></div>"),
        ] {
            assert_eq!(sniff(page.as_bytes()), Ok(Format::Html), "{page}");
        }
        for xml in ["<?mso-application progid=\"Word.Document\"?><w:wordDocument>", "<w:wordDocument>", "<pkg:package>"]
        {
            let xml = format!("<?xml version=\"1.0\"?>\n<!-- a -->{xml}");
            assert_eq!(sniff(xml.as_bytes()).unwrap_err().code(), "unsupported", "{xml}");
        }
        let utf16: Vec<u8> = "<html><body>年度报告".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(sniff(&utf16), Ok(Format::Html));
        let mail = |kind: &str| {
            format!(
                "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: {kind}\r\n\r\na"
            )
        };
        assert_eq!(sniff(mail("text/html").as_bytes()), Ok(Format::Html));
        assert_eq!(sniff(mail("text/plain").as_bytes()), Ok(Format::Txt));
        assert_eq!(sniff(mail("image/png").as_bytes()).unwrap_err().code(), "unsupported");
        assert_eq!(sniff(b"").unwrap_err().code(), "unsupported");
        assert_eq!(sniff(&[0, 1, 2, 3, 0, 0, 7, 9]).unwrap_err().code(), "unsupported");
        let (gbk, _, _) = encoding_rs::GB18030.encode("规章 0 0 0");
        assert_eq!(sniff(&gbk), Ok(Format::Txt));
    }
}

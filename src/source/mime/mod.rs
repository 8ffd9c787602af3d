//! Mails and pages saved with their parts (RFC 5322, 2045 to 2047, 2231 and 2557): what reads as a page, what hangs
//! on it.
//!
//! Reading is total: a cut message gives what came before, a header or a code that is none stays as it stands.

mod decode;
mod header;

use self::header::Headers;

/// Nesting of multipart bodies.
const DEPTH: usize = 8;
/// Parts that are looked at.
const PARTS: usize = 10_000;
/// Bytes in which the headers that tell a message stand.
const HEAD: usize = 4_096;

/// The part that reads as the message itself, decoded from its transfer encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The charset that its header declares.
    pub charset: Option<String>,
    /// Whether it is a page, or else plain text.
    pub html: bool,
}

/// A file that hangs on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, without folders; empty where it has none.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A message taken apart.
pub struct Message<'a> {
    headers: Headers,
    leaves: Vec<Leaf<'a>>,
}

/// A part that has no parts.
struct Leaf<'a> {
    headers: Headers,
    body: &'a [u8],
    /// Stands in a body of parts that make one page.
    related: bool,
}

/// Whether the bytes begin with the headers of a message.
#[must_use]
pub fn is_message(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default().to_ascii_lowercase();
    let head = head.trim_ascii_start();
    if !head.first().is_some_and(u8::is_ascii_alphabetic) {
        return false;
    }
    let mut found = [false; 4];
    for line in head.split(|b| *b == b'\n') {
        if line.trim_ascii().is_empty() {
            break;
        }
        let names: [&[&[u8]]; 4] = [
            &[b"mime-version:"],
            &[b"content-type:"],
            &[b"from:", b"date:"],
            &[b"subject:", b"received:", b"message-id:"],
        ];
        for (found, names) in found.iter_mut().zip(names) {
            *found |= names.iter().any(|name| line.starts_with(name));
        }
    }
    match found {
        [true, kind, from, subject] => kind || from || subject,
        [false, kind, from, subject] => kind && from && subject,
    }
}

/// Whether the first bytes of a file may be those of a message: a line that is a header usual in front.
#[must_use]
pub fn may_be_message(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
    let Some(colon) = line.iter().position(|b| *b == b':') else { return false };
    let name = line.get(..colon).unwrap_or_default();
    (2..=64).contains(&name.len()) && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
}

impl<'a> Message<'a> {
    /// Takes a message apart; none where the bytes are no message.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        if !is_message(bytes) {
            return None;
        }
        let (headers, body) = Headers::split(bytes);
        let mut leaves = Vec::new();
        // A boundary is looked for in each body once a level: the depth bounds what it may cost.
        let mut open = vec![(headers.clone(), body, 0, false)];
        while let Some((headers, body, depth, related)) = open.pop() {
            let kind = headers.kind();
            let boundary = headers.parameter("content-type", "boundary");
            match boundary.filter(|_| kind.starts_with("multipart/") && depth < DEPTH) {
                Some(boundary) if leaves.len() + open.len() < PARTS => {
                    let related = kind == "multipart/related";
                    let room = PARTS - leaves.len() - open.len();
                    for part in split_parts(body, &boundary, room).into_iter().rev() {
                        let (headers, body) = Headers::split(part);
                        open.push((headers, body, depth + 1, related));
                    }
                }
                _ => leaves.push(Leaf { headers, body, related }),
            }
        }
        Some(Self { headers, leaves })
    }

    /// A header in plain text, its encoded words decoded.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(header::plain).filter(|text| !text.is_empty())
    }

    /// What reads as the message: its first page, else its first plain text.
    #[must_use]
    pub fn body(&self) -> Option<Body> {
        let leaf = self.leaves.iter().find(|l| l.is_page()).or_else(|| self.leaves.iter().find(|l| l.is_text()))?;
        Some(Body {
            bytes: leaf.decoded(),
            charset: leaf.headers.parameter("content-type", "charset"),
            html: leaf.is_page(),
        })
    }

    /// Whether files hang on it.
    #[must_use]
    pub fn has_attachments(&self) -> bool {
        self.leaves.iter().any(Leaf::is_attachment)
    }

    /// The files that hang on it, one after another.
    pub fn attachments(&self) -> impl Iterator<Item = Attachment> {
        self.leaves.iter().filter(|l| l.is_attachment()).map(|leaf| {
            let name = leaf.name().unwrap_or_default();
            let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim().to_owned();
            let name = if name.is_empty() && leaf.headers.kind() == "message/rfc822" {
                "message.eml".to_owned()
            } else {
                name
            };
            Attachment { name, bytes: leaf.decoded() }
        })
    }

    /// The message without what hangs on it.
    #[must_use]
    pub fn bare(&self) -> Option<Vec<u8>> {
        let body = self.body()?;
        let mut out = b"MIME-Version: 1.0\r\n".to_vec();
        for name in ["Subject", "Date"] {
            if let Some(value) = self.header(name) {
                out.extend(format!("{name}: {value}\r\n").bytes());
            }
        }
        let kind = if body.html { "text/html" } else { "text/plain" };
        let charset =
            body.charset.map(|c| format!("; charset=\"{}\"", c.replace(['"', '\r', '\n'], ""))).unwrap_or_default();
        out.extend(format!("Content-Type: {kind}{charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n").bytes());
        out.extend(body.bytes);
        Some(out)
    }
}

impl Leaf<'_> {
    fn is_page(&self) -> bool {
        !self.hangs() && matches!(self.headers.kind().as_str(), "text/html" | "application/xhtml+xml")
    }

    fn is_text(&self) -> bool {
        let kind = self.headers.kind();
        !self.hangs() && (kind.is_empty() || kind == "text/plain")
    }

    /// Whether its sender marked it as a file of its own.
    fn hangs(&self) -> bool {
        self.headers
            .get("content-disposition")
            .is_some_and(|d| d.trim_start().to_ascii_lowercase().starts_with("attachment"))
    }

    fn name(&self) -> Option<String> {
        let name = self.headers.parameter("content-disposition", "filename");
        name.or_else(|| self.headers.parameter("content-type", "name"))
    }

    fn is_attachment(&self) -> bool {
        if self.hangs() || self.headers.kind() == "message/rfc822" {
            return true;
        }
        // Parts of a page belong to it.
        let of_page =
            self.related || self.headers.get("content-id").is_some() || self.headers.get("content-location").is_some();
        !of_page && self.name().is_some() && !self.is_page()
    }

    fn decoded(&self) -> Vec<u8> {
        let transfer = self.headers.get("content-transfer-encoding").unwrap_or("").trim().to_ascii_lowercase();
        match transfer.as_str() {
            "quoted-printable" => decode::quoted_printable(self.body),
            "base64" => decode::base64(self.body),
            _ => self.body.to_vec(),
        }
    }
}

/// The parts between the lines `--boundary`.
fn split_parts<'b>(body: &'b [u8], boundary: &str, most: usize) -> Vec<&'b [u8]> {
    let mark = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut start: Option<usize> = None;
    let mut at = 0;
    for line in body.split_inclusive(|b| *b == b'\n') {
        if line.starts_with(mark.as_bytes()) {
            if let Some(from) = start {
                parts.extend(body.get(from..at));
            }
            start = Some(at + line.len());
            if parts.len() >= most {
                return parts;
            }
        }
        at += line.len();
    }
    // Cut off: the last part has no end.
    if let Some(from) = start.filter(|from| *from < body.len()) {
        parts.extend(body.get(from..));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAVED: &str = "From: <Saved by Blink>\r\nSubject: =?utf-8?B?5bm05oql?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\
        \tboundary=\"--X1\"\r\n\r\n----X1\r\nContent-Type: image/png; name=a.png\r\nContent-Location: a.png\r\n\r\nzz\r\n----X1\r\nContent-Type: text/html; charset=gbk\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>a=3D=\r\n=B9=E6</p>\r\n----X1--\r\n";

    #[test]
    fn a_saved_page_is_its_page() {
        let message = Message::parse(SAVED.as_bytes()).unwrap();
        let body = message.body().unwrap();
        assert_eq!(body.bytes, b"<p>a=\xB9\xE6</p>\r\n");
        assert_eq!((body.charset.as_deref(), body.html), (Some("gbk"), true));
        assert_eq!(message.header("subject").as_deref(), Some("年报"));
        assert!(!message.has_attachments());
        assert!(Message::parse(b"<html><p>mime-version: 1</p>").is_none());
        assert!(Message::parse("一、总体情况\nMIME-Version: 1.0\nContent-Type: text/plain".as_bytes()).is_none());
        assert!(Message::parse(b"Title\n\nFrom: a\nMIME-Version: 1.0\nContent-Type: b\n").is_none());
    }

    #[test]
    fn a_mail_prefers_its_page_and_tells_what_hangs_on_it() {
        let mail = "Received: from a\r\nDate: Mon, 1 Mar 2021 08:00:00 +0800\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=M\r\n\r\n\
            --M\r\nContent-Type: multipart/alternative; boundary=A\r\n\r\n--A\r\nContent-Type: text/plain\r\n\r\nplain\r\n\
            --A\r\nContent-Type: text/html\r\n\r\n<p>page</p>\r\n--A--\r\n\
            --M\r\nContent-Type: application/pdf; name=\"=?GB2312?B?xOqxqA==?=.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n\
            --M\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename*=UTF-8''%E5%B9%B4.html\r\n\r\n<p>\r\n\
            --M\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner";
        let message = Message::parse(mail.as_bytes()).unwrap();
        assert_eq!(message.body().unwrap().bytes, b"<p>page</p>\r\n");
        let files: Vec<(String, Vec<u8>)> = message.attachments().map(|a| (a.name, a.bytes)).collect();
        assert_eq!(
            files,
            [
                ("年报.pdf".to_owned(), b"%PDF".to_vec()),
                ("年.html".to_owned(), b"<p>\r\n".to_vec()),
                ("message.eml".to_owned(), b"Subject: inner".to_vec()),
            ]
        );
        let bare = message.bare().unwrap();
        let again = Message::parse(&bare).unwrap();
        assert!(!again.has_attachments());
        assert_eq!(again.body(), message.body());
        assert_eq!(again.header("date").as_deref(), Some("Mon, 1 Mar 2021 08:00:00 +0800"));
    }

    #[test]
    fn nesting_and_parts_are_bounded() {
        let part = "--B\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n";
        let deep =
            format!("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n{}", part.repeat(5_000));
        assert!(Message::parse(deep.as_bytes()).unwrap().body().is_none());
        let many = format!(
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n{}",
            "--B\r\n\r\nx\r\n".repeat(30_000)
        );
        assert!(Message::parse(many.as_bytes()).unwrap().leaves.len() <= PARTS + 1);
    }

    proptest::proptest! {
        #[test]
        fn any_message_is_taken_apart(lines in proptest::collection::vec(proptest::sample::select(vec![
            "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=\"a\"", "Content-Type: text/html; charset=", "--a", "--a--", "",
            " folded; name*0*=utf-8''%", "Content-Disposition: attachment; filename==?gbk?Q?=B9=?=", "Content-Transfer-Encoding: base64", "=?x?B?@", "=E"]), 0..40)) {
            let text = lines.join("\r\n");
            if let Some(message) = Message::parse(text.as_bytes()) {
                let _ = (message.body(), message.attachments().count(), message.bare(), message.header("subject"));
            }
        }
    }
}

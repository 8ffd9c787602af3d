//! The ZIP package of Office Open XML and OpenDocument files: its parts, its main part, its properties.

use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::document::{Anchor, Metadata};
use crate::failure::Failure;
use crate::limits::Limits;

/// An opened package; what it inflates is counted over all parts.
pub(super) struct Package<'a> {
    zip: zip::ZipArchive<Cursor<&'a [u8]>>,
    budget: u64,
}

impl<'a> Package<'a> {
    pub(super) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, Failure> {
        let zip = zip::ZipArchive::new(Cursor::new(bytes))
            .map_err(|e| Failure::Damaged(format!("no readable ZIP package ({e})")))?;
        Ok(Self { zip, budget: limits.inflated_bytes })
    }

    /// A part's text, `None` where the package has none of that name.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>, Failure> {
        let Ok(file) = self.zip.by_name(name) else { return Ok(None) };
        if file.encrypted() {
            return Err(Failure::Encrypted(format!("part {name} of the package needs a password")));
        }
        let mut bytes = Vec::new();
        let mut limited = file.take(self.budget.saturating_add(1));
        limited
            .read_to_end(&mut bytes)
            .map_err(|e| Failure::Damaged(format!("part {name} of the package does not inflate ({e})")))?;
        let size = bytes.len() as u64;
        if size > self.budget {
            return Err(Failure::TooLarge(format!("part {name} inflates beyond the limit")));
        }
        self.budget -= size;
        Ok(Some(text(bytes)))
    }

    /// The name of the main document part, by the package's relationships (ISO/IEC 29500-2, 9.3), else the usual.
    pub(super) fn main_part(&mut self, usual: &str) -> Result<String, Failure> {
        let mut target = None;
        if let Some(relations) = self.part("_rels/.rels")? {
            let mut reader = Reader::from_str(&relations);
            while let Ok(event) = reader.read_event() {
                match event {
                    Event::Start(e) | Event::Empty(e) if e.local_name().as_ref() == "Relationship" => {
                        let kind = attribute(&e, "Type").unwrap_or_default();
                        if kind.ends_with("/officeDocument") {
                            target = attribute(&e, "Target");
                        }
                    }
                    Event::Eof => break,
                    _ => {}
                }
            }
        }
        Ok(target.map_or_else(|| usual.to_owned(), |t| t.trim_start_matches('/').to_owned()))
    }

    /// The core properties of Office Open XML.
    pub(super) fn metadata(&mut self) -> Result<Vec<Metadata>, Failure> {
        const PART: &str = "docProps/core.xml";
        let core = self.part(PART)?.unwrap_or_default();
        let anchor = || Anchor::Node { path: PART.to_owned(), line: 0, column: 0 };
        Ok(properties(&core).into_iter().map(|(key, value)| Metadata { key, value, anchor: anchor() }).collect())
    }

    /// How many parts lie in a folder.
    pub(super) fn count(&self, folder: &str) -> u32 {
        let inside = self.zip.file_names().flatten().filter(|name| name.starts_with(folder)).count();
        u32::try_from(inside).unwrap_or(u32::MAX)
    }
}

/// A part's bytes as text: UTF-8, or UTF-16 with its mark.
fn text(bytes: Vec<u8>) -> String {
    match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        [0xFE, 0xFF, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()),
    }
}

/// The value of the attribute with this local name.
pub(super) fn attribute(e: &quick_xml::events::BytesStart<'_>, name: &str) -> Option<String> {
    e.attributes()
        .with_checks(false)
        .filter_map(Result::ok)
        .find(|a| a.key.local_name().as_ref() == name)
        .and_then(|a| a.normalized_value(quick_xml::XmlVersion::Explicit1_0).ok().map(std::borrow::Cow::into_owned))
}

/// Whether the value of an attribute means yes (`xsd:boolean`).
pub(super) fn is_true(value: &str) -> bool {
    matches!(value.trim(), "1" | "true" | "on")
}

/// Whether an on/off property (`w:vanish`, `w:strike`) is on.
pub(super) fn is_on(e: &quick_xml::events::BytesStart<'_>) -> bool {
    !matches!(attribute(e, "val").as_deref(), Some("0" | "false" | "off" | "none"))
}

/// The text of a general or character reference (`amp`, `#x3000`).
pub(super) fn reference(e: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Ok(Some(c)) = e.resolve_char_ref() {
        return Some(c);
    }
    Some(match e.as_ref() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// Core properties (title, creator, created, …) in order.
fn properties(xml: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut reader = Reader::from_str(xml);
    let mut current: Option<(String, String)> = None;
    loop {
        match reader.read_event() {
            Ok(Event::Start(e)) => current = Some((e.local_name().as_ref().to_owned(), String::new())),
            Ok(Event::Text(t)) => {
                if let Some((_, value)) = &mut current {
                    value.push_str(&t);
                }
            }
            Ok(Event::GeneralRef(r)) => {
                if let (Some((_, value)), Some(c)) = (&mut current, reference(&r)) {
                    value.push(c);
                }
            }
            Ok(Event::End(_)) => {
                if let Some((key, value)) = current.take()
                    && !value.trim().is_empty()
                {
                    out.push((key, value.trim().to_owned()));
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    out
}

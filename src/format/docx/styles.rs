//! Paragraph styles: outline level and list numbering that a style brings along.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::format::package::attribute;

/// What a paragraph style says of its paragraphs.
#[derive(Debug, Clone, Default)]
pub(super) struct Style {
    /// Style that it is based on.
    pub(super) based_on: Option<String>,
    /// Outline level from 0 (`w:outlineLvl`), or of the built-in heading styles.
    pub(super) outline: Option<u8>,
    /// Numbering instance and level.
    pub(super) numbering: Option<(u32, u8)>,
}

/// Styles by their ids.
#[derive(Debug, Clone, Default)]
pub(super) struct Styles {
    styles: BTreeMap<String, Style>,
}

impl Styles {
    /// A property of a style or of those that it is based on (at most 16 deep).
    pub(super) fn find<T>(&self, id: &str, get: impl Fn(&Style) -> Option<T>) -> Option<T> {
        let mut id = id;
        for _ in 0..16 {
            let style = self.styles.get(id)?;
            if let Some(found) = get(style) {
                return Some(found);
            }
            id = style.based_on.as_deref()?;
        }
        None
    }
}

/// Parses `styles.xml`; what cannot be parsed is left out.
pub(super) fn parse(xml: &str) -> Styles {
    let mut out = Styles::default();
    let mut reader = Reader::from_str(xml);
    let mut current: Option<(String, Style)> = None;
    let mut level = 0;
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => match e.local_name().as_ref() {
                "style" => current = attribute(&e, "styleId").map(|id| (id, Style::default())),
                name => {
                    let (Some((_, style)), Some(value)) = (&mut current, attribute(&e, "val")) else { continue };
                    match name {
                        "name" => {
                            if let Some(n) = value.strip_prefix("heading ").and_then(|n| n.parse::<u8>().ok()) {
                                style.outline = Some(n.saturating_sub(1));
                            }
                        }
                        "basedOn" => style.based_on = Some(value),
                        "outlineLvl" => style.outline = value.parse().ok().filter(|&n| n < 9),
                        "ilvl" => level = value.parse().unwrap_or(0),
                        "numId" => {
                            style.numbering = value.parse().ok().map(|id| (id, level));
                            level = 0;
                        }
                        _ => {}
                    }
                }
            },
            Ok(Event::End(e)) if e.local_name().as_ref() == "style" => {
                if let Some((id, style)) = current.take() {
                    out.styles.insert(id, style);
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    out
}

//! Styles: the outline level, the list numbering and the look of runs that a style brings along.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::format::package::{attribute, is_on};
use crate::format::run::{RunLook, is_lifted};

/// What a paragraph style says of its paragraphs.
#[derive(Debug, Clone, Default)]
pub(super) struct Style {
    /// Style that it is based on.
    pub(super) based_on: Option<String>,
    /// Outline level from 0 (`w:outlineLvl`), or of the built-in heading styles.
    pub(super) outline: Option<u8>,
    /// Numbering instance.
    pub(super) list: Option<u32>,
    /// Level in its list.
    pub(super) level: Option<u8>,
    /// How it sets its runs.
    look: RunLook,
}

/// Styles by their ids.
#[derive(Debug, Clone, Default)]
pub(super) struct Styles {
    styles: BTreeMap<String, Style>,
}

impl Styles {
    /// A property of a style or of those that it is based on (at most 16 deep).
    pub(super) fn find<T>(&self, id: &str, get: impl Fn(&Style) -> Option<T>) -> Option<T> {
        self.chain(id).find_map(|(_, style)| get(style))
    }

    /// A style and those that it is based on, the nearest first (at most 16).
    pub(super) fn chain<'a>(&'a self, id: &'a str) -> impl Iterator<Item = (&'a str, &'a Style)> {
        let entry = |id: &'a str| self.styles.get(id).map(|style| (id, style));
        std::iter::successors(entry(id), move |(_, style)| entry(style.based_on.as_deref()?)).take(16)
    }

    /// How a style sets its runs.
    pub(super) fn look(&self, id: &str) -> RunLook {
        self.chain(id).fold(RunLook::default(), |look, (_, style)| look.over(style.look))
    }
}

/// Takes a property of a run into its look; says whether it is one that matters.
pub(super) fn take_run_property(e: &BytesStart<'_>, look: &mut RunLook) -> bool {
    let value = || attribute(e, "val");
    match e.local_name().as_ref() {
        "vanish" => look.hidden = Some(is_on(e)),
        "strike" => look.struck = Some(is_on(e)),
        "dstrike" => look.struck_twice = Some(is_on(e)),
        "vertAlign" => look.superscript = Some(value().as_deref() == Some("superscript")),
        "position" => look.lifted = value().map(|v| v.trim().parse().is_ok_and(is_lifted)),
        _ => return false,
    }
    true
}

/// Parses `styles.xml`; what cannot be parsed is left out.
pub(super) fn parse(xml: &str) -> Styles {
    let mut out = Styles::default();
    let mut reader = Reader::from_str(xml);
    let mut current: Option<(String, Style)> = None;
    // Within what a table style says of some of its cells only.
    let mut conditional = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => match (e.local_name().as_ref(), &mut current) {
                ("style", _) => current = attribute(&e, "styleId").map(|id| (id, Style::default())),
                ("tblStylePr", _) => conditional = true,
                (_, Some((_, style))) if !conditional => style.take(&e),
                _ => {}
            },
            Ok(Event::End(e)) => match e.local_name().as_ref() {
                "tblStylePr" => conditional = false,
                "style" => {
                    conditional = false;
                    out.styles.extend(current.take());
                }
                _ => {}
            },
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    out
}

impl Style {
    /// Takes one of its properties.
    fn take(&mut self, e: &BytesStart<'_>) {
        if take_run_property(e, &mut self.look) {
            return;
        }
        let Some(value) = attribute(e, "val") else { return };
        match e.local_name().as_ref() {
            "name" => {
                if let Some(n) = value.strip_prefix("heading ").and_then(|n| n.parse::<u8>().ok()) {
                    self.outline = Some(n.saturating_sub(1));
                }
            }
            "basedOn" => self.based_on = Some(value),
            "outlineLvl" => self.outline = value.parse().ok().filter(|&n| n < 9),
            "ilvl" => self.level = value.parse().ok(),
            "numId" => self.list = value.parse().ok(),
            _ => {}
        }
    }
}

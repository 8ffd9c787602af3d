//! List numbering: the numbers that Word prints before paragraphs (ISO/IEC 29500-1, 17.9).

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::format::package::attribute;
use crate::text::list_number::print;

/// One level of a list.
#[derive(Debug, Clone)]
struct Level {
    start: u32,
    format: String,
    text: String,
    /// The paragraph style that is numbered on this level.
    style: Option<String>,
}

impl Default for Level {
    fn default() -> Self {
        Self { start: 1, format: "decimal".to_owned(), text: String::new(), style: None }
    }
}

/// Numbering instances and their running counters.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbering {
    lists: BTreeMap<u32, BTreeMap<u8, Level>>,
    instances: BTreeMap<u32, (u32, BTreeMap<u8, Level>)>,
    /// By abstract list: instances of one list count on.
    counters: BTreeMap<u32, [Option<u32>; 9]>,
    started: BTreeMap<(u32, u8), ()>,
}

impl Numbering {
    /// The level of a list that is linked to a paragraph style.
    pub(super) fn level_of(&self, instance: u32, style: &str) -> Option<u8> {
        let (list, overrides) = self.instances.get(&instance)?;
        let levels = overrides.iter().chain(self.lists.get(list).into_iter().flatten());
        levels.into_iter().find(|(_, level)| level.style.as_deref() == Some(style)).map(|(at, _)| *at)
    }

    /// Advances the list and gives what it prints before the paragraph (`一、`, `（二）`), empty for bullets.
    pub(super) fn advance(&mut self, instance: u32, level: u8) -> String {
        let level = level.min(8);
        let Some((list, overrides)) = self.instances.get(&instance) else { return String::new() };
        let levels = self.lists.get(list);
        let find = |n: u8| overrides.get(&n).or_else(|| levels.and_then(|l| l.get(&n)));
        let Some(own) = find(level) else { return String::new() };
        let restart = overrides.contains_key(&level) && self.started.insert((instance, level), ()).is_none();
        let counters = self.counters.entry(*list).or_default();
        let slot = counters.get_mut(usize::from(level));
        let Some(slot) = slot else { return String::new() };
        *slot = Some(match *slot {
            Some(n) if !restart => n.saturating_add(1),
            _ => own.start,
        });
        for deeper in counters.iter_mut().skip(usize::from(level) + 1) {
            *deeper = None;
        }
        if matches!(own.format.as_str(), "bullet" | "none") {
            return String::new();
        }
        let mut out = String::new();
        let mut chars = own.text.chars().peekable();
        while let Some(c) = chars.next() {
            let Some(n) = chars.peek().and_then(|d| d.to_digit(10)).filter(|n| c == '%' && (1..=9).contains(n)) else {
                out.push(c);
                continue;
            };
            chars.next();
            let at = u8::try_from(n - 1).unwrap_or(0);
            let shown = find(at);
            let value = counters.get(usize::from(at)).copied().flatten().or(shown.map(|l| l.start)).unwrap_or(1);
            out.push_str(&print(value, shown.map_or("decimal", |l| l.format.as_str())));
        }
        out
    }
}

/// Parses `numbering.xml`; what cannot be parsed is left out.
pub(super) fn parse(xml: &str) -> Numbering {
    let mut out = Numbering::default();
    let mut reader = Reader::from_str(xml);
    let (mut list, mut instance) = (None::<u32>, None::<u32>);
    let mut level: Option<(u8, Level)> = None;
    let mut overridden: Option<u8> = None;
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => {
                let value = attribute(&e, "val");
                match e.local_name().as_ref() {
                    "abstractNum" => list = attribute(&e, "abstractNumId").and_then(|v| v.parse().ok()),
                    "num" => {
                        instance = attribute(&e, "numId").and_then(|v| v.parse().ok());
                        list = None;
                    }
                    "abstractNumId" => {
                        if let (Some(instance), Some(of)) = (instance, value.and_then(|v| v.parse().ok())) {
                            out.instances.entry(instance).or_default().0 = of;
                        }
                    }
                    "lvlOverride" => overridden = attribute(&e, "ilvl").and_then(|v| v.parse().ok()),
                    "startOverride" => {
                        if let (Some(instance), Some(at), Some(start)) =
                            (instance, overridden, value.and_then(|v| v.parse().ok()))
                        {
                            let base = out.instances.get(&instance).map(|i| i.0);
                            let inherited = base.and_then(|b| out.lists.get(&b)).and_then(|l| l.get(&at)).cloned();
                            let level = Level { start, ..inherited.unwrap_or_default() };
                            out.instances.entry(instance).or_default().1.insert(at, level);
                        }
                    }
                    "lvl" => {
                        level = attribute(&e, "ilvl").and_then(|v| v.parse().ok()).map(|n| (n, Level::default()));
                    }
                    "start" => {
                        if let (Some((_, l)), Some(v)) = (&mut level, value) {
                            l.start = v.parse().unwrap_or(1);
                        }
                    }
                    "numFmt" => {
                        if let (Some((_, l)), Some(v)) = (&mut level, value) {
                            l.format = v;
                        }
                    }
                    "pStyle" => {
                        if let Some((_, l)) = &mut level {
                            l.style = value;
                        }
                    }
                    "lvlText" => {
                        if let (Some((_, l)), Some(v)) = (&mut level, value) {
                            l.text = v;
                        }
                    }
                    _ => {}
                }
            }
            Ok(Event::End(e)) if e.local_name().as_ref() == "lvl" => {
                if let Some((n, l)) = level.take() {
                    match (list, instance) {
                        (Some(list), _) => {
                            out.lists.entry(list).or_default().insert(n, l);
                        }
                        (None, Some(instance)) => {
                            out.instances.entry(instance).or_default().1.insert(n, l);
                        }
                        (None, None) => {}
                    }
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_restart_under_their_parents() {
        let mut numbering = parse(
            r#"<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="0">
            <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
            <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
            </w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num></w:numbering>"#,
        );
        let printed: Vec<String> = [0, 1, 1, 0, 1].iter().map(|&l| numbering.advance(5, l)).collect();
        assert_eq!(printed, ["一、", "（一）", "（二）", "二、", "（一）"]);
        assert_eq!(numbering.advance(9, 0), "");
    }
}

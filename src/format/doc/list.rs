//! List numbering ([MS-DOC] 2.9.131 to 2.9.150): the numbers that Word prints before paragraphs.

use std::collections::BTreeMap;

use super::bytes::{slice, u8_at, u16_at, u32_at};
use super::fib::Fib;
use crate::text::list_number::print;

#[derive(Debug, Clone)]
struct Level {
    start: u32,
    format: &'static str,
    /// Text with the numbers of levels as the characters 0 to 8.
    text: Vec<u16>,
}

/// Lists and their running counters.
#[derive(Debug, Default)]
pub(super) struct Lists {
    levels: BTreeMap<u32, Vec<Level>>,
    /// List id of each instance, from 1.
    instances: Vec<u32>,
    counters: BTreeMap<u32, [Option<u32>; 9]>,
}

impl Lists {
    /// Parses the list tables; what cannot be parsed is left out.
    pub(super) fn parse(table: &[u8], fib: &Fib) -> Self {
        let mut out = Self::default();
        let definitions = slice(table, fib.lists).unwrap_or_default();
        let count = usize::from(u16_at(definitions, 0).unwrap_or(0));
        let mut at = (fib.lists.0 as usize).saturating_add(fib.lists.1 as usize);
        for n in 0..count {
            let (Some(id), Some(flags)) = (u32_at(definitions, 2 + n * 28), u8_at(definitions, 2 + n * 28 + 26)) else {
                break;
            };
            let mut levels = Vec::new();
            for _ in 0..if flags & 1 == 1 { 1 } else { 9 } {
                let Some((level, size)) = table.get(at..).and_then(level) else { break };
                levels.push(level);
                at += size;
            }
            out.levels.insert(id, levels);
        }
        let instances = slice(table, fib.list_overrides).unwrap_or_default();
        let count = u32_at(instances, 0).unwrap_or(0).min(65_536) as usize;
        out.instances = (0..count).map_while(|n| u32_at(instances, 4 + n * 16)).collect();
        out
    }

    /// Advances the list of an instance (from 1) and gives what it prints before the paragraph.
    pub(super) fn advance(&mut self, instance: u16, level: u8) -> String {
        let level = usize::from(level.min(8));
        let Some(id) = usize::from(instance).checked_sub(1).and_then(|n| self.instances.get(n)) else {
            return String::new();
        };
        let Some(levels) = self.levels.get(id) else { return String::new() };
        let Some(own) = levels.get(level) else { return String::new() };
        let counters = self.counters.entry(*id).or_default();
        if let Some(slot) = counters.get_mut(level) {
            *slot = Some(slot.map_or(own.start, |n| n.saturating_add(1)));
        }
        for deeper in counters.iter_mut().skip(level + 1) {
            *deeper = None;
        }
        if own.format == "bullet" {
            return String::new();
        }
        let mut out = String::new();
        for decoded in char::decode_utf16(own.text.iter().copied()) {
            match decoded {
                Ok(c @ '\0'..='\u{8}') => {
                    let shown = c as usize;
                    let start = levels.get(shown).map_or(1, |l| l.start);
                    let value = counters.get(shown).copied().flatten().unwrap_or(start);
                    out.push_str(&print(value, levels.get(shown).map_or("decimal", |l| l.format)));
                }
                Ok(c) => out.push(c),
                Err(_) => {}
            }
        }
        out
    }
}

/// One level and its size in bytes (LVL).
fn level(data: &[u8]) -> Option<(Level, usize)> {
    let start = u32_at(data, 0)?;
    let format = match u8_at(data, 4)? {
        1 => "upperRoman",
        2 => "lowerRoman",
        3 => "upperLetter",
        4 => "lowerLetter",
        10 | 36 => "ideographDigital",
        11 | 30 | 33 | 35 | 37 | 39 => "chineseCounting",
        14 | 19 => "decimalFullWidth",
        16 | 34 | 38 => "chineseLegalSimplified",
        18 | 28 => "decimalEnclosedCircle",
        22 => "decimalZero",
        23 | 255 => "bullet",
        26 => "decimalEnclosedFullstop",
        27 => "decimalEnclosedParen",
        _ => "decimal",
    };
    let properties = usize::from(u8_at(data, 24)?) + usize::from(u8_at(data, 25)?);
    let at = 28 + properties;
    let length = usize::from(u16_at(data, at)?);
    let text = (0..length).map_while(|n| u16_at(data, at + 2 + n * 2)).collect();
    Some((Level { start, format, text }, at + 2 + length * 2))
}

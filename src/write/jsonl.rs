//! One report, one line: the record as JSON Lines (`gongkai.report/1`).

use std::fmt::Display;
use std::io::Write;

use rust_decimal::Decimal;

use crate::document::Anchor;
use crate::record::{Reading, Record, Statement};
use crate::region::{Level, Region};

/// Schema name of the lines written.
pub const SCHEMA: &str = "gongkai.report/1";

/// Appends one record as one line of JSON, with its line feed.
///
/// The order of the fields is fixed, numbers are exact decimals as printed, and boxes are rounded to a
/// tenth of a point; the same record gives the same bytes.
pub fn write_record(out: &mut Vec<u8>, record: &Record) {
    let mut object = Object::open(out);
    object.string("schema", SCHEMA);
    object.string("id", &record.id());
    object.object("source", |o| source(o, record));
    object.object("report", |o| report(o, record));
    object.array("sections", &record.sections, |o, section| {
        o.string("id", &section.id);
        o.string("heading", &section.heading);
        o.string("text", &section.text);
    });
    object.object("values", |o| {
        for reading in &record.readings {
            o.decimal(&reading.variable, reading.value);
        }
    });
    object.object("cells", |o| {
        for reading in &record.readings {
            o.object(&reading.variable, |o| cell(o, reading));
        }
    });
    object.object("narrative", |o| {
        for statement in &record.narrative {
            o.object(&statement.variable, |o| stated(o, statement));
        }
    });
    object.array("checks", &record.checks, |o, check| {
        o.string("id", &check.id);
        o.raw("holds", if check.holds { "true" } else { "false" });
        o.decimal("left", Some(check.left));
        o.decimal("right", Some(check.right));
    });
    object.array("flags", &record.flags, |o, flag| {
        o.string("code", flag.code);
        o.string("at", &flag.at);
        o.string("message", &flag.message);
    });
    object.object("made_by", |o| {
        o.string("gongkai", env!("CARGO_PKG_VERSION"));
        o.object("patterns", |o| {
            for (id, hash) in &record.patterns {
                o.string(id, hash);
            }
        });
    });
    object.close();
    out.push(b'\n');
}

fn source(o: &mut Object<'_>, record: &Record) {
    let source = &record.source;
    o.string("path", &source.path);
    o.optional("member", source.member.as_deref());
    o.string("format", source.format);
    o.raw("bytes", &source.bytes.to_string());
    o.string("sha256", &source.sha256);
    o.number("pages", source.pages);
    o.optional("encoding", source.encoding.as_deref());
    // only a crawl has these: the lines of plain files stay as the contract shows them
    if let Some(url) = &source.url {
        o.string("url", url);
    }
    if let Some(fetched) = &source.fetched {
        o.string("fetched", fetched);
    }
}

fn report(o: &mut Object<'_>, record: &Record) {
    let identity = &record.identity;
    o.optional("title", identity.title.as_deref());
    o.optional("agency", identity.agency.as_deref());
    o.number("year", identity.year);
    o.optional("form", record.form.as_deref());
    o.object("forms", |o| {
        for (table, form) in &record.forms {
            o.string(table, form);
        }
    });
    match &identity.period {
        Some((start, end)) => o.object("period", |o| {
            o.string("start", start);
            o.string("end", end);
        }),
        None => o.raw("period", "null"),
    }
    o.optional("published", identity.published.as_deref());
    if let Some(region) = &identity.region {
        o.object("region", |o| place_of(o, region));
    }
}

/// Level, division code (as text: codes are no numbers) with the revision it was looked up in, and what is above.
fn place_of(o: &mut Object<'_>, region: &Region) {
    o.optional("level", region.level.map(Level::name));
    o.optional("code", region.place.map(|p| p.code.to_string()).as_deref());
    o.optional("name", region.place.map(|p| p.name));
    o.optional("parent", region.parent.map(|p| p.code.to_string()).as_deref());
    o.number("revision", Some(region.revision));
    o.string("evidence", region.evidence);
    if !region.candidates.is_empty() {
        let list: Vec<String> = region.candidates.iter().map(|c| format!("\"{}\"", c.code)).collect();
        o.raw("candidates", &format!("[{}]", list.join(", ")));
    }
}

fn cell(o: &mut Object<'_>, reading: &Reading) {
    o.string("raw", &reading.raw);
    o.string("state", reading.state.name());
    if reading.label.is_some() {
        o.optional("label", reading.label.as_deref());
    }
    place(o, &reading.anchor);
    candidates(o, &reading.candidates);
}

fn candidates(o: &mut Object<'_>, candidates: &[Decimal]) {
    if !candidates.is_empty() {
        let list: Vec<String> = candidates.iter().map(ToString::to_string).collect();
        o.raw("candidates", &format!("[{}]", list.join(", ")));
    }
}

/// A number of the prose with its sentence.
fn stated(o: &mut Object<'_>, statement: &Statement) {
    o.decimal("value", statement.value);
    o.string("state", statement.state.name());
    o.string("raw", &statement.raw);
    o.optional("unit", statement.unit.as_deref());
    o.string("sentence", &statement.sentence);
    o.string("section", &statement.section);
    place(o, &statement.anchor);
    candidates(o, &statement.candidates);
}

/// Where something stands: page and box, line and column, or the path of the node.
pub(crate) fn place(o: &mut Object<'_>, anchor: &Anchor) {
    match anchor {
        Anchor::Page { page, bbox } => {
            o.number("page", Some(*page));
            o.raw("bbox", &format!("[{}, {}, {}, {}]", tenth(bbox.x0), tenth(bbox.y0), tenth(bbox.x1), tenth(bbox.y1)));
        }
        Anchor::Text { line, column } => {
            o.number("line", Some(*line));
            o.number("column", Some(*column));
        }
        Anchor::Node { path, line, column } => {
            o.string("node", path);
            if *line > 0 {
                o.number("line", Some(*line));
                o.number("column", Some(*column));
            }
        }
    }
}

/// A coordinate rounded to a tenth of a point; `null` for what is no number.
fn tenth(value: f32) -> String {
    if !value.is_finite() {
        return "null".to_owned();
    }
    let text = format!("{value:.1}");
    if text == "-0.0" { "0.0".to_owned() } else { text }
}

/// Appends `text` as a JSON string.
pub(crate) fn push_string(out: &mut Vec<u8>, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = first_escaped(rest) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((byte, tail)) = tail.split_first() else { break };
        rest = tail;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => {
                out.extend_from_slice(b"\\u00");
                for nibble in [byte >> 4, byte & 15] {
                    out.push(HEX.get(usize::from(nibble)).copied().unwrap_or(b'0'));
                }
            }
        }
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// The first byte that is written as an escape: looked for in blocks, which hardly ever hold one.
fn first_escaped(bytes: &[u8]) -> Option<usize> {
    const BLOCK: usize = 16;
    let escaped = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20 | 0x7f);
    let held = |block: &[u8; BLOCK]| block.iter().fold(false, |held, byte| held | escaped(byte));
    let blocks = bytes.as_chunks::<BLOCK>().0;
    let at = blocks.iter().position(held).unwrap_or(blocks.len()) * BLOCK;
    bytes.get(at..)?.iter().position(escaped).map(|more| at + more)
}

/// A JSON object being written, its members in the order of the calls.
pub(crate) struct Object<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Object<'a> {
    pub(crate) fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    pub(crate) fn close(self) {
        self.out.push(b'}');
    }

    fn key(&mut self, key: &str) {
        if !self.first {
            self.out.extend_from_slice(b", ");
        }
        self.first = false;
        push_string(self.out, key);
        self.out.extend_from_slice(b": ");
    }

    pub(crate) fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.out.extend_from_slice(json.as_bytes());
    }

    pub(crate) fn string(&mut self, key: &str, value: &str) {
        self.key(key);
        push_string(self.out, value);
    }

    pub(crate) fn optional(&mut self, key: &str, value: Option<&str>) {
        match value {
            Some(value) => self.string(key, value),
            None => self.raw(key, "null"),
        }
    }

    pub(crate) fn number(&mut self, key: &str, value: Option<impl Display>) {
        self.key(key);
        match value {
            // Writing into memory does not fail.
            Some(value) => drop(write!(self.out, "{value}")),
            None => self.out.extend_from_slice(b"null"),
        }
    }

    pub(crate) fn decimal(&mut self, key: &str, value: Option<Decimal>) {
        // Nearly all are whole numbers, which are written faster as such.
        let whole = value.filter(|v| v.scale() == 0 && !v.is_sign_negative());
        match whole.and_then(|v| u64::try_from(v.mantissa()).ok()) {
            Some(whole) => self.number(key, Some(whole)),
            None => self.number(key, value),
        }
    }

    pub(crate) fn object(&mut self, key: &str, fill: impl FnOnce(&mut Object<'_>)) {
        self.key(key);
        let mut inner = Object::open(self.out);
        fill(&mut inner);
        inner.close();
    }

    pub(crate) fn array<T>(&mut self, key: &str, items: &[T], fill: impl Fn(&mut Object<'_>, &T)) {
        self.key(key);
        self.out.push(b'[');
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.out.extend_from_slice(b", ");
            }
            let mut inner = Object::open(self.out);
            fill(&mut inner, item);
            inner.close();
        }
        self.out.push(b']');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Rect;
    use crate::record::{CheckResult, Flag, Identity, Section, Source, State};

    fn sample() -> Record {
        let reading = |variable: &str, value: Option<&str>, state, raw: &str, anchor| Reading {
            variable: variable.to_owned(),
            value: value.map(|v| v.parse().unwrap()),
            state,
            raw: raw.to_owned(),
            candidates: Vec::new(),
            label: None,
            anchor,
        };
        let page = Anchor::Page { page: 3, bbox: Rect { x0: 350.06, y0: -0.01, x1: 368.249, y1: 424.5 } };
        let text = Anchor::Text { line: 7, column: 2 };
        let node = Anchor::Node { path: "html/body/table[1]".to_owned(), line: 0, column: 0 };
        Record {
            source: Source {
                path: "a/\"b\".pdf".to_owned(),
                format: "pdf",
                bytes: 12,
                sha256: "ab".to_owned(),
                pages: Some(5),
                ..Source::default()
            },
            ordinal: 2,
            identity: Identity { year: Some(2023), ..Identity::default() },
            forms: vec![("proactive".to_owned(), "ogi-2021".to_owned())],
            form: Some("ogi-2021".to_owned()),
            sections: vec![Section {
                id: "overview".into(), heading: "一、总体情况".into(), text: "一\n\u{7}".into()
            }],
            readings: vec![
                reading("x.a", Some("7730.280"), State::Number, "7730.280万元", page),
                Reading { label: Some("甲 乙".into()), ..reading("x.b", None, State::Dash, "/", text) },
                Reading { candidates: vec![1.into(), 11.into()], ..reading("x.c", None, State::Ambiguous, "11", node) },
            ],
            narrative: vec![Statement {
                variable: "narrative.n".to_owned(),
                value: Some(2.into()),
                state: State::Number,
                raw: "两件".to_owned(),
                candidates: Vec::new(),
                unit: Some("件".to_owned()),
                sentence: "收到两件。".to_owned(),
                section: "overview".to_owned(),
                anchor: Anchor::Text { line: 3, column: 1 },
            }],
            checks: vec![CheckResult { id: "c".to_owned(), holds: false, left: 1.into(), right: 2.into() }],
            flags: vec![Flag { code: "look", at: String::new(), message: "m".to_owned() }],
            patterns: vec![("ogi-2021".to_owned(), "ff".to_owned())],
        }
    }

    #[test]
    fn writes_the_fields_of_the_contract_in_order() {
        let mut out = Vec::new();
        write_record(&mut out, &sample());
        let expected = concat!(
            r#"{"schema": "gongkai.report/1", "id": "ab-2", "source": {"path": "a/\"b\".pdf", "member": null, "#,
            r#""format": "pdf", "bytes": 12, "sha256": "ab", "pages": 5, "encoding": null}, "report": {"title": null, "#,
            r#""agency": null, "year": 2023, "form": "ogi-2021", "forms": {"proactive": "ogi-2021"}, "period": null, "#,
            r#""published": null}, "sections": [{"id": "overview", "heading": "一、总体情况", "text": "一\n\u0007"}], "#,
            r#""values": {"x.a": 7730.280, "x.b": null, "x.c": null}, "cells": {"x.a": {"raw": "7730.280万元", "#,
            r#""state": "number", "page": 3, "bbox": [350.1, 0.0, 368.2, 424.5]}, "x.b": {"raw": "/", "state": "dash", "label": "甲 乙", "#,
            r#""line": 7, "column": 2}, "x.c": {"raw": "11", "state": "ambiguous", "node": "html/body/table[1]", "#,
            r#""candidates": [1, 11]}}, "narrative": {"narrative.n": {"value": 2, "state": "number", "raw": "两件", "#,
            r#""unit": "件", "sentence": "收到两件。", "section": "overview", "line": 3, "column": 1}}, "checks": [{"id": "c", "holds": false, "left": 1, "right": 2}], "#,
            r#""flags": [{"code": "look", "at": "", "message": "m"}], "#,
            r#""made_by": {"gongkai": "VERSION", "patterns": {"ogi-2021": "ff"}}}"#,
            "\n"
        )
        .replace("VERSION", env!("CARGO_PKG_VERSION"));
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn numbers_are_written_as_printed() {
        for number in ["0", "12", "-3", "1.50", "0.00", "18446744073709551616"] {
            let mut out = Vec::new();
            let mut object = Object::open(&mut out);
            object.decimal("n", Some(number.parse().unwrap()));
            object.close();
            assert_eq!(String::from_utf8(out).unwrap(), format!("{{\"n\": {number}}}"));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_one_line_of_json(text in ".*") {
            let mut record = sample();
            record.identity.title = Some(text.clone());
            let mut out = Vec::new();
            write_record(&mut out, &record);
            proptest::prop_assert_eq!(out.iter().filter(|&&b| b == b'\n').count(), 1);
            let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
            proptest::prop_assert_eq!(json["report"]["title"].as_str(), Some(text.as_str()));
        }
    }
}

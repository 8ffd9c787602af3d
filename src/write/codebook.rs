//! The codebook: every variable of the forms, with its labels, and what the data hold of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::pattern::{PatternSet, Variable};
use crate::record::codes;
use crate::write::csv;
use crate::write::row::Row;

/// States in the order of the codebook.
pub const STATES: [&str; 6] = ["number", "blank", "dash", "text", "unreadable", "ambiguous"];

/// What stands for the table of variables that sentences state.
const NARRATIVE: &str = "narrative";

/// One variable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// Its name.
    pub variable: String,
    /// Table of the form.
    pub table: String,
    /// Section that the table stands in.
    pub section: String,
    /// Unit.
    pub unit: String,
    /// Label in Chinese.
    pub zh: String,
    /// Label in English.
    pub en: String,
    /// Families that have it; none where no pattern tells of it.
    pub families: Vec<String>,
    /// Forms that have it, with their years.
    pub forms: Vec<String>,
    /// Its row is named by the documents.
    pub dynamic: bool,
    /// Identities that it is part of.
    pub checks: Vec<String>,
    /// Number of cells by state.
    pub states: BTreeMap<String, u64>,
}

/// The codebook.
#[derive(Debug, Clone, Default)]
pub struct Codebook {
    /// Variables: those of the forms in printed order, then those of dynamic rows by name.
    pub entries: Vec<Entry>,
    /// Records counted.
    pub records: u64,
    /// Families that they are of.
    families: BTreeSet<String>,
    index: BTreeMap<String, usize>,
    /// Variables of rows that the documents name, each with the entry of one of them.
    open: Vec<(Variable, Entry)>,
}

impl Codebook {
    /// The variables of every form.
    #[must_use]
    pub fn of(patterns: &PatternSet) -> Self {
        let mut book = Self::default();
        let forms = patterns.families.iter().flat_map(|family| family.forms.iter().map(|form| (&family.id, form)));
        for (family, form) in forms {
            let year = |y: Option<u16>| y.map_or_else(|| "…".to_owned(), |y| y.to_string());
            let name = format!("{} ({}–{})", form.id, year(form.years.0), year(form.years.1));
            for variable in form.variables() {
                let section = form.tables.iter().find(|t| t.id == variable.table).and_then(|t| t.section.clone());
                let entry = Entry {
                    variable: variable.name.clone(),
                    table: variable.table.clone(),
                    section: section.unwrap_or_default(),
                    unit: variable.unit.clone().unwrap_or_default(),
                    zh: variable.zh.clone(),
                    en: variable.en.clone(),
                    ..Entry::default()
                };
                if variable.is_dynamic() {
                    let families = vec![family.clone()];
                    book.open.push((variable, Entry { families, forms: vec![name.clone()], dynamic: true, ..entry }));
                    continue;
                }
                let at = *book.index.entry(variable.name).or_insert_with(|| {
                    book.entries.push(entry);
                    book.entries.len() - 1
                });
                if let Some(entry) = book.entries.get_mut(at) {
                    entry.forms.push(name.clone());
                    if !entry.families.contains(family) {
                        entry.families.push(family.clone());
                    }
                }
            }
            for check in &form.checks {
                for term in check.left.iter().chain(&check.right) {
                    let at = book.index.get(&term.variable);
                    if let Some(entry) = at.and_then(|at| book.entries.get_mut(*at))
                        && !entry.checks.contains(&check.id)
                    {
                        entry.checks.push(check.id.clone());
                    }
                }
            }
        }
        for (family, narrative) in patterns.families.iter().filter_map(|f| Some((&f.id, f.narrative.as_ref()?))) {
            for quantity in &narrative.variables {
                book.index.insert(quantity.name.clone(), book.entries.len());
                book.entries.push(Entry {
                    variable: quantity.name.clone(),
                    table: NARRATIVE.to_owned(),
                    unit: quantity.unit.as_ref().map(|u| u.name.clone()).unwrap_or_default(),
                    zh: quantity.title.0.clone(),
                    en: quantity.title.1.clone(),
                    families: vec![family.clone()],
                    forms: vec![narrative.id.clone()],
                    ..Entry::default()
                });
            }
        }
        book
    }

    /// Counts the cells of a record.
    pub fn count(&mut self, row: &Row) {
        self.records += 1;
        for (id, _) in &row.made_by.patterns.0 {
            if !self.families.contains(id) {
                self.families.insert(id.clone());
            }
        }
        for (variable, cell) in row.printed() {
            let entries = &mut self.entries;
            let open = &self.open;
            let at = *self.index.entry(variable.to_owned()).or_insert_with(|| {
                entries.push(named_by_itself(variable, cell.label.as_deref(), open));
                entries.len() - 1
            });
            if let Some(entry) = entries.get_mut(at) {
                *entry.states.entry(cell.state.clone()).or_default() += 1;
            }
        }
    }

    /// The variables of the families that the records are of; of all, where there are no records.
    fn listed(&self) -> impl Iterator<Item = &Entry> {
        let of_data = |entry: &&Entry| {
            let held = !entry.states.is_empty() || entry.families.iter().any(|family| self.families.contains(family));
            held || self.records == 0
        };
        self.entries.iter().filter(of_data)
    }

    /// Names of the variables that the data hold, in order; those of dynamic rows last, by name.
    #[must_use]
    pub fn variables(&self) -> Vec<String> {
        let held = |entry: &&Entry| !entry.states.is_empty();
        let of = |dynamic: bool| self.entries.iter().filter(held).filter(move |e| e.dynamic == dynamic);
        let known = of(false).map(|e| e.variable.clone());
        let mut dynamic: Vec<String> = of(true).map(|e| e.variable.clone()).collect();
        dynamic.sort();
        known.chain(dynamic).collect()
    }

    /// The entry of a variable.
    #[must_use]
    pub fn get(&self, variable: &str) -> Option<&Entry> {
        self.index.get(variable).and_then(|at| self.entries.get(*at))
    }

    fn share(&self, n: u64) -> String {
        if self.records == 0 { String::new() } else { format!("{:.4}", n as f64 / self.records as f64) }
    }

    /// As CSV, with the share of the records in which the variable has each state, or is absent.
    #[must_use]
    pub fn csv(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let head = ["variable", "table", "section", "unit", "label_zh", "label_en", "forms", "checks"];
        csv::write_line(&mut out, head.into_iter().chain(STATES).chain(["absent"]));
        for entry in self.listed() {
            let (forms, checks) = (entry.forms.join("; "), entry.checks.join("; "));
            let shares = self.shares(entry);
            let fields =
                [&entry.variable, &entry.table, &entry.section, &entry.unit, &entry.zh, &entry.en, &forms, &checks];
            csv::write_line(&mut out, fields.into_iter().chain(&shares).map(String::as_str));
        }
        out
    }

    fn shares(&self, entry: &Entry) -> Vec<String> {
        let count = |state: &str| entry.states.get(state).copied().unwrap_or(0);
        let absent = self.records.saturating_sub(entry.states.values().sum());
        STATES.iter().map(|state| self.share(count(state))).chain([self.share(absent)]).collect()
    }

    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::from(
            "# Codebook\n\nA variable is `<table>.<row>.<column>`. States: number; blank (an empty cell); dash (a mark for none); text; unreadable; ambiguous. Absent: no such cell was found.\n",
        );
        let mut table = "";
        for entry in self.listed() {
            if entry.table != table {
                table = &entry.table;
                let _ = write!(
                    out,
                    "\n## {table}\n\n| variable | 名称 | label | unit | forms | number | blank | dash | other | absent |\n|---|---|---|---|---|---|---|---|---|---|\n"
                );
            }
            let count = |state: &str| entry.states.get(state).copied().unwrap_or(0);
            let other = count("text") + count("unreadable") + count("ambiguous");
            let absent = self.records.saturating_sub(entry.states.values().sum());
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                entry.variable,
                entry.zh.replace('|', "\\|"),
                entry.en.replace('|', "\\|"),
                entry.unit,
                entry.forms.join(", "),
                self.share(count("number")),
                self.share(count("blank")),
                self.share(count("dash")),
                self.share(other),
                self.share(absent),
            );
        }
        let _ = write!(out, "\n## Flags\n\n{}", codes::markdown());
        out
    }

    /// As the JSON Schema (2020-12) of a record.
    #[must_use]
    pub fn json_schema(&self) -> Value {
        let mut values = Map::new();
        let mut narrative = Map::new();
        for entry in self.listed() {
            let unit = if entry.unit.is_empty() { String::new() } else { format!(" ({})", entry.unit) };
            let property =
                json!({"type": ["number", "null"], "title": entry.en, "description": format!("{}{unit}", entry.zh)});
            if entry.table == NARRATIVE {
                narrative.insert(entry.variable.clone(), json!({"properties": {"value": property}}));
            } else {
                values.insert(entry.variable.clone(), property);
            }
        }
        let text = || json!({"type": ["string", "null"]});
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": crate::write::jsonl::SCHEMA,
            "type": "object",
            "required": ["schema", "id", "source", "report", "sections", "values", "cells", "narrative", "checks", "flags",
                "made_by"],
            "properties": {
                "schema": {"const": crate::write::jsonl::SCHEMA},
                "id": {"type": "string"},
                "source": {"type": "object", "required": ["path", "member", "format", "bytes", "sha256", "pages", "encoding"]},
                "report": {"type": "object", "properties": {
                    "title": text(), "agency": text(), "year": {"type": ["integer", "null"]}, "form": text(), "region": {"type": "object"},
                    "forms": {"type": "object", "additionalProperties": {"type": "string"}},
                    "period": {"type": ["object", "null"]}, "published": text()}},
                "sections": {"type": "array", "items": {"type": "object", "required": ["id", "heading", "text"]}},
                "values": {"type": "object", "properties": values, "additionalProperties": {"type": ["number", "null"]}},
                "cells": {"type": "object", "additionalProperties": {"type": "object", "required": ["raw", "state"],
                    "properties": {"raw": {"type": "string"}, "state": {"enum": STATES}, "label": {"type": "string"}}}},
                "narrative": {"type": "object", "properties": narrative, "additionalProperties": {"type": "object",
                    "required": ["value", "state", "raw", "unit", "sentence", "section"],
                    "properties": {"raw": {"type": "string"}, "state": {"enum": STATES}, "unit": text(),
                        "sentence": {"type": "string"}, "section": {"type": "string"}}}},
                "checks": {"type": "array", "items": {"type": "object", "required": ["id", "holds", "left", "right"]}},
                "flags": {"type": "array", "items": {"type": "object", "required": ["code", "at", "message"],
                    "properties": {"code": {"enum": codes::codes().collect::<Vec<_>>()}, "at": {"type": "string"}, "message": {"type": "string"}}}},
                "made_by": {"type": "object", "required": ["gongkai", "patterns"]}
            }
        })
    }
}

/// The entry of a variable that no form lists: one of a row that the documents name, what it prints before the form's
/// name of it, or one of patterns that are not at hand.
fn named_by_itself(variable: &str, label: Option<&str>, open: &[(Variable, Entry)]) -> Entry {
    let Some((_, of_row)) = open.iter().find(|(row, _)| row.bears(variable)) else {
        let table = variable.split('.').next().unwrap_or_default().to_owned();
        return Entry { variable: variable.to_owned(), table, dynamic: true, ..Entry::default() };
    };
    let zh = label.map_or_else(|| of_row.zh.clone(), |label| format!("{label}（{}）", of_row.zh));
    Entry { variable: variable.to_owned(), zh, ..of_row.clone() }
}

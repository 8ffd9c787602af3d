//! From instances of tables to one reading a variable: which instance is the report's own, what is missing.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::unread::prefixes;
use super::vocabulary::{TableIndex, Vocabulary};
use super::{Alignment, ClaimKind, Found};
use crate::pattern::{Family, Form, Row};
use crate::record::{Flag, Reading, State, run_checks};

/// Chooses among the instances and puts the readings in the form's order.
pub(crate) fn select(found: Vec<Found>, family: &Family, vocabulary: &Vocabulary) -> Alignment {
    let mut out = Alignment::default();
    let mut by_table: BTreeMap<usize, Vec<Found>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for index in &vocabulary.tables {
        if !order.contains(&index.table.id) {
            order.push(index.table.id.clone());
        }
    }
    for f in found {
        if let Some(at) = order.iter().position(|id| *id == f.table) {
            by_table.entry(at).or_default().push(f);
        }
    }
    let mut chosen: Vec<(Found, &Form, &TableIndex<'_>)> = Vec::new();
    for (_, mut list) in by_table {
        list.sort_by_key(|f| f.block);
        // One form for a table: the one with the most evidence.
        let mut scores: Vec<(String, f32)> = Vec::new();
        for f in &list {
            match scores.iter_mut().find(|s| s.0 == f.form) {
                Some(s) => s.1 += f.score,
                None => scores.push((f.form.clone(), f.score)),
            }
        }
        let Some(best) = scores.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|s| s.0.clone()) else { continue };
        list.retain(|f| f.form == best);
        let own = own_instance(&list);
        let Some(form) = family.forms.iter().find(|f| f.id == best) else { continue };
        let mut places: Vec<String> = Vec::new();
        let rest: Vec<Found> = {
            let mut rest = list;
            if own >= rest.len() {
                continue;
            }
            let mut mine = rest.remove(own);
            contradict(&mut mine, &rest);
            let index = vocabulary.tables.iter().find(|i| i.form.id == form.id && i.table.id == mine.table);
            if let Some(index) = index {
                places = prefixes(index.table);
                if mine.other_year {
                    mine.flags.extend(places.iter().map(|at| Flag {
                        code: "other-year",
                        at: at.clone(),
                        message:
                            "the caption names another year, and no table of the report's own year was read".to_owned(),
                    }));
                }
                out.years.extend(mine.year.iter().flat_map(|year| places.iter().map(|at| (at.clone(), *year))));
                chosen.push((mine, form, index));
            }
            rest
        };
        for other in rest {
            let named = other.year.map_or(String::new(), |y| format!(" of {y}"));
            out.flags.extend(places.iter().map(|at| Flag {
                code: "other-table",
                at: at.clone(),
                message: format!("the table is printed again{named}; that one is left out"),
            }));
            out.claims.extend(other.claims.into_iter().map(|mut c| {
                if c.kind == ClaimKind::Table {
                    c.kind = ClaimKind::OtherTable;
                }
                c
            }));
            out.trace.extend(other.trace.into_iter().map(|mut s| {
                s.what = format!("another instance of the table, left out ({})", s.what);
                s
            }));
        }
    }
    let forms: Vec<&str> = chosen.iter().map(|c| c.1.id.as_str()).collect();
    let mut checks = Vec::new();
    for (mine, form, index) in &mut chosen {
        out.forms.push((mine.table.clone(), form.id.clone()));
        let readings = in_order(std::mem::take(&mut mine.readings), index, &mut out.flags);
        missing(&readings, mine, index, &mut out.flags);
        out.readings.extend(readings);
        out.flags.append(&mut mine.flags);
        out.claims.append(&mut mine.claims);
        out.trace.append(&mut mine.trace);
        checks.extend(form.checks.iter().filter(|c| c.table == index.table.id));
    }
    // A form's other tables that are nowhere in the report.
    for form in &family.forms {
        if !forms.contains(&form.id.as_str()) || forms.first() != Some(&form.id.as_str()) {
            continue;
        }
        for table in &form.tables {
            if !chosen.iter().any(|c| c.2.table.id == table.id) {
                for at in prefixes(table) {
                    out.flags.push(Flag {
                        code: "table-missing",
                        at,
                        message: "the form has this table, but none was found in the report".to_owned(),
                    });
                }
            }
        }
    }
    out.checks = run_checks(checks, &out.readings);
    out.flags.sort();
    out.flags.dedup();
    out.claims.sort_by(|a, b| a.block.cmp(&b.block).then(a.range.start.cmp(&b.range.start)));
    out.claims.dedup_by(|a, b| a.block == b.block && a.range == b.range);
    out.trace.sort_by_key(|s| (s.block, s.row));
    out
}

/// Flags for the tables that a report of the year has by rule; for one of which no table of any form was found.
pub(crate) fn none_found(family: &Family, year: u16) -> Vec<Flag> {
    let in_use = |form: &&Form| {
        let (first, last) = form.years;
        form.expected && first.is_none_or(|first| first <= year) && last.is_none_or(|last| year <= last)
    };
    let tables = family.forms.iter().find(in_use).into_iter().flat_map(|form| &form.tables);
    let flag = |at| Flag {
        code: "table-missing",
        at,
        message: format!("reports of {year} have this table by rule, but no table of a known form was found"),
    };
    tables.flat_map(prefixes).map(flag).collect()
}

/// Which of several instances is the report's own: not one whose caption names another year; the latest year
/// where captions name years; the fullest; the first.
fn own_instance(list: &[Found]) -> usize {
    let latest = list.iter().filter_map(|f| f.year).max();
    let fullest = list.iter().map(filled).max().unwrap_or(0);
    let rank = |f: &Found| (f.other_year, f.year.is_some() && f.year != latest, filled(f) * 2 < fullest);
    (0..list.len()).min_by_key(|&i| (list.get(i).map(rank), i)).unwrap_or(0)
}

/// Flags the variables for which another instance, of no other year by its caption, prints another number.
fn contradict(mine: &mut Found, rest: &[Found]) {
    for other in rest.iter().filter(|o| !o.other_year && (o.year.is_none() || o.year == mine.year)) {
        let values: FxHashMap<&str, _> = other.readings.iter().map(|r| (r.variable.as_str(), r.value)).collect();
        for reading in &mine.readings {
            let again = match (reading.value, values.get(reading.variable.as_str())) {
                (Some(value), Some(Some(again))) if value != *again => again.to_string(),
                // Of two instances the fuller one may be another agency's.
                (Some(value), Some(None)) if !value.is_zero() => "no number".to_owned(),
                _ => continue,
            };
            mine.flags.push(Flag {
                code: "other-value",
                at: reading.variable.clone(),
                message: format!("the table is printed again, there with {again}"),
            });
        }
    }
}

/// How many cells of an instance hold something.
fn filled(found: &Found) -> usize {
    found.readings.iter().filter(|r| r.state != State::Blank).count()
}

/// The readings in the order of the form's rows and columns, the first of each variable.
fn in_order(readings: Vec<Reading>, index: &TableIndex<'_>, flags: &mut Vec<Flag>) -> Vec<Reading> {
    let order = order(&readings, index, flags);
    let mut readings: Vec<Option<Reading>> = readings.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| readings.get_mut(at)?.take()).collect()
}

/// Which readings are taken (indices), in the order of the form's rows and columns.
fn order(readings: &[Reading], index: &TableIndex<'_>, flags: &mut Vec<Flag>) -> Vec<usize> {
    let mut by_name: FxHashMap<&str, (usize, &Reading)> = FxHashMap::default();
    by_name.reserve(readings.len());
    for (at, reading) in readings.iter().enumerate() {
        let slot = by_name.entry(reading.variable.as_str()).or_insert((at, reading));
        if slot.1.state == reading.state && slot.1.value == reading.value {
            continue;
        }
        // A row torn by a page break: its empty half gives way.
        let (printed, what) = match (slot.1.state, reading.state) {
            (State::Blank, _) => ((at, reading), "once blank; the other one is taken"),
            (_, State::Blank) => continue,
            _ => (*slot, "with different values; the first is taken"),
        };
        *slot = printed;
        flags.push(Flag {
            code: "printed-twice",
            at: reading.variable.clone(),
            message: format!("the cell is printed twice, {what}"),
        });
    }
    let mut out = Vec::with_capacity(by_name.len());
    let mut put: FxHashSet<&str> = FxHashSet::default();
    put.reserve(by_name.len());
    for (flat, row) in (0..index.rows.len()).filter_map(|flat| Some((flat, index.row(flat)?))).filter(|r| !r.1.group) {
        for variable in row.columns.iter().filter_map(|&column| index.name(flat, column)) {
            if let Some(&(at, reading)) = by_name.get(variable)
                && put.insert(reading.variable.as_str())
            {
                out.push(at);
            }
        }
    }
    // Rows named by the document itself.
    for (at, reading) in readings.iter().enumerate() {
        if put.insert(reading.variable.as_str()) {
            out.push(at);
        }
    }
    out
}

/// Flags for variables that the form has and the report's table does not.
fn missing(readings: &[Reading], found: &Found, index: &TableIndex<'_>, flags: &mut Vec<Flag>) {
    if found.flags.iter().any(|f| matches!(f.code, "table-empty" | "table-unread")) {
        return;
    }
    let have: FxHashSet<&str> = readings.iter().map(|r| r.variable.as_str()).collect();
    let unknown = found.flags.iter().any(|f| f.code == "unknown-row");
    let mut flat = 0;
    for part in &index.table.parts {
        let first = flat;
        flat += part.rows.len();
        if part.variant_of.is_some() {
            continue;
        }
        for (at, row) in part.rows.iter().enumerate() {
            if row.group || row.dynamic.is_some() {
                continue;
            }
            let variables: Vec<&str> = row.columns.iter().filter_map(|&c| index.name(first + at, c)).collect();
            let absent: Vec<&str> = variables.iter().copied().filter(|v| !have.contains(v)).collect();
            if absent.is_empty() {
                continue;
            }
            let whole = absent.len() == variables.len();
            let family = |(at, r): (usize, &Row)| {
                r.columns.iter().filter_map(|&c| index.name(first + at, c)).any(|v| have.contains(v))
            };
            // One row printed in place of several, or the several in place of the one.
            let by_parent = row
                .parent
                .and_then(|p| Some((p, part.rows.get(p)?)))
                .is_some_and(|p| !p.1.group && p.1.optional && family(p));
            let by_children =
                row.heads && row.optional && part.rows.iter().enumerate().any(|r| r.1.parent == Some(at) && family(r));
            if whole && (by_parent || by_children || (row.optional && !unknown)) {
                continue;
            }
            let told = |variable: &str| {
                found.flags.iter().any(|f| {
                    f.code == "row-unread" && (f.at == variable || variable.starts_with(&format!("{}.", f.at)))
                })
            };
            let message = if whole {
                "the form has this row, but the report's table does not print it or its label was not recognised"
            } else {
                "the form has this cell, but it was not found in the report's table"
            };
            if whole && !row.id.is_empty() {
                if !told(&row.id) {
                    flags.push(Flag { code: "row-missing", at: row.id.clone(), message: message.to_owned() });
                }
            } else {
                for variable in absent {
                    if !told(variable) {
                        flags.push(Flag { code: "cell-missing", at: variable.to_owned(), message: message.to_owned() });
                    }
                }
            }
        }
    }
}

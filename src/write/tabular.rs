//! Records as tables: wide, one row a report; long, one row a cell.

use rustc_hash::FxHashMap;

use crate::write::csv;
use crate::write::row::{Region, Row};

/// Columns of both tables before the values.
pub const REPORT: [&str; 18] = [
    "id",
    "path",
    "member",
    "url",
    "format",
    "title",
    "agency",
    "region_level",
    "region_code",
    "region_name",
    "region_parent",
    "year",
    "form",
    "period_start",
    "period_end",
    "published",
    "flags",
    "failed_checks",
];

/// Columns of the long table after `id`.
pub const CELL: [&str; 20] = [
    "id",
    "agency",
    "region_code",
    "year",
    "variable",
    "value",
    "state",
    "raw",
    "label",
    "page",
    "bbox",
    "node",
    "line",
    "column",
    "flags",
    "failed_checks",
    "sentence",
    "candidates",
    "path",
    "member",
];

/// Suffix of the column of a variable's state in the wide table.
pub const STATE: &str = "@state";

fn text(value: Option<impl ToString>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

/// The identity of a report, in the order of [`REPORT`].
#[must_use]
pub fn report(row: &Row) -> Vec<String> {
    let r = &row.report;
    let region =
        |part: fn(&Region) -> &Option<String>| text(r.region.as_ref().and_then(|region| part(region).as_ref()));
    vec![
        row.id.clone(),
        row.source.path.clone(),
        text(row.source.member.as_ref()),
        text(row.source.url.as_ref()),
        row.source.format.clone(),
        text(r.title.as_ref()),
        text(r.agency.as_ref()),
        region(|region| &region.level),
        region(|region| &region.code),
        region(|region| &region.name),
        region(|region| &region.parent),
        text(r.year),
        text(r.form.as_ref()),
        text(r.period.as_ref().map(|p| &p.start)),
        text(r.period.as_ref().map(|p| &p.end)),
        text(r.published.as_ref()),
        row.flags.len().to_string(),
        row.checks.iter().filter(|c| !c.holds).count().to_string(),
    ]
}

/// The header of the wide table.
pub fn wide_header(out: &mut Vec<u8>, variables: &[String]) {
    let mut names: Vec<String> = REPORT.iter().map(|s| (*s).to_owned()).collect();
    for variable in variables {
        names.push(variable.clone());
        names.push(format!("{variable}{STATE}"));
    }
    csv::write_line(out, names.iter().map(String::as_str));
}

/// One report of the wide table: value and state of each variable, both empty where it is absent.
pub fn wide(out: &mut Vec<u8>, row: &Row, variables: &[String]) {
    let fixed = report(row);
    let states: FxHashMap<&str, &str> = row.printed().map(|(k, cell)| (k, cell.state.as_str())).collect();
    let stated = row.narrative.0.iter().filter_map(|(k, c)| Some((k.as_str(), c.value.as_ref()?.get())));
    let values: FxHashMap<&str, &str> = row.values.0.iter().map(|(k, v)| (k.as_str(), v.get())).chain(stated).collect();
    let mut fields: Vec<&str> = fixed.iter().map(String::as_str).collect();
    for variable in variables {
        fields.push(values.get(variable.as_str()).copied().filter(|v| *v != "null").unwrap_or_default());
        fields.push(states.get(variable.as_str()).copied().unwrap_or_default());
    }
    csv::write_line(out, fields);
}

/// The header of the long table.
pub fn long_header(out: &mut Vec<u8>) {
    csv::write_line(out, CELL);
}

/// The cells and stated numbers of a report in the long table.
pub fn long(out: &mut Vec<u8>, row: &Row) {
    for fields in cells(row) {
        csv::write_line(out, fields.iter().map(String::as_str));
    }
}

/// The cells and stated numbers of a report, each in the order of [`CELL`].
pub fn cells(row: &Row) -> impl Iterator<Item = [String; CELL.len()]> + '_ {
    let agency = text(row.report.agency.as_ref());
    let region = text(row.report.region.as_ref().and_then(|region| region.code.as_ref()));
    let year = text(row.report.year);
    row.printed().map(move |(variable, cell)| {
        let about = |at: &str| at == variable || variable.strip_prefix(at).is_some_and(|rest| rest.starts_with('.'));
        let flags: Vec<&str> =
            row.flags.iter().filter(|f| !f.at.is_empty() && about(&f.at)).map(|f| f.code.as_str()).collect();
        let failed: Vec<&str> =
            row.checks.iter().filter(|c| !c.holds && near(&c.id, variable)).map(|c| c.id.as_str()).collect();
        [
            row.id.clone(),
            agency.clone(),
            region.clone(),
            year.clone(),
            variable.to_owned(),
            row.number(variable).unwrap_or_default().to_owned(),
            cell.state.clone(),
            cell.raw.clone(),
            text(cell.label.as_ref()),
            text(cell.page),
            text(cell.bbox.as_ref().map(|b| b.get().trim_matches(['[', ']']).to_owned())),
            text(cell.node.as_ref()),
            text(cell.line),
            text(cell.column),
            flags.join(" "),
            failed.join(" "),
            text(cell.sentence.as_ref()),
            cell.candidates.iter().map(|candidate| candidate.get()).collect::<Vec<_>>().join(" "),
            row.source.path.clone(),
            text(row.source.member.as_ref()),
        ]
    })
}

/// Whether a check speaks of the variable: its table and column, or its row.
fn near(check: &str, variable: &str) -> bool {
    let (stub, column) = variable.rsplit_once('.').unwrap_or((variable, ""));
    let table = stub.split('.').next().unwrap_or(stub);
    let same_column = check.starts_with(table) && check.rsplit('.').next() == Some(column);
    let row = stub.split_once('.').map_or("", |(_, row)| row);
    let same_row = check.starts_with(table) && !row.is_empty() && check.ends_with(&format!(".{row}"));
    same_column || same_row || check.rsplit_once('.').is_some_and(|(head, _)| head == stub)
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn checks_speak_of_their_rows_and_columns() {
        assert!(near("applications.balance.total", "applications.granted.total"));
        assert!(near("applications.row_total.denied.state_secret", "applications.denied.state_secret.enterprise"));
        assert!(near("litigation.direct.total", "litigation.direct.upheld"));
        assert!(near("review.total", "review.upheld"));
        assert!(!near("review.total", "litigation.direct.upheld"));
        assert!(!near("applications.balance.total", "applications.granted.enterprise"));
    }
}

//! The variables that a form defines, as the codebook lists them.

use std::collections::BTreeSet;

use super::model::{Form, Part, Row, TablePattern};

/// One variable of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name (`applications.denied.state_secret.enterprise`); of a dynamic row with `{name}` in it.
    pub name: String,
    /// Table (id) that prints it.
    pub table: String,
    /// Unit of its numbers, where the form has one.
    pub unit: Option<String>,
    /// Name in Chinese: the rows that head it, its row and its column.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// Reports may leave its row out.
    pub optional: bool,
}

impl Variable {
    /// Whether its row is named by the documents.
    #[must_use]
    pub fn is_dynamic(&self) -> bool {
        self.name.contains('{')
    }

    /// Whether a name is this variable's: the name itself, of a dynamic row any with its open parts filled in.
    #[must_use]
    pub fn bears(&self, name: &str) -> bool {
        let open = |part: &str| part.starts_with('{') && part.ends_with('}');
        let mut parts = self.name.split('.');
        let fits = name.split('.').all(|own| parts.next().is_some_and(|part| part == own || open(part)));
        fits && parts.next().is_none()
    }
}

impl Form {
    /// Every variable of the form in printed order, each once; layouts of one part give the same ones.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        let mut seen = BTreeSet::new();
        let mut out = Vec::new();
        for table in &self.tables {
            for part in &table.parts {
                for row in &part.rows {
                    for index in &row.columns {
                        let Some(variable) = variable(table, part, row, *index) else { continue };
                        if seen.insert(variable.name.clone()) {
                            out.push(variable);
                        }
                    }
                }
            }
        }
        out
    }
}

fn variable(table: &TablePattern, part: &Part, row: &Row, column: usize) -> Option<Variable> {
    let column = part.columns.get(column)?;
    let join = |row: &str, column_title: &str, by: &str| match (row.is_empty(), column.id.is_empty()) {
        (false, false) => format!("{row}{by}{column_title}"),
        (false, true) => row.to_owned(),
        (true, _) => column_title.to_owned(),
    };
    // An unlabelled row is named by its columns alone.
    let (zh, en) = if row.id.is_empty() { (String::new(), "") } else { (chinese(part, row), row.title.1.as_str()) };
    Some(Variable {
        name: part.variable(row, column),
        table: table.id.clone(),
        unit: row.unit.as_ref().or(column.unit.as_ref()).map(|u| u.name.clone()),
        zh: join(&zh, &column.title.0, "："),
        en: join(en, &column.title.1, ": "),
        optional: row.optional,
    })
}

/// The row's Chinese name; where that is its printed label, behind the label of the row that heads it
/// (不予公开：属于国家秘密).
fn chinese(part: &Part, row: &Row) -> String {
    let own = row.title.0.as_str();
    let printed = row.labels.first().is_some_and(|l| l.text == own);
    match row.parent.filter(|_| printed).and_then(|p| part.rows.get(p)) {
        Some(head) => format!("{}：{own}", head.title.0),
        None => own.to_owned(),
    }
}

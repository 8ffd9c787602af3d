//! From the pattern files as written to the compiled patterns: everything undefined or doubled is refused.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::checks::{checks, panel_checks, variables};
use super::equation::Lists;
use super::fragment::Fragments;
use super::model::{
    Column, Family, Form, Label, Ordinal, OrdinalStyle, Part, ReportPattern, Row, SectionHeading, SectionPattern,
    TablePattern, Unit,
};
use super::names;
use super::narrative::{self, Narrative};
use super::refusal::{Refusal, nearest};
use super::source::{self, Text};
use super::tree::Tree;
use super::{Expression, Expressions, PatternSet};
use crate::error::Error;
use crate::text;

/// Stands for any year in a label (`{year}年度`).
const YEAR: &str = "{year}";
/// The years that it stands for.
const YEARS: std::ops::RangeInclusive<u16> = 2003..=2039;
/// Name of the file of fragments.
const FRAGMENTS: &str = "fragments.toml";
/// Name of the report file of each family.
const REPORT: &str = "report.toml";
/// Name of the file of sentence rules of a family.
const NARRATIVE: &str = "narrative.toml";

/// Compiles a tree of pattern files; the first mistake is the error. Of a tree that is `tested`, the sentence rules
/// are compiled when they are first tried.
pub(super) fn compile(tree: &Tree, tested: bool) -> Result<PatternSet, Error> {
    let fragments = match tree.get(FRAGMENTS) {
        Some(text) => parse::<source::FragmentFile>(text)
            .and_then(|file| Fragments::compile(&file, tested))
            .map_err(|r| r.into_error(FRAGMENTS, text))?,
        None => Fragments::default(),
    };
    let mut set = PatternSet::default();
    for (path, text) in tree {
        if let Some(folder) = path.strip_suffix("/report.toml").filter(|f| !f.contains('/')) {
            set.families.push(family(folder, text, tree, &fragments)?);
        }
    }
    for path in tree.keys().filter(|p| p.ends_with(".toml")) {
        if let Some((folder, file)) = path.split_once('/')
            && !file.contains('/')
            && !tree.contains_key(&format!("{folder}/{REPORT}"))
        {
            return Err(Refusal::new(format!("no {REPORT} beside it: {folder}/ is no family"), 0..0)
                .hint(format!("add {folder}/{REPORT}; `gongkai patterns new` writes a skeleton"))
                .into_error(path, tree.get(path).map_or("", String::as_str)));
        }
    }
    Ok(set)
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    toml::from_str(text).map_err(|e| Refusal::from_toml(&e))
}

fn family(folder: &str, text: &str, tree: &Tree, fragments: &Fragments) -> Result<Family, Error> {
    let path = format!("{folder}/{REPORT}");
    let refuse = |r: Refusal| r.into_error(&path, text);
    let file: source::ReportFile = parse(text).map_err(refuse)?;
    if file.id.get_ref() != folder {
        return Err(refuse(
            Refusal::new(format!("id `{}` in the folder `{folder}`", file.id.get_ref()), file.id.span())
                .hint("a family is named like its folder"),
        ));
    }
    names::id("family", &file.id).map_err(refuse)?;
    let mut used = BTreeSet::new();
    let report = report(&file, fragments, &mut used).map_err(refuse)?;
    let mut forms = Vec::new();
    for (form_path, form_text) in tree {
        let Some(name) = form_path.strip_prefix(folder).and_then(|p| p.strip_prefix('/')) else { continue };
        let Some(stem) = name.strip_suffix(".toml").filter(|s| !s.contains('/') && name != REPORT && name != NARRATIVE)
        else {
            continue;
        };
        let form =
            form(stem, form_text, tree, folder, fragments, &report).map_err(|r| r.into_error(form_path, form_text))?;
        forms.push(form);
    }
    for id in &file.forms {
        if !forms.iter().any(|f| f.id == *id.get_ref()) {
            let known: Vec<&str> = forms.iter().map(|f| f.id.as_str()).collect();
            return Err(refuse(unknown("form", id, id.span(), &known)));
        }
    }
    let rank = |form: &Form| file.forms.iter().position(|id| *id.get_ref() == form.id).unwrap_or(usize::MAX);
    forms.sort_by_key(rank);
    for section in &file.sections {
        for table in &section.tables {
            if !forms.iter().any(|f| f.tables.iter().any(|t| t.id == *table.get_ref())) {
                return Err(refuse(Refusal::new(format!("no form has a table `{}`", table.get_ref()), table.span())));
            }
        }
    }
    let narrative = narrative(folder, tree, fragments, &report, &forms)?;
    let (version, title) = (file.version.clone(), names::title(&file.title).map_err(refuse)?);
    Ok(Family { id: folder.to_owned(), version, hash: hash(text, &used, fragments), title, report, forms, narrative })
}

/// The family's sentence rules, where it has any.
fn narrative(
    folder: &str,
    tree: &Tree,
    fragments: &Fragments,
    report: &ReportPattern,
    forms: &[Form],
) -> Result<Option<Narrative>, Error> {
    let path = format!("{folder}/{NARRATIVE}");
    let Some(text) = tree.get(&path) else { return Ok(None) };
    let compile = || {
        let file: source::NarrativeFile = parse(text)?;
        has_cases(tree, folder, "pattern", &file.id)?;
        let mut used = BTreeSet::new();
        let mut narrative = narrative::compile(&file, fragments, &mut used, report, forms)?;
        narrative.hash = hash(text, &used, fragments);
        Ok(Some(narrative))
    };
    compile().map_err(|r: Refusal| r.into_error(&path, text))
}

/// Refuses a pattern without samples beside it.
fn has_cases(tree: &Tree, folder: &str, what: &str, id: &Text) -> Result<(), Refusal> {
    let cases = format!("{folder}/{}.cases/", id.get_ref());
    if tree.keys().any(|p| p.starts_with(&cases) && p.ends_with(".toml")) {
        return Ok(());
    }
    Err(Refusal::new(format!("{what} `{}` has no cases", id.get_ref()), id.span())
        .hint(format!("add samples to accept and to reject in {cases}")))
}

fn report(
    file: &source::ReportFile,
    fragments: &Fragments,
    used: &mut BTreeSet<String>,
) -> Result<ReportPattern, Refusal> {
    names::check(file)?;
    let mut sections = Vec::new();
    let mut ids = Ids::default();
    for section in &file.sections {
        ids.add("section", &section.id)?;
        names::id("section", &section.id)?;
        sections.push(SectionPattern {
            id: section.id.get_ref().clone(),
            headings: labels(&section.headings)?,
            tables: section.tables.iter().map(|t| t.get_ref().clone()).collect(),
        });
    }
    let mut expressions = Vec::new();
    for (name, list) in &file.expressions {
        let mut compiled = Vec::new();
        for text in list {
            let expression = fragments.expression(text, used)?;
            if !fragments.tested() {
                names::groups(name.get_ref(), text, &expression)?;
            }
            compiled.push(expression);
        }
        expressions.push((name.get_ref().clone(), compiled));
    }
    let words: Vec<(String, Vec<String>)> = file
        .words
        .iter()
        .map(|(name, list)| (name.get_ref().clone(), list.iter().map(|w| w.get_ref().clone()).collect()))
        .collect();
    let word_shadows =
        words.iter().map(|(name, list)| (name.clone(), list.iter().map(|word| text::fold(word)).collect())).collect();
    let expressions = Expressions::new(expressions);
    Ok(ReportPattern { headings: headings(&sections), sections, expressions, words, word_shadows })
}

/// The headings of all sections, in the order in which lines are held against them.
fn headings(sections: &[SectionPattern]) -> Vec<SectionHeading> {
    let mut all = Vec::new();
    for (section, pattern) in sections.iter().enumerate() {
        for heading in &pattern.headings {
            let letters: Vec<char> = heading.shadow.chars().collect();
            let bloom = text::bloom(letters.iter().copied());
            all.push(SectionHeading { shadow: heading.shadow.clone(), letters, bloom, section });
        }
    }
    all.sort_by(|a, b| {
        let longest = b.shadow.len().cmp(&a.shadow.len());
        a.letters.first().cmp(&b.letters.first()).then(longest).then(a.shadow.cmp(&b.shadow))
    });
    all
}

fn form(
    stem: &str,
    text: &str,
    tree: &Tree,
    folder: &str,
    fragments: &Fragments,
    report: &ReportPattern,
) -> Result<Form, Refusal> {
    let file: source::FormFile = parse(text)?;
    if file.id.get_ref() != stem {
        return Err(Refusal::new(format!("id `{}` in the file `{stem}.toml`", file.id.get_ref()), file.id.span())
            .hint("a form is named like its file"));
    }
    names::id("form", &file.id)?;
    has_cases(tree, folder, "form", &file.id)?;
    let years: Vec<u16> = file.years.iter().map(|year| *year.get_ref()).collect();
    if let [first, last, ..] = years.as_slice()
        && (first > last || years.len() > 2)
    {
        let wrong = file.years.get(if first > last { 0 } else { 2 }).map_or(0..0, Spanned::span);
        let refusal = Refusal::new("years is [first] or [first, last]", wrong);
        let told = if first > last { format!("write [{last}, {first}]") } else { "leave out the others".to_owned() };
        return Err(refusal.hint(told));
    }
    let mut used = BTreeSet::new();
    let mut tables = Vec::new();
    let mut ids = Ids::default();
    for table in &file.tables {
        ids.add("table", &table.id)?;
        names::id("table", &table.id)?;
        if let Some(id) = table.section.as_ref().filter(|id| report.sections.iter().all(|s| s.id != *id.get_ref())) {
            let known: Vec<&str> = report.sections.iter().map(|s| s.id.as_str()).collect();
            return Err(unknown("section", id, id.span(), &known));
        }
        tables.push(compile_table(table, fragments, &mut used)?);
    }
    if tables.is_empty() {
        return Err(Refusal::new("a form without tables", file.id.span()));
    }
    let variables = variables(&file, &tables)?;
    let lists: Lists = file
        .lists
        .iter()
        .map(|(name, items)| (name.get_ref().clone(), items.iter().map(|i| i.get_ref().clone()).collect()))
        .collect();
    Ok(Form {
        id: stem.to_owned(),
        version: file.version.clone(),
        hash: hash(text, &used, fragments),
        title: names::title(&file.title)?,
        source: file.source.clone(),
        years: (years.first().copied(), years.get(1).copied()),
        expected: file.expected,
        tables,
        checks: checks(&file, &lists, &variables)?,
        panel_checks: panel_checks(&file, &lists, &variables)?,
    })
}

fn compile_table(
    table: &source::Table,
    fragments: &Fragments,
    used: &mut BTreeSet<String>,
) -> Result<TablePattern, Refusal> {
    let mut evidence = Vec::new();
    for piece in &table.evidence {
        evidence.push((fragments.expression(&piece.expression, used)?, piece.weight));
    }
    let ignored_rows: Result<Vec<Expression>, Refusal> =
        table.ignored_rows.iter().map(|e| fragments.expression(e, used)).collect();
    let under: Result<Vec<Expression>, Refusal> = table.under.iter().map(|e| fragments.expression(e, used)).collect();
    let mut parts: Vec<Part> = Vec::new();
    let mut ids = Ids::default();
    for part in &table.parts {
        ids.add("part", &part.id)?;
        names::id("part", &part.id)?;
        let variant_of = match &part.variant_of {
            None => None,
            Some(id) => Some(parts.iter().position(|p| p.id == *id.get_ref()).ok_or_else(|| {
                let known: Vec<&str> = parts.iter().map(|p| p.id.as_str()).collect();
                unknown("part", id, id.span(), &known).hint("a variant stands behind the part that it varies")
            })?),
        };
        parts.push(compile_part(part, variant_of, fragments, used)?);
    }
    if parts.is_empty() {
        return Err(Refusal::new(format!("table `{}` has no parts", table.id.get_ref()), table.id.span()));
    }
    Ok(TablePattern {
        id: table.id.get_ref().clone(),
        section: table.section.as_ref().map(|s| s.get_ref().clone()),
        captions: labels(&table.captions)?,
        under: under?,
        side_by_side: table.side_by_side,
        ignored_columns: labels(&table.ignored_columns)?,
        ignored_rows: ignored_rows?,
        evidence,
        parts,
    })
}

fn compile_part(
    part: &source::Part,
    variant_of: Option<usize>,
    fragments: &Fragments,
    used: &mut BTreeSet<String>,
) -> Result<Part, Refusal> {
    let mut columns: Vec<Column> = Vec::new();
    let mut ids = Ids::default();
    for column in &part.columns {
        ids.add("column", &column.id)?;
        names::id("column", &column.id)?;
        columns.push(compile_column(column)?);
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut seen: Vec<&Text> = Vec::new();
    for row in &part.rows {
        let (name, group) = match (&row.id, &row.group) {
            (Some(id), None) => (id, false),
            (None, Some(group)) => (group, true),
            (Some(id), Some(_)) => {
                return Err(Refusal::new("a row has an `id` or is a `group`, not both", id.span()));
            }
            (None, None) => {
                return Err(Refusal::new(
                    format!("row `{}` has neither `id` nor `group`", row.en.get_ref()),
                    part.id.span(),
                )
                .hint("`id` names its variables, `group` a row that only heads others"));
            }
        };
        names::id("row", name)?;
        if let Some(twin) = seen.iter().find(|n| n.get_ref() == name.get_ref()) {
            return Err(doubled("row", name, twin));
        }
        let parent = match &row.parent {
            None => None,
            Some(id) => Some(seen.iter().position(|n| n.get_ref() == id.get_ref()).ok_or_else(|| {
                let known: Vec<&str> = seen.iter().map(|n| n.get_ref().as_str()).collect();
                unknown("row", id, id.span(), &known).hint("a group stands before its members")
            })?),
        };
        if let Some(head) = parent.and_then(|p| rows.get_mut(p)) {
            head.heads = true;
        }
        let dynamic = row.dynamic.as_ref().map(|e| fragments.expression(e, used)).transpose()?;
        if let Some(expression) = &dynamic {
            dynamic_names(name, expression)?;
        } else if name.get_ref().contains('{') {
            return Err(Refusal::new("`{…}` in the id of a row that is not dynamic", name.span()));
        }
        rows.push(Row {
            id: name.get_ref().clone(),
            ordinal: row.ordinal.as_ref().map(ordinal).transpose()?,
            labels: labels(&row.labels)?,
            stub: labels(&row.stub)?,
            code: row.code.as_ref().map(|c| text::fold(c.get_ref())),
            group,
            heads: false,
            parent,
            columns: if group { Vec::new() } else { row_columns(row, &columns)? },
            unit: row.unit.as_ref().map(unit).transpose()?,
            optional: row.optional,
            dynamic,
            title: title(row.zh.as_ref(), row.labels.first(), &row.en)?,
        });
        seen.push(name);
    }
    if columns.is_empty() || rows.is_empty() {
        return Err(Refusal::new(format!("part `{}` needs columns and rows", part.id.get_ref()), part.id.span()));
    }
    labelled(part)?;
    Ok(Part {
        id: part.id.get_ref().clone(),
        variant_of,
        captions: labels(&part.captions)?,
        corner: labels(&part.corner)?,
        columns,
        rows,
    })
}

/// Refuses rows and columns without labels where others stand beside them: what such a one prints is then anyone's.
fn labelled(part: &source::Part) -> Result<(), Refusal> {
    let of_values = part.rows.iter().filter(|row| row.group.is_none()).count();
    let bare = |row: &&source::Row| row.labels.is_empty() && row.dynamic.is_none() && row.group.is_none();
    if let Some(id) = part.rows.iter().find(bare).and_then(|row| row.id.as_ref()).filter(|_| of_values > 1) {
        return Err(Refusal::new(format!("row `{}` has no labels", id.get_ref()), id.span())
            .hint("write its printed label; a row without any is the only row of values of its part"));
    }
    let bare = |column: &&source::Column| column.labels.is_empty() && column.path.is_empty();
    if let Some(column) = part.columns.iter().find(bare).filter(|_| part.columns.len() > 1) {
        return Err(Refusal::new(format!("column `{}` has no labels", column.id.get_ref()), column.id.span())
            .hint("write its printed header; a column without any is the only one of its part"));
    }
    Ok(())
}

fn compile_column(column: &source::Column) -> Result<Column, Refusal> {
    let path = match (column.labels.is_empty(), column.path.is_empty()) {
        (false, true) => vec![labels(&column.labels)?],
        (true, false) => column.path.iter().map(|level| labels(level)).collect::<Result<_, _>>()?,
        (true, true) => Vec::new(),
        (false, false) => {
            return Err(Refusal::new("a column has `labels` or a `path`, not both", column.id.span()));
        }
    };
    if path.iter().any(Vec::is_empty) {
        return Err(Refusal::new("a level of the path has no label", column.id.span()));
    }
    Ok(Column {
        id: column.id.get_ref().clone(),
        path,
        unit: column.unit.as_ref().map(unit).transpose()?,
        unit_open: column.unit_open,
        signed: column.signed,
        title: title(
            column.zh.as_ref(),
            column.labels.first().or_else(|| column.path.last().and_then(|level| level.first())),
            &column.en,
        )?,
    })
}

fn row_columns(row: &source::Row, columns: &[Column]) -> Result<Vec<usize>, Refusal> {
    let Some(ids) = &row.columns else { return Ok((0..columns.len()).collect()) };
    ids.iter()
        .map(|id| {
            columns.iter().position(|c| c.id == *id.get_ref()).ok_or_else(|| {
                let known: Vec<&str> = columns.iter().map(|c| c.id.as_str()).collect();
                unknown("column", id, id.span(), &known)
            })
        })
        .collect()
}

/// Every `{name}` of a dynamic row's id is a named group of its expression.
fn dynamic_names(id: &Text, expression: &Expression) -> Result<(), Refusal> {
    let mut rest = id.get_ref().as_str();
    let mut any = false;
    while let Some((_, behind)) = rest.split_once('{') {
        let Some((name, tail)) = behind.split_once('}') else {
            return Err(Refusal::new("`{` without `}`", id.span()));
        };
        if !expression.has_group(name) {
            return Err(Refusal::new(format!("the expression has no group `{name}`"), id.span())
                .hint(format!("write (?<{name}>…) in `dynamic`")));
        }
        any = true;
        rest = tail;
    }
    if any {
        return Ok(());
    }
    Err(Refusal::new("a dynamic row needs `{name}` in its id", id.span()))
}

fn labels(list: &[Text]) -> Result<Vec<Label>, Refusal> {
    let mut out: Vec<Label> = Vec::new();
    for item in list {
        if item.get_ref().contains(YEAR) {
            out.extend(YEARS.map(|year| {
                let text = item.get_ref().replace(YEAR, &year.to_string());
                Label { shadow: text::fold(&text), text }
            }));
            continue;
        }
        let label = Label { text: item.get_ref().clone(), shadow: text::fold(item.get_ref()) };
        if label.shadow.is_empty() {
            return Err(Refusal::new("an empty label", item.span()));
        }
        if out.iter().any(|l| l.shadow == label.shadow) {
            return Err(Refusal::new(format!("label `{}` stands twice", label.text), item.span())
                .hint("width, script, spaces and punctuation are folded away before matching"));
        }
        out.push(label);
    }
    Ok(out)
}

pub(super) fn unit(name: &Text) -> Result<Unit, Refusal> {
    if name.get_ref().trim().is_empty() {
        return Err(Refusal::new("an empty unit", name.span()));
    }
    Ok(Unit { name: name.get_ref().clone() })
}

fn title(zh: Option<&Text>, label: Option<&Text>, en: &Text) -> Result<(String, String), Refusal> {
    zh.map_or(Ok(()), |zh| names::written("Chinese", zh))?;
    names::written("English", en)?;
    let zh = zh.or(label).map(|text| text.get_ref().clone()).unwrap_or_default();
    Ok((zh, en.get_ref().clone()))
}

fn ordinal(text: &Text) -> Result<Ordinal, Refusal> {
    let shadow = text::fold(text.get_ref());
    let wrong = || {
        Refusal::new(format!("`{}` is no ordinal", text.get_ref()), text.span())
            .hint("write 一、 or （一） or 1. or （1）")
    };
    let (inner, bracket) = match shadow.strip_prefix('(').and_then(|s| s.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (shadow.trim_end_matches([',', '.']), false),
    };
    if let Ok(number) = inner.parse::<u8>() {
        let style = if bracket { OrdinalStyle::DigitBracket } else { OrdinalStyle::Digit };
        return Ok(Ordinal { number, style });
    }
    let number = han_number(inner).ok_or_else(wrong)?;
    Ok(Ordinal { number, style: if bracket { OrdinalStyle::HanBracket } else { OrdinalStyle::Han } })
}

/// 一 to 九十九.
fn han_number(text: &str) -> Option<u8> {
    let digit = |c: char| "一二三四五六七八九".chars().position(|d| d == c).and_then(|at| u8::try_from(at + 1).ok());
    let chars: Vec<char> = text.chars().collect();
    match chars.as_slice() {
        ['十'] => Some(10),
        [d] => digit(*d),
        ['十', d] => Some(10 + digit(*d)?),
        [d, '十'] => Some(10 * digit(*d)?),
        [t, '十', d] => Some(10 * digit(*t)? + digit(*d)?),
        _ => None,
    }
}

/// Ids seen so far.
#[derive(Default)]
pub(super) struct Ids<'a>(Vec<&'a Text>);

impl<'a> Ids<'a> {
    pub fn add(&mut self, what: &str, id: &'a Text) -> Result<(), Refusal> {
        if let Some(twin) = self.0.iter().find(|t| t.get_ref() == id.get_ref()) {
            return Err(doubled(what, id, twin));
        }
        self.0.push(id);
        Ok(())
    }
}

pub(super) fn doubled(what: &str, id: &Text, _twin: &Text) -> Refusal {
    Refusal::new(format!("{what} `{}` stands twice", id.get_ref()), id.span()).hint("ids are unique within their list")
}

pub(super) fn unknown(what: &str, id: &Text, place: Range<usize>, known: &[&str]) -> Refusal {
    let refusal = Refusal::new(format!("undefined {what} `{}`", id.get_ref()), place);
    match nearest(id.get_ref(), known.iter().copied()) {
        Some(near) => refusal.hint(format!("did you mean `{near}`?")),
        None => refusal,
    }
}

/// SHA-256 (hex) over a pattern file and the expanded fragments that it uses, in order of their names.
fn hash(text: &str, used: &BTreeSet<String>, fragments: &Fragments) -> String {
    let mut digest = Sha256::new();
    digest.update(text.as_bytes());
    for name in used {
        digest.update([0]);
        digest.update(name.as_bytes());
        digest.update([0]);
        digest.update(fragments.text(name).as_bytes());
    }
    digest.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

//! The pattern files as written: one type a TOML table, unknown keys refused.
//!
//! Every string that can be wrong keeps its place in the file ([`Spanned`]), so that a refusal shows the
//! line. Enumerations without a tag are avoided: they would lose the places.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// A string with its place in the file.
pub type Text = Spanned<String>;

/// `patterns/fragments.toml`: named pieces of expressions.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FragmentFile {
    /// Name → expression; may use other fragments as `{{name}}`.
    #[serde(default)]
    pub fragments: BTreeMap<Text, Text>,
}

/// `patterns/<family>/report.toml`: how the reports of a family name themselves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportFile {
    /// Stable id of the family; the name of its folder.
    pub id: Text,
    /// Version, raised when output may change.
    pub version: String,
    /// Names of the family for the codebook.
    pub title: Title,
    /// Forms (ids) in order of preference where evidence is equal; the others follow by name.
    #[serde(default)]
    pub forms: Vec<Text>,
    /// Sections in their usual order.
    #[serde(default, rename = "section")]
    pub sections: Vec<Section>,
    /// Named expressions, matched on shadow text.
    #[serde(default)]
    pub expressions: BTreeMap<Text, Vec<Text>>,
    /// Named word lists.
    #[serde(default)]
    pub words: BTreeMap<Text, Vec<Text>>,
}

/// A name in Chinese and in English.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// Chinese.
    pub zh: Text,
    /// English.
    pub en: Text,
}

/// `[[section]]` of a report file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Stable id.
    pub id: Text,
    /// Headings as printed, without their number; the official one first.
    #[serde(default)]
    pub headings: Vec<Text>,
    /// Tables (ids) that belong to the section.
    #[serde(default)]
    pub tables: Vec<Text>,
}

/// `patterns/<family>/<form>.toml`: one form of tables.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormFile {
    /// Stable id; the name of the file.
    pub id: Text,
    /// Version, raised when output may change.
    pub version: String,
    /// Names of the form for the codebook.
    pub title: Title,
    /// Where the form is laid down, or who printed it.
    pub source: String,
    /// First and last year of reports that usually use it; one number alone leaves the end open.
    #[serde(default)]
    pub years: Vec<Spanned<u16>>,
    /// Reports of these years have its tables: one without any is flagged.
    #[serde(default)]
    pub expected: bool,
    /// Named lists, used as `"@name"` in `for` and as `{@name}` in an equation.
    #[serde(default)]
    pub lists: BTreeMap<Text, Vec<Text>>,
    /// In checks a cell without a number, or a row that reports may leave out, adds nothing.
    #[serde(default)]
    pub blanks_add_nothing: bool,
    /// The numbers are rounded one by one: sums may differ from totals by what rounding explains.
    #[serde(default)]
    pub rounded: bool,
    /// The tables.
    #[serde(default, rename = "table")]
    pub tables: Vec<Table>,
    /// Identities within one report.
    #[serde(default, rename = "check")]
    pub checks: Vec<Check>,
    /// Identities between the reports of one agency.
    #[serde(default, rename = "panel_check")]
    pub panel_checks: Vec<PanelCheck>,
}

/// `[[table]]`: one statutory table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Stable id.
    pub id: Text,
    /// Section of the report that it stands in.
    pub section: Option<Text>,
    /// Captions printed above it or as a row of it.
    #[serde(default)]
    pub captions: Vec<Text>,
    /// Expressions on the shadow of its caption; where there are any, the table is read below one of them only.
    #[serde(default)]
    pub under: Vec<Text>,
    /// Its parts, or pieces of one part, may stand side by side, each with a corner of its own.
    #[serde(default)]
    pub side_by_side: bool,
    /// Headers of columns that hold no values (单位, 序号, 备注).
    #[serde(default)]
    pub ignored_columns: Vec<Text>,
    /// Expressions on the shadow of row labels that are printed at times and are no variables.
    #[serde(default)]
    pub ignored_rows: Vec<Text>,
    /// What speaks for this form in the table's text.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// Sub-tables in printed order.
    #[serde(default, rename = "part")]
    pub parts: Vec<Part>,
}

/// One piece of evidence.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Expression on the shadow of the table's text.
    #[serde(rename = "match")]
    pub expression: Text,
    /// How much it speaks for the form; below zero against it.
    pub weight: f32,
}

/// `[[table.part]]`: one boxhead and the rows below it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Stable id within the table.
    pub id: Text,
    /// Part of the same table whose values this one prints in another layout.
    pub variant_of: Option<Text>,
    /// Title rows.
    #[serde(default)]
    pub captions: Vec<Text>,
    /// Texts of the corner, the head of the stub.
    #[serde(default)]
    pub corner: Vec<Text>,
    /// Columns in printed order.
    pub columns: Vec<Column>,
    /// Rows in printed order, groups before their members.
    pub rows: Vec<Row>,
}

/// One column of values.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Last part of the variable's name; may be empty or hold dots.
    pub id: Text,
    /// Its label and what else is printed for it, where the boxhead has one level.
    #[serde(default)]
    pub labels: Vec<Text>,
    /// Labels of each level of the boxhead from the top, where it has several.
    #[serde(default)]
    pub path: Vec<Vec<Text>>,
    /// Unit of its numbers.
    pub unit: Option<Text>,
    /// The form fixes no unit for printed numbers: one without a printed unit is flagged.
    #[serde(default)]
    pub unit_open: bool,
    /// Its numbers may be below zero.
    #[serde(default)]
    pub signed: bool,
    /// Chinese name for the codebook; the first label where left out.
    pub zh: Option<Text>,
    /// English name for the codebook.
    pub en: Text,
}

/// One row: of values (`id`), or the head of others (`group`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// First part of the variable's name.
    pub id: Option<Text>,
    /// Name of a row that only heads others.
    pub group: Option<Text>,
    /// Row (its `id` or `group`) that heads this one.
    #[serde(rename = "in")]
    pub parent: Option<Text>,
    /// Ordinal as printed: `一、`, `（一）`, `1.` or `（1）`.
    pub ordinal: Option<Text>,
    /// Label without the ordinal, and what else is printed for it.
    #[serde(default)]
    pub labels: Vec<Text>,
    /// Texts printed at times before a row that the form leaves without a label.
    #[serde(default)]
    pub stub: Vec<Text>,
    /// Printed code that stands for the row in a column of codes.
    pub code: Option<Text>,
    /// Columns (ids) that it has; all of the part where left out.
    pub columns: Option<Vec<Text>>,
    /// Unit of its numbers, where it differs from the column's.
    pub unit: Option<Text>,
    /// Whether reports may leave it out.
    #[serde(default)]
    pub optional: bool,
    /// Expression on the shadow of the stub whose named groups fill `{name}` in `id`.
    pub dynamic: Option<Text>,
    /// Chinese name for the codebook; the first label where left out.
    pub zh: Option<Text>,
    /// English name for the codebook.
    pub en: Text,
}

/// `[[check]]`: an identity within one report.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Stable id; may hold `{name}` of `for`.
    pub id: Text,
    /// Values that `{name}` runs through.
    #[serde(default, rename = "for")]
    pub each: BTreeMap<Text, Vec<Text>>,
    /// `a.{name} + b - c = d + e.{@list}`.
    pub equation: Text,
}

/// `[[panel_check]]`: an identity between years.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelCheck {
    /// Stable id; may hold `{name}` of `for`.
    pub id: Text,
    /// Values that `{name}` runs through.
    #[serde(default, rename = "for")]
    pub each: BTreeMap<Text, Vec<Text>>,
    /// As in a check, with `[t-1]` behind a variable of the year before.
    pub equation: Text,
    /// A break is worth a note only: the form does not promise it.
    #[serde(default)]
    pub soft: bool,
}

/// `patterns/<family>/narrative.toml`: what the sentences of the family's reports count.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NarrativeFile {
    /// Stable id: `narrative`, the name of the file.
    pub id: Text,
    /// Version, raised when output may change.
    pub version: String,
    /// Names of the rules for the codebook.
    pub title: Title,
    /// Sections (ids) whose sentences are not read.
    #[serde(default)]
    pub without: Vec<Text>,
    /// Counting words and units of money; a Chinese numeral is a number before one of them.
    pub counters: Vec<Text>,
    /// Texts behind a number that counts nothing (年, 号, %).
    #[serde(default)]
    pub not_before: Vec<Text>,
    /// Texts before a number that counts nothing (第).
    #[serde(default)]
    pub not_behind: Vec<Text>,
    /// Words before a number that make it no exact one (约, 近).
    #[serde(default)]
    pub about_before: Vec<Text>,
    /// Words behind a number, or behind its counting word, that make it no exact one (余, 以上).
    #[serde(default)]
    pub about_behind: Vec<Text>,
    /// Words at the head of a sentence that goes on with the one before (其中).
    #[serde(default)]
    pub goes_on: Vec<Text>,
    /// Words that share the numbers behind them out among the names before them (分别).
    #[serde(default)]
    pub shares: Vec<Text>,
    /// Words of which one stands in every sentence that says that there was none.
    #[serde(default)]
    pub negations: Vec<Text>,
    /// What the numbers behind some words are about.
    #[serde(default, rename = "scope")]
    pub scopes: Vec<Scope>,
    /// The variables, in the order of the output.
    #[serde(default, rename = "variable")]
    pub variables: Vec<Quantity>,
    /// Rules that speak of several variables at once.
    #[serde(default, rename = "joint")]
    pub joints: Vec<Joint>,
}

/// `[[scope]]`: words that say what the numbers behind them are about, up to other words of the kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Kind of scope (`time`, `part`): of one kind the last words before a number decide.
    pub kind: Text,
    /// Whether numbers in the scope are the report's: `yes`, `no` or `unsure`.
    pub counts: Text,
    /// Expressions; a group `year` or `agency` that names the report's own makes it `yes`, as does a group
    /// `home` where the agency is unknown; a group `other` with the report's own year makes it `no`.
    #[serde(default, rename = "match")]
    pub expressions: Vec<Text>,
    /// Expressions with `{n}` on a number and what stands behind it.
    #[serde(default)]
    pub behind: Vec<Text>,
}

/// `[[variable]]` of a narrative file: a quantity with the sentences that state it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// Name of the variable.
    pub id: Text,
    /// Chinese name for the codebook.
    pub zh: Text,
    /// English name for the codebook.
    pub en: Text,
    /// Unit of its numbers.
    pub unit: Option<Text>,
    /// Variables of tables that state the same, the one to compare with first.
    #[serde(default)]
    pub same_as: Vec<Text>,
    /// Words of which one stands in every sentence of the rule.
    #[serde(default)]
    pub words: Vec<Text>,
    /// Expressions with `{n}` where the number stands.
    #[serde(default)]
    pub say: Vec<Text>,
    /// Expressions that say that there was none.
    #[serde(default)]
    pub none: Vec<Text>,
    /// Expressions on what one of the others matched: it is then about something else.
    #[serde(default)]
    pub unless: Vec<Text>,
    /// Kinds of scope that do not bind it.
    #[serde(default)]
    pub beyond: Vec<Text>,
    /// Kinds of scope that must be open: their last words before the number say `yes`.
    #[serde(default)]
    pub within: Vec<Text>,
}

/// `[[joint]]`: sentences that speak of several variables at once.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Joint {
    /// The variables (ids).
    pub variables: Vec<Text>,
    /// The number is their sum: none of them is known, but where it is zero. Else each of them has the number.
    #[serde(default)]
    pub sum: bool,
    /// Words of which one stands in every sentence of the rule.
    #[serde(default)]
    pub words: Vec<Text>,
    /// Expressions with `{n}` where the number stands.
    #[serde(default)]
    pub say: Vec<Text>,
    /// Expressions that say that there was none.
    #[serde(default)]
    pub none: Vec<Text>,
    /// Expressions on what one of the others matched: it is then about something else.
    #[serde(default)]
    pub unless: Vec<Text>,
    /// Kinds of scope that do not bind it.
    #[serde(default)]
    pub beyond: Vec<Text>,
    /// Kinds of scope that must be open: their last words before the number say `yes`.
    #[serde(default)]
    pub within: Vec<Text>,
}

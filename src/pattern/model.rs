use super::{Expression, Expressions};

/// All patterns of a run: those embedded in the program, or those of `--patterns DIR`.
#[derive(Debug, Clone, Default)]
pub struct PatternSet {
    /// Families of reports, in order of their ids.
    pub families: Vec<Family>,
}

/// A family of reports that share titles, sections and metadata, with the forms of its tables.
#[derive(Debug, Clone)]
pub struct Family {
    /// Stable id (`ogi`).
    pub id: String,
    /// Version of the report pattern, raised when output may change.
    pub version: String,
    /// SHA-256 (hex) of the report pattern and the fragments that it uses.
    pub hash: String,
    /// Names of the family for the codebook: Chinese, English.
    pub title: (String, String),
    /// Titles, agency, year, sections.
    pub report: ReportPattern,
    /// Forms of tables, in order of preference where evidence is equal.
    pub forms: Vec<Form>,
    /// Rules for sentences that state numbers.
    pub narrative: Option<super::Narrative>,
}

impl Family {
    /// Id and hash of everything that a record with these forms was made by: the report pattern, under the family's
    /// id, the sentence rules and the forms, sorted by id.
    #[must_use]
    pub fn hashes(&self, used: impl Fn(&Form) -> bool) -> Vec<(String, String)> {
        let forms = self.forms.iter().filter(|form| used(form)).map(|form| (&form.id, &form.hash));
        let family = std::iter::once((&self.id, &self.hash));
        let all = family.chain(self.narrative.iter().map(|rules| (&rules.id, &rules.hash))).chain(forms);
        let mut hashes: Vec<(String, String)> = all.map(|(id, hash)| (id.clone(), hash.clone())).collect();
        hashes.sort();
        hashes
    }
}

/// How the reports of a family name themselves: titles, agency, year, period, sections, look-alikes.
///
/// Extended by the report room as it needs; every list is matched on shadow text (see `text::shadow`).
#[derive(Debug, Clone, Default)]
pub struct ReportPattern {
    /// Sections in their usual order.
    pub sections: Vec<SectionPattern>,
    /// Headings of all sections, by their first character, of one the longest first.
    pub headings: Vec<SectionHeading>,
    /// Named expressions (`title`, `period`, `look_alike`, `signature_date`, …); the names are fixed by the
    /// report room, the expressions by the pattern file.
    pub expressions: Expressions,
    /// Named word lists (`title_nouns`, `agency_suffixes`, `metadata_agency_keys`, …).
    pub words: Vec<(String, Vec<String>)>,
    /// The shadows of the same words.
    pub word_shadows: Vec<(String, Vec<String>)>,
}

/// One section of a report.
#[derive(Debug, Clone)]
pub struct SectionPattern {
    /// Stable id (`overview`).
    pub id: String,
    /// Headings as printed, without their number; matched as labels.
    pub headings: Vec<Label>,
    /// Tables (ids) that belong to the section.
    pub tables: Vec<String>,
}

/// A heading of a section, made ready to be held against lines.
#[derive(Debug, Clone)]
pub struct SectionHeading {
    /// Its shadow.
    pub shadow: String,
    /// The characters of the shadow.
    pub letters: Vec<char>,
    /// Which characters it holds (see `text::bloom`).
    pub bloom: u128,
    /// Index of the section.
    pub section: usize,
}

/// A printed label and what else is printed for the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The label as printed, without its ordinal (`属于国家秘密`).
    pub text: String,
    /// Its shadow (`text::shadow::fold`), for matching.
    pub shadow: String,
}

/// One form of tables (`ogi-2021`): what it prints, row by row and column by column.
#[derive(Debug, Clone)]
pub struct Form {
    /// Stable id.
    pub id: String,
    /// Version, raised when output may change.
    pub version: String,
    /// SHA-256 (hex) of the pattern file and the fragments that it uses.
    pub hash: String,
    /// Names of the form for the codebook: Chinese, English.
    pub title: (String, String),
    /// Where the form is laid down, or who printed it.
    pub source: String,
    /// Years of reports that usually use it (first, last; `None` open), for the codebook and weak evidence.
    pub years: (Option<u16>, Option<u16>),
    /// Whether reports of these years have its tables, so that one without any wants a look.
    pub expected: bool,
    /// The tables.
    pub tables: Vec<TablePattern>,
    /// Arithmetic identities. Several may share an id with different terms (a row printed as one or as
    /// three): the first whose terms are all present in the record is the one to use.
    pub checks: Vec<Check>,
    /// Identities between the reports of one agency.
    pub panel_checks: Vec<PanelCheck>,
}

/// One statutory table; may be printed as several physical ones, one a part.
#[derive(Debug, Clone)]
pub struct TablePattern {
    /// Stable id (`proactive`, `applications`, `review`): key of `report.forms`, first part of flags.
    pub id: String,
    /// Section that it stands in.
    pub section: Option<String>,
    /// Captions printed above it or as a row of it.
    pub captions: Vec<Label>,
    /// Expressions on the shadow of a caption; where there are any, the table is read below one of them only.
    pub under: Vec<Expression>,
    /// Whether pieces of it may stand side by side, each with a corner of its own.
    pub side_by_side: bool,
    /// Headers of columns that hold no values of the form (单位, 序号, 代码, 备注).
    pub ignored_columns: Vec<Label>,
    /// Rows that are printed at times and are no variables (合计, 其中：…): told in a flag.
    pub ignored_rows: Vec<Expression>,
    /// Expressions on the shadow of the table's text that speak for this form (本年制发件数) with weights.
    pub evidence: Vec<(Expression, f32)>,
    /// Sub-tables with a boxhead each, in printed order.
    pub parts: Vec<Part>,
}

/// A sub-table: one boxhead and the rows below it.
#[derive(Debug, Clone)]
pub struct Part {
    /// Stable id within the table.
    pub id: String,
    /// Index (in `TablePattern::parts`) of the part whose variables (and perhaps more) this one prints in another layout (one
    /// table a block, one row a block); a report prints one of the layouts.
    pub variant_of: Option<usize>,
    /// Title rows (第二十条第（一）项).
    pub captions: Vec<Label>,
    /// Texts of the corner, the head of the stub (信息内容, the 勾稽 sentence).
    pub corner: Vec<Label>,
    /// Columns in printed order.
    pub columns: Vec<Column>,
    /// Rows in printed order, groups before their members.
    pub rows: Vec<Row>,
}

/// One column of values.
#[derive(Debug, Clone)]
pub struct Column {
    /// Stable id, the last part of the variable's name; may be empty (one number column) or hold dots.
    pub id: String,
    /// Labels of each level of the boxhead from the top (行政诉讼 › 未经复议直接起诉 › 结果维持), the last
    /// being the column's own; each level with its aliases.
    pub path: Vec<Vec<Label>>,
    /// Unit of its numbers, where the row has none of its own.
    pub unit: Option<Unit>,
    /// The form fixes no unit for what is printed (`unit` is the variable's): a number with a unit neither in
    /// its cell nor in its header stands as printed and is flagged.
    pub unit_open: bool,
    /// Its numbers may be below zero (本年增/减); a count that is, in another column, is flagged.
    pub signed: bool,
    /// Labels for the codebook: Chinese, English.
    pub title: (String, String),
}

/// One row of the form.
#[derive(Debug, Clone)]
pub struct Row {
    /// Stable id, the first part of the variable's name (`applications.denied.state_secret`); empty for an
    /// unlabelled data row; for a group its name within the part.
    pub id: String,
    /// Printed ordinal without punctuation and brackets (`一`, `3`), with its kind told by `ordinal_kind`.
    pub ordinal: Option<Ordinal>,
    /// The row's own label and its aliases; empty for an unlabelled data row.
    pub labels: Vec<Label>,
    /// Texts that reports print before an unlabelled data row at times (件数, 合计): no label, no stray cell.
    pub stub: Vec<Label>,
    /// Printed code that stands for the row in a column of codes (代码), stable over its wordings.
    pub code: Option<String>,
    /// Whether it only heads other rows and holds no values. A row that is no group may head others too
    /// (（六）其他处理, printed as one row or as three): see `heads`.
    pub group: bool,
    /// Whether other rows have it as their parent.
    pub heads: bool,
    /// Index (in `Part::rows`) of the group that it belongs to.
    pub parent: Option<usize>,
    /// Indices (in `Part::columns`) of the columns that it has.
    pub columns: Vec<usize>,
    /// Unit of its numbers, where it differs from the column's.
    pub unit: Option<Unit>,
    /// Whether reports may leave it out without any damage (an optional or alternative row).
    pub optional: bool,
    /// Where the row's own name is taken from the document (dynamic rows: item codes): an expression on the
    /// shadow of the stub whose named groups fill `{name}` in `id`.
    pub dynamic: Option<Expression>,
    /// Labels for the codebook: Chinese, English.
    pub title: (String, String),
}

/// A printed ordinal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ordinal {
    /// Its number from 1.
    pub number: u8,
    /// Its style, which shows the level.
    pub style: OrdinalStyle,
}

/// The style of an ordinal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrdinalStyle {
    /// 一、
    Han,
    /// （一）
    HanBracket,
    /// 1. 1、 1．
    Digit,
    /// （1）
    DigitBracket,
}

/// A unit of measure and its worth in the variable's unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// As printed (`万元`, `件`).
    pub name: String,
}

/// A linear identity between variables of one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Table (id) of its first variable: the check counts where the report prints that table in this form.
    pub table: String,
    /// Stable id with the column or row filled in (`applications.balance.natural_person`).
    pub id: String,
    /// Terms on the left, each a variable with its sign.
    pub left: Vec<Term>,
    /// Terms on the right.
    pub right: Vec<Term>,
    /// A cell without a number, or an optional row that is not printed, adds nothing.
    pub blanks_add_nothing: bool,
    /// The numbers are rounded one by one: both sides may differ by what rounding explains.
    pub rounded: bool,
}

/// One term of an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The variable; of a dynamic row with `{name}` in it.
    pub variable: String,
    /// Subtracted and not added.
    pub negative: bool,
    /// Reports may leave its row out.
    pub optional: bool,
    /// For a variable of a dynamic row the printed ones that it stands for.
    pub open: Option<Open>,
}

/// Which printed variables of a dynamic row a term stands for: those of the shape `<before><value><after>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// What stands before the value.
    pub before: String,
    /// What stands behind it.
    pub after: String,
    /// Values that are names of rows of the form, and no printed ones.
    pub fixed: Vec<String>,
    /// Which of the values.
    pub reach: Reach,
}

/// Which values of a dynamic row's name a term of a check stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// `{code}`: one value; the check is made once for each that is printed.
    Each,
    /// `{code:3}`: the sum over all values of so many characters.
    Length(usize),
    /// `{code+2}`: the sum over all values that begin with the check's own and are so many characters longer.
    Longer(usize),
}

/// A linear identity between variables of one agency's reports for successive years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelCheck {
    /// Stable id with the column or row filled in (`applications.carry_over.natural_person`).
    pub id: String,
    /// Terms on the left.
    pub left: Vec<PanelTerm>,
    /// Terms on the right.
    pub right: Vec<PanelTerm>,
    /// A break is worth a note only: the form does not promise it.
    pub soft: bool,
}

/// One term of an identity between years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelTerm {
    /// The variable.
    pub variable: String,
    /// Subtracted and not added.
    pub negative: bool,
    /// Years back from the report's own (0 or 1).
    pub lag: u8,
}

impl Part {
    /// The variable of a cell: row id and column id joined by a dot, empty ones left out.
    #[must_use]
    pub fn variable(&self, row: &Row, column: &Column) -> String {
        column.variable(&row.id)
    }
}

impl Column {
    /// The variable of its cell in the row of an id.
    #[must_use]
    pub fn variable(&self, row: &str) -> String {
        match (row.is_empty(), self.id.is_empty()) {
            (false, false) => format!("{row}.{}", self.id),
            (false, true) => row.to_owned(),
            (true, _) => self.id.clone(),
        }
    }
}

//! A skeleton for a new family or form, with comments that say what to fill in.

use crate::error::{Error, ErrorKind};

/// A file to write: path within the pattern folder, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Path with `/` between its parts (`ogi/ogi-2026.toml`).
    pub path: String,
    /// The text.
    pub text: String,
}

/// The files of a new form `FAMILY/FORM`: the form, a case, and the family's report file unless `is_there` says that
/// the pattern folder has one.
///
/// # Errors
/// A name that is no `family/form`, or a form that is there already.
pub fn new_form(name: &str, is_there: impl Fn(&str) -> bool) -> Result<Vec<Draft>, Error> {
    let plain = |s: &str| {
        !s.is_empty()
            && s.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && !matches!(s, "report" | "narrative" | "fragments")
    };
    let Some((family, form)) = name.split_once('/').filter(|(f, n)| plain(f) && plain(n)) else {
        return Err(Error::new(ErrorKind::Usage, format!("`{name}` names no form"))
            .hint("name it FAMILY/FORM in lower-case letters, digits and hyphens"));
    };
    let report = Draft { path: format!("{family}/report.toml"), text: REPORT.replace("FAMILY", family) };
    let drafts = [
        Draft { path: format!("{family}/{form}.toml"), text: FORM.replace("FORM", form) },
        Draft { path: format!("{family}/{form}.cases/accept.toml"), text: CASES.replace("FORM", form) },
    ];
    if let Some(draft) = drafts.iter().find(|draft| is_there(&draft.path)) {
        return Err(Error::new(ErrorKind::Usage, format!("form {name} has {} already", draft.path))
            .hint("give the new form a name of its own, or edit the one that is there"));
    }
    let report = Some(report).filter(|report| !is_there(&report.path));
    Ok(report.into_iter().chain(drafts).collect())
}

const REPORT: &str = r#"# How the reports of this family name themselves. patterns/README.md explains every key.
id = "FAMILY"
version = "1"
title = { zh = "年度报告", en = "Annual reports" }

# Sections in their usual order; the first heading is the official one. Headings stand without their number.
[[section]]
id = "overview"
headings = ["总体情况"]
# tables = ["main"]

[expressions]
# Matched on shadow text: no spaces, half-width punctuation, simplified characters. Put what these reports call
# themselves in place of 年度报告.
title = [
  '^(?P<agency>[\p{Han}]{2,40}?)(?P<year>20[0-9]{2})年?度?年度报告$',
  '^(?P<year>20[0-9]{2})年?度?(?P<agency>[\p{Han}]{2,40}?)年度报告$',
]
# Titles of papers that only speak of such reports.
look_alike = ['的(?:通知|函|通报|批复)$']
year_sentence = ['现将(?P<year>20[0-9]{2})年']

[words]
# Endings of the names of those who publish them.
agency_suffixes = ["人民政府", "管理委员会", "办事处", "委员会", "局", "厅", "中心", "院", "馆", "学校"]
# Words that no such name holds.
agency_stop = ["年度", "报告", "关于", "根据", "现将"]
metadata_agency_keys = ["发布机构", "来源"]
metadata_date_keys = ["发布日期", "发布时间"]
"#;

const FORM: &str = r#"# One form of tables. patterns/README.md explains every key.
id = "FORM"
version = "1"
title = { zh = "统计表", en = "Statistical table" }
source = "who laid the form down, and when"
years = [2020]

# Named lists: "@columns" in `for`, {@members} in an equation.
[lists]
members = ["first", "second"]

[[table]]
id = "main"
# section = "overview"
captions = ["统计表"]
# Columns and rows that are printed and hold no values of the form.
ignored_columns = ["单位", "序号", "备注"]
ignored_rows = ['^(注|说明|备注):?']
# What in the table's text speaks for this form (or, with a weight below zero, against it).
evidence = [{ match = "第一项", weight = 2.0 }]

# A part is one boxhead with the rows below it. A variable is <row id>.<column id>.
[[table.part]]
id = "main"
corner = ["项目"]
columns = [{ id = "amount", labels = ["数量", "数额"], unit = "件", en = "Number" }]
rows = [
  { group = "all", ordinal = "一、", labels = ["总的情况"], en = "All" },
  { id = "main.total", in = "all", ordinal = "（一）", labels = ["合计"], en = "Total" },
  { id = "main.first", in = "all", ordinal = "（二）", labels = ["第一项", "首项"], en = "First" },
  { id = "main.second", in = "all", ordinal = "（三）", labels = ["第二项"], optional = true, en = "Second" },
]

# An identity; several may share an id, the first whose variables are all printed is used.
[[check]]
id = "main.total"
equation = "main.total.amount = main.{@members}.amount"
"#;

const CASES: &str = r#"# Samples that the form must read, with the record that they must give; `reject = true` for look-alikes.

[[case]]
name = "the table as the form prints it"
text = '''
某某局2020年年度报告

一、总体情况

项目 | 数量 |
一、总的情况 | |
（一）合计 | 3 |
（二）第一项 | 1 |
（三）第二项 | 2 |
'''

[case.expect]
forms = { main = "FORM" }
agency = "某某局"
year = 2020

# One cell a column: a number, or blank, dash, text, unreadable, ambiguous, absent.
[case.expect.rows]
"main.total" = "3"
"main.first" = "1"
"main.second" = "2"
"#;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::pattern::{compile, tree::Tree};

    #[test]
    fn the_skeleton_compiles_as_it_is() {
        let drafts = new_form("census/census-2020", |_| false).unwrap_or_else(|e| panic!("{e}"));
        // Digits of all scripts are none that shadow text holds: the manual writes [0-9].
        assert!(drafts.iter().all(|draft| !draft.text.contains("\\d")));
        let mut tree: Tree = drafts.into_iter().map(|d| (d.path, d.text)).collect();
        let set = compile::compile(&tree, false).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(set.families[0].forms[0].variables().len(), 3);
        assert_eq!(super::super::cases::read(&set, &tree).map(|c| c.len()).unwrap_or_default(), 1);
        let again = new_form("census/census-2020", |path| tree.contains_key(path)).err().map(|e| e.to_string());
        assert_eq!(again.as_deref(), Some("form census/census-2020 has census/census-2020.toml already"));
        let other = new_form("census/census-2030", |path| tree.contains_key(path)).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(other.len(), 2);
        tree.extend(other.into_iter().map(|d| (d.path, d.text)));
        let set = compile::compile(&tree, false).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(set.families[0].forms.len(), 2);
        assert!(new_form("../x", |_| false).is_err() && new_form("a/narrative", |_| false).is_err());
    }
}

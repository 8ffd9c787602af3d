//! Scripts that load the wide table into Stata and R, with labels and extended missing values.

use std::fmt::Write;

use crate::write::codebook::Codebook;
use crate::write::tabular::REPORT;

/// Extended missing values of the states that are no number, and of a cell that was not found.
const MISSING: [(&str, char, &str); 6] = [
    ("blank", 'a', "blank cell"),
    ("dash", 'b', "mark for none"),
    ("text", 'c', "text that is no number"),
    ("unreadable", 'd', "unreadable"),
    ("ambiguous", 'e', "more than one reading"),
    ("", 'f', "no such cell found"),
];

/// A name that Stata takes: letters, digits and `_`, at most 32, told apart by number where cut.
fn stata_name(variable: &str, number: usize) -> String {
    let name: String = variable.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let name = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("v_{name}") } else { name };
    if name.len() <= 32 { name } else { format!("{}_{number}", name.chars().take(27).collect::<String>()) }
}

fn label(book: &Codebook, variable: &str) -> String {
    let entry = book.get(variable);
    let zh = entry.map(|e| e.zh.as_str()).filter(|zh| !zh.is_empty()).unwrap_or(variable);
    zh.replace(['"', '`', '\'', '\\', '\n', '$'], " ")
}

/// A do-file that loads `csv`, the wide table.
#[must_use]
pub fn stata(book: &Codebook, variables: &[String], csv: &str) -> String {
    let mut out = String::from(
        "* Loads the wide table: numbers with extended missing values that keep the state of the cell.\nversion 14\nclear\n",
    );
    let _ = writeln!(
        out,
        "import delimited using \"{csv}\", varnames(nonames) rowrange(2) stringcols(_all) encoding(\"utf-8\") bindquotes(strict) maxquotedrows(unlimited)"
    );
    for (i, name) in REPORT.iter().enumerate() {
        let _ = writeln!(out, "rename v{} {name}", i + 1);
    }
    let _ = writeln!(out, "destring year flags failed_checks, replace");
    out.push_str("label define states");
    for (_, code, text) in MISSING {
        let _ = write!(out, " .{code} \"{text}\"");
    }
    out.push('\n');
    for (i, variable) in variables.iter().enumerate() {
        let (value, state) = (REPORT.len() + 2 * i + 1, REPORT.len() + 2 * i + 2);
        let name = stata_name(variable, i + 1);
        let _ = writeln!(out, "generate double {name} = real(v{value})");
        for (text, code, _) in MISSING {
            let _ = writeln!(out, "replace {name} = .{code} if v{state} == \"{text}\"");
        }
        let _ = writeln!(
            out,
            "label values {name} states\nlabel variable {name} \"{}\"",
            stata_label(&label(book, variable))
        );
        let _ = writeln!(out, "notes {name}: {variable}\ndrop v{value} v{state}");
    }
    out
}

/// A label within Stata's 80 characters.
fn stata_label(label: &str) -> String {
    label.chars().take(80).collect()
}

/// An R script that loads `csv`, the wide table.
#[must_use]
pub fn r(book: &Codebook, variables: &[String], csv: &str) -> String {
    let mut out = String::from(
        "# Loads the wide table as `reports`: numbers with labels; with haven, missing values keep the state of the cell\n\
         # (haven::na_tag tells it). Run it with source(\"load.R\", encoding = \"UTF-8\").\n",
    );
    let _ = writeln!(
        out,
        "reports <- read.csv(\"{csv}\", check.names = FALSE, colClasses = \"character\", encoding = \"UTF-8\", na.strings = character())"
    );
    out.push_str(
        "for (name in c(\"year\", \"flags\", \"failed_checks\")) reports[[name]] <- as.integer(reports[[name]])\n",
    );
    let list = |part: fn(&(&str, char, &str)) -> String| MISSING.iter().map(part).collect::<Vec<_>>().join(", ");
    let _ = writeln!(out, "states <- c({})", list(|(state, ..)| format!("\"{state}\"")));
    let _ = writeln!(out, "tags <- c({})", list(|(_, code, _)| format!("\"{code}\"")));
    let _ = writeln!(out, "meanings <- c({})", list(|(.., text)| format!("\"{text}\"")));
    out.push_str("labels <- c(\n");
    for (i, variable) in variables.iter().enumerate() {
        let comma = if i + 1 < variables.len() { "," } else { "" };
        let _ = writeln!(out, "  \"{variable}\" = \"{}\"{comma}", label(book, variable));
    }
    out.push_str(
        ")
Encoding(labels) <- \"UTF-8\"
names(reports)[1] <- \"id\"  # a byte order mark would stay before it
tagged <- requireNamespace(\"haven\", quietly = TRUE)
for (name in names(labels)) {
  state <- reports[[paste0(name, \"@state\")]]
  value <- suppressWarnings(as.numeric(reports[[name]]))
  if (tagged) {
    known <- match(state, states)
    value[!is.na(known)] <- haven::tagged_na(tags[known[!is.na(known)]])
    value <- haven::labelled(value, setNames(haven::tagged_na(tags), meanings), labels[[name]])
  } else {
    attr(value, \"label\") <- labels[[name]]
  }
  reports[[name]] <- value
}
",
    );
    out
}

//! Every report of `corpus/` against the truth that was typed by hand beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

const APPLICANTS: [&str; 7] = [
    "natural_person",
    "enterprise",
    "research_institute",
    "public_interest_org",
    "legal_service",
    "other_org",
    "total",
];
const OUTCOMES: [&str; 5] = ["upheld", "corrected", "other", "pending", "total"];
const APPLICATION_ROWS: [&str; 25] = [
    "received",
    "carried_over",
    "granted",
    "partly_granted",
    "denied.state_secret",
    "denied.legal_prohibition",
    "denied.security_stability",
    "denied.third_party",
    "denied.internal_affairs",
    "denied.process_information",
    "denied.enforcement_file",
    "denied.administrative_inquiry",
    "unavailable.not_held",
    "unavailable.must_be_created",
    "unavailable.unclear_after_correction",
    "not_handled.petition",
    "not_handled.repeated",
    "not_handled.publication",
    "not_handled.excessive",
    "not_handled.reconfirmation",
    "other_handling.uncorrected",
    "other_handling.fee_unpaid",
    "other_handling.other",
    "concluded",
    "carried_forward",
];

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Columns of a row of the table of disclosed items.
fn proactive_columns(form: &str, row: &str) -> &'static [&'static str] {
    match (form, row) {
        ("ogi-2019", "regulations" | "normative_documents") => &["made", "published", "public_total"],
        ("ogi-2019", "fees") => &["previous_items", "change"],
        ("ogi-2019", "procurement") => &["projects", "amount"],
        ("ogi-2019", _) => &["previous_items", "change", "decisions"],
        (_, "regulations" | "normative_documents") => &["issued", "repealed", "in_force"],
        (_, "fees") => &["amount"],
        _ => &["decisions"],
    }
}

/// What a cell of the truth file says: a number, or the state of a cell without one.
fn meaning(cell: &toml::Value) -> String {
    match cell {
        toml::Value::Integer(n) => n.to_string(),
        toml::Value::Float(n) => n.to_string(),
        toml::Value::String(s) if s == "blank" => "blank".to_owned(),
        _ => "dash".to_owned(),
    }
}

fn expected(truth: &toml::Table) -> BTreeMap<String, String> {
    let form = truth["form"].as_str().unwrap();
    let mut out = BTreeMap::new();
    let printed: Vec<String> = truth["sections"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|s| s.get("tables"))
        .flat_map(|t| t.as_array().unwrap())
        .filter_map(|t| t.as_str().map(str::to_owned))
        .collect();
    let rows = |table: &str| truth.get(table).and_then(|t| t.as_table()).cloned().unwrap_or_default();
    let zeros = |n: usize| vec![toml::Value::Integer(0); n];
    let mut put = |prefix: &str, columns: &[&str], cells: &[toml::Value]| {
        assert_eq!(columns.len(), cells.len(), "{prefix}");
        for (column, cell) in columns.iter().zip(cells) {
            out.insert(format!("{prefix}.{column}"), meaning(cell));
        }
    };
    if printed.iter().any(|t| t == "proactive") {
        let form = truth.get("proactive_form").map_or(form, |f| f.as_str().unwrap());
        for (row, cells) in rows("proactive") {
            put(&format!("proactive.{row}"), proactive_columns(form, &row), cells.as_array().unwrap());
        }
    }
    if printed.iter().any(|t| t == "applications") {
        let given = rows("applications");
        for row in APPLICATION_ROWS {
            if form == "ogi-2019" && row.starts_with("other_handling.") {
                continue;
            }
            let cells = given.get(row).map_or_else(|| zeros(7), |c| c.as_array().unwrap().clone());
            put(&format!("applications.{row}"), &APPLICANTS, &cells);
        }
        if form == "ogi-2019" {
            let cells = given.get("other_handling").map_or_else(|| zeros(7), |c| c.as_array().unwrap().clone());
            put("applications.other_handling", &APPLICANTS, &cells);
        }
    }
    if printed.iter().any(|t| t == "review") {
        let given = rows("review");
        for block in ["review", "litigation.direct", "litigation.after_review"] {
            let cells = given.get(block).map_or_else(|| zeros(5), |c| c.as_array().unwrap().clone());
            put(block, &OUTCOMES, &cells);
        }
    }
    for (row, cells) in rows("fujian") {
        put(&format!("fujian.{row}"), &["year", "cumulative"], cells.as_array().unwrap());
    }
    for (row, cell) in rows("statistics") {
        out.insert(format!("statistics.{row}"), meaning(&cell));
    }
    for (prefix, lines) in rows("open") {
        let lines: Vec<Vec<&str>> =
            lines.as_array().unwrap().iter().map(|l| l.as_str().unwrap().split(' ').collect()).collect();
        let columns = lines[0].iter().all(|word| word.parse::<f64>().is_err() && *word != "blank").then(|| &lines[0]);
        for line in lines.iter().skip(usize::from(columns.is_some())) {
            for (at, cell) in line.iter().skip(1).enumerate() {
                let column = columns.map_or(String::new(), |c| format!(".{}", c[at]));
                out.insert(format!("{prefix}.{}{column}", line[0]), (*cell).to_owned());
            }
        }
    }
    out
}

/// What a record says, in the words of [`meaning`].
fn found(record: &Value) -> BTreeMap<String, String> {
    let cells = record["cells"].as_object().unwrap();
    cells
        .iter()
        .filter(|(variable, _)| !variable.starts_with("narrative."))
        .map(|(variable, cell)| {
            let said = match record["values"][variable].as_f64() {
                Some(number) => number.to_string(),
                None => cell["state"].as_str().unwrap().to_owned(),
            };
            (variable.clone(), said)
        })
        .collect()
}

fn extract(folder: &str) -> (Vec<Value>, String) {
    let run =
        assert_cmd::Command::cargo_bin("gongkai").unwrap().arg("extract").arg(corpus().join(folder)).output().unwrap();
    let lines = String::from_utf8(run.stdout).unwrap();
    (lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect(), String::from_utf8(run.stderr).unwrap())
}

#[test]
fn every_report_says_what_its_truth_file_says() {
    let (records, stderr) = extract("reports");
    let mut wrong = Vec::new();
    let mut truths: Vec<_> = std::fs::read_dir(corpus().join("truth")).unwrap().map(|e| e.unwrap().path()).collect();
    truths.sort();
    assert!(truths.len() >= 25);
    for path in truths {
        let truth: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        let file = truth["file"].as_str().unwrap();
        let of_file = |r: &&Value| r["source"]["path"].as_str().is_some_and(|p| p.ends_with(file));
        let Some(record) = records.iter().find(of_file) else {
            wrong.push(format!("{file}: no record\n{stderr}"));
            continue;
        };
        for key in ["title", "agency", "year", "published"] {
            let Some(wanted) = truth.get(key) else { continue };
            let said = record["report"][key].to_string();
            if said.trim_matches('"') != wanted.to_string().trim_matches('"') {
                wrong.push(format!("{file}: {key} is {said}, not {wanted}"));
            }
        }
        let form = truth.get("expect_form").unwrap_or(&truth["form"]).as_str().unwrap();
        if record["report"]["form"].as_str().unwrap_or_default() != form {
            wrong.push(format!("{file}: form is {}, not {form}", record["report"]["form"]));
        }
        let (said, wanted) = (found(record), expected(&truth));
        for (variable, value) in &wanted {
            match said.get(variable) {
                Some(v) if v == value => {}
                // Digits run together may be left open, never wrong.
                Some(v) if v == "ambiguous" && file.contains("run-together") => {}
                other => wrong.push(format!("{file}: {variable} is {other:?}, not {value}")),
            }
        }
        for variable in said.keys().filter(|v| !wanted.contains_key(*v) && !v.starts_with("statistics.")) {
            wrong.push(format!("{file}: {variable} is not printed"));
        }
        let mut failed: Vec<&str> = record["checks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|c| c["holds"] == Value::Bool(false))
            .map(|c| c["id"].as_str().unwrap())
            .collect();
        failed.sort_unstable();
        let mut known: Vec<&str> = truth
            .get("failed_checks")
            .map(|f| f.as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect())
            .unwrap_or_default();
        known.sort_unstable();
        if failed != known {
            wrong.push(format!("{file}: checks that fail are {failed:?}, not {known:?}"));
        }
        for section in truth["sections"].as_array().unwrap() {
            let (id, text) =
                (section["id"].as_str().unwrap(), section.get("text").and_then(|t| t.as_str()).unwrap_or(""));
            let squeeze = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let said = record["sections"]
                .as_array()
                .unwrap()
                .iter()
                .find(|s| s["id"] == id)
                .map(|s| s["text"].as_str().unwrap());
            if said.map(squeeze).as_deref().unwrap_or("") != squeeze(text) {
                wrong.push(format!("{file}: section {id} is {said:?}, not {text:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// What the pattern files of a family say stands in no source file: the words of its tables are data.
#[test]
fn no_source_names_a_form() {
    fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { sources(&path, out) } else { out.push(path) }
        }
    }
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() > 100);
    let words = [
        "决算",
        "财政拨款",
        "基金预算",
        "国有资本",
        "三公",
        "科目编码",
        "功能分类",
        "经济分类",
        "本年收入",
        "本年支出",
        "accounts-department",
        "three_public",
        "general_budget",
    ];
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for word in words {
            assert!(!text.contains(word), "{} names {word}", file.display());
        }
    }
}

#[test]
fn look_alikes_give_no_record() {
    let (records, stderr) = extract("look-alikes");
    let said: Vec<_> = records.iter().map(|r| &r["source"]["path"]).collect();
    assert!(said.is_empty(), "{said:?}");
    let files = std::fs::read_dir(corpus().join("look-alikes")).unwrap().count();
    assert!(stderr.lines().count() > files, "a line for each of {files} files and a summary:\n{stderr}");
}

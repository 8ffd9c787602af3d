//! The embedded patterns against the variables that the output promises, and mistakes against what is said.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Form, PatternSet, compile, tree};

fn embedded() -> PatternSet {
    match compile::compile(&tree::embedded(), false) {
        Ok(set) => set,
        Err(e) => panic!("{e}\nhint: {:?}", e.remedy()),
    }
}

fn form(id: &str) -> Form {
    let set = embedded();
    let form = set.families.iter().flat_map(|f| &f.forms).find(|f| f.id == id);
    form.unwrap_or_else(|| panic!("no form {id}")).clone()
}

/// The variables named `<row>.<column>` for every row and column.
fn grid(rows: &str, columns: &str) -> BTreeSet<String> {
    let columns: Vec<&str> = columns.split_whitespace().collect();
    rows.split_whitespace().flat_map(|r| columns.iter().map(move |c| format!("{r}.{c}"))).collect()
}

fn expect(id: &str, sets: &[BTreeSet<String>]) {
    let promised: BTreeSet<String> = sets.iter().flatten().cloned().collect();
    let written: BTreeSet<String> = form(id).variables().into_iter().map(|v| v.name).collect();
    let mut difference = String::new();
    for name in promised.symmetric_difference(&written) {
        let _ = writeln!(difference, "{} {name}", if promised.contains(name) { "missing" } else { "unknown" });
    }
    assert!(difference.is_empty(), "{id}:\n{difference}");
}

const APPLICANTS: &str =
    "natural_person enterprise research_institute public_interest_org legal_service other_org total";

const APPLICATIONS: &str = "applications.received applications.carried_over applications.granted
    applications.partly_granted applications.denied.state_secret applications.denied.legal_prohibition
    applications.denied.security_stability applications.denied.third_party applications.denied.internal_affairs
    applications.denied.process_information applications.denied.enforcement_file
    applications.denied.administrative_inquiry applications.unavailable.not_held
    applications.unavailable.must_be_created applications.unavailable.unclear_after_correction
    applications.not_handled.petition applications.not_handled.repeated applications.not_handled.publication
    applications.not_handled.excessive applications.not_handled.reconfirmation applications.other_handling
    applications.concluded applications.carried_forward";

fn review() -> BTreeSet<String> {
    grid("review litigation.direct litigation.after_review", "upheld corrected other pending total")
}

#[test]
fn the_form_of_2019_has_the_promised_variables() {
    let items = [
        grid("proactive.regulations proactive.normative_documents", "made published public_total"),
        grid(
            "proactive.licensing proactive.other_services proactive.penalties proactive.coercion",
            "previous_items change decisions",
        ),
        grid("proactive.fees", "previous_items change"),
        grid("proactive.procurement", "projects amount"),
        grid(APPLICATIONS, APPLICANTS),
        review(),
    ];
    assert_eq!(items.iter().map(BTreeSet::len).sum::<usize>(), 22 + 161 + 15);
    expect("ogi-2019", &items);
}

#[test]
fn the_form_of_2021_has_the_promised_variables() {
    let items = [
        grid("proactive.regulations proactive.normative_documents", "issued repealed in_force"),
        grid("proactive.licensing proactive.penalties proactive.coercion", "decisions"),
        grid("proactive.fees", "amount"),
        grid(APPLICATIONS, APPLICANTS),
        grid(
            "applications.other_handling.uncorrected applications.other_handling.fee_unpaid
             applications.other_handling.other",
            APPLICANTS,
        ),
        review(),
    ];
    // 175 printed values, and seven more where （六） is printed as one row.
    assert_eq!(items.iter().map(BTreeSet::len).sum::<usize>(), 10 + 175 + 7 + 15);
    expect("ogi-2021", &items);
}

#[test]
fn the_form_of_2014_has_the_promised_variables() {
    let names = "proactive.total proactive.normative_documents proactive.normative_issued channels.gazette
        channels.website channels.weibo channels.wechat channels.other response.events response.press_conferences
        response.press_conferences_by_head response.online_interviews response.online_interviews_by_head
        response.policy_interpretations response.weibo_wechat response.other applications.received
        applications.received.in_person applications.received.fax applications.received.online
        applications.received.letter applications.concluded applications.concluded.on_time
        applications.concluded.extended applications.replied applications.replied.already_public
        applications.replied.granted applications.replied.partly_granted applications.replied.denied
        applications.denied.state_secret applications.denied.trade_secret applications.denied.privacy
        applications.denied.security_stability applications.denied.not_government_information
        applications.denied.other_legal applications.replied.not_this_agency applications.replied.nonexistent
        applications.replied.to_be_corrected applications.replied.other_channel review.total review.upheld
        review.corrected review.other litigation.total litigation.upheld litigation.corrected litigation.other
        complaints fees resources.offices resources.reading_points resources.staff resources.staff.full_time
        resources.staff.part_time resources.budget training.meetings training.sessions training.participants";
    let names: BTreeSet<String> = names.split_whitespace().map(|n| format!("statistics.{n}")).collect();
    assert_eq!(names.len(), 58);
    expect("ogi-2014", &[names]);
    let ids: Vec<String> = form("ogi-2014").checks.into_iter().map(|c| c.id).collect();
    let promised = ["received", "concluded", "replied", "denied", "review", "litigation", "staff"];
    assert_eq!(ids, promised.map(|id| format!("statistics.{id}")));
}

#[test]
fn fujians_form_has_the_promised_variables() {
    let rows = "disclosed disclosed.website disclosed.gazette requests requests.in_person requests.fax requests.email
        requests.online requests.letter requests.letter_fax requests.other answers answers.granted answers.partly
        answers.denied answers.other fee_reduction complaints review litigation";
    let names = grid(rows, "year cumulative").into_iter().map(|n| format!("fujian.{n}")).collect();
    expect("ogi-fujian", &[names]);
}

#[test]
fn the_promised_checks_are_there() {
    for id in ["ogi-2019", "ogi-2021"] {
        let form = form(id);
        let ids: BTreeSet<&str> = form.checks.iter().map(|c| c.id.as_str()).collect();
        for column in APPLICANTS.split_whitespace() {
            assert!(ids.contains(format!("applications.balance.{column}").as_str()), "{id}");
            assert!(ids.contains(format!("applications.concluded.{column}").as_str()), "{id}");
        }
        for row in APPLICATIONS.split_whitespace() {
            let row = row.trim_start_matches("applications.");
            assert!(ids.contains(format!("applications.row_total.{row}").as_str()), "{id} {row}");
        }
        for total in ["review.total", "litigation.direct.total", "litigation.after_review.total"] {
            assert!(ids.contains(total), "{id}");
        }
        let concluded = form.checks.iter().find(|c| c.id == "applications.concluded.total").map(|c| c.right.len());
        assert_eq!(concluded, Some(if id == "ogi-2021" { 21 } else { 19 }));
        assert_eq!(form.checks.first().map(|c| c.table.as_str()), Some("applications"));
        assert!(form.panel_checks.iter().any(|c| c.id == "applications.carry_over.total"));
    }
}

#[test]
fn every_variable_has_names_and_every_label_a_shadow() {
    for form in embedded().families.iter().flat_map(|f| &f.forms) {
        for variable in form.variables() {
            assert!(!variable.zh.is_empty() && !variable.en.is_empty(), "{} {}", form.id, variable.name);
        }
        assert_eq!(form.hash.len(), 64);
    }
}

// A small tree that compiles; each test below spoils one line of it.
const REPORT: &str = "id = \"fam\"\nversion = \"1\"\ntitle = { zh = \"甲\", en = \"A\" }\n";
const FORM: &str = r#"id = "one"
version = "1"
title = { zh = "甲", en = "A" }
source = "nowhere"

[lists]
columns = ["a", "b"]

[[table]]
id = "t"
evidence = [{ match = '{{head}}数', weight = 1.0 }]

[[table.part]]
id = "p"
columns = [{ id = "a", labels = ["左栏"], en = "Left" }, { id = "b", labels = ["右栏"], en = "Right" }]
rows = [
  { id = "t.x", ordinal = "一、", labels = ["某项"], en = "X" },
  { id = "t.y", labels = ["某另项"], en = "Y" },
]

[[check]]
id = "t.{column}"
for = { column = ["@columns"] }
equation = "t.x.{column} = t.y.{column}"
"#;

fn small(form: &str, fragments: &str, cases: bool) -> tree::Tree {
    let mut files = vec![("fragments.toml", fragments), ("fam/report.toml", REPORT), ("fam/one.toml", form)];
    if cases {
        files.push(("fam/one.cases/accept.toml", "name = \"x\"\n"));
    }
    files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

const FRAGMENTS: &str = "[fragments]\nhead = '(?:公|私)开'\n";

#[test]
fn a_small_tree_compiles() {
    let set = compile::compile(&small(FORM, FRAGMENTS, true), false).unwrap_or_else(|e| panic!("{e}"));
    let form = &set.families[0].forms[0];
    assert_eq!(form.checks.len(), 2);
    assert!(form.tables[0].evidence[0].0.is_match("私开数"));
    // A year in a label is any year.
    let years = FORM.replacen("\"左栏\"", "\"左栏\", \"{year}年度\"", 1);
    let years = compile::compile(&small(&years, FRAGMENTS, true), false).unwrap_or_else(|e| panic!("{e}"));
    let path = &years.families[0].forms[0].tables[0].parts[0].columns[0].path;
    assert!(path[0].iter().any(|l| l.shadow == "2016年度"));
    // The hash follows the file and the fragments that it uses.
    let other =
        compile::compile(&small(FORM, "[fragments]\nhead = '公开'\n", true), false).unwrap_or_else(|e| panic!("{e}"));
    assert_ne!(form.hash, other.families[0].forms[0].hash);
    let unused = format!("{FRAGMENTS}tail = 'x'\n");
    let same = compile::compile(&small(FORM, &unused, true), false).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(form.hash, same.families[0].forms[0].hash);
}

/// Spoils the form by one replacement; the refusal must name the place, underline the text and give the hint.
fn refused(old: &str, new: &str, message: &str, underlined: &str, hint: &str) {
    assert!(FORM.contains(old), "{old}");
    let text = FORM.replacen(old, new, 1);
    let error =
        compile::compile(&small(&text, FRAGMENTS, true), false).err().unwrap_or_else(|| panic!("accepted: {new}"));
    let shown = error.to_string();
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[0].contains(message), "{shown}");
    let (number, printed) = lines[2].split_once(" | ").unwrap_or_else(|| panic!("{shown}"));
    let number: usize = number.trim().parse().unwrap_or_else(|_| panic!("{shown}"));
    assert!(lines[0].starts_with(&format!("fam/one.toml:{number}:")), "{shown}");
    assert_eq!(text.lines().nth(number - 1), Some(printed), "{shown}");
    let column: usize = lines[0].split(':').nth(2).and_then(|c| c.parse().ok()).unwrap_or_else(|| panic!("{shown}"));
    let at: String = printed.chars().skip(column - 1).take(underlined.chars().count()).collect();
    assert_eq!(at, underlined, "{shown}");
    assert!(lines[3].trim_end().ends_with('^'), "{shown}");
    assert!(error.remedy().unwrap_or_default().contains(hint), "{:?}", error.remedy());
}

#[test]
fn mistakes_are_refused_at_their_place() {
    refused("ordinal =", "ordnal =", "unknown field `ordnal`", "ordnal", "did you mean `ordinal`?");
    refused("'{{head}}数'", "'某{{haed}}数'", "undefined fragment `haed`", "{{haed}}", "did you mean `head`?");
    refused("'{{head}}数'", "'(某'", "bad expression: unclosed group", "'(某'", "");
    refused("'{{head}}数'", "'某（项'", "never occurs in shadow text", "（", "write `\\(`");
    refused("= t.y.{column}\"", "= t.z.{column}\"", "undefined variable `t.z.a`", "t.z.{column}", "did you mean");
    refused("= t.y.{column}\"", "t.y.{column}\"", "without + or -", "t.y.{column}", "");
    refused("= t.y.{column}\"", "= t.y.{column}[t-1]\"", "`[t-1]` in a check", "t.y.{column}", "panel_check");
    refused("[\"@columns\"]", "[\"@columms\"]", "undefined list `columms`", "\"@columms\"", "`columns`");
    refused("\"t.{column}\"", "\"t\"", "missing in the check's id", "\"t\"", "id of its own");
    refused("\"t.y\"", "\"t.x\"", "row `t.x` stands twice", "\"t.x\"", "");
    refused("{ id = \"b\"", "{ id = \"a\"", "column `a` stands twice", "\"a\"", "");
    refused("\"某另项\"", "\"某另项\", \"某 另項\"", "label `某 另項` stands twice", "\"某 另項\"", "folded");
    refused("\"一、\"", "\"甲、\"", "`甲、` is no ordinal", "\"甲、\"", "write 一、");
    refused("{ id = \"t.y\",", "{ id = \"t.y\", in = \"g\",", "undefined row `g`", "\"g\"", "before its members");
    refused("{ id = \"t.y\",", "{ id = \"t.y\", columns = [\"c\"],", "undefined column `c`", "\"c\"", "");
    refused("id = \"one\"", "id = \"two\"", "id `two` in the file", "\"two\"", "named like its file");
    refused("version = \"1\"", "version = ", "", "", "");
    refused("id = \"t\"", "id = \"t\"\nsection = \"s\"", "undefined section `s`", "\"s\"", "");
}

#[test]
fn rows_and_columns_beside_others_have_labels() {
    refused("[\"某另项\"]", "[]", "row `t.y` has no labels", "\"t.y\"", "the only row of values of its part");
    refused("labels = [\"某另项\"], ", "", "row `t.y` has no labels", "\"t.y\"", "write its printed label");
    refused("[\"右栏\"]", "[]", "column `b` has no labels", "\"b\"", "write its printed header");
    refused("[\"某另项\"]", "[\"\"]", "an empty label", "\"\"", "");
    refused("[\"某另项\"]", "[\"某另项\", \" \u{3000}\"]", "an empty label", "\" \u{3000}\"", "");
    // One row alone may stand without a label, below a group too.
    let one = FORM
        .replacen("{ id = \"t.x\", ordinal = \"一、\",", "{ group = \"g\",", 1)
        .replacen("{ id = \"t.y\", labels = [\"某另项\"],", "{ id = \"t\", in = \"g\",", 1)
        .replacen("t.x.{column} = t.y.{column}", "t.{column} = t.{column}", 1);
    compile::compile(&small(&one, FRAGMENTS, true), false).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn ids_and_names_are_written_as_the_manual_says() {
    refused("{ id = \"t.y\",", "{ id = \"T.y\",", "`T.y` is no id of a row", "\"T.y\"", "lower-case letters");
    refused("{ id = \"t.y\",", "{ id = \"t..y\",", "`t..y` is no id of a row", "\"t..y\"", "split by one dot");
    refused("{ id = \"t.y\",", "{ group = \"组\",", "`组` is no id of a row", "\"组\"", "");
    refused("{ id = \"b\"", "{ id = \"b 2\"", "`b 2` is no id of a column", "\"b 2\"", "");
    refused("id = \"t\"", "id = \"Main\"", "`Main` is no id of a table", "\"Main\"", "");
    refused("en = \"Y\"", "en = \"\"", "an empty English name", "\"\"", "codebook");
    refused("en = \"Right\"", "en = \" \"", "an empty English name", "\" \"", "codebook");
    refused("zh = \"甲\"", "zh = \"\"", "an empty Chinese name", "\"\"", "codebook");
    refused("'{{head}}数'", "''", "an empty expression", "''", "");
}

#[test]
fn values_of_another_type_are_told_in_words() {
    refused("version = \"1\"", "version = 1", "the number `1` stands where a text is due", "1", "in quotes");
    let years = |years: &str| format!("source = \"nowhere\"\nyears = {years}");
    let source = "source = \"nowhere\"";
    refused(source, &years("[\"2020\"]"), "the text \"2020\" stands where a whole number is due", "\"2020\"", "2020");
    refused(source, &years("2020"), "the number `2020` stands where a list is due", "2020", "brackets");
    refused(source, &years("[2024, 2020]"), "years is [first] or [first, last]", "2024", "write [2020, 2024]");
    refused(source, &years("[2020, 2021, 2022]"), "years is [first]", "2022", "leave out");
    refused(
        "title = { zh = \"甲\", en = \"A\" }",
        "title = \"甲\"",
        "the text \"甲\" stands where a Chinese and an English name is due",
        "\"甲\"",
        "{ zh = ",
    );
    refused("weight = 1.0", "weight = \"1\"", "the text \"1\" stands where a number is due", "\"1\"", "1.0");
    refused(
        "{ id = \"b\", labels = [\"右栏\"], en = \"Right\" }",
        "{ id = \"b\" }",
        "missing field `en`",
        "{ id = \"b\" }",
        "`en`",
    );
}

#[test]
fn groups_that_nothing_reads_are_refused() {
    for (list, said, hint) in [
        (
            "[expressions]\ntitle = ['^(?P<agency>.+)(?P<yeer>20[0-9]{2})年报$']\n",
            "fam/report.toml:5:30: no group `yeer` of `title` is read",
            "did you mean `year`?",
        ),
        (
            "[expressions]\nperiod = ['(?<when>.+)']\n",
            ":5:15: no group `when` of `period` is read",
            "the groups read are span",
        ),
        ("[expressions]\npaper = ['(?<year>.+)']\n", ":5:14: no group `year` of `paper` is read", "(?:…)"),
    ] {
        let mut tree = small(FORM, FRAGMENTS, true);
        tree.insert("fam/report.toml".to_owned(), format!("{REPORT}{list}"));
        let error = compile::compile(&tree, false).err().unwrap_or_else(|| panic!("accepted"));
        assert!(error.to_string().contains(said), "{error}");
        assert!(error.remedy().unwrap_or_default().contains(hint), "{:?}", error.remedy());
    }
}

#[test]
fn names_that_nothing_looks_up_are_refused() {
    for (list, said) in [
        ("[expressions]\ntitel = ['x']\n", "undefined list of expressions `titel`\ndid you mean `title`?"),
        ("[expressions]\nheading_none = ['x']\n", "undefined list of expressions `heading_none`\n"),
        (
            "[words]\nagency_sufixes = ['x']\n",
            "undefined list of words `agency_sufixes`\ndid you mean `agency_suffixes`?",
        ),
    ] {
        let mut tree = small(FORM, FRAGMENTS, true);
        tree.insert("fam/report.toml".to_owned(), format!("{REPORT}{list}"));
        let error = compile::compile(&tree, false).err().unwrap_or_else(|| panic!("accepted"));
        let text = format!("{}\n{}", error.to_string().lines().next().unwrap(), error.remedy().unwrap_or_default());
        assert!(text.starts_with("fam/report.toml:5:1: ") && text.contains(said), "{text}");
    }
}

#[test]
fn a_form_without_cases_is_refused() {
    let error = compile::compile(&small(FORM, FRAGMENTS, false), false).err().unwrap_or_else(|| panic!("accepted"));
    assert!(error.to_string().starts_with("fam/one.toml:1:6: form `one` has no cases"), "{error}");
}

#[test]
fn fragments_that_go_round_are_refused() {
    let round = "[fragments]\na = '{{b}}'\nb = '{{a}}'\nhead = 'x'\n";
    let error = compile::compile(&small(FORM, round, true), false).err().unwrap_or_else(|| panic!("accepted"));
    assert!(error.to_string().contains("refers to itself"), "{error}");
}

/// The embedded tree with the sentence rules changed; what is said of them.
fn said_of_narrative(from: &str, to: &str) -> String {
    let mut tree = tree::embedded();
    let rules = tree.get_mut("ogi/narrative.toml").unwrap();
    assert!(rules.contains(from), "{from}");
    *rules = rules.replacen(from, to, 1);
    match compile::compile(&tree, false) {
        Ok(_) => panic!("`{to}` is taken"),
        Err(error) => format!("{error}\n{}", error.remedy().unwrap_or_default()),
    }
}

#[test]
fn mistakes_in_sentence_rules_are_shown() {
    for (from, to, said) in [
        ("{n}{{items}}", "[0-9]+{{items}}", "a sentence rule has {n} once"),
        ("fujian.disclosed.year", "fujian.disclosd.year", "did you mean `fujian.disclosed.year`?"),
        ("beyond = [\"part\"]", "beyond = [\"parts\"]", "undefined kind of scope `parts`"),
        ("words = [\"公报\"]", "words = []", "no `words` for `narrative.proactive.gazette`"),
        ("counts = \"no\"", "counts = \"never\"", "`never` is no answer"),
        ("without = [\"problems\"]", "without = [\"problem\"]", "undefined section `problem`"),
        (
            "id = \"narrative.visits\"",
            "id = \"narrative.consultations\"",
            "variable `narrative.consultations` stands twice",
        ),
        ("say = ['{{also}}?公报", "sya = ['{{also}}?公报", "did you mean `say`?"),
        ("公报[^,;:#]", "公报[^，;:#]", "never occurs in shadow text"),
    ] {
        let message = said_of_narrative(from, to);
        assert!(message.contains(said) && message.starts_with("ogi/narrative.toml:"), "{message}");
    }
}

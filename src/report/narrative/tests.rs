use super::*;
use crate::document::Rect;
use crate::pattern::PatternSet;

fn rules() -> &'static Narrative {
    PatternSet::embedded().families.iter().find_map(|f| f.narrative.as_ref()).unwrap()
}

fn hear(text: &str) -> (Vec<Statement>, Vec<Flag>) {
    narrate_text(text, rules(), Of { year: Some(2020), agency: Some("青溪县财政局") })
}

fn value(text: &str, variable: &str) -> Option<String> {
    let (statements, _) = hear(text);
    statements.iter().find(|s| s.variable == variable)?.value.map(|v| v.to_string())
}

#[test]
fn the_sentence_and_its_place_are_the_evidence() {
    let (statements, flags) = hear("全年工作平稳。我局共收到政府信息公开申请 １２ 件，均已答复。");
    let [one] = statements.as_slice() else { panic!("{statements:?}") };
    assert_eq!((one.variable.as_str(), one.raw.as_str()), ("narrative.applications.received", "１２ 件"));
    assert_eq!(one.sentence, "我局共收到政府信息公开申请 １２ 件，均已答复。");
    assert_eq!(one.anchor, Anchor::Text { line: 1, column: 8 });
    assert!(flags.is_empty());
}

#[test]
fn the_reports_own_name_and_year_count() {
    let received = "narrative.applications.received";
    assert_eq!(value("县财政局收到申请3件。", received).as_deref(), Some("3"));
    assert_eq!(value("县民政局收到申请3件。", received), None);
    assert_eq!(value("二〇二〇年收到申请3件。", received).as_deref(), Some("3"));
    assert_eq!(value("2019年收到申请5件，2020年收到申请3件。", received).as_deref(), Some("3"));
}

#[test]
fn a_number_of_two_readings_is_told_and_not_chosen() {
    let (statements, flags) = hear("行政复议、行政诉讼共3件。\n收到申请5件。\n收到申请6件。\n公开政府信息50余条。");
    let states: Vec<_> = statements.iter().map(|s| (s.variable.as_str(), s.state, s.value)).collect();
    let want = [
        ("narrative.proactive.total", State::Text, None),
        ("narrative.applications.received", State::Ambiguous, None),
        ("narrative.review.total", State::Ambiguous, None),
        ("narrative.litigation.total", State::Ambiguous, None),
    ];
    assert_eq!(states, want);
    let codes: Vec<_> = flags.iter().map(|f| f.code).collect();
    assert_eq!(codes, ["narrative-inexact", "narrative-conflict", "narrative-ambiguous", "narrative-ambiguous"]);
}

#[test]
fn names_cut_short_are_the_agencys_own() {
    let received = |text: &str, agency: &str| {
        let (statements, _) = narrate_text(text, rules(), Of { year: Some(2020), agency: Some(agency) });
        statements.iter().any(|s| s.variable == "narrative.applications.received")
    };
    assert!(received("2020年度柳桥街道收到申请3件。", "云州市青溪区人民政府柳桥街道办事处"));
    assert!(received("市卫健委共收到申请3件。", "云州市卫生健康委员会"));
    assert!(!received("2020年度槐桥街道收到申请3件。", "云州市青溪区人民政府柳桥街道办事处"));
    assert!(!received("青溪区政府收到申请3件。", "云州市青溪区财政局"));
}

#[test]
fn a_sentence_torn_over_lines_is_one() {
    let received = "narrative.applications.received";
    let (statements, _) = hear("2020年，我局共收到政府信息公开申\n请15件，均已答复。");
    let [one] = statements.as_slice() else { panic!("{statements:?}") };
    assert_eq!((one.raw.as_str(), one.value), ("15件", Some(15.into())));
    assert_eq!(one.sentence, "2020年，我局共收到政府信息公开申请15件，均已答复。");
    assert_eq!(one.anchor, Anchor::Text { line: 1, column: 1 });
    assert_eq!(value("全年工作平稳。我局共收到政府信息公开申请\n15件。", received).as_deref(), Some("15"));
    // The second line is where this one stands.
    let (statements, _) = hear("全年工作平稳，制度健全，\n没有差错。收到申请15件。");
    assert_eq!(statements.first().map(|s| s.anchor.clone()), Some(Anchor::Text { line: 2, column: 6 }));
    // Digits torn apart are no exact number, and entries of a list are no sentence.
    assert_eq!(value("全年主动公开政府信息1\n20条。", "narrative.proactive.total"), None);
    assert_eq!(value("一、其中网站公开80条\n二、收到申请15件", received).as_deref(), Some("15"));
    assert_eq!(value("2019年收到申请9件。\n其中当面申请4件。", "narrative.applications.received.in_person"), None);
}

#[test]
fn outcomes_are_those_of_the_cases_named_last() {
    let text = "行政复议5件，其中2件维持，1件纠正；行政诉讼3件，维持2件。";
    assert_eq!(value(text, "narrative.review.upheld").as_deref(), Some("2"));
    assert_eq!(value(text, "narrative.review.corrected").as_deref(), Some("1"));
    assert_eq!(value(text, "narrative.litigation.upheld").as_deref(), Some("2"));
    assert_eq!(value("未经复议直接起诉3件，维持2件。", "narrative.review.upheld"), None);
    assert_eq!(value("维持2件。", "narrative.review.upheld"), None);
}

#[test]
fn numbers_that_are_shared_out_go_to_their_names() {
    let (review, litigation) = ("narrative.review.total", "narrative.litigation.total");
    let text = "行政复议、行政诉讼分别为3件、1件，均已审结。";
    assert_eq!((value(text, review).as_deref(), value(text, litigation).as_deref()), (Some("3"), Some("1")));
    assert_eq!(value("收到行政复议和行政诉讼分别为3件和1件。", litigation).as_deref(), Some("1"));
    let received = "narrative.applications.received";
    assert_eq!(value("2019年、2020年分别收到申请5件、6件。", received).as_deref(), Some("6"));
    // Names that are not as many, or no names, leave the numbers unread.
    assert_eq!(value("2019、2020年分别收到申请5件、6件。", received), None);
    assert_eq!(value("行政复议分别为3件、1件。", review), None);
    let (statements, _) = hear("网站、微博和微信分别发布信息5条、6条、7条。");
    let raws: Vec<_> = statements.iter().map(|s| s.raw.as_str()).collect();
    assert_eq!(raws, ["5条", "6条", "7条"]);
    assert_eq!(statements.first().map(|s| s.sentence.as_str()), Some("网站、微博和微信分别发布信息5条、6条、7条。"));
}

#[test]
fn blanks_and_marks_inside_numbers_are_read_with_care() {
    let total = "narrative.proactive.total";
    assert_eq!(value("公开政府信息1 136条。", total).as_deref(), Some("1136"));
    assert_eq!(value("公开政府信息1，136条。", total).as_deref(), Some("1136"));
    assert_eq!(value("公开政府信息12 13条。", total), None);
    assert_eq!(value("公开政府信息3-5条。", total), None);
    assert_eq!(value("公开政府信息数十条。", total), None);
}

#[test]
fn a_table_that_says_otherwise_is_told() {
    let reading = |value: i64| Reading {
        variable: "applications.received.total".into(),
        value: Some(value.into()),
        state: State::Number,
        raw: value.to_string(),
        candidates: Vec::new(),
        label: None,
        anchor: Anchor::Page { page: 1, bbox: Rect::default() },
    };
    let mut document = Document::new(Format::Txt);
    document.blocks.push(Block::Paragraph(Paragraph {
        text: "收到申请5件。".into(),
        role: Role::Body,
        anchor: Anchor::Text { line: 1, column: 1 },
    }));
    let prose = Prose::whole(&document);
    let of = Of::default();
    assert!(narrate(&prose, rules(), of, &[reading(5)]).1.is_empty());
    let flags = narrate(&prose, rules(), of, &[reading(6)]).1;
    assert_eq!(
        flags.first().map(|f| (f.code, f.at.as_str())),
        Some(("narrative-disagrees", "narrative.applications.received"))
    );
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_a_crash(text in "[0-9一二十百万〇.,，。、；（）《》#余约第年件条次元未没有无收到受理公开政府信息申请行政复议诉讼其中共为 \\n]{0,120}") {
        for statement in hear(&text).0 {
            // Marks of Markdown in front of a line are left out of its text.
            let bare = |t: &str| t.chars().filter(|c| !c.is_whitespace() && *c != '#').collect::<String>();
            proptest::prop_assert!(bare(&text).contains(&bare(&statement.sentence)));
        }
    }
}

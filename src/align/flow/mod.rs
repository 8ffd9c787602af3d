//! Tables flattened into running text, put back into rows of cells.
//!
//! The text of neighbouring paragraphs is read as one stream of labels and values, whatever stands between
//! them: line breaks, single spaces, or nothing. A chain of label, values, label, values … becomes a table of
//! its own, which then goes the way of every printed grid. Figures run together are cut by [`super::digits`].

mod figures;
mod header;
mod rows;
mod stream;
mod token;
#[cfg(test)]
mod torn_tests;
mod values;

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::bare::LEAST_COUNTED;
use super::label;
use super::vocabulary::{Role, Vocabulary};
use super::{Claim, ClaimKind, unread};
use crate::document::{Anchor, Block, Document, Table, TableKind};
use crate::record::Flag;
use rows::Chain;
use stream::BLANK;
pub(super) use stream::{Stream, ranges};
pub(super) use token::{Kind, Token, tokens};

/// Longest stream that is searched for labels, in characters: no report is longer by far.
const LONGEST: usize = 400_000;

/// Longest text that can stand between the rows of a table.
const LONGEST_TEXT: usize = 60;

/// A table found in running text.
pub(crate) struct FlowTable {
    /// First block that it stands in.
    pub block: usize,
    /// Its rows, as if they had been printed as a grid.
    pub table: Table,
    /// The text that it takes up.
    pub ranges: Vec<(usize, Range<usize>)>,
    /// What is to be said of its cells.
    pub notes: Vec<Note>,
}

/// What the stream leaves to be said of a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Note {
    /// The cell at the anchor was cut out of figures run together, by identities.
    Inferred(Anchor),
    /// The cell with this text (a marker) has several readings.
    Ambiguous { marker: String, raw: String, candidates: Vec<rust_decimal::Decimal> },
}

/// Finds the tables in the running text of a document.
pub(crate) fn tables(document: &Document, vocabulary: &Vocabulary) -> Vec<FlowTable> {
    let mut out = Vec::new();
    let lost = unread::lost_lines(document);
    for blocks in runs(document) {
        if is_too_long(document, blocks.clone()) {
            continue;
        }
        let stream = Stream::new(document, blocks);
        if !worth_reading(&stream, vocabulary) {
            continue;
        }
        let tokens = tokens(&stream, vocabulary);
        let chains = chains(&stream, &tokens, vocabulary);
        let traceless = chains.iter().any(|c| c.loses_blanks(&stream, vocabulary));
        for chain in chains {
            if lost && chain.is_parted(&stream) {
                continue;
            }
            out.extend(chain.tables(&stream, vocabulary, traceless, out.len()));
        }
    }
    out
}

/// Fewest numbers of a table of another kind in one paragraph.
const DISTRACTOR_NUMBERS: usize = 6;

/// Paragraphs that hold a table of another kind, flattened: many numbers, and no mark of a sentence.
pub(crate) fn distractors(document: &Document, claims: &[Claim]) -> Vec<Claim> {
    let mut out = Vec::new();
    let claimed: FxHashSet<usize> = claims.iter().map(|c| c.block).collect();
    for (block, b) in document.blocks.iter().enumerate() {
        let Block::Paragraph(p) = b else { continue };
        if claimed.contains(&block)
            || p.text.len() > LONGEST
            || p.text.contains(['，', '。', '；', '：', '！', '？', '、', ';', ':'])
        {
            continue;
        }
        let mut numbers = 0usize;
        let mut within = false;
        let mut letters = 0usize;
        for c in p.text.chars() {
            let digit = c.is_ascii_digit();
            numbers += usize::from(digit && !within);
            letters += usize::from(c.is_alphabetic());
            within = digit;
        }
        if numbers >= DISTRACTOR_NUMBERS && letters >= numbers * 2 {
            out.push(Claim { block, range: 0..p.text.len(), kind: ClaimKind::Distractor, table: None });
        }
    }
    out
}

/// Whether a run of blocks is surely longer than what is searched for labels.
pub(super) fn is_too_long(document: &Document, blocks: Range<usize>) -> bool {
    let mut bytes = 0usize;
    for block in document.blocks.get(blocks).unwrap_or(&[]) {
        bytes = bytes.saturating_add(match block {
            Block::Paragraph(p) => p.text.len(),
            Block::Table(t) => t.cells.iter().map(|c| c.text.len()).sum(),
        });
    }
    bytes > LONGEST * 3
}

/// Says so where running text is too long to be searched for tables.
pub(crate) fn unsearched(document: &Document) -> Option<Flag> {
    runs(document).into_iter().any(|r| is_too_long(document, r)).then(|| Flag {
        code: "text-too-long",
        at: String::new(),
        message: format!("running text of more than {LONGEST} characters was not searched for tables"),
    })
}

/// Whether a table stands for a list of cells only, without rows.
fn is_list(table: &Table) -> bool {
    table.kind == TableKind::Delimited && table.cols == 1
}

/// Runs of blocks without a grid between them.
fn runs(document: &Document) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for (at, block) in document.blocks.iter().enumerate() {
        if let Block::Table(table) = block
            && !is_list(table)
        {
            if at > start {
                out.push(start..at);
            }
            start = at + 1;
        }
    }
    if document.blocks.len() > start {
        out.push(start..document.blocks.len());
    }
    out
}

/// Whether labels of rows stand right before values, or labels of columns one behind the other: what prose
/// does not do.
fn worth_reading(stream: &Stream<'_>, vocabulary: &Vocabulary) -> bool {
    let text: String = stream.atoms.iter().map(|a| a.c).collect();
    let Some(needles) = vocabulary.flow_needles() else { return true };
    let mut found = FxHashSet::default();
    for needle in needles.find_overlapping_iter(&text) {
        let behind = text.get(needle.end()..).and_then(|s| s.chars().next());
        if behind
            .is_some_and(|c| c.is_ascii_digit() || matches!(c, '/' | '-' | '(' | BLANK | '条' | '件' | '次' | '无'))
            && found.insert(needle.pattern())
            && found.len() >= 2
        {
            return true;
        }
    }
    !found.is_empty() && stream.atoms.len() < 6000 || counts(stream)
}

/// Whether figures stand in a row that may be told by their number alone.
fn counts(stream: &Stream<'_>) -> bool {
    let mut run = 0usize;
    stream.atoms.iter().any(|atom| {
        let figure = atom.c.is_ascii_digit() || matches!(atom.c, '.' | '-' | '/');
        run = if figure { run + usize::from(atom.gap > 0) } else { 0 };
        run >= LEAST_COUNTED
    })
}

/// Chains of labels and values without prose between them.
fn chains(stream: &Stream<'_>, tokens: &[Token], vocabulary: &Vocabulary) -> Vec<Chain> {
    let mut out: Vec<Chain> = Vec::new();
    let mut open = Chain::default();
    let mut carried: Vec<Token> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        // The texts before the next values, then the values.
        let start = at;
        while tokens.get(at).is_some_and(|t| !t.is_value()) {
            at += 1;
        }
        let values = at;
        while tokens.get(at).is_some_and(Token::is_value)
            || (tokens.get(at).is_some_and(|t| t.kind == Kind::Unit)
                && tokens.get(at + 1).is_some_and(Token::is_value)
                && stream.gap(tokens.get(at).map_or(0, |t| t.from)) <= 1)
        {
            at += 1;
        }
        let mut from = start;
        for n in (start..values).rev() {
            let Some(token) = tokens.get(n) else { break };
            if breaks(stream, token, vocabulary) {
                from = n + 1;
                break;
            }
        }
        if from > start && tokens.get(start).is_some_and(|t| goes_on_as_prose(stream, t)) {
            open.groups.pop();
        }
        if from > start && !open.groups.is_empty() {
            out.push(std::mem::take(&mut open));
        }
        if from > start {
            carried.clear();
        }
        carried.extend(tokens.get(from..values).unwrap_or(&[]).iter().cloned());
        if at > values {
            let list: Vec<Token> =
                tokens.get(values..at).unwrap_or(&[]).iter().filter(|t| t.is_value()).cloned().collect();
            if is_padding(stream, &carried, &list, vocabulary) {
                continue;
            }
            open.groups.push((std::mem::take(&mut carried), list));
        }
    }
    if !open.groups.is_empty() {
        out.push(open);
    }
    out
}

/// Whether a sentence goes on right behind a number: no cell was printed there (行政许可900项，本年…).
fn goes_on_as_prose(stream: &Stream<'_>, token: &Token) -> bool {
    token.kind == Kind::Text
        && stream.gap(token.from) == 0
        && stream.atoms.get(token.from..token.to).unwrap_or(&[]).iter().take(3).any(|a| matches!(a.c, ',' | ';'))
}

/// Whether empty cells (and at most the first row's number) behind a header's cell only fill up its row.
fn is_padding(stream: &Stream<'_>, texts: &[Token], values: &[Token], vocabulary: &Vocabulary) -> bool {
    let (filled, last) = match values.split_last() {
        Some((last, rest)) => (rest.iter().all(|t| t.kind == Kind::Blank), last),
        None => return true,
    };
    let number = stream.tight(last.from..last.to) == "1" && values.len() > 1;
    if !filled || !(last.kind == Kind::Blank || number) {
        return false;
    }
    let Some(label) = texts.iter().rfind(|t| t.kind != Kind::Unit) else { return true };
    match &label.kind {
        Kind::Label(keys) => {
            let numbered = label::split_ordinal(&stream.tight(label.from..label.to)).0.is_some();
            let roles = || vocabulary.tables.iter().flat_map(|t| keys.iter().flat_map(|&k| t.roles(k)));
            let head = roles().any(|r| !matches!(r, Role::Row(_) | Role::Stub(_)));
            head && !numbered
        }
        _ => true,
    }
}

/// Whether a piece of text cannot stand inside a table: prose, or the heading of a section.
pub(super) fn breaks(stream: &Stream<'_>, token: &Token, vocabulary: &Vocabulary) -> bool {
    match &token.kind {
        Kind::Text => {
            let text = stream.tight(token.from..token.to);
            // An ordinal's mark may stand in front, a remark's colon in brackets or behind 其中.
            let (_, body) = label::split_ordinal(&text);
            let bracket = body.starts_with('(');
            text.chars().count() > LONGEST_TEXT
                || (!bracket && !body.starts_with("其中") && body.contains(':'))
                || (!bracket && body.contains([',', ';', '!', '?', '.', '《']))
        }
        Kind::Label(keys) => {
            vocabulary.tables.iter().any(|t| keys.iter().any(|&k| t.roles(k).contains(&Role::TableCaption)))
                && !vocabulary.tables.iter().any(|t| {
                    keys.iter().any(|&k| t.roles(k).iter().any(|r| matches!(r, Role::Row(_) | Role::Column { .. })))
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::align::align;
    use crate::pattern::{Family, PatternSet};

    fn family() -> &'static Family {
        PatternSet::embedded().family("ogi").unwrap()
    }

    fn values(text: &str, prefix: &str) -> Vec<String> {
        let document = crate::format::txt::read(text.as_bytes(), &crate::limits::Limits::default()).unwrap();
        align(&document, family())
            .readings
            .iter()
            .filter(|r| r.variable.starts_with(prefix))
            .map(|r| r.value.map_or_else(|| r.state.name().to_owned(), |v| v.to_string()))
            .collect()
    }

    #[test]
    fn a_colon_may_part_a_label_from_its_number() {
        let text = "统计指标\n（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）：312条\n\
                    其中：主动公开规范性文件数：0条\n制发规范性文件总数：5件\n1.政府公报公开政府信息数：7条\n\
                    2.政府网站公开政府信息数：140条\n";
        assert_eq!(values(text, "statistics."), ["312", "0", "5", "7", "140"]);
    }

    const HEAD: &str =
        "申请人情况\n自然人\n法人或其他组织\n总计\n商业企业\n科研机构\n社会公益组织\n法律服务机构\n其他\n";

    #[test]
    fn cells_one_a_line() {
        let text = format!(
            "{HEAD}一、本年新收政府信息\n公开申请数量\n3\n1\n0\n0\n0\n0\n4\n二、上年结转政府信息公开申请数量\n0\n0\n/\n0\n0\n0\n0\n\
             三、本年度办理结果\n（一）予以公开\n2\n1\n0\n0\n0\n0\n3\n"
        );
        assert_eq!(values(&text, "applications.received"), ["3", "1", "0", "0", "0", "0", "4"]);
        assert_eq!(values(&text, "applications.carried_over"), ["0", "0", "dash", "0", "0", "0", "0"]);
        assert_eq!(values(&text, "applications.granted"), ["2", "1", "0", "0", "0", "0", "3"]);
    }

    #[test]
    fn raw_text_is_what_the_source_prints() {
        let cells = "信息内容\n本年制发件数\n本年废止件数\n现行有效件数\n规章\n／\n１２\n－\n";
        let fused = format!("{}第（一）项规章０３７", "信息内容本年新制作数量本年新公开数量对外公开总数量");
        for (text, raw) in [
            (cells.to_owned(), vec!["／", "１２", "－"]),
            (cells.replace('\n', " |\n"), vec!["／", "１２", "－"]),
            (fused, vec!["０", "３", "７"]),
        ] {
            let document = crate::format::txt::read(text.as_bytes(), &crate::limits::Limits::default()).unwrap();
            let found = align(&document, family());
            let read = found.readings.iter().filter(|r| r.variable.starts_with("proactive.regulations"));
            assert_eq!(read.map(|r| r.raw.as_str()).collect::<Vec<_>>(), raw, "{text}");
        }
    }

    #[test]
    fn figures_run_together_are_cut_by_their_sums() {
        let head = HEAD.replace('\n', "");
        let text = format!(
            "{head}一、本年新收政府信息公开申请数量15130000154二、上年结转政府信息公开申请数量0000000\
             三、本年度办理结果（一）予以公开230 000023（二）部分公开10000018"
        );
        assert_eq!(values(&text, "applications.received"), ["151", "3", "0", "0", "0", "0", "154"]);
        assert_eq!(values(&text, "applications.granted"), ["23", "0", "0", "0", "0", "0", "23"]);
        // No cut adds up: nothing is guessed.
        assert!(values(&text, "applications.partly_granted").iter().any(|v| v == "ambiguous"));
    }

    #[test]
    fn where_an_empty_cell_leaves_no_trace_nothing_is_cut_without_a_sum() {
        let head = "第二十条第（一）项信息内容本年新制作数量本年新公开数量对外公开总数量";
        let more = "第二十条第（五）项信息内容上一年项目数量本年增/减处理决定数量行政许可100行政处罚200行政强制300";
        assert_eq!(values(&format!("{head}规章037规范性文件504{more}"), "proactive.regulations"), ["0", "3", "7"]);
        // The figures may be 0 and 37: another row has no value at all.
        assert!(values(&format!("{head}规章037规范性文件{more}"), "proactive.regulations").is_empty());
    }

    #[test]
    fn a_lost_cell_is_never_shifted_over() {
        let text = format!(
            "{HEAD}一、本年新收政府信息公开申请数量\n3\n1\n0\n4\n二、上年结转政府信息公开申请数量\n0\n0\n0\n0\n0\n0\n0\n\
             三、本年度办理结果\n（一）予以公开\n2\n1\n0\n0\n0\n0\n3\n"
        );
        assert!(values(&text, "applications.received").is_empty());
    }

    #[test]
    fn one_value_for_many_columns_is_none_of_them() {
        let text = format!("{HEAD}一、本年新收政府信息公开申请数量\n二、上年结转政府信息公开申请数量\n（七）总计\n1\n");
        assert!(values(&text, "applications").is_empty());
        let outcomes = "结果维持 结果纠正 其他结果 尚未审结 总计";
        let heads = format!("行政复议 行政诉讼\n{outcomes} 未经复议直接起诉 复议后起诉\n{outcomes} {outcomes}\n");
        assert_eq!(
            values(&format!("{heads}件数 无 无 - 无 无 0 0 0 1 0 0 —— 0 0 0\n"), "litigation.direct.pending"),
            ["1"]
        );
        assert!(values(&format!("{heads}件数 无 无 - 无 无 0 0 0 0 0 —— 0 0 0\n"), "").is_empty());
    }

    #[test]
    fn a_mark_for_none_behind_its_unit_is_a_value() {
        let text = "统计指标单位统计数\n1.政府网站公开政府信息数条5\n2.政务微博公开政府信息数条无\n3.政务微信公开政府信息数条7\n\
                    4.其他方式公开政府信息数条无\n";
        assert_eq!(values(text, "statistics.channels"), ["5", "dash", "7", "dash"]);
        assert_eq!(values(&text.replace('无', "不涉及"), "statistics.channels"), ["5", "dash", "7", "dash"]);
    }

    #[test]
    fn last_years_table_is_told_apart() {
        let rows = |a: u32| {
            format!(
                "一、本年新收政府信息公开申请数量\n{a}\n0\n0\n0\n0\n0\n{a}\n二、上年结转政府信息公开申请数量\n0\n0\n0\n0\n0\n0\n0\n\
                 三、本年度办理结果\n（一）予以公开\n{a}\n0\n0\n0\n0\n0\n{a}\n"
            )
        };
        let text = format!("{HEAD}{}{HEAD}{}", rows(7), rows(3));
        let document = crate::format::txt::read(text.as_bytes(), &crate::limits::Limits::default()).unwrap();
        let found = align(&document, family());
        assert!(found.flags.iter().any(|f| f.code == "other-table" && f.at == "applications"));
    }

    #[test]
    fn a_number_before_each_label_is_no_value() {
        let text = "序号\n申请人情况\n自然人\n法人或其他组织\n总计\n商业企业\n科研机构\n社会公益组织\n法律服务机构\n其他\n1\n\
                    一、本年新收政府信息公开申请数量\n3\n1\n0\n0\n0\n0\n4\n2\n二、上年结转政府信息公开申请数量\n0\n0\n0\n0\n0\n0\n0\n3\n\
                    三、本年度办理结果\n（一）予以公开\n2\n1\n0\n0\n0\n0\n3\n";
        assert_eq!(values(text, "applications.received"), ["3", "1", "0", "0", "0", "0", "4"]);
        assert_eq!(values(text, "applications.granted"), ["2", "1", "0", "0", "0", "0", "3"]);
    }

    #[test]
    fn the_next_rows_number_sticks_to_a_figure_behind_a_space() {
        let text = "序号统计指标单位统计数1（一）主动公开政府信息数条1362其中：主动公开规范性文件数条 03 制发规范性文件总数件\
                    0 4（二）通过不同渠道和方式公开政府信息的情况————51.政府公报公开政府信息数条7";
        assert_eq!(values(text, "statistics.proactive"), ["136", "0", "0"]);
        // The last row's figure is two: whatever the second one is.
        let last = text.replace("条7", "条07");
        assert_eq!(values(&last, "statistics.channels").len(), 0);
        // Nothing shows that numbers stick to figures, and this one may be a whole one.
        let text = text.replace("条1362", "条 136 2").replace("条 03 ", "条 43 ");
        assert!(!values(&text, "statistics.proactive").contains(&"43".to_owned()));
    }

    #[test]
    fn above_a_header_no_number_of_the_next_row_is_looked_for() {
        let text = "第二十条第（五）项序号信息内容本年处理决定数量1行政许可1302第二十条第（六）项序号信息内容本年处理决定数量\
                    2行政处罚73行政强制5";
        assert_eq!(values(text, "proactive.licensing"), ["1302"]);
        assert_eq!(values(text, "proactive.penalties"), ["7"]);
    }

    #[test]
    fn a_number_at_a_sentences_end_numbers_no_label() {
        let outcomes = "结果维持 结果纠正 其他结果 尚未审结 总计";
        let text = |head: &str| {
            format!(
                "{head} {outcomes} 未经复议直接起诉 复议后起诉 {outcomes} {outcomes} 1 2 3 4 10 5 6 7 8 26 9 1 1 1 12\n"
            )
        };
        assert_eq!(values(&text("数据见表2。 行政复议 行政诉讼"), "review"), ["1", "2", "3", "4", "10"]);
        // The label above some columns is lost: they are not taken for the last ones.
        assert_eq!(values(&text("行政诉讼"), "review"), ["1", "2", "3", "4", "10"]);
    }

    #[test]
    fn brackets_beside_labels_and_numbers() {
        let text = "第二十条第（一）项\n信息内容\n本年(2023)制发件数\n本年(2023年)废止件数\n现行有效件数\n规章\n0\n0\n0\n\
                    行政规范性文件\n12 件（其中修订3件）\n0\n55(含自然失效 29 件)\n";
        assert_eq!(values(text, "proactive.normative_documents"), ["12", "0", "55"]);
        assert_eq!(values(&text.replace('\n', " "), "proactive.normative_documents"), ["12", "0", "55"]);
    }

    #[test]
    fn numbers_in_sentences_are_no_table() {
        let text = "本年予以公开283件，部分公开88件，重复申请19件，行政许可900项，本年增加21项，处理决定921件；行政处罚130项。";
        assert!(values(text, "").is_empty());
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { cases: 48, ..Default::default() })]
        #[test]
        fn any_text_is_survived(text in "(规章|行政许可|总计|信息内容|结果维持|其他|[0-9]{1,9}|[ \n/、（）。-]|件){0,40}") {
            let _ = values(&format!("表{text}"), "");
        }
    }
}

//! Expressions of pattern files: compiled when they are first needed, and run only on texts that they can match.
//!
//! A pattern set holds hundreds of expressions and a report needs few of them. To compile one costs as much as to read
//! half a report, to run one as much as to look for ten words; and most expressions cannot match without one of a few
//! words, which most texts lack. So an expression is run only on texts that hold one of the words that it needs.
//!
//! Most of what is compiled are classes of characters that hold everything but a few marks (`.`, `[^,;]`), once for
//! every repetition. Text is always good UTF-8: by its first byte alone a character beyond ASCII is told whole, and an
//! expression comes out at a third of its size.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use memchr::memmem::Finder;
use regex::bytes::RegexBuilder;
use regex_automata::meta::{Config, Regex};
use regex_automata::util::captures;
use regex_syntax::hir::{Capture, Class, ClassBytes, ClassBytesRange, ClassUnicode, Hir, HirKind, Repetition};
use regex_syntax::utf8::{Utf8Range, Utf8Sequences};

use crate::text;

/// Bytes that one compiled expression may take.
const EXPRESSION_BYTES: usize = 4 << 20;
/// Words of which one is needed, at most: beyond, nothing is asked.
const MOST_WORDS: usize = 96;
/// Ways to begin a character of one class, at most: beyond, the class is left to the compiler, which shares their ends.
const MOST_WAYS: usize = 16;
/// Words that are looked for one by one before an expression is run, in a text whose letters are not known.
const FEW_WORDS: usize = 12;

/// An expression on shadow text.
#[derive(Debug, Clone)]
pub struct Expression {
    text: String,
    compiled: OnceLock<Option<Regex>>,
    needs: OnceLock<Needs>,
}

/// What every match holds.
#[derive(Debug, Clone)]
struct Needs {
    /// Of these words one: the hardest to find.
    words: Vec<Vec<u8>>,
    /// One behind the other of each list one word.
    lists: Vec<Vec<Word>>,
}

/// A word that a match may need.
#[derive(Debug, Clone)]
struct Word {
    finder: Finder<'static>,
    letters: u128,
}

impl Word {
    /// Whether a text has all its letters.
    fn may_be_in(&self, text: Lettered<'_>) -> bool {
        self.letters & !text.letters == 0
    }
}

impl Needs {
    fn new(lists: Vec<Vec<Vec<u8>>>) -> Self {
        let word = |word: &Vec<u8>| Word {
            finder: Finder::new(word).into_owned(),
            letters: std::str::from_utf8(word).map_or(0, letters),
        };
        let words = |list: &Vec<Vec<u8>>| list.iter().map(word).collect();
        Self { lists: lists.iter().map(words).collect(), words: hardest(lists).unwrap_or_default() }
    }
}

/// A text whose letters are known: most expressions that it does not match are told by them alone.
#[derive(Debug, Clone, Copy)]
pub struct Lettered<'t> {
    text: &'t str,
    letters: u128,
}

impl<'t> Lettered<'t> {
    /// A shadow text with its letters.
    #[must_use]
    pub fn new(shadow: &'t str) -> Self {
        Self { text: shadow, letters: letters(shadow) }
    }
}

impl Expression {
    /// An expression that is compiled when it is first run; one that is wrong never matches.
    pub(super) fn lazy(text: String) -> Self {
        Self { text, compiled: OnceLock::new(), needs: OnceLock::new() }
    }

    /// An expression that is known to be right.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn compile(text: String) -> Result<Self, String> {
        RegexBuilder::new(&text).size_limit(EXPRESSION_BYTES).build().map_err(|e| match e {
            regex::Error::CompiledTooBig(limit) => format!("compiled, it takes more than {limit} bytes"),
            other => other.to_string(),
        })?;
        Ok(Self::lazy(text))
    }

    /// The expression as written, its fragments filled in.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it has a group of this name.
    pub(super) fn has_group(&self, name: &str) -> bool {
        self.groups().any(|group| group == name)
    }

    /// The names of its groups.
    pub(super) fn groups(&self) -> impl Iterator<Item = &str> {
        let names = self.regex().into_iter().flat_map(|r| r.group_info().all_names());
        names.filter_map(|(_, _, group)| group)
    }

    /// Whether it matches anywhere.
    #[must_use]
    pub fn is_match(&self, shadow: &str) -> bool {
        self.for_text(shadow).is_some_and(|r| r.is_match(shadow.as_bytes()))
    }

    /// Its first match.
    #[must_use]
    pub fn find<'t>(&self, shadow: &'t str) -> Option<Match<'t>> {
        self.for_text(shadow)?.find(shadow.as_bytes()).map(|m| Match { text: shadow, range: m.range() })
    }

    /// All its matches.
    pub fn find_iter<'t>(&self, text: Lettered<'t>) -> impl Iterator<Item = Match<'t>> + use<'_, 't> {
        let all = self.for_lettered(text).map(|r| r.find_iter(text.text.as_bytes())).into_iter().flatten();
        all.map(move |m| Match { text: text.text, range: m.range() }).filter(Match::is_whole)
    }

    /// The groups of its first match.
    #[must_use]
    pub fn captures<'t>(&self, shadow: &'t str) -> Option<Captures<'t>> {
        let regex = self.for_text(shadow)?;
        let mut groups = regex.create_captures();
        regex.captures(shadow.as_bytes(), &mut groups);
        Captures::of(shadow, groups)
    }

    /// The groups of all its matches.
    pub fn captures_iter<'t>(&self, text: Lettered<'t>) -> impl Iterator<Item = Captures<'t>> + use<'_, 't> {
        let (shadow, regex) = (text.text, self.for_lettered(text));
        let grouped = regex.filter(|r| r.captures_len() > 1).map(|r| r.captures_iter(shadow.as_bytes()));
        // Where there is nothing but the whole match, groups are not asked for.
        let plain = regex.filter(|r| r.captures_len() <= 1).map(|r| r.find_iter(shadow.as_bytes()));
        let grouped = grouped.into_iter().flatten().filter_map(move |groups| Captures::of(shadow, groups));
        let whole = move |range| Captures { whole: Match { text: shadow, range }, groups: None };
        let plain = plain.into_iter().flatten().map(move |m| whole(m.range()));
        grouped.chain(plain).filter(|found| found.whole().is_whole())
    }

    /// The compiled expression, where the text holds what it needs, in that order.
    fn for_text(&self, shadow: &str) -> Option<&Regex> {
        let few = self.needs().lists.iter().filter(|words| words.len() <= FEW_WORDS);
        self.behind_words(few, Lettered { text: shadow, letters: u128::MAX })
    }

    /// The compiled expression, where the text holds what it needs: first asked of its letters, which costs next to
    /// nothing.
    fn for_lettered(&self, text: Lettered<'_>) -> Option<&Regex> {
        let lists = &self.needs().lists;
        lists.iter().all(|words| words.iter().any(|word| word.may_be_in(text))).then_some(())?;
        self.behind_words(lists.iter(), text)
    }

    fn behind_words<'w>(&self, lists: impl Iterator<Item = &'w Vec<Word>>, text: Lettered<'_>) -> Option<&Regex> {
        let mut rest = text.text.as_bytes();
        for words in lists {
            let likely = words.iter().filter(|word| word.may_be_in(text));
            let ends = likely.filter_map(|word| Some(word.finder.find(rest)? + word.finder.needle().len()));
            rest = rest.get(ends.min()?..)?;
        }
        self.regex()
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| build(&self.text)).as_ref()
    }

    /// Words of which every match holds one, the hardest to find; none where nothing is known of its matches.
    pub(super) fn words(&self) -> &[Vec<u8>] {
        &self.needs().words
    }

    fn needs(&self) -> &Needs {
        self.needs.get_or_init(|| Needs::new(needed(&self.text)))
    }
}

/// Which of 128 groups of characters a text holds: it holds no word of a character in another.
fn letters(shadow: &str) -> u128 {
    text::bloom(shadow.chars())
}

/// What an expression, or a group of it, matched.
#[derive(Debug, Clone)]
pub struct Match<'t> {
    text: &'t str,
    range: Range<usize>,
}

impl<'t> Match<'t> {
    /// Byte of the text where it begins.
    #[must_use]
    pub fn start(&self) -> usize {
        self.range.start
    }

    /// Byte behind it.
    #[must_use]
    pub fn end(&self) -> usize {
        self.range.end
    }

    /// Its bytes in the text.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Whether it is no empty match within a character, of which an expression on bytes knows nothing.
    fn is_whole(&self) -> bool {
        self.text.is_char_boundary(self.range.start)
    }

    /// The text matched.
    #[must_use]
    pub fn as_str(&self) -> &'t str {
        self.text.get(self.range.clone()).unwrap_or_default()
    }
}

/// A match with its groups.
#[derive(Debug)]
pub struct Captures<'t> {
    whole: Match<'t>,
    /// None where the expression has no groups.
    groups: Option<captures::Captures>,
}

impl<'t> Captures<'t> {
    /// The groups of a match; none where there is no match.
    fn of(text: &'t str, groups: captures::Captures) -> Option<Self> {
        let range = groups.get_match()?.range();
        Some(Self { whole: Match { text, range }, groups: Some(groups) })
    }

    /// All that was matched.
    #[must_use]
    pub fn whole(&self) -> Match<'t> {
        self.whole.clone()
    }

    /// What the group of a name matched; `None` where it took no part.
    #[must_use]
    pub fn name(&self, name: &str) -> Option<Match<'t>> {
        let group = self.groups.as_ref()?.get_group_by_name(name)?;
        Some(Match { text: self.whole.text, range: group.range() })
    }
}

/// Lists of words of which every match of an expression holds one each, one behind the other.
fn needed(text: &str) -> Vec<Vec<Vec<u8>>> {
    regex_syntax::parse(text).map_or_else(|_| Vec::new(), |hir| needs(&hir))
}

fn build(text: &str) -> Option<Regex> {
    let hir = regex_syntax::parse(text).ok()?;
    // Where words end is asked within characters too: there the lighter form may end.
    let hir = if hir.properties().look_set().contains_word() { hir } else { light(hir) };
    // Who looks for needed words first gains nothing by a search for the words that begin a match, and next to nothing
    // by the automaton that reads groups of the simplest expressions.
    let config = Config::new().auto_prefilter(false).onepass(false).dfa(false);
    let config = config.utf8_empty(false).nfa_size_limit(Some(EXPRESSION_BYTES));
    Regex::builder().configure(config).build_from_hir(&hir).ok()
}

/// The same expression on good UTF-8, with large classes of characters told by their first bytes.
fn light(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Class(Class::Unicode(class)) => {
            by_first_bytes(&class).unwrap_or_else(|| Hir::class(Class::Unicode(class)))
        }
        HirKind::Class(class) => Hir::class(class),
        HirKind::Repetition(r) => Hir::repetition(Repetition { sub: Box::new(light(*r.sub)), ..r }),
        HirKind::Capture(c) => Hir::capture(Capture { sub: Box::new(light(*c.sub)), ..c }),
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(light).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.into_iter().map(light).collect()),
    }
}

/// A class by as few first bytes of its characters as tell them, and all that goes on with these; none where that takes
/// too many ways.
///
/// In good UTF-8 no character goes on with the beginning of the next: a loop takes the rest of one whole, and where all
/// characters beyond ASCII are in the class, one byte and the loop say all of it.
fn by_first_bytes(class: &ClassUnicode) -> Option<Hir> {
    // The last byte that is asked, by those before it.
    let mut asked: BTreeMap<Vec<u8>, Vec<ClassBytesRange>> = BTreeMap::new();
    let mut cut = false;
    for range in class.ranges() {
        for sequence in Utf8Sequences::new(range.start(), range.end()) {
            let mut rest = sequence.as_slice();
            while let [before @ .., last] = rest
                && is_any_behind(before, *last)
            {
                rest = before;
                cut = true;
            }
            let (last, before) = rest.split_last()?;
            // A range of first bytes has any behind it, and was cut.
            if before.iter().any(|byte| byte.start != byte.end) {
                return None;
            }
            let before = before.iter().map(|byte| byte.start).collect();
            asked.entry(before).or_default().push(ClassBytesRange::new(last.start, last.end));
        }
        if asked.len() > MOST_WAYS {
            return None;
        }
    }
    let bytes = |ranges: Vec<ClassBytesRange>| Hir::class(Class::Bytes(ClassBytes::new(ranges)));
    let ways = asked.into_iter().map(|(before, last)| Hir::concat(vec![Hir::literal(before), bytes(last)]));
    let ways = Hir::alternation(ways.collect());
    if !cut {
        return Some(ways);
    }
    let more = bytes(vec![ClassBytesRange::new(0x80, 0xbf)]);
    let more = Repetition { min: 0, max: None, greedy: true, sub: Box::new(more) };
    Some(Hir::concat(vec![ways, Hir::repetition(more)]))
}

/// Whether a range is of all bytes that may stand behind others in good UTF-8.
fn is_any_behind(before: &[Utf8Range], last: Utf8Range) -> bool {
    let any = match before {
        [] => return false,
        [Utf8Range { start: 0xe0, end: 0xe0 }] => (0xa0, 0xbf),
        [Utf8Range { start: 0xed, end: 0xed }] => (0x80, 0x9f),
        [Utf8Range { start: 0xf0, end: 0xf0 }] => (0x90, 0xbf),
        [Utf8Range { start: 0xf4, end: 0xf4 }] => (0x80, 0x8f),
        _ => (0x80, 0xbf),
    };
    (last.start, last.end) == any
}

/// The list whose shortest word is the longest, of equal ones the shorter list.
fn hardest(needs: Vec<Vec<Vec<u8>>>) -> Option<Vec<Vec<u8>>> {
    let shortest = |words: &[Vec<u8>]| words.iter().map(Vec::len).min().unwrap_or(0);
    needs.into_iter().max_by_key(|words| (shortest(words), std::cmp::Reverse(words.len())))
}

fn needs(hir: &Hir) -> Vec<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Literal(literal) => vec![vec![literal.0.to_vec()]],
        HirKind::Class(Class::Unicode(class)) => {
            let letters = class.iter().flat_map(|range| range.start()..=range.end());
            let few: Vec<Vec<u8>> = letters.take(MOST_WORDS + 1).map(|c| c.to_string().into_bytes()).collect();
            if few.len() <= MOST_WORDS { vec![few] } else { Vec::new() }
        }
        HirKind::Capture(group) => needs(&group.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => needs(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().flat_map(needs).collect(),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                match hardest(needs(part)) {
                    Some(words) if all.len() + words.len() <= MOST_WORDS => all.extend(words),
                    _ => return Vec::new(),
                }
            }
            vec![all]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needed(text: &str) -> Vec<Vec<String>> {
        let words = |list: Vec<Vec<u8>>| list.into_iter().map(|word| String::from_utf8(word).unwrap()).collect();
        super::needed(text).into_iter().map(words).collect()
    }

    #[test]
    fn words_without_which_nothing_matches() {
        assert_eq!(needed("^(?:关于)?(?P<a>.{2,4})(?:年报|报告)$"), [["年报", "报告"]]);
        assert_eq!(needed("(?:甲|乙)+丙丁.(?:戊|.?己庚)"), [vec!["乙", "甲"], vec!["丙丁"], vec!["戊", "己庚"]]);
        assert_eq!(needed("^第?二十条第?[一五]项$"), [vec!["二十条"], vec!["一", "五"], vec!["项"]]);
        assert!(needed("(?:年报|.{2})").is_empty());
        assert!(needed("^=*$").is_empty());
        let expression = Expression::lazy("甲.(?:乙丙|丁戊)".to_owned());
        assert_eq!(expression.words(), ["乙丙".as_bytes(), "丁戊".as_bytes()]);
    }

    #[test]
    fn many_words_are_asked_where_letters_are_known() {
        let words = "甲一|乙二|丙三|丁四|戊五|己六|庚七|辛八|壬九|癸十|子百|丑千|寅万";
        let expression = Expression::lazy(format!("(?:{words})[^,]*件"));
        assert!(expression.for_text("共2件").is_some());
        for (text, runs) in [("共2件", false), ("寅万2件", true), ("寅,万2件", false), ("件寅万", false)] {
            assert_eq!(expression.for_lettered(Lettered::new(text)).is_some(), runs, "{text}");
            assert_eq!(expression.captures_iter(Lettered::new(text)).count(), usize::from(runs), "{text}");
        }
    }

    #[test]
    fn words_are_needed_in_their_order() {
        let expression = Expression::lazy("收到.*(?:申请|来信).*件".to_owned());
        for (text, runs) in [("收到申请2件", true), ("申请收到2件", false), ("收到来信", false), ("收到申件请", false)]
        {
            assert_eq!(expression.for_text(text).is_some(), runs, "{text}");
            assert_eq!(expression.is_match(text), runs, "{text}");
        }
    }

    #[test]
    fn groups_are_read() {
        let expression = Expression::compile("(?<a>[^,;]{1,3}),(?<b>.)?".to_owned()).unwrap();
        let text = "甲乙丙丁,é;乙,";
        let read: Vec<_> = expression
            .captures_iter(Lettered::new(text))
            .map(|c| (c.whole().range(), c.name("a"), c.name("b")))
            .collect();
        let texts: Vec<_> =
            read.iter().map(|(_, a, b)| (a.as_ref().map(Match::as_str), b.as_ref().map(Match::as_str))).collect();
        assert_eq!(texts, [(Some("乙丙丁"), Some("é")), (Some("乙"), None)]);
        assert!(read.iter().all(|(range, ..)| text.get(range.clone()).is_some()));
        assert!(expression.has_group("b") && !expression.has_group("c"));
    }

    #[test]
    fn what_is_repeated_twice_stays_so() {
        let expression = Expression::compile("^(?<code>7[0-9]{2}(?:[0-9]{2})?)(?:[^0-9].*)?$".to_owned()).unwrap();
        let code = |text| expression.captures(text).and_then(|c| c.name("code").map(|m| m.as_str()));
        assert_eq!((code("701木"), code("70102"), code("7010")), (Some("701"), Some("70102"), None));
    }

    #[test]
    fn every_class_holds_its_characters() {
        for class in [r"[\p{Han}A-Za-z()·-]", "[^,;:#等]", "[^信;\u{d7ff}\u{e000}]", r"\w", r"\PL", "[é-\u{10000}]"]
        {
            let whole = regex::Regex::new(&format!("^{class}$")).unwrap();
            let light = Expression::compile(format!("^{class}$")).unwrap();
            for c in '\0'..=char::MAX {
                let text = c.encode_utf8(&mut [0; 4]).to_owned();
                assert_eq!(light.is_match(&text), whole.is_match(&text), "{class} {c:?}");
            }
        }
    }

    #[test]
    fn a_wrong_or_large_expression_is_told() {
        assert!(Expression::compile("(甲".to_owned()).unwrap_err().contains("unclosed group"));
        assert!(Expression::compile("(?:\\w{900}){900}".to_owned()).unwrap_err().contains("bytes"));
    }

    proptest::proptest! {
        #[test]
        fn light_expressions_match_the_same(
            expression in "(?:[甲é.*+?|()^$]|\\(\\?:|\\[\\^a\\]|\\{1,2\\}|\\[\\^甲\\]|\\\\b){1,8}",
            text in "[甲电百乙éa😀\n]{0,8}",
        ) {
            if let Ok(whole) = regex::Regex::new(&expression) {
                let light = Expression::compile(expression).unwrap();
                let want: Vec<_> = whole.find_iter(&text).map(|m| m.range()).collect();
                proptest::prop_assert_eq!(light.find_iter(Lettered::new(&text)).map(|m| m.range()).collect::<Vec<_>>(), want);
            }
        }
    }
}

//! Expressions of pattern files: compiled when they are first needed, and run only on texts that they can match.
//!
//! A pattern set holds hundreds of expressions and a report needs few of them. To compile one costs as much as to read
//! half a report, to run one as much as to look for ten words; and most expressions cannot match without one of a few
//! words, which most texts lack. So an expression is asked only of texts that hold one of the words that it needs, and
//! [`Expressions`] asks that of a whole pattern's expressions in one pass over a text.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use memchr::memmem::Finder;
use regex::{CaptureMatches, Captures, Match, Matches, Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};

/// Bytes that one compiled expression may take.
const EXPRESSION_BYTES: usize = 4 << 20;
/// Words that an expression is asked for at most: beyond, it is run at once.
const MOST_NEEDS: usize = 32;
/// Words that are looked for one by one before an expression is run.
const FEW_NEEDS: usize = 4;

/// An expression on shadow text.
#[derive(Debug, Clone)]
pub struct Expression {
    text: String,
    compiled: OnceLock<Option<Regex>>,
    /// Words of which every match holds one, where they are few; empty where there are none.
    few: OnceLock<Vec<Finder<'static>>>,
}

impl Expression {
    /// An expression that is compiled when it is first run; one that is wrong never matches.
    pub(super) fn lazy(text: String) -> Self {
        Self { text, compiled: OnceLock::new(), few: OnceLock::new() }
    }

    /// An expression that is compiled now.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn compile(text: String) -> Result<Self, regex::Error> {
        let compiled = build(&text)?;
        Ok(Self { text, compiled: OnceLock::from(Some(compiled)), few: OnceLock::new() })
    }

    /// Whether it has a group of this name.
    pub(super) fn has_group(&self, name: &str) -> bool {
        self.regex().is_some_and(|r| r.capture_names().flatten().any(|n| n == name))
    }

    /// Whether it matches anywhere.
    #[must_use]
    pub fn is_match(&self, shadow: &str) -> bool {
        self.for_text(shadow).is_some_and(|r| r.is_match(shadow))
    }

    /// Its first match.
    #[must_use]
    pub fn find<'t>(&self, shadow: &'t str) -> Option<Match<'t>> {
        self.for_text(shadow)?.find(shadow)
    }

    /// All its matches.
    pub fn find_iter<'r, 't>(&'r self, shadow: &'t str) -> impl Iterator<Item = Match<'t>> + use<'r, 't> {
        let all = |regex: &'r Regex| -> Matches<'r, 't> { regex.find_iter(shadow) };
        self.for_text(shadow).map(all).into_iter().flatten()
    }

    /// The groups of its first match.
    #[must_use]
    pub fn captures<'t>(&self, shadow: &'t str) -> Option<Captures<'t>> {
        self.for_text(shadow)?.captures(shadow)
    }

    /// The groups of all its matches.
    pub fn captures_iter<'r, 't>(&'r self, shadow: &'t str) -> impl Iterator<Item = Captures<'t>> + use<'r, 't> {
        let all = |regex: &'r Regex| -> CaptureMatches<'r, 't> { regex.captures_iter(shadow) };
        self.for_text(shadow).map(all).into_iter().flatten()
    }

    /// The compiled expression, where the text holds what it needs.
    fn for_text(&self, shadow: &str) -> Option<&Regex> {
        let few = self.few.get_or_init(|| {
            let needs = self.needs();
            if needs.len() > FEW_NEEDS {
                Vec::new()
            } else {
                needs.iter().map(|n| Finder::new(n).into_owned()).collect()
            }
        });
        let held = few.is_empty() || few.iter().any(|need| need.find(shadow.as_bytes()).is_some());
        if held { self.regex() } else { None }
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| build(&self.text).ok()).as_ref()
    }

    /// Words of which every match holds one; none where nothing is known of its matches.
    fn needs(&self) -> Vec<Vec<u8>> {
        regex_syntax::parse(&self.text).ok().and_then(|hir| needs(&hir)).unwrap_or_default()
    }
}

fn build(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).size_limit(EXPRESSION_BYTES).build()
}

fn needs(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![literal.0.to_vec()]),
        HirKind::Class(Class::Unicode(class)) => {
            let letters = class.iter().flat_map(|range| range.start()..=range.end());
            let few: Vec<Vec<u8>> = letters.take(MOST_NEEDS + 1).map(|c| c.to_string().into_bytes()).collect();
            (few.len() <= MOST_NEEDS).then_some(few)
        }
        HirKind::Capture(group) => needs(&group.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => needs(&repetition.sub),
        // The part that is hardest to find: its shortest word is the longest.
        HirKind::Concat(parts) => parts
            .iter()
            .filter_map(needs)
            .max_by_key(|words| (words.iter().map(Vec::len).min().unwrap_or(0), std::cmp::Reverse(words.len()))),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(needs(part)?);
                if all.len() > MOST_NEEDS {
                    return None;
                }
            }
            Some(all)
        }
        _ => None,
    }
}

/// Named lists of expressions that are tried on the same texts.
#[derive(Debug, Clone, Default)]
pub struct Expressions {
    lists: Vec<(String, Range<usize>)>,
    all: Vec<Expression>,
    gate: OnceLock<Gate>,
}

/// One of the lists.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named<'p> {
    first: usize,
    list: &'p [Expression],
}

/// Which of the expressions a text may match: those that need nothing, and those of whose words it holds one.
#[derive(Debug, Clone, Default)]
pub struct Possible(Vec<u64>);

/// What leads from a word to the expressions that need it.
#[derive(Debug, Clone)]
struct Gate {
    words: Option<AhoCorasick>,
    /// For each word the expressions that need it, or one like it.
    behind: Vec<Vec<usize>>,
    always: Possible,
    /// Characters of the longest word.
    longest: usize,
}

impl Expressions {
    pub(super) fn new(lists: Vec<(String, Vec<Expression>)>) -> Self {
        let mut out = Self::default();
        for (name, list) in lists {
            let first = out.all.len();
            out.all.extend(list);
            out.lists.push((name, first..out.all.len()));
        }
        out
    }

    /// The list whose name is `prefix` and `name`; empty where there is none.
    #[must_use]
    pub fn named(&self, prefix: &str, name: &str) -> Named<'_> {
        let found = self.lists.iter().find(|(n, _)| n.strip_prefix(prefix).is_some_and(|rest| rest == name));
        let range = found.map_or(0..0, |(_, range)| range.clone());
        Named { first: range.start, list: self.all.get(range).unwrap_or_default() }
    }

    /// Which expressions a text, or any part of it, may match: one pass over it for all of them.
    #[must_use]
    pub fn possible(&self, shadow: &str) -> Possible {
        let mut possible = self.gate().always.clone();
        self.gate().note(shadow, &mut possible);
        possible
    }

    /// Adds what two texts, one right behind the other, may match across their seam to what they may match alone.
    pub fn across(&self, before: &str, behind: &str, possible: &mut Possible) {
        let most = self.gate().longest.saturating_sub(1);
        let start = before.char_indices().rev().take(most).last().map_or(before.len(), |(at, _)| at);
        let end = behind.char_indices().nth(most).map_or(behind.len(), |(at, _)| at);
        let (before, behind) = (before.get(start..).unwrap_or_default(), behind.get(..end).unwrap_or_default());
        self.gate().note(&[before, behind].concat(), possible);
    }

    fn gate(&self) -> &Gate {
        self.gate.get_or_init(|| Gate::new(&self.all))
    }
}

impl Gate {
    fn new(all: &[Expression]) -> Self {
        let mut always = Possible(vec![0; all.len().div_ceil(64)]);
        let mut words: Vec<Vec<u8>> = Vec::new();
        let mut behind: Vec<Vec<usize>> = Vec::new();
        for (at, expression) in all.iter().enumerate() {
            let needs = expression.needs();
            if needs.is_empty() {
                always.add(at);
            }
            for need in needs {
                match words.iter().position(|w| *w == need).and_then(|w| behind.get_mut(w)) {
                    Some(list) => list.push(at),
                    None => {
                        words.push(need);
                        behind.push(vec![at]);
                    }
                }
            }
        }
        let longest = words.iter().map(|w| String::from_utf8_lossy(w).chars().count()).max().unwrap_or(0);
        let automaton = AhoCorasick::new(&words).ok();
        if automaton.is_none() {
            // Too many words to look for: every expression is run.
            (0..all.len()).for_each(|at| always.add(at));
        }
        Self { words: automaton, behind, always, longest }
    }

    /// Adds the expressions of whose words a text holds one.
    fn note(&self, shadow: &str, possible: &mut Possible) {
        for found in self.words.iter().flat_map(|words| words.find_overlapping_iter(shadow)) {
            self.behind.get(found.pattern().as_usize()).into_iter().flatten().for_each(|&at| possible.add(at));
        }
    }
}

impl Possible {
    fn add(&mut self, at: usize) {
        if let Some(bits) = self.0.get_mut(at / 64) {
            *bits |= 1 << (at % 64);
        }
    }

    /// Adds what another text may match.
    pub fn join(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        self.0.iter_mut().zip(&other.0).for_each(|(bits, more)| *bits |= more);
    }

    fn has(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|bits| bits >> (at % 64) & 1 == 1)
    }
}

impl<'p> Named<'p> {
    /// Its expressions, in order.
    pub fn iter(self) -> std::slice::Iter<'p, Expression> {
        self.list.iter()
    }

    /// Its expressions that are possible, with their ranks.
    pub fn among<'a>(self, possible: &'a Possible) -> impl Iterator<Item = (usize, &'p Expression)> + use<'p, 'a> {
        self.list.iter().enumerate().filter(move |(rank, _)| self.is_possible(*rank, possible))
    }

    /// Whether the expression of a rank is possible.
    #[must_use]
    pub fn is_possible(&self, rank: usize, possible: &Possible) -> bool {
        possible.has(self.first + rank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needed(text: &str) -> Vec<String> {
        let needs = Expression::lazy(text.to_owned()).needs();
        needs.into_iter().map(|n| String::from_utf8(n).unwrap()).collect()
    }

    #[test]
    fn words_without_which_nothing_matches() {
        assert_eq!(needed("^(?:关于)?(?P<a>.{2,4})(?:年报|报告)$"), ["年报", "报告"]);
        assert_eq!(needed("(?:甲|乙)+丙丁"), ["丙丁"]);
        assert_eq!(needed("^第?二十条第?[一五]项$"), ["二十条"]);
        assert!(needed("(?:年报|.{2})").is_empty());
        assert!(needed("^=*$").is_empty());
    }

    #[test]
    fn only_possible_expressions_are_tried() {
        let of = |list: &[&str]| list.iter().map(|e| Expression::lazy((*e).to_owned())).collect();
        let all = Expressions::new(vec![
            ("one".to_owned(), of(&["年报$", "^.{3}$"])),
            ("two".to_owned(), of(&["附件[一二]"])),
        ]);
        let possible = |text| all.possible(text);
        let ranks = |name, text| all.named("", name).among(&possible(text)).map(|(n, _)| n).collect::<Vec<_>>();
        assert_eq!(ranks("one", "附件"), [1]);
        assert_eq!(ranks("one", "年报附"), [0, 1]);
        assert_eq!(ranks("two", "年报附"), [0; 0]);
        assert_eq!(ranks("two", "附件"), [0]);
        assert_eq!(ranks("three", "附表"), [0; 0]);
        let mut joined = possible("又附");
        joined.join(&possible("件甲"));
        assert_eq!(all.named("", "two").among(&joined).count(), 0);
        all.across("又附", "件甲", &mut joined);
        assert_eq!(all.named("", "two").among(&joined).count(), 1);
    }

    proptest::proptest! {
        #[test]
        fn what_matches_is_possible(expression in "[甲乙丙.*+?|()\\[\\]^$]{1,12}", text in "[甲乙丙]{0,8}") {
            if let Ok(regex) = Regex::new(&expression) {
                let lazy = Expression::lazy(expression);
                proptest::prop_assert_eq!(lazy.is_match(&text), regex.is_match(&text));
                let all = Expressions::new(vec![("all".to_owned(), vec![lazy])]);
                let possible = all.named("", "all").among(&all.possible(&text)).count() == 1;
                proptest::prop_assert!(possible || !regex.is_match(&text));
            }
        }
    }
}

//! Which of a pattern's expressions a text may match: asked of all of them in one pass over it.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::Expression;

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
        let mut words: Vec<&[u8]> = Vec::new();
        let mut behind: Vec<Vec<usize>> = Vec::new();
        for (at, expression) in all.iter().enumerate() {
            let needs = expression.words();
            if needs.is_empty() {
                always.add(at);
            }
            for need in needs {
                match words.iter().position(|w| w == need).and_then(|w| behind.get_mut(w)) {
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
    use crate::pattern::Lettered;

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
            if let Ok(expression) = Expression::compile(expression) {
                let matches = expression.is_match(&text);
                proptest::prop_assert_eq!(expression.find_iter(Lettered::new(&text)).next().is_some(), matches);
                let all = Expressions::new(vec![("all".to_owned(), vec![expression])]);
                let possible = all.named("", "all").among(&all.possible(&text)).count() == 1;
                proptest::prop_assert!(possible || !matches);
            }
        }
    }
}

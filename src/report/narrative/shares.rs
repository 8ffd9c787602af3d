//! Lists that share out numbers: 甲、乙分别为3件、1件 is 甲为3件，乙为1件.

use super::sentence::Sentence;

/// Lists that are written out in one sentence, at most.
const LISTS: usize = 8;
/// Longest text between the word and its first number, and of a counting word, in characters.
const BETWEEN: usize = 12;
const COUNTER: usize = 3;
/// What stands between two numbers, or two names, beside the comma of a list.
const AND: [&str; 4] = ["以及", "和", "与", "及"];

/// Writes the lists of a sentence out. Numbers that cannot be told to their names are taken out of it.
pub(super) fn write_out(mut sentence: Sentence, words: &[String]) -> Sentence {
    for _ in 0..LISTS {
        let found = words.iter().filter_map(|w| sentence.text.find(w.as_str()).map(|at| (at, w.len()))).min();
        let Some((at, length)) = found else { break };
        let Some(list) = List::read(&sentence, at, length) else {
            // No list of numbers: the word says nothing.
            sentence.cut(at..at + length);
            continue;
        };
        match list.names(&sentence) {
            Some(names) => sentence = list.write(&sentence, &names),
            None => {
                sentence.numbers.retain(|n| !list.numbers.contains(&n.at));
                sentence.cut(at..at + length);
            }
        }
    }
    sentence
}

/// The numbers behind a word that shares them out; all places are bytes of the view.
struct List {
    /// The word.
    word: std::ops::Range<usize>,
    /// The `#` of each number.
    numbers: Vec<usize>,
    /// Where the counting word of each number ends.
    ends: Vec<usize>,
}

impl List {
    fn read(sentence: &Sentence, at: usize, length: usize) -> Option<Self> {
        let text = sentence.text.as_str();
        let word = at..at + length;
        let mut numbers = sentence.numbers.iter().map(|n| n.at).skip_while(|n| *n < word.end);
        let first = numbers.next()?;
        let before = text.get(word.end..first)?;
        if before.contains([',', ';', ':', '.', '(', ')']) || before.chars().count() > BETWEEN {
            return None;
        }
        let (mut list, mut ends, mut last) = (vec![first], Vec::new(), first);
        for next in numbers {
            let between = text.get(last + 1..next)?;
            let Some(counter) = AND.iter().chain(&[","]).find_map(|s| between.strip_suffix(s)) else { break };
            if counter.contains([',', ';', ':', '.', '(', ')']) || counter.chars().count() > COUNTER {
                break;
            }
            ends.push(last + 1 + counter.len());
            list.push(next);
            last = next;
        }
        ends.push(last + 1);
        (list.len() > 1).then_some(Self { word, numbers: list, ends })
    }

    /// The name of each number; `None` where they are not as many.
    fn names(&self, sentence: &Sentence) -> Option<Vec<std::ops::Range<usize>>> {
        let head = sentence.text.get(..self.word.start)?;
        let listed = |at: usize| sentence.lists.binary_search(&at).is_ok();
        let stop =
            |(at, c): &(usize, char)| matches!(c, ';' | ':' | '.' | '#' | '(' | ')') || *c == ',' && !listed(*at);
        let start = head.char_indices().rev().find(stop).map_or(0, |(at, c)| at + c.len_utf8());
        let mut out = Vec::new();
        let mut from = start;
        for (at, _) in head.match_indices(',').filter(|(at, _)| *at >= start) {
            out.push(from..at);
            from = at + 1;
        }
        let tail = head.get(from..)?;
        let ands: Vec<(usize, &str)> = AND.iter().flat_map(|s| tail.match_indices(s)).collect();
        // 以及 holds 及.
        let inside = |at: usize| ands.iter().any(|(a, s)| *a < at && at < a + s.len());
        let mut ands = ands.iter().filter(|(at, _)| !inside(*at));
        match (out.len() + 1 == self.numbers.len(), ands.next(), ands.next()) {
            (false, Some((at, s)), None) => out.extend([from..from + at, from + at + s.len()..head.len()]),
            _ => out.push(from..head.len()),
        }
        let name = |range: &std::ops::Range<usize>| {
            head.get(range.clone()).is_some_and(|t| t.chars().count() > 1 && !t.is_ascii())
        };
        (out.len() == self.numbers.len() && out.iter().all(name)).then_some(out)
    }

    fn write(&self, sentence: &Sentence, names: &[std::ops::Range<usize>]) -> Sentence {
        let mut out = Sentence { text: String::new(), back: Vec::new(), numbers: Vec::new(), ..sentence.clone() };
        out.lists.clear();
        let said = self.word.end..self.numbers.first().copied().unwrap_or(self.word.end);
        let first = names.first().map_or(0, |n| n.start);
        out.take(sentence, 0..first);
        for ((name, number), end) in names.iter().zip(&self.numbers).zip(&self.ends) {
            if name.start > first {
                out.text.push(',');
                out.back.push(sentence.back.get(*number).copied().unwrap_or(sentence.range.end));
            }
            out.take(sentence, name.clone());
            out.take(sentence, said.clone());
            out.take(sentence, *number..*end);
        }
        let rest = self.ends.last().copied().unwrap_or(sentence.text.len());
        out.take(sentence, rest..sentence.text.len());
        out
    }
}

impl Sentence {
    /// Adds a part of another view of the same sentence.
    fn take(&mut self, other: &Self, part: std::ops::Range<usize>) {
        let at = self.text.len();
        self.text.push_str(other.text.get(part.clone()).unwrap_or_default());
        self.back.extend(other.back.get(part.clone()).unwrap_or_default());
        let here = |place: usize| part.contains(&place).then(|| place - part.start + at);
        self.lists.extend(other.lists.iter().filter_map(|p| here(*p)));
        let numbers = other.numbers.iter().filter_map(|n| here(n.at).map(|at| super::Number { at, ..n.clone() }));
        self.numbers.extend(numbers);
    }

    /// Leaves a part out of the view.
    fn cut(&mut self, part: std::ops::Range<usize>) {
        let mut out =
            Self { text: String::new(), back: Vec::new(), lists: Vec::new(), numbers: Vec::new(), ..self.clone() };
        out.take(self, 0..part.start);
        out.take(self, part.end..self.text.len());
        *self = out;
    }
}

//! Sentence rules: what the prose of a family's reports counts, compiled from `narrative.toml`.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

use super::Expression;
use super::compile::{Ids, unit, unknown};
use super::fragment::{Fragments, NUMBER};
use super::model::{Form, ReportPattern, Unit};
use super::names;
use super::refusal::{Refusal, nearest};
use super::source::{self, Text};
use crate::text;

/// The sentence rules of a family.
#[derive(Debug, Clone)]
pub struct Narrative {
    /// Stable id (`narrative`).
    pub id: String,
    /// Version, raised when output may change.
    pub version: String,
    /// SHA-256 (hex) of the pattern file and the fragments that it uses.
    pub hash: String,
    /// Names for the codebook: Chinese, English.
    pub title: (String, String),
    /// Sections (ids) whose sentences are not read.
    pub without: Vec<String>,
    /// What a number of a sentence looks like.
    pub numbers: Numbers,
    /// What the numbers behind some words are about.
    pub scopes: Vec<Scope>,
    /// How many kinds of scope there are.
    pub kinds: usize,
    /// The variables, in the order of the output.
    pub variables: Vec<Quantity>,
    /// The rules.
    pub rules: Vec<Rule>,
    /// Kinds of scope that bind the rules within them and no others.
    pub topics: BTreeSet<usize>,
    gate: AhoCorasick,
    /// For each word of the gate its rule; `None` for a negation.
    gated: Vec<Option<usize>>,
}

/// What stands around the numbers of a sentence, as shadow text.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    /// Counting words and units of money, longest first.
    pub counters: Vec<String>,
    /// Texts behind a number that counts nothing.
    pub not_before: Vec<String>,
    /// Texts before a number that counts nothing.
    pub not_behind: Vec<String>,
    /// Words before a number that make it no exact one, longest first.
    pub about_before: Vec<String>,
    /// Words behind a number that make it no exact one, longest first.
    pub about_behind: Vec<String>,
    /// Words at the head of a sentence that goes on with the one before.
    pub goes_on: Vec<String>,
    /// Words that share the numbers behind them out among the names before them.
    pub shares: Vec<String>,
}

/// Words that say what the numbers behind them are about.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Kind of scope: an index that is the same for the same kind.
    pub kind: usize,
    /// Whether the numbers are the report's.
    pub counts: Counts,
    /// The words.
    pub expressions: Vec<Expression>,
    /// A number, group `n`, with words behind it that say the same of it.
    pub behind: Vec<Expression>,
}

/// Whether a number is the report's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// It is.
    Yes,
    /// It is another year's, another agency's, a plan, a part of the whole.
    No,
    /// It may be.
    Unsure,
}

/// A variable that sentences state.
#[derive(Debug, Clone)]
pub struct Quantity {
    /// Its name.
    pub name: String,
    /// Names for the codebook: Chinese, English.
    pub title: (String, String),
    /// Unit of its numbers.
    pub unit: Option<Unit>,
    /// Variables of tables that state the same, the one to compare with first.
    pub same_as: Vec<String>,
}

/// One rule: sentences that state one variable, or several at once.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Indices (in `Narrative::variables`).
    pub variables: Vec<usize>,
    /// The number is the sum of the variables.
    pub sum: bool,
    /// Expressions with the number as group `n`.
    pub say: Vec<Expression>,
    /// Expressions that say that there was none.
    pub none: Vec<Expression>,
    /// Expressions on a match that make it another rule's.
    pub unless: Vec<Expression>,
    /// Kinds of scope that do not bind it.
    pub beyond: Vec<usize>,
    /// Kinds of scope whose last words before the number must say yes.
    pub within: Vec<usize>,
}

impl Narrative {
    /// The rules with a word in the sentence, in order, and whether it holds a negation.
    #[must_use]
    pub fn gate(&self, shadow: &str) -> (Vec<usize>, bool) {
        let mut rules = Vec::new();
        let mut negated = false;
        for found in self.gate.find_overlapping_iter(shadow) {
            match self.gated.get(found.pattern().as_usize()).copied().flatten() {
                Some(rule) => rules.push(rule),
                None => negated = true,
            }
        }
        rules.sort_unstable();
        rules.dedup();
        (rules, negated)
    }

    /// Whether a kind of scope that is no topic binds a rule.
    #[must_use]
    pub fn binds(&self, kind: usize, rule: &Rule) -> bool {
        !self.topics.contains(&kind) && !rule.beyond.contains(&kind)
    }

    /// Whether anything hangs on a kind of scope for a rule: it binds it, or the rule needs it open.
    #[must_use]
    pub fn decides(&self, kind: usize, rule: &Rule) -> bool {
        self.binds(kind, rule) || rule.within.contains(&kind)
    }
}

/// Compiles the rules; what they name must be there.
pub(super) fn compile(
    file: &source::NarrativeFile,
    fragments: &Fragments,
    used: &mut BTreeSet<String>,
    report: &ReportPattern,
    forms: &[Form],
) -> Result<Narrative, Refusal> {
    if file.id.get_ref() != "narrative" {
        return Err(Refusal::new(format!("id `{}` in the file `narrative.toml`", file.id.get_ref()), file.id.span())
            .hint("sentence rules are called `narrative`"));
    }
    let sections: Vec<&str> = report.sections.iter().map(|s| s.id.as_str()).collect();
    for id in &file.without {
        if !sections.contains(&id.get_ref().as_str()) {
            return Err(unknown("section", id, id.span(), &sections));
        }
    }
    let mut kinds: Vec<&str> = Vec::new();
    let mut scopes = Vec::new();
    for scope in &file.scopes {
        let kind = kinds.iter().position(|k| k == scope.kind.get_ref()).unwrap_or_else(|| {
            kinds.push(scope.kind.get_ref());
            kinds.len() - 1
        });
        let mut all = |list: &[Text]| -> Result<Vec<Expression>, Refusal> {
            list.iter().map(|e| fragments.sentence(e, used)).collect()
        };
        scope.behind.iter().try_for_each(one_number)?;
        let (expressions, behind) = (all(&scope.expressions)?, all(&scope.behind)?);
        scopes.push(Scope { kind, counts: counts(&scope.counts)?, expressions, behind });
    }
    let mut builder = Builder { fragments, used, kinds, rules: Vec::new(), words: Vec::new(), gated: Vec::new() };
    let printed: BTreeSet<String> = forms.iter().flat_map(Form::variables).map(|v| v.name).collect();
    let mut variables: Vec<Quantity> = Vec::new();
    let mut ids = Ids::default();
    for quantity in &file.variables {
        ids.add("variable", &quantity.id)?;
        names::id("variable", &quantity.id)?;
        names::written("Chinese", &quantity.zh)?;
        names::written("English", &quantity.en)?;
        if !quantity.id.get_ref().starts_with("narrative.") {
            return Err(Refusal::new("a variable of sentences is called narrative.…", quantity.id.span()));
        }
        for same in &quantity.same_as {
            if !printed.contains(same.get_ref()) {
                let refusal = Refusal::new(format!("undefined variable `{}`", same.get_ref()), same.span());
                return Err(match nearest(same.get_ref(), printed.iter().map(String::as_str)) {
                    Some(near) => refusal.hint(format!("did you mean `{near}`?")),
                    None => refusal.hint("it names a variable of a table"),
                });
            }
        }
        let body = Body {
            at: &quantity.id,
            words: &quantity.words,
            say: &quantity.say,
            none: &quantity.none,
            unless: &quantity.unless,
            beyond: &quantity.beyond,
            within: &quantity.within,
        };
        if !(body.say.is_empty() && body.none.is_empty()) {
            builder.rule(&body, vec![variables.len()], false)?;
        }
        variables.push(Quantity {
            name: quantity.id.get_ref().clone(),
            title: (quantity.zh.get_ref().clone(), quantity.en.get_ref().clone()),
            unit: quantity.unit.as_ref().map(unit).transpose()?,
            same_as: quantity.same_as.iter().map(|s| s.get_ref().clone()).collect(),
        });
    }
    for joint in &file.joints {
        let names: Vec<&str> = variables.iter().map(|v| v.name.as_str()).collect();
        let found: Result<Vec<usize>, Refusal> = joint
            .variables
            .iter()
            .map(|id| {
                names.iter().position(|n| n == id.get_ref()).ok_or_else(|| unknown("variable", id, id.span(), &names))
            })
            .collect();
        let Some(at) = joint.variables.first() else {
            return Err(Refusal::new("a joint rule without variables", file.id.span()));
        };
        let body = Body {
            at,
            words: &joint.words,
            say: &joint.say,
            none: &joint.none,
            unless: &joint.unless,
            beyond: &joint.beyond,
            within: &joint.within,
        };
        builder.rule(&body, found?, joint.sum)?;
    }
    for rule in 0..variables.len() {
        if !builder.rules.iter().any(|r| r.variables.contains(&rule)) {
            let at = file.variables.get(rule).map_or(0..0, |v| v.id.span());
            return Err(Refusal::new("a variable that no rule states", at).hint("give it `say` or `none`"));
        }
    }
    let Builder { rules, mut words, mut gated, .. } = builder;
    words.extend(folded(&file.negations));
    gated.resize(words.len(), None);
    let gate = AhoCorasick::new(&words).map_err(|e| Refusal::new(format!("too many words: {e}"), file.id.span()))?;
    Ok(Narrative {
        id: file.id.get_ref().clone(),
        version: file.version.clone(),
        hash: String::new(),
        title: names::title(&file.title)?,
        without: file.without.iter().map(|s| s.get_ref().clone()).collect(),
        numbers: Numbers {
            counters: folded(&file.counters),
            not_before: folded(&file.not_before),
            not_behind: folded(&file.not_behind),
            about_before: folded(&file.about_before),
            about_behind: folded(&file.about_behind),
            goes_on: folded(&file.goes_on),
            shares: folded(&file.shares),
        },
        kinds: scopes.iter().map(|s| s.kind + 1).max().unwrap_or(0),
        scopes,
        variables,
        topics: rules.iter().flat_map(|r| r.within.iter().copied()).collect(),
        rules,
        gate,
        gated,
    })
}

/// A rule as written.
struct Body<'a> {
    at: &'a Text,
    words: &'a [Text],
    say: &'a [Text],
    none: &'a [Text],
    unless: &'a [Text],
    beyond: &'a [Text],
    within: &'a [Text],
}

/// The rules made so far, with the words that lead to them.
struct Builder<'a> {
    fragments: &'a Fragments,
    used: &'a mut BTreeSet<String>,
    kinds: Vec<&'a str>,
    rules: Vec<Rule>,
    words: Vec<String>,
    gated: Vec<Option<usize>>,
}

impl Builder<'_> {
    fn rule(&mut self, body: &Body<'_>, variables: Vec<usize>, sum: bool) -> Result<(), Refusal> {
        if body.words.is_empty() {
            return Err(Refusal::new(format!("no `words` for `{}`", body.at.get_ref()), body.at.span())
                .hint("name words of which one stands in every sentence of the rule"));
        }
        body.say.iter().try_for_each(one_number)?;
        let mut all = |list: &[Text]| -> Result<Vec<Expression>, Refusal> {
            list.iter().map(|e| self.fragments.sentence(e, self.used)).collect()
        };
        let (say, none, unless) = (all(body.say)?, all(body.none)?, all(body.unless)?);
        let kinds = |list: &[Text]| -> Result<Vec<usize>, Refusal> {
            let known = |kind: &Text| {
                let at = self.kinds.iter().position(|k| k == kind.get_ref());
                at.ok_or_else(|| unknown("kind of scope", kind, kind.span(), &self.kinds))
            };
            list.iter().map(known).collect()
        };
        let (beyond, within) = (kinds(body.beyond)?, kinds(body.within)?);
        for word in folded(body.words) {
            self.words.push(word);
            self.gated.push(Some(self.rules.len()));
        }
        self.rules.push(Rule { variables, sum, say, none, unless, beyond, within });
        Ok(())
    }
}

/// Refuses an expression that does not have the number once.
fn one_number(expression: &Text) -> Result<(), Refusal> {
    if expression.get_ref().matches(NUMBER).count() == 1 {
        return Ok(());
    }
    Err(Refusal::new("a sentence rule has {n} once", expression.span())
        .hint("write {n} where the number stands, # for other numbers"))
}

fn counts(text: &Text) -> Result<Counts, Refusal> {
    match text.get_ref().as_str() {
        "yes" => Ok(Counts::Yes),
        "no" => Ok(Counts::No),
        "unsure" => Ok(Counts::Unsure),
        other => Err(Refusal::new(format!("`{other}` is no answer"), text.span()).hint("write yes, no or unsure")),
    }
}

/// Shadows of words, longest first.
fn folded(list: &[Text]) -> Vec<String> {
    let mut out: Vec<String> = list.iter().map(|t| text::fold(t.get_ref())).filter(|t| !t.is_empty()).collect();
    out.sort_by_key(|t| std::cmp::Reverse(t.len()));
    out
}

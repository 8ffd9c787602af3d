//! Named pieces of expressions: `{{name}}` in an expression stands for the fragment of that name.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::expression::Expression;
use super::refusal::{Refusal, nearest};
use super::source::{FragmentFile, Text};
use crate::text;

/// Where the number of a sentence stands in a sentence rule.
pub(super) const NUMBER: &str = "{n}";

/// The fragments, expanded.
#[derive(Debug, Clone, Default)]
pub(super) struct Fragments {
    expanded: BTreeMap<String, String>,
    /// The expressions that use them are known to be good, and compiled when they are first run.
    tested: bool,
}

impl Fragments {
    /// Expands every fragment; a fragment may use others, not itself.
    pub fn compile(file: &FragmentFile, tested: bool) -> Result<Self, Refusal> {
        let raw: BTreeMap<&str, &Text> = file.fragments.iter().map(|(k, v)| (k.get_ref().as_str(), v)).collect();
        for name in file.fragments.keys() {
            if name.get_ref().is_empty()
                || !name.get_ref().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            {
                return Err(Refusal::new(
                    format!("fragment name `{}` is not a plain word", name.get_ref()),
                    name.span(),
                )
                .hint("use lower-case letters, digits and _"));
            }
        }
        let mut fragments = Self { tested, ..Self::default() };
        // Each round expands those whose fragments are all expanded: what remains refers to itself.
        loop {
            let mut waiting = None;
            let before = fragments.expanded.len();
            for (name, text) in &raw {
                if fragments.expanded.contains_key(*name) {
                    continue;
                }
                for (used, at) in uses(text.get_ref()) {
                    if !raw.contains_key(used) {
                        return Err(undefined(used, text, &at, raw.keys().copied()));
                    }
                }
                match fragments.expand(text.get_ref()) {
                    Ok((expression, _)) => {
                        if !tested {
                            build(text, expression.clone())?;
                        }
                        fragments.expanded.insert((*name).to_owned(), expression);
                    }
                    Err(_) => waiting = Some((*name, *text)),
                }
            }
            match waiting {
                None => return Ok(fragments),
                Some((name, text)) if fragments.expanded.len() == before => {
                    return Err(Refusal::new(format!("fragment `{name}` refers to itself"), text.span()));
                }
                Some(_) => {}
            }
        }
    }

    /// The expression of a pattern file, with its fragments filled in; their names go into `used`.
    pub fn expression(&self, text: &Text, used: &mut BTreeSet<String>) -> Result<Expression, Refusal> {
        self.ready(text, self.filled(text, used)?)
    }

    /// Whether the expressions that use them are known to be good.
    pub fn tested(&self) -> bool {
        self.tested
    }

    /// The same of a sentence rule: `{n}` stands for the number (group `n`), `#` for any.
    pub fn sentence(&self, text: &Text, used: &mut BTreeSet<String>) -> Result<Expression, Refusal> {
        self.ready(text, self.filled(text, used)?.replace(NUMBER, "(?<n>#)"))
    }

    fn ready(&self, text: &Text, expression: String) -> Result<Expression, Refusal> {
        if self.tested { Ok(Expression::lazy(expression)) } else { build(text, expression) }
    }

    fn filled(&self, text: &Text, used: &mut BTreeSet<String>) -> Result<String, Refusal> {
        let (expression, names) = self
            .expand(text.get_ref())
            .map_err(|(name, at)| undefined(&name, text, &at, self.expanded.keys().map(String::as_str)))?;
        used.extend(names);
        Ok(expression)
    }

    /// Fills in fragments; fails with the first unknown name and its place.
    fn expand(&self, text: &str) -> Result<(String, Vec<String>), (String, Range<usize>)> {
        let mut out = String::with_capacity(text.len());
        let mut names = Vec::new();
        let mut done = 0;
        for (name, at) in uses(text) {
            let Some(piece) = self.expanded.get(name) else { return Err((name.to_owned(), at)) };
            out.push_str(text.get(done..at.start).unwrap_or_default());
            out.push_str("(?:");
            out.push_str(piece);
            out.push(')');
            names.push(name.to_owned());
            done = at.end;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        Ok((out, names))
    }

    /// The expanded text of a fragment, for the hash of a form that uses it.
    pub fn text(&self, name: &str) -> &str {
        self.expanded.get(name).map_or("", String::as_str)
    }
}

/// The names in `{{…}}` and their places, braces included.
fn uses(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|s| s.find("{{")).map(|at| from + at) {
        let Some(close) = text.get(open..).and_then(|s| s.find("}}")).map(|at| open + at) else { break };
        found.push((text.get(open + 2..close).unwrap_or_default().trim(), open..close + 2));
        from = close + 2;
    }
    found
}

fn undefined<'a>(name: &str, text: &Text, at: &Range<usize>, known: impl Iterator<Item = &'a str>) -> Refusal {
    let known: Vec<&str> = known.collect();
    let refusal = Refusal::new(format!("undefined fragment `{name}`"), within(text, at));
    match nearest(name, known.iter().copied()) {
        Some(near) => refusal.hint(format!("did you mean `{near}`?")),
        None => refusal.hint("fragments are defined in fragments.toml"),
    }
}

/// The place in the file of a range of a string: exact where the string holds no escapes before it.
pub(super) fn within(text: &Text, at: &Range<usize>) -> Range<usize> {
    let span = text.span();
    let raw = span.end.saturating_sub(span.start);
    let quotes = raw.saturating_sub(text.get_ref().len());
    // 'x' and "x" differ from their text by two bytes, '''x''' by six, with a line break first by seven or eight;
    // anything else holds escapes, and the whole string is shown.
    let lead = match quotes {
        2 => 1,
        6 => 3,
        7 => 4,
        8 => 5,
        _ => return span,
    };
    span.start + lead + at.start..span.start + lead + at.end
}

/// Compiles an expression that is matched on shadow text; refuses characters that a shadow never holds.
fn build(text: &Text, expression: String) -> Result<Expression, Refusal> {
    if text.get_ref().trim().is_empty() {
        return Err(Refusal::new("an empty expression, which matches everything", text.span()));
    }
    for (at, ch) in text.get_ref().char_indices() {
        let folded = text::fold_char(ch);
        if !ch.is_whitespace() && folded != Some(ch) {
            let place = within(text, &(at..at + ch.len_utf8()));
            let refusal = Refusal::new(format!("`{ch}` never occurs in shadow text"), place);
            return Err(match folded {
                Some(c) => refusal.hint(format!("write `{}`", regex_syntax::escape(&c.to_string()))),
                None => refusal,
            });
        }
    }
    Expression::compile(expression).map_err(|error| {
        let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        Refusal::new(format!("bad expression: {reason}"), text.span())
    })
}

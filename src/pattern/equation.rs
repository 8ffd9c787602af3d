//! Equations of checks: `a.{column} + b - c[t-1] = d + e.{@list}`, filled in for every value of `for`;
//! what braces are left name the printed rows of a dynamic row.

use std::collections::BTreeMap;
use std::ops::Range;

use super::fragment::within;
use super::refusal::{Refusal, nearest};
use super::source::Text;

/// Filled-in checks of one form at most.
const INSTANCES: usize = 20_000;

/// One equation with every placeholder filled in.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    /// The check's id, filled in.
    pub id: String,
    /// Terms on the left.
    pub left: Vec<Factor>,
    /// Terms on the right.
    pub right: Vec<Factor>,
}

/// A variable with its sign, its year, and the place of its text in the file.
#[derive(Debug, Clone)]
pub(super) struct Factor {
    pub variable: String,
    pub negative: bool,
    pub lag: u8,
    pub place: Range<usize>,
}

/// A term as written.
struct Written<'a> {
    text: &'a str,
    at: Range<usize>,
    negative: bool,
    lag: u8,
    right: bool,
}

/// Named lists of a form.
pub(super) type Lists = BTreeMap<String, Vec<String>>;

/// Fills in an equation for every combination of the values of `each`.
pub(super) fn instances(
    id: &Text,
    each: &BTreeMap<Text, Vec<Text>>,
    equation: &Text,
    lists: &Lists,
) -> Result<Vec<Instance>, Refusal> {
    let written = parse(equation)?;
    let mut combinations: Vec<Vec<(&str, String)>> = vec![Vec::new()];
    for (name, values) in each {
        let values = expand_values(values, lists)?;
        if !id.get_ref().contains(&format!("{{{}}}", name.get_ref())) {
            return Err(Refusal::new(format!("`{{{}}}` is missing in the check's id", name.get_ref()), id.span())
                .hint("each filled-in check needs an id of its own"));
        }
        combinations = combinations
            .into_iter()
            .flat_map(|c| {
                values.iter().map(move |v| {
                    let mut c = c.clone();
                    c.push((name.get_ref().as_str(), v.clone()));
                    c
                })
            })
            .collect();
        if combinations.len() > INSTANCES {
            return Err(Refusal::new("too many combinations", name.span()));
        }
    }
    let mut out = Vec::new();
    for combination in &combinations {
        let mut instance = Instance { id: fill(id.get_ref(), combination), left: Vec::new(), right: Vec::new() };
        for term in &written {
            let place = within(equation, &term.at);
            let filled = fill(term.text, combination);
            for variable in spread(&filled, lists, &place)? {
                let factor = Factor { variable, negative: term.negative, lag: term.lag, place: place.clone() };
                if term.right { instance.right.push(factor) } else { instance.left.push(factor) }
            }
        }
        out.push(instance);
    }
    Ok(out)
}

/// The values of a list in the file; `"@name"` stands for the values of a named list.
fn expand_values(values: &[Text], lists: &Lists) -> Result<Vec<String>, Refusal> {
    let mut out = Vec::new();
    for value in values {
        match value.get_ref().strip_prefix('@') {
            None => out.push(value.get_ref().clone()),
            Some(name) => out.extend(list(name, lists, &value.span())?.iter().cloned()),
        }
    }
    Ok(out)
}

fn list<'a>(name: &str, lists: &'a Lists, place: &Range<usize>) -> Result<&'a [String], Refusal> {
    lists.get(name).map(Vec::as_slice).ok_or_else(|| {
        let refusal = Refusal::new(format!("undefined list `{name}`"), place.clone());
        match nearest(name, lists.keys().map(String::as_str)) {
            Some(near) => refusal.hint(format!("did you mean `{near}`?")),
            None => refusal.hint("lists are defined under [lists]"),
        }
    })
}

/// A term with `{@list}` becomes one term an item.
fn spread(term: &str, lists: &Lists, place: &Range<usize>) -> Result<Vec<String>, Refusal> {
    let Some(open) = term.find("{@") else { return Ok(vec![term.to_owned()]) };
    let Some(close) = term.get(open..).and_then(|s| s.find('}')).map(|at| open + at) else {
        return Err(Refusal::new("`{@` without `}`", place.clone()));
    };
    let (head, tail) = (term.get(..open).unwrap_or_default(), term.get(close + 1..).unwrap_or_default());
    let items = list(term.get(open + 2..close).unwrap_or_default(), lists, place)?;
    Ok(items.iter().map(|item| format!("{head}{item}{tail}")).collect())
}

/// Length of the variable that a text begins with; what stands in braces belongs to it.
fn length(text: &str) -> usize {
    let mut within = false;
    let ends = |&(_, c): &(usize, char)| {
        within = c == '{' || within && c != '}';
        !within && (c.is_whitespace() || "+-=[".contains(c))
    };
    text.char_indices().find(ends).map_or(text.len(), |(at, _)| at)
}

fn fill(text: &str, combination: &[(&str, String)]) -> String {
    combination.iter().fold(text.to_owned(), |t, (name, value)| t.replace(&format!("{{{name}}}"), value))
}

fn parse(equation: &Text) -> Result<Vec<Written<'_>>, Refusal> {
    let text = equation.get_ref().as_str();
    let mut terms = Vec::new();
    let (mut right, mut negative, mut expecting) = (false, false, true);
    let mut from = 0;
    while let Some(rest) = text.get(from..) {
        let Some(ch) = rest.chars().next() else { break };
        let at = from..from + ch.len_utf8();
        match ch {
            c if c.is_whitespace() => from = at.end,
            '+' | '-' | '=' => {
                if expecting || (ch == '=' && right) {
                    return Err(Refusal::new(format!("`{ch}` where a variable is expected"), within(equation, &at))
                        .hint("write variables joined by + and -, with one = between the sides"));
                }
                (expecting, negative, right) = (true, ch == '-', right || ch == '=');
                from = at.end;
            }
            _ => {
                let length = length(rest).max(ch.len_utf8());
                let name = rest.get(..length).unwrap_or(rest);
                let place = from..from + length;
                if !expecting {
                    return Err(Refusal::new(format!("`{name}` without + or - before it"), within(equation, &place)));
                }
                from = place.end;
                let behind = text.get(from..).unwrap_or_default();
                let lag = u8::from(behind.starts_with("[t-1]"));
                if lag > 0 {
                    from += "[t-1]".len();
                } else if behind.starts_with('[') {
                    return Err(Refusal::new(
                        "only `[t-1]` may stand behind a variable",
                        within(equation, &(from..from + 1)),
                    ));
                }
                terms.push(Written { text: name, at: place, negative, lag, right });
                expecting = false;
            }
        }
    }
    if expecting || !right {
        return Err(Refusal::new("an equation needs variables on both sides of one =", equation.span()));
    }
    Ok(terms)
}

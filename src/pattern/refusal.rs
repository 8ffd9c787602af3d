//! What is wrong with a pattern file, with the offending place underlined.

use std::ops::Range;

use crate::error::{Error, ErrorKind};

/// One mistake in a pattern file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// Bytes of the file to underline.
    pub span: Range<usize>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Refusal {
    pub fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self { message: message.into(), span, hint: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// From the TOML reader's error: unknown keys get the nearest known one as a hint, values of another type how they
    /// are written.
    pub fn from_toml(error: &toml::de::Error) -> Self {
        let message = error.message().trim().replace('\n', "; ");
        let span = error.span().unwrap_or(0..0);
        match other_type(&message) {
            Some((message, hint)) => Self { message, span, hint: Some(hint.to_owned()) },
            None => Self { hint: nearest_key(&message).or_else(|| missing_key(&message)), message, span },
        }
    }

    /// The error for the operator: `file:line:col`, the line, the place underlined.
    pub fn into_error(self, file: &str, text: &str) -> Error {
        let start = floor_char(text, self.span.start.min(text.len()));
        let end = floor_char(text, self.span.end.min(text.len())).max(start);
        let line_start = text.get(..start).and_then(|s| s.rfind('\n')).map_or(0, |at| at + 1);
        let line_end = text.get(start..).and_then(|s| s.find('\n')).map_or(text.len(), |at| start + at);
        let number = text.get(..start).map_or(1, |s| s.matches('\n').count() + 1);
        let before = text.get(line_start..start).unwrap_or_default();
        let marked = text.get(start..end.min(line_end)).unwrap_or_default();
        let line = text.get(line_start..line_end).unwrap_or_default().trim_end_matches('\r');
        let gutter = " ".repeat(number.to_string().len());
        let picture = format!(
            "{file}:{number}:{}: {}\n{gutter} |\n{number} | {line}\n{gutter} | {}{}",
            before.chars().count() + 1,
            self.message,
            blank_copy(before),
            "^".repeat(width(marked).max(1)),
        );
        let error = Error::new(ErrorKind::Pattern, picture);
        match self.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

/// The nearest of a list of known names, if any is near.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(name, k), k))
        .filter(|(distance, k)| *distance <= 2.max(k.chars().count() / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}

/// From serde's ``unknown field `lables`, expected one of `id`, `labels` `` the key that was meant.
fn nearest_key(message: &str) -> Option<String> {
    let mut names = message.split('`').skip(1).step_by(2);
    if !message.starts_with("unknown field") {
        return None;
    }
    let wrong = names.next()?;
    let known: Vec<&str> = names.collect();
    match nearest(wrong, known.iter().copied()) {
        Some(key) => Some(format!("did you mean `{key}`?")),
        None => Some(format!("known keys here: {}", known.join(", "))),
    }
}

/// From serde's ``invalid type: integer `1`, expected a string`` what that means in TOML, and how it is written.
fn other_type(message: &str) -> Option<(String, &'static str)> {
    let (found, expected) = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))?
        .split_once(", expected ")?;
    let (expected, hint) = match expected {
        "a string" => ("a text", "write it in quotes, as in \"1\""),
        "a boolean" => ("true or false", "write true or false without quotes"),
        "a sequence" => ("a list", "write it in brackets, as in [\"…\"]"),
        "u8" | "u16" | "u32" | "u64" | "usize" => ("a whole number", "write it in digits without quotes, as in 2020"),
        "f32" | "f64" => ("a number", "write it in digits without quotes, as in 1.0"),
        "struct Title" => ("a Chinese and an English name", "write { zh = \"…\", en = \"…\" }"),
        _ => ("a table", "write its keys in braces, as in { id = \"…\" }"),
    };
    let (kind, value) = found.split_once(' ').unwrap_or((found, ""));
    let kind = match kind {
        "string" => "text",
        "sequence" => "list",
        "map" => "table",
        "integer" | "floating" => "number",
        kind => kind,
    };
    let value = value.trim_start_matches("point ");
    let value = if value.is_empty() { String::new() } else { format!(" {value}") };
    Some((format!("the {kind}{value} stands where {expected} is due"), hint))
}

/// From serde's ``missing field `en` `` where to read what it is for.
fn missing_key(message: &str) -> Option<String> {
    let key = message.strip_prefix("missing field `")?.strip_suffix('`')?;
    Some(format!("every table of this kind has `{key}`; `gongkai patterns schema` and its --help tell the keys"))
}

fn floor_char(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Blanks as wide as `text` on a terminal; tabs are kept.
fn blank_copy(text: &str) -> String {
    text.chars().map(|c| if c == '\t' { "\t".to_owned() } else { " ".repeat(char_width(c)) }).collect()
}

fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Columns on a terminal: two for Han characters and full-width forms.
fn char_width(c: char) -> usize {
    match c as u32 {
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 => 2,
        0x2014 | 0x2018..=0x201d | 0x2026 => 1,
        0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_shown_and_the_place_underlined() {
        let text = "id = \"a\"\nlabels = [\"规章\", \"x\"]\n";
        let at = text.find("\"x\"").unwrap_or(0);
        let error = Refusal::new("no good", at..at + 3).into_error("ogi/a.toml", text);
        assert_eq!(
            error.to_string(),
            "ogi/a.toml:2:17: no good\n  |\n2 | labels = [\"规章\", \"x\"]\n  |                   ^^^"
        );
    }

    #[test]
    fn the_nearest_key_is_offered() {
        let hint = nearest_key("unknown field `lables`, expected one of `id`, `labels`");
        assert_eq!(hint.as_deref(), Some("did you mean `labels`?"));
    }
}

//! Right-to-left text: from the order on the page to the order of reading.

/// Whether a character is written from right to left (Hebrew, Arabic and their presentation forms; no digits).
pub(crate) fn rtl(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{65F}' | '\u{66A}'..='\u{6EF}' | '\u{6FA}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

/// Whether a character stands over or under the letter before it.
pub(crate) fn mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}' | '\u{5C2}' | '\u{5C4}' | '\u{5C5}' | '\u{5C7}'
        | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{20D0}'..='\u{20FF}' | '\u{FB1E}')
}

fn ltr(c: char) -> bool {
    c.is_alphabetic() && !rtl(c)
}

/// A line as it stands from left to right, in the order of reading.
///
/// A much reduced reverse of the Unicode bidirectional algorithm: one level of embedding, numbers from left to right.
/// `to_the_right`: a line that reads from the left as a whole, whatever most of its letters do.
pub(crate) fn logical(visual: &str, to_the_right: bool) -> String {
    let chars: Vec<char> = visual.chars().collect();
    let (right, left) = chars.iter().fold((0, 0), |(r, l), &c| (r + usize::from(rtl(c)), l + usize::from(ltr(c))));
    if right == 0 {
        return visual.to_owned();
    }
    if right > left && !to_the_right {
        return reversed(&chars);
    }
    // Each stretch from the first to the last right-to-left character or number, without a letter of the other kind.
    let mut out = String::with_capacity(visual.len());
    let mut rest: &[char] = &chars;
    while let Some(first) = rest.iter().position(|&c| rtl(c)) {
        let (before, after) = rest.split_at(first);
        // Numbers on the left of the stretch belong to it where only neutrals lie between.
        let own = before.iter().rev().take_while(|&&c| !ltr(c)).count();
        let (head, tail) = before.split_at(before.len() - own);
        let lead = tail.iter().position(|&c| matches!(c, '\u{660}'..='\u{669}' | '\u{6F0}'..='\u{6F9}'));
        let (neutral, lead) = tail.split_at(lead.unwrap_or(tail.len()));
        out.extend(head);
        out.extend(neutral);
        let until = after.iter().position(|&c| ltr(c)).unwrap_or(after.len());
        let last = after.iter().take(until).rposition(|&c| rtl(c) || c.is_numeric()).map_or(1, |i| i + 1);
        let (stretch, more) = after.split_at(last);
        let whole: Vec<char> = lead.iter().chain(stretch).copied().collect();
        out.push_str(&reversed(&whole));
        rest = more;
    }
    out.extend(rest);
    out
}

/// The characters from right to left; numbers and words of the other kind keep their order, brackets turn.
fn reversed(chars: &[char]) -> String {
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    let mut run: Vec<char> = Vec::new();
    let mut pending: Vec<char> = Vec::new();
    for &c in chars.iter().rev() {
        if ltr(c) || c.is_numeric() {
            // Spaces and points within a run of the other kind stay in it.
            run.append(&mut pending);
            run.push(c);
        } else if rtl(c) || run.is_empty() || pending.len() > 1 {
            out.extend(run.drain(..).rev());
            out.extend(pending.drain(..).map(mirrored));
            out.push(mirrored(c));
        } else {
            pending.push(c);
        }
    }
    out.extend(run.drain(..).rev());
    out.extend(pending.drain(..).map(mirrored));
    out.into_iter().collect()
}

fn mirrored(c: char) -> char {
    match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::logical;

    #[test]
    fn words_and_numbers() {
        assert_eq!(logical("םולש", false), "שלום");
        assert_eq!(logical("ab (םולש) cd", false), "ab (שלום) cd");
        assert_eq!(logical("12 םולש", false), "שלום 12");
        assert_eq!(logical("plain 12", false), "plain 12");
    }
}

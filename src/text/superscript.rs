//! Digits set high: marks of notes, never digits of the number that they stand beside.

/// The superscript form of a digit; other characters as they are.
pub(crate) fn superscript(c: char) -> char {
    match c {
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4'..='9' => char::from_u32(u32::from(c) - u32::from('4') + u32::from('⁴')).unwrap_or(c),
        _ => c,
    }
}

/// Appends text that is set high: behind a digit its digits keep their superscript form.
pub(crate) fn append_raised(out: &mut String, raised: &str) {
    if out.ends_with(|c: char| c.is_numeric()) {
        out.extend(raised.chars().map(superscript));
    } else {
        out.push_str(raised);
    }
}

/// Text put together run by run; digits beside others that are set lower keep their superscript form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runs {
    /// What came together.
    pub(crate) text: String,
    /// Where text set high begins that stands last: a number wholly set high is a number.
    high: Option<usize>,
}

impl Runs {
    /// Appends a run, or a part of one.
    pub(crate) fn push(&mut self, text: &str, raised: bool) {
        if text.is_empty() {
            return;
        }
        let behind_digit = self.text.ends_with(|c: char| c.is_numeric());
        if raised && self.high.is_none() {
            if !behind_digit {
                self.high = Some(self.text.len());
            }
            append_raised(&mut self.text, text);
            return;
        }
        if !raised
            && let Some(start) = self.high.take()
            && behind_digit
            && text.starts_with(|c: char| c.is_numeric())
        {
            let mark = self.text.split_off(start.min(self.text.len()));
            self.text.extend(mark.chars().map(superscript));
        }
        self.text.push_str(text);
    }

    /// The text, and begins anew.
    pub(crate) fn take(&mut self) -> String {
        self.high = None;
        std::mem::take(&mut self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(runs: &[(&str, bool)]) -> String {
        let mut out = Runs::default();
        for (text, raised) in runs {
            out.push(text, *raised);
        }
        out.text
    }

    #[test]
    fn marks_beside_a_number_are_no_digits_of_it() {
        assert_eq!(joined(&[("9", false), ("1", false), ("1", true), ("2", true)]), "91¹²");
        assert_eq!(joined(&[("1", true), ("91", false)]), "¹91");
        assert_eq!(joined(&[("件", false), ("1", true), ("共", false)]), "件1共");
        assert_eq!(joined(&[("9", true), ("1", true)]), "91");
    }
}

//! How runs of text are set, as far as it tells whether their characters are printed and count.

/// What the formatting of a run, or of a style, says; `None` where it leaves it to what it is based on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RunLook {
    /// It is not shown.
    pub(super) hidden: Option<bool>,
    /// It is struck out, which withdraws it.
    pub(super) struck: Option<bool>,
    /// It is struck out by two lines.
    pub(super) struck_twice: Option<bool>,
    /// It is a superscript.
    pub(super) superscript: Option<bool>,
    /// It stands above the line by a measure.
    pub(super) lifted: Option<bool>,
}

impl RunLook {
    /// What is said here, else what `base` says.
    pub(super) fn over(self, base: Self) -> Self {
        Self {
            hidden: self.hidden.or(base.hidden),
            struck: self.struck.or(base.struck),
            struck_twice: self.struck_twice.or(base.struck_twice),
            superscript: self.superscript.or(base.superscript),
            lifted: self.lifted.or(base.lifted),
        }
    }

    /// A character style on a paragraph style: where both switch a toggle on, it is off (ISO/IEC 29500-1, 17.7.3).
    pub(super) fn on(self, paragraph: Self) -> Self {
        let toggle = |own: Option<bool>, below: Option<bool>| match (own, below) {
            (Some(own), Some(below)) => Some(own != below),
            (own, below) => own.or(below),
        };
        Self {
            hidden: toggle(self.hidden, paragraph.hidden),
            struck: toggle(self.struck, paragraph.struck),
            ..self.over(paragraph)
        }
    }

    /// Whether its characters are withdrawn or not shown.
    pub(super) fn is_left_out(self) -> bool {
        [self.hidden, self.struck, self.struck_twice].contains(&Some(true))
    }

    /// Whether it is set higher than the line.
    pub(super) fn is_raised(self) -> bool {
        [self.superscript, self.lifted].contains(&Some(true))
    }
}

/// Whether a run that stands this much above the line, in half points, is set high; by a point or less lines are trimmed.
pub(super) fn is_lifted(half_points: f32) -> bool {
    half_points > 2.0
}

/// A text behind the number that its list prints; digits of both do not join. In a cell a number stands alone: the
/// list counts the cells, not what they hold.
pub(super) fn numbered(number: &str, text: String, in_cell: bool) -> String {
    let figure = text.trim_start().starts_with(|c: char| c.is_numeric());
    if in_cell && (figure || is_wordless(&text)) {
        return text;
    }
    let parted = figure && number.ends_with(|c: char| c.is_numeric() || matches!(c, '.' | '．'));
    format!("{number}{}{text}", if parted { " " } else { "" })
}

/// Whether a table of one cell with this text is but a frame within the cell that it stands in: behind other cells of
/// the row, or around a number.
pub(super) fn is_framed(text: &str, behind: bool) -> bool {
    behind || is_wordless(text)
}

fn is_wordless(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(char::is_alphabetic)
}

/// What a code of a symbol font (U+F020 to U+F07E) prints, where that is a character of ASCII.
pub(super) fn symbol(font: &str, code: char) -> Option<char> {
    let font = font.to_ascii_lowercase();
    let c = u32::from(code).checked_sub(0xF000).and_then(char::from_u32).filter(|c| (' '..='~').contains(c))?;
    // Fonts of little pictures have no digits at the places of digits; the letters of Symbol are Greek.
    let greek = font == "symbol" && c.is_ascii_alphabetic();
    let pictures = ["ding", "marlett", "mt extra", "sorts", "outlook"].iter().any(|name| font.contains(name));
    (!pictures && !greek).then_some(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_toggle_and_runs_have_the_last_word() {
        let hidden = |on| RunLook { hidden: Some(on), ..RunLook::default() };
        assert!(hidden(true).on(RunLook::default()).is_left_out());
        assert!(!hidden(true).on(hidden(true)).is_left_out());
        assert!(hidden(false).on(hidden(true)).is_left_out());
        assert!(!hidden(false).over(hidden(true)).is_left_out());
        let raised = RunLook { superscript: Some(true), ..RunLook::default() };
        assert!(raised.on(raised).is_raised());
    }

    #[test]
    fn numbers_of_lists_do_not_join_numbers() {
        let numbered = |number, text: &str, in_cell| numbered(number, text.to_owned(), in_cell);
        assert_eq!(["0", "-3", "/"].map(|text| numbered("1.", text, true)), ["0", "-3", "/"]);
        assert_eq!(["属于国家秘密", ""].map(|text| numbered("1.", text, true)), ["1.属于国家秘密", "1."]);
        assert_eq!(numbered("1.", "2023年", false), "1. 2023年");
        assert_eq!(numbered("一、", "2023年", false), "一、2023年");
    }

    #[test]
    fn symbol_fonts_print_digits_and_fonts_of_pictures_none() {
        assert_eq!(symbol("Symbol", '\u{f031}'), Some('1'));
        assert_eq!(symbol("Symbol", '\u{f061}'), None);
        assert_eq!(symbol("Wingdings", '\u{f031}'), None);
        assert_eq!(symbol("", '\u{f0b7}'), None);
    }
}

//! Marks set small and high behind text: a footnote's `1` behind a number is no digit of it.

use super::PageContent;

/// Gives each small raised character the baseline of the text that it follows, and each digit among them its
/// superscript form.
pub(crate) fn seat_superscripts(page: &mut PageContent) {
    // Size and baseline of the text before, and where it ends.
    let mut main: Option<(f32, f32, f32)> = None;
    for c in &mut page.chars {
        if c.turn != 0 || c.vertical || c.ch.is_whitespace() {
            if !c.ch.is_whitespace() {
                main = None;
            }
            continue;
        }
        if let Some((size, base, end)) = main {
            let rise = base - c.origin.y;
            let gap = c.bbox.x0 - end;
            if c.size <= 0.8 * size
                && (0.15 * size..=0.8 * size).contains(&rise)
                && (-0.1 * size..=0.35 * size).contains(&gap)
            {
                c.origin.y = base;
                c.ch = superscript(c.ch);
                main = Some((size, base, c.bbox.x1));
                continue;
            }
        }
        main = Some((c.size, c.origin.y, c.bbox.x1));
    }
}

/// The superscript form of a digit; other characters as they are.
fn superscript(c: char) -> char {
    match c {
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4'..='9' => char::from_u32(u32::from(c) - u32::from('4') + u32::from('⁴')).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{page, set};
    use super::*;

    #[test]
    fn a_raised_digit_is_a_mark_and_a_smaller_number_beside_is_not() {
        let mut p = page(1);
        let x = set(&mut p, 100.0, 100.0, 10.0, 0.0, "13");
        set(&mut p, x, 96.0, 6.0, 0.0, "19");
        set(&mut p, 150.0, 100.0, 6.0, 0.0, "7");
        seat_superscripts(&mut p);
        assert_eq!(p.chars.iter().map(|c| c.ch).collect::<String>(), "13¹⁹7");
        assert!(p.chars.iter().all(|c| (c.origin.y - 100.0).abs() < 0.1));
    }
}

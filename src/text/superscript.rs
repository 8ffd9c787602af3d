//! Digits set high: marks of notes, never digits of the number that they stand behind.

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

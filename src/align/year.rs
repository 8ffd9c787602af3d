//! Years that captions and column headers print.

/// The first year of four digits with 年 behind it.
pub(super) fn printed_year(shadow: &str) -> Option<u16> {
    let bytes = shadow.as_bytes();
    let starts = bytes.windows(4).enumerate().filter(|(at, w)| {
        let century = matches!(w, [b'2', b'0', ..] | [b'1', b'9', ..]) && w.iter().all(u8::is_ascii_digit);
        century && !at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_digit)
    });
    starts
        .filter(|(at, _)| shadow.get(at + 4..).is_some_and(|rest| rest.starts_with('年')))
        .find_map(|(at, _)| shadow.get(at..at + 4)?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::printed_year;

    #[test]
    fn a_year_has_four_digits_of_its_own() {
        assert_eq!(printed_year("上表(2016年度)"), Some(2016));
        assert_eq!(printed_year("120161年"), None);
        assert_eq!(printed_year("2016件"), None);
    }
}

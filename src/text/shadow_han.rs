//! Han characters of one meaning to one form, for matching only.

use std::sync::OnceLock;

/// Pairs of a variant and its simplified form, one pair a line, sorted: traditional characters (after
/// OpenCC's TSCharacters, Apache-2.0), Kangxi radicals and compatibility ideographs (Unicode), and the wrong
/// traditional characters of machine-made mirrors (隻 for 只, 麵 for 面).
static PAIRS: &str = include_str!("simplify.txt");

/// First code point that the dense table covers (CJK Radicals Supplement).
const FIRST: u32 = 0x2E80;

fn table() -> &'static [u16] {
    static TABLE: OnceLock<Vec<u16>> = OnceLock::new();
    TABLE.get_or_init(|| {
        // BMP only, so 16 bits are enough; zero means "unchanged".
        let mut table = vec![0u16; (0x10000 - FIRST) as usize];
        for line in PAIRS.lines() {
            let mut chars = line.chars();
            let (Some(from), Some(to)) = (chars.next(), chars.next()) else { continue };
            let at = (from as u32).checked_sub(FIRST).map(|n| n as usize);
            if let (Some(slot), Ok(to)) = (at.and_then(|n| table.get_mut(n)), u16::try_from(to as u32)) {
                *slot = to;
            }
        }
        table
    })
}

/// The simplified form of a Han character, or the character itself.
pub(crate) fn simplify(ch: char) -> char {
    let Some(at) = (ch as u32).checked_sub(FIRST) else { return ch };
    match table().get(at as usize) {
        Some(&to) if to != 0 => char::from_u32(u32::from(to)).unwrap_or(ch),
        _ => ch,
    }
}

#[cfg(test)]
mod tests {
    use super::simplify;

    #[test]
    fn traditional_and_radicals_fold() {
        let fold = |s: &str| s.chars().map(simplify).collect::<String>();
        assert_eq!(fold("規範性檔案數"), "规范性档案数");
        assert_eq!(fold("⾏政⼈"), "行政人");
        assert_eq!(fold("政府信息公开"), "政府信息公开");
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for line in super::PAIRS.lines() {
            let to = line.chars().nth(1).unwrap();
            assert_eq!(simplify(to), to, "{line}");
        }
    }
}

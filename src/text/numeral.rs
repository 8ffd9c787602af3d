//! Chinese numerals.

/// The value of a Chinese numeral in either notation: with places (三十五, 一千零五, 二十万, 廿三, 两) or digit by
/// digit (二〇二〇, 二○一三); `None` for anything else. Full-width and half-width ASCII digits may stand in
/// the digit-by-digit notation.
///
/// ```
/// use gongkai::text::numeral::parse;
/// assert_eq!(parse("三百二十一"), Some(321));
/// assert_eq!(parse("二○二三"), Some(2023));
/// assert_eq!(parse("四十余"), None);
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<u64> {
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    if chars.is_empty() || chars.len() > 24 {
        return None;
    }
    if chars.iter().all(|&c| digit(c).is_some()) {
        if chars.len() > 18 {
            return None;
        }
        return Some(chars.iter().fold(0, |n, &c| n * 10 + digit(c).unwrap_or(0)));
    }
    let (mut total, mut section, mut current) = (0u64, 0u64, None::<u64>);
    let mut last_place = u64::MAX;
    for &c in &chars {
        if let Some(d) = digit(c) {
            if c.is_ascii_digit() || ('０'..='９').contains(&c) {
                return None;
            }
            if current.is_some_and(|n| n != 0) {
                return None;
            }
            current = Some(d);
        } else if let Some(place) = place(c) {
            if place >= 10_000 {
                section += current.take().unwrap_or(0);
                if section == 0 {
                    return None;
                }
                total = total.checked_add(section.checked_mul(place)?)?;
                section = 0;
                last_place = u64::MAX;
            } else {
                if place >= last_place {
                    return None;
                }
                let n = match current.take() {
                    Some(0) | None if place == 10 => 1,
                    Some(n) if n > 0 => n,
                    _ => return None,
                };
                section += n * place;
                last_place = place;
            }
        } else if c == '廿' || c == '卅' {
            if current.is_some() || last_place <= 10 {
                return None;
            }
            section += if c == '廿' { 20 } else { 30 };
            last_place = 10;
        } else {
            return None;
        }
    }
    total.checked_add(section)?.checked_add(current.unwrap_or(0))
}

fn digit(c: char) -> Option<u64> {
    Some(match c {
        '〇' | '○' | '零' | '◯' | 'Ｏ' => 0,
        '一' | '壹' | '弌' => 1,
        '二' | '贰' | '貳' | '两' | '兩' => 2,
        '三' | '叁' | '參' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        '0'..='9' => u64::from(c as u32 - '0' as u32),
        '０'..='９' => u64::from(c as u32 - '０' as u32),
        _ => return None,
    })
}

fn place(c: char) -> Option<u64> {
    Some(match c {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1_000,
        '万' | '萬' => 10_000,
        '亿' | '億' => 100_000_000,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn both_notations() {
        for (text, value) in [
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("一百零五", 105),
            ("一千零五", 1005),
            ("贰拾叁", 23),
            ("廿三", 23),
            ("两万三千", 23_000),
            ("一亿二千万", 120_000_000),
            ("二〇二〇", 2020),
            ("二○一三", 2013),
            ("２０２１", 2021),
            ("零", 0),
        ] {
            assert_eq!(parse(text), Some(value), "{text}");
        }
    }

    #[test]
    fn what_is_no_numeral_is_refused() {
        for text in ["", "余", "十十", "百", "万", "一二十", "3十", "十百"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

//! The numbers of automatic lists, as word processors print them.

/// A number in one of Word's formats (ST_NumberFormat); those not known print as decimal.
#[must_use]
pub fn print(n: u32, format: &str) -> String {
    match format {
        "chineseCounting"
        | "chineseCountingThousand"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand"
        | "japaneseCounting"
        | "ideographTraditionalCounting"
        | "koreanDigital2" => han(n),
        "chineseLegalSimplified" | "ideographLegalTraditional" => han(n).chars().map(legal).collect(),
        "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital" => {
            n.to_string().bytes().map(|b| DIGITS.chars().nth(usize::from(b - b'0')).unwrap_or('〇')).collect()
        }
        "decimalZero" => format!("{n:02}"),
        "decimalFullWidth" | "decimalFullWidth2" => {
            n.to_string().chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap_or(c)).collect()
        }
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if (1..=20).contains(&n) => {
            char::from_u32(0x2460 + n - 1).map(String::from).unwrap_or_default()
        }
        "decimalEnclosedParen" if (1..=20).contains(&n) => {
            char::from_u32(0x2474 + n - 1).map(String::from).unwrap_or_default()
        }
        "decimalEnclosedFullstop" if (1..=20).contains(&n) => {
            char::from_u32(0x2488 + n - 1).map(String::from).unwrap_or_default()
        }
        "lowerLetter" | "upperLetter" if n > 0 => {
            let first = if format == "lowerLetter" { b'a' } else { b'A' };
            let letter = char::from(first + u8::try_from((n - 1) % 26).unwrap_or(0));
            std::iter::repeat_n(letter, ((n - 1) / 26 + 1).min(8) as usize).collect()
        }
        "lowerRoman" => roman(n).to_lowercase(),
        "upperRoman" => roman(n),
        _ => n.to_string(),
    }
}

const DIGITS: &str = "〇一二三四五六七八九";

fn legal(c: char) -> char {
    let from = "零一二三四五六七八九十百千万";
    let to = "零壹贰叁肆伍陆柒捌玖拾佰仟萬";
    from.chars().position(|x| x == c).and_then(|i| to.chars().nth(i)).unwrap_or(c)
}

/// A number below 100,000 in Chinese counting (十二, 一百零五).
fn han(n: u32) -> String {
    if n == 0 {
        return "零".to_owned();
    }
    if n >= 100_000 {
        return n.to_string();
    }
    let mut out = String::new();
    let mut zero = false;
    for (place, name) in [(10_000, "万"), (1_000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = n / place % 10;
        if digit == 0 {
            zero = !out.is_empty();
            continue;
        }
        if zero {
            out.push('零');
            zero = false;
        }
        if !(place == 10 && digit == 1 && n < 20) {
            out.push(DIGITS.chars().nth(digit as usize).unwrap_or('〇'));
        }
        out.push_str(name);
    }
    out
}

fn roman(mut n: u32) -> String {
    if n == 0 || n > 3999 {
        return n.to_string();
    }
    let mut out = String::new();
    for (value, mark) in [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ] {
        while n >= value {
            out.push_str(mark);
            n -= value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::print;

    #[test]
    fn numbers_print_as_word_prints_them() {
        for (n, format, printed) in [
            (1, "chineseCounting", "一"),
            (12, "chineseCountingThousand", "十二"),
            (20, "chineseCounting", "二十"),
            (105, "chineseCounting", "一百零五"),
            (10, "ideographDigital", "一〇"),
            (3, "decimalEnclosedCircle", "③"),
            (28, "lowerLetter", "bb"),
            (4, "upperRoman", "IV"),
            (7, "decimalFullWidth", "７"),
        ] {
            assert_eq!(print(n, format), printed);
        }
    }
}

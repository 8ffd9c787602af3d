//! A cell's text as the value of a variable, with what a careful reader would ask about it.

use rust_decimal::Decimal;

use crate::pattern::{Column, Row};
use crate::record::State;
use crate::text::{fold, is_money, read_cell};

/// A value and the doubts about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    pub state: State,
    pub value: Option<Decimal>,
    pub candidates: Vec<Decimal>,
    /// Codes and messages of flags for the variable.
    pub doubts: Vec<(&'static str, String)>,
}

/// Reads a cell for a row and a column of a form, under a header that may print a unit of its own.
pub(crate) fn read_value(text: &str, row: &Row, column: &Column, header_unit: Option<&str>) -> Value {
    let cell = read_cell(text);
    let mut value = Value { state: cell.state, value: None, candidates: Vec::new(), doubts: Vec::new() };
    let unit = row.unit.as_ref().or(column.unit.as_ref()).map(|u| u.name.as_str());
    match (cell.state, cell.amount) {
        (State::Number, Some(mut amount)) => {
            // A unit in brackets behind the number is the cell's own: 251000（元）.
            let own = || self::header_unit(&fold(text)).filter(|_| unit.is_some_and(is_money));
            let header_unit = if amount.unit.is_none() { own().or(header_unit) } else { None };
            let open = column.unit_open && amount.unit.is_none() && header_unit.is_none();
            if let Some(printed) = header_unit {
                // The header's unit counts for a number without one of its own.
                amount.unit = read_cell(&format!("1{printed}")).amount.and_then(|a| a.unit);
            }
            value.value = amount.in_unit(unit);
            if value.value.is_none() {
                value.state = State::Text;
                value.doubts.push(("number-too-large", format!("`{}` does not fit the unit", text.trim())));
                return value;
            }
            if let Some(doubt) = amount.doubtful {
                value.doubts.push(("doubtful-number", format!("`{}`: {doubt}", shorten(text))));
            }
            if open && !amount.number.is_zero() {
                value.doubts.push((
                    "unit-missing",
                    format!("`{}` is printed without a unit in cell or header; taken as printed", shorten(text)),
                ));
            }
            match gaps(text) {
                Gaps::None => {}
                Gaps::Doubtful => value.doubts.push((
                    "inner-blank",
                    format!("`{}` has blanks between its digits; read as one number", shorten(text)),
                )),
                Gaps::Two => {
                    value.state = State::Text;
                    value.value = None;
                    value
                        .doubts
                        .push(("two-numbers", format!("`{}` looks like two numbers in one cell", shorten(text))));
                }
            }
            let counts = unit.is_some_and(|u| !is_money(u));
            if counts && !column.signed && value.value.is_some_and(|v| v.is_sign_negative() && !v.is_zero()) {
                value.doubts.push(("negative-count", format!("`{}` is below zero, which no count is", shorten(text))));
            }
            if counts && value.value.is_some_and(|v| !v.fract().is_zero()) {
                value.doubts.push((
                    "fraction-count",
                    format!("`{}` is no whole number of {}", shorten(text), unit.unwrap_or("")),
                ));
            }
        }
        (State::Text, _) => value.doubts.push(("text-cell", format!("`{}` is no number", shorten(text)))),
        (State::Unreadable, _) => value.doubts.push(("unreadable-cell", "the cell's ink cannot be read".to_owned())),
        _ => {}
    }
    value
}

/// Blanks between digits.
enum Gaps {
    None,
    Doubtful,
    Two,
}

/// Judges blanks between digits: groups of three after the first are thousands; single digits are letter
/// spacing; a line break after at least four digits is a wrapped number; the rest are two numbers.
fn gaps(text: &str) -> Gaps {
    if !text.contains(char::is_whitespace) {
        return Gaps::None;
    }
    let head = text.split(['(', '（']).next().unwrap_or("").trim();
    let mut groups: Vec<(usize, bool)> = Vec::new(); // digits, after a line break
    let (mut run, mut gap, mut line) = (0usize, false, false);
    for c in head.chars() {
        if c.is_whitespace() {
            gap = gap || run > 0;
            line = line || (run > 0 && c == '\n');
        } else if c.is_numeric() || matches!(c, '.' | ',' | '，' | '．') {
            if gap {
                groups.push((run, false));
                run = 0;
                if line && let Some(last) = groups.last_mut() {
                    last.1 = true;
                }
            }
            (gap, line) = (false, false);
            run += 1;
        } else {
            if gap && run > 0 {
                // A unit after the blank: no gap between digits.
                break;
            }
            (gap, line) = (false, false);
        }
    }
    groups.push((run, false));
    if groups.len() < 2 {
        return Gaps::None;
    }
    let thousands = groups.first().is_some_and(|g| g.0 <= 3) && groups.iter().skip(1).all(|g| g.0 == 3);
    let broken = groups.iter().any(|g| g.1);
    if thousands && !broken {
        return Gaps::None;
    }
    let spaced = !broken && groups.iter().filter(|g| g.0 == 1).count() + 1 >= groups.len();
    let wrapped = broken && groups.first().is_some_and(|g| g.0 >= 4);
    // Full-width figures are set like ideographs, with blanks anywhere between them.
    let wide = !broken && groups.len() == 2 && head.chars().any(|c| ('０'..='９').contains(&c));
    if spaced || wrapped || wide { Gaps::Doubtful } else { Gaps::Two }
}

fn shorten(text: &str) -> String {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= 30 { flat } else { flat.chars().take(29).chain(['…']).collect() }
}

/// The unit of money that a header or a label prints (`本年收费金额（单位：万元）`, `采购总金额(元)`, `收费金额/元`), if
/// any, by its shadow.
pub(crate) fn header_unit(shadow: &str) -> Option<&'static str> {
    let at = shadow.find("单位").map(|at| at + "单位".len()).or_else(|| shadow.find('(').map(|at| at + 1));
    at.and_then(|at| unit_at(shadow.get(at..)?)).or_else(|| whole_unit(shadow.rsplit_once('/')?.1))
}

/// The unit of money that a line above a table prints (`编制单位：某局 金额单位：万元`, `单位：件、元`), if any.
pub(crate) fn money_unit(text: &str) -> Option<&'static str> {
    let shadow = fold(text);
    let units = shadow.match_indices("单位").filter_map(|(at, word)| shadow.get(at + word.len()..));
    let listed = |tail: &str| {
        let list = tail.strip_prefix(':')?.split(['(', ')', '。', '.', ';']).next()?;
        list.split([',', '/', '和']).find_map(whole_unit)
    };
    units.into_iter().find_map(|tail| unit_at(tail).or_else(|| listed(tail)))
}

/// The unit of money that a text is and nothing else, if it is one.
pub(crate) fn whole_unit(shadow: &str) -> Option<&'static str> {
    unit_at(shadow).filter(|unit| shadow.trim_start_matches("人民币") == *unit)
}

fn unit_at(text: &str) -> Option<&'static str> {
    let tail = text.trim_start_matches([':', '为', '(']);
    ["亿元", "千万元", "百万元", "万元", "千元", "元"].into_iter().find(|unit| tail.starts_with(unit)).or_else(|| {
        tail.starts_with("人民币").then_some(())?;
        ["亿元", "万元", "元"]
            .into_iter()
            .find(|unit| tail.get("人民币".len()..).is_some_and(|t| t.trim_start_matches(['/', ':']).starts_with(unit)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Unit;

    fn column(unit: &str, open: bool) -> Column {
        Column {
            signed: false,
            id: "x".into(),
            path: Vec::new(),
            unit: Some(Unit { name: unit.into() }),
            unit_open: open,
            title: (String::new(), String::new()),
        }
    }

    fn row() -> Row {
        Row {
            id: "r".into(),
            ordinal: None,
            labels: Vec::new(),
            stub: Vec::new(),
            code: None,
            group: false,
            heads: false,
            parent: None,
            columns: vec![0],
            unit: None,
            optional: false,
            dynamic: None,
            title: (String::new(), String::new()),
        }
    }

    fn read(text: &str, unit: &str, header: Option<&str>) -> (Option<String>, Vec<&'static str>) {
        let v = read_value(text, &row(), &column(unit, unit == "万元" && header.is_none()), header);
        (v.value.map(|v| v.to_string()), v.doubts.iter().map(|d| d.0).collect())
    }

    #[test]
    fn units_of_cell_and_header() {
        assert_eq!(read("251000元", "万元", None), (Some("25.1".into()), vec![]));
        assert_eq!(read("251000", "万元", Some("元")), (Some("25.1".into()), vec![]));
        assert_eq!(read("8040", "万元", None), (Some("8040".into()), vec!["unit-missing"]));
        assert_eq!(read("0", "万元", None), (Some("0".into()), vec![]));
        assert_eq!(read("65万", "万元", None), (Some("65".into()), vec![]));
        assert_eq!(header_unit(&fold("本年收费金额（单位：万元）")), Some("万元"));
        assert_eq!(header_unit("采购总金额(元)"), Some("元"));
        assert_eq!(header_unit("采购总金额"), None);
        assert_eq!((header_unit("本年收费金额/元"), header_unit("本年增/减")), (Some("元"), None));
        assert_eq!(read("251000（元）", "万元", Some("万元")), (Some("25.1".into()), vec![]));
        assert_eq!(read("25.1（含减免3元）", "万元", Some("万元")), (Some("25.1".into()), vec![]));
        assert_eq!((money_unit("单位：件、元"), money_unit("填报单位：某局")), (Some("元"), None));
        assert_eq!(header_unit("本年(2023)制发件数"), None);
    }

    #[test]
    fn blanks_between_digits() {
        assert_eq!(read("1 136", "件", None), (Some("1136".into()), vec![]));
        assert_eq!(read("5 4", "件", None), (Some("54".into()), vec!["inner-blank"]));
        assert_eq!(read("12 13", "件", None), (None, vec!["two-numbers"]));
        assert_eq!(read("１２ １３", "件", None), (Some("1213".into()), vec!["inner-blank"]));
        assert_eq!(read("8\n6", "件", None), (None, vec!["two-numbers"]));
        assert_eq!(read("12\n13", "件", None), (None, vec!["two-numbers"]));
        assert_eq!(read("24252.3110\n82", "万元", Some("万元")), (Some("24252.311082".into()), vec!["inner-blank"]));
        assert_eq!(read("0 件", "件", None), (Some("0".into()), vec![]));
        assert_eq!(read("22 （其中修订 16 件）", "件", None), (Some("22".into()), vec![]));
        assert_eq!(read("1.5", "件", None), (Some("1.5".into()), vec!["fraction-count"]));
    }

    #[test]
    fn a_count_below_zero_is_told() {
        let codes = |column: &Column| {
            let doubts = read_value("-3", &row(), column, None).doubts;
            doubts.iter().map(|d| d.0).collect::<Vec<_>>()
        };
        let count = column("件", false);
        assert_eq!(codes(&count), ["negative-count"]);
        assert!(codes(&Column { signed: true, ..count }).is_empty());
    }
}

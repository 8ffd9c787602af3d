//! The values of a row in running text: the next row's number among them, their order, blanks at their end.

use rust_decimal::Decimal;

use super::rows::Line;
use super::{Kind, Stream, Token};
use crate::align::ragged::sums_prove;
use crate::align::vocabulary::TableIndex;
use crate::record::State;
use crate::text::read_cell;

/// Takes the next row's number off the end of a row's values; gives that number. Where it is missing and the
/// figures run together (`glued` is set once they were seen to), the values go too: it may stand in any of them. They
/// go as well where a figure that stands apart ends as that number would, and nothing tells whether it does.
pub(super) fn take_number(
    stream: &Stream<'_>,
    values: &mut Vec<Token>,
    wanted: usize,
    expected: u32,
    ends: bool,
    glued: &mut bool,
) -> u32 {
    let surplus = values.len() > wanted && values.len() > 1;
    let next = expected.to_string();
    let Some(last) = values.last_mut() else { return expected };
    let text = stream.tight(last.from..last.to);
    let figures = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let joined = |t: &Token| (t.from + 1..t.to).all(|at| stream.gap(at) == 0);
    if surplus && figures && (text.len() <= next.len() || !text.ends_with(&next)) {
        values.pop();
        return text.parse().unwrap_or(expected);
    }
    if ends {
        return expected;
    }
    if text == next {
        values.pop();
        return expected;
    }
    let apart = stream.gap(last.from) > 0 && !*glued;
    let ends_so = figures && text.ends_with(&next);
    if ends_so && joined(last) && !apart {
        *glued = true;
        last.to -= next.len();
    } else if ends_so || !apart {
        values.clear();
    }
    expected
}

/// Takes the form's order for the rows below headers that print the columns in another one, unless the sums say that
/// the values stand so: text taken off a page prints the words of a header by their height.
///
/// The headers lose their names, so that the order is told to be the form's.
pub(super) fn doubt_orders(stream: &Stream<'_>, rows: &mut [Line], heads: &[(usize, usize)], index: &TableIndex) {
    for (n, &(at, part)) in heads.iter().enumerate() {
        let end = heads.get(n + 1).map_or(rows.len(), |next| next.0);
        let Some(below) = rows.get(at + 1..end) else { continue };
        let columns = index.part(part).map_or(0, |p| p.columns.len());
        let formal = |line: &Line| {
            let mut order = line.order.clone();
            if line.values.len() == columns {
                order = (0..columns).collect();
            }
            order.sort_unstable();
            order
        };
        let of_part = |line: &&Line| line.part == Some(part) && line.row.is_some() && !line.order.is_empty();
        let proven = |order: &dyn Fn(&Line) -> Vec<usize>| {
            let proves = |line: &&Line| {
                let order = order(line);
                line.row.is_some_and(|row| sums_prove(row, index, &|c| figure(stream, &line.values, &order, c)))
            };
            below.iter().filter(of_part).filter(proves).count()
        };
        if proven(&|line| line.order.clone()) > proven(&formal) {
            continue;
        }
        for line in rows.iter_mut().take(end).skip(at + 1).filter(|line| of_part(&&**line)) {
            line.order = formal(line);
        }
        if let Some(header) = rows.get_mut(at) {
            header.head.truncate(1);
        }
    }
}

/// The number that a row's values have in a column, by the order in which they stand.
pub(super) fn figure(stream: &Stream<'_>, values: &[Token], order: &[usize], column: usize) -> Option<Decimal> {
    let cell = values.get(order.iter().position(|&c| c == column)?)?;
    let read = read_cell(&stream.tight(cell.from..cell.to));
    (read.state == State::Number).then_some(read.amount?.number)
}

/// Whether the last value is an empty cell.
pub(super) fn ends_blank(values: &[Token]) -> bool {
    values.last().is_some_and(|t| t.kind == Kind::Blank)
}

/// Whether the cells stand on lines of their own or apart by edges.
pub(super) fn parted(stream: &Stream<'_>, values: &[Token]) -> bool {
    values.iter().skip(1).any(|t| stream.gap(t.from) >= 2)
}

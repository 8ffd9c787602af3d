//! How far two texts are from each other.

/// Edit distance (Levenshtein) of at most `allowed`, else `None`; banded.
#[must_use]
pub(crate) fn distance(a: &[char], b: &[char], allowed: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > allowed {
        return None;
    }
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(start..)?, b.get(start..)?);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(..a.len() - end)?, b.get(..b.len() - end)?);
    if a.is_empty() || b.is_empty() {
        let d = a.len().max(b.len());
        return (d <= allowed).then_some(d);
    }
    let far = allowed + 1;
    let mut row: Vec<usize> = (0..=b.len()).map(|j| j.min(far)).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut least = left;
        if let Some(first) = row.first_mut() {
            *first = left.min(far);
        }
        for (j, (y, cell)) in b.iter().zip(row.iter_mut().skip(1)).enumerate() {
            let above = *cell;
            let new = if j.abs_diff(i) > allowed {
                far
            } else {
                (diagonal + usize::from(x != y)).min(above + 1).min(left + 1).min(far)
            };
            diagonal = above;
            *cell = new;
            left = new;
            least = least.min(new);
        }
        if least > allowed {
            return None;
        }
    }
    row.last().copied().filter(|&d| d <= allowed)
}

/// Which of 128 groups of characters a text holds: a text that holds more groups which another lacks than it may
/// differ from it in characters is farther from it.
#[must_use]
pub(crate) fn bloom(chars: impl IntoIterator<Item = char>) -> u128 {
    chars.into_iter().fold(0, |bits, c| bits | 1 << ((c as u32).wrapping_mul(0x9E37_79B1) >> 25))
}

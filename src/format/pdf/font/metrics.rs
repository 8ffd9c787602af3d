//! Widths of composite fonts, kept as ranges (ISO 32000-2, 9.7.4.3): writers give one range for 64 Ki CIDs.

use super::super::file::Objects;
use super::super::object::Object;

#[derive(Debug, Clone, Copy)]
struct Range {
    low: u32,
    high: u32,
    /// Index of the first value.
    first: usize,
    /// Every CID has its own values, else all share them.
    list: bool,
}

/// Values by CID, `N` numbers each.
#[derive(Debug, Clone, Default)]
pub struct Metrics<const N: usize> {
    ranges: Vec<Range>,
    values: Vec<f32>,
}

impl<const N: usize> Metrics<N> {
    /// Reads a `W` (N = 1) or `W2` (N = 3) array.
    #[must_use]
    pub fn read(objects: &dyn Objects, array: &Object) -> Self {
        let mut metrics = Self::default();
        let items = array.array().unwrap_or_default();
        let mut i = 0;
        while let Some(low) = items.get(i).map(|o| objects.resolve(o)) {
            let Some(low) = low.int().and_then(|n| u32::try_from(n).ok()) else {
                i += 1;
                continue;
            };
            let Some(second) = items.get(i + 1).map(|o| objects.resolve(o)) else { break };
            let first = metrics.values.len();
            if let Some(list) = second.array() {
                metrics.values.extend(list.iter().map(|o| number(&objects.resolve(o))));
                let count = u32::try_from((metrics.values.len() - first) / N).unwrap_or(0);
                metrics.values.truncate(first + count as usize * N);
                if count > 0 {
                    metrics.ranges.push(Range { low, high: low.saturating_add(count - 1), first, list: true });
                }
                i += 2;
            } else {
                let high = second.int().and_then(|n| u32::try_from(n.min(i64::from(u32::MAX))).ok()).unwrap_or(0);
                for k in 0..N {
                    metrics.values.push(items.get(i + 2 + k).map_or(0.0, |o| number(&objects.resolve(o))));
                }
                if high >= low {
                    metrics.ranges.push(Range { low, high, first, list: false });
                }
                i += 2 + N;
            }
        }
        metrics.ranges.sort_by_key(|r| r.low);
        metrics
    }

    /// The values of a CID.
    #[must_use]
    pub fn get(&self, cid: u32) -> Option<&[f32]> {
        let after = self.ranges.partition_point(|r| r.low <= cid);
        let range = self.ranges.get(..after)?.iter().rev().take(8).find(|r| cid <= r.high)?;
        let first = range.first + if range.list { (cid - range.low) as usize * N } else { 0 };
        self.values.get(first..first + N)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "widths are small")]
fn number(object: &Object) -> f32 {
    let n = object.number().unwrap_or(0.0) as f32;
    if n.is_finite() && n.abs() < 1e6 { n } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::super::{
        lexer::Lexer,
        object::{Id, Stream, parse},
    };
    use super::*;

    struct Nothing;
    impl Objects for Nothing {
        fn get(&self, _: Id) -> Object {
            Object::Null
        }
        fn stream(&self, _: &Stream) -> Vec<u8> {
            Vec::new()
        }
    }

    #[test]
    fn ranges_stay_ranges() {
        let array = parse(&mut Lexer::new(b"[0 4294967295 500 1 [250 333] 9 9 700 20 [1 2 3]]"), 4).unwrap();
        let widths = Metrics::<1>::read(&Nothing, &array);
        assert_eq!(
            [1, 2, 3, 9, 22, 1 << 31].map(|c| widths.get(c).unwrap()[0]),
            [250.0, 333.0, 500.0, 700.0, 3.0, 500.0]
        );
        let array = parse(&mut Lexer::new(b"[5 [-1000 500 880 -900 400 800] 7 9 -500 250 880]"), 4).unwrap();
        let vertical = Metrics::<3>::read(&Nothing, &array);
        assert_eq!(vertical.get(6), Some(&[-900.0, 400.0, 800.0][..]));
        assert_eq!(vertical.get(8), Some(&[-500.0, 250.0, 880.0][..]));
        assert_eq!(vertical.get(10), None);
    }
}

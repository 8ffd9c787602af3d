//! Little-endian reads that cannot run over the end.

pub(super) fn u8_at(b: &[u8], at: usize) -> Option<u8> {
    b.get(at).copied()
}

pub(super) fn u16_at(b: &[u8], at: usize) -> Option<u16> {
    b.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

pub(super) fn i16_at(b: &[u8], at: usize) -> Option<i16> {
    b.get(at..at.checked_add(2)?)?.try_into().ok().map(i16::from_le_bytes)
}

pub(super) fn u32_at(b: &[u8], at: usize) -> Option<u32> {
    b.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

/// A piece of a stream by offset and length, as the file information block gives them.
pub(super) fn slice(b: &[u8], (offset, length): (u32, u32)) -> Option<&[u8]> {
    let start = offset as usize;
    b.get(start..start.checked_add(length as usize)?)
}
